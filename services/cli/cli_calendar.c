/* cli_calendar: the days of a site's calendars, to be compared with the printed calendar on the
 * wall: a year as month grids, and for which years holidays are known. These commands read the
 * site's files and ask no service: they are for whoever writes a site, before anything runs with
 * it. */

#include "cli_calendar.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "common/base/check.h"

/* ---- shared ---- */

/* The machine's clock: no service is asked here, and a day's error does not matter for a year. */
uint64_t cli_calendar_now(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_REALTIME, &now) == 0
               ? (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000
               : 0;
}

int cli_calendar_year(const struct calendar *calendar)
{
    return civil_date(calendar_day_of(calendar, cli_calendar_now())).year;
}

/* --site first, so that a site can be looked at before an instance has it. */
int cli_calendar_site(struct cli *cli, const struct site **site, struct site **loaded)
{
    const char *folder = cli_value(cli, CLI_SITE);
    *loaded = NULL;
    if (folder != NULL) {
        const int status = cli_check_site(cli, folder, loaded);
        *site = *loaded;
        return status;
    }
    *site = cli_site(cli);
    return *site != NULL ? CLI_EXIT_OK
                         : cli_usage(cli, "没有实例；请写 --site 站点文件夹",
                                     "no instance; give --site DIR", NULL);
}

/* Without a name the first that was written in the site; "always" stands before it and has
 * nothing to show. */
int cli_calendar_find(const struct cli *cli, const struct site *site,
                      const struct calendar **calendar)
{
    const char *code = cli_value(cli, CLI_CALENDAR);
    char list[512] = "";
    if (code == NULL) {
        *calendar = &site->calendars[site->calendar_count > 1 ? 1 : 0];
        return CLI_EXIT_OK;
    }
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        if (strcmp(site->calendars[index].code, code) == 0) {
            *calendar = &site->calendars[index];
            return CLI_EXIT_OK;
        }
        const size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", used == 0 ? "" : " ",
                       site->calendars[index].code);
    }
    return cli_usage(cli, "没有这个日历；可用的有", "no such calendar; there are", list);
}

/* ---- a year ---- */

struct mark {
    const char *zh, *en; /* two columns wide */
    enum say_tone colour;
    const char *word_zh, *word_en;
};
static const struct mark marks[CALENDAR_DAY_KIND_COUNT] = {
    [CALENDAR_WORKDAY] = {"  ", "  ", SAY_PLAIN, "工作日", "working day"},
    [CALENDAR_WEEKEND] = {"  ", "  ", SAY_FAINT, "周末", "weekend"},
    [CALENDAR_HOLIDAY] = {"休", "h ", SAY_BAD, "放假", "holiday"},
    [CALENDAR_MAKEUP] = {"班", "w ", SAY_WARN, "补班", "make-up workday"},
    [CALENDAR_OFF] = {"停", "x ", SAY_BAD, "单位停办", "closed"},
    [CALENDAR_SPECIAL] = {"特", "s ", SAY_NEWS, "特别安排", "special hours"},
};

/* Six columns a day: two for the number, two for the mark, two blank. */
static void print_day(const struct cli *cli, const struct calendar_day *day)
{
    const struct mark *mark = &marks[day->kind];
    printf("%s%2u%s%s  ", cli_colour_on(cli->colour, mark->colour), civil_date(day->day).day,
           cli_say(cli, mark->zh, mark->en), cli_colour_off(cli->colour, mark->colour));
}

/* "休 春节 2-15 .. 2-23" below the grid; days alike that follow each other are one line. */
static void print_remarks(const struct cli *cli, const struct calendar *calendar, int32_t first,
                          int32_t end)
{
    for (int32_t at = first; at < end;) {
        struct calendar_day day;
        struct calendar_day next;
        calendar_day_read(calendar, at, &day);
        int32_t last = at;
        for (; last + 1 < end; last++) {
            calendar_day_read(calendar, last + 1, &next);
            if (next.kind != day.kind || strcmp(next.name, day.name) != 0) {
                break;
            }
        }
        if (day.kind != CALENDAR_WORKDAY && day.kind != CALENDAR_WEEKEND) {
            const struct mark *mark = &marks[day.kind];
            char range[32];
            const unsigned from = civil_date(at).day;
            const unsigned until = civil_date(last).day;
            (void)snprintf(range, sizeof range, from == until ? "%u" : "%u-%u", from, until);
            printf("  %s%s%s%s%s: %s\n", cli_colour_on(cli->colour, mark->colour),
                   cli_say(cli, mark->word_zh, mark->word_en), day.name[0] == '\0' ? "" : " ",
                   day.name, cli_colour_off(cli->colour, mark->colour), range);
        }
        at = last + 1;
    }
}

