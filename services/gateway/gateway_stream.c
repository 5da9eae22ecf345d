/* gateway_stream: the ring of events and the streams that read it.
 *
 * Owns the ring's texts and the list of streams; a stream's struct belongs to its response, which
 * libmicrohttpd frees when the browser is gone. What must stay true: serials grow by one; a stream
 * reads what it wants in their order and never skips one that it may see without being told to
 * reload; a stream that waits is suspended, for a reader that returns nothing unsuspended spins, and
 * libmicrohttpd aborts when it is stopped while one is suspended. All of it on the loop's thread.
 *
 * A suspended stream has had everything that was said: the library asks for more only once all of
 * the last piece is in the socket. So an event is written to its socket by us, one call a stream: to
 * resume it, be polled, read and be suspended again took four calls and three times as long. Only
 * what the socket does not take at once goes the long way, from the byte on where it stopped. For
 * that the answer has no chunks: it ends with its connection, and its bytes are the events. */

#include "gateway_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <sodium.h>

#include "common/base/check.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_watch.h"

enum {
    RING_EVENTS = 4096,
    RING_BYTES_MAX = 16 << 20,
    BEHIND_BYTES_MAX = 64 << 10, /* and not reading: such a stream is ended */
    READ_BLOCK = 1024,           /* a response keeps a buffer of it: 5,000 of them are 5 MB */
    ID_BYTES = 128,
    SEQS_MAX = 4,
    HEAD_BYTES = 192,
    RETRY_MS = 3000,
    STREAMS_PERSON_MAX = 32, /* pages that one person leaves open */
};

struct event {
    struct stream_about about; /* its codes point into `codes` */
    char *codes;
    char *text; /* whole, as it is sent */
    size_t bytes;
    char
        *blind; /* the same without what residents wrote; NULL: as it is, or nobody here needs it */
    size_t blind_bytes;
    uint64_t offset; /* of all bytes ever said before it */
};

struct stream {
    struct stream *before, *after;
    struct gateway_stream *streams;
    struct exchange *exchange;
    enum stream_topic topic;
    char unit[CODE_BYTES_MAX + 1];
    uint64_t ticket;
    uint64_t next; /* serial */
    size_t at;     /* in the text of that event */
    char head[HEAD_BYTES];
    size_t head_at;
    uint64_t read_offset; /* of the ring, when it was last asked for more */
    unsigned changes;     /* of the session's rights, when it began */
    int fd; /* libmicrohttpd's: written to while the stream is suspended, never read */
    bool suspended, ended;
    bool untitled; /* an auditor's: hears no word of a resident's */
};

struct gateway_stream {
    struct gateway *gateway;
    uint64_t process; /* random: serials of another process mean nothing here */
    struct event ring[RING_EVENTS];
    uint64_t first, next; /* serials: first kept, next to be said */
    size_t ring_bytes;
    uint64_t offset;
    uint64_t seqs[SEQS_MAX];
    unsigned seq_count;
    struct stream *streams;
    size_t count, untitled;
    bool closing;
};

/* ---- ring -------------------------------------------------------------------------------------
 */

static struct event *event_at(struct gateway_stream *streams, uint64_t serial)
{
    CHECK(serial >= streams->first);
    CHECK(serial < streams->next);
    return &streams->ring[serial % RING_EVENTS];
}

static void ring_drop(struct gateway_stream *streams)
{
    CHECK(streams->first < streams->next);
    struct event *event = event_at(streams, streams->first);
    streams->ring_bytes -= event->bytes + event->blind_bytes;
    free(event->codes);
    free(event->text);
    free(event->blind);
    *event = (struct event){.text = NULL};
    streams->first++;
}

static void id_write(const struct gateway_stream *streams, uint64_t serial, char id[ID_BYTES])
{
    int used = snprintf(id, ID_BYTES, "%016" PRIx64 ".%" PRIu64 ".", streams->process, serial);
    for (unsigned index = 0; index < streams->seq_count; index++) {
        CHECK(used > 0 && used < ID_BYTES);
        used += snprintf(id + used, ID_BYTES - (size_t)used, "%s%" PRIu64, index == 0 ? "" : "-",
                         streams->seqs[index]);
    }
    CHECK(used < ID_BYTES);
}

