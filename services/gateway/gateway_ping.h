/* gateway_ping: the gateway's own socket, DATA/run/gateway.sock: Ping and Metrics, as every service
 * answers them. */
#pragma once

#include "gateway.h"

MUST_CHECK enum rc gateway_ping_open(struct gateway *gateway);
void gateway_ping_close(struct gateway *gateway);
void gateway_ping_work(struct gateway *gateway);
