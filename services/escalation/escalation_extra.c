/* The record of what only some tickets have.
 *
 * One record for all nouns, because most tickets have none and the rest one or two of its parts.
 * Which noun owns which fields is said in its file; here is what concerns all: the form on disk,
 * what fires next of it, what of it the ticket's record mirrors, and what becomes of it when the
 * ticket moves or ends. */

#include "escalation_extra.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"

enum {
    EXTRA_VERSION = 2, /* 1 ended before waiting_rows */
    EXTRA_BYTES_MAX = 6144,
    TASK_DONE = 1,
    TASK_LATE = 2,
    TASK_UNAWAITED = 4, /* younger than the record */
    APPEAL_MASK = 7,    /* the last byte; its other bits are younger than the record */
    EXTRA_HEARD = 128,
};

static_assert(ESCALATION_APPEAL_OPEN == 1 && ESCALATION_APPEAL_REFUSED == 3 &&
                  ESCALATION_APPEAL_LAPSED == 4,
              "stored: never renumber");

/* ---- the record ---- */

static const struct record_row pause_rows[] = {
    RECORD_U64(struct escalation_pause, from_ms),
    RECORD_U64(struct escalation_pause, until_ms),
    RECORD_END,
};

static const struct record_row request_rows[] = {
    RECORD_U8_IN(struct escalation_extra, request_to_level, 0, SITE_LEVELS_MAX),
    RECORD_U64(struct escalation_extra, request_at_ms),
    RECORD_U64(struct escalation_extra, request_due_ms),
    RECORD_TEXT(struct escalation_extra, request_unit),
    RECORD_TEXT(struct escalation_extra, request_to),
    RECORD_END,
};

static const struct record_row assist_rows[] = {
    RECORD_TEXT(struct escalation_assist, unit),
    RECORD_PACK(TASK_DONE | TASK_LATE | TASK_UNAWAITED),
    RECORD_BITS(struct escalation_assist, done, TASK_DONE, 0, 1),
    RECORD_BITS(struct escalation_assist, late, TASK_LATE, 1, 1),
    RECORD_BITS(struct escalation_assist, unawaited, TASK_UNAWAITED, 2, 1),
    RECORD_END,
};

/* The record in the order of its bytes: head, tasks each with its clock, middle, the clock of a
 * mode that is open, tail. Clocks are put by their own file, as they are for the ticket. */
static const struct record_row head_rows[] = {
    RECORD_U64(struct escalation_extra, suspended_until_ms),
    RECORD_LIST(struct escalation_extra, pause_count, pauses, ESCALATION_PAUSES_MAX, pause_rows),
    RECORD_U8_IN(struct escalation_extra, request, 0, PAIDAN__REQUEST_KIND__REQUEST_RAISE),
    RECORD_IF(struct escalation_extra, request, request_rows),
    RECORD_U8_IN(struct escalation_extra, assist_count, 0, SITE_ASSIST_MAX),
    RECORD_END,
};
static const struct record_row middle_rows[] = {
    RECORD_TEXT(struct escalation_extra, person),
    RECORD_U64(struct escalation_extra, person_due_ms),
    RECORD_U8_IN(struct escalation_extra, mode, 0, PAIDAN__MODE__MODE_COORDINATION),
    RECORD_BOOL(struct escalation_extra, mode_open),
    RECORD_END,
};
static const struct record_row tail_rows[] = {
    RECORD_U8_IN(struct escalation_extra, card, 0, PAIDAN__CARD__CARD_RED),
    RECORD_U8_IN(struct escalation_extra, supervise, 0, 1 + PAIDAN__SUPERVISE_RULE__SUPERVISE_STEP),
    RECORD_U32(struct escalation_extra, urges),
    RECORD_U32(struct escalation_extra, cancelled_cards),
    RECORD_U32(struct escalation_extra, late),
    RECORD_PACK(APPEAL_MASK | EXTRA_HEARD),
    RECORD_BITS(struct escalation_extra, appeal, APPEAL_MASK, 0, ESCALATION_APPEAL_LAPSED),
    RECORD_BITS(struct escalation_extra, heard, EXTRA_HEARD, 7, 1),
    RECORD_END,
};
static const struct record_row waiting_rows[] = {
    RECORD_U64(struct escalation_extra, request_seq),
    RECORD_U64(struct escalation_extra, request_remind_ms),
    RECORD_TEXT(struct escalation_extra, appeal_unit),
    RECORD_TEXT(struct escalation_extra, appeal_to),
    RECORD_U64(struct escalation_extra, appeal_seq),
    RECORD_U64(struct escalation_extra, appeal_at_ms),
    RECORD_U64(struct escalation_extra, appeal_due_ms),
    RECORD_U64(struct escalation_extra, appeal_remind_ms),
    RECORD_U64(struct escalation_extra, lapsed_ms),
    RECORD_TEXT(struct escalation_extra, lapsed_to),
    RECORD_END,
};

