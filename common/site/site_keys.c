/* site_keys: reading maps of site.yaml by tables of keys, and single values strictly: what an
 * office writes is understood one way or refused.
 *
 * YAML itself is generous: 010 is eight, no is false, 1_000 is a thousand, a key may stand twice.
 * People who write a site do not know that, so none of it is taken: numbers are digits, flags are
 * true or false, a value in quotes is text, an unknown key is a mistake with the list of the known
 * ones. */

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"
#include "common/text/text.h"

enum {
    KEYS_MAX = 32, /* of one table */
    DIGITS_MAX = 15,
};

/* ---- single values ---- */

/* "~" and null, without quotes, are how YAML writes nothing. */
static const char *written(struct site_load *load, const struct site_node *node)
{
    if (node->type != SITE_NODE_SCALAR) {
        site_say(load, node->line, SAY_YAML_NOT_TEXT);
        return NULL;
    }
    const bool nothing =
        node->text[0] == '\0' ||
        (node->plain && (strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0));
    if (nothing) {
        site_say(load, node->line, SAY_YAML_VALUE_MISSING);
        return NULL;
    }
    return node->text;
}

/* Whatever is read further: the quotes of a Chinese keyboard would become part of it. */
const char *site_node_text(struct site_load *load, const struct site_node *node)
{
    const char *text = written(load, node);
    if (text != NULL && node->plain && site_cell_quoted(text)) {
        site_say(load, node->line, SAY_QUOTE_WIDE, site_shown(load, text));
        return NULL;
    }
    return text;
}

size_t site_word(struct site_load *load, const struct site_node *node, const char *const *words,
                 size_t count, const char *all)
{
    const char *const text = site_node_text(load, node);
    CHECK(count > 0);
    for (size_t index = 0; text != NULL && index < count; index++) {
        if (strcmp(words[index], text) == 0) {
            return index;
        }
    }
    if (text != NULL) {
        site_say(load, node->line, SAY_RATES_WORD, site_shown(load, text), all);
    }
    return count;
}

/* Codes are keys of tables and stand in logs for years, so they are plain ASCII and short. */
bool site_code_valid(struct site_load *load, uint32_t line, const char *code)
{
    CHECK(code != NULL);
    const size_t bytes = strlen(code);
    if (bytes == 0) {
        site_say(load, line, SAY_CODE_MISSING);
        return false;
    }
    if (site_cell_spoilt(load, line, code)) {
        return false;
    }
    if (bytes > CODE_BYTES_MAX ||
        strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != bytes) {
        site_say(load, line, SAY_CODE_MALFORMED, site_shown(load, code));
        return false;
    }
    return true;
}

/* Names are shown in lines and columns: no tabs, no line breaks. */
bool site_name_valid(struct site_load *load, uint32_t line, const char *name)
{
    CHECK(name != NULL);
    const size_t bytes = strlen(name);
    if (text_blank(name)) {
        site_say(load, line, SAY_NAME_MISSING);
        return false;
    }
    if (bytes > NAME_BYTES_MAX) {
        site_say(load, line, SAY_NAME_TOO_LONG, site_shown(load, name));
        return false;
    }
    if (strpbrk(name, "\t\r\n") != NULL) {
        site_say(load, line, SAY_NAME_LINE_BREAK, site_shown(load, name));
        return false;
    }
    if (site_cell_error(name)) {
        site_say(load, line, SAY_NAME_EXCEL, site_shown(load, name));
        return false;
    }
    if (site_cell_quoted(name)) { /* a name works with them, as a warning */
        site_warn(load, line, SAY_QUOTE_WIDE, site_shown(load, name));
    }
    return true;
}

bool site_digits_read(const char *text, const char *end, uint64_t *value)
{
    CHECK(text <= end);
    const size_t count = (size_t)(end - text);
    if (count == 0 || count > DIGITS_MAX || (count > 1 && text[0] == '0')) {
        return false;
    }
    uint64_t sum = 0;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        sum = sum * 10 + (uint64_t)(*text - '0');
    }
    *value = sum;
    return true;
}

