/* gateway_session: people behind requests. It owns what is known of sessions. What must stay true:
 * nobody acts without a login, also where the peer is this very machine: a request without a session is
 * at most the public's. */

#include "gateway_session.h"

#include "gateway_problem.h"

enum rc gateway_session_open(struct gateway *gateway)
{
    (void)gateway;
    return RC_OK;
}

void gateway_session_close(struct gateway *gateway)
{
    (void)gateway;
}

size_t gateway_session_items(struct gateway *gateway, struct bus_item *items)
{
    (void)gateway;
    (void)items;
    return 0;
}

void gateway_session_work(struct gateway *gateway)
{
    (void)gateway;
}

void gateway_session_admit(struct exchange *exchange, gateway_handler *next)
{
    (void)next;
    gateway_problem(exchange, PAIDAN__CODE__UNREACHABLE, "access", 5000);
}

void gateway_session_sign(struct exchange *exchange, Paidan__Request *request)
{
    request->has_public_ = 1;
    request->public_ = 1;
    request->via = exchange->address;
}

void gateway_session_refused(struct exchange *exchange)
{
    (void)exchange;
}
