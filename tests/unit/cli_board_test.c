/* cli_board: what is drawn, at several sizes. */

#include "cli_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"
#include "trace.h"

/* 2026-11-22 09:00 in +08:00. */
#define NOW_MS 1795309200000ull
#define MINUTE_MS 60000ull
#define TICKETS 6

struct picture {
    Paidan__Boarded boarded;
    Paidan__Brief briefs[TICKETS], *list[TICKETS];
    Paidan__ClockSet clocks[TICKETS], *clock_lists[TICKETS][1];
    Paidan__LevelCount levels[3], *level_list[3];
};

static void fill_ticket(struct picture *picture, size_t index)
{
    static char *const titles[TICKETS] = {"楼道里堆满了纸箱，消防通道都堵住了，没人管",
                                          "路灯不亮",
                                          "a title with\ttab and \033[31mescape",
                                          "夜里施工太吵",
                                          "",
                                          "电梯困人"};
    Paidan__Brief *brief = &picture->briefs[index];
    Paidan__ClockSet *clock = &picture->clocks[index];
    paidan__brief__init(brief);
    paidan__clock_set__init(clock);
    picture->list[index] = brief;
    picture->clock_lists[index][0] = clock;
    clock->clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    clock->due_ms = NOW_MS + (index * 50 - 45) * MINUTE_MS;
    clock->has_warn_ms = 1;
    clock->warn_ms = clock->due_ms - 10 * MINUTE_MS;
    brief->ticket = 2026112200000001ull + index;
    brief->state = index == 4 ? PAIDAN__STATE__STATE_RESOLVED : PAIDAN__STATE__STATE_ASSIGNED;
    brief->level = 1 + (uint32_t)index % 3;
    brief->unit = "qinghe.committee";
    brief->category = "safety.fire-lane";
    brief->title = titles[index];
    brief->n_clocks = index == 4 ? 0 : 1;
    brief->clocks = picture->clock_lists[index];
    brief->has_card = 1;
    brief->card = index == 0 ? PAIDAN__CARD__CARD_RED : PAIDAN__CARD__CARD_NONE;
    brief->has_chases = index == 1;
    brief->chases = 3;
}

static struct picture *make_picture(void)
{
    struct picture *picture = calloc(1, sizeof *picture);
    assert_non_null(picture);
    paidan__boarded__init(&picture->boarded);
    for (size_t index = 0; index < TICKETS; index++) {
        fill_ticket(picture, index);
    }
    for (uint32_t level = 0; level < 3; level++) {
        paidan__level_count__init(&picture->levels[level]);
        picture->levels[level].level = level + 1;
        picture->levels[level].open = level * 7;
        picture->level_list[level] = &picture->levels[level];
    }
    picture->boarded.n_tickets = TICKETS;
    picture->boarded.tickets = picture->list;
    picture->boarded.n_levels = 3;
    picture->boarded.levels = picture->level_list;
    picture->boarded.open = 21;
    picture->boarded.overdue = 1;
    picture->boarded.red = 1;
    return picture;
}

static struct cli_board_frame frame_of(const struct picture *picture, unsigned columns,
                                       unsigned rows)
{
    const struct cli_board_frame frame = {.boarded = &picture->boarded,
                                          .now_ms = NOW_MS,
                                          .say = {.language = SAY_CHINESE},
                                          .columns = columns,
                                          .rows = rows};
    return frame;
}

/* Lines of a drawn frame, and the widest in columns. */
static unsigned measure(const char *drawn, size_t *widest)
{
    unsigned lines = 1;
    char line[8192];
    *widest = 0;
    while (*drawn != '\0') {
        const size_t bytes = strcspn(drawn, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)bytes, drawn);
        const size_t width = text_columns(line);
        *widest = width > *widest ? width : *widest;
        drawn += bytes;
        if (*drawn == '\n') {
            lines++;
            drawn++;
        }
    }
    return lines;
}

