/* cli_submit: one complaint from the arguments; of a table cli_table reads many.
 *
 * A complaint is checked here by the rules that hold for a row of a table, so that both are judged
 * alike. Where a person stands before the terminal, a time with two readings is asked about; a phone
 * that is not understood costs nobody the complaint, but is told. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_effect.h"
#include "cli_json.h"
#include "cli_row.h"
#include "cli_table.h"
#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_moment.h"
#include "common/say/say_time.h"
#include "common/text/text.h"

enum { ATTACHED_NAME_BYTES_MAX = 128 /* Attachment.name */ };
#define TEXT_READ_BYTES_MAX (64u << 20) /* more on standard input is no complaint */

/* Options of a single complaint make no sense beside a table: refused rather than ignored. */
static int submit_table(struct cli *cli, const char *path)
{
    static const enum cli_option alone[] = {
        CLI_TEXT, CLI_PLACE,   CLI_EXTERNAL_ID, CLI_PHONE,      CLI_REPORTER,     CLI_TITLE,
        CLI_TIME, CLI_ON_SPOT, CLI_DONE_NOTE,   CLI_ATTACHMENT, CLI_CONFIDENTIAL, CLI_ANEW};
    for (size_t index = 0; index < sizeof alone / sizeof alone[0]; index++) {
        if (cli_given(cli, alone[index])) {
            return cli_usage(cli, "与 --from 不能同时使用", "cannot be used with --from",
                             cli_options[alone[index]].name);
        }
    }
    return cli_table_submit(cli, path);
}

/* ---- one complaint ----------------------------------------------------------------------------
 */

/* The text given, or with "-" all of standard input. Heap. */
static char *read_text(const char *text)
{
    if (strcmp(text, "-") != 0) {
        return strdup(text);
    }
    char *all = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&all, &size);
    char part[65536];
    for (size_t got; memory != NULL && (got = fread(part, 1, sizeof part, stdin)) > 0;) {
        if (size > TEXT_READ_BYTES_MAX || fwrite(part, 1, got, memory) != got) {
            break;
        }
    }
    if (memory != NULL && fclose(memory) != 0) {
        free(all);
        return NULL;
    }
    for (; size > 0 && (all[size - 1] == '\n' || all[size - 1] == '\r'); size--) {
        all[size - 1] = '\0';
    }
    return all;
}

/* Before all else: the caller is still there. */
static void tell_calls(struct cli *cli, const struct cli_row *row, json_t *object)
{
    json_t *list = json_array();
    for (uint32_t index = 0; index < row->call_count; index++) {
        json_array_append_new(list, json_string(row->calls[index]));
    }
    if (row->call_count > 0 && !cli->json) {
        printf("%s%s", cli_colour_on(cli->colour, SAY_BAD),
               cli_say(cli, "险情：请马上拨打 ", "Danger: call at once "));
        for (uint32_t index = 0; index < row->call_count; index++) {
            printf("%s%s", index == 0 ? "" : cli_say(cli, "、", ", "), row->calls[index]);
        }
        printf("%s\n", cli_colour_off(cli->colour, SAY_BAD));
    }
    if (row->call_count > 0) {
        json_object_set(object, "call", list);
    }
    json_decref(list);
}

/* Nothing new was said: the ticket that is open already, and how it stands. */
static int tell_repeat(struct cli *cli, const struct cli_row *row, const char *number,
                       json_t *object)
{
    json_object_set_new(object, "result", json_string("repeats"));
    json_object_set_new(object, "state",
                        json_string(say_words_token(&paidan__state__descriptor, (int)row->state,
                                                    (char[SAY_WORDS_TOKEN_BYTES]){""})));
    if (cli->json) {
        return cli_json_print(cli, object);
    }
    json_decref(object);
    printf(cli_say(
               cli, "同一件事已在办：工单号 %s（%s），已催办。确是另一件事，请加 --anew\n",
               "The same is open already: number %s (%s), chased. For another matter add --anew\n"),
           number, say_words_state(&cli->say, row->state));
    return CLI_EXIT_OK;
}

/* With the unit and its deadline, or why it waits at the desk, as soon as triage has looked at it:
 * the resident is still on the phone. */
static int tell_one(struct cli *cli, const struct cli_row *row)
{
    if (row->code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, row->code, row->detail);
    }
    char number[NUMBER_BYTES], text[CLI_EFFECT_BYTES];
    number_format(row->number, number);
    json_t *object = json_object();
    json_object_set_new(object, "number", json_string(number));
    tell_calls(cli, row, object);
    if (row->repeats) {
        return tell_repeat(cli, row, number, object);
    }
    json_object_set_new(object, "query_code", json_string(row->query_code));
    json_object_set_new(object, "result", json_string(row->duplicate ? "duplicate" : "accepted"));
    if (!cli->json) {
        printf(cli_say(cli, "工单号 %s  查询码 %s%s\n", "number %s  query code %s%s\n"), number,
               row->query_code,
               row->duplicate ? cli_say(cli, "  （此前已受理）", "  (was here before)") : "");
        /* What is stored is told at once, whatever becomes of the rest. */
        fflush(stdout);
    }
    cli_effect_new(cli, row->number, object, text);
    if (cli->json) {
        return cli_json_print(cli, object);
    }
    json_decref(object);
    printf("%s\n", text[0] != '\0' ? text
                                   : cli_say(cli, "还没有分拨完，稍后看 paidan show",
                                             "not dispatched yet; see paidan show later"));
    return CLI_EXIT_OK;
}

/* Attachments of the arguments, NAME=URL each. The names are copied into `names`. */
struct attached {
    Paidan__Attachment items[ATTACHMENTS_MAX], *list[ATTACHMENTS_MAX];
    char names[ATTACHMENTS_MAX][ATTACHED_NAME_BYTES_MAX + 1];
};

