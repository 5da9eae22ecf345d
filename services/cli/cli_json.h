/* cli_json: JSON on standard output. */
#pragma once

#include "cli.h"
#include "common/say/say_json.h"

/* Writes it on stdout: pretty for a document, one line for a stream; then frees it. 0 or a status.
 */
MUST_CHECK int cli_json_print(const struct cli *cli, json_t *json);
MUST_CHECK int cli_json_line(const struct cli *cli, json_t *json);
