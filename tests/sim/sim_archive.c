/* sim_archive: laws of the archive, read from the logs alone: each record of the four services that is
 * worth keeping is archived exactly once and in order, whatever was killed, doubled or lost meanwhile,
 * the counts are those that its tickets, counted again, give, and what units did, summed up, is what
 * escalation counts in all.
 *
 * Owns the numbers of the records that were seen in each log and have not been archived yet. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "archive_person.h"
#include "archive_recount.h"
#include "archive_strip.h"
#include "common/base/check.h"
#include "scratch.h"
#include "sim_parts.h"
#include "unit_reader.h"

#define LOGS 4u

static_assert((unsigned)WORLD_CALLBACK + 1 == LOGS, "the four that are followed come first");

struct queue {
    uint64_t *seqs;
    size_t first, count, room;
};

struct sim_archive {
    struct queue queues[LOGS];   /* seen in the log, not yet in the archive */
    struct queue archived[LOGS]; /* archived, before its log was read so far */
};

struct sim_archive *sim_archive_new(void)
{
    static const unsigned char key[ARCHIVE_PERSON_KEY_BYTES] = {1};
    struct sim_archive *const archive = calloc(1, sizeof *archive);
    CHECK(archive != NULL);
    archive_person_use(key);
    return archive;
}

void sim_archive_free(struct sim_archive *archive)
{
    for (unsigned log = 0; log < LOGS; log++) {
        free(archive->queues[log].seqs);
        free(archive->archived[log].seqs);
    }
    free(archive);
}

static void push(struct queue *queue, uint64_t seq)
{
    if (queue->first + queue->count == queue->room) {
        if (queue->first > 0) {
            memmove(queue->seqs, queue->seqs + queue->first, queue->count * sizeof *queue->seqs);
            queue->first = 0;
        }
        if (queue->count == queue->room) {
            queue->room = queue->room == 0 ? 256 : 2 * queue->room;
            queue->seqs = realloc(queue->seqs, queue->room * sizeof *queue->seqs);
            CHECK(queue->seqs != NULL);
        }
    }
    queue->seqs[queue->first + queue->count++] = seq;
}

/* What stands in both queues at the front is done. */
static void match(struct sim *sim, struct sim_archive *archive, unsigned log)
{
    struct queue *const said = &archive->queues[log], *const kept = &archive->archived[log];
    while (said->count > 0 && kept->count > 0) {
        if (said->seqs[said->first] != kept->seqs[kept->first]) {
            sim_broken(sim, "the archive has record %" PRIu64 " of %s where %" PRIu64 " belongs",
                       kept->seqs[kept->first], world_step_service(log)->name,
                       said->seqs[said->first]);
        }
        said->first++;
        said->count--;
        kept->first++;
        kept->count--;
        sim->figures->laws++;
    }
}

void sim_archive_read(struct sim *sim, struct sim_archive *archive, enum world_service service,
                      uint64_t seq, const Paidan__Event *event)
{
    if ((unsigned)service < LOGS && archive_strip_keeps(event->fact_case)) {
        push(&archive->queues[service], seq);
        match(sim, archive, (unsigned)service);
    }
    if (service != WORLD_ARCHIVE || event->fact_case != PAIDAN__EVENT__FACT_ARCHIVED) {
        return;
    }
    unsigned log = 0;
    while (log < LOGS && strcmp(world_step_service(log)->name, event->archived->log) != 0) {
        log++;
    }
    CHECK(log < LOGS);
    for (size_t index = 0; index < event->archived->n_records; index++) {
        push(&archive->archived[log], event->archived->records[index]->seq);
    }
    match(sim, archive, log);
}

void sim_archive_compare(struct sim *sim, const struct sim_archive *archive)
{
    for (unsigned log = 0; log < LOGS; log++) {
        if (archive->queues[log].count > 0 || archive->archived[log].count > 0) {
            sim_broken(sim, "%zu records of %s are not archived, %zu are nobody's",
                       archive->queues[log].count, world_step_service(log)->name,
                       archive->archived[log].count);
        }
    }
}

/* Before: settled. */
void sim_archive_units(struct sim *sim)
{
    static struct unit_reader units;
    struct store_txn *txn = NULL;
    memset(&units, 0, sizeof units);
    const enum rc rc = store_begin(world_store(sim->world, WORLD_ARCHIVE), false, &txn);
    CHECK(rc == RC_OK);
    unit_reader_collect(txn, &units);
    store_abort(txn);
    for (size_t index = 0; index < unit_laws_count; index++) {
        const struct unit_law *const law = &unit_laws[index];
        uint64_t total = 0;
        for (unsigned at = 0; law->totals[at] != NULL; at++) {
            total += world_counter(sim->world, WORLD_ESCALATION, law->totals[at]);
        }
        sim->figures->laws++;
        if (units.sums[law->counter] != total) {
            sim_broken(sim, "%s of all units is %" PRIu64 ", escalation counts %" PRIu64,
                       unit_count_name(law->counter), units.sums[law->counter], total);
        }
    }
}

/* Counters equal recomputation: in a store of its own, thrown away. */
void sim_archive_recount(struct sim *sim)
{
    struct scratch scratch;
    struct archive_difference found[1];
    struct store *into = NULL;
    struct store_txn *from_txn = NULL, *into_txn = NULL;
    size_t differences = 0;
    scratch_make(&scratch);
    const struct store_options options = {.path = scratch.path,
                                          .map_bytes = (uint64_t)1 << 30,
                                          .service = "archive",
                                          .tables = archive_service.tables};
    enum rc rc = store_open(&into, &options);
    CHECK(rc == RC_OK);
    rc = store_begin(world_store(sim->world, WORLD_ARCHIVE), false, &from_txn);
    CHECK(rc == RC_OK);
    rc = store_begin(into, true, &into_txn);
    CHECK(rc == RC_OK);
    rc = archive_recount(from_txn, into_txn, found, 1, &differences);
    CHECK(rc == RC_OK);
    store_abort(into_txn);
    store_abort(from_txn);
    store_close(into);
    scratch_remove(&scratch);
    sim->figures->laws++;
    if (differences > 0) {
        sim_broken(sim,
                   "%zu figures are not what their tickets say: by %d %c %u %s count %d is %" PRIu64
                   ", again %" PRIu64,
                   differences, (int)found[0].key.by, found[0].key.grain, found[0].key.period,
                   found[0].key.code, found[0].which, found[0].counted, found[0].recounted);
    }
}
