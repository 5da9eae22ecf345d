/* group_score: how likely two rows tell of the same event.
 *
 * Owns the weights. They were chosen on pairs of real messages that people had sorted into events,
 * half of the events apart (the manual of `paidan group` says with what result), and hold no word of
 * them. What they say: alike words count, rare ones more; where both titles name places and neither
 * is in the other text, alike words count against it, for those who copy a text change the place
 * alone; another year is another matter; months between are a reason for doubt, not a proof.
 *
 * One comparison walks the kept row's grams once and looks each up among those of the row that is
 * looked for: no memory, no allocation, about half a microsecond. */

#include <math.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/group_private.h"

#define LEAST 0.02f /* of a likeness, before its logarithm */
#define DAY_MS 86400000.0f

enum weight {
    ALWAYS,
    WORDS,         /* logarithm of the likeness of title and body */
    TITLE,         /* of the titles */
    NAME_ONE,      /* a name of one is in the other */
    NAME_BOTH,     /* of each */
    NAME_WHOLE,    /* how much of it */
    OTHER_NAMES,   /* both titles name places, none is the other's */
    OTHER_WORDS,   /* the same, by the likeness of all words */
    OTHER_TITLE,   /* and of the titles */
    FOREIGN_NAMES, /* the same where a title names nothing */
    DISTRICTS,     /* differ */
    YEARS,         /* differ */
    RARE,          /* logarithm of rare grams in both */
    APART,         /* logarithm of the days between */
    MATTER,        /* of the likeness without names of places */
    WEIGHTS
};

static const float weights[WEIGHTS] = {
    [ALWAYS] = 2.93f,       [WORDS] = 1.15f,         [TITLE] = 0.66f,       [NAME_ONE] = -0.32f,
    [NAME_BOTH] = 0.37f,    [NAME_WHOLE] = 1.65f,    [OTHER_NAMES] = -0.5f, [OTHER_WORDS] = -8.72f,
    [OTHER_TITLE] = -2.49f, [FOREIGN_NAMES] = -0.5f, [DISTRICTS] = -1.21f,  [YEARS] = -6.0f,
    [RARE] = 0.74f,         [APART] = -0.504f,       [MATTER] = 1.15f,
};

/* ---- what a text weighs ---- */

/* 1 + ln(often); a gram is counted 31 times at most. */
static float often_weighs(unsigned often)
{
    static const float table[] = {0.0000f, 1.0000f, 1.6931f, 2.0986f, 2.3863f, 2.6094f, 2.7918f,
                                  2.9459f, 3.0794f, 3.1972f, 3.3026f, 3.3979f, 3.4849f, 3.5649f,
                                  3.6391f, 3.7081f, 3.7726f, 3.8332f, 3.8904f, 3.9444f, 3.9957f,
                                  4.0445f, 4.0910f, 4.1355f, 4.1781f, 4.2189f, 4.2581f, 4.2958f,
                                  4.3322f, 4.3673f, 4.4012f, 4.4340f};
    CHECK(often < sizeof table / sizeof table[0]);
    return table[often];
}

void group_score_weigh(struct group_probe *probe)
{
    const struct group_text *text = &probe->text;
    probe->norm = probe->title_norm = probe->name_norm = 0;
    memset(probe->named, 0, text->count * sizeof probe->named[0]);
    memset(probe->seen, 0, text->count * sizeof probe->seen[0]);
    memset(probe->other_named, 0, text->count * sizeof probe->other_named[0]);
    probe->comparison = 0;
    const size_t grams = text->name_count == 0 ? 0 : text->name_ends[text->name_count - 1u];
    for (size_t index = 0; index < grams; index++) {
        const size_t gram = group_read_gram(text, text->name_grams[index]);
        CHECK(gram < text->count);
        probe->named[gram] = true;
    }
    for (size_t index = 0; index < text->count; index++) {
        const float title = often_weighs(text->grams[index].title) * probe->idf[index];
        const float both = often_weighs(text->grams[index].body) * probe->idf[index];
        probe->weight[index] = both;
        probe->norm += both * both;
        probe->title_norm += title * title;
        probe->name_norm += probe->named[index] ? both * both : 0;
    }
}

/* ---- one comparison ---- */

struct likeness {
    float words, title; /* products of weights */
    float matter;       /* of grams that belong to no name */
    float ours, theirs; /* of the norms: what belongs to a name of either */
    unsigned rare;
};

