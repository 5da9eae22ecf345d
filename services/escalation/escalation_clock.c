/* One clock of a ticket, of an assisting unit or of a mode: how it is stored, how facts carry it.
 *
 * Owns the form of a clock in all three. It plans nothing: when its moments are is said by
 * escalation_term.c, and comes here as a ClockSet. What fired of a clock is a bit here alone, set
 * by folding, so that a clock which is planned again never fires the same step twice. */

#include "escalation_clock.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"

enum {
    /* Of a clock, beside enum escalation_clock_flag: more fields follow. */
    CLOCK_HAS_RUN = 32,
    CLOCK_HAS_TERM = 64,
    CLOCK_HAS_STEPS = 128,
    CLOCK_FLAGS_OWN = ESCALATION_STOPPED | ESCALATION_WARNED | ESCALATION_EXPIRED |
                      ESCALATION_PARDONED | ESCALATION_COUNTED,
    TERM_UNIT_MASK = 7,
    TERM_RULE_MASK = 3,
    TERM_START_SHIFT = 3,
    TERM_END_SHIFT = 5,
    TERM_BOUNDED = 128,
    STEP_AFTER = 1,
    STEP_FIRED = 2,
    DOES_LIMIT = 1 << (PAIDAN__STEP_DOES__STEP_SUPERVISE + 1),
};

static_assert(ESCALATION_STOPPED == 1 && ESCALATION_WARNED == 2 && ESCALATION_EXPIRED == 4 &&
                  ESCALATION_PARDONED == 8 && ESCALATION_COUNTED == 16,
              "flags are stored: never renumber");

/* ---- stored ----
 *
 * By hand and not by a table of rows: a ticket has three of them and is written with every fact,
 * and the table costs two and a half times as much. Put and get stand pair by pair for that reason.
 */

/* Unit, start and end rule in one byte: 3, 2 and 2 bits; the last one says that a bound follows. */
static void put_term(struct codec_writer *writer, const struct escalation_clock *clock)
{
    CHECK(clock->unit <= PAIDAN__TIME_UNIT__TIME_DAYS);
    CHECK(clock->start_rule <= PAIDAN__START_RULE__START_NEXT_DAY);
    CHECK(clock->end_rule <= PAIDAN__END_RULE__END_OF_DAY);
    codec_put_u8(writer, (uint8_t)(clock->unit | (unsigned)clock->start_rule << TERM_START_SHIFT |
                                   (unsigned)clock->end_rule << TERM_END_SHIFT |
                                   (clock->bound_ms != 0 ? TERM_BOUNDED : 0u)));
    codec_put_varint(writer, clock->warn_amount_ms);
    if (clock->bound_ms != 0) {
        codec_put_u64(writer, clock->bound_ms);
    }
}

/* What was granted and used of it. */
static void put_run(struct codec_writer *writer, const struct escalation_clock *clock)
{
    codec_put_u8(writer, clock->extensions);
    codec_put_u64(writer, clock->consumed_ms);
    codec_put_u64(writer, clock->resumed_ms);
}

static bool has_run(const struct escalation_clock *clock)
{
    return clock->extensions != 0 || clock->consumed_ms != 0 || clock->resumed_ms != 0;
}

static void put_steps(struct codec_writer *writer, const struct escalation_clock *clock)
{
    CHECK(clock->step_count <= UINT8_MAX);
    codec_put_u8(writer, (uint8_t)clock->step_count);
    for (uint32_t index = 0; index < clock->step_count; index++) {
        const struct escalation_clock_step *step = &clock->steps[index];
        const unsigned flags = (step->after ? STEP_AFTER : 0u) | (step->fired ? STEP_FIRED : 0u);
        CHECK(step->at_ms != 0); /* or it would fire at once, and for ever */
        codec_put_u64(writer, step->at_ms);
        codec_put_varint(writer, step->amount_ms);
        codec_put_u8(writer, step->does);
        codec_put_u8(writer, (uint8_t)flags);
    }
}

