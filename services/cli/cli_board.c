/* cli_board: draws the board. A line is built up with the columns that it takes beside its bytes,
 * as escape sequences take bytes and no columns and a Chinese character three bytes and two
 * columns. What must stay true: no line is wider than the frame, there are never more lines than
 * rows, and a number is shown whole or not at all. Columns leave by their rank when there is no
 * room for all. */

#include "cli_board.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_brief.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/text/text.h"

enum {
    LINE_BYTES_MAX = 8192,
    HEADER_ROWS = 3,
    BAR_CELLS = 12,
    CELL_BYTES = 512,
    TEXT_BYTES = 1024,
    MORE_BYTES = 4, /* "…" and its end */
};
/* On a terminal that is wide enough the names of units and categories get more room. */
enum { COLUMNS_DESK = 100, COLUMNS_WIDE = 150, COLUMNS_MORE = 8, MARKS_COLUMNS_MIN = 12 };

/* One line under construction: bytes with escapes, and the columns it takes. */
struct line {
    const struct cli_board_frame *frame;
    char bytes[LINE_BYTES_MAX];
    size_t used;
    unsigned columns;
};

static const char *say(const struct cli_board_frame *frame, const char *zh, const char *en)
{
    return say_choose(&frame->say, zh, en);
}

/* Adds text that takes no columns. */
static void line_escape(struct line *line, const char *escape)
{
    const size_t bytes = strlen(escape);
    if (line->frame->colour && line->used + bytes < sizeof line->bytes) {
        memcpy(line->bytes + line->used, escape, bytes);
        line->used += bytes;
        line->bytes[line->used] = '\0';
    }
}

/* Cuts text to so many columns, and shows that something was cut. Before: MORE_BYTES of room behind
 * the text, as what is cut may be shorter than the mark. */
static void clip(char *text, unsigned columns)
{
    if (columns > 0 && text_columns(text) > columns) {
        memcpy(text + text_clip_columns(text, columns - 1), "…", MORE_BYTES);
    } else if (columns == 0) {
        text[0] = '\0';
    }
}

/* Adds text, clipped to `width` columns and to what is left of the line; padded to width when not
 * 0. Control characters become blanks. */
static void line_text(struct line *line, const char *text, unsigned width)
{
    char shown[TEXT_BYTES + MORE_BYTES];
    const unsigned left =
        line->frame->columns > line->columns ? line->frame->columns - line->columns : 0;
    const unsigned room = width == 0 || width > left ? left : width;
    (void)snprintf(shown, sizeof shown, "%.*s", (int)text_clip(text, TEXT_BYTES - 1), text);
    for (char *at = shown; *at != '\0'; at++) {
        *at = (unsigned char)*at < ' ' || *at == 0x7f ? ' ' : *at;
    }
    clip(shown, room);
    const size_t bytes = strlen(shown);
    if (line->used + bytes + room + 1 >= sizeof line->bytes) {
        return;
    }
    memcpy(line->bytes + line->used, shown, bytes + 1);
    line->used += bytes;
    const unsigned taken = (unsigned)text_columns(shown);
    line->columns += taken;
    for (unsigned pad = taken; width != 0 && pad < room; pad++) {
        line->bytes[line->used++] = ' ';
        line->columns++;
    }
    line->bytes[line->used] = '\0';
}

