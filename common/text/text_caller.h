/* text_caller: under which digest somebody who reports is known: of a number of his, or, where a ticket has
 * none, of what his channel calls him. The one place that says so, for whoever keeps such digests: with a key
 * where they stand far from the numbers themselves, without one where they lie beside them.
 *
 * Digests are stored: what is hashed never changes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/limits.h"

#define TEXT_CALLER_BYTES 16u

/* {NULL, 0}: no key. */
struct text_caller_key {
    const unsigned char *bytes;
    size_t size;
};

/* The next number of a phone as it is kept ("0592-2345678#801, 13800138000"): its digits, without the
 * extension, which is not his alone. False: there is none left. */
bool text_caller_number(const char **at, char digits[PHONE_BYTES_MAX + 1]);
/* Before: digits is not empty. */
void text_caller_digest(struct text_caller_key key, const char *digits,
                        unsigned char digest[TEXT_CALLER_BYTES]);
/* A name in one channel is nobody's in another. Before: both are within their limits and not empty. */
void text_caller_digest_named(struct text_caller_key key, const char *channel, const char *reporter,
                              unsigned char digest[TEXT_CALLER_BYTES]);
