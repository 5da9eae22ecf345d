/* escalation_count: the counters of each unit, in one record.
 *
 * Owns table ESCALATION_COUNT and adds to it what escalation_addition says of a fact, in the fact's
 * transaction. A record names how many counters it has, so that one written before a counter was
 * added reads as zero there; it never has more than are known, else the store is of a newer version
 * or damaged. The row of a unit that the site has dropped stays. */

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "escalation_count.h"
#include "escalation_tally.h"

enum { COUNT_VERSION = 1, COUNT_BYTES_MAX = 512 };
/* Records of a site that never recalled are those of before there was a counter for it: a log folded
 * again gives the tables that lie there. */
enum { COUNTERS_ALWAYS = ESCALATION_COUNT_REQUESTS_LAPSED + 1 };

static_assert(ESCALATION_COUNTERS * 10 + 16 <= COUNT_BYTES_MAX, "a record fits");
static_assert(ESCALATION_COUNT_KEY_BYTES <= STORE_KEY_BYTES_MAX, "a unit's code is a key");
static_assert(ESCALATION_COUNT_ASSIGNED == 0 && ESCALATION_COUNT_RED == 14 &&
                  ESCALATION_COUNT_SUPERVISED == 24,
              "counters are stored: never renumber");

void escalation_count_key(const char *unit, unsigned char key[ESCALATION_COUNT_KEY_BYTES])
{
    const size_t bytes = strlen(unit);
    CHECK(bytes <= ESCALATION_COUNT_KEY_BYTES);
    memset(key, 0, ESCALATION_COUNT_KEY_BYTES);
    memcpy(key, unit, bytes);
}

const char *escalation_count_name(enum escalation_counter counter)
{
    static const char *const names[ESCALATION_COUNTERS] = {COUNTERS_UNIT(COUNTER_NAME)};
    CHECK(counter < ESCALATION_COUNTERS);
    return names[counter];
}

/* ---- records ---- */

enum rc escalation_count_decode(const void *value, size_t bytes, struct escalation_count *count)
{
    struct codec_reader reader;
    uint8_t version = 0;
    const enum rc rc = codec_unseal(&reader, value, bytes, &version);
    if (rc != RC_OK || version != COUNT_VERSION) {
        return RC_CORRUPT;
    }
    memset(count, 0, sizeof *count);
    const uint8_t stored = codec_get_u8(&reader); /* of that day's version: the others are zero */
    if (stored > ESCALATION_COUNTERS) {
        return RC_CORRUPT;
    }
    for (uint8_t index = 0; index < stored; index++) {
        count->values[index] = codec_get_varint(&reader);
    }
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc escalation_count_load(struct store_txn *txn, const char *unit,
                              struct escalation_count *count, bool *some)
{
    unsigned char key[ESCALATION_COUNT_KEY_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    escalation_count_key(unit, key);
    memset(count, 0, sizeof *count);
    const enum rc rc = store_get(txn, ESCALATION_COUNT, key, sizeof key, &value, &bytes);
    *some = rc == RC_OK;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return escalation_count_decode(value, bytes, count);
}

static enum rc save(struct store_txn *txn, const char *unit, const struct escalation_count *count)
{
    unsigned char bytes[COUNT_BYTES_MAX], key[ESCALATION_COUNT_KEY_BYTES];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, COUNT_VERSION);
    unsigned kept = ESCALATION_COUNTERS;
    while (kept > COUNTERS_ALWAYS && count->values[kept - 1] == 0) {
        kept--;
    }
    codec_put_u8(&writer, (uint8_t)kept);
    for (unsigned index = 0; index < kept; index++) {
        codec_put_varint(&writer, count->values[index]);
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    escalation_count_key(unit, key);
    return store_put(txn, ESCALATION_COUNT, key, sizeof key, bytes, writer.used);
}

/* ---- folding ---- */

/* The service's own totals of late work are counted where the units' are, so that both agree. */
static void add_late_total(struct step_fold *fold, const Paidan__Event *event)
{
    static const unsigned char totals[ESCALATION_COUNTERS] = {
        [ESCALATION_COUNT_ACCEPTED_LATE] = TALLY_ACCEPTED_LATE,
        [ESCALATION_COUNT_CONTACTED_LATE] = TALLY_CONTACTED_LATE,
        [ESCALATION_COUNT_RESOLVED_LATE] = TALLY_RESOLVED_LATE,
        [ESCALATION_COUNT_ASSISTS_LATE] = TALLY_ASSISTS_LATE,
    };
    const uint64_t late = escalation_addition_late(event);
    for (unsigned counter = 0; late >> counter != 0; counter++) {
        if ((late >> counter & 1u) != 0) {
            CHECK(counter < ESCALATION_COUNTERS);
            CHECK(totals[counter] != 0);
            fold->tally->values[totals[counter]]++;
        }
    }
}

static enum rc add_to(struct store_txn *txn, const char *unit, uint64_t counters)
{
    struct escalation_count count;
    bool some = false;
    CHECK(counters != 0); /* a unit is named together with what it adds */
    const enum rc rc = escalation_count_load(txn, unit, &count, &some);
    if (rc != RC_OK) {
        return rc;
    }
    for (unsigned index = 0; index < ESCALATION_COUNTERS; index++) {
        count.values[index] += counters >> index & 1u;
    }
    return save(txn, unit, &count);
}

enum rc escalation_count_fold(struct step_fold *fold, const Paidan__Event *event,
                              const struct escalation_ticket *before,
                              const struct escalation_ticket *after)
{
    const struct escalation_standing from = escalation_addition_standing(before);
    const struct escalation_standing to = escalation_addition_standing(after);
    struct escalation_addition addition;
    escalation_addition_of(event, &from, &to, &addition);
    add_late_total(fold, event);
    enum rc rc = RC_OK;
    for (uint32_t at = 0; at < addition.unit_count && rc == RC_OK; at++) {
        rc = add_to(fold->txn, addition.units[at].unit, addition.units[at].counters);
    }
    return rc;
}
