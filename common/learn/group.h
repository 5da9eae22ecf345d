/* group: which earlier row tells of the same event, and how sure that is.
 *
 * People describe one event in different words, and other events in the same: what tells them apart
 * are the names of places. A pair of rows is therefore compared by the letters of title and text, by
 * pairs, each weighed by how rare it is; by the names of estates, roads and institutions, whether
 * each is found in the other's text; by districts, years and the time between. Fourteen weights make
 * one score of it (group_score.c). A row joins the best group by its best row, with some support of
 * the second-best. Without a segmenter, a dictionary or a site's table.
 *
 * An index is memory alone, bounded when it is opened: at most GROUP_ROW_BYTES_MAX a row that is
 * kept, 0.8 kB of an ordinary complaint, 300 bytes for each that it may hold, and 17 MB beside. What
 * is looked up is bounded too: the heaviest 32 pairs of letters of a text, the 64 newest rows of
 * each, the 12 best of these. Pure: no file, clock or random source; the same calls make the same
 * answers.
 *
 * How triage uses it: one index over the tickets that are open, filled from its own table at the
 * start (group_put_packed, oldest first); each new ticket is met (group_meet) and packed
 * (group_pack); folding its fact puts the packed row under the group that was decided, its own or
 * another's, closing drops it. What a step did is undone where the step is (group_begin,
 * group_settle): then the index is that of the tables again, postings included. What is said of a
 * candidate is a proposal with its evidence, for the desk and for `explain`: merging by itself is a
 * matter of the site's threshold.
 *
 * What a packed row gives away: it holds no text and no order, but which pairs of letters, by a
 * number of 22 bits, stand in title and beginning, how often, and which belong to names of places.
 * Nobody reads it; but whoever has it and tries all pairs of a language learns most of them and can
 * guess at the matter and the place, though not at what stood behind the first 200 letters. Long
 * numbers (5 digits and more: phones, identity cards) are not in it at all. It is therefore
 * a personal datum like a masked title: kept while the ticket is open and in the log until that is
 * trimmed, and in no answer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"
#include "common/learn/learn.h"

#define GROUP_ROWS_MAX (1u << 22)
#define GROUP_ROW_BYTES_MAX 1500u
#define GROUP_CANDIDATES_MAX 5u
#define GROUP_PROBABILITY_USUAL 0.5f /* where precision and recall were best together */

struct group_index;

/* rows: how many it must hold at once.
 * Before: 1 <= rows <= GROUP_ROWS_MAX. RC_OK or RC_LIMIT (memory). */
MUST_CHECK enum rc group_open(struct group_index **index, uint32_t rows);
void group_close(struct group_index *index); /* NULL is left alone */

struct group_row {
    uint64_t id;      /* of the caller */
    uint64_t time_ms; /* when it was told; 0: nobody knows */
    struct learn_text text;
};

/* Counts the letters of a text, so that what many tell counts for little. Once for each text, before
 * it is looked for; whoever has many at hand counts all of them first. */
void group_learn(struct group_index *index, const struct learn_text *text);

/* Whether one text's names of places are found in the other. */
enum group_names {
    GROUP_NAMES_UNTOLD, /* one of them names none, or not in its title */
    GROUP_NAMES_BOTH,   /* of each in the other */
    GROUP_NAMES_ONE,    /* of one in the other */
    GROUP_NAMES_OTHER,  /* both name places in their titles, and none of them is the other's */
    GROUP_NAMES_COUNT
};
/* "untold", "both", "one", "other": stable, for scripts and stored facts. */
const char *group_names_name(enum group_names names);

struct group_evidence {
    float words, title; /* how alike text and title are, 0 to 1 */
    float matter;       /* the same without the names of places */
    float days;         /* between the two */
    enum group_names names;
    bool districts_differ, years_differ;
    char name[32]; /* what both name, as compared; "": nothing */
};

struct group_candidate {
    uint64_t group;    /* as it was put */
    uint64_t id;       /* its row that is most alike */
    float probability; /* of being the same event, of the group */
    struct group_evidence evidence;
};

/* The groups that a row may belong to, the most probable first; at most GROUP_CANDIDATES_MAX.
 * Returns how many: none of a text that says nothing. The row need not be in the index, and is no
 * candidate of its own. */
size_t group_find(struct group_index *index, const struct group_row *row,
                  struct group_candidate *candidates);

/* The same for a row that comes by itself, as if its letters had been counted already; the index is
 * left as it is. */
size_t group_meet(struct group_index *index, const struct group_row *row,
                  struct group_candidate *candidates);

/* Keeps a row for those that come later. Where no other row was looked for, put or counted since
 * group_find was asked for this id, its text is not read again: it must be the same. RC_OK;
 * RC_EXISTS: the id is there; RC_LIMIT: as many rows as were said, or memory. */
MUST_CHECK enum rc group_put(struct group_index *index, const struct group_row *row,
                             uint64_t group);
/* A row without its text. Like group_put for this id after group_find or group_meet.
 * Before: bytes has GROUP_ROW_BYTES_MAX. Returns how many were written. */
size_t group_pack(struct group_index *index, const struct group_row *row, unsigned char *bytes);
struct group_packed {
    uint64_t id, time_ms;
    const unsigned char *bytes; /* of group_pack */
    size_t size;
};
/* Keeps a packed row; its letters are counted while it is there. Codes as group_put; RC_INVALID: it
 * is no row, of this version. */
MUST_CHECK enum rc group_put_packed(struct group_index *index, const struct group_packed *row,
                                    uint64_t group);
/* RC_OK or RC_NOT_FOUND; after group_begin also RC_LIMIT (memory). */
MUST_CHECK enum rc group_drop(struct group_index *index, uint64_t id);
/* The row belongs to another group from now on. Codes as group_drop. */
MUST_CHECK enum rc group_move(struct group_index *index, uint64_t id, uint64_t group);
/* Whether the row is there, and under which group. */
bool group_holds(const struct group_index *index, uint64_t id, uint64_t *group);
uint32_t group_count(const struct group_index *index);

/* For a caller that must go on although group_drop or group_move found no memory: what the index
 * holds is no longer what it ought to, so from now on it finds nothing, keeps no row more (RC_LIMIT) and has
 * none to drop or move (RC_NOT_FOUND), also when what was begun is undone. For good: another is opened.
 * Before: group_begin. */
void group_spoil(struct group_index *index);
bool group_spoiled(const struct group_index *index);
/* For tests: from now on there is no memory for what may have to be undone. */
void group_starve(struct group_index *index);

/* What is put, dropped and moved from group_begin to group_settle is there at once, and holds or is
 * undone as a whole: undone, the index answers as if it had never been. group_begin again changes
 * nothing. */
void group_begin(struct group_index *index);
void group_settle(struct group_index *index, bool hold);
