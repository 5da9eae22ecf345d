/* cli_words: what residents said, for whoever works on the ticket. Texts stay in intake; a listing of
 * another service is joined with them here, and nobody else keeps a copy. Phones and names are masked
 * on this way, so that nothing need be recorded; who wants them whole, or wants the log itself with
 * its texts, says why, and intake records it before anything is shown. What must stay true: a pull
 * has leased its tickets already, so words that cannot be read never make a pull fail. */

#include "cli_words.h"

#include <stdio.h>
#include <string.h>

#include "cli_colour.h"
#include "common/base/check.h"
#include "common/say/adapter.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/text/text.h"

int cli_words_reason(const struct cli *cli, enum cli_option option)
{
    char name[32];
    CHECK(cli_given(cli, option));
    const char *reason = cli_value(cli, CLI_REASON);
    if (!text_blank(reason)) {
        return CLI_EXIT_OK;
    }
    (void)snprintf(name, sizeof name, "--%s", cli_options[option].name);
    return cli_usage(cli, "须用 --reason 写明理由，理由会被记录",
                     "needs --reason, which is recorded", name);
}

bool cli_words_stand(const char *service)
{
    return strcmp(service, "intake") == 0 || strcmp(service, "archive") == 0 ||
           adapter_find(service) != NULL;
}

int cli_words_record(struct cli *cli, const char *service, uint64_t from, uint64_t until)
{
    Paidan__ReadLog wish = PAIDAN__READ_LOG__INIT;
    Paidan__Answer *answer = NULL;
    CHECK(from > 0);
    CHECK(cli_given(cli, CLI_REASON));
    CHECK(cli_words_stand(service));
    wish.log = strcmp(service, "intake") == 0 ? NULL : (char *)(uintptr_t)service; /* only packed */
    wish.from_seq = from;
    wish.has_until_seq = until != 0;
    wish.until_seq = until;
    wish.reason = cli_text(cli, CLI_REASON);
    int status = cli_connect(cli);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__Code code = cli_try(cli, "intake", &wish.base, cli->timeout_ms, &answer);
    if (code == PAIDAN__CODE__UNREACHABLE) {
        return cli_refuse_as(
            cli, code, "内容只在受理服务记下谁看、为什么看之后显示；请先启动实例，或去掉 --texts",
            "texts are shown only after intake has recorded who reads them and why: "
            "start the instance, or leave out --texts",
            cli->data_dir);
    }
    status = code == PAIDAN__CODE__OK
                 ? CLI_EXIT_OK
                 : cli_refuse(cli, code, answer == NULL ? "intake" : answer->detail);
    return status;
}

/* ---- asking -----------------------------------------------------------------------------------
 */

/* One request; *taken: how many of the tickets it answered, at least one on success. */
static Paidan__Code ask_page(struct cli *cli, const uint64_t *tickets, size_t count,
                             const Paidan__TicketText **texts, size_t *taken)
{
    static char working[] = "work";
    uint64_t page[READ_TEXTS_MAX];
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    Paidan__Answer *answer = NULL;
    wish.n_tickets = count < READ_TEXTS_MAX ? count : READ_TEXTS_MAX;
    memcpy(page, tickets, wish.n_tickets * sizeof *tickets);
    wish.tickets = page;
    wish.reason = working;
    const uint64_t now_ms = cli->now_ms;
    const Paidan__Code code = cli_try(cli, "intake", &wish.base, cli->timeout_ms, &answer);
    /* Remaining times are counted from the clock of whoever gave the listing. */
    cli->now_ms = now_ms;
    if (code != PAIDAN__CODE__OK) {
        return code;
    }
    const Paidan__Texts *read = answer->texts;
    if (read->n_texts == 0 || read->n_texts > wish.n_tickets) {
        return PAIDAN__CODE__FRAME_INVALID;
    }
    for (size_t index = 0; index < read->n_texts; index++) {
        texts[index] = read->texts[index]->text == NULL ? NULL : read->texts[index];
    }
    *taken = read->n_texts;
    return PAIDAN__CODE__OK;
}

