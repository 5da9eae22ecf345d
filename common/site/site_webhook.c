/* site_webhook: the file webhooks.yaml, and whom a fact is told. Owns the subscribers of a site. What
 * must stay true: a subscriber that asked for some units, areas or channels hears of nothing of which
 * it is not known that it is theirs; a URL of the open network is https; and nothing in this file is
 * secret, so that it may lie where the other files of the site lie. */

#include "common/site/site_webhook.h"

#include <protobuf-c/protobuf-c.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"
#include "event.pb-c.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Days of an outage are survived: forty attempts that come to lie an hour apart, within three days. */
#define ATTEMPTS_DEFAULT 100u
#define GIVE_UP_DEFAULT_MS (3 * 24 * SITE_HOUR_MS)
#define PAUSE_DEFAULT_MS (10 * SITE_SECOND_MS)
#define PAUSE_MAX_DEFAULT_MS SITE_HOUR_MS
#define FLIGHTS_DEFAULT 16u
#define BATCH_DEFAULT 50u
#define SOURCE_DEFAULT "/paidan"

/* ---- what may be told ---- */

bool site_webhook_tells(unsigned fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_LEASED: /* of several tickets */
    case PAIDAN__EVENT__FACT_HANDED:
    case PAIDAN__EVENT__FACT_CALLS_REFUSED:
    case PAIDAN__EVENT__FACT_CALLS_BARRED:
    case PAIDAN__EVENT__FACT_REPLAN_PASSED: /* of none */
    case PAIDAN__EVENT__FACT_RETIRED:
        return false;
    case PAIDAN__EVENT__FACT_MERGED: /* the range was full when these came */
    case PAIDAN__EVENT__FACT_UNMERGED:
    case PAIDAN__EVENT__FACT_BURST:
    case PAIDAN__EVENT__FACT_JOINED:
    case PAIDAN__EVENT__FACT_PARTED:
    case PAIDAN__EVENT__FACT_CORRECTED:
    case PAIDAN__EVENT__FACT_URGENCY_RAISED:
        return true;
    default:
        return fact >= PAIDAN__EVENT__FACT_ROUTED && fact <= PAIDAN__EVENT__FACT_RECODED;
    }
}

static bool has_fact(const struct site_webhook *hook, unsigned fact)
{
    CHECK(fact < SITE_WEBHOOK_FACTS_MAX);
    return !hook->some_facts || (hook->facts[fact / 64] >> fact % 64 & 1) != 0;
}

static bool has_item(const struct site_webhook_scope *scope, uint32_t item)
{
    uint32_t index = 0;
    while (index < scope->count && scope->items[index] != item) {
        index++;
    }
    return index < scope->count;
}

static bool has_unit(const struct site *site, const struct site_webhook *hook, const char *code)
{
    const uint32_t unit = site_heir(site, SITE_KIND_UNIT, code);
    return unit != SITE_NONE && has_item(&hook->units, unit);
}

static bool within(const struct site *site, const struct site_webhook_scope *areas, uint32_t area)
{
    bool found = false;
    for (uint32_t index = 0; area != SITE_NONE && index < areas->count && !found; index++) {
        found = site_area_within(site, area, areas->items[index]);
    }
    return found;
}

bool site_webhook_hears(const struct site *site, const struct site_webhook *hook,
                        const struct site_webhook_about *about)
{
    if (!site_webhook_tells(about->fact) || !has_fact(hook, about->fact)) {
        return false;
    }
    bool unit = hook->units.count == 0 || has_unit(site, hook, about->unit);
    for (uint32_t index = 0; index < about->assist_count && !unit; index++) {
        unit = has_unit(site, hook, about->assist[index]);
    }
    return unit &&
           (hook->areas.count == 0 ||
            within(site, &hook->areas, site_heir(site, SITE_KIND_AREA, about->area))) &&
           (hook->channels.count == 0 ||
            has_item(&hook->channels, site_heir(site, SITE_KIND_CHANNEL, about->channel)));
}

const struct site_webhook *site_webhook_find(const struct site *site, const char *code)
{
    const struct site_webhooks *const webhooks = site->webhooks;
    for (uint32_t index = 0; webhooks != NULL && index < webhooks->count; index++) {
        if (strcmp(webhooks->hooks[index].code, code) == 0) {
            return &webhooks->hooks[index];
        }
    }
    return NULL;
}

