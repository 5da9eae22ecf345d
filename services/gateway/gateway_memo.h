/* gateway_memo: what was said as JSON lately, by the message that said it. The mapping is pure: the same
 * message, language and site give the same text, so it need not be made again for the next who looks. */
#pragma once

#include "gateway.h"

enum { GATEWAY_MEMO_KEY_BYTES = 16 };

struct gateway_memo_key {
    unsigned char hash[GATEWAY_MEMO_KEY_BYTES];
};

MUST_CHECK enum rc gateway_memo_open(struct gateway *gateway);
void gateway_memo_close(struct gateway *gateway);
/* The site is another: names changed. */
void gateway_memo_clear(struct gateway *gateway);

/* The text that message became before; NULL: none is kept, and the key is what to put it under. The text
 * is good until the next put. */
const char *gateway_memo_get(struct gateway *gateway, enum say_language language,
                             const ProtobufCMessage *message, struct gateway_memo_key *key,
                             size_t *size);
/* Keeps a copy, if it is not too large. */
void gateway_memo_put(struct gateway *gateway, const struct gateway_memo_key *key, const char *text,
                      size_t size);
