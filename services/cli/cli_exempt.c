/* cli_exempt: 剔除: asking that closed tickets shall not count in the rates, reviewing what others asked, and
 * what waits for it. The archive judges who may; here each ticket is told for itself, so that one that is
 * refused keeps none of the others back. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

enum { PAGE = 500 };

/* ---- asking and ruling ---- */

static int tell(struct cli *cli, uint64_t ticket, const char *done_zh, const char *done_en)
{
    char number[NUMBER_BYTES];
    number_format(ticket, number);
    if (cli->json) {
        return cli_json_line(cli, json_pack("{s:s, s:b}", "number", number, "done", true));
    }
    printf("%s  %s\n", number, cli_say(cli, done_zh, done_en));
    return CLI_EXIT_OK;
}

/* Each number by itself; the worst status of all. */
static int each(struct cli *cli, int (*act)(struct cli *cli, uint64_t ticket))
{
    int worst = CLI_EXIT_OK;
    CHECK(cli->operand_count > 0);
    for (unsigned index = 0; index < cli->operand_count; index++) {
        uint64_t ticket = 0;
        int status = cli_ticket(cli, cli->operands[index], &ticket);
        status = status == CLI_EXIT_OK ? act(cli, ticket) : status;
        worst = worst == CLI_EXIT_OK ? status : worst;
    }
    return worst;
}

static int ask(struct cli *cli, uint64_t ticket)
{
    Paidan__ExemptAsk wish = PAIDAN__EXEMPT_ASK__INIT;
    Paidan__Answer *answer = NULL;
    wish.ticket = ticket;
    wish.reason = cli_text(cli, CLI_REASON);
    const int status = cli_ask(cli, "archive", &wish.base, &answer);
    return status == CLI_EXIT_OK
               ? tell(cli, ticket, "已申请剔除，待审核", "asked for; somebody else reviews it")
               : status;
}

static int rule(struct cli *cli, uint64_t ticket, bool granted)
{
    Paidan__ExemptRule wish = PAIDAN__EXEMPT_RULE__INIT;
    Paidan__Answer *answer = NULL;
    wish.ticket = ticket;
    wish.granted = granted;
    wish.note = cli_text(cli, CLI_NOTE);
    const int status = cli_ask(cli, "archive", &wish.base, &answer);
    return status != CLI_EXIT_OK ? status
           : granted ? tell(cli, ticket, "已剔除，不再计入三率", "taken out of the rates")
                     : tell(cli, ticket, "不予剔除，照常计入", "not taken out; it counts");
}

static int grant(struct cli *cli, uint64_t ticket)
{
    return rule(cli, ticket, true);
}

static int refuse(struct cli *cli, uint64_t ticket)
{
    return rule(cli, ticket, false);
}

int cli_exempt_ask(struct cli *cli)
{
    return each(cli, ask);
}

int cli_exempt_grant(struct cli *cli)
{
    return each(cli, grant);
}

int cli_exempt_refuse(struct cli *cli)
{
    return each(cli, refuse);
}

/* ---- listing ---- */

static void add_row(struct cli *cli, struct cli_grid *grid, const Paidan__RatesTicket *ticket)
{
    const Paidan__Exemption *exempt = ticket->exempt;
    CHECK(exempt != NULL);
    char number[NUMBER_BYTES], asked[SAY_TIME_BYTES] = "", ruled[SAY_TIME_BYTES] = "";
    number_format(ticket->ticket, number);
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    say_time_short(cli_speak(cli), exempt->asked_ms, cli->now_ms, asked);
    if (exempt->has_ruled_ms) {
        say_time_short(cli_speak(cli), exempt->ruled_ms, cli->now_ms, ruled);
    }
    const bool open = !exempt->has_granted;
    cli_grid_add(grid,
                 open              ? SAY_WARN
                 : exempt->granted ? SAY_GOOD
                                   : SAY_PLAIN,
                 "%s",
                 open              ? cli_say(cli, "待审核", "waits")
                 : exempt->granted ? cli_say(cli, "已剔除", "taken out")
                                   : cli_say(cli, "不予剔除", "not taken out"));
    cli_grid_add(grid, SAY_PLAIN, "%s", exempt->reason);
    cli_grid_add(grid, SAY_PLAIN, "%s", exempt->asked_by);
    cli_grid_add(grid, SAY_FAINT, "%s", asked);
    cli_grid_add(grid, SAY_PLAIN, "%s", exempt->ruled_by == NULL ? "" : exempt->ruled_by);
    cli_grid_add(grid, SAY_FAINT, "%s", ruled);
    cli_grid_add(grid, SAY_PLAIN, "%s", exempt->note == NULL ? "" : exempt->note);
    cli_grid_add(grid, SAY_PLAIN, "%s", say_unit(&cli->say, ticket->unit));
    cli_grid_add(grid, SAY_PLAIN, "%s", ticket->title == NULL ? "" : ticket->title);
}

static void print_page(struct cli *cli, const Paidan__ExemptListed *listed)
{
    static const struct cli_column columns[] = {{.title = "工单号|NUMBER"},
                                                {.title = "结论|RULING"},
                                                {.title = "理由|REASON", .floor = 16},
                                                {.title = "申请人|ASKED BY"},
                                                {.title = "申请|ASKED", .rank = 4},
                                                {.title = "审核人|BY"},
                                                {.title = "审核|RULED", .rank = 3},
                                                {.title = "说明|NOTE", .floor = 12},
                                                {.title = "单位|UNIT", .rank = 2},
                                                {.title = "标题|TITLE", .floor = 12, .rank = 1},
                                                {.title = NULL}};
    struct cli_grid grid;
    cli_grid_begin(&grid, cli, columns);
    for (size_t index = 0; index < listed->n_tickets; index++) {
        if (listed->tickets[index]->exempt != NULL) {
            add_row(cli, &grid, listed->tickets[index]);
        }
    }
    cli_grid_end(&grid);
}

int cli_exempt_list(struct cli *cli)
{
    Paidan__ExemptList wish = PAIDAN__EXEMPT_LIST__INIT;
    json_t *json = json_array();
    uint64_t shown = 0;
    wish.has_all = wish.all = cli_given(cli, CLI_ALL);
    wish.unit = cli_text(cli, CLI_UNIT);
    wish.area = cli_text(cli, CLI_AREA);
    wish.has_limit = true;
    wish.limit = PAGE;
    (void)cli_site(cli);
    do {
        Paidan__Answer *answer = NULL;
        const int status = cli_ask(cli, "archive", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            json_decref(json);
            return status;
        }
        const Paidan__ExemptListed *listed = answer->exempt_listed;
        for (size_t index = 0; cli->json && index < listed->n_tickets; index++) {
            json_t *row = say_json_message(cli_speak(cli), &listed->tickets[index]->base, true);
            say_json_names(&cli->say, row);
            json_array_append_new(json, row);
        }
        if (!cli->json && listed->n_tickets > 0) {
            print_page(cli, listed);
        }
        shown += listed->n_tickets;
        wish.has_cursor = listed->has_next;
        wish.cursor = listed->next;
        arena_reset(&cli->arena);
    } while (wish.has_cursor);
    if (cli->json) {
        return cli_json_print(cli, json_pack("{s:o}", "tickets", json));
    }
    json_decref(json);
    if (shown == 0) {
        printf("%s\n", cli_given(cli, CLI_ALL)
                           ? cli_say(cli, "没有申请剔除的工单", "nobody asked to take one out")
                           : cli_say(cli, "没有待审核的剔除申请", "nothing waits for a review"));
    }
    return CLI_EXIT_OK;
}
