/* archive_person: owns the process's copy of the key, which is set once before the first step and is no
 * state of the service. What must stay true: without the key nobody finds a number from a name, by
 * trying them all neither; and a confidential ticket is nobody's, for several tickets of one person
 * can tell who it is. */
#include "archive_person.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/text/text_caller.h"

static unsigned char held[ARCHIVE_PERSON_KEY_BYTES];
static bool given;

static_assert(2 * CODEC_U64_BYTES == PSEUDONYM_BYTES, "64 bits in hexadecimal");

void archive_person_use(const unsigned char key[ARCHIVE_PERSON_KEY_BYTES])
{
    given = key != NULL;
    if (given) {
        memcpy(held, key, sizeof held);
    }
}

bool archive_person_name(const Paidan__Registered *fact, char name[PSEUDONYM_BYTES + 1])
{
    const struct text_caller_key key = {held, sizeof held};
    char digits[PHONE_BYTES_MAX + 1];
    unsigned char digest[TEXT_CALLER_BYTES];
    const char *at = fact->phone;
    if (!given || (fact->has_confidential && fact->confidential)) {
        return false;
    }
    if (at != NULL && text_caller_number(&at, digits)) { /* who gives two is called by the first */
        text_caller_digest(key, digits, digest);
    } else if (fact->reporter != NULL && fact->reporter[0] != '\0') {
        text_caller_digest_named(key, fact->channel, fact->reporter, digest);
    } else {
        return false;
    }
    const int bytes =
        snprintf(name, PSEUDONYM_BYTES + 1, "%016llx", (unsigned long long)codec_u64_at(digest));
    CHECK(bytes == PSEUDONYM_BYTES);
    return true;
}
