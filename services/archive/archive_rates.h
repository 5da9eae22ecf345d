/* archive_rates: figures: a sum of counts for each code, with rates, times, score and rank. */
#pragma once

#include "archive_count.h"
#include "archive_part.h"

/* Periods that are asked for, both included. NOW: from and until 0. */
struct archive_span {
    enum archive_grain grain;
    uint32_t from, until; /* yyyymmdd or yyyymm */
};
/* False: they are no days or months, in the wrong order, or too many. */
bool archive_rates_span(Paidan__RatesGrain grain, const char *from, const char *until,
                        struct archive_span *span);
/* The days of a span, for what is kept by days: of months, the first and the last. */
void archive_rates_days(const struct archive_span *span, uint32_t *from, uint32_t *until);
/* Whether by area the place lies in the one that is named by code; else whether the codes are one. */
bool archive_rates_within(const struct site *site, Paidan__RatesBy by, const char *code,
                          const char *asked);

/* As step_service.query. */
MUST_CHECK enum rc archive_rates_query(struct step_view *view, const Paidan__Rates *wish,
                                       Paidan__Answer *answer);
