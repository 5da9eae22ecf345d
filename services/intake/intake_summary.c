/* intake_summary 保密: the dispatcher's words of confidential tickets, in a table of their own, for few
 * tickets have any.
 *
 * Owns that table. What must stay true: rows are folded from receipts alone, so that they come with the
 * unit: no unit can be asked for the words before there is something to give it instead. */
#include "intake_summary.h"

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/store/store_row.h"
#include "common/text/text.h"

struct summary {
    char text[NOTE_BYTES_MAX + 1];
};
static const struct record_row summary_rows[] = {
    RECORD_LONG_TEXT(struct summary, text),
    RECORD_END,
};
static const struct record_format summary_format = {
    .version = 1, .bytes = sizeof(struct summary), .rows = summary_rows};

enum rc intake_summary_get(struct store_txn *txn, struct arena *arena, uint64_t ticket,
                           char **summary)
{
    struct summary row;
    const enum rc rc = store_row_get(txn, INTAKE_SUMMARY, ticket, &summary_format, &row);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(row.text[0] != '\0'); /* none is written: see the fold */
    *summary = arena_strdup(arena, row.text);
    return *summary == NULL ? RC_LIMIT : RC_OK;
}

enum rc intake_summary_fold(struct store_txn *txn, const Paidan__Receipt *receipt)
{
    struct summary row;
    CHECK(receipt->ticket != 0);
    if (receipt->summary == NULL) {
        return RC_OK;
    }
    if (receipt->unit == NULL || receipt->summary[0] == '\0' ||
        !text_copy(row.text, sizeof row.text, receipt->summary)) {
        return RC_CORRUPT;
    }
    return store_row_put(txn, INTAKE_SUMMARY, receipt->ticket, &summary_format, &row);
}
