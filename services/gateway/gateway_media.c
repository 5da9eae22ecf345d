/* gateway_media: photos and files by HTTP. It owns the media thread, its queue, and the memory of who sent
 * what in the last hour. What must stay true: the loop never waits for a disk or a decoder; whoever may
 * not see a ticket cannot see what it names, and a hash alone opens nothing: it must be named by the
 * ticket that is asked for, and the services, asked with the person's own grant, must show that ticket.
 * What goes out is a download of the type we found ourselves, in a sandbox. */

#include "gateway_media.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

enum { QUEUE_MAX = 16, SENT_MAX = 1024, NAME_BYTES = 80, PATH_BYTES = 4200 };
#define SENT_US 3600000000u
#define TICK_US 20000u /* between two looks for what the thread has done */

struct job {
    struct job *next;
    struct exchange *exchange;
    const unsigned char *bytes;
    size_t size;
    gateway_media_told *told;
    enum web_media_result result;
    struct web_media_item item;
};

/* Who sent what: he may see it before a ticket names it. */
struct sent {
    char hash[WEB_MEDIA_HASH_BYTES];
    char person[ACTOR_BYTES_MAX + 1];
    uint64_t at_us;
};

struct gateway_media {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct job *first, **last, *done; /* under the lock */
    bool stop;
    int stopped;             /* an event: what the thread does must be given up */
    char folder[PATH_BYTES]; /* DATA/media */
    unsigned waiting;        /* of the loop alone */
    struct sent sent[SENT_MAX];
    unsigned sent_next;
};

/* ---- the thread -------------------------------------------------------------------------------
 */

static void *run(void *context)
{
    struct gateway_media *media = context;
    pthread_mutex_lock(&media->lock);
    while (!media->stop) {
        struct job *job = media->first;
        if (job == NULL) {
            pthread_cond_wait(&media->wanted, &media->lock);
            continue;
        }
        media->first = job->next;
        if (media->first == NULL) {
            media->last = &media->first;
        }
        pthread_mutex_unlock(&media->lock);
        job->result =
            web_media_put(media->folder, NULL, job->bytes, job->size, media->stopped, &job->item);
        pthread_mutex_lock(&media->lock);
        job->next = media->done;
        media->done = job;
    }
    pthread_mutex_unlock(&media->lock);
    return NULL;
}

static void tell(struct gateway *gateway, struct job *jobs)
{
    while (jobs != NULL) {
        struct job *next = jobs->next;
        CHECK(gateway->media->waiting > 0);
        gateway->media->waiting--;
        arena_reset(&gateway->arena);
        jobs->told(jobs->exchange, jobs->result, &jobs->item);
        free(jobs);
        jobs = next;
    }
}

/* Refused at once where QUEUE_MAX wait, but told in the next round, as all others are. */
void gateway_media_keep(struct exchange *exchange, const unsigned char *bytes, size_t size,
                        gateway_media_told *told)
{
    struct gateway_media *media = exchange->gateway->media;
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    *job = (struct job){
        .exchange = exchange, .bytes = bytes, .size = size, .told = told, .result = WEB_MEDIA_BUSY};
    const bool full = media->waiting >= QUEUE_MAX;
    media->waiting++;
    pthread_mutex_lock(&media->lock);
    if (full) {
        job->next = media->done;
        media->done = job;
    } else {
        *media->last = job;
        media->last = &job->next;
        pthread_cond_signal(&media->wanted);
    }
    pthread_mutex_unlock(&media->lock);
}

static uint64_t media_tick(struct gateway *gateway, void *context, uint64_t now_us)
{
    struct gateway_media *media = context;
    if (media->waiting == 0) {
        return UINT64_MAX;
    }
    pthread_mutex_lock(&media->lock);
    struct job *done = media->done;
    media->done = NULL;
    pthread_mutex_unlock(&media->lock);
    tell(gateway, done);
    return media->waiting == 0 ? UINT64_MAX : now_us + TICK_US;
}

