/* hotline_wish: from an envelope to a wish. An adapter may submit, supplement, chase, withdraw and answer
 * callbacks, no more (TRUST 2); so what a platform above orders beyond that becomes the nearest of these,
 * with its own words in front, so that the unit reads it where it reads the resident:
 *
 *   dispatch             Submit; of a ticket that we have already: Supplement
 *   supplement           Supplement
 *   chase, urge          Chase
 *   withdraw             Withdraw
 *   ruling               granted: Withdraw, for they take it back; refused: Supplement
 *   extension_decision   Supplement; granted until a moment: with the new deadline from above
 *   redo                 the resident is being asked: the answer is "unsolved"; closed: Submit again, with what
 *                        the dispatch said of place, person and matter; else Supplement
 *   rating               the resident is being asked: the answer; else Supplement
 *
 * What must stay true: no word of theirs is lost, and a category, a division or a unit that is none of ours
 * sends the ticket to the dispatcher's desk with their words in it. */
#include "hotline_wish.h"

#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/site/site_hotline.h"
#include "common/text/text.h"
#include "common/wire/wire_unpack.h"
#include "hotline.h"

/* Intake judges a deadline when the wish arrives, which may be later than here. */
#define WISH_WAITS_MS (24ull * 3600 * 1000)

bool hotline_wish_opens(const struct hotline_case *record, Paidan__HotlineKind kind)
{
    CHECK(kind >= PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH);
    CHECK(kind <= PAIDAN__HOTLINE_KIND__HOTLINE_RATING);
    if (kind == PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH) {
        return record == NULL || record->state == HOTLINE_REFUSED;
    }
    return kind == PAIDAN__HOTLINE_KIND__HOTLINE_REDO && record != NULL &&
           record->state == HOTLINE_BOUND && record->closed;
}

/* A deadline that intake takes; one beyond is words alone, for nothing was meant by it: seconds for
 * milliseconds, a year mistyped. */
bool hotline_wish_dated(const struct step *step, const Paidan__HotlineEnvelope *envelope)
{
    CHECK(step->now_ms > 0);
    return envelope->has_due_ms && envelope->due_ms <= step->now_ms + OUTER_DUE_AHEAD_MS_MAX &&
           envelope->due_ms + OUTER_DUE_BEHIND_MS_MAX >= step->now_ms + WISH_WAITS_MS;
}

bool hotline_wish_extends(const struct step *step, const Paidan__HotlineEnvelope *envelope)
{
    CHECK(envelope->kind >= PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH);
    const bool granted = envelope->has_granted && envelope->granted;
    const bool decides =
        envelope->kind == PAIDAN__HOTLINE_KIND__HOTLINE_EXTENSION_DECISION && granted;
    return hotline_wish_dated(step, envelope) &&
           (decides || envelope->kind == PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH);
}

enum rc hotline_wish_envelope(struct step *step, uint64_t heard, Paidan__HotlineEnvelope **envelope)
{
    Paidan__Event *event = NULL;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    CHECK(heard > 0);
    enum rc rc = step_read(step, heard, &event);
    if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_HEARD) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = wire_unpack(step->arena, &paidan__hotline_envelope__descriptor, event->heard->body.data,
                     event->heard->body.len, &message, &error);
    *envelope = (Paidan__HotlineEnvelope *)message;
    return rc == RC_INVALID ? RC_CORRUPT : rc;
}

/* One envelope, and the case that it is about. */
struct wishing {
    struct step *step;
    const struct channel *channel;
    const struct hotline_case *record;
    const Paidan__HotlineEnvelope *envelope;
    uint64_t heard;
};

/* Wishes about one case go in order, one at a time. */
static enum rc wish_of(const struct wishing *wishing, const char *service,
                       const ProtobufCMessage *wish)
{
    CHECK(wishing->record->line != 0);
    CHECK(wishing->heard != 0);
    return channel_wish(wishing->step, wishing->channel, service, wish, wishing->record->line,
                        wishing->heard, NULL);
}

static bool said(const char *text)
{
    return !text_blank(text);
}

/* The first that is said; "": none. */
static char *first_of(char *one, char *other)
{
    static char none[] = "";
    return said(one) ? one : said(other) ? other : none;
}

/* Cut between characters; the arena's. NULL: it is full. */
static char *clipped(struct step *step, const char *text, size_t bytes_max)
{
    CHECK(text != NULL);
    CHECK(bytes_max > 0);
    char *copy = arena_strdup(step->arena, text);
    if (copy != NULL) {
        copy[text_clip(copy, bytes_max)] = '\0';
    }
    return copy;
}

/* ---- a new ticket ---- */

