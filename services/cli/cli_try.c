/* cli_try: what triage would do with a text on a site that need not run: category and place with the
 * words that led to them, the unit, and until when, or the desk with its reasons. Decides by the same
 * functions as triage (site_judge) and plans by the same as escalation; now is the machine's clock. */

#include <stdio.h>
#include <string.h>

#include "cli_check.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/say_json.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/site/site_judge.h"
#include "event.pb-c.h"

struct trial {
    struct cli *cli;
    const struct site *site;
    uint64_t now_ms;
    struct site_judgement judgement;
    const struct site_policy *policy; /* NULL: the desk gets it */
};

static const struct {
    const char *token, *zh, *en;
    size_t rule;
} clocks[] = {
    {"accept", "签收", "accept", offsetof(struct site_policy, accept)},
    {"contact", "联系", "contact", offsetof(struct site_policy, contact)},
    {"handle", "办理", "handle", offsetof(struct site_policy, handle)},
};

static const struct site_clock_rule *rule_of(const struct trial *trial, size_t clock)
{
    return (const struct site_clock_rule *)((const char *)trial->policy + clocks[clock].rule);
}

static uint64_t due_of(const struct trial *trial, const struct site_clock_rule *rule)
{
    return calendar_due(&trial->site->calendars[rule->calendar], &rule->term, trial->now_ms);
}

static enum rc judge(struct trial *trial)
{
    struct cli *cli = trial->cli;
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    registered.title = (char *)"";
    registered.given_title = cli_text(cli, CLI_TITLE);
    registered.text = (char *)cli->operands[1];
    registered.place = cli_text(cli, CLI_PLACE);
    registered.category_hint = cli_text(cli, CLI_CATEGORY_HINT);
    registered.area_hint = cli_text(cli, CLI_AREA_HINT);
    const enum rc rc = site_judge_words(&cli->arena, trial->site, &registered, &trial->judgement);
    const struct site_judgement *found = &trial->judgement;
    if (rc == RC_OK && found->reasons == 0) {
        const Paidan__Urgency urgency = trial->site->categories[found->category].urgency;
        trial->policy = site_policy(trial->site, found->category, urgency, found->level);
    }
    return rc;
}

/* ---- as words ---- */

static void print_place(const struct trial *trial)
{
    const struct cli *cli = trial->cli;
    const struct site *site = trial->site;
    const struct site_judgement *found = &trial->judgement;
    const struct site_category *category =
        found->category == SITE_NONE ? NULL : &site->categories[found->category];
    printf("%s%s\n", cli_say(cli, "类别  ", "category  "),
           category == NULL ? cli_say(cli, "没有认出", "not found")
                            : cli_say(cli, category->name, category->name_en));
    printf("%s%s\n", cli_say(cli, "地点  ", "place  "),
           found->area == SITE_NONE ? cli_say(cli, "没有认出", "not found")
                                    : site->areas[found->area].name);
    if (found->why[0] != '\0') {
        char why[2 * sizeof found->why];
        say_words_found(&cli->say, found->why, why, sizeof why);
        printf("%s%s\n", cli_say(cli, "依据  ", "because  "), why);
    }
}

static void print_desk(const struct trial *trial)
{
    const struct cli *cli = trial->cli;
    const struct site_judgement *found = &trial->judgement;
    char reasons[256];
    say_words_bits(&cli->say, &paidan__desk_reason__descriptor, found->reasons,
                   cli_say(cli, "、", ", "), reasons, sizeof reasons);
    printf(cli_say(cli, "待分拨  交给分拨台，因为%s\n", "at the desk  a dispatcher decides: %s\n"),
           reasons);
    for (uint32_t index = 0; index < found->category_count; index++) {
        const struct site_category *category = &trial->site->categories[found->categories[index]];
        printf("%s%s %s\n", cli_say(cli, "  可能的类别 ", "  perhaps the category "),
               category->code, cli_say(cli, category->name, category->name_en));
    }
    for (uint32_t index = 0; index < found->area_count; index++) {
        const struct site_area *area = &trial->site->areas[found->areas[index]];
        printf("%s%s %s\n", cli_say(cli, "  可能的地点 ", "  perhaps the place "), area->code,
               area->name);
    }
}

