/* demo_summary: the day in numbers, and whether they add up.
 *
 * Each number is known twice: folded from the logs ticket by ticket, and from what the demo was
 * answered or the services counted. They are compared one by one and every pair that differs is
 * printed with both its names; the demo then ends with 1. So the demo is a test of the whole
 * system that anybody can watch. */
#include "demo_summary.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* ---- counting ---------------------------------------------------------------------------------
 */

/* Where the ticket is now: exactly one of the places that the table lists. */
static void place_count(struct demo_summary *summary, const struct demo_ticket *ticket)
{
    CHECK(ticket->row != DEMO_NO_ROW);
    if (ticket->withdrawn) {
        summary->withdrawn++;
    } else if (ticket->state == PAIDAN__STATE__STATE_CLOSED) {
        CHECK(ticket->outcome < DEMO_OUTCOMES);
        summary->closed[ticket->outcome]++;
    } else if (ticket->state == PAIDAN__STATE__STATE_RESOLVED) {
        summary->asking++;
    } else if (ticket->state == PAIDAN__STATE__STATE_NONE) {
        summary->at_desk += ticket->at_desk ? 1 : 0;
        summary->on_way += ticket->at_desk ? 0 : 1;
    } else {
        CHECK(ticket->level <= SITE_LEVELS_MAX);
        summary->open[ticket->level]++;
        summary->open_red += ticket->red ? 1 : 0;
    }
}

void demo_summary_make(struct demo_summary *summary, const struct demo_facts *facts)
{
    *summary = (struct demo_summary){0};
    for (uint32_t index = 0; index < facts->count; index++) {
        const struct demo_ticket *ticket = &facts->tickets[index];
        const bool asking = !ticket->withdrawn && ticket->state == PAIDAN__STATE__STATE_RESOLVED;
        summary->asking_all += asking ? 1 : 0;
        summary->withdrawn_late +=
            ticket->withdrawn && ticket->state == PAIDAN__STATE__STATE_CLOSED ? 1 : 0;
        if (ticket->row == DEMO_NO_ROW) {
            summary->others++;
            continue;
        }
        summary->tickets++;
        place_count(summary, ticket);
        summary->expired += ticket->expired;
        summary->competence += ticket->competence;
        summary->reopened += ticket->reopened;
        summary->returned += ticket->returned;
        summary->ruled += ticket->ruled;
        summary->asked += ticket->asked;
        summary->answered += ticket->answered;
        summary->unreached += ticket->unreached;
        summary->alarms += ticket->alarms;
        summary->red += ticket->red ? 1 : 0;
        summary->by_desk += ticket->by_desk ? 1 : 0;
        summary->at_top += ticket->expired_to_top ? 1 : 0;
        summary->whole_climb += ticket->expired_to_top && ticket->first_level == 1 ? 1 : 0;
    }
}

uint64_t demo_summary_closed(const struct demo_summary *summary)
{
    uint64_t sum = 0;
    for (unsigned outcome = 0; outcome < DEMO_OUTCOMES; outcome++) {
        sum += summary->closed[outcome];
    }
    return sum;
}

uint64_t demo_summary_open(const struct demo_summary *summary)
{
    uint64_t sum = summary->on_way + summary->at_desk + summary->asking;
    for (unsigned level = 0; level <= SITE_LEVELS_MAX; level++) {
        sum += summary->open[level];
    }
    return sum;
}

/* ---- comparing --------------------------------------------------------------------------------
 */

