/* site_points: reads the section `points` of site.yaml. What must stay true: a site without it gives no points; a
 * code names one rule, one kind of goods; a rule that names categories or channels names known ones, since one that
 * fits nothing would be missed by nobody; a higher medal asks for more. */
#include "common/site/site_points.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A balance of all that one can earn stays far below what 64 bits hold. */
enum { POINTS_MAX = 1000000, OFTEN_MAX = 100000 };

/* ---- reading ---- */

struct names {
    uint32_t *items, *count;
    uint32_t (*find)(const struct site *site, const char *code);
    enum site_file kind;
};

static void read_names(struct site_load *load, const struct site_key *key,
                       const struct site_node *list, const struct names *names)
{
    CHECK(*names->count == 0);
    if (!site_node_list(load, list, key->name, SITE_POINTS_LISTS_MAX) ||
        !load->usable[names->kind]) {
        return;
    }
    for (const struct site_node *item = list->child; item != NULL; item = item->next) {
        const char *const code = site_node_text(load, item);
        const uint32_t found = code == NULL ? SITE_NONE : names->find(load->site, code);
        if (found != SITE_NONE) {
            names->items[(*names->count)++] = found;
        } else if (code != NULL) {
            site_say(load, item->line, SAY_POINTS_UNKNOWN, site_shown(load, code));
        }
    }
}

static void read_categories(struct site_load *load, const struct site_key *key,
                            const struct site_node *value, void *target)
{
    struct site_points_rule *const rule = target;
    read_names(load, key, value,
               &(struct names){rule->categories, &rule->category_count, site_category_find,
                               SITE_CATEGORIES});
}

static void read_channels(struct site_load *load, const struct site_key *key,
                          const struct site_node *value, void *target)
{
    struct site_points_rule *const rule = target;
    read_names(load, key, value,
               &(struct names){rule->channels, &rule->channel_count, site_channel_find, SITE_YAML});
}

static void read_for(struct site_load *load, const struct site_key *key,
                     const struct site_node *value, void *target)
{
    static const char *const words[] = {"report", "photo", "supplement", "hand"};
    const size_t index =
        site_word(load, value, words, COUNT(words), "report, photo, supplement, hand");
    CHECK(key->name != NULL);
    if (index < COUNT(words)) {
        ((struct site_points_rule *)target)->what = (enum site_points_for)index;
    }
}

static void read_when(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    static const char *const words[] = {"solved", "closed"};
    CHECK(key->name != NULL);
    ((struct site_points_rule *)target)->any_end =
        site_word(load, value, words, COUNT(words), "solved, closed") == 1;
}

#define OF_RULE(member) .offset = offsetof(struct site_points_rule, member)
#define OF_GOODS(member) .offset = offsetof(struct site_goods, member)

static const struct site_key rule_keys[] = {
    {.name = "rule", .required = true, .read = site_key_code, OF_RULE(rule)},
    {.name = "name", .required = true, .read = site_key_name, OF_RULE(name)},
    {.name = "for", .required = true, .read = read_for},
    {.name = "when", .read = read_when},
    {.name = "points",
     .required = true,
     .read = site_key_count,
     OF_RULE(points),
     .min = 1,
     .max = POINTS_MAX},
    {.name = "day", .read = site_key_count, OF_RULE(day), .min = 1, .max = OFTEN_MAX},
    {.name = "month", .read = site_key_count, OF_RULE(month), .min = 1, .max = OFTEN_MAX},
    {.name = "ever", .read = site_key_count, OF_RULE(ever), .min = 1, .max = OFTEN_MAX},
    {.name = "categories", .read = read_categories},
    {.name = "channels", .read = read_channels},
};

