/* cli_units: counts per unit 承办单位统计, in the order that archive gives them, with the rate
 * of returns 退单率 (returned of assigned). Archive reads what escalation did a little later, or much later
 * where it was away: up to which moment it has counted stands below. The names of counts come from the service: one that
 * this program does not know yet is shown by its name, in JSON as well. */

#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/counter.h"
#include "common/say/say_time.h"

enum { PAGE_UNITS = 500 };

/* Columns of the table: a count, or two as "118/3". Those without `always` are left out where every
 * unit has zero. */
static const struct column {
    const char *header, *count, *second;
    bool always;
} columns[] = {
    {"派单|ASSIGNED", "assigned", NULL, true},
    {"退单/成立|RETURNED/UPHELD", "returned", "returns_upheld", true},
    {"签收/超时|ACCEPTED/LATE", "accepted", "accepted_late", true},
    {"联系/超时|CONTACTED/LATE", "contacted", "contacted_late", false},
    {"办结/超时|SOLVED/LATE", "resolved", "resolved_late", true},
    {"重办|REOPENED", "reopened", NULL, false},
    {"超时升级|EXPIRED", "raised_expired", NULL, false},
    {"上报|RAISED", "raised_competence", NULL, false},
    {"黄牌|YELLOW", "cards_yellow", NULL, false},
    {"红牌|RED", "cards_red", NULL, false},
    {"撤牌|CANCELLED", "cards_cancelled", NULL, false},
    {"延期/不准|EXTENDED/REFUSED", "extended", "extensions_refused", false},
    {"挂账|SUSPENDED", "suspended", NULL, false},
    {"协办/超时|ASSISTS/LATE", "assists", "assists_late", false},
    {"免计|EXEMPT", "exempt", NULL, false},
    {"催办|URGED", "urged", NULL, false},
    {"督办|SUPERVISED", "supervised", NULL, false},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const Paidan__Count *find_count(const Paidan__UnitCount *unit, const char *name)
{
    for (size_t index = 0; index < unit->n_counts; index++) {
        if (strcmp(unit->counts[index]->name, name) == 0) {
            return unit->counts[index];
        }
    }
    return NULL;
}

/* Parts of a thousand; false: nothing was assigned, or these are not counted. */
static bool return_rate(const Paidan__UnitCount *unit, uint64_t *per_mille)
{
    const Paidan__Count *assigned = find_count(unit, "assigned");
    const Paidan__Count *returned = find_count(unit, "returned");
    if (assigned == NULL || returned == NULL || assigned->value == 0) {
        return false;
    }
    *per_mille = (returned->value * 1000 + assigned->value / 2) / assigned->value;
    return true;
}

/* Counts by their names at the top of the object; the rate only where something was assigned. */
static json_t *unit_json(struct cli *cli, const Paidan__UnitCount *unit)
{
    json_t *object = json_object();
    uint64_t per_mille = 0;
    json_object_set_new(object, "unit", json_string(unit->unit));
    json_object_set_new(object, "unit_name", json_string(say_unit(cli_speak(cli), unit->unit)));
    for (size_t index = 0; index < unit->n_counts; index++) {
        json_object_set_new(object, unit->counts[index]->name,
                            json_integer((json_int_t)unit->counts[index]->value));
    }
    if (return_rate(unit, &per_mille)) {
        json_object_set_new(object, "return_rate", json_real((double)per_mille / 1000));
    }
    return object;
}

static uint64_t value_of(const Paidan__UnitCount *unit, const char *name)
{
    const Paidan__Count *count = name == NULL ? NULL : find_count(unit, name);
    return count == NULL ? 0 : count->value;
}

/* A column of zeroes is noise on a screen; --json has them all. */
static bool is_shown(const Paidan__UnitsCounted *page, const struct column *column)
{
    CHECK(column->count != NULL);
    bool shown = column->always;
    for (size_t index = 0; index < page->n_units && !shown; index++) {
        shown = value_of(page->units[index], column->count) > 0 ||
                value_of(page->units[index], column->second) > 0;
    }
    return shown;
}

/* Lateness and red cards are red, yellow cards yellow, nothing is dim. */
static enum say_tone colour_of(const char *name, uint64_t value)
{
    if (value == 0) {
        return SAY_FAINT;
    }
    return strstr(name, "late") != NULL || strcmp(name, "cards_red") == 0 ? SAY_BAD
           : strcmp(name, "cards_yellow") == 0                            ? SAY_WARN
                                                                          : SAY_PLAIN;
}

/* One digit behind the point; "-" where nothing was assigned, as 0% would be praise. */
static void rate_words(const Paidan__UnitCount *unit, char *text, size_t size)
{
    uint64_t per_mille = 0;
    if (return_rate(unit, &per_mille)) {
        (void)snprintf(text, size, "%llu.%llu%%", (unsigned long long)(per_mille / 10),
                       (unsigned long long)(per_mille % 10));
    } else {
        (void)snprintf(text, size, "-");
    }
}

/* Two numbers in a cell take the colour of the bad one. */
static void add_cell(struct cli_grid *grid, const Paidan__UnitCount *unit,
                     const struct column *column)
{
    const uint64_t first = value_of(unit, column->count);
    const uint64_t second = value_of(unit, column->second);
    if (column->second == NULL) {
        cli_grid_add(grid, colour_of(column->count, first), "%llu", (unsigned long long)first);
        return;
    }
    const enum say_tone colour =
        second > 0 ? colour_of(column->second, second) : colour_of(column->count, first);
    cli_grid_add(grid, colour, "%llu/%llu", (unsigned long long)first, (unsigned long long)second);
}

/* Columns that are all zero are left out, so the header is made from the page. */
static void print_table(struct cli *cli, const Paidan__UnitsCounted *page)
{
    struct cli_column shown[COLUMNS + 3] = {{.title = "承办单位|UNIT", .floor = 12},
                                            {.title = "退单率|RETURNS", .right = true}};
    struct cli_grid grid;
    size_t count = 2;
    for (size_t column = 0; column < COLUMNS; column++) {
        if (is_shown(page, &columns[column])) {
            /* From the right, as the seldom ones stand there. */
            shown[count] = (struct cli_column){
                .title = columns[column].header, .rank = (unsigned)count, .right = true};
            count++;
        }
    }
    cli_grid_begin(&grid, cli, shown);
    for (size_t index = 0; index < page->n_units; index++) {
        const Paidan__UnitCount *unit = page->units[index];
        char rate[32];
        rate_words(unit, rate, sizeof rate);
        cli_grid_add(&grid, SAY_STRONG, "%s", say_unit(cli_speak(cli), unit->unit));
        cli_grid_add(&grid, SAY_PLAIN, "%s", rate);
        for (size_t column = 0; column < COLUMNS; column++) {
            if (is_shown(page, &columns[column])) {
                add_cell(&grid, unit, &columns[column]);
            }
        }
    }
    cli_grid_end(&grid);
}

/* Every count of one unit, a line each. */
static void print_one(struct cli *cli, const Paidan__UnitCount *unit)
{
    static const struct cli_column headers[] = {{.title = "承办单位|UNIT", .floor = 12},
                                                {.title = "数|COUNT", .right = true},
                                                {.title = NULL}};
    struct cli_grid grid;
    char rate[32];
    rate_words(unit, rate, sizeof rate);
    cli_grid_begin(&grid, cli, headers);
    cli_grid_add(&grid, SAY_STRONG, "%s (%s)", say_unit(cli_speak(cli), unit->unit), unit->unit);
    cli_grid_add(&grid, SAY_PLAIN, "%s", "");
    for (size_t index = 0; index < unit->n_counts; index++) {
        const Paidan__Count *count = unit->counts[index];
        const struct counter_unit_word *word = counter_unit_word(count->name);
        cli_grid_add(&grid, SAY_PLAIN, "%s",
                     word == NULL ? count->name : cli_say(cli, word->zh, word->en));
        cli_grid_add(&grid, colour_of(count->name, count->value), "%llu",
                     (unsigned long long)count->value);
    }
    cli_grid_add(&grid, SAY_PLAIN, "%s", cli_say(cli, "退单率", "rate of returns"));
    cli_grid_add(&grid, SAY_PLAIN, "%s", rate);
    cli_grid_end(&grid);
}

static void print_units(struct cli *cli, const Paidan__UnitsCounted *page)
{
    if (cli_given(cli, CLI_UNIT) && page->n_units == 1) {
        print_one(cli, page->units[0]);
    } else {
        print_table(cli, page);
    }
}

/* as_of: of the last page, for it counts furthest; 0: nothing is counted yet. */
static int units_end(struct cli *cli, json_t *units, uint64_t shown, uint64_t as_of_ms)
{
    char when[SAY_TIME_BYTES];
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "units", units);
        if (as_of_ms != 0) {
            json_object_set_new(object, "as_of_ms", json_integer((json_int_t)as_of_ms));
        }
        return cli_json_print(cli, object);
    }
    json_decref(units);
    if (shown == 0) {
        printf("%s\n", cli_say(cli, "还没有单位得到工单", "no unit has had a ticket"));
    } else if (as_of_ms != 0) {
        say_time_exact(cli_speak(cli), as_of_ms, when);
        printf(cli_say(cli, "统计到 %s 的督办记录\n", "as of what escalation did at %s\n"), when);
    }
    return CLI_EXIT_OK;
}

