/* notify: tells a service manager "ready", "watchdog", "stopping" over $NOTIFY_SOCKET; silent
 * without one. */
#pragma once

#include <stdint.h>

void notify_send(const char *state); /* "READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=..." */
uint64_t notify_watchdog_ms(void);   /* half of $WATCHDOG_USEC; 0: none asked */
