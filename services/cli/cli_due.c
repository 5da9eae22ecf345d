/* cli_due: what is due next or was missed, from the index of deadlines; and the alarms: what nobody
 * looks after. Pages follow a cursor that is bytes to us: it goes back to the service as it came.
 */

#include <stdio.h>
#include <string.h>

#include "cli_briefs.h"
#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_join.h"
#include "cli_json.h"
#include "cli_listing.h"
#include "cli_requests.h"
#include "cli_service.h"
#include "cli_stray.h"
#include "common/say/say_desk.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"

enum { ALARMS_LIMIT_MAX = 500, ALARMS_LIMIT = 20, PING_MS = 500 };

/* ---- due --------------------------------------------------------------------------------------
 */

static int due_filters(struct cli *cli, Paidan__DueList *wish)
{
    uint64_t limit = 0;
    int status =
        cli_number(cli, CLI_LIMIT, 1, LIST_MAX, cli_given(cli, CLI_ALL) ? LIST_MAX : 100, &limit);
    wish->has_limit = 1;
    wish->limit = (uint32_t)limit;
    wish->unit = cli_text(cli, CLI_UNIT);
    wish->area = cli_text(cli, CLI_AREA);
    wish->has_overdue = wish->overdue = cli_given(cli, CLI_OVERDUE);
    wish->has_supervised = wish->supervised = cli_given(cli, CLI_SUPERVISED);
    wish->has_until_ms = cli_given(cli, CLI_WITHIN);
    if (status == CLI_EXIT_OK && wish->has_until_ms && wish->overdue) {
        status = cli_usage(cli, "--overdue 与 --within 不能同时使用",
                           "--overdue cannot be used with --within", NULL);
    }
    if (status == CLI_EXIT_OK && wish->has_until_ms) {
        status = cli_moment(cli, CLI_WITHIN, true, &wish->until_ms);
    }
    return status;
}

/* The desk's part of a page that begins at the cursor, and escalation's cursor; *desk stays as it is for a
 * list that has no desk. */
static int due_of_desk(struct cli *cli, Paidan__DueList *wish, struct say_desk_place *place,
                       const Paidan__DeskListed **desk)
{
    Paidan__DeskList desk_wish = PAIDAN__DESK_LIST__INIT;
    const bool begun = wish->has_cursor && say_desk_due_place(&wish->cursor, place);
    if (begun) {
        wish->cursor =
            (ProtobufCBinaryData){.len = sizeof place->escalation, .data = place->escalation};
    }
    /* A cursor that is none of ours is escalation's to refuse. */
    if (!say_desk_due_wish(wish, &desk_wish) || (wish->has_cursor && !begun)) {
        return CLI_EXIT_OK;
    }
    desk_wish.has_cursor = begun;
    desk_wish.cursor = (ProtobufCBinaryData){.len = sizeof place->triage, .data = place->triage};
    return cli_join_desk(cli, &desk_wish, desk);
}

/* One page; the next one begins at *next, of length 0 after the last. */
static int due_page(struct cli *cli, Paidan__DueList wish, struct cli_listing *listing,
                    ProtobufCBinaryData *next)
{
    static const Paidan__DeskListed nobody = PAIDAN__DESK_LISTED__INIT;
    const Paidan__DeskListed *desk = &nobody;
    struct say_desk_place place;
    Paidan__Answer *answer = NULL;
    int status = due_of_desk(cli, &wish, &place, &desk);
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, "escalation", &wish.base, &answer);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__DueListed *page = answer->due_listed;
    Paidan__DeskList ignored = PAIDAN__DESK_LIST__INIT;
    if (say_desk_due_wish(&wish, &ignored) &&
        !say_desk_due(&cli->arena, page, desk, &wish, cli->now_ms, wish.limit)) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    cli_listing_add(listing, page->tickets, page->n_tickets);
    *next =
        (ProtobufCBinaryData){.len = page->has_next ? page->next.len : 0, .data = page->next.data};
    return CLI_EXIT_OK;
}

