/* gateway_import: a table of complaints as cells, for a page that shows it before anything is registered. */
#pragma once

#include "gateway.h"

enum {
    GATEWAY_IMPORT_BYTES_MAX = 4 << 20,
    GATEWAY_IMPORT_ROWS_MAX = 5001, /* heads and what a page takes */
};

/* POST /api/v1/import/preview: the bytes of a CSV or tab-separated file. Answered with {rows: [[cell]],
 * lines: [where each begins], mistakes: [{line, zh, en}], more}. Nothing is stored. */
gateway_handler gateway_import_preview;

/* The same as JSON of malloc, for the worker and tests; NULL: no memory. */
char *gateway_import_read(const char *bytes, size_t size);
/* Whether the bytes are a workbook (.xlsx, .xls, .ods), which is to be saved as CSV first. */
bool gateway_import_is_workbook(const char *bytes, size_t size);