static void line_format(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void line_format(struct line *line, const char *format, ...)
{
    char text[CELL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    line_text(line, text, 0);
}

/* Lines are reused: one buffer for the whole frame. */
static void line_begin(struct line *line, const struct cli_board_frame *frame)
{
    line->frame = frame;
    line->used = line->columns = 0;
    line->bytes[0] = '\0';
}

/* ---- the columns ------------------------------------------------------------------------------
 */

enum board_column { LEFT, NUMBER, STATE, LEVEL, UNIT, CATEGORY, CARD, CHASES, TITLE, COLUMN_COUNT };

static const struct {
    unsigned width, width_en;
    unsigned rank; /* the highest goes first when the terminal is narrow */
    const char *zh, *en;
} columns[COLUMN_COUNT] = {
    [LEFT] = {12, 9, 0, "剩余", "LEFT"},      [NUMBER] = {16, 17, 1, "工单号", "NUMBER"},
    [STATE] = {8, 10, 4, "状态", "STATE"},    [LEVEL] = {9, 11, 6, "层级", "LEVEL"},
    [UNIT] = {16, 22, 2, "承办单位", "UNIT"}, [CATEGORY] = {12, 16, 7, "类别", "CATEGORY"},
    [CARD] = {4, 6, 5, "牌", "CARD"},         [CHASES] = {4, 6, 8, "催单", "CHASED"},
    [TITLE] = {12, 12, 3, "标题", "TITLE"}, /* and all that is left */
};

static unsigned column_width(const struct cli_board_frame *frame, int column)
{
    CHECK(column >= 0);
    CHECK(column < COLUMN_COUNT);
    const unsigned width =
        frame->say.language == SAY_CHINESE ? columns[column].width : columns[column].width_en;
    const bool grows = column == UNIT || column == CATEGORY;
    return grows && frame->columns >= COLUMNS_WIDE ? width + COLUMNS_MORE : width;
}

/* Bit set of the columns that fit. */
static unsigned choose_columns(const struct cli_board_frame *frame)
{
    unsigned chosen = (1u << COLUMN_COUNT) - 1;
    for (unsigned rank = COLUMN_COUNT - 1; rank > 1; rank--) {
        unsigned width = 0;
        for (int column = 0; column < COLUMN_COUNT; column++) {
            width += (chosen >> column & 1u) != 0 ? column_width(frame, column) + 1 : 0;
        }
        if (width <= frame->columns + 1) {
            break;
        }
        for (int column = 0; column < COLUMN_COUNT; column++) {
            if (columns[column].rank == rank) {
                chosen &= ~(1u << column);
            }
        }
    }
    return chosen;
}

void cli_board_span(const struct say *say, int64_t span_ms, char *text, size_t size)
{
    char span[SAY_TIME_BYTES];
    say_time_span(say, span_ms, span);
    (void)snprintf(text, size, "%s", span);
}

/* What is pressing stands on top; what has no deadline last. Ties by number, so that rows do not
 * jump between two frames. */
static int by_row_due(const void *a, const void *b)
{
    const Paidan__Brief *const *first = a, *const *second = b;
    uint64_t first_ms = 0, second_ms = 0, warn_ms = 0;
    first_ms = say_brief_due(*first, &first_ms, &warn_ms) ? first_ms : UINT64_MAX;
    second_ms = say_brief_due(*second, &second_ms, &warn_ms) ? second_ms : UINT64_MAX;
    if (first_ms != second_ms) {
        return first_ms < second_ms ? -1 : 1;
    }
    return (*first)->ticket < (*second)->ticket ? -1 : (*first)->ticket > (*second)->ticket;
}

/* To the right of its column, by columns: a Chinese character takes two. */
static void right(const struct cli_board_frame *frame, const char *span, char *text, size_t size)
{
    const size_t width = column_width(frame, LEFT) - 1, taken = text_columns(span);
    (void)snprintf(text, size, "%*s%s", taken < width ? (int)(width - taken) : 0, "", span);
}

/* The first column. Returns the colour; a suspended ticket shows when it wakes, as its clocks
 * stand still. */
static const char *remaining(const struct cli_board_frame *frame, const Paidan__Brief *brief,
                             char *text, size_t size)
{
    uint64_t due_ms = 0, warn_ms = 0;
    const bool runs = say_brief_due(brief, &due_ms, &warn_ms);
    char span[SAY_TIME_BYTES];
    if (brief->state == PAIDAN__STATE__STATE_SUSPENDED && brief->has_suspended_until_ms) {
        cli_board_span(&frame->say, (int64_t)brief->suspended_until_ms - (int64_t)frame->now_ms,
                       span, sizeof span);
        right(frame, span, text, size);
        return "\033[36m";
    }
    if (!runs) {
        (void)snprintf(text, size, "-");
        return "\033[2m";
    }
    cli_board_span(&frame->say, (int64_t)due_ms - (int64_t)frame->now_ms, span, sizeof span);
    right(frame, span, text, size);
    return frame->now_ms >= due_ms                    ? "\033[1;31m"
           : warn_ms != 0 && frame->now_ms >= warn_ms ? "\033[33m"
                                                      : "\033[32m";
}

/* ---- the lines --------------------------------------------------------------------------------
 */

/* Beside how many wait at the desk: how many of them are overdue, and since when the oldest waits. A
 * narrow screen needs the room for the other numbers. */
static void desk_words(const struct cli_board_frame *frame, char *text, size_t size)
{
    const Paidan__Boarded *boarded = frame->boarded;
    char span[64];
    text[0] = '\0';
    if (frame->columns < COLUMNS_DESK || boarded->desk_waiting == 0 ||
        !boarded->has_desk_oldest_ms) {
        return;
    }
    cli_board_span(&frame->say, (int64_t)frame->now_ms - (int64_t)boarded->desk_oldest_ms, span,
                   sizeof span);
    (void)snprintf(text, size, say(frame, "（超时 %llu，最久 %s）", " (%llu overdue, oldest %s)"),
                   (unsigned long long)boarded->desk_overdue, span);
}

/* Counts of all open tickets, not of the rows shown. */
static void draw_totals(struct line *line, const struct cli_board_frame *frame)
{
    const Paidan__Boarded *boarded = frame->boarded;
    const struct {
        const char *zh, *en, *colour;
        uint64_t value;
    } totals[] = {
        {"待分拨", "desk", boarded->desk_overdue > 0 ? "\033[1;31m" : "\033[1m",
         boarded->desk_waiting},
        {"未办结", "open", "\033[1m", boarded->open},
        {"超时", "overdue", "\033[1;31m", boarded->overdue},
        {"红牌", "red", "\033[31m", boarded->red},
        {"黄牌", "yellow", "\033[33m", boarded->yellow},
        {"待批", "requests", "\033[33m", boarded->requests},
        {"待回访", "resolved", "\033[36m", boarded->resolved},
        {"已办结", "closed", "\033[32m", boarded->closed},
    };
    for (size_t index = 0; index < sizeof totals / sizeof totals[0]; index++) {
        const char *word = say(frame, totals[index].zh, totals[index].en);
        if (totals[index].value == 0 && strcmp(totals[index].en, "requests") == 0) {
            continue; /* most days nothing waits for a decision */
        }
        char value[128], desk[96] = "";
        if (index == 0 && !boarded->has_desk_waiting) {
            continue; /* a board of one unit has no desk */
        }
        if (index == 0) {
            desk_words(frame, desk, sizeof desk);
        }
        (void)snprintf(value, sizeof value, "%llu%s", (unsigned long long)totals[index].value,
                       desk);
        if (line->columns + text_columns(word) + text_columns(value) + 3 > frame->columns) {
            return; /* a number cut short would be a wrong one */
        }
        line_format(line, "%s%s ", line->columns == 0 ? "" : "  ", word);
        line_escape(line, totals[index].colour);
        line_text(line, value, 0);
        line_escape(line, "\033[0m");
    }
}

/* One bar a level: how the open tickets lie on the ladder. */
static void draw_levels(struct line *line, const struct cli_board_frame *frame)
{
    const Paidan__Boarded *boarded = frame->boarded;
    uint64_t most = 1;
    for (size_t index = 0; index < boarded->n_levels; index++) {
        most = boarded->levels[index]->open > most ? boarded->levels[index]->open : most;
    }
    for (size_t index = 0; index < boarded->n_levels; index++) {
        const Paidan__LevelCount *level = boarded->levels[index];
        const uint64_t cells = (level->open * BAR_CELLS + most - 1) / most;
        const char *name = say_level(&frame->say, level->level);
        char value[32];
        (void)snprintf(value, sizeof value, " %llu", (unsigned long long)level->open);
        if (line->columns + text_columns(name) + BAR_CELLS + strlen(value) + 4 > frame->columns) {
            return;
        }
        line_format(line, "%s%s ", index == 0 ? "" : "   ", name);
        line_escape(line, "\033[36m");
        for (unsigned cell = 0; cell < BAR_CELLS; cell++) {
            line_text(line, cell < cells ? "█" : "·", 0);
        }
        line_escape(line, "\033[0m");
        line_text(line, value, 0);
    }
}

/* Time stands right, whatever the title: it is what the eye looks for first. */
static void draw_headline(struct line *line, const struct cli_board_frame *frame)
{
    char now[SAY_TIME_BYTES];
    say_time_exact(&frame->say, frame->now_ms, now);
    const char *title = frame->headline == NULL ? say(frame, "派单 · 时限看板", "Paidan · timers")
                                                : frame->headline;
    const unsigned width = (unsigned)text_columns(now);
    line_escape(line, "\033[1;7m");
    line_text(line, " ", 0);
    line_text(line, title, frame->columns > width + 3 ? frame->columns - width - 2 : 0);
    line_text(line, now, 0);
    line_text(line, " ", 0);
    line_escape(line, "\033[0m");
}

static void draw_columns(struct line *line, const struct cli_board_frame *frame, unsigned chosen)
{
    line_escape(line, "\033[2m");
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if ((chosen >> column & 1u) == 0) {
            continue;
        }
        line_text(line, say(frame, columns[column].zh, columns[column].en),
                  column == TITLE ? 0 : column_width(frame, column));
        line_text(line, " ", 0);
    }
    line_escape(line, "\033[0m");
}

/* Before the title: 督办, 催办2, 调解 ... in at most half of the room that is left. */
static void draw_marks(struct line *line, const struct cli_board_frame *frame,
                       const Paidan__Brief *brief)
{
    char marks[512 + MORE_BYTES];
    const unsigned room = frame->columns > line->columns ? frame->columns - line->columns : 0;
    say_brief_marks(&frame->say, brief, marks, sizeof marks - MORE_BYTES);
    const unsigned width = (unsigned)text_columns(marks);
    if (width == 0 || (width + 3 > room / 2 && room / 2 < MARKS_COLUMNS_MIN)) {
        return; /* two letters of them would tell nobody anything */
    }
    line_escape(line, "\033[33m");
    line_text(line, "[", 0);
    if (width + 3 > room / 2) {
        clip(marks, room / 2 - 3);
    }
    line_text(line, marks, 0);
    line_text(line, "] ", 0);
    line_escape(line, "\033[0m");
}

static void draw_cell(struct line *line, const struct cli_board_frame *frame, int column,
                      const Paidan__Brief *brief)
{
    char text[64] = "";
    const char *shown = text, *colour = "";
    const Paidan__Card card = brief->has_card ? brief->card : PAIDAN__CARD__CARD_NONE;
    switch (column) {
    case LEFT:
        colour = remaining(frame, brief, text, sizeof text);
        break;
    case NUMBER:
        number_format(brief->ticket, text);
        break;
    case STATE:
        shown = say_words_state(&frame->say, brief->state);
        break;
    case LEVEL:
        shown = say_level(&frame->say, brief->level);
        break;
    case UNIT:
        shown = say_unit(&frame->say, brief->unit);
        break;
    case CATEGORY:
        shown = brief->category == NULL ? "" : say_category(&frame->say, brief->category);
        break;
    case CARD:
        colour = card == PAIDAN__CARD__CARD_RED ? "\033[1;31m" : "\033[33m";
        shown = card == PAIDAN__CARD__CARD_RED      ? say(frame, "红", "red")
                : card == PAIDAN__CARD__CARD_YELLOW ? say(frame, "黄", "yellow")
                                                    : "";
        break;
    case CHASES:
        colour = "\033[33m";
        if (brief->has_chases && brief->chases > 0) {
            (void)snprintf(text, sizeof text, "%u", brief->chases);
        }
        break;
    default:
        draw_marks(line, frame, brief);
        shown = brief->title == NULL ? "" : brief->title;
        break;
    }
    line_escape(line, colour);
    line_text(line, shown, column == TITLE ? 0 : column_width(frame, column));
    line_escape(line, "\033[0m");
    line_text(line, " ", 0);
}

static void draw_row(struct line *line, const struct cli_board_frame *frame, unsigned chosen,
                     const Paidan__Brief *brief)
{
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if ((chosen >> column & 1u) != 0) {
            draw_cell(line, frame, column, brief);
        }
    }
}