/* Numbers that a service counts and its log proves. */
static const struct {
    unsigned service;
    const char *name, *shown;
    enum demo_count count;
} counted[] = {
    {DEMO_INTAKE, "registered", "intake.registered", DEMO_REGISTERED},
    {DEMO_INTAKE, "supplements", "intake.supplements", DEMO_SUPPLEMENTED},
    {DEMO_INTAKE, "chases", "intake.chases", DEMO_CHASED},
    {DEMO_INTAKE, "withdrawals", "intake.withdrawals", DEMO_WITHDRAWN},
    {DEMO_INTAKE, "closed", "intake.closed", DEMO_CLOSED},
    {DEMO_TRIAGE, "registered", "triage.registered", DEMO_REGISTERED},
    {DEMO_TRIAGE, "routed", "triage.routed", DEMO_ROUTED},
    {DEMO_TRIAGE, "desked", "triage.desked", DEMO_DESKED},
    {DEMO_TRIAGE, "routed_by_desk", "triage.routed_by_desk", DEMO_DISPATCHED},
    {DEMO_TRIAGE, "returned", "triage.returned", DEMO_DESK_RETURN},
    {DEMO_TRIAGE, "ruled", "triage.ruled", DEMO_RULED},
    {DEMO_TRIAGE, "undesked", "triage.undesked", DEMO_UNDESKED},
    {DEMO_ESCALATION, "accepted_total", "escalation.accepted_total", DEMO_ACCEPTED},
    {DEMO_ESCALATION, "contacted_total", "escalation.contacted_total", DEMO_CONTACTED},
    {DEMO_ESCALATION, "resolved_total", "escalation.resolved_total", DEMO_RESOLVED},
    {DEMO_ESCALATION, "returned_total", "escalation.returned_total", DEMO_RETURNED},
    {DEMO_ESCALATION, "reopened_total", "escalation.reopened_total", DEMO_REOPENED},
    {DEMO_ESCALATION, "warned_total", "escalation.warned_total", DEMO_WARNED},
    {DEMO_ESCALATION, "raised_expired_total", "escalation.raised_expired_total",
     DEMO_RAISED_EXPIRED},
    {DEMO_ESCALATION, "raised_competence_total", "escalation.raised_competence_total",
     DEMO_RAISED_COMPETENCE},
    {DEMO_ESCALATION, "carded_total", "escalation.carded_total", DEMO_CARDED},
    {DEMO_ESCALATION, "alarmed_total", "escalation.alarmed_total", DEMO_ALARMED},
    {DEMO_ESCALATION, "state_closed", "escalation.state_closed", DEMO_CLOSED},
    {DEMO_ESCALATION, "state_withdrawn", "escalation.state_withdrawn", DEMO_CLOSED_WITHDRAWN},
    {DEMO_CALLBACK, "asked", "callback.asked", DEMO_ASKED},
    {DEMO_CALLBACK, "answered", "callback.answered", DEMO_ANSWERED},
    {DEMO_CALLBACK, "unreached", "callback.unreached", DEMO_UNREACHED},
    {DEMO_CALLBACK, "cancelled", "callback.cancelled", DEMO_CANCELLED},
};

static const char *const count_names[DEMO_COUNTS] = {
    [DEMO_REGISTERED] = "log: Registered",
    [DEMO_SUPPLEMENTED] = "log: Supplemented",
    [DEMO_CHASED] = "log: Chased",
    [DEMO_WITHDRAWN] = "log: Withdrawn",
    [DEMO_ROUTED] = "log: Routed",
    [DEMO_DESKED] = "log: Desked (new)",
    [DEMO_DISPATCHED] = "log: Routed (by_desk)",
    [DEMO_DESK_RETURN] = "log: Desked (returned)",
    [DEMO_RULED] = "log: Ruled",
    [DEMO_UNDESKED] = "log: Undesked",
    [DEMO_ASSIGNED] = "log: Assigned",
    [DEMO_ACCEPTED] = "log: Accepted",
    [DEMO_CONTACTED] = "log: Contacted",
    [DEMO_WARNED] = "log: Warned",
    [DEMO_RAISED_EXPIRED] = "log: Raised (expired)",
    [DEMO_RAISED_COMPETENCE] = "log: Raised (competence)",
    [DEMO_CARDED] = "log: Carded",
    [DEMO_ALARMED] = "log: Alarmed",
    [DEMO_RETURNED] = "log: Returned",
    [DEMO_RESOLVED] = "log: Resolved",
    [DEMO_REOPENED] = "log: Reopened",
    [DEMO_CLOSED] = "log: Closed",
    [DEMO_CLOSED_WITHDRAWN] = "log: Closed (withdrawn)",
    [DEMO_RESOLVED_WITHDRAWN] = "log: Closed (withdrawn while asked)",
    [DEMO_ASKED] = "log: Asked",
    [DEMO_ANSWERED] = "log: Answered",
    [DEMO_UNREACHED] = "log: Unreached",
    [DEMO_CANCELLED] = "log: Cancelled",
    [DEMO_REFUSED] = "log: RecordRefused",
};

