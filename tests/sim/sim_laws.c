/* sim_laws: what must hold, whatever happened. Reads the logs as a stranger would: it knows the
 * facts' meaning from proto/event.proto alone, not the services' tables. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "sim_channels.h"

/* A set of 64-bit keys; kind and parts are mixed into one. Collisions of 2^-64 are accepted: they
 * would only raise a false alarm, which repeats from the seed. */
struct laws {
    uint64_t *keys;
    size_t count, size;
    uint64_t last_ms[WORLD_MEMBERS];
    uint64_t last_cause[WORLD_MEMBERS][WORLD_SERVICES]; /* seq by reader and log */
    struct sim_model *model;
    struct sim_clocks *clocks;
    struct sim_desk *desk;
    struct sim_merge *merge;
    struct sim_archive *archive;
    struct sim_points *points;
};

struct laws *sim_laws_new(void)
{
    struct laws *laws = calloc(1, sizeof *laws);
    CHECK(laws != NULL);
    laws->size = 1u << 12;
    laws->keys = calloc(laws->size, sizeof *laws->keys);
    CHECK(laws->keys != NULL);
    laws->model = sim_model_new();
    laws->clocks = sim_clocks_new();
    laws->desk = sim_desk_new();
    laws->merge = sim_merge_new();
    laws->archive = sim_archive_new();
    laws->points = sim_points_new();
    return laws;
}

void sim_laws_free(struct laws *laws)
{
    sim_model_free(laws->model);
    sim_clocks_free(laws->clocks);
    sim_desk_free(laws->desk);
    sim_merge_free(laws->merge);
    sim_archive_free(laws->archive);
    sim_points_free(laws->points);
    free(laws->keys);
    free(laws);
}

void sim_broken(const struct sim *sim, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "LAW BROKEN at %" PRIu64 " ms: ", world_now_ms(sim->world));
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * 0x9e3779b97f4a7c15ull ^ (b + 0x7f4a7c159e3779b9ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    return z == 0 ? 1 : z;
}

static uint64_t *slot(struct laws *laws, uint64_t key)
{
    size_t at = (size_t)key & (laws->size - 1);
    while (laws->keys[at] != 0 && laws->keys[at] != key) {
        at = (at + 1) & (laws->size - 1);
    }
    return &laws->keys[at];
}

static void grow(struct laws *laws)
{
    uint64_t *old = laws->keys;
    const size_t size = laws->size;
    laws->size *= 2;
    laws->keys = calloc(laws->size, sizeof *laws->keys);
    CHECK(laws->keys != NULL);
    for (size_t i = 0; i < size; i++) {
        if (old[i] != 0) {
            *slot(laws, old[i]) = old[i];
        }
    }
    free(old);
}

/* Kinds of keys in the set. */
enum once {
    ONCE_EXTERNAL = 100,
    ONCE_REGISTERED = 1,
    ONCE_CLOSED,
    ONCE_APPEALED,
    ONCE_ASKED,
    ONCE_POSTPONED,
    ONCE_ANSWERED,
    ONCE_HANDED_OVER,
    ONCE_UNHEARD, /* the round ended without an answer */
    ONCE_LATE,
    ONCE_RESOLVED,
    ONCE_ROUTED,
    ONCE_TAKEN_BACK,
    ONCE_LOG_READ
};

/* False: seen before. */
static bool first_time(const struct sim *sim, enum once kind, uint64_t ticket, uint64_t a,
                       uint64_t b)
{
    struct laws *laws = sim->laws;
    sim->figures->laws++;
    if (laws->count * 2 > laws->size) {
        grow(laws);
    }
    uint64_t *at = slot(laws, mix(mix(mix(kind, ticket), a), b));
    if (*at != 0) {
        return false;
    }
    *at = mix(mix(mix(kind, ticket), a), b);
    laws->count++;
    return true;
}

static bool seen(struct laws *laws, enum once kind, uint64_t ticket, uint64_t a, uint64_t b)
{
    return *slot(laws, mix(mix(mix(kind, ticket), a), b)) != 0;
}

