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

/* --limit and --cursor. */
static int page_options(struct cli *cli, protobuf_c_boolean *has_cursor, uint64_t *cursor,
                        protobuf_c_boolean *has_limit, uint32_t *limit)
{
    uint64_t value = 0;
    int status = cli_number(cli, CLI_CURSOR, 0, UINT64_MAX, 0, cursor);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_LIMIT, 1, LIST_MAX, cli_given(cli, CLI_ALL) ? LIST_MAX : 100,
                            &value);
    }
    *has_cursor = cli_given(cli, CLI_CURSOR);
    *has_limit = 1;
    *limit = (uint32_t)value;
    return status;
}

static int list_filters(struct cli *cli, Paidan__List *wish)
{
    int status =
        page_options(cli, &wish->has_cursor, &wish->cursor, &wish->has_limit, &wish->limit);
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

/* Asks for pages until the end, or for one without --all. cursor and has_cursor: fields of the wish
 * in the request. */
static int list_pages(struct cli *cli, Paidan__Request *request, protobuf_c_boolean *has_cursor,
                      uint64_t *cursor)
{
    struct cli_listing listing;
    char next[32];
    int status = cli_listing_begin(&listing, cli);
    while (status == CLI_EXIT_OK) {
        Paidan__Answer *answer = NULL;
        status = cli_ask(cli, "escalation", request, &answer);
        if (status == CLI_EXIT_OK && answer->listed == NULL) {
            status = cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, "escalation");
        }
        if (status != CLI_EXIT_OK || answer->listed == NULL) {
            cli_listing_drop(&listing);
            break;
        }
        const Paidan__Listed *page = answer->listed;
        cli_listing_add(&listing, page->tickets, page->n_tickets);
        *has_cursor = page->has_next;
        *cursor = page->next;
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
    return list_pages(cli, &request, &wish.has_cursor, &wish.cursor);
}

int cli_work_list(struct cli *cli)
{
    Paidan__UnitWork wish = PAIDAN__UNIT_WORK__INIT;
    wish.unit = cli_text(cli, CLI_UNIT);
    const int status =
        page_options(cli, &wish.has_cursor, &wish.cursor, &wish.has_limit, &wish.limit);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_WORK;
    request.unit_work = &wish;
    return list_pages(cli, &request, &wish.has_cursor, &wish.cursor);
}
