/* site_pattern: regular expressions of rules, by PCRE2. Owns nothing but the compiled code of each.
 *
 * What must stay true: a match takes a bounded number of steps and a bounded piece of the caller's arena
 * and nothing else, so that a core may ask; the same pattern and text give the same result on every
 * machine (no just-in-time code: its bounds count otherwise); and a pattern that is let in is content with
 * neither the empty text nor any text, nor with whatever is written in one language.
 *
 * Whether a pattern is catastrophic cannot be seen from its form alone, so it is tried: on rows of each
 * character that it names, of pairs of them, and of what stands for its classes, each row ended by
 * something that fits nowhere. Rows are short, so that what grows with the square of a text, as
 * "停水.*三天" does, stays below the bound, and what doubles with each character does not. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "common/site/site_pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

enum {
    PROBE_CHARS = 64, /* cubes of it are below the bound of steps for trying, fourth powers above */
    PROBE_STEPS_MAX = 100000,
    PROBE_HEADS_MAX = 24, /* different characters of a pattern that are looked at */
    PROBE_BYTES = 1024,
    PARENS_MAX = 32,
    LOOKBEHIND_MAX = 64, /* characters */
    CHAR_BYTES = 5,
};

struct site_pattern {
    pcre2_code *code;
};

struct site_pattern_room {
    pcre2_match_data *data;
    pcre2_match_context *context;
};

/* ---- memory of an arena ---- */

static void *take(size_t bytes, void *arena)
{
    return arena_alloc(arena, bytes);
}

/* The arena is emptied as a whole. */
static void drop(void *block, void *arena)
{
    (void)block;
    (void)arena;
}

static bool set_bounds(pcre2_match_context *context, uint32_t steps)
{
    CHECK(context != NULL);
    CHECK(steps > 0);
    return pcre2_set_match_limit(context, steps) == 0 &&
           pcre2_set_depth_limit(context, SITE_PATTERN_DEPTH_MAX) == 0 &&
           pcre2_set_heap_limit(context, SITE_PATTERN_HEAP_KIB) == 0;
}

struct site_pattern_room *site_pattern_room(struct arena *arena)
{
    struct site_pattern_room *const room = arena_alloc(arena, sizeof *room);
    pcre2_general_context *const general = pcre2_general_context_create(take, drop, arena);
    if (room == NULL || general == NULL) {
        return NULL;
    }
    room->context = pcre2_match_context_create(general);
    room->data = pcre2_match_data_create(1, general);
    const bool whole = room->context != NULL && room->data != NULL &&
                       set_bounds(room->context, SITE_PATTERN_STEPS_MAX);
    return whole ? room : NULL;
}

/* ---- matching ---- */

static enum site_pattern_result match(const pcre2_code *code, const struct site_pattern_room *room,
                                      const char *subject, size_t bytes)
{
    const int result = pcre2_match(code, (PCRE2_SPTR)subject, bytes, 0, PCRE2_NO_UTF_CHECK,
                                   room->data, room->context);
    switch (result) {
    case PCRE2_ERROR_NOMATCH:
        return SITE_PATTERN_MISSES;
    case PCRE2_ERROR_NOMEMORY:
        return SITE_PATTERN_NO_ROOM;
    default:
        /* Steps, depth, heap: all that can go wrong with a text that is one. */
        return result >= 0 ? SITE_PATTERN_MATCHES : SITE_PATTERN_STOPPED;
    }
}

enum site_pattern_result site_pattern_match(const struct site_pattern *pattern,
                                            struct site_pattern_room *room, const char *subject,
                                            size_t bytes)
{
    CHECK(pattern != NULL);
    CHECK(room != NULL);
    size_t kept = bytes;
    if (bytes > SITE_PATTERN_SUBJECT_MAX) {
        kept = SITE_PATTERN_SUBJECT_MAX;
        while (kept > 0 && ((unsigned char)subject[kept] & 0xc0) == 0x80) {
            kept--;
        }
    }
    return match(pattern->code, room, subject, kept);
}

/* ---- trying ---- */

