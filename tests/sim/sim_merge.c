/* sim_merge: who is merged into whom 并单, by the facts of triage and of escalation, each for itself.
 *
 * While running, each log must make sense alone: groups are one level deep, nobody is in two of them, what is
 * told of their size is their size, a member ends by its own fact, nothing is merged into what triage itself has
 * said is over, and what a member's resident adds reaches whoever works in its place. At rest the two logs must agree, and so must what both services show and count; and no
 * member may wait for a ticket that is over. In the end each ticket that was ever registered has ended, and was
 * called back about unless its resident withdrew it: no reporter is lost in another one's ticket. */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/check.h"
#include "sim_channels.h"

/* Which tickets are merged, by one log. */
struct groups {
    struct sim_map into, members; /* of a member: its ticket; of a ticket: how many members */
    uint64_t count;               /* members of all of them */
};

enum { KNOWN = 1, OVER, CLOSED }; /* what escalation has said of a ticket */

struct sim_merge {
    struct groups triage, escalation;
    struct sim_map registered, titles, channels; /* of Registered: when, and words, hashed */
    struct sim_map states;                       /* KNOWN, OVER, CLOSED */
    struct sim_map withdrawn, called;
    struct sim_map over; /* what triage has said of a ticket, until somebody has it again */
    uint64_t noted,
        noted_into; /* a member whose resident was heard, and who must be told; 0: nobody */
};

struct sim_merge *sim_merge_new(void)
{
    struct sim_merge *merge = calloc(1, sizeof *merge);
    CHECK(merge != NULL);
    return merge;
}

void sim_merge_free(struct sim_merge *merge)
{
    struct sim_map *maps[] = {&merge->triage.into,
                              &merge->triage.members,
                              &merge->escalation.into,
                              &merge->escalation.members,
                              &merge->registered,
                              &merge->titles,
                              &merge->channels,
                              &merge->states,
                              &merge->withdrawn,
                              &merge->called,
                              &merge->over};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        sim_map_free(maps[i]);
    }
    free(merge);
}

bool sim_merge_plays(const struct sim *sim)
{
    return sim->options->seed % 7 == 3 && sim->channels == NULL;
}

static void must(const struct sim *sim, uint64_t ticket, bool allowed, const char *what)
{
    sim->figures->laws++;
    if (!allowed) {
        sim_broken(sim, "%s of %" PRIu64, what, ticket);
    }
}

/* ---- one log ---- */

static void leave(struct groups *groups, uint64_t ticket)
{
    const uint64_t into = sim_map_get(&groups->into, ticket);
    if (into == 0) {
        return;
    }
    *sim_map_at(&groups->into, ticket) = 0;
    CHECK(sim_map_get(&groups->members, into) > 0);
    *sim_map_at(&groups->members, into) -= 1;
    groups->count--;
}

static void enter(const struct sim *sim, struct groups *groups, uint64_t ticket, uint64_t into)
{
    must(sim, ticket, into != 0 && into != ticket, "a merge into itself");
    must(sim, ticket, sim_map_get(&groups->into, into) == 0, "a merge into a member");
    must(sim, ticket, sim_map_get(&groups->members, ticket) == 0, "a merge with members left");
    leave(groups, ticket);
    *sim_map_at(&groups->into, ticket) = into;
    *sim_map_at(&groups->members, into) += 1;
    groups->count++;
}

static void read_over(struct sim_merge *merge, const uint64_t *tickets, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        *sim_map_at(&merge->over, tickets[index]) = 1;
    }
}

static void read_triage(const struct sim *sim, struct sim_merge *merge, const Paidan__Event *event)
{
    struct groups *groups = &merge->triage;
    const uint64_t ticket = event->ticket;
    if (event->fact_case != PAIDAN__EVENT__FACT_BURST &&
        event->fact_case != PAIDAN__EVENT__FACT_OUTER_MOVED &&
        sim_map_get(&merge->over, ticket) != 0) {
        *sim_map_at(&merge->over, ticket) = 0;
    }
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_MERGED:
        must(sim, ticket, sim_map_get(&merge->over, event->merged->into) == 0,
             "a merge into what is over");
        enter(sim, groups, ticket, event->merged->into);
        sim->figures->kinds[SIM_MERGED]++;
        break;
    case PAIDAN__EVENT__FACT_UNMERGED: {
        const Paidan__Desked *desk = event->unmerged->desk;
        must(sim, ticket, sim_map_get(&groups->into, ticket) == event->unmerged->from,
             "an unmerge from another ticket");
        must(sim, ticket,
             desk != NULL && desk->has_registered_ms &&
                 desk->registered_ms == sim_map_get(&merge->registered, ticket) &&
                 desk->title != NULL &&
                 step_key(desk->title) == sim_map_get(&merge->titles, ticket),
             "an unmerge that does not restore it");
        leave(groups, ticket);
        sim->figures->kinds[SIM_UNMERGED]++;
        break;
    }
    case PAIDAN__EVENT__FACT_ROUTED:
    case PAIDAN__EVENT__FACT_RULED:
    case PAIDAN__EVENT__FACT_DESKED:
        must(sim, ticket, sim_map_get(&groups->into, ticket) == 0, "a decision over a member");
        break;
    case PAIDAN__EVENT__FACT_HANDED_ON:
    case PAIDAN__EVENT__FACT_UNDESKED:
        leave(groups, ticket);
        break;
    default:
        break;
    }
}

