/* site_doubts: what a site may say and hardly means. Told to whoever edits it (site_review), never to
 * a service: a site that works must not stop a deployment, but a keyword that can never match, a
 * community without an owner or a term of thirty days for an emergency should be seen before the
 * first complaint meets it.
 *
 * Looks only at sites without mistakes, so that no doubt follows from a mistake, and each doubt is
 * told once, with the few names that show which is meant. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"
#include "common/text/text.h"

enum {
    NAMES_SHOWN = 3,      /* of a list; more nobody reads */
    WORK_HOURS_A_DAY = 8, /* to compare terms of different units, roughly */
    EMERGENCY_HANDLE_MS_MAX = 3 * 24 * 3600 * 1000,
    URGENT_HANDLE_DAYS_MAX = 15,
    OPEN_WEEK_MINUTES_MIN = 60, /* less is a slip, as 09:00-09:10 */
    CLOSED_DAYS_MAX = 21,       /* longer than any festival, also for an office of weekends */
};

/* ---- words ---- */

/* Every keyword of the category holds this excluded word. */
static bool excludes_all(const struct site_words *words, const struct site_word_entry *excluded)
{
    bool some = false;
    for (uint32_t index = 0; index < words->entry_count; index++) {
        const struct site_word_entry *entry = &words->entries[index];
        if (entry->exclude || entry->target != excluded->target) {
            continue;
        }
        some = true;
        if (strstr(entry->text, excluded->text) == NULL) {
            return false;
        }
    }
    return some;
}

static void doubt_keywords(struct site_load *load)
{
    const struct site *site = load->site;
    const struct site_words *words = &site->index->keywords;
    load->file = SITE_CATEGORIES;
    for (uint32_t index = 0; index < words->entry_count; index++) {
        const struct site_word_entry *entry = &words->entries[index];
        if (entry->exclude && excludes_all(words, entry)) {
            site_warn(load, entry->line, SAY_EXCLUDE_ALL, site_shown(load, entry->text),
                      site->categories[entry->target].code);
            arena_reset(&load->arena);
        }
    }
}

/* Words that stand in texts about any place. */
static const char *const common_places[] = {
    "小区",   "社区",   "街道",   "居委会",  "村委会", "物业",     "物业公司", "门口", "大门",
    "路口",   "马路",   "路边",   "楼下",    "楼上",   "楼道",     "单元",     "广场", "公园",
    "学校",   "医院",   "超市",   "菜场",    "菜市场", "农贸市场", "停车场",   "车站", "公交站",
    "地铁站", "派出所", "幼儿园", "东门",    "西门",   "南门",     "北门",     "一期", "二期",
    "三期",   "附近",   "对面",   "旁边",    "花园",   "家园",     "新村",     "大厦", "公寓",
    "工地",   "村里",   "本村",   "我们小区"};

static void doubt_aliases(struct site_load *load)
{
    const struct site_words *words = &load->site->index->places;
    for (uint32_t index = 0; index < words->entry_count; index++) {
        const struct site_word_entry *entry = &words->entries[index];
        for (size_t each = 0; each < sizeof common_places / sizeof common_places[0]; each++) {
            if (strcmp(entry->text, common_places[each]) != 0) {
                continue;
            }
            const bool alias = entry->line != 0;
            load->file = alias ? SITE_ALIASES : SITE_AREAS;
            site_warn(load, alias ? entry->line : load->area_parents[entry->target].line,
                      SAY_PLACE_COMMON, site_shown(load, entry->text));
            arena_reset(&load->arena);
        }
    }
}

/* ---- names ---- */

struct named {
    const char *name;
    uint32_t line;
    uint32_t area; /* of a unit: two quarters may each have their own of one name */
};

static int name_order(const void *left, const void *right)
{
    const struct named *a = left;
    const struct named *b = right;
    const int names = strcmp(a->name, b->name);
    if (names == 0 && a->area != b->area) {
        return a->area < b->area ? -1 : 1;
    }
    return names != 0 ? names : a->line < b->line ? -1 : a->line > b->line;
}

