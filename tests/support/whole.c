/* whole: see the header. Owns nothing. */

#include "whole.h"

#include "common/base/check.h"
#include "common/store/evlog.h"
#include "trace_fields.h"

enum { LINE_BYTES = 16384 };

void whole_answer(struct trace *trace, const char *asked, const Paidan__Answer *answer)
{
    static char line[LINE_BYTES];
    if (answer == NULL) {
        trace_say(trace, "%s: waits", asked);
        return;
    }
    trace_fields(&answer->base, trace->base_ms, line, sizeof line);
    trace_say(trace, "%s: %s", asked, line);
}

static enum rc say_fact(void *context, const struct evlog_record *record)
{
    static char line[LINE_BYTES];
    struct trace *const trace = context;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    Paidan__Event *const event = paidan__event__unpack(NULL, record->bytes, record->payload);
    CHECK(event != NULL);
    if (event->fact_case != PAIDAN__EVENT__FACT_SITE_CHANGED) { /* names the site's digest */
        trace_fields(&event->base, trace->base_ms, line, sizeof line);
        trace_say(trace, "%llu: %s", (unsigned long long)record->seq, line);
    }
    paidan__event__free_unpacked(event, NULL);
    return RC_OK;
}

void whole_log(struct trace *trace, struct solo *solo)
{
    struct store_txn *txn = NULL;
    enum rc rc = store_begin(solo_store(solo), false, &txn);
    CHECK(rc == RC_OK);
    rc = evlog_walk(txn, 1, say_fact, trace);
    CHECK(rc == RC_OK);
    store_abort(txn);
}

void whole_service(struct trace *trace, const struct step_service *service)
{
    for (unsigned index = 0; index < paidan__request__descriptor.n_fields; index++) {
        const ProtobufCFieldDescriptor *const field = &paidan__request__descriptor.fields[index];
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        Paidan__ReadTexts texts = PAIDAN__READ_TEXTS__INIT;
        request.wish_case = (Paidan__Request__WishCase)field->id;
        request.read_texts = &texts; /* the only wish that either side looks into */
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 && service->knows(&request)) {
            trace_say(trace, "%s %s", service->changes(&request) ? "changes by" : "is asked for",
                      field->name);
        }
    }
    static const char *const needs[] = {"none", "brief", "all"};
    for (const char *const *log = service->follows; *log != NULL; log++) {
        for (unsigned kind = 1; kind < 200; kind++) {
            const ProtobufCFieldDescriptor *const field =
                protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, kind);
            const Paidan__Event__FactCase fact = (Paidan__Event__FactCase)kind;
            if (field != NULL && service->hears(*log, fact)) {
                const enum step_need need =
                    service->needs == NULL
                        ? STEP_NEED_ALL
                        : service->needs(*log, fact, (const unsigned char *)"", 0);
                trace_say(trace, "hears of %s: %s, needs %s", *log, field->name, needs[need]);
            }
        }
    }
    trace_say(trace, "follows %s", service->follows_lazily ? "lazily" : "at once");
    trace_say(trace, "log %s", service->keeps_log ? "kept for ever" : "trimmed");
    for (const char *const *name = service->followed_by; *name != NULL; name++) {
        trace_say(trace, "followed by %s", *name);
    }
    for (const char *const *name = service->paced_by; name != NULL && *name != NULL; name++) {
        trace_say(trace, "paced by %s", *name);
    }
}

void whole_tallies(struct trace *trace, struct solo *solo, const struct step_service *service)
{
    for (const char *const *name = service->tallies; *name != NULL; name++) {
        trace_say(trace, "%s %llu", *name, (unsigned long long)solo_tally(solo, *name));
    }
}
