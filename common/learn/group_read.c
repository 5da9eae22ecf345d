/* group_read: a title and a text as grams, names, districts and years.
 *
 * Owns what is read of a text, for rows that are kept and rows that are looked for alike: whatever
 * differed between the two would make rows of one event look foreign. A text without a title is
 * compared as if its beginning were one. */

#include <string.h>

#include "common/base/check.h"
#include "common/learn/group_private.h"

enum {
    UNTITLED_POINTS = 24,
    TITLE_OFTEN = 3,
    BODY_OFTEN = 31,
    SECRET_DIGITS = 5, /* phones, identity cards, accounts: so many digits in a row are not read */
};

static bool ideograph(int32_t point)
{
    return point >= 0x3400 && point <= 0x9fff;
}

/* Letters and digits; what stands between sentences joins nothing. */
static bool letter(int32_t point)
{
    return ideograph(point) || (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
           (point >= 0xc0 && point < 0x2000) || point > 0xffff;
}

static bool digit(int32_t point)
{
    return point >= '0' && point <= '9';
}

static uint32_t key_of(int32_t first, int32_t second)
{
    const uint64_t both = (uint64_t)(uint32_t)first << 32 | (uint32_t)second;
    const uint64_t mixed = (both ^ both >> 29) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(mixed >> (64 - GROUP_KEY_BITS));
}

/* ---- grams ---- */

static void add_gram(struct group_text *read, uint32_t key, size_t at, bool title, bool body)
{
    const size_t slot = group_read_slot(read, key);
    if (read->table[slot] == 0) {
        CHECK(read->count < GROUP_GRAMS_MAX);
        read->grams[read->count] = (struct group_gram){.key = key & ((1u << GROUP_KEY_BITS) - 1)};
        read->at[read->count] = (uint16_t)at;
        read->table[slot] = (uint16_t)++read->count;
    }
    struct group_gram *gram = &read->grams[read->table[slot] - 1u];
    if (title && gram->title < TITLE_OFTEN) {
        gram->title++;
    }
    const unsigned often = title ? 2 : body ? 1 : 0; /* a title says it in few words */
    gram->body = (gram->body + often < BODY_OFTEN ? gram->body + often : BODY_OFTEN) & 0x7fu;
}

/* Where the digits that begin at a place end, if they are so many that they are passed over; else the
 * place itself. What telling apart they would do is not worth that a row could give them away. */
static size_t after_secret(const int32_t *points, size_t count, size_t at)
{
    size_t end = at;
    while (end < count && digit(points[end])) {
        end++;
    }
    return end - at >= SECRET_DIGITS ? end : at;
}

static void read_grams(struct group_text *read)
{
    size_t secret = 0; /* where the digits at hand end */
    for (size_t at = 0; at + 1 < read->title_points; at++) {
        secret = at < secret ? secret : after_secret(read->title, read->title_points, at);
        if (at + 1 >= secret && letter(read->title[at]) && letter(read->title[at + 1])) {
            add_gram(read, key_of(read->title[at], read->title[at + 1]), at, true, true);
        }
    }
    secret = 0;
    for (size_t at = 0; at + 1 < read->text_points; at++) {
        secret = at < secret ? secret : after_secret(read->text, read->text_points, at);
        if (at + 1 >= secret && letter(read->text[at]) && letter(read->text[at + 1])) {
            add_gram(read, key_of(read->text[at], read->text[at + 1]), at + GROUP_TITLE_POINTS,
                     false, at + 1 < GROUP_BODY_POINTS);
        }
    }
}

/* ---- districts and years ---- */

static void add_district(struct group_text *read, uint32_t key)
{
    const uint16_t mark = (uint16_t)(key >> 4);
    for (size_t index = 0; index < read->district_count; index++) {
        if (read->districts[index] == mark) {
            return;
        }
    }
    if (read->district_count < GROUP_DISTRICTS_MAX) {
        read->districts[read->district_count++] = mark;
    }
}

/* 岳麓区, 长沙县, and A3区 where names of places are hidden; not 小区, 社区 and their like. */
static void read_districts(struct group_text *read, const int32_t *points, size_t count)
{
    static const int32_t others[] = {0x5c0f, 0x793e, 0x57ce, 0x5730, 0x56ed, 0x6821, 0x666f,
                                     0x5e93, 0x5382, 0x90ca, 0x8f96, 0x7247, 0x8857, 0x5c45,
                                     0x4f4f, 0x6c11, 0x7f6e, 0x53d1, 0x4e1a, 0x6751};
    for (size_t at = 2; at < count; at++) {
        const int32_t first = points[at - 2], second = points[at - 1];
        if (points[at] != 0x533a && points[at] != 0x53bf) { /* 区 县 */
            continue;
        }
        bool named = digit(second) || (ideograph(first) && ideograph(second));
        for (size_t index = 0; index < sizeof others / sizeof others[0]; index++) {
            named = named && second != others[index];
        }
        if (named) {
            add_district(read, key_of(first, second));
        }
    }
}

/* 2018年, 18年, 2018届: which year a subsidy or a class is of. */
static void read_years(struct group_text *read)
{
    for (size_t at = 2; at < read->title_points; at++) {
        const int32_t *points = read->title + at;
        const bool counted = points[0] == 0x5e74 || points[0] == 0x5c4a || points[0] == 0x7ea7;
        if (!counted || !digit(points[-1]) || !digit(points[-2])) {
            continue;
        }
        const bool wide = at >= 4 && points[-4] == '2' && points[-3] == '0';
        const bool brief = (at < 3 || !digit(points[-3])) && points[-2] >= '1' && points[-2] <= '3';
        if ((wide || brief) && read->year_count < GROUP_YEARS_MAX) {
            read->years[read->year_count++] =
                (uint8_t)((points[-2] - '0') * 10 + (points[-1] - '0'));
        }
    }
}

void group_read_text(struct group_text *read, const struct learn_text *text)
{
    CHECK(text->title != NULL || text->title_bytes == 0);
    CHECK(text->text != NULL || text->text_bytes == 0);
    read->title_points = text_fold(text->title, text->title_bytes, read->title, GROUP_TITLE_POINTS);
    read->text_points = text_fold(text->text, text->text_bytes, read->text, GROUP_TEXT_POINTS);
    if (read->title_points == 0) {
        read->title_points =
            read->text_points < UNTITLED_POINTS ? read->text_points : UNTITLED_POINTS;
        memcpy(read->title, read->text, read->title_points * sizeof read->title[0]);
    }
    read->count = 0;
    read->name_count = read->district_count = read->year_count = 0;
    read->titled = false;
    memset(read->table, 0, sizeof read->table);
    read_grams(read);
    read_districts(read, read->title, read->title_points);
    if (read->district_count == 0) {
        read_districts(read, read->text, read->text_points);
    }
    read_years(read);
}

/* ---- names ---- */

static void add_name(struct group_text *read, const int32_t *points, size_t count, const float *idf,
                     float rare)
{
    size_t used = read->name_count == 0 ? 0 : read->name_ends[read->name_count - 1u];
    bool tells = false;
    /* The end of a long one is nearer to its name than what stands before it. */
    if (count > GROUP_NAME_POINTS_MAX) {
        points += count - GROUP_NAME_POINTS_MAX;
        count = GROUP_NAME_POINTS_MAX;
    }
    for (size_t at = 0; at + 1 < count; at++) {
        const uint32_t key = key_of(points[at], points[at + 1]);
        const size_t gram = group_read_gram(read, key);
        if (gram == read->count) { /* a long number */
            continue;
        }
        tells = tells || idf[gram] >= rare;
        read->name_grams[used++] = key;
    }
    if (tells) {
        CHECK(used <= GROUP_NAME_GRAMS_MAX);
        read->name_ends[read->name_count++] = (uint8_t)used;
    }
}

void group_read_names(struct group_text *read, const float *idf, float rare)
{
    struct text_span spans[GROUP_TITLE_POINTS];
    size_t count = text_names(read->title, read->title_points, spans, GROUP_TITLE_POINTS);
    read->name_count = 0;
    for (size_t index = 0; index < count && read->name_count < GROUP_NAMES_MAX; index++) {
        add_name(read, read->title + spans[index].start, spans[index].length, idf, rare);
    }
    read->titled = read->name_count > 0;
    if (read->titled) {
        return;
    }
    const size_t body =
        read->text_points < GROUP_BODY_POINTS ? read->text_points : GROUP_BODY_POINTS;
    count = text_names(read->text, body, spans, GROUP_TITLE_POINTS);
    for (size_t index = 0; index < count && read->name_count < GROUP_TEXT_NAMES_MAX; index++) {
        add_name(read, read->text + spans[index].start, spans[index].length, idf, rare);
    }
}
