/* bench: folders, numbers, processes and the machine, for all benchmarks.
 *
 * Owns what has to be gone when a benchmark ends, however it ends: the services it started and its
 * folders. A measurement that fails half way, or is broken off by a signal, must not leave four
 * services behind that disturb the next one on the same machine. */
#include "bench.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/bus/client.h"

extern char **environ;

const char *const bench_services[BENCH_SERVICES] = {"intake", "triage", "escalation", "callback"};

void bench_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

/* ---- what has to be gone at the end ------------------------------------------------------------
 */

enum { FOLDERS_MAX = 8, LOG_LINES_BYTES = 1000 };
static char folders[FOLDERS_MAX][BENCH_PATH_BYTES];
static struct bench_instance *running; /* NULL: none */
static pid_t owner;                    /* a forked child cleans up nothing of ours */

static int drop(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

/* The end of a service's log, which goes with its folder: why it died stands there or nowhere. */
static void log_tell(const struct bench_instance *instance, unsigned service)
{
    char path[BENCH_PATH_BYTES + 32], text[LOG_LINES_BYTES];
    snprintf(path, sizeof path, "%s/%s.log", instance->data, bench_services[service]);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return;
    }
    if (fseek(file, -(long)sizeof text, SEEK_END) != 0) {
        rewind(file);
    }
    const size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    fprintf(stderr, "%.*s", (int)size, text);
}

/* Left only by a failure: a benchmark that succeeds has stopped and dropped all by itself. */
static void clean_up(void)
{
    if (getpid() != owner) {
        return;
    }
    for (unsigned index = 0; running != NULL && index < BENCH_SERVICES; index++) {
        if (running->pids[index] > 0) {
            log_tell(running, index);
            kill(running->pids[index], SIGKILL);
            waitpid(running->pids[index], NULL, 0);
        }
    }
    running = NULL;
    for (unsigned index = 0; index < FOLDERS_MAX; index++) {
        if (folders[index][0] != '\0') {
            bench_folder_drop(folders[index]);
        }
    }
}

static void *wait_signal(void *context)
{
    int caught = 0;
    sigwait(context, &caught);
    fprintf(stderr, "ended by signal %d\n", caught);
    exit(EXIT_FAILURE);
}

/* Once, before the first folder, thread or service: exit() cleans up, and a signal is an exit(). A
 * thread takes the signals, for a handler could neither wait for a process nor walk a folder. */
static void clean_up_at_end(void)
{
    static sigset_t signals;
    static bool done;
    pthread_t thread;
    if (done) {
        return;
    }
    done = true;
    owner = getpid();
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    if (atexit(clean_up) != 0 || pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0 ||
        pthread_create(&thread, NULL, wait_signal, &signals) != 0 || pthread_detach(thread) != 0) {
        bench_fail("signals cannot be waited for");
    }
}

/* ---- folders -----------------------------------------------------------------------------------
 */

void bench_folder_make(char path[BENCH_PATH_BYTES])
{
    const char *base = getenv("TMPDIR");
    unsigned place = 0;
    clean_up_at_end();
    while (place < FOLDERS_MAX && folders[place][0] != '\0') {
        place++;
    }
    const int length =
        snprintf(path, BENCH_PATH_BYTES, "%s/paidan-bench.XXXXXX", base != NULL ? base : "/tmp");
    if (place == FOLDERS_MAX || length < 0 || length >= BENCH_PATH_BYTES || mkdtemp(path) == NULL) {
        bench_fail("no folder %s", path);
    }
    memcpy(folders[place], path, (size_t)length + 1);
}

void bench_folder_drop(const char *path)
{
    char gone[BENCH_PATH_BYTES];
    snprintf(gone, sizeof gone, "%s", path); /* path may be the very entry that is emptied */
    (void)nftw(path, drop, 16, FTW_DEPTH | FTW_PHYS);
    for (unsigned index = 0; index < FOLDERS_MAX; index++) {
        if (strcmp(folders[index], gone) == 0) {
            folders[index][0] = '\0';
        }
    }
}

uint64_t bench_file_bytes(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (uint64_t)info.st_blocks * 512u : 0;
}

/* ---- numbers -----------------------------------------------------------------------------------
 */

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

double bench_share(double *values, size_t count, double share)
{
    if (count == 0) {
        return 0;
    }
    qsort(values, count, sizeof *values, compare);
    const size_t at = (size_t)(share * (double)count);
    return values[at < count ? at : count - 1];
}

