/* cli_rules: the rules of a site played against a table of texts. */
#pragma once

#include <jansson.h>

#include "cli.h"

/* Plays rules-test.tsv of a site's folder, where it has one: says which rows fail, and adds them to object
 * where that is not NULL. 0, or a status where a row fails or the table cannot be read. */
MUST_CHECK int cli_rules_check(struct cli *cli, const char *folder, const struct site *site,
                               json_t *object);
