/* demo_script: the scripted day, the manners of the units and the sentences of the clerks.
 *
 *   day.tsv    time channel external_id place title text phone then desk
 *   units.tsv  unit manner hours pull contact handle return raise
 *   notes.tsv  kind category text
 *
 * UTF-8, one row a line, columns separated by tabs and named by the header line, lines that begin
 * with # are comments. README.md explains every column. The first mistake is reported with file
 * and line. Reads files at load; pure afterwards. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"
#include "common/site/site.h"

#define DEMO_ROWS_MAX 4096u
#define DEMO_UNITS_MAX 1024u
#define DEMO_NOTES_MAX 2048u
#define DEMO_ACTS_MAX 4u
#define DEMO_REPLIES_MAX 4u
#define DEMO_MINUTE_MS 60000ull
#define DEMO_DAY_MS (24u * 60u * DEMO_MINUTE_MS)

enum demo_act_kind { DEMO_CHASE, DEMO_WITHDRAW, DEMO_SUPPLEMENT };
/* What the resident does later on, without being asked. */
struct demo_act {
    enum demo_act_kind kind;
    uint64_t after_ms; /* since the ticket was handed in */
    const char *text;  /* of a supplement */
};
/* What the resident answers when asked for the first, second ... time. */
struct demo_reply {
    Paidan__Solved solved;
    Paidan__Satisfied satisfied;
};

struct demo_row {
    uint32_t line;
    uint64_t at_ms; /* since midnight */
    const char *channel, *external_id, *text;
    const char *place, *title, *phone; /* NULL: empty */
    const char *category, *area;       /* as a dispatcher understands it; NULL: not told */
    struct demo_act acts[DEMO_ACTS_MAX];
    struct demo_reply replies[DEMO_REPLIES_MAX];
    uint32_t act_count, reply_count;
    bool silent; /* never answers a callback */
};

struct demo_span {
    uint64_t min_ms, max_ms;
};

struct demo_unit {
    uint32_t line;
    const char *code, *manner;
    uint64_t from_ms, until_ms;       /* of the day; from > until: over midnight */
    uint64_t pull_ms;                 /* between two looks into the queue; 0: never looks */
    struct demo_span contact, handle; /* since accepting */
    uint32_t return_percent, raise_percent;
};

enum demo_note_kind {
    DEMO_NOTE_CONTACT,
    DEMO_NOTE_PROGRESS,
    DEMO_NOTE_RESOLVE,
    DEMO_NOTE_RETURN,
    DEMO_NOTE_RAISE,
    DEMO_NOTE_RULE,
    DEMO_NOTE_UNSOLVED,
    DEMO_NOTE_CHASE,
    DEMO_NOTE_KIND_COUNT,
};
struct demo_note {
    uint32_t line;
    enum demo_note_kind kind;
    const char *category; /* NULL: any */
    const char *text;
};

struct demo_script {
    struct arena arena; /* all texts and tables */
    struct demo_row *rows;
    struct demo_unit *units;
    struct demo_note *notes;
    uint32_t row_count, unit_count, note_count;
};

struct demo_mistake {
    const char *file; /* static: "day.tsv" */
    uint32_t line;    /* 0: the file as a whole */
    const char *name; /* static, stable: "TIME" */
    const char *zh, *en;
};

/* Reads the three files of the folder.
 *
 * After: RC_OK: script is set, rows are in the order of the file. RC_SETTINGS: mistake tells the
 * first one. RC_LIMIT: no memory. Only after RC_OK demo_script_fini must be called. */
MUST_CHECK enum rc demo_script_load(struct demo_script *script, const char *folder,
                                    struct demo_mistake *mistake);
void demo_script_fini(struct demo_script *script);

/* Does the script fit the site: channels, units (each of the site's, no other), categories, areas?
 * RC_OK or RC_SETTINGS. */
MUST_CHECK enum rc demo_script_check(const struct demo_script *script, const struct site *site,
                                     struct demo_mistake *mistake);

/* NULL: no such unit. */
const struct demo_unit *demo_script_unit(const struct demo_script *script, const char *code);
/* One of the sentences of that kind for the category, else for what stands before the last dot of
 * its code, else of those for any; the choice by seed.
 * Never NULL: a loaded script has a sentence of each kind for any category. */
const char *demo_script_note(const struct demo_script *script, enum demo_note_kind kind,
                             const char *category, uint64_t seed);

/* "1h30m", "20m", "2h": RC_OK or RC_INVALID. */
MUST_CHECK enum rc demo_script_span(const char *text, uint64_t *span_ms);
/* "07:30", up to "24:00". RC_OK or RC_INVALID. */
MUST_CHECK enum rc demo_script_time(const char *text, uint64_t *at_ms);
