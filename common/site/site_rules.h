/* site_rules: what an office knows for certain about certain words: rules.csv. A rule says by which
 * words, patterns and channels it is recognised, and what follows: a category, a place, a unit, an
 * urgency, a number to telephone at once, or that a dispatcher looks at it first.
 *
 *   id,words,all,exclude,pattern,field,channel,area,category,unit,urgency,call,desk,note_zh,note_en
 *
 *   words     a|b|c    one of these must be there
 *   all       a|b      and every one of these
 *   exclude   a|b      a phrase that holds one of the words hides it (跳楼价 is no 跳楼); any other word
 *                      keeps the rule from hitting, wherever it stands
 *   pattern            and this regular expression (PCRE2; site_pattern.h has its bounds)
 *   field     title, text, place or any; left out: title and text
 *   channel            only what came through it
 *   the others         what follows; each may be empty, not all of them
 *
 * Texts are compared in the form of text_fold (simplified, narrow, lower case, without blanks and accents),
 * except that a blank between two words of Latin letters stays, and that such a word is found as a whole.
 * The file may be absent; then nothing hits. Pure: the same site and text give the same hits. */
#pragma once

#include "common/base/arena.h"
#include "common/site/site.h"

enum {
    SITE_RULE_TITLE = 1,
    SITE_RULE_TEXT = 2,
    SITE_RULE_PLACE = 4,
    SITE_RULE_HITS_MAX = 16,
    SITE_RULE_SHOWN_BYTES = 96,
};

struct site_pattern;
struct site_rule {
    char code[CODE_BYTES_MAX + 1]; /* id */
    uint32_t line;
    uint32_t channel;              /* index; SITE_NONE: any */
    uint8_t fields;                /* bits SITE_RULE_TITLE ... */
    uint32_t area, category, unit; /* indexes; SITE_NONE: says nothing of it */
    uint32_t urgency;              /* enum Urgency; 0: as the category's */
    bool desk;                     /* a dispatcher decides */
    uint32_t call_count;           /* numbers to telephone */
    char calls[CALLS_NAMED_MAX][PHONE_BYTES_MAX + 1];
    char note_zh[NAME_BYTES_MAX + 1], note_en[NAME_BYTES_MAX + 1]; /* for people; may be "" */
    /* Private from here. */
    uint32_t
        first_word; /* its words, then those of `all`, then those of `exclude` that hide none */
    uint32_t word_count, all_count, exclude_count;
    uint32_t hide_first, hide_count;
    struct site_pattern *pattern;
};

/* How the rules are searched; private. */
struct site_rule_word { /* in the automaton by its position */
    const char *text;
    uint32_t bytes, rule;
    enum { SITE_RULE_WORD, SITE_RULE_ALL, SITE_RULE_EXCLUDE } kind;
    uint32_t bit; /* of SITE_RULE_ALL */
};
struct site_rule_hide {
    const char *text;
    uint32_t bytes;
};
struct site_rules {
    uint32_t rule_count, word_count, hide_count;
    struct site_rule *rules; /* in the order of the file */
    uint32_t *order;     /* indexes: those that name a number, then emergencies, then the others */
    uint32_t call_count; /* so many of `order` name a number */
    struct site_rule_word *words;
    struct site_rule_hide *hides;
    struct match *match;
};

/* What is looked at. Any bytes; NULL counts as empty. */
struct site_rules_text {
    const char *title, *text, *place;
    const char *channel; /* code, also one of before; NULL: unknown, so no rule of a channel hits */
};

struct site_rule_hit {
    uint32_t rule;                     /* index into site->rules->rules */
    char words[SITE_RULE_SHOWN_BYTES]; /* the site's words that decided, by |; "pattern" for one */
};
struct site_rules_found {
    uint32_t count; /* at most SITE_RULE_HITS_MAX */
    struct site_rule_hit hits[SITE_RULE_HITS_MAX];
    uint32_t stopped; /* patterns that reached their bounds, which counts as no hit */
};

/* All rules that hit, by priority: those that name a number to telephone, then emergencies, then the
 * others, each in the order of the file. Of each thing that rules say (category, unit, ...) the first
 * hit that says it holds. The arena is left as it was. RC_OK or RC_LIMIT (arena). */
MUST_CHECK enum rc site_rules_find(const struct site *site, struct arena *arena,
                                   const struct site_rules_text *text,
                                   struct site_rules_found *found);

/* The numbers to telephone at once, each once, of the rules that name one; the others are not looked at.
 * The numbers are the site's memory. Codes as site_rules_find. */
struct site_rules_calls {
    uint32_t count;
    const char *numbers[CALLS_NAMED_MAX];
    uint32_t stopped;
};
MUST_CHECK enum rc site_rules_calls(const struct site *site, struct arena *arena,
                                    const struct site_rules_text *text,
                                    struct site_rules_calls *calls);
/* Whether the site has rules that name a number: then they are the list of what is dangerous. */
bool site_rules_name_calls(const struct site *site);
