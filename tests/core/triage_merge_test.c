/* Tickets about the same event 并单, as triage tells of them: from and to each state, whatever escalation
 * says meanwhile; and what the desk sees of a ticket that comes back. Golden traces: triage_merge*.txt. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "services/triage/triage.h"
#include "services/triage/triage_merge.h"
#include "story.h"
#include "triage_fsm.h"
#include "triage_state.h"

/* 2026-11-22 09:00 in +08:00. */
#define START_MS 1795309200000ull
#define MINUTE 60000ull

/* ---- what triage hears ---- */

static void say(struct story *story, const char *log, uint64_t number, Paidan__Event *event)
{
    event->has_ticket = 1;
    event->ticket = story_ticket(story, number);
    story_hear(story, log, event);
}

static void registered(struct story *story, uint64_t number, const char *place, const char *text,
                       bool confidential)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = "wechat";
    fact.title = (char *)text;
    fact.text = (char *)text;
    fact.place = (char *)place;
    fact.query_code = "ABC123";
    fact.has_confidential = fact.confidential = confidential;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    say(story, "intake", number, &event);
}

/* One at the desk, of which the place is not known; one that triage sends to a unit by itself. */
static void unsure(struct story *story, uint64_t number)
{
    registered(story, number, NULL, "太吵了", false);
}

static void sure(struct story *story, uint64_t number)
{
    registered(story, number, "湖畔花园3幢", "楼上太吵了", false);
}

static void recalled(struct story *story, uint64_t number, uint64_t into)
{
    Paidan__Recalled fact = PAIDAN__RECALLED__INIT;
    fact.unit = "c.west";
    fact.level = 2;
    fact.category = "noise";
    fact.area = "west";
    fact.urgency = PAIDAN__URGENCY__URGENCY_URGENT;
    fact.channel = "wechat";
    fact.title = "半夜施工";
    fact.registered_ms = START_MS;
    fact.note = "同一件事";
    fact.has_merge_into = into != 0;
    fact.merge_into = into == 0 ? 0 : story_ticket(story, into);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RECALLED;
    event.recalled = &fact;
    say(story, "escalation", number, &event);
}

static void followed(struct story *story, uint64_t number, uint64_t group)
{
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    fact.unit = "c.west";
    fact.note = "已处理";
    fact.round = 1;
    fact.channel = "wechat";
    fact.has_group = group != 0;
    fact.group = group == 0 ? 0 : story_ticket(story, group);
    fact.has_level = 1;
    fact.level = 2;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    say(story, "escalation", number, &event);
}

static void unmerged(struct story *story, uint64_t number, uint64_t from, uint64_t heir)
{
    Paidan__Unmerged fact = PAIDAN__UNMERGED__INIT;
    fact.from = story_ticket(story, from);
    fact.has_why = 1;
    fact.why =
        heir != 0 ? PAIDAN__UNMERGE_CAUSE__UNMERGE_WITHDRAWN : PAIDAN__UNMERGE_CAUSE__UNMERGE_OVER;
    fact.has_heir = heir != 0;
    fact.heir = heir == 0 ? 0 : story_ticket(story, heir);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_UNMERGED;
    event.unmerged = &fact;
    say(story, "escalation", number, &event);
}

static void returned(struct story *story, uint64_t number)
{
    Paidan__Returned fact = PAIDAN__RETURNED__INIT;
    fact.unit = "c.west";
    fact.note = "不归我们管";
    fact.count = 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
    event.returned = &fact;
    say(story, "escalation", number, &event);
}

static void reopened(struct story *story, uint64_t number)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 3;
    to.unit = "s.city";
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    fact.to = &to;
    fact.round = 2;
    fact.from_level = 2;
    fact.from_unit = "c.west";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
    event.reopened = &fact;
    say(story, "escalation", number, &event);
}

static void raised(struct story *story, uint64_t number)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 3;
    to.unit = "s.city";
    Paidan__Raised fact = PAIDAN__RAISED__INIT;
    fact.from_level = 2;
    fact.from_unit = "c.west";
    fact.to = &to;
    fact.why = PAIDAN__WHY__WHY_EXPIRED;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RAISED;
    event.raised = &fact;
    say(story, "escalation", number, &event);
}

static void closed(struct story *story, uint64_t number)
{
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    fact.round = 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    say(story, "escalation", number, &event);
}

static void withdrawn(struct story *story, uint64_t number)
{
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &fact;
    say(story, "intake", number, &event);
}

