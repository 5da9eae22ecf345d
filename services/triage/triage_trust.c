/* triage_trust: triage measures itself. Owns the judgement of its own decisions and the steps by
 * which it becomes more careful. What must stay true: a decision is counted once, for the step under
 * which it was made, so that what an older, laxer step sent out does not raise the next one; every
 * change of a step is a fact with the numbers it came from; and what a person set, only a person
 * ends. Confidence of a model does not carry over to another town; this does not rely on it. */

#include "triage_trust.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "triage_desk.h"

/* ---- thresholds ---- */

/* What is missing to certainty, halved with each step: 700 -> 850 -> 925 -> 963. */
static uint32_t raised(uint32_t permille, uint32_t step)
{
    const uint32_t steps = step < TRIAGE_RAISES ? step : TRIAGE_RAISES;
    CHECK(step <= TRIAGE_WITHDRAWN);
    CHECK(permille <= SITE_PERMILLE + 1); /* above: nothing is ever sure */
    return permille >= SITE_PERMILLE ? permille
                                     : SITE_PERMILLE - ((SITE_PERMILLE - permille) >> steps);
}

enum rc triage_trust_need(struct store_txn *txn, const char *category, uint32_t permille,
                          struct triage_threshold *threshold)
{
    struct triage_trust trust;
    const enum rc rc = triage_proof_trust_get(txn, category, &trust);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(trust.step <= TRIAGE_WITHDRAWN);
    *threshold = (struct triage_threshold){.permille = raised(permille, trust.step),
                                           .step = trust.step,
                                           .withdrawn = trust.step == TRIAGE_WITHDRAWN};
    return RC_OK;
}

/* 紧急 waits for nobody's doubt: it goes out as sure as the site asks, and is not measured either, for
 * what followed would hold the next one. */
static bool emergency(const struct site *site, uint32_t category)
{
    CHECK(category < site->category_count);
    return site->categories[category].urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY;
}

/* Whether a judgement is the model's own, or that of words in a site that has one: what a rule or a
 * hint told was no guess, and a site with rules or groups alone has not asked to be measured. */
static bool own(const Paidan__Judged *judged)
{
    return judged != NULL && (judged->has_model || judged->has_unit_model) &&
           (!judged->has_by || judged->by == PAIDAN__JUDGED_BY__JUDGED_MODEL ||
            judged->by == PAIDAN__JUDGED_BY__JUDGED_WORDS);
}

/* A failure is not lost: whoever writes in this transaction meets it. */
uint32_t triage_trust_threshold(struct store_txn *txn, const struct site *site, uint32_t category)
{
    struct triage_threshold threshold;
    CHECK(category < site->category_count);
    if (emergency(site, category)) {
        return 0;
    }
    const enum rc rc = triage_trust_need(txn, site->categories[category].code,
                                         site->triage.model.threshold_permille, &threshold);
    if (rc != RC_OK) {
        return SITE_PERMILLE + 1;
    }
    return threshold.step == 0 ? 0 : threshold.permille;
}

static uint32_t ask(void *context, const struct site *site, uint32_t category)
{
    return triage_trust_threshold(context, site, category);
}

struct site_trusting triage_trust_of(struct store_txn *txn)
{
    CHECK(txn != NULL);
    return (struct site_trusting){.threshold = ask, .context = txn};
}

/* A step that nobody changed is 0: where none was ever changed no row is looked for. */
enum rc triage_trust_hold(struct step *step, struct site_judgement *judgement)
{
    struct triage_threshold threshold = {.withdrawn = false};
    if (judgement->category == SITE_NONE || !own(judgement->judged) ||
        step->tally->values[TRIAGE_TALLY_TRUST_CHANGED] == 0) {
        return RC_OK;
    }
    CHECK(judgement->category < step->site->category_count);
    if (emergency(step->site, judgement->category) ||
        judgement->urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY) {
        return RC_OK;
    }
    const enum rc rc = triage_trust_need(
        step->txn, step->site->categories[judgement->category].code, 0, &threshold);
    if (rc == RC_OK && threshold.withdrawn) {
        judgement->reasons |= 1u << PAIDAN__DESK_REASON__DESK_WITHDRAWN;
    }
    return rc;
}

/* ---- changing the step ---- */

/* More decisions than the window are never looked at, so waiting for surer numbers is in vain: then
 * the share itself says it. Without that a target which no window proves (n right of n only tell
 * n/(n+1.6): 200 not even 99.2 %) would make every step one for ever. */
static bool full(const struct site *site, const struct triage_share *share)
{
    const uint32_t window = site->triage.trust.window;
    CHECK(window > 0);
    return share->of >= (window < TRIAGE_RING ? window : TRIAGE_RING);
}

