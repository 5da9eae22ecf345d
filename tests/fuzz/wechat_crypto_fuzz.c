/* wechat_crypto_fuzz: envelopes as strangers make them. What is opened is closed and opened again, and is
 * the same; what stands in a URL beside it is judged; answers of the platform are read. The first byte
 * says which. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "port_wechat_call.h"
#include "port_wechat_crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct port_wechat_keys keys = {.token = "paidan", .id = "wx5823bf96d3bd56c7"};

static void open_and_close(struct arena *arena, const char *cipher)
{
    static const unsigned char random[PORT_WECHAT_RANDOM_BYTES] = {1};
    const char *message = NULL, *closed = NULL, *again = NULL;
    size_t bytes = 0, again_bytes = 0;
    if (port_wechat_crypto_open(&keys, arena, cipher, &message, &bytes) != RC_OK) {
        return;
    }
    CHECK(message[bytes] == '\0');
    const enum rc rc = port_wechat_crypto_close(&keys, random, arena, message, bytes, &closed);
    CHECK(rc == RC_OK);
    const enum rc opened = port_wechat_crypto_open(&keys, arena, closed, &again, &again_bytes);
    CHECK(opened == RC_OK);
    CHECK(again_bytes == bytes);
    CHECK(memcmp(again, message, bytes) == 0);
}

/* Whatever it is, closed by us it opens. */
static void close_and_open(struct arena *arena, const char *text, size_t size)
{
    static const unsigned char random[PORT_WECHAT_RANDOM_BYTES] = {2};
    const char *closed = NULL, *message = NULL;
    size_t bytes = 0;
    const enum rc rc = port_wechat_crypto_close(&keys, random, arena, text, size, &closed);
    CHECK(rc == RC_OK);
    const enum rc opened = port_wechat_crypto_open(&keys, arena, closed, &message, &bytes);
    CHECK(opened == RC_OK);
    CHECK(bytes == size);
    CHECK(memcmp(message, text, size) == 0);
    open_and_close(arena, text);
}

static void judge(const char *text)
{
    char timestamp[16] = {0};
    (void)strncpy(timestamp, text, sizeof timestamp - 1);
    const struct port_wechat_seal seal = {.signature = text, .timestamp = timestamp, .nonce = text};
    const enum rc rc = port_wechat_crypto_judge("paidan", &seal, text, 1409659813000);
    CHECK(rc == RC_FORBIDDEN || rc == RC_INVALID);
}

static void answers(const char *text, size_t size)
{
    struct port_wechat_verdict verdict;
    char token[64], person[32];
    uint64_t holds_s = 0;
    uint32_t errcode = 0;
    port_wechat_call_judge(text, size, &verdict);
    CHECK(strnlen(verdict.sent_id, sizeof verdict.sent_id) < sizeof verdict.sent_id);
    if (port_wechat_call_token_read(text, size, token, sizeof token, &holds_s, &errcode) == RC_OK) {
        CHECK(holds_s > 0);
        CHECK(token[0] != '\0');
    }
    if (port_wechat_call_person_read(text, size, person, sizeof person, &errcode) == RC_OK) {
        CHECK(person[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena arena;
    unsigned char key[PORT_WECHAT_KEY_BYTES];
    if (size == 0 || size > (64u << 10)) {
        return 0;
    }
    if (arena.base == NULL) {
        const enum rc rc = arena_init(&arena, 16u << 20);
        CHECK(rc == RC_OK);
    }
    char *const text = malloc(size);
    CHECK(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0] % 4) {
    case 0:
        close_and_open(&arena, text, size - 1);
        break;
    case 1:
        judge(text);
        break;
    case 2:
        answers(text, size - 1);
        break;
    default:
        CHECK(port_wechat_crypto_key(text, key) != RC_OK || strlen(text) == 43);
    }
    free(text);
    arena_reset(&arena);
    return 0;
}
