/* site_rates: how a site counts the three rates 三率: the section `rates` of site.yaml, by a published
 * preset and what the site says otherwise. Percentages are whole. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "archive.pb-c.h"

struct site_rates {
    char preset[32];
    uint32_t weight_response, weight_solution, weight_satisfaction; /* add up to 100 */
    uint32_t partly, fair;  /* what partly solved, fairly satisfied count for, in per cent */
    bool unreached_counted; /* they stand in the denominators */
    Paidan__RatesResponse response;
    uint32_t base_accept, base_handle; /* 基准线, in per cent; 0: none */
};
