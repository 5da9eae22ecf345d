/* cli_check: is a site's folder good? Names each mistake with its file and line, in both languages,
 * as the services would when they refuse to start with it. Warnings are printed too and change
 * nothing: a site that works must not stop a deployment. */

#include <stdio.h>
#include <stdlib.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "common/base/check.h"

/* Each mistake with its stable name, for editors and tests of sites. */
static json_t *mistakes_json(const struct site_report *report)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < report->count && index < SITE_MISTAKES_MAX; index++) {
        const struct site_mistake *mistake = &report->mistakes[index];
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

/* file:line: in front, as compilers write it: editors jump there. */
static void print_mistakes(struct cli *cli, const struct site_report *report)
{
    uint32_t index = 0;
    for (; index < report->count && index < SITE_MISTAKES_MAX; index++) {
        const struct site_mistake *mistake = &report->mistakes[index];
        printf("%s:", mistake->file);
        if (mistake->line > 0) { /* 0: of the whole file */
            printf("%u:", mistake->line);
        }
        printf(" %s %s / %s\n", mistake->name, mistake->zh, mistake->en);
    }
    if (report->count > index) {
        printf(cli_say(cli, "……另有 %u 处\n", "... and %u more\n"), report->count - index);
    }
}

/* Sizes of each table: a file that was forgotten shows as a zero. */
static int tell_good(struct cli *cli, const struct site *site, const struct site_report *report)
{
    if (cli->json) {
        json_t *object = json_object(), *levels = json_array();
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
        return cli_json_print(cli, object);
    }
    printf(cli_say(cli, "%s：配置无误\n", "%s: the site is good\n"),
           cli->say.language == SAY_CHINESE || site->name_en[0] == '\0' ? site->name
                                                                        : site->name_en);
    printf("%s", cli_say(cli, "层级 ", "levels "));
    for (uint32_t index = 0; index < site->level_count; index++) {
        const struct site_level *level = &site->levels[index];
        printf("%s%s", index == 0 ? "" : " → ",
               cli->say.language == SAY_CHINESE || level->name_en[0] == '\0' ? level->name
                                                                             : level->name_en);
    }
    printf(cli_say(cli, "\n区域 %u，单位 %u，类别 %u，渠道 %u，日历 %u，时限规则 %u\n",
                   "\n%u areas, %u units, %u categories, %u channels, %u calendars, %u policies\n"),
           site->area_count, site->unit_count, site->category_count, site->channel_count,
           site->calendar_count, site->policy_count);
    return CLI_EXIT_OK;
}

/* Mistakes on standard output, since they are what was asked for; the refusal counts them. */
static int tell_bad(struct cli *cli, const struct site_report *report)
{
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "good", json_false());
        json_object_set_new(object, "count", json_integer(report->count));
        json_object_set_new(object, "mistakes", mistakes_json(report));
        const int status = cli_json_print(cli, object);
        if (status != CLI_EXIT_OK) {
            return status;
        }
    } else {
        print_mistakes(cli, report);
    }
    char detail[64];
    (void)snprintf(detail, sizeof detail, "%u", report->count);
    return cli_refuse_as(cli, PAIDAN__CODE__SITE_INVALID, "站点设置有误，逐条见上。",
                         "The site has mistakes, each named above.", detail);
}

/* Loads the folder; tells its mistakes and returns a status if it is no good. report: for its
 * warnings. */
static int load(struct cli *cli, const char *folder, struct site_report *report, struct site **site)
{
    CHECK(folder != NULL);
    const enum rc rc = site_load(folder, report, site);
    if (rc == RC_OK) {
        return CLI_EXIT_OK;
    }
    return report->count > 0 ? tell_bad(cli, report)
                             : cli_fail(cli, CLI_EXIT_SETTINGS, "无法读取站点",
                                        "cannot read the site", rc_name(rc));
}

int cli_check_site(struct cli *cli, const char *folder, struct site **site)
{
    struct site_report *report = calloc(1, sizeof *report);
    if (report == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    const int status = load(cli, folder, report, site);
    free(report);
    return status;
}

int cli_check(struct cli *cli)
{
    struct site *site = NULL;
    struct site_report *report = calloc(1, sizeof *report);
    if (report == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    int status = load(cli, cli->operands[0], report, &site);
    if (status == CLI_EXIT_OK) {
        status = tell_good(cli, site, report);
        if (!cli->json && report->warnings > 0) {
            print_mistakes(cli, report);
        }
        site_free(site);
    }
    free(report);
    return status;
}