static const char *event_name(enum stream_event event)
{
    switch (event) {
    case STREAM_ROW:
        return "ticket";
    case STREAM_FACT:
        return "fact";
    case STREAM_COUNTS:
        return "counts";
    case STREAM_DESK_ROW:
        return "desk";
    case STREAM_CALLBACK:
        return "callback";
    case STREAM_CALL:
        return "call";
    case STREAM_TIME:
        return "time";
    case STREAM_SERVICE:
        return "service";
    case STREAM_RELOAD:
        break;
    }
    return "reload";
}

/* The codes that the event is about, in one block of its own. */
static bool codes_copy(struct event *event, const struct stream_about *about)
{
    size_t bytes = 1;
    CHECK(about->unit_count <= STREAM_UNITS_MAX);
    for (unsigned index = 0; index < about->unit_count; index++) {
        bytes += strlen(about->units[index]) + 1;
    }
    bytes += about->area == NULL ? 0 : strlen(about->area) + 1;
    bytes += about->channel == NULL ? 0 : strlen(about->channel) + 1;
    event->codes = malloc(bytes);
    if (event->codes == NULL) {
        return false;
    }
    event->about = *about;
    char *at = event->codes;
    for (unsigned index = 0; index < about->unit_count; index++) {
        event->about.units[index] = at;
        at = stpcpy(at, about->units[index]) + 1;
    }
    if (about->area != NULL) {
        event->about.area = at;
        at = stpcpy(at, about->area) + 1;
    }
    if (about->channel != NULL) {
        event->about.channel = at;
        at = stpcpy(at, about->channel) + 1;
    }
    CHECK((size_t)(at - event->codes) < bytes);
    return true;
}

/* ---- who wants and may see it ---------------------------------------------------------------- */

static bool about_unit(const struct stream_about *about, const char *unit)
{
    for (unsigned index = 0; index < about->unit_count; index++) {
        if (strcmp(about->units[index], unit) == 0) {
            return true;
        }
    }
    return false;
}

static bool wants(const struct stream *stream, enum stream_event event, uint64_t ticket)
{
    if (event == STREAM_TIME || event == STREAM_SERVICE || event == STREAM_RELOAD) {
        return true;
    }
    switch (stream->topic) {
    case STREAM_BOARD:
        return event == STREAM_ROW || event == STREAM_COUNTS;
    case STREAM_DESK:
        return event == STREAM_DESK_ROW || event == STREAM_COUNTS;
    case STREAM_UNIT:
        return event == STREAM_ROW;
    case STREAM_TICKET:
        return ticket == stream->ticket && (event == STREAM_ROW || event == STREAM_FACT);
    case STREAM_CALLBACKS:
        return event == STREAM_CALLBACK;
    case STREAM_CALLS:
        return event == STREAM_CALL;
    case STREAM_ALL:
        break;
    }
    return true;
}

/* What it wants, of what whoever opened it may see. */
/* Titles, notes and the sentences of facts hold what residents wrote. */
static bool has_words(enum stream_event event)
{
    return event == STREAM_ROW || event == STREAM_DESK_ROW || event == STREAM_FACT;
}

static const char *text_for(const struct stream *stream, const struct event *event, size_t *bytes)
{
    const bool blind = stream->untitled && event->blind != NULL;
    CHECK(!stream->untitled || blind || !has_words(event->about.event));
    *bytes = blind ? event->blind_bytes : event->bytes;
    return blind ? event->blind : event->text;
}

static bool hears(const struct stream *stream, const struct event *event)
{
    const struct stream_about *about = &event->about;
    if (!wants(stream, about->event, about->ticket) ||
        (stream->topic == STREAM_UNIT && about->event == STREAM_ROW &&
         !about_unit(about, stream->unit))) {
        return false;
    }
    if (stream->untitled && has_words(about->event) && event->blind == NULL) {
        return false;
    }
    /* Whether the ticket is for this person was asked when its stream began, and is judged again by
     * each of its rows (`lost`): a fact alone does not tell whose it is. */
    return stream->topic == STREAM_TICKET && about->event == STREAM_FACT
               ? true
               : gateway_watch_sees(stream->exchange, about);
}

/* The ticket has come where this person may not look, or his roles are others now: its stream ends with
 * the row that says so. Every fact is followed by the ticket's row, so nobody goes on hearing what
 * another unit writes; who may look after all comes back and is asked for anew. */
