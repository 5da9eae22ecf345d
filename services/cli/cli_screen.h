/* cli_screen: the terminal that the board is shown on. It is owned while it is entered and given
 * back however the process ends (leave, signals, exit). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Takes the terminal: alternate screen, no echo, cursor hidden. INT, TERM, HUP and exit give it
 * back. False: standard output or input is no terminal. */
bool cli_screen_enter(void);
void cli_screen_leave(void);
/* Columns and rows now; 80 x 24 when unknown. */
void cli_screen_size(unsigned *columns, unsigned *rows);
/* Shows a drawn frame in place of the one before; no flicker: lines are overwritten. */
void cli_screen_show(const char *drawn);
/* Waits for a key, a resize or the end of the time. The key; 0: none; -1: INT, TERM or HUP came. */
int cli_screen_wait(uint64_t wait_ms);
/* One key, typed without Enter and not echoed, on a terminal that is not entered; it is as it was when
 * this returns. -1: INT, TERM or the end. Before: standard input is a terminal. */
int cli_screen_key(void);
