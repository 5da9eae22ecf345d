/* site_rules: which rules a text hits. Reads the site and the text, and owns nothing.
 *
 * One pass of the automaton over each field finds the words of all rules at once; patterns are tried
 * only for rules whose words are there. What must stay true: the order of the hits follows from the site
 * alone, emergencies first; a word that an excluded phrase covers is not counted, and only at that place,
 * so that "跳楼价" hides no leap that is told of in the next sentence; and no text, whatever it holds,
 * costs more than its length and the bounds of the patterns. */
#include "common/site/site_rules.h"

#include <string.h>
#include <utf8proc.h>

#include "common/base/check.h"
#include "common/base/utf8.h"
#include "common/site/site_pattern.h"
#include "common/site/site_private.h"
#include "common/text/text.h"

enum {
    SHOWN_WORDS_MAX = 4, /* of one rule: enough to see why */
    SLICE_BYTES = 512,   /* of a text that are folded at a time */
    POINTS_EACH_MAX = 6, /* that a byte may become: U+FDFA, of three bytes, becomes eighteen */
    POINT_BYTES_MAX = 4,
    GROWTH_MAX = 12, /* bytes that a byte may become */
    STOPPED_MAX = 4, /* patterns that reached their bounds in one text: the others are not tried */
};

/* ---- the form in which texts are compared ---- */

static bool is_latin(int32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9');
}

/* Bytes of a blank at text; 0: none. */
static size_t blank_at(const char *text)
{
    if (*text == ' ' || (*text >= '\t' && *text <= '\r')) {
        return 1;
    }
    return strncmp(text, "\xc2\xa0", 2) == 0 ? 2 : strncmp(text, "\xe3\x80\x80", 3) == 0 ? 3 : 0;
}

/* Where a slice of a run ends: between characters, so far as there are any. */
static size_t slice_of(const char *run, size_t bytes)
{
    size_t kept = bytes < SLICE_BYTES ? bytes : SLICE_BYTES;
    CHECK(bytes > 0);
    while (kept > SLICE_BYTES - UTF8_THREE_BYTES && kept < bytes &&
           ((unsigned char)run[kept] & 0xc0) == 0x80) {
        kept--;
    }
    return kept;
}

/* 著火 is 着火: the one character that two forms of writing share, so that text_fold leaves it alone. */
static int32_t settled(int32_t point)
{
    return point == 0x8457 ? 0x7740 : point;
}

/* A run without blanks, after what stands there. Returns the bytes in use. */
static size_t fold_run(const char *run, size_t bytes, char *out, size_t used)
{
    int32_t points[SLICE_BYTES * POINTS_EACH_MAX];
    bool first = true;
    while (bytes > 0) {
        const size_t slice = slice_of(run, bytes);
        const size_t count = text_fold(run, slice, points, sizeof points / sizeof points[0]);
        /* "on fire" are two words; "着 火" is one. */
        if (first && count > 0 && used > 0 && is_latin(points[0]) &&
            is_latin((unsigned char)out[used - 1])) {
            out[used++] = ' ';
        }
        first = first && count == 0;
        for (size_t index = 0; index < count; index++) {
            const utf8proc_ssize_t more =
                utf8proc_encode_char(settled(points[index]), (utf8proc_uint8_t *)out + used);
            CHECK(more > 0 && more <= POINT_BYTES_MAX);
            used += (size_t)more;
        }
        run += slice;
        bytes -= slice;
    }
    return used;
}

/* The form of a text or of a word of the site: both go this way. */
char *site_rules_fold(struct arena *arena, const char *text, size_t *bytes)
{
    const char *at = text == NULL ? "" : text;
    char *const out = arena_alloc(arena, strlen(at) * GROWTH_MAX + POINT_BYTES_MAX);
    *bytes = 0;
    if (out == NULL) {
        return NULL;
    }
    while (*at != '\0') {
        const size_t blank = blank_at(at);
        size_t run = 0;
        while (blank == 0 && at[run] != '\0' && blank_at(at + run) == 0) {
            run++;
        }
        *bytes = run == 0 ? *bytes : fold_run(at, run, out, *bytes);
        at += blank + run;
    }
    out[*bytes] = '\0';
    return out;
}

/* ---- a search ---- */

struct rule_state {
    uint32_t all;   /* bits of its words that were found */
    uint32_t count; /* of its other words */
    uint32_t shown[SHOWN_WORDS_MAX];
    bool excluded;
};

struct field {
    uint8_t bit;
    const char *text;
    size_t bytes;
};

enum { FIELD_COUNT = 3 };

struct search {
    const struct site_rules *rules;
    struct arena *arena;
    struct rule_state *states; /* beside the rules */
    uint32_t channel;          /* index, SITE_NONE: unknown */
    struct field fields[FIELD_COUNT];
    const struct field *field; /* being scanned */
    struct site_pattern_room *room;
    uint32_t stopped;
};

static bool letter_at(const struct field *field, size_t at)
{
    return at < field->bytes && field->text[at] >= 'a' && field->text[at] <= 'z';
}

