/* sim_model: the life of each ticket by the facts alone, written down a second time and as plainly
 * as possible, so that escalation's own table and rows are compared with something else than
 * themselves. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_parts.h"

struct life {
    uint64_t id;
    Paidan__State state;
    uint32_t level, round;
    uint64_t unit; /* step_key of its code */
    bool ruled;
    bool dispatched; /* by triage or the desk to the unit that has it; nothing moved it since */
    Paidan__Outcome outcome;
    /* what the resident answered last, as callback tells it */
    uint32_t answered_round;
    Paidan__Solved solved;
};

#define UNITS_MAX 4096u /* a power of two, well above the units of any site */

struct unit_open {
    uint64_t unit, open;
};

struct sim_model {
    struct life *lives; /* open addressing by id; size is a power of two */
    size_t count, size;
    struct unit_open units[UNITS_MAX]; /* the same, by unit */
};

struct sim_model *sim_model_new(void)
{
    struct sim_model *model = calloc(1, sizeof *model);
    CHECK(model != NULL);
    model->size = 1024;
    model->lives = calloc(model->size, sizeof *model->lives);
    CHECK(model->lives != NULL);
    return model;
}

void sim_model_free(struct sim_model *model)
{
    free(model->lives);
    free(model);
}

static struct life *place(const struct sim_model *model, uint64_t id)
{
    size_t at = (size_t)(id * 0x9e3779b97f4a7c15ull >> 20) & (model->size - 1);
    while (model->lives[at].id != 0 && model->lives[at].id != id) {
        at = (at + 1) & (model->size - 1);
    }
    return &model->lives[at];
}

static void grow(struct sim_model *model)
{
    struct life *old = model->lives;
    const size_t size = model->size;
    model->size *= 2;
    model->lives = calloc(model->size, sizeof *model->lives);
    CHECK(model->lives != NULL);
    for (size_t i = 0; i < size; i++) {
        if (old[i].id != 0) {
            *place(model, old[i].id) = old[i];
        }
    }
    free(old);
}

static struct life *life_of(struct sim_model *model, uint64_t id)
{
    if (model->count * 2 > model->size) {
        grow(model);
    }
    struct life *life = place(model, id);
    if (life->id == 0) {
        life->id = id;
        life->round = 1;
        model->count++;
    }
    return life;
}

static void must(const struct sim *sim, const struct life *life, bool allowed, const char *what)
{
    sim->figures->laws++;
    if (!allowed) {
        sim_broken(sim, "%s of %" PRIu64 " in state %d, level %u, round %u", what, life->id,
                   (int)life->state, life->level, life->round);
    }
}

static bool is_open(const struct life *life)
{
    return life->state == PAIDAN__STATE__STATE_ASSIGNED ||
           life->state == PAIDAN__STATE__STATE_ACCEPTED ||
           life->state == PAIDAN__STATE__STATE_RETURNED ||
           life->state == PAIDAN__STATE__STATE_SUSPENDED;
}

static struct unit_open *unit_of(struct sim_model *model, uint64_t unit)
{
    size_t at = (size_t)(unit >> 20) & (UNITS_MAX - 1);
    while (model->units[at].unit != 0 && model->units[at].unit != unit) {
        at = (at + 1) & (UNITS_MAX - 1);
    }
    model->units[at].unit = unit;
    return &model->units[at];
}

uint64_t sim_model_open(const struct sim_model *model, const char *unit)
{
    const uint64_t key = step_key(unit);
    size_t at = (size_t)(key >> 20) & (UNITS_MAX - 1);
    while (model->units[at].unit != 0 && model->units[at].unit != key) {
        at = (at + 1) & (UNITS_MAX - 1);
    }
    return model->units[at].open;
}

static void assign(struct life *life, const Paidan__Assignment *to)
{
    life->state = PAIDAN__STATE__STATE_ASSIGNED;
    life->level = to->level;
    life->unit = step_key(to->unit);
    life->dispatched = false;
}

/* Closed without its resident: he may answer after all. */
static bool closed_unheard(const struct life *life)
{
    return life->state == PAIDAN__STATE__STATE_CLOSED &&
           (life->outcome == PAIDAN__OUTCOME__OUTCOME_UNREACHED ||
            life->outcome == PAIDAN__OUTCOME__OUTCOME_UNSAMPLED ||
            life->outcome == PAIDAN__OUTCOME__OUTCOME_UNASKED);
}

