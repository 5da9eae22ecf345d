/* cli_table: complaints from a table.
 *
 * CSV and tab-separated files by one reader (common/text/sheet), with quotes and line breaks inside
 * cells. The text is what counts: a time or a phone that is not understood never costs a complaint,
 * but is named with its line, and so is a title that had to be cut. Rows are sent in batches; each is
 * checked here first, by the limits that the service would refuse the whole batch for. Told in the
 * order of the table, exactly once: a script pairs rows by their lines. Rows with an external id may
 * be sent again after a broken run: intake knows them.
 *
 * Whether 03/02 is a day of March or of February the column decides, read once before the rows where
 * the file can be read twice, else as far as it came in; what it leaves open is named and left out. */

#include "cli_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_disk.h"
#include "cli_json.h"
#include "cli_row.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_moment.h"
#include "common/say/say_time.h"
#include "common/text/sheet.h"
#include "common/text/text.h"

enum { TITLE_SHOWN_COLUMNS = 48 /* as text_title cuts it */ };
#define BATCH_BYTES_MAX (3u << 20)              /* a frame is 4 MiB */
#define ROW_BYTES_MAX (1u << 20)                /* what a lost quote can swallow at most */
#define OCCURRED_AHEAD_MS_MAX (24 * 3600000ull) /* intake refuses what is further ahead */
#define PROGRESS_US 500000u

enum { NEXT_BYTES = 512 };
enum column {
    EXTERNAL_ID,
    TIME,
    PLACE,
    TITLE,
    TEXT,
    PHONE,
    REPORTER,
    CONFIDENTIAL,
    DUE,
    COLUMN_COUNT
};

/* The first is what --help names; the others are what the tables of offices call it. The console takes the
 * same: its test holds services/console/src/app/sheet.js against this table. */
enum { COLUMN_NAMES_MAX = 8 };
static const char *const column_names[COLUMN_COUNT][COLUMN_NAMES_MAX] = {
    [EXTERNAL_ID] = {"external_id", "编号", "工单编号", "诉求编号", "渠道编号", "外部编号",
                     "来源编号", "id"},
    [TIME] = {"time", "时间", "发生时间", "来电时间", "诉求时间", "occurred"},
    [PLACE] = {"place", "地点", "地址", "诉求地点", "发生地点", "address"},
    [TITLE] = {"title", "标题", "诉求标题", "主题"},
    [TEXT] = {"text", "内容", "诉求内容", "正文", "诉求", "问题描述", "complaint"},
    [PHONE] = {"phone", "电话", "联系电话", "手机号", "手机"},
    [REPORTER] = {"reporter", "姓名", "诉求人", "联系人", "称呼", "name"},
    [CONFIDENTIAL] = {"confidential", "保密", "是否保密", "要求保密"},
    /* Never plain 时限: so our own exports call the deadline of a unit. */
    [DUE] = {"due", "上级时限", "办理时限", "办结时限", "截止时间", "要求办结时间",
             "deadline from above"},
};

/* What was left out of a row that is handed in all the same: bits of entry.notes. */
struct note {
    enum column column;
    const char *code, *zh, *en;
};
enum {
    TIME_ODD,
    TIME_AMBIGUOUS,
    TIME_AHEAD,
    PHONE_PART,
    PHONE_NONE,
    TITLE_CUT,
    DUE_ODD,
    NOTE_COUNT
};
static const struct note notes[NOTE_COUNT] = {
    [TIME_ODD] = {TIME, "TIME_ODD", "时间无法识别，按没有时间受理",
                  "the time is not understood and left out"},
    [TIME_AMBIGUOUS] = {TIME, "TIME_AMBIGUOUS", "日期分不清月和日，按没有时间受理",
                        "day or month first is not certain; the time is left out"},
    [TIME_AHEAD] = {TIME, "TIME_AHEAD", "时间在一天以后，按没有时间受理",
                    "the time is more than a day ahead and left out"},
    [PHONE_PART] = {PHONE, "PHONE_PART", "电话只识别了一部分，其余未保留",
                    "only a part of the phone is understood and kept"},
    [PHONE_NONE] = {PHONE, "PHONE_NONE", "电话无法识别，按没有电话受理",
                    "the phone is not understood and left out"},
    [TITLE_CUT] = {TITLE, "TITLE_CUT", "标题超过 512 字节，已截断",
                   "the title is longer than 512 bytes and cut"},
    [DUE_ODD] = {DUE, "DUE_ODD", "上级时限无法识别，按没有上级时限受理",
                 "the deadline from above is not understood and left out"},
};

