/* cli_words: see the header. */

#include "cli_words.h"

#include <stdio.h>
#include <string.h>

#include "cli_json.h"
#include "cli_print.h"
#include "cli_time.h"
#include "common/calendar/calendar.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const modes_zh[] = {"一般办理", "现场办", "马上办", "网上办",
                                       "调解",     "议事",   "协调"};
static const char *const results_zh[] = {"?", "达成一致", "部分达成", "未达成", "转法定途径"};

static const char *choose(const struct cli *cli, const char *const *zh, const char *const *en,
                          size_t count, size_t index)
{
    return index >= count ? "?" : cli_say(cli, zh[index], en[index]);
}

const char *cli_mode_word(const struct cli *cli, Paidan__Mode mode)
{
    static const char *const en[] = {"ordinary",  "on site",      "at once",     "online",
                                     "mediation", "deliberation", "coordination"};
    return choose(cli, modes_zh, en, COUNT(en), (size_t)mode);
}

const char *cli_result_word(const struct cli *cli, Paidan__ModeResult result)
{
    static const char *const en[] = {"?", "agreed", "partly agreed", "no agreement",
                                     "passed to the legal way"};
    return choose(cli, results_zh, en, COUNT(en), (size_t)result);
}

const char *cli_request_word(const struct cli *cli, Paidan__RequestKind kind)
{
    static const char *const zh[] = {"?", "延期", "上报"}, *const en[] = {"?", "extension",
                                                                          "raise"};
    return choose(cli, zh, en, COUNT(en), (size_t)kind);
}

const char *cli_rule_word(const struct cli *cli, Paidan__SuperviseRule rule)
{
    static const char *const zh[] = {"?", "红牌", "回访未解决", "多次催单", "时限规则"};
    static const char *const en[] = {"?", "a red card", "reopened", "chased again and again",
                                     "a step of its clock"};
    return choose(cli, zh, en, COUNT(en), (size_t)rule);
}

const char *cli_interval_word(const struct cli *cli, Paidan__IntervalReason reason)
{
    static const char *const zh[] = {"?",        "计入", "非办公时间", "周末",    "节假日",
                                     "日历例外", "挂账", "次日起算",   "调休上班"};
    static const char *const en[] = {"?",
                                     "counted",
                                     "closed",
                                     "weekend",
                                     "holiday",
                                     "exception of the calendar",
                                     "suspended",
                                     "starts the next day",
                                     "make-up workday"};
    return choose(cli, zh, en, COUNT(en), (size_t)reason);
}