static bool lost(const struct stream *stream, const struct stream_about *about)
{
    struct stream_about now = *about;
    if (stream->topic != STREAM_TICKET || about->event != STREAM_ROW ||
        about->ticket != stream->ticket) {
        return false;
    }
    CHECK(!about->left || about->unit_count > 0);
    now.unit_count -= about->left ? 1 : 0;
    return !gateway_watch_sees(stream->exchange, &now);
}

bool gateway_stream_wanted(const struct gateway_stream *streams, enum stream_event event,
                           uint64_t ticket)
{
    for (const struct stream *stream = streams->streams; stream != NULL; stream = stream->after) {
        if (!stream->ended && wants(stream, event, ticket)) {
            return true;
        }
    }
    return false;
}

/* ---- saying ----------------------------------------------------------------------------------- */

static void wake(struct stream *stream)
{
    if (stream->suspended) {
        stream->suspended = false;
        MHD_resume_connection(stream->exchange->connection);
    }
}

/* The newest event to a stream that has had all others. What the socket leaves, and whatever is wrong
 * with it, is libmicrohttpd's to deal with. */
static void push(struct stream *stream, const struct event *event)
{
    const bool heard = hears(stream, event);
    CHECK(stream->head[stream->head_at] == '\0');
    CHECK(stream->at == 0);
    stream->ended = lost(stream, &event->about);
    stream->next = stream->streams->next;
    if (heard) {
        size_t bytes = 0;
        const char *text = text_for(stream, event, &bytes);
        const ssize_t sent = send(stream->fd, text, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent != (ssize_t)bytes) {
            stream->ended = false; /* stream_read comes to the same when the text is out */
            stream->next--;
            stream->at = sent > 0 ? (size_t)sent : 0;
            stream->read_offset = stream->streams->offset; /* from now on it may be behind */
            wake(stream);
            return;
        }
    }
    if (stream->ended) {
        wake(stream);
    }
}

/* The ring is emptied: nothing that anybody waits for is in it, so all are told to ask anew by the
 * head of their next text. */
static void forget_all(struct gateway_stream *streams)
{
    while (streams->first < streams->next) {
        ring_drop(streams);
    }
    for (struct stream *stream = streams->streams; stream != NULL; stream = stream->after) {
        char id[ID_BYTES];
        id_write(streams, streams->next, id);
        stream->next = streams->next;
        stream->at = 0;
        (void)snprintf(stream->head, sizeof stream->head, "\n\nid: %s\nevent: reload\ndata: {}\n\n",
                       id);
        stream->head_at = 0;
        wake(stream);
    }
}

/* Also of a desk's row, whose item is an object of its own. */
static void words_leave(json_t *data)
{
    static const char *const words[] = {"title", "note", "says_zh", "says_en"};
    for (size_t index = 0; index < sizeof words / sizeof words[0]; index++) {
        (void)json_object_del(data, words[index]);
        (void)json_object_del(json_object_get(data, "item"), words[index]);
    }
}

static int text_write(char **text, const char *id, enum stream_event event, const char *json)
{
    return asprintf(text, "id: %s\nevent: %s\ndata: %s\n\n", id, event_name(event), json);
}

/* Without memory for it, those who need it are told by the next change. Takes data. */
static void blind_write(const struct gateway_stream *streams, struct event *event, const char *id,
                        json_t *data)
{
    CHECK(event->blind == NULL);
    char *json = NULL;
    if (streams->untitled > 0 && has_words(event->about.event)) {
        words_leave(data);
        json = json_dumps(data, JSON_COMPACT);
    }
    const int bytes = json == NULL ? -1 : text_write(&event->blind, id, event->about.event, json);
    if (bytes < 0) {
        event->blind = NULL;
    }
    event->blind_bytes = bytes < 0 ? 0 : (size_t)bytes;
    free(json);
    json_decref(data);
}