/* DEMO_ABSENT: the service did not tell, which compares as different. */
static uint64_t stats_value(const Paidan__Stats *stats, const char *name)
{
    for (size_t index = 0; stats != NULL && index < stats->n_counts; index++) {
        if (strcmp(stats->counts[index]->name, name) == 0) {
            return stats->counts[index]->value;
        }
    }
    return DEMO_ABSENT;
}

uint32_t demo_summary_check(const struct demo_summary *summary, const struct demo_done *done,
                            const struct demo_facts *facts, uint64_t unsent,
                            const Paidan__Stats *const stats[DEMO_SERVICES],
                            struct demo_check checks[DEMO_CHECKS_MAX])
{
    CHECK(summary->tickets + summary->others == facts->count);
    const struct demo_check own[] = {
        {"rows of day.tsv", "accepted + duplicates + refused + not handed in", done->scripted,
         done->accepted + done->duplicates + done->refused + unsent},
        {"accepted", "tickets of the script in the logs", done->accepted, summary->tickets},
        {"accepted", "closed + withdrawn + open", done->accepted,
         demo_summary_closed(summary) + summary->withdrawn + demo_summary_open(summary)},
        {"log: Registered", "tickets of the script + others", facts->counts[DEMO_REGISTERED],
         summary->tickets + summary->others},
        {"log: Withdrawn", "log: Closed (withdrawn) + closed before", facts->counts[DEMO_WITHDRAWN],
         facts->counts[DEMO_CLOSED_WITHDRAWN] + summary->withdrawn_late},
        {"log: Resolved", "closed + reopened + being asked + withdrawn meanwhile",
         facts->counts[DEMO_RESOLVED],
         facts->counts[DEMO_CLOSED] + facts->counts[DEMO_REOPENED] + summary->asking_all +
             facts->counts[DEMO_RESOLVED_WITHDRAWN]},
        {"errands that those outside could not do", "none", done->faults, 0},
        /* An answer that comes too late is taken by a door and refused behind it. */
        {"answers that residents gave, at least", "log: Answered, of the script's tickets",
         done->answers < summary->answered ? done->answers : summary->answered, summary->answered},
    };
    uint32_t count = 0;
    for (size_t index = 0; index < sizeof own / sizeof own[0]; index++) {
        checks[count++] = own[index];
    }
    for (size_t index = 0; index < sizeof counted / sizeof counted[0]; index++) {
        CHECK(count < DEMO_CHECKS_MAX);
        checks[count++] =
            (struct demo_check){count_names[counted[index].count], counted[index].shown,
                                facts->counts[counted[index].count],
                                stats_value(stats[counted[index].service], counted[index].name)};
    }
    return count;
}

/* ---- the table --------------------------------------------------------------------------------
 */

/* Names in two languages are of different width, so they are filled up by columns. */
static void row_print(FILE *out, const struct say *say, const char *zh, const char *en,
                      uint64_t value, const char *rest)
{
    CHECK(rest != NULL);
    const char *name = say_choose(say, zh, en);
    const size_t columns = text_columns(name);
    (void)fprintf(out, "  %s%*s %6" PRIu64 "  %s\n", name, columns < 24 ? (int)(24 - columns) : 0,
                  "", value, rest);
}