static void note_their_names(struct group_probe *probe, const struct group_kept *kept)
{
    const uint32_t *names = kept->rest + kept->count;
    for (size_t index = 0; index < kept->name_grams; index++) {
        const size_t gram = group_read_gram(&probe->text, names[index]);
        if (gram < probe->text.count) {
            probe->other_named[gram] = probe->comparison;
        }
    }
}

static void walk(struct group_probe *probe, const struct group_kept *kept, struct likeness *like)
{
    const struct group_text *text = &probe->text;
    for (size_t index = 0; index < kept->count; index++) {
        struct group_gram theirs;
        memcpy(&theirs, &kept->rest[index], sizeof theirs);
        const size_t gram = group_read_gram(text, theirs.key);
        if (gram == text->count) {
            continue;
        }
        probe->seen[gram] = probe->comparison;
        const float idf = probe->idf[gram];
        if (theirs.body == 0 || text->grams[gram].body == 0) {
            continue;
        }
        const float weight = often_weighs(theirs.body) * idf;
        const bool theirs_named = probe->other_named[gram] == probe->comparison;
        like->words += weight * probe->weight[gram];
        like->rare += idf >= probe->rare;
        if (theirs.title > 0 && text->grams[gram].title > 0) {
            like->title +=
                often_weighs(theirs.title) * often_weighs(text->grams[gram].title) * idf * idf;
        }
        if (!probe->named[gram] && !theirs_named) {
            like->matter += weight * probe->weight[gram];
        } else if (!theirs_named) {
            like->theirs += weight * weight;
        } else if (!probe->named[gram]) {
            like->ours += probe->weight[gram] * probe->weight[gram];
        }
    }
}

static float cosine(float product, float one, float other)
{
    const float both = one * other;
    const float value = both > 0 && product > 0 ? product / sqrtf(both) : 0;
    return value < 1 ? value : 1;
}

/* The longest run of a name's grams that the other text has, one of them rare: as a share of the name.
 * *first, *length: the grams of it among ours. */
struct found {
    float whole;
    size_t first, grams;
};

static void find_names(const struct group_probe *probe, const uint32_t *grams, const uint8_t *ends,
                       size_t names, bool theirs, struct found *found)
{
    size_t at = 0;
    for (size_t name = 0; name < names; name++) {
        const size_t start = at;
        size_t run = 0;
        bool rare = false;
        for (; at < ends[name]; at++) {
            const size_t gram = group_read_gram(&probe->text, grams[at]);
            const bool there =
                gram < probe->text.count && (theirs || probe->seen[gram] == probe->comparison);
            run = there ? run + 1 : 0;
            rare = there && (rare || probe->idf[gram] >= probe->rare);
            const float whole = (float)run / (float)(ends[name] - start);
            if (rare && (run > found->grams || whole > found->whole)) {
                found->whole = whole > found->whole ? whole : found->whole;
                if (run > found->grams) {
                    found->grams = run;
                    found->first = group_read_gram(&probe->text, grams[at + 1 - run]);
                }
            }
        }
    }
}

/* Letters of ours as text: a name that both have. */
static void write_name(const struct group_probe *probe, const struct found *found, char *name,
                       size_t room)
{
    const size_t at = probe->text.at[found->first];
    size_t used = 0;
    for (size_t index = 0; index <= found->grams; index++) {
        const size_t place = at + index;
        const bool title = at < GROUP_TITLE_POINTS;
        if (title ? place >= probe->text.title_points
                  : place - GROUP_TITLE_POINTS >= probe->text.text_points) {
            break;
        }
        const uint32_t point = (uint32_t)(title ? probe->text.title[place]
                                                : probe->text.text[place - GROUP_TITLE_POINTS]);
        if (point < 0x80 && used + 1 < room) {
            name[used++] = (char)point;
        } else if (point >= 0x800 && point <= 0xffff && used + 3 < room) {
            name[used++] = (char)(0xe0 | point >> 12);
            name[used++] = (char)(0x80 | (point >> 6 & 0x3f));
            name[used++] = (char)(0x80 | (point & 0x3f));
        } else {
            break;
        }
    }
    name[used] = '\0';
}

/* Both say some, and none is said by both. */
static bool marks_differ(const uint16_t *ours, size_t our_count, const uint16_t *theirs,
                         size_t their_count)
{
    for (size_t one = 0; one < our_count; one++) {
        for (size_t other = 0; other < their_count; other++) {
            if (ours[one] == theirs[other]) {
                return false;
            }
        }
    }
    return our_count > 0 && their_count > 0;
}

