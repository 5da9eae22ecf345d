/* cli_show: one ticket on one sheet: what the resident said, who has it, which clock runs, what
 * happened. Phone and name are masked by intake unless --reveal is given with a reason, which is
 * recorded. */

#include <stdio.h>
#include <string.h>

#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_gather.h"
#include "cli_json.h"
#include "cli_words.h"
#include "common/say/number.h"
#include "common/say/say_facts.h"
#include "common/say/say_group.h"
#include "common/say/say_json.h"
#include "common/say/say_judged.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/text/text.h"

enum {
    BAR_CELLS = 20,
    LABEL_COLUMNS = 10,
    TRIAGE_DESK_FIRST = 2,
    TRIAGE_DESK_LAST = 3,
    TRIAGE_DESK_RECALLED = 5
};

/* ---- JSON -------------------------------------------------------------------------------------
 */

/* Triage's state as triage_fsm.h numbers it. */
static const char *triage_state_word(uint32_t state)
{
    static const char *const names[] = {"none",  "routed",        "desk_new", "desk_returned",
                                        "ended", "desk_recalled", "merged"};
    return state < sizeof names / sizeof names[0] ? names[state] : "?";
}

/* state is a number on the wire, of triage's own life: named here. */
static json_t *triage_json(const struct cli *cli, const Paidan__TriageShown *triage)
{
    json_t *object = say_json_message(&cli->say, &triage->base, true);
    json_object_del(object, "number");
    json_object_del(object, "history");
    json_object_del(object, "history_seqs");
    json_object_set_new(object, "state", json_string(triage_state_word(triage->state)));
    return object;
}

/* What triage and callback did, in the form of their logs' dumps. */
static json_t *told_json(const struct cli *cli, const struct cli_ticket_view *view)
{
    json_t *list = json_array();
    for (size_t index = 0; index < view->told_count; index++) {
        const struct cli_told *told = &view->told[index];
        json_t *event = say_json_event(&cli->say, told->service, told->seq, told->event, true);
        json_object_del(event, "number");
        json_array_append_new(list, event);
    }
    return list;
}

/* One object for the whole ticket: the brief's fields at the top, what other services know under
 * their names. */
static json_t *show_json(struct cli *cli, const struct cli_ticket_view *view)
{
    json_t *object = json_object(), *part = NULL;
    json_object_set_new(object, "number", say_json_number(view->ticket));
    if (view->shown != NULL) {
        part = say_json_brief(cli_speak(cli), view->shown->brief);
        json_object_update(object, part);
        json_decref(part);
    }
    part = say_json_message(&cli->say, &view->text->base, true);
    /* Where both know a field, escalation's is the newer: intake has it from receipts. */
    json_object_update_missing(object, part);
    json_decref(part);
    if (view->triage != NULL) {
        json_object_set_new(object, "triage", triage_json(cli, view->triage));
    }
    if (view->callback != NULL) {
        part = say_json_message(&cli->say, &view->callback->base, true);
        json_object_del(part, "number");
        json_object_del(part, "history");
        json_object_del(part, "history_seqs");
        json_object_set_new(object, "callback", part);
    }
    json_object_set_new(object, "other_history", told_json(cli, view));
    if (view->shown != NULL) {
        json_t *clocks = json_array(), *history = json_array();
        for (size_t index = 0; index < view->shown->n_clocks; index++) {
            json_array_append_new(
                clocks, say_json_message(&cli->say, &view->shown->clocks[index]->base, true));
        }
        json_object_set_new(object, "all_clocks", clocks);
        for (size_t index = 0; index < view->history_count; index++) {
            json_t *event = say_json_event(&cli->say, "escalation", view->history_seqs[index],
                                           view->history[index], true);
            json_object_del(event, "number");
            json_array_append_new(history, event);
        }
        json_object_set_new(object, "history", history);
        if (view->archived) {
            json_object_set_new(object, "archived", json_true());
        }
    }
    return object;
}

/* ---- for people -------------------------------------------------------------------------------
 */

