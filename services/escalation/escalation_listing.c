/* escalation_listing: merges runs of rows, reads the ticket of each, gives those asked for.
 *
 * Owns the walk it holds open while a page is read, nothing else. What must stay true:
 * - The heap holds each run at most once, at a row that stands in the table and within the range.
 * The least row of all runs is heap[0], so that rows come in the order of their keys across runs.
 * - `last` is the key of the newest row looked at, whether its ticket was asked for or not: a
 * cursor made of it can neither leave out a row nor show one twice.
 * - A row without a ticket contradicts the fold that wrote it: RC_CORRUPT, never passed over.
 * - Reading costs one step of the walk a row while the rows of one run follow each other, and one
 *   search where the runs alternate. */

#include "escalation_listing.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "escalation_brief.h"

/* A unit has six runs; a site of a few units needs no second piece of the arena. */
enum { RUNS_FIRST = 16 };

/* Keys of a source: prefix, then what rows are in order of. id_at: the ticket, within the order. */
static const struct shape {
    unsigned table;
    uint8_t prefix_bytes, order_bytes, id_at;
} shapes[ESCALATION_LIST_SOURCES] = {
    [ESCALATION_LIST_TICKETS] = {ESCALATION_TICKET, 0, 8, 0},
    [ESCALATION_LIST_DUES] = {STORE_DUE, 0, 17, 8}, /* due, id, kind: common/store/due.h */
    [ESCALATION_LIST_QUEUES] = {ESCALATION_QUEUE, ESCALATION_QUEUE_PREFIX_BYTES, 16, 8},
    [ESCALATION_LIST_WATCHED] = {ESCALATION_WATCH, 1, 16, 8},
};
static_assert(ESCALATION_QUEUE_KEY_BYTES == ESCALATION_QUEUE_PREFIX_BYTES + 16, "due and ticket");
static_assert(ESCALATION_WATCH_KEY_BYTES == 1 + 16, "watch, moment and ticket");

static const struct shape *shape_of(const struct escalation_listing *listing)
{
    CHECK(listing->source < ESCALATION_LIST_SOURCES);
    return &shapes[listing->source];
}

/* ---- numbers as keys are ---- */

/* A big-endian number one higher or one lower, carried from the last byte up; false: there is no
 * such number, it went round. */
static bool step_number(unsigned char *bytes, size_t count, bool down)
{
    for (size_t index = count; index > 0; index--) {
        bytes[index - 1] = (unsigned char)(bytes[index - 1] + (down ? 0xff : 1));
        if (bytes[index - 1] != (down ? 0xff : 0)) {
            return true;
        }
    }
    return false;
}

void escalation_listing_init(struct escalation_listing *listing, struct step_view *view,
                             enum escalation_listing_source source, bool backward)
{
    CHECK(source < ESCALATION_LIST_SOURCES);
    CHECK(view->site != NULL);
    *listing = (struct escalation_listing){.view = view, .source = source, .backward = backward};
    listing->filter = (struct escalation_filter){
        .site = view->site, .area = SITE_NONE, .category = SITE_NONE, .channel = SITE_NONE};
    memset(backward ? listing->from : listing->until, 0xff, ESCALATION_ORDER_BYTES_MAX);
}

void escalation_listing_range(struct escalation_listing *listing, uint64_t first, uint64_t last)
{
    CHECK(listing->run_numbers == 0); /* runs stand within the range they were added with */
    /* The rest of the keys stays as init made it: all of what stands at these numbers is within. */
    escalation_state_id_key(first, listing->from);
    escalation_state_id_key(last, listing->until);
}

/* In the direction of the listing: below 0, left comes before right. Keys are big-endian, so that
 * the order of bytes is the order of moments and ids. */
static int compare(const struct escalation_listing *listing, const unsigned char *left,
                   const unsigned char *right)
{
    const int order = memcmp(left, right, shape_of(listing)->order_bytes);
    return listing->backward ? -order : order;
}

/* ---- the cursor ---- */

