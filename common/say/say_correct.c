/* say_correct: the sentence of a correction 更正. It is the one fact that tells several things at once,
 * each of which may be absent: what it is, where, how urgent, whose. Owns nothing; made from the fact
 * and the names of the site alone, like every sentence (say_facts.c). */
#include "common/say/say_correct.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_words.h"

enum { PIECE_BYTES = 1024 };

/* One thing that was wrong, and what holds instead. */
static void add(const struct say *say, char *text, size_t size, const char *what, const char *from,
                const char *to)
{
    char piece[PIECE_BYTES];
    CHECK(size > 0);
    (void)snprintf(piece, sizeof piece, "%s %s %s %s", what, from,
                   say_choose(say, "改为", "is now"), to);
    say_add(text, size, say_choose(say, "；", "; "), piece);
}

static void add_unit(const struct say *say, char *text, size_t size, const Paidan__Assignment *to)
{
    char piece[PIECE_BYTES];
    const bool fallback = to->has_fallback && to->fallback;
    CHECK(size > 0);
    (void)snprintf(piece, sizeof piece,
                   say_choose(say, "改由 %s（%s）%s 承办", "it goes to %s (%s)%s"),
                   say_unit(say, to->unit), say_level(say, to->level),
                   fallback ? say_choose(say, "，兜底", ", the fallback owner") : "");
    say_add(text, size, say_choose(say, "；", "; "), piece);
}

/* Units that need not assist any more. */
static void add_ended(const struct say *say, char *text, size_t size, const Paidan__Corrected *fact)
{
    for (size_t index = 0; index < fact->n_assist_ended; index++) {
        say_add(text, size,
                say_choose(say, index == 0 ? "，协办取消：" : "、",
                           index == 0 ? ", need not assist any more: " : ", "),
                say_unit(say, fact->assist_ended[index]));
    }
}

enum say_tone say_correct_words(const struct say *say, const Paidan__Corrected *fact, char *text,
                                size_t size)
{
    CHECK(size > 0);
    char changes[4 * PIECE_BYTES] = "";
    if (fact->category != NULL && fact->from_category != NULL) {
        add(say, changes, sizeof changes, say_choose(say, "类别", "category"),
            say_category(say, fact->from_category), say_category(say, fact->category));
    }
    if (fact->area != NULL && fact->from_area != NULL) {
        add(say, changes, sizeof changes, say_choose(say, "区域", "area"),
            say_area(say, fact->from_area), say_area(say, fact->area));
    }
    if (fact->has_urgency && fact->has_from_urgency) {
        add(say, changes, sizeof changes, say_choose(say, "紧急程度", "urgency"),
            say_words_urgency(say, fact->from_urgency), say_words_urgency(say, fact->urgency));
    }
    if (fact->to != NULL) {
        add_unit(say, changes, sizeof changes, fact->to);
    }
    add_ended(say, changes, sizeof changes, fact);
    const bool noted = fact->note != NULL && fact->note[0] != '\0';
    (void)snprintf(text, size, "%s%s%s%s", say_choose(say, "更正：", "corrected: "), changes,
                   noted ? say_choose(say, "：", ": ") : "", noted ? fact->note : "");
    return SAY_NEWS;
}
