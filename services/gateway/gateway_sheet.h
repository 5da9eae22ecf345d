/* gateway_sheet: a list of tickets as a table of a spreadsheet (.xlsx). */
#pragma once

#include "gateway.h"

#define GATEWAY_SHEET_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

enum {
    GATEWAY_SHEET_ROWS_MAX = 10000, /* of one table; what is left out is said in its last row */
    GATEWAY_SHEETS_MAX = 4,         /* made at once */
};

/* GET /api/v1/tickets.xlsx: the filters of /tickets, without its cursor and limit. */
gateway_handler gateway_sheet_tickets;

/* One table: cells as text, row by row, the heads first. */
struct gateway_sheet {
    char *cells; /* each ended by NUL; heap */
    size_t bytes, room;
    unsigned columns;
    size_t rows;
    bool failed; /* no memory */
};

/* Adds one cell, whatever it holds: it will be text and nothing else. NULL: empty. */
void gateway_sheet_add(struct gateway_sheet *sheet, const char *text);
/* Writes it as a workbook into a file without a name, which nobody else can open. The descriptor, whose
 * size is *size; -1: it could not be written. Blocks: for the worker. */
int gateway_sheet_write(const struct gateway_sheet *sheet, const char *title, size_t *size);
/* Answers with such a file, under that name. fd is taken; -1: there is none, and it is told. */
void gateway_sheet_respond(struct exchange *exchange, int fd, size_t size, const char *name);