/* A row on its way. why: instead of the sentence of the row's code, where the table is to blame. */
struct entry {
    struct cli_row row;
    char *time, *due; /* as they are written; NULL: none */
    char phone[PHONE_BYTES_MAX + 1];
    unsigned notes;
    const char *why_zh, *why_en;
};

/* Lines of a file, one by one, for the sheet. */
struct source {
    FILE *file;
    char *line; /* of getline */
    size_t room;
    uint64_t bytes;
    const char *first; /* a line read before; handed out again */
    size_t first_bytes;
};

struct import {
    struct cli *cli;
    struct source source;
    struct sheet *sheet;
    struct sheet_format format;
    uint64_t bytes_all;           /* 0: unknown */
    int columns[SHEET_CELLS_MAX]; /* enum column or -1 */
    uint32_t column_count;
    unsigned order; /* of day and month, as far as the column said: SAY_MOMENT_ bits */
    struct entry *rows;
    size_t row_count, row_bytes;
    uint64_t accepted, duplicate, refused, noted, titles_long, started_us, shown_us;
    bool progress;
};

/* ---- the file --------------------------------------------------------------------------------- */

static enum rc source_more(void *context, const char **bytes, size_t *size)
{
    struct source *source = context;
    if (source->first != NULL) {
        *bytes = source->first;
        *size = source->first_bytes;
        source->first = NULL;
        return RC_OK;
    }
    errno = 0;
    const ssize_t got = getline(&source->line, &source->room, source->file);
    if (got < 0) {
        return errno == ENOMEM ? RC_LIMIT : ferror(source->file) ? RC_IO : RC_NOT_FOUND;
    }
    CHECK(got > 0);
    *bytes = source->line;
    *size = (size_t)got;
    source->bytes += (uint64_t)got;
    return RC_OK;
}

/* Looks at the first line and opens the sheet, which gets it again. RC_OK, or as sheet_open. */
static enum rc source_open(struct source *source, struct sheet_format *format, struct sheet **sheet)
{
    const char *line = "";
    size_t bytes = 0;
    const enum rc rc = source_more(source, &line, &bytes);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    if (rc == RC_OK) {
        source->first = line;
        source->first_bytes = bytes;
    }
    *format = (struct sheet_format){.separator = sheet_separator(line, bytes),
                                    .row_bytes_max = ROW_BYTES_MAX};
    return sheet_open(sheet, format, source_more, source);
}

/* ---- the header ------------------------------------------------------------------------------- */

static int column_of(const char *name)
{
    for (int column = 0; column < COLUMN_COUNT; column++) {
        for (size_t index = 0; index < COLUMN_NAMES_MAX && column_names[column][index] != NULL;
             index++) {
            if (strcasecmp(name, column_names[column][index]) == 0) {
                return column;
            }
        }
    }
    return -1;
}

/* A mistyped column would otherwise be lost without a word. */
static void note_ignored(const struct import *import, const char *names)
{
    char zh[512], en[512];
    (void)snprintf(zh, sizeof zh, "忽略未知的列：%s", names);
    (void)snprintf(en, sizeof en, "columns that are not known are ignored: %s", names);
    cli_note(import->cli, zh, en);
}

static int fail_read(const struct import *import, enum rc rc)
{
    return cli_fail(import->cli, CLI_EXIT_IO, "读取表格失败", "cannot read the table",
                    rc == RC_LIMIT ? rc_name(rc) : cli_value(import->cli, CLI_FROM));
}