static void doubt_same(struct site_load *load, enum site_file file, struct named *named,
                       uint32_t count)
{
    load->file = file;
    if (count > 1) {
        qsort(named, count, sizeof *named, name_order);
    }
    for (uint32_t index = 1; index < count; index++) {
        if (named[index].area == named[index - 1].area &&
            strcmp(named[index].name, named[index - 1].name) == 0) {
            site_warn(load, named[index].line, SAY_NAME_TWICE, site_shown(load, named[index].name),
                      (unsigned)named[index - 1].line);
            arena_reset(&load->arena);
        }
    }
}

/* Units and categories are told apart by their names in every list; areas have a rule of theirs. */
static void doubt_names(struct site_load *load)
{
    const struct site *site = load->site;
    const uint32_t most =
        site->unit_count > site->category_count ? site->unit_count : site->category_count;
    struct named *named = calloc((size_t)most + 1, sizeof *named);
    if (named == NULL) {
        load->no_memory = true;
        return;
    }
    for (uint32_t index = 0; index < site->unit_count; index++) {
        named[index] = (struct named){site->units[index].name, load->unit_lines[index],
                                      site->units[index].area};
    }
    doubt_same(load, SITE_UNITS, named, site->unit_count);
    for (uint32_t index = 0; index < site->category_count; index++) {
        named[index] =
            (struct named){site->categories[index].name, load->category_parents[index].line, 0};
    }
    doubt_same(load, SITE_CATEGORIES, named, site->category_count);
    free(named);
}

/* ---- who owns what ---- */

static bool owned(const struct site *site, uint32_t area, uint32_t level)
{
    for (uint32_t index = 0; index < site->index->matrix_count; index++) {
        const struct site_matrix_row *row = &site->index->matrix[index];
        if (row->level == level &&
            (row->area == SITE_NONE || site_area_within(site, area, row->area))) {
            return true;
        }
    }
    return false;
}

/* Whether any row is about this level. */
static bool level_owned(const struct site *site, uint32_t level)
{
    bool some = false;
    for (uint32_t index = 0; index < site->index->matrix_count && !some; index++) {
        some = site->index->matrix[index].level == level;
    }
    return some;
}

/* Areas of one level that no row speaks of, while it speaks of others: as one doubt. */
static void doubt_areas(struct site_load *load, uint32_t level)
{
    const struct site *site = load->site;
    const char *names = "";
    uint32_t count = 0;
    uint32_t line = 0;
    for (uint32_t area = 0; area < site->area_count; area++) {
        if (site->areas[area].level != level || owned(site, area, level)) {
            continue;
        }
        if (count < NAMES_SHOWN && names != NULL) {
            names = arena_printf(&load->arena, "%s%s%s", names, count == 0 ? "" : "、",
                                 site->areas[area].name);
        }
        line = count == 0 ? load->area_parents[area].line : line;
        count++;
    }
    load->file = SITE_AREAS;
    if (count > 0) {
        site_warn(load, line, SAY_AREA_UNOWNED, site->levels[level - 1].name, (unsigned)count,
                  site_shown(load, names == NULL ? "?" : names));
    }
    arena_reset(&load->arena);
}

static void doubt_owners(struct site_load *load)
{
    const struct site *site = load->site;
    for (uint32_t level = 1; level <= site->level_count; level++) {
        if (level_owned(site, level)) {
            doubt_areas(load, level);
        } else {
            load->file = SITE_MATRIX;
            site_warn(load, 0, SAY_LEVEL_UNOWNED, site->levels[level - 1].name,
                      site->units[site->levels[level - 1].fallback].code);
        }
    }
}

static void mark_used(const struct site *site, bool *used)
{
    for (uint32_t level = 0; level < site->level_count; level++) {
        used[site->levels[level].fallback] = true;
    }
    for (uint32_t index = 0; index < site->supervisor_count; index++) {
        used[site->supervisors[index]] = true;
    }
    for (uint32_t index = 0; index < site->index->matrix_count; index++) {
        const struct site_matrix_row *row = &site->index->matrix[index];
        used[row->lead] = true;
        for (uint32_t assist = 0; assist < row->assist_count; assist++) {
            used[row->assist[assist]] = true;
        }
    }
}

