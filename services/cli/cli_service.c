/* cli_service: ping: is every service there, and does it keep up? A follower's cursor
 * is compared with the head that the followed service itself tells: a follower that heard nothing
 * for an hour would otherwise look as if it had caught up. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_channels.h"
#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_service.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/last_backup.h"
#include "common/say/adapter.h"
#include "common/say/code.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"

enum { ROUND_MS = 2000, PAUSE_US = 200000, GATEWAY_MS = 1000 };

/* UINT64_MAX: that service did not answer. */
uint64_t cli_service_head(const struct cli_service *services, const char *name)
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        if (services[index].answered && strcmp(cli_services[index], name) == 0) {
            return services[index].head_seq;
        }
    }
    return UINT64_MAX;
}

/* Copied out: the arena is emptied before the next service is asked. */
static void take_pong(struct cli_service *service, const Paidan__Pong *pong)
{
    service->answered = true;
    service->head_seq = pong->head_seq;
    service->site_version = pong->site_version;
    service->storage_full = pong->has_storage_full && pong->storage_full;
    service->map_used = pong->has_map_used ? pong->map_used : 0;
    service->map_size = pong->has_map_size ? pong->map_size : 0;
    service->has_due = pong->has_oldest_due_ms;
    service->due_ms = pong->oldest_due_ms;
    service->clock_ahead_ms = pong->has_clock_ahead_ms ? pong->clock_ahead_ms : 0;
    (void)snprintf(service->version, sizeof service->version, "%s", pong->version);
    service->refused_ms = pong->has_site_refused_ms ? pong->site_refused_ms : 0;
    service->refused_mistakes = pong->has_site_mistakes ? pong->site_mistakes : 0;
    if (service->refused_ms != 0) {
        (void)snprintf(service->refused, sizeof service->refused, "%s",
                       pong->site_refusal == NULL ? "?" : pong->site_refusal);
        (void)snprintf(service->refused_zh, sizeof service->refused_zh, "%s",
                       pong->site_refusal_zh == NULL ? "" : pong->site_refusal_zh);
        (void)snprintf(service->refused_en, sizeof service->refused_en, "%s",
                       pong->site_refusal_en == NULL ? "" : pong->site_refusal_en);
    }
    service->following_count = 0;
    for (size_t index = 0; index < pong->n_following && index < CLI_SERVICES; index++) {
        struct cli_following *following = &service->following[service->following_count++];
        (void)snprintf(following->log, sizeof following->log, "%s", pong->following[index]->log);
        following->cursor = pong->following[index]->cursor;
        following->stuck =
            pong->following[index]->has_stuck ? pong->following[index]->stuck : PAIDAN__CODE__OK;
    }
}

Paidan__Code cli_service_ask(struct cli *cli, struct cli_service services[CLI_SERVICES],
                             uint64_t timeout_ms)
{
    CHECK(timeout_ms > 0);
    Paidan__Code worst = PAIDAN__CODE__OK;
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        struct cli_service *service = &services[index];
        memset(service, 0, sizeof *service);
        Paidan__Ping ping = PAIDAN__PING__INIT;
        Paidan__Answer *answer = NULL;
        service->code = cli_try(cli, cli_services[index], &ping.base, timeout_ms, &answer);
        if (service->code == PAIDAN__CODE__OK) {
            service->now_ms = answer->has_now_ms ? answer->now_ms : 0;
            take_pong(service, answer->pong);
        } else {
            worst = service->code;
        }
    }
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        for (size_t each = 0; each < services[index].following_count; each++) {
            struct cli_following *following = &services[index].following[each];
            following->head = cli_service_head(services, following->log);
        }
    }
    if (cli->arena_made) {
        arena_reset(&cli->arena);
    }
    return worst;
}

bool cli_service_quiet(const struct cli_service services[CLI_SERVICES])
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        for (size_t each = 0; each < services[index].following_count; each++) {
            const struct cli_following *following = &services[index].following[each];
            if (following->cursor != following->head) {
                return false;
            }
        }
    }
    return true;
}