static void chased(struct story *story, uint64_t number, uint32_t count)
{
    Paidan__Chased fact = PAIDAN__CHASED__INIT;
    fact.count = count;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    event.chased = &fact;
    say(story, "intake", number, &event);
}

static void extended(struct story *story, uint64_t number, uint64_t outer_due_ms)
{
    Paidan__Supplemented fact = PAIDAN__SUPPLEMENTED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.text = "同意延期";
    fact.has_outer_due_ms = 1;
    fact.outer_due_ms = outer_due_ms;
    event.fact_case = PAIDAN__EVENT__FACT_SUPPLEMENTED;
    event.supplemented = &fact;
    say(story, "intake", number, &event);
}

/* ---- what the dispatcher does ---- */

static void merge(struct story *story, uint64_t number, uint64_t into)
{
    Paidan__Merge wish = PAIDAN__MERGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    wish.into = story_ticket(story, into);
    wish.note = "同一件事，问 13812345678";
    request.wish_case = PAIDAN__REQUEST__WISH_MERGE;
    request.merge = &wish;
    (void)story_ask(story, "desk", &request);
}

static void unmerge(struct story *story, uint64_t number)
{
    Paidan__Unmerge wish = PAIDAN__UNMERGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    wish.note = "是两回事";
    request.wish_case = PAIDAN__REQUEST__WISH_UNMERGE;
    request.unmerge = &wish;
    (void)story_ask(story, "desk", &request);
}

static void dispatch(struct story *story, uint64_t number)
{
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    wish.unit = "c.west";
    wish.area = "west";
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &wish;
    (void)story_ask(story, "desk", &request);
}

static void look(struct story *story, uint64_t number)
{
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    const Paidan__TriageShown *shown = story_query(story, &request)->triage_shown;
    assert_non_null(shown);
    trace_say(&story->trace, "look: %s %s %s %s reasons=%#x into=%llu members=%zu desk=%s/%u",
              triage_fsm_state_name((enum triage_state)shown->state),
              shown->category == NULL ? "-" : shown->category,
              shown->area == NULL ? "-" : shown->area, shown->unit == NULL ? "-" : shown->unit,
              shown->reasons, (unsigned long long)(shown->merged_into % 10000), shown->n_members,
              shown->desk == NULL ? "no" : shown->desk->title,
              shown->desk == NULL ? 0 : shown->desk->members);
}

static void totals(struct story *story)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &wish;
    const Paidan__Answer *stats = story_query(story, &request);
    for (size_t index = 0; index < stats->stats->n_counts; index++) {
        const Paidan__Count *count = stats->stats->counts[index];
        if (count->value != 0) {
            trace_say(&story->trace, "total %s %llu", count->name,
                      (unsigned long long)count->value);
        }
    }
}

/* ---- stories ---- */

/* From each way of lying at the desk, and back: first in the list, with what it had been. */
static void tell_desk(struct story *story)
{
    unsure(story, 1);
    unsure(story, 2);
    sure(story, 3);
    returned(story, 3);
    sure(story, 4);
    recalled(story, 4, 0);
    merge(story, 2, 1);
    merge(story, 3, 1);
    merge(story, 4, 2); /* into a member: into its ticket */
    look(story, 1);
    look(story, 3);
    merge(story, 4, 1); /* again */
    dispatch(story, 4); /* it lies there no more */
    chased(story, 2, 1);
    look(story, 1);
    story_until(story, 30 * MINUTE);
    for (uint64_t number = 2; number <= 4; number++) {
        unmerge(story, number);
        look(story, number);
    }
    unmerge(story, 4); /* again */
    dispatch(story, 2);
    dispatch(story, 3);
    merge(story, 4, 2); /* into what a unit has */
    chased(story, 4, 1);
    unmerge(story, 4);
    dispatch(story, 4);
    look(story, 4);
    totals(story);
}

/* A unit has it: by way of escalation, which takes it from the unit. Where it can not be merged any more, it is
 * at the desk. */
static void tell_recalled(struct story *story)
{
    sure(story, 1);
    sure(story, 2);
    sure(story, 3);
    merge(story, 2, 1);
    recalled(story, 2, 1);
    look(story, 2);
    recalled(story, 3, 9); /* unknown */
    look(story, 3);
    merge(story, 3, 2);
    recalled(story, 1, 3); /* into its own member */
    recalled(story, 2, 1); /* said before, read later */
    returned(story, 2);    /* likewise */
    raised(story, 2);
    look(story, 1);
    look(story, 2);
    unmerge(story, 2);
    look(story, 2);
    totals(story);
}

