/* cli_replan: `paidan policy replan`: what would move, page by page, or with --apply what moved.
 * Each page is a request of its own: after a refusal in the middle, what was applied stands and is
 * told. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_effect.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

enum { PAGE_TICKETS = 500 };

struct replan {
    struct cli *cli;
    json_t *moves; /* with --json */
    uint64_t looked_at, moved, clocks, later, earlier;
    bool progress;
};

static void moment(const struct replan *replan, uint64_t at_ms, char text[SAY_TIME_BYTES])
{
    say_time_exact(cli_speak(replan->cli), at_ms, text);
    text[strlen(text) - 3] = '\0'; /* no seconds */
}

static void add_move(const struct replan *replan, struct cli_grid *grid,
                     const Paidan__ReplanMove *move)
{
    struct cli *cli = replan->cli;
    char number[NUMBER_BYTES], before[SAY_TIME_BYTES], after[SAY_TIME_BYTES], span[SAY_TIME_BYTES];
    const bool later = move->new_due_ms >= move->old_due_ms;
    number_format(move->ticket, number);
    moment(replan, move->old_due_ms, before);
    moment(replan, move->new_due_ms, after);
    say_time_span(&cli->say, (int64_t)move->new_due_ms - (int64_t)move->old_due_ms, span);
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    cli_grid_add(grid, SAY_PLAIN, "%s", say_words_clock(&cli->say, move->clock));
    cli_grid_add(grid, SAY_FAINT, "%s", before);
    cli_grid_add(grid, SAY_PLAIN, "%s", after);
    cli_grid_add(grid, later ? SAY_GOOD : SAY_BAD, "%s%s", later ? "+" : "", span);
    cli_grid_add(grid, SAY_PLAIN, "%s", say_unit(cli_speak(cli), move->unit));
}

/* Counted here page by page, as the service counts each page alone. */
static void add_page(struct replan *replan, const Paidan__Replanning *page)
{
    static const struct cli_column table[] = {
        {.title = "工单号|NUMBER"},
        {.title = "时钟|CLOCK"},
        {.title = "原期限|OLD DUE"},
        {.title = "新期限|NEW DUE"},
        {.title = "变动|CHANGE"},
        {.title = "承办单位|UNIT", .floor = 10, .rank = 1},
        {.title = NULL},
    };
    struct cli_grid grid;
    replan->looked_at += page->looked_at;
    replan->moved += page->moved;
    replan->clocks += page->n_moves;
    for (size_t index = 0; index < page->n_moves; index++) {
        const Paidan__ReplanMove *move = page->moves[index];
        const bool later = move->new_due_ms >= move->old_due_ms;
        replan->later += later ? 1 : 0;
        replan->earlier += later ? 0 : 1;
        if (replan->cli->json) {
            json_array_append_new(replan->moves,
                                  say_json_message(&replan->cli->say, &move->base, true));
        }
    }
    if (replan->cli->json || page->n_moves == 0) {
        return;
    }
    cli_grid_begin(&grid, replan->cli, table);
    for (size_t index = 0; index < page->n_moves; index++) {
        add_move(replan, &grid, page->moves[index]);
    }
    if (replan->progress) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    cli_grid_end(&grid);
    fflush(stdout);
}

/* Only on a terminal, on standard error, and wiped away at the end. */
static void tell_progress(const struct replan *replan, bool last)
{
    if (!replan->progress) {
        return;
    }
    if (last) {
        fputs("\r\033[K", stderr);
        return;
    }
    fprintf(stderr,
            cli_say(replan->cli, "\r\033[K已看 %llu 件，变动 %llu 件",
                    "\r\033[K%llu looked at, %llu moved"),
            (unsigned long long)replan->looked_at, (unsigned long long)replan->moved);
}

/* Who may do it, for the command that is shown: the unit that was named, else the site's first. */
static const char *supervisor(const struct replan *replan, const struct say *say)
{
    const struct site *site = say->site;
    if (cli_given(replan->cli, CLI_UNIT)) {
        return cli_value(replan->cli, CLI_UNIT);
    }
    return site != NULL && site->supervisor_count > 0 ? site->units[site->supervisors[0]].code
                                                      : say_choose(say, "督办单位", "SUPERVISOR");
}

