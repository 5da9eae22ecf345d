/* wire_unpack's plain way, for itself and for the test that compares it with the long one. */
#pragma once

#include "common/wire/wire_plan.h"

/* Unpacks and checks at once what is written as wire_pack writes it.
 *
 * After: NULL: it is not, or is too large for the arena's budget, or breaks a bound; then nothing
 * is taken of the arena. Else: a message that wire_check passes and that lives as long as the
 * arena. */
ProtobufCMessage *wire_unpack_plain(struct arena *arena, const struct wire_plan *plan,
                                    const unsigned char *bytes, size_t size);
