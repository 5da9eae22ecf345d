/* Tickets that may be about one event, and bursts, against golden traces: tests/golden/
 * triage_group_<name>.txt. Each story is told twice, the second time with a restart before every
 * ticket: what is decided must be the same, and the index that of the tables.
 * ctest: valgrind */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/check.h"
#include "common/learn/group.h"
#include "services/triage/triage.h"
#include "services/triage/triage_group.h"
#include "story.h"

/* 2026-11-22 09:00 in +08:00. */
#define START_MS 1795309200000ull
#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static bool restarting;

/* ---- what triage hears ---- */

static void check(struct story *story)
{
    struct step_view view;
    bool equal = false;
    assert_int_equal(step_engine_view(story->engine, story->now_ms, &story->answers, &view), RC_OK);
    assert_int_equal(triage_service.cache->check(&view, step_engine_cache(story->engine), &equal),
                     RC_OK);
    step_engine_view_end(&view);
    assert_true(equal);
}

static void hear(struct story *story, const char *log, uint64_t number, Paidan__Event *event)
{
    if (restarting) {
        story->quiet = true;
        story_restart(story);
        story->quiet = false;
    }
    event->has_ticket = 1;
    event->ticket = story_ticket(story, number);
    story_hear(story, log, event);
    check(story);
}

static void told(struct story *story, uint64_t number, const char *title, const char *place,
                 const char *text)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.channel = (char *)"wechat";
    fact.title = (char *)title;
    fact.text = (char *)text;
    fact.place = (char *)place;
    fact.query_code = (char *)"ABC123";
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    hear(story, "intake", number, &event);
}

static void confidential(struct story *story, uint64_t number, const char *title, const char *place,
                         const char *text)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.channel = (char *)"wechat";
    fact.title = (char *)title;
    fact.text = (char *)text;
    fact.place = (char *)place;
    fact.query_code = (char *)"ABC123";
    fact.has_confidential = fact.confidential = true;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    hear(story, "intake", number, &event);
}

static void closed(struct story *story, uint64_t number)
{
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    fact.round = 1;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    hear(story, "escalation", number, &event);
}

static void reopened(struct story *story, uint64_t number)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    to.level = 3;
    to.unit = (char *)"s.city";
    fact.to = &to;
    fact.round = 2;
    fact.from_level = 2;
    fact.from_unit = (char *)"c.east";
    event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
    event.reopened = &fact;
    hear(story, "escalation", number, &event);
}

static void withdrawn(struct story *story, uint64_t number)
{
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &fact;
    hear(story, "intake", number, &event);
}

static void merged_by_desk(struct story *story, uint64_t number, uint64_t into)
{
    Paidan__Merge wish = PAIDAN__MERGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    wish.into = story_ticket(story, into);
    request.wish_case = PAIDAN__REQUEST__WISH_MERGE;
    request.merge = &wish;
    (void)story_ask(story, "desk", &request);
    check(story);
}

static void unmerged_by_desk(struct story *story, uint64_t number)
{
    Paidan__Unmerge wish = PAIDAN__UNMERGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    request.wish_case = PAIDAN__REQUEST__WISH_UNMERGE;
    request.unmerge = &wish;
    (void)story_ask(story, "desk", &request);
    check(story);
}

/* group: the ticket with which it was resolved; 0: it alone. */
static void resolved(struct story *story, uint64_t number, uint64_t group)
{
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.unit = (char *)"c.east";
    fact.note = (char *)"修好了";
    fact.round = 1;
    fact.channel = (char *)"wechat";
    fact.has_group = group != 0;
    fact.group = group == 0 ? 0 : story_ticket(story, group);
    fact.has_level = true;
    fact.level = 2;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    hear(story, "escalation", number, &event);
}

/* heir: who stands for the event from now on; 0: nobody. */
static void unmerged(struct story *story, uint64_t number, uint64_t from, uint64_t heir)
{
    Paidan__Unmerged fact = PAIDAN__UNMERGED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.from = story_ticket(story, from);
    fact.has_why = true;
    fact.why =
        heir != 0 ? PAIDAN__UNMERGE_CAUSE__UNMERGE_WITHDRAWN : PAIDAN__UNMERGE_CAUSE__UNMERGE_OVER;
    fact.has_heir = heir != 0;
    fact.heir = heir == 0 ? 0 : story_ticket(story, heir);
    event.fact_case = PAIDAN__EVENT__FACT_UNMERGED;
    event.unmerged = &fact;
    hear(story, "escalation", number, &event);
}

