/* cli_row: a complaint to be handed in: a row of a table, or the one of the arguments. */
#pragma once

#include "cli.h"

enum { CLI_ROWS_MAX = 1000 }; /* of one request */

struct cli_row {
    uint64_t line;
    char *bytes; /* of the line; the ticket's texts point into it */
    Paidan__NewTicket ticket;
    Paidan__Code code; /* OK: to be sent, or accepted; else refused */
    char detail[64], query_code[32];
    uint64_t number;
    bool duplicate, repeats; /* repeats: number is that of the caller's open ticket, in `state` */
    Paidan__State state;
    uint32_t call_count;
    char calls[CALLS_NAMED_MAX][PHONE_BYTES_MAX + 1]; /* to telephone at once */
};

void cli_row_refuse(struct cli_row *row, Paidan__Code code, const char *detail);
/* Refuses the row for what the validator would refuse a whole request for. */
void cli_row_check(struct cli_row *row);
/* Sends rows as one request; one that is refused as a whole is cut in halves until the row that is
 * to blame stands alone. 0, or the status with which to stop. */
MUST_CHECK int cli_row_send(struct cli *cli, struct cli_row *const *rows, size_t count);
