/* site: everything a sub-district decides for itself, loaded from one folder and read-only
 * afterwards.
 *
 *   site.yaml       levels, channels, calendars, policies (clocks), desk, lease and callback rules
 *   areas.csv       code,name,level,parent[,was]      a tree of any depth; level is a level code
 *   aliases.csv     alias,area                        estates, landmarks, spellings (may be absent)
 *   units.csv       code,name,level,area[,name_en][,was]  who owns work; no area: the whole site
 *   categories.csv  code,name,parent,urgency,start_level,keywords[,exclude][,name_en][,was]
 *                   words separated by | ; urgency, start_level: empty as the parent's
 *   matrix.csv      category,area,level,lead[,assist] responsibility 职责清单; category and area
 *                   may be * (any); assist separated by |
 *   was             codes that were given up and that this row carries on, separated by |
 *   open311.yaml    what is offered through Open311 (may be absent): site_open311.h
 *   wechat.yaml     accounts of WeChat and WeCom (may be absent): site_wechat.h
 *   calendars/      <year>.json: holidays of that year (common/calendar/holidays.h), in place of
 * those that come with the programs or in addition to them (may be absent)
 *   rules.csv       what the office knows for certain (may be absent): site_rules.h
 *   <name>.learn    models that site.yaml names (site_triage.h; may be absent)
 *   devices.yaml, devices.csv   of the adapter mqtt (site_devices.h; may be absent)
 *
 * CSV: UTF-8 with or without BOM, comma, RFC 4180 quotes, LF or CRLF, header line, columns by name.
 * Every mistake is reported with file and line, in Chinese and English, with a stable name; a site
 * with a mistake is refused whole. Refused among others: a cycle of areas, a parent on a level not
 * above, a level without a fallback owner, a unit on an unknown level, an alias of unknown area, a
 * calendar without open time, overlapping intervals, two overrides of a day, a cycle of calendars,
 * a holiday file with foreign days, an unknown time zone, a policy missing for a level, amounts of
 * 0, over a year or over their cap, a step that can never be reached, two steps at one moment, too
 * many rows of anything.
 *
 * Indexes into the arrays are valid for this struct site only; facts carry codes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/base/rc.h"
#include "common/calendar/calendar.h"
#include "common/site/site_archive.h"
#include "common/site/site_bulletin.h"
#include "common/site/site_points.h"
#include "common/site/site_rates.h"
#include "common/site/site_triage.h"
#include "common/text/match.h"
#include "ticket.pb-c.h"

#define SITE_NONE UINT32_MAX

struct site_level { /* index 0 = level 1 = lowest */
    char code[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1];
    uint32_t fallback; /* unit index: 兜底 */
};
struct site_area {
    char code[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1];
    uint32_t level;  /* 1.. */
    uint32_t parent; /* index or SITE_NONE for a root */
};
struct site_unit {
    char code[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1];
    uint32_t level, area; /* area index or SITE_NONE */
};
struct site_category {
    char code[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1];
    uint32_t parent; /* index or SITE_NONE */
    Paidan__Urgency urgency;
    uint32_t start_level; /* 0: from the place */
};
struct site_channel {
    char code[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1];
    char callback[CODE_BYTES_MAX + 1]; /* channel asked after solving; default itself */
    /* Those that ask when it reaches nobody, in order. */
    uint32_t further_count;
    char further[SITE_CALLBACKS_MAX - 1][CODE_BYTES_MAX + 1];
};

