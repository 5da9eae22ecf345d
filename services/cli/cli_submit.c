/* cli_submit: one complaint from the arguments, or many from a table.
 *
 * A table is sent in batches; each row is checked here first, by the limits that the service would
 * refuse the whole batch for, so that one bad row does not keep the others out. Rows with an
 * external id may be sent again after a broken run: intake knows them. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "cli_row.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/text/text.h"

enum { COLUMNS_MAX = 256, ATTACHED_NAME_BYTES_MAX = 128 /* Attachment.name */ };
#define BATCH_BYTES_MAX (3u << 20) /* a frame is 4 MiB */
#define LINE_BYTES_MAX (64u << 20) /* a longer line is no row of any complaint */
#define PROGRESS_US 500000u

enum column { EXTERNAL_ID, TIME, PLACE, TITLE, TEXT, PHONE, REPORTER, COLUMN_COUNT };
static const char *const column_names[COLUMN_COUNT] = {"external_id", "time",  "place",   "title",
                                                       "text",        "phone", "reporter"};

struct import {
    struct cli *cli;
    FILE *file;
    uint64_t line, bytes, bytes_all; /* bytes_all 0: unknown */
    int columns[COLUMNS_MAX];        /* enum column or -1 */
    size_t column_count;
    struct cli_row *rows;
    size_t row_count, row_bytes;
    uint64_t accepted, duplicate, refused, times_odd, started_us, shown_us;
    bool progress;
};

/* ---- one row ----------------------------------------------------------------------------------
 */

/* A title is a hint; one that is too long is cut, not refused. */
static void clip_title(char *title)
{
    if (title != NULL && strlen(title) > TITLE_BYTES_MAX) {
        title[text_clip(title, TITLE_BYTES_MAX)] = '\0';
    }
}

/* When it happened: a moment, or a span before now as for --time. Now is the services', whose clock
 * may be another than this machine's; without it a span would be counted from 1970. */
static bool read_time(struct cli *cli, const char *text, uint64_t *at_ms)
{
    if (say_time_is_span(text) && cli->now_ms == 0) {
        Paidan__Ping ping = PAIDAN__PING__INIT;
        Paidan__Answer *answer = NULL;
        if (cli_try(cli, "intake", &ping.base, cli->timeout_ms, &answer) != PAIDAN__CODE__OK) {
            return false;
        }
    }
    return say_time_read(&cli->say, text, cli->now_ms, at_ms) == RC_OK;
}

static void set_column(struct import *import, struct cli_row *row, enum column column, char *text)
{
    CHECK(column < COLUMN_COUNT);
    Paidan__NewTicket *ticket = &row->ticket;
    char *value = text[0] == '\0' ? NULL : text;
    switch (column) {
    case EXTERNAL_ID:
        ticket->external_id = value;
        break;
    case TIME:
        if (value != NULL) {
            /* A time that is not understood is no reason to send a resident away. */
            ticket->has_occurred_ms = read_time(import->cli, value, &ticket->occurred_ms);
            import->times_odd += ticket->has_occurred_ms ? 0 : 1;
        }
        break;
    case PLACE:
        ticket->place = value;
        break;
    case TITLE:
        clip_title(value);
        ticket->title = value;
        break;
    case TEXT:
        ticket->text = text;
        break;
    case PHONE:
        ticket->phone = value;
        break;
    case REPORTER:
        ticket->reporter = value;
        break;
    case COLUMN_COUNT:
        break;
    }
}