struct probe {
    const pcre2_code *code; /* without what the library does to look at fewer places of a text */
    struct site_pattern_room room;
    uint32_t head_count;
    char heads[PROBE_HEADS_MAX][CHAR_BYTES];
    uint32_t first_count;       /* of heads: what stands for classes */
    char lead[PROBE_BYTES / 4]; /* what is to stand before the row */
    char text[PROBE_BYTES];
};

static bool known(const struct probe *probe, const char *head)
{
    for (uint32_t index = 0; index < probe->head_count; index++) {
        if (strcmp(probe->heads[index], head) == 0) {
            return true;
        }
    }
    return false;
}

static void add_head(struct probe *probe, const char *at, size_t bytes)
{
    char head[CHAR_BYTES] = "";
    CHECK(bytes < CHAR_BYTES);
    memcpy(head, at, bytes);
    if (probe->head_count < PROBE_HEADS_MAX && !known(probe, head)) {
        memcpy(probe->heads[probe->head_count++], head, sizeof head);
    }
}

/* What stands for classes (\d, \w, \s, .), then each character of the pattern. */
static void collect_heads(struct probe *probe, const char *text)
{
    static const char *const classes[] = {"a", "1", "中", " ", "-"};
    for (size_t index = 0; index < sizeof classes / sizeof classes[0]; index++) {
        add_head(probe, classes[index], strlen(classes[index]));
    }
    probe->first_count = probe->head_count;
    while (*text != '\0') {
        size_t bytes = 1;
        while (((unsigned char)text[bytes] & 0xc0) == 0x80) {
            bytes++;
        }
        if (bytes < CHAR_BYTES && strchr("()[]{}|*+?\\^$", *text) == NULL) {
            add_head(probe, text, bytes);
        }
        text += bytes;
    }
}

/* PROBE_CHARS characters, one and the other in turn, and at the end something that fits nowhere. */
static size_t fill(struct probe *probe, const char *one, const char *other, const char *end)
{
    size_t used = strlen(probe->lead);
    memcpy(probe->text, probe->lead, used);
    for (unsigned count = 0; count < PROBE_CHARS; count++) {
        const char *const head = count % 2 == 0 ? one : other;
        const size_t bytes = strlen(head);
        CHECK(used + bytes + CHAR_BYTES < sizeof probe->text);
        memcpy(probe->text + used, head, bytes);
        used += bytes;
    }
    memcpy(probe->text + used, end, strlen(end) + 1);
    return used + strlen(end);
}

static enum site_pattern_result try(struct probe *probe, const char *one, const char *other,
                                    const char *end)
{
    const size_t bytes = fill(probe, one, other, end);
    return match(probe->code, &probe->room, probe->text, bytes);
}

/* Texts that have nothing in common: what fits all of them fits everything. */
static bool matches_all(struct probe *probe)
{
    static const char *const texts[] = {"a", "1", "中", "。", "😀"};
    for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++) {
        if (try(probe, texts[index], texts[index], "") != SITE_PATTERN_MATCHES) {
            return false;
        }
    }
    return true;
}

/* Whether it fits each of the sentences, which end with NULL. */
static bool fits_each(struct probe *probe, const char *const *sentences)
{
    for (; *sentences != NULL; sentences++) {
        if (match(probe->code, &probe->room, *sentences, strlen(*sentences)) !=
            SITE_PATTERN_MATCHES) {
            return false;
        }
    }
    return true;
}

/* What people write, in the form in which texts are searched. The sentences of one language share no word
 * that could be meant: what fits all of them sorts out nothing. */
static bool matches_language(struct probe *probe)
{
    static const char *const chinese[] = {
        "路灯不亮",   "楼上漏水三天",   "夜里施工太吵",   "垃圾桶满没人收", "电梯坏",
        "井盖松动响", "快递柜挡住通道", "公交站牌看不清", "物业乱收费",     NULL};
    static const char *const english[] = {"street lamp broken",     "my kitchen ceiling drips",
                                          "loud music every night", "rubbish bins overflow",
                                          "lift stopped working",   "cars block our entrance",
                                          "pothole near school",    NULL};
    return fits_each(probe, chinese) || fits_each(probe, english);
}

