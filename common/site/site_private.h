/* site_private: what the site_*.c files share. Nobody else includes this, but tests that load a
 * site from memory.
 *
 * Loading goes through the files in order: site.yaml becomes a tree of nodes that know their line;
 * site_settings reads levels, channels, calendars and settings from it; the CSV files fill the tables;
 * policies are read last, for they name categories and levels; site_check looks at the whole;
 * site_index builds the automata. Every step adds mistakes and goes on, so that one run of
 * `paidan check` shows all of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/geo.h"
#include "common/site/site.h"

enum site_file {
    SITE_YAML,
    SITE_AREAS,
    SITE_ALIASES,
    SITE_UNITS,
    SITE_CATEGORIES,
    SITE_MATRIX,
    /* Of adapters; each may be absent (site_file_optional). */
    SITE_DEVICES_YAML,
    SITE_DEVICES_CSV,
    SITE_OPEN311,
    SITE_WECHAT,
    SITE_HOTLINE_YAML,
    SITE_HOTLINE_CATEGORIES_CSV,
    SITE_HOTLINE_DIVISIONS_CSV,
    SITE_HOTLINE_STATES_CSV,
    SITE_HOTLINE_UNITS_CSV,
    SITE_WEBHOOKS,
    SITE_RULES,
    SITE_FILE_COUNT
};

enum {
    SITE_YAML_BYTES_MAX = 1 << 20, /* 4,096 policies of 200 bytes */
    SITE_YAML_NODES_MAX = 1 << 17,
    SITE_YAML_DEPTH_MAX = 8, /* policies > policy > clock > steps > step > do is 7 */
    SITE_ROW_BYTES_MAX = 1 << 16,
    SITE_WORD_CHARS_MIN = 2, /* one character is found in every text */
    SITE_PATH_BYTES = 4096,
};

struct site_source {
    const char *bytes; /* NULL: the file does not exist */
    size_t size;
};

/* A file of the folder calendars: holidays of a year. */
struct site_year_source {
    char name[64]; /* "calendars/2027.json" */
    const char *bytes;
    size_t size;
};
enum { SITE_YEARS_MAX = 64 };

struct site_load;

/* ---- site_cell: what happens to a cell before it is saved ---- */

/* Whether it begins with a quote of a Chinese keyboard, stands in a pair, or holds one anywhere. */
bool site_cell_opens_quote(const char *text);
bool site_cell_quoted(const char *text);
bool site_cell_has_quote(const char *text);
/* "#REF!" and the like: a formula that came to nothing. */
bool site_cell_error(const char *text);
/* Says why this can be no code: what Excel made of one, or the quotes around it. False: it is none of
 * these, and nothing was said. */
bool site_cell_spoilt(struct site_load *load, uint32_t line, const char *code);
/* The same for a code that `file` (SITE_YAML: the levels) does not know; also where it knows one that
 * differs in zeros alone. Then nothing else is to be said of it. */
bool site_cell_explained(struct site_load *load, uint32_t line, enum site_file file,
                         const char *code);

/* ---- site_pool: everything small lives as long as its owner ---- */

struct site_pool {
    struct site_pool_block *blocks;
};
/* 8-byte aligned, zeroed; NULL without memory. */
void *site_pool_alloc(struct site_pool *pool, size_t bytes);
void site_pool_fini(struct site_pool *pool);

/* Room for one more item behind `count` items; grows by doubling. False without memory. */
bool site_grow(void **items, uint32_t count, size_t item_bytes);

/* ---- site_table: from codes to positions ---- */

/* Finds the items of an array whose first member is the code. */
struct site_table {
    uint32_t *slots; /* position + 1; 0: empty */
    uint32_t slot_count, used;
};
uint32_t site_table_find(const struct site_table *table, const void *items, size_t item_bytes,
                         const char *code);
/* Before: the code of items[position] is not in the table. False without memory. */
bool site_table_add(struct site_table *table, const void *items, size_t item_bytes,
                    uint32_t position);

struct site_matrix_row {
    uint32_t category, area; /* SITE_NONE: any */
    uint32_t level, lead;
    uint32_t assist[SITE_ASSIST_MAX], assist_count;
    uint32_t line;
};