/* Two blanks, the word, and as many more as make the values stand in a column. */
static void label(const struct cli *cli, const char *zh, const char *en)
{
    const char *word = cli_say(cli, zh, en);
    const size_t columns = text_columns(word);
    printf("  %s%s%s%*s", cli_colour_on(cli->colour, SAY_FAINT), word,
           cli_colour_off(cli->colour, SAY_FAINT),
           columns < LABEL_COLUMNS ? (int)(LABEL_COLUMNS - columns) : 1, "");
}

static void section(const struct cli *cli, const char *zh, const char *en)
{
    printf("\n%s%s%s\n", cli_colour_on(cli->colour, SAY_STRONG), cli_say(cli, zh, en),
           cli_colour_off(cli->colour, SAY_STRONG));
}

/* New there, returned or taken back to it. */
static bool at_desk(const struct cli_ticket_view *view)
{
    const uint32_t state = view->triage == NULL ? 0 : view->triage->state;
    return (state >= TRIAGE_DESK_FIRST && state <= TRIAGE_DESK_LAST) ||
           state == TRIAGE_DESK_RECALLED;
}

/* What matters most in one line: state, outcome, urgency, card. Before escalation knows the
 * ticket, what triage or intake know. */
static void print_heading(struct cli *cli, const struct cli_ticket_view *view)
{
    char number[NUMBER_BYTES];
    number_format(view->ticket, number);
    const Paidan__Brief *brief = view->shown == NULL ? NULL : view->shown->brief;
    const char *state = brief != NULL   ? say_words_state(&cli->say, brief->state)
                        : at_desk(view) ? cli_say(cli, "待分拨", "at the desk")
                        : view->text->has_state && view->text->state != PAIDAN__STATE__STATE_NONE
                            ? say_words_state(&cli->say, view->text->state)
                            : cli_say(cli, "已受理", "registered");
    printf("%s%s%s  %s", cli_colour_on(cli->colour, SAY_STRONG), number,
           cli_colour_off(cli->colour, SAY_STRONG), state);
    if (brief != NULL && brief->has_outcome && brief->state == PAIDAN__STATE__STATE_CLOSED) {
        printf(" · %s", say_words_outcome(&cli->say, brief->outcome));
    }
    if (brief != NULL && brief->has_urgency && brief->urgency != PAIDAN__URGENCY__URGENCY_NORMAL) {
        printf("  %s%s%s", cli_colour_on(cli->colour, SAY_BAD),
               say_words_urgency(&cli->say, brief->urgency), cli_colour_off(cli->colour, SAY_BAD));
    }
    if (brief != NULL && brief->has_card && brief->card != PAIDAN__CARD__CARD_NONE) {
        const enum say_tone colour = brief->card == PAIDAN__CARD__CARD_RED ? SAY_BAD : SAY_WARN;
        printf("  %s%s%s", cli_colour_on(cli->colour, colour),
               say_words_card(&cli->say, brief->card), cli_colour_off(cli->colour, colour));
    }
    if (view->text->has_confidential && view->text->confidential) {
        printf("  %s%s%s", cli_colour_on(cli->colour, SAY_BAD),
               cli_say(cli, "保密", "confidential"), cli_colour_off(cli->colour, SAY_BAD));
    }
    /* To a unit the title of a confidential ticket is the dispatcher's. */
    const char *title = view->text->title != NULL ? view->text->title
                        : brief != NULL           ? brief->title
                                                  : NULL;
    printf("\n%s\n\n", title == NULL ? "" : title);
}