bool site_node_number(struct site_load *load, const struct site_node *node, uint64_t min,
                      uint64_t max, uint64_t *value)
{
    CHECK(min <= max);
    const char *text = site_node_text(load, node);
    if (text == NULL) {
        return false;
    }
    uint64_t read = 0;
    if (!node->plain || !site_digits_read(text, text + strlen(text), &read)) {
        site_say(load, node->line, SAY_YAML_NUMBER, site_shown(load, text));
        return false;
    }
    if (read < min || read > max) {
        site_say(load, node->line, SAY_YAML_RANGE, site_shown(load, text), (unsigned long long)min,
                 (unsigned long long)max);
        return false;
    }
    *value = read;
    return true;
}

/* In the order of enum Urgency. */
static const char *const urgency_names[SITE_URGENCIES][2] = {
    {"normal", "一般"}, {"urgent", "紧急"}, {"emergency", "特急"}};

uint32_t site_urgency_of(const char *text)
{
    for (uint32_t index = 0; index < SITE_URGENCIES; index++) {
        if (strcmp(text, urgency_names[index][0]) == 0 ||
            strcmp(text, urgency_names[index][1]) == 0) {
            return index + 1;
        }
    }
    return 0;
}

const char *site_urgency_name(uint32_t urgency)
{
    CHECK(urgency <= SITE_URGENCIES);
    return urgency == 0 ? "*" : urgency_names[urgency - 1][0];
}

/* A day is 24 hours here; terms in working days are read by site_terms. */
static uint64_t unit_ms(char unit)
{
    switch (unit) {
    case 's':
        return 1000;
    case 'm':
        return 60 * 1000;
    case 'h':
        return 3600 * 1000;
    case 'd':
        return 24 * 3600 * 1000;
    default:
        return 0;
    }
}

bool site_node_span(struct site_load *load, const struct site_node *node, uint64_t min,
                    uint64_t max, uint64_t *ms, bool *days)
{
    CHECK(min <= max);
    const char *text = site_node_text(load, node);
    if (text == NULL) {
        return false;
    }
    const size_t bytes = strlen(text);
    const uint64_t unit = unit_ms(text[bytes - 1]);
    uint64_t count = 0;
    if (unit == 0 || !site_digits_read(text, text + bytes - 1, &count)) {
        site_say(load, node->line, SAY_SPAN_MALFORMED, site_shown(load, text));
        return false;
    }
    if (count > max / unit) {
        site_say(load, node->line, SAY_SPAN_TOO_LONG, site_shown(load, text),
                 (unsigned long long)(max / unit_ms('h')));
        return false;
    }
    if (count * unit < min) {
        site_say(load, node->line, SAY_SPAN_ZERO);
        return false;
    }
    *ms = count * unit;
    *days = text[bytes - 1] == 'd';
    return true;
}

bool site_node_list(struct site_load *load, const struct site_node *node, const char *name,
                    uint32_t max)
{
    CHECK(max > 0);
    if (node->type != SITE_NODE_LIST) {
        site_say(load, node->line, SAY_YAML_NOT_LIST);
        return false;
    }
    if (node->count == 0) {
        site_say(load, node->line, SAY_LIST_EMPTY, name);
        return false;
    }
    if (node->count > max) {
        site_say(load, node->line, SAY_LIST_TOO_LONG, name, (unsigned)max);
        return false;
    }
    return true;
}

/* ---- readers for tables ---- */

/* The table says where in its target a key's value goes; that the type fits is up to the table. */
static void *field(const struct site_key *key, void *target)
{
    return (char *)target + key->offset;
}

void site_key_name(struct site_load *load, const struct site_key *key,
                   const struct site_node *value, void *target)
{
    const char *text = written(load, value);
    if (text != NULL && site_name_valid(load, value->line, text)) {
        memcpy(field(key, target), text, strlen(text) + 1);
    }
}