static void spot(struct story *story, uint64_t number)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.channel = (char *)"wechat";
    fact.title = (char *)"湖畔花园南门的路灯全都不亮了";
    fact.text = (char *)"湖畔花园南门外一排路灯从上周起不亮，晚上老人摔倒了，请尽快修。";
    fact.place = (char *)"湖畔花园";
    fact.query_code = (char *)"ABC123";
    fact.spot_unit = (char *)"c.east";
    fact.spot_note = (char *)"当场接通了电源";
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    hear(story, "intake", number, &event);
}

/* Told by different people: the lamps of one estate, in their own words. */
static void lamps(struct story *story, uint64_t number)
{
    static const char *const titles[] = {
        "湖畔花园南门的路灯全都不亮了",     "湖畔花园南门路灯坏了没人修",
        "湖畔花园南门口一片漆黑，路灯不亮", "湖畔花园南门路灯又不亮",
        "请修湖畔花园南门的路灯",           "湖畔花园南门路灯熄灭多日"};
    static const char *const texts[] = {
        "湖畔花园南门外一排路灯从上周起不亮，晚上老人摔倒了，请尽快修。",
        "湖畔花园南门外的路灯坏了一个星期，晚上看不见路，请派人来修。",
        "晚上回湖畔花园，南门外路灯不亮，什么都看不见。",
        "湖畔花园南门外路灯又不亮了，晚上出门要打手电。",
        "湖畔花园南门外的路灯一直不亮，老人晚上不敢出门。",
        "湖畔花园南门外路灯不亮好多天了，请尽快来人修理。"};
    told(story, number, titles[number % 6], "湖畔花园", texts[number % 6]);
}

/* The same words at another estate of another community. */
static void lamps_elsewhere(struct story *story, uint64_t number)
{
    told(story, number, "南门的路灯全都不亮了", "半山公寓",
         "南门外一排路灯从上周起不亮，晚上老人摔倒了，请尽快修。");
}

static void fire_lane(struct story *story, uint64_t number)
{
    told(story, number, "湖畔花园消防通道被堵", "湖畔花园",
         "湖畔花园三栋的消防通道停满了车，太危险。");
}

/* ---- the site ---- */

static struct site *site_of(const struct site_groups *groups, const struct site_burst *burst)
{
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    const char *root = getenv("PAIDAN_ROOT");
    char folder[512];
    assert_non_null(report);
    (void)snprintf(folder, sizeof folder, "%s/tests/sites/words", root == NULL ? "." : root);
    assert_int_equal(site_load(folder, report, &site), RC_OK);
    free(report);
    site->triage.groups = *groups;
    site->triage.burst = *burst;
    return site;
}

static const struct site_groups off = {.suggest_permille = 0};
static const struct site_groups suggests = {
    .suggest_permille = 500, .days = 14, .members_max = 500};
static const struct site_groups looks = {
    .suggest_permille = 500, .merge_permille = 1000, .days = 14, .members_max = 500};
static const struct site_groups merges = {
    .suggest_permille = 500, .merge_permille = 900, .days = 14, .members_max = 500};
static const struct site_groups small = {.suggest_permille = 500, .days = 14, .members_max = 2};
static const struct site_burst no_burst = {.count = 0};
static const struct site_burst bursts = {
    .count = 3, .within_ms = 2 * HOUR, .urgency = PAIDAN__URGENCY__URGENCY_URGENT, .alert = 3};

/* ---- stories ---- */

static void tell_suggested(struct story *story)
{
    lamps(story, 1);
    lamps_elsewhere(story, 2);
    fire_lane(story, 3);
    story_until(story, HOUR);
    lamps(story, 4);
    confidential(story, 5, "湖畔花园南门路灯坏了", "湖畔花园", "湖畔花园南门外的路灯坏了。");
}

static void tell_looked_at(struct story *story)
{
    lamps(story, 1);
    lamps(story, 2);
    lamps_elsewhere(story, 3);
}

