/* gateway_import: reads a table that somebody wants to register complaints from, by the one reader of
 * tables (common/text/sheet), on the worker's thread: megabytes of cells take longer than the loop may
 * wait. It owns the text that is made until the answer is under way. What must stay true: nothing is
 * registered here, nothing is kept, and a row that cannot be read is named with its line instead of being
 * dropped. */

#include "gateway_import.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/sheet.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_worker.h"

enum { ROW_BYTES_MAX = 1 << 20, MISTAKES_MAX = 100 };

bool gateway_import_is_workbook(const char *bytes, size_t size)
{
    /* A zip archive, or the compound file of older programs. */
    return size >= 4 &&
           (memcmp(bytes, "PK\x03\x04", 4) == 0 || memcmp(bytes, "\xD0\xCF\x11\xE0", 4) == 0);
}

static json_t *cells_of(const struct sheet_row *row)
{
    json_t *cells = json_array();
    for (uint32_t index = 0; index < row->count && index < SHEET_CELLS_MAX; index++) {
        json_array_append_new(cells, json_string(row->cells[index]));
    }
    return cells;
}

static json_t *mistake_of(const struct sheet *sheet, uint64_t line)
{
    const enum sheet_mistake mistake = sheet_mistake(sheet);
    CHECK(mistake != SHEET_NO_MISTAKE);
    json_t *object = json_object();
    json_object_set_new(object, "line", json_integer((json_int_t)line));
    json_object_set_new(object, "zh", json_string(sheet_mistake_zh(mistake)));
    json_object_set_new(object, "en", json_string(sheet_mistake_en(mistake)));
    return object;
}

/* RC_NOT_FOUND: all were read; RC_OK: there are more than a page takes. */
static enum rc read_rows(struct sheet *sheet, json_t *rows, json_t *lines, json_t *mistakes)
{
    struct sheet_row row;
    enum rc rc = RC_OK;
    while (json_array_size(rows) < GATEWAY_IMPORT_ROWS_MAX &&
           json_array_size(mistakes) < MISTAKES_MAX) {
        rc = sheet_next(sheet, &row);
        if (rc == RC_OK) {
            json_array_append_new(rows, cells_of(&row));
            json_array_append_new(lines, json_integer((json_int_t)row.line));
        } else if (rc == RC_INVALID) {
            json_array_append_new(mistakes, mistake_of(sheet, row.line));
        } else {
            return rc;
        }
    }
    return sheet_next(sheet, &row) == RC_NOT_FOUND ? RC_NOT_FOUND : RC_OK;
}

char *gateway_import_read(const char *bytes, size_t size)
{
    const char *end = size == 0 ? NULL : memchr(bytes, '\n', size);
    const struct sheet_format format = {
        .separator = sheet_separator(bytes, end == NULL ? size : (size_t)(end - bytes)),
        .row_bytes_max = ROW_BYTES_MAX};
    struct sheet *sheet = NULL;
    if (sheet_open_bytes(&sheet, &format, bytes, size) != RC_OK) {
        return NULL;
    }
    json_t *object = json_object(), *rows = json_array(), *lines = json_array(),
           *mistakes = json_array();
    json_object_set_new(object, "rows", rows);
    json_object_set_new(object, "lines", lines);
    json_object_set_new(object, "mistakes", mistakes);
    const enum rc rc = read_rows(sheet, rows, lines, mistakes);
    json_object_set_new(object, "more", json_boolean(rc == RC_OK));
    sheet_close(sheet);
    char *text = rc == RC_OK || rc == RC_NOT_FOUND ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    return text;
}

/* ---- on the worker ----------------------------------------------------------------------------
 */

struct import {
    const char *bytes; /* the exchange's body, which nobody touches meanwhile */
    size_t size;
    char *text;
};

static void import_free(void *state)
{
    struct import *import = state;
    free(import->text);
    free(import);
}

static void read_it(void *context)
{
    struct import *import = context;
    import->text = gateway_import_read(import->bytes, import->size);
}

static void was_read(struct gateway_job *job)
{
    struct import *import = job->exchange->state;
    char *text = import->text;
    import->text = NULL;
    if (text == NULL) {
        gateway_problem(job->exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    gateway_exchange_bytes(job->exchange, 200, "application/json; charset=utf-8", text,
                           strlen(text));
}

void gateway_import_preview(struct exchange *exchange)
{
    const char *bytes = exchange->body == NULL ? "" : exchange->body;
    if (gateway_import_is_workbook(bytes, exchange->body_bytes)) {
        gateway_problem_fault(exchange, GATEWAY_TABLE_NOT_CSV, NULL);
        return;
    }
    struct import *import = calloc(1, sizeof *import);
    struct gateway_job *job = import == NULL ? NULL : gateway_worker_job(exchange, was_read);
    if (import != NULL) {
        *import = (struct import){.bytes = bytes, .size = exchange->body_bytes};
        exchange->state = import;
        exchange->state_free = import_free;
    }
    if (job != NULL) {
        job->work = read_it;
        job->context = import;
        if (gateway_worker_start(exchange->gateway, job)) {
            return;
        }
        gateway_worker_free(job);
    }
    gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
}
