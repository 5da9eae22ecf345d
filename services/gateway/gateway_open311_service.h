/* gateway_open311_service: what the site offers: where, which services, what each asks. */
#pragma once

#include <jansson.h>

#include "common/site/site_open311.h"
#include "gateway.h"

/* Handlers: discovery, services, services/{code}. */
gateway_handler gateway_open311_discovery;
gateway_handler gateway_open311_services;
gateway_handler gateway_open311_definition;

/* The service of that code; NULL: there is none. */
const struct site_open311_service *gateway_open311_service_find(const struct site *site,
                                                                const char *code);
/* The service that a ticket of that category belongs to: its own, else the nearest above it; NULL: none. */
const struct site_open311_service *gateway_open311_service_of(const struct site *site,
                                                              const char *category);
/* One of two texts in the reader's language; English may be absent. NULL: "" in both. */
json_t *gateway_open311_text(const struct exchange *exchange, const char *zh, const char *en);
