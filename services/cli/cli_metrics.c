/* cli_metrics: the metrics of one service as it tells them, or of all as one exposition. Prometheus
 * wants each family once, with its HELP and TYPE, and its samples together, so four pages cannot simply
 * follow one another: they are taken apart by family, and every sample gets the label that says whose it
 * is. A page of a service is read as common/base/metrics.h writes it: lines of a family follow its HELP.
 * What must stay true: one service that does not answer costs its own samples, never the page: that is
 * when somebody looks. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_log.h"
#include "common/base/check.h"

/* A stretch of a page: "# HELP name ...", "# TYPE name ...", samples. */
struct family {
    const char *name, *samples, *end; /* samples .. end: lines of samples */
    size_t name_bytes, head_bytes;    /* of the two lines before samples, from `head` on */
    const char *head;
};

static const char *line_end(const char *at)
{
    const char *end = strchr(at, '\n');
    return end == NULL ? at + strlen(at) : end + 1;
}

/* The family that begins at or after `at`; false: there is none. */
static bool family_next(const char *at, struct family *family)
{
    static const char help[] = "# HELP ", type[] = "# TYPE ";
    while (*at != '\0' && strncmp(at, help, sizeof help - 1) != 0) {
        at = line_end(at);
    }
    if (*at == '\0') {
        return false;
    }
    family->head = at;
    family->name = at + sizeof help - 1;
    family->name_bytes = strcspn(family->name, " \n");
    at = line_end(at);
    if (strncmp(at, type, sizeof type - 1) == 0) {
        at = line_end(at);
    }
    family->head_bytes = (size_t)(at - family->head);
    family->samples = at;
    while (*at != '\0' && strncmp(at, help, sizeof help - 1) != 0) {
        at = line_end(at);
    }
    family->end = at;
    CHECK(family->end >= family->samples);
    return true;
}

/* The family of that name on a page; false: it has none. */
static bool family_find(const char *page, const struct family *like, struct family *found)
{
    for (const char *at = page; at != NULL && family_next(at, found); at = found->end) {
        if (found->name_bytes == like->name_bytes &&
            memcmp(found->name, like->name, like->name_bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* `name 1` and `name{le="1"} 1`, each with service="..." as its first label. */
static void print_samples(const struct family *family, const char *service)
{
    for (const char *at = family->samples; at < family->end; at = line_end(at)) {
        const size_t bytes = (size_t)(line_end(at) - at), name = strcspn(at, "{ \n");
        if (name == 0 || name >= bytes || at[name] == '\n') {
            continue; /* no sample */
        }
        const bool labels = at[name] == '{';
        printf("%.*s{service=\"%s\"%s%.*s", (int)name, at, service, labels ? "," : "}",
               (int)(bytes - name - labels), at + name + labels);
    }
}

/* Each family where it comes first, with the samples of all pages. */
static void print_pages(const char *const pages[CLI_SERVICES])
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        struct family family, same;
        for (const char *at = pages[index]; at != NULL && family_next(at, &family);
             at = family.end) {
            bool before = false;
            for (size_t other = 0; other < index && !before; other++) {
                before = family_find(pages[other], &family, &same);
            }
            if (before) {
                continue;
            }
            printf("%.*s", (int)family.head_bytes, family.head);
            for (size_t other = index; other < CLI_SERVICES; other++) {
                if (family_find(pages[other], &family, &same)) {
                    print_samples(&same, cli_services[other]);
                }
            }
        }
    }
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
    print_pages(pages);
    return worst == PAIDAN__CODE__OK ? CLI_EXIT_OK : cli_refuse(cli, worst, silent);
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
