/* cli_channels: how the adapters of this instance stand towards the outside, and what of their outboxes
 * waits, is dead, is tried again or given up by hand.
 *
 * Which adapters there are the instance tells by the endpoints in its run folder. One that does not
 * answer is a row all the same: that it is away is what whoever looks must see first. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_channels.h"
#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/adapter.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"

enum { SHORT_MS = 2000, PAGE = 500 };

const char *cli_channels_name(const struct cli *cli, const char *adapter)
{
    const struct adapter *const known = adapter_find(adapter);
    return known == NULL ? adapter : cli_say(cli, known->zh, known->en);
}

bool cli_channels_has(const struct cli *cli, const char *adapter)
{
    char path[PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/run/%s.endpoint", cli->data_dir, adapter);
    return access(path, F_OK) == 0;
}

/* "3 分钟前", "3m ago"; "-" for never. */
static void ago(const struct cli *cli, uint64_t at_ms, char *text, size_t size)
{
    char span[SAY_TIME_BYTES];
    if (at_ms == 0) {
        (void)snprintf(text, size, "-");
        return;
    }
    say_time_span(&cli->say, cli->now_ms > at_ms ? (int64_t)(cli->now_ms - at_ms) : 0, span);
    (void)snprintf(text, size, cli_say(cli, "%s前", "%s ago"), span);
}

/* ---- channels status --------------------------------------------------------------------------
 */

static uint64_t sum(const Paidan__AdapterShown *shown, bool dead)
{
    uint64_t total = 0;
    for (size_t index = 0; index < shown->n_destinations; index++) {
        total += dead ? shown->destinations[index]->dead : shown->destinations[index]->waiting;
    }
    return total;
}

/* The worst first: whoever looks needs one word. */
static enum say_tone word_of(const struct cli *cli, const Paidan__AdapterShown *shown,
                             const char **word)
{
    bool rests = false;
    for (size_t index = 0; index < shown->n_destinations; index++) {
        rests = rests || shown->destinations[index]->failures > 0;
    }
    if (shown->has_connected && !shown->connected) {
        *word = cli_say(cli, "未连接", "not connected");
        return SAY_BAD;
    }
    if (sum(shown, true) > 0) {
        *word = cli_say(cli, "有发不出的", "has dead letters");
        return SAY_BAD;
    }
    *word =
        rests ? cli_say(cli, "有去向不通", "a destination is away") : cli_say(cli, "正常", "ok");
    return rests ? SAY_WARN : SAY_GOOD;
}

static void add_adapter(const struct cli *cli, struct cli_grid *grid, const char *adapter,
                        const Paidan__AdapterShown *shown)
{
    char text[96];
    const char *word = NULL;
    cli_grid_add(grid, SAY_STRONG, "%s", adapter);
    cli_grid_add(grid, SAY_PLAIN, "%s", cli_channels_name(cli, adapter));
    if (shown == NULL) {
        cli_grid_add(grid, SAY_BAD, "%s", cli_say(cli, "无应答", "no answer"));
        for (int column = 0; column < 6; column++) {
            cli_grid_add(grid, SAY_PLAIN, " ");
        }
        return;
    }
    const enum say_tone tone = word_of(cli, shown, &word);
    cli_grid_add(grid, tone, "%s", word);
    ago(cli, shown->has_last_heard_ms ? shown->last_heard_ms : 0, text, sizeof text);
    cli_grid_add(grid, SAY_PLAIN, "%s", text);
    cli_grid_add(grid, SAY_PLAIN, "%" PRIu64, shown->heard);
    cli_grid_add(grid, SAY_FAINT, "%" PRIu64, shown->again);
    cli_grid_add(grid, shown->refused > 0 ? SAY_WARN : SAY_PLAIN, "%" PRIu64 "%s%s", shown->refused,
                 shown->refused_why == NULL ? "" : " ",
                 shown->refused_why == NULL ? "" : shown->refused_why);
    cli_grid_add(grid, SAY_PLAIN, "%" PRIu64, sum(shown, false));
    cli_grid_add(grid, sum(shown, true) > 0 ? SAY_BAD : SAY_PLAIN, "%" PRIu64, sum(shown, true));
}

