/* demo_script: the scripted day, the manners of the units and the sentences of the clerks. */
#include "demo_script.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "demo_table.h"

#define ARENA_BYTES (48u << 20) /* three files of at most 4 MiB, their cells and their tables */

static const char *const note_names[DEMO_NOTE_KIND_COUNT] = {
    "contact", "progress", "resolve", "return", "raise", "rule", "unsolved", "chase"};

/* ---- words ------------------------------------------------------------------------------------
 */

/* Digits, at most 4. NULL: there are none, or more. */
static const char *digits_read(const char *text, uint64_t *value)
{
    uint64_t sum = 0;
    unsigned count = 0;
    for (; *text >= '0' && *text <= '9'; text++, count++) {
        sum = sum * 10 + (uint64_t)(*text - '0');
    }
    if (count == 0 || count > 4) {
        return NULL;
    }
    *value = sum;
    return text;
}

enum rc demo_script_span(const char *text, uint64_t *span_ms)
{
    uint64_t value = 0, sum = 0;
    do {
        text = digits_read(text, &value);
        if (text == NULL || (*text != 'h' && *text != 'm')) {
            return RC_INVALID;
        }
        sum += value * DEMO_MINUTE_MS * (*text == 'h' ? 60u : 1u);
        text++;
    } while (*text != '\0');
    *span_ms = sum;
    return RC_OK;
}

enum rc demo_script_time(const char *text, uint64_t *at_ms)
{
    uint64_t hours = 0, minutes = 0;
    const char *at = digits_read(text, &hours);
    if (at == NULL || at - text != 2 || *at != ':') {
        return RC_INVALID;
    }
    const char *end = digits_read(at + 1, &minutes);
    if (end == NULL || end - at != 3 || *end != '\0' || minutes > 59 ||
        hours * 60 + minutes > 24u * 60u) {
        return RC_INVALID;
    }
    *at_ms = (hours * 60 + minutes) * DEMO_MINUTE_MS;
    return RC_OK;
}

/* "20m-1h". */
static enum rc span_pair(char *text, struct demo_span *span)
{
    char *dash = strchr(text, '-');
    if (dash == NULL) {
        return RC_INVALID;
    }
    *dash = '\0';
    if (demo_script_span(text, &span->min_ms) != RC_OK ||
        demo_script_span(dash + 1, &span->max_ms) != RC_OK || span->min_ms > span->max_ms) {
        return RC_INVALID;
    }
    return RC_OK;
}

/* "07:30-21:30". */
static enum rc hours_read(char *text, uint64_t *from_ms, uint64_t *until_ms)
{
    char *dash = strchr(text, '-');
    if (dash == NULL) {
        return RC_INVALID;
    }
    *dash = '\0';
    if (demo_script_time(text, from_ms) != RC_OK || demo_script_time(dash + 1, until_ms) != RC_OK ||
        *from_ms == *until_ms) {
        return RC_INVALID;
    }
    return RC_OK;
}

static enum rc percent_read(const char *text, uint32_t *percent)
{
    uint64_t value = 0;
    const char *end = digits_read(text, &value);
    if (end == NULL || *end != '\0' || value > 100) {
        return RC_INVALID;
    }
    *percent = (uint32_t)value;
    return RC_OK;
}

/* NULL for an empty cell. */
static const char *cell_or_null(const char *cell)
{
    return *cell == '\0' ? NULL : cell;
}

/* ---- day.tsv ----------------------------------------------------------------------------------
 */

/* "no:fair". */
static enum rc reply_read(const char *word, struct demo_row *row)
{
    static const struct {
        const char *word;
        struct demo_reply reply;
    } replies[] = {
        {"yes:yes", {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES}},
        {"yes:fair", {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_FAIR}},
        {"yes:no", {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_NO}},
        {"partly:yes", {PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_YES}},
        {"partly:fair", {PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_FAIR}},
        {"partly:no", {PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_NO}},
        {"no:yes", {PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_YES}},
        {"no:fair", {PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_FAIR}},
        {"no:no", {PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO}},
    };
    if (row->reply_count == DEMO_REPLIES_MAX) {
        return RC_INVALID;
    }
    for (size_t index = 0; index < sizeof replies / sizeof replies[0]; index++) {
        if (strcmp(word, replies[index].word) == 0) {
            row->replies[row->reply_count++] = replies[index].reply;
            return RC_OK;
        }
    }
    return RC_INVALID;
}

