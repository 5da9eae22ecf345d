/* cli_units: counts per unit 承办单位统计, in the order that escalation gives them, with the rate
 * of returns 退单率 (returned of assigned). */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli_commands.h"
#include "cli_json.h"
#include "cli_print.h"

enum { PAGE_UNITS = 500, COLUMNS_MAX = 28, HEADER_BYTES = 96 };

/* Words for the names of counts; one that is not here is shown by its name. */
static const struct {
    const char *name, *zh, *en;
} words[] = {
    {"assigned", "派单", "assigned"},
    {"open", "未办结", "open"},
    {"accepted", "签收", "accepted"},
    {"resolved", "办结", "resolved"},
    {"closed", "结案", "closed"},
    {"returned", "退单", "returned"},
    {"returns_upheld", "退单成立", "upheld"},
    {"returned_upheld", "退单成立", "upheld"},
    {"late", "超时", "late"},
    {"exempt", "免计", "exempt"},
    {"appealed", "申诉", "appealed"},
    {"appeals", "申诉", "appeals"},
    {"yellow", "黄牌", "yellow"},
    {"card_yellow", "黄牌", "yellow"},
    {"red", "红牌", "red"},
    {"card_red", "红牌", "red"},
    {"cards", "牌", "cards"},
    {"cards_cancelled", "撤牌", "cancelled"},
    {"cancelled", "撤牌", "cancelled"},
    {"extensions", "延期", "extensions"},
    {"extended", "延期", "extended"},
    {"suspensions", "挂账", "suspended"},
    {"suspended", "挂账", "suspended"},
    {"raised", "上报", "raised"},
    {"reopened", "重办", "reopened"},
    {"urged", "催办", "urged"},
    {"supervised", "督办", "supervised"},
    {"assists", "协办", "assists"},
    {"assisted", "协办", "assisted"},
    {"assist_late", "协办超时", "assist late"},
};

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

static json_t *unit_json(struct cli *cli, const Paidan__UnitCount *unit)
{
    json_t *object = json_object();
    uint64_t per_mille = 0;
    json_object_set_new(object, "unit", json_string(unit->unit));
    json_object_set_new(object, "unit_name", json_string(cli_unit_name(cli, unit->unit)));
    for (size_t index = 0; index < unit->n_counts; index++) {
        json_object_set_new(object, unit->counts[index]->name,
                            json_integer((json_int_t)unit->counts[index]->value));
    }
    if (return_rate(unit, &per_mille)) {
        json_object_set_new(object, "return_rate", json_real((double)per_mille / 1000));
    }
    return object;
}

/* Headers of all counts of the first unit: every unit has the same. */
static size_t begin_grid(struct cli *cli, const Paidan__UnitCount *first, struct cli_grid *grid)
{
    static char texts[COLUMNS_MAX][HEADER_BYTES];
    const char *headers[COLUMNS_MAX + 4] = {"退单率|RETURNS"};
    size_t count = 1;
    for (size_t index = 0; index < first->n_counts && index < COLUMNS_MAX; index++) {
        const char *name = first->counts[index]->name, *zh = name, *en = name;
        for (size_t word = 0; word < sizeof words / sizeof words[0]; word++) {
            if (strcmp(words[word].name, name) == 0) {
                zh = words[word].zh;
                en = words[word].en;
            }
        }
        (void)snprintf(texts[index], sizeof texts[index], "%s|%s", zh, en);
        for (char *at = strchr(texts[index], '|'); *at != '\0'; at++) {
            *at = (char)toupper((unsigned char)*at);
        }
        headers[count] = texts[index];
        count++;
    }
    headers[count] = "承办单位|UNIT";
    headers[count + 1] = NULL;
    cli_grid_begin(grid, cli, headers);
    grid->right = (1u << count) - 1;
    return count - 1;
}

static enum cli_colour colour_of(const Paidan__Count *count)
{
    static const char *const bad[] = {"late", "red", "card_red", "assist_late", NULL};
    if (count->value == 0) {
        return CLI_DIM;
    }
    for (size_t index = 0; bad[index] != NULL; index++) {
        if (strcmp(count->name, bad[index]) == 0) {
            return CLI_RED;
        }
    }
    return strstr(count->name, "yellow") != NULL ? CLI_YELLOW : CLI_PLAIN;
}

static void print_units(struct cli *cli, const Paidan__UnitsCounted *page)
{
    struct cli_grid grid;
    const size_t columns = begin_grid(cli, page->units[0], &grid);
    for (size_t index = 0; index < page->n_units; index++) {
        const Paidan__UnitCount *unit = page->units[index];
        uint64_t per_mille = 0;
        if (return_rate(unit, &per_mille)) {
            cli_grid_add(&grid, per_mille >= 100 ? CLI_YELLOW : CLI_PLAIN, "%llu.%llu%%",
                         (unsigned long long)(per_mille / 10),
                         (unsigned long long)(per_mille % 10));
        } else {
            cli_grid_add(&grid, CLI_DIM, "-");
        }
        for (size_t column = 0; column < columns; column++) {
            const Paidan__Count *count = find_count(unit, page->units[0]->counts[column]->name);
            cli_grid_add(&grid, count == NULL ? CLI_DIM : colour_of(count), "%llu",
                         (unsigned long long)(count == NULL ? 0 : count->value));
        }
        cli_grid_add(&grid, CLI_PLAIN, "%s (%s)", cli_unit_name(cli, unit->unit), unit->unit);
    }
    cli_grid_end(&grid);
}

static int ask_page(struct cli *cli, Paidan__UnitCounts *wish, const Paidan__UnitsCounted **page)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_COUNTS;
    request.unit_counts = wish;
    int status = cli_ask(cli, "escalation", &request, &answer);
    if (status == CLI_EXIT_OK && answer->units_counted == NULL) {
        status = cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, "escalation");
    }
    *page = status == CLI_EXIT_OK ? answer->units_counted : NULL;
    return status;
}

static int units_end(struct cli *cli, json_t *units, uint64_t shown)
{
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "units", units);
        return cli_json_print(cli, object);
    }
    json_decref(units);
    if (shown == 0) {
        printf("%s\n", cli_say(cli, "还没有单位得到工单", "no unit has had a ticket"));
    }
    return CLI_EXIT_OK;
}

int cli_units(struct cli *cli)
{
    char after[CODE_BYTES_MAX + 1];
    json_t *units = json_array();
    uint64_t shown = 0;
    Paidan__UnitCounts wish = PAIDAN__UNIT_COUNTS__INIT;
    wish.unit = cli_text(cli, CLI_UNIT);
    wish.has_limit = 1;
    wish.limit = PAGE_UNITS;
    (void)cli_site(cli);
    for (;;) {
        const Paidan__UnitsCounted *page = NULL;
        const int status = ask_page(cli, &wish, &page);
        if (page == NULL) {
            json_decref(units);
            return status;
        }
        for (size_t index = 0; cli->json && index < page->n_units; index++) {
            json_array_append_new(units, unit_json(cli, page->units[index]));
        }
        if (!cli->json && page->n_units > 0) {
            print_units(cli, page);
        }
        shown += page->n_units;
        if (page->next == NULL || page->next[0] == '\0') {
            return units_end(cli, units, shown);
        }
        (void)snprintf(after, sizeof after, "%s", page->next);
        wish.after = after;
        arena_reset(&cli->arena);
    }
}
