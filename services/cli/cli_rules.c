/* cli_rules: `paidan rules test`: which rule of a site hits which row of a table, whether that is what the
 * table expects, and which rules hit nothing, everything, or only where another comes first.
 *
 * By the same function as triage and intake (site_rules_find), so that what is seen here is what happens.
 * A table is data: rows of any bytes are looked at and never refused. */

#include "cli_rules.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_calendar.h"
#include "cli_cells.h"
#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/site/site_rules.h"
#include "common/text/text.h"

#define ARENA_BYTES (256u << 20) /* address space: a text of 1 MiB folded; touched on use */

enum {
    TEXT,
    TITLE,
    PLACE,
    CHANNEL,
    EXPECT,
    COLUMNS,
    TEXT_BYTES_MOST = 1 << 20,
    SHOWN_COLUMNS = 40,
    FAILURES_SHOWN = 50,
};

static const char *const columns[COLUMNS] = {[TEXT] = "text",
                                             [TITLE] = "title",
                                             [PLACE] = "place",
                                             [CHANNEL] = "channel",
                                             [EXPECT] = "expect"};

struct tally {
    uint64_t hits, first; /* rows; where no other rule came before it */
};

struct trial {
    struct cli *cli;
    const struct site *site;
    struct arena arena;
    struct cli_cells cells;
    struct tally *tallies; /* beside the rules */
    uint64_t rows, expected, failed, stopped;
    bool table; /* a line for each row is told, not failures alone */
    json_t *failures, *list;
};

/* ---- a row ---- */

/* In the arena; a NUL is as good as a blank. */
static char *copy(struct trial *trial, struct cli_cell cell)
{
    const size_t size = cell.size < TEXT_BYTES_MOST ? cell.size : TEXT_BYTES_MOST;
    char *const text = arena_alloc(&trial->arena, size + 1);
    if (text == NULL) {
        return NULL;
    }
    for (size_t at = 0; at < size; at++) {
        text[at] = cell.bytes[at] == '\0' ? ' ' : cell.bytes[at];
    }
    text[size] = '\0';
    return text;
}

static const char *code_of(const struct trial *trial, uint32_t rule)
{
    CHECK(rule < trial->site->rules->rule_count);
    return trial->site->rules->rules[rule].code;
}

static void tell_failure(struct trial *trial, const char *expect, const char *got, const char *text)
{
    const struct cli *const cli = trial->cli;
    trial->failed++;
    if (trial->failures != NULL) {
        json_array_append_new(trial->failures,
                              json_pack("{s:I, s:s, s:s}", "line", (json_int_t)trial->cells.number,
                                        "expect", expect, "got", got));
        return;
    }
    if (trial->failed <= FAILURES_SHOWN) {
        const size_t shown = text_clip_columns(text, SHOWN_COLUMNS);
        printf(cli_say(cli, "%s:%llu: %s不符%s 应为 %s，实为 %s：%.*s%s\n",
                       "%s:%llu: %swrong%s: wanted %s, got %s: %.*s%s\n"),
               trial->cells.path, (unsigned long long)trial->cells.number,
               cli_colour_on(cli->colour, SAY_BAD), cli_colour_off(cli->colour, SAY_BAD), expect,
               got, (int)shown, text, text[shown] == '\0' ? "" : "…");
    }
}

/* The first that hits, "-" where none does. */
static void judge(struct trial *trial, const struct site_rules_found *found, const char *expect,
                  const char *text)
{
    const char *const got = found->count == 0 ? "-" : code_of(trial, found->hits[0].rule);
    for (uint32_t index = 0; index < found->count; index++) {
        trial->tallies[found->hits[index].rule].hits++;
    }
    if (found->count > 0) {
        trial->tallies[found->hits[0].rule].first++;
    }
    trial->stopped += found->stopped;
    if (expect[0] != '\0') {
        trial->expected++;
        if (strcmp(expect, got) != 0) {
            tell_failure(trial, expect, got, text);
        }
    }
}

