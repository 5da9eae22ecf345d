/* cli_caller: a caller's earlier tickets, by the number that is shown or told. The number goes into the
 * wish and nowhere else: it is repeated in no line of the answer. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_listing.h"
#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

static json_t *ticket_json(struct cli *cli, const Paidan__CallerTicket *ticket)
{
    json_t *object = say_json_message(&cli->say, &ticket->base, true);
    if (ticket->unit != NULL) {
        json_object_set_new(object, "unit_name",
                            json_string(say_unit(cli_speak(cli), ticket->unit)));
    }
    return object;
}

static void add_ticket(struct cli *cli, struct cli_grid *grid, const Paidan__CallerTicket *ticket)
{
    char number[NUMBER_BYTES], registered[SAY_TIME_BYTES];
    number_format(ticket->ticket, number);
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    cli_grid_add(grid, SAY_PLAIN, "%s%s%s",
                 ticket->state == PAIDAN__STATE__STATE_NONE
                     ? cli_say(cli, "已受理", "registered")
                     : say_words_state(&cli->say, ticket->state),
                 ticket->has_outcome ? " · " : "",
                 ticket->has_outcome ? say_words_outcome(&cli->say, ticket->outcome) : "");
    say_time_short(&cli->say, ticket->registered_ms, cli->now_ms, registered);
    cli_grid_add(grid, SAY_PLAIN, "%s", registered);
    cli_grid_add(grid, SAY_PLAIN, "%s",
                 ticket->unit == NULL ? "-" : say_unit(cli_speak(cli), ticket->unit));
    cli_grid_add(grid, SAY_BAD, "%.0u", ticket->chases);
    cli_grid_add(grid, SAY_BAD, "%s",
                 ticket->has_confidential && ticket->confidential
                     ? cli_say(cli, "保密", "confidential")
                     : "");
    cli_grid_add(grid, SAY_PLAIN, "%s", ticket->title == NULL ? "" : ticket->title);
}

static int tell(struct cli *cli, const Paidan__CallerListed *listed)
{
    static const struct cli_column table[] = {
        {.title = "工单号|NUMBER"},
        {.title = "状态|STATE"},
        {.title = "受理|REGISTERED", .rank = 3},
        {.title = "承办单位|UNIT", .floor = 12, .rank = 2},
        {.title = "催|CHASED", .rank = 1},
        {.title = "标记|MARKS", .rank = 4},
        {.title = "标题|TITLE", .floor = 16},
        {.title = NULL},
    };
    char next[2 * CLI_CURSOR_BYTES_MAX + 1] = "";
    struct cli_grid grid;
    if (listed->has_next && listed->next.len <= CLI_CURSOR_BYTES_MAX) {
        cli_listing_cursor_text(&listed->next, next);
    }
    if (cli->json) {
        json_t *object = json_object(), *list = json_array();
        for (size_t index = 0; index < listed->n_tickets; index++) {
            json_array_append_new(list, ticket_json(cli, listed->tickets[index]));
        }
        json_object_set_new(object, "tickets", list);
        json_object_set_new(object, "next", next[0] == '\0' ? json_null() : json_string(next));
        return cli_json_print(cli, object);
    }
    if (listed->n_tickets == 0 && next[0] == '\0') {
        printf("%s\n", cli_say(cli, "这个号码没有工单", "no tickets of this number"));
        return CLI_EXIT_OK;
    }
    (void)cli_site(cli);
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < listed->n_tickets; index++) {
        add_ticket(cli, &grid, listed->tickets[index]);
    }
    cli_grid_end(&grid);
    if (next[0] != '\0') {
        printf(cli_say(cli, "还有更多：--cursor %s\n", "there is more: --cursor %s\n"), next);
    }
    return CLI_EXIT_OK;
}

int cli_caller(struct cli *cli)
{
    Paidan__CallerList wish = PAIDAN__CALLER_LIST__INIT;
    Paidan__Answer *answer = NULL;
    uint8_t cursor[CLI_CURSOR_BYTES_MAX];
    uint64_t limit = 0;
    CHECK(cli->operand_count == 1);
    int status = cli_number(cli, CLI_LIMIT, 1, CALLER_LIST_MAX, 20, &limit);
    wish.phone = (char *)(uintptr_t)cli->operands[0]; /* packed, never written */
    wish.reason = cli_text(cli, CLI_REASON);
    wish.channel = cli_text(cli, CLI_CHANNEL);
    wish.area = cli_text(cli, CLI_AREA);
    wish.has_limit = 1;
    wish.limit = (uint32_t)limit;
    wish.has_cursor = cli_given(cli, CLI_CURSOR);
    wish.cursor.data = cursor;
    if (status == CLI_EXIT_OK && wish.has_cursor) {
        status = cli_listing_cursor(cli, cursor, &wish.cursor.len);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, "intake", &wish.base, &answer);
    }
    return status == CLI_EXIT_OK ? tell(cli, answer->caller_listed) : status;
}
