/* site_settings: what site.yaml may say. One table of keys per kind of map; a new setting is one row
 * in a table, with its bounds.
 *
 * Keys are read in the order of the table, whatever their order in the file, so a table also says
 * what needs what. A setting that was not written keeps its default, which stands in set_defaults
 * and nowhere else. */

#include <stdlib.h>
#include <string.h>

#include "access.pb-c.h"
#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

enum {
    OFFSET_MINUTES_MIN = -12 * 60, /* the offsets that exist */
    OFFSET_MINUTES_MAX = 14 * 60,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- levels ---- */

struct level_work {
    struct site_level level;
    char fallback[CODE_BYTES_MAX + 1];
};

static const struct site_key level_keys[] = {
    {.name = "code",
     .required = true,
     .read = site_key_code,
     .offset = offsetof(struct level_work, level.code)},
    {.name = "name",
     .required = true,
     .read = site_key_name,
     .offset = offsetof(struct level_work, level.name)},
    {.name = "name_en",
     .read = site_key_name,
     .offset = offsetof(struct level_work, level.name_en)},
    {.name = "fallback", .read = site_key_code, .offset = offsetof(struct level_work, fallback)},
};

/* An English name is a courtesy; where there is none the name stands for it. */
static void name_default(char *name_en, const char *name)
{
    if (name_en[0] == '\0') {
        memcpy(name_en, name, strlen(name) + 1);
    }
}

/* A level with a mistake is kept as well: its position counts for all that come after it. */
static void read_level(struct site_load *load, const struct site_node *item)
{
    CHECK(load->site->level_count < SITE_LEVELS_MAX);
    struct site *site = load->site;
    struct level_work work = {.level = {.fallback = SITE_NONE}};
    const uint32_t before = load->report->count;
    if (!site_keys_read(load, item, level_keys, COUNT(level_keys), &work)) {
        return;
    }
    name_default(work.level.name_en, work.level.name);
    if (work.level.code[0] != '\0' && site_level_find(site, work.level.code) != 0) {
        site_say(load, item->line, SAY_CODE_DUPLICATE, work.level.code);
    }
    if (!site_grow((void **)&site->levels, site->level_count, sizeof *site->levels)) {
        load->no_memory = true;
        return;
    }
    struct site_fallback *fallback = &load->fallbacks[site->level_count];
    memcpy(fallback->code, work.fallback, sizeof work.fallback);
    fallback->line = item->line;
    fallback->misread = load->report->count > before;
    site->levels[site->level_count++] = work.level;
}

static void read_levels(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    (void)target;
    load->levels_line = value->line;
    if (site_node_list(load, value, key->name, SITE_LEVELS_MAX)) {
        for (const struct site_node *item = value->child; item != NULL; item = item->next) {
            read_level(load, item);
        }
    }
}

/* ---- channels ---- */

/* The channel being read is the next one. */
static void read_channel_was(struct site_load *load, const struct site_key *key,
                             const struct site_node *value, void *target)
{
    const char *codes = site_node_text(load, value);
    const struct site_heir heir = {
        .kind = SITE_KIND_CHANNEL, .file = SITE_YAML, .index = load->site->channel_count};
    (void)key;
    (void)target;
    if (codes != NULL) {
        site_was_read(load, value->line, &heir, codes);
    }
}

/* One code, or several in the order in which they ask: the first is the channel that people mean
 * when they name one. */
static void read_channel_callback(struct site_load *load, const struct site_key *key,
                                  const struct site_node *value, void *target)
{
    struct site_channel *const channel = target;
    const struct site_key first = {.name = key->name,
                                   .offset = offsetof(struct site_channel, callback)};
    if (value->type != SITE_NODE_LIST) {
        site_key_code(load, &first, value, channel);
        return;
    }
    if (!site_node_list(load, value, key->name, SITE_CALLBACKS_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        struct site_channel one = {.callback = ""};
        site_key_code(load, &first, item, &one);
        if (one.callback[0] == '\0') {
            continue; /* said already */
        }
        if (site_channel_asks(channel, one.callback)) {
            site_say(load, item->line, SAY_CODE_DUPLICATE, one.callback);
        } else if (channel->callback[0] == '\0') {
            memcpy(channel->callback, one.callback, sizeof one.callback);
        } else {
            CHECK(channel->further_count < SITE_CALLBACKS_MAX - 1);
            memcpy(channel->further[channel->further_count++], one.callback, sizeof one.callback);
        }
    }
}

static const struct site_key channel_keys[] = {
    {.name = "code",
     .required = true,
     .read = site_key_code,
     .offset = offsetof(struct site_channel, code)},
    {.name = "name",
     .required = true,
     .read = site_key_name,
     .offset = offsetof(struct site_channel, name)},
    {.name = "name_en", .read = site_key_name, .offset = offsetof(struct site_channel, name_en)},
    {.name = "callback", .read = read_channel_callback},
    {.name = "was", .read = read_channel_was},
};

/* Unlike a level, a channel with a code that is taken is dropped: nothing counts by its
 * position. */
static void read_channel(struct site_load *load, const struct site_node *item)
{
    CHECK(load->site->channel_count < SITE_CHANNELS_MAX);
    struct site *site = load->site;
    struct site_channel channel = {.callback = ""};
    if (!site_keys_read(load, item, channel_keys, COUNT(channel_keys), &channel)) {
        return;
    }
    name_default(channel.name_en, channel.name);
    if (channel.callback[0] == '\0') {
        memcpy(channel.callback, channel.code, sizeof channel.code);
    }
    if (channel.code[0] != '\0' && site_channel_find(site, channel.code) != SITE_NONE) {
        site_say(load, item->line, SAY_CODE_DUPLICATE, channel.code);
        return;
    }
    if (!site_grow((void **)&site->channels, site->channel_count, sizeof *site->channels)) {
        load->no_memory = true;
        return;
    }
    load->channel_lines[site->channel_count] = item->line;
    site->channels[site->channel_count++] = channel;
    if (!site_table_add(&site->index->channels, site->channels, sizeof *site->channels,
                        site->channel_count - 1)) {
        load->no_memory = true;
    }
}

/* A channel may name one that comes later: looked at when all are known. */
static void check_callbacks(struct site_load *load)
{
    const struct site *site = load->site;
    for (uint32_t index = 0; index < site->channel_count; index++) {
        const struct site_channel *const channel = &site->channels[index];
        for (uint32_t nth = 0; site_channel_asking(channel, nth) != NULL; nth++) {
            const char *const asking = site_channel_asking(channel, nth);
            if (asking[0] != '\0' && site_channel_find(site, asking) == SITE_NONE) {
                site_say(load, load->channel_lines[index], SAY_CHANNEL_CALLBACK_UNKNOWN, asking);
            }
        }
    }
}

static void read_channels(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    (void)target;
    if (!site_node_list(load, value, key->name, SITE_CHANNELS_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        read_channel(load, item);
    }
    check_callbacks(load);
}

/* Whose tickets are those of the public page; channels are known by now. */
static void read_public_channel(struct site_load *load, const struct site_key *key,
                                const struct site_node *value, void *target)
{
    char code[CODE_BYTES_MAX + 1] = "";
    (void)target;
    const struct site_key into = {.name = key->name};
    site_key_code(load, &into, value, code);
    if (code[0] == '\0') {
        return;
    }
    load->site->public_channel = site_channel_find(load->site, code);
    if (load->site->public_channel == SITE_NONE) {
        site_say(load, value->line, SAY_PUBLIC_CHANNEL_UNKNOWN, code);
    }
}

/* ---- the rest ---- */

static const struct site_key callback_keys[] = {
    {.name = "attempts",
     .read = site_key_count,
     .min = 1,
     .max = 20,
     .offset = offsetof(struct site_callback, attempts_max)},
    {.name = "answer",
     .read = site_key_span,
     .min = SITE_SECOND_MS,
     .max = SITE_YEAR_MS,
     .offset = offsetof(struct site_callback, answer_ms)},
    {.name = "pause",
     .read = site_key_span,
     .min = 0,
     .max = SITE_YEAR_MS,
     .offset = offsetof(struct site_callback, pause_ms)},
    {.name = "calendar",
     .read = site_key_calendar,
     .offset = offsetof(struct site_callback, calendar)},
    {.name = "partly_reopens",
     .read = site_key_flag,
     .offset = offsetof(struct site_callback, partly_reopens)},
    {.name = "reopen_max",
     .read = site_key_count,
     .min = 0,
     .max = 20,
     .offset = offsetof(struct site_callback, reopen_max)},
    {.name = "channel_attempts",
     .read = site_key_count,
     .min = 1,
     .max = 20,
     .offset = offsetof(struct site_callback, channel_attempts)},
    {.name = "dissatisfied_reopens",
     .read = site_key_flag,
     .offset = offsetof(struct site_callback, dissatisfied_reopens)},
    {.name = "late_days",
     .read = site_key_count,
     .min = 0,
     .max = 365,
     .offset = offsetof(struct site_callback, late_days)},
    {.name = "anonymous_closes",
     .read = site_key_flag,
     .offset = offsetof(struct site_callback, anonymous_closes)},
    {.name = "sample", .read = site_key_sample},
    {.name = "sample_key",
     .read = site_key_name,
     .offset = offsetof(struct site_callback, sample_key)},
    {.name = "sample_all",
     .read = site_key_flag,
     .offset = offsetof(struct site_callback, sample_all)},
    {.name = "half_days",
     .read = site_key_flag,
     .offset = offsetof(struct site_callback, half_days)},
};

static void read_callback(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    struct site *site = target;
    (void)key;
    (void)site_keys_read(load, value, callback_keys, COUNT(callback_keys), &site->callback);
}

static const struct site_key follower_keys[] = {
    {.name = "name",
     .required = true,
     .read = site_key_code,
     .offset = offsetof(struct site_follower, name)},
    {.name = "log", .read = site_key_code, .offset = offsetof(struct site_follower, log)},
    {.name = "holds",
     .read = site_key_span,
     .min = SITE_HOUR_MS,
     .max = 10 * SITE_YEAR_MS,
     .offset = offsetof(struct site_follower, holds_ms)},
};

/* A name may stand twice, for two logs; twice for one log is a slip of the pen. */
static bool follower_known(const struct site *site, const struct site_follower *follower)
{
    for (uint32_t index = 0; index < site->follower_count; index++) {
        const struct site_follower *const known = &site->followers[index];
        if (strcmp(known->name, follower->name) == 0 && strcmp(known->log, follower->log) == 0) {
            return true;
        }
    }
    return false;
}

static void read_followers(struct site_load *load, const struct site_key *key,
                           const struct site_node *value, void *target)
{
    struct site *const site = target;
    if (!site_node_list(load, value, key->name, SITE_FOLLOWERS_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        struct site_follower follower = {.holds_ms = 0};
        if (!site_keys_read(load, item, follower_keys, COUNT(follower_keys), &follower)) {
            continue;
        }
        if (follower_known(site, &follower)) {
            site_say(load, item->line, SAY_CODE_DUPLICATE, follower.name);
            continue;
        }
        CHECK(site->follower_count < SITE_FOLLOWERS_MAX);
        site->followers[site->follower_count++] = follower;
    }
}

/* Of people; keys and residents have none. As the command line and the grants call them. */
static const struct factor_role {
    const char *name;
    Paidan__Role role;
} factor_roles[] = {
    {"dispatcher", PAIDAN__ROLE__ROLE_DISPATCHER}, {"clerk", PAIDAN__ROLE__ROLE_CLERK},
    {"leader", PAIDAN__ROLE__ROLE_LEADER},         {"supervisor", PAIDAN__ROLE__ROLE_SUPERVISOR},
    {"hotline", PAIDAN__ROLE__ROLE_HOTLINE},       {"auditor", PAIDAN__ROLE__ROLE_AUDITOR},
    {"system", PAIDAN__ROLE__ROLE_SYSTEM},         {"security", PAIDAN__ROLE__ROLE_SECURITY},
};

static uint32_t factor_bit(const char *name)
{
    for (size_t index = 0; index < COUNT(factor_roles); index++) {
        if (strcmp(factor_roles[index].name, name) == 0) {
            return 1u << factor_roles[index].role;
        }
    }
    return 0;
}

/* Whoever has one of these roles and no second factor gets none of his roles until he has set one up. */
static void read_factor_roles(struct site_load *load, const struct site_key *key,
                              const struct site_node *value, void *target)
{
    struct site *const site = target;
    if (!site_node_list(load, value, key->name, COUNT(factor_roles))) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        const char *const name = site_node_text(load, item);
        const uint32_t bit = name == NULL ? 0 : factor_bit(name);
        if (name != NULL && bit == 0) {
            site_say(load, item->line, SAY_ROLE_UNKNOWN, site_shown(load, name));
        } else if ((site->factor_roles & bit) != 0) {
            site_say(load, item->line, SAY_CODE_DUPLICATE, name);
        }
        site->factor_roles |= bit;
    }
}

/* "+08:00". Kept as written even where a zone is given too; then both are a mistake. */
static void read_offset(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    struct site *site = target;
    (void)key;
    const char *text = site_node_text(load, value);
    unsigned minute = 0;
    load->offset_given = true;
    if (text == NULL) {
        return;
    }
    const bool signs = text[0] == '+' || text[0] == '-';
    if (!signs || strlen(text) != 6 || !site_minute_read(text + 1, &minute)) {
        site_say(load, value->line, SAY_OFFSET_MALFORMED, site_shown(load, text));
        return;
    }
    const int minutes = text[0] == '-' ? -(int)minute : (int)minute;
    if (minutes < OFFSET_MINUTES_MIN || minutes > OFFSET_MINUTES_MAX) {
        site_say(load, value->line, SAY_OFFSET_MALFORMED, site_shown(load, text));
        return;
    }
    site->utc_offset_ms = minutes * (int64_t)SITE_MINUTE_MS;
}

/* A zone by its name, with its summer times, from the system's database. */
static void read_zone(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    CHECK(load->site->zone == NULL);
    struct site *site = target;
    (void)key;
    const char *text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    if (load->offset_given) {
        site_say(load, value->line, SAY_ZONE_TWICE);
    }
    struct zone *zone = calloc(1, sizeof *zone);
    if (zone == NULL) {
        load->no_memory = true;
        return;
    }
    const enum rc rc = zone_load(text, zone);
    if (rc != RC_OK) {
        free(zone);
        if (rc == RC_NOT_FOUND) {
            site_say(load, value->line, SAY_ZONE_UNKNOWN, site_shown(load, text));
        } else {
            site_say(load, value->line, SAY_ZONE_UNREADABLE, site_shown(load, text));
        }
        return;
    }
    site->zone = zone;
    site->utc_offset_ms = zone->standard_ms;
}

static const struct site_key intake_keys[] = {
    {.name = "repeat_days",
     .read = site_key_count,
     .min = 0,
     .max = SITE_REPEAT_DAYS_MAX,
     .offset = offsetof(struct site, repeat_days)},
};

static void read_intake(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    (void)key;
    (void)site_keys_read(load, value, intake_keys, COUNT(intake_keys), target);
}

/* Behind the callback, whose late answers open a ticket again. */
static void read_hot_days(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    static const struct site_key count = {.name = "hot_days",
                                          .min = 1,
                                          .max = SITE_HOT_DAYS_MAX,
                                          .offset = offsetof(struct site, hot_days)};
    struct site *const site = target;
    CHECK(key->read == read_hot_days);
    site_key_count(load, &count, value, site);
    if (site->hot_days != 0 && site->hot_days <= site->callback.late_days) {
        site_say(load, value->line, SAY_HOT_DAYS_SHORT, (unsigned)site->hot_days,
                 (unsigned)site->callback.late_days);
    }
}

/* In the order of need: calendars know the offset, the callback names a calendar. */
static const struct site_key site_keys[] = {
    {.name = "name",
     .required = true,
     .read = site_key_name,
     .offset = offsetof(struct site, name)},
    {.name = "name_en", .read = site_key_name, .offset = offsetof(struct site, name_en)},
    {.name = "utc_offset", .read = read_offset},
    {.name = "timezone", .read = read_zone},
    {.name = "levels", .required = true, .read = read_levels},
    {.name = "channels", .required = true, .read = read_channels},
    {.name = "public_channel", .read = read_public_channel},
    {.name = "calendars", .read = site_key_calendars},
    {.name = "policies", .required = true, .read = site_key_policies},
    {.name = "supervisors", .read = site_key_supervisors},
    {.name = "callback", .read = read_callback},
    {.name = "desk", .read = site_key_desk},
    {.name = "triage", .read = site_key_triage},
    {.name = "archive", .read = site_key_archive},
    {.name = "bulletin", .read = site_key_bulletin},
    {.name = "intake", .read = read_intake},
    {.name = "lease",
     .read = site_key_span,
     .min = SITE_SECOND_MS,
     .max = 24 * SITE_HOUR_MS,
     .offset = offsetof(struct site, lease_ms)},
    {.name = "hot_days", .read = read_hot_days},
    {.name = "second_factor", .read = read_factor_roles},
    {.name = "rates", .read = site_key_rates},
    {.name = "points", .read = site_key_points},
    {.name = "followers", .read = read_followers},
};

/* Of a site that says nothing: China's time, and terms that fit an office which answers within a
 * day. */
static void set_defaults(struct site *site)
{
    site->utc_offset_ms = 8 * (int64_t)SITE_HOUR_MS;
    site->lease_ms = 10 * SITE_MINUTE_MS;
    site->public_channel = SITE_NONE;
    site->callback = (struct site_callback){.attempts_max = 3,
                                            .answer_ms = 24 * SITE_HOUR_MS,
                                            .pause_ms = 4 * SITE_HOUR_MS,
                                            .calendar = 0,
                                            .partly_reopens = false,
                                            .reopen_max = 2,
                                            .channel_attempts = 1,
                                            .late_days = 7,
                                            .sample_key = "paidan"};
    site_desk_defaults(site);
    site_triage_defaults(site);
    site_rates_defaults(site);
    site_bulletin_defaults(site);
}

/* Archive, which every instance has, is waited for so long; then it must be made anew from its own log,
 * which is never trimmed. A site that names it has said for itself how long. */
static void follow_archive(struct site *site)
{
    static const char *const logs[] = {"intake", "triage", "escalation", "callback"};
    for (uint32_t index = 0; index < site->follower_count; index++) {
        if (strcmp(site->followers[index].name, "archive") == 0) {
            return;
        }
    }
    for (size_t index = 0; index < COUNT(logs); index++) {
        struct site_follower ours = {.name = "archive", .holds_ms = 90 * 24 * SITE_HOUR_MS};
        CHECK(strlen(logs[index]) < sizeof ours.log);
        memcpy(ours.log, logs[index], strlen(logs[index]) + 1);
        CHECK(site->follower_count < SITE_FOLLOWERS_MAX + SITE_FOLLOWERS_OWN_MAX);
        site->followers[site->follower_count++] = ours;
    }
}

void site_settings_read(struct site_load *load)
{
    CHECK(load->site->level_count == 0);
    CHECK(load->site->calendar_count == 0);
    struct site *site = load->site;
    set_defaults(site);
    if (!site_calendars_init(load)) {
        return;
    }
    site_years_read(load);
    load->file = SITE_YAML;
    const struct site_node *root = load->usable[SITE_YAML] ? site_yaml_parse(load) : NULL;
    if (root == NULL) {
        return;
    }
    (void)site_keys_read(load, root, site_keys, COUNT(site_keys), site);
    follow_archive(site);
    name_default(site->name_en, site->name);
    if (site->public_channel == SITE_NONE) {
        site->public_channel = site_channel_find(site, "web");
    }
    site->calendars[0].utc_offset_ms = site->utc_offset_ms;
    const struct calendar_plan plan = {.zone = site->zone};
    load->no_memory |= calendar_build(&site->calendars[0], &plan) != RC_OK;
    if (load->year_source_count > 0 && !load->holidays_used) {
        site_warn(load, 0, SAY_HOLIDAYS_UNUSED);
    }
}
