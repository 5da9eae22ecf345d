/* outbox_send: what may be sent now, and when the next may.
 *
 * Reads the rows and changes none: that something was sent, or was not, is a fact (outbox.c). Owns
 * the memory of what is on its way, which is lost with the process: it is then sent again under the
 * same key, and whoever gets it twice knows it by that. Must stay true: a line has at most one on
 * its way, a destination that failed one in all, and each destination has its turn, so that a slow
 * one delays nobody else. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/step/outbox_private.h"

/* ---- in flight: memory of the sender alone, lost with it ---- */

static bool flies(const struct outbox_flights *flights, uint64_t delivery)
{
    CHECK(flights->count <= OUTBOX_FLIGHTS_MAX);
    for (unsigned index = 0; index < flights->count; index++) {
        if (flights->seqs[index] == delivery) {
            return true;
        }
    }
    return false;
}

/* Whether one of the line is on its way, be it one that is no longer the first of it. */
static bool line_flies(const struct outbox_flights *flights, uint64_t to, uint64_t line)
{
    CHECK(flights->count <= OUTBOX_FLIGHTS_MAX);
    for (unsigned index = 0; index < flights->count; index++) {
        if (flights->tos[index] == to && flights->lines[index] == line) {
            return true;
        }
    }
    return false;
}

static void depart(struct outbox_flights *flights, uint64_t to, const struct outbox_delivery *row)
{
    CHECK(flights->count < OUTBOX_FLIGHTS_MAX);
    CHECK(!flies(flights, row->seq));
    flights->tos[flights->count] = to;
    flights->seqs[flights->count] = row->seq;
    flights->lines[flights->count] = row->line;
    flights->count++;
    flights->turn = to;
}

void outbox_landed(struct outbox_flights *flights, uint64_t delivery)
{
    unsigned kept = 0;
    CHECK(flights->count <= OUTBOX_FLIGHTS_MAX);
    for (unsigned index = 0; index < flights->count; index++) {
        if (flights->seqs[index] != delivery) {
            flights->seqs[kept] = flights->seqs[index];
            flights->tos[kept] = flights->tos[index];
            flights->lines[kept] = flights->lines[index];
            kept++;
        }
    }
    flights->count = kept;
}

/* How many more may go to a destination while it does not rest: one alone finds out whether it is
 * there again. */
static uint32_t room_of(const struct outbox *outbox, const struct site *site,
                        const struct outbox_flights *flights, const struct outbox_to *to)
{
    CHECK(flights->count <= OUTBOX_FLIGHTS_MAX);
    struct outbox_rule rule;
    const uint64_t key = step_key(to->name);
    uint32_t count = 0;
    if (!outbox->rule(site, to->name, &rule)) {
        return 0;
    }
    CHECK(rule.flights_max >= 1);
    for (unsigned index = 0; index < flights->count; index++) {
        count += flights->tos[index] == key ? 1 : 0;
    }
    const uint32_t most = to->failures > 0 ? 1 : rule.flights_max;
    return count < most ? most - count : 0;
}

/* ---- taking ---- */

struct take {
    struct store_txn *txn;
    const struct outbox *outbox;
    const struct site *site;
    struct outbox_flights *flights;
    uint64_t now_ms;
    struct outbox_delivery *rows;
    size_t max, count;
};

static bool take_full(const struct take *take)
{
    CHECK(take->count <= take->max);
    return take->count == take->max || take->flights->count == OUTBOX_FLIGHTS_MAX;
}