/* Theirs as our code. False: they named something, and it is none of ours. */
static bool mapped(const struct step *step, const struct site_hotline_peer *peer,
                   enum site_hotline_map map, const char *theirs, char **ours)
{
    CHECK(peer != NULL);
    CHECK(map != SITE_HOTLINE_STATES); /* those are ours, for them */
    *ours = NULL;
    if (!said(theirs)) {
        return true;
    }
    *ours = (char *)(uintptr_t)site_hotline_map(step->site, map, peer, theirs);
    return *ours != NULL;
}

/* Their words that lead nowhere here, before the text or the place that they belong to. */
static char *with_words(struct step *step, const char *label, const char *words, const char *text)
{
    CHECK(words != NULL);
    CHECK(text != NULL);
    return arena_printf(step->arena, "%s%s%s%s", label, words, text[0] == '\0' ? "" : "；", text);
}

/* Done again: what they say now, and what it was about, for whoever gets it did not have the ticket before. */
static char *again_text(struct step *step, const struct hotline_case *record,
                        const Paidan__HotlineEnvelope *envelope,
                        const Paidan__HotlineEnvelope *first)
{
    char *const text = first_of(envelope->text, envelope->note);
    CHECK(first->kind == PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH);
    const char *const before = first->text == NULL ? "" : first->text;
    return record->number[0] == '\0' ? arena_printf(step->arena, "【上级重办】%s\n%s", text, before)
                                     : arena_printf(step->arena, "【上级重办】%s（原工单 %s）\n%s",
                                                    text, record->number, before);
}

/* What they say now stands before what they said then. */
static void inherit(char **field, char *from)
{
    CHECK(field != NULL);
    *field = said(*field) ? *field : from;
}

/* A redo says only what is still wrong; the rest is as it was dispatched. *made: the envelope to submit. */
static enum rc complete(const struct wishing *wishing, const struct hotline_case *record,
                        Paidan__HotlineEnvelope *made)
{
    Paidan__HotlineEnvelope *first = NULL;
    CHECK(record->line > 1); /* its Heard stands right before it */
    const uint64_t heard = record->dispatched != 0 ? record->dispatched : record->line - 1;
    const enum rc rc = hotline_wish_envelope(wishing->step, heard, &first);
    *made = *wishing->envelope;
    if (rc != RC_OK) {
        return rc;
    }
    inherit(&made->title, first->title);
    inherit(&made->place, first->place);
    inherit(&made->phone, first->phone);
    inherit(&made->reporter, first->reporter);
    inherit(&made->category, first->category);
    inherit(&made->division, first->division);
    inherit(&made->unit, first->unit);
    if (!made->has_occurred_ms) {
        made->has_occurred_ms = first->has_occurred_ms;
        made->occurred_ms = first->occurred_ms;
    }
    made->text = again_text(wishing->step, record, wishing->envelope, first);
    return made->text == NULL ? RC_LIMIT : RC_OK;
}

/* Their words for what, where and who, as ours; what is none of ours goes to the desk, with their words. */
static void map_words(struct step *step, const struct site_hotline_peer *peer,
                      const Paidan__HotlineEnvelope *envelope, Paidan__NewTicket *ticket)
{
    CHECK(ticket->text != NULL);
    if (!mapped(step, peer, SITE_HOTLINE_CATEGORIES, envelope->category, &ticket->category_hint)) {
        ticket->has_unmapped = ticket->unmapped = true;
        ticket->text = with_words(step, "上级类别：", envelope->category, ticket->text);
    }
    if (!mapped(step, peer, SITE_HOTLINE_DIVISIONS, envelope->division, &ticket->area_hint)) {
        ticket->has_unmapped = ticket->unmapped = true;
        ticket->place = with_words(step, "上级区划：", envelope->division, ticket->place);
        ticket->place =
            ticket->place == NULL ? NULL : clipped(step, ticket->place, PLACE_BYTES_MAX);
    }
    if (!mapped(step, peer, SITE_HOTLINE_UNITS, envelope->unit, &ticket->unit_hint)) {
        ticket->has_unmapped = ticket->unmapped = true;
        ticket->text = with_words(step, "上级指定单位：", envelope->unit,
                                  ticket->text == NULL ? "" : ticket->text);
    }
}

/* The last place where a ticket may have grown too long: cut, for intake would refuse the whole of it. */
static enum rc wish_submit(const struct wishing *wishing, Paidan__NewTicket *ticket)
{
    CHECK(ticket->channel != NULL);
    CHECK(wishing->record->state == HOTLINE_ASKED);
    Paidan__NewTicket *tickets[] = {ticket};
    Paidan__Submit wish = PAIDAN__SUBMIT__INIT;
    /* With our words before it, it may have become longer than intake takes. */
    ticket->text =
        ticket->text == NULL ? NULL : clipped(wishing->step, ticket->text, TEXT_BYTES_MAX);
    if (ticket->external_id == NULL || ticket->text == NULL || ticket->place == NULL) {
        return RC_LIMIT;
    }
    wish.n_tickets = 1;
    wish.tickets = tickets;
    return wish_of(wishing, "intake", &wish.base);
}