/* A suspension under way is the last pause, and that one is open. */
static bool holds(const struct escalation_extra *extra)
{
    return extra->suspended_until_ms == 0 ||
           (extra->pause_count > 0 && extra->pauses[extra->pause_count - 1].until_ms == 0);
}

enum rc escalation_extra_save(struct store_txn *txn, uint64_t id,
                              const struct escalation_extra *extra)
{
    CHECK(id != 0);
    CHECK(holds(extra));
    unsigned char bytes[EXTRA_BYTES_MAX], key[ESCALATION_ID_KEY_BYTES];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, EXTRA_VERSION);
    record_put(&writer, head_rows, extra);
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        record_put(&writer, assist_rows, &extra->assists[index]);
        escalation_clock_put(&writer, &extra->assists[index].clock);
    }
    record_put(&writer, middle_rows, extra);
    if (extra->mode_open) {
        escalation_clock_put(&writer, &extra->mode_clock);
    }
    record_put(&writer, tail_rows, extra);
    record_put(&writer, waiting_rows, extra);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    escalation_state_id_key(id, key);
    return store_put(txn, ESCALATION_EXTRA, key, sizeof key, bytes, writer.used);
}

enum rc escalation_extra_decode(const void *value, size_t bytes, struct escalation_extra *extra)
{
    struct codec_reader reader;
    uint8_t version = 0;
    const enum rc rc = codec_unseal(&reader, value, bytes, &version);
    if (rc != RC_OK || version == 0 || version > EXTRA_VERSION) {
        return RC_CORRUPT;
    }
    memset(extra, 0, sizeof *extra);
    bool good = true;
    record_get(&reader, head_rows, extra);
    for (uint32_t index = 0; !reader.failed && index < extra->assist_count; index++) {
        record_get(&reader, assist_rows, &extra->assists[index]);
        good = escalation_clock_get(&reader, &extra->assists[index].clock) && good;
    }
    record_get(&reader, middle_rows, extra);
    if (extra->mode_open) {
        good = escalation_clock_get(&reader, &extra->mode_clock) && good;
    }
    record_get(&reader, tail_rows, extra);
    if (version >= 2) {
        record_get(&reader, waiting_rows, extra);
    }
    return good && codec_done(&reader) && holds(extra) ? RC_OK : RC_CORRUPT;
}

enum rc escalation_extra_load(struct store_txn *txn, uint64_t id, struct escalation_extra *extra)
{
    CHECK(id != 0);
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    escalation_state_id_key(id, key);
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(txn, ESCALATION_EXTRA, key, sizeof key, &value, &bytes);
    if (rc == RC_NOT_FOUND) {
        memset(extra, 0, sizeof *extra);
        return RC_OK;
    }
    return rc == RC_OK ? escalation_extra_decode(value, bytes, extra) : rc;
}

/* ---- what the record means ---- */

/* Among equal moments the smaller clock is taken; the other one fires next. */
static void earlier(uint64_t *best_ms, Paidan__Clock *best, uint64_t at_ms, Paidan__Clock clock)
{
    CHECK(clock != 0);
    if (at_ms != 0 && (*best_ms == 0 || at_ms < *best_ms)) {
        *best_ms = at_ms;
        *best = clock;
    }
}

