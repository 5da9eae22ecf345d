/* holidays_title: what the title of an event says about the day: off, worked, or nothing.
 *
 * A calendar file is somebody's: beside the decree it holds birthdays, meetings, solar terms and
 * school terms. A title that is taken for a day off by mistake makes every resident wait a day
 * longer and nobody sees it, so a title counts only when all of it is understood: it is cut into
 * words of the table below, and whatever is left over makes it unclear, unless a word stands there
 * that only decrees use (放假, 补班, bank holiday). Unclear is not an answer here but a question
 * to whoever imports.
 *
 * Titles are compared as text_normalise leaves them: NFKC, small letters, no blanks. The longest
 * word that fits is taken, so that 不上班 is not read as 上班 and a birthday not as a day. */
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/holidays_private.h"
#include "common/text/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum word {
    WORD_UNKNOWN,
    WORD_ABROAD, /* the name of a feast in a month where it does not fall */
    WORD_FEAST,  /* of the State Council's seven; alone it is a day off */
    WORD_FILLER, /* says nothing, and casts no doubt either */
    WORD_BLANK,  /* a separator */
    WORD_SWAP, /* 调休: the day is swapped, but which way is said by another word or not at all */
    WORD_OFF,  /* off, whatever else stands there */
    WORD_REST, /* off, if all the rest is understood */
    WORD_HOLIDAY, /* the same; beside a word of work it says what the work makes up for */
    WORD_WORK,    /* worked, whatever else stands there */
    WORD_DUTY,    /* worked, if all the rest is understood */
    WORD_PART,    /* of a part of the day */
    WORD_PRIVATE, /* somebody's own affair, a school's, of some people only, or a denial */
    WORD_MARK,    /* a sign whose meaning is the publisher's own */
    WORD_COUNT
};

/* The months in which a feast may fall: in others its bare name is another country's, as Labour Day
 * in September, and no day off. One bit a month. */
enum {
    WINTER = 1 << 12 | 1 << 1 | 1 << 2,
    SPRING = 1 << 3 | 1 << 4,
    MAY = 1 << 4 | 1 << 5,
    SUMMER = 1 << 5 | 1 << 6,
    AUTUMN = 1 << 9 | 1 << 10,
};

