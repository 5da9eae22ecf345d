/* group: the rows that are open, and how candidates are found among them.
 *
 * Owns the memory of an index: counts of grams, rows with what is compared of them, and postings. A
 * row is posted under its rarest grams, 32 at most; a gram's postings share a ring of 64 places with
 * the grams that fall together with it, each told apart by eight bits, and the newest write over the
 * oldest. Both bounds cost candidates alone, never a wrong answer: what is found is compared in full.
 *
 * Must stay true: a posting may name a row that was dropped or whose place another has taken; it is
 * then compared as what stands there, which does no harm. Rows keep their place while they live. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/group_private.h"

enum {
    RING = 64,
    ASKED = GROUP_POSTED,
    COMPARED = 12,
    PREFETCHED = 512, /* bytes of a row; the rest follows by itself */
    TALLY_BITS = 13,
    TALLY = 1 << TALLY_BITS, /* more than ASKED * RING, twice */
    RINGS_MIN = 1 << 12,
    TAG_BITS = 8,
    /* A town's complaints of which nothing is known yet: so many, and none with the gram. Keeps a
     * table of ten rows from taking every word for a common one. */
    UNSEEN = 1000,
    RARE_FLOOR = 20,
    DEEDS_MIN = 64,
};
#define RARE_SHARE 0.03f  /* of texts: in more of them a gram names no place */
#define SUPPORT_FROM 2.0f /* below even odds the second-best row of a group says nothing */

static_assert(TALLY > ASKED * RING * 2, "a tally is never full");
static_assert(GROUP_ROWS_MAX <= 1u << (32 - TAG_BITS), "a posting is a row and a tag");
static_assert((size_t)GROUP_ROWS_MAX / 2 * RING <= UINT32_MAX, "a posting has a number");
static_assert(sizeof(struct group_kept) + (GROUP_GRAMS_MAX + GROUP_NAME_GRAMS_MAX) * 4 <=
                  GROUP_ROW_BYTES_MAX,
              "what the header promises");

struct tally {
    uint32_t row; /* + 1; 0: free */
    float sum;
};

enum deed_kind { PUT, DROPPED, MOVED };

/* What was done since group_begin, so that it can be undone. */
struct deed {
    enum deed_kind kind;
    uint32_t place;
    uint64_t group;          /* MOVED: before */
    struct group_kept *kept; /* DROPPED */
};

struct posting {
    uint32_t at, before;
};

struct group_index {
    uint32_t rows_max, count; /* count: places in use, also of rows that are dropped for now */
    uint32_t gone;            /* of them, dropped since group_begin */
    bool starved;             /* group_starve */
    bool spoiled;             /* group_spoil */
    uint32_t texts;           /* that were counted */
    uint32_t *counts;         /* texts a gram was in, by key */
    struct group_kept **rows;
    uint32_t *unused; /* places of rows, the next one last */
    uint32_t *ids;    /* row + 1, by open addressing over their ids */
    uint32_t id_mask;
    uint32_t *postings; /* rings of RING: row + 1 above its tag; 0: nothing */
    uint8_t *heads;     /* where a ring is written next */
    uint32_t ring_mask;
    struct group_probe probe;
    bool begun;
    struct deed *deeds;
    struct posting *written; /* postings that the rows put since then have written over */
    size_t deed_count, deed_room, written_count, written_room;
    bool looked_for; /* the probe is the row that was looked for last, and nothing came since */
    uint64_t looked_id;
    struct tally tally[TALLY];      /* empty between calls */
    uint16_t touched[ASKED * RING]; /* places of tally that are not */
    size_t touched_count;
};

const char *group_names_name(enum group_names names)
{
    static const char *const words[GROUP_NAMES_COUNT] = {"untold", "both", "one", "other"};
    CHECK(names < GROUP_NAMES_COUNT);
    return words[names];
}

/* ---- opening ---- */

static uint32_t power_of_two(uint32_t least)
{
    uint32_t power = 1;
    while (power < least) {
        power *= 2;
    }
    return power;
}

