/* site_judge: from a ticket's words to category, area, level and owner, or to the reasons why the
 * desk must decide. Reads texts as they pass and keeps none. */
#pragma once

#include "common/base/arena.h"
#include "common/site/site.h"
#include "event.pb-c.h"

/* What is proposed to a dispatcher: more than three nobody reads. */
enum { SITE_PROPOSALS_MAX = 3 };

/* What triage makes of a ticket's words. */
struct site_judgement {
    uint32_t reasons;        /* 0: sure; else a bit set of DeskReason */
    uint32_t category, area; /* index into the site, SITE_NONE while unsure */
    uint32_t level;          /* where it starts; 0 while unsure */
    uint32_t urgency;        /* enum Urgency that a rule gives it; 0: the category's */
    uint32_t
        likely_urgency; /* of what it may well be, where a model guesses; 0: that of all proposals */
    struct site_owner owner; /* set when sure, and with DESK_NO_OWNER */
    uint32_t category_count, area_count;
    uint32_t categories[SITE_PROPOSALS_MAX], areas[SITE_PROPOSALS_MAX]; /* best first */
    char why[DETAIL_BYTES_MAX + 1]; /* "category leak 漏水,积水; place place 阳光花园" */
    Paidan__Judged *judged; /* what it rests on; NULL: the site has no model. In the arena */
};

/* How sure the model must be of a category, per mille, where that is not as the site's precision asks:
 * above SITE_PERMILLE nothing of it goes out by itself. Pure; NULL: as the precision asks. */
struct site_trusting {
    uint32_t (*threshold)(void *context, const struct site *site, uint32_t category);
    void *context;
};

/* The best category must score this much more than the next, else the desk decides: 25 % is one
 * more keyword of two characters against a text where the other category found four. */
#define SITE_JUDGE_MARGIN_PERCENT 25u

/* Judges the words of a registered ticket. RC_OK, RC_LIMIT (arena) or RC_INVALID (not UTF-8). */
MUST_CHECK enum rc site_judge_words(struct arena *arena, const struct site *site,
                                    const Paidan__Registered *registered,
                                    const struct site_trusting *trusting,
                                    struct site_judgement *judgement);
/* Appends as much of text as fits into to, a string in size bytes. */
void site_judge_note(char *to, size_t size, const char *text);
/* Where a ticket begins: as high as the category wants, but never below the area's own level, for
 * areas have no units below themselves. */
uint32_t site_judge_level(const struct site *site, uint32_t category, uint32_t area);
