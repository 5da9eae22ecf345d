/* demo_view: what the person in front of it sees while the day goes by: the live board, or a line
 * every few seconds where there is no terminal.
 *
 * Moments that show what the engine is for are told once each, in a sentence, as they happen; on
 * the board they are told again after two hours of site time, for who joins later. Signals only
 * set a flag: the day is ended by main, which shows the numbers so far. */
#include "demo_view.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/text/text.h"
#include "demo_actor.h"
#include "services/cli/cli_board.h"
#include "services/cli/cli_screen.h"

#define LINE_US 4000000u /* between two lines of progress */
#define BOARD_US 250000u /* between two pictures */
/* More than fit: the latest are shown first, the service chooses by the next deadline. */
#define BOARD_ROWS_MAX 200u
/* The board says a moment of the same kind again after so much site time. */
#define AGAIN_MS (2u * 60u * DEMO_MINUTE_MS)
#define WIDTH_MAX 240u

static volatile sig_atomic_t stopped;

static void on_signal(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static const char *say(const struct demo_view *view, const char *zh, const char *en)
{
    return say_choose(&view->say, zh, en);
}

void demo_view_begin(struct demo_view *view, bool board)
{
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    CHECK(sigaction(SIGINT, &action, NULL) == 0);
    CHECK(sigaction(SIGTERM, &action, NULL) == 0);
    view->board = board && cli_screen_enter();
}

void demo_view_end(struct demo_view *view)
{
    if (!view->board) {
        return;
    }
    cli_screen_leave();
    view->board = false;
    const uint32_t first =
        view->moment_count > DEMO_MOMENTS_SHOWN ? view->moment_count - DEMO_MOMENTS_SHOWN : 0;
    for (uint32_t index = first; index < view->moment_count; index++) {
        (void)printf("%s\n", view->moments[index % DEMO_MOMENTS_SHOWN]);
    }
}

bool demo_view_wait(struct demo_view *view, uint64_t wait_ms)
{
    if (view->board) {
        const int key = cli_screen_wait(wait_ms);
        return key == -1 || key == 'q' || key == 'Q' || stopped;
    }
    const struct timespec wait = {.tv_sec = (time_t)(wait_ms / 1000),
                                  .tv_nsec = (long)(wait_ms % 1000) * 1000000};
    (void)nanosleep(&wait, NULL);
    return stopped;
}

void demo_view_time(const struct demo *demo, uint64_t at_ms, char text[16])
{
    CHECK(demo->day_ms >= DEMO_DAY_MS);
    const uint64_t since =
        at_ms >= demo->day_ms ? at_ms - demo->day_ms : at_ms + DEMO_DAY_MS - demo->day_ms;
    const uint64_t day = since / DEMO_DAY_MS;
    const unsigned minutes = (unsigned)(since % DEMO_DAY_MS / DEMO_MINUTE_MS);
    char mark[8] = "";
    if (at_ms < demo->day_ms) {
        (void)snprintf(mark, sizeof mark, "-1 ");
    } else if (day > 0) {
        (void)snprintf(mark, sizeof mark, "+%u ", (unsigned)(day % 1000));
    }
    (void)snprintf(text, 16, "%s%02u:%02u", mark, minutes / 60, minutes % 60);
}

/* ---- moments ----------------------------------------------------------------------------------
 */

static const struct {
    const char *zh, *en;
} sentences[DEMO_MOMENTS] = {
    [DEMO_FIRST_DESK] = {"说不清的诉求，分拨员看过后派了出去",
                         "too vague for triage: the dispatcher read it and sent it on"},
    [DEMO_FIRST_SOLVED] = {"居民说：解决了", "the resident says: solved"},
    [DEMO_FIRST_RAISED] = {"到期没人办，上报到", "nobody acted in time: raised to"},
    [DEMO_FIRST_TOP] = {"一级一级都没人办，一直到了", "nobody acted at any level: now at"},
    [DEMO_FIRST_COMPETENCE] = {"超出权限，承办人上报到", "beyond its authority: handed up to"},
    [DEMO_FIRST_RETURN] = {"退单，等分拨员裁定", "returned: waits for a ruling"},
    [DEMO_FIRST_RULED] = {"分拨员裁定了退单", "the dispatcher ruled on the return"},
    [DEMO_FIRST_RED] = {"最高一级也到期了：红牌", "expired at the highest level: red card"},
    [DEMO_FIRST_ALARM] = {"还没人办：再次警报，直到办结为止",
                          "still nobody: the alarm repeats until it is repaired"},
    [DEMO_FIRST_REOPENED] = {"居民说没解决：重办，交给",
                             "the resident says no: reopened, now with"},
    [DEMO_FIRST_UNREACHED] = {"几次回访都没接通", "the resident was never reached"},
    [DEMO_FIRST_WITHDRAWN] = {"居民撤回了", "withdrawn by the resident"},
};

/* with_unit: the sentence ends with the unit that has the ticket now. */
static void moment_say(struct demo_view *view, const struct demo *demo, enum demo_moment moment,
                       const Paidan__Event *event, bool with_unit)
{
    CHECK(moment < DEMO_MOMENTS);
    const struct demo_ticket *ticket = demo_facts_find(&demo->facts, event->ticket);
    const uint64_t again_ms = view->said_ms[moment] + AGAIN_MS;
    if (ticket == NULL || ticket->row == DEMO_NO_ROW ||
        (view->said_ms[moment] != 0 && (!view->board || event->at_ms < again_ms))) {
        return;
    }
    view->said_ms[moment] = event->at_ms;
    char number[NUMBER_BYTES], at[16], title[128];
    number_format(ticket->id, number);
    demo_view_time(demo, event->at_ms, at);
    const size_t bytes = text_clip(ticket->title, 60);
    title[0] = '\0';
    if (bytes > 0) {
        (void)snprintf(title, sizeof title, "「%.*s%s」", (int)bytes, ticket->title,
                       ticket->title[bytes] == '\0' ? "" : "…");
    }
    char *text = view->moments[view->moment_count++ % DEMO_MOMENTS_SHOWN];
    (void)snprintf(text, DEMO_MOMENT_BYTES, "★ %s %s %s%s%s%s", at, number,
                   say(view, sentences[moment].zh, sentences[moment].en),
                   with_unit && view->say.language == SAY_ENGLISH ? " " : "",
                   with_unit ? say_unit(&view->say, ticket->unit) : "", title);
    if (!view->board) {
        (void)printf("%s\n", text);
        (void)fflush(stdout);
    }
}

/* The whole way to the top is the best of them, and is told first. */
static void raised_say(struct demo_view *view, const struct demo *demo, const Paidan__Event *event)
{
    if (event->raised->why == PAIDAN__WHY__WHY_COMPETENCE) {
        moment_say(view, demo, DEMO_FIRST_COMPETENCE, event, true);
        return;
    }
    const struct demo_ticket *ticket = demo_facts_find(&demo->facts, event->ticket);
    if (ticket != NULL && ticket->expired_to_top && ticket->first_level == 1) {
        moment_say(view, demo, DEMO_FIRST_TOP, event, true);
    }
    moment_say(view, demo, DEMO_FIRST_RAISED, event, true);
}

void demo_view_fact(void *context, const struct demo *demo, const Paidan__Event *event)
{
    struct demo_view *view = context;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        if (event->assigned->why == PAIDAN__WHY__WHY_DISPATCHED) {
            moment_say(view, demo, DEMO_FIRST_DESK, event, false);
        } else if (event->assigned->why == PAIDAN__WHY__WHY_RULED) {
            moment_say(view, demo, DEMO_FIRST_RULED, event, false);
        }
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        raised_say(view, demo, event);
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        moment_say(view, demo, DEMO_FIRST_RETURN, event, false);
        break;
    case PAIDAN__EVENT__FACT_CARDED:
        moment_say(view, demo, DEMO_FIRST_RED, event, false);
        break;
    case PAIDAN__EVENT__FACT_ALARMED:
        moment_say(view, demo, DEMO_FIRST_ALARM, event, false);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        moment_say(view, demo, DEMO_FIRST_REOPENED, event, true);
        break;
    case PAIDAN__EVENT__FACT_UNREACHED:
        moment_say(view, demo, DEMO_FIRST_UNREACHED, event, false);
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        if (event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED) {
            moment_say(view, demo, DEMO_FIRST_SOLVED, event, false);
        } else if (event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN) {
            moment_say(view, demo, DEMO_FIRST_WITHDRAWN, event, false);
        }
        break;
    default:
        break;
    }
}

