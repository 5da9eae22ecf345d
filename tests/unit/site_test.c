/* site: what is loaded and what it answers, folders, the manual. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/calendar/civil.h"
#include "common/site/site.h"
#include "scratch.h"
#include "site_files.h"

static struct site_report report;

static struct site *load_good(void)
{
    const struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_int_equal(report.count, 0);
    assert_int_equal(report.warnings, 0);
    return site;
}

/* ---- what is loaded ---- */

static void test_load_when_good_then_as_written(void **state)
{
    (void)state;
    struct site *site = load_good();
    assert_string_equal(site->name, "测试街道");
    assert_int_equal(site->utc_offset_ms, 8 * 3600 * 1000);
    assert_int_equal(site->level_count, 2);
    assert_int_equal(site->levels[0].fallback, site_unit_find(site, "keeper"));
    assert_string_equal(site->levels[1].name_en, "街道"); /* stands for a missing name_en */
    assert_int_equal(site->area_count, 3);
    assert_int_equal(site->areas[1].parent, site_area_find(site, "qh"));
    assert_int_equal(site->areas[0].parent, SITE_NONE);
    assert_int_equal(site->areas[0].level, 2);
    assert_int_equal(site->units[2].area, 0);
    assert_int_equal(site->units[0].area, SITE_NONE);
    assert_int_equal(site->categories[0].urgency, PAIDAN__URGENCY__URGENCY_NORMAL);
    assert_int_equal(site->categories[1].urgency, PAIDAN__URGENCY__URGENCY_URGENT);
    assert_int_equal(site->categories[1].start_level, 2);
    assert_string_equal(site->channels[0].callback, "wechat");
    assert_string_equal(site->channels[1].callback, "wechat");
    assert_true(site->calendars[0].always);
    assert_int_equal(site->calendars[1].week_minutes, 5 * 7 * 60);
    assert_int_equal(site->calendars[1].days[4].from[1], 14 * 60);
    assert_int_equal(site->calendars[1].utc_offset_ms, site->utc_offset_ms);
    assert_int_equal(site->policy_count, 2);
    assert_int_equal(site->policies[0].line, 14);
    assert_int_equal(site->policies[1].contact.term.amount_ms, 2 * 3600 * 1000);
    assert_int_equal(site->policies[1].contact.calendar, 1);
    assert_int_equal(site->policies[1].handle.warn.value, 50);
    assert_int_equal(site->policies[1].handle.expiry, SITE_CARD);
    assert_int_equal(site->policies[1].accept.warn.value, 75);
    assert_memory_equal(&site->policies[1].redo, &site->policies[1].handle,
                        sizeof site->policies[1].redo);
    assert_false(site->policies[0].contact.present);
    assert_int_equal(site->callback.attempts_max, 3);
    assert_int_equal(site->lease_ms, 600000);
    site_free(site);
}

static void test_load_when_a_byte_changes_then_version_changes(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *before = load_good();
    struct site *after = NULL;
    (void)state;
    files.text[SITE_ALIASES] = "alias,area\n阳光花苑,b\n";
    assert_int_equal(site_files_load(&files, &report, &after), RC_OK);
    assert_int_not_equal(before->version, after->version);
    site_free(after);
    after = load_good();
    assert_int_equal(before->version, after->version);
    site_free(after);
    site_free(before);
}

static void test_load_when_written_otherwise_then_same_site(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    (void)state;
    files.text[SITE_AREAS] =
        "\xef\xbb\xbf名称,编码,上级,层级\r\n"
        "清河街道,qh,,street\r\n"
        "\r\n"
        ",,,\r\n"
        "\"阳光,\"\"花园\"\"\",a,qh,estate\r\n"
        "　翠竹小区 ,b,qh,estate";
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_int_equal(site->area_count, 3);
    assert_string_equal(site->areas[1].name, "阳光,\"花园\"");
    assert_string_equal(site->areas[2].name, "翠竹小区");
    site_free(site);
}

