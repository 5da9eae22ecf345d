/* gateway_words: the site and the words of common/say as JSON, so that the console has no table of its
 * own. It owns nothing. What must stay true: a page says what the command line says, because both read
 * the same rows; the site shown is the one in force here, which a reload changes. */

#include "gateway_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/say/code.h"
#include "common/say/counter.h"
#include "common/say/say_deed.h"
#include "common/say/say_json.h"
#include "common/say/say_words.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"

/* ---- site -------------------------------------------------------------------------------------
 */

/* NULL: the whole site, which has no code. */
static const char *area_code(const struct site *site, uint32_t area)
{
    return area == SITE_NONE ? NULL : site->areas[area].code;
}

/* Absent rather than empty, as everywhere in this API. */
static void set_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        json_object_set_new(object, name, json_string(text));
    }
}

/* Both names where the site has both: a page changes its language without asking again. */
static json_t *named(const char *code, const char *name, const char *name_en)
{
    json_t *object = json_object();
    set_text(object, "code", code);
    set_text(object, "name", name);
    set_text(object, "name_en", name_en);
    return object;
}

static json_t *levels_json(const struct site *site)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < site->level_count; index++) {
        const struct site_level *level = &site->levels[index];
        json_t *object = named(level->code, level->name, level->name_en);
        json_object_set_new(object, "level", json_integer(index + 1));
        set_text(object, "fallback", site->units[level->fallback].code);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *units_json(const struct site *site)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < site->unit_count; index++) {
        const struct site_unit *unit = &site->units[index];
        json_t *object = named(unit->code, unit->name, unit->name_en);
        json_object_set_new(object, "level", json_integer(unit->level));
        set_text(object, "area", area_code(site, unit->area));
        json_object_set_new(object, "supervising", json_boolean(site_supervises(site, unit->code)));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *areas_json(const struct site *site)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < site->area_count; index++) {
        const struct site_area *area = &site->areas[index];
        json_t *object = named(area->code, area->name, NULL);
        json_object_set_new(object, "level", json_integer(area->level));
        set_text(object, "parent", area_code(site, area->parent));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *categories_json(const struct site *site)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    json_t *list = json_array();
    for (uint32_t index = 0; index < site->category_count; index++) {
        const struct site_category *category = &site->categories[index];
        json_t *object = named(category->code, category->name, category->name_en);
        set_text(object, "parent",
                 category->parent == SITE_NONE ? NULL : site->categories[category->parent].code);
        set_text(object, "urgency",
                 say_words_token(&paidan__urgency__descriptor, (int)category->urgency, token));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *channels_json(const struct site *site)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < site->channel_count; index++) {
        const struct site_channel *channel = &site->channels[index];
        json_t *object = named(channel->code, channel->name, channel->name_en);
        set_text(object, "callback", channel->callback);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *calendars_json(const struct site *site)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        json_t *object = named(site->calendars[index].code, NULL, NULL);
        json_object_set_new(object, "always", json_boolean(site->calendars[index].always));
        json_array_append_new(list, object);
    }
    return list;
}

void gateway_words_site(struct exchange *exchange)
{
    const struct gateway *gateway = exchange->gateway;
    const struct site *site = gateway->site;
    json_t *object = json_object();
    set_text(object, "name", site->name);
    set_text(object, "name_en", site->name_en);
    json_object_set_new(object, "site_version", json_integer(site->version));
    json_object_set_new(object, "utc_offset_ms",
                        json_integer(site_offset(site, clock_now_ms(&gateway->clock))));
    json_object_set_new(
        object, "rate",
        json_integer(gateway->clock.kind == CLOCK_SCALED ? (json_int_t)gateway->clock.rate : 1));
    json_object_set_new(object, "levels", levels_json(site));
    json_object_set_new(object, "units", units_json(site));
    json_object_set_new(object, "areas", areas_json(site));
    json_object_set_new(object, "categories", categories_json(site));
    json_object_set_new(object, "channels", channels_json(site));
    json_object_set_new(object, "calendars", calendars_json(site));
    say_json_time(&exchange->say, object, "now", clock_now_ms(&gateway->clock));
    gateway_exchange_json(exchange, 200, object);
}

/* ---- words ------------------------------------------------------------------------------------
 */

/* "supervise_action" from "SuperviseAction", as fields and groups are called elsewhere. */
static void group_name(const ProtobufCEnumDescriptor *of, char name[SAY_WORDS_TOKEN_BYTES])
{
    size_t used = 0;
    for (const char *at = of->short_name; *at != '\0' && used + 2 < SAY_WORDS_TOKEN_BYTES; at++) {
        const bool capital = *at >= 'A' && *at <= 'Z';
        if (capital && used > 0) {
            name[used++] = '_';
        }
        name[used++] = (char)(capital ? *at + 32 : *at);
    }
    name[used] = '\0';
}

