/* cli_judged: on what triage judged a ticket, for people. */
#pragma once

#include "cli.h"

/* Lines of what speaks for it: what decided, rules, words, letters, places, other tickets of the same
 * event, matters that it may be split into, and in an emergency the numbers to call, which stand first.
 * judged: NULL prints nothing. */
void cli_judged_print(struct cli *cli, const Paidan__Judged *judged);
