/* cli_json: JSON on standard output. What a message looks like is decided in common/say/say_json;
 * here is only the way out. A document that cannot be written whole is a failure of the command:
 * a script must never take half of one for the answer. */

#include "cli_json.h"

#include <stdio.h>

static int print(const struct cli *cli, json_t *json, size_t flags)
{
    if (json == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    const int failed = json_dumpf(json, stdout, flags);
    json_decref(json);
    if (ferror(stdout) != 0) {
        return CLI_EXIT_IO; /* main says it, once for all that was printed */
    }
    if (failed != 0) {
        return cli_no_memory(cli);
    }
    (void)putchar('\n'); /* main looks whether it came out */
    return CLI_EXIT_OK;
}

int cli_json_print(const struct cli *cli, json_t *json)
{
    return print(cli, json, JSON_INDENT(2));
}

int cli_json_line(const struct cli *cli, json_t *json)
{
    return print(cli, json, JSON_COMPACT);
}