void gateway_stream_say(struct gateway_stream *streams, const struct stream_about *about,
                        json_t *data)
{
    char id[ID_BYTES];
    char *json = data == NULL ? NULL : json_dumps(data, JSON_COMPACT);
    if (streams->next - streams->first == RING_EVENTS) {
        ring_drop(streams);
    }
    struct event *event = &streams->ring[streams->next % RING_EVENTS];
    *event = (struct event){.offset = streams->offset};
    id_write(streams, streams->next + 1, id);
    int bytes = -1;
    if (json != NULL && codes_copy(event, about)) {
        bytes = text_write(&event->text, id, about->event, json);
    }
    free(json);
    if (bytes < 0) {
        json_decref(data);
        free(event->codes);
        *event = (struct event){.text = NULL};
        forget_all(streams);
        return;
    }
    event->bytes = (size_t)bytes;
    blind_write(streams, event, id, data);
    streams->ring_bytes += event->bytes + event->blind_bytes;
    streams->offset += event->bytes;
    streams->next++;
    while (streams->ring_bytes > RING_BYTES_MAX && streams->first + 1 < streams->next) {
        ring_drop(streams);
    }
    for (struct stream *stream = streams->streams; stream != NULL; stream = stream->after) {
        if (stream->suspended) {
            push(stream, event);
        }
    }
}

