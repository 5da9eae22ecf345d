/* record_fuzz: what a service finds in its store. The first byte chooses the kind of record, the
 * rest is what lies under its key. Records carry a checksum that a fuzzer cannot guess, so that
 * input whose first byte has the high bit is sealed before: then version and fields alone are up to
 * the fuzzer.
 *
 * Laws: it is read or refused as corrupt or of another format; what is read can be written, and is
 * then read as the same. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callback_state.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/step/step_private.h"
#include "common/store/cursor.h"
#include "common/store/evlog.h"
#include "common/store/tally.h"
#include "escalation_state.h"
#include "intake_state.h"
#include "scratch.h"
#include "triage_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define ID 2026112200000001ull

enum { SEALED = 0x80, RECORD_BYTES_MAX = 8192, CRC_BYTES = 4 };

/* A kind reads what lies under its key; if it is good, writes it back. */
typedef enum rc (*record_pass)(struct store_txn *txn);

static enum rc pass_triage_ticket(struct store_txn *txn)
{
    struct triage_ticket record;
    const enum rc rc = triage_state_get(txn, ID, &record);
    return rc == RC_OK ? triage_state_put(txn, ID, &record) : rc;
}

static enum rc pass_triage_desk(struct store_txn *txn)
{
    struct triage_desk record;
    const enum rc rc = triage_state_desk_get(txn, ID, &record);
    return rc == RC_OK ? triage_state_desk_put(txn, ID, NULL, &record) : rc;
}

static enum rc pass_callback(struct store_txn *txn)
{
    struct callback_task record;
    const enum rc rc = callback_state_get(txn, ID, &record);
    return rc == RC_OK ? callback_state_put(txn, ID, &record) : rc;
}

static enum rc pass_intake(struct store_txn *txn)
{
    struct intake_ticket record;
    const enum rc rc = intake_state_get(txn, ID, &record);
    return rc == RC_OK ? intake_state_put(txn, ID, &record) : rc;
}

/* What is derived from a record must be derivable from every record that is read. */
static void escalation_derive(struct escalation_ticket *record)
{
    unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
    enum escalation_firing firing;
    struct due due;
    if (escalation_state_due(ID, record, &due, &firing)) {
        CHECK(due.id == ID);
        CHECK(due.due_ms > 0);
    }
    if (escalation_state_queue_key(ID, record, key)) {
        CHECK(escalation_state_open(record));
        CHECK(escalation_state_queue_ticket(key) == ID);
    }
    (void)escalation_state_card(record);
    (void)escalation_state_next_deadline(record);
}

static enum rc pass_escalation(struct store_txn *txn)
{
    struct escalation_ticket record;
    const enum rc rc = escalation_state_load(txn, ID, &record);
    if (rc != RC_OK) {
        return rc;
    }
    escalation_derive(&record);
    return escalation_state_save(txn, ID, &record);
}

static enum rc pass_escalation_info(struct store_txn *txn)
{
    struct escalation_info record;
    const enum rc rc = escalation_state_load_info(txn, ID, &record);
    return rc == RC_OK ? escalation_state_save_info(txn, ID, &record) : rc;
}

static enum rc pass_cursor(struct store_txn *txn)
{
    struct cursor record;
    const enum rc rc = cursor_get(txn, "other", &record);
    return rc == RC_OK ? cursor_put(txn, "other", &record) : rc;
}

static enum rc pass_tally(struct store_txn *txn)
{
    struct tally record;
    const enum rc rc = tally_load(txn, &record);
    return rc == RC_OK ? tally_store(txn, &record) : rc;
}

static enum rc pass_now(struct store_txn *txn)
{
    struct tally none = {{0}};
    uint64_t now_ms = 0;
    const enum rc rc = step_now_load(txn, &now_ms);
    return rc == RC_OK ? step_totals_store(txn, &none, now_ms) : rc;
}

/* Read alone; nobody but the fold of a fact writes it. */
static enum rc pass_site(struct store_txn *txn)
{
    struct step_site site;
    return step_site_load(txn, &site);
}

static enum rc pass_head(struct store_txn *txn)
{
    static struct evlog evlog;
    struct evlog_report report;
    const enum rc rc = evlog_load(&evlog, txn);
    const enum rc verified = evlog_verify(txn, &report);
    CHECK(verified != RC_OK || rc == RC_OK); /* what verifies can be opened */
    return rc;
}

