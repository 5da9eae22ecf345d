/* cli_phone: the list of those whom no message reaches and who are to be telephoned 待拨电话. Listing shows
 * neither numbers nor words; taking one tells both, which the adapter records, and keeps it for half an hour. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_channels.h"
#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_wechat.h"
#include "common/say/say_words.h"

static const char adapter[] = "wechat"; /* the one that has such a list */

static json_t *call_json(struct cli *cli, const Paidan__PhoneCall *call)
{
    json_t *const object = say_json_message(&cli->say, &call->base, true);
    json_object_set_new(object, "about_name",
                        json_string(say_wechat_about(&cli->say, call->about)));
    return object;
}

static void add_call(struct cli *cli, struct cli_grid *grid, const Paidan__PhoneCall *call)
{
    char asked[SAY_TIME_BYTES], tried[SAY_TIME_BYTES] = "";
    say_time_short(&cli->say, call->asked_ms, cli->now_ms, asked);
    if (call->has_tried_ms) {
        say_time_short(&cli->say, call->tried_ms, cli->now_ms, tried);
    }
    cli_grid_add(grid, SAY_STRONG, "%" PRIu64, call->call);
    cli_grid_add(grid, SAY_PLAIN, "%s", call->number == NULL ? "-" : call->number);
    cli_grid_add(grid, SAY_PLAIN, "%s", say_wechat_about(&cli->say, call->about));
    cli_grid_add(grid, SAY_PLAIN, "%s", asked);
    cli_grid_add(grid, call->tries > 0 ? SAY_WARN : SAY_PLAIN, "%.0u", call->tries);
    cli_grid_add(grid, SAY_PLAIN, "%s", tried);
    cli_grid_add(grid, SAY_PLAIN, "%s", call->holder == NULL ? "" : call->holder);
}

static int tell_list(struct cli *cli, const Paidan__PhonesListed *listed)
{
    static const struct cli_column table[] = {
        {.title = "序号|CALL", .right = true},   {.title = "工单号|NUMBER"},
        {.title = "告知什么|ABOUT", .floor = 8}, {.title = "何时起|SINCE"},
        {.title = "未接|MISSED", .right = true}, {.title = "上次|LAST TRY", .rank = 1},
        {.title = "谁在打|HOLDER", .rank = 2},   {.title = NULL},
    };
    struct cli_grid grid;
    if (cli->json) {
        json_t *const object = json_object(), *const list = json_array();
        for (size_t index = 0; index < listed->n_calls; index++) {
            json_array_append_new(list, call_json(cli, listed->calls[index]));
        }
        json_object_set_new(object, "calls", list);
        json_object_set_new(object, "next",
                            listed->has_next ? json_integer((json_int_t)listed->next)
                                             : json_null());
        return cli_json_print(cli, object);
    }
    if (listed->n_calls == 0) {
        printf("%s\n", cli_say(cli, "没有待拨电话", "nobody is to be telephoned"));
        return CLI_EXIT_OK;
    }
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < listed->n_calls; index++) {
        add_call(cli, &grid, listed->calls[index]);
    }
    cli_grid_end(&grid);
    if (listed->has_next) {
        printf(
            cli_say(cli, "还有，请加 --cursor %" PRIu64 "\n", "more: say --cursor %" PRIu64 "\n"),
            listed->next);
    }
    return CLI_EXIT_OK;
}

int cli_phone_list(struct cli *cli)
{
    Paidan__PhoneList wish = PAIDAN__PHONE_LIST__INIT;
    Paidan__Answer *answer = NULL;
    uint64_t limit = 0, cursor = 0;
    int status = cli_number(cli, CLI_LIMIT, 1, 1000, 100, &limit);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_CURSOR, 0, UINT64_MAX - 1, 0, &cursor);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.has_limit = 1;
    wish.limit = (uint32_t)limit;
    wish.has_cursor = cursor > 0;
    wish.cursor = cursor;
    (void)cli_site(cli);
    status = cli_ask(cli, adapter, &wish.base, &answer);
    return status == CLI_EXIT_OK ? tell_list(cli, answer->phones_listed) : status;
}

static int read_call(struct cli *cli, unsigned index, uint64_t *call)
{
    char *end = NULL;
    CHECK(index < cli->operand_count);
    *call = strtoull(cli->operands[index], &end, 10);
    return *end == '\0' && *call > 0
               ? CLI_EXIT_OK
               : cli_usage(cli, "序号是一个数（见 paidan phone list）",
                           "a call is a number (see paidan phone list)", cli->operands[index]);
}

int cli_phone_take(struct cli *cli)
{
    Paidan__PhoneTake wish = PAIDAN__PHONE_TAKE__INIT;
    Paidan__Answer *answer = NULL;
    int status = read_call(cli, 0, &wish.call);
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, adapter, &wish.base, &answer);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__PhoneTaken *const taken = answer->phone_taken;
    if (cli->json) {
        json_t *const object = say_json_message(&cli->say, &taken->base, true);
        json_object_set_new(object, "call", call_json(cli, taken->call));
        return cli_json_print(cli, object);
    }
    if (taken->call->number != NULL) {
        printf("%s%s\n", cli_say(cli, "工单号  ", "number  "), taken->call->number);
    }
    printf("%s%s\n", cli_say(cli, "电话    ", "phone   "),
           taken->phone != NULL ? taken->phone
                                : cli_say(cli, "渠道里没有；见工单：paidan show --phones",
                                          "none in the channel; see the ticket: paidan show"));
    /* The call has waited for longer than the log is kept. */
    printf("%s\n", taken->text[0] != '\0'
                       ? taken->text
                       : cli_say(cli, "要告知的话已不在日志中，请按工单现状告知",
                                 "its words are no longer kept: tell how the ticket stands"));
    return CLI_EXIT_OK;
}

/* Each of them; the first mistake is the status. */
static int finish(struct cli *cli, Paidan__PhoneResult result)
{
    int worst = CLI_EXIT_OK;
    for (unsigned index = 0; index < cli->operand_count; index++) {
        Paidan__PhoneDone wish = PAIDAN__PHONE_DONE__INIT;
        Paidan__Answer *answer = NULL;
        int status = read_call(cli, index, &wish.call);
        wish.result = result;
        wish.note = cli_text(cli, CLI_NOTE);
        if (status == CLI_EXIT_OK) {
            status = cli_ask(cli, adapter, &wish.base, &answer);
        }
        if (status == CLI_EXIT_OK && !cli->json) {
            printf("%" PRIu64 " %s\n", wish.call,
                   say_words_get(&cli->say, &paidan__phone_result__descriptor, (int)result));
        }
        worst = worst == CLI_EXIT_OK ? status : worst;
    }
    if (cli->json && worst == CLI_EXIT_OK) {
        json_t *const object = json_object();
        json_object_set_new(object, "calls", json_integer((json_int_t)cli->operand_count));
        return cli_json_print(cli, object);
    }
    return worst;
}

int cli_phone_done(struct cli *cli)
{
    return finish(cli, PAIDAN__PHONE_RESULT__PHONE_REACHED);
}

int cli_phone_missed(struct cli *cli)
{
    return finish(cli, PAIDAN__PHONE_RESULT__PHONE_MISSED);
}

int cli_phone_drop(struct cli *cli)
{
    return finish(cli, PAIDAN__PHONE_RESULT__PHONE_GIVEN_UP);
}