/* What intake tells; phone and name are masked there unless they were asked for. */
static void print_who_said(struct cli *cli, const Paidan__TicketText *text)
{
    char at[SAY_TIME_BYTES], ago[SAY_TIME_BYTES];
    if (text->has_registered_ms) {
        say_time_exact(&cli->say, text->registered_ms, at);
        say_time_span(&cli->say, (int64_t)cli->now_ms - (int64_t)text->registered_ms, ago);
        label(cli, "受理", "received");
        printf(cli_say(cli, "%s（%s前）", "%s (%s ago)"), at, ago);
        printf("  %s\n", text->channel == NULL ? "" : say_channel(cli_speak(cli), text->channel));
    }
    if (text->has_occurred_ms) {
        say_time_exact(&cli->say, text->occurred_ms, at);
        label(cli, "发生时间", "happened");
        printf("%s\n", at);
    }
    if (text->has_due_ms) {
        say_time_exact(&cli->say, text->due_ms, at);
        label(cli, "上级时限", "due above");
        printf("%s\n", at);
    }
    if (text->split_of != NULL) {
        label(cli, "拆分自", "split from");
        printf("%s\n", text->split_of);
    }
    for (size_t index = 0; index < text->n_split_into; index++) {
        label(cli, index == 0 ? "拆分出" : "", index == 0 ? "split off" : "");
        printf("%s\n", text->split_into[index]);
    }
    if (text->place != NULL) {
        label(cli, "地点", "place");
        printf("%s\n", text->place);
    }
    if (text->phone != NULL || text->reporter != NULL) {
        label(cli, "诉求人", "resident");
        printf("%s%s%s\n", text->reporter == NULL ? "" : text->reporter,
               text->reporter == NULL || text->phone == NULL ? "" : " ",
               text->phone == NULL ? "" : text->phone);
    }
    if (text->external_id != NULL) {
        label(cli, "渠道编号", "their id");
        printf("%s\n", text->external_id);
    }
}

static void print_deadline(struct cli *cli, uint64_t due_ms)
{
    char text[128];
    const enum say_tone colour =
        say_time_deadline(&cli->say, due_ms, 0, cli->now_ms, text, sizeof text);
    printf("%s%s%s", cli_colour_on(cli->colour, colour), text, cli_colour_off(cli->colour, colour));
}

static bool has_task(const Paidan__Brief *brief, const char *unit)
{
    bool found = false;
    for (size_t index = 0; index < brief->n_assist_tasks; index++) {
        found = found || strcmp(brief->assist_tasks[index]->unit, unit) == 0;
    }
    return found;
}

/* Each assisting unit with its own term; of a ticket from before each had a task, the name. */
static void print_tasks(struct cli *cli, const Paidan__Brief *brief)
{
    for (size_t index = 0; index < brief->n_assist_tasks; index++) {
        const Paidan__AssistTask *task = brief->assist_tasks[index];
        label(cli, "协办", "assisting");
        printf("%s  ", say_unit(cli_speak(cli), task->unit));
        if (task->done) {
            printf("%s%s%s", cli_colour_on(cli->colour, SAY_GOOD), cli_say(cli, "已完成", "done"),
                   cli_colour_off(cli->colour, SAY_GOOD));
        } else if (brief->state == PAIDAN__STATE__STATE_SUSPENDED) {
            printf("%s", cli_say(cli, "停着", "stands still"));
        } else if (task->has_due_ms) {
            print_deadline(cli, task->due_ms);
        }
        printf("%s\n", task->done && task->has_late && task->late
                           ? cli_say(cli, "（超时）", " (late)")
                           : "");
    }
    for (size_t index = 0; index < brief->n_assist; index++) {
        if (!has_task(brief, brief->assist[index])) {
            label(cli, "协办", "assisting");
            printf("%s\n", say_unit(cli_speak(cli), brief->assist[index]));
        }
    }
}

/* Ends the line of who decides. */
static void print_decide_by(struct cli *cli, bool has_due, uint64_t due_ms)
{
    char text[96];
    printf("%s", cli_say(cli, " 批复", ""));
    if (has_due) {
        (void)say_time_deadline(&cli->say, due_ms, 0, cli->now_ms, text, sizeof text);
        printf("%s%s", cli_say(cli, "，", ", "), text);
    }
    putchar('\n');
}

