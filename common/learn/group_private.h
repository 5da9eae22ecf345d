/* group_private: what reading, comparing and finding share.
 *
 * A gram is two letters beside each other, known by a key of 22 bits: its place in the table of
 * counts. Two that share one are taken for the same; of the million pairs that a town's complaints
 * hold each meets another in a fifth of all cases, nearly always a rare one meeting a rare one. */
#pragma once

#include "common/learn/group.h"
#include "common/text/text.h"

enum {
    GROUP_TITLE_POINTS = 60,
    GROUP_TEXT_POINTS = 200, /* where names are looked for */
    GROUP_BODY_POINTS = 150, /* what is compared: what comes later is told in anybody's own way */
    GROUP_GRAMS_MAX = GROUP_TITLE_POINTS + GROUP_TEXT_POINTS,
    GROUP_KEY_BITS = 22,
    GROUP_TABLE = 1024, /* thrice what a text has */
    GROUP_NAMES_MAX = 6,
    GROUP_TEXT_NAMES_MAX = 3, /* of a text whose title names nothing: the first */
    GROUP_NAME_POINTS_MAX = 12,
    GROUP_NAME_GRAMS_MAX = GROUP_NAMES_MAX * (GROUP_NAME_POINTS_MAX - 1),
    GROUP_DISTRICTS_MAX = 4,
    GROUP_YEARS_MAX = 2,
    GROUP_POSTED = 32, /* grams that a row is found by, and as many are looked up */
};

/* ---- a text as it is compared ---- */

/* How often a gram stands in the title (to 3) and in title, twice, and body (to 31). */
struct group_gram {
    uint32_t key : GROUP_KEY_BITS;
    uint32_t title : 3;
    uint32_t body : 7;
};

struct group_text {
    int32_t title[GROUP_TITLE_POINTS], text[GROUP_TEXT_POINTS]; /* folded */
    size_t title_points, text_points;
    struct group_gram grams[GROUP_GRAMS_MAX]; /* each once */
    uint16_t at[GROUP_GRAMS_MAX]; /* where it stands first; from GROUP_TITLE_POINTS: in the text */
    size_t count;
    uint16_t table[GROUP_TABLE];               /* key to gram + 1, by open addressing */
    uint32_t name_grams[GROUP_NAME_GRAMS_MAX]; /* keys */
    uint8_t name_ends[GROUP_NAMES_MAX];        /* in name_grams */
    uint8_t name_count;
    bool titled; /* the names are those of the title */
    uint16_t districts[GROUP_DISTRICTS_MAX];
    uint8_t district_count;
    uint8_t years[GROUP_YEARS_MAX]; /* of the title: the last two digits */
    uint8_t year_count;
};

/* Letters, grams, districts and years. */
void group_read_text(struct group_text *read, const struct learn_text *text);
/* Names whose grams include a rare one: idf[gram] at least `rare`. Those without say nothing. */
void group_read_names(struct group_text *read, const float *idf, float rare);
/* Where a key stands in the table, or the free place for it. In line, for it is asked of every gram of
 * every row that is compared. */
static inline size_t group_read_slot(const struct group_text *read, uint32_t key)
{
    size_t slot = key % GROUP_TABLE;
    while (read->table[slot] != 0 && read->grams[read->table[slot] - 1u].key != key) {
        slot = (slot + 1) % GROUP_TABLE;
    }
    return slot;
}

/* Which gram it is; count: none. */
static inline size_t group_read_gram(const struct group_text *read, uint32_t key)
{
    const uint16_t place = read->table[group_read_slot(read, key)];
    return place == 0 ? read->count : place - 1u;
}

/* ---- a row that is kept ---- */

/* What a row's text is worth, norms included, is fixed when it was told: a row that is packed and
 * put again, perhaps years of tickets later, is compared exactly as it was before. */
struct group_kept {
    uint64_t id, group, time_ms;
    float norm, title_norm, name_norm; /* squared */
    uint16_t count, name_grams;
    uint8_t posted; /* the first of its grams, by which it is found */
    bool counted;   /* its grams are among the index's counts while it is there */
    uint16_t districts[GROUP_DISTRICTS_MAX];
    uint8_t name_ends[GROUP_NAMES_MAX];
    uint8_t years[GROUP_YEARS_MAX];
    uint8_t name_count, district_count, year_count;
    bool titled;
    uint32_t rest[]; /* count grams, then the keys of names */
};

/* One of any size, for a while. */
union group_room {
    struct group_kept kept;
    unsigned char bytes[GROUP_ROW_BYTES_MAX];
};

/* ---- a row that is looked for ---- */

struct group_probe {
    struct group_text text;
    uint64_t time_ms;
    float rare; /* idf from which on a gram is rare */
    float idf[GROUP_GRAMS_MAX];
    float weight[GROUP_GRAMS_MAX]; /* in title and body together */
    bool named[GROUP_GRAMS_MAX];   /* belongs to one of its names */
    float norm, title_norm, name_norm;
    uint16_t heavy[GROUP_POSTED]; /* grams that tell most, the heaviest first */
    size_t heavy_count;
    /* of the row it is compared with last: the number of the comparison */
    uint32_t comparison;
    uint32_t seen[GROUP_GRAMS_MAX], other_named[GROUP_GRAMS_MAX];
};

/* What grams weigh and how long the text is. Before: idf and rare are set, names are read. */
void group_score_weigh(struct group_probe *probe);
/* How likely both tell of the same event, as the logarithm of the odds. */
float group_score(struct group_probe *probe, const struct group_kept *kept,
                  struct group_evidence *evidence);

/* ---- group_pack.c ---- */

/* The probe's row as it is kept. Returns its bytes. */
size_t group_pack_keep(const struct group_probe *probe, union group_room *room);
size_t group_pack_write(const struct group_kept *kept, unsigned char *bytes);
/* 0: no row. Else the bytes of what was read, without id, group and time. */
size_t group_pack_read(const unsigned char *bytes, size_t size, union group_room *room);
