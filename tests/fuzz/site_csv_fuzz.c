/* site_csv_fuzz: the first byte chooses a table of an otherwise good site, the rest is the table.
 * Whatever it holds: the site loads or there is a mistake, and what loads can be asked. */

#include <stdint.h>
#include <stdlib.h>

#include "common/base/check.h"
#include "common/site/site.h"
#include "site_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void ask(const struct site *site)
{
    struct site_guess guesses[4];
    struct site_owner owner;
    static const char text[] = "阳光花园的路灯不亮3号楼";
    (void)site_guess_categories(site, text, sizeof text - 1, guesses, 4);
    (void)site_guess_areas(site, text, sizeof text - 1, guesses, 4);
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
    const int file = SITE_AREAS + data[0] % (SITE_MATRIX + 1 - SITE_AREAS);
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
