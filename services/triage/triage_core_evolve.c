/* triage_core_evolve: folds triage's facts into its tables; reads nothing but fact and tables. */

#include <string.h>

#include "common/base/check.h"
#include "triage_core.h"

/* Texts of stored facts are bounded by the schema; what is longer all the same is cut. */
static void copy(char *to, size_t size, const char *from)
{
    const size_t bytes = from == NULL ? 0 : strnlen(from, size - 1);
    if (bytes > 0) {
        memcpy(to, from, bytes);
    }
    to[bytes] = '\0';
}

/* Takes the ticket off the desk if it is there. */
static enum rc leave_desk(struct step_fold *fold, uint64_t ticket, const struct triage_ticket *was)
{
    if (was->state != TRIAGE_DESK_NEW && was->state != TRIAGE_DESK_RETURNED) {
        return RC_OK;
    }
    const enum rc rc = triage_state_desk_del(fold->txn, ticket);
    if (rc == RC_OK) {
        fold->tally->values[TRIAGE_TALLY_DESK_OPEN]--;
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static enum rc fold_routed(struct step_fold *fold, uint64_t ticket, uint64_t seq,
                           const Paidan__Routed *routed, struct triage_ticket *record)
{
    const bool by_desk = routed->has_by_desk && routed->by_desk;
    if (by_desk != (record->state == TRIAGE_DESK_NEW)) {
        return RC_CORRUPT;
    }
    const enum rc rc = leave_desk(fold, ticket, record);
    if (rc != RC_OK) {
        return rc;
    }
    uint64_t *tally = fold->tally->values;
    tally[TRIAGE_TALLY_REGISTERED] += by_desk ? 0 : 1;
    tally[by_desk ? TRIAGE_TALLY_ROUTED_BY_DESK : TRIAGE_TALLY_ROUTED]++;
    tally[TRIAGE_TALLY_FALLBACK] += !by_desk && routed->has_fallback && routed->fallback ? 1 : 0;
    record->state = TRIAGE_ROUTED;
    record->by_desk = by_desk;
    record->decided_seq = seq;
    copy(record->category, sizeof record->category, routed->category);
    copy(record->area, sizeof record->area, routed->area);
    copy(record->unit, sizeof record->unit, routed->unit);
    return RC_OK;
}

static enum rc fold_ruled(struct step_fold *fold, uint64_t ticket, uint64_t seq,
                          const Paidan__Ruled *ruled, struct triage_ticket *record)
{
    if (record->state != TRIAGE_DESK_RETURNED) {
        return RC_CORRUPT;
    }
    const enum rc rc = leave_desk(fold, ticket, record);
    if (rc != RC_OK) {
        return rc;
    }
    fold->tally->values[TRIAGE_TALLY_RULED]++;
    record->state = TRIAGE_ROUTED;
    record->by_desk = true;
    record->decided_seq = seq;
    copy(record->category, sizeof record->category, ruled->category);
    copy(record->area, sizeof record->area, ruled->area);
    copy(record->unit, sizeof record->unit, ruled->unit);
    return RC_OK;
}

static uint32_t take_codes(char codes[][CODE_BYTES_MAX + 1], char *const *from, size_t count)
{
    uint32_t taken = 0;
    for (; taken < count && taken < TRIAGE_PROPOSALS_MAX; taken++) {
        copy(codes[taken], CODE_BYTES_MAX + 1, from[taken]);
    }
    return taken;
}

static enum rc fold_desked(struct step_fold *fold, uint64_t ticket, const Paidan__Event *event,
                           struct triage_ticket *record)
{
    const Paidan__Desked *desked = event->desked;
    const bool returned = (desked->reasons >> PAIDAN__DESK_REASON__DESK_RETURNED & 1u) != 0;
    if (record->state != (returned ? TRIAGE_ROUTED : TRIAGE_NONE)) {
        return RC_CORRUPT;
    }
    struct triage_desk desk = {.since_ms = event->at_ms,
                               .registered_ms =
                                   desked->has_registered_ms ? desked->registered_ms : event->at_ms,
                               .reasons = desked->reasons,
                               .return_count = desked->has_return_count ? desked->return_count : 0};
    desk.category_count = take_codes(desk.categories, desked->categories, desked->n_categories);
    desk.area_count = take_codes(desk.areas, desked->areas, desked->n_areas);
    copy(desk.unit, sizeof desk.unit, desked->unit);
    copy(desk.channel, sizeof desk.channel, desked->channel);
    copy(desk.title, sizeof desk.title, desked->title);
    copy(desk.note, sizeof desk.note, desked->note);
    record->state = returned ? TRIAGE_DESK_RETURNED : TRIAGE_DESK_NEW;
    record->reasons = desked->reasons;
    if (!returned) {
        /* What triage was sure of counts as the ticket's: one proposal and no doubt about it. */
        const uint32_t no_category = 1u << PAIDAN__DESK_REASON__DESK_NO_CATEGORY |
                                     1u << PAIDAN__DESK_REASON__DESK_AMBIGUOUS_CATEGORY;
        const uint32_t no_area = 1u << PAIDAN__DESK_REASON__DESK_NO_PLACE |
                                 1u << PAIDAN__DESK_REASON__DESK_AMBIGUOUS_PLACE;
        if ((desk.reasons & no_category) == 0 && desk.category_count == 1) {
            copy(record->category, sizeof record->category, desk.categories[0]);
        }
        if ((desk.reasons & no_area) == 0 && desk.area_count == 1) {
            copy(record->area, sizeof record->area, desk.areas[0]);
        }
    }
    uint64_t *tally = fold->tally->values;
    tally[TRIAGE_TALLY_REGISTERED] += returned ? 0 : 1;
    tally[returned ? TRIAGE_TALLY_RETURNED : TRIAGE_TALLY_DESKED]++;
    tally[TRIAGE_TALLY_DESK_OPEN]++;
    return triage_state_desk_put(fold->txn, ticket, &desk);
}

static enum rc fold_undesked(struct step_fold *fold, uint64_t ticket,
                             const Paidan__Undesked *undesked, struct triage_ticket *record)
{
    const bool was_new = record->state == TRIAGE_DESK_NEW;
    const bool moved = strcmp(undesked->reason, "moved") == 0;
    const enum triage_signal signal = moved ? TRIAGE_MOVE : TRIAGE_CLOSE;
    const struct triage_step to = triage_fsm_step(record->state, signal);
    if (to.action != TRIAGE_DO_UNDESK) {
        return RC_CORRUPT;
    }
    const enum rc rc = leave_desk(fold, ticket, record);
    fold->tally->values[TRIAGE_TALLY_UNDESKED]++;
    fold->tally->values[TRIAGE_TALLY_NEVER_ROUTED] += was_new ? 1 : 0;
    record->state = to.next;
    return rc;
}

static enum rc fold_noted(struct step_fold *fold, uint64_t ticket, const Paidan__Noted *noted)
{
    struct triage_desk desk;
    const enum rc rc = triage_state_desk_get(fold->txn, ticket, &desk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    desk.chases = noted->chases;
    fold->tally->values[TRIAGE_TALLY_CHASED]++;
    return triage_state_desk_put(fold->txn, ticket, &desk);
}

static enum rc fold_ticket(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                           struct triage_ticket *record)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        return fold_routed(fold, event->ticket, seq, event->routed, record);
    case PAIDAN__EVENT__FACT_DESKED:
        return fold_desked(fold, event->ticket, event, record);
    case PAIDAN__EVENT__FACT_RULED:
        return fold_ruled(fold, event->ticket, seq, event->ruled, record);
    case PAIDAN__EVENT__FACT_UNDESKED:
        return fold_undesked(fold, event->ticket, event->undesked, record);
    case PAIDAN__EVENT__FACT_NOTED:
        return fold_noted(fold, event->ticket, event->noted);
    default:
        return RC_CORRUPT; /* not a fact of this log */
    }
}

enum rc triage_core_evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED) {
        return RC_OK;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        fold->tally->values[TRIAGE_TALLY_RECORDS_REFUSED]++;
        return RC_OK;
    }
    if (!event->has_ticket) {
        return RC_CORRUPT;
    }
    struct triage_ticket record = {0};
    enum rc rc = triage_state_get(fold->txn, event->ticket, &record);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    if (event->has_prev_seq != (record.last_seq != 0) ||
        (event->has_prev_seq && event->prev_seq != record.last_seq)) {
        return RC_CORRUPT;
    }
    rc = fold_ticket(fold, seq, event, &record);
    if (rc != RC_OK) {
        return rc;
    }
    record.first_seq = record.first_seq == 0 ? seq : record.first_seq;
    record.last_seq = seq;
    return triage_state_put(fold->txn, event->ticket, &record);
}
