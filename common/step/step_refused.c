/* step_refused: which records of other logs this service refused, the newest first.
 *
 * A refused record means that two services saw one ticket differently; a count tells that it happened,
 * but not to which ticket. Each RecordRefused names the one before it, and the newest stands in one row
 * of STORE_META, so that a list costs a look at each of its items and no index. Facts from before the
 * chain name none: they are counted as ever, and the row is not touched by them, for their log must
 * fold to the tables that it made then. */
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/step/step_private.h"

#define RECORD_VERSION 1u

static const char refused_key[] = "refused";

enum rc step_refused_load(struct store_txn *txn, uint64_t *seq)
{
    const void *value = NULL;
    size_t bytes = 0;
    CHECK(txn != NULL);
    *seq = 0;
    const enum rc rc =
        store_get(txn, STORE_META, refused_key, sizeof refused_key - 1, &value, &bytes);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, value, bytes, &version) != RC_OK) {
        return RC_CORRUPT;
    }
    if (version != RECORD_VERSION) {
        return RC_FORMAT;
    }
    *seq = codec_get_u64(&reader);
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc step_refused_fold(struct store_txn *txn, uint64_t seq, const Paidan__RecordRefused *refused)
{
    uint64_t last = 0;
    CHECK(seq > 0);
    if (!refused->has_before) {
        return RC_OK;
    }
    const enum rc rc = step_refused_load(txn, &last);
    if (rc != RC_OK || last != refused->before || last >= seq) {
        return rc != RC_OK ? rc : RC_CORRUPT;
    }
    unsigned char bytes[1 + 8 + 4];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, RECORD_VERSION);
    codec_put_u64(&writer, seq);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, STORE_META, refused_key, sizeof refused_key - 1, bytes, writer.used);
}