static void doubt_units(struct site_load *load)
{
    const struct site *site = load->site;
    bool *used = calloc((size_t)site->unit_count + 1, sizeof *used);
    const char *names = "";
    uint32_t count = 0;
    uint32_t line = 0;
    if (used == NULL) {
        load->no_memory = true;
        return;
    }
    mark_used(site, used);
    for (uint32_t unit = 0; unit < site->unit_count; unit++) {
        if (used[unit]) {
            continue;
        }
        if (count < NAMES_SHOWN && names != NULL) {
            names = arena_printf(&load->arena, "%s%s%s", names, count == 0 ? "" : "、",
                                 site->units[unit].name);
        }
        line = count == 0 ? load->unit_lines[unit] : line;
        count++;
    }
    load->file = SITE_UNITS;
    if (count > 0) {
        site_warn(load, line, SAY_UNIT_UNUSED, (unsigned)count,
                  site_shown(load, names == NULL ? "?" : names));
    }
    arena_reset(&load->arena);
    free(used);
}

static bool category_covers(const struct site *site, uint32_t ancestor, uint32_t category)
{
    if (ancestor == SITE_NONE) {
        return true;
    }
    while (category != SITE_NONE && category != ancestor) {
        category = site->categories[category].parent;
    }
    return category != SITE_NONE;
}

/* A row about the whole of a root area that covers the category; its line, 0: none. */
static uint32_t row_of_root(const struct site *site, const struct site_matrix_row *row,
                            uint32_t root)
{
    for (uint32_t index = 0; index < site->index->matrix_count; index++) {
        const struct site_matrix_row *other = &site->index->matrix[index];
        if (other->area == root && other->level == row->level &&
            category_covers(site, other->category, row->category)) {
            return other->line;
        }
    }
    return 0;
}

/* The area counts before the category, so a row for any area is never asked where every area has a
 * row of its own that covers its category. */
static void doubt_rows(struct site_load *load)
{
    const struct site *site = load->site;
    load->file = SITE_MATRIX;
    for (uint32_t index = 0; index < site->index->matrix_count; index++) {
        const struct site_matrix_row *row = &site->index->matrix[index];
        uint32_t by = 0;
        bool shadowed = row->area == SITE_NONE;
        for (uint32_t area = 0; area < site->area_count && shadowed; area++) {
            if (site->areas[area].parent == SITE_NONE) {
                by = row_of_root(site, row, area);
                shadowed = by != 0;
            }
        }
        if (shadowed && by != 0) {
            site_warn(load, row->line, SAY_MATRIX_SHADOWED, (unsigned)by);
        }
    }
}

/* ---- terms ---- */

/* A term as elapsed time, roughly: an office is open eight hours a day. */
static uint64_t elapsed_of(const struct calendar_term *term)
{
    const uint64_t day_ms = 24 * SITE_HOUR_MS;
    switch (term->unit) {
    case CALENDAR_WORKING_HOURS:
        return term->amount_ms * 24 / WORK_HOURS_A_DAY;
    default:
        CHECK(day_ms > 0);
        return term->amount_ms; /* days are kept as 24 h, elapsed hours are what they are */
    }
}

/* Far too long for what it is about; then nothing else is said of it. */
static bool is_absurd(const struct site_policy *policy)
{
    const uint64_t handle_ms = elapsed_of(&policy->handle.term);
    return (policy->urgency == PAIDAN__URGENCY__URGENCY_EMERGENCY &&
            handle_ms > EMERGENCY_HANDLE_MS_MAX) ||
           (policy->urgency == PAIDAN__URGENCY__URGENCY_URGENT &&
            handle_ms > URGENT_HANDLE_DAYS_MAX * 24 * SITE_HOUR_MS);
}