static const char *to_name(const struct cli *cli, const char *to)
{
    static const struct {
        const char *code, *zh, *en;
    } services[] = {{"intake", "受理", "intake"},
                    {"triage", "分拨", "triage"},
                    {"escalation", "督办", "escalation"},
                    {"callback", "回访", "callback"}};
    for (size_t index = 0; index < sizeof services / sizeof services[0]; index++) {
        if (strcmp(services[index].code, to) == 0) {
            return cli_say(cli, services[index].zh, services[index].en);
        }
    }
    return to;
}

static void add_destination(const struct cli *cli, struct cli_grid *grid, const char *adapter,
                            const Paidan__DeliveryTo *to)
{
    char text[96], span[SAY_TIME_BYTES];
    cli_grid_add(grid, SAY_PLAIN, "%s", adapter);
    cli_grid_add(grid, SAY_STRONG, "%s", to_name(cli, to->to));
    cli_grid_add(grid, SAY_PLAIN, "%" PRIu64, to->waiting);
    cli_grid_add(grid, to->dead > 0 ? SAY_BAD : SAY_PLAIN, "%" PRIu64, to->dead);
    if (to->has_rest_until_ms && to->rest_until_ms > cli->now_ms) {
        /* Less than a second is told as one: "again in 0s" would be no answer. */
        const uint64_t rest_ms = to->rest_until_ms - cli->now_ms;
        say_time_span(&cli->say, (int64_t)(rest_ms < 1000 ? 1000 : rest_ms), span);
        cli_grid_add(grid, SAY_WARN, cli_say(cli, "%s后再试", "again in %s"), span);
    } else {
        cli_grid_add(grid, to->failures > 0 ? SAY_WARN : SAY_GOOD, "%s",
                     to->failures > 0 ? cli_say(cli, "不通", "away") : cli_say(cli, "通", "ok"));
    }
    ago(cli, to->has_sent_ms ? to->sent_ms : 0, text, sizeof text);
    cli_grid_add(grid, SAY_PLAIN, "%s", text);
    ago(cli, to->has_failed_ms ? to->failed_ms : 0, text, sizeof text);
    cli_grid_add(grid, to->failures > 0 ? SAY_WARN : SAY_FAINT, "%s", text);
    cli_grid_add(grid, SAY_PLAIN, "%s",
                 to->reason == NULL ? ""
                                    : adapter_reason(to->reason, cli->say.language == SAY_ENGLISH));
}

static void add_quota(const struct cli *cli, struct cli_grid *grid, const char *adapter,
                      const Paidan__Quota *quota)
{
    char at[SAY_TIME_BYTES] = "";
    const bool out = quota->has_limit && quota->used >= quota->limit;
    cli_grid_add(grid, SAY_PLAIN, "%s", adapter);
    char name[ADAPTER_QUOTA_BYTES];
    adapter_quota(quota->name, cli->say.language == SAY_ENGLISH, name);
    cli_grid_add(grid, SAY_STRONG, "%s", name);
    cli_grid_add(grid, out ? SAY_BAD : SAY_PLAIN, "%" PRIu64, quota->used);
    if (quota->has_limit) {
        cli_grid_add(grid, SAY_PLAIN, "%" PRIu64, quota->limit);
    } else {
        cli_grid_add(grid, SAY_PLAIN, "-");
    }
    if (quota->has_resets_ms) {
        say_time_short(&cli->say, quota->resets_ms, cli->now_ms, at);
    }
    cli_grid_add(grid, SAY_PLAIN, "%s", at);
}

/* What was asked of each adapter. */
struct state {
    const char *adapter;
    const Paidan__AdapterShown *shown; /* NULL: no answer */
    Paidan__Code code;
};

