/* cli_list: list and work list: tickets in pages. Without --all one page and where the next begins;
 * with it page after page, so that no command ever holds more than one answer in memory. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_join.h"
#include "cli_listing.h"
#include "common/say/say_desk.h"

static int list_limit(struct cli *cli, protobuf_c_boolean *has_limit, uint32_t *limit)
{
    uint64_t value = 0;
    const int status =
        cli_number(cli, CLI_LIMIT, 1, LIST_MAX, cli_given(cli, CLI_ALL) ? LIST_MAX : 100, &value);
    *has_limit = 1;
    *limit = (uint32_t)value;
    return status;
}

/* ---- list ---- */

/* Filters are the service's: what is left out here is never sent. */
static int list_filters(struct cli *cli, Paidan__List *wish)
{
    int status = cli_number(cli, CLI_CURSOR, 0, UINT64_MAX, 0, &wish->cursor);
    if (status == CLI_EXIT_OK) {
        status = list_limit(cli, &wish->has_limit, &wish->limit);
    }
    wish->has_cursor = cli_given(cli, CLI_CURSOR);
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

/* One page of both services, as far as the state asked for lies in them. Triage is asked first, so
 * that a ticket that leaves the desk meanwhile is shown twice rather than not at all. */
static int list_page(struct cli *cli, Paidan__List *wish, struct cli_listing *listing,
                     uint64_t *next)
{
    static const Paidan__DeskListed nobody = PAIDAN__DESK_LISTED__INIT;
    const bool only_desk = wish->has_state && wish->state == PAIDAN__STATE__STATE_DESK;
    Paidan__DeskList desk_wish = PAIDAN__DESK_LIST__INIT;
    const Paidan__DeskListed *desk = &nobody;
    Paidan__Listed page = PAIDAN__LISTED__INIT;
    int status = CLI_EXIT_OK;
    if (say_desk_list_wish(wish, &desk_wish)) {
        status = cli_join_desk(cli, &desk_wish, &desk);
    }
    if (status == CLI_EXIT_OK && !only_desk) {
        Paidan__Answer *answer = NULL;
        status = cli_ask(cli, "escalation", &wish->base, &answer);
        page = status == CLI_EXIT_OK ? *answer->listed : page;
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (!say_desk_list(&cli->arena, &page, desk, wish, cli->now_ms, wish->limit)) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    *next = page.has_next ? page.next : 0;
    cli_listing_add(listing, page.tickets, page.n_tickets);
    return CLI_EXIT_OK;
}

/* Asks for pages until the end, or for one without --all. A page may be empty although there is
 * more: a service looks at so many rows at a time. */
static int list_pages(struct cli *cli, Paidan__List *wish)
{
    struct cli_listing listing;
    char next[32];
    int status = cli_listing_begin(&listing, cli);
    while (status == CLI_EXIT_OK) {
        uint64_t behind = 0;
        status = list_page(cli, wish, &listing, &behind);
        if (status != CLI_EXIT_OK) {
            cli_listing_drop(&listing);
            break;
        }
        const bool enough = !cli_given(cli, CLI_ALL) && listing.shown > 0;
        if (behind == 0 || enough) {
            (void)snprintf(next, sizeof next, "%llu", (unsigned long long)behind);
            return cli_listing_end(&listing, behind != 0 ? next : NULL);
        }
        wish->has_cursor = 1;
        wish->cursor = behind;
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
    return list_pages(cli, &wish);
}

/* ---- the work of a unit ---- */

static int work_options(struct cli *cli, Paidan__UnitWork *wish,
                        uint8_t cursor[CLI_CURSOR_BYTES_MAX])
{
    int status = list_limit(cli, &wish->has_limit, &wish->limit);
    wish->unit = cli_text(cli, CLI_UNIT);
    wish->has_after = cli_given(cli, CLI_CURSOR);
    wish->after.data = cursor;
    if (status == CLI_EXIT_OK && wish->has_after) {
        status = cli_listing_cursor(cli, cursor, &wish->after.len);
    }
    return status;
}

int cli_list_work(struct cli *cli)
{
    uint8_t cursor[CLI_CURSOR_BYTES_MAX];
    char next[2 * CLI_CURSOR_BYTES_MAX + 1];
    struct cli_listing listing;
    Paidan__UnitWork wish = PAIDAN__UNIT_WORK__INIT;
    int status = work_options(cli, &wish, cursor);
    if (status == CLI_EXIT_OK) {
        status = cli_listing_begin(&listing, cli);
    }
    while (status == CLI_EXIT_OK) {
        Paidan__Answer *answer = NULL;
        status = cli_ask(cli, "escalation", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            cli_listing_drop(&listing);
            break;
        }
        const Paidan__Listed *page = answer->listed;
        cli_listing_add(&listing, page->tickets, page->n_tickets);
        if (page->has_decisions) {
            listing.decisions = page->decisions;
            listing.decide_by_ms = page->decide_by_ms;
        }
        const bool more = page->has_next_row && page->next_row.len <= CLI_CURSOR_BYTES_MAX;
        const bool enough = !cli_given(cli, CLI_ALL) && listing.shown > 0;
        if (!more || enough) {
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
