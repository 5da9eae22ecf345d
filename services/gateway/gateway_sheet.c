/* gateway_sheet: tickets for a spreadsheet. Pages of the list are asked for one after the other with the
 * caller's own grant and become text on the loop; the workbook is made of it by the worker, for packing ten
 * thousand rows takes longer than the loop may wait. It owns the text until the answer is under way. What
 * must stay true: every cell is text, so that a title that begins with = + - @ is never a formula of
 * whoever opens the table; no more than GATEWAY_SHEETS_MAX tables are in memory at once; and a table that
 * does not hold everything says so where the eye ends, in its last row. */

#include "gateway_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/book/book.h"
#include "common/say/number.h"
#include "common/say/say_brief.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "gateway_api.h"
#include "gateway_desk.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_upstream.h"
#include "gateway_worker.h"

enum { PAGE_ROWS = 500, MARKS_BYTES = 512 };
#define CELL_BYTES_MAX 32000u /* a spreadsheet takes 32,767 characters */

/* ---- the table --------------------------------------------------------------------------------
 */

void gateway_sheet_add(struct gateway_sheet *sheet, const char *text)
{
    const char *cell = text == NULL ? "" : text;
    size_t bytes = strlen(cell);
    bytes = bytes > CELL_BYTES_MAX ? CELL_BYTES_MAX : bytes;
    if (sheet->bytes + bytes + 1 > sheet->room) {
        const size_t room = 2 * sheet->room + bytes + 4096;
        char *larger = realloc(sheet->cells, room);
        sheet->failed = sheet->failed || larger == NULL;
        if (larger == NULL) {
            return;
        }
        sheet->cells = larger;
        sheet->room = room;
    }
    memcpy(sheet->cells + sheet->bytes, cell, bytes);
    sheet->cells[sheet->bytes + bytes] = '\0';
    sheet->bytes += bytes + 1;
}

int gateway_sheet_write(const struct gateway_sheet *sheet, const char *title, size_t *size)
{
    struct book book;
    struct book_column columns[BOOK_COLUMNS_MAX];
    const char *at = sheet->cells;
    int fd = -1;
    CHECK(sheet->columns > 0);
    CHECK(sheet->columns <= BOOK_COLUMNS_MAX);
    CHECK(sheet->rows > 0);
    if (book_begin(&book) != RC_OK) {
        return -1;
    }
    for (unsigned column = 0; column < sheet->columns; column++) {
        columns[column] = (struct book_column){at, 18, BOOK_TEXT};
        at += strlen(at) + 1;
    }
    book_page(&book, title, columns, sheet->columns, 1);
    for (size_t cell = sheet->columns; cell < sheet->rows * sheet->columns; cell++) {
        CHECK(at < sheet->cells + sheet->bytes);
        book_text(&book, at);
        at += strlen(at) + 1;
    }
    return book_end(&book, &fd, size) == RC_OK ? fd : -1;
}

/* ---- tickets ----------------------------------------------------------------------------------
 */

struct export
{
    struct gateway *gateway;
    json_t *query; /* the wish, without cursor and limit */
    struct gateway_sheet sheet;
    const char *title;
    int fd; /* -1: not written */
    size_t size;
};

static void export_free(void *state)
{
    struct export *export = state;
    CHECK(export->gateway->sheets > 0);
    export->gateway->sheets--;
    json_decref(export->query);
    free(export->sheet.cells);
    if (export->fd >= 0) {
        close(export->fd);
    }
    free(export);
}

static void add_time(struct export *export, const struct say *say, bool known, uint64_t at_ms)
{
    char text[SAY_TIME_BYTES] = "";
    if (known) {
        say_time_exact(say, at_ms, text);
    }
    gateway_sheet_add(&export->sheet, text);
}

