/* test-crash-check: reads a journal of record_shim and checks every state that a crash could have
 * left on the disk; see usage below. Ends with the number of states and what was broken. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/check.h"
#include "crash_disk.h"
#include "crash_laws.h"
#include "crash_states.h"
#include "scratch.h"

#define SHOWN_MAX 3u /* broken states described, of each law */

struct options {
    const char *journal, *service;
    struct crash_limits limits;
    struct crash_pretence pretence;
    uint64_t broken_max, every;
    bool progress, process;
};

/* What a child that may die leaves to its parent. */
struct shared {
    uint64_t number; /* of the state being checked, within the moment */
    uint64_t states, broken[CRASH_LAWS], broken_all;
};

struct check {
    struct options options;
    struct crash_disk disk;
    struct crash_laws *laws;
    struct shared *shared;
    uint64_t moment;
};

static int usage(void)
{
    puts(
        "usage: test-crash-check --journal FILE --service NAME [--seed S] [--subsets N] [--all N]\n"
        "           [--tear BYTES] [--recent N] [--every N] [--broken-max N] [--progress]\n"
        "           [--process]\n"
        "           [--pretend no-sync|no-data-sync|no-meta-sync]\n"
        "--all: every subset up to N pending pages (8), beyond that --subsets random ones (64)\n"
        "--progress: on a terminal; --every: look at each N-th moment only, N odd; --tear: 512, "
        "the "
        "sector, unless one wants to "
        "know\n"
        "--process: the journal of a real service, see record_shim.c\n"
        "--pretend: as if the program had not asked for this sync; states must break then\n"
        "Exits 0: all laws hold in all states, 1: not, 64: usage or unusable journal.");
    return 64;
}

static void tell(struct check *check, enum crash_law law, const char *shape, const char *what)
{
    struct shared *shared = check->shared;
    shared->broken_all++;
    if (shared->broken[law]++ < SHOWN_MAX) {
        printf("BROKEN %s: moment %" PRIu64 " state %" PRIu64 " (%s; %zu pages pending): %s\n",
               crash_law_name(law), check->moment, shared->number, shape, check->disk.pending_count,
               what);
        (void)fflush(stdout);
    }
}

static bool check_state(void *context, const struct crash_bytes *file, bool passing,
                        const char *shape)
{
    struct check *check = context;
    struct crash_verdict verdict;
    check->shared->states++;
    crash_laws_check(check->laws, file, passing, &check->disk, &verdict);
    if (verdict.broken != CRASH_HOLDS) {
        tell(check, verdict.broken, shape, verdict.what);
    }
    check->shared->number++;
    return check->shared->broken_all < check->options.broken_max;
}

/* A store that breaks LMDB may end the process: each moment has a child of its own, and one more
 * for each state that ended one. */
static void check_moment(struct check *check)
{
    struct shared *shared = check->shared;
    shared->number = 0;
    while (shared->broken_all < check->options.broken_max) {
        (void)fflush(stdout);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            (void)crash_states_visit(&check->disk, &check->options.limits, shared->number,
                                     check_state, check);
            (void)fflush(stdout);
            _exit(0);
        }
        int status = 0;
        const pid_t ended = waitpid(child, &status, 0);
        CHECK(ended == child);
        if (status == 0) {
            return;
        }
        char what[64];
        (void)snprintf(what, sizeof what, "the process ended with status %d", status);
        tell(check, CRASH_SURVIVES, "died", what);
        shared->number++;
    }
}

static void print_progress(const struct check *check)
{
    if (check->options.progress && isatty(STDERR_FILENO) && check->moment % 20 == 0) {
        fprintf(stderr, "\r%3zu %% of the journal, %" PRIu64 " states, %" PRIu64 " broken ",
                check->disk.at * 100 / (check->disk.journal.size + 1), check->shared->states,
                check->shared->broken_all);
    }
}

/* The file as the program saw it at its end: all that was written, synced or not. */
static bool check_whole(struct check *check, const char *folder)
{
    struct crash_disk disk;
    struct crash_verdict verdict;
    crash_disk_open(&disk, check->options.journal, (struct crash_pretence){0});
    disk.process = check->options.process;
    while (crash_disk_next(&disk) != CRASH_END) {
    }
    for (size_t index = 0; index < disk.pending_count; index++) {
        crash_bytes_apply(&disk.durable, &disk.pending[index], 0, disk.pending[index].bytes);
    }
    check->laws = crash_laws_open(folder, check->options.service, &disk.durable, &disk, &verdict);
    printf("%s: %" PRIu64 " writes, %" PRIu64 " syncs, %zu marks, file of %zu bytes\n",
           check->options.service, disk.writes, disk.syncs, disk.passed.count, disk.durable.size);
    if (verdict.broken != CRASH_HOLDS) {
        printf("BROKEN %s, without any crash: %s\n", crash_law_name(verdict.broken), verdict.what);
    }
    crash_disk_close(&disk);
    return verdict.broken == CRASH_HOLDS;
}