enum rc group_open(struct group_index **index, uint32_t rows)
{
    CHECK(rows >= 1);
    CHECK(rows <= GROUP_ROWS_MAX);
    struct group_index *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    const uint32_t rings = power_of_two(rows / 2 > RINGS_MIN ? rows / 2 : RINGS_MIN);
    made->rows_max = rows;
    made->ring_mask = rings - 1;
    made->id_mask = power_of_two(rows * 2) - 1;
    made->counts = calloc((size_t)1 << GROUP_KEY_BITS, sizeof *made->counts);
    made->rows = calloc(rows, sizeof(struct group_kept *));
    made->unused = malloc(rows * sizeof *made->unused);
    made->ids = calloc((size_t)made->id_mask + 1, sizeof *made->ids);
    made->postings = calloc((size_t)rings * RING, sizeof *made->postings);
    made->heads = calloc(rings, 1);
    if (made->counts == NULL || made->rows == NULL || made->unused == NULL || made->ids == NULL ||
        made->postings == NULL || made->heads == NULL) {
        group_close(made);
        return RC_LIMIT;
    }
    for (uint32_t row = 0; row < rows; row++) {
        made->unused[row] = rows - 1 - row;
    }
    *index = made;
    return RC_OK;
}

void group_close(struct group_index *index)
{
    if (index == NULL) {
        return;
    }
    for (uint32_t row = 0; index->rows != NULL && row < index->rows_max; row++) {
        free(index->rows[row]);
    }
    free(index->counts);
    free((void *)index->rows);
    free(index->unused);
    free(index->ids);
    free(index->postings);
    free(index->heads);
    for (size_t deed = 0; deed < index->deed_count; deed++) {
        free(index->deeds[deed].kept);
    }
    free(index->deeds);
    free(index->written);
    free(index);
}

uint32_t group_count(const struct group_index *index)
{
    return index->count - index->gone;
}

/* ---- counting ---- */

static void count_grams(struct group_index *index)
{
    const struct group_text *read = &index->probe.text;
    if (read->count == 0 || index->texts == UINT32_MAX) {
        return;
    }
    index->texts++;
    for (size_t gram = 0; gram < read->count; gram++) {
        index->counts[read->grams[gram].key]++;
    }
}

void group_learn(struct group_index *index, const struct learn_text *text)
{
    index->looked_for = false;
    group_read_text(&index->probe.text, text);
    count_grams(index);
}

/* The grams that tell most, at most max of those that are not in everybody's text, the heaviest
 * first. */
static size_t heaviest(const struct group_probe *probe, uint16_t *grams, size_t max)
{
    size_t count = 0;
    for (size_t gram = 0; gram < probe->text.count; gram++) {
        const float weight = probe->weight[gram];
        if (weight <= 0 || probe->text.grams[gram].body == 0 ||
            (count == max && weight <= probe->weight[grams[count - 1]])) {
            continue;
        }
        size_t at = count < max ? count++ : count - 1;
        for (; at > 0 && probe->weight[grams[at - 1]] < weight; at--) {
            grams[at] = grams[at - 1];
        }
        grams[at] = (uint16_t)gram;
    }
    return count;
}

/* Reads a row into the probe, with its weights as the counts are now; met: as they are once it is
 * counted. */
static void read_row(struct group_index *index, const struct group_row *row, bool met)
{
    struct group_probe *probe = &index->probe;
    group_read_text(&probe->text, &row->text);
    const uint32_t self = met && probe->text.count > 0 ? 1 : 0;
    const float texts = (float)index->texts + (float)self;
    const float all = logf(texts + UNSEEN + 1);
    probe->time_ms = row->time_ms;
    probe->rare = all - logf(texts * RARE_SHARE + RARE_FLOOR);
    for (size_t gram = 0; gram < probe->text.count; gram++) {
        const uint32_t count = index->counts[probe->text.grams[gram].key];
        const float idf = all - logf((float)(count + self) + 0.5f);
        probe->idf[gram] = idf > 0 ? idf : 0;
    }
    group_read_names(&probe->text, probe->idf, probe->rare);
    group_score_weigh(probe);
    probe->heavy_count = heaviest(probe, probe->heavy, ASKED);
}

