/* cli_callback: what a channel should ask the residents, and their answers. Listing without --peek
 * is a pull: it leases the tasks to the caller, as an adapter would. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_effect.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_pull.h"
#include "cli_results.h"
#include "cli_words.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"

/* More than an operator calls in an hour is a list, not a script. */
enum { SPEECHES_MAX = 10, SPEECH_BYTES = 4096 };

/* What the one who asks must know of a ticket: escalation has it, callback has not. */
struct known {
    const char *title, *result; /* NULL: escalation could not be asked */
};

/* The unit's words of the newest closure. */
static void know(struct cli *cli, uint64_t ticket, struct known *known)
{
    const struct cli_effect_of all = {.request_id = NULL};
    struct cli_effect effect;
    *known = (struct known){.title = NULL};
    (void)cli_effect_find(cli, ticket, &all, &effect);
    known->title = effect.shown == NULL ? NULL : effect.shown->brief->title;
    for (size_t index = 0; index < effect.count; index++) {
        const Paidan__Event *event = effect.facts[index];
        if (event->fact_case == PAIDAN__EVENT__FACT_RESOLVED) {
            known->result = event->resolved->note;
        }
    }
}

/* The words for the telephone, in the language of the one who speaks them. */
static void put_speech(const struct say *say, const Paidan__CallbackTask *task,
                       const struct known *known, char *text, size_t size)
{
    (void)snprintf(
        text, size,
        say_choose(say, "您好，您反映的“%s”，%s 说已办结：%s。请问解决了吗？您对办理满意吗？",
                   "Hello, about what you reported, \"%s\": %s says it is solved: %s. Is it "
                   "solved? Are you satisfied with how it was handled?"),
        known->title == NULL ? "" : known->title, say_unit(say, task->unit),
        known->result == NULL ? "-" : known->result);
}

/* Title, result and what to say, in both languages; nothing where escalation could not be asked. */
static void set_known(struct cli *cli, json_t *object, const Paidan__CallbackTask *task)
{
    char text[SPEECH_BYTES];
    struct known known;
    know(cli, task->ticket, &known);
    if (known.title == NULL) {
        return;
    }
    struct say say = *cli_speak(cli);
    json_t *speech = json_object();
    say.language = SAY_CHINESE;
    put_speech(&say, task, &known, text, sizeof text);
    json_object_set_new(speech, "zh", json_string(text));
    say.language = SAY_ENGLISH;
    put_speech(&say, task, &known, text, sizeof text);
    json_object_set_new(speech, "en", json_string(text));
    json_object_set_new(object, "title", json_string(known.title));
    json_object_set_new(object, "result", json_string(known.result == NULL ? "" : known.result));
    json_object_set_new(object, "say", speech);
}

/* Names beside codes, as in every listing. */
static json_t *task_json(struct cli *cli, const Paidan__CallbackTask *task,
                         const Paidan__TicketText *text)
{
    json_t *object = say_json_message(&cli->say, &task->base, true);
    if (task->unit != NULL) {
        json_object_set_new(object, "unit_name", json_string(say_unit(cli_speak(cli), task->unit)));
    }
    set_known(cli, object, task);
    cli_words_json(cli, object, text);
    return object;
}

/* Until calling hours begin the row shows when they do; then how long is left. */
static void add_task(struct cli *cli, struct cli_grid *grid, const Paidan__CallbackTask *task,
                     const struct known *known)
{
    char number[NUMBER_BYTES], text[96];
    number_format(task->ticket, number);
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    cli_grid_add(grid, SAY_PLAIN, "%s", say_channel(cli_speak(cli), task->channel));
    cli_grid_add(grid, SAY_PLAIN, "%u", task->round);
    cli_grid_add(grid, SAY_PLAIN, "%u", task->attempt);
    if (task->open_ms > cli->now_ms) {
        char at[SAY_TIME_BYTES];
        say_time_short(&cli->say, task->open_ms, cli->now_ms, at);
        cli_grid_add(grid, SAY_FAINT, cli_say(cli, "%s 起", "from %s"), at);
    } else {
        const enum say_tone colour =
            say_time_deadline(&cli->say, task->due_ms, 0, cli->now_ms, text, sizeof text);
        cli_grid_add(grid, colour, "%s", text);
    }
    cli_grid_add(grid, SAY_PLAIN, "%s", say_unit(cli_speak(cli), task->unit));
    cli_grid_add(grid, SAY_PLAIN, "%s", task->holder == NULL ? "" : task->holder);
    cli_grid_add(grid, SAY_PLAIN, "%s", known->title == NULL ? "" : known->title);
    cli_grid_add(grid, SAY_PLAIN, "%s", known->result == NULL ? "" : known->result);
}