enum site_expiry { SITE_RAISE, SITE_CARD }; /* at the top level RAISE acts as CARD */
/* A moment of a clock, in the clock's own unit. */
struct site_moment {
    enum site_moment_kind {
        SITE_MOMENT_NONE,
        SITE_MOMENT_PERCENT, /* of the amount: 1..99 */
        SITE_MOMENT_BEFORE,  /* the deadline, value ms */
        SITE_MOMENT_AFTER,   /* likewise; of a step only */
    } kind;
    uint64_t value;
};
struct site_step {
    struct site_moment at;
    uint8_t does; /* bits 1 << enum StepDoes */
};
struct site_clock_rule {
    bool present;
    struct calendar_term term;
    uint32_t calendar; /* index; 0 where the unit does not ask for open time */
    uint64_t cap_ms;   /* in the unit: no extension leads beyond it; 0: none */
    struct site_moment warn;
    enum site_expiry expiry;
    uint32_t step_count; /* in the order of the file; no two at one moment */
    struct site_step steps[CLOCK_STEPS_MAX];
};
struct site_policy { /* first match in file order wins; line for explain */
    uint32_t line;
    uint32_t category; /* index (matches its descendants too) or SITE_NONE = any */
    uint32_t level;    /* 0 = any */
    uint32_t urgency;  /* enum Urgency or 0 = any */
    uint32_t calendar; /* of working units whose clock names none; 0: they must name one */
    struct site_clock_rule accept, contact, handle,
        redo; /* accept and handle always present; redo default = handle */
    /* Terms without warning and steps. Absent: no term. */
    struct site_clock_rule assist, mediation, deliberation, coordination;
    /* Within which an asked extension or raise is decided; always present: by default one working
     * day of the calendar of handle, 24 h where it has none. */
    struct site_clock_rule request;
    struct site_clock_rule return_window; /* after it nothing is returned; absent: no such rule */
    uint32_t extensions_max;              /* default 2; 0: none */
    uint32_t suspensions_max;             /* default 1; at most 8 */
    uint64_t suspension_cap_ms;           /* elapsed; default 365 days */
    bool raise_accepts;        /* a raise by competence waits until the upper level accepts it */
    uint32_t supervise_on;     /* bits 1 << enum SuperviseRule: red card, reopened, chased */
    uint32_t supervise_chases; /* so many make CHASED; default 3 */
    uint32_t supervise_reopenings; /* so many make REOPENED; default 1 */
    uint64_t alarm_repeat_ms;      /* at the top level, elapsed */
};
/* 分拨台: within which the dispatcher decides, by the urgency of the best proposals. Terms with a
 * warning point, without steps, cap and expiry: when one has passed, the alarm repeats and the
 * supervisors are told. */
struct site_desk {
    struct site_clock_rule normal, urgent, emergency; /* default 24 h, 2 h, 15 min, day and night */
    uint64_t alarm_repeat_ms;                         /* elapsed; default 1 h */
};
/* Of the built-in rules for what a site leaves out; a part of the digest, for a deadline may depend
 * on them. 1: the desk has clocks. */
enum { SITE_EDITION = 1 };
/* Which closures are asked about; the first that fits holds. */
struct site_sample {
    uint32_t category, area, unit, channel; /* indexes (a category and an area stand for what is
                                               below them too), SITE_NONE: any */
    uint32_t urgency;                       /* 0: any */
    uint32_t percent;                       /* 0..100 */
};
struct site_callback {
    uint32_t attempts_max; /* default 3 */
    uint64_t answer_ms;    /* elapsed, one attempt stays open; default 24 h */
    uint64_t pause_ms;     /* between attempts, default 4 h */
    uint32_t calendar;     /* calling hours: an attempt opens in open time; default always */
    bool partly_reopens;   /* default false */
    uint32_t reopen_max;   /* further "unsolved" closes as unsolved with a red card; default 2 */
    uint32_t channel_attempts; /* in one channel, before the next of its list asks; default 1 */
    bool half_days;            /* each attempt in another half-day than the one before */
    bool dissatisfied_reopens; /* as "unsolved" does, whatever was solved; default false */
    bool anonymous_closes;     /* no way leads to the resident: not asked; default false */
    bool sample_all;           /* emergencies, reopened and chased ones are drawn too */
    uint32_t late_days;        /* so long an answer after the end still counts; default 7 */
    uint32_t sample_count;     /* 0: all are asked */
    struct site_sample samples[SITE_SAMPLES_MAX];
    char sample_key[NAME_BYTES_MAX + 1]; /* of the hash by which they are drawn */
};

/* Who follows logs beside the services that must: archive, gateway, statistics. What they have not
 * read yet is not trimmed away. */
struct site_follower {
    char name[CODE_BYTES_MAX + 1]; /* as it says in its Fetch */
    char log[CODE_BYTES_MAX + 1];  /* of one service; "": all */
    uint64_t holds_ms;             /* records older than this are not kept for it; 0: all are */
};

struct site_devices;
struct site_rules;

