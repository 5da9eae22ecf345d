/* access_fsm: the table behind access_fsm.h. Every pair of state and signal is decided here and
 * nowhere else; a cell left out is a refusal. What must stay true: no way leads from DISABLED or
 * (none) to a login, and none to ACTIVE but a password that the person chose. */

#include "access_fsm.h"

#include <assert.h>

#include "common/base/check.h"

#define TO(next)                                                                                   \
    {                                                                                              \
        true, next                                                                                 \
    }

static const struct access_step steps[ACCESS_STATE_COUNT][ACCESS_SIGNAL_COUNT] = {
    [ACCESS_NONE] = {[ACCESS_ADDED] = TO(ACCESS_INVITED)},
    [ACCESS_INVITED] =
        {
            [ACCESS_LOGIN] = TO(ACCESS_INVITED),
            [ACCESS_PASSWORD_SET] = TO(ACCESS_ACTIVE),
            [ACCESS_RESET] = TO(ACCESS_INVITED),
            [ACCESS_DISABLE] = TO(ACCESS_DISABLED),
        },
    [ACCESS_ACTIVE] =
        {
            [ACCESS_LOGIN] = TO(ACCESS_ACTIVE),
            [ACCESS_PASSWORD_SET] = TO(ACCESS_ACTIVE),
            [ACCESS_RESET] = TO(ACCESS_INVITED),
            [ACCESS_DISABLE] = TO(ACCESS_DISABLED),
        },
    /* A password given meanwhile is in force once he is enabled. */
    [ACCESS_DISABLED] =
        {
            [ACCESS_RESET] = TO(ACCESS_DISABLED),
            [ACCESS_ENABLE] = TO(ACCESS_INVITED),
        },
};

static_assert(ACCESS_DISABLED == 3, "states are stored: never renumber");

struct access_step access_fsm_step(enum access_state state, enum access_signal signal)
{
    CHECK(state < ACCESS_STATE_COUNT);
    CHECK(signal < ACCESS_SIGNAL_COUNT);
    const struct access_step step = steps[state][signal];
    /* Nobody's account is forgotten: what he did stands in the logs under his name. */
    CHECK(!step.allowed || step.next != ACCESS_NONE);
    return step;
}

const char *access_fsm_state_name(enum access_state state)
{
    static const char *const names[ACCESS_STATE_COUNT] = {"NONE", "INVITED", "ACTIVE", "DISABLED"};
    CHECK(state < ACCESS_STATE_COUNT);
    return names[state];
}

const char *access_fsm_signal_name(enum access_signal signal)
{
    static const char *const names[ACCESS_SIGNAL_COUNT] = {"ADDED", "LOGIN",   "PASSWORD_SET",
                                                           "RESET", "DISABLE", "ENABLE"};
    CHECK(signal < ACCESS_SIGNAL_COUNT);
    return names[signal];
}
