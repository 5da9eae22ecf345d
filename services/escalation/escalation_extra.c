/* The record of what only some tickets have. */

#include "escalation_extra.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"

enum {
    EXTRA_VERSION = 1,
    EXTRA_BYTES_MAX = 6144,
    TASK_DONE = 1,
    TASK_LATE = 2,
};

static_assert(ESCALATION_APPEAL_OPEN == 1 && ESCALATION_APPEAL_REFUSED == 3,
              "stored: never renumber");

/* ---- writing ---- */

static void put_assist(struct codec_writer *writer, const struct escalation_assist *assist)
{
    const unsigned flags = (assist->done ? TASK_DONE : 0u) | (assist->late ? TASK_LATE : 0u);
    codec_put_text(writer, assist->unit);
    codec_put_u8(writer, (uint8_t)flags);
    escalation_clock_put(writer, &assist->clock);
}

static void put_request(struct codec_writer *writer, const struct escalation_extra *extra)
{
    codec_put_u8(writer, extra->request);
    if (extra->request != 0) {
        codec_put_u8(writer, (uint8_t)extra->request_to_level);
        codec_put_u64(writer, extra->request_at_ms);
        codec_put_u64(writer, extra->request_due_ms);
        codec_put_text(writer, extra->request_unit);
        codec_put_text(writer, extra->request_to);
    }
}

static void put_pauses(struct codec_writer *writer, const struct escalation_extra *extra)
{
    CHECK(extra->pause_count <= ESCALATION_PAUSES_MAX);
    codec_put_u64(writer, extra->suspended_until_ms);
    codec_put_u8(writer, (uint8_t)extra->pause_count);
    for (uint32_t index = 0; index < extra->pause_count; index++) {
        codec_put_u64(writer, extra->pauses[index].from_ms);
        codec_put_u64(writer, extra->pauses[index].until_ms);
    }
}

enum rc escalation_extra_save(struct store_txn *txn, uint64_t id,
                              const struct escalation_extra *extra)
{
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
    unsigned char bytes[EXTRA_BYTES_MAX], key[ESCALATION_ID_KEY_BYTES];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, EXTRA_VERSION);
    put_pauses(&writer, extra);
    put_request(&writer, extra);
    codec_put_u8(&writer, (uint8_t)extra->assist_count);
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        put_assist(&writer, &extra->assists[index]);
    }
    codec_put_text(&writer, extra->person);
    codec_put_u64(&writer, extra->person_due_ms);
    codec_put_u8(&writer, extra->mode);
    codec_put_u8(&writer, extra->mode_open ? 1 : 0);
    if (extra->mode_open) {
        escalation_clock_put(&writer, &extra->mode_clock);
    }
    codec_put_u8(&writer, extra->card);
    codec_put_u8(&writer, extra->supervise);
    codec_put_u32(&writer, extra->urges);
    codec_put_u32(&writer, extra->cancelled_cards);
    codec_put_u32(&writer, extra->late);
    codec_put_u8(&writer, extra->appeal);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    escalation_state_id_key(id, key);
    return store_put(txn, ESCALATION_EXTRA, key, sizeof key, bytes, writer.used);
}

/* ---- reading ---- */

static bool get_pauses(struct codec_reader *reader, struct escalation_extra *extra)
{
    extra->suspended_until_ms = codec_get_u64(reader);
    extra->pause_count = codec_get_u8(reader);
    if (extra->pause_count > ESCALATION_PAUSES_MAX) {
        return false;
    }
    for (uint32_t index = 0; index < extra->pause_count; index++) {
        extra->pauses[index].from_ms = codec_get_u64(reader);
        extra->pauses[index].until_ms = codec_get_u64(reader);
    }
    return true;
}

static bool get_request(struct codec_reader *reader, struct escalation_extra *extra)
{
    extra->request = codec_get_u8(reader);
    if (extra->request != 0) {
        extra->request_to_level = codec_get_u8(reader);
        extra->request_at_ms = codec_get_u64(reader);
        extra->request_due_ms = codec_get_u64(reader);
        codec_get_text(reader, extra->request_unit, sizeof extra->request_unit);
        codec_get_text(reader, extra->request_to, sizeof extra->request_to);
    }
    return extra->request <= PAIDAN__REQUEST_KIND__REQUEST_RAISE;
}

