/* cli_stats: totals of the services, and whether they agree.
 *
 * Services lag behind each other by some milliseconds, so the totals are read between two rounds of
 * ping that saw everybody caught up and no log grow; else they are read again, up to --settle. The
 * equations are the bookkeeping of the whole: a ticket that got lost between two services, or was
 * counted twice, breaks one of them for good. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "cli_recompute.h"
#include "cli_service.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/counter.h"
#include "common/text/text.h"

enum { COUNTS_MAX = TALLY_MAX, TERM_BYTES = 96, PAUSE_US = 200000 };

struct totals {
    size_t count;
    struct {
        char name[48];
        uint64_t value;
    } counts[COUNTS_MAX];
};

/* What must hold once everybody has caught up. Sums of service.counter. */
static const struct equation {
    const char *left, *right, *zh, *en;
} equations[] = {
    {"intake.registered", "triage.registered", "受理的每一件都到了分拨",
     "every ticket registered was read by triage"},
    {"triage.registered", "triage.routed + triage.desked + triage.merged_at_once",
     "每一件或自动分拨，或交分拨员，或自动并单",
     "each was routed, given to the desk or merged at once"},
    {"triage.desk_open",
     "triage.desked + triage.returned + triage.recalled + triage.unmerged - triage.routed_by_desk "
     "- "
     "triage.routed_again - triage.ruled - triage.undesked - triage.merged_at_desk",
     "分拨台在手 = 进 - 出", "at the desk now = came - left"},
    {"escalation.tickets",
     "triage.routed + triage.routed_by_desk + triage.never_routed + triage.merged_new",
     "分拨或并单的每一件都在督办", "every ticket routed or merged is known to escalation"},
    {"escalation.tickets",
     "escalation.state_assigned + escalation.state_accepted + escalation.state_returned + "
     "escalation.state_resolved + escalation.state_closed + escalation.state_withdrawn + "
     "escalation.state_suspended + escalation.state_desk + escalation.state_merged",
     "督办中每一件恰在一个状态", "each is in exactly one state"},
    {"escalation.state_closed",
     "escalation.outcome_solved + escalation.outcome_partly + escalation.outcome_unsolved + "
     "escalation.outcome_unreached + escalation.outcome_unsampled + escalation.outcome_unasked",
     "办结的每一件恰有一个结果", "each closed one has exactly one outcome"},
    {"escalation.state_closed", "intake.closed", "办结的都有回执", "intake knows each closed one"},
    {"escalation.state_merged", "intake.merged", "并单的都有回执", "intake knows each merged one"},
    {"escalation.state_withdrawn", "intake.withdrawn", "撤回的都有回执",
     "intake knows each withdrawn one"},
    {"intake.registered",
     "intake.waiting + intake.assigned + intake.accepted + intake.returned + intake.resolved + "
     "intake.suspended + intake.closed + intake.withdrawn + intake.merged",
     "受理的每一件恰在一个状态", "each ticket is in exactly one state at intake"},
    {"escalation.state_resolved", "callback.open", "待回访的每一件都有回访任务",
     "each resolved one is being asked about"},
    {"access.logins", "access.sessions + access.sessions_ended",
     "每次登录是一个会话，未结束或已结束", "each login is a session that goes on or has ended"},
};
enum { EQUATIONS = sizeof equations / sizeof equations[0] };

/* ---- reading ----------------------------------------------------------------------------------
 */

/* Copied out one by one: the arena holds one answer. */
static int read_totals(struct cli *cli, struct totals totals[CLI_SERVICES])
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
        Paidan__Answer *answer = NULL;
        const int status = cli_ask(cli, cli_services[index], &wish.base, &answer);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        struct totals *each = &totals[index];
        each->count = 0;
        for (size_t at = 0; at < answer->stats->n_counts && at < COUNTS_MAX; at++) {
            const Paidan__Count *count = answer->stats->counts[at];
            (void)snprintf(each->counts[at].name, sizeof each->counts[at].name, "%s", count->name);
            each->counts[at].value = count->value;
            each->count++;
        }
    }
    return CLI_EXIT_OK;
}

