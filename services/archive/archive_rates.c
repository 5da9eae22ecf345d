/* archive_rates: answers Rates from the rows of counts.
 *
 * A row is read once for each period and code; a million tickets are a few rows. What lies below an area
 * counts for the area as well: the site's tree of now says what lies where. What must stay true: `whole` is the
 * sum of the rows of counts, each once, also where areas hold each other; ranks are of all rows asked for, whatever the
 * page. Owns no table. */
#include "archive_rates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive_formula.h"
#include "archive_state.h"
#include "common/base/check.h"
#include "common/calendar/civil.h"

enum { LIMIT_DEFAULT = 100, TIMES = 4 };

/* ---- periods ---- */

/* "2026-03" or "2026-03-02" as a number; 0: neither. */
static uint32_t period_read(Paidan__RatesGrain grain, const char *text)
{
    char day[CIVIL_DATE_BYTES];
    int32_t days = 0;
    CHECK(text != NULL);
    const bool month = grain == PAIDAN__RATES_GRAIN__RATES_MONTH;
    if (strlen(text) != (month ? 7u : 10u)) {
        return 0;
    }
    (void)snprintf(day, sizeof day, "%s%s", text, month ? "-01" : "");
    if (!civil_parse(day, &days)) {
        return 0;
    }
    const struct civil_date date = civil_date(days);
    const uint32_t number = (uint32_t)date.year * 100 + date.month;
    return month ? number : number * 100 + date.day;
}

static int32_t days_of(uint32_t day)
{
    CHECK(day > 19700000);
    return civil_days((int)(day / 10000), day / 100 % 100, day % 100);
}

static uint32_t period_next(enum archive_grain grain, uint32_t period)
{
    CHECK(grain != ARCHIVE_NOW);
    if (grain == ARCHIVE_BY_MONTH) {
        return period % 100 == 12 ? period + 89 : period + 1;
    }
    const struct civil_date date = civil_date(days_of(period) + 1);
    return (uint32_t)date.year * 10000 + date.month * 100 + date.day;
}

static uint32_t periods_between(const struct archive_span *span)
{
    CHECK(span->from <= span->until);
    if (span->grain == ARCHIVE_BY_MONTH) {
        return (span->until / 100 - span->from / 100) * 12 + span->until % 100 + 1 -
               span->from % 100;
    }
    return (uint32_t)(days_of(span->until) - days_of(span->from)) + 1;
}

bool archive_rates_span(Paidan__RatesGrain grain, const char *from, const char *until,
                        struct archive_span *span)
{
    CHECK(span != NULL);
    *span = (struct archive_span){.grain = ARCHIVE_NOW};
    if (from == NULL || from[0] == '\0') {
        return until == NULL || until[0] == '\0';
    }
    span->grain = grain == PAIDAN__RATES_GRAIN__RATES_MONTH ? ARCHIVE_BY_MONTH : ARCHIVE_BY_DAY;
    span->from = period_read(grain, from);
    span->until = until == NULL || until[0] == '\0' ? span->from : period_read(grain, until);
    return span->from != 0 && span->until >= span->from &&
           periods_between(span) <= RATES_PERIODS_MAX;
}

void archive_rates_days(const struct archive_span *span, uint32_t *from, uint32_t *until)
{
    const bool months = span->grain == ARCHIVE_BY_MONTH;
    CHECK(months || span->grain == ARCHIVE_BY_DAY || span->until == 0);
    *from = months ? span->from * 100 + 1 : span->from;
    *until = months ? span->until * 100 + 31 : span->until;
}

static void period_write(enum archive_grain grain, uint32_t period, char text[PERIOD_BYTES_MAX + 1])
{
    CHECK(grain != ARCHIVE_NOW);
    if (grain == ARCHIVE_BY_MONTH) {
        (void)snprintf(text, PERIOD_BYTES_MAX + 1, "%04u-%02u", period / 100 % 10000, period % 100);
    } else {
        (void)snprintf(text, PERIOD_BYTES_MAX + 1, "%04u-%02u-%02u", period / 10000 % 10000,
                       period / 100 % 100, period % 100);
    }
}

