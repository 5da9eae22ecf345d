/* cli_check_open: what is open in the running instance and carries a code that a site no longer has.
 *
 * Asked of the services, which alone know what is open: tickets of escalation, the dispatcher's desk,
 * callbacks; where they do not run, of their programs, which read the stores (cli_unasked). A code with an heir (`was`) is no trouble and only told; one without is, and it is said
 * what the services will do with it and what the secretary can do instead. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_check.h"
#include "cli_commands.h"
#include "cli_unasked.h"
#include "common/base/check.h"
#include "common/say/number.h"

enum { STRANDS_MAX = 512, EXAMPLES = 3, PAGE = 1000, ASK_MS = 1500 };

struct strand {
    enum site_kind kind;
    char code[CODE_BYTES_MAX + 1];
    const char *now; /* of the site; NULL: nobody carries on */
    /* A ticket that waits for its resident's answer is there by itself and by its callback. */
    uint64_t tickets, callbacks, examples[EXAMPLES];
    size_t example_count;
};

struct strands {
    struct cli *cli;
    const char *folder; /* of the site */
    const struct site *site;
    bool unasked[CLI_SERVICES]; /* does not run: its store is read */
    struct strand *list;
    size_t count;
    uint64_t looked_at;
};

/* The service itself, else its store. One that is only slow has its store read, which shows the same. */
static int ask(struct strands *strands, const char *service, ProtobufCMessage *wish,
               Paidan__Answer **answer)
{
    struct cli *cli = strands->cli;
    size_t index = 0;
    while (strcmp(cli_services[index], service) != 0) {
        index++;
    }
    CHECK(index < CLI_SERVICES);
    if (!strands->unasked[index]) {
        const Paidan__Code code = cli_try(cli, service, wish, ASK_MS, answer);
        if (code != PAIDAN__CODE__UNREACHABLE) {
            return code == PAIDAN__CODE__OK ? CLI_EXIT_OK : cli_refuse(cli, code, service);
        }
        strands->unasked[index] = true;
    }
    return cli_unasked(cli, service, strands->folder, wish, answer);
}

static void add_example(struct strand *strand, uint64_t ticket)
{
    bool known = strand->example_count == EXAMPLES;
    for (size_t index = 0; index < strand->example_count && !known; index++) {
        known = strand->examples[index] == ticket;
    }
    if (!known) {
        strand->examples[strand->example_count++] = ticket;
    }
}

/* NULL: the site has the code. */
static struct strand *strand_of(struct strands *strands, enum site_kind kind, const char *code)
{
    if (code == NULL || code[0] == '\0') {
        return NULL;
    }
    const char *now = site_code_now(strands->site, kind, code);
    if (now != NULL && strcmp(now, code) == 0) {
        return NULL;
    }
    size_t at = 0;
    while (at < strands->count &&
           (strands->list[at].kind != kind || strcmp(strands->list[at].code, code) != 0)) {
        at++;
    }
    if (at == STRANDS_MAX) {
        return NULL; /* so many are another site altogether */
    }
    struct strand *strand = &strands->list[at];
    if (at == strands->count) {
        *strand = (struct strand){.kind = kind, .now = now};
        (void)snprintf(strand->code, sizeof strand->code, "%s", code);
        strands->count++;
    }
    return strand;
}

static void look(struct strands *strands, enum site_kind kind, const char *code, uint64_t ticket)
{
    struct strand *strand = strand_of(strands, kind, code);
    if (strand != NULL) {
        strand->tickets++;
        add_example(strand, ticket);
    }
}

static void look_at_callback(struct strands *strands, const Paidan__CallbackTask *task)
{
    struct strand *strand = strand_of(strands, SITE_KIND_CHANNEL, task->channel);
    if (strand != NULL) {
        strand->callbacks++;
        add_example(strand, task->ticket);
    }
}

static void look_at_brief(struct strands *strands, const Paidan__Brief *brief)
{
    const bool over = brief->state == PAIDAN__STATE__STATE_CLOSED ||
                      brief->state == PAIDAN__STATE__STATE_WITHDRAWN;
    if (over) {
        return;
    }
    strands->looked_at++;
    look(strands, SITE_KIND_UNIT, brief->unit, brief->ticket);
    look(strands, SITE_KIND_CATEGORY, brief->category, brief->ticket);
    look(strands, SITE_KIND_AREA, brief->area, brief->ticket);
    look(strands, SITE_KIND_CHANNEL, brief->channel, brief->ticket);
    for (size_t index = 0; index < brief->n_assist_tasks; index++) {
        if (!brief->assist_tasks[index]->done) {
            look(strands, SITE_KIND_UNIT, brief->assist_tasks[index]->unit, brief->ticket);
        }
    }
    for (size_t index = 0; index < brief->n_clocks; index++) {
        look(strands, SITE_KIND_CALENDAR, brief->clocks[index]->calendar, brief->ticket);
    }
}

