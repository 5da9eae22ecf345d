/* text_phone: the phone of a resident, as far as it is understood.
 *
 * People write two numbers, extensions, a name beside, wide digits; tables turn a number into
 * 13800138000.0 and even 1.38E+10, which is a number no more. None of that may cost anybody the
 * complaint, so nothing is refused here: what is understood is kept in one form, the rest is left
 * out, and the caller hears that something was. The form is stored and handed to adapters that dial
 * it: ASCII alone, '#' before an extension. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/text/text_private.h"

enum {
    DIGITS_MIN = 3,     /* 110 */
    DIGITS_MAX = 20,    /* 15 by E.164, with what is dialled before it */
    EXTENSION_MAX = 8,  /* digits */
    SUBSCRIBER_MIN = 7, /* the shortest number that stands alone after another */
    MOBILE_DIGITS = 11, /* 13 to 19 */
    MOBILE_FIRST = 3,   /* shown of it, and of every long number, from the front */
    MOBILE_LAST = 4,    /* and from the end */
    GROUPED_MAX = 2 * DIGITS_MAX,
    POWER_DIGITS_MIN = 8, /* of 1.3800138E10: spreadsheets that round keep fewer */
    WORD_BYTES_MAX = 24,
};

struct phone {
    const char *text;
    size_t bytes, at;
    char *out;
    size_t used;
    bool part;     /* something was left out */
    bool numerals; /* 一三八…: so many in a row that they are no part of a name */
};

/* The sign at phone->at as ASCII; 0: the end; 0xff: one that is not. Invisible ones and marks are
 * passed over, so is whatever stands for a blank or a dash. *next: after it. */
static int sign_at(const struct phone *phone, size_t at, size_t *next)
{
    for (;;) {
        int32_t point = 0;
        const size_t used = text_kind_decode(phone->text, at, phone->bytes, &point);
        *next = at + (used == 0 && at < phone->bytes ? 1 : used);
        if (used == 0) {
            return at < phone->bytes ? 0xff : 0;
        }
        const enum text_kind kind = text_kind_of(point);
        if (kind == TEXT_KIND_DROP || kind == TEXT_KIND_MARK) {
            at = *next;
            continue;
        }
        const int digit = text_kind_digit(point), numeral = text_kind_numeral(point);
        if (digit >= 0 || (numeral >= 0 && phone->numerals)) {
            return '0' + (digit >= 0 ? digit : numeral);
        }
        const int32_t narrow = text_kind_narrow(point);
        if (text_kind_line_end(point) || point == 0x3001 /* 、 */) {
            return ',';
        }
        if (kind == TEXT_KIND_BLANK) {
            return ' ';
        }
        if (narrow >= 0x80) {
            return kind == TEXT_KIND_JOIN ? '-' : 0xff;
        }
        return narrow == '_' || narrow == '~' || narrow == '*' ? '-' : (int)narrow;
    }
}

static bool is_digit(int sign)
{
    return sign >= '0' && sign <= '9';
}

static bool has_numerals(const char *text, size_t bytes)
{
    unsigned run = 0;
    for (size_t at = 0, used = 0; at < bytes && run < SUBSCRIBER_MIN; at += used) {
        int32_t point = 0;
        used = text_kind_decode(text, at, bytes, &point);
        if (used == 0) {
            return false;
        }
        const enum text_kind kind = text_kind_of(point);
        run = kind == TEXT_KIND_SPOKEN ? run + 1
              : kind == TEXT_KIND_JOIN || kind == TEXT_KIND_BLANK || kind == TEXT_KIND_DROP ? run
                                                                                            : 0;
    }
    return run >= SUBSCRIBER_MIN;
}

/* O for 0, l and I for 1, right after a digit. */
static int digit_meant(int sign)
{
    return sign == 'O' || sign == 'o' ? '0' : sign == 'l' || sign == 'I' ? '1' : sign;
}

/* A word before an extension: bytes, 0: none. */
static size_t extension_word(const struct phone *phone, size_t at)
{
    static const char *const words[] = {"转",        "轉",   "分机号", "分机", "內線", "内线",
                                        "extension", "ext.", "ext",    "EXT",  "Ext",  "x",
                                        "X",         "#",    "＃",     "："};
    size_t from = at;
    for (;;) {
        from += text_kind_blank(phone->text, from, phone->bytes);
        size_t taken = 0;
        for (size_t index = 0; index < sizeof words / sizeof words[0] && taken == 0; index++) {
            const size_t size = strlen(words[index]);
            const bool colon = index + 1 == sizeof words / sizeof words[0];
            if (phone->bytes - from >= size &&
                memcmp(phone->text + from, words[index], size) == 0 && (!colon || from > at)) {
                taken = size;
            }
        }
        if (taken == 0) {
            return from - at;
        }
        from += taken;
    }
}

/* ---- one number --------------------------------------------------------------------------- */

/* digits: without what stands between; grouped: with dashes where something stood. */
struct dialled {
    char digits[DIGITS_MAX + 1], grouped[GROUPED_MAX + 1], extension[EXTENSION_MAX + 1];
    unsigned count, grouped_count;
    bool plus;
};

