/* The board of the next deadlines, and the open work of one unit. */

#include <string.h>

#include "common/base/check.h"
#include "escalation_brief.h"
#include "escalation_query.h"
#include "escalation_tally.h"
#include "escalation_target.h"

enum {
    BOARD_DEFAULT = 50,
    BOARD_MAX = 500,
    WORK_DEFAULT = 100,
    DUE_KEY_BYTES = 17, /* due u64, id u64, kind u8: common/store/due.h */
    /* A cursor of a unit's work: due in ms, and how many of that very due were given. */
    CURSOR_INDEX_BITS = 20,
};
#define CURSOR_INDEX_MAX ((1ull << CURSOR_INDEX_BITS) - 1)
#define CURSOR_DUE_MAX ((1ull << (64 - CURSOR_INDEX_BITS)) - 1)

/* ---- board ---- */

/* The tickets found so far, by key: the next deadline, or, when all have fired, the next alarm. */
struct board {
    struct step_view *view;
    struct escalation_filter filter;
    uint32_t limit, count;
    uint64_t *keys;
    Paidan__Brief **briefs;
};

static void insert(struct board *board, uint64_t key, Paidan__Brief *brief)
{
    if (board->count == board->limit) {
        board->count--;
    }
    uint32_t at = board->count;
    while (at > 0 && board->keys[at - 1] > key) {
        board->keys[at] = board->keys[at - 1];
        board->briefs[at] = board->briefs[at - 1];
        at--;
    }
    board->keys[at] = key;
    board->briefs[at] = brief;
    board->count++;
}

/* A ticket's row is never later than its key: once a row is not before the last key of a full
 * board, no better one follows. */
static bool is_complete(const struct board *board, uint64_t row_due_ms)
{
    return board->count == board->limit && row_due_ms >= board->keys[board->count - 1];
}