static void check_assignment(struct sim *sim, uint64_t ticket, const Paidan__Assignment *to)
{
    const struct site *site = world_site(sim->world);
    if (site_unit_find(site, to->unit) == SITE_NONE) {
        sim_broken(sim, "ticket %" PRIu64 " has no owner: unit \"%s\"", ticket, to->unit);
    }
    if (to->level < 1 || to->level > site->level_count) {
        sim_broken(sim, "ticket %" PRIu64 " is on level %u", ticket, to->level);
    }
    for (size_t i = 0; i < to->n_clocks; i++) {
        if (to->clocks[i]->due_ms < to->clocks[i]->start_ms) {
            sim_broken(sim, "a clock of %" PRIu64 " is due before it starts", ticket);
        }
    }
}

/* Closed is closed; only its lateness may be appealed against, once. */
static void check_closed(struct sim *sim, const Paidan__Event *event)
{
    const uint64_t ticket = event->ticket;
    const bool appeal = event->fact_case == PAIDAN__EVENT__FACT_APPEALED ||
                        event->fact_case == PAIDAN__EVENT__FACT_APPEAL_RULED ||
                        (event->fact_case == PAIDAN__EVENT__FACT_REMINDED &&
                         event->reminded->clock == PAIDAN__CLOCK__CLOCK_APPEAL);
    if (event->fact_case != PAIDAN__EVENT__FACT_RECORD_REFUSED && event->has_ticket && !appeal &&
        seen(sim->laws, ONCE_CLOSED, ticket, 0, 0)) {
        sim_broken(sim, "fact %d about %" PRIu64 " after it was closed", (int)event->fact_case,
                   ticket);
    }
    if (appeal && !first_time(sim, ONCE_APPEALED, ticket, (uint64_t)event->fact_case, 0)) {
        sim_broken(sim, "%" PRIu64 " was appealed for twice", ticket);
    }
}

static void read_escalation(struct sim *sim, const Paidan__Event *event)
{
    struct sim_figures *figures = sim->figures;
    const uint64_t ticket = event->ticket;
    check_closed(sim, event);
    sim_model_read(sim, sim->laws->model, event);
    sim_clocks_read(sim, sim->laws->clocks, event);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        check_assignment(sim, ticket, event->assigned->to);
        break;
    case PAIDAN__EVENT__FACT_WARNED:
        figures->warned++;
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        figures->raised++;
        check_assignment(sim, ticket, event->raised->to);
        if (event->raised->to->level <= event->raised->from_level) {
            sim_broken(sim, "%" PRIu64 " was raised downward", ticket);
        }
        break;
    case PAIDAN__EVENT__FACT_CARDED:
        figures->cards++;
        break;
    case PAIDAN__EVENT__FACT_ALARMED:
        figures->alarms++;
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        figures->returned++;
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        if (!first_time(sim, ONCE_RESOLVED, ticket, event->resolved->round, 0)) {
            sim_broken(sim, "%" PRIu64 " was resolved twice in round %u", ticket,
                       event->resolved->round);
        }
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        figures->reopened++;
        check_assignment(sim, ticket, event->reopened->to);
        break;
    case PAIDAN__EVENT__FACT_ORDERED:
        check_assignment(sim, ticket, event->ordered->to);
        break;
    case PAIDAN__EVENT__FACT_CORRECTED:
        if (event->corrected->to != NULL) {
            check_assignment(sim, ticket, event->corrected->to);
        }
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        figures->closed++;
        figures->withdrawn += event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
        figures->solved += event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED;
        /* Whoever was not heard may answer after all: sim_model knows what may follow then. */
        if (event->closed->has_satisfied ||
            event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN) {
            (void)first_time(sim, ONCE_CLOSED, ticket, 0, 0);
        }
        break;
    default:
        break;
    }
}