/* Cells are cut in place: the ticket's texts point into the row's line. */
static void fill_row(struct import *import, struct cli_row *row, size_t bytes)
{
    struct cli *cli = import->cli;
    paidan__new_ticket__init(&row->ticket);
    row->ticket.channel = cli_text(cli, CLI_CHANNEL);
    row->ticket.category_hint = cli_text(cli, CLI_CATEGORY_HINT);
    row->ticket.area_hint = cli_text(cli, CLI_AREA_HINT);
    row->code = PAIDAN__CODE__OK;
    /* All further reading is by C strings: what is behind a NUL would vanish. */
    if (strlen(row->bytes) != bytes) {
        cli_row_refuse(row, PAIDAN__CODE__TEXT_NOT_UTF8, "NUL");
        return;
    }
    char *at = row->bytes;
    bool surplus = false;
    for (size_t index = 0; at != NULL; index++) {
        char *tab = strchr(at, '\t');
        if (tab != NULL) {
            *tab = '\0';
        }
        if (index < import->column_count && import->columns[index] >= 0) {
            set_column(import, row, (enum column)import->columns[index], at);
        }
        surplus = surplus || (index >= import->column_count && *at != '\0');
        at = tab == NULL ? NULL : tab + 1;
    }
    if (surplus) {
        /* A tab inside a text: nobody would see that its rest was dropped. */
        cli_row_refuse(row, PAIDAN__CODE__FIELD_INVALID,
                       "more cells than the header: a tab in one?");
        return;
    }
    cli_row_check(row);
}

/* ---- telling ----------------------------------------------------------------------------------
 */

static int tell_row_json(const struct import *import, const struct cli_row *row)
{
    json_t *object = json_object();
    json_object_set_new(object, "line", json_integer((json_int_t)row->line));
    if (row->code == PAIDAN__CODE__OK) {
        json_object_set_new(object, "result",
                            json_string(row->duplicate ? "duplicate" : "accepted"));
        json_object_set_new(object, "number", say_json_number(row->number));
        json_object_set_new(object, "query_code", json_string(row->query_code));
    } else {
        json_object_set_new(object, "result", json_string("refused"));
        json_object_set_new(object, "code", json_string(code_name(row->code)));
        json_object_set_new(object, "detail", json_string(row->detail));
    }
    return cli_json_line(import->cli, object);
}

/* Counts and prints. Results are words in English in every language: the table is read by scripts.
 */
