/* Planning running clocks anew 重算: by the policies as they are now (a supervisor's command, page
 * by page), or by the calendars as they are now (by itself, after the site changed, for example
 * when the holidays of a year arrived). Consumed and paused time is kept; what has expired stays
 * expired; what has stopped is left alone. */

#include "escalation_replan.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/store/due.h"
#include "escalation_move.h"
#include "escalation_recode.h"
#include "escalation_say.h"
#include "escalation_target.h"
#include "escalation_term.h"
#include "escalation_work.h"

enum {
    PAGE_DEFAULT = 100,
    PAGE_MAX = 500,
    LOOKED_MAX = 2000, /* records of a page, closed ones included: about 5 ms */
};

/* One page. */
struct page {
    struct arena *arena;
    struct store_txn *txn;
    const struct site *site;
    uint64_t now_ms;
    Paidan__ReplanCause why;
    uint32_t room;     /* tickets that may move */
    struct step *step; /* NULL: only shows */
    uint64_t next;
    bool more;
    Paidan__Replanning *out;
    uint32_t moved;
};

/* One ticket. */
struct planned {
    uint64_t id;
    struct escalation_ticket ticket;
    struct escalation_extra extra;
    struct escalation_info info;
    Paidan__Replanned fact;
};

/* A step for planning alone, also while a question is answered: nothing is said in it. */
static struct step reads_of(const struct page *page)
{
    return (struct step){.arena = page->arena, .site = page->site, .now_ms = page->now_ms};
}

/* A calendar that was removed without an heir would leave office hours to count nights: the one that
 * the policy names now takes its place. */
static void take_calendar(const struct page *page, const struct planned *planned,
                          struct escalation_clock *again)
{
    const bool follows =
        again->unit == CALENDAR_WORKING_HOURS || again->unit == CALENDAR_WORKING_DAYS;
    if (!follows || site_heir(page->site, SITE_KIND_CALENDAR, again->calendar) != SITE_NONE) {
        return;
    }
    const struct site_clock_rule *rule = escalation_target_rule(
        page->site, &planned->info, planned->ticket.level, (Paidan__Clock)again->clock);
    if (rule != NULL && rule->calendar != 0) {
        const char *code = page->site->calendars[rule->calendar].code;
        CHECK(escalation_fold_text(again->calendar, sizeof again->calendar, code));
    }
}

static enum rc plan_clock(const struct page *page, const struct planned *planned,
                          const struct escalation_clock *clock, Paidan__ClockSet **set)
{
    CHECK(clock->step_count <= CLOCK_STEPS_MAX);
    struct escalation_clock again = *clock;
    *set = NULL;
    const bool waits = clock->due_ms != 0 && clock->unit != 0 &&
                       (clock->flags & (ESCALATION_STOPPED | ESCALATION_EXPIRED)) == 0;
    if (!waits) {
        return RC_OK;
    }
    struct step reads = reads_of(page);
    if (page->why == PAIDAN__REPLAN_CAUSE__REPLAN_POLICY) {
        bool some = false; /* without a term by the policy it stays what it is */
        const enum rc taken =
            escalation_term_by_policy(&reads, &planned->info, planned->ticket.level, &again, &some);
        if (taken != RC_OK) {
            return taken;
        }
        again.flags = clock->flags;
        escalation_clock_keep_fired(&again, clock);
    }
    take_calendar(page, planned, &again);
    escalation_term_recount(page->site, &planned->extra, &again);
    const enum rc rc = escalation_term_again(&reads, &again, set);
    /* What a suspended ticket has used so far is no move that a supervisor would have to want: the
     * calendars' own pass writes it down, and so does going on. */
    const bool stands =
        planned->extra.suspended_until_ms != 0 && page->why == PAIDAN__REPLAN_CAUSE__REPLAN_POLICY;
    const bool follows_same = strcmp(again.calendar, clock->calendar) == 0;
    if (rc == RC_OK && follows_same &&
        (stands ? escalation_clock_fires_alike(clock, *set)
                : escalation_clock_matches(clock, *set))) {
        *set = NULL;
    }
    return rc;
}

