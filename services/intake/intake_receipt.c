/* intake_receipt: what became of the tickets, as residents may see it.
 *
 * Escalation says several facts about a ticket in one step; residents need the last. So a step
 * gathers the state of each ticket it read about and says them in one Receipts fact at its end.
 * The gathered state starts from the stored one and follows the table, so a record that cannot be
 * is refused where it is read.
 *
 * With the state goes who has the ticket, for intake must tell who may read its texts; a move from one
 * unit to another is told by itself, though residents see nothing of it. */

#include "intake_receipt.h"

#include <string.h>

#include "common/base/check.h"
#include "intake_into.h"
#include "intake_scope.h"
#include "intake_summary.h"

struct entry {
    uint64_t ticket, at_ms;
    enum intake_state state;
    uint32_t outcome;
    struct intake_scope *scope; /* as it is now; NULL: nothing was said of it in this step */
    char *summary;              /* 保密: written in this step; NULL: none was */
    bool moved;                 /* it is another than is stored */
    uint64_t into;              /* 并单: with INTAKE_MERGED; 0: as it is stored */
    bool unassigned;            /* nobody has had it when it was first seen: nothing is stored */
};

/* What one fact may take of a record: far below EVLOG_RECORD_BYTES_MAX. */
enum { FACT_BYTES_MAX = 512 << 10, RECEIPT_BYTES = 64 };

/* In the arena. entries in the order of first sight; slots: open addressing, index + 1, 0 free. */
struct gather {
    struct entry *entries;
    uint32_t count, slot_count;
    uint32_t *slots;
};

/* Multiplicative hashing: only spreads, ticket numbers are ours. */
static uint32_t slot_of(const struct gather *gather, uint64_t ticket)
{
    CHECK(gather->slot_count > gather->count); /* else the search would not end */
    CHECK((gather->slot_count & (gather->slot_count - 1)) == 0);
    uint32_t slot = (uint32_t)((ticket * 0x9e3779b97f4a7c15ull) >> 32) & (gather->slot_count - 1);
    while (gather->slots[slot] != 0 && gather->entries[gather->slots[slot] - 1].ticket != ticket) {
        slot = (slot + 1) & (gather->slot_count - 1);
    }
    return slot;
}

/* Room for twice as many; the old memory stays in the arena until the step ends. */
static enum rc grow(struct gather *gather, struct arena *arena)
{
    CHECK(gather->slot_count <= 2 * STEP_ITEMS_MAX); /* no step reads of more tickets */
    const uint32_t slot_count = gather->slot_count == 0 ? 64 : gather->slot_count * 2;
    struct entry *const entries = arena_alloc(arena, slot_count / 2 * sizeof *entries);
    uint32_t *const slots = arena_zalloc(arena, slot_count * sizeof *slots);
    if (entries == NULL || slots == NULL) {
        return RC_LIMIT;
    }
    if (gather->count > 0) {
        memcpy(entries, gather->entries, gather->count * sizeof *entries);
    }
    gather->entries = entries;
    gather->slots = slots;
    gather->slot_count = slot_count;
    for (uint32_t index = 0; index < gather->count; index++) {
        gather->slots[slot_of(gather, entries[index].ticket)] = index + 1;
    }
    return RC_OK;
}

/* The gathered entry of a ticket; made from the stored record at first sight. RC_NOT_FOUND: no such
 * ticket. */
static enum rc entry_of(struct step *step, uint64_t ticket, struct entry **found)
{
    if (step->gather == NULL) {
        step->gather = arena_zalloc(step->arena, sizeof(struct gather));
        if (step->gather == NULL) {
            return RC_LIMIT;
        }
    }
    struct gather *const gather = step->gather;
    if (gather->count >= gather->slot_count / 2) {
        const enum rc rc = grow(gather, step->arena);
        if (rc != RC_OK) {
            return rc;
        }
    }
    /* Made at first sight from what is stored, so that the table judges each record against
     * all that came before it. */
    const uint32_t slot = slot_of(gather, ticket);
    if (gather->slots[slot] == 0) {
        struct intake_ticket record;
        const enum rc rc = intake_state_get(step->txn, ticket, &record);
        if (rc != RC_OK) {
            return rc;
        }
        gather->entries[gather->count] =
            (struct entry){.ticket = ticket,
                           .at_ms = record.changed_ms,
                           .state = record.state,
                           .outcome = record.outcome,
                           .unassigned = record.state == INTAKE_REGISTERED};
        gather->slots[slot] = ++gather->count;
    }
    *found = &gather->entries[gather->slots[slot] - 1];
    CHECK((*found)->ticket == ticket);
    CHECK((*found)->state != INTAKE_NONE);
    return RC_OK;
}

