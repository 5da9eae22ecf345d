/* wire_check: what a message must keep to, whether it lies in memory or is just being read or
 * written.
 *
 * protobuf-c checks neither UTF-8 nor enum values nor any bound, so all of that is judged here,
 * over the descriptors, and nowhere else: wire_pack and wire_unpack ask for the same judgement
 * value by value, so that what one of our programs could write is what another one accepts. No
 * message type is recursive (tests/unit/wire_test.c walks the graph), which bounds the depth of
 * every walk.
 *
 * What is judged may come from outside, so it is refused and never CHECKed; the CHECKs hold the
 * plan and our own callers to their word. */
#include "common/wire/wire.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/wire/wire_check.h"

/* ---- errors ---- */

/* Puts part (and a dot) in front of the path; what does not fit is cut on the left. */
static void path_prepend(struct wire_error *error, const char *part)
{
    char joined[2 * sizeof error->field + 32];
    const int count = snprintf(joined, sizeof joined, "%s%s%s", part,
                               error->field[0] == '\0' ? "" : ".", error->field);
    CHECK(count >= 0);
    const size_t length = strlen(joined);
    const size_t kept = length < sizeof error->field ? length : sizeof error->field - 1;
    memmove(error->field, joined + (length - kept), kept + 1);
}

/* The members of a oneof (the wishes, the facts) begin the path with their own name, and the path
 * of what is inside them begins there. */
