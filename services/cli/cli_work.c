/* cli_work: what a unit does: pull, accept, contact, progress, resolve, return, raise. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "cli_print.h"
#include "cli_time.h"
#include "cli_work.h"
#include "common/code.h"
#include "common/number.h"

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

static Paidan__Action action_of(const char *name)
{
    static const char *const verbs[] = {"accept",  "contact", "progress",
                                        "resolve", "return",  "raise"};
    const char *verb = strchr(name, ' ') + 1;
    for (size_t index = 0; index < sizeof verbs / sizeof verbs[0]; index++) {
        if (strcmp(verb, verbs[index]) == 0) {
            return (Paidan__Action)(PAIDAN__ACTION__ACTION_ACCEPT + (int)index);
        }
    }
    return PAIDAN__ACTION__ACTION_ACCEPT; /* the table has no other verb */
}

/* All tickets in one request; more than one request takes are sent in parts. */
static int act(struct cli *cli, Paidan__WorkItem **items, size_t count)
{
    Paidan__Work work = PAIDAN__WORK__INIT;
    work.unit = cli_text(cli, CLI_UNIT);
    work.action = action_of(cli->command->name);
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    int status = CLI_EXIT_OK;
    for (size_t at = 0; at < count; at += WORK_ITEMS_MAX) {
        work.items = items + at;
        work.n_items = count - at < WORK_ITEMS_MAX ? count - at : WORK_ITEMS_MAX;
        Paidan__Answer *answer = NULL;
        int done = cli_ask(cli, "escalation", &request, &answer);
        if (done == CLI_EXIT_OK && answer->worked == NULL) {
            done = cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, "escalation");
        } else if (done == CLI_EXIT_OK) {
            done = cli_results(cli, answer->worked->results, answer->worked->n_results);
        }
        status = status == CLI_EXIT_OK ? done : status;
        arena_reset(&cli->arena);
    }
    return status;
}

int cli_work_act(struct cli *cli)
{
    const size_t count = cli->operand_count;
    uint64_t version = 0;
    int status = cli_number(cli, CLI_IF_VERSION, 1, UINT64_MAX, 0, &version);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__WorkItem *items = calloc(count, sizeof *items), **list = calloc(count, sizeof *list);
    for (size_t index = 0; items != NULL && list != NULL && index < count; index++) {
        paidan__work_item__init(&items[index]);
        list[index] = &items[index];
        items[index].note = cli_text(cli, CLI_NOTE);
        items[index].has_version = cli_given(cli, CLI_IF_VERSION);
        items[index].version = version;
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