static void tell_ended(struct story *story)
{
    lamps(story, 1);
    lamps(story, 2);
    closed(story, 1);
    lamps(story, 3); /* the second stands for the event now */
    withdrawn(story, 2);
    closed(story, 3);
    closed(story, 3);
    lamps(story, 4); /* begins one of its own */
    story_jump(story, 15 * DAY);
    lamps(story, 5); /* the fourth has been there for too long */
    story_until(story, 15 * DAY + MINUTE);
    lamps(story, 6);
}

static void tell_burst(struct story *story)
{
    lamps(story, 1);
    lamps(story, 2);
    lamps_elsewhere(story, 3);
    lamps(story, 4);
    for (uint64_t number = 5; number <= 9; number++) { /* again with six, not with each */
        story_until(story, number * MINUTE);
        lamps(story, number);
    }
    story_until(story, 3 * HOUR);
    lamps(story, 10);
    lamps(story, 11);
    lamps(story, 12); /* another wave */
}

/* No place, so that it lies at the desk until somebody asks; what others tell of may be the same. */
static void lamps_somewhere(struct story *story, uint64_t number)
{
    told(story, number, "南门的路灯全都不亮了", NULL,
         "南门外一排路灯从上周起不亮，晚上老人摔倒了，请尽快修。");
}

static void dispatched(struct story *story, uint64_t number, Paidan__Urgency urgency)
{
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    wish.category = (char *)"road";
    wish.unit = (char *)"c.east";
    wish.has_urgency = urgency != 0;
    wish.urgency = urgency != 0 ? urgency : PAIDAN__URGENCY__URGENCY_NORMAL;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &wish;
    (void)story_ask(story, "desk", &request);
}

static void look_at_desk(struct story *story, uint64_t number)
{
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    const Paidan__DeskItem *desk = story_query(story, &request)->triage_shown->desk;
    trace_say(&story->trace, "desk: urgency=%d due=%llds", (int)desk->urgency,
              (long long)(desk->clock->due_ms - START_MS) / 1000);
}

/* The ticket of a burst lies at the desk: it is urgent there, earlier, first, and whoever dispatches it. */
static void tell_burst_at_desk(struct story *story)
{
    lamps_somewhere(story, 1);
    look_at_desk(story, 1);
    story_until(story, MINUTE);
    lamps_somewhere(story, 2);
    lamps_somewhere(story, 3);
    look_at_desk(story, 1);
    look_at_desk(story, 2);
    dispatched(story, 2, 0);
    dispatched(story, 1, PAIDAN__URGENCY__URGENCY_NORMAL);
}

/* Merged elsewhere it says what it is by itself, with the burst's raise and without its members; merged no more
 * it is what it was. */
static void tell_burst_merged(struct story *story)
{
    lamps_somewhere(story, 1);
    lamps_somewhere(story, 2);
    lamps_somewhere(story, 3); /* the first one is urgent now */
    told(story, 5, "门禁坏了", NULL, "门禁坏了，进不去。");
    merged_by_desk(story, 1, 5);
    merged_by_desk(story, 5, 3); /* urgent by its member alone */
    unmerged_by_desk(story, 5);
    unmerged_by_desk(story, 1);
    look_at_desk(story, 5);
    look_at_desk(story, 1);
    dispatched(story, 5, 0);
    dispatched(story, 1, PAIDAN__URGENCY__URGENCY_NORMAL);
}

/* The urgent term is over already: the whole of it from now, and what is late stays late. */
static void tell_burst_late_at_desk(struct story *story)
{
    lamps_somewhere(story, 1);
    story_until(story, 150 * MINUTE);
    lamps_somewhere(story, 2);
    lamps_somewhere(story, 3);
    lamps_somewhere(story, 4);
    look_at_desk(story, 1);
    story_until(story, 5 * HOUR);
    lamps_somewhere(story, 5);
    lamps_somewhere(story, 6);
    lamps_somewhere(story, 7);
    look_at_desk(story, 1);
    dispatched(story, 1, PAIDAN__URGENCY__URGENCY_EMERGENCY);
}

static void tell_full(struct story *story)
{
    lamps(story, 1);
    lamps(story, 2);
    lamps(story, 3);
    lamps(story, 4);
}