bool escalation_listing_resume(struct escalation_listing *listing, unsigned char kind,
                               const ProtobufCBinaryData *cursor)
{
    const size_t bytes = shape_of(listing)->order_bytes;
    CHECK(listing->run_numbers == 0);
    if (cursor->len != 1 + bytes || cursor->data[0] != kind) {
        return false;
    }
    /* Bytes of a caller: whatever they are, they only say where to begin, and the range still
     * holds. The highest key of all has nothing after it, so that no page can have given it. */
    unsigned char next[ESCALATION_ORDER_BYTES_MAX];
    memcpy(next, cursor->data + 1, bytes);
    const bool some = step_number(next, bytes, listing->backward);
    if (some && compare(listing, next, listing->from) > 0) {
        memcpy(listing->from, next, bytes);
    }
    return some;
}

enum rc escalation_listing_cursor(const struct escalation_listing *listing, unsigned char kind,
                                  ProtobufCBinaryData *cursor)
{
    const size_t bytes = shape_of(listing)->order_bytes;
    CHECK(listing->seen > 0);
    unsigned char *data = arena_alloc(listing->view->arena, 1 + bytes);
    if (data == NULL) {
        return RC_LIMIT;
    }
    data[0] = kind;
    memcpy(data + 1, listing->last, bytes);
    *cursor = (ProtobufCBinaryData){.len = 1 + bytes, .data = data};
    return RC_OK;
}

uint64_t escalation_listing_last_id(const struct escalation_listing *listing)
{
    return escalation_state_id_of(listing->last + shape_of(listing)->id_at);
}

/* ---- the heap of runs ---- */

static bool is_before(const struct escalation_listing *listing, uint32_t left, uint32_t right)
{
    return compare(listing, listing->runs[left].order, listing->runs[right].order) < 0;
}

static void swap(struct escalation_listing *listing, uint32_t left, uint32_t right)
{
    CHECK(left < listing->run_count);
    CHECK(right < listing->run_count);
    const struct escalation_listing_run kept = listing->runs[left];
    listing->runs[left] = listing->runs[right];
    listing->runs[right] = kept;
}

static void sift_down(struct escalation_listing *listing)
{
    uint32_t at = 0;
    for (;;) {
        uint32_t least = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < listing->run_count;
             child++) {
            least = is_before(listing, child, least) ? child : least;
        }
        if (least == at) {
            return;
        }
        swap(listing, at, least);
        at = least;
    }
}