static void read_rules(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    struct site_points *const points = target;
    if (!site_node_list(load, value, key->name, SITE_POINT_RULES_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        struct site_points_rule rule = {.points = 0};
        if (!site_keys_read(load, item, rule_keys, COUNT(rule_keys), &rule)) {
            continue;
        }
        if (rule.rule[0] != '\0' && site_points_rule_find(load->site, rule.rule) != NULL) {
            site_say(load, item->line, SAY_CODE_DUPLICATE, rule.rule);
            continue;
        }
        CHECK(points->rule_count < SITE_POINT_RULES_MAX);
        points->rules[points->rule_count++] = rule;
    }
}

static const struct site_key goods_keys[] = {
    {.name = "goods", .required = true, .read = site_key_code, OF_GOODS(goods)},
    {.name = "name", .required = true, .read = site_key_name, OF_GOODS(name)},
    {.name = "price",
     .required = true,
     .read = site_key_count,
     OF_GOODS(price),
     .min = 1,
     .max = POINTS_MAX},
    {.name = "stock", .required = true, .read = site_key_count, OF_GOODS(stock), .max = POINTS_MAX},
};

static void read_goods(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    struct site_points *const points = target;
    if (!site_node_list(load, value, key->name, SITE_GOODS_MAX)) {
        return;
    }
    for (const struct site_node *item = value->child; item != NULL; item = item->next) {
        struct site_goods goods = {.price = 0};
        if (!site_keys_read(load, item, goods_keys, COUNT(goods_keys), &goods)) {
            continue;
        }
        if (goods.goods[0] != '\0' && site_points_goods_find(load->site, goods.goods) != NULL) {
            site_say(load, item->line, SAY_CODE_DUPLICATE, goods.goods);
            continue;
        }
        CHECK(points->goods_count < SITE_GOODS_MAX);
        points->goods[points->goods_count++] = goods;
    }
}

#define MEDAL(word, index)                                                                         \
    {                                                                                              \
        .name = (word), .required = true, .read = site_key_count,                                  \
        .offset = (index) * sizeof(uint32_t), .min = 1, .max = 100 * POINTS_MAX                    \
    }

static void read_medals(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    static const struct site_key medal_keys[] = {MEDAL("bronze", 0), MEDAL("silver", 1),
                                                 MEDAL("gold", 2)};
    uint32_t medals[SITE_MEDALS] = {0};
    CHECK(key->name != NULL);
    if (!site_keys_read(load, value, medal_keys, COUNT(medal_keys), medals)) {
        return;
    }
    if (medals[0] >= medals[1] || medals[1] >= medals[2]) {
        site_say(load, value->line, SAY_POINTS_MEDALS);
        return;
    }
    memcpy(((struct site_points *)target)->medals, medals, sizeof medals);
}

static const struct site_key keys[] = {
    {.name = "rules", .read = read_rules},
    {.name = "medals", .read = read_medals},
    {.name = "goods", .read = read_goods},
};

/* Categories stand in a file that is read later. */
void site_key_points(struct site_load *load, const struct site_key *key,
                     const struct site_node *value, void *target)
{
    CHECK(key->name != NULL);
    CHECK(target == load->site);
    load->points = value;
}

void site_points_read(struct site_load *load)
{
    CHECK(load->site->points.rule_count == 0);
    load->file = SITE_YAML;
    if (load->points != NULL) {
        (void)site_keys_read(load, load->points, keys, COUNT(keys), &load->site->points);
        arena_reset(&load->arena);
    }
}

/* ---- looking up ---- */

const struct site_points_rule *site_points_rule_find(const struct site *site, const char *rule)
{
    CHECK(site->points.rule_count <= SITE_POINT_RULES_MAX);
    for (uint32_t index = 0; index < site->points.rule_count; index++) {
        if (strcmp(site->points.rules[index].rule, rule) == 0) {
            return &site->points.rules[index];
        }
    }
    return NULL;
}

const struct site_goods *site_points_goods_find(const struct site *site, const char *goods)
{
    CHECK(site->points.goods_count <= SITE_GOODS_MAX);
    for (uint32_t index = 0; index < site->points.goods_count; index++) {
        if (strcmp(site->points.goods[index].goods, goods) == 0) {
            return &site->points.goods[index];
        }
    }
    return NULL;
}

static bool listed(const uint32_t *items, uint32_t count, uint32_t item)
{
    for (uint32_t index = 0; index < count; index++) {
        if (items[index] == item) {
            return true;
        }
    }
    return false;
}

bool site_points_covers(const struct site *site, const struct site_points_rule *rule,
                        const char *category, const char *channel)
{
    const uint32_t by = site_channel_find(site, channel);
    bool covered = rule->category_count == 0;
    if (rule->channel_count > 0 &&
        (by == SITE_NONE || !listed(rule->channels, rule->channel_count, by))) {
        return false;
    }
    for (uint32_t of = site_category_find(site, category); !covered && of != SITE_NONE;
         of = site->categories[of].parent) {
        CHECK(of < site->category_count);
        covered = listed(rule->categories, rule->category_count, of);
    }
    return covered;
}

unsigned site_points_medal(const struct site *site, uint64_t earned)
{
    unsigned medal = 0;
    while (medal < SITE_MEDALS && site->points.medals[medal] != 0 &&
           earned >= site->points.medals[medal]) {
        medal++;
    }
    CHECK(medal <= SITE_MEDALS);
    return medal;
}
