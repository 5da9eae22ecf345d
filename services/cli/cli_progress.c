/* cli_progress: a bar on standard error while somebody watches; nothing in a pipe or beside --json.
 * Standard output is the results' and is never touched, and the line is gone when the work is done.
 * Drawing costs a system call, so that it happens five times a second at most; asking is cheap enough
 * for every row. */

#include "cli_progress.h"

#include <stdio.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"

#define SHOWN_US 200000u
enum { BAR = 24 };

void cli_progress_begin(struct cli_progress *progress, const struct cli *cli, const char *zh,
                        const char *en)
{
    *progress = (struct cli_progress){
        .cli = cli, .zh = zh, .en = en, .on = isatty(STDERR_FILENO) == 1 && !cli->json};
}

void cli_progress_show(struct cli_progress *progress, uint64_t done, uint64_t of)
{
    static const char full[] = "########################", none[] = "........................";
    CHECK(of == 0 || done <= of);
    if (!progress->on) {
        return;
    }
    const uint64_t now_us = clock_monotonic_us();
    if (done != of && now_us - progress->shown_us < SHOWN_US) {
        return;
    }
    progress->shown_us = now_us;
    fprintf(stderr, "\r\033[K%s ", cli_say(progress->cli, progress->zh, progress->en));
    if (of == 0) {
        fprintf(stderr, "%llu", (unsigned long long)done);
        return;
    }
    const int filled = (int)(done * BAR / of);
    fprintf(stderr, "[%.*s%.*s] %llu%%", filled, full, BAR - filled, none,
            (unsigned long long)(done * 100 / of));
}

void cli_progress_end(struct cli_progress *progress)
{
    if (progress->on) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
