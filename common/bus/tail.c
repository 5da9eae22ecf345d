/* tail: the states of somebody who follows a log, and the walk over the blocks that came.
 *
 * Owns the arena in which an answer lies while its records are passed. What must stay true: a
 * record is handed out once between two commits and only as the direct successor of the one before
 * it; `applied` moves by tail_commit alone; a fault is kept until what was fetched is forgotten,
 * so that nobody who asks once more gets past it. */

#include "common/bus/tail.h"

#include <string.h>

#include "common/base/check.h"
#include "common/wire/wire.h"

enum {
    TAIL_RETRY_US = 1000000, /* after a refusal that passes; twice as long each time */
    TAIL_RETRY_SHIFT_MAX = 3,
    TAIL_STUCK_US = 10000000,
};
/* A Fetched unpacked: its bytes once more, and the array of its blocks. */
#define TAIL_ARENA_BYTES (16u * FRAME_BYTES_MAX)

enum rc tail_init(struct tail *tail, const char *follower)
{
    const size_t length = strlen(follower);
    *tail = (struct tail){0};
    if (length > CODE_BYTES_MAX) {
        return RC_LIMIT;
    }
    memcpy(tail->follower, follower, length + 1);
    return arena_init(&tail->arena, TAIL_ARENA_BYTES);
}

void tail_fini(struct tail *tail)
{
    arena_fini(&tail->arena);
    tail->blocks = NULL;
    tail->block_count = 0;
}

/* ---- states -----------------------------------------------------------------------------------
 */

/* Whatever was fetched and not committed is fetched again. */
static void forget(struct tail *tail)
{
    tail->blocks = NULL;
    tail->block_count = tail->block_index = 0;
    tail->block_open = tail->record_held = tail->begun = false;
    tail->fault = RC_OK;
    tail->given = tail->applied;
    arena_reset(&tail->arena);
}

/* A question that is under way is not called back: its answer begins where it was asked, and what
 * does not follow `applied` is a gap. */
void tail_start(struct tail *tail, uint64_t seq, const uint32_t *crc)
{
    tail->applied = (struct tail_place){
        .at = {.seq = seq, .crc = crc != NULL ? *crc : 0},
        .known = crc != NULL && seq != 0, /* there is no record 0 */
    };
    if (tail->state == TAIL_HELD) {
        tail->state = TAIL_IDLE;
        tail->timer_us = 0;
    }
    forget(tail);
}

void tail_idle(struct tail *tail, uint64_t at_us)
{
    forget(tail);
    tail->state = TAIL_IDLE;
    tail->timer_us = at_us;
}

/* Asked again at a slow pace: it may be repaired without anybody telling us. */
void tail_stick(struct tail *tail, Paidan__Code code, uint64_t now_us)
{
    CHECK(code != PAIDAN__CODE__OK);
    forget(tail);
    tail->stuck = code;
    tail->state = TAIL_STUCK;
    tail->timer_us = now_us + TAIL_STUCK_US;
}

/* ---- asking -----------------------------------------------------------------------------------
 */

/* Without the checksum of a record that was seen, a log with another history would be read on. */
void tail_wish(struct tail *tail, Paidan__Fetch *fetch)
{
    CHECK(tail->state == TAIL_IDLE || tail->state == TAIL_STUCK);
    fetch->follower = tail->follower;
    fetch->after = tail->applied.at.seq;
    fetch->has_after_crc = tail->applied.known;
    fetch->after_crc = tail->applied.at.crc;
}