/* Columns in any order; unknown ones are ignored and told. */
static int take_header(struct import *import, const struct sheet_row *row)
{
    char ignored[400] = "";
    unsigned seen = 0;
    for (uint32_t index = 0; index < row->count && index < SHEET_CELLS_MAX; index++) {
        const char *name = text_trim(row->cells[index]);
        const int column = column_of(name);
        if (column < 0 && !text_blank(name)) {
            const size_t used = strlen(ignored), bytes = text_clip(name, 60);
            (void)snprintf(ignored + used, sizeof ignored - used, "%s%.*s", used == 0 ? "" : ", ",
                           (int)bytes, name);
        }
        if (column >= 0 && (seen >> column & 1) != 0) {
            return cli_usage(import->cli, "表格有两列同名",
                             "two columns of the table have one name", name);
        }
        seen |= column < 0 ? 0 : 1u << column;
        import->columns[import->column_count++] = column;
    }
    if ((seen >> TEXT & 1) == 0) {
        return cli_usage(import->cli, "表格缺少 text 列", "the table has no column text", NULL);
    }
    if (ignored[0] != '\0') {
        ignored[text_clip(ignored, strlen(ignored))] = '\0';
        note_ignored(import, ignored);
    }
    return CLI_EXIT_OK;
}

static int read_header(struct import *import)
{
    struct sheet_row row;
    const enum rc rc = sheet_next(import->sheet, &row);
    if (rc == RC_NOT_FOUND) {
        return cli_usage(import->cli, "表格是空的，应有列名一行",
                         "the table is empty: a line with the names of the columns is needed",
                         cli_value(import->cli, CLI_FROM));
    }
    if (rc == RC_INVALID) {
        const enum sheet_mistake mistake = sheet_mistake(import->sheet);
        return cli_usage(import->cli, sheet_mistake_zh(mistake), sheet_mistake_en(mistake),
                         cli_value(import->cli, CLI_FROM));
    }
    return rc == RC_OK ? take_header(import, &row) : fail_read(import, rc);
}

/* ---- times ------------------------------------------------------------------------------------ */

/* Now is the services', whose clock may be another than this machine's. 0: nobody tells. */
static uint64_t service_now(struct cli *cli)
{
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Answer *answer = NULL;
    if (cli->now_ms == 0 &&
        cli_try(cli, "intake", &ping.base, cli->timeout_ms, &answer) != PAIDAN__CODE__OK) {
        return 0;
    }
    return cli->now_ms;
}

static void note_entry(struct entry *entry, unsigned note)
{
    CHECK(note < NOTE_COUNT);
    entry->notes |= 1u << note;
}

/* When it happened: a moment, or a span before now as for --time. A time that is not understood is
 * no reason to send a resident away. */
static void read_time(struct import *import, struct entry *entry)
{
    Paidan__NewTicket *ticket = &entry->row.ticket;
    uint64_t at_ms = 0;
    const uint64_t now_ms = service_now(import->cli);
    enum say_moment read = SAY_MOMENT_ODD;
    if (say_time_is_span(entry->time)) {
        /* Without now it would be counted from 1970. */
        read = now_ms != 0 && say_time_read(&import->cli->say, entry->time, now_ms, &at_ms) == RC_OK
                   ? SAY_MOMENT_READ
                   : SAY_MOMENT_ODD;
    } else {
        read = say_moment_read(&import->cli->say, entry->time, import->order, &at_ms);
    }
    if (read != SAY_MOMENT_READ) {
        note_entry(entry, read == SAY_MOMENT_ODD ? TIME_ODD : TIME_AMBIGUOUS);
    } else if (now_ms != 0 && at_ms > now_ms + OCCURRED_AHEAD_MS_MAX) {
        note_entry(entry, TIME_AHEAD);
    } else {
        ticket->has_occurred_ms = 1;
        ticket->occurred_ms = at_ms;
    }
}

/* Without a time of day; a spreadsheet writes it as the fraction of a number. */
static bool names_day_alone(const char *text)
{
    static const char *const marks[] = {":", "：", "时", "点"};
    bool timed = text[strspn(text, "0123456789")] == '.' && strchr(text, '.') == strrchr(text, '.');
    for (size_t index = 0; index < sizeof marks / sizeof marks[0]; index++) {
        timed = timed || strstr(text, marks[index]) != NULL;
    }
    return !timed;
}

/* By when whoever handed it to us wants it done. A day alone is meant to its end. What is years off was
 * mistyped: intake would refuse the row for it. */