static const struct {
    const char *text;
    enum word word;
    unsigned months; /* of a feast */
} words[] = {
    {"元旦节", WORD_FEAST, WINTER},
    {"元旦", WORD_FEAST, WINTER},
    {"新年", WORD_FEAST, WINTER},
    {"农历新年", WORD_FEAST, WINTER},
    {"春节", WORD_FEAST, WINTER},
    {"清明节", WORD_FEAST, SPRING},
    {"清明", WORD_FEAST, SPRING},
    {"国际劳动节", WORD_FEAST, MAY},
    {"五一国际劳动节", WORD_FEAST, MAY},
    {"劳动节", WORD_FEAST, MAY},
    {"五一", WORD_FEAST, MAY},
    {"端午节", WORD_FEAST, SUMMER},
    {"端午", WORD_FEAST, SUMMER},
    {"中秋节", WORD_FEAST, AUTUMN},
    {"中秋", WORD_FEAST, AUTUMN},
    {"国庆节", WORD_FEAST, AUTUMN},
    {"国庆", WORD_FEAST, AUTUMN},
    {"十一国庆", WORD_FEAST, AUTUMN},
    {"newyearsday", WORD_FEAST, WINTER},
    {"newyear", WORD_FEAST, WINTER},
    {"newyears", WORD_FEAST, WINTER},
    {"chinesenewyear", WORD_FEAST, WINTER},
    {"chinesenewyearsday", WORD_FEAST, WINTER},
    {"lunarnewyear", WORD_FEAST, WINTER},
    {"lunarnewyearsday", WORD_FEAST, WINTER},
    {"springfestival", WORD_FEAST, WINTER},
    {"qingmingfestival", WORD_FEAST, SPRING},
    {"qingmingjie", WORD_FEAST, SPRING},
    {"qingming", WORD_FEAST, SPRING},
    {"chingmingfestival", WORD_FEAST, SPRING},
    {"chingming", WORD_FEAST, SPRING},
    {"tombsweepingday", WORD_FEAST, SPRING},
    {"tombsweepingfestival", WORD_FEAST, SPRING},
    {"labourday", WORD_FEAST, MAY},
    {"laborday", WORD_FEAST, MAY},
    {"mayday", WORD_FEAST, MAY},
    {"internationalworkersday", WORD_FEAST, MAY},
    {"internationallabourday", WORD_FEAST, MAY},
    {"internationallaborday", WORD_FEAST, MAY},
    {"dragonboatfestival", WORD_FEAST, SUMMER},
    {"duanwufestival", WORD_FEAST, SUMMER},
    {"midautumnfestival", WORD_FEAST, AUTUMN},
    {"midautumnday", WORD_FEAST, AUTUMN},
    {"moonfestival", WORD_FEAST, AUTUMN},
    {"nationalday", WORD_FEAST, AUTUMN},
    {"chinesenationalday", WORD_FEAST, AUTUMN},

    {"放假", WORD_OFF, 0},
    {"放假调休", WORD_OFF, 0},
    {"调休放假", WORD_OFF, 0},
    {"公休", WORD_OFF, 0},
    {"公众假期", WORD_OFF, 0},
    {"公众假日", WORD_OFF, 0},
    {"公共假期", WORD_OFF, 0},
    {"法定节假日", WORD_OFF, 0},
    {"法定假日", WORD_OFF, 0},
    {"法定假期", WORD_OFF, 0},
    {"(休)", WORD_OFF, 0},
    {"(假)", WORD_OFF, 0},
    {"(off)", WORD_OFF, 0},
    {"(dayoff)", WORD_OFF, 0},
    {"(holiday)", WORD_OFF, 0},
    {"bankholiday", WORD_OFF, 0},
    {"publicholiday", WORD_OFF, 0},
    {"statutoryholiday", WORD_OFF, 0},
    {"legalholiday", WORD_OFF, 0},
    {"nationalholiday", WORD_OFF, 0},
    {"officialholiday", WORD_OFF, 0},
    /* These deny the word that they hold. */
    {"不上班", WORD_OFF, 0},
    {"不用上班", WORD_OFF, 0},
    {"不需上班", WORD_OFF, 0},
    {"不需要上班", WORD_OFF, 0},
    {"不必上班", WORD_OFF, 0},
    {"不要上班", WORD_OFF, 0},
    {"无需上班", WORD_OFF, 0},
    {"无须上班", WORD_OFF, 0},
    {"免上班", WORD_OFF, 0},
    {"停止上班", WORD_OFF, 0},
    {"不补班", WORD_OFF, 0},
    {"不用补班", WORD_OFF, 0},
    {"不需补班", WORD_OFF, 0},
    {"不需要补班", WORD_OFF, 0},
    {"不必补班", WORD_OFF, 0},
    {"无需补班", WORD_OFF, 0},
    {"无须补班", WORD_OFF, 0},
    {"免补班", WORD_OFF, 0},
    {"非工作日", WORD_OFF, 0},
    {"nonworkday", WORD_OFF, 0},
    {"nonworkingday", WORD_OFF, 0},
    {"notaworkday", WORD_OFF, 0},
    {"notaworkingday", WORD_OFF, 0},
    {"noworkday", WORD_OFF, 0},
    {"nowork", WORD_OFF, 0},
    {"notworking", WORD_OFF, 0},

    {"休", WORD_REST, 0},
    {"休假", WORD_REST, 0},
    {"休息", WORD_REST, 0},
    {"休息日", WORD_REST, 0},
    {"补休", WORD_REST, 0},
    {"dayoff", WORD_REST, 0},
    {"daysoff", WORD_REST, 0},
    {"offday", WORD_REST, 0},
    {"restday", WORD_REST, 0},
    {"假期", WORD_HOLIDAY, 0},
    {"假日", WORD_HOLIDAY, 0},
    {"节假日", WORD_HOLIDAY, 0},
    {"小长假", WORD_HOLIDAY, 0},
    {"长假", WORD_HOLIDAY, 0},
    {"黄金周", WORD_HOLIDAY, 0},
    {"goldenweek", WORD_HOLIDAY, 0},
    {"goldenweekholiday", WORD_HOLIDAY, 0},
    {"holiday", WORD_HOLIDAY, 0},
    {"holidays", WORD_HOLIDAY, 0},

    {"补班", WORD_WORK, 0},
    {"补班日", WORD_WORK, 0},
    {"补上班", WORD_WORK, 0},
    {"调休上班", WORD_WORK, 0},
    {"调休补班", WORD_WORK, 0},
    {"调休工作日", WORD_WORK, 0},
    {"补工作日", WORD_WORK, 0},
    {"照常上班", WORD_WORK, 0},
    {"正常上班", WORD_WORK, 0},
    {"(班)", WORD_WORK, 0},
    {"(上班)", WORD_WORK, 0},
    {"(work)", WORD_WORK, 0},
    {"(workday)", WORD_WORK, 0},
    {"(working)", WORD_WORK, 0},
    {"(workingday)", WORD_WORK, 0},
    {"specialworkingday", WORD_WORK, 0},
    {"specialworkday", WORD_WORK, 0},
    {"adjustedworkingday", WORD_WORK, 0},
    {"adjustedworkday", WORD_WORK, 0},
    {"compensatoryworkingday", WORD_WORK, 0},
    {"compensatoryworkday", WORD_WORK, 0},
    {"makeupday", WORD_WORK, 0},
    {"makeupworkday", WORD_WORK, 0},
    {"makeupworkingday", WORD_WORK, 0},
    {"不放假", WORD_WORK, 0},
    {"不休", WORD_WORK, 0},
    {"不休息", WORD_WORK, 0},
    {"不休假", WORD_WORK, 0},
    {"noholiday", WORD_WORK, 0},
    {"notaholiday", WORD_WORK, 0},
    {"nodayoff", WORD_WORK, 0},
    {"notadayoff", WORD_WORK, 0},

    {"上班", WORD_DUTY, 0},
    {"上班日", WORD_DUTY, 0},
    {"班", WORD_DUTY, 0},
    {"工作日", WORD_DUTY, 0},
    {"workday", WORD_DUTY, 0},
    {"workingday", WORD_DUTY, 0},
    {"workingsaturday", WORD_DUTY, 0},
    {"workingsunday", WORD_DUTY, 0},
    {"workingweekend", WORD_DUTY, 0},

    {"调休", WORD_SWAP, 0},
    {"调休日", WORD_SWAP, 0},
    {"swap", WORD_SWAP, 0},

    {"法定", WORD_FILLER, 0},
    {"节日", WORD_FILLER, 0},
    {"临时", WORD_FILLER, 0},
    {"全体", WORD_FILLER, 0},
    {"全员", WORD_FILLER, 0},
    {"统一", WORD_FILLER, 0},
    {"特殊", WORD_FILLER, 0},
    {"调整", WORD_FILLER, 0},
    {"连休", WORD_FILLER, 0},
    {"中国", WORD_FILLER, 0},
    {"补", WORD_FILLER, 0},
    {"需", WORD_FILLER, 0},
    {"要", WORD_FILLER, 0},
    {"因", WORD_FILLER, 0},
    {"的", WORD_FILLER, 0},
    {"第", WORD_FILLER, 0},
    {"共", WORD_FILLER, 0},
    {"周六", WORD_FILLER, 0},
    {"周日", WORD_FILLER, 0},
    {"周末", WORD_FILLER, 0},
    {"星期六", WORD_FILLER, 0},
    {"星期日", WORD_FILLER, 0},
    {"星期天", WORD_FILLER, 0},
    {"for", WORD_FILLER, 0},
    {"the", WORD_FILLER, 0},
    {"in", WORD_FILLER, 0},
    {"of", WORD_FILLER, 0},
    {"china", WORD_FILLER, 0},
    {"chinese", WORD_FILLER, 0},
    {"inlieu", WORD_FILLER, 0},
    {"observed", WORD_FILLER, 0},
    {"substitute", WORD_FILLER, 0},
    {"additional", WORD_FILLER, 0},
    {"makeup", WORD_FILLER, 0},
    {"day", WORD_FILLER, 0},
    {"saturday", WORD_FILLER, 0},
    {"sunday", WORD_FILLER, 0},

    {"和", WORD_BLANK, 0},
    {"与", WORD_BLANK, 0},
    {"及", WORD_BLANK, 0},
    {"、", WORD_BLANK, 0},
    {"，", WORD_BLANK, 0},
    {"。", WORD_BLANK, 0},
    {"·", WORD_BLANK, 0},
    {"—", WORD_BLANK, 0},
    {"–", WORD_BLANK, 0},
    {"and", WORD_BLANK, 0},

    {"上午", WORD_PART, 0},
    {"下午", WORD_PART, 0},
    {"中午", WORD_PART, 0},
    {"早上", WORD_PART, 0},
    {"晚上", WORD_PART, 0},
    {"夜间", WORD_PART, 0},
    {"半天", WORD_PART, 0},
    {"半日", WORD_PART, 0},
    {"提前下班", WORD_PART, 0},
    {"提前放假", WORD_PART, 0},
    {"点", WORD_PART, 0},
    {"时起", WORD_PART, 0},
    {"小时", WORD_PART, 0},
    {"morning", WORD_PART, 0},
    {"afternoon", WORD_PART, 0},
    {"evening", WORD_PART, 0},
    {"noon", WORD_PART, 0},
    {"halfday", WORD_PART, 0},
    {"halfaday", WORD_PART, 0},
    {"half", WORD_PART, 0},
    {"earlyclosing", WORD_PART, 0},
    {"earlyclose", WORD_PART, 0},

    {"生日", WORD_PRIVATE, 0},
    {"会议", WORD_PRIVATE, 0},
    {"例会", WORD_PRIVATE, 0},
    {"班会", WORD_PRIVATE, 0},
    {"上班族", WORD_PRIVATE, 0},
    {"上班时间", WORD_PRIVATE, 0},
    {"值班", WORD_PRIVATE, 0},
    {"加班", WORD_PRIVATE, 0},
    {"换班", WORD_PRIVATE, 0},
    {"培训", WORD_PRIVATE, 0},
    {"班车", WORD_PRIVATE, 0},
    {"培训班", WORD_PRIVATE, 0},
    {"学校", WORD_PRIVATE, 0},
    {"学生", WORD_PRIVATE, 0},
    {"小学", WORD_PRIVATE, 0},
    {"中学", WORD_PRIVATE, 0},
    {"大学", WORD_PRIVATE, 0},
    {"高中", WORD_PRIVATE, 0},
    {"初中", WORD_PRIVATE, 0},
    {"高校", WORD_PRIVATE, 0},
    {"幼儿园", WORD_PRIVATE, 0},
    {"孩子", WORD_PRIVATE, 0},
    {"宝宝", WORD_PRIVATE, 0},
    {"寒假", WORD_PRIVATE, 0},
    {"暑假", WORD_PRIVATE, 0},
    {"春假", WORD_PRIVATE, 0},
    {"秋假", WORD_PRIVATE, 0},
    {"寒假放假", WORD_PRIVATE, 0},
    {"暑假放假", WORD_PRIVATE, 0},
    {"学期", WORD_PRIVATE, 0},
    {"开学", WORD_PRIVATE, 0},
    {"期末", WORD_PRIVATE, 0},
    {"考试", WORD_PRIVATE, 0},
    {"高考", WORD_PRIVATE, 0},
    {"中考", WORD_PRIVATE, 0},
    {"年假", WORD_PRIVATE, 0},
    {"请假", WORD_PRIVATE, 0},
    {"病假", WORD_PRIVATE, 0},
    {"事假", WORD_PRIVATE, 0},
    {"婚假", WORD_PRIVATE, 0},
    {"产假", WORD_PRIVATE, 0},
    {"陪产假", WORD_PRIVATE, 0},
    {"探亲假", WORD_PRIVATE, 0},
    {"休班", WORD_PRIVATE, 0},
    {"轮休", WORD_PRIVATE, 0},
    {"退休", WORD_PRIVATE, 0},
    {"午休", WORD_PRIVATE, 0},
    {"聚餐", WORD_PRIVATE, 0},
    {"聚会", WORD_PRIVATE, 0},
    {"旅行", WORD_PRIVATE, 0},
    {"旅游", WORD_PRIVATE, 0},
    {"出游", WORD_PRIVATE, 0},
    {"倒计时", WORD_PRIVATE, 0},
    {"放假通知", WORD_PRIVATE, 0},
    {"放假安排", WORD_PRIVATE, 0},
    {"放假前", WORD_PRIVATE, 0},
    {"放假后", WORD_PRIVATE, 0},
    {"取消", WORD_PRIVATE, 0},
    {"待定", WORD_PRIVATE, 0},
    {"建议", WORD_PRIVATE, 0},
    {"可能", WORD_PRIVATE, 0},
    {"是否", WORD_PRIVATE, 0},
    {"吗", WORD_PRIVATE, 0},
    {"?", WORD_PRIVATE, 0},
    {"birthday", WORD_PRIVATE, 0},
    {"anniversary", WORD_PRIVATE, 0},
    {"meeting", WORD_PRIVATE, 0},
    {"party", WORD_PRIVATE, 0},
    {"dinner", WORD_PRIVATE, 0},
    {"trip", WORD_PRIVATE, 0},
    {"travel", WORD_PRIVATE, 0},
    {"training", WORD_PRIVATE, 0},
    {"school", WORD_PRIVATE, 0},
    {"term", WORD_PRIVATE, 0},
    {"semester", WORD_PRIVATE, 0},
    {"exam", WORD_PRIVATE, 0},
    {"vacation", WORD_PRIVATE, 0},
    {"leave", WORD_PRIVATE, 0},
    {"workingholiday", WORD_PRIVATE, 0},
    {"cancelled", WORD_PRIVATE, 0},
    {"canceled", WORD_PRIVATE, 0},
    {"tentative", WORD_PRIVATE, 0},
    {"maybe", WORD_PRIVATE, 0},
    {"not", WORD_PRIVATE, 0},
    {"no", WORD_PRIVATE, 0},
    {"non", WORD_PRIVATE, 0},
    {"妇女节", WORD_PRIVATE, 0},
    {"三八", WORD_PRIVATE, 0},
    {"青年节", WORD_PRIVATE, 0},
    {"儿童节", WORD_PRIVATE, 0},
    {"教师节", WORD_PRIVATE, 0},
    {"护士节", WORD_PRIVATE, 0},
    {"建军节", WORD_PRIVATE, 0},
    {"不", WORD_PRIVATE, 0},
    {"无", WORD_PRIVATE, 0},
    {"未", WORD_PRIVATE, 0},
    {"没", WORD_PRIVATE, 0},
    {"免", WORD_PRIVATE, 0},
    {"勿", WORD_PRIVATE, 0},
    {"别", WORD_PRIVATE, 0},

    {"×", WORD_MARK, 0},
    {"√", WORD_MARK, 0},
    {"✅", WORD_MARK, 0},
    {"☑", WORD_MARK, 0},
    {"☒", WORD_MARK, 0},
    {"✓", WORD_MARK, 0},
    {"✔", WORD_MARK, 0},
    {"✕", WORD_MARK, 0},
    {"✖", WORD_MARK, 0},
    {"✗", WORD_MARK, 0},
    {"✘", WORD_MARK, 0},
    {"❌", WORD_MARK, 0},
    {"❎", WORD_MARK, 0},
    {"⭕", WORD_MARK, 0},
    {"⛔", WORD_MARK, 0},
    {"🚫", WORD_MARK, 0},
};

