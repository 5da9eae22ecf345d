/* demo_follow: reads the logs of the four services as any follower does, and folds what is new.
 *
 * Owns demo->tails; the order of records, gaps and what sticks are common/bus/tail.h's business,
 * here each fact is folded and told. The demo believes the logs alone about what happened; what it
 * was answered is only compared with them at the end. A log that is not the one it began to follow
 * ends the demo: its numbers would mean nothing. */
#include "demo_follow.h"

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/wire/wire.h"
#include "demo_actor.h"

struct reader {
    struct demo *demo;
    unsigned service;
    demo_follow_fn *fact;
    void *context;
    uint64_t news;
};

enum rc demo_follow_init(struct demo *demo)
{
    enum rc rc = RC_OK;
    for (unsigned service = 0; service < DEMO_SERVICES && rc == RC_OK; service++) {
        rc = tail_init(&demo->tails[service], "demo");
    }
    return rc;
}

void demo_follow_fini(struct demo *demo)
{
    for (unsigned service = 0; service < DEMO_SERVICES; service++) {
        if (demo->tails[service].arena.base != NULL) {
            tail_fini(&demo->tails[service]);
        }
    }
}

/* Answers and marks are records too, and are passed over. */
static enum rc record_take(struct reader *reader, const struct evlog_record *record)
{
    CHECK(reader->fact != NULL);
    struct demo *demo = reader->demo;
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    enum rc rc = wire_unpack(&demo->arena, &paidan__event__descriptor, record->payload,
                             record->bytes, &message, &error);
    if (rc != RC_OK) {
        return RC_CORRUPT;
    }
    const Paidan__Event *event = (const Paidan__Event *)message;
    rc = demo_facts_apply(&demo->facts, event);
    if (rc == RC_OK) {
        reader->news++;
        reader->fact(reader->context, demo, event);
    }
    return rc;
}

/* Everything that was fetched. RC_OK, or why the demo ends. */
static enum rc records_take(struct reader *reader, struct tail *tail)
{
    const struct evlog_record *record = NULL;
    enum rc rc = tail_peek(tail, &record);
    while (rc == RC_OK) {
        rc = record_take(reader, record);
        if (rc == RC_OK) {
            tail_pass(tail);
            rc = tail_peek(tail, &record);
        }
    }
    if (rc != RC_NOT_FOUND) {
        return rc == RC_LIMIT ? RC_LIMIT : RC_CORRUPT;
    }
    tail_commit(tail, clock_monotonic_us());
    return RC_OK;
}

/* One answer's worth. *more: the log goes on. */
static enum rc fetch(struct reader *reader, bool *more)
{
    CHECK(reader->service < DEMO_SERVICES);
    struct demo *demo = reader->demo;
    struct tail *tail = &demo->tails[reader->service];
    Paidan__Fetch ask = PAIDAN__FETCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    *more = false;
    tail_wish(tail, &ask);
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &ask;
    arena_reset(&demo->arena);
    enum rc rc = demo_actor_call(demo, demo_services[reader->service], &request, &answer);
    if (rc == RC_OK) {
        rc = tail_take(tail, answer, clock_monotonic_us());
    }
    switch (rc) {
    case RC_OK:
        rc = records_take(reader, tail);
        *more = tail->applied.at.seq < tail->head;
        return rc;
    case RC_DIVERGED:
    case RC_GAP:
        return RC_CORRUPT;
    case RC_NOT_FOUND: /* no news */
    case RC_AGAIN:     /* refused for now */
    case RC_TIMEOUT:   /* not there: read next time */
        return RC_OK;
    default:
        return rc;
    }
}

enum rc demo_follow_all(struct demo *demo, demo_follow_fn *fact, void *context, uint64_t *news)
{
    struct reader reader = {.demo = demo, .fact = fact, .context = context};
    for (unsigned service = 0; service < DEMO_SERVICES; service++) {
        bool more = true;
        reader.service = service;
        while (more) {
            const enum rc rc = fetch(&reader, &more);
            if (rc != RC_OK) {
                return rc;
            }
        }
    }
    *news = reader.news;
    return RC_OK;
}
