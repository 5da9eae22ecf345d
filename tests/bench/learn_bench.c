/* learn_bench: texts classified a second on one core, from memory, and how soon a model is ready.
 *
 * Usage: learn_bench MODEL FILE.tsv [SECONDS]: a model of `paidan train` and a table with columns
 * title and text. Prints JSON. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"
#include "bench_texts.h"
#include "common/base/clock.h"
#include "common/learn/learn.h"

static unsigned char *read_model(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    unsigned char *bytes = malloc(LEARN_MODEL_BYTES_MAX);
    if (file == NULL || bytes == NULL) {
        bench_fail("cannot read %s", path);
    }
    *size = fread(bytes, 1, LEARN_MODEL_BYTES_MAX, file);
    (void)fclose(file);
    return bytes;
}

int main(int argc, char **argv)
{
    struct bench_texts texts = {.count = 0};
    struct learn_model *model = NULL;
    size_t size = 0;
    if (argc < 3) {
        bench_fail("learn_bench MODEL FILE.tsv [SECONDS]");
    }
    const double seconds = argc > 3 ? strtod(argv[3], NULL) : 3;
    bench_texts_read(&texts, argv[2]);
    const uint64_t open_us = clock_monotonic_us();
    unsigned char *bytes = read_model(argv[1], &size);
    if (learn_open(&model, bytes, size) != RC_OK) {
        bench_fail("no model: %s", argv[1]);
    }
    const uint64_t opened_us = clock_monotonic_us();
    uint64_t done = 0;
    uint64_t sure = 0;
    double best = 0;
    while ((double)(clock_monotonic_us() - opened_us) < seconds * 1e6) {
        const uint64_t start_us = clock_monotonic_us();
        for (size_t index = 0; index < texts.count; index++) {
            struct learn_decision decision;
            learn_classify(model, &texts.texts[index], &decision);
            sure += learn_decide(&decision, 0.9f) == LEARN_SURE ? 1 : 0;
        }
        const double rate = (double)texts.count * 1e6 / (double)(clock_monotonic_us() - start_us);
        best = rate > best ? rate : best;
        done += texts.count;
    }
    const uint64_t took_us = clock_monotonic_us() - opened_us;
    printf(
        "{\"texts\": %zu, \"per_second\": %.0f, \"per_second_best\": %.0f, \"ready_ms\": %.1f, "
        "\"model_bytes\": %zu, \"sure\": %.3f}\n",
        texts.count, (double)done * 1e6 / (double)took_us, best,
        (double)(opened_us - open_us) / 1e3, size, (double)sure / (double)done);
    bench_texts_free(&texts);
    learn_close(model);
    free(bytes);
    return 0;
}