static int tell_row(struct import *import, const struct cli_row *row)
{
    import->accepted += row->code == PAIDAN__CODE__OK && !row->duplicate;
    import->duplicate += row->code == PAIDAN__CODE__OK && row->duplicate;
    import->refused += row->code != PAIDAN__CODE__OK;
    if (import->cli->json) {
        return tell_row_json(import, row);
    }
    if (row->code == PAIDAN__CODE__OK) {
        char number[NUMBER_BYTES];
        number_format(row->number, number);
        printf("%llu\t%s\t%s\t%s\n", (unsigned long long)row->line, number,
               row->duplicate ? "duplicate" : "accepted", row->query_code);
    } else {
        printf("%llu\t-\t%s\t-\t%s (%s)\n", (unsigned long long)row->line, code_name(row->code),
               cli_say(import->cli, code_sentence_zh(row->code), code_sentence_en(row->code)),
               row->detail);
    }
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
    if (import->bytes_all > import->bytes && import->bytes > 0) {
        say_time_span((int64_t)(seconds * 1000 * (double)(import->bytes_all - import->bytes) /
                                (double)import->bytes),
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
    for (size_t index = 0; index < import->row_count; index++) {
        if (import->rows[index].code == PAIDAN__CODE__OK) {
            good[count++] = &import->rows[index];
        }
    }
    /* Told in the order of the table, refused rows among accepted ones: a script pairs them by
     * line. */
    int status = cli_row_send(import->cli, good, count);
    for (size_t index = 0; index < import->row_count && status == CLI_EXIT_OK; index++) {
        status = tell_row(import, &import->rows[index]);
    }
    for (size_t index = 0; index < import->row_count; index++) {
        free(import->rows[index].bytes);
    }
    import->row_count = import->row_bytes = 0;
    tell_progress(import, false);
    return status;
}

/* ---- the table --------------------------------------------------------------------------------
 */

/* Reads one line without its end. RC_OK, RC_NOT_FOUND (end) or RC_LIMIT (too long, or memory). */
static enum rc read_line(struct import *import, char **line, size_t *bytes)
{
    size_t room = 0;
    *line = NULL;
    errno = 0;
    const ssize_t got = getline(line, &room, import->file);
    if (got < 0) {
        const int failure = errno;
        free(*line);
        *line = NULL; /* the caller frees it too */
        return failure == ENOMEM ? RC_LIMIT : ferror(import->file) ? RC_IO : RC_NOT_FOUND;
    }
    import->line++;
    import->bytes += (uint64_t)got;
    *bytes = (size_t)got;
    while (*bytes > 0 && ((*line)[*bytes - 1] == '\n' || (*line)[*bytes - 1] == '\r')) {
        (*line)[--*bytes] = '\0';
    }
    return RC_OK;
}

/* A mistyped column would otherwise be lost without a word. */
static void note_ignored(struct import *import, const char *names)
{
    char zh[512], en[512];
    (void)snprintf(zh, sizeof zh, "忽略未知的列：%s", names);
    (void)snprintf(en, sizeof en, "columns that are not known are ignored: %s", names);
    cli_note(import->cli, zh, en);
}

/* Columns in any order; unknown ones are ignored and told. */
static int read_header(struct import *import)
{
    char *line = NULL, ignored[400] = "";
    size_t bytes = 0;
    const enum rc rc = read_line(import, &line, &bytes);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return cli_fail(import->cli, CLI_EXIT_IO, "读取表格失败", "cannot read the table",
                        cli_value(import->cli, CLI_FROM));
    }
    if (rc != RC_OK) {
        return cli_usage(import->cli, "表格是空的，应有列名一行",
                         "the table is empty: a line with the names of the columns is needed",
                         cli_value(import->cli, CLI_FROM));
    }
    bool has_text = false;
    /* Spreadsheets on Windows begin a UTF-8 file with a byte order mark. */
    char *at = strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;
    while (at != NULL && import->column_count < COLUMNS_MAX) {
        char *tab = strchr(at, '\t');
        if (tab != NULL) {
            *tab = '\0';
        }
        int found = -1;
        for (int column = 0; column < COLUMN_COUNT; column++) {
            found = strcmp(at, column_names[column]) == 0 ? column : found;
        }
        if (found < 0) {
            const size_t used = strlen(ignored);
            (void)snprintf(ignored + used, sizeof ignored - used, "%s%.40s", used == 0 ? "" : ", ",
                           at);
        }
        has_text |= found == TEXT;
        import->columns[import->column_count++] = found;
        at = tab == NULL ? NULL : tab + 1;
    }
    free(line);
    if (!has_text) {
        return cli_usage(import->cli, "表格缺少 text 列", "the table has no column text", NULL);
    }
    if (ignored[0] != '\0') {
        note_ignored(import, ignored);
    }
    return CLI_EXIT_OK;
}

/* Batches are bounded in rows and bytes, by what one frame takes. */
static int read_rows(struct import *import)
{
    for (;;) {
        char *line = NULL;
        size_t bytes = 0;
        const enum rc rc = read_line(import, &line, &bytes);
        if (rc == RC_NOT_FOUND) {
            return flush_rows(import);
        }
        if (rc != RC_OK || bytes > LINE_BYTES_MAX) {
            free(line);
            return cli_fail(import->cli, CLI_EXIT_IO, "读取表格失败", "cannot read the table",
                            rc_name(rc == RC_OK ? RC_LIMIT : rc));
        }
        if (bytes == 0) {
            free(line);
            continue;
        }
        if (import->row_count == CLI_ROWS_MAX ||
            (import->row_count > 0 && import->row_bytes + bytes > BATCH_BYTES_MAX)) {
            const int status = flush_rows(import);
            if (status != CLI_EXIT_OK) {
                free(line);
                return status;
            }
        }
        CHECK(import->row_count < CLI_ROWS_MAX);
        struct cli_row *row = &import->rows[import->row_count++];
        memset(row, 0, sizeof *row);
        row->line = import->line;
        row->bytes = line;
        fill_row(import, row, bytes);
        import->row_bytes += row->code == PAIDAN__CODE__OK ? bytes + 64 : 0;
    }
}

/* On standard error, so that standard output stays the table of results. */
static int tell_summary(struct import *import)
{
    struct cli *cli = import->cli;
    tell_progress(import, true);
    if (import->times_odd > 0) {
        char zh[128], en[128];
        (void)snprintf(zh, sizeof zh, "%llu 行的 time 无法识别，按没有时间受理",
                       (unsigned long long)import->times_odd);
        (void)snprintf(en, sizeof en, "the time of %llu rows is not understood and left out",
                       (unsigned long long)import->times_odd);
        cli_note(cli, zh, en);
    }
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "accepted", json_integer((json_int_t)import->accepted));
        json_object_set_new(object, "duplicate", json_integer((json_int_t)import->duplicate));
        json_object_set_new(object, "refused", json_integer((json_int_t)import->refused));
        return cli_json_line(cli, object);
    }
    fflush(stdout);
    fprintf(stderr,
            cli_say(cli, "受理 %llu，重复 %llu，拒绝 %llu\n",
                    "accepted %llu, duplicate %llu, refused %llu\n"),
            (unsigned long long)import->accepted, (unsigned long long)import->duplicate,
            (unsigned long long)import->refused);
    return CLI_EXIT_OK;
}