static void print_details(const struct cli *cli, const struct state *states, size_t count)
{
    static const struct cli_column places[] = {
        {.title = "适配器|ADAPTER"},
        {.title = "去向|TO", .floor = 8},
        {.title = "待发|WAITING", .right = true},
        {.title = "发不出|DEAD", .right = true},
        {.title = "状态|STATE"},
        {.title = "最近送达|LAST SENT", .rank = 12},
        {.title = "最近失败|LAST FAILED", .rank = 11},
        {.title = "原因|REASON", .floor = 12},
        {.title = NULL},
    };
    static const struct cli_column quotas[] = {
        {.title = "适配器|ADAPTER"},           {.title = "配额|QUOTA", .floor = 12},
        {.title = "已用|USED", .right = true}, {.title = "上限|LIMIT", .right = true},
        {.title = "恢复|RESETS", .rank = 1},   {.title = NULL},
    };
    struct cli_grid grid;
    size_t to_count = 0, quota_count = 0;
    for (size_t index = 0; index < count; index++) {
        to_count += states[index].shown == NULL ? 0 : states[index].shown->n_destinations;
        quota_count += states[index].shown == NULL ? 0 : states[index].shown->n_quotas;
    }
    for (int round = 0; round < 2; round++) {
        if ((round == 0 ? to_count : quota_count) == 0) {
            continue;
        }
        printf("\n");
        cli_grid_begin(&grid, cli, round == 0 ? places : quotas);
        for (size_t index = 0; index < count; index++) {
            const Paidan__AdapterShown *const shown = states[index].shown;
            for (size_t at = 0; shown != NULL && round == 0 && at < shown->n_destinations; at++) {
                add_destination(cli, &grid, states[index].adapter, shown->destinations[at]);
            }
            for (size_t at = 0; shown != NULL && round == 1 && at < shown->n_quotas; at++) {
                add_quota(cli, &grid, states[index].adapter, shown->quotas[at]);
            }
        }
        cli_grid_end(&grid);
    }
}

static json_t *states_json(struct cli *cli, const struct state *states, size_t count)
{
    json_t *const list = json_array();
    for (size_t index = 0; index < count; index++) {
        const struct state *const state = &states[index];
        json_t *const object = json_object();
        const char *word = NULL;
        json_object_set_new(object, "adapter", json_string(state->adapter));
        json_object_set_new(object, "name", json_string(cli_channels_name(cli, state->adapter)));
        json_object_set_new(object, "up", json_boolean(state->shown != NULL));
        if (state->shown == NULL) {
            json_object_set_new(object, "code", json_string(code_name(state->code)));
        } else {
            json_t *const fields = say_json_message(&cli->say, &state->shown->base, true);
            (void)word_of(cli, state->shown, &word);
            json_object_set_new(object, "state", json_string(word));
            json_object_update(object, fields);
            json_decref(fields);
        }
        json_array_append_new(list, object);
    }
    return list;
}

static int tell_states(struct cli *cli, const struct state *states, size_t count)
{
    static const struct cli_column table[] = {
        {.title = "适配器|ADAPTER"},
        {.title = "名称|NAME", .rank = 13},
        {.title = "状态|STATE"},
        {.title = "最近收到|LAST HEARD"},
        {.title = "收到|HEARD", .right = true},
        {.title = "重复|AGAIN", .rank = 12, .right = true},
        {.title = "门口拒绝|REFUSED", .rank = 11},
        {.title = "待发|WAITING", .right = true},
        {.title = "发不出|DEAD", .right = true},
        {.title = NULL},
    };
    struct cli_grid grid;
    (void)cli_site(cli);
    if (cli->json) {
        json_t *const object = json_object();
        json_object_set_new(object, "adapters", states_json(cli, states, count));
        say_json_time(&cli->say, object, "now", cli->now_ms);
        return cli_json_print(cli, object);
    }
    if (count == 0) {
        printf("%s\n", cli_say(cli, "这个实例没有适配器；站点里有 wechat.yaml 等文件才会启动。",
                               "This instance has no adapters; a site with wechat.yaml or the like "
                               "has."));
        return CLI_EXIT_OK;
    }
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < count; index++) {
        add_adapter(cli, &grid, states[index].adapter, states[index].shown);
    }
    cli_grid_end(&grid);
    print_details(cli, states, count);
    return CLI_EXIT_OK;
}