static bool years_differ(const struct group_text *text, const struct group_kept *kept)
{
    for (size_t one = 0; one < text->year_count; one++) {
        for (size_t other = 0; other < kept->year_count; other++) {
            if (text->years[one] == kept->years[other]) {
                return false;
            }
        }
    }
    return text->year_count > 0 && kept->year_count > 0;
}

static float days_between(uint64_t one, uint64_t other)
{
    const uint64_t apart = one > other ? one - other : other - one;
    return one == 0 || other == 0 ? 0 : (float)apart / DAY_MS;
}

static void compare_names(struct group_probe *probe, const struct group_kept *kept,
                          struct group_evidence *evidence, float *whole)
{
    const struct group_text *text = &probe->text;
    struct found ours = {0}, theirs = {0};
    find_names(probe, text->name_grams, text->name_ends, text->name_count, false, &ours);
    find_names(probe, kept->rest + kept->count, kept->name_ends, kept->name_count, true, &theirs);
    *whole = ours.whole > theirs.whole ? ours.whole : theirs.whole;
    evidence->names = GROUP_NAMES_UNTOLD;
    if (ours.grams > 0 && theirs.grams > 0) {
        evidence->names = GROUP_NAMES_BOTH;
    } else if (ours.grams > 0 || theirs.grams > 0) {
        evidence->names = GROUP_NAMES_ONE;
    } else if (text->titled && kept->titled) {
        evidence->names = GROUP_NAMES_OTHER;
    }
    evidence->name[0] = '\0';
    if (*whole > 0) {
        write_name(probe, ours.grams >= theirs.grams ? &ours : &theirs, evidence->name,
                   sizeof evidence->name);
    }
}

static float add_up(const struct group_evidence *evidence, const struct likeness *like, float whole,
                    bool foreign)
{
    const bool one = evidence->names == GROUP_NAMES_ONE || evidence->names == GROUP_NAMES_BOTH;
    const float other = evidence->names == GROUP_NAMES_OTHER ? 1 : 0;
    const float told[WEIGHTS] = {
        [ALWAYS] = 1,
        [WORDS] = logf(evidence->words + LEAST),
        [TITLE] = logf(evidence->title + LEAST),
        [NAME_ONE] = one ? 1 : 0,
        [NAME_BOTH] = evidence->names == GROUP_NAMES_BOTH ? 1 : 0,
        [NAME_WHOLE] = whole,
        [OTHER_NAMES] = other,
        [OTHER_WORDS] = other * evidence->words,
        [OTHER_TITLE] = other * evidence->title,
        [FOREIGN_NAMES] = foreign ? 1 : 0,
        [DISTRICTS] = evidence->districts_differ ? 1 : 0,
        [YEARS] = evidence->years_differ ? 1 : 0,
        [RARE] = logf(1 + (float)like->rare),
        [APART] = logf(1 + evidence->days),
        [MATTER] = logf(evidence->matter + LEAST),
    };
    float sum = 0;
    for (size_t index = 0; index < WEIGHTS; index++) {
        sum += weights[index] * told[index];
    }
    return sum;
}

float group_score(struct group_probe *probe, const struct group_kept *kept,
                  struct group_evidence *evidence)
{
    struct likeness like = {0};
    float whole = 0;
    probe->comparison++;
    CHECK(probe->comparison != 0);
    note_their_names(probe, kept);
    walk(probe, kept, &like);
    compare_names(probe, kept, evidence, &whole);
    evidence->words = cosine(like.words, probe->norm, kept->norm);
    evidence->title = cosine(like.title, probe->title_norm, kept->title_norm);
    evidence->matter = cosine(like.matter, probe->norm - probe->name_norm - like.ours,
                              kept->norm - kept->name_norm - like.theirs);
    evidence->days = days_between(probe->time_ms, kept->time_ms);
    evidence->districts_differ = marks_differ(probe->text.districts, probe->text.district_count,
                                              kept->districts, kept->district_count);
    evidence->years_differ = years_differ(&probe->text, kept);
    const bool foreign =
        evidence->names == GROUP_NAMES_UNTOLD && probe->text.name_count > 0 && kept->name_count > 0;
    return add_up(evidence, &like, whole, foreign);
}
