/* A unit asks to be given work: ready tickets, each with a lease. */

#include <string.h>

#include "common/base/check.h"
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
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    escalation_state_queue_prefix(unit, ESCALATION_READY, prefix);
    struct store_walk walk;
    enum rc rc = store_walk_open(step->txn, ESCALATION_QUEUE, prefix, sizeof prefix, &walk);
    *count = 0;
    while (rc == RC_OK && *count < max && walk.key_bytes == ESCALATION_QUEUE_KEY_BYTES &&
           memcmp(walk.key, prefix, sizeof prefix) == 0) {
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
    struct escalation_ticket ticket;
    struct escalation_info info;
    enum rc rc = escalation_state_load(step->txn, id, &ticket);
    if (rc == RC_OK) {
        rc = escalation_state_load_info(step->txn, id, &info);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (escalation_fsm_step(ticket.state, ESCALATION_ON_PULL).action != ESCALATION_DO_LEASE) {
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

static enum rc say_leased(struct step *step, char *unit, char *holder, uint64_t until_ms,
                          uint64_t *ids, size_t count)
{
    Paidan__Leased leased = PAIDAN__LEASED__INIT;
    leased.unit = unit;
    leased.holder = holder;
    leased.until_ms = until_ms;
    leased.tickets = ids;
    leased.n_tickets = count;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_LEASED;
    event.leased = &leased;
    return step_append(step, &event, 0, NULL);
}

static enum rc give(struct step *step, const Paidan__Request *request, uint64_t *ids,
                    uint32_t count)
{
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
        const enum rc rc =
            say_leased(step, pull->unit, request->actor, until_ms, ids, pulled.n_tickets);
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

/* Of the unit itself see refuse_unit. */
static Paidan__Code judge_pull(const Paidan__Request *request, const char **detail)
{
    const Paidan__Pull *pull = request->pull;
    if (!escalation_given(request->actor)) {
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

enum rc escalation_decide_pull(struct step *step, const struct step_input *input)
{
    const Paidan__Pull *pull = input->request->pull;
    const char *detail = NULL;
    const Paidan__Code code = judge_pull(input->request, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    bool refused = false;
    enum rc rc = escalation_refuse_unit(step, pull->unit, &refused);
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