static void close(const struct sim *sim, struct life *life, const Paidan__Closed *closed)
{
    const bool withdrawn = closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
    const bool after_all = closed_unheard(life) && closed->has_was &&
                           closed->was == life->outcome && closed->has_satisfied;
    must(sim, life, withdrawn || life->state == PAIDAN__STATE__STATE_RESOLVED || after_all,
         "closing");
    must(sim, life, withdrawn || closed->round == life->round, "closing of another round");
    life->state = withdrawn ? PAIDAN__STATE__STATE_WITHDRAWN : PAIDAN__STATE__STATE_CLOSED;
    life->outcome = closed->outcome;
}

/* Facts about work carry the unit that did it: it must be the one that has the ticket. */
static void work(const struct sim *sim, struct life *life, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        must(sim, life, life->state == PAIDAN__STATE__STATE_ASSIGNED, "accepting");
        must(sim, life, life->unit == step_key(event->accepted->unit), "accepting by another unit");
        life->state = PAIDAN__STATE__STATE_ACCEPTED;
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        must(sim, life, life->state == PAIDAN__STATE__STATE_ACCEPTED, "contact");
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        if (event->resolved
                ->has_group) { /* with the ticket that it is merged into, whose unit it was */
            must(sim, life, life->state == PAIDAN__STATE__STATE_MERGED, "following");
            life->state = PAIDAN__STATE__STATE_ACCEPTED;
            life->level = event->resolved->level;
            life->unit = step_key(event->resolved->unit);
        }
        must(sim, life, life->state == PAIDAN__STATE__STATE_ACCEPTED, "resolving");
        must(sim, life, life->unit == step_key(event->resolved->unit), "resolving by another unit");
        must(sim, life, life->round == event->resolved->round, "resolving of another round");
        life->state = PAIDAN__STATE__STATE_RESOLVED;
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        must(sim, life,
             life->state == PAIDAN__STATE__STATE_ASSIGNED ||
                 life->state == PAIDAN__STATE__STATE_ACCEPTED,
             "return");
        must(sim, life, !life->ruled, "return after a ruling");
        life->state = PAIDAN__STATE__STATE_RETURNED;
        break;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        must(sim, life, life->state == PAIDAN__STATE__STATE_ACCEPTED, "suspending");
        must(sim, life, life->unit == step_key(event->suspended->unit), "suspending by another");
        life->state = PAIDAN__STATE__STATE_SUSPENDED;
        break;
    case PAIDAN__EVENT__FACT_RESUMED:
        must(sim, life, life->state == PAIDAN__STATE__STATE_SUSPENDED, "resuming");
        life->state = PAIDAN__STATE__STATE_ACCEPTED;
        break;
    default:
        break;
    }
}

/* Taken back from a unit, or taken from it to be merged into another ticket. */
static void recalled(const struct sim *sim, struct life *life, const Paidan__Recalled *fact)
{
    if (fact->has_merge_into) {
        must(sim, life, is_open(life) && life->state != PAIDAN__STATE__STATE_RETURNED, "leaving");
    } else {
        must(sim, life, life->state == PAIDAN__STATE__STATE_ASSIGNED, "recall after acceptance");
        must(sim, life, life->dispatched, "recall of what no dispatch gave");
    }
    must(sim, life, life->unit == step_key(fact->unit), "recall from another unit");
    life->state = PAIDAN__STATE__STATE_DESK;
    life->level = 0;
    life->unit = 0;
}

static void corrected(const struct sim *sim, struct life *life, const Paidan__Corrected *fact)
{
    const bool dispatched = life->dispatched; /* what lies beneath stays a dispatch */
    must(sim, life, is_open(life) && life->state != PAIDAN__STATE__STATE_RETURNED, "a correction");
    must(sim, life, life->unit == step_key(fact->from_unit), "a correction of another unit's");
    if (fact->to != NULL) {
        assign(life, fact->to);
        life->dispatched = dispatched;
    }
}

/* What happens to a member of a group, and to the ticket that is worked on. */
static void grouped(const struct sim *sim, struct life *life, Paidan__Event__FactCase fact)
{
    const bool at_desk = life->state == PAIDAN__STATE__STATE_DESK;
    if (fact == PAIDAN__EVENT__FACT_MERGED) {
        must(sim, life,
             is_open(life) || at_desk || life->state == PAIDAN__STATE__STATE_NONE ||
                 life->state == PAIDAN__STATE__STATE_MERGED,
             "a merge");
        life->state = PAIDAN__STATE__STATE_MERGED;
        life->level = 0;
        life->unit = 0;
        life->dispatched = false;
    } else if (fact == PAIDAN__EVENT__FACT_UNMERGED) {
        must(sim, life, life->state == PAIDAN__STATE__STATE_MERGED, "an unmerge");
        life->state = PAIDAN__STATE__STATE_DESK;
    } else {
        must(sim, life, is_open(life) || at_desk, "joining or parting");
    }
}

