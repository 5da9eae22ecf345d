/* hotline_hear: an envelope whose signature holds. It is heard once, whatever becomes of the answer:
 *
 *   nonce used?  ─▶ NONCE_REUSED
 *   id known?    ─▶ the answer of then, whatever has become of the case (another content: HEARD_DIFFERENT)
 *   not heard, to be sent again: case unknown, and no dispatch ─▶ CASE_UNKNOWN; too many wait ─▶ OVERLOADED
 *   else Heard, Taken ─▶ its dispatch was refused: STATE_FORBIDS, for ever; late: nothing;
 *                        no number yet: it waits; else what it asks for is wished
 *
 * Late is what a newer envelope of the same ticket has overtaken: an older word on the same question. What
 * only adds (supplement, chase, urge) is never late, for no word of a resident's may be lost to a queue
 * above us. Owns cases and nonces. What must stay true: Taken stands right behind its Heard, so that the
 * answer can be given again; each dispatch is bound once; and what was acknowledged is either wished or told
 * as refused, also where the dispatch that it waited for comes to nothing. */
#include "hotline_hear.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_hotline.h"
#include "common/wire/wire.h"
#include "hotline.h"
#include "hotline_tell.h"
#include "hotline_wish.h"

/* Nothing follows from a delivery: a dead one shows in the outbox, and is tried again by hand. */
static enum rc delivered(struct step *step, const struct outbox_delivery *delivery, bool sent,
                         const ProtobufCBinaryData *reply)
{
    (void)step;
    (void)reply;
    CHECK(delivery->seq > 0);
    CHECK(sent || delivery->to[0] != '\0');
    return RC_OK;
}

/* By hand, for good: whoever sent the envelope is told, and may dispatch it again. */
static enum rc dropped(struct step *step, uint64_t wished, uint64_t of)
{
    CHECK(wished > 0);
    Paidan__WishAnswered answered = PAIDAN__WISH_ANSWERED__INIT;
    answered.wished = wished;
    answered.has_of = of != 0;
    answered.of = of;
    answered.code = (uint32_t)PAIDAN__CODE__SERVICE_FAULT;
    answered.detail = "dropped";
    return hotline_hear_answered(step, &answered);
}

const struct channel hotline_channel = {.outbox = &hotline_outbox,
                                        .table = HOTLINE_CHANNEL,
                                        .tally = HOTLINE_TALLY_HEARD,
                                        .code = hotline_state_code,
                                        .answered = hotline_hear_answered,
                                        .delivered = delivered,
                                        .dropped = dropped};

/* ---- deciding ---- */

static bool only_adds(Paidan__HotlineKind kind)
{
    CHECK(kind >= PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH);
    CHECK(kind <= PAIDAN__HOTLINE_KIND__HOTLINE_RATING);
    return kind == PAIDAN__HOTLINE_KIND__HOTLINE_SUPPLEMENT ||
           kind == PAIDAN__HOTLINE_KIND__HOTLINE_CHASE ||
           kind == PAIDAN__HOTLINE_KIND__HOTLINE_URGE;
}

/* Said also for what is refused afterwards: a nonce is used up by a good signature, whatever it signed. */
static enum rc say_signed(struct step *step, const Paidan__HotlineHear *wish)
{
    Paidan__HotlineSigned fact = PAIDAN__HOTLINE_SIGNED__INIT;
    CHECK(wish->nonce.len == HEARD_DIGEST_BYTES);
    fact.peer = wish->envelope->peer;
    fact.nonce = wish->nonce;
    fact.signed_ms = wish->signed_ms;
    return step_say(step, &(struct step_about){0}, &fact.base);
}

/* Why an envelope of the case cannot be taken; OK: it can. STATE_FORBIDS is for ever, the others for now. */
static Paidan__Code judge(const struct hotline_case *record,
                          const Paidan__HotlineEnvelope *envelope)
{
    const bool dispatch = envelope->kind == PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH;
    if (record == NULL) {
        return dispatch ? PAIDAN__CODE__OK : PAIDAN__CODE__CASE_UNKNOWN;
    }
    if (record->state == HOTLINE_REFUSED && !dispatch) {
        return PAIDAN__CODE__STATE_FORBIDS;
    }
    CHECK(record->waiting_count <= HOTLINE_WAITING_MAX);
    return record->state == HOTLINE_ASKED && record->waiting_count == HOTLINE_WAITING_MAX
               ? PAIDAN__CODE__OVERLOADED
               : PAIDAN__CODE__OK;
}

