/* site_rules_read: the file rules.csv. Owns struct site_rules while the site is built.
 *
 * What must stay true: a rule that would hit every ticket, or that does nothing, never gets into a site;
 * every word is kept in the form in which texts are searched; and a word that the rule itself excludes is
 * told, for such a rule never hits and nobody would see why. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_csv.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_pattern.h"
#include "common/site/site_rules.h"
#include "common/site/site_yaml.h"
#include "common/text/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    RULE_ID,
    RULE_WORDS,
    RULE_ALL,
    RULE_EXCLUDE,
    RULE_PATTERN,
    RULE_FIELD,
    RULE_CHANNEL,
    RULE_AREA,
    RULE_CATEGORY,
    RULE_UNIT,
    RULE_URGENCY,
    RULE_CALL,
    RULE_DESK,
    RULE_NOTE_ZH,
    RULE_NOTE_EN
};
static const struct site_csv_column columns[] = {[RULE_ID] = {"id", "编号", true},
                                                 [RULE_WORDS] = {"words", "词", false},
                                                 [RULE_ALL] = {"all", "同时有", false},
                                                 [RULE_EXCLUDE] = {"exclude", "排除词", false},
                                                 [RULE_PATTERN] = {"pattern", "模式", false},
                                                 [RULE_FIELD] = {"field", "字段", false},
                                                 [RULE_CHANNEL] = {"channel", "渠道", false},
                                                 [RULE_AREA] = {"area", "区域", false},
                                                 [RULE_CATEGORY] = {"category", "类别", false},
                                                 [RULE_UNIT] = {"unit", "单位", false},
                                                 [RULE_URGENCY] = {"urgency", "紧急程度", false},
                                                 [RULE_CALL] = {"call", "电话", false},
                                                 [RULE_DESK] = {"desk", "转分拨台", false},
                                                 [RULE_NOTE_ZH] = {"note_zh", "说明", false},
                                                 [RULE_NOTE_EN] = {"note_en", "英文说明", false}};

/* ---- words ---- */

/* The words of one row while it is read. */
struct work {
    uint32_t rule;       /* index that it will have */
    uint32_t first_word; /* of site_rules.words */
    uint32_t kind;
    uint32_t all_count;
};

/* As keywords are judged: "漏水,积水" would be one word that is found in no text. NULL: it cannot be used. */
static char *fold_word(struct site_load *load, uint32_t line, const char *word, size_t *bytes)
{
    static const char *const wrong[] = {",", ";", "，", "、", "；"};
    for (size_t index = 0; index < COUNT(wrong); index++) {
        if (strstr(word, wrong[index]) != NULL) {
            site_say(load, line, SAY_KEYWORD_SEPARATOR, site_shown(load, word));
            return NULL;
        }
    }
    char *const folded = site_rules_fold(&load->arena, word, bytes);
    uint32_t chars = 0;
    load->no_memory |= folded == NULL;
    for (size_t index = 0; folded != NULL && index < *bytes; index++) {
        chars += ((unsigned char)folded[index] & 0xc0) != 0x80 ? 1 : 0;
    }
    if (folded == NULL || chars < SITE_WORD_CHARS_MIN) {
        site_say(load, line, SAY_WORD_TOO_SHORT, site_shown(load, word));
        return NULL;
    }
    if (*bytes > NAME_BYTES_MAX) {
        site_say(load, line, SAY_WORD_TOO_LONG, site_shown(load, word));
        return NULL;
    }
    char *const kept = site_pool_alloc(&load->site->index->pool, *bytes + 1);
    load->no_memory |= kept == NULL;
    return kept == NULL ? NULL : memcpy(kept, folded, *bytes + 1);
}

