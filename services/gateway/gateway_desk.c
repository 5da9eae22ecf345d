/* gateway_desk: two services, one list: board, due, tickets by number, alarms. It owns the desk's answer,
 * packed, while escalation is asked. What must stay true: the web and the command line join by the same
 * functions (say_desk), so their rows, counts and pages agree; the desk is asked first, so that a ticket
 * that leaves it meanwhile is told twice rather than not at all; who may not see the desk gets the list
 * without it, and while triage is away too, which is then said ("missing"). */

#include "gateway_desk.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_desk.h"
#include "common/wire/wire.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

enum { BOARD_DEFAULT = 50, BOARD_MAX = 500, LIST_DEFAULT = 100, ALARMS_DEFAULT = 100 };

/* What belongs to a wish of escalation's. */
struct join {
    Paidan__Request__WishCase wish;
    Paidan__Answer__BodyCase body;
    /* The desk's question; false: none. The wish is changed where its cursor is of both. */
    bool (*ask)(ProtobufCMessage *wish, struct say_desk_place *place, Paidan__DeskList *desk);
    /* Joins in the answer; false: the arena is full. */
    bool (*join)(struct arena *arena, const ProtobufCMessage *wish, Paidan__Answer *answer,
                 const Paidan__DeskListed *desk);
};

struct view {
    const struct join *join;
    json_t *object; /* the wish: what is unpacked lives for one turn */
    gateway_desk_told *told;
    unsigned char *desk; /* packed; NULL: none */
    size_t desk_bytes;
    bool away; /* a desk belongs to it, and triage did not say */
    void *state;
    void (*state_free)(void *state);
};

/* ---- the four lists ---------------------------------------------------------------------------
 */

static size_t room_of(protobuf_c_boolean given, uint32_t limit, uint32_t usual, uint32_t most)
{
    return given && limit > 0 && limit <= most ? limit : usual;
}

static bool board_ask(ProtobufCMessage *wish, struct say_desk_place *place, Paidan__DeskList *desk)
{
    const Paidan__Board *board = (const Paidan__Board *)(const void *)wish;
    (void)place;
    desk->has_by_due = desk->by_due = 1;
    desk->has_limit = 1;
    /* As many rows as the board shows may all be the desk's. */
    desk->limit = (uint32_t)room_of(board->has_limit, board->limit, BOARD_DEFAULT, BOARD_MAX);
    desk->area = board->area;
    return board->unit == NULL && board->channel == NULL;
}

static bool board_join(struct arena *arena, const ProtobufCMessage *wish, Paidan__Answer *answer,
                       const Paidan__DeskListed *desk)
{
    const Paidan__Board *board = (const Paidan__Board *)(const void *)wish;
    return say_desk_board(arena, answer->boarded, desk, answer->now_ms,
                          room_of(board->has_limit, board->limit, BOARD_DEFAULT, BOARD_MAX));
}

static bool due_ask(ProtobufCMessage *wish, struct say_desk_place *place, Paidan__DeskList *desk)
{
    Paidan__DueList *due = (Paidan__DueList *)(void *)wish;
    const bool ours = say_desk_due_wish(due, desk);
    const bool begun = due->has_cursor && say_desk_due_place(&due->cursor, place);
    desk->area = due->area;
    if (begun) {
        desk->has_cursor = 1;
        desk->cursor = (ProtobufCBinaryData){.len = sizeof place->triage, .data = place->triage};
        due->cursor =
            (ProtobufCBinaryData){.len = sizeof place->escalation, .data = place->escalation};
    }
    /* A cursor that is none of ours is escalation's to refuse. */
    return ours && (begun || !due->has_cursor);
}

static bool due_join(struct arena *arena, const ProtobufCMessage *wish, Paidan__Answer *answer,
                     const Paidan__DeskListed *desk)
{
    const Paidan__DueList *due = (const Paidan__DueList *)(const void *)wish;
    return say_desk_due(arena, answer->due_listed, desk, due, answer->now_ms,
                        room_of(due->has_limit, due->limit, LIST_DEFAULT, LIST_MAX));
}

