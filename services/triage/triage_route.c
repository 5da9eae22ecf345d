/* triage_route: new tickets. Owns the decision that nobody had to make: category, area, level and
 * unit follow from the words, or the ticket goes to the desk. What must stay true: each Registered
 * becomes exactly one first fact here (Routed, Desked, Merged or RecordRefused), so that what intake took
 * in and what triage knows can be compared by counting. */

#include "triage_route.h"

#include "common/base/check.h"
#include "triage_desk.h"
#include "triage_hint.h"
#include "triage_merge.h"
#include "triage_same.h"
#include "triage_spot.h"
#include "triage_trust.h"

/* spot: solved by the unit already. */
static enum rc say_routed(struct step *step, const Paidan__Event *event,
                          const struct site_judgement *judgement, bool spot)
{
    CHECK(judgement->reasons == 0);
    CHECK(judgement->owner.assist_count <= SITE_ASSIST_MAX);
    const struct site *site = step->site;
    const Paidan__Registered *registered = event->registered;
    const struct triage_ticket none = {.state = TRIAGE_NONE};
    char *assist[SITE_ASSIST_MAX];
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    routed.channel = registered->channel;
    routed.title = registered->title;
    routed.category = site->categories[judgement->category].code;
    routed.area = site->areas[judgement->area].code;
    routed.urgency = judgement->urgency != 0 ? (Paidan__Urgency)judgement->urgency
                                             : site->categories[judgement->category].urgency;
    routed.level = judgement->level;
    routed.unit = site->units[judgement->owner.lead].code;
    routed.n_assist = judgement->owner.assist_count;
    routed.assist = assist;
    for (uint32_t index = 0; index < judgement->owner.assist_count; index++) {
        assist[index] = site->units[judgement->owner.assist[index]].code;
    }
    routed.has_fallback = routed.fallback = judgement->owner.fallback;
    /* The line of the site's matrix, so that an office finds what to change when it disagrees. */
    routed.has_matrix_line = judgement->owner.matrix_line != 0;
    routed.matrix_line = judgement->owner.matrix_line;
    routed.why = (char *)judgement->why; /* packed, never written */
    /* Intake's time, from which every term counts: a triage that was down for a night must not
     * give units a night more. */
    routed.registered_ms = event->at_ms;
    routed.has_outer_due_ms = registered->has_due_ms;
    routed.outer_due_ms = registered->due_ms;
    routed.judged = judgement->judged;
    routed.spot_note = spot ? registered->spot_note : NULL;
    routed.judged = judgement->judged;
    const struct step_about about = triage_ticket_about(event->ticket, &none, TRIAGE_ROUTE);
    return step_say(step, &about, &routed.base);
}

/* 现场办: the unit that solved it, if our site knows it; intake may have read the site's files
 * before us. SITE_NONE: nobody did, or, said visibly, a stranger, and it goes the ordinary way. */
static enum rc find_spot_unit(struct step *step, const Paidan__Registered *registered,
                              uint32_t *unit)
{
    *unit = SITE_NONE;
    if (registered->spot_unit == NULL || registered->spot_note == NULL) {
        return RC_OK;
    }
    *unit = site_unit_find(step->site, registered->spot_unit);
    CHECK(*unit == SITE_NONE || *unit < step->site->unit_count);
    return *unit == SITE_NONE ? step_refuse_record(step, PAIDAN__CODE__UNIT_UNKNOWN, "spot_unit")
                              : RC_OK;
}

/* What may be the same as an open ticket is merged into it, where the site wants that and it can be;
 * anything else goes out or to the desk. spot: solved by the unit already. */
static enum rc say_decided(struct step *step, const Paidan__Event *event,
                           struct site_judgement *judgement, bool spot)
{
    struct triage_same same;
    bool merged = false;
    enum rc rc = triage_same_judge(step, event, judgement, &same);
    CHECK(rc != RC_OK || !spot || same.into == 0); /* what is done already waits for nothing */
    if (rc == RC_OK && same.into != 0) {
        rc = triage_merge_say_new(step, event, judgement, same.into, same.permille, &merged);
    }
    if (rc != RC_OK || merged) {
        return rc;
    }
    return judgement->reasons == 0 ? say_routed(step, event, judgement, spot)
                                   : triage_desk_say_new(step, event, judgement);
}