static void take_word(struct site_load *load, uint32_t line, char *part, void *context)
{
    struct site_rules *const rules = load->site->rules;
    struct work *const work = context;
    size_t bytes = 0;
    if (rules->word_count == SITE_RULE_WORDS_MAX || work->all_count == SITE_RULE_ALL_MAX) {
        const bool all = work->all_count == SITE_RULE_ALL_MAX;
        if (load->usable[SITE_RULES]) {
            site_say(load, line, SAY_RULE_TOO_MANY, all ? "all" : "words",
                     (unsigned)(all ? SITE_RULE_ALL_MAX : SITE_RULE_WORDS_MAX));
        }
        load->usable[SITE_RULES] = false;
        return;
    }
    const char *const word = fold_word(load, line, part, &bytes);
    if (word == NULL || load->no_memory) {
        return;
    }
    if (!site_grow((void **)&rules->words, rules->word_count, sizeof *rules->words)) {
        load->no_memory = true;
        return;
    }
    struct site_rule_word *const added = &rules->words[rules->word_count++];
    *added = (struct site_rule_word){.text = word, .bytes = (uint32_t)bytes, .rule = work->rule};
    added->kind = work->kind;
    added->bit = work->kind == SITE_RULE_ALL ? work->all_count++ : 0;
}

/* Whether an excluded phrase holds one of the words that the rule wants: then it hides it. */
static bool hides(const struct site_rules *rules, const struct work *work, const char *phrase)
{
    for (uint32_t index = work->first_word; index < rules->word_count; index++) {
        if (strstr(phrase, rules->words[index].text) != NULL) {
            return true;
        }
    }
    return false;
}

static void take_excluded(struct site_load *load, uint32_t line, char *part, void *context)
{
    struct site_rules *const rules = load->site->rules;
    struct work *const work = context;
    const uint32_t before = rules->word_count;
    take_word(load, line, part, context);
    if (rules->word_count == before) {
        return;
    }
    const struct site_rule_word word = rules->words[before];
    rules->word_count = before; /* looked at without the new one */
    if (!hides(rules, work, word.text)) {
        rules->word_count++;
        return;
    }
    for (uint32_t index = work->first_word; index < before; index++) {
        if (strcmp(rules->words[index].text, word.text) == 0) {
            site_say(load, line, SAY_RULE_EXCLUDED, site_shown(load, part));
        }
    }
    if (!site_grow((void **)&rules->hides, rules->hide_count, sizeof *rules->hides)) {
        load->no_memory = true;
        return;
    }
    rules->hides[rules->hide_count++] =
        (struct site_rule_hide){.text = word.text, .bytes = word.bytes};
}

/* Excluded words come last: which of them hide something is known when the others are. */
static void read_words(struct site_load *load, const struct site_csv_row *row,
                       struct site_rule *rule)
{
    struct site_rules *const rules = load->site->rules;
    struct work work = {.rule = rules->rule_count, .first_word = rules->word_count};
    rule->first_word = work.first_word;
    rule->hide_first = rules->hide_count;
    work.kind = SITE_RULE_WORD;
    site_parts(load, row->line, row->cells[RULE_WORDS], take_word, &work);
    rule->word_count = rules->word_count - work.first_word;
    work.kind = SITE_RULE_ALL;
    site_parts(load, row->line, row->cells[RULE_ALL], take_word, &work);
    rule->all_count = work.all_count;
    work.kind = SITE_RULE_EXCLUDE;
    work.all_count = 0;
    site_parts(load, row->line, row->cells[RULE_EXCLUDE], take_excluded, &work);
    rule->hide_count = rules->hide_count - rule->hide_first;
    rule->exclude_count = rules->word_count - work.first_word - rule->word_count - rule->all_count;
}

/* ---- the other conditions ---- */

static void say_pattern(struct site_load *load, uint32_t line, const char *pattern,
                        const struct site_pattern_error *error)
{
    const char *const shown = site_shown(load, pattern);
    switch (error->fault) {
    case SITE_PATTERN_FITS:
        load->no_memory = true;
        break;
    case SITE_PATTERN_WRONG:
        site_say(load, line, SAY_RULE_PATTERN_WRONG, (unsigned)error->at, error->message);
        break;
    case SITE_PATTERN_LARGE:
        site_say(load, line, SAY_RULE_PATTERN_LARGE, shown);
        break;
    case SITE_PATTERN_REFERENCE:
        site_say(load, line, SAY_RULE_PATTERN_REFERENCE, shown);
        break;
    case SITE_PATTERN_BEHIND:
        site_say(load, line, SAY_RULE_PATTERN_BEHIND, shown);
        break;
    case SITE_PATTERN_EMPTY:
        site_say(load, line, SAY_RULE_PATTERN_EMPTY, shown);
        break;
    case SITE_PATTERN_SHORT:
        site_say(load, line, SAY_RULE_PATTERN_SHORT, shown);
        break;
    case SITE_PATTERN_ALL:
        site_say(load, line, SAY_RULE_PATTERN_ALL, shown);
        break;
    case SITE_PATTERN_SLOW:
        site_say(load, line, SAY_RULE_PATTERN_SLOW, shown);
        break;
    }
}

