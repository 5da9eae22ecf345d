/* cli_devices: devices and their alarms, as the adapter mqtt knows them: how many messages were taken,
 * known already or dropped, and which ticket is open. Prints what is asked page by page; owns nothing. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

enum { PAGE = 1000 };

struct listing {
    struct cli *cli;
    struct cli_grid grid;
    json_t *alarms, *topics; /* NULL: people read it */
    uint64_t shown, most;
};

static void add_alarm(struct listing *listing, const Paidan__AlarmShown *alarm)
{
    struct cli *const cli = listing->cli;
    char at[SAY_TIME_BYTES] = "-";
    if (listing->alarms != NULL) {
        json_array_append_new(listing->alarms, say_json_message(&cli->say, &alarm->base, true));
        return;
    }
    if (alarm->last_ms != 0) {
        say_time_short(&cli->say, alarm->last_ms, cli->now_ms, at);
    }
    const bool open = alarm->number != NULL;
    const bool over = alarm->level <= PAIDAN__ALARM_LEVEL__ALARM_INFO;
    cli_grid_add(&listing->grid, SAY_STRONG, "%s", alarm->device);
    cli_grid_add(&listing->grid, SAY_PLAIN, "%s", alarm->kind);
    cli_grid_add(&listing->grid, over ? SAY_GOOD : SAY_WARN, "%s",
                 say_words_get(&cli->say, &paidan__alarm_level__descriptor, (int)alarm->level));
    cli_grid_add(&listing->grid, SAY_PLAIN, "%" PRIu64, alarm->taken);
    cli_grid_add(&listing->grid, SAY_FAINT, "%" PRIu64, alarm->again);
    cli_grid_add(&listing->grid, alarm->dropped > 0 ? SAY_WARN : SAY_FAINT, "%" PRIu64,
                 alarm->dropped);
    cli_grid_add(&listing->grid, SAY_PLAIN, "%s", at);
    cli_grid_add(&listing->grid, SAY_PLAIN, "%s",
                 open                               ? alarm->number
                 : alarm->has_asked && alarm->asked ? cli_say(cli, "等工单号", "asked for")
                                                    : "");
}

static void add_topics(struct listing *listing, const Paidan__DevicesListed *listed)
{
    static const struct cli_column table[] = {
        {.title = "主题|TOPIC", .floor = 12},
        {.title = "收下|TAKEN", .right = true},
        {.title = "重复|AGAIN", .right = true},
        {.title = "超量|DROPPED", .right = true},
        {.title = "读不懂|UNREADABLE", .right = true},
        {.title = "旧的|RETAINED", .rank = 2, .right = true},
        {.title = "未登记|UNKNOWN", .rank = 1, .right = true},
        {.title = NULL},
    };
    struct cli *const cli = listing->cli;
    struct cli_grid grid;
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < listed->n_topics; index++) {
        const Paidan__TopicShown *const topic = listed->topics[index];
        if (listing->topics != NULL) {
            json_array_append_new(listing->topics, say_json_message(&cli->say, &topic->base, true));
            continue;
        }
        cli_grid_add(&grid, SAY_STRONG, "%s", topic->filter);
        cli_grid_add(&grid, SAY_PLAIN, "%" PRIu64, topic->taken);
        cli_grid_add(&grid, SAY_FAINT, "%" PRIu64, topic->again);
        cli_grid_add(&grid, topic->dropped > 0 ? SAY_WARN : SAY_FAINT, "%" PRIu64, topic->dropped);
        cli_grid_add(&grid, topic->unreadable > 0 ? SAY_WARN : SAY_FAINT, "%" PRIu64,
                     topic->unreadable);
        cli_grid_add(&grid, SAY_FAINT, "%" PRIu64, topic->retained);
        cli_grid_add(&grid, SAY_FAINT, "%" PRIu64, topic->unknown);
    }
    if (listing->topics == NULL) {
        printf("\n");
        cli_grid_end(&grid);
    }
}

/* The topics are told with each page; those of the last one are the newest. */
static int list_pages(struct listing *listing, const char *device)
{
    ProtobufCBinaryData next = {.len = 0};
    unsigned char mark[64];
    int status = CLI_EXIT_OK;
    bool more = true;
    while (status == CLI_EXIT_OK && more) {
        Paidan__DeviceList wish = PAIDAN__DEVICE_LIST__INIT;
        Paidan__Answer *answer = NULL;
        wish.device = (char *)(uintptr_t)device;
        wish.has_open = wish.open = cli_given(listing->cli, CLI_OPEN);
        wish.has_limit = 1;
        wish.limit =
            (uint32_t)(listing->most - listing->shown < PAGE ? listing->most - listing->shown
                                                             : PAGE);
        wish.has_cursor = next.len > 0;
        wish.cursor = next;
        status = cli_ask(listing->cli, "mqtt", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        const Paidan__DevicesListed *const listed = answer->devices_listed;
        for (size_t index = 0; index < listed->n_alarms; index++) {
            add_alarm(listing, listed->alarms[index]);
        }
        listing->shown += listed->n_alarms;
        more =
            listed->has_next && listed->next.len <= sizeof mark && listing->shown < listing->most;
        if (more) {
            memcpy(mark, listed->next.data, listed->next.len);
            next = (ProtobufCBinaryData){.len = listed->next.len, .data = mark};
            continue;
        }
        if (listing->alarms == NULL) {
            cli_grid_end(&listing->grid);
        }
        add_topics(listing, listed);
    }
    return status;
}

int cli_devices_list(struct cli *cli)
{
    static const struct cli_column table[] = {
        {.title = "设备|DEVICE"},
        {.title = "报警|KIND"},
        {.title = "级别|LEVEL"},
        {.title = "收下|TAKEN", .right = true},
        {.title = "重复|AGAIN", .rank = 2, .right = true},
        {.title = "超量|DROPPED", .right = true},
        {.title = "最近|LAST", .rank = 1},
        {.title = "工单号|NUMBER"},
        {.title = NULL},
    };
    struct listing listing = {.cli = cli};
    int status = cli_number(cli, CLI_LIMIT, 1, 10000000, 100, &listing.most);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    (void)cli_site(cli);
    if (cli->json) {
        listing.alarms = json_array();
        listing.topics = json_array();
    }
    cli_grid_begin(&listing.grid, cli, table);
    status = list_pages(&listing, cli->operand_count > 0 ? cli->operands[0] : NULL);
    if (status != CLI_EXIT_OK || listing.alarms == NULL) {
        json_decref(listing.alarms);
        json_decref(listing.topics);
        return status;
    }
    json_t *const object = json_object();
    CHECK(object != NULL);
    json_object_set_new(object, "alarms", listing.alarms);
    json_object_set_new(object, "topics", listing.topics);
    return cli_json_print(cli, object);
}
