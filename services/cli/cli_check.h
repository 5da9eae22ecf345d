/* cli_check: the parts of `paidan check`. */
#pragma once

#include <jansson.h>

#include "cli.h"

/* Loads a site, with doubts in the report; prints its mistakes where it is no good. 0 or a status. */
MUST_CHECK int cli_check_load(struct cli *cli, const char *folder, struct site_report *report,
                              struct site **site);
/* Name, levels, sizes of each table, and its warnings. */
void cli_check_print_good(struct cli *cli, const struct site *site,
                          const struct site_report *report);
json_t *cli_check_good_json(const struct site *site, const struct site_report *report);
/* What is open in the instance, or in its stores while it does not run, and carries a code that this
 * site gave up: printed, or put into object where it is not NULL. folder: the site's. 0 or a status. */
MUST_CHECK int cli_check_open(struct cli *cli, const char *folder, const struct site *site,
                              json_t *object);
/* What an edit changes, in plain words. */
int cli_check_diff(struct cli *cli, const char *before, const char *after);
