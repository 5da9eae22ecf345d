/* escalation_retire: the walk, and what goes.
 *
 * Owns one row of ESCALATION_REPLAN, how far the walk has come, with its row in STORE_DUE; and the table
 * ESCALATION_PAST. What must stay true: what goes has ended, waits for nothing and stands in no list: its rows
 * are those of the three tables named in remove_one, and the totals of the service go on counting it. */
#include "escalation_retire.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/store/store_past.h"
#include "common/store/store_row.h"
#include "escalation_extra.h"
#include "escalation_group.h"
#include "escalation_tally.h"

/* Looked at and taken by one step, beside the work of the day; the next page has a second. */
enum { LOOKED_AT_MAX = 1024, PAGE_PAUSE_MS = 1000 };
#define DAY_MS (24ull * 3600 * 1000)

/* ---- how far it has come ---- */

struct progress {
    uint64_t due_ms; /* of its row */
    uint64_t after;  /* last ticket looked at; 0: the walk begins */
};
static const unsigned char progress_key[1] = {1}; /* 0 is escalation_replan's */
static const struct record_row progress_rows[] = {
    RECORD_U64(struct progress, due_ms),
    RECORD_U64(struct progress, after),
    RECORD_END,
};
static const struct record_format progress_format = {
    .version = 1, .bytes = sizeof(struct progress), .rows = progress_rows};

