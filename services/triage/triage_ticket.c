/* triage_ticket: the ground on which the parts of triage stand. Owns no table of its own; what must
 * stay true is that a ticket's facts form one chain in the log and that each is the one to which
 * the transition table leads. */

#include "triage_ticket.h"

#include "common/base/check.h"
#include "common/text/text.h"

/* Facts of one ticket that are looked through for what it was merged with. */
enum { FACTS_MAX = 1024 };

/* The cell's fact goes along as `expected`: a part that said another one would be stopped
 * before anything is written. */
struct step_about triage_ticket_about(uint64_t ticket, const struct triage_ticket *record,
                                      enum triage_signal signal)
{
    const struct triage_step to = triage_fsm_step(record->state, signal);
    CHECK(to.fact != PAIDAN__EVENT__FACT__NOT_SET);
    CHECK(ticket != 0);
    CHECK((record->last_seq == 0) == (record->state == TRIAGE_NONE));
    return (struct step_about){.ticket = ticket, .last_seq = record->last_seq, .expected = to.fact};
}

char *triage_ticket_code(const struct site *site, enum site_kind kind, const char *code)
{
    CHECK(kind < SITE_KIND_COUNT);
    CHECK(code != NULL);
    return code[0] == '\0' ? NULL : (char *)site_code_now(site, kind, code);
}

bool triage_ticket_stands(enum triage_state state)
{
    CHECK(state < TRIAGE_STATE_COUNT);
    return state != TRIAGE_NONE && state != TRIAGE_ENDED;
}

struct triage_gather *triage_ticket_gather(struct step *step)
{
    CHECK(step->arena != NULL);
    if (step->gather == NULL) {
        struct triage_gather *const made = arena_alloc(step->arena, sizeof *made);
        if (made != NULL) {
            *made = (struct triage_gather){.ended = NULL};
        }
        step->gather = made;
    }
    return step->gather;
}

void triage_ticket_count(struct step_fold *fold, enum triage_tally tally)
{
    CHECK(tally < TRIAGE_TALLY_COUNT);
    CHECK(fold->tally->values[tally] < UINT64_MAX);
    fold->tally->values[tally] += 1;
}

void triage_ticket_uncount(struct step_fold *fold, enum triage_tally tally)
{
    CHECK(tally == TRIAGE_TALLY_DESK_OPEN || tally == TRIAGE_TALLY_DESK_LATE ||
          tally == TRIAGE_TALLY_ON_TRIAL); /* of now */
    CHECK(fold->tally->values[tally] > 0);
    fold->tally->values[tally] -= 1;
}

/* The seq is kept so that TriageShow can read why, without a copy of the words in every
 * record. */
enum rc triage_ticket_decide(struct triage_ticket *record, uint64_t seq, const char *category,
                             const char *area, const char *unit)
{
    CHECK(seq > record->decided_seq);
    CHECK(seq > record->last_seq);
    record->decided_seq = seq;
    return text_copy(record->category, sizeof record->category, category) &&
                   text_copy(record->area, sizeof record->area, area) &&
                   text_copy(record->unit, sizeof record->unit, unit)
               ? RC_OK
               : RC_CORRUPT;
}

/* What a member was merged with, as the newest such fact of its chain says. Where the log was trimmed
 * behind it, only escalation knows: it keeps what it has. */
enum rc triage_ticket_merged(struct step *step, uint64_t seq, Paidan__Merged **merged)
{
    *merged = NULL;
    for (unsigned looked_at = 0; seq != 0 && looked_at < FACTS_MAX; looked_at++) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(step, seq, &event);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_OK : rc;
        }
        if (event->fact_case == PAIDAN__EVENT__FACT_MERGED) {
            *merged = event->merged;
            return RC_OK;
        }
        CHECK(!event->has_prev_seq || event->prev_seq < seq);
        seq = event->has_prev_seq ? event->prev_seq : 0;
    }
    return RC_OK;
}
