/* cli_desk: the dispatcher's desk: list, dispatch, recall, correct. The list shows codes beside names where the
 * dispatcher must type the code to answer. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_desk.h"
#include "cli_effect.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_listing.h"
#include "common/say/number.h"
#include "common/say/say_deed.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/wire/wire.h"

/* With the returning unit's name beside its code, as listings have it. */
static json_t *item_json(struct cli *cli, const Paidan__DeskItem *item)
{
    json_t *object = say_json_message(&cli->say, &item->base, true);
    if (item->unit != NULL) {
        json_object_set_new(object, "unit_name", json_string(say_unit(cli_speak(cli), item->unit)));
    }
    return object;
}

/* "leak 漏水, noise 噪音": code and name, as the dispatcher needs the code to answer. */
static void proposals(struct cli *cli, char *const *codes, size_t count,
                      const char *(*name)(const struct say *, const char *), char *text,
                      size_t size)
{
    size_t used = 0;
    (void)snprintf(text, size, "-");
    for (size_t index = 0; index < count && used < size; index++) {
        const char *named = name(cli_speak(cli), codes[index]);
        used += (size_t)snprintf(text + used, size - used, "%s%s%s%s", index == 0 ? "" : ", ",
                                 codes[index], named == codes[index] ? "" : " ",
                                 named == codes[index] ? "" : named);
    }
}

/* Until when it must be decided: how long that is from now, and the moment. */
static void add_deadline(struct cli *cli, struct cli_grid *grid, const Paidan__DeskItem *item)
{
    char text[96] = "-";
    const Paidan__ClockSet *clock = item->clock;
    const enum say_tone tone =
        clock == NULL
            ? SAY_PLAIN
            : say_time_deadline(&cli->say, clock->due_ms, clock->has_warn_ms ? clock->warn_ms : 0,
                                cli->now_ms, text, sizeof text);
    cli_grid_add(grid, tone, "%s", text);
}

/* A return shows who returned it and why: that is what the ruling is about; so does what was taken back. */
static void add_item(struct cli *cli, struct cli_grid *grid, const Paidan__DeskItem *item)
{
    char number[NUMBER_BYTES], since[SAY_TIME_BYTES], text[256];
    number_format(item->ticket, number);
    cli_grid_add(grid, SAY_STRONG, "%s", number);
    add_deadline(cli, grid, item);
    say_time_span(&cli->say, (int64_t)cli->now_ms - (int64_t)item->since_ms, since);
    cli_grid_add(grid, SAY_PLAIN, "%s", since);
    say_words_bits(&cli->say, &paidan__desk_reason__descriptor, item->reasons,
                   cli_say(cli, "，", ", "), text, sizeof text);
    cli_grid_add(grid, SAY_WARN, "%s", text);
    proposals(cli, item->categories, item->n_categories, say_category, text, sizeof text);
    cli_grid_add(grid, SAY_PLAIN, "%s", text);
    proposals(cli, item->areas, item->n_areas, say_area, text, sizeof text);
    cli_grid_add(grid, SAY_PLAIN, "%s", text);
    cli_grid_add(grid, SAY_BAD, "%.0u", item->has_chases ? item->chases : 0);
    char members[48] = "";
    if (item->has_members) {
        (void)snprintf(members, sizeof members, cli_say(cli, "（并入 %u 件）", " (+%u merged)"),
                       item->members);
    }
    const bool recalled = (item->reasons >> PAIDAN__DESK_REASON__DESK_RECALLED & 1u) != 0;
    const char *by = recalled ? cli_say(cli, "  撤自 ", "  taken back from ")
                              : cli_say(cli, "  退自 ", "  returned by ");
    cli_grid_add(grid, SAY_PLAIN, "%s%s%s%s%s%s", item->title == NULL ? "" : item->title, members,
                 item->unit == NULL ? "" : by,
                 item->unit == NULL ? "" : say_unit(cli_speak(cli), item->unit),
                 item->note == NULL ? "" : ": ", item->note == NULL ? "" : item->note);
}

