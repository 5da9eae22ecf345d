/* site_tables: the rows of each CSV file become areas, aliases, units, categories and duties.
 *
 * A row with a mistake is left out or taken in part, as it keeps what follows from it from being
 * told as a mistake too: an area of an unknown level still is an area that others may name. The
 * files are read each after those that it refers to, except parents, which may stand further down
 * in their own file and are looked for when all rows are known (site_check). */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_csv.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- cells ---- */

/* Whether the row's code, its first cell, cannot be used: malformed, or another row's. */
static bool code_taken(struct site_load *load, const struct site_table *table, const void *items,
                       size_t item_bytes, const struct site_csv_row *row)
{
    const char *code = row->cells[0];
    if (!site_code_valid(load, row->line, code)) {
        load->usable[load->file] = false; /* who names the code has made no mistake */
        return true;
    }
    if (site_table_find(table, items, item_bytes, code) != SITE_NONE) {
        site_say(load, row->line, SAY_CODE_DUPLICATE, code);
        return true;
    }
    return false;
}

static void copy_code(char to[CODE_BYTES_MAX + 1], const char *code)
{
    const size_t bytes = strlen(code);
    CHECK(bytes <= CODE_BYTES_MAX);
    memcpy(to, code, bytes + 1);
}

/* A name with a mistake stays empty. */
static void copy_name(struct site_load *load, uint32_t line, char to[NAME_BYTES_MAX + 1],
                      const char *name)
{
    if (site_name_valid(load, line, name)) {
        memcpy(to, name, strlen(name) + 1);
    }
}

/* An English name is a courtesy; where there is none the name stands for it. */
static void copy_name_en(struct site_load *load, uint32_t line, char to[NAME_BYTES_MAX + 1],
                         const char *name_en, const char *name)
{
    if (name_en[0] == '\0') {
        memcpy(to, name, strlen(name) + 1); /* looked at already */
    } else {
        copy_name(load, line, to, name_en);
    }
}

/* A parent is looked for when all rows are known; here it only must be a possible code. */
static bool keep_parent(struct site_load *load, struct site_parent **parents, uint32_t position,
                        uint32_t line, const char *code)
{
    CHECK(position < SITE_AREAS_MAX); /* more than there are categories */
    struct site_parent parent = {.line = line};
    if (code[0] != '\0' && site_code_valid(load, line, code)) {
        copy_code(parent.code, code);
    }
    if (!site_grow((void **)parents, position, sizeof **parents)) {
        load->no_memory = true;
        return false;
    }
    (*parents)[position] = parent;
    return true;
}

/* Codes that this row carries on. */
static void read_was(struct site_load *load, const struct site_csv_row *row, size_t column,
                     enum site_kind kind, uint32_t index)
{
    const struct site_heir heir = {.kind = kind, .file = load->file, .index = index};
    site_was_read(load, row->line, &heir, row->cells[column]);
}

/* ---- areas.csv ---- */

enum {
    AREA_CODE,
    AREA_NAME,
    AREA_LEVEL,
    AREA_PARENT,
    AREA_WAS,
    AREA_LAT,
    AREA_LON,
    AREA_RADIUS,
    AREA_OUTLINE,
    AREA_DATUM
};
static const struct site_csv_column area_columns[] = {
    [AREA_CODE] = {"code", "编码", true},        [AREA_NAME] = {"name", "名称", true},
    [AREA_LEVEL] = {"level", "层级", true},      [AREA_PARENT] = {"parent", "上级", true},
    [AREA_WAS] = {"was", "曾用编码", false},     [AREA_LAT] = {"lat", "纬度", false},
    [AREA_LON] = {"lon", "经度", false},         [AREA_RADIUS] = {"radius", "半径", false},
    [AREA_OUTLINE] = {"outline", "边界", false}, [AREA_DATUM] = {"datum", "坐标系", false}};