/* Whether a blank of a pattern stays: between Latin letters and signs, once, or where something is said of
 * how often. A folded text has none elsewhere. */
static bool blank_stays(const char *out, size_t used, const char *rest)
{
    const char next = rest[0];
    if (next != '\0' && strchr("*+?{", next) != NULL) {
        return true;
    }
    const bool wide =
        (used > 0 && (unsigned char)out[used - 1] >= 0x80) || (unsigned char)next >= 0x80;
    return !wide && next != ' ';
}

/* The bytes of an escape with its braces: \p{Han}. */
static size_t escape_bytes(const char *at)
{
    size_t bytes = at[1] == '\0' ? 1 : 2;
    while (((unsigned char)at[bytes] & 0xc0) == 0x80) {
        bytes++;
    }
    if (bytes == 2 && at[2] == '{' && strchr("pPxo", at[1]) != NULL) {
        const char *const end = strchr(at, '}');
        bytes = end == NULL ? bytes : (size_t)(end - at) + 1;
    }
    return bytes;
}

/* One character as texts have it; as it stands where it would become none or several. */
static size_t fold_one(struct site_load *load, const char *at, size_t bytes, char *out)
{
    char one[5] = "";
    size_t folded_bytes = 0;
    CHECK(bytes < sizeof one);
    memcpy(one, at, bytes);
    const char *const folded = site_rules_fold(&load->arena, one, &folded_bytes);
    load->no_memory |= folded == NULL;
    size_t chars = 0;
    for (size_t index = 0; folded != NULL && index < folded_bytes; index++) {
        chars += ((unsigned char)folded[index] & 0xc0) != 0x80 ? 1 : 0;
    }
    /* A sign that means something to a pattern is meant as a sign where it was typed full-width. */
    const bool sign = chars == 1 && strchr("()[]{}|*+?\\^$.-", folded[0]) != NULL;
    const bool fits = chars == 1 && folded_bytes + (sign ? 1 : 0) <= bytes;
    if (!fits) {
        memcpy(out, at, bytes);
        return bytes;
    }
    out[0] = '\\';
    memcpy(out + (sign ? 1 : 0), folded, folded_bytes);
    return folded_bytes + (sign ? 1 : 0);
}

/* Texts are searched in their folded form, so what a pattern says by letters has to be in it as well, or
 * it would never fit: 漏氣 is 漏气, and "漏 气" too. Borders of a range stay as they are. In the arena. */
static const char *fold_pattern(struct site_load *load, const char *pattern)
{
    char *const out = arena_alloc(&load->arena, strlen(pattern) + 1);
    size_t used = 0;
    bool class = false;
    if (out == NULL) {
        load->no_memory = true;
        return pattern;
    }
    for (const char *at = pattern; *at != '\0';) {
        size_t bytes = 1;
        while (((unsigned char)at[bytes] & 0xc0) == 0x80) {
            bytes++;
        }
        const bool border = class && (at[bytes] == '-' || (used > 0 && out[used - 1] == '-'));
        if (*at == '\\') {
            bytes = escape_bytes(at);
            memcpy(out + used, at, bytes);
            used += bytes;
        } else if ((unsigned char)*at >= 0x80 && bytes < 5 && !border &&
                   strncmp(at, "\xe3\x80\x80", 3) != 0) {
            used += fold_one(load, at, bytes, out + used);
        } else if (class || *at != ' ' || blank_stays(out, used, at + 1)) {
            memcpy(out + used, at, bytes);
            used += bytes;
            class = (class && *at != ']') || *at == '[';
        }
        at += bytes;
    }
    out[used] = '\0';
    CHECK(used <= strlen(pattern));
    return out;
}

