/* play_script: the lines of a scenario file, their words, and `repeat`. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_time.h"
#include "play.h"
#include "trace.h"

static void fact_print(void *context, const char *service, uint64_t seq, const Paidan__Event *event)
{
    (void)seq;
    trace_event(context, service, ">", event);
}

void play_facts_print(const struct play *play)
{
    struct trace trace;
    trace_init(&trace, play->begin_ms);
    stage_facts(play->stage, fact_print, &trace);
    (void)fputs(trace.text, stdout);
    trace_fini(&trace);
}

_Noreturn void play_fail(const struct play *play, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)fprintf(stderr, "%s:%u: ", play->path, play->line.number);
    (void)vfprintf(stderr, format, values);
    (void)fputc('\n', stderr);
    va_end(values);
    if (play->facts) {
        play_facts_print(play);
    }
    exit(1);
}

/* ---- words ---- */

char *play_word(struct play *play, uint32_t index)
{
    uint32_t seen = 0;
    for (uint32_t at = 1; at < play->line.count; at++) {
        struct play_word *word = &play->line.words[at];
        if (word->key == NULL && seen++ == index) {
            word->used = true;
            return word->value;
        }
    }
    return NULL;
}

char *play_word_needed(struct play *play, uint32_t index, const char *what)
{
    char *word = play_word(play, index);
    if (word == NULL) {
        play_fail(play, "%s is missing", what);
    }
    return word;
}

char *play_key(struct play *play, const char *key)
{
    for (uint32_t at = 1; at < play->line.count; at++) {
        struct play_word *word = &play->line.words[at];
        if (word->key != NULL && strcmp(word->key, key) == 0) {
            word->used = true;
            return word->value;
        }
    }
    return NULL;
}

char *play_key_needed(struct play *play, const char *key)
{
    char *value = play_key(play, key);
    if (value == NULL) {
        play_fail(play, "%s= is missing", key);
    }
    return value;
}

uint32_t play_number(struct play *play, const char *text)
{
    if (text == NULL) {
        return 1;
    }
    char *end = NULL;
    const unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || number > 1000000) {
        play_fail(play, "%s is not a count", text);
    }
    return (uint32_t)number;
}