/* ---- a refused reload --------------------------------------------------------------------------
 */

const struct cli_service *cli_service_refused(const struct cli_service *services, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        if (services[index].answered && services[index].refused_ms != 0) {
            return &services[index];
        }
    }
    return NULL;
}

void cli_service_print_refused(struct cli *cli, const struct cli_service services[CLI_SERVICES])
{
    const struct cli_service *service = cli_service_refused(services, CLI_SERVICES);
    char since[SAY_TIME_BYTES];
    if (service == NULL) {
        return;
    }
    say_time_exact(cli_speak(cli), service->refused_ms, since);
    printf("%s%s%s", cli_colour_on(cli->colour, SAY_BAD),
           cli_say(cli, "站点重载被拒绝", "reload of the site refused"),
           cli_colour_off(cli->colour, SAY_BAD));
    printf(cli_say(cli, "，自 %s 起仍按原来的站点运行：%s %s",
                   ", the one before is in force since %s: %s %s"),
           since, service->refused, cli_say(cli, service->refused_zh, service->refused_en));
    if (service->refused_mistakes > 1) {
        printf(cli_say(cli, "（共 %u 处）", " (%u in all)"), service->refused_mistakes);
    }
    printf("\n%s\n", cli_say(cli, "改好后先运行 paidan check 站点文件夹，再运行 deploy/reload。",
                             "Mend it, run paidan check SITE, then deploy/reload."));
}

/* ---- a log that is not followed further ---- */

void cli_service_print_stuck(struct cli *cli, const struct cli_service services[CLI_SERVICES])
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        for (size_t each = 0; each < services[index].following_count; each++) {
            const struct cli_following *following = &services[index].following[each];
            if (following->stuck == PAIDAN__CODE__OK) {
                continue;
            }
            printf("%s%s%s %s ← %s %s: %s\n", cli_colour_on(cli->colour, SAY_BAD),
                   cli_say(cli, "日志停止跟随", "a log is not followed further"),
                   cli_colour_off(cli->colour, SAY_BAD), cli_services[index], following->log,
                   code_name(following->stuck),
                   cli_say(cli, code_sentence_zh(following->stuck),
                           code_sentence_en(following->stuck)));
        }
    }
}

json_t *cli_service_stuck_json(const struct cli_service services[CLI_SERVICES])
{
    json_t *list = json_array();
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        for (size_t each = 0; each < services[index].following_count; each++) {
            const struct cli_following *following = &services[index].following[each];
            if (following->stuck == PAIDAN__CODE__OK) {
                continue;
            }
            json_t *object = json_object();
            json_object_set_new(object, "service", json_string(cli_services[index]));
            json_object_set_new(object, "log", json_string(following->log));
            json_object_set_new(object, "code", json_string(code_name(following->stuck)));
            json_array_append_new(list, object);
        }
    }
    return list;
}

json_t *cli_service_refused_json(struct cli *cli, const struct cli_service *services, size_t count)
{
    const struct cli_service *service = cli_service_refused(services, count);
    if (service == NULL) {
        return NULL;
    }
    json_t *object = json_object();
    say_json_time(cli_speak(cli), object, "since", service->refused_ms);
    json_object_set_new(object, "why", json_string(service->refused));
    json_object_set_new(object, "zh", json_string(service->refused_zh));
    json_object_set_new(object, "en", json_string(service->refused_en));
    json_object_set_new(object, "mistakes", json_integer(service->refused_mistakes));
    return object;
}

/* A service that does not answer is in the list, with why. Those that tickets do not pass through
 * (access, archive, adapters) are told as "up", and what an adapter follows as "follows", so that scripts go on
 * counting by "answers" and "following" those whose logs make one story. */
