/* archive_exempt: owns the table ARCHIVE_EXEMPT. What must stay true: nobody reviews what he asked for; a ticket
 * that was ruled on may be asked for again, and the newest counts; nothing is taken out but by a fact that
 * says why and who. */
#include "archive_exempt.h"

#include <string.h>

#include "archive_points.h"
#include "archive_share.h"
#include "archive_state.h"
#include "archive_strip.h"
#include "common/base/check.h"
#include "common/store/store_row.h"
#include "common/text/text.h"

static const struct record_row rows[] = {
    RECORD_VARINT(struct archive_exempt, asked_ms),
    RECORD_VARINT(struct archive_exempt, ruled_ms),
    RECORD_BOOL(struct archive_exempt, granted),
    RECORD_TEXT(struct archive_exempt, asked_by),
    RECORD_TEXT(struct archive_exempt, ruled_by),
    RECORD_VARINT(struct archive_exempt, asked_seq),
    RECORD_VARINT(struct archive_exempt, ruled_seq),
    RECORD_END,
};
static const struct record_format format = {
    .version = 1, .bytes = sizeof(struct archive_exempt), .rows = rows};

enum rc archive_exempt_get(struct store_txn *txn, uint64_t ticket, struct archive_exempt *exempt)
{
    CHECK(ticket != 0);
    return store_row_get(txn, ARCHIVE_EXEMPT, ticket, &format, exempt);
}

/* ---- asking ---- */

static const char *state_word(const struct archive_ticket *ticket)
{
    static const char *const words[ARCHIVE_STATE_COUNT] = {"desk",     "desk",     "assigned",
                                                           "accepted", "returned", "suspended",
                                                           "merged",   "resolved", "closed"};
    CHECK(ticket->state < ARCHIVE_STATE_COUNT);
    return archive_ticket_withdrawn(ticket) ? "withdrawn" : words[ticket->state];
}

static bool is_counted(const struct archive_ticket *ticket)
{
    CHECK(ticket->state < ARCHIVE_STATE_COUNT);
    return ticket->closed_day != 0 && ticket->outcome != PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
}

enum rc archive_exempt_ask(struct step *step, const Paidan__Request *request)
{
    const Paidan__ExemptAsk *const wish = request->exempt_ask;
    struct archive_ticket ticket;
    uint64_t seq = 0;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_EXEMPT_ASK);
    const enum rc rc =
        wish->ticket == 0 ? RC_NOT_FOUND : archive_ticket_get(step->txn, wish->ticket, &ticket);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? step_refuse(step, PAIDAN__CODE__TICKET_UNKNOWN, NULL) : rc;
    }
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (text_blank(wish->reason)) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, "reason");
    }
    if (!is_counted(&ticket)) {
        return step_refuse(step, PAIDAN__CODE__EXEMPT_NOT_CLOSED, state_word(&ticket));
    }
    const enum archive_exemption holds = archive_ticket_exempt(&ticket);
    if (holds == ARCHIVE_EXEMPT_ASKED) {
        return step_refuse(step, PAIDAN__CODE__EXEMPT_OPEN, NULL);
    }
    if (holds == ARCHIVE_EXEMPT_GRANTED) {
        return step_refuse(step, PAIDAN__CODE__ALREADY_DONE, NULL);
    }
    Paidan__ExemptAsked fact = PAIDAN__EXEMPT_ASKED__INIT;
    fact.has_round = ticket.round != 0;
    fact.round = ticket.round;
    fact.unit = ticket.unit[0] == '\0' ? NULL : ticket.unit;
    enum rc said = archive_strip_words(step->arena, wish->reason, &fact.reason);
    said = said == RC_OK ? step_say(step, &(struct step_about){.ticket = wish->ticket, .seq = &seq},
                                    &fact.base)
                         : said;
    return said == RC_OK ? step_answer_done(step, wish->ticket, seq) : said;
}

