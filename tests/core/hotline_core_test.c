/* hotline's core: cases of a platform above, told as a trace: what is heard once, what follows and in which order,
 * what is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/check.h"
#include "hotline.h"
#include "hotline_tell.h"
#include "story.h"

#define BASE_MS 1795309200000ull /* 2026-11-22 01:00 UTC */

/* ---- what comes in ---- */

struct said {
    const char *id, *source_id;
    Paidan__HotlineKind kind;
    uint64_t seq;
    const char *text, *category, *division, *note, *peer;
    bool granted, rated;
    const char *nonce;
};

/* Digests that are other for another text, as the door's are. */
static void digest_of(const char *text, unsigned char digest[HEARD_DIGEST_BYTES])
{
    memset(digest, 0, HEARD_DIGEST_BYTES);
    for (size_t at = 0; text[at] != '\0'; at++) {
        digest[at % HEARD_DIGEST_BYTES] =
            (unsigned char)(digest[at % HEARD_DIGEST_BYTES] * 31 + text[at]);
    }
}

static void hear(struct story *story, const struct said *said)
{
    static unsigned count;
    unsigned char digest[HEARD_DIGEST_BYTES], nonce[HEARD_DIGEST_BYTES];
    char number[32];
    Paidan__HotlineEnvelope envelope = PAIDAN__HOTLINE_ENVELOPE__INIT;
    Paidan__HotlineHear wish = PAIDAN__HOTLINE_HEAR__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    envelope.peer = (char *)(said->peer == NULL ? "city" : said->peer);
    envelope.id = (char *)said->id;
    envelope.source_id = (char *)said->source_id;
    envelope.kind = said->kind;
    envelope.at_ms = BASE_MS;
    envelope.seq = said->seq;
    envelope.text = (char *)said->text;
    envelope.category = (char *)said->category;
    envelope.division = (char *)said->division;
    envelope.note = (char *)said->note;
    envelope.has_granted = envelope.granted = said->granted;
    envelope.has_solved = said->rated;
    envelope.solved = PAIDAN__SOLVED__SOLVED_YES;
    digest_of(said->text == NULL ? "" : said->text, digest);
    (void)snprintf(number, sizeof number, "%u", count++);
    digest_of(said->nonce == NULL ? number : said->nonce, nonce);
    wish.envelope = &envelope;
    wish.digest = (ProtobufCBinaryData){sizeof digest, digest};
    wish.nonce = (ProtobufCBinaryData){sizeof nonce, nonce};
    wish.signed_ms = story->now_ms;
    request.wish_case = PAIDAN__REQUEST__WISH_HOTLINE_HEAR;
    request.hotline_hear = &wish;
    const Paidan__Answer *const answer = story_ask(story, "door", &request);
    if (answer != NULL && answer->body_case == PAIDAN__ANSWER__BODY_HOTLINE_HEARD) {
        trace_say(&story->trace, "    %s at %lld%s", said->id,
                  (long long)(answer->hotline_heard->heard_ms - BASE_MS),
                  answer->hotline_heard->late ? " late" : "");
    }
}

/* Whatever the outbox holds for one of our services is answered; ticket 0: with that code. */
static void serve(struct story *story, uint64_t number, Paidan__Code code)
{
    struct outbox_delivery rows[16];
    struct outbox_flights flights = {.count = 0};
    struct store_txn *txn = NULL;
    size_t count = 0;
    CHECK(store_begin(story->store, false, &txn) == RC_OK);
    CHECK(outbox_take(txn, &hotline_outbox, story->site, story->now_ms, &flights, rows, 16,
                      &count) == RC_OK);
    store_abort(txn);
    for (size_t index = 0; index < count; index++) {
        Paidan__DeliveryOutcome wish = PAIDAN__DELIVERY_OUTCOME__INIT;
        Paidan__WishAnswered answer = PAIDAN__WISH_ANSWERED__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        wish.delivery = rows[index].seq;
        wish.sent = 1;
        if (channel_is_service(rows[index].to)) {
            answer.code = (uint32_t)code;
            answer.has_ticket = number != 0;
            answer.ticket = number == 0 ? 0 : story_ticket(story, number);
            answer.number = number == 0 ? NULL : "20261122-0001-9";
            wish.answered = &answer;
        }
        request.wish_case = PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
        request.delivery_outcome = &wish;
        (void)story_ask(story, rows[index].to, &request);
    }
}