/* What stands beside the ordinary way: a suspension, an open request, a named person, a mode. */
static void print_extra(struct cli *cli, const Paidan__Brief *brief)
{
    char until[SAY_TIME_BYTES], span[SAY_TIME_BYTES], number[NUMBER_BYTES];
    if (brief->has_merged_into) {
        number_format(brief->merged_into, number);
        label(cli, "并入", "into");
        printf("%s\n", number);
    }
    if (brief->has_members) {
        label(cli, "并单", "merged");
        printf(cli_say(cli, "有 %u 件并入\n", "into it so far: %u\n"), brief->members);
    }
    if (brief->state == PAIDAN__STATE__STATE_SUSPENDED && brief->has_suspended_until_ms) {
        say_time_exact(&cli->say, brief->suspended_until_ms, until);
        say_time_span(&cli->say, (int64_t)brief->suspended_until_ms - (int64_t)cli->now_ms, span);
        label(cli, "挂账", "suspended");
        printf(cli_say(cli, "%s到 %s（还有 %s）%s\n", "%suntil %s (%s from now)%s\n"),
               cli_colour_on(cli->colour, SAY_NEWS), until, span,
               cli_colour_off(cli->colour, SAY_NEWS));
    }
    if (brief->has_request) {
        label(cli, "待批", "request");
        printf("%s%s%s", say_words_request_kind(&cli->say, brief->request),
               cli_say(cli, "，由 ", ", decides: "), say_unit(cli_speak(cli), brief->request_to));
        print_decide_by(cli, brief->has_request_due_ms, brief->request_due_ms);
    }
    if (brief->appeal_to != NULL) {
        label(cli, "申诉", "appeal");
        printf("%s%s", cli_say(cli, "由 ", "decides: "),
               say_unit(cli_speak(cli), brief->appeal_to));
        print_decide_by(cli, brief->has_appeal_due_ms, brief->appeal_due_ms);
    }
    if (brief->person != NULL) {
        label(cli, "定人", "person");
        printf("%s  ", brief->person);
        if (brief->has_person_due_ms) {
            print_deadline(cli, brief->person_due_ms);
        }
        putchar('\n');
    }
    if (brief->has_mode && brief->mode != PAIDAN__MODE__MODE_ORDINARY) {
        label(cli, "方式", "mode");
        printf("%s\n", say_words_mode(&cli->say, brief->mode));
    }
}

/* Lateness stands here for good: an appeal takes it out of the statistic, not off the sheet. */
static void print_supervision(struct cli *cli, const Paidan__Brief *brief)
{
    char late[256] = "";
    const bool supervised = brief->has_supervised && brief->supervised;
    if (supervised || (brief->has_urges && brief->urges > 0)) {
        label(cli, "督办", "watched");
        printf(cli_say(cli, "%s催办 %u 次\n", "%surged %u times\n"),
               supervised ? cli_say(cli, "列入督办，", "under supervision, ") : "",
               brief->has_urges ? brief->urges : 0);
    }
    if (brief->has_late && brief->late != 0) {
        say_words_bits(&cli->say, &paidan__clock__descriptor, brief->late, cli_say(cli, "、", ", "),
                       late, sizeof late);
        label(cli, "曾超时", "was late");
        printf("%s%s%s%s%s\n", cli_colour_on(cli->colour, SAY_BAD), late,
               cli_colour_off(cli->colour, SAY_BAD),
               brief->has_appealed && brief->appealed ? cli_say(cli, "，申诉中", ", appealed") : "",
               brief->has_exempt && brief->exempt
                   ? cli_say(cli, "，不计入统计", ", out of the statistic")
                   : "");
    }
}

/* Until when the dispatcher decides, and how often the alarm was given since. */
static void print_desk_clock(struct cli *cli, const Paidan__DeskItem *desk)
{
    if (desk == NULL || desk->clock == NULL) {
        return;
    }
    char text[128];
    const Paidan__ClockSet *clock = desk->clock;
    const enum say_tone tone =
        say_time_deadline(&cli->say, clock->due_ms, clock->has_warn_ms ? clock->warn_ms : 0,
                          cli->now_ms, text, sizeof text);
    label(cli, "分拨时限", "desk due");
    printf("%s%s%s", cli_colour_on(cli->colour, tone), text, cli_colour_off(cli->colour, tone));
    if (desk->has_alarms) {
        printf(cli_say(cli, "，警报 %u 次", ", %u alarms"), desk->alarms);
    }
    putchar('\n');
}