static uint32_t pattern_count(const struct site_rules *rules)
{
    uint32_t count = 0;
    for (uint32_t index = 0; index < rules->rule_count; index++) {
        count += rules->rules[index].pattern != NULL ? 1 : 0;
    }
    return count;
}

static void read_pattern(struct site_load *load, const struct site_csv_row *row,
                         struct site_rule *rule)
{
    const char *const pattern = row->cells[RULE_PATTERN];
    struct site_pattern_error error;
    if (pattern[0] == '\0') {
        return;
    }
    if (pattern_count(load->site->rules) == SITE_RULE_PATTERNS_MAX) {
        site_say(load, row->line, SAY_RULE_TOO_MANY, "pattern", SITE_RULE_PATTERNS_MAX);
        return;
    }
    const char *const folded = fold_pattern(load, pattern);
    rule->pattern = folded[0] == '\0' ? NULL : site_pattern_make(folded, &error);
    if (rule->pattern == NULL) { /* told of what was written */
        rule->pattern = site_pattern_make(pattern, &error);
    }
    if (rule->pattern == NULL) {
        say_pattern(load, row->line, pattern, &error);
    }
}

static void read_field(struct site_load *load, const struct site_csv_row *row,
                       struct site_rule *rule)
{
    static const struct {
        const char *name, *name_zh;
        uint8_t bits;
    } fields[] = {{"", "", SITE_RULE_TITLE | SITE_RULE_TEXT},
                  {"title", "标题", SITE_RULE_TITLE},
                  {"text", "正文", SITE_RULE_TEXT},
                  {"place", "地点", SITE_RULE_PLACE},
                  {"any", "全部", SITE_RULE_TITLE | SITE_RULE_TEXT | SITE_RULE_PLACE}};
    const char *const cell = row->cells[RULE_FIELD];
    for (size_t index = 0; index < COUNT(fields); index++) {
        if (strcmp(cell, fields[index].name) == 0 || strcmp(cell, fields[index].name_zh) == 0) {
            rule->fields = fields[index].bits;
            return;
        }
    }
    site_say(load, row->line, SAY_RULE_FIELD, site_shown(load, cell));
    rule->fields = SITE_RULE_TITLE;
}

/* ---- what follows ---- */

typedef uint32_t find_fn(const struct site *site, const char *code);

/* A code of another file; where that file could not be read nobody asks. */
static uint32_t read_code(struct site_load *load, const struct site_csv_row *row, size_t column,
                          enum site_file file, find_fn *find)
{
    const char *const code = row->cells[column];
    if (code[0] == '\0') {
        return SITE_NONE;
    }
    const uint32_t index = find(load->site, code);
    if (index == SITE_NONE && load->usable[file] &&
        !site_cell_explained(load, row->line, file, code)) {
        site_say(load, row->line, SAY_RULE_CODE, site_shown(load, code), site_report_file(file));
    }
    return index;
}

static void take_call(struct site_load *load, uint32_t line, char *part, void *context)
{
    struct site_rule *const rule = context;
    char number[PHONE_BYTES_MAX + 1];
    if (rule->call_count == CALLS_NAMED_MAX) {
        site_say(load, line, SAY_RULE_TOO_MANY, "call", CALLS_NAMED_MAX);
        return;
    }
    if (text_phone_read(part, number) != TEXT_PHONE_WHOLE || strchr(number, ',') != NULL) {
        site_say(load, line, SAY_RULE_CALL, site_shown(load, part));
        return;
    }
    memcpy(rule->calls[rule->call_count++], number, strlen(number) + 1);
}

static bool read_desk(struct site_load *load, const struct site_csv_row *row)
{
    static const char *const yes[] = {"yes", "是", "true", "1"};
    static const char *const no[] = {"", "no", "否", "false", "0"};
    const char *const cell = row->cells[RULE_DESK];
    for (size_t index = 0; index < COUNT(yes); index++) {
        if (strcmp(cell, yes[index]) == 0) {
            return true;
        }
    }
    for (size_t index = 0; index < COUNT(no); index++) {
        if (strcmp(cell, no[index]) == 0) {
            return false;
        }
    }
    site_say(load, row->line, SAY_RULE_DESK, site_shown(load, cell));
    return true; /* it was to do something */
}

