/* site_landmarks: places that residents describe: "the estate behind the market".
 *
 * Two things are read here. A relation (behind, opposite, near ...) that stands at a name makes the
 * name a landmark: the place meant is near it, not it. And a market, a school or a hospital without
 * its name stands for every one that the site has a name for, as long as something says that a
 * place is meant; a text about schools is not about a place.
 *
 * Owns, for each kind of landmark, the site's names that end with it, found once, so that a text
 * costs one pass over itself whatever the site knows. What must stay true: nothing found here is
 * more than a candidate. */
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_private.h"
#include "common/text/text.h"

enum { ENDINGS_MAX = 4, BETWEEN_MAX = 3 };

/* The noun as residents write it, and how names of such places end. */
static const struct noun {
    const char *text;
    const char *endings[ENDINGS_MAX];
} nouns[] = {
    {"菜市场", {"菜市场", "菜场", "农贸市场", "集贸市场"}},
    {"菜场", {"菜市场", "菜场", "农贸市场", "集贸市场"}},
    {"农贸市场", {"菜市场", "菜场", "农贸市场", "集贸市场"}},
    {"集贸市场", {"菜市场", "菜场", "农贸市场", "集贸市场"}},
    {"市场", {"市场", "菜场"}},
    {"学校", {"学校", "小学", "中学"}},
    {"小学", {"小学"}},
    {"中学", {"中学"}},
    {"幼儿园", {"幼儿园"}},
    {"医院", {"医院", "卫生院"}},
    {"卫生院", {"卫生院"}},
    {"卫生服务中心", {"卫生服务中心", "卫生服务站"}},
    {"超市", {"超市"}},
    {"商场", {"商场", "购物中心", "百货"}},
    {"公园", {"公园"}},
    {"广场", {"广场"}},
    {"派出所", {"派出所"}},
    {"加油站", {"加油站"}},
    {"地铁站", {"地铁站"}},
    {"公交站", {"公交站"}},
    {"火车站", {"火车站"}},
    {"车站", {"车站"}},
    {"邮局", {"邮局", "邮政局"}},
    {"银行", {"银行"}},
    {"图书馆", {"图书馆"}},
    {"体育馆", {"体育馆"}},
    {"电影院", {"电影院", "影院"}},
    {"大桥", {"大桥"}},
    {"教堂", {"教堂"}},
    {"停车场", {"停车场"}},
    {"水库", {"水库"}},
    {"工业园", {"工业园", "产业园"}},
};
enum { NOUNS = sizeof nouns / sizeof nouns[0] };

static const char *const relations[] = {
    "后面",   "后边",   "后头", "后方", "背后", "背面", "前面", "前边", "前头",   "前方",
    "斜对面", "正对面", "对面", "对过", "对门", "旁边", "边上", "隔壁", "附近",   "周边",
    "周围",   "侧面",   "左边", "右边", "左侧", "右侧", "东边", "西边", "南边",   "北边",
    "东面",   "西面",   "南面", "北面", "东侧", "西侧", "南侧", "北侧", "东南侧", "东北侧",
    "西南侧", "西北侧", "以东", "以西", "以南", "以北", "不远", "一带", "旁"};
/* Normalised texts have no blanks. */
static const char *const leading[] = {
    "靠近", "挨着",    "临近",      "紧邻",      "毗邻",      "紧挨",        "紧靠",
    "邻近", "挨近",    "behind",    "behindthe", "opposite",  "oppositethe", "nextto",
    "near", "nearthe", "nexttothe", "beside",    "infrontof", "acrossfrom"};
/* What may stand between a name and its relation. */
static const char *const between[] = {"的", "小区", "大门", "大楼", "正"};
/* These say that a place is meant, and that it is the landmark itself. */
static const char *const presences[] = {"门口", "门前", "里面", "里边", "院内", "楼上", "楼下",
                                        "出口", "入口", "大门", "内",   "里",   "那个", "那边"};

