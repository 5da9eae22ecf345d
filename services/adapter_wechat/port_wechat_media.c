/* port_wechat_media: from a platform's file to one of ours. Owns DATA/media/wechat, a thread that has files
 * cleaned there, and the files that are on their way, which are lost with the process and fetched again.
 *
 *   make ─▶ FETCHING ─ judge ─▶ WAITING ─ thread ─▶ DONE ─ make ─▶ the next picture, or the end
 *
 * What must stay true: the loop never waits for a disk or a decoder; what is fetched is asked for at the
 * account's own interface or at the address of a message whose seal was judged, never where words point
 * to; and one picture that is none of a kind that is kept does not cost the others of its message. */

#include "port_wechat_media.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/text/text.h"
#include "common/web/web_media.h"
#include "port_wechat_call.h"
#include "port_wechat_text.h"
#include "wechat_picture.h"

enum {
    JOBS = 8,         /* more than may be in flight (wechat_outbox) */
    TOTAL_MS = 60000, /* 10 MiB over a bad line */
};
/* A call that nobody answered is not judged, and its delivery may end otherwise: its job is nobody's. */
#define STALE_US (2000ull * TOTAL_MS)

enum job_state { JOB_NONE, JOB_FETCHING, JOB_WAITING, JOB_DONE };

struct job {
    enum job_state state;
    uint64_t delivery, since_us;
    size_t index; /* of the picture that is under way */
    char name[WECHAT_PICTURE_NAME_BYTES];
    char account[CODE_BYTES_MAX + 1];
    bool sealed; /* it is a cipher of key */
    unsigned char key[PORT_WECHAT_KEY_BYTES];
    unsigned char *bytes; /* heap; of WAITING */
    size_t size;
    enum web_media_result result; /* of DONE */
    const char *bad;              /* why an earlier one of the message cannot be kept; NULL */
};

struct port_wechat_media {
    char folder[PATH_MAX];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct job jobs[JOBS]; /* their state: under the lock */
    bool stop;
    int stopped; /* an event: what the thread does must be given up */
};

/* ---- the thread ---- */

static struct job *job_waiting(struct port_wechat_media *media)
{
    for (unsigned index = 0; index < JOBS; index++) {
        if (media->jobs[index].state == JOB_WAITING) {
            return &media->jobs[index];
        }
    }
    return NULL;
}

