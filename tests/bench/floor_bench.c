/* The floor: what the store itself allows. Four processes put the records of full lives into LMDB
 * by bare loops: one log block a commit and the rows that each service writes, of the sizes and
 * under the keys that they have there, with the same durability and as many lives a commit. No
 * process runs ahead of another by more than a few commits, for a life needs all four.
 *
 * Usage: floor_bench [--seconds N] [--batch LIVES] [--log-bytes I,T,E,C]. Prints JSON. */

#include <getopt.h>
#include <lmdb.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "common/base/clock.h"

enum { TABLES = 5, AHEAD = 4, DELAY = 4, UNITS = 8 };
enum table { TABLE_LOG, TABLE_A, TABLE_B, TABLE_C, TABLE_D };

struct shared {
    _Atomic uint64_t commits[BENCH_SERVICES];
    atomic_bool stop;
};

struct floor {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi tables[TABLES];
    unsigned batch;
    size_t log_bytes; /* of one life */
    uint64_t seq;
    unsigned char *block;
};

static void must(int error, const char *what)
{
    if (error != 0) {
        bench_fail("%s: %s", what, mdb_strerror(error));
    }
}

static void number_put(unsigned char *at, uint64_t value)
{
    for (unsigned index = 0; index < 8; index++) {
        at[index] = (unsigned char)(value >> (56 - 8 * index));
    }
}

/* A row with a key of one, two or three numbers, or 24 bytes where the third is 0. */
static void row_put(struct floor *floor, enum table table, const uint64_t *parts, unsigned count,
                    size_t bytes, unsigned flags)
{
    static unsigned char record[512];
    unsigned char key[32];
    for (unsigned index = 0; index < count; index++) {
        number_put(key + 8 * index, parts[index]);
    }
    MDB_val name = {.mv_size = 8 * count, .mv_data = key};
    MDB_val value = {.mv_size = bytes, .mv_data = record};
    number_put(record, parts[0]);
    must(mdb_put(floor->txn, floor->tables[table], &name, &value, flags), "put");
}

static void row_drop(struct floor *floor, enum table table, const uint64_t *parts, unsigned count)
{
    unsigned char key[32];
    for (unsigned index = 0; index < count; index++) {
        number_put(key + 8 * index, parts[index]);
    }
    MDB_val name = {.mv_size = 8 * count, .mv_data = key};
    must(mdb_del(floor->txn, floor->tables[table], &name, NULL), "del");
}

/* A row moves: queue and due. key: what comes first in the key in the stage before and now. */
static void row_move(struct floor *floor, enum table table, uint64_t from, uint64_t to, uint64_t id)
{
    const uint64_t before[] = {from, id / 1000, id}, after[] = {to, id / 1000, id};
    if (from != 0) {
        row_drop(floor, table, before, 3);
    }
    if (to != 0) {
        row_put(floor, table, after, 3, 0, 0);
    }
}

/* Stage `stage` of life `id`, as the service writes it. */
static void intake(struct floor *floor, uint64_t id, unsigned stage)
{
    const uint64_t key[] = {id}, external[] = {1, id / 1000, id};
    if (stage == 0) {
        row_put(floor, TABLE_A, key, 1, 30, MDB_APPEND);
        row_put(floor, TABLE_B, external, 3, 13, MDB_NOOVERWRITE);
    } else if (stage == DELAY) {
        row_put(floor, TABLE_A, key, 1, 30, 0); /* closed, says the receipt */
    }
}

static void triage(struct floor *floor, uint64_t id, unsigned stage)
{
    const uint64_t key[] = {id};
    if (stage == 0) {
        row_put(floor, TABLE_A, key, 1, 44, MDB_APPEND);
    }
}

static void escalation(struct floor *floor, uint64_t id, unsigned stage)
{
    const uint64_t key[] = {id}, unit = 1 + id % UNITS;
    row_put(floor, TABLE_A, key, 1, 215, 0); /* assigned, leased, accepted, resolved, closed */
    if (stage == 0) {
        row_put(floor, TABLE_B, key, 1, 110, MDB_APPEND);
    }
    if (stage < DELAY) {
        row_move(floor, TABLE_C, stage == 0 ? 0 : unit * 10 + stage - 1,
                 stage == 3 ? 0 : unit * 10 + stage, id);
        row_move(floor, TABLE_D, stage == 0 ? 0 : stage, stage == 3 ? 0 : stage + 1, id);
    }
}

static void callback(struct floor *floor, uint64_t id, unsigned stage)
{
    const uint64_t key[] = {id}, open[] = {1, id};
    if (stage > 2) {
        return;
    }
    row_put(floor, TABLE_A, key, 1, 66, 0); /* asked, handed, answered */
    row_move(floor, TABLE_B, stage == 0 ? 0 : stage, stage == 2 ? 0 : stage + 1, id);
    if (stage == 0) {
        row_put(floor, TABLE_C, open, 2, 0, 0);
        row_move(floor, TABLE_D, 0, 1, id);
    } else if (stage == 2) {
        row_drop(floor, TABLE_C, open, 2);
        row_move(floor, TABLE_D, 1, 0, id);
    }
}

typedef void stage_fn(struct floor *, uint64_t, unsigned);

