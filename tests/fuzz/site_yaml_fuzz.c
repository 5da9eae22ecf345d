/* site_yaml_fuzz: the input is site.yaml of an otherwise good site. It loads or there is a
 * mistake; calendars that load have open time that adds up. */

#include <stdint.h>
#include <stdlib.h>

#include "common/base/check.h"
#include "common/site/site.h"
#include "site_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Whatever loads can be started, and no two of its moments are one. */
static void check_rule(const struct site *site, const struct site_clock_rule *rule)
{
    const uint64_t now_ms = 1795363200123;
    if (!rule->present) {
        return;
    }
    const bool works =
        rule->term.unit == CALENDAR_WORKING_HOURS || rule->term.unit == CALENDAR_WORKING_DAYS;
    CHECK(rule->term.amount_ms > 0);
    CHECK(rule->calendar < site->calendar_count);
    CHECK(works == (rule->calendar != 0));
    CHECK(rule->cap_ms == 0 || rule->cap_ms >= rule->term.amount_ms);
    CHECK(calendar_due(&site->calendars[rule->calendar], &rule->term, now_ms) > now_ms);
    for (uint32_t index = 0; index < rule->step_count; index++) {
        const uint64_t at_ms = site_moment_at(rule, &rule->steps[index].at);
        CHECK(at_ms > 0);
        CHECK(at_ms != rule->term.amount_ms);
        CHECK(rule->steps[index].does != 0);
        for (uint32_t before = 0; before < index; before++) {
            CHECK(at_ms != site_moment_at(rule, &rule->steps[before].at));
        }
        if (rule->warn.kind != SITE_MOMENT_NONE) {
            CHECK(at_ms != site_moment_at(rule, &rule->warn));
        }
    }
}

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
    for (uint32_t index = 0; index < site->policy_count; index++) {
        const struct site_policy *policy = &site->policies[index];
        const struct site_clock_rule *rules[] = {
            &policy->accept,  &policy->contact,      &policy->handle,       &policy->redo,
            &policy->assist,  &policy->mediation,    &policy->deliberation, &policy->coordination,
            &policy->request, &policy->return_window};
        for (unsigned rule = 0; rule < sizeof rules / sizeof rules[0]; rule++) {
            check_rule(site, rules[rule]);
        }
        CHECK(policy->request.present);
    }
    for (uint32_t index = 0; index < site->supervisor_count; index++) {
        CHECK(site_supervises(site, site->units[site->supervisors[index]].code));
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