static bool find_count(const struct totals totals[CLI_SERVICES], const char *term, size_t bytes,
                       int64_t *value)
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        const size_t size = strlen(cli_services[index]);
        if (bytes <= size || strncmp(term, cli_services[index], size) != 0 || term[size] != '.') {
            continue;
        }
        for (size_t at = 0; at < totals[index].count; at++) {
            const char *name = totals[index].counts[at].name;
            if (strlen(name) == bytes - size - 1 &&
                strncmp(name, term + size + 1, bytes - size - 1) == 0) {
                *value = (int64_t)totals[index].counts[at].value;
                return true;
            }
        }
    }
    return false;
}

/* Value of "a.b + c.d - e.f"; false when a counter is not there. */
static bool evaluate(const struct totals totals[CLI_SERVICES], const char *sum, int64_t *value)
{
    int64_t sign = 1;
    *value = 0;
    CHECK(sum[0] != '\0');
    for (const char *at = sum; *at != '\0';) {
        const size_t bytes = strcspn(at, " ");
        int64_t term = 0;
        if (bytes == 1 && (*at == '+' || *at == '-')) {
            sign = *at == '-' ? -1 : 1;
        } else if (find_count(totals, at, bytes, &term)) {
            *value += sign * term;
        } else {
            return false;
        }
        at += bytes;
        at += strspn(at, " ");
    }
    return true;
}

static bool agree(const struct totals totals[CLI_SERVICES])
{
    for (size_t index = 0; index < EQUATIONS; index++) {
        int64_t left = 0, right = 0;
        if (!evaluate(totals, equations[index].left, &left) ||
            !evaluate(totals, equations[index].right, &right) || left != right) {
            return false;
        }
    }
    return true;
}

/* No log grew between the two rounds, so nothing was counted while it changed. */
static bool same_heads(const struct cli_service a[CLI_SERVICES],
                       const struct cli_service b[CLI_SERVICES])
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        if (a[index].head_seq != b[index].head_seq) {
            return false;
        }
    }
    return true;
}

/* ---- telling ----------------------------------------------------------------------------------
 */

/* Values of both sides as well: a script can say by how much they differ. */
static int tell_json(struct cli *cli, const struct totals totals[CLI_SERVICES], bool settled,
                     bool agreed)
{
    json_t *object = json_object(), *services = json_object(), *list = json_array();
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        json_t *counts = json_object();
        for (size_t at = 0; at < totals[index].count; at++) {
            json_object_set_new(counts, totals[index].counts[at].name,
                                json_integer((json_int_t)totals[index].counts[at].value));
        }
        json_object_set_new(services, cli_services[index], counts);
    }
    for (size_t index = 0; index < EQUATIONS; index++) {
        int64_t left = 0, right = 0;
        json_t *each = json_object();
        bool known = evaluate(totals, equations[index].left, &left);
        known = evaluate(totals, equations[index].right, &right) && known;
        json_object_set_new(each, "left", json_string(equations[index].left));
        json_object_set_new(each, "right", json_string(equations[index].right));
        json_object_set_new(each, "left_value", json_integer(left));
        json_object_set_new(each, "right_value", json_integer(right));
        json_object_set_new(each, "holds", json_boolean(known && left == right));
        json_array_append_new(list, each);
    }
    json_object_set_new(object, "services", services);
    json_object_set_new(object, "checks", list);
    json_object_set_new(object, "settled", json_boolean(settled));
    json_object_set_new(object, "agree", json_boolean(agreed));
    return cli_json_print(cli, object);
}

/* Padded to 26 columns; in Chinese where people read Chinese. */
static void print_name(const struct cli *cli, const char *service, const char *name)
{
    const char *const word = cli_say(cli, counter_word(service, name), name);
    const size_t columns = text_columns(word);
    printf("  %s%*s", word, columns < 26 ? (int)(26 - columns) : 1, "");
}