static void read_callback(struct sim *sim, const Paidan__Event *event)
{
    const uint64_t ticket = event->ticket;
    uint64_t round = 0;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASKED:
        sim->figures->asked++;
        if (!seen(sim->laws, ONCE_RESOLVED, ticket, event->asked->round, 0)) {
            sim_broken(sim, "%" PRIu64 " is asked about without having been resolved", ticket);
        }
        if (seen(sim->laws, ONCE_TAKEN_BACK, ticket, 0, 0)) {
            sim_broken(sim, "%" PRIu64 " is asked about though callback knew it withdrawn", ticket);
        }
        /* Put off at the end of calling hours, an attempt comes once more. */
        if (event->asked->from_channel == NULL &&
            !first_time(sim,
                        event->asked->has_postponed && event->asked->postponed ? ONCE_POSTPONED
                        : event->asked->has_handed_over && event->asked->handed_over
                            ? ONCE_HANDED_OVER
                            : ONCE_ASKED,
                        ticket, event->asked->round, event->asked->attempt)) {
            sim_broken(sim, "%" PRIu64 " is asked twice in one attempt", ticket);
        }
        return;
    case PAIDAN__EVENT__FACT_HANDED: {
        const struct site *site = world_site(sim->world);
        const struct calendar *hours = &site->calendars[site->callback.calendar];
        if (calendar_next_open(hours, event->at_ms) != event->at_ms) {
            sim_broken(sim, "tasks are handed out after calling hours, to %s",
                       event->handed->holder);
        }
        return;
    }
    case PAIDAN__EVENT__FACT_ANSWERED:
        round = event->answered->round;
        sim_model_answered(sim->laws->model, ticket, event->answered);
        if (!event->answered->has_late || !event->answered->late) {
            break;
        }
        /* After all: once, where the round had ended without. */
        if (!seen(sim->laws, ONCE_UNHEARD, ticket, round, 0) ||
            !first_time(sim, ONCE_LATE, ticket, round, 0)) {
            sim_broken(sim, "%" PRIu64 " round %" PRIu64 " is answered late for no reason", ticket,
                       round);
        }
        return;
    case PAIDAN__EVENT__FACT_UNREACHED:
        sim->figures->unreached++;
        round = event->unreached->round;
        (void)first_time(sim, ONCE_UNHEARD, ticket, round, 0);
        break;
    case PAIDAN__EVENT__FACT_SPARED:
        round = event->spared->round;
        (void)first_time(sim, ONCE_UNHEARD, ticket, round, 0);
        break;
    case PAIDAN__EVENT__FACT_CANCELLED:
        round = event->cancelled->round;
        break;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        (void)first_time(sim, ONCE_TAKEN_BACK, ticket, 0, 0);
        return;
    default:
        return;
    }
    if (!first_time(sim, ONCE_ANSWERED, ticket, round, 0)) {
        sim_broken(sim, "the callback of %" PRIu64 " round %" PRIu64 " ended twice", ticket, round);
    }
}

/* Records of a log take effect in turn, and never again. */
static void check_cause(struct sim *sim, unsigned order, const Paidan__Event *event)
{
    const Paidan__Cause *cause = event->cause;
    if (cause == NULL || cause->log == NULL || !cause->has_seq) {
        return;
    }
    for (unsigned i = 0; i < WORLD_SERVICES; i++) {
        if (strcmp(world_step_service(i)->name, cause->log) != 0) {
            continue;
        }
        uint64_t *last = &sim->laws->last_cause[order][i];
        sim->figures->laws++;
        if (cause->seq < *last) {
            sim_broken(sim, "%s acts again on record %" PRIu64 " of %s",
                       world_step_service(order)->name, cause->seq, cause->log);
        }
        *last = cause->seq;
    }
}

static void visit(void *context, const char *service, uint64_t seq, const Paidan__Event *event)
{
    struct sim *sim = context;
    sim->figures->facts++;
    unsigned order = 0;
    while (strcmp(world_step_service(order)->name, service) != 0) {
        order++;
    }
    if (event->at_ms < sim->laws->last_ms[order]) {
        sim_broken(sim, "time ran backward in the log of %s at seq %" PRIu64, service, seq);
    }
    sim->laws->last_ms[order] = event->at_ms;
    check_cause(sim, order, event);
    if (sim->options->trace) {
        char number[NUMBER_BYTES] = "";
        if (event->has_ticket) {
            number_format(event->ticket, number);
        }
        const ProtobufCFieldDescriptor *fact = protobuf_c_message_descriptor_get_field(
            &paidan__event__descriptor, (unsigned)event->fact_case);
        printf("%" PRIu64 " %s#%" PRIu64 " %s %s\n", event->at_ms, service, seq,
               fact != NULL ? fact->name : "?", number);
    }
    if (order == WORLD_INTAKE && event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        sim->figures->tickets++;
        if (!first_time(sim, ONCE_REGISTERED, event->ticket, 0, 0)) {
            sim_broken(sim, "number %" PRIu64 " was given twice", event->ticket);
        }
        const char *external = event->registered->external_id;
        if (external != NULL && !first_time(sim, ONCE_EXTERNAL, step_key(external),
                                            step_key(event->registered->channel), 0)) {
            sim_broken(sim, "external id %s was registered twice", external);
        }
    }
    if (order == WORLD_INTAKE && event->fact_case == PAIDAN__EVENT__FACT_DISCLOSED &&
        event->disclosed->has_from_seq &&
        !first_time(sim, ONCE_LOG_READ, 0, seq, event->disclosed->from_seq)) {
        sim_broken(sim, "a reading of the log is told twice at seq %" PRIu64, seq);
    }
    if (sim->channels != NULL) {
        sim_channel_laws_read(sim, (enum world_service)order, seq, event);
    }
    if (order == WORLD_ESCALATION) {
        read_escalation(sim, event);
    } else if (order == WORLD_CALLBACK) {
        read_callback(sim, event);
    } else if (order == WORLD_TRIAGE) {
        sim_desk_read(sim, sim->laws->desk, sim_merge_is_member(sim->laws->merge, event->ticket),
                      event);
    }
    sim_merge_read(sim, sim->laws->merge, (enum world_service)order, event);
    sim_archive_read(sim, sim->laws->archive, (enum world_service)order, seq, event);
    sim_points_read(sim, sim->laws->points, (enum world_service)order, seq, event);
}

