/* cli_check_diff: what an edit of a site changes, in plain words: codes that came, went or carry on
 * another name; who owns what; which terms differ. Both folders must be good. Owners are compared for
 * every category in every area and level, so that the effect of one moved row is seen wherever it
 * reaches; of many alike a few are shown and all are counted. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_check.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/say/say_time.h"
#include "common/site/site_judge.h"
#include "event.pb-c.h"

enum { URGENCIES = 3, SHOWN = 20, PAIRS_MAX = 4 * 1000 * 1000 };

struct diff {
    struct cli *cli;
    const struct site *before, *after;
    json_t *lines; /* NULL: printed */
    uint32_t count, shown;
};

/* One change; also an object for scripts. */
static void tell(struct diff *diff, const char *what, const char *code, const char *zh,
                 const char *en)
{
    diff->count++;
    if (diff->lines != NULL) {
        json_t *object = json_object();
        json_object_set_new(object, "what", json_string(what));
        json_object_set_new(object, "code", json_string(code));
        json_object_set_new(object, "zh", json_string(zh));
        json_object_set_new(object, "en", json_string(en));
        json_array_append_new(diff->lines, object);
        return;
    }
    printf("%s\n", cli_say(diff->cli, zh, en));
}

/* ---- codes ---- */

static const struct {
    const char *zh, *en, *token;
} kinds[SITE_KIND_COUNT] = {
    {"单位", "unit", "unit"},         {"区域", "area", "area"},
    {"类别", "category", "category"}, {"渠道", "channel", "channel"},
    {"日历", "calendar", "calendar"},
};

static uint32_t count_of(const struct site *site, enum site_kind kind)
{
    const uint32_t counts[SITE_KIND_COUNT] = {site->unit_count, site->area_count,
                                              site->category_count, site->channel_count,
                                              site->calendar_count};
    return counts[kind];
}

static const char *code_at(const struct site *site, enum site_kind kind, uint32_t index)
{
    const char *const codes[SITE_KIND_COUNT] = {
        kind == SITE_KIND_UNIT ? site->units[index].code : NULL,
        kind == SITE_KIND_AREA ? site->areas[index].code : NULL,
        kind == SITE_KIND_CATEGORY ? site->categories[index].code : NULL,
        kind == SITE_KIND_CHANNEL ? site->channels[index].code : NULL,
        kind == SITE_KIND_CALENDAR ? site->calendars[index].code : NULL};
    return codes[kind];
}

static const char *name_at(const struct site *site, enum site_kind kind, uint32_t index)
{
    switch (kind) {
    case SITE_KIND_UNIT:
        return site->units[index].name;
    case SITE_KIND_AREA:
        return site->areas[index].name;
    case SITE_KIND_CATEGORY:
        return site->categories[index].name;
    case SITE_KIND_CHANNEL:
        return site->channels[index].name;
    default:
        return site->calendars[index].code;
    }
}

/* The item of this very code; heirs aside. */
static uint32_t same_code(const struct site *site, enum site_kind kind, const char *code)
{
    const uint32_t found = site_heir(site, kind, code);
    return found != SITE_NONE && strcmp(code_at(site, kind, found), code) == 0 ? found : SITE_NONE;
}

static void diff_gone(struct diff *diff, enum site_kind kind, uint32_t index)
{
    char zh[512], en[512];
    const char *code = code_at(diff->before, kind, index);
    const char *name = name_at(diff->before, kind, index);
    const uint32_t now = site_heir(diff->after, kind, code);
    if (now == SITE_NONE) {
        (void)snprintf(zh, sizeof zh, "删除%s %s（%s）", kinds[kind].zh, name, code);
        (void)snprintf(en, sizeof en, "%s removed: %s (%s)", kinds[kind].en, name, code);
        tell(diff, "removed", code, zh, en);
    } else if (strcmp(code_at(diff->after, kind, now), code) != 0) {
        const char *heir = code_at(diff->after, kind, now);
        (void)snprintf(zh, sizeof zh, "%s %s（%s）由 %s（%s）沿用", kinds[kind].zh, name, code,
                       name_at(diff->after, kind, now), heir);
        (void)snprintf(en, sizeof en, "%s %s (%s) goes on as %s (%s)", kinds[kind].en, name, code,
                       name_at(diff->after, kind, now), heir);
        tell(diff, "renamed", code, zh, en);
    } else if (strcmp(name_at(diff->after, kind, now), name) != 0) {
        (void)snprintf(zh, sizeof zh, "%s %s 改名：%s → %s", kinds[kind].zh, code, name,
                       name_at(diff->after, kind, now));
        (void)snprintf(en, sizeof en, "%s %s has another name: %s, now %s", kinds[kind].en, code,
                       name, name_at(diff->after, kind, now));
        tell(diff, "named", code, zh, en);
    }
}

