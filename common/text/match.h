/* match: finds many words in one pass over a text (Aho-Corasick over normalised UTF-8 bytes). Built
 * once per site load, read-only afterwards. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

struct match;

struct match_hit {
    uint32_t word;       /* value given to match_builder_add */
    uint32_t start, end; /* bytes of the normalised text */
};

struct match_builder;
MUST_CHECK enum rc match_builder_new(struct match_builder **builder);
/* word: normalised (text_normalise), not empty. The same word may be added with several values. */
MUST_CHECK enum rc match_builder_add(struct match_builder *builder, const char *word, size_t bytes,
                                     uint32_t value);
/* Consumes the builder, also on failure. RC_OK or RC_LIMIT (memory). */
MUST_CHECK enum rc match_builder_finish(struct match_builder *builder, struct match **match);
void match_builder_free(struct match_builder *builder);
void match_free(struct match *match);

/* All hits in order of end, then longest first; at most max, *count says how many were found (may
 * exceed max). */
void match_find(const struct match *match, const char *text, size_t bytes, struct match_hit *hits,
                size_t max, size_t *count);
/* The same hits in the same order, handed to a function one by one: no buffer, no bound. */
typedef void match_hit_fn(void *context, const struct match_hit *hit);
void match_scan(const struct match *match, const char *text, size_t bytes, match_hit_fn *hit,
                void *context);