/* ---- reading ---- */

/* Calls take for each item that is a text. */
typedef void item_fn(struct site_load *load, uint32_t line, const char *text,
                     struct site_webhook *hook);

static void each(struct site_load *load, const struct site_key *key, const struct site_node *value,
                 struct site_webhook *hook, item_fn *take)
{
    if (!site_node_list(load, value, key->name, SITE_WEBHOOK_SCOPE_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        const char *text = site_node_text(load, item);
        if (text != NULL) {
            take(load, item->line, text, hook);
        }
    }
}

static void scope_add(struct site_load *load, uint32_t line, struct site_webhook_scope *scope,
                      uint32_t item, const char *text)
{
    if (item == SITE_NONE) {
        site_say(load, line, SAY_WEBHOOK_SCOPE_UNKNOWN, site_shown(load, text));
    } else if (!has_item(scope, item)) {
        CHECK(scope->count < SITE_WEBHOOK_SCOPE_MAX);
        scope->items[scope->count++] = item;
    }
}

static void take_unit(struct site_load *load, uint32_t line, const char *text,
                      struct site_webhook *hook)
{
    scope_add(load, line, &hook->units, site_unit_find(load->site, text), text);
}

static void take_area(struct site_load *load, uint32_t line, const char *text,
                      struct site_webhook *hook)
{
    scope_add(load, line, &hook->areas, site_area_find(load->site, text), text);
}

static void take_channel(struct site_load *load, uint32_t line, const char *text,
                         struct site_webhook *hook)
{
    scope_add(load, line, &hook->channels, site_channel_find(load->site, text), text);
}

static void take_fact(struct site_load *load, uint32_t line, const char *text,
                      struct site_webhook *hook)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(&paidan__event__descriptor, text);
    if (field == NULL || !site_webhook_tells(field->id)) {
        site_say(load, line, SAY_WEBHOOK_FACT_UNKNOWN, site_shown(load, text));
        return;
    }
    hook->some_facts = true;
    hook->facts[field->id / 64] |= 1ull << field->id % 64;
}

static void read_units(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    each(load, key, value, target, take_unit);
}

static void read_areas(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    each(load, key, value, target, take_area);
}

static void read_channels(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    each(load, key, value, target, take_channel);
}

static void read_facts(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    each(load, key, value, target, take_fact);
}

/* Printable, without a blank: it goes into a header or a URL as it is. */
static bool is_plain(const char *text)
{
    size_t at = 0;
    while (text[at] > ' ' && text[at] <= '~') {
        at++;
    }
    return at > 0 && text[at] == '\0';
}

static void read_source(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    struct site_webhooks *webhooks = target;
    const char *text = site_node_text(load, value);
    (void)key;
    if (text == NULL) {
        return;
    }
    if (!is_plain(text) || strlen(text) > SITE_WEBHOOK_LINE_BYTES_MAX - CODE_BYTES_MAX) {
        site_say(load, value->line, SAY_WEBHOOK_SOURCE, site_shown(load, text));
        return;
    }
    memcpy(webhooks->source, text, strlen(text) + 1);
}

/* The host is judged when it is called, for a name may lead anywhere; here what can be seen. */
static void read_url(struct site_load *load, const struct site_key *key,
                     const struct site_node *value, void *target)
{
    struct site_webhook *hook = target;
    const char *text = site_node_text(load, value);
    (void)key;
    if (text == NULL) {
        return;
    }
    const bool open = strncasecmp(text, "https://", 8) == 0;
    const bool plain = strncasecmp(text, "http://", 7) == 0;
    const char *host = text + (open ? 8 : plain ? 7 : 0);
    const size_t host_bytes = strcspn(host, "/?#");
    if ((!open && !plain) || !is_plain(text) || strlen(text) > SITE_WEBHOOK_URL_BYTES_MAX ||
        host_bytes == 0 || memchr(host, '@', host_bytes) != NULL) {
        site_say(load, value->line, SAY_WEBHOOK_URL, site_shown(load, text));
    } else if (plain && strncmp(host, "127.", 4) != 0 && strncmp(host, "[::1]", 5) != 0 &&
               strncasecmp(host, "localhost", 9) != 0) {
        site_say(load, value->line, SAY_WEBHOOK_PLAIN, site_shown(load, text));
    } else {
        memcpy(hook->url, text, strlen(text) + 1);
    }
}

