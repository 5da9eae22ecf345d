/* Who decides on what a unit asks for, and that it is not forgotten.
 *
 * Owns the rule that nobody judges in his own cause: whatever other role a unit has at the site, it
 * decides neither on its own request nor on its own appeal. Where the site has nobody else, that is
 * said when it is asked for and not when the term has passed in silence.
 *
 * Owns the rows of what waits: one in the queue of the unit that decides (buckets DECIDING and
 * JUDGING), so that it stands in that unit's work, and one for what lapsed, by the moment it did.
 * They are functions of the two records, moved by comparing them before and after a fact. */

#include "escalation_decider.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_target.h"
#include "escalation_term.h"

const char *escalation_decider_supervisor(const struct site *site, const char *unit)
{
    CHECK(unit[0] != '\0');
    for (uint32_t index = 0; index < site->supervisor_count; index++) {
        const char *code = site->units[site->supervisors[index]].code;
        if (strcmp(code, unit) != 0) {
            return code;
        }
    }
    return NULL;
}

const char *escalation_decider_of(const struct site *site, const struct escalation_info *info,
                                  uint32_t level, const char *unit)
{
    CHECK(level >= 1);
    uint32_t above = escalation_target_level_above(site, info->area, level);
    while (above != 0) {
        struct escalation_target target;
        escalation_target_owner(site, info, above, &target);
        if (strcmp(target.unit, unit) != 0) {
            return target.unit;
        }
        above = escalation_target_level_above(site, info->area, above); /* the same unit again */
    }
    return escalation_decider_supervisor(site, unit);
}

enum rc escalation_decider_term(struct step *step, const struct escalation_info *info,
                                uint32_t level, struct escalation_deciding *deciding)
{
    Paidan__ClockSet *term = NULL;
    const enum rc rc =
        escalation_term_set(step, info, level, PAIDAN__CLOCK__CLOCK_REQUEST, step->now_ms, &term);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(term != NULL); /* every policy has one, if only the default */
    CHECK(term->due_ms > step->now_ms);
    deciding->due_ms = term->due_ms;
    deciding->remind_ms =
        term->has_warn_ms ? term->warn_ms : escalation_term_share(step->site, term, 3, 4);
    if (deciding->remind_ms <= step->now_ms || deciding->remind_ms >= deciding->due_ms) {
        deciding->remind_ms = 0;
    }
    return RC_OK;
}

/* ---- the reminder ---- */

enum rc escalation_decider_remind(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_STEP);
    const struct escalation_extra *extra = &moment->extra;
    const bool request = moment->clock == PAIDAN__CLOCK__CLOCK_REQUEST;
    CHECK(request || moment->clock == PAIDAN__CLOCK__CLOCK_APPEAL);
    char *to = (char *)(request ? extra->request_to : extra->appeal_to);
    Paidan__Reminded reminded = PAIDAN__REMINDED__INIT;
    reminded.clock = moment->clock;
    reminded.level = moment->ticket.level;
    reminded.at_ms = moment->due_ms;
    reminded.does = 1u << PAIDAN__STEP_DOES__STEP_NOTIFY_UNIT;
    reminded.due_ms = request ? extra->request_due_ms : extra->appeal_due_ms;
    reminded.to_units = &to;
    reminded.n_to_units = 1;
    const enum rc rc = escalation_moment_say(moment, &reminded.base);
    if (rc == RC_OK) {
        step_wake(moment->step, step_key(to));
    }
    return rc;
}

enum rc escalation_decider_fold_reminded(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_REMINDED);
    const Paidan__Reminded *reminded = fold->event->reminded;
    if (fold->extra == NULL) {
        return RC_CORRUPT;
    }
    uint64_t *remind_ms = reminded->clock == PAIDAN__CLOCK__CLOCK_REQUEST
                              ? &fold->extra->request_remind_ms
                              : &fold->extra->appeal_remind_ms;
    const bool good = *remind_ms != 0 && *remind_ms == reminded->at_ms;
    *remind_ms = 0;
    fold->counters[TALLY_REMINDED]++;
    return good ? RC_OK : RC_CORRUPT;
}

bool escalation_decider_take_lapsed(struct escalation_fold *fold, const char *unit)
{
    CHECK(fold->extra != NULL);
    fold->extra->lapsed_ms = fold->event->at_ms;
    fold->counters[TALLY_REQUESTS_LAPSED]++;
    return escalation_fold_text(fold->extra->lapsed_to, sizeof fold->extra->lapsed_to, unit);
}

/* ---- rows ---- */

static enum rc move_row(struct escalation_fold *fold, enum escalation_bucket bucket,
                        const struct escalation_joint_side *was,
                        const struct escalation_joint_side *is)
{
    unsigned char old[ESCALATION_QUEUE_KEY_BYTES] = {0}, fresh[ESCALATION_QUEUE_KEY_BYTES] = {0};
    const bool had = escalation_extra_waiting_key(fold->id, was->ticket, was->extra, bucket, old);
    const bool has = escalation_extra_waiting_key(fold->id, is->ticket, is->extra, bucket, fresh);
    fold->counters[TALLY_REQUESTS_OPEN] += has ? 1 : 0;
    fold->counters[TALLY_REQUESTS_OPEN] -= had ? 1 : 0;
    return store_move_key(fold->txn, ESCALATION_QUEUE, had, old, has, fresh, sizeof old);
}

enum rc escalation_decider_move_rows(struct escalation_fold *fold,
                                     const struct escalation_joint_side *was,
                                     const struct escalation_joint_side *is)
{
    CHECK(fold->id != 0);
    unsigned char old[ESCALATION_WATCH_KEY_BYTES], fresh[ESCALATION_WATCH_KEY_BYTES];
    enum rc rc = move_row(fold, ESCALATION_DECIDING, was, is);
    if (rc == RC_OK) {
        rc = move_row(fold, ESCALATION_JUDGING, was, is);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const bool had = escalation_extra_lapsed_key(fold->id, was->extra, old);
    const bool has = escalation_extra_lapsed_key(fold->id, is->extra, fresh);
    return store_move_key(fold->txn, ESCALATION_WATCH, had, old, has, fresh, sizeof old);
}
