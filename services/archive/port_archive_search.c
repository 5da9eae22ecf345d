/* port_archive_search: finds tickets by words and by what is known of them, the newest first.
 *
 * Words narrow in SQLite, as does the number, which is the order of everything: rows come by it, so a
 * page costs what is looked at: whose deeds a ticket has is asked of each row, never gathered beforehand. Codes are compared here, by the site as it is now, for a ticket keeps
 * the codes of its time and places lie within places. A page ends at its limit or after SCAN_MAX rows;
 * the cursor is the last number that was looked at. What SQLite passes over by itself ends after so many
 * of its steps, which are counted and not timed: the same question gets the same page on any machine. Before its
 * first row there is nothing to go on from: what takes too long until then is refused, by steps or by time, for a
 * step of an index may read a page from a slow disk.
 *
 * Owns nothing. What must stay true: nothing that is typed becomes SQL or a query's syntax: words are
 * quoted tokens (archive_words.h) in a bound value. */
#include "port_archive_search.h"

#include <string.h>

#include "archive_words.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/number.h"

enum {
    LIMIT_DEFAULT = 100,
    SCAN_MAX = 20000, /* rows looked at in one request: some 40 ms */
};

const struct port_archive_bounds port_archive_bounds = {
    .each = 10000, .pages = 100, .first = 1000, .first_us = 1000000};

/* In the order in which rows are read. */
enum column {
    ID,
    STATE,
    LEVEL,
    UNIT,
    CATEGORY,
    AREA,
    CHANNEL,
    URGENCY,
    TITLE,
    REGISTERED_MS,
    OUTCOME,
    SATISFIED,
    CHANGED_MS,
    CONFIDENTIAL,
    MERGED_INTO,
    NUMBER,
    ACTED,
};

#define COLUMNS                                                                                    \
    "t.id, t.state, t.level, t.unit, t.category, t.area, t.channel, t.urgency, t.title, "          \
    "t.registered_ms, t.outcome, t.satisfied, t.changed_ms, t.confidential, t.merged_into, "       \
    "t.number"

struct search {
    struct step_view *view;
    const Paidan__Search *wish;
    uint32_t limit, area, category, channel; /* indexes of the site; SITE_NONE: any */
    const char *unit;                        /* its code of now; NULL: any */
    uint64_t before, first;                  /* numbers: below before, from first on */
    char *query;                             /* of words; NULL: none */
    sqlite3_stmt *statement;
    Paidan__Brief **briefs;
    size_t count;
    uint64_t last;        /* looked at */
    uint32_t seen, steps; /* rows; times bounds->each */
    const struct port_archive_bounds *bounds;
    uint64_t until_us; /* for the first row */
    bool more, refused;
};

/* ---- what is asked ---- */

static bool find_code(const struct site *site, enum site_kind kind, const char *code,
                      Paidan__Code unknown, const char *field, uint32_t *index,
                      Paidan__Answer *answer)
{
    *index = SITE_NONE;
    if (code == NULL || code[0] == '\0') {
        return true;
    }
    *index = site_heir(site, kind, code);
    if (*index == SITE_NONE) {
        (void)step_view_refuse(answer, unknown, field);
    }
    return *index != SITE_NONE;
}

static bool find_codes(struct search *search, Paidan__Answer *answer)
{
    const struct site *const site = search->view->site;
    const Paidan__Search *const wish = search->wish;
    uint32_t unit = SITE_NONE;
    CHECK(site != NULL);
    if (!find_code(site, SITE_KIND_AREA, wish->area, PAIDAN__CODE__AREA_UNKNOWN, "area",
                   &search->area, answer) ||
        !find_code(site, SITE_KIND_CATEGORY, wish->category, PAIDAN__CODE__CATEGORY_UNKNOWN,
                   "category", &search->category, answer) ||
        !find_code(site, SITE_KIND_CHANNEL, wish->channel, PAIDAN__CODE__CHANNEL_UNKNOWN, "channel",
                   &search->channel, answer) ||
        !find_code(site, SITE_KIND_UNIT, wish->unit, PAIDAN__CODE__UNIT_UNKNOWN, "unit", &unit,
                   answer)) {
        return false;
    }
    search->unit = unit == SITE_NONE ? NULL : site->units[unit].code;
    return true;
}