/* Carries on a code that is gone: told already, from the other side. */
static bool is_heir(const struct diff *diff, enum site_kind kind, uint32_t index)
{
    bool heir = false;
    for (uint32_t before = 0; before < count_of(diff->before, kind) && !heir; before++) {
        const char *code = code_at(diff->before, kind, before);
        heir = site_heir(diff->after, kind, code) == index &&
               strcmp(code, code_at(diff->after, kind, index)) != 0;
    }
    return heir;
}

static void diff_codes(struct diff *diff)
{
    char zh[512], en[512];
    for (int kind = 0; kind < SITE_KIND_COUNT; kind++) {
        const enum site_kind each = (enum site_kind)kind;
        for (uint32_t index = 0; index < count_of(diff->before, each); index++) {
            diff_gone(diff, each, index);
        }
        for (uint32_t index = 0; index < count_of(diff->after, each); index++) {
            const char *code = code_at(diff->after, each, index);
            if (same_code(diff->before, each, code) == SITE_NONE && !is_heir(diff, each, index)) {
                (void)snprintf(zh, sizeof zh, "新增%s %s（%s）", kinds[kind].zh,
                               name_at(diff->after, each, index), code);
                (void)snprintf(en, sizeof en, "%s added: %s (%s)", kinds[kind].en,
                               name_at(diff->after, each, index), code);
                tell(diff, "added", code, zh, en);
            }
        }
    }
}

/* ---- owners and terms ---- */

/* A cell that both sites have: a category in an area on a level. */
struct cell {
    uint32_t category[2], area[2], level;
};

static void diff_owner(struct diff *diff, const struct cell *cell)
{
    struct site_owner was, is;
    site_owner(diff->before, cell->category[0], cell->area[0], cell->level, &was);
    site_owner(diff->after, cell->category[1], cell->area[1], cell->level, &is);
    const char *old = diff->before->units[was.lead].code;
    const char *heir = site_code_now(diff->after, SITE_KIND_UNIT, old);
    const struct site_unit *unit = &diff->after->units[is.lead];
    if (strcmp(heir == NULL ? old : heir, unit->code) == 0) {
        return;
    }
    char zh[1280], en[1280];
    const struct site_category *category = &diff->after->categories[cell->category[1]];
    const struct site_level *level = &diff->after->levels[cell->level - 1];
    const char *area = diff->after->areas[cell->area[1]].name; /* a place has one name */
    (void)snprintf(zh, sizeof zh, "%s·%s（%s）改由 %s 主办，原来是 %s%s", area, category->name,
                   level->name, unit->name, diff->before->units[was.lead].name,
                   is.fallback ? "；没有主办单位，落到兜底" : "");
    (void)snprintf(en, sizeof en, "%s, %s (%s): now %s, before %s%s", area, category->name_en,
                   level->name_en, unit->name_en, diff->before->units[was.lead].name_en,
                   is.fallback ? "; nobody owns it, the fallback gets it" : "");
    if (diff->lines != NULL || diff->shown < SHOWN) {
        diff->shown++;
        tell(diff, "owner", unit->code, zh, en);
    } else {
        diff->shown++;
    }
}

