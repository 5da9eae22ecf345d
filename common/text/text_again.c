/* text_again: whether somebody says what he said before, and nothing more.
 *
 * Who asks the second time seldom copies himself: he adds that it is still so, and for how long. So letters
 * are compared by pairs, without the words that only press, and that alone would take "3号楼" for
 * "5号楼" in a long text. Hence what is in the second text and not in the first, of numbers with what
 * they count, of single letters that name houses, and of names of places, makes it another matter, and so
 * do words that do more than press, and a denial, a side or a repair told once more or once less. In doubt
 * it is another one, for a ticket too many costs a glance and a lost fact costs a resident his answer.
 *
 * Pure and without memory of its own; nothing that is stored depends on the tables here. */
#include <string.h>
#include <uchar.h>

#include "common/base/check.h"
#include "common/text/text_private.h"

enum {
    POINTS_MAX = 2000, /* letters of a text that are compared; longer ones must be equal */
    BUCKETS = 4096,    /* of pairs, by hash: one that meets another counts as common */
    BITS = 1 << 15,    /* likewise, where one must not be missed */
    STRANGE_MIN = 2,   /* letters in a row that the other text has nothing of: more than a slip */
    ALIKE_PERCENT = 80,
    FACTS_MAX = 64,
    WORDS_MAX = 400, /* of Latin letters, in a text that is compared */
    NAMES_MAX = 32,
    FACT_POINTS_MAX = 24,
};

static bool is_digit(int32_t point)
{
    return point >= '0' && point <= '9';
}

static bool is_letter(int32_t point)
{
    return point >= 'a' && point <= 'z';
}

/* The value of a numeral; -1: it is none. */
static int numeral_of(int32_t point)
{
    return point == u'两' ? 2 : text_kind_numeral(point);
}

static bool one_of(int32_t point, const char16_t *list)
{
    for (; *list != 0; list++) {
        if (point == (int32_t)*list) {
            return true;
        }
    }
    return false;
}

/* ---- numbers ---- */

/* Points after a number that make a span or a count of it: 多天, 个月, 次; 0: none. */
static size_t span_after(const int32_t *points, size_t at, size_t count)
{
    static const char16_t spans[] = u"天次遍回年周";
    const size_t more = at < count && one_of(points[at], u"多几来") ? 1 : 0;
    at += more;
    if (at + 1 < count && points[at] == u'个' && one_of(points[at + 1], u"月星礼小")) {
        return more + 2;
    }
    const bool year = at + 1 < count && points[at] == u'年' && numeral_of(points[at + 1]) >= 0;
    return at < count && one_of(points[at], spans) && !year ? more + 1 : 0;
}

/* Where the run of digits, numerals and letters that begins at `at` ends. */
static size_t run_end(const int32_t *points, size_t at, size_t count, bool *latin)
{
    *latin = is_digit(points[at]) || is_letter(points[at]);
    while (at < count && (*latin ? is_digit(points[at]) || is_letter(points[at])
                                 : numeral_of(points[at]) >= 0 || one_of(points[at], u"十百"))) {
        at++;
    }
    return at;
}

/* ---- letters ---- */

/* What people add when they ask again, and what ends a sentence. */
static const char16_t *const pressing[] = {
    u"尽快解决", u"尽快处理", u"尽快修好", u"尽快维修", u"没人管", u"没人修", u"没人来", u"没解决",
    u"没处理",   u"没修好",   u"到现在",   u"还是",     u"依然",   u"仍然",   u"依旧",   u"再次",
    u"已经",     u"麻烦",     u"尽快",     u"赶紧",     u"赶快",   u"请问",   u"拜托",   u"马上",
    u"至今",     u"一直",     u"still",    u"again",    u"please"};
static const char16_t small_words[] = u"又还请了啊吧呢的仍快";

/* "三天", "两次": how long and how often, with what it counts; 0: none. */
static size_t span_at(const int32_t *points, size_t at, size_t count)
{
    bool latin = false;
    const size_t end = run_end(points, at, count, &latin);
    const size_t span = end == at ? 0 : span_after(points, end, count);
    return span == 0 ? 0 : end - at + span;
}

/* Points of the word, if it stands at `at`; else 0. */
static size_t word_at(const int32_t *points, size_t at, size_t count, const char16_t *word)
{
    size_t length = 0;
    while (word[length] != 0) {
        if (at + length >= count || points[at + length] != (int32_t)word[length]) {
            return 0;
        }
        length++;
    }
    return length;
}