static void test_draw_when_any_size_then_it_fits(void **state)
{
    (void)state;
    struct picture *picture = make_picture();
    static const char *const notes[] = {"一行说明", NULL};
    for (unsigned columns = 1; columns < 200; columns += columns < 40 ? 1 : 13) {
        for (unsigned rows = 5; rows < 30; rows += 6) {
            struct cli_board_frame frame = frame_of(picture, columns, rows);
            frame.notes = notes;
            frame.say.language = columns % 2 == 0 ? SAY_CHINESE : SAY_ENGLISH;
            char *drawn = cli_board_draw(&frame);
            size_t widest = 0;
            assert_non_null(drawn);
            assert_int_equal(measure(drawn, &widest), rows);
            assert_true(widest <= columns);
            assert_null(strchr(drawn, '\033')); /* no colour, and none from a title */
            free(drawn);
        }
    }
    free(picture);
}

static void test_draw_when_drawn_then_as_golden(void **state)
{
    (void)state;
    struct picture *picture = make_picture();
    struct trace trace;
    trace_init(&trace, 0);
    static const unsigned widths[] = {140, 80, 40};
    for (size_t index = 0; index < sizeof widths / sizeof widths[0]; index++) {
        const struct cli_board_frame frame = frame_of(picture, widths[index], 0);
        char *drawn = cli_board_draw(&frame);
        assert_non_null(drawn);
        trace_say(&trace, "-- %u columns", widths[index]);
        trace_say(&trace, "%s", drawn);
        free(drawn);
    }
    assert_true(trace_golden(&trace, "cli_board"));
    trace_fini(&trace);
    free(picture);
}

static void test_draw_when_marked_then_marks_and_title_share_the_room(void **state)
{
    (void)state;
    struct picture *picture = make_picture();
    Paidan__Brief *brief = &picture->briefs[1];
    brief->has_supervised = brief->supervised = brief->has_urges = brief->has_mode = 1;
    brief->urges = 2;
    brief->mode = PAIDAN__MODE__MODE_MEDIATION;
    brief->state = PAIDAN__STATE__STATE_SUSPENDED;
    brief->has_suspended_until_ms = 1;
    brief->suspended_until_ms = NOW_MS + 90 * MINUTE_MS;
    struct cli_board_frame frame = frame_of(picture, 160, 0);
    char *drawn = cli_board_draw(&frame);
    assert_non_null(drawn);
    assert_non_null(strstr(drawn, "[督办 催办2 调解] 路灯不亮"));
    assert_non_null(strstr(drawn, "1小时30分  20261122-0002-7  挂账"));
    free(drawn);
    frame = frame_of(picture, 116, 0);
    drawn = cli_board_draw(&frame);
    assert_non_null(drawn);
    assert_non_null(strstr(drawn, "[督办 催办…] 路灯"));
    free(drawn);
    frame = frame_of(picture, 100, 0);
    drawn = cli_board_draw(&frame);
    assert_non_null(drawn);
    assert_null(strstr(drawn, "督办"));
    free(drawn);
    free(picture);
}

static void test_draw_when_coloured_then_each_line_ends_plain(void **state)
{
    (void)state;
    struct picture *picture = make_picture();
    struct cli_board_frame frame = frame_of(picture, 100, 0);
    frame.colour = true;
    char *drawn = cli_board_draw(&frame), *rest = NULL;
    assert_non_null(drawn);
    assert_non_null(strstr(drawn, "\033[1;31m  -45分00秒"));
    for (char *line = strtok_r(drawn, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *last = strrchr(line, '\033');
        if (last != NULL) {
            assert_int_equal(strncmp(last, "\033[0m", 4), 0);
        }
    }
    free(drawn);
    free(picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draw_when_any_size_then_it_fits),
        cmocka_unit_test(test_draw_when_drawn_then_as_golden),
        cmocka_unit_test(test_draw_when_marked_then_marks_and_title_share_the_room),
        cmocka_unit_test(test_draw_when_coloured_then_each_line_ends_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