static bool digit_at(const struct field *field, size_t at)
{
    return at < field->bytes && field->text[at] >= '0' && field->text[at] <= '9';
}

/* A Latin word is found as a whole, also in the plural; a number too: "fire" is not in "fired", 119 not in
 * 1190. */
static bool cut(const struct field *field, const struct match_hit *hit)
{
    CHECK(hit->start < hit->end);
    CHECK(hit->end <= field->bytes);
    if (hit->start > 0 && ((letter_at(field, hit->start) && letter_at(field, hit->start - 1)) ||
                           (digit_at(field, hit->start) && digit_at(field, hit->start - 1)))) {
        return true;
    }
    if (digit_at(field, hit->end - 1)) {
        return digit_at(field, hit->end);
    }
    const size_t end = hit->end + (field->text[hit->end] == 's' ? 1 : 0);
    return letter_at(field, hit->end - 1) && letter_at(field, end);
}

/* Whether a phrase stands there so that it covers the word. */
static bool covers(const struct field *field, const struct match_hit *hit,
                   const struct site_rule_word *word, const struct site_rule_hide *hide)
{
    for (size_t at = 0; at + word->bytes <= hide->bytes; at++) {
        if (memcmp(hide->text + at, word->text, word->bytes) == 0 && hit->start >= at &&
            hit->start - at + hide->bytes <= field->bytes &&
            memcmp(field->text + hit->start - at, hide->text, hide->bytes) == 0) {
            return true;
        }
    }
    return false;
}

static bool hidden(const struct search *search, const struct match_hit *hit,
                   const struct site_rule_word *word)
{
    const struct site_rule *const rule = &search->rules->rules[word->rule];
    CHECK(rule->hide_first + rule->hide_count <= search->rules->hide_count);
    for (uint32_t index = 0; index < rule->hide_count; index++) {
        if (covers(search->field, hit, word, &search->rules->hides[rule->hide_first + index])) {
            return true;
        }
    }
    return false;
}

static void show(struct rule_state *state, uint32_t word)
{
    for (uint32_t index = 0; index < SHOWN_WORDS_MAX && state->shown[index] != 0; index++) {
        if (state->shown[index] == word + 1) {
            return;
        }
    }
    for (uint32_t index = 0; index < SHOWN_WORDS_MAX; index++) {
        if (state->shown[index] == 0) {
            state->shown[index] = word + 1;
            return;
        }
    }
}

static void take_hit(void *context, const struct match_hit *hit)
{
    struct search *const search = context;
    CHECK(hit->word < search->rules->word_count);
    const struct site_rule_word *const word = &search->rules->words[hit->word];
    struct rule_state *const state = &search->states[word->rule];
    const bool looked_at = (search->rules->rules[word->rule].fields & search->field->bit) != 0;
    if (!looked_at || cut(search->field, hit)) {
        return;
    }
    if (word->kind == SITE_RULE_EXCLUDE) {
        state->excluded = true;
        return;
    }
    if (hidden(search, hit, word)) {
        return;
    }
    if (word->kind == SITE_RULE_ALL) {
        CHECK(word->bit < SITE_RULE_ALL_MAX);
        state->all |= 1u << word->bit;
    } else if (state->count < UINT32_MAX) {
        state->count++;
    }
    show(state, hit->word);
}

/* ---- one rule ---- */

/* *hits: the pattern is found in one of its fields. */
static enum rc match_pattern(struct search *search, const struct site_rule *rule, bool *hits)
{
    *hits = false;
    if (search->room == NULL) {
        search->room = site_pattern_room(search->arena);
        if (search->room == NULL) {
            return RC_LIMIT;
        }
    }
    for (uint32_t index = 0; index < FIELD_COUNT && !*hits; index++) {
        const struct field *const field = &search->fields[index];
        if ((rule->fields & field->bit) == 0 || field->bytes == 0 ||
            search->stopped >= STOPPED_MAX) {
            continue;
        }
        switch (site_pattern_match(rule->pattern, search->room, field->text, field->bytes)) {
        case SITE_PATTERN_MATCHES:
            *hits = true;
            break;
        case SITE_PATTERN_STOPPED:
            search->stopped++;
            break;
        case SITE_PATTERN_NO_ROOM:
            return RC_LIMIT;
        case SITE_PATTERN_MISSES:
            break;
        }
    }
    return RC_OK;
}

static enum rc judge(struct search *search, uint32_t index, bool *hits)
{
    CHECK(index < search->rules->rule_count);
    const struct site_rule *const rule = &search->rules->rules[index];
    const struct rule_state *const state = &search->states[index];
    const uint32_t all =
        rule->all_count == SITE_RULE_ALL_MAX ? UINT32_MAX : (1u << rule->all_count) - 1;
    *hits = !state->excluded && (rule->channel == SITE_NONE || rule->channel == search->channel) &&
            (rule->word_count == 0 || state->count > 0) && state->all == all;
    return *hits && rule->pattern != NULL ? match_pattern(search, rule, hits) : RC_OK;
}

