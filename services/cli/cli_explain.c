/* cli_explain: why a ticket is where it is: words found, matrix line, and for each clock the rule,
 * what it counted and skipped, and what fired. Everything is told by the services that decided:
 * nothing is computed again here, as a second computation could differ and would then be believed.
 */

#include <stdio.h>
#include <string.h>

#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_gather.h"
#include "cli_grounds.h"
#include "cli_json.h"
#include "cli_spans.h"
#include "common/say/number.h"
#include "common/say/say_facts.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

/* The newest assignment in the history, and why. NULL: none. */
static const Paidan__Assignment *assignment_of(const struct cli_ticket_view *view, Paidan__Why *why)
{
    for (size_t index = view->history_count; index > 0; index--) {
        const Paidan__Event *event = view->history[index - 1];
        if (event->fact_case == PAIDAN__EVENT__FACT_ASSIGNED) {
            *why = event->assigned->why;
            return event->assigned->to;
        }
        if (event->fact_case == PAIDAN__EVENT__FACT_RAISED) {
            *why = event->raised->why;
            return event->raised->to;
        }
        if (event->fact_case == PAIDAN__EVENT__FACT_ORDERED) {
            *why = PAIDAN__WHY__WHY_ORDERED;
            return event->ordered->to;
        }
        if (event->fact_case == PAIDAN__EVENT__FACT_CORRECTED && event->corrected->to != NULL) {
            *why = PAIDAN__WHY__WHY_DISPATCHED; /* a dispatcher's decision */
            return event->corrected->to;
        }
        if (event->fact_case == PAIDAN__EVENT__FACT_MOVED) {
            *why = PAIDAN__WHY__WHY_SITE;
            return event->moved->to;
        }
        if (event->fact_case == PAIDAN__EVENT__FACT_REOPENED) {
            *why = PAIDAN__WHY__WHY_REOPENED;
            return event->reopened->to;
        }
    }
    return NULL;
}

static bool raised_by(const Paidan__Raised *raised, Paidan__Clock clock)
{
    bool by = raised->has_clock && raised->clock == clock;
    for (size_t index = 0; index < raised->n_also_late; index++) {
        by = by || raised->also_late[index] == clock;
    }
    return by;
}

/* Did a step of this clock fire, as this event? */
static bool fired(const Paidan__Event *event, Paidan__Clock clock)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_WARNED:
        return event->warned->clock == clock;
    case PAIDAN__EVENT__FACT_RAISED:
        return raised_by(event->raised, clock);
    case PAIDAN__EVENT__FACT_CARDED:
        return event->carded->clock == clock && event->carded->by_unit == NULL;
    case PAIDAN__EVENT__FACT_REMINDED:
        return event->reminded->clock == clock;
    case PAIDAN__EVENT__FACT_TERM_PASSED:
        return event->term_passed->clock == clock;
    case PAIDAN__EVENT__FACT_ASSIST_LATE:
        return clock == PAIDAN__CLOCK__CLOCK_ASSIST;
    default:
        return false;
    }
}

/* The desk's clock, then those of the unit. */
static const Paidan__Explained *joined(struct cli *cli, const Paidan__Explained *desk,
                                       Paidan__Explained *units)
{
    if (desk == NULL) {
        return units;
    }
    const size_t count = desk->n_clocks + units->n_clocks;
    Paidan__ExplainedClock **clocks = arena_alloc(&cli->arena, count * sizeof *clocks);
    if (clocks == NULL) {
        return units;
    }
    memcpy(clocks, desk->clocks, desk->n_clocks * sizeof *clocks);
    memcpy(clocks + desk->n_clocks, units->clocks, units->n_clocks * sizeof *clocks);
    units->has_site_changed = units->site_changed =
        (units->has_site_changed && units->site_changed) ||
        (desk->has_site_changed && desk->site_changed);
    units->clocks = clocks;
    units->n_clocks = count;
    return units;
}

/* Asks triage and escalation for the clocks, interval by interval. NULL and 0: neither has a clock of
 * the ticket (yet). */
