/* cli_metrics: the metrics of one service as it tells them, or of all as one exposition. Prometheus
 * wants each family once, with its HELP and TYPE, and its samples together, so four pages cannot simply
 * follow one another: they are taken apart by family, and every sample gets the label that says whose it
 * is. A page of a service is read as common/base/metrics.h writes it: lines of a family follow its HELP.
 * What must stay true: one service that does not answer costs its own samples, never the page: that is
 * when somebody looks. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_log.h"
#include "common/base/metrics.h"

/* Of all services together: a page of a service has 64 KiB at most. */
enum { JOINED_BYTES = CLI_SERVICES << 16 };

static int print_pages(const struct cli *cli, const char *const pages[CLI_SERVICES])
{
    struct metrics joined;
    char *text = malloc(JOINED_BYTES);
    if (text == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "no memory", NULL);
    }
    metrics_init(&joined, text, JOINED_BYTES);
    metrics_join(&joined, pages, cli_services, CLI_SERVICES);
    fputs(text, stdout);
    free(text);
    return CLI_EXIT_OK;
}

static int all(struct cli *cli)
{
    const char *pages[CLI_SERVICES] = {NULL};
    char silent[128] = "";
    Paidan__Code worst = PAIDAN__CODE__OK;
    const int status = cli_connect(cli);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    printf("# HELP paidan_up 1: the service answers.\n# TYPE paidan_up gauge\n");
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        Paidan__MetricsWish wish = PAIDAN__METRICS_WISH__INIT;
        Paidan__Answer *answer = NULL;
        const Paidan__Code code =
            cli_try(cli, cli_services[index], &wish.base, cli->timeout_ms, &answer);
        if (code == PAIDAN__CODE__OK) {
            pages[index] = answer->metrics->text;
        } else {
            const size_t used = strlen(silent);
            (void)snprintf(silent + used, sizeof silent - used, "%s%s", used == 0 ? "" : ", ",
                           cli_services[index]);
            worst = code;
        }
        printf("paidan_up{service=\"%s\"} %d\n", cli_services[index], code == PAIDAN__CODE__OK);
    }
    const int printed = print_pages(cli, pages);
    return worst == PAIDAN__CODE__OK ? printed : cli_refuse(cli, worst, silent);
}

int cli_metrics(struct cli *cli)
{
    if (cli->operand_count == 0) {
        return all(cli);
    }
    Paidan__MetricsWish wish = PAIDAN__METRICS_WISH__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_log_service(cli, cli->operands[0]);
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, cli->operands[0], &wish.base, &answer);
    }
    if (status == CLI_EXIT_OK) {
        fputs(answer->metrics->text, stdout);
    }
    return status;
}