static void doubt_order(struct site_load *load, const struct site_policy *policy)
{
    const uint64_t handle_ms = elapsed_of(&policy->handle.term);
    if (policy->accept.present && elapsed_of(&policy->accept.term) > handle_ms) {
        site_warn(load, policy->line, SAY_TERM_ACCEPT_LONGER);
    }
    if (policy->contact.present && elapsed_of(&policy->contact.term) > handle_ms) {
        site_warn(load, policy->line, SAY_TERM_CONTACT_LONGER);
    }
    if (is_absurd(policy)) {
        site_warn(load, policy->line, SAY_TERM_ABSURD, site_urgency_name(policy->urgency));
    }
}

/* Plain hours run on at night; an office that answers by working days hardly means that for the
 * first call to a resident. What is urgent may. */
static void doubt_nights(struct site_load *load, const struct site_policy *policy)
{
    const struct site *site = load->site;
    const uint32_t calendar = policy->calendar != 0 ? policy->calendar : policy->handle.calendar;
    const bool plain = policy->contact.present && policy->contact.calendar == 0 &&
                       policy->contact.term.unit == CALENDAR_EMERGENCY_HOURS;
    if (plain && calendar != 0 && policy->urgency != PAIDAN__URGENCY__URGENCY_URGENT &&
        policy->urgency != PAIDAN__URGENCY__URGENCY_EMERGENCY) {
        site_warn(load, policy->line, SAY_TERM_NIGHTS, site->calendars[calendar].code);
    }
}

/* More urgent, yet more time: of policies for one level and category. */
static void doubt_urgency(struct site_load *load, uint32_t index)
{
    const struct site *site = load->site;
    const struct site_policy *policy = &site->policies[index];
    for (uint32_t other = 0; other < site->policy_count && policy->urgency > 1; other++) {
        const struct site_policy *less = &site->policies[other];
        const bool comparable = less->category == policy->category &&
                                less->level == policy->level && less->urgency < policy->urgency &&
                                (less->urgency != 0 || other > index);
        if (comparable && !is_absurd(policy) &&
            elapsed_of(&policy->handle.term) > elapsed_of(&less->handle.term)) {
            site_warn(load, policy->line, SAY_TERM_URGENT_LONGER,
                      site_urgency_name(policy->urgency), (unsigned)less->line);
            return;
        }
    }
}

/* A lower level that has longer than the one above it has left the work to nobody. */
static void doubt_levels(struct site_load *load, uint32_t index)
{
    const struct site *site = load->site;
    const struct site_policy *policy = &site->policies[index];
    for (uint32_t other = 0; other < site->policy_count && policy->level != 0; other++) {
        const struct site_policy *above = &site->policies[other];
        if (above->level == policy->level + 1 && above->category == policy->category &&
            above->urgency == policy->urgency &&
            elapsed_of(&policy->handle.term) > elapsed_of(&above->handle.term)) {
            site_warn(load, policy->line, SAY_TERM_LEVEL_LONGER,
                      site->levels[policy->level - 1].name, (unsigned)above->line);
            return;
        }
    }
}

static void doubt_terms(struct site_load *load)
{
    load->file = SITE_YAML;
    for (uint32_t index = 0; index < load->site->policy_count; index++) {
        const struct site_policy *policy = &load->site->policies[index];
        doubt_order(load, policy);
        doubt_nights(load, policy);
        doubt_urgency(load, index);
        doubt_levels(load, index);
    }
}

/* A later one for all categories would do in its place: what must be there is not doubted. */
static bool policy_spare(const struct site *site, uint32_t index)
{
    const struct site_policy *policy = &site->policies[index];
    bool spare = policy->category != SITE_NONE;
    for (uint32_t later = index + 1; later < site->policy_count && !spare; later++) {
        const struct site_policy *other = &site->policies[later];
        spare = other->category == SITE_NONE &&
                (other->level == 0 || other->level == policy->level) &&
                (other->urgency == 0 || other->urgency == policy->urgency);
    }
    return spare;
}

