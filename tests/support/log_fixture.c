#include "log_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#include "common/base/codec.h"

int log_setup(void **state)
{
    struct log_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    scratch_make(&fixture->scratch);
    const struct store_options options = {
        .path = fixture->scratch.path, .map_bytes = 128u << 20, .service = "test"};
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
    assert_int_equal(evlog_init(&fixture->log, 4u << 20, 20000), RC_OK);
    *state = fixture;
    return 0;
}

int log_teardown(void **state)
{
    struct log_fixture *fixture = *state;
    evlog_fini(&fixture->log);
    store_close(fixture->store);
    scratch_remove(&fixture->scratch);
    free(fixture);
    return 0;
}

void log_commit(struct log_fixture *fixture, unsigned count, uint64_t now_ms)
{
    struct store_txn *txn = NULL;
    evlog_begin(&fixture->log);
    for (unsigned index = 0; index < count; index++) {
        char text[32];
        uint64_t seq = 0;
        const int bytes =
            snprintf(text, sizeof text, "record %llu", (unsigned long long)fixture->log.next_seq);
        assert_int_equal(evlog_append(&fixture->log, EVLOG_EVENT, text, (size_t)bytes, &seq),
                         RC_OK);
    }
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(evlog_write(&fixture->log, txn, now_ms), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    evlog_settle(&fixture->log, true);
}

enum rc log_verify(struct log_fixture *fixture, struct evlog_report *report)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    const enum rc rc = evlog_verify(txn, report);
    store_abort(txn);
    return rc;
}

enum rc log_load(struct log_fixture *fixture, struct evlog *log)
{
    struct store_txn *txn = NULL;
    assert_int_equal(evlog_init(log, 1u << 20, 100), RC_OK);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    const enum rc rc = evlog_load(log, txn);
    store_abort(txn);
    return rc;
}

void log_check_text(const struct evlog_record *record, uint64_t seq)
{
    char text[32];
    const int bytes = snprintf(text, sizeof text, "record %llu", (unsigned long long)seq);
    assert_int_equal(record->seq, seq);
    assert_int_equal(record->bytes, bytes);
    assert_memory_equal(record->payload, text, (size_t)bytes);
}

size_t log_copy_block(struct log_fixture *fixture, uint64_t first_seq, unsigned char *bytes,
                      size_t size)
{
    struct store_txn *txn = NULL;
    unsigned char key[8];
    struct codec_writer writer;
    const void *value = NULL;
    size_t value_bytes = 0;
    codec_writer_init(&writer, key, sizeof key);
    codec_put_u64(&writer, first_seq);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(store_get(txn, STORE_LOG, key, sizeof key, &value, &value_bytes), RC_OK);
    assert_true(value_bytes <= size);
    memcpy(bytes, value, value_bytes);
    store_abort(txn);
    return value_bytes;
}

void log_damage_begin(struct log_fixture *fixture)
{
    assert_int_equal(store_begin(fixture->store, true, &fixture->txn), RC_OK);
}

void log_damage_end(struct log_fixture *fixture)
{
    assert_int_equal(store_commit(fixture->txn), RC_OK);
}

void log_put_block(struct log_fixture *fixture, uint64_t key_seq, const unsigned char *bytes,
                   size_t size)
{
    unsigned char key[8];
    struct codec_writer writer;
    codec_writer_init(&writer, key, sizeof key);
    codec_put_u64(&writer, key_seq);
    if (bytes == NULL) {
        assert_int_equal(store_del(fixture->txn, STORE_LOG, key, sizeof key), RC_OK);
    } else {
        assert_int_equal(store_put(fixture->txn, STORE_LOG, key, sizeof key, bytes, size), RC_OK);
    }
}

void log_rehash(unsigned char *bytes, size_t size)
{
    crypto_generichash_state hash;
    (void)crypto_generichash_init(&hash, NULL, 0, EVLOG_HASH_BYTES);
    (void)crypto_generichash_update(&hash, bytes, HASH_AT);
    (void)crypto_generichash_update(&hash, bytes + EVLOG_BLOCK_HEADER_BYTES,
                                    size - EVLOG_BLOCK_HEADER_BYTES);
    (void)crypto_generichash_final(&hash, bytes + HASH_AT, EVLOG_HASH_BYTES);
    log_resum(bytes);
}

void log_resum(unsigned char *bytes)
{
    struct codec_writer writer;
    codec_writer_init(&writer, bytes + SUM_AT, EVLOG_BLOCK_HEADER_BYTES - SUM_AT);
    codec_put_u32(&writer, codec_crc(bytes, SUM_AT));
    assert_false(writer.failed);
}

void log_check_damage(struct log_fixture *fixture, uint64_t at, const char *what)
{
    struct evlog_report report;
    assert_int_equal(log_verify(fixture, &report), RC_CORRUPT);
    assert_string_equal(report.what, what);
    assert_int_equal(report.at, at);
}

void log_three_blocks(struct log_fixture *fixture)
{
    struct evlog_report report;
    for (unsigned count = 0; count < 3; count++) {
        log_commit(fixture, 2, 100 + count);
    }
    assert_int_equal(log_verify(fixture, &report), RC_OK);
    assert_int_equal(report.blocks, 3);
}
