/* cli_join: the desk's rows among the tickets of the units. How a row and a board are joined is
 * say_desk's affair; here are the questions to triage and the pages by number. What must stay true:
 * no ticket falls between two pages, also where one of the services looked at fewer of its rows. */

#include "cli_join.h"

#include "common/base/check.h"
#include "common/say/say_desk.h"

static const Paidan__DeskListed empty = PAIDAN__DESK_LISTED__INIT;

int cli_join_desk(struct cli *cli, Paidan__DeskList *wish, const Paidan__DeskListed **desk)
{
    *desk = &empty;
    if (cli_given(cli, CLI_UNIT)) {
        return CLI_EXIT_OK; /* no unit has what lies at the desk */
    }
    wish->area = cli_text(cli, CLI_AREA);
    Paidan__Answer *answer = NULL;
    const int status = cli_ask(cli, "triage", &wish->base, &answer);
    if (status == CLI_EXIT_OK) {
        *desk = answer->desk_listed;
    }
    return status;
}

int cli_join_desk_quiet(struct cli *cli, Paidan__DeskList *wish, uint32_t wait_ms,
                        const Paidan__DeskListed **desk)
{
    *desk = &empty;
    if (cli_given(cli, CLI_UNIT)) {
        return CLI_EXIT_OK;
    }
    wish->area = cli_text(cli, CLI_AREA);
    Paidan__Answer *answer = NULL;
    if (cli_try(cli, "triage", &wish->base, wait_ms, &answer) != PAIDAN__CODE__OK) {
        return CLI_EXIT_DIFFERENT;
    }
    *desk = answer->desk_listed;
    return CLI_EXIT_OK;
}

/* ---- pages by number ---- */

static bool is_before(uint64_t a, uint64_t b, bool newest)
{
    return newest ? a > b : a < b;
}

/* The number up to which both services have told all they know: the nearer of the ends of their
 * pages. */
static bool reach(const Paidan__Listed *page, const Paidan__DeskListed *desk, bool newest,
                  uint64_t *until)
{
    bool some = page->has_next;
    *until = page->next;
    if (desk->has_next && (!some || is_before(desk->next, *until, newest))) {
        *until = desk->next;
        some = true;
    }
    return some;
}

bool cli_join_by_number(struct cli *cli, const Paidan__Listed *page, const Paidan__DeskListed *desk,
                        bool newest, size_t room, Paidan__Brief ***joined, size_t *count,
                        uint64_t *next)
{
    CHECK(room > 0);
    Paidan__Brief **rows = arena_alloc(&cli->arena, room * sizeof *rows);
    uint64_t until = 0;
    const bool cut = reach(page, desk, newest, &until);
    size_t made = 0, of_page = 0, of_desk = 0;
    *next = cut ? until : 0;
    while (rows != NULL && (of_page < page->n_tickets || of_desk < desk->n_items)) {
        const bool take_desk =
            of_page == page->n_tickets ||
            (of_desk < desk->n_items &&
             is_before(desk->items[of_desk]->ticket, page->tickets[of_page]->ticket, newest));
        const uint64_t ticket =
            take_desk ? desk->items[of_desk]->ticket : page->tickets[of_page]->ticket;
        if (cut && is_before(until, ticket, newest)) {
            break; /* the other service has not come so far */
        }
        if (made == room) {
            *next = rows[made - 1]->ticket;
            break;
        }
        rows[made] = take_desk ? say_desk_brief(&cli->arena, desk->items[of_desk], cli->now_ms)
                               : page->tickets[of_page];
        if (rows[made] == NULL) {
            return false;
        }
        of_desk += take_desk ? 1 : 0;
        of_page += take_desk ? 0 : 1;
        made++;
    }
    *joined = rows;
    *count = made;
    return rows != NULL;
}
