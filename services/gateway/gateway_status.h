/* gateway_status: whether it lives, whether it can serve, and how much it does. */
#pragma once

#include "gateway.h"

gateway_handler gateway_status_health;  /* 200 while the loop turns */
gateway_handler gateway_status_ready;   /* 200 while every service answers, else 503 and which */
gateway_handler gateway_status_metrics; /* Prometheus text format 0.0.4 */
gateway_handler gateway_status_stats;   /* GET /stats/{service} */
gateway_handler gateway_status_ping;    /* GET /ping: all services, those that are away too */
gateway_handler gateway_status_audit;   /* GET /audit: access's facts with sentences */
/* The same metrics, for Metrics on its socket. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc gateway_status_write(const struct gateway *gateway, char *text, size_t size);