static bool list_ask(ProtobufCMessage *wish, struct say_desk_place *place, Paidan__DeskList *desk)
{
    const Paidan__List *list = (const Paidan__List *)(const void *)wish;
    (void)place;
    desk->area = list->area;
    return say_desk_list_wish(list, desk);
}

static bool list_join(struct arena *arena, const ProtobufCMessage *wish, Paidan__Answer *answer,
                      const Paidan__DeskListed *desk)
{
    const Paidan__List *list = (const Paidan__List *)(const void *)wish;
    return say_desk_list(arena, answer->listed, desk, list, answer->now_ms,
                         room_of(list->has_limit, list->limit, LIST_DEFAULT, LIST_MAX));
}

static bool alarms_ask(ProtobufCMessage *wish, struct say_desk_place *place, Paidan__DeskList *desk)
{
    const Paidan__Alarms *alarms = (const Paidan__Alarms *)(const void *)wish;
    (void)place;
    desk->has_by_due = desk->by_due = 1;
    desk->has_overdue = desk->overdue = 1;
    desk->has_limit = 1;
    desk->limit = (uint32_t)room_of(alarms->has_limit, alarms->limit, ALARMS_DEFAULT, LIST_MAX);
    return true;
}

static bool alarms_join(struct arena *arena, const ProtobufCMessage *wish, Paidan__Answer *answer,
                        const Paidan__DeskListed *desk)
{
    const Paidan__Alarms *alarms = (const Paidan__Alarms *)(const void *)wish;
    return say_desk_alarms(arena, answer->alarms_shown, desk, answer->now_ms,
                           room_of(alarms->has_limit, alarms->limit, ALARMS_DEFAULT, LIST_MAX));
}

static const struct join joins[] = {
    {PAIDAN__REQUEST__WISH_BOARD, PAIDAN__ANSWER__BODY_BOARDED, board_ask, board_join},
    {PAIDAN__REQUEST__WISH_DUE_LIST, PAIDAN__ANSWER__BODY_DUE_LISTED, due_ask, due_join},
    {PAIDAN__REQUEST__WISH_LIST, PAIDAN__ANSWER__BODY_LISTED, list_ask, list_join},
    {PAIDAN__REQUEST__WISH_ALARMS, PAIDAN__ANSWER__BODY_ALARMS_SHOWN, alarms_ask, alarms_join},
};

static const struct join *join_of(const struct exchange *exchange)
{
    size_t index = 0;
    while (joins[index].wish != exchange->route->wish) {
        index++;
        CHECK(index < sizeof joins / sizeof joins[0]);
    }
    return &joins[index];
}

/* ---- asking both ------------------------------------------------------------------------------
 */

/* Also ends what the handler keeps for itself beside this (gateway_sheet). */
static void view_free(void *state)
{
    struct view *view = state;
    json_decref(view->object);
    free(view->desk);
    if (view->state_free != NULL) {
        view->state_free(view->state);
    }
    free(view);
}

/* The exchange has its handler's state again; the view is the caller's. */
static struct view *view_take(struct exchange *exchange)
{
    struct view *view = exchange->state;
    exchange->state = view->state;
    exchange->state_free = view->state_free;
    view->state_free = NULL;
    return view;
}

static bool view_make(struct exchange *exchange, json_t *object, gateway_desk_told *told)
{
    struct view *view = calloc(1, sizeof *view);
    if (view == NULL) {
        json_decref(object);
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return false;
    }
    *view = (struct view){.join = join_of(exchange),
                          .object = object,
                          .told = told,
                          .state = exchange->state,
                          .state_free = exchange->state_free};
    exchange->state = view;
    exchange->state_free = view_free;
    return true;
}

/* Into the arena of this turn. */
static const Paidan__DeskListed *desk_of(struct exchange *exchange, const struct view *view)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (view->desk == NULL ||
        wire_unpack(&exchange->gateway->arena, &paidan__desk_listed__descriptor, view->desk,
                    view->desk_bytes, &message, &error) != RC_OK) {
        return NULL;
    }
    return (const Paidan__DeskListed *)(const void *)message;
}