/* One commit: a new batch of lives, and the next stage of each of the batches before it. */
static void commit(struct floor *floor, stage_fn *stage_put, uint64_t commit_number)
{
    must(mdb_txn_begin(floor->env, NULL, 0, &floor->txn), "begin");
    for (unsigned stage = 0; stage <= DELAY && stage <= commit_number; stage++) {
        const uint64_t first = (commit_number - stage) * floor->batch + 1;
        for (unsigned index = 0; index < floor->batch; index++) {
            stage_put(floor, first + index, stage);
        }
    }
    /* The log: blocks of at most 256 KiB. */
    for (size_t rest = floor->log_bytes * floor->batch; rest > 0;) {
        const size_t bytes = rest < 262144 ? rest : 262144;
        unsigned char key[8];
        number_put(key, ++floor->seq);
        MDB_val name = {.mv_size = 8, .mv_data = key};
        MDB_val value = {.mv_size = bytes, .mv_data = floor->block};
        must(mdb_put(floor->txn, floor->tables[TABLE_LOG], &name, &value, MDB_APPEND), "log");
        rest -= bytes;
    }
    must(mdb_txn_commit(floor->txn), "commit");
}

static void floor_open(struct floor *floor, const char *path)
{
    static const char *const names[TABLES] = {"log", "a", "b", "c", "d"};
    must(mdb_env_create(&floor->env), "env");
    must(mdb_env_set_maxdbs(floor->env, TABLES), "maxdbs");
    must(mdb_env_set_mapsize(floor->env, 64ull << 30), "mapsize");
    if (mkdir(path, 0700) != 0) {
        bench_fail("cannot make %s", path);
    }
    must(mdb_env_open(floor->env, path, MDB_NOTLS, 0600), "open");
    must(mdb_txn_begin(floor->env, NULL, 0, &floor->txn), "begin");
    for (unsigned index = 0; index < TABLES; index++) {
        must(mdb_dbi_open(floor->txn, names[index], MDB_CREATE, &floor->tables[index]), "table");
    }
    must(mdb_txn_commit(floor->txn), "commit");
    floor->block = calloc(1, 262144);
    if (floor->block == NULL) {
        bench_fail("no memory");
    }
}

static bool ahead(struct shared *shared, uint64_t own)
{
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        if (own > atomic_load(&shared->commits[index]) + AHEAD) {
            return true;
        }
    }
    return false;
}

static void child(struct shared *shared, unsigned service, struct floor floor, const char *folder)
{
    static stage_fn *const stages[BENCH_SERVICES] = {intake, triage, escalation, callback};
    char path[BENCH_PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/%s", folder, bench_services[service]);
    floor_open(&floor, path);
    for (uint64_t number = 0; !atomic_load(&shared->stop);) {
        if (ahead(shared, number)) {
            usleep(200);
            continue;
        }
        commit(&floor, stages[service], number);
        atomic_store(&shared->commits[service], ++number);
    }
    mdb_env_close(floor.env);
}

static uint64_t slowest(struct shared *shared)
{
    uint64_t least = UINT64_MAX;
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        const uint64_t commits = atomic_load(&shared->commits[index]);
        least = commits < least ? commits : least;
    }
    return least;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"seconds", required_argument, NULL, 'n'},
                                            {"batch", required_argument, NULL, 'b'},
                                            {"log-bytes", required_argument, NULL, 'l'},
                                            {0}};
    unsigned seconds = 5, batch = 500;
    unsigned long log_bytes[BENCH_SERVICES] = {600, 300, 1100, 400};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'n') {
            seconds = (unsigned)strtoul(optarg, NULL, 10);
        } else if (option == 'b') {
            batch = (unsigned)strtoul(optarg, NULL, 10);
        } else if (option != 'l' || sscanf(optarg, "%lu,%lu,%lu,%lu", &log_bytes[0], &log_bytes[1],
                                           &log_bytes[2], &log_bytes[3]) != BENCH_SERVICES) {
            return 64;
        }
    }
    char folder[BENCH_PATH_BYTES];
    pid_t pids[BENCH_SERVICES];
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || batch == 0) {
        bench_fail("no memory");
    }
    bench_folder_make(folder);
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        pids[index] = fork();
        if (pids[index] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL); /* it waits for nothing but the end of the others */
            const struct floor floor = {.batch = batch, .log_bytes = log_bytes[index]};
            child(shared, index, floor, folder);
            _exit(0);
        }
    }
    sleep(1);
    const uint64_t first = slowest(shared), start_us = clock_monotonic_us();
    sleep(seconds);
    const double commits = (double)(slowest(shared) - first);
    const double spent_s = (double)(clock_monotonic_us() - start_us) / 1e6;
    atomic_store(&shared->stop, true);
    for (unsigned index = 0; index < BENCH_SERVICES; index++) {
        waitpid(pids[index], NULL, 0);
    }
    bench_folder_drop(folder);
    bench_print(json_pack("{s:f, s:i, s:f}", "floor_lives_per_s",
                          bench_round(commits * batch / spent_s), "floor_lives_per_commit",
                          (int)batch, "floor_commits_per_s", bench_round(commits / spent_s)));
    return 0;
}