/* ---- reading a character ---- */

/* Bytes of the character at `at`, which is valid UTF-8, and its number. */
static size_t read_point(const char *at, uint32_t *point)
{
    CHECK(*at != '\0');
    const unsigned char *byte = (const unsigned char *)at;
    if (byte[0] < 0x80) {
        *point = byte[0];
        return 1;
    }
    const size_t bytes = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    *point = byte[0] & (0xffu >> (bytes + 1));
    for (size_t index = 1; index < bytes; index++) {
        *point = *point << 6 | (byte[index] & 0x3fu);
    }
    return bytes;
}

/* Lanterns and fireworks decorate; so do variation selectors and joiners. Coloured circles may mean
 * something, but only to who chose them: they pass beside a word and say nothing alone. */
static enum word kind_of_point(uint32_t point)
{
    const bool circle = (point >= 0x1f534 && point <= 0x1f535) ||
                        (point >= 0x1f7e0 && point <= 0x1f7eb) ||
                        (point >= 0x25a0 && point < 0x2600);
    if (circle) {
        return WORD_FILLER;
    }
    const bool picture = point >= 0x1f000 || (point >= 0x2600 && point < 0x27c0);
    const bool joiner = point == 0xfe0f || point == 0xfe0e || point == 0x200d || point == 0x200b;
    const bool letter = (point >= 'a' && point <= 'z') || point == '?';
    return picture || joiner || (point < 0x80 && !letter) ? WORD_BLANK : WORD_UNKNOWN;
}