/* Weeks begin on Monday, in both languages. */
static void print_month(const struct cli *cli, const struct calendar *calendar, int year,
                        unsigned month)
{
    CHECK(month >= 1);
    CHECK(month <= 12);
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    const int32_t first = civil_days(year, month, 1);
    const int32_t end = first + (int32_t)civil_month_days(year, month);
    if (cli->say.language == SAY_CHINESE) {
        printf("\n%s%d年%u月%s\n一    二    三    四    五    六    日\n",
               cli_colour_on(cli->colour, SAY_STRONG), year, month,
               cli_colour_off(cli->colour, SAY_STRONG));
    } else {
        printf("\n%s%s %d%s\nMo    Tu    We    Th    Fr    Sa    Su\n",
               cli_colour_on(cli->colour, SAY_STRONG), names[month - 1], year,
               cli_colour_off(cli->colour, SAY_STRONG));
    }
    printf("%*s", (int)civil_weekday(first) * 6, "");
    for (int32_t at = first; at < end; at++) {
        struct calendar_day day;
        calendar_day_read(calendar, at, &day);
        print_day(cli, &day);
        if (civil_weekday(at) == 6 || at + 1 == end) {
            putchar('\n');
        }
    }
    print_remarks(cli, calendar, first, end);
}

/* Minutes of the day; 24:00 stands for the end of it. */
static json_t *hours_json(const struct calendar_hours *hours)
{
    json_t *list = json_array();
    for (unsigned index = 0; index < hours->count; index++) {
        const unsigned from = hours->from[index];
        const unsigned until = hours->until[index];
        char text[32];
        (void)snprintf(text, sizeof text, "%02u:%02u-%02u:%02u", from / 60 % 100, from % 60,
                       until / 60 % 100, until % 60);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

static json_t *day_json(const struct calendar_day *day)
{
    char date[CIVIL_DATE_BYTES];
    json_t *object = json_object();
    civil_write(day->day, date);
    json_object_set_new(object, "date", json_string(date));
    json_object_set_new(object, "kind", json_string(calendar_day_kind_code(day->kind)));
    if (day->name[0] != '\0') {
        json_object_set_new(object, "name", json_string(day->name));
    }
    json_object_set_new(object, "working", json_boolean(day->working));
    json_object_set_new(object, "open_minutes", json_integer((json_int_t)(day->open_ms / 60000)));
    json_object_set_new(object, "hours", hours_json(&day->hours));
    return object;
}

struct total {
    unsigned working, off, makeup;
    uint64_t open_ms;
};

/* days: gets each day as JSON; NULL with the table for people. */
static struct total count_days(const struct calendar *calendar, int year, json_t *days)
{
    struct total total = {0};
    for (int32_t at = civil_days(year, 1, 1); at < civil_days(year + 1, 1, 1); at++) {
        struct calendar_day day;
        calendar_day_read(calendar, at, &day);
        total.working += day.working ? 1 : 0;
        total.off += day.kind == CALENDAR_HOLIDAY ? 1 : 0;
        total.makeup += day.kind == CALENDAR_MAKEUP ? 1 : 0;
        total.open_ms += day.open_ms;
        if (days != NULL) {
            json_array_append_new(days, day_json(&day));
        }
    }
    return total;
}

static int show_json(const struct cli *cli, const struct calendar *calendar, int year)
{
    json_t *object = json_object();
    json_t *days = json_array();
    const struct total total = count_days(calendar, year, days);
    json_object_set_new(object, "calendar", json_string(calendar->code));
    json_object_set_new(object, "year", json_integer(year));
    json_object_set_new(object, "known", json_boolean(calendar_year_known(calendar, year)));
    json_object_set_new(object, "working_days", json_integer(total.working));
    json_object_set_new(object, "holidays", json_integer(total.off));
    json_object_set_new(object, "makeup_days", json_integer(total.makeup));
    json_object_set_new(object, "open_minutes", json_integer((json_int_t)(total.open_ms / 60000)));
    json_object_set_new(object, "days", days);
    return cli_json_print(cli, object);
}

/* What is missing of a year, as words of one language; "" for nothing. */
static const char *missing_words(const struct cli *cli, const struct calendar *calendar, int year,
                                 struct holidays_missing *missing)
{
    bool given = false;
    holidays_missing_words(calendar_year_lacks(calendar, year, &given), missing);
    return cli_say(cli, missing->zh, missing->en);
}

/* On standard error, beside the answer: a term over an unknown year may change when the notice
 * comes. */
static void warn_unknown(const struct cli *cli, const struct calendar *calendar, int year)
{
    struct holidays_missing missing;
    if (!calendar_year_known(calendar, year)) {
        fprintf(
            stderr,
            cli_say(
                cli,
                "警告：%d 年的节假日还不完整，缺：%s；没有列出的日子按普通周计算；通知发布后请用 "
                "paidan calendar import\n",
                "warning: the holidays of %d are not all known, missing: %s; days that are "
                "not listed count as plain weeks until paidan calendar import\n"),
            year, missing_words(cli, calendar, year, &missing));
    }
}

static int show(struct cli *cli, const struct site *site)
{
    const struct calendar *calendar = NULL;
    uint64_t year = 0;
    int status = cli_calendar_find(cli, site, &calendar);
    if (status == CLI_EXIT_OK) {
        status =
            cli_number(cli, CLI_YEAR, 1971, 2199, (uint64_t)cli_calendar_year(calendar), &year);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (cli->json) {
        return show_json(cli, calendar, (int)year);
    }
    const struct total total = count_days(calendar, (int)year, NULL);
    printf(
        cli_say(cli, "日历 %s，%d 年：工作日 %u 天，放假 %u 天，补班 %u 天\n",
                "calendar %s, %d: %u working days, %u days off by decree, %u make-up workdays\n"),
        calendar->code, (int)year, total.working, total.off, total.makeup);
    for (unsigned month = 1; month <= 12; month++) {
        print_month(cli, calendar, (int)year, month);
    }
    warn_unknown(cli, calendar, (int)year);
    return CLI_EXIT_OK;
}

int cli_calendar_show(struct cli *cli)
{
    const struct site *site = NULL;
    struct site *loaded = NULL;
    int status = cli_calendar_site(cli, &site, &loaded);
    if (status == CLI_EXIT_OK) {
        status = show(cli, site);
    }
    site_free(loaded);
    return status;
}

/* ---- what is known ---- */

/* Years that any notice so far could be of. */
static json_t *known_json(const struct calendar *calendar, int year)
{
    json_t *list = json_array();
    for (int at = HOLIDAYS_YEAR_MIN; at <= year + 1; at++) {
        if (calendar_year_known(calendar, at)) {
            json_array_append_new(list, json_integer(at));
        }
    }
    return list;
}

/* A year that is looked at: this one and the next, and each of which only a part was imported or which
 * its file alone calls complete. */
static bool year_lacks(const struct calendar *calendar, int year, int now, bool *given,
                       struct holidays_missing *missing)
{
    holidays_missing_words(calendar_year_lacks(calendar, year, given), missing);
    return (*given || year == now || year == now + 1) && missing->count > 0;
}

/* What is missing of each year, and whether the year counts as known nevertheless. */
static json_t *missing_json(const struct calendar *calendar, int now)
{
    json_t *list = json_array();
    for (int year = HOLIDAYS_YEAR_MIN; year <= HOLIDAYS_YEAR_MAX; year++) {
        struct holidays_missing missing;
        bool given = false;
        if (year_lacks(calendar, year, now, &given, &missing)) {
            json_array_append_new(list, json_pack("{s:i, s:b, s:b, s:s, s:s}", "year", year, "part",
                                                  given ? 1 : 0, "known",
                                                  calendar_year_known(calendar, year) ? 1 : 0, "zh",
                                                  missing.zh, "en", missing.en));
        }
    }
    return list;
}

/* Also what is printed for people is made from this, so that both say the same. */
static json_t *calendar_json(const struct calendar *calendar)
{
    const int year = cli_calendar_year(calendar);
    const bool decree = !calendar_year_known(calendar, HOLIDAYS_YEAR_MAX + 1);
    json_t *object = json_object();
    json_t *unknown = json_array();
    json_object_set_new(object, "calendar", json_string(calendar->code));
    json_object_set_new(object, "follows_holidays", json_boolean(decree));
    json_object_set_new(object, "known_years", decree ? known_json(calendar, year) : json_array());
    for (int at = HOLIDAYS_YEAR_MIN; at <= HOLIDAYS_YEAR_MAX; at++) {
        struct holidays_missing missing;
        bool given = false;
        if (!calendar_year_known(calendar, at) &&
            year_lacks(calendar, at, year, &given, &missing)) {
            json_array_append_new(unknown, json_integer(at));
        }
    }
    json_object_set_new(object, "unknown_years", unknown);
    json_object_set_new(object, "missing", missing_json(calendar, year));
    return object;
}

static void print_years(const json_t *years)
{
    for (size_t index = 0; index < json_array_size(years); index++) {
        printf(" %d", (int)json_integer_value(json_array_get(years, index)));
    }
}

/* "  2027 年只有一部分，缺：清明节、补班日" */
static void print_missing(const struct cli *cli, const json_t *year)
{
    const bool known = json_is_true(json_object_get(year, "known"));
    const enum say_tone tone = known ? SAY_PLAIN : SAY_WARN;
    const char *words = json_string_value(json_object_get(year, cli_say(cli, "zh", "en")));
    printf("  %s", cli_colour_on(cli->colour, tone));
    const bool part = json_is_true(json_object_get(year, "part"));
    printf(cli_say(cli, "%d 年%s缺：%s%s", "%d %slacks: %s%s"),
           (int)json_integer_value(json_object_get(year, "year")),
           part ? cli_say(cli, "只有一部分，", "is there in part, ")
                : cli_say(cli, "没有数据，", "has no data, "),
           words,
           known ? cli_say(cli, "（文件声明已完整，按已知计算）",
                           " (its file says that it is complete, so it counts as known)")
                 : "");
    printf("%s\n", cli_colour_off(cli->colour, tone));
}

/* Once for all calendars: which years are to be imported. */
static void tell_unknown(const struct cli *cli, const json_t *list)
{
    bool some = false;
    for (size_t index = 0; index < json_array_size(list); index++) {
        const json_t *unknown = json_object_get(json_array_get(list, index), "unknown_years");
        some = some || json_array_size(unknown) > 0;
    }
    if (some) {
        cli_note(
            cli,
            "不完整的年份里，没有列出的日子按普通周计算；通知发布后请用 paidan calendar import",
            "days that are not listed count as plain weeks in the years that lack something; "
            "when the notice is out: paidan calendar import");
    }
}

static void print_calendar(const struct cli *cli, const struct calendar *calendar,
                           const json_t *object)
{
    const json_t *missing = json_object_get(object, "missing");
    if (!json_is_true(json_object_get(object, "follows_holidays"))) {
        printf(cli_say(cli, "%s：不随节假日\n", "%s: follows no holidays\n"), calendar->code);
        return;
    }
    printf(cli_say(cli, "%s：已有", "%s: known"), calendar->code);
    print_years(json_object_get(object, "known_years"));
    putchar('\n');
    for (size_t index = 0; index < json_array_size(missing); index++) {
        print_missing(cli, json_array_get(missing, index));
    }
}

int cli_calendar_check(struct cli *cli)
{
    const struct site *site = NULL;
    struct site *loaded = NULL;
    int status = cli_calendar_site(cli, &site, &loaded);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    json_t *list = json_array();
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        json_t *object = calendar_json(&site->calendars[index]);
        if (!cli->json) {
            print_calendar(cli, &site->calendars[index], object);
        }
        json_array_append_new(list, object);
    }
    if (cli->json) {
        json_t *root = json_object();
        json_object_set_new(root, "calendars", list);
        status = cli_json_print(cli, root);
    } else {
        tell_unknown(cli, list);
        json_decref(list);
    }
    site_free(loaded);
    return status;
}
