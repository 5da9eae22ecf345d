/* permit_bench: what it costs to know who asks: a grant that is made (access), one that is opened for the first
 * time (a service), one that is known already (each further message of five minutes), one that is forged.
 *
 * Usage: permit_bench [ROUNDS]. Prints JSON: microseconds of this process's own time, each. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "common/base/check.h"
#include "common/permit/permit_door.h"

#define NOW_MS 1795309200000ull
enum { ROUNDS = 20000, GRANTS = 512 };

struct run {
    struct arena arena;
    struct permit_door *door;
    unsigned char secret[PERMIT_SECRET_BYTES], key[PERMIT_KEY_BYTES];
    ProtobufCBinaryData grants[GRANTS];
    uint32_t uid;
};

/* Others may have the processors meanwhile: their time is not ours. */
static double now_us(void)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static ProtobufCBinaryData seal(struct run *run, unsigned number)
{
    static unsigned char session[SESSION_BYTES] = "session";
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT, *roles[] = {&role};
    Paidan__Grant grant = PAIDAN__GRANT__INIT;
    ProtobufCBinaryData sealed = {.len = 0};
    char actor[32];
    (void)snprintf(actor, sizeof actor, "zhang.%u", number);
    role.role = PAIDAN__ROLE__ROLE_CLERK;
    role.unit = (char *)(uintptr_t) "b.any";
    grant.actor = actor;
    grant.roles = roles;
    grant.n_roles = 1;
    grant.has_session = 1;
    grant.session = (ProtobufCBinaryData){.data = session, .len = sizeof session};
    grant.issued_ms = NOW_MS;
    grant.expires_ms = NOW_MS + PERMIT_GRANT_MS_MAX;
    const enum rc rc = permit_grant_seal(run->secret, PERMIT_PAPER_GRANT, &grant, &run->arena,
                                         &sealed.data, &sealed.len);
    CHECK(rc == RC_OK);
    return sealed;
}

static double sealing(struct run *run, unsigned rounds)
{
    const double from_us = now_us();
    for (unsigned index = 0; index < rounds; index++) {
        arena_reset(&run->arena);
        (void)seal(run, index);
    }
    return (now_us() - from_us) / rounds;
}

static double opening(struct run *run, unsigned rounds, bool forged)
{
    struct arena arena;
    double spent_us = 0;
    const enum rc made = arena_init(&arena, 1u << 20);
    CHECK(made == RC_OK);
    for (unsigned index = 0; index < rounds; index++) {
        Paidan__Grant *grant = NULL;
        ProtobufCBinaryData *const bytes = &run->grants[index % GRANTS];
        bytes->data[bytes->len - 1] ^= forged;
        const double from_us = now_us();
        const enum rc rc = permit_grant_open(run->key, PERMIT_PAPER_GRANT, bytes->data, bytes->len,
                                             NOW_MS, &arena, &grant);
        arena_reset(&arena);
        spent_us += now_us() - from_us;
        CHECK(rc == (forged ? RC_INVALID : RC_OK));
        bytes->data[bytes->len - 1] ^= forged;
    }
    arena_fini(&arena);
    return spent_us / rounds;
}

static double knocking(struct run *run, unsigned rounds)
{
    double from_us = 0;
    for (unsigned index = 0; index < rounds + GRANTS; index++) {
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        struct permit_asker asker;
        from_us = index == GRANTS ? now_us() : from_us; /* the first time each is opened */
        request.has_grant = 1;
        request.grant = run->grants[index % 64]; /* few enough that none drives another out */
        const Paidan__Code code =
            permit_door_ask(run->door, "intake", run->uid, &request, NOW_MS, &asker);
        CHECK(code == PAIDAN__CODE__OK);
    }
    return (now_us() - from_us) / rounds;
}

int main(int argc, char **argv)
{
    static struct run run;
    char folder[BENCH_PATH_BYTES];
    const unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : ROUNDS;
    bench_folder_make(folder);
    run.uid = (uint32_t)geteuid();
    if (rounds == 0 || arena_init(&run.arena, 16u << 20) != RC_OK ||
        permit_key_pair(folder, PERMIT_PAPER_GRANT, run.secret) != RC_OK ||
        permit_key_public(folder, PERMIT_PAPER_GRANT, run.key) != RC_OK ||
        permit_door_open(folder, NULL, &run.door) != RC_OK) {
        bench_fail("no keys in %s", folder);
    }
    const double sealed_us = sealing(&run, rounds);
    arena_reset(&run.arena);
    for (unsigned index = 0; index < GRANTS; index++) {
        run.grants[index] = seal(&run, index);
    }
    const double opened_us = opening(&run, rounds, false), forged_us = opening(&run, rounds, true);
    const double known_us = knocking(&run, 10 * rounds);
    printf("{\"sealed_us\": %.2f, \"opened_us\": %.2f, \"forged_us\": %.2f, \"known_us\": %.3f}\n",
           sealed_us, opened_us, forged_us, known_us);
    permit_door_close(run.door);
    arena_fini(&run.arena);
    bench_folder_drop(folder);
    return 0;
}