uint64_t escalation_extra_next(const struct escalation_extra *extra, enum escalation_state state,
                               Paidan__Clock *clock)
{
    CHECK(state < ESCALATION_STATE_COUNT);
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
    uint64_t next_ms = 0;
    if (state == ESCALATION_SUSPENDED) {
        *clock = PAIDAN__CLOCK__CLOCK_SUSPENSION;
        return extra->suspended_until_ms;
    }
    if (state != ESCALATION_WITHDRAWN && extra->appeal == ESCALATION_APPEAL_OPEN) {
        earlier(&next_ms, clock, extra->appeal_remind_ms, PAIDAN__CLOCK__CLOCK_APPEAL);
        earlier(&next_ms, clock, extra->appeal_due_ms, PAIDAN__CLOCK__CLOCK_APPEAL);
    }
    const bool open = state == ESCALATION_ASSIGNED || state == ESCALATION_ACCEPTED ||
                      state == ESCALATION_RETURNED;
    if (!open) {
        return next_ms;
    }
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        const struct escalation_assist *assist = &extra->assists[index];
        const bool waits = !assist->done && (assist->clock.flags & ESCALATION_EXPIRED) == 0;
        earlier(&next_ms, clock, waits ? assist->clock.due_ms : 0, PAIDAN__CLOCK__CLOCK_ASSIST);
    }
    earlier(&next_ms, clock, extra->person_due_ms, PAIDAN__CLOCK__CLOCK_PERSON);
    if (extra->request != 0) {
        earlier(&next_ms, clock, extra->request_remind_ms, PAIDAN__CLOCK__CLOCK_REQUEST);
        earlier(&next_ms, clock, extra->request_due_ms, PAIDAN__CLOCK__CLOCK_REQUEST);
    }
    if (extra->mode_open && (extra->mode_clock.flags & ESCALATION_EXPIRED) == 0) {
        earlier(&next_ms, clock, extra->mode_clock.due_ms, extra->mode_clock.clock);
    }
    return next_ms;
}

void escalation_extra_pass_over(struct escalation_extra *extra, uint64_t now_ms)
{
    CHECK(now_ms != 0);
    CHECK(extra->request_remind_ms == 0 || extra->request != 0);
    if (extra->request_due_ms <= now_ms) {
        extra->request_remind_ms = 0;
    }
    if (extra->appeal_due_ms <= now_ms) {
        extra->appeal_remind_ms = 0;
    }
}

void escalation_extra_mirror(const struct escalation_extra *extra, struct escalation_ticket *ticket)
{
    CHECK(ticket->state != ESCALATION_NONE);
    CHECK(extra->card <= PAIDAN__CARD__CARD_RED);
    Paidan__Clock clock = PAIDAN__CLOCK__CLOCK_SUSPENSION;
    ticket->flags |= ESCALATION_HAS_EXTRA;
    ticket->extra_due_ms = escalation_extra_next(extra, ticket->state, &clock);
    ticket->extra_clock = ticket->extra_due_ms != 0 ? (uint8_t)clock : 0;
    ticket->extra_card = extra->card;
    ticket->extra_supervised = extra->supervise != 0;
    ticket->extra_mode = extra->mode_open ? extra->mode : 0;
}

struct escalation_assist *escalation_extra_assist(struct escalation_extra *extra, const char *unit)
{
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        if (strcmp(extra->assists[index].unit, unit) == 0) {
            return &extra->assists[index];
        }
    }
    return NULL;
}

uint32_t escalation_extra_assists_open(const struct escalation_extra *extra)
{
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
    uint32_t open = 0;
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        const struct escalation_assist *task = &extra->assists[index];
        open += task->done || task->unawaited ? 0 : 1;
    }
    return open;
}

bool escalation_extra_queue_key(uint64_t id, const struct escalation_ticket *ticket,
                                const struct escalation_assist *assist,
                                unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    CHECK(assist->unit[0] != '\0');
    CHECK(id != 0);
    if (!escalation_state_open(ticket) || assist->done) {
        return false;
    }
    const uint64_t due_ms = assist->clock.due_ms != 0 ? assist->clock.due_ms : UINT64_MAX;
    escalation_state_queue_prefix(assist->unit, ESCALATION_ASSISTING, key);
    escalation_state_id_key(due_ms, key + ESCALATION_QUEUE_PREFIX_BYTES);
    escalation_state_id_key(id, key + ESCALATION_QUEUE_PREFIX_BYTES + 8);
    return true;
}

bool escalation_extra_waiting_key(uint64_t id, const struct escalation_ticket *ticket,
                                  const struct escalation_extra *extra,
                                  enum escalation_bucket bucket,
                                  unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    CHECK(bucket == ESCALATION_DECIDING || bucket == ESCALATION_JUDGING);
    const bool request = bucket == ESCALATION_DECIDING;
    const bool waits = request
                           ? extra->request != 0 && extra->request_seq != 0
                           : extra->appeal == ESCALATION_APPEAL_OPEN && extra->appeal_seq != 0 &&
                                 ticket->state != ESCALATION_WITHDRAWN;
    if (!waits) {
        return false;
    }
    escalation_state_queue_prefix(request ? extra->request_to : extra->appeal_to, bucket, key);
    escalation_state_id_key(request ? extra->request_due_ms : extra->appeal_due_ms,
                            key + ESCALATION_QUEUE_PREFIX_BYTES);
    escalation_state_id_key(id, key + ESCALATION_QUEUE_PREFIX_BYTES + 8);
    return true;
}

