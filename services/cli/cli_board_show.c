/* cli_board_show: `paidan board`, once or live. Live, it asks once a second and draws five times:
 * the moment is counted on between two answers at the rate of the instance's clock, so that
 * remaining times run evenly. When the service does not answer, the last picture stays, with a line
 * that says how it stands: an empty board would look like an idle day. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_board.h"
#include "cli_commands.h"
#include "cli_join.h"
#include "cli_json.h"
#include "cli_screen.h"
#include "common/base/clock.h"
#include "common/say/say_desk.h"
#include "common/say/say_json.h"

/* Asked this often; between two answers the remaining times go on by the clock. */
enum { ASK_US = 1000000, TICK_MS = 200, LIMIT_MAX = 500, LIMIT_DEFAULT = 50 };
/* Of one question while the board is on the screen: keys must not wait longer than this. */
enum { QUIET_WAIT_MS = 1000 };

/* The desk by its deadlines, for the rows and the counts. */
static int ask_desk(struct cli *cli, uint64_t limit, const Paidan__DeskListed **desk, bool quiet)
{
    Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
    wish.has_by_due = wish.by_due = 1;
    wish.has_limit = 1;
    wish.limit = (uint32_t)limit;
    return quiet ? cli_join_desk_quiet(cli, &wish, QUIET_WAIT_MS, desk)
                 : cli_join_desk(cli, &wish, desk);
}

/* quiet: while the board is on the screen nothing may be printed across it. */
static int ask_tickets(struct cli *cli, uint64_t limit, Paidan__Answer **answer, bool quiet)
{
    Paidan__Board board = PAIDAN__BOARD__INIT;
    board.area = cli_text(cli, CLI_AREA);
    board.unit = cli_text(cli, CLI_UNIT);
    board.has_limit = 1;
    board.limit = (uint32_t)limit;
    if (!quiet) {
        return cli_ask(cli, "escalation", &board.base, answer);
    }
    const Paidan__Code code = cli_try(cli, "escalation", &board.base, QUIET_WAIT_MS, answer);
    return code == PAIDAN__CODE__OK ? CLI_EXIT_OK : CLI_EXIT_DIFFERENT;
}