int cli_due(struct cli *cli)
{
    char text[2 * CLI_CURSOR_BYTES_MAX + 1];
    uint8_t cursor[CLI_CURSOR_BYTES_MAX];
    struct cli_listing listing;
    Paidan__DueList wish = PAIDAN__DUE_LIST__INIT;
    int status = due_filters(cli, &wish);
    wish.has_cursor = cli_given(cli, CLI_CURSOR);
    wish.cursor.data = cursor;
    if (status == CLI_EXIT_OK && wish.has_cursor) {
        status = cli_listing_cursor(cli, cursor, &wish.cursor.len);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_listing_begin(&listing, cli);
    }
    while (status == CLI_EXIT_OK) {
        ProtobufCBinaryData next = {.len = 0};
        status = due_page(cli, wish, &listing, &next);
        if (status != CLI_EXIT_OK) {
            cli_listing_drop(&listing);
            break;
        }
        /* A page may be empty although there is more: a service looks at so many rows at a time.
         */
        const bool more = next.len > 0 && next.len <= CLI_CURSOR_BYTES_MAX;
        const bool enough = !cli_given(cli, CLI_ALL) && listing.shown > 0;
        if (!more || enough) {
            cli_listing_cursor_text(&next, text);
            return cli_listing_end(&listing, more ? text : NULL);
        }
        memcpy(cursor, next.data, next.len);
        wish.has_cursor = 1;
        wish.cursor.len = next.len;
        arena_reset(&cli->arena);
    }
    return status;
}

/* ---- alarms -----------------------------------------------------------------------------------
 */

static json_t *briefs_json(struct cli *cli, Paidan__Brief *const *briefs, size_t count)
{
    json_t *list = json_array();
    for (size_t index = 0; index < count; index++) {
        json_array_append_new(list, say_json_brief(cli_speak(cli), briefs[index]));
    }
    return list;
}

/* Counts are of all, lists up to --limit; empty lists stay, so that scripts need no test for them.
 */
static json_t *alarms_json(struct cli *cli, const Paidan__AlarmsShown *shown)
{
    json_t *object = say_json_message(&cli->say, &shown->base, true);
    json_object_set_new(object, "repeating",
                        briefs_json(cli, shown->repeating, shown->n_repeating));
    json_object_set_new(object, "ownerless",
                        briefs_json(cli, shown->ownerless, shown->n_ownerless));
    json_object_set_new(object, "waiting",
                        cli_requests_json(cli, shown->waiting, shown->n_waiting));
    json_object_set_new(object, "lapsed", cli_requests_json(cli, shown->lapsed, shown->n_lapsed));
    if (shown->n_unknown_years == 0) {
        json_object_set_new(object, "unknown_years", json_array());
    }
    json_object_set_new(object, "desk", briefs_json(cli, shown->desk, shown->n_desk));
    say_json_time(&cli->say, object, "now", cli->now_ms);
    return object;
}

static void print_count(struct cli *cli, const char *zh, const char *en, uint64_t count)
{
    const enum say_tone colour = count > 0 ? SAY_BAD : SAY_GOOD;
    printf("%s%s%s %s%llu%s\n", cli_colour_on(cli->colour, SAY_STRONG), cli_say(cli, zh, en),
           cli_colour_off(cli->colour, SAY_STRONG), cli_colour_on(cli->colour, colour),
           (unsigned long long)count, cli_colour_off(cli->colour, colour));
}

static void print_alarm(struct cli *cli, const char *zh, const char *en, uint64_t count,
                        Paidan__Brief *const *briefs, size_t shown)
{
    print_count(cli, zh, en, count);
    if (shown > 0) {
        cli_briefs_print(cli, briefs, shown);
    }
    if (count > shown) {
        printf(cli_say(cli, "还有 %llu 件（--limit）\n", "%llu more (--limit)\n"),
               (unsigned long long)(count - shown));
    }
    if (count > 0) {
        putchar('\n');
    }
}

/* A deadline that has passed and did not fire means that escalation stands still: the one line
 * here that is about the machine. */
static void print_unfired(struct cli *cli, const Paidan__AlarmsShown *shown)
{
    char text[128];
    printf("%s%s%s ", cli_colour_on(cli->colour, SAY_STRONG),
           cli_say(cli, "最早的未触发时限", "oldest unfired timer"),
           cli_colour_off(cli->colour, SAY_STRONG));
    if (!shown->has_oldest_unfired_ms) {
        printf("%s%s%s\n", cli_colour_on(cli->colour, SAY_GOOD), cli_say(cli, "没有", "none"),
               cli_colour_off(cli->colour, SAY_GOOD));
        return;
    }
    const enum say_tone colour =
        say_time_deadline(&cli->say, shown->oldest_unfired_ms, 0, cli->now_ms, text, sizeof text);
    printf("%s%s%s\n", cli_colour_on(cli->colour, colour), text,
           cli_colour_off(cli->colour, colour));
}

