/* sim_desk: the clock of each ticket at the dispatcher's desk, by triage's facts alone. What is said
 * of a ticket that does not lie there, too early, twice, or after the deadline as a warning, breaks a
 * law; so does a deadline that lies elsewhere than the calendar puts it, one that passed in silence,
 * and a desk that shows other tickets than the facts left there.
 *
 * Tickets that left are forgotten, so that a year fits. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_parts.h"

#define BUCKETS 1024u

struct stay {
    struct stay *next;
    uint64_t id, start_ms, due_ms, warn_ms, amount_ms, next_alarm_ms;
    char calendar[CODE_BYTES_MAX + 1];
    Paidan__TimeUnit unit;
    Paidan__Urgency urgency;
    bool next_day, end_of_day, warned;
    uint32_t alarms;
};

struct sim_desk {
    struct stay *buckets[BUCKETS];
    uint64_t count, last_ms; /* of triage's newest fact */
    bool by_site_of_now;     /* triage has said that it works by it */
};

struct sim_desk *sim_desk_new(void)
{
    struct sim_desk *desk = calloc(1, sizeof *desk);
    CHECK(desk != NULL);
    return desk;
}

static struct stay **place(struct sim_desk *desk, uint64_t id)
{
    struct stay **at = &desk->buckets[id % BUCKETS];
    while (*at != NULL && (*at)->id != id) {
        at = &(*at)->next;
    }
    return at;
}

static void forget(struct sim_desk *desk, struct stay **at)
{
    struct stay *gone = *at;
    CHECK(desk->count > 0);
    *at = gone->next;
    free(gone);
    desk->count--;
}

void sim_desk_free(struct sim_desk *desk)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        while (desk->buckets[i] != NULL) {
            forget(desk, &desk->buckets[i]);
        }
    }
    free(desk);
}

static void must(const struct sim *sim, uint64_t ticket, bool allowed, const char *what)
{
    sim->figures->laws++;
    if (!allowed) {
        sim_broken(sim, "%s of %" PRIu64 " at the desk", what, ticket);
    }
}

/* Where calendar and term put the deadline; only while triage works by the site that is read here. */
static void check_due(const struct sim *sim, const struct sim_desk *desk, const struct stay *stay)
{
    const struct sim_term term = {.calendar = stay->calendar,
                                  .unit = stay->unit,
                                  .next_day = stay->next_day,
                                  .end_of_day = stay->end_of_day};
    if (!desk->by_site_of_now || !sim_plain_knows(sim->plain)) {
        return;
    }
    const uint64_t from_ms = sim_plain_start(sim->plain, &term, stay->start_ms);
    must(sim, stay->id, stay->due_ms == sim_plain_end(sim->plain, &term, stay->amount_ms, from_ms),
         "a deadline that no calendar puts there,");
    const struct site_clock_rule *rule = site_desk_rule(world_site(sim->world), stay->urgency);
    must(sim, stay->id, rule->term.amount_ms == stay->amount_ms, "another term than the site's");
}

static void take(const struct sim *sim, const struct sim_desk *desk, struct stay *stay,
                 const Paidan__ClockSet *set)
{
    stay->start_ms = set->start_ms;
    stay->due_ms = set->due_ms;
    stay->warn_ms = set->has_warn_ms ? set->warn_ms : 0;
    stay->amount_ms = set->amount_ms;
    stay->unit = set->unit;
    stay->next_day = set->has_start_rule && set->start_rule == PAIDAN__START_RULE__START_NEXT_DAY;
    stay->end_of_day = set->has_end_rule && set->end_rule == PAIDAN__END_RULE__END_OF_DAY;
    (void)snprintf(stay->calendar, sizeof stay->calendar, "%s",
                   set->calendar != NULL ? set->calendar : "");
    must(sim, stay->id, stay->warn_ms < stay->due_ms, "a warning after the deadline");
    check_due(sim, desk, stay);
}