/* Both; the board's answer comes last, so that remaining times are counted from its moment. */
static int ask_board(struct cli *cli, uint64_t limit, Paidan__Answer **answer, bool quiet)
{
    const Paidan__DeskListed *desk = NULL;
    int status = ask_desk(cli, limit, &desk, quiet);
    if (status == CLI_EXIT_OK) {
        status = ask_tickets(cli, limit, answer, quiet);
    }
    if (status != CLI_EXIT_OK || cli_given(cli, CLI_UNIT)) {
        return status;
    }
    if (!say_desk_board(&cli->arena, (*answer)->boarded, desk, cli->now_ms, limit)) {
        return quiet ? CLI_EXIT_IO : cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    return CLI_EXIT_OK;
}

static struct cli_board_frame frame_of(struct cli *cli, const Paidan__Boarded *boarded)
{
    const struct cli_board_frame frame = {
        .boarded = boarded, .now_ms = cli->now_ms, .say = *cli_speak(cli), .colour = cli->colour};
    return frame;
}

static int show_once(struct cli *cli, uint64_t limit)
{
    Paidan__Answer *answer = NULL;
    int status = ask_board(cli, limit, &answer, false);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    struct cli_board_frame frame = frame_of(cli, answer->boarded);
    if (cli->json) {
        json_t *object = say_json_message(&cli->say, &answer->boarded->base, true);
        json_t *list = json_array();
        for (size_t index = 0; index < answer->boarded->n_tickets; index++) {
            json_array_append_new(list,
                                  say_json_brief(cli_speak(cli), answer->boarded->tickets[index]));
        }
        json_object_set_new(object, "tickets", list);
        say_json_time(&cli->say, object, "now", cli->now_ms);
        return cli_json_print(cli, object);
    }
    unsigned rows = 0;
    cli_screen_size(&frame.columns, &rows);
    if (!cli->terminal) {
        frame.columns = 200;
    }
    char *drawn = cli_board_draw(&frame);
    if (drawn == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    puts(drawn);
    free(drawn);
    return CLI_EXIT_OK;
}

/* The services' time now: that of the last answer, gone on at the rate of the instance's clock. */
struct ticking {
    struct clock clock;
    bool scaled;
    uint64_t answered_ms, answered_clock_ms;
};

/* Never behind the answer: a clock that was set back must not make deadlines grow. */
static uint64_t now_of(const struct ticking *ticking)
{
    const uint64_t clock_ms = clock_now_ms(&ticking->clock);
    return clock_ms > ticking->answered_clock_ms
               ? ticking->answered_ms + (clock_ms - ticking->answered_clock_ms)
               : ticking->answered_ms;
}

static void show_live(struct cli *cli, const Paidan__Boarded *boarded,
                      const struct ticking *ticking, bool stale)
{
    static const Paidan__Boarded nothing = PAIDAN__BOARDED__INIT;
    const char *const keys[] = {cli_say(cli, "q 退出", "q leaves"), NULL};
    const char *const lost[] = {cli_say(cli, "督办服务没有应答，正在重试……  q 退出",
                                        "escalation does not answer; trying again...  q leaves"),
                                NULL};
    struct cli_board_frame frame = frame_of(cli, boarded == NULL ? &nothing : boarded);
    frame.now_ms = now_of(ticking);
    frame.notes = stale ? lost : keys;
    cli_screen_size(&frame.columns, &frame.rows);
    char *drawn = cli_board_draw(&frame);
    if (drawn != NULL) {
        cli_screen_show(drawn);
        free(drawn);
    }
}

/* Puts a copy of the answer in place of the one shown before: that one stays on the screen while
 * the service does not answer. */
static void keep(Paidan__Boarded **kept, const Paidan__Boarded *boarded)
{
    const size_t size = paidan__boarded__get_packed_size(boarded);
    uint8_t *bytes = malloc(size + 1);
    Paidan__Boarded *copy = NULL;
    if (bytes != NULL) {
        (void)paidan__boarded__pack(boarded, bytes);
        copy = paidan__boarded__unpack(NULL, size, bytes);
        free(bytes);
    }
    if (copy != NULL) {
        paidan__boarded__free_unpacked(*kept, NULL);
        *kept = copy;
    }
}

/* Asks, draws, waits for a key; the arena is emptied with each answer, so that a board may run for
 * weeks. */
static int watch(struct cli *cli, uint64_t limit)
{
    struct ticking ticking = {0};
    int status = cli_connect(cli);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (clock_open(&ticking.clock, cli->data_dir) != RC_OK) {
        clock_init_real(&ticking.clock);
    }
    (void)cli_site(cli);
    if (!cli_screen_enter()) {
        return cli_usage(cli, "--watch 需要终端", "--watch needs a terminal", NULL);
    }
    Paidan__Boarded *boarded = NULL;
    uint64_t asked_us = 0;
    bool stale = false;
    for (int key = 0; key != 'q' && key != 'Q' && key != -1 && key != 3;) {
        const uint64_t now_us = clock_monotonic_us();
        if (asked_us == 0 || now_us - asked_us >= ASK_US) {
            Paidan__Answer *answer = NULL;
            arena_reset(&cli->arena);
            stale = ask_board(cli, limit, &answer, true) != CLI_EXIT_OK;
            if (!stale) {
                keep(&boarded, answer->boarded);
                ticking.answered_ms = cli->now_ms;
                ticking.answered_clock_ms = clock_now_ms(&ticking.clock);
            }
            asked_us = clock_monotonic_us();
        }
        show_live(cli, boarded, &ticking, stale);
        key = cli_screen_wait(TICK_MS);
    }
    cli_screen_leave();
    paidan__boarded__free_unpacked(boarded, NULL);
    return CLI_EXIT_OK;
}

int cli_board_show(struct cli *cli)
{
    uint64_t limit = 0;
    const int status = cli_number(cli, CLI_LIMIT, 1, LIMIT_MAX, LIMIT_DEFAULT, &limit);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli_given(cli, CLI_WATCH) && !cli->json) {
        return watch(cli, cli_given(cli, CLI_LIMIT) ? limit : 200);
    }
    return show_once(cli, limit);
}