static void read_due(struct import *import, struct entry *entry)
{
    enum { DAYS_BEHIND = 365, DAYS_AHEAD = 3650 };
    Paidan__NewTicket *ticket = &entry->row.ticket;
    uint64_t at_ms = 0;
    const uint64_t now_ms = service_now(import->cli);
    const bool day = names_day_alone(entry->due);
    const bool read =
        say_moment_read(&import->cli->say, entry->due, import->order, &at_ms) == SAY_MOMENT_READ;
    at_ms += day ? 86400000ull - 60000 : 0;
    if (!read || (now_ms != 0 && (at_ms > now_ms + DAYS_AHEAD * 86400000ull ||
                                  at_ms + DAYS_BEHIND * 86400000ull < now_ms))) {
        note_entry(entry, DUE_ODD);
        return;
    }
    ticket->has_due_ms = 1;
    ticket->due_ms = at_ms;
}

/* What the rows that are here say about the order; then each is read by all that is known. */
static void read_times(struct import *import)
{
    for (size_t index = 0; index < import->row_count; index++) {
        if (import->rows[index].time != NULL) {
            import->order |= say_moment_order(import->rows[index].time);
        }
    }
    for (size_t index = 0; index < import->row_count; index++) {
        if (import->rows[index].time != NULL) {
            read_time(import, &import->rows[index]);
        }
        if (import->rows[index].due != NULL) {
            read_due(import, &import->rows[index]);
        }
    }
}

/* The whole column before the first row, where the file can be read again. What is wrong with it is
 * told when the rows are read. */
static void scan_times(struct import *import, const char *path)
{
    struct source source = {.file = fopen(path, "re")};
    struct sheet *sheet = NULL;
    struct sheet_format format;
    struct sheet_row row;
    uint32_t column = 0;
    while (column < import->column_count && import->columns[column] != TIME) {
        column++;
    }
    if (source.file != NULL && column < import->column_count &&
        source_open(&source, &format, &sheet) == RC_OK) {
        enum rc rc = sheet_next(sheet, &row);
        for (bool names = true; rc == RC_OK || rc == RC_INVALID; names = false) {
            if (!names && rc == RC_OK && column < row.count) {
                import->order |= say_moment_order(text_trim(row.cells[column]));
            }
            rc = sheet_next(sheet, &row);
        }
    }
    sheet_close(sheet);
    free(source.line);
    if (source.file != NULL) {
        (void)fclose(source.file);
    }
}

/* ---- one row ---------------------------------------------------------------------------------- */

/* One that is too long is cut, not refused: it stands beside the text. */
static char *read_title(struct import *import, struct entry *entry, char *title)
{
    if (strlen(title) > GIVEN_TITLE_BYTES_MAX) {
        title[text_clip(title, GIVEN_TITLE_BYTES_MAX)] = '\0';
        note_entry(entry, TITLE_CUT);
    }
    import->titles_long += text_columns(title) > TITLE_SHOWN_COLUMNS;
    return title;
}

static char *read_phone(struct entry *entry, const char *written)
{
    const enum text_phone read = text_phone_read(written, entry->phone);
    if (read != TEXT_PHONE_WHOLE) {
        note_entry(entry, read == TEXT_PHONE_PART ? PHONE_PART : PHONE_NONE);
    }
    return read == TEXT_PHONE_NONE ? NULL : entry->phone;
}

/* What is not a plain no is taken for a wish: a cell that nobody understood must give nobody away. */
static bool read_confidential(const char *value)
{
    static const char *const no[] = {"否", "不", "不保密", "无", "no", "n", "0", "false"};
    bool open = false;
    for (size_t index = 0; !open && index < sizeof no / sizeof *no; index++) {
        open = strcasecmp(value, no[index]) == 0;
    }
    return !open;
}

static void set_column(struct import *import, struct entry *entry, enum column column, char *cell)
{
    CHECK(column < COLUMN_COUNT);
    Paidan__NewTicket *ticket = &entry->row.ticket;
    if (column == TEXT) {
        ticket->text = cell; /* as it was written */
        return;
    }
    char *value = text_trim(cell);
    if (value[0] == '\0') {
        return;
    }
    switch (column) {
    case EXTERNAL_ID:
        ticket->external_id = value;
        break;
    case TIME:
        entry->time = value;
        break;
    case DUE:
        entry->due = value;
        break;
    case PLACE:
        ticket->place = value;
        break;
    case TITLE:
        ticket->title = read_title(import, entry, value);
        break;
    case PHONE:
        ticket->phone = read_phone(entry, value);
        break;
    case REPORTER:
        ticket->reporter = value;
        break;
    case CONFIDENTIAL:
        ticket->has_confidential = ticket->confidential = read_confidential(value);
        break;
    default:
        break;
    }
}

