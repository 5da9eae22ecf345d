/* cli_points: 积分 at the counter: what somebody has, what he gets for it, what a supervisor gives or takes back. Who
 * is meant is a pseudonym of 16 hexadecimal letters, or a ticket's number: whoever registered it. A number of a
 * ticket is never 16 letters long, and one of an entry never as long as a ticket's. The archive judges. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

enum { ENTRY_DIGITS_MAX = 10 };

static const char service[] = "archive";

/* ---- operands ---- */

static bool digits(const char *text)
{
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

static bool is_person(const char *text)
{
    return strlen(text) == PSEUDONYM_BYTES && strspn(text, "0123456789abcdef") == PSEUDONYM_BYTES;
}

struct who {
    char *person;
    bool has_ticket;
    uint64_t ticket;
};

static int read_who(struct cli *cli, const char *text, struct who *who)
{
    CHECK(text != NULL);
    *who = (struct who){.has_ticket = !is_person(text)};
    if (!who->has_ticket) {
        who->person = (char *)(uintptr_t)text;
        return CLI_EXIT_OK;
    }
    return cli_ticket(cli, text, &who->ticket);
}

/* A count that may be left out, then it is 0. */
static int read_count(struct cli *cli, unsigned operand, uint64_t *count)
{
    *count = 0;
    if (operand >= cli->operand_count) {
        return CLI_EXIT_OK;
    }
    const char *const text = cli->operands[operand];
    if (!digits(text) || strlen(text) >= ENTRY_DIGITS_MAX || sscanf(text, "%" SCNu64, count) != 1 ||
        *count == 0) {
        return cli_usage(cli, "应写正整数", "a whole number above 0 is needed", text);
    }
    return CLI_EXIT_OK;
}

/* ---- showing ---- */

static long long balance_of(const Paidan__PointsAccount *account)
{
    return (long long)account->in - (long long)account->out;
}

static const char *medal_of(struct cli *cli, const Paidan__PointsAccount *account)
{
    return say_words_get(&cli->say, &paidan__points_medal__descriptor, (int)account->medal);
}

static void tell_account(struct cli *cli, const Paidan__PointsAccount *account)
{
    printf(cli_say(cli, "%s  余额 %lld  累计 %llu  已兑换 %llu  奖章 %s\n",
                   "%s  balance %lld  earned %llu  spent %llu  medal %s\n"),
           account->person, balance_of(account), (unsigned long long)account->earned,
           (unsigned long long)account->spent, medal_of(cli, account));
}

static void add_line(struct cli *cli, struct cli_grid *grid, const Paidan__PointsLine *line)
{
    char at[SAY_TIME_BYTES], number[NUMBER_BYTES] = "-";
    const bool takes = line->kind == PAIDAN__POINTS_KIND__POINTS_REVERSED ||
                       line->kind == PAIDAN__POINTS_KIND__POINTS_EXCHANGED;
    say_time_short(&cli->say, line->at_ms, cli->now_ms, at);
    if (line->has_ticket) {
        number_format(line->ticket, number);
    }
    cli_grid_add(grid, SAY_STRONG, "%" PRIu64, line->entry);
    cli_grid_add(grid, SAY_PLAIN, "%s", at);
    cli_grid_add(grid,
                 line->has_reversed_by ? SAY_FAINT
                 : takes               ? SAY_WARN
                                       : SAY_GOOD,
                 "%c%" PRIu64, takes ? '-' : '+', line->points);
    cli_grid_add(grid, SAY_PLAIN, "%s",
                 say_words_get(&cli->say, &paidan__points_kind__descriptor, (int)line->kind));
    cli_grid_add(grid, SAY_PLAIN, "%s", line->rule != NULL ? line->rule : line->goods);
    cli_grid_add(grid, SAY_PLAIN, "%s", number);
    cli_grid_add(grid, SAY_PLAIN, "%s", line->note == NULL ? "" : line->note);
}

static int tell_person(struct cli *cli, const Paidan__PointsShown *shown)
{
    static const struct cli_column table[] = {
        {.title = "分录|ENTRY"},
        {.title = "时间|AT"},
        {.title = "积分|POINTS"},
        {.title = "种类|KIND"},
        {.title = "规则或物品|WHAT"},
        {.title = "工单号|NUMBER"},
        {.title = "说明|NOTE", .floor = 8, .rank = 1},
        {.title = NULL},
    };
    struct cli_grid grid;
    CHECK(shown->n_persons == 1);
    tell_account(cli, shown->persons[0]);
    if (shown->n_entries > 0) {
        cli_grid_begin(&grid, cli, table);
        for (size_t index = 0; index < shown->n_entries; index++) {
            add_line(cli, &grid, shown->entries[index]);
        }
        cli_grid_end(&grid);
    }
    if (shown->has_next) {
        printf("%s\n", cli_say(cli, "还有，请加大 --limit", "more: say a larger --limit"));
    }
    return CLI_EXIT_OK;
}

static int ask(struct cli *cli, Paidan__PointsWhat what, const struct who *who,
               const Paidan__PointsShown **shown)
{
    Paidan__PointsShow wish = PAIDAN__POINTS_SHOW__INIT;
    Paidan__Answer *answer = NULL;
    uint64_t limit = 0;
    int status = cli_number(cli, CLI_LIMIT, 1, POINTS_LIST_MAX, 50, &limit);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.what = what;
    wish.has_limit = true;
    wish.limit = (uint32_t)limit;
    if (who != NULL) {
        wish.person = who->person;
        wish.has_ticket = who->has_ticket;
        wish.ticket = who->ticket;
    }
    status = cli_ask(cli, service, &wish.base, &answer);
    *shown = status == CLI_EXIT_OK ? answer->points_shown : NULL;
    return status;
}

static int print_json(struct cli *cli, const Paidan__PointsShown *shown)
{
    return cli_json_print(cli, say_json_message(&cli->say, &shown->base, true));
}

int cli_points_show(struct cli *cli)
{
    const Paidan__PointsShown *shown = NULL;
    struct who who;
    int status = read_who(cli, cli->operands[0], &who);
    status = status == CLI_EXIT_OK ? ask(cli,
                                         who.has_ticket ? PAIDAN__POINTS_WHAT__POINTS_OF_TICKET
                                                        : PAIDAN__POINTS_WHAT__POINTS_OF_PERSON,
                                         &who, &shown)
                                   : status;
    if (status != CLI_EXIT_OK) {
        return status;
    }
    return cli->json ? print_json(cli, shown) : tell_person(cli, shown);
}

int cli_points_top(struct cli *cli)
{
    const Paidan__PointsShown *shown = NULL;
    const int status = ask(cli, PAIDAN__POINTS_WHAT__POINTS_TOP, NULL, &shown);
    if (status != CLI_EXIT_OK || cli->json) {
        return status == CLI_EXIT_OK ? print_json(cli, shown) : status;
    }
    if (shown->n_persons == 0) {
        printf("%s\n", cli_say(cli, "还没有人得积分", "nobody has earned any"));
    }
    for (size_t index = 0; index < shown->n_persons; index++) {
        printf("%3zu  ", index + 1);
        tell_account(cli, shown->persons[index]);
    }
    return CLI_EXIT_OK;
}

int cli_points_goods(struct cli *cli)
{
    static const struct cli_column table[] = {
        {.title = "物品|GOODS"}, {.title = "名称|NAME"},  {.title = "积分|PRICE"},
        {.title = "剩余|LEFT"},  {.title = "总量|STOCK"}, {.title = NULL},
    };
    const Paidan__PointsShown *shown = NULL;
    struct cli_grid grid;
    const int status = ask(cli, PAIDAN__POINTS_WHAT__POINTS_GOODS, NULL, &shown);
    if (status != CLI_EXIT_OK || cli->json) {
        return status == CLI_EXIT_OK ? print_json(cli, shown) : status;
    }
    if (shown->n_goods == 0) {
        printf("%s\n", cli_say(cli, "站点没有可兑换的物品", "the site has nothing in exchange"));
        return CLI_EXIT_OK;
    }
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < shown->n_goods; index++) {
        const Paidan__PointsGoods *const goods = shown->goods[index];
        cli_grid_add(&grid, SAY_STRONG, "%s", goods->goods);
        cli_grid_add(&grid, SAY_PLAIN, "%s", goods->name);
        cli_grid_add(&grid, SAY_PLAIN, "%" PRIu64, goods->price);
        cli_grid_add(&grid, goods->left == 0 ? SAY_WARN : SAY_PLAIN, "%" PRIu32, goods->left);
        cli_grid_add(&grid, SAY_PLAIN, "%" PRIu32, goods->stock);
    }
    cli_grid_end(&grid);
    return CLI_EXIT_OK;
}