static void test_load_when_all_settings_are_given_then_taken(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    char text[4096];
    (void)state;
    snprintf(text, sizeof text,
             "%scallback: {attempts: 5, answer: 90s, pause: 0m, calendar: office,\n"
             "  partly_reopens: true, reopen_max: 0}\n"
             "desk: {on_fallback: true}\n"
             "lease: 1h\n"
             "followers:\n"
             "  - {name: archive}\n"
             "  - {name: archive, log: intake, holds: 2d}\n",
             site_files_good[SITE_YAML]);
    files.text[SITE_YAML] = text;
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_int_equal(site->callback.attempts_max, 5);
    assert_int_equal(site->callback.answer_ms, 90000);
    assert_int_equal(site->callback.pause_ms, 0);
    assert_int_equal(site->callback.calendar, 1);
    assert_true(site->callback.partly_reopens);
    assert_int_equal(site->callback.reopen_max, 0);
    assert_true(site->desk_on_fallback);
    assert_int_equal(site->lease_ms, 3600000);
    assert_int_equal(site->follower_count, 2);
    assert_string_equal(site->followers[0].name, "archive");
    assert_string_equal(site->followers[0].log, "");
    assert_int_equal(site->followers[0].holds_ms, 0);
    assert_string_equal(site->followers[1].log, "intake");
    assert_int_equal(site->followers[1].holds_ms, 2 * 24 * 3600000);
    site_free(site);
}

/* ---- answers ---- */