const Paidan__TicketText **cli_words_ask(struct cli *cli, const uint64_t *tickets, size_t count)
{
    const Paidan__TicketText **texts = arena_zalloc(&cli->arena, (count + 1) * sizeof *texts);
    Paidan__Code code = texts == NULL ? PAIDAN__CODE__FRAME_TOO_LARGE : PAIDAN__CODE__OK;
    size_t taken = 0;
    for (size_t at = 0; at < count && code == PAIDAN__CODE__OK; at += taken) {
        code = ask_page(cli, tickets + at, count - at, texts + at, &taken);
    }
    if (code != PAIDAN__CODE__OK) {
        cli_note(cli, "诉求内容暂时读不到；用 paidan show 再看",
                 "what the residents say cannot be read now; see it later with paidan show");
    }
    return texts;
}

/* ---- for people -------------------------------------------------------------------------------
 */

/* As the resident wrote it: further lines stand under the first. */
static void print_lines(const char *text, unsigned columns)
{
    for (bool first = true; first || *text != '\0'; first = false) {
        const size_t bytes = strcspn(text, "\n");
        printf("%*s%.*s\n", first ? 0 : (int)columns, "", (int)bytes, text);
        text += bytes + (text[bytes] == '\n' ? 1 : 0);
    }
}

/* "  + 2026-11-22 10:27:52  催单  老人在家，急  李四" */
static void print_message(struct cli *cli, uint64_t at_ms, const char *what, const char *note,
                          const char *actor)
{
    char at[SAY_TIME_BYTES];
    say_time_exact(&cli->say, at_ms, at);
    printf("  %s+ %s  %s%s%s%s%s%s", cli_colour_on(cli->colour, SAY_FAINT), at, what,
           actor == NULL ? "" : cli_say(cli, "（", " ("), actor == NULL ? "" : actor,
           actor == NULL ? "" : cli_say(cli, "）", ")"), note == NULL ? "" : "  ",
           cli_colour_off(cli->colour, SAY_FAINT));
    print_lines(note == NULL ? "" : note, 4);
}

/* Supplements, chases and the withdrawal in the order in which they came; both lists have it. */
static void print_messages(struct cli *cli, const Paidan__TicketText *text)
{
    size_t at = 0, said = 0;
    while (at < text->n_supplements || said < text->n_said) {
        const uint64_t more_ms = at < text->n_supplements_ms ? text->supplements_ms[at] : 0;
        if (said == text->n_said ||
            (at < text->n_supplements && more_ms <= text->said[said]->at_ms)) {
            print_message(cli, more_ms, cli_say(cli, "补充", "added"), text->supplements[at], NULL);
            at++;
            continue;
        }
        const Paidan__Said *message = text->said[said++];
        print_message(cli, message->at_ms,
                      say_words_get(&cli->say, &paidan__said_kind__descriptor, (int)message->kind),
                      message->note, message->actor);
    }
}

void cli_words_print(struct cli *cli, const Paidan__TicketText *text)
{
    CHECK(text->text != NULL);
    (void)cli_site(cli);
    printf("  ");
    print_lines(text->text, 2);
    print_messages(cli, text);
}

void cli_words_paragraph(struct cli *cli, const Paidan__TicketText *text)
{
    char number[NUMBER_BYTES], at[SAY_TIME_BYTES];
    if (text == NULL) {
        return;
    }
    (void)cli_site(cli);
    number_format(text->ticket, number);
    printf("\n%s%s%s", cli_colour_on(cli->colour, SAY_STRONG), number,
           cli_colour_off(cli->colour, SAY_STRONG));
    if (text->place != NULL) {
        printf("  %s", text->place);
    }
    if (text->has_occurred_ms) {
        say_time_exact(&cli->say, text->occurred_ms, at);
        printf("  %s %s", cli_say(cli, "发生时间", "happened"), at);
    }
    putchar('\n');
    cli_words_print(cli, text);
}

void cli_words_json(struct cli *cli, json_t *object, const Paidan__TicketText *text)
{
    if (text != NULL) {
        json_t *part = say_json_message(cli_speak(cli), &text->base, true);
        json_object_update_missing(object, part);
        json_decref(part);
    }
}
