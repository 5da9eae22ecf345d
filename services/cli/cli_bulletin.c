/* cli_bulletin: what is told to everybody of handled matters 公示. One person writes the words, another one approves;
 * who did what is archive's to know. */
#include <stdio.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

static const char service[] = "archive";

static json_t *bulletin_json(struct cli *cli, const Paidan__Bulletin *bulletin)
{
    json_t *const object = say_json_message(&cli->say, &bulletin->base, true);
    json_object_set_new(object, "state_name",
                        json_string(say_words_get(&cli->say, &paidan__bulletin_state__descriptor,
                                                  (int)bulletin->state)));
    return object;
}

static int tell_json(struct cli *cli, const Paidan__BulletinListed *listed)
{
    json_t *const object = json_object(), *const list = json_array();
    for (size_t index = 0; index < listed->n_bulletins; index++) {
        json_array_append_new(list, bulletin_json(cli, listed->bulletins[index]));
    }
    json_object_set_new(object, "bulletins", list);
    json_object_set_new(object, "more", json_boolean(listed->has_next));
    return cli_json_print(cli, object);
}

static void add(struct cli *cli, struct cli_grid *grid, const Paidan__Bulletin *bulletin)
{
    char at[SAY_TIME_BYTES] = "-";
    const uint64_t at_ms = bulletin->has_published_ms ? bulletin->published_ms
                           : bulletin->has_drafted_ms ? bulletin->drafted_ms
                           : bulletin->has_closed_ms  ? bulletin->closed_ms
                                                      : 0;
    if (at_ms != 0) {
        say_time_short(&cli->say, at_ms, cli->now_ms, at);
    }
    cli_grid_add(grid, SAY_STRONG, "%s", bulletin->number == NULL ? "-" : bulletin->number);
    cli_grid_add(
        grid, bulletin->state == PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED ? SAY_GOOD : SAY_PLAIN,
        "%s", say_words_get(&cli->say, &paidan__bulletin_state__descriptor, (int)bulletin->state));
    cli_grid_add(grid, SAY_PLAIN, "%s", at);
    cli_grid_add(grid, SAY_PLAIN, "%s",
                 bulletin->area == NULL ? "-" : say_area(&cli->say, bulletin->area));
    cli_grid_add(grid, SAY_PLAIN, "%s", bulletin->title);
    cli_grid_add(grid, SAY_PLAIN, "%s", bulletin->text);
}

static int tell(struct cli *cli, const Paidan__BulletinListed *listed)
{
    static const struct cli_column table[] = {
        {.title = "工单号|NUMBER"},
        {.title = "状态|STATE"},
        {.title = "时间|AT", .rank = 2},
        {.title = "区域|AREA", .rank = 1},
        {.title = "标题|TITLE", .floor = 8},
        {.title = "内容|TEXT", .floor = 12, .rank = 3},
        {.title = NULL},
    };
    struct cli_grid grid;
    if (cli->json) {
        return tell_json(cli, listed);
    }
    if (listed->n_bulletins == 0) {
        printf("%s\n", cli_say(cli, "没有公示", "no bulletins"));
        return CLI_EXIT_OK;
    }
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < listed->n_bulletins; index++) {
        add(cli, &grid, listed->bulletins[index]);
    }
    cli_grid_end(&grid);
    if (listed->has_next) {
        printf("%s\n", cli_say(cli, "还有，请加大 --limit", "more: say a larger --limit"));
    }
    return CLI_EXIT_OK;
}

int cli_bulletin_list(struct cli *cli)
{
    Paidan__BulletinList wish = PAIDAN__BULLETIN_LIST__INIT;
    Paidan__Answer *answer = NULL;
    uint64_t limit = 0;
    const bool shown = cli_given(cli, CLI_SHOWN), proposed = cli_given(cli, CLI_PROPOSED);
    if (shown && proposed) {
        return cli_usage(cli, "--shown 和 --proposed 只能写一个", "either --shown or --proposed",
                         NULL);
    }
    int status = cli_number(cli, CLI_LIMIT, 1, BULLETINS_MAX, 50, &limit);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.has_limit = 1;
    wish.limit = (uint32_t)limit;
    wish.area = cli_text(cli, CLI_AREA);
    wish.has_state = shown || proposed;
    wish.state = shown ? PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED
                       : PAIDAN__BULLETIN_STATE__BULLETIN_PROPOSED;
    (void)cli_site(cli);
    status = cli_ask(cli, service, &wish.base, &answer);
    return status == CLI_EXIT_OK ? tell(cli, answer->bulletin_listed) : status;
}

static int send(struct cli *cli, ProtobufCMessage *wish, const char *said)
{
    Paidan__Answer *answer = NULL;
    const int status = cli_ask(cli, service, wish, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->json) {
        json_t *const object = json_object();
        json_object_set_new(object, "number", say_json_number(answer->done->ticket));
        return cli_json_print(cli, object);
    }
    printf("%s  %s\n", cli->operands[0], said);
    return CLI_EXIT_OK;
}

int cli_bulletin_draft(struct cli *cli)
{
    Paidan__BulletinDraft wish = PAIDAN__BULLETIN_DRAFT__INIT;
    const int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    wish.title = cli_text(cli, CLI_TITLE);
    wish.text = cli_text(cli, CLI_TEXT);
    return status != CLI_EXIT_OK
               ? status
               : send(cli, &wish.base,
                      cli_say(cli, "已拟，等另一个人审核", "written; another person must approve"));
}

static int rule(struct cli *cli, bool granted, const char *said)
{
    Paidan__BulletinRule wish = PAIDAN__BULLETIN_RULE__INIT;
    const int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    wish.granted = granted;
    wish.title = granted ? cli_text(cli, CLI_TITLE) : NULL;
    wish.text = granted ? cli_text(cli, CLI_TEXT) : NULL;
    wish.note = granted ? NULL : cli_text(cli, CLI_NOTE);
    return status == CLI_EXIT_OK ? send(cli, &wish.base, said) : status;
}

int cli_bulletin_approve(struct cli *cli)
{
    return rule(cli, true, cli_say(cli, "已公示", "published"));
}

int cli_bulletin_refuse(struct cli *cli)
{
    return rule(cli, false, cli_say(cli, "未通过", "refused"));
}

int cli_bulletin_withdraw(struct cli *cli)
{
    Paidan__BulletinWithdraw wish = PAIDAN__BULLETIN_WITHDRAW__INIT;
    const int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    CHECK(cli_text(cli, CLI_NOTE) != NULL); /* an option that must be there */
    wish.reason = cli_text(cli, CLI_NOTE);
    return status == CLI_EXIT_OK ? send(cli, &wish.base, cli_say(cli, "已撤下", "taken down"))
                                 : status;
}
