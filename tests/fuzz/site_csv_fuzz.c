/* site_csv_fuzz: the first byte chooses a table of an otherwise good site, its rules too, the rest is the table.
 * Whatever it holds: the site loads or there is a mistake, and what loads can be asked. */

#include <stdint.h>
#include <stdlib.h>

#include "common/base/check.h"
#include "common/site/site.h"
#include "common/site/site_place.h"
#include "common/site/site_rules.h"
#include "site_files.h"

enum { RULES_FROM = 0xf0 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Whatever the map of the areas came to, a point is somewhere on it or not. */
static void ask_map(const struct site *site)
{
    static const struct geo_point points[] = {{302500000, 1201500000}, {0, 0}, {899999999, -1}};
    struct site_place *place = NULL;
    struct site_place_found found;
    struct arena arena;
    enum rc rc = arena_init(&arena, 1u << 20);
    CHECK(rc == RC_OK);
    rc = site_place_open(site, &place);
    CHECK(rc == RC_OK);
    for (size_t index = 0; index < sizeof points / sizeof points[0]; index++) {
        const struct site_place_query query = {
            .text = "阳光花园后面", .place = "", .has_point = true, .point = points[index]};
        site_place_find(place, &arena, &query, &found);
        CHECK(found.permille <= 1000);
    }
    site_place_close(place);
    arena_fini(&arena);
}

/* Whatever the rules came to: a text hits some of them, in bounded time, and the arena is as before. */
static void ask_rules(const struct site *site)
{
    static const struct site_rules_text text = {
        .title = "路灯",
        .text = "楼上着火了 on fire aaaaaaaaaaaaaaaaaaaaaaaaaaa 3号楼",
        .place = "阳光花园",
        .channel = "wechat"};
    struct site_rules_found found;
    struct site_rules_calls calls;
    struct arena arena;
    enum rc rc = arena_init(&arena, 4u << 20);
    CHECK(rc == RC_OK);
    rc = site_rules_find(site, &arena, &text, &found);
    CHECK(rc == RC_OK);
    rc = site_rules_calls(site, &arena, &text, &calls);
    CHECK(rc == RC_OK);
    CHECK(calls.count <= CALLS_NAMED_MAX);
    CHECK(arena.used == 0);
    arena_fini(&arena);
}

static void ask(const struct site *site)
{
    struct site_guess guesses[4];
    struct site_owner owner;
    static const char text[] = "阳光花园的路灯不亮3号楼";
    (void)site_guess_categories(site, text, sizeof text - 1, guesses, 4);
    (void)site_guess_areas(site, text, sizeof text - 1, guesses, 4);
    ask_map(site);
    ask_rules(site);
    for (uint32_t level = 1; level <= site->level_count; level++) {
        const uint32_t category = site->category_count - 1;
        const uint32_t area = site->area_count - 1;
        site_owner(site, category, area, level, &owner);
        CHECK(site_policy(site, category, site->categories[category].urgency, level) != NULL);
        CHECK(site_level_owned(site, category, area, level) >= level);
        (void)site_area_at(site, area, level);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    if (bytes < 2) {
        return 0;
    }
    const int file =
        data[0] >= RULES_FROM ? SITE_RULES : SITE_AREAS + data[0] % (SITE_MATRIX + 1 - SITE_AREAS);
    files.text[file] = (const char *)data + 1;
    files.bytes[file] = bytes - 1;
    struct site_report *report = calloc(1, sizeof *report);
    CHECK(report != NULL);
    const enum rc rc = site_files_load(&files, report, &site);
    CHECK(rc == RC_OK || rc == RC_SETTINGS);
    CHECK((rc == RC_OK) == (report->count == 0));
    if (rc == RC_OK) {
        ask(site);
        site_free(site);
    }
    free(report);
    return 0;
}
