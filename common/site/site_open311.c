/* site_open311: the file open311.yaml. It owns what stands in struct site_open311, in the pool of the site's
 * index. What must stay true: a site without the file offers nothing; every service is a category of the
 * site, once; every question can be answered (a list has values, nothing else has); and nothing is public
 * that the site did not name. */
#include "common/site/site_open311.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The words of the specification. */
static const char *const type_names[SITE_OPEN311_TYPES] = {
    "string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"};

const char *site_open311_type(enum site_open311_type type)
{
    CHECK(type < SITE_OPEN311_TYPES);
    return type_names[type];
}

/* Room for the items of a list; NULL: no memory, or none. */
static void *room_for(struct site_load *load, uint32_t count, size_t bytes)
{
    CHECK(bytes > 0);
    void *room = count == 0 ? NULL : site_pool_alloc(&load->site->index->pool, count * bytes);
    load->no_memory |= count > 0 && room == NULL;
    return room;
}

/* ---- values of an attribute ---- */

static const struct site_key value_keys[] = {
    {.name = "key",
     .required = true,
     .read = site_key_code,
     .offset = offsetof(struct site_open311_value, key)},
    {.name = "name",
     .required = true,
     .read = site_key_name,
     .offset = offsetof(struct site_open311_value, name)},
    {.name = "name_en",
     .read = site_key_name,
     .offset = offsetof(struct site_open311_value, name_en)},
};