/* again: NULL: the first time; else the case, closed, that is to be done again. */
static enum rc submit(const struct wishing *wishing, const struct hotline_case *again)
{
    struct step *const step = wishing->step;
    Paidan__HotlineEnvelope envelope = *wishing->envelope;
    const struct site_hotline_peer *const peer = site_hotline_peer_find(step->site, envelope.peer);
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    CHECK(peer != NULL);
    const enum rc rc = again == NULL ? RC_OK : complete(wishing, again, &envelope);
    if (rc != RC_OK) {
        return rc;
    }
    ticket.channel = step->site->channels[step->site->hotline->channel].code;
    ticket.external_id = again == NULL
                             ? arena_printf(step->arena, "%s/%s", envelope.peer, envelope.source_id)
                             : arena_printf(step->arena, "%s/%s#%llu", envelope.peer,
                                            envelope.source_id, (unsigned long long)envelope.seq);
    ticket.text = first_of(envelope.text, envelope.note);
    ticket.title = envelope.title;
    ticket.place = first_of(envelope.place, NULL);
    ticket.phone = envelope.phone;
    ticket.reporter = envelope.reporter;
    ticket.has_occurred_ms = envelope.has_occurred_ms;
    ticket.occurred_ms = envelope.occurred_ms;
    ticket.has_due_ms = hotline_wish_dated(step, &envelope);
    ticket.due_ms = ticket.has_due_ms ? envelope.due_ms : 0;
    ticket.has_anew = ticket.anew = 1; /* each of theirs is one of ours, to be answered by itself */
    ticket.confidential = wishing->record->confidential;
    ticket.has_confidential = ticket.confidential;
    ticket.n_attachments = envelope.n_attachments;
    ticket.attachments = envelope.attachments;
    map_words(step, peer, &envelope, &ticket);
    return wish_submit(wishing, &ticket);
}

/* ---- of a ticket that we have ---- */

/* The label, and what they wrote; first: where that stands by right. NULL: the arena is full. */
static char *labelled(const struct wishing *wishing, const char *label, char *first, char *other,
                      size_t bytes_max)
{
    CHECK(label != NULL);
    const char *const text =
        arena_printf(wishing->step->arena, "%s%s", label, first_of(first, other));
    return text == NULL ? NULL : clipped(wishing->step, text, bytes_max);
}

/* With a later deadline from above, where the envelope gives one. */
static enum rc supplement(const struct wishing *wishing, const char *label)
{
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    Paidan__Supplement wish = PAIDAN__SUPPLEMENT__INIT;
    CHECK(wishing->record->ticket != 0);
    wish.ticket = wishing->record->ticket;
    wish.text = labelled(wishing, label, envelope->text, envelope->note, TEXT_BYTES_MAX);
    wish.n_attachments = envelope->n_attachments;
    wish.attachments = envelope->attachments;
    wish.has_outer_due_ms = hotline_wish_extends(wishing->step, envelope) &&
                            envelope->due_ms >= wishing->record->due_ms;
    wish.outer_due_ms = wish.has_outer_due_ms ? envelope->due_ms : 0;
    return wish.text == NULL ? RC_LIMIT : wish_of(wishing, "intake", &wish.base);
}

/* Until when, in the site's own time: the unit and who decides on its clock must read it. What is not later
 * than they said before takes nothing from the unit, and that is said too. */
static enum rc extended(const struct wishing *wishing)
{
    const uint64_t due_ms = wishing->envelope->due_ms;
    if (!hotline_wish_dated(wishing->step, wishing->envelope)) {
        return supplement(wishing, "【上级答复】同意延期。");
    }
    const int64_t local_s = ((int64_t)due_ms + site_offset(wishing->step->site, due_ms)) / 1000;
    CHECK(local_s > 0);
    const struct civil_date date = civil_date((int32_t)(local_s / 86400));
    const char *const label = arena_printf(
        wishing->step->arena, "【上级答复】同意延期至 %04d-%02u-%02u %02d:%02d%s。", date.year,
        date.month, date.day, (int)(local_s % 86400 / 3600), (int)(local_s % 3600 / 60),
        due_ms < wishing->record->due_ms ? "，早于原上级时限，原时限不变" : "");
    return label == NULL ? RC_LIMIT : supplement(wishing, label);
}

