/* wire_check: judging single values and whole messages, for the other files of this folder. What
 * they refuse names the field from the outside in: each level puts its own name in front
 * (wire_check_path_...) as the refusal travels up. */
#pragma once

#include <stddef.h>

#include "common/wire/wire_plan.h"

/* text NULL is refused. Before: length is that of text. RC_OK or RC_INVALID. */
MUST_CHECK enum rc wire_check_text(const struct wire_rule *rule, const char *text, size_t length,
                                   struct wire_error *error);
/* Before: rule is of bytes or of an enum, and at points to one such value. RC_OK or RC_INVALID. */
MUST_CHECK enum rc wire_check_leaf(const struct wire_rule *rule, const unsigned char *at,
                                   struct wire_error *error);
/* wire_check, and unknown fields are forgotten at every depth, so that nobody packs them again. */
MUST_CHECK enum rc wire_check_strip(ProtobufCMessage *message, struct wire_error *error);

/* After: error holds the code and an empty path. Returns RC_INVALID. */
enum rc wire_check_refuse(struct wire_error *error, Paidan__Code code);

/* Before: error holds a refusal from inside the field, the item, the message. */
void wire_check_path_field(struct wire_error *error, const struct wire_rule *rule);
void wire_check_path_item(struct wire_error *error, const struct wire_rule *rule, size_t index);
void wire_check_path_root(struct wire_error *error, const ProtobufCMessage *message);
