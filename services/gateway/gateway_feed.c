/* gateway_feed: what the services' logs mean for those who watch.
 *
 * Owns three tails, the set of tickets whose rows are stale, and the streams. A fact makes a ticket
 * stale; a moment later its row is asked for once, whoever many facts came, and said to all streams
 * that want it, so that 5,000 browsers cause one question and not 5,000. What must stay true: a
 * ticket that became stale while its row was on the way is asked for again; what nobody wants is not
 * asked for; when more is stale than there is room for, everybody is told to reload instead of some
 * being forgotten. */

#include "gateway_feed.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/bus/tail.h"
#include "common/say/number.h"
#include "common/say/say_desk.h"
#include "common/say/say_facts.h"
#include "common/say/say_json.h"
#include "common/step/step.h"
#include "common/wire/wire.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"
#include "gateway_session.h"
#include "gateway_stream.h"
#include "gateway_upstream.h"
#include "gateway_watch.h"

enum {
    FEED_LOGS = 3,
    STALE_SLOTS = 1 << 14, /* tickets; half of them at most are used */
    STALE_MAX = STALE_SLOTS / 2,
    ASKS_MAX = 32,     /* rows on the way */
    STALE_US = 5000,   /* facts come in groups: one question for all of them */
    AGAIN_US = 200000, /* a ticket's row at most so often */
    COUNTS_US = 1000000,
    COUNTS_IDLE_US = 15000000, /* what lies overdue grows without a fact too */
    TIME_US = 15000000,
    FETCH_WAIT_MS = 10000,
    FETCH_TIMEOUT_MS = 15000,
    FETCH_BYTES_MAX = 256 << 10,
    RECORDS_TURN = 512, /* of one turn; the rest waits for the next */
    RETRY_US = 1000000,
    ROW_LIMIT = 1,
};

enum stale_row { ROW_TICKET = 1, ROW_DESK = 2, ROW_CALLBACK = 4 };

struct feed_log {
    enum gateway_service service;
    enum stale_row row; /* that its facts make stale */
    struct tail tail;
    bool begun, asking, away;
};

/* A slot of the table; ticket 0: free. */
struct stale {
    uint64_t ticket, ask_us;
    unsigned rows;                 /* enum stale_row, to be asked for */
    unsigned asking;               /* on the way */
    char unit[CODE_BYTES_MAX + 1]; /* that it was last said for: whoever lost it must hear so */
};

struct feed_ask {
    struct feed *feed;
    uint64_t ticket;
    enum stale_row row;
    bool used;
};

struct feed {
    struct gateway *gateway;
    struct gateway_stream *streams;
    struct feed_log logs[FEED_LOGS];
    struct stale *stale;
    unsigned stale_count, stale_walk, rows_waiting;
    struct feed_ask asks[ASKS_MAX];
    bool counts_stale, counts_asking;
    uint64_t counts_us, counts_idle_us, time_us;
    json_t *counts, *counts_said; /* being gathered; last said */
};

/* ---- tickets whose row is stale ---------------------------------------------------------------- */

static unsigned slot_of(uint64_t ticket)
{
    return (unsigned)((ticket * 0x9e3779b97f4a7c15ull) >> 50) % STALE_SLOTS;
}

/* The ticket's slot, or the free one where it belongs. */
static struct stale *stale_find(struct feed *feed, uint64_t ticket)
{
    unsigned slot = slot_of(ticket);
    while (feed->stale[slot].ticket != 0 && feed->stale[slot].ticket != ticket) {
        slot = (slot + 1) % STALE_SLOTS;
    }
    return &feed->stale[slot];
}

static void reload_all(struct feed *feed)
{
    static const struct stream_about about = {.event = STREAM_RELOAD};
    memset(feed->stale, 0, STALE_SLOTS * sizeof *feed->stale);
    feed->stale_count = 0;
    feed->rows_waiting = 0;
    gateway_stream_say(feed->streams, &about, json_object());
}