int cli_points_check(struct cli *cli)
{
    const Paidan__PointsShown *shown = NULL;
    int status = ask(cli, PAIDAN__POINTS_WHAT__POINTS_CHECK, NULL, &shown);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__PointsCheck *const check = shown->check;
    CHECK(check != NULL);
    const bool right = check->in == check->out && check->wrong == 0;
    if (cli->json) {
        status = print_json(cli, shown);
    } else {
        printf(cli_say(cli, "账户 %llu 个，分录 %llu 笔，总和 %lld，不符的账户 %llu 个：%s\n",
                       "%llu accounts, %llu entries, sum %lld, %llu accounts wrong: %s\n"),
               (unsigned long long)check->accounts, (unsigned long long)check->entries,
               (long long)check->in - (long long)check->out, (unsigned long long)check->wrong,
               right ? cli_say(cli, "一致", "right") : cli_say(cli, "不一致", "NOT right"));
    }
    return status == CLI_EXIT_OK && !right ? CLI_EXIT_DIFFERENT : status;
}

/* ---- changing ---- */

static int send(struct cli *cli, ProtobufCMessage *wish, const char *said)
{
    Paidan__Answer *answer = NULL;
    const int status = cli_ask(cli, service, wish, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->json) {
        return cli_json_print(cli, json_pack("{s:I}", "entry", (json_int_t)answer->done->seq));
    }
    printf(cli_say(cli, "%s  分录 %" PRIu64 "\n", "%s  entry %" PRIu64 "\n"), said,
           answer->done->seq);
    return CLI_EXIT_OK;
}

