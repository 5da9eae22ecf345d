/* Runs the simulator: see tests/sim/run --help. Each seed in a process of its own, so that a broken
 * law (abort) does not end the others and memory starts fresh. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "sim.h"

#define JOBS_MAX 64u
#define LINE_BYTES_MAX 1024u

enum {
    SEED = 256,
    SEEDS,
    HOURS,
    RATE,
    SITE,
    JOBS,
    NO_FAULTS,
    CHANNELS,
    TRACE,
    BRIEF,
    ALL_FAULTS,
    REGRESSIONS
};

static const struct option options[] = {{"seed", required_argument, NULL, SEED},
                                        {"seeds", required_argument, NULL, SEEDS},
                                        {"hours", required_argument, NULL, HOURS},
                                        {"rate", required_argument, NULL, RATE},
                                        {"site", required_argument, NULL, SITE},
                                        {"jobs", required_argument, NULL, JOBS},
                                        {"no-faults", no_argument, NULL, NO_FAULTS},
                                        {"channels", no_argument, NULL, CHANNELS},
                                        {"trace", no_argument, NULL, TRACE},
                                        {"brief", no_argument, NULL, BRIEF},
                                        {"all-faults", no_argument, NULL, ALL_FAULTS},
                                        {"regressions", required_argument, NULL, REGRESSIONS},
                                        {NULL, 0, NULL, 0}};

/* What one seed came to; shared with the process that runs it. */
struct result {
    struct sim_figures figures;
    double seconds;
};

struct job {
    pid_t child;
    struct sim_options options;
    struct result *result;
    char folder[256];
};

struct runner {
    struct sim_options options; /* of the next seed */
    uint64_t first, count, jobs_max;
    bool brief, all_faults;
    const char *regressions, *default_site;
    struct job jobs[JOBS_MAX];
    uint64_t passed, failed;
    struct sim_figures sum;
};

static int usage(void)
{
    puts(
        "usage: sim [--seeds N | --seed S] [--hours H] [--rate TICKETS_A_DAY] [--site DIR]\n"
        "           [--regressions FILE] [--jobs N] [--no-faults] [--trace] [--brief]\n"
        "           [--all-faults] [--channels]\n"
        "Runs N seeds (1, 2, ...) of H virtual hours each (default 100 seeds of 48 hours), and\n"
        "before them each line of FILE, as many at a time as there are processors. A broken law\n"
        "prints the command that repeats it. --brief prints the sum alone; --all-faults fails if\n"
        "any kind of fault never struck, or anything beside the ordinary way never happened.\n"
        "--channels: with the adapters, and the world outside that they speak with.");
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

/* ---- figures ---- */

static void add(struct sim_figures *sum, const struct sim_figures *figures)
{
    /* All members are counters of the same type. */
    uint64_t *to = (uint64_t *)sum;
    const uint64_t *from = (const uint64_t *)figures;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) {
        to[i] += from[i];
    }
}

static void print_faults(const struct sim_figures *f)
{
    printf("  faults:");
    for (unsigned i = 0; i < SIM_FAULTS; i++) {
        printf("%s %s %" PRIu64, i == 0 ? "" : ",", sim_fault_name(i), f->faults[i]);
    }
    printf("\n");
}

static void print_kinds(const struct sim_figures *f)
{
    printf("  beside the ordinary way:");
    for (unsigned i = 0; i < SIM_KINDS; i++) {
        printf("%s %s %" PRIu64, i == 0 ? "" : ",", sim_kind_name(i), f->kinds[i]);
    }
    printf("\n");
}

static void print_figures(const struct sim_figures *f, double seconds)
{
    printf("%" PRIu64 " tickets (%" PRIu64 " closed: %" PRIu64 " solved, %" PRIu64
           " withdrawn), %" PRIu64 " raised, %" PRIu64 " warned, %" PRIu64 " cards, %" PRIu64
           " alarms, %" PRIu64 " reopened, %" PRIu64 " returned, %" PRIu64 " asked, %" PRIu64
           " unreached; %" PRIu64 " facts, %" PRIu64 " acts, %" PRIu64 " requests (+%" PRIu64
           " repeats), %" PRIu64 " steps of followers; %" PRIu64 " laws, all compared %" PRIu64
           " times, %" PRIu64
           " of them with a replay; %.1f virtual days in %.1f s, stores %.1f MB, memory %.1f MB\n",
           f->tickets, f->closed, f->solved, f->withdrawn, f->raised, f->warned, f->cards,
           f->alarms, f->reopened, f->returned, f->asked, f->unreached, f->facts, f->acts,
           f->requests, f->repeats, f->steps, f->laws, f->rests, f->replays,
           (double)f->virtual_ms / 86400e3, seconds, (double)f->store_bytes / 1e6,
           (double)f->memory_bytes / 1e6);
}