static bool row_wanted(const struct feed *feed, uint64_t ticket, enum stale_row row)
{
    const enum stream_event event = row == ROW_TICKET ? STREAM_ROW
                                    : row == ROW_DESK ? STREAM_DESK_ROW
                                                      : STREAM_CALLBACK;
    return gateway_stream_wanted(feed->streams, event, ticket) ||
           (row == ROW_DESK && gateway_stream_wanted(feed->streams, STREAM_ROW, ticket));
}

static void stale_add(struct feed *feed, uint64_t ticket, enum stale_row row)
{
    CHECK(ticket != 0);
    if (!row_wanted(feed, ticket, row)) {
        return;
    }
    struct stale *stale = stale_find(feed, ticket);
    if (stale->ticket == 0) {
        if (feed->stale_count == STALE_MAX) {
            reload_all(feed);
            stale = stale_find(feed, ticket);
        }
        *stale = (struct stale){.ticket = ticket, .ask_us = clock_monotonic_us() + STALE_US};
        feed->stale_count++;
    }
    feed->rows_waiting += (stale->rows & row) == 0 ? 1 : 0;
    stale->rows |= row;
}

/* Whoever lost it must hear so, though nothing was said of it to that unit lately. */
static void stale_lost(struct feed *feed, uint64_t ticket, const char *unit)
{
    struct stale *stale = stale_find(feed, ticket);
    CHECK(ticket != 0);
    if (stale->ticket != 0) {
        (void)snprintf(stale->unit, sizeof stale->unit, "%s", unit);
    }
}

/* Slots are not freed one by one, for others may lie behind them: the table is made anew of those
 * that still have something to be asked for, or were said lately, once it is half full. */
static void stale_tidy(struct feed *feed)
{
    if (feed->stale_count < STALE_MAX / 2 || feed->rows_waiting > STALE_MAX / 4) {
        return;
    }
    struct stale *old = feed->stale;
    struct stale *made = calloc(STALE_SLOTS, sizeof *made);
    if (made == NULL) {
        return; /* no memory now: at the latest it is emptied when it is full */
    }
    feed->stale = made;
    feed->stale_count = 0;
    for (unsigned slot = 0; slot < STALE_SLOTS; slot++) {
        if (old[slot].ticket != 0 && (old[slot].rows != 0 || old[slot].asking != 0)) {
            *stale_find(feed, old[slot].ticket) = old[slot];
            feed->stale_count++;
        }
    }
    feed->stale_walk = 0;
    free(old);
}

/* ---- rows --------------------------------------------------------------------------------------- */

static void about_brief(struct stream_about *about, const Paidan__Brief *brief)
{
    about->ticket = brief->ticket;
    about->area = brief->area;
    about->channel = brief->channel;
    about->level = brief->level;
    if (brief->unit[0] != '\0') {
        about->units[about->unit_count++] = brief->unit;
    }
    for (size_t index = 0; index < brief->n_assist && about->unit_count + 1 < STREAM_UNITS_MAX;
         index++) {
        about->units[about->unit_count++] = brief->assist[index];
    }
}

/* was: the unit that its row was last said for; it hears once more that the ticket is another's. */
static void row_say(struct feed *feed, const Paidan__Brief *brief, struct stale *stale)
{
    struct stream_about about = {.event = STREAM_ROW};
    about_brief(&about, brief);
    if (stale->ticket != 0) {
        if (stale->unit[0] != '\0' && strcmp(stale->unit, brief->unit) != 0) {
            about.units[about.unit_count++] = stale->unit;
            about.left = true;
        }
        gateway_stream_say(feed->streams, &about, say_json_brief(&feed->gateway->say, brief));
        (void)snprintf(stale->unit, sizeof stale->unit, "%s", brief->unit);
        return;
    }
    gateway_stream_say(feed->streams, &about, say_json_brief(&feed->gateway->say, brief));
}

static json_t *gone(uint64_t ticket)
{
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(ticket));
    json_object_set_new(object, "gone", json_true());
    return object;
}

