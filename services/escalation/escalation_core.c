/* The service: its tables of who does what, and nothing else.
 *
 * On top of all files of escalation: it calls the nouns, none of them calls it. What comes in is
 * found in one of four tables: a record of a followed log by its fact, an action of a unit or of a
 * supervisor by its number, a moment that has come by its signal. Folding has a table of its own
 * (escalation_evolve.c), reading another (escalation_query.c). */

#include "escalation.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "escalation_alarm.h"
#include "escalation_appeal.h"
#include "escalation_card.h"
#include "escalation_close.h"
#include "escalation_correct.h"
#include "escalation_decider.h"
#include "escalation_evolve.h"
#include "escalation_joint.h"
#include "escalation_lease.h"
#include "escalation_life.h"
#include "escalation_merge.h"
#include "escalation_mode.h"
#include "escalation_note.h"
#include "escalation_order.h"
#include "escalation_outer.h"
#include "escalation_pause.h"
#include "escalation_person.h"
#include "escalation_query.h"
#include "escalation_raise.h"
#include "escalation_recall.h"
#include "escalation_remind.h"
#include "escalation_replan.h"
#include "escalation_request.h"
#include "escalation_retire.h"
#include "escalation_route.h"
#include "escalation_scope.h"
#include "escalation_supervise.h"
#include "escalation_tally.h"
#include "escalation_urgency.h"

static_assert(TALLY_COUNT <= TALLY_MAX, "counters fit");

static const char *const follows[] = {"triage", "callback", "intake", NULL};
static const char *const followed_by[] = {"triage", "callback", "intake", NULL};
static const char *const tables[] = {"ticket", "info",   "queue", "extra", "replan", "watch",
                                     "count",  "member", "group", "past",  NULL};

static const char *const tallies[TALLY_COUNT + 1] = {COUNTERS_ESCALATION(COUNTER_NAME)};

/* ---- records of followed logs ---- */

static const struct hearing {
    Paidan__Event__FactCase fact;
    const char *log; /* in another log the same fact is none of our business */
    escalation_hear_fn *hear;
} hearings[] = {
    {PAIDAN__EVENT__FACT_ROUTED, "triage", escalation_route_hear_routed},
    {PAIDAN__EVENT__FACT_RULED, "triage", escalation_route_hear_ruled},
    {PAIDAN__EVENT__FACT_OUTER_MOVED, "triage", escalation_outer_hear},
    {PAIDAN__EVENT__FACT_MERGED, "triage", escalation_merge_hear_merged},
    {PAIDAN__EVENT__FACT_UNMERGED, "triage", escalation_merge_hear_unmerged},
    {PAIDAN__EVENT__FACT_BURST, "triage", escalation_urgency_hear},
    {PAIDAN__EVENT__FACT_ANSWERED, "callback", escalation_close_hear_callback},
    {PAIDAN__EVENT__FACT_UNREACHED, "callback", escalation_close_hear_callback},
    {PAIDAN__EVENT__FACT_SPARED, "callback", escalation_close_hear_callback},
    {PAIDAN__EVENT__FACT_WITHDRAWN, "intake", escalation_close_hear_withdrawn},
    {PAIDAN__EVENT__FACT_SUPPLEMENTED, "intake", escalation_note_hear},
    {PAIDAN__EVENT__FACT_CHASED, "intake", escalation_note_hear},
};

static const struct hearing *hearing_of(Paidan__Event__FactCase fact)
{
    for (size_t index = 0; index < sizeof hearings / sizeof hearings[0]; index++) {
        if (hearings[index].fact == fact) {
            return &hearings[index];
        }
    }
    return NULL;
}

static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    const struct hearing *hearing = hearing_of(fact);
    return hearing != NULL && strcmp(log, hearing->log) == 0;
}

static enum rc apply_record(struct step *step, const struct step_input *input)
{
    CHECK(input->log != NULL);
    if (input->event == NULL) {
        return RC_OK; /* no event, or one that nobody needs: the cursor moves on */
    }
    const struct hearing *hearing = hearing_of(input->event->fact_case);
    return hearing == NULL ? RC_OK : escalation_heard_run(step, input->event, hearing->hear);
}

/* ---- moments that have come ---- */

/* Two terms that are no clock of an assignment share one signal. */
static enum rc fire_term(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_TERM);
    return moment->clock == PAIDAN__CLOCK__CLOCK_PERSON ? escalation_person_fire(moment)
                                                        : escalation_mode_fire(moment);
}

/* A step of a clock, or the reminder of whoever decides. */
static enum rc fire_step(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_STEP);
    const bool decides = moment->clock == PAIDAN__CLOCK__CLOCK_REQUEST ||
                         moment->clock == PAIDAN__CLOCK__CLOCK_APPEAL;
    return decides ? escalation_decider_remind(moment) : escalation_remind_fire(moment);
}

