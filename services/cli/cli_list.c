/* cli_list: list, work list, work pull: tickets in pages. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_briefs.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "cli_listing.h"
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
    listing->shown += count;
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

/* ---- list ---- */

/* --limit and --cursor. */
static int page_options(struct cli *cli, Paidan__List *wish)
{
    uint64_t limit = 0;
    int status = cli_number(cli, CLI_CURSOR, 0, UINT64_MAX, 0, &wish->cursor);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_LIMIT, 1, LIST_MAX, cli_given(cli, CLI_ALL) ? LIST_MAX : 100,
                            &limit);
    }
    wish->has_cursor = cli_given(cli, CLI_CURSOR);
    wish->has_limit = 1;
    wish->limit = (uint32_t)limit;
    return status;
}

static int list_filters(struct cli *cli, Paidan__List *wish)
{
    int status = page_options(cli, wish);
    wish->area = cli_text(cli, CLI_AREA);
    wish->unit = cli_text(cli, CLI_UNIT);
    wish->category = cli_text(cli, CLI_CATEGORY);
    wish->has_newest_first = wish->newest_first = cli_given(cli, CLI_NEWEST);
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_STATE)) {
        wish->has_state = 1;
        wish->state = (Paidan__State)cli_choice(cli, CLI_STATE);
    }
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_SINCE)) {
        wish->has_since_ms = 1;
        status = cli_moment(cli, CLI_SINCE, false, &wish->since_ms);
    }
    return status;
}

/* One answer of escalation; *page NULL: none, the status says why. */
static int listed_page(struct cli *cli, Paidan__Request *request, const Paidan__Listed **page)
{
    Paidan__Answer *answer = NULL;
    int status = cli_ask(cli, "escalation", request, &answer);
    if (status == CLI_EXIT_OK && answer->listed == NULL) {
        status = cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, "escalation");
    }
    *page = status == CLI_EXIT_OK ? answer->listed : NULL;
    return status;
}

/* Asks for pages until the end, or for one without --all. */
static int list_pages(struct cli *cli, Paidan__Request *request, Paidan__List *wish)
{
    struct cli_listing listing;
    char next[32];
    int status = cli_listing_begin(&listing, cli);
    while (status == CLI_EXIT_OK) {
        const Paidan__Listed *page = NULL;
        status = listed_page(cli, request, &page);
        if (page == NULL) {
            cli_listing_drop(&listing);
            break;
        }
        cli_listing_add(&listing, page->tickets, page->n_tickets);
        wish->has_cursor = page->has_next;
        wish->cursor = page->next;
        if (!page->has_next || !cli_given(cli, CLI_ALL)) {
            (void)snprintf(next, sizeof next, "%llu", (unsigned long long)page->next);
            return cli_listing_end(&listing, page->has_next ? next : NULL);
        }
        arena_reset(&cli->arena);
    }
    return status;
}

int cli_list(struct cli *cli)
{
    Paidan__List wish = PAIDAN__LIST__INIT;
    const int status = list_filters(cli, &wish);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_LIST;
    request.list = &wish;
    return list_pages(cli, &request, &wish);
}

/* ---- the work of a unit ---- */

static int work_options(struct cli *cli, Paidan__UnitWork *wish,
                        uint8_t cursor[CLI_CURSOR_BYTES_MAX])
{
    uint64_t limit = 0;
    int status =
        cli_number(cli, CLI_LIMIT, 1, LIST_MAX, cli_given(cli, CLI_ALL) ? LIST_MAX : 100, &limit);
    wish->unit = cli_text(cli, CLI_UNIT);
    wish->has_limit = 1;
    wish->limit = (uint32_t)limit;
    wish->has_after = cli_given(cli, CLI_CURSOR);
    wish->after.data = cursor;
    if (status == CLI_EXIT_OK && wish->has_after) {
        status = cli_listing_cursor(cli, cursor, &wish->after.len);
    }
    return status;
}

int cli_work_list(struct cli *cli)
{
    uint8_t cursor[CLI_CURSOR_BYTES_MAX];
    char next[2 * CLI_CURSOR_BYTES_MAX + 1];
    struct cli_listing listing;
    Paidan__UnitWork wish = PAIDAN__UNIT_WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_WORK;
    request.unit_work = &wish;
    int status = work_options(cli, &wish, cursor);
    if (status == CLI_EXIT_OK) {
        status = cli_listing_begin(&listing, cli);
    }
    while (status == CLI_EXIT_OK) {
        const Paidan__Listed *page = NULL;
        status = listed_page(cli, &request, &page);
        if (page == NULL) {
            cli_listing_drop(&listing);
            break;
        }
        cli_listing_add(&listing, page->tickets, page->n_tickets);
        const bool more = page->has_next_row && page->next_row.len <= CLI_CURSOR_BYTES_MAX;
        if (!more || !cli_given(cli, CLI_ALL)) {
            cli_listing_cursor_text(&page->next_row, next);
            return cli_listing_end(&listing, more ? next : NULL);
        }
        memcpy(cursor, page->next_row.data, page->next_row.len);
        wish.has_after = 1;
        wish.after.len = page->next_row.len;
        arena_reset(&cli->arena);
    }
    return status;
}
