/* step_fold: what the engine itself keeps in the tables: stored answers, the site, the totals.
 *
 * Everything here depends on the record and the tables alone, for replay runs it again. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/step/step_private.h"
#include "common/wire/wire.h"

#define RECORD_VERSION 1u
#define FORGET_MAX                                                                                 \
    4u /* more than one for each answer that comes, so the table cannot grow for ever */

static const char site_key[] = "site", now_key[] = "now", peers_key[] = "peers";

/* ---- stored answers ---- */

static enum rc request_put(struct store_txn *txn, uint64_t seq, uint64_t now_ms,
                           const unsigned char *id)
{
    CHECK(seq > 0);
    CHECK(id != NULL);
    unsigned char bytes[1 + 8 + 4];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, RECORD_VERSION);
    codec_put_u64(&writer, seq);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    const enum rc rc = store_insert(txn, STORE_REQUEST, id, REQUEST_ID_BYTES, bytes, writer.used);
    if (rc != RC_OK) {
        return rc == RC_EXISTS ? RC_CORRUPT : rc;
    }
    unsigned char key[8], age[1 + 8 + REQUEST_ID_BYTES + 4];
    codec_writer_init(&writer, key, sizeof key);
    codec_put_u64(&writer, seq);
    codec_writer_init(&writer, age, sizeof age);
    codec_seal_begin(&writer, RECORD_VERSION);
    codec_put_u64(&writer, now_ms);
    codec_put_bytes(&writer, id, REQUEST_ID_BYTES);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    const enum rc appended =
        store_append(txn, STORE_REQUEST_AGE, key, sizeof key, age, writer.used);
    return appended == RC_EXISTS ? RC_CORRUPT : appended;
}

static enum rc age_read(const struct store_walk *walk, uint64_t *seq, uint64_t *now_ms,
                        unsigned char id[REQUEST_ID_BYTES])
{
    struct codec_reader key, value;
    uint8_t version = 0;
    codec_reader_init(&key, walk->key, walk->key_bytes);
    *seq = codec_get_u64(&key);
    if (codec_unseal(&value, walk->value, walk->value_bytes, &version) != RC_OK ||
        version != RECORD_VERSION) {
        return RC_CORRUPT;
    }
    *now_ms = codec_get_u64(&value);
    const unsigned char *bytes = codec_get_bytes(&value, REQUEST_ID_BYTES);
    if (!codec_done(&key) || !codec_done(&value)) {
        return RC_CORRUPT;
    }
    memcpy(id, bytes, REQUEST_ID_BYTES);
    return RC_OK;
}

/* Forgets the oldest answer if it is out of its time; RC_NOT_FOUND: none is. */
static enum rc forget_one(struct store_txn *txn, uint64_t now_ms)
{
    struct store_walk walk;
    unsigned char id[REQUEST_ID_BYTES], key[8];
    uint64_t seq = 0, stored_ms = 0;
    enum rc rc = store_walk_open(txn, STORE_REQUEST_AGE, NULL, 0, &walk);
    if (rc == RC_OK) {
        rc = age_read(&walk, &seq, &stored_ms, id);
    }
    if (rc == RC_OK) {
        memcpy(key, walk.key, sizeof key);
        rc = now_ms - stored_ms > REQUEST_KEEP_MS && now_ms > stored_ms ? RC_OK : RC_NOT_FOUND;
    }
    store_walk_close(&walk);
    if (rc == RC_OK) {
        rc = store_del(txn, STORE_REQUEST_AGE, key, sizeof key);
        if (rc == RC_OK) {
            rc = store_del(txn, STORE_REQUEST, id, sizeof id);
        }
        rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return rc;
}

enum rc step_fold_answer(struct store_txn *txn, uint64_t seq, uint64_t now_ms,
                         const unsigned char *id)
{
    CHECK(seq > 0);
    CHECK(now_ms > 0);
    enum rc rc = request_put(txn, seq, now_ms, id);
    for (unsigned count = 0; rc == RC_OK && count < FORGET_MAX; count++) {
        rc = forget_one(txn, now_ms);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc step_request_find(struct store_txn *txn, const unsigned char *id, uint64_t *seq)
{
    CHECK(id != NULL);
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(txn, STORE_REQUEST, id, REQUEST_ID_BYTES, &value, &bytes);
    if (rc != RC_OK) {
        return rc;
    }
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, value, bytes, &version) != RC_OK || version != RECORD_VERSION) {
        return RC_CORRUPT;
    }
    *seq = codec_get_u64(&reader);
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc step_request_oldest(struct store_txn *txn, uint64_t *seq)
{
    struct store_walk walk;
    unsigned char id[REQUEST_ID_BYTES];
    uint64_t stored_ms = 0;
    enum rc rc = store_walk_open(txn, STORE_REQUEST_AGE, NULL, 0, &walk);
    if (rc == RC_OK) {
        rc = age_read(&walk, seq, &stored_ms, id);
    }
    store_walk_close(&walk);
    return rc;
}

/* ---- site and totals ---- */

enum rc step_site_load(struct store_txn *txn, struct step_site *site)
{
    const void *value = NULL;
    size_t bytes = 0;
    struct step_site read = {.known = true};
    const enum rc rc = store_get(txn, STORE_META, site_key, sizeof site_key - 1, &value, &bytes);
    if (rc == RC_NOT_FOUND) {
        *site = (struct step_site){0};
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, value, bytes, &version) != RC_OK) {
        return RC_CORRUPT;
    }
    if (version != RECORD_VERSION) {
        return RC_FORMAT;
    }
    read.version = codec_get_u32(&reader);
    read.level_count = codec_get_u8(&reader);
    if (read.level_count > SITE_LEVELS_MAX) {
        return RC_CORRUPT;
    }
    for (uint32_t index = 0; index < read.level_count; index++) {
        codec_get_text(&reader, read.levels[index], sizeof read.levels[index]);
    }
    if (!codec_done(&reader)) {
        return RC_CORRUPT;
    }
    *site = read;
    return RC_OK;
}

static enum rc fold_site(struct store_txn *txn, struct step_site *site,
                         const Paidan__SiteChanged *changed)
{
    struct step_site next = {.known = true, .version = changed->site_version};
    if (changed->n_levels > SITE_LEVELS_MAX) {
        return RC_CORRUPT;
    }
    unsigned char bytes[1 + 4 + 1 + SITE_LEVELS_MAX * (CODE_BYTES_MAX + 1) + 4];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, RECORD_VERSION);
    codec_put_u32(&writer, next.version);
    codec_put_u8(&writer, (uint8_t)changed->n_levels);
    for (; next.level_count < changed->n_levels; next.level_count++) {
        codec_put_text(&writer, changed->levels[next.level_count]);
        (void)snprintf(next.levels[next.level_count], sizeof next.levels[0], "%s",
                       changed->levels[next.level_count]);
    }
    codec_seal_end(&writer);
    if (writer.failed) {
        return RC_CORRUPT;
    }
    *site = next;
    return store_put(txn, STORE_META, site_key, sizeof site_key - 1, bytes, writer.used);
}