static void desk_say(struct feed *feed, uint64_t ticket, const Paidan__TriageShown *shown)
{
    struct stream_about about = {.event = STREAM_DESK_ROW, .ticket = ticket};
    if (shown->desk == NULL) {
        gateway_stream_say(feed->streams, &about, gone(ticket));
        return;
    }
    /* As lists judge it: the one place that was found, if it is one. */
    about.area = shown->desk->area != NULL   ? shown->desk->area
                 : shown->desk->n_areas == 1 ? shown->desk->areas[0]
                                             : NULL;
    about.channel = shown->desk->channel;
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(ticket));
    json_object_set_new(object, "item",
                        say_json_message(&feed->gateway->say, &shown->desk->base, false));
    gateway_stream_say(feed->streams, &about, object);
    /* What waits at the desk stands on the board too. */
    const Paidan__Brief *brief =
        say_desk_brief(&feed->gateway->arena, shown->desk, clock_now_ms(&feed->gateway->clock));
    if (brief != NULL) {
        row_say(feed, brief, stale_find(feed, ticket));
    }
}

static void callback_say(struct feed *feed, uint64_t ticket, const Paidan__CallbackShown *shown)
{
    /* Whom the channel asks is the business of those who work for it. */
    const struct stream_about about = {
        .event = STREAM_CALLBACK, .ticket = ticket, .channel = shown->channel};
    if (!shown->open) {
        gateway_stream_say(feed->streams, &about, gone(ticket));
        return;
    }
    json_t *object = say_json_message(&feed->gateway->say, &shown->base, false);
    json_object_del(object, "history");
    json_object_del(object, "history_seqs");
    gateway_stream_say(feed->streams, &about, object);
}

static void answered(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct feed_ask *ask = context;
    struct feed *feed = ask->feed;
    struct stale *stale = stale_find(feed, ask->ticket);
    CHECK(ask->used);
    ask->used = false;
    if (stale->ticket != 0) {
        stale->asking &= ~(unsigned)ask->row;
        stale->ask_us = clock_monotonic_us() + AGAIN_US;
    }
    if (code != PAIDAN__CODE__OK || answer == NULL) {
        /* Not known there (yet), or away: its next fact asks again. */
        return;
    }
    switch (answer->body_case) {
    case PAIDAN__ANSWER__BODY_SHOWN:
        /* Of what was taken back the desk's row says more; the unit that had it must hear. */
        if (answer->shown->brief->state != PAIDAN__STATE__STATE_DESK || stale->unit[0] != '\0') {
            row_say(feed, answer->shown->brief, stale);
        }
        break;
    case PAIDAN__ANSWER__BODY_TRIAGE_SHOWN:
        desk_say(feed, ask->ticket, answer->triage_shown);
        break;
    case PAIDAN__ANSWER__BODY_CALLBACK_SHOWN:
        callback_say(feed, ask->ticket, answer->callback_shown);
        break;
    default:
        break;
    }
}

static struct feed_ask *ask_free(struct feed *feed)
{
    for (unsigned index = 0; index < ASKS_MAX; index++) {
        if (!feed->asks[index].used) {
            return &feed->asks[index];
        }
    }
    return NULL;
}

/* False: no room; later. */
static bool row_ask(struct feed *feed, struct stale *stale, enum stale_row row)
{
    struct feed_ask *ask = ask_free(feed);
    if (ask == NULL) {
        return false;
    }
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Show show = PAIDAN__SHOW__INIT;
    Paidan__TriageShow triage = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__CallbackShow callback = PAIDAN__CALLBACK_SHOW__INIT;
    enum gateway_service service = GATEWAY_ESCALATION;
    show.ticket = triage.ticket = callback.ticket = stale->ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    if (row == ROW_DESK) {
        service = GATEWAY_TRIAGE;
        request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
        request.triage_show = &triage;
    } else if (row == ROW_CALLBACK) {
        service = GATEWAY_CALLBACK;
        request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_SHOW;
        request.callback_show = &callback;
    }
    *ask = (struct feed_ask){.feed = feed, .ticket = stale->ticket, .row = row};
    if (gateway_upstream_ask(feed->gateway, service, &request, GATEWAY_READ_MS, answered, ask) !=
        RC_OK) {
        return false;
    }
    ask->used = true;
    stale->asking |= (unsigned)row;
    stale->rows &= ~(unsigned)row;
    CHECK(feed->rows_waiting > 0);
    feed->rows_waiting--;
    return true;
}