static enum rc refuse(struct step *step, Paidan__Code code)
{
    CHECK(code != PAIDAN__CODE__OK);
    return step_refuse(step, code, code == PAIDAN__CODE__STATE_FORBIDS ? "refused" : NULL);
}

static enum rc answer(struct step *step, uint64_t heard_ms, bool late)
{
    Paidan__HotlineHeard body = PAIDAN__HOTLINE_HEARD__INIT;
    Paidan__Answer made = PAIDAN__ANSWER__INIT;
    CHECK(heard_ms > 0);
    body.heard_ms = heard_ms;
    body.has_late = body.late = late;
    made.body_case = PAIDAN__ANSWER__BODY_HOTLINE_HEARD;
    made.hotline_heard = &body;
    return step_answer(step, &made);
}

/* As it was answered then: the same bytes for the same envelope. */
static enum rc answer_again(struct step *step, uint64_t heard)
{
    CHECK(heard > 0);
    Paidan__Event *first = NULL, *taken = NULL;
    enum rc rc = step_read(step, heard, &first);
    if (rc == RC_OK) {
        rc = step_read(step, heard + 1, &taken);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* this log is never trimmed */
    }
    const bool fits = taken->fact_case == PAIDAN__EVENT__FACT_HOTLINE_TAKEN &&
                      taken->hotline_taken->heard == heard;
    if (!fits) {
        return RC_CORRUPT;
    }
    const Paidan__HotlineTaken *const fact = taken->hotline_taken;
    return fact->has_refused ? refuse(step, (Paidan__Code)fact->refused)
                             : answer(step, first->at_ms, fact->has_late && fact->late);
}

/* By when they want it done from now on, if the envelope says so: a new ticket's, or a later one. An earlier
 * one is words for the unit: what was promised to it stands. */
static bool due_of(const struct step *step, const struct hotline_case *record,
                   const Paidan__HotlineEnvelope *envelope, bool opens)
{
    if (!hotline_wish_dated(step, envelope)) {
        return false;
    }
    CHECK(opens || record != NULL);
    const bool extends =
        hotline_wish_extends(step, envelope) && record != NULL && envelope->due_ms > record->due_ms;
    return opens || extends;
}

/* Heard for the first time: what it comes to, and what follows. record: NULL: a new case. */
static enum rc take(struct step *step, const struct hotline_case *record,
                    const Paidan__HotlineEnvelope *envelope, uint64_t heard, Paidan__Code code)
{
    CHECK(heard > 0);
    CHECK(code == PAIDAN__CODE__OK || record != NULL); /* a new case is opened or not heard */
    Paidan__HotlineTaken taken = PAIDAN__HOTLINE_TAKEN__INIT;
    struct hotline_case now;
    const bool opens = hotline_wish_opens(record, envelope->kind);
    taken.heard = heard;
    taken.peer = envelope->peer;
    taken.source_id = envelope->source_id;
    taken.kind = envelope->kind;
    taken.seq = envelope->seq;
    if (code != PAIDAN__CODE__OK) {
        taken.has_refused = true;
        taken.refused = (uint32_t)code;
        const enum rc said = step_say(step, &(struct step_about){0}, &taken.base);
        return said == RC_OK ? refuse(step, code) : said;
    }
    taken.late = record != NULL && !only_adds(envelope->kind) && envelope->seq <= record->in_seq;
    taken.has_late = taken.late;
    taken.waits = !taken.late && !opens && record != NULL && record->state == HOTLINE_ASKED;
    taken.has_waits = taken.waits;
    taken.confidential = envelope->has_confidential && envelope->confidential;
    taken.has_confidential = taken.confidential;
    taken.has_due_ms = !taken.late && due_of(step, record, envelope, opens);
    taken.due_ms = taken.has_due_ms ? envelope->due_ms : 0;
    enum rc rc = step_say(step, &(struct step_about){0}, &taken.base);
    if (rc == RC_OK) {
        rc = hotline_state_case(step->txn, envelope->peer, envelope->source_id, &now);
    }
    if (rc == RC_OK && !taken.late && !taken.waits) {
        rc = hotline_wish_follow(step, &hotline_channel, &now, envelope, opens, heard);
    }
    return rc == RC_OK ? answer(step, step->now_ms, taken.late) : rc;
}

