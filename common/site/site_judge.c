/* site_judge: from words to category, area, level and owner. Owns no table and keeps no text:
 * what it read is gone when it returns, so that triage's log never holds what a resident wrote.
 *
 * A hint of the channel that the site knows comes first. Without one, the category is the one whose
 * keywords are found best in title and text, the area the one named in the place or, when the place
 * names none, in title and text. What is not clear is not guessed: it becomes a reason for the desk
 * and a list of proposals. */

#include "common/site/site_judge.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* As many guesses as are looked at; proposals are the first few of them. More would not help: where
 * eight things fit, the dispatcher must read the text anyway. */
enum { GUESSES_MAX = 8 };

/* The reasons are stored as a bit set, the bits numbered as the schema numbers the reasons. */
static uint32_t reason(Paidan__DeskReason value)
{
    CHECK(value >= 0 && value < 32);
    return 1u << (unsigned)value;
}

/* Is one of the two categories the other, or above it in the tree? */
static bool related(const struct site *site, uint32_t a, uint32_t b)
{
    CHECK(a < site->category_count);
    CHECK(b < site->category_count);
    for (uint32_t index = a; index != SITE_NONE; index = site->categories[index].parent) {
        if (index == b) {
            return true;
        }
    }
    for (uint32_t index = b; index != SITE_NONE; index = site->categories[index].parent) {
        if (index == a) {
            return true;
        }
    }
    return false;
}

/* In whole numbers: folding and deciding know no floating point. */
static bool clearly_above(uint32_t best, uint32_t next)
{
    CHECK(best >= next); /* guesses come best first */
    return (uint64_t)best * 100 >= (uint64_t)next * (100 + SITE_JUDGE_MARGIN_PERCENT);
}

/* The deeper of two related categories: more is known about it. */
static uint32_t deeper(const struct site *site, uint32_t a, uint32_t b)
{
    CHECK(related(site, a, b));
    for (uint32_t index = b; index != SITE_NONE; index = site->categories[index].parent) {
        if (index == a) {
            return b;
        }
    }
    return a;
}

/* Whole words of any script: what does not fit is cut, for `why` explains and decides nothing. */
void site_judge_note(char *to, size_t size, const char *text)
{
    CHECK(text != NULL);
    CHECK(strlen(to) < size);
    const size_t used = strlen(to), bytes = strnlen(text, size - used - 1);
    memcpy(to + used, text, bytes);
    to[used + bytes] = '\0';
}

/* found: the words that decided, for `why`; empty where nothing was sure. */
static void judge_category(const struct site *site, const char *hint, const char *words,
                           struct site_judgement *judgement, char found[96])
{
    CHECK(judgement->category_count == 0);
    judgement->category = SITE_NONE;
    found[0] = '\0';
    /* The channel knows better than the words: a form with a list of categories, a device that
     * can report one thing only. A code that the site does not have is no hint: intake may
     * have read older files. */
    if (hint != NULL) {
        const uint32_t index = site_category_find(site, hint);
        if (index != SITE_NONE) {
            judgement->category = judgement->categories[0] = index;
            judgement->category_count = 1;
            site_judge_note(found, 96, "hint");
            return;
        }
    }
    struct site_guess guesses[GUESSES_MAX];
    const uint32_t count = site_guess_categories(site, words, strlen(words), guesses, GUESSES_MAX);
    for (uint32_t index = 0; index < count && index < SITE_PROPOSALS_MAX; index++) {
        judgement->categories[judgement->category_count++] = guesses[index].index;
    }
    if (count == 0) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_NO_CATEGORY);
        return;
    }
    CHECK(count <= GUESSES_MAX);
    /* Guesses near the best one speak for it if they lie on its branch, and against it if not. */
    uint32_t best = guesses[0].index;
    for (uint32_t index = 1; index < count; index++) {
        if (clearly_above(guesses[0].score, guesses[index].score)) {
            break;
        }
        if (!related(site, best, guesses[index].index)) {
            judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_AMBIGUOUS_CATEGORY);
            return;
        }
        best = deeper(site, best, guesses[index].index);
    }
    judgement->category = judgement->categories[0] = best;
    judgement->category_count = 1;
    site_judge_note(found, 96, guesses[0].words);
}