static void take_area(struct site_load *load, const struct site_csv_row *row)
{
    CHECK(load->site->area_count < SITE_AREAS_MAX); /* site_csv counts */
    struct site *site = load->site;
    struct site_area area = {.parent = SITE_NONE};
    if (code_taken(load, &site->index->areas, site->areas, sizeof area, row)) {
        return;
    }
    copy_code(area.code, row->cells[AREA_CODE]);
    copy_name(load, row->line, area.name, row->cells[AREA_NAME]);
    area.level = site_level_find(site, row->cells[AREA_LEVEL]);
    if (area.level == 0 && site->level_count > 0 &&
        !site_cell_explained(load, row->line, SITE_YAML, row->cells[AREA_LEVEL])) {
        site_say(load, row->line, SAY_AREA_LEVEL_UNKNOWN, site_shown(load, row->cells[AREA_LEVEL]));
    }
    const uint32_t position = site->area_count;
    if (!keep_parent(load, &load->area_parents, position, row->line, row->cells[AREA_PARENT])) {
        return;
    }
    if (!site_grow((void **)&site->areas, position, sizeof area)) {
        load->no_memory = true;
        return;
    }
    site->areas[position] = area;
    site->area_count++;
    if (!site_table_add(&site->index->areas, site->areas, sizeof area, position)) {
        load->no_memory = true;
    }
    const struct site_word_entry entry = {.target = position, .line = 0};
    site_words_add(load, &site->index->places, area.name, &entry);
    read_was(load, row, AREA_WAS, SITE_KIND_AREA, position);
    const struct site_shape_cells shape = {.lat = row->cells[AREA_LAT],
                                           .lon = row->cells[AREA_LON],
                                           .radius = row->cells[AREA_RADIUS],
                                           .outline = row->cells[AREA_OUTLINE],
                                           .datum = row->cells[AREA_DATUM]};
    site_shapes_read(load, row->line, position, &shape);
}

/* ---- aliases.csv ---- */

enum { ALIAS_TEXT, ALIAS_AREA };
static const struct site_csv_column alias_columns[] = {
    [ALIAS_TEXT] = {"alias", "别名", true}, [ALIAS_AREA] = {"area", "区域", true}};

/* Another name of an area; it stands for the area just as its own name does. */
static void take_alias(struct site_load *load, const struct site_csv_row *row)
{
    struct site *site = load->site;
    const char *code = row->cells[ALIAS_AREA];
    const uint32_t area = site_area_find(site, code);
    if (area == SITE_NONE && load->usable[SITE_AREAS]) {
        if (!site_cell_explained(load, row->line, SITE_AREAS, code)) {
            site_say(load, row->line, SAY_ALIAS_AREA_UNKNOWN, site_shown(load, code));
        }
        return;
    }
    if (area != SITE_NONE && site_name_valid(load, row->line, row->cells[ALIAS_TEXT])) {
        const struct site_word_entry entry = {.target = area, .line = row->line};
        site_words_add(load, &site->index->places, row->cells[ALIAS_TEXT], &entry);
    }
}

/* ---- units.csv ---- */

enum { UNIT_CODE, UNIT_NAME, UNIT_LEVEL, UNIT_AREA, UNIT_NAME_EN, UNIT_WAS };
static const struct site_csv_column unit_columns[] = {
    [UNIT_CODE] = {"code", "编码", true},          [UNIT_NAME] = {"name", "名称", true},
    [UNIT_LEVEL] = {"level", "层级", true},        [UNIT_AREA] = {"area", "区域", true},
    [UNIT_NAME_EN] = {"name_en", "英文名", false}, [UNIT_WAS] = {"was", "曾用编码", false}};

static void take_unit(struct site_load *load, const struct site_csv_row *row)
{
    CHECK(load->site->unit_count < SITE_UNITS_MAX);
    struct site *site = load->site;
    struct site_unit unit = {.area = SITE_NONE};
    if (code_taken(load, &site->index->units, site->units, sizeof unit, row)) {
        return;
    }
    const char *area = row->cells[UNIT_AREA];
    copy_code(unit.code, row->cells[UNIT_CODE]);
    copy_name(load, row->line, unit.name, row->cells[UNIT_NAME]);
    copy_name_en(load, row->line, unit.name_en, row->cells[UNIT_NAME_EN], unit.name);
    unit.level = site_level_find(site, row->cells[UNIT_LEVEL]);
    if (unit.level == 0 && site->level_count > 0 &&
        !site_cell_explained(load, row->line, SITE_YAML, row->cells[UNIT_LEVEL])) {
        site_say(load, row->line, SAY_UNIT_LEVEL_UNKNOWN, site_shown(load, row->cells[UNIT_LEVEL]));
    }
    if (area[0] != '\0') {
        unit.area = site_area_find(site, area);
        if (unit.area == SITE_NONE && load->usable[SITE_AREAS] &&
            !site_cell_explained(load, row->line, SITE_AREAS, area)) {
            site_say(load, row->line, SAY_UNIT_AREA_UNKNOWN, site_shown(load, area));
        }
    }
    if (!site_grow((void **)&site->units, site->unit_count, sizeof unit) ||
        !site_grow((void **)&load->unit_lines, site->unit_count, sizeof *load->unit_lines)) {
        load->no_memory = true;
        return;
    }
    load->unit_lines[site->unit_count] = row->line;
    site->units[site->unit_count++] = unit;
    if (!site_table_add(&site->index->units, site->units, sizeof unit, site->unit_count - 1)) {
        load->no_memory = true;
    }
    read_was(load, row, UNIT_WAS, SITE_KIND_UNIT, site->unit_count - 1);
}

