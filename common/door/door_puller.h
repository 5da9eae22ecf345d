/* door_puller: a port of the shell that pulls the callbacks of the adapter's channel and asks the own
 * service to take each (`take` makes the request). A lease that is not answered comes again. */
#pragma once

#include "common/run/shell.h"

struct door_puller {
    const char *(*channel)(const struct site *site); /* NULL: none is pulled */
    /* The own wish for a task. Texts in the arena. */
    void (*take)(const Paidan__CallbackTask *task, struct arena *arena, Paidan__Request *request);
};
MUST_CHECK enum rc door_puller_open(struct shell_gate *gate, const char *data_dir,
                                    const struct door_puller *puller, void **context);
void door_puller_close(void *context);
void door_puller_wait(void *context, struct shell_port_wait *wait);
void door_puller_work(void *context, bool readable, bool writable);
void door_puller_answered(void *context, uint64_t token, const Paidan__Answer *answer);
