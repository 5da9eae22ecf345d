/* play: a scenario file played through the four services, and what came of it compared with the
 * numbers that a place has published. The language is in README.md.
 *
 * A mistake in the file, a refusal that the file does not expect and a service that does not answer
 * end the program with a line that says where. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "play_stage.h"

enum { PLAY_WORDS_MAX = 32, PLAY_LINE_BYTES = 4096, PLAY_GROUP_BYTES = 48 };

/* A line of the file as it is played: words, and key=value. */
struct play_word {
    char *key; /* NULL: a plain word */
    char *value;
    bool used;
};
struct play_line {
    char bytes[PLAY_LINE_BYTES];
    struct play_word words[PLAY_WORDS_MAX];
    uint32_t count, number; /* of words; in the file, from 1 */
};

/* A ticket that the scenario handed in. */
struct play_ticket {
    uint64_t id;
    char group[PLAY_GROUP_BYTES];
};

struct play {
    const char *path;
    struct stage *stage;
    struct play_line line;  /* the one being played */
    struct play_line *asks; /* the lines `expect`, kept for the end */
    uint32_t ask_count;
    struct play_ticket *tickets; /* in the order of submission */
    uint32_t ticket_count;
    uint64_t begin_ms;
    uint64_t submitted, duplicates; /* told by intake */
    bool facts;                     /* print all of them if it fails */
};

/* ---- play_script.c: the file ---- */

/* Site and beginning: the first two lines that say something. */
struct play_head {
    char site[64], begin[32];
};
void play_script_head(const char *path, struct play_head *head);
/* Plays the file from its first line to its last. */
void play_script_run(struct play *play);
/* "file:line: ..." on stderr, exit 1. */
_Noreturn void play_fail(const struct play *play, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Every fact so far, one a line; each only once. */
void play_facts_print(const struct play *play);
/* The index-th plain word after the verb; NULL: there is none. */
char *play_word(struct play *play, uint32_t index);
char *play_word_needed(struct play *play, uint32_t index, const char *what);
/* The value of key=; NULL: not given. */
char *play_key(struct play *play, const char *key);
char *play_key_needed(struct play *play, const char *key);
/* A count, 1 if it is not there. */
uint32_t play_number(struct play *play, const char *text);
/* "90s" "30m" "2h" "3d". */
uint64_t play_span_ms(struct play *play, const char *text);
/* A moment in site time, or "+2h" from now. */
uint64_t play_moment_ms(struct play *play, const char *text);
/* Whether a ticket's group is the one named, or one of its parts ("jobs" holds "jobs.3"). */
bool play_group_holds(const char *name, const char *group);

/* ---- play_acts.c: what people do ---- */

/* Plays the line; false: no such verb. */
bool play_act(struct play *play);

/* ---- play_expect.c: the numbers ---- */

/* Keeps the line for the end. */
void play_expect_keep(struct play *play);
void play_expect_forget(struct play *play);
/* Prints each number of the page beside the engine's. False: they differ somewhere. */
bool play_expect_compare(struct play *play);
/* The value of an enum by the end of its name: "mediation" is MODE_MEDIATION. */
bool play_enum_named(const void *descriptor, const char *word, int *value);