/* Goes on where the last turn ended. Returns when the next is due. */
static uint64_t rows_ask(struct feed *feed, uint64_t now_us)
{
    static const enum stale_row rows[] = {ROW_TICKET, ROW_DESK, ROW_CALLBACK};
    uint64_t next_us = UINT64_MAX;
    for (unsigned step = 0; step < STALE_SLOTS && feed->rows_waiting > 0; step++) {
        struct stale *stale = &feed->stale[feed->stale_walk];
        feed->stale_walk = (feed->stale_walk + 1) % STALE_SLOTS;
        if (stale->ticket == 0 || stale->rows == 0) {
            continue;
        }
        if (stale->ask_us > now_us) {
            next_us = stale->ask_us < next_us ? stale->ask_us : next_us;
            continue;
        }
        for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
            const unsigned row = (unsigned)rows[index];
            if ((stale->rows & row) != 0 && (stale->asking & row) == 0 &&
                !row_ask(feed, stale, rows[index])) {
                return now_us + STALE_US;
            }
        }
        next_us = stale->rows != 0 ? now_us + STALE_US : next_us;
    }
    return next_us;
}

/* ---- counts -------------------------------------------------------------------------------------- */

/* Said only where something changed. */
static void counts_say(struct feed *feed)
{
    static const struct stream_about about = {.event = STREAM_COUNTS};
    if (feed->counts_said == NULL || !json_equal(feed->counts, feed->counts_said)) {
        json_decref(feed->counts_said);
        feed->counts_said = json_incref(feed->counts);
        gateway_stream_say(feed->streams, &about, json_incref(feed->counts));
    }
    json_decref(feed->counts);
    feed->counts = NULL;
    feed->counts_asking = false;
}

/* The desk's part. Where triage is away the board's own sums are said without it. */
static void counts_desk(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct feed *feed = context;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_DESK_LISTED) {
        const Paidan__DeskListed *desk = answer->desk_listed;
        json_object_set_new(feed->counts, "desk_waiting", json_integer((json_int_t)desk->waiting));
        json_object_set_new(feed->counts, "desk_overdue", json_integer((json_int_t)desk->overdue));
        if (desk->has_oldest_ms) {
            say_json_time(&feed->gateway->say, feed->counts, "desk_oldest", desk->oldest_ms);
        }
    }
    counts_say(feed);
}

static void counts_board(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct feed *feed = context;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__DeskList desk = PAIDAN__DESK_LIST__INIT;
    if (code != PAIDAN__CODE__OK || answer->body_case != PAIDAN__ANSWER__BODY_BOARDED) {
        feed->counts_asking = false;
        feed->counts_stale = true;
        return;
    }
    feed->counts = say_json_message(&feed->gateway->say, &answer->boarded->base, false);
    json_object_del(feed->counts, "tickets");
    desk.has_limit = 1;
    desk.limit = ROW_LIMIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &desk;
    if (gateway_upstream_ask(feed->gateway, GATEWAY_TRIAGE, &request, GATEWAY_READ_MS, counts_desk,
                             feed) != RC_OK) {
        counts_say(feed);
    }
}

static uint64_t counts_ask(struct feed *feed, uint64_t now_us)
{
    const bool due = feed->counts_stale || now_us >= feed->counts_idle_us;
    if (feed->counts_asking || !gateway_stream_wanted(feed->streams, STREAM_COUNTS, 0)) {
        return UINT64_MAX;
    }
    if (!due || now_us < feed->counts_us) {
        return due ? feed->counts_us : feed->counts_idle_us;
    }
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Board board = PAIDAN__BOARD__INIT;
    board.has_limit = 1;
    board.limit = ROW_LIMIT;
    request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
    request.board = &board;
    feed->counts_us = now_us + COUNTS_US;
    feed->counts_idle_us = now_us + COUNTS_IDLE_US;
    if (gateway_upstream_ask(feed->gateway, GATEWAY_ESCALATION, &request, GATEWAY_READ_MS,
                             counts_board, feed) == RC_OK) {
        feed->counts_stale = false;
        feed->counts_asking = true;
    }
    return feed->counts_us;
}

