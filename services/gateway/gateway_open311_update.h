/* gateway_open311_update: updates of requests, both ways, as FixMyStreet and others extend GeoReport. */
#pragma once

#include "gateway.h"

/* Handlers: GET and POST servicerequestupdates. */
gateway_handler gateway_open311_updates;
gateway_handler gateway_open311_update;