enum rc archive_exempt_rule(struct step *step, const Paidan__Request *request)
{
    const Paidan__ExemptRule *const wish = request->exempt_rule;
    struct archive_exempt exempt;
    struct archive_ticket ticket;
    Paidan__Event *asked = NULL;
    uint64_t seq = 0;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_EXEMPT_RULE);
    enum rc rc =
        wish->ticket == 0 ? RC_NOT_FOUND : archive_exempt_get(step->txn, wish->ticket, &exempt);
    const bool asks = rc == RC_OK && exempt.ruled_ms == 0;
    rc = asks ? archive_ticket_get(step->txn, wish->ticket, &ticket) : rc;
    if (rc == RC_NOT_FOUND ||
        (rc == RC_OK && (!asks || archive_ticket_exempt(&ticket) != ARCHIVE_EXEMPT_ASKED))) {
        return step_refuse(step, PAIDAN__CODE__EXEMPT_NOT_ASKED, NULL);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (strcmp(request->actor, exempt.asked_by) == 0) {
        return step_refuse(step, PAIDAN__CODE__SECOND_PERSON, NULL);
    }
    if (!wish->granted && text_blank(wish->note)) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, "note");
    }
    rc = step_read(step, exempt.asked_seq, &asked);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* this log is never trimmed */
    }
    CHECK(asked->fact_case == PAIDAN__EVENT__FACT_EXEMPT_ASKED);
    Paidan__ExemptRuled fact = PAIDAN__EXEMPT_RULED__INIT;
    fact.granted = wish->granted;
    fact.asked_by = exempt.asked_by;
    fact.reason = asked->exempt_asked->reason;
    rc = archive_strip_words(step->arena, wish->note, &fact.note);
    rc = rc == RC_OK
             ? step_say(step, &(struct step_about){.ticket = wish->ticket, .seq = &seq}, &fact.base)
             : rc;
    rc = rc == RC_OK ? archive_points_settle(step, wish->ticket) : rc;
    return rc == RC_OK ? step_answer_done(step, wish->ticket, seq) : rc;
}

/* ---- folding ---- */

static void set_actor(char to[ACTOR_BYTES_MAX + 1], const char *actor)
{
    const size_t bytes = actor == NULL ? 0 : strlen(actor);
    CHECK(bytes <= ACTOR_BYTES_MAX);
    memset(to, 0, ACTOR_BYTES_MAX + 1);
    if (bytes > 0) {
        memcpy(to, actor, bytes);
    }
}

static enum archive_exemption exemption_of(const struct archive_exempt *exempt)
{
    CHECK(exempt->asked_ms != 0);
    return exempt->ruled_ms == 0 ? ARCHIVE_EXEMPT_ASKED
           : exempt->granted     ? ARCHIVE_EXEMPT_GRANTED
                                 : ARCHIVE_EXEMPT_REFUSED;
}

enum rc archive_exempt_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    struct archive_exempt exempt = {.asked_ms = 0};
    struct archive_ticket before, after;
    const bool asks = event->fact_case == PAIDAN__EVENT__FACT_EXEMPT_ASKED;
    if (!event->has_ticket) {
        return RC_CORRUPT;
    }
    enum rc rc = archive_ticket_get(fold->txn, event->ticket, &before);
    if (rc == RC_OK && !asks) {
        rc = archive_exempt_get(fold->txn, event->ticket, &exempt);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(seq > 0);
    if (asks) {
        exempt.asked_ms = event->at_ms;
        exempt.asked_seq = seq;
        set_actor(exempt.asked_by, event->cause->actor);
    } else {
        exempt.ruled_ms = event->at_ms;
        exempt.ruled_seq = seq;
        exempt.granted = event->exempt_ruled->granted;
        set_actor(exempt.ruled_by, event->cause->actor);
    }
    after = before;
    after.exempt = exemption_of(&exempt);
    if (asks) { /* from the fact: the logs may be read further than they were when it was said */
        after.exempt_round = event->exempt_asked->round;
    }
    rc = store_row_put(fold->txn, ARCHIVE_EXEMPT, event->ticket, &format, &exempt);
    return rc == RC_OK ? archive_share_change(fold, event->ticket, &before, &after) : rc;
}

/* ---- showing ---- */

static enum rc words_of(struct step_view *view, uint64_t seq, Paidan__Event **event)
{
    CHECK(seq != 0);
    const enum rc rc = step_view_read(view, seq, event);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

enum rc archive_exempt_show(struct step_view *view, const struct archive_exempt *exempt,
                            Paidan__Exemption **shown)
{
    Paidan__Exemption *const made = arena_alloc(view->arena, sizeof *made);
    Paidan__Event *event = NULL;
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__exemption__init(made);
    enum rc rc = words_of(view, exempt->asked_seq, &event);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_EXEMPT_ASKED);
    made->reason = event->exempt_asked->reason;
    made->asked_by = arena_strdup(view->arena, exempt->asked_by);
    made->asked_ms = exempt->asked_ms;
    if (exempt->ruled_ms != 0) {
        rc = words_of(view, exempt->ruled_seq, &event);
        if (rc != RC_OK) {
            return rc;
        }
        made->has_granted = true;
        made->granted = exempt->granted;
        made->ruled_by = arena_strdup(view->arena, exempt->ruled_by);
        made->has_ruled_ms = true;
        made->ruled_ms = exempt->ruled_ms;
        made->note = event->exempt_ruled->note;
    }
    *shown = made;
    return made->asked_by == NULL || (made->has_granted && made->ruled_by == NULL) ? RC_LIMIT
                                                                                   : RC_OK;
}