/* Brackets of all kinds become round ones, and what only joins letters goes: "mid-autumn",
 * "new year’s". */
static void plain_signs(const char *from, char *to, size_t size)
{
    static const char *const opening[] = {"【", "[", "〔", "「", "『", "<", "《", "{"};
    static const char *const closing[] = {"】", "]", "〕", "」", "』", ">", "》", "}"};
    static const char *const dropped[] = {"’", "'", "-", "‐", "‑"};
    size_t used = 0;
    while (*from != '\0') {
        uint32_t point = 0;
        const size_t bytes = read_point(from, &point);
        const char *text = from;
        size_t length = bytes;
        for (size_t index = 0; index < COUNT(opening); index++) {
            if (strncmp(from, opening[index], strlen(opening[index])) == 0 ||
                strncmp(from, closing[index], strlen(closing[index])) == 0) {
                text = strncmp(from, opening[index], strlen(opening[index])) == 0 ? "(" : ")";
                length = 1;
            }
        }
        for (size_t index = 0; index < COUNT(dropped); index++) {
            length = strncmp(from, dropped[index], strlen(dropped[index])) == 0 ? 0 : length;
        }
        CHECK(used + length < size);
        memcpy(to + used, text, length);
        used += length;
        from += bytes;
    }
    to[used] = '\0';
}