static bool mobile_at(const struct dialled *dialled, unsigned from)
{
    return dialled->count == from + MOBILE_DIGITS && dialled->digits[from] == '1' &&
           dialled->digits[from + 1] >= '3';
}

/* Whether what is there is a number by itself, so that the next long group is another one. */
static bool complete(const struct dialled *dialled)
{
    return !dialled->plus && (mobile_at(dialled, 0) || dialled->count >= MOBILE_DIGITS);
}

/* Digits that stand together from `at`. meant: letters that will be read as digits count too, or
 * what is written back would be cut at another place when it is read again. */
static unsigned run_length(const struct phone *phone, size_t at, bool meant)
{
    unsigned count = 0;
    size_t next = 0;
    for (;;) {
        const int sign = sign_at(phone, at, &next);
        if (!is_digit(meant && count > 0 ? digit_meant(sign) : sign)) {
            return count;
        }
        at = next;
        count++;
    }
}

/* More digits than a number has are counted and not kept: such a number is left out whole. */
static void dialled_put(struct dialled *dialled, int sign, bool group)
{
    if (group && dialled->grouped_count > 0 && dialled->grouped_count < GROUPED_MAX) {
        dialled->grouped[dialled->grouped_count++] = '-';
    }
    if (dialled->count < DIGITS_MAX && dialled->grouped_count < GROUPED_MAX) {
        dialled->digits[dialled->count] = (char)sign;
        dialled->grouped[dialled->grouped_count++] = (char)sign;
    }
    dialled->count++;
}

/* A spreadsheet's 13800138000.0: bytes of the rest, 0: none. */
static size_t decimal_bytes(const struct phone *phone, size_t at, unsigned count)
{
    size_t next = 0, end = at;
    if (count < SUBSCRIBER_MIN || sign_at(phone, at, &next) != '.') {
        return 0;
    }
    unsigned zeros = 0;
    for (end = next; sign_at(phone, end, &next) == '0'; end = next) {
        zeros++;
    }
    return zeros > 0 && zeros <= 2 && !is_digit(sign_at(phone, end, &next)) ? end - at : 0;
}

/* Whether signs between two groups may lie within one number. */
static bool parts(int sign)
{
    return sign == ' ' || sign == '-' || sign == '.' || sign == '(' || sign == ')' || sign == '[' ||
           sign == ']';
}

/* Reads the digits of one number; phone->at is after it. */
static void dialled_read(struct phone *phone, struct dialled *dialled)
{
    bool group = false;
    for (;;) {
        size_t next = 0, look = phone->at;
        int sign = sign_at(phone, look, &next);
        sign = dialled->count > 0 ? digit_meant(sign) : sign;
        if (is_digit(sign)) {
            dialled_put(dialled, sign, group);
            group = false;
            phone->at = next;
            continue;
        }
        const size_t decimals = decimal_bytes(phone, look, dialled->count);
        if (decimals > 0) {
            phone->at += decimals;
            return;
        }
        for (; parts(sign); sign = sign_at(phone, look, &next)) {
            look = next;
        }
        if (look == phone->at || !is_digit(sign) ||
            (complete(dialled) && run_length(phone, look, true) >= SUBSCRIBER_MIN)) {
            return;
        }
        phone->at = look;
        group = true;
    }
}

/* A word without digits after it is no extension: it stays, and is told as left out. */
static void extension_read(struct phone *phone, struct dialled *dialled)
{
    const size_t word = extension_word(phone, phone->at);
    size_t next = 0, look = phone->at + word;
    const unsigned count = word == 0 ? 0 : run_length(phone, look, false);
    if (count == 0 || count > EXTENSION_MAX) {
        return;
    }
    for (unsigned index = 0; index < count; index++, look = next) {
        dialled->extension[index] = (char)sign_at(phone, look, &next);
    }
    phone->at = look;
}

/* 1.3812345678E10: all digits are there. Those of 1.38E+10 are lost. True: it was one of both. */
static bool power_read(struct phone *phone, struct dialled *dialled)
{
    size_t next = 0, at = phone->at;
    struct dialled read = {.count = 0};
    const int first = sign_at(phone, at, &next);
    if (!is_digit(first) || sign_at(phone, next, &next) != '.') {
        return false;
    }
    dialled_put(&read, first, false);
    for (int sign = sign_at(phone, at = next, &next); is_digit(sign);
         sign = sign_at(phone, at = next, &next)) {
        dialled_put(&read, sign, false);
    }
    int sign = sign_at(phone, at, &next);
    if (read.count < 2 || (sign != 'e' && sign != 'E')) {
        return false;
    }
    sign = sign_at(phone, at = next, &next);
    if (sign == '+') {
        sign = sign_at(phone, at = next, &next);
    }
    unsigned power = 0;
    for (; is_digit(sign) && power < 100; sign = sign_at(phone, at = next, &next)) {
        power = power * 10 + (unsigned)(sign - '0');
    }
    phone->at = at;
    if (read.count >= POWER_DIGITS_MIN && power + 1 >= read.count && power < DIGITS_MAX) {
        while (read.count <= power) {
            dialled_put(&read, '0', false);
        }
        *dialled = read;
    } else {
        phone->part = true;
    }
    return true;
}