/* What hit, with the words: a line for scripts. */
static void tell_row(struct trial *trial, const struct site_rules_found *found)
{
    if (trial->list != NULL) {
        json_t *hits = json_array();
        for (uint32_t index = 0; index < found->count; index++) {
            json_array_append_new(hits, json_pack("{s:s, s:s}", "rule",
                                                  code_of(trial, found->hits[index].rule), "words",
                                                  found->hits[index].words));
        }
        json_array_append_new(
            trial->list,
            json_pack("{s:I, s:o}", "line", (json_int_t)trial->cells.number, "hits", hits));
        return;
    }
    printf("%llu\t", (unsigned long long)trial->cells.number);
    for (uint32_t index = 0; index < found->count; index++) {
        printf("%s%s", index == 0 ? "" : " ", code_of(trial, found->hits[index].rule));
    }
    printf("%s\t%s\n", found->count == 0 ? "-" : "", found->count == 0 ? "" : found->hits[0].words);
}

static int take_row(struct trial *trial, const struct cli_cell *row)
{
    struct site_rules_found found;
    char *texts[COLUMNS];
    bool room = true;
    for (unsigned column = 0; column < COLUMNS; column++) {
        texts[column] = copy(trial, row[column]);
        room = room && texts[column] != NULL;
    }
    const struct site_rules_text text = {
        .title = texts[TITLE],
        .text = texts[TEXT],
        .place = texts[PLACE],
        .channel = room && texts[CHANNEL][0] != '\0' ? texts[CHANNEL] : NULL};
    if (!room || site_rules_find(trial->site, &trial->arena, &text, &found) != RC_OK) {
        return cli_no_memory(trial->cli);
    }
    trial->rows++;
    judge(trial, &found, text_trim(texts[EXPECT]), texts[TEXT]);
    if (trial->table) {
        tell_row(trial, &found);
    }
    arena_reset(&trial->arena);
    return CLI_EXIT_OK;
}

/* The whole table. */
static int play(struct trial *trial, const char *path)
{
    struct cli_cell row[COLUMNS];
    const uint32_t rules = trial->site->rules == NULL ? 0 : trial->site->rules->rule_count;
    trial->tallies = calloc((size_t)rules + 1, sizeof *trial->tallies);
    if (trial->tallies == NULL || arena_init(&trial->arena, ARENA_BYTES) != RC_OK) {
        return cli_no_memory(trial->cli);
    }
    int status = cli_cells_open(trial->cli, &trial->cells, path, columns, COLUMNS, 1);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    while (status == CLI_EXIT_OK && cli_cells_next(&trial->cells, row)) {
        status = take_row(trial, row);
    }
    const int closed = cli_cells_close(trial->cli, &trial->cells);
    return status == CLI_EXIT_OK ? closed : status;
}

static void let_go(struct trial *trial)
{
    arena_fini(&trial->arena);
    free(trial->tallies);
}

/* ---- each rule ---- */

/* Words for scripts, the same in every language: "" where nothing is to be said. */
static const char *remark_of(const struct trial *trial, uint32_t rule)
{
    const struct tally *const tally = &trial->tallies[rule];
    return trial->rows == 0             ? ""
           : tally->hits == 0           ? "never"
           : tally->hits == trial->rows ? "all"
           : tally->first == 0          ? "shadowed"
                                        : "";
}

static double share_of(const struct trial *trial, uint32_t rule)
{
    return trial->rows == 0 ? 0 : (double)trial->tallies[rule].hits / (double)trial->rows;
}

static json_t *rules_json(const struct trial *trial)
{
    json_t *list = json_array();
    const struct site_rules *const rules = trial->site->rules;
    for (uint32_t rule = 0; rules != NULL && rule < rules->rule_count; rule++) {
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:I, s:f, s:s}", "id", rules->rules[rule].code, "line",
                            (json_int_t)rules->rules[rule].line, "hits",
                            (json_int_t)trial->tallies[rule].hits, "first",
                            (json_int_t)trial->tallies[rule].first, "share", share_of(trial, rule),
                            "remark", remark_of(trial, rule)));
    }
    return list;
}