static void diff_owners(struct diff *diff)
{
    const struct site *after = diff->after;
    const uint64_t pairs = (uint64_t)after->area_count * after->category_count * after->level_count;
    diff->shown = 0;
    for (uint32_t area = 0; area < after->area_count && pairs <= PAIRS_MAX; area++) {
        const uint32_t area_was = same_code(diff->before, SITE_KIND_AREA, after->areas[area].code);
        const uint32_t lowest = after->areas[area].level;
        for (uint32_t category = 0; category < after->category_count && area_was != SITE_NONE;
             category++) {
            const uint32_t was =
                same_code(diff->before, SITE_KIND_CATEGORY, after->categories[category].code);
            for (uint32_t level = lowest; level <= after->level_count && was != SITE_NONE;
                 level++) {
                const struct cell cell = {{was, category}, {area_was, area}, level};
                diff_owner(diff, &cell);
            }
        }
    }
    if (diff->lines == NULL && diff->shown > SHOWN) {
        printf(cli_say(diff->cli, "……主办单位的变化另有 %u 处\n",
                       "... and %u more changes of owners\n"),
               diff->shown - SHOWN);
    }
}

static const struct {
    const char *zh, *en;
    size_t rule;
} terms[] = {{"签收", "accept", offsetof(struct site_policy, accept)},
             {"联系", "contact", offsetof(struct site_policy, contact)},
             {"办理", "handle", offsetof(struct site_policy, handle)},
             {"重办", "redo", offsetof(struct site_policy, redo)}};

static void term_words(const struct cli *cli, const struct site *site,
                       const struct site_clock_rule *rule, bool chinese, char *text, size_t size)
{
    const struct say say = {.language = chinese ? SAY_CHINESE : SAY_ENGLISH};
    char term[96];
    (void)cli;
    if (!rule->present) {
        (void)snprintf(text, size, "%s", chinese ? "无" : "none");
        return;
    }
    say_time_term(&say, (Paidan__TimeUnit)rule->term.unit, rule->term.amount_ms, term, sizeof term);
    (void)snprintf(text, size, "%s%s%s", term, rule->calendar == 0 ? "" : " ",
                   rule->calendar == 0 ? "" : site->calendars[rule->calendar].code);
}

static void diff_term(struct diff *diff, const struct cell *cell, uint32_t urgency, size_t term)
{
    const struct site_policy *was =
        site_policy(diff->before, cell->category[0], (Paidan__Urgency)urgency, cell->level);
    const struct site_policy *is =
        site_policy(diff->after, cell->category[1], (Paidan__Urgency)urgency, cell->level);
    char old[2][192], fresh[2][192], zh[1280], en[1280];
    for (int chinese = 0; chinese < 2; chinese++) {
        term_words(diff->cli, diff->before,
                   (const struct site_clock_rule *)((const char *)was + terms[term].rule),
                   chinese == 1, old[chinese], sizeof old[chinese]);
        term_words(diff->cli, diff->after,
                   (const struct site_clock_rule *)((const char *)is + terms[term].rule),
                   chinese == 1, fresh[chinese], sizeof fresh[chinese]);
    }
    if (strcmp(old[1], fresh[1]) == 0) {
        return;
    }
    const bool any = cell->category[1] == SITE_NONE;
    const char *category = any ? "" : diff->after->categories[cell->category[1]].name;
    (void)snprintf(
        zh, sizeof zh, "%s%s%s·%s：%s时限 %s → %s", category, any ? "" : "·",
        diff->after->levels[cell->level - 1].name,
        say_words_urgency(&(struct say){.language = SAY_CHINESE}, (Paidan__Urgency)urgency),
        terms[term].zh, old[1], fresh[1]);
    (void)snprintf(
        en, sizeof en, "%s%s%s, %s: %s was %s, now %s", category, any ? "" : ", ",
        diff->after->levels[cell->level - 1].name_en,
        say_words_urgency(&(struct say){.language = SAY_ENGLISH}, (Paidan__Urgency)urgency),
        terms[term].en, old[0], fresh[0]);
    tell(diff, "term", is->category == SITE_NONE ? "*" : diff->after->categories[is->category].code,
         zh, en);
}

