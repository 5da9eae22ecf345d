/* proof: what proof.h says. Owns nothing and keeps nothing. What must stay true: services compare
 * what is made here with what was made years ago, so neither the functions nor their parameters
 * change for terms that exist; new passwords may get stronger terms at any time. */

#include "common/bus/proof.h"

#include <sodium.h>
#include <string.h>

#include "common/base/check.h"

enum { PASSES_MAX = 16, MEMORY_KIB_MAX = 1 << 20 };

static_assert(PASSWORD_SALT_BYTES == crypto_pwhash_argon2id_SALTBYTES, "argon2id's salt");

/* Chooses the fastest code for this machine, and opens the source of chance; again: nothing. */
static void begin(void)
{
    const int rc = sodium_init();
    CHECK(rc >= 0);
}

void proof_terms(Paidan__PasswordTerms *terms, unsigned char salt[PASSWORD_SALT_BYTES])
{
    begin();
    paidan__password_terms__init(terms);
    randombytes_buf(salt, PASSWORD_SALT_BYTES);
    terms->salt = (ProtobufCBinaryData){.len = PASSWORD_SALT_BYTES, .data = salt};
    terms->passes = PROOF_PASSES;
    terms->memory_kib = PROOF_MEMORY_KIB;
}

enum rc proof_make(const char *password, const Paidan__PasswordTerms *terms,
                   unsigned char proof[SECRET_HASH_BYTES])
{
    const size_t bytes = strlen(password);
    /* Terms come from another process: a wrong one must not take the machine's memory. */
    if (bytes > PROOF_PASSWORD_BYTES_MAX || terms->salt.len != PASSWORD_SALT_BYTES ||
        terms->passes < crypto_pwhash_argon2id_OPSLIMIT_MIN || terms->passes > PASSES_MAX ||
        terms->memory_kib < crypto_pwhash_argon2id_MEMLIMIT_MIN / 1024 ||
        terms->memory_kib > MEMORY_KIB_MAX) {
        return RC_INVALID;
    }
    begin();
    const int failed = crypto_pwhash_argon2id(
        proof, SECRET_HASH_BYTES, password, bytes, terms->salt.data, terms->passes,
        (size_t)terms->memory_kib * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    return failed == 0 ? RC_OK : RC_LIMIT;
}

void proof_hash(const unsigned char secret[SECRET_HASH_BYTES],
                unsigned char hash[SECRET_HASH_BYTES])
{
    const int failed =
        crypto_generichash(hash, SECRET_HASH_BYTES, secret, SECRET_HASH_BYTES, NULL, 0);
    CHECK(failed == 0);
}

void proof_token(unsigned char token[SECRET_HASH_BYTES])
{
    begin();
    randombytes_buf(token, SECRET_HASH_BYTES);
}

/* Letters and digits that nobody mistakes for others when they are written down by hand. */
void proof_password(char password[20])
{
    static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyzz";
    unsigned char bytes[16];
    begin();
    randombytes_buf(bytes, sizeof bytes);
    size_t used = 0;
    for (size_t at = 0; at < sizeof bytes; at++) {
        if (at > 0 && at % 4 == 0) {
            password[used++] = '-';
        }
        password[used++] = letters[bytes[at] % 31u];
    }
    password[used] = '\0';
    CHECK(used == 19);
    proof_wipe(bytes, sizeof bytes);
}

/* ---- what nobody should have ---- */

/* Lower case, without what people put between and behind: "Passw0rd-2024!" is "passw0rd". */
static size_t core_of(const char *password, char *core, size_t size)
{
    size_t used = 0;
    for (size_t at = 0; password[at] != '\0' && used + 1 < size; at++) {
        const char letter = password[at];
        if (letter >= 'A' && letter <= 'Z') {
            core[used++] = (char)(letter - 'A' + 'a');
        } else if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                   (unsigned char)letter >= 0x80) {
            core[used++] = letter;
        }
    }
    while (used > 0 && core[used - 1] >= '0' && core[used - 1] <= '9') {
        used--;
    }
    core[used] = '\0';
    return used;
}