/* ---- pictures ---------------------------------------------------------------------------------
 */

/* NULL: not now. */
static enum rc board_ask(struct demo *demo, uint32_t limit, const Paidan__Boarded **boarded)
{
    Paidan__Board board = PAIDAN__BOARD__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    board.has_limit = 1;
    board.limit = limit;
    request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
    request.board = &board;
    arena_reset(&demo->arena);
    const enum rc rc = demo_actor_call(demo, "escalation", &request, &answer);
    *boarded = rc == RC_OK ? answer->boarded : NULL;
    return rc == RC_TIMEOUT ? RC_OK : rc;
}

/* The day so far in one line. */
static void counts_say(const struct demo_view *view, const struct demo *demo, char *text,
                       size_t size)
{
    const uint64_t *counts = demo->facts.counts;
    (void)snprintf(
        text, size,
        say(view,
            "提交 %" PRIu64 "/%" PRIu64 "  上报 %" PRIu64 "  红牌 %" PRIu64 "  办结 %" PRIu64
            "  重办 %" PRIu64 "  退单 %" PRIu64 "  回访 %" PRIu64,
            "handed in %" PRIu64 "/%" PRIu64 "  raised %" PRIu64 "  red %" PRIu64
            "  closed %" PRIu64 "  reopened %" PRIu64 "  returned %" PRIu64 "  asked %" PRIu64),
        demo->done.scripted - demo->unsubmitted, demo->done.scripted,
        counts[DEMO_RAISED_EXPIRED] + counts[DEMO_RAISED_COMPETENCE], counts[DEMO_CARDED],
        counts[DEMO_CLOSED], counts[DEMO_REOPENED], counts[DEMO_RETURNED], counts[DEMO_ASKED]);
}