static const char *const heads[][2] = {
    {"工单号", "Number"},
    {"状态", "State"},
    {"结果", "Outcome"},
    {"标题", "Title"},
    {"类别", "Category"},
    {"区域", "Area"},
    {"承办单位", "Unit"},
    {"层级", "Level"},
    {"渠道", "Channel"},
    {"紧急", "Urgency"},
    {"登记时间", "Registered"},
    {"时限", "Deadline"},
    {"是否超时", "Overdue"},
    {"牌", "Card"},
    {"轮次", "Round"},
    {"标记", "Marks"},
    {"满意度", "Satisfaction"},
    {"变动时间", "Changed"},
    {"上级时限", "Deadline from above"},
    {"催单次数", "Chases"},
};
enum { COLUMNS = sizeof heads / sizeof heads[0] };

static void add_ticket(struct export *export, const struct say *say, const Paidan__Brief *brief,
                       uint64_t now_ms)
{
    char number[NUMBER_BYTES], marks[MARKS_BYTES] = "", round[16] = "";
    uint64_t due_ms = 0, warn_ms = 0;
    struct gateway_sheet *sheet = &export->sheet;
    const bool due = say_brief_due(brief, &due_ms, &warn_ms);
    const bool carded = brief->has_card && brief->card != PAIDAN__CARD__CARD_NONE;
    number_format(brief->ticket, number);
    say_brief_marks(say, brief, marks, sizeof marks);
    if (brief->has_round) {
        (void)snprintf(round, sizeof round, "%u", brief->round);
    }
    gateway_sheet_add(sheet, number);
    gateway_sheet_add(sheet, say_words_state(say, brief->state));
    gateway_sheet_add(sheet, brief->has_outcome ? say_words_outcome(say, brief->outcome) : "");
    gateway_sheet_add(sheet, brief->title);
    gateway_sheet_add(sheet, brief->category == NULL ? "" : say_category(say, brief->category));
    gateway_sheet_add(sheet, brief->area == NULL ? "" : say_area(say, brief->area));
    gateway_sheet_add(sheet, say_unit(say, brief->unit));
    gateway_sheet_add(sheet, say_level(say, brief->level));
    gateway_sheet_add(sheet, brief->channel == NULL ? "" : say_channel(say, brief->channel));
    gateway_sheet_add(sheet, brief->has_urgency ? say_words_urgency(say, brief->urgency) : "");
    add_time(export, say, brief->has_registered_ms, brief->registered_ms);
    add_time(export, say, due, due_ms);
    gateway_sheet_add(sheet, !due               ? ""
                             : due_ms <= now_ms ? say_choose(say, "是", "yes")
                                                : say_choose(say, "否", "no"));
    gateway_sheet_add(sheet, carded ? say_words_card(say, brief->card) : "");
    gateway_sheet_add(sheet, round);
    gateway_sheet_add(sheet, marks);
    gateway_sheet_add(sheet,
                      brief->has_satisfied ? say_words_satisfied(say, brief->satisfied) : "");
    add_time(export, say, brief->has_changed_ms, brief->changed_ms);
    add_time(export, say, brief->has_outer_due_ms, brief->outer_due_ms);
    (void)snprintf(round, sizeof round, "%u", brief->chases);
    gateway_sheet_add(sheet, brief->has_chases && brief->chases > 0 ? round : "");
    sheet->rows++;
}

/* ---- the answer -------------------------------------------------------------------------------
 */

