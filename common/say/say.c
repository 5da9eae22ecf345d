/* say: the language, the wall clock and the names that every sentence needs. It owns nothing: site
 * and zone belong to the caller and outlive what is said. A name that the site does not have is no
 * mistake here: logs keep the codes of units that were since removed, and they must stay readable.
 */
#include "common/say/say.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"

/* Asia/Shanghai, which has one offset: most places that use this lie there, and a tool without its
 * site must show something. */
#define OFFSET_MS_DEFAULT (8ll * 3600 * 1000)

const char *say_choose(const struct say *say, const char *zh, const char *en)
{
    CHECK(zh != NULL);
    CHECK(en != NULL);
    return say->language == SAY_CHINESE ? zh : en;
}

const struct zone *say_zone(const struct say *say)
{
    return say->zone == NULL && say->site != NULL ? say->site->zone : say->zone;
}

int64_t say_offset(const struct say *say, uint64_t at_ms)
{
    /* Moments come from logs and answers: an absurd one must be shown, not end the reader. */
    const int64_t moment_ms = at_ms > INT64_MAX ? INT64_MAX : (int64_t)at_ms;
    const struct zone *zone = say_zone(say);
    if (zone != NULL) {
        return zone_offset(zone, moment_ms);
    }
    return say->site == NULL ? OFFSET_MS_DEFAULT : say->site->utc_offset_ms;
}

void say_add(char *text, size_t size, const char *between, const char *word)
{
    const size_t used = strlen(text);
    CHECK(used < size);
    (void)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : between, word);
}

/* ---- names ---- */

/* English names are optional in a site: the Chinese one is better than none. */
static const char *choose_name(const struct say *say, const char *name, const char *name_en)
{
    return say_choose(say, name, name_en[0] == '\0' ? name : name_en);
}

static const char *without_name(const char *code)
{
    return code == NULL ? "-" : code;
}

const char *say_unit(const struct say *say, const char *code)
{
    const struct site *site = say->site;
    if (code != NULL && code[0] == '\0') {
        return say_choose(say, "分拨台", "the desk"); /* no unit has it: the dispatcher does */
    }
    const uint32_t index = site == NULL || code == NULL ? SITE_NONE : site_unit_find(site, code);
    return index == SITE_NONE
               ? without_name(code)
               : choose_name(say, site->units[index].name, site->units[index].name_en);
}

const char *say_category(const struct say *say, const char *code)
{
    const struct site *site = say->site;
    const uint32_t index =
        site == NULL || code == NULL ? SITE_NONE : site_category_find(site, code);
    return index == SITE_NONE
               ? without_name(code)
               : choose_name(say, site->categories[index].name, site->categories[index].name_en);
}

const char *say_area(const struct say *say, const char *code)
{
    const struct site *site = say->site;
    const uint32_t index = site == NULL || code == NULL ? SITE_NONE : site_area_find(site, code);
    return index == SITE_NONE ? without_name(code) : site->areas[index].name;
}

const char *say_channel(const struct say *say, const char *code)
{
    const struct site *site = say->site;
    const uint32_t index = site == NULL || code == NULL ? SITE_NONE : site_channel_find(site, code);
    return index == SITE_NONE
               ? without_name(code)
               : choose_name(say, site->channels[index].name, site->channels[index].name_en);
}

const char *say_level(const struct say *say, uint32_t level)
{
    static const char *const numbers[] = {"-", "1", "2", "3",  "4",  "5", "6",
                                          "7", "8", "9", "10", "11", "12"};
    static_assert(sizeof numbers / sizeof numbers[0] == SITE_LEVELS_MAX + 1,
                  "a number for each level");
    const struct site *site = say->site;
    if (site == NULL || level == 0 || level > site->level_count) {
        return level <= SITE_LEVELS_MAX ? numbers[level] : "?";
    }
    return choose_name(say, site->levels[level - 1].name, site->levels[level - 1].name_en);
}
