/* metrics: Prometheus text exposition (0.0.4) into a bounded buffer. The shell writes its own
 * metrics and a service's tallies; cores never see this. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

struct metrics {
    char *text;
    size_t size, used;
    int failed;
};

void metrics_init(struct metrics *metrics, char *text, size_t size);
/* type: "counter" or "gauge". HELP and TYPE are written once per family, before its samples. */
void metrics_family(struct metrics *metrics, const char *name, const char *type, const char *help);
/* labels: NULL or `service="intake",level="2"` already escaped by metrics_escape. */
void metrics_sample(struct metrics *metrics, const char *name, const char *labels, double value);
/* Latency histogram with fixed bounds in seconds. */
struct metrics_histogram {
    uint64_t buckets[16], count;
    double sum_s;
};
void metrics_observe(struct metrics_histogram *histogram, double seconds);
void metrics_histogram(struct metrics *metrics, const char *name, const char *help,
                       const struct metrics_histogram *histogram);
MUST_CHECK enum rc metrics_escape(const char *value, char *out, size_t size);

/* Pages of several services as one: each family once, where it comes first, with the samples of all
 * pages, each sample with the label service="<name>" before its own. A page is as this file writes
 * them; NULL: that service did not answer and costs its own samples alone. */
void metrics_join(struct metrics *metrics, const char *const *pages, const char *const *names,
                  size_t count);
