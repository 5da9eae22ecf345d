/* demo_tsv: tables in files with tabs. */
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/rc.h"

#define DEMO_TSV_COLUMNS_MAX 16u

struct demo_tsv {
    char *next;                           /* rest of the file */
    uint32_t line;                        /* of the row read last */
    uint32_t columns;                     /* asked for */
    uint32_t index[DEMO_TSV_COLUMNS_MAX]; /* of the asked columns in the file */
    uint32_t width;                       /* of the file */
    char *fields[DEMO_TSV_COLUMNS_MAX];   /* of the row, in the order asked for; never NULL */
};

/* Takes the text (changed and kept) and finds the named columns in its header line.
 * RC_OK or RC_INVALID: a column is missing, named twice, or there are too many. */
MUST_CHECK enum rc demo_tsv_open(struct demo_tsv *tsv, char *text, const char *const *names,
                                 uint32_t count);
/* The next row, comments and empty lines left out. Cells missing at the end of a line are empty.
 * RC_OK, RC_NOT_FOUND at the end, RC_INVALID: more cells than the header has. */
MUST_CHECK enum rc demo_tsv_next(struct demo_tsv *tsv);
/* Whole file into the arena, with a NUL. RC_OK, RC_IO, RC_LIMIT (larger than 4 MiB) or RC_INVALID
 * (not UTF-8). */
MUST_CHECK enum rc demo_tsv_read(struct arena *arena, const char *path, char **text);
