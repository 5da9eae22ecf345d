/* wechat_follow: residents hear of their ticket what a parcel's receiver hears: accepted, dealt with,
 * resting, at work again, worked on with another one, closed. Not what offices do among themselves: raises, returns, clocks.
 *
 *   escalation's fact ─▶ WechatMoved ─ in the day ─▶ Replied
 *                              └─ in the quiet hours ─▶ (due) ─▶ Replied, WechatTold: the newest alone
 *
 * A ticket that is not of this channel is nobody's here and leads to no fact. What the office splits off from
 * somebody's ticket (拆分) is his too: intake's log says whence a part came, and from then on he hears of it, finds it
 * among his own and is asked about it, in the conversation or group in which he spoke of the whole. What must stay true: a
 * change is told once, and never one that a later one has made untrue. */
#include "wechat_follow.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/text/text.h"
#include "common/wire/peek.h"
#include "wechat_ask.h"
#include "wechat_outbox.h"
#include "wechat_read.h"
#include "wechat_state.h"
#include "wechat_way.h"

#define DAY_MIN (24u * 60)
#define MINUTE_MS 60000ull
#define NEWS_MS (24 * 60 * MINUTE_MS) /* an older part is no news to a resident */
#define LATE_MS MINUTE_MS             /* heard of later, escalation may have spoken of it before */
enum { REGISTERED_SPLIT_OF = 20 };    /* Registered.split_of in event.proto */

bool wechat_follow_hears(const char *log, Paidan__Event__FactCase fact)
{
    if (strcmp(log, "intake") == 0) {
        return fact == PAIDAN__EVENT__FACT_REGISTERED;
    }
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
    case PAIDAN__EVENT__FACT_MERGED:
    case PAIDAN__EVENT__FACT_UNMERGED:
        return true;
    default:
        return false;
    }
}

/* Of intake's log only what was split off is looked at: the words of all other tickets stay unread. */
enum step_need wechat_follow_needs(const char *log, Paidan__Event__FactCase fact,
                                   const unsigned char *body, size_t bytes)
{
    uint64_t split_of = 0;
    if (!wechat_follow_hears(log, fact)) {
        return STEP_NEED_NONE;
    }
    CHECK(body != NULL);
    const bool part = fact != PAIDAN__EVENT__FACT_REGISTERED ||
                      peek_number(body, bytes, REGISTERED_SPLIT_OF, &split_of);
    return part ? STEP_NEED_ALL : STEP_NEED_NONE;
}

/* Where the ticket is now, for lists, and what is said of it; WECHAT_SAY_COUNT: nothing. */
static Paidan__State state_of(const Paidan__Event *event)
{
    CHECK(wechat_follow_hears("escalation", event->fact_case));
    CHECK(event->has_ticket);
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
    case PAIDAN__EVENT__FACT_MERGED:
        return PAIDAN__STATE__STATE_MERGED;
    case PAIDAN__EVENT__FACT_UNMERGED:
        return PAIDAN__STATE__STATE_DESK;
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
        return was == PAIDAN__STATE__STATE_RESOLVED || was == PAIDAN__STATE__STATE_CLOSED
                   ? WECHAT_SAY_REOPENED
                   : WECHAT_SAY_COUNT;
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
    case PAIDAN__STATE__STATE_MERGED: /* into yet another one: to him it is the same */
        return was == PAIDAN__STATE__STATE_MERGED ? WECHAT_SAY_COUNT : WECHAT_SAY_MERGED;
    case PAIDAN__STATE__STATE_DESK:
        return was == PAIDAN__STATE__STATE_MERGED ? WECHAT_SAY_UNMERGED : WECHAT_SAY_COUNT;
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
    CHECK(rest > 0); /* the hour that ends them is none of them */
    return now_ms - local_ms % MINUTE_MS + rest * MINUTE_MS;
}

