/* web_upgrade: the head of a WebSocket. Pure: bytes in, bytes out. What must stay true: nothing is taken
 * for a WebSocket that did not answer our own nonce, since a cache or a proxy between may repeat what it
 * heard for somebody else; and no extension is agreed upon, for we ask for none. */

#include "common/web/web_upgrade.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"

enum {
    KEY_BYTES = 25,    /* 16 bytes in base64, and its end */
    ACCEPT_BYTES = 29, /* 20 bytes */
    SHA1_BYTES = 20,
};

static void key_of(const unsigned char nonce[WEB_UPGRADE_NONCE_BYTES], char key[KEY_BYTES])
{
    const int bytes = EVP_EncodeBlock((unsigned char *)key, nonce, WEB_UPGRADE_NONCE_BYTES);
    CHECK(bytes == KEY_BYTES - 1);
}

/* The constant is the RFC's own: it proves that the answer was made by something that speaks WebSocket. */
static bool accept_of(const unsigned char nonce[WEB_UPGRADE_NONCE_BYTES], char accept[ACCEPT_BYTES])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned hash_bytes = 0;
    char both[KEY_BYTES - 1 + sizeof guid];
    key_of(nonce, both);
    memcpy(both + KEY_BYTES - 1, guid, sizeof guid);
    if (EVP_Digest(both, strlen(both), hash, &hash_bytes, EVP_sha1(), NULL) != 1) {
        return false;
    }
    CHECK(hash_bytes == SHA1_BYTES);
    const int bytes = EVP_EncodeBlock((unsigned char *)accept, hash, SHA1_BYTES);
    CHECK(bytes == ACCEPT_BYTES - 1);
    return true;
}

char *web_upgrade_request(struct arena *arena, const char *host, const char *path,
                          const unsigned char nonce[WEB_UPGRADE_NONCE_BYTES])
{
    char key[KEY_BYTES];
    CHECK(host[strcspn(host, "\r\n ")] == '\0');
    CHECK(path[strcspn(path, "\r\n ")] == '\0');
    key_of(nonce, key);
    return arena_printf(arena,
                        "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: paidan/" PAIDAN_VERSION
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
                        "Sec-WebSocket-Version: 13\r\n\r\n",
                        path, host, key);
}

/* ---- the answer ---- */

struct line {
    const char *name;
    size_t name_bytes;
    const char *value;
    size_t value_bytes;
};

static bool blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* "Name: value"; false: no such line, or a continued one, which HTTP has given up. */
static bool line_read(const char *at, size_t bytes, struct line *line)
{
    const char *const colon = memchr(at, ':', bytes);
    if (colon == NULL || colon == at || blank(colon[-1]) || blank(*at) ||
        memchr(at, '\0', bytes) != NULL) {
        return false;
    }
    line->name = at;
    line->name_bytes = (size_t)(colon - at);
    line->value = colon + 1;
    line->value_bytes = bytes - line->name_bytes - 1;
    while (line->value_bytes > 0 && blank(*line->value)) {
        line->value++;
        line->value_bytes--;
    }
    while (line->value_bytes > 0 && blank(line->value[line->value_bytes - 1])) {
        line->value_bytes--;
    }
    return true;
}

static bool named(const struct line *line, const char *name)
{
    return line->name_bytes == strlen(name) && strncasecmp(line->name, name, line->name_bytes) == 0;
}

/* "keep-alive, Upgrade": a word among others. */
static bool holds(const struct line *line, const char *word)
{
    const char *at = line->value;
    const char *const end = at + line->value_bytes;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        comma = comma == NULL ? end : comma;
        const char *from = at;
        const char *to = comma;
        while (from < to && blank(*from)) {
            from++;
        }
        while (to > from && blank(to[-1])) {
            to--;
        }
        if ((size_t)(to - from) == strlen(word) && strncasecmp(from, word, strlen(word)) == 0) {
            return true;
        }
        at = comma + 1;
    }
    return false;
}

static const char *head_find(const char *bytes, size_t size)
{
    for (size_t index = 0; index + 4 <= size; index++) {
        if (memcmp(bytes + index, "\r\n\r\n", 4) == 0) {
            return bytes + index;
        }
    }
    return NULL;
}

/* Each of the three is there, right, and once: two different ones would be somebody's trick. */
static const char *lines_judge(const char *at, const char *end, const char *accept)
{
    unsigned upgrades = 0;
    unsigned connections = 0;
    unsigned accepts = 0;
    while (at < end) {
        struct line line;
        const char *next = memchr(at, '\n', (size_t)(end - at));
        next = next == NULL ? end : next + 1;
        size_t bytes = (size_t)(next - at);
        while (bytes > 0 && (at[bytes - 1] == '\n' || at[bytes - 1] == '\r')) {
            bytes--;
        }
        if (!line_read(at, bytes, &line)) {
            return "the answer's head cannot be read";
        }
        if (named(&line, "Upgrade") && ++upgrades > 0 && !holds(&line, "websocket")) {
            return "it is no WebSocket";
        }
        if (named(&line, "Connection") && holds(&line, "Upgrade")) {
            connections++;
        }
        if (named(&line, "Sec-WebSocket-Accept") &&
            (++accepts > 1 || line.value_bytes != strlen(accept) ||
             memcmp(line.value, accept, line.value_bytes) != 0)) {
            return "it answers somebody else";
        }
        if (named(&line, "Sec-WebSocket-Extensions") || named(&line, "Sec-WebSocket-Protocol")) {
            return "it wants what was not asked for";
        }
        at = next;
    }
    return upgrades == 1 && connections > 0 && accepts == 1 ? NULL : "it is no WebSocket";
}

enum rc web_upgrade_judge(const char *bytes, size_t size,
                          const unsigned char nonce[WEB_UPGRADE_NONCE_BYTES], size_t *head_bytes,
                          const char **why)
{
    static const char status[] = "HTTP/1.1 101";
    char accept[ACCEPT_BYTES];
    const char *const end = head_find(bytes, size);
    CHECK(head_bytes != NULL);
    if (end == NULL) {
        *why = "the answer's head is too large";
        return size < WEB_UPGRADE_HEAD_MAX ? RC_AGAIN : RC_INVALID;
    }
    const char *const first = memchr(bytes, '\n', (size_t)(end + 2 - bytes));
    CHECK(first != NULL); /* the head's end has one */
    if ((size_t)(end - bytes) < sizeof status - 1 ||
        memcmp(bytes, status, sizeof status - 1) != 0 ||
        (bytes[sizeof status - 1] != ' ' && bytes[sizeof status - 1] != '\r')) {
        *why = "the answer is not 101";
        return RC_INVALID;
    }
    if (!accept_of(nonce, accept)) {
        *why = "no memory";
        return RC_INVALID;
    }
    *why = lines_judge(first + 1, end, accept);
    *head_bytes = (size_t)(end - bytes) + 4;
    return *why == NULL ? RC_OK : RC_INVALID;
}
