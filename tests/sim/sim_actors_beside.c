/* sim_actors_beside: what units and supervisors do beside the ordinary way, mostly where it is
 * allowed, now and then by the wrong unit, in the wrong state or with what makes no sense. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_parts.h"

#define MINUTE_MS 60000ull
#define HOUR_MS (60 * MINUTE_MS)

/* A moment from now on: mostly hours, sometimes days, rarely the past or years. */
static uint64_t some_moment(struct sim *sim)
{
    const uint64_t now_ms = world_now_ms(sim->world), dice = rng_below(&sim->rng, 100);
    return dice < 4    ? now_ms - rng_below(&sim->rng, HOUR_MS)
           : dice < 8  ? now_ms + 400 * 24 * HOUR_MS
           : dice < 20 ? now_ms + rng_below(&sim->rng, 72 * HOUR_MS)
                       : now_ms + 5 * MINUTE_MS + rng_below(&sim->rng, 4 * HOUR_MS);
}

/* Within the unit's own term, mostly. */
static uint64_t persons_moment(struct sim *sim, const struct sim_seen *seen)
{
    const uint64_t now_ms = world_now_ms(sim->world);
    const bool room = seen->due_ms > now_ms + MINUTE_MS;
    return room && rng_percent(&sim->rng, 85)
               ? now_ms + 1 + rng_below(&sim->rng, seen->due_ms - now_ms)
               : some_moment(sim);
}

static Paidan__Action beside_accepted(struct sim *sim, const struct sim_seen *seen)
{
    const uint64_t dice = rng_below(&sim->rng, 100);
    if (seen->mode_open && dice < 50) {
        return PAIDAN__ACTION__ACTION_END_MODE;
    }
    return dice < 20   ? PAIDAN__ACTION__ACTION_SUSPEND
           : dice < 40 ? PAIDAN__ACTION__ACTION_EXTEND
           : dice < 58 ? PAIDAN__ACTION__ACTION_ASK_ASSIST
           : dice < 72 ? PAIDAN__ACTION__ACTION_NAME_PERSON
           : dice < 88 ? PAIDAN__ACTION__ACTION_SET_MODE
                       : PAIDAN__ACTION__ACTION_RAISE;
}

static Paidan__Action some_beside(struct sim *sim, const struct sim_seen *seen)
{
    if (rng_percent(&sim->rng, 8)) { /* whatever, also what is refused */
        return (Paidan__Action)(1 + rng_below(&sim->rng, PAIDAN__ACTION__ACTION_APPEAL));
    }
    if (seen->assisting) {
        return rng_percent(&sim->rng, 50) ? PAIDAN__ACTION__ACTION_ASSIST_DONE
                                          : PAIDAN__ACTION__ACTION_PROGRESS;
    }
    switch (seen->state) {
    case PAIDAN__STATE__STATE_ASSIGNED:
        return rng_percent(&sim->rng, 25) ? PAIDAN__ACTION__ACTION_ASK_ASSIST
                                          : PAIDAN__ACTION__ACTION_ACCEPT;
    case PAIDAN__STATE__STATE_SUSPENDED:
        return rng_percent(&sim->rng, 30) ? PAIDAN__ACTION__ACTION_RESUME
                                          : PAIDAN__ACTION__ACTION_PROGRESS;
    default:
        return beside_accepted(sim, seen);
    }
}

void sim_wish_beside(struct sim *sim, const struct sim_seen *seen, struct sim_wish *wish)
{
    Paidan__WorkItem *like = &wish->like;
    wish->action = some_beside(sim, seen);
    like->note = rng_percent(&sim->rng, 95) ? "需要多个部门配合" : NULL;
    switch (wish->action) {
    case PAIDAN__ACTION__ACTION_SUSPEND:
        like->has_until_ms = rng_percent(&sim->rng, 97);
        like->until_ms = some_moment(sim);
        break;
    case PAIDAN__ACTION__ACTION_ASK_ASSIST:
        like->to_unit = rng_percent(&sim->rng, 97) ? sim_some_unit(sim) : "no-such-unit";
        break;
    case PAIDAN__ACTION__ACTION_NAME_PERSON:
        like->person = rng_percent(&sim->rng, 97) ? "张三" : NULL;
        like->has_until_ms = rng_percent(&sim->rng, 97);
        like->until_ms = persons_moment(sim, seen);
        break;
    case PAIDAN__ACTION__ACTION_SET_MODE:
    case PAIDAN__ACTION__ACTION_RESOLVE:
        like->has_mode = rng_percent(&sim->rng, 90);
        like->mode = (Paidan__Mode)rng_below(&sim->rng, PAIDAN__MODE__MODE_COORDINATION + 1);
        break;
    case PAIDAN__ACTION__ACTION_END_MODE:
        like->has_result = rng_percent(&sim->rng, 95);
        like->result =
            (Paidan__ModeResult)(1 + rng_below(&sim->rng, PAIDAN__MODE_RESULT__RESULT_LEGAL_WAY));
        break;
    default:
        break;
    }
}

/* ---- supervising ---- */