/* Points that press: how many stand at `at`; 0: none. */
static size_t pressing_at(const int32_t *points, size_t at, size_t count)
{
    for (size_t index = 0; index < sizeof pressing / sizeof pressing[0]; index++) {
        const size_t length = word_at(points, at, count, pressing[index]);
        if (length > 0) {
            return length;
        }
    }
    return one_of(points[at], small_words) ? 1 : span_at(points, at, count);
}

/* Letters and digits of any script; marks and pictures say nothing here. */
static bool counts(int32_t point)
{
    return is_digit(point) || is_letter(point) || (point > 0xbf && point < 0x2000) ||
           (point > 0x303f && point < 0xfe00) || (point >= 0x20000 && point < 0x32000);
}

/* In place. Returns how many are left. */
static size_t without_pressing(int32_t *points, size_t count)
{
    size_t kept = 0;
    for (size_t at = 0; at < count;) {
        const size_t more = pressing_at(points, at, count);
        if (more == 0 && counts(points[at])) {
            points[kept++] = points[at];
        }
        at += more == 0 ? 1 : more;
    }
    CHECK(kept <= count);
    return kept;
}

static uint32_t hash_of(const int32_t *pair)
{
    const uint32_t mixed = (uint32_t)pair[0] * 0x9e3779b1u ^ (uint32_t)pair[1] * 0x85ebca77u;
    return mixed ^ mixed >> 15;
}

static size_t bucket_of(const int32_t *pair)
{
    return hash_of(pair) % BUCKETS;
}

/* Dice over pairs of letters. Before: both have at least two. */
static bool alike(const int32_t *before, size_t before_count, const int32_t *now, size_t now_count)
{
    uint16_t buckets[BUCKETS] = {0};
    size_t common = 0;
    CHECK(before_count >= 2 && before_count <= POINTS_MAX);
    CHECK(now_count >= 2 && now_count <= POINTS_MAX);
    for (size_t at = 0; at + 1 < before_count; at++) {
        buckets[bucket_of(before + at)]++;
    }
    for (size_t at = 0; at + 1 < now_count; at++) {
        uint16_t *const bucket = &buckets[bucket_of(now + at)];
        if (*bucket > 0) {
            common++;
            (*bucket)--;
        }
    }
    return 2 * common * 100 >= ALIKE_PERCENT * (before_count - 1 + now_count - 1);
}

static bool marked(const uint64_t *bits, const int32_t *pair)
{
    const uint32_t bit = hash_of(pair) % BITS;
    return (bits[bit / 64] >> (bit % 64) & 1) != 0;
}

/* Whether letters in a row stand in no pair of the other text. */
static bool strange(const int32_t *points, size_t count, const int32_t *other, size_t other_count)
{
    uint64_t bits[BITS / 64] = {0};
    size_t run = 0;
    for (size_t at = 0; at + 1 < other_count; at++) {
        const uint32_t bit = hash_of(other + at) % BITS;
        bits[bit / 64] |= 1ull << (bit % 64);
    }
    for (size_t at = 0; at < count && run < STRANGE_MIN; at++) {
        const bool known = (at > 0 && marked(bits, points + at - 1)) ||
                           (at + 1 < count && marked(bits, points + at));
        run = known ? 0 : run + 1;
    }
    return run >= STRANGE_MIN;
}

/* ---- what turns a sentence round ---- */

/* A single letter that is one more or one less is no run, and says another thing all the same: a denial, a
 * side, a danger. */
static const char16_t turning[] = u"不没未无非别勿上下左右东南西北前后男女停通死伤亡血火毒电煤";
static const char16_t *const repaired[] = {u"修好", u"修复", u"好了", u"解决", u"恢复"};

static size_t count_of(const int32_t *points, size_t count, const char16_t *word)
{
    size_t found = 0;
    for (size_t at = 0; at < count; at++) {
        found += word_at(points, at, count, word) > 0 ? 1 : 0;
    }
    return found;
}

/* How often something is said to be repaired; 没修好 and 尽快修好 say that it is not. */
static size_t told_of(const int32_t *points, size_t count, const char16_t *word)
{
    const char16_t denied[] = {u'没', word[0], word[1], 0};
    const char16_t wanted[] = {u'快', word[0], word[1], 0};
    const size_t all = count_of(points, count, word);
    const size_t open = count_of(points, count, denied) + count_of(points, count, wanted);
    CHECK(open <= all);
    return all - open;
}