static void tell_switched(struct story *story)
{
    lamps(story, 1); /* nobody compares yet */
    story_change_site(story, site_of(&suggests, &no_burst));
    story->site->version++;
    lamps(story, 2);
    lamps(story, 3);
    story_change_site(story, site_of(&off, &no_burst));
    story->site->version += 2;
    lamps(story, 4); /* what is left of them goes */
    lamps(story, 5);
}

/* Merged by itself, and what that leaves alone. */
static void tell_merges(struct story *story)
{
    lamps(story, 1);
    lamps(story, 2);
    lamps_elsewhere(story, 3);
    confidential(story, 4, "湖畔花园南门的路灯全都不亮了", "湖畔花园",
                 "湖畔花园南门外一排路灯从上周起不亮，晚上老人摔倒了，请尽快修。");
    spot(story, 5);
    lamps(story, 6);
    fire_lane(story, 7);
    story->site->categories[site_category_find(story->site, "road")].urgency =
        PAIDAN__URGENCY__URGENCY_EMERGENCY;
    lamps(story, 8); /* a second caller may tell of a second one */
}

/* Merged, undone, and where the next one goes; then its main ticket ends, with and without an heir. */
static void tell_merges_ended(struct story *story)
{
    lamps(story, 1);
    lamps(story, 2);
    unmerged_by_desk(story, 2);
    lamps(story, 8); /* the very words of the one that was kept apart */
    lamps(story, 4);
    merged_by_desk(story, 2, 1); /* with its member */
    withdrawn(story, 1);
    unmerged(story, 2, 1, 2);
    unmerged(story, 8, 1, 2);
    unmerged(story, 4, 1, 2);
    lamps(story, 10);
    resolved(story, 2, 0);
    resolved(story, 8, 2);
    lamps(story, 3); /* triage does not know that its event is over */
    unmerged(story, 3, 2, 0);
    withdrawn(story, 4);
    closed(story, 2);
    closed(story, 8);
    resolved(story, 10, 2);
    closed(story, 10);
    closed(story, 3);
    lamps(story, 9); /* begins one of its own */
}

/* What is solved takes in nobody who tells of it anew; reopened, it does, and so does the newer one. */
static void tell_merges_over(struct story *story)
{
    lamps(story, 1);
    lamps(story, 2);
    resolved(story, 1, 0);
    lamps(story, 3); /* while its member still follows */
    lamps(story, 4); /* of the newer one */
    resolved(story, 2, 1);
    lamps(story, 6);
    resolved(story, 3, 0);
    reopened(story, 1);
    lamps(story, 8);
    closed(story, 1);
    lamps(story, 9);
}

static void tell_merges_burst(struct story *story)
{
    for (uint64_t number = 1; number <= 4; number++) {
        lamps(story, number);
    }
}

static const struct tale {
    const char *name;
    const struct site_groups *groups;
    const struct site_burst *burst;
    void (*tell)(struct story *story);
} tales[] = {
    {"suggested", &suggests, &no_burst, tell_suggested},
    {"looked_at", &looks, &no_burst, tell_looked_at},
    {"ended", &suggests, &no_burst, tell_ended},
    {"burst", &suggests, &bursts, tell_burst},
    {"burst_at_desk", &suggests, &bursts, tell_burst_at_desk},
    {"burst_merged", &suggests, &bursts, tell_burst_merged},
    {"burst_late_at_desk", &suggests, &bursts, tell_burst_late_at_desk},
    {"full", &small, &no_burst, tell_full},
    {"switched", &off, &no_burst, tell_switched},
    {"merges", &merges, &no_burst, tell_merges},
    {"merges_over", &merges, &no_burst, tell_merges_over},
    {"merges_ended", &merges, &no_burst, tell_merges_ended},
    {"merges_burst", &merges, &bursts, tell_merges_burst},
};
enum { TALES = sizeof tales / sizeof tales[0] };

static void test_story_when_told_with_and_without_restarts_then_as_golden(void **state)
{
    const struct tale *tale = *state;
    char name[64];
    bool equal = true;
    (void)snprintf(name, sizeof name, "triage_group_%s", tale->name);
    for (unsigned round = 0; round < 2; round++) {
        struct story story;
        restarting = round == 1;
        story_open_site(&story, &triage_service, site_of(tale->groups, tale->burst), START_MS);
        tale->tell(&story);
        story_replay(&story);
        if (!restarting || getenv("PAIDAN_GOLDEN") == NULL) {
            equal = equal && trace_golden(&story.trace, name);
        }
        story_close(&story);
    }
    assert_true(equal);
}

