/* cli_names: codes and names of the site: reading them, listing them, completing them. */
#pragma once

#include "cli.h"

/* Replaces each name that was given where a code is meant by its code: `--unit 安居物业`. 0, or a
 * status: the name is of several, which were named, or of none, with those near it. A code that
 * the site does not have is left for the service to judge; what is near it is kept for the refusal
 * (cli.near). Without a site nothing is done. */
MUST_CHECK int cli_names_resolve(struct cli *cli);
/* The same for one word of one table. Before: table is none of CLI_NAMES_NONE. */
MUST_CHECK int cli_names_code(struct cli *cli, enum cli_names table, const char **typed);
/* `paidan areas`, `categories`, `channels`, `units --list`: one table of the site. */
int cli_names_list(struct cli *cli);
/* `paidan completion units`: codes and names, one a line. Before: the word is a table's. */
int cli_names_complete(struct cli *cli, const char *table);
/* Whether the word names a table: "units", "areas", "categories", "channels". */
bool cli_names_is_table(const char *word);