/* The next free place, zeroed. */
static struct entry *entry_new(struct import *import, uint64_t line)
{
    CHECK(import->row_count < CLI_ROWS_MAX);
    struct entry *entry = &import->rows[import->row_count++];
    memset(entry, 0, sizeof *entry);
    entry->row.line = line;
    entry->row.code = PAIDAN__CODE__OK;
    paidan__new_ticket__init(&entry->row.ticket);
    return entry;
}

static void refuse_entry(struct entry *entry, Paidan__Code code, const char *detail, const char *zh,
                         const char *en)
{
    cli_row_refuse(&entry->row, code, detail);
    entry->why_zh = zh;
    entry->why_en = en;
}

static size_t cells_bytes(const struct sheet_row *row)
{
    size_t bytes = 0;
    for (uint32_t index = 0; index < row->count && index < SHEET_CELLS_MAX; index++) {
        bytes += strlen(row->cells[index]) + 1;
    }
    return bytes;
}

/* The sheet's cells live until its next row, a batch longer: they are copied. False: no memory. */
static bool take_row(struct import *import, const struct sheet_row *row)
{
    struct entry *entry = entry_new(import, row->line);
    Paidan__NewTicket *ticket = &entry->row.ticket;
    ticket->channel = cli_text(import->cli, CLI_CHANNEL);
    ticket->category_hint = cli_text(import->cli, CLI_CATEGORY_HINT);
    ticket->area_hint = cli_text(import->cli, CLI_AREA_HINT);
    char *at = entry->row.bytes = malloc(cells_bytes(row) + 1);
    if (at == NULL) {
        import->row_count--;
        return false;
    }
    bool surplus = row->count > SHEET_CELLS_MAX;
    for (uint32_t index = 0; index < row->count && index < SHEET_CELLS_MAX; index++) {
        const size_t bytes = strlen(row->cells[index]) + 1;
        memcpy(at, row->cells[index], bytes);
        if (index < import->column_count && import->columns[index] >= 0) {
            set_column(import, entry, (enum column)import->columns[index], at);
        }
        surplus = surplus || (index >= import->column_count && !text_blank(at));
        at += bytes;
    }
    if (surplus) {
        /* A separator inside a text: nobody would see that its rest was dropped. */
        refuse_entry(entry, PAIDAN__CODE__FIELD_INVALID, "cells",
                     "单元格比列名多：文字里有分隔符时，请把整个单元格放在引号里。",
                     "More cells than columns: put a cell that holds separators in quotes.");
        return true;
    }
    cli_row_check(&entry->row);
    return true;
}

/* A row that the sheet could not read: by the code that the same text would get by itself. */
static void take_mistake(struct import *import, uint64_t line)
{
    const enum sheet_mistake mistake = sheet_mistake(import->sheet);
    Paidan__Code code = PAIDAN__CODE__FIELD_INVALID;
    const char *field = "quotes";
    if (mistake == SHEET_NOT_UTF8 || mistake == SHEET_CONTROL) {
        code = PAIDAN__CODE__TEXT_NOT_UTF8;
        field = "bytes";
    } else if (mistake == SHEET_ROW_TOO_LONG) {
        code = PAIDAN__CODE__TEXT_TOO_LONG;
        field = "text";
    }
    refuse_entry(entry_new(import, line), code, field, sheet_mistake_zh(mistake),
                 sheet_mistake_en(mistake));
}

/* ---- telling ---------------------------------------------------------------------------------- */

static json_t *notes_json(const struct entry *entry)
{
    json_t *list = json_array();
    for (unsigned index = 0; index < NOTE_COUNT; index++) {
        const struct note *note = &notes[index];
        if ((entry->notes >> index & 1) == 0) {
            continue;
        }
        json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "column", column_names[note->column][0],
                                   "code", note->code, "zh", note->zh, "en", note->en);
        if (note->column == TIME || note->column == DUE) { /* what is personal is not repeated */
            json_object_set_new(object, "value",
                                json_string(note->column == TIME ? entry->time : entry->due));
        }
        json_array_append_new(list, object);
    }
    return list;
}

