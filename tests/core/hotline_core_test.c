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
#include "common/store/evlog.h"
#include "common/wire/wire_unpack.h"
#include "hotline.h"
#include "hotline_tell.h"
#include "story.h"

#define BASE_MS 1795309200000ull /* 2026-11-22 01:00 UTC */

/* ---- what comes in ---- */

struct said {
    const char *id, *source_id;
    Paidan__HotlineKind kind;
    uint64_t seq;
    const char *text, *category, *division, *note, *peer, *place, *phone, *unit;
    bool granted, rated;
    const char *nonce;
    uint64_t due_ms; /* after the story's begin; 0: none */
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
    envelope.place = (char *)said->place;
    envelope.phone = (char *)said->phone;
    envelope.unit = (char *)said->unit;
    envelope.has_due_ms = said->due_ms != 0;
    envelope.due_ms = BASE_MS + said->due_ms;
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

/* What is wished, as it goes to the services. */
static void wish_line(struct story *story, const Paidan__Request *request)
{
    if (request->wish_case == PAIDAN__REQUEST__WISH_SUBMIT) {
        const Paidan__NewTicket *const ticket = request->submit->tickets[0];
        trace_say(&story->trace,
                  "    submit %s \"%s\" place=%s phone=%s category=%s area=%s unit=%s due=%lld%s",
                  ticket->external_id, ticket->text, ticket->place,
                  ticket->phone == NULL ? "" : ticket->phone,
                  ticket->category_hint == NULL ? "" : ticket->category_hint,
                  ticket->area_hint == NULL ? "" : ticket->area_hint,
                  ticket->unit_hint == NULL ? "" : ticket->unit_hint,
                  ticket->has_due_ms ? (long long)(ticket->due_ms - BASE_MS) : 0,
                  ticket->has_unmapped && ticket->unmapped ? " unmapped" : "");
    } else if (request->wish_case == PAIDAN__REQUEST__WISH_SUPPLEMENT) {
        const Paidan__Supplement *const more = request->supplement;
        trace_say(&story->trace, "    supplement \"%s\" due=%lld", more->text,
                  more->has_outer_due_ms ? (long long)(more->outer_due_ms - BASE_MS) : 0);
    }
}

static void story_wishes(struct story *story)
{
    struct arena arena;
    struct store_txn *txn = NULL;
    CHECK(arena_init(&arena, 1u << 20) == RC_OK);
    CHECK(store_begin(story->store, false, &txn) == RC_OK);
    for (uint64_t seq = 1;; seq++) {
        struct evlog_record record;
        struct wire_error error;
        ProtobufCMessage *message = NULL;
        if (evlog_read(txn, seq, &record) != RC_OK) {
            break;
        }
        if (record.kind != EVLOG_EVENT) {
            continue;
        }
        CHECK(wire_unpack(&arena, &paidan__event__descriptor, record.payload, record.bytes,
                          &message, &error) == RC_OK);
        const Paidan__Event *const event = (const Paidan__Event *)message;
        if (event->fact_case == PAIDAN__EVENT__FACT_WISHED) {
            CHECK(wire_unpack(&arena, &paidan__request__descriptor, event->wished->request.data,
                              event->wished->request.len, &message, &error) == RC_OK);
            wish_line(story, (const Paidan__Request *)message);
        }
        arena_reset(&arena);
    }
    store_abort(txn);
    arena_fini(&arena);
}

/* ---- escalation's log ---- */

static void fact(struct story *story, uint64_t number, Paidan__Event__FactCase kind)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__Assigned assigned = PAIDAN__ASSIGNED__INIT;
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    merged.into = unmerged.from = story_ticket(story, 9);
    merged.note = unmerged.note = "同一处，见张三那件"; /* never told */
    merged.title = "标题";
    merged.channel = "hotline";
    merged.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    merged.registered_ms = story->now_ms;
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
    case PAIDAN__EVENT__FACT_MERGED:
        event.merged = &merged;
        break;
    case PAIDAN__EVENT__FACT_UNMERGED:
        event.unmerged = &unmerged;
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

/* A ticket that ends before its number is known: all of it is told, in order. One that ended while no
 * dispatch waited was an operator's. */
static void tell_ended(struct story *story)
{
    fact(story, 7, FACT(ASSIGNED));
    fact(story, 7, FACT(CLOSED));
    hear(story, &dispatch);
    fact(story, 1, FACT(ASSIGNED));
    fact(story, 1, FACT(ACCEPTED));
    fact(story, 1, FACT(RESOLVED));
    story_restart(story);
    fact(story, 1, FACT(CLOSED));
    serve(story, 1, PAIDAN__CODE__OK);
    hear(story,
         &(struct said){.id = "r2", .source_id = "A", .kind = IN(REDO), .seq = 6, .note = "又吵"});
}

/* Merged as it is registered: escalation's first word of it is that it is worked on with another one, and may be
 * read before its number is known. The case is told that, and its end. One that a unit had, and one of another
 * channel. */
static void tell_merged(struct story *story)
{
    struct said second = dispatch;
    hear(story, &dispatch);
    fact(story, 1, FACT(MERGED));
    fact(story, 8, FACT(UNMERGED)); /* of another channel, for all that is known */
    serve(story, 1, PAIDAN__CODE__OK);
    fact(story, 1, FACT(RESOLVED));
    story_restart(story);
    fact(story, 1, FACT(CLOSED));
    second.id = "d2";
    second.source_id = "B";
    hear(story, &second);
    serve(story, 2, PAIDAN__CODE__OK);
    fact(story, 2, FACT(ASSIGNED));
    fact(story, 2, FACT(MERGED));
    fact(story, 2, FACT(UNMERGED));
    fact(story, 2, FACT(ASSIGNED));
    fact(story, 2, FACT(ACCEPTED));
}

/* The same id gets the same answer: taken, it stays so when its dispatch was refused; refused for good, when
 * another dispatch was taken. What is to be sent again was not heard. */
static void tell_same_answer(struct story *story)
{
    const struct said early = {
        .id = "e1", .source_id = "A", .kind = IN(SUPPLEMENT), .seq = 1, .text = "早了"};
    const struct said waiting = {
        .id = "s1", .source_id = "A", .kind = IN(SUPPLEMENT), .seq = 2, .text = "还有"};
    const struct said after = {.id = "c1", .source_id = "A", .kind = IN(CHASE), .seq = 3};
    struct said again = dispatch;
    hear(story, &early);
    hear(story, &dispatch);
    hear(story, &waiting);
    serve(story, 0, PAIDAN__CODE__TEXT_EMPTY);
    story_until(story, 60000);
    hear(story, &waiting);
    hear(story, &dispatch);
    hear(story, &after);
    again.id = "d2";
    again.seq = 4;
    hear(story, &again);
    serve(story, 3, PAIDAN__CODE__OK);
    story_restart(story);
    story_until(story, 120000);
    hear(story, &after);
    hear(story, &waiting);
    hear(story, &early);
    again = after;
    again.text = "别的";
    hear(story, &again);
}

/* Done again: it has the place, the person and the matter of the dispatch, and their words of then. */
static void tell_redo(struct story *story)
{
    struct said first = dispatch;
    first.place = "1号楼";
    first.phone = "13800000001";
    first.unit = "环卫所";
    hear(story, &first);
    serve(story, 1, PAIDAN__CODE__OK);
    fact(story, 1, FACT(CLOSED));
    hear(story, &(struct said){.id = "r1",
                               .source_id = "A",
                               .kind = IN(REDO),
                               .seq = 2,
                               .note = "又吵",
                               .place = "2号楼"});
    story_wishes(story);
}

/* 上级延期: what is granted goes along as a deadline; one that is earlier is words alone. */
static void tell_due(struct story *story)
{
    struct said said = dispatch;
    said.due_ms = 86400000;
    hear(story, &said);
    said = (struct said){.id = "x1",
                         .source_id = "A",
                         .kind = IN(EXTENSION_DECISION),
                         .seq = 2,
                         .granted = true,
                         .due_ms = 2 * 86400000};
    hear(story, &said);
    serve(story, 1, PAIDAN__CODE__OK);
    said.id = "x2";
    said.seq = 3;
    said.due_ms = 3600000;
    hear(story, &said);
    said.id = "x3";
    said.seq = 4;
    said.due_ms = 86400000ull * 4000;
    hear(story, &said);
    said = dispatch;
    said.id = "d2";
    said.seq = 5;
    said.due_ms = 3 * 86400000;
    hear(story, &said);
    said.id = "d3";
    said.source_id = "B";
    said.seq = 1;
    said.unit = "某某局";
    hear(story, &said);
    said = dispatch; /* one that nobody can mean: the words are taken all the same */
    said.id = "d4";
    said.source_id = "C";
    said.due_ms = 86400000ull * 4000;
    hear(story, &said);
    story_wishes(story);
}

/* Whether anything is kept of a ticket. */
static void kept(struct story *story, uint64_t number)
{
    struct hotline_ticket record;
    struct store_txn *txn = NULL;
    CHECK(store_begin(story->store, false, &txn) == RC_OK);
    const enum rc rc = hotline_state_ticket(txn, story_ticket(story, number), &record);
    store_abort(txn);
    trace_say(&story->trace, "    kept of %llu: %s", (unsigned long long)number,
              rc == RC_OK ? (record.bound ? "its case" : "what happened") : rc_name(rc));
}

/* The wish that waits at intake dies, and is given up by hand. */
static void drop(struct story *story)
{
    struct outbox_delivery row;
    struct outbox_flights flights = {.count = 0};
    struct store_txn *txn = NULL;
    size_t count = 0;
    Paidan__DeliveryOutcome outcome = PAIDAN__DELIVERY_OUTCOME__INIT;
    Paidan__OutboxDrop wish = PAIDAN__OUTBOX_DROP__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(store_begin(story->store, false, &txn) == RC_OK);
    CHECK(outbox_take(txn, &hotline_outbox, story->site, story->now_ms, &flights, &row, 1,
                      &count) == RC_OK);
    store_abort(txn);
    CHECK(count == 1);
    outcome.delivery = wish.delivery = row.seq;
    outcome.has_never = outcome.never = true;
    request.wish_case = PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
    request.delivery_outcome = &outcome;
    (void)story_ask(story, row.to, &request);
    request.wish_case = PAIDAN__REQUEST__WISH_OUTBOX_DROP;
    request.outbox_drop = &wish;
    (void)story_ask(story, "drop", &request);
}

/* Rows of an operator's tickets that ended meanwhile go with the last dispatch that waited, also where its wish
 * is dropped: then whoever sent it is told, and may send it again. */
static void tell_dropped(struct story *story)
{
    hear(story, &dispatch);
    fact(story, 1, FACT(ASSIGNED));
    fact(story, 7, FACT(ASSIGNED));
    fact(story, 7, FACT(CLOSED));
    kept(story, 7);
    serve(story, 1, PAIDAN__CODE__OK);
    kept(story, 1);
    serve(story, 1, PAIDAN__CODE__OK); /* what the peer was told */
    kept(story, 7);
    struct said other = dispatch;
    other.id = "d2";
    other.source_id = "B";
    hear(story, &other);
    hear(story,
         &(struct said){
             .id = "s1", .source_id = "B", .kind = IN(SUPPLEMENT), .seq = 2, .text = "还有"});
    fact(story, 8, FACT(ASSIGNED));
    fact(story, 8, FACT(CLOSED));
    fact(story, 9, FACT(ASSIGNED));
    drop(story);
    kept(story, 8);
    kept(story, 9); /* open: perhaps of a dispatch to come */
    other.id = "d3";
    other.seq = 3;
    hear(story, &other);
    serve(story, 2, PAIDAN__CODE__OK);
    kept(story, 2);
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
static const struct tale tales[] = {
    {"hotline_life", tell_life},       {"hotline_refused", tell_refused},
    {"hotline_early", tell_early},     {"hotline_many", tell_many},
    {"hotline_ended", tell_ended},     {"hotline_same_answer", tell_same_answer},
    {"hotline_redo", tell_redo},       {"hotline_due", tell_due},
    {"hotline_dropped", tell_dropped}, {"hotline_merged", tell_merged}};

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
        {.name = "ended",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[4]},
        {.name = "same_answer",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[5]},
        {.name = "redo",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[6]},
        {.name = "due",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[7]},
        {.name = "dropped",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[8]},
        {.name = "merged",
         .test_func = test_story_when_told_then_as_golden,
         .initial_state = (void *)(uintptr_t)&tales[9]},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
