/* cli_clock: the operator's word that the machine's clock is right (common/base/clock_mark.h).
 * Services look for it while they do not follow the clock, and when they start. It is a file and
 * not a request, because a service that refuses to start over its clock cannot be asked. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "cli_commands.h"
#include "cli_disk.h"
#include "cli_json.h"
#include "common/base/clock_mark.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"

int cli_clock_accept(struct cli *cli)
{
    char path[PATH_MAX];
    char text[SAY_TIME_BYTES];
    struct clock_mark mark;
    (void)cli_site(cli);
    clock_mark_make(&mark);
    if (clock_mark_path(path, sizeof path, cli->data_dir, NULL) != RC_OK ||
        clock_mark_write(path, &mark) != RC_OK) {
        static const struct cli_deed accepting = {"时钟没有确认", "the clock was not accepted"};
        return cli_disk_fail(cli, errno, &accepting, cli->data_dir);
    }
    if (cli->json) {
        json_t *object = json_object();
        say_json_time(&cli->say, object, "accepted", mark.wall_ms);
        return cli_json_print(cli, object);
    }
    say_time_exact(&cli->say, mark.wall_ms, text);
    printf("%s %s\n", cli_say(cli, "已确认时钟：", "Clock accepted:"), text);
    return CLI_EXIT_OK;
}