/* Before the words that press are taken out of the two: 好了 would go with its 了. */
static bool same_repair(const int32_t *before, size_t before_count, const int32_t *now,
                        size_t now_count)
{
    for (size_t index = 0; index < sizeof repaired / sizeof repaired[0]; index++) {
        const size_t earlier = told_of(before, before_count, repaired[index]);
        const size_t later = told_of(now, now_count, repaired[index]);
        if ((earlier == 0) != (later == 0)) {
            return false;
        }
    }
    return true;
}

static bool same_turns(const int32_t *before, size_t before_count, const int32_t *now,
                       size_t now_count)
{
    for (const char16_t *letter = turning; *letter != 0; letter++) {
        const char16_t word[] = {*letter, 0};
        if (count_of(before, before_count, word) != count_of(now, now_count, word)) {
            return false;
        }
    }
    return true;
}

/* ---- words of Latin letters ---- */

/* Pairs say little of them, for any two letters stand in some other word. Bytes of the word at text, which
 * is not within one; 0: none. */
static size_t latin_word(const char *text)
{
    size_t bytes = 0;
    while (is_letter(text[bytes] | 0x20) || (bytes > 0 && text[bytes] == '\'')) {
        bytes++;
    }
    return bytes;
}

static bool equal_words(const char *one, const char *other, size_t bytes)
{
    for (size_t at = 0; at < bytes; at++) {
        if ((one[at] | 0x20) != (other[at] | 0x20)) {
            return false;
        }
    }
    return true;
}

static bool has_word(const char *text, const char *word, size_t bytes)
{
    while (*text != '\0') {
        const size_t length = latin_word(text);
        if (length == bytes && equal_words(text, word, bytes)) {
            return true;
        }
        text += length == 0 ? 1 : length;
    }
    return false;
}

/* Whether each word of the one is in the other, but for those in the list; where `listed`, only those. */
static bool words_within(const char *words, const char *text, const char *list, bool listed)
{
    unsigned looked = 0;
    while (*words != '\0') {
        const size_t length = latin_word(words);
        if (length >= STRANGE_MIN && has_word(list, words, length) == listed &&
            (++looked > WORDS_MAX || !has_word(text, words, length))) {
            return false;
        }
        words += length == 0 ? 1 : length;
    }
    return true;
}

static bool same_latin(const char *before, const char *now)
{
    static const char press[] =
        "still again please asap already is it has been for now day days "
        "week weeks month months very the an and yet";
    static const char deny[] = "not no never isn't doesn't don't won't can't cannot hasn't without";
    return words_within(now, before, press, false) && words_within(before, now, deny, true);
}

/* ---- facts ---- */

/* A number with the sign of what it counts, or a letter that names a house. */
struct fact {
    int32_t points[FACT_POINTS_MAX];
    size_t count;
};

struct facts {
    struct fact facts[FACTS_MAX];
    size_t count;
    bool many; /* more than there is room for */
};

static const char16_t signs[] = u"号楼栋幢座单层室点时日月路弄巷期区户院门分";

/* 二十一 is 21: as others write it. Only what is below a hundred; else as it stands. */
static void put_value(struct fact *fact, const int32_t *points, size_t count)
{
    int value = 0;
    bool ten = false, whole = count <= 3;
    for (size_t at = 0; whole && at < count; at++) {
        if (points[at] == u'十') {
            whole = !ten;
            value = value == 0 ? 10 : value * 10;
            ten = true;
        } else if (numeral_of(points[at]) >= 0) {
            value = ten || value == 0 ? value + numeral_of(points[at])
                                      : value * 10 + numeral_of(points[at]);
        } else {
            whole = false;
        }
    }
    for (size_t at = 0; !whole && at < count && fact->count < FACT_POINTS_MAX - 1; at++) {
        fact->points[fact->count++] = points[at];
    }
    if (!whole) {
        return;
    }
    CHECK(value >= 0 && value < 1000);
    int part = value >= 100 ? 100 : value >= 10 ? 10 : 1;
    for (; part > 0; part /= 10) {
        fact->points[fact->count++] = '0' + value / part % 10;
    }
}