void site_key_code(struct site_load *load, const struct site_key *key,
                   const struct site_node *value, void *target)
{
    const char *text = site_node_text(load, value);
    if (text != NULL && site_code_valid(load, value->line, text)) {
        memcpy(field(key, target), text, strlen(text) + 1);
    }
}

void site_key_count(struct site_load *load, const struct site_key *key,
                    const struct site_node *value, void *target)
{
    uint64_t read = 0;
    CHECK(key->max <= UINT32_MAX);
    if (site_node_number(load, value, key->min, key->max, &read)) {
        *(uint32_t *)field(key, target) = (uint32_t)read;
    }
}

/* yes, no, on and off are not taken: in other versions of YAML they are text. */
void site_key_flag(struct site_load *load, const struct site_key *key,
                   const struct site_node *value, void *target)
{
    const char *text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    const bool yes = value->plain && strcmp(text, "true") == 0;
    const bool no = value->plain && strcmp(text, "false") == 0;
    if (!yes && !no) {
        site_say(load, value->line, SAY_YAML_FLAG, site_shown(load, text));
        return;
    }
    *(bool *)field(key, target) = yes;
}

void site_key_span(struct site_load *load, const struct site_key *key,
                   const struct site_node *value, void *target)
{
    bool days = false;
    uint64_t ms = 0;
    if (site_node_span(load, value, key->min, key->max, &ms, &days)) {
        *(uint64_t *)field(key, target) = ms;
    }
}

/* ---- maps ---- */

/* For the sentence about an unknown key: mostly it is a slip of writing. Lives until the arena
 * is reset. */
static const char *known_keys(struct site_load *load, const struct site_key *keys, size_t count)
{
    char list[400];
    size_t used = 0;
    for (size_t index = 0; index < count && used < sizeof list; index++) {
        const int added = snprintf(list + used, sizeof list - used, "%s%s", index == 0 ? "" : " ",
                                   keys[index].name);
        CHECK(added >= 0);
        used += (size_t)added;
    }
    const char *kept = arena_strdup(&load->arena, list);
    return kept == NULL ? "" : kept;
}

/* count: there is no such key. */
static size_t key_position(const struct site_key *keys, size_t count, const char *name)
{
    size_t index = 0;
    while (index < count && strcmp(keys[index].name, name) != 0) {
        index++;
    }
    return index;
}

/* Finds the value of each key of the table; says what does not belong. */
static void collect(struct site_load *load, const struct site_node *node,
                    const struct site_key *keys, size_t key_count, const struct site_node **values)
{
    CHECK(node->type == SITE_NODE_MAP);
    const struct site_node *name = node->child;
    for (; name != NULL; name = name->next->next) {
        const char *text = site_node_text(load, name);
        if (text == NULL) {
            continue;
        }
        const size_t at = key_position(keys, key_count, text);
        if (strcmp(text, "<<") == 0) {
            site_say(load, name->line, SAY_YAML_MERGE);
        } else if (at == key_count) {
            site_say(load, name->line, SAY_YAML_KEY_UNKNOWN, site_shown(load, text),
                     known_keys(load, keys, key_count));
        } else if (values[at] != NULL) {
            site_say(load, name->line, SAY_YAML_KEY_DUPLICATE, keys[at].name);
        } else {
            values[at] = name->next;
        }
        arena_reset(&load->arena);
    }
}

bool site_keys_read(struct site_load *load, const struct site_node *node,
                    const struct site_key *keys, size_t key_count, void *target)
{
    const struct site_node *values[KEYS_MAX] = {NULL};
    CHECK(key_count <= KEYS_MAX);
    if (node->type != SITE_NODE_MAP) {
        site_say(load, node->line, SAY_YAML_NOT_MAP);
        return false;
    }
    collect(load, node, keys, key_count, values);
    for (size_t index = 0; index < key_count; index++) {
        if (values[index] != NULL) {
            keys[index].read(load, &keys[index], values[index], target);
        } else if (keys[index].required) {
            site_say(load, node->line, SAY_YAML_KEY_MISSING, keys[index].name);
        }
        arena_reset(&load->arena);
    }
    return true;
}
