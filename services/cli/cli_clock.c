/* cli_clock: the operator's word that the machine's clock is right (common/base/clock_mark.h).
 * Services look for it while they do not follow the clock, and when they start. It is a file and
 * not a request, because a service that refuses to start over its clock cannot be asked; those that run
 * are asked before, so that what is told is what the word led to. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "cli_commands.h"
#include "cli_disk.h"
#include "cli_effect.h"
#include "cli_service.h"
#include "common/base/check.h"
#include "common/base/clock_mark.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"

enum { PING_MS = 500 };

struct done {
    uint64_t wall_ms, ahead_ms; /* the most of those that stood still */
    const char *data;
    unsigned silent, stood, followed;
    char names[128]; /* of those that stood still */
};

static void look(struct cli *cli, struct done *done)
{
    struct cli_service services[CLI_SERVICES];
    const Paidan__Code worst = cli_service_ask(cli, services, PING_MS);
    (void)worst;
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        const struct cli_service *service = &services[index];
        if (!service->answered) {
            done->silent++;
        } else if (service->clock_ahead_ms == 0) {
            done->followed++;
        } else {
            done->stood++;
            say_add(done->names, sizeof done->names, ", ", cli_services[index]);
            done->ahead_ms =
                service->clock_ahead_ms > done->ahead_ms ? service->clock_ahead_ms : done->ahead_ms;
        }
    }
}

/* What becomes of services that stood still, of those that did not, and of those that do not run. */
static void words(const struct say *say, const void *deed, char text[CLI_EFFECT_BYTES])
{
    const struct done *done = deed;
    char at[SAY_TIME_BYTES], span[SAY_TIME_BYTES], line[512], start[PATH_MAX];
    say_time_exact(say, done->wall_ms, at);
    (void)snprintf(text, CLI_EFFECT_BYTES, say_choose(say, "已确认时钟：%s", "clock accepted: %s"),
                   at);
    if (done->stood > 0) {
        say_time_span(say, (int64_t)done->ahead_ms, span);
        (void)snprintf(line, sizeof line,
                       say_choose(say,
                                  "%s 的时钟停着（差 %s），一秒内跟上；这期间到期的时限随即触发",
                                  "%s stood still (%s behind) and follows it within a second; what "
                                  "fell due meanwhile fires at once"),
                       done->names, span);
        say_add(text, CLI_EFFECT_BYTES, "\n", line);
    }
    if (done->followed > 0) {
        (void)snprintf(line, sizeof line,
                       say_choose(say, "%u 个服务本来就按这个时钟，没有变化",
                                  "services that followed it already: %u, nothing changes there"),
                       done->followed);
        say_add(text, CLI_EFFECT_BYTES, "\n", line);
    }
    if (done->silent > 0) {
        cli_effect_start(say, done->data, NULL, false, start, sizeof start);
        (void)snprintf(
            line, sizeof line,
            say_choose(say, "%u 个服务没有应答，启动时采用：%s",
                       "services that do not answer: %u; they take it when they start: %s"),
            done->silent, start);
        say_add(text, CLI_EFFECT_BYTES, "\n", line);
    }
    say_add(text, CLI_EFFECT_BYTES, "\n",
            say_choose(say, "查看：paidan ping", "to see it: paidan ping"));
}

int cli_clock_accept(struct cli *cli)
{
    char path[PATH_MAX];
    struct clock_mark mark;
    struct done done = {.data = cli->data_dir};
    (void)cli_site(cli);
    look(cli, &done);
    clock_mark_make(&mark);
    if (clock_mark_path(path, sizeof path, cli->data_dir, NULL) != RC_OK ||
        clock_mark_write(path, &mark) != RC_OK) {
        static const struct cli_deed accepting = {"时钟没有确认", "the clock was not accepted"};
        return cli_disk_fail(cli, errno, &accepting, cli->data_dir);
    }
    CHECK(done.silent + done.stood + done.followed == CLI_SERVICES);
    done.wall_ms = mark.wall_ms;
    json_t *object = json_object();
    say_json_time(&cli->say, object, "accepted", mark.wall_ms);
    return cli_effect_deed(cli, words, &done, object);
}