/* The step to which the last decisions lead, and why. Both ends of the interval must lie on the
 * same side of the target: below it to become more careful, above it to become less; of a full
 * window, which is all that will ever be known, the share for the way back. */
static uint32_t next_step(const struct site *site, const struct triage_trust *trust,
                          const struct triage_share *share, Paidan__TrustWhy *why)
{
    const uint32_t target = site->triage.precision_permille;
    CHECK(trust->step <= TRIAGE_WITHDRAWN);
    CHECK(share->low <= share->high);
    CHECK(target > 0);
    if (share->of < site->triage.trust.least || trust->by_hand) {
        return trust->step;
    }
    if (share->high < target && trust->step < TRIAGE_WITHDRAWN) {
        *why = PAIDAN__TRUST_WHY__TRUST_LOW;
        return trust->step + 1;
    }
    const bool good = share->low >= target || (full(site, share) && share->measured >= target);
    if (good && trust->step > 0) {
        *why = PAIDAN__TRUST_WHY__TRUST_GOOD;
        return trust->step - 1;
    }
    return trust->step;
}

static enum rc say_changed(struct step *step, const struct triage_trust *trust, uint32_t to_step,
                           Paidan__TrustWhy why, const char *note, uint64_t *seq)
{
    const struct site *site = step->site;
    const struct triage_share share = triage_proof_share(trust, site->triage.trust.window);
    Paidan__TrustChanged changed = PAIDAN__TRUST_CHANGED__INIT;
    CHECK(to_step <= TRIAGE_WITHDRAWN);
    CHECK(share.of <= TRIAGE_RING); /* folding takes no more */
    CHECK(to_step != trust->step || why == PAIDAN__TRUST_WHY__TRUST_BY_HAND);
    changed.category = (char *)trust->category; /* packed, never written */
    changed.from_step = trust->step;
    changed.to_step = to_step;
    changed.why = why;
    changed.right = share.right;
    changed.of = share.of;
    changed.measured = share.measured;
    changed.target = site->triage.precision_permille;
    changed.has_from_permille = changed.has_to_permille = site->triage.model.learn != NULL;
    changed.from_permille = raised(site->triage.model.threshold_permille, trust->step);
    changed.to_permille = raised(site->triage.model.threshold_permille, to_step);
    changed.has_withdrawn = changed.withdrawn = to_step == TRIAGE_WITHDRAWN;
    changed.note = (char *)note;
    return step_say(step, &(struct step_about){.seq = seq}, &changed.base);
}

enum rc triage_trust_settle(struct step *step, const char *category)
{
    struct triage_trust trust;
    if (category[0] == '\0') {
        return RC_OK;
    }
    const enum rc rc = triage_proof_trust_get(step->txn, category, &trust);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__TrustWhy why = PAIDAN__TRUST_WHY__TRUST_LOW;
    const struct triage_share share = triage_proof_share(&trust, step->site->triage.trust.window);
    const uint32_t to_step = next_step(step->site, &trust, &share, &why);
    return to_step == trust.step ? RC_OK : say_changed(step, &trust, to_step, why, NULL, NULL);
}

/* ---- what proves a decision ---- */

/* A trial of the ticket, if anything is on trial at all: sites that measure nothing pay no look. */
static enum rc find(struct step *step, uint64_t ticket, struct triage_trial *trial)
{
    return step->tally->values[TRIAGE_TALLY_ON_TRIAL] == 0
               ? RC_NOT_FOUND
               : triage_proof_trial_get(step->txn, ticket, trial);
}

static enum rc say_proved(struct step *step, uint64_t ticket, const struct triage_trial *trial,
                          bool known, bool right)
{
    Paidan__Proof proof = PAIDAN__PROOF__INIT;
    Paidan__Proof *proofs[] = {&proof};
    Paidan__Proved proved = PAIDAN__PROVED__INIT;
    CHECK(trial->kind == TRIAGE_ITSELF);
    CHECK(known || !right); /* what is not known is not right */
    proof.ticket = ticket;
    proof.has_right = known;
    proof.right = known && right;
    proved.n_proofs = 1;
    proved.proofs = proofs;
    const enum rc rc = step_say(step, &(struct step_about){.ticket = 0}, &proved.base);
    return rc == RC_OK && known ? triage_trust_settle(step, trial->category) : rc;
}