/* fact: of Desked, or of Unmerged: it comes back. */
static void read_desked(const struct sim *sim, struct sim_desk *desk, const Paidan__Event *event,
                        const Paidan__Desked *fact)
{
    struct stay **at = place(desk, event->ticket);
    must(sim, event->ticket, *at == NULL, "a second arrival");
    must(sim, event->ticket, fact != NULL && fact->clock != NULL && fact->has_urgency, "no clock");
    *at = calloc(1, sizeof **at);
    CHECK(*at != NULL);
    desk->count++;
    (*at)->id = event->ticket;
    (*at)->urgency = fact->urgency;
    /* By the time of the service that sent it, which a jump of the clock may have put ahead of ours. */
    must(sim, event->ticket, fact->clock->start_ms < fact->clock->due_ms, "a clock without a term");
    take(sim, desk, *at, fact->clock);
}

static void read_warned(const struct sim *sim, struct stay *stay, const Paidan__Event *event)
{
    must(sim, stay->id, !stay->warned && stay->alarms == 0, "a second or late warning");
    must(sim, stay->id, stay->warn_ms != 0 && event->at_ms >= stay->warn_ms, "an early warning");
    must(sim, stay->id, event->at_ms < stay->due_ms, "a warning of what has passed");
    must(sim, stay->id, event->desk_warned->due_ms == stay->due_ms, "another deadline warned of");
    stay->warned = true;
    sim->figures->kinds[SIM_DESK_WARNED]++;
}

static void read_overdue(const struct sim *sim, struct stay *stay, const Paidan__Event *event)
{
    const Paidan__DeskOverdue *fact = event->desk_overdue;
    const uint64_t from_ms = stay->alarms == 0 ? stay->due_ms : stay->next_alarm_ms;
    must(sim, stay->id, event->at_ms >= from_ms, "an early alarm");
    must(sim, stay->id, fact->count == stay->alarms + 1, "an alarm out of count");
    must(sim, stay->id, fact->due_ms == stay->due_ms, "an alarm about another deadline");
    must(sim, stay->id, fact->next_ms > event->at_ms, "an alarm that repeats at once");
    must(sim, stay->id, fact->n_to_units > 0, "an alarm that nobody is told of");
    stay->alarms = fact->count;
    stay->next_alarm_ms = fact->next_ms;
    sim->figures->kinds[SIM_DESK_OVERDUE]++;
}

static void read_replanned(const struct sim *sim, struct sim_desk *desk, struct stay *stay,
                           const Paidan__DeskReplanned *fact)
{
    must(sim, stay->id, fact->clock != NULL || fact->has_member, "nothing planned anew");
    stay->urgency = fact->urgency;
    if (fact->clock == NULL) {
        return;
    }
    must(sim, stay->id, stay->alarms == 0, "a missed deadline that moved");
    must(sim, stay->id, fact->has_member || fact->clock->start_ms == stay->start_ms,
         "a clock that began anew");
    stay->warned = stay->warned && (!fact->has_member || fact->clock->due_ms <= stay->due_ms);
    take(sim, desk, stay, fact->clock);
    sim->figures->kinds[SIM_DESK_REPLANNED]++;
}

/* Nobody becomes late by it, and no deadline a later one. */
static void read_burst(const struct sim *sim, struct sim_desk *desk, const Paidan__Event *event)
{
    const Paidan__Burst *fact = event->burst;
    struct stay *stay = *place(desk, event->ticket);
    must(sim, event->ticket, fact->has_desk_urgency || fact->clock == NULL, "a burst elsewhere");
    if (!fact->has_desk_urgency) {
        return;
    }
    must(sim, event->ticket, stay != NULL, "a burst of what is not");
    must(sim, event->ticket, stay->urgency < fact->desk_urgency, "an urgency that became less,");
    stay->urgency = fact->desk_urgency;
    if (fact->clock != NULL) {
        must(sim, stay->id, stay->alarms == 0, "a missed deadline that moved");
        must(sim, stay->id, fact->clock->due_ms < stay->due_ms, "a later deadline for a burst");
        must(sim, stay->id, fact->clock->due_ms > event->at_ms, "a deadline that has passed");
        take(sim, desk, stay, fact->clock);
    }
}