static void rows_print(FILE *out, const struct say *say, const struct demo_summary *summary,
                       const struct demo_done *done, uint64_t unsent)
{
    char rest[256];
    (void)snprintf(rest, sizeof rest,
                   say_choose(say,
                              "= 受理 %" PRIu64 " + 重复 %" PRIu64 " + 拒收 %" PRIu64
                              " + 未提交 %" PRIu64,
                              "= accepted %" PRIu64 " + duplicates %" PRIu64 " + refused %" PRIu64
                              " + not handed in %" PRIu64),
                   done->accepted, done->duplicates, done->refused, unsent);
    row_print(out, say, "脚本中的诉求", "complaints in the script", done->scripted, rest);
    (void)snprintf(rest, sizeof rest,
                   say_choose(say, "= 办结 %" PRIu64 " + 撤回 %" PRIu64 " + 未办结 %" PRIu64,
                              "= closed %" PRIu64 " + withdrawn %" PRIu64 " + still open %" PRIu64),
                   demo_summary_closed(summary), summary->withdrawn, demo_summary_open(summary));
    row_print(out, say, "受理", "accepted", done->accepted, rest);
    (void)snprintf(rest, sizeof rest,
                   say_choose(say,
                              "= 已解决 %" PRIu64 " + 部分解决 %" PRIu64 " + 未解决 %" PRIu64
                              " + 未接通 %" PRIu64,
                              "= solved %" PRIu64 " + partly %" PRIu64 " + unsolved %" PRIu64
                              " + unreached %" PRIu64),
                   summary->closed[PAIDAN__OUTCOME__OUTCOME_SOLVED],
                   summary->closed[PAIDAN__OUTCOME__OUTCOME_PARTLY],
                   summary->closed[PAIDAN__OUTCOME__OUTCOME_UNSOLVED],
                   summary->closed[PAIDAN__OUTCOME__OUTCOME_UNREACHED]);
    row_print(out, say, "办结", "closed", demo_summary_closed(summary), rest);
}

/* " + 社区 3": appends, cut at the end of the buffer. */
static void rest_add(char *rest, size_t size, const char *name, uint64_t value)
{
    const size_t used = strlen(rest);
    (void)snprintf(rest + used, size - used, "%s%s %" PRIu64, used == 0 ? "= " : " + ", name,
                   value);
}

static void open_print(FILE *out, const struct say *say, const struct demo_summary *summary)
{
    char rest[512] = "";
    rest_add(rest, sizeof rest, say_choose(say, "待回访", "being asked"), summary->asking);
    rest_add(rest, sizeof rest, say_choose(say, "分拨台", "at the desk"), summary->at_desk);
    rest_add(rest, sizeof rest, say_choose(say, "途中", "on the way"), summary->on_way);
    for (uint32_t level = 1; level <= say->site->level_count; level++) {
        rest_add(rest, sizeof rest, say_level(say, level), summary->open[level]);
    }
    const size_t used = strlen(rest);
    (void)snprintf(rest + used, sizeof rest - used,
                   say_choose(say, "（其中红牌 %" PRIu64 "）", " (with a red card: %" PRIu64 ")"),
                   summary->open_red);
    row_print(out, say, "未办结", "still open", demo_summary_open(summary), rest);
}

/* What went through the doors; nothing where all went by bus. */
static void outside_print(FILE *out, const struct say *say, const struct demo_outside *outside)
{
    char rest[256];
    if (!outside->told) {
        return;
    }
    (void)snprintf(rest, sizeof rest,
                   say_choose(say, "条密文收到，%" PRIu64 " 条发出；%" PRIu64 " 次回访用密文答复",
                              "sealed messages in, %" PRIu64 " out; %" PRIu64
                              " callbacks answered by them"),
                   outside->sent, outside->answers);
    row_print(out, say, "微信", "WeChat", outside->sealed, rest);
    (void)snprintf(rest, sizeof rest,
                   say_choose(say, "份签名报文收到，%" PRIu64 " 份发出",
                              "signed envelopes in, %" PRIu64 " out"),
                   outside->signed_out);
    row_print(out, say, "上级热线", "hotline", outside->signed_in, rest);
    (void)snprintf(rest, sizeof rest,
                   say_choose(say, "条 MQTT 报警；Open311 请求 %" PRIu64 " 次",
                              "alarms by MQTT; requests of Open311: %" PRIu64),
                   outside->requests);
    row_print(out, say, "设备", "devices", outside->alarms, rest);
}

