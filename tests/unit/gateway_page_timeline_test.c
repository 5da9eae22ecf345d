/* gateway_page_timeline, and of gateway_page_story what is to come: a resident is told when and by whom, that it is
 * late, in which order, and nothing that is not his. */
#include "gateway_page_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/say_time.h"
#include "gateway_page_timeline.h"

/* 2026-11-22 09:00 in +08:00, a Sunday. */
#define NOW_MS 1795309200000ull
#define HOUR_MS 3600000ull

static const struct say zh = {.language = SAY_CHINESE}, en = {.language = SAY_ENGLISH};

static const char *told(const struct say *say, const Paidan__Event *event)
{
    static char sentence[320];
    const char *said = NULL;
    gateway_page_story_words(say, event, sentence, sizeof sentence, &said);
    return sentence;
}

static struct gateway_page_next next_in(Paidan__State state)
{
    return (struct gateway_page_next){.state = state,
                                      .unit = "物业",
                                      .accept_ms = NOW_MS + HOUR_MS,
                                      .contact_ms = NOW_MS + 24 * HOUR_MS,
                                      .handle_ms = NOW_MS + 103 * 24 * HOUR_MS + 9 * HOUR_MS,
                                      .now_ms = NOW_MS};
}

static void check_next(const struct say *say, const struct gateway_page_next *next, unsigned index,
                       const char *expected, bool expected_late)
{
    char sentence[320];
    bool late = !expected_late;
    const bool there = gateway_page_story_next(say, next, index, sentence, sizeof sentence, &late);
    assert_int_equal(there, expected != NULL);
    if (expected != NULL) {
        assert_string_equal(sentence, expected);
        assert_int_equal(late, expected_late);
    }
}

static void test_next_when_assigned_then_the_end_and_the_next_step(void **state)
{
    (void)state;
    const struct gateway_page_next next = next_in(PAIDAN__STATE__STATE_ASSIGNED);
    check_next(&zh, &next, 0, "预计 2027年3月5日 18:00 前办好", false);
    check_next(&zh, &next, 1, "预计 今天 10:00 前，物业开始办理", false);
    check_next(&en, &next, 0, "Expected to be done by 5 Mar 2027 18:00", false);
    check_next(&en, &next, 1, "By today 10:00 it is to be taken up by 物业", false);
}

static void test_next_when_late_then_it_says_so(void **state)
{
    (void)state;
    struct gateway_page_next next = next_in(PAIDAN__STATE__STATE_ACCEPTED);
    next.now_ms = next.handle_ms + 1;
    check_next(&zh, &next, 0, "原定 今天 18:00 前办好，已经超时，正在督促", true);
    check_next(&zh, &next, 1, "原定 2026年11月23日 09:00 前由物业和您联系，已经超时", true);
    char sentence[320];
    gateway_page_story_due(&en, &next, sentence, sizeof sentence);
    assert_string_equal(sentence, "was to be today 18:00; late, and being pressed for");
}

static void test_next_when_contacted_then_the_end_alone(void **state)
{
    (void)state;
    struct gateway_page_next next = next_in(PAIDAN__STATE__STATE_ACCEPTED);
    next.contact_ms = 0;
    check_next(&zh, &next, 0, "预计 2027年3月5日 18:00 前办好", false);
    check_next(&zh, &next, 1, NULL, false);
}

static void test_next_when_nobody_has_it_then_no_unit_is_named(void **state)
{
    (void)state;
    static const Paidan__State states[] = {PAIDAN__STATE__STATE_NONE, PAIDAN__STATE__STATE_DESK,
                                           PAIDAN__STATE__STATE_RETURNED};
    for (size_t at = 0; at < sizeof states / sizeof states[0]; at++) {
        struct gateway_page_next next = next_in(states[at]);
        next.unit = NULL;
        check_next(&zh, &next, 1, "接下来：确定由哪个单位办理", false);
    }
}

static void test_next_when_paused_then_until_when(void **state)
{
    (void)state;
    struct gateway_page_next next = {.state = PAIDAN__STATE__STATE_SUSPENDED, .now_ms = NOW_MS};
    check_next(&zh, &next, 1, "条件具备后继续办理", false);
    next.until_ms = NOW_MS + 39 * HOUR_MS; /* midnight */
    check_next(&zh, &next, 1, "最晚 明天 24:00 继续办理", false);
    check_next(&en, &next, 1, "To go on by tomorrow 24:00 at the latest", false);
    check_next(&zh, &next, 0, NULL, false);
}