static void print_clock(const struct trial *trial, size_t clock)
{
    const struct cli *cli = trial->cli;
    const struct site_clock_rule *rule = rule_of(trial, clock);
    char due[SAY_TIME_BYTES];
    char term[96];
    if (!rule->present) {
        return;
    }
    say_time_exact(&cli->say, due_of(trial, rule), due);
    say_time_term(&cli->say, (Paidan__TimeUnit)rule->term.unit, rule->term.amount_ms, term,
                  sizeof term);
    printf(
        cli_say(cli, "%s期限  %s（%s，site.yaml 第 %u 行）\n", "%s until  %s (%s, site.yaml:%u)\n"),
        cli_say(cli, clocks[clock].zh, clocks[clock].en), due, term, trial->policy->line);
}

static void print_route(const struct trial *trial)
{
    const struct cli *cli = trial->cli;
    const struct site *site = trial->site;
    const struct site_owner *owner = &trial->judgement.owner;
    const struct site_unit *unit = &site->units[owner->lead];
    const struct site_level *level = &site->levels[trial->judgement.level - 1];
    printf(cli_say(cli, "派给  %s（%s）", "goes to  %s (%s)"),
           cli_say(cli, unit->name, unit->name_en), cli_say(cli, level->name, level->name_en));
    if (owner->fallback) {
        printf("%s", cli_say(cli, "，兜底：没有主办单位", ", the fallback: nobody owns it"));
    } else {
        printf(cli_say(cli, "，matrix.csv 第 %u 行", ", matrix.csv:%u"), owner->matrix_line);
    }
    for (uint32_t index = 0; index < owner->assist_count; index++) {
        const struct site_unit *assist = &site->units[owner->assist[index]];
        printf("%s%s",
               cli_say(cli, index == 0 ? "；协办 " : "、", index == 0 ? "; assisting " : ", "),
               cli_say(cli, assist->name, assist->name_en));
    }
    putchar('\n');
    for (size_t clock = 0; clock < sizeof clocks / sizeof clocks[0]; clock++) {
        print_clock(trial, clock);
    }
}

/* ---- as JSON ---- */

static json_t *codes_json(const struct trial *trial, bool areas)
{
    const struct site_judgement *found = &trial->judgement;
    json_t *list = json_array();
    for (uint32_t index = 0; index < (areas ? found->area_count : found->category_count); index++) {
        json_array_append_new(
            list, json_string(areas ? trial->site->areas[found->areas[index]].code
                                    : trial->site->categories[found->categories[index]].code));
    }
    return list;
}

static json_t *route_json(const struct trial *trial)
{
    const struct site_owner *owner = &trial->judgement.owner;
    json_t *object = json_object();
    json_t *terms = json_object();
    json_object_set_new(object, "unit", json_string(trial->site->units[owner->lead].code));
    json_object_set_new(object, "unit_name", json_string(trial->site->units[owner->lead].name));
    json_object_set_new(object, "level", json_integer(trial->judgement.level));
    json_object_set_new(object, "fallback", json_boolean(owner->fallback));
    json_object_set_new(object, "matrix_line", json_integer(owner->matrix_line));
    json_object_set_new(object, "policy_line", json_integer(trial->policy->line));
    for (size_t clock = 0; clock < sizeof clocks / sizeof clocks[0]; clock++) {
        const struct site_clock_rule *rule = rule_of(trial, clock);
        if (rule->present) {
            say_json_time(&trial->cli->say, terms, clocks[clock].token, due_of(trial, rule));
        }
    }
    json_object_set_new(object, "due", terms);
    return object;
}

static json_t *trial_json(const struct trial *trial)
{
    const struct site_judgement *found = &trial->judgement;
    const struct site *site = trial->site;
    json_t *object = json_object();
    json_object_set_new(object, "routed", json_boolean(trial->policy != NULL));
    json_object_set_new(object, "category",
                        found->category == SITE_NONE
                            ? json_null()
                            : json_string(site->categories[found->category].code));
    json_object_set_new(object, "area",
                        found->area == SITE_NONE ? json_null()
                                                 : json_string(site->areas[found->area].code));
    json_object_set_new(object, "why", json_string(found->why));
    json_object_set_new(object, "reasons",
                        say_json_bits(&paidan__desk_reason__descriptor, found->reasons));
    json_object_set_new(object, "categories", codes_json(trial, false));
    json_object_set_new(object, "areas", codes_json(trial, true));
    if (trial->policy != NULL) {
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
    if (trial->policy == NULL) {
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
    struct trial trial = {.cli = cli, .site = site, .now_ms = clock_wall_ms()};
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