static void events_print(FILE *out, const struct say *say, const struct demo_summary *summary,
                         const struct demo_done *done)
{
    char rest[256];
    (void)snprintf(
        rest, sizeof rest,
        say_choose(say, "次；%" PRIu64 " 件到了最高一级，其中 %" PRIu64 " 件从最低一级一路上来",
                   "times; %" PRIu64 " tickets came to the top, %" PRIu64
                   " of them all the way up"),
        summary->at_top, summary->whole_climb);
    row_print(out, say, "到期上报", "raised: expired", summary->expired, rest);
    row_print(out, say, "超出权限上报", "raised: competence", summary->competence,
              say_choose(say, "次", "times"));
    (void)snprintf(rest, sizeof rest,
                   say_choose(say, "件；警报 %" PRIu64 " 次", "tickets; alarms: %" PRIu64),
                   summary->alarms);
    row_print(out, say, "红牌", "red cards", summary->red, rest);
    row_print(out, say, "重办", "reopened", summary->reopened, say_choose(say, "次", "times"));
    (void)snprintf(rest, sizeof rest,
                   say_choose(say, "次；裁定 %" PRIu64, "times; ruled: %" PRIu64), summary->ruled);
    row_print(out, say, "退单", "returned", summary->returned, rest);
    row_print(out, say, "人工分拨", "dispatched by the desk", summary->by_desk,
              say_choose(say, "件", "tickets"));
    (void)snprintf(rest, sizeof rest,
                   say_choose(say, "次；答复 %" PRIu64 "，未接通 %" PRIu64 " 件",
                              "times; answered %" PRIu64 ", never reached %" PRIu64 " tickets"),
                   summary->answered, summary->unreached);
    row_print(out, say, "回访", "residents asked", summary->asked, rest);
    (void)snprintf(rest, sizeof rest,
                   say_choose(say, "次；补充 %" PRIu64 "，撤回 %" PRIu64,
                              "times; supplements %" PRIu64 ", withdrawals %" PRIu64),
                   done->supplements, done->withdrawals);
    row_print(out, say, "催单", "chased", done->chases, rest);
    outside_print(out, say, &done->outside);
    if (summary->others != 0) {
        row_print(out, say, "不是脚本里的工单", "tickets from elsewhere", summary->others,
                  say_choose(say, "件（手工提交，或以前留下的）", "(by hand, or from before)"));
    }
}

static uint32_t checks_print(FILE *out, const struct say *say, const struct demo_check *checks,
                             uint32_t count)
{
    uint32_t wrong = 0;
    for (uint32_t index = 0; index < count; index++) {
        const struct demo_check *check = &checks[index];
        if (check->left == check->right) {
            continue;
        }
        wrong++;
        (void)fprintf(out, "  ✗ %s %" PRIu64 " ≠ ", check->left_name, check->left);
        if (check->right == DEMO_ABSENT) {
            (void)fprintf(out, "%s: %s\n", check->right_name, say_choose(say, "没有", "not told"));
        } else {
            (void)fprintf(out, "%s %" PRIu64 "\n", check->right_name, check->right);
        }
    }
    if (wrong == 0) {
        (void)fprintf(
            out,
            say_choose(say, "  ✓ 四个服务的统计与日志逐项核对，%" PRIu32 " 项全部相符\n",
                       "  ✓ %" PRIu32
                       " comparisons of the four services' counters with their logs: all equal\n"),
            count);
    }
    return wrong;
}

uint32_t demo_summary_print(FILE *out, const struct say *say, const struct demo_summary *summary,
                            const struct demo_done *done, uint64_t unsent,
                            const struct demo_check *checks, uint32_t check_count)
{
    rows_print(out, say, summary, done, unsent);
    open_print(out, say, summary);
    events_print(out, say, summary, done);
    return checks_print(out, say, checks, check_count);
}
