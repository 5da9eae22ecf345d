/* What a unit does with its ticket: accept, contact, progress, resolve, return
 * 签收、联系、进展、办结、 退单.
 *
 * Accepting stops the accept clock, contacting the contact clock, resolving all of them: each clock
 * is stopped by the deed it waited for and by nothing else. Whether the deed was late is decided
 * here, from the clock and the time, and is a fact from then on. */

#include "escalation_life.h"

#include "common/base/check.h"
#include "escalation_merge.h"
#include "escalation_target.h"

/* Whether the miss of that clock was counted, or excused, when its deadline passed. */
static bool was_counted(struct escalation_item *item, Paidan__Clock kind)
{
    CHECK(kind >= PAIDAN__CLOCK__CLOCK_ACCEPT);
    CHECK(kind <= PAIDAN__CLOCK__CLOCK_REDO);
    const struct escalation_clock *clock = escalation_state_clock(&item->ticket, kind);
    return clock != NULL && (clock->flags & ESCALATION_COUNTED) != 0;
}

static enum rc accept(struct escalation_item *item)
{
    CHECK(item->ticket.state == ESCALATION_ASSIGNED);
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    accepted.unit = item->ticket.unit;
    accepted.note = escalation_work_note(item);
    accepted.has_late = accepted.late = escalation_work_late(item, PAIDAN__CLOCK__CLOCK_ACCEPT);
    accepted.has_late_counted = accepted.late_counted =
        accepted.late && was_counted(item, PAIDAN__CLOCK__CLOCK_ACCEPT);
    return escalation_work_say(item, &accepted.base);
}

static enum rc contact(struct escalation_item *item)
{
    CHECK(item->ticket.state == ESCALATION_ACCEPTED);
    Paidan__Contacted contacted = PAIDAN__CONTACTED__INIT;
    contacted.unit = item->ticket.unit;
    contacted.note = escalation_work_note(item);
    contacted.has_late = contacted.late = escalation_work_late(item, PAIDAN__CLOCK__CLOCK_CONTACT);
    contacted.has_late_counted = contacted.late_counted =
        contacted.late && was_counted(item, PAIDAN__CLOCK__CLOCK_CONTACT);
    const struct escalation_clock *clock =
        escalation_state_clock(&item->ticket, PAIDAN__CLOCK__CLOCK_CONTACT);
    contacted.has_without_term = contacted.without_term = clock == NULL;
    contacted.has_again = contacted.again =
        clock != NULL ? (clock->flags & ESCALATION_STOPPED) != 0 : item->extra.heard;
    return escalation_work_say(item, &contacted.base);
}

static enum rc progress(struct escalation_item *item)
{
    CHECK(escalation_work_given(item->wish->note));
    Paidan__Progressed progressed = PAIDAN__PROGRESSED__INIT;
    progressed.unit = (char *)item->unit; /* the lead, or one that assists */
    progressed.note = item->wish->note;
    return escalation_work_say(item, &progressed.base);
}

/* Open tasks of assisting units need an explicit word; a result that is owed is owed. The modes
 * that owe none may be told with the resolution 现场办、马上办、网上办. */
static Paidan__Code judge_resolve(struct escalation_item *item, const char **detail)
{
    CHECK(item->ticket.state == ESCALATION_ACCEPTED);
    *detail = "mode";
    if (item->wish->has_mode && item->wish->mode > PAIDAN__MODE__MODE_ONLINE) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (item->extra.mode_open) {
        return PAIDAN__CODE__RESULT_MISSING;
    }
    *detail = "assist";
    const bool anyway = item->wish->has_without_assist && item->wish->without_assist;
    return escalation_extra_assists_open(&item->extra) != 0 && !anyway ? PAIDAN__CODE__ASSIST_OPEN
                                                                       : PAIDAN__CODE__OK;
}

static enum rc resolve(struct escalation_item *item)
{
    CHECK(!item->extra.mode_open);
    const enum rc rc = escalation_work_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.unit = item->ticket.unit;
    resolved.note = item->wish->note;
    resolved.has_late = resolved.late = escalation_work_late(item, PAIDAN__CLOCK__CLOCK_HANDLE) ||
                                        escalation_work_late(item, PAIDAN__CLOCK__CLOCK_REDO);
    resolved.has_late_counted = resolved.late_counted =
        resolved.late && was_counted(item, escalation_state_work_clock(&item->ticket));
    resolved.round = item->ticket.round;
    resolved.channel = item->info.channel;
    resolved.has_confidential = resolved.confidential = item->info.confidential;
    resolved.has_mode = item->wish->has_mode || item->extra.mode != 0;
    resolved.mode = item->wish->has_mode ? item->wish->mode : (Paidan__Mode)item->extra.mode;
    resolved.has_without_assist = resolved.without_assist =
        escalation_extra_assists_open(&item->extra) != 0;
    Paidan__ResolvedMatter matter;
    resolved.matter =
        escalation_target_matter(item->step->site, &item->info, item->ticket.chases, &matter);
    return escalation_work_say(item, &resolved.base);
}

static Paidan__Code judge_return(struct escalation_item *item, const char **detail)
{
    CHECK(item->ticket.state == ESCALATION_ASSIGNED || item->ticket.state == ESCALATION_ACCEPTED);
    (void)detail;
    const bool ruled = (item->ticket.flags & ESCALATION_RULED) != 0;
    return ruled ? PAIDAN__CODE__RETURN_AFTER_RULING : PAIDAN__CODE__OK;
}