static void test_next_when_over_then_nothing_is_to_come(void **state)
{
    (void)state;
    char sentence[320];
    static const Paidan__State states[] = {PAIDAN__STATE__STATE_CLOSED,
                                           PAIDAN__STATE__STATE_WITHDRAWN};
    for (size_t at = 0; at < sizeof states / sizeof states[0]; at++) {
        const struct gateway_page_next next = next_in(states[at]);
        check_next(&zh, &next, 0, NULL, false);
        check_next(&zh, &next, 1, NULL, false);
        gateway_page_story_due(&zh, &next, sentence, sizeof sentence);
        assert_string_equal(sentence, "");
    }
    const struct gateway_page_next next = next_in(PAIDAN__STATE__STATE_RESOLVED);
    check_next(&zh, &next, 0, NULL, false);
    check_next(&zh, &next, 1, "接下来：我们会问您解决了没有", false);
}

static void test_words_when_a_deadline_was_missed_then_which(void **state)
{
    (void)state;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Raised raised = PAIDAN__RAISED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    to.unit = (char[]){"street"};
    raised.to = &to;
    raised.why = PAIDAN__WHY__WHY_EXPIRED;
    raised.has_clock = true;
    raised.clock = PAIDAN__CLOCK__CLOCK_HANDLE;
    event.fact_case = PAIDAN__EVENT__FACT_RAISED;
    event.raised = &raised;
    assert_string_equal(told(&zh, &event), "没有按时办好，转到上一级，由street办理");
    raised.why = PAIDAN__WHY__WHY_COMPETENCE;
    assert_string_equal(told(&en, &event), "Passed up to street");
    /* At the top nobody is above: a card, of which he hears what it is for, unless it is by hand. */
    Paidan__Carded carded = PAIDAN__CARDED__INIT;
    carded.clock = PAIDAN__CLOCK__CLOCK_REDO;
    carded.due_ms = NOW_MS;
    event.at_ms = NOW_MS;
    event.fact_case = PAIDAN__EVENT__FACT_CARDED;
    event.carded = &carded;
    assert_string_equal(told(&zh, &event), "没有按时办好，正在督促");
    event.at_ms = NOW_MS - 1;
    assert_string_equal(told(&zh, &event), "");
    event.at_ms = NOW_MS;
    carded.by_unit = (char[]){"street"};
    assert_string_equal(told(&zh, &event), "");
}

static void test_words_when_the_office_keeps_its_own_in_order_then_none(void **state)
{
    (void)state;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Urged urged = PAIDAN__URGED__INIT;
    Paidan__PersonNamed person = PAIDAN__PERSON_NAMED__INIT;
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_URGED;
    event.urged = &urged;
    assert_string_equal(told(&zh, &event), "");
    event.fact_case = PAIDAN__EVENT__FACT_PERSON_NAMED;
    event.person_named = &person;
    assert_string_equal(told(&zh, &event), "");
    event.fact_case = PAIDAN__EVENT__FACT_NOTED;
    event.noted = &noted;
    assert_string_equal(told(&zh, &event), "您催过，已转告承办单位");
    noted.has_member = true; /* somebody else who reported the same */
    noted.member = 7;
    assert_string_equal(told(&zh, &event), "");
}

static void test_words_when_extended_then_the_date(void **state)
{
    (void)state;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Decided decided = PAIDAN__DECIDED__INIT;
    Paidan__ClockSet clock = PAIDAN__CLOCK_SET__INIT;
    clock.due_ms = NOW_MS + 48 * HOUR_MS;
    decided.kind = PAIDAN__REQUEST_KIND__REQUEST_EXTENSION;
    decided.granted = true;
    decided.clock = &clock;
    decided.note = (char[]){"张三批准"};
    event.at_ms = NOW_MS;
    event.fact_case = PAIDAN__EVENT__FACT_DECIDED;
    event.decided = &decided;
    assert_string_equal(told(&zh, &event), "需要更多时间，办理时限延长到 11月24日 09:00");
    decided.granted = false;
    assert_string_equal(told(&zh, &event), "");
}

