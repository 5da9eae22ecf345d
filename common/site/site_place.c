/* site_place: where something is, by names first, then by what is described, then by the map.
 *
 * Names are judged in one place (site_place_named), for triage and for whoever asks from a command
 * line, so that both say the same. What comes on top is for the asker alone until triage takes it up:
 * it settles, adds and contradicts, but what names say for sure is only ever put in question, never
 * replaced.
 *
 * How sure (per thousand) is counted, not learned: sites bring tens of thousands of names and no
 * answers. Where the numbers come from stands in services/cli/README.md; they order candidates, and a
 * threshold over them means the same at every site. Whole numbers only: the same text and site give
 * the same answer on every machine. */
#include "common/site/site_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/utf8.h"
#include "common/site/site_private.h"
#include "common/text/text.h"

enum {
    SURE_MOST = 990,
    TWO_CHARS = 700, /* 龙井 may be tea */
    THREE_CHARS = 850,
    MORE_CHARS = 930,
    ROAD_PERCENT = 85,      /* a road without a house runs through several areas */
    SETTLED_PERCENT = 95,   /* one of several of that name, the others ruled out by the rest */
    DESCRIBED_PERCENT = 60, /* "behind": most often the same community, not always */
    DATUM_PERCENT = 80,     /* nobody said which, but both lie there */
    LANDMARK = 500,         /* the only market that the site knows; there may be others */
    SPOTS = 8,
    WORDS_MAX = 24, /* of one guess: its words have 96 bytes */
};

struct site_place {
    const struct site *site;
    struct site_landmarks *landmarks;
};

struct field {
    enum site_place_field name;
    const char *written; /* as it came */
    char *text;          /* normalised */
    size_t bytes;
};

struct finding {
    const struct site *site;
    const struct site_place *place;
    const struct site_place_query *query;
    struct site_place_found *found;
    struct field fields[2]; /* by enum site_place_field */
    struct site_place_named named;
};

/* ---- names ---- */

/* Keeps the areas of a that are named in b too, or lie within one named there. */
static uint32_t settle(const struct site *site, struct site_guess *a, uint32_t a_count,
                       const struct site_guess *b, uint32_t b_count)
{
    CHECK(a_count <= SITE_PLACE_MAX);
    CHECK(b_count <= SITE_PLACE_MAX);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < a_count; i++) {
        for (uint32_t j = 0; j < b_count; j++) {
            if (site_area_within(site, a[i].index, b[j].index) ||
                site_area_within(site, b[j].index, a[i].index)) {
                a[kept++] = a[i];
                break;
            }
        }
    }
    return kept;
}

/* People write the place where it belongs; the text names other places too ("moved here from ..."),
 * so it is asked only where the place says nothing or too much, and whether all it names lies
 * elsewhere. */
void site_place_named(const struct site *site, const char *place, const char *words,
                      struct site_place_named *named)
{
    struct site_guess others[SITE_PLACE_MAX];
    struct site_guess *guesses = named->guesses;
    named->in_text = false;
    named->contradicts = false;
    uint32_t count = site_guess_areas(site, place, strlen(place), guesses, SITE_PLACE_MAX);
    /* The place says nothing that the site knows: then any name in the text is welcome. */
    if (count == 0) {
        named->in_text = true;
        count = site_guess_areas(site, words, strlen(words), guesses, SITE_PLACE_MAX);
        /* Several places of one name, most often: the one near what the text names is meant. */
    } else if (count > 1) {
        const uint32_t other_count =
            site_guess_areas(site, words, strlen(words), others, SITE_PLACE_MAX);
        struct site_guess settled[SITE_PLACE_MAX];
        memcpy(settled, guesses, sizeof settled);
        /* Only if exactly one is left: two that both fit are as unsure as before. */
        if (settle(site, settled, count, others, other_count) == 1) {
            guesses[0] = settled[0];
            count = 1;
        }
    } else {
        /* Two names that contradict each other: nobody knows which is meant, so both are shown. */
        const uint32_t other_count =
            site_guess_areas(site, words, strlen(words), others, SITE_PLACE_MAX - 1);
        struct site_guess settled = guesses[0];
        if (other_count > 0 && settle(site, &settled, 1, others, other_count) == 0) {
            memcpy(guesses + 1, others, other_count * sizeof others[0]);
            count += other_count;
            named->contradicts = true;
        }
    }
    CHECK(count <= SITE_PLACE_MAX);
    named->count = count;
}

