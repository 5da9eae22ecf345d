/* A named person 定人、定责、定办理时限.
 *
 * Owns extra.person and extra.person_due_ms. The person's term is said once, for the unit and those
 * who look after it; it raises nothing. It stands still with a suspension like every clock, and is
 * gone when another unit gets the ticket. */

#include "escalation_person.h"

#include "common/base/check.h"
#include "common/calendar/calendar.h"

/* A person's term where no clock of the unit bounds it: as long as any term. */
#define PERSON_MS_MAX (366 * CALENDAR_DAY_MS)

static Paidan__Code judge_person(struct escalation_item *item, const char **detail)
{
    *detail = "person";
    if (!escalation_work_given(item->wish->person)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    *detail = "until_ms";
    if (!item->wish->has_until_ms) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (item->wish->until_ms <= item->step->now_ms) {
        return PAIDAN__CODE__TERM_PASSED;
    }
    if (item->wish->until_ms - item->step->now_ms > PERSON_MS_MAX) {
        return PAIDAN__CODE__TERM_TOO_LONG;
    }
    /* The person's term lies within the unit's own. */
    const struct escalation_clock *clock =
        escalation_state_clock(&item->ticket, escalation_state_work_clock(&item->ticket));
    const bool bounded = clock != NULL && (clock->flags & ESCALATION_EXPIRED) == 0;
    return bounded && item->wish->until_ms > clock->due_ms ? PAIDAN__CODE__TERM_TOO_LONG
                                                           : PAIDAN__CODE__OK;
}

static enum rc name_person(struct escalation_item *item)
{
    CHECK(escalation_work_given(item->wish->person));
    CHECK(item->wish->until_ms > item->step->now_ms);
    Paidan__PersonNamed named = PAIDAN__PERSON_NAMED__INIT;
    named.unit = item->ticket.unit;
    named.person = item->wish->person;
    named.duty = item->wish->note;
    named.due_ms = item->wish->until_ms;
    return escalation_work_say(item, &named.base);
}

enum rc escalation_person_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_TERM);
    CHECK(moment->extra.person_due_ms == moment->due_ms);
    Paidan__TermPassed passed = PAIDAN__TERM_PASSED__INIT;
    passed.clock = moment->clock;
    passed.level = moment->ticket.level;
    passed.due_ms = moment->due_ms;
    return escalation_moment_say(moment, &passed.base);
}

const struct escalation_rule escalation_person_name = {
    .signal = ESCALATION_ON_NAME_PERSON, .note = true, .judge = judge_person, .act = name_person};

/* ---- folding ---- */

enum rc escalation_person_fold_named(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_PERSON_NAMED);
    CHECK(fold->extra != NULL);
    const Paidan__PersonNamed *named = fold->event->person_named;
    fold->extra->person_due_ms = named->due_ms;
    return escalation_fold_text(fold->extra->person, sizeof fold->extra->person, named->person)
               ? RC_OK
               : RC_CORRUPT;
}

enum rc escalation_person_fold_passed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_TERM_PASSED);
    CHECK(fold->extra != NULL);
    const bool good = fold->extra->person_due_ms == fold->event->term_passed->due_ms;
    fold->extra->person_due_ms = 0; /* said once; the name stays */
    return good ? RC_OK : RC_CORRUPT;
}