static enum rc media_open(struct gateway *gateway, void **context)
{
    struct gateway_media *media = calloc(1, sizeof *media);
    if (media == NULL) {
        return RC_LIMIT;
    }
    media->last = &media->first;
    (void)snprintf(media->folder, sizeof media->folder, "%s/media", gateway->settings.data_dir);
    media->stopped = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (media->stopped < 0 || web_media_open(media->folder) != RC_OK ||
        pthread_mutex_init(&media->lock, NULL) != 0 ||
        pthread_cond_init(&media->wanted, NULL) != 0 ||
        pthread_create(&media->thread, NULL, run, media) != 0) {
        if (media->stopped >= 0) {
            (void)close(media->stopped);
        }
        free(media);
        return RC_IO;
    }
    gateway->media = media;
    *context = media;
    return RC_OK;
}

/* Whoever waits for the file that is being made hears that we are busy: another may take it. */
static void media_close(struct gateway *gateway, void *context)
{
    struct gateway_media *media = context;
    pthread_mutex_lock(&media->lock);
    media->stop = true;
    pthread_cond_signal(&media->wanted);
    pthread_mutex_unlock(&media->lock);
    (void)eventfd_write(media->stopped, 1);
    (void)pthread_join(media->thread, NULL);
    (void)close(media->stopped);
    tell(gateway, media->done);
    tell(gateway, media->first);
    (void)pthread_cond_destroy(&media->wanted);
    (void)pthread_mutex_destroy(&media->lock);
    free(media);
    gateway->media = NULL;
}

const struct gateway_part gateway_media_part = {
    .name = "media", .open = media_open, .close = media_close, .tick = media_tick};

/* ---- putting ----------------------------------------------------------------------------------
 */

void gateway_media_problem(struct exchange *exchange, enum web_media_result result)
{
    switch (result) {
    case WEB_MEDIA_TYPE:
        gateway_problem_fault(exchange, GATEWAY_MEDIA_TYPE_UNSUPPORTED, NULL);
        break;
    case WEB_MEDIA_LARGE:
        gateway_problem_fault(exchange, GATEWAY_BODY_TOO_LARGE, NULL);
        break;
    case WEB_MEDIA_PIXELS:
        gateway_problem_fault(exchange, GATEWAY_MEDIA_TOO_MANY_PIXELS, NULL);
        break;
    case WEB_MEDIA_DAMAGED:
        gateway_problem_fault(exchange, GATEWAY_MEDIA_BROKEN, NULL);
        break;
    case WEB_MEDIA_FULL:
        gateway_problem(exchange, PAIDAN__CODE__STORAGE_FULL, NULL, 60000);
        break;
    case WEB_MEDIA_BUSY:
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 5000);
        break;
    case WEB_MEDIA_KEPT:
    case WEB_MEDIA_FAULT:
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, NULL, 0);
        break;
    }
}

static const char *person_of(const struct exchange *exchange)
{
    const struct gateway_session *person = exchange->person;
    return person == NULL || person->renewed == NULL ? "" : person->renewed->person;
}

static void remember(struct exchange *exchange, const struct web_media_item *item)
{
    struct gateway_media *media = exchange->gateway->media;
    struct sent *sent = &media->sent[media->sent_next++ % SENT_MAX];
    sent->at_us = clock_monotonic_us();
    (void)snprintf(sent->hash, sizeof sent->hash, "%s", item->hash);
    (void)snprintf(sent->person, sizeof sent->person, "%s", person_of(exchange));
}

static bool sent_by(const struct exchange *exchange, const char *hash)
{
    const struct gateway_media *media = exchange->gateway->media;
    const char *person = person_of(exchange);
    const uint64_t now_us = clock_monotonic_us();
    for (unsigned index = 0; person[0] != '\0' && index < SENT_MAX; index++) {
        const struct sent *sent = &media->sent[index];
        if (strcmp(sent->hash, hash) == 0 && strcmp(sent->person, person) == 0) {
            return now_us < sent->at_us + SENT_US;
        }
    }
    return false;
}