/* U+2063, which a folded text never holds. */
static const char nowhere[] = "\xe2\x81\xa3";

/* Rows after so many of the pattern's own characters, for what is slow may come after a word. */
static bool slow_after(struct probe *probe)
{
    for (uint32_t one = 0; one < probe->head_count; one++) {
        if (try(probe, probe->heads[one], probe->heads[one], nowhere) == SITE_PATTERN_STOPPED) {
            return true;
        }
    }
    return false;
}

static enum site_pattern_fault try_slow(struct probe *probe)
{
    for (uint32_t one = 0; one < probe->head_count; one++) {
        for (uint32_t other = one; other < probe->head_count; other++) {
            if (try(probe, probe->heads[one], probe->heads[other], nowhere) ==
                SITE_PATTERN_STOPPED) {
                return SITE_PATTERN_SLOW;
            }
        }
    }
    for (uint32_t head = probe->first_count; head < probe->head_count; head++) {
        const size_t used = strlen(probe->lead), bytes = strlen(probe->heads[head]);
        CHECK(used + bytes < sizeof probe->lead);
        memcpy(probe->lead + used, probe->heads[head], bytes + 1);
        if (slow_after(probe)) {
            return SITE_PATTERN_SLOW;
        }
    }
    probe->lead[0] = '\0';
    return SITE_PATTERN_FITS;
}

static enum site_pattern_fault try_all(const pcre2_code *code, const char *text, bool *no_memory)
{
    struct probe *const probe = calloc(1, sizeof *probe);
    *no_memory = true;
    enum site_pattern_fault fault = SITE_PATTERN_FITS;
    if (probe == NULL) {
        return fault;
    }
    probe->code = code;
    probe->room.context = pcre2_match_context_create(NULL);
    probe->room.data = pcre2_match_data_create(1, NULL);
    if (probe->room.context != NULL && probe->room.data != NULL &&
        set_bounds(probe->room.context, PROBE_STEPS_MAX)) {
        *no_memory = false;
        collect_heads(probe, text);
        fault = try_slow(probe);
        if (fault == SITE_PATTERN_FITS && (matches_all(probe) || matches_language(probe))) {
            fault = SITE_PATTERN_ALL;
        }
    }
    pcre2_match_context_free(probe->room.context);
    pcre2_match_data_free(probe->room.data);
    free(probe);
    return fault;
}

/* ---- making ---- */

static uint32_t number_of(const pcre2_code *code, uint32_t what)
{
    uint32_t value = 0;
    const int result = pcre2_pattern_info(code, what, &value);
    CHECK(result == 0);
    return value;
}

/* What can be seen of the compiled form. */
static enum site_pattern_fault judge(const pcre2_code *code)
{
    size_t bytes = 0;
    const int result = pcre2_pattern_info(code, PCRE2_INFO_SIZE, &bytes);
    CHECK(result == 0);
    if (bytes > SITE_PATTERN_CODE_MAX) {
        return SITE_PATTERN_LARGE;
    }
    if (number_of(code, PCRE2_INFO_BACKREFMAX) > 0) {
        return SITE_PATTERN_REFERENCE;
    }
    if (number_of(code, PCRE2_INFO_MAXLOOKBEHIND) > LOOKBEHIND_MAX) {
        return SITE_PATTERN_BEHIND;
    }
    if (number_of(code, PCRE2_INFO_MATCHEMPTY) != 0) {
        return SITE_PATTERN_EMPTY;
    }
    return number_of(code, PCRE2_INFO_MINLENGTH) < SITE_PATTERN_CHARS_MIN ? SITE_PATTERN_SHORT
                                                                          : SITE_PATTERN_FITS;
}

/* (?R), (?1), (?&n), (?P=n), (?(...) and callouts. */
static bool group_irregular(const char *text)
{
    const char next = text[2];
    return next != '\0' && (strchr("R&(C+", next) != NULL || (next >= '0' && next <= '9') ||
                            (next == 'P' && (text[3] == '=' || text[3] == '>')) ||
                            (next == '-' && text[3] >= '0' && text[3] <= '9'));
}