static int run_import(struct import *import)
{
    import->started_us = clock_monotonic_us();
    import->progress = isatty(STDERR_FILENO) == 1;
    import->rows = calloc(CLI_ROWS_MAX, sizeof *import->rows);
    if (import->rows == NULL) {
        return cli_fail(import->cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    (void)cli_site(import->cli); /* its time zone */
    int status = read_header(import);
    if (status == CLI_EXIT_OK) {
        status = read_rows(import);
        const int told = tell_summary(import);
        status = status != CLI_EXIT_OK ? status : told;
    }
    free(import->rows);
    return status == CLI_EXIT_OK && import->refused > 0 ? CLI_EXIT_DATA : status;
}

/* Options of a single complaint make no sense beside a table: refused rather than ignored. */
static int submit_table(struct cli *cli, const char *path)
{
    static const enum cli_option alone[] = {
        CLI_TEXT,  CLI_PLACE, CLI_EXTERNAL_ID, CLI_PHONE,     CLI_REPORTER,
        CLI_TITLE, CLI_TIME,  CLI_ON_SPOT,     CLI_DONE_NOTE, CLI_ATTACHMENT};
    for (size_t index = 0; index < sizeof alone / sizeof alone[0]; index++) {
        if (cli_given(cli, alone[index])) {
            return cli_usage(cli, "与 --from 不能同时使用", "cannot be used with --from",
                             cli_options[alone[index]].name);
        }
    }
    struct import import = {.cli = cli};
    struct stat info;
    import.file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (import.file == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "无法读取文件", "cannot read the file", path);
    }
    if (fstat(fileno(import.file), &info) == 0 && S_ISREG(info.st_mode)) {
        import.bytes_all = (uint64_t)info.st_size;
    }
    const int status = run_import(&import);
    if (import.file != stdin) {
        fclose(import.file);
    }
    return status;
}

/* ---- one complaint ----------------------------------------------------------------------------
 */

/* The text given, or with "-" all of standard input. Heap. */
static char *read_text(const char *text)
{
    if (strcmp(text, "-") != 0) {
        return strdup(text);
    }
    char *all = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&all, &size);
    char part[65536];
    for (size_t got; memory != NULL && (got = fread(part, 1, sizeof part, stdin)) > 0;) {
        if (size > LINE_BYTES_MAX || fwrite(part, 1, got, memory) != got) {
            break;
        }
    }
    if (memory != NULL && fclose(memory) != 0) {
        free(all);
        return NULL;
    }
    for (; size > 0 && (all[size - 1] == '\n' || all[size - 1] == '\r'); size--) {
        all[size - 1] = '\0';
    }
    return all;
}

static int tell_one(struct cli *cli, const struct cli_row *row)
{
    if (row->code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, row->code, row->detail);
    }
    char number[NUMBER_BYTES];
    number_format(row->number, number);
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "number", json_string(number));
        json_object_set_new(object, "query_code", json_string(row->query_code));
        json_object_set_new(object, "result",
                            json_string(row->duplicate ? "duplicate" : "accepted"));
        return cli_json_print(cli, object);
    }
    printf(cli_say(cli, "工单号 %s  查询码 %s%s\n", "number %s  query code %s%s\n"), number,
           row->query_code,
           row->duplicate ? cli_say(cli, "  （此前已受理）", "  (was here before)") : "");
    return CLI_EXIT_OK;
}

