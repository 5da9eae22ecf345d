/* text_names: the names of places and institutions in a text, without a list of them: what stands
 * before a word that names end with (小区, 路, 学院), as far back as nothing says that it is no name.
 *
 * Estates, roads and schools are what tells two complaints in the same words apart, and no site knows
 * all of its town. What comes out is a guess: too long by a letter now and then, hence to be
 * compared by its parts, and without those that are told by no ending. Reads what text_fold wrote.
 * The words are this file's alone; nothing that is stored depends on them. */

#include <string.h>
#include <uchar.h>

#include "common/base/check.h"
#include "common/text/text_private.h"

enum {
    WORD_MAX = 4,
    BACK_MAX = 6, /* letters of a name before its ending that are kept */
    MARKS_MAX = 512,
    SIEVE_BITS = 2048,
    NAME_MIN = 2, /* letters before its ending */
};

typedef char16_t word[WORD_MAX + 1];

/* What is told about a place and belongs to no name. By code points, for searching. */
static const word plain_words[] = {
    u"一个",   u"一楼", u"一直",   u"不给", u"不能",   u"业主",   u"严重",   u"中间", u"临街",
    u"为什么", u"为何", u"举办",   u"举报", u"乱停",   u"二楼",   u"人民",   u"人行", u"什么",
    u"以及",   u"位于", u"住宅",   u"住房", u"何时",   u"修建",   u"停放",   u"停车", u"全县",
    u"全市",   u"公交", u"公共",   u"关于", u"再次",   u"农村",   u"凌晨",   u"出入", u"出路",
    u"区里",   u"区间", u"十字",   u"半夜", u"县城",   u"反对",   u"反应",   u"反映", u"反馈",
    u"可以",   u"名下", u"员工",   u"周围", u"周边",   u"咨询",   u"商品房", u"商铺", u"噪音",
    u"地处",   u"地铁", u"坐落",   u"坚决", u"垃圾",   u"城市",   u"增设",   u"多次", u"夜间",
    u"大量",   u"套路", u"如何",   u"存在", u"学生",   u"孩子",   u"安置",   u"家里", u"对面",
    u"小区门", u"小孩", u"尽快",   u"居民", u"工地",   u"市民",   u"市里",   u"希望", u"底商",
    u"底层",   u"座落", u"建立",   u"建议", u"开发商", u"开始",   u"强制",   u"强烈", u"当地",
    u"征收",   u"思路", u"恳请",   u"我们", u"我是",   u"或者",   u"所有",   u"扰民", u"投诉",
    u"拆迁",   u"拆除", u"政府",   u"整个", u"新建",   u"施工",   u"旁边",   u"是否", u"有人",
    u"有关",   u"有限", u"服务",   u"期间", u"本人",   u"本县",   u"本市",   u"楼下", u"楼盘",
    u"水路",   u"没有", u"油烟",   u"涉嫌", u"物业",   u"环境",   u"生活",   u"电路", u"百姓",
    u"省里",   u"线路", u"组织",   u"经营", u"群众",   u"老百姓", u"职工",   u"联合", u"能否",
    u"至今",   u"补偿", u"西地省", u"要求", u"规划",   u"解决",   u"设立",   u"设置", u"询问",
    u"请求",   u"请问", u"车位",   u"车库", u"还没",   u"这个",   u"违法",   u"违规", u"道路",
    u"部分",   u"部门", u"配套",   u"销售", u"门口",   u"门面",   u"附近",   u"项目", u"领导",
    u"餐饮",   u"餐馆", u"饭店",   u"马路",
};

static const char16_t plain_letters[] =
    u"不与且个为也了于些从他以们会但你便其则到及可各向吗吧呢和啊因在太她它对将就应往很您想我或所"
    u"把是有某此每比没由的等给而能至若被要让该说请跟这那都";

/* Endings of places, the longer first; the last line are those of one letter. Of an institution's
 * ending the first letter belongs to its name: 经济学 is told from 经济 by it, and no more of it is a
 * name of anything. */
static const word place_ends[] = {
    u"安置区", u"地铁站", u"小区", u"花园", u"家园", u"公园", u"广场", u"山庄", u"公馆",
    u"国际",   u"大厦",   u"商城", u"公寓", u"新村", u"新城", u"名城", u"水岸", u"豪庭",
    u"华府",   u"华庭",   u"雅苑", u"嘉园", u"大道", u"街道", u"大桥", u"社区",
};
static const word institution_ends[] = {
    u"幼儿园", u"学院", u"学校", u"中学", u"小学", u"大学",
    u"医院",   u"公司", u"集团", u"银行", u"中心", u"市场",
};
static const char16_t short_ends[] = u"乡冲园坪城塘墅居山岛巷府庭村桥洲湖湾站线苑街路轩郡里镇阁院";
static const char16_t vocational[] = u"职业技术学院"; /* longer than a word here */

static bool ideograph(int32_t point)
{
    return point >= 0x4e00 && point <= 0x9fff;
}

/* Which letters stand in a list, by the low bits of their code points: most letters of a text stand
 * in none, and are seen to in one step. Made of the lists for each text, so that nobody who adds a
 * word has to think of it; that takes as long as looking at ten letters. */
struct sieve {
    uint64_t bits[SIEVE_BITS / 64];
};

static void sieve_add(struct sieve *sieve, char16_t letter)
{
    sieve->bits[letter % SIEVE_BITS / 64] |= 1ull << letter % 64;
}