/* What a decider was reminded of and still leaves, and what lapsed because of it. */
static void print_undecided(struct cli *cli, const Paidan__AlarmsShown *shown)
{
    print_count(cli, "申请临期未批", "requests about to lapse", shown->n_waiting);
    cli_requests_print(cli, shown->waiting, shown->n_waiting);
    print_count(cli, "申请超时未批（近 7 天）", "requests that lapsed (7 days)", shown->n_lapsed);
    cli_requests_print(cli, shown->lapsed, shown->n_lapsed);
}

static void print_alarms(struct cli *cli, const Paidan__AlarmsShown *shown)
{
    print_alarm(cli, "分拨台超时，无人分拨", "overdue at the desk, nobody has decided",
                shown->desk_count, shown->desk, shown->n_desk);
    print_alarm(cli, "红牌未处理，持续警报", "red and not repaired", shown->repeating_count,
                shown->repeating, shown->n_repeating);
    print_alarm(cli, "在兜底单位，无人签收", "with a fallback owner, not accepted",
                shown->ownerless_count, shown->ownerless, shown->n_ownerless);
    print_undecided(cli, shown);
    print_unfired(cli, shown);
    printf("%s%s%s ", cli_colour_on(cli->colour, SAY_STRONG),
           cli_say(cli, "缺节假日数据的日历", "calendars without holiday data"),
           cli_colour_off(cli->colour, SAY_STRONG));
    const enum say_tone colour = shown->n_unknown_years > 0 ? SAY_WARN : SAY_GOOD;
    printf("%s", cli_colour_on(cli->colour, colour));
    for (size_t index = 0; index < shown->n_unknown_years; index++) {
        printf("%s%s", index == 0 ? "" : ", ", shown->unknown_years[index]);
    }
    printf("%s%s\n", shown->n_unknown_years == 0 ? cli_say(cli, "没有", "none") : "",
           cli_colour_off(cli->colour, colour));
}

/* A site that was edited and is not in force: whoever edited it believes that it is. A log that is
 * not followed further: what happens there takes no effect. A service that is silent says nothing of
 * either; ping is there for that. */
static int tell_refused(struct cli *cli, json_t *object)
{
    struct cli_service services[CLI_SERVICES];
    const Paidan__Code worst = cli_service_ask(cli, services, PING_MS);
    (void)worst;
    if (object == NULL) {
        cli_service_print_refused(cli, services);
        cli_service_print_stuck(cli, services);
        cli_stray_tell(cli, PING_MS, NULL);
        return CLI_EXIT_OK;
    }
    json_t *refused = cli_service_refused_json(cli, services, CLI_SERVICES);
    json_object_set_new(object, "site_refused", refused == NULL ? json_null() : refused);
    json_object_set_new(object, "stuck", cli_service_stuck_json(services));
    cli_stray_tell(cli, PING_MS, object);
    return cli_json_print(cli, object);
}

int cli_due_alarms(struct cli *cli)
{
    uint64_t limit = 0;
    Paidan__Alarms wish = PAIDAN__ALARMS__INIT;
    Paidan__DeskList desk_wish = PAIDAN__DESK_LIST__INIT;
    const Paidan__DeskListed *desk = NULL;
    Paidan__Answer *answer = NULL;
    int status = cli_number(cli, CLI_LIMIT, 1, ALARMS_LIMIT_MAX, ALARMS_LIMIT, &limit);
    wish.has_limit = desk_wish.has_limit = 1;
    wish.limit = desk_wish.limit = (uint32_t)limit;
    desk_wish.has_by_due = desk_wish.by_due = 1;
    desk_wish.has_overdue = desk_wish.overdue = 1;
    if (status == CLI_EXIT_OK) {
        status = cli_join_desk(cli, &desk_wish, &desk);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_ask(cli, "escalation", &wish.base, &answer);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    Paidan__AlarmsShown *shown = answer->alarms_shown;
    (void)cli_site(cli);
    if (!say_desk_alarms(&cli->arena, shown, desk, cli->now_ms, limit)) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    json_t *object = NULL;
    if (cli->json) {
        object = alarms_json(cli, shown);
    } else {
        print_alarms(cli, shown);
    }
    return tell_refused(cli, object);
}