static void total_words(const struct say *say, const void *deed, char text[CLI_EFFECT_BYTES])
{
    const struct replan *replan = deed;
    const bool applied = cli_given(replan->cli, CLI_APPLY);
    char line[512];
    if (replan->moved == 0) {
        (void)snprintf(text, CLI_EFFECT_BYTES,
                       say_choose(say,
                                  "看了 %llu 件未办结工单：时限都与现在的规则一致，没有要变动的",
                                  "%llu open tickets looked at: all terms are as the rules have "
                                  "them now, nothing is to be moved"),
                       (unsigned long long)replan->looked_at);
        return;
    }
    (void)snprintf(
        text, CLI_EFFECT_BYTES,
        say_choose(say, "看了 %llu 件未办结工单，%s %llu 件、%llu 个时钟：推后 %llu，提前 %llu",
                   "%llu open tickets looked at; %s %llu of them, %llu clocks: %llu later, %llu "
                   "earlier"),
        (unsigned long long)replan->looked_at,
        applied ? say_choose(say, "已变动", "moved") : say_choose(say, "将变动", "would move"),
        (unsigned long long)replan->moved, (unsigned long long)replan->clocks,
        (unsigned long long)replan->later, (unsigned long long)replan->earlier);
    if (applied) {
        (void)snprintf(line, sizeof line, "%s",
                       say_choose(say,
                                  "新期限已生效并记入各工单的办理记录；已经超时的仍算超时\n"
                                  "查看最近到期的：paidan due",
                                  "the new deadlines hold and stand in each ticket's history; what "
                                  "was missed stays missed\n"
                                  "to see what is due next: paidan due"));
    } else {
        (void)snprintf(
            line, sizeof line,
            say_choose(say, "只是预览；执行：paidan policy replan --unit %s --apply",
                       "only a preview; to do it: paidan policy replan --unit %s --apply"),
            supervisor(replan, say));
    }
    say_add(text, CLI_EFFECT_BYTES, "\n", line);
}

/* What was looked at and moved, and which way: more "earlier" than expected is a reason not to
 * apply it. */
static int tell_totals(struct replan *replan)
{
    struct cli *cli = replan->cli;
    const bool applied = cli_given(cli, CLI_APPLY);
    json_t *object = json_object();
    json_object_set(object, "moves", replan->moves);
    json_object_set_new(object, "applied", json_boolean(applied));
    json_object_set_new(object, "looked_at", json_integer((json_int_t)replan->looked_at));
    json_object_set_new(object, "moved", json_integer((json_int_t)replan->moved));
    json_object_set_new(object, "clocks", json_integer((json_int_t)replan->clocks));
    return cli_effect_deed(cli, total_words, replan, object);
}

static int run(struct replan *replan)
{
    struct cli *cli = replan->cli;
    Paidan__Replan wish = PAIDAN__REPLAN__INIT;
    wish.unit = cli_text(cli, CLI_UNIT);
    wish.has_apply = wish.apply = cli_given(cli, CLI_APPLY);
    wish.has_limit = 1;
    wish.limit = PAGE_TICKETS;
    for (;;) {
        Paidan__Answer *answer = NULL;
        const int status = cli_ask(cli, "escalation", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        add_page(replan, answer->replanning);
        if (!answer->replanning->has_next) {
            return CLI_EXIT_OK;
        }
        wish.has_after = 1;
        wish.after = answer->replanning->next;
        tell_progress(replan, false);
        arena_reset(&cli->arena);
    }
}

int cli_replan(struct cli *cli)
{
    struct replan replan = {.cli = cli, .moves = json_array(), .progress = isatty(2) == 1};
    if (cli_given(cli, CLI_APPLY) && !cli_given(cli, CLI_UNIT)) {
        json_decref(replan.moves);
        return cli_usage(cli, "--apply 须写明督办单位 --unit",
                         "--apply needs the supervising --unit", NULL);
    }
    (void)cli_site(cli);
    int status = run(&replan);
    tell_progress(&replan, true);
    /* What was applied before a refusal stands: it is told as well. */
    if (status == CLI_EXIT_OK || replan.looked_at > 0) {
        const int told = tell_totals(&replan);
        status = status == CLI_EXIT_OK ? told : status;
    }
    json_decref(replan.moves);
    return status;
}