void escalation_clock_put(struct codec_writer *writer, const struct escalation_clock *clock)
{
    CHECK((clock->flags & ~CLOCK_FLAGS_OWN) == 0);
    CHECK(clock->step_count <= CLOCK_STEPS_MAX);
    CHECK(clock->clock >= PAIDAN__CLOCK__CLOCK_ACCEPT);
    CHECK(clock->clock <= PAIDAN__CLOCK__CLOCK_REPLAN);
    CHECK(clock->bound_ms == 0 || clock->unit != 0); /* it is stored with the term */
    unsigned flags = clock->flags;
    flags |= clock->unit != 0 ? CLOCK_HAS_TERM : 0u;
    flags |= has_run(clock) ? CLOCK_HAS_RUN : 0u;
    flags |= clock->step_count != 0 ? CLOCK_HAS_STEPS : 0u;
    codec_put_u8(writer, (uint8_t)clock->clock);
    codec_put_u8(writer, (uint8_t)flags);
    codec_put_u64(writer, clock->start_ms);
    codec_put_u64(writer, clock->due_ms);
    codec_put_u64(writer, clock->warn_ms);
    codec_put_u64(writer, clock->amount_ms);
    codec_put_u32(writer, clock->policy_line);
    codec_put_text(writer, clock->calendar);
    if (clock->unit != 0) {
        put_term(writer, clock);
    }
    if (has_run(clock)) {
        put_run(writer, clock);
    }
    if (clock->step_count != 0) {
        put_steps(writer, clock);
    }
}

static bool get_term(struct codec_reader *reader, struct escalation_clock *clock)
{
    const uint8_t rules = codec_get_u8(reader);
    clock->unit = rules & TERM_UNIT_MASK;
    clock->start_rule = rules >> TERM_START_SHIFT & TERM_RULE_MASK;
    clock->end_rule = rules >> TERM_END_SHIFT & TERM_RULE_MASK;
    clock->warn_amount_ms = codec_get_varint(reader);
    clock->bound_ms = (rules & TERM_BOUNDED) != 0 ? codec_get_u64(reader) : 0;
    return clock->unit <= PAIDAN__TIME_UNIT__TIME_DAYS &&
           clock->start_rule <= PAIDAN__START_RULE__START_NEXT_DAY &&
           clock->end_rule <= PAIDAN__END_RULE__END_OF_DAY;
}

static void get_run(struct codec_reader *reader, struct escalation_clock *clock)
{
    clock->extensions = codec_get_u8(reader);
    clock->consumed_ms = codec_get_u64(reader);
    clock->resumed_ms = codec_get_u64(reader);
}

static bool get_steps(struct codec_reader *reader, struct escalation_clock *clock)
{
    clock->step_count = codec_get_u8(reader);
    if (clock->step_count > CLOCK_STEPS_MAX) {
        clock->step_count = 0;
        return false;
    }
    bool good = true;
    for (uint32_t index = 0; index < clock->step_count; index++) {
        struct escalation_clock_step *step = &clock->steps[index];
        step->at_ms = codec_get_u64(reader);
        step->amount_ms = codec_get_varint(reader);
        step->does = codec_get_u8(reader);
        const uint8_t flags = codec_get_u8(reader);
        step->after = (flags & STEP_AFTER) != 0;
        step->fired = (flags & STEP_FIRED) != 0;
        good = good && step->at_ms != 0;
    }
    return good;
}

bool escalation_clock_get(struct codec_reader *reader, struct escalation_clock *clock)
{
    const uint8_t number = codec_get_u8(reader);
    const uint8_t flags = codec_get_u8(reader);
    clock->clock = (Paidan__Clock)number;
    clock->flags = flags & CLOCK_FLAGS_OWN;
    clock->start_ms = codec_get_u64(reader);
    clock->due_ms = codec_get_u64(reader);
    clock->warn_ms = codec_get_u64(reader);
    clock->amount_ms = codec_get_u64(reader);
    clock->policy_line = codec_get_u32(reader);
    codec_get_text(reader, clock->calendar, sizeof clock->calendar);
    bool good = (flags & CLOCK_HAS_TERM) == 0 || get_term(reader, clock);
    if ((flags & CLOCK_HAS_RUN) != 0) {
        get_run(reader, clock);
    }
    good = good && ((flags & CLOCK_HAS_STEPS) == 0 || get_steps(reader, clock));
    return good && number >= PAIDAN__CLOCK__CLOCK_ACCEPT && number <= PAIDAN__CLOCK__CLOCK_REPLAN;
}