/* A word as it is searched for, and what it stands for: entries [first, first + count). */
struct site_word {
    const char *text; /* normalised */
    uint32_t bytes, chars;
    uint32_t first, count;
};
struct site_word_entry {
    const char *text;
    uint32_t bytes, chars;
    uint32_t target; /* category or area */
    uint32_t line;   /* 0: the name of an area */
    bool exclude;
};
struct site_words {
    struct site_word *words;
    struct site_word_entry *entries;
    uint32_t word_count, entry_count;
};

/* Where an area lies on the map, in WGS-84: an outline of `count` points, or else a circle. */
struct site_shape {
    uint32_t area;
    uint32_t count, radius_metres;
    const struct geo_point *outline;
    struct geo_point centre;
    struct geo_point south_west, north_east; /* a box around all of it */
};

/* What carries on for a code that was given up. */
struct site_heir {
    enum site_kind kind;
    enum site_file file; /* where it says so */
    uint32_t index;      /* of the item */
};
struct site_was {
    char code[CODE_BYTES_MAX + 1];
    struct site_heir heir;
    uint32_t line;
};

struct site_index {
    struct site_was *was; /* by kind and code */
    uint32_t was_count;
    struct site_table areas, units, categories, channels, calendars;
    struct site_matrix_row *matrix;
    uint32_t matrix_count;
    uint32_t *matrix_slots; /* row + 1 */
    uint32_t matrix_slot_count;
    struct site_words keywords, places;
    /* Place of an area in a walk through the tree, and of the first that is not inside it:
     * b lies in a when rank[a] <= rank[b] < end[a]. Entries of a place name are in this order. */
    uint32_t *area_ranks, *area_ends;
    struct site_shape *shapes; /* of areas that have one */
    uint32_t shape_count;
    struct site_pool pool;
};

/* ---- loading ---- */

struct site_node; /* of site.yaml */

struct site_fallback {
    char code[CODE_BYTES_MAX + 1]; /* empty: none was given */
    uint32_t line;
    bool misread; /* a mistake of its level was told: that none was given may follow from it */
};
struct site_parent { /* as written, until all rows are known */
    char code[CODE_BYTES_MAX + 1];
    uint32_t line;
};

struct site_load {
    struct site *site;
    struct site_report *report;
    struct site_source sources[SITE_FILE_COUNT];
    enum site_file file;   /* being read: where mistakes are */
    const char *file_name; /* the same where it is none of these; else NULL */
    const struct site_year_source *year_sources;
    uint32_t year_source_count, year_count;
    struct holidays_year *years[SITE_YEARS_MAX]; /* the site's own holidays */
    bool holidays_used, offset_given;
    bool usable[SITE_FILE_COUNT]; /* could be read as a whole; if not, nobody asks what is in it */
    bool zeros_told[SITE_FILE_COUNT];       /* in this file codes have lost their zeros */
    bool calendar_used[SITE_CALENDARS_MAX]; /* beside calendars: something names it */
    bool no_memory;
    struct arena arena;    /* for one row or value */
    struct site_pool pool; /* nodes of site.yaml */
    const struct site_node *policies, *supervisors, *samples, *bulletin, *points;
    struct site_fallback fallbacks[SITE_LEVELS_MAX];
    uint32_t channel_lines[SITE_CHANNELS_MAX];
    uint32_t levels_line, policies_line;
    /* Where the site lies, for the models that it names; from memory it has none. */
    bool has_folder;
    int folder;
    uint32_t model_line, unit_model_line;
    uint32_t precision_line, trust_line;                 /* 0: the site says nothing of it */
    bool bare;                                           /* models are named and not opened */
    bool doubts;                                         /* told too, for site_review */
    uint32_t *unit_lines;                                /* beside units */
    uint32_t calendar_lines[SITE_CALENDARS_MAX];         /* beside calendars */
    struct site_parent *area_parents, *category_parents; /* beside areas and categories */
    bool *category_urgency;                              /* beside categories: was it given? */
};

/* Adds a mistake in the file being read. name, zh and en come from site_mistakes.h, with the same
 * arguments for both languages. */