/* record: NULL: the case is not known. */
static enum rc hear(struct step *step, const Paidan__HotlineHear *wish,
                    const struct hotline_case *record)
{
    CHECK(wish->digest.len == HEARD_DIGEST_BYTES);
    CHECK(record == NULL || strcmp(record->source_id, wish->envelope->source_id) == 0);
    Paidan__HotlineEnvelope *const envelope = wish->envelope;
    Paidan__Heard heard = PAIDAN__HEARD__INIT;
    enum channel_verdict verdict = CHANNEL_NEW;
    Paidan__Code code = PAIDAN__CODE__OK;
    uint64_t seq = 0;
    heard.channel = (char *)(uintptr_t)hotline_state_code(step->site);
    heard.id = arena_printf(step->arena, "%s:%s", envelope->peer, envelope->id);
    heard.digest = wish->digest;
    heard.has_sent_ms = true;
    heard.sent_ms = envelope->at_ms;
    enum rc rc = wire_pack(step->arena, &envelope->base, &heard.body.data, &heard.body.len);
    if (rc != RC_OK || heard.id == NULL) {
        return rc == RC_OK ? RC_LIMIT : rc;
    }
    rc = channel_find(step->txn, &hotline_channel, heard.id, &heard.digest, &verdict, &seq);
    if (rc == RC_OK && verdict == CHANNEL_NEW) {
        /* Only now: of a known one the answer stands, whatever the case has come to since. */
        code = judge(record, envelope);
        if (code != PAIDAN__CODE__OK && code != PAIDAN__CODE__STATE_FORBIDS) {
            return refuse(step, code);
        }
    }
    rc = rc == RC_OK ? channel_hear(step, &hotline_channel, &heard, &verdict, &seq) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    switch (verdict) {
    case CHANNEL_DIFFERENT:
        return step_refuse(step, PAIDAN__CODE__HEARD_DIFFERENT, "id");
    case CHANNEL_KNOWN:
        return answer_again(step, seq);
    default:
        return take(step, record, envelope, seq, code);
    }
}

/* From the door alone, which has proved the signature; the site may be another by now. */
enum rc hotline_hear_apply(struct step *step, const struct step_input *input)
{
    const Paidan__HotlineHear *const wish = input->request->hotline_hear;
    const Paidan__HotlineEnvelope *const envelope = wish->envelope;
    struct hotline_case record;
    if (wish->nonce.len != HEARD_DIGEST_BYTES || wish->digest.len != HEARD_DIGEST_BYTES) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "digest");
    }
    if (hotline_state_code(step->site) == NULL ||
        site_hotline_peer_find(step->site, envelope->peer) == NULL) {
        return step_refuse(step, PAIDAN__CODE__FORBIDDEN, "peer"); /* no more, by a changed site */
    }
    enum rc rc = hotline_state_nonce(step->txn, envelope->peer, wish->nonce.data);
    if (rc == RC_OK) {
        return step_refuse(step, PAIDAN__CODE__NONCE_REUSED, NULL);
    }
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    rc = hotline_state_case(step->txn, envelope->peer, envelope->source_id, &record);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    const struct hotline_case *const found = rc == RC_OK ? &record : NULL;
    rc = say_signed(step, wish);
    return rc == RC_OK ? hear(step, wish, found) : rc;
}

/* ---- what intake and callback answered ---- */

/* What waited for the number, in the order in which it came: followed, or, where there will be none, told as
 * refused, for each was acknowledged. */
static enum rc follow_waiting(struct step *step, const struct hotline_case *before,
                              Paidan__Code code, struct hotline_case *now)
{
    enum rc rc = RC_OK;
    CHECK(before->waiting_count <= HOTLINE_WAITING_MAX);
    CHECK((code == PAIDAN__CODE__OK) == (now->state == HOTLINE_BOUND));
    for (uint32_t index = 0; index < before->waiting_count && rc == RC_OK; index++) {
        Paidan__HotlineEnvelope *envelope = NULL;
        rc = hotline_wish_envelope(step, before->waiting[index], &envelope);
        if (rc == RC_OK && code == PAIDAN__CODE__OK) {
            rc = hotline_wish_follow(step, &hotline_channel, now, envelope, false,
                                     before->waiting[index]);
        } else if (rc == RC_OK) {
            rc = hotline_tell_received(step, now, PAIDAN__CODE__STATE_FORBIDS, "refused",
                                       envelope->id);
        }
    }
    return rc;
}