/* A job that waits is the thread's alone until it is done. */
static void *run(void *context)
{
    struct port_wechat_media *const media = context;
    (void)pthread_mutex_lock(&media->lock);
    while (!media->stop) {
        struct job *const job = job_waiting(media);
        struct web_media_item item;
        if (job == NULL) {
            (void)pthread_cond_wait(&media->wanted, &media->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&media->lock);
        const enum web_media_result result =
            web_media_put(media->folder, job->name, job->bytes, job->size, media->stopped, &item);
        (void)pthread_mutex_lock(&media->lock);
        free(job->bytes);
        job->bytes = NULL;
        job->result = result;
        job->state = JOB_DONE;
    }
    (void)pthread_mutex_unlock(&media->lock);
    return NULL;
}

/* ---- jobs ---- */

static enum job_state state_of(struct port_wechat_media *media, const struct job *job)
{
    (void)pthread_mutex_lock(&media->lock);
    const enum job_state state = job->state;
    (void)pthread_mutex_unlock(&media->lock);
    return state;
}

static void state_set(struct port_wechat_media *media, struct job *job, enum job_state state)
{
    (void)pthread_mutex_lock(&media->lock);
    CHECK(job->state != JOB_WAITING); /* that one is the thread's */
    job->state = state;
    (void)pthread_cond_signal(&media->wanted);
    (void)pthread_mutex_unlock(&media->lock);
}

static void job_end(struct port_wechat_media *media, struct job *job)
{
    CHECK(job->bytes == NULL);
    state_set(media, job, JOB_NONE);
    job->delivery = 0;
    job->index = 0;
    job->bad = NULL;
}

/* Of that delivery, or one that is free now; NULL: all are under way. */
static struct job *job_of(struct port_wechat_media *media, uint64_t delivery)
{
    struct job *found = NULL;
    const uint64_t now_us = clock_monotonic_us();
    for (unsigned index = 0; index < JOBS; index++) {
        struct job *const job = &media->jobs[index];
        const enum job_state state = state_of(media, job);
        if (state != JOB_NONE && job->delivery == delivery) {
            return job;
        }
        const bool stale = state != JOB_WAITING && now_us - job->since_us > STALE_US;
        if (state == JOB_NONE || stale) {
            found = job;
        }
    }
    if (found != NULL) {
        job_end(media, found);
        found->delivery = delivery;
    }
    return found;
}

/* Why a file is never kept, whoever asks again; NULL: it may be another time. */
static const char *why_never(enum web_media_result result)
{
    switch (result) {
    case WEB_MEDIA_TYPE:
        return "a kind of file that is not kept";
    case WEB_MEDIA_LARGE:
    case WEB_MEDIA_PIXELS:
        return "too large";
    case WEB_MEDIA_DAMAGED:
        return "damaged";
    default:
        return NULL;
    }
}

static bool is_there(const struct port_wechat_media *media, const char *name)
{
    const char *type = NULL, *ending = NULL;
    uint64_t bytes = 0;
    const int fd = web_media_get(media->folder, name, false, &bytes, &type, &ending);
    if (fd >= 0) {
        (void)close(fd);
    }
    return fd >= 0;
}

/* ---- calls ---- */

/* The key of the picture, or of the account where it has none of its own. False: there is none. */
static bool key_take(const struct port_wechat_account *account, const Paidan__WechatHear *hear,
                     struct job *job)
{
    const char *const own = job->index < hear->n_url_keys ? hear->url_keys[job->index] : "";
    if (own[0] != '\0') {
        char text[PORT_WECHAT_FILE_KEY_BYTES + 1];
        if (!text_copy(text, sizeof text, own)) {
            return false;
        }
        text[strcspn(text, "=")] = '\0'; /* with its padding, or without: both are seen */
        return port_wechat_crypto_key(text, job->key) == RC_OK;
    }
    if (account->keyset_count == 0) {
        return false;
    }
    memcpy(job->key, account->keysets[0].aes, sizeof job->key);
    return true;
}

static enum rc call_make(struct arena *arena, const struct port_wechat_account *account,
                         const char *token, const Paidan__WechatHear *hear, struct job *job,
                         struct web_call *call, const char **why)
{
    job->sealed = account->platform == PORT_WECHAT_ROBOT;
    if (!job->sealed && account->secret[0] == '\0') {
        *why = "the account has no secret: nothing can be fetched by it";
        return RC_NOT_FOUND;
    }
    if (!job->sealed && token == NULL) {
        return RC_AGAIN;
    }
    if (job->sealed && !key_take(account, hear, job)) {
        *why = "no key opens it";
        return RC_NOT_FOUND;
    }
    const enum rc rc = job->sealed
                           ? port_wechat_call_file(account, hear->urls[job->index], call)
                           : port_wechat_call_media(arena, account, token, hear->media_id, call);
    call->total_ms = TOTAL_MS;
    call->answer_max = WEB_MEDIA_BYTES_MAX + 64; /* a cipher is longer than what it holds */
    return rc;
}

/* The file of a job is made: kept, never to be kept, or to be fetched once more. */
static enum rc job_settle(struct job *job, const char **why)
{
    const enum web_media_result result = job->result;
    CHECK(job->bytes == NULL);
    if (result == WEB_MEDIA_KEPT) {
        job->index++;
        return RC_OK;
    }
    if (why_never(result) != NULL) {
        job->bad = why_never(result);
        job->index++;
        return RC_OK;
    }
    *why = result == WEB_MEDIA_FULL ? "no space" : "it could not be kept";
    return RC_FORBIDDEN; /* tried again, with pauses */
}

enum rc port_wechat_media_make(struct port_wechat_media *media, struct arena *arena,
                               const struct site_wechat_account *site,
                               const struct port_wechat_account *account, const char *token,
                               uint64_t delivery, const Paidan__WechatHear *hear,
                               struct web_call *call, const char **why)
{
    const size_t count = wechat_picture_count(site, hear);
    struct job *const job = job_of(media, delivery);
    const enum job_state state = job == NULL ? JOB_WAITING : state_of(media, job);
    if (state == JOB_WAITING) {
        return RC_AGAIN;
    }
    const enum rc settled = state == JOB_DONE ? job_settle(job, why) : RC_OK;
    if (settled != RC_OK) {
        job_end(media, job);
        return settled;
    }
    for (; job->index < count; job->index++) {
        wechat_picture_name(hear, job->index, job->name);
        if (!is_there(media, job->name)) {
            break;
        }
    }
    if (job->index >= count) {
        *why = job->bad;
        job_end(media, job);
        return *why == NULL ? RC_EXISTS : RC_NOT_FOUND;
    }
    state_set(media, job, JOB_FETCHING);
    job->since_us = clock_monotonic_us();
    (void)snprintf(job->account, sizeof job->account, "%s", account->code);
    const enum rc rc = call_make(arena, account, token, hear, job, call, why);
    if (rc == RC_NOT_FOUND) {
        job_end(media, job);
    }
    return rc;
}

/* ---- answers ---- */

/* What the platform says in place of a file. */
static enum door_verdict refused(struct job *job, const struct web_result *result,
                                 const char **account, const char **why)
{
    struct port_wechat_verdict verdict;
    port_wechat_call_judge(result->body, result->body_bytes, &verdict);
    *why = "the platform has no such file";
    switch (verdict.fate) {
    case PORT_WECHAT_TOKEN:
        *account = job->account;
        return DOOR_LATER;
    case PORT_WECHAT_BUSY:
        *why = "the platform is busy";
        return DOOR_UNREACHED;
    case PORT_WECHAT_NEVER:
        return DOOR_NEVER;
    default:
        return DOOR_REFUSED;
    }
}

/* Copied, opened where it is sealed, and given to the thread. */
static enum door_verdict file_take(struct port_wechat_media *media, struct job *job,
                                   const struct web_result *result, const char **why)
{
    job->size = result->body_bytes;
    job->bytes = malloc(job->size);
    if (job->bytes == NULL) {
        return DOOR_LATER;
    }
    memcpy(job->bytes, result->body, job->size);
    if (job->sealed && port_wechat_crypto_file(job->key, job->bytes, &job->size) != RC_OK) {
        free(job->bytes);
        job->bytes = NULL;
        *why = "no key opens it";
        return DOOR_REFUSED;
    }
    state_set(media, job, JOB_WAITING);
    return DOOR_LATER;
}

/* Files are told from answers by their first byte: no picture and no sound begins with a brace. */
static enum door_verdict judge(struct port_wechat_media *media, struct job *job,
                               const struct web_result *result, const char **account,
                               const char **why)
{
    CHECK(result->rc == RC_OK);
    if (result->status != 200) {
        *why = result->status / 100 == 4 ? "HTTP 4xx" : "HTTP 5xx";
        return door_sender_judge(result->status) == DOOR_REFUSED ? DOOR_REFUSED : DOOR_UNREACHED;
    }
    if (result->body_bytes == 0) {
        *why = "an empty file";
        return DOOR_REFUSED;
    }
    const bool said = !job->sealed && result->body[0] == '{';
    return said ? refused(job, result, account, why) : file_take(media, job, result, why);
}

enum door_verdict port_wechat_media_judge(struct port_wechat_media *media, uint64_t delivery,
                                          const struct web_result *result, const char **account,
                                          const char **why)
{
    struct job *const job = job_of(media, delivery);
    *account = NULL;
    if (job == NULL || state_of(media, job) != JOB_FETCHING) {
        return DOOR_LATER;
    }
    const enum door_verdict verdict = judge(media, job, result, account, why);
    if (verdict != DOOR_LATER) {
        job_end(media, job); /* begun again with the pictures that are not there */
    }
    return verdict;
}

/* ---- opening ---- */

enum rc port_wechat_media_open(const char *data_dir, struct port_wechat_media **media)
{
    struct port_wechat_media *const made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    (void)snprintf(made->folder, sizeof made->folder, "%s/media/wechat", data_dir);
    made->stopped = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (made->stopped < 0 || web_media_open(made->folder) != RC_OK ||
        pthread_mutex_init(&made->lock, NULL) != 0 || pthread_cond_init(&made->wanted, NULL) != 0 ||
        pthread_create(&made->thread, NULL, run, made) != 0) {
        if (made->stopped >= 0) {
            (void)close(made->stopped);
        }
        free(made);
        return RC_IO;
    }
    *media = made;
    return RC_OK;
}

void port_wechat_media_close(struct port_wechat_media *media)
{
    if (media == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&media->lock);
    media->stop = true;
    (void)pthread_cond_signal(&media->wanted);
    (void)pthread_mutex_unlock(&media->lock);
    (void)eventfd_write(media->stopped, 1);
    (void)pthread_join(media->thread, NULL);
    (void)close(media->stopped);
    for (unsigned index = 0; index < JOBS; index++) {
        free(media->jobs[index].bytes);
    }
    (void)pthread_cond_destroy(&media->wanted);
    (void)pthread_mutex_destroy(&media->lock);
    free(media);
}
