/* archive_strip: by the names of fields, so that a fact that is added later is stripped without a line
 * here, and one that brings a phone of its own cannot bring it into the archive.
 *
 * What must stay true: whatever is a string and is not a code, a number or a word of ours stands in one of
 * the two lists below. The message that came belongs to others and is never written: each message on the
 * way down to a change is copied. */
#include "archive_strip.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* A query code that nobody can type: the field is required. */
static char no_code[] = "------";
static char nothing[] = "";

bool archive_strip_keeps(Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT__NOT_SET:
    case PAIDAN__EVENT__FACT_LEASED:
    case PAIDAN__EVENT__FACT_LEASE_LAPSED:
    case PAIDAN__EVENT__FACT_HANDED:
    case PAIDAN__EVENT__FACT_RECEIPTS:
    case PAIDAN__EVENT__FACT_DISCLOSED:
    case PAIDAN__EVENT__FACT_PROVED:
    case PAIDAN__EVENT__FACT_TRUST_CHANGED:
    case PAIDAN__EVENT__FACT_DELIVERY_ASKED:
    case PAIDAN__EVENT__FACT_DELIVERY_SENT:
    case PAIDAN__EVENT__FACT_DELIVERY_FAILED:
    case PAIDAN__EVENT__FACT_DELIVERY_DEAD:
    case PAIDAN__EVENT__FACT_DELIVERY_RETRIED:
    case PAIDAN__EVENT__FACT_DELIVERY_DROPPED:
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
    case PAIDAN__EVENT__FACT_DENIED:
    case PAIDAN__EVENT__FACT_PEERS_CHANGED:
        return false;
    default:
        return true;
    }
}

static bool listed(const char *const *names, const char *name)
{
    CHECK(name != NULL);
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool personal(const char *name)
{
    static const char *const names[] = {"phone",       "reporter", "external_id", "given_title",
                                        "update_id",   "via",      "session",     "request_id",
                                        "attachments", "sketch",   "persons",     NULL};
    return listed(names, name);
}

/* What people wrote. */
static bool words(const char *name)
{
    static const char *const names[] = {"text",    "title", "place",  "note", "spot_note",
                                        "summary", "why",   "reason", "duty", NULL};
    return listed(names, name);
}

/* What a judgement quotes of the resident's words. */
static bool quoted(const char *name)
{
    static const char *const names[] = {"words", "place_words", "grams", "parts", "same", NULL};
    return listed(names, name);
}

struct stripping {
    struct arena *arena;
    bool confidential;
};

static void set_text(unsigned char *base, const ProtobufCFieldDescriptor *field, char *text)
{
    CHECK(field->type == PROTOBUF_C_TYPE_STRING);
    memcpy(base + field->offset, &text, sizeof text);
}

/* Absent from now on. */
static void drop(unsigned char *base, const ProtobufCFieldDescriptor *field)
{
    const size_t none = 0;
    const protobuf_c_boolean no = 0;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        memcpy(base + field->quantifier_offset, &none, sizeof none);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        set_text(base, field, field->label == PROTOBUF_C_LABEL_REQUIRED ? nothing : NULL);
    } else {
        CHECK(field->label == PROTOBUF_C_LABEL_OPTIONAL);
        memcpy(base + field->quantifier_offset, &no, sizeof no);
    }
}

static enum rc mask(struct stripping *strip, unsigned char *base,
                    const ProtobufCFieldDescriptor *field)
{
    char *text = NULL, *masked = NULL;
    CHECK(field->type == PROTOBUF_C_TYPE_STRING);
    CHECK(!strip->confidential); /* of those no word is masked, it is dropped */
    memcpy(&text, base + field->offset, sizeof text);
    if (text == NULL || text[0] == '\0') {
        return RC_OK;
    }
    const enum rc rc = text_mask_digits(strip->arena, text, &masked);
    if (rc == RC_OK && masked != text) {
        set_text(base, field, masked);
    }
    return rc;
}

/* Only one message: those in lists (clocks, guesses, assisting units) hold codes and numbers, and of a
 * judgement what they hold is cut here. */
static enum rc strip_fields(struct stripping *strip, ProtobufCMessage *message, unsigned depth);

static enum rc strip_below(struct stripping *strip, unsigned char *base,
                           const ProtobufCFieldDescriptor *field, unsigned depth)
{
    ProtobufCMessage *below = NULL;
    CHECK(field->type == PROTOBUF_C_TYPE_MESSAGE);
    memcpy(&below, base + field->offset, sizeof below);
    if (below == NULL || field->label == PROTOBUF_C_LABEL_REPEATED) {
        return RC_OK;
    }
    ProtobufCMessage *const copy = arena_alloc(strip->arena, below->descriptor->sizeof_message);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    memcpy(copy, below, below->descriptor->sizeof_message);
    memcpy(base + field->offset, &copy, sizeof(ProtobufCMessage *));
    return strip_fields(strip, copy, depth + 1);
}

static enum rc strip_field(struct stripping *strip, unsigned char *base,
                           const ProtobufCFieldDescriptor *field, unsigned depth)
{
    const bool single_text =
        field->type == PROTOBUF_C_TYPE_STRING && field->label != PROTOBUF_C_LABEL_REPEATED;
    if (strcmp(field->name, "query_code") == 0) {
        set_text(base, field, no_code);
        return RC_OK;
    }
    if (personal(field->name) || (strip->confidential && quoted(field->name)) ||
        (strip->confidential && single_text && words(field->name))) {
        drop(base, field);
        return RC_OK;
    }
    if (single_text && words(field->name)) {
        return mask(strip, base, field);
    }
    /* Of a oneof only the member that is set: all of them lie in the same place. */
    if (field->type == PROTOBUF_C_TYPE_MESSAGE &&
        (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) {
        return strip_below(strip, base, field, depth);
    }
    return RC_OK;
}

static enum rc strip_fields(struct stripping *strip, ProtobufCMessage *message, unsigned depth)
{
    const ProtobufCMessageDescriptor *const descriptor = message->descriptor;
    unsigned char *const base = (unsigned char *)(void *)message;
    enum rc rc = RC_OK;
    CHECK(depth < 8); /* messages are not recursive (proto/ticket.proto) */
    for (unsigned index = 0; rc == RC_OK && index < descriptor->n_fields; index++) {
        rc = strip_field(strip, base, &descriptor->fields[index], depth);
    }
    return rc;
}

enum rc archive_strip(struct arena *arena, const Paidan__Event *event, bool confidential,
                      Paidan__Event **stripped)
{
    CHECK(archive_strip_keeps(event->fact_case));
    struct stripping strip = {.arena = arena, .confidential = confidential};
    Paidan__Event *const copy = arena_alloc(arena, sizeof *copy);
    const size_t bytes = event->registered->base.descriptor->sizeof_message;
    ProtobufCMessage *const fact = arena_alloc(arena, bytes);
    if (copy == NULL || fact == NULL) {
        return RC_LIMIT;
    }
    /* All members of the union are pointers to messages. */
    *copy = *event;
    memcpy(fact, event->registered, bytes);
    copy->registered = (Paidan__Registered *)(void *)fact;
    enum rc rc = strip_fields(&strip, &copy->base, 0); /* ticket, moment and cause */
    rc = rc == RC_OK ? strip_fields(&strip, fact, 1) : rc;
    *stripped = copy;
    return rc;
}

enum rc archive_strip_words(struct arena *arena, char *given, char **kept)
{
    CHECK(arena != NULL);
    *kept = NULL;
    return text_blank(given) ? RC_OK : text_mask_digits(arena, given, kept);
}
