/* text_private: what the files of text share: kinds of characters, and where a number is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text/text.h"

/* What stands where something was hidden; it tells nothing of its length. */
#define TEXT_HIDDEN "***"
#define TEXT_HIDDEN_BYTES (sizeof TEXT_HIDDEN - 1)

enum text_kind {
    TEXT_KIND_OTHER,
    TEXT_KIND_DIGIT,  /* of any script and width */
    TEXT_KIND_LETTER, /* with a case: Latin and its like, as in number plates and accounts */
    TEXT_KIND_SPOKEN, /* a Chinese numeral */
    TEXT_KIND_JOIN,   /* dashes, dots, brackets between parts of one number or address */
    TEXT_KIND_MARK,   /* drawn onto the character before: accents, the frame of a keycap */
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
/* 0 to 9, or -1: the value of a digit of any script, of a Chinese numeral. */
int text_kind_digit(int32_t point);
int text_kind_numeral(int32_t point);
/* A blank, or seen by nobody. */
bool text_kind_nothing(int32_t point);
bool text_kind_line_end(int32_t point);
/* Bytes of the blanks at `at`, and of what nobody sees. */
size_t text_kind_blank(const char *text, size_t at, size_t bytes);

/* The block that nearly all of a complaint is made of, and the simplified form of each of its letters by
 * distance from the first; 0: it has no other. */
#define TEXT_IDEOGRAPH_FIRST 0x4e00
#define TEXT_IDEOGRAPH_LAST 0x9fff
extern const uint16_t text_simple_forms[TEXT_IDEOGRAPH_LAST - TEXT_IDEOGRAPH_FIRST + 1];

/* Before: point is of that block. */
static inline int32_t text_simple(int32_t point)
{
    const uint16_t form = text_simple_forms[point - TEXT_IDEOGRAPH_FIRST];
    return form == 0 ? point : (int32_t)form;
}

/* Whose eyes a number is kept from: titles stand in three logs for years, so that doubt hides;
 * notes are worked with, so that only what must be a number of somebody is hidden. */
enum text_number_rule { TEXT_NUMBER_TITLE, TEXT_NUMBER_NOTE };

struct text_number {
    size_t bytes; /* of what stands together; 0: no number begins here */
    bool hide;
};

/* What begins at `at` with a digit, a numeral or an opening bracket, and in a title with a letter:
 * all that belongs to one number however it is written. */
struct text_number text_number_scan(const char *text, size_t at, size_t bytes,
                                    enum text_number_rule rule);