/* "一直", "十分": numerals alone count where a sign of houses and times follows; so do letters. */
static bool is_fact(const int32_t *points, size_t at, size_t end, size_t count, bool latin)
{
    bool digit = false;
    const bool sign = end < count && one_of(points[end], signs);
    for (size_t index = at; index < end; index++) {
        digit = digit || is_digit(points[index]);
    }
    if (span_after(points, end, count) > 0) {
        return false;
    }
    return latin ? digit || (end - at == 1 && sign) : end - at > 1 || sign;
}

static void read_facts(struct facts *facts, const int32_t *points, size_t count)
{
    facts->count = 0;
    facts->many = false;
    for (size_t at = 0; at < count;) {
        bool latin = false;
        const size_t end = run_end(points, at, count, &latin);
        if (end == at) {
            at++;
            continue;
        }
        if (is_fact(points, at, end, count, latin)) {
            if (facts->count == FACTS_MAX || end - at >= FACT_POINTS_MAX) {
                facts->many = true;
                return;
            }
            struct fact *const fact = &facts->facts[facts->count++];
            fact->count = 0;
            if (latin) {
                memcpy(fact->points, points + at, (end - at) * sizeof *points);
                fact->count = end - at;
            } else {
                put_value(fact, points + at, end - at);
            }
            if (end < count && one_of(points[end], signs)) {
                fact->points[fact->count++] = points[end];
            }
            CHECK(fact->count <= FACT_POINTS_MAX);
        }
        at = end;
    }
}

static bool told(const struct facts *before, const struct fact *fact)
{
    for (size_t index = 0; index < before->count; index++) {
        const struct fact *const known = &before->facts[index];
        if (known->count == fact->count &&
            memcmp(known->points, fact->points, fact->count * sizeof *fact->points) == 0) {
            return true;
        }
    }
    return false;
}

static bool facts_within(const int32_t *before, size_t before_count, const int32_t *now,
                         size_t now_count)
{
    struct facts known, fresh;
    read_facts(&known, before, before_count);
    read_facts(&fresh, now, now_count);
    for (size_t index = 0; index < fresh.count; index++) {
        if (!told(&known, &fresh.facts[index])) {
            return false;
        }
    }
    return !fresh.many;
}

static bool found(const int32_t *points, size_t count, const int32_t *name, size_t length)
{
    for (size_t at = 0; at + length <= count; at++) {
        if (memcmp(points + at, name, length * sizeof *name) == 0) {
            return true;
        }
    }
    return false;
}

/* Names of places that only the second text has. */
static bool names_within(const int32_t *before, size_t before_count, const int32_t *now,
                         size_t now_count)
{
    struct text_span spans[NAMES_MAX];
    const size_t names = text_names(now, now_count, spans, NAMES_MAX);
    for (size_t index = 0; index < names; index++) {
        CHECK((size_t)spans[index].start + spans[index].length <= now_count);
        if (!found(before, before_count, now + spans[index].start, spans[index].length)) {
            return false;
        }
    }
    return names < NAMES_MAX;
}

/* ---- both ---- */

bool text_again(const char *before, const char *now)
{
    int32_t earlier[POINTS_MAX + 1], later[POINTS_MAX + 1];
    CHECK(before != NULL);
    CHECK(now != NULL);
    if (strcmp(before, now) == 0) {
        return !text_blank(now);
    }
    size_t earlier_count = text_fold(before, strlen(before), earlier, POINTS_MAX + 1);
    size_t later_count = text_fold(now, strlen(now), later, POINTS_MAX + 1);
    if (earlier_count > POINTS_MAX || later_count > POINTS_MAX ||
        !facts_within(earlier, earlier_count, later, later_count) ||
        !names_within(earlier, earlier_count, later, later_count) ||
        !same_repair(earlier, earlier_count, later, later_count) || !same_latin(before, now)) {
        return false;
    }
    earlier_count = without_pressing(earlier, earlier_count);
    later_count = without_pressing(later, later_count);
    if (earlier_count == later_count && memcmp(earlier, later, later_count * sizeof *later) == 0) {
        return later_count > 0;
    }
    /* Something left out may stay away; something added that does more than press is another matter. */
    return earlier_count >= 2 && later_count >= 2 &&
           alike(earlier, earlier_count, later, later_count) &&
           same_turns(earlier, earlier_count, later, later_count) &&
           !strange(later, later_count, earlier, earlier_count);
}