/* Its group is resolved, and with it the ticket, which is one of its own from then on: it may be opened again,
 * returned, and merged once more. */
static void tell_followed(struct story *story)
{
    unsure(story, 1);
    unsure(story, 2);
    unsure(story, 3);
    unsure(story, 4);
    dispatch(story, 1);
    merge(story, 2, 1);
    merge(story, 3, 1);
    merge(story, 4, 1);
    followed(story, 1, 0);
    followed(story, 2, 1);
    look(story, 2);
    unmerge(story, 3); /* before it was read that it is resolved */
    followed(story, 3, 1);
    look(story, 3);
    unmerge(story, 4);
    dispatch(story, 4);
    followed(story, 4, 1);
    look(story, 4);
    reopened(story, 2);
    returned(story, 2);
    look(story, 2);
    unsure(story, 5);
    merge(story, 2, 5);
    unmerge(story, 2);
    closed(story, 1);
    totals(story);
}

/* Escalation resolved it, or it ended, before that read that it is merged. */
static void tell_crossing(struct story *story)
{
    sure(story, 1);
    for (uint64_t number = 2; number <= 6; number++) {
        unsure(story, number);
        merge(story, number, 1);
    }
    reopened(story, 2);
    look(story, 2);
    closed(story, 3);
    withdrawn(story, 4);
    withdrawn(story, 4);
    look(story, 4);
    unmerge(story, 5);
    reopened(story, 5);
    look(story, 5);
    extended(story, 6, START_MS + 600 * MINUTE);
    unmerged(story, 6, 2, 0); /* of another group: merged into this one since */
    unmerged(story, 6, 1, 0);
    unmerged(story, 6, 1, 0);
    look(story, 6);
    recalled(story, 6, 0);
    returned(story, 6);
    withdrawn(story, 6);
    unmerged(story, 6, 1, 0);
    followed(story, 6, 1);
    unmerged(story, 9, 1, 0);
    merge(story, 6, 1);
    totals(story);
}

/* Whom they were merged into withdrew: they stay together, under the oldest. */
static void tell_heir(struct story *story)
{
    for (uint64_t number = 1; number <= 4; number++) {
        unsure(story, number);
    }
    merge(story, 2, 1);
    merge(story, 3, 1);
    merge(story, 4, 1);
    withdrawn(story, 1);
    merge(story, 1, 2); /* over */
    unmerged(story, 2, 1, 2);
    unmerged(story, 3, 1, 2);
    withdrawn(story, 2);
    unmerged(story, 4, 1, 2);
    look(story, 3);
    look(story, 4);
    unmerged(story, 3, 2, 3);
    look(story, 3);
    totals(story);
}

static void bound(struct story *story, uint64_t number, uint64_t due_ms)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = "wechat";
    fact.title = fact.text = "太吵了";
    fact.query_code = "ABC123";
    fact.has_due_ms = 1;
    fact.due_ms = due_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    say(story, "intake", number, &event);
}

/* What is merged into a ticket at the desk asks the same of the dispatcher, as long as it is merged. */
static void tell_claims(struct story *story)
{
    unsure(story, 1);
    sure(story, 2);
    recalled(story, 2, 1); /* urgent */
    look(story, 1);
    bound(story, 3, START_MS + 60 * MINUTE);
    merge(story, 3, 1);
    extended(story, 3, START_MS + 90 * MINUTE);
    unmerge(story, 2);
    look(story, 1);
    withdrawn(story, 3);
    sure(story, 4);
    recalled(story, 4, 1);
    dispatch(story, 1);
    returned(story, 1); /* with a member that asks the same of it again */
}

/* With its members; and what is refused. */
static void tell_along(struct story *story)
{
    for (uint64_t number = 1; number <= 4; number++) {
        unsure(story, number);
    }
    registered(story, 5, NULL, "太吵了", true);
    registered(story, 6, NULL, "太吵了", true);
    merge(story, 2, 1);
    merge(story, 3, 1);
    merge(story, 1, 1);
    merge(story, 1, 2); /* into its own member */
    merge(story, 9, 1);
    merge(story, 1, 9);
    merge(story, 1, 5); /* confidential */
    merge(story, 5, 1);
    merge(story, 6, 5); /* both are */
    merge(story, 1, 4);
    look(story, 4);
    look(story, 3);
    unmerge(story, 3);
    look(story, 3);
    unmerge(story, 6);
    look(story, 6);
    withdrawn(story, 4);
    merge(story, 3, 4); /* over */
    totals(story);
}

