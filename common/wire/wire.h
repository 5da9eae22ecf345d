/* wire: bytes <-> messages. One unpack for everything that comes from outside, with the one
 * validator. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"
#include "event.pb-c.h"

struct wire_error {
    Paidan__Code code;
    char field[64]; /* "Submit.tickets[3].text" shortened from the left; empty if none */
};

/* Budget for unpacking: 16 times the bytes, and 1 MiB, for the largest batch of the smallest items
 * (4,096 tickets of one letter, 4,096 results that are only a code) takes 30 times its own. */
#define WIRE_UNPACK_BYTES(size) ((size) * (size_t)16 + ((size_t)1 << 20))

/* Unpacks into the arena within WIRE_UNPACK_BYTES of budget, then wire_check. The message lives as
 * long as the arena does. RC_OK or RC_INVALID (error filled). Unknown fields are skipped and not
 * kept. */
MUST_CHECK enum rc wire_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                               const void *bytes, size_t size, ProtobufCMessage **message,
                               struct wire_error *error);

/* The items of a Submit are judged one by one by intake, so in its Request they are only known to
 * be there: wire_check each of them. All else is checked with the message it lies in.
 *
 * Over the descriptors: strings are UTF-8 without NUL or control characters other than \t \n \r and
 * within their limit, bytes and repeated fields within theirs, enum values known, sub-messages
 * checked the same way. Limits per field: wire_bounds.c. */
MUST_CHECK enum rc wire_check(const ProtobufCMessage *message, struct wire_error *error);

/* Packs into the arena, without unknown fields. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc wire_pack(struct arena *arena, const ProtobufCMessage *message,
                             unsigned char **bytes, size_t *size);
/* wire_check and wire_pack in one pass. RC_OK, RC_LIMIT or RC_INVALID (error filled). */
MUST_CHECK enum rc wire_pack_checked(struct arena *arena, const ProtobufCMessage *message,
                                     unsigned char **bytes, size_t *size, struct wire_error *error);