/* Keeps the areas of a that are named in b too, or lie within one named there. */
static uint32_t settle(const struct site *site, struct site_guess *a, uint32_t a_count,
                       const struct site_guess *b, uint32_t b_count)
{
    CHECK(a_count <= GUESSES_MAX);
    CHECK(b_count <= GUESSES_MAX);
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

/* found: where and by which name it was found, for `why`. */
static void judge_area(const struct site *site, const char *hint, const char *place,
                       const char *words, struct site_judgement *judgement, char found[128])
{
    CHECK(judgement->area_count == 0);
    judgement->area = SITE_NONE;
    found[0] = '\0';
    if (hint != NULL) {
        const uint32_t index = site_area_find(site, hint);
        if (index != SITE_NONE) {
            judgement->area = judgement->areas[0] = index;
            judgement->area_count = 1;
            site_judge_note(found, 128, "hint");
            return;
        }
    }
    /* People write the place where it belongs; the text names other places too ("moved here from
     * ..."), so it is asked only where the place says nothing or too much, and whether all it names
     * lies elsewhere. */
    struct site_guess guesses[GUESSES_MAX], others[GUESSES_MAX];
    const char *where = "place";
    uint32_t count = site_guess_areas(site, place, strlen(place), guesses, GUESSES_MAX);
    /* The place says nothing that the site knows: then any name in the text is welcome. */
    if (count == 0) {
        where = "text";
        count = site_guess_areas(site, words, strlen(words), guesses, GUESSES_MAX);
        /* Several places of one name, most often: the one near what the text names is meant. */
    } else if (count > 1) {
        const uint32_t named = site_guess_areas(site, words, strlen(words), others, GUESSES_MAX);
        struct site_guess settled[GUESSES_MAX];
        memcpy(settled, guesses, sizeof settled);
        /* Only if exactly one is left: two that both fit are as unsure as before. */
        if (settle(site, settled, count, others, named) == 1) {
            guesses[0] = settled[0];
            count = 1;
        }
    } else {
        /* Two names that contradict each other: nobody knows which is meant, so both are shown. */
        const uint32_t named =
            site_guess_areas(site, words, strlen(words), others, GUESSES_MAX - 1);
        struct site_guess settled = guesses[0];
        if (named > 0 && settle(site, &settled, 1, others, named) == 0) {
            memcpy(guesses + 1, others, named * sizeof others[0]);
            count += named;
        }
    }
    CHECK(count <= GUESSES_MAX);
    for (uint32_t index = 0; index < count && index < SITE_PROPOSALS_MAX; index++) {
        judgement->areas[judgement->area_count++] = guesses[index].index;
    }
    if (count == 0) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_NO_PLACE);
    } else if (count > 1) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_AMBIGUOUS_PLACE);
    } else {
        judgement->area = guesses[0].index;
        site_judge_note(found, 128, where);
        site_judge_note(found, 128, " ");
        site_judge_note(found, 128, guesses[0].words);
    }
}

/* Where the ticket begins: as high as the category wants, but never below the area's own level, for
 * areas have no units below themselves. */
static uint32_t start_level(const struct site *site, uint32_t category, uint32_t area)
{
    CHECK(category < site->category_count);
    CHECK(area < site->area_count);
    const uint32_t area_level = site->areas[area].level;
    const uint32_t wanted = site->categories[category].start_level;
    if (wanted != 0) {
        return wanted > area_level ? wanted : area_level;
    }
    return site_level_owned(site, category, area, area_level);
}

/* The bar keeps the end of the title and the beginning of the text from making a word. */
static char *join(struct arena *arena, const char *title, const char *text)
{
    CHECK(title != NULL);
    CHECK(text != NULL);
    const size_t title_bytes = strlen(title), text_bytes = strlen(text);
    char *joined = arena_alloc(arena, title_bytes + 1 + text_bytes + 1);
    if (joined != NULL) {
        memcpy(joined, title, title_bytes);
        joined[title_bytes] = '|';
        memcpy(joined + title_bytes + 1, text, text_bytes + 1);
    }
    return joined;
}

/* Title and text are one text to the search; the place is searched apart, for it counts first. */
enum rc site_judge_words(struct arena *arena, const struct site *site,
                         const Paidan__Registered *registered, struct site_judgement *judgement)
{
    char *words = NULL, *place = NULL;
    size_t bytes = 0;
    const char *title =
        registered->given_title != NULL ? registered->given_title : registered->title;
    const char *joined = join(arena, title, registered->text);
    if (joined == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = text_normalise(arena, joined, &words, &bytes);
    if (rc == RC_OK) {
        rc = text_normalise_place(arena, registered->place == NULL ? "" : registered->place, &place,
                                  &bytes);
    }
    if (rc != RC_OK) {
        return rc;
    }
    memset(judgement, 0, sizeof *judgement);
    char keywords[96], names[128];
    judge_category(site, registered->category_hint, words, judgement, keywords);
    /* Categories were looked for: from here on the text is searched for places alone. */
    (void)text_place_numbers(words, strlen(words));
    judge_area(site, registered->area_hint, place, words, judgement, names);
    /* Half of it is worth keeping: the desk shows what was sure. */
    if (judgement->category == SITE_NONE || judgement->area == SITE_NONE) {
        CHECK(judgement->reasons != 0);
        return RC_OK;
    }
    CHECK(judgement->reasons == 0);
    judgement->level = start_level(site, judgement->category, judgement->area);
    site_owner(site, judgement->category, judgement->area, judgement->level, &judgement->owner);
    /* The office decides whether a ticket that nobody owns goes to the fallback at once or is
     * looked at first. */
    if (judgement->owner.fallback && site->desk_on_fallback) {
        judgement->reasons |= reason(PAIDAN__DESK_REASON__DESK_NO_OWNER);
    }
    site_judge_note(judgement->why, sizeof judgement->why, "category: ");
    site_judge_note(judgement->why, sizeof judgement->why, keywords);
    site_judge_note(judgement->why, sizeof judgement->why, "; area: ");
    site_judge_note(judgement->why, sizeof judgement->why, names);
    return RC_OK;
}