static void read_note(struct site_load *load, const struct site_csv_row *row, size_t column,
                      char note[NAME_BYTES_MAX + 1])
{
    const char *const cell = row->cells[column];
    if (cell[0] != '\0' && site_name_valid(load, row->line, cell)) {
        memcpy(note, cell, strlen(cell) + 1);
    }
}

static void read_effects(struct site_load *load, const struct site_csv_row *row,
                         struct site_rule *rule)
{
    const char *const urgency = row->cells[RULE_URGENCY];
    rule->area = read_code(load, row, RULE_AREA, SITE_AREAS, site_area_find);
    rule->category = read_code(load, row, RULE_CATEGORY, SITE_CATEGORIES, site_category_find);
    rule->unit = read_code(load, row, RULE_UNIT, SITE_UNITS, site_unit_find);
    if (urgency[0] != '\0') {
        rule->urgency = site_urgency_of(urgency);
        if (rule->urgency == 0) {
            site_say(load, row->line, SAY_URGENCY_UNKNOWN, site_shown(load, urgency));
        }
    }
    site_parts(load, row->line, row->cells[RULE_CALL], take_call, rule);
    rule->desk = read_desk(load, row);
    read_note(load, row, RULE_NOTE_ZH, rule->note_zh);
    read_note(load, row, RULE_NOTE_EN, rule->note_en);
    const size_t effects[] = {RULE_AREA, RULE_CATEGORY, RULE_UNIT, RULE_URGENCY, RULE_CALL};
    bool some = rule->desk;
    for (size_t index = 0; index < COUNT(effects); index++) {
        some = some || row->cells[effects[index]][0] != '\0';
    }
    if (!some) {
        site_say(load, row->line, SAY_RULE_NO_EFFECT, rule->code);
    }
}

/* ---- rows ---- */

static bool code_usable(struct site_load *load, const struct site_csv_row *row)
{
    const struct site_rules *const rules = load->site->rules;
    const char *const code = row->cells[RULE_ID];
    if (!site_code_valid(load, row->line, code)) {
        return false;
    }
    for (uint32_t index = 0; index < rules->rule_count; index++) {
        if (strcmp(rules->rules[index].code, code) == 0) {
            site_say(load, row->line, SAY_CODE_DUPLICATE, code);
            return false;
        }
    }
    return true;
}

static void take_rule(struct site_load *load, const struct site_csv_row *row)
{
    struct site_rules *const rules = load->site->rules;
    struct site_rule rule = {.line = row->line, .channel = SITE_NONE};
    CHECK(rules->rule_count < SITE_RULES_MAX); /* site_csv counts */
    if (!code_usable(load, row)) {
        return;
    }
    memcpy(rule.code, row->cells[RULE_ID], strlen(row->cells[RULE_ID]) + 1);
    read_words(load, row, &rule);
    read_field(load, row, &rule);
    rule.channel = read_code(load, row, RULE_CHANNEL, SITE_YAML, site_channel_find);
    read_effects(load, row, &rule);
    /* Words with a mistake are told already: that none is left follows from it. */
    if (row->cells[RULE_WORDS][0] == '\0' && row->cells[RULE_ALL][0] == '\0' &&
        row->cells[RULE_PATTERN][0] == '\0') {
        site_say(load, row->line, SAY_RULE_NO_CONDITION, rule.code);
    }
    if (!site_grow((void **)&rules->rules, rules->rule_count, sizeof rule)) {
        load->no_memory = true;
        return;
    }
    read_pattern(load, row, &rule);
    rules->rules[rules->rule_count++] = rule;
}

/* ---- the whole ---- */

/* Those that name a number, then emergencies, then the others: 0, 1, 2. */
static uint32_t rank(const struct site_rule *rule)
{
    return rule->call_count > 0 ? 0 : rule->urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY ? 1 : 2;
}

static void put_in_order(struct site_load *load)
{
    struct site_rules *const rules = load->site->rules;
    uint32_t used = 0;
    rules->order =
        site_pool_alloc(&load->site->index->pool, (rules->rule_count + 1) * sizeof *rules->order);
    if (rules->order == NULL) {
        load->no_memory = true;
        return;
    }
    for (uint32_t wanted = 0; wanted <= 2; wanted++) {
        for (uint32_t index = 0; index < rules->rule_count; index++) {
            if (rank(&rules->rules[index]) == wanted) {
                rules->order[used++] = index;
            }
        }
        rules->call_count = wanted == 0 ? used : rules->call_count;
    }
    CHECK(used == rules->rule_count);
}