static void read_resolved(const struct sim *sim, struct sim_merge *merge,
                          const Paidan__Event *event)
{
    const Paidan__Resolved *fact = event->resolved;
    const uint64_t into = sim_map_get(&merge->escalation.into, event->ticket);
    must(sim, event->ticket, into == (fact->has_group ? fact->group : 0),
         "resolving with another group");
    must(sim, event->ticket, !fact->has_group || sim_map_get(&merge->states, into) >= KNOWN,
         "resolving with what nobody knows");
    must(sim, event->ticket,
         !fact->has_group ||
             step_key(fact->channel) == sim_map_get(&merge->channels, event->ticket),
         "a callback by another channel");
    leave(&merge->escalation, event->ticket);
    *sim_map_at(&merge->states, event->ticket) = OVER;
    sim->figures->kinds[SIM_FOLLOWED] += fact->has_group ? 1 : 0;
}

/* A member's resident was heard: the next fact must tell who works in its place. */
static void read_noted(const struct sim *sim, struct sim_merge *merge, const Paidan__Event *event)
{
    const uint64_t ticket = event->ticket;
    if (event->noted->has_member) {
        must(sim, ticket, merge->noted == event->noted->member && merge->noted_into == ticket,
             "a word of no member");
        merge->noted = 0;
        sim->figures->kinds[SIM_NOTED_MEMBER]++;
        return;
    }
    const uint64_t into = sim_map_get(&merge->escalation.into, ticket);
    const uint64_t state = sim_map_get(&merge->states, into != 0 ? into : ticket);
    if (into != 0 && state != 0 && state != CLOSED) {
        merge->noted = ticket;
        merge->noted_into = into;
    }
}

static void read_escalation(const struct sim *sim, struct sim_merge *merge,
                            const Paidan__Event *event)
{
    struct groups *groups = &merge->escalation;
    const uint64_t ticket = event->ticket, into = sim_map_get(&groups->into, ticket);
    must(sim, merge->noted,
         merge->noted == 0 ||
             (event->fact_case == PAIDAN__EVENT__FACT_NOTED && event->noted->has_member),
         "a chase that does not reach the ticket in place");
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_MERGED:
        enter(sim, groups, ticket, event->merged->into);
        *sim_map_at(&merge->states, ticket) = KNOWN;
        break;
    case PAIDAN__EVENT__FACT_UNMERGED:
        must(sim, ticket, into == event->unmerged->from, "an unmerge from another ticket");
        leave(groups, ticket);
        break;
    case PAIDAN__EVENT__FACT_JOINED:
        must(sim, ticket, sim_map_get(&groups->into, event->joined->member) == ticket,
             "joining without a merge");
        must(sim, ticket, event->joined->count == sim_map_get(&groups->members, ticket),
             "a number of members that joined");
        break;
    case PAIDAN__EVENT__FACT_PARTED:
        must(sim, ticket, sim_map_get(&groups->into, event->parted->member) != ticket,
             "parting of a member");
        must(sim, ticket, event->parted->count == sim_map_get(&groups->members, ticket),
             "a number of members after a parting");
        break;
    case PAIDAN__EVENT__FACT_NOTED:
        read_noted(sim, merge, event);
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        read_resolved(sim, merge, event);
        break;
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_REOPENED:
        must(sim, ticket, into == 0, "a unit for a member");
        *sim_map_at(&merge->states, ticket) = KNOWN;
        break;
    case PAIDAN__EVENT__FACT_CLOSED: {
        const bool withdrawn = event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
        must(sim, ticket, withdrawn || into == 0, "closing of a member");
        leave(groups, ticket);
        *sim_map_at(&merge->states, ticket) = CLOSED;
        *sim_map_at(&merge->withdrawn, ticket) = withdrawn;
        break;
    }
    default:
        break;
    }
}