/* ---- escalation's log ---- */

static void fact(struct story *story, uint64_t number, Paidan__Event__FactCase kind)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    to.level = 1;
    to.unit = "b1";
    assigned.to = &to;
    assigned.why = PAIDAN__WHY__WHY_ROUTED;
    assigned.category = "noise";
    assigned.area = "bu1";
    assigned.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    assigned.channel = "hotline";
    assigned.title = "标题";
    assigned.registered_ms = story->now_ms;
    accepted.unit = "b1";
    resolved.unit = "b1";
    resolved.note = "已办";
    resolved.round = 1;
    resolved.channel = "hotline";
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    closed.round = 1;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = kind;
    switch (kind) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        event.assigned = &assigned;
        break;
    case PAIDAN__EVENT__FACT_ACCEPTED:
        event.accepted = &accepted;
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        event.resolved = &resolved;
        break;
    default:
        event.closed = &closed;
    }
    story_hear(story, "escalation", &event);
}

#define IN(kind) PAIDAN__HOTLINE_KIND__HOTLINE_##kind
#define FACT(kind) PAIDAN__EVENT__FACT_##kind

static const struct said dispatch = {.id = "d1",
                                     .source_id = "A",
                                     .kind = IN(DISPATCH),
                                     .seq = 1,
                                     .text = "太吵",
                                     .category = "0304",
                                     .division = "440306001"};

/* A life: what came before the number waits, in order; a rating answers the callback; redo after the end. */
static void tell_life(struct story *story)
{
    struct said other = dispatch;
    hear(story, &(struct said){.id = "u0", .source_id = "A", .kind = IN(URGE), .seq = 1});
    hear(story, &dispatch);
    hear(story, &dispatch);
    other.text = "别的";
    hear(story, &other);
    hear(story,
         &(struct said){
             .id = "s1", .source_id = "A", .kind = IN(SUPPLEMENT), .seq = 2, .text = "还有"});
    hear(story,
         &(struct said){.id = "u1", .source_id = "A", .kind = IN(URGE), .seq = 3, .note = "快"});
    serve(story, 1, PAIDAN__CODE__OK);
    serve(story, 1, PAIDAN__CODE__OK);
    fact(story, 1, FACT(ASSIGNED));
    fact(story, 1, FACT(ACCEPTED));
    hear(story, &(struct said){.id = "x1",
                               .source_id = "A",
                               .kind = IN(EXTENSION_DECISION),
                               .seq = 4,
                               .granted = true});
    hear(story, &(struct said){.id = "w1", .source_id = "A", .kind = IN(WITHDRAW), .seq = 3});
    hear(story, &(struct said){.id = "w1", .source_id = "A", .kind = IN(WITHDRAW), .seq = 3});
    hear(story, &(struct said){
                    .id = "n1", .source_id = "A", .kind = IN(CHASE), .seq = 1, .nonce = "once"});
    hear(story, &(struct said){
                    .id = "n2", .source_id = "A", .kind = IN(CHASE), .seq = 1, .nonce = "once"});
    serve(story, 1, PAIDAN__CODE__OK);
    fact(story, 1, FACT(RESOLVED));
    hear(story,
         &(struct said){.id = "r1", .source_id = "A", .kind = IN(RATING), .seq = 5, .rated = true});
    serve(story, 1, PAIDAN__CODE__OK);
    fact(story, 1, FACT(CLOSED));
    hear(story,
         &(struct said){.id = "r2", .source_id = "A", .kind = IN(REDO), .seq = 6, .note = "又吵"});
    serve(story, 1, PAIDAN__CODE__OK); /* the chase before it, first */
    serve(story, 2, PAIDAN__CODE__OK);
    fact(story, 2, FACT(ACCEPTED));
    fact(story, 1, FACT(RESOLVED)); /* of the ticket before: nobody's business any more */
}

