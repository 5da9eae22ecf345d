/* gateway_figures: figures of the archive as a workbook (.xlsx) for whoever looks at them on a screen. */
#pragma once

#include "gateway.h"

/* GET /api/v1/rates.xlsx: grain (month), from, until of Rates: a page each of units, areas, categories and channels,
 * or the one that `by` names; the days of one month, or else its periods; and how it all is counted. */
gateway_handler gateway_figures_rates;
