/* cli_listing: tickets in pages. One document of JSON or one run of tables comes out, however many
 * pages were asked for; a listing that fails in the middle prints no half of a document. */

#include "cli_listing.h"

#include <stdio.h>
#include <string.h>

#include "cli_briefs.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/say_json.h"

int cli_listing_begin(struct cli_listing *listing, struct cli *cli)
{
    *listing = (struct cli_listing){.cli = cli, .tickets = json_array()};
    (void)cli_site(cli);
    return listing->tickets == NULL ? cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL)
                                    : CLI_EXIT_OK;
}

void cli_listing_add(struct cli_listing *listing, Paidan__Brief *const *briefs, size_t count)
{
    CHECK(listing->cli != NULL);
    CHECK(count == 0 || briefs != NULL);
    listing->shown += count;
    /* Tables are printed page by page, so that the first rows come at once; JSON is one document.
     */
    if (!listing->cli->json) {
        if (count > 0) {
            cli_briefs_print(listing->cli, briefs, count);
        }
        return;
    }
    for (size_t index = 0; index < count; index++) {
        json_array_append_new(listing->tickets,
                              say_json_brief(cli_speak(listing->cli), briefs[index]));
    }
}

void cli_listing_drop(struct cli_listing *listing)
{
    json_decref(listing->tickets);
}

int cli_listing_end(struct cli_listing *listing, const char *next)
{
    struct cli *cli = listing->cli;
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "tickets", listing->tickets);
        if (next != NULL) {
            json_object_set_new(object, "next", json_string(next));
        }
        return cli_json_print(cli, object);
    }
    cli_listing_drop(listing);
    if (listing->shown == 0) {
        printf("%s\n", cli_say(cli, "没有工单", "no tickets"));
    }
    if (next != NULL) {
        printf("%s --cursor %s\n", cli_say(cli, "还有更多：", "there is more:"), next);
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
