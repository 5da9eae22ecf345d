/* cli_shadow: a model that was trained just now beside the one that is in use. */
#pragma once

#include <stdio.h>

#include "cli_examples.h"
#include "cli_json.h"
#include "cli_model.h"

struct cli_shadow;

/* Judges every example by the running model and compares with `verdicts`, what the shadow said of those it
 * had not seen. threshold: the shadow's, above which it would send by itself. NULL: no memory.
 * Before: examples, their names and the running model outlive it. */
struct cli_shadow *cli_shadow_new(const struct cli_examples *examples,
                                  const struct learn_verdict *verdicts,
                                  const struct cli_model *running, float threshold);
void cli_shadow_free(struct cli_shadow *shadow); /* NULL is left alone */

/* path: the running model's. NULL: no memory. */
json_t *cli_shadow_json(const struct cli_shadow *shadow, const char *path);
void cli_shadow_print(const struct cli_shadow *shadow, const struct cli *cli, const char *path,
                      FILE *to);
