/* triage_trust: how far triage trusts itself, by category, and what of that follows.
 *
 * What triage sent to a unit by itself is on trial until it ends (right), or until somebody gives it
 * another category or unit (wrong). When so many of a category's last decisions were wrong that chance
 * is no excuse, the next ones need a surer guess; where that does not help the category is withdrawn
 * to the desk, and comes back when the guesses there agree with the dispatcher's decisions. Each
 * change is a fact, TrustChanged.
 *
 *     0 ── low ──▶ 1 ── low ──▶ 2 ── low ──▶ 3 ── low ──▶ withdrawn ◀── by hand
 *     ▲◀── good ───┘◀── good ───┘◀── good ───┘◀── good ───────┘
 *     └──────────────────── by hand ───────────────────────────
 *
 * Only facts whose evidence (Judged) names a model begin a trial, and none that a rule or a hint of
 * the site decided. An emergency is neither measured nor held. */
#pragma once

#include "common/site/site_judge.h"
#include "triage_proof.h"
#include "triage_ticket.h"

struct triage_threshold {
    uint32_t permille; /* that a guess must reach; as it was given for one above 1000 */
    uint32_t step;
    bool withdrawn; /* however sure: to the desk, DESK_WITHDRAWN */
};

/* What a decision of that category must reach. permille: the site's, for step 0. Each step halves what
 * is missing to certainty. RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc triage_trust_need(struct store_txn *txn, const char *category, uint32_t permille,
                                     struct triage_threshold *threshold);

/* The same of a category of the site as the judge of words asks for it: 0 as the model's threshold says;
 * of a withdrawn one what its highest step asks, so that it is known which guesses would have gone
 * out. Where the store cannot be read nothing is sure. */
uint32_t triage_trust_threshold(struct store_txn *txn, const struct site *site, uint32_t category);
/* For site_judge_words. Before: the transaction outlives it. */
struct site_trusting triage_trust_of(struct store_txn *txn);
/* Whether a category that is sure must go to the desk all the same: then DESK_WITHDRAWN is added.
 * Returns as triage_trust_need. */
MUST_CHECK enum rc triage_trust_hold(struct step *step, struct site_judgement *judgement);

/* A ticket that triage decided about has ended: right, or, false in `known`, without proof. Says
 * Proved, and TrustChanged where that follows; nothing of a ticket that is not on trial. Returns as
 * step_say. */
MUST_CHECK enum rc triage_trust_ended(struct step *step, uint64_t ticket, bool known);
/* Somebody gave a ticket under way another category or unit (Corrected; NULL: as it was). */
MUST_CHECK enum rc triage_trust_corrected(struct step *step, uint64_t ticket, const char *category,
                                          const char *unit);
/* Around a fact by which a dispatcher decides: watch before it is said, settle after it. category:
 * whose trust may change by it, "": none. */
MUST_CHECK enum rc triage_trust_watch(struct step *step, uint64_t ticket,
                                      char category[CODE_BYTES_MAX + 1]);
MUST_CHECK enum rc triage_trust_settle(struct step *step, const char *category);
/* TrustSet. Returns as step_service.apply. */
MUST_CHECK enum rc triage_trust_apply(struct step *step, const struct step_input *input);

/* What a fact of a ticket's life says about triage's decision. Before it is folded itself: the desk's
 * row is still there. */
MUST_CHECK enum rc triage_trust_fold(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc triage_trust_fold_proved(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc triage_trust_fold_changed(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc triage_trust_fold_site(struct step_fold *fold,
                                          const Paidan__SiteChanged *changed);
