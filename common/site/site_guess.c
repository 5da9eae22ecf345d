/* site_guess: what a text is about and where, by the site's own words.
 *
 * One pass of the automaton, with memory that does not depend on the text: a word that lies inside
 * a longer word found at the same place does not count ("路灯" is not "路"), and whether that
 * happens is known once the pass is further on than the longest word reaches.
 *
 * Everything here is a proposal with its reasons; what is taken, and what goes to a dispatcher,
 * triage decides. The same text and site give the same guesses on every machine: no float, no
 * order that depends on memory. Bounds cut off what is not looked at any more (names in one text,
 * meanings of one name); they never make a guess wrong, only less sure. */

#include "common/site/site.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_private.h"
#include "common/text/text.h"

enum {
    /* Words still open: their starts differ and lie within the longest word. */
    PENDING_MAX = 256,
    REPEATS_MAX = 3, /* saying it more often does not make it truer */
    TOPIC_WORDS_MAX = 64,
    PLACES_MAX = 32,      /* different place names looked at in one text */
    CANDIDATES_MAX = 256, /* areas one name may mean; more make it common */
    REFINE_MAX = 4,       /* parts of one area that a common name may pick */
    AREAS_MAX = 256,      /* areas all names may mean */
    ENDS_MAX = 16,        /* of places found, looked back at: they end side by side */
    BITS = 64,
};

static_assert(PENDING_MAX > NAME_BYTES_MAX, "a word is no longer than a name");
static_assert((PENDING_MAX & (PENDING_MAX - 1)) == 0, "a ring");

/* ---- maximal words ---- */

/* Called with the position of a word in `words`. */
typedef void word_fn(void *context, uint32_t word);

/* The words of one scan that may still be swallowed by a longer one, in the order of their
 * starts. */
struct maximal {
    const char *text;
    size_t bytes;
    const struct site_words *words;
    word_fn *raw; /* every word found; may be NULL */
    word_fn *take;
    void *context;
    bool houses;             /* words are places: a house is not another one */
    uint32_t ends[ENDS_MAX]; /* where the places found last end; a ring */
    uint32_t end_count;
    uint32_t first, count; /* ring */
    struct match_hit pending[PENDING_MAX];
};

static struct match_hit *pending_at(struct maximal *maximal, uint32_t index)
{
    CHECK(index <= maximal->count);
    return &maximal->pending[(maximal->first + index) & (PENDING_MAX - 1)];
}

static bool digit_at(const struct maximal *maximal, size_t at)
{
    CHECK(at < maximal->bytes);
    return maximal->text[at] >= '0' && maximal->text[at] <= '9';
}

/* "3号楼" is not in "13号楼". */
static bool cuts_number(const struct maximal *maximal, const struct match_hit *hit)
{
    CHECK(hit->start < hit->end);
    CHECK(hit->end <= maximal->bytes);
    return (hit->start > 0 && digit_at(maximal, hit->start) && digit_at(maximal, hit->start - 1)) ||
           (hit->end < maximal->bytes && digit_at(maximal, hit->end - 1) &&
            digit_at(maximal, hit->end));
}

/* ---- houses ---- */

/* One of the characters of a list, each of three bytes, that stands at `at`. */
static bool one_of(const char *list, const char *text, size_t bytes, size_t at)
{
    CHECK(at <= bytes);
    if (bytes - at < 3 || (unsigned char)text[at] < 0xe0) {
        return false;
    }
    for (; *list != '\0'; list += 3) {
        if (memcmp(list, text + at, 3) == 0) {
            return true;
        }
    }
    return false;
}

static bool sign_at(const struct maximal *maximal, const char *list, size_t at)
{
    return one_of(list, maximal->text, maximal->bytes, at);
}

static bool letter_at(const struct maximal *maximal, size_t at)
{
    CHECK(at < maximal->bytes);
    return maximal->text[at] >= 'a' && maximal->text[at] <= 'z'; /* normalised: no capitals */
}

/* How many letters stand together before `at`; more than two are a word. */
static unsigned letters_before(const struct maximal *maximal, size_t at)
{
    unsigned count = 0;
    while (count < 3 && at > count && letter_at(maximal, at - count - 1)) {
        count++;
    }
    return count;
}

