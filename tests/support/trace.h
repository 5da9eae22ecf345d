/* trace: what happened, as lines people can read, for golden files.
 *
 *   [0d 00:15] escalation > raised 20261122-0001-6 1→2 u.b1→u.c1 expired clock=accept
 *
 * Lines begin with days, hours and minutes since the trace's base, with seconds and milliseconds
 * where they are not zero; times within a line are milliseconds since it. A golden file is
 * tests/golden/<name>.txt; with PAIDAN_GOLDEN=update in the environment it is written instead of
 * compared. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "event.pb-c.h"

struct trace {
    char *text; /* NUL-terminated, grows */
    size_t bytes, used;
    uint64_t base_ms;
};

void trace_init(struct trace *trace, uint64_t base_ms);
void trace_fini(struct trace *trace);

/* One line without a time, one line with it; the line break is added. */
void trace_say(struct trace *trace, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trace_at(struct trace *trace, uint64_t at_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One fact of a service's log: any Event of proto/event.proto. mark: ">" said, "<" heard. */
void trace_event(struct trace *trace, const char *service, const char *mark,
                 const Paidan__Event *event);
/* An answer: its code and, shortly, what it holds. who: the caller. */
void trace_answer(struct trace *trace, const char *who, const Paidan__Answer *answer);

/* Short lower-case names: "accept", "assigned", "solved". Never NULL. */
const char *trace_clock(Paidan__Clock clock);
const char *trace_state(Paidan__State state);
const char *trace_outcome(Paidan__Outcome outcome);
/* A fact's name as the schema spells it: "asked"; "nothing" for none. */
const char *trace_fact(Paidan__Event__FactCase fact);

/* Compares with the golden file; prints the first lines that differ. True: equal (or updated). */
bool trace_golden(const struct trace *trace, const char *name);