/* Words of the lists of leaked passwords that survive 12 characters: what is left of them without
 * digits behind and signs between. All of it must be made of such words. */
static bool is_common(const char *core)
{
    static const char *const words[] = {
        "password", "passw0rd",   "p4ssw0rd", "passwd",    "admin",    "administrator", "root",
        "qwerty",   "qwertyuiop", "asdfgh",   "asdfghjkl", "zxcvbn",   "zxcvbnm",       "iloveyou",
        "welcome",  "letmein",    "monkey",   "dragon",    "abc",      "abcd",          "abcdef",
        "woaini",   "wangyi",     "taobao",   "paidan",    "dispatch", "user",          "test",
        "guest",    "login",      "mima",     "china",     "zhongguo", "beijing",       "shenzhen",
        "qazwsx",   "qazwsxedc",  "qweasd",   "qweasdzxc", "secret",   "changeme",      "default",
        "system",   "hello",      "1q2w3e4r", "1qaz2wsx",  "密码",     "管理员",        "派单"};
    while (*core != '\0') {
        size_t longest = 0;
        for (size_t index = 0; index < sizeof words / sizeof words[0]; index++) {
            const size_t bytes = strlen(words[index]);
            if (bytes > longest && strncmp(core, words[index], bytes) == 0) {
                longest = bytes;
            }
        }
        if (longest == 0) {
            return false;
        }
        core += longest;
        while (*core >= '0' && *core <= '9') {
            core++;
        }
    }
    return true;
}

static size_t characters_of(const char *password)
{
    size_t count = 0;
    for (; *password != '\0'; password++) {
        count += ((unsigned char)*password & 0xc0) != 0x80;
    }
    return count;
}

/* Few different bytes, or one run of the alphabet, of digits or of a keyboard's row. */
static bool is_simple(const char *password)
{
    bool seen[256] = {false};
    unsigned different = 0, steps = 0;
    const size_t bytes = strlen(password);
    for (size_t at = 0; at < bytes; at++) {
        const unsigned char letter = (unsigned char)password[at];
        different += !seen[letter];
        seen[letter] = true;
        if (at > 0) {
            const int by = (int)letter - (int)(unsigned char)password[at - 1];
            steps += by == 1 || by == -1 || by == 0;
        }
    }
    return different < 5 || (bytes > 1 && steps * 4 >= (bytes - 1) * 3);
}

const char *proof_weakness(const char *password, const char *name)
{
    char core[PROOF_PASSWORD_BYTES_MAX + 1], who[ACTOR_BYTES_MAX + 1];
    if (strlen(password) > PROOF_PASSWORD_BYTES_MAX) {
        return "long";
    }
    if (characters_of(password) < PROOF_PASSWORD_CHARACTERS_MIN) {
        return "short";
    }
    if (is_simple(password)) {
        return "simple";
    }
    (void)core_of(password, core, sizeof core);
    const char *why = is_common(core) ? "common" : NULL;
    if (why == NULL && core_of(name, who, sizeof who) >= 4 && strstr(core, who) != NULL) {
        why = "name";
    }
    proof_wipe(core, sizeof core);
    return why;
}

bool proof_key_read(const char *text, char id[17], unsigned char secret[SECRET_HASH_BYTES])
{
    static const char start[] = "pd_";
    enum { ID = 16, DIGITS = 2 * SECRET_HASH_BYTES };
    size_t bytes = 0;
    const char *end = NULL;
    if (strncmp(text, start, sizeof start - 1) != 0 ||
        strlen(text) != sizeof start - 1 + ID + 1 + DIGITS || text[sizeof start - 1 + ID] != '_') {
        return false;
    }
    text += sizeof start - 1;
    memcpy(id, text, ID);
    id[ID] = '\0';
    return strspn(id, "0123456789abcdef") == ID &&
           sodium_hex2bin(secret, SECRET_HASH_BYTES, text + ID + 1, DIGITS, NULL, &bytes, &end) ==
               0 &&
           bytes == SECRET_HASH_BYTES && *end == '\0';
}

void proof_wipe(void *secret, size_t bytes)
{
    sodium_memzero(secret, bytes);
}
