/* port_archive_key: a port that does nothing but read a file, as the core may not. DATA/secrets/archive/person.key
 * is in no backup of the stores: whoever restores one without it names everybody anew, which mixes up nobody. */
#include "port_archive_key.h"

#include <sodium.h>

#include "archive_person.h"
#include "common/base/check.h"
#include "common/permit/permit_grant.h"

static_assert(ARCHIVE_PERSON_KEY_BYTES == PERMIT_KEY_BYTES, "one size of keys");

static enum rc key_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    unsigned char key[ARCHIVE_PERSON_KEY_BYTES];
    (void)gate;
    *context = NULL;
    const enum rc rc = permit_key_load_secret(data_dir, "archive", "person.key", key);
    if (rc == RC_OK) {
        archive_person_use(key);
    }
    sodium_memzero(key, sizeof key);
    return rc;
}

static void key_close(void *context)
{
    CHECK(context == NULL);
    archive_person_use(NULL);
}

static void key_wait(void *context, struct shell_port_wait *wait)
{
    (void)context;
    CHECK(wait->fd == -1); /* nothing to wait for */
}

static void key_work(void *context, bool readable, bool writable)
{
    (void)context;
    CHECK(!readable && !writable);
}

static void key_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    (void)context;
    (void)answer;
    CHECK(token == 0); /* it never asks */
}

const struct shell_port port_archive_key = {.name = "key",
                                            .open = key_open,
                                            .close = key_close,
                                            .wait = key_wait,
                                            .work = key_work,
                                            .answered = key_answered};
