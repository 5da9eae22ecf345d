/* wechat_follow: residents hear of their ticket what a parcel's receiver hears: accepted, dealt with,
 * resting, at work again, closed. Not what offices do among themselves: raises, returns, clocks.
 *
 *   escalation's fact ─▶ WechatMoved ─ in the day ─▶ Replied
 *                              └─ in the quiet hours ─▶ (due) ─▶ Replied, WechatTold: the newest alone
 *
 * A ticket that is not of this channel is nobody's here and leads to no fact. What must stay true: a
 * change is told once, and never one that a later one has made untrue. */
#include "wechat_follow.h"

#include <string.h>

#include "common/base/check.h"
#include "wechat_ask.h"
#include "wechat_state.h"
#include "wechat_way.h"

#define DAY_MIN (24u * 60)
#define MINUTE_MS 60000ull

bool wechat_follow_hears(const char *log, Paidan__Event__FactCase fact)
{
    if (strcmp(log, "escalation") != 0) {
        return false;
    }
    switch (fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_ACCEPTED:
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_SUSPENDED:
    case PAIDAN__EVENT__FACT_RESUMED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return true;
    default:
        return false;
    }
}

/* Where the ticket is now, for lists, and what is said of it; WECHAT_SAY_COUNT: nothing. */
static Paidan__State state_of(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_REOPENED:
        return PAIDAN__STATE__STATE_ASSIGNED;
    case PAIDAN__EVENT__FACT_RESOLVED:
        return PAIDAN__STATE__STATE_RESOLVED;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        return PAIDAN__STATE__STATE_SUSPENDED;
    case PAIDAN__EVENT__FACT_CLOSED:
        return event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN
                   ? PAIDAN__STATE__STATE_WITHDRAWN
                   : PAIDAN__STATE__STATE_CLOSED;
    default:
        return PAIDAN__STATE__STATE_ACCEPTED;
    }
}

/* Dispatching is the office's; that he withdrew it he knows; and that it is dealt with is said by the
 * question itself, where this channel asks it. */
static enum wechat_words words_of(const struct step *step, uint32_t was, uint32_t now,
                                  uint32_t outcome)
{
    const struct site *const site = step->site;
    CHECK(site->wechat != NULL);
    switch (now) {
    case PAIDAN__STATE__STATE_ACCEPTED:
        return was == PAIDAN__STATE__STATE_SUSPENDED ? WECHAT_SAY_COUNT : WECHAT_SAY_ACCEPTED;
    case PAIDAN__STATE__STATE_ASSIGNED:
        return was == PAIDAN__STATE__STATE_RESOLVED ? WECHAT_SAY_REOPENED : WECHAT_SAY_COUNT;
    case PAIDAN__STATE__STATE_RESOLVED: {
        const uint32_t channel = site_channel_find(site, site->wechat->channel);
        const bool ours = channel != SITE_NONE &&
                          strcmp(site->channels[channel].callback, site->wechat->channel) == 0;
        return ours ? WECHAT_SAY_COUNT : WECHAT_SAY_RESOLVED;
    }
    case PAIDAN__STATE__STATE_SUSPENDED:
        return WECHAT_SAY_SUSPENDED;
    case PAIDAN__STATE__STATE_CLOSED:
        return outcome == PAIDAN__OUTCOME__OUTCOME_UNREACHED ? WECHAT_SAY_UNREACHED
                                                             : WECHAT_SAY_CLOSED;
    default:
        return WECHAT_SAY_COUNT;
    }
}

/* When the quiet hours that hold this moment end; 0: it is none of them. */
static uint64_t quiet_until(const struct site *site, uint64_t now_ms)
{
    const uint32_t from = site->wechat->quiet_from_min;
    const uint32_t until = site->wechat->quiet_to_min;
    CHECK(from < DAY_MIN);
    CHECK(until < DAY_MIN);
    const uint64_t local_ms = (uint64_t)((int64_t)now_ms + site_offset(site, now_ms));
    const uint32_t minute = (uint32_t)(local_ms / MINUTE_MS % DAY_MIN);
    const bool quiet = from < until ? minute >= from && minute < until
                                    : from > until && (minute >= from || minute < until);
    if (!quiet) {
        return 0;
    }
    const uint32_t rest = (until + DAY_MIN - minute) % DAY_MIN;
    return now_ms - local_ms % MINUTE_MS + rest * MINUTE_MS;
}

