/* site_pattern: one regular expression of a rule, bounded in every way: how it is written, how large it
 * becomes, how much of a text it sees and how many steps and how much memory a match may take. Private to the
 * site_*.c files.
 *
 * What could take long for somebody's text is refused when the site is read, by trying it on hostile texts;
 * what gets past that stops at its bound, which counts as no match. So nobody can write a text that holds
 * up the service. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"

enum {
    SITE_PATTERN_BYTES_MAX = 512,     /* as written */
    SITE_PATTERN_CODE_MAX = 16 << 10, /* as compiled */
    SITE_PATTERN_CHARS_MIN = 2,       /* one character is found in every text */
    SITE_PATTERN_SUBJECT_MAX =
        6000, /* bytes of a text that are looked at: 2,000 Chinese characters */
    SITE_PATTERN_STEPS_MAX = 20000, /* of one match: below a millisecond */
    SITE_PATTERN_DEPTH_MAX = 1000,
    SITE_PATTERN_HEAP_KIB = 256,
    SITE_PATTERN_MESSAGE_BYTES = 120,
};

enum site_pattern_fault {
    SITE_PATTERN_FITS,
    SITE_PATTERN_WRONG,     /* cannot be read: message and at say where */
    SITE_PATTERN_LARGE,     /* too long, or too large when compiled */
    SITE_PATTERN_REFERENCE, /* \1, \K, calls: what is not regular */
    SITE_PATTERN_BEHIND,    /* a lookbehind of unbounded length */
    SITE_PATTERN_EMPTY,     /* matches the empty text */
    SITE_PATTERN_SHORT,     /* is content with one character */
    SITE_PATTERN_ALL,       /* matches every text */
    SITE_PATTERN_SLOW,      /* catastrophic for some texts */
};

struct site_pattern;
struct site_pattern_error {
    enum site_pattern_fault fault;
    uint32_t at; /* character of the pattern, from 1; of SITE_PATTERN_WRONG */
    char message[SITE_PATTERN_MESSAGE_BYTES];
};

/* NULL: *error says why, or, where it says SITE_PATTERN_FITS, there is no memory.
 * Before: text is UTF-8 and not empty. */
struct site_pattern *site_pattern_make(const char *text, struct site_pattern_error *error);
void site_pattern_free(struct site_pattern *pattern); /* NULL is left alone */

/* What matching needs, in an arena, for as long as the arena keeps it. */
struct site_pattern_room;
struct site_pattern_room *site_pattern_room(struct arena *arena); /* NULL: the arena is full */

enum site_pattern_result {
    SITE_PATTERN_MISSES,
    SITE_PATTERN_MATCHES,
    SITE_PATTERN_STOPPED,
    SITE_PATTERN_NO_ROOM
};
/* Before: subject is UTF-8. Looks at its first SITE_PATTERN_SUBJECT_MAX bytes. */
enum site_pattern_result site_pattern_match(const struct site_pattern *pattern,
                                            struct site_pattern_room *room, const char *subject,
                                            size_t bytes);
