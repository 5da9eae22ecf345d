/* cli_json: what the services say, as JSON.
 *
 * One rule for every message, over its descriptor: a field has its proto name; a ticket is its
 * public number ("number", "numbers"); a moment *_ms is given twice, as RFC 3339 with the site's
 * offset ("due") and as it is ("due_ms"); an enum is its short name in lower case ("assigned"); a
 * code its stable name; bytes are hexadecimal; a bit set
 * (reasons, does, late) is the list of its names. Absent fields are left out. */
#pragma once

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "cli.h"

/* Texts and personal data are replaced by their size ("text_bytes": 312) unless texts. NULL: no
 * memory. */
json_t *cli_json_message(const struct cli *cli, const ProtobufCMessage *message, bool texts);
/* An event as one flat object: seq, service, number, at, cause, and the fact under its name. */
json_t *cli_json_event(const struct cli *cli, const char *service, uint64_t seq,
                       const Paidan__Event *event, bool texts);
/* A listing's row: the message plus names by the site (unit_name, category_name, area_name,
 * level_name). */
json_t *cli_json_brief(struct cli *cli, const Paidan__Brief *brief);
/* "20261122-0001-7" */
json_t *cli_json_number(uint64_t ticket);
/* Sets name (RFC 3339) and name_ms. */
void cli_json_time(const struct cli *cli, json_t *object, const char *name, uint64_t at_ms);
/* Names of the reasons in the bit set, as in enum DeskReason: ["no_place"]. */
json_t *cli_json_reasons(uint32_t reasons);

/* Short name of an enum's value: "assigned"; "?" when unknown. */
const char *cli_json_enum(const ProtobufCEnumDescriptor *descriptor, int value, char name[40]);

/* Writes it on stdout: pretty for a document, one line for a stream; then frees it. 0 or a status.
 */
MUST_CHECK int cli_json_print(const struct cli *cli, json_t *json);
MUST_CHECK int cli_json_line(const struct cli *cli, json_t *json);
