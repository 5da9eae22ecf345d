/* cli_work: what units and supervisors do with tickets, from pulling one to granting a request. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "cli_print.h"
#include "cli_time.h"
#include "cli_words.h"
#include "cli_work.h"
#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"

int cli_results(struct cli *cli, Paidan__WorkResult *const *results, size_t count)
{
    int status = CLI_EXIT_OK;
    json_t *list = json_array();
    for (size_t index = 0; index < count; index++) {
        const Paidan__WorkResult *result = results[index];
        char number[NUMBER_BYTES];
        number_format(result->ticket, number);
        if (result->code != PAIDAN__CODE__OK) {
            char detail[DETAIL_BYTES_MAX + 64];
            (void)snprintf(detail, sizeof detail, "%s%s%s", number,
                           result->detail == NULL ? "" : ": ",
                           result->detail == NULL ? "" : result->detail);
            const int refused = cli_refuse(cli, result->code, detail);
            status = status == CLI_EXIT_OK ? refused : status;
        } else if (!cli->json) {
            printf("%s  %s\n", number,
                   result->has_state ? cli_state_word(cli, result->state) : "ok");
        }
        json_array_append_new(list, cli_json_message(cli, &result->base, true));
    }
    if (!cli->json) {
        json_decref(list);
        return status;
    }
    json_t *object = json_object();
    json_object_set_new(object, "results", list);
    const int printed = cli_json_print(cli, object);
    return status == CLI_EXIT_OK ? printed : status;
}

/* The commands of units and supervisors, by name. */
static const struct verb {
    const char *name;
    int action; /* Paidan__Action, or Paidan__SuperviseAction */
    bool supervises;
} verbs[] = {
    {"work accept", PAIDAN__ACTION__ACTION_ACCEPT, false},
    {"work contact", PAIDAN__ACTION__ACTION_CONTACT, false},
    {"work progress", PAIDAN__ACTION__ACTION_PROGRESS, false},
    {"work resolve", PAIDAN__ACTION__ACTION_RESOLVE, false},
    {"work return", PAIDAN__ACTION__ACTION_RETURN, false},
    {"work raise", PAIDAN__ACTION__ACTION_RAISE, false},
    {"work extend", PAIDAN__ACTION__ACTION_EXTEND, false},
    {"work suspend", PAIDAN__ACTION__ACTION_SUSPEND, false},
    {"work resume", PAIDAN__ACTION__ACTION_RESUME, false},
    {"work ask-assist", PAIDAN__ACTION__ACTION_ASK_ASSIST, false},
    {"work assist-done", PAIDAN__ACTION__ACTION_ASSIST_DONE, false},
    {"work name-person", PAIDAN__ACTION__ACTION_NAME_PERSON, false},
    {"work mode", PAIDAN__ACTION__ACTION_SET_MODE, false},
    {"work end-mode", PAIDAN__ACTION__ACTION_END_MODE, false},
    {"work appeal", PAIDAN__ACTION__ACTION_APPEAL, false},
    {"supervise grant", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, true},
    {"supervise refuse", PAIDAN__SUPERVISE_ACTION__SUPERVISE_REFUSE, true},
    {"supervise order", PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER, true},
    {"supervise urge", PAIDAN__SUPERVISE_ACTION__SUPERVISE_URGE, true},
    {"supervise watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH, true},
    {"supervise yellow", PAIDAN__SUPERVISE_ACTION__SUPERVISE_YELLOW, true},
    {"supervise red", PAIDAN__SUPERVISE_ACTION__SUPERVISE_RED, true},
    {"supervise cancel-card", PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD, true},
};

static const struct verb *verb_of(const char *name)
{
    for (size_t index = 0; index < sizeof verbs / sizeof verbs[0]; index++) {
        if (strcmp(name, verbs[index].name) == 0) {
            return &verbs[index];
        }
    }
    check_fail("every command that acts has its verb", __FILE__, __LINE__, __func__);
}

static int ask_items(struct cli *cli, Paidan__Request *request)
{
    Paidan__Answer *answer = NULL;
    int status = cli_ask(cli, "escalation", request, &answer);
    if (status == CLI_EXIT_OK && answer->worked == NULL) {
        status = cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, "escalation");
    } else if (status == CLI_EXIT_OK) {
        status = cli_results(cli, answer->worked->results, answer->worked->n_results);
    }
    arena_reset(&cli->arena);
    return status;
}

