/* cli_results: what became of each ticket of a request. Several are judged one by one: what was
 * done stands on standard output, each refusal on standard error, and the first refusal decides the
 * exit status, so that a script sees that not all was done. */

#include "cli_results.h"

#include <stdio.h>

#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_words.h"

int cli_results(struct cli *cli, Paidan__WorkResult *const *results, size_t count)
{
    CHECK(count == 0 || results != NULL);
    int status = CLI_EXIT_OK;
    json_t *list = json_array();
    for (size_t index = 0; index < count; index++) {
        const Paidan__WorkResult *result = results[index];
        char number[NUMBER_BYTES];
        number_format(result->ticket, number);
        if (result->code != PAIDAN__CODE__OK) {
            char detail[DETAIL_BYTES_MAX + 64];
            (void)snprintf(detail, sizeof detail, "%s%s%s", number,
                           result->detail == NULL ? "" : ": ",
                           result->detail == NULL ? "" : result->detail);
            const int refused = cli_refuse(cli, result->code, detail);
            status = status == CLI_EXIT_OK ? refused : status;
        } else if (!cli->json) {
            printf("%s  %s\n", number,
                   result->has_state ? say_words_state(&cli->say, result->state) : "ok");
        }
        json_array_append_new(list, say_json_message(&cli->say, &result->base, true));
    }
    if (!cli->json) {
        json_decref(list);
        return status;
    }
    json_t *object = json_object();
    json_object_set_new(object, "results", list);
    const int printed = cli_json_print(cli, object);
    return status == CLI_EXIT_OK ? printed : status;
}
