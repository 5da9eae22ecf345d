/* cli_trust: what triage does by itself and what comes of it, and stopping a category by hand. Two
 * tables: how far triage trusts itself in each category, and what happened week by week. Figures are
 * triage's own; nothing is computed here but percentages. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

static const char *name_of(struct cli *cli, const char *category)
{
    return category[0] == '\0' ? cli_say(cli, "（没有猜测）", "(no guess)")
                               : say_category(cli_speak(cli), category);
}

/* "99.1%" of per mille. */
static void percent(uint32_t permille, char text[16])
{
    (void)snprintf(text, 16, "%u.%u%%", permille / 10, permille % 10);
}

static void add_state(struct cli *cli, struct cli_grid *grid, const Paidan__TriageStated *stated,
                      const Paidan__TrustState *state)
{
    char measured[16], low[16], high[16], threshold[16], since[SAY_TIME_BYTES] = "";
    percent(state->measured, measured);
    percent(state->low, low);
    percent(state->high, high);
    percent(state->threshold, threshold);
    if (state->has_since_ms) {
        say_time_short(cli_speak(cli), state->since_ms, cli->now_ms, since);
    }
    const bool bad = state->has_measured && state->high < stated->target;
    cli_grid_add(grid, SAY_STRONG, "%s", name_of(cli, state->category));
    cli_grid_add(grid,
                 state->withdrawn  ? SAY_BAD
                 : state->step > 0 ? SAY_WARN
                                   : SAY_GOOD,
                 "%s",
                 state->by_hand     ? cli_say(cli, "人工暂停", "stopped by hand")
                 : state->withdrawn ? cli_say(cli, "暂停自动分拨", "withdrawn")
                 : state->step > 0  ? cli_say(cli, "收紧", "stricter")
                                    : cli_say(cli, "自动", "by itself"));
    cli_grid_add(grid, SAY_FAINT, "%s", since);
    cli_grid_add(grid, SAY_PLAIN, "%s", state->has_threshold ? threshold : "");
    cli_grid_add(grid, bad ? SAY_BAD : SAY_PLAIN, "%s", state->has_measured ? measured : "");
    if (state->has_measured) {
        cli_grid_add(grid, SAY_FAINT, "%s – %s", low, high);
    } else {
        cli_grid_add(grid, SAY_FAINT, "%s", "");
    }
    cli_grid_add(grid, SAY_PLAIN, "%u/%u", state->right, state->of);
}

static void print_states(struct cli *cli, const Paidan__TriageStated *stated)
{
    static const struct cli_column columns[] = {
        {.title = "类别|CATEGORY", .floor = 8},
        {.title = "状态|STATE"},
        {.title = "自|SINCE", .rank = 12},
        {.title = "须有把握|SURE BY", .rank = 11, .right = true},
        {.title = "准确率|RIGHT", .right = true},
        {.title = "区间|SURELY BETWEEN", .rank = 10},
        {.title = "正确/件数|OF", .right = true, .rank = 3},
        {.title = NULL},
    };
    struct cli_grid grid;
    char target[16];
    percent(stated->target, target);
    printf(cli_say(cli, "目标准确率 %s；看最近 %u 件，满 %u 件起算\n",
                   "the target is %s; of the last %u decisions, from %u on\n"),
           target, stated->window, stated->least);
    if (stated->n_categories == 0) {
        printf("%s\n", cli_say(cli, "还没有可以衡量的自动分拨", "nothing was measured yet"));
        return;
    }
    cli_grid_begin(&grid, cli, columns);
    for (size_t index = 0; index < stated->n_categories; index++) {
        add_state(cli, &grid, stated, stated->categories[index]);
    }
    cli_grid_end(&grid);
}

/* When a category was left to the desk, and why: below the tables, for each span one line. */
static void print_spans(struct cli *cli, const Paidan__TrustState *state)
{
    for (size_t index = 0; index < state->n_spans; index++) {
        const Paidan__TrustSpan *span = state->spans[index];
        char from[SAY_TIME_BYTES], until[SAY_TIME_BYTES] = "";
        say_time_short(cli_speak(cli), span->from_ms, cli->now_ms, from);
        if (span->has_until_ms) {
            say_time_short(cli_speak(cli), span->until_ms, cli->now_ms, until);
        }
        printf(cli_say(cli, "%s：%s 至 %s 暂停自动分拨（%s", "%s: withdrawn from %s to %s (%s"),
               name_of(cli, state->category), from,
               span->has_until_ms ? until : cli_say(cli, "今", "now"),
               say_words_trust_why(&cli->say, span->why));
        if (span->of > 0) {
            printf(cli_say(cli, "，%u 件中 %u 件正确", ", of %u decisions %u were right"), span->of,
                   span->right);
        }
        printf("%s\n", cli_say(cli, "）", ")"));
    }
}