/* In one line; the rest is for explain. */
static void print_judged(struct cli *cli, const struct cli_ticket_view *view)
{
    char brief[512] = "";
    if (view->triage != NULL && view->triage->judged != NULL) {
        say_judged_brief(cli_speak(cli), view->triage->judged, brief, sizeof brief);
    }
    if (brief[0] != '\0') {
        label(cli, "判断", "judged by");
        printf("%s\n", brief);
    }
}

/* From escalation once it knows the ticket, before that from triage. */
static void print_who_has(struct cli *cli, const struct cli_ticket_view *view)
{
    const Paidan__Brief *brief = view->shown == NULL ? NULL : view->shown->brief;
    const char *category = brief != NULL          ? brief->category
                           : view->triage != NULL ? view->triage->category
                                                  : NULL;
    const char *area = brief != NULL          ? brief->area
                       : view->triage != NULL ? view->triage->area
                                              : NULL;
    if (category != NULL) {
        label(cli, "类别", "category");
        printf("%s\n", say_category(cli_speak(cli), category));
    }
    if (area != NULL) {
        label(cli, "区域", "area");
        printf("%s\n", say_area(cli_speak(cli), area));
    }
    print_judged(cli, view);
    if (at_desk(view)) {
        char reasons[256];
        say_words_bits(&cli->say, &paidan__desk_reason__descriptor, view->triage->reasons,
                       cli_say(cli, "，", ", "), reasons, sizeof reasons);
        label(cli, "待分拨", "at desk");
        printf("%s\n", reasons);
        print_desk_clock(cli, view->triage->desk);
    }
    if (brief == NULL) {
        return;
    }
    if (brief->unit[0] != '\0') { /* nobody has what was taken back to the desk */
        label(cli, "承办", "unit");
        printf("%s (%s)  %s\n", say_unit(cli_speak(cli), brief->unit), brief->unit,
               say_level(cli_speak(cli), brief->level));
    }
    print_tasks(cli, brief);
    print_extra(cli, brief);
    print_supervision(cli, brief);
    if (brief->holder != NULL) {
        char until[SAY_TIME_BYTES];
        say_time_short(&cli->say, brief->lease_until_ms, cli->now_ms, until);
        label(cli, "领取人", "held by");
        printf("%s%s%s\n", brief->holder, cli_say(cli, "，到 ", ", until "), until);
    }
    label(cli, "经过", "so far");
    printf(cli_say(cli, "上报 %u 次，催单 %u 次，第 %u 轮，版本 %llu\n",
                   "raised: %u, chased: %u, round %u, version %llu\n"),
           brief->has_raises ? brief->raises : 0, brief->has_chases ? brief->chases : 0,
           brief->has_round ? brief->round : 0, (unsigned long long)brief->version);
}

/* The brief lists running clocks only, the sheet all of this round. */
static bool runs(const struct cli_ticket_view *view, Paidan__Clock clock)
{
    const Paidan__Brief *brief = view->shown->brief;
    for (size_t index = 0; index < brief->n_clocks; index++) {
        if (brief->clocks[index]->clock == clock) {
            return true;
        }
    }
    return false;
}

static void print_clock(struct cli *cli, const struct cli_ticket_view *view,
                        const Paidan__ClockSet *clock)
{
    label(cli, say_words_clock(&cli->say, clock->clock), say_words_clock(&cli->say, clock->clock));
    char text[128], due[SAY_TIME_BYTES];
    if (!runs(view, clock->clock)) {
        const bool still = view->shown->brief->state == PAIDAN__STATE__STATE_SUSPENDED;
        say_time_short(&cli->say, clock->due_ms, cli->now_ms, due);
        printf("%s%s (%s)%s\n", cli_colour_on(cli->colour, SAY_FAINT),
               still ? cli_say(cli, "停着", "stands still") : cli_say(cli, "已停", "stopped"), due,
               cli_colour_off(cli->colour, SAY_FAINT));
        return;
    }
    const enum say_tone colour =
        say_time_deadline(&cli->say, clock->due_ms, clock->has_warn_ms ? clock->warn_ms : 0,
                          cli->now_ms, text, sizeof text);
    /* By elapsed time, not by open hours: a bar that stands still all night would look broken. */
    const uint64_t span = clock->due_ms > clock->start_ms ? clock->due_ms - clock->start_ms : 1;
    const uint64_t gone = cli->now_ms > clock->start_ms ? cli->now_ms - clock->start_ms : 0;
    const unsigned filled = gone >= span ? BAR_CELLS : (unsigned)(gone * BAR_CELLS / span);
    printf("%s", cli_colour_on(cli->colour, colour));
    for (unsigned cell = 0; cell < BAR_CELLS; cell++) {
        fputs(cell < filled ? "█" : "░", stdout);
    }
    printf(" %s%s\n", text, cli_colour_off(cli->colour, colour));
}