static const struct record_row peers_rows[] = {
    RECORD_BOOL(struct step_peers, filed),
    RECORD_BYTES(struct step_peers, digest, PEERS_DIGEST_BYTES),
    RECORD_END,
};
static const struct record_format peers_format = {
    .version = 1, .bytes = sizeof(struct step_peers), .rows = peers_rows};

enum rc step_peers_load(struct store_txn *txn, struct step_peers *peers)
{
    *peers = (struct step_peers){.known = false};
    const enum rc rc =
        store_get_record(txn, STORE_META, peers_key, sizeof peers_key - 1, &peers_format, peers);
    peers->known = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc fold_peers(struct store_txn *txn, struct step_peers *peers,
                          const Paidan__PeersChanged *changed)
{
    struct step_peers next = {
        .known = true, .filed = changed->has_digest != 0, .count = changed->peers};
    if (next.filed && changed->digest.len != sizeof next.digest) {
        return RC_CORRUPT;
    }
    if (next.filed) {
        memcpy(next.digest, changed->digest.data, sizeof next.digest);
    }
    const enum rc rc =
        store_put_record(txn, STORE_META, peers_key, sizeof peers_key - 1, &peers_format, &next);
    if (rc == RC_OK) {
        *peers = next;
    }
    return rc;
}

enum rc step_now_load(struct store_txn *txn, uint64_t *now_ms)
{
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(txn, STORE_META, now_key, sizeof now_key - 1, &value, &bytes);
    if (rc == RC_NOT_FOUND) {
        *now_ms = 0;
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, value, bytes, &version) != RC_OK) {
        return RC_CORRUPT;
    }
    if (version != RECORD_VERSION) {
        return RC_FORMAT;
    }
    *now_ms = codec_get_u64(&reader);
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc step_totals_store(struct store_txn *txn, const struct tally *tally, uint64_t now_ms)
{
    unsigned char bytes[1 + 8 + 4];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, RECORD_VERSION);
    codec_put_u64(&writer, now_ms);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    const enum rc rc = store_put(txn, STORE_META, now_key, sizeof now_key - 1, bytes, writer.used);
    return rc == RC_OK ? tally_store(txn, tally) : rc;
}

/* ---- events ---- */

enum rc step_fold_event(const struct step_service *service, struct step_fold *fold,
                        struct step_site *site, struct step_peers *peers, uint64_t seq,
                        const Paidan__Event *event)
{
    CHECK(seq > 0);
    CHECK(fold->txn != NULL);
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    if (event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED) {
        const enum rc rc = fold_site(fold->txn, site, event->site_changed);
        if (rc != RC_OK) {
            return rc;
        }
    }
    /* Said by the engine for every service; none has a table for them. */
    if (event->fact_case == PAIDAN__EVENT__FACT_PEERS_CHANGED) {
        return fold_peers(fold->txn, peers, event->peers_changed);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_DENIED) {
        return RC_OK;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        const enum rc rc = step_refused_fold(fold->txn, seq, event->record_refused);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return service->evolve(fold, seq, event);
}

enum rc step_unpack(struct arena *arena, const struct evlog_record *record, Paidan__Event **event)
{
    CHECK(arena->used <= arena->budget);
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (record->kind != EVLOG_EVENT) {
        return RC_CORRUPT;
    }
    /* Whether it is our room that is short and not the record that is wrong. */
    const bool tight = arena->budget - arena->used < WIRE_UNPACK_BYTES(record->bytes);
    const enum rc rc = wire_unpack(arena, &paidan__event__descriptor, record->payload,
                                   record->bytes, &message, &error);
    if (rc != RC_OK) {
        return tight && error.code == PAIDAN__CODE__TOO_MANY_ITEMS ? RC_LIMIT : RC_CORRUPT;
    }
    *event = (Paidan__Event *)message;
    return RC_OK;
}
