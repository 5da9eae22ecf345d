/* cli_listing: tickets in pages, one page after the other into one table or one JSON document. */
#pragma once

#include <jansson.h>

#include "cli.h"

struct cli_listing {
    struct cli *cli;
    uint64_t shown;
    uint64_t decisions, decide_by_ms; /* that wait for the unit whose work it is; 0: none */
    bool desk;                        /* it lists the desk alone, and says so when it is empty */
    uint64_t waiting, overdue;        /* at the desk, by its last page */
};

/* 0 or a status. After 0, cli_listing_end or cli_listing_drop. */
MUST_CHECK int cli_listing_begin(struct cli_listing *listing, struct cli *cli);
void cli_listing_add(struct cli_listing *listing, Paidan__Brief *const *briefs, size_t count);
/* One row that is no ticket of escalation's, for --json alone; written and freed at once. */
void cli_listing_row(struct cli_listing *listing, json_t *row);
/* next: the --cursor of the next page; NULL: that was the end. */
MUST_CHECK int cli_listing_end(struct cli_listing *listing, const char *next);
void cli_listing_drop(struct cli_listing *listing);

/* A cursor that is bytes, as typed: hexadecimal, small letters. */
enum { CLI_CURSOR_BYTES_MAX = 64 };
void cli_listing_cursor_text(const ProtobufCBinaryData *next,
                             char text[2 * CLI_CURSOR_BYTES_MAX + 1]);
/* Reads --cursor; 0 or a status. */
MUST_CHECK int cli_listing_cursor(struct cli *cli, uint8_t bytes[CLI_CURSOR_BYTES_MAX],
                                  size_t *count);
