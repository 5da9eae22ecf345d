/* archive_person: owns the process's copy of the key, which is set once before the first step and is no
 * state of the service. What must stay true: without the key nobody finds a number from a name, by
 * trying them all neither; and a confidential ticket is nobody's, for several tickets of one person
 * can tell who it is. */
#include "archive_person.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"

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

/* The digits of the first number: who gives two is called by the first. An extension is not his. */
static size_t digits_of(const char *phone, char digits[PHONE_BYTES_MAX + 1])
{
    size_t count = 0;
    for (; *phone != '\0' && *phone != ',' && *phone != '#'; phone++) {
        if (*phone >= '0' && *phone <= '9' && count < PHONE_BYTES_MAX) {
            digits[count++] = *phone;
        }
    }
    CHECK(count <= PHONE_BYTES_MAX);
    digits[count] = '\0';
    return count;
}

bool archive_person_name(const Paidan__Registered *fact, char name[PSEUDONYM_BYTES + 1])
{
    char digits[PHONE_BYTES_MAX + 1];
    char caller[sizeof "name  " + CODE_BYTES_MAX + REPORTER_BYTES_MAX];
    unsigned char hash[16];
    int bytes = 0;
    if (!given || (fact->has_confidential && fact->confidential)) {
        return false;
    }
    if (fact->phone != NULL && digits_of(fact->phone, digits) > 0) {
        bytes = snprintf(caller, sizeof caller, "%s", digits);
    } else if (fact->reporter != NULL && fact->reporter[0] != '\0') {
        bytes = snprintf(caller, sizeof caller, "name %s %s", fact->channel, fact->reporter);
    } else {
        return false;
    }
    CHECK(bytes > 0);
    CHECK((size_t)bytes < sizeof caller); /* bounded by wire_check */
    const int failed = crypto_generichash(hash, sizeof hash, (const unsigned char *)caller,
                                          (unsigned long long)bytes, held, sizeof held);
    CHECK(failed == 0);
    bytes = snprintf(name, PSEUDONYM_BYTES + 1, "%016llx", (unsigned long long)codec_u64_at(hash));
    CHECK(bytes == PSEUDONYM_BYTES);
    return true;
}
