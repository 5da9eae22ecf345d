/* paidan-access: the access service as a process, and its keys.
 *
 * The core reads no file, so the keys are read here, by a port that does nothing else, before the
 * first step: DATA/keys/grants, of which the services have the public half, and DATA/keys/access. What is
 * secret of them nobody else reads. They are made at the first start, whole or not at all. Time is the machine's: a demo's
 * fast clock would end sessions while people type. */

#include <sodium.h>
#include <unistd.h>

#include "access.h"
#include "access_secret.h"
#include "common/base/check.h"
#include "common/permit/permit_grant.h"
#include "common/run/shell.h"

static enum rc keys_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    struct access_keys keys;
    (void)gate;
    *context = NULL;
    keys.uid = (uint32_t)geteuid();
    enum rc rc = permit_key_pair(data_dir, PERMIT_PAPER_GRANT, keys.grant);
    if (rc == RC_OK) {
        rc = permit_key_load_own(data_dir, "access", keys.own);
    }
    if (rc == RC_OK) {
        access_secret_use(&keys);
    }
    sodium_memzero(&keys, sizeof keys);
    return rc;
}

static void keys_close(void *context)
{
    (void)context;
}

static void keys_wait(void *context, struct shell_port_wait *wait)
{
    (void)context;
    (void)wait; /* nothing to wait for */
}

static void keys_work(void *context, bool readable, bool writable)
{
    (void)context;
    (void)readable;
    (void)writable;
}

static void keys_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    (void)context;
    (void)answer;
    CHECK(token == 0); /* it never asks */
}

int main(int argc, char **argv)
{
    static const struct shell_port keys = {.name = "keys",
                                           .open = keys_open,
                                           .close = keys_close,
                                           .wait = keys_wait,
                                           .work = keys_work,
                                           .answered = keys_answered};
    static const struct shell_port *const ports[] = {&keys, NULL};
    static const struct shell_service service = {
        .step = &access_service,
        .summary = "keeps people's accounts, roles, sessions and keys",
        .ports = ports,
        .real_time = true,
    };
    return shell_main(&service, argc, argv);
}
