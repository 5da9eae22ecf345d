/* site_place: where something is: by the names in a ticket's words, by landmarks that are only
 * described ("the estate behind the market"), and by coordinates. Reads texts as they pass and keeps
 * none. What names say is what triage judges by; the rest adds to it and never overrules it in
 * silence: what contradicts makes two candidates. */
#pragma once

#include "common/base/arena.h"
#include "common/base/geo.h"
#include "common/site/site.h"

/* More than eight places fit nowhere: whoever must choose reads the text anyway. */
enum { SITE_PLACE_MAX = 8, SITE_PLACE_EVIDENCE_MAX = 12, SITE_PLACE_WORD_BYTES = 96 };

/* ---- by names: what triage decides by ---- */

struct site_place_named {
    struct site_guess guesses[SITE_PLACE_MAX]; /* best first; one: it is sure */
    uint32_t count;
    bool in_text;     /* found in the words, for the place names nothing */
    bool contradicts; /* the place names one, the words name others; all are in guesses */
};
/* Before: both are of text_normalise_place and ended by NUL. */
void site_place_named(const struct site *site, const char *place, const char *words,
                      struct site_place_named *named);

/* ---- by all that is known ---- */

struct site_place; /* what is looked up beside the names of a site; made once */
/* Before: the site outlives it. RC_OK or RC_LIMIT (memory). */
MUST_CHECK enum rc site_place_open(const struct site *site, struct site_place **place);
void site_place_close(struct site_place *place); /* NULL is left alone */
/* Whether any area lies on the map; else coordinates say nothing. */
bool site_place_has_map(const struct site_place *place);

struct site_place_query {
    const char *text;          /* title and text; UTF-8 as people send it */
    const char *place;         /* what was said to be the place; may be "" */
    bool has_point, bad_point; /* bad: something was written that is none */
    struct geo_point point;
    enum geo_datum datum; /* unknown: both readings are tried */
};

/* Why no area is named. Words for scripts (site_place_reason_name): never renamed. */
enum site_place_reason {
    SITE_PLACE_FOUND,
    SITE_PLACE_EMPTY,         /* nothing was written */
    SITE_PLACE_UNKNOWN,       /* nothing that the site has a name for */
    SITE_PLACE_AMBIGUOUS,     /* one description of several places, or several names */
    SITE_PLACE_CONTRADICTION, /* place, text and coordinates name different places */
    SITE_PLACE_OUTSIDE,       /* coordinates that lie in no area, and no name */
    SITE_PLACE_DATUM,         /* WGS-84 or GCJ-02? the two readings lie in different areas */
    SITE_PLACE_COORDINATES,   /* coordinates that are none, and no name */
    SITE_PLACE_INVALID,       /* no UTF-8 */
    SITE_PLACE_LONG,          /* more text than is looked at */
    SITE_PLACE_REASON_COUNT
};
const char *site_place_reason_name(enum site_place_reason reason); /* "" where one was found */

enum site_place_field { SITE_PLACE_IN_TEXT, SITE_PLACE_IN_PLACE, SITE_PLACE_ON_MAP };
const char *site_place_field_name(enum site_place_field field); /* "text", "place", "map" */

struct site_place_evidence {
    enum site_place_field field;
    uint32_t at; /* character of the field as it was written, from 1; 0: written in another way */
    char word[SITE_PLACE_WORD_BYTES]; /* normalised; on the map: "area inside" or "area 120m" */
};
struct site_place_candidate {
    uint32_t area;
    uint32_t permille; /* how sure */
    bool described;    /* by a relation to a landmark ("behind ..."), not by its own name */
};
struct site_place_found {
    enum site_place_reason reason;
    uint32_t area;     /* SITE_NONE unless found */
    uint32_t permille; /* 0 unless found */
    uint32_t candidate_count;
    struct site_place_candidate candidates[SITE_PLACE_MAX]; /* best first */
    uint32_t evidence_count;
    struct site_place_evidence evidence[SITE_PLACE_EVIDENCE_MAX];
    char house[SITE_PLACE_WORD_BYTES]; /* "3号楼2单元502室"; "": none */
};
/* Total: every input has an answer, what cannot be read has a reason. What is needed meanwhile is in
 * the arena. */
void site_place_find(const struct site_place *place, struct arena *arena,
                     const struct site_place_query *query, struct site_place_found *found);
