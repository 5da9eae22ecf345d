/* cli_explain: why a ticket is where it is: words found, matrix line, and for each clock the rule,
 * the calendar and what fired. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_facts.h"
#include "cli_gather.h"
#include "cli_json.h"
#include "cli_print.h"
#include "cli_time.h"
#include "common/number.h"

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
        if (event->fact_case == PAIDAN__EVENT__FACT_REOPENED) {
            *why = PAIDAN__WHY__WHY_REOPENED;
            return event->reopened->to;
        }
    }
    return NULL;
}

/* Did a step of this clock fire, as this event? */
static bool fired(const Paidan__Event *event, Paidan__Clock clock)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_WARNED:
        return event->warned->clock == clock;
    case PAIDAN__EVENT__FACT_RAISED:
        return event->raised->has_clock && event->raised->clock == clock;
    case PAIDAN__EVENT__FACT_CARDED:
        return event->carded->clock == clock;
    default:
        return false;
    }
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static json_t *clocks_json(struct cli *cli, const struct cli_ticket_view *view)
{
    json_t *list = json_array();
    for (size_t index = 0; index < view->shown->n_clocks; index++) {
        const Paidan__ClockSet *clock = view->shown->clocks[index];
        json_t *object = cli_json_message(cli, &clock->base, true), *steps = json_array();
        for (size_t each = 0; each < view->history_count; each++) {
            if (fired(view->history[each], clock->clock)) {
                json_t *event = cli_json_event(cli, "escalation", view->history_seqs[each],
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

static json_t *explain_json(struct cli *cli, const struct cli_ticket_view *view)
{
    json_t *object = json_object();
    json_object_set_new(object, "number", cli_json_number(view->ticket));
    if (view->triage != NULL) {
        json_t *triage = cli_json_message(cli, &view->triage->base, true);
        json_object_del(triage, "number");
        json_object_set_new(object, "triage", triage);
    }
    Paidan__Why why = PAIDAN__WHY__WHY_ROUTED;
    const Paidan__Assignment *to = assignment_of(view, &why);
    if (to != NULL) {
        char name[40];
        json_t *part = cli_json_message(cli, &to->base, true);
        json_object_del(part, "clocks");
        json_object_set_new(part, "why",
                            json_string(cli_json_enum(&paidan__why__descriptor, (int)why, name)));
        json_object_set_new(object, "assignment", part);
    }
    if (view->shown != NULL) {
        json_object_set_new(object, "clocks", clocks_json(cli, view));
    }
    return object;
}

/* ---- for people -------------------------------------------------------------------------------
 */

static void print_category(struct cli *cli, const Paidan__TriageShown *triage)
{
    char reasons[256];
    if (triage->category != NULL) {
        printf(cli_say(cli, "类别  %s (%s)\n", "category  %s (%s)\n"),
               cli_category_name(cli, triage->category), triage->category);
    }
    if (triage->area != NULL) {
        printf(cli_say(cli, "区域  %s (%s)\n", "area      %s (%s)\n"),
               cli_area_name(cli, triage->area), triage->area);
    }
    if (triage->why != NULL) {
        printf(cli_say(cli, "依据  %s\n", "because   %s\n"), triage->why);
    }
    if (triage->has_reasons && triage->reasons != 0) {
        cli_reasons_words(cli, triage->reasons, reasons, sizeof reasons);
        printf(cli_say(cli, "曾交分拨员：%s\n", "came to the desk: %s\n"), reasons);
    }
    if (triage->has_by_desk && triage->by_desk) {
        printf("%s\n", cli_say(cli, "由分拨员决定", "decided by a dispatcher"));
    }
}

static void print_assignment(struct cli *cli, const struct cli_ticket_view *view)
{
    Paidan__Why why = PAIDAN__WHY__WHY_ROUTED;
    const Paidan__Assignment *to = assignment_of(view, &why);
    if (to == NULL) {
        return;
    }
    printf(cli_say(cli, "单位  %s (%s)，%s，%s\n", "unit      %s (%s), %s, %s\n"),
           cli_unit_name(cli, to->unit), to->unit, cli_level_name(cli, to->level),
           cli_why_word(cli, why));
    if (to->has_matrix_line) {
        printf(cli_say(cli, "      职责清单 matrix.csv 第 %u 行\n",
                       "          responsibility: matrix.csv line %u\n"),
               to->matrix_line);
    } else if (to->has_fallback && to->fallback) {
        printf("%s\n", cli_say(cli, "      职责清单没有对应的行：本级兜底单位",
                               "          no line of the matrix: the level's fallback owner"));
    }
    const struct site *site = cli_site(cli);
    if (site != NULL && to->has_site_version && to->site_version != site->version) {
        printf("%s\n", cli_say(cli, "      站点配置此后有变动，行号以当时的文件为准",
                               "          the site has changed since; lines are those of then"));
    }
}

static void print_clock(struct cli *cli, const struct cli_ticket_view *view,
                        const Paidan__ClockSet *clock)
{
    char start[CLI_TIME_BYTES], due[CLI_TIME_BYTES], amount[CLI_TIME_BYTES], text[512];
    cli_time_exact(clock->start_ms, cli->utc_offset_ms, start);
    cli_time_exact(clock->due_ms, cli->utc_offset_ms, due);
    cli_time_amount(clock->has_amount_ms ? clock->amount_ms : clock->due_ms - clock->start_ms,
                    amount);
    printf("\n%s%s%s\n", cli_colour_on(cli->colour, CLI_BOLD), cli_clock_word(cli, clock->clock),
           cli_colour_off(cli->colour, CLI_BOLD));
    printf(cli_say(cli, "  起 %s  限 %s  日历 %s  止 %s\n",
                   "  from %s  amount %s  calendar %s  due %s\n"),
           start, amount, clock->calendar == NULL ? "always" : clock->calendar, due);
    if (clock->has_warn_ms) {
        cli_time_exact(clock->warn_ms, cli->utc_offset_ms, due);
        printf(cli_say(cli, "  预警 %s\n", "  warns at %s\n"), due);
    }
    if (clock->has_policy_line) {
        printf(cli_say(cli, "  规则 site.yaml 第 %u 行\n", "  rule: site.yaml line %u\n"),
               clock->policy_line);
    }
    for (size_t index = 0; index < view->history_count; index++) {
        if (!fired(view->history[index], clock->clock)) {
            continue;
        }
        const enum cli_colour colour = cli_fact_words(cli, view->history[index], text, sizeof text);
        cli_time_exact(view->history[index]->at_ms, cli->utc_offset_ms, start);
        printf("  %s  %s%s%s\n", start, cli_colour_on(cli->colour, colour), text,
               cli_colour_off(cli->colour, colour));
    }
}

int cli_explain(struct cli *cli)
{
    struct cli_ticket_view view;
    int status = cli_gather(cli, false, &view);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->json) {
        status = cli_json_print(cli, explain_json(cli, &view));
    } else {
        char number[NUMBER_BYTES];
        number_format(view.ticket, number);
        printf("%s%s%s  %s\n", cli_colour_on(cli->colour, CLI_BOLD), number,
               cli_colour_off(cli->colour, CLI_BOLD),
               view.text->title == NULL ? "" : view.text->title);
        if (view.triage != NULL) {
            print_category(cli, view.triage);
        }
        print_assignment(cli, &view);
        for (size_t index = 0; view.shown != NULL && index < view.shown->n_clocks; index++) {
            print_clock(cli, &view, view.shown->clocks[index]);
        }
    }
    return view.missing == PAIDAN__CODE__OK ? status
                                            : cli_refuse(cli, view.missing, cli->operands[0]);
}