/* Whole words alone; of a pattern its name, for what it found are the resident's words. */
static void append(char *to, const char *word)
{
    const size_t used = strlen(to), bytes = strlen(word);
    const size_t bar = used > 0 ? 1 : 0;
    CHECK(used < SITE_RULE_SHOWN_BYTES);
    if (used + bar + bytes < SITE_RULE_SHOWN_BYTES) {
        memcpy(to + used, "|", bar);
        memcpy(to + used + bar, word, bytes + 1);
    }
}

static void tell(const struct search *search, uint32_t rule, struct site_rule_hit *hit)
{
    const struct rule_state *const state = &search->states[rule];
    hit->rule = rule;
    hit->words[0] = '\0';
    for (uint32_t index = 0; index < SHOWN_WORDS_MAX && state->shown[index] != 0; index++) {
        append(hit->words, search->rules->words[state->shown[index] - 1].text);
    }
    if (search->rules->rules[rule].pattern != NULL) {
        append(hit->words, "pattern");
    }
}

/* ---- asking ---- */

static enum rc fold_fields(struct search *search, const struct site_rules_text *text)
{
    const char *const given[FIELD_COUNT] = {text->title, text->text, text->place};
    static const uint8_t bits[FIELD_COUNT] = {SITE_RULE_TITLE, SITE_RULE_TEXT, SITE_RULE_PLACE};
    for (uint32_t index = 0; index < FIELD_COUNT; index++) {
        struct field *const field = &search->fields[index];
        field->bit = bits[index];
        field->text = site_rules_fold(search->arena, given[index], &field->bytes);
        if (field->text == NULL) {
            return RC_LIMIT;
        }
    }
    return RC_OK;
}

/* Before: the site has rules. */
static enum rc scan(struct search *search, const struct site *site,
                    const struct site_rules_text *text)
{
    search->rules = site->rules;
    CHECK(search->rules->rule_count > 0);
    search->channel =
        text->channel == NULL ? SITE_NONE : site_heir(site, SITE_KIND_CHANNEL, text->channel);
    search->states =
        arena_zalloc(search->arena, search->rules->rule_count * sizeof *search->states);
    const enum rc rc = search->states == NULL ? RC_LIMIT : fold_fields(search, text);
    for (uint32_t index = 0; rc == RC_OK && search->rules->match != NULL && index < FIELD_COUNT;
         index++) {
        search->field = &search->fields[index];
        match_scan(search->rules->match, search->field->text, search->field->bytes, take_hit,
                   search);
    }
    return rc;
}

/* Up to `last` of the order are looked at. */
static enum rc collect(struct search *search, uint32_t last, struct site_rules_found *found)
{
    enum rc rc = RC_OK;
    CHECK(last <= search->rules->rule_count);
    for (uint32_t at = 0; rc == RC_OK && at < last && found->count < SITE_RULE_HITS_MAX; at++) {
        bool hits = false;
        rc = judge(search, search->rules->order[at], &hits);
        if (rc == RC_OK && hits) {
            tell(search, search->rules->order[at], &found->hits[found->count++]);
        }
    }
    found->stopped = search->stopped;
    return rc;
}

static enum rc find(const struct site *site, struct arena *arena,
                    const struct site_rules_text *text, bool calls_alone,
                    struct site_rules_found *found)
{
    const struct site_rules *const rules = site->rules;
    const uint32_t last = rules == NULL ? 0 : calls_alone ? rules->call_count : rules->rule_count;
    struct search search = {.arena = arena};
    found->count = found->stopped = 0;
    if (last == 0) {
        return RC_OK;
    }
    const size_t mark = arena->used;
    enum rc rc = scan(&search, site, text);
    if (rc == RC_OK) {
        rc = collect(&search, last, found);
    }
    arena->used =
        mark; /* a text of 64 KiB takes half a mebibyte, and thousands come in one request */
    return rc;
}

enum rc site_rules_find(const struct site *site, struct arena *arena,
                        const struct site_rules_text *text, struct site_rules_found *found)
{
    CHECK(text != NULL);
    CHECK(found != NULL);
    return find(site, arena, text, false, found);
}

static void add_number(struct site_rules_calls *calls, const char *number)
{
    for (uint32_t index = 0; index < calls->count; index++) {
        if (strcmp(calls->numbers[index], number) == 0) {
            return;
        }
    }
    if (calls->count < CALLS_NAMED_MAX) {
        calls->numbers[calls->count++] = number;
    }
}

enum rc site_rules_calls(const struct site *site, struct arena *arena,
                         const struct site_rules_text *text, struct site_rules_calls *calls)
{
    struct site_rules_found found;
    const enum rc rc = find(site, arena, text, true, &found);
    calls->count = 0;
    calls->stopped = found.stopped;
    for (uint32_t at = 0; rc == RC_OK && at < found.count; at++) {
        const struct site_rule *const rule = &site->rules->rules[found.hits[at].rule];
        CHECK(rule->call_count <= CALLS_NAMED_MAX);
        for (uint32_t index = 0; index < rule->call_count; index++) {
            add_number(calls, rule->calls[index]);
        }
    }
    return rc;
}

bool site_rules_name_calls(const struct site *site)
{
    return site->rules != NULL && site->rules->call_count > 0;
}