uint64_t sim_laws_some_member(struct sim *sim)
{
    return sim_merge_some_member(sim, sim->laws->merge);
}

const struct sim_points *sim_laws_points(const struct sim *sim)
{
    return sim->laws->points;
}

void sim_laws_ended(struct sim *sim)
{
    sim_merge_ended(sim, sim->laws->merge);
}

void sim_laws_reloaded(struct sim *sim)
{
    sim_desk_reloaded(sim->laws->desk);
}

void sim_laws_read(struct sim *sim)
{
    world_visit_new(sim->world, visit, sim);
    sim_merge_read_all(sim, sim->laws->merge);
}

static void check_acknowledged(struct sim *sim, uint64_t ticket)
{
    Paidan__TriageShow show = PAIDAN__TRIAGE_SHOW__INIT;
    show.ticket = ticket;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &show;
    const Paidan__Answer *answer = sim_look(sim, WORLD_TRIAGE, &request);
    sim->figures->laws++;
    if (!seen(sim->laws, ONCE_REGISTERED, ticket, 0, 0) || answer == NULL ||
        answer->code != PAIDAN__CODE__OK) {
        sim_broken(sim, "acknowledged ticket %" PRIu64 " is missing", ticket);
    }
    sim_merge_compare_triage(sim, sim->laws->merge, ticket, answer->triage_shown);
}

void sim_laws_doer(struct sim *sim, uint64_t ticket, const char *unit)
{
    sim_model_doer(sim, sim->laws->model, ticket, unit);
}

void sim_laws_log_read(struct sim *sim, uint64_t seq, uint64_t from_seq)
{
    sim->figures->laws++;
    if (!seen(sim->laws, ONCE_LOG_READ, 0, seq, from_seq)) {
        sim_broken(sim, "the log may be read from %" PRIu64 ", and no fact %" PRIu64 " says so",
                   from_seq, seq);
    }
}

void sim_laws_resolved(struct sim *sim, uint64_t ticket, bool anyway)
{
    sim_clocks_resolved(sim, sim->laws->clocks, ticket, anyway);
}

uint64_t sim_laws_open(const struct sim *sim, const char *unit)
{
    return sim_model_open(sim->laws->model, unit);
}

/* ---- what the services say about each other ----------------------------------------------------
 */

struct total {
    enum world_service service;
    const char *name;
};

static uint64_t sum(struct sim *sim, const struct total *totals, size_t count)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count && totals[i].name != NULL; i++) {
        all += world_counter(sim->world, totals[i].service, totals[i].name);
    }
    return all;
}

/* Settled, the services agree where every ticket is: none is lost between two of them, none waits
 * at a desk that nobody will clear, none is resolved without being asked about. */