static void print_items(struct cli *cli, const Paidan__DeskListed *page)
{
    static const struct cli_column table[] = {
        {.title = "工单号|NUMBER"},
        {.title = "时限|DEADLINE", .rank = 12, .brackets = true},
        {.title = "已等|WAITING", .rank = 11},
        {.title = "原因|REASON", .floor = 10},
        {.title = "类别建议|CATEGORIES", .floor = 16},
        {.title = "区域建议|AREAS", .floor = 10, .rank = 2},
        {.title = "催|CHASED", .rank = 1},
        {.title = "标题|TITLE", .floor = 16},
        {.title = NULL},
    };
    struct cli_grid grid;
    cli_grid_begin(&grid, cli, table);
    for (size_t index = 0; index < page->n_items; index++) {
        add_item(cli, &grid, page->items[index]);
    }
    cli_grid_end(&grid);
}

/* A page as it comes: a desk of any length is listed in the memory of one page. */
static void add_page(struct cli_listing *listing, const Paidan__DeskListed *page)
{
    struct cli *cli = listing->cli;
    listing->waiting = page->waiting;
    listing->overdue = page->overdue;
    for (size_t index = 0; cli->json && index < page->n_items; index++) {
        cli_listing_row(listing, item_json(cli, page->items[index]));
    }
    if (!cli->json && page->n_items > 0) {
        print_items(cli, page);
        listing->shown += page->n_items;
    }
}

static int list_options(struct cli *cli, Paidan__DeskList *wish,
                        uint8_t cursor[CLI_CURSOR_BYTES_MAX])
{
    uint64_t limit = 0;
    int status =
        cli_number(cli, CLI_LIMIT, 1, LIST_MAX, cli_given(cli, CLI_ALL) ? LIST_MAX : 100, &limit);
    wish->has_by_due = wish->by_due = 1;
    wish->has_limit = 1;
    wish->limit = (uint32_t)limit;
    wish->has_cursor = cli_given(cli, CLI_CURSOR);
    wish->cursor.data = cursor;
    if (status == CLI_EXIT_OK && wish->has_cursor) {
        status = cli_listing_cursor(cli, cursor, &wish->cursor.len);
    }
    return status;
}

int cli_desk_list(struct cli *cli)
{
    uint8_t cursor[CLI_CURSOR_BYTES_MAX];
    char next[2 * CLI_CURSOR_BYTES_MAX + 1];
    struct cli_listing listing;
    Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
    int status = list_options(cli, &wish, cursor);
    if (status == CLI_EXIT_OK) {
        status = cli_listing_begin(&listing, cli);
        listing.desk = true;
    }
    while (status == CLI_EXIT_OK) {
        Paidan__Answer *answer = NULL;
        status = cli_ask(cli, "triage", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            cli_listing_drop(&listing);
            break;
        }
        const Paidan__DeskListed *page = answer->desk_listed;
        add_page(&listing, page);
        const bool more = page->has_cursor && page->cursor.len <= sizeof cursor;
        const bool enough = !cli_given(cli, CLI_ALL) && listing.shown > 0;
        if (!more || enough) {
            cli_listing_cursor_text(&page->cursor, next);
            return cli_listing_end(&listing, more ? next : NULL);
        }
        memcpy(cursor, page->cursor.data, page->cursor.len);
        wish.has_cursor = 1;
        wish.cursor.len = page->cursor.len;
        arena_reset(&cli->arena);
    }
    return status;
}

/* The newest fact of a history as the deed that stands in the way. False: there is none to read. */
static bool newest_deed(struct cli *cli, const ProtobufCBinaryData *history, size_t count,
                        Paidan__WorkResult *deed)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (count == 0 || wire_unpack(&cli->arena, &paidan__event__descriptor, history[count - 1].data,
                                  history[count - 1].len, &message, &error) != RC_OK) {
        return false;
    }
    const Paidan__Event *event = (const Paidan__Event *)(const void *)message;
    deed->actor = event->cause->actor;
    deed->has_at_ms = 1;
    deed->at_ms = event->at_ms;
    deed->did = (char *)(uintptr_t)protobuf_c_message_descriptor_get_field(
                    &paidan__event__descriptor, (unsigned)event->fact_case)
                    ->name;
    return true;
}

/* Refuses in both languages, with the deed where its fact has words. */
static int refuse_for(struct cli *cli, uint64_t ticket, const Paidan__WorkResult *deed,
                      const char *detail)
{
    char zh[SAY_DEED_BYTES] = "", en[SAY_DEED_BYTES] = "", number[NUMBER_BYTES];
    struct say say = *cli_speak(cli);
    number_format(ticket, number);
    say.language = SAY_ENGLISH;
    const bool known = say_deed(&say, deed, cli->now_ms, en);
    say.language = SAY_CHINESE;
    (void)say_deed(&say, deed, cli->now_ms, zh);
    return known ? cli_refuse_as(cli, deed->code, zh, en, number)
                 : cli_refuse(cli, deed->code, detail);
}