/* ---- categories.csv ---- */

enum {
    CATEGORY_CODE,
    CATEGORY_NAME,
    CATEGORY_PARENT,
    CATEGORY_URGENCY,
    CATEGORY_START_LEVEL,
    CATEGORY_KEYWORDS,
    CATEGORY_EXCLUDE,
    CATEGORY_NAME_EN,
    CATEGORY_WAS
};
static const struct site_csv_column category_columns[] = {
    [CATEGORY_CODE] = {"code", "编码", true},
    [CATEGORY_NAME] = {"name", "名称", true},
    [CATEGORY_PARENT] = {"parent", "上级", true},
    [CATEGORY_URGENCY] = {"urgency", "紧急程度", true},
    [CATEGORY_START_LEVEL] = {"start_level", "起始层级", true},
    [CATEGORY_KEYWORDS] = {"keywords", "关键词", true},
    [CATEGORY_EXCLUDE] = {"exclude", "排除词", false},
    [CATEGORY_NAME_EN] = {"name_en", "英文名", false},
    [CATEGORY_WAS] = {"was", "曾用编码", false}};

/* Commas and semicolons are refused: "漏水,积水" would be one word that is found in no text. */
/* A blank between Chinese characters: in English it belongs to the word, here it separates words, or
 * nobody will ever write it. */
static bool blank_inside(const char *word)
{
    static const char *const blanks[] = {" ", "\t", "　", "/", "／"};
    for (size_t index = 0; index < COUNT(blanks); index++) {
        const size_t bytes = strlen(blanks[index]);
        const char *at = strstr(word, blanks[index]);
        if (at != NULL && at > word && at[bytes] != '\0' &&
            ((unsigned char)at[-1] >= 0x80 || (unsigned char)at[bytes] >= 0x80)) {
            return true;
        }
    }
    return false;
}

static void take_keyword(struct site_load *load, uint32_t line, char *word, void *context)
{
    const struct site_word_entry *entry = context;
    struct site_words *words = &load->site->index->keywords;
    CHECK(words->entry_count <= SITE_KEYWORDS_MAX);
    static const char *const wrong[] = {",", ";", "，", "、", "；"};
    for (size_t index = 0; index < COUNT(wrong); index++) {
        if (strstr(word, wrong[index]) != NULL) {
            site_say(load, line, SAY_KEYWORD_SEPARATOR, site_shown(load, word));
            return;
        }
    }
    if (blank_inside(word)) {
        site_warn(load, line, SAY_KEYWORD_BLANK, site_shown(load, word));
    }
    if (words->entry_count == SITE_KEYWORDS_MAX) {
        if (load->usable[SITE_CATEGORIES]) {
            site_say(load, line, SAY_KEYWORD_TOO_MANY, (unsigned)SITE_KEYWORDS_MAX);
            load->usable[SITE_CATEGORIES] = false;
        }
        return;
    }
    site_words_add(load, words, word, entry);
}

static void take_keywords(struct site_load *load, const struct site_csv_row *row, uint32_t category)
{
    struct site_word_entry entry = {.target = category, .line = row->line};
    const char *cells[] = {row->cells[CATEGORY_KEYWORDS], row->cells[CATEGORY_EXCLUDE]};
    for (size_t index = 0; index < COUNT(cells); index++) {
        if (site_cell_has_quote(cells[index])) { /* residents write the word without them */
            site_warn(load, row->line, SAY_QUOTE_WIDE, site_shown(load, cells[index]));
            break;
        }
    }
    site_parts(load, row->line, row->cells[CATEGORY_KEYWORDS], take_keyword, &entry);
    entry.exclude = true;
    site_parts(load, row->line, row->cells[CATEGORY_EXCLUDE], take_keyword, &entry);
}

