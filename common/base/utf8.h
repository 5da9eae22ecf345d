/* utf8: the characters that texts are made of, read by hand.
 *
 * Nearly all of a complaint are ideographs, three bytes each. Whoever walks a text (checking,
 * decoding, matching) asks here first and leaves the rest to its own long way; the one place that
 * knows which three bytes are such a character, so that all walks agree. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_THREE_BYTES 3u

/* Whether a character of U+1000 to U+CFFF stands at `at`, of so many bytes left. Well-formed
 * whatever follows: no surrogate is among them, none is a control, none is written longer than it
 * need be. False says nothing but that. */
static inline bool utf8_three(const unsigned char *at, size_t left)
{
    return left >= UTF8_THREE_BYTES && at[0] >= 0xe1 && at[0] <= 0xec && (at[1] & 0xc0) == 0x80 &&
           (at[2] & 0xc0) == 0x80;
}

/* Which one. Before: utf8_three. */
static inline uint32_t utf8_three_point(const unsigned char *at)
{
    return (uint32_t)(at[0] & 0x0f) << 12 | (uint32_t)(at[1] & 0x3f) << 6 | (at[2] & 0x3f);
}

/* Bytes of the well-formed sequence at `at` (Unicode table 3-7), 0 if there is none: no surrogate, nothing
 * written longer than it need be. The terminating NUL, itself a sequence of one byte, ends every one that
 * is cut short. */
size_t utf8_sequence(const unsigned char *at);