/* Whoever may not look is told so; an adapter that is away is told as a row, and in the status. */
int cli_channels_status(struct cli *cli)
{
    struct state states[ADAPTERS];
    size_t count = 0;
    Paidan__Code worst = PAIDAN__CODE__OK;
    for (size_t index = 0; index < ADAPTERS; index++) {
        Paidan__AdapterStatus wish = PAIDAN__ADAPTER_STATUS__INIT;
        Paidan__Answer *answer = NULL;
        if (!cli_channels_has(cli, adapters[index].name)) {
            continue;
        }
        struct state *const state = &states[count++];
        *state = (struct state){.adapter = adapters[index].name};
        state->code = cli_try(cli, state->adapter, &wish.base,
                              cli->timeout_ms < SHORT_MS ? cli->timeout_ms : SHORT_MS, &answer);
        if (state->code == PAIDAN__CODE__OK) {
            state->shown = answer->adapter_shown;
        } else if (state->code != PAIDAN__CODE__UNREACHABLE) {
            return cli_refuse_asked(cli, state->adapter, state->code, answer);
        } else {
            worst = state->code;
        }
    }
    const int status = tell_states(cli, states, count);
    return status == CLI_EXIT_OK && worst != PAIDAN__CODE__OK ? code_exit(worst) : status;
}

/* ---- outbox list ------------------------------------------------------------------------------
 */

/* A typing error must not look like an outbox that is empty. */
static int want_adapter(struct cli *cli, const char *name)
{
    if (adapter_find(name) != NULL) {
        return CLI_EXIT_OK;
    }
    return cli_usage(cli, "没有这个适配器：应为 wechat、hotline、mqtt 或 webhook",
                     "no such adapter: wechat, hotline, mqtt or webhook", name);
}

struct listing {
    struct cli *cli;
    struct cli_grid grid;
    json_t *list;
    uint64_t shown, most;
};

static void add_delivery(struct listing *listing, const char *adapter,
                         const Paidan__Delivery *delivery)
{
    struct cli *const cli = listing->cli;
    char number[NUMBER_BYTES] = "", text[96], span[SAY_TIME_BYTES];
    if (delivery->has_ticket) {
        number_format(delivery->ticket, number);
    }
    cli_grid_add(&listing->grid, SAY_PLAIN, "%s", adapter);
    cli_grid_add(&listing->grid, SAY_STRONG, "%" PRIu64, delivery->delivery);
    cli_grid_add(&listing->grid, SAY_PLAIN, "%s", to_name(cli, delivery->to));
    cli_grid_add(&listing->grid, SAY_PLAIN, "%s", delivery->what == NULL ? "" : delivery->what);
    cli_grid_add(&listing->grid, SAY_PLAIN, "%s", number);
    ago(cli, delivery->asked_ms, text, sizeof text);
    cli_grid_add(&listing->grid, SAY_PLAIN, "%s", text);
    cli_grid_add(&listing->grid, SAY_PLAIN, "%u", delivery->attempts);
    if (delivery->has_dead && delivery->dead) {
        cli_grid_add(&listing->grid, SAY_BAD, "%s", cli_say(cli, "已放弃", "given up"));
    } else if (delivery->next_ms > cli->now_ms) {
        say_time_span(&cli->say, (int64_t)(delivery->next_ms - cli->now_ms), span);
        cli_grid_add(&listing->grid, SAY_WARN, cli_say(cli, "%s后再试", "again in %s"), span);
    } else {
        cli_grid_add(&listing->grid, SAY_PLAIN, "%s", cli_say(cli, "待发", "waiting"));
    }
}

