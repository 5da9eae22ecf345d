/* triage_group: the tables of tickets that may be about one event, and the index that is their cache.
 *
 * Owns both tables and every change of the index. Must stay true: a ticket has a row in `sketch`
 * exactly while it has one in `group` under the group that is written there; the index holds the rows
 * that have letters, under the same groups, whatever became of the steps between; and rows leave by
 * facts alone (Ungrouped), so that folding the log makes the same tables.
 *
 * The rows of a ticket are no chain's matter: they come with its first fact and go after its end,
 * and neither asks for the ticket's record. */

#include "triage_group.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/diag.h"

enum {
    VERSION = 1,
    KEY_BYTES = 2 * CODEC_U64_BYTES,
    SKETCH_ROOM = 1 + 8 + 8 + GROUP_ROW_BYTES_MAX + 4,
    MEMBER_ROOM = 1 + 8 + 4 + 4,
    ENDED_MAX = 256, /* tickets of one Ungrouped: wire_bounds.c */
    AGED_MAX = 64,   /* more than come in a step are looked at, so that none stays for ever */
    ROWS_MIN = 1 << 18,
    PROGRESS_ROWS = 100000,
};
#define DAY_MS 86400000u

/* ---- records ---- */

static void member_key(uint64_t group, uint64_t ticket, unsigned char key[KEY_BYTES])
{
    CHECK(group != 0);
    codec_set_u64(key, group);
    codec_set_u64(key + CODEC_U64_BYTES, ticket);
}

/* count: of a burst; of a member 0. */
static enum rc member_put(struct store_txn *txn, uint64_t group, uint64_t ticket, uint64_t ms,
                          uint32_t count)
{
    unsigned char key[KEY_BYTES], bytes[MEMBER_ROOM];
    struct codec_writer writer;
    CHECK(ms != 0);
    CHECK((ticket == 0) == (count != 0)); /* a burst has a count, a member none */
    member_key(group, ticket, key);
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, VERSION);
    codec_put_u64(&writer, ms);
    codec_put_u32(&writer, count);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, TRIAGE_TABLE_GROUP, key, sizeof key, bytes, writer.used);
}

static enum rc member_read(const struct store_walk *walk, uint64_t *group, uint64_t *ticket,
                           uint64_t *ms, uint32_t *count)
{
    struct codec_reader reader;
    uint8_t version = 0;
    if (store_walk_key(walk, KEY_BYTES) != RC_OK ||
        codec_unseal(&reader, walk->value, walk->value_bytes, &version) != RC_OK ||
        version != VERSION) {
        return RC_CORRUPT;
    }
    *group = codec_u64_at(walk->key);
    *ticket = codec_u64_at(walk->key + CODEC_U64_BYTES);
    *ms = codec_get_u64(&reader);
    *count = codec_get_u32(&reader);
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

static enum rc sketch_read(const void *bytes, size_t size, struct triage_sketch *sketch)
{
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, bytes, size, &version) != RC_OK || version != VERSION) {
        return RC_CORRUPT;
    }
    sketch->group = codec_get_u64(&reader);
    sketch->registered_ms = codec_get_u64(&reader);
    sketch->size = codec_get_u32(&reader);
    sketch->bytes = codec_get_bytes(&reader, sketch->size);
    return codec_done(&reader) && sketch->group != 0 && sketch->size <= GROUP_ROW_BYTES_MAX
               ? RC_OK
               : RC_CORRUPT;
}

enum rc triage_group_get(struct store_txn *txn, uint64_t ticket, struct triage_sketch *sketch)
{
    unsigned char key[CODEC_U64_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    CHECK(ticket != 0);
    codec_set_u64(key, ticket);
    const enum rc rc = store_get(txn, TRIAGE_TABLE_SKETCH, key, sizeof key, &value, &bytes);
    return rc == RC_OK ? sketch_read(value, bytes, sketch) : rc;
}

static enum rc sketch_put(struct store_txn *txn, uint64_t ticket,
                          const struct triage_sketch *sketch)
{
    unsigned char key[CODEC_U64_BYTES], bytes[SKETCH_ROOM + 4];
    struct codec_writer writer;
    CHECK(ticket != 0);
    CHECK(sketch->group != 0);
    CHECK(sketch->size <= GROUP_ROW_BYTES_MAX);
    CHECK(sketch->size == 0 || sketch->bytes != NULL);
    codec_set_u64(key, ticket);
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, VERSION);
    codec_put_u64(&writer, sketch->group);
    codec_put_u64(&writer, sketch->registered_ms);
    codec_put_u32(&writer, (uint32_t)sketch->size);
    codec_put_bytes(&writer, sketch->bytes, sketch->size);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, TRIAGE_TABLE_SKETCH, key, sizeof key, bytes, writer.used);
}