void wire_check_path_field(struct wire_error *error, const struct wire_rule *rule)
{
    const bool wish =
        (rule->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 && rule->kind == WIRE_MESSAGE;
    path_prepend(error, wish ? rule->child->descriptor->short_name : rule->field->name);
}

void wire_check_path_item(struct wire_error *error, const struct wire_rule *rule, size_t index)
{
    char part[sizeof error->field + 24];
    (void)snprintf(part, sizeof part, "%.60s[%zu]", rule->field->name, index);
    path_prepend(error, part);
}

/* A path that does not begin with a wish or fact begins with the message's own name. */
void wire_check_path_root(struct wire_error *error, const ProtobufCMessage *message)
{
    if (error->field[0] < 'A' || error->field[0] > 'Z') {
        path_prepend(error, message->descriptor->short_name);
    }
}

enum rc wire_check_refuse(struct wire_error *error, Paidan__Code code)
{
    error->code = code;
    error->field[0] = '\0';
    return RC_INVALID;
}

/* ---- strings ---- */

/* Whether all eight bytes are printable ASCII. False may also be said of some that are. */
static bool is_plain(const unsigned char *at)
{
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    const uint64_t low = word - 0x2020202020202020ull, high = word + 0x0101010101010101ull;
    return ((word | low | high) & 0x8080808080808080ull) == 0;
}

enum rc wire_check_text(const struct wire_rule *rule, const char *text, size_t length,
                        struct wire_error *error)
{
    if (text == NULL) {
        return wire_check_refuse(error, PAIDAN__CODE__FIELD_INVALID);
    }
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    while (at < end) {
        if (end - at >= 8 && is_plain(at)) {
            at += 8;
            continue;
        }
        if (utf8_three(at, (size_t)(end - at))) {
            at += UTF8_THREE_BYTES;
            continue;
        }
        const size_t bytes = *at < 0x80 ? 1 : utf8_sequence(at);
        if (bytes == 0) {
            return wire_check_refuse(error, PAIDAN__CODE__TEXT_NOT_UTF8);
        }
        if ((*at < ' ' && *at != '\t' && *at != '\n' && *at != '\r') || *at == 0x7f) {
            return wire_check_refuse(error, PAIDAN__CODE__FIELD_INVALID);
        }
        at += bytes;
    }
    if (length <= rule->bytes_max) {
        return RC_OK;
    }
    return wire_check_refuse(error, rule->bytes_max == TEXT_BYTES_MAX
                                        ? PAIDAN__CODE__TEXT_TOO_LONG
                                        : PAIDAN__CODE__FIELD_TOO_LONG);
}

/* ---- messages in memory ---- */

enum {
    STRIP = 1, /* forget unknown fields, so that nobody packs them again */
    APART = 2, /* judged by itself later: see that required fields are there, no more */
};

static enum rc check_plan(const struct wire_plan *plan, unsigned char *base, unsigned how,
                          struct wire_error *error);

/* Whether the schema this program was built with has the value. */
static bool is_known(const struct wire_rule *rule, int value)
{
    if (value >= 0 && value < 128) {
        return (rule->values[value / 64] >> value % 64 & 1) != 0;
    }
    return !rule->dense &&
           protobuf_c_enum_descriptor_get_value(rule->field->descriptor, value) != NULL;
}

enum rc wire_check_leaf(const struct wire_rule *rule, const unsigned char *at,
                        struct wire_error *error)
{
    if (rule->kind == WIRE_BYTES) {
        return ((const ProtobufCBinaryData *)(const void *)at)->len <= rule->bytes_max
                   ? RC_OK
                   : wire_check_refuse(error, PAIDAN__CODE__FIELD_TOO_LONG);
    }
    CHECK(rule->kind == WIRE_ENUM);
    return is_known(rule, *(const int *)(const void *)at)
               ? RC_OK
               : wire_check_refuse(error, PAIDAN__CODE__ENUM_UNKNOWN);
}

/* One value, of a field or of a list. */
static enum rc check_value(const struct wire_rule *rule, unsigned char *at, unsigned how,
                           struct wire_error *error)
{
    if (rule->kind == WIRE_STRING) {
        const char *text = *(char *const *)(void *)at;
        if (text != NULL && (how & APART) != 0) {
            return RC_OK;
        }
        return wire_check_text(rule, text, text != NULL ? strlen(text) : 0, error);
    }
    if (rule->kind == WIRE_MESSAGE) {
        unsigned char *child = *(unsigned char **)(void *)at;
        return child == NULL
                   ? wire_check_refuse(error, PAIDAN__CODE__FIELD_INVALID)
                   : check_plan(rule->child, child, rule->apart ? how | APART : how, error);
    }
    return (how & APART) != 0 ? RC_OK : wire_check_leaf(rule, at, error);
}

/* A list: its length, then each item. */
static enum rc check_repeated(const struct wire_rule *rule, unsigned char *base, unsigned how,
                              struct wire_error *error)
{
    CHECK(rule->presence >= WIRE_MANY);
    CHECK(rule->count_max > 0);
    const size_t count = *(size_t *)(void *)(base + rule->present_at);
    if (count > rule->count_max && (how & APART) == 0) {
        (void)wire_check_refuse(error, PAIDAN__CODE__TOO_MANY_ITEMS);
        wire_check_path_field(error, rule);
        return RC_INVALID;
    }
    if (rule->kind < WIRE_ENUM) {
        return RC_OK;
    }
    const size_t bytes = wire_plan_element_bytes(rule);
    unsigned char *at = *(unsigned char **)(void *)(base + rule->offset);
    for (size_t index = 0; index < count; index++, at += bytes) {
        if (check_value(rule, at, how, error) != RC_OK) {
            wire_check_path_item(error, rule, index);
            return RC_INVALID;
        }
    }
    return RC_OK;
}

static enum rc check_field(const struct wire_rule *rule, unsigned char *base, unsigned how,
                           struct wire_error *error)
{
    if (rule->presence >= WIRE_MANY) {
        return check_repeated(rule, base, how, error);
    }
    if (rule->kind < WIRE_ENUM || !wire_plan_present(rule, base) ||
        check_value(rule, base + rule->offset, how, error) == RC_OK) {
        return RC_OK;
    }
    wire_check_path_field(error, rule);
    return RC_INVALID;
}

/* Every field of a message, in order, and the chosen member of its oneof. The first mistake ends
 * it. */
static enum rc check_plan(const struct wire_plan *plan, unsigned char *base, unsigned how,
                          struct wire_error *error)
{
    CHECK(plan != NULL);
    CHECK(base != NULL);
    if ((how & STRIP) != 0) {
        ProtobufCMessage *message = (ProtobufCMessage *)(void *)base;
        message->n_unknown_fields = 0;
        message->unknown_fields = NULL;
    }
    for (uint32_t index = 0; index < plan->rule_count; index++) {
        if (check_field(&plan->rules[index], base, how, error) != RC_OK) {
            return RC_INVALID;
        }
    }
    const struct wire_rule *member = wire_plan_member(plan, base);
    return member != NULL ? check_field(member, base, how, error) : RC_OK;
}

/* From the outside in: error->field begins with the message's own name, or with a wish's or
 * fact's. */
static enum rc check_root(ProtobufCMessage *message, unsigned how, struct wire_error *error)
{
    *error = (struct wire_error){.code = PAIDAN__CODE__OK};
    if (check_plan(wire_plan_of(message->descriptor), (unsigned char *)message, how, error) ==
        RC_OK) {
        return RC_OK;
    }
    wire_check_path_root(error, message);
    return RC_INVALID;
}

enum rc wire_check_strip(ProtobufCMessage *message, struct wire_error *error)
{
    return check_root(message, STRIP, error);
}

enum rc wire_check(const ProtobufCMessage *message, struct wire_error *error)
{
    /* Without STRIP nothing is written through the pointer. */
    return check_root((ProtobufCMessage *)message, 0, error);
}