static void put_kept(struct exchange *exchange, enum web_media_result result,
                     const struct web_media_item *item)
{
    char url[NAME_BYTES];
    if (result != WEB_MEDIA_KEPT) {
        gateway_media_problem(exchange, result);
        return;
    }
    remember(exchange, item);
    json_t *object = json_object();
    (void)snprintf(url, sizeof url, "media:%s", item->hash);
    json_object_set_new(object, "hash", json_string(item->hash));
    json_object_set_new(object, "url", json_string(url));
    json_object_set_new(object, "type", json_string(item->type));
    json_object_set_new(object, "bytes", json_integer((json_int_t)item->bytes));
    if (item->width > 0) {
        json_object_set_new(object, "width", json_integer(item->width));
        json_object_set_new(object, "height", json_integer(item->height));
    }
    /* A document is kept as it came: who wrote it, when, with what, may stand in it. */
    json_object_set_new(object, "keeps_metadata",
                        json_boolean(strcmp(item->type, "application/pdf") == 0));
    if (item->placed) {
        json_t *place = json_object();
        json_object_set_new(place, "latitude", json_real(item->latitude));
        json_object_set_new(place, "longitude", json_real(item->longitude));
        json_object_set_new(object, "place", place);
    }
    gateway_exchange_json(exchange, 200, object);
}

void gateway_media_put(struct exchange *exchange)
{
    if (exchange->body_bytes == 0) {
        gateway_problem_fault(exchange, GATEWAY_MEDIA_TYPE_UNSUPPORTED, NULL);
        return;
    }
    gateway_media_keep(exchange, (const unsigned char *)exchange->body, exchange->body_bytes,
                       put_kept);
}

/* ---- getting ----------------------------------------------------------------------------------
 */

struct wanted {
    char url[NAME_BYTES]; /* "media:<hash>" */
    const char *hash;     /* into it */
    uint64_t ticket;
    bool preview;
};

/* Its own folder, and those of the adapters that fetch what residents sent elsewhere. -1: there is none
 * in any. */
int gateway_media_open(const struct gateway *gateway, const char *hash, bool preview,
                       uint64_t *bytes, const char **type, const char **ending)
{
    static const char *const folders[] = {"media", "media/wechat"};
    char folder[PATH_BYTES];
    int fd = -1;
    CHECK(strlen(hash) == WEB_MEDIA_HASH_BYTES - 1);
    for (size_t index = 0; fd < 0 && index < sizeof folders / sizeof folders[0]; index++) {
        (void)snprintf(folder, sizeof folder, "%s/%s", gateway->settings.data_dir, folders[index]);
        fd = web_media_get(folder, hash, preview, bytes, type, ending);
    }
    return fd;
}

static void send_file(struct exchange *exchange)
{
    const struct wanted *wanted = exchange->state;
    const char *type = NULL, *ending = NULL;
    char name[NAME_BYTES + 48];
    uint64_t bytes = 0;
    const int fd = gateway_media_open(exchange->gateway, wanted->hash, wanted->preview, &bytes,
                                      &type, &ending);
    if (fd < 0) {
        gateway_problem_fault(exchange, GATEWAY_MEDIA_UNKNOWN, NULL);
        return;
    }
    struct MHD_Response *response = MHD_create_response_from_fd64(bytes, fd);
    if (response == NULL) {
        (void)close(fd);
    }
    gateway_exchange_respond(exchange, 200, response);
    (void)snprintf(name, sizeof name, "attachment; filename=\"%.16s.%s\"", wanted->hash, ending);
    gateway_exchange_add(exchange, "Content-Type", type);
    gateway_exchange_add(exchange, "Content-Disposition", name);
    gateway_exchange_add(exchange, "X-Content-Type-Options", "nosniff");
    gateway_exchange_add(exchange, "Content-Security-Policy", "default-src 'none'; sandbox");
    gateway_exchange_add(exchange, "Cross-Origin-Resource-Policy", "same-origin");
    gateway_exchange_add(exchange, "Referrer-Policy", "no-referrer");
    /* What a hash names never changes; whether one may see it does. */
    gateway_exchange_add(exchange, "Cache-Control", "private, max-age=300");
}