/* Packed as a service sends it. */
static ProtobufCBinaryData packed(const Paidan__Event *event)
{
    ProtobufCBinaryData data = {.len = paidan__event__get_packed_size(event)};
    data.data = malloc(data.len);
    assert_non_null(data.data);
    (void)paidan__event__pack(event, data.data);
    return data;
}

static ProtobufCBinaryData accepted_at(uint64_t at_ms, const char *unit)
{
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    accepted.unit = (char *)(uintptr_t)unit; /* packed, never written */
    event.at_ms = at_ms;
    event.ticket = 1;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
    event.accepted = &accepted;
    return packed(&event);
}

static ProtobufCBinaryData merged_at(uint64_t at_ms)
{
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    merged.title = merged.channel = (char[]){"x"};
    merged.into = 7;
    merged.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    event.at_ms = at_ms;
    event.ticket = 1;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_MERGED;
    event.merged = &merged;
    return packed(&event);
}

static char *line_of(bool merged)
{
    struct gateway_page_timeline timeline = {.items = NULL};
    struct gateway_html html = {.bytes = NULL};
    struct arena arena;
    size_t size = 0;
    assert_int_equal(arena_init(&arena, 1 << 20), RC_OK);
    ProtobufCBinaryData own[] = {accepted_at(NOW_MS, "own"), merged_at(NOW_MS + HOUR_MS)};
    ProtobufCBinaryData head[] = {accepted_at(NOW_MS - HOUR_MS, "before"),
                                  accepted_at(NOW_MS + 2 * HOUR_MS, "after")};
    const ProtobufCBinaryData broken = {.len = 3, .data = (uint8_t *)(uintptr_t) "\xff\xff\xff"};
    gateway_page_timeline_take(&timeline, &en, &arena, GATEWAY_PAGE_HEAD, head, 2);
    gateway_page_timeline_take(&timeline, &en, &arena, GATEWAY_PAGE_OWN, own, 2);
    gateway_page_timeline_take(&timeline, &en, &arena, GATEWAY_PAGE_OWN, &broken, 1);
    const struct gateway_page_next next = {.state = PAIDAN__STATE__STATE_CLOSED};
    gateway_page_timeline_write(&timeline, &html, &en, &next, merged, NOW_MS - 2 * HOUR_MS);
    for (size_t index = 0; index < 2; index++) {
        free(own[index].data);
        free(head[index].data);
    }
    gateway_page_timeline_free(&timeline);
    arena_fini(&arena);
    return gateway_html_take(&html, &size);
}

static void test_timeline_when_merged_then_the_head_from_then_on(void **state)
{
    (void)state;
    char *text = line_of(true);
    assert_non_null(text);
    const char *after = strstr(text, "after has"), *merge = strstr(text, "the same matter"),
               *own = strstr(text, "own has"), *received = strstr(text, "was received");
    assert_true(after != NULL && merge != NULL && own != NULL && received != NULL);
    assert_true(after < merge && merge < own && own < received);
    assert_null(strstr(text, "before has"));
    free(text);
}

static void test_timeline_when_alone_again_then_nothing_of_the_head(void **state)
{
    (void)state;
    char *text = line_of(false);
    assert_non_null(text);
    assert_null(strstr(text, "after has"));
    assert_non_null(strstr(text, "<li class=\"now\"><time>2026-11-22 10:00</time>It is the same"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next_when_assigned_then_the_end_and_the_next_step),
        cmocka_unit_test(test_next_when_late_then_it_says_so),
        cmocka_unit_test(test_next_when_contacted_then_the_end_alone),
        cmocka_unit_test(test_next_when_nobody_has_it_then_no_unit_is_named),
        cmocka_unit_test(test_next_when_paused_then_until_when),
        cmocka_unit_test(test_next_when_over_then_nothing_is_to_come),
        cmocka_unit_test(test_words_when_a_deadline_was_missed_then_which),
        cmocka_unit_test(test_words_when_the_office_keeps_its_own_in_order_then_none),
        cmocka_unit_test(test_words_when_extended_then_the_date),
        cmocka_unit_test(test_timeline_when_merged_then_the_head_from_then_on),
        cmocka_unit_test(test_timeline_when_alone_again_then_nothing_of_the_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