/* What a fact of escalation means for a resident; false: nothing. */
static bool meaning(const struct step_input *input, Paidan__State *state, uint32_t *outcome)
{
    *outcome = 0;
    switch (input->brief.fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_MOVED:
        *state = PAIDAN__STATE__STATE_ASSIGNED;
        return true;
    case PAIDAN__EVENT__FACT_CORRECTED:
        /* What its unit keeps is in the state it was in. */
        CHECK(input->event != NULL);
        *state = PAIDAN__STATE__STATE_ASSIGNED;
        return input->event->corrected->to != NULL;
    case PAIDAN__EVENT__FACT_ACCEPTED:
    case PAIDAN__EVENT__FACT_RESUMED:
        *state = PAIDAN__STATE__STATE_ACCEPTED;
        return true;
    case PAIDAN__EVENT__FACT_RETURNED:
        *state = PAIDAN__STATE__STATE_RETURNED;
        return true;
    case PAIDAN__EVENT__FACT_RECALLED:
    case PAIDAN__EVENT__FACT_UNMERGED:
        *state = PAIDAN__STATE__STATE_DESK;
        return true;
    case PAIDAN__EVENT__FACT_MERGED:
        *state = PAIDAN__STATE__STATE_MERGED;
        return true;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        *state = PAIDAN__STATE__STATE_SUSPENDED;
        return true;
    case PAIDAN__EVENT__FACT_RESOLVED:
        *state = PAIDAN__STATE__STATE_RESOLVED;
        return true;
    case PAIDAN__EVENT__FACT_CLOSED:
        /* The one fact of which residents are told more than that it happened. */
        CHECK(input->event != NULL);
        *outcome = (uint32_t)input->event->closed->outcome;
        *state = *outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN ? PAIDAN__STATE__STATE_WITHDRAWN
                                                                : PAIDAN__STATE__STATE_CLOSED;
        return true;
    default:
        return false;
    }
}

/* The signal that a state of a receipt stands for; false: none (STATE_NONE). */
static bool signal_of(Paidan__State state, enum intake_signal *signal)
{
    CHECK(signal != NULL);
    switch (state) {
    case PAIDAN__STATE__STATE_ASSIGNED:
        *signal = INTAKE_SEEN_ASSIGNED;
        return true;
    case PAIDAN__STATE__STATE_ACCEPTED:
        *signal = INTAKE_SEEN_ACCEPTED;
        return true;
    case PAIDAN__STATE__STATE_RETURNED:
        *signal = INTAKE_SEEN_RETURNED;
        return true;
    case PAIDAN__STATE__STATE_RESOLVED:
        *signal = INTAKE_SEEN_RESOLVED;
        return true;
    case PAIDAN__STATE__STATE_DESK:
        *signal = INTAKE_SEEN_DESK;
        return true;
    case PAIDAN__STATE__STATE_MERGED:
        *signal = INTAKE_SEEN_MERGED;
        return true;
    case PAIDAN__STATE__STATE_CLOSED:
        *signal = INTAKE_SEEN_CLOSED;
        return true;
    case PAIDAN__STATE__STATE_SUSPENDED:
        *signal = INTAKE_SEEN_SUSPENDED;
        return true;
    case PAIDAN__STATE__STATE_WITHDRAWN:
        *signal = INTAKE_SEEN_WITHDRAWN;
        return true;
    default:
        return false;
    }
}