static void read_fact(const struct sim *sim, struct life *life, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        if (event->assigned->why == PAIDAN__WHY__WHY_RULED) {
            must(sim, life, life->state == PAIDAN__STATE__STATE_RETURNED, "ruling");
            life->ruled = true;
        } else {
            must(sim, life,
                 life->state == PAIDAN__STATE__STATE_NONE ||
                     life->state == PAIDAN__STATE__STATE_DESK,
                 "first assignment");
        }
        assign(life, event->assigned->to);
        life->dispatched = true;
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        must(sim, life, is_open(life), "raise");
        must(sim, life, life->level == event->raised->from_level, "raise from another level");
        must(sim, life,
             life->state != PAIDAN__STATE__STATE_ACCEPTED || !event->raised->has_clock ||
                 event->raised->clock != PAIDAN__CLOCK__CLOCK_ACCEPT,
             "the accept clock, although accepted, raise");
        assign(life, event->raised->to);
        break;
    case PAIDAN__EVENT__FACT_RECALLED:
        recalled(sim, life, event->recalled);
        break;
    case PAIDAN__EVENT__FACT_CORRECTED:
        corrected(sim, life, event->corrected);
        break;
    case PAIDAN__EVENT__FACT_MERGED:
    case PAIDAN__EVENT__FACT_UNMERGED:
    case PAIDAN__EVENT__FACT_JOINED:
    case PAIDAN__EVENT__FACT_PARTED:
        grouped(sim, life, event->fact_case);
        break;
    case PAIDAN__EVENT__FACT_ORDERED:
        must(sim, life, is_open(life), "order");
        must(sim, life, life->level == event->ordered->from_level, "order from another level");
        assign(life, event->ordered->to);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        must(sim, life,
             life->state == PAIDAN__STATE__STATE_RESOLVED ||
                 (closed_unheard(life) && event->reopened->has_was &&
                  event->reopened->was == life->outcome),
             "reopening");
        life->outcome = 0;
        must(sim, life, event->reopened->round == life->round + 1, "reopening out of turn");
        life->round++;
        assign(life, event->reopened->to);
        break;
    case PAIDAN__EVENT__FACT_WARNED:
    case PAIDAN__EVENT__FACT_ALARMED:
        must(sim, life, is_open(life), "warning or alarm");
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        close(sim, life, event->closed);
        break;
    default:
        work(sim, life, event);
        break;
    }
}

void sim_model_read(const struct sim *sim, struct sim_model *model, const Paidan__Event *event)
{
    if (!event->has_ticket || event->fact_case == PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        return;
    }
    struct life *life = life_of(model, event->ticket);
    if (is_open(life)) {
        unit_of(model, life->unit)->open--;
    }
    read_fact(sim, life, event);
    if (is_open(life)) {
        unit_of(model, life->unit)->open++;
    }
}

void sim_model_answered(struct sim_model *model, uint64_t ticket, const Paidan__Answered *answered)
{
    struct life *life = life_of(model, ticket);
    life->answered_round = answered->round;
    life->solved = answered->solved;
}

/* Closed tickets by how they ended, once more: a late answer moves each counter once. */
static void compare_outcomes(struct sim *sim, const struct sim_model *model)
{
    static const char *const names[] = {NULL,
                                        "outcome_solved",
                                        "outcome_partly",
                                        "outcome_unsolved",
                                        "outcome_unreached",
                                        "outcome_withdrawn",
                                        "outcome_unsampled",
                                        "outcome_unasked"};
    enum { OUTCOMES = sizeof names / sizeof names[0] };
    uint64_t counts[OUTCOMES] = {0};
    for (size_t i = 0; i < model->size; i++) {
        const struct life *life = &model->lives[i];
        CHECK((unsigned)life->outcome < OUTCOMES);
        counts[life->id == 0 ? 0 : (unsigned)life->outcome]++;
    }
    for (unsigned outcome = 1; outcome < OUTCOMES; outcome++) {
        const uint64_t counted = world_counter(sim->world, WORLD_ESCALATION, names[outcome]);
        sim->figures->laws++;
        if (counted != counts[outcome]) {
            sim_broken(sim, "%s is %" PRIu64 ", the facts say %" PRIu64, names[outcome], counted,
                       counts[outcome]);
        }
    }
}