static bool get_assists(struct codec_reader *reader, struct escalation_extra *extra)
{
    extra->assist_count = codec_get_u8(reader);
    bool good = extra->assist_count <= SITE_ASSIST_MAX;
    for (uint32_t index = 0; good && index < extra->assist_count; index++) {
        struct escalation_assist *assist = &extra->assists[index];
        codec_get_text(reader, assist->unit, sizeof assist->unit);
        const uint8_t flags = codec_get_u8(reader);
        assist->done = (flags & TASK_DONE) != 0;
        assist->late = (flags & TASK_LATE) != 0;
        good = escalation_clock_get(reader, &assist->clock);
    }
    return good;
}

static bool get_mode(struct codec_reader *reader, struct escalation_extra *extra)
{
    extra->mode = codec_get_u8(reader);
    extra->mode_open = codec_get_u8(reader) != 0;
    const bool good = !extra->mode_open || escalation_clock_get(reader, &extra->mode_clock);
    return good && extra->mode <= PAIDAN__MODE__MODE_COORDINATION;
}

enum rc escalation_extra_decode(const void *value, size_t bytes, struct escalation_extra *extra)
{
    struct codec_reader reader;
    uint8_t version = 0;
    const enum rc rc = codec_unseal(&reader, value, bytes, &version);
    if (rc != RC_OK || version != EXTRA_VERSION) {
        return RC_CORRUPT;
    }
    memset(extra, 0, sizeof *extra);
    bool good =
        get_pauses(&reader, extra) && get_request(&reader, extra) && get_assists(&reader, extra);
    codec_get_text(&reader, extra->person, sizeof extra->person);
    extra->person_due_ms = codec_get_u64(&reader);
    good = good && get_mode(&reader, extra);
    extra->card = codec_get_u8(&reader);
    extra->supervise = codec_get_u8(&reader);
    extra->urges = codec_get_u32(&reader);
    extra->cancelled_cards = codec_get_u32(&reader);
    extra->late = codec_get_u32(&reader);
    extra->appeal = codec_get_u8(&reader);
    good =
        good && extra->card <= PAIDAN__CARD__CARD_RED && extra->appeal <= ESCALATION_APPEAL_REFUSED;
    return good && codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc escalation_extra_load(struct store_txn *txn, uint64_t id, struct escalation_extra *extra)
{
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    escalation_state_id_key(id, key);
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(txn, ESCALATION_EXTRA, key, sizeof key, &value, &bytes);
    if (rc == RC_NOT_FOUND) {
        memset(extra, 0, sizeof *extra);
        return RC_OK;
    }
    return rc == RC_OK ? escalation_extra_decode(value, bytes, extra) : rc;
}

/* ---- what the record means ---- */

/* Among equal moments the smaller clock is taken; the other one fires next. */
static void earlier(uint64_t *best_ms, Paidan__Clock *best, uint64_t at_ms, Paidan__Clock clock)
{
    if (at_ms != 0 && (*best_ms == 0 || at_ms < *best_ms)) {
        *best_ms = at_ms;
        *best = clock;
    }
}

uint64_t escalation_extra_next(const struct escalation_extra *extra, enum escalation_state state,
                               Paidan__Clock *clock)
{
    uint64_t next_ms = 0;
    if (state == ESCALATION_SUSPENDED) {
        *clock = PAIDAN__CLOCK__CLOCK_SUSPENSION;
        return extra->suspended_until_ms;
    }
    const bool open = state == ESCALATION_ASSIGNED || state == ESCALATION_ACCEPTED ||
                      state == ESCALATION_RETURNED;
    if (!open) {
        return 0;
    }
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        const struct escalation_assist *assist = &extra->assists[index];
        const bool waits = !assist->done && (assist->clock.flags & ESCALATION_EXPIRED) == 0;
        earlier(&next_ms, clock, waits ? assist->clock.due_ms : 0, PAIDAN__CLOCK__CLOCK_ASSIST);
    }
    earlier(&next_ms, clock, extra->person_due_ms, PAIDAN__CLOCK__CLOCK_PERSON);
    earlier(&next_ms, clock, extra->request != 0 ? extra->request_due_ms : 0,
            PAIDAN__CLOCK__CLOCK_REQUEST);
    if (extra->mode_open && (extra->mode_clock.flags & ESCALATION_EXPIRED) == 0) {
        earlier(&next_ms, clock, extra->mode_clock.due_ms, extra->mode_clock.clock);
    }
    return next_ms;
}

void escalation_extra_mirror(const struct escalation_extra *extra, struct escalation_ticket *ticket)
{
    Paidan__Clock clock = PAIDAN__CLOCK__CLOCK_SUSPENSION;
    ticket->flags |= ESCALATION_HAS_EXTRA;
    ticket->extra_due_ms = escalation_extra_next(extra, ticket->state, &clock);
    ticket->extra_clock = ticket->extra_due_ms != 0 ? (uint8_t)clock : 0;
    ticket->extra_card = extra->card;
    ticket->extra_supervised = extra->supervise != 0;
    ticket->extra_mode = extra->mode_open ? extra->mode : 0;
}