/* Refused, and dispatched again; a category that is none of ours; a peer that hears nothing. */
static void tell_refused(struct story *story)
{
    struct said again = dispatch;
    hear(story, &dispatch);
    hear(story,
         &(struct said){
             .id = "s1", .source_id = "A", .kind = IN(SUPPLEMENT), .seq = 2, .text = "还有"});
    serve(story, 0, PAIDAN__CODE__TEXT_EMPTY);
    hear(story,
         &(struct said){
             .id = "s2", .source_id = "A", .kind = IN(SUPPLEMENT), .seq = 3, .text = "再有"});
    again.id = "d2";
    again.seq = 4;
    again.category = "9999";
    again.division = "不存在";
    hear(story, &again);
    serve(story, 3, PAIDAN__CODE__OK);
    hear(story, &(struct said){.id = "c1", .source_id = "A", .kind = IN(CHASE), .seq = 5});
    serve(story, 0, PAIDAN__CODE__STATE_FORBIDS);
    again.id = "d9";
    again.peer = "district";
    hear(story, &again);
    serve(story, 4, PAIDAN__CODE__OK);
    again.peer = "county";
    hear(story, &again);
}

/* Escalation is heard before intake's answer is; and tickets that an operator filed. */
static void tell_early(struct story *story)
{
    hear(story, &dispatch);
    fact(story, 1, FACT(ASSIGNED));
    fact(story, 1, FACT(ACCEPTED));
    fact(story, 7, FACT(ASSIGNED));
    fact(story, 7, FACT(RESOLVED));
    fact(story, 7, FACT(CLOSED));
    fact(story, 8, FACT(ACCEPTED)); /* of another channel, for all that is known */
    serve(story, 1, PAIDAN__CODE__OK);
    fact(story, 1, FACT(RESOLVED));
}

/* More than the number may be waited for with: later. A nonce is forgotten when it is too old to be taken. */
static void tell_many(struct story *story)
{
    char id[16];
    hear(story, &dispatch);
    story->quiet = true;
    for (unsigned index = 0; index < HOTLINE_WAITING_MAX; index++) {
        (void)snprintf(id, sizeof id, "s%u", index);
        hear(story, &(struct said){.id = id, .source_id = "A", .kind = IN(CHASE), .seq = 1});
    }
    story->quiet = false;
    hear(story, &(struct said){
                    .id = "more", .source_id = "A", .kind = IN(CHASE), .seq = 1, .nonce = "kept"});
    story_until(story, 11ull * 60000);
    hear(story, &(struct said){
                    .id = "old", .source_id = "B", .kind = IN(CHASE), .seq = 1, .nonce = "kept"});
    story->quiet = true;
    for (unsigned index = 0; index < 8; index++) {
        hear(story, &(struct said){.id = "forget", .source_id = "B", .kind = IN(CHASE), .seq = 1});
    }
    story->quiet = false;
    hear(story, &(struct said){
                    .id = "new", .source_id = "B", .kind = IN(CHASE), .seq = 1, .nonce = "kept"});
}

struct tale {
    const char *name;
    void (*tell)(struct story *story);
};
static const struct tale tales[] = {{"hotline_life", tell_life},
                                    {"hotline_refused", tell_refused},
                                    {"hotline_early", tell_early},
                                    {"hotline_many", tell_many}};

static void test_story_when_told_then_as_golden(void **state)
{
    const struct tale *const tale = *state;
    struct story story;
    story_open(&story, &hotline_service, "hotline", BASE_MS);
    tale->tell(&story);
    story_replay(&story);
    const bool equal = trace_golden(&story.trace, tale->name);
    story_close(&story);
    assert_true(equal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {.name = "life",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[0]},
        {.name = "refused",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[1]},
        {.name = "early",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[2]},
        {.name = "many",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[3]},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
