/* cli_parse: words to command, options and operands, by the table alone.
 *
 * Options may stand anywhere, as `--name value` or `--name=value`; `--` ends them. An unknown one
 * is refused with the nearest known one; one given twice is refused; nothing is abbreviated. */
#pragma once

#include "cli.h"

/* Fills command, values and operands. Before: cli->commands is set. 0 or a status; the mistake was
 * printed. With `--help` the command may be NULL and operands missing. */
MUST_CHECK int cli_parse(struct cli *cli, int argc, char **argv);
/* The command whose name is words[0] or words[0] + " " + words[1], or whose alias is words[0], or
 * that is the unit's verb words[0] without its group; *used says how many. NULL: none. */
const struct cli_command *cli_parse_find(const struct cli_commands *commands,
                                         const char *const *words, unsigned count, unsigned *used);
/* Edit distance of two short words, capped at 99. */
unsigned cli_parse_distance(const char *a, const char *b);