/* ---- the index ---- */

/* What cannot be put, for want of memory or room, is found by nobody: no ticket waits for it. */
static void index_put(struct group_index *index, uint64_t ticket,
                      const struct triage_sketch *sketch)
{
    const struct group_packed row = {.id = ticket,
                                     .time_ms = sketch->registered_ms,
                                     .bytes = sketch->bytes,
                                     .size = sketch->size};
    CHECK(ticket != 0);
    if (index == NULL || sketch->size == 0 || group_spoiled(index)) {
        return;
    }
    const enum rc rc = group_put_packed(index, &row, sketch->group);
    CHECK(rc != RC_EXISTS); /* the table had no row either */
    if (rc != RC_OK) {
        diag_log_limited(DIAG_WARN, "triage", "ticket=%llu groups=left_out why=%s open=%u",
                         (unsigned long long)ticket, rc_name(rc), group_count(index));
    }
}

/* The tables are what counts, and a fold must not fail by its cache: an index that had no memory to
 * follow them is looked at no more. Until a restart tickets are compared with nothing; their rows are
 * written as ever, so that what reads them then has them all. Said once, for it is spoiled once. */
static enum rc followed(struct group_index *index, enum rc rc)
{
    CHECK(rc == RC_OK || rc == RC_NOT_FOUND || rc == RC_LIMIT);
    if (rc == RC_LIMIT) {
        CHECK(!group_spoiled(index)); /* nothing is asked of it then */
        group_spoil(index);
        diag_log(DIAG_ERROR, "triage", "groups=off until=restart why=%s open=%u", rc_name(rc),
                 group_count(index));
    }
    return RC_OK; /* not found: it had no room there, or no letters */
}

