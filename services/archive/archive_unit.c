/* archive_unit: owns the table ARCHIVE_UNIT, and answers UnitCounts from it.
 *
 * Pages by the code of the last unit given, which is the key of its row, so that units that get
 * their first ticket between two pages neither move nor hide another. Rows are of units that ever
 * had a ticket; one that the site knows and that has none is answered with zeros when it is asked
 * for by name. Names of counters are constants of the program: the answer points to them. */
#include "archive_unit.h"

#include <string.h>

#include "archive_addition.h"
#include "archive_count.h"
#include "archive_state.h"
#include "common/base/check.h"
#include "common/base/record.h"

enum { COUNTS_DEFAULT = 100 };

static_assert((unsigned)UNIT_COUNTERS <= ARCHIVE_COUNTS_MAX, "a row fits");
static_assert(ARCHIVE_UNIT_KEY_BYTES <= STORE_KEY_BYTES_MAX, "a unit's code is a key");

void archive_unit_key(const char *unit, unsigned char key[ARCHIVE_UNIT_KEY_BYTES])
{
    const size_t bytes = strlen(unit);
    CHECK(bytes <= ARCHIVE_UNIT_KEY_BYTES);
    memset(key, 0, ARCHIVE_UNIT_KEY_BYTES);
    memcpy(key, unit, bytes);
}

/* ---- how far it is counted ---- */

struct newest {
    uint64_t at_ms, seq;
};
static const struct record_row newest_rows[] = {
    RECORD_VARINT(struct newest, at_ms),
    RECORD_VARINT(struct newest, seq),
    RECORD_END,
};
static const struct record_format newest_format = {
    .version = 1, .bytes = sizeof(struct newest), .rows = newest_rows};

static enum rc newest_put(struct store_txn *txn, const struct archive_record *record)
{
    const struct newest newest = {.at_ms = record->event->at_ms, .seq = record->seq};
    unsigned char key[ARCHIVE_UNIT_KEY_BYTES];
    CHECK(newest.seq > 0);
    archive_unit_key("", key);
    return store_put_record(txn, ARCHIVE_UNIT, key, sizeof key, &newest_format, &newest);
}