/* By deadline: pages of what is open. */
static int gather_tickets(struct strands *strands)
{
    struct cli *cli = strands->cli;
    uint64_t after = 0;
    for (bool more = true; more;) {
        Paidan__List wish = PAIDAN__LIST__INIT;
        Paidan__Answer *answer = NULL;
        wish.has_limit = 1;
        wish.limit = PAGE;
        wish.has_cursor = after != 0;
        wish.cursor = after;
        const int status = ask(strands, "escalation", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        const Paidan__Listed *listed = answer->listed;
        for (size_t index = 0; index < listed->n_tickets; index++) {
            look_at_brief(strands, listed->tickets[index]);
        }
        more = listed->has_next && listed->next != after;
        after = listed->next;
        arena_reset(&cli->arena);
    }
    return CLI_EXIT_OK;
}

static int gather_desk(struct strands *strands)
{
    struct cli *cli = strands->cli;
    uint64_t after = 0;
    for (bool more = true; more;) {
        Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
        Paidan__Answer *answer = NULL;
        wish.has_limit = 1;
        wish.limit = PAGE;
        wish.has_after = after != 0;
        wish.after = after;
        const int status = ask(strands, "triage", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        const Paidan__DeskListed *listed = answer->desk_listed;
        for (size_t index = 0; index < listed->n_items; index++) {
            const Paidan__DeskItem *item = listed->items[index];
            strands->looked_at++;
            look(strands, SITE_KIND_CHANNEL, item->channel, item->ticket);
            for (size_t each = 0; each < item->n_categories; each++) {
                look(strands, SITE_KIND_CATEGORY, item->categories[each], item->ticket);
            }
            for (size_t each = 0; each < item->n_areas; each++) {
                look(strands, SITE_KIND_AREA, item->areas[each], item->ticket);
            }
        }
        more = listed->has_next && listed->next != after;
        after = listed->next;
        arena_reset(&cli->arena);
    }
    return CLI_EXIT_OK;
}

static int gather_callbacks(struct strands *strands)
{
    struct cli *cli = strands->cli;
    uint64_t cursor = 0;
    for (bool more = true; more;) {
        Paidan__CallbackList wish = PAIDAN__CALLBACK_LIST__INIT;
        Paidan__Answer *answer = NULL;
        wish.has_limit = 1;
        wish.limit = PAGE;
        wish.has_cursor = cursor != 0;
        wish.cursor = cursor;
        const int status = ask(strands, "callback", &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        const Paidan__CallbackPulled *pulled = answer->callback_pulled;
        for (size_t index = 0; index < pulled->n_tasks; index++) {
            look_at_callback(strands, pulled->tasks[index]);
        }
        more = pulled->has_next && pulled->next != cursor;
        cursor = pulled->next;
        arena_reset(&cli->arena);
    }
    return CLI_EXIT_OK;
}

/* ---- telling ---- */

static const struct {
    const char *zh, *en, *token;
    const char *will_zh, *will_en; /* without an heir */
} kinds[SITE_KIND_COUNT] = {
    [SITE_KIND_UNIT] = {"单位", "unit", "unit",
                        "重载后转给按 matrix.csv 现在的主办单位，没有就转给兜底单位，须重新签收",
                        "after a reload the owner by matrix.csv gets them, else the fallback, and "
                        "must accept them again"},
    [SITE_KIND_AREA] = {"区域", "area", "area", "仍由现在的单位办理；升级时只能交给兜底单位",
                        "their units go on; raised, they go to the fallback"},
    [SITE_KIND_CATEGORY] =
        {"类别", "category", "category",
         "仍由现在的单位办理，按通用规则计时；升级时只能交给兜底单位",
         "their units go on by the general policy; raised, they go to the fallback"},
    [SITE_KIND_CHANNEL] = {"渠道", "channel", "channel", "没有人会领取它们的回访，最后记作未接通",
                           "nobody will pull their callbacks, which end as unreached"},
    [SITE_KIND_CALENDAR] = {"日历", "calendar", "calendar", "改按时限规则现在写的日历计时",
                            "their terms count by the calendar that the policy names now"},
};

static json_t *strands_json(const struct strands *strands)
{
    json_t *list = json_array();
    for (size_t index = 0; index < strands->count; index++) {
        const struct strand *strand = &strands->list[index];
        json_t *object = json_object();
        json_t *examples = json_array();
        json_object_set_new(object, "kind", json_string(kinds[strand->kind].token));
        json_object_set_new(object, "code", json_string(strand->code));
        json_object_set_new(object, "now",
                            strand->now == NULL ? json_null() : json_string(strand->now));
        json_object_set_new(object, "tickets", json_integer((json_int_t)strand->tickets));
        json_object_set_new(object, "callbacks", json_integer((json_int_t)strand->callbacks));
        for (size_t each = 0; each < strand->example_count; each++) {
            char number[NUMBER_BYTES];
            number_format(strand->examples[each], number);
            json_array_append_new(examples, json_string(number));
        }
        json_object_set_new(object, "examples", examples);
        json_array_append_new(list, object);
    }
    return list;
}

static void print_strand(struct cli *cli, const struct strand *strand)
{
    printf(cli_say(cli, "%s %s：%llu 件", "%s %s: %llu tickets"),
           cli_say(cli, kinds[strand->kind].zh, kinds[strand->kind].en), strand->code,
           (unsigned long long)strand->tickets);
    if (strand->callbacks > 0) {
        printf(cli_say(cli, "，回访 %llu 件", ", %llu callbacks"),
               (unsigned long long)strand->callbacks);
    }
    fputs(cli_say(cli, "，如", ", such as"), stdout);
    for (size_t each = 0; each < strand->example_count; each++) {
        char number[NUMBER_BYTES];
        number_format(strand->examples[each], number);
        printf(" %s", number);
    }
    if (strand->now != NULL) {
        printf(
            cli_say(cli, "；由 %s 沿用，原样继续\n", "; %s carries on, they go on as they are\n"),
            strand->now);
        return;
    }
    printf(cli_say(cli, "；没有人沿用：%s。请在接手的那一行写 was: %s\n",
                   "; nobody carries on: %s. Write was: %s where it goes on\n"),
           cli_say(cli, kinds[strand->kind].will_zh, kinds[strand->kind].will_en), strand->code);
}

static bool any_unasked(const struct strands *strands)
{
    bool any = false;
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        any = any || strands->unasked[index];
    }
    return any;
}

static void print_strands(const struct strands *strands)
{
    struct cli *cli = strands->cli;
    if (any_unasked(strands)) {
        puts(cli_say(cli, "实例没有运行，按存储里的数据核对。",
                     "The instance does not run: as its stores say."));
    }
    if (strands->count == 0) {
        printf(cli_say(cli, "在办 %llu 件，没有一件会落空\n",
                       "%llu open tickets, none would strand\n"),
               (unsigned long long)strands->looked_at);
        return;
    }
    printf(cli_say(cli, "在办 %llu 件，其中用到这个站点已经没有的编码：\n",
                   "%llu open tickets; these use codes that the site no longer has:\n"),
           (unsigned long long)strands->looked_at);
    for (size_t index = 0; index < strands->count; index++) {
        print_strand(cli, &strands->list[index]);
    }
}

int cli_check_open(struct cli *cli, const char *folder, const struct site *site, json_t *object)
{
    struct strands strands = {.cli = cli,
                              .folder = folder,
                              .site = site,
                              .list = calloc(STRANDS_MAX, sizeof *strands.list)};
    if (strands.list == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    int status = gather_tickets(&strands);
    if (status == CLI_EXIT_OK) {
        status = gather_desk(&strands);
    }
    if (status == CLI_EXIT_OK) {
        status = gather_callbacks(&strands);
    }
    if (status == CLI_EXIT_OK && object != NULL) {
        json_object_set_new(object, "open", json_integer((json_int_t)strands.looked_at));
        json_object_set_new(object, "strands", strands_json(&strands));
        json_object_set_new(object, "from_stores", json_boolean(any_unasked(&strands)));
    } else if (status == CLI_EXIT_OK) {
        print_strands(&strands);
    }
    free(strands.list);
    return status;
}
