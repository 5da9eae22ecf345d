/* group_bench: rows a second that are looked for and kept among many that are open, on one core, and
 * what a row takes.
 *
 * Usage: group_bench FILE.tsv [ROWS] [SECONDS]: a table with columns title and text; rows are made of
 * it by setting each title before many of the texts, so that all of the index's bounds are reached.
 * Then for each row that comes the oldest leaves, as in a town whose tickets are closed. Each is met,
 * packed and put as triage does it. Prints JSON. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "bench_texts.h"
#include "common/base/clock.h"
#include "common/learn/group.h"

#define MINUTE_MS 60000u

static struct group_row row_of(const struct bench_texts *texts, uint64_t number)
{
    const uint64_t mixed = number * 0x9e3779b97f4a7c15ull >> 20;
    const struct learn_text *title = &texts->texts[number % texts->count];
    const struct learn_text *text = &texts->texts[mixed % texts->count];
    return (struct group_row){
        .id = number,
        .time_ms = (number + 1) * MINUTE_MS,
        .text = {title->title, text->text, title->title_bytes, text->text_bytes}};
}

/* As folding a ticket's fact does. */
static void put_packed(struct group_index *index, const struct group_row *row, uint64_t group)
{
    unsigned char bytes[GROUP_ROW_BYTES_MAX];
    const struct group_packed packed = {row->id, row->time_ms, bytes,
                                        group_pack(index, row, bytes)};
    if (group_put_packed(index, &packed, group) != RC_OK) {
        bench_fail("row %llu", (unsigned long long)row->id);
    }
}

int main(int argc, char **argv)
{
    struct bench_texts texts = {.count = 0};
    struct group_index *index = NULL;
    if (argc < 2) {
        bench_fail("group_bench FILE.tsv [ROWS] [SECONDS]");
    }
    const uint64_t rows = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    const double seconds = argc > 3 ? strtod(argv[3], NULL) : 3;
    bench_texts_read(&texts, argv[1]);
    if (rows < 1 || rows >= GROUP_ROWS_MAX || group_open(&index, (uint32_t)rows + 1) != RC_OK) {
        bench_fail("an index of %llu rows", (unsigned long long)rows);
    }
    uint64_t next = 0;
    const uint64_t fill_us = clock_monotonic_us();
    for (; next < rows; next++) {
        const struct group_row row = row_of(&texts, next);
        put_packed(index, &row, next);
    }
    const uint64_t filled_us = clock_monotonic_us();
    const struct bench_memory memory = bench_memory(getpid());
    const uint64_t cpu_us = bench_cpu_us(getpid());
    uint64_t done = 0, found = 0;
    while ((double)(clock_monotonic_us() - filled_us) < seconds * 1e6) {
        for (unsigned round = 0; round < 256; round++, next++, done++) {
            const struct group_row row = row_of(&texts, next);
            struct group_candidate candidates[GROUP_CANDIDATES_MAX];
            found += group_meet(index, &row, candidates);
            put_packed(index, &row, next);
            if (group_drop(index, next - rows) != RC_OK) {
                bench_fail("row %llu", (unsigned long long)next);
            }
        }
    }
    const uint64_t took_us = clock_monotonic_us() - filled_us;
    const uint64_t took_cpu_us = bench_cpu_us(getpid()) - cpu_us;
    printf(
        "{\"open\": %llu, \"per_second\": %.0f, \"per_cpu_second\": %.0f, \"filled_per_second\": "
        "%.0f, \"bytes_a_row\": %.0f, \"candidates\": %.1f}\n",
        (unsigned long long)rows, (double)done * 1e6 / (double)took_us,
        (double)done * 1e6 / (double)took_cpu_us,
        (double)rows * 1e6 / (double)(filled_us - fill_us),
        (double)memory.anonymous_bytes / (double)rows, (double)found / (double)done);
    group_close(index);
    bench_texts_free(&texts);
    return 0;
}
