/* Under which codes an open ticket goes on after a site edit.
 *
 * A ticket lives for weeks, a site is edited in between. What the new site has given up (unit,
 * category, area, channel, an assisting unit, who asks or decides an open request) goes on under the
 * heir's code where the site names one: the same work, state, clocks and cards. Where it names none: a
 * category or an area is left as it is, for its unit has it, its clocks run, and the level above finds
 * the fallback; an assisting task goes to the level's fallback; a request to the first supervising
 * unit, which may always decide. The unit itself without an heir: a returned ticket is the desk's and
 * a suspended one rests, so they only get the code of the owner of now; the others are moved
 * (escalation_move).
 *
 * The same passage, and the same fact, gives requests and appeals of a store from before deciders had
 * lists their rows: whatever waits for somebody must stand where he looks. Appeals alone concern
 * tickets that are done with. */

#include "escalation_recode.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_decider.h"
#include "escalation_say.h"
#include "escalation_target.h"

static enum rc load(struct escalation_recode *recode)
{
    CHECK(recode->id != 0);
    CHECK(recode->step != NULL);
    struct store_txn *txn = recode->step->txn;
    enum rc rc = escalation_state_load(txn, recode->id, &recode->ticket);
    if (rc == RC_OK) {
        rc = escalation_extra_load(txn, recode->id, &recode->extra);
    }
    if (rc == RC_OK) {
        rc = escalation_state_load_info(txn, recode->id, &recode->info);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* The heir's code, also into the field; NULL: the code is still in use, or nobody carries it on. */
static char *recode_text(const struct site *site, enum site_kind kind, char *field, size_t size)
{
    CHECK(kind < SITE_KIND_COUNT);
    CHECK(size > CODE_BYTES_MAX); /* a code fits */
    const char *now = site_code_now(site, kind, field);
    if (now == NULL || strcmp(now, field) == 0) {
        return NULL;
    }
    CHECK(escalation_fold_text(field, size, now)); /* codes of a site fit */
    return (char *)now;
}

static void recode_info(struct escalation_recode *recode, Paidan__Recoded *fact)
{
    CHECK(fact->category == NULL);
    const struct site *site = recode->step->site;
    struct escalation_info *info = &recode->info;
    fact->category = recode_text(site, SITE_KIND_CATEGORY, info->category, sizeof info->category);
    fact->area = recode_text(site, SITE_KIND_AREA, info->area, sizeof info->area);
    fact->channel = recode_text(site, SITE_KIND_CHANNEL, info->channel, sizeof info->channel);
}

static void recode_lead(struct escalation_recode *recode, Paidan__Recoded *fact)
{
    CHECK(recode->ticket.unit[0] != '\0'); /* an open ticket has one */
    CHECK(fact->unit == NULL);
    const struct site *site = recode->step->site;
    const enum escalation_state state = recode->ticket.state;
    recode->lead = site_code_now(site, SITE_KIND_UNIT, recode->ticket.unit);
    const bool rests = state == ESCALATION_RETURNED || state == ESCALATION_SUSPENDED;
    if (recode->lead == NULL && rests) {
        struct escalation_target target;
        escalation_target_owner(site, &recode->info, recode->ticket.level, &target);
        recode->lead = target.unit;
    }
    if (recode->lead != NULL && strcmp(recode->lead, recode->ticket.unit) != 0) {
        fact->unit = (char *)recode->lead;
    }
}

/* Has the lead or another task this code already? */
static bool is_taken(const struct escalation_recode *recode, const Paidan__Recoded *fact,
                     const char *unit)
{
    CHECK(recode->extra.assist_count <= SITE_ASSIST_MAX);
    bool taken = recode->lead != NULL && strcmp(unit, recode->lead) == 0;
    for (size_t index = 0; index < fact->n_assists && !taken; index++) {
        taken = fact->assists[index]->unit != NULL && strcmp(fact->assists[index]->unit, unit) == 0;
    }
    for (uint32_t index = 0; index < recode->extra.assist_count && !taken; index++) {
        taken = strcmp(recode->extra.assists[index].unit, unit) == 0;
    }
    return taken;
}

static enum rc add_task(struct escalation_recode *recode, Paidan__Recoded *fact, const char *from,
                        const char *to)
{
    CHECK(fact->n_assists < SITE_ASSIST_MAX);
    Paidan__RecodedTask *task = arena_alloc(recode->step->arena, sizeof *task);
    if (task == NULL) {
        return RC_LIMIT;
    }
    paidan__recoded_task__init(task);
    task->from_unit = (char *)from;
    task->unit = is_taken(recode, fact, to) ? NULL : (char *)to;
    fact->assists[fact->n_assists] = task;
    fact->n_assists++;
    return RC_OK;
}

static enum rc recode_tasks(struct escalation_recode *recode, Paidan__Recoded *fact)
{
    CHECK(recode->ticket.level <= recode->step->site->level_count);
    CHECK(fact->n_assists == 0);
    const struct site *site = recode->step->site;
    const uint32_t fallback = site->levels[recode->ticket.level - 1].fallback;
    fact->assists = arena_alloc(recode->step->arena, SITE_ASSIST_MAX * sizeof *fact->assists);
    enum rc rc = fact->assists == NULL ? RC_LIMIT : RC_OK;
    for (uint32_t index = 0; rc == RC_OK && index < recode->extra.assist_count; index++) {
        const struct escalation_assist *task = &recode->extra.assists[index];
        const char *now = site_code_now(site, SITE_KIND_UNIT, task->unit);
        const bool stays = task->done || (now != NULL && strcmp(now, task->unit) == 0);
        if (!stays) {
            rc = add_task(recode, fact, task->unit, now != NULL ? now : site->units[fallback].code);
        }
    }
    return rc;
}

static void recode_request(struct escalation_recode *recode, Paidan__Recoded *fact)
{
    CHECK(fact->by_unit == NULL);
    const struct site *site = recode->step->site;
    struct escalation_extra *extra = &recode->extra;
    if (extra->request == 0) {
        return;
    }
    fact->by_unit =
        recode_text(site, SITE_KIND_UNIT, extra->request_unit, sizeof extra->request_unit);
    fact->to_unit = recode_text(site, SITE_KIND_UNIT, extra->request_to, sizeof extra->request_to);
    if (site_unit_find(site, extra->request_to) == SITE_NONE) {
        CHECK(site->supervisor_count > 0);
        fact->to_unit = site->units[site->supervisors[0]].code;
    }
}

/* The newest fact of that kind in the ticket's chain. RC_NOT_FOUND: it was trimmed, or lies too far
 * back; *seq is then the oldest that was reached. */
static enum rc find_fact(const struct escalation_recode *recode, Paidan__Event__FactCase fact_case,
                         uint64_t *seq, Paidan__Event **event)
{
    CHECK(recode->ticket.last_seq != 0);
    *seq = recode->ticket.last_seq;
    for (uint32_t count = 0; count < HISTORY_MAX; count++) {
        const enum rc rc = step_read(recode->step, *seq, event);
        if (rc != RC_OK || (*event)->fact_case == fact_case) {
            return rc;
        }
        if (!(*event)->has_prev_seq || (*event)->prev_seq == 0) {
            break;
        }
        CHECK((*event)->prev_seq < *seq);
        *seq = (*event)->prev_seq;
    }
    return RC_NOT_FOUND;
}

/* A request from before deciders had lists stands in none of them until it is known where it was asked
 * for: the ticket's chain tells. The passage over open tickets comes along whenever the program that
 * first knows lists is started on an older store, since the site's digest is another by then. */
static enum rc find_request(struct escalation_recode *recode, Paidan__Recoded *fact)
{
    CHECK(!fact->has_request_seq);
    if (recode->extra.request == 0 || recode->extra.request_seq != 0) {
        return RC_OK;
    }
    Paidan__Event *event = NULL;
    uint64_t seq = 0;
    const enum rc rc = find_fact(recode, PAIDAN__EVENT__FACT_REQUESTED, &seq, &event);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    fact->has_request_seq = true; /* trimmed: it is listed all the same, without its reason */
    fact->request_seq = seq;
    return RC_OK;
}

bool escalation_recode_wanted(const struct escalation_ticket *ticket,
                              const struct escalation_extra *extra)
{
    CHECK(ticket->state != ESCALATION_NONE);
    return extra->appeal == ESCALATION_APPEAL_OPEN && extra->appeal_seq == 0 &&
           ticket->state != ESCALATION_WITHDRAWN;
}

/* The same for an appeal, which had no term either and would have waited for ever: it gets one as if
 * it had come now. Of one whose fact was trimmed the unit that has the ticket is taken for the one that
 * appealed: it must not rule in either case. */
static enum rc find_appeal(struct escalation_recode *recode, Paidan__Recoded *fact,
                           Paidan__RecodedAppeal *appeal)
{
    CHECK(fact->appeal == NULL);
    if (!escalation_recode_wanted(&recode->ticket, &recode->extra)) {
        return RC_OK;
    }
    Paidan__Event *event = NULL;
    struct escalation_deciding deciding = {0};
    enum rc rc = find_fact(recode, PAIDAN__EVENT__FACT_APPEALED, &appeal->seq, &event);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    const bool found = rc == RC_OK;
    appeal->unit = found ? event->appealed->unit : recode->ticket.unit;
    appeal->at_ms = found ? event->at_ms : recode->ticket.changed_ms;
    const char *to = escalation_decider_supervisor(recode->step->site, appeal->unit);
    if (to == NULL) {
        return RC_OK; /* nobody may rule: asked for today it would be refused */
    }
    rc = escalation_decider_term(recode->step, &recode->info, recode->ticket.level, &deciding);
    appeal->to_unit = (char *)(uintptr_t)to;
    appeal->due_ms = deciding.due_ms;
    appeal->has_remind_ms = deciding.remind_ms != 0;
    appeal->remind_ms = deciding.remind_ms;
    fact->appeal = rc == RC_OK ? appeal : NULL;
    return rc;
}

static bool is_empty(const Paidan__Recoded *fact)
{
    return fact->unit == NULL && fact->category == NULL && fact->area == NULL &&
           fact->channel == NULL && fact->n_assists == 0 && fact->by_unit == NULL &&
           fact->to_unit == NULL && !fact->has_request_seq && fact->appeal == NULL;
}

static enum rc say_recoded(struct escalation_recode *recode, const Paidan__Recoded *fact)
{
    CHECK(!is_empty(fact));
    const struct escalation_saying about = {.id = recode->id,
                                            .ticket = &recode->ticket,
                                            .signal = ESCALATION_ON_RECODE,
                                            .clock = PAIDAN__CLOCK__CLOCK_REPLAN};
    const enum rc rc = escalation_say(recode->step, &about, &fact->base);
    if (rc == RC_OK && recode->lead != NULL) {
        step_wake(recode->step, step_key(recode->lead));
    }
    if (rc == RC_OK && fact->appeal != NULL) {
        step_wake(recode->step, step_key(fact->appeal->to_unit));
    }
    return rc == RC_OK ? load(recode) : rc;
}

enum rc escalation_recode_apply(struct step *step, uint64_t id, struct escalation_recode *recode)
{
    Paidan__Recoded fact = PAIDAN__RECODED__INIT;
    Paidan__RecodedAppeal appeal = PAIDAN__RECODED_APPEAL__INIT;
    *recode = (struct escalation_recode){.step = step, .id = id};
    enum rc rc = load(recode);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(escalation_state_open(&recode->ticket));
    CHECK(recode->ticket.level >= 1);
    if (recode->ticket.level > step->site->level_count) {
        return RC_CORRUPT; /* a site with other levels is refused */
    }
    recode_info(recode, &fact);
    recode_lead(recode, &fact);
    rc = recode_tasks(recode, &fact);
    if (rc != RC_OK) {
        return rc;
    }
    recode_request(recode, &fact);
    rc = find_request(recode, &fact);
    if (rc == RC_OK) {
        rc = find_appeal(recode, &fact, &appeal);
    }
    if (rc != RC_OK) {
        return rc;
    }
    fact.site_version = step->site->version;
    return is_empty(&fact) ? RC_OK : say_recoded(recode, &fact);
}

enum rc escalation_recode_appeal(struct step *step, uint64_t id)
{
    Paidan__Recoded fact = PAIDAN__RECODED__INIT;
    Paidan__RecodedAppeal appeal = PAIDAN__RECODED_APPEAL__INIT;
    struct escalation_recode recode = {.step = step, .id = id};
    enum rc rc = load(&recode);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(!escalation_state_open(&recode.ticket));
    rc = find_appeal(&recode, &fact, &appeal);
    fact.site_version = step->site->version;
    return rc != RC_OK || is_empty(&fact) ? rc : say_recoded(&recode, &fact);
}

/* ---- folding ---- */

/* A text that the fact gives takes the field's place. */
static bool take(char *field, size_t size, const char *text)
{
    CHECK(size > 0);
    return text == NULL || escalation_fold_text(field, size, text);
}

static enum rc fold_info(const struct escalation_fold *fold, const Paidan__Recoded *fact)
{
    CHECK(fold->id != 0);
    struct escalation_info info;
    if (fact->category == NULL && fact->area == NULL && fact->channel == NULL) {
        return RC_OK;
    }
    const enum rc rc = escalation_state_load_info(fold->txn, fold->id, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const bool fits = take(info.category, sizeof info.category, fact->category) &&
                      take(info.area, sizeof info.area, fact->area) &&
                      take(info.channel, sizeof info.channel, fact->channel);
    return fits ? escalation_state_save_info(fold->txn, fold->id, &info) : RC_CORRUPT;
}

/* The task keeps its place among the tasks, so that its row is found. */
static enum rc fold_task(struct escalation_fold *fold, const Paidan__RecodedTask *fact)
{
    CHECK(fold->ticket->assist_count <= SITE_ASSIST_MAX);
    struct escalation_assist *task =
        fold->extra == NULL ? NULL : escalation_extra_assist(fold->extra, fact->from_unit);
    if (task == NULL || task->done) {
        return RC_CORRUPT;
    }
    if (fact->unit == NULL) {
        task->done = true;
        return RC_OK;
    }
    bool fits = take(task->unit, sizeof task->unit, fact->unit);
    for (uint32_t index = 0; fits && index < fold->ticket->assist_count; index++) {
        char *named = fold->ticket->assist[index];
        if (strcmp(named, fact->from_unit) == 0) {
            fits = take(named, sizeof fold->ticket->assist[index], fact->unit);
        }
    }
    return fits ? RC_OK : RC_CORRUPT;
}

static enum rc fold_request(struct escalation_fold *fold, const Paidan__Recoded *fact)
{
    CHECK(fold->ticket->state != ESCALATION_NONE);
    if (fact->by_unit == NULL && fact->to_unit == NULL && !fact->has_request_seq) {
        return RC_OK;
    }
    struct escalation_extra *extra = fold->extra;
    if (fact->has_request_seq && extra != NULL) {
        /* Folded again from its beginning the log has told it already. */
        const bool told = extra->request_seq == 0 || extra->request_seq == fact->request_seq;
        if (!told || fact->request_seq == 0 || fact->request_seq >= fold->seq) {
            return RC_CORRUPT;
        }
        extra->request_seq = fact->request_seq;
    }
    const bool fits = extra != NULL && extra->request != 0 &&
                      take(extra->request_unit, sizeof extra->request_unit, fact->by_unit) &&
                      take(extra->request_to, sizeof extra->request_to, fact->to_unit);
    return fits ? RC_OK : RC_CORRUPT;
}

static enum rc fold_appeal(struct escalation_fold *fold, const Paidan__RecodedAppeal *fact)
{
    CHECK(fold->seq != 0);
    struct escalation_extra *extra = fold->extra;
    if (fact == NULL) {
        return RC_OK;
    }
    /* Folded again from its beginning the log has told the fact's place already. */
    const bool fits = extra != NULL && extra->appeal == ESCALATION_APPEAL_OPEN &&
                      (extra->appeal_seq == 0 || extra->appeal_seq == fact->seq) &&
                      fact->seq != 0 && fact->seq < fold->seq &&
                      take(extra->appeal_unit, sizeof extra->appeal_unit, fact->unit) &&
                      take(extra->appeal_to, sizeof extra->appeal_to, fact->to_unit);
    if (!fits) {
        return RC_CORRUPT;
    }
    extra->appeal_seq = fact->seq;
    extra->appeal_at_ms = fact->at_ms;
    extra->appeal_due_ms = fact->due_ms;
    extra->appeal_remind_ms = fact->has_remind_ms ? fact->remind_ms : 0;
    return RC_OK;
}

enum rc escalation_recode_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_RECODED);
    CHECK(fold->ticket->level >= 1); /* a state with a cell for it has a level */
    const Paidan__Recoded *fact = fold->event->recoded;
    enum rc rc = RC_OK;
    for (size_t index = 0; index < fact->n_assists && rc == RC_OK; index++) {
        rc = fold_task(fold, fact->assists[index]);
    }
    if (rc == RC_OK) {
        rc = fold_request(fold, fact);
    }
    if (rc == RC_OK) {
        rc = fold_appeal(fold, fact->appeal);
    }
    if (rc == RC_OK && !take(fold->ticket->unit, sizeof fold->ticket->unit, fact->unit)) {
        rc = RC_CORRUPT;
    }
    return rc == RC_OK ? fold_info(fold, fact) : rc;
}
