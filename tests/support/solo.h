/* solo: one service alone on virtual time, for stories about its core.
 *
 * Commands and deadlines go through a real engine on a real store; records of the logs it follows
 * are written by the test. Beside story.h, which runs one input a step and only traces, this is for
 * tests that need a whole step (records and a command together), its conditions, or the bytes of an
 * answer. Each fact's prev_seq is checked as it is said. Deterministic: same calls, same bytes. A
 * call that fails where it must not ends the test.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/step/step.h"

struct solo;

/* The site of the stories, tests/sites/calls: channels hotline, wechat, device (called back by
 * hotline), category water, area sanchajie; callback 3 attempts of 4 h with a pause of 2 h, calling
 * hours 9-12 and 14-20 in +08:00. Loaded once. */
const struct site *solo_site(void);
/* Another one of tests/sites; the caller frees it with site_free. */
struct site *solo_site_load(const char *name);

/* Makes its own folder below TMPDIR and removes it in solo_close. start_ms: virtual now. */
struct solo *solo_open(const struct step_service *service, const struct site *site,
                       uint64_t start_ms);
void solo_close(struct solo *solo);
/* Kill and start again: the engine is thrown away and opened from its store. */
void solo_restart(struct solo *solo);

uint64_t solo_now_ms(const struct solo *solo);
/* Moves the clock; nothing fires before the next call. */
void solo_set_time(struct solo *solo, uint64_t now_ms);
/* Lets time pass up to now + ms, stopping at each deadline on the way. */
void solo_advance(struct solo *solo, uint64_t ms);
/* Conditions of the following steps. */
void solo_conditions(struct solo *solo, bool storage_low, uint32_t overload_ms);
struct store *solo_store(struct solo *solo);
struct step_engine *solo_engine(struct solo *solo);

/* One command in one step; fills in what a client would (protocol, a fresh request id, actor
 * "test"). An empty actor "" is sent as none. The answer lives until the next call; NULL: parked,
 * see solo_park_at_ms. */
const Paidan__Answer *solo_call(struct solo *solo, Paidan__Request *request);
/* The same, with no waiting beyond until_ms. */
const Paidan__Answer *solo_call_until(struct solo *solo, Paidan__Request *request,
                                      uint64_t until_ms);
uint64_t solo_park_at_ms(const struct solo *solo);
/* Did the last step wake those who wait for this name? */
bool solo_woke(const struct solo *solo, const char *name);
/* The bytes of the last answer, as they would be sent. */
const unsigned char *solo_bytes(const struct solo *solo, size_t *size);
/* A wish that changes nothing. */
const Paidan__Answer *solo_query(struct solo *solo, Paidan__Request *request);

/* Runs what solo_say queued and the command (NULL: none) with the nth write or commit of the store
 * failing as RC_FULL; count from 1. False: that many there are not, and all of it was done. True:
 * the step failed, nothing changed, and the same may be tried again. */
bool solo_try_full(struct solo *solo, Paidan__Request *request, unsigned nth);

/* Records of followed logs: queued by solo_say (cause and time are filled in, the event must live
 * until the flush), applied in one step by solo_flush. */
void solo_say(struct solo *solo, const char *log, Paidan__Event *event);
/* Also takes a command into the same step, at its end; NULL: none. */
const Paidan__Answer *solo_flush(struct solo *solo, Paidan__Request *request);

/* A service's counter by name. */
uint64_t solo_tally(struct solo *solo, const char *name);
uint64_t solo_head(const struct solo *solo);
/* The nth fact (from 1) of that kind in the service's log; the caller frees it with
 * paidan__event__free_unpacked(event, NULL). */
Paidan__Event *solo_fact(struct solo *solo, Paidan__Event__FactCase kind, unsigned nth);

/* From here on each fact is a line of the trace (trace.h); solo_note adds one of the story's own.
 */
void solo_trace(struct solo *solo);
void solo_note(struct solo *solo, const char *text);
/* The trace equals tests/golden/<golden>.txt, the log verifies, and folding it into an empty store
 * gives the same tables. */
void solo_check(struct solo *solo, const char *golden);
/* The last two alone. */
void solo_check_replay(struct solo *solo);