/* ---- facts --------------------------------------------------------------------------------------- */

/* An event goes to whoever watches the ticket, units too, and an answer does not say whether its ticket
 * is confidential: what the resident told is had by asking for the story, which is judged. */
static void words_keep_back(Paidan__Event *event, Paidan__Answered *answered,
                            Paidan__Reopened *reopened)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_ANSWERED) {
        *answered = *event->answered;
        answered->note = NULL;
        event->answered = answered;
    } else if (event->fact_case == PAIDAN__EVENT__FACT_REOPENED) {
        *reopened = *event->reopened;
        reopened->note = NULL;
        event->reopened = reopened;
    }
}

static void fact_say(struct feed *feed, const struct feed_log *log, uint64_t seq,
                     const Paidan__Event *event)
{
    Paidan__Event told = *event;
    Paidan__Answered answered;
    Paidan__Reopened reopened;
    words_keep_back(&told, &answered, &reopened);
    char zh[1024], en[1024];
    const struct stream_about about = {.event = STREAM_FACT, .ticket = event->ticket};
    struct say english = feed->gateway->say, chinese = feed->gateway->say;
    english.language = SAY_ENGLISH;
    chinese.language = SAY_CHINESE;
    (void)say_facts_words(&chinese, &told, zh, sizeof zh);
    (void)say_facts_words(&english, &told, en, sizeof en);
    json_t *object = json_object();
    json_object_set_new(object, "number", say_json_number(event->ticket));
    json_object_set_new(object, "service", json_string(gateway_upstream_name(log->service)));
    json_object_set_new(object, "seq", json_integer((json_int_t)seq));
    json_object_set_new(object, "fact", json_string(step_fact_name(event->fact_case)));
    json_object_set_new(object, "says_zh", json_string(zh));
    json_object_set_new(object, "says_en", json_string(en));
    /* Nor who told it: an adapter may name the resident. */
    if (event->fact_case != PAIDAN__EVENT__FACT_ANSWERED && event->cause->actor != NULL) {
        json_object_set_new(object, "actor", json_string(event->cause->actor));
    }
    say_json_time(&feed->gateway->say, object, "at", event->at_ms);
    gateway_stream_say(feed->streams, &about, object);
}

static void tickets_stale(struct feed *feed, const uint64_t *tickets, size_t count,
                          enum stale_row row)
{
    for (size_t index = 0; index < count; index++) {
        stale_add(feed, tickets[index], row);
    }
}

/* RC_OK; RC_INVALID: it cannot be read. */
static enum rc record_take(struct feed *feed, struct feed_log *log,
                           const struct evlog_record *record)
{
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    arena_reset(&feed->gateway->arena);
    if (wire_unpack(&feed->gateway->arena, &paidan__event__descriptor, record->payload,
                    record->bytes, &message, &error) != RC_OK) {
        return RC_INVALID;
    }
    const Paidan__Event *event = (const Paidan__Event *)(const void *)message;
    feed->counts_stale = true;
    if (event->fact_case == PAIDAN__EVENT__FACT_LEASED) {
        tickets_stale(feed, event->leased->tickets, event->leased->n_tickets, log->row);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_HANDED) {
        tickets_stale(feed, event->handed->tickets, event->handed->n_tickets, log->row);
    } else if (event->has_ticket && event->ticket != 0) {
        stale_add(feed, event->ticket, log->row);
        if (event->fact_case == PAIDAN__EVENT__FACT_RECALLED) {
            stale_lost(feed, event->ticket, event->recalled->unit);
        }
        if (gateway_stream_wanted(feed->streams, STREAM_FACT, event->ticket)) {
            fact_say(feed, log, record->seq, event);
        }
    }
    return RC_OK;
}

