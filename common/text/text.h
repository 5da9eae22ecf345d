/* text: UTF-8 as people send it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/rc.h"

/* Valid UTF-8, no NUL, no control characters other than \t \n \r; *at: offset of the first bad
 * byte. */
bool text_valid(const char *bytes, size_t size, size_t *at);
/* For matching only: NFKC, case folded, spaces and control characters dropped ("ＡＢＣ 12" ->
 * "abc12"). In the arena. RC_OK, RC_INVALID (not UTF-8) or RC_LIMIT. */
MUST_CHECK enum rc text_normalise(struct arena *arena, const char *text, char **out, size_t *bytes);
/* A title other logs may carry: first sentence after the greeting, or 24 wide (48 narrow)
 * characters with "…", runs of 5 or more digits (any script width) and Latin/digit mixes as in
 * plates and accounts masked as ***, no line breaks. At most TITLE_BYTES_MAX. RC_OK, RC_INVALID
 * (text_valid says no) or RC_LIMIT. */
MUST_CHECK enum rc text_title(struct arena *arena, const char *text, char **title);
/* A note other logs may carry: runs of 7 or more digits (any script width, or as words) and of 11
 * or more with single dashes or blanks between ("138-1234-5678") become ***; dates, times, house
 * numbers and short extensions stay. Bytes that are no text stay as they are. *masked is text
 * itself when there is nothing to hide, else in the arena and never longer. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc text_mask_digits(struct arena *arena, char *text, char **masked);
/* "138****5678"; fewer than 11 digits become "***". Codes as text_title. */
MUST_CHECK enum rc text_mask_phone(struct arena *arena, const char *phone, char **masked);
/* First character, then **; an empty name stays empty. Codes as text_title. */
MUST_CHECK enum rc text_mask_name(struct arena *arena, const char *name, char **masked);
/* Columns on a terminal (wide characters count 2); no locale needed. */
size_t text_columns(const char *text);
/* Largest prefix of at most `bytes` that ends between characters. */
size_t text_clip(const char *text, size_t bytes);
/* Copies all of text and its end into out. False: it does not fit, or ends nowhere within size;
 * then out is untouched. NULL counts as empty. */
bool text_copy(char *out, size_t size, const char *text);