static void assert_group(struct store_txn *txn, uint64_t ticket, uint64_t group)
{
    struct triage_sketch sketch;
    assert_int_equal(triage_group_get(txn, ticket, &sketch), RC_OK);
    assert_int_equal(sketch.group, group);
}

/* As a merge and its undoing fold, by hand: rows go over to the other's group and back, and a step that
 * fails leaves index and tables as they were. */
static void test_joined_when_merged_and_undone_then_rows_and_index_follow(void **state)
{
    struct story story;
    struct store_txn *txn = NULL;
    struct tally tally = {.values = {0}};
    (void)state;
    restarting = false;
    story_open_site(&story, &triage_service, site_of(&suggests, &no_burst), START_MS);
    lamps(&story, 1);
    fire_lane(&story, 2);
    const uint64_t lamp = story_ticket(&story, 1), fire = story_ticket(&story, 2);
    void *cache = (void *)(uintptr_t)step_engine_cache(story.engine);
    assert_int_equal(store_begin(story.store, true, &txn), RC_OK);
    struct step_fold fold = {.txn = txn, .tally = &tally, .arena = &story.answers, .cache = cache};
    assert_group(txn, fire, fire);
    assert_int_equal(triage_group_fold_joined(&fold, fire, START_MS, lamp), RC_OK);
    assert_int_equal(triage_group_fold_joined(&fold, fire, START_MS, lamp), RC_OK); /* it is */
    assert_group(txn, fire, lamp);
    assert_int_equal(triage_group_fold_joined(&fold, lamp + 7, START_MS, lamp), RC_OK);
    assert_group(txn, lamp + 7, lamp); /* never compared: a member without letters */
    assert_int_equal(triage_group_fold_joined(&fold, lamp + 8, START_MS, lamp + 9), RC_OK);
    assert_int_equal(triage_group_fold_parted(&fold, fire), RC_OK);
    assert_group(txn, fire, fire);
    assert_int_equal(triage_group_fold_joined(&fold, fire, START_MS, lamp), RC_OK);
    store_abort(txn);
    triage_service.cache->settle(cache, false);
    check(&story);
    story_close(&story);
}

/* The index finds no memory to follow a fold: the step holds, tickets are compared with nothing from
 * then on, also those that come later, and a restart finds every row. */
static void test_ended_when_the_index_has_no_memory_then_the_step_holds(void **state)
{
    struct story story;
    (void)state;
    restarting = false;
    story_open_site(&story, &triage_service, site_of(&suggests, &no_burst), START_MS);
    lamps(&story, 1);
    lamps(&story, 2);
    fire_lane(&story, 3);
    struct group_index *const index = (void *)(uintptr_t)step_engine_cache(story.engine);
    group_starve(index);
    closed(&story, 3);
    assert_true(group_spoiled(index));
    closed(&story, 2); /* nothing is asked of it any more */
    lamps(&story, 4);
    assert_int_equal(story_count(&story, "records_refused"), 0);
    restarting = true;
    lamps(&story, 5); /* restarts, and compares the rows it finds */
    restarting = false;
    assert_false(group_spoiled(step_engine_cache(story.engine)));
    closed(&story, 4);
    story_replay(&story);
    story_close(&story);
}

int main(void)
{
    struct CMUnitTest tests[TALES + 2];
    for (size_t index = 0; index < TALES; index++) {
        tests[index] = (struct CMUnitTest){
            .name = tales[index].name,
            .test_func = test_story_when_told_with_and_without_restarts_then_as_golden,
            .initial_state = (void *)(uintptr_t)&tales[index]};
    }
    tests[TALES] = (struct CMUnitTest)cmocka_unit_test(
        test_joined_when_merged_and_undone_then_rows_and_index_follow);
    tests[TALES + 1] = (struct CMUnitTest)cmocka_unit_test(
        test_ended_when_the_index_has_no_memory_then_the_step_holds);
    return _cmocka_run_group_tests("triage_group", tests, TALES + 2, NULL, NULL);
}