/* The words that repeat a run, for the command line and for the list of regressions. */
static void describe(const struct runner *runner, const struct sim_options *sim, char *line,
                     size_t bytes)
{
    const bool other_site = sim->site_folder != runner->default_site;
    snprintf(line, bytes, "--seed %" PRIu64 " --hours %" PRIu64 " --rate %" PRIu64 "%s%s%s%s",
             sim->seed, sim->hours, sim->tickets_a_day, sim->faults ? "" : " --no-faults",
             sim->channels ? " --channels" : "", other_site ? " --site " : "",
             other_site ? sim->site_folder : "");
}

/* ---- jobs ---- */

/* The store's syncs cost the most on a disk, and faults are injected above it: memory will do. */
static bool make_folder(struct job *job)
{
    const char *given = getenv("TMPDIR");
    const char *base = given != NULL ? given : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(job->folder, sizeof job->folder, "%s/paidan-sim-XXXXXX", base);
    if (mkdtemp(job->folder) == NULL) {
        perror("mkdtemp");
        return false;
    }
    return true;
}

static _Noreturn void run_child(struct job *job)
{
    const uint64_t start_us = clock_monotonic_us();
    job->options.folder = job->folder;
    sim_run(&job->options, &job->result->figures);
    job->result->seconds = (double)(clock_monotonic_us() - start_us) / 1e6;
    fflush(stdout);
    _exit(0);
}

static void start(struct runner *runner, struct job *job)
{
    job->options = runner->options;
    job->result =
        mmap(NULL, sizeof *job->result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(job->result != MAP_FAILED);
    if (!make_folder(job)) {
        exit(1);
    }
    fflush(stdout);
    job->child = fork();
    CHECK(job->child >= 0);
    if (job->child == 0) {
        run_child(job);
    }
}

static void end(struct runner *runner, struct job *job, bool passed)
{
    char words[LINE_BYTES_MAX];
    describe(runner, &job->options, words, sizeof words);
    remove_folder(job->folder);
    add(&runner->sum, &job->result->figures);
    if (passed) {
        runner->passed++;
        if (!runner->brief) {
            printf("seed %" PRIu64 ": ", job->options.seed);
            print_figures(&job->result->figures, job->result->seconds);
        }
    } else {
        runner->failed++;
        printf(
            "FAILED. Repeat: tests/sim/run %s --trace\n"
            "Once it is understood, add to tests/sim/regressions: %s | WHAT IT FOUND\n",
            words, words);
    }
    fflush(stdout);
    (void)munmap(job->result, sizeof *job->result);
    *job = (struct job){0};
}

/* Waits for one of the running seeds. */
static void wait_one(struct runner *runner)
{
    int status = 0;
    const pid_t child = waitpid(-1, &status, 0);
    CHECK(child > 0);
    for (unsigned i = 0; i < JOBS_MAX; i++) {
        if (runner->jobs[i].child == child) {
            end(runner, &runner->jobs[i], status == 0);
            return;
        }
    }
}

static unsigned running(const struct runner *runner)
{
    unsigned count = 0;
    for (unsigned i = 0; i < JOBS_MAX; i++) {
        count += runner->jobs[i].child != 0;
    }
    return count;
}

static void run_one(struct runner *runner)
{
    while (running(runner) >= runner->jobs_max) {
        wait_one(runner);
    }
    for (unsigned i = 0; i < JOBS_MAX; i++) {
        if (runner->jobs[i].child == 0) {
            start(runner, &runner->jobs[i]);
            return;
        }
    }
}

static void wait_all(struct runner *runner)
{
    while (running(runner) > 0) {
        wait_one(runner);
    }
}

/* ---- what to run ---- */

/* One option of a seed; false: it is not one. */
static bool take_option(struct sim_options *sim, int option, char *value)
{
    switch (option) {
    case SEED:
        sim->seed = strtoull(value, NULL, 10);
        return true;
    case HOURS:
        sim->hours = strtoull(value, NULL, 10);
        return sim->hours != 0;
    case RATE:
        sim->tickets_a_day = strtoull(value, NULL, 10);
        return sim->tickets_a_day != 0;
    case SITE:
        sim->site_folder = value;
        sim->rules_folder = NULL;
        return true;
    case CHANNELS:
        sim->channels = sim->rules_folder != NULL;
        return sim->channels;
    case NO_FAULTS:
        sim->faults = false;
        return true;
    case TRACE:
        sim->trace = true;
        return true;
    default:
        return false;
    }
}

/* "--seed 7 --hours 48 --rate 200 | what it once found" */
static bool take_line(struct runner *runner, char *line)
{
    char *words[16] = {"regression"};
    int count = 1, option;
    char *rest = NULL;
    line[strcspn(line, "|\n")] = '\0';
    for (char *word = strtok_r(line, " ", &rest); word != NULL && count < 15;
         word = strtok_r(NULL, " ", &rest)) {
        words[count++] = word;
    }
    optind = 0; /* getopt begins anew */
    while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
        if (!take_option(&runner->options, option, optarg)) {
            return false;
        }
    }
    return optind == count;
}