/* "chase+2h", "withdraw+1h", "supplement+30m:text". Cuts up the word; the text of a supplement
 * stays in it. */
static enum rc act_read(char *word, struct demo_row *row)
{
    char *plus = strchr(word, '+');
    if (plus == NULL || row->act_count == DEMO_ACTS_MAX) {
        return RC_INVALID;
    }
    *plus = '\0';
    struct demo_act *act = &row->acts[row->act_count];
    if (strcmp(word, "chase") == 0) {
        act->kind = DEMO_CHASE;
    } else if (strcmp(word, "withdraw") == 0) {
        act->kind = DEMO_WITHDRAW;
    } else if (strcmp(word, "supplement") == 0) {
        char *colon = strchr(plus + 1, ':');
        if (colon == NULL || colon[1] == '\0') {
            return RC_INVALID;
        }
        *colon = '\0';
        act->kind = DEMO_SUPPLEMENT;
        act->text = colon + 1;
    } else {
        return RC_INVALID;
    }
    row->act_count++;
    return demo_script_span(plus + 1, &act->after_ms);
}

/* What the resident does afterwards, separated by semicolons. */
static enum rc then_read(char *text, struct demo_row *row)
{
    char *rest = NULL;
    for (char *word = strtok_r(text, ";", &rest); word != NULL; word = strtok_r(NULL, ";", &rest)) {
        enum rc rc = RC_OK;
        if (strcmp(word, "silent") == 0) {
            row->silent = true;
        } else if (strncmp(word, "answer:", 7) == 0) {
            rc = reply_read(word + 7, row);
        } else {
            rc = act_read(word, row);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* "category@area", either may be missing. */
static void desk_read(char *text, struct demo_row *row)
{
    char *sign = strchr(text, '@');
    if (sign != NULL) {
        *sign = '\0';
        row->area = cell_or_null(sign + 1);
    }
    row->category = cell_or_null(text);
}

static enum rc mistake_set(struct demo_mistake *mistake, const char *file, uint32_t line,
                           const char *name, const char *zh, const char *en)
{
    *mistake = (struct demo_mistake){.file = file, .line = line, .name = name, .zh = zh, .en = en};
    return RC_SETTINGS;
}

enum {
    DAY_TIME,
    DAY_CHANNEL,
    DAY_EXTERNAL,
    DAY_PLACE,
    DAY_TITLE,
    DAY_TEXT,
    DAY_PHONE,
    DAY_THEN,
    DAY_DESK,
    DAY_COLUMNS
};
static const char *const day_columns[DAY_COLUMNS] = {
    "time", "channel", "external_id", "place", "title", "text", "phone", "then", "desk"};

static enum rc row_read(struct demo_table *table, struct demo_row *row,
                        struct demo_mistake *mistake)
{
    char **fields = table->fields;
    *row = (struct demo_row){.line = table->line,
                             .channel = fields[DAY_CHANNEL],
                             .external_id = fields[DAY_EXTERNAL],
                             .place = cell_or_null(fields[DAY_PLACE]),
                             .title = cell_or_null(fields[DAY_TITLE]),
                             .text = fields[DAY_TEXT],
                             .phone = cell_or_null(fields[DAY_PHONE])};
    if (demo_script_time(fields[DAY_TIME], &row->at_ms) != RC_OK) {
        return mistake_set(mistake, "day.tsv", table->line, "TIME", "时间应写成 07:30。",
                           "Write the time as 07:30.");
    }
    if (*row->external_id == '\0') {
        return mistake_set(mistake, "day.tsv", table->line, "EXTERNAL_ID", "缺少 external_id。",
                           "The external_id is missing.");
    }
    if (then_read(fields[DAY_THEN], row) != RC_OK) {
        return mistake_set(mistake, "day.tsv", table->line, "THEN", "then 一栏无法识别。",
                           "The column `then` cannot be read.");
    }
    desk_read(fields[DAY_DESK], row);
    return RC_OK;
}

/* ---- units.tsv, notes.tsv ---------------------------------------------------------------------
 */

enum {
    UNIT_CODE,
    UNIT_MANNER,
    UNIT_HOURS,
    UNIT_PULL,
    UNIT_CONTACT,
    UNIT_HANDLE,
    UNIT_RETURN,
    UNIT_RAISE,
    UNIT_COLUMNS
};
static const char *const unit_columns[UNIT_COLUMNS] = {"unit",    "manner", "hours",  "pull",
                                                       "contact", "handle", "return", "raise"};

static enum rc unit_read(struct demo_table *table, struct demo_unit *unit,
                         struct demo_mistake *mistake)
{
    char **fields = table->fields;
    *unit = (struct demo_unit){
        .line = table->line, .code = fields[UNIT_CODE], .manner = fields[UNIT_MANNER]};
    if (strcmp(fields[UNIT_PULL], "never") == 0) {
        return RC_OK;
    }
    if (hours_read(fields[UNIT_HOURS], &unit->from_ms, &unit->until_ms) != RC_OK ||
        demo_script_span(fields[UNIT_PULL], &unit->pull_ms) != RC_OK || unit->pull_ms == 0) {
        return mistake_set(mistake, "units.tsv", table->line, "HOURS",
                           "hours 应写成 08:00-18:00，pull 应写成 15m 或 never。",
                           "Write hours as 08:00-18:00 and pull as 15m or never.");
    }
    if (span_pair(fields[UNIT_CONTACT], &unit->contact) != RC_OK ||
        span_pair(fields[UNIT_HANDLE], &unit->handle) != RC_OK) {
        return mistake_set(mistake, "units.tsv", table->line, "SPAN",
                           "contact 和 handle 应写成 20m-1h。",
                           "Write contact and handle as 20m-1h.");
    }
    if (percent_read(fields[UNIT_RETURN], &unit->return_percent) != RC_OK ||
        percent_read(fields[UNIT_RAISE], &unit->raise_percent) != RC_OK ||
        unit->return_percent + unit->raise_percent > 100) {
        return mistake_set(mistake, "units.tsv", table->line, "PERCENT",
                           "return 和 raise 是百分数，合计不超过 100。",
                           "return and raise are percentages, together at most 100.");
    }
    return RC_OK;
}

enum { NOTE_KIND, NOTE_CATEGORY, NOTE_TEXT, NOTE_COLUMNS };
static const char *const note_columns[NOTE_COLUMNS] = {"kind", "category", "text"};

static enum rc note_read(struct demo_table *table, struct demo_note *note,
                         struct demo_mistake *mistake)
{
    char **fields = table->fields;
    *note = (struct demo_note){.line = table->line, .text = fields[NOTE_TEXT]};
    if (strcmp(fields[NOTE_CATEGORY], "*") != 0) {
        note->category = fields[NOTE_CATEGORY];
    }
    for (unsigned kind = 0; kind < DEMO_NOTE_KIND_COUNT; kind++) {
        if (strcmp(fields[NOTE_KIND], note_names[kind]) == 0 && *note->text != '\0') {
            note->kind = (enum demo_note_kind)kind;
            return RC_OK;
        }
    }
    return mistake_set(mistake, "notes.tsv", table->line, "NOTE", "kind 无法识别，或没有文字。",
                       "The kind is unknown or there is no text.");
}

/* ---- files ------------------------------------------------------------------------------------
 */

/* A mistake of the file as such becomes the script's. Other codes pass. */
static enum rc file_result(const struct demo_table *table, const char *file, enum rc rc,
                           struct demo_mistake *mistake)
{
    return rc == RC_INVALID ? mistake_set(mistake, file, table->mistake.line, table->mistake.name,
                                          table->mistake.zh, table->mistake.en)
                            : rc;
}

static enum rc file_open(struct demo_script *script, const char *folder, const char *file,
                         const char *const *columns, uint32_t count, struct demo_table *table,
                         struct demo_mistake *mistake)
{
    char path[PATH_MAX];
    const int bytes = snprintf(path, sizeof path, "%s/%s", folder, file);
    *table = (struct demo_table){.line = 0};
    if (bytes < 0 || (size_t)bytes >= sizeof path) {
        return mistake_set(mistake, file, 0, "FILE", "路径太长。", "The path is too long.");
    }
    return file_result(table, file, demo_table_open(table, &script->arena, path, columns, count),
                       mistake);
}

/* The next row, and room for it. RC_NOT_FOUND at the end. */
static enum rc file_next(struct demo_table *table, const char *file, uint32_t used, uint32_t max,
                         struct demo_mistake *mistake)
{
    const enum rc rc = demo_table_next(table);
    if (rc == RC_OK && used == max) {
        return mistake_set(mistake, file, table->line, "ROWS", "行数太多。", "Too many rows.");
    }
    return file_result(table, file, rc, mistake);
}

static enum rc day_load(struct demo_script *script, const char *folder,
                        struct demo_mistake *mistake)
{
    struct demo_table table;
    enum rc rc = file_open(script, folder, "day.tsv", day_columns, DAY_COLUMNS, &table, mistake);
    while (rc == RC_OK) {
        rc = file_next(&table, "day.tsv", script->row_count, DEMO_ROWS_MAX, mistake);
        if (rc == RC_OK) {
            rc = row_read(&table, &script->rows[script->row_count++], mistake);
        }
    }
    demo_table_close(&table);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc units_load(struct demo_script *script, const char *folder,
                          struct demo_mistake *mistake)
{
    struct demo_table table;
    enum rc rc =
        file_open(script, folder, "units.tsv", unit_columns, UNIT_COLUMNS, &table, mistake);
    while (rc == RC_OK) {
        rc = file_next(&table, "units.tsv", script->unit_count, DEMO_UNITS_MAX, mistake);
        if (rc != RC_OK) {
            break;
        }
        if (demo_script_unit(script, table.fields[UNIT_CODE]) != NULL) {
            rc = mistake_set(mistake, "units.tsv", table.line, "UNIT_TWICE", "同一单位出现两次。",
                             "The unit is listed twice.");
            break;
        }
        rc = unit_read(&table, &script->units[script->unit_count++], mistake);
    }
    demo_table_close(&table);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc notes_load(struct demo_script *script, const char *folder,
                          struct demo_mistake *mistake)
{
    bool found[DEMO_NOTE_KIND_COUNT] = {false};
    struct demo_table table;
    enum rc rc =
        file_open(script, folder, "notes.tsv", note_columns, NOTE_COLUMNS, &table, mistake);
    while (rc == RC_OK) {
        rc = file_next(&table, "notes.tsv", script->note_count, DEMO_NOTES_MAX, mistake);
        if (rc == RC_OK) {
            struct demo_note *note = &script->notes[script->note_count++];
            rc = note_read(&table, note, mistake);
            found[note->kind] = found[note->kind] || note->category == NULL;
        }
    }
    demo_table_close(&table);
    for (unsigned kind = 0; kind < DEMO_NOTE_KIND_COUNT && rc == RC_NOT_FOUND; kind++) {
        if (!found[kind]) {
            return mistake_set(mistake, "notes.tsv", 0, "NOTE_KIND",
                               "每一种 kind 都要有一行 category 为 *。",
                               "Each kind needs a row with the category *.");
        }
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc demo_script_load(struct demo_script *script, const char *folder,
                         struct demo_mistake *mistake)
{
    *script = (struct demo_script){0};
    if (arena_init(&script->arena, ARENA_BYTES) != RC_OK) {
        return RC_LIMIT;
    }
    script->rows = arena_zalloc(&script->arena, DEMO_ROWS_MAX * sizeof *script->rows);
    script->units = arena_zalloc(&script->arena, DEMO_UNITS_MAX * sizeof *script->units);
    script->notes = arena_zalloc(&script->arena, DEMO_NOTES_MAX * sizeof *script->notes);
    enum rc rc = RC_LIMIT;
    if (script->rows != NULL && script->units != NULL && script->notes != NULL) {
        rc = day_load(script, folder, mistake);
    }
    if (rc == RC_OK) {
        rc = units_load(script, folder, mistake);
    }
    if (rc == RC_OK) {
        rc = notes_load(script, folder, mistake);
    }
    if (rc != RC_OK) {
        demo_script_fini(script);
    }
    return rc;
}

void demo_script_fini(struct demo_script *script)
{
    arena_fini(&script->arena);
    *script = (struct demo_script){0};
}

/* ---- the script and the site ------------------------------------------------------------------
 */

static enum rc row_check(const struct demo_row *row, const struct site *site,
                         struct demo_mistake *mistake)
{
    if (site_channel_find(site, row->channel) == SITE_NONE) {
        return mistake_set(mistake, "day.tsv", row->line, "CHANNEL", "站点没有这个渠道。",
                           "The site has no such channel.");
    }
    if (row->category != NULL && site_category_find(site, row->category) == SITE_NONE) {
        return mistake_set(mistake, "day.tsv", row->line, "CATEGORY", "站点没有这个类别。",
                           "The site has no such category.");
    }
    if (row->area != NULL && site_area_find(site, row->area) == SITE_NONE) {
        return mistake_set(mistake, "day.tsv", row->line, "AREA", "站点没有这个区域。",
                           "The site has no such area.");
    }
    return RC_OK;
}

enum rc demo_script_check(const struct demo_script *script, const struct site *site,
                          struct demo_mistake *mistake)
{
    for (uint32_t index = 0; index < script->row_count; index++) {
        const enum rc rc = row_check(&script->rows[index], site, mistake);
        if (rc != RC_OK) {
            return rc;
        }
    }
    for (uint32_t index = 0; index < script->unit_count; index++) {
        if (site_unit_find(site, script->units[index].code) == SITE_NONE) {
            return mistake_set(mistake, "units.tsv", script->units[index].line, "UNIT",
                               "站点没有这个单位。", "The site has no such unit.");
        }
    }
    for (uint32_t index = 0; index < site->unit_count; index++) {
        if (demo_script_unit(script, site->units[index].code) == NULL) {
            return mistake_set(mistake, "units.tsv", 0, "UNIT_MISSING",
                               "站点的每个单位都要有一行。", "Each unit of the site needs a row.");
        }
    }
    for (uint32_t index = 0; index < script->note_count; index++) {
        const struct demo_note *note = &script->notes[index];
        if (note->category != NULL && site_category_find(site, note->category) == SITE_NONE) {
            return mistake_set(mistake, "notes.tsv", note->line, "CATEGORY", "站点没有这个类别。",
                               "The site has no such category.");
        }
    }
    return RC_OK;
}

const struct demo_unit *demo_script_unit(const struct demo_script *script, const char *code)
{
    for (uint32_t index = 0; index < script->unit_count; index++) {
        if (strcmp(script->units[index].code, code) == 0) {
            return &script->units[index];
        }
    }
    return NULL;
}

/* category NULL: the sentences for any. */
static const char *note_choose(const struct demo_script *script, enum demo_note_kind kind,
                               const char *category, uint64_t seed)
{
    uint64_t count = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        uint64_t left = count == 0 ? 0 : seed % count;
        count = 0;
        for (uint32_t index = 0; index < script->note_count; index++) {
            const struct demo_note *note = &script->notes[index];
            const bool same = category == NULL
                                  ? note->category == NULL
                                  : note->category != NULL && strcmp(note->category, category) == 0;
            if (note->kind != kind || !same) {
                continue;
            }
            if (pass == 1 && left-- == 0) {
                return note->text;
            }
            count++;
        }
    }
    return NULL;
}

const char *demo_script_note(const struct demo_script *script, enum demo_note_kind kind,
                             const char *category, uint64_t seed)
{
    char parent[CODE_BYTES_MAX + 1] = "";
    const char *text = NULL;
    if (category != NULL) {
        text = note_choose(script, kind, category, seed);
        const char *dot = strrchr(category, '.');
        if (text == NULL && dot != NULL && dot - category <= (ptrdiff_t)CODE_BYTES_MAX) {
            memcpy(parent, category, (size_t)(dot - category));
            text = note_choose(script, kind, parent, seed);
        }
    }
    if (text == NULL) {
        text = note_choose(script, kind, NULL, seed);
    }
    CHECK(text != NULL);
    return text;
}