/* All that is not late was looked at by the site as it is now. */
static void read_passed(const struct sim *sim, struct sim_desk *desk,
                        const Paidan__ReplanPassed *fact)
{
    if (fact->has_next || fact->site_version != world_site(sim->world)->version) {
        return;
    }
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (const struct stay *stay = desk->buckets[i]; stay != NULL; stay = stay->next) {
            if (stay->alarms == 0) {
                check_due(sim, desk, stay);
            }
        }
    }
}

static void read_stay(const struct sim *sim, struct sim_desk *desk, const Paidan__Event *event)
{
    struct stay **at = place(desk, event->ticket);
    must(sim, event->ticket, *at != NULL, "something said that is not");
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_DESK_WARNED:
        read_warned(sim, *at, event);
        break;
    case PAIDAN__EVENT__FACT_DESK_OVERDUE:
        read_overdue(sim, *at, event);
        break;
    case PAIDAN__EVENT__FACT_DESK_REPLANNED:
        read_replanned(sim, desk, *at, event->desk_replanned);
        break;
    default:
        forget(desk, at); /* decided, or gone without a decision */
        break;
    }
}

void sim_desk_read(struct sim *sim, struct sim_desk *desk, bool member, const Paidan__Event *event)
{
    desk->last_ms = event->at_ms;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        desk->by_site_of_now = event->site_changed->site_version == world_site(sim->world)->version;
        break;
    case PAIDAN__EVENT__FACT_REPLAN_PASSED:
        read_passed(sim, desk, event->replan_passed);
        break;
    case PAIDAN__EVENT__FACT_DESKED:
        read_desked(sim, desk, event, event->desked);
        break;
    case PAIDAN__EVENT__FACT_UNMERGED:
        read_desked(sim, desk, event, event->unmerged->desk);
        break;
    case PAIDAN__EVENT__FACT_MERGED:
        if (*place(desk, event->ticket) != NULL) { /* else a unit had it, or it was merged before */
            forget(desk, place(desk, event->ticket));
        }
        break;
    case PAIDAN__EVENT__FACT_ROUTED:
        if (event->routed->has_by_desk && event->routed->by_desk) {
            read_stay(sim, desk, event);
        }
        break;
    case PAIDAN__EVENT__FACT_UNDESKED:
        if (!member) {
            read_stay(sim, desk, event);
        }
        break;
    case PAIDAN__EVENT__FACT_BURST:
        read_burst(sim, desk, event);
        break;
    case PAIDAN__EVENT__FACT_RULED:
    case PAIDAN__EVENT__FACT_DESK_WARNED:
    case PAIDAN__EVENT__FACT_DESK_OVERDUE:
    case PAIDAN__EVENT__FACT_DESK_REPLANNED:
        read_stay(sim, desk, event);
        break;
    default:
        break;
    }
}

void sim_desk_reloaded(struct sim_desk *desk)
{
    desk->by_site_of_now = false; /* until triage says so */
}

/* Deadlines come first in a step: what triage said later than one was said after its alarm. */
void sim_desk_compare(struct sim *sim, struct sim_desk *desk)
{
    must(sim, 0, world_counter(sim->world, WORLD_TRIAGE, "desk_open") == desk->count,
         "another number of tickets");
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (const struct stay *stay = desk->buckets[i]; stay != NULL; stay = stay->next) {
            Paidan__TriageShow show = PAIDAN__TRIAGE_SHOW__INIT;
            Paidan__Request request = PAIDAN__REQUEST__INIT;
            show.ticket = stay->id;
            request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
            request.triage_show = &show;
            const Paidan__Answer *answer = sim_look(sim, WORLD_TRIAGE, &request);
            CHECK(answer != NULL);
            const Paidan__DeskItem *item =
                answer->code == PAIDAN__CODE__OK ? answer->triage_shown->desk : NULL;
            must(sim, stay->id, stay->due_ms >= desk->last_ms || stay->alarms > 0,
                 "a deadline that passed in silence");
            must(sim, stay->id, item != NULL && item->clock != NULL, "no row");
            must(sim, stay->id, item->clock->due_ms == stay->due_ms, "another deadline shown");
            must(sim, stay->id, (item->has_alarms ? item->alarms : 0) == stay->alarms,
                 "another number of alarms shown");
        }
    }
}