void tail_asked(struct tail *tail, uint64_t until_us)
{
    CHECK(tail->state == TAIL_IDLE || tail->state == TAIL_STUCK);
    CHECK(tail->blocks == NULL);
    tail->state = TAIL_ASKED;
    tail->timer_us = until_us;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

/* Longer each time, for a service that refuses has too much to do; never longer than whoever looks at
 * a board would wait. */
static enum rc refuse(struct tail *tail, Paidan__Code code, uint64_t retry_ms, uint64_t now_us)
{
    uint64_t pause_us = (uint64_t)TAIL_RETRY_US << tail->refusals;
    tail->refused = code;
    tail->refusals += tail->refusals < TAIL_RETRY_SHIFT_MAX ? 1 : 0;
    pause_us = retry_ms * 1000u > pause_us ? retry_ms * 1000u : pause_us;
    tail_idle(tail, now_us + pause_us);
    return RC_AGAIN;
}

/* The head is told even without news: lag is judged by it. */
static enum rc hold(struct tail *tail, const Paidan__Fetched *fetched, uint64_t now_us)
{
    tail->refused = PAIDAN__CODE__OK;
    tail->refusals = 0;
    if (tail->stuck != PAIDAN__CODE__SERVICE_FAULT) {
        tail->stuck = PAIDAN__CODE__OK; /* that one shows only when the record is applied */
    }
    tail->head = fetched->head_seq;
    if (fetched->n_blocks == 0) {
        tail_idle(tail, now_us); /* the long poll ended without news */
        return RC_NOT_FOUND;
    }
    CHECK(tail->blocks == NULL);
    tail->blocks = fetched->blocks;
    tail->block_count = fetched->n_blocks;
    tail->state = TAIL_HELD;
    tail->held_us = now_us;
    return RC_OK;
}

/* The answer's blocks outlive it: in the arena, or the caller's. */
static enum rc take(struct tail *tail, const Paidan__Answer *answer, uint64_t now_us)
{
    switch (answer->code) {
    case PAIDAN__CODE__OK:
        break;
    case PAIDAN__CODE__LOG_DIVERGED:
        tail_stick(tail, answer->code, now_us);
        return RC_DIVERGED;
    case PAIDAN__CODE__LOG_TRIMMED:
        tail_stick(tail, answer->code, now_us);
        return RC_GAP;
    default:
        return refuse(tail, answer->code, answer->has_retry_after_ms ? answer->retry_after_ms : 0,
                      now_us);
    }
    if (answer->body_case != PAIDAN__ANSWER__BODY_FETCHED) {
        (void)refuse(tail, PAIDAN__CODE__FRAME_INVALID, 0, now_us);
        return RC_INVALID;
    }
    return hold(tail, answer->fetched, now_us);
}

/* RC_OK or RC_LIMIT. */
static enum rc blocks_copy(struct arena *arena, const Paidan__Fetched *from, Paidan__Fetched *to)
{
    to->blocks = arena_alloc(arena, (from->n_blocks + 1) * sizeof *to->blocks);
    if (to->blocks == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < from->n_blocks; index++) {
        const ProtobufCBinaryData *block = &from->blocks[index];
        unsigned char *bytes = arena_alloc(arena, block->len + 1);
        if (bytes == NULL) {
            return RC_LIMIT;
        }
        if (block->len > 0) {
            memcpy(bytes, block->data, block->len);
        }
        to->blocks[index] = (ProtobufCBinaryData){.data = bytes, .len = block->len};
    }
    to->n_blocks = from->n_blocks;
    to->head_seq = from->head_seq;
    return RC_OK;
}

/* For callers whose arena is emptied while they work through the records. */
enum rc tail_take(struct tail *tail, const Paidan__Answer *answer, uint64_t now_us)
{
    Paidan__Answer copy = *answer;
    Paidan__Fetched fetched = PAIDAN__FETCHED__INIT;
    forget(tail);
    if (answer->code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_FETCHED) {
        const enum rc rc = blocks_copy(&tail->arena, answer->fetched, &fetched);
        if (rc != RC_OK) {
            (void)refuse(tail, PAIDAN__CODE__FRAME_TOO_LARGE, 0, now_us);
            return rc;
        }
        copy.fetched = &fetched;
    }
    return take(tail, &copy, now_us);
}

/* Unpacked where it stays, so that the megabytes of a service that catches up are copied once less. */
enum rc tail_take_frame(struct tail *tail, const void *bytes, size_t size, uint64_t correlation,
                        uint64_t now_us)
{
    struct wire_error error;
    ProtobufCMessage *unpacked = NULL;
    CHECK(tail->state == TAIL_ASKED);
    forget(tail);
    const enum rc rc =
        wire_unpack(&tail->arena, &paidan__answer__descriptor, bytes, size, &unpacked, &error);
    if (rc != RC_OK) {
        (void)refuse(tail, PAIDAN__CODE__FRAME_INVALID, 0, now_us);
        return RC_INVALID;
    }
    const Paidan__Answer *answer = (const Paidan__Answer *)(const void *)unpacked;
    /* What an earlier question was answered after we had given up on it. */
    return answer->correlation == correlation ? take(tail, answer, now_us) : RC_NOT_FOUND;
}

/* ---- records ----------------------------------------------------------------------------------
 */

/* The next record of what was fetched, whichever block it is in. RC_OK, RC_NOT_FOUND (no more),
 * RC_CORRUPT or RC_FORMAT. */
static enum rc record_next(struct tail *tail)
{
    while (tail->block_index < tail->block_count) {
        enum rc rc = RC_OK;
        if (!tail->block_open) {
            const ProtobufCBinaryData *bytes = &tail->blocks[tail->block_index];
            rc = evlog_block_open(&tail->block, bytes->data, bytes->len);
            tail->block_open = rc == RC_OK;
        }
        if (rc == RC_OK) {
            rc = evlog_block_next(&tail->block, &tail->record);
        }
        if (rc != RC_NOT_FOUND) {
            return rc;
        }
        tail->block_open = false;
        tail->block_index++;
    }
    return RC_NOT_FOUND;
}

/* A block may begin before what is asked for, so records that were passed may come again: they
 * must be the same ones. */
static bool record_diverges(const struct tail *tail)
{
    const struct tail_place *given = &tail->given;
    return given->known && tail->record.seq == given->at.seq && tail->record.crc != given->at.crc;
}

/* Looking is not taking: a caller that finds no room, or cannot read the record, has lost nothing. */
enum rc tail_peek(struct tail *tail, const struct evlog_record **record)
{
    CHECK(tail->state == TAIL_HELD);
    while (!tail->record_held) {
        if (tail->fault != RC_OK) {
            return tail->fault;
        }
        const enum rc rc = record_next(tail);
        if (rc == RC_NOT_FOUND) {
            return rc;
        }
        if (rc != RC_OK || record_diverges(tail)) {
            tail->fault = rc != RC_OK ? rc : RC_DIVERGED;
        } else {
            tail->record_held = tail->record.seq > tail->given.at.seq;
        }
    }
    if (tail->record.seq != tail->given.at.seq + 1) {
        return RC_GAP;
    }
    *record = &tail->record;
    return RC_OK;
}

void tail_pass(struct tail *tail)
{
    CHECK(tail->record_held);
    CHECK(tail->record.seq == tail->given.at.seq + 1);
    tail->given = (struct tail_place){
        .at = {.seq = tail->record.seq, .crc = tail->record.crc},
        .known = true,
    };
    tail->record_held = false;
    tail->begun = true;
}

/* A fault that waits after the records just committed is not judged here: the next look meets it. */
void tail_commit(struct tail *tail, uint64_t now_us)
{
    const struct evlog_record *record = NULL;
    CHECK(tail->given.at.seq >= tail->applied.at.seq);
    if (tail->state != TAIL_HELD) {
        return;
    }
    if (tail->given.at.seq != tail->applied.at.seq) {
        tail->stuck = PAIDAN__CODE__OK; /* whatever it was, it is behind us */
    }
    tail->applied = tail->given;
    if (tail->head < tail->applied.at.seq) {
        tail->head = tail->applied.at.seq;
    }
    if (tail_peek(tail, &record) == RC_NOT_FOUND) {
        tail_idle(tail, now_us);
    }
}

/* From the first block again: records that are applied already are left out as they come by. */
void tail_undo(struct tail *tail)
{
    if (tail->state == TAIL_HELD) {
        tail->given = tail->applied;
        tail->block_index = 0;
        tail->block_open = tail->record_held = false;
        tail->fault = RC_OK; /* it comes again after the same records */
    }
}

/* A gap may be the way's doing, so it is fetched again; all else is the sender's or ours. */
bool tail_fault(struct tail *tail, enum rc rc, uint64_t now_us)
{
    CHECK(rc != RC_OK);
    CHECK(rc != RC_NOT_FOUND);
    if (tail->given.at.seq != tail->applied.at.seq) {
        return false;
    }
    switch (rc) {
    case RC_GAP:
        tail_idle(tail, now_us + TAIL_RETRY_US);
        break;
    case RC_DIVERGED:
        tail_stick(tail, PAIDAN__CODE__LOG_DIVERGED, now_us);
        break;
    case RC_INVALID:
        tail_stick(tail, PAIDAN__CODE__FRAME_INVALID, now_us);
        break;
    default:
        tail_stick(tail, PAIDAN__CODE__STORE_CORRUPT, now_us);
        break;
    }
    return true;
}