enum rc triage_trust_ended(struct step *step, uint64_t ticket, bool known)
{
    struct triage_trial trial;
    const enum rc rc = find(step, ticket, &trial);
    if (rc != RC_OK || trial.kind != TRIAGE_ITSELF) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* what waits at the desk ends there */
    }
    CHECK(trial.category[0] != '\0');
    return say_proved(step, ticket, &trial, known, known);
}

enum rc triage_trust_corrected(struct step *step, uint64_t ticket, const char *category,
                               const char *unit)
{
    struct triage_trial trial;
    CHECK(ticket != 0);
    const enum rc rc = find(step, ticket, &trial);
    if (rc != RC_OK || trial.kind != TRIAGE_ITSELF) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const bool same = (category == NULL || strcmp(category, trial.category) == 0) &&
                      (unit == NULL || strcmp(unit, trial.unit) == 0);
    return same ? RC_OK : say_proved(step, ticket, &trial, true, false);
}

enum rc triage_trust_watch(struct step *step, uint64_t ticket, char category[CODE_BYTES_MAX + 1])
{
    struct triage_trial trial;
    category[0] = '\0';
    const enum rc rc = find(step, ticket, &trial);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const bool fits = text_copy(category, CODE_BYTES_MAX + 1, trial.category);
    CHECK(fits); /* both hold any code */
    return RC_OK;
}

/* ---- by hand ---- */

enum rc triage_trust_apply(struct step *step, const struct step_input *input)
{
    CHECK(input->request->wish_case == PAIDAN__REQUEST__WISH_TRUST_SET);
    const Paidan__TrustSet *wish = input->request->trust_set;
    const struct site *site = step->site;
    const uint32_t category = site_heir(site, SITE_KIND_CATEGORY, wish->category);
    struct triage_trust trust;
    char *note = NULL;
    uint64_t seq = 0;
    if (category == SITE_NONE) {
        return step_refuse(step, PAIDAN__CODE__CATEGORY_UNKNOWN, "category");
    }
    if (text_blank(wish->note)) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, "note");
    }
    enum rc rc = triage_proof_trust_get(step->txn, site->categories[category].code, &trust);
    if (rc != RC_OK) {
        return rc;
    }
    const bool withdraw = wish->action == PAIDAN__TRUST_ACTION__TRUST_WITHDRAW;
    if (withdraw ? trust.by_hand : trust.step == 0) {
        return step_refuse(step, PAIDAN__CODE__ALREADY_DONE, withdraw ? "withdrawn" : "trusted");
    }
    rc = text_mask_digits(step->arena, wish->note, &note);
    if (rc != RC_OK) {
        return rc == RC_INVALID ? step_refuse(step, PAIDAN__CODE__TEXT_NOT_UTF8, "note") : rc;
    }
    rc = say_changed(step, &trust, withdraw ? TRIAGE_WITHDRAWN : 0,
                     PAIDAN__TRUST_WHY__TRUST_BY_HAND, note, &seq);
    return rc == RC_OK ? step_answer_done(step, 0, seq) : rc;
}

/* ---- folding ---- */

enum count { ITSELF, AT_DESK, AGREED, CHANGED, RETURNED, RECALLED, RIGHT, WRONG };

static uint64_t *count_of(struct triage_week *week, enum count what)
{
    uint64_t *const counts[] = {
        [ITSELF] = &week->itself,   [AT_DESK] = &week->desk,      [AGREED] = &week->agreed,
        [CHANGED] = &week->changed, [RETURNED] = &week->returned, [RECALLED] = &week->recalled,
        [RIGHT] = &week->right,     [WRONG] = &week->wrong,
    };
    CHECK(what <= WRONG);
    return counts[what];
}

static enum rc add(struct step_fold *fold, uint64_t at_ms, const char *category, enum count what)
{
    struct triage_week counts;
    uint64_t monday_ms = 0;
    CHECK(at_ms > 0);
    enum rc rc = triage_proof_monday(fold->txn, &monday_ms);
    const uint32_t week = triage_proof_week_of(monday_ms, at_ms);
    if (rc == RC_OK) {
        rc = triage_proof_week_get(fold->txn, week, category, &counts);
    }
    if (rc != RC_OK) {
        return rc;
    }
    uint64_t *count = count_of(&counts, what);
    CHECK(*count < UINT64_MAX);
    *count += 1;
    return triage_proof_week_put(fold->txn, week, &counts);
}

