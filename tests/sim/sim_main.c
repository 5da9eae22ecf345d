/* Runs the simulator: see tests/sim/run --help. Each seed in a process of its own, so that a broken
 * law (abort) does not end the others and memory starts fresh. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "sim.h"

static const struct option options[] = {{"seed", required_argument, NULL, 's'},
                                        {"seeds", required_argument, NULL, 'n'},
                                        {"hours", required_argument, NULL, 'h'},
                                        {"rate", required_argument, NULL, 'r'},
                                        {"site", required_argument, NULL, 'S'},
                                        {"no-faults", no_argument, NULL, 'f'},
                                        {"trace", no_argument, NULL, 't'},
                                        {"help", no_argument, NULL, '?'},
                                        {NULL, 0, NULL, 0}};

static int usage(void)
{
    puts(
        "usage: sim [--seeds N | --seed S] [--hours H] [--rate TICKETS_A_DAY] [--site DIR]\n"
        "           [--no-faults] [--trace]\n"
        "Runs N seeds (1, 2, ...) of H virtual hours each (default 100 seeds of 48 hours). A "
        "broken law\n"
        "prints the seed and the command that repeats it.");
    return 64;
}

static void remove_folder(const char *folder)
{
    char command[512];
    snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
    if (system(command) != 0) { /* NOLINT(cert-env33-c): a folder made by mkdtemp */
        fprintf(stderr, "cannot remove %s\n", folder);
    }
}

static void print_figures(uint64_t seed, const struct sim_figures *f, double seconds)
{
    printf("seed %" PRIu64 ": %" PRIu64 " tickets (%" PRIu64 " closed, %" PRIu64
           " withdrawn), %" PRIu64 " raised, %" PRIu64 " warned, %" PRIu64 " cards, %" PRIu64
           " alarms, %" PRIu64 " reopened, %" PRIu64 " returned, %" PRIu64 " asked, %" PRIu64
           " unreached; %" PRIu64 " facts, %" PRIu64 " requests (+%" PRIu64 " repeats), %" PRIu64
           " kills, %" PRIu64 " held, %" PRIu64 " full, %" PRIu64 " jumps, %" PRIu64
           " reloads; %.1f s\n",
           seed, f->tickets, f->closed, f->withdrawn, f->raised, f->warned, f->cards, f->alarms,
           f->reopened, f->returned, f->asked, f->unreached, f->facts, f->requests, f->repeats,
           f->kills, f->held, f->full, f->jumps, f->reloads, seconds);
    fflush(stdout);
}

static int run_seed(struct sim_options *sim)
{
    fflush(stdout);
    /* The store's syncs cost the most on a disk, and faults are injected above it: memory will do.
     */
    const char *given = getenv("TMPDIR");
    const char *base = given != NULL ? given : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    char folder[256];
    snprintf(folder, sizeof folder, "%s/paidan-sim-XXXXXX", base);
    if (mkdtemp(folder) == NULL) {
        perror("mkdtemp");
        return 1;
    }
    const pid_t child = fork();
    if (child == 0) {
        struct sim_figures figures;
        const uint64_t start_us = clock_monotonic_us();
        sim->folder = folder;
        sim_run(sim, &figures);
        print_figures(sim->seed, &figures, (double)(clock_monotonic_us() - start_us) / 1e6);
        exit(0);
    }
    int status = 0;
    const bool ended = child > 0 && waitpid(child, &status, 0) == child && status == 0;
    remove_folder(folder);
    return ended ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *root = getenv("PAIDAN_ROOT");
    static char site[512];
    snprintf(site, sizeof site, "%s/deploy/sites/demo", root != NULL ? root : ".");
    struct sim_options sim = {
        .hours = 48, .tickets_a_day = 300, .site_folder = site, .faults = true};
    uint64_t first = 1, count = 100;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 's':
            first = strtoull(optarg, NULL, 10);
            count = 1;
            break;
        case 'n':
            count = strtoull(optarg, NULL, 10);
            break;
        case 'h':
            sim.hours = strtoull(optarg, NULL, 10);
            break;
        case 'r':
            sim.tickets_a_day = strtoull(optarg, NULL, 10);
            break;
        case 'S':
            sim.site_folder = optarg;
            break;
        case 'f':
            sim.faults = false;
            break;
        case 't':
            sim.trace = true;
            break;
        default:
            return usage();
        }
    }
    if (optind != argc || count == 0 || sim.hours == 0 || sim.tickets_a_day == 0) {
        return usage();
    }
    unsigned broken = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        sim.seed = seed;
        broken += (unsigned)run_seed(&sim);
    }
    printf("%" PRIu64 " passed, %u failed\n", count - broken, broken);
    return broken == 0 ? 0 : 1;
}
