/* demo_follow: reads the logs of the four services. */
#include "demo_follow.h"

#include "common/base/check.h"
#include "common/store/evlog.h"
#include "common/wire/wire.h"
#include "demo_actor.h"

struct reader {
    struct demo *demo;
    unsigned service;
    demo_follow_fn *fact;
    void *context;
    uint64_t news;
};

static enum rc record_take(struct reader *reader, const struct evlog_record *record)
{
    struct demo *demo = reader->demo;
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    demo->cursors[reader->service] = record->seq;
    demo->crcs[reader->service] = record->crc;
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

static enum rc block_take(struct reader *reader, const ProtobufCBinaryData *bytes)
{
    struct evlog_block block;
    struct evlog_record record;
    enum rc rc = evlog_block_open(&block, bytes->data, bytes->len);
    if (rc != RC_OK) {
        return RC_CORRUPT;
    }
    while (rc == RC_OK && evlog_block_next(&block, &record) == RC_OK) {
        const uint64_t cursor = reader->demo->cursors[reader->service];
        if (record.seq <= cursor) {
            continue;
        }
        rc = record.seq == cursor + 1 ? record_take(reader, &record) : RC_CORRUPT;
    }
    return rc;
}

/* One answer's worth. *more: the log goes on. */
static enum rc fetch(struct reader *reader, bool *more)
{
    struct demo *demo = reader->demo;
    Paidan__Fetch ask = PAIDAN__FETCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    static char name[] = "demo";
    *more = false;
    ask.follower = name;
    ask.after = demo->cursors[reader->service];
    if (ask.after != 0) {
        ask.has_after_crc = 1;
        ask.after_crc = demo->crcs[reader->service];
    }
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &ask;
    arena_reset(&demo->arena);
    enum rc rc = demo_actor_call(demo, demo_services[reader->service], &request, &answer);
    if (rc == RC_TIMEOUT) {
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (answer->code != PAIDAN__CODE__OK || answer->fetched == NULL) {
        return answer->code == PAIDAN__CODE__LOG_DIVERGED ||
                       answer->code == PAIDAN__CODE__LOG_TRIMMED
                   ? RC_CORRUPT
                   : RC_OK;
    }
    const Paidan__Fetched *fetched = answer->fetched;
    for (size_t index = 0; index < fetched->n_blocks && rc == RC_OK; index++) {
        rc = block_take(reader, &fetched->blocks[index]);
    }
    *more = fetched->n_blocks > 0 && demo->cursors[reader->service] < fetched->head_seq;
    return rc;
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