/* What makes of a pattern more than a regular one: references (\k, \g), \K, \C, calls of itself, verbs
 * (*...). Within a class these are characters like others. */
static bool irregular(const char *text)
{
    bool class = false;
    for (; *text != '\0'; text++) {
        if (*text == '\\' && text[1] != '\0') {
            text++;
            if (!class && strchr("kgKC", *text) != NULL) {
                return true;
            }
        } else if (class) {
            class = *text != ']';
        } else if (*text == '[') {
            class = true;
            text += text[1] == '^' ? 1 : 0;
            text += text[1] == ']' ? 1 : 0; /* the first is a character of the class */
        } else if (*text == '(' && (text[1] == '*' || (text[1] == '?' && group_irregular(text)))) {
            return true;
        }
    }
    return false;
}

static void say_wrong(int code, const char *text, size_t offset, struct site_pattern_error *error)
{
    error->fault = code == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH ? SITE_PATTERN_BEHIND
                   : code == PCRE2_ERROR_PATTERN_TOO_LARGE ||
                           code == PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP ||
                           code == PCRE2_ERROR_PATTERN_STRING_TOO_LONG
                       ? SITE_PATTERN_LARGE
                       : SITE_PATTERN_WRONG;
    (void)pcre2_get_error_message(code, (PCRE2_UCHAR *)error->message, sizeof error->message);
    error->at = 1;
    for (size_t index = 0; index < offset && text[index] != '\0'; index++) {
        error->at += ((unsigned char)text[index] & 0xc0) != 0x80 ? 1 : 0;
    }
}

/* NULL: error says why, or there is no memory. */
static pcre2_code *compile(const char *text, uint32_t options, struct site_pattern_error *error)
{
    pcre2_compile_context *const context = pcre2_compile_context_create(NULL);
    int code = 0;
    PCRE2_SIZE offset = 0;
    if (context == NULL) {
        return NULL;
    }
    (void)pcre2_set_max_pattern_length(context, SITE_PATTERN_BYTES_MAX);
    (void)pcre2_set_parens_nest_limit(context, PARENS_MAX);
    /* Texts are folded to small letters, so a capital in a pattern would never fit. */
    pcre2_code *const made =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                      PCRE2_UTF | PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C | options,
                      &code, &offset, context);
    pcre2_compile_context_free(context);
    if (made == NULL && code != PCRE2_ERROR_HEAP_FAILED) {
        say_wrong(code, text, offset, error);
    }
    return made;
}

struct site_pattern *site_pattern_make(const char *text, struct site_pattern_error *error)
{
    CHECK(text[0] != '\0');
    *error = (struct site_pattern_error){.fault = SITE_PATTERN_FITS};
    if (strlen(text) > SITE_PATTERN_BYTES_MAX) {
        error->fault = SITE_PATTERN_LARGE;
        return NULL;
    }
    if (irregular(text)) {
        error->fault = SITE_PATTERN_REFERENCE;
        return NULL;
    }
    pcre2_code *const code = compile(text, 0, error);
    pcre2_code *const whole = code == NULL ? NULL : compile(text, PCRE2_NO_START_OPTIMIZE, error);
    bool no_memory = whole == NULL;
    if (whole != NULL) {
        error->fault = judge(code);
    }
    if (whole != NULL && error->fault == SITE_PATTERN_FITS) {
        error->fault = try_all(whole, text, &no_memory);
    }
    pcre2_code_free(whole);
    struct site_pattern *const kept =
        error->fault == SITE_PATTERN_FITS && !no_memory ? malloc(sizeof *kept) : NULL;
    if (kept == NULL) {
        pcre2_code_free(code);
        return NULL;
    }
    kept->code = code;
    return kept;
}

void site_pattern_free(struct site_pattern *pattern)
{
    if (pattern != NULL) {
        pcre2_code_free(pattern->code);
        free(pattern);
    }
}
