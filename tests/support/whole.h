/* whole: every field of every fact and answer, for golden files. The stories' traces are made for
 * reading and leave out what a line has no room for; these are made so that no field can be lost or
 * filled with another's value without a test that fails. */
#pragma once

#include "solo.h"
#include "trace.h"

/* One line: what was asked, then the whole answer. */
void whole_answer(struct trace *trace, const char *asked, const Paidan__Answer *answer);
/* A line for each fact in the service's log, in its order. */
void whole_log(struct trace *trace, struct solo *solo);
/* Which wishes the service knows, and which of them change something; what it hears of a log and
 * how much of it it needs; its counters. */
void whole_service(struct trace *trace, const struct step_service *service);
/* The service's counters. */
void whole_tallies(struct trace *trace, struct solo *solo, const struct step_service *service);