/* ---- rows ---- */

static uint64_t mixed(uint64_t value)
{
    value = (value ^ value >> 31) * 0x9e3779b97f4a7c15ull;
    return value ^ value >> 32;
}

/* Where an id stands, or the free place for it. */
static uint32_t id_slot(const struct group_index *index, uint64_t id)
{
    uint32_t slot = (uint32_t)mixed(id) & index->id_mask;
    while (index->ids[slot] != 0 && index->rows[index->ids[slot] - 1]->id != id) {
        slot = (slot + 1) & index->id_mask;
    }
    return slot;
}

/* What follows a place that becomes free moves up, so that searches need no mark of what was. */
static void free_id(struct group_index *index, uint32_t slot)
{
    index->ids[slot] = 0;
    for (uint32_t at = (slot + 1) & index->id_mask; index->ids[at] != 0;
         at = (at + 1) & index->id_mask) {
        const uint32_t row = index->ids[at];
        index->ids[at] = 0;
        index->ids[id_slot(index, index->rows[row - 1]->id)] = row;
    }
}

static uint32_t ring_of(const struct group_index *index, uint32_t key, uint32_t *tag)
{
    const uint64_t hash = mixed((uint64_t)key + 1);
    *tag = (uint32_t)(hash >> 40) & ((1u << TAG_BITS) - 1);
    return (uint32_t)hash & index->ring_mask;
}

static struct group_gram gram_of(const struct group_kept *kept, size_t at)
{
    struct group_gram gram;
    static_assert(sizeof gram == sizeof kept->rest[0], "a gram is kept as a number");
    memcpy(&gram, &kept->rest[at], sizeof gram);
    return gram;
}

static void post(struct group_index *index, uint32_t place)
{
    const struct group_kept *kept = index->rows[place];
    for (size_t at = 0; at < kept->posted; at++) {
        uint32_t tag = 0;
        const uint32_t ring = ring_of(index, gram_of(kept, at).key, &tag);
        uint8_t *head = &index->heads[ring];
        const size_t posting = (size_t)ring * RING + *head;
        if (index->begun) {
            CHECK(index->written_count < index->written_room);
            index->written[index->written_count++] =
                (struct posting){.at = (uint32_t)posting, .before = index->postings[posting]};
        }
        index->postings[posting] = (place + 1) << TAG_BITS | tag;
        *head = (uint8_t)((*head + 1) % RING);
    }
}

/* A row that is counted is one more text with its grams while it is there. */
static void count_kept(struct group_index *index, const struct group_kept *kept, bool more)
{
    if (!kept->counted || kept->count == 0) {
        return;
    }
    index->texts += more ? 1u : UINT32_MAX;
    for (size_t at = 0; at < kept->count; at++) {
        index->counts[gram_of(kept, at).key] += more ? 1u : UINT32_MAX;
    }
}

/* ---- what can be undone ---- */

/* Doubles a list of items until it holds so many. */
static bool widen(void **items, size_t *room, size_t needed, size_t item_bytes)
{
    if (needed <= *room) {
        return true;
    }
    const size_t wider = needed * 2 + DEEDS_MIN;
    void *list = realloc(*items, wider * item_bytes);
    if (list == NULL) {
        return false;
    }
    *items = list;
    *room = wider;
    return true;
}

/* Before anything is changed, so that what is done can always be undone. */
static bool room_for_deed(struct group_index *index, size_t postings)
{
    void *deeds = index->deeds, *written = index->written;
    const bool room =
        !index->begun ||
        (!index->starved &&
         widen(&deeds, &index->deed_room, index->deed_count + 1, sizeof *index->deeds) &&
         widen(&written, &index->written_room, index->written_count + postings,
               sizeof *index->written));
    index->deeds = deeds;
    index->written = written;
    return room;
}

static void note_deed(struct group_index *index, struct deed deed)
{
    CHECK(index->begun);
    CHECK(index->deed_count < index->deed_room);
    index->deeds[index->deed_count++] = deed;
}