const char *cli_weekday_word(const struct cli *cli, unsigned weekday)
{
    static const char *const zh[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    static const char *const en[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    return choose(cli, zh, en, COUNT(en), weekday);
}

/* Adds a word to a list of them. */
static void add_word(char *text, size_t size, const char *between, const char *word)
{
    const size_t used = strlen(text);
    (void)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : between, word);
}

void cli_does_words(const struct cli *cli, uint32_t does, char *text, size_t size)
{
    static const char *const zh[] = {"提醒承办单位", "告知上一级", "告知督办",
                                     "黄牌",         "红牌",       "转督办"};
    static const char *const en[] = {"the unit is reminded",
                                     "the level above is told",
                                     "the supervisor is told",
                                     "yellow card",
                                     "red card",
                                     "it is supervised"};
    text[0] = '\0';
    for (size_t bit = 0; bit < COUNT(zh); bit++) {
        if ((does >> bit & 1u) != 0) {
            add_word(text, size, cli_say(cli, "，", ", "), cli_say(cli, zh[bit], en[bit]));
        }
    }
}

void cli_clocks_words(const struct cli *cli, uint32_t clocks, char *text, size_t size)
{
    text[0] = '\0';
    for (uint32_t bit = 1; bit <= PAIDAN__CLOCK__CLOCK_REPLAN; bit++) {
        if ((clocks >> bit & 1u) != 0) {
            add_word(text, size, cli_say(cli, "、", ", "), cli_clock_word(cli, (Paidan__Clock)bit));
        }
    }
}

void cli_term_words(const struct cli *cli, Paidan__TimeUnit unit, uint64_t amount_ms, char *text,
                    size_t size)
{
    const enum calendar_unit counted = (enum calendar_unit)unit;
    const char *name = cli_say(cli, calendar_unit_zh(counted), calendar_unit_en(counted));
    char amount[CLI_TIME_BYTES];
    if (!calendar_unit_counts_days(counted)) {
        cli_time_amount(amount_ms, amount);
        (void)snprintf(text, size, "%s %s", amount, name);
        return;
    }
    const uint64_t days = amount_ms / CALENDAR_DAY_MS, rest_ms = amount_ms % CALENDAR_DAY_MS;
    if (rest_ms == 0) {
        const size_t bytes = strlen(name);
        const bool one = !cli->chinese && days == 1 && bytes > 0 && name[bytes - 1] == 's';
        (void)snprintf(text, size, "%llu %.*s", (unsigned long long)days,
                       (int)(one ? bytes - 1 : bytes), name);
        return;
    }
    cli_time_amount(rest_ms, amount);
    if (days == 0) {
        (void)snprintf(text, size, cli_say(cli, "%s（%s）", "%s (%s)"), amount, name);
    } else {
        (void)snprintf(text, size, "%llu %s %s", (unsigned long long)days, name, amount);
    }
}

/* ---- marks ------------------------------------------------------------------------------------
 */

static void add_tasks(const struct cli *cli, const Paidan__Brief *brief, char *text, size_t size)
{
    const char *between = cli_say(cli, " ", ", ");
    size_t done = 0;
    bool late = false;
    char word[64];
    for (size_t index = 0; index < brief->n_assist_tasks; index++) {
        done += brief->assist_tasks[index]->done ? 1 : 0;
        late = late || (brief->assist_tasks[index]->has_late && brief->assist_tasks[index]->late);
    }
    if (brief->n_assist_tasks > 0) {
        (void)snprintf(word, sizeof word, "%s%zu/%zu%s", cli_say(cli, "协办", "assist "), done,
                       brief->n_assist_tasks, late ? cli_say(cli, "超时", " late") : "");
        add_word(text, size, between, word);
    }
}

void cli_marks_words(const struct cli *cli, const Paidan__Brief *brief, char *text, size_t size)
{
    const char *between = cli_say(cli, " ", ", ");
    char word[160];
    text[0] = '\0';
    if (brief->has_supervised && brief->supervised) {
        add_word(text, size, between, cli_say(cli, "督办", "supervised"));
    }
    if (brief->has_urges && brief->urges > 0) {
        (void)snprintf(word, sizeof word, "%s%u", cli_say(cli, "催办", "urged "), brief->urges);
        add_word(text, size, between, word);
    }
    if (brief->has_request) {
        (void)snprintf(word, sizeof word, cli_say(cli, "待批%s", "%s asked"),
                       cli_request_word(cli, brief->request));
        add_word(text, size, between, word);
    }
    if (brief->has_mode && brief->mode != PAIDAN__MODE__MODE_ORDINARY) {
        add_word(text, size, between, cli_mode_word(cli, brief->mode));
    }
    if (brief->person != NULL) {
        (void)snprintf(word, sizeof word, "%s%s", cli_say(cli, "定人", "person "), brief->person);
        add_word(text, size, between, word);
    }
    add_tasks(cli, brief, text, size);
    if (brief->has_appealed && brief->appealed) {
        add_word(text, size, between, cli_say(cli, "申诉中", "appealed"));
    }
    if (brief->has_exempt && brief->exempt) {
        add_word(text, size, between, cli_say(cli, "免计超时", "exempt"));
    }
}

/* ---- back from words --------------------------------------------------------------------------
 */

static int no_such(const struct cli *cli, const ProtobufCEnumDescriptor *descriptor,
                   const char *const *zh, size_t count)
{
    char detail[512] = "", name[40];
    for (size_t index = 0; index < count; index++) {
        const ProtobufCEnumValue *value =
            protobuf_c_enum_descriptor_get_value(descriptor, (int)index);
        if (value != NULL && zh[index][0] != '?') {
            add_word(detail, sizeof detail, ", ", cli_json_enum(descriptor, value->value, name));
            add_word(detail, sizeof detail, " ", zh[index]);
        }
    }
    return cli_usage(cli, "应是其中之一", "must be one of these", detail);
}

/* zh is indexed by value. */
static int read_word(const struct cli *cli, const ProtobufCEnumDescriptor *descriptor,
                     const char *const *zh, size_t count, const char *typed, int *value)
{
    char name[40];
    for (size_t index = 0; index < count; index++) {
        const bool known = protobuf_c_enum_descriptor_get_value(descriptor, (int)index) != NULL;
        if (known && (strcmp(typed, zh[index]) == 0 ||
                      strcmp(typed, cli_json_enum(descriptor, (int)index, name)) == 0)) {
            *value = (int)index;
            return CLI_EXIT_OK;
        }
    }
    return no_such(cli, descriptor, zh, count);
}

int cli_mode_read(const struct cli *cli, const char *typed, Paidan__Mode *mode)
{
    int value = 0;
    const int status = read_word(cli, &paidan__mode__descriptor, modes_zh, COUNT(modes_zh),
                                 strcmp(typed, "协调中") == 0 ? "协调" : typed, &value);
    *mode = (Paidan__Mode)value;
    return status;
}

int cli_result_read(const struct cli *cli, const char *typed, Paidan__ModeResult *result)
{
    int value = PAIDAN__MODE_RESULT__RESULT_AGREED;
    const int status = read_word(cli, &paidan__mode_result__descriptor, results_zh,
                                 COUNT(results_zh), typed, &value);
    *result = (Paidan__ModeResult)value;
    return status;
}

int cli_clock_read(const struct cli *cli, const char *typed, Paidan__Clock *clock)
{
    static const char *const zh[] = {"?",    "签收", "首次联系", "办理", "重办",
                                     "回访", "告警", "领取",     "挂账", "协办",
                                     "定人", "申请", "调解",     "议事", "协调"};
    int value = PAIDAN__CLOCK__CLOCK_ACCEPT;
    const int status = read_word(cli, &paidan__clock__descriptor, zh, COUNT(zh), typed, &value);
    *clock = (Paidan__Clock)value;
    return status;
}
