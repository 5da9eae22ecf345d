/* port_event: facts as receivers of CloudEvents 1.0 get them. It owns nothing. What must stay true: what
 * is sent of a fact is the same for every attempt, so that a receiver may compare; and of a confidential
 * ticket, or to somebody who did not ask for texts, no title, note or name of a person goes out.
 *
 *   id       webhook:<delivery>, in a piece of several webhook:<delivery>.<place>
 *   source   <the site's source>/<log>       type     paidan.<fact>
 *   subject  the ticket's public number      time     of the fact
 *   data     {number, log, seq, at, at_ms, <fact>: {...}} with names by the site beside codes */
#include "port_event.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/wire/wire.h"

/* Of units' words and of people: who wrote them and to whom, what was said. Codes and moments are no
 * texts. */
static void strip_texts(json_t *json)
{
    static const char *const names[] = {"note",   "title",  "summary", "spot_note", "why",
                                        "holder", "person", "duty",    "reason"};
    const char *key = NULL;
    json_t *value = NULL;
    void *next = NULL;
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (json_is_string(json_object_get(json, names[index]))) {
            (void)json_object_del(json, names[index]);
        }
    }
    json_object_foreach_safe(json, next, key, value)
    {
        if (json_is_object(value)) {
            strip_texts(value); /* messages are not recursive, so this ends soon */
        }
    }
}

/* Notes that are the resident's own answer: they never go out. */
static bool is_residents(const Paidan__Event *fact)
{
    return fact->fact_case == PAIDAN__EVENT__FACT_ANSWERED ||
           fact->fact_case == PAIDAN__EVENT__FACT_REOPENED;
}

/* The fact's own message within its event. */
static const ProtobufCMessage *message_of(const Paidan__Event *fact)
{
    const ProtobufCFieldDescriptor *const field = protobuf_c_message_descriptor_get_field(
        &paidan__event__descriptor, (unsigned)fact->fact_case);
    const ProtobufCMessage *message = NULL;
    CHECK(field != NULL);
    memcpy(&message, (const char *)fact + field->offset, sizeof message);
    return message;
}

/* Who of the office did it is nobody's business outside: of the event nothing but the fact, its ticket and
 * its moment is even written. */
static json_t *data_of(const struct say *say, const Paidan__Published *published,
                       const Paidan__Event *fact, bool texts)
{
    const char *const name = step_fact_name(fact->fact_case);
    json_t *const part = say_json_message(say, message_of(fact), true);
    json_t *const data = json_object();
    if (part == NULL || data == NULL) {
        json_decref(part);
        json_decref(data);
        return NULL;
    }
    if (!texts) {
        strip_texts(part);
    }
    int failed = json_object_set_new(data, "number", say_json_number(fact->ticket));
    failed |= json_object_set_new(data, "log", json_string(published->log));
    failed |= json_object_set_new(data, "seq", json_integer((json_int_t)published->seq));
    say_json_time(say, data, "at", fact->at_ms);
    failed |= json_object_set_new(data, name, part);
    if (failed != 0) {
        json_decref(data);
        return NULL;
    }
    say_json_names(say, data);
    return data;
}

/* RC_NOT_FOUND: it cannot be read by this program, now or ever: the delivery dies visibly. */
enum rc port_event_read(struct step_view *view, const struct site_webhook *hook,
                        const Paidan__Published *published, const char *id,
                        struct port_event *event)
{
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    CHECK(view->site->webhooks != NULL);
    enum rc rc = wire_unpack(view->arena, &paidan__event__descriptor, published->event.data,
                             published->event.len, &message, &error);
    if (rc != RC_OK) {
        return rc == RC_LIMIT ? rc : RC_NOT_FOUND;
    }
    const Paidan__Event *const fact = (const Paidan__Event *)message;
    if (fact->ticket == 0 || fact->fact_case == PAIDAN__EVENT__FACT__NOT_SET) {
        return RC_NOT_FOUND;
    }
    /* Receivers are programs: codes have English names beside them. */
    const struct say say = {.language = SAY_CHINESE, .site = view->site};
    const bool secret = published->has_confidential && published->confidential;
    char time[SAY_TIME_BYTES];
    say_time_rfc3339(&say, fact->at_ms, time);
    *event = (struct port_event){
        .id = id,
        .source = arena_printf(view->arena, "%s/%s", view->site->webhooks->source, published->log),
        .type = arena_printf(view->arena, "paidan.%s", step_fact_name(fact->fact_case)),
        .subject = number_text(view->arena, fact->ticket),
        .time = arena_strdup(view->arena, time),
        .data = data_of(&say, published, fact, hook->texts && !secret && !is_residents(fact))};
    if (event->source == NULL || event->type == NULL || event->subject == NULL ||
        event->time == NULL || event->data == NULL) {
        json_decref(event->data);
        return RC_LIMIT;
    }
    return RC_OK;
}

/* The envelope around the same data that goes alone in binary mode; data is shared, not copied. */
json_t *port_event_structured(const struct port_event *event)
{
    CHECK(event->data != NULL);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:O}", "specversion", "1.0", "id",
                     event->id, "source", event->source, "type", event->type, "subject",
                     event->subject, "time", event->time, "datacontenttype", "application/json",
                     "data", event->data);
}
