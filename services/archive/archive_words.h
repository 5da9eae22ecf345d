/* archive_words: words as they are looked for. Chinese has no blanks between words, so a run of
 * ideographs is kept as its overlapping pairs (路灯坏了: 路灯 灯坏 坏了 了), by which any word of two
 * characters or more is found where it stands; Latin letters and digits are words as written. Pure.
 *
 * A token is of letters and digits alone, folded as complaints are compared (width, case, traditional
 * forms): no sign of a query language can be in one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/rc.h"

/* The tokens of a text, with a blank between two; in the arena. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc archive_words_index(struct arena *arena, const char *text, char **tokens);
/* What is typed, as a query of SQLite's FTS5 over such tokens: each word in quotes, all of them
 * wanted. "": nothing that could be looked for was typed. In the arena. RC_OK, RC_LIMIT; RC_INVALID:
 * more than SEARCH_CHARACTERS_MAX characters. */
MUST_CHECK enum rc archive_words_query(struct arena *arena, const char *typed, char **query);
