/* gateway_openapi: the interface as OpenAPI 3.1, made from the table of routes and the descriptors. */
#pragma once

#include <jansson.h>

#include "gateway.h"

json_t *gateway_openapi_make(const struct gateway_route *routes, size_t count);
/* GET /openapi.json: of gateway->routes. */
gateway_handler gateway_openapi_show;