/* The answer to a dispatch: the number is told, or why there is none. */
static enum rc bind(struct step *step, const struct hotline_case *before,
                    const Paidan__WishAnswered *answered, const char *id)
{
    CHECK(before->state == HOTLINE_ASKED);
    CHECK(before->ticket == 0);
    Paidan__HotlineBound bound = PAIDAN__HOTLINE_BOUND__INIT;
    struct hotline_ticket early = {.told_seq = 0};
    struct hotline_case now;
    const bool good =
        answered->code == PAIDAN__CODE__OK && answered->has_ticket && answered->ticket != 0;
    bound.peer = (char *)(uintptr_t)before->peer;
    bound.source_id = (char *)(uintptr_t)before->source_id;
    bound.code =
        good ? PAIDAN__CODE__OK
             : (answered->code == PAIDAN__CODE__OK ? PAIDAN__CODE__SERVICE_FAULT : answered->code);
    bound.has_ticket = good;
    bound.ticket = good ? answered->ticket : 0;
    bound.number = good ? answered->number : NULL;
    bound.detail = good ? NULL : answered->detail;
    enum rc rc = good ? hotline_state_ticket(step->txn, bound.ticket, &early) : RC_NOT_FOUND;
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    rc = step_say(step, &(struct step_about){0}, &bound.base);
    if (rc == RC_OK) {
        rc = hotline_state_case(step->txn, before->peer, before->source_id, &now);
    }
    if (rc == RC_OK) {
        rc = hotline_tell_received(step, &now, (Paidan__Code)bound.code, bound.detail, id);
    }
    if (rc == RC_OK && !early.bound && early.told_seq != 0) {
        rc = hotline_tell_again(step, &now, early.told_seq);
    }
    return rc == RC_OK ? follow_waiting(step, before, (Paidan__Code)bound.code, &now) : rc;
}

/* Of anything but a dispatch they hear only that it was refused: what it led to they hear from the unit. */
enum rc hotline_hear_answered(struct step *step, const Paidan__WishAnswered *answered)
{
    CHECK(answered->wished > 0);
    Paidan__HotlineEnvelope *envelope = NULL;
    struct hotline_case record;
    if (!answered->has_of) {
        return RC_OK;
    }
    enum rc rc = hotline_wish_envelope(step, answered->of, &envelope);
    if (rc == RC_OK) {
        rc = hotline_state_case(step->txn, envelope->peer, envelope->source_id, &record);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (record.state == HOTLINE_ASKED && record.asked == answered->of) {
        return bind(step, &record, answered, envelope->id);
    }
    const bool fine =
        answered->code == PAIDAN__CODE__OK || answered->code == PAIDAN__CODE__ALREADY_DONE;
    return fine ? RC_OK
                : hotline_tell_received(step, &record, (Paidan__Code)answered->code,
                                        answered->detail, envelope->id);
}

/* ---- folding ---- */

enum rc hotline_hear_fold_signed(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HOTLINE_SIGNED);
    const Paidan__HotlineSigned *const fact = event->hotline_signed;
    return fact->nonce.len == HEARD_DIGEST_BYTES
               ? hotline_state_nonce_put(fold->txn, fact->peer, fact->nonce.data, fact->signed_ms)
               : RC_CORRUPT;
}

/* False: longer than the field, which no checked fact is. */
static bool copy(char *field, size_t size, const char *text)
{
    CHECK(size > 0);
    CHECK(text != NULL); /* required by the schema, or looked at before */
    const size_t bytes = strlen(text);
    if (bytes >= size) {
        return false;
    }
    memcpy(field, text, bytes + 1);
    return true;
}

/* A dispatch opens it, or opens it again. */
static void open_case(struct step_fold *fold, uint64_t seq, const Paidan__HotlineTaken *taken,
                      struct hotline_case *record)
{
    CHECK(record->state != HOTLINE_ASKED);
    if (record->line == 0) {
        record->line = seq;
        fold->tally->values[HOTLINE_TALLY_CASES]++;
    }
    fold->tally->values[HOTLINE_TALLY_ASKED]++;
    record->state = HOTLINE_ASKED;
    record->asked = taken->heard;
    if (taken->kind == PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH) {
        record->dispatched = taken->heard;
    }
    record->due_ms = 0;
    record->ticket = 0;
    record->round = 0;
    record->closed = false;
    CHECK(record->waiting_count == 0);
}

