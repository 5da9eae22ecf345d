/* site_sample: which closures the residents are asked about, where an office does not ask all of
 * them. Owns the rows under `callback: sample:`; they name categories, areas and units, so they are
 * read when those are known.
 *
 * What must stay true: the first row that fits holds, and where none does all are asked, so that
 * nothing is left out because somebody forgot a row. */

#include <stddef.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- reading ---- */

/* The value of a key that names something of the site's. SITE_NONE: it does not, which is said. */
static uint32_t read_index(struct site_load *load, const struct site_node *value,
                           uint32_t (*find)(const struct site *, const char *), enum site_file file)
{
    const char *code = site_node_text(load, value);
    if (code == NULL) {
        return SITE_NONE;
    }
    const uint32_t index = find(load->site, code);
    if (index == SITE_NONE && load->usable[file] &&
        !site_cell_explained(load, value->line, file, code)) {
        site_say(load, value->line, SAY_RULE_CODE, site_shown(load, code), site_report_file(file));
    }
    return index;
}

static void read_category(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    (void)key;
    ((struct site_sample *)target)->category =
        read_index(load, value, site_category_find, SITE_CATEGORIES);
}

static void read_area(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    (void)key;
    ((struct site_sample *)target)->area = read_index(load, value, site_area_find, SITE_AREAS);
}

static void read_unit(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    (void)key;
    ((struct site_sample *)target)->unit = read_index(load, value, site_unit_find, SITE_UNITS);
}

static void read_channel(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    (void)key;
    ((struct site_sample *)target)->channel = read_index(load, value, site_channel_find, SITE_YAML);
}

static void read_urgency(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    struct site_sample *const row = target;
    const char *text = site_node_text(load, value);
    (void)key;
    row->urgency = text == NULL ? 0 : site_urgency_of(text);
    if (text != NULL && row->urgency == 0) {
        site_say(load, value->line, SAY_URGENCY_UNKNOWN, site_shown(load, text));
    }
}

static const struct site_key keys[] = {
    {.name = "category", .read = read_category},
    {.name = "area", .read = read_area},
    {.name = "unit", .read = read_unit},
    {.name = "channel", .read = read_channel},
    {.name = "urgency", .read = read_urgency},
    {.name = "percent",
     .required = true,
     .read = site_key_count,
     .min = 0,
     .max = 100,
     .offset = offsetof(struct site_sample, percent)},
};

/* Whether all that fits the later row fits the earlier one too. */
static bool covers(const struct site_sample *row, const struct site_sample *later)
{
    return (row->category == SITE_NONE || row->category == later->category) &&
           (row->area == SITE_NONE || row->area == later->area) &&
           (row->unit == SITE_NONE || row->unit == later->unit) &&
           (row->channel == SITE_NONE || row->channel == later->channel) &&
           (row->urgency == 0 || row->urgency == later->urgency);
}

static void read_row(struct site_load *load, const struct site_node *item)
{
    struct site_callback *const callback = &load->site->callback;
    struct site_sample row = {
        .category = SITE_NONE, .area = SITE_NONE, .unit = SITE_NONE, .channel = SITE_NONE};
    const uint32_t before = load->report->count;
    CHECK(callback->sample_count < SITE_SAMPLES_MAX);
    if (!site_keys_read(load, item, keys, COUNT(keys), &row) || load->report->count > before) {
        return;
    }
    for (uint32_t index = 0; index < callback->sample_count; index++) {
        if (covers(&callback->samples[index], &row)) {
            site_warn(load, item->line, SAY_SAMPLE_SHADOWED, (unsigned)index + 1);
            break;
        }
    }
    callback->samples[callback->sample_count++] = row;
}

void site_sample_read(struct site_load *load)
{
    const struct site_node *const list = load->samples;
    CHECK(load->site->callback.sample_count == 0);
    load->file = SITE_YAML;
    if (list != NULL && site_node_list(load, list, "sample", SITE_SAMPLES_MAX)) {
        for (const struct site_node *item = list->child; item != NULL; item = item->next) {
            read_row(load, item);
            arena_reset(&load->arena);
        }
    }
}

void site_key_sample(struct site_load *load, const struct site_key *key,
                     const struct site_node *value, void *target)
{
    (void)key;
    (void)target;
    load->samples = value;
}

/* ---- asking ---- */

/* Itself or one of those above it. */
static bool category_within(const struct site *site, uint32_t category, uint32_t ancestor)
{
    while (category != SITE_NONE && category != ancestor) {
        CHECK(category < site->category_count);
        category = site->categories[category].parent;
    }
    return category == ancestor;
}

static bool fits(const struct site *site, const struct site_sample *row,
                 const struct site_sample *matter)
{
    return (row->category == SITE_NONE ||
            (matter->category != SITE_NONE &&
             category_within(site, matter->category, row->category))) &&
           (row->area == SITE_NONE ||
            (matter->area != SITE_NONE && site_area_within(site, matter->area, row->area))) &&
           (row->unit == SITE_NONE || row->unit == matter->unit) &&
           (row->channel == SITE_NONE || row->channel == matter->channel) &&
           (row->urgency == 0 || row->urgency == matter->urgency);
}

uint32_t site_sample_percent(const struct site *site, const struct site_sample *matter,
                             uint32_t *rule)
{
    CHECK(site->callback.sample_count <= SITE_SAMPLES_MAX);
    for (uint32_t index = 0; index < site->callback.sample_count; index++) {
        if (fits(site, &site->callback.samples[index], matter)) {
            CHECK(site->callback.samples[index].percent <= 100);
            *rule = index + 1;
            return site->callback.samples[index].percent;
        }
    }
    *rule = 0;
    return 100;
}
