/* cli_json: JSON on standard output. What a message looks like is decided in common/say/say_json;
 * here is only the way out. A document that cannot be written whole is a failure of the command:
 * a script must never take half of one for the answer. */

#include "cli_json.h"

#include <errno.h>
#include <stdio.h>

#include "cli_disk.h"

static int print(const struct cli *cli, json_t *json, size_t flags)
{
    if (json == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    errno = 0;
    const int failed = json_dumpf(json, stdout, flags);
    const int error = errno;
    json_decref(json);
    if (failed != 0 || putchar('\n') == EOF) {
        static const struct cli_deed writing = {"结果没有写完", "the output is not whole"};
        return cli_disk_fail(cli, failed != 0 ? error : errno, &writing, "/dev/stdout");
    }
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