int cli_units(struct cli *cli)
{
    if (cli_given(cli, CLI_LIST)) {
        return cli_names_list(cli);
    }
    char after[CODE_BYTES_MAX + 1];
    json_t *units = json_array();
    uint64_t shown = 0, as_of_ms = 0;
    Paidan__UnitCounts wish = PAIDAN__UNIT_COUNTS__INIT;
    wish.unit = cli_text(cli, CLI_UNIT);
    wish.has_limit = 1;
    wish.limit = PAGE_UNITS;
    (void)cli_site(cli);
    for (;;) {
        Paidan__Answer *answer = NULL;
        const int status = cli_ask(cli, "archive", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            json_decref(units);
            return status;
        }
        const Paidan__UnitsCounted *page = answer->units_counted;
        for (size_t index = 0; cli->json && index < page->n_units; index++) {
            json_array_append_new(units, unit_json(cli, page->units[index]));
        }
        if (!cli->json && page->n_units > 0) {
            print_units(cli, page);
        }
        shown += page->n_units;
        as_of_ms = page->has_as_of_ms ? page->as_of_ms : 0;
        if (page->next == NULL || page->next[0] == '\0') {
            return units_end(cli, units, shown, as_of_ms);
        }
        (void)snprintf(after, sizeof after, "%s", page->next);
        wish.after = after;
        arena_reset(&cli->arena);
    }
}
