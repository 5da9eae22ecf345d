/* cli_check_load: a site's folder loaded for whoever edits it: each mistake with its file and line, as
 * the services would name it when they refuse to start with it, and each warning. Every command that
 * takes a folder loads it here, so that all of them name mistakes alike. */

#include "cli_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli_colour.h"
#include "cli_json.h"
#include "common/base/check.h"

/* Each with its stable name, for editors and tests of sites; both languages. */
static json_t *list_json(const struct site_mistake *mistakes, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < count; index++) {
        const struct site_mistake *mistake = &mistakes[index];
        json_t *object = json_object();
        json_object_set_new(object, "file", json_string(mistake->file));
        json_object_set_new(object, "line", json_integer(mistake->line));
        json_object_set_new(object, "name", json_string(mistake->name));
        json_object_set_new(object, "zh", json_string(mistake->zh));
        json_object_set_new(object, "en", json_string(mistake->en));
        json_array_append_new(list, object);
    }
    return list;
}

static uint32_t mistakes_kept(const struct site_report *report)
{
    return report->count < SITE_MISTAKES_MAX ? report->count : SITE_MISTAKES_MAX;
}

/* file:line: in front, as compilers write it: editors jump there. */
static void print_list(struct cli *cli, const struct site_mistake *mistakes, uint32_t count,
                       bool warning)
{
    for (uint32_t index = 0; index < count; index++) {
        const struct site_mistake *mistake = &mistakes[index];
        const enum say_tone tone = warning ? SAY_WARN : SAY_BAD;
        printf("%s:", mistake->file);
        if (mistake->line > 0) { /* 0: of the whole file */
            printf("%u:", mistake->line);
        }
        printf(" %s%s%s %s %s\n", cli_colour_on(cli->colour, tone),
               warning ? cli_say(cli, "提醒", "warning") : cli_say(cli, "错误", "mistake"),
               cli_colour_off(cli->colour, tone), mistake->name,
               cli_say(cli, mistake->zh, mistake->en));
    }
}

static void print_more(struct cli *cli, uint32_t all, uint32_t shown)
{
    if (all > shown) {
        printf(cli_say(cli, "……另有 %u 处\n", "... and %u more\n"), all - shown);
    }
}

json_t *cli_check_good_json(const struct site *site, const struct site_report *report)
{
    const uint32_t kept = mistakes_kept(report);
    json_t *object = json_object();
    json_t *levels = json_array();
    json_object_set_new(object, "good", json_true());
    json_object_set_new(object, "name", json_string(site->name));
    json_object_set_new(object, "site_version", json_integer(site->version)); /* as ping's */
    json_object_set_new(object, "levels", json_integer(site->level_count));
    for (uint32_t index = 0; index < site->level_count; index++) {
        json_array_append_new(levels, json_string(site->levels[index].name));
    }
    json_object_set_new(object, "level_names", levels);
    json_object_set_new(object, "areas", json_integer(site->area_count));
    json_object_set_new(object, "units", json_integer(site->unit_count));
    json_object_set_new(object, "categories", json_integer(site->category_count));
    json_object_set_new(object, "channels", json_integer(site->channel_count));
    json_object_set_new(object, "calendars", json_integer(site->calendar_count));
    json_object_set_new(object, "policies", json_integer(site->policy_count));
    json_object_set_new(object, "warnings", json_integer(report->warnings));
    json_object_set_new(object, "doubts",
                        list_json(report->mistakes + kept, site_report_kept(report) - kept));
    return object;
}

/* Sizes of each table: a file that was forgotten shows as a zero. */
void cli_check_print_good(struct cli *cli, const struct site *site,
                          const struct site_report *report)
{
    const uint32_t kept = mistakes_kept(report);
    const uint32_t shown = site_report_kept(report) - kept;
    printf(cli_say(cli, report->warnings == 0 ? "%s：配置无误\n" : "%s：配置可用\n",
                   report->warnings == 0 ? "%s: the site is good\n" : "%s: the site can be used\n"),
           cli_say(cli, site->name, site->name_en));
    printf("%s", cli_say(cli, "层级 ", "levels "));
    for (uint32_t index = 0; index < site->level_count; index++) {
        const struct site_level *level = &site->levels[index];
        printf("%s%s", index == 0 ? "" : " → ", cli_say(cli, level->name, level->name_en));
    }
    printf(cli_say(cli, "\n区域 %u，单位 %u，类别 %u，渠道 %u，日历 %u，时限规则 %u\n",
                   "\n%u areas, %u units, %u categories, %u channels, %u calendars, %u policies\n"),
           site->area_count, site->unit_count, site->category_count, site->channel_count,
           site->calendar_count, site->policy_count);
    if (report->warnings > 0) {
        printf(
            cli_say(cli, "提醒 %u 处，可能不是本意：\n", "%u warnings, which may not be meant:\n"),
            report->warnings);
        print_list(cli, report->mistakes + kept, shown, true);
        print_more(cli, report->warnings, shown);
    }
}

/* Mistakes on standard output, since they are what was asked for; the refusal counts them. */
static int tell_bad(struct cli *cli, const struct site_report *report)
{
    const uint32_t kept = mistakes_kept(report);
    const uint32_t warnings = site_report_kept(report) - kept;
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "good", json_false());
        json_object_set_new(object, "count", json_integer(report->count));
        json_object_set_new(object, "mistakes", list_json(report->mistakes, kept));
        json_object_set_new(object, "warnings", json_integer(report->warnings));
        json_object_set_new(object, "doubts", list_json(report->mistakes + kept, warnings));
        const int status = cli_json_print(cli, object);
        if (status != CLI_EXIT_OK) {
            return status;
        }
    } else {
        print_list(cli, report->mistakes, kept, false);
        print_more(cli, report->count, kept);
        print_list(cli, report->mistakes + kept, warnings, true);
    }
    char detail[64];
    (void)snprintf(detail, sizeof detail, "%u", report->count);
    return cli_refuse_as(cli, PAIDAN__CODE__SITE_INVALID, "站点设置有误，逐条见上。",
                         "The site has mistakes, each named above.", detail);
}

static int tell(struct cli *cli, enum rc rc, const struct site_report *report)
{
    if (rc == RC_OK) {
        return CLI_EXIT_OK;
    }
    return report->count > 0 ? tell_bad(cli, report)
                             : cli_fail(cli, CLI_EXIT_SETTINGS, "无法读取站点",
                                        "cannot read the site", rc_name(rc));
}

int cli_check_load(struct cli *cli, const char *folder, struct site_report *report,
                   struct site **site)
{
    CHECK(folder != NULL);
    return tell(cli, site_review(folder, report, site), report);
}

static int check_site(struct cli *cli, const char *folder, bool bare, struct site **site)
{
    CHECK(folder != NULL);
    struct site_report *report = calloc(1, sizeof *report);
    if (report == NULL) {
        return cli_no_memory(cli);
    }
    const enum rc rc =
        bare ? site_review_bare(folder, report, site) : site_review(folder, report, site);
    const int status = tell(cli, rc, report);
    free(report);
    return status;
}

int cli_check_site(struct cli *cli, const char *folder, struct site **site)
{
    return check_site(cli, folder, false, site);
}

int cli_check_site_bare(struct cli *cli, const char *folder, struct site **site)
{
    return check_site(cli, folder, true, site);
}
