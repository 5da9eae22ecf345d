/* gateway_board: two services, one board. It owns the first answer, packed, while the second is asked for.
 * What must stay true: the web and the command line join by the same function, so their counts agree; who
 * may not see the desk, or while triage is away, gets the board without it. */

#include "gateway_board.h"

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

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 500 };

struct view {
    unsigned char *boarded; /* packed */
    size_t bytes;
    uint64_t now_ms;
    uint32_t limit;
    char area[CODE_BYTES_MAX + 1];
    bool of_unit;
};

static void view_free(void *state)
{
    struct view *view = state;
    free(view->boarded);
    free(view);
}

/* Into the arena of this turn, beside the desk's answer. */
static Paidan__Boarded *unpack(struct exchange *exchange)
{
    const struct view *view = exchange->state;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc rc = wire_unpack(&exchange->gateway->arena, &paidan__boarded__descriptor,
                                   view->boarded, view->bytes, &message, &error);
    return rc == RC_OK ? (Paidan__Boarded *)(void *)message : NULL;
}

/* The memo knows most boards: many screens show the same one. */
static void say(struct exchange *exchange, const Paidan__Boarded *boarded)
{
    const struct view *view = exchange->state;
    if (boarded == NULL || !gateway_api_say(exchange, &boarded->base, view->now_ms)) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

/* Refused, or away: the rest of the board is worth showing. */
static void desk_told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    const struct view *view = exchange->state;
    Paidan__Boarded *boarded = unpack(exchange);
    if (boarded != NULL && code == PAIDAN__CODE__OK &&
        answer->body_case == PAIDAN__ANSWER__BODY_DESK_LISTED &&
        !say_desk_board(&exchange->gateway->arena, boarded, answer->desk_listed, answer->now_ms,
                        view->limit)) {
        boarded = NULL;
    }
    say(exchange, boarded);
}

/* As many rows as the board shows may all be the desk's. */
static bool ask_desk(struct exchange *exchange)
{
    struct view *view = exchange->state;
    Paidan__DeskList list = PAIDAN__DESK_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    list.has_by_due = 1;
    list.by_due = 1;
    list.has_limit = 1;
    list.limit = view->limit;
    list.area = view->area[0] == '\0' ? NULL : view->area;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &list;
    gateway_session_sign(exchange, &request);
    return gateway_upstream_ask(exchange->gateway, GATEWAY_TRIAGE, &request, GATEWAY_READ_MS,
                                desk_told, exchange) == RC_OK;
}

/* The answer lives for this turn alone and is needed in the next: kept packed. */
static void board_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    struct view *view = exchange->state;
    if (answer->body_case != PAIDAN__ANSWER__BODY_BOARDED) {
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, "escalation", 0);
        return;
    }
    view->now_ms = answer->now_ms;
    if (view->of_unit) {
        say(exchange, answer->boarded);
        return;
    }
    view->bytes = paidan__boarded__get_packed_size(answer->boarded);
    view->boarded = malloc(view->bytes + 1);
    if (view->boarded == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    (void)paidan__boarded__pack(answer->boarded, view->boarded);
    if (!ask_desk(exchange)) {
        say(exchange, answer->boarded);
    }
}

/* What both questions take from the wish. */
static bool view_make(struct exchange *exchange, const Paidan__Board *board)
{
    struct view *view = calloc(1, sizeof *view);
    exchange->state = view;
    exchange->state_free = view_free;
    if (view == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return false;
    }
    view->of_unit = board->unit != NULL;
    view->limit = board->has_limit && board->limit <= LIMIT_MAX ? board->limit : LIMIT_DEFAULT;
    if (board->area != NULL) {
        CHECK(strlen(board->area) <= CODE_BYTES_MAX); /* wire_check */
        memcpy(view->area, board->area, strlen(board->area) + 1);
    }
    return true;
}

void gateway_board_show(struct exchange *exchange)
{
    json_t *object = json_object();
    ProtobufCMessage *message = NULL;
    if (gateway_api_fields(exchange, &paidan__board__descriptor, object) &&
        gateway_api_read(exchange, object, &paidan__board__descriptor, &message) &&
        view_make(exchange, (const Paidan__Board *)(const void *)message)) {
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        gateway_api_put(&request, PAIDAN__REQUEST__WISH_BOARD, message);
        gateway_api_ask(exchange, GATEWAY_ESCALATION, &request, board_told);
    }
    json_decref(object);
}
