/* cli_split: several tickets out of one text with several matters 拆分. The dispatcher writes each
 * part as TEXT or TEXT=category: what stands behind the last = is the category only where the site has
 * one of that code or name, so that a text which holds a = is still a text. Owns nothing. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_effect.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/say_json.h"
#include "common/site/site.h"

struct parts {
    Paidan__SplitPart items[SPLIT_PARTS_MAX], *list[SPLIT_PARTS_MAX];
    char *texts[SPLIT_PARTS_MAX]; /* heap */
};

/* The code that the site has for a code or a name; NULL: it has none. */
static const char *category_of(const struct site *site, const char *word)
{
    for (uint32_t index = 0; site != NULL && index < site->category_count; index++) {
        const struct site_category *category = &site->categories[index];
        if (strcmp(category->code, word) == 0 || strcmp(category->name, word) == 0) {
            return category->code;
        }
    }
    return NULL;
}

static int read_parts(struct cli *cli, struct parts *parts, Paidan__Split *wish)
{
    const struct site *site = cli_site(cli);
    if (cli->repeated_count == 0) {
        return cli_usage(cli, "拆成哪几部分：--part 内容=类别，可写多次",
                         "what are the parts: --part TEXT=category, once for each", "part");
    }
    if (cli->repeated_count > SPLIT_PARTS_MAX) {
        return cli_usage(cli, "一次最多拆出 4 部分", "at most 4 parts at once", "part");
    }
    for (unsigned index = 0; index < cli->repeated_count; index++) {
        Paidan__SplitPart *part = &parts->items[index];
        paidan__split_part__init(part);
        parts->texts[index] = strdup(cli->repeated[index]);
        if (parts->texts[index] == NULL) {
            return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
        }
        char *equals = strrchr(parts->texts[index], '=');
        const char *category = equals == NULL ? NULL : category_of(site, equals + 1);
        if (category != NULL) {
            *equals = '\0';
            part->category = (char *)(uintptr_t)category;
        }
        part->text = parts->texts[index];
        parts->list[index] = part;
    }
    wish->parts = parts->list;
    wish->n_parts = cli->repeated_count;
    return CLI_EXIT_OK;
}

static int tell(struct cli *cli, uint64_t ticket, const Paidan__Submitted *submitted)
{
    json_t *object = json_object(), *list = json_array();
    json_object_set_new(object, "number", say_json_number(ticket));
    for (size_t index = 0; index < submitted->n_results; index++) {
        const Paidan__SubmitResult *result = submitted->results[index];
        if (cli->json) {
            json_array_append_new(list, say_json_number(result->ticket));
        } else {
            printf(cli_say(cli, "拆分出 %s\n", "split off: %s\n"), result->number);
        }
    }
    json_object_set_new(object, "split_into", list);
    if (cli->json) {
        return cli_json_print(cli, object);
    }
    json_decref(object);
    return CLI_EXIT_OK;
}

int cli_split(struct cli *cli)
{
    Paidan__Split wish = PAIDAN__SPLIT__INIT;
    Paidan__Answer *answer = NULL;
    struct parts parts = {.texts = {NULL}};
    int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    if (status == CLI_EXIT_OK) {
        status = cli_connect(cli);
    }
    if (status == CLI_EXIT_OK) {
        status = read_parts(cli, &parts, &wish);
    }
    if (status == CLI_EXIT_OK) {
        wish.note = cli_text(cli, CLI_NOTE);
        status = cli_ask(cli, "intake", &wish.base, &answer);
    }
    if (status == CLI_EXIT_OK) {
        status = tell(cli, wish.ticket, answer->submitted);
    }
    for (size_t index = 0; index < SPLIT_PARTS_MAX; index++) {
        free(parts.texts[index]);
    }
    return status;
}