/* A unit had it, and it is over: nothing is merged into it, until it is reopened. */
static void tell_over(struct story *story)
{
    sure(story, 1);
    unsure(story, 2);
    followed(story, 1, 0);
    followed(story, 1, 0); /* known */
    merge(story, 2, 1);
    reopened(story, 1);
    extended(story, 1, START_MS + 600 * MINUTE);
    merge(story, 2, 1);
    unmerge(story, 2);
    followed(story, 1, 0);
    extended(story, 1, START_MS + 900 * MINUTE); /* resolved all the same */
    merge(story, 2, 1);
    closed(story, 1);
    merge(story, 2, 1);
    sure(story, 3);
    withdrawn(story, 3);
    merge(story, 2, 3);
    closed(story, 3); /* by that */
    merge(story, 2, 3);
    sure(story, 4);
    unsure(story, 5);
    merge(story, 5, 4);
    followed(story, 4, 0);
    merge(story, 2, 5); /* into a member of it */
    followed(story, 5, 4);
    merge(story, 2, 5); /* over by itself */
    sure(story, 6);
    recalled(story, 6, 4); /* at the desk */
    closed(story, 2);      /* at the desk: ended, as ever */
    merge(story, 6, 2);
    look(story, 6);
    totals(story);
}

struct tale {
    const char *name;
    void (*tell)(struct story *story);
};

static const struct tale tales[] = {
    {"merge", tell_desk},
    {"merge_recalled", tell_recalled},
    {"merge_followed", tell_followed},
    {"merge_crossing", tell_crossing},
    {"merge_heir", tell_heir},
    {"merge_along", tell_along},
    {"merge_over", tell_over},
    {"merge_claims", tell_claims},
};

static void test_story_when_told_then_as_golden(void **unused)
{
    (void)unused;
    bool equal = true;
    for (size_t index = 0; index < sizeof tales / sizeof tales[0]; index++) {
        struct story story;
        char name[64];
        story_open(&story, &triage_service, "words", START_MS);
        tales[index].tell(&story);
        story_replay(&story);
        (void)snprintf(name, sizeof name, "triage_%s", tales[index].name);
        equal = trace_golden(&story.trace, name) && equal;
        story_close(&story);
    }
    assert_true(equal);
}

/* As many as may be, then no more; all of them go along in one step. */
static void test_group_when_full_then_refused_and_still_goes_along(void **unused)
{
    (void)unused;
    struct story story;
    Paidan__Merge wish = PAIDAN__MERGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    story_open(&story, &triage_service, "words", START_MS);
    request.wish_case = PAIDAN__REQUEST__WISH_MERGE;
    request.merge = &wish;
    for (uint64_t number = 1; number <= GROUP_MEMBERS_MAX + 4; number++) {
        unsure(&story, number);
    }
    wish.into = story_ticket(&story, 1);
    for (uint64_t number = 2; number <= GROUP_MEMBERS_MAX; number++) {
        wish.ticket = story_ticket(&story, number);
        assert_int_equal(story_ask(&story, "desk", &request)->code, PAIDAN__CODE__OK);
    }
    /* 499 and itself fit; with one more they would be too many. */
    wish.ticket = story_ticket(&story, GROUP_MEMBERS_MAX + 1);
    wish.into = story_ticket(&story, GROUP_MEMBERS_MAX + 2);
    assert_int_equal(story_ask(&story, "desk", &request)->code, PAIDAN__CODE__OK);
    wish.ticket = story_ticket(&story, 1);
    assert_int_equal(story_ask(&story, "desk", &request)->code, PAIDAN__CODE__GROUP_FULL);
    wish.into = story_ticket(&story, GROUP_MEMBERS_MAX + 3);
    assert_int_equal(story_ask(&story, "desk", &request)->code, PAIDAN__CODE__OK);
    wish.ticket = story_ticket(&story, GROUP_MEMBERS_MAX + 4);
    const Paidan__Answer *answer = story_ask(&story, "desk", &request);
    assert_int_equal(answer->code, PAIDAN__CODE__GROUP_FULL);
    assert_string_equal(answer->detail, "500");
    story_replay(&story);
    story_close(&story);
}