static escalation_fire_fn *const fires[ESCALATION_SIGNAL_COUNT] = {
    [ESCALATION_ON_WARN] = escalation_card_fire_warning,
    [ESCALATION_ON_STEP] = fire_step,
    [ESCALATION_ON_EXPIRE] = escalation_raise_fire,
    [ESCALATION_ON_CARD] = escalation_card_fire_expiry,
    [ESCALATION_ON_ALARM] = escalation_alarm_fire,
    [ESCALATION_ON_LAPSE] = escalation_lease_fire,
    [ESCALATION_ON_PAUSE_END] = escalation_pause_fire,
    [ESCALATION_ON_ASSIST_LATE] = escalation_joint_fire,
    [ESCALATION_ON_DECIDE] = escalation_request_fire,
    [ESCALATION_ON_RULE_APPEAL] = escalation_appeal_fire,
    [ESCALATION_ON_TERM] = fire_term,
};

/* Of one ticket, until its last clock has been missed: deadlines, steps that last, a lease, an
 * alarm, tasks, a person, a mode, a request, an appeal. */
enum { FIRED_MAX = ESCALATION_CLOCKS_MAX * (1 + CLOCK_STEPS_MAX) + SITE_ASSIST_MAX + 6 };

static enum rc fire(struct step *step, const struct due *due, struct escalation_moment *moment)
{
    const enum rc rc = escalation_moment_load(step, due, moment);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(fires[moment->signal] != NULL);
    return fires[moment->signal](moment);
}

static enum rc apply_due(struct step *step, const struct due *due)
{
    CHECK(due->kind != 0);
    if (due->kind == PAIDAN__CLOCK__CLOCK_REPLAN) {
        return escalation_replan_fire(step);
    }
    if (due->kind == ESCALATION_DUE_RETIRE) {
        return escalation_retire_fire(step);
    }
    if (due->kind == PAIDAN__CLOCK__CLOCK_GROUP) {
        return escalation_merge_fire(step, due);
    }
    struct escalation_moment moment;
    enum rc rc = fire(step, due, &moment);
    /* What fires in the row's place may leave it where it is. */
    for (uint32_t fired = 1; rc == RC_OK && moment.stands_in; fired++) {
        const enum rc still = due_has(step->txn, due);
        if (still != RC_OK) {
            return still == RC_NOT_FOUND ? RC_OK : still;
        }
        CHECK(fired < FIRED_MAX);
        rc = fire(step, due, &moment);
    }
    return rc;
}

/* ---- commands ---- */

static const struct escalation_rule *const work_rules[] = {
    [PAIDAN__ACTION__ACTION_ACCEPT] = &escalation_life_accept,
    [PAIDAN__ACTION__ACTION_CONTACT] = &escalation_life_contact,
    [PAIDAN__ACTION__ACTION_PROGRESS] = &escalation_life_progress,
    [PAIDAN__ACTION__ACTION_RESOLVE] = &escalation_life_resolve,
    [PAIDAN__ACTION__ACTION_RETURN] = &escalation_life_return,
    [PAIDAN__ACTION__ACTION_RAISE] = &escalation_request_raise,
    [PAIDAN__ACTION__ACTION_EXTEND] = &escalation_request_extend,
    [PAIDAN__ACTION__ACTION_SUSPEND] = &escalation_pause_suspend,
    [PAIDAN__ACTION__ACTION_RESUME] = &escalation_pause_resume,
    [PAIDAN__ACTION__ACTION_ASK_ASSIST] = &escalation_joint_ask,
    [PAIDAN__ACTION__ACTION_ASSIST_DONE] = &escalation_joint_done,
    [PAIDAN__ACTION__ACTION_NAME_PERSON] = &escalation_person_name,
    [PAIDAN__ACTION__ACTION_SET_MODE] = &escalation_mode_set,
    [PAIDAN__ACTION__ACTION_END_MODE] = &escalation_mode_end,
    [PAIDAN__ACTION__ACTION_APPEAL] = &escalation_appeal_rule,
};

static const struct escalation_rule *const supervise_rules[] = {
    [PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT] = &escalation_request_grant,
    [PAIDAN__SUPERVISE_ACTION__SUPERVISE_REFUSE] = &escalation_request_refuse,
    [PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER] = &escalation_order_rule,
    [PAIDAN__SUPERVISE_ACTION__SUPERVISE_URGE] = &escalation_supervise_urge,
    [PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH] = &escalation_supervise_watch,
    [PAIDAN__SUPERVISE_ACTION__SUPERVISE_YELLOW] = &escalation_card_yellow,
    [PAIDAN__SUPERVISE_ACTION__SUPERVISE_RED] = &escalation_card_red,
    [PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD] = &escalation_card_cancel,
};