static enum rc newest_tell(struct store_txn *txn, Paidan__UnitsCounted *counted)
{
    struct newest newest;
    unsigned char key[ARCHIVE_UNIT_KEY_BYTES];
    CHECK(!counted->has_as_of_seq);
    archive_unit_key("", key);
    const enum rc rc =
        store_get_record(txn, ARCHIVE_UNIT, key, sizeof key, &newest_format, &newest);
    if (rc == RC_OK) {
        counted->has_as_of_ms = counted->has_as_of_seq = true;
        counted->as_of_ms = newest.at_ms;
        counted->as_of_seq = newest.seq;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- counting ---- */

enum rc archive_unit_load(struct store_txn *txn, const char *unit, uint64_t counts[UNIT_COUNTERS],
                          bool *some)
{
    unsigned char key[ARCHIVE_UNIT_KEY_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    CHECK(unit[0] != '\0');
    archive_unit_key(unit, key);
    memset(counts, 0, UNIT_COUNTERS * sizeof *counts);
    const enum rc rc = store_get(txn, ARCHIVE_UNIT, key, sizeof key, &value, &bytes);
    *some = rc == RC_OK;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return archive_count_read(value, bytes, counts, UNIT_COUNTERS);
}

static enum rc add_to(struct store_txn *txn, const char *unit, uint64_t counters)
{
    unsigned char key[ARCHIVE_UNIT_KEY_BYTES], bytes[ARCHIVE_COUNTS_BYTES];
    uint64_t counts[UNIT_COUNTERS];
    bool some = false;
    CHECK(counters != 0); /* a unit is named together with what it adds */
    const enum rc rc = archive_unit_load(txn, unit, counts, &some);
    if (rc != RC_OK) {
        return rc;
    }
    for (unsigned index = 0; index < UNIT_COUNTERS; index++) {
        counts[index] += counters >> index & 1u;
    }
    archive_unit_key(unit, key);
    return store_put(txn, ARCHIVE_UNIT, key, sizeof key, bytes,
                     archive_count_write(counts, UNIT_COUNTERS, bytes));
}

enum rc archive_unit_add(struct step_fold *fold, const struct archive_record *record,
                         const struct archive_ticket *before, const struct archive_ticket *after)
{
    struct archive_addition addition;
    CHECK(strcmp(record->log, "escalation") == 0);
    archive_addition_of(record->event, before, after, &addition);
    enum rc rc = newest_put(fold->txn, record);
    for (uint32_t at = 0; at < addition.unit_count && rc == RC_OK; at++) {
        rc = add_to(fold->txn, addition.units[at].unit, addition.units[at].counters);
    }
    return rc;
}

/* ---- telling ---- */

static enum rc add_unit(struct step_view *view, const char *unit,
                        const uint64_t counts_of[UNIT_COUNTERS], Paidan__UnitsCounted *counted)
{
    CHECK(counted->units != NULL);
    Paidan__UnitCount *made = arena_alloc(view->arena, sizeof *made);
    Paidan__Count *counts = arena_alloc(view->arena, UNIT_COUNTERS * sizeof *counts);
    Paidan__Count **list = arena_alloc(view->arena, UNIT_COUNTERS * sizeof(Paidan__Count *));
    if (made == NULL || counts == NULL || list == NULL) {
        return RC_LIMIT;
    }
    paidan__unit_count__init(made);
    made->unit = arena_strdup(view->arena, unit);
    if (made->unit == NULL) {
        return RC_LIMIT;
    }
    for (unsigned index = 0; index < UNIT_COUNTERS; index++) {
        paidan__count__init(&counts[index]);
        counts[index].name = (char *)unit_count_name((enum unit_counter)index);
        counts[index].value = counts_of[index];
        list[index] = &counts[index];
    }
    made->counts = list;
    made->n_counts = UNIT_COUNTERS;
    counted->units[counted->n_units] = made;
    counted->n_units++;
    return RC_OK;
}

/* The code in a key ends with the first zero, or with the key. */
static void take_unit(const unsigned char *key, char unit[CODE_BYTES_MAX + 1])
{
    memcpy(unit, key, CODE_BYTES_MAX);
    unit[CODE_BYTES_MAX] = '\0';
}

static enum rc add_units(struct step_view *view, const char *after, uint32_t limit,
                         Paidan__UnitsCounted *counted)
{
    CHECK(limit > 0); /* the cursor is the last unit of the page */
    unsigned char key[ARCHIVE_UNIT_KEY_BYTES];
    char unit[CODE_BYTES_MAX + 1];
    struct store_walk walk;
    archive_unit_key(after, key);
    enum rc rc = store_walk_open(view->txn, ARCHIVE_UNIT, key, sizeof key, &walk);
    if (rc == RC_OK && walk.key_bytes == sizeof key && memcmp(walk.key, key, sizeof key) == 0) {
        rc = store_walk_next(&walk);
    }
    while (rc == RC_OK) {
        uint64_t counts[UNIT_COUNTERS];
        if (counted->n_units == limit) {
            counted->next = counted->units[limit - 1]->unit;
            break;
        }
        rc = walk.key_bytes == sizeof key
                 ? archive_count_read(walk.value, walk.value_bytes, counts, UNIT_COUNTERS)
                 : RC_CORRUPT;
        if (rc == RC_OK) {
            take_unit(walk.key, unit);
            rc = add_unit(view, unit, counts, counted);
        }
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A unit that has had nothing yet has all its counts at zero. */
static enum rc add_one(struct step_view *view, const char *unit, Paidan__UnitsCounted *counted,
                       Paidan__Answer *answer)
{
    uint64_t counts[UNIT_COUNTERS];
    bool some = false;
    const enum rc rc = archive_unit_load(view->txn, unit, counts, &some);
    if (rc != RC_OK) {
        return rc;
    }
    if (!some && site_unit_find(view->site, unit) == SITE_NONE) {
        return step_view_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
    }
    return add_unit(view, unit, counts, counted);
}

static bool is_code(const char *text)
{
    return text == NULL || strlen(text) <= CODE_BYTES_MAX;
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    const Paidan__UnitCounts *const wish = request->unit_counts;
    const uint32_t limit = wish->has_limit ? wish->limit : COUNTS_DEFAULT;
    if (limit == 0 || limit > LIST_MAX || !is_code(wish->after)) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID,
                                is_code(wish->after) ? "limit" : "after");
    }
    if (!is_code(wish->unit) || (wish->unit != NULL && wish->unit[0] == '\0')) {
        return step_view_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
    }
    Paidan__UnitsCounted *counted = arena_alloc(view->arena, sizeof *counted);
    if (counted == NULL) {
        return RC_LIMIT;
    }
    paidan__units_counted__init(counted);
    counted->units = arena_alloc(view->arena, limit * sizeof(Paidan__UnitCount *));
    if (counted->units == NULL) {
        return RC_LIMIT;
    }
    const char *after = wish->after != NULL ? wish->after : "";
    enum rc rc = wish->unit != NULL ? add_one(view, wish->unit, counted, answer)
                                    : add_units(view, after, limit, counted);
    rc = rc == RC_OK ? newest_tell(view->txn, counted) : rc;
    if (rc == RC_OK && answer->code == PAIDAN__CODE__OK) {
        answer->body_case = PAIDAN__ANSWER__BODY_UNITS_COUNTED;
        answer->units_counted = counted;
    }
    return rc;
}

static bool knows(const Paidan__Request *request)
{
    CHECK(request != NULL);
    return request->wish_case == PAIDAN__REQUEST__WISH_UNIT_COUNTS;
}

const struct archive_part archive_unit_part = {.name = "units", .knows = knows, .query = query};
