/* What holds after every step of escalation, whatever happened. */

#include "common/base/check.h"
#include "common/store/store_group.h"
#include "escalation_stories.h"
#include "services/escalation/escalation_extra.h"
#include "services/escalation/escalation_group.h"
#include "unit_reader.h"

static void say_broken(struct story *story, const char *law, uint64_t left, uint64_t right)
{
    if (left != right) {
        trace_say(&story->trace, "LAW BROKEN: %s: %llu and %llu", law, (unsigned long long)left,
                  (unsigned long long)right);
    }
}

/* Rows of a table, and how many of them are `wanted` keys. */
static uint64_t count_rows(struct store_txn *txn, unsigned table)
{
    struct store_walk walk;
    uint64_t count = 0;
    enum rc rc = store_walk_open(txn, table, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        count++;
    }
    store_walk_close(&walk);
    return count;
}

struct census {
    uint64_t tickets, queued, due, found_queued, found_due;
    uint64_t overdue, listed;    /* missed a deadline that runs; stand in the list of the overdue */
    bool unfired;                /* time was moved, and no step has come since */
    uint64_t tasks, found_tasks; /* of assisting units */
    uint64_t waiting, found_waiting, lapsed, found_lapsed; /* requests and appeals */
    uint64_t after;                                        /* due rows of tickets that are over */
    uint64_t watched[ESCALATION_WATCH_COUNT], found_watched;
    uint64_t states[ESCALATION_STATE_COUNT];
};

/* Open tasks stand in the queues of their units; the record mirrors the other one. */
static void take_tasks(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                       struct census *census)
{
    struct escalation_extra extra;
    struct escalation_ticket mirrored = *ticket;
    const enum rc rc = escalation_extra_load(txn, id, &extra);
    CHECK(rc == RC_OK);
    if ((ticket->flags & ESCALATION_HAS_EXTRA) != 0) {
        escalation_extra_mirror(&extra, &mirrored);
    }
    CHECK(mirrored.extra_due_ms == ticket->extra_due_ms);
    CHECK(mirrored.extra_clock == ticket->extra_clock);
    CHECK(mirrored.extra_card == ticket->extra_card);
    for (uint32_t index = 0; index < extra.assist_count; index++) {
        unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
        const void *value = NULL;
        size_t bytes = 0;
        if (escalation_extra_queue_key(id, ticket, &extra.assists[index], key)) {
            census->tasks++;
            census->found_tasks +=
                store_get(txn, ESCALATION_QUEUE, key, sizeof key, &value, &bytes) == RC_OK;
        }
    }
}