/* By token: what other answers hold. */
static json_t *enum_json(const struct say *say, const ProtobufCEnumDescriptor *of)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    json_t *words = json_object();
    for (unsigned index = 0; index < of->n_values; index++) {
        const int value = of->values[index].value;
        json_object_set_new(words, say_words_token(of, value, token),
                            json_string(say_words_get(say, of, value)));
    }
    return words;
}

/* Of the services and of the door. */
static json_t *codes_json(const struct say *say)
{
    const ProtobufCEnumDescriptor *of = &paidan__code__descriptor;
    json_t *words = json_object();
    for (unsigned index = 0; index < of->n_values; index++) {
        const Paidan__Code code = (Paidan__Code)of->values[index].value;
        json_object_set_new(
            words, code_name(code),
            json_string(say_choose(say, code_sentence_zh(code), code_sentence_en(code))));
    }
    for (unsigned fault = 0; fault < GATEWAY_FAULTS; fault++) {
        const enum gateway_fault at = (enum gateway_fault)fault;
        json_object_set_new(
            words, gateway_problem_name(at),
            json_string(say_choose(say, gateway_problem_zh(at), gateway_problem_en(at))));
    }
    return words;
}

/* Names of facts as people say them, for pages that list what happened. */
static json_t *verbs_json(const struct say *say)
{
    json_t *words = json_object();
    const char *verb = NULL;
    const char *did = say_deed_verb(say, 0, &verb);
    for (size_t nth = 1; did != NULL; nth++) {
        json_object_set_new(words, did, json_string(verb));
        did = say_deed_verb(say, nth, &verb);
    }
    return words;
}

#define COUNTER_PLAIN(number, id, name, ...) (name),
static const char *const intake_counters[] = {COUNTERS_INTAKE(COUNTER_PLAIN)};
static const char *const triage_counters[] = {COUNTERS_TRIAGE(COUNTER_PLAIN)};
static const char *const escalation_counters[] = {COUNTERS_ESCALATION(COUNTER_PLAIN)};
static const char *const callback_counters[] = {COUNTERS_CALLBACK(COUNTER_PLAIN)};
/* Of an adapter: what all of them count, and its own. */
#define COUNTERS_ADAPTER(OWN)                                                                      \
    {                                                                                              \
        COUNTERS_CHANNEL(COUNTER_PLAIN) COUNTERS_OUTBOX(COUNTER_PLAIN) OWN(COUNTER_PLAIN)          \
    }
static const char *const wechat_counters[] = COUNTERS_ADAPTER(COUNTERS_WECHAT);
static const char *const hotline_counters[] = COUNTERS_ADAPTER(COUNTERS_HOTLINE);
static const char *const mqtt_counters[] = COUNTERS_ADAPTER(COUNTERS_MQTT);
static const char *const webhook_counters[] = COUNTERS_ADAPTER(COUNTERS_WEBHOOK);
static const char *const unit_counters[] = {COUNTERS_UNIT(COUNTER_PLAIN)};

/* service NULL: the counters of units. */
static json_t *counters_json(const struct say *say, const char *service, const char *const *names,
                             size_t count)
{
    json_t *words = json_object();
    for (size_t index = 0; index < count; index++) {
        const struct counter_unit_word *unit =
            service == NULL ? counter_unit_word(names[index]) : NULL;
        const char *word = unit != NULL ? say_choose(say, unit->zh, unit->en)
                           : service == NULL
                               ? names[index]
                               : say_choose(say, counter_word(service, names[index]), names[index]);
        json_object_set_new(words, names[index], json_string(word));
    }
    return words;
}