void site_say(struct site_load *load, uint32_t line, const char *name, const char *zh,
              const char *en, ...) __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* Something that may be meant: shown, but the site loads. */
void site_warn(struct site_load *load, uint32_t line, const char *name, const char *zh,
               const char *en, ...) __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
/* Mistakes and warnings by file and line. */
void site_report_sort(struct site_report *report);
/* A short, printable form of what stood in the file. Lives until the arena is reset. */
const char *site_shown(struct site_load *load, const char *text);
const char *site_report_file(enum site_file file);
/* Whether a site may be without the file; whether it is YAML, else it is a table. */
bool site_file_optional(enum site_file file);
bool site_file_yaml(enum site_file file);

/* As site_load, from memory. Keeps no pointer to sources. */
MUST_CHECK enum rc site_load_sources(const struct site_source sources[SITE_FILE_COUNT],
                                     struct site_report *report, struct site **site);
/* The same with files of the folder calendars, by name. */
MUST_CHECK enum rc site_load_years(const struct site_source sources[SITE_FILE_COUNT],
                                   const struct site_year_source *years, uint32_t year_count,
                                   struct site_report *report, struct site **site);
/* Folder calendars of an open folder: at most SITE_YEARS_MAX files, each with bytes for free().
 * Says what is wrong with a file. */
void site_years_open(struct site_load *load, int folder, struct site_year_source *sources,
                     uint32_t *count);
/* Reads them; says what is wrong. */
void site_years_read(struct site_load *load);
/* Everything of an open file, for free(), at most max + 1 bytes; NULL: *error says why. */
char *site_file_read(int file, size_t max, size_t *size, int *error);

bool site_file_workbook(const unsigned char *bytes, size_t size);
/* Is the file text at all? Says what is wrong; skips a byte order mark. */
bool site_file_usable(struct site_load *load);

/* site_yaml: load->file, a YAML file, from bytes to a tree; NULL with a mistake. */
const struct site_node *site_yaml_parse(struct site_load *load);

/* enum Urgency: 1..3 */
#define SITE_URGENCIES 3u
/* enum Urgency of "normal", "一般", ...; 0: none of them. */
uint32_t site_urgency_of(const char *text);
const char *site_urgency_name(uint32_t urgency);

/* site_settings: site.yaml, all but the policies; site_policies: these and the supervisors, when
 * categories and units are known. */
void site_settings_read(struct site_load *load);
void site_policies_read(struct site_load *load);
void site_policies_read_supervisors(struct site_load *load);
/* site_bulletin: its section, when categories and areas are known. */
void site_bulletin_read(struct site_load *load);
/* site_sample: `callback: sample:`, when all tables are known. */
void site_sample_read(struct site_load *load);
/* site_points: its section, when categories are known. */
void site_points_read(struct site_load *load);

/* site_triage: the models that site.yaml names, when categories, units and what they carry on are
 * known; says what is wrong with them. */
void site_triage_open(struct site_load *load);
void site_triage_index(struct site_load *load); /* after the index */
void site_triage_close(struct site *site);      /* also half opened */

/* site_wechat: the file wechat.yaml, likewise. */
void site_wechat_read(struct site_load *load);

/* site_open311: the file open311.yaml, where the site has one. Before: tables and rules are read. */
void site_open311_read(struct site_load *load);

/* site_tables: the rows of each CSV file. */
void site_tables_read(struct site_load *load);

/* site_check: what only shows when all files are known. */
void site_check_areas(struct site_load *load);
void site_check_categories(struct site_load *load);
void site_check_levels(struct site_load *load);
void site_check_policies(struct site_load *load);

/* Calls `take` for each part of a list "a|b|c", without the blanks around it; empty parts are
 * skipped. */
typedef void site_part_fn(struct site_load *load, uint32_t line, char *part, void *context);
void site_parts(struct site_load *load, uint32_t line, const char *list, site_part_fn *take,
                void *context);

/* site_was: codes "a|b" that were given up; says what is wrong with them. When all rows are known,
 * check. */
void site_was_read(struct site_load *load, uint32_t line, const struct site_heir *heir,
                   const char *codes);