static void test_owner_when_rows_compete_then_most_specific(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    struct site_owner owner;
    (void)state;
    files.text[SITE_MATRIX] =
        "category,area,level,lead,assist\n"
        "*,*,street,u1,\n"
        "road,*,street,u2,\n"
        "*,qh,street,u3,\n"
        "road,qh,street,u4,u1|u2\n"
        "road,a,street,u5,\n";
    files.text[SITE_UNITS] =
        "code,name,level,area\nkeeper,k,estate,\ncentre,c,street,\n"
        "u1,u,street,\nu2,u,street,\nu3,u,street,\nu4,u,street,\n"
        "u5,u,street,\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    const uint32_t lamp = site_category_find(site, "road.lamp");
    const uint32_t a = site_area_find(site, "a");
    const uint32_t b = site_area_find(site, "b");
    const struct {
        uint32_t category, area, level, line;
        const char *lead;
    } cases[] = {
        {lamp, a, 2, 6, "u5"},         {lamp, b, 2, 5, "u4"},
        {SITE_NONE, b, 2, 4, "u3"},    {SITE_NONE, a, 2, 4, "u3"},
        {lamp, SITE_NONE, 2, 3, "u2"}, {SITE_NONE, SITE_NONE, 2, 2, "u1"},
        {lamp, a, 1, 0, "keeper"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        site_owner(site, cases[index].category, cases[index].area, cases[index].level, &owner);
        assert_string_equal(site->units[owner.lead].code, cases[index].lead);
        assert_int_equal(owner.matrix_line, cases[index].line);
        assert_int_equal(owner.fallback, cases[index].line == 0);
    }
    site_owner(site, lamp, b, 2, &owner);
    assert_int_equal(owner.assist_count, 2);
    assert_string_equal(site->units[owner.assist[1]].code, "u2");
    assert_int_equal(site_level_owned(site, lamp, a, 1), 2);
    site_free(site);
}

/* Blanks around the parts of a list mean nothing, nor does an empty part. */
static void test_list_when_blanks_are_around_its_parts_then_as_without(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    (void)state;
    files.text[SITE_MATRIX] =
        "category,area,level,lead,assist\nroad.lamp,*,street,lamps,\" | centre |\"\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    struct site_owner owner;
    site_owner(site, site_category_find(site, "road.lamp"), 0, 2, &owner);
    assert_int_equal(owner.assist_count, 1);
    assert_int_equal(owner.assist[0], site_unit_find(site, "centre"));
    site_free(site);
}

/* A calendar has the overrides of the one that it extends beside its own, which win. */
static void test_calendar_when_it_extends_one_with_overrides_then_both(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    char text[4096];
    (void)state;
    const char *good = site_files_good[SITE_YAML], *at = strstr(good, "policies:");
    (void)snprintf(text, sizeof text,
                   "%.*s    overrides: {2026-03-02: off, 2026-03-04: off, 2026-03-06: off}\n"
                   "  desk:\n    extends: office\n"
                   "    overrides: {2026-03-04: working, 2026-03-05: off}\n%s",
                   (int)(at - good), good, at);
    files.text[SITE_YAML] = text;
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    static const bool working[] = {false, true, true, false, false}; /* Monday to Friday */
    for (int32_t day = 0; day < 5; day++) {
        struct calendar_day read;
        calendar_day_read(&site->calendars[2], civil_days(2026, 3, 2) + day, &read);
        assert_int_equal(read.working, working[day]);
    }
    site_free(site);
}

static void test_level_owned_when_only_fallbacks_then_from(void **state)
{
    (void)state;
    struct site *site = load_good();
    assert_int_equal(site_level_owned(site, site_category_find(site, "road"), 1, 1), 1);
    assert_int_equal(site_level_owned(site, site_category_find(site, "road.lamp"), 1, 1), 2);
    site_free(site);
}

static void test_find_when_unknown_then_none(void **state)
{
    (void)state;
    struct site *site = load_good();
    assert_int_equal(site_area_find(site, "x"), SITE_NONE);
    assert_int_equal(site_unit_find(site, ""), SITE_NONE);
    assert_int_equal(site_channel_find(site, "wechat"), 0);
    assert_int_equal(site_channel_find(site, "WeChat"), SITE_NONE);
    assert_int_equal(site_level_find(site, "street"), 2);
    assert_int_equal(site_level_find(site, "city"), 0);
    assert_int_equal(site_area_at(site, 1, 2), 0);
    assert_int_equal(site_area_at(site, 1, 1), 1);
    assert_int_equal(site_area_at(site, 0, 1), SITE_NONE);
    assert_true(site_area_within(site, 1, 0));
    assert_true(site_area_within(site, 1, 1));
    assert_false(site_area_within(site, 0, 1));
    assert_false(site_area_within(site, 1, 2));
    assert_false(site_area_within(site, SITE_NONE, SITE_NONE));
    site_free(site);
}

static void test_policy_when_several_fit_then_first(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    (void)state;
    files.text[SITE_YAML] =
        "name: x\n"
        "levels: [{code: estate, name: e, fallback: keeper},"
        " {code: street, name: s, fallback: centre}]\n"
        "channels: [{code: wechat, name: w}]\n"
        "policies:\n"
        "  - {category: road.lamp, level: street, accept: 1m, handle: 1h}\n"
        "  - {category: road, urgency: emergency, accept: 1m, handle: 1h}\n"
        "  - {level: street, accept: 1m, handle: 1h}\n"
        "  - {accept: 1m, handle: 7d}\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    const uint32_t road = site_category_find(site, "road");
    const uint32_t lamp = site_category_find(site, "road.lamp");
    const Paidan__Urgency normal = PAIDAN__URGENCY__URGENCY_NORMAL;
    const Paidan__Urgency emergency = PAIDAN__URGENCY__URGENCY_EMERGENCY;
    assert_int_equal(site_policy(site, lamp, normal, 2)->line, 5);
    assert_int_equal(site_policy(site, lamp, emergency, 1)->line, 6); /* from the parent */
    assert_int_equal(site_policy(site, road, emergency, 2)->line, 6);
    assert_int_equal(site_policy(site, road, normal, 2)->line, 7);
    assert_int_equal(site_policy(site, road, normal, 1)->line, 8);
    assert_int_equal(site_policy(site, SITE_NONE, emergency, 1)->line, 8);
    assert_int_equal(site->policies[3].handle.term.amount_ms, 7ull * 24 * 3600 * 1000);
    site_free(site);
}

/* ---- terms ---- */

static void check_term(const struct site_clock_rule *rule, enum calendar_unit unit,
                       uint64_t amount_ms, uint32_t calendar)
{
    assert_true(rule->present);
    assert_int_equal(rule->term.unit, unit);
    assert_int_equal(rule->term.amount_ms, amount_ms);
    assert_int_equal(rule->calendar, calendar);
}

/* Replaces the policies of the good site. */
static struct site *load_policies(const char *policies)
{
    static char text[4096];
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    const char *good = site_files_good[SITE_YAML];
    const char *end = strstr(good, "policies:\n");
    assert_non_null(end);
    snprintf(text, sizeof text, "%.*s%s", (int)(end - good), good, policies);
    files.text[SITE_YAML] = text;
    const enum rc rc = site_files_load(&files, &report, &site);
    for (uint32_t at = 0; rc != RC_OK && at < site_report_kept(&report); at++) {
        print_error("%u: %s\n", report.mistakes[at].line, report.mistakes[at].name);
    }
    assert_int_equal(rc, RC_OK);
    return site;
}

#define HOUR 3600000ull
#define DAY (24 * HOUR)

static void test_load_when_terms_are_written_then_unit_and_calendar(void **state)
{
    (void)state;
    struct site *site = load_policies(
        "policies:\n"
        "  - {urgency: urgent, accept: 90s, contact: 2紧急工作时,\n"
        "     handle: 7自然日, redo: 3d}\n"
        "  - calendar: office\n"
        "    accept: 4工作时\n"
        "    contact: {amount: 30m, calendar: office}\n"
        "    handle: {amount: 3工作日, end: end_of_day}\n"
        "    redo: {amount: 2h}\n"
        "    assist: 1wd\n"
        "    mediation: {amount: 5wh, start: next_day}\n"
        "    return_window: 2d\n");
    const struct site_policy *elapsed = &site->policies[0], *office = &site->policies[1];
    check_term(&elapsed->accept, CALENDAR_EMERGENCY_HOURS, 90000, 0);
    check_term(&elapsed->contact, CALENDAR_EMERGENCY_HOURS, 2 * HOUR, 0);
    check_term(&elapsed->handle, CALENDAR_DAYS, 7 * DAY, 0);
    check_term(&elapsed->redo, CALENDAR_DAYS, 3 * DAY, 0);
    check_term(&elapsed->request, CALENDAR_EMERGENCY_HOURS, DAY, 0);
    check_term(&office->accept, CALENDAR_WORKING_HOURS, 4 * HOUR, 1);
    check_term(&office->contact, CALENDAR_WORKING_HOURS, HOUR / 2, 1);
    check_term(&office->handle, CALENDAR_WORKING_DAYS, 3 * DAY, 1);
    check_term(&office->redo, CALENDAR_EMERGENCY_HOURS, 2 * HOUR, 0);
    check_term(&office->assist, CALENDAR_WORKING_DAYS, DAY, 1);
    check_term(&office->mediation, CALENDAR_WORKING_HOURS, 5 * HOUR, 1);
    check_term(&office->return_window, CALENDAR_DAYS, 2 * DAY, 0);
    check_term(&office->request, CALENDAR_WORKING_DAYS, DAY, 1);
    assert_int_equal(office->handle.term.end, CALENDAR_END_OF_DAY);
    assert_int_equal(office->handle.term.start, CALENDAR_FROM_MOMENT);
    assert_int_equal(office->mediation.term.start, CALENDAR_FROM_NEXT_DAY);
    assert_int_equal(office->assist.warn.kind, SITE_MOMENT_NONE);
    assert_false(office->deliberation.present);
    assert_false(elapsed->return_window.present);
    site_free(site);
}

static void test_load_when_steps_are_written_then_their_moments(void **state)
{
    (void)state;
    struct site *site = load_policies(
        "policies:\n"
        "  - calendar: office\n"
        "    accept: {amount: 4wd, warn: 0}\n"
        "    handle:\n"
        "      {amount: 10wd, cap: 20wd, warn: 1wd, steps: [{after: 2wd, do: [red, "
        "supervise]},\n"
        "       {at: 25, do: notify_unit}, {before: 3wd, do: [notify_upper, "
        "notify_supervisor, yellow]}]}\n");
    const struct site_clock_rule *rule = &site->policies[0].handle;
    assert_int_equal(rule->cap_ms, 20 * DAY);
    assert_int_equal(site_moment_at(rule, &rule->warn), 9 * DAY);
    assert_int_equal(rule->step_count, 3);
    assert_int_equal(site_moment_at(rule, &rule->steps[0].at), 12 * DAY);
    assert_int_equal(rule->steps[0].does, 0x30);
    assert_int_equal(site_moment_at(rule, &rule->steps[1].at), 10 * DAY / 4);
    assert_int_equal(rule->steps[1].does, 0x01);
    assert_int_equal(site_moment_at(rule, &rule->steps[2].at), 7 * DAY);
    assert_int_equal(rule->steps[2].does, 0x0e);
    assert_int_equal(site->policies[0].accept.warn.kind, SITE_MOMENT_NONE);
    assert_int_equal(site->policies[0].redo.step_count, 3);
    site_free(site);
}

static void test_load_when_policy_allows_then_as_written_else_defaults(void **state)
{
    (void)state;
    struct site *site = load_policies(
        "policies:\n"
        "  - {urgency: urgent, accept: 1h, handle: 2h, extensions: 0,\n"
        "     suspension: {max: 3, cap: 90d}, raise_accepts: true,\n"
        "     supervise: {on: [red_card, chased], chases: 5}}\n"
        "  - {accept: 1h, handle: 2h}\n"
        "supervisors: [lamps, keeper]\n");
    const struct site_policy *written = &site->policies[0], *plain = &site->policies[1];
    assert_int_equal(written->extensions_max, 0);
    assert_int_equal(written->suspensions_max, 3);
    assert_int_equal(written->suspension_cap_ms, 90 * DAY);
    assert_true(written->raise_accepts);
    assert_int_equal(written->supervise_on, 2 | 8);
    assert_int_equal(written->supervise_chases, 5);
    assert_int_equal(plain->extensions_max, 2);
    assert_int_equal(plain->suspensions_max, 1);
    assert_int_equal(plain->suspension_cap_ms, 365 * DAY);
    assert_false(plain->raise_accepts);
    assert_int_equal(plain->supervise_on, 0);
    assert_true(site_supervises(site, "lamps"));
    assert_true(site_supervises(site, "keeper"));
    assert_false(site_supervises(site, "centre"));
    assert_false(site_supervises(site, "nobody"));
    site_free(site);
    site = load_good();
    assert_int_equal(site->supervisor_count, 1);
    assert_true(site_supervises(site, "centre")); /* the fallback of the top level */
    site_free(site);
}

static void test_load_when_policies_cover_one_together_then_a_warning(void **state)
{
    (void)state;
    struct site *site = load_policies(
        "policies:\n"
        "  - {level: estate, accept: 1h, handle: 2h}\n"
        "  - {level: street, accept: 1h, handle: 2h}\n"
        "  - {urgency: urgent, accept: 1h, handle: 2h}\n");
    assert_int_equal(report.warnings, 1);
    assert_string_equal(report.mistakes[0].name, "POLICY_SHADOWED");
    assert_int_equal(report.mistakes[0].line, 16);
    site_free(site);
    site = load_policies(
        "policies:\n"
        "  - {level: estate, accept: 1h, handle: 2h}\n"
        "  - {urgency: urgent, accept: 1h, handle: 2h}\n"
        "  - {level: street, accept: 1h, handle: 2h}\n");
    assert_int_equal(report.warnings, 0);
    site_free(site);
}

/* ---- folders ---- */

static void write_file(const struct scratch *scratch, const char *name, const char *text)
{
    FILE *file = fopen(scratch_path(scratch, name), "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void test_load_when_folder_then_like_memory(void **state)
{
    struct scratch scratch;
    struct site *site = NULL;
    (void)state;
    scratch_make(&scratch);
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        if (site_files_good[file] != NULL) {
            write_file(&scratch, site_report_file((enum site_file)file), site_files_good[file]);
        }
    }
    assert_int_equal(site_load(scratch.path, &report, &site), RC_OK);
    struct site *same = load_good();
    assert_int_equal(site->version, same->version);
    site_free(same);
    site_free(site);
    write_file(&scratch, "alias.csv", "alias,area\n");
    write_file(&scratch, "notes.txt", "free text\n");
    assert_int_equal(site_load(scratch.path, &report, &site), RC_OK);
    assert_int_equal(report.warnings, 1);
    assert_int_equal(report.mistakes[0].line, 0);
    assert_string_equal(report.mistakes[0].file, "site.yaml");
    assert_string_equal(report.mistakes[0].name, "FILE_UNKNOWN");
    site_free(site);
    site = NULL;
    assert_int_equal(unlink(scratch_path(&scratch, "areas.csv")), 0);
    assert_int_equal(mkfifo(scratch_path(&scratch, "areas.csv"), 0600), 0);
    assert_int_equal(site_load(scratch.path, &report, &site), RC_SETTINGS);
    assert_int_equal(report.mistakes[0].line, 0);
    assert_string_equal(report.mistakes[0].file, "areas.csv");
    assert_string_equal(report.mistakes[0].name, "FILE_UNREADABLE");
    assert_null(site);
    scratch_remove(&scratch);
    assert_int_equal(site_load(scratch.path, &report, &site), RC_IO);
    assert_string_equal(report.mistakes[0].name, "FOLDER_UNREADABLE");
}

static void load_shipped(const char *name)
{
    char folder[4096];
    struct site *site = NULL;
    const char *root = getenv("PAIDAN_ROOT");
    snprintf(folder, sizeof folder, "%s/deploy/sites/%s", root == NULL ? "." : root, name);
    const enum rc rc = site_load(folder, &report, &site);
    for (uint32_t at = 0; at < site_report_kept(&report); at++) {
        print_error("%s:%u: %s %s\n", report.mistakes[at].file, report.mistakes[at].line,
                    report.mistakes[at].name, report.mistakes[at].en);
    }
    assert_int_equal(rc, RC_OK);
    assert_int_equal(report.warnings, 0);
    site_free(site);
}

static void test_load_when_shipped_then_no_mistake(void **state)
{
    (void)state;
    load_shipped("demo");
    load_shipped("two-level");
    load_shipped("six-level");
    load_shipped("sanchajie");
    load_shipped("pingshan");
    load_shipped("shunzhenghe");
    load_shipped("chengdu");
    load_shipped("shatoujiao");
    load_shipped("examples/elapsed");
    load_shipped("examples/working-days");
    load_shipped("examples/emergency");
}

/* ---- the manual ---- */

/* The text of a file below the source folder; the caller frees it. */
static char *source_text(const char *name)
{
    char path[4096];
    const char *root = getenv("PAIDAN_ROOT");
    const size_t room = 256 * 1024;
    char *text = calloc(1, room);
    assert_non_null(text);
    snprintf(path, sizeof path, "%s/%s", root == NULL ? "." : root, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, room - 1, file) > 0);
    assert_int_equal(fclose(file), 0);
    return text;
}

/* Wants each mistake of a header in the manual; how many there are. */
static uint32_t compare_with_manual(const char *header, const char *manual)
{
    uint32_t count = 0;
    for (const char *at = strstr(header, "#define SAY_"); at != NULL;
         at = strstr(at, "#define SAY_")) {
        char row[64];
        at += strlen("#define SAY_");
        snprintf(row, sizeof row, "\n| `%.*s`", (int)strcspn(at, " "), at);
        if (strstr(manual, row) == NULL) {
            fail_msg("the manual lacks %s", row);
        }
        count++;
    }
    return count;
}

static void test_manual_when_compared_with_mistakes_then_lists_all(void **state)
{
    static const char *const headers[] = {"common/site/site_mistakes.h",
                                          "common/calendar/holidays_mistakes.h"};
    char *manual = source_text("deploy/sites/README.md");
    uint32_t count = 0;
    (void)state;
    for (size_t index = 0; index < sizeof headers / sizeof *headers; index++) {
        char *header = source_text(headers[index]);
        count += compare_with_manual(header, manual);
        free(header);
    }
    assert_true(count > 80);
    free(manual);
}

static void load_example(const char *name)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    char *manual = source_text(name);
    char *example = strstr(manual, "```yaml\n");
    assert_non_null(example);
    example += strlen("```yaml\n");
    *strstr(example, "```") = '\0';
    files.text[SITE_YAML] = example;
    files.text[SITE_UNITS] =
        "code,name,level,area\nestate-duty,e,estate,\nlamps,l,street,\n"
        "community-duty,c,community,\nstreet-centre,s,street,\n"
        "centre,s,street,\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_int_equal(site->policies[1].handle.term.amount_ms, 8 * 3600 * 1000);
    site_free(site);
    free(manual);
}

