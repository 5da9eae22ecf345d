/* escalation_listing: the one way in which tickets are listed.
 *
 * A listing has a source (which rows, of which table), a filter (which of their tickets), an order
 * (as the rows stand, or by a number of each ticket) and gives pages. Whoever adds a list chooses
 * these four and writes no walk of its own.
 *
 * Rows of a table with a prefix stand in runs: those of one queue, one watch. Within a run they are
 * in order of the rest of their key, which is unique in the table with its prefix; several runs are
 * merged by a heap, so that a page costs the rows it looks at and not the rows there are. A page
 * ends at its limit or after ESCALATION_SCAN_MAX rows, whichever comes first, and memory is bounded
 * by the limit and the number of runs. The cursor is the key of the last row looked at: where it
 * has gone meanwhile, the next page goes on with what follows it, so that no ticket which stayed
 * where it was is left out or comes twice.
 *
 * Streams and exports take rows one by one with escalation_listing_next, and page by page with a
 * cursor between two read transactions. */
#pragma once

#include "common/step/step.h"
#include "escalation_filter.h"
#include "escalation_state.h"

/* Rows a query looks at in one request; the cursor goes on from there. 20,000 records of 300 bytes
 * take about 20 ms. */
#define ESCALATION_SCAN_MAX 20000u

#define ESCALATION_ORDER_BYTES_MAX 17
#define ESCALATION_CURSOR_BYTES_MAX (1 + ESCALATION_ORDER_BYTES_MAX)

enum escalation_listing_source {
    ESCALATION_LIST_TICKETS, /* every ticket there is, by id: one run without prefix */
    ESCALATION_LIST_DUES,    /* what has something due, by that moment: one run without prefix */
    ESCALATION_LIST_QUEUES,  /* a run for each unit and bucket (escalation_state_queue_prefix) */
    ESCALATION_LIST_WATCHED, /* a run for each enum escalation_watch */
    ESCALATION_LIST_SOURCES,
};

/* One run, at its next row. */
struct escalation_listing_run {
    uint32_t number; /* from 1 in the order in which they were added */
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    unsigned char order[ESCALATION_ORDER_BYTES_MAX];
};

struct escalation_listing_row {
    uint64_t id;
    uint64_t due_ms;      /* of its key; 0: the source has no moments */
    unsigned char bucket; /* last byte of its prefix: enum escalation_bucket, escalation_watch */
    struct escalation_ticket ticket;
    const struct escalation_info *info; /* NULL: nothing is known; else points to room */
    struct escalation_info room;
};

struct escalation_listing {
    struct step_view *view;
    enum escalation_listing_source source;
    bool backward;
    struct escalation_filter filter;
    /* A last look at a row that fits the filter. NULL: none. */
    bool (*wants)(const struct escalation_listing_row *row);
    unsigned char from[ESCALATION_ORDER_BYTES_MAX], until[ESCALATION_ORDER_BYTES_MAX]; /* within */
    unsigned char last[ESCALATION_ORDER_BYTES_MAX]; /* looked at */
    uint32_t seen;                                  /* rows looked at */
    struct escalation_listing_run *runs;            /* a heap: the next one first */
    uint32_t run_count, run_room, run_numbers;
    struct store_walk walk; /* stands on the newest row of one run ... */
    uint32_t walk_number;   /* ... this one; 0: it is closed */
};

/* A listing of all rows of the source, without filter. backward: the highest row first.
 * Set filter and wants before the first row is asked for, the range before runs are added. */
void escalation_listing_init(struct escalation_listing *listing, struct step_view *view,
                             enum escalation_listing_source source, bool backward);
/* Only rows from first to last, both within: ids or moments. Of a listing that goes backward first
 * is the higher one. */
void escalation_listing_range(struct escalation_listing *listing, uint64_t first, uint64_t last);
/* Goes on after the last row of the page before, if that is after the beginning of the range. kind:
 * the byte that the cursor was written with. False: it is not a cursor of this list. */
bool escalation_listing_resume(struct escalation_listing *listing, unsigned char kind,
                               const ProtobufCBinaryData *cursor);
/* Adds the run with that prefix (NULL: the source's rows have none). RC_OK, RC_LIMIT, RC_CORRUPT,
 * RC_STORE; also below. */
MUST_CHECK enum rc escalation_listing_add_run(struct escalation_listing *listing,
                                              const unsigned char *prefix);
/* Adds every run there is whose bucket is wanted, also those of units that the site has dropped. */
MUST_CHECK enum rc escalation_listing_add_runs(struct escalation_listing *listing,
                                               bool (*wanted)(unsigned char bucket));

/* The next row whose ticket is asked for. RC_NOT_FOUND: none follows. RC_AGAIN: more follow, but
 * this query has looked at enough. RC_CORRUPT: a row has no ticket, or a record is damaged.
 * Before: whoever calls it closes the listing at last. */
MUST_CHECK enum rc escalation_listing_next(struct escalation_listing *listing,
                                           struct escalation_listing_row *row);
void escalation_listing_close(struct escalation_listing *listing);
/* Whether rows follow the last one. */
bool escalation_listing_more(const struct escalation_listing *listing);
/* The moment (or id) of the next row. Before: more. */
uint64_t escalation_listing_next_moment(const struct escalation_listing *listing);

/* One page of short pictures, in the arena. */
struct escalation_page {
    Paidan__Brief **briefs;
    size_t count;
    bool more; /* rows follow: go on with the cursor */
};
/* As the rows stand. Closes the listing. limit: at least 1. */
MUST_CHECK enum rc escalation_listing_page(struct escalation_listing *listing, uint32_t limit,
                                           struct escalation_page *page);
/* The best tickets of one or more listings by a number of each, equal ones as they came: a list
 * without cursor. */
struct escalation_best {
    uint32_t limit, count;
    struct escalation_best_one {
        uint64_t number, id;
    } * ones;
};
/* In the arena; RC_OK or RC_LIMIT. limit: at least 1. */
MUST_CHECK enum rc escalation_listing_best(struct step_view *view, uint32_t limit,
                                           struct escalation_best *best);
/* Adds the tickets of a listing and closes it. in_order: number_of is never below a row's moment, so
 * that the walk ends as soon as nothing that follows can be among the best; else it looks at all
 * rows of the range, ESCALATION_SCAN_MAX at most. */
MUST_CHECK enum rc
escalation_listing_add_best(struct escalation_listing *listing, bool in_order,
                            uint64_t (*number_of)(const struct escalation_listing_row *row),
                            struct escalation_best *best);
/* Their pictures, the least number first. Before: the same transaction found them. */
MUST_CHECK enum rc escalation_listing_best_page(struct step_view *view,
                                                const struct escalation_best *best,
                                                struct escalation_page *page);

/* The cursor after the last row looked at: kind, then its order. In the arena; RC_OK or RC_LIMIT.
 * Before: one was. */
MUST_CHECK enum rc escalation_listing_cursor(const struct escalation_listing *listing,
                                             unsigned char kind, ProtobufCBinaryData *cursor);
/* The id of the last row looked at; 0: none was. */
uint64_t escalation_listing_last_id(const struct escalation_listing *listing);