bool escalation_extra_lapsed_key(uint64_t id, const struct escalation_extra *extra,
                                 unsigned char key[ESCALATION_WATCH_KEY_BYTES])
{
    CHECK(id != 0);
    memset(key, 0, ESCALATION_WATCH_KEY_BYTES);
    key[0] = ESCALATION_WATCH_LAPSED;
    escalation_state_id_key(extra->lapsed_ms, key + 1);
    escalation_state_id_key(id, key + 9);
    return extra->lapsed_ms != 0;
}

/* ---- what becomes of it when the ticket moves or ends ---- */

void escalation_extra_drop_request(struct escalation_extra *extra)
{
    CHECK(extra->request <= PAIDAN__REQUEST_KIND__REQUEST_RAISE);
    extra->request = 0;
    extra->request_to_level = 0;
    extra->request_at_ms = extra->request_due_ms = 0;
    extra->request_seq = extra->request_remind_ms = 0;
    memset(extra->request_unit, 0, sizeof extra->request_unit);
    memset(extra->request_to, 0, sizeof extra->request_to);
}

void escalation_extra_end_pause(struct escalation_extra *extra, uint64_t at_ms)
{
    if (extra->suspended_until_ms != 0) {
        CHECK(extra->pause_count > 0);
        CHECK(extra->pauses[extra->pause_count - 1].until_ms == 0);
        extra->pauses[extra->pause_count - 1].until_ms = at_ms;
        extra->suspended_until_ms = 0;
    }
}

void escalation_extra_drop_mode(struct escalation_extra *extra)
{
    CHECK(extra->mode <= PAIDAN__MODE__MODE_COORDINATION);
    extra->mode = 0;
    extra->mode_open = false;
    memset(&extra->mode_clock, 0, sizeof extra->mode_clock);
}

void escalation_extra_moved(struct escalation_extra *extra, const char *unit, uint64_t at_ms)
{
    CHECK(unit[0] != '\0');
    struct escalation_assist *own = escalation_extra_assist(extra, unit);
    if (own != NULL) {
        own->done = true; /* it leads now */
    }
    escalation_extra_drop_request(extra);
    memset(extra->person, 0, sizeof extra->person);
    extra->person_due_ms = 0;
    extra->heard = false;
    escalation_extra_end_pause(extra, at_ms);
}

void escalation_extra_new_round(struct escalation_extra *extra)
{
    CHECK(extra->suspended_until_ms == 0);
    memset(extra->assists, 0, sizeof extra->assists);
    extra->assist_count = 0;
    escalation_extra_drop_mode(extra);
}

void escalation_extra_rest(struct escalation_extra *extra, uint64_t at_ms)
{
    CHECK(extra->pause_count <= ESCALATION_PAUSES_MAX);
    escalation_extra_drop_request(extra);
    extra->person_due_ms = 0;
    escalation_extra_end_pause(extra, at_ms);
}

/* New moments of a clock that runs on: what fired stays fired. */
static enum rc run_on(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    return clock->clock == set->clock ? escalation_clock_take_again(clock, set) : RC_CORRUPT;
}

enum rc escalation_extra_run_on(struct escalation_extra *extra, struct escalation_ticket *ticket,
                                const struct escalation_again *again)
{
    enum rc rc = RC_OK;
    for (size_t index = 0; index < again->clock_count && rc == RC_OK; index++) {
        struct escalation_clock *clock =
            escalation_state_clock(ticket, again->clocks[index]->clock);
        rc = clock == NULL ? RC_CORRUPT : run_on(clock, again->clocks[index]);
    }
    for (size_t index = 0; index < again->assist_count && rc == RC_OK; index++) {
        struct escalation_assist *task =
            escalation_extra_assist(extra, again->assists[index]->unit);
        rc = task == NULL ? RC_CORRUPT : run_on(&task->clock, again->assists[index]->clock);
    }
    if (rc == RC_OK && again->mode != NULL) {
        rc = extra->mode_open ? run_on(&extra->mode_clock, again->mode) : RC_CORRUPT;
    }
    return rc;
}