/* Nobody learns from the answer whether there is such a file. */
static void refuse(struct exchange *exchange, Paidan__Code code)
{
    if (code == PAIDAN__CODE__UNREACHABLE || code == PAIDAN__CODE__OVERLOADED) {
        gateway_problem(exchange, code, NULL, 1000);
    } else {
        gateway_problem_fault(exchange, GATEWAY_MEDIA_UNKNOWN, NULL);
    }
}

static void ask(struct exchange *exchange, enum gateway_service service, Paidan__Request *request,
                gateway_answered *told)
{
    gateway_session_sign(exchange, request);
    if (gateway_upstream_ask(exchange->gateway, service, request, GATEWAY_READ_MS, told,
                             exchange) != RC_OK) {
        refuse(exchange, PAIDAN__CODE__OVERLOADED);
    }
}

/* A unit names its photos in its notes. */
static void told_history(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    const struct wanted *wanted = exchange->state;
    bool named = false;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_SHOWN) {
        for (size_t index = 0; index < answer->shown->n_history; index++) {
            const ProtobufCBinaryData *fact = &answer->shown->history[index];
            named =
                named || memmem(fact->data, fact->len, wanted->url, strlen(wanted->url)) != NULL;
        }
    }
    if (named) {
        send_file(exchange);
    } else {
        refuse(exchange, code);
    }
}

static void told_texts(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    const struct wanted *wanted = exchange->state;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_TEXTS &&
        answer->texts->n_texts == 1) {
        const Paidan__TicketText *text = answer->texts->texts[0];
        for (size_t index = 0; index < text->n_attachments; index++) {
            if (strcmp(text->attachments[index]->url, wanted->url) == 0) {
                send_file(exchange);
                return;
            }
        }
    }
    Paidan__Show show = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    show.ticket = wanted->ticket;
    show.has_history = show.history = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    ask(exchange, GATEWAY_ESCALATION, &request, told_history);
}

static void ask_texts(struct exchange *exchange, struct wanted *wanted)
{
    static char reason[] = "附件 attachment";
    Paidan__ReadTexts read = PAIDAN__READ_TEXTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    read.n_tickets = 1;
    read.tickets = &wanted->ticket;
    read.reason = reason;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &read;
    ask(exchange, GATEWAY_INTAKE, &request, told_texts);
}

static void get(struct exchange *exchange, bool preview)
{
    const char *hash = gateway_exchange_part(exchange, "hash");
    const char *number = gateway_uri_query(&exchange->uri, "number");
    if (strlen(hash) != WEB_MEDIA_HASH_BYTES - 1 ||
        strspn(hash, "0123456789abcdef") != WEB_MEDIA_HASH_BYTES - 1) {
        gateway_problem_fault(exchange, GATEWAY_MEDIA_UNKNOWN, NULL);
        return;
    }
    struct wanted *wanted = calloc(1, sizeof *wanted);
    if (wanted == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    exchange->state = wanted;
    exchange->state_free = free;
    wanted->preview = preview;
    (void)snprintf(wanted->url, sizeof wanted->url, "media:%s", hash);
    wanted->hash = wanted->url + strlen("media:");
    if (sent_by(exchange, hash)) {
        send_file(exchange);
    } else if (number == NULL) {
        gateway_problem_fault(exchange, GATEWAY_MEDIA_UNKNOWN, NULL);
    } else if (number_parse(number, &wanted->ticket) != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__NUMBER_INVALID, "number", 0);
    } else {
        ask_texts(exchange, wanted);
    }
}

void gateway_media_get(struct exchange *exchange)
{
    get(exchange, false);
}

void gateway_media_preview(struct exchange *exchange)
{
    get(exchange, true);
}
