/* text_name: whether a name says who it seems to say. Names of accounts, people and keys are read for
 * years, in lists, logs and terminals, by people who decide by them; whoever could make one that looks like
 * another's, turns the line around it or is not seen could act as somebody else.
 *
 * What must stay true: what is refused today is refused tomorrow (lists only grow); Chinese, with Latin
 * beside it, is ordinary, and so is any one alphabet alone. Blocks stand for scripts: utf8proc knows none. */
#include <string.h>

#include <utf8proc.h>

#include "common/base/check.h"
#include "common/text/text_private.h"

enum { MARKS_MAX = 2, NAME_BYTES_MAX = 512 };

/* Scripts are numbers: 0 none (digits, dashes, ideographs and what stands beside them), then these;
 * all others by their block of 128, which no two alphabets share below the ideographs. */
enum { NO_SCRIPT, LATIN, GREEK, CYRILLIC, ARABIC, OTHERS };

static bool between(int32_t point, int32_t first, int32_t last)
{
    return point >= first && point <= last;
}

/* Letters of Chinese, Japanese and Korean: nobody takes one for a Latin letter. */
static bool eastern(int32_t point)
{
    return between(point, 0x2e80, 0x9fff) || between(point, 0xac00, 0xd7ff) ||
           between(point, 0x1100, 0x11ff) || between(point, 0xf900, 0xfaff) ||
           between(point, 0x20000, 0x3ffff) || between(point, 0xff66, 0xffdc);
}

static unsigned script_of(int32_t wide)
{
    const int32_t point = text_kind_narrow(wide);
    const utf8proc_category_t category = utf8proc_category(point);
    const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    if (!letter || eastern(point)) {
        return NO_SCRIPT;
    }
    if (point < 0x250 || between(point, 0x1e00, 0x1eff)) {
        return LATIN;
    }
    if (between(point, 0x370, 0x3ff) || between(point, 0x1f00, 0x1fff)) {
        return GREEK;
    }
    if (between(point, 0x400, 0x52f) || between(point, 0x1c80, 0x1c8f) ||
        between(point, 0xa640, 0xa69f)) {
        return CYRILLIC;
    }
    if (between(point, 0x600, 0x77f) || between(point, 0x8a0, 0x8ff) ||
        between(point, 0xfb50, 0xfdff) || between(point, 0xfe70, 0xfefc)) {
        return ARABIC;
    }
    return OTHERS + (unsigned)(point >> 7);
}

/* Greek and Cyrillic letters that are drawn as a Latin one: a name of these alone reads as Latin. */
static bool looks_latin(int32_t point)
{
    static const int32_t letters[] = {
        0x391, 0x392, 0x395, 0x396, 0x397, 0x399, 0x39a, 0x39c, 0x39d, 0x39f, 0x3a1, 0x3a4, 0x3a5,
        0x3a7, 0x3b1, 0x3b9, 0x3ba, 0x3bd, 0x3bf, 0x3c1, 0x3c5, 0x3f2, 0x3f3, 0x405, 0x406, 0x408,
        0x410, 0x412, 0x415, 0x417, 0x41a, 0x41c, 0x41d, 0x41e, 0x420, 0x421, 0x422, 0x423, 0x425,
        0x430, 0x435, 0x43a, 0x43e, 0x43f, 0x440, 0x441, 0x443, 0x445, 0x44c, 0x455, 0x456, 0x457,
        0x458, 0x475, 0x4ae, 0x4af, 0x4bb, 0x4c0, 0x4cf, 0x501, 0x51b, 0x51d,
    };
    for (size_t index = 0; index < sizeof letters / sizeof letters[0]; index++) {
        if (letters[index] == point) {
            return true;
        }
    }
    return false;
}

/* A letter that Unicode keeps beside the plain one for the sake of old tables and of formulas. Full
 * width is what an input method writes, and seen. */
static bool double_of(int32_t point)
{
    int32_t plain[4];
    int bound = 0;
    const utf8proc_category_t category = utf8proc_category(point);
    if (between(point, 0x2e80, 0x2fdf)) {
        return true; /* radicals: drawn as the ideograph */
    }
    if (category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_LO ||
        text_kind_narrow(point) != point) {
        return false;
    }
    return utf8proc_decompose_char(point, plain, 4,
                                   UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE,
                                   &bound) == 1 &&
           plain[0] != point;
}

/* Blanks between words are two: the plain one, and the one as wide as an ideograph. */
static bool unseen(int32_t point)
{
    return text_kind_nothing(point) && point != ' ' && point != 0x3000;
}

enum text_name text_name_judge(const char *name)
{
    unsigned script = NO_SCRIPT, marks = 0;
    bool other = false; /* a letter that no Latin one looks like */
    int32_t point = 0;
    CHECK(name != NULL);
    const size_t bytes = strlen(name);
    for (size_t at = 0, used = 0; at < bytes; at += used) {
        used = text_kind_decode(name, at, bytes, &point);
        if (used == 0 || unseen(point)) {
            return TEXT_NAME_UNSEEN;
        }
        marks = text_kind_of(point) == TEXT_KIND_MARK ? marks + 1 : 0;
        if (marks > MARKS_MAX) {
            return TEXT_NAME_UNSEEN; /* piled up they cover the lines around */
        }
        const unsigned of = script_of(point);
        if (double_of(point) || (of != NO_SCRIPT && script != NO_SCRIPT && of != script)) {
            return TEXT_NAME_MIXED;
        }
        script = of == NO_SCRIPT ? script : of;
        other = other || (of != NO_SCRIPT && !looks_latin(point));
    }
    return (script == GREEK || script == CYRILLIC) && !other ? TEXT_NAME_MIXED : TEXT_NAME_FITS;
}

/* Compared with its own plain form: "ａdmin", "ﬁre" and an accent that stands apart are other ways of
 * writing what somebody else may be called. */
enum text_name text_name_judge_code(const char *name)
{
    char plain[NAME_BYTES_MAX];
    int32_t points[NAME_BYTES_MAX / sizeof(int32_t)];
    const enum text_name judged = text_name_judge(name);
    CHECK(sizeof points / sizeof points[0] > 64);
    if (judged != TEXT_NAME_FITS) {
        return judged;
    }
    if (strpbrk(name, " \t\r\n") != NULL || strstr(name, "\u3000") != NULL) {
        return TEXT_NAME_UNSEEN;
    }
    const utf8proc_option_t options = UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_STABLE;
    utf8proc_ssize_t count =
        utf8proc_decompose((const utf8proc_uint8_t *)name, (utf8proc_ssize_t)strlen(name), points,
                           (utf8proc_ssize_t)(sizeof points / sizeof points[0]) - 1, options);
    if (count < 0 || (size_t)count >= sizeof points / sizeof points[0]) {
        return TEXT_NAME_MIXED; /* longer than any name is */
    }
    count = utf8proc_reencode(points, count, options);
    if (count < 0 || (size_t)count >= sizeof plain) {
        return TEXT_NAME_MIXED;
    }
    memcpy(plain, points, (size_t)count);
    plain[count] = '\0';
    return strcmp(plain, name) == 0 ? TEXT_NAME_FITS : TEXT_NAME_MIXED;
}