static bool value_known(const struct site_open311_attribute *attribute, const char *key)
{
    for (uint32_t index = 0; index < attribute->value_count; index++) {
        if (strcmp(attribute->values[index].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static void read_values(struct site_load *load, const struct site_key *key,
                        const struct site_node *node, void *target)
{
    struct site_open311_attribute *attribute = target;
    if (!site_node_list(load, node, key->name, SITE_OPEN311_VALUES_MAX)) {
        return;
    }
    attribute->values = room_for(load, node->count, sizeof *attribute->values);
    for (const struct site_node *item = node->child; item != NULL && attribute->values != NULL;
         item = item->next) {
        struct site_open311_value value = {.key = ""};
        (void)site_keys_read(load, item, value_keys, COUNT(value_keys), &value);
        if (value.key[0] != '\0' && value_known(attribute, value.key)) {
            site_say(load, item->line, SAY_CODE_DUPLICATE, value.key);
        }
        CHECK(attribute->value_count < node->count);
        attribute->values[attribute->value_count++] = value;
    }
}

/* ---- attributes of a service ---- */

static void read_type(struct site_load *load, const struct site_key *key,
                      const struct site_node *node, void *target)
{
    struct site_open311_attribute *attribute = target;
    const char *text = site_node_text(load, node);
    (void)key;
    if (text == NULL) {
        return;
    }
    for (unsigned type = 0; type < SITE_OPEN311_TYPES; type++) {
        if (strcmp(text, type_names[type]) == 0) {
            attribute->type = (enum site_open311_type)type;
            return;
        }
    }
    site_say(load, node->line, SAY_OPEN311_TYPE_UNKNOWN, site_shown(load, text));
}

static const struct site_key attribute_keys[] = {
    {.name = "code",
     .required = true,
     .read = site_key_code,
     .offset = offsetof(struct site_open311_attribute, code)},
    {.name = "name",
     .required = true,
     .read = site_key_name,
     .offset = offsetof(struct site_open311_attribute, name)},
    {.name = "name_en",
     .read = site_key_name,
     .offset = offsetof(struct site_open311_attribute, name_en)},
    {.name = "hint",
     .read = site_key_name,
     .offset = offsetof(struct site_open311_attribute, hint)},
    {.name = "hint_en",
     .read = site_key_name,
     .offset = offsetof(struct site_open311_attribute, hint_en)},
    {.name = "type", .required = true, .read = read_type},
    {.name = "required",
     .read = site_key_flag,
     .offset = offsetof(struct site_open311_attribute, required)},
    {.name = "told",
     .read = site_key_flag,
     .offset = offsetof(struct site_open311_attribute, told)},
    {.name = "values", .read = read_values},
};

static bool is_list(const struct site_open311_attribute *attribute)
{
    return attribute->type == SITE_OPEN311_SINGLE || attribute->type == SITE_OPEN311_MULTI;
}

/* What must be answered must be asked, and a choice needs something to choose from. */
static void check_attribute(struct site_load *load, uint32_t line,
                            const struct site_open311_attribute *attribute)
{
    if (is_list(attribute) != (attribute->value_count > 0)) {
        site_say(load, line, SAY_OPEN311_VALUES, attribute->code);
    }
    if (attribute->told && attribute->required) {
        site_say(load, line, SAY_OPEN311_TOLD_REQUIRED, attribute->code);
    }
}

static bool attribute_known(const struct site_open311_service *service, const char *code)
{
    for (uint32_t index = 0; index < service->attribute_count; index++) {
        if (strcmp(service->attributes[index].code, code) == 0) {
            return true;
        }
    }
    return false;
}

static void read_attributes(struct site_load *load, const struct site_key *key,
                            const struct site_node *node, void *target)
{
    struct site_open311_service *service = target;
    if (!site_node_list(load, node, key->name, SITE_OPEN311_ATTRIBUTES_MAX)) {
        return;
    }
    service->attributes = room_for(load, node->count, sizeof *service->attributes);
    for (const struct site_node *item = node->child; item != NULL && service->attributes != NULL;
         item = item->next) {
        struct site_open311_attribute attribute = {.code = ""};
        const uint32_t before = load->report->count;
        const bool map =
            site_keys_read(load, item, attribute_keys, COUNT(attribute_keys), &attribute);
        if (map && attribute.code[0] != '\0' && attribute_known(service, attribute.code)) {
            site_say(load, item->line, SAY_CODE_DUPLICATE, attribute.code);
        }
        if (load->report->count == before) { /* else the rest may follow from it */
            check_attribute(load, item->line, &attribute);
        }
        CHECK(service->attribute_count < node->count);
        service->attributes[service->attribute_count++] = attribute;
    }
}

/* ---- services ---- */

/* The category that is named; SITE_NONE: none, which was said unless categories.csv itself was refused. */
static uint32_t category_of(struct site_load *load, const struct site_node *node)
{
    const char *code = site_node_text(load, node);
    const uint32_t category = code == NULL ? SITE_NONE : site_category_find(load->site, code);
    if (code != NULL && category == SITE_NONE && load->usable[SITE_CATEGORIES] &&
        !site_cell_explained(load, node->line, SITE_CATEGORIES, code)) {
        site_say(load, node->line, SAY_POLICY_CATEGORY_UNKNOWN, site_shown(load, code));
    }
    return category;
}

static void read_service_category(struct site_load *load, const struct site_key *key,
                                  const struct site_node *node, void *target)
{
    struct site_open311_service *service = target;
    (void)key;
    service->category = category_of(load, node);
}

#define TEXT(NAME, FIELD)                                                                          \
    {                                                                                              \
        .name = (NAME), .read = site_key_name,                                                     \
        .offset = offsetof(struct site_open311_service, FIELD)                                     \
    }

static const struct site_key service_keys[] = {
    {.name = "category", .required = true, .read = read_service_category},
    TEXT("group", group),
    TEXT("group_en", group_en),
    TEXT("about", about),
    TEXT("about_en", about_en),
    TEXT("notice", notice),
    TEXT("notice_en", notice_en),
    TEXT("keywords", keywords),
    {.name = "attributes", .read = read_attributes},
};

static bool service_known(const struct site_open311 *open311, uint32_t category)
{
    for (uint32_t index = 0; index < open311->service_count; index++) {
        if (open311->services[index].category == category) {
            return true;
        }
    }
    return false;
}

static void read_services(struct site_load *load, const struct site_key *key,
                          const struct site_node *node, void *target)
{
    struct site_open311 *open311 = target;
    if (!site_node_list(load, node, key->name, SITE_OPEN311_SERVICES_MAX)) {
        return;
    }
    open311->services = room_for(load, node->count, sizeof *open311->services);
    for (const struct site_node *item = node->child; item != NULL && open311->services != NULL;
         item = item->next) {
        struct site_open311_service service = {.category = SITE_NONE};
        (void)site_keys_read(load, item, service_keys, COUNT(service_keys), &service);
        if (service.category == SITE_NONE) {
            continue; /* said, and the site is refused */
        }
        if (service_known(open311, service.category)) {
            site_say(load, item->line, SAY_CODE_DUPLICATE,
                     load->site->categories[service.category].code);
        }
        CHECK(open311->service_count < node->count);
        open311->services[open311->service_count++] = service;
    }
}

/* ---- what is public ---- */

static void read_published_categories(struct site_load *load, const struct site_key *key,
                                      const struct site_node *node, void *target)
{
    struct site_open311 *open311 = target;
    if (!site_node_list(load, node, key->name, SITE_OPEN311_PUBLISHED_MAX)) {
        return;
    }
    open311->categories = room_for(load, node->count, sizeof *open311->categories);
    for (const struct site_node *item = node->child; item != NULL && open311->categories != NULL;
         item = item->next) {
        open311->categories[open311->category_count++] = category_of(load, item);
    }
}

static void read_published_areas(struct site_load *load, const struct site_key *key,
                                 const struct site_node *node, void *target)
{
    struct site_open311 *open311 = target;
    if (!site_node_list(load, node, key->name, SITE_OPEN311_PUBLISHED_MAX)) {
        return;
    }
    open311->areas = room_for(load, node->count, sizeof *open311->areas);
    for (const struct site_node *item = node->child; item != NULL && open311->areas != NULL;
         item = item->next) {
        const char *code = site_node_text(load, item);
        const uint32_t area = code == NULL ? SITE_NONE : site_area_find(load->site, code);
        if (code != NULL && area == SITE_NONE && load->usable[SITE_AREAS] &&
            !site_cell_explained(load, item->line, SITE_AREAS, code)) {
            site_say(load, item->line, SAY_ALIAS_AREA_UNKNOWN, site_shown(load, code));
        }
        open311->areas[open311->area_count++] = area;
    }
}

static const struct site_key publish_keys[] = {
    {.name = "categories", .required = true, .read = read_published_categories},
    {.name = "areas", .read = read_published_areas},
};

static void read_publish(struct site_load *load, const struct site_key *key,
                         const struct site_node *node, void *target)
{
    struct site_open311 *open311 = target;
    (void)key;
    open311->published = site_keys_read(load, node, publish_keys, COUNT(publish_keys), open311);
}

/* ---- the file ---- */

static void read_channel(struct site_load *load, const struct site_key *key,
                         const struct site_node *node, void *target)
{
    struct site_open311 *open311 = target;
    const char *code = site_node_text(load, node);
    (void)key;
    if (code == NULL) {
        return;
    }
    open311->channel = site_channel_find(load->site, code);
    if (open311->channel == SITE_NONE && load->usable[SITE_YAML]) {
        site_say(load, node->line, SAY_CHANNEL_UNKNOWN, site_shown(load, code));
    }
}

/* "2026-11-30". A day that no calendar has is let through where it looks like one: it is shown, not
 * counted with. */
static void read_day(struct site_load *load, const struct site_key *key,
                     const struct site_node *node, void *target)
{
    static const char shape[] = "dddd-dd-dd";
    struct site_open311 *open311 = target;
    const char *text = site_node_text(load, node);
    (void)key;
    if (text == NULL) {
        return;
    }
    bool day = strlen(text) == sizeof shape - 1;
    for (size_t index = 0; day && index < sizeof shape - 1; index++) {
        const bool digit = text[index] >= '0' && text[index] <= '9';
        day = shape[index] == 'd' ? digit : text[index] == shape[index];
    }
    if (!day) {
        site_say(load, node->line, SAY_OPEN311_DAY, site_shown(load, text));
        return;
    }
    memcpy(open311->changed, text, sizeof shape);
}

static const struct site_key file_keys[] = {
    {.name = "channel", .required = true, .read = read_channel},
    {.name = "changed", .required = true, .read = read_day},
    {.name = "contact", .read = site_key_name, .offset = offsetof(struct site_open311, contact)},
    {.name = "keys", .read = site_key_name, .offset = offsetof(struct site_open311, keys)},
    {.name = "jurisdiction",
     .read = site_key_name,
     .offset = offsetof(struct site_open311, jurisdiction)},
    {.name = "keyless", .read = site_key_flag, .offset = offsetof(struct site_open311, keyless)},
    {.name = "publish", .read = read_publish},
    {.name = "services", .required = true, .read = read_services},
};

void site_open311_read(struct site_load *load)
{
    CHECK(load->site->open311 == NULL);
    if (!load->usable[SITE_OPEN311]) {
        return;
    }
    load->file = SITE_OPEN311;
    const struct site_node *root = site_yaml_parse(load);
    struct site_open311 *open311 = room_for(load, 1, sizeof *open311);
    if (root == NULL || open311 == NULL) {
        return;
    }
    open311->channel = SITE_NONE;
    (void)site_keys_read(load, root, file_keys, COUNT(file_keys), open311);
    /* intake takes nothing from the public under another channel. */
    if (open311->keyless && open311->channel != SITE_NONE &&
        open311->channel != load->site->public_channel) {
        site_say(load, 0, SAY_OPEN311_KEYLESS, load->site->channels[open311->channel].code);
    }
    load->site->open311 = open311;
}