struct site {
    uint32_t version; /* first 32 bits of the digest over all files, built-in holidays and zone */
    char name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1];
    int64_t utc_offset_ms; /* with a zone that has summer time: of its standard time */
    struct zone *zone;     /* NULL: utc_offset_ms all the time */
    uint32_t level_count, area_count, unit_count, category_count, channel_count, calendar_count,
        policy_count;
    struct site_level *levels;
    struct site_area *areas;
    struct site_unit *units;
    struct site_category *categories;
    struct site_channel *channels;
    struct calendar *calendars; /* 0 is "always" */
    struct site_policy *policies;
    /* Index of the channel by which residents report on the public page; SITE_NONE: they cannot.
     * Left out: the channel "web", where the site has one. */
    uint32_t public_channel;
    struct site_callback callback;
    uint64_t lease_ms; /* default 10 min */
    /* Within so many days a caller who says the same again gets his open ticket; 0, the default: never. */
    uint32_t repeat_days;
    /* So many days after its end a ticket leaves escalation's tables; 0, the default: never. */
    uint32_t hot_days;
    /* Roles that work with a second factor alone: a bit each, 1 << the role's number. */
    uint32_t factor_roles;
    uint32_t *supervisors; /* unit indexes 督办单位; default: the top level's fallback */
    uint32_t supervisor_count;
    struct site_follower followers[SITE_FOLLOWERS_MAX + SITE_FOLLOWERS_OWN_MAX];
    uint32_t follower_count;
    struct site_desk desk;
    struct site_rates rates;
    struct site_points points; /* site_points.h; empty: nothing earns any */
    bool desk_on_fallback; /* show tickets to the dispatcher when only a fallback owner was found;
                               default false */
    struct site_archive archive;        /* site_archive.h */
    struct site_bulletin bulletin;      /* site_bulletin.h */
    struct site_triage triage;          /* site_triage.h: models, and what they may decide */
    const struct site_open311 *open311; /* site_open311.h; NULL: the site has no such file */
    struct site_hotline *hotline;       /* site_hotline.h; NULL: the site has no such file */
    struct site_rules *rules;           /* site_rules.h; NULL: the site has no such file */
    struct match *keywords;             /* value: index into keyword table */
    struct match *places;               /* value: index into place table: area names and aliases */
    struct site_index *index;           /* private */
    /* Of adapters, each with a header of its own; NULL: the site has no such file. */
    struct site_devices *devices;         /* common/site/site_devices.h */
    const struct site_wechat *wechat;     /* site_wechat.h; NULL: likewise */
    const struct site_webhooks *webhooks; /* site_webhook.h */
};

/* Collects mistakes. Keep it on the heap: it is large. */
struct site_mistake {
    char file[64];
    uint32_t line; /* 0: the file as a whole */
    char name[40]; /* stable: "AREA_CYCLE" */
    char zh[320], en[512];
};
struct site_report {
    uint32_t count;    /* all mistakes; only the first SITE_MISTAKES_MAX are kept, in front */
    uint32_t warnings; /* all; kept behind the mistakes while there is room */
    struct site_mistake mistakes[SITE_MISTAKES_MAX];
};

/* Warnings (something that may be meant) lie behind the kept mistakes: entries in use. Both are in
 * order of file and line. */
uint32_t site_report_kept(const struct site_report *report);

/* RC_OK: *site is set; there may be warnings. RC_SETTINGS: report says why. RC_IO: folder
 * unreadable (also reported). RC_LIMIT: memory. */
MUST_CHECK enum rc site_load(const char *folder, struct site_report *report, struct site **site);
/* The same for whoever edits the site: doubts are told as warnings too, such as a keyword that can
 * never match or a community without an owner (site_doubts). A service does not ask for them. */
MUST_CHECK enum rc site_review(const char *folder, struct site_report *report, struct site **site);
/* The same without the models that it names: for whoever puts another model in the place of one, whose
 * mistakes do not count. Their names are there; the site decides as one without a model. */
MUST_CHECK enum rc site_review_bare(const char *folder, struct site_report *report,
                                    struct site **site);
void site_free(struct site *site);

uint32_t site_area_find(const struct site *site, const char *code); /* index or SITE_NONE */
uint32_t site_unit_find(const struct site *site, const char *code);
uint32_t site_category_find(const struct site *site, const char *code);
uint32_t site_channel_find(const struct site *site, const char *code);
/* The nth channel, from 0, that asks about tickets of this one; NULL: there are no more. */
const char *site_channel_asking(const struct site_channel *channel, uint32_t nth);
/* Whether that channel is one of them. */
bool site_channel_asks(const struct site_channel *channel, const char *code);
uint32_t site_level_find(const struct site *site, const char *code); /* 1.. or 0 */
/* What an old code stands for now: the item of this code or, where a site edit gave the code up, the
 * one that was named its heir (column or key `was`). SITE_NONE: nobody carries on. Tickets carry
 * codes for months, so whoever reads a code of a ticket asks by this. */