static enum rc fill(struct step_view *view, struct group_index *index)
{
    struct store_walk walk;
    CHECK(group_count(index) == 0);
    enum rc rc = store_walk_open(view->txn, TRIAGE_TABLE_SKETCH, NULL, 0, &walk);
    for (uint32_t rows = 1; rc == RC_OK; rows++) { /* oldest first, as they came */
        struct triage_sketch sketch;
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
        rc = rc == RC_OK ? sketch_read(walk.value, walk.value_bytes, &sketch) : rc;
        if (rc != RC_OK) {
            break;
        }
        index_put(index, codec_u64_at(walk.key), &sketch);
        if (rows % PROGRESS_ROWS == 0) {
            diag_log(DIAG_INFO, "triage", "groups=reading rows=%u", rows);
        }
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc rows_of(struct store_txn *txn, uint32_t *rows)
{
    struct store_walk walk;
    enum rc rc = store_walk_open(txn, TRIAGE_TABLE_SKETCH, NULL, 0, &walk);
    *rows = 0;
    for (; rc == RC_OK && *rows < GROUP_ROWS_MAX; ++*rows) {
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A site that wants no groups any more keeps an index until its rows have left. */
static enum rc cache_open(struct step_view *view, void **cache)
{
    struct group_index *index = NULL;
    uint32_t rows = 0;
    CHECK(*cache == NULL);
    enum rc rc = rows_of(view->txn, &rows);
    if (rc != RC_OK ||
        (rows == 0 && (view->site == NULL || view->site->triage.groups.suggest_permille == 0))) {
        return rc;
    }
    const uint32_t wanted = rows < ROWS_MIN / 2 ? ROWS_MIN : rows;
    rc = group_open(&index, wanted > GROUP_ROWS_MAX / 2 ? GROUP_ROWS_MAX : wanted * 2);
    rc = rc == RC_OK ? fill(view, index) : rc;
    if (rc != RC_OK) {
        group_close(index);
        return rc;
    }
    CHECK(group_count(index) <= rows);
    *cache = index;
    return RC_OK;
}

static void cache_settle(void *cache, bool hold)
{
    CHECK(cache != NULL);
    group_settle(cache, hold);
}

static void cache_close(void *cache)
{
    group_close(cache);
}

static enum rc cache_check(struct step_view *view, const void *cache, bool *equal)
{
    struct store_walk walk;
    uint32_t rows = 0;
    CHECK(view->txn != NULL);
    *equal = true;
    if (cache != NULL && group_spoiled(cache)) {
        return RC_OK; /* it answers nothing, so nothing wrong */
    }
    enum rc rc = store_walk_open(view->txn, TRIAGE_TABLE_SKETCH, NULL, 0, &walk);
    while (rc == RC_OK) {
        struct triage_sketch sketch;
        uint64_t group = 0;
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
        rc = rc == RC_OK ? sketch_read(walk.value, walk.value_bytes, &sketch) : rc;
        if (rc != RC_OK) {
            break;
        }
        if (sketch.size > 0) {
            rows++;
            *equal = *equal && cache != NULL &&
                     group_holds(cache, codec_u64_at(walk.key), &group) && group == sketch.group;
        }
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    *equal = *equal && (cache == NULL ? rows == 0 : group_count(cache) == rows);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

const struct step_cache triage_group_cache = {
    .open = cache_open, .settle = cache_settle, .close = cache_close, .check = cache_check};

/* ---- reading ---- */

enum rc triage_group_read(struct store_txn *txn, uint64_t group, uint64_t since_ms,
                          struct triage_group *found)
{
    unsigned char key[KEY_BYTES];
    struct store_walk walk;
    CHECK(group != 0);
    memset(found, 0, sizeof *found);
    member_key(group, 0, key);
    enum rc rc = store_walk_open(txn, TRIAGE_TABLE_GROUP, key, sizeof key, &walk);
    while (rc == RC_OK) {
        uint64_t of = 0, ticket = 0, ms = 0;
        uint32_t count = 0;
        rc = member_read(&walk, &of, &ticket, &ms, &count);
        if (rc != RC_OK || of != group) {
            break;
        }
        if (ticket == 0) {
            found->burst_ms = ms;
            found->burst_count = count;
        } else {
            found->members++;
            found->recent += ms >= since_ms ? 1 : 0;
        }
        if (ticket != 0 && found->first == 0) {
            rc = triage_state_get(txn, ticket, &found->record);
            /* One that is merged stands for nobody: it is worked on in another ticket. Nor does one that is
             * over: who tells of the event now tells of it anew. */
            if (rc == RC_OK && triage_ticket_stands(found->record.state) &&
                found->record.state != TRIAGE_MERGED && found->record.over == TRIAGE_OVER_NOT) {
                found->first = ticket;
            }
        }
        rc = rc == RC_OK || rc == RC_NOT_FOUND ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    CHECK(found->recent <= found->members);
    CHECK((found->burst_ms == 0) == (found->burst_count == 0) || rc == RC_CORRUPT);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- what has ended ---- */

struct triage_ended {
    size_t count;
    uint64_t tickets[ENDED_MAX];
};

static enum rc say_ended(struct step *step, struct triage_ended *ended)
{
    Paidan__Ungrouped ungrouped = PAIDAN__UNGROUPED__INIT;
    CHECK(ended->count > 0);
    CHECK(ended->count <= ENDED_MAX);
    ungrouped.n_tickets = ended->count;
    ungrouped.tickets = ended->tickets;
    ended->count = 0;
    return step_say(step, &(struct step_about){.ticket = 0}, &ungrouped.base);
}

static struct triage_ended *gathered(struct step *step)
{
    CHECK(step->cache != NULL);
    struct triage_gather *const gather = triage_ticket_gather(step);
    if (gather != NULL && gather->ended == NULL) {
        gather->ended = arena_alloc(step->arena, sizeof *gather->ended);
        if (gather->ended != NULL) {
            gather->ended->count = 0;
        }
    }
    return gather == NULL ? NULL : gather->ended;
}

enum rc triage_group_ended(struct step *step, uint64_t ticket)
{
    struct triage_sketch sketch;
    CHECK(ticket != 0);
    if (step->cache == NULL) {
        return RC_OK;
    }
    const enum rc rc = triage_group_get(step->txn, ticket, &sketch);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    struct triage_ended *const ended = gathered(step);
    if (ended == NULL) {
        return RC_LIMIT;
    }
    CHECK(ended->count < ENDED_MAX); /* said when it is full */
    ended->tickets[ended->count++] = ticket;
    return ended->count == ENDED_MAX ? say_ended(step, ended) : RC_OK;
}

static bool listed(const struct triage_ended *ended, uint64_t ticket)
{
    CHECK(ended->count <= ENDED_MAX);
    for (size_t at = 0; at < ended->count; at++) {
        if (ended->tickets[at] == ticket) {
            return true;
        }
    }
    return false;
}

/* The oldest stand first, for numbers grow with time. */
static enum rc gather_aged(struct step *step, struct triage_ended *ended)
{
    const struct site_groups *const groups = &step->site->triage.groups;
    const uint64_t keep_ms = groups->suggest_permille == 0 ? 0 : (uint64_t)groups->days * DAY_MS;
    struct store_walk walk;
    CHECK(ended->count < ENDED_MAX);
    enum rc rc = store_walk_open(step->txn, TRIAGE_TABLE_SKETCH, NULL, 0, &walk);
    for (unsigned looked = 0; rc == RC_OK && looked < AGED_MAX && ended->count < ENDED_MAX;
         looked++) {
        struct triage_sketch sketch;
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
        rc = rc == RC_OK ? sketch_read(walk.value, walk.value_bytes, &sketch) : rc;
        if (rc != RC_OK || sketch.registered_ms + keep_ms > step->now_ms) {
            break;
        }
        const uint64_t ticket = codec_u64_at(walk.key);
        if (!listed(ended, ticket)) {
            ended->tickets[ended->count++] = ticket;
        }
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc triage_group_finish(struct step *step)
{
    if (step->cache == NULL || step->site == NULL) {
        return RC_OK;
    }
    struct triage_ended *const ended = gathered(step);
    if (ended == NULL) { /* none has ended; those that are old leave with a later step */
        return RC_OK;
    }
    const enum rc rc = gather_aged(step, ended);
    return rc == RC_OK && ended->count > 0 ? say_ended(step, ended) : rc;
}

/* ---- folding ---- */

static enum rc add(struct step_fold *fold, uint64_t ticket, const struct triage_sketch *sketch)
{
    CHECK(sketch->registered_ms != 0);
    const enum rc rc = sketch_put(fold->txn, ticket, sketch);
    if (rc != RC_OK) {
        return rc;
    }
    if (fold->cache != NULL) {
        group_begin(fold->cache);
        index_put(fold->cache, ticket, sketch);
    }
    return member_put(fold->txn, sketch->group, ticket, sketch->registered_ms, 0);
}

/* It belongs to the group of the first that it is like; that one may have gone meanwhile. */
enum rc triage_group_fold_told(struct step_fold *fold, uint64_t ticket, uint64_t registered_ms,
                               const Paidan__Judged *judged)
{
    struct triage_sketch like;
    CHECK(ticket != 0);
    if (judged == NULL || !judged->has_sketch) {
        return RC_OK;
    }
    if (judged->sketch.len > GROUP_ROW_BYTES_MAX) {
        return RC_CORRUPT;
    }
    struct triage_sketch sketch = {.group = ticket,
                                   .registered_ms = registered_ms,
                                   .bytes = judged->sketch.data,
                                   .size = judged->sketch.len};
    if (judged->n_same > 0) {
        const enum rc rc = triage_group_get(fold->txn, judged->same[0]->ticket, &like);
        if (rc != RC_OK && rc != RC_NOT_FOUND) {
            return rc;
        }
        sketch.group = rc == RC_OK ? like.group : ticket;
    }
    return add(fold, ticket, &sketch);
}

static enum rc member_del(struct store_txn *txn, uint64_t group, uint64_t ticket)
{
    unsigned char key[KEY_BYTES];
    member_key(group, ticket, key);
    const enum rc rc = store_del(txn, TRIAGE_TABLE_GROUP, key, sizeof key);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* Whether anybody is in the group: one look, however many are. */
static enum rc any_member(struct store_txn *txn, uint64_t group, bool *any)
{
    unsigned char key[KEY_BYTES];
    struct store_walk walk;
    member_key(group, 1, key); /* 0 is the burst */
    enum rc rc = store_walk_open(txn, TRIAGE_TABLE_GROUP, key, sizeof key, &walk);
    *any = false;
    if (rc == RC_OK) {
        rc = store_walk_key(&walk, KEY_BYTES);
        *any = rc == RC_OK && codec_u64_at(walk.key) == group;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A burst is forgotten with the last member. A group of thousands leaves one by one: none of them may
 * read all that are left. */
static enum rc leave(struct step_fold *fold, uint64_t group, uint64_t ticket)
{
    unsigned char key[KEY_BYTES];
    bool any = false;
    CHECK(ticket != 0); /* a burst does not leave by itself */
    enum rc rc = member_del(fold->txn, group, ticket);
    rc = rc == RC_OK ? any_member(fold->txn, group, &any) : rc;
    if (rc != RC_OK || any) {
        return rc;
    }
    member_key(group, 0, key);
    rc = store_del(fold->txn, TRIAGE_TABLE_GROUP, key, sizeof key);
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* most groups never were a burst */
}

static enum rc regroup(struct step_fold *fold, uint64_t ticket, const struct triage_sketch *sketch,
                       uint64_t group)
{
    unsigned char letters[GROUP_ROW_BYTES_MAX];
    const struct triage_sketch moved = {.group = group,
                                        .registered_ms = sketch->registered_ms,
                                        .bytes = letters,
                                        .size = sketch->size};
    CHECK(sketch->size <= sizeof letters);
    if (sketch->group == group) {
        return RC_OK;
    }
    if (sketch->size > 0) { /* the row's bytes lie in the page that is written */
        memcpy(letters, sketch->bytes, sketch->size);
    }
    enum rc rc = leave(fold, sketch->group, ticket);
    rc = rc == RC_OK ? member_put(fold->txn, group, ticket, moved.registered_ms, 0) : rc;
    rc = rc == RC_OK ? sketch_put(fold->txn, ticket, &moved) : rc;
    if (rc == RC_OK && fold->cache != NULL) {
        group_begin(fold->cache);
        rc = followed(fold->cache, group_move(fold->cache, ticket, group));
    }
    return rc;
}

enum rc triage_group_fold_joined(struct step_fold *fold, uint64_t ticket, uint64_t registered_ms,
                                 uint64_t into)
{
    struct triage_sketch sketch, target;
    CHECK(ticket != into);
    enum rc rc = triage_group_get(fold->txn, into, &target);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* a site without groups, or an old ticket */
    }
    const uint64_t group = target.group;
    rc = triage_group_get(fold->txn, ticket, &sketch);
    if (rc == RC_NOT_FOUND) {
        sketch = (struct triage_sketch){.group = group, .registered_ms = registered_ms};
        return add(fold, ticket, &sketch);
    }
    return rc == RC_OK ? regroup(fold, ticket, &sketch, group) : rc;
}

enum rc triage_group_fold_parted(struct step_fold *fold, uint64_t ticket)
{
    struct triage_sketch sketch;
    const enum rc rc = triage_group_get(fold->txn, ticket, &sketch);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return regroup(fold, ticket, &sketch, ticket);
}

static enum rc ungroup(struct step_fold *fold, uint64_t ticket)
{
    struct triage_sketch sketch;
    unsigned char key[CODEC_U64_BYTES];
    enum rc rc = triage_group_get(fold->txn, ticket, &sketch);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* named twice */
    }
    const uint64_t group = sketch.group;
    codec_set_u64(key, ticket);
    rc = store_del(fold->txn, TRIAGE_TABLE_SKETCH, key, sizeof key);
    rc = rc == RC_OK ? leave(fold, group, ticket) : rc;
    if (rc == RC_OK && fold->cache != NULL) {
        group_begin(fold->cache);
        rc = followed(fold->cache, group_drop(fold->cache, ticket));
    }
    return rc;
}

enum rc triage_group_fold_ungrouped(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Ungrouped *const ungrouped = event->ungrouped;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_UNGROUPED);
    enum rc rc = RC_OK;
    for (size_t at = 0; rc == RC_OK && at < ungrouped->n_tickets; at++) {
        rc = ungrouped->tickets[at] == 0 ? RC_CORRUPT : ungroup(fold, ungrouped->tickets[at]);
    }
    return rc;
}

enum rc triage_group_fold_burst(struct step_fold *fold, const Paidan__Event *event)
{
    struct triage_sketch sketch;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_BURST);
    const enum rc rc = triage_group_get(fold->txn, event->ticket, &sketch);
    if (rc != RC_OK || event->burst->count == 0) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return member_put(fold->txn, sketch.group, 0, event->at_ms, event->burst->count);
}