/* Numbers are in the order of days, so times bound them; to the millisecond rows are looked at. */
static void find_range(struct search *search)
{
    const Paidan__Search *const wish = search->wish;
    const struct site *const site = search->view->site;
    search->before = INT64_MAX;
    if (wish->has_cursor && wish->cursor < search->before) {
        search->before = wish->cursor;
    }
    if (wish->has_until_ms) {
        const uint64_t until_ms = wish->until_ms + 24u * 3600u * 1000u; /* the whole of that day */
        const uint64_t end = number_day_first(until_ms, site_offset(site, until_ms));
        search->before = end < search->before ? end : search->before;
    }
    search->first = wish->has_since_ms
                        ? number_day_first(wish->since_ms, site_offset(site, wish->since_ms))
                        : 0;
}

/* False: refused. */
static bool search_init(struct search *search, struct step_view *view, const Paidan__Search *wish,
                        Paidan__Answer *answer, enum rc *rc)
{
    const uint64_t time_max = 253402300799000u; /* of the year 9999 */
    *rc = RC_OK;
    *search = (struct search){.view = view, .wish = wish};
    search->limit = wish->has_limit ? wish->limit : LIMIT_DEFAULT;
    if (search->limit == 0 || search->limit > LIST_MAX) {
        *rc = step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
        return false;
    }
    if ((wish->has_since_ms && wish->since_ms > time_max) ||
        (wish->has_until_ms && wish->until_ms > time_max)) {
        *rc = step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID,
                               wish->has_since_ms && wish->since_ms > time_max ? "since_ms"
                                                                               : "until_ms");
        return false;
    }
    if (!find_codes(search, answer)) {
        return false;
    }
    find_range(search);
    if (wish->words != NULL) {
        *rc = archive_words_query(view->arena, wish->words, &search->query);
        if (*rc == RC_INVALID) {
            *rc = step_view_refuse(answer, PAIDAN__CODE__SEARCH_TOO_LONG, NULL);
            return false;
        }
    }
    search->briefs = arena_alloc(view->arena, search->limit * sizeof *search->briefs);
    *rc = *rc == RC_OK && search->briefs == NULL ? RC_LIMIT : *rc;
    return *rc == RC_OK;
}

/* ---- as SQL ---- */

static char *tickets_sql(const struct search *search)
{
    const Paidan__Search *const wish = search->wish;
    char *list = arena_strdup(search->view->arena, "");
    for (size_t index = 0; list != NULL && index < wish->n_tickets; index++) {
        const uint64_t ticket = wish->tickets[index] <= INT64_MAX ? wish->tickets[index] : 0;
        list = arena_printf(search->view->arena, "%s%s%llu", list, index == 0 ? "" : ",",
                            (unsigned long long)ticket);
    }
    return list;
}

/* The words' rows in the order of numbers, or all tickets'. What of the text of the statement is not
 * here are numbers. */
static enum rc prepare(struct search *search, struct port_archive_sqlite *file)
{
    const Paidan__Search *const wish = search->wish;
    struct arena *const arena = search->view->arena;
    const bool words = search->query != NULL;
    char *only = NULL;
    if (wish->n_tickets > 0) {
        const char *const list = tickets_sql(search);
        only = list == NULL ? NULL : arena_printf(arena, " AND t.id IN (%s)", list);
    } else {
        only = arena_strdup(arena, "");
    }
    const char *const sql =
        only == NULL
            ? NULL
            : arena_printf(
                  arena,
                  "SELECT " COLUMNS ", %s FROM %s WHERE %s >= ?1 AND %s < ?2%s%s ORDER BY %s DESC",
                  wish->actor != NULL
                      ? "EXISTS (SELECT 1 FROM event WHERE actor = ?4 AND ticket = t.id)"
                      : "1",
                  words ? "words JOIN ticket t ON t.id = words.rowid" : "ticket t",
                  words ? "words.rowid" : "t.id", words ? "words.rowid" : "t.id",
                  words ? " AND words MATCH ?3" : "", only, words ? "words.rowid" : "t.id");
    if (sql == NULL) {
        return RC_LIMIT;
    }
    int code = sqlite3_prepare_v2(port_archive_sqlite_db(file), sql, -1, &search->statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_int64(search->statement, 1, (sqlite3_int64)search->first);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_bind_int64(search->statement, 2, (sqlite3_int64)search->before);
    }
    if (code == SQLITE_OK && words) {
        code = sqlite3_bind_text(search->statement, 3, search->query, -1, SQLITE_STATIC);
    }
    if (code == SQLITE_OK && wish->actor != NULL) {
        code = sqlite3_bind_text(search->statement, 4, wish->actor, -1, SQLITE_STATIC);
    }
    return port_archive_sqlite_rc(code);
}