static void print_totals(struct cli *cli, const struct totals totals[CLI_SERVICES])
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        printf("%s%s%s\n", cli_colour_on(cli->colour, SAY_STRONG), cli_services[index],
               cli_colour_off(cli->colour, SAY_STRONG));
        unsigned column = 0;
        for (size_t at = 0; at < totals[index].count; at++) {
            const uint64_t value = totals[index].counts[at].value;
            /* Levels that the site does not have stay out. */
            if (value == 0 && strncmp(totals[index].counts[at].name, "open_level_", 11) == 0) {
                continue;
            }
            print_name(cli, cli_services[index], totals[index].counts[at].name);
            printf("%9llu%s", (unsigned long long)value, column++ % 2 == 1 ? "\n" : "  ");
        }
        fputs(column % 2 == 1 ? "\n" : "", stdout);
    }
}

/* An equation that does not hold is printed with its terms, to be looked for in the table above. */
static void print_equations(struct cli *cli, const struct totals totals[CLI_SERVICES])
{
    printf("%s%s%s\n", cli_colour_on(cli->colour, SAY_STRONG), cli_say(cli, "核对", "checks"),
           cli_colour_off(cli->colour, SAY_STRONG));
    for (size_t index = 0; index < EQUATIONS; index++) {
        int64_t left = 0, right = 0;
        bool known = evaluate(totals, equations[index].left, &left);
        known = evaluate(totals, equations[index].right, &right) && known;
        const bool holds = known && left == right;
        const enum say_tone colour = holds ? SAY_GOOD : SAY_BAD;
        printf("  %s%s%s %s: %lld %s %lld\n", cli_colour_on(cli->colour, colour), holds ? "✓" : "✗",
               cli_colour_off(cli->colour, colour),
               cli_say(cli, equations[index].zh, equations[index].en), (long long)left,
               holds ? "=" : "≠", (long long)right);
        if (!holds) {
            printf("      %s = %s\n", equations[index].left, equations[index].right);
        }
    }
}

/* The first service that did not answer one of the two times. */
static const char *silent(const struct cli_service *before, const struct cli_service *after)
{
    for (size_t index = 0; index < 2 * CLI_SERVICES; index++) {
        const struct cli_service *service =
            index < CLI_SERVICES ? &before[index] : &after[index - CLI_SERVICES];
        if (service->code != PAIDAN__CODE__OK) {
            return cli_services[index % CLI_SERVICES];
        }
    }
    return NULL;
}

int cli_stats(struct cli *cli)
{
    uint64_t settle_s = 0;
    if (cli_given(cli, CLI_RECOMPUTE)) {
        return cli_recompute(cli);
    }
    int status = cli_number(cli, CLI_SETTLE, 0, 3600, 10, &settle_s);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    struct totals *totals = calloc(CLI_SERVICES, sizeof *totals);
    if (totals == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    struct cli_service before[CLI_SERVICES] = {0}, after[CLI_SERVICES] = {0};
    const uint64_t until_us = clock_monotonic_us() + settle_s * 1000000u;
    bool settled = false, agreed = false;
    for (;;) {
        Paidan__Code code = cli_service_ask(cli, before, cli->timeout_ms);
        status = code == PAIDAN__CODE__OK ? read_totals(cli, totals) : CLI_EXIT_OK;
        if (code == PAIDAN__CODE__OK && status == CLI_EXIT_OK) {
            code = cli_service_ask(cli, after, cli->timeout_ms);
        }
        if (code != PAIDAN__CODE__OK || status != CLI_EXIT_OK) {
            free(totals);
            return status != CLI_EXIT_OK ? status : cli_refuse(cli, code, silent(before, after));
        }
        settled = cli_service_quiet(before) && same_heads(before, after);
        agreed = agree(totals);
        if ((settled && agreed) || clock_monotonic_us() >= until_us) {
            break;
        }
        usleep(PAUSE_US);
    }
    if (cli->json) {
        status = tell_json(cli, totals, settled, agreed);
    } else {
        print_totals(cli, totals);
        print_equations(cli, totals);
    }
    free(totals);
    if (!agreed) {
        cli_note(cli,
                 settled ? "各服务的数字不一致" : "各服务还没有跟上，数字尚不一致；可加大 --settle",
                 settled ? "the services' numbers do not agree"
                         : "followers have not caught up; try a larger --settle");
    }
    return status == CLI_EXIT_OK && !agreed ? CLI_EXIT_DIFFERENT : status;
}