/* ---- following ------------------------------------------------------------------------------------ */

static void place(struct feed *feed)
{
    uint64_t seqs[FEED_LOGS];
    for (unsigned index = 0; index < FEED_LOGS; index++) {
        seqs[index] = feed->logs[index].tail.applied.at.seq;
    }
    gateway_stream_place(feed->streams, seqs, FEED_LOGS);
}

/* The log cannot be followed any more from where we are: from its head on, and all reload. */
static void begin_again(struct feed *feed, struct feed_log *log)
{
    diag_log(DIAG_WARN, "feed", "log=%s begin=again", gateway_upstream_name(log->service));
    log->begun = false;
    reload_all(feed);
}

/* A bounded share of what was fetched. True: there is more. */
static bool records_take(struct feed *feed, struct feed_log *log)
{
    const struct evlog_record *record = NULL;
    enum rc rc = RC_OK;
    unsigned taken = 0;
    while (rc == RC_OK && taken < RECORDS_TURN) {
        rc = tail_peek(&log->tail, &record);
        if (rc == RC_OK && record_take(feed, log, record) != RC_OK) {
            diag_log(DIAG_WARN, "feed", "log=%s seq=%llu unreadable=yes",
                     gateway_upstream_name(log->service), (unsigned long long)record->seq);
        }
        if (rc == RC_OK) {
            tail_pass(&log->tail);
            taken++;
        }
    }
    tail_commit(&log->tail, clock_monotonic_us());
    place(feed);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        begin_again(feed, log);
        return false;
    }
    return rc == RC_OK;
}

static void away_say(struct feed *feed, struct feed_log *log, bool away)
{
    if (log->away == away) {
        return;
    }
    const struct stream_about about = {.event = STREAM_SERVICE};
    json_t *object = json_object();
    log->away = away;
    json_object_set_new(object, "service", json_string(gateway_upstream_name(log->service)));
    json_object_set_new(object, "answers", json_boolean(!away));
    gateway_stream_say(feed->streams, &about, object);
}

static struct feed *feed_of; /* one gateway a process: its callbacks get a log, and need the rest */

static void fetched(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct feed_log *log = context;
    struct feed *feed = feed_of;
    const uint64_t now_us = clock_monotonic_us();
    log->asking = false;
    if (answer == NULL) {
        tail_idle(&log->tail, now_us + RETRY_US);
        return;
    }
    (void)code;
    switch (tail_take(&log->tail, answer, now_us)) {
    case RC_DIVERGED:
    case RC_GAP:
        begin_again(feed, log);
        break;
    default: /* held, nothing new, or refused for now */
        break;
    }
}

static void pinged(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct feed_log *log = context;
    log->asking = false;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_PONG) {
        tail_start(&log->tail, answer->pong->head_seq, NULL);
        log->begun = true;
        place(feed_of);
    } else {
        tail_idle(&log->tail, clock_monotonic_us() + RETRY_US);
    }
}

static void log_ask(struct feed *feed, struct feed_log *log, uint64_t now_us)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &ping;
    if (log->begun) {
        tail_wish(&log->tail, &fetch);
        fetch.has_wait_ms = 1;
        fetch.wait_ms = FETCH_WAIT_MS;
        fetch.has_bytes_max = 1;
        fetch.bytes_max = FETCH_BYTES_MAX;
        request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
        request.fetch = &fetch;
    }
    if (gateway_upstream_ask(feed->gateway, log->service, &request, FETCH_TIMEOUT_MS,
                             log->begun ? fetched : pinged, log) == RC_OK) {
        log->asking = true;
        if (log->begun) {
            tail_asked(&log->tail, UINT64_MAX); /* upstream tells when it gives up */
        }
    }
    (void)now_us;
}

/* Returns when it wants to be called again. */
static uint64_t log_turn(struct feed *feed, struct feed_log *log, uint64_t now_us)
{
    /* By the pings: a fetch that waits for news is silent for long. */
    away_say(feed, log, !gateway_upstream_up(feed->gateway, log->service));
    if (log->begun && log->tail.state == TAIL_HELD && records_take(feed, log)) {
        return now_us;
    }
    if (log->asking) {
        return UINT64_MAX;
    }
    if (now_us < log->tail.timer_us) {
        return log->tail.timer_us;
    }
    log_ask(feed, log, now_us);
    return log->asking ? UINT64_MAX : now_us + RETRY_US;
}

