/* cli_stray: what fell between two services, for `alarms`.
 *
 * A record that a service refused changed nothing there, although another service took it for done; a
 * callback that no channel pulls ends as unreached and closes its ticket. Both happen without an error
 * that somebody would see, and both can still be mended while they stand here: the ticket is looked at,
 * the site names an heir of the channel. */

#include "cli_stray.h"

#include <stdio.h>

#include "cli_colour.h"
#include "cli_grid.h"
#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

enum { STRAYS_MAX = 20 };

static void heading(struct cli *cli, const char *zh, const char *en, uint64_t count)
{
    const enum say_tone tone = count > 0 ? SAY_BAD : SAY_GOOD;
    printf("%s%s%s %s%llu%s\n", cli_colour_on(cli->colour, SAY_STRONG), cli_say(cli, zh, en),
           cli_colour_off(cli->colour, SAY_STRONG), cli_colour_on(cli->colour, tone),
           (unsigned long long)count, cli_colour_off(cli->colour, tone));
}

/* ---- refused records ---- */

/* NULL: no answer. */
static const Paidan__Stats *ask_refused(struct cli *cli, const char *service, uint64_t timeout_ms)
{
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    Paidan__Answer *answer = NULL;
    wish.has_refused = wish.refused = true;
    return cli_try(cli, service, &wish.base, timeout_ms, &answer) == PAIDAN__CODE__OK
               ? answer->stats
               : NULL;
}

static void add_refused(struct cli *cli, struct cli_grid *grid, const char *service,
                        const Paidan__RefusedRecord *record)
{
    char number[NUMBER_BYTES] = "-", at[SAY_TIME_BYTES];
    const Paidan__Code code = (Paidan__Code)record->code;
    if (record->has_ticket) {
        number_format(record->ticket, number);
    }
    say_time_short(cli_speak(cli), record->at_ms, cli->now_ms, at);
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    cli_grid_add(grid, SAY_BAD, "%s", at);
    cli_grid_add(grid, SAY_PLAIN, "%s ← %s %llu", service, record->log == NULL ? "?" : record->log,
                 (unsigned long long)record->of);
    cli_grid_add(grid, SAY_PLAIN, "%s%s%s%s",
                 cli_say(cli, code_sentence_zh(code), code_sentence_en(code)),
                 record->detail == NULL ? "" : " (", record->detail == NULL ? "" : record->detail,
                 record->detail == NULL ? "" : ")");
}

static void print_refused(struct cli *cli, const Paidan__Stats *const stats[CLI_SERVICES])
{
    static const struct cli_column headers[] = {{.title = "工单号|NUMBER"},
                                                {.title = "时间|AT"},
                                                {.title = "服务与记录|SERVICE, RECORD"},
                                                {.title = "原因|WHY", .floor = 16},
                                                {.title = NULL}};
    struct cli_grid grid;
    uint64_t count = 0;
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        count += stats[index] == NULL ? 0 : stats[index]->n_refused;
    }
    heading(cli, "拒收的记录（近 7 天）", "refused records (7 days)", count);
    if (count == 0) {
        return;
    }
    cli_grid_begin(&grid, cli, headers);
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        for (size_t at = 0; stats[index] != NULL && at < stats[index]->n_refused; at++) {
            add_refused(cli, &grid, cli_services[index], stats[index]->refused[at]);
        }
    }
    cli_grid_end(&grid);
}

static json_t *refused_json(struct cli *cli, const Paidan__Stats *const stats[CLI_SERVICES])
{
    json_t *list = json_array();
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        for (size_t at = 0; stats[index] != NULL && at < stats[index]->n_refused; at++) {
            const Paidan__RefusedRecord *record = stats[index]->refused[at];
            json_t *object = say_json_message(cli_speak(cli), &record->base, true);
            json_object_set_new(object, "service", json_string(cli_services[index]));
            json_object_set_new(object, "code", json_string(code_name((Paidan__Code)record->code)));
            json_array_append_new(list, object);
        }
    }
    return list;
}

/* ---- callbacks without a channel ---- */

static const Paidan__CallbackPulled *ask_callbacks(struct cli *cli, uint64_t timeout_ms)
{
    Paidan__CallbackList wish = PAIDAN__CALLBACK_LIST__INIT;
    Paidan__Answer *answer = NULL;
    wish.has_stray = wish.stray = true;
    wish.has_limit = true;
    wish.limit = STRAYS_MAX;
    return cli_try(cli, "callback", &wish.base, timeout_ms, &answer) == PAIDAN__CODE__OK
               ? answer->callback_pulled
               : NULL;
}

static void print_callbacks(struct cli *cli, const Paidan__CallbackPulled *pulled)
{
    static const struct cli_column headers[] = {{.title = "工单号|NUMBER"},
                                                {.title = "渠道|CHANNEL"},
                                                {.title = "第几次|ATTEMPT"},
                                                {.title = "本次截止|ATTEMPT ENDS"},
                                                {.title = NULL}};
    struct cli_grid grid;
    heading(cli, "回访渠道已撤，无人可回访", "callbacks whose channel is gone, nobody asks",
            pulled->has_count ? pulled->count : 0);
    if (pulled->n_tasks == 0) {
        return;
    }
    cli_grid_begin(&grid, cli, headers);
    for (size_t index = 0; index < pulled->n_tasks; index++) {
        const Paidan__CallbackTask *task = pulled->tasks[index];
        char number[NUMBER_BYTES], due[SAY_TIME_BYTES];
        number_format(task->ticket, number);
        say_time_short(cli_speak(cli), task->due_ms, cli->now_ms, due);
        cli_grid_add(&grid, SAY_STRONG, "%s", number);
        cli_grid_add(&grid, SAY_BAD, "%s", task->channel);
        cli_grid_add(&grid, SAY_PLAIN, "%u", task->attempt);
        cli_grid_add(&grid, SAY_PLAIN, "%s", due);
    }
    cli_grid_end(&grid);
    if (pulled->count > pulled->n_tasks) {
        printf(cli_say(cli, "还有 %llu 件\n", "%llu more\n"),
               (unsigned long long)(pulled->count - pulled->n_tasks));
    }
    printf("%s\n",
           cli_say(cli,
                   "末次到期后记未接通并结案。请在接手的渠道写 was: 旧编码，再运行 deploy/reload。",
                   "After the last attempt they end as unreached and their tickets close. Write "
                   "was: OLD at the channel that carries on, then deploy/reload."));
}

static json_t *callbacks_json(struct cli *cli, const Paidan__CallbackPulled *pulled)
{
    json_t *list = json_array();
    for (size_t index = 0; pulled != NULL && index < pulled->n_tasks; index++) {
        json_array_append_new(list,
                              say_json_message(cli_speak(cli), &pulled->tasks[index]->base, true));
    }
    return list;
}

void cli_stray_tell(struct cli *cli, uint64_t timeout_ms, json_t *object)
{
    const Paidan__Stats *stats[CLI_SERVICES];
    CHECK(timeout_ms > 0);
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        stats[index] = ask_refused(cli, cli_services[index], timeout_ms);
    }
    const Paidan__CallbackPulled *pulled = ask_callbacks(cli, timeout_ms);
    if (object != NULL) {
        json_object_set_new(object, "refused", refused_json(cli, stats));
        json_object_set_new(object, "stray_callbacks", callbacks_json(cli, pulled));
        json_object_set_new(
            object, "stray_callback_count",
            json_integer(pulled != NULL && pulled->has_count ? (json_int_t)pulled->count : 0));
        return;
    }
    print_refused(cli, stats);
    if (pulled != NULL) {
        print_callbacks(cli, pulled);
    }
}
