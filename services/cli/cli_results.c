/* cli_results: what became of each ticket of a request. Several are judged one by one: what was
 * done stands on standard output, each refusal on standard error, and the first refusal decides the
 * exit status, so that a script sees that not all was done. */

#include "cli_results.h"

#include <stdio.h>

#include "cli_effect.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_deed.h"
#include "common/say/say_detail.h"
#include "common/say/say_json.h"
#include "common/say/say_words.h"

/* More tickets than a person reads one by one: told in a line each, without asking what became of
 * each, since a script that accepts a thousand must not wait for a thousand questions. */
enum { TOLD_ONE_BY_ONE_MAX = 20 };

/* The newest answer to the ticket in callback's log: what escalation names as its cause. */
static uint64_t answered_seq(struct cli *cli, uint64_t ticket)
{
    Paidan__CallbackShow wish = PAIDAN__CALLBACK_SHOW__INIT;
    Paidan__Answer *answer = NULL;
    wish.ticket = ticket;
    wish.has_history = wish.history = 1;
    if (cli_try(cli, "callback", &wish.base, cli->timeout_ms, &answer) != PAIDAN__CODE__OK ||
        answer->callback_shown->n_history_seqs == 0) {
        return 0;
    }
    return answer->callback_shown->history_seqs[answer->callback_shown->n_history_seqs - 1];
}

/* What the change of this ticket led to; nothing if escalation cannot be asked: it is done. An answer
 * to callback has to travel there: until it has, escalation shows the ticket as it was. */
static void find_effect(struct cli *cli, uint64_t ticket, const unsigned char *request_id,
                        uint64_t end_us, struct cli_effect *effect)
{
    struct cli_effect_of of = {.request_id = request_id};
    if (request_id != NULL) {
        (void)cli_effect_find(cli, ticket, &of, effect);
        return;
    }
    of.log = "callback";
    of.seq = answered_seq(cli, ticket);
    (void)cli_effect_wait(cli, ticket, &of, end_us, effect);
}

/* Who was faster, or that the ticket has not left the desk: escalation does not know it yet, and
 * "no such ticket" would send a clerk looking for a wrong number. False: the code's own sentence
 * says all. */
static bool sentences(struct cli *cli, const Paidan__WorkResult *result, char zh[SAY_DEED_BYTES],
                      char en[SAY_DEED_BYTES])
{
    char desk[CLI_EFFECT_BYTES];
    struct say say = *cli_speak(cli);
    if (result->code == PAIDAN__CODE__TICKET_UNKNOWN &&
        cli_effect_at_desk(cli, result->ticket, NULL, desk)) {
        (void)snprintf(zh, SAY_DEED_BYTES, "工单还在分拨台，没有派给任何单位。");
        (void)snprintf(en, SAY_DEED_BYTES,
                       "The ticket is still at the dispatcher's desk; no unit has it.");
        return true;
    }
    say.language = SAY_ENGLISH;
    const bool deed = say_deed(&say, result, cli->now_ms, en);
    say.language = SAY_CHINESE;
    (void)say_deed(&say, result, cli->now_ms, zh);
    return deed;
}

static int refuse(struct cli *cli, const Paidan__WorkResult *result, const char *number)
{
    char zh[SAY_DEED_BYTES], en[SAY_DEED_BYTES], detail[DETAIL_BYTES_MAX + SAY_DETAIL_BYTES];
    if (sentences(cli, result, zh, en)) {
        return cli_refuse_as(cli, result->code, zh, en, number);
    }
    if (result->detail == NULL) {
        return cli_refuse(cli, result->code, number);
    }
    char said[SAY_DETAIL_BYTES];
    say_detail(&cli->say, SAY_BY_OPTION, result->detail, said);
    (void)snprintf(detail, sizeof detail, "%s%s%s", number, cli_say(cli, "：", ": "), said);
    return cli_refuse(cli, result->code, detail);
}

/* "20261122-0001-7  办理中  安居物业 签收；办理时限剩 3小时12分 (14:00)" */
static void tell(struct cli *cli, const Paidan__WorkResult *result, const char *number,
                 const struct cli_effect *effect)
{
    char words[CLI_EFFECT_BYTES];
    /* Of an answer to callback the state is in the effect: the callback knows none. */
    if (effect->shown == NULL && !result->has_state) {
        printf("%s  %s%s\n", number, cli_say(cli, "已登记，", "recorded; "),
               cli_effect_late(cli, NULL));
        return;
    }
    const Paidan__State state = effect->shown != NULL ? effect->shown->brief->state : result->state;
    cli_effect_words(cli_speak(cli), effect, cli->now_ms, words);
    printf("%s  %s%s%s\n", number, say_words_state(&cli->say, state), words[0] == '\0' ? "" : "  ",
           words);
}

/* A refusal with its sentences, a success with its effect. */
static json_t *result_json(struct cli *cli, const Paidan__WorkResult *result,
                           const struct cli_effect *effect, bool asked)
{
    json_t *object = say_json_message(cli_speak(cli), &result->base, true);
    char zh[SAY_DEED_BYTES], en[SAY_DEED_BYTES];
    if (result->unit != NULL) {
        json_object_set_new(object, "unit_name", json_string(say_unit(&cli->say, result->unit)));
    }
    if (result->code == PAIDAN__CODE__OK) {
        if (effect->shown != NULL) {
            cli_effect_set(cli, object, effect);
        } else if (asked && !result->has_state) {
            (void)cli_effect_late(cli, object);
        }
        return object;
    }
    const bool better = sentences(cli, result, zh, en);
    json_object_set_new(object, "zh", json_string(better ? zh : code_sentence_zh(result->code)));
    json_object_set_new(object, "en", json_string(better ? en : code_sentence_en(result->code)));
    return object;
}

int cli_results(struct cli *cli, Paidan__WorkResult *const *results, size_t count,
                const unsigned char *request_id)
{
    CHECK(count == 0 || results != NULL);
    int status = CLI_EXIT_OK;
    size_t done = 0;
    const uint64_t end_us = cli_effect_patience(cli);
    const bool one_by_one = count <= TOLD_ONE_BY_ONE_MAX;
    json_t *list = json_array();
    for (size_t index = 0; index < count; index++) {
        const Paidan__WorkResult *result = results[index];
        const bool refused = result->code != PAIDAN__CODE__OK;
        struct cli_effect effect = {.shown = NULL};
        char number[NUMBER_BYTES];
        number_format(result->ticket, number);
        if (!refused && one_by_one) {
            find_effect(cli, result->ticket, request_id, end_us, &effect);
        }
        if (refused) {
            const int refusal = refuse(cli, result, number);
            status = status == CLI_EXIT_OK ? refusal : status;
        } else if (!cli->json) {
            tell(cli, result, number, &effect);
        }
        done += refused ? 0 : 1;
        json_array_append_new(list, result_json(cli, result, &effect, one_by_one));
    }
    if (!cli->json) {
        json_decref(list);
        if (!one_by_one) {
            printf(cli_say(cli, "共 %zu 件，办成 %zu 件，被拒 %zu 件\n",
                           "%zu tickets: %zu done, %zu refused\n"),
                   count, done, count - done);
        }
        return status;
    }
    json_t *object = json_object();
    json_object_set_new(object, "results", list);
    const int printed = cli_json_print(cli, object);
    return status == CLI_EXIT_OK ? printed : status;
}
