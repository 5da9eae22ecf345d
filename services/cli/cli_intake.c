/* cli_intake: what residents and their channels do after submitting: lookup, supplement, chase,
 * withdraw. A query code that is given is checked by intake; a channel that acts for a resident
 * gives none. */

#include <stdio.h>

#include "cli_commands.h"
#include "cli_effect.h"
#include "cli_json.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

/* Sends a wish about the ticket of the first operand and says what it led to. ticket: the wish's own
 * field, filled here; said: what is done, without what others make of it. */
static int ask_done(struct cli *cli, ProtobufCMessage *wish, uint64_t *ticket, const char *said)
{
    Paidan__Answer *answer = NULL;
    int status = cli_ticket(cli, cli->operands[0], ticket);
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, "intake", wish, &answer);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(*ticket));
    const struct cli_effect_of of = {.log = "intake", .seq = answer->done->seq};
    if (answer->done->has_seq) {
        json_object_set_new(object, "seq", json_integer((json_int_t)answer->done->seq));
    }
    return cli_effect_tell(cli, *ticket, &of, said, object);
}

/* What names the ticket: number and query code, or the channel's own id. 0 or a status. */
static int lookup_fill(const struct cli *cli, Paidan__Lookup *lookup)
{
    const bool by_number = cli->operand_count == 1 && cli_given(cli, CLI_CODE);
    const bool by_channel = cli_given(cli, CLI_CHANNEL) && cli_given(cli, CLI_EXTERNAL_ID);
    const unsigned given = cli->operand_count + cli_given(cli, CLI_CODE) +
                           cli_given(cli, CLI_CHANNEL) + cli_given(cli, CLI_EXTERNAL_ID);
    /* Half of one way and half of the other is a mistake that must not be guessed at. */
    if (given != 2 || !(by_number || by_channel)) {
        return cli_usage(cli, "需要：工单号 --code C，或 --channel C --external-id X",
                         "needs NUMBER --code C, or --channel C --external-id X", "lookup");
    }
    if (by_channel) {
        lookup->channel = cli_text(cli, CLI_CHANNEL);
        lookup->external_id = cli_text(cli, CLI_EXTERNAL_ID);
        return CLI_EXIT_OK;
    }
    lookup->has_ticket = 1;
    lookup->query_code = cli_text(cli, CLI_CODE);
    return cli_ticket(cli, cli->operands[0], &lookup->ticket);
}

int cli_intake_lookup(struct cli *cli)
{
    Paidan__Lookup lookup = PAIDAN__LOOKUP__INIT;
    int status = lookup_fill(cli, &lookup);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__Answer *answer = NULL;
    status = cli_ask(cli, "intake", &lookup.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    (void)cli_site(cli);
    const Paidan__LookedUp *found = answer->looked_up;
    if (cli->json) {
        return cli_json_print(cli, say_json_message(&cli->say, &found->base, true));
    }
    char number[NUMBER_BYTES], registered[SAY_TIME_BYTES], changed[SAY_TIME_BYTES];
    number_format(found->ticket, number);
    say_time_exact(&cli->say, found->registered_ms, registered);
    say_time_exact(&cli->say, found->changed_ms, changed);
    /* Withdrawn is a state and an outcome: said once. */
    const bool more = found->has_outcome && found->outcome != PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
    printf("%s  %s%s%s\n%s\n", number, say_words_state(&cli->say, found->state), more ? " · " : "",
           more ? say_words_outcome(&cli->say, found->outcome) : "", found->title);
    printf(cli_say(cli, "受理 %s，最近变化 %s，催单 %u 次，补充 %u 次\n",
                   "registered %s, last change %s, chases: %u, supplements: %u\n"),
           registered, changed, found->chases, found->supplements);
    if (found->has_merged_into) {
        number_format(found->merged_into, number);
        printf(cli_say(cli, "并入 %s 一并办理，以上是该件的进度\n",
                       "worked on together with %s, whose progress this is\n"),
               number);
    }
    if (found->split_of != NULL) {
        printf(cli_say(cli, "拆分自 %s\n", "split from %s\n"), found->split_of);
    }
    for (size_t index = 0; index < found->n_split_into; index++) {
        printf(
            cli_say(cli, "拆分出 %s（查询码相同）\n", "split off: %s (the same code opens it)\n"),
            found->split_into[index]);
    }
    return CLI_EXIT_OK;
}

int cli_intake_supplement(struct cli *cli)
{
    Paidan__Supplement wish = PAIDAN__SUPPLEMENT__INIT;
    wish.text = cli_text(cli, CLI_TEXT);
    wish.query_code = cli_text(cli, CLI_CODE);
    return ask_done(cli, &wish.base, &wish.ticket, cli_say(cli, "已补充", "added"));
}

int cli_intake_chase(struct cli *cli)
{
    Paidan__Chase wish = PAIDAN__CHASE__INIT;
    wish.note = cli_text(cli, CLI_NOTE);
    wish.query_code = cli_text(cli, CLI_CODE);
    return ask_done(cli, &wish.base, &wish.ticket, cli_say(cli, "已催单", "chased"));
}

int cli_intake_do_not_call(struct cli *cli)
{
    Paidan__DoNotCall wish = PAIDAN__DO_NOT_CALL__INIT;
    wish.note = cli_text(cli, CLI_NOTE);
    wish.query_code = cli_text(cli, CLI_CODE);
    wish.has_lift = wish.lift = cli_given(cli, CLI_CALL_AGAIN);
    return ask_done(cli, &wish.base, &wish.ticket,
                    wish.lift ? cli_say(cli, "可以再打电话了", "calls are welcome again")
                              : cli_say(cli, "已记下：以后不再打电话", "noted: no more calls"));
}

int cli_intake_withdraw(struct cli *cli)
{
    Paidan__Withdraw wish = PAIDAN__WITHDRAW__INIT;
    wish.note = cli_text(cli, CLI_NOTE);
    wish.query_code = cli_text(cli, CLI_CODE);
    return ask_done(cli, &wish.base, &wish.ticket,
                    cli_say(cli, "已撤回，不再办理和回访", "withdrawn: no more work, no callback"));
}