static void read_mode(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    static const char *const names[] = {"structured", "binary", "batched"};
    struct site_webhook *hook = target;
    const char *text = site_node_text(load, value);
    (void)key;
    for (size_t index = 0; text != NULL && index < COUNT(names); index++) {
        if (strcmp(text, names[index]) == 0) {
            hook->mode = (enum site_webhook_mode)index;
            return;
        }
    }
    if (text != NULL) {
        site_say(load, value->line, SAY_WEBHOOK_MODE, site_shown(load, text));
    }
}

static const struct site_key batch_keys[] = {
    {.name = "size",
     .read = site_key_count,
     .min = 1,
     .max = SITE_WEBHOOK_BATCH_MAX,
     .offset = offsetof(struct site_webhook, batch_size)},
    {.name = "wait",
     .read = site_key_span,
     .min = SITE_SECOND_MS,
     .max = SITE_HOUR_MS,
     .offset = offsetof(struct site_webhook, batch_wait_ms)},
};

static void read_batch(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    (void)key;
    (void)site_keys_read(load, value, batch_keys, COUNT(batch_keys), target);
}

static const struct site_key retry_keys[] = {
    {.name = "attempts",
     .read = site_key_count,
     .min = 1,
     .max = 1000,
     .offset = offsetof(struct site_webhook, attempts_max)},
    {.name = "give_up",
     .read = site_key_span,
     .min = SITE_MINUTE_MS,
     .max = 30 * 24 * SITE_HOUR_MS,
     .offset = offsetof(struct site_webhook, give_up_ms)},
    {.name = "pause",
     .read = site_key_span,
     .min = SITE_SECOND_MS,
     .max = SITE_HOUR_MS,
     .offset = offsetof(struct site_webhook, pause_ms)},
    {.name = "pause_max",
     .read = site_key_span,
     .min = SITE_SECOND_MS,
     .max = 24 * SITE_HOUR_MS,
     .offset = offsetof(struct site_webhook, pause_max_ms)},
    {.name = "flights",
     .read = site_key_count,
     .min = 1,
     .max = 128,
     .offset = offsetof(struct site_webhook, flights_max)},
};

static void read_retry(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    struct site_webhook *hook = target;
    (void)key;
    if (site_keys_read(load, value, retry_keys, COUNT(retry_keys), hook) &&
        hook->pause_max_ms < hook->pause_ms) {
        site_say(load, value->line, SAY_WEBHOOK_PAUSE);
    }
}

/* ---- headers ---- */

struct header {
    char name[64], value[SITE_WEBHOOK_LINE_BYTES_MAX - 65];
};

static void read_text(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    const char *text = site_node_text(load, value);
    if (text != NULL && strlen(text) <= key->max) {
        memcpy((char *)target + key->offset, text, strlen(text) + 1);
    } else if (text != NULL) {
        site_say(load, value->line, SAY_WEBHOOK_HEADER, site_shown(load, text));
    }
}

static const struct site_key header_keys[] = {
    {.name = "name",
     .required = true,
     .read = read_text,
     .max = sizeof((struct header *)NULL)->name - 1,
     .offset = offsetof(struct header, name)},
    {.name = "value",
     .required = true,
     .read = read_text,
     .max = sizeof((struct header *)NULL)->value - 1,
     .offset = offsetof(struct header, value)},
};

/* Those that we write ourselves, and those that say where a body ends. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {"host",   "content-length", "transfer-encoding",
                                        "expect", "content-type",   "connection",
                                        "cookie", "authorization"};
    for (size_t index = 0; index < COUNT(names); index++) {
        if (strcasecmp(names[index], name) == 0) {
            return true;
        }
    }
    return strncasecmp(name, "webhook-", 8) == 0 || strncasecmp(name, "ce-", 3) == 0;
}

static bool is_value(const char *text)
{
    size_t at = 0;
    while (text[at] >= ' ' && text[at] <= '~') {
        at++;
    }
    return text[at] == '\0';
}

static void read_header(struct site_load *load, const struct site_node *node,
                        struct site_webhook *hook)
{
    struct header header = {.name = ""};
    if (!site_keys_read(load, node, header_keys, COUNT(header_keys), &header) ||
        header.name[0] == '\0' || header.value[0] == '\0') {
        return;
    }
    if (strspn(header.name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
            strlen(header.name) ||
        is_ours(header.name) || !is_value(header.value)) {
        site_say(load, node->line, SAY_WEBHOOK_HEADER, site_shown(load, header.name));
        return;
    }
    CHECK(hook->header_count < SITE_WEBHOOK_HEADERS_MAX);
    (void)snprintf(hook->headers[hook->header_count++], sizeof hook->headers[0], "%s: %s",
                   header.name, header.value);
}

static void read_headers(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    if (site_node_list(load, value, key->name, SITE_WEBHOOK_HEADERS_MAX)) {
        for (const struct site_node *item = value->child; item != NULL; item = item->next) {
            read_header(load, item, target);
        }
    }
}

/* ---- the file ---- */