static void diff_terms(struct diff *diff)
{
    for (uint32_t level = 1; level <= diff->after->level_count; level++) {
        for (uint32_t urgency = 1; urgency <= URGENCIES; urgency++) {
            for (size_t term = 0; term < sizeof terms / sizeof terms[0]; term++) {
                const struct cell cell = {{SITE_NONE, SITE_NONE}, {SITE_NONE, SITE_NONE}, level};
                diff_term(diff, &cell, urgency, term);
            }
        }
    }
}

/* ---- texts ---- */

/* Where a text would go: "c1 city.rubbish c1-office" or the desk. */
static enum rc place_of(struct cli *cli, const struct site *site, const char *text, char *place,
                        size_t size)
{
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    struct site_judgement found;
    registered.title = (char *)"";
    registered.text = (char *)text;
    const enum rc rc = site_judge_words(&cli->arena, site, &registered, NULL, &found);
    if (rc == RC_OK && found.reasons != 0) {
        (void)snprintf(place, size, "%s", cli_say(cli, "分拨台", "the desk"));
    } else if (rc == RC_OK) {
        (void)snprintf(place, size, "%s·%s → %s", site->areas[found.area].name,
                       cli_say(cli, site->categories[found.category].name,
                               site->categories[found.category].name_en),
                       site->units[found.owner.lead].name);
    }
    arena_reset(&cli->arena);
    return rc;
}

/* A sample, one text a line: those that go elsewhere than before. */
static int diff_texts(struct diff *diff, FILE *file)
{
    struct cli *cli = diff->cli;
    char line[8192];
    while (fgets(line, sizeof line, file) != NULL) {
        char was[1024], is[1024], zh[4096], en[4096];
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || place_of(cli, diff->before, line, was, sizeof was) != RC_OK ||
            place_of(cli, diff->after, line, is, sizeof is) != RC_OK || strcmp(was, is) == 0) {
            continue;
        }
        (void)snprintf(zh, sizeof zh, "“%.*s”：原来 %s，现在 %s", 300, line, was, is);
        (void)snprintf(en, sizeof en, "\"%.*s\": was %s, now %s", 300, line, was, is);
        tell(diff, "text", "", zh, en);
    }
    return ferror(file) == 0 ? CLI_EXIT_OK
                             : cli_fail(cli, CLI_EXIT_IO, "读不了文件", "cannot read the file",
                                        cli_value(cli, CLI_FROM));
}

static int sample(struct diff *diff)
{
    struct cli *cli = diff->cli;
    const char *path = cli_value(cli, CLI_FROM);
    if (path == NULL) {
        return CLI_EXIT_OK;
    }
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (file == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "读不了文件", "cannot read the file", path);
    }
    int status = cli_arena(cli);
    status = status == CLI_EXIT_OK ? diff_texts(diff, file) : status;
    if (file != stdin) {
        (void)fclose(file);
    }
    return status;
}

static int compare(struct diff *diff)
{
    struct cli *cli = diff->cli;
    if (diff->before->level_count != diff->after->level_count) {
        return cli_refuse_as(cli, PAIDAN__CODE__SITE_INVALID, "运行中的站点不能改变层级。",
                             "The levels of a running site cannot change.", NULL);
    }
    diff_codes(diff);
    diff_terms(diff);
    diff_owners(diff);
    const int status = sample(diff);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (diff->lines != NULL) {
        json_t *object = json_object();
        json_object_set(object, "changes", diff->lines);
        return cli_json_print(cli, object);
    }
    if (diff->count == 0) {
        puts(
            cli_say(cli, "没有影响派单和时限的变化", "nothing changes for owners, terms or codes"));
    }
    return CLI_EXIT_OK;
}

int cli_check_diff(struct cli *cli, const char *before, const char *after)
{
    struct site *old = NULL, *fresh = NULL;
    CHECK(before != NULL);
    CHECK(after != NULL);
    int status = cli_check_site(cli, before, &old);
    if (status == CLI_EXIT_OK) {
        status = cli_check_site(cli, after, &fresh);
    }
    if (status == CLI_EXIT_OK) {
        struct diff diff = {
            .cli = cli, .before = old, .after = fresh, .lines = cli->json ? json_array() : NULL};
        status = compare(&diff);
        json_decref(diff.lines);
    }
    site_free(fresh);
    site_free(old);
    return status;
}
