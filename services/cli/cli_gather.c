/* cli_gather: one ticket from four services. Intake is asked first and must know it; what the
 * others do not know yet is left out, not refused, since facts travel. Escalation is asked last, so
 * that its clock is the one that remaining times are counted from. */

#include "cli_gather.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/say_plain.h"
#include "common/wire/wire.h"

/* Intake wants a reason whoever reads; that phones were read is recorded with it. */
static int ask_intake(struct cli *cli, bool phones, struct cli_ticket_view *view)
{
    static char showing[] = "show";
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    wish.n_tickets = 1;
    wish.tickets = &view->ticket;
    wish.reason = cli_given(cli, CLI_REASON) ? cli_text(cli, CLI_REASON) : showing;
    wish.has_phones = phones;
    wish.phones = phones;
    Paidan__Answer *answer = NULL;
    const int status = cli_ask(cli, "intake", &wish.base, &answer);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (answer->texts->n_texts != 1) {
        return cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, "intake");
    }
    /* An unknown ticket comes back without its text. */
    view->text = answer->texts->texts[0];
    return view->text->text == NULL
               ? cli_refuse(cli, PAIDAN__CODE__TICKET_UNKNOWN, cli->operands[0])
               : CLI_EXIT_OK;
}

/* A service that does not know the ticket is no fault: the ticket has not come there yet. */
static Paidan__Answer *ask_other(struct cli *cli, const char *service, ProtobufCMessage *wish,
                                 struct cli_ticket_view *view)
{
    Paidan__Answer *answer = NULL;
    const Paidan__Code code = cli_try(cli, service, wish, cli->timeout_ms, &answer);
    if (code == PAIDAN__CODE__OK) {
        return answer;
    }
    if (code != PAIDAN__CODE__TICKET_UNKNOWN && code != PAIDAN__CODE__TICKET_ARCHIVED &&
        code != PAIDAN__CODE__CALLBACK_NOT_OPEN) {
        view->missing = code;
    }
    return NULL;
}

/* Notes stand in facts, which come packed: cleaned for a terminal as answers are (cli_try). */
static void plain_fact(const struct cli *cli, ProtobufCMessage *message)
{
    if (!cli->json) {
        say_plain_message(message);
    }
}

/* Facts come as they lie in the log; one that this program cannot read is told, with what came
 * before it. */
static void unpack_history(struct cli *cli, struct cli_ticket_view *view)
{
    const Paidan__Shown *shown = view->shown;
    for (size_t index = 0; index < shown->n_history && index < CLI_HISTORY_MAX; index++) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        if (wire_unpack(&cli->arena, &paidan__event__descriptor, shown->history[index].data,
                        shown->history[index].len, &message, &error) != RC_OK) {
            view->missing = PAIDAN__CODE__FRAME_INVALID;
            return;
        }
        plain_fact(cli, message);
        view->history[view->history_count] = (Paidan__Event *)(void *)message;
        view->history_seqs[view->history_count++] =
            index < shown->n_history_seqs ? shown->history_seqs[index] : 0;
    }
}

/* The same of triage's and callback's facts; one that cannot be read is left out. */
static void take_told(struct cli *cli, struct cli_ticket_view *view, const char *service,
                      const ProtobufCBinaryData *records, size_t count, const uint64_t *seqs)
{
    for (size_t index = 0; index < count && index < CLI_HISTORY_MAX; index++) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        if (wire_unpack(&cli->arena, &paidan__event__descriptor, records[index].data,
                        records[index].len, &message, &error) == RC_OK) {
            plain_fact(cli, message);
            view->told[view->told_count++] = (struct cli_told){
                service, seqs[index], (const Paidan__Event *)(const void *)message};
        }
    }
}

/* 归档: it ended long ago, and escalation has it no more, or does not say so to whom it is not: archive's row
 * stands for it. Of what happened the log may still have some; archive's file has all (paidan export). */
static enum rc ask_archive(struct cli *cli, struct cli_ticket_view *view)
{
    Paidan__Search wish = PAIDAN__SEARCH__INIT;
    Paidan__Answer *answer = NULL;
    const Paidan__State state = view->text->has_state ? view->text->state : 0;
    if (view->shown != NULL || view->missing != PAIDAN__CODE__OK ||
        (state != PAIDAN__STATE__STATE_CLOSED && state != PAIDAN__STATE__STATE_WITHDRAWN)) {
        return RC_OK;
    }
    wish.n_tickets = 1;
    wish.tickets = &view->ticket;
    const Paidan__Code code = cli_try(cli, "archive", &wish.base, cli->timeout_ms, &answer);
    if (code != PAIDAN__CODE__OK || answer->searched->n_tickets != 1) {
        return RC_OK;
    }
    Paidan__Shown *const shown = arena_alloc(&cli->arena, sizeof *shown);
    if (shown == NULL) {
        return RC_LIMIT;
    }
    paidan__shown__init(shown);
    shown->brief = answer->searched->tickets[0];
    view->shown = shown;
    view->archived = true;
    return RC_OK;
}

int cli_gather(struct cli *cli, bool phones, struct cli_ticket_view *view)
{
    CHECK(cli->operand_count >= 1);
    memset(view, 0, sizeof *view);
    int status = cli_ticket(cli, cli->operands[0], &view->ticket);
    if (status == CLI_EXIT_OK) {
        status = ask_intake(cli, phones, view);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    (void)cli_site(cli);
    Paidan__TriageShow triage = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Show show = PAIDAN__SHOW__INIT;
    Paidan__CallbackShow callback = PAIDAN__CALLBACK_SHOW__INIT;
    triage.ticket = show.ticket = callback.ticket = view->ticket;
    show.has_history = show.history = 1;
    triage.has_history = triage.history = 1;
    callback.has_history = callback.history = 1;
    const Paidan__Answer *answer = ask_other(cli, "callback", &callback.base, view);
    view->callback = answer == NULL ? NULL : answer->callback_shown;
    if (view->callback != NULL && view->callback->n_history == view->callback->n_history_seqs) {
        take_told(cli, view, "callback", view->callback->history, view->callback->n_history,
                  view->callback->history_seqs);
    }
    answer = ask_other(cli, "triage", &triage.base, view);
    view->triage = answer == NULL ? NULL : answer->triage_shown;
    if (view->triage != NULL && view->triage->n_history == view->triage->n_history_seqs) {
        take_told(cli, view, "triage", view->triage->history, view->triage->n_history,
                  view->triage->history_seqs);
    }
    /* Last, so that remaining times are counted from escalation's clock. */
    answer = ask_other(cli, "escalation", &show.base, view);
    view->shown = answer == NULL ? NULL : answer->shown;
    if (view->shown != NULL) {
        unpack_history(cli, view);
    }
    return ask_archive(cli, view) == RC_OK ? CLI_EXIT_OK : cli_no_memory(cli);
}
