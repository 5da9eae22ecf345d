/* say_rates: figures of the archive as it tells them (RatesShown), for whoever shows them. */
#pragma once

#include "archive.pb-c.h"
#include "common/say/say.h"

/* 0 where the service told none. row NULL: likewise. */
uint64_t say_rates_count(const Paidan__RatesRow *row, Paidan__RatesCount count);
/* NULL: none. */
const Paidan__RatesRate *say_rates_rate(const Paidan__RatesRow *row, Paidan__RatesName name);
const Paidan__RatesTime *say_rates_time(const Paidan__RatesRow *row, Paidan__RatesClock which);
/* What numerator and denominator are in: 1, or 100 where a part counts for less than a whole. */
uint64_t say_rates_scale(const Paidan__RatesFormula *formula, Paidan__RatesName name);
/* How the score is made, in a line. */
enum { SAY_RATES_FORMULA_BYTES = 512 };
void say_rates_formula(const struct say *say, const Paidan__RatesFormula *formula,
                       char text[SAY_RATES_FORMULA_BYTES]);
/* Name of what a row is of; "" of the whole. */
const char *say_rates_name(const struct say *say, Paidan__RatesBy by, const char *code);
/* Level of the area that a row is of; of all else 0. */
uint32_t say_rates_level(const struct say *say, Paidan__RatesBy by, const char *code);
/* Which of two rows stands first (below 0: one): areas by level, the highest first; then by rank; then those that
 * had most. */
int say_rates_order(const Paidan__RatesRow *one, uint32_t one_level, const Paidan__RatesRow *other,
                    uint32_t other_level);