/* Who took the ticket off the desk, for the dispatcher who came second. */
static int refuse_gone(struct cli *cli, const Paidan__DeskDispatch *wish, const char *state)
{
    Paidan__TriageShow show = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Answer *answer = NULL;
    Paidan__WorkResult deed = PAIDAN__WORK_RESULT__INIT;
    show.ticket = wish->ticket;
    show.has_history = show.history = 1;
    deed.code = PAIDAN__CODE__NOT_ON_DESK;
    if (cli_try(cli, "triage", &show.base, cli->timeout_ms, &answer) != PAIDAN__CODE__OK ||
        !newest_deed(cli, answer->triage_shown->history, answer->triage_shown->n_history, &deed)) {
        return cli_refuse(cli, PAIDAN__CODE__NOT_ON_DESK, state);
    }
    deed.unit = answer->triage_shown->unit;
    return refuse_for(cli, wish->ticket, &deed, state);
}

/* What the dispatcher did not say and should know: whence the place is, and that the unit is sent
 * outside its own. Nothing where the place is simply the one that was found. */
static void add_place(struct cli *cli, const Paidan__Dispatched *dispatched, char *said,
                      size_t size)
{
    if (dispatched == NULL) {
        return; /* a service from before answers told it */
    }
    const bool known = dispatched->area_from == PAIDAN__AREA_FROM__AREA_FOUND ||
                       dispatched->area_from == PAIDAN__AREA_FROM__AREA_TOLD;
    const char *area = say_area(cli_speak(cli), dispatched->area);
    size_t used = strlen(said);
    if (!known) {
        (void)snprintf(said + used, size - used, cli_say(cli, "，地点 %s（%s）", ", place %s (%s)"),
                       area, say_words_area_from(&cli->say, dispatched->area_from));
        used = strlen(said);
    }
    if (dispatched->has_elsewhere && dispatched->elsewhere) {
        (void)snprintf(said + used, size - used,
                       cli_say(cli, "，地点 %s 不在该单位辖区，按原地点保留",
                               ", the place %s lies outside the unit's own area and is kept"),
                       area);
    }
}

int cli_desk_send(struct cli *cli, Paidan__DeskDispatch *wish)
{
    Paidan__Answer *answer = NULL;
    const Paidan__Code code = cli_try(cli, "triage", &wish->base, cli->timeout_ms, &answer);
    if (code == PAIDAN__CODE__NOT_ON_DESK) {
        return refuse_gone(cli, wish, answer->detail);
    }
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, answer == NULL ? "triage" : answer->detail);
    }
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(wish->ticket));
    json_object_set_new(object, "unit", json_string(wish->unit));
    json_object_set_new(object, "unit_name", json_string(say_unit(cli_speak(cli), wish->unit)));
    char said[768];
    (void)snprintf(said, sizeof said, cli_say(cli, "已分拨给 %s", "dispatched to %s"),
                   say_unit(cli_speak(cli), wish->unit));
    add_place(cli, answer->done->dispatched, said, sizeof said);
    if (answer->done->dispatched != NULL) {
        json_object_set_new(object, "dispatched",
                            say_json_message(&cli->say, &answer->done->dispatched->base, true));
    }
    const struct cli_effect_of of = {.log = "triage", .seq = answer->done->seq};
    return cli_effect_tell(cli, wish->ticket, &of, said, object);
}

int cli_desk_dispatch(struct cli *cli)
{
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    wish.unit = cli_text(cli, CLI_UNIT);
    wish.category = cli_text(cli, CLI_CATEGORY);
    wish.area = cli_text(cli, CLI_AREA);
    wish.note = cli_text(cli, CLI_NOTE);
    wish.summary = cli_text(cli, CLI_SUMMARY);
    wish.has_urgency = cli_given(cli, CLI_URGENCY);
    if (wish.has_urgency) {
        wish.urgency = (Paidan__Urgency)cli_choice(cli, CLI_URGENCY);
    }
    status = cli_connect(cli);
    return status == CLI_EXIT_OK ? cli_desk_send(cli, &wish) : status;
}

/* ---- taken back ---- */

