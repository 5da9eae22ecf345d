/* text_private: what text.c, text_title.c and text_mask.c share: kinds of characters. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text/text.h"

/* What stands where something was hidden; it tells nothing of its length. */
#define TEXT_HIDDEN "***"
#define TEXT_HIDDEN_BYTES (sizeof TEXT_HIDDEN - 1)
/* Digits written as words ("一三八一二三四"): so many in a row are no counting any more. */
#define TEXT_SPOKEN_MIN 7u

enum text_kind {
    TEXT_KIND_OTHER,
    TEXT_KIND_DIGIT,  /* of any script and width */
    TEXT_KIND_LETTER, /* with a case: Latin and its like, as in number plates and accounts */
    TEXT_KIND_SPOKEN, /* a Chinese numeral */
    TEXT_KIND_JOIN,   /* - _ @ . between parts of one number or address */
    TEXT_KIND_BLANK,
    TEXT_KIND_DROP, /* seen by nobody: control, format, private, unassigned */
};

enum text_kind text_kind_of(int32_t point);

/* One code point at `at`. Before: at <= bytes. Returns its bytes; 0 at the end or when the bytes
 * are not UTF-8. */
size_t text_kind_decode(const char *text, size_t at, size_t bytes, int32_t *point);
/* Full-width Latin and digits are the same to a reader. */
int32_t text_kind_narrow(int32_t point);
/* Letters of no case in every version of Unicode since 11, each two columns wide. */
bool text_kind_ideograph(int32_t point);
/* Bytes of the Chinese numerals that stand together at `at`; *count: how many. */
size_t text_kind_spoken(const char *text, size_t at, size_t bytes, size_t *count);
/* Bytes of the blanks at `at`, and of what nobody sees. */
size_t text_kind_blank(const char *text, size_t at, size_t bytes);