/* ---- as facts carry it ---- */

enum rc escalation_clock_add_steps(struct arena *arena, Paidan__ClockSet *set, size_t count)
{
    CHECK(set->n_steps == 0);
    CHECK(count <= CLOCK_STEPS_MAX);
    if (count == 0) {
        return RC_OK;
    }
    Paidan__ClockStep **list = arena_alloc(arena, count * sizeof *list);
    Paidan__ClockStep *room = arena_alloc(arena, count * sizeof *room);
    if (list == NULL || room == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < count; index++) {
        paidan__clock_step__init(&room[index]);
        list[index] = &room[index];
    }
    set->steps = list;
    set->n_steps = count;
    return RC_OK;
}

void escalation_clock_fill_step(Paidan__ClockStep *step, uint8_t does, bool after,
                                uint64_t amount_ms)
{
    step->does = does;
    step->has_after = after;
    step->after = after;
    step->has_amount_ms = true;
    step->amount_ms = amount_ms;
}

enum rc escalation_clock_picture(struct arena *arena, const struct escalation_clock *clock,
                                 Paidan__ClockSet **set)
{
    CHECK(clock->step_count <= CLOCK_STEPS_MAX);
    Paidan__ClockSet *made = arena_alloc(arena, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__clock_set__init(made);
    made->clock = clock->clock;
    made->start_ms = clock->start_ms;
    made->due_ms = clock->due_ms;
    made->has_warn_ms = clock->warn_ms != 0;
    made->warn_ms = clock->warn_ms;
    made->has_bound_ms = clock->bound_ms != 0;
    made->bound_ms = clock->bound_ms;
    made->has_warn_amount_ms = clock->warn_ms != 0 && clock->unit != 0;
    made->warn_amount_ms = clock->warn_amount_ms;
    made->calendar = arena_strdup(arena, clock->calendar);
    made->has_amount_ms = true;
    made->amount_ms = clock->amount_ms;
    made->has_policy_line = true;
    made->policy_line = clock->policy_line;
    made->has_unit = clock->unit != 0;
    made->unit = (Paidan__TimeUnit)clock->unit;
    made->has_start_rule = clock->start_rule != 0;
    made->start_rule = (Paidan__StartRule)clock->start_rule;
    made->has_end_rule = clock->end_rule != 0;
    made->end_rule = (Paidan__EndRule)clock->end_rule;
    made->has_extensions = clock->extensions != 0;
    made->extensions = clock->extensions;
    made->has_consumed_ms = clock->resumed_ms != 0;
    made->consumed_ms = clock->consumed_ms;
    made->has_resumed_ms = clock->resumed_ms != 0;
    made->resumed_ms = clock->resumed_ms;
    if (made->calendar == NULL ||
        escalation_clock_add_steps(arena, made, clock->step_count) != RC_OK) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < clock->step_count; index++) {
        const struct escalation_clock_step *kept = &clock->steps[index];
        made->steps[index]->at_ms = kept->at_ms;
        escalation_clock_fill_step(made->steps[index], kept->does, kept->after, kept->amount_ms);
    }
    *set = made;
    return RC_OK;
}

static enum rc take_steps(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    if (set->n_steps > CLOCK_STEPS_MAX) {
        return RC_CORRUPT;
    }
    clock->step_count = (uint32_t)set->n_steps;
    for (size_t index = 0; index < set->n_steps; index++) {
        const Paidan__ClockStep *step = set->steps[index];
        if (step->does >= DOES_LIMIT) {
            return RC_CORRUPT;
        }
        clock->steps[index] = (struct escalation_clock_step){
            .at_ms = step->at_ms,
            .amount_ms = step->has_amount_ms ? step->amount_ms : 0,
            .does = (uint8_t)step->does,
            .after = step->has_after && step->after,
        };
    }
    return RC_OK;
}

