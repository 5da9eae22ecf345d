/* archive_row: one archived event as what it changes of its ticket's row in a database, whichever
 * database that is. Pure.
 *
 * Which of two logs is read first is chance, so a row says when it was `moved`: what an earlier event
 * says of state and holder fills in what is missing and replaces nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "event.pb-c.h"

enum { ARCHIVE_ROW_WORDS_MAX = 5 };

/* NULL and 0: nothing was said of it. Texts are the event's. */
struct archive_row {
    uint64_t ticket;
    /* What is said once, by whoever says it first. */
    uint64_t registered_ms;
    const char *channel, *title, *place, *person;
    bool confidential;
    /* What moves on. */
    uint64_t moved; /* order of the event among those of all logs */
    Paidan__State state;
    const char *unit, *category, *area;
    uint32_t level, urgency;
    /* What ends it, or is said afterwards. */
    uint32_t outcome, solved, satisfied;
    uint64_t closed_ms, merged_into;
    bool reopened;     /* what is said of its end is nothing from now on */
    uint64_t answered; /* as moved, of an event that says or empties solved and satisfied; else 0 */
    bool unmerged;     /* merged_into is none from now on */
    /* What may be looked for, beside the above. */
    unsigned word_count;
    const char *words[ARCHIVE_ROW_WORDS_MAX];
};

/* log: in which it stood. person: as archived, may be NULL. False: it is about no single ticket. */
bool archive_row_make(const char *log, const Paidan__Event *event, const char *person,
                      struct archive_row *row);
/* As it stands in the database: "closed"; "" for 0. Before: a value of the enum. */
const char *archive_row_state(uint32_t state);
const char *archive_row_outcome(uint32_t outcome);
const char *archive_row_solved(uint32_t solved);
const char *archive_row_satisfied(uint32_t satisfied);
/* The other way round; 0: none is called so. */
uint32_t archive_row_state_of(const char *word);
uint32_t archive_row_outcome_of(const char *word);
uint32_t archive_row_satisfied_of(const char *word);