uint64_t play_span_ms(struct play *play, const char *text)
{
    static const struct {
        char suffix;
        uint64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    char *end = NULL;
    const unsigned long long count = strtoull(text, &end, 10);
    for (size_t index = 0; index < sizeof units / sizeof units[0]; index++) {
        if (*text >= '0' && *text <= '9' && end[0] == units[index].suffix && end[1] == '\0' &&
            count < 100000) {
            return count * units[index].ms;
        }
    }
    play_fail(play, "%s is not a span as 90s, 30m, 2h, 3d", text);
}

uint64_t play_moment_ms(struct play *play, const char *text)
{
    const uint64_t now_ms = stage_now_ms(play->stage);
    if (*text == '+') {
        return now_ms + play_span_ms(play, text + 1);
    }
    uint64_t at_ms = 0;
    const struct say say = {.site = stage_site(play->stage)};
    if (say_time_read(&say, text, now_ms, &at_ms) != RC_OK) {
        play_fail(play, "%s is not a moment as 2022-03-01T09:00 or +2h", text);
    }
    return at_ms;
}

bool play_group_holds(const char *name, const char *group)
{
    const size_t bytes = strlen(name);
    return strncmp(name, group, bytes) == 0 && (group[bytes] == '\0' || group[bytes] == '.');
}

/* ---- lines ---- */

/* Ends a word at a blank outside of quotes, takes quotes away, and splits at the first = before a
 * quote. Gives the rest of the line. */
static char *word_cut(struct play *play, char *at, struct play_word *word)
{
    char *to = at;
    bool quoted = false, was_quoted = false;
    *word = (struct play_word){.value = at};
    for (; *at != '\0' && (quoted || (*at != ' ' && *at != '\t')); at++) {
        if (*at == '"') {
            quoted = !quoted;
            was_quoted = true;
        } else if (*at == '=' && !was_quoted && word->key == NULL) {
            *to++ = '\0';
            word->key = word->value;
            word->value = to;
        } else {
            *to++ = *at;
        }
    }
    if (quoted) {
        play_fail(play, "a quote is not closed");
    }
    char *rest = *at == '\0' ? at : at + 1;
    *to = '\0';
    return rest;
}

static void line_cut(struct play *play)
{
    struct play_line *line = &play->line;
    char *at = line->bytes;
    line->count = 0;
    for (;;) {
        at += strspn(at, " \t");
        if (*at == '\0' || *at == '#') {
            return;
        }
        if (line->count == PLAY_WORDS_MAX) {
            play_fail(play, "more than %d words", PLAY_WORDS_MAX);
        }
        at = word_cut(play, at, &line->words[line->count]);
        line->count++;
    }
}

/* The line with {n} replaced by the number of the repetition. */
static void line_set(struct play *play, const char *text, size_t bytes, uint32_t number, uint32_t n)
{
    struct play_line *line = &play->line;
    size_t used = 0;
    line->number = number;
    for (size_t at = 0; at < bytes; at++) {
        if (used + 16 > sizeof line->bytes) {
            play_fail(play, "the line is too long");
        }
        if (bytes - at >= 3 && memcmp(text + at, "{n}", 3) == 0) {
            used += (size_t)snprintf(line->bytes + used, 16, "%u", n);
            at += 2;
        } else {
            line->bytes[used++] = text[at];
        }
    }
    line->bytes[used] = '\0';
    line_cut(play);
}

static void used_check(struct play *play)
{
    for (uint32_t at = 1; at < play->line.count; at++) {
        const struct play_word *word = &play->line.words[at];
        if (!word->used) {
            play_fail(play, "%s%s%s has no meaning here", word->key == NULL ? "" : word->key,
                      word->key == NULL ? "" : "=", word->value);
        }
    }
}

/* at MOMENT | wait SPAN; time never goes back. */
static bool time_pass(struct play *play)
{
    const char *verb = play->line.words[0].value;
    uint64_t until_ms = stage_now_ms(play->stage);
    if (strcmp(verb, "at") == 0) {
        until_ms = play_moment_ms(play, play_word_needed(play, 0, "a moment"));
    } else if (strcmp(verb, "wait") == 0) {
        until_ms += play_span_ms(play, play_word_needed(play, 0, "a span"));
    } else {
        return false;
    }
    if (until_ms < stage_now_ms(play->stage)) {
        play_fail(play, "time does not go back");
    }
    stage_until(play->stage, until_ms);
    return true;
}

static void line_play(struct play *play)
{
    const char *verb = play->line.words[0].value;
    if (strcmp(verb, "expect") == 0) {
        play_expect_keep(play);
        return;
    }
    if (strcmp(verb, "site") == 0 || strcmp(verb, "begin") == 0) {
        return; /* read before */
    }
    if (!time_pass(play) && !play_act(play)) {
        play_fail(play, "%s: nobody knows how to do that", verb);
    }
    used_check(play);
}

/* ---- the file ---- */

struct source {
    char *text;
    const char **lines;
    size_t *bytes;
    uint32_t count;
};

static void source_open(const char *path, struct source *source)
{
    FILE *file = fopen(path, "re");
    const size_t room = 1 << 20;
    source->text = calloc(1, room);
    CHECK(source->text != NULL);
    if (file == NULL || fread(source->text, 1, room - 1, file) == room - 1) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    (void)fclose(file);
    uint32_t lines = 1;
    for (const char *at = source->text; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    source->lines = calloc(lines, sizeof *source->lines);
    source->bytes = calloc(lines, sizeof *source->bytes);
    CHECK(source->lines != NULL);
    CHECK(source->bytes != NULL);
    for (const char *at = source->text; *at != '\0'; source->count++) {
        const size_t bytes = strcspn(at, "\n");
        source->lines[source->count] = at;
        source->bytes[source->count] = bytes;
        at += bytes + (at[bytes] == '\n');
    }
}

static void source_close(struct source *source)
{
    free(source->text);
    free(source->lines);
    free(source->bytes);
}

void play_script_head(const char *path, struct play_head *head)
{
    struct source source = {0};
    *head = (struct play_head){{0}, {0}};
    source_open(path, &source);
    for (uint32_t index = 0; index < source.count; index++) {
        char line[128];
        (void)snprintf(line, sizeof line, "%.*s", (int)source.bytes[index], source.lines[index]);
        (void)sscanf(line, "site %63s", head->site);
        (void)sscanf(line, "begin %31s", head->begin);
    }
    source_close(&source);
    if (head->site[0] == '\0' || head->begin[0] == '\0') {
        (void)fprintf(stderr, "%s: needs the lines `site FOLDER` and `begin MOMENT`\n", path);
        exit(1);
    }
}

static bool line_begins(const struct source *source, uint32_t index, const char *word)
{
    const char *at = source->lines[index] + strspn(source->lines[index], " \t");
    const size_t bytes = strlen(word);
    return strncmp(at, word, bytes) == 0 && strchr(" \t\n", at[bytes]) != NULL;
}

/* Lines from..until-1, n as {n}. */
static void lines_play(struct play *play, const struct source *source, uint32_t from,
                       uint32_t until, uint32_t n)
{
    for (uint32_t index = from; index < until; index++) {
        line_set(play, source->lines[index], source->bytes[index], index + 1, n);
        if (play->line.count == 0) {
            continue;
        }
        if (strcmp(play->line.words[0].value, "repeat") != 0) {
            line_play(play);
            continue;
        }
        const uint32_t times = play_number(play, play_word_needed(play, 0, "a count"));
        uint32_t end = index + 1;
        while (end < until && !line_begins(source, end, "end")) {
            if (line_begins(source, end, "repeat")) {
                play_fail(play, "repetitions do not nest");
            }
            end++;
        }
        if (end == until) {
            play_fail(play, "the repetition has no `end`");
        }
        for (uint32_t time = 1; time <= times; time++) {
            lines_play(play, source, index + 1, end, time);
        }
        index = end;
    }
}

void play_script_run(struct play *play)
{
    struct source source = {0};
    source_open(play->path, &source);
    lines_play(play, &source, 0, source.count, 0);
    source_close(&source);
}
