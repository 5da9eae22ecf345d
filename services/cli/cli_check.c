/* cli_check: is a site's folder good? Names each mistake with its file and line, as the services would
 * when they refuse to start with it. Then what hardly can be meant: warnings, which change no exit
 * status (a site that works must not stop a deployment) unless --strict asks for it. With --data also
 * what of the running instance would strand (cli_check_open), with --diff what an edit changes
 * (cli_check_diff). */

#include "cli_check.h"

#include <stdlib.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "cli_rules.h"
#include "common/base/check.h"

static int check_one(struct cli *cli, const char *folder, struct site_report *report)
{
    struct site *site = NULL;
    int status = cli_check_load(cli, folder, report, &site);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    json_t *object = cli->json ? cli_check_good_json(site, report) : NULL;
    if (object == NULL) {
        cli_check_print_good(cli, site, report);
    }
    const int rules = cli_rules_check(cli, folder, site, object);
    if (cli_given(cli, CLI_DATA)) {
        status = cli_check_open(cli, folder, site, object);
    }
    if (object != NULL && status == CLI_EXIT_OK) {
        status = cli_json_print(cli, object);
    } else {
        json_decref(object);
    }
    site_free(site);
    status = status == CLI_EXIT_OK ? rules : status;
    return status == CLI_EXIT_OK && cli_given(cli, CLI_STRICT) && report->warnings > 0
               ? CLI_EXIT_DATA
               : status;
}

int cli_check(struct cli *cli)
{
    const bool two = cli_given(cli, CLI_DIFF);
    if (two != (cli->operand_count == 2)) {
        return cli_usage(cli, "check 站点文件夹，或 check --diff 旧文件夹 新文件夹",
                         "check SITE, or check --diff OLD NEW", NULL);
    }
    if (two) {
        return cli_check_diff(cli, cli->operands[0], cli->operands[1]);
    }
    struct site_report *report = calloc(1, sizeof *report);
    if (report == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    const int status = check_one(cli, cli->operands[0], report);
    free(report);
    return status;
}