/* What waits stands with whoever decides; what lapsed in its list. */
static void take_waiting(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                         struct census *census)
{
    struct escalation_extra extra;
    unsigned char key[ESCALATION_QUEUE_KEY_BYTES], row[ESCALATION_WATCH_KEY_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = escalation_extra_load(txn, id, &extra);
    CHECK(rc == RC_OK);
    for (unsigned bucket = ESCALATION_DECIDING; bucket <= ESCALATION_JUDGING; bucket++) {
        if (escalation_extra_waiting_key(id, ticket, &extra, (enum escalation_bucket)bucket, key)) {
            census->waiting++;
            census->found_waiting +=
                store_get(txn, ESCALATION_QUEUE, key, sizeof key, &value, &bytes) == RC_OK;
        }
    }
    if (escalation_extra_lapsed_key(id, &extra, row)) {
        census->lapsed++;
        census->found_lapsed +=
            store_get(txn, ESCALATION_WATCH, row, sizeof row, &value, &bytes) == RC_OK;
    }
}

static void take_watched(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                         struct census *census)
{
    for (unsigned watch = 0; watch < ESCALATION_WATCH_COUNT; watch++) {
        unsigned char key[ESCALATION_WATCH_KEY_BYTES];
        const void *value = NULL;
        size_t bytes = 0;
        if (escalation_state_watch_key(id, ticket, (enum escalation_watch)watch, key)) {
            census->watched[watch]++;
            census->found_watched +=
                store_get(txn, ESCALATION_WATCH, key, sizeof key, &value, &bytes) == RC_OK;
        }
    }
}

/* What is counted as overdue is what the list of the overdue shows: rows up to now, of tickets that
 * are not on the books. key: its row, if it has one. */
static void take_overdue(uint64_t now_ms, const struct escalation_ticket *ticket,
                         const unsigned char key[ESCALATION_QUEUE_KEY_BYTES], struct census *census)
{
    CHECK(ticket->overdue_ms == escalation_state_overdue(ticket));
    census->overdue += ticket->overdue_ms != 0 ? 1 : 0;
    census->listed += escalation_state_open(ticket) && ticket->state != ESCALATION_SUSPENDED &&
                              escalation_state_queue_due(key) <= now_ms
                          ? 1
                          : 0;
}

/* Every row that a record asks for is there. With equal counts no other is. */
static void take_census(struct store_txn *txn, uint64_t now_ms, struct census *census)
{
    struct store_walk walk;
    enum rc rc = store_walk_open(txn, ESCALATION_TICKET, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        struct escalation_ticket ticket;
        const uint64_t id = escalation_state_id_of(walk.key);
        const enum rc decoded = escalation_state_decode(walk.value, walk.value_bytes, &ticket);
        CHECK(decoded == RC_OK);
        census->tickets++;
        census->states[ticket.state]++;
        unsigned char key[ESCALATION_QUEUE_KEY_BYTES] = {0}, row[17];
        const void *value = NULL;
        size_t bytes = 0;
        if (escalation_state_queue_key(id, &ticket, key)) {
            census->queued++;
            census->found_queued +=
                store_get(txn, ESCALATION_QUEUE, key, sizeof key, &value, &bytes) == RC_OK;
        }
        take_overdue(now_ms, &ticket, key, census);
        take_tasks(txn, id, &ticket, census);
        take_waiting(txn, id, &ticket, census);
        take_watched(txn, id, &ticket, census);
        struct due due = {0};
        enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
        if (escalation_state_due(id, &ticket, &due, &firing)) {
            escalation_state_id_key(due.due_ms, row);
            escalation_state_id_key(due.id, row + 8);
            row[16] = due.kind;
            census->due++;
            census->after += escalation_state_open(&ticket) ? 0 : 1;
            census->unfired = census->unfired || due.due_ms <= now_ms;
            census->found_due +=
                store_get(txn, STORE_DUE, row, sizeof row, &value, &bytes) == RC_OK;
        }
    }
    store_walk_close(&walk);
}

/* What archive makes of the log is what the service counts in all. */
static void check_units(struct story *story)
{
    struct unit_reader units;
    CHECK(story->store != NULL);
    unit_reader_read(story->store, &units);
    for (size_t index = 0; index < unit_laws_count; index++) {
        uint64_t total = 0;
        for (unsigned at = 0; unit_laws[index].totals[at] != NULL; at++) {
            total += story_count(story, unit_laws[index].totals[at]);
        }
        say_broken(story, unit_laws[index].totals[0], units.sums[unit_laws[index].counter], total);
    }
    say_broken(story, "rulings on returns",
               units.sums[UNIT_COUNT_UPHELD] + units.sums[UNIT_COUNT_OVERRULED],
               story_count(story, "ruled_total"));
}

/* Members by the rows of groups; *following: groups whose members still have to follow, each with a row
 * among the deadlines. */
static uint64_t count_groups(struct store_txn *txn, uint64_t *following)
{
    struct store_walk walk;
    uint64_t members = 0;
    enum rc rc = store_walk_open(txn, ESCALATION_GROUP, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        struct escalation_group group;
        size_t count = 0;
        const uint64_t id = escalation_state_id_of(walk.key);
        CHECK(escalation_group_load(txn, id, &group) == RC_OK);
        CHECK(store_group_members(txn, ESCALATION_MEMBER, id, 0, SIZE_MAX, NULL, &count) == RC_OK);
        CHECK(count == group.count);
        members += group.count;
        *following += group.due_ms != 0 ? 1 : 0;
    }
    CHECK(rc == RC_NOT_FOUND);
    store_walk_close(&walk);
    return members;
}

void escalation_story_check(struct story *story)
{
    if (story->broken) {
        return;
    }
    struct store_txn *txn = NULL;
    struct census census = {0};
    const enum rc rc = store_begin(story->store, false, &txn);
    CHECK(rc == RC_OK);
    take_census(txn, story->now_ms, &census);
    const uint64_t queue_rows = count_rows(txn, ESCALATION_QUEUE);
    const uint64_t due_rows = count_rows(txn, STORE_DUE);
    const uint64_t watch_rows = count_rows(txn, ESCALATION_WATCH);
    const uint64_t replans = count_rows(txn, ESCALATION_REPLAN); /* has a row of its own */
    uint64_t following = 0;
    const uint64_t members = count_groups(txn, &following);
    store_abort(txn);
    say_broken(story, "queue rows, open tickets and tasks", queue_rows,
               census.queued + census.tasks + census.waiting);
    say_broken(story, "rows of deciders are the records'", census.found_waiting, census.waiting);
    say_broken(story, "rows of what lapsed are the records'", census.found_lapsed, census.lapsed);
    say_broken(story, "requests counted", story_count(story, "requests_open"), census.waiting);
    say_broken(story, "rows of tasks are the records'", census.found_tasks, census.tasks);
    say_broken(story, "queue rows are the records'", census.found_queued, census.queued);
    say_broken(story, "due rows and tickets that wait", due_rows, census.due + replans + following);
    say_broken(story, "members of groups are merged", members, census.states[ESCALATION_MERGED]);
    check_units(story);
    uint64_t watched = 0;
    static const char *const lists[] = {"supervised", "alarming", "ownerless"};
    for (unsigned watch = 0; watch < ESCALATION_WATCH_COUNT; watch++) {
        watched += census.watched[watch];
        say_broken(story, lists[watch], story_count(story, lists[watch]), census.watched[watch]);
    }
    say_broken(story, "rows of lists, tickets in lists", watch_rows, watched + census.lapsed);
    say_broken(story, "rows of lists are the records'", census.found_watched, watched);
    say_broken(story, "due rows are the records'", census.found_due, census.due);
    say_broken(story, "every open ticket waits for something", census.due - census.after,
               census.queued);
    say_broken(story, "overdue counted", story_count(story, "overdue"), census.overdue);
    say_broken(story, "overdue listed", census.unfired ? census.overdue : census.listed,
               census.overdue);
    const uint64_t retired = story_count(story, "retired_total");
    say_broken(story, "tickets counted", story_count(story, "tickets"), census.tickets + retired);
    say_broken(story, "ended counted",
               story_count(story, "state_closed") + story_count(story, "state_withdrawn"),
               census.states[ESCALATION_CLOSED] + census.states[ESCALATION_WITHDRAWN] + retired);
    say_broken(story, "open counted", story_count(story, "open"), census.queued);
    static const char *const names[] = {
        "",
        "state_assigned",
        "state_accepted",
        "state_returned",
        "state_resolved",
        "state_closed",
        "state_withdrawn",
        "state_suspended",
        "state_desk",
        "state_merged",
    };
    for (unsigned state = 1; state < ESCALATION_STATE_COUNT; state++) {
        if (retired > 0 && (state == ESCALATION_CLOSED || state == ESCALATION_WITHDRAWN)) {
            continue; /* which of the two they were, nobody knows any more */
        }
        say_broken(story, names[state], story_count(story, names[state]), census.states[state]);
    }
}