static enum rc tell(struct step *step, uint64_t ticket, const struct wechat_ticket *row,
                    enum wechat_words words)
{
    struct wechat_talk talk;
    CHECK(words < WECHAT_SAY_COUNT);
    CHECK(row->talk != 0);
    const enum rc rc = wechat_state_talk(step->txn, row->talk, &talk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (talk.quiet && row->group[0] == '\0') { /* a group has not asked to be left alone */
        return RC_OK;
    }
    const struct wechat_message message = {
        .words = words, .ticket = ticket, .state = (Paidan__State)row->state};
    return wechat_way_tell(step, &talk, &message, row->group, 0, 0, 0, NULL);
}

static enum rc say_moved(struct step *step, uint64_t ticket, const struct wechat_ticket *row)
{
    Paidan__WechatMoved fact = PAIDAN__WECHAT_MOVED__INIT;
    CHECK(row->talk != 0);
    CHECK(ticket != 0);
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

/* ---- parts ---- */

/* Who spoke of the whole, and where. */
struct whose {
    struct wechat_talk talk;
    char group[WECHAT_PERSON_BYTES];
};

/* Split before we heard under which number the whole was filed (we were away in between): its id is that of the
 * message which reported it, the part's the same with "#2" or so behind it. RC_NOT_FOUND: it is nobody's here. */
static enum rc find_by_message(struct step *step, const Paidan__Registered *part,
                               struct whose *whose)
{
    static const unsigned char none[HEARD_DIGEST_BYTES];
    const ProtobufCBinaryData digest = {.len = sizeof none, .data = (uint8_t *)(uintptr_t)none};
    enum channel_verdict verdict = CHANNEL_NEW;
    Paidan__WechatHear *hear = NULL;
    uint64_t heard = 0;
    const char *const ours = step->site->wechat->channel;
    const char *const mark = part->external_id == NULL
                                 ? NULL
                                 : memchr(part->external_id, '#', strlen(part->external_id));
    if (mark == NULL || site_heir(step->site, SITE_KIND_CHANNEL, part->channel) !=
                            site_channel_find(step->site, ours)) {
        return RC_NOT_FOUND;
    }
    char *const id =
        arena_printf(step->arena, "%.*s", (int)(mark - part->external_id), part->external_id);
    if (id == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = channel_find(step->txn, &wechat_wishing, id, &digest, &verdict, &heard);
    if (rc != RC_OK || verdict == CHANNEL_NEW) {
        return rc == RC_OK ? RC_NOT_FOUND : rc;
    }
    CHECK(heard > 0);
    rc = wechat_read_heard(step, heard, &hear);
    if (rc != RC_OK) {
        return rc;
    }
    const bool fits =
        text_copy(whose->group, sizeof whose->group, hear->group == NULL ? "" : hear->group);
    CHECK(fits); /* the door bounds it as it does the person */
    return wechat_state_talk_or_new(step->txn, hear->account, hear->person, &whose->talk);
}

static enum rc find_whose(struct step *step, const Paidan__Registered *part, struct whose *whose)
{
    struct wechat_ticket whole;
    CHECK(part->has_split_of);
    enum rc rc = wechat_state_ticket(step->txn, part->split_of, &whole);
    if (rc == RC_NOT_FOUND) {
        return find_by_message(step, part, whose);
    }
    if (rc == RC_OK) {
        memcpy(whose->group, whole.group, sizeof whose->group);
        rc = wechat_state_talk(step->txn, whole.talk, &whose->talk);
        rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return rc;
}

/* How long ago it was registered; services' clocks may differ a little. */
static uint64_t age_of(const struct step *step, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_REGISTERED);
    return step->now_ms > event->at_ms ? step->now_ms - event->at_ms : 0;
}

/* It is told at once, or in the quiet hours not at all: what becomes of the part says its number too. Nor when
 * it is old: who begins to follow intake reads all its log, and hears of every part there ever was. */
static enum rc tell_part(struct step *step, const Paidan__Event *event, const struct whose *whose)
{
    const struct wechat_message message = {.words = WECHAT_SAY_PART, .ticket = event->ticket};
    CHECK(event->ticket != 0);
    return whose->talk.quiet || age_of(step, event) > NEWS_MS ||
                   quiet_until(step->site, step->now_ms) != 0
               ? RC_OK
               : wechat_way_tell(step, &whose->talk, &message, whose->group, 0, 0, 0, NULL);
}

static enum rc take_part(struct step *step, const Paidan__Event *event)
{
    Paidan__WechatOwned fact = PAIDAN__WECHAT_OWNED__INIT;
    const Paidan__Registered *const part = event->registered;
    struct wechat_ticket row;
    struct whose whose;
    char number[NUMBER_BYTES];
    CHECK(part != NULL);
    enum rc rc = wechat_state_ticket(step->txn, event->ticket, &row);
    if (rc == RC_NOT_FOUND) {
        rc = find_whose(step, part, &whose);
    } else if (rc == RC_OK) {
        return RC_OK; /* it is his already */
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    number_format(event->ticket, number);
    fact.account = whose.talk.account;
    fact.person = whose.talk.person;
    fact.ticket = event->ticket;
    fact.number = number;
    fact.query_code = part->query_code; /* the whole's: he has it */
    fact.group = whose.group[0] == '\0' ? NULL : whose.group;
    fact.has_split_of = 1;
    fact.split_of = part->split_of;
    fact.has_registered_ms = age_of(step, event) > LATE_MS;
    fact.registered_ms = fact.has_registered_ms ? event->at_ms : 0;
    rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    return rc == RC_OK ? tell_part(step, event, &whose) : rc;
}

/* ---- what escalation says ---- */

/* The newest state counts, whatever was told: a record that comes after a rest of ours (a day without
 * escalation) is told as late as it is heard, and what a later one made untrue is told by that one. Two facts
 * about groups are apart: merged once more leaves what waits for the morning as it is, and who has not heard yet
 * that his was merged is not told that it is so no more. */
enum rc wechat_follow_record(struct step *step, const struct step_input *input)
{
    const Paidan__Event *const event = input->event;
    struct wechat_ticket row;
    if (event == NULL || !event->has_ticket || step->site->wechat == NULL ||
        !wechat_follow_hears(input->log, event->fact_case)) {
        return RC_OK;
    }
    CHECK(event->ticket != 0);
    if (event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        return event->registered->has_split_of ? take_part(step, event) : RC_OK;
    }
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
    const bool merged = row.state == PAIDAN__STATE__STATE_MERGED && was == row.state;
    const bool unheard = row.state == PAIDAN__STATE__STATE_DESK && row.tell_ms != 0;
    const bool told = words != WECHAT_SAY_COUNT && !unheard;
    row.tell_ms = told ? quiet_until(step->site, step->now_ms) : merged ? row.tell_ms : 0;
    rc = say_moved(step, event->ticket, &row);
    if (rc == RC_OK && told && row.tell_ms == 0) {
        rc = tell(step, event->ticket, &row, words);
    }
    const bool over = row.state != PAIDAN__STATE__STATE_RESOLVED;
    const bool unreached = row.outcome == PAIDAN__OUTCOME__OUTCOME_UNREACHED;
    return rc == RC_OK && over ? wechat_ask_over(step, event->ticket, unreached) : rc;
}

/* What it must have been before, if there was something to tell of the state that it is in. */
static uint32_t was_of(uint32_t state)
{
    CHECK(state != PAIDAN__STATE__STATE_NONE); /* it moved, or nothing would be due */
    switch (state) {
    case PAIDAN__STATE__STATE_ASSIGNED:
        return PAIDAN__STATE__STATE_RESOLVED;
    case PAIDAN__STATE__STATE_DESK:
        return PAIDAN__STATE__STATE_MERGED;
    default:
        return PAIDAN__STATE__STATE_NONE;
    }
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
    const uint32_t was = was_of(row.state);
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