static enum rc board_row(struct board *board, uint64_t due_ms, uint64_t id)
{
    struct escalation_ticket ticket;
    struct escalation_info room;
    const struct escalation_info *info = NULL;
    enum rc rc = escalation_state_load(board->view->txn, id, &ticket);
    if (rc == RC_OK) {
        rc = escalation_query_info(board->view->txn, id, &room, &info);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (!escalation_filter_matches(&board->filter, &ticket, info)) {
        return RC_OK;
    }
    const uint64_t deadline_ms = escalation_state_next_deadline(&ticket);
    const uint64_t key = deadline_ms != 0 ? deadline_ms : due_ms;
    CHECK(key >= due_ms);
    if (board->count == board->limit && key >= board->keys[board->count - 1]) {
        return RC_OK;
    }
    Paidan__Brief *brief = NULL;
    rc = escalation_brief(board->view->arena, id, &ticket, info, &brief);
    if (rc == RC_OK) {
        rc = escalation_brief_extra(board->view->txn, board->view->arena, id, &ticket, brief);
    }
    if (rc == RC_OK) {
        insert(board, key, brief);
    }
    return rc;
}

static enum rc board_walk(struct board *board)
{
    struct store_walk walk;
    enum rc rc = store_walk_open(board->view->txn, STORE_DUE, NULL, 0, &walk);
    for (uint32_t seen = 0; rc == RC_OK && seen < ESCALATION_SCAN_MAX; seen++) {
        if (walk.key_bytes != DUE_KEY_BYTES) {
            rc = RC_CORRUPT;
            break;
        }
        const uint64_t due_ms = escalation_state_id_of(walk.key);
        if (is_complete(board, due_ms)) {
            break;
        }
        rc = board_row(board, due_ms, escalation_state_id_of(walk.key + 8));
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Totals are those of the whole site, whatever the board is filtered by. */
static enum rc add_totals(struct step_view *view, Paidan__Boarded *boarded)
{
    const uint64_t *values = view->tally->values;
    boarded->open = values[TALLY_OPEN];
    boarded->overdue = values[TALLY_OVERDUE];
    boarded->red = values[TALLY_RED];
    boarded->yellow = values[TALLY_YELLOW];
    boarded->resolved = values[TALLY_STATE + ESCALATION_RESOLVED - 1];
    boarded->closed = values[TALLY_STATE + ESCALATION_CLOSED - 1];
    const uint32_t count = view->site->level_count;
    CHECK(count <= SITE_LEVELS_MAX);
    Paidan__LevelCount *levels = arena_alloc(view->arena, count * sizeof *levels);
    boarded->levels = arena_alloc(view->arena, count * sizeof(Paidan__LevelCount *));
    if (levels == NULL || boarded->levels == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < count; index++) {
        paidan__level_count__init(&levels[index]);
        levels[index].level = index + 1;
        levels[index].open = values[TALLY_LEVEL + index];
        boarded->levels[index] = &levels[index];
    }
    boarded->n_levels = count;
    return RC_OK;
}

enum rc escalation_query_board(struct step_view *view, const Paidan__Board *wish,
                               Paidan__Answer *answer)
{
    struct board board = {.view = view, .limit = wish->has_limit ? wish->limit : BOARD_DEFAULT};
    if (board.limit == 0 || board.limit > BOARD_MAX) {
        escalation_query_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
        return RC_OK;
    }
    if (!escalation_filter_init(&board.filter, view->site, wish->area, NULL, wish->unit, answer)) {
        return RC_OK;
    }
    Paidan__Boarded *boarded = arena_alloc(view->arena, sizeof *boarded);
    board.keys = arena_alloc(view->arena, board.limit * sizeof *board.keys);
    board.briefs = arena_alloc(view->arena, board.limit * sizeof(Paidan__Brief *));
    if (boarded == NULL || board.keys == NULL || board.briefs == NULL) {
        return RC_LIMIT;
    }
    paidan__boarded__init(boarded);
    enum rc rc = board_walk(&board);
    if (rc == RC_OK) {
        rc = add_totals(view, boarded);
    }
    boarded->tickets = board.briefs;
    boarded->n_tickets = board.count;
    answer->body_case = PAIDAN__ANSWER__BODY_BOARDED;
    answer->boarded = boarded;
    return rc;
}

/* ---- the work of a unit ---- */

/* The four buckets of a unit, each in order of due, merged. */
struct merge {
    struct store_walk walks[ESCALATION_BUCKET_COUNT];
    bool open[ESCALATION_BUCKET_COUNT]; /* stands on a row of the unit */
    unsigned char prefixes[ESCALATION_BUCKET_COUNT][ESCALATION_QUEUE_PREFIX_BYTES];
};

static enum rc settle(struct merge *merge, unsigned bucket, enum rc rc)
{
    const struct store_walk *walk = &merge->walks[bucket];
    merge->open[bucket] =
        rc == RC_OK && walk->key_bytes == ESCALATION_QUEUE_KEY_BYTES &&
        memcmp(walk->key, merge->prefixes[bucket], ESCALATION_QUEUE_PREFIX_BYTES) == 0;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc merge_open(struct merge *merge, struct step_view *view, const char *unit,
                          uint64_t due_ms)
{
    enum rc rc = RC_OK;
    for (unsigned bucket = 0; bucket < ESCALATION_BUCKET_COUNT; bucket++) {
        unsigned char key[ESCALATION_QUEUE_PREFIX_BYTES + 8];
        escalation_state_queue_prefix(unit, (enum escalation_bucket)bucket,
                                      merge->prefixes[bucket]);
        memcpy(key, merge->prefixes[bucket], ESCALATION_QUEUE_PREFIX_BYTES);
        escalation_state_id_key(due_ms, key + ESCALATION_QUEUE_PREFIX_BYTES);
        const enum rc opened =
            store_walk_open(view->txn, ESCALATION_QUEUE, key, sizeof key, &merge->walks[bucket]);
        const enum rc settled = settle(merge, bucket, opened);
        rc = rc == RC_OK ? settled : rc;
    }
    return rc;
}

static void merge_close(struct merge *merge)
{
    for (unsigned bucket = 0; bucket < ESCALATION_BUCKET_COUNT; bucket++) {
        store_walk_close(&merge->walks[bucket]);
    }
}

/* The bucket whose row comes next by due and ticket; ESCALATION_BUCKET_COUNT: none. */
static unsigned merge_first(const struct merge *merge)
{
    unsigned first = ESCALATION_BUCKET_COUNT;
    for (unsigned bucket = 0; bucket < ESCALATION_BUCKET_COUNT; bucket++) {
        if (!merge->open[bucket]) {
            continue;
        }
        const bool before = first == ESCALATION_BUCKET_COUNT ||
                            memcmp(merge->walks[bucket].key + ESCALATION_QUEUE_PREFIX_BYTES,
                                   merge->walks[first].key + ESCALATION_QUEUE_PREFIX_BYTES, 16) < 0;
        first = before ? bucket : first;
    }
    return first;
}

static enum rc add_work(struct step_view *view, uint64_t id, Paidan__Listed *listed)
{
    struct escalation_ticket ticket;
    struct escalation_info room;
    const struct escalation_info *info = NULL;
    enum rc rc = escalation_state_load(view->txn, id, &ticket);
    if (rc == RC_OK) {
        rc = escalation_query_info(view->txn, id, &room, &info);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    Paidan__Brief **place = &listed->tickets[listed->n_tickets];
    rc = escalation_brief(view->arena, id, &ticket, info, place);
    if (rc == RC_OK) {
        rc = escalation_brief_extra(view->txn, view->arena, id, &ticket, *place);
    }
    listed->n_tickets += rc == RC_OK ? 1 : 0;
    return rc;
}

static uint64_t cursor_of(uint64_t due_ms, uint64_t given)
{
    const uint64_t due = due_ms < CURSOR_DUE_MAX ? due_ms : CURSOR_DUE_MAX;
    const uint64_t index = given < CURSOR_INDEX_MAX ? given : CURSOR_INDEX_MAX;
    return due << CURSOR_INDEX_BITS | index;
}

static enum rc merge_rows(struct merge *merge, struct step_view *view, uint64_t cursor,
                          uint32_t limit, Paidan__Listed *listed)
{
    const uint64_t from_ms = cursor >> CURSOR_INDEX_BITS;
    const uint64_t skip = cursor & CURSOR_INDEX_MAX;
    uint64_t due_ms = 0, same = 0; /* rows passed that are due at due_ms */
    enum rc rc = RC_OK;
    for (unsigned bucket = merge_first(merge); rc == RC_OK && bucket < ESCALATION_BUCKET_COUNT;
         bucket = merge_first(merge)) {
        const unsigned char *key = merge->walks[bucket].key;
        const uint64_t row_ms = escalation_state_queue_due(key);
        if (listed->n_tickets == limit) {
            listed->has_next = true;
            listed->next = cursor_of(due_ms, same);
            return RC_OK;
        }
        same = row_ms == due_ms ? same + 1 : 1;
        due_ms = row_ms;
        if (row_ms != from_ms || same > skip) {
            rc = add_work(view, escalation_state_queue_ticket(key), listed);
        }
        if (rc == RC_OK) {
            rc = settle(merge, bucket, store_walk_next(&merge->walks[bucket]));
        }
    }
    return rc;
}

enum rc escalation_query_unit_work(struct step_view *view, const Paidan__UnitWork *wish,
                                   Paidan__Answer *answer)
{
    const uint32_t limit = wish->has_limit ? wish->limit : WORK_DEFAULT;
    if (limit == 0 || limit > LIST_MAX) {
        escalation_query_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
        return RC_OK;
    }
    bool known = false;
    enum rc rc = escalation_target_unit_known(view->txn, view->site, wish->unit, &known);
    if (rc != RC_OK || !known) {
        escalation_query_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
        return rc;
    }
    Paidan__Listed *listed = arena_alloc(view->arena, sizeof *listed);
    struct merge *merge = arena_zalloc(view->arena, sizeof *merge);
    if (listed == NULL || merge == NULL) {
        return RC_LIMIT;
    }
    paidan__listed__init(listed);
    listed->tickets = arena_alloc(view->arena, limit * sizeof(Paidan__Brief *));
    if (listed->tickets == NULL) {
        return RC_LIMIT;
    }
    const uint64_t cursor = wish->has_cursor ? wish->cursor : 0;
    rc = merge_open(merge, view, wish->unit, cursor >> CURSOR_INDEX_BITS);
    if (rc == RC_OK) {
        rc = merge_rows(merge, view, cursor, limit, listed);
    }
    merge_close(merge);
    answer->body_case = PAIDAN__ANSWER__BODY_LISTED;
    answer->listed = listed;
    return rc;
}