/* ---- the frame --------------------------------------------------------------------------------
 */

static unsigned note_count(const struct cli_board_frame *frame)
{
    unsigned count = 0;
    while (frame->notes != NULL && frame->notes[count] != NULL) {
        count++;
    }
    return count;
}

/* Joined by line ends, none at the end: on a full screen one more would scroll. */
static void emit(FILE *out, const struct line *line, unsigned *row)
{
    fprintf(out, "%s%s", *row == 0 ? "" : "\n", line->bytes);
    (*row)++;
}

/* sorted: the tickets in the order of what they show. The service gives the most pressing of all
 * by their next deadline; a person looks for the latest first. */
static void draw_frame(const struct cli_board_frame *frame, const Paidan__Brief *const *sorted,
                       FILE *out, struct line *line)
{
    const unsigned chosen = choose_columns(frame), notes = note_count(frame);
    unsigned row = 0;
    line_begin(line, frame);
    draw_headline(line, frame);
    emit(out, line, &row);
    line_begin(line, frame);
    draw_totals(line, frame);
    emit(out, line, &row);
    line_begin(line, frame);
    draw_levels(line, frame);
    emit(out, line, &row);
    line_begin(line, frame);
    draw_columns(line, frame, chosen);
    emit(out, line, &row);
    const unsigned last = frame->rows == 0      ? UINT32_MAX
                          : frame->rows > notes ? frame->rows - notes
                                                : 0;
    for (size_t index = 0; index < frame->boarded->n_tickets && row < last; index++) {
        line_begin(line, frame);
        draw_row(line, frame, chosen, sorted[index]);
        emit(out, line, &row);
    }
    if (frame->boarded->n_tickets == 0 && row < last) {
        line_begin(line, frame);
        line_text(line, say(frame, "没有未办结的工单", "no open tickets"), 0);
        emit(out, line, &row);
    }
    line_begin(line, frame);
    while (frame->rows != 0 && row < last) {
        emit(out, line, &row);
    }
    for (unsigned note = 0; note < notes && (frame->rows == 0 || row < frame->rows); note++) {
        line_begin(line, frame);
        line_text(line, frame->notes[note], 0);
        emit(out, line, &row);
    }
}

char *cli_board_draw(const struct cli_board_frame *frame)
{
    char *drawn = NULL;
    size_t bytes = 0;
    const size_t count = frame->boarded->n_tickets;
    const Paidan__Brief **sorted = calloc(count + 1, sizeof *sorted);
    struct line *line = malloc(sizeof *line);
    FILE *out = open_memstream(&drawn, &bytes);
    if (line != NULL && out != NULL && sorted != NULL) {
        for (size_t index = 0; index < count; index++) {
            sorted[index] = frame->boarded->tickets[index];
        }
        qsort(sorted, count, sizeof *sorted, by_row_due);
        draw_frame(frame, sorted, out, line);
    }
    const bool complete = line != NULL && sorted != NULL;
    free(sorted);
    free(line);
    if (out == NULL || fclose(out) != 0 || !complete) {
        free(drawn);
        return NULL;
    }
    return drawn;
}