enum site_kind {
    SITE_KIND_UNIT,
    SITE_KIND_AREA,
    SITE_KIND_CATEGORY,
    SITE_KIND_CHANNEL,
    SITE_KIND_CALENDAR,
    SITE_KIND_COUNT
};
uint32_t site_heir(const struct site *site, enum site_kind kind, const char *code);
const char *site_code_now(const struct site *site, enum site_kind kind,
                          const char *code); /* NULL: nobody */
/* The nth code, from 0, that the item carries on; NULL: there are no more. */
const char *site_code_before(const struct site *site, enum site_kind kind, uint32_t index,
                             uint32_t nth);
/* Ancestor of area (or itself) on that level; SITE_NONE if there is none. */
uint32_t site_area_at(const struct site *site, uint32_t area, uint32_t level);
bool site_area_within(const struct site *site, uint32_t area, uint32_t ancestor);

/* Who owns (category, area) at level: most specific matrix row wins: area over its ancestors over
 * *, and within the same area the category over its ancestors over *. No row: the level's fallback.
 * Always gives an owner. */
struct site_owner {
    uint32_t lead;
    uint32_t assist[SITE_ASSIST_MAX], assist_count;
    bool fallback;
    uint32_t matrix_line; /* 0 with fallback */
};
void site_owner(const struct site *site, uint32_t category, uint32_t area, uint32_t level,
                struct site_owner *owner);
/* Lowest level, from `from` (1..) up, whose owner is not only the fallback; `from` itself if all
 * are fallbacks. */
uint32_t site_level_owned(const struct site *site, uint32_t category, uint32_t area, uint32_t from);
/* Whether a unit supervises 督办: it may urge, watch, order, give cards and decide at the top. One
 * of site->supervisors. */
bool site_supervises(const struct site *site, const char *unit);
/* East of Greenwich is positive: what the site's wall clock is ahead of UTC at this moment. */
int64_t site_offset(const struct site *site, uint64_t at_ms);
/* Whether a calendar has holiday data for the year of now_ms, or, with ahead 1, the one after it;
 * *year: that year. True for calendars that follow no decree. */
bool site_calendar_year_known(const struct site *site, uint32_t calendar, uint64_t now_ms,
                              int ahead, int *year);
/* Calendars that lack this or the next year. */
uint32_t site_calendars_unknown(const struct site *site, uint64_t now_ms);
/* Never NULL: a loaded site has a policy for every level. */
const struct site_policy *site_policy(const struct site *site, uint32_t category,
                                      Paidan__Urgency urgency, uint32_t level);

/* How many percent of the closures of such a matter are asked about: by the first row that fits
 * (*rule, from 1), else all (*rule 0). Indexes and urgency as in a row, percent is not looked at. */
uint32_t site_sample_percent(const struct site *site, const struct site_sample *matter,
                             uint32_t *rule);

/* The desk's rule for that urgency: of the site, else the default; never looser than the one for
 * less urgent tickets where both count elapsed time. */
const struct site_clock_rule *site_desk_rule(const struct site *site, Paidan__Urgency urgency);

/* How much of the term is consumed at a moment of its clock. Before: it is one (not NONE). */
uint64_t site_moment_at(const struct site_clock_rule *rule, const struct site_moment *moment);

/* Category by keywords, places by names, over normalised text. Score: characters squared for each
 * word (a keyword said again counts half, then a third); a word inside a longer word found there
 * does not count; an excluded word removes its category. Best first, then in file order. */
struct site_guess {
    uint32_t index; /* category or area */
    uint32_t score;
    char words[96]; /* what matched, for explain */
};
/* A category whose descendant is named too is dropped in favour of the descendant. */
uint32_t site_guess_categories(const struct site *site, const char *normalised, size_t bytes,
                               struct site_guess *guesses, uint32_t max);
/* Areas named in the text: an area that contains another named one is dropped in favour of the
 * smaller; names of several areas (46 community names occur twice in Hangzhou) are settled by other
 * names in the text, else all are given. A name of more than 256 areas ("3号楼") only picks a part
 * of an area named otherwise. A house is not found in another's name: 3号院 in 13号院, 甲3号院, A3号院,
 * 3-1号院, 3号院甲. Before: normalised is of text_normalise_place. */
uint32_t site_guess_areas(const struct site *site, const char *normalised, size_t bytes,
                          struct site_guess *guesses, uint32_t max);