static int tell_row_json(const struct import *import, const struct entry *entry)
{
    const struct cli_row *row = &entry->row;
    json_t *object = json_object();
    json_object_set_new(object, "line", json_integer((json_int_t)row->line));
    if (row->code == PAIDAN__CODE__OK) {
        json_object_set_new(object, "result",
                            json_string(row->repeats     ? "repeats"
                                        : row->duplicate ? "duplicate"
                                                         : "accepted"));
        json_object_set_new(object, "number", say_json_number(row->number));
        json_object_set_new(object, "query_code", json_string(row->query_code));
    } else {
        const bool why = entry->why_zh != NULL;
        json_object_set_new(object, "result", json_string("refused"));
        json_object_set_new(object, "code", json_string(code_name(row->code)));
        json_object_set_new(object, "detail", json_string(row->detail));
        json_object_set_new(object, "zh",
                            json_string(why ? entry->why_zh : code_sentence_zh(row->code)));
        json_object_set_new(object, "en",
                            json_string(why ? entry->why_en : code_sentence_en(row->code)));
    }
    if (entry->notes != 0) {
        json_object_set_new(object, "notes", notes_json(entry));
    }
    return cli_json_line(import->cli, object);
}

/* On standard error: standard output is the table of results, which scripts read. */
static void tell_notes(const struct import *import, const struct entry *entry)
{
    const struct cli *cli = import->cli;
    for (unsigned index = 0; index < NOTE_COUNT; index++) {
        const struct note *note = &notes[index];
        if ((entry->notes >> index & 1) == 0) {
            continue;
        }
        fflush(stdout);
        fprintf(stderr, cli_say(cli, "paidan: 第 %llu 行 %s：%s", "paidan: line %llu, %s: %s"),
                (unsigned long long)entry->row.line, column_names[note->column][0],
                cli_say(cli, note->zh, note->en));
        if (note->column == TIME || note->column == DUE) {
            const char *const written = note->column == TIME ? entry->time : entry->due;
            fprintf(stderr, cli_say(cli, "（%.*s）", " (%.*s)"), (int)text_clip(written, 60),
                    written);
        }
        fputc('\n', stderr);
    }
}

/* Counts and prints. Results are words in English in every language: the table is read by scripts.
 */
static int tell_row(struct import *import, const struct entry *entry)
{
    const struct cli *cli = import->cli;
    const struct cli_row *row = &entry->row;
    import->accepted += row->code == PAIDAN__CODE__OK && !row->duplicate;
    import->duplicate += row->code == PAIDAN__CODE__OK && row->duplicate;
    import->refused += row->code != PAIDAN__CODE__OK;
    import->noted += entry->notes != 0;
    if (cli->json) {
        return tell_row_json(import, entry);
    }
    if (row->code == PAIDAN__CODE__OK) {
        char number[NUMBER_BYTES];
        number_format(row->number, number);
        printf("%llu\t%s\t%s\t%s\n", (unsigned long long)row->line, number,
               row->repeats     ? "repeats"
               : row->duplicate ? "duplicate"
                                : "accepted",
               row->repeats ? "-" : row->query_code);
    } else {
        const bool why = entry->why_zh != NULL;
        printf("%llu\t-\t%s\t-\t%s (%s)\n", (unsigned long long)row->line, code_name(row->code),
               cli_say(cli, why ? entry->why_zh : code_sentence_zh(row->code),
                       why ? entry->why_en : code_sentence_en(row->code)),
               row->detail);
    }
    tell_notes(import, entry);
    return CLI_EXIT_OK;
}