struct escalation_assist *escalation_extra_assist(struct escalation_extra *extra, const char *unit)
{
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        if (strcmp(extra->assists[index].unit, unit) == 0) {
            return &extra->assists[index];
        }
    }
    return NULL;
}

uint32_t escalation_extra_assists_open(const struct escalation_extra *extra)
{
    uint32_t open = 0;
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        open += extra->assists[index].done ? 0 : 1;
    }
    return open;
}

bool escalation_extra_queue_key(uint64_t id, const struct escalation_ticket *ticket,
                                const struct escalation_assist *assist,
                                unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    if (!escalation_state_open(ticket) || assist->done) {
        return false;
    }
    const uint64_t due_ms = assist->clock.due_ms != 0 ? assist->clock.due_ms : UINT64_MAX;
    escalation_state_queue_prefix(assist->unit, ESCALATION_ASSISTING, key);
    escalation_state_id_key(due_ms, key + ESCALATION_QUEUE_PREFIX_BYTES);
    escalation_state_id_key(id, key + ESCALATION_QUEUE_PREFIX_BYTES + 8);
    return true;
}

/* ---- what becomes of it when the ticket moves or ends ---- */

void escalation_extra_drop_request(struct escalation_extra *extra)
{
    extra->request = 0;
    extra->request_to_level = 0;
    extra->request_at_ms = extra->request_due_ms = 0;
    memset(extra->request_unit, 0, sizeof extra->request_unit);
    memset(extra->request_to, 0, sizeof extra->request_to);
}

void escalation_extra_end_pause(struct escalation_extra *extra, uint64_t at_ms)
{
    if (extra->suspended_until_ms != 0) {
        CHECK(extra->pause_count > 0);
        CHECK(extra->pauses[extra->pause_count - 1].until_ms == 0);
        extra->pauses[extra->pause_count - 1].until_ms = at_ms;
        extra->suspended_until_ms = 0;
    }
}

void escalation_extra_drop_mode(struct escalation_extra *extra)
{
    extra->mode = 0;
    extra->mode_open = false;
    memset(&extra->mode_clock, 0, sizeof extra->mode_clock);
}

void escalation_extra_moved(struct escalation_extra *extra, const char *unit, uint64_t at_ms)
{
    CHECK(unit[0] != '\0');
    struct escalation_assist *own = escalation_extra_assist(extra, unit);
    if (own != NULL) {
        own->done = true; /* it leads now */
    }
    escalation_extra_drop_request(extra);
    memset(extra->person, 0, sizeof extra->person);
    extra->person_due_ms = 0;
    escalation_extra_end_pause(extra, at_ms);
}

void escalation_extra_new_round(struct escalation_extra *extra)
{
    CHECK(extra->suspended_until_ms == 0);
    memset(extra->assists, 0, sizeof extra->assists);
    extra->assist_count = 0;
    escalation_extra_drop_mode(extra);
}

void escalation_extra_rest(struct escalation_extra *extra, uint64_t at_ms)
{
    escalation_extra_drop_request(extra);
    extra->person_due_ms = 0;
    escalation_extra_end_pause(extra, at_ms);
}

/* New moments of a clock that runs on: what fired stays fired. */
static enum rc run_on(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    return clock->clock == set->clock ? escalation_clock_take_again(clock, set) : RC_CORRUPT;
}

enum rc escalation_extra_run_on(struct escalation_extra *extra, struct escalation_ticket *ticket,
                                const struct escalation_again *again)
{
    enum rc rc = RC_OK;
    for (size_t index = 0; index < again->clock_count && rc == RC_OK; index++) {
        struct escalation_clock *clock =
            escalation_state_clock(ticket, again->clocks[index]->clock);
        rc = clock == NULL ? RC_CORRUPT : run_on(clock, again->clocks[index]);
    }
    for (size_t index = 0; index < again->assist_count && rc == RC_OK; index++) {
        struct escalation_assist *task =
            escalation_extra_assist(extra, again->assists[index]->unit);
        rc = task == NULL ? RC_CORRUPT : run_on(&task->clock, again->assists[index]->clock);
    }
    if (rc == RC_OK && again->mode != NULL) {
        rc = extra->mode_open ? run_on(&extra->mode_clock, again->mode) : RC_CORRUPT;
    }
    return rc;
}