static enum rc tell(struct step *step, uint64_t ticket, const struct wechat_ticket *row,
                    enum wechat_words words)
{
    struct wechat_talk talk;
    CHECK(words < WECHAT_SAY_COUNT);
    const enum rc rc = wechat_state_talk(step->txn, row->talk, &talk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct wechat_message message = {
        .words = words, .ticket = ticket, .state = (Paidan__State)row->state};
    return wechat_way_tell(step, &talk, &message, row->group, 0, 0, 0, NULL);
}

static enum rc say_moved(struct step *step, uint64_t ticket, const struct wechat_ticket *row)
{
    Paidan__WechatMoved fact = PAIDAN__WECHAT_MOVED__INIT;
    CHECK(row->talk != 0);
    fact.ticket = ticket;
    fact.state = (Paidan__State)row->state;
    fact.has_outcome = row->outcome != 0;
    fact.outcome =
        row->outcome != 0 ? (Paidan__Outcome)row->outcome : PAIDAN__OUTCOME__OUTCOME_SOLVED;
    fact.has_tell_ms = row->tell_ms != 0;
    fact.tell_ms = row->tell_ms;
    fact.at_ms = row->changed_ms;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

enum rc wechat_follow_record(struct step *step, const struct step_input *input)
{
    const Paidan__Event *const event = input->event;
    struct wechat_ticket row;
    if (event == NULL || !event->has_ticket || step->site->wechat == NULL ||
        !wechat_follow_hears(input->log, event->fact_case)) {
        return RC_OK;
    }
    CHECK(event->ticket != 0);
    enum rc rc = wechat_state_ticket(step->txn, event->ticket, &row);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const uint32_t was = row.state;
    row.state = (uint32_t)state_of(event);
    row.outcome =
        event->fact_case == PAIDAN__EVENT__FACT_CLOSED ? (uint32_t)event->closed->outcome : 0;
    row.changed_ms = event->at_ms;
    const enum wechat_words words = words_of(step, was, row.state, row.outcome);
    const bool told = words != WECHAT_SAY_COUNT;
    row.tell_ms = told ? quiet_until(step->site, step->now_ms) : 0;
    rc = say_moved(step, event->ticket, &row);
    if (rc == RC_OK && told && row.tell_ms == 0) {
        rc = tell(step, event->ticket, &row, words);
    }
    const bool over = row.state != PAIDAN__STATE__STATE_RESOLVED;
    return rc == RC_OK && over ? wechat_ask_over(step, event->ticket) : rc;
}

/* What is told in the morning is how it stands then. */
enum rc wechat_follow_due(struct step *step, const struct due *due)
{
    struct wechat_ticket row;
    Paidan__WechatTold fact = PAIDAN__WECHAT_TOLD__INIT;
    CHECK(due->kind == WECHAT_DUE_TELL);
    enum rc rc = wechat_state_ticket(step->txn, due->id, &row);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    fact.ticket = due->id;
    rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    if (rc != RC_OK || step->site->wechat == NULL) {
        return rc;
    }
    const uint32_t was = row.state == PAIDAN__STATE__STATE_ASSIGNED
                             ? (uint32_t)PAIDAN__STATE__STATE_RESOLVED
                             : (uint32_t)PAIDAN__STATE__STATE_NONE;
    const enum wechat_words words = words_of(step, was, row.state, row.outcome);
    return words == WECHAT_SAY_COUNT ? RC_OK : tell(step, due->id, &row, words);
}

/* ---- folding ---- */

enum rc wechat_follow_fold_moved(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__WechatMoved *const fact = event->wechat_moved;
    struct wechat_ticket row;
    CHECK(fact != NULL);
    const enum rc rc = wechat_state_ticket(fold->txn, fact->ticket, &row);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    row.state = (uint32_t)fact->state;
    row.outcome = fact->has_outcome ? (uint32_t)fact->outcome : 0;
    row.changed_ms = fact->at_ms;
    row.tell_ms = fact->has_tell_ms ? fact->tell_ms : 0;
    return wechat_state_put_ticket(fold->txn, fact->ticket, &row);
}

enum rc wechat_follow_fold_told(struct step_fold *fold, const Paidan__Event *event)
{
    struct wechat_ticket row;
    CHECK(event->wechat_told != NULL);
    const uint64_t ticket = event->wechat_told->ticket;
    const enum rc rc = wechat_state_ticket(fold->txn, ticket, &row);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    row.tell_ms = 0;
    return wechat_state_put_ticket(fold->txn, ticket, &row);
}
