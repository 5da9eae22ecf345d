/* tail: following a log, whoever does it: a service, `paidan watch`, the demo, a gateway.
 *
 * It says what to ask, takes what is answered, and hands out the records in order and without a
 * gap; how the question travels is the caller's business (a bus_socket of its own, client_call).
 * Sending a question twice or losing an answer does no harm: what is asked depends on `applied`
 * alone. What cannot be understood is never passed over: the same fault is told until something
 * else is fetched.
 *
 *              tail_asked               tail_take: blocks
 *   TAIL_IDLE ────────────▶ TAIL_ASKED ──────────────────▶ TAIL_HELD ──▶ tail_peek, tail_pass ...
 *       ▲                       │  nothing new, refused        │  │ all of it committed
 *       ├───────────────────────┘                              │  │
 *       ├──────────────────────────────────────────────────────┼──┘
 *       │ timer_us                       diverged, trimmed,    │ damaged, another history
 *   TAIL_STUCK ◀───────────────────────────────────────────────┘
 *
 * Times are monotonic microseconds and given by the caller. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/limits.h"
#include "common/store/cursor.h"
#include "common/store/evlog.h"

enum tail_state {
    TAIL_IDLE,  /* may ask at timer_us */
    TAIL_ASKED, /* gives up at timer_us */
    TAIL_HELD,  /* has records that are not all committed */
    TAIL_STUCK, /* cannot go on by itself; asks again at timer_us */
};

/* How far somebody is. known: of a record that he has seen; a number alone may be of any history.
 */
struct tail_place {
    struct cursor at;
    bool known;
};

/* Callers read what is above the line and change nothing. */
struct tail {
    enum tail_state state;
    struct tail_place applied; /* committed; what is asked for comes after it */
    struct tail_place given;   /* passed, and not yet committed */
    uint64_t head;             /* of that log, when last heard of */
    uint64_t timer_us;
    uint64_t held_us;     /* TAIL_HELD since */
    bool begun;           /* some of what is held was passed */
    Paidan__Code stuck;   /* why it is stuck, OK: it is not */
    Paidan__Code refused; /* what the last answer said, OK or not */

    char follower[CODE_BYTES_MAX + 1];
    unsigned refusals; /* in a row */
    struct arena arena;
    const ProtobufCBinaryData *blocks;
    size_t block_count, block_index;
    bool block_open, record_held; /* record: read from the block, not yet passed */
    struct evlog_block block;
    struct evlog_record record;
    enum rc fault; /* met after what was passed */
};

/* follower: the name that the other side knows us by; copied, at most CODE_BYTES_MAX bytes.
 * RC_OK or RC_LIMIT. Keep the struct where it is. */
MUST_CHECK enum rc tail_init(struct tail *tail, const char *follower);
void tail_fini(struct tail *tail);

/* Goes on after that record, whatever was held. crc: of a record that was seen, else NULL. */
void tail_start(struct tail *tail, uint64_t seq, const uint32_t *crc);

/* ---- asking -----------------------------------------------------------------------------------
 */

/* Fills in who asks and after what; wait, bytes and what else a Fetch may carry is the caller's.
 * The fetch points into tail. */
void tail_wish(struct tail *tail, Paidan__Fetch *fetch);
/* It was sent; until_us: when to stop waiting for the answer. Before: TAIL_IDLE or TAIL_STUCK. */
void tail_asked(struct tail *tail, uint64_t until_us);
/* Nothing is under way any more: ask (again) at at_us. */
void tail_idle(struct tail *tail, uint64_t at_us);

/* ---- answers ----------------------------------------------------------------------------------
 */

/* Takes an answer that the caller unpacked; its blocks are copied. RC_OK: records are held.
 * RC_NOT_FOUND: nothing new, ask again. RC_AGAIN: refused for now (refused says why); not before
 * timer_us again, which is later each time. RC_DIVERGED, RC_GAP: the log has another history, or
 * what comes next is gone from it; stuck. RC_INVALID: no answer to a Fetch; as RC_AGAIN.
 * RC_LIMIT: larger than any frame; as RC_AGAIN. */
MUST_CHECK enum rc tail_take(struct tail *tail, const Paidan__Answer *answer, uint64_t now_us);
/* Takes a frame as it came: as tail_take without the copy. One with another correlation changes
 * nothing: RC_NOT_FOUND, and the state is TAIL_ASKED still. Before: TAIL_ASKED. */
MUST_CHECK enum rc tail_take_frame(struct tail *tail, const void *bytes, size_t size,
                                   uint64_t correlation, uint64_t now_us);

/* ---- records ----------------------------------------------------------------------------------
 */

/* The record after those passed, good until the next call. RC_OK. RC_NOT_FOUND: all of what was
 * fetched is passed. RC_GAP: it is not the next one. RC_DIVERGED: the sender has another record
 * where we are. RC_CORRUPT, RC_FORMAT: a block cannot be read. After a fault: tail_fault. Before:
 * TAIL_HELD. */
MUST_CHECK enum rc tail_peek(struct tail *tail, const struct evlog_record **record);
/* The peeked record is dealt with. Before: tail_peek returned RC_OK. */
void tail_pass(struct tail *tail);
/* What was passed is stored (or shown): it is not asked for again. */
void tail_commit(struct tail *tail, uint64_t now_us);
/* It is not: it comes again. */
void tail_undo(struct tail *tail);

/* What follows from a fault of tail_peek, or RC_INVALID: the caller cannot read the record. True:
 * dealt with: a gap is fetched again, anything else sticks. False: good records before it are not
 * committed yet; the fault shows again after their commit. */
bool tail_fault(struct tail *tail, enum rc rc, uint64_t now_us);
/* Rests until TAIL_STUCK_US have passed: also for reasons that only the caller knows. */
void tail_stick(struct tail *tail, Paidan__Code code, uint64_t now_us);