/* No ticket has that number; no table of groups is asked for it. */
static void test_merge_when_a_number_is_none_then_unknown(void **unused)
{
    (void)unused;
    struct story story;
    Paidan__Merge wish = PAIDAN__MERGE__INIT;
    Paidan__Unmerge undo = PAIDAN__UNMERGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    story_open(&story, &triage_service, "words", START_MS);
    unsure(&story, 1);
    sure(&story, 2);
    request.wish_case = PAIDAN__REQUEST__WISH_MERGE;
    request.merge = &wish;
    wish.ticket = story_ticket(&story, 1);
    const Paidan__Answer *answer = story_ask(&story, "desk", &request);
    assert_int_equal(answer->code, PAIDAN__CODE__TICKET_UNKNOWN);
    assert_string_equal(answer->detail, "into");
    wish.into = wish.ticket;
    wish.ticket = 0;
    assert_int_equal(story_ask(&story, "desk", &request)->code, PAIDAN__CODE__TICKET_UNKNOWN);
    request.wish_case = PAIDAN__REQUEST__WISH_UNMERGE;
    request.unmerge = &undo;
    assert_int_equal(story_ask(&story, "desk", &request)->code, PAIDAN__CODE__TICKET_UNKNOWN);
    story_replay(&story);
    story_close(&story);
}

/* The unit that works on the other one reads nothing of the resident's; the desk has it again afterwards. */
static void test_confidential_when_merged_then_without_title_until_it_is_back(void **unused)
{
    (void)unused;
    struct story story;
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    story_open(&story, &triage_service, "words", START_MS);
    registered(&story, 1, NULL, "太吵了", true);
    registered(&story, 2, NULL, "举报邻居太吵", true);
    merge(&story, 2, 1);
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    wish.ticket = story_ticket(&story, 2);
    wish.has_history = wish.history = true;
    const Paidan__TriageShown *shown = story_query(&story, &request)->triage_shown;
    assert_non_null(shown);
    assert_int_equal(shown->n_history, 2);
    Paidan__Event *event =
        paidan__event__unpack(NULL, shown->history[1].len, shown->history[1].data);
    assert_non_null(event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_MERGED);
    assert_string_equal(event->merged->title, "");
    paidan__event__free_unpacked(event, NULL);
    unmerge(&story, 2);
    shown = story_query(&story, &request)->triage_shown;
    assert_string_equal(shown->desk->title, "举报邻居太吵");
    story_replay(&story);
    story_close(&story);
}

/* ---- who may ---- */

static const Paidan__Answer *merge_as(struct story *story, const struct permit_asker *asker,
                                      uint64_t ticket, uint64_t into)
{
    Paidan__Merge wish = PAIDAN__MERGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, ticket);
    wish.into = story_ticket(story, into);
    request.wish_case = PAIDAN__REQUEST__WISH_MERGE;
    request.merge = &wish;
    story->asker = asker;
    const Paidan__Answer *const answer =
        story_ask(story, asker == NULL ? "desk" : asker->actor, &request);
    story->asker = NULL;
    return answer;
}

/* Whatever a foreign ticket is (at the desk, with a unit, over, confidential, merged, full of members), who may
 * not see it hears the same as of a number that nobody has. */