/* Urgency and start level left empty come from the parent: site_check_categories. */
static void read_rank(struct site_load *load, const struct site_csv_row *row,
                      struct site_category *category)
{
    const char *urgency = row->cells[CATEGORY_URGENCY];
    const char *level = row->cells[CATEGORY_START_LEVEL];
    if (urgency[0] != '\0') {
        category->urgency = (Paidan__Urgency)site_urgency_of(urgency);
        if (category->urgency == 0) {
            site_say(load, row->line, SAY_URGENCY_UNKNOWN, site_shown(load, urgency));
        }
    }
    if (level[0] != '\0') {
        category->start_level = site_level_find(load->site, level);
        if (category->start_level == 0 && load->site->level_count > 0 &&
            !site_cell_explained(load, row->line, SITE_YAML, level)) {
            site_say(load, row->line, SAY_CATEGORY_LEVEL_UNKNOWN, site_shown(load, level));
        }
    }
}

static void take_category(struct site_load *load, const struct site_csv_row *row)
{
    CHECK(load->site->category_count < SITE_CATEGORIES_MAX);
    struct site *site = load->site;
    struct site_category category = {.parent = SITE_NONE};
    if (code_taken(load, &site->index->categories, site->categories, sizeof category, row)) {
        return;
    }
    const uint32_t position = site->category_count;
    copy_code(category.code, row->cells[CATEGORY_CODE]);
    copy_name(load, row->line, category.name, row->cells[CATEGORY_NAME]);
    copy_name_en(load, row->line, category.name_en, row->cells[CATEGORY_NAME_EN], category.name);
    read_rank(load, row, &category);
    if (!keep_parent(load, &load->category_parents, position, row->line,
                     row->cells[CATEGORY_PARENT])) {
        return;
    }
    if (!site_grow((void **)&site->categories, position, sizeof category)) {
        load->no_memory = true;
        return;
    }
    site->categories[position] = category;
    site->category_count++;
    if (!site_table_add(&site->index->categories, site->categories, sizeof category, position)) {
        load->no_memory = true;
        return;
    }
    take_keywords(load, row, position);
    read_was(load, row, CATEGORY_WAS, SITE_KIND_CATEGORY, position);
}

/* ---- matrix.csv ---- */

enum { MATRIX_CATEGORY, MATRIX_AREA, MATRIX_LEVEL, MATRIX_LEAD, MATRIX_ASSIST };
static const struct site_csv_column matrix_columns[] = {
    [MATRIX_CATEGORY] = {"category", "类别", true},
    [MATRIX_AREA] = {"area", "区域", true},
    [MATRIX_LEVEL] = {"level", "层级", true},
    [MATRIX_LEAD] = {"lead", "主办", true},
    [MATRIX_ASSIST] = {"assist", "协办", false}};

/* A unit that assists itself, or twice, would have two tasks of one matter. */
static void take_assist(struct site_load *load, uint32_t line, char *code, void *context)
{
    struct site_matrix_row *row = context;
    CHECK(row->assist_count <= SITE_ASSIST_MAX);
    const uint32_t unit = site_unit_find(load->site, code);
    if (unit == SITE_NONE) {
        if (load->usable[SITE_UNITS] && !site_cell_explained(load, line, SITE_UNITS, code)) {
            site_say(load, line, SAY_MATRIX_ASSIST_UNKNOWN, site_shown(load, code));
        }
        return;
    }
    bool twice = unit == row->lead;
    for (uint32_t index = 0; index < row->assist_count; index++) {
        twice |= row->assist[index] == unit;
    }
    if (twice) {
        site_say(load, line, SAY_MATRIX_ASSIST_TWICE, code);
    } else if (row->assist_count == SITE_ASSIST_MAX) {
        site_say(load, line, SAY_MATRIX_ASSIST_TOO_MANY, (unsigned)SITE_ASSIST_MAX);
    } else {
        row->assist[row->assist_count++] = unit;
    }
}