void site_was_check(struct site_load *load);

/* site_webhook: webhooks.yaml, when units, areas and channels are known. */
void site_webhook_read(struct site_load *load);

/* site_doubts: what a site may say and hardly means. Before: there is no mistake, and the index is
 * built. */
void site_doubts(struct site_load *load);
/* As site_review, from memory. */
MUST_CHECK enum rc site_review_sources(const struct site_source sources[SITE_FILE_COUNT],
                                       struct site_report *report, struct site **site);

/* site_devices: devices.yaml and devices.csv, when categories, areas and units are known. */
void site_devices_read(struct site_load *load);
void site_devices_free(struct site_devices *devices);

/* site_hotline: hotline.yaml and its tables, when channels, categories and areas are known. */
void site_hotline_read(struct site_load *load);
void site_hotline_free(struct site *site);

/* site_rules_read: rules.csv, when categories, areas, units and channels are known. */
void site_rules_read(struct site_load *load);
void site_rules_free(struct site *site);
/* site_rules: the form in which rules compare; NULL: the arena is full. NULL counts as empty. */
char *site_rules_fold(struct arena *arena, const char *text, size_t *bytes);

/* site_index */
void site_index_build(struct site_load *load);
void site_index_free(struct site_index *index);

/* site_matrix: row of exactly this scope, or SITE_NONE. */
uint32_t site_matrix_find(const struct site_index *index, uint32_t category, uint32_t area,
                          uint32_t level);
/* Before: no row has the same scope. False without memory. */
bool site_matrix_add(struct site_index *index, const struct site_matrix_row *row);

/* site_words: adds a normalised copy of a word. Says what is wrong with it. */
void site_words_add(struct site_load *load, struct site_words *words, const char *text,
                    const struct site_word_entry *entry);
/* Puts equal words together. ranks: order of their targets; NULL: their own. False without memory.
 * Before: all words were added; it is called once. */
bool site_words_group(struct site_words *words, uint32_t *ranks);
/* Says which word stands twice for one category or area. Before: site_words_group. */
void site_words_check(struct site_load *load, const struct site_words *words, enum site_file file);
/* Builds the automaton over the words. RC_OK or RC_LIMIT. Before: site_words_group. */
MUST_CHECK enum rc site_words_match(const struct site_words *words, struct match **match);

/* site_shapes: the columns of areas.csv that say where an area lies; "" where there is none. */
struct site_shape_cells {
    const char *lat, *lon, *radius, *outline, *datum;
};
void site_shapes_read(struct site_load *load, uint32_t line, uint32_t area,
                      const struct site_shape_cells *cells);
/* The smallest areas at a point, the surest first. Before: max is not 0. */
struct site_spot {
    uint32_t area;
    uint32_t metres;   /* from a circle's centre; 0 within an outline, else from its edge */
    uint32_t permille; /* how sure */
};
uint32_t site_shapes_find(const struct site *site, struct geo_point wgs84, struct site_spot *spots,
                          uint32_t max);

/* site_landmarks: relations, and landmarks without their names. */
struct site_landmarks;
MUST_CHECK enum rc site_landmarks_open(const struct site *site, struct site_landmarks **landmarks);
void site_landmarks_close(struct site_landmarks *landmarks);
/* Whether something near the name [*start, *end) is meant: "X后面", "X3号楼对面", "靠近X". Then both
 * take the relation in. */
bool site_landmarks_related(const char *text, size_t bytes, size_t *start, size_t *end);
enum { SITE_LANDMARK_AREAS_MAX = 8 };
struct site_landmark {
    const char *noun;  /* "菜市场" */
    size_t start, end; /* of the noun with what is said beside it */
    uint32_t area_count;
    uint32_t areas[SITE_LANDMARK_AREAS_MAX]; /* that have such a place; in the order of names */
    bool more;                               /* than there is room for */
};
/* A market, a school ... without its name, with a relation. within: area to stay in, or SITE_NONE. */
bool site_landmarks_find(const struct site_landmarks *landmarks, const char *text, size_t bytes,
                         uint32_t within, struct site_landmark *found);
