/* say_judged: evidence to sentences. A row a kind of evidence, in the order in which a person asks: who
 * decided, what else it might have been, by which words, where, which unit. What a site does not have
 * is not said. Lists are cut where the room ends, for the best comes first. */
#include "common/say/say_judged.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_words.h"

enum { PERCENT_BYTES = 16, WORD_BYTES = 256 };

/* "97.3%" */
static const char *percent(uint32_t permille, char text[PERCENT_BYTES])
{
    (void)snprintf(text, PERCENT_BYTES, "%u.%u%%", permille / 10, permille % 10);
    return text;
}

static const char *comma(const struct say *say)
{
    return say_choose(say, "、", ", ");
}

typedef const char *name_fn(const struct say *say, const char *code);

static void guesses(const struct say *say, Paidan__Guess *const *list, size_t count, name_fn *name,
                    char *text, size_t size)
{
    for (size_t index = 0; index < count; index++) {
        char word[WORD_BYTES], amount[PERCENT_BYTES];
        (void)snprintf(word, sizeof word, "%s %s", name(say, list[index]->code),
                       percent(list[index]->permille, amount));
        say_add(text, size, comma(say), word);
    }
}

/* Versions are looked up in logs and files, so they are written as digests are. */
static void put_model(const struct say *say, protobuf_c_boolean has, uint32_t version, char *text,
                      size_t size)
{
    char word[WORD_BYTES];
    if (has) {
        (void)snprintf(word, sizeof word, say_choose(say, "（模型 %08x）", " (model %08x)"),
                       version);
        say_add(text, size, "", word);
    }
}

static void by(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    char word[WORD_BYTES], amount[PERCENT_BYTES];
    if (judged->has_by) {
        say_add(text, size, "",
                say_words_get(say, &paidan__judged_by__descriptor, (int)judged->by));
    }
    if (judged->rule != NULL) {
        say_add(text, size, " ", judged->rule);
    }
    if (judged->has_threshold) {
        const bool ever = judged->threshold <= SITE_PERMILLE;
        (void)snprintf(word, sizeof word,
                       ever ? say_choose(say, "自动分拨要 %s 以上", "goes out by itself from %s on")
                            : say_choose(say, "这一类不自动分拨", "never goes out by itself"),
                       percent(judged->threshold, amount));
        say_add(text, size, say_choose(say, "；", "; "), word);
    }
    if (text[0] != '\0') {
        put_model(say, judged->has_model, judged->model, text, size);
    }
}

static void categories(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    guesses(say, judged->guesses, judged->n_guesses, say_category, text, size);
}

static void words(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    for (size_t index = 0; index < judged->n_words; index++) {
        say_add(text, size, comma(say), judged->words[index]);
    }
}

static void grams(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    for (size_t index = 0; index < judged->n_grams; index++) {
        char word[WORD_BYTES];
        const Paidan__Gram *gram = judged->grams[index];
        const bool title = gram->has_title && gram->title;
        (void)snprintf(word, sizeof word, "%s%s +%u.%u", gram->gram,
                       title ? say_choose(say, "（标题）", " (title)") : "", gram->weight / 1000,
                       gram->weight / 100 % 10);
        say_add(text, size, comma(say), word);
    }
}

static void areas(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    guesses(say, judged->areas, judged->n_areas, say_area, text, size);
    for (size_t index = 0; index < judged->n_place_words; index++) {
        say_add(text, size, index == 0 ? say_choose(say, "；地名 ", "; names: ") : comma(say),
                judged->place_words[index]);
    }
}

static void units(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    guesses(say, judged->units, judged->n_units, say_unit, text, size);
    if (text[0] != '\0') {
        put_model(say, judged->has_unit_model, judged->unit_model, text, size);
    }
}

