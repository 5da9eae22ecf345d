/* demo_table: a file with tabs whose first row names the columns. What rows and cells are, with
 * their quotes and line breaks, common/text/sheet.h knows. */
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/rc.h"
#include "common/text/sheet.h"

#define DEMO_TABLE_COLUMNS_MAX 16u

/* Why a file or a row was refused. */
struct demo_table_mistake {
    uint32_t line; /* 0: the file as a whole */
    const char *name, *zh, *en;
};

struct demo_table {
    struct arena *arena;
    struct sheet *sheet;
    uint32_t line;                          /* where the row read last begins */
    uint32_t columns;                       /* asked for */
    uint32_t index[DEMO_TABLE_COLUMNS_MAX]; /* of the asked columns in the file */
    uint32_t width;                         /* of the file */
    char *fields[DEMO_TABLE_COLUMNS_MAX];   /* of the row, in the order asked for; never NULL */
    struct demo_table_mistake mistake;      /* after RC_INVALID */
};

/* Reads the whole file and finds the named columns in its first row; a file may have others too.
 *
 * Before: count is at most DEMO_TABLE_COLUMNS_MAX. The arena outlives what is read.
 * Whatever is returned, demo_table_close is right afterwards.
 *
 * RC_OK, RC_INVALID (mistake says why) or RC_LIMIT. */
MUST_CHECK enum rc demo_table_open(struct demo_table *table, struct arena *arena, const char *path,
                                   const char *const *names, uint32_t count);
/* The same for bytes that are kept until demo_table_close. */
MUST_CHECK enum rc demo_table_open_bytes(struct demo_table *table, struct arena *arena,
                                         const char *bytes, size_t size, const char *const *names,
                                         uint32_t count);
/* The next row; its fields live in the arena. Cells missing at the end of a row are empty.
 * RC_OK, RC_NOT_FOUND at the end, RC_INVALID (mistake says why) or RC_LIMIT. */
MUST_CHECK enum rc demo_table_next(struct demo_table *table);
void demo_table_close(struct demo_table *table);
