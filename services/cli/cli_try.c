/* cli_try: what triage would do with a text on a site that need not run: category and place with the
 * words that led to them, the unit, and until when, or the desk with its reasons. site_try decides, as
 * it does for the service's own TriageTry; now is the machine's clock. */

#include <stdio.h>
#include <string.h>

#include "cli_check.h"
#include "cli_commands.h"
#include "cli_grounds.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/site/site_try.h"
#include "event.pb-c.h"

struct trial {
    struct cli *cli;
    const struct site *site;
    Paidan__TriageTried tried;
};

static enum rc judge(struct trial *trial)
{
    struct cli *cli = trial->cli;
    Paidan__TriageTry wish = PAIDAN__TRIAGE_TRY__INIT;
    wish.text = (char *)(uintptr_t)cli->operands[1];
    wish.title = cli_text(cli, CLI_TITLE);
    wish.place = cli_text(cli, CLI_PLACE);
    wish.category_hint = cli_text(cli, CLI_CATEGORY_HINT);
    wish.area_hint = cli_text(cli, CLI_AREA_HINT);
    return site_try(&cli->arena, trial->site, &wish, clock_wall_ms(), NULL, &trial->tried);
}

/* ---- as words ---- */

static void print_place(const struct trial *trial)
{
    const struct cli *cli = trial->cli;
    const Paidan__TriageTried *tried = &trial->tried;
    printf("%s%s\n", cli_say(cli, "类别  ", "category  "),
           tried->category == NULL ? cli_say(cli, "没有认出", "not found")
                                   : say_category(&cli->say, tried->category));
    printf("%s%s\n", cli_say(cli, "地点  ", "place  "),
           tried->area == NULL ? cli_say(cli, "没有认出", "not found")
                               : say_area(&cli->say, tried->area));
    if (tried->why != NULL) {
        char why[2 * (DETAIL_BYTES_MAX + 1)];
        say_words_found(&cli->say, tried->why, why, sizeof why);
        printf("%s%s\n", cli_say(cli, "依据  ", "because  "), why);
    }
    cli_grounds_print(trial->cli, tried->judged);
}

static void print_desk(const struct trial *trial)
{
    const struct cli *cli = trial->cli;
    const Paidan__TriageTried *tried = &trial->tried;
    char reasons[256];
    say_words_bits(&cli->say, &paidan__desk_reason__descriptor, tried->reasons,
                   cli_say(cli, "、", ", "), reasons, sizeof reasons);
    printf(cli_say(cli, "待分拨  交给分拨台，因为%s\n", "at the desk  a dispatcher decides: %s\n"),
           reasons);
    for (size_t index = 0; index < tried->n_categories; index++) {
        printf("%s%s %s\n", cli_say(cli, "  可能的类别 ", "  perhaps the category "),
               tried->categories[index], say_category(&cli->say, tried->categories[index]));
    }
    for (size_t index = 0; index < tried->n_areas; index++) {
        printf("%s%s %s\n", cli_say(cli, "  可能的地点 ", "  perhaps the place "),
               tried->areas[index], say_area(&cli->say, tried->areas[index]));
    }
}

static void print_clock(const struct trial *trial, const Paidan__TriedClock *clock)
{
    const struct cli *cli = trial->cli;
    char due[SAY_TIME_BYTES];
    char term[96];
    const char *word = clock->clock == PAIDAN__CLOCK__CLOCK_CONTACT
                           ? cli_say(cli, "联系", "contact")
                           : say_words_clock(&cli->say, clock->clock);
    say_time_exact(&cli->say, clock->due_ms, due);
    say_time_term(&cli->say, clock->unit, clock->amount_ms, term, sizeof term);
    printf(
        cli_say(cli, "%s期限  %s（%s，site.yaml 第 %u 行）\n", "%s until  %s (%s, site.yaml:%u)\n"),
        word, due, term, trial->tried.policy_line);
}

