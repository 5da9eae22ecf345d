/* site_yaml_fuzz: the input is site.yaml of an otherwise good site. It loads or there is a
 * mistake; calendars that load have open time that adds up. */

#include <stdint.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/site.h"
#include "site_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void ask(const struct site *site)
{
    const uint64_t now_ms = 1795363200123;
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        const struct calendar *calendar = &site->calendars[index];
        CHECK(calendar->week_minutes > 0);
        const uint64_t due = calendar_add(calendar, now_ms, 12345678);
        CHECK(calendar_between(calendar, now_ms, due) == 12345678);
        CHECK(calendar_next_open(calendar, now_ms) >= now_ms);
    }
    for (uint32_t level = 1; level <= site->level_count; level++) {
        const struct site_policy *policy =
            site_policy(site, SITE_NONE, PAIDAN__URGENCY__URGENCY_NORMAL, level);
        CHECK(policy->accept.term.amount_ms > 0);
        CHECK(policy->redo.present);
        CHECK(policy->handle.calendar < site->calendar_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    if (bytes == 0) {
        return 0;
    }
    files.text[SITE_YAML] = (const char *)data;
    files.bytes[SITE_YAML] = bytes;
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
