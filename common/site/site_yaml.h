/* site_yaml: site.yaml as a tree of nodes that know their line, and a reader of maps by tables of
 * keys. Private to the site_*.c files.
 *
 * A new setting is one row in a table of site_settings.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/site/site_private.h"

#define SITE_SECOND_MS 1000ull
#define SITE_MINUTE_MS (60 * SITE_SECOND_MS)
#define SITE_HOUR_MS (60 * SITE_MINUTE_MS)
#define SITE_YEAR_MS (365 * 24 * SITE_HOUR_MS)

enum site_node_type { SITE_NODE_SCALAR, SITE_NODE_LIST, SITE_NODE_MAP };

struct site_node {
    enum site_node_type type;
    uint32_t line;
    uint32_t count;                       /* items of a list, pairs of a map */
    bool plain;                           /* a scalar without quotes */
    const char *text;                     /* of a scalar; trimmed */
    const struct site_node *child, *next; /* in a map keys and values take turns */
};

struct site_key;
typedef void site_key_fn(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target);

struct site_key {
    const char *name;
    bool required;
    site_key_fn *read;
    size_t offset;     /* of the field in target */
    uint64_t min, max; /* of counts and spans */
};

/* Reads a map: each key at most once, none that is not in the table, none missing that is
 * required. Keys are read in the order of the table, whatever their order in the file. Returns
 * false if node is not a map. */
bool site_keys_read(struct site_load *load, const struct site_node *node,
                    const struct site_key *keys, size_t key_count, void *target);

/* Readers for tables. */
site_key_fn site_key_name;  /* char[NAME_BYTES_MAX + 1] */
site_key_fn site_key_code;  /* char[CODE_BYTES_MAX + 1] */
site_key_fn site_key_count; /* uint32_t in min..max */
site_key_fn site_key_flag;  /* bool */
site_key_fn site_key_span;  /* uint64_t milliseconds in min..max; days mean 24 h */

/* The text of a scalar, or NULL with a mistake. */
const char *site_node_text(struct site_load *load, const struct site_node *node);
/* Which of the words it is; count: it is none, which is said with `all` of them. */
size_t site_word(struct site_load *load, const struct site_node *node, const char *const *words,
                 size_t count, const char *all);
/* Digits only, no sign, no leading zero, in min..max; says what is wrong. */
bool site_node_number(struct site_load *load, const struct site_node *node, uint64_t min,
                      uint64_t max, uint64_t *value);
/* Decimal digits up to `end`; false if there is anything else, a leading zero, or too many. */
bool site_digits_read(const char *text, const char *end, uint64_t *value);
/* "30m", "2h", "90s", "7d"; *days: the unit was d. Says what is wrong. */
bool site_node_span(struct site_load *load, const struct site_node *node, uint64_t min,
                    uint64_t max, uint64_t *ms, bool *days);

/* A list of 1..max items; says what is wrong. */
bool site_node_list(struct site_load *load, const struct site_node *node, const char *name,
                    uint32_t max);

/* What codes and names must be; says what is wrong. Used for CSV cells too. */
bool site_code_valid(struct site_load *load, uint32_t line, const char *code);
bool site_name_valid(struct site_load *load, uint32_t line, const char *name);

/* site_calendars */
site_key_fn site_key_calendars; /* all of them */
site_key_fn site_key_calendar;  /* uint32_t: position of the calendar that is named */
bool site_calendars_init(struct site_load *load); /* "always"; false without memory */
/* Reads the first five characters, "09:00" to "24:00". */
bool site_minute_read(const char *text, unsigned *minute);

/* site_policies */
site_key_fn site_key_policies;    /* keep the node until */
site_key_fn site_key_supervisors; /* units are known */

/* site_sample: which closures are asked about; keeps the node until the tables are known */
site_key_fn site_key_sample;

/* site_desk: the dispatcher's desk */
site_key_fn site_key_desk;
void site_desk_defaults(struct site *site);

/* site_rates: how the three rates are counted */
site_key_fn site_key_rates;
void site_rates_defaults(struct site *site);

/* site_archive */
site_key_fn site_key_archive;
/* site_bulletin: keeps the node until categories and areas are known */
site_key_fn site_key_bulletin;
void site_bulletin_defaults(struct site *site);
/* site_points: keeps the node until categories are known */
site_key_fn site_key_points;

/* site_triage: how tickets are judged. Before: levels are read. */
site_key_fn site_key_triage;
void site_triage_defaults(struct site *site);

/* site_terms: how amounts are written. */
struct site_amount {
    uint64_t ms;
    /* s, m, h: the unit depends on whether the clock names a calendar; unit is 0. */
    enum calendar_unit unit;
};
/* "30m", "2h", "3wd", "4wh", "7d", "3工作日", ...: says what is wrong. */
bool site_node_amount(struct site_load *load, const struct site_node *node,
                      struct site_amount *amount);
/* One clock of a policy. target: struct site_policy, offset: its rule. site_key_clock knows
 * warnings, steps, cap and expiry; site_key_term amount, calendar, start and end alone;
 * site_key_warned_term the warning beside these, and target is any struct: its clock must name its
 * calendar itself. */
site_key_fn site_key_clock, site_key_term, site_key_warned_term;