static void print_route(const struct trial *trial)
{
    const struct cli *cli = trial->cli;
    const Paidan__TriageTried *tried = &trial->tried;
    printf(cli_say(cli, "派给  %s（%s）", "goes to  %s (%s)"), say_unit(&cli->say, tried->unit),
           say_level(&cli->say, tried->level));
    if (tried->fallback) {
        printf("%s", cli_say(cli, "，兜底：没有主办单位", ", the fallback: nobody owns it"));
    } else {
        printf(cli_say(cli, "，matrix.csv 第 %u 行", ", matrix.csv:%u"), tried->matrix_line);
    }
    for (size_t index = 0; index < tried->n_assist; index++) {
        printf("%s%s",
               cli_say(cli, index == 0 ? "；协办 " : "、", index == 0 ? "; assisting " : ", "),
               say_unit(&cli->say, tried->assist[index]));
    }
    putchar('\n');
    for (size_t index = 0; index < tried->n_clocks; index++) {
        print_clock(trial, tried->clocks[index]);
    }
}

/* ---- as JSON ---- */

static json_t *code_json(const char *code)
{
    return code == NULL ? json_null() : json_string(code);
}

static json_t *codes_json(char *const *codes, size_t count)
{
    json_t *list = json_array();
    for (size_t index = 0; index < count; index++) {
        json_array_append_new(list, json_string(codes[index]));
    }
    return list;
}

static json_t *route_json(const struct trial *trial)
{
    const Paidan__TriageTried *tried = &trial->tried;
    const uint32_t unit = site_unit_find(trial->site, tried->unit);
    json_t *object = json_object();
    json_t *terms = json_object();
    char token[SAY_WORDS_TOKEN_BYTES];
    CHECK(unit != SITE_NONE);
    json_object_set_new(object, "unit", json_string(tried->unit));
    json_object_set_new(object, "unit_name", json_string(trial->site->units[unit].name));
    json_object_set_new(object, "level", json_integer(tried->level));
    json_object_set_new(object, "fallback", json_boolean(tried->fallback));
    json_object_set_new(object, "matrix_line", json_integer(tried->matrix_line));
    json_object_set_new(object, "policy_line", json_integer(tried->policy_line));
    for (size_t index = 0; index < tried->n_clocks; index++) {
        const Paidan__TriedClock *clock = tried->clocks[index];
        say_json_time(&trial->cli->say, terms,
                      say_words_token(&paidan__clock__descriptor, (int)clock->clock, token),
                      clock->due_ms);
    }
    json_object_set_new(object, "due", terms);
    return object;
}

static json_t *trial_json(const struct trial *trial)
{
    const Paidan__TriageTried *tried = &trial->tried;
    json_t *object = json_object();
    json_object_set_new(object, "routed", json_boolean(tried->routed));
    json_object_set_new(object, "category", code_json(tried->category));
    json_object_set_new(object, "area", code_json(tried->area));
    json_object_set_new(object, "why", json_string(tried->why == NULL ? "" : tried->why));
    json_object_set_new(object, "reasons",
                        say_json_bits(&paidan__desk_reason__descriptor, tried->reasons));
    json_object_set_new(object, "categories", codes_json(tried->categories, tried->n_categories));
    json_object_set_new(object, "areas", codes_json(tried->areas, tried->n_areas));
    if (tried->judged != NULL) {
        json_object_set_new(object, "judged",
                            say_json_message(&trial->cli->say, &tried->judged->base, true));
    }
    if (tried->routed) {
        json_object_set_new(object, "route", route_json(trial));
    }
    return object;
}

static int tell(const struct trial *trial)
{
    if (trial->cli->json) {
        return cli_json_print(trial->cli, trial_json(trial));
    }
    print_place(trial);
    if (!trial->tried.routed) {
        print_desk(trial);
    } else {
        print_route(trial);
    }
    return CLI_EXIT_OK;
}

int cli_try_text(struct cli *cli)
{
    struct site *site = NULL;
    int status = cli_check_site(cli, cli->operands[0], &site);
    if (status == CLI_EXIT_OK) {
        status = cli_arena(cli);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    struct trial trial = {.cli = cli, .site = site};
    const struct site *before = cli->say.site;
    cli->say.site = site; /* its wall clock */
    const char *channel = cli_value(cli, CLI_CHANNEL);
    if (channel != NULL && site_channel_find(site, channel) == SITE_NONE) {
        status = cli_refuse(cli, PAIDAN__CODE__CHANNEL_UNKNOWN, channel);
    } else if (judge(&trial) != RC_OK) {
        status = cli_fail(cli, CLI_EXIT_DATA, "文字不是 UTF-8", "the text is no UTF-8", NULL);
    } else {
        status = tell(&trial);
    }
    cli->say.site = before;
    site_free(site);
    return status;
}