static char *some_supervisor(struct sim *sim)
{
    const struct site *site = world_site(sim->world);
    return site->units[site->supervisors[rng_below(&sim->rng, site->supervisor_count)]].code;
}

static void supervise(struct sim *sim, char *unit, Paidan__SuperviseAction action,
                      const struct sim_seen *seen)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Supervise wish = PAIDAN__SUPERVISE__INIT;
    item.ticket = seen->ticket;
    item.note = rng_percent(&sim->rng, 95) ? "请尽快办理" : NULL;
    item.has_version = rng_percent(&sim->rng, 30);
    item.version = seen->version;
    item.to_unit = rng_percent(&sim->rng, 97) ? sim_some_unit(sim) : NULL;
    wish.unit = unit;
    wish.action = action;
    wish.n_items = 1;
    wish.items = items;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "supervisor";
    request.wish_case = PAIDAN__REQUEST__WISH_SUPERVISE;
    request.supervise = &wish;
    (void)sim_request(sim, WORLD_ESCALATION, &request);
}

/* A request or an appeal that waits: mostly decided by who may. */
static void decide(struct sim *sim, struct sim_seen *seen)
{
    const uint64_t dice = rng_below(&sim->rng, 100);
    char *unit = seen->asked && dice < 70 ? seen->request_to
                 : dice < 92              ? some_supervisor(sim)
                                          : sim_some_unit(sim);
    supervise(sim, unit,
              rng_percent(&sim->rng, 70) ? PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT
                                         : PAIDAN__SUPERVISE_ACTION__SUPERVISE_REFUSE,
              seen);
}

static void oversee(struct sim *sim, const struct sim_seen *seen)
{
    static const Paidan__SuperviseAction often[] = {PAIDAN__SUPERVISE_ACTION__SUPERVISE_URGE,
                                                    PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH,
                                                    PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER,
                                                    PAIDAN__SUPERVISE_ACTION__SUPERVISE_YELLOW,
                                                    PAIDAN__SUPERVISE_ACTION__SUPERVISE_RED,
                                                    PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD,
                                                    PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD,
                                                    PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT};
    char *unit = rng_percent(&sim->rng, 90) ? some_supervisor(sim) : sim_some_unit(sim);
    supervise(sim, unit, often[rng_below(&sim->rng, sizeof often / sizeof often[0])], seen);
}

/* Whoever was late appeals, also after the end; then it is ruled on. */
static void appeal(struct sim *sim)
{
    struct sim_seen seen;
    const uint64_t ticket = sim_some_ticket(sim);
    if (ticket == 0 || !sim_see(sim, ticket, &seen)) {
        return;
    }
    if (seen.appealed) {
        decide(sim, &seen);
        return;
    }
    struct sim_wish wish = {.action = PAIDAN__ACTION__ACTION_APPEAL,
                            .like = PAIDAN__WORK_ITEM__INIT};
    wish.like.note = "因不可抗力延误";
    if (seen.late || rng_percent(&sim->rng, 5)) {
        sim_work(sim, rng_percent(&sim->rng, 95) ? seen.unit : sim_some_unit(sim), "clerk-1", &wish,
                 &seen, 1);
    }
    if (rng_percent(&sim->rng, 60) && sim_see(sim, ticket, &seen) && seen.appealed) {
        decide(sim, &seen);
    }
}

/* All open tickets, page by page, as the command line does. */
static void replan(struct sim *sim)
{
    Paidan__Replan wish = PAIDAN__REPLAN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = rng_percent(&sim->rng, 90) ? some_supervisor(sim) : sim_some_unit(sim);
    wish.has_apply = wish.apply = rng_percent(&sim->rng, 80);
    wish.has_limit = true;
    wish.limit = 1 + (uint32_t)rng_below(&sim->rng, 60);
    request.actor = "supervisor";
    request.wish_case = PAIDAN__REQUEST__WISH_REPLAN;
    request.replan = &wish;
    for (unsigned page = 0; page < 20; page++) {
        const Paidan__Answer *answer = wish.apply ? sim_request(sim, WORLD_ESCALATION, &request)
                                                  : sim_look(sim, WORLD_ESCALATION, &request);
        if (answer == NULL || answer->body_case != PAIDAN__ANSWER__BODY_REPLANNING ||
            !answer->replanning->has_next) {
            return;
        }
        wish.has_after = true;
        wish.after = answer->replanning->next;
    }
}

void sim_act_supervisor(struct sim *sim)
{
    const uint64_t dice = rng_below(&sim->rng, 100);
    if (dice < 2) {
        replan(sim);
        return;
    }
    if (dice < 25) {
        appeal(sim);
        return;
    }
    struct sim_seen seen[32];
    const size_t count = sim_unit_work(sim, sim_busy_unit(sim), seen, 32);
    for (size_t i = 0; i < count; i++) {
        if (seen[i].asked && rng_percent(&sim->rng, 60)) {
            decide(sim, &seen[i]);
        }
    }
    if (count > 0) {
        oversee(sim, &seen[rng_below(&sim->rng, count)]);
    }
}
