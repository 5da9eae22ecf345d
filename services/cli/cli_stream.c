/* cli_stream: complaints as they came, one after the other.
 *
 * The table is held in memory: what many of its rows say counts for little, hence all of it is
 * counted before the first row is looked for, and rows are looked at in the order of their time. A row
 * that says nothing, or is no text, is a group of its own and stops no other. Each row is judged by the
 * row that it was joined by, not by pairs: so a wrong join counts once, however large the groups. */

#include "cli_stream.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"

#define ROWS_MAX 1000000u

enum { ID, TIME, TITLE, TEXT, EVENT, COLUMNS };

/* ---- reading ---- */

static uint64_t days_before(uint64_t year, uint64_t month, uint64_t day)
{
    const uint64_t years = month <= 2 ? year - 1 : year; /* years begin in March */
    const uint64_t months = (month + 9) % 12;
    return years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day - 1;
}

/* 2026-11-30T09:30:00, 2026/11/30 9:30, 2026-11-30, or seconds or milliseconds of UTC; 0: none of
 * them. The zone is nobody's matter here: only the order and the days between count. */
static uint64_t read_time(const struct cli_cell *cell)
{
    uint64_t numbers[6] = {0};
    size_t count = 0, at = 0;
    while (at < cell->size && count < 6) {
        if (cell->bytes[at] < '0' || cell->bytes[at] > '9') {
            at++;
            continue;
        }
        const size_t start = at;
        for (; at < cell->size && cell->bytes[at] >= '0' && cell->bytes[at] <= '9'; at++) {
            numbers[count] = numbers[count] * 10 + (uint64_t)(cell->bytes[at] - '0');
        }
        if (at - start > 15) {
            return 0;
        }
        count++;
    }
    if (count == 1 && numbers[0] >= 100000000) {
        return numbers[0] < 100000000000 ? numbers[0] * 1000 : numbers[0];
    }
    if (count < 3 || numbers[0] < 1970 || numbers[0] > 9999 || numbers[1] < 1 || numbers[1] > 12 ||
        numbers[2] < 1 || numbers[2] > 31 || numbers[3] > 24 || numbers[4] > 59 ||
        numbers[5] > 60) {
        return 0;
    }
    const uint64_t days = days_before(numbers[0], numbers[1], numbers[2]) - days_before(1970, 1, 1);
    return (((days * 24 + numbers[3]) * 60 + numbers[4]) * 60 + numbers[5]) * 1000;
}

static int add_line(struct cli_stream *stream, const struct cli_cell *row, bool named)
{
    char number[24];
    struct cli_cell id = row[ID];
    if (stream->count == ROWS_MAX) {
        return cli_refuse_as(stream->cli, PAIDAN__CODE__TOO_MANY_ITEMS, "超过一百万行：请分批。",
                             "More than a million rows: take them in parts.", NULL);
    }
    if (stream->count == stream->room) {
        stream->room = stream->room * 2 + 1024;
        struct cli_stream_line *lines = realloc(stream->lines, stream->room * sizeof *lines);
        if (lines == NULL) {
            return cli_no_memory(stream->cli);
        }
        stream->lines = lines;
    }
    CHECK(stream->lines != NULL);
    if (!named) {
        const int length = snprintf(number, sizeof number, "%zu", stream->count + 1);
        id = (struct cli_cell){number, (size_t)length};
    }
    struct cli_stream_line *line = &stream->lines[stream->count];
    *line = (struct cli_stream_line){.id_bytes = id.size,
                                     .title_bytes = row[TITLE].size,
                                     .text_bytes = row[TEXT].size,
                                     .event_bytes = row[EVENT].size,
                                     .time_ms = read_time(&row[TIME]),
                                     .number = stream->count,
                                     .first = stream->count};
    const struct cli_cell *const cells[] = {&id, &row[TITLE], &row[TEXT], &row[EVENT]};
    size_t used = 0;
    line->bytes = malloc(id.size + row[TITLE].size + row[TEXT].size + row[EVENT].size + 1);
    if (line->bytes == NULL) {
        return cli_no_memory(stream->cli);
    }
    stream->count++;
    for (size_t cell = 0; cell < 4; cell++) {
        if (cells[cell]->size > 0) { /* an empty one may be NULL */
            memcpy(line->bytes + used, cells[cell]->bytes, cells[cell]->size);
        }
        used += cells[cell]->size;
    }
    return CLI_EXIT_OK;
}

