/* cli_join: the desk's rows among the tickets of the units. How both are joined is say_desk's affair;
 * here are the questions to triage. What must stay true: whoever may not see the desk gets the list
 * without it, and any other refusal is told: a list that silently lacks the desk would be believed. */

#include "cli_join.h"

static const Paidan__DeskListed empty = PAIDAN__DESK_LISTED__INIT;

int cli_join_desk(struct cli *cli, Paidan__DeskList *wish, const Paidan__DeskListed **desk)
{
    *desk = &empty;
    if (cli_given(cli, CLI_UNIT)) {
        return CLI_EXIT_OK; /* no unit has what lies at the desk */
    }
    wish->area = cli_text(cli, CLI_AREA);
    Paidan__Answer *answer = NULL;
    const int status = cli_connect(cli);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__Code code = cli_try(cli, "triage", &wish->base, cli->timeout_ms, &answer);
    if (code == PAIDAN__CODE__OK) {
        *desk = answer->desk_listed;
    }
    return code == PAIDAN__CODE__OK || code == PAIDAN__CODE__FORBIDDEN
               ? CLI_EXIT_OK
               : cli_refuse_asked(cli, "triage", code, answer);
}

int cli_join_desk_quiet(struct cli *cli, Paidan__DeskList *wish, uint32_t wait_ms,
                        const Paidan__DeskListed **desk)
{
    *desk = &empty;
    if (cli_given(cli, CLI_UNIT)) {
        return CLI_EXIT_OK;
    }
    wish->area = cli_text(cli, CLI_AREA);
    Paidan__Answer *answer = NULL;
    const Paidan__Code code = cli_try(cli, "triage", &wish->base, wait_ms, &answer);
    if (code == PAIDAN__CODE__OK) {
        *desk = answer->desk_listed;
    }
    return code == PAIDAN__CODE__OK || code == PAIDAN__CODE__FORBIDDEN ? CLI_EXIT_OK
                                                                       : CLI_EXIT_DIFFERENT;
}