static const struct site_key hook_keys[] = {
    {.name = "code",
     .required = true,
     .read = site_key_code,
     .offset = offsetof(struct site_webhook, code)},
    {.name = "url", .required = true, .read = read_url},
    {.name = "facts", .read = read_facts},
    {.name = "units", .read = read_units},
    {.name = "areas", .read = read_areas},
    {.name = "channels", .read = read_channels},
    {.name = "mode", .read = read_mode},
    {.name = "batch", .read = read_batch},
    {.name = "texts", .read = site_key_flag, .offset = offsetof(struct site_webhook, texts)},
    {.name = "inside", .read = site_key_flag, .offset = offsetof(struct site_webhook, inside)},
    {.name = "headers", .read = read_headers},
    {.name = "retry", .read = read_retry},
};

static void read_hook(struct site_load *load, const struct site_node *node,
                      struct site_webhooks *webhooks)
{
    CHECK(webhooks->count < SITE_WEBHOOKS_MAX);
    struct site_webhook *hook = &webhooks->hooks[webhooks->count];
    *hook = (struct site_webhook){.batch_size = BATCH_DEFAULT,
                                  .batch_wait_ms = SITE_SECOND_MS,
                                  .attempts_max = ATTEMPTS_DEFAULT,
                                  .flights_max = FLIGHTS_DEFAULT,
                                  .give_up_ms = GIVE_UP_DEFAULT_MS,
                                  .pause_ms = PAUSE_DEFAULT_MS,
                                  .pause_max_ms = PAUSE_MAX_DEFAULT_MS};
    if (!site_keys_read(load, node, hook_keys, COUNT(hook_keys), hook)) {
        return;
    }
    const bool plain = strncasecmp(hook->url, "http:", 5) == 0;
    if (plain && !hook->inside) {
        site_say(load, node->line, SAY_WEBHOOK_PLAIN, site_shown(load, hook->url));
    }
    if (hook->code[0] != '\0' && site_webhook_find(load->site, hook->code) != NULL) {
        site_say(load, node->line, SAY_WEBHOOK_TWICE, site_shown(load, hook->code));
        return;
    }
    webhooks->count++;
}

static void read_subscribers(struct site_load *load, const struct site_key *key,
                             const struct site_node *value, void *target)
{
    if (site_node_list(load, value, key->name, SITE_WEBHOOKS_MAX)) {
        for (const struct site_node *item = value->child; item != NULL; item = item->next) {
            read_hook(load, item, target);
            arena_reset(&load->arena);
        }
    }
}

static const struct site_key file_keys[] = {
    {.name = "source", .read = read_source},
    {.name = "subscribers", .required = true, .read = read_subscribers},
};

void site_webhook_read(struct site_load *load)
{
    CHECK(load->site->webhooks == NULL);
    if (!load->usable[SITE_WEBHOOKS]) {
        return;
    }
    load->file = SITE_WEBHOOKS;
    const struct site_node *root = site_yaml_parse(load);
    if (root == NULL) {
        return;
    }
    struct site_webhooks *webhooks = site_pool_alloc(&load->site->index->pool, sizeof *webhooks);
    if (webhooks == NULL) {
        load->no_memory = true;
        return;
    }
    memcpy(webhooks->source, SOURCE_DEFAULT, sizeof SOURCE_DEFAULT);
    load->site->webhooks = webhooks;
    (void)site_keys_read(load, root, file_keys, COUNT(file_keys), webhooks);
}
