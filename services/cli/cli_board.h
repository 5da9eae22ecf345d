/* cli_board: the live board of timers, drawn. Used by `paidan board` and by paidan-demo.
 *
 * Drawing is a function from what is known to lines of text: it never touches a terminal, so tests
 * and pipes get the same picture. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/say/say.h"

struct cli_board_frame {
    const Paidan__Boarded *boarded;
    uint64_t now_ms; /* the site's time; remaining times are counted from it */
    struct say say;  /* language, wall clock, names */
    bool colour;
    unsigned columns, rows;   /* of the terminal; rows 0: as many as there are tickets */
    const char *headline;     /* first line, left; NULL: "派单 Paidan" */
    const char *const *notes; /* NULL-terminated lines below the tickets; may be NULL. Clipped. */
};

/* Draws one frame: exactly `rows` lines (or as many as needed), each at most `columns` wide, joined
 * by '\n', without one at the end. Heap; free() it. NULL: no memory. */
char *cli_board_draw(const struct cli_board_frame *frame);

/* One remaining time as the board writes it: "3h12m", "45m10s", "-2d03h". */
void cli_board_span(const struct say *say, int64_t span_ms, char *text, size_t size);