static bool wish_of(struct exchange *exchange, const struct view *view, ProtobufCMessage **wish)
{
    return gateway_api_read(exchange, view->object, gateway_api_wish_of(view->join->wish), wish);
}

static bool join(struct exchange *exchange, const struct view *view, Paidan__Answer *answer)
{
    const Paidan__DeskListed *desk = desk_of(exchange, view);
    ProtobufCMessage *wish = NULL;
    if (desk == NULL) {
        return true;
    }
    return wish_of(exchange, view, &wish) &&
           view->join->join(&exchange->gateway->arena, wish, answer, desk);
}

static void both_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    struct view *view = exchange->state;
    /* Its body lies in the arena; the answer around it is copied to be joined in. */
    Paidan__Answer whole = *answer;
    if (answer->body_case != view->join->body) {
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, "escalation", 0);
    } else if (!join(exchange, view, &whole)) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    } else {
        view = view_take(exchange);
        view->told(exchange, &whole, !view->away);
        view_free(view);
    }
}

static void ask_escalation(struct exchange *exchange)
{
    struct view *view = exchange->state;
    ProtobufCMessage *wish = NULL;
    if (wish_of(exchange, view, &wish)) {
        struct say_desk_place place;
        Paidan__DeskList ignored = PAIDAN__DESK_LIST__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        (void)view->join->ask(wish, &place, &ignored);
        gateway_api_put(&request, view->join->wish, wish);
        gateway_api_ask(exchange, GATEWAY_ESCALATION, &request, both_told);
    }
}

/* The answer lives for this turn alone and is needed in the next: kept packed. */
static void desk_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    struct view *view = exchange->state;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_DESK_LISTED) {
        view->desk_bytes = paidan__desk_listed__get_packed_size(answer->desk_listed);
        view->desk = malloc(view->desk_bytes + 1);
        if (view->desk != NULL) {
            (void)paidan__desk_listed__pack(answer->desk_listed, view->desk);
        }
    }
    view->away = view->desk == NULL && code != PAIDAN__CODE__FORBIDDEN;
    ask_escalation(exchange);
}

static void ask(struct exchange *exchange)
{
    struct view *view = exchange->state;
    struct say_desk_place place;
    Paidan__DeskList list = PAIDAN__DESK_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    ProtobufCMessage *wish = NULL;
    if (!wish_of(exchange, view, &wish)) {
        return;
    }
    if (!view->join->ask(wish, &place, &list)) {
        ask_escalation(exchange);
        return;
    }
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &list;
    gateway_session_sign(exchange, &request);
    if (gateway_upstream_ask(exchange->gateway, GATEWAY_TRIAGE, &request, GATEWAY_READ_MS,
                             desk_told, exchange) != RC_OK) {
        view->away = true;
        ask_escalation(exchange);
    }
}

void gateway_desk_send(struct exchange *exchange, json_t *object, gateway_desk_told *told)
{
    if (view_make(exchange, object, told)) {
        ask(exchange);
    }
}

/* ---- showing ----------------------------------------------------------------------------------
 */

/* The memo knows most lists: many screens show the same one. */
static void show(struct exchange *exchange, const Paidan__Answer *answer, bool desk)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
        &paidan__answer__descriptor, (unsigned)answer->body_case);
    const ProtobufCMessage *body = NULL;
    CHECK(field != NULL);
    memcpy(&body, (const char *)answer + field->offset, sizeof body);
    if (!desk) {
        json_t *json = gateway_api_json(exchange, answer), *missing = json_array();
        json_array_append_new(missing, json_string(gateway_upstream_name(GATEWAY_TRIAGE)));
        json_object_set_new(json, "missing", missing);
        gateway_exchange_json(exchange, 200, json);
    } else if (!gateway_api_say(exchange, body, answer->now_ms)) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

void gateway_desk_show(struct exchange *exchange)
{
    json_t *object = json_object();
    if (gateway_api_fields(exchange, gateway_api_wish_of(exchange->route->wish), object)) {
        gateway_desk_send(exchange, object, show);
    } else {
        json_decref(object);
    }
}
