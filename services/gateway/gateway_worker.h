/* gateway_worker: the one other thread, for what the loop cannot wait for: proofs of passwords
 * (common/bus/proof.h: 82 ms and 64 MiB each), tables. It touches nothing but its jobs. */
#pragma once

#include "common/bus/proof.h"
#include "gateway.h"

enum { GATEWAY_WORKER_QUEUE = 16, GATEWAY_WORKER_PROOFS = 2 };

/* A job: up to two passwords, each with its terms; the proofs when it is done. All of it is wiped at its
 * end. */
struct gateway_job {
    struct gateway_job *next;
    unsigned count;
    struct {
        char *password; /* heap */
        unsigned char salt[PASSWORD_SALT_BYTES];
        Paidan__PasswordTerms terms; /* its salt is the one above */
        unsigned char proof[SECRET_HASH_BYTES];
        enum rc rc;
    } parts[GATEWAY_WORKER_PROOFS];
    /* Instead of proofs; context is nobody else's until done. NULL: none. */
    void (*work)(void *context);
    void *context;
    void (*done)(struct gateway_job *job); /* on the loop's thread, once */
    struct exchange *exchange;
};

MUST_CHECK enum rc gateway_worker_open(struct gateway *gateway);
/* Jobs that are not done are told so (rc RC_AGAIN). */
void gateway_worker_close(struct gateway *gateway);

/* An empty job for an exchange; NULL: no memory. Given to gateway_worker_start, or freed. */
struct gateway_job *gateway_worker_job(struct exchange *exchange,
                                       void (*done)(struct gateway_job *job));
/* Adds a password with its terms, both copied. False: no memory. */
bool gateway_worker_add(struct gateway_job *job, const char *password,
                        const Paidan__PasswordTerms *terms);
void gateway_worker_free(struct gateway_job *job);
/* False: GATEWAY_WORKER_QUEUE wait already; the job is still the caller's. */
bool gateway_worker_start(struct gateway *gateway, struct gateway_job *job);

/* Before: room for one. */
size_t gateway_worker_items(const struct gateway *gateway, struct bus_item *items);
/* Tells jobs that are done. */
void gateway_worker_work(struct gateway *gateway);