static void free_place(struct group_index *index, uint32_t place)
{
    CHECK(index->count > 0);
    CHECK(index->rows[place] == NULL);
    index->count--;
    index->unused[index->rows_max - 1 - index->count] = place;
}

/* The newest first, so that each finds the index as it left it. */
static void undo(struct group_index *index, const struct deed *deed)
{
    struct group_kept *kept = deed->kind == DROPPED ? deed->kept : index->rows[deed->place];
    CHECK(kept != NULL);
    if (deed->kind == MOVED) {
        kept->group = deed->group;
    } else if (deed->kind == DROPPED) {
        index->rows[deed->place] = kept;
        index->ids[id_slot(index, kept->id)] = deed->place + 1;
        index->gone--;
        count_kept(index, kept, true);
    } else {
        for (size_t at = 0; at < kept->posted; at++) {
            CHECK(index->written_count > 0);
            const struct posting *posting = &index->written[--index->written_count];
            index->postings[posting->at] = posting->before;
            index->heads[posting->at / RING] = (uint8_t)(posting->at % RING);
        }
        count_kept(index, kept, false);
        free_id(index, id_slot(index, kept->id));
        index->rows[deed->place] = NULL;
        free_place(index, deed->place);
        free(kept);
    }
}

void group_spoil(struct group_index *index)
{
    CHECK(index->begun); /* else nothing could have failed */
    index->spoiled = true;
}

bool group_spoiled(const struct group_index *index)
{
    return index->spoiled;
}

void group_starve(struct group_index *index)
{
    CHECK(!index->starved);
    index->starved = true;
}

void group_begin(struct group_index *index)
{
    CHECK(index->begun || index->deed_count == 0);
    index->begun = true;
}

void group_settle(struct group_index *index, bool hold)
{
    index->looked_for = false; /* what it was weighed by may be undone */
    for (size_t at = index->deed_count; !hold && at > 0; at--) {
        undo(index, &index->deeds[at - 1]);
    }
    for (size_t at = 0; hold && at < index->deed_count; at++) {
        const struct deed *deed = &index->deeds[at];
        if (deed->kind == DROPPED) {
            index->gone--;
            free_place(index, deed->place);
            free(deed->kept);
        }
    }
    CHECK(index->gone == 0);
    index->deed_count = index->written_count = 0;
    index->begun = false;
}

/* ---- putting and dropping ---- */

static enum rc place_row(struct group_index *index, const union group_room *room, size_t bytes)
{
    const uint32_t slot = id_slot(index, room->kept.id);
    if (index->ids[slot] != 0) {
        return RC_EXISTS;
    }
    if (index->spoiled || index->count == index->rows_max ||
        !room_for_deed(index, room->kept.posted)) {
        return RC_LIMIT;
    }
    struct group_kept *kept = malloc(bytes);
    if (kept == NULL) {
        return RC_LIMIT;
    }
    memcpy(kept, room, bytes);
    const uint32_t place = index->unused[index->rows_max - 1 - index->count];
    CHECK(index->rows[place] == NULL);
    index->rows[place] = kept;
    index->ids[slot] = place + 1;
    index->count++;
    index->looked_for = false;
    count_kept(index, kept, true);
    if (index->begun) {
        note_deed(index, (struct deed){.kind = PUT, .place = place});
    }
    post(index, place);
    return RC_OK;
}

/* Reads the row again unless it is the one that was looked for last. */
static size_t keep_row(struct group_index *index, const struct group_row *row,
                       union group_room *room)
{
    if (!index->looked_for || index->looked_id != row->id) {
        read_row(index, row, false);
    }
    return group_pack_keep(&index->probe, room);
}

enum rc group_put(struct group_index *index, const struct group_row *row, uint64_t group)
{
    union group_room room;
    const size_t bytes = keep_row(index, row, &room);
    room.kept.id = row->id;
    room.kept.group = group;
    room.kept.time_ms = row->time_ms;
    return place_row(index, &room, bytes);
}

