/* How a ticket is handled 办理方式.
 *
 * Owns extra.mode, mode_open and mode_clock. On the spot, at once and online only say how it was
 * done. Mediation, deliberation and coordination run a clock of their own and owe a result: until
 * they have ended nothing is resolved (escalation_life.c). At most one is under way. Their clock
 * being late raises nothing; TermPassed tells the unit and its supervisors. */

#include "escalation_mode.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_term.h"

static bool owes_result(Paidan__Mode mode)
{
    return mode == PAIDAN__MODE__MODE_MEDIATION || mode == PAIDAN__MODE__MODE_DELIBERATION ||
           mode == PAIDAN__MODE__MODE_COORDINATION;
}

static Paidan__Clock clock_of(Paidan__Mode mode)
{
    switch (mode) {
    case PAIDAN__MODE__MODE_MEDIATION:
        return PAIDAN__CLOCK__CLOCK_MEDIATION;
    case PAIDAN__MODE__MODE_DELIBERATION:
        return PAIDAN__CLOCK__CLOCK_DELIBERATION;
    default:
        CHECK(mode == PAIDAN__MODE__MODE_COORDINATION);
        return PAIDAN__CLOCK__CLOCK_COORDINATION;
    }
}

static Paidan__Code judge_set(struct escalation_item *item, const char **detail)
{
    CHECK(item->ticket.state == ESCALATION_ACCEPTED);
    *detail = "mode";
    if (!item->wish->has_mode) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (item->extra.mode_open) {
        return PAIDAN__CODE__RESULT_MISSING; /* of the one under way */
    }
    /* What owes a result may be held again: deliberation on the next tier, mediation once more. */
    return (Paidan__Mode)item->extra.mode == item->wish->mode && !owes_result(item->wish->mode)
               ? PAIDAN__CODE__ALREADY_DONE
               : PAIDAN__CODE__OK;
}

static enum rc set_mode(struct escalation_item *item)
{
    CHECK(!item->extra.mode_open);
    Paidan__ModeSet set = PAIDAN__MODE_SET__INIT;
    set.mode = item->wish->mode;
    set.unit = item->ticket.unit;
    set.note = escalation_work_note(item);
    if (owes_result(set.mode)) {
        enum rc rc = escalation_work_info(item);
        if (rc == RC_OK) {
            rc = escalation_term_set(item->step, &item->info, item->ticket.level,
                                     clock_of(set.mode), item->step->now_ms, &set.clock);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return escalation_work_say(item, &set.base);
}

static Paidan__Code judge_end(struct escalation_item *item, const char **detail)
{
    CHECK(item->ticket.state == ESCALATION_ACCEPTED);
    if (!item->extra.mode_open) {
        return PAIDAN__CODE__MODE_NOT_OPEN;
    }
    *detail = "result";
    return item->wish->has_result ? PAIDAN__CODE__OK : PAIDAN__CODE__RESULT_MISSING;
}

static enum rc end_mode(struct escalation_item *item)
{
    CHECK(item->extra.mode_open);
    const struct escalation_clock *clock = &item->extra.mode_clock;
    Paidan__ModeEnded ended = PAIDAN__MODE_ENDED__INIT;
    ended.mode = (Paidan__Mode)item->extra.mode;
    ended.unit = item->ticket.unit;
    ended.result = item->wish->result;
    ended.note = item->wish->note;
    ended.has_late = true;
    ended.late = (clock->flags & ESCALATION_EXPIRED) != 0 ||
                 (clock->due_ms != 0 && clock->due_ms <= item->step->now_ms);
    ended.has_held_ms = item->wish->has_held_ms;
    ended.held_ms = item->wish->held_ms;
    return escalation_work_say(item, &ended.base);
}

enum rc escalation_mode_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_TERM);
    CHECK(moment->extra.mode_open);
    CHECK(moment->extra.mode_clock.clock == moment->clock);
    Paidan__TermPassed passed = PAIDAN__TERM_PASSED__INIT;
    passed.clock = moment->clock;
    passed.level = moment->ticket.level;
    passed.due_ms = moment->due_ms;
    return escalation_moment_say(moment, &passed.base);
}

const struct escalation_rule escalation_mode_set = {
    .signal = ESCALATION_ON_SET_MODE, .judge = judge_set, .act = set_mode};
const struct escalation_rule escalation_mode_end = {
    .signal = ESCALATION_ON_END_MODE, .note = true, .judge = judge_end, .act = end_mode};

/* ---- folding ---- */

enum rc escalation_mode_fold_set(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_MODE_SET);
    CHECK(fold->extra != NULL);
    const Paidan__ModeSet *set = fold->event->mode_set;
    struct escalation_extra *extra = fold->extra;
    if (extra->mode_open) {
        return RC_CORRUPT;
    }
    escalation_extra_drop_mode(extra);
    extra->mode = (uint8_t)set->mode;
    extra->mode_open = owes_result(set->mode);
    if (extra->mode_open) {
        extra->mode_clock.clock = clock_of(set->mode); /* also where the site gives it no term */
    }
    return set->clock == NULL ? RC_OK : escalation_clock_take(&extra->mode_clock, set->clock);
}

enum rc escalation_mode_fold_ended(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_MODE_ENDED);
    CHECK(fold->extra != NULL);
    struct escalation_extra *extra = fold->extra;
    const bool good = extra->mode_open && extra->mode == (uint8_t)fold->event->mode_ended->mode;
    extra->mode_open = false; /* how it was handled stays known */
    memset(&extra->mode_clock, 0, sizeof extra->mode_clock);
    fold->counters[TALLY_MODES_ENDED]++;
    return good ? RC_OK : RC_CORRUPT;
}

enum rc escalation_mode_fold_passed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_TERM_PASSED);
    CHECK(fold->extra != NULL);
    struct escalation_extra *extra = fold->extra;
    const bool good = extra->mode_open &&
                      extra->mode_clock.clock == fold->event->term_passed->clock &&
                      (extra->mode_clock.flags & ESCALATION_EXPIRED) == 0;
    extra->mode_clock.flags |= ESCALATION_EXPIRED;
    return good ? RC_OK : RC_CORRUPT;
}