static void check_totals(struct sim *sim)
{
    enum { SIDE = 4 };
    static const struct {
        struct total left[SIDE], right[SIDE];
    } laws[] = {
        {{{WORLD_INTAKE, "registered"}}, {{WORLD_TRIAGE, "registered"}}},
        {{{WORLD_ESCALATION, "tickets"}},
         {{WORLD_TRIAGE, "routed"},
          {WORLD_TRIAGE, "routed_by_desk"},
          {WORLD_TRIAGE, "never_routed"},
          {WORLD_TRIAGE, "merged_new"}}},
        {{{WORLD_TRIAGE, "registered"}},
         {{WORLD_TRIAGE, "routed"}, {WORLD_TRIAGE, "desked"}, {WORLD_TRIAGE, "merged_at_once"}}},
        {{{WORLD_INTAKE, "merged"}}, {{WORLD_ESCALATION, "state_merged"}}},
        {{{WORLD_INTAKE, "assigned"}}, {{WORLD_ESCALATION, "state_assigned"}}},
        {{{WORLD_INTAKE, "accepted"}}, {{WORLD_ESCALATION, "state_accepted"}}},
        {{{WORLD_INTAKE, "returned"}}, {{WORLD_ESCALATION, "state_returned"}}},
        {{{WORLD_INTAKE, "resolved"}}, {{WORLD_ESCALATION, "state_resolved"}}},
        {{{WORLD_INTAKE, "closed"}}, {{WORLD_ESCALATION, "state_closed"}}},
        {{{WORLD_INTAKE, "withdrawn"}}, {{WORLD_ESCALATION, "state_withdrawn"}}},
        {{{WORLD_TRIAGE, "desk_open"}},
         {{WORLD_INTAKE, "waiting"}, {WORLD_ESCALATION, "state_returned"}}},
        {{{WORLD_CALLBACK, "open"}}, {{WORLD_ESCALATION, "state_resolved"}}},
        {{{WORLD_CALLBACK, "tasks"}},
         {{WORLD_CALLBACK, "answered"},
          {WORLD_CALLBACK, "unreached"},
          {WORLD_CALLBACK, "cancelled"},
          {WORLD_CALLBACK, "open"}}},
    };
    for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        sim->figures->laws++;
        const uint64_t left = sum(sim, laws[i].left, SIDE), right = sum(sim, laws[i].right, SIDE);
        if (left != right) {
            sim_broken(sim, "%s of %s is %" PRIu64 ", the others say %" PRIu64,
                       laws[i].left[0].name, world_step_service(laws[i].left[0].service)->name,
                       left, right);
        }
    }
}

static void compare_ticket(struct sim *sim, uint64_t ticket)
{
    const Paidan__Brief *brief = sim_model_compare_ticket(sim, sim->laws->model, ticket);
    if (brief != NULL) {
        sim_merge_compare_brief(sim, sim->laws->merge, brief);
        sim_clocks_compare(sim, sim->laws->clocks, brief);
    }
}

void sim_laws_sample(struct sim *sim)
{
    const struct site *site = world_site(sim->world);
    check_totals(sim);
    sim_merge_compare(sim, sim->laws->merge);
    char *unit = site->units[rng_below(&sim->rng, site->unit_count)].code;
    sim_model_compare_unit(sim, sim->laws->model, sim->laws->clocks, unit);
    sim_lates_compare(sim, unit);
    for (unsigned i = 0; i < 4 && sim->ticket_count > 0; i++) {
        const uint64_t ticket = sim->tickets[rng_below(&sim->rng, sim->ticket_count)].id;
        check_acknowledged(sim, ticket);
        compare_ticket(sim, ticket);
    }
}

void sim_laws_settled(struct sim *sim, bool whole)
{
    sim_laws_read(sim);
    for (size_t i = 0; i < sim->ticket_count; i++) {
        check_acknowledged(sim, sim->tickets[i].id);
        compare_ticket(sim, sim->tickets[i].id);
    }
    check_totals(sim);
    sim_merge_compare(sim, sim->laws->merge);
    sim_model_compare(sim, sim->laws->model, sim->laws->clocks);
    for (uint32_t i = 0; i < world_site(sim->world)->unit_count; i++) {
        sim_lates_compare(sim, world_site(sim->world)->units[i].code);
    }
    sim_desk_compare(sim, sim->laws->desk);
    sim_archive_compare(sim, sim->laws->archive);
    sim_points_compare(sim, sim->laws->points);
    sim_archive_units(sim);
    sim->figures->rests++;
    if (whole) {
        world_check(sim->world);
        sim_archive_recount(sim);
        sim->figures->replays++;
    }
}
