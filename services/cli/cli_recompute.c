/* cli_recompute: rates and statistics once more, by the program that counts them. It reads the stores beside the
 * running services, so that nobody has to stop; what differs is passed on as that program says it. */
#include "cli_recompute.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_apart.h"
#include "cli_json.h"
#include "cli_log.h"
#include "common/base/check.h"

enum { PRINTED_BYTES = 64 << 10 };
static const char service[] = "archive";

/* The site of the instance: days are counted by its zone. */
static int site_of(struct cli *cli, char site[PATH_MAX])
{
    const char *const named = cli_value(cli, CLI_SITE);
    CHECK(cli->data_dir[0] != '\0');
    if (named != NULL) {
        (void)snprintf(site, PATH_MAX, "%s", named);
    } else {
        cli_site_folder(cli, site, PATH_MAX);
    }
    return site[0] != '\0'
               ? CLI_EXIT_OK
               : cli_usage(cli, "不知道站点在哪里，请写 --site",
                           "nobody knows where the site is: give --site", cli->data_dir);
}

/* A line a figure that differs; the last line is the sum of it. */
static int tell(struct cli *cli, int status, char *printed)
{
    if (!cli->json) {
        (void)fputs(printed, stdout);
        return status;
    }
    json_t *const object = json_object(), *const lines = json_array();
    char *rest = NULL;
    for (char *line = strtok_r(printed, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        json_array_append_new(lines, json_string(line));
    }
    json_object_set_new(object, "equal", json_boolean(status == CLI_EXIT_OK));
    json_object_set_new(object, "lines", lines);
    return cli_json_print(cli, object) == CLI_EXIT_OK ? status : CLI_EXIT_IO;
}

int cli_recompute(struct cli *cli)
{
    char program[PATH_MAX + 64], site[PATH_MAX] = "";
    int status = site_of(cli, site);
    status = status == CLI_EXIT_OK ? cli_apart_find(cli, service, program) : status;
    if (status != CLI_EXIT_OK) {
        return status;
    }
    char *const printed = calloc(1, PRINTED_BYTES);
    if (printed == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    char *const arguments[] = {program, (char[]){"--data"},      cli->data_dir, (char[]){"--site"},
                               site,    (char[]){"--recompute"}, NULL};
    (void)setenv("LC_ALL", cli->say.language == SAY_CHINESE ? "zh_CN.UTF-8" : "C.UTF-8",
                 1); /* its language */
    pid_t child = 0;
    status = cli_apart_program(cli, service, CLI_EXIT_DIFFERENT, arguments, printed, PRINTED_BYTES,
                               &child);
    (void)snprintf(program, sizeof program, "%s/%s.recompute-%ld", cli->data_dir, service,
                   (long)child);
    cli_log_remove(program); /* one that was ended could not do it itself */
    status = tell(cli, status, printed);
    free(printed);
    return status;
}