struct site_landmarks {
    const struct site *site;
    struct match *match;    /* value: index of a noun */
    uint32_t *words[NOUNS]; /* names of the site that end so */
    uint32_t counts[NOUNS];
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static size_t one_of(const char *const *list, size_t count, const char *text, size_t at,
                     size_t bytes)
{
    for (size_t index = 0; index < count; index++) {
        const size_t size = strlen(list[index]);
        if (bytes - at >= size && memcmp(text + at, list[index], size) == 0) {
            return size;
        }
    }
    return 0;
}

static bool ends_with(const char *text, size_t bytes, const char *ending)
{
    const size_t size = strlen(ending);
    return bytes >= size && memcmp(text + bytes - size, ending, size) == 0;
}

/* ---- relations ---- */

bool site_landmarks_related(const char *text, size_t bytes, size_t *start, size_t *end)
{
    CHECK(*start <= *end);
    CHECK(*end <= bytes);
    bool sure = false;
    size_t at = *end + text_house(text, *end, bytes, &sure);
    for (unsigned words = 0; words < BETWEEN_MAX; words++) {
        at += one_of(between, COUNT(between), text, at, bytes);
    }
    const size_t after = one_of(relations, COUNT(relations), text, at, bytes);
    if (after > 0) {
        *end = at + after;
        return true;
    }
    for (size_t index = 0; index < COUNT(leading); index++) {
        if (ends_with(text, *start, leading[index])) {
            *start -= strlen(leading[index]);
            return true;
        }
    }
    return false;
}

/* ---- the site's own landmarks ---- */

static bool noun_ends(const struct noun *noun, const struct site_word *word)
{
    for (size_t index = 0; index < ENDINGS_MAX && noun->endings[index] != NULL; index++) {
        if (ends_with(word->text, word->bytes, noun->endings[index])) {
            return true;
        }
    }
    return false;
}

/* Twice over the names: to count them, then to keep them. False without memory. */
static bool keep_words(struct site_landmarks *landmarks, size_t noun)
{
    const struct site_words *words = &landmarks->site->index->places;
    uint32_t count = 0;
    for (uint32_t index = 0; index < words->word_count; index++) {
        count += noun_ends(&nouns[noun], &words->words[index]) ? 1 : 0;
    }
    landmarks->words[noun] = calloc((size_t)count + 1, sizeof(uint32_t));
    for (uint32_t index = 0; landmarks->words[noun] != NULL && index < words->word_count; index++) {
        if (noun_ends(&nouns[noun], &words->words[index])) {
            landmarks->words[noun][landmarks->counts[noun]++] = index;
        }
    }
    CHECK(landmarks->words[noun] == NULL || landmarks->counts[noun] == count);
    return landmarks->words[noun] != NULL;
}

enum rc site_landmarks_open(const struct site *site, struct site_landmarks **landmarks)
{
    struct match_builder *builder = NULL;
    struct site_landmarks *made = calloc(1, sizeof *made);
    enum rc rc = made == NULL ? RC_LIMIT : match_builder_new(&builder);
    for (size_t noun = 0; rc == RC_OK && noun < NOUNS; noun++) {
        made->site = site;
        rc = keep_words(made, noun) ? match_builder_add(builder, nouns[noun].text,
                                                        strlen(nouns[noun].text), (uint32_t)noun)
                                    : RC_LIMIT;
    }
    if (rc == RC_OK) {
        rc = match_builder_finish(builder, &made->match);
    } else {
        match_builder_free(builder);
    }
    if (rc != RC_OK) {
        site_landmarks_close(made);
        return rc;
    }
    *landmarks = made;
    return RC_OK;
}

void site_landmarks_close(struct site_landmarks *landmarks)
{
    if (landmarks != NULL) {
        for (size_t noun = 0; noun < NOUNS; noun++) {
            free(landmarks->words[noun]);
        }
        match_free(landmarks->match);
        free(landmarks);
    }
}

/* ---- a text ---- */

struct reading {
    const struct site_landmarks *landmarks;
    const char *text;
    size_t bytes;
    struct match_hit best; /* the first noun with a relation; the longest that ends there */
    size_t start, end;     /* with the relation */
    size_t ended;          /* where the noun looked at last ends */
    bool found;
};

/* "在菜市场", "清河街道菜市场" speak of a market; "城东菜市场" is one that the site does not know. */
static bool stands_alone(const struct reading *reading, size_t start)
{
    static const char *const before[] = {"在", "是", "就", "到", "去", "从", "的", "那", "这", "个",
                                         "们", "家", "住", "和", "与", "过", "了", "离", "往", "有",
                                         "及", "至", "由", "于", "靠", "区", "村", "镇", "道", "近",
                                         "着", "邻", "您", "好", "边", "面", "市"};
    if (start < 3 || (unsigned char)reading->text[start - 1] < 0x80 ||
        memcmp(reading->text + start - 3, "\xe3\x80", 2) == 0) { /* 。、「 */
        return true;
    }
    for (size_t index = 0; index < COUNT(before); index++) {
        if (ends_with(reading->text, start, before[index])) {
            return true;
        }
    }
    return false;
}

/* Hits come by their end, the longest first: at one end the first is the noun that is meant. */
static void take_noun(void *context, const struct match_hit *hit)
{
    struct reading *reading = context;
    size_t start = hit->start, end = hit->end;
    CHECK(hit->word < NOUNS);
    if (reading->found || hit->end == reading->ended) {
        return;
    }
    reading->ended = hit->end;
    if (!stands_alone(reading, hit->start) || reading->landmarks->counts[hit->word] == 0) {
        return;
    }
    if (!site_landmarks_related(reading->text, reading->bytes, &start, &end)) {
        const size_t here =
            one_of(presences, COUNT(presences), reading->text, hit->end, reading->bytes);
        if (here == 0) {
            return;
        }
        end = hit->end + here;
    }
    reading->best = *hit;
    reading->start = start;
    reading->end = end;
    reading->found = true;
}

static bool add_area(uint32_t area, struct site_landmark *found)
{
    for (uint32_t index = 0; index < found->area_count; index++) {
        if (found->areas[index] == area) {
            return true;
        }
    }
    if (found->area_count == SITE_LANDMARK_AREAS_MAX) {
        found->more = true;
        return false;
    }
    found->areas[found->area_count++] = area;
    return true;
}

bool site_landmarks_find(const struct site_landmarks *landmarks, const char *text, size_t bytes,
                         uint32_t within, struct site_landmark *found)
{
    struct reading reading = {.landmarks = landmarks, .text = text, .bytes = bytes};
    const struct site *site = landmarks->site;
    CHECK(within == SITE_NONE || within < site->area_count);
    *found = (struct site_landmark){.area_count = 0};
    match_scan(landmarks->match, text, bytes, take_noun, &reading);
    if (!reading.found) {
        return false;
    }
    const size_t noun = reading.best.word;
    for (uint32_t at = 0; at < landmarks->counts[noun] && !found->more; at++) {
        const struct site_word *word = &site->index->places.words[landmarks->words[noun][at]];
        for (uint32_t index = word->first; index < word->first + word->count; index++) {
            const uint32_t area = site->index->places.entries[index].target;
            if ((within == SITE_NONE || site_area_within(site, area, within)) &&
                !add_area(area, found)) {
                break;
            }
        }
    }
    found->noun = nouns[noun].text;
    found->start = reading.start;
    found->end = reading.end;
    return found->area_count > 0;
}