/* ---- codes ---- */

bool archive_rates_within(const struct site *site, Paidan__RatesBy by, const char *code,
                          const char *asked)
{
    CHECK(code != NULL);
    CHECK(asked != NULL);
    if (strcmp(code, asked) == 0 || by == PAIDAN__RATES_BY__RATES_ALL) {
        return true;
    }
    if (by != PAIDAN__RATES_BY__RATES_AREA || site == NULL) {
        return false;
    }
    const uint32_t wanted = site_area_find(site, asked);
    uint32_t area = site_area_find(site, code);
    while (area != SITE_NONE && area != wanted) {
        area = site->areas[area].parent;
    }
    return area != SITE_NONE && wanted != SITE_NONE;
}

/* ---- rows ---- */

enum { ROWS_MAX = 1 << 17, SLOTS_FIRST = 1 << 10 };

struct times {
    uint64_t buckets[TIMES + 1][ARCHIVE_BUCKETS];
};

struct row {
    char code[CODE_BYTES_MAX + 1];
    uint32_t period; /* 0: of all periods */
    uint64_t counts[RATES_COUNTS];
    uint32_t score, rank;
    bool scored;
    struct times *times; /* of an area on the page, while they are gathered */
};

/* In the arena. slots: open addressing, index + 1, 0 free. */
struct rows {
    struct row **rows;
    uint32_t *slots;
    uint32_t count, slot_count;
    uint64_t whole[RATES_COUNTS];
};

struct asking {
    struct step_view *view;
    const Paidan__Rates *wish;
    struct archive_span span;
    const char *code; /* NULL: all */
    bool apart;       /* a row a period */
    struct rows rows;
};

static uint32_t *slot_of(const struct rows *rows, const char *code, uint32_t period)
{
    CHECK(rows->slot_count > rows->count); /* else the search would not end */
    const uint64_t key = step_key(code) ^ period * 0x9e3779b97f4a7c15ull;
    uint32_t at = (uint32_t)(key >> 32) & (rows->slot_count - 1);
    while (rows->slots[at] != 0) {
        const struct row *const row = rows->rows[rows->slots[at] - 1];
        if (row->period == period && strcmp(row->code, code) == 0) {
            break;
        }
        at = (at + 1) & (rows->slot_count - 1);
    }
    return &rows->slots[at];
}

/* Anew, after the rows were sorted. */
static void index_rows(struct rows *rows)
{
    CHECK(rows->count <= rows->slot_count);
    if (rows->slot_count > 0) {
        memset(rows->slots, 0, rows->slot_count * sizeof *rows->slots);
    }
    for (uint32_t index = 0; index < rows->count; index++) {
        *slot_of(rows, rows->rows[index]->code, rows->rows[index]->period) = index + 1;
    }
}

static enum rc grow(struct rows *rows, struct arena *arena)
{
    const uint32_t slots = rows->slot_count == 0 ? SLOTS_FIRST : 2 * rows->slot_count;
    struct row **const list = arena_alloc(arena, slots / 2 * sizeof *list);
    CHECK(rows->count <= ROWS_MAX);
    rows->slots = arena_zalloc(arena, slots * sizeof *rows->slots);
    if (list == NULL || rows->slots == NULL) {
        return RC_LIMIT;
    }
    if (rows->count > 0) {
        memcpy(list, rows->rows, rows->count * sizeof *list);
    }
    rows->rows = list;
    rows->slot_count = slots;
    index_rows(rows);
    return RC_OK;
}

static enum rc row_of(struct asking *asking, const char *code, uint32_t period, struct row **row)
{
    struct rows *const rows = &asking->rows;
    if (rows->count >= rows->slot_count / 2) {
        const enum rc rc = rows->count < ROWS_MAX ? grow(rows, asking->view->arena) : RC_LIMIT;
        if (rc != RC_OK) {
            return rc;
        }
    }
    uint32_t *const slot = slot_of(rows, code, period);
    if (*slot == 0) {
        struct row *const fresh = arena_zalloc(asking->view->arena, sizeof *fresh);
        if (fresh == NULL) {
            return RC_LIMIT;
        }
        CHECK(strlen(code) <= CODE_BYTES_MAX);
        memcpy(fresh->code, code, strlen(code) + 1);
        fresh->period = period;
        rows->rows[rows->count] = fresh;
        *slot = ++rows->count;
    }
    *row = rows->rows[*slot - 1];
    return RC_OK;
}