static json_t *words_json(const struct say *say)
{
    json_t *groups = json_object();
    char name[SAY_WORDS_TOKEN_BYTES];
    const ProtobufCEnumDescriptor *of = say_words_of(0);
    for (size_t nth = 1; of != NULL; nth++) {
        group_name(of, name);
        json_object_set_new(groups, name, enum_json(say, of));
        of = say_words_of(nth);
    }
    const struct {
        const char *service;
        const char *const *names;
        size_t count;
    } counters[] = {
        {"intake", intake_counters, sizeof intake_counters / sizeof *intake_counters},
        {"triage", triage_counters, sizeof triage_counters / sizeof *triage_counters},
        {"escalation", escalation_counters,
         sizeof escalation_counters / sizeof *escalation_counters},
        {"callback", callback_counters, sizeof callback_counters / sizeof *callback_counters},
        {"wechat", wechat_counters, sizeof wechat_counters / sizeof *wechat_counters},
        {"hotline", hotline_counters, sizeof hotline_counters / sizeof *hotline_counters},
        {"mqtt", mqtt_counters, sizeof mqtt_counters / sizeof *mqtt_counters},
        {"webhook", webhook_counters, sizeof webhook_counters / sizeof *webhook_counters},
        {NULL, unit_counters, sizeof unit_counters / sizeof *unit_counters},
    };
    for (size_t index = 0; index < sizeof counters / sizeof *counters; index++) {
        char group[48];
        (void)snprintf(group, sizeof group, "counter_%s",
                       counters[index].service == NULL ? "unit" : counters[index].service);
        json_object_set_new(groups, group,
                            counters_json(say, counters[index].service, counters[index].names,
                                          counters[index].count));
    }
    json_object_set_new(groups, "code", codes_json(say));
    json_object_set_new(groups, "fact", verbs_json(say));
    return groups;
}

/* They change with the program alone, so a browser may keep them for an hour. */
void gateway_words_words(struct exchange *exchange)
{
    gateway_exchange_json(exchange, 200, words_json(&exchange->say));
}

/* ---- a month ----------------------------------------------------------------------------------
 */

static const char *day_kind(enum calendar_day_kind kind)
{
    static const char *const names[CALENDAR_DAY_KIND_COUNT] = {
        [CALENDAR_WORKDAY] = "workday", [CALENDAR_WEEKEND] = "weekend",
        [CALENDAR_HOLIDAY] = "holiday", [CALENDAR_MAKEUP] = "make_up",
        [CALENDAR_OFF] = "off",         [CALENDAR_SPECIAL] = "special",
    };
    return kind < CALENDAR_DAY_KIND_COUNT ? names[kind] : "unknown";
}

/* By the wall clock of the site, which is what people compare it with. */
static json_t *hours_json(const struct calendar_hours *hours)
{
    json_t *list = json_array();
    for (unsigned index = 0; index < hours->count; index++) {
        char text[32];
        (void)snprintf(text, sizeof text, "%02u:%02u-%02u:%02u", hours->from[index] / 60u,
                       hours->from[index] % 60u, hours->until[index] / 60u,
                       hours->until[index] % 60u);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

/* start_ms and end_ms, for drawing a term over the month: days of summer time have 23 or 25 hours. */
static json_t *day_json(const struct calendar *calendar, int32_t at)
{
    struct calendar_day day;
    char date[CIVIL_DATE_BYTES];
    calendar_day_read(calendar, at, &day);
    civil_write(at, date);
    json_t *object = json_object();
    json_object_set_new(object, "date", json_string(date));
    json_object_set_new(object, "weekday", json_integer(civil_weekday(at) + 1));
    json_object_set_new(object, "kind", json_string(day_kind(day.kind)));
    json_object_set_new(object, "working", json_boolean(day.working));
    json_object_set_new(object, "known", json_boolean(day.known));
    set_text(object, "name", day.name);
    json_object_set_new(object, "hours", hours_json(&day.hours));
    json_object_set_new(object, "start_ms", json_integer((json_int_t)day.start_ms));
    json_object_set_new(object, "end_ms", json_integer((json_int_t)day.end_ms));
    return object;
}

/* Also "always", which has nothing to show but is named by clocks. */
static const struct calendar *calendar_of(const struct site *site, const char *code)
{
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        if (strcmp(site->calendars[index].code, code) == 0) {
            return &site->calendars[index];
        }
    }
    return NULL;
}

void gateway_words_calendar(struct exchange *exchange)
{
    const struct site *site = exchange->gateway->site;
    const struct calendar *calendar = calendar_of(site, gateway_exchange_part(exchange, "code"));
    const char *month = gateway_exchange_part(exchange, "month");
    char first_day[CIVIL_DATE_BYTES];
    int32_t first = 0;
    if (calendar == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__CALENDAR_UNKNOWN, NULL, 0);
        return;
    }
    (void)snprintf(first_day, sizeof first_day, "%.7s-01", month);
    if (strlen(month) != 7 || !civil_parse(first_day, &first)) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "month", 0);
        return;
    }
    const struct civil_date date = civil_date(first);
    const int32_t count = (int32_t)civil_month_days(date.year, date.month);
    json_t *object = json_object(), *days = json_array();
    for (int32_t at = first; at < first + count; at++) {
        json_array_append_new(days, day_json(calendar, at));
    }
    set_text(object, "calendar", calendar->code);
    set_text(object, "month", month);
    json_object_set_new(object, "days", days);
    gateway_exchange_json(exchange, 200, object);
}
