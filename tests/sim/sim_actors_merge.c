/* sim_actors_merge: a dispatcher who merges, unmerges and splits tickets, in some seeds (sim_merge_plays).
 * He merges as the command line does: he asks triage, and where a unit has the ticket, escalation; mostly what
 * makes sense, now and then a ticket into itself, into one that is over, or without the reason that is due. */
#include "sim_parts.h"

static void merge(struct sim *sim, uint64_t ticket, uint64_t into)
{
    Paidan__Merge wish = PAIDAN__MERGE__INIT;
    Paidan__Recall recall = PAIDAN__RECALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = recall.ticket = ticket;
    wish.into = recall.merge_into = into;
    recall.has_merge_into = true;
    wish.note = recall.note = rng_percent(&sim->rng, 80) ? "同一件事" : NULL;
    request.actor = "dispatcher";
    request.wish_case = PAIDAN__REQUEST__WISH_MERGE;
    request.merge = &wish;
    const Paidan__Answer *answer = sim_request(sim, WORLD_TRIAGE, &request);
    if (answer != NULL && answer->code == PAIDAN__CODE__STATE_FORBIDS) {
        Paidan__Request other = PAIDAN__REQUEST__INIT;
        other.actor = "dispatcher";
        other.wish_case = PAIDAN__REQUEST__WISH_RECALL;
        other.recall = &recall;
        (void)sim_request(sim, WORLD_ESCALATION, &other);
    }
}

static void unmerge(struct sim *sim, uint64_t ticket)
{
    Paidan__Unmerge wish = PAIDAN__UNMERGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.note = rng_percent(&sim->rng, 50) ? "不是一件事" : NULL;
    request.actor = "dispatcher";
    request.wish_case = PAIDAN__REQUEST__WISH_UNMERGE;
    request.unmerge = &wish;
    (void)sim_request(sim, WORLD_TRIAGE, &request);
}

static void split(struct sim *sim, uint64_t ticket)
{
    Paidan__SplitPart part = PAIDAN__SPLIT_PART__INIT;
    Paidan__SplitPart *parts[] = {&part};
    Paidan__Split wish = PAIDAN__SPLIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    part.text = "另外,路灯也坏了半个月";
    wish.ticket = ticket;
    wish.n_parts = 1;
    wish.parts = parts;
    request.actor = "dispatcher";
    request.wish_case = PAIDAN__REQUEST__WISH_SPLIT;
    request.split = &wish;
    (void)sim_request(sim, WORLD_INTAKE, &request);
}

/* The resident of a member goes on as before: what he adds is for whoever works in its place. */
static void speak(struct sim *sim, uint64_t member)
{
    Paidan__Chase chase = PAIDAN__CHASE__INIT;
    Paidan__Withdraw withdraw = PAIDAN__WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    chase.ticket = withdraw.ticket = member;
    request.actor = "resident";
    if (rng_percent(&sim->rng, 90)) {
        request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
        request.chase = &chase;
    } else {
        request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
        request.withdraw = &withdraw;
    }
    (void)sim_request(sim, WORLD_INTAKE, &request);
}

void sim_act_merger(struct sim *sim)
{
    const uint64_t times = rng_below(&sim->rng, 4);
    for (uint64_t i = 0; i < times && sim->ticket_count > 0; i++) {
        merge(sim, sim_some_ticket(sim), sim_some_ticket(sim));
    }
    const uint64_t member = rng_percent(&sim->rng, 15) ? sim_laws_some_member(sim) : 0;
    if (member != 0) {
        unmerge(sim, member);
    } else if (rng_percent(&sim->rng, 5) && sim->ticket_count > 0) {
        unmerge(sim, sim_some_ticket(sim));
    }
    const uint64_t speaks = rng_percent(&sim->rng, 40) ? sim_laws_some_member(sim) : 0;
    if (speaks != 0) {
        speak(sim, speaks);
    }
    if (rng_percent(&sim->rng, 5) && sim->ticket_count > 0) {
        split(sim, sim_some_ticket(sim));
    }
}