static enum rc note_move(struct page *page, const struct planned *planned,
                         const struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    CHECK(set->due_ms != 0);
    Paidan__ReplanMove *move = arena_alloc(page->arena, sizeof *move);
    if (move == NULL) {
        return RC_LIMIT;
    }
    paidan__replan_move__init(move);
    move->ticket = planned->id;
    move->clock = clock->clock;
    move->old_due_ms = clock->due_ms;
    move->new_due_ms = set->due_ms;
    move->unit = arena_strdup(page->arena, planned->ticket.unit);
    if (move->unit == NULL) {
        return RC_LIMIT;
    }
    if (page->out != NULL) {
        page->out->moves[page->out->n_moves] = move;
        page->out->n_moves++;
    }
    return RC_OK;
}

static enum rc plan_own(struct page *page, struct planned *planned)
{
    CHECK(planned->ticket.clock_count <= ESCALATION_CLOCKS_MAX);
    Paidan__Replanned *fact = &planned->fact;
    fact->clocks = arena_alloc(page->arena, ESCALATION_CLOCKS_MAX * sizeof *fact->clocks);
    if (fact->clocks == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < planned->ticket.clock_count; index++) {
        const struct escalation_clock *clock = &planned->ticket.clocks[index];
        Paidan__ClockSet *set = NULL;
        enum rc rc = plan_clock(page, planned, clock, &set);
        if (rc == RC_OK && set != NULL) {
            fact->clocks[fact->n_clocks] = set;
            fact->n_clocks++;
            rc = note_move(page, planned, clock, set);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

static enum rc plan_tasks(struct page *page, struct planned *planned)
{
    CHECK(planned->extra.assist_count <= SITE_ASSIST_MAX);
    Paidan__Replanned *fact = &planned->fact;
    const struct escalation_extra *extra = &planned->extra;
    fact->assists = arena_alloc(page->arena, (extra->assist_count + 1) * sizeof *fact->assists);
    if (fact->assists == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        const struct escalation_assist *task = &extra->assists[index];
        Paidan__ClockSet *set = NULL;
        enum rc rc = task->done ? RC_OK : plan_clock(page, planned, &task->clock, &set);
        if (rc != RC_OK || set == NULL) {
            if (rc != RC_OK) {
                return rc;
            }
            continue;
        }
        Paidan__AssistClock *made = arena_alloc(page->arena, sizeof *made);
        if (made == NULL) {
            return RC_LIMIT;
        }
        paidan__assist_clock__init(made);
        made->unit = arena_strdup(page->arena, task->unit);
        made->clock = set;
        fact->assists[fact->n_assists] = made;
        fact->n_assists++;
        rc = made->unit == NULL ? RC_LIMIT : note_move(page, planned, &task->clock, set);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

static enum rc plan_mode(struct page *page, struct planned *planned)
{
    CHECK(planned->fact.mode_clock == NULL);
    if (!planned->extra.mode_open) {
        return RC_OK;
    }
    const enum rc rc =
        plan_clock(page, planned, &planned->extra.mode_clock, &planned->fact.mode_clock);
    return rc == RC_OK && planned->fact.mode_clock != NULL
               ? note_move(page, planned, &planned->extra.mode_clock, planned->fact.mode_clock)
               : rc;
}

static enum rc say_replanned(const struct page *page, const struct planned *planned)
{
    CHECK(page->step != NULL);
    CHECK(planned->id != 0);
    const bool by_itself = page->why == PAIDAN__REPLAN_CAUSE__REPLAN_CALENDAR;
    const struct escalation_saying about = {.id = planned->id,
                                            .ticket = &planned->ticket,
                                            .signal = ESCALATION_ON_REPLAN,
                                            .clock = by_itself ? PAIDAN__CLOCK__CLOCK_REPLAN
                                                               : (Paidan__Clock)0};
    return escalation_say(page->step, &about, &planned->fact.base);
}

static enum rc load(const struct page *page, uint64_t id, struct planned *planned)
{
    CHECK(id != 0);
    planned->id = id;
    paidan__replanned__init(&planned->fact);
    planned->fact.why = page->why;
    enum rc rc = escalation_state_load(page->txn, id, &planned->ticket);
    if (rc == RC_OK) {
        rc = escalation_extra_load(page->txn, id, &planned->extra);
    }
    if (rc == RC_OK) {
        rc = escalation_state_load_info(page->txn, id, &planned->info);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static enum rc plan_ticket(struct page *page, uint64_t id)
{
    CHECK(page->moved < page->room);
    struct planned planned;
    enum rc rc = RC_OK;
    if (page->why == PAIDAN__REPLAN_CAUSE__REPLAN_CALENDAR) {
        CHECK(page->step != NULL);
        rc = escalation_move_apply(page->step, id); /* the site is another: its codes too */
    }
    if (rc == RC_OK) {
        rc = load(page, id, &planned);
    }
    if (rc == RC_OK) {
        rc = plan_own(page, &planned);
    }
    if (rc == RC_OK) {
        rc = plan_tasks(page, &planned);
    }
    if (rc == RC_OK) {
        rc = plan_mode(page, &planned);
    }
    const Paidan__Replanned *fact = &planned.fact;
    if (rc != RC_OK || (fact->n_clocks == 0 && fact->n_assists == 0 && fact->mode_clock == NULL)) {
        return rc;
    }
    page->moved++;
    return page->step != NULL ? say_replanned(page, &planned) : RC_OK;
}

enum rc escalation_replan_one(struct step *step, const struct escalation_replan_of *of,
                              Paidan__Replanned *plan)
{
    CHECK(of->id != 0);
    CHECK(escalation_state_open(of->ticket));
    struct page page = {.arena = step->arena,
                        .txn = step->txn,
                        .site = step->site,
                        .now_ms = step->now_ms,
                        .why = PAIDAN__REPLAN_CAUSE__REPLAN_POLICY,
                        .room = 1};
    struct planned *const planned = arena_alloc(step->arena, sizeof *planned);
    if (planned == NULL) {
        return RC_LIMIT;
    }
    *planned = (struct planned){
        .id = of->id, .ticket = *of->ticket, .extra = *of->extra, .info = *of->info};
    paidan__replanned__init(&planned->fact);
    planned->fact.why = page.why;
    enum rc rc = plan_own(&page, planned);
    if (rc == RC_OK) {
        rc = plan_tasks(&page, planned);
    }
    if (rc == RC_OK) {
        rc = plan_mode(&page, planned);
    }
    *plan = planned->fact;
    return rc;
}

/* A ticket to be looked at whole: an open one, or one that is done with but for an appeal. */
struct found {
    uint64_t id;
    bool open;
};

/* Whether something is left of one that is done with: the passage after a new start alone asks. */
static enum rc left(const struct page *page, uint64_t id, const struct escalation_ticket *ticket,
                    bool *some)
{
    CHECK(!escalation_state_open(ticket));
    *some = false;
    if (page->why != PAIDAN__REPLAN_CAUSE__REPLAN_CALENDAR ||
        (ticket->flags & ESCALATION_HAS_EXTRA) == 0) {
        return RC_OK;
    }
    struct escalation_extra extra;
    const enum rc rc = escalation_extra_load(page->txn, id, &extra);
    *some = rc == RC_OK && escalation_recode_wanted(ticket, &extra);
    return rc;
}

/* Tickets behind `after`, at most room; *looked_at counts the others too. */
static enum rc collect(struct page *page, uint64_t after, struct found *found, uint32_t *count,
                       uint64_t *looked_at)
{
    CHECK(page->room > 0);
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    struct store_walk walk;
    escalation_state_id_key(after + 1, key);
    enum rc rc = store_walk_open(page->txn, ESCALATION_TICKET, key, sizeof key, &walk);
    while (rc == RC_OK && *count < page->room && *looked_at < LOOKED_MAX) {
        struct escalation_ticket ticket;
        rc = store_walk_key(&walk, sizeof key);
        if (rc == RC_OK) {
            rc = escalation_state_decode(walk.value, walk.value_bytes, &ticket);
        }
        if (rc != RC_OK) {
            break;
        }
        page->next = escalation_state_id_of(walk.key);
        *looked_at += 1;
        const bool open = escalation_state_open(&ticket);
        bool some = open;
        if (!open) {
            rc = left(page, page->next, &ticket, &some);
        }
        if (some) {
            found[*count] = (struct found){page->next, open};
            *count += 1;
        }
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    page->more = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc run(struct page *page, uint64_t after, uint64_t *looked_at)
{
    CHECK(page->room <= PAGE_MAX);
    struct found *found = arena_alloc(page->arena, page->room * sizeof *found);
    uint32_t count = 0;
    if (found == NULL) {
        return RC_LIMIT;
    }
    *looked_at = 0;
    enum rc rc = collect(page, after, found, &count, looked_at);
    for (uint32_t index = 0; index < count && rc == RC_OK; index++) {
        rc = found[index].open ? plan_ticket(page, found[index].id)
                               : escalation_recode_appeal(page->step, found[index].id);
    }
    return rc;
}

/* ---- by command ---- */

static enum rc fill(struct page *page, const Paidan__Replan *wish, Paidan__Answer *answer)
{
    CHECK(page->out == NULL);
    /* Clocks that may move of one ticket: its own, the tasks', the mode's. */
    const size_t clocks = ESCALATION_CLOCKS_MAX + SITE_ASSIST_MAX + 1;
    Paidan__Replanning *out = arena_alloc(page->arena, sizeof *out);
    if (out == NULL) {
        return RC_LIMIT;
    }
    paidan__replanning__init(out);
    out->moves = arena_alloc(page->arena, page->room * clocks * sizeof *out->moves);
    if (out->moves == NULL) {
        return RC_LIMIT;
    }
    page->out = out;
    const enum rc rc = run(page, wish->has_after ? wish->after : 0, &out->looked_at);
    out->moved = page->moved;
    out->has_next = page->more;
    out->next = page->next;
    answer->body_case = PAIDAN__ANSWER__BODY_REPLANNING;
    answer->replanning = out;
    return rc;
}

static uint32_t room_of(const Paidan__Replan *wish)
{
    const uint32_t limit = wish->has_limit && wish->limit != 0 ? wish->limit : PAGE_DEFAULT;
    return limit < PAGE_MAX ? limit : PAGE_MAX;
}

enum rc escalation_replan_show(struct step_view *view, const Paidan__Replan *wish,
                               Paidan__Answer *answer)
{
    struct page page = {.arena = view->arena,
                        .txn = view->txn,
                        .site = view->site,
                        .now_ms = view->now_ms,
                        .why = PAIDAN__REPLAN_CAUSE__REPLAN_POLICY,
                        .room = room_of(wish)};
    return fill(&page, wish, answer);
}

enum rc escalation_replan_apply(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_COMMAND);
    CHECK(input->request->wish_case == PAIDAN__REQUEST__WISH_REPLAN);
    const Paidan__Replan *wish = input->request->replan;
    if (!escalation_work_given(input->request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (wish->unit == NULL || !site_supervises(step->site, wish->unit)) {
        return step_refuse(step, PAIDAN__CODE__NOT_SUPERVISOR, "unit");
    }
    struct page page = {.arena = step->arena,
                        .txn = step->txn,
                        .site = step->site,
                        .now_ms = step->now_ms,
                        .why = PAIDAN__REPLAN_CAUSE__REPLAN_POLICY,
                        .room = room_of(wish),
                        .step = step};
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    const enum rc rc = fill(&page, wish, &answer);
    return rc == RC_OK ? step_answer(step, &answer) : rc;
}

/* ---- how far it has come ---- */

static const unsigned char progress_key[1] = {0};

static struct due row_of(const struct escalation_progress *progress)
{
    CHECK(progress->due_ms != 0);
    return (struct due){
        .due_ms = progress->due_ms, .id = 0, .kind = (uint8_t)PAIDAN__CLOCK__CLOCK_REPLAN};
}

static const struct record_row progress_rows[] = {
    RECORD_U64(struct escalation_progress, due_ms),
    RECORD_U64(struct escalation_progress, after),
    RECORD_U64(struct escalation_progress, looked_at),
    RECORD_U64(struct escalation_progress, moved),
    RECORD_END,
};
static const struct record_format progress_format = {
    .version = 1, .bytes = sizeof(struct escalation_progress), .rows = progress_rows};

enum rc escalation_replan_load(struct store_txn *txn, struct escalation_progress *progress)
{
    return store_get_record(txn, ESCALATION_REPLAN, progress_key, sizeof progress_key,
                            &progress_format, progress);
}

enum rc escalation_replan_save(struct store_txn *txn, const struct escalation_progress *progress)
{
    struct escalation_progress before;
    enum rc rc = escalation_replan_load(txn, &before);
    if (rc == RC_OK) {
        const struct due row = row_of(&before);
        rc = due_del(txn, &row);
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    if (progress == NULL) {
        return rc == RC_NOT_FOUND
                   ? RC_OK
                   : store_del(txn, ESCALATION_REPLAN, progress_key, sizeof progress_key);
    }
    rc = store_put_record(txn, ESCALATION_REPLAN, progress_key, sizeof progress_key,
                          &progress_format, progress);
    const struct due row = row_of(progress);
    return rc == RC_OK ? due_put(txn, &row) : rc;
}

/* ---- by itself, after the site changed ---- */

enum rc escalation_replan_fire(struct step *step)
{
    CHECK(step->site != NULL);
    struct escalation_progress progress;
    enum rc rc = escalation_replan_load(step->txn, &progress);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    struct page page = {.arena = step->arena,
                        .txn = step->txn,
                        .site = step->site,
                        .now_ms = step->now_ms,
                        .why = PAIDAN__REPLAN_CAUSE__REPLAN_CALENDAR,
                        .room = PAGE_MAX,
                        .step = step};
    uint64_t looked_at = 0;
    rc = run(&page, progress.after, &looked_at);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__ReplanPassed passed = PAIDAN__REPLAN_PASSED__INIT;
    passed.why = page.why;
    passed.site_version = step->site->version;
    passed.looked_at = progress.looked_at + looked_at;
    passed.moved = progress.moved + page.moved;
    passed.has_next = page.more;
    passed.next = page.next;
    const struct step_about about = {.clock = PAIDAN__CLOCK__CLOCK_REPLAN};
    return step_say(step, &about, &passed.base);
}

/* ---- folding ---- */

enum rc escalation_replan_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_REPLANNED);
    CHECK(fold->extra != NULL);
    const Paidan__Replanned *replanned = fold->event->replanned;
    const struct escalation_again again = {replanned->clocks, replanned->n_clocks,
                                           replanned->assists, replanned->n_assists,
                                           replanned->mode_clock};
    fold->counters[TALLY_REPLANNED]++;
    return escalation_extra_run_on(fold->extra, fold->ticket, &again);
}

/* Open tickets are planned by the calendars as they are now, from the next step on. */
enum rc escalation_replan_fold_site_changed(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED);
    const struct escalation_progress begin = {.due_ms = event->at_ms};
    return fold->tally->values[TALLY_OPEN] == 0 ? RC_OK : escalation_replan_save(fold->txn, &begin);
}

enum rc escalation_replan_fold_passed(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_REPLAN_PASSED);
    const Paidan__ReplanPassed *passed = event->replan_passed;
    struct escalation_progress progress;
    const enum rc rc = escalation_replan_load(fold->txn, &progress);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (!passed->has_next) {
        return escalation_replan_save(fold->txn, NULL);
    }
    const struct escalation_progress next = {.due_ms = progress.due_ms + 1,
                                             .after = passed->next,
                                             .looked_at = passed->looked_at,
                                             .moved = passed->moved};
    return passed->next > progress.after ? escalation_replan_save(fold->txn, &next) : RC_CORRUPT;
}
