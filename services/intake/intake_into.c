/* intake_into: what residents and units are told of a merged ticket is what becomes of the one that is worked
 * on in its place. Owns the table of which that is. What must stay true: a ticket has a row exactly while it
 * is INTAKE_MERGED or was withdrawn while it was; and nothing of one resident's is reached from the other's
 * number but how far the work is. */
#include "intake_into.h"

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/store/store_row.h"

struct into {
    uint64_t ticket;
};
static const struct record_row into_rows[] = {
    RECORD_U64_IN(struct into, ticket, 1, UINT64_MAX),
    RECORD_END,
};
static const struct record_format into_format = {
    .version = 1, .bytes = sizeof(struct into), .rows = into_rows};

enum rc intake_into_get(struct store_txn *txn, uint64_t ticket, uint64_t *into)
{
    struct into row;
    CHECK(ticket != 0);
    const enum rc rc = store_row_get(txn, INTAKE_INTO, ticket, &into_format, &row);
    if (rc == RC_OK) {
        CHECK(row.ticket != 0);
        *into = row.ticket;
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

enum rc intake_into_fold(struct store_txn *txn, const Paidan__Receipt *receipt)
{
    CHECK(receipt->ticket != 0);
    if (receipt->state != PAIDAN__STATE__STATE_MERGED) {
        const enum rc rc = store_row_del(txn, INTAKE_INTO, receipt->ticket);
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct into row = {.ticket = receipt->merged_into};
    if (row.ticket == 0 || row.ticket == receipt->ticket) {
        return RC_CORRUPT;
    }
    return store_row_put(txn, INTAKE_INTO, receipt->ticket, &into_format, &row);
}