enum rc escalation_clock_take(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    const char *calendar = set->calendar != NULL ? set->calendar : "";
    const size_t bytes = strlen(calendar);
    const bool fits = bytes <= CODE_BYTES_MAX &&
                      (!set->has_extensions || set->extensions <= UINT8_MAX) &&
                      (!set->has_bound_ms || set->has_unit);
    if (!fits) {
        return RC_CORRUPT;
    }
    *clock = (struct escalation_clock){
        .clock = set->clock,
        .start_ms = set->start_ms,
        .due_ms = set->due_ms,
        .warn_ms = set->has_warn_ms ? set->warn_ms : 0,
        .bound_ms = set->has_bound_ms ? set->bound_ms : 0,
        .warn_amount_ms = set->has_warn_amount_ms ? set->warn_amount_ms : 0,
        .amount_ms = set->has_amount_ms ? set->amount_ms : 0,
        .policy_line = set->has_policy_line ? set->policy_line : 0,
        .unit = set->has_unit ? (uint8_t)set->unit : 0,
        .start_rule = set->has_start_rule ? (uint8_t)set->start_rule : 0,
        .end_rule = set->has_end_rule ? (uint8_t)set->end_rule : 0,
        .extensions = set->has_extensions ? (uint8_t)set->extensions : 0,
        .consumed_ms = set->has_consumed_ms ? set->consumed_ms : 0,
        .resumed_ms = set->has_resumed_ms ? set->resumed_ms : 0,
    };
    memcpy(clock->calendar, calendar, bytes);
    return take_steps(clock, set);
}

void escalation_clock_keep_fired(struct escalation_clock *clock,
                                 const struct escalation_clock *before)
{
    CHECK(clock->step_count <= CLOCK_STEPS_MAX);
    CHECK(before->step_count <= CLOCK_STEPS_MAX);
    bool used[CLOCK_STEPS_MAX] = {false};
    for (uint32_t index = 0; index < clock->step_count; index++) {
        struct escalation_clock_step *step = &clock->steps[index];
        step->fired = false;
        for (uint32_t old = 0; old < before->step_count && !step->fired; old++) {
            const struct escalation_clock_step *was = &before->steps[old];
            if (!used[old] && was->fired && was->does == step->does && was->after == step->after) {
                used[old] = true;
                step->fired = true;
            }
        }
    }
}

enum rc escalation_clock_take_again(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    const struct escalation_clock before = *clock;
    const enum rc rc = escalation_clock_take(clock, set);
    if (rc != RC_OK || clock->clock != before.clock) {
        return RC_CORRUPT;
    }
    clock->flags = before.flags;
    escalation_clock_keep_fired(clock, &before);
    return RC_OK;
}

bool escalation_clock_matches(const struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    return escalation_clock_fires_alike(clock, set) &&
           (set->has_consumed_ms ? set->consumed_ms : 0) == clock->consumed_ms &&
           (set->has_resumed_ms ? set->resumed_ms : 0) == clock->resumed_ms;
}

bool escalation_clock_fires_alike(const struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    CHECK(clock->step_count <= CLOCK_STEPS_MAX);
    bool same = set->clock == clock->clock && set->due_ms == clock->due_ms &&
                set->n_steps == clock->step_count &&
                (set->has_warn_ms ? set->warn_ms : 0) == clock->warn_ms;
    for (uint32_t index = 0; same && index < clock->step_count; index++) {
        same = set->steps[index]->at_ms == clock->steps[index].at_ms &&
               set->steps[index]->does == clock->steps[index].does;
    }
    return same;
}

void escalation_clock_fires_again(struct escalation_clock *clock)
{
    CHECK(clock->step_count <= CLOCK_STEPS_MAX);
    clock->flags &= (uint8_t)~ESCALATION_WARNED;
    for (uint32_t index = 0; index < clock->step_count; index++) {
        clock->steps[index].fired = false;
    }
}
