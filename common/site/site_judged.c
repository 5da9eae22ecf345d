/* site_judged: evidence of a judgement. Owns nothing: all of it lies in the arena of whoever judges.
 *
 * What must stay true: the lists are no longer than wire_bounds lets them be, and no letter of a gram
 * is a digit: two of them are no number, but six grams might tell one. */

#include "common/site/site_judged.h"

#include <string.h>

#include "common/base/check.h"

void site_judged_begin(struct site_judged *to, struct arena *arena)
{
    *to = (struct site_judged){.arena = arena};
    to->judged = arena_alloc(arena, sizeof *to->judged);
    to->failed = to->judged == NULL;
    if (!to->failed) {
        paidan__judged__init(to->judged);
    }
}

/* Room for one more in a list that begins with all the room it may ever need. NULL: full, or failed. */
static void **place_for(struct site_judged *to, void ***list, size_t count, size_t max)
{
    CHECK(count <= max);
    if (to->failed || count == max) {
        return NULL;
    }
    if (count == 0) {
        *list = arena_alloc(to->arena, max * sizeof **list);
        to->failed = *list == NULL;
    }
    return to->failed ? NULL : *list + count;
}

static void add_guess(struct site_judged *to, Paidan__Guess ***list, size_t *count,
                      const char *code, uint32_t permille)
{
    CHECK(permille <= SITE_PERMILLE);
    Paidan__Guess **place =
        (Paidan__Guess **)place_for(to, (void ***)list, *count, SITE_JUDGED_GUESSES_MAX);
    Paidan__Guess *guess = place == NULL ? NULL : arena_alloc(to->arena, sizeof *guess);
    if (guess == NULL) {
        to->failed |= place != NULL;
        return;
    }
    paidan__guess__init(guess);
    guess->code = (char *)(uintptr_t)code; /* packed, never written */
    guess->permille = permille;
    *place = guess;
    ++*count;
}

void site_judged_category(struct site_judged *to, const char *code, uint32_t permille)
{
    if (!to->failed) {
        add_guess(to, &to->judged->guesses, &to->judged->n_guesses, code, permille);
    }
}

void site_judged_area(struct site_judged *to, const char *code, uint32_t permille)
{
    if (!to->failed) {
        add_guess(to, &to->judged->areas, &to->judged->n_areas, code, permille);
    }
}

void site_judged_unit(struct site_judged *to, const char *code, uint32_t permille)
{
    if (!to->failed) {
        add_guess(to, &to->judged->units, &to->judged->n_units, code, permille);
    }
}

static bool has_word(char *const *list, size_t count, const char *word, size_t bytes)
{
    for (size_t index = 0; index < count; index++) {
        if (strlen(list[index]) == bytes && memcmp(list[index], word, bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* Each once, in the order in which they come. */
static void add_words(struct site_judged *to, char ***list, size_t *count, size_t max,
                      const char *words)
{
    while (*words != '\0') {
        const size_t bytes = strcspn(words, "|");
        const bool known = bytes == 0 || has_word(*list, *count, words, bytes);
        char **place = known ? NULL : (char **)place_for(to, (void ***)list, *count, max);
        if (place != NULL) {
            *place = arena_printf(to->arena, "%.*s", (int)bytes, words);
            to->failed |= *place == NULL;
            *count += *place != NULL ? 1 : 0;
        }
        words += bytes + (words[bytes] == '|' ? 1 : 0);
    }
}

void site_judged_words(struct site_judged *to, const char *words)
{
    if (!to->failed) {
        add_words(to, &to->judged->words, &to->judged->n_words, SITE_JUDGED_WORDS_MAX, words);
    }
}

void site_judged_place_words(struct site_judged *to, const char *words)
{
    if (!to->failed) {
        add_words(to, &to->judged->place_words, &to->judged->n_place_words,
                  SITE_JUDGED_PLACE_WORDS_MAX, words);
    }
}

void site_judged_rule(struct site_judged *to, const char *code)
{
    CHECK(code != NULL);
    if (!to->failed) {
        to->judged->rule = (char *)(uintptr_t)code; /* packed, never written */
    }
}

void site_judged_call(struct site_judged *to, const char *number)
{
    if (!to->failed) {
        add_words(to, &to->judged->call, &to->judged->n_call, SITE_JUDGED_CALLS_MAX, number);
    }
}

void site_judged_gram(struct site_judged *to, const struct learn_evidence *gram)
{
    const float weight = gram->weight * SITE_PERMILLE;
    if (to->failed || strpbrk(gram->gram, "0123456789") != NULL || weight < 1) {
        return;
    }
    Paidan__Gram **place = (Paidan__Gram **)place_for(to, (void ***)&to->judged->grams,
                                                      to->judged->n_grams, SITE_JUDGED_GRAMS_MAX);
    Paidan__Gram *made = place == NULL ? NULL : arena_alloc(to->arena, sizeof *made);
    if (made == NULL) {
        to->failed |= place != NULL;
        return;
    }
    paidan__gram__init(made);
    made->gram = arena_strdup(to->arena, gram->gram);
    to->failed |= made->gram == NULL;
    made->has_title = made->title = gram->title;
    made->weight = weight < 1e6f ? (uint32_t)weight : 1000000u;
    *place = made;
    to->judged->n_grams++;
}

void site_judged_part(struct site_judged *to, size_t at, size_t bytes, const char *code,
                      uint32_t permille)
{
    CHECK(at <= UINT32_MAX);
    CHECK(bytes <= UINT32_MAX);
    if (to->failed) {
        return;
    }
    Paidan__Part **place = (Paidan__Part **)place_for(to, (void ***)&to->judged->parts,
                                                      to->judged->n_parts, SITE_JUDGED_PARTS_MAX);
    Paidan__Part *part = place == NULL ? NULL : arena_alloc(to->arena, sizeof *part);
    if (part == NULL) {
        to->failed |= place != NULL;
        return;
    }
    paidan__part__init(part);
    part->at = (uint32_t)at;
    part->bytes = (uint32_t)bytes;
    part->category = (char *)(uintptr_t)code; /* packed, never written */
    part->permille = permille;
    *place = part;
    to->judged->n_parts++;
}

void site_judged_codes_only(Paidan__Judged *judged)
{
    CHECK(judged->n_words <= SITE_JUDGED_WORDS_MAX);
    judged->n_words = judged->n_place_words = judged->n_grams = 0;
}