size_t group_pack(struct group_index *index, const struct group_row *row, unsigned char *bytes)
{
    union group_room room;
    (void)keep_row(index, row, &room);
    return group_pack_write(&room.kept, bytes);
}

enum rc group_put_packed(struct group_index *index, const struct group_packed *row, uint64_t group)
{
    union group_room room;
    const size_t bytes = group_pack_read(row->bytes, row->size, &room);
    if (bytes == 0) {
        return RC_INVALID;
    }
    room.kept.id = row->id;
    room.kept.group = group;
    room.kept.time_ms = row->time_ms;
    room.kept.counted = true;
    return place_row(index, &room, bytes);
}

enum rc group_drop(struct group_index *index, uint64_t id)
{
    const uint32_t slot = id_slot(index, id);
    if (index->spoiled || index->ids[slot] == 0) {
        return RC_NOT_FOUND;
    }
    if (!room_for_deed(index, 0)) {
        return RC_LIMIT;
    }
    const uint32_t place = index->ids[slot] - 1;
    struct group_kept *kept = index->rows[place];
    free_id(index, slot);
    index->rows[place] = NULL;
    count_kept(index, kept, false);
    if (index->begun) {
        index->gone++;
        note_deed(index, (struct deed){.kind = DROPPED, .place = place, .kept = kept});
    } else {
        free_place(index, place);
        free(kept);
    }
    return RC_OK;
}

enum rc group_move(struct group_index *index, uint64_t id, uint64_t group)
{
    const uint32_t slot = id_slot(index, id);
    if (index->spoiled || index->ids[slot] == 0) {
        return RC_NOT_FOUND;
    }
    if (!room_for_deed(index, 0)) {
        return RC_LIMIT;
    }
    const uint32_t place = index->ids[slot] - 1;
    if (index->begun) {
        note_deed(index,
                  (struct deed){.kind = MOVED, .place = place, .group = index->rows[place]->group});
    }
    index->rows[place]->group = group;
    return RC_OK;
}

bool group_holds(const struct group_index *index, uint64_t id, uint64_t *group)
{
    const uint32_t slot = id_slot(index, id);
    if (index->ids[slot] == 0) {
        return false;
    }
    *group = index->rows[index->ids[slot] - 1]->group;
    return true;
}

/* ---- finding ---- */

static void tally_add(struct group_index *index, uint32_t row, float sum)
{
    uint32_t slot = (uint32_t)(row * 2654435761u) >> (32 - TALLY_BITS);
    while (index->tally[slot].row != 0 && index->tally[slot].row != row + 1) {
        slot = (slot + 1) % TALLY;
    }
    if (index->tally[slot].row == 0) {
        index->tally[slot].row = row + 1;
        index->touched[index->touched_count++] = (uint16_t)slot;
    }
    index->tally[slot].sum += sum;
}

static void tally_all(struct group_index *index)
{
    const struct group_probe *probe = &index->probe;
    const uint16_t *grams = probe->heavy;
    const size_t count = probe->heavy_count;
    uint32_t rings[ASKED], tags[ASKED];
    CHECK(index->touched_count == 0);
    for (size_t at = 0; at < count; at++) {
        rings[at] = ring_of(index, probe->text.grams[grams[at]].key, &tags[at]);
        const uint32_t *ring = index->postings + (size_t)rings[at] * RING;
        for (size_t line = 0; line < RING; line += 16) {
            __builtin_prefetch(ring + line);
        }
    }
    for (size_t at = 0; at < count; at++) {
        const uint32_t *ring = index->postings + (size_t)rings[at] * RING;
        const float sum = probe->weight[grams[at]] * probe->idf[grams[at]];
        for (size_t place = 0; place < RING; place++) {
            if (ring[place] != 0 && (ring[place] & ((1u << TAG_BITS) - 1)) == tags[at]) {
                tally_add(index, (ring[place] >> TAG_BITS) - 1, sum);
            }
        }
    }
}

/* The rows with most in common, the best first; the tally is empty afterwards. Of equal ones the one
 * that stands first, so that the answer does not hang on where they fell in the tally. */