static void line_print(const struct demo_view *view, const struct demo *demo,
                       const Paidan__Boarded *boarded)
{
    char at[16], counts[256];
    demo_view_time(demo, clock_now_ms(&demo->clock), at);
    counts_say(view, demo, counts, sizeof counts);
    (void)printf("%8s  %s", at, counts);
    if (boarded != NULL) {
        (void)printf(say(view, "  未办结 %" PRIu64 "  超时 %" PRIu64,
                         "  open %" PRIu64 "  overdue %" PRIu64),
                     boarded->open, boarded->overdue);
    }
    (void)printf("\n");
    (void)fflush(stdout);
}

static enum rc board_draw(struct demo_view *view, const struct demo *demo,
                          const Paidan__Boarded *boarded)
{
    char headline[512], at[16], counts[256];
    const char *notes[DEMO_MOMENTS_SHOWN + 3] = {0};
    uint32_t note_count = 0;
    const struct site *site = view->say.site;
    const uint64_t now_ms = clock_now_ms(&demo->clock);
    unsigned columns = 80, rows = 24;
    cli_screen_size(&columns, &rows);
    demo_view_time(demo, now_ms, at);
    (void)snprintf(headline, sizeof headline,
                   say(view, "派单演示 · %s · %s · 快 %" PRIu64 " 倍 · q 退出",
                       "Paidan demo · %s · %s · %" PRIu64 " times as fast · q ends it"),
                   say(view, site->name, site->name_en), at, demo->clock.rate);
    counts_say(view, demo, counts, sizeof counts);
    notes[note_count++] = counts;
    const uint32_t first =
        view->moment_count > DEMO_MOMENTS_SHOWN ? view->moment_count - DEMO_MOMENTS_SHOWN : 0;
    for (uint32_t index = first; index < view->moment_count; index++) {
        notes[note_count++] = view->moments[index % DEMO_MOMENTS_SHOWN];
    }
    const struct cli_board_frame frame = {.boarded = boarded,
                                          .now_ms = now_ms,
                                          .say = view->say,
                                          .colour = view->colour,
                                          .columns = columns,
                                          .rows = rows,
                                          .headline = headline,
                                          .notes = notes};
    char *drawn = cli_board_draw(&frame);
    if (drawn == NULL) {
        return RC_LIMIT;
    }
    cli_screen_show(drawn);
    free(drawn);
    return RC_OK;
}

enum rc demo_view_show(struct demo_view *view, struct demo *demo)
{
    const uint64_t now_us = clock_monotonic_us();
    if (view->shown_us != 0 && now_us < view->shown_us + (view->board ? BOARD_US : LINE_US)) {
        return RC_OK;
    }
    view->shown_us = now_us;
    const Paidan__Boarded *boarded = NULL;
    const enum rc rc = board_ask(demo, view->board ? BOARD_ROWS_MAX : 1, &boarded);
    if (rc != RC_OK) {
        return rc;
    }
    if (!view->board) {
        line_print(view, demo, boarded);
        return RC_OK;
    }
    return boarded == NULL ? RC_OK : board_draw(view, demo, boarded);
}