static json_t *service_json(struct cli *cli, const char *name, const struct cli_service *service)
{
    json_t *object = json_object();
    const bool adapter = adapter_find(name) != NULL;
    const bool archive = strcmp(name, "archive") == 0;
    const bool apart = adapter || archive || strcmp(name, "access") == 0;
    json_object_set_new(object, "service", json_string(name));
    json_object_set_new(object, apart ? "up" : "answers", json_boolean(service->answered));
    if (!service->answered) {
        json_object_set_new(object, "code", json_string(code_name(service->code)));
        return object;
    }
    json_object_set_new(object, "version", json_string(service->version));
    json_object_set_new(object, "head", json_integer((json_int_t)service->head_seq));
    json_object_set_new(object, "site_version", json_integer(service->site_version));
    json_object_set_new(object, "storage_full", json_boolean(service->storage_full));
    json_object_set_new(object, "map_used", json_integer((json_int_t)service->map_used));
    json_object_set_new(object, "map_size", json_integer((json_int_t)service->map_size));
    if (service->clock_ahead_ms != 0) {
        json_object_set_new(object, "clock_ahead_ms",
                            json_integer((json_int_t)service->clock_ahead_ms));
    }
    json_t *refused = cli_service_refused_json(cli, service, 1);
    if (refused != NULL) {
        json_object_set_new(object, "site_refused", refused);
    }
    say_json_time(&cli->say, object, "now", service->now_ms);
    if (service->has_due) {
        say_json_time(&cli->say, object, "oldest_due", service->due_ms);
    }
    json_t *list = json_array();
    for (size_t index = 0; index < service->following_count; index++) {
        const struct cli_following *following = &service->following[index];
        json_t *each = json_object();
        json_object_set_new(each, "log", json_string(following->log));
        json_object_set_new(each, "cursor", json_integer((json_int_t)following->cursor));
        if (following->head != UINT64_MAX) {
            json_object_set_new(each, "head", json_integer((json_int_t)following->head));
        }
        if (following->stuck != PAIDAN__CODE__OK) {
            json_object_set_new(each, "stuck", json_string(code_name(following->stuck)));
        }
        json_array_append_new(list, each);
    }
    if (apart && service->following_count == 0) {
        json_decref(list);
    } else {
        CHECK(!apart || adapter || archive); /* access follows nobody */
        json_object_set_new(object, apart ? "follows" : "following", list);
    }
    return object;
}

/* "intake 12/12, callback 3/5": cursor and head of each followed log. */
static enum say_tone following_words(const struct cli *cli, const struct cli_service *service,
                                     char *text, size_t size)
{
    size_t used = 0;
    enum say_tone colour = SAY_GOOD;
    (void)snprintf(text, size, "-");
    for (size_t index = 0; index < service->following_count && used < size; index++) {
        const struct cli_following *following = &service->following[index];
        /* A service that does not answer tells no head; "?" then, not "caught up". */
        const uint64_t lag = following->head == UINT64_MAX || following->head < following->cursor
                                 ? 0
                                 : following->head - following->cursor;
        const char *comma = index == 0 ? "" : ", ";
        if (following->head == UINT64_MAX) {
            used += (size_t)snprintf(text + used, size - used, "%s%s ?", comma, following->log);
        } else if (lag == 0) {
            used += (size_t)snprintf(text + used, size - used, "%s%s =", comma, following->log);
        } else {
            used += (size_t)snprintf(text + used, size - used, "%s%s -%llu", comma, following->log,
                                     (unsigned long long)lag);
            colour = SAY_WARN;
        }
    }
    (void)cli;
    return colour;
}