/* Some category of the policy's has its urgency and passes its level on the way up. */
static bool policy_used(const struct site *site, const struct site_policy *policy)
{
    for (uint32_t index = 0; index < site->category_count; index++) {
        const struct site_category *category = &site->categories[index];
        if (category_covers(site, policy->category, index) &&
            (policy->urgency == 0 || category->urgency == policy->urgency) &&
            (policy->level == 0 || category->start_level <= policy->level)) {
            return true;
        }
    }
    return false;
}

static void doubt_policies(struct site_load *load)
{
    const struct site *site = load->site;
    load->file = SITE_YAML;
    for (uint32_t index = 0; index < site->policy_count; index++) {
        const struct site_policy *policy = &site->policies[index];
        if (policy_spare(site, index) && !policy_used(site, policy)) {
            site_warn(load, policy->line, SAY_POLICY_UNUSED,
                      policy->category == SITE_NONE ? "*"
                                                    : site->categories[policy->category].name);
        }
    }
}

/* ---- hours ---- */

/* 2020-01-01 and 2040-01-01: overrides for other years are not written by hand. */
#define LOOKED_FROM_MS ((50ull * 365 + 12) * CALENDAR_DAY_MS)
#define LOOKED_UNTIL_MS ((70ull * 365 + 17) * CALENDAR_DAY_MS)

static int32_t local_day(const struct calendar *calendar, uint64_t at_ms)
{
    const int64_t local_ms = (int64_t)at_ms + calendar->utc_offset_ms;
    return (int32_t)(local_ms / (int64_t)CALENDAR_DAY_MS);
}

/* Weeks in which it never opens, though it does in others: overrides of a range that is too long. */
static void doubt_closed(struct site_load *load, uint32_t index)
{
    const struct calendar *calendar = &load->site->calendars[index];
    uint64_t at_ms = LOOKED_FROM_MS;
    while (at_ms < LOOKED_UNTIL_MS) {
        const uint64_t open_ms = calendar_next_open(calendar, at_ms);
        const int32_t first = local_day(calendar, at_ms);
        const int32_t days = local_day(calendar, open_ms) - first;
        if (days > CLOSED_DAYS_MAX) {
            char date[CIVIL_DATE_BYTES];
            civil_write(first, date);
            site_warn(load, load->calendar_lines[index], SAY_CALENDAR_CLOSED, calendar->code, date,
                      (unsigned)days);
            return;
        }
        at_ms = open_ms + CALENDAR_DAY_MS;
    }
}

/* Hours that never come, or nearly; and a calendar that nobody follows. One doubt each. */
static void doubt_calendars(struct site_load *load)
{
    const struct site *site = load->site;
    load->file = SITE_YAML;
    for (uint32_t index = 1; index < site->calendar_count; index++) {
        const struct calendar *calendar = &site->calendars[index];
        const uint32_t line = load->calendar_lines[index];
        unsigned workdays = 0;
        for (unsigned day = 0; day < 5; day++) {
            workdays += calendar->days[day].count > 0 ? 1 : 0;
        }
        if (!load->calendar_used[index]) {
            site_warn(load, line, SAY_CALENDAR_UNUSED, calendar->code);
        } else if (!calendar->always && workdays == 0) {
            site_warn(load, line, SAY_CALENDAR_WEEKEND, calendar->code);
        } else if (!calendar->always && calendar->week_minutes < OPEN_WEEK_MINUTES_MIN) {
            site_warn(load, line, SAY_CALENDAR_SHORT, calendar->code,
                      (unsigned)calendar->week_minutes);
        } else {
            doubt_closed(load, index);
        }
    }
}

enum { MORNING_MINUTE = 6 * 60, EVENING_MINUTE = 23 * 60, DAY_LAST_MINUTE = 24 * 60 };

