/* say_facts: every fact of escalation has a sentence in both languages; golden. */

#include "common/say/say_facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace.h"

/* 2026-11-23 09:00 in +08:00, a Monday. */
#define NOW_MS 1795395600000ull
#define HOUR_MS 3600000ull

static Paidan__ClockSet handle = PAIDAN__CLOCK_SET__INIT, redo = PAIDAN__CLOCK_SET__INIT;
static Paidan__ClockSet *clocks[] = {&handle, &redo};
static Paidan__AssistClock assist = PAIDAN__ASSIST_CLOCK__INIT, *assists[] = {&assist};
static Paidan__Assignment street = PAIDAN__ASSIGNMENT__INIT;
static char leak_code[] = "leak", *leak[] = {leak_code};

static char *deciders[] = {"u.c1"};
static Paidan__Clock coinciding[] = {PAIDAN__CLOCK__CLOCK_CONTACT, PAIDAN__CLOCK__CLOCK_HANDLE};

/* A story in which every fact happens; what it says need not be possible. */
struct told {
    struct trace *trace;
    const struct say *say;
};

static void tell(const struct told *told, Paidan__Event__FactCase fact, void *message)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    char text[4096];
    event.at_ms = NOW_MS;
    event.fact_case = fact;
    event.assigned = message; /* every member of the union is a pointer */
    const enum say_tone tone = say_facts_words(told->say, &event, text, sizeof text);
    static const char *const names[] = {"plain", "bold", "dim", "red", "yellow", "green", "cyan"};
    assert_true(text[0] != '\0');
    trace_say(told->trace, "%-6s %s", names[tone], text);
}