/* The first fact of a case is the Taken of its dispatch; its seq names the line of all its deliveries. */
enum rc hotline_hear_fold_taken(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HOTLINE_TAKEN);
    CHECK(seq > 0);
    const Paidan__HotlineTaken *const taken = event->hotline_taken;
    struct hotline_case record = {.line = 0};
    const enum rc rc = hotline_state_case(fold->txn, taken->peer, taken->source_id, &record);
    const bool late = taken->has_late && taken->late;
    if (taken->has_refused) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* it changes nothing */
    }
    if (rc == RC_NOT_FOUND) {
        record = (struct hotline_case){.line = 0};
        if (taken->kind != PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH ||
            !copy(record.peer, sizeof record.peer, taken->peer) ||
            !copy(record.source_id, sizeof record.source_id, taken->source_id)) {
            return RC_CORRUPT;
        }
    } else if (rc != RC_OK) {
        return rc;
    }
    if (late) {
        fold->tally->values[HOTLINE_TALLY_LATE]++;
        return rc == RC_OK ? RC_OK : RC_CORRUPT;
    }
    if (hotline_wish_opens(rc == RC_OK ? &record : NULL, taken->kind)) {
        open_case(fold, seq, taken, &record);
    } else if (taken->has_waits && taken->waits) {
        if (record.waiting_count == HOTLINE_WAITING_MAX) {
            return RC_CORRUPT;
        }
        record.waiting[record.waiting_count++] = taken->heard;
    }
    record.due_ms = taken->has_due_ms ? taken->due_ms : record.due_ms;
    record.confidential = record.confidential || (taken->has_confidential && taken->confidential);
    if (!only_adds(taken->kind) && taken->seq > record.in_seq) {
        record.in_seq = taken->seq;
    }
    return hotline_state_case_put(fold->txn, &record);
}

/* The last dispatch that waited has its answer: what ended early is none's. */
static enum rc forget_early(struct step_fold *fold, enum rc rc)
{
    return rc == RC_OK && fold->tally->values[HOTLINE_TALLY_ASKED] == 0
               ? hotline_state_early_clear(fold->txn)
               : rc;
}

/* What waited is followed or told in the same step that says this, so it is forgotten here. */
enum rc hotline_hear_fold_bound(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HOTLINE_BOUND);
    const Paidan__HotlineBound *const bound = event->hotline_bound;
    struct hotline_case record;
    struct hotline_ticket ticket = {.bound = true};
    enum rc rc = hotline_state_case(fold->txn, bound->peer, bound->source_id, &record);
    if (rc != RC_OK || record.state != HOTLINE_ASKED) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (fold->tally->values[HOTLINE_TALLY_ASKED] >
        0) { /* else it was asked before they were counted */
        fold->tally->values[HOTLINE_TALLY_ASKED]--;
    }
    record.waiting_count = 0;
    memset(record.waiting, 0, sizeof record.waiting);
    record.state = bound->code == PAIDAN__CODE__OK ? HOTLINE_BOUND : HOTLINE_REFUSED;
    if (record.state == HOTLINE_REFUSED) {
        fold->tally->values[HOTLINE_TALLY_REFUSED]++;
        return forget_early(fold, hotline_state_case_put(fold->txn, &record));
    }
    if (!bound->has_ticket || bound->ticket == 0 ||
        !copy(ticket.peer, sizeof ticket.peer, bound->peer) ||
        !copy(ticket.source_id, sizeof ticket.source_id, bound->source_id) ||
        !copy(record.number, sizeof record.number, bound->number == NULL ? "" : bound->number)) {
        return RC_CORRUPT;
    }
    record.ticket = bound->ticket;
    rc = hotline_state_case_put(fold->txn, &record);
    rc = rc == RC_OK ? hotline_state_ticket_put(fold->txn, bound->ticket, &ticket) : rc;
    rc = rc == RC_OK ? hotline_state_early_del(fold->txn, bound->ticket) : rc;
    return forget_early(fold, rc);
}