/* What the residents said, whom somebody is about to call. NULL: it could not be read. */
static const Paidan__TicketText **words_of(struct cli *cli, const Paidan__CallbackPulled *pulled)
{
    uint64_t *tickets = arena_alloc(&cli->arena, (pulled->n_tasks + 1) * sizeof *tickets);
    for (size_t index = 0; tickets != NULL && index < pulled->n_tasks; index++) {
        tickets[index] = pulled->tasks[index]->ticket;
    }
    return tickets == NULL ? NULL : cli_words_ask(cli, tickets, pulled->n_tasks);
}

/* Below the table, for as many as one operator calls: what to say, and what to type then. */
static void print_speeches(struct cli *cli, const Paidan__CallbackPulled *pulled)
{
    if (pulled->n_tasks > SPEECHES_MAX) {
        return;
    }
    for (size_t index = 0; index < pulled->n_tasks; index++) {
        char number[NUMBER_BYTES], text[SPEECH_BYTES];
        struct known known;
        know(cli, pulled->tasks[index]->ticket, &known);
        number_format(pulled->tasks[index]->ticket, number);
        put_speech(cli_speak(cli), pulled->tasks[index], &known, text, sizeof text);
        printf("\n%s  %s\n", number, text);
        printf("  paidan callback answer %s %s\n", number,
               cli_say(cli, "--solved 是|部分|否 --satisfied 满意|基本满意|不满意",
                       "--solved yes|partly|no --satisfied yes|fair|no"));
    }
}

/* For a pull and for --peek alike; only a pull has a lease to tell. */
static int tell_tasks(struct cli *cli, const Paidan__CallbackPulled *pulled)
{
    static const struct cli_column table[] = {
        {.title = "工单号|NUMBER"},
        {.title = "渠道|CHANNEL", .rank = 13},
        {.title = "轮次|ROUND", .rank = 12},
        {.title = "次数|ATTEMPT", .rank = 11},
        {.title = "时限|DEADLINE", .rank = 10, .brackets = true},
        {.title = "办理单位|UNIT", .floor = 12, .rank = 1},
        {.title = "领取人|HOLDER", .floor = 8, .rank = 2},
        {.title = "标题|TITLE", .floor = 16},
        {.title = "办理结果|RESULT", .floor = 12},
        {.title = NULL},
    };
    (void)cli_site(cli);
    const Paidan__TicketText **texts = words_of(cli, pulled);
    if (cli->json) {
        json_t *object = json_object(), *list = json_array();
        for (size_t index = 0; index < pulled->n_tasks; index++) {
            json_array_append_new(
                list, task_json(cli, pulled->tasks[index], texts == NULL ? NULL : texts[index]));
        }
        json_object_set_new(object, "tasks", list);
        if (pulled->has_lease_until_ms) {
            say_json_time(&cli->say, object, "lease_until", pulled->lease_until_ms);
        }
        return cli_json_print(cli, object);
    }
    if (pulled->n_tasks == 0) {
        printf("%s\n", cli_say(cli, "没有要回访的工单", "nothing to ask"));
        return CLI_EXIT_OK;
    }
    struct cli_grid grid;
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < pulled->n_tasks; index++) {
        struct known known;
        know(cli, pulled->tasks[index]->ticket, &known);
        add_task(cli, &grid, pulled->tasks[index], &known);
    }
    cli_grid_end(&grid);
    print_speeches(cli, pulled);
    if (pulled->has_lease_until_ms) {
        cli_pull_tell_lease(cli, pulled->lease_until_ms);
    }
    for (size_t index = 0; texts != NULL && index < pulled->n_tasks; index++) {
        cli_words_paragraph(cli, texts[index]);
    }
    return CLI_EXIT_OK;
}

