/* Counters of units: their records, and which fact adds to which. */

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "escalation_card.h"
#include "escalation_count.h"
#include "escalation_tally.h"

enum { COUNT_VERSION = 1, COUNT_BYTES_MAX = 512, UNITS_MAX = 2 };

static_assert(ESCALATION_COUNTERS <= 64, "a set of counters is 64 bits");
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
    const uint8_t stored = codec_get_u8(&reader);
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
    codec_put_u8(&writer, ESCALATION_COUNTERS);
    for (unsigned index = 0; index < ESCALATION_COUNTERS; index++) {
        codec_put_varint(&writer, count->values[index]);
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    escalation_count_key(unit, key);
    return store_put(txn, ESCALATION_COUNT, key, sizeof key, bytes, writer.used);
}

/* ---- which fact adds to which ---- */

/* What one fact adds: a set of counters for each unit that it concerns. */
struct additions {
    uint32_t unit_count;
    const char *units[UNITS_MAX];
    uint64_t counters[UNITS_MAX];
};

static void add_if(struct additions *add, const char *unit, enum escalation_counter counter,
                   bool condition)
{
    if (!condition || unit[0] == '\0') {
        return;
    }
    uint32_t at = 0;
    while (at < add->unit_count && strcmp(add->units[at], unit) != 0) {
        at++;
    }
    if (at == add->unit_count) {
        CHECK(at < UNITS_MAX);
        add->units[at] = unit;
        add->unit_count++;
    }
    add->counters[at] |= 1ull << counter;
}

static void add(struct additions *additions, const char *unit, enum escalation_counter counter)
{
    add_if(additions, unit, counter, true);
}

/* A unit got it, another one perhaps lost it. */
static void add_moves(struct additions *adds, const Paidan__Event *event,
                      const struct escalation_ticket *before, const struct escalation_ticket *after)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        if (event->assigned->why == PAIDAN__WHY__WHY_RULED) {
            const bool back = strcmp(before->unit, after->unit) == 0;
            add(adds, before->unit, back ? ESCALATION_COUNT_OVERRULED : ESCALATION_COUNT_UPHELD);
        }
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        add(adds, before->unit,
            event->raised->why == PAIDAN__WHY__WHY_EXPIRED ? ESCALATION_COUNT_RAISED_EXPIRED
                                                           : ESCALATION_COUNT_RAISED_COMPETENCE);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        add(adds, before->unit, ESCALATION_COUNT_REOPENED);
        break;
    case PAIDAN__EVENT__FACT_ORDERED:
        break;
    default:
        return;
    }
    add(adds, after->unit, ESCALATION_COUNT_ASSIGNED);
}

static void add_work(struct additions *adds, const Paidan__Event *event, const char *unit)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        add(adds, unit, ESCALATION_COUNT_ACCEPTED);
        add_if(adds, unit, ESCALATION_COUNT_ACCEPTED_LATE, event->accepted->late);
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        add(adds, unit, ESCALATION_COUNT_CONTACTED);
        add_if(adds, unit, ESCALATION_COUNT_CONTACTED_LATE, event->contacted->late);
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        add(adds, unit, ESCALATION_COUNT_RESOLVED);
        add_if(adds, unit, ESCALATION_COUNT_RESOLVED_LATE, event->resolved->late);
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        add(adds, unit, ESCALATION_COUNT_RETURNED);
        break;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        add(adds, unit, ESCALATION_COUNT_SUSPENDED);
        break;
    case PAIDAN__EVENT__FACT_DECIDED:
        if (event->decided->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION) {
            add(adds, unit,
                event->decided->granted ? ESCALATION_COUNT_EXTENDED
                                        : ESCALATION_COUNT_EXTENSIONS_REFUSED);
        }
        break;
    case PAIDAN__EVENT__FACT_APPEAL_RULED:
        add_if(adds, unit, ESCALATION_COUNT_EXEMPT, event->appeal_ruled->granted);
        break;
    case PAIDAN__EVENT__FACT_URGED:
        add(adds, unit, ESCALATION_COUNT_URGED);
        break;
    default:
        break;
    }
}

static void add_assists(struct additions *adds, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_ASKED) {
        add(adds, event->assist_asked->unit, ESCALATION_COUNT_ASSISTS);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_ASSIST_DONE) {
        const Paidan__AssistDone *done = event->assist_done;
        add(adds, done->unit, ESCALATION_COUNT_ASSISTS_DONE);
        add_if(adds, done->unit, ESCALATION_COUNT_ASSISTS_LATE, done->has_late && done->late);
    }
}

/* The unit that has it when the card is given, and when it comes under supervision. */
static void add_cards(struct additions *adds, const Paidan__Event *event,
                      const struct escalation_ticket *before, const struct escalation_ticket *after)
{
    enum escalation_card_signal signal = ESCALATION_CARD_MOVED;
    const bool given = escalation_card_signal(event, &signal);
    const Paidan__Card card = escalation_state_card(after);
    const bool higher = given && card > escalation_state_card(before);
    add_if(adds, after->unit, ESCALATION_COUNT_YELLOW, higher && card == PAIDAN__CARD__CARD_YELLOW);
    add_if(adds, after->unit, ESCALATION_COUNT_RED, higher && card == PAIDAN__CARD__CARD_RED);
    add_if(adds, after->unit, ESCALATION_COUNT_CARDS_CANCELLED,
           given && signal == ESCALATION_CARD_CANCELLED);
    add_if(adds, after->unit, ESCALATION_COUNT_SUPERVISED,
           after->extra_supervised && !before->extra_supervised);
}

static enum rc store_additions(struct store_txn *txn, const struct additions *adds)
{
    for (uint32_t at = 0; at < adds->unit_count; at++) {
        struct escalation_count count;
        bool some = false;
        enum rc rc = escalation_count_load(txn, adds->units[at], &count, &some);
        for (unsigned index = 0; index < ESCALATION_COUNTERS; index++) {
            count.values[index] += adds->counters[at] >> index & 1u;
        }
        if (rc == RC_OK) {
            rc = save(txn, adds->units[at], &count);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

enum rc escalation_count_fold(struct step_fold *fold, const Paidan__Event *event,
                              const struct escalation_ticket *before,
                              const struct escalation_ticket *after)
{
    struct additions adds = {.unit_count = 0};
    add_moves(&adds, event, before, after);
    add_work(&adds, event, before->unit);
    add_assists(&adds, event);
    add_cards(&adds, event, before, after);
    return store_additions(fold->txn, &adds);
}
