/* gateway_route: the one table of routes. */
#pragma once

#include "gateway.h"

const struct gateway_route *gateway_route_table(size_t *count);
/* The row of that method and path, with what stands for {names} in parts. NULL: none; *known: the
 * path is known with another method. */
const struct gateway_route *gateway_route_find(const struct gateway_route *routes, size_t count,
                                               enum gateway_method method,
                                               const struct gateway_uri *uri,
                                               struct gateway_pair parts[GATEWAY_PARTS_OF_PATH],
                                               unsigned *part_count, bool *known);