static void test_manual_when_its_example_is_loaded_then_no_mistake(void **state)
{
    (void)state;
    load_example("deploy/sites/README.md");
    load_example("deploy/sites/README.zh-CN.md");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_when_terms_are_written_then_unit_and_calendar),
        cmocka_unit_test(test_load_when_steps_are_written_then_their_moments),
        cmocka_unit_test(test_load_when_policy_allows_then_as_written_else_defaults),
        cmocka_unit_test(test_load_when_policies_cover_one_together_then_a_warning),
        cmocka_unit_test(test_load_when_good_then_as_written),
        cmocka_unit_test(test_load_when_a_byte_changes_then_version_changes),
        cmocka_unit_test(test_load_when_written_otherwise_then_same_site),
        cmocka_unit_test(test_load_when_all_settings_are_given_then_taken),
        cmocka_unit_test(test_owner_when_rows_compete_then_most_specific),
        cmocka_unit_test(test_list_when_blanks_are_around_its_parts_then_as_without),
        cmocka_unit_test(test_calendar_when_it_extends_one_with_overrides_then_both),
        cmocka_unit_test(test_level_owned_when_only_fallbacks_then_from),
        cmocka_unit_test(test_find_when_unknown_then_none),
        cmocka_unit_test(test_policy_when_several_fit_then_first),
        cmocka_unit_test(test_load_when_folder_then_like_memory),
        cmocka_unit_test(test_load_when_shipped_then_no_mistake),
        cmocka_unit_test(test_manual_when_compared_with_mistakes_then_lists_all),
        cmocka_unit_test(test_manual_when_its_example_is_loaded_then_no_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