static enum rc add_to(struct asking *asking, const char *code, uint32_t period,
                      const uint64_t counts[RATES_COUNTS])
{
    struct row *row = NULL;
    const enum rc rc = row_of(asking, code, asking->apart ? period : 0, &row);
    for (unsigned which = 0; rc == RC_OK && which < RATES_COUNTS; which++) {
        CHECK(row->counts[which] + counts[which] >= counts[which]);
        row->counts[which] += counts[which];
    }
    return rc;
}

/* An area counts for those that it lies in. */
static enum rc add_areas(struct asking *asking, const char *code, uint32_t period,
                         const uint64_t counts[RATES_COUNTS])
{
    const struct site *const site = asking->view->site;
    CHECK(asking->wish->by == PAIDAN__RATES_BY__RATES_AREA);
    enum rc rc = add_to(asking, code, period, counts);
    uint32_t area = site == NULL ? SITE_NONE : site_area_find(site, code);
    while (rc == RC_OK && area != SITE_NONE && site->areas[area].parent != SITE_NONE) {
        area = site->areas[area].parent;
        rc = add_to(asking, site->areas[area].code, period, counts);
    }
    return rc;
}

/* One stored row. */
static enum rc take(struct asking *asking, const char *code, uint32_t period, const void *value,
                    size_t size)
{
    uint64_t counts[RATES_COUNTS] = {0};
    const Paidan__RatesBy by = asking->wish->by;
    CHECK(value != NULL);
    if (asking->code != NULL && !archive_rates_within(asking->view->site, by, code, asking->code)) {
        return RC_OK;
    }
    const enum rc rc = archive_count_sum(value, size, counts);
    for (unsigned which = 0; rc == RC_OK && which < RATES_COUNTS; which++) {
        asking->rows.whole[which] += counts[which];
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (asking->code != NULL) {
        return add_to(asking, asking->code, period, counts);
    }
    return by == PAIDAN__RATES_BY__RATES_AREA ? add_areas(asking, code, period, counts)
                                              : add_to(asking, code, period, counts);
}

static enum rc take_one(struct asking *asking, const struct archive_key *key)
{
    unsigned char bytes[ARCHIVE_KEY_BYTES];
    const void *value = NULL;
    size_t size = 0;
    archive_count_key(key, bytes);
    CHECK(asking->code != NULL || key->by == PAIDAN__RATES_BY__RATES_ALL);
    const enum rc rc =
        store_get(asking->view->txn, ARCHIVE_COUNT, bytes, sizeof bytes, &value, &size);
    return rc == RC_NOT_FOUND ? RC_OK
           : rc == RC_OK      ? take(asking, key->code, key->period, value, size)
                              : rc;
}

/* All rows of one period; of one code, where no other can belong to it, that alone. */
static enum rc take_period(struct asking *asking, enum archive_grain grain, uint32_t period)
{
    struct archive_key key = {.by = asking->wish->by, .grain = grain, .period = period};
    unsigned char bytes[ARCHIVE_KEY_BYTES];
    struct store_walk walk;
    if (asking->code != NULL && key.by != PAIDAN__RATES_BY__RATES_AREA) {
        CHECK(strlen(asking->code) <= CODE_BYTES_MAX);
        memcpy(key.code, asking->code, strlen(asking->code) + 1);
        return take_one(asking, &key);
    }
    archive_count_key(&key, bytes);
    enum rc rc = store_walk_open(asking->view->txn, ARCHIVE_COUNT, bytes, sizeof bytes, &walk);
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, ARCHIVE_KEY_BYTES);
        rc = rc == RC_OK ? archive_count_unkey(walk.key, walk.key_bytes, &key) : rc;
        if (rc != RC_OK || key.by != asking->wish->by || key.grain != grain ||
            key.period != period) {
            break;
        }
        rc = take(asking, key.code, period, walk.value, walk.value_bytes);
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Whole months among days are taken as such. */
static enum rc take_span(struct asking *asking)
{
    const struct archive_span *const span = &asking->span;
    enum rc rc = RC_OK;
    if (span->grain == ARCHIVE_NOW) {
        return take_period(asking, ARCHIVE_NOW, 0);
    }
    CHECK(span->from <= span->until);
    for (uint32_t period = span->from; rc == RC_OK && period <= span->until;) {
        const uint32_t month = period / 100;
        const bool whole =
            span->grain == ARCHIVE_BY_DAY && !asking->apart && period % 100 == 1 &&
            month * 100 + civil_month_days((int)(month / 100), month % 100) <= span->until;
        rc = take_period(asking, whole ? ARCHIVE_BY_MONTH : span->grain, whole ? month : period);
        period = whole ? period_next(ARCHIVE_BY_MONTH, month) * 100 + 1
                       : period_next(span->grain, period);
    }
    return rc;
}

/* ---- order and rank ---- */

/* In which of two rows comes first; false for equal ones. */
typedef bool row_before(const struct row *one, const struct row *other);

static bool before_by_code(const struct row *one, const struct row *other)
{
    const int order = strcmp(one->code, other->code);
    CHECK(order != 0 || one->period != other->period || one == other);
    return order != 0 ? order < 0 : one->period < other->period;
}

/* Those without a score last. */
static bool before_by_score(const struct row *one, const struct row *other)
{
    CHECK(one->scored || one->score == 0);
    if (one->scored != other->scored) {
        return one->scored;
    }
    return one->score != other->score ? one->score > other->score
                                      : strcmp(one->code, other->code) < 0;
}

static void sift(struct row **rows, uint32_t root, uint32_t count, row_before *before)
{
    CHECK(root < count);
    for (;;) {
        uint32_t last = root;
        for (uint32_t child = 2 * root + 1; child <= 2 * root + 2 && child < count; child++) {
            last = before(rows[last], rows[child]) ? child : last;
        }
        if (last == root) {
            return;
        }
        struct row *const moved = rows[root];
        rows[root] = rows[last];
        rows[last] = moved;
        root = last;
    }
}

/* A heap: in place, and no worse on rows that are in order already. */
static void sort(struct row **rows, uint32_t count, row_before *before)
{
    CHECK(rows != NULL || count == 0);
    for (uint32_t root = count / 2; root-- > 0;) {
        sift(rows, root, count, before);
    }
    for (uint32_t end = count; end-- > 1;) {
        struct row *const last = rows[end];
        rows[end] = rows[0];
        rows[0] = last;
        sift(rows, 0, end, before);
    }
}

/* Areas are compared with those of their own level. */
static uint32_t class_of(const struct asking *asking, const struct row *row)
{
    const struct site *const site = asking->view->site;
    CHECK(row != NULL);
    if (asking->wish->by != PAIDAN__RATES_BY__RATES_AREA || site == NULL) {
        return 0;
    }
    const uint32_t area = site_area_find(site, row->code);
    return area == SITE_NONE ? 0 : site->areas[area].level;
}

static enum rc rank(struct asking *asking)
{
    struct rows *const rows = &asking->rows;
    uint32_t places[SITE_LEVELS_MAX + 1] = {0}, ranks[SITE_LEVELS_MAX + 1] = {0},
                                      scores[SITE_LEVELS_MAX + 1] = {0};
    for (uint32_t index = 0; index < rows->count; index++) {
        struct row *const row = rows->rows[index];
        row->scored = asking->span.grain != ARCHIVE_NOW &&
                      archive_formula_score(&asking->view->site->rates, row->counts, &row->score);
    }
    if (asking->apart || asking->wish->by == PAIDAN__RATES_BY__RATES_ALL || asking->code != NULL) {
        return RC_OK;
    }
    sort(rows->rows, rows->count, before_by_score);
    for (uint32_t index = 0; index < rows->count && rows->rows[index]->scored; index++) {
        struct row *const row = rows->rows[index];
        const uint32_t class = class_of(asking, row);
        CHECK(class <= SITE_LEVELS_MAX);
        places[class]++;
        if (row->score != scores[class] || ranks[class] == 0) {
            ranks[class] = places[class];
            scores[class] = row->score;
        }
        row->rank = ranks[class];
    }
    return RC_OK;
}

/* ---- times ---- */

/* Of one code, or of an area with what lies in it. */
static enum rc times_add(struct asking *asking, Paidan__RatesBy by, const char *code,
                         uint32_t period, struct times *times)
{
    struct archive_key key = {.by = by, .grain = ARCHIVE_BY_MONTH, .period = period};
    unsigned char bytes[ARCHIVE_KEY_BYTES];
    struct store_walk walk;
    const bool areas = by == PAIDAN__RATES_BY__RATES_AREA;
    CHECK(strlen(code) <= CODE_BYTES_MAX);
    if (!areas) {
        memcpy(key.code, code, strlen(code) + 1);
    }
    archive_count_key(&key, bytes);
    enum rc rc = store_walk_open(asking->view->txn, ARCHIVE_TIME, bytes, sizeof bytes, &walk);
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, ARCHIVE_TIME_KEY_BYTES);
        rc = rc == RC_OK ? archive_count_unkey(walk.key, walk.key_bytes, &key) : rc;
        if (rc != RC_OK || key.by != by || key.grain != ARCHIVE_BY_MONTH || key.period != period ||
            (!areas && strcmp(key.code, code) != 0)) {
            break;
        }
        const unsigned which = walk.key[ARCHIVE_KEY_BYTES];
        if (which > TIMES) {
            rc = RC_CORRUPT;
        } else if (archive_rates_within(asking->view->site, by, key.code, code)) {
            rc = archive_count_time_sum(walk.value, walk.value_bytes, times->buckets[which]);
        }
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc times_write(struct asking *asking, const struct times *times,
                           Paidan__RatesRow *shown)
{
    Paidan__RatesTime **const list = arena_alloc(asking->view->arena, TIMES * sizeof *list);
    Paidan__RatesTime *const each = arena_alloc(asking->view->arena, TIMES * sizeof *each);
    CHECK(shown->n_times == 0);
    if (list == NULL || each == NULL) {
        return RC_LIMIT;
    }
    shown->times = list;
    for (unsigned which = 1; which <= TIMES; which++) {
        uint64_t of = 0;
        for (unsigned bucket = 0; bucket < ARCHIVE_BUCKETS; bucket++) {
            of += times->buckets[which][bucket];
        }
        if (of == 0) {
            continue;
        }
        Paidan__RatesTime *const time = &each[shown->n_times];
        paidan__rates_time__init(time);
        time->which = (Paidan__RatesClock)which;
        time->of = of;
        time->median_ms = archive_count_quantile(times->buckets[which], of, 500);
        time->p90_ms = archive_count_quantile(times->buckets[which], of, 900);
        list[shown->n_times++] = time;
    }
    return RC_OK;
}

/* Times are kept by months: a span of days has none. */
static enum rc times_show(struct asking *asking, Paidan__RatesBy by, const char *code,
                          uint32_t period, Paidan__RatesRow *shown)
{
    struct times *const times = arena_zalloc(asking->view->arena, sizeof *times);
    enum rc rc = RC_OK;
    if (asking->span.grain != ARCHIVE_BY_MONTH) {
        return RC_OK;
    }
    if (times == NULL) {
        return RC_LIMIT;
    }
    CHECK(asking->span.from != 0);
    const uint32_t from = period != 0 ? period : asking->span.from;
    const uint32_t until = period != 0 ? period : asking->span.until;
    for (uint32_t at = from; rc == RC_OK && at <= until; at = period_next(ARCHIVE_BY_MONTH, at)) {
        rc = times_add(asking, by, code, at, times);
    }
    return rc == RC_OK ? times_write(asking, times, shown) : rc;
}

/* Areas of a page all at once, for each row of times belongs to several of them. */
static enum rc times_of_areas(struct asking *asking, uint32_t period)
{
    struct archive_key key = {
        .by = PAIDAN__RATES_BY__RATES_AREA, .grain = ARCHIVE_BY_MONTH, .period = period};
    unsigned char bytes[ARCHIVE_KEY_BYTES];
    struct store_walk walk;
    const struct site *const site = asking->view->site;
    CHECK(period != 0);
    archive_count_key(&key, bytes);
    enum rc rc = store_walk_open(asking->view->txn, ARCHIVE_TIME, bytes, sizeof bytes, &walk);
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, ARCHIVE_TIME_KEY_BYTES);
        rc = rc == RC_OK ? archive_count_unkey(walk.key, walk.key_bytes, &key) : rc;
        if (rc != RC_OK || key.by != PAIDAN__RATES_BY__RATES_AREA ||
            key.grain != ARCHIVE_BY_MONTH || key.period != period) {
            break;
        }
        const unsigned which = walk.key[ARCHIVE_KEY_BYTES];
        const char *code = key.code;
        uint32_t area = site_area_find(site, code);
        rc = which > TIMES ? RC_CORRUPT : RC_OK;
        while (rc == RC_OK && code != NULL) {
            const uint32_t at = *slot_of(&asking->rows, code, asking->apart ? period : 0);
            struct times *const times = at == 0 ? NULL : asking->rows.rows[at - 1]->times;
            if (times != NULL) {
                rc = archive_count_time_sum(walk.value, walk.value_bytes, times->buckets[which]);
            }
            area = area == SITE_NONE ? SITE_NONE : site->areas[area].parent;
            code = area == SITE_NONE ? NULL : site->areas[area].code;
        }
        rc = rc == RC_OK ? store_walk_next(&walk) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Rows [from, until) are the page. */
static enum rc times_gather(struct asking *asking, uint32_t from, uint32_t until)
{
    enum rc rc = RC_OK;
    CHECK(from <= until);
    if (asking->wish->by != PAIDAN__RATES_BY__RATES_AREA || asking->code != NULL ||
        asking->span.grain != ARCHIVE_BY_MONTH || from == until) {
        return RC_OK;
    }
    for (uint32_t index = from; index < until; index++) {
        asking->rows.rows[index]->times = arena_zalloc(asking->view->arena, sizeof(struct times));
        if (asking->rows.rows[index]->times == NULL) {
            return RC_LIMIT;
        }
    }
    for (uint32_t at = asking->span.from; rc == RC_OK && at <= asking->span.until;
         at = period_next(ARCHIVE_BY_MONTH, at)) {
        rc = times_of_areas(asking, at);
    }
    return rc;
}

/* ---- showing ---- */

static enum rc rates_show(struct asking *asking, const uint64_t counts[RATES_COUNTS],
                          Paidan__RatesRow *shown)
{
    Paidan__RatesRate **const list =
        arena_alloc(asking->view->arena, RATES_NAMES_MAX * sizeof *list);
    Paidan__RatesRate *const each =
        arena_alloc(asking->view->arena, RATES_NAMES_MAX * sizeof *each);
    uint64_t *const copy = arena_alloc(asking->view->arena, RATES_COUNTS * sizeof *copy);
    if (list == NULL || each == NULL || copy == NULL) {
        return RC_LIMIT;
    }
    memcpy(copy, counts, RATES_COUNTS * sizeof *copy);
    shown->counts = copy;
    shown->n_counts = RATES_COUNTS;
    CHECK(PAIDAN__RATES_NAME__RATES_ON_HANDLE == (int)RATES_NAMES_MAX);
    if (asking->span.grain == ARCHIVE_NOW) {
        return RC_OK; /* of what is open nothing is decided */
    }
    shown->rates = list;
    shown->n_rates = RATES_NAMES_MAX;
    for (unsigned index = 0; index < RATES_NAMES_MAX; index++) {
        list[index] = &each[index];
        archive_formula_rate(&asking->view->site->rates, counts, (Paidan__RatesName)(index + 1),
                             list[index]);
    }
    return RC_OK;
}

static enum rc row_show(struct asking *asking, struct row *row, Paidan__RatesRow **shown)
{
    struct arena *const arena = asking->view->arena;
    Paidan__RatesRow *const made = arena_alloc(arena, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__rates_row__init(made);
    CHECK(asking->apart || row->period == 0);
    made->code = row->code[0] == '\0' ? NULL : row->code;
    if (row->period != 0) {
        made->period = arena_alloc(arena, PERIOD_BYTES_MAX + 1);
        if (made->period == NULL) {
            return RC_LIMIT;
        }
        period_write(asking->span.grain, row->period, made->period);
    }
    made->has_score = row->scored;
    made->score = row->score;
    made->has_rank = row->rank != 0;
    made->rank = row->rank;
    *shown = made;
    enum rc rc = rates_show(asking, row->counts, made);
    if (row->times != NULL) {
        return rc == RC_OK ? times_write(asking, row->times, made) : rc;
    }
    return rc == RC_OK ? times_show(asking, asking->wish->by, row->code, row->period, made) : rc;
}

static enum rc whole_show(struct asking *asking, Paidan__RatesShown *shown)
{
    Paidan__RatesRow *const whole = arena_alloc(asking->view->arena, sizeof *whole);
    if (whole == NULL) {
        return RC_LIMIT;
    }
    paidan__rates_row__init(whole);
    whole->has_score =
        asking->span.grain != ARCHIVE_NOW &&
        archive_formula_score(&asking->view->site->rates, asking->rows.whole, &whole->score);
    CHECK(whole->score <= 10000);
    shown->whole = whole;
    const enum rc rc = rates_show(asking, asking->rows.whole, whole);
    if (rc != RC_OK) {
        return rc;
    }
    return asking->code == NULL ? times_show(asking, PAIDAN__RATES_BY__RATES_ALL, "", 0, whole)
                                : times_show(asking, asking->wish->by, asking->code, 0, whole);
}

static enum rc formula_show(struct asking *asking, Paidan__RatesShown *shown)
{
    const struct site_rates *const rates = &asking->view->site->rates;
    Paidan__RatesFormula *const formula = arena_alloc(asking->view->arena, sizeof *formula);
    if (formula == NULL) {
        return RC_LIMIT;
    }
    paidan__rates_formula__init(formula);
    formula->preset = arena_strdup(asking->view->arena, rates->preset);
    formula->weight_response = rates->weight_response;
    formula->weight_solution = rates->weight_solution;
    formula->weight_satisfaction = rates->weight_satisfaction;
    formula->partly = rates->partly;
    formula->fair = rates->fair;
    formula->unreached_counted = rates->unreached_counted;
    formula->response = rates->response;
    formula->has_base_accept = rates->base_accept != 0;
    formula->base_accept = rates->base_accept;
    formula->has_base_handle = rates->base_handle != 0;
    formula->base_handle = rates->base_handle;
    CHECK(formula->weight_response <= 100);
    shown->formula = formula;
    return formula->preset == NULL ? RC_LIMIT : RC_OK;
}

static enum rc until_show(struct asking *asking, Paidan__RatesShown *shown)
{
    static const char *const logs[] = {"intake", "triage", "escalation", "callback"};
    enum { LOGS = sizeof logs / sizeof logs[0] };
    Paidan__RatesUntil **const list = arena_alloc(asking->view->arena, LOGS * sizeof *list);
    Paidan__RatesUntil *const each = arena_alloc(asking->view->arena, LOGS * sizeof *each);
    enum rc rc = list == NULL || each == NULL ? RC_LIMIT : RC_OK;
    CHECK(shown->n_until == 0);
    for (unsigned log = 0; rc == RC_OK && log < LOGS; log++) {
        struct cursor cursor = {0};
        rc = cursor_get(asking->view->txn, logs[log], &cursor);
        paidan__rates_until__init(&each[log]);
        each[log].log = (char *)(uintptr_t)logs[log]; /* packed, never written */
        each[log].seq = cursor.seq;
        each[log].at_ms = asking->view->now_ms;
        list[log] = &each[log];
    }
    shown->until = list;
    shown->n_until = rc == RC_OK ? LOGS : 0;
    return rc;
}

/* "code" or "code period", as the page before ended. False: it comes after. */
static bool is_past(const struct asking *asking, const struct row *row)
{
    char place[CODE_BYTES_MAX + 1 + PERIOD_BYTES_MAX + 1] = "", period[PERIOD_BYTES_MAX + 1] = "";
    const char *const after = asking->wish->after;
    if (after == NULL || after[0] == '\0') {
        return false;
    }
    if (!asking->apart) {
        return strcmp(row->code, after) <= 0;
    }
    period_write(asking->span.grain, row->period, period);
    const int bytes = snprintf(place, sizeof place, "%s %s", row->code, period);
    CHECK(bytes > 0 && (size_t)bytes < sizeof place);
    return strcmp(place, after) <= 0;
}

static enum rc page_show(struct asking *asking, Paidan__RatesShown *shown)
{
    const struct rows *const rows = &asking->rows;
    const uint32_t wanted = asking->wish->has_limit ? asking->wish->limit : LIMIT_DEFAULT;
    const uint32_t limit = wanted == 0 || wanted > LIST_MAX ? LIST_MAX : wanted;
    enum rc rc = RC_OK;
    shown->rows = arena_alloc(asking->view->arena, limit * sizeof(Paidan__RatesRow *));
    if (shown->rows == NULL) {
        return RC_LIMIT;
    }
    uint32_t index = 0;
    while (index < rows->count && is_past(asking, rows->rows[index])) {
        index++;
    }
    rc = times_gather(asking, index, rows->count - index < limit ? rows->count : index + limit);
    for (; rc == RC_OK && index < rows->count && shown->n_rows < limit; index++) {
        rc = row_show(asking, rows->rows[index], &shown->rows[shown->n_rows]);
        shown->n_rows += rc == RC_OK ? 1 : 0;
    }
    CHECK(shown->n_rows <= limit);
    if (rc == RC_OK && index < rows->count && shown->n_rows > 0) {
        const struct row *const last = rows->rows[index - 1];
        char period[PERIOD_BYTES_MAX + 1] = "";
        if (asking->apart) {
            period_write(asking->span.grain, last->period, period);
        }
        shown->next = asking->apart ? arena_printf(asking->view->arena, "%s %s", last->code, period)
                                    : arena_strdup(asking->view->arena, last->code);
        rc = shown->next == NULL ? RC_LIMIT : RC_OK;
    }
    return rc;
}

enum rc archive_rates_query(struct step_view *view, const Paidan__Rates *wish,
                            Paidan__Answer *answer)
{
    struct asking asking = {.view = view, .wish = wish, .code = wish->code};
    Paidan__RatesShown *const shown = arena_alloc(view->arena, sizeof *shown);
    CHECK(answer->body_case == PAIDAN__ANSWER__BODY__NOT_SET);
    if (shown == NULL) {
        return RC_LIMIT;
    }
    if (!archive_rates_span(wish->grain, wish->from, wish->until, &asking.span)) {
        return step_view_refuse(answer, PAIDAN__CODE__PERIOD_INVALID, NULL);
    }
    CHECK(view->site != NULL);
    asking.apart = wish->has_per_period && wish->per_period && asking.span.grain != ARCHIVE_NOW;
    asking.code = wish->by == PAIDAN__RATES_BY__RATES_ALL ? "" : wish->code;
    paidan__rates_shown__init(shown);
    enum rc rc = take_span(&asking);
    if (rc == RC_LIMIT && asking.rows.count >= ROWS_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__TOO_MANY_ITEMS, "rows");
    }
    rc = rc == RC_OK ? rank(&asking) : rc;
    if (rc == RC_OK) {
        sort(asking.rows.rows, asking.rows.count, before_by_code);
        index_rows(&asking.rows);
        rc = whole_show(&asking, shown);
    }
    rc = rc == RC_OK ? formula_show(&asking, shown) : rc;
    rc = rc == RC_OK ? until_show(&asking, shown) : rc;
    rc = rc == RC_OK ? page_show(&asking, shown) : rc;
    if (rc == RC_OK) {
        answer->body_case = PAIDAN__ANSWER__BODY_RATES_SHOWN;
        answer->rates_shown = shown;
    }
    return rc;
}
