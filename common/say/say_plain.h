/* say_plain: texts that somebody sent, before they are shown: without what is not seen but moves what is. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether the character of so many bytes shows nothing and turns, hides or ends what stands beside it: marks,
 * embeddings, overrides and isolates of direction, line and paragraph separators, the byte order mark, U+FFFE and U+FFFF,
 * controls but line feed and tab. Before: bytes > 0, UTF-8. */
bool say_plain_hidden(const unsigned char *at, size_t bytes);
/* Takes them out, in place. */
void say_plain_text(char *text);
/* The same for every string of a message and of those inside it. Before: it was unpacked by us. */
void say_plain_message(ProtobufCMessage *message);
