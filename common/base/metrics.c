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

/* ---- pages of several services ----------------------------------------------------------------
 * Prometheus wants each family once, with its HELP and TYPE, and its samples together, so pages
 * cannot simply follow one another: they are taken apart by family. */

/* A stretch of a page: "# HELP name ...", "# TYPE name ...", samples. */
struct family {
    const char *name, *samples, *end; /* samples .. end: lines of samples */
    size_t name_bytes, head_bytes;    /* of the two lines before samples, from `head` on */
    const char *head;
};

static const char *line_end(const char *at)
{
    const char *end = strchr(at, '\n');
    return end == NULL ? at + strlen(at) : end + 1;
}

/* The family that begins at or after `at`; 0: there is none. */
static int family_next(const char *at, struct family *family)
{
    static const char help[] = "# HELP ", type[] = "# TYPE ";
    while (*at != '\0' && strncmp(at, help, sizeof help - 1) != 0) {
        at = line_end(at);
    }
    if (*at == '\0') {
        return 0;
    }
    family->head = at;
    family->name = at + sizeof help - 1;
    family->name_bytes = strcspn(family->name, " \n");
    at = line_end(at);
    if (strncmp(at, type, sizeof type - 1) == 0) {
        at = line_end(at);
    }
    family->head_bytes = (size_t)(at - family->head);
    family->samples = at;
    while (*at != '\0' && strncmp(at, help, sizeof help - 1) != 0) {
        at = line_end(at);
    }
    family->end = at;
    CHECK(family->end >= family->samples);
    return 1;
}

/* The family of that name on a page; 0: it has none. */
static int family_find(const char *page, const struct family *like, struct family *found)
{
    for (const char *at = page; at != NULL && family_next(at, found); at = found->end) {
        if (found->name_bytes == like->name_bytes &&
            memcmp(found->name, like->name, like->name_bytes) == 0) {
            return 1;
        }
    }
    return 0;
}

/* `name 1` and `name{le="1"} 1`, each with service="..." as its first label. */
static void add_samples(struct metrics *metrics, const struct family *family, const char *service)
{
    for (const char *at = family->samples; at < family->end; at = line_end(at)) {
        const size_t bytes = (size_t)(line_end(at) - at), name = strcspn(at, "{ \n");
        if (name == 0 || name >= bytes || at[name] == '\n') {
            continue; /* no sample */
        }
        const int labels = at[name] == '{' ? 1 : 0;
        add(metrics, "%.*s{service=\"%s\"%s%.*s", (int)name, at, service, labels ? "," : "}",
            (int)(bytes - name) - labels, at + name + labels);
    }
}

void metrics_join(struct metrics *metrics, const char *const *pages, const char *const *names,
                  size_t count)
{
    struct family family, same;
    for (size_t index = 0; index < count; index++) {
        for (const char *at = pages[index]; at != NULL && family_next(at, &family);
             at = family.end) {
            int before = 0;
            for (size_t other = 0; other < index && !before; other++) {
                before = family_find(pages[other], &family, &same);
            }
            if (before) {
                continue;
            }
            add(metrics, "%.*s", (int)family.head_bytes, family.head);
            for (size_t other = index; other < count; other++) {
                if (family_find(pages[other], &family, &same)) {
                    add_samples(metrics, &same, names[other]);
                }
            }
        }
    }
}