static void print_rules(const struct trial *trial)
{
    const struct cli *const cli = trial->cli;
    const struct site_rules *const rules = trial->site->rules;
    static const struct {
        const char *remark, *zh, *en;
    } words[] = {{"", "", ""},
                 {"never", "从未命中", "hits nothing"},
                 {"all", "条条命中", "hits everything"},
                 {"shadowed", "总被别的规则抢先", "another rule always comes first"}};
    printf("%s", cli_say(cli, "\n规则\t命中\t占比\t最先\t说明\n",
                         "\nrule\thits\tshare\tfirst\tremark\n"));
    for (uint32_t rule = 0; rules != NULL && rule < rules->rule_count; rule++) {
        const char *remark = remark_of(trial, rule);
        for (size_t index = 0; index < sizeof words / sizeof words[0]; index++) {
            if (strcmp(words[index].remark, remark) == 0) {
                remark = cli_say(cli, words[index].zh, words[index].en);
                break;
            }
        }
        printf("%s\t%llu\t%.1f%%\t%llu\t%s\n", rules->rules[rule].code,
               (unsigned long long)trial->tallies[rule].hits, 100 * share_of(trial, rule),
               (unsigned long long)trial->tallies[rule].first, remark);
    }
    printf(cli_say(cli, "\n%llu 条，应有结果的 %llu 条，不符 %llu 条",
                   "\n%llu rows, %llu with an expectation, %llu wrong"),
           (unsigned long long)trial->rows, (unsigned long long)trial->expected,
           (unsigned long long)trial->failed);
    if (trial->stopped > 0) {
        printf(cli_say(cli, "；模式到上限 %llu 次", "; patterns reached their bounds %llu times"),
               (unsigned long long)trial->stopped);
    }
    putchar('\n');
}

static int tell_all(struct trial *trial)
{
    struct cli *const cli = trial->cli;
    if (cli->json) {
        json_t *object = json_pack(
            "{s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "rows", (json_int_t)trial->rows, "expected",
            (json_int_t)trial->expected, "failed", (json_int_t)trial->failed, "stopped",
            (json_int_t)trial->stopped, "failures", json_incref(trial->failures), "rules",
            rules_json(trial), "list", json_incref(trial->list));
        return cli_json_print(cli, object);
    }
    print_rules(trial);
    return CLI_EXIT_OK;
}

/* ---- asking ---- */

static int test_with(struct cli *cli, const struct site *site, const char *path)
{
    struct trial trial = {.cli = cli, .site = site, .table = cli->operand_count > 0};
    if (cli->json) {
        trial.failures = json_array();
        trial.list = json_array();
    }
    int status = play(&trial, path);
    if (status == CLI_EXIT_OK) {
        status = tell_all(&trial);
    }
    json_decref(trial.failures);
    json_decref(trial.list);
    let_go(&trial);
    return status == CLI_EXIT_OK && trial.failed > 0 ? CLI_EXIT_DATA : status;
}

int cli_rules_test(struct cli *cli)
{
    const struct site *site = NULL;
    struct site *loaded = NULL;
    char path[4096];
    int status = cli_calendar_site(cli, &site, &loaded);
    if (status == CLI_EXIT_OK && site->rules == NULL) {
        status = cli_refuse_as(cli, PAIDAN__CODE__SITE_INVALID, "站点没有 rules.csv。",
                               "The site has no rules.csv.", NULL);
    }
    if (status == CLI_EXIT_OK && cli->operand_count == 0 && !cli_given(cli, CLI_SITE)) {
        status = cli_usage(cli, "没有写表格，要用 --site 指明站点文件夹",
                           "without a table --site must name the folder", NULL);
    }
    if (status == CLI_EXIT_OK && cli->operand_count == 0) {
        (void)snprintf(path, sizeof path, "%s/rules-test.tsv", cli_value(cli, CLI_SITE));
    }
    if (status == CLI_EXIT_OK) {
        status = test_with(cli, site, cli->operand_count > 0 ? cli->operands[0] : path);
    }
    site_free(loaded);
    return status;
}

int cli_rules_check(struct cli *cli, const char *folder, const struct site *site, json_t *object)
{
    char path[4096];
    struct trial trial = {.cli = cli, .site = site};
    (void)snprintf(path, sizeof path, "%s/rules-test.tsv", folder);
    if (access(path, F_OK) != 0) {
        return CLI_EXIT_OK;
    }
    if (object != NULL) {
        trial.failures = json_array();
    }
    int status = play(&trial, path);
    if (status == CLI_EXIT_OK && trial.failed > 0) {
        if (object != NULL) {
            json_object_set_new(object, "good", json_false());
            json_object_set(object, "rules_failed", trial.failures);
        }
        status = CLI_EXIT_DATA;
    }
    json_decref(trial.failures);
    let_go(&trial);
    return status;
}