/* ---- rows ---- */

static const char *text_at(const struct search *search, enum column column)
{
    return (const char *)sqlite3_column_text(search->statement, (int)column);
}

static uint64_t number_at(const struct search *search, enum column column)
{
    const sqlite3_int64 value = sqlite3_column_int64(search->statement, (int)column);
    return value < 0 ? 0 : (uint64_t)value;
}

static bool within_category(const struct site *site, const char *code, uint32_t ancestor)
{
    uint32_t category = code == NULL ? SITE_NONE : site_heir(site, SITE_KIND_CATEGORY, code);
    for (uint32_t depth = 0; category != SITE_NONE && depth < site->category_count; depth++) {
        if (category == ancestor) {
            return true;
        }
        category = site->categories[category].parent;
    }
    return false;
}

static bool within_area(const struct site *site, const char *code, uint32_t ancestor)
{
    const uint32_t area = code == NULL ? SITE_NONE : site_heir(site, SITE_KIND_AREA, code);
    return area != SITE_NONE && site_area_within(site, area, ancestor);
}

static bool fits_codes(const struct search *search)
{
    const struct site *const site = search->view->site;
    if (search->unit != NULL) {
        const char *const unit = text_at(search, UNIT);
        const char *const now = unit == NULL ? NULL : site_code_now(site, SITE_KIND_UNIT, unit);
        if (now == NULL || strcmp(now, search->unit) != 0) {
            return false;
        }
    }
    if (search->area != SITE_NONE && !within_area(site, text_at(search, AREA), search->area)) {
        return false;
    }
    if (search->channel != SITE_NONE) {
        const char *const channel = text_at(search, CHANNEL);
        if (channel == NULL || site_heir(site, SITE_KIND_CHANNEL, channel) != search->channel) {
            return false;
        }
    }
    return search->category == SITE_NONE ||
           within_category(site, text_at(search, CATEGORY), search->category);
}

static bool fits(const struct search *search)
{
    const Paidan__Search *const wish = search->wish;
    const uint64_t registered_ms = number_at(search, REGISTERED_MS);
    if (number_at(search, ACTED) == 0) {
        return false;
    }
    if ((wish->has_since_ms && registered_ms < wish->since_ms) ||
        (wish->has_until_ms && registered_ms >= wish->until_ms)) {
        return false;
    }
    if (wish->has_state && archive_row_state_of(text_at(search, STATE)) != (uint32_t)wish->state) {
        return false;
    }
    return fits_codes(search);
}

/* A copy in the arena; NULL for nothing, *full if there was no room. */
static char *copy_at(const struct search *search, enum column column, bool *full)
{
    const char *const text = text_at(search, column);
    char *const copy = text == NULL ? NULL : arena_strdup(search->view->arena, text);
    *full = *full || (text != NULL && copy == NULL);
    return copy;
}

static enum rc add_brief(struct search *search)
{
    bool full = false;
    Paidan__Brief *const brief = arena_alloc(search->view->arena, sizeof *brief);
    if (brief == NULL) {
        return RC_LIMIT;
    }
    paidan__brief__init(brief);
    brief->ticket = number_at(search, ID);
    brief->state = (Paidan__State)archive_row_state_of(text_at(search, STATE));
    brief->level = (uint32_t)number_at(search, LEVEL);
    brief->unit = copy_at(search, UNIT, &full);
    if (brief->unit == NULL) {
        brief->unit = (char *)(uintptr_t) ""; /* required: nobody has had it */
    }
    brief->category = copy_at(search, CATEGORY, &full);
    brief->area = copy_at(search, AREA, &full);
    brief->channel = copy_at(search, CHANNEL, &full);
    brief->title = copy_at(search, TITLE, &full);
    brief->number = copy_at(search, NUMBER, &full);
    brief->urgency = (Paidan__Urgency)number_at(search, URGENCY);
    brief->has_urgency = brief->urgency != 0;
    brief->registered_ms = number_at(search, REGISTERED_MS);
    brief->has_registered_ms = brief->registered_ms != 0;
    brief->changed_ms = number_at(search, CHANGED_MS);
    brief->has_changed_ms = brief->changed_ms != 0;
    brief->outcome = (Paidan__Outcome)archive_row_outcome_of(text_at(search, OUTCOME));
    brief->has_outcome = brief->outcome != 0;
    brief->satisfied = (Paidan__Satisfied)archive_row_satisfied_of(text_at(search, SATISFIED));
    brief->has_satisfied = brief->satisfied != 0;
    brief->confidential = number_at(search, CONFIDENTIAL) != 0;
    brief->has_confidential = brief->confidential;
    brief->merged_into = number_at(search, MERGED_INTO);
    brief->has_merged_into = brief->merged_into != 0;
    CHECK(search->count < search->limit);
    search->briefs[search->count++] = brief;
    return full ? RC_LIMIT : RC_OK;
}

