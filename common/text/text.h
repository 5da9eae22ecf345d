/* text: UTF-8 as people send it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/rc.h"

/* Valid UTF-8, no NUL, no control characters other than \t \n \r; *at: offset of the first bad
 * byte. */
bool text_valid(const char *bytes, size_t size, size_t *at);
/* Whether nothing of it is seen: NULL, "", blanks of every script, and characters that are drawn as
 * nothing. The one answer to "did anybody write anything?". */
bool text_blank(const char *text);
/* Whether a name or a label says who it seems to say: no character that is not seen or turns the line
 * (bidi, zero width, controls, line ends), no two alphabets in one, no letters that are drawn as those of
 * another. Chinese with Latin is ordinary. Before: valid UTF-8. */
enum text_name { TEXT_NAME_FITS, TEXT_NAME_UNSEEN, TEXT_NAME_MIXED };
enum text_name text_name_judge(const char *name);
/* The same of what people are called in every log: without blanks, and in its one plain form. At most
 * 127 characters. */
enum text_name text_name_judge_code(const char *name);
/* Where the text begins after such characters; those at its end are cut off in place. */
char *text_trim(char *text);
/* For matching only: NFKC, case folded, spaces and control characters dropped ("ＡＢＣ 12" ->
 * "abc12"). In the arena. RC_OK, RC_INVALID (not UTF-8) or RC_LIMIT. */
MUST_CHECK enum rc text_normalise(struct arena *arena, const char *text, char **out, size_t *bytes);
/* For matching places: as text_normalise, and numbers of houses are digits ("三号院" -> "3号院",
 * "二十一号楼" -> "21号楼"). Codes as text_normalise. */
MUST_CHECK enum rc text_normalise_place(struct arena *arena, const char *text, char **out,
                                        size_t *bytes);
/* The simplified form of a traditional ideograph; any other point is returned as it is. */
int32_t text_simplify(int32_t point);
/* What a text says, as code points, for learning and comparing: text_normalise and text_simplify in
 * one pass, without memory of its own, and of any bytes: what is no UTF-8 is passed over, and so are
 * accents and what nobody sees. Stops when `points` holds `max`. Returns how many. */
size_t text_fold(const char *text, size_t bytes, int32_t *points, size_t max);
/* The second half of it, in place. Before: normalised, with its end at `bytes`. Returns the bytes,
 * which are never more. */
size_t text_place_numbers(char *normalised, size_t bytes);
/* Bytes of the building and flat that begin at `at`: "3号楼2单元502室", "a座", "3-2-501"; 0: none.
 * *sure: a sign that stands for houses alone is among them; "3号" may be a day. Before: of
 * text_normalise_place. */
size_t text_house(const char *normalised, size_t at, size_t bytes, bool *sure);
/* The first that is sure, wherever it stands. False: there is none. */
bool text_house_find(const char *normalised, size_t bytes, size_t *at, size_t *used);
/* A title other logs may carry: first sentence after the greeting, or 24 wide (48 narrow)
 * characters with "…", without line breaks. Hidden as ***: runs of 5 or more digits, 7 or more with
 * something between, and Latin/digit mixes as in plates and accounts. At most TITLE_BYTES_MAX.
 * RC_OK, RC_INVALID (text_valid says no) or RC_LIMIT. */
MUST_CHECK enum rc text_title(struct arena *arena, const char *text, char **title);
/* A note other logs may carry: runs of 7 or more digits, and of 11 or more with something between
 * ("138-1234-5678"), become ***; times, house numbers and short extensions stay. In both masks a
 * digit is one of any script, width or form, or a Chinese numeral where many stand in a row; dashes,
 * dots, brackets, blanks and what nobody sees lie between digits; a ticket's number, a date and an
 * amount of money stay. Bytes that are no text stay as they are. *masked is text itself when there
 * is nothing to hide, else in the arena and never longer. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc text_mask_digits(struct arena *arena, char *text, char **masked);
/* What is understood of a phone as people write it: numbers of digits with '+', '-' and '#' before
 * an extension, ", " between two; the country's own code before a mobile number is left out. Room
 * for PHONE_BYTES_MAX and the end. Reading what was read changes nothing. */
enum text_phone {
    TEXT_PHONE_NONE, /* nothing was understood: out is empty */
    TEXT_PHONE_PART, /* something beside the numbers, or of them, was left out */
    TEXT_PHONE_WHOLE,
};
enum text_phone text_phone_read(const char *written, char *out);
/* "138****5678" of each number in it; fewer than 11 digits become "***". Codes as text_title. */
MUST_CHECK enum rc text_mask_phone(struct arena *arena, const char *phone, char **masked);
/* First character, then **; an empty name stays empty. Codes as text_title. */
MUST_CHECK enum rc text_mask_name(struct arena *arena, const char *name, char **masked);
/* Columns on a terminal (wide characters count 2); no locale needed. */
size_t text_columns(const char *text);
/* Bytes of the largest prefix of at most so many columns that ends between characters. */
size_t text_clip_columns(const char *text, size_t columns);
/* Largest prefix of at most `bytes` that ends between characters. */
size_t text_clip(const char *text, size_t bytes);
/* Copies all of text and its end into out. False: it does not fit, or ends nowhere within size;
 * then out is untouched. NULL counts as empty. */
bool text_copy(char *out, size_t size, const char *text);
/* Names of places and institutions that stand in a folded text, by their endings: spans of its first
 * 512 letters, in order; a place's ending of several letters (小区) is left off. Returns how many, at
 * most max. */
struct text_span {
    uint16_t start, length;
};
size_t text_names(const int32_t *points, size_t count, struct text_span *spans, size_t max);
/* Whether `now` says what `before` said and nothing more: nearly the same letters, and no number, house,
 * time or name of a place that `before` lacks. How long it has been so, or how often it was said, is none.
 * False of texts that say nothing. */
bool text_again(const char *before, const char *now);