int cli_points_award(struct cli *cli)
{
    Paidan__PointsAward wish = PAIDAN__POINTS_AWARD__INIT;
    struct who who;
    uint64_t points = 0;
    int status = read_who(cli, cli->operands[0], &who);
    status = status == CLI_EXIT_OK ? read_count(cli, 2, &points) : status;
    wish.person = who.person;
    wish.has_ticket = who.has_ticket;
    wish.ticket = who.ticket;
    wish.rule = (char *)(uintptr_t)cli->operands[1];
    wish.has_points = points != 0;
    wish.points = points;
    wish.note = cli_text(cli, CLI_NOTE);
    return status == CLI_EXIT_OK ? send(cli, &wish.base, cli_say(cli, "已奖励", "awarded"))
                                 : status;
}

int cli_points_exchange(struct cli *cli)
{
    Paidan__PointsExchange wish = PAIDAN__POINTS_EXCHANGE__INIT;
    struct who who;
    uint64_t count = 0;
    int status = read_who(cli, cli->operands[0], &who);
    status = status == CLI_EXIT_OK ? read_count(cli, 2, &count) : status;
    wish.person = who.person;
    wish.has_ticket = who.has_ticket;
    wish.ticket = who.ticket;
    wish.goods = (char *)(uintptr_t)cli->operands[1];
    wish.has_count = count != 0;
    wish.count = (uint32_t)count;
    wish.note = cli_text(cli, CLI_NOTE);
    return status == CLI_EXIT_OK ? send(cli, &wish.base, cli_say(cli, "已兑换", "exchanged"))
                                 : status;
}

int cli_points_reverse(struct cli *cli)
{
    Paidan__PointsReverse wish = PAIDAN__POINTS_REVERSE__INIT;
    const char *const what = cli->operands[0];
    int status = CLI_EXIT_OK;
    wish.has_entry = digits(what) && strlen(what) <= ENTRY_DIGITS_MAX;
    wish.has_ticket = !wish.has_entry;
    if (wish.has_ticket) {
        status = cli_ticket(cli, what, &wish.ticket);
    } else if (sscanf(what, "%" SCNu64, &wish.entry) != 1) {
        return cli_usage(cli, "应写分录号或工单号", "a number of an entry or a ticket", what);
    }
    wish.note = cli_text(cli, CLI_NOTE);
    return status == CLI_EXIT_OK ? send(cli, &wish.base, cli_say(cli, "已冲回", "reversed"))
                                 : status;
}