void gateway_feed_say(const struct stream_about *about, json_t *data)
{
    CHECK(feed_of != NULL); /* parts that say something are opened after it */
    gateway_stream_say(feed_of->streams, about, data);
}

void gateway_feed_care(void)
{
    if (feed_of != NULL) {
        (void)gateway_stream_care(feed_of->streams);
    }
}

/* ---- the part ------------------------------------------------------------------------------------ */

static uint64_t time_say(struct feed *feed, uint64_t now_us)
{
    static const struct stream_about about = {.event = STREAM_TIME};
    if (now_us < feed->time_us) {
        return feed->time_us;
    }
    feed->time_us = now_us + TIME_US;
    if (gateway_stream_care(feed->streams) > 0) {
        json_t *object = json_object();
        const struct clock *clock = &feed->gateway->clock;
        say_json_time(&feed->gateway->say, object, "now", clock_now_ms(clock));
        json_object_set_new(
            object, "rate",
            json_integer(clock->kind == CLOCK_SCALED ? (json_int_t)clock->rate : 1));
        gateway_stream_say(feed->streams, &about, object);
    }
    return feed->time_us;
}

static uint64_t sooner(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static uint64_t feed_tick(struct gateway *gateway, void *context, uint64_t now_us)
{
    struct feed *feed = context;
    uint64_t next_us = time_say(feed, now_us);
    (void)gateway;
    for (unsigned index = 0; index < FEED_LOGS; index++) {
        next_us = sooner(next_us, log_turn(feed, &feed->logs[index], now_us));
    }
    stale_tidy(feed);
    next_us = sooner(next_us, rows_ask(feed, now_us));
    return sooner(next_us, counts_ask(feed, now_us));
}

static void feed_close(struct gateway *gateway, void *context)
{
    struct feed *feed = context;
    (void)gateway;
    gateway_stream_close(feed->streams);
    for (unsigned index = 0; index < FEED_LOGS; index++) {
        if (feed->logs[index].tail.arena.base != NULL) {
            tail_fini(&feed->logs[index].tail);
        }
    }
    json_decref(feed->counts);
    json_decref(feed->counts_said);
    free(feed->stale);
    free(feed);
    feed_of = NULL;
}

static enum rc feed_open(struct gateway *gateway, void **context)
{
    static const struct {
        enum gateway_service service;
        enum stale_row row;
    } follows[FEED_LOGS] = {{GATEWAY_TRIAGE, ROW_DESK},
                            {GATEWAY_ESCALATION, ROW_TICKET},
                            {GATEWAY_CALLBACK, ROW_CALLBACK}};
    struct feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL) {
        return RC_LIMIT;
    }
    feed->gateway = gateway;
    feed->stale = calloc(STALE_SLOTS, sizeof *feed->stale);
    enum rc rc = feed->stale == NULL ? RC_LIMIT : gateway_stream_open(gateway, &feed->streams);
    for (unsigned index = 0; index < FEED_LOGS && rc == RC_OK; index++) {
        feed->logs[index].service = follows[index].service;
        feed->logs[index].row = follows[index].row;
        feed->logs[index].away = true; /* until it is heard of */
        rc = tail_init(&feed->logs[index].tail, "gateway");
    }
    if (rc != RC_OK) {
        free(feed->stale);
        free(feed);
        return rc;
    }
    feed_of = feed;
    *context = feed;
    return RC_OK;
}

const struct gateway_part gateway_feed_part = {
    .name = "feed", .open = feed_open, .close = feed_close, .tick = feed_tick};

/* ---- who wants to watch ---------------------------------------------------------------------------- */

