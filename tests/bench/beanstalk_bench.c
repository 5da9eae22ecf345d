/* The queue part in beanstalkd: put, reserve and delete jobs of the size of a queue's record, one
 * connection, commands sent in batches of 100. Usage: beanstalk_bench SOCKET SECONDS */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"
#include "common/base/clock.h"

enum { BATCH = 100, JOB_BYTES = 200 };

static char out[BATCH * (JOB_BYTES + 64)], in[1 << 20];

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        bench_fail("cannot connect to %s", path);
    }
    return fd;
}

static void send_all(int fd, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        const ssize_t count = write(fd, out + sent, size - sent);
        if (count <= 0) {
            bench_fail("beanstalkd hung up");
        }
        sent += (size_t)count;
    }
}

/* Reads BATCH answers that begin with `word`; collects the number after it. body: lines with a
 * second line of JOB_BYTES. */
static void take_all(int fd, const char *word, size_t tail_bytes, uint64_t *ids)
{
    size_t used = 0, at = 0, count = 0;
    const size_t word_bytes = strlen(word);
    while (count < BATCH) {
        const char *end = memchr(in + at, '\n', used - at);
        if (end == NULL || (size_t)(end + 1 - in) + tail_bytes > used) {
            const ssize_t got = read(fd, in + used, sizeof in - used);
            if (got <= 0) {
                bench_fail("beanstalkd hung up");
            }
            used += (size_t)got;
            continue;
        }
        if (strncmp(in + at, word, word_bytes) != 0) {
            bench_fail("beanstalkd said %.20s", in + at);
        }
        if (ids != NULL) {
            ids[count] = strtoull(in + at + word_bytes, NULL, 10);
        }
        at = (size_t)(end + 1 - in) + tail_bytes;
        count++;
    }
}

static void jobs(int fd)
{
    static uint64_t ids[BATCH];
    size_t used = 0;
    for (unsigned index = 0; index < BATCH; index++) {
        used += (size_t)sprintf(out + used, "put %u 0 600 %d\r\n%0*d\r\n", index, JOB_BYTES,
                                JOB_BYTES, (int)index);
    }
    send_all(fd, used);
    take_all(fd, "INSERTED ", 0, NULL);
    used = 0;
    for (unsigned index = 0; index < BATCH; index++) {
        used += (size_t)sprintf(out + used, "reserve-with-timeout 1\r\n");
    }
    send_all(fd, used);
    take_all(fd, "RESERVED ", JOB_BYTES + 2, ids);
    used = 0;
    for (unsigned index = 0; index < BATCH; index++) {
        used += (size_t)sprintf(out + used, "delete %llu\r\n", (unsigned long long)ids[index]);
    }
    send_all(fd, used);
    take_all(fd, "DELETED", 0, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        bench_fail("usage: beanstalk_bench SOCKET SECONDS");
    }
    const int fd = connect_to(argv[1]);
    const uint64_t start_us = clock_monotonic_us(), span_us = strtoull(argv[2], NULL, 10) * 1000000;
    uint64_t count = 0;
    while (clock_monotonic_us() - start_us < span_us) {
        jobs(fd);
        count += BATCH;
    }
    const double rate = (double)count * 1e6 / (double)(clock_monotonic_us() - start_us);
    close(fd);
    bench_print(json_pack("{s:f}", "beanstalkd_jobs_per_s", bench_round(rate)));
    return 0;
}
