/* site_csv: rows of a CSV file by the names of their columns. Private to the site_*.c files. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/site/site_private.h"

struct site_csv_column {
    const char *name, *name_zh; /* either may stand in the header */
    bool required;              /* the column, not its cells */
};

struct site_csv_row {
    uint32_t line;      /* where the row begins */
    const char **cells; /* in the order of the columns; "" where the file has no such column */
};

struct site_csv_format {
    enum site_file file;
    const struct site_csv_column *columns;
    uint32_t column_count;
    uint32_t rows_max;
    void (*row)(struct site_load *load, const struct site_csv_row *row);
};

/* Reads load->sources[format->file] and hands over each row that has the right number of cells. */
void site_csv_read(struct site_load *load, const struct site_csv_format *format);