/* The worst that a service says of itself; both stop work or deadlines. */
static void add_status(const struct cli *cli, struct cli_grid *grid,
                       const struct cli_service *service)
{
    char span[SAY_TIME_BYTES];
    if (service->storage_full) {
        cli_grid_add(grid, SAY_BAD, "%s", cli_say(cli, "存储已满", "storage full"));
    } else if (service->refused_ms != 0) {
        cli_grid_add(grid, SAY_BAD, "%s", cli_say(cli, "重载被拒绝", "reload refused"));
    } else if (service->clock_ahead_ms != 0) {
        say_time_span(&cli->say, (int64_t)service->clock_ahead_ms, span);
        cli_grid_add(grid, SAY_BAD, "%s %s", cli_say(cli, "时钟超前", "clock ahead"), span);
    } else {
        cli_grid_add(grid, SAY_GOOD, "%s", cli_say(cli, "正常", "ok"));
    }
}

/* One row, however little is known: the table always has four. */
static void add_service(struct cli *cli, struct cli_grid *grid, const char *name,
                        const struct cli_service *service)
{
    char text[256];
    cli_grid_add(grid, SAY_STRONG, "%s", name);
    if (!service->answered) {
        cli_grid_add(grid, SAY_BAD, "%s", cli_say(cli, "无应答", "no answer"));
        for (int column = 0; column < 4; column++) {
            cli_grid_add(grid, SAY_PLAIN, " ");
        }
        return;
    }
    add_status(cli, grid, service);
    cli_grid_add(grid, SAY_PLAIN, "%s", service->version);
    cli_grid_add(grid, SAY_PLAIN, "%llu", (unsigned long long)service->head_seq);
    (void)snprintf(text, sizeof text, "%.1f MiB", (double)service->map_used / (1 << 20));
    cli_grid_add(grid, SAY_PLAIN, "%s", text);
    const enum say_tone colour = following_words(cli, service, text, sizeof text);
    cli_grid_add(grid, colour, "%s", text);
}

/* The gateway keeps no store and is no service to wait for: its row stands where one was started, with
 * the address that browsers open. */
static void add_gateway(struct cli *cli, struct cli_grid *grid)
{
    char path[PATH_MAX + 32], address[128] = "";
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Answer *answer = NULL;
    (void)snprintf(path, sizeof path, "%s/run/gateway.http", cli->data_dir);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return;
    }
    const bool read = fgets(address, sizeof address, file) != NULL;
    (void)fclose(file);
    address[strcspn(address, "\r\n")] = '\0';
    const bool up =
        read && cli_try(cli, "gateway", &ping.base, GATEWAY_MS, &answer) == PAIDAN__CODE__OK;
    cli_grid_add(grid, SAY_STRONG, "gateway");
    cli_grid_add(grid, up ? SAY_GOOD : SAY_BAD, "%s",
                 up ? cli_say(cli, "正常", "ok") : cli_say(cli, "无应答", "no answer"));
    cli_grid_add(grid, SAY_PLAIN, "%s", up ? answer->pong->version : " ");
    cli_grid_add(grid, SAY_PLAIN, " ");
    cli_grid_add(grid, SAY_PLAIN, " ");
    cli_grid_add(grid, SAY_PLAIN, "%s", up ? address : " ");
}

/* Adapters are no services to wait for, as the gateway: their rows stand where they were started once.
 * False: never in this instance. */
static bool ask_adapter(struct cli *cli, const struct cli_service services[CLI_SERVICES],
                        const char *name, struct cli_service *adapter)
{
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Answer *answer = NULL;
    if (!cli_channels_has(cli, name)) {
        return false;
    }
    *adapter = (struct cli_service){.answered = false};
    adapter->code = cli_try(cli, name, &ping.base, GATEWAY_MS, &answer);
    if (adapter->code == PAIDAN__CODE__OK) {
        adapter->now_ms = answer->has_now_ms ? answer->now_ms : 0;
        take_pong(adapter, answer->pong);
    }
    for (size_t each = 0; each < adapter->following_count; each++) {
        adapter->following[each].head = cli_service_head(services, adapter->following[each].log);
    }
    return true;
}