/* Who has it, upon what the step has heard before. */
static enum rc hear_scope(struct step *step, const struct step_input *input, struct entry *entry)
{
    CHECK(input->event != NULL); /* needs() asks for it */
    CHECK(entry->ticket == input->brief.ticket);
    enum rc rc = RC_OK;
    if (entry->scope == NULL) {
        entry->scope = arena_zalloc(step->arena, sizeof *entry->scope);
        if (entry->scope == NULL) {
            return RC_LIMIT;
        }
        rc = entry->unassigned ? RC_NOT_FOUND
                               : intake_scope_get(step->txn, entry->ticket, entry->scope);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (rc == RC_OK && intake_scope_take(input->event, entry->scope)) {
        entry->moved = true;
    }
    /* 保密: with the unit comes what it gets to read; a ruling may bring other words to the same. */
    if (rc == RC_OK && input->event->fact_case == PAIDAN__EVENT__FACT_ASSIGNED &&
        input->event->assigned->summary != NULL) {
        entry->summary = arena_strdup(step->arena, input->event->assigned->summary);
        entry->moved = true;
        rc = entry->summary == NULL ? RC_LIMIT : RC_OK;
    }
    return rc;
}

/* The dispatch was taken back, or it is merged: nobody has it, whatever was heard in this step before. */
static void forget_scope(struct entry *entry)
{
    CHECK(entry->ticket != 0);
    if (entry->scope != NULL) {
        *entry->scope = (struct intake_scope){.level = 0};
    }
    entry->moved = false;
}

/* The state that a receipt names: of a ticket that waits for its first unit again, the desk's. */
static Paidan__State receipt_state(enum intake_state state)
{
    CHECK(state != INTAKE_NONE);
    CHECK(state < INTAKE_STATE_COUNT);
    return state == INTAKE_REGISTERED ? PAIDAN__STATE__STATE_DESK
                                      : intake_ticket_public_state(state);
}

/* Closed without the resident: he may answer after all, and then it goes on. */
static bool ended_unheard(uint32_t outcome)
{
    CHECK(outcome <= PAIDAN__OUTCOME__OUTCOME_UNASKED);
    return outcome == PAIDAN__OUTCOME__OUTCOME_UNREACHED ||
           outcome == PAIDAN__OUTCOME__OUTCOME_UNSAMPLED ||
           outcome == PAIDAN__OUTCOME__OUTCOME_UNASKED;
}

/* One record, seen against what this step has gathered before it. A record that cannot be is
 * refused here, where its seq is known; what is only old news passes in silence. */
enum rc intake_receipt_gather(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_RECORD);
    const struct step_brief *const brief = &input->brief;
    CHECK(brief->has_ticket || brief->ticket == 0);
    Paidan__State state = PAIDAN__STATE__STATE_NONE;
    uint32_t outcome = 0;
    enum intake_signal signal = INTAKE_SEEN_ASSIGNED;
    /* Of a resolution only a member's is unpacked: it says who resolved it. */
    const bool followed = brief->fact == PAIDAN__EVENT__FACT_RESOLVED && input->event != NULL &&
                          input->event->resolved->has_group;
    const bool told = followed || intake_scope_told(brief->fact);
    const bool seen = meaning(input, &state, &outcome) && signal_of(state, &signal);
    if (!seen && !told) {
        return RC_OK;
    }
    struct entry *entry = NULL;
    const enum rc rc = entry_of(step, brief->ticket, &entry);
    if (rc == RC_NOT_FOUND) {
        return step_refuse_record(step, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    if (rc != RC_OK || !seen) {
        return rc == RC_OK ? hear_scope(step, input, entry) : rc;
    }
    const struct intake_step next = intake_fsm_step(entry->state, signal);
    if (next.next == INTAKE_NONE || (entry->state == INTAKE_CLOSED && next.next != INTAKE_CLOSED &&
                                     !ended_unheard(entry->outcome))) {
        return step_refuse_record(step, PAIDAN__CODE__STATE_FORBIDS,
                                  intake_fsm_state_name(entry->state));
    }
    /* News. A receipt that changes nothing is dropped here: intake's log must not grow with
     * every progress of a unit. */
    if (next.fact == PAIDAN__EVENT__FACT_RECEIPTS) {
        entry->state = next.next;
        entry->outcome = outcome;
        entry->at_ms = brief->at_ms;
    }
    if (brief->fact == PAIDAN__EVENT__FACT_RECALLED || brief->fact == PAIDAN__EVENT__FACT_MERGED) {
        forget_scope(entry);
    }
    entry->into = brief->fact == PAIDAN__EVENT__FACT_MERGED ? input->event->merged->into : 0;
    return told ? hear_scope(step, input, entry) : RC_OK;
}

/* 并单: whether it is merged into another ticket than is stored. */
static enum rc moves_on(struct step *step, const struct entry *entry,
                        const struct intake_ticket *record, bool *moves)
{
    uint64_t stored = 0;
    CHECK(entry->ticket != 0);
    CHECK(entry->into != entry->ticket);
    *moves = false;
    if (entry->into == 0 || record->state != INTAKE_MERGED) {
        return RC_OK;
    }
    const enum rc rc = intake_into_get(step->txn, entry->ticket, &stored);
    *moves = rc == RC_OK && stored != entry->into;
    return rc;
}

/* Is it still news? The resident may have withdrawn in this step. */
static enum rc news(struct step *step, const struct entry *entry, Paidan__Receipt *receipt,
                    bool *is_news)
{
    struct intake_ticket record;
    const bool moved = entry->moved;
    CHECK(entry->state != INTAKE_NONE);
    const enum rc rc = intake_state_get(step->txn, entry->ticket, &record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(record.state != INTAKE_NONE);
    enum intake_signal signal = INTAKE_SEEN_ASSIGNED;
    *is_news = signal_of(receipt_state(entry->state), &signal) &&
               intake_fsm_step(record.state, signal).fact == PAIDAN__EVENT__FACT_RECEIPTS &&
               !(record.state == INTAKE_CLOSED && entry->state == INTAKE_CLOSED &&
                 record.outcome == entry->outcome);
    const bool of_state = *is_news;
    /* Before the first unit there is no state that a receipt could name. */
    bool moves = false;
    const enum rc compared = moves_on(step, entry, &record, &moves);
    *is_news = of_state || moves || (moved && record.state != INTAKE_REGISTERED);
    if (compared != RC_OK || !*is_news) {
        return compared;
    }
    paidan__receipt__init(receipt);
    receipt->ticket = entry->ticket;
    receipt->state = receipt_state(of_state ? entry->state : record.state);
    receipt->outcome = (Paidan__Outcome)(of_state ? entry->outcome : record.outcome);
    receipt->has_outcome = (of_state ? entry->outcome : record.outcome) != 0;
    receipt->at_ms = of_state ? entry->at_ms : record.changed_ms;
    receipt->has_merged_into = receipt->state == PAIDAN__STATE__STATE_MERGED;
    receipt->merged_into = entry->into;
    char **const list = moved ? arena_alloc(step->arena, SITE_ASSIST_MAX * sizeof *list) : NULL;
    if (moved && list == NULL) {
        return RC_LIMIT;
    }
    if (moved) {
        intake_scope_write(entry->scope, receipt, list);
        receipt->summary = entry->summary;
    }
    return RC_OK;
}

static size_t receipt_bytes(const Paidan__Receipt *receipt)
{
    CHECK(receipt->ticket != 0);
    CHECK(receipt->n_assist <= SITE_ASSIST_MAX);
    return RECEIPT_BYTES + (receipt->n_assist + 2) * (CODE_BYTES_MAX + 2) +
           (receipt->summary == NULL ? 0 : strlen(receipt->summary) + 4);
}

/* The cause is the last record that was applied: the engine takes it, for nobody's input is at
 * hand at the end of a step. */
static enum rc say(struct step *step, Paidan__Receipt **receipts, size_t count)
{
    CHECK(count <= RECEIPTS_MAX);
    if (count == 0) {
        return RC_OK;
    }
    Paidan__Receipts fact = PAIDAN__RECEIPTS__INIT;
    fact.n_receipts = count;
    fact.receipts = receipts;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base); /* of many */
}

/* Asks the stored record once more before it says anything, for commands of the same step ran
 * after the records were gathered. */
enum rc intake_receipt_finish(struct step *step)
{
    const struct gather *const gather = step->gather;
    if (gather == NULL || gather->count == 0) {
        return RC_OK;
    }
    CHECK(gather->count <= gather->slot_count / 2);
    const size_t size = gather->count < RECEIPTS_MAX ? gather->count : RECEIPTS_MAX;
    Paidan__Receipt *const receipts = arena_alloc(step->arena, size * sizeof *receipts);
    Paidan__Receipt **const list = arena_alloc(step->arena, size * sizeof(Paidan__Receipt *));
    if (receipts == NULL || list == NULL) {
        return RC_LIMIT;
    }
    /* In the order of first sight, so that the same step says the same fact again. */
    size_t count = 0, bytes = 0;
    enum rc rc = RC_OK;
    for (uint32_t index = 0; rc == RC_OK && index < gather->count; index++) {
        bool is_news = false;
        rc = news(step, &gather->entries[index], &receipts[count], &is_news);
        if (rc != RC_OK || !is_news) {
            continue;
        }
        list[count] = &receipts[count];
        bytes += receipt_bytes(&receipts[count]);
        count++;
        /* A fact is full; the rest goes into another one. */
        if (count == size || bytes > FACT_BYTES_MAX) {
            rc = say(step, list, count);
            count = bytes = 0;
        }
    }
    return rc == RC_OK ? say(step, list, count) : rc;
}

static enum rc fold_one(struct step_fold *fold, const Paidan__Event *event,
                        const Paidan__Receipt *receipt)
{
    struct intake_ticket record;
    enum intake_signal signal = INTAKE_SEEN_ASSIGNED;
    if (!signal_of(receipt->state, &signal)) {
        return RC_CORRUPT;
    }
    enum rc rc = intake_state_get(fold->txn, receipt->ticket, &record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    /* Into another ticket. */
    if (record.state == INTAKE_MERGED && receipt->state == PAIDAN__STATE__STATE_MERGED) {
        return intake_into_fold(fold->txn, receipt);
    }
    /* Nothing that a resident sees: another unit has it, or one more assists. */
    if (receipt->unit != NULL && intake_ticket_public_state(record.state) == receipt->state) {
        rc = intake_scope_fold(fold->txn, receipt, false);
        return rc == RC_OK ? intake_summary_fold(fold->txn, receipt) : rc;
    }
    /* Only news is said, so a receipt that changes nothing contradicts the tables. */
    const struct intake_step next = intake_fsm_step(record.state, signal);
    if (next.fact != event->fact_case) {
        return RC_CORRUPT;
    }
    if (next.next == record.state &&
        (!receipt->has_outcome || record.outcome == (uint32_t)receipt->outcome)) {
        return RC_CORRUPT;
    }
    CHECK((next.next == INTAKE_REGISTERED) == (signal == INTAKE_SEEN_DESK));
    const bool first = record.state == INTAKE_REGISTERED;
    if (record.state == INTAKE_MERGED || next.next == INTAKE_MERGED) {
        rc = intake_into_fold(fold->txn, receipt);
        if (rc != RC_OK) {
            return rc;
        }
    }
    intake_ticket_enter(fold, &record, next.next);
    record.outcome = receipt->has_outcome ? (uint32_t)receipt->outcome : 0;
    record.changed_ms = receipt->at_ms;
    rc = intake_state_put(fold->txn, receipt->ticket, &record);
    if (rc == RC_OK && (next.next == INTAKE_REGISTERED || next.next == INTAKE_MERGED)) {
        return intake_scope_drop(fold->txn, receipt->ticket);
    }
    rc = rc == RC_OK ? intake_scope_fold(fold->txn, receipt, first) : rc;
    return rc == RC_OK ? intake_summary_fold(fold->txn, receipt) : rc;
}

/* All or nothing: the first receipt that contradicts its ticket undoes the step. */
enum rc intake_receipt_fold(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_RECEIPTS);
    if (event->has_ticket) {
        return RC_CORRUPT; /* it is about many */
    }
    enum rc rc = RC_OK;
    for (size_t index = 0; rc == RC_OK && index < event->receipts->n_receipts; index++) {
        rc = fold_one(fold, event, event->receipts->receipts[index]);
    }
    return rc;
}