/* ---- words of a guess ---- */

struct word_list {
    const struct site_word *words[WORDS_MAX];
    uint32_t count;
};

/* Words are in the order of their texts. NULL: the site has no such name. */
static const struct site_word *word_find(const struct site_words *words, const char *text,
                                         size_t bytes)
{
    uint32_t low = 0, high = words->word_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct site_word *word = &words->words[middle];
        int order = strncmp(word->text, text, bytes);
        order = order == 0 && word->bytes > bytes ? 1 : order;
        if (order == 0) {
            return word;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

/* The names that speak for a guess, from their list for people. */
static void list_words(const struct site *site, const struct site_guess *guess,
                       struct word_list *list)
{
    const char *at = guess->words;
    list->count = 0;
    while (*at != '\0' && list->count < WORDS_MAX) {
        const size_t bytes = strcspn(at, "|");
        const struct site_word *word = word_find(&site->index->places, at, bytes);
        if (word != NULL) { /* a name that holds a bar is none of these */
            list->words[list->count++] = word;
        }
        at += bytes + (at[bytes] == '|' ? 1 : 0);
    }
}

/* Whether the word is a name of the area itself, not of one around it. */
static bool names(const struct site *site, const struct site_word *word, uint32_t area)
{
    for (uint32_t index = word->first; index < word->first + word->count; index++) {
        if (site->index->places.entries[index].target == area) {
            return true;
        }
    }
    return false;
}

static bool ends_with(const struct site_word *word, const char *ending)
{
    const size_t size = strlen(ending);
    return word->bytes >= size && memcmp(word->text + word->bytes - size, ending, size) == 0;
}

static bool road(const struct site_word *word)
{
    return ends_with(word, "路") || ends_with(word, "大道") || ends_with(word, "巷") ||
           (ends_with(word, "街") && !ends_with(word, "社区街"));
}

/* ---- evidence ---- */

/* Which character of the field the word begins with, as it was written; 0: it was written in another
 * way, in capitals, in full width, with numerals. */
static uint32_t character_of(const char *written, const char *word)
{
    const char *found = word[0] == '\0' ? NULL : strstr(written, word);
    uint32_t at = 1;
    if (found == NULL) {
        return 0;
    }
    for (const char *byte = written; byte < found; byte++) {
        at += ((unsigned char)*byte & 0xc0) != 0x80 ? 1 : 0;
    }
    return at;
}

static void add_evidence(struct site_place_found *found, enum site_place_field field,
                         const char *written, const char *word, size_t bytes)
{
    struct site_place_evidence evidence = {.field = field};
    if (bytes >= sizeof evidence.word || bytes == 0) {
        return; /* a name that is longer explains nothing in a line */
    }
    memcpy(evidence.word, word, bytes);
    evidence.at = written == NULL ? 0 : character_of(written, evidence.word);
    for (uint32_t index = 0; index < found->evidence_count; index++) {
        if (found->evidence[index].field == field &&
            strcmp(found->evidence[index].word, evidence.word) == 0) {
            return;
        }
    }
    if (found->evidence_count < SITE_PLACE_EVIDENCE_MAX) {
        found->evidence[found->evidence_count++] = evidence;
    }
}

/* What is said of a word where it stands: near it (related) or there. */
struct stance {
    bool stands, here, near;
    bool house;        /* a house stands after it */
    size_t start, end; /* of the first, with its relation */
};

static void look_at(const struct field *field, const struct site_word *word, struct stance *stance)
{
    *stance = (struct stance){.stands = false};
    for (const char *at = strstr(field->text, word->text); at != NULL;
         at = strstr(at + word->bytes, word->text)) {
        size_t start = (size_t)(at - field->text), end = start + word->bytes;
        bool sure = false;
        stance->house = stance->house || text_house(field->text, end, field->bytes, &sure) > 0;
        const bool near = site_landmarks_related(field->text, field->bytes, &start, &end);
        if (!stance->stands) {
            stance->start = start;
            stance->end = end;
        }
        stance->stands = true;
        stance->near = stance->near || near;
        stance->here = stance->here || !near;
    }
}

/* ---- how sure a name is ---- */

static uint32_t by_chars(uint32_t chars)
{
    return chars <= 2 ? TWO_CHARS : chars == 3 ? THREE_CHARS : MORE_CHARS;
}

/* What another reason, as good as `percent`, leaves of the doubt. */
static uint32_t surer(uint32_t permille, uint32_t percent)
{
    CHECK(permille <= 1000);
    return 1000 - (1000 - permille) * percent / 100;
}

static void weigh_word(const struct finding *finding, const struct site_word *word,
                       struct site_place_candidate *candidate, bool *here, uint32_t *best)
{
    for (size_t each = 0; each < 2; each++) {
        const struct field *field = &finding->fields[each];
        struct stance stance;
        look_at(field, word, &stance);
        if (!stance.stands) {
            continue;
        }
        add_evidence(finding->found, field->name, field->written, field->text + stance.start,
                     stance.end - stance.start);
        if (!names(finding->site, word, candidate->area)) {
            continue;
        }
        uint32_t permille = by_chars(word->chars);
        permille = road(word) && !stance.house ? permille * ROAD_PERCENT / 100 : permille;
        permille = word->count > 1 ? permille * SETTLED_PERCENT / 100 : permille;
        permille = field->name == SITE_PLACE_IN_PLACE ? surer(permille, 50) : permille;
        *best = permille > *best ? permille : *best;
        *here = *here || stance.here;
    }
}

static void weigh(struct finding *finding, const struct site_guess *guess,
                  struct site_place_candidate *candidate)
{
    struct word_list list;
    bool here = false;
    uint32_t best = 0;
    *candidate = (struct site_place_candidate){.area = guess->index};
    list_words(finding->site, guess, &list);
    for (uint32_t index = 0; index < list.count; index++) {
        weigh_word(finding, list.words[index], candidate, &here, &best);
    }
    candidate->permille = best == 0 ? TWO_CHARS : best; /* its names found no room in the list */
    candidate->permille = list.count > 1 ? surer(candidate->permille, 50) : candidate->permille;
    candidate->described = best > 0 && !here;
    if (candidate->described) {
        candidate->permille = candidate->permille * DESCRIBED_PERCENT / 100;
    }
    candidate->permille = candidate->permille > SURE_MOST ? SURE_MOST : candidate->permille;
}

/* ---- candidates ---- */

static void add_candidate(struct site_place_found *found, struct site_place_candidate candidate)
{
    uint32_t at = 0;
    while (at < found->candidate_count && found->candidates[at].area != candidate.area) {
        at++;
    }
    if (at < found->candidate_count || at == SITE_PLACE_MAX) {
        return;
    }
    found->candidates[found->candidate_count++] = candidate;
}

static int surest_first(const void *left, const void *right)
{
    const struct site_place_candidate *a = left;
    const struct site_place_candidate *b = right;
    if (a->permille != b->permille) {
        return a->permille > b->permille ? -1 : 1;
    }
    return a->area < b->area ? -1 : a->area > b->area;
}

/* The surest first, but what is named as the area before all: a smaller one is less sure than the one
 * around it and says more. */
static void sort_candidates(struct site_place_found *found)
{
    uint32_t at = 0;
    if (found->candidate_count > 1) {
        qsort(found->candidates, found->candidate_count, sizeof found->candidates[0], surest_first);
    }
    while (at < found->candidate_count && found->candidates[at].area != found->area) {
        at++;
    }
    if (at > 0 && at < found->candidate_count) {
        const struct site_place_candidate named = found->candidates[at];
        memmove(&found->candidates[1], &found->candidates[0], at * sizeof named);
        found->candidates[0] = named;
    }
}

static void decide(struct site_place_found *found, uint32_t index)
{
    CHECK(index < found->candidate_count);
    found->reason = SITE_PLACE_FOUND;
    found->area = found->candidates[index].area;
    found->permille = found->candidates[index].permille;
}

static void undecided(struct site_place_found *found, enum site_place_reason reason)
{
    found->reason = reason;
    found->area = SITE_NONE;
    found->permille = 0;
}

/* "The estate opposite of A": A is a landmark there, and what is named outright is meant. */
static bool one_is_meant(const struct site_place_found *found, uint32_t *which)
{
    uint32_t outright = 0;
    for (uint32_t index = 0; index < found->candidate_count; index++) {
        if (!found->candidates[index].described) {
            *which = index;
            outright++;
        }
    }
    return outright == 1 && found->candidate_count > 1;
}

static void by_names(struct finding *finding)
{
    struct site_place_found *found = finding->found;
    const struct site_place_named *named = &finding->named;
    uint64_t scores = 0;
    uint32_t which = 0;
    for (uint32_t index = 0; index < named->count; index++) {
        scores += named->guesses[index].score;
    }
    for (uint32_t index = 0; index < named->count; index++) {
        struct site_place_candidate candidate;
        weigh(finding, &named->guesses[index], &candidate);
        add_candidate(found, candidate);
    }
    if (named->count == 1) {
        decide(found, 0);
    } else if (!named->contradicts && one_is_meant(found, &which)) {
        found->candidates[which].permille = found->candidates[which].permille * 9 / 10;
        decide(found, which);
    } else if (named->count > 1) {
        undecided(found, named->contradicts ? SITE_PLACE_CONTRADICTION : SITE_PLACE_AMBIGUOUS);
        for (uint32_t index = 0; index < named->count && scores > 0; index++) {
            struct site_place_candidate *each = &found->candidates[index];
            each->permille =
                (uint32_t)(each->permille * (uint64_t)named->guesses[index].score / scores);
        }
    }
}

/* The place names a street for sure and the text one community in it: that is meant, only smaller. */
static void by_text(struct finding *finding)
{
    struct site_place_found *found = finding->found;
    const struct field *text = &finding->fields[SITE_PLACE_IN_TEXT];
    struct site_guess inside[SITE_PLACE_MAX];
    struct site_place_candidate candidate;
    uint32_t kept = 0;
    if (finding->named.count != 1 || finding->named.in_text) {
        return;
    }
    const uint32_t count =
        site_guess_areas(finding->site, text->text, text->bytes, inside, SITE_PLACE_MAX);
    for (uint32_t index = 0; index < count; index++) {
        if (inside[index].index != found->area &&
            site_area_within(finding->site, inside[index].index, found->area)) {
            inside[kept++] = inside[index];
        }
    }
    if (kept == 1) {
        weigh(finding, &inside[0], &candidate);
        add_candidate(found, candidate);
        finding->named.guesses[0] = inside[0];
        decide(found, found->candidate_count - 1);
    }
}

/* ---- landmarks without names ---- */

/* A noun that is the end of a name which was found: "清河菜市场后面" was read as that. */
static bool told_already(const struct site_place_found *found, const char *noun)
{
    for (uint32_t index = 0; index < found->evidence_count; index++) {
        if (strstr(found->evidence[index].word, noun) != NULL) {
            return true;
        }
    }
    return false;
}

/* Within an area that is named for sure ("in Qinghe street, behind the market") it says where in it;
 * where nothing is named it is all that there is. */
static void by_landmark(struct finding *finding)
{
    struct site_place_found *found = finding->found;
    struct site_landmark landmark;
    if (finding->named.count > 1) {
        return;
    }
    const uint32_t within = finding->named.count == 1 ? found->area : SITE_NONE;
    for (size_t each = 0; each < 2; each++) {
        const struct field *field = &finding->fields[1 - each]; /* the place first */
        if (!site_landmarks_find(finding->place->landmarks, field->text, field->bytes, within,
                                 &landmark)) {
            continue;
        }
        if (told_already(found, landmark.noun) ||
            (landmark.area_count == 1 && landmark.areas[0] == within)) {
            return; /* nothing new */
        }
        add_evidence(found, field->name, field->written, field->text + landmark.start,
                     landmark.end - landmark.start);
        for (uint32_t index = 0; index < landmark.area_count; index++) {
            add_candidate(found, (struct site_place_candidate){
                                     .area = landmark.areas[index],
                                     .permille = LANDMARK / (landmark.area_count + landmark.more),
                                     .described = true});
        }
        if (landmark.area_count == 1 && !landmark.more) {
            decide(found, found->candidate_count - 1);
        } else if (within == SITE_NONE) {
            undecided(found, SITE_PLACE_AMBIGUOUS);
        }
        return;
    }
}

/* ---- the map ---- */

static bool same_branch(const struct site *site, uint32_t a, uint32_t b)
{
    return site_area_within(site, a, b) || site_area_within(site, b, a);
}

static void map_evidence(struct finding *finding, const struct site_spot *spot)
{
    char word[SITE_PLACE_WORD_BYTES];
    const char *code = finding->site->areas[spot->area].code;
    const int bytes = spot->metres == 0 ? snprintf(word, sizeof word, "%s inside", code)
                                        : snprintf(word, sizeof word, "%s %um", code, spot->metres);
    CHECK(bytes > 0);
    CHECK(bytes < (int)sizeof word);
    add_evidence(finding->found, SITE_PLACE_ON_MAP, NULL, word, (size_t)bytes);
}

/* The areas at the point; *torn: nobody said which system it is in, and the two readings lie in
 * different ones, which are all given. */
static uint32_t spots_of(const struct finding *finding, struct site_spot *spots, bool *torn)
{
    const struct site_place_query *query = finding->query;
    struct site_spot others[SPOTS];
    const struct geo_point other = geo_wgs84(query->point);
    *torn = false;
    if (query->datum != GEO_DATUM_UNKNOWN) {
        return site_shapes_find(finding->site, query->datum == GEO_GCJ02 ? other : query->point,
                                spots, SPOTS);
    }
    uint32_t count = site_shapes_find(finding->site, query->point, spots, SPOTS);
    const uint32_t other_count = site_shapes_find(finding->site, other, others, SPOTS);
    const bool same = count > 0 && other_count > 0 && spots[0].area == others[0].area;
    *torn = !same && count + other_count > 0;
    for (uint32_t index = 0; !same && index < other_count && count < SPOTS; index++) {
        spots[count++] = others[index];
    }
    for (uint32_t index = 0; index < count; index++) {
        spots[index].permille = spots[index].permille * DATUM_PERCENT / 100;
    }
    return count;
}

/* Names say one area (a described one is weaker than a point): does the map say it too? */
static void confirm(struct finding *finding, const struct site_spot *spots, uint32_t count)
{
    struct site_place_found *found = finding->found;
    const struct site *site = finding->site;
    for (uint32_t index = 0; index < count; index++) {
        const struct site_spot *spot = &spots[index];
        if (!same_branch(site, spot->area, found->area)) {
            continue;
        }
        map_evidence(finding, spot);
        const uint32_t permille = surer(found->permille, 100 - spot->permille / 10);
        const bool deeper =
            spot->area != found->area && site_area_within(site, spot->area, found->area);
        found->area = deeper ? spot->area : found->area;
        found->permille = deeper ? spot->permille : permille > SURE_MOST ? SURE_MOST : permille;
        add_candidate(
            found, (struct site_place_candidate){.area = found->area, .permille = found->permille});
        for (uint32_t at = 0; at < found->candidate_count; at++) {
            if (found->candidates[at].area == found->area) {
                found->candidates[at].permille = found->permille;
            }
        }
        return;
    }
    map_evidence(finding, &spots[0]);
    add_candidate(
        found, (struct site_place_candidate){.area = spots[0].area, .permille = spots[0].permille});
    if (found->candidates[0].described) { /* "opposite of A" is not in A, and here is where */
        decide(found, found->candidate_count - 1);
        return;
    }
    undecided(found, SITE_PLACE_CONTRADICTION);
}

/* Several are named: the map may show which. */
static void settle_by_map(struct finding *finding, const struct site_spot *spot)
{
    struct site_place_found *found = finding->found;
    uint32_t fitting = 0, which = 0;
    map_evidence(finding, spot);
    for (uint32_t index = 0; index < found->candidate_count; index++) {
        if (same_branch(finding->site, found->candidates[index].area, spot->area)) {
            which = index;
            fitting++;
        }
    }
    if (fitting == 1) {
        found->candidates[which].permille = spot->permille;
        decide(found, which);
    } else if (fitting == 0) {
        add_candidate(
            found, (struct site_place_candidate){.area = spot->area, .permille = spot->permille});
        undecided(found, SITE_PLACE_CONTRADICTION);
    }
}

static void by_map(struct finding *finding)
{
    struct site_place_found *found = finding->found;
    struct site_spot spots[SPOTS];
    bool torn = false;
    if (finding->query->bad_point && found->candidate_count == 0) {
        undecided(found, SITE_PLACE_COORDINATES);
    }
    if (!finding->query->has_point || finding->site->index->shape_count == 0) {
        return;
    }
    CHECK(!finding->query->bad_point);
    const uint32_t count = spots_of(finding, spots, &torn);
    if (count == 0) {
        if (found->candidate_count == 0) {
            undecided(found, SITE_PLACE_OUTSIDE);
        }
    } else if (found->area != SITE_NONE) {
        confirm(finding, spots, count);
    } else if (found->candidate_count > 0) {
        settle_by_map(finding, &spots[0]);
    } else {
        for (uint32_t index = 0; index < count; index++) {
            map_evidence(finding, &spots[index]);
            add_candidate(found, (struct site_place_candidate){.area = spots[index].area,
                                                               .permille = spots[index].permille});
        }
        const bool clear = count == 1 || spots[0].permille >= spots[1].permille + 100 ||
                           spots[0].metres * 2 < spots[1].metres;
        if (torn) {
            undecided(found, SITE_PLACE_DATUM);
        } else if (clear) {
            decide(found, 0);
        } else {
            undecided(found, SITE_PLACE_AMBIGUOUS);
        }
    }
}

/* ---- houses ---- */

static void keep_house(struct site_place_found *found, const struct field *field, size_t at,
                       size_t bytes)
{
    if (bytes > 0 && bytes < sizeof found->house) {
        memcpy(found->house, field->text + at, bytes);
        found->house[bytes] = '\0';
        add_evidence(found, field->name, field->written, field->text + at, bytes);
    }
}

/* Where the house begins that is part of the name itself: "联邦新城3号楼" as an alias. */
static bool house_in(const struct field *field, size_t start, size_t end, size_t *at, size_t *used)
{
    bool sure = false;
    for (size_t index = start; index < end; index++) {
        const bool first =
            field->text[index] >= '0' && field->text[index] <= '9' &&
            (index == start || field->text[index - 1] < '0' || field->text[index - 1] > '9');
        *used = first ? text_house(field->text, index, field->bytes, &sure) : 0;
        if (*used > 0 && index + *used >= end) {
            *at = index;
            return true;
        }
    }
    return false;
}

/* What stands after the name of the place, else the first that can be nothing else. */
static void find_house(struct finding *finding)
{
    struct site_place_found *found = finding->found;
    struct word_list list = {.count = 0};
    size_t at = 0, used = 0;
    for (uint32_t index = 0; index < finding->named.count; index++) {
        if (finding->named.guesses[index].index == found->area || found->area == SITE_NONE) {
            list_words(finding->site, &finding->named.guesses[index], &list);
        }
    }
    for (uint32_t word = 0; word < list.count; word++) {
        for (size_t each = 0; each < 2; each++) {
            const struct field *field = &finding->fields[1 - each];
            const char *stands = strstr(field->text, list.words[word]->text);
            const size_t start = stands == NULL ? 0 : (size_t)(stands - field->text);
            size_t end = start + list.words[word]->bytes;
            bool sure = false;
            if (stands == NULL) {
                continue;
            }
            if (house_in(field, start, end, &at, &used)) {
                keep_house(found, field, at, used);
                return;
            }
            end += field->bytes - end >= 6 && memcmp(field->text + end, "小区", 6) == 0 ? 6 : 0;
            used = text_house(field->text, end, field->bytes, &sure);
            if (used > 0) {
                keep_house(found, field, end, used);
                return;
            }
        }
    }
    for (size_t each = 0; each < 2; each++) {
        const struct field *field = &finding->fields[1 - each];
        if (text_house_find(field->text, field->bytes, &at, &used)) {
            keep_house(found, field, at, used);
            return;
        }
    }
}

/* ---- all of it ---- */

/* In place; an ideograph of three bytes stays one. False: nothing was traditional. */
static bool simplify(struct field *field)
{
    bool changed = false;
    for (size_t at = 0; at < field->bytes; at++) {
        unsigned char *here = (unsigned char *)field->text + at;
        if (!utf8_three(here, field->bytes - at)) {
            continue;
        }
        const uint32_t point = utf8_three_point(here);
        const uint32_t simple = (uint32_t)text_simplify((int32_t)point);
        if (simple != point && simple >= 0x800 && simple < 0x10000) {
            here[0] = (unsigned char)(0xe0 | simple >> 12);
            here[1] = (unsigned char)(0x80 | (simple >> 6 & 0x3f));
            here[2] = (unsigned char)(0x80 | (simple & 0x3f));
            changed = true;
        }
        at += UTF8_THREE_BYTES - 1;
    }
    return changed;
}

static enum rc normalise(struct finding *finding, struct arena *arena)
{
    enum rc rc = RC_OK;
    for (size_t each = 0; rc == RC_OK && each < 2; each++) {
        struct field *field = &finding->fields[each];
        rc = text_normalise_place(arena, field->written, &field->text, &field->bytes);
    }
    return rc;
}

/* A site's names are mostly simplified and some texts are not; a site of traditional names is found
 * by the first look. */
static void look_for_names(struct finding *finding)
{
    struct field *fields = finding->fields;
    site_place_named(finding->site, fields[SITE_PLACE_IN_PLACE].text,
                     fields[SITE_PLACE_IN_TEXT].text, &finding->named);
    if (finding->named.count == 0) {
        const bool text = simplify(&fields[SITE_PLACE_IN_TEXT]);
        const bool place = simplify(&fields[SITE_PLACE_IN_PLACE]);
        if (text || place) {
            site_place_named(finding->site, fields[SITE_PLACE_IN_PLACE].text,
                             fields[SITE_PLACE_IN_TEXT].text, &finding->named);
        }
    }
}

void site_place_find(const struct site_place *place, struct arena *arena,
                     const struct site_place_query *query, struct site_place_found *found)
{
    struct finding finding = {.site = place->site, .place = place, .query = query, .found = found};
    memset(found, 0, sizeof *found);
    CHECK(query->text != NULL);
    CHECK(query->place != NULL);
    undecided(found, SITE_PLACE_UNKNOWN);
    finding.fields[SITE_PLACE_IN_TEXT] =
        (struct field){.name = SITE_PLACE_IN_TEXT, .written = query->text};
    finding.fields[SITE_PLACE_IN_PLACE] =
        (struct field){.name = SITE_PLACE_IN_PLACE, .written = query->place};
    const enum rc rc = normalise(&finding, arena);
    if (rc != RC_OK) {
        undecided(found, rc == RC_INVALID ? SITE_PLACE_INVALID : SITE_PLACE_LONG);
        return;
    }
    if (text_blank(query->text) && text_blank(query->place)) {
        undecided(found, SITE_PLACE_EMPTY);
    }
    look_for_names(&finding);
    by_names(&finding);
    by_text(&finding);
    by_landmark(&finding);
    by_map(&finding);
    find_house(&finding);
    sort_candidates(found);
    CHECK((found->area == SITE_NONE) == (found->reason != SITE_PLACE_FOUND));
}

enum rc site_place_open(const struct site *site, struct site_place **place)
{
    struct site_place *made = calloc(1, sizeof *made);
    CHECK(site->places != NULL);
    if (made == NULL) {
        return RC_LIMIT;
    }
    made->site = site;
    const enum rc rc = site_landmarks_open(site, &made->landmarks);
    if (rc != RC_OK) {
        free(made);
        return rc;
    }
    *place = made;
    return RC_OK;
}

void site_place_close(struct site_place *place)
{
    if (place != NULL) {
        site_landmarks_close(place->landmarks);
        free(place);
    }
}

bool site_place_has_map(const struct site_place *place)
{
    CHECK(place != NULL);
    return place->site->index->shape_count > 0;
}

const char *site_place_reason_name(enum site_place_reason reason)
{
    static const char *const names[SITE_PLACE_REASON_COUNT] = {
        "",        "empty", "unknown",     "ambiguous", "contradiction",
        "outside", "datum", "coordinates", "invalid",   "long"};
    CHECK(reason < SITE_PLACE_REASON_COUNT);
    return names[reason];
}

const char *site_place_field_name(enum site_place_field field)
{
    CHECK(field <= SITE_PLACE_ON_MAP);
    return field == SITE_PLACE_IN_TEXT ? "text" : field == SITE_PLACE_IN_PLACE ? "place" : "map";
}