/* All tickets in one request; more than one request takes are sent in parts. */
static int act(struct cli *cli, Paidan__WorkItem **items, size_t count)
{
    const struct verb *verb = verb_of(cli->command->name);
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Supervise supervise = PAIDAN__SUPERVISE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    work.unit = supervise.unit = cli_text(cli, CLI_UNIT);
    int status = CLI_EXIT_OK;
    for (size_t at = 0; at < count; at += WORK_ITEMS_MAX) {
        const size_t part = count - at < WORK_ITEMS_MAX ? count - at : WORK_ITEMS_MAX;
        if (verb->supervises) {
            request.wish_case = PAIDAN__REQUEST__WISH_SUPERVISE;
            request.supervise = &supervise;
            supervise.action = (Paidan__SuperviseAction)verb->action;
            supervise.items = items + at;
            supervise.n_items = part;
        } else {
            request.wish_case = PAIDAN__REQUEST__WISH_WORK;
            request.work = &work;
            work.action = (Paidan__Action)verb->action;
            work.items = items + at;
            work.n_items = part;
        }
        const int done = ask_items(cli, &request);
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
    const char *mode = cli_value(cli, CLI_MODE);
    if (strcmp(cli->command->name, "work mode") == 0) {
        mode = cli->operands[1];
    }
    item->has_mode = mode != NULL;
    if (status == CLI_EXIT_OK && mode != NULL) {
        status = cli_mode_read(cli, mode, &item->mode);
    }
    item->has_result = cli_given(cli, CLI_RESULT);
    if (status == CLI_EXIT_OK && item->has_result) {
        status = cli_result_read(cli, cli_value(cli, CLI_RESULT), &item->result);
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

int cli_work_pull(struct cli *cli)
{
    uint64_t max = 0, wait_s = 0, lease_s = 0;
    int status = cli_number(cli, CLI_MAX, 1, PULL_MAX, 1, &max);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_WAIT, 0, PULL_WAIT_MS_MAX / 1000, 0, &wait_s);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_LEASE, 1, 3600, 0, &lease_s);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__Pull pull = PAIDAN__PULL__INIT;
    pull.unit = cli_text(cli, CLI_UNIT);
    pull.has_max = 1;
    pull.max = (uint32_t)max;
    pull.has_wait_ms = wait_s != 0;
    pull.wait_ms = (uint32_t)wait_s * 1000;
    pull.has_lease_ms = cli_given(cli, CLI_LEASE);
    pull.lease_ms = (uint32_t)lease_s * 1000;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &pull;
    Paidan__Answer *answer = NULL;
    cli->timeout_ms += wait_s * 1000;
    status = cli_ask(cli, "escalation", &request, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__Pulled *pulled = answer->pulled;
    if (pulled == NULL) {
        return cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, "escalation");
    }
    (void)cli_site(cli);
    if (cli->json) {
        json_t *object = json_object(), *list = json_array();
        for (size_t index = 0; index < pulled->n_tickets; index++) {
            json_array_append_new(list, cli_json_brief(cli, pulled->tickets[index]));
        }
        json_object_set_new(object, "tickets", list);
        if (pulled->has_lease_until_ms) {
            cli_json_time(cli, object, "lease_until", pulled->lease_until_ms);
        }
        return cli_json_print(cli, object);
    }
    if (pulled->n_tickets == 0) {
        printf("%s\n", cli_say(cli, "没有可领取的工单", "nothing to pull"));
        return CLI_EXIT_OK;
    }
    cli_print_briefs(cli, pulled->tickets, pulled->n_tickets);
    if (pulled->has_lease_until_ms) {
        char at[CLI_TIME_BYTES];
        cli_time_short(pulled->lease_until_ms, cli->now_ms, cli->utc_offset_ms, at);
        printf("%s %s\n", cli_say(cli, "为您保留到", "kept for you until"), at);
    }
    return CLI_EXIT_OK;
}