/* ---- words ---- */

/* "2026年", "3天", "4月26日": a date or a count, which says nothing about the kind of day. Hours
 * do: what follows a colon is left to the caller. */
static size_t number_bytes(const char *at, bool *hours)
{
    static const char *const units[] = {"年", "月", "日", "天", "号", "/"};
    size_t bytes = strspn(at, "0123456789");
    *hours = at[bytes] == ':' || strncmp(at + bytes, "时", strlen("时")) == 0;
    for (size_t index = 0; bytes > 0 && index < COUNT(units); index++) {
        if (strncmp(at + bytes, units[index], strlen(units[index])) == 0) {
            return bytes + strlen(units[index]);
        }
    }
    return bytes;
}

/* The longest word of the table that stands at `at`, else one character. */
static size_t next_word(const char *at, unsigned month, enum word *word)
{
    uint32_t point = 0;
    bool hours = false;
    size_t bytes = number_bytes(at, &hours);
    if (bytes > 0) {
        *word = hours ? WORD_PART : WORD_BLANK;
        return bytes;
    }
    for (size_t index = 0; index < COUNT(words); index++) {
        const size_t length = strlen(words[index].text);
        if (length > bytes && strncmp(at, words[index].text, length) == 0) {
            bytes = length;
            const bool elsewhere =
                words[index].months != 0 && (words[index].months >> month & 1) == 0;
            *word = elsewhere ? WORD_ABROAD : words[index].word;
        }
    }
    if (bytes == 0) {
        bytes = read_point(at, &point);
        *word = kind_of_point(point);
    }
    return bytes;
}

