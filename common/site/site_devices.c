/* site_devices: devices.yaml and devices.csv. Two files of which either means nothing without the
 * other's kind of knowledge: the first says how any device is understood, the second which ones there
 * are. A site without devices.yaml has no devices, and the adapter does not start.
 *
 * What must stay true: every filter is one that a broker takes, every pointer can be followed without
 * looking at it again, categories and areas are the site's own, the register is in the order of its
 * ids. So whoever reads a message checks the message alone. */
#include "common/site/site_devices.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_csv.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"
#include "common/text/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- values ---- */

static void *field(const struct site_key *key, void *target)
{
    return (char *)target + key->offset;
}

/* The name of a level in a file; 0: none. */
static Paidan__AlarmLevel level_of(const char *text)
{
    static const struct {
        const char *en, *zh;
        Paidan__AlarmLevel level;
    } names[] = {{"cleared", "恢复", PAIDAN__ALARM_LEVEL__ALARM_CLEARED},
                 {"info", "提示", PAIDAN__ALARM_LEVEL__ALARM_INFO},
                 {"minor", "一般", PAIDAN__ALARM_LEVEL__ALARM_MINOR},
                 {"major", "重要", PAIDAN__ALARM_LEVEL__ALARM_MAJOR},
                 {"critical", "严重", PAIDAN__ALARM_LEVEL__ALARM_CRITICAL}};
    for (size_t index = 0; index < COUNT(names); index++) {
        if (strcmp(text, names[index].en) == 0 || strcmp(text, names[index].zh) == 0) {
            return names[index].level;
        }
    }
    return (Paidan__AlarmLevel)0;
}

static void read_level(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    const char *const text = site_node_text(load, value);
    const Paidan__AlarmLevel level = text == NULL ? (Paidan__AlarmLevel)0 : level_of(text);
    if (level != 0) {
        *(Paidan__AlarmLevel *)field(key, target) = level;
    } else if (text != NULL) {
        site_say(load, value->line, SAY_DEVICE_LEVEL, site_shown(load, text));
    }
}

static void read_category(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    const char *const text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    const uint32_t index = site_category_find(load->site, text);
    if (index == SITE_NONE && load->usable[SITE_CATEGORIES]) {
        site_say(load, value->line, SAY_DEVICE_CATEGORY, site_shown(load, text));
    }
    *(uint32_t *)field(key, target) = index;
}

/* "~0" and "~1" are the only escapes of a JSON pointer. */
static bool pointer_valid(const char *text)
{
    for (const char *at = strchr(text, '~'); at != NULL; at = strchr(at + 1, '~')) {
        if (at[1] != '0' && at[1] != '1') {
            return false;
        }
    }
    if (text[0] == '$') {
        return text[1] >= '1' && text[1] <= '9' &&
               (text[2] == '\0' || (text[2] >= '0' && text[2] <= '9' && text[3] == '\0'));
    }
    return text[0] == '/' || (text[0] == '=' && text[1] != '\0');
}

static void read_pointer(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    const char *const text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    if (strlen(text) > SITE_POINTER_BYTES_MAX || !pointer_valid(text)) {
        site_say(load, value->line, SAY_DEVICE_POINTER, site_shown(load, text));
        return;
    }
    struct site_pointer *const pointer = field(key, target);
    memcpy(pointer->text, text, strlen(text) + 1);
}

/* '#' is a whole part and the last one, '+' a whole part. */
static bool filter_valid(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        const bool begins = at == text || at[-1] == '/';
        if (*at == '#' && (!begins || at[1] != '\0')) {
            return false;
        }
        if (*at == '+' && (!begins || (at[1] != '\0' && at[1] != '/'))) {
            return false;
        }
    }
    return text[0] != '\0' && strlen(text) <= DEVICE_FILTER_BYTES_MAX;
}

static void read_filter(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    const char *const text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    if (!filter_valid(text)) {
        site_say(load, value->line, SAY_DEVICE_FILTER, site_shown(load, text));
        return;
    }
    memcpy(field(key, target), text, strlen(text) + 1);
}