static void test_merge_when_the_other_is_foreign_then_as_unknown(void **unused)
{
    (void)unused;
    enum {
        OWN_DESK = 1,
        OWN_DESK_TOO,
        OWN_ROUTED,
        EAST_DESK,
        EAST_SECRET,
        EAST_ROUTED,
        EAST_OVER,
        EAST_MEMBER,
        NOBODYS = 99
    };
    static const uint64_t foreign[] = {EAST_DESK, EAST_SECRET, EAST_ROUTED,
                                       EAST_OVER, EAST_MEMBER, NOBODYS};
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT;
    Paidan__GrantRole *roles[] = {&role};
    const struct permit_asker west = {
        .actor = "west", .column = PERMIT_COLUMNS, .role_count = 1, .roles = roles};
    struct story story;
    role.role = PAIDAN__ROLE__ROLE_DISPATCHER;
    role.area = (char *)(uintptr_t) "west";
    story_open(&story, &triage_service, "words", START_MS);
    registered(&story, OWN_DESK, "半山公寓3幢", "请来看一下", false);
    registered(&story, OWN_DESK_TOO, "半山公寓5幢", "请来看一下", false);
    registered(&story, OWN_ROUTED, "半山公寓3幢", "楼上太吵了", false);
    registered(&story, EAST_DESK, "湖畔花园3幢", "请来看一下", false);
    registered(&story, EAST_SECRET, "湖畔花园3幢", "请来看一下", true);
    registered(&story, EAST_ROUTED, "湖畔花园3幢", "楼上太吵了", false);
    registered(&story, EAST_OVER, "湖畔花园3幢", "楼上太吵了", false);
    followed(&story, EAST_OVER, 0);
    registered(&story, EAST_MEMBER, "湖畔花园3幢", "请来看一下", false);
    assert_int_equal(merge_as(&story, NULL, EAST_MEMBER, EAST_ROUTED)->code, PAIDAN__CODE__OK);
    for (size_t index = 0; index < sizeof foreign / sizeof *foreign; index++) {
        for (uint64_t own = OWN_DESK; own <= OWN_ROUTED; own += OWN_ROUTED - OWN_DESK) {
            const Paidan__Answer *const answer = merge_as(&story, &west, own, foreign[index]);
            assert_int_equal(answer->code, PAIDAN__CODE__TICKET_UNKNOWN);
            assert_string_equal(answer->detail, "into");
        }
        const Paidan__Answer *const answer = merge_as(&story, &west, foreign[index], OWN_DESK);
        assert_int_equal(answer->code, PAIDAN__CODE__TICKET_UNKNOWN);
        assert_null(answer->detail);
    }
    /* Of his own he hears all. */
    const Paidan__Answer *answer = merge_as(&story, &west, OWN_ROUTED, OWN_DESK);
    assert_int_equal(answer->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_string_equal(answer->detail, "routed");
    assert_int_equal(merge_as(&story, &west, OWN_DESK_TOO, OWN_DESK)->code, PAIDAN__CODE__OK);
    story_replay(&story);
    story_close(&story);
}

/* One that joins a group at the desk is compared with the desk's clock alone: here a member's record is
 * missing, which whoever read all of them would find. As long as it asks for more than that, all are read. */
static void test_member_when_it_asks_for_no_more_then_the_others_are_not_read(void **unused)
{
    (void)unused;
    struct story story;
    struct store_txn *txn = NULL;
    unsigned char key[CODEC_U64_BYTES];
    story_open(&story, &triage_service, "words", START_MS);
    for (uint64_t number = 1; number <= 4; number++) {
        unsure(&story, number);
    }
    assert_int_equal(merge_as(&story, NULL, 2, 1)->code, PAIDAN__CODE__OK);
    codec_set_u64(key, story_ticket(&story, 2));
    assert_int_equal(store_begin(story.store, true, &txn), RC_OK);
    assert_int_equal(store_del(txn, TRIAGE_TABLE_TICKET, key, sizeof key), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    assert_int_equal(merge_as(&story, NULL, 3, 1)->code, PAIDAN__CODE__OK);
    assert_false(story.broken);
    bound(&story, 5, START_MS + 30 * MINUTE);
    merge(&story, 5, 1);
    assert_true(story.broken);
    story_close(&story);
}

/* Reading a whole group takes no more memory of a step than reading one of it. */
static void test_group_when_one_leaves_then_read_in_little_memory(void **unused)
{
    (void)unused;
    enum { MEMBERS = 300 };
    struct story story;
    story_open(&story, &triage_service, "words", START_MS);
    for (uint64_t number = 1; number <= MEMBERS + 1; number++) {
        unsure(&story, number);
    }
    for (uint64_t number = 2; number <= MEMBERS + 1; number++) {
        assert_int_equal(merge_as(&story, NULL, number, 1)->code, PAIDAN__CODE__OK);
    }
    struct arena *const arena = step_engine_arena(story.engine);
    const size_t before = arena->high;
    unmerge(&story, 2);
    assert_false(story.broken);
    assert_true(arena->high <= before + 4096);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_story_when_told_then_as_golden),
        cmocka_unit_test(test_group_when_full_then_refused_and_still_goes_along),
        cmocka_unit_test(test_merge_when_a_number_is_none_then_unknown),
        cmocka_unit_test(test_confidential_when_merged_then_without_title_until_it_is_back),
        cmocka_unit_test(test_merge_when_the_other_is_foreign_then_as_unknown),
        cmocka_unit_test(test_member_when_it_asks_for_no_more_then_the_others_are_not_read),
        cmocka_unit_test(test_group_when_one_leaves_then_read_in_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
