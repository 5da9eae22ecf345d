/* archive_recount: counts again and compares. Owns nothing; `into` is the caller's, empty, and thrown away.
 * What must stay true: it looks at both sides, so that a row that is missing here or there is told. */
#include "archive_recount.h"

#include <string.h>

#include "archive_share.h"
#include "archive_state.h"
#include "common/base/check.h"
#include "common/base/codec.h"

static enum rc count_all(struct store_txn *from, struct store_txn *into)
{
    struct store_walk walk;
    struct archive_ticket ticket;
    CHECK(from != into);
    enum rc rc = store_walk_open(from, ARCHIVE_TICKET, NULL, 0, &walk);
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
        const uint64_t id = rc == RC_OK ? codec_u64_at(walk.key) : 0;
        rc = rc == RC_OK ? archive_ticket_decode(walk.value, walk.value_bytes, &ticket) : rc;
        rc = rc == RC_OK ? archive_share_recount(from, into, id, &ticket) : rc;
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

struct finding {
    struct archive_difference *found;
    size_t room, count;
};

static void found_one(struct finding *finding, const struct archive_difference *difference)
{
    CHECK(difference->counted != difference->recounted);
    if (finding->count < finding->room) {
        finding->found[finding->count] = *difference;
    }
    finding->count++;
}

/* other NULL: it is not there. */
static enum rc compare_counts(struct finding *finding, const struct archive_key *key,
                              const void *value, size_t size, const void *other, size_t other_size,
                              bool swapped)
{
    uint64_t one[RATES_COUNTS] = {0}, two[RATES_COUNTS] = {0};
    CHECK(value != NULL);
    enum rc rc = archive_count_sum(value, size, one);
    rc = rc == RC_OK && other != NULL ? archive_count_sum(other, other_size, two) : rc;
    for (int which = 0; rc == RC_OK && which < (int)RATES_COUNTS; which++) {
        if (one[which] != two[which]) {
            found_one(finding,
                      &(struct archive_difference){.key = *key,
                                                   .which = which,
                                                   .counted = swapped ? two[which] : one[which],
                                                   .recounted = swapped ? one[which] : two[which]});
        }
    }
    return rc;
}

static enum rc times_of(const void *value, size_t size, uint64_t *of,
                        uint64_t buckets[ARCHIVE_BUCKETS])
{
    CHECK(of != NULL);
    const enum rc rc = value == NULL ? RC_OK : archive_count_time_sum(value, size, buckets);
    *of = 0;
    for (unsigned bucket = 0; rc == RC_OK && bucket < ARCHIVE_BUCKETS; bucket++) {
        *of += buckets[bucket];
    }
    return rc;
}

static enum rc compare_times(struct finding *finding, const struct archive_key *key, int clock,
                             const void *value, size_t size, const void *other, size_t other_size,
                             bool swapped)
{
    uint64_t one[ARCHIVE_BUCKETS] = {0}, two[ARCHIVE_BUCKETS] = {0}, of_one = 0, of_two = 0;
    CHECK(value != NULL);
    enum rc rc = times_of(value, size, &of_one, one);
    rc = rc == RC_OK ? times_of(other, other_size, &of_two, two) : rc;
    if (rc == RC_OK && memcmp(one, two, sizeof one) != 0) {
        /* As many, but not as long: told as one more, so that it is no equality. */
        of_two += of_one == of_two ? 1 : 0;
        found_one(finding, &(struct archive_difference){.key = *key,
                                                        .which = -1,
                                                        .clock = clock,
                                                        .counted = swapped ? of_two : of_one,
                                                        .recounted = swapped ? of_one : of_two});
    }
    return rc;
}

/* Rows of `from` against those of `with`; once more with the two exchanged only what is not there is new. */
static enum rc compare_table(struct store_txn *from, struct store_txn *with, unsigned table,
                             struct finding *finding, bool swapped)
{
    struct store_walk walk;
    struct archive_key key;
    const size_t key_bytes =
        table == ARCHIVE_TIME ? ARCHIVE_TIME_KEY_BYTES : (size_t)ARCHIVE_KEY_BYTES;
    CHECK(table == ARCHIVE_TIME || table == ARCHIVE_COUNT);
    enum rc rc = store_walk_open(from, table, NULL, 0, &walk);
    while (rc == RC_OK) {
        const void *other = NULL;
        size_t size = 0;
        rc = store_walk_key(&walk, key_bytes);
        rc = rc == RC_OK ? archive_count_unkey(walk.key, walk.key_bytes, &key) : rc;
        const enum rc got =
            rc == RC_OK ? store_get(with, table, walk.key, key_bytes, &other, &size) : rc;
        other = got == RC_OK ? other : NULL;
        rc = got == RC_OK || got == RC_NOT_FOUND ? rc : got;
        if (rc == RC_OK && !(swapped && other != NULL)) {
            rc = table == ARCHIVE_COUNT
                     ? compare_counts(finding, &key, walk.value, walk.value_bytes, other, size,
                                      swapped)
                     : compare_times(finding, &key, walk.key[key_bytes - 1], walk.value,
                                     walk.value_bytes, other, size, swapped);
        }
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc archive_recount_compare(struct store_txn *from, struct store_txn *with,
                                struct archive_difference *found, size_t room, size_t *count)
{
    static const unsigned tables[] = {ARCHIVE_COUNT, ARCHIVE_TIME};
    struct finding finding = {.found = found, .room = room};
    enum rc rc = RC_OK;
    CHECK(from != with);
    for (unsigned index = 0; rc == RC_OK && index < 2; index++) {
        rc = compare_table(from, with, tables[index], &finding, false);
        rc = rc == RC_OK ? compare_table(with, from, tables[index], &finding, true) : rc;
    }
    *count = finding.count;
    return rc;
}

enum rc archive_recount(struct store_txn *from, struct store_txn *into,
                        struct archive_difference *found, size_t room, size_t *count)
{
    const enum rc rc = count_all(from, into);
    CHECK(count != NULL);
    return rc == RC_OK ? archive_recount_compare(from, into, found, room, count) : rc;
}
