/* metrics: text exposition format 0.0.4. */
#include "common/base/metrics.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"

#define BUCKETS 16u
#define EXACT_MAX 9007199254740992.0 /* 2^53: up to here a double counts exactly */

static const double bounds_s[BUCKETS - 1] = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

void metrics_init(struct metrics *metrics, char *text, size_t size)
{
    CHECK(size > 0);
    *metrics = (struct metrics){.text = text, .size = size};
    text[0] = '\0';
}

/* All or nothing: a line that does not fit is left out whole and marks the page failed. */
__attribute__((format(printf, 2, 3))) static void add(struct metrics *metrics, const char *format,
                                                      ...)
{
    if (metrics->failed) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    const int count =
        vsnprintf(metrics->text + metrics->used, metrics->size - metrics->used, format, arguments);
    va_end(arguments);
    if (count < 0 || (size_t)count >= metrics->size - metrics->used) {
        metrics->text[metrics->used] = '\0';
        metrics->failed = 1;
        return;
    }
    metrics->used += (size_t)count;
}

/* Counters are whole numbers and are printed as such: %g would round a large one, and a rate
 * made of two would be wrong. */
static void format_value(double value, char text[32])
{
    if (fabs(value) <= EXACT_MAX && value == trunc(value)) {
        (void)snprintf(text, 32, "%.0f", value);
    } else if (isnan(value)) {
        (void)snprintf(text, 32, "NaN");
    } else if (isinf(value)) {
        (void)snprintf(text, 32, value > 0 ? "+Inf" : "-Inf");
    } else {
        (void)snprintf(text, 32, "%.9g", value);
    }
}

void metrics_family(struct metrics *metrics, const char *name, const char *type, const char *help)
{
    add(metrics, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_sample(struct metrics *metrics, const char *name, const char *labels, double value)
{
    char text[32];
    format_value(value, text);
    if (labels == NULL) {
        add(metrics, "%s %s\n", name, text);
    } else {
        add(metrics, "%s{%s} %s\n", name, labels, text);
    }
}

void metrics_observe(struct metrics_histogram *histogram, double seconds)
{
    unsigned index = 0;
    /* A bound belongs to its bucket ("le" is less or equal). */
    while (index < BUCKETS - 1 && seconds > bounds_s[index]) {
        index++;
    }
    histogram->buckets[index]++;
    histogram->count++;
    histogram->sum_s += seconds;
}

void metrics_histogram(struct metrics *metrics, const char *name, const char *help,
                       const struct metrics_histogram *histogram)
{
    metrics_family(metrics, name, "histogram", help);
    uint64_t sum = 0;
    for (unsigned index = 0; index < BUCKETS - 1; index++) {
        /* Prometheus wants each bucket to hold all that are below it. */
        sum += histogram->buckets[index];
        add(metrics, "%s_bucket{le=\"%g\"} %llu\n", name, bounds_s[index], (unsigned long long)sum);
    }
    add(metrics, "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)histogram->count);
    add(metrics, "%s_sum %.9g\n%s_count %llu\n", name, histogram->sum_s, name,
        (unsigned long long)histogram->count);
}

enum rc metrics_escape(const char *value, char *out, size_t size)
{
    CHECK(size > 0);
    size_t used = 0;
    for (const char *at = value; *at != '\0'; at++) {
        /* The three that the format escapes in a label; anything else may stand as it is. */
        const int special = *at == '\\' || *at == '"' || *at == '\n';
        if (used + (special ? 2u : 1u) >= size) {
            out[0] = '\0';
            return RC_LIMIT;
        }
        if (special) {
            out[used++] = '\\';
        }
        out[used++] = (char)(*at == '\n' ? 'n' : *at);
    }
    out[used] = '\0';
    return RC_OK;
}