static int read_attachments(struct cli *cli, struct attached *attached, Paidan__NewTicket *ticket)
{
    if (cli->repeated_count > ATTACHMENTS_MAX) {
        return cli_usage(cli, "选项给得太多", "option given too often", "attachment");
    }
    for (unsigned index = 0; index < cli->repeated_count; index++) {
        const char *text = cli->repeated[index], *equals = strchr(text, '=');
        const size_t bytes = equals == NULL ? 0 : (size_t)(equals - text);
        if (bytes == 0 || bytes > ATTACHED_NAME_BYTES_MAX || equals[1] == '\0') {
            return cli_usage(cli, "附件应写作 名称=网址", "an attachment is written NAME=URL",
                             text);
        }
        paidan__attachment__init(&attached->items[index]);
        (void)snprintf(attached->names[index], sizeof attached->names[index], "%.*s", (int)bytes,
                       text);
        attached->items[index].name = attached->names[index];
        attached->items[index].url = (char *)(uintptr_t)(equals + 1);
        attached->list[index] = &attached->items[index];
    }
    ticket->n_attachments = cli->repeated_count;
    ticket->attachments = attached->list;
    return CLI_EXIT_OK;
}

/* 现场办: who solved it and what was done belong together. */
static int read_spot(struct cli *cli, Paidan__NewTicket *ticket)
{
    ticket->spot_unit = cli_text(cli, CLI_ON_SPOT);
    ticket->spot_note = cli_text(cli, CLI_DONE_NOTE);
    return (ticket->spot_unit == NULL) == (ticket->spot_note == NULL)
               ? CLI_EXIT_OK
               : cli_usage(cli, "--on-spot 与 --done-note 须同时写明",
                           "--on-spot and --done-note belong together", NULL);
}

/* As a table's cell, or as every other time on the command line: 2h is two hours ago. */
static int take_time(struct cli *cli, Paidan__NewTicket *ticket)
{
    if (!cli_given(cli, CLI_TIME)) {
        return CLI_EXIT_OK;
    }
    const char *text = cli_value(cli, CLI_TIME);
    const enum say_moment read =
        say_moment_read(&cli->say, text, say_moment_order(text), &ticket->occurred_ms);
    ticket->has_occurred_ms = 1;
    if (read == SAY_MOMENT_AMBIGUOUS) {
        return cli_usage(cli, "日期分不清月和日，请写作 2026-03-02",
                         "day or month first? Write 2026-03-02", text);
    }
    return read == SAY_MOMENT_READ ? CLI_EXIT_OK
                                   : cli_moment(cli, CLI_TIME, false, &ticket->occurred_ms);
}

/* Before the number is told: whoever typed it may still have it at hand. */
static void take_phone(const struct cli *cli, Paidan__NewTicket *ticket,
                       char phone[PHONE_BYTES_MAX + 1])
{
    if (text_blank(ticket->phone)) {
        ticket->phone = NULL;
        return;
    }
    const enum text_phone read = text_phone_read(ticket->phone, phone);
    if (read != TEXT_PHONE_WHOLE) {
        cli_note(cli,
                 read == TEXT_PHONE_PART ? "电话只识别了一部分，其余未保留"
                                         : "电话无法识别，按没有电话受理",
                 read == TEXT_PHONE_PART ? "only a part of the phone is understood and kept"
                                         : "the phone is not understood and left out");
    }
    ticket->phone = read == TEXT_PHONE_NONE ? NULL : phone;
}

/* The same way as a row of a table, so that both are judged alike. */
static int submit_one(struct cli *cli)
{
    struct attached attached;
    (void)cli_site(cli);
    struct cli_row row = {.line = 1}, *rows[1] = {&row};
    paidan__new_ticket__init(&row.ticket);
    row.ticket.channel = cli_text(cli, CLI_CHANNEL);
    row.ticket.external_id = cli_text(cli, CLI_EXTERNAL_ID);
    row.ticket.place = cli_text(cli, CLI_PLACE);
    row.ticket.phone = cli_text(cli, CLI_PHONE);
    char phone[PHONE_BYTES_MAX + 1];
    take_phone(cli, &row.ticket, phone);
    row.ticket.reporter = cli_text(cli, CLI_REPORTER);
    row.ticket.title = cli_text(cli, CLI_TITLE);
    row.ticket.category_hint = cli_text(cli, CLI_CATEGORY_HINT);
    row.ticket.area_hint = cli_text(cli, CLI_AREA_HINT);
    row.ticket.has_anew = row.ticket.anew = cli_given(cli, CLI_ANEW);
    row.ticket.has_confidential = row.ticket.confidential = cli_given(cli, CLI_CONFIDENTIAL);
    int status = take_time(cli, &row.ticket);
    if (status == CLI_EXIT_OK) {
        status = read_attachments(cli, &attached, &row.ticket);
    }
    if (status == CLI_EXIT_OK) {
        status = read_spot(cli, &row.ticket);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    row.ticket.text = read_text(cli_value(cli, CLI_TEXT));
    if (row.ticket.text == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    cli_row_check(&row);
    status = row.code == PAIDAN__CODE__OK ? cli_row_send(cli, rows, 1) : CLI_EXIT_OK;
    if (status == CLI_EXIT_OK) {
        status = tell_one(cli, &row);
    }
    free(row.ticket.text);
    return status;
}

int cli_submit(struct cli *cli)
{
    if (cli_given(cli, CLI_FROM)) {
        return submit_table(cli, cli_value(cli, CLI_FROM));
    }
    if (!cli_given(cli, CLI_TEXT)) {
        return cli_usage(cli, "需要 --text 或 --from", "--text or --from is needed", NULL);
    }
    return submit_one(cli);
}