static int ask_clocks(struct cli *cli, uint64_t ticket, const Paidan__Explained **explained)
{
    Paidan__Explain wish = PAIDAN__EXPLAIN__INIT;
    wish.ticket = ticket;
    wish.has_clock = cli_given(cli, CLI_CLOCK);
    *explained = NULL;
    if (wish.has_clock) {
        wish.clock = (Paidan__Clock)cli_choice(cli, CLI_CLOCK);
    }
    static const char *const services[] = {"triage", "escalation"};
    for (size_t index = 0; index < sizeof services / sizeof services[0]; index++) {
        Paidan__Answer *answer = NULL;
        const Paidan__Code code =
            cli_try(cli, services[index], &wish.base, cli->timeout_ms, &answer);
        if (code == PAIDAN__CODE__OK && answer->explained->n_clocks > 0) {
            *explained = joined(cli, *explained, answer->explained);
        } else if (code == PAIDAN__CODE__OK && *explained == NULL && index > 0) {
            *explained = answer->explained;
        } else if (code != PAIDAN__CODE__OK && code != PAIDAN__CODE__TICKET_UNKNOWN) {
            return cli_refuse(cli, code, answer == NULL ? services[index] : answer->detail);
        }
    }
    return CLI_EXIT_OK;
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

/* Each clock as escalation explained it, with what it set off. */
static json_t *clocks_json(struct cli *cli, const struct cli_ticket_view *view,
                           const Paidan__Explained *explained)
{
    json_t *list = json_array();
    for (size_t index = 0; index < explained->n_clocks; index++) {
        const Paidan__ExplainedClock *clock = explained->clocks[index];
        json_t *object = say_json_message(&cli->say, &clock->set->base, true),
               *steps = json_array();
        json_t *more = say_json_message(&cli->say, &clock->base, true);
        json_object_del(more, "set");
        json_object_update(object, more);
        json_decref(more);
        for (size_t each = 0; each < view->history_count; each++) {
            if (fired(view->history[each], clock->set->clock)) {
                json_t *event = say_json_event(&cli->say, "escalation", view->history_seqs[each],
                                               view->history[each], true);
                json_object_del(event, "number");
                json_array_append_new(steps, event);
            }
        }
        json_object_set_new(object, "fired", steps);
        json_array_append_new(list, object);
    }
    return list;
}

/* What triage found, what escalation decided, what the clocks did. */
static json_t *explain_json(struct cli *cli, const struct cli_ticket_view *view,
                            const Paidan__Explained *explained)
{
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(view->ticket));
    if (view->triage != NULL) {
        json_t *triage = say_json_message(&cli->say, &view->triage->base, true);
        json_object_del(triage, "number");
        json_object_set_new(object, "triage", triage);
    }
    Paidan__Why why = PAIDAN__WHY__WHY_ROUTED;
    const Paidan__Assignment *to = assignment_of(view, &why);
    if (to != NULL) {
        char name[40];
        json_t *part = say_json_message(&cli->say, &to->base, true);
        json_object_del(part, "clocks");
        json_object_set_new(part, "why",
                            json_string(say_words_token(&paidan__why__descriptor, (int)why, name)));
        json_object_set_new(object, "assignment", part);
    }
    if (explained != NULL) {
        json_object_set_new(object, "clocks", clocks_json(cli, view, explained));
        json_object_set_new(object, "site_changed",
                            json_boolean(explained->has_site_changed && explained->site_changed));
        say_json_time(&cli->say, object, "now", explained->now_ms);
    }
    return object;
}

/* ---- for people -------------------------------------------------------------------------------
 */

/* What triage found: keywords and names of places, never the text itself. */
static void print_category(struct cli *cli, const Paidan__TriageShown *triage)
{
    char reasons[256], why[1024];
    if (triage->category != NULL) {
        printf(cli_say(cli, "类别  %s (%s)\n", "category  %s (%s)\n"),
               say_category(cli_speak(cli), triage->category), triage->category);
    }
    if (triage->area != NULL) {
        printf(cli_say(cli, "区域  %s (%s)\n", "area      %s (%s)\n"),
               say_area(cli_speak(cli), triage->area), triage->area);
    }
    if (triage->why != NULL) {
        say_words_found(&cli->say, triage->why, why, sizeof why);
        printf(cli_say(cli, "依据  %s\n", "because   %s\n"), why);
    }
    cli_grounds_print(cli, triage->judged);
    if (triage->has_reasons && triage->reasons != 0) {
        say_words_bits(&cli->say, &paidan__desk_reason__descriptor, triage->reasons,
                       cli_say(cli, "，", ", "), reasons, sizeof reasons);
        printf(cli_say(cli, "曾交分拨员：%s\n", "came to the desk: %s\n"), reasons);
    }
    if (triage->has_by_desk && triage->by_desk) {
        printf("%s\n", cli_say(cli, "由分拨员决定", "decided by a dispatcher"));
    }
}