/* Called by SQLite; not 0: enough. A page goes on from a row that was seen; without one there is none. */
static int enough(void *context)
{
    struct search *const search = context;
    CHECK(search->limit > 0);
    search->steps++;
    if (search->seen > 0) {
        return search->steps >= search->bounds->pages;
    }
    search->refused =
        search->steps >= search->bounds->first || clock_monotonic_us() >= search->until_us;
    return search->refused;
}

static enum rc read_rows(struct search *search)
{
    enum rc rc = RC_OK;
    int code = SQLITE_ROW;
    for (; rc == RC_OK; search->seen++) {
        code = sqlite3_step(search->statement);
        if (code == SQLITE_INTERRUPT) { /* enough() alone does that */
            CHECK(search->seen > 0 || search->refused);
            search->more = !search->refused;
            return RC_OK;
        }
        if (code != SQLITE_ROW) {
            break;
        }
        if (search->count == search->limit || search->seen == SCAN_MAX) {
            search->more = true;
            break;
        }
        search->last = number_at(search, ID);
        search->steps =
            search->seen == 0 ? 0 : search->steps; /* how long it took to begin is no page's */
        rc = fits(search) ? add_brief(search) : RC_OK;
    }
    return rc == RC_OK ? port_archive_sqlite_rc(code) : rc;
}

static enum rc answer_make(const struct search *search, const struct port_archive_sqlite *file,
                           Paidan__Answer *answer)
{
    Paidan__Searched *const searched = arena_alloc(search->view->arena, sizeof *searched);
    if (searched == NULL) {
        return RC_LIMIT;
    }
    paidan__searched__init(searched);
    searched->tickets = search->briefs;
    searched->n_tickets = search->count;
    searched->has_next = search->more;
    searched->next = search->last;
    searched->seq = port_archive_sqlite_place(file)->seq;
    searched->head = search->view->head_seq;
    answer->body_case = PAIDAN__ANSWER__BODY_SEARCHED;
    answer->searched = searched;
    return RC_OK;
}

enum rc port_archive_search(struct port_archive_sqlite *file, struct step_view *view,
                            const Paidan__Search *wish, const struct port_archive_bounds *bounds,
                            Paidan__Answer *answer)
{
    struct search search;
    CHECK(bounds->each > 0);
    CHECK(bounds->pages > 0);
    enum rc rc = RC_OK;
    if (!search_init(&search, view, wish, answer, &rc)) {
        return rc;
    }
    if (search.query != NULL && search.query[0] == '\0') {
        return answer_make(&search, file, answer); /* signs alone: nothing says them */
    }
    search.bounds = bounds;
    search.until_us = clock_monotonic_us() + bounds->first_us;
    rc = prepare(&search, file);
    sqlite3_progress_handler(port_archive_sqlite_db(file), (int)bounds->each, enough, &search);
    rc = rc == RC_OK ? read_rows(&search) : rc;
    (void)sqlite3_finalize(search.statement); /* repeats the code */
    sqlite3_progress_handler(port_archive_sqlite_db(file), 0, NULL, NULL);
    if (rc == RC_OK && search.refused) {
        return step_view_refuse(answer, PAIDAN__CODE__SEARCH_TOO_WIDE, NULL);
    }
    return rc == RC_OK ? answer_make(&search, file, answer) : rc;
}