/* Who accepted it meanwhile, or what became of it. */
static int refuse_late(struct cli *cli, uint64_t ticket, const char *state)
{
    Paidan__Show show = PAIDAN__SHOW__INIT;
    Paidan__Answer *answer = NULL;
    Paidan__WorkResult deed = PAIDAN__WORK_RESULT__INIT;
    show.ticket = ticket;
    show.has_history = show.history = 1;
    deed.code = PAIDAN__CODE__RECALL_TOO_LATE;
    if (cli_try(cli, "escalation", &show.base, cli->timeout_ms, &answer) != PAIDAN__CODE__OK ||
        !newest_deed(cli, answer->shown->history, answer->shown->n_history, &deed)) {
        return cli_refuse(cli, PAIDAN__CODE__RECALL_TOO_LATE, state);
    }
    deed.unit = answer->shown->brief->unit;
    return refuse_for(cli, ticket, &deed, state);
}

int cli_desk_take_back(struct cli *cli, Paidan__Recall *wish)
{
    Paidan__Answer *answer = NULL;
    const Paidan__Code code = cli_try(cli, "escalation", &wish->base, cli->timeout_ms, &answer);
    if (code == PAIDAN__CODE__RECALL_TOO_LATE) {
        return refuse_late(cli, wish->ticket, answer->detail);
    }
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, answer == NULL ? "escalation" : answer->detail);
    }
    unsigned char request_id[REQUEST_ID_BYTES]; /* the next question has another */
    memcpy(request_id, cli->request_id, sizeof request_id);
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(wish->ticket));
    json_object_set_new(object, "version", json_integer((json_int_t)answer->done->version));
    const struct cli_effect_of of = {.request_id = request_id};
    return cli_effect_tell(cli, wish->ticket, &of, cli_say(cli, "已撤回分拨", "recalled"), object);
}

int cli_desk_recall(struct cli *cli)
{
    Paidan__Recall wish = PAIDAN__RECALL__INIT;
    int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    if (status == CLI_EXIT_OK) {
        wish.note = cli_text(cli, CLI_NOTE);
        wish.has_version = cli_given(cli, CLI_IF_VERSION);
        status = cli_number(cli, CLI_IF_VERSION, 1, UINT64_MAX, 0, &wish.version);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_connect(cli);
    }
    return status == CLI_EXIT_OK ? cli_desk_take_back(cli, &wish) : status;
}

/* ---- corrected ---- */

int cli_desk_correct(struct cli *cli)
{
    Paidan__Correct wish = PAIDAN__CORRECT__INIT;
    Paidan__Answer *answer = NULL;
    int status = cli_ticket(cli, cli->operands[0], &wish.ticket);
    if (status == CLI_EXIT_OK) {
        wish.category = cli_text(cli, CLI_CATEGORY);
        wish.area = cli_text(cli, CLI_AREA);
        wish.unit = cli_text(cli, CLI_UNIT);
        wish.note = cli_text(cli, CLI_NOTE);
        wish.has_urgency = cli_given(cli, CLI_URGENCY);
        wish.urgency =
            wish.has_urgency ? (Paidan__Urgency)cli_choice(cli, CLI_URGENCY) : wish.urgency;
        wish.has_version = cli_given(cli, CLI_IF_VERSION);
        status = cli_number(cli, CLI_IF_VERSION, 1, UINT64_MAX, 0, &wish.version);
    }
    const bool some =
        wish.category != NULL || wish.area != NULL || wish.unit != NULL || wish.has_urgency;
    if (status == CLI_EXIT_OK && !some) {
        return cli_usage(cli, "要更正什么：--category、--area、--unit 或 --urgency",
                         "what is to be corrected: --category, --area, --unit or --urgency",
                         "correct");
    }
    if (status == CLI_EXIT_OK) {
        status = cli_connect(cli);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__Code code = cli_try(cli, "escalation", &wish.base, cli->timeout_ms, &answer);
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, answer == NULL ? "escalation" : answer->detail);
    }
    unsigned char request_id[REQUEST_ID_BYTES]; /* the next question has another */
    memcpy(request_id, cli->request_id, sizeof request_id);
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(wish.ticket));
    json_object_set_new(object, "version", json_integer((json_int_t)answer->done->version));
    if (answer->done->dispatched != NULL) {
        json_object_set_new(object, "dispatched",
                            say_json_message(&cli->say, &answer->done->dispatched->base, true));
    }
    const struct cli_effect_of of = {.request_id = request_id};
    return cli_effect_tell(cli, wish.ticket, &of, cli_say(cli, "已更正", "corrected"), object);
}