/* Not within the window of the policy, from the dispatch on: RETURN_TOO_LATE. */
static enum rc judge_window(struct escalation_item *item)
{
    CHECK(item->ticket.level >= 1);
    const enum rc rc = escalation_work_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const struct site *site = item->step->site;
    const struct site_clock_rule *window =
        &escalation_target_policy(site, &item->info, item->ticket.level)->return_window;
    const struct escalation_clock *clock =
        escalation_state_clock(&item->ticket, PAIDAN__CLOCK__CLOCK_ACCEPT);
    if (window->present && clock != NULL &&
        calendar_due(&site->calendars[window->calendar], &window->term, clock->start_ms) <=
            item->step->now_ms) {
        item->result->code = PAIDAN__CODE__RETURN_TOO_LATE;
    }
    return RC_OK;
}

static enum rc give_back(struct escalation_item *item)
{
    CHECK((item->ticket.flags & ESCALATION_RULED) == 0);
    const enum rc rc = judge_window(item);
    if (rc != RC_OK || item->result->code != PAIDAN__CODE__OK) {
        return rc;
    }
    Paidan__Returned returned = PAIDAN__RETURNED__INIT;
    returned.unit = item->ticket.unit;
    returned.note = item->wish->note;
    returned.count = item->ticket.returns + 1;
    return escalation_work_say(item, &returned.base);
}

const struct escalation_rule escalation_life_accept = {.signal = ESCALATION_ON_ACCEPT,
                                                       .act = accept};
const struct escalation_rule escalation_life_contact = {.signal = ESCALATION_ON_CONTACT,
                                                        .act = contact};
const struct escalation_rule escalation_life_progress = {.signal = ESCALATION_ON_PROGRESS,
                                                         .who = ESCALATION_BY_LEAD_OR_ASSIST,
                                                         .note = true,
                                                         .act = progress};
const struct escalation_rule escalation_life_resolve = {
    .signal = ESCALATION_ON_RESOLVE, .note = true, .judge = judge_resolve, .act = resolve};
const struct escalation_rule escalation_life_return = {
    .signal = ESCALATION_ON_RETURN, .note = true, .judge = judge_return, .act = give_back};

/* ---- folding ---- */

bool escalation_life_begins_extra(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        return event->accepted->late;
    case PAIDAN__EVENT__FACT_CONTACTED:
        return event->contacted->late || event->contacted->without_term;
    default:
        CHECK(event->fact_case == PAIDAN__EVENT__FACT_RESOLVED);
        return event->resolved->late || event->resolved->has_mode;
    }
}

static void stop_clock(struct escalation_ticket *ticket, Paidan__Clock kind)
{
    CHECK(kind <= PAIDAN__CLOCK__CLOCK_REDO);
    struct escalation_clock *clock = escalation_state_clock(ticket, kind);
    if (clock != NULL) {
        clock->flags |= ESCALATION_STOPPED;
    }
}

enum rc escalation_life_fold_accepted(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_ACCEPTED);
    const bool late = fold->event->accepted->late;
    stop_clock(fold->ticket, PAIDAN__CLOCK__CLOCK_ACCEPT);
    escalation_fold_drop_lease(fold->ticket);
    fold->counters[TALLY_ACCEPTED]++;
    if (late) {
        escalation_fold_late(fold, PAIDAN__CLOCK__CLOCK_ACCEPT);
    }
    return RC_OK;
}

enum rc escalation_life_fold_contacted(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_CONTACTED);
    const bool late = fold->event->contacted->late;
    stop_clock(fold->ticket, PAIDAN__CLOCK__CLOCK_CONTACT);
    fold->counters[TALLY_CONTACTED] += fold->event->contacted->again ? 0 : 1;
    if (late) {
        escalation_fold_late(fold, PAIDAN__CLOCK__CLOCK_CONTACT);
    }
    if (fold->event->contacted->without_term) {
        CHECK(fold->extra != NULL);
        fold->extra->heard = true;
    }
    return RC_OK;
}

/* A word for the history; the record only gets a version. */
enum rc escalation_life_fold_progressed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_PROGRESSED);
    fold->counters[TALLY_PROGRESSED]++;
    return RC_OK;
}

/* That its clocks stop is the state's doing (escalation_fold_rest). */
enum rc escalation_life_fold_resolved(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_RESOLVED);
    const Paidan__Resolved *resolved = fold->event->resolved;
    if (resolved->round != fold->ticket->round) {
        return RC_CORRUPT;
    }
    if (resolved->has_group) { /* one piece of work, however many reported it */
        return escalation_merge_fold_followed(fold);
    }
    fold->counters[TALLY_RESOLVED]++;
    if (resolved->late) {
        escalation_fold_late(fold, escalation_state_work_clock(fold->ticket));
    }
    if (resolved->has_mode) {
        CHECK(fold->extra != NULL);
        fold->extra->mode = (uint8_t)resolved->mode;
    }
    return RC_OK;
}

/* The desk decides now: nothing is asked of the level above any more, and the clocks run on. */
enum rc escalation_life_fold_returned(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_RETURNED);
    fold->ticket->returns = fold->event->returned->count;
    escalation_fold_drop_lease(fold->ticket);
    fold->counters[TALLY_RETURNED]++;
    if (fold->extra != NULL) {
        escalation_extra_drop_request(fold->extra);
    }
    return RC_OK;
}