static enum rc apply_work(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_WORK);
    const Paidan__Work *work = request->work;
    const size_t action = (size_t)work->action;
    const bool known = action < sizeof work_rules / sizeof work_rules[0];
    const struct escalation_batch batch = {.unit = work->unit,
                                           .rule = known ? work_rules[action] : NULL,
                                           .items = work->items,
                                           .count = work->n_items};
    return escalation_work_run(step, request, &batch);
}

static enum rc apply_supervise(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_SUPERVISE);
    const Paidan__Supervise *supervise = request->supervise;
    const size_t action = (size_t)supervise->action;
    const bool known = action < sizeof supervise_rules / sizeof supervise_rules[0];
    const struct escalation_batch batch = {.unit = supervise->unit,
                                           .rule = known ? supervise_rules[action] : NULL,
                                           .items = supervise->items,
                                           .count = supervise->n_items};
    return escalation_work_run(step, request, &batch);
}

static enum rc apply_command(struct step *step, const struct step_input *input)
{
    CHECK(input->request != NULL);
    switch (input->request->wish_case) {
    case PAIDAN__REQUEST__WISH_PULL:
        return escalation_lease_pull(step, input);
    case PAIDAN__REQUEST__WISH_WORK:
        return apply_work(step, input->request);
    case PAIDAN__REQUEST__WISH_SUPERVISE:
        return apply_supervise(step, input->request);
    case PAIDAN__REQUEST__WISH_RECALL:
        return escalation_recall_apply(step, input->request);
    case PAIDAN__REQUEST__WISH_CORRECT:
        return escalation_correct_apply(step, input->request);
    default:
        CHECK(input->request->wish_case == PAIDAN__REQUEST__WISH_REPLAN); /* see changes() */
        return escalation_replan_apply(step, input);
    }
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return apply_due(step, &input->due);
    case STEP_RECORD:
        return apply_record(step, input);
    default:
        CHECK(input->kind == STEP_COMMAND);
        return apply_command(step, input);
    }
}

static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_PULL ||
           request->wish_case == PAIDAN__REQUEST__WISH_WORK ||
           request->wish_case == PAIDAN__REQUEST__WISH_SUPERVISE ||
           request->wish_case == PAIDAN__REQUEST__WISH_RECALL ||
           request->wish_case == PAIDAN__REQUEST__WISH_CORRECT ||
           (request->wish_case == PAIDAN__REQUEST__WISH_REPLAN && request->replan->has_apply &&
            request->replan->apply);
}

static bool knows(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_PULL:
    case PAIDAN__REQUEST__WISH_WORK:
    case PAIDAN__REQUEST__WISH_SUPERVISE:
    case PAIDAN__REQUEST__WISH_RECALL:
    case PAIDAN__REQUEST__WISH_CORRECT:
    case PAIDAN__REQUEST__WISH_EXPLAIN:
    case PAIDAN__REQUEST__WISH_REPLAN:
    case PAIDAN__REQUEST__WISH_LIST:
    case PAIDAN__REQUEST__WISH_SHOW:
    case PAIDAN__REQUEST__WISH_BOARD:
    case PAIDAN__REQUEST__WISH_UNIT_WORK:
    case PAIDAN__REQUEST__WISH_DUE_LIST:
    case PAIDAN__REQUEST__WISH_ALARMS:
    case PAIDAN__REQUEST__WISH_REQUEST_LIST:
        return true;
    default:
        return false;
    }
}

/* Rows of units that a store of before still has: replaying its log makes none. A row a unit. */
static enum rc mend(struct step_view *view)
{
    enum rc rc = RC_OK;
    bool some = false;
    CHECK(view->txn != NULL);
    while (rc == RC_OK) {
        struct store_walk walk;
        unsigned char key[STORE_KEY_BYTES_MAX];
        size_t bytes = 0;
        rc = store_walk_open(view->txn, ESCALATION_COUNT, NULL, 0, &walk);
        if (rc == RC_OK) {
            CHECK(walk.key_bytes <= sizeof key);
            bytes = walk.key_bytes;
            memcpy(key, walk.key, bytes);
        }
        store_walk_close(&walk);
        rc = rc == RC_OK ? store_del(view->txn, ESCALATION_COUNT, key, bytes) : rc;
        some = some || rc == RC_OK;
    }
    return rc == RC_NOT_FOUND && some ? RC_OK : rc;
}

const struct step_service escalation_service = {
    .name = "escalation",
    .follows = follows,
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .memo_bytes = ESCALATION_MEMO_BYTES,
    .apply = apply,
    .evolve = escalation_evolve,
    .query = escalation_query,
    .hears = hears,
    .scope = escalation_scope,
    .mend = mend,
    .changes = changes,
    .knows = knows,
};
