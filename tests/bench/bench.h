/* bench: what the benchmarks share: the machine, numbers about processes, services to measure,
 * JSON. Nothing here passes or fails; a measurement that cannot be made ends the program. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/bus/client.h"

enum { BENCH_SERVICES = 4, BENCH_PATH_BYTES = 512 };
extern const char *const bench_services[BENCH_SERVICES];

/* Prints and leaves. However a benchmark ends, by this, a return or a signal: its services are ended,
 * the last lines of their logs told, its folders dropped. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A fresh folder below TMPDIR or /tmp, and its end with everything in it. */
void bench_folder_make(char path[BENCH_PATH_BYTES]);
void bench_folder_drop(const char *path);
uint64_t bench_file_bytes(const char *path); /* as allocated on disk; 0: no such file */

/* Sorts. share: 0.5 is the median. */
double bench_share(double *values, size_t count, double share);

/* Of a process: processor time used so far, memory now. */
uint64_t bench_cpu_us(pid_t pid);
struct bench_memory {
    uint64_t rss_bytes, anonymous_bytes; /* anonymous: beyond the page cache */
};
struct bench_memory bench_memory(pid_t pid);

/* The four real processes on one data folder. bin: folder of the programs. */
struct bench_instance {
    char data[BENCH_PATH_BYTES];
    const char *bin, *site;
    pid_t pids[BENCH_SERVICES];
};
void bench_start(struct bench_instance *instance);
/* Also starts one again after bench_stop_one; returns after its READY, that is when it answers. */
void bench_start_one(struct bench_instance *instance, unsigned service);
void bench_stop_one(struct bench_instance *instance, unsigned service);
void bench_stop(struct bench_instance *instance); /* the data stay */

/* Asks running services: Stats, or Metrics whose text holds the samples. */
struct bench_watcher {
    struct client *client;
    struct arena arena;
};
Paidan__Answer *bench_ask(struct bench_watcher *watcher, const char *service, bool metrics);
uint64_t bench_closed(struct bench_watcher *watcher); /* lives */
double bench_metric(const char *text, const char *name);
/* Of a stopped service: every record is checked on the way. */
uint64_t bench_log_bytes(const char *data, unsigned service);

/* {"cpu": ..., "cores": ..., "kernel": ..., "fdatasync_ms": ...} */
json_t *bench_machine(const char *folder);
/* Prints to stdout and gives the reference back. */
void bench_print(json_t *object);
double bench_round(double value); /* four digits */