/* A text that is none would stop the follower for ever, so it is refused as a record: intake
 * checks texts, but its log may be older than its checks. */
static enum rc judge_and_say(struct step *step, const Paidan__Event *event)
{
    struct site_judgement judgement;
    const struct site_trusting trusting = triage_trust_of(step->txn);
    enum rc rc =
        site_judge_words(step->arena, step->site, event->registered, &trusting, &judgement);
    rc = rc == RC_OK ? triage_hint_weigh(step, event->registered, &judgement) : rc;
    if (rc == RC_INVALID) {
        return step_refuse_record(step, PAIDAN__CODE__TEXT_NOT_UTF8, "registered");
    }
    uint32_t unit = SITE_NONE;
    rc = rc == RC_OK ? find_spot_unit(step, event->registered, &unit) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    if (unit != SITE_NONE) {
        triage_spot_judge(step->site, unit, &judgement);
        CHECK(judgement.reasons == 0); /* nobody is asked about what is done */
    } else if (event->registered->has_confidential && event->registered->confidential) {
        /* 保密: somebody has to write what the unit gets, however sure the words are. */
        judgement.reasons |= 1u << PAIDAN__DESK_REASON__DESK_CONFIDENTIAL;
    }
    if (unit == SITE_NONE && event->registered->has_unmapped && event->registered->unmapped) {
        judgement.reasons |= 1u << PAIDAN__DESK_REASON__DESK_UNMAPPED;
    }
    rc = unit == SITE_NONE ? triage_trust_hold(step, &judgement) : RC_OK;
    if (rc != RC_OK) {
        return rc;
    }
    rc = say_decided(step, event, &judgement, unit != SITE_NONE);
    return rc == RC_OK ? triage_same_burst(step, event->ticket) : rc;
}

enum rc triage_route_apply(struct step *step, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_REGISTERED);
    struct triage_ticket record;
    const enum rc rc = triage_state_get(step->txn, event->ticket, &record);
    if (rc == RC_OK) {
        /* Intake gives each number once; the same one again means that it lost its store. */
        return step_refuse_record(step, PAIDAN__CODE__STATE_FORBIDS,
                                  triage_fsm_state_name(record.state));
    }
    return rc == RC_NOT_FOUND ? judge_and_say(step, event) : rc;
}

/* Facts from before dispatchers existed name nobody: triage itself. */
enum triage_signal triage_route_signal(const Paidan__Routed *routed)
{
    return routed->has_by_desk && routed->by_desk ? TRIAGE_DISPATCH : TRIAGE_ROUTE;
}

/* A fallback owner is counted only where triage chose it: the dispatcher knew what he did. */
enum rc triage_route_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                          struct triage_ticket *record)
{
    const Paidan__Routed *const routed = event->routed;
    const bool by_desk = triage_route_signal(routed) == TRIAGE_DISPATCH;
    CHECK(by_desk == (record->state != TRIAGE_NONE));
    CHECK((record->decided_seq != 0) == (record->state == TRIAGE_DESK_RECALLED));
    if (by_desk) {
        triage_ticket_count(fold, record->state == TRIAGE_DESK_RECALLED
                                      ? TRIAGE_TALLY_ROUTED_AGAIN
                                      : TRIAGE_TALLY_ROUTED_BY_DESK);
        const enum rc rc = triage_desk_leave(fold, event->ticket);
        if (rc != RC_OK) {
            return rc;
        }
    } else {
        triage_ticket_count(fold, TRIAGE_TALLY_REGISTERED);
        triage_ticket_count(fold, TRIAGE_TALLY_ROUTED);
        if (routed->has_fallback && routed->fallback) {
            triage_ticket_count(fold, TRIAGE_TALLY_FALLBACK);
        }
    }
    record->by_desk = by_desk;
    return triage_ticket_decide(record, seq, routed->category, routed->area, routed->unit);
}
