/* archive_formula: from counts to rates 三率 and a score, by the site's formula. Pure. */
#pragma once

#include "archive_count.h"
#include "common/site/site_rates.h"

/* One rate: numerator, denominator, what was left out. Where partly or fairly counts with less than its whole,
 * numerator and denominator are in hundredths. */
void archive_formula_rate(const struct site_rates *formula, const uint64_t counts[RATES_COUNTS],
                          Paidan__RatesName name, Paidan__RatesRate *rate);
/* The weighted score in hundredths of a point; rates without a denominator are left out, and the weights of the
 * others stand for all. False: there is nothing to weigh. */
bool archive_formula_score(const struct site_rates *formula, const uint64_t counts[RATES_COUNTS],
                           uint32_t *score);