/* Where in the text each part stands, in bytes: the text is shown beside it, by who may read it. */
static void parts(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    for (size_t index = 0; index < judged->n_parts; index++) {
        const Paidan__Part *part = judged->parts[index];
        char word[WORD_BYTES], amount[PERCENT_BYTES];
        (void)snprintf(word, sizeof word,
                       say_choose(say, "第 %u–%u 字节 %s %s", "bytes %u-%u %s %s"), part->at + 1,
                       part->at + part->bytes, say_category(say, part->category),
                       percent(part->permille, amount));
        say_add(text, size, comma(say), word);
    }
}

/* "20261122-0001-9 97.9%" */
static void put_event(const Paidan__SameEvent *event, char *word, size_t size)
{
    char number[NUMBER_BYTES], amount[PERCENT_BYTES];
    number_format(event->ticket, number);
    (void)snprintf(word, size, "%s %s", number, percent(event->permille, amount));
}

/* Which tickets, how probably, and the name that both say: the words alone are in nobody's log. */
static void same(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    for (size_t index = 0; index < judged->n_same; index++) {
        const Paidan__SameEvent *event = judged->same[index];
        char word[WORD_BYTES];
        put_event(event, word, sizeof word);
        say_add(text, size, comma(say), word);
        if (event->name != NULL) {
            (void)snprintf(word, sizeof word,
                           say_choose(say, "（都提到“%s”）", " (both say \"%s\")"), event->name);
            say_add(text, size, "", word);
        } else if (event->names != NULL && strcmp(event->names, "other") == 0) {
            say_add(text, size, "",
                    say_choose(say, "（地名不同）", " (they name different places)"));
        }
    }
}

static void calls(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    for (size_t index = 0; index < judged->n_call; index++) {
        say_add(text, size, comma(say), judged->call[index]);
    }
}

static const struct kind {
    const char *zh, *en;
    void (*put)(const struct say *say, const Paidan__Judged *judged, char *text, size_t size);
} kinds[] = {
    {"判断", "judged by", by},  {"可能", "perhaps", categories},  {"关键词", "keywords", words},
    {"字词", "letters", grams}, {"地点", "place", areas},         {"经办", "units", units},
    {"拆分", "matters", parts}, {"同一事件", "same event", same}, {"应急电话", "telephone", calls},
};

bool say_judged_line(const struct say *say, const Paidan__Judged *judged, size_t nth,
                     const char **label, char *text, size_t size)
{
    CHECK(size > 0);
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        text[0] = '\0';
        kinds[index].put(say, judged, text, size);
        if (text[0] != '\0' && nth-- == 0) {
            *label = say_choose(say, kinds[index].zh, kinds[index].en);
            return true;
        }
    }
    return false;
}

/* One fact of a history, which has a sentence of its own already. */
void say_judged_brief(const struct say *say, const Paidan__Judged *judged, char *text, size_t size)
{
    CHECK(size > 0);
    text[0] = '\0';
    if (judged->has_by) {
        say_add(text, size, "",
                say_words_get(say, &paidan__judged_by__descriptor, (int)judged->by));
        if (judged->rule != NULL) {
            say_add(text, size, " ", judged->rule);
        }
    }
    if (judged->n_guesses > 0) {
        const bool sure = judged->has_by && judged->by == PAIDAN__JUDGED_BY__JUDGED_MODEL;
        const size_t count = sure ? 1 : judged->n_guesses;
        char list[WORD_BYTES * 2] = "";
        guesses(say, judged->guesses, count, say_category, list, sizeof list);
        say_add(text, size, say_choose(say, sure ? " " : "；", sure ? " " : "; "),
                sure ? "" : say_choose(say, "可能 ", "perhaps "));
        say_add(text, size, "", list);
    }
    if (judged->n_same > 0) {
        char word[WORD_BYTES];
        put_event(judged->same[0], word, sizeof word);
        say_add(text, size, say_choose(say, "；", "; "),
                say_choose(say, "疑似同一事件 ", "maybe the same as "));
        say_add(text, size, "", word);
    }
}
