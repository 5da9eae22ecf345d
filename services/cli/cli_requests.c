/* cli_requests: what waits for a unit's decision: extensions, raises, appeals. Whoever decides sees
 * who asks for what and why, until when, and what happens if nobody decides. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_listing.h"
#include "cli_requests.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

static const char *kind_of(struct cli *cli, const Paidan__OpenRequest *request)
{
    return request->has_kind ? say_words_request_kind(&cli->say, request->kind)
                             : cli_say(cli, "申诉", "appeal");
}

/* Silence decides too: that is what the decider must know before anything else. */
static const char *otherwise_of(struct cli *cli, const Paidan__OpenRequest *request)
{
    if (!request->has_kind) {
        return cli_say(cli, "申诉不成立", "the appeal fails");
    }
    return request->kind == PAIDAN__REQUEST_KIND__REQUEST_RAISE
               ? cli_say(cli, "视为同意上报", "it is raised")
               : cli_say(cli, "不予延期", "no extension");
}

static void add_request(struct cli *cli, struct cli_grid *grid, const Paidan__OpenRequest *request)
{
    char number[NUMBER_BYTES], since[SAY_TIME_BYTES], text[96];
    number_format(request->ticket->ticket, number);
    say_time_short(&cli->say, request->at_ms, cli->now_ms, since);
    const enum say_tone tone =
        say_time_deadline(&cli->say, request->due_ms, request->reminded ? cli->now_ms : 0,
                          cli->now_ms, text, sizeof text);
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    cli_grid_add(grid, SAY_PLAIN, "%s", kind_of(cli, request));
    cli_grid_add(grid, SAY_PLAIN, "%s", say_unit(cli_speak(cli), request->unit));
    cli_grid_add(grid, SAY_PLAIN, "%s", say_unit(cli_speak(cli), request->to_unit));
    cli_grid_add(grid, SAY_FAINT, "%s", since);
    cli_grid_add(grid, tone, "%s", text);
    cli_grid_add(grid, SAY_PLAIN, "%s", otherwise_of(cli, request));
    cli_grid_add(grid, SAY_PLAIN, "%s", request->note == NULL ? "" : request->note);
    cli_grid_add(grid, SAY_PLAIN, "%s",
                 request->ticket->title == NULL ? "" : request->ticket->title);
}

static void add_lapsed(struct cli *cli, struct cli_grid *grid, const Paidan__OpenRequest *request)
{
    char number[NUMBER_BYTES], at[SAY_TIME_BYTES];
    number_format(request->ticket->ticket, number);
    say_time_short(&cli->say, request->lapsed_ms, cli->now_ms, at);
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    cli_grid_add(grid, SAY_PLAIN, "%s", say_unit(cli_speak(cli), request->to_unit));
    cli_grid_add(grid, SAY_BAD, "%s", at);
    cli_grid_add(grid, SAY_PLAIN, "%s", say_unit(cli_speak(cli), request->unit));
    cli_grid_add(grid, SAY_PLAIN, "%s",
                 request->ticket->title == NULL ? "" : request->ticket->title);
}

void cli_requests_print(struct cli *cli, Paidan__OpenRequest *const *requests, size_t count)
{
    static const struct cli_column open[] = {
        {.title = "工单号|NUMBER"},
        {.title = "申请|REQUEST"},
        {.title = "申请单位|ASKED BY", .floor = 12},
        {.title = "批复单位|DECIDES", .floor = 12, .rank = 5}, /* who lists knows who they are */
        {.title = "申请时间|SINCE", .rank = 12},
        {.title = "批复期限|DECIDE BY", .rank = 11, .brackets = true},
        {.title = "无人批复则|OTHERWISE", .rank = 3},
        {.title = "理由|REASON", .floor = 14},
        {.title = "标题|TITLE", .floor = 16, .rank = 2},
        {.title = NULL},
    };
    static const struct cli_column over[] = {
        {.title = "工单号|NUMBER"},           {.title = "未批单位|WAITED FOR", .floor = 12},
        {.title = "过期时间|LAPSED"},         {.title = "承办单位|UNIT", .floor = 12},
        {.title = "标题|TITLE", .floor = 16}, {.title = NULL},
    };
    struct cli_grid grid;
    (void)cli_site(cli);
    if (count == 0) {
        return;
    }
    const bool lapsed = requests[0]->has_lapsed_ms;
    cli_grid_begin(&grid, cli, lapsed ? over : open);
    for (size_t index = 0; index < count; index++) {
        (lapsed ? add_lapsed : add_request)(cli, &grid, requests[index]);
    }
    cli_grid_end(&grid);
}