/* Open at night, but not round the clock: mostly "2:00" for two in the afternoon. */
static void doubt_hours(struct site_load *load)
{
    static const char *const days[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const struct site *site = load->site;
    load->file = SITE_YAML;
    for (uint32_t index = 1; index < site->calendar_count; index++) {
        const struct calendar *calendar = &site->calendars[index];
        bool told = calendar->always;
        for (unsigned day = 0; day < 7 && !told; day++) {
            const struct calendar_hours *hours = &calendar->days[day];
            for (unsigned part = 0; part < hours->count && !told; part++) {
                const unsigned from = hours->from[part];
                const unsigned until = hours->until[part];
                const bool whole = from == 0 && until == DAY_LAST_MINUTE;
                if (!whole && (from < MORNING_MINUTE || until > EVENING_MINUTE)) {
                    site_warn(load, load->calendar_lines[index], SAY_CALENDAR_NIGHT, calendar->code,
                              days[day], from / 60, from % 60, until / 60, until % 60);
                    told = true;
                }
            }
        }
    }
}

/* Decisions are measured, and held to a precision, only where they say what they rest on: by a model or
 * beside a rule. Who asks for either without them believes that something is looked at. */
static void doubt_triage(struct site_load *load)
{
    const struct site_triage *triage = &load->site->triage;
    if (triage->model.file[0] != '\0' || triage->unit_model.file[0] != '\0' ||
        load->site->rules != NULL) {
        return;
    }
    load->file = SITE_YAML;
    if (load->precision_line != 0) {
        site_warn(load, load->precision_line, SAY_TRIAGE_ALONE, "precision");
    }
    if (load->trust_line != 0) {
        site_warn(load, load->trust_line, SAY_TRIAGE_ALONE, "trust");
    }
}

/* ---- the callback ---- */

/* Half-days that calling hours have in a week: bits of morning, afternoon, evening. */
static unsigned halves_of(const struct calendar *calendar)
{
    enum { NOON = 12 * 60, SIX = 18 * 60 };
    unsigned halves = 0;
    for (unsigned day = 0; day < 7; day++) {
        const struct calendar_hours *const hours = &calendar->days[day];
        for (unsigned part = 0; part < hours->count; part++) {
            const unsigned from = hours->from[part], until = hours->until[part];
            const unsigned middle = (from + until - 1) / 2;
            const bool only = hours->count == 1; /* then it is cut by the clock */
            halves |= only ? (from < NOON ? 1u : 0) | (from < SIX && until > NOON ? 2u : 0) |
                                 (until > SIX ? 4u : 0)
                      : middle < NOON ? 1u
                      : middle < SIX  ? 2u
                                      : 4u;
        }
    }
    return halves;
}

static void doubt_callback(struct site_load *load)
{
    const struct site *const site = load->site;
    const struct site_callback *const rules = &site->callback;
    const struct calendar *const hours = &site->calendars[rules->calendar];
    load->file = SITE_YAML;
    for (uint32_t index = 0; index < site->channel_count; index++) {
        const struct site_channel *const channel = &site->channels[index];
        if (channel->further_count * rules->channel_attempts >= rules->attempts_max) {
            site_warn(load, load->channel_lines[index], SAY_CALLBACK_ORDER_CUT, channel->code,
                      (unsigned)channel->further_count + 1, (unsigned)rules->channel_attempts,
                      (unsigned)rules->attempts_max);
        }
    }
    const unsigned halves = hours->always ? 7u : halves_of(hours);
    if (rules->half_days && (halves & (halves - 1)) == 0) {
        site_warn(load, load->calendar_lines[rules->calendar], SAY_HALF_DAYS_ALONE, hours->code);
    }
}

void site_doubts(struct site_load *load)
{
    CHECK(load->report->count == 0);
    CHECK(load->site->level_count > 0);
    doubt_keywords(load);
    doubt_aliases(load);
    doubt_names(load);
    doubt_owners(load);
    doubt_units(load);
    doubt_rows(load);
    doubt_terms(load);
    doubt_policies(load);
    doubt_calendars(load);
    doubt_hours(load);
    doubt_triage(load);
    doubt_callback(load);
}