double bench_round(double value)
{
    if (value == 0) {
        return 0;
    }
    const double scale = pow(10, 3 - floor(log10(fabs(value))));
    return value >= 1000 ? round(value) : round(value * scale) / scale;
}

uint64_t bench_cpu_us(pid_t pid)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        bench_fail("no process %d", (int)pid);
    }
    fclose(file);
    /* The name in parentheses may hold spaces; utime and stime are the 12th and 13th after it. */
    unsigned long user = 0, system = 0;
    const char *rest = strrchr(line, ')');
    if (rest == NULL || sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                               &user, &system) != 2) {
        bench_fail("cannot read %s", path);
    }
    return (user + system) * 1000000u / (unsigned long)sysconf(_SC_CLK_TCK);
}

struct bench_memory bench_memory(pid_t pid)
{
    char path[64], line[256];
    struct bench_memory memory = {0};
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        bench_fail("no process %d", (int)pid);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long kib = 0;
        if (sscanf(line, "VmRSS: %lu", &kib) == 1) {
            memory.rss_bytes = kib * 1024u;
        } else if (sscanf(line, "RssAnon: %lu", &kib) == 1) {
            memory.anonymous_bytes = kib * 1024u;
        }
    }
    fclose(file);
    return memory;
}

/* ---- services ----------------------------------------------------------------------------------
 */

static void wait_ready(const struct bench_instance *instance, const char *service)
{
    struct client *client = NULL;
    struct arena arena;
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &ping;
    if (arena_init(&arena, 1u << 20) != RC_OK ||
        client_open(&client, instance->data, "bench") != RC_OK ||
        client_call(client, service, &request, &arena, 30000, &answer) != RC_OK) {
        bench_fail("%s does not answer", service);
    }
    client_close(client);
    arena_fini(&arena);
}

void bench_start_one(struct bench_instance *instance, unsigned service)
{
    char program[BENCH_PATH_BYTES + 32], log[BENCH_PATH_BYTES + 32];
    const char *name = bench_services[service];
    snprintf(program, sizeof program, "%s/paidan-%s", instance->bin, name);
    snprintf(log, sizeof log, "%s/%s.log", instance->data, name);
    char *const arguments[] = {program,          (char *)"--data",       instance->data,
                               (char *)"--site", (char *)instance->site, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none); /* a service waits for the signals that are blocked here */
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    running = instance;
    if (posix_spawn(&instance->pids[service], program, &actions, &attributes, arguments, environ) !=
        0) {
        instance->pids[service] = 0;
        bench_fail("cannot start %s", program);
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    wait_ready(instance, name);
}

void bench_start(struct bench_instance *instance)
{
    bench_folder_make(instance->data);
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        bench_start_one(instance, index);
    }
}

void bench_stop_one(struct bench_instance *instance, unsigned service)
{
    int status = 0;
    kill(instance->pids[service], SIGTERM);
    const pid_t ended = waitpid(instance->pids[service], &status, 0);
    instance->pids[service] = 0;
    if (ended < 0 || status != 0) {
        bench_fail("%s ended with %d", bench_services[service], status);
    }
}

void bench_stop(struct bench_instance *instance)
{
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        bench_stop_one(instance, index);
    }
}

/* ---- the machine -------------------------------------------------------------------------------
 */

static double sync_ms(const char *folder)
{
    enum { WRITES = 101 };
    static char page[4096];
    static double spans[WRITES];
    char path[BENCH_PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/sync", folder);
    const int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) {
        bench_fail("cannot write %s", path);
    }
    for (int index = 0; index < WRITES; index++) {
        const uint64_t start_us = clock_monotonic_us();
        if (pwrite(file, page, sizeof page, (off_t)index * (off_t)sizeof page) < 0 ||
            fdatasync(file) != 0) {
            bench_fail("cannot sync %s", path);
        }
        spans[index] = (double)(clock_monotonic_us() - start_us) / 1000.0;
    }
    close(file);
    unlink(path);
    return bench_share(spans, WRITES, 0.5);
}

static void cpu_model(char *model, size_t size)
{
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "r");
    snprintf(model, size, "unknown");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            snprintf(model, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

json_t *bench_machine(const char *folder)
{
    char model[256];
    struct utsname system;
    cpu_model(model, sizeof model);
    uname(&system);
    return json_pack("{s:s, s:I, s:s, s:f}", "cpu", model, "cores",
                     (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "kernel", system.release,
                     "fdatasync_ms", bench_round(sync_ms(folder)));
}

void bench_print(json_t *object)
{
    json_dumpf(object, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(7));
    fputc('\n', stdout);
    json_decref(object);
}