static void take_page(struct listing *listing, const char *adapter,
                      const Paidan__OutboxListed *listed)
{
    for (size_t index = 0; index < listed->n_deliveries && listing->shown < listing->most;
         index++) {
        const Paidan__Delivery *const delivery = listed->deliveries[index];
        listing->shown++;
        if (listing->list != NULL) {
            json_t *const object = say_json_message(&listing->cli->say, &delivery->base, true);
            json_object_set_new(object, "adapter", json_string(adapter));
            json_array_append_new(listing->list, object);
        } else {
            add_delivery(listing, adapter, delivery);
        }
    }
}

/* Page after page, for an adapter looks at so many rows at a time. */
static int list_one(struct listing *listing, const char *adapter, const char *to)
{
    uint64_t next = 0;
    int status = CLI_EXIT_OK;
    do {
        Paidan__OutboxList wish = PAIDAN__OUTBOX_LIST__INIT;
        Paidan__Answer *answer = NULL;
        wish.to = (char *)(uintptr_t)to;
        wish.has_dead = cli_given(listing->cli, CLI_DEAD);
        wish.dead = wish.has_dead;
        wish.has_limit = 1;
        wish.limit = PAGE;
        wish.has_cursor = next != 0;
        wish.cursor = next;
        status = cli_ask(listing->cli, adapter, &wish.base, &answer);
        if (status == CLI_EXIT_OK) {
            take_page(listing, adapter, answer->outbox_listed);
            next = answer->outbox_listed->has_next ? answer->outbox_listed->next : 0;
        }
    } while (status == CLI_EXIT_OK && next != 0 && listing->shown < listing->most);
    return status;
}

int cli_channels_list(struct cli *cli)
{
    static const struct cli_column table[] = {
        {.title = "适配器|ADAPTER"},
        {.title = "编号|DELIVERY", .right = true},
        {.title = "去向|TO", .floor = 8},
        {.title = "内容|WHAT", .rank = 3},
        {.title = "工单号|NUMBER", .rank = 2},
        {.title = "生成|ASKED"},
        {.title = "失败|FAILED", .right = true},
        {.title = "状态|STATE"},
        {.title = NULL},
    };
    struct listing listing = {.cli = cli, .list = cli->json ? json_array() : NULL};
    const char *const only = cli->operand_count > 0 ? cli->operands[0] : NULL;
    const char *const to = cli->operand_count > 1 ? cli->operands[1] : NULL;
    int status = only == NULL ? CLI_EXIT_OK : want_adapter(cli, only);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_LIMIT, 1, 1000000, 100, &listing.most);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    (void)cli_site(cli);
    cli_grid_begin(&listing.grid, cli, table);
    for (size_t index = 0; index < ADAPTERS && status == CLI_EXIT_OK; index++) {
        const char *const name = adapters[index].name;
        if (only == NULL ? cli_channels_has(cli, name) : strcmp(only, name) == 0) {
            status = list_one(&listing, name, to);
        }
    }
    if (cli->json) {
        json_t *const object = json_object();
        json_object_set_new(object, "deliveries", listing.list);
        say_json_time(&cli->say, object, "now", cli->now_ms);
        const int printed = cli_json_print(cli, object);
        return status == CLI_EXIT_OK ? printed : status;
    }
    if (listing.shown > 0 || status != CLI_EXIT_OK) {
        cli_grid_end(&listing.grid);
    }
    if (status == CLI_EXIT_OK && listing.shown == 0) {
        printf("%s\n", cli_given(cli, CLI_DEAD) ? cli_say(cli, "没有发不出的", "nothing is dead")
                                                : cli_say(cli, "没有待发的", "nothing waits"));
    }
    if (listing.shown == listing.most) {
        printf(cli_say(cli, "只列出 %" PRIu64 " 条；更多请加 --limit\n",
                       "%" PRIu64 " are listed; for more say --limit\n"),
               listing.most);
    }
    return status;
}

/* ---- outbox retry, outbox drop ----------------------------------------------------------------
 */

