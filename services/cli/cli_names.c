/* cli_names: codes and names of the site. People know 安居物业, services know pm-anju; whoever types
 * either is understood, and a name that is two things is never guessed at. Every table of the site
 * is seen through one struct, so that reading, listing and completing cannot differ. What must stay
 * true: what is sent to a service is a code, or what was typed. */

#include "cli_names.h"

#include <stdio.h>
#include <string.h>

#include "cli_calendar.h"
#include "cli_commands.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_parse.h"
#include "common/base/check.h"
#include "common/say/say_words.h"

enum { NEAR_MAX = 5, NEAR_DISTANCE_MAX = 2, PAIR_BYTES = 6 /* two Chinese characters */ };

/* One row of any table. */
struct named {
    const char *code, *name, *name_en; /* name_en: "" without one */
    const char *within;                /* name of the parent or the area; "" at the root */
};

static const char *area_name(const struct site *site, uint32_t area)
{
    return area == SITE_NONE ? "" : site->areas[area].name;
}

static uint32_t count_of(const struct site *site, enum cli_names table)
{
    switch (table) {
    case CLI_NAMES_UNITS:
        return site->unit_count;
    case CLI_NAMES_AREAS:
        return site->area_count;
    case CLI_NAMES_CATEGORIES:
        return site->category_count;
    case CLI_NAMES_CHANNELS:
        return site->channel_count;
    case CLI_NAMES_NONE:
        break;
    }
    return 0;
}

static struct named row_of(const struct site *site, enum cli_names table, uint32_t index)
{
    CHECK(index < count_of(site, table));
    if (table == CLI_NAMES_UNITS) {
        const struct site_unit *unit = &site->units[index];
        return (struct named){unit->code, unit->name, unit->name_en, area_name(site, unit->area)};
    }
    if (table == CLI_NAMES_AREAS) {
        const struct site_area *area = &site->areas[index];
        return (struct named){area->code, area->name, "", area_name(site, area->parent)};
    }
    if (table == CLI_NAMES_CATEGORIES) {
        const struct site_category *category = &site->categories[index];
        return (struct named){
            category->code, category->name, category->name_en,
            category->parent == SITE_NONE ? "" : site->categories[category->parent].name};
    }
    const struct site_channel *channel = &site->channels[index];
    return (struct named){channel->code, channel->name, channel->name_en, ""};
}

/* ---- reading ---- */

/* "pm-anju 安居物业（阳光社区）" behind the ones before it. */
static void add_named(const struct cli *cli, const struct named *row, char *text, size_t size)
{
    char word[3 * NAME_BYTES_MAX];
    (void)snprintf(word, sizeof word, "%s %s%s%s%s", row->code,
                   cli->say.language == SAY_ENGLISH && row->name_en[0] != '\0' ? row->name_en
                                                                               : row->name,
                   row->within[0] == '\0' ? "" : cli_say(cli, "（", " ("), row->within,
                   row->within[0] == '\0' ? "" : cli_say(cli, "）", ")"));
    say_add(text, size, cli_say(cli, "、", ", "), word);
}

/* They share two Chinese characters in a row, or one is part of the other. */
static bool alike(const char *typed, const char *name)
{
    if (name[0] == '\0' || strstr(name, typed) != NULL || strstr(typed, name) != NULL) {
        return name[0] != '\0';
    }
    const size_t bytes = strlen(typed);
    for (size_t at = 0; at + PAIR_BYTES <= bytes; at++) {
        char pair[PAIR_BYTES + 1] = "";
        memcpy(pair, typed + at, PAIR_BYTES);
        if ((unsigned char)pair[0] >= 0xe0 && (unsigned char)pair[3] >= 0xe0 &&
            strstr(name, pair) != NULL) {
            return true;
        }
    }
    return false;
}

/* What may have been meant, at most NEAR_MAX. */
static void find_near(const struct cli *cli, const struct site *site, enum cli_names table,
                      const char *typed, char *text, size_t size)
{
    unsigned found = 0;
    text[0] = '\0';
    for (uint32_t index = 0; index < count_of(site, table) && found < NEAR_MAX; index++) {
        const struct named row = row_of(site, table, index);
        if (alike(typed, row.name) || alike(typed, row.name_en) ||
            cli_parse_distance(typed, row.code) <= NEAR_DISTANCE_MAX) {
            add_named(cli, &row, text, size);
            found++;
        }
    }
}