/* What the resident said must be what the ticket became. */
static void compare_outcome(const struct sim *sim, const struct life *life)
{
    const bool answered = life->answered_round == life->round && life->answered_round != 0;
    switch (life->outcome) {
    case PAIDAN__OUTCOME__OUTCOME_SOLVED:
        must(sim, life, answered && life->solved == PAIDAN__SOLVED__SOLVED_YES,
             "closing as solved, unsaid,");
        break;
    case PAIDAN__OUTCOME__OUTCOME_UNSOLVED:
        must(sim, life, answered && life->solved == PAIDAN__SOLVED__SOLVED_NO,
             "closing as unsolved, unsaid,");
        must(sim, life, life->round > world_site(sim->world)->callback.reopen_max,
             "closing as unsolved instead of reopening");
        break;
    case PAIDAN__OUTCOME__OUTCOME_UNREACHED:
    case PAIDAN__OUTCOME__OUTCOME_UNSAMPLED:
    case PAIDAN__OUTCOME__OUTCOME_UNASKED:
        must(sim, life, !answered, "closing as unreached although answered,");
        break;
    default:
        break;
    }
}

/* Rows of assisting tasks stand there too. */
static uint64_t count_queue(struct sim *sim, const struct sim_model *model,
                            struct sim_clocks *clocks, char *unit)
{
    Paidan__UnitWork wish = PAIDAN__UNIT_WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_WORK;
    request.unit_work = &wish;
    wish.unit = unit;
    wish.has_limit = 1;
    wish.limit = 1000;
    uint64_t count = 0;
    for (;;) {
        const Paidan__Answer *answer = sim_look(sim, WORLD_ESCALATION, &request);
        CHECK(answer != NULL);
        CHECK(answer->code == PAIDAN__CODE__OK);
        for (size_t i = 0; i < answer->listed->n_tickets; i++) {
            const Paidan__Brief *brief = answer->listed->tickets[i];
            const struct life *life = place(model, brief->ticket);
            if (strcmp(brief->unit, unit) != 0) {
                must(sim, life, sim_clocks_assists(clocks, brief->ticket, unit),
                     "a row without a task in a unit's queue");
                continue;
            }
            must(sim, life,
                 life->state == brief->state && life->level == brief->level &&
                     life->unit == step_key(unit),
                 "a row in a unit's queue");
            count++;
        }
        if (!answer->listed->has_next_row) {
            return count;
        }
        wish.has_after = 1;
        wish.after = answer->listed->next_row;
    }
}

void sim_model_compare_unit(struct sim *sim, const struct sim_model *model,
                            struct sim_clocks *clocks, char *unit)
{
    const uint64_t open = sim_model_open(model, unit);
    const uint64_t queued = count_queue(sim, model, clocks, unit);
    sim->figures->laws++;
    if (open != queued) {
        sim_broken(sim, "%" PRIu64 " open tickets are with %s, %" PRIu64 " stand in its queue",
                   open, unit, queued);
    }
}

void sim_model_doer(const struct sim *sim, const struct sim_model *model, uint64_t ticket,
                    const char *unit)
{
    const struct life *life = place(model, ticket);
    must(sim, life, life->unit == step_key(unit), "work by another unit");
}

const Paidan__Brief *sim_model_compare_ticket(struct sim *sim, const struct sim_model *model,
                                              uint64_t ticket)
{
    Paidan__Show wish = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &wish;
    wish.ticket = ticket;
    const Paidan__Answer *answer = sim_look(sim, WORLD_ESCALATION, &request);
    const struct life *life = place(model, ticket);
    CHECK(answer != NULL);
    if (life->id == 0 || life->state == PAIDAN__STATE__STATE_NONE) {
        return NULL; /* at the desk still, or withdrawn before it came to be */
    }
    must(sim, life, answer->code == PAIDAN__CODE__OK, "escalation does not know the ticket,");
    const Paidan__Brief *brief = answer->shown->brief;
    must(sim, life, brief->state == life->state && brief->level == life->level,
         "escalation shows another state or level");
    return brief;
}

void sim_model_compare(struct sim *sim, const struct sim_model *model, struct sim_clocks *clocks)
{
    uint64_t open = 0, queued = 0;
    compare_outcomes(sim, model);
    for (size_t i = 0; i < model->size; i++) {
        const struct life *life = &model->lives[i];
        if (life->id != 0) {
            open += is_open(life) ? 1 : 0;
            compare_outcome(sim, life);
        }
    }
    for (uint32_t i = 0; i < world_site(sim->world)->unit_count; i++) {
        char *unit = world_site(sim->world)->units[i].code;
        sim_model_compare_unit(sim, model, clocks, unit);
        queued += sim_model_open(model, unit);
    }
    if (open != queued) {
        sim_broken(sim, "%" PRIu64 " tickets are open, %" PRIu64 " stand in queues", open, queued);
    }
}