static void build_match(struct site_load *load)
{
    struct site_rules *const rules = load->site->rules;
    struct match_builder *builder = NULL;
    enum rc rc = match_builder_new(&builder);
    for (uint32_t index = 0; rc == RC_OK && index < rules->word_count; index++) {
        rc = match_builder_add(builder, rules->words[index].text, rules->words[index].bytes, index);
    }
    if (rc != RC_OK) {
        match_builder_free(builder);
    } else {
        rc = match_builder_finish(builder, &rules->match);
    }
    load->no_memory |= rc != RC_OK;
}

/* ---- doubts ---- */

/* Whether each word of `later` holds one of `earlier`. */
static bool words_within(const struct site_rules *rules, const struct site_rule *later,
                         const struct site_rule *earlier)
{
    const struct site_rule_word *const words = rules->words;
    for (uint32_t index = 0; index < later->word_count; index++) {
        bool found = false;
        for (uint32_t other = 0; !found && other < earlier->word_count; other++) {
            found = strstr(words[later->first_word + index].text,
                           words[earlier->first_word + other].text) != NULL;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* Whether it hits whenever one of its words is there. */
static bool asks_little(const struct site_rule *rule)
{
    return rule->word_count > 0 && rule->all_count == 0 && rule->exclude_count == 0 &&
           rule->hide_count == 0 && rule->pattern == NULL;
}

/* Whether the earlier one always hits where the later one does, and says of each thing what the later one
 * says: then nobody ever sees the later one. */
static bool shadows(const struct site_rules *rules, const struct site_rule *earlier,
                    const struct site_rule *later)
{
    const bool wider = asks_little(earlier) && later->word_count > 0 &&
                       (earlier->channel == SITE_NONE || earlier->channel == later->channel) &&
                       (earlier->fields & later->fields) == later->fields;
    const bool says = (later->category == SITE_NONE || earlier->category != SITE_NONE) &&
                      (later->area == SITE_NONE || earlier->area != SITE_NONE) &&
                      (later->unit == SITE_NONE || earlier->unit != SITE_NONE) &&
                      (later->urgency == 0 || earlier->urgency != 0) &&
                      (earlier->desk || !later->desk) && later->call_count == 0;
    return wider && says && words_within(rules, later, earlier);
}

static void doubt_shadows(struct site_load *load)
{
    const struct site_rules *const rules = load->site->rules;
    for (uint32_t at = 1; at < rules->rule_count; at++) {
        const struct site_rule *const later = &rules->rules[rules->order[at]];
        for (uint32_t before = 0; before < at; before++) {
            const struct site_rule *const earlier = &rules->rules[rules->order[before]];
            if (shadows(rules, earlier, later)) {
                site_warn(load, later->line, SAY_RULE_EARLIER, later->code,
                          (unsigned)earlier->line);
                break;
            }
        }
    }
}

void site_rules_read(struct site_load *load)
{
    static const struct site_csv_format format = {SITE_RULES, columns, COUNT(columns),
                                                  SITE_RULES_MAX, take_rule};
    if (!load->usable[SITE_RULES]) {
        return;
    }
    load->site->rules = calloc(1, sizeof *load->site->rules);
    if (load->site->rules == NULL) {
        load->no_memory = true;
        return;
    }
    site_csv_read(load, &format);
    if (load->no_memory) {
        return;
    }
    put_in_order(load);
    if (!load->no_memory && load->site->rules->word_count > 0) {
        build_match(load);
    }
    if (!load->no_memory && load->doubts) {
        doubt_shadows(load);
    }
}

void site_rules_free(struct site *site)
{
    struct site_rules *const rules = site->rules;
    if (rules == NULL) {
        return;
    }
    for (uint32_t index = 0; index < rules->rule_count; index++) {
        site_pattern_free(rules->rules[index].pattern);
    }
    match_free(rules->match);
    free(rules->rules);
    free(rules->words);
    free(rules->hides);
    free(rules);
}