static size_t best_rows(struct group_index *index, uint32_t *rows)
{
    float sums[COMPARED];
    size_t count = 0;
    for (size_t touched = 0; touched < index->touched_count; touched++) {
        struct tally *tally = &index->tally[index->touched[touched]];
        const float sum = tally->sum;
        const uint32_t row = tally->row - 1;
        *tally = (struct tally){.row = 0};
        if ((count == COMPARED && sum < sums[count - 1]) || index->rows[row] == NULL) {
            continue;
        }
        size_t at = count;
        for (; at > 0 && (sums[at - 1] < sum || (sums[at - 1] <= sum && rows[at - 1] > row));
             at--) {
            if (at < COMPARED) {
                sums[at] = sums[at - 1];
                rows[at] = rows[at - 1];
            }
        }
        if (at < COMPARED) {
            sums[at] = sum;
            rows[at] = row;
            count += count < COMPARED;
        }
    }
    index->touched_count = 0;
    return count;
}

struct standing {
    struct group_candidate candidate;
    float best, second;
};

static void note_row(struct standing *groups, size_t *count, const struct group_kept *kept,
                     float score, const struct group_evidence *evidence)
{
    size_t at = 0;
    while (at < *count && groups[at].candidate.group != kept->group) {
        at++;
    }
    if (at == *count) {
        groups[at] = (struct standing){
            .candidate = {.group = kept->group}, .best = -INFINITY, .second = -INFINITY};
        ++*count;
    }
    struct standing *group = &groups[at];
    if (score > group->best) {
        group->second = group->best;
        group->best = score;
        group->candidate.id = kept->id;
        group->candidate.evidence = *evidence;
    } else if (score > group->second) {
        group->second = score;
    }
}

static float probability_of(const struct standing *group)
{
    const float share = (group->second + SUPPORT_FROM) / SUPPORT_FROM;
    const float support = share > 1 ? 1 : share > 0 ? share : 0;
    return 1 / (1 + expf(-(group->best + support)));
}

/* Of the row in the probe. */
static size_t find(struct group_index *index, const struct group_row *row,
                   struct group_candidate *candidates)
{
    uint32_t rows[COMPARED];
    struct standing groups[COMPARED];
    size_t count = 0, written = 0;
    index->looked_for = true;
    index->looked_id = row->id;
    tally_all(index);
    const size_t found = best_rows(index, rows);
    for (size_t at = 0; at < found; at++) { /* they lie anywhere: waiting once, not for each */
        const char *kept = (const char *)index->rows[rows[at]];
        for (size_t line = 0; line < PREFETCHED; line += 64) {
            __builtin_prefetch(kept + line);
        }
    }
    for (size_t at = 0; at < found; at++) {
        const struct group_kept *kept = index->rows[rows[at]];
        struct group_evidence evidence;
        if (kept->id == row->id) {
            continue;
        }
        const float score = group_score(&index->probe, kept, &evidence);
        note_row(groups, &count, kept, score, &evidence);
    }
    for (size_t at = 0; at < count; at++) {
        groups[at].candidate.probability = probability_of(&groups[at]);
    }
    /* One is read, seldom five: the best of the rest, again and again. */
    while (written < GROUP_CANDIDATES_MAX && written < count) {
        size_t best = written;
        for (size_t at = written + 1; at < count; at++) {
            if (groups[at].candidate.probability > groups[best].candidate.probability) {
                best = at;
            }
        }
        const struct standing first = groups[best];
        memmove(&groups[written + 1], &groups[written], (best - written) * sizeof groups[0]);
        groups[written] = first;
        candidates[written++] = first.candidate;
    }
    return written;
}

size_t group_find(struct group_index *index, const struct group_row *row,
                  struct group_candidate *candidates)
{
    read_row(index, row, false);
    return index->spoiled ? 0 : find(index, row, candidates);
}

size_t group_meet(struct group_index *index, const struct group_row *row,
                  struct group_candidate *candidates)
{
    read_row(index, row, true);
    return index->spoiled ? 0 : find(index, row, candidates);
}