/* Who did it. Of a fact that followed another service's record, who made that record: a dispatcher,
 * an operator, the clerk who registered what was solved on the spot. */
static const char *actor_of(const struct cli_ticket_view *view, const Paidan__Event *event)
{
    const Paidan__Cause *cause = event->cause;
    if (cause == NULL || cause->actor != NULL || cause->log == NULL) {
        return cause == NULL ? NULL : cause->actor;
    }
    for (size_t index = 0; index < view->told_count; index++) {
        const struct cli_told *told = &view->told[index];
        if (strcmp(told->service, cause->log) != 0 || told->seq != cause->seq) {
            continue;
        }
        const Paidan__Event *before = told->event;
        const bool spot =
            before->fact_case == PAIDAN__EVENT__FACT_ROUTED && before->routed->spot_note != NULL;
        return spot ? view->text->actor : before->cause->actor;
    }
    return NULL;
}

enum { SENTENCE_BYTES = 4096 };

/* before: the sentence above; set to this one. What two services say of a group in the same words is one line. */
static void print_event(struct cli *cli, const struct cli_ticket_view *view,
                        const Paidan__Event *event, char before[SENTENCE_BYTES])
{
    char at[SAY_TIME_BYTES], text[SENTENCE_BYTES];
    const enum say_tone colour = say_facts_words(&cli->say, event, text, sizeof text);
    if (text[0] == '\0' || (say_group_knows(event->fact_case) && strcmp(text, before) == 0)) {
        return;
    }
    memcpy(before, text, sizeof text);
    const char *actor = actor_of(view, event);
    say_time_exact(&cli->say, event->at_ms, at);
    printf("  %s  %s%s%s", at, cli_colour_on(cli->colour, colour), text,
           cli_colour_off(cli->colour, colour));
    if (actor != NULL) {
        printf("  %s%s%s", cli_colour_on(cli->colour, SAY_FAINT), actor,
               cli_colour_off(cli->colour, SAY_FAINT));
    }
    putchar('\n');
}

/* The earliest of the other services' facts that is not printed yet and not after at_ms. */
static const struct cli_told *next_told(const struct cli_ticket_view *view, const bool *printed,
                                        uint64_t at_ms)
{
    const struct cli_told *next = NULL;
    for (size_t index = 0; index < view->told_count; index++) {
        const struct cli_told *told = &view->told[index];
        if (!printed[index] && told->event->at_ms <= at_ms &&
            (next == NULL || told->event->at_ms < next->event->at_ms)) {
            next = told;
        }
    }
    return next;
}

/* Only facts that have a sentence; leases and the like would bury the rest. What other services
 * did stands before what followed from it here. */
static void print_history(struct cli *cli, const struct cli_ticket_view *view)
{
    char at[SAY_TIME_BYTES], before[SENTENCE_BYTES] = "";
    bool printed[2 * CLI_HISTORY_MAX] = {false};
    if (view->text->has_registered_ms) {
        say_time_exact(&cli->say, view->text->registered_ms, at);
        printf("  %s  %s", at, cli_say(cli, "受理", "registered"));
        if (view->text->actor != NULL) {
            printf("  %s%s%s", cli_colour_on(cli->colour, SAY_FAINT), view->text->actor,
                   cli_colour_off(cli->colour, SAY_FAINT));
        }
        putchar('\n');
    }
    for (size_t index = 0; index <= view->history_count; index++) {
        const bool last = index == view->history_count;
        const uint64_t until_ms = last ? UINT64_MAX : view->history[index]->at_ms;
        const struct cli_told *told = next_told(view, printed, until_ms);
        for (; told != NULL; told = next_told(view, printed, until_ms)) {
            printed[told - view->told] = true;
            print_event(cli, view, told->event, before);
        }
        if (!last) {
            print_event(cli, view, view->history[index], before);
        }
    }
}

