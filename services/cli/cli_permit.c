/* cli_permit: what the table of permissions says, without asking anybody: of one role and wish, of all
 * wishes of a role, or the whole. With a ticket's number it also tells whether that ticket lies in
 * the scope: escalation is asked whose it is, as whoever types this may see it. */

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/permit/permit.h"
#include "common/say/code.h"
#include "common/say/say_words.h"

struct words {
    enum permit_scope scope;
    const char *token, *zh, *en;
};

/* Whole sentences' ends: "may, ..." */
static const struct words scopes[] = {
    {PERMIT_NONE, "none", "不可以", "no"},
    {PERMIT_ALL, "all", "可以，不限范围", "yes, everywhere"},
    {PERMIT_UNTITLED, "untitled", "可以，不限范围，但不显示标题",
     "yes, everywhere, without titles"},
    {PERMIT_UNIT, "unit", "可以，限本单位主办或协办的工单",
     "yes, of tickets that the own unit leads or assists"},
    {PERMIT_BRANCH, "branch", "可以，限本单位，及本辖区内本级和下级的工单",
     "yes, of the own unit, and of its level and below in its area"},
    {PERMIT_DECIDE, "decide", "可以，限由本单位批复的申请", "yes, where the own unit decides"},
    {PERMIT_OVERSEE, "oversee", "可以，以本督办单位的名义，不限工单",
     "yes, in the name of the own supervising unit, of any ticket"},
    {PERMIT_AREA, "area", "可以，限本辖区和尚未定位的工单",
     "yes, in the own area and where the place is not known yet"},
    {PERMIT_CHANNEL, "channel", "可以，限本渠道", "yes, of the own channel"},
    {PERMIT_CODE, "code", "可以，须有工单号和查询码", "yes, with number and query code"},
    {PERMIT_CHANNEL_CODE, "channel_code", "可以，限本渠道，且须有查询码",
     "yes, of the own channel and with the query code"},
    {PERMIT_PASS, "pass", "可以，限凭查询码查到的那一件",
     "yes, of the one ticket whose code was given"},
    {PERMIT_CALLBACK, "callback", "可以，限本渠道正在回访的工单，只给电话和姓名",
     "yes, of tickets whose callback the own channel makes now; phone and name alone"},
};

static const struct words *words_of(enum permit_scope scope)
{
    size_t index = 0;
    while (index < sizeof scopes / sizeof *scopes && scopes[index].scope != scope) {
        index++;
    }
    CHECK(index < sizeof scopes / sizeof *scopes); /* every scope of a role has its words */
    return &scopes[index];
}

static json_t *cell_json(enum permit_row row, int role)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    const struct words *const words = words_of(permit_table_cell(row, (unsigned)role));
    json_t *const object = json_object();
    json_object_set_new(object, "role",
                        json_string(say_words_token(&paidan__role__descriptor, role, token)));
    json_object_set_new(object, "wish", json_string(permit_table_name(row)));
    json_object_set_new(object, "allowed", json_boolean(words->scope != PERMIT_NONE));
    json_object_set_new(object, "scope", json_string(words->token));
    return object;
}

static void cell_print(const struct cli *cli, enum permit_row row)
{
    const struct words *words = NULL;
    for (int role = PERMIT_ROLE_FIRST; role <= PERMIT_PUBLIC; role++) {
        words = words_of(permit_table_cell(row, (unsigned)role));
        printf("%c", (char)words->scope);
    }
    (void)cli;
    printf("  %s\n", permit_table_name(row));
}

/* Columns are told in words, for letters alone nobody remembers. */
static int all(struct cli *cli)
{
    json_t *const list = json_array();
    for (int role = PERMIT_ROLE_FIRST; !cli->json && role <= PERMIT_PUBLIC; role++) {
        printf("%*s%s\n", role - PERMIT_ROLE_FIRST, "",
               say_words_get(&cli->say, &paidan__role__descriptor, role));
    }
    for (unsigned row = 0; row < PERMIT_ROWS; row++) {
        for (int role = PERMIT_ROLE_FIRST; cli->json && role <= PERMIT_PUBLIC; role++) {
            json_array_append_new(list, cell_json((enum permit_row)row, role));
        }
        if (!cli->json) {
            cell_print(cli, (enum permit_row)row);
        }
    }
    if (cli->json) {
        return cli_json_print(cli, list);
    }
    json_decref(list);
    for (size_t index = 0; index < sizeof scopes / sizeof *scopes; index++) {
        printf("%c  %s\n", (char)scopes[index].scope,
               cli_say(cli, scopes[index].zh, scopes[index].en));
    }
    return CLI_EXIT_OK;
}

