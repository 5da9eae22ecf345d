/* What units did, from the log alone. Days are of no account here: all facts are told as of one. */
#include "unit_reader.h"

#include <stdio.h>
#include <string.h>

#include "archive.h"
#include "archive_count.h"
#include "archive_follow.h"
#include "archive_state.h"
#include "common/base/check.h"
#include "common/store/evlog.h"
#include "scratch.h"

#define SOME_DAY 20260101u
#define ARENA_BYTES ((size_t)1 << 20)

const struct unit_law unit_laws[] = {
    {UNIT_COUNT_ASSIGNED,
     {"assigned_total", "ruled_total", "raised_expired_total", "raised_competence_total",
      "reopened_total", "ordered_total"}},
    {UNIT_COUNT_RETURNED, {"returned_total"}},
    {UNIT_COUNT_ACCEPTED, {"accepted_total"}},
    {UNIT_COUNT_ACCEPTED_LATE, {"accepted_late_total"}},
    {UNIT_COUNT_CONTACTED, {"contacted_total"}},
    {UNIT_COUNT_CONTACTED_LATE, {"contacted_late_total"}},
    {UNIT_COUNT_RESOLVED, {"resolved_total"}},
    {UNIT_COUNT_RESOLVED_LATE, {"resolved_late_total"}},
    {UNIT_COUNT_REOPENED, {"reopened_total"}},
    {UNIT_COUNT_RAISED_EXPIRED, {"raised_expired_total"}},
    {UNIT_COUNT_RAISED_COMPETENCE, {"raised_competence_total"}},
    {UNIT_COUNT_YELLOW, {"cards_yellow_total"}},
    {UNIT_COUNT_RED, {"cards_red_total"}},
    {UNIT_COUNT_CARDS_CANCELLED, {"cards_cancelled_total"}},
    {UNIT_COUNT_EXTENDED, {"extended_total"}},
    {UNIT_COUNT_EXTENSIONS_REFUSED, {"extensions_refused_total"}},
    {UNIT_COUNT_SUSPENDED, {"suspended_total"}},
    {UNIT_COUNT_ASSISTS, {"assists_total"}},
    {UNIT_COUNT_ASSISTS_LATE, {"assists_late_total"}},
    {UNIT_COUNT_EXEMPT, {"exempt_total"}},
    {UNIT_COUNT_URGED, {"urged_total"}},
    {UNIT_COUNT_SUPERVISED, {"supervised_total"}},
    {UNIT_COUNT_REQUESTS_LAPSED, {"requests_lapsed_total"}},
};
const size_t unit_laws_count = sizeof unit_laws / sizeof unit_laws[0];

struct reading {
    struct step_fold fold;
    struct tally tally;
    struct arena arena;
};

static enum rc take(void *context, const struct evlog_record *record)
{
    struct reading *const reading = context;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    arena_reset(&reading->arena);
    Paidan__Event *const event = paidan__event__unpack(NULL, record->bytes, record->payload);
    CHECK(event != NULL);
    const struct archive_record heard = {
        .log = "escalation", .seq = record->seq, .event = event, .day = SOME_DAY};
    const enum rc rc = archive_follow_part.hear(&reading->fold, &heard);
    paidan__event__free_unpacked(event, NULL);
    return rc;
}

void unit_reader_collect(struct store_txn *txn, struct unit_reader *reader)
{
    CHECK(reader->count == 0);
    struct store_walk walk;
    enum rc rc = store_walk_open(txn, ARCHIVE_UNIT, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        if (walk.key[0] == '\0') {
            continue; /* how far it is counted */
        }
        CHECK(reader->count < UNIT_READER_MAX);
        struct unit_read *const read = &reader->units[reader->count++];
        memcpy(read->unit, walk.key, walk.key_bytes);
        rc = archive_count_read(walk.value, walk.value_bytes, read->values, UNIT_COUNTERS);
        CHECK(rc == RC_OK);
        for (unsigned index = 0; index < UNIT_COUNTERS; index++) {
            reader->sums[index] += read->values[index];
        }
    }
    CHECK(rc == RC_NOT_FOUND);
    store_walk_close(&walk);
}

void unit_reader_read(struct store *escalation, struct unit_reader *reader)
{
    struct reading reading = {.tally = {{0}}};
    struct scratch scratch;
    struct store *into = NULL;
    struct store_txn *from = NULL, *txn = NULL;
    memset(reader, 0, sizeof *reader);
    scratch_make(&scratch);
    const struct store_options options = {
        .path = scratch.path, .service = "archive", .tables = archive_service.tables};
    enum rc rc = arena_init(&reading.arena, ARENA_BYTES);
    rc = rc == RC_OK ? store_open(&into, &options) : rc;
    rc = rc == RC_OK ? store_begin(into, true, &txn) : rc;
    rc = rc == RC_OK ? store_begin(escalation, false, &from) : rc;
    CHECK(rc == RC_OK);
    reading.fold = (struct step_fold){.txn = txn, .tally = &reading.tally, .arena = &reading.arena};
    rc = evlog_walk(from, 1, take, &reading);
    CHECK(rc == RC_OK);
    unit_reader_collect(txn, reader);
    store_abort(from);
    store_abort(txn);
    store_close(into);
    arena_fini(&reading.arena);
    scratch_remove(&scratch);
}

uint64_t unit_reader_count(const struct unit_reader *reader, const char *unit,
                           enum unit_counter counter)
{
    CHECK(counter < UNIT_COUNTERS);
    for (size_t index = 0; index < reader->count; index++) {
        if (strcmp(reader->units[index].unit, unit) == 0) {
            return reader->units[index].values[counter];
        }
    }
    return 0;
}
