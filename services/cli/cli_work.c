/* cli_work: what units and supervisors do with tickets, from pulling one to granting a request. All
 * these commands are one function: the command's name says which action, the table which options.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_briefs.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "cli_pull.h"
#include "cli_results.h"
#include "cli_words.h"
#include "common/base/check.h"
#include "common/say/say_json.h"
#include "common/say/say_words.h"

/* The command's name is its group and the action's token: "work ask-assist". Every such command in
 * the table has an action, and every action a command (tests/unit/cli_parse_test.c). */
static int action_of(const struct cli_command *command, bool supervises)
{
    const ProtobufCEnumDescriptor *of =
        supervises ? &paidan__supervise_action__descriptor : &paidan__action__descriptor;
    const char *verb = strchr(command->name, ' ');
    int action = 0;
    CHECK(verb != NULL);
    const bool known = say_words_read(of, verb + 1, &action);
    CHECK(known);
    return action;
}

/* All tickets in one request; more than one request takes are sent in parts. */
static int act(struct cli *cli, Paidan__WorkItem **items, size_t count)
{
    CHECK(count >= 1);
    const bool supervises = strncmp(cli->command->name, "supervise ", 10) == 0;
    const int action = action_of(cli->command, supervises);
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Supervise supervise = PAIDAN__SUPERVISE__INIT;
    work.unit = supervise.unit = cli_text(cli, CLI_UNIT);
    work.action = (Paidan__Action)action;
    supervise.action = (Paidan__SuperviseAction)action;
    int status = CLI_EXIT_OK;
    for (size_t at = 0; at < count; at += WORK_ITEMS_MAX) {
        Paidan__Answer *answer = NULL;
        work.items = supervise.items = items + at;
        work.n_items = supervise.n_items =
            count - at < WORK_ITEMS_MAX ? count - at : WORK_ITEMS_MAX;
        int done = cli_ask(cli, "escalation", supervises ? &supervise.base : &work.base, &answer);
        if (done == CLI_EXIT_OK) {
            unsigned char id[REQUEST_ID_BYTES]; /* the next question has another */
            memcpy(id, cli->request_id, sizeof id);
            done = cli_results(cli, answer->worked->results, answer->worked->n_results, id);
        }
        /* A part that was refused does not keep the next from being tried. */
        arena_reset(&cli->arena);
        status = status == CLI_EXIT_OK ? done : status;
    }
    return status;
}

/* What is the same for every ticket of the command. */
static int fill_item(struct cli *cli, Paidan__WorkItem *item)
{
    paidan__work_item__init(item);
    item->note = cli_text(cli, CLI_NOTE);
    item->to_unit = cli_text(cli, CLI_TO);
    item->person = cli_text(cli, CLI_PERSON);
    item->has_without_assist = item->without_assist = cli_given(cli, CLI_WITHOUT_ASSIST);
    item->has_version = cli_given(cli, CLI_IF_VERSION);
    int status = cli_number(cli, CLI_IF_VERSION, 1, UINT64_MAX, 0, &item->version);
    item->has_mode = cli_given(cli, CLI_MODE);
    if (item->has_mode) {
        item->mode = (Paidan__Mode)cli_choice(cli, CLI_MODE);
    }
    if (status == CLI_EXIT_OK && strcmp(cli->command->name, "work mode") == 0) {
        static const struct cli_words words = {"MODE", &paidan__mode__descriptor, 0};
        int mode = 0;
        status = cli_word(cli, &words, cli->operands[1], &mode);
        item->has_mode = 1;
        item->mode = (Paidan__Mode)mode;
    }
    item->has_result = cli_given(cli, CLI_RESULT);
    if (item->has_result) {
        item->result = (Paidan__ModeResult)cli_choice(cli, CLI_RESULT);
    }
    item->has_until_ms = cli_given(cli, CLI_UNTIL);
    if (status == CLI_EXIT_OK && item->has_until_ms) {
        status = cli_moment(cli, CLI_UNTIL, true, &item->until_ms);
    }
    item->has_held_ms = cli_given(cli, CLI_HELD);
    return status == CLI_EXIT_OK && item->has_held_ms
               ? cli_moment(cli, CLI_HELD, false, &item->held_ms)
               : status;
}

int cli_work_act(struct cli *cli)
{
    const bool has_mode = strcmp(cli->command->name, "work mode") == 0;
    const size_t count = has_mode ? 1 : cli->operand_count;
    Paidan__WorkItem common;
    int status = fill_item(cli, &common);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__WorkItem *items = calloc(count, sizeof *items), **list = calloc(count, sizeof *list);
    for (size_t index = 0; items != NULL && list != NULL && index < count; index++) {
        items[index] = common;
        list[index] = &items[index];
        const int read = cli_ticket(cli, cli->operands[index], &items[index].ticket);
        status = status == CLI_EXIT_OK ? read : status;
    }
    if (items == NULL || list == NULL) {
        status = cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    if (status == CLI_EXIT_OK) {
        status = act(cli, list, count);
    }
    free(items);
    free(list);
    return status;
}

/* What was pulled, each ticket with what its resident said: the unit that works on it reads it here. */
static int tell_pulled(struct cli *cli, const Paidan__Pulled *pulled)
{
    uint64_t *tickets = arena_alloc(&cli->arena, (pulled->n_tickets + 1) * sizeof *tickets);
    for (size_t index = 0; tickets != NULL && index < pulled->n_tickets; index++) {
        tickets[index] = pulled->tickets[index]->ticket;
    }
    const Paidan__TicketText **texts =
        tickets == NULL ? NULL : cli_words_ask(cli, tickets, pulled->n_tickets);
    (void)cli_site(cli);
    if (cli->json) {
        json_t *object = json_object(), *list = json_array();
        for (size_t index = 0; index < pulled->n_tickets; index++) {
            json_t *row = say_json_brief(cli_speak(cli), pulled->tickets[index]);
            cli_words_json(cli, row, texts == NULL ? NULL : texts[index]);
            json_array_append_new(list, row);
        }
        json_object_set_new(object, "tickets", list);
        if (pulled->has_lease_until_ms) {
            say_json_time(&cli->say, object, "lease_until", pulled->lease_until_ms);
        }
        return cli_json_print(cli, object);
    }
    if (pulled->n_tickets == 0) {
        printf("%s\n", cli_say(cli, "没有可领取的工单", "nothing to pull"));
        return CLI_EXIT_OK;
    }
    cli_briefs_print(cli, pulled->tickets, pulled->n_tickets);
    if (pulled->has_lease_until_ms) {
        cli_pull_tell_lease(cli, pulled->lease_until_ms);
    }
    for (size_t index = 0; texts != NULL && index < pulled->n_tickets; index++) {
        cli_words_paragraph(cli, texts[index]);
    }
    return CLI_EXIT_OK;
}

int cli_work_pull(struct cli *cli)
{
    struct cli_pull options;
    int status = cli_pull_options(cli, 1, &options);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__Pull pull = PAIDAN__PULL__INIT;
    pull.unit = cli_text(cli, CLI_UNIT);
    pull.has_max = 1;
    pull.max = options.max;
    pull.has_wait_ms = options.has_wait;
    pull.wait_ms = options.wait_ms;
    pull.has_lease_ms = options.has_lease;
    pull.lease_ms = options.lease_ms;
    Paidan__Answer *answer = NULL;
    status = cli_ask(cli, "escalation", &pull.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    return tell_pulled(cli, answer->pulled);
}