static int of_role(struct cli *cli, int role)
{
    json_t *const list = json_array();
    for (unsigned row = 0; row < PERMIT_ROWS; row++) {
        const struct words *const words =
            words_of(permit_table_cell((enum permit_row)row, (unsigned)role));
        if (cli->json) {
            json_array_append_new(list, cell_json((enum permit_row)row, role));
        } else if (words->scope != PERMIT_NONE) {
            printf("%-24s %s\n", permit_table_name((enum permit_row)row),
                   cli_say(cli, words->zh, words->en));
        }
    }
    if (cli->json) {
        return cli_json_print(cli, list);
    }
    json_decref(list);
    return CLI_EXIT_OK;
}

/* Whose the ticket is; and the role as it would be granted: with what --unit, --area and --channel
 * name. */
static int covers(struct cli *cli, enum permit_row row, int role, bool *covered)
{
    Paidan__GrantRole given = PAIDAN__GRANT_ROLE__INIT;
    Paidan__GrantRole *roles[] = {&given};
    Paidan__Grant grant = PAIDAN__GRANT__INIT;
    Paidan__Show wish = PAIDAN__SHOW__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_ticket(cli, cli->operands[2], &wish.ticket);
    if (status == CLI_EXIT_OK) {
        status = cli_connect(cli);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, "escalation", &wish.base, &answer);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__Brief *const brief = answer->shown->brief;
    struct permit_subject subject = {.unit = brief->unit,
                                     .area = brief->area,
                                     .channel = brief->channel,
                                     .level = brief->level,
                                     .state = brief->state};
    for (size_t index = 0; index < brief->n_assist && index < SITE_ASSIST_MAX; index++) {
        subject.assist[subject.assist_count++] = brief->assist[index];
    }
    given.role = (Paidan__Role)role;
    given.unit = cli_text(cli, CLI_UNIT);
    given.area = cli_text(cli, CLI_AREA);
    given.channel = cli_text(cli, CLI_CHANNEL);
    grant.actor = (char *)(uintptr_t) "";
    grant.roles = roles;
    grant.n_roles = 1;
    *covered = permit_grant_covers(&grant, row, cli_site(cli), &subject);
    return CLI_EXIT_OK;
}

static int of_cell(struct cli *cli, enum permit_row row, int role)
{
    const struct words *const words = words_of(permit_table_cell(row, (unsigned)role));
    bool covered = words->scope != PERMIT_NONE;
    const bool numbered = cli->operand_count > 2;
    if (numbered && covered) {
        const int status = covers(cli, row, role, &covered);
        if (status != CLI_EXIT_OK) {
            return status;
        }
    }
    if (cli->json) {
        json_t *const object = cell_json(row, role);
        if (numbered) {
            json_object_set_new(object, "covers", json_boolean(covered));
        }
        const int status = cli_json_print(cli, object);
        return status != CLI_EXIT_OK || covered ? status : code_exit(PAIDAN__CODE__FORBIDDEN);
    }
    printf("%s · %s: %s\n", say_words_get(&cli->say, &paidan__role__descriptor, role),
           permit_table_name(row), cli_say(cli, words->zh, words->en));
    if (numbered && words->scope != PERMIT_NONE) {
        printf("%s: %s\n", cli->operands[2],
               covered ? cli_say(cli, "在范围内", "within")
                       : cli_say(cli, "不在范围内（当作没有这张工单）",
                                 "out of scope (answered as an unknown ticket)"));
    }
    return covered ? CLI_EXIT_OK : code_exit(PAIDAN__CODE__FORBIDDEN);
}

int cli_permit(struct cli *cli)
{
    int role = 0;
    static const struct cli_words words = {
        .what = "ROLE", .of = &paidan__role__descriptor, .values = 0};
    if (cli->operand_count == 0) {
        return all(cli);
    }
    const int status = cli_word(cli, &words, cli->operands[0], &role);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->operand_count == 1) {
        return of_role(cli, role);
    }
    const enum permit_row row = permit_table_find(cli->operands[1]);
    if (row == PERMIT_ROWS) {
        return cli_usage(cli, "没有这个请求；不带参数的 paidan permit 列出全部",
                         "no such wish; paidan permit without words lists them all",
                         cli->operands[1]);
    }
    return of_cell(cli, row, role);
}