/* Rows a second and the time left, by bytes read; a pipe has no size and gets no time. */
static void tell_progress(struct import *import, bool last)
{
    const uint64_t now_us = clock_monotonic_us();
    if (!import->progress || (!last && now_us - import->shown_us < PROGRESS_US)) {
        return;
    }
    import->shown_us = now_us;
    const double seconds = (double)(now_us - import->started_us) / 1e6 + 1e-6;
    const uint64_t rows = import->accepted + import->duplicate + import->refused;
    char left[SAY_TIME_BYTES] = "";
    if (import->bytes_all > import->source.bytes && import->source.bytes > 0) {
        say_time_span(
            &import->cli->say,
            (int64_t)(seconds * 1000 * (double)(import->bytes_all - import->source.bytes) /
                      (double)import->source.bytes),
            left);
    }
    fprintf(stderr, "\r\033[K%s%llu%s, %.0f %s%s%s", cli_say(import->cli, "已提交 ", "submitted "),
            (unsigned long long)rows, cli_say(import->cli, " 行", " rows"), (double)rows / seconds,
            cli_say(import->cli, "行/秒", "rows/s"),
            left[0] == '\0' ? "" : cli_say(import->cli, "，还需 ", ", left "), left);
    if (last) {
        fputs("\r\033[K", stderr);
    }
}

static int flush_rows(struct import *import)
{
    CHECK(import->row_count <= CLI_ROWS_MAX);
    struct cli_row *good[CLI_ROWS_MAX];
    size_t count = 0;
    read_times(import);
    for (size_t index = 0; index < import->row_count; index++) {
        if (import->rows[index].row.code == PAIDAN__CODE__OK) {
            good[count++] = &import->rows[index].row;
        }
    }
    /* Told in the order of the table, refused rows among accepted ones: a script pairs them by
     * line. */
    int status = cli_row_send(import->cli, good, count);
    for (size_t index = 0; index < import->row_count && status == CLI_EXIT_OK; index++) {
        status = tell_row(import, &import->rows[index]);
    }
    for (size_t index = 0; index < import->row_count; index++) {
        free(import->rows[index].row.bytes);
    }
    import->row_count = import->row_bytes = 0;
    tell_progress(import, false);
    return status;
}

/* ---- the table -------------------------------------------------------------------------------- */

/* Batches are bounded in rows and bytes, by what one frame takes. */
static int read_rows(struct import *import)
{
    for (;;) {
        struct sheet_row row;
        const enum rc rc = sheet_next(import->sheet, &row);
        if (rc == RC_NOT_FOUND) {
            return flush_rows(import);
        }
        if (rc != RC_OK && rc != RC_INVALID) {
            const int status = flush_rows(import); /* what was read well */
            return status != CLI_EXIT_OK ? status : fail_read(import, rc);
        }
        const size_t bytes = rc == RC_OK ? cells_bytes(&row) + 64 : 0;
        if (import->row_count == CLI_ROWS_MAX ||
            (import->row_count > 0 && import->row_bytes + bytes > BATCH_BYTES_MAX)) {
            const int status = flush_rows(import);
            if (status != CLI_EXIT_OK) {
                return status;
            }
        }
        if (rc == RC_INVALID) {
            take_mistake(import, row.line);
        } else if (!take_row(import, &row)) {
            return cli_fail(import->cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
        }
        import->row_bytes += bytes;
    }
}

/* Sentences that end with a count, so that no language needs its plural. */
static void note_count(const struct cli *cli, const char *zh, const char *en, uint64_t count)
{
    char said_zh[160], said_en[160];
    (void)snprintf(said_zh, sizeof said_zh, "%s：%llu", zh, (unsigned long long)count);
    (void)snprintf(said_en, sizeof said_en, "%s: %llu", en, (unsigned long long)count);
    cli_note(cli, said_zh, said_en);
}

static bool has_column(const struct import *import, enum column column)
{
    bool some = false;
    for (uint32_t index = 0; index < import->column_count && !some; index++) {
        some = import->columns[index] == (int)column;
    }
    return some;
}

/* What was taken goes on by itself; what was refused is for whoever keeps the table, and whether the
 * whole of it can be handed in again depends on the ids. */
static void next_words(const struct import *import, const struct say *say, char *text, size_t size)
{
    text[0] = '\0';
    if (import->accepted > 0) {
        say_add(text, size, "\n",
                say_choose(say,
                           "已交分拨：派到哪里看 paidan list，拿不准的等分拨员（paidan desk list）",
                           "triage has them: paidan list shows where they went; those that are not "
                           "certain wait for the dispatcher (paidan desk list)"));
    }
    if (import->refused > 0 && has_column(import, EXTERNAL_ID)) {
        say_add(text, size, "\n",
                say_choose(say,
                           "被拒的行改好后，可以把整个文件再提交一次：外部编号相同的不会重复受理",
                           "when the refused rows are mended, the whole file may be handed in "
                           "again: rows with the same external_id are not taken twice"));
    } else if (import->refused > 0) {
        say_add(text, size, "\n",
                say_choose(say, "被拒的行改好后单独提交：没有编号列，其余的行再提交会重复受理",
                           "hand in the refused rows alone when they are mended: without a column "
                           "external_id the others would be taken twice"));
    }
}

static json_t *next_json(const struct import *import)
{
    char zh[NEXT_BYTES], en[NEXT_BYTES];
    struct say say = import->cli->say;
    say.language = SAY_CHINESE;
    next_words(import, &say, zh, sizeof zh);
    say.language = SAY_ENGLISH;
    next_words(import, &say, en, sizeof en);
    return json_pack("{s:s, s:s}", "zh", zh, "en", en);
}

/* On standard error, so that standard output stays the table of results. */
static int tell_summary(struct import *import)
{
    struct cli *cli = import->cli;
    tell_progress(import, true);
    if (import->noted > 0) {
        note_count(cli, "已受理但有内容未能识别或被截断的行数（见上）",
                   "rows of which something was left out or cut (see above)", import->noted);
    }
    if (import->titles_long > 0) {
        note_count(cli, "标题超过 24 字的行数（全文保留，列表只显示开头）",
                   "titles longer than 48 columns (kept whole; lists show their beginning)",
                   import->titles_long);
    }
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "accepted", json_integer((json_int_t)import->accepted));
        json_object_set_new(object, "duplicate", json_integer((json_int_t)import->duplicate));
        json_object_set_new(object, "refused", json_integer((json_int_t)import->refused));
        json_object_set_new(object, "noted", json_integer((json_int_t)import->noted));
        json_object_set_new(object, "next", next_json(import));
        return cli_json_line(cli, object);
    }
    fflush(stdout);
    fprintf(stderr,
            cli_say(cli, "受理 %llu，重复 %llu，拒绝 %llu\n",
                    "accepted %llu, duplicate %llu, refused %llu\n"),
            (unsigned long long)import->accepted, (unsigned long long)import->duplicate,
            (unsigned long long)import->refused);
    char next[NEXT_BYTES];
    next_words(import, &cli->say, next, sizeof next);
    if (next[0] != '\0') {
        fprintf(stderr, "%s\n", next);
    }
    return CLI_EXIT_OK;
}

