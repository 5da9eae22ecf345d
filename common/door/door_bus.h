/* door_bus: a port's connections to our own services: requests under ids that the caller made, in the
 * shell's loop. Asked again after a lost connection with the same bytes, so that nothing is done
 * twice. For the files of common/door. */
#pragma once

#include "command.pb-c.h"
#include "common/base/rc.h"

struct door_bus;

/* answer: until return; NULL: none came in its time, why says so for people. */
typedef void door_bus_answered(void *context, uint64_t token, const Paidan__Answer *answer,
                               const char *why);

enum { DOOR_BUS_ASKED_MAX = 320 };

/* RC_OK, RC_IO, RC_LIMIT. */
MUST_CHECK enum rc door_bus_open(struct door_bus **bus, const char *data_dir,
                                 door_bus_answered *answered, void *context);
void door_bus_close(struct door_bus *bus);
/* Fills in protocol and correlation. answered will be called exactly once, never before this returns;
 * an answer is waited for wait_ms at most, a connection a second. Before: the request has an id; no other
 * of that token is under way. RC_OK; RC_LIMIT: too large, no memory, or DOOR_BUS_ASKED_MAX. */
MUST_CHECK enum rc door_bus_ask(struct door_bus *bus, const char *service,
                                const Paidan__Request *request, uint64_t token, uint64_t wait_ms);
int door_bus_fd(const struct door_bus *bus);
uint64_t door_bus_due_us(const struct door_bus *bus);
void door_bus_work(struct door_bus *bus);