static enum rc begin(struct step_fold *fold, const Paidan__Event *event,
                     enum triage_trial_kind kind, const char *category, const char *unit)
{
    struct triage_trial trial = {.kind = kind};
    struct triage_trust trust = {.epoch = 0};
    CHECK(kind < TRIAGE_TRIAL_KINDS);
    enum rc rc = category[0] == '\0' ? RC_OK : triage_proof_trust_get(fold->txn, category, &trust);
    if (rc != RC_OK) {
        return rc;
    }
    trial.epoch = trust.epoch;
    if (!text_copy(trial.category, sizeof trial.category, category) ||
        !text_copy(trial.unit, sizeof trial.unit, unit)) {
        return RC_CORRUPT;
    }
    rc = triage_proof_trial_put(fold->txn, event->ticket, &trial);
    if (rc == RC_OK) {
        triage_ticket_count(fold, TRIAGE_TALLY_ON_TRIAL);
        rc = add(fold, event->at_ms, category, kind == TRIAGE_ITSELF ? ITSELF : AT_DESK);
    }
    return rc;
}

static enum rc end(struct step_fold *fold, uint64_t ticket)
{
    CHECK(fold->tally->values[TRIAGE_TALLY_ON_TRIAL] > 0);
    const enum rc rc = triage_proof_trial_del(fold->txn, ticket);
    if (rc == RC_OK) {
        triage_ticket_uncount(fold, TRIAGE_TALLY_ON_TRIAL);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* Into the category's ring, unless its step has changed since. */
static enum rc measure(struct step_fold *fold, const struct triage_trial *trial, bool right)
{
    struct triage_trust trust;
    CHECK(trial->category[0] != '\0');
    const enum rc rc = triage_proof_trust_get(fold->txn, trial->category, &trust);
    if (rc != RC_OK || trust.epoch != trial->epoch) {
        return rc;
    }
    CHECK(trial->kind != TRIAGE_GUESSED);
    triage_proof_push(&trust, right);
    return triage_proof_trust_put(fold->txn, &trust);
}

static enum rc prove(struct step_fold *fold, uint64_t ticket, uint64_t at_ms,
                     const struct triage_trial *trial, bool right)
{
    CHECK(trial->kind == TRIAGE_ITSELF);
    triage_ticket_count(fold, right ? TRIAGE_TALLY_PROVED_RIGHT : TRIAGE_TALLY_PROVED_WRONG);
    enum rc rc = measure(fold, trial, right);
    if (rc == RC_OK) {
        rc = add(fold, at_ms, trial->category, right ? RIGHT : WRONG);
    }
    return rc == RC_OK ? end(fold, ticket) : rc;
}

/* The dispatcher decided: about a guess, or about what triage had sent out and what came back. */
static enum rc decided(struct step_fold *fold, const Paidan__Event *event, const char *category,
                       const char *unit)
{
    struct triage_trial trial;
    enum rc rc = triage_proof_trial_get(fold->txn, event->ticket, &trial);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const bool same = strcmp(trial.category, category) == 0;
    if (trial.kind == TRIAGE_ITSELF) {
        return prove(fold, event->ticket, event->at_ms, &trial,
                     same && strcmp(trial.unit, unit) == 0);
    }
    if (trial.category[0] != '\0') {
        rc = add(fold, event->at_ms, trial.category, same ? AGREED : CHANGED);
    }
    if (rc == RC_OK && trial.kind == TRIAGE_HELD) {
        rc = measure(fold, &trial, same);
    }
    return rc == RC_OK ? end(fold, event->ticket) : rc;
}

static enum rc desked(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Desked *const desked = event->desked;
    const enum triage_signal signal = triage_desk_desked_signal(desked);
    struct triage_trial trial;
    if (signal == TRIAGE_DESK) {
        const bool held = desked->reasons == 1u << PAIDAN__DESK_REASON__DESK_WITHDRAWN;
        const char *guess = desked->n_categories == 0 ? "" : desked->categories[0];
        return !own(desked->judged)
                   ? RC_OK
                   : begin(fold, event, held ? TRIAGE_HELD : TRIAGE_GUESSED, guess, "");
    }
    if (fold->tally->values[TRIAGE_TALLY_ON_TRIAL] == 0) {
        return RC_OK;
    }
    const enum rc rc = triage_proof_trial_get(fold->txn, event->ticket, &trial);
    if (rc != RC_OK || trial.kind != TRIAGE_ITSELF) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return add(fold, event->at_ms, trial.category, signal == TRIAGE_RETURN ? RETURNED : RECALLED);
}

/* It left the desk undecided (merged, too), or goes on under other codes: what was guessed proves nothing. */
static enum rc forget(struct step_fold *fold, uint64_t ticket)
{
    struct triage_trial trial;
    const enum rc rc = triage_proof_trial_get(fold->txn, ticket, &trial);
    return rc == RC_OK ? end(fold, ticket) : rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc triage_trust_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Routed *const routed = event->routed;
    CHECK(event->ticket != 0);
    if (event->fact_case == PAIDAN__EVENT__FACT_DESKED) {
        return desked(fold, event);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_ROUTED &&
        !(routed->has_by_desk && routed->by_desk)) {
        return !own(routed->judged) || routed->spot_note != NULL ||
                       routed->urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY
                   ? RC_OK
                   : begin(fold, event, TRIAGE_ITSELF, routed->category, routed->unit);
    }
    if (fold->tally->values[TRIAGE_TALLY_ON_TRIAL] == 0) {
        return RC_OK;
    }
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        return decided(fold, event, routed->category, routed->unit);
    case PAIDAN__EVENT__FACT_RULED:
        return decided(fold, event, event->ruled->category, event->ruled->unit);
    case PAIDAN__EVENT__FACT_UNDESKED:
    case PAIDAN__EVENT__FACT_DESK_RECODED:
    case PAIDAN__EVENT__FACT_MERGED: /* another ticket's dispatch will be right or wrong */
        return forget(fold, event->ticket);
    default:
        return RC_OK;
    }
}

enum rc triage_trust_fold_proved(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Proved *const proved = event->proved;
    enum rc rc = RC_OK;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_PROVED);
    for (size_t index = 0; rc == RC_OK && index < proved->n_proofs; index++) {
        const Paidan__Proof *proof = proved->proofs[index];
        struct triage_trial trial;
        rc = proof->ticket == 0 ? RC_CORRUPT
                                : triage_proof_trial_get(fold->txn, proof->ticket, &trial);
        if (rc == RC_NOT_FOUND) { /* of a log from when more was measured */
            rc = RC_OK;
            continue;
        }
        if (rc != RC_OK || trial.kind != TRIAGE_ITSELF) {
            return rc == RC_OK ? RC_CORRUPT : rc;
        }
        rc = proof->has_right ? prove(fold, proof->ticket, event->at_ms, &trial, proof->right)
                              : end(fold, proof->ticket);
    }
    return rc;
}