/* "unit:HUANBAO": the topic and what stands after the colon. False: none of ours. */
static bool topic_read(const char *text, enum stream_topic *topic, const char **rest)
{
    static const struct {
        const char *name;
        enum stream_topic topic;
    } topics[] = {
        {"board", STREAM_BOARD},    {"desk", STREAM_DESK},           {"unit:", STREAM_UNIT},
        {"ticket:", STREAM_TICKET}, {"callbacks", STREAM_CALLBACKS}, {"calls", STREAM_CALLS},
        {"all", STREAM_ALL}};
    for (size_t index = 0; index < sizeof topics / sizeof topics[0]; index++) {
        const size_t bytes = strlen(topics[index].name);
        const bool open_end = topics[index].name[bytes - 1] == ':';
        if (open_end ? strncmp(text, topics[index].name, bytes) == 0 && text[bytes] != '\0'
                     : strcmp(text, topics[index].name) == 0) {
            *topic = topics[index].topic;
            *rest = text + bytes;
            return true;
        }
    }
    return false;
}

/* The ticket is one that the person may see: its facts may follow. Where escalation does not know it
 * yet it may lie at the desk. */
static void ticket_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    uint64_t ticket = 0;
    const char *text = gateway_uri_query(&exchange->uri, "topic");
    const char *rest = "";
    enum stream_topic topic = STREAM_BOARD;
    const bool read = topic_read(text, &topic, &rest) && number_parse(rest, &ticket) == RC_OK;
    (void)answer;
    CHECK(read);
    gateway_stream_begin(feed_of->streams, exchange, STREAM_TICKET, NULL, ticket);
}

static void ticket_at_desk(struct exchange *exchange, uint64_t ticket)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__TriageShow show = PAIDAN__TRIAGE_SHOW__INIT;
    show.ticket = ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &show;
    gateway_api_ask(exchange, GATEWAY_TRIAGE, &request, ticket_told);
}

struct ticket_ask {
    struct exchange *exchange;
    uint64_t ticket;
};

static void ticket_answered(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    const struct ticket_ask ask = *(struct ticket_ask *)context;
    free(context);
    if (code == PAIDAN__CODE__OK) {
        ticket_told(ask.exchange, answer);
    } else if (code == PAIDAN__CODE__TICKET_UNKNOWN) {
        ticket_at_desk(ask.exchange, ask.ticket);
    } else {
        gateway_problem(ask.exchange, code, answer == NULL ? "escalation" : answer->detail, 0);
    }
}

static void ticket_watch(struct exchange *exchange, uint64_t ticket)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Show show = PAIDAN__SHOW__INIT;
    struct ticket_ask *ask = malloc(sizeof *ask);
    show.ticket = ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    gateway_session_sign(exchange, &request);
    if (ask == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    *ask = (struct ticket_ask){exchange, ticket};
    if (gateway_upstream_ask(exchange->gateway, GATEWAY_ESCALATION, &request, GATEWAY_READ_MS,
                             ticket_answered, ask) != RC_OK) {
        free(ask);
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
    }
}

void gateway_feed_events(struct exchange *exchange)
{
    enum stream_topic topic = STREAM_BOARD;
    const char *rest = "", *text = gateway_uri_query(&exchange->uri, "topic");
    uint64_t ticket = 0;
    if (text == NULL || !topic_read(text, &topic, &rest) ||
        (topic == STREAM_UNIT && strlen(rest) > CODE_BYTES_MAX)) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "topic", 0);
        return;
    }
    if (topic == STREAM_TICKET && number_parse(rest, &ticket) != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__NUMBER_INVALID, NULL, 0);
        return;
    }
    if (!gateway_watch_may(exchange, topic, rest)) {
        gateway_problem(exchange, PAIDAN__CODE__FORBIDDEN, "topic", 0);
        return;
    }
    if (topic == STREAM_TICKET) {
        ticket_watch(exchange, ticket);
        return;
    }
    gateway_stream_begin(feed_of->streams, exchange, topic, rest, 0);
    feed_of->counts_idle_us = 0; /* whoever comes hears the sums at once */
    json_decref(feed_of->counts_said);
    feed_of->counts_said = NULL;
}