/* ---- all of them -------------------------------------------------------------------------- */

/* Adds a number whole, or not at all. */
static void dialled_write(struct phone *phone, const struct dialled *dialled)
{
    if (dialled->count < DIGITS_MIN || dialled->count > DIGITS_MAX) {
        phone->part = phone->part || dialled->count > 0;
        return;
    }
    const unsigned code = strncmp(dialled->digits, "0086", 4) == 0 ? 4
                          : strncmp(dialled->digits, "86", 2) == 0 ? 2
                                                                   : 0;
    const bool own = mobile_at(dialled, code);
    char number[GROUPED_MAX + EXTENSION_MAX + 8];
    const int bytes =
        snprintf(number, sizeof number, "%s%s%s%s%s", phone->used == 0 ? "" : ", ",
                 dialled->plus && !own ? "+" : "", own ? dialled->digits + code : dialled->grouped,
                 dialled->extension[0] == '\0' ? "" : "#", dialled->extension);
    CHECK(bytes > 0 && (size_t)bytes < sizeof number);
    if (phone->used + (size_t)bytes > PHONE_BYTES_MAX) {
        phone->part = true;
        return;
    }
    memcpy(phone->out + phone->used, number, (size_t)bytes + 1);
    phone->used += (size_t)bytes;
}

/* Words that say only that a phone is a phone: passed over in silence, or each "电话：" would be told
 * as not understood. Bytes, 0: none. */
static size_t label_bytes(const struct phone *phone)
{
    static const char *const labels[] = {
        "联系电话", "电话号码", "手机号码", "手机号", "电话", "手机", "座机", "固话",
        "号码",     "或",       "和",       "及",     "Tel",  "tel",  "TEL",  "Phone",
        "phone",    "Mobile",   "mobile",   "：",     "；",   "，",   "/",    "或者"};
    for (size_t index = 0; index < sizeof labels / sizeof labels[0]; index++) {
        const size_t size = strlen(labels[index]);
        if (phone->bytes - phone->at >= size &&
            memcmp(phone->text + phone->at, labels[index], size) == 0) {
            return size;
        }
    }
    return 0;
}

enum text_phone text_phone_read(const char *written, char *out)
{
    CHECK(written != NULL);
    struct phone phone = {.text = written, .bytes = strlen(written), .out = out};
    bool plus = false;
    phone.numerals = has_numerals(written, phone.bytes);
    out[0] = '\0';
    for (;;) {
        size_t next = 0;
        int sign = sign_at(&phone, phone.at, &next);
        if (sign == 0) {
            break;
        }
        if (!is_digit(sign)) {
            const size_t label = label_bytes(&phone);
            sign = label > 0 ? ',' : sign;
            const bool quiet = parts(sign) || strchr(",;:/|\t'\"", sign) != NULL || sign == '+';
            phone.part = phone.part || !quiet;
            plus = sign == '+';
            phone.at = label > 0 ? phone.at + label : next;
            continue;
        }
        struct dialled dialled = {.plus = plus};
        if (!power_read(&phone, &dialled)) {
            dialled_read(&phone, &dialled);
            extension_read(&phone, &dialled);
        }
        dialled_write(&phone, &dialled);
        plus = false;
    }
    CHECK(phone.used <= PHONE_BYTES_MAX);
    return phone.used == 0 ? TEXT_PHONE_NONE : phone.part ? TEXT_PHONE_PART : TEXT_PHONE_WHOLE;
}

/* The first three say the network, the last four are what a resident recognises. Of a number that
 * is too short to be a mobile's nothing is shown, nor of an extension. */
enum rc text_mask_phone(struct arena *arena, const char *written, char **masked)
{
    CHECK(written != NULL);
    if (!text_valid(written, strlen(written), NULL)) {
        return RC_INVALID;
    }
    char read[PHONE_BYTES_MAX + 1], hidden[PHONE_BYTES_MAX + 1];
    size_t used = 0;
    (void)text_phone_read(written, read);
    char *at = read;
    do {
        char digits[DIGITS_MAX + 1];
        size_t count = 0;
        for (; *at != '\0' && *at != ',' && *at != '#'; at++) {
            if (is_digit(*at) && count < DIGITS_MAX) {
                digits[count++] = *at;
            }
        }
        at += strcspn(at, ",");
        at += strspn(at, ", ");
        const char *between = used == 0 ? "" : ", ";
        const int bytes =
            count < MOBILE_DIGITS
                ? snprintf(hidden + used, sizeof hidden - used, "%s" TEXT_HIDDEN, between)
                : snprintf(hidden + used, sizeof hidden - used, "%s%.*s****%.*s", between,
                           MOBILE_FIRST, digits, MOBILE_LAST, digits + count - MOBILE_LAST);
        CHECK(bytes > 0 && (size_t)bytes < sizeof hidden - used);
        used += (size_t)bytes;
    } while (*at != '\0');
    char *copy = arena_strdup(arena, hidden);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    *masked = copy;
    return RC_OK;
}
