/* diag: one line, one write. */
#include "common/base/diag.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"

#define LINE_BYTES 2048u
#define LIMITED_MAX 64u /* distinct places that may repeat themselves */
#define LIMITED_US 10000000u

static struct {
    pthread_mutex_t lock;
    char service[32];
    enum diag_level level;
    struct {
        const char *part, *format;
        uint64_t last_us, dropped;
    } limited[LIMITED_MAX];
} diag = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = DIAG_INFO};

void diag_init(const char *service, enum diag_level level)
{
    (void)pthread_mutex_lock(&diag.lock);
    (void)snprintf(diag.service, sizeof diag.service, "%s", service);
    diag.level = level;
    (void)pthread_mutex_unlock(&diag.lock);
}

/* snprintf returns what it would have written: a line that was cut ends at the buffer, with its
 * line feed. */
static size_t clip(int count, size_t used)
{
    if (count < 0) {
        return used;
    }
    const size_t sum = used + (size_t)count;
    return sum < LINE_BYTES - 1 ? sum : LINE_BYTES - 1;
}

/* dropped: lines of this kind that were left out before this one. */
static void print_line(enum diag_level level, const char *part, uint64_t dropped,
                       const char *format, va_list arguments)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    char line[LINE_BYTES];
    size_t used = clip(snprintf(line, sizeof line, "%s %s", names[level], part), 0);
    if (diag.service[0] != '\0') {
        used = clip(snprintf(line + used, sizeof line - used, " service=%s", diag.service), used);
    }
    if (dropped > 0) {
        used = clip(
            snprintf(line + used, sizeof line - used, " dropped=%llu", (unsigned long long)dropped),
            used);
    }
    used = clip(snprintf(line + used, sizeof line - used, " "), used);
    used = clip(vsnprintf(line + used, sizeof line - used, format, arguments), used);
    for (size_t index = 0; index < used; index++) {
        /* A line feed inside a value would let whoever sent it write log lines of its own. */
        if ((unsigned char)line[index] < ' ') {
            line[index] = ' ';
        }
    }
    line[used++] = '\n';
    /* A log that cannot be written must not stop the service. */
    /* One write a line, so that lines of two threads or processes do not mix in a pipe. */
    const ssize_t written = write(STDERR_FILENO, line, used);
    (void)written;
}

void diag_log(enum diag_level level, const char *part, const char *format, ...)
{
    if (level > diag.level) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    print_line(level, part, 0, format, arguments);
    va_end(arguments);
}

/* Whether this place may speak now; gives what it kept back. Beyond LIMITED_MAX places the oldest
 * is forgotten: it may then speak once too often. */
static int may_speak(const char *part, const char *format, uint64_t *dropped)
{
    const uint64_t now = clock_monotonic_us();
    unsigned oldest = 0;
    for (unsigned index = 0; index < LIMITED_MAX; index++) {
        /* The format's address names the place in the code: no table of places has to be kept. */
        if (diag.limited[index].format == format && diag.limited[index].part != NULL &&
            strcmp(diag.limited[index].part, part) == 0) {
            if (now - diag.limited[index].last_us < LIMITED_US) {
                diag.limited[index].dropped++;
                return 0;
            }
            *dropped = diag.limited[index].dropped;
            diag.limited[index].dropped = 0;
            diag.limited[index].last_us = now;
            return 1;
        }
        if (diag.limited[index].last_us < diag.limited[oldest].last_us) {
            oldest = index;
        }
    }
    diag.limited[oldest].part = part;
    diag.limited[oldest].format = format;
    diag.limited[oldest].last_us = now;
    diag.limited[oldest].dropped = 0;
    *dropped = 0;
    return 1;
}

void diag_log_limited(enum diag_level level, const char *part, const char *format, ...)
{
    if (level > diag.level) {
        return;
    }
    uint64_t dropped = 0;
    (void)pthread_mutex_lock(&diag.lock);
    const int speak = may_speak(part, format, &dropped);
    (void)pthread_mutex_unlock(&diag.lock);
    if (!speak) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    print_line(level, part, dropped, format, arguments);
    va_end(arguments);
}
