/* gateway_stream: events on their way to browsers (server-sent events).
 *
 * An event is rendered once and kept in a ring; a stream is a place in that ring and what it wants
 * of it, so that 5,000 streams cost 5,000 places and not 5,000 copies. The id of an event is
 * "<process>.<serial>.<positions>": who comes back with one (Last-Event-ID) goes on after it, as
 * long as it is in the ring and this process has made it; to everybody else "reload" says that the
 * page must be asked for anew. A stream that does not read is ended once the ring has passed it. */
#pragma once

#include <jansson.h>

#include "gateway.h"

enum stream_topic {
    STREAM_BOARD,     /* rows of all tickets, counts */
    STREAM_DESK,      /* rows at the dispatcher's desk, counts */
    STREAM_UNIT,      /* rows of tickets that a unit has, assists with or had */
    STREAM_TICKET,    /* one ticket: its row and every fact */
    STREAM_CALLBACKS, /* callbacks to be asked */
    STREAM_CALLS,     /* who rings at the operators' */
    STREAM_ALL,
};

enum stream_event {
    STREAM_ROW,      /* "ticket": its row as it is now */
    STREAM_FACT,     /* "fact": what happened to a ticket */
    STREAM_COUNTS,   /* "counts": the board's sums */
    STREAM_DESK_ROW, /* "desk": what waits there, or that it left */
    STREAM_CALLBACK, /* "callback": what is to be asked, or that it is over */
    STREAM_CALL, /* "call": somebody rings, was answered, is on an operator's screen, has ended */
    STREAM_TIME, /* "time": the services' clock; also the heartbeat */
    STREAM_SERVICE, /* "service": one is away, or back */
    STREAM_RELOAD,  /* "reload": something was missed, ask for the page anew */
};

enum { STREAM_UNITS_MAX = 34 }; /* that have it, that had it, and 32 that assist */

/* Whom an event concerns. Codes are good until the call returns. */
struct stream_about {
    enum stream_event event;
    uint64_t ticket; /* 0: none */
    const char *units[STREAM_UNITS_MAX];
    unsigned unit_count;
    bool left; /* the last of them had it until now: it hears so, and is nobody's after that */
    const char *area, *channel; /* NULL: not known */
    uint32_t level;             /* 0: not known */
};

struct gateway_stream;

MUST_CHECK enum rc gateway_stream_open(struct gateway *gateway, struct gateway_stream **streams);
/* Every stream ends here, before libmicrohttpd stops: it aborts when one is suspended. */
void gateway_stream_close(struct gateway_stream *streams);

/* Takes the exchange as a stream, from now on or after its Last-Event-ID. unit: of STREAM_UNIT;
 * ticket: of STREAM_TICKET. Answers the exchange in every case. */
void gateway_stream_begin(struct gateway_stream *streams, struct exchange *exchange,
                          enum stream_topic topic, const char *unit, uint64_t ticket);
/* Says one event to all who want it; data is taken, NULL (no memory): all are told to reload. */
void gateway_stream_say(struct gateway_stream *streams, const struct stream_about *about,
                        json_t *data);
/* Whether anybody would hear it, so that nothing is asked and rendered for nobody. */
bool gateway_stream_wanted(const struct gateway_stream *streams, enum stream_event event,
                           uint64_t ticket);
/* Where the followed logs are: part of every id from now on. */
void gateway_stream_place(struct gateway_stream *streams, const uint64_t *seqs, unsigned count);
/* Ends streams whose session is over or whose rights are others, and those that do not read. Returns how many are open. */
size_t gateway_stream_care(struct gateway_stream *streams);
