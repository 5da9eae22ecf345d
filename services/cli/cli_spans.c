/* cli_spans: what a clock counted, as rows of days. Intervals are cut at midnight of the site's
 * wall clock, also on the days that have 23 or 25 hours; days that say the same, one after the
 * other, become one row. The intervals come from escalation; nothing is counted again here. */

#include "cli_spans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_colour.h"
#include "cli_grid.h"
#include "common/base/check.h"
#include "common/calendar/calendar.h"
#include "common/calendar/civil.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

#define DAY_MS 86400000ll
#define MINUTE_MS 60000ll

/* A part of one day: milliseconds of its wall clock. */
struct piece {
    int32_t day;
    int64_t from, until;
    const Paidan__Interval *interval;
};
struct pieces {
    struct piece *list;
    size_t count, room;
};
/* Days first..last, each with the `count` pieces that stand at `at` for the first of them. */
struct row {
    int32_t first, last;
    size_t at, count;
};

/* ---- cutting and joining ----------------------------------------------------------------------
 */

static bool add_piece(struct pieces *pieces, struct piece piece)
{
    if (pieces->count == pieces->room) {
        const size_t room = pieces->room == 0 ? 64 : pieces->room * 2;
        struct piece *larger = realloc(pieces->list, room * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        pieces->list = larger;
        pieces->room = room;
    }
    pieces->list[pieces->count] = piece;
    pieces->count++;
    return true;
}

/* The end of the day in which from_ms lies, also where the wall clock changes on that day. */
static int64_t day_end(struct cli *cli, int32_t day, int64_t from_ms)
{
    const int64_t end = (int64_t)(day + 1) * DAY_MS;
    const int64_t guess = end - say_offset(cli_speak(cli), (uint64_t)from_ms);
    const int64_t exact = end - say_offset(cli_speak(cli), (uint64_t)(guess - 1));
    return exact > from_ms ? exact : from_ms + 1;
}

/* An interval may span weeks; rows are days. */
static bool cut_interval(struct cli *cli, const Paidan__Interval *interval, struct pieces *pieces)
{
    int64_t from = (int64_t)interval->from_ms;
    const int64_t until = (int64_t)interval->until_ms;
    while (from < until) {
        const int64_t local = from + say_offset(cli_speak(cli), (uint64_t)from);
        const int32_t day = (int32_t)(local / DAY_MS);
        const int64_t end = day_end(cli, day, from), to = until < end ? until : end;
        const int64_t local_to = to + say_offset(cli_speak(cli), (uint64_t)(to - 1));
        const struct piece piece = {.day = day,
                                    .from = local - day * DAY_MS,
                                    .until = to == end ? DAY_MS : local_to - day * DAY_MS,
                                    .interval = interval};
        if (!add_piece(pieces, piece)) {
            return false;
        }
        from = to;
    }
    return true;
}

/* By what is printed, not by where it comes from: two notices for one holiday are one row. */
static bool same_words(const Paidan__Interval *a, const Paidan__Interval *b)
{
    const char *a_name = a->name == NULL ? "" : a->name, *b_name = b->name == NULL ? "" : b->name;
    return a->reason == b->reason && strcmp(a_name, b_name) == 0;
}

/* Rows join only day after day with the same hours and the same reasons. */
static bool alike(const struct pieces *pieces, const struct row *a, const struct row *b)
{
    CHECK(a->at + a->count <= pieces->count);
    CHECK(b->at + b->count <= pieces->count);
    if (a->count != b->count || a->last + 1 != b->first) {
        return false;
    }
    for (size_t index = 0; index < a->count; index++) {
        const struct piece *left = &pieces->list[a->at + index];
        const struct piece *right = &pieces->list[b->at + index];
        if (left->from != right->from || left->until != right->until ||
            !same_words(left->interval, right->interval)) {
            return false;
        }
    }
    return true;
}

/* The day that begins at piece `at`. */
static struct row day_at(const struct pieces *pieces, size_t at)
{
    CHECK(at < pieces->count);
    struct row row = {.first = pieces->list[at].day, .last = pieces->list[at].day, .at = at};
    while (at + row.count < pieces->count && pieces->list[at + row.count].day == row.first) {
        row.count++;
    }
    return row;
}

/* ---- words ------------------------------------------------------------------------------------
 */

/* Make-up workdays count too; they carry their reason along. */
static bool counts(const Paidan__Interval *interval)
{
    return interval->reason == PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED ||
           interval->reason == PAIDAN__INTERVAL_REASON__INTERVAL_MAKE_UP;
}

static void time_words(int64_t at, bool seconds, char *text, size_t size)
{
    const int minutes = (int)(at / MINUTE_MS);
    const size_t used = (size_t)snprintf(text, size, "%02d:%02d", minutes / 60, minutes % 60);
    if (seconds) {
        (void)snprintf(text + used, size - used, ":%02d", (int)(at % MINUTE_MS / 1000));
    }
}

/* "09:00–12:00", with seconds where it is shorter than a minute; "" for a whole day. */
static void window_words(const struct piece *piece, char *text, size_t size)
{
    char from[16], until[16];
    const bool seconds = piece->from / MINUTE_MS == piece->until / MINUTE_MS;
    text[0] = '\0';
    if (piece->from != 0 || piece->until != DAY_MS) {
        time_words(piece->from, seconds, from, sizeof from);
        time_words(piece->until, seconds, until, sizeof until);
        (void)snprintf(text, size, "%s–%s", from, until);
    }
}

/* A holiday has its own name in Chinese; elsewhere the name stands behind the reason. */
static void reason_words(const struct cli *cli, const Paidan__Interval *interval, char *text,
                         size_t size)
{
    const char *word = say_words_interval_reason(&cli->say, interval->reason);
    const bool named = interval->name != NULL && interval->name[0] != '\0';
    const bool holiday = interval->reason == PAIDAN__INTERVAL_REASON__INTERVAL_HOLIDAY;
    if (named && holiday && cli->say.language == SAY_CHINESE) {
        (void)snprintf(text, size, "%s", interval->name);
    } else if (named) {
        (void)snprintf(text, size, "%s%s%s%s", word, cli_say(cli, "（", " ("), interval->name,
                       cli_say(cli, "）", ")"));
    } else {
        (void)snprintf(text, size, "%s", word);
    }
}

/* What counted of the day: "09:00–12:00 13:30–17:30", with its make-up in words. */
static void counted_words(const struct cli *cli, const struct pieces *pieces, const struct row *row,
                          char *text, size_t size)
{
    const Paidan__Interval *make_up = NULL;
    char word[160];
    text[0] = '\0';
    for (size_t index = 0; index < row->count; index++) {
        const struct piece *piece = &pieces->list[row->at + index];
        if (counts(piece->interval)) {
            window_words(piece, word, sizeof word);
            say_add(text, size, " ", word[0] == '\0' ? cli_say(cli, "全天", "all day") : word);
            make_up = piece->interval->reason == PAIDAN__INTERVAL_REASON__INTERVAL_MAKE_UP
                          ? piece->interval
                          : make_up;
        }
    }
    if (make_up != NULL) {
        reason_words(cli, make_up, word, sizeof word);
        say_add(text, size, " ", word);
    }
}

/* What did not, and why. Closed hours around counted ones need no times of their own. */
static enum say_tone skipped_words(const struct cli *cli, const struct pieces *pieces,
                                   const struct row *row, bool counted, char *text, size_t size)
{
    bool closed = false;
    enum say_tone colour = SAY_FAINT;
    char word[160], window[32];
    text[0] = '\0';
    for (size_t index = 0; index < row->count; index++) {
        const struct piece *piece = &pieces->list[row->at + index];
        const Paidan__IntervalReason reason = piece->interval->reason;
        if (counts(piece->interval)) {
            continue;
        }
        if (reason == PAIDAN__INTERVAL_REASON__INTERVAL_CLOSED && counted) {
            closed = true;
            continue;
        }
        colour = reason == PAIDAN__INTERVAL_REASON__INTERVAL_PAUSED ? SAY_NEWS : colour;
        window_words(piece, window, sizeof window);
        reason_words(cli, piece->interval, word, sizeof word);
        say_add(text, size, cli_say(cli, "，", ", "), window);
        say_add(text, size, window[0] == '\0' ? cli_say(cli, "，", ", ") : " ", word);
    }
    if (closed) {
        say_add(text, size, cli_say(cli, "，", ", "),
                cli_say(cli, "其余非办公时间", "else closed"));
    }
    return colour;
}

/* ---- the rows ---------------------------------------------------------------------------------
 */

static const char *weekday_word(const struct cli *cli, int32_t day)
{
    static const char *const zh[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    static const char *const en[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const unsigned weekday = civil_weekday(day);
    CHECK(weekday < 7);
    return cli_say(cli, zh[weekday], en[weekday]);
}

static void date_words(int32_t day, int year, char *text, size_t size)
{
    const struct civil_date date = civil_date(day);
    if (date.year == year) {
        (void)snprintf(text, size, "%02u-%02u", date.month, date.day);
    } else {
        (void)snprintf(text, size, "%04d-%02u-%02u", date.year, date.month, date.day);
    }
}

/* Today's row is marked: the question is mostly "how much is left". */
static void add_row(struct cli *cli, struct cli_grid *grid, const struct pieces *pieces,
                    const struct row *row, uint64_t now_ms)
{
    const int32_t today =
        (int32_t)(((int64_t)now_ms + say_offset(cli_speak(cli), now_ms)) / DAY_MS);
    const int year = civil_date(today).year;
    const bool now = today >= row->first && today <= row->last, many = row->last > row->first;
    char first[32], last[32], text[1024];
    date_words(row->first, year, first, sizeof first);
    date_words(row->last, year, last, sizeof last);
    cli_grid_add(grid, now ? SAY_STRONG : SAY_PLAIN, "%s%s%s%s", now ? "▸ " : "  ", first,
                 many ? " – " : "", many ? last : "");
    cli_grid_add(grid, now ? SAY_STRONG : SAY_PLAIN, "%s%s%s", weekday_word(cli, row->first),
                 many ? "–" : "", many ? weekday_word(cli, row->last) : "");
    counted_words(cli, pieces, row, text, sizeof text);
    const bool counted = text[0] != '\0';
    cli_grid_add(grid, SAY_GOOD, "%s", text);
    const enum say_tone colour = skipped_words(cli, pieces, row, counted, text, sizeof text);
    cli_grid_add(grid, colour, "%s", text);
}

static void print_rows(struct cli *cli, const struct pieces *pieces, uint64_t now_ms)
{
    static const struct cli_column table[] = {{.title = "  日期|  DATE"},
                                              {.title = "星期|DAY", .rank = 1},
                                              {.title = "计入|COUNTED"},
                                              {.title = "不计|SKIPPED", .floor = 12},
                                              {.title = NULL}};
    struct cli_grid grid;
    struct row run = {.count = 0};
    cli_grid_begin(&grid, cli, table);
    for (size_t at = 0; at < pieces->count;) {
        const struct row day = day_at(pieces, at);
        at += day.count;
        if (run.count > 0 && alike(pieces, &run, &day)) {
            run.last = day.last;
            run.at = day.at; /* the next is compared with this one */
            continue;
        }
        if (run.count > 0) {
            add_row(cli, &grid, pieces, &run, now_ms);
        }
        run = day;
    }
    if (run.count > 0) {
        add_row(cli, &grid, pieces, &run, now_ms);
    }
    cli_grid_end(&grid);
}

/* ---- one clock --------------------------------------------------------------------------------
 */

/* Which clock, its term, and how it stands now. */
static void print_heading(struct cli *cli, const Paidan__ExplainedClock *clock, const char *whose,
                          bool still, uint64_t now_ms)
{
    const Paidan__ClockSet *set = clock->set;
    char text[128] = "", term[96] = "";
    if (set->has_amount_ms && set->has_unit) {
        say_time_term(&cli->say, set->unit, set->amount_ms, term, sizeof term);
    }
    const bool stopped = clock->has_stopped && clock->stopped;
    const bool expired = clock->has_expired && clock->expired;
    enum say_tone colour = say_time_deadline(
        &cli->say, set->due_ms, set->has_warn_ms ? set->warn_ms : 0, now_ms, text, sizeof text);
    if (stopped) {
        (void)snprintf(text, sizeof text, "%s",
                       expired ? cli_say(cli, "已停，曾超时", "stopped, was late")
                               : cli_say(cli, "已停", "stopped"));
        colour = expired ? SAY_BAD : SAY_FAINT;
    } else if (still) {
        (void)snprintf(text, sizeof text, "%s",
                       cli_say(cli, "停着，恢复后续算", "stands still; the rest runs on later"));
        colour = SAY_NEWS;
    }
    printf("\n%s%s%s%s%s%s%s  %s%s%s\n", cli_colour_on(cli->colour, SAY_STRONG),
           say_words_clock(&cli->say, set->clock), whose == NULL ? "" : " ",
           whose == NULL ? "" : whose, term[0] == '\0' ? "" : "  ", term,
           cli_colour_off(cli->colour, SAY_STRONG), cli_colour_on(cli->colour, colour), text,
           cli_colour_off(cli->colour, colour));
}

static void print_moment(struct cli *cli, const char *zh, const char *en, uint64_t at_ms)
{
    char at[SAY_TIME_BYTES];
    say_time_exact(&cli->say, at_ms, at);
    printf("%s %s", cli_say(cli, zh, en), at);
}

/* From, to, and by which calendar and rule: what a unit can argue with. */
static void print_rule(struct cli *cli, const Paidan__ExplainedClock *clock, bool still)
{
    const Paidan__ClockSet *set = clock->set;
    print_moment(cli, "  起", "  from", set->start_ms);
    print_moment(cli, still ? "  原定止" : "  止", still ? "  was due" : "  due", set->due_ms);
    if (set->has_warn_ms && !still) {
        print_moment(cli, "  预警", "  warns", set->warn_ms);
    }
    const bool always = set->calendar == NULL || strcmp(set->calendar, "always") == 0;
    printf("\n  %s%s%s%s\n",
           always ? cli_say(cli, "昼夜连续计时", "day and night")
                  : cli_say(cli, "日历 ", "calendar "),
           always ? "" : set->calendar,
           set->has_start_rule && set->start_rule == PAIDAN__START_RULE__START_NEXT_DAY
               ? cli_say(cli, "，次日起算", ", counted from the next day")
               : "",
           set->has_end_rule && set->end_rule == PAIDAN__END_RULE__END_OF_DAY
               ? cli_say(cli, "，到当日下班", ", to the end of the day")
               : "");
    if (clock->policy != NULL) {
        printf("  %s %s\n", cli_say(cli, "规则", "rule"), clock->policy);
    }
    if (set->has_extensions && set->extensions > 0) {
        printf(cli_say(cli, "  已延期 %u 次，每次一个原时限\n",
                       "  extensions: %u, each by the original term\n"),
               set->extensions);
    }
}

/* 上级时限: what whoever handed the ticket to us demands; the earlier one counts. */
static void print_bound(struct cli *cli, const Paidan__ExplainedClock *clock)
{
    if (!clock->set->has_bound_ms) {
        return;
    }
    print_moment(cli, "  上级时限", "  deadline from above", clock->set->bound_ms);
    if (clock->has_own_due_ms) {
        print_moment(cli, "，早于本级的", ", earlier than our own", clock->own_due_ms);
        printf("%s\n", cli_say(cli, "，以上级为准", ": the earlier one counts"));
    } else {
        printf("%s\n",
               cli_say(cli, "，晚于本级的，以本级为准", ", later than our own, which counts"));
    }
}

/* After a suspension or a new plan the rest is counted from another moment than the start. */
static void print_resumed(struct cli *cli, const Paidan__ClockSet *set)
{
    char term[96];
    if (set->has_resumed_ms && set->has_unit) {
        say_time_term(&cli->say, set->unit, set->has_consumed_ms ? set->consumed_ms : 0, term,
                      sizeof term);
        printf("  %s %s", cli_say(cli, "此前已用", "used up before:"), term);
        print_moment(cli, "，续自", ", runs on from", set->resumed_ms);
        putchar('\n');
    }
}

static void print_steps(struct cli *cli, const Paidan__ClockSet *set)
{
    char does[256];
    for (size_t index = 0; index < set->n_steps; index++) {
        print_moment(cli, "  提醒点", "  step", set->steps[index]->at_ms);
        say_words_bits(&cli->say, &paidan__step_does__descriptor, set->steps[index]->does,
                       cli_say(cli, "，", ", "), does, sizeof does);
        printf("  %s\n", does);
    }
}

static void print_sum(const struct cli *cli, enum say_tone colour, const char *zh, const char *en,
                      const char *span)
{
    printf("  %s%s %s%s", cli_colour_on(cli->colour, colour), cli_say(cli, zh, en), span,
           cli_colour_off(cli->colour, colour));
}

/* Of a running clock; what one that has stopped would have counted since is no news. */
static void print_sums(struct cli *cli, const Paidan__ExplainedClock *clock)
{
    char span[SAY_TIME_BYTES];
    const Paidan__ClockSet *set = clock->set;
    if (!clock->has_counted_ms || (clock->has_stopped && clock->stopped)) {
        return;
    }
    /* Hours are added up as hours: 31h of open time are not a day and seven hours. */
    if (set->has_unit && !calendar_unit_counts_days((enum calendar_unit)set->unit)) {
        say_time_amount(&cli->say, clock->counted_ms, span);
    } else {
        say_time_span(&cli->say, (int64_t)clock->counted_ms, span);
    }
    printf("  %s", cli_say(cli, "到现在", "until now"));
    print_sum(cli, SAY_GOOD, "计入", "counted", span);
    say_time_span(&cli->say, clock->has_skipped_ms ? (int64_t)clock->skipped_ms : 0, span);
    print_sum(cli, SAY_FAINT, "不计", "skipped", span);
    if (clock->has_paused_ms && clock->paused_ms > 0) {
        say_time_span(&cli->say, (int64_t)clock->paused_ms, span);
        print_sum(cli, SAY_NEWS, "挂账", "suspended", span);
    }
    putchar('\n');
}

/* What makes the rows above less than the whole truth. */
static void print_warnings(const struct cli *cli, const Paidan__ExplainedClock *clock)
{
    if (clock->has_cut && clock->cut) {
        printf("  %s\n", cli_say(cli, "后面还有，未列出", "there is more; not listed"));
    }
    if (clock->has_unknown_years && clock->unknown_years) {
        printf("  %s%s%s\n", cli_colour_on(cli->colour, SAY_WARN),
               cli_say(cli, "注意：其中有的年份还没有节假日数据，按普通周计算，数据到了会重算",
                       "mind: a year in it has no holiday data yet; plain weeks are counted until "
                       "it comes"),
               cli_colour_off(cli->colour, SAY_WARN));
    }
}

void cli_spans_print(struct cli *cli, const Paidan__ExplainedClock *clock, const char *whose,
                     bool still, uint64_t now_ms)
{
    struct pieces pieces = {.list = NULL};
    bool whole = true;
    for (size_t index = 0; index < clock->n_intervals && whole; index++) {
        whole = cut_interval(cli, clock->intervals[index], &pieces);
    }
    const bool waits = still && !(clock->has_stopped && clock->stopped);
    print_heading(cli, clock, whose, waits, now_ms);
    print_rule(cli, clock, waits);
    print_bound(cli, clock);
    print_resumed(cli, clock->set);
    if (!waits) {
        print_steps(cli, clock->set);
    }
    if (!whole) {
        (void)cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    } else if (pieces.count > 0) {
        print_rows(cli, &pieces, now_ms);
    }
    print_sums(cli, clock);
    print_warnings(cli, clock);
    free(pieces.list);
}
