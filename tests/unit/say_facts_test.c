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
    TELL(replan_passed, REPLAN_PASSED, ReplanPassed, replan_passed.looked_at = 120,
         replan_passed.moved = 7);
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