static int check_all(struct check *check)
{
    const struct options *options = &check->options;
    crash_disk_open(&check->disk, options->journal, options->pretence);
    check->disk.process = options->process;
    enum crash_event event = CRASH_MOMENT;
    while (event != CRASH_END && check->shared->broken_all < options->broken_max) {
        event = crash_disk_next(&check->disk);
        if (check->moment++ % options->every == 0 || event == CRASH_END) {
            check_moment(check);
        }
        print_progress(check);
    }
    if (options->progress && isatty(STDERR_FILENO)) {
        fputs("\n", stderr);
    }
    const struct shared *shared = check->shared;
    for (unsigned law = 0; law < CRASH_LAWS; law++) {
        if (shared->broken[law] > 0) {
            printf("%" PRIu64 " broken: %s\n", shared->broken[law], crash_law_name(law));
        }
    }
    printf("%s: %" PRIu64 " states of %" PRIu64 " moments checked, %" PRIu64
           " different contents replayed, %" PRIu64 " broken\n",
           options->service, shared->states, check->moment, crash_laws_contents(check->laws),
           shared->broken_all);
    crash_disk_close(&check->disk);
    return shared->broken_all == 0 ? 0 : 1;
}

static bool parse_pretence(const char *text, struct crash_pretence *pretence)
{
    pretence->no_data_sync = strcmp(text, "no-sync") == 0 || strcmp(text, "no-data-sync") == 0;
    pretence->no_meta_sync = strcmp(text, "no-sync") == 0 || strcmp(text, "no-meta-sync") == 0;
    return pretence->no_data_sync || pretence->no_meta_sync;
}

static bool parse(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {{"journal", required_argument, NULL, 'j'},
                                          {"service", required_argument, NULL, 's'},
                                          {"seed", required_argument, NULL, 'r'},
                                          {"subsets", required_argument, NULL, 'n'},
                                          {"all", required_argument, NULL, 'a'},
                                          {"tear", required_argument, NULL, 't'},
                                          {"recent", required_argument, NULL, 'l'},
                                          {"every", required_argument, NULL, 'e'},
                                          {"broken-max", required_argument, NULL, 'b'},
                                          {"pretend", required_argument, NULL, 'p'},
                                          {"progress", no_argument, NULL, 'v'},
                                          {"process", no_argument, NULL, 'P'},
                                          {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        const uint64_t number = optarg == NULL ? 0 : strtoull(optarg, NULL, 10);
        if (option == 'j') {
            options->journal = optarg;
        } else if (option == 's') {
            options->service = optarg;
        } else if (option == 'r') {
            options->limits.random = number;
        } else if (option == 'n') {
            options->limits.subsets = (unsigned)number;
        } else if (option == 'a' && number < 20) {
            options->limits.all_max = (unsigned)number;
        } else if (option == 't' && number > 0 && number <= CRASH_PAGE_BYTES) {
            options->limits.tear_bytes = (unsigned)number;
        } else if (option == 'l') {
            options->limits.recent_max = (unsigned)number;
        } else if (option == 'e' && number > 0) {
            /* Odd: syncs of data and of the meta page take turns, and both must be seen. */
            options->every = number | 1;
        } else if (option == 'b' && number > 0) {
            options->broken_max = number;
        } else if (option == 'P') {
            options->process = true;
        } else if (option == 'v') {
            options->progress = true;
        } else if (option != 'p' || !parse_pretence(optarg, &options->pretence)) {
            return false;
        }
    }
    return optind == argc && options->journal != NULL && options->service != NULL;
}

int main(int argc, char **argv)
{
    struct check check = {.options = {.limits = {.all_max = 8,
                                                 .subsets = 64,
                                                 .recent_max = 64,
                                                 .tear_bytes = CRASH_SECTOR_BYTES,
                                                 .random = 1},
                                      .broken_max = 1000,
                                      .every = 1}};
    if (!parse(argc, argv, &check.options)) {
        return usage();
    }
    check.shared =
        mmap(NULL, sizeof *check.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(check.shared != MAP_FAILED);
    struct scratch scratch;
    scratch_make(&scratch);
    const int rc = check_whole(&check, scratch.path) ? check_all(&check) : 1;
    crash_laws_close(check.laws);
    scratch_remove(&scratch);
    return rc;
}