/* Which matters, where and on which level. */
static void read_scope(struct site_load *load, const struct site_csv_row *row,
                       struct site_matrix_row *duty)
{
    const struct site *site = load->site;
    const char *category = row->cells[MATRIX_CATEGORY];
    const char *area = row->cells[MATRIX_AREA];
    const char *level = row->cells[MATRIX_LEVEL];
    if (strcmp(category, "*") != 0) {
        duty->category = site_category_find(site, category);
        if (duty->category == SITE_NONE && load->usable[SITE_CATEGORIES] &&
            !site_cell_explained(load, row->line, SITE_CATEGORIES, category)) {
            site_say(load, row->line, SAY_MATRIX_CATEGORY_UNKNOWN, site_shown(load, category));
        }
    }
    if (strcmp(area, "*") != 0) {
        duty->area = site_area_find(site, area);
        if (duty->area == SITE_NONE && load->usable[SITE_AREAS] &&
            !site_cell_explained(load, row->line, SITE_AREAS, area)) {
            site_say(load, row->line, SAY_MATRIX_AREA_UNKNOWN, site_shown(load, area));
        }
    }
    duty->level = site_level_find(site, level);
    if (duty->level == 0 && site->level_count > 0 &&
        !site_cell_explained(load, row->line, SITE_YAML, level)) {
        site_say(load, row->line, SAY_MATRIX_LEVEL_UNKNOWN, site_shown(load, level));
    }
}

/* Names a category or an area that its own file, being unusable, could not tell. */
static bool scope_misread(const struct site_csv_row *row, const struct site_matrix_row *duty)
{
    return (duty->category == SITE_NONE && strcmp(row->cells[MATRIX_CATEGORY], "*") != 0) ||
           (duty->area == SITE_NONE && strcmp(row->cells[MATRIX_AREA], "*") != 0);
}

/* A ticket on a level is with a unit of that level, else raising it would not move it. */
static void read_lead(struct site_load *load, const struct site_csv_row *row,
                      struct site_matrix_row *duty)
{
    const struct site *site = load->site;
    const char *code = row->cells[MATRIX_LEAD];
    duty->lead = site_unit_find(site, code);
    if (duty->lead == SITE_NONE) {
        if (load->usable[SITE_UNITS] && !site_cell_explained(load, row->line, SITE_UNITS, code)) {
            site_say(load, row->line, SAY_MATRIX_LEAD_UNKNOWN, site_shown(load, code));
        }
        return;
    }
    const struct site_unit *unit = &site->units[duty->lead];
    if (unit->level != 0 && duty->level != 0 && unit->level != duty->level) {
        site_say(load, row->line, SAY_MATRIX_LEAD_LEVEL, unit->code,
                 site->levels[unit->level - 1].code, site->levels[duty->level - 1].code);
    }
}

static void take_matrix(struct site_load *load, const struct site_csv_row *row)
{
    struct site_index *index = load->site->index;
    CHECK(index->matrix_count < SITE_MATRIX_MAX);
    struct site_matrix_row duty = {.category = SITE_NONE, .area = SITE_NONE, .line = row->line};
    const uint32_t before = load->report->count;
    read_scope(load, row, &duty);
    read_lead(load, row, &duty);
    site_parts(load, row->line, row->cells[MATRIX_ASSIST], take_assist, &duty);
    const bool misread = scope_misread(row, &duty);
    if (load->report->count != before || misread || duty.lead == SITE_NONE || duty.level == 0) {
        return; /* not known well enough to be compared with others */
    }
    const uint32_t same = site_matrix_find(index, duty.category, duty.area, duty.level);
    if (same != SITE_NONE) {
        site_say(load, row->line, SAY_MATRIX_DUPLICATE, (unsigned)index->matrix[same].line);
        return;
    }
    if (!site_matrix_add(index, &duty)) {
        load->no_memory = true;
    }
}

/* ---- all files, each after those it refers to ---- */

void site_tables_read(struct site_load *load)
{
    static const struct site_csv_format formats[] = {
        {SITE_AREAS, area_columns, COUNT(area_columns), SITE_AREAS_MAX, take_area},
        {SITE_ALIASES, alias_columns, COUNT(alias_columns), SITE_ALIASES_MAX, take_alias},
        {SITE_UNITS, unit_columns, COUNT(unit_columns), SITE_UNITS_MAX, take_unit},
        {SITE_CATEGORIES, category_columns, COUNT(category_columns), SITE_CATEGORIES_MAX,
         take_category},
        {SITE_MATRIX, matrix_columns, COUNT(matrix_columns), SITE_MATRIX_MAX, take_matrix},
    };
    for (size_t index = 0; index < COUNT(formats) && !load->no_memory; index++) {
        site_csv_read(load, &formats[index]);
    }
}