static bool copy_word(struct site_load *load, const struct site_node *node,
                      char word[SITE_WORD_BYTES_MAX + 1])
{
    const char *const text = site_node_text(load, node);
    if (text == NULL) {
        return false;
    }
    if (strlen(text) > SITE_WORD_BYTES_MAX) {
        site_say(load, node->line, SAY_DEVICE_WORD, site_shown(load, text));
        return false;
    }
    memcpy(word, text, strlen(text) + 1);
    return true;
}

/* ---- topics ---- */

/* levels: {cleared: ["0", normal], major: ["1"]} */
static void take_words(struct site_load *load, struct site_device_topic *topic,
                       Paidan__AlarmLevel level, const struct site_node *list)
{
    if (!site_node_list(load, list, "levels", SITE_LEVEL_WORDS_MAX)) {
        return;
    }
    for (const struct site_node *item = list->child; item != NULL; item = item->next) {
        struct site_level_word *const word = &topic->words[topic->word_count];
        if (topic->word_count == SITE_LEVEL_WORDS_MAX) {
            site_say(load, item->line, SAY_LIST_TOO_LONG, "levels", SITE_LEVEL_WORDS_MAX);
            return;
        }
        if (copy_word(load, item, word->word)) {
            word->level = level;
            topic->word_count++;
        }
    }
}

static void read_levels(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    (void)key;
    if (value->type != SITE_NODE_MAP) {
        site_say(load, value->line, SAY_YAML_NOT_MAP);
        return;
    }
    for (const struct site_node *name = value->child; name != NULL; name = name->next->next) {
        const char *const text = site_node_text(load, name);
        const Paidan__AlarmLevel level = text == NULL ? (Paidan__AlarmLevel)0 : level_of(text);
        if (level != 0) {
            take_words(load, target, level, name->next);
        } else if (text != NULL) {
            site_say(load, name->line, SAY_DEVICE_LEVEL, site_shown(load, text));
        }
    }
}

#define AT(member) .offset = offsetof(struct site_device_topic, member)
static const struct site_key topic_keys[] = {
    {.name = "filter", .required = true, .read = read_filter, AT(filter)},
    {.name = "device", .required = true, .read = read_pointer, AT(device)},
    {.name = "kind", .required = true, .read = read_pointer, AT(kind)},
    {.name = "id", .read = read_pointer, AT(id)},
    {.name = "level", .read = read_pointer, AT(level)},
    {.name = "at", .read = read_pointer, AT(at)},
    {.name = "place", .read = read_pointer, AT(place)},
    {.name = "picture", .read = read_pointer, AT(picture)},
    {.name = "levels", .read = read_levels},
    {.name = "otherwise", .read = read_level, AT(otherwise)},
};
#undef AT

