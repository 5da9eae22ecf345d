/* shell_world: a folder, services as processes, a client: what the tests of the shell share. The
 * test program itself is the service (world_main), so that it can be killed. Failures fail the
 * test. */
#pragma once

#include "box.h"
#include "common/base/limits.h"
#include "common/bus/client.h"
#include "common/store/evlog.h"
#include "common/wire/wire.h"

#include <stdbool.h>
#include <sys/types.h>

enum { PATIENCE_MS = 90000 }; /* for what must happen; only a failure waits so long */

struct process {
    pid_t pid; /* 0: not running */
    char name[16];
};

struct world {
    char folder[64], site[96];
    struct process processes[4];
    struct client *client;
    struct arena arena;
};
/* Asking by hand, with a socket of the library's own. */
struct raw {
    void *context, *socket;
    unsigned char *bytes;
    size_t size;
};

/* True: this process is to be a service, and was; *status is its exit. */
bool world_main(int argc, char **argv, int *status);
int world_setup(void **state);
void world_start(struct world *world, const char *name, ...);
int world_ended(struct world *world, const char *name);
void world_tell(struct world *world, const char *name, int signal);
void world_slay(struct world *world, const char *name);
bool world_log_has(struct world *world, const char *name, const char *words);
int world_teardown(void **state);
void world_run(const char *format, const char *a, const char *b);
Paidan__Answer *world_ask(struct world *world, const char *name, Paidan__Request *request);
Paidan__Pong *world_ping(struct world *world, const char *name);
uint64_t world_tally(struct world *world, const char *name, const char *counter);
void world_expect_tally(struct world *world, const char *name, const char *counter, uint64_t value);
void world_chase_init(Paidan__Request *request, Paidan__Chase *wish, uint64_t ticket,
                      const char *box);
void world_chase(struct world *world, const char *name, uint64_t ticket, const char *box);
void world_pull_init(Paidan__Request *request, Paidan__Pull *wish, const char *box,
                     uint32_t wait_ms);
void raw_open(struct world *world, struct raw *raw, const char *name);
void raw_close(struct raw *raw);
void raw_send(struct raw *raw, const void *bytes, size_t size);
void raw_receive(struct raw *raw);
Paidan__Answer *raw_answer(struct world *world, struct raw *raw);
size_t world_packed(const Paidan__Request *request, unsigned char *bytes, size_t size);
size_t world_packed_chase(unsigned char *bytes, size_t size, unsigned char id);
const char *world_root(void);
void raw_fetch(struct raw *raw, uint64_t correlation, uint64_t after, uint32_t wait_ms);
void world_expect_metric(struct world *world, const char *name, const char *line);
