/* Leases: a unit is given work, and holds it until it accepts or the time is over.
 *
 * Owns ticket.lease_until_ms and ticket.holder. A lease keeps two clerks of one unit from the same
 * ticket; it is no assignment, and ends by itself. One pull is one fact for all its tickets, so
 * that a unit which takes a hundred costs one record; it therefore stands outside their chains, and
 * only raises their versions. */

#include "escalation_lease.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_brief.h"
#include "escalation_rows.h"
#include "escalation_work.h"

enum {
    LEASE_MS_MAX = 3600 * 1000,
    /* The answer to a pull is kept in the log; it must fit a record with room for its frame. */
    PULLED_BYTES_MAX = (int)EVLOG_RECORD_BYTES_MAX - 65536,
};

/* Ready tickets of a unit, the most pressing first, at most max. */
static enum rc collect_ready(struct step *step, const char *unit, uint64_t *ids, uint32_t max,
                             uint32_t *count)
{
    CHECK(max > 0);
    CHECK(max <= PULL_MAX);
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    escalation_state_queue_prefix(unit, ESCALATION_READY, prefix);
    struct store_walk walk;
    enum rc rc = store_walk_open(step->txn, ESCALATION_QUEUE, prefix, sizeof prefix, &walk);
    *count = 0;
    while (rc == RC_OK && *count < max) {
        rc = store_walk_key(&walk, ESCALATION_QUEUE_KEY_BYTES);
        if (rc != RC_OK || memcmp(walk.key, prefix, sizeof prefix) != 0) {
            break;
        }
        ids[*count] = escalation_state_queue_ticket(walk.key);
        *count += 1;
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The picture of a ticket as it will be once the lease is folded. */
static enum rc brief_leased(struct step *step, uint64_t id, const char *holder, uint64_t until_ms,
                            Paidan__Brief **brief)
{
    CHECK(until_ms > step->now_ms);
    struct escalation_ticket ticket;
    struct escalation_info info;
    enum rc rc = escalation_state_load(step->txn, id, &ticket);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(step->txn, id, &info);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (escalation_fsm_step(ticket.state, ESCALATION_ON_PULL).action != ESCALATION_DO_SAY) {
        return RC_CORRUPT; /* it stood in the wrong bucket */
    }
    const size_t bytes = strlen(holder);
    CHECK(bytes < sizeof ticket.holder);
    memcpy(ticket.holder, holder, bytes + 1);
    ticket.lease_until_ms = until_ms;
    ticket.version++;
    ticket.changed_ms = step->now_ms;
    return escalation_brief(step->arena, id, &ticket, &info, brief);
}

static enum rc say_leased(struct step *step, const Paidan__Request *request, uint64_t until_ms,
                          uint64_t *ids, size_t count)
{
    CHECK(until_ms > step->now_ms);
    CHECK(count > 0);
    Paidan__Leased leased = PAIDAN__LEASED__INIT;
    leased.unit = request->pull->unit;
    leased.holder = request->actor;
    leased.until_ms = until_ms;
    leased.tickets = ids;
    leased.n_tickets = count;
    const struct step_about about = {
        .expected = escalation_fsm_step(ESCALATION_ASSIGNED, ESCALATION_ON_PULL).fact};
    return step_say(step, &about, &leased.base);
}

static enum rc give(struct step *step, const Paidan__Request *request, uint64_t *ids,
                    uint32_t count)
{
    CHECK(count <= PULL_MAX);
    const Paidan__Pull *pull = request->pull;
    const uint64_t until_ms =
        step->now_ms + (pull->has_lease_ms ? pull->lease_ms : step->site->lease_ms);
    Paidan__Pulled pulled = PAIDAN__PULLED__INIT;
    pulled.tickets = arena_alloc(step->arena, (count + 1) * sizeof(Paidan__Brief *));
    if (pulled.tickets == NULL) {
        return RC_LIMIT;
    }
    size_t bytes = 0;
    for (uint32_t index = 0; index < count && bytes < PULLED_BYTES_MAX; index++) {
        Paidan__Brief *brief = NULL;
        const enum rc rc = brief_leased(step, ids[index], request->actor, until_ms, &brief);
        if (rc != RC_OK) {
            return rc;
        }
        bytes += paidan__brief__get_packed_size(brief) + 4;
        pulled.tickets[pulled.n_tickets] = brief;
        pulled.n_tickets += bytes < PULLED_BYTES_MAX ? 1 : 0;
    }
    if (pulled.n_tickets != 0) {
        const enum rc rc = say_leased(step, request, until_ms, ids, pulled.n_tickets);
        if (rc != RC_OK) {
            return rc;
        }
        pulled.has_lease_until_ms = true;
        pulled.lease_until_ms = until_ms;
    }
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_PULLED;
    answer.pulled = &pulled;
    return step_answer(step, &answer);
}

/* Of the unit itself see escalation_work_refuse_unit. */
static Paidan__Code judge_pull(const Paidan__Request *request, const char **detail)
{
    const Paidan__Pull *pull = request->pull;
    if (!escalation_work_given(request->actor)) {
        return PAIDAN__CODE__ACTOR_MISSING;
    }
    *detail = "max";
    if (pull->has_max && pull->max > PULL_MAX) {
        return PAIDAN__CODE__TOO_MANY_ITEMS;
    }
    if (pull->has_max && pull->max == 0) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    *detail = "wait_ms";
    if (pull->has_wait_ms && pull->wait_ms > PULL_WAIT_MS_MAX) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    *detail = "lease_ms";
    if (pull->has_lease_ms && (pull->lease_ms == 0 || pull->lease_ms > LEASE_MS_MAX)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    return PAIDAN__CODE__OK;
}

enum rc escalation_lease_pull(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_COMMAND);
    CHECK(input->request->wish_case == PAIDAN__REQUEST__WISH_PULL);
    const Paidan__Pull *pull = input->request->pull;
    const char *detail = NULL;
    const Paidan__Code code = judge_pull(input->request, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    bool refused = false;
    enum rc rc = escalation_work_refuse_unit(step, pull->unit, &refused);
    if (rc != RC_OK || refused) {
        return rc;
    }
    const uint32_t max = pull->has_max ? pull->max : 1;
    uint64_t *ids = arena_alloc(step->arena, max * sizeof *ids);
    if (ids == NULL) {
        return RC_LIMIT;
    }
    uint32_t count = 0;
    rc = collect_ready(step, pull->unit, ids, max, &count);
    if (rc != RC_OK) {
        return rc;
    }
    if (count == 0 && input->park_until_ms > step->now_ms) {
        step_park(step, step_key(pull->unit));
        return RC_OK;
    }
    return give(step, input->request, ids, count);
}

enum rc escalation_lease_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_LAPSE);
    CHECK(moment->ticket.lease_until_ms == moment->due_ms);
    Paidan__LeaseLapsed lapsed = PAIDAN__LEASE_LAPSED__INIT;
    lapsed.until_ms = moment->ticket.lease_until_ms;
    const enum rc rc = escalation_moment_say(moment, &lapsed.base);
    if (rc == RC_OK) {
        step_wake(moment->step, step_key(moment->ticket.unit));
    }
    return rc;
}

/* ---- folding ---- */

enum rc escalation_lease_fold_lapsed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_LEASE_LAPSED);
    escalation_fold_drop_lease(fold->ticket);
    fold->counters[TALLY_LAPSED]++;
    return RC_OK;
}

enum rc escalation_lease_fold_leased(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_LEASED);
    const Paidan__Leased *leased = event->leased;
    for (size_t index = 0; index < leased->n_tickets; index++) {
        struct escalation_ticket before;
        const enum rc rc = escalation_state_load(fold->txn, leased->tickets[index], &before);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        const struct escalation_step go = escalation_fsm_step(before.state, ESCALATION_ON_PULL);
        if (go.fact != event->fact_case || before.lease_until_ms != 0) {
            return RC_CORRUPT;
        }
        struct escalation_ticket after = before;
        after.lease_until_ms = leased->until_ms;
        after.version++;
        after.changed_ms = event->at_ms;
        if (!escalation_fold_text(after.holder, sizeof after.holder, leased->holder)) {
            return RC_CORRUPT;
        }
        const enum rc changed =
            escalation_rows_change(fold, leased->tickets[index], &before, &after);
        if (changed != RC_OK) {
            return changed;
        }
    }
    fold->tally->values[TALLY_LEASED] += leased->n_tickets;
    return RC_OK;
}