/* path: to read the file a second time; NULL: it cannot be. */
static int read_table(struct import *import, const char *path)
{
    int status = read_header(import);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (path != NULL) {
        scan_times(import, path);
    }
    status = read_rows(import);
    const int told = tell_summary(import);
    return status != CLI_EXIT_OK ? status : told;
}

static int run_import(struct import *import, const char *path)
{
    import->started_us = clock_monotonic_us();
    import->progress = isatty(STDERR_FILENO) == 1;
    import->rows = calloc(CLI_ROWS_MAX, sizeof *import->rows);
    if (import->rows == NULL) {
        return cli_fail(import->cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    (void)cli_site(import->cli); /* its time zone */
    const enum rc rc = source_open(&import->source, &import->format, &import->sheet);
    const int status = rc == RC_OK ? read_table(import, path) : fail_read(import, rc);
    sheet_close(import->sheet);
    for (size_t index = 0; index < import->row_count; index++) {
        free(import->rows[index].row.bytes);
    }
    free(import->source.line);
    free(import->rows);
    return status == CLI_EXIT_OK && import->refused > 0 ? CLI_EXIT_DATA : status;
}

int cli_table_submit(struct cli *cli, const char *path)
{
    struct import import = {.cli = cli};
    struct stat info;
    const bool input = strcmp(path, "-") == 0;
    import.source.file = input ? stdin : fopen(path, "re");
    if (import.source.file == NULL) {
        static const struct cli_deed reading = {"无法读取文件", "cannot read the file"};
        return cli_disk_unread(cli, errno, &reading, path);
    }
    const bool regular = fstat(fileno(import.source.file), &info) == 0 && S_ISREG(info.st_mode);
    import.bytes_all = regular ? (uint64_t)info.st_size : 0;
    const int status = run_import(&import, regular && !input ? path : NULL);
    if (!input) {
        (void)fclose(import.source.file);
    }
    return status;
}