/* Each line in turn; false: the list cannot be read. */
static bool run_regressions(struct runner *runner)
{
    const struct sim_options plain = runner->options;
    FILE *file = fopen(runner->regressions, "r");
    char line[LINE_BYTES_MAX];
    if (file == NULL) {
        perror(runner->regressions);
        return false;
    }
    bool good = true;
    while (good && fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        runner->options = plain;
        char kept[LINE_BYTES_MAX];
        snprintf(kept, sizeof kept, "%s", line);
        good = take_line(runner, line);
        if (good) {
            run_one(runner);
        } else {
            fprintf(stderr, "%s: no such run: %s", runner->regressions, kept);
        }
    }
    (void)fclose(file);
    wait_all(runner); /* their words lie in `line` */
    runner->options = plain;
    return good;
}

static bool take_arguments(struct runner *runner, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == SEEDS) {
            runner->count = strtoull(optarg, NULL, 10);
        } else if (option == JOBS) {
            runner->jobs_max = strtoull(optarg, NULL, 10);
        } else if (option == BRIEF) {
            runner->brief = true;
        } else if (option == ALL_FAULTS) {
            runner->all_faults = true;
        } else if (option == REGRESSIONS) {
            runner->regressions = optarg;
        } else if (!take_option(&runner->options, option, optarg)) {
            return false;
        }
        if (option == SEED) {
            runner->first = runner->options.seed;
            runner->count = 1;
        }
    }
    return optind == argc && runner->jobs_max > 0 && runner->jobs_max <= JOBS_MAX;
}

static void check_faults(struct runner *runner)
{
    const bool channels = runner->options.channels;
    for (unsigned i = 0; i < (channels ? (unsigned)SIM_FAULTS : (unsigned)SIM_FAULTS_INSIDE); i++) {
        if (runner->sum.faults[i] == 0) {
            printf("FAILED: \"%s\" never struck\n", sim_fault_name(i));
            runner->failed++;
        }
    }
    for (unsigned i = 0; i < (channels ? (unsigned)SIM_KINDS : (unsigned)SIM_KINDS_INSIDE); i++) {
        /* Beside the adapters nobody merges, and the archive has no staff: sim_merge_plays, sim_points_play. */
        const bool beside = channels && ((i >= SIM_MERGED && i <= SIM_NOTED_MEMBER) ||
                                         (i >= SIM_AWARDED && i <= SIM_EXEMPTED));
        if (runner->sum.kinds[i] == 0 && !beside) {
            printf("FAILED: \"%s\" never happened\n", sim_kind_name(i));
            runner->failed++;
        }
    }
}

int main(int argc, char **argv)
{
    static struct runner runner = {.first = 1, .count = 100};
    static char site[512], rules[512];
    const char *root = getenv("PAIDAN_ROOT");
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    snprintf(site, sizeof site, "%s/deploy/sites/demo", root != NULL ? root : ".");
    snprintf(rules, sizeof rules, "%s/tests/sim", root != NULL ? root : ".");
    runner.default_site = site;
    runner.jobs_max = processors < 1 || processors > (long)JOBS_MAX ? 1 : (uint64_t)processors;
    runner.options = (struct sim_options){.hours = 48,
                                          .tickets_a_day = 300,
                                          .site_folder = site,
                                          .rules_folder = rules,
                                          .faults = true};
    if (!take_arguments(&runner, argc, argv)) {
        return usage();
    }
    diag_init("sim", DIAG_ERROR);
    const uint64_t start_us = clock_monotonic_us();
    if (runner.regressions != NULL && !run_regressions(&runner)) {
        return 1;
    }
    for (uint64_t seed = runner.first; seed < runner.first + runner.count; seed++) {
        runner.options.seed = seed;
        run_one(&runner);
    }
    wait_all(&runner);
    printf("all: ");
    print_figures(&runner.sum, (double)(clock_monotonic_us() - start_us) / 1e6);
    print_faults(&runner.sum);
    print_kinds(&runner.sum);
    if (runner.all_faults) {
        check_faults(&runner);
    }
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", runner.passed, runner.failed);
    return runner.failed == 0 ? 0 : 1;
}
