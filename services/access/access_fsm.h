/* access_fsm: the life of one account.
 *
 *                added            password set            reset
 *     (none) ───────────▶ INVITED ───────────▶ ACTIVE ───────────▶ INVITED
 *                          │ ▲ └ login, reset    │ └ login, password set
 *                  disabled│ │enabled            │disabled
 *                          ▼ │                   │
 *                        DISABLED ◀──────────────┘
 *                           └ reset
 *
 * INVITED: somebody else knows the password, so it opens nothing but the way to another one. Who
 * was disabled comes back as INVITED: nobody knows who had the password meanwhile. */
#pragma once

#include <stdbool.h>

#include "event.pb-c.h"

enum access_state {
    ACCESS_NONE = 0,
    ACCESS_INVITED = 1,
    ACCESS_ACTIVE = 2,
    ACCESS_DISABLED = 3,
    ACCESS_STATE_COUNT,
};

enum access_signal {
    ACCESS_ADDED,
    ACCESS_LOGIN,        /* name, password and second factor were right */
    ACCESS_PASSWORD_SET, /* by the person */
    ACCESS_RESET,        /* an administrator gave a password */
    ACCESS_DISABLE,
    ACCESS_ENABLE,
    ACCESS_SIGNAL_COUNT,
};

/* A cell of the table. */
struct access_step {
    bool allowed; /* false: a cell left out, the signal is refused */
    enum access_state next;
};

struct access_step access_fsm_step(enum access_state state, enum access_signal signal);
const char *access_fsm_state_name(enum access_state state);
const char *access_fsm_signal_name(enum access_signal signal);
