/* bench_texts: titles and texts of a table in memory, as benches of learn and group want them. */
#pragma once

#include <stddef.h>

#include "common/learn/learn.h"

struct bench_texts {
    struct learn_text *texts;
    size_t count, room;
};

/* Columns title and text; fails the bench where the table has none or no rows. Before: *texts is zero. */
void bench_texts_read(struct bench_texts *texts, const char *path);
void bench_texts_free(struct bench_texts *texts);
