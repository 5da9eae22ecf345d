/* cli_merge: tickets about the same event. One command for the dispatcher, wherever the ticket is: at the desk
 * triage merges it; from a unit escalation takes it back first, and triage follows. */

#include "cli_merge.h"

#include <string.h>

#include "cli_commands.h"
#include "cli_effect.h"
#include "cli_json.h"
#include "common/say/number.h"
#include "common/say/say_json.h"

static json_t *object_of(uint64_t ticket, uint64_t into)
{
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(ticket));
    if (into != 0) {
        json_object_set_new(object, "into", say_json_number(into));
    }
    return object;
}

/* Escalation's own word follows triage's, or is the one that was asked for. */
static int tell(struct cli *cli, uint64_t ticket, uint64_t into, uint64_t triage_seq,
                const char *said)
{
    unsigned char request_id[REQUEST_ID_BYTES]; /* the next question has another */
    memcpy(request_id, cli->request_id, sizeof request_id);
    struct cli_effect_of of = {.request_id = request_id};
    if (triage_seq != 0) {
        of = (struct cli_effect_of){.log = "triage", .seq = triage_seq};
    }
    return cli_effect_tell(cli, ticket, &of, said, object_of(ticket, into));
}

/* A unit has it. */
static int take_from_unit(struct cli *cli, const Paidan__Merge *merge)
{
    Paidan__Recall wish = PAIDAN__RECALL__INIT;
    Paidan__Answer *answer = NULL;
    wish.ticket = merge->ticket;
    wish.note = merge->note;
    wish.has_merge_into = 1;
    wish.merge_into = merge->into;
    const Paidan__Code code = cli_try(cli, "escalation", &wish.base, cli->timeout_ms, &answer);
    /* Triage, which was asked first, knows it: it waits at the desk for its first dispatch. */
    if (code == PAIDAN__CODE__TICKET_UNKNOWN && answer != NULL && answer->detail != NULL &&
        strcmp(answer->detail, "into") == 0) {
        return cli_refuse(cli, PAIDAN__CODE__STATE_FORBIDS, "desk_new");
    }
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, answer == NULL ? "escalation" : answer->detail);
    }
    return tell(cli, merge->ticket, merge->into, 0,
                cli_say(cli, "已从单位取出，随即并入", "taken from its unit, to be merged"));
}

int cli_merge_send(struct cli *cli, Paidan__Merge *wish)
{
    Paidan__Answer *answer = NULL;
    const Paidan__Code code = cli_try(cli, "triage", &wish->base, cli->timeout_ms, &answer);
    const bool routed = code == PAIDAN__CODE__STATE_FORBIDS && answer != NULL &&
                        answer->detail != NULL && strcmp(answer->detail, "routed") == 0;
    if (routed) {
        return take_from_unit(cli, wish);
    }
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, answer == NULL ? "triage" : answer->detail);
    }
    char said[128], number[NUMBER_BYTES];
    number_format(wish->into, number);
    (void)snprintf(said, sizeof said, cli_say(cli, "已并入 %s", "merged into %s"), number);
    return tell(cli, wish->ticket, wish->into, answer->done->seq, said);
}

int cli_merge_undo(struct cli *cli, Paidan__Unmerge *wish)
{
    Paidan__Answer *answer = NULL;
    const Paidan__Code code = cli_try(cli, "triage", &wish->base, cli->timeout_ms, &answer);
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, answer == NULL ? "triage" : answer->detail);
    }
    return tell(cli, wish->ticket, 0, answer->done->seq, cli_say(cli, "已解除并单", "unmerged"));
}

int cli_merge(struct cli *cli)
{
    Paidan__Merge wish = PAIDAN__MERGE__INIT;
    int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    if (status == CLI_EXIT_OK) {
        status = cli_ticket(cli, cli_text(cli, CLI_INTO), &wish.into);
    }
    if (status == CLI_EXIT_OK) {
        wish.note = cli_text(cli, CLI_NOTE);
        status = cli_connect(cli);
    }
    return status == CLI_EXIT_OK ? cli_merge_send(cli, &wish) : status;
}

int cli_unmerge(struct cli *cli)
{
    Paidan__Unmerge wish = PAIDAN__UNMERGE__INIT;
    int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    if (status == CLI_EXIT_OK) {
        wish.note = cli_text(cli, CLI_NOTE);
        status = cli_connect(cli);
    }
    return status == CLI_EXIT_OK ? cli_merge_undo(cli, &wish) : status;
}