/* "上班(补春节假期)", "workday (for national day)": the bracket says what for, and would
 * contradict what it explains. */
static void drop_reason(char *text)
{
    static const char *const begins[] = {"(补", "(替", "(for", "(因", "(调"};
    for (size_t index = 0; index < COUNT(begins); index++) {
        char *open = strstr(text, begins[index]);
        char *close = open == NULL ? NULL : strchr(open, ')');
        static const char *const marks[] = {"(补班)", "(补上班)", "(补休)", "(调休)"};
        bool mark = false;
        for (size_t each = 0; open != NULL && each < COUNT(marks); each++) {
            mark |= strncmp(open, marks[each], strlen(marks[each])) == 0;
        }
        if (close != NULL && open != text && !mark) {
            memmove(open, close + 1, strlen(close + 1) + 1);
        }
    }
}

/* What the counted words say together. */
static enum holidays_kind judge(const unsigned counts[WORD_COUNT], enum holidays_doubt *doubt)
{
    const bool strong = counts[WORD_OFF] + counts[WORD_WORK] > 0;
    const bool off = counts[WORD_OFF] + counts[WORD_REST] + counts[WORD_HOLIDAY] > 0;
    const bool work = counts[WORD_WORK] + counts[WORD_DUTY] > 0;
    *doubt = HOLIDAYS_DOUBT_TITLE;
    if (counts[WORD_PART] > 0 && (off || work || counts[WORD_FEAST] > 0)) {
        *doubt = HOLIDAYS_DOUBT_PART;
        return HOLIDAYS_UNCLEAR;
    }
    if (counts[WORD_PRIVATE] + counts[WORD_MARK] + counts[WORD_PART] > 0 ||
        (counts[WORD_UNKNOWN] > 0 && !strong)) {
        return HOLIDAYS_UNCLEAR;
    }
    if (work) {
        /* "春节假期上班": the holiday is what the work makes up for. */
        return counts[WORD_OFF] + counts[WORD_REST] == 0 ? HOLIDAYS_WORK : HOLIDAYS_UNCLEAR;
    }
    if (off) {
        return HOLIDAYS_OFF;
    }
    const bool alone = counts[WORD_FILLER] + counts[WORD_SWAP] + counts[WORD_ABROAD] == 0;
    return counts[WORD_FEAST] > 0 && alone ? HOLIDAYS_OFF : HOLIDAYS_UNCLEAR;
}