/* Attachments of the arguments, NAME=URL each. The names are copied into `names`. */
struct attached {
    Paidan__Attachment items[ATTACHMENTS_MAX], *list[ATTACHMENTS_MAX];
    char names[ATTACHMENTS_MAX][ATTACHED_NAME_BYTES_MAX + 1];
};

static int read_attachments(struct cli *cli, struct attached *attached, Paidan__NewTicket *ticket)
{
    for (unsigned index = 0; index < cli->repeated_count; index++) {
        const char *text = cli->repeated[index], *equals = strchr(text, '=');
        const size_t bytes = equals == NULL ? 0 : (size_t)(equals - text);
        if (bytes == 0 || bytes > ATTACHED_NAME_BYTES_MAX || equals[1] == '\0') {
            return cli_usage(cli, "附件应写作 名称=网址", "an attachment is written NAME=URL",
                             text);
        }
        paidan__attachment__init(&attached->items[index]);
        (void)snprintf(attached->names[index], sizeof attached->names[index], "%.*s", (int)bytes,
                       text);
        attached->items[index].name = attached->names[index];
        attached->items[index].url = (char *)(uintptr_t)(equals + 1);
        attached->list[index] = &attached->items[index];
    }
    ticket->n_attachments = cli->repeated_count;
    ticket->attachments = attached->list;
    return CLI_EXIT_OK;
}

/* 现场办: who solved it and what was done belong together. */
static int read_spot(struct cli *cli, Paidan__NewTicket *ticket)
{
    ticket->spot_unit = cli_text(cli, CLI_ON_SPOT);
    ticket->spot_note = cli_text(cli, CLI_DONE_NOTE);
    return (ticket->spot_unit == NULL) == (ticket->spot_note == NULL)
               ? CLI_EXIT_OK
               : cli_usage(cli, "--on-spot 与 --done-note 须同时写明",
                           "--on-spot and --done-note belong together", NULL);
}

/* The same way as a row of a table, so that both are judged alike. */
static int submit_one(struct cli *cli)
{
    struct attached attached;
    (void)cli_site(cli);
    struct cli_row row = {.line = 1}, *rows[1] = {&row};
    paidan__new_ticket__init(&row.ticket);
    row.ticket.channel = cli_text(cli, CLI_CHANNEL);
    row.ticket.external_id = cli_text(cli, CLI_EXTERNAL_ID);
    row.ticket.place = cli_text(cli, CLI_PLACE);
    row.ticket.phone = cli_text(cli, CLI_PHONE);
    row.ticket.reporter = cli_text(cli, CLI_REPORTER);
    row.ticket.title = cli_text(cli, CLI_TITLE);
    row.ticket.category_hint = cli_text(cli, CLI_CATEGORY_HINT);
    row.ticket.area_hint = cli_text(cli, CLI_AREA_HINT);
    if (cli_given(cli, CLI_TIME)) {
        const int read = cli_moment(cli, CLI_TIME, false, &row.ticket.occurred_ms);
        if (read != CLI_EXIT_OK) {
            return read;
        }
        row.ticket.has_occurred_ms = 1;
    }
    int status = read_attachments(cli, &attached, &row.ticket);
    if (status == CLI_EXIT_OK) {
        status = read_spot(cli, &row.ticket);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    row.ticket.text = read_text(cli_value(cli, CLI_TEXT));
    if (row.ticket.text == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    cli_row_check(&row);
    status = row.code == PAIDAN__CODE__OK ? cli_row_send(cli, rows, 1) : CLI_EXIT_OK;
    if (status == CLI_EXIT_OK) {
        status = tell_one(cli, &row);
    }
    free(row.ticket.text);
    return status;
}

int cli_submit(struct cli *cli)
{
    if (cli_given(cli, CLI_FROM)) {
        return submit_table(cli, cli_value(cli, CLI_FROM));
    }
    if (!cli_given(cli, CLI_TEXT)) {
        return cli_usage(cli, "需要 --text 或 --from", "--text or --from is needed", NULL);
    }
    return submit_one(cli);
}