static enum rc push(struct escalation_listing *listing, const struct escalation_listing_run *run)
{
    CHECK(listing->run_count <= listing->run_room);
    if (listing->run_count == listing->run_room) {
        const uint32_t room = listing->run_room == 0 ? RUNS_FIRST : 2 * listing->run_room;
        /* The old piece stays in the arena until the query ends: at most as much again. */
        struct escalation_listing_run *runs =
            arena_alloc(listing->view->arena, room * sizeof *runs);
        if (runs == NULL) {
            return RC_LIMIT;
        }
        if (listing->run_count != 0) {
            memcpy(runs, listing->runs, listing->run_count * sizeof *runs);
        }
        listing->runs = runs;
        listing->run_room = room;
    }
    uint32_t at = listing->run_count;
    listing->runs[at] = *run;
    listing->run_count++;
    while (at > 0 && is_before(listing, at, (at - 1) / 2)) {
        swap(listing, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    return RC_OK;
}

/* ---- rows of a run ---- */

/* The walk stands where it was moved, or found nothing: is that the run's next row? */
static enum rc settle(struct escalation_listing *listing, enum rc rc,
                      struct escalation_listing_run *run, bool *some)
{
    const struct shape *shape = shape_of(listing);
    const struct store_walk *walk = &listing->walk;
    *some = false;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (walk->key_bytes != (size_t)shape->prefix_bytes + shape->order_bytes) {
        return RC_CORRUPT;
    }
    if (memcmp(walk->key, run->prefix, shape->prefix_bytes) == 0) {
        memcpy(run->order, walk->key + shape->prefix_bytes, shape->order_bytes);
        *some = compare(listing, run->order, listing->until) <= 0;
    }
    return RC_OK;
}

/* The run's first row at or after an order. */
static enum rc seek(struct escalation_listing *listing, struct escalation_listing_run *run,
                    const unsigned char *order, bool *some)
{
    const struct shape *shape = shape_of(listing);
    struct store_txn *txn = listing->view->txn;
    unsigned char key[ESCALATION_QUEUE_PREFIX_BYTES + ESCALATION_ORDER_BYTES_MAX];
    const size_t bytes = (size_t)shape->prefix_bytes + shape->order_bytes;
    memcpy(key, run->prefix, shape->prefix_bytes);
    memcpy(key + shape->prefix_bytes, order, shape->order_bytes);
    CHECK(run->number != 0);
    escalation_listing_close(listing);
    listing->walk_number = run->number;
    const enum rc rc = listing->backward
                           ? store_walk_open_last(txn, shape->table, key, bytes, &listing->walk)
                           : store_walk_open(txn, shape->table, key, bytes, &listing->walk);
    return settle(listing, rc, run, some);
}

void escalation_listing_close(struct escalation_listing *listing)
{
    if (listing->walk_number != 0) {
        store_walk_close(&listing->walk);
        listing->walk_number = 0;
    }
}

enum rc escalation_listing_add_run(struct escalation_listing *listing, const unsigned char *prefix)
{
    const struct shape *shape = shape_of(listing);
    struct escalation_listing_run run = {.number = listing->run_numbers + 1};
    bool some = false;
    CHECK((prefix == NULL) == (shape->prefix_bytes == 0));
    if (prefix != NULL) {
        memcpy(run.prefix, prefix, shape->prefix_bytes);
    }
    listing->run_numbers++;
    const enum rc rc = seek(listing, &run, listing->from, &some);
    return rc == RC_OK && some ? push(listing, &run) : rc;
}

enum rc escalation_listing_add_runs(struct escalation_listing *listing,
                                    bool (*wanted)(unsigned char bucket))
{
    const struct shape *shape = shape_of(listing);
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES] = {0};
    CHECK(shape->prefix_bytes > 0);
    CHECK(!listing->backward); /* prefixes are found upward */
    for (bool more = true; more; more = step_number(prefix, shape->prefix_bytes, false)) {
        escalation_listing_close(listing);
        listing->walk_number = UINT32_MAX; /* of no run */
        enum rc rc = store_walk_open(listing->view->txn, shape->table, prefix, shape->prefix_bytes,
                                     &listing->walk);
        if (rc == RC_OK && listing->walk.key_bytes < shape->prefix_bytes) {
            rc = RC_CORRUPT;
        }
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_OK : rc;
        }
        memcpy(prefix, listing->walk.key, shape->prefix_bytes);
        rc = wanted(prefix[shape->prefix_bytes - 1]) ? escalation_listing_add_run(listing, prefix)
                                                     : RC_OK;
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* The first run goes on to its next row, or leaves the heap. */
static enum rc advance(struct escalation_listing *listing)
{
    CHECK(listing->run_count > 0);
    struct escalation_listing_run *run = &listing->runs[0];
    bool some = false;
    enum rc rc = RC_OK;
    CHECK(listing->seen < ESCALATION_SCAN_MAX);
    memcpy(listing->last, run->order, ESCALATION_ORDER_BYTES_MAX);
    listing->seen++;
    /* The walk still stands on this run's row: its neighbour is one step away. */
    if (listing->walk_number == run->number) {
        rc = listing->backward ? store_walk_prev(&listing->walk) : store_walk_next(&listing->walk);
        rc = settle(listing, rc, run, &some);
    } else { /* another run was read meanwhile: search the row after this one */
        unsigned char order[ESCALATION_ORDER_BYTES_MAX];
        memcpy(order, run->order, sizeof order);
        if (step_number(order, shape_of(listing)->order_bytes, listing->backward)) {
            rc = seek(listing, run, order, &some);
        }
    }
    if (!some) { /* the run is at its end, or beyond the range */
        listing->run_count--;
        listing->runs[0] = listing->runs[listing->run_count];
    }
    sift_down(listing);
    return rc;
}

bool escalation_listing_more(const struct escalation_listing *listing)
{
    return listing->run_count > 0 && compare(listing, listing->runs[0].order, listing->until) <= 0;
}

uint64_t escalation_listing_next_moment(const struct escalation_listing *listing)
{
    CHECK(listing->run_count > 0);
    return escalation_state_id_of(listing->runs[0].order);
}

/* ---- tickets of rows ---- */

static enum rc load_ticket(const struct escalation_listing *listing,
                           struct escalation_listing_row *row)
{
    if (listing->source == ESCALATION_LIST_TICKETS) {
        CHECK(listing->walk_number == listing->runs[0].number); /* the only run there is */
        return escalation_state_decode(listing->walk.value, listing->walk.value_bytes,
                                       &row->ticket);
    }
    CHECK(row->id != 0);
    const enum rc rc = escalation_state_load(listing->view->txn, row->id, &row->ticket);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* Reads the smaller record first where the filter asks about it, and the other one only if that
 * fits: in a list of one area most rows of the site end there. */
static enum rc read_row(const struct escalation_listing *listing,
                        struct escalation_listing_row *row, bool *asked)
{
    const struct escalation_filter *filter = &listing->filter;
    const bool info_first =
        listing->source != ESCALATION_LIST_TICKETS && escalation_filter_needs_info(filter);
    enum rc rc = RC_OK;
    bool fits = true;
    row->info = NULL;
    if (info_first) {
        rc = escalation_brief_info(listing->view->txn, row->id, &row->room, &row->info);
        fits = rc == RC_OK && escalation_filter_fits_info(filter, row->info);
    }
    if (fits) {
        rc = load_ticket(listing, row);
        fits = rc == RC_OK && escalation_filter_fits_ticket(filter, &row->ticket);
    }
    if (fits && !info_first) {
        rc = escalation_brief_info(listing->view->txn, row->id, &row->room, &row->info);
        fits = rc == RC_OK && escalation_filter_fits_info(filter, row->info);
    }
    *asked = fits && (listing->wants == NULL || listing->wants(row));
    return rc;
}

enum rc escalation_listing_next(struct escalation_listing *listing,
                                struct escalation_listing_row *row)
{
    const struct shape *shape = shape_of(listing);
    while (escalation_listing_more(listing)) {
        const struct escalation_listing_run *run = &listing->runs[0];
        bool asked = false;
        if (listing->seen >= ESCALATION_SCAN_MAX) {
            return RC_AGAIN;
        }
        row->id = escalation_state_id_of(run->order + shape->id_at);
        row->due_ms = shape->id_at == 0 ? 0 : escalation_state_id_of(run->order);
        row->bucket = shape->prefix_bytes == 0 ? 0 : run->prefix[shape->prefix_bytes - 1];
        /* Id 0 is no ticket: the row of a replan under way stands among those of tickets. */
        enum rc rc = row->id == 0 ? RC_OK : read_row(listing, row, &asked);
        if (rc == RC_OK) {
            rc = advance(listing);
        }
        if (rc != RC_OK || asked) {
            return rc;
        }
    }
    return RC_NOT_FOUND;
}

/* ---- pages ---- */

static enum rc page_init(const struct escalation_listing *listing, uint32_t limit,
                         struct escalation_page *page)
{
    CHECK(limit > 0);
    *page = (struct escalation_page){
        .briefs = arena_alloc(listing->view->arena, limit * sizeof(Paidan__Brief *))};
    return page->briefs == NULL ? RC_LIMIT : RC_OK;
}

static enum rc add_brief(const struct escalation_listing *listing,
                         const struct escalation_listing_row *row, struct escalation_page *page)
{
    CHECK(row->info == NULL ||
          row->info == &row->room); /* a row that was copied points elsewhere */
    const struct step_view *view = listing->view;
    const enum rc rc = escalation_brief_whole(view->txn, view->arena, row->id, &row->ticket,
                                              row->info, &page->briefs[page->count]);
    page->count += rc == RC_OK ? 1 : 0;
    return rc;
}

enum rc escalation_listing_page(struct escalation_listing *listing, uint32_t limit,
                                struct escalation_page *page)
{
    enum rc rc = page_init(listing, limit, page);
    while (rc == RC_OK && page->count < limit) {
        struct escalation_listing_row row;
        rc = escalation_listing_next(listing, &row);
        if (rc == RC_OK) {
            rc = add_brief(listing, &row, page);
        }
    }
    escalation_listing_close(listing);
    page->more = (rc == RC_OK || rc == RC_AGAIN) && escalation_listing_more(listing);
    return rc == RC_NOT_FOUND || rc == RC_AGAIN ? RC_OK : rc;
}

static void add_best(struct escalation_best *best, uint64_t number, uint64_t id)
{
    const bool full = best->count == best->limit;
    CHECK(best->count <= best->limit);
    if (full && number >= best->ones[best->count - 1].number) {
        return;
    }
    /* Rows come nearly in this order, so that few places are shifted; the last one falls out. */
    uint32_t at = full ? best->count - 1 : best->count;
    for (; at > 0 && best->ones[at - 1].number > number; at--) {
        best->ones[at] = best->ones[at - 1];
    }
    best->ones[at] = (struct escalation_best_one){number, id};
    best->count += full ? 0 : 1;
}

/* Nothing that still comes is better than the last of a full list. */
static bool is_complete(const struct escalation_best *best,
                        const struct escalation_listing *listing)
{
    return best->count == best->limit && escalation_listing_more(listing) &&
           escalation_listing_next_moment(listing) >= best->ones[best->count - 1].number;
}

enum rc escalation_listing_best(struct step_view *view, uint32_t limit,
                                struct escalation_best *best)
{
    CHECK(limit > 0);
    *best = (struct escalation_best){.limit = limit,
                                     .ones = arena_alloc(view->arena, limit * sizeof *best->ones)};
    return best->ones == NULL ? RC_LIMIT : RC_OK;
}

enum rc escalation_listing_add_best(struct escalation_listing *listing, bool in_order,
                                    uint64_t (*number_of)(const struct escalation_listing_row *row),
                                    struct escalation_best *best)
{
    CHECK(best->ones != NULL);
    enum rc rc = RC_OK;
    while (rc == RC_OK && !(in_order && is_complete(best, listing))) {
        struct escalation_listing_row row;
        rc = escalation_listing_next(listing, &row);
        if (rc == RC_OK) {
            const uint64_t number = number_of(&row);
            CHECK(!in_order || number >= row.due_ms); /* else a better one could be left out */
            add_best(best, number, row.id);
        }
    }
    escalation_listing_close(listing);
    return rc == RC_NOT_FOUND || rc == RC_AGAIN ? RC_OK : rc;
}

/* Their pictures are made when it is known who they are: a ticket that only stood in the list for a
 * while costs no memory of the answer. */
enum rc escalation_listing_best_page(struct step_view *view, const struct escalation_best *best,
                                     struct escalation_page *page)
{
    const struct escalation_listing listing = {.view = view};
    enum rc rc = page_init(&listing, best->limit, page);
    for (uint32_t index = 0; index < best->count && rc == RC_OK; index++) {
        struct escalation_listing_row row = {.id = best->ones[index].id};
        rc = escalation_state_load(view->txn, row.id, &row.ticket);
        CHECK(rc != RC_NOT_FOUND); /* the same transaction has read it */
        if (rc == RC_OK) {
            rc = escalation_brief_info(view->txn, row.id, &row.room, &row.info);
        }
        if (rc == RC_OK) {
            rc = add_brief(&listing, &row, page);
        }
    }
    return rc;
}