static int ask_tasks(struct cli *cli, ProtobufCMessage *wish)
{
    Paidan__Answer *answer = NULL;
    const int status = cli_ask(cli, "callback", wish, &answer);
    return status == CLI_EXIT_OK ? tell_tasks(cli, answer->callback_pulled) : status;
}

/* Listing that leases nothing; for people who only want to know. */
static int peek(struct cli *cli)
{
    Paidan__CallbackList wish = PAIDAN__CALLBACK_LIST__INIT;
    uint64_t limit = 0;
    int status = cli_number(cli, CLI_CURSOR, 0, UINT64_MAX, 0, &wish.cursor);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_LIMIT, 1, LIST_MAX, 100, &limit);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.channel = cli_text(cli, CLI_CHANNEL);
    wish.has_cursor = cli_given(cli, CLI_CURSOR);
    wish.has_limit = 1;
    wish.limit = (uint32_t)limit;
    return ask_tasks(cli, &wish.base);
}

int cli_callback_list(struct cli *cli)
{
    if (cli_given(cli, CLI_PEEK)) {
        return peek(cli);
    }
    if (!cli_given(cli, CLI_CHANNEL)) {
        return cli_usage(cli, "领取需要 --channel；只看请加 --peek",
                         "pulling needs --channel; --peek only looks", NULL);
    }
    struct cli_pull options;
    const int status = cli_pull_options(cli, 100, &options);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__CallbackPull pull = PAIDAN__CALLBACK_PULL__INIT;
    pull.channel = cli_text(cli, CLI_CHANNEL);
    pull.has_max = 1;
    pull.max = options.max;
    pull.has_wait_ms = options.has_wait;
    pull.wait_ms = options.wait_ms;
    pull.has_lease_ms = options.has_lease;
    pull.lease_ms = options.lease_ms;
    return ask_tasks(cli, &pull.base);
}

int cli_callback_answer(struct cli *cli)
{
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT, *replies[] = {&reply};
    int status = cli_ticket(cli, cli->operands[0], &reply.ticket);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    reply.solved = (Paidan__Solved)cli_choice(cli, CLI_SOLVED);
    reply.satisfied = (Paidan__Satisfied)cli_choice(cli, CLI_SATISFIED);
    reply.note = cli_text(cli, CLI_NOTE);
    reply.has_do_not_call = reply.do_not_call = cli_given(cli, CLI_DO_NOT_CALL);
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    wish.n_replies = 1;
    wish.replies = replies;
    Paidan__Answer *answer = NULL;
    status = cli_ask(cli, "callback", &wish.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    return cli_results(cli, answer->callback_answered->results,
                       answer->callback_answered->n_results, NULL);
}

int cli_callback_miss(struct cli *cli)
{
    Paidan__CallbackMiss wish = PAIDAN__CALLBACK_MISS__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    wish.has_hand_over = wish.hand_over = cli_given(cli, CLI_HAND_OVER);
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, "callback", &wish.base, &answer);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__CallbackMissed *missed = answer->callback_missed;
    if (cli->json) {
        return cli_json_print(cli, say_json_message(&cli->say, &missed->base, true));
    }
    char number[NUMBER_BYTES], at[SAY_TIME_BYTES];
    number_format(missed->ticket, number);
    if (!missed->has_open_ms) {
        printf(cli_say(cli, "%s 已打 %u 次无人接听，记为未接通\n",
                       "%s: %u calls without an answer, counted as unreached\n"),
               number, missed->attempts);
        return CLI_EXIT_OK;
    }
    (void)cli_site(cli);
    say_time_exact(&cli->say, missed->open_ms, at);
    printf(cli_say(cli, "%s 第 %u 次无人接听，%s 后再问\n",
                   "%s: nobody answered call %u; to be asked again from %s\n"),
           number, missed->attempts, at);
    return CLI_EXIT_OK;
}