int cli_stream_read(struct cli_stream *stream, const char *path, const char *event)
{
    const char *const names[COLUMNS] = {
        [ID] = "id", [TIME] = "time", [TITLE] = "title", [TEXT] = "text", [EVENT] = event};
    struct cli_cells cells;
    struct cli_cell row[COLUMNS] = {{.bytes = NULL}};
    const unsigned columns = event == NULL ? EVENT : COLUMNS;
    int status = cli_cells_open(stream->cli, &cells, path, names, columns, 0);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const char *lacking = NULL;
    if (!cli_cells_has(&cells, TEXT) && !cli_cells_has(&cells, TITLE)) {
        lacking = "text";
    } else if (event != NULL && !cli_cells_has(&cells, EVENT)) {
        lacking = event;
    }
    if (lacking != NULL) {
        status = cli_cells_lack(stream->cli, path, lacking);
    }
    while (status == CLI_EXIT_OK && cli_cells_next(&cells, row)) {
        status = add_line(stream, row, cli_cells_has(&cells, ID));
    }
    const int closed = cli_cells_close(stream->cli, &cells);
    return status != CLI_EXIT_OK ? status : closed;
}

/* ---- judging ---- */

/* Of rows whose time nobody knows, and of the same moment: as they stand in the table. */
static int by_time(const void *one, const void *other)
{
    const struct cli_stream_line *a = *(const struct cli_stream_line *const *)one;
    const struct cli_stream_line *b = *(const struct cli_stream_line *const *)other;
    if (a->time_ms != b->time_ms) {
        return a->time_ms < b->time_ms ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

static struct group_row row_of(const struct cli_stream_line *line)
{
    return (struct group_row){
        .id = line->number,
        .time_ms = line->time_ms,
        .text = {.title = line->bytes + line->id_bytes,
                 .title_bytes = line->title_bytes,
                 .text = line->bytes + line->id_bytes + line->title_bytes,
                 .text_bytes = line->text_bytes},
    };
}

static const char *event_of(const struct cli_stream_line *line)
{
    return line->bytes + line->id_bytes + line->title_bytes + line->text_bytes;
}

static bool event_is(const struct cli_stream_line *line, const char *word)
{
    return line->event_bytes == strlen(word) &&
           memcmp(event_of(line), word, line->event_bytes) == 0;
}

/* An event of people's; not: empty, "-" and "n" (of none), "x" (nobody can tell). */
static bool has_event(const struct cli_stream_line *line)
{
    return line->event_bytes > 0 && !event_is(line, "-") && !event_is(line, "n") &&
           !event_is(line, "x");
}

static bool same_event(const struct cli_stream_line *one, const struct cli_stream_line *other)
{
    return one->event_bytes == other->event_bytes &&
           memcmp(event_of(one), event_of(other), one->event_bytes) == 0;
}

/* Two rows of no event may well be one, so that nobody can say such a join is wrong. */
static void judge(const struct cli_stream *stream, const struct cli_stream_line *line,
                  struct cli_stream_judged *judged)
{
    const struct cli_stream_line *by =
        line->first == line->number ? NULL : &stream->lines[line->best.id];
    if (by == NULL || event_is(line, "x") || event_is(by, "x")) {
        return;
    }
    if (has_event(line) && same_event(line, by)) {
        judged->right++;
    } else if (has_event(line) || has_event(by) || event_is(line, "n") || event_is(by, "n")) {
        judged->wrong++;
    }
}

/* Lines by their event, with the first of each at hand: whether an event was told of before. */
static int by_event(const void *one, const void *other)
{
    const struct cli_stream_line *a = *(const struct cli_stream_line *const *)one;
    const struct cli_stream_line *b = *(const struct cli_stream_line *const *)other;
    const size_t bytes = a->event_bytes < b->event_bytes ? a->event_bytes : b->event_bytes;
    const int order = memcmp(event_of(a), event_of(b), bytes);
    if (order != 0 || a->event_bytes != b->event_bytes) {
        return order != 0 ? order : a->event_bytes < b->event_bytes ? -1 : 1;
    }
    return by_time(one, other);
}

void cli_stream_judge(struct cli_stream *stream, struct cli_stream_judged *judged)
{
    *judged = (struct cli_stream_judged){.arrivals = 0};
    if (stream->count > 0) {
        qsort((void *)stream->sorted, stream->count, sizeof(struct cli_stream_line *), by_event);
    }
    for (size_t at = 0; at < stream->count; at++) {
        const struct cli_stream_line *line = stream->sorted[at];
        const bool before = at > 0 && has_event(line) && same_event(line, stream->sorted[at - 1]);
        judged->arrivals += before;
        judge(stream, line, judged);
    }
    const double joins = (double)(judged->right + judged->wrong);
    judged->precision = joins > 0 ? (double)judged->right / joins : 0;
    judged->recall = judged->arrivals > 0 ? (double)judged->right / (double)judged->arrivals : 0;
    const double sum = judged->precision + judged->recall;
    judged->f1 = sum > 0 ? 2 * judged->precision * judged->recall / sum : 0;
}

void cli_stream_say(const struct cli *cli, const struct cli_stream_judged *judged, FILE *out)
{
    fprintf(out,
            cli_say(cli,
                    "同一事件再次来件 %llu 条：并对 %llu，并错 %llu；准确率 %.3f，召回率 "
                    "%.3f，F1 %.3f\n",
                    "%llu rows told of an event again: %llu joined it, %llu joins are wrong; "
                    "precision %.3f, recall %.3f, F1 %.3f\n"),
            (unsigned long long)judged->arrivals, (unsigned long long)judged->right,
            (unsigned long long)judged->wrong, judged->precision, judged->recall, judged->f1);
}

/* ---- joining ---- */

static int join_lines(struct cli_stream *stream, struct cli_progress *progress)
{
    for (size_t at = 0; at < stream->count; at++) {
        const struct group_row row = row_of(&stream->lines[at]);
        group_learn(stream->index, &row.text);
        stream->sorted[at] = &stream->lines[at];
    }
    qsort((void *)stream->sorted, stream->count, sizeof(struct cli_stream_line *), by_time);
    for (size_t at = 0; at < stream->count; at++) {
        struct cli_stream_line *line = &stream->lines[stream->sorted[at]->number];
        const struct group_row row = row_of(line);
        struct group_candidate candidates[GROUP_CANDIDATES_MAX];
        if (group_find(stream->index, &row, candidates) > 0) {
            line->proposed = true;
            line->best = candidates[0];
            if (line->best.probability >= stream->threshold) {
                line->first = (size_t)line->best.group;
                stream->joined++;
            }
        }
        if (group_put(stream->index, &row, line->first) != RC_OK) {
            return cli_no_memory(stream->cli);
        }
        cli_progress_show(progress, at + 1, stream->count);
    }
    return CLI_EXIT_OK;
}

int cli_stream_group(struct cli_stream *stream, struct cli_progress *progress)
{
    if (stream->count == 0) {
        return CLI_EXIT_OK;
    }
    stream->sorted = calloc(stream->count, sizeof(struct cli_stream_line *));
    if (stream->sorted == NULL || group_open(&stream->index, (uint32_t)stream->count) != RC_OK) {
        return cli_no_memory(stream->cli);
    }
    const uint64_t start_us = cli_cpu_us();
    const int status = join_lines(stream, progress);
    stream->took_us = cli_cpu_us() - start_us;
    cli_progress_end(progress);
    return status;
}

void cli_stream_free(struct cli_stream *stream)
{
    group_close(stream->index);
    for (size_t at = 0; at < stream->count; at++) {
        free(stream->lines[at].bytes);
    }
    free(stream->lines);
    free((void *)stream->sorted);
}