void gateway_stream_place(struct gateway_stream *streams, const uint64_t *seqs, unsigned count)
{
    CHECK(count <= SEQS_MAX);
    streams->seq_count = count;
    memcpy(streams->seqs, seqs, count * sizeof *seqs);
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* libmicrohttpd wants more of the answer. */
static ssize_t stream_read(void *context, uint64_t position, char *buffer, size_t room)
{
    struct stream *stream = context;
    struct gateway_stream *streams = stream->streams;
    (void)position;
    CHECK(room > 0);
    stream->read_offset = streams->offset;
    if (stream->ended) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    const size_t head = strlen(stream->head + stream->head_at);
    if (head > 0) {
        const size_t part = head < room ? head : room;
        memcpy(buffer, stream->head + stream->head_at, part);
        stream->head_at += part;
        return (ssize_t)part;
    }
    if (stream->next < streams->first) {
        return MHD_CONTENT_READER_END_OF_STREAM; /* the ring has passed it; it comes back by its id */
    }
    size_t used = 0;
    while (used < room && stream->next < streams->next && !stream->ended) {
        const struct event *event = event_at(streams, stream->next);
        if (stream->at == 0 && !hears(stream, event)) {
            stream->ended = lost(stream, &event->about);
            stream->next++;
            continue;
        }
        size_t bytes = 0;
        const char *text = text_for(stream, event, &bytes);
        const size_t left = bytes - stream->at;
        const size_t part = left < room - used ? left : room - used;
        memcpy(buffer + used, text + stream->at, part);
        used += part;
        stream->at += part;
        if (stream->at == bytes) {
            stream->at = 0;
            stream->next++;
            stream->ended = lost(stream, &event->about);
        }
    }
    if (used == 0 && stream->ended) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    if (used == 0) {
        stream->suspended = true;
        MHD_suspend_connection(stream->exchange->connection);
    }
    return (ssize_t)used;
}

static void stream_free(void *context)
{
    struct stream *stream = context;
    struct gateway_stream *streams = stream->streams;
    if (stream->before != NULL) {
        stream->before->after = stream->after;
    } else {
        CHECK(streams->streams == stream);
        streams->streams = stream->after;
    }
    if (stream->after != NULL) {
        stream->after->before = stream->before;
    }
    CHECK(streams->count > 0);
    streams->count--;
    streams->untitled -= stream->untitled ? 1 : 0;
    free(stream);
    if (streams->closing && streams->count == 0) {
        free(streams);
    }
}

/* ---- beginning -------------------------------------------------------------------------------- */

/* Where somebody goes on who heard the event of that id last. False: that is not known any more. */
static bool resume(const struct gateway_stream *streams, const char *id, uint64_t *next)
{
    char *end = NULL;
    const uint64_t process = strtoull(id, &end, 16);
    if (end != id + 16 || *end != '.' || process != streams->process) {
        return false;
    }
    const uint64_t serial = strtoull(end + 1, &end, 10);
    if (*end != '.' || serial < streams->first || serial > streams->next) {
        return false;
    }
    *next = serial;
    return true;
}

static size_t of_person(const struct gateway_stream *streams, const struct exchange *exchange)
{
    size_t count = 0;
    for (const struct stream *stream = streams->streams; stream != NULL; stream = stream->after) {
        count += stream->exchange->person == exchange->person ? 1 : 0;
    }
    return count;
}

/* The first text: how soon to come back, and where the stream stands. */
static void head_write(struct stream *stream)
{
    char id[ID_BYTES];
    const char *last = gateway_exchange_header(stream->exchange, "Last-Event-ID");
    struct gateway_stream *streams = stream->streams;
    stream->next = streams->next;
    /* What was said while no auditor listened has no text for one. */
    const bool missed = last != NULL && last[0] != '\0' &&
                        (stream->untitled || !resume(streams, last, &stream->next));
    id_write(streams, stream->next, id);
    (void)snprintf(stream->head, sizeof stream->head,
                   "retry: %d\n\nid: %s\nevent: %s\ndata: {\"now_ms\":%" PRIu64 "}\n\n", RETRY_MS,
                   id, missed ? "reload" : "hello", clock_now_ms(&streams->gateway->clock));
}

void gateway_stream_begin(struct gateway_stream *streams, struct exchange *exchange,
                          enum stream_topic topic, const char *unit, uint64_t ticket)
{
    if (!exchange->gateway->settings.unlimited &&
        of_person(streams, exchange) >= STREAMS_PERSON_MAX) {
        gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, RETRY_MS);
        return;
    }
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        gateway_exchange_respond(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, NULL);
        return;
    }
    *stream = (struct stream){.streams = streams,
                              .exchange = exchange,
                              .topic = topic,
                              .ticket = ticket,
                              .after = streams->streams,
                              .changes = gateway_watch_changes(exchange),
                              .untitled = gateway_watch_untitled(exchange),
                              .read_offset = streams->offset};
    (void)snprintf(stream->unit, sizeof stream->unit, "%s", unit == NULL ? "" : unit);
    head_write(stream);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    CHECK(info != NULL); /* the library knows the socket of each of its connections */
    stream->fd = info->connect_fd;
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, READ_BLOCK, stream_read, stream, stream_free);
    if (response == NULL) {
        free(stream);
        gateway_exchange_respond(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, NULL);
        return;
    }
    if (streams->streams != NULL) {
        streams->streams->before = stream;
    }
    streams->streams = stream;
    streams->count++;
    streams->untitled += stream->untitled ? 1 : 0;
    /* HTTP/1.1 all the same, without chunks. */
    (void)MHD_set_response_options(response, MHD_RF_HTTP_VERSION_1_0_ONLY, MHD_RO_END);
    /* It rests for minutes between two events: no time-out of requests is meant for it. */
    (void)MHD_set_connection_option(exchange->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
    (void)MHD_add_response_header(response, "Content-Type", "text/event-stream; charset=utf-8");
    (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    (void)MHD_add_response_header(response, "X-Accel-Buffering", "no");
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    gateway_exchange_respond(exchange, MHD_HTTP_OK, response);
}

/* ---- care -------------------------------------------------------------------------------------
 */

/* The library does not look at a suspended connection: whether its browser has left is seen here. */
static bool left(const struct stream *stream)
{
    char byte = 0;
    const ssize_t got = recv(stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* One that reads is suspended or was asked for more lately; one whose browser is stuck is neither,
 * and what it has not taken grows. Where the person's rights became others it ends too: the browser opens
 * it again where it was, and it is judged by what is true then. */
size_t gateway_stream_care(struct gateway_stream *streams)
{
    for (struct stream *stream = streams->streams; stream != NULL; stream = stream->after) {
        const bool stuck =
            !stream->suspended && streams->offset - stream->read_offset > BEHIND_BYTES_MAX;
        const bool gone = stuck || (stream->suspended && left(stream));
        const bool other = gateway_watch_changes(stream->exchange) != stream->changes;
        if (stream->ended || (!gone && !other && gateway_watch_lasts(stream->exchange))) {
            continue;
        }
        stream->ended = true;
        wake(stream);
    }
    return streams->count;
}

enum rc gateway_stream_open(struct gateway *gateway, struct gateway_stream **streams)
{
    struct gateway_stream *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    made->gateway = gateway;
    made->first = made->next = 1;
    randombytes_buf(&made->process, sizeof made->process);
    *streams = made;
    return RC_OK;
}

/* Woken and at their end, the streams are freed when libmicrohttpd is stopped; the last of them takes
 * this struct with it. */
void gateway_stream_close(struct gateway_stream *streams)
{
    for (struct stream *stream = streams->streams; stream != NULL; stream = stream->after) {
        stream->ended = true;
        wake(stream);
    }
    while (streams->first < streams->next) {
        ring_drop(streams);
    }
    streams->closing = true;
    if (streams->count == 0) {
        free(streams);
    }
}