static void print_weeks(struct cli *cli, const Paidan__TriageStated *stated)
{
    static const struct cli_column columns[] = {
        {.title = "周|WEEK"},
        {.title = "类别|CATEGORY", .floor = 8},
        {.title = "自动|ITSELF", .right = true},
        {.title = "分拨台|DESK", .right = true},
        {.title = "采纳|AGREED", .right = true, .rank = 4},
        {.title = "改判|CHANGED", .right = true, .rank = 3},
        {.title = "退单|RETURNED", .right = true},
        {.title = "撤回|RECALLED", .right = true, .rank = 5},
        {.title = "正确|RIGHT", .right = true},
        {.title = "错误|WRONG", .right = true},
        {.title = NULL},
    };
    struct cli_grid grid;
    if (stated->n_weeks == 0) {
        return;
    }
    cli_grid_begin(&grid, cli, columns);
    for (size_t index = 0; index < stated->n_weeks; index++) {
        const Paidan__TriageWeek *week = stated->weeks[index];
        const bool same = index > 0 && strcmp(stated->weeks[index - 1]->week, week->week) == 0;
        const uint64_t counts[] = {week->itself,   week->desk,     week->agreed, week->changed,
                                   week->returned, week->recalled, week->right,  week->wrong};
        cli_grid_add(&grid, SAY_FAINT, "%s", same ? "" : week->week);
        cli_grid_add(&grid, SAY_PLAIN, "%s", name_of(cli, week->category));
        for (size_t count = 0; count < sizeof counts / sizeof counts[0]; count++) {
            const bool bad = counts[count] > 0 && count + 1 == sizeof counts / sizeof counts[0];
            cli_grid_add(&grid, bad ? SAY_BAD : SAY_PLAIN, "%llu",
                         (unsigned long long)counts[count]);
        }
    }
    cli_grid_end(&grid);
}

/* Names beside codes, as in every list. */
static int tell_json(struct cli *cli, const Paidan__TriageStated *stated)
{
    json_t *object = say_json_message(cli_speak(cli), &stated->base, true);
    json_t *list = json_object_get(object, "categories");
    for (size_t index = 0; index < stated->n_categories; index++) {
        json_object_set_new(json_array_get(list, index), "category_name",
                            json_string(name_of(cli, stated->categories[index]->category)));
    }
    list = json_object_get(object, "weeks");
    for (size_t index = 0; index < stated->n_weeks; index++) {
        json_object_set_new(json_array_get(list, index), "category_name",
                            json_string(name_of(cli, stated->weeks[index]->category)));
    }
    say_json_time(&cli->say, object, "now", cli->now_ms);
    return cli_json_print(cli, object);
}

int cli_trust_stats(struct cli *cli)
{
    Paidan__TriageStats wish = PAIDAN__TRIAGE_STATS__INIT;
    Paidan__Answer *answer = NULL;
    uint64_t weeks = 0;
    int status = cli_number(cli, CLI_WEEKS, 1, 104, 12, &weeks);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.category = cli_text(cli, CLI_CATEGORY);
    wish.has_weeks = true;
    wish.weeks = (uint32_t)weeks;
    status = cli_ask(cli, "triage", &wish.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__TriageStated *stated = answer->triage_stated;
    (void)cli_site(cli);
    if (cli->json) {
        return tell_json(cli, stated);
    }
    print_states(cli, stated);
    for (size_t index = 0; index < stated->n_categories; index++) {
        print_spans(cli, stated->categories[index]);
    }
    print_weeks(cli, stated);
    printf(cli_say(cli, "可学习的样本 %llu 条\n", "%llu examples to learn from\n"),
           (unsigned long long)stated->examples);
    return CLI_EXIT_OK;
}

static int set(struct cli *cli, Paidan__TrustAction action)
{
    Paidan__TrustSet wish = PAIDAN__TRUST_SET__INIT;
    Paidan__Answer *answer = NULL;
    wish.category = cli_text(cli, CLI_CATEGORY);
    wish.note = cli_text(cli, CLI_NOTE);
    wish.action = action;
    const int status = cli_ask(cli, "triage", &wish.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const bool withdraw = action == PAIDAN__TRUST_ACTION__TRUST_WITHDRAW;
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "category", json_string(wish.category));
        json_object_set_new(object, "withdrawn", json_boolean(withdraw));
        json_object_set_new(object, "seq", json_integer((json_int_t)answer->done->seq));
        return cli_json_print(cli, object);
    }
    (void)cli_site(cli);
    printf(withdraw ? cli_say(cli, "%s：已暂停自动分拨，一律交分拨台\n",
                              "%s: all of it goes to the desk from now on\n")
                    : cli_say(cli, "%s：已恢复自动分拨\n", "%s: routed by itself again\n"),
           name_of(cli, wish.category));
    return CLI_EXIT_OK;
}

int cli_trust_withdraw(struct cli *cli)
{
    return set(cli, PAIDAN__TRUST_ACTION__TRUST_WITHDRAW);
}

int cli_trust_restore(struct cli *cli)
{
    return set(cli, PAIDAN__TRUST_ACTION__TRUST_RESTORE);
}