/* Names beside codes, and the whole ticket as in every listing. */
json_t *cli_requests_json(struct cli *cli, Paidan__OpenRequest *const *requests, size_t count)
{
    json_t *list = json_array();
    (void)cli_site(cli);
    for (size_t index = 0; index < count; index++) {
        const Paidan__OpenRequest *request = requests[index];
        json_t *object = say_json_message(&cli->say, &request->base, true);
        json_object_set_new(object, "ticket", say_json_brief(cli_speak(cli), request->ticket));
        json_object_set_new(object, "unit_name",
                            json_string(say_unit(cli_speak(cli), request->unit)));
        json_object_set_new(object, "to_unit_name",
                            json_string(say_unit(cli_speak(cli), request->to_unit)));
        if (!request->has_lapsed_ms) {
            json_object_set_new(object, "what", json_string(kind_of(cli, request)));
            json_object_set_new(object, "otherwise", json_string(otherwise_of(cli, request)));
        }
        json_array_append_new(list, object);
    }
    return list;
}

static int tell(struct cli *cli, const Paidan__RequestsListed *listed)
{
    char next[2 * CLI_CURSOR_BYTES_MAX + 1] = "";
    cli_listing_cursor_text(&listed->next, next);
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "requests",
                            cli_requests_json(cli, listed->requests, listed->n_requests));
        if (next[0] != '\0') {
            json_object_set_new(object, "next", json_string(next));
        }
        say_json_time(&cli->say, object, "now", cli->now_ms);
        return cli_json_print(cli, object);
    }
    cli_requests_print(cli, listed->requests, listed->n_requests);
    if (listed->n_requests == 0 && next[0] == '\0') {
        printf("%s\n", cli_say(cli, "没有待批的申请", "nothing waits for a decision"));
    } else if (next[0] == '\0' && cli_given(cli, CLI_UNIT)) {
        printf(
            cli_say(cli,
                    "批准：paidan supervise grant 工单号 --unit %s；不批准用 refuse 并加 --note\n",
                    "to grant: paidan supervise grant NUMBER --unit %s; to refuse: refuse, with "
                    "--note\n"),
            cli_text(cli, CLI_UNIT));
    }
    if (next[0] != '\0') {
        printf("%s --cursor %s\n", cli_say(cli, "还有更多：", "there is more:"), next);
    }
    return CLI_EXIT_OK;
}

int cli_requests(struct cli *cli)
{
    uint8_t cursor[CLI_CURSOR_BYTES_MAX];
    uint64_t limit = 0;
    Paidan__RequestList wish = PAIDAN__REQUEST_LIST__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_number(cli, CLI_LIMIT, 1, LIST_MAX, 100, &limit);
    wish.has_limit = 1;
    wish.limit = (uint32_t)limit;
    wish.unit = cli_text(cli, CLI_UNIT);
    wish.has_cursor = cli_given(cli, CLI_CURSOR);
    if (status == CLI_EXIT_OK && wish.has_cursor) {
        wish.cursor.data = cursor;
        status = cli_listing_cursor(cli, cursor, &wish.cursor.len);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, "escalation", &wish.base, &answer);
    }
    return status == CLI_EXIT_OK ? tell(cli, answer->requests_listed) : status;
}