static void print_callback(struct cli *cli, const Paidan__CallbackShown *callback)
{
    label(cli, "回访", "callback");
    printf(cli_say(cli, "第 %u 轮", "round %u"), callback->round);
    if (callback->attempt > 0) { /* none, where nobody is asked */
        printf(cli_say(cli, "，第 %u 次", ", attempt %u"), callback->attempt);
    }
    if (callback->has_solved) {
        printf("  %s", say_words_solved(&cli->say, callback->solved));
    }
    if (callback->has_satisfied) {
        printf("  %s", say_words_satisfied(&cli->say, callback->satisfied));
    }
    if (callback->has_late && callback->late) {
        printf("  %s", cli_say(cli, "办结后补答", "after it had been closed"));
    }
    if (callback->has_spared) {
        printf("  %s",
               say_words_get(&cli->say, &paidan__spare_reason__descriptor, (int)callback->spared));
        if (callback->has_percent && callback->has_drawn) {
            printf(
                cli_say(cli, "（抽 %u%%，抽到 %u.%02u）", " (%u%% are asked, %u.%02u was drawn)"),
                callback->percent, callback->drawn / 100, callback->drawn % 100);
        }
    } else if (callback->has_unreached && callback->unreached) {
        printf("  %s", cli_say(cli, "未接通", "unreached"));
    } else if (!callback->open && !callback->has_solved) {
        printf("  %s", cli_say(cli, "已取消", "cancelled"));
    }
    if (callback->note != NULL) {
        printf("  %s", callback->note);
    }
    putchar('\n');
}

static void show_text(struct cli *cli, const struct cli_ticket_view *view)
{
    print_heading(cli, view);
    print_who_said(cli, view->text);
    print_who_has(cli, view);
    if (view->callback != NULL) {
        print_callback(cli, view->callback);
    }
    section(cli, "内容", "What the resident says");
    cli_words_print(cli, view->text);
    if (view->text->summary != NULL && strcmp(view->text->summary, view->text->text) != 0) {
        section(cli, "给承办单位的摘要", "What the unit gets");
        printf("  %s\n", view->text->summary);
    }
    for (size_t index = 0; index < view->text->n_attachments; index++) {
        const Paidan__Attachment *attachment = view->text->attachments[index];
        printf("  %s  %s%s%s\n", attachment->name, cli_colour_on(cli->colour, SAY_FAINT),
               attachment->url, cli_colour_off(cli->colour, SAY_FAINT));
    }
    if (view->shown != NULL && view->shown->n_clocks > 0) {
        section(cli, "时限", "Clocks");
        for (size_t index = 0; index < view->shown->n_clocks; index++) {
            print_clock(cli, view, view->shown->clocks[index]);
        }
    }
    if (view->archived) {
        label(cli, "归档", "archived");
        printf(
            "%s\n",
            cli_say(cli, "早已办结，移出在办表；全部经过见 paidan export",
                    "it ended long ago and left the tables; paidan export has all of its history"));
    }
    section(cli, "时间线", "History");
    print_history(cli, view);
}

int cli_show(struct cli *cli)
{
    struct cli_ticket_view view;
    const bool reveal = cli_given(cli, CLI_REVEAL);
    int status = reveal ? cli_words_reason(cli, CLI_REVEAL) : CLI_EXIT_OK;
    if (status == CLI_EXIT_OK) {
        status = cli_gather(cli, reveal, &view);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->json) {
        status = cli_json_print(cli, show_json(cli, &view));
    } else {
        show_text(cli, &view);
    }
    return view.missing == PAIDAN__CODE__OK ? status
                                            : cli_refuse(cli, view.missing, cli->operands[0]);
}
