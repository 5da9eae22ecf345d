/* cli_row: complaints on their way to intake. A request is refused as a whole when one of its rows
 * breaks a limit of the wire, so rows are looked at before, and a request that is refused
 * nevertheless is cut in halves until the row to blame stands alone. What must stay true: every row
 * ends up accepted or refused, exactly once, and a good row never suffers for a bad one. */

#include "cli_row.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* ---- one row ----------------------------------------------------------------------------------
 */

void cli_row_refuse(struct cli_row *row, Paidan__Code code, const char *detail)
{
    CHECK(code != PAIDAN__CODE__OK);
    row->code = code;
    (void)snprintf(row->detail, sizeof row->detail, "%s", detail);
}

/* What the validator would refuse a whole request for. */
void cli_row_check(struct cli_row *row)
{
    const Paidan__NewTicket *ticket = &row->ticket;
    const struct {
        const char *name, *text;
        size_t bytes_max;
    } fields[] = {{"text", ticket->text, TEXT_BYTES_MAX},
                  {"external_id", ticket->external_id, EXTERNAL_ID_BYTES_MAX},
                  {"place", ticket->place, PLACE_BYTES_MAX},
                  {"phone", ticket->phone, NOTE_BYTES_MAX},
                  {"reporter", ticket->reporter, REPORTER_BYTES_MAX},
                  {"title", ticket->title, GIVEN_TITLE_BYTES_MAX},
                  {"spot_note", ticket->spot_note, NOTE_BYTES_MAX}};
    if (text_blank(ticket->text)) {
        cli_row_refuse(row, PAIDAN__CODE__TEXT_EMPTY, "text");
        return;
    }
    for (size_t index = 0; index < sizeof fields / sizeof fields[0]; index++) {
        const size_t bytes = fields[index].text == NULL ? 0 : strlen(fields[index].text);
        size_t at = 0;
        char detail[64];
        if (bytes > fields[index].bytes_max) {
            (void)snprintf(detail, sizeof detail, "%s: %zu > %zu", fields[index].name, bytes,
                           fields[index].bytes_max);
            cli_row_refuse(row,
                           index == 0 ? PAIDAN__CODE__TEXT_TOO_LONG : PAIDAN__CODE__FIELD_TOO_LONG,
                           detail);
            return;
        }
        if (bytes > 0 && !text_valid(fields[index].text, bytes, &at)) {
            (void)snprintf(detail, sizeof detail, "%s: %zu", fields[index].name, at);
            cli_row_refuse(row, PAIDAN__CODE__TEXT_NOT_UTF8, detail);
            return;
        }
    }
}

/* ---- asking -----------------------------------------------------------------------------------
 */

static void take_calls(struct cli_row *row, const Paidan__SubmitResult *result)
{
    row->call_count = 0;
    for (size_t index = 0; index < result->n_call && row->call_count < CALLS_NAMED_MAX; index++) {
        (void)snprintf(row->calls[row->call_count], sizeof row->calls[0], "%s",
                       result->call[index]);
        row->call_count++;
    }
}

/* One result for each row, in order; a missing one is a refusal, never silence. */
static void take_results(struct cli_row *const *rows, size_t count,
                         const Paidan__Submitted *submitted)
{
    for (size_t index = 0; index < count; index++) {
        struct cli_row *row = rows[index];
        if (submitted == NULL || index >= submitted->n_results) {
            cli_row_refuse(row, PAIDAN__CODE__FRAME_INVALID, "results");
            continue;
        }
        const Paidan__SubmitResult *result = submitted->results[index];
        if (result->code != PAIDAN__CODE__OK) {
            cli_row_refuse(row, result->code, result->detail == NULL ? "" : result->detail);
            continue;
        }
        row->number = result->ticket;
        row->duplicate = result->has_duplicate && result->duplicate;
        row->repeats = result->has_repeats && result->repeats;
        row->state = result->has_state ? result->state : PAIDAN__STATE__STATE_NONE;
        take_calls(row, result);
        (void)snprintf(row->query_code, sizeof row->query_code, "%s",
                       result->query_code == NULL ? "" : result->query_code);
    }
}

/* Codes about the message as a whole: one of its rows may be the reason. */
static bool about_message(Paidan__Code code)
{
    return code >= PAIDAN__CODE__FRAME_INVALID && code <= PAIDAN__CODE__ENUM_UNKNOWN;
}

int cli_row_send(struct cli *cli, struct cli_row *const *rows, size_t count)
{
    CHECK(count <= CLI_ROWS_MAX);
    int status = cli_connect(cli);
    if (status != CLI_EXIT_OK || count == 0) {
        return status;
    }
    Paidan__NewTicket *tickets[CLI_ROWS_MAX];
    for (size_t index = 0; index < count; index++) {
        tickets[index] = &rows[index]->ticket;
    }
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    submit.n_tickets = count;
    submit.tickets = tickets;
    Paidan__Answer *answer = NULL;
    const Paidan__Code code = cli_try(cli, "intake", &submit.base, cli->timeout_ms, &answer);
    if (code == PAIDAN__CODE__OK) {
        take_results(rows, count, answer->submitted);
    } else if (about_message(code) && count == 1) {
        cli_row_refuse(rows[0], code,
                       answer == NULL || answer->detail == NULL ? "" : answer->detail);
    } else if (about_message(code)) {
        /* Which row is to blame is not told: halves are tried, about ten rounds for 1,000 rows. */
        arena_reset(&cli->arena);
        status = cli_row_send(cli, rows, count / 2);
        if (status == CLI_EXIT_OK) {
            status = cli_row_send(cli, rows + count / 2, count - count / 2);
        }
    } else {
        status = cli_refuse(cli, code, answer == NULL ? "intake" : answer->detail);
    }
    arena_reset(&cli->arena);
    return status;
}