void gateway_sheet_respond(struct exchange *exchange, int fd, size_t size, const char *name)
{
    char attached[96];
    struct MHD_Response *response = fd < 0 ? NULL : MHD_create_response_from_fd(size, fd);
    if (response == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    (void)snprintf(attached, sizeof attached, "attachment; filename=\"%s\"", name);
    gateway_exchange_respond(exchange, 200, response);
    gateway_exchange_add(exchange, "Content-Type", GATEWAY_SHEET_TYPE);
    gateway_exchange_add(exchange, "Content-Disposition", attached);
    gateway_exchange_add(exchange, "Cache-Control", "no-store");
    gateway_exchange_add(exchange, "X-Content-Type-Options", "nosniff");
    gateway_exchange_add(exchange, "Referrer-Policy", "no-referrer");
}

/* On the worker's thread: it touches the table alone, which nobody else does meanwhile. */
static void make(void *context)
{
    struct export *export = context;
    export->fd = gateway_sheet_write(&export->sheet, export->title, &export->size);
}

static void made(struct gateway_job *job)
{
    struct export *export = job->exchange->state;
    const int fd = export->fd;
    export->fd = -1; /* the response's now */
    gateway_sheet_respond(job->exchange, fd, export->size, "tickets.xlsx");
}

static void write_it(struct exchange *exchange, bool more)
{
    struct export *export = exchange->state;
    if (more) {
        char text[160];
        (void)snprintf(text, sizeof text,
                       say_choose(&exchange->say, "还有更多：一张表最多 %d 件，请缩小范围。",
                                  "There are more: a table holds at most %d; narrow the list."),
                       GATEWAY_SHEET_ROWS_MAX);
        gateway_sheet_add(&export->sheet, text);
        for (unsigned column = 1; column < COLUMNS; column++) {
            gateway_sheet_add(&export->sheet, "");
        }
        export->sheet.rows++;
    }
    struct gateway_job *job = export->sheet.failed ? NULL : gateway_worker_job(exchange, made);
    if (job != NULL) {
        job->work = make;
        job->context = export;
        if (gateway_worker_start(exchange->gateway, job)) {
            return;
        }
        gateway_worker_free(job);
    }
    gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
}

static void page_told(struct exchange *exchange, const Paidan__Answer *answer, bool desk);

/* cursor: a number's place in the list; false: from its beginning. */
static void ask_page(struct exchange *exchange, bool from, uint64_t cursor)
{
    struct export *export = exchange->state;
    json_t *query = json_copy(export->query);
    json_object_set_new(query, "limit", json_integer(PAGE_ROWS));
    if (from) {
        CHECK(cursor <= INT64_MAX);
        json_object_set_new(query, "cursor", json_integer((json_int_t)cursor));
    }
    gateway_desk_send(exchange, query, page_told);
}

/* A table outlives the moment: one that silently lacks the desk is not made. */
static void page_told(struct exchange *exchange, const Paidan__Answer *answer, bool desk)
{
    struct export *export = exchange->state;
    if (!desk) {
        gateway_problem(exchange, PAIDAN__CODE__UNREACHABLE, gateway_upstream_name(GATEWAY_TRIAGE),
                        1000);
        return;
    }
    const Paidan__Listed *listed = answer->listed;
    size_t index = 0;
    for (; index < listed->n_tickets && export->sheet.rows <= GATEWAY_SHEET_ROWS_MAX; index++) {
        add_ticket(export, &exchange->say, listed->tickets[index], answer->now_ms);
    }
    const bool left = index < listed->n_tickets || listed->has_next;
    if (listed->has_next && export->sheet.rows <= GATEWAY_SHEET_ROWS_MAX) {
        ask_page(exchange, true, listed->next);
    } else {
        write_it(exchange, left);
    }
}

static struct export *export_new(struct exchange *exchange, json_t *query)
{
    struct export *export = calloc(1, sizeof *export);
    if (export == NULL) {
        json_decref(query);
        return NULL;
    }
    *export = (struct export){.gateway = exchange->gateway,
                              .query = query,
                              .sheet = {.columns = COLUMNS, .rows = 1},
                              .title = say_choose(&exchange->say, "工单", "Tickets"),
                              .fd = -1};
    export->gateway->sheets++;
    for (unsigned column = 0; column < COLUMNS; column++) {
        gateway_sheet_add(&export->sheet,
                          say_choose(&exchange->say, heads[column][0], heads[column][1]));
    }
    return export;
}

void gateway_sheet_tickets(struct exchange *exchange)
{
    json_t *query = json_object();
    if (!gateway_api_fields(exchange, gateway_api_wish_of(exchange->route->wish), query)) {
        json_decref(query);
        return;
    }
    for (unsigned index = 0; index < 2; index++) {
        const char *ours = index == 0 ? "cursor" : "limit";
        if (json_object_get(query, ours) != NULL) {
            json_decref(query);
            gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, ours, 0);
            return;
        }
    }
    if (exchange->gateway->sheets == GATEWAY_SHEETS_MAX) {
        json_decref(query);
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 2000);
        return;
    }
    exchange->state = export_new(exchange, query);
    exchange->state_free = export_free;
    if (exchange->state == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    ask_page(exchange, false, 0);
}
