/* gateway_worker: passwords become proofs here, and tables are packed, on a thread of its own. It owns the queue and its lock.
 * What must stay true: the loop never waits for a proof; no more wait than GATEWAY_WORKER_QUEUE, so that
 * strangers who try passwords cost 16 proofs of memory in a row, never more; and a password is wiped as
 * soon as its proof is made. */

#include "gateway_worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/check.h"

struct gateway_worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct gateway_job *first, **last; /* waiting */
    struct gateway_job *done;
    unsigned waiting;
    int event;
    bool stop;
};

struct gateway_job *gateway_worker_job(struct exchange *exchange,
                                       void (*done)(struct gateway_job *job))
{
    struct gateway_job *job = calloc(1, sizeof *job);
    if (job != NULL) {
        job->done = done;
        job->exchange = exchange;
    }
    return job;
}

bool gateway_worker_add(struct gateway_job *job, const char *password,
                        const Paidan__PasswordTerms *terms)
{
    CHECK(job->count < GATEWAY_WORKER_PROOFS);
    if (terms->salt.len != PASSWORD_SALT_BYTES) {
        return false;
    }
    char *copy = strdup(password);
    if (copy == NULL) {
        return false;
    }
    const unsigned index = job->count++;
    job->parts[index].password = copy;
    job->parts[index].terms = *terms;
    job->parts[index].rc = RC_AGAIN;
    memcpy(job->parts[index].salt, terms->salt.data, PASSWORD_SALT_BYTES);
    job->parts[index].terms.salt.data = job->parts[index].salt;
    return true;
}

/* As soon as it is a proof, or nobody wants one. */
static void wipe_password(struct gateway_job *job, unsigned index)
{
    char *password = job->parts[index].password;
    if (password != NULL) {
        proof_wipe(password, strlen(password));
        free(password);
        job->parts[index].password = NULL;
    }
}

void gateway_worker_free(struct gateway_job *job)
{
    if (job == NULL) {
        return;
    }
    for (unsigned index = 0; index < job->count; index++) {
        wipe_password(job, index);
        proof_wipe(job->parts[index].proof, sizeof job->parts[index].proof);
    }
    free(job);
}

/* Outside the lock: this is what takes its time. */
static void carry_out(struct gateway_job *job)
{
    if (job->work != NULL) {
        job->work(job->context);
    }
    for (unsigned index = 0; index < job->count; index++) {
        job->parts[index].rc = proof_make(job->parts[index].password, &job->parts[index].terms,
                                          job->parts[index].proof);
        wipe_password(job, index);
    }
}

/* One job at a time: two would take twice the memory and gain nothing on two cores that serve. */
static void *run(void *context)
{
    struct gateway_worker *worker = context;
    pthread_mutex_lock(&worker->lock);
    while (!worker->stop) {
        struct gateway_job *job = worker->first;
        if (job == NULL) {
            pthread_cond_wait(&worker->wanted, &worker->lock);
            continue;
        }
        worker->first = job->next;
        if (worker->first == NULL) {
            worker->last = &worker->first;
        }
        pthread_mutex_unlock(&worker->lock);
        carry_out(job);
        pthread_mutex_lock(&worker->lock);
        job->next = worker->done;
        worker->done = job;
        const uint64_t one = 1;
        const ssize_t written = write(worker->event, &one, sizeof one);
        (void)written; /* a counter that is full wakes as well */
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

bool gateway_worker_start(struct gateway *gateway, struct gateway_job *job)
{
    struct gateway_worker *worker = gateway->worker;
    CHECK(job->count > 0 || job->work != NULL);
    if (worker->waiting == GATEWAY_WORKER_QUEUE) {
        return false;
    }
    worker->waiting++;
    job->next = NULL;
    pthread_mutex_lock(&worker->lock);
    *worker->last = job;
    worker->last = &job->next;
    pthread_cond_signal(&worker->wanted);
    pthread_mutex_unlock(&worker->lock);
    return true;
}

size_t gateway_worker_items(const struct gateway *gateway, struct bus_item *items)
{
    items[0] = (struct bus_item){.fd = gateway->worker->event};
    return 1;
}

/* In any order: proofs of different people. */
static void tell(struct gateway *gateway, struct gateway_job *jobs)
{
    while (jobs != NULL) {
        struct gateway_job *next = jobs->next;
        CHECK(gateway->worker->waiting > 0);
        gateway->worker->waiting--;
        arena_reset(&gateway->arena);
        jobs->done(jobs);
        gateway_worker_free(jobs);
        jobs = next;
    }
}

void gateway_worker_work(struct gateway *gateway)
{
    struct gateway_worker *worker = gateway->worker;
    uint64_t count = 0;
    if (read(worker->event, &count, sizeof count) != (ssize_t)sizeof count) {
        return;
    }
    pthread_mutex_lock(&worker->lock);
    struct gateway_job *done = worker->done;
    worker->done = NULL;
    pthread_mutex_unlock(&worker->lock);
    tell(gateway, done);
}

/* With the signals of the loop blocked: they are the loop's. */
enum rc gateway_worker_open(struct gateway *gateway)
{
    struct gateway_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return RC_LIMIT;
    }
    worker->last = &worker->first;
    worker->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (worker->event < 0 || pthread_mutex_init(&worker->lock, NULL) != 0 ||
        pthread_cond_init(&worker->wanted, NULL) != 0 ||
        pthread_create(&worker->thread, NULL, run, worker) != 0) {
        free(worker);
        return RC_IO;
    }
    gateway->worker = worker;
    return RC_OK;
}

void gateway_worker_close(struct gateway *gateway)
{
    struct gateway_worker *worker = gateway->worker;
    if (worker == NULL) {
        return;
    }
    pthread_mutex_lock(&worker->lock);
    worker->stop = true;
    pthread_cond_signal(&worker->wanted);
    pthread_mutex_unlock(&worker->lock);
    (void)pthread_join(worker->thread, NULL);
    tell(gateway, worker->done);
    tell(gateway, worker->first);
    close(worker->event);
    (void)pthread_cond_destroy(&worker->wanted);
    (void)pthread_mutex_destroy(&worker->lock);
    free(worker);
    gateway->worker = NULL;
}