/* Bytes of the dash that ends at `at`: 3-1号院 is not 1号院. 0: none. */
static size_t dash_before(const struct maximal *maximal, size_t at)
{
    if (at > 0 && strchr("-_~./", maximal->text[at - 1]) != NULL) {
        return 1;
    }
    return at >= 3 && sign_at(maximal, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u301c", at - 3)
               ? 3
               : 0;
}

/* Whether a place was found that ends here: what stands before the house belongs to its name. */
static bool place_ends(const struct maximal *maximal, size_t at)
{
    for (uint32_t index = 0; index < ENDS_MAX && index < maximal->end_count; index++) {
        if (maximal->ends[index] == at) {
            return true;
        }
    }
    return false;
}

/* 甲3号院, a3号院, 十3号院, 附3号院, 东3号院: what stands before makes it another house. */
static bool cut_before(const struct maximal *maximal, size_t at)
{
    static const char marks[] = "甲乙丙丁戊己庚辛壬癸一二三四五六七八九十百零〇附副东西南北新老旧";
    const unsigned letters = letters_before(maximal, at);
    if (letters == 1 || letters == 2) {
        return true;
    }
    const size_t dash = dash_before(maximal, at);
    if (dash > 0 && at > dash) {
        return digit_at(maximal, at - dash - 1) || letters_before(maximal, at - dash) == 1;
    }
    if (at < 3 || !sign_at(maximal, marks, at - 3)) {
        return false;
    }
    /* 自己, 星期一, 统一 are words, and no part of a house's name. */
    const bool word = at >= 6 && (sign_at(maximal, "自", at - 6) ||
                                  (sign_at(maximal, "期周拜统唯同单万", at - 6) &&
                                   sign_at(maximal, "一二三四五六", at - 3)));
    return !word;
}

/* 3号院甲, 3号院b: another house, unless a part of this one is named (甲座, b栋). */
static bool cut_after(const struct maximal *maximal, size_t at)
{
    static const char parts[] = "座栋幢楼号区单门院室层";
    const size_t left = maximal->bytes - at;
    if (sign_at(maximal, "甲乙丙丁", at)) {
        return !sign_at(maximal, parts, at + 3) &&
               !sign_at(maximal, "方醛苯肝流状烯炔酮香字克", at + 3);
    }
    if (left == 0 || !letter_at(maximal, at)) {
        return false;
    }
    const bool mark = left > 2 && memcmp(maximal->text + at + 1, "\xe3\x80", 2) == 0; /* 。、 */
    const bool ends = left == 1 || mark || (unsigned char)maximal->text[at + 1] < 0x80;
    return ends && (left == 1 || (!letter_at(maximal, at + 1) && !digit_at(maximal, at + 1)));
}

/* A word with a number before the sign of a house at its end: 3号院, 中山路3号. */
static bool names_house(const char *word, size_t bytes)
{
    static const char signs[] = "号院楼栋幢座区";
    size_t at = bytes;
    while (at >= 3 && one_of(signs, word, bytes, at - 3)) {
        at -= 3;
    }
    return at < bytes && at > 0 && word[at - 1] >= '0' && word[at - 1] <= '9';
}

/* Whether the hit is a part of another house's name. */
static bool cuts_house(const struct maximal *maximal, const struct match_hit *hit)
{
    const struct site_word *word = &maximal->words->words[hit->word];
    if (!names_house(word->text, word->bytes)) {
        return false;
    }
    const bool bare = digit_at(maximal, hit->start) || letter_at(maximal, hit->start);
    return (bare && hit->start > 0 && !place_ends(maximal, hit->start) &&
            cut_before(maximal, hit->start)) ||
           cut_after(maximal, hit->end);
}

/* Hands over what begins before `before`: no longer word can reach back so far any more. */
static void flush(struct maximal *maximal, uint32_t before)
{
    while (maximal->count > 0 && pending_at(maximal, 0)->start < before) {
        maximal->take(maximal->context, pending_at(maximal, 0)->word);
        maximal->first++;
        maximal->count--;
    }
}

/* Whether the word stands for something; it may only exclude. */
static bool keyword(const struct maximal *maximal, uint32_t word)
{
    CHECK(word < maximal->words->word_count);
    const struct site_words *words = maximal->words;
    const struct site_word *found = &words->words[word];
    for (uint32_t index = found->first; index < found->first + found->count; index++) {
        if (!words->entries[index].exclude) {
            return true;
        }
    }
    return false;
}

/* Hits come by their end, the longest first: a new one can only swallow the newest before it. */
static void take_hit(void *context, const struct match_hit *hit)
{
    struct maximal *maximal = context;
    if (cuts_number(maximal, hit) || (maximal->houses && cuts_house(maximal, hit))) {
        return;
    }
    maximal->ends[maximal->end_count % ENDS_MAX] = hit->end;
    maximal->end_count++;
    if (maximal->raw != NULL) {
        maximal->raw(maximal->context, hit->word);
    }
    if (!keyword(maximal, hit->word)) {
        return; /* only excludes: it must not hide what it contains */
    }
    flush(maximal, hit->end > NAME_BYTES_MAX ? hit->end - NAME_BYTES_MAX : 0);
    if (maximal->count > 0 && pending_at(maximal, maximal->count - 1)->end == hit->end) {
        return; /* inside the longer one with the same end */
    }
    while (maximal->count > 0 && pending_at(maximal, maximal->count - 1)->start >= hit->start) {
        maximal->count--;
    }
    CHECK(maximal->count < PENDING_MAX);
    *pending_at(maximal, maximal->count) = *hit;
    maximal->count++;
}

/* Without `take` and `context`; the ring's places are written before they are read. */
static void maximal_init(struct maximal *maximal, const char *text, size_t bytes,
                         const struct site_words *words)
{
    maximal->text = text;
    maximal->bytes = bytes;
    maximal->words = words;
    maximal->raw = NULL;
    maximal->houses = false;
    maximal->end_count = 0;
    maximal->first = 0;
    maximal->count = 0;
}

/* Runs the whole text through. Before: take and context are set. */
static void maximal_scan(struct maximal *maximal, const struct match *match)
{
    CHECK(maximal->take != NULL);
    CHECK(match != NULL);
    match_scan(match, maximal->text, maximal->bytes, take_hit, maximal);
    flush(maximal, UINT32_MAX);
}

/* ---- what both guesses share ---- */

/* A word of n characters says far more than n words of one. */
static uint32_t weight(const struct site_word *word)
{
    return word->chars * word->chars;
}

/* The list is for people: a word that does not fit is left out whole, and those after it may
 * still fit. */
static void words_append(struct site_guess *guess, const char *text, size_t bytes)
{
    CHECK(bytes == strlen(text));
    CHECK(bytes <= NAME_BYTES_MAX);
    const size_t used = strlen(guess->words);
    const size_t room = sizeof guess->words - used;
    if (used > 0 && room > 1) {
        guess->words[used] = '|';
        guess->words[used + 1] = '\0';
    }
    const size_t at = strlen(guess->words);
    const size_t kept = text_clip(text, sizeof guess->words - at - 1);
    if (kept == bytes) {
        memcpy(guess->words + at, text, bytes);
        guess->words[at + bytes] = '\0';
    } else {
        guess->words[used] = '\0'; /* whole words only */
    }
}

/* Keeps the best `max` guesses in order; an equal score keeps the order of the file. */
static uint32_t keep_best(struct site_guess *guesses, uint32_t count, uint32_t max,
                          const struct site_guess *guess)
{
    CHECK(count <= max);
    CHECK(max > 0);
    uint32_t at = count;
    while (at > 0 &&
           (guesses[at - 1].score < guess->score ||
            (guesses[at - 1].score == guess->score && guesses[at - 1].index > guess->index))) {
        at--;
    }
    if (at >= max) {
        return count;
    }
    const uint32_t kept = count < max ? count : max - 1;
    memmove(&guesses[at + 1], &guesses[at], (kept - at) * sizeof *guesses);
    guesses[at] = *guess;
    return kept + 1;
}

/* ---- categories ---- */

struct topics {
    const struct site *site;
    uint32_t scores[SITE_CATEGORIES_MAX];
    uint32_t heirs[SITE_CATEGORIES_MAX]; /* best named descendant + 1 */
    uint64_t excluded[SITE_CATEGORIES_MAX / BITS];
    uint64_t above[SITE_CATEGORIES_MAX / BITS];  /* a descendant is named too */
    uint8_t seen[SITE_KEYWORDS_MAX];             /* how often, up to REPEATS_MAX */
    uint32_t words[TOPIC_WORDS_MAX], word_count; /* for explain, in order of appearance */
};

/* Only what this site has is looked at, so only that much is cleared: the bounds are 130 KiB. */
static void topics_init(struct topics *topics, const struct site *site)
{
    CHECK(site->category_count <= SITE_CATEGORIES_MAX);
    CHECK(site->index->keywords.word_count <= SITE_KEYWORDS_MAX);
    const size_t bit_bytes = (site->category_count + BITS - 1) / BITS * sizeof topics->above[0];
    topics->site = site;
    memset(topics->scores, 0, site->category_count * sizeof topics->scores[0]);
    memset(topics->heirs, 0, site->category_count * sizeof topics->heirs[0]);
    memset(topics->excluded, 0, bit_bytes);
    memset(topics->above, 0, bit_bytes);
    memset(topics->seen, 0, site->index->keywords.word_count);
    topics->word_count = 0;
}

static bool bit(const uint64_t *bits, uint32_t index)
{
    CHECK(index < SITE_CATEGORIES_MAX);
    return (bits[index / BITS] >> (index % BITS) & 1) != 0;
}

static void bit_set(uint64_t *bits, uint32_t index)
{
    CHECK(index < SITE_CATEGORIES_MAX);
    bits[index / BITS] |= 1ull << (index % BITS);
}

/* A word that excludes counts wherever it stands, also inside a longer one: "不漏水" must hide
 * "漏水". */
static void exclude_topics(void *context, uint32_t word)
{
    struct topics *topics = context;
    const struct site_words *words = &topics->site->index->keywords;
    const struct site_word *found = &words->words[word];
    for (uint32_t index = found->first; index < found->first + found->count; index++) {
        if (words->entries[index].exclude) {
            bit_set(topics->excluded, words->entries[index].target);
        }
    }
}

/* The first time a word counts whole, then half, then a third. */
static void count_topics(void *context, uint32_t word)
{
    struct topics *topics = context;
    const struct site_words *words = &topics->site->index->keywords;
    CHECK(word < words->word_count);
    const struct site_word *found = &words->words[word];
    if (topics->seen[word] == REPEATS_MAX) {
        return;
    }
    if (topics->seen[word] == 0 && topics->word_count < TOPIC_WORDS_MAX) {
        topics->words[topics->word_count++] = word;
    }
    topics->seen[word]++;
    for (uint32_t index = found->first; index < found->first + found->count; index++) {
        const struct site_word_entry *entry = &words->entries[index];
        if (!entry->exclude) {
            topics->scores[entry->target] += weight(found) / topics->seen[word];
        }
    }
}

/* Whether the text speaks of the category, and nothing in it excludes it. */
static bool named(const struct topics *topics, uint32_t category)
{
    return topics->scores[category] > 0 && !bit(topics->excluded, category);
}

/* What speaks for a category speaks for the most likely of its named descendants: a text about
 * street lamps that also says "road" is about street lamps. */
static void pass_down(struct topics *topics)
{
    const struct site *site = topics->site;
    for (uint32_t index = 0; index < site->category_count; index++) {
        for (uint32_t up = site->categories[index].parent; named(topics, index) && up != SITE_NONE;
             up = site->categories[up].parent) {
            bit_set(topics->above, up);
        }
    }
    for (uint32_t index = 0; index < site->category_count; index++) {
        const bool lowest = named(topics, index) && !bit(topics->above, index);
        for (uint32_t up = site->categories[index].parent; lowest && up != SITE_NONE;
             up = site->categories[up].parent) {
            const uint32_t heir = topics->heirs[up];
            if (heir == 0 || topics->scores[heir - 1] < topics->scores[index]) {
                topics->heirs[up] = index + 1;
            }
        }
    }
    for (uint32_t index = 0; index < site->category_count; index++) {
        if (topics->heirs[index] != 0 && named(topics, index)) {
            topics->scores[topics->heirs[index] - 1] += topics->scores[index];
        }
    }
}

/* Whether a word of `target` is one of the reasons for `category`: its own, or an ancestor's. */
static bool speaks_for(const struct site *site, uint32_t target, uint32_t category)
{
    while (category != SITE_NONE && category != target) {
        category = site->categories[category].parent;
    }
    return category != SITE_NONE;
}

/* The reasons of a guess in the order in which they stand in the text, for the dispatcher and
 * `paidan explain`. */
static void list_topic_words(const struct topics *topics, struct site_guess *guess)
{
    const struct site_words *words = &topics->site->index->keywords;
    for (uint32_t at = 0; at < topics->word_count; at++) {
        const struct site_word *word = &words->words[topics->words[at]];
        for (uint32_t index = word->first; index < word->first + word->count; index++) {
            const struct site_word_entry *entry = &words->entries[index];
            if (!entry->exclude && speaks_for(topics->site, entry->target, guess->index)) {
                words_append(guess, word->text, word->bytes);
                break;
            }
        }
    }
}

uint32_t site_guess_categories(const struct site *site, const char *normalised, size_t bytes,
                               struct site_guess *guesses, uint32_t max)
{
    struct topics topics;
    struct maximal maximal;
    topics_init(&topics, site);
    maximal_init(&maximal, normalised, bytes, &site->index->keywords);
    maximal.raw = exclude_topics;
    maximal.take = count_topics;
    maximal.context = &topics;
    maximal_scan(&maximal, site->keywords);
    pass_down(&topics);
    uint32_t count = 0;
    for (uint32_t index = 0; index < site->category_count && max > 0; index++) {
        if (named(&topics, index) && !bit(topics.above, index)) {
            const struct site_guess guess = {.index = index, .score = topics.scores[index]};
            count = keep_best(guesses, count, max, &guess);
        }
    }
    for (uint32_t index = 0; index < count; index++) {
        list_topic_words(&topics, &guesses[index]);
    }
    return count;
}

/* ---- areas ---- */

struct place {
    const struct site_word *word;
    uint32_t weight;
    bool kept[CANDIDATES_MAX]; /* of its entries; unused where it is common */
};

struct places {
    const struct site *site;
    uint32_t count;
    struct place places[PLACES_MAX];
    uint32_t area_count;
    struct site_guess areas[AREAS_MAX];
};

static void take_place(void *context, uint32_t index)
{
    struct places *places = context;
    CHECK(index < places->site->index->places.word_count);
    const struct site_word *word = &places->site->index->places.words[index];
    for (uint32_t at = 0; at < places->count; at++) {
        if (places->places[at].word == word) {
            return;
        }
    }
    if (places->count < PLACES_MAX) {
        struct place *place = &places->places[places->count++];
        *place = (struct place){.word = word, .weight = weight(word)};
    }
}

/* "3号楼" is found in hundreds of estates: it says which house, never where. */
static bool common(const struct place *place)
{
    return place->word->count > CANDIDATES_MAX;
}

static const struct site_word_entry *entry_of(const struct places *places,
                                              const struct place *place, uint32_t index)
{
    CHECK(index < place->word->count);
    return &places->site->index->places.entries[place->word->first + index];
}

/* Position of the first entry of the place whose area comes at or after `rank` in the tree. */
static uint32_t entry_from(const struct places *places, const struct place *place, uint32_t rank)
{
    const uint32_t *ranks = places->site->index->area_ranks;
    uint32_t low = 0;
    uint32_t high = place->word->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (ranks[entry_of(places, place, middle)->target] < rank) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Does the place name area, something inside it, or something around it? */
static bool related(const struct places *places, const struct place *place, uint32_t area)
{
    CHECK(area < places->site->area_count);
    const struct site_index *index = places->site->index;
    const uint32_t rank = index->area_ranks[area];
    const uint32_t inside = entry_from(places, place, rank);
    if (inside < place->word->count &&
        index->area_ranks[entry_of(places, place, inside)->target] < index->area_ends[area]) {
        return true;
    }
    for (uint32_t up = places->site->areas[area].parent; up != SITE_NONE;
         up = places->site->areas[up].parent) {
        const uint32_t at = entry_from(places, place, index->area_ranks[up]);
        if (at < place->word->count && entry_of(places, place, at)->target == up) {
            return true;
        }
    }
    return false;
}

/* How much the other names in the text speak for an area that this name may mean. */
static uint32_t support(const struct places *places, const struct place *place, uint32_t area)
{
    uint32_t sum = 0;
    for (uint32_t index = 0; index < places->count; index++) {
        const struct place *other = &places->places[index];
        if (other != place && !common(other) && related(places, other, area)) {
            sum += other->weight;
        }
    }
    return sum;
}

/* Of the areas a name may mean keeps those that the other names speak for most. */
static void settle(struct places *places, struct place *place)
{
    CHECK(place->word->count <= CANDIDATES_MAX);
    uint32_t sums[CANDIDATES_MAX];
    uint32_t best = 0;
    for (uint32_t index = 0; index < place->word->count; index++) {
        sums[index] = place->word->count == 1
                          ? 0
                          : support(places, place, entry_of(places, place, index)->target);
        best = sums[index] > best ? sums[index] : best;
    }
    for (uint32_t index = 0; index < place->word->count; index++) {
        place->kept[index] = sums[index] == best;
    }
}

static void add_area(struct places *places, uint32_t area, uint32_t score)
{
    CHECK(area < places->site->area_count);
    for (uint32_t index = 0; index < places->area_count; index++) {
        if (places->areas[index].index == area) {
            places->areas[index].score += score;
            return;
        }
    }
    if (places->area_count < AREAS_MAX) {
        places->areas[places->area_count++] = (struct site_guess){.index = area, .score = score};
    }
}

/* A common name picks a part of an area that is named otherwise. */
static void refine(struct places *places, const struct place *place, uint32_t area_count)
{
    const struct site_index *index = places->site->index;
    for (uint32_t at = 0; at < area_count; at++) {
        const uint32_t area = places->areas[at].index;
        const uint32_t from = entry_from(places, place, index->area_ranks[area]);
        const uint32_t until = entry_from(places, place, index->area_ends[area]);
        for (uint32_t entry = from; until - from <= REFINE_MAX && entry < until; entry++) {
            add_area(places, entry_of(places, place, entry)->target, place->weight);
        }
    }
}

/* First the names that may mean several areas are settled by the others, all of them before any
 * is used, so that the order in the text plays no part; then each adds its areas; then common
 * names refine what the others found. */
static void collect_areas(struct places *places)
{
    for (uint32_t at = 0; at < places->count; at++) {
        if (!common(&places->places[at])) {
            settle(places, &places->places[at]);
        }
    }
    for (uint32_t at = 0; at < places->count; at++) {
        const struct place *place = &places->places[at];
        for (uint32_t index = 0; !common(place) && index < place->word->count; index++) {
            if (place->kept[index]) {
                add_area(places, entry_of(places, place, index)->target, place->weight);
            }
        }
    }
    const uint32_t area_count = places->area_count;
    for (uint32_t at = 0; at < places->count; at++) {
        if (common(&places->places[at])) {
            refine(places, &places->places[at], area_count);
        }
    }
}

/* Whatever names an area around this one speaks for it; areas around others are dropped. */
static bool smallest(const struct places *places, uint32_t at, struct site_guess *guess)
{
    CHECK(at < places->area_count);
    const struct site_index *index = places->site->index;
    *guess = places->areas[at];
    const uint32_t rank = index->area_ranks[guess->index];
    for (uint32_t other = 0; other < places->area_count; other++) {
        const uint32_t area = places->areas[other].index;
        const uint32_t other_rank = index->area_ranks[area];
        if (other == at) {
            continue;
        }
        if (other_rank > rank && other_rank < index->area_ends[guess->index]) {
            return false;
        }
        if (rank > other_rank && rank < index->area_ends[area]) {
            guess->score += places->areas[other].score;
        }
    }
    return true;
}

static void list_place_words(const struct places *places, struct site_guess *guess)
{
    for (uint32_t at = 0; at < places->count; at++) {
        const struct place *place = &places->places[at];
        for (uint32_t index = 0; index < place->word->count; index++) {
            const uint32_t area = entry_of(places, place, index)->target;
            if ((common(place) || place->kept[index]) &&
                site_area_within(places->site, guess->index, area)) {
                words_append(guess, place->word->text, place->word->bytes);
                break;
            }
        }
    }
}

uint32_t site_guess_areas(const struct site *site, const char *normalised, size_t bytes,
                          struct site_guess *guesses, uint32_t max)
{
    struct places places;
    places.site = site;
    places.count = 0;
    places.area_count = 0;
    struct maximal maximal;
    maximal_init(&maximal, normalised, bytes, &site->index->places);
    maximal.take = take_place;
    maximal.houses = true;
    maximal.context = &places;
    maximal_scan(&maximal, site->places);
    collect_areas(&places);
    uint32_t count = 0;
    for (uint32_t at = 0; at < places.area_count && max > 0; at++) {
        struct site_guess guess;
        if (smallest(&places, at, &guess)) {
            count = keep_best(guesses, count, max, &guess);
        }
    }
    for (uint32_t index = 0; index < count; index++) {
        list_place_words(&places, &guesses[index]);
    }
    return count;
}
