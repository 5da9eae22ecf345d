/* Lives a second through escalation's core, engine and store: route, accept, resolve, answer, in
 * steps of 1,000 inputs, each step one durable commit; then lists of what is due, over as many open
 * tickets. Usage: escalation_bench [LIVES]; the store lies where stories have theirs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "services/escalation/escalation.h"
#include "story.h"

#define BASE_MS 1795309200000ull

enum { BATCH = 1000, LIVES_DEFAULT = 100000 };

static struct step_input inputs[BATCH];
static struct step_outcome outcomes[BATCH];

static void run(struct story *story, size_t count)
{
    const struct step_conditions conditions = {.now_ms = story->now_ms, .entropy = 1};
    const enum rc rc = step_engine_run(story->engine, &conditions, inputs, count, outcomes);
    CHECK(rc == RC_OK);
    step_engine_reset(story->engine);
}

/* One record for each ticket of a batch. */
static void hear(struct story *story, const char *log, uint64_t first, const Paidan__Event *event)
{
    static Paidan__Event events[BATCH];
    static uint64_t triage_seq, callback_seq;
    uint64_t *seq = strcmp(log, "triage") == 0 ? &triage_seq : &callback_seq;
    for (size_t index = 0; index < BATCH; index++) {
        events[index] = *event;
        events[index].has_ticket = true;
        events[index].ticket = story_ticket(story, first + index);
        *seq += 1;
        inputs[index] = (struct step_input){
            .kind = STEP_RECORD, .log = log, .seq = *seq, .crc = 1, .event = &events[index]};
    }
    run(story, BATCH);
}

/* One command with the whole batch. */
static void work(struct story *story, uint64_t first, Paidan__Action action)
{
    static Paidan__WorkItem items[BATCH];
    static Paidan__WorkItem *list[BATCH];
    static uint64_t requests;
    Paidan__Work wish = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    unsigned char id[REQUEST_ID_BYTES] = {0};
    requests++;
    memcpy(id, &requests, sizeof requests);
    for (size_t index = 0; index < BATCH; index++) {
        paidan__work_item__init(&items[index]);
        items[index].ticket = story_ticket(story, first + index);
        items[index].note = "已处理";
        list[index] = &items[index];
    }
    wish.unit = "b1";
    wish.action = action;
    wish.n_items = BATCH;
    wish.items = list;
    request.protocol = 1;
    request.actor = "li";
    request.has_request_id = true;
    request.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &wish;
    inputs[0] = (struct step_input){.kind = STEP_COMMAND, .request = &request};
    run(story, 1);
    CHECK(outcomes[0].result == STEP_ANSWERED);
}

static void route(struct story *story, uint64_t first)
{
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    routed.channel = "wechat";
    routed.title = "夜里施工太吵，影响休息";
    routed.category = "noise";
    routed.area = "bu1";
    routed.unit = "b1";
    routed.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    routed.level = 1;
    routed.registered_ms = story->now_ms;
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &routed;
    hear(story, "triage", first, &event);
}

static void live(struct story *story, uint64_t first)
{
    Paidan__Answered answered = PAIDAN__ANSWERED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    route(story, first);
    work(story, first, PAIDAN__ACTION__ACTION_ACCEPT);
    work(story, first, PAIDAN__ACTION__ACTION_RESOLVE);
    answered.round = 1;
    answered.solved = PAIDAN__SOLVED__SOLVED_YES;
    answered.satisfied = PAIDAN__SATISFIED__SATISFIED_YES;
    event.fact_case = PAIDAN__EVENT__FACT_ANSWERED;
    event.answered = &answered;
    hear(story, "callback", first, &event);
}

/* A page of 100 of what is due, at first of a unit, then of an area, then of the site. */
static void list(struct story *story, const char *unit, const char *area)
{
    enum { TIMES = 100 };
    Paidan__DueList wish = PAIDAN__DUE_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    const unsigned char *bytes = NULL;
    size_t size = 0;
    wish.unit = (char *)unit;
    wish.area = (char *)area;
    request.protocol = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_DUE_LIST;
    request.due_list = &wish;
    const uint64_t start_us = clock_monotonic_us();
    for (unsigned time = 0; time < TIMES; time++) {
        const enum rc rc =
            step_engine_query(story->engine, NULL, &request, story->now_ms, &bytes, &size);
        CHECK(rc == RC_OK);
        step_engine_reset(story->engine);
    }
    printf("due list of %s: %llu us, %zu bytes\n",
           unit != NULL   ? unit
           : area != NULL ? area
                          : "all",
           (unsigned long long)((clock_monotonic_us() - start_us) / TIMES), size);
}

int main(int argc, char **argv)
{
    const uint64_t lives = argc > 1 ? strtoull(argv[1], NULL, 10) : LIVES_DEFAULT;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    const uint64_t start_us = clock_monotonic_us();
    for (uint64_t first = 1; first + BATCH <= lives + 1; first += BATCH) {
        live(&story, first);
        story.now_ms += 10;
    }
    const uint64_t spent_us = clock_monotonic_us() - start_us;
    CHECK(story_count(&story, "state_closed") == lives / BATCH * BATCH);
    printf("%llu lives in %llu ms: %llu a second\n", (unsigned long long)lives,
           (unsigned long long)(spent_us / 1000),
           (unsigned long long)(lives * 1000000 / (spent_us + 1)));
    for (uint64_t first = lives + 1; first + BATCH <= 2 * lives + 1; first += BATCH) {
        route(&story, first);
        story.now_ms += 10;
    }
    list(&story, "b1", NULL);
    list(&story, NULL, "st1");
    list(&story, NULL, "co2"); /* nothing there: it looks at as many rows as it may */
    list(&story, NULL, NULL);
    story_close(&story);
    return 0;
}
