/* site_bulletin: the section `bulletin` of site.yaml. It owns what stands in struct site_bulletin. What must stay
 * true: a site without the section proposes nothing, since what leaves the office is for the office to say; and
 * every name in it is known, or the site is refused, for a rule that fits nothing would be missed by nobody. */
#include "common/site/site_bulletin.h"

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void site_bulletin_defaults(struct site *site)
{
    site->bulletin = (struct site_bulletin){.days = SITE_BULLETIN_DAYS};
}

/* ---- reading ---- */

struct names {
    uint32_t *items, *count;
    uint32_t (*find)(const struct site *site, const char *code);
    enum site_file kind;
};

static void read_name(struct site_load *load, const struct site_node *item,
                      const struct names *names)
{
    const char *code = site_node_text(load, item);
    if (code == NULL || !load->usable[names->kind]) {
        return;
    }
    const uint32_t found = names->find(load->site, code);
    if (found == SITE_NONE) {
        if (!site_cell_explained(load, item->line, names->kind, code)) {
            site_say(load, item->line, SAY_BULLETIN_UNKNOWN, site_shown(load, code));
        }
        return;
    }
    for (uint32_t index = 0; index < *names->count; index++) {
        if (names->items[index] == found) {
            site_say(load, item->line, SAY_BULLETIN_TWICE, site_shown(load, code));
            return;
        }
    }
    CHECK(*names->count < SITE_BULLETIN_LISTS_MAX);
    names->items[(*names->count)++] = found;
}

static void read_names(struct site_load *load, const struct site_node *list, const char *name,
                       const struct names *names)
{
    if (site_node_list(load, list, name, SITE_BULLETIN_LISTS_MAX)) {
        for (const struct site_node *item = list->child; item != NULL; item = item->next) {
            read_name(load, item, names);
        }
    }
}

static void key_categories(struct site_load *load, const struct site_key *key,
                           const struct site_node *value, void *target)
{
    struct site_bulletin *bulletin = target;
    const struct names names = {bulletin->categories, &bulletin->category_count, site_category_find,
                                SITE_CATEGORIES};
    read_names(load, value, key->name, &names);
}

static void key_areas(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    struct site_bulletin *bulletin = target;
    const struct names names = {bulletin->areas, &bulletin->area_count, site_area_find, SITE_AREAS};
    read_names(load, value, key->name, &names);
}

static const struct site_key keys[] = {
    {.name = "categories", .read = key_categories},
    {.name = "areas", .read = key_areas},
    {.name = "days",
     .read = site_key_count,
     .min = 1,
     .max = SITE_BULLETIN_DAYS_MAX,
     .offset = offsetof(struct site_bulletin, days)},
};

/* Categories and areas stand in files that are read later. */
void site_key_bulletin(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    (void)key;
    (void)target;
    load->bulletin = value;
}

void site_bulletin_read(struct site_load *load)
{
    CHECK(load->site->bulletin.category_count == 0);
    load->file = SITE_YAML;
    if (load->bulletin == NULL) {
        return;
    }
    struct site_bulletin *bulletin = &load->site->bulletin;
    if (site_keys_read(load, load->bulletin, keys, COUNT(keys), bulletin) &&
        bulletin->area_count > 0 && bulletin->category_count == 0) {
        site_say(load, load->bulletin->line, SAY_BULLETIN_NOTHING);
    }
    arena_reset(&load->arena);
}

/* ---- judging ---- */

static bool category_listed(const struct site *site, uint32_t category)
{
    for (; category != SITE_NONE; category = site->categories[category].parent) {
        CHECK(category < site->category_count);
        for (uint32_t index = 0; index < site->bulletin.category_count; index++) {
            if (site->bulletin.categories[index] == category) {
                return true;
            }
        }
    }
    return false;
}

bool site_bulletin_proposes(const struct site *site, const char *category, const char *area)
{
    const uint32_t of = site_category_find(site, category), at = site_area_find(site, area);
    if (of == SITE_NONE || !category_listed(site, of)) {
        return false;
    }
    for (uint32_t index = 0; index < site->bulletin.area_count && at != SITE_NONE; index++) {
        if (site_area_within(site, at, site->bulletin.areas[index])) {
            return true;
        }
    }
    return site->bulletin.area_count == 0;
}