/* Lines of matrix.csv are those of the day of the decision. */
static void print_assignment(struct cli *cli, const struct cli_ticket_view *view)
{
    Paidan__Why why = PAIDAN__WHY__WHY_ROUTED;
    const Paidan__Assignment *to = assignment_of(view, &why);
    if (to == NULL) {
        return;
    }
    printf(cli_say(cli, "单位  %s (%s)，%s，%s\n", "unit      %s (%s), %s, %s\n"),
           say_unit(cli_speak(cli), to->unit), to->unit, say_level(cli_speak(cli), to->level),
           say_words_why(&cli->say, why));
    if (to->has_matrix_line) {
        printf(cli_say(cli, "      职责清单 matrix.csv 第 %u 行\n",
                       "          responsibility: matrix.csv line %u\n"),
               to->matrix_line);
    } else if (to->has_fallback && to->fallback) {
        printf("%s\n", cli_say(cli, "      职责清单没有对应的行：本级兜底单位",
                               "          no line of the matrix: the level's fallback owner"));
    }
    /* Lines of a file that was edited since lead nowhere: say so rather than mislead. */
    const struct site *site = cli_site(cli);
    if (site != NULL && to->has_site_version && to->site_version != site->version) {
        printf("%s\n", cli_say(cli, "      站点配置此后有变动，行号以当时的文件为准",
                               "          the site has changed since; lines are those of then"));
    }
}

/* What this clock did, beside the clock: else the reader must look it up in the history. */
static void print_fired(struct cli *cli, const struct cli_ticket_view *view, Paidan__Clock clock)
{
    char at[SAY_TIME_BYTES], text[512];
    for (size_t index = 0; index < view->history_count; index++) {
        if (!fired(view->history[index], clock)) {
            continue;
        }
        const uint64_t at_ms = view->history[index]->at_ms;
        const enum say_tone colour =
            say_facts_words(&cli->say, view->history[index], text, sizeof text);
        say_time_exact(&cli->say, at_ms, at);
        printf("  %s  %s%s%s\n", at, cli_colour_on(cli->colour, colour), text,
               cli_colour_off(cli->colour, colour));
    }
}

/* One block a clock: its days, then the facts that it caused. */
static void print_clocks(struct cli *cli, const struct cli_ticket_view *view,
                         const Paidan__Explained *explained)
{
    const bool still =
        view->shown != NULL && view->shown->brief->state == PAIDAN__STATE__STATE_SUSPENDED;
    for (size_t index = 0; index < explained->n_clocks; index++) {
        const Paidan__ExplainedClock *clock = explained->clocks[index];
        const char *unit = clock->assisting;
        cli_spans_print(cli, clock, unit == NULL ? NULL : say_unit(cli_speak(cli), unit), still,
                        explained->now_ms);
        print_fired(cli, view, clock->set->clock);
    }
    if (explained->n_clocks == 0) {
        printf("%s\n", cli_say(cli, "没有这样的时钟", "no such clock"));
    }
    if (explained->has_site_changed && explained->site_changed) {
        printf("\n%s%s%s\n", cli_colour_on(cli->colour, SAY_WARN),
               cli_say(cli,
                       "日历此后有变动：区间按现在的日历，期限仍是当时定的；paidan policy replan "
                       "可预览重算",
                       "the calendar has changed since: intervals are by the one of now, deadlines "
                       "as they were set; paidan policy replan shows what would move"),
               cli_colour_off(cli->colour, SAY_WARN));
    }
}

/* --clock asks for a clock alone: the rest is left out. */
static void explain_text(struct cli *cli, const struct cli_ticket_view *view,
                         const Paidan__Explained *explained)
{
    char number[NUMBER_BYTES];
    number_format(view->ticket, number);
    printf("%s%s%s  %s\n", cli_colour_on(cli->colour, SAY_STRONG), number,
           cli_colour_off(cli->colour, SAY_STRONG),
           view->text->title == NULL ? "" : view->text->title);
    if (view->triage != NULL && !cli_given(cli, CLI_CLOCK)) {
        print_category(cli, view->triage);
    }
    if (!cli_given(cli, CLI_CLOCK)) {
        print_assignment(cli, view);
    }
    if (explained != NULL) {
        print_clocks(cli, view, explained);
    }
}

int cli_explain(struct cli *cli)
{
    struct cli_ticket_view view;
    const Paidan__Explained *explained = NULL;
    int status = cli_gather(cli, false, &view);
    if (status == CLI_EXIT_OK) {
        status = ask_clocks(cli, view.ticket, &explained);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->json) {
        status = cli_json_print(cli, explain_json(cli, &view, explained));
    } else {
        explain_text(cli, &view, explained);
    }
    return view.missing == PAIDAN__CODE__OK ? status
                                            : cli_refuse(cli, view.missing, cli->operands[0]);
}
