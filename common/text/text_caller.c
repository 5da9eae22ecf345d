/* text_caller: owns nothing. What must stay true: a number and a name never have the same bytes hashed: the
 * first are digits alone, the second begin with letters and a blank. */
#include "common/text/text_caller.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"

bool text_caller_number(const char **at, char digits[PHONE_BYTES_MAX + 1])
{
    size_t count = 0;
    bool extension = false;
    CHECK(*at != NULL);
    while (**at == ',' || **at == ' ') {
        (*at)++;
    }
    for (; **at != '\0' && **at != ','; (*at)++) {
        extension = extension || **at == '#';
        if (!extension && **at >= '0' && **at <= '9') {
            CHECK(count < PHONE_BYTES_MAX); /* a phone is no longer */
            digits[count++] = **at;
        }
    }
    digits[count] = '\0';
    return count > 0;
}

static void hash(struct text_caller_key key, const char *text, size_t bytes,
                 unsigned char digest[TEXT_CALLER_BYTES])
{
    CHECK(bytes > 0);
    CHECK((key.bytes == NULL) == (key.size == 0));
    const int failed = crypto_generichash(digest, TEXT_CALLER_BYTES, (const unsigned char *)text,
                                          (unsigned long long)bytes, key.bytes, key.size);
    CHECK(failed == 0);
}

void text_caller_digest(struct text_caller_key key, const char *digits,
                        unsigned char digest[TEXT_CALLER_BYTES])
{
    CHECK(digits[0] >= '0' && digits[0] <= '9');
    hash(key, digits, strlen(digits), digest);
}

void text_caller_digest_named(struct text_caller_key key, const char *channel, const char *reporter,
                              unsigned char digest[TEXT_CALLER_BYTES])
{
    char named[sizeof "name  " + CODE_BYTES_MAX + REPORTER_BYTES_MAX];
    CHECK(channel[0] != '\0');
    CHECK(reporter[0] != '\0');
    const int bytes = snprintf(named, sizeof named, "name %s %s", channel, reporter);
    CHECK(bytes > 0 && (size_t)bytes < sizeof named); /* both were looked at before */
    hash(key, named, (size_t)bytes, digest);
}