/* A span begins or ends. The oldest makes room. */
static void fold_span(struct triage_trust *trust, const Paidan__Event *event)
{
    const Paidan__TrustChanged *const changed = event->trust_changed;
    CHECK(trust->span_count <= TRIAGE_SPANS_MAX);
    if (trust->span_count > 0 && trust->spans[trust->span_count - 1].until_ms == 0) {
        trust->spans[trust->span_count - 1].until_ms = event->at_ms;
    }
    if (changed->to_step != TRIAGE_WITHDRAWN) {
        return;
    }
    if (trust->span_count == TRIAGE_SPANS_MAX) {
        memmove(trust->spans, trust->spans + 1, sizeof trust->spans - sizeof trust->spans[0]);
        trust->span_count--;
    }
    trust->spans[trust->span_count++] = (struct triage_span){.from_ms = event->at_ms,
                                                             .why = (uint32_t)changed->why,
                                                             .right = changed->right,
                                                             .of = changed->of};
}

/* What was measured under the step before says nothing about the next. */
enum rc triage_trust_fold_changed(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__TrustChanged *const changed = event->trust_changed;
    struct triage_trust trust;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_TRUST_CHANGED);
    if (changed->category[0] == '\0' || changed->to_step > TRIAGE_WITHDRAWN ||
        changed->of > TRIAGE_RING || changed->right > changed->of) {
        return RC_CORRUPT;
    }
    const enum rc rc = triage_proof_trust_get(fold->txn, changed->category, &trust);
    if (rc != RC_OK || trust.step != changed->from_step) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    fold_span(&trust, event);
    trust.step = changed->to_step;
    trust.by_hand =
        changed->why == PAIDAN__TRUST_WHY__TRUST_BY_HAND && changed->to_step == TRIAGE_WITHDRAWN;
    trust.since_ms = event->at_ms;
    CHECK(trust.span_count > 0 || trust.step != TRIAGE_WITHDRAWN);
    trust.epoch++;
    trust.next = trust.count = 0;
    memset(trust.ring, 0, sizeof trust.ring);
    triage_ticket_count(fold, TRIAGE_TALLY_TRUST_CHANGED);
    return triage_proof_trust_put(fold->txn, &trust);
}

enum rc triage_trust_fold_site(struct step_fold *fold, const Paidan__SiteChanged *changed)
{
    if (!changed->has_monday_ms) {
        return RC_OK;
    }
    return changed->monday_ms == 0 || changed->monday_ms >= TRIAGE_WEEK_MS
               ? RC_CORRUPT
               : triage_proof_monday_put(fold->txn, changed->monday_ms);
}