enum holidays_kind holidays_title_read(struct arena *arena, const char *title, unsigned month,
                                       enum holidays_doubt *doubt)
{
    CHECK(title != NULL);
    CHECK(month >= 1);
    CHECK(month <= 12);
    char text[4 * HOLIDAYS_NAME_BYTES_MAX + 1];
    unsigned counts[WORD_COUNT] = {0};
    char *normal = NULL;
    size_t bytes = 0;
    *doubt = HOLIDAYS_DOUBT_TITLE;
    if (text_normalise(arena, title, &normal, &bytes) != RC_OK || bytes == 0 ||
        bytes >= sizeof text) {
        return HOLIDAYS_UNCLEAR;
    }
    plain_signs(normal, text, sizeof text);
    drop_reason(text);
    for (const char *at = text; *at != '\0';) {
        enum word word = WORD_UNKNOWN;
        at += next_word(at, month, &word);
        counts[word]++;
    }
    return judge(counts, doubt);
}

/* ---- the name that is kept ---- */

/* Unless nothing would be left; blanks before it go too. */
static bool cut_end(char *text, const char *part)
{
    const size_t bytes = strlen(part);
    size_t end = strlen(text);
    if (end <= bytes || strcmp(text + end - bytes, part) != 0) {
        return false;
    }
    for (end -= bytes; end > 1 && text[end - 1] == ' '; end--) {
    }
    text[end] = '\0';
    return true;
}

/* "上班(补元旦假期)" is of 元旦, as in JSON. */
static void take_reason(char *name)
{
    static const char *const fronts[] = {"上班(补", "上班（补", "补班(补", "补班（补"};
    for (size_t index = 0; index < COUNT(fronts); index++) {
        const size_t bytes = strlen(fronts[index]);
        if (strncmp(name, fronts[index], bytes) == 0 &&
            (cut_end(name, ")") || cut_end(name, "）")) && name[bytes] != '\0') {
            memmove(name, name + bytes, strlen(name + bytes) + 1);
        }
    }
}

/* "元旦 补班 第1天/共3天": which of how many. */
static void cut_count(char *name)
{
    static const char *const words_between[] = {"第", "共", "天", "/", " "};
    size_t end = strlen(name);
    char *begin = strstr(name, "第");
    if (begin == NULL || begin == name || strncmp(name + end - 3, "天", 3) != 0) {
        return;
    }
    for (const char *at = begin; *at != '\0';) {
        size_t bytes = strspn(at, "0123456789");
        for (size_t index = 0; bytes == 0 && index < COUNT(words_between); index++) {
            const size_t length = strlen(words_between[index]);
            bytes = strncmp(at, words_between[index], length) == 0 ? length : 0;
        }
        if (bytes == 0) {
            return;
        }
        at += bytes;
    }
    for (end = (size_t)(begin - name); end > 1 && name[end - 1] == ' '; end--) {
    }
    name[end] = '\0';
}

void holidays_title_plain(char *name)
{
    static const char *const marks[] = {
        "(休)",      "（休）",    "【休】",    "[休]",      "(班)",      "（班）",
        "【班】",    "[班]",      "【补班】",  "(补班)",    "（补班）",  "(Holiday)",
        "(Workday)", "(holiday)", "(workday)", "(Day off)", "(day off)", "(Work)",
        "(work)",    "假期",      " 补班",     "-补班"};
    take_reason(name);
    cut_count(name);
    for (size_t index = 0; index < COUNT(marks); index++) {
        const size_t bytes = strlen(marks[index]);
        (void)cut_end(name, marks[index]);
        if (strncmp(name, marks[index], bytes) == 0 && name[bytes] != '\0') {
            const size_t blanks = strspn(name + bytes, " ");
            memmove(name, name + bytes + blanks, strlen(name + bytes + blanks) + 1);
        }
    }
}
