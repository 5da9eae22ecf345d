/* say_facts_private: how a sentence of a fact is put together; for the say_*.c files that make them. */
#pragma once

#include <stdarg.h>
#include <stdio.h>

#include "common/base/check.h"
#include "common/say/say.h"
#include "common/say/say_time.h"
#include "event.pb-c.h"

struct words {
    const struct say *say;
    char *text;
    size_t size, used;
};

static inline void put(struct words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds to the sentence. used goes on counting beyond the end, so that a sentence that was cut
 * stays cut. */
static inline void put(struct words *words, const char *format, ...)
{
    CHECK(words->size > 0);
    if (words->used >= words->size) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    const int made =
        vsnprintf(words->text + words->used, words->size - words->used, format, arguments);
    va_end(arguments);
    words->used += made < 0 ? 0 : (size_t)made;
}

static inline void put_say(struct words *words, const char *zh, const char *en)
{
    put(words, "%s", say_choose(words->say, zh, en));
}

/* What a person wrote, behind a colon; masked already when it became a fact. */
static inline void put_note(struct words *words, const char *note)
{
    if (note != NULL && note[0] != '\0') {
        put(words, "%s%s", say_choose(words->say, "：", ": "), note);
    }
}

/* Always whole, with the year: a history is read years later. */
static inline void put_due(struct words *words, uint64_t due_ms)
{
    char at[SAY_TIME_BYTES];
    say_time_exact(words->say, due_ms, at);
    put(words, " %s", at);
}

static inline void put_unit(struct words *words, const char *unit)
{
    put(words, "%s ", say_unit(words->say, unit));
}

/* "; due 2026-12-01 18:00:00" of a clock that was started or moved. */
static inline void put_clock(struct words *words, const Paidan__ClockSet *clock)
{
    if (clock != NULL) {
        put_say(words, "；期限", "; due");
        put_due(words, clock->due_ms);
    }
}

/* say_request: requests, suspensions, appeals, and what is told to the outside. Says nothing of what is
 * none of these. */
enum say_tone say_request_words(struct words *words, const Paidan__Event *event);
