/* What units ask for: to be given work, and to say what they did with it. Each item of a batch is
 * judged on its own, after the ones before it. */

#include <string.h>

#include "common/check.h"
#include "escalation_core.h"

enum {
    LEASE_MS_MAX = 3600 * 1000,
    /* The answer to a pull is kept in the log; it must fit a record with room for its frame. */
    PULLED_BYTES_MAX = (int)EVLOG_RECORD_BYTES_MAX - 65536,
};

static bool given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* ---- pull 领取 ----------------------------------------------------------------------------------
 */

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
    if (!given(request->actor)) {
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

/* *refused: answered, for there is no such unit. */
static enum rc refuse_unit(struct step *step, const char *unit, bool *refused)
{
    bool known = false;
    const enum rc rc = escalation_query_unit(step->txn, step->site, unit, &known);
    *refused = rc == RC_OK && !known;
    return *refused ? step_refuse(step, PAIDAN__CODE__UNIT_UNKNOWN, "unit") : rc;
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
    enum rc rc = refuse_unit(step, pull->unit, &refused);
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

/* ---- work 签收、联系、办理、退单、上报 ---- */

/* One item being judged and done. */
struct item {
    struct step *step;
    const Paidan__Request *request;
    uint32_t index;
    const Paidan__WorkItem *wish;
    Paidan__WorkResult *result;
    struct escalation_ticket ticket;
};

static enum escalation_signal signal_of(Paidan__Action action)
{
    switch (action) {
    case PAIDAN__ACTION__ACTION_ACCEPT:
        return ESCALATION_ON_ACCEPT;
    case PAIDAN__ACTION__ACTION_CONTACT:
        return ESCALATION_ON_CONTACT;
    case PAIDAN__ACTION__ACTION_PROGRESS:
        return ESCALATION_ON_PROGRESS;
    case PAIDAN__ACTION__ACTION_RESOLVE:
        return ESCALATION_ON_RESOLVE;
    case PAIDAN__ACTION__ACTION_RETURN:
        return ESCALATION_ON_RETURN;
    default:
        CHECK(action == PAIDAN__ACTION__ACTION_RAISE);
        return ESCALATION_ON_RAISE;
    }
}

/* The lead may do everything, an assisting unit may note progress. */
static bool is_theirs(const struct item *item)
{
    const Paidan__Work *work = item->request->work;
    if (strcmp(item->ticket.unit, work->unit) == 0) {
        return true;
    }
    bool assists = false;
    for (uint32_t index = 0; index < item->ticket.assist_count; index++) {
        assists = assists || strcmp(item->ticket.assist[index], work->unit) == 0;
    }
    return assists && work->action == PAIDAN__ACTION__ACTION_PROGRESS;
}

static bool is_leased_by_other(const struct item *item)
{
    return item->ticket.state == ESCALATION_ASSIGNED &&
           item->ticket.lease_until_ms > item->step->now_ms &&
           strcmp(item->ticket.holder, item->request->actor) != 0;
}

static bool needs_note(Paidan__Action action)
{
    return action != PAIDAN__ACTION__ACTION_ACCEPT && action != PAIDAN__ACTION__ACTION_CONTACT;
}

/* Whether the rules let this unit do this now. detail: of the refusal. */
static Paidan__Code judge_item(const struct item *item, char **detail)
{
    const Paidan__Action action = item->request->work->action;
    const enum escalation_signal signal = signal_of(action);
    if (item->ticket.state == ESCALATION_NONE) {
        return PAIDAN__CODE__TICKET_UNKNOWN;
    }
    if (!is_theirs(item)) {
        return PAIDAN__CODE__NOT_YOUR_TICKET;
    }
    if (item->wish->has_version && item->wish->version != item->ticket.version) {
        return PAIDAN__CODE__VERSION_CONFLICT;
    }
    if (escalation_fsm_step(item->ticket.state, signal).action == ESCALATION_DO_REFUSE) {
        *detail = arena_strdup(item->step->arena, escalation_fsm_state_name(item->ticket.state));
        return escalation_fsm_refusal(item->ticket.state, signal);
    }
    if (is_leased_by_other(item)) {
        return PAIDAN__CODE__LEASED_BY_OTHER;
    }
    if (needs_note(action) && !given(item->wish->note)) {
        return PAIDAN__CODE__NOTE_MISSING;
    }
    const bool ruled = (item->ticket.flags & ESCALATION_RULED) != 0;
    if (action == PAIDAN__ACTION__ACTION_RETURN && ruled) {
        return PAIDAN__CODE__RETURN_AFTER_RULING;
    }
    return PAIDAN__CODE__OK;
}

/* Whether that clock is missed now: it runs, and its deadline fired or is reached. */
static bool is_late(struct item *item, Paidan__Clock kind)
{
    const struct escalation_clock *clock = escalation_state_clock(&item->ticket, kind);
    return clock != NULL && escalation_state_runs(&item->ticket, clock) &&
           ((clock->flags & ESCALATION_EXPIRED) != 0 || clock->due_ms <= item->step->now_ms);
}

static enum rc say(struct item *item, Paidan__Event *event)
{
    return escalation_core_say(item->step, item->wish->ticket, &item->ticket, event, item->index);
}

static enum rc say_accepted(struct item *item)
{
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    accepted.unit = item->request->work->unit;
    accepted.note = given(item->wish->note) ? item->wish->note : NULL;
    accepted.has_late = accepted.late = is_late(item, PAIDAN__CLOCK__CLOCK_ACCEPT);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
    event.accepted = &accepted;
    return say(item, &event);
}

static enum rc say_contacted(struct item *item)
{
    Paidan__Contacted contacted = PAIDAN__CONTACTED__INIT;
    contacted.unit = item->request->work->unit;
    contacted.note = given(item->wish->note) ? item->wish->note : NULL;
    contacted.has_late = contacted.late = is_late(item, PAIDAN__CLOCK__CLOCK_CONTACT);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CONTACTED;
    event.contacted = &contacted;
    return say(item, &event);
}

static enum rc say_progressed(struct item *item)
{
    Paidan__Progressed progressed = PAIDAN__PROGRESSED__INIT;
    progressed.unit = item->request->work->unit;
    progressed.note = item->wish->note;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_PROGRESSED;
    event.progressed = &progressed;
    return say(item, &event);
}

static enum rc say_resolved(struct item *item, struct escalation_info *info)
{
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.unit = item->request->work->unit;
    resolved.note = item->wish->note;
    resolved.has_late = resolved.late =
        is_late(item, PAIDAN__CLOCK__CLOCK_HANDLE) || is_late(item, PAIDAN__CLOCK__CLOCK_REDO);
    resolved.round = item->ticket.round;
    resolved.channel = info->channel;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &resolved;
    return say(item, &event);
}

static enum rc say_returned(struct item *item)
{
    Paidan__Returned returned = PAIDAN__RETURNED__INIT;
    returned.unit = item->request->work->unit;
    returned.note = item->wish->note;
    returned.count = item->ticket.returns + 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
    event.returned = &returned;
    return say(item, &event);
}

/* By competence. AT_TOP_LEVEL where no level is left. */
static enum rc raise_item(struct item *item, const struct escalation_info *info)
{
    const uint32_t above =
        escalation_clocks_level_above(item->step->site, info->area, item->ticket.level);
    if (above == 0) {
        item->result->code = PAIDAN__CODE__AT_TOP_LEVEL;
        return RC_OK;
    }
    const struct escalation_raise raise = {.why = PAIDAN__WHY__WHY_COMPETENCE,
                                           .note = item->wish->note};
    return escalation_decide_raise(item->step, item->wish->ticket, &item->ticket, info, above,
                                   &raise, item->index);
}

static enum rc do_item(struct item *item, enum escalation_action action)
{
    switch (action) {
    case ESCALATION_DO_ACCEPT:
        return say_accepted(item);
    case ESCALATION_DO_CONTACT:
        return say_contacted(item);
    case ESCALATION_DO_PROGRESS:
        return say_progressed(item);
    case ESCALATION_DO_RETURN:
        return say_returned(item);
    default:
        break;
    }
    struct escalation_info info;
    const enum rc rc = escalation_state_load_info(item->step->txn, item->wish->ticket, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (action == ESCALATION_DO_RESOLVE) {
        return say_resolved(item, &info);
    }
    CHECK(action == ESCALATION_DO_RAISE);
    return raise_item(item, &info);
}

static enum rc work_item(struct item *item)
{
    paidan__work_result__init(item->result);
    item->result->ticket = item->wish->ticket;
    enum rc rc = escalation_core_load(item->step->txn, item->wish->ticket, &item->ticket);
    if (rc != RC_OK) {
        return rc;
    }
    item->result->code = judge_item(item, &item->result->detail);
    enum escalation_state state = item->ticket.state;
    uint32_t version = item->ticket.version;
    if (item->result->code == PAIDAN__CODE__OK) {
        const struct escalation_step go =
            escalation_fsm_step(item->ticket.state, signal_of(item->request->work->action));
        rc = do_item(item, go.action);
        if (rc != RC_OK) {
            return rc;
        }
        const bool done = item->result->code == PAIDAN__CODE__OK;
        state = done ? go.next : state;
        version += done ? 1 : 0;
    }
    if (item->ticket.state != ESCALATION_NONE) {
        item->result->has_version = true;
        item->result->version = version;
        item->result->has_state = true;
        item->result->state = (Paidan__State)state;
    }
    return RC_OK;
}

static enum rc work_items(struct step *step, const Paidan__Request *request,
                          Paidan__WorkResult *results)
{
    const Paidan__Work *work = request->work;
    for (size_t index = 0; index < work->n_items; index++) {
        struct item item = {.step = step,
                            .request = request,
                            .index = (uint32_t)index,
                            .wish = work->items[index],
                            .result = &results[index]};
        const enum rc rc = work_item(&item);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

static Paidan__Code judge_work(const Paidan__Request *request, const char **detail)
{
    if (!given(request->actor)) {
        return PAIDAN__CODE__ACTOR_MISSING;
    }
    *detail = "items";
    if (request->work->n_items > WORK_ITEMS_MAX) {
        return PAIDAN__CODE__TOO_MANY_ITEMS;
    }
    return request->work->n_items == 0 ? PAIDAN__CODE__FIELD_INVALID : PAIDAN__CODE__OK;
}

enum rc escalation_decide_work(struct step *step, const struct step_input *input)
{
    const Paidan__Work *work = input->request->work;
    const char *detail = NULL;
    const Paidan__Code code = judge_work(input->request, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    bool refused = false;
    enum rc rc = refuse_unit(step, work->unit, &refused);
    if (rc != RC_OK || refused) {
        return rc;
    }
    Paidan__WorkResult *results = arena_alloc(step->arena, work->n_items * sizeof *results);
    Paidan__Worked worked = PAIDAN__WORKED__INIT;
    worked.results = arena_alloc(step->arena, work->n_items * sizeof(Paidan__WorkResult *));
    if (results == NULL || worked.results == NULL) {
        return RC_LIMIT;
    }
    rc = work_items(step, input->request, results);
    if (rc != RC_OK) {
        return rc;
    }
    worked.n_results = work->n_items;
    for (size_t index = 0; index < work->n_items; index++) {
        worked.results[index] = &results[index];
    }
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_WORKED;
    answer.worked = &worked;
    return step_answer(step, &answer);
}