/* From the resident or from the platform: intake counts both, the label tells the unit which. */
static enum rc chase(const struct wishing *wishing, const char *label)
{
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    Paidan__Chase wish = PAIDAN__CHASE__INIT;
    CHECK(wishing->record->ticket != 0);
    wish.ticket = wishing->record->ticket;
    wish.note = labelled(wishing, label, envelope->note, envelope->text, NOTE_BYTES_MAX);
    return wish.note == NULL ? RC_LIMIT : wish_of(wishing, "intake", &wish.base);
}

/* They take it back: for us that is the resident's withdrawal, with their reason in it. */
static enum rc withdraw(const struct wishing *wishing, const char *label)
{
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    Paidan__Withdraw wish = PAIDAN__WITHDRAW__INIT;
    CHECK(wishing->record->ticket != 0);
    wish.ticket = wishing->record->ticket;
    wish.note = labelled(wishing, label, envelope->note, envelope->text, NOTE_BYTES_MAX);
    return wish.note == NULL ? RC_LIMIT : wish_of(wishing, "intake", &wish.base);
}

/* Whether the resident is being asked, and through this channel: else another one asks him, and an answer
 * of ours would be refused. */
static bool asked_here(const struct wishing *wishing)
{
    const struct site *const site = wishing->step->site;
    if (hotline_state_code(site) == NULL) {
        return false; /* the site gave its hotline up meanwhile */
    }
    CHECK(site->hotline->channel < site->channel_count);
    const struct site_channel *const channel = &site->channels[site->hotline->channel];
    return wishing->record->round > 0 && site_channel_asks(channel, channel->code);
}

/* As the resident's own answer, for the platform asked him. Who asks to have it done again is not satisfied. */
static enum rc answer(const struct wishing *wishing)
{
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    const bool redo = envelope->kind == PAIDAN__HOTLINE_KIND__HOTLINE_REDO;
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT, *replies[] = {&reply};
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    CHECK(wishing->record->round > 0);
    reply.ticket = wishing->record->ticket;
    reply.has_round = true;
    reply.round = wishing->record->round;
    reply.solved = redo ? PAIDAN__SOLVED__SOLVED_NO : envelope->solved;
    reply.satisfied = envelope->has_satisfied ? envelope->satisfied
                      : redo                  ? PAIDAN__SATISFIED__SATISFIED_NO
                                              : PAIDAN__SATISFIED__SATISFIED_FAIR;
    reply.channel = (char *)(uintptr_t)hotline_state_code(wishing->step->site); /* packed */
    reply.note = labelled(wishing, "", envelope->note, envelope->text, NOTE_BYTES_MAX);
    wish.n_replies = 1;
    wish.replies = replies;
    return reply.note == NULL ? RC_LIMIT : wish_of(wishing, "callback", &wish.base);
}

enum rc hotline_wish_follow(struct step *step, const struct channel *channel,
                            const struct hotline_case *record,
                            const Paidan__HotlineEnvelope *envelope, bool opens, uint64_t heard)
{
    CHECK(record != NULL);
    CHECK(opens || record->state == HOTLINE_BOUND);
    const struct wishing wishing = {step, channel, record, envelope, heard};
    const bool granted = envelope->has_granted && envelope->granted;
    if (opens) {
        const bool again = envelope->kind == PAIDAN__HOTLINE_KIND__HOTLINE_REDO;
        return submit(&wishing, again ? record : NULL);
    }
    switch (envelope->kind) {
    case PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH:
        return supplement(&wishing, "【上级再次派单】");
    case PAIDAN__HOTLINE_KIND__HOTLINE_SUPPLEMENT:
        return supplement(&wishing, "");
    case PAIDAN__HOTLINE_KIND__HOTLINE_CHASE:
        return chase(&wishing, "");
    case PAIDAN__HOTLINE_KIND__HOTLINE_URGE:
        return chase(&wishing, "【上级催办】");
    case PAIDAN__HOTLINE_KIND__HOTLINE_WITHDRAW:
        return withdraw(&wishing, "");
    case PAIDAN__HOTLINE_KIND__HOTLINE_RULING:
        return granted ? withdraw(&wishing, "【上级裁定】同意退单。")
                       : supplement(&wishing, "【上级裁定】不同意退单。");
    case PAIDAN__HOTLINE_KIND__HOTLINE_EXTENSION_DECISION:
        return granted ? extended(&wishing) : supplement(&wishing, "【上级答复】不同意延期。");
    case PAIDAN__HOTLINE_KIND__HOTLINE_REDO:
        return asked_here(&wishing) ? answer(&wishing) : supplement(&wishing, "【上级要求重办】");
    default:
        CHECK(envelope->kind == PAIDAN__HOTLINE_KIND__HOTLINE_RATING); /* the door takes no other */
        return asked_here(&wishing) && envelope->has_solved
                   ? answer(&wishing)
                   : supplement(&wishing, "【上级转来评价】");
    }
}