/* Of one, or, with --dead, of all dead ones of the adapter. */
static int decide(struct cli *cli, const char *adapter, uint64_t delivery, bool drop)
{
    Paidan__OutboxRetry retry = PAIDAN__OUTBOX_RETRY__INIT;
    Paidan__OutboxDrop wish = PAIDAN__OUTBOX_DROP__INIT;
    Paidan__Answer *answer = NULL;
    retry.delivery = delivery;
    wish.delivery = delivery;
    wish.note = cli_text(cli, CLI_NOTE);
    const int status = cli_ask(cli, adapter, drop ? &wish.base : &retry.base, &answer);
    if (status == CLI_EXIT_OK && !cli->json) {
        printf("%" PRIu64 " %s\n", delivery,
               drop ? cli_say(cli, "已删除，不再发送", "dropped: it will not be sent")
                    : cli_say(cli, "已重新排队", "waits to be sent again"));
    }
    return status;
}

/* The dead of an adapter, read before the first is decided on, for the list moves then. 0 or a
 * status. */
static int dead_of(struct cli *cli, const char *adapter, uint64_t *deliveries, size_t max,
                   size_t *count)
{
    uint64_t next = 0;
    *count = 0;
    do {
        Paidan__OutboxList wish = PAIDAN__OUTBOX_LIST__INIT;
        Paidan__Answer *answer = NULL;
        wish.has_dead = 1;
        wish.dead = 1;
        wish.has_limit = 1;
        wish.limit = PAGE;
        wish.has_cursor = next != 0;
        wish.cursor = next;
        const int status = cli_ask(cli, adapter, &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        const Paidan__OutboxListed *const listed = answer->outbox_listed;
        for (size_t index = 0; index < listed->n_deliveries && *count < max; index++) {
            deliveries[(*count)++] = listed->deliveries[index]->delivery;
        }
        next = listed->has_next ? listed->next : 0;
    } while (next != 0 && *count < max);
    return CLI_EXIT_OK;
}

/* The first mistake is the status; those after it are done all the same. */
static int decide_all(struct cli *cli, bool drop)
{
    static uint64_t deliveries[CLI_OPERANDS_MAX];
    const char *const adapter = cli->operands[0];
    size_t count = 0;
    int worst = want_adapter(cli, adapter);
    if (worst != CLI_EXIT_OK) {
        return worst;
    }
    if (cli_given(cli, CLI_DEAD) == (cli->operand_count > 1)) {
        return cli_usage(cli, "请写要处理的编号，或 --dead（全部发不出的）",
                         "say which deliveries, or --dead for all that were given up", NULL);
    }
    if (cli->operand_count == 1) {
        worst = dead_of(cli, adapter, deliveries, CLI_OPERANDS_MAX, &count);
    }
    for (unsigned index = 1; index < cli->operand_count && worst == CLI_EXIT_OK; index++) {
        char *end = NULL;
        deliveries[count] = strtoull(cli->operands[index], &end, 10);
        if (*end != '\0' || deliveries[count] == 0) {
            return cli_usage(cli, "编号是一个数（见 paidan outbox list）",
                             "a delivery is a number (see paidan outbox list)",
                             cli->operands[index]);
        }
        count++;
    }
    for (size_t index = 0; index < count; index++) {
        const int status = decide(cli, adapter, deliveries[index], drop);
        worst = worst == CLI_EXIT_OK ? status : worst;
    }
    if (cli->json && worst == CLI_EXIT_OK) {
        json_t *const object = json_object();
        json_object_set_new(object, "adapter", json_string(adapter));
        json_object_set_new(object, drop ? "dropped" : "retried", json_integer((json_int_t)count));
        return cli_json_print(cli, object);
    }
    if (!cli->json && count == 0 && worst == CLI_EXIT_OK) {
        printf("%s\n", cli_say(cli, "没有发不出的", "nothing is dead"));
    }
    return worst;
}

int cli_channels_retry(struct cli *cli)
{
    CHECK(cli->operand_count >= 1);
    return decide_all(cli, false);
}

int cli_channels_drop(struct cli *cli)
{
    CHECK(cli->operand_count >= 1);
    return decide_all(cli, true);
}
