/* say_json: what travels between services, as JSON and back, by one rule over the descriptors, so
 * that no field is mapped by hand: `--json`, dumps of logs, and whatever speaks HTTP.
 *
 * A field has its proto name; a ticket is its public number ("number", "numbers"); a moment *_ms is
 * given twice, as RFC 3339 by the wall clock of say ("due") and as it is ("due_ms"), and read from
 * either; an enum is its token ("assigned"), a code its stable name; bytes are hexadecimal; a bit
 * set (reasons, does, late) is the list of its tokens. Absent fields are left out. */
#pragma once

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/say/say.h"
#include "common/wire/wire.h"
#include "event.pb-c.h"

/* Texts and personal data are replaced by their size ("text_bytes": 312) unless texts. NULL: no
 * memory. */
json_t *say_json_message(const struct say *say, const ProtobufCMessage *message, bool texts);
/* An event as one flat object: seq, service, number, at, cause, and the fact under its name. */
json_t *say_json_event(const struct say *say, const char *service, uint64_t seq,
                       const Paidan__Event *event, bool texts);
/* A listing's row: the message plus names by the site (unit_name, category_name, area_name,
 * level_name). */
json_t *say_json_brief(const struct say *say, const Paidan__Brief *brief);
/* Adds names by the site beside codes, at every depth: unit_name beside unit, assist_names beside the
 * list assist; of units, categories, areas, channels, and levels. What has a name already keeps it.
 * json comes from say_json_message. */
void say_json_names(const struct say *say, json_t *json);
/* "20261122-0001-7" */
json_t *say_json_number(uint64_t ticket);
/* Sets name (RFC 3339) and name_ms. */
void say_json_time(const struct say *say, json_t *object, const char *name, uint64_t at_ms);
/* One line of it in the arena; takes it over. NULL: it is NULL, or there is no memory. */
char *say_json_text(struct arena *arena, json_t *json);
/* Tokens of the values in the bit set: ["no_place"]. */
json_t *say_json_bits(const ProtobufCEnumDescriptor *of, uint32_t bits);

/* The form of such JSON as a JSON Schema (2020-12) object; messages inside are {"$ref": REFS name}, where
 * REFS is "#/components/schemas/", for whoever describes an interface. */
json_t *say_json_schema(const ProtobufCMessageDescriptor *of);

/* The message that the JSON says, in the arena, as wire_check wants it. Nothing is guessed: a name
 * that is no field, a value of another type, out of its range or unknown, a required field that is
 * missing, two members of a oneof, are refused.
 *
 * Before: descriptor is Request, Answer, Event or of a message inside one of these.
 * RC_OK, RC_LIMIT (arena) or RC_INVALID: error says why and where ("submit.tickets[3].text"). */
MUST_CHECK enum rc say_json_read(const struct say *say, const json_t *json, struct arena *arena,
                                 const ProtobufCMessageDescriptor *descriptor,
                                 ProtobufCMessage **message, struct wire_error *error);