#define TELL(kind, KIND, Kind, ...)                                                                \
    do {                                                                                           \
        Paidan__##Kind kind = PAIDAN__##KIND##__INIT;                                              \
        __VA_ARGS__;                                                                               \
        tell(told, PAIDAN__EVENT__FACT_##KIND, &kind);                                             \
    } while (0)

static void tell_requests(const struct told *told)
{
    TELL(requested, REQUESTED, Requested, requested.kind = PAIDAN__REQUEST_KIND__REQUEST_EXTENSION,
         requested.unit = "u.b1", requested.to_unit = "u.c1", requested.note = "要等物业开会",
         requested.due_ms = NOW_MS + 24 * HOUR_MS);
    TELL(requested, REQUESTED, Requested, requested.kind = PAIDAN__REQUEST_KIND__REQUEST_RAISE,
         requested.unit = "u.b1", requested.to_unit = "u.c1", requested.note = "超出权限",
         requested.due_ms = NOW_MS + 24 * HOUR_MS);
    TELL(decided, DECIDED, Decided, decided.kind = PAIDAN__REQUEST_KIND__REQUEST_EXTENSION,
         decided.granted = true, decided.unit = "u.c1", decided.clock = &handle);
    TELL(decided, DECIDED, Decided, decided.kind = PAIDAN__REQUEST_KIND__REQUEST_EXTENSION,
         decided.granted = false, decided.unit = "u.c1", decided.note = "理由不足");
    TELL(decided, DECIDED, Decided, decided.kind = PAIDAN__REQUEST_KIND__REQUEST_EXTENSION,
         decided.granted = false);
    TELL(decided, DECIDED, Decided, decided.kind = PAIDAN__REQUEST_KIND__REQUEST_RAISE,
         decided.granted = true);
    TELL(suspended, SUSPENDED, Suspended, suspended.unit = "u.b1", suspended.reason = "等开春施工",
         suspended.until_ms = NOW_MS + 240 * HOUR_MS, suspended.count = 1);
    TELL(resumed, RESUMED, Resumed, resumed.by_hand = true, resumed.n_clocks = 2,
         resumed.clocks = clocks, resumed.has_since_ms = true,
         resumed.since_ms = NOW_MS - 50 * HOUR_MS);
    TELL(resumed, RESUMED, Resumed, resumed.by_hand = false);
    TELL(resumed, RESUMED, Resumed, resumed.by_hand = false, resumed.has_since_ms = true,
         resumed.since_ms = NOW_MS - 50 * HOUR_MS, resumed.has_until_ms = true,
         resumed.until_ms = NOW_MS - 2 * HOUR_MS); /* said after downtime */
    TELL(appealed, APPEALED, Appealed, appealed.unit = "u.b1", appealed.note = "系统故障");
    TELL(appeal_ruled, APPEAL_RULED, AppealRuled, appeal_ruled.granted = true,
         appeal_ruled.by_unit = "u.s", appeal_ruled.note = "属实");
    TELL(appeal_ruled, APPEAL_RULED, AppealRuled, appeal_ruled.granted = false,
         appeal_ruled.by_unit = "u.s", appeal_ruled.note = "不属实");
}

static void tell_callback(const struct told *told)
{
    TELL(asked, ASKED, Asked, asked.round = 1, asked.channel = "hotline", asked.attempt = 2,
         asked.has_tried = true, asked.tried = 1);
    TELL(asked, ASKED, Asked, asked.round = 1, asked.channel = "hotline", asked.attempt = 1,
         asked.has_handed_over = asked.handed_over = true);
    TELL(spared, SPARED, Spared, spared.round = 1, spared.channel = "wechat",
         spared.reason = PAIDAN__SPARE_REASON__SPARE_SAMPLE,
         spared.has_percent = spared.has_drawn = true, spared.percent = 20, spared.drawn = 7305,
         spared.rule = 2);
    TELL(spared, SPARED, Spared, spared.round = 1, spared.channel = "wechat",
         spared.reason = PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    TELL(answered, ANSWERED, Answered, answered.round = 1,
         answered.solved = PAIDAN__SOLVED__SOLVED_NO,
         answered.satisfied = PAIDAN__SATISFIED__SATISFIED_NO,
         answered.has_late = answered.late = true,
         answered.has_do_not_call = answered.do_not_call = true);
    TELL(closed, CLOSED, Closed, closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED,
         closed.has_was = true, closed.was = PAIDAN__OUTCOME__OUTCOME_UNREACHED);
    TELL(calls_refused, CALLS_REFUSED, CallsRefused, calls_refused.note = "夜班");
    TELL(calls_refused, CALLS_REFUSED, CallsRefused,
         calls_refused.has_lifted = calls_refused.lifted = true);
}

static void tell_joint(const struct told *told)
{
    TELL(assist_asked, ASSIST_ASKED, AssistAsked, assist_asked.unit = "u.c2",
         assist_asked.by_unit = "u.b1", assist_asked.clock = &handle, assist_asked.note = "请清运");
    TELL(assist_done, ASSIST_DONE, AssistDone, assist_done.unit = "u.c2",
         assist_done.note = "已清运", assist_done.has_late = assist_done.late = true);
    TELL(assist_late, ASSIST_LATE, AssistLate, assist_late.unit = "u.c2",
         assist_late.due_ms = NOW_MS);
    TELL(person_named, PERSON_NAMED, PersonNamed, person_named.unit = "u.b1",
         person_named.person = "王工", person_named.duty = "换灯", person_named.due_ms = NOW_MS);
    TELL(ordered, ORDERED, Ordered, ordered.from_unit = "u.b1", ordered.to = &street,
         ordered.by_unit = "u.s", ordered.note = "马上办");
    TELL(moved, MOVED, Moved, moved.from_unit = "u.gone", moved.from_level = 2, moved.to = &street,
         moved.site_version = 7);
    TELL(recoded, RECODED, Recoded, recoded.unit = "u.b1", recoded.category = "leak",
         recoded.area = "b1", recoded.channel = "wechat", recoded.to_unit = "u.s");
    Paidan__RecodedAppeal appeal = PAIDAN__RECODED_APPEAL__INIT;
    appeal.unit = "u.b1";
    appeal.to_unit = "u.s";
    appeal.seq = 5;
    appeal.due_ms = NOW_MS + 24 * HOUR_MS;
    TELL(recoded, RECODED, Recoded, recoded.appeal = &appeal);
    TELL(desk_recoded, DESK_RECODED, DeskRecoded, desk_recoded.reasons = 1u << 2 | 1u << 4,
         desk_recoded.n_categories = 1, desk_recoded.categories = leak,
         desk_recoded.channel = "wechat");
    TELL(burst, BURST, Burst, burst.count = 6, burst.within_ms = 2 * HOUR_MS,
         burst.to_units = deciders, burst.n_to_units = 1);
    TELL(ungrouped, UNGROUPED, Ungrouped, ungrouped.n_tickets = 3);
    TELL(over, OVER, Over, over.n_resolved = 2, over.n_withdrawn = 1);
    Paidan__ClockSet *moved[] = {&handle};
    TELL(outer_moved, OUTER_MOVED, OuterMoved, outer_moved.outer_due_ms = NOW_MS + 24 * HOUR_MS,
         outer_moved.n_clocks = 1, outer_moved.clocks = moved);
    TELL(urgency_raised, URGENCY_RAISED, UrgencyRaised,
         urgency_raised.urgency = PAIDAN__URGENCY__URGENCY_URGENT, urgency_raised.count = 6,
         urgency_raised.within_ms = 2 * HOUR_MS, urgency_raised.n_clocks = 1,
         urgency_raised.clocks = moved);
    TELL(urgency_raised, URGENCY_RAISED, UrgencyRaised,
         urgency_raised.urgency = PAIDAN__URGENCY__URGENCY_EMERGENCY, urgency_raised.count = 2,
         urgency_raised.has_member = 1, urgency_raised.member = 2026112200000002);
    TELL(desk_replanned, DESK_REPLANNED, DeskReplanned,
         desk_replanned.urgency = PAIDAN__URGENCY__URGENCY_URGENT, desk_replanned.has_member = 1,
         desk_replanned.member = 2026112200000002, desk_replanned.has_before = 1,
         desk_replanned.before = PAIDAN__URGENCY__URGENCY_NORMAL, desk_replanned.clock = moved[0]);
    TELL(parted, PARTED, Parted, parted.member = 2026112200000002, parted.count = 1,
         parted.has_urgency = parted.has_before = 1,
         parted.urgency = PAIDAN__URGENCY__URGENCY_NORMAL,
         parted.before = PAIDAN__URGENCY__URGENCY_URGENT, parted.has_outer_due_ms = 1,
         parted.n_clocks = 1, parted.clocks = moved);
    TELL(burst, BURST, Burst, burst.count = 6, burst.within_ms = 2 * HOUR_MS,
         burst.has_desk_urgency = 1, burst.desk_urgency = PAIDAN__URGENCY__URGENCY_URGENT,
         burst.clock = moved[0]);
    TELL(outer_moved, OUTER_MOVED, OuterMoved, outer_moved.outer_due_ms = moved[0]->due_ms,
         outer_moved.has_member = 1, outer_moved.member = 2026112200000002);
    TELL(outer_moved, OUTER_MOVED, OuterMoved, outer_moved.outer_due_ms = NOW_MS + 24 * HOUR_MS,
         outer_moved.desk = &handle);
    TELL(mode_set, MODE_SET, ModeSet, mode_set.mode = PAIDAN__MODE__MODE_MEDIATION,
         mode_set.unit = "u.b1", mode_set.clock = &handle, mode_set.note = "两家同意");
    TELL(mode_set, MODE_SET, ModeSet, mode_set.mode = PAIDAN__MODE__MODE_ONLINE,
         mode_set.unit = "u.b1");
    TELL(mode_ended, MODE_ENDED, ModeEnded, mode_ended.mode = PAIDAN__MODE__MODE_DELIBERATION,
         mode_ended.unit = "u.b1", mode_ended.result = PAIDAN__MODE_RESULT__RESULT_PARTLY,
         mode_ended.note = "先修一层", mode_ended.has_held_ms = true, mode_ended.held_ms = NOW_MS);
    TELL(mode_ended, MODE_ENDED, ModeEnded, mode_ended.mode = PAIDAN__MODE__MODE_COORDINATION,
         mode_ended.unit = "u.b1", mode_ended.result = PAIDAN__MODE_RESULT__RESULT_LEGAL_WAY,
         mode_ended.note = "起诉", mode_ended.has_late = mode_ended.late = true);
    TELL(resolved, RESOLVED, Resolved, resolved.unit = "u.b1", resolved.note = "修好了",
         resolved.has_mode = true, resolved.mode = PAIDAN__MODE__MODE_ON_SITE,
         resolved.has_without_assist = resolved.without_assist = true);
}

/* What the residents of a group say: once, and of which ticket. */
static void tell_group(const struct told *told)
{
    TELL(noted, NOTED, Noted, noted.has_chases = true, noted.chases = 1);
    TELL(noted, NOTED, Noted, noted.has_supplement = noted.supplement = true);
    TELL(noted, NOTED, Noted, noted.has_member = true, noted.member = 2026112200000002ull);
    TELL(noted, NOTED, Noted, noted.has_supplement = noted.supplement = true,
         noted.has_member = true, noted.member = 2026112200000002ull);
    TELL(merged, MERGED, Merged, merged.into = 2026112200000001ull, merged.has_by_desk = true,
         merged.by_desk = true, merged.note = "同一部电梯", merged.title = "x",
         merged.channel = "wechat");
    TELL(merged, MERGED, Merged, merged.into = 2026112200000001ull, merged.has_permille = true,
         merged.permille = 981, merged.title = "x", merged.channel = "wechat");
    TELL(unmerged, UNMERGED, Unmerged, unmerged.from = 2026112200000001ull,
         unmerged.note = "两部电梯");
    TELL(joined, JOINED, Joined, joined.member = 2026112200000002ull, joined.count = 2);
    TELL(parted, PARTED, Parted, parted.member = 2026112200000002ull, parted.count = 1);
}

static void tell_supervision(const struct told *told)
{
    TELL(urged, URGED, Urged, urged.by_unit = "u.s", urged.note = "尽快", urged.count = 2);
    TELL(supervised, SUPERVISED, Supervised, supervised.by_unit = "u.s", supervised.note = "重点");
    TELL(supervised, SUPERVISED, Supervised, supervised.has_rule = true,
         supervised.rule = PAIDAN__SUPERVISE_RULE__SUPERVISE_CHASED);
    TELL(carded, CARDED, Carded, carded.card = PAIDAN__CARD__CARD_YELLOW, carded.by_unit = "u.s",
         carded.note = "拖延");
    TELL(carded, CARDED, Carded, carded.card = PAIDAN__CARD__CARD_RED,
         carded.clock = PAIDAN__CLOCK__CLOCK_HANDLE, carded.due_ms = NOW_MS);
    TELL(card_cancelled, CARD_CANCELLED, CardCancelled,
         card_cancelled.card = PAIDAN__CARD__CARD_RED, card_cancelled.by_unit = "u.s",
         card_cancelled.note = "误亮");
    TELL(replanned, REPLANNED, Replanned, replanned.why = PAIDAN__REPLAN_CAUSE__REPLAN_CALENDAR,
         replanned.n_clocks = 1, replanned.clocks = clocks, replanned.n_assists = 1,
         replanned.assists = assists);
    Paidan__Proof proof[] = {PAIDAN__PROOF__INIT, PAIDAN__PROOF__INIT};
    Paidan__Proof *proofs[] = {&proof[0], &proof[1]};
    static uint64_t retired_tickets[] = {2026112200000001ull, 2026112200000002ull};
    proof[0].has_right = proof[1].has_right = true;
    proof[1].right = true;
    TELL(trust_changed, TRUST_CHANGED, TrustChanged, trust_changed.category = "water",
         trust_changed.to_step = 1, trust_changed.why = PAIDAN__TRUST_WHY__TRUST_LOW,
         trust_changed.right = 16, trust_changed.of = 20, trust_changed.measured = 800,
         trust_changed.target = 980, trust_changed.has_from_permille = 1,
         trust_changed.from_permille = 700, trust_changed.has_to_permille = 1,
         trust_changed.to_permille = 850);
    TELL(trust_changed, TRUST_CHANGED, TrustChanged, trust_changed.category = "water",
         trust_changed.from_step = 3, trust_changed.to_step = 4,
         trust_changed.why = PAIDAN__TRUST_WHY__TRUST_BY_HAND, trust_changed.has_withdrawn = 1,
         trust_changed.withdrawn = 1, trust_changed.note = "新城搬来的模型，先看看");
    TELL(trust_changed, TRUST_CHANGED, TrustChanged, trust_changed.category = "water",
         trust_changed.from_step = 4, trust_changed.to_step = 3,
         trust_changed.why = PAIDAN__TRUST_WHY__TRUST_GOOD, trust_changed.right = 200,
         trust_changed.of = 200, trust_changed.measured = 1000, trust_changed.target = 980);
    TELL(proved, PROVED, Proved, proved.n_proofs = 2, proved.proofs = proofs);
    TELL(replan_passed, REPLAN_PASSED, ReplanPassed, replan_passed.looked_at = 120,
         replan_passed.moved = 7);
    TELL(retired, RETIRED, Retired, retired.n_tickets = 2, retired.tickets = retired_tickets);
    TELL(reminded, REMINDED, Reminded, reminded.clock = PAIDAN__CLOCK__CLOCK_HANDLE,
         reminded.at_ms = NOW_MS,
         reminded.does =
             1u << PAIDAN__STEP_DOES__STEP_NOTIFY_UPPER | 1u << PAIDAN__STEP_DOES__STEP_RED,
         reminded.due_ms = NOW_MS + HOUR_MS);
    TELL(reminded, REMINDED, Reminded, reminded.clock = PAIDAN__CLOCK__CLOCK_HANDLE,
         reminded.at_ms = NOW_MS - 2 * HOUR_MS,
         reminded.does = 1u << PAIDAN__STEP_DOES__STEP_SUPERVISE,
         reminded.due_ms = NOW_MS - HOUR_MS); /* said after downtime */
    TELL(reminded, REMINDED, Reminded, reminded.clock = PAIDAN__CLOCK__CLOCK_REQUEST,
         reminded.to_units = deciders, reminded.n_to_units = 1, reminded.due_ms = NOW_MS + HOUR_MS);
    TELL(reminded, REMINDED, Reminded, reminded.clock = PAIDAN__CLOCK__CLOCK_REQUEST,
         reminded.to_units = deciders, reminded.n_to_units = 1, reminded.due_ms = NOW_MS);
    TELL(raised, RAISED, Raised, raised.to = &street, raised.why = PAIDAN__WHY__WHY_EXPIRED,
         raised.has_clock = true, raised.clock = PAIDAN__CLOCK__CLOCK_ACCEPT,
         raised.n_also_late = 2, raised.also_late = coinciding);
    TELL(warned, WARNED, Warned, warned.clock = PAIDAN__CLOCK__CLOCK_HANDLE,
         warned.card = PAIDAN__CARD__CARD_YELLOW, warned.due_ms = NOW_MS + 1);
    TELL(warned, WARNED, Warned, warned.clock = PAIDAN__CLOCK__CLOCK_HANDLE,
         warned.card = PAIDAN__CARD__CARD_YELLOW, warned.due_ms = NOW_MS); /* of an old log */
    TELL(term_passed, TERM_PASSED, TermPassed, term_passed.clock = PAIDAN__CLOCK__CLOCK_PERSON,
         term_passed.due_ms = NOW_MS);
}

static void test_facts_when_told_then_as_golden(void **state)
{
    (void)state;
    struct trace trace;
    trace_init(&trace, 0);
    handle.clock = PAIDAN__CLOCK__CLOCK_HANDLE;
    handle.due_ms = NOW_MS + 100 * HOUR_MS;
    redo.clock = PAIDAN__CLOCK__CLOCK_REDO;
    redo.due_ms = NOW_MS + 101 * HOUR_MS;
    assist.unit = "u.c2";
    assist.clock = &redo;
    street.unit = "u.s";
    street.level = 3;
    for (int chinese = 1; chinese >= 0; chinese--) {
        const struct say say = {.language = chinese != 0 ? SAY_CHINESE : SAY_ENGLISH};
        const struct told told = {.trace = &trace, .say = &say};
        trace_say(&trace, "-- %s", chinese != 0 ? "zh" : "en");
        tell_requests(&told);
        tell_group(&told);
        tell_callback(&told);
        tell_joint(&told);
        tell_supervision(&told);
    }
    assert_true(trace_golden(&trace, "say_facts"));
    trace_fini(&trace);
}

/* Facts about no ticket of a history, or that people need not see. */
static bool silent(unsigned id)
{
    return id < 20 || id == PAIDAN__EVENT__FACT_LEASED || id == PAIDAN__EVENT__FACT_HANDED ||
           id == PAIDAN__EVENT__FACT_CANCELLED || id == PAIDAN__EVENT__FACT_SITE_CHANGED ||
           id == PAIDAN__EVENT__FACT_HANDED_ON;
}

/* An empty message of the fact: required strings as in the default, which is "". */
static void test_facts_when_any_fact_then_it_has_a_sentence(void **state)
{
    (void)state;
    static unsigned char zeros[1024];
    const ProtobufCMessageDescriptor *event_fields = &paidan__event__descriptor;
    const struct say say = {.language = SAY_CHINESE};
    for (unsigned index = 0; index < event_fields->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &event_fields->fields[index];
        if (field->quantifier_offset != offsetof(Paidan__Event, fact_case) || silent(field->id)) {
            continue;
        }
        const ProtobufCMessageDescriptor *fact = field->descriptor;
        Paidan__Event event = PAIDAN__EVENT__INIT;
        char text[4096];
        assert_true(fact->sizeof_message <= sizeof zeros);
        fact->message_init((ProtobufCMessage *)(void *)zeros);
        event.fact_case = (Paidan__Event__FactCase)field->id;
        event.assigned = (Paidan__Assigned *)(void *)zeros;
        if (strcmp(field->name, "assigned") == 0 || strcmp(field->name, "raised") == 0 ||
            strcmp(field->name, "reopened") == 0 || strcmp(field->name, "ordered") == 0 ||
            strcmp(field->name, "moved") == 0) {
            continue; /* they hold an assignment, which is never absent */
        }
        (void)say_facts_words(&say, &event, text, sizeof text);
        if (text[0] == '\0') {
            fail_msg("no sentence for %s", field->name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts_when_told_then_as_golden),
        cmocka_unit_test(test_facts_when_any_fact_then_it_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
