/* site_judged: what a judgement rests on, put together as it is stored and shown. Codes, the site's
 * own words, letters that a model knows and numbers; never a word of the resident's besides. */
#pragma once

#include "common/base/arena.h"
#include "common/learn/learn.h"
#include "common/site/site.h"
#include "event.pb-c.h"

enum {
    SITE_JUDGED_GUESSES_MAX = 3,
    SITE_JUDGED_WORDS_MAX = 8,
    SITE_JUDGED_GRAMS_MAX = 6,
    SITE_JUDGED_PLACE_WORDS_MAX = 4,
    SITE_JUDGED_PARTS_MAX = 4,
    SITE_JUDGED_CALLS_MAX = CALLS_NAMED_MAX,
};

/* One after the other; failed: the arena is full, and what was made is not to be used. What does not
 * fit any more is left out, the best came first. */
struct site_judged {
    struct arena *arena;
    Paidan__Judged *judged;
    bool failed;
};
void site_judged_begin(struct site_judged *to, struct arena *arena);
/* Codes live as long as the site. */
void site_judged_category(struct site_judged *to, const char *code, uint32_t permille);
void site_judged_area(struct site_judged *to, const char *code, uint32_t permille);
void site_judged_unit(struct site_judged *to, const char *code, uint32_t permille);
/* "漏水|渗水", as struct site_guess has them. */
void site_judged_words(struct site_judged *to, const char *words);
void site_judged_place_words(struct site_judged *to, const char *words);
void site_judged_rule(struct site_judged *to, const char *code); /* the last one counts */
void site_judged_call(struct site_judged *to, const char *number);
void site_judged_gram(struct site_judged *to, const struct learn_evidence *gram);
void site_judged_part(struct site_judged *to, size_t at, size_t bytes, const char *code,
                      uint32_t permille);
/* Of a confidential ticket 保密: what was found of its text goes, for a unit may read the evidence. */
void site_judged_codes_only(Paidan__Judged *judged);