static enum rc pass_follower(struct store_txn *txn)
{
    uint64_t seq = 0;
    const enum rc rc = evlog_follower_get(txn, "other", &seq);
    return rc == RC_OK ? evlog_follower_put(txn, "other", seq) : rc;
}

static enum rc pass_request(struct store_txn *txn)
{
    const unsigned char id[16] = "request";
    uint64_t seq = 0;
    return step_request_find(txn, id, &seq);
}

static const unsigned char id_key[8] = {ID >> 56,          (ID >> 48) & 0xff, (ID >> 40) & 0xff,
                                        (ID >> 32) & 0xff, (ID >> 24) & 0xff, (ID >> 16) & 0xff,
                                        (ID >> 8) & 0xff,  ID & 0xff};
static const struct kind {
    unsigned table;
    const void *key;
    size_t key_bytes;
    record_pass pass;
} kinds[] = {
    {TRIAGE_TABLE_TICKET, id_key, 8, pass_triage_ticket},
    {TRIAGE_TABLE_DESK, id_key, 8, pass_triage_desk},
    {CALLBACK_TASK, id_key, 8, pass_callback},
    {INTAKE_TICKET, id_key, 8, pass_intake},
    {ESCALATION_TICKET, id_key, 8, pass_escalation},
    {ESCALATION_INFO, id_key, 8, pass_escalation_info},
    {STORE_CURSOR, "other", 5, pass_cursor},
    {STORE_META, "tally", 5, pass_tally},
    {STORE_META, "now", 3, pass_now},
    {STORE_META, "site", 4, pass_site},
    {STORE_META, "log", 3, pass_head},
    {STORE_FOLLOWER, "other", 5, pass_follower},
    {STORE_REQUEST, "request\0\0\0\0\0\0\0\0", 16, pass_request},
};

static struct scratch scratch;

static void scratch_leave(void)
{
    scratch_remove(&scratch);
}

static struct store *store_get_one(void)
{
    static const char *const tables[] = {"first", "second", "third", NULL};
    static struct store *store;
    if (store == NULL) {
        scratch_make(&scratch);
        (void)atexit(scratch_leave);
        const struct store_options options = {
            .path = scratch.path, .map_bytes = 16u << 20, .service = "fuzz", .tables = tables};
        const enum rc rc = store_open(&store, &options);
        CHECK(rc == RC_OK);
    }
    return store;
}

/* The record as it lies there; copied, for a write ends the life of what the store gave. */
static size_t record_copy(struct store_txn *txn, const struct kind *kind,
                          unsigned char bytes[RECORD_BYTES_MAX])
{
    const void *value = NULL;
    size_t size = 0;
    const enum rc rc = store_get(txn, kind->table, kind->key, kind->key_bytes, &value, &size);
    CHECK(rc == RC_OK);
    CHECK(size <= RECORD_BYTES_MAX);
    memcpy(bytes, value, size);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static unsigned char first[RECORD_BYTES_MAX], second[RECORD_BYTES_MAX];
    struct store_txn *txn = NULL;
    if (bytes < 2 || bytes > RECORD_BYTES_MAX - CRC_BYTES) {
        return 0;
    }
    const struct kind *kind = &kinds[(data[0] & (SEALED - 1u)) % (sizeof kinds / sizeof kinds[0])];
    size_t size = bytes - 1;
    memcpy(first, data + 1, size);
    if ((data[0] & SEALED) != 0) {
        const uint32_t crc = codec_crc(first, size);
        for (unsigned index = 0; index < CRC_BYTES; index++) {
            first[size++] = (unsigned char)(crc >> (24 - 8 * index));
        }
    }
    enum rc rc = store_begin(store_get_one(), true, &txn);
    CHECK(rc == RC_OK);
    rc = store_put(txn, kind->table, kind->key, kind->key_bytes, first, size);
    CHECK(rc == RC_OK);
    rc = kind->pass(txn);
    CHECK(rc == RC_OK || rc == RC_CORRUPT || rc == RC_FORMAT);
    if (rc == RC_OK) {
        size = record_copy(txn, kind, first);
        rc = kind->pass(txn);
        CHECK(rc == RC_OK);
        CHECK(record_copy(txn, kind, second) == size);
        CHECK(memcmp(first, second, size) == 0);
    }
    store_abort(txn);
    return 0;
}