static void read_topics(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    struct site_devices *const devices = target;
    if (!site_node_list(load, value, key->name, DEVICE_TOPICS_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        struct site_device_topic *const topic = &devices->topics[devices->topic_count];
        topic->otherwise = PAIDAN__ALARM_LEVEL__ALARM_MAJOR;
        if (!site_keys_read(load, item, topic_keys, COUNT(topic_keys), topic)) {
            continue;
        }
        if (site_device_topic_find(devices, topic->filter) != NULL) {
            site_say(load, item->line, SAY_CODE_DUPLICATE, topic->filter);
            continue;
        }
        CHECK(devices->topic_count < DEVICE_TOPICS_MAX);
        devices->topic_count++;
    }
}

/* ---- kinds ---- */

static void read_kind_words(struct site_load *load, const struct site_key *key,
                            const struct site_node *value, void *target)
{
    struct site_alarm_kind *const kind = target;
    if (!site_node_list(load, value, key->name, SITE_KIND_WORDS_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        if (copy_word(load, item, kind->words[kind->word_count])) {
            kind->word_count++;
        }
    }
}

#define AT(member) .offset = offsetof(struct site_alarm_kind, member)
static const struct site_key kind_keys[] = {
    {.name = "code", .required = true, .read = site_key_code, AT(code)},
    {.name = "name", .required = true, .read = site_key_name, AT(name)},
    {.name = "name_en", .read = site_key_name, AT(name_en)},
    {.name = "words", .read = read_kind_words},
    {.name = "opens", .read = read_level, AT(opens)},
    {.name = "category", .read = read_category, AT(categories[0])},
    {.name = "minor", .read = read_category, AT(categories[PAIDAN__ALARM_LEVEL__ALARM_MINOR])},
    {.name = "major", .read = read_category, AT(categories[PAIDAN__ALARM_LEVEL__ALARM_MAJOR])},
    {.name = "critical",
     .read = read_category,
     AT(categories[PAIDAN__ALARM_LEVEL__ALARM_CRITICAL])},
};
#undef AT

/* Of words that stand in two kinds the second would never be looked at. */
static bool kind_known(struct site_load *load, uint32_t line, const struct site_devices *devices,
                       const struct site_alarm_kind *kind)
{
    const char *twice = site_alarm_kind_find(devices, kind->code) != NULL ? kind->code : NULL;
    for (uint32_t index = 0; index < kind->word_count && twice == NULL; index++) {
        const char *const word = kind->words[index];
        twice = site_alarm_kind_find(devices, word) != NULL ? word : NULL;
    }
    const bool ours = strcmp(kind->code, "other") == 0 || strcmp(kind->code, "silent") == 0;
    if (twice != NULL || ours) {
        site_say(load, line, SAY_CODE_DUPLICATE, ours ? kind->code : twice);
    }
    return twice != NULL || ours;
}

static void read_kinds(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    struct site_devices *const devices = target;
    if (!site_node_list(load, value, key->name, DEVICE_KINDS_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        struct site_alarm_kind *const kind = &devices->kinds[devices->kind_count];
        *kind = (struct site_alarm_kind){.opens = PAIDAN__ALARM_LEVEL__ALARM_MINOR};
        for (size_t level = 0; level < COUNT(kind->categories); level++) {
            kind->categories[level] = SITE_NONE;
        }
        if (!site_keys_read(load, item, kind_keys, COUNT(kind_keys), kind) ||
            kind_known(load, item->line, devices, kind)) {
            continue;
        }
        for (size_t level = 1; level < COUNT(kind->categories); level++) {
            if (kind->categories[level] == SITE_NONE) {
                kind->categories[level] = kind->categories[0];
            }
        }
        if (kind->name_en[0] == '\0') {
            memcpy(kind->name_en, kind->name, sizeof kind->name_en);
        }
        CHECK(devices->kind_count < DEVICE_KINDS_MAX);
        devices->kind_count++;
    }
}

/* ---- the rest of devices.yaml ---- */

static void read_channel(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    const char *const text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    const uint32_t index = site_channel_find(load->site, text);
    if (index == SITE_NONE && load->usable[SITE_YAML]) {
        site_say(load, value->line, SAY_DEVICE_CHANNEL, site_shown(load, text));
    }
    *(uint32_t *)field(key, target) = index;
}

/* "127.0.0.1:1883", "broker.example:8883". */
static void read_address(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    struct site_devices *const devices = target;
    (void)key;
    const char *const text = site_node_text(load, value);
    const char *const colon = text == NULL ? NULL : strrchr(text, ':');
    if (text == NULL) {
        return;
    }
    uint64_t port = 0;
    const size_t bytes = colon == NULL ? 0 : (size_t)(colon - text);
    const bool plain =
        bytes > 0 && bytes <= SITE_BROKER_BYTES_MAX &&
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == bytes;
    if (!plain || !site_digits_read(colon + 1, colon + strlen(colon), &port) || port == 0 ||
        port > UINT16_MAX) {
        site_say(load, value->line, SAY_DEVICE_BROKER, site_shown(load, text));
        return;
    }
    memcpy(devices->host, text, bytes);
    devices->host[bytes] = '\0';
    devices->port = (uint16_t)port;
}

#define AT(member) .offset = offsetof(struct site_devices, member)
static const struct site_key broker_keys[] = {
    {.name = "address", .required = true, .read = read_address},
    {.name = "tls", .read = site_key_flag, AT(tls)},
    {.name = "version", .read = site_key_count, AT(version), .min = 3, .max = 5},
    {.name = "client", .read = site_key_code, AT(client)},
};

static void read_broker(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    const struct site_devices *const devices = target;
    (void)key;
    (void)site_keys_read(load, value, broker_keys, COUNT(broker_keys), target);
    if (devices->version == 4) {
        site_say(load, value->line, SAY_YAML_RANGE, "4", 3ull, 5ull);
    }
}

static void read_unknown(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    const char *const text = site_node_text(load, value);
    if (text != NULL && strcmp(text, "desk") != 0 && strcmp(text, "refuse") != 0) {
        site_say(load, value->line, SAY_DEVICE_UNKNOWN, site_shown(load, text));
    } else if (text != NULL) {
        *(bool *)field(key, target) = strcmp(text, "refuse") == 0;
    }
}

static const struct site_key bucket_keys[] = {
    {.name = "per_minute",
     .required = true,
     .read = site_key_count,
     .offset = offsetof(struct site_bucket, per_minute),
     .min = 1,
     .max = 6000000},
    {.name = "burst",
     .required = true,
     .read = site_key_count,
     .offset = offsetof(struct site_bucket, burst),
     .min = 1,
     .max = 6000000},
};

static void read_bucket(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    (void)site_keys_read(load, value, bucket_keys, COUNT(bucket_keys), field(key, target));
}

static const struct site_key limit_keys[] = {
    {.name = "device", .read = read_bucket, AT(device)},
    {.name = "topic", .read = read_bucket, AT(topic)},
    {.name = "site", .read = read_bucket, AT(site)},
    {.name = "unknown", .read = read_bucket, AT(unknown)},
};

static void read_limits(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    (void)key;
    (void)site_keys_read(load, value, limit_keys, COUNT(limit_keys), target);
}

static const struct site_key devices_keys[] = {
    {.name = "channel", .required = true, .read = read_channel, AT(channel)},
    {.name = "broker", .required = true, .read = read_broker},
    {.name = "unknown", .read = read_unknown, AT(refuse_unknown)},
    {.name = "dedupe",
     .read = site_key_span,
     AT(dedupe_ms),
     .min = SITE_MINUTE_MS,
     .max = 24 * SITE_HOUR_MS},
    {.name = "note",
     .read = site_key_span,
     AT(note_ms),
     .min = SITE_SECOND_MS,
     .max = 24 * SITE_HOUR_MS},
    {.name = "limits", .read = read_limits},
    {.name = "silence", .read = read_category, AT(silence_category)},
    {.name = "topics", .required = true, .read = read_topics},
    {.name = "kinds", .required = true, .read = read_kinds},
};
#undef AT

/* A device that says something each second is a broken one; a whole site's may all speak at once, as
 * after a power cut. Devices that nobody registered share one bucket, so that inventing names is no
 * way round it. */
static void set_defaults(struct site_devices *devices)
{
    *devices = (struct site_devices){
        .channel = SITE_NONE,
        .version = 5,
        .client = "paidan",
        .dedupe_ms = 10 * SITE_MINUTE_MS,
        .note_ms = 10 * SITE_MINUTE_MS,
        .device = {.per_minute = 60, .burst = 120},
        .topic = {.per_minute = 60000, .burst = 120000},
        .site = {.per_minute = 120000, .burst = 240000},
        .unknown = {.per_minute = 60, .burst = 120},
        .silence_category = SITE_NONE,
    };
}

/* ---- devices.csv ---- */

enum { DEVICE_ID, DEVICE_KIND, DEVICE_AREA, DEVICE_UNIT, DEVICE_SILENCE, DEVICE_PLACE };
static const struct site_csv_column device_columns[] = {
    [DEVICE_ID] = {"id", "编号", true},
    [DEVICE_KIND] = {"kind", "类型", true},
    [DEVICE_AREA] = {"area", "区域", true},
    [DEVICE_UNIT] = {"unit", "维护单位", true},
    [DEVICE_SILENCE] = {"silence", "静默分钟", false},
    [DEVICE_PLACE] = {"place", "位置", false}};

/* Serial numbers of makers: anything that is seen and can be told apart, without blanks. */
static bool id_valid(struct site_load *load, uint32_t line, const char *id)
{
    const size_t bytes = strlen(id);
    bool valid = bytes > 0 && bytes <= DEVICE_ID_BYTES_MAX;
    for (const char *at = id; *at != '\0' && valid; at++) {
        valid = (unsigned char)*at > ' ' && *at != 0x7f;
    }
    if (!valid) {
        site_say(load, line, SAY_DEVICE_ID, site_shown(load, id));
    }
    return valid && !site_cell_spoilt(load, line, id);
}

static void read_place(struct site_load *load, const struct site_csv_row *row,
                       struct site_device *device)
{
    struct site *const site = load->site;
    const char *const area = row->cells[DEVICE_AREA], *const unit = row->cells[DEVICE_UNIT];
    device->area = site_area_find(site, area);
    device->unit = site_unit_find(site, unit);
    if (area[0] != '\0' && device->area == SITE_NONE && load->usable[SITE_AREAS] &&
        !site_cell_explained(load, row->line, SITE_AREAS, area)) {
        site_say(load, row->line, SAY_DEVICE_AREA, site_shown(load, area));
    }
    if (unit[0] != '\0' && device->unit == SITE_NONE && load->usable[SITE_UNITS] &&
        !site_cell_explained(load, row->line, SITE_UNITS, unit)) {
        site_say(load, row->line, SAY_DEVICE_UNIT, site_shown(load, unit));
    }
    if (row->cells[DEVICE_PLACE][0] != '\0' &&
        site_name_valid(load, row->line, row->cells[DEVICE_PLACE])) {
        memcpy(device->place, row->cells[DEVICE_PLACE], strlen(row->cells[DEVICE_PLACE]) + 1);
    }
}

static void take_device(struct site_load *load, const struct site_csv_row *row)
{
    struct site_devices *const devices = load->site->devices;
    CHECK(devices != NULL);
    struct site_device device = {.area = SITE_NONE, .unit = SITE_NONE};
    const char *const id = row->cells[DEVICE_ID], *const silence = row->cells[DEVICE_SILENCE];
    if (!id_valid(load, row->line, id)) {
        return;
    }
    memcpy(device.id, id, strlen(id) + 1);
    if (row->cells[DEVICE_KIND][0] != '\0' &&
        site_name_valid(load, row->line, row->cells[DEVICE_KIND])) {
        memcpy(device.kind, row->cells[DEVICE_KIND], strlen(row->cells[DEVICE_KIND]) + 1);
    }
    uint64_t minutes = 0;
    if (silence[0] != '\0' && (!site_digits_read(silence, silence + strlen(silence), &minutes) ||
                               minutes > SITE_YEAR_MS / SITE_MINUTE_MS)) {
        site_say(load, row->line, SAY_DEVICE_SILENCE, site_shown(load, silence));
        minutes = 0;
    }
    device.silence_ms = minutes * SITE_MINUTE_MS;
    read_place(load, row, &device);
    if (!site_grow((void **)&devices->devices, devices->device_count, sizeof device)) {
        load->no_memory = true;
        return;
    }
    devices->devices[devices->device_count++] = device;
}

static int device_order(const void *left, const void *right)
{
    const struct site_device *const one = left, *const other = right;
    return strcmp(one->id, other->id);
}

/* Rows have lost their lines by then; the id names the two well enough. */
static void check_register(struct site_load *load)
{
    struct site_devices *const devices = load->site->devices;
    if (devices->device_count > 1) {
        qsort(devices->devices, devices->device_count, sizeof devices->devices[0], device_order);
    }
    for (uint32_t index = 1; index < devices->device_count; index++) {
        if (strcmp(devices->devices[index - 1].id, devices->devices[index].id) == 0) {
            site_say(load, 0, SAY_CODE_DUPLICATE, devices->devices[index].id);
        }
    }
}

static void read_register(struct site_load *load)
{
    static const struct site_csv_format format = {.file = SITE_DEVICES_CSV,
                                                  .columns = device_columns,
                                                  .column_count = COUNT(device_columns),
                                                  .rows_max = SITE_DEVICES_MAX,
                                                  .row = take_device};
    if (load->usable[SITE_DEVICES_CSV]) {
        site_csv_read(load, &format);
        load->file = SITE_DEVICES_CSV;
        check_register(load);
    }
}

/* The adapter hears in escalation's log that a ticket is closed. A site that names it among its followers
 * has said for itself how long it is waited for. */
static void follow(struct site *site)
{
    static const struct site_follower ours = {
        .name = "mqtt", .log = "escalation", .holds_ms = 30 * 24 * SITE_HOUR_MS};
    CHECK(site->follower_count < SITE_FOLLOWERS_MAX + SITE_FOLLOWERS_OWN_MAX);
    for (uint32_t index = 0; index < site->follower_count; index++) {
        if (strcmp(site->followers[index].name, ours.name) == 0) {
            return;
        }
    }
    site->followers[site->follower_count++] = ours;
}

void site_devices_read(struct site_load *load)
{
    CHECK(load->site->devices == NULL);
    if (!load->usable[SITE_DEVICES_YAML]) {
        if (load->sources[SITE_DEVICES_CSV].bytes != NULL &&
            load->sources[SITE_DEVICES_YAML].bytes == NULL) {
            load->file = SITE_DEVICES_CSV;
            site_warn(load, 0, SAY_DEVICE_ALONE);
        }
        return;
    }
    load->site->devices = calloc(1, sizeof *load->site->devices);
    if (load->site->devices == NULL) {
        load->no_memory = true;
        return;
    }
    set_defaults(load->site->devices);
    load->file = SITE_DEVICES_YAML;
    const struct site_node *const root = site_yaml_parse(load);
    if (root != NULL) {
        (void)site_keys_read(load, root, devices_keys, COUNT(devices_keys), load->site->devices);
    }
    read_register(load);
    follow(load->site);
}

void site_devices_free(struct site_devices *devices)
{
    if (devices != NULL) {
        free(devices->devices);
        free(devices);
    }
}

/* ---- looking ---- */

uint32_t site_device_after(const struct site_devices *devices, const char *after)
{
    uint32_t low = 0, high = devices->device_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (strcmp(devices->devices[middle].id, after) > 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

const struct site_device *site_device_find(const struct site_devices *devices, const char *id)
{
    const uint32_t above = site_device_after(devices, id);
    CHECK(above <= devices->device_count);
    const bool found = above > 0 && strcmp(devices->devices[above - 1].id, id) == 0;
    return found ? &devices->devices[above - 1] : NULL;
}

const struct site_alarm_kind *site_alarm_kind_find(const struct site_devices *devices,
                                                   const char *word)
{
    CHECK(devices->kind_count <= DEVICE_KINDS_MAX);
    for (uint32_t index = 0; index < devices->kind_count; index++) {
        const struct site_alarm_kind *const kind = &devices->kinds[index];
        bool fits = strcmp(kind->code, word) == 0;
        for (uint32_t at = 0; at < kind->word_count && !fits; at++) {
            fits = strcmp(kind->words[at], word) == 0;
        }
        if (fits) {
            return kind;
        }
    }
    return NULL;
}

const struct site_device_topic *site_device_topic_find(const struct site_devices *devices,
                                                       const char *filter)
{
    CHECK(devices->topic_count <= DEVICE_TOPICS_MAX);
    for (uint32_t index = 0; index < devices->topic_count; index++) {
        if (strcmp(devices->topics[index].filter, filter) == 0) {
            return &devices->topics[index];
        }
    }
    return NULL;
}
