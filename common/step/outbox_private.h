/* outbox_private: the rows of an outbox, for outbox.c (lines, facts) and outbox_send.c (taking). */
#pragma once

#include "common/step/outbox.h"

/* As OUTBOX_TABLE_NAMES; what they hold: outbox_row.c. */
enum outbox_table {
    OUTBOX_TABLE_OUT,
    OUTBOX_TABLE_LINE,
    OUTBOX_TABLE_READY,
    OUTBOX_TABLE_DEAD,
    OUTBOX_TABLE_TO
};

#define OUTBOX_KEY_MAX 24u /* three numbers */

/* The handle of one of an outbox's tables in its service's store. */
unsigned outbox_table(const struct outbox *outbox, enum outbox_table table);
/* A key of up to three numbers; returns its size. */
size_t outbox_key_write(unsigned char key[OUTBOX_KEY_MAX], const uint64_t *numbers, size_t count);
/* False: the key under the walk is not one of so many numbers. */
bool outbox_key_read(const struct store_walk *walk, uint64_t *numbers, size_t count);

/* Before: a delivery ends no earlier than it was asked for. RC_OK, RC_FULL, RC_STORE. */
MUST_CHECK enum rc outbox_put(struct store_txn *txn, const struct outbox *outbox,
                              const struct outbox_delivery *row);
/* Before: who rests has failed. RC_OK, RC_FULL, RC_STORE. */
MUST_CHECK enum rc outbox_to_put(struct store_txn *txn, const struct outbox *outbox,
                                 const struct outbox_to *row);
/* The destination under a walk of OUTBOX_TABLE_TO; false: damaged. */
bool outbox_to_read(const struct store_walk *walk, struct outbox_to *row);
