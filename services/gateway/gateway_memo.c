/* gateway_memo: texts by the hash of what they say. It owns them, at most SLOTS of TEXT_BYTES_MAX each.
 * What must stay true: a text is found by the whole of the message that it says, packed, so it can never
 * be older than the answer that a service just gave, nor be somebody else's who sees less; the hash is
 * keyed anew in each process, so nobody can make two messages meet.
 *
 * Making JSON of one ticket takes 80 us, finding it 5: many look at the same board, row or ticket. */

#include "gateway_memo.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire/wire.h"

enum { SLOTS = 8192, TEXT_MAX = 64 << 10, TOTAL_MAX = 64 << 20 };

struct slot {
    struct gateway_memo_key key;
    char *text;
    size_t size;
};
struct gateway_memo {
    unsigned char secret[crypto_generichash_KEYBYTES];
    struct slot slots[SLOTS];
    size_t total;
};

enum rc gateway_memo_open(struct gateway *gateway)
{
    gateway->memo = calloc(1, sizeof *gateway->memo);
    if (gateway->memo == NULL) {
        return RC_LIMIT;
    }
    randombytes_buf(gateway->memo->secret, sizeof gateway->memo->secret);
    return RC_OK;
}

/* Nothing is there: nothing happens. */
static void forget(struct gateway_memo *memo, struct slot *slot)
{
    memo->total -= slot->size;
    free(slot->text);
    *slot = (struct slot){.text = NULL};
}

void gateway_memo_clear(struct gateway *gateway)
{
    for (unsigned index = 0; gateway->memo != NULL && index < SLOTS; index++) {
        forget(gateway->memo, &gateway->memo->slots[index]);
    }
}

void gateway_memo_close(struct gateway *gateway)
{
    gateway_memo_clear(gateway);
    free(gateway->memo);
    gateway->memo = NULL;
}

/* One place each: whoever comes later takes it. A board that is asked for again comes back soon. */
static struct slot *slot_of(struct gateway_memo *memo, const struct gateway_memo_key *key)
{
    return &memo->slots[((unsigned)key->hash[0] << 8 | key->hash[1]) % SLOTS];
}

const char *gateway_memo_get(struct gateway *gateway, enum say_language language,
                             const ProtobufCMessage *message, struct gateway_memo_key *key,
                             size_t *size)
{
    struct gateway_memo *memo = gateway->memo;
    unsigned char *bytes = NULL;
    size_t packed = 0;
    crypto_generichash_state state;
    /* Messages of two kinds may have the same bytes. */
    const char *name = message->descriptor->name;
    const unsigned char tongue = (unsigned char)language;
    memset(key, 0, sizeof *key);
    if (memo == NULL || wire_pack(&gateway->arena, message, &bytes, &packed) != RC_OK) {
        return NULL;
    }
    (void)crypto_generichash_init(&state, memo->secret, sizeof memo->secret, sizeof key->hash);
    (void)crypto_generichash_update(&state, (const unsigned char *)name, strlen(name) + 1);
    (void)crypto_generichash_update(&state, &tongue, 1);
    (void)crypto_generichash_update(&state, bytes, packed);
    (void)crypto_generichash_final(&state, key->hash, sizeof key->hash);
    const struct slot *slot = slot_of(memo, key);
    if (slot->text == NULL || memcmp(&slot->key, key, sizeof *key) != 0) {
        return NULL;
    }
    *size = slot->size;
    return slot->text;
}

void gateway_memo_put(struct gateway *gateway, const struct gateway_memo_key *key, const char *text,
                      size_t size)
{
    struct gateway_memo *memo = gateway->memo;
    if (memo == NULL || size > TEXT_MAX) {
        return;
    }
    struct slot *slot = slot_of(memo, key);
    forget(memo, slot);
    char *copy = memo->total + size > TOTAL_MAX ? NULL : malloc(size + 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
        *slot = (struct slot){.key = *key, .text = copy, .size = size};
        memo->total += size;
    }
}