/* From one destination: what is ready, oldest moment first. */
static enum rc take_from(struct take *take, const struct outbox_to *to)
{
    struct store_walk walk;
    unsigned char key[OUTBOX_KEY_MAX];
    uint64_t numbers[3] = {step_key(to->name), 0, 0};
    const uint64_t wanted = numbers[0];
    uint32_t room = to->waiting > 0 && to->rest_until_ms <= take->now_ms
                        ? room_of(take->outbox, take->site, take->flights, to)
                        : 0;
    const size_t size = outbox_key_write(key, numbers, 3);
    if (room == 0) {
        return RC_OK;
    }
    enum rc rc = store_walk_open(take->txn, outbox_table(take->outbox, OUTBOX_TABLE_READY), key,
                                 size, &walk);
    while (rc == RC_OK && room > 0 && !take_full(take)) {
        struct outbox_delivery *const row = &take->rows[take->count];
        if (!outbox_key_read(&walk, numbers, 3)) {
            rc = RC_CORRUPT;
            break;
        }
        if (numbers[0] != wanted || numbers[1] > take->now_ms) {
            break;
        }
        /* Those on their way stand first; to read them again at each look cost more than to send one. */
        const bool here = !flies(take->flights, numbers[2]);
        rc = here ? outbox_get(take->txn, take->outbox, numbers[2], row) : RC_OK;
        if (rc != RC_OK) {
            rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
            break;
        }
        if (here && !line_flies(take->flights, wanted, row->line)) {
            depart(take->flights, wanted, row);
            take->count++;
            room--;
        }
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The destinations whose keys lie in [from, until], each once. */
static enum rc take_range(struct take *take, uint64_t from, uint64_t until)
{
    CHECK(from <= until);
    struct store_walk walk;
    unsigned char key[OUTBOX_KEY_MAX];
    uint64_t to_key = from;
    const size_t size = outbox_key_write(key, &from, 1);
    enum rc rc =
        store_walk_open(take->txn, outbox_table(take->outbox, OUTBOX_TABLE_TO), key, size, &walk);
    while (rc == RC_OK && !take_full(take)) {
        struct outbox_to to;
        if (!outbox_key_read(&walk, &to_key, 1) || !outbox_to_read(&walk, &to)) {
            rc = RC_CORRUPT;
            break;
        }
        if (to_key > until) {
            break;
        }
        rc = take_from(take, &to);
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc outbox_take(struct store_txn *txn, const struct outbox *outbox, const struct site *site,
                    uint64_t now_ms, struct outbox_flights *flights, struct outbox_delivery *rows,
                    size_t max, size_t *count)
{
    CHECK(rows != NULL);
    CHECK(max > 0);
    const uint64_t turn = flights->turn; /* moves while we take */
    struct take take = {.txn = txn,
                        .outbox = outbox,
                        .site = site,
                        .flights = flights,
                        .now_ms = now_ms,
                        .rows = rows,
                        .max = max};
    enum rc rc = turn < UINT64_MAX ? take_range(&take, turn + 1, UINT64_MAX) : RC_OK;
    if (rc == RC_OK) {
        rc = take_range(&take, 0, turn);
    }
    if (rc != RC_OK) {
        for (size_t index = 0; index < take.count; index++) {
            outbox_landed(flights, rows[index].seq);
        }
        return rc;
    }
    *count = take.count;
    return RC_OK;
}

/* ---- looking ---- */

/* Neither it nor one of its line is in flight: else its turn comes when that one has landed, and nobody has
 * to look before. */
static enum rc may_fly(struct store_txn *txn, const struct outbox *outbox,
                       const struct outbox_flights *flights, uint64_t to_key, uint64_t delivery,
                       bool *free)
{
    struct outbox_delivery row;
    *free = false;
    if (flies(flights, delivery)) {
        return RC_OK;
    }
    const enum rc rc = outbox_get(txn, outbox, delivery, &row);
    *free = rc == RC_OK && !line_flies(flights, to_key, row.line);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* The first moment of a destination at which something that is not in flight may go. */
static enum rc next_of(struct store_txn *txn, const struct outbox *outbox,
                       const struct outbox_flights *flights, const struct outbox_to *to,
                       uint64_t *next_ms)
{
    struct store_walk walk;
    unsigned char key[OUTBOX_KEY_MAX];
    uint64_t numbers[3] = {step_key(to->name), 0, 0};
    const uint64_t wanted = numbers[0];
    const size_t size = outbox_key_write(key, numbers, 3);
    enum rc rc = store_walk_open(txn, outbox_table(outbox, OUTBOX_TABLE_READY), key, size, &walk);
    while (rc == RC_OK) {
        if (!outbox_key_read(&walk, numbers, 3)) {
            rc = RC_CORRUPT;
        } else if (numbers[0] != wanted) {
            rc = RC_NOT_FOUND;
        } else {
            bool free = false;
            rc = may_fly(txn, outbox, flights, wanted, numbers[2], &free);
            if (rc == RC_OK && free) {
                const uint64_t at_ms =
                    numbers[1] > to->rest_until_ms ? numbers[1] : to->rest_until_ms;
                *next_ms = at_ms < *next_ms ? at_ms : *next_ms;
                break;
            }
            rc = rc == RC_OK ? store_walk_next(&walk) : rc;
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc outbox_next(struct store_txn *txn, const struct outbox *outbox, const struct site *site,
                    const struct outbox_flights *flights, uint64_t *next_ms)
{
    struct store_walk walk;
    uint64_t found_ms = UINT64_MAX;
    enum rc rc = store_walk_open(txn, outbox_table(outbox, OUTBOX_TABLE_TO), NULL, 0, &walk);
    while (rc == RC_OK) {
        struct outbox_to to;
        if (!outbox_to_read(&walk, &to)) {
            rc = RC_CORRUPT;
            break;
        }
        /* Where no more may go the outcome of one in flight is waited for, not a moment. */
        if (to.waiting > 0 && room_of(outbox, site, flights, &to) > 0) {
            rc = next_of(txn, outbox, flights, &to, &found_ms);
        }
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    if (found_ms != UINT64_MAX) {
        *next_ms = found_ms;
    }
    return found_ms != UINT64_MAX ? RC_OK : RC_NOT_FOUND;
}

void outbox_key(const char *log, uint64_t delivery, char key[OUTBOX_KEY_BYTES])
{
    CHECK(delivery > 0);
    const int bytes = snprintf(key, OUTBOX_KEY_BYTES, "%s:%llu", log, (unsigned long long)delivery);
    CHECK(bytes > 0);
    CHECK((size_t)bytes < OUTBOX_KEY_BYTES); /* names of services are codes */
}

enum rc outbox_dead(struct store_txn *txn, const struct outbox *outbox, const char *to,
                    uint64_t after, struct outbox_delivery *rows, size_t max, size_t *count)
{
    CHECK(rows != NULL);
    struct store_walk walk;
    unsigned char key[OUTBOX_KEY_MAX];
    size_t found = 0;
    uint64_t numbers[2] = {step_key(to), after == UINT64_MAX ? after : after + 1};
    const uint64_t wanted = numbers[0];
    const size_t size = outbox_key_write(key, numbers, 2);
    enum rc rc = store_walk_open(txn, outbox_table(outbox, OUTBOX_TABLE_DEAD), key, size, &walk);
    while (rc == RC_OK && found < max) {
        if (!outbox_key_read(&walk, numbers, 2)) {
            rc = RC_CORRUPT;
        } else if (numbers[0] != wanted) {
            rc = RC_NOT_FOUND;
        } else {
            rc = outbox_get(txn, outbox, numbers[1], &rows[found]);
            rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        if (rc == RC_OK) {
            CHECK(rows[found].dead);
            found++;
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    *count = found;
    return RC_OK;
}