void sim_merge_read(const struct sim *sim, struct sim_merge *merge, enum world_service service,
                    const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_OVER) {
        const Paidan__Over *over = event->over;
        CHECK(service == WORLD_TRIAGE);
        read_over(merge, over->resolved, over->n_resolved);
        read_over(merge, over->closed, over->n_closed);
        read_over(merge, over->withdrawn, over->n_withdrawn);
    }
    if (!event->has_ticket || event->fact_case == PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        return;
    }
    if (service == WORLD_INTAKE && event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        *sim_map_at(&merge->registered, event->ticket) = event->at_ms;
        *sim_map_at(&merge->titles, event->ticket) = step_key(event->registered->title);
        *sim_map_at(&merge->channels, event->ticket) = step_key(event->registered->channel);
    } else if (service == WORLD_TRIAGE) {
        read_triage(sim, merge, event);
    } else if (service == WORLD_ESCALATION) {
        read_escalation(sim, merge, event);
    } else if (service == WORLD_CALLBACK && (event->fact_case == PAIDAN__EVENT__FACT_ASKED ||
                                             event->fact_case == PAIDAN__EVENT__FACT_ANSWERED ||
                                             event->fact_case == PAIDAN__EVENT__FACT_SPARED ||
                                             event->fact_case == PAIDAN__EVENT__FACT_UNREACHED)) {
        *sim_map_at(&merge->called, event->ticket) = 1;
    }
}

void sim_merge_read_all(const struct sim *sim, const struct sim_merge *merge)
{
    must(sim, merge->noted, merge->noted == 0, "a chase that does not reach the ticket in place");
}

bool sim_merge_is_member(const struct sim_merge *merge, uint64_t ticket)
{
    return ticket != 0 && sim_map_get(&merge->triage.into, ticket) != 0;
}

uint64_t sim_merge_some_member(struct sim *sim, const struct sim_merge *merge)
{
    const struct sim_map *into = &merge->triage.into;
    const size_t from = into->size == 0 ? 0 : rng_below(&sim->rng, into->size);
    for (size_t i = 0; i < into->size; i++) {
        const size_t at = (from + i) % into->size;
        if (into->keys[at] != 0 && into->values[at] != 0) {
            return into->keys[at];
        }
    }
    return 0;
}

/* ---- at rest ---- */

void sim_merge_compare_triage(const struct sim *sim, const struct sim_merge *merge, uint64_t ticket,
                              const Paidan__TriageShown *shown)
{
    must(sim, ticket,
         (shown->has_merged_into ? shown->merged_into : 0) ==
             sim_map_get(&merge->triage.into, ticket),
         "another group shown by triage");
    must(sim, ticket, shown->n_members == sim_map_get(&merge->triage.members, ticket),
         "another number of members shown by triage");
}

void sim_merge_compare_brief(const struct sim *sim, const struct sim_merge *merge,
                             const Paidan__Brief *brief)
{
    must(sim, brief->ticket,
         (brief->has_merged_into ? brief->merged_into : 0) ==
             sim_map_get(&merge->escalation.into, brief->ticket),
         "another group shown by escalation");
    must(sim, brief->ticket,
         (brief->has_members ? brief->members : 0) ==
             sim_map_get(&merge->escalation.members, brief->ticket),
         "another number of members shown by escalation");
}

void sim_merge_compare(struct sim *sim, const struct sim_merge *merge)
{
    const struct sim_map *into = &merge->escalation.into;
    must(sim, 0, merge->triage.count == merge->escalation.count, "members in one log alone");
    must(sim, 0, world_counter(sim->world, WORLD_TRIAGE, "merged_now") == merge->triage.count,
         "another count of members by triage");
    must(sim, 0,
         world_counter(sim->world, WORLD_ESCALATION, "state_merged") == merge->escalation.count,
         "another count of members by escalation");
    for (size_t i = 0; i < into->size; i++) {
        const uint64_t ticket = into->keys[i];
        if (ticket == 0 || into->values[i] == 0) {
            continue;
        }
        must(sim, ticket, sim_map_get(&merge->triage.into, ticket) == into->values[i],
             "another group in the other log");
        must(sim, ticket, sim_map_get(&merge->states, into->values[i]) < OVER,
             "a reporter forgotten in a group that is over");
    }
}

void sim_merge_ended(const struct sim *sim, const struct sim_merge *merge)
{
    const struct sim_map *registered = &merge->registered;
    must(sim, 0, merge->triage.count == 0, "members left at the end");
    for (size_t i = 0; i < registered->size; i++) {
        const uint64_t ticket = registered->keys[i];
        if (ticket == 0) {
            continue;
        }
        must(sim, ticket, sim_map_get(&merge->states, ticket) == CLOSED, "no end");
        must(sim, ticket,
             sim_map_get(&merge->withdrawn, ticket) != 0 ||
                 sim_map_get(&merge->called, ticket) != 0,
             "no callback");
    }
}
