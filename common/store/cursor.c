/* cursor: table STORE_CURSOR, name of the followed log -> seq u64, crc u32, sealed.
 *
 * A cursor is written in the transaction that holds the effects of the records up to it: that alone
 * makes every record of a followed log take effect exactly once. */
#include "common/store/cursor.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/record.h"

static const struct record_row cursor_rows[] = {
    RECORD_U64(struct cursor, seq),
    RECORD_U32(struct cursor, crc),
    RECORD_END,
};
static const struct record_format cursor_format = {
    .version = 1, .bytes = sizeof(struct cursor), .rows = cursor_rows};

enum rc cursor_get(struct store_txn *txn, const char *log, struct cursor *cursor)
{
    CHECK(log[0] != '\0');
    /* Never followed yet: it begins before the first record. */
    struct cursor read = {0};
    const enum rc rc = store_get_record(txn, STORE_CURSOR, log, strlen(log), &cursor_format, &read);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    *cursor = read;
    return RC_OK;
}

enum rc cursor_put(struct store_txn *txn, const char *log, const struct cursor *cursor)
{
    CHECK(log[0] != '\0');
    return store_put_record(txn, STORE_CURSOR, log, strlen(log), &cursor_format, cursor);
}