/* due_ms 0: it does not run. */
static enum rc load(struct store_txn *txn, struct progress *progress)
{
    CHECK(progress != NULL);
    *progress = (struct progress){.due_ms = 0};
    const enum rc rc = store_get_record(txn, ESCALATION_REPLAN, progress_key, sizeof progress_key,
                                        &progress_format, progress);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The row moves along. next->due_ms 0: it does not run any more. */
static enum rc save(struct store_txn *txn, const struct progress *was, const struct progress *next)
{
    CHECK(was->due_ms != 0 || next->due_ms != 0);
    const struct due old = {.due_ms = was->due_ms, .kind = ESCALATION_DUE_RETIRE};
    const struct due fresh = {.due_ms = next->due_ms, .kind = ESCALATION_DUE_RETIRE};
    enum rc rc = old.due_ms == 0 ? RC_OK : due_del(txn, &old);
    rc = rc == RC_OK && fresh.due_ms != 0 ? due_put(txn, &fresh) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    return next->due_ms == 0 ? store_del(txn, ESCALATION_REPLAN, progress_key, sizeof progress_key)
                             : store_put_record(txn, ESCALATION_REPLAN, progress_key,
                                                sizeof progress_key, &progress_format, next);
}

/* ---- which go ---- */

/* Nothing of it stands in a list, nor will by itself. */
static bool rests(uint64_t id, const struct escalation_ticket *ticket,
                  const struct escalation_extra *extra)
{
    unsigned char key[ESCALATION_QUEUE_KEY_BYTES], row[ESCALATION_WATCH_KEY_BYTES];
    struct due due;
    enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
    bool listed = escalation_state_queue_key(id, ticket, key) ||
                  escalation_state_due(id, ticket, &due, &firing) ||
                  escalation_extra_lapsed_key(id, extra, row);
    CHECK(id != 0);
    for (unsigned bucket = ESCALATION_DECIDING; bucket <= ESCALATION_JUDGING; bucket++) {
        listed = listed || escalation_extra_waiting_key(id, ticket, extra,
                                                        (enum escalation_bucket)bucket, key);
    }
    for (unsigned watch = 0; watch < ESCALATION_WATCH_COUNT; watch++) {
        listed =
            listed || escalation_state_watch_key(id, ticket, (enum escalation_watch)watch, row);
    }
    return !listed;
}

static bool ended(const struct escalation_ticket *ticket)
{
    CHECK(ticket->state != ESCALATION_NONE);
    return ticket->state == ESCALATION_CLOSED || ticket->state == ESCALATION_WITHDRAWN;
}

/* before_ms: what ended up to then. */
static enum rc goes(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                    uint64_t before_ms, bool *yes)
{
    struct escalation_extra extra;
    struct escalation_group group;
    uint64_t into = 0;
    *yes = false;
    if (!ended(ticket) || ticket->changed_ms > before_ms) {
        return RC_OK;
    }
    enum rc rc = escalation_extra_load(txn, id, &extra);
    rc = rc == RC_OK ? escalation_group_load(txn, id, &group) : rc;
    rc = rc == RC_OK ? escalation_group_into(txn, id, &into) : rc;
    if (rc == RC_OK) {
        *yes = group.count == 0 && into == 0 && rests(id, ticket, &extra);
    }
    return rc;
}

/* *more: the page ended before the walk did. */
static enum rc page(struct step *step, uint64_t before_ms, Paidan__Retired *fact, bool *more)
{
    /* Who ended then was registered then or before. */
    const uint64_t until =
        number_day_first(before_ms + DAY_MS, site_offset(step->site, before_ms + DAY_MS));
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    struct store_walk walk;
    uint32_t looked_at = 0;
    escalation_state_id_key(fact->after + 1, key);
    enum rc rc = store_walk_open(step->txn, ESCALATION_TICKET, key, sizeof key, &walk);
    *more = false;
    while (rc == RC_OK) {
        struct escalation_ticket ticket;
        bool yes = false;
        rc = store_walk_key(&walk, sizeof key);
        const uint64_t id = rc == RC_OK ? escalation_state_id_of(walk.key) : until;
        if (rc != RC_OK || id >= until) {
            break;
        }
        if (looked_at++ == LOOKED_AT_MAX || fact->n_tickets == RETIRED_MAX) {
            *more = true;
            break;
        }
        fact->after = id;
        rc = escalation_state_decode(walk.value, walk.value_bytes, &ticket);
        rc = rc == RC_OK ? goes(step->txn, id, &ticket, before_ms, &yes) : rc;
        if (rc == RC_OK && yes) {
            fact->tickets[fact->n_tickets++] = id;
        }
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc escalation_retire_fire(struct step *step)
{
    struct progress progress;
    bool more = false;
    CHECK(step->site != NULL);
    Paidan__Retired fact = PAIDAN__RETIRED__INIT;
    fact.tickets = arena_alloc(step->arena, RETIRED_MAX * sizeof *fact.tickets);
    enum rc rc = fact.tickets == NULL ? RC_LIMIT : load(step->txn, &progress);
    if (rc == RC_OK && progress.due_ms == 0) {
        return RC_CORRUPT;
    }
    const uint64_t hot_ms = step->site->hot_days * DAY_MS;
    if (rc == RC_OK && hot_ms != 0 && step->now_ms > hot_ms) {
        fact.after = progress.after;
        rc = page(step, step->now_ms - hot_ms, &fact, &more);
    }
    fact.has_after = more;
    fact.has_next_ms = hot_ms != 0;
    fact.next_ms = step->now_ms + (more ? PAGE_PAUSE_MS : DAY_MS);
    return rc == RC_OK ? step_say(step, &(struct step_about){.ticket = 0}, &fact.base) : rc;
}

/* ---- folding ---- */

static enum rc remove_one(struct step_fold *fold, uint64_t id)
{
    struct escalation_ticket ticket;
    enum rc rc = escalation_state_load(fold->txn, id, &ticket);
    if (rc != RC_OK || !ended(&ticket)) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    fold->tally->values[TALLY_RETIRED]++;
    rc = escalation_state_remove(fold->txn, id);
    if (rc == RC_OK && (ticket.flags & ESCALATION_HAS_EXTRA) != 0) {
        rc = store_row_del(fold->txn, ESCALATION_EXTRA, id);
    }
    rc = rc == RC_OK ? store_past_put(fold->txn, ESCALATION_PAST, id) : rc;
    return rc == RC_NOT_FOUND || rc == RC_EXISTS ? RC_CORRUPT : rc;
}

enum rc escalation_retire_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Retired *const fact = event->retired;
    struct progress progress;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_RETIRED);
    enum rc rc = load(fold->txn, &progress);
    if (rc != RC_OK || progress.due_ms == 0 ||
        (fact->has_next_ms && fact->next_ms <= event->at_ms)) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    for (size_t index = 0; rc == RC_OK && index < fact->n_tickets; index++) {
        rc = fact->tickets[index] == 0 ? RC_CORRUPT : remove_one(fold, fact->tickets[index]);
    }
    const struct progress next = {.due_ms = fact->has_next_ms ? fact->next_ms : 0,
                                  .after = fact->has_after ? fact->after : 0};
    return rc == RC_OK ? save(fold->txn, &progress, &next) : rc;
}

/* From the next step on, where the site says so now and did not before. */
enum rc escalation_retire_fold_site_changed(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__SiteChanged *const changed = event->site_changed;
    struct progress progress;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED);
    const enum rc rc = load(fold->txn, &progress);
    const bool runs = progress.due_ms != 0, wanted = changed->has_hot_days && changed->hot_days > 0;
    if (rc != RC_OK || runs == wanted) {
        return rc;
    }
    const struct progress next = {.due_ms = wanted ? event->at_ms : 0};
    return save(fold->txn, &progress, &next);
}

/* ---- what is told of them ---- */

Paidan__Code escalation_retire_code(const struct escalation_ticket *ticket)
{
    CHECK(ticket->state == ESCALATION_NONE);
    return ticket->past ? PAIDAN__CODE__TICKET_ARCHIVED : PAIDAN__CODE__TICKET_UNKNOWN;
}

enum rc escalation_retire_refuse(struct step_view *view, uint64_t ticket, Paidan__Answer *answer)
{
    struct escalation_ticket found;
    const enum rc rc = escalation_state_find(view->txn, ticket, &found);
    return rc == RC_OK ? step_view_refuse(answer, escalation_retire_code(&found), NULL) : rc;
}