/* Whether a copy exists elsewhere, and how old it is: by the machine's clock, also of a demo. */
static void print_backup(const struct cli *cli)
{
    struct last_backup last;
    struct clock clock;
    char span[SAY_TIME_BYTES], at[SAY_TIME_BYTES];
    clock_init_real(&clock);
    const uint64_t now_ms = clock_now_ms(&clock);
    last_backup_read(cli->data_dir, &last);
    const enum say_tone tone = last_backup_old(&last, now_ms) ? SAY_BAD : SAY_GOOD;
    printf("%s%s%s %s", cli_colour_on(cli->colour, SAY_STRONG),
           cli_say(cli, "最近备份", "last backup"), cli_colour_off(cli->colour, SAY_STRONG),
           cli_colour_on(cli->colour, tone));
    if (last.at_ms == 0) {
        printf("%s",
               cli_say(cli, "还没有（paidan backup 目录）", "none yet (paidan backup FOLDER)"));
    } else {
        say_time_span(&cli->say, (int64_t)(now_ms - last.at_ms), span);
        say_time_short(&cli->say, last.at_ms, now_ms, at);
        printf(cli_say(cli, "%s前（%s）", "%s ago (%s)"), span, at);
    }
    printf("%s\n", cli_colour_off(cli->colour, tone));
}

/* What is there is told even if one is missing; the status says that it is. */
static int tell_services(struct cli *cli, const struct cli_service services[CLI_SERVICES],
                         Paidan__Code worst)
{
    static const struct cli_column table[] = {
        {.title = "服务|SERVICE"},
        {.title = "状态|STATUS"},
        {.title = "版本|VERSION", .rank = 1},
        {.title = "日志|HEAD", .right = true},
        {.title = "占用|STORE", .rank = 2, .right = true},
        {.title = "跟随|FOLLOWS", .floor = 16},
        {.title = NULL},
    };
    struct cli_service adapter;
    (void)cli_site(cli);
    int status = CLI_EXIT_OK;
    if (cli->json) {
        json_t *list = json_array();
        for (size_t index = 0; index < CLI_SERVICES; index++) {
            json_array_append_new(list, service_json(cli, cli_services[index], &services[index]));
        }
        for (size_t index = 0; index < ADAPTERS; index++) {
            if (ask_adapter(cli, services, adapters[index].name, &adapter)) {
                json_array_append_new(list, service_json(cli, adapters[index].name, &adapter));
            }
        }
        status = cli_json_print(cli, list);
    } else {
        struct cli_grid grid;
        cli_grid_begin(&grid, cli, table);
        for (size_t index = 0; index < CLI_SERVICES; index++) {
            add_service(cli, &grid, cli_services[index], &services[index]);
        }
        for (size_t index = 0; index < ADAPTERS; index++) {
            if (ask_adapter(cli, services, adapters[index].name, &adapter)) {
                add_service(cli, &grid, adapters[index].name, &adapter);
            }
        }
        add_gateway(cli, &grid);
        cli_grid_end(&grid);
        cli_service_print_refused(cli, services);
        cli_service_print_stuck(cli, services);
        print_backup(cli);
    }
    if (worst == PAIDAN__CODE__OK) {
        return status;
    }
    char silent[128] = "";
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        const size_t used = strlen(silent);
        if (!services[index].answered) {
            (void)snprintf(silent + used, sizeof silent - used, "%s%s", used == 0 ? "" : ", ",
                           cli_services[index]);
        }
    }
    return cli_refuse(cli, worst, silent);
}

int cli_service_ping(struct cli *cli)
{
    uint64_t wait_s = 0;
    const int status = cli_number(cli, CLI_WAIT, 0, 3600, 0, &wait_s);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    struct cli_service services[CLI_SERVICES];
    const uint64_t until_us = clock_monotonic_us() + wait_s * 1000000u;
    for (;;) {
        const Paidan__Code worst = cli_service_ask(cli, services, ROUND_MS);
        if (worst == PAIDAN__CODE__OK || clock_monotonic_us() >= until_us) {
            return tell_services(cli, services, worst);
        }
        usleep(PAUSE_US);
    }
}