static bool sieve_may(const struct sieve *sieve, int32_t point)
{
    return (sieve->bits[(uint32_t)point % SIEVE_BITS / 64] >> ((uint32_t)point % 64) & 1) != 0;
}

struct sieves {
    struct sieve letters, words, ends; /* of words and endings: what they begin with */
};

static void make_sieves(struct sieves *sieves)
{
    memset(sieves, 0, sizeof *sieves);
    for (const char16_t *letter = plain_letters; *letter != 0; letter++) {
        sieve_add(&sieves->letters, *letter);
    }
    for (size_t index = 0; index < sizeof plain_words / sizeof plain_words[0]; index++) {
        sieve_add(&sieves->words, plain_words[index][0]);
    }
    for (const char16_t *letter = short_ends; *letter != 0; letter++) {
        sieve_add(&sieves->ends, *letter);
    }
    for (size_t index = 0; index < sizeof place_ends / sizeof place_ends[0]; index++) {
        sieve_add(&sieves->ends, place_ends[index][0]);
    }
    for (size_t index = 0; index < sizeof institution_ends / sizeof institution_ends[0]; index++) {
        sieve_add(&sieves->ends, institution_ends[index][0]);
    }
    sieve_add(&sieves->ends, vocational[0]);
}

static bool among(const char16_t *letters, int32_t point)
{
    for (; *letters != 0; letters++) {
        if ((int32_t)*letters == point) {
            return true;
        }
    }
    return false;
}

/* Letters of the word if it stands there, else 0. */
static size_t stands(const char16_t *wanted, const int32_t *points, size_t left)
{
    size_t used = 0;
    for (; wanted[used] != 0; used++) {
        if (used >= left || (int32_t)wanted[used] != points[used]) {
            return 0;
        }
    }
    return used;
}

static size_t longest_plain(const int32_t *points, size_t left)
{
    size_t low = 0, high = sizeof plain_words / sizeof plain_words[0], longest = 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if ((int32_t)plain_words[middle][0] < points[0]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < sizeof plain_words / sizeof plain_words[0] &&
           (int32_t)plain_words[low][0] == points[0];
         low++) {
        const size_t used = stands(plain_words[low], points, left);
        longest = used > longest ? used : longest;
    }
    return longest;
}

/* marks[i]: no letter of a name. Words before letters: 请问 is one, 问 may belong to a name. */
static void mark_plain(const struct sieves *sieves, const int32_t *points, size_t count,
                       bool *marks)
{
    memset(marks, 0, count * sizeof *marks);
    for (size_t at = 0; at < count; at++) {
        const size_t used =
            sieve_may(&sieves->words, points[at]) ? longest_plain(points + at, count - at) : 0;
        for (size_t index = 0; index < used; index++) {
            marks[at + index] = true;
        }
        if (!ideograph(points[at]) ||
            (sieve_may(&sieves->letters, points[at]) && among(plain_letters, points[at]))) {
            marks[at] = true;
        }
    }
}

/* Letters of the ending that stands there; 0: none. */
static size_t ending(const int32_t *points, size_t left, bool *institution)
{
    *institution = true;
    size_t used = stands(vocational, points, left);
    for (size_t index = 0;
         used == 0 && index < sizeof institution_ends / sizeof institution_ends[0]; index++) {
        used = stands(institution_ends[index], points, left);
    }
    if (used > 0) {
        return used;
    }
    *institution = false;
    for (size_t index = 0; used == 0 && index < sizeof place_ends / sizeof place_ends[0]; index++) {
        used = stands(place_ends[index], points, left);
    }
    return used == 0 && among(short_ends, points[0]) ? 1 : used;
}

/* The names of one run of letters that may be such. */
static size_t read_run(const struct sieves *sieves, const int32_t *points, size_t start, size_t end,
                       struct text_span *spans, size_t max)
{
    size_t found = 0;
    size_t from = start;
    for (size_t at = start; at < end && found < max;) {
        bool institution = false;
        const size_t used =
            sieve_may(&sieves->ends, points[at]) ? ending(points + at, end - at, &institution) : 0;
        if (used == 0) {
            at++;
            continue;
        }
        CHECK(used <= end - at);
        const size_t first = at - from > BACK_MAX ? at - BACK_MAX : from;
        const size_t last = used == 1 || institution ? at + 1 : at;
        if (at - from >= NAME_MIN) {
            spans[found++] = (struct text_span){(uint16_t)first, (uint16_t)(last - first)};
            from = at + used;
        } else if (used > 1) {
            from = at + used; /* 小区 after nothing; the 桥 of 金桥 is of the name */
        }
        at += used;
    }
    return found;
}

size_t text_names(const int32_t *points, size_t count, struct text_span *spans, size_t max)
{
    bool marks[MARKS_MAX];
    size_t found = 0;
    CHECK(points != NULL || count == 0);
    count = count < MARKS_MAX ? count : MARKS_MAX;
    struct sieves sieves;
    make_sieves(&sieves);
    mark_plain(&sieves, points, count, marks);
    for (size_t at = 0; at < count; at++) {
        size_t end = at;
        while (end < count && !marks[end]) {
            end++;
        }
        if (end > at) {
            found += read_run(&sieves, points, at, end, spans + found, max - found);
            at = end;
        }
    }
    CHECK(found <= max);
    return found;
}
