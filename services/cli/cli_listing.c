/* cli_listing: tickets in pages. One document of JSON or one run of tables comes out, however many
 * pages were asked for. Each page is written as it comes, so that a listing of two hundred thousand
 * needs no more memory than one of a hundred; one that fails in the middle leaves a document that no
 * parser takes, and a status that says so. */

#include "cli_listing.h"

#include <stdio.h>
#include <string.h>

#include "cli_colour.h"
#include "common/say/say_time.h"

#include "cli_briefs.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/say_json.h"

int cli_listing_begin(struct cli_listing *listing, struct cli *cli)
{
    *listing = (struct cli_listing){.cli = cli};
    (void)cli_site(cli);
    return CLI_EXIT_OK;
}

/* In the form that cli_json_print gives a document, each row on a line of its own. */
void cli_listing_row(struct cli_listing *listing, json_t *row)
{
    CHECK(listing->cli->json);
    printf("%s\n    ", listing->shown == 0 ? "{\n  \"tickets\": [" : ",");
    /* A row that could not be made leaves a document that cannot be read, not a shorter one. */
    if (row != NULL) {
        (void)json_dumpf(row, stdout, JSON_COMPACT);
    }
    json_decref(row);
    listing->shown++;
}

void cli_listing_add(struct cli_listing *listing, Paidan__Brief *const *briefs, size_t count)
{
    CHECK(listing->cli != NULL);
    CHECK(count == 0 || briefs != NULL);
    if (!listing->cli->json) {
        listing->shown += count;
        if (count > 0) {
            cli_briefs_print(listing->cli, briefs, count);
        }
        return;
    }
    for (size_t index = 0; index < count; index++) {
        cli_listing_row(listing, say_json_brief(cli_speak(listing->cli), briefs[index]));
    }
}

void cli_listing_drop(struct cli_listing *listing)
{
    listing->cli = NULL;
}

/* Other units wait for this one, whose own list does not show their tickets. */
static void tell_decisions(const struct cli_listing *listing)
{
    struct cli *cli = listing->cli;
    char text[96];
    if (listing->decisions == 0) {
        return;
    }
    const enum say_tone tone =
        say_time_deadline(&cli->say, listing->decide_by_ms, 0, cli->now_ms, text, sizeof text);
    printf("%s", cli_colour_on(cli->colour, tone == SAY_BAD ? SAY_BAD : SAY_WARN));
    printf(cli_say(cli, "待本单位批复 %llu 件，最早的%s",
                   "%llu wait for your decision, the first: %s"),
           (unsigned long long)listing->decisions, text);
    printf("%s", cli_colour_off(cli->colour, tone == SAY_BAD ? SAY_BAD : SAY_WARN));
    printf("%s paidan requests --unit %s\n", cli_say(cli, "：", ":"), cli_text(cli, CLI_UNIT));
}

/* How many there are at the desk where not all of them were shown, or where some are late. */
static void tell_desk(const struct cli_listing *listing)
{
    if (listing->shown > 0 && (listing->waiting > listing->shown || listing->overdue > 0)) {
        printf(cli_say(listing->cli, "待分拨 %llu 件，超时 %llu 件\n",
                       "%llu at the desk, %llu overdue\n"),
               (unsigned long long)listing->waiting, (unsigned long long)listing->overdue);
    }
}

static const char *none_words(const struct cli_listing *listing)
{
    return listing->desk ? cli_say(listing->cli, "没有待分拨的工单", "the desk is empty")
                         : cli_say(listing->cli, "没有工单", "no tickets");
}

int cli_listing_end(struct cli_listing *listing, const char *next)
{
    struct cli *cli = listing->cli;
    if (cli->json) {
        printf("%s]", listing->shown == 0 ? "{\n  \"tickets\": [" : "\n  ");
        if (listing->desk) {
            printf(",\n  \"waiting\": %llu,\n  \"overdue\": %llu",
                   (unsigned long long)listing->waiting, (unsigned long long)listing->overdue);
        }
        if (listing->decisions > 0) {
            printf(",\n  \"decisions\": %llu,\n  \"decide_by_ms\": %llu",
                   (unsigned long long)listing->decisions,
                   (unsigned long long)listing->decide_by_ms);
        }
        printf("%s%s%s\n}\n", next == NULL ? "" : ",\n  \"next\": \"", next == NULL ? "" : next,
               next == NULL ? "" : "\"");
        return ferror(stdout) == 0 ? CLI_EXIT_OK : CLI_EXIT_IO; /* main says it */
    }
    if (listing->shown == 0) {
        /* Callers go on while a page is empty, so "none" and "more" do not come together. */
        printf("%s\n", next == NULL ? none_words(listing)
                                    : cli_say(cli, "这一段里没有符合条件的工单",
                                              "nothing matches in this part"));
    }
    tell_decisions(listing);
    tell_desk(listing);
    if (next != NULL) {
        printf("%s --cursor %s\n",
               listing->shown == 0 ? cli_say(cli, "接着找：", "go on:")
                                   : cli_say(cli, "还有更多：", "there is more:"),
               next);
    }
    return CLI_EXIT_OK;
}

/* ---- cursors that are bytes ---- */

void cli_listing_cursor_text(const ProtobufCBinaryData *next,
                             char text[2 * CLI_CURSOR_BYTES_MAX + 1])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t index = 0; index < next->len && index < CLI_CURSOR_BYTES_MAX; index++) {
        used += (size_t)snprintf(text + used, 3, "%02x", next->data[index]);
    }
}

static int digit_of(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                          : -1;
}

int cli_listing_cursor(struct cli *cli, uint8_t bytes[CLI_CURSOR_BYTES_MAX], size_t *count)
{
    const char *text = cli_value(cli, CLI_CURSOR);
    const size_t size = strlen(text);
    bool good = size % 2 == 0 && size > 0 && size / 2 <= CLI_CURSOR_BYTES_MAX;
    for (size_t index = 0; good && index < size; index += 2) {
        const int high = digit_of(text[index]), low = digit_of(text[index + 1]);
        good = high >= 0 && low >= 0;
        bytes[index / 2] = good ? (uint8_t)(high * 16 + low) : 0;
    }
    *count = size / 2;
    return good ? CLI_EXIT_OK
                : cli_usage(cli, "游标不是上一页给出的", "no cursor that a page gave", text);
}