static bool looks_like_code(const char *typed)
{
    return typed[0] != '\0' &&
           strspn(typed, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == strlen(typed);
}

static Paidan__Code unknown_code(enum cli_names table)
{
    return table == CLI_NAMES_UNITS        ? PAIDAN__CODE__UNIT_UNKNOWN
           : table == CLI_NAMES_AREAS      ? PAIDAN__CODE__AREA_UNKNOWN
           : table == CLI_NAMES_CATEGORIES ? PAIDAN__CODE__CATEGORY_UNKNOWN
                                           : PAIDAN__CODE__CHANNEL_UNKNOWN;
}

/* Of several of that name: which, so that one can be typed by its code. */
static int refuse_several(const struct cli *cli, const struct site *site, enum cli_names table,
                          const char *typed)
{
    char detail[1024] = "";
    for (uint32_t index = 0; index < count_of(site, table); index++) {
        const struct named row = row_of(site, table, index);
        if (strcmp(row.name, typed) == 0 || strcmp(row.name_en, typed) == 0) {
            add_named(cli, &row, detail, sizeof detail - 1);
        }
    }
    return cli_refuse_as(cli, unknown_code(table), "这个名称不止一个，请写代码。",
                         "Several have that name; give the code.", detail);
}

/* One option's value. Codes go first: a name that is another's code means the code. */
static int resolve(struct cli *cli, const struct site *site, enum cli_names table,
                   const char **value)
{
    const char *typed = *value, *code = NULL;
    unsigned found = 0;
    for (uint32_t index = 0; index < count_of(site, table); index++) {
        const struct named row = row_of(site, table, index);
        if (strcmp(row.code, typed) == 0) {
            return CLI_EXIT_OK;
        }
        if (strcmp(row.name, typed) == 0 ||
            (row.name_en[0] != '\0' && strcmp(row.name_en, typed) == 0)) {
            code = row.code;
            found++;
        }
    }
    if (found == 1) {
        *value = code;
        return CLI_EXIT_OK;
    }
    if (found > 1) {
        return refuse_several(cli, site, table, typed);
    }
    find_near(cli, site, table, typed, cli->near, sizeof cli->near);
    /* A unit that a site edit removed is known to the services as long as it has tickets. */
    if (looks_like_code(typed)) {
        return CLI_EXIT_OK;
    }
    return cli_refuse(cli, unknown_code(table), typed);
}

int cli_names_code(struct cli *cli, enum cli_names table, const char **typed)
{
    const struct site *site = cli_site(cli);
    CHECK(table != CLI_NAMES_NONE);
    return site == NULL ? CLI_EXIT_OK : resolve(cli, site, table, typed);
}

/* A service by its Chinese name; else what was typed. */
static const char *service_of(const char *typed)
{
    static const char *const words[CLI_SERVICES] = {"受理", "分拨", "督办", "回访", "门禁", "归档"};
    for (unsigned index = 0; index < CLI_SERVICES; index++) {
        if (strcmp(words[index], typed) == 0) {
            return cli_services[index];
        }
    }
    return typed;
}

/* `--service 督办`, `log dump 受理`. The list of operands is cli_parse's own copy. */
static void resolve_services(struct cli *cli)
{
    if (cli_given(cli, CLI_FOLLOWER_SERVICE)) {
        cli->values[CLI_FOLLOWER_SERVICE] = service_of(cli->values[CLI_FOLLOWER_SERVICE]);
    }
    if (strstr(cli->command->operands, "SERVICE") != NULL && cli->operand_count > 0) {
        const char **first = (const char **)(uintptr_t)cli->operands;
        *first = service_of(*first);
    }
}

int cli_names_resolve(struct cli *cli)
{
    CHECK(cli->command != NULL);
    /* There --unit is what a term is counted in. */
    if (cli->command->run == cli_calendar_due) {
        return CLI_EXIT_OK;
    }
    resolve_services(cli);
    int status = CLI_EXIT_OK;
    for (int option = 0; option < CLI_OPTION_COUNT && status == CLI_EXIT_OK; option++) {
        if (cli->values[option] == NULL || cli_options[option].names == CLI_NAMES_NONE) {
            continue;
        }
        const struct site *site = cli_site(cli);
        if (site != NULL) {
            status = resolve(cli, site, cli_options[option].names, &cli->values[option]);
        }
    }
    return status;
}

/* ---- listing ---- */

static const struct {
    const char *word;
    enum cli_names table;
} tables[] = {{"units", CLI_NAMES_UNITS},
              {"areas", CLI_NAMES_AREAS},
              {"categories", CLI_NAMES_CATEGORIES},
              {"channels", CLI_NAMES_CHANNELS}};

static enum cli_names table_of(const char *word)
{
    for (size_t index = 0; index < sizeof tables / sizeof tables[0]; index++) {
        if (strcmp(tables[index].word, word) == 0) {
            return tables[index].table;
        }
    }
    return CLI_NAMES_NONE;
}

bool cli_names_is_table(const char *word)
{
    return table_of(word) != CLI_NAMES_NONE;
}

/* What stands beside code and name: its level, and what it lies in. 0: it has no level. */
static uint32_t level_of(const struct site *site, enum cli_names table, uint32_t index)
{
    return table == CLI_NAMES_UNITS        ? site->units[index].level
           : table == CLI_NAMES_AREAS      ? site->areas[index].level
           : table == CLI_NAMES_CATEGORIES ? site->categories[index].start_level
                                           : 0;
}

/* Code of the parent, of a unit's area, of the channel that is asked; NULL: none. */
static const char *parent_of(const struct site *site, enum cli_names table, uint32_t index)
{
    const uint32_t area = table == CLI_NAMES_UNITS   ? site->units[index].area
                          : table == CLI_NAMES_AREAS ? site->areas[index].parent
                                                     : SITE_NONE;
    if (area != SITE_NONE) {
        return site->areas[area].code;
    }
    if (table == CLI_NAMES_CATEGORIES && site->categories[index].parent != SITE_NONE) {
        return site->categories[site->categories[index].parent].code;
    }
    return table == CLI_NAMES_CHANNELS ? site->channels[index].callback : NULL;
}

static json_t *row_json(const struct say *say, enum cli_names table, uint32_t index)
{
    const struct site *site = say->site;
    const struct named row = row_of(site, table, index);
    const char *parent = parent_of(site, table, index);
    const uint32_t level = level_of(site, table, index);
    json_t *object = json_pack("{s:s, s:s}", "code", row.code, "name", row.name);
    char token[SAY_WORDS_TOKEN_BYTES];
    if (row.name_en[0] != '\0') {
        json_object_set_new(object, "name_en", json_string(row.name_en));
    }
    if (level != 0) {
        json_object_set_new(object, "level", json_integer(level));
        json_object_set_new(object, "level_name", json_string(say_level(say, level)));
    }
    if (parent != NULL) {
        json_object_set_new(object,
                            table == CLI_NAMES_UNITS      ? "area"
                            : table == CLI_NAMES_CHANNELS ? "callback"
                                                          : "parent",
                            json_string(parent));
    }
    if (table == CLI_NAMES_CATEGORIES) {
        json_object_set_new(
            object, "urgency",
            json_string(say_words_token(&paidan__urgency__descriptor,
                                        (int)site->categories[index].urgency, token)));
    }
    return object;
}

/* "阳光社区 (yangguang)", by which the reader finds the row above. */
static void add_parent(struct cli_grid *grid, const struct say *say, enum cli_names table,
                       uint32_t index)
{
    const char *parent = parent_of(say->site, table, index);
    const char *name = parent == NULL                  ? ""
                       : table == CLI_NAMES_CATEGORIES ? say_category(say, parent)
                       : table == CLI_NAMES_CHANNELS   ? say_channel(say, parent)
                                                       : say_area(say, parent);
    cli_grid_add(grid, SAY_PLAIN, parent == NULL ? "%s%s" : "%s (%s)", name,
                 parent == NULL ? "" : parent);
}

static void print_table(struct cli *cli, const struct say *say, enum cli_names table)
{
    static const struct cli_column units[] = {{.title = "代码|CODE"},
                                              {.title = "名称|NAME", .floor = 16},
                                              {.title = "层级|LEVEL", .rank = 1},
                                              {.title = "区域|AREA", .floor = 10, .rank = 2},
                                              {.title = NULL}};
    static const struct cli_column areas[] = {{.title = "代码|CODE"},
                                              {.title = "名称|NAME", .floor = 16},
                                              {.title = "层级|LEVEL", .rank = 1},
                                              {.title = "上级|PARENT", .floor = 10, .rank = 2},
                                              {.title = NULL}};
    static const struct cli_column categories[] = {{.title = "代码|CODE"},
                                                   {.title = "名称|NAME", .floor = 16},
                                                   {.title = "起始层级|LEVEL", .rank = 1},
                                                   {.title = "上级|PARENT", .floor = 10, .rank = 3},
                                                   {.title = "紧急程度|URGENCY", .rank = 2},
                                                   {.title = NULL}};
    static const struct cli_column channels[] = {{.title = "代码|CODE"},
                                                 {.title = "名称|NAME", .floor = 16},
                                                 {.title = "回访渠道|CALLBACK"},
                                                 {.title = NULL}};
    const struct site *site = say->site;
    struct cli_grid grid;
    cli_grid_begin(&grid, cli,
                   table == CLI_NAMES_UNITS        ? units
                   : table == CLI_NAMES_AREAS      ? areas
                   : table == CLI_NAMES_CATEGORIES ? categories
                                                   : channels);
    for (uint32_t index = 0; index < count_of(site, table); index++) {
        const struct named row = row_of(site, table, index);
        const uint32_t level = level_of(site, table, index);
        cli_grid_add(&grid, SAY_STRONG, "%s", row.code);
        cli_grid_add(&grid, SAY_PLAIN, "%s",
                     say->language == SAY_ENGLISH && row.name_en[0] != '\0' ? row.name_en
                                                                            : row.name);
        if (table != CLI_NAMES_CHANNELS) {
            cli_grid_add(&grid, SAY_PLAIN, "%s", level == 0 ? "" : say_level(say, level));
        }
        add_parent(&grid, say, table, index);
        if (table == CLI_NAMES_CATEGORIES) {
            cli_grid_add(&grid, SAY_PLAIN, "%s",
                         say_words_urgency(say, site->categories[index].urgency));
        }
    }
    cli_grid_end(&grid);
}

int cli_names_list(struct cli *cli)
{
    const enum cli_names table = table_of(cli->command->name);
    const struct site *site = NULL;
    struct site *loaded = NULL;
    CHECK(table != CLI_NAMES_NONE);
    int status = cli_calendar_site(cli, &site, &loaded);
    if (status == CLI_EXIT_OK) {
        const struct say say = {.language = cli->say.language, .site = site};
        if (cli->json) {
            json_t *object = json_object(), *list = json_array();
            for (uint32_t index = 0; index < count_of(site, table); index++) {
                json_array_append_new(list, row_json(&say, table, index));
            }
            json_object_set_new(object, cli->command->name, list);
            status = cli_json_print(cli, object);
        } else {
            print_table(cli, &say, table);
        }
    }
    site_free(loaded);
    return status;
}

int cli_names_complete(struct cli *cli, const char *word)
{
    const enum cli_names table = table_of(word);
    const struct site *site = cli_site(cli);
    CHECK(table != CLI_NAMES_NONE);
    /* Nobody reads what a completion has to say: without an instance there is nothing to offer. */
    for (uint32_t index = 0; site != NULL && index < count_of(site, table); index++) {
        const struct named row = row_of(site, table, index);
        printf("%s\n%s\n", row.code, row.name);
        if (row.name_en[0] != '\0') {
            printf("%s\n", row.name_en);
        }
    }
    return CLI_EXIT_OK;
}
