/* hotline_wish: from an envelope to a wish. An adapter may submit, supplement, chase, withdraw and answer
 * callbacks, no more (TRUST 2); so what a platform above orders beyond that becomes the nearest of these,
 * with its own words in front, so that the unit reads it where it reads the resident:
 *
 *   dispatch             Submit; of a ticket that we have already: Supplement
 *   supplement           Supplement
 *   chase, urge          Chase
 *   withdraw             Withdraw
 *   ruling               granted: Withdraw, for they take it back; refused: Supplement
 *   extension_decision   Supplement
 *   redo                 the resident is being asked: the answer is "unsolved"; closed: Submit again;
 *                        else Supplement
 *   rating               the resident is being asked: the answer; else Supplement
 *
 * What must stay true: no word of theirs is lost, and a category or division that is none of ours sends the
 * ticket to the dispatcher's desk with their words in it. */
#include "hotline_wish.h"

#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/site/site_hotline.h"
#include "common/text/text.h"
#include "hotline.h"

/* What a day is told of: to the year 2199; beyond it nothing was meant. */
#define DUE_MS_MAX 7258118400000ull

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
                       const Paidan__Request *request)
{
    CHECK(wishing->record->line != 0);
    CHECK(wishing->heard != 0);
    return channel_wish(wishing->step, wishing->channel, service, request, wishing->record->line,
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
    return arena_printf(step->arena, "%s%s%s%s", label, words, text[0] == '\0' ? "" : "；", text);
}

static char *text_of(struct step *step, const struct hotline_case *record,
                     const Paidan__HotlineEnvelope *envelope)
{
    char *const text = first_of(envelope->text, envelope->note);
    if (record == NULL || record->number[0] == '\0') {
        return text;
    }
    return arena_printf(step->arena, "【上级重办】%s（原工单 %s）", text, record->number);
}

/* record: NULL: the first time. */
static enum rc submit(const struct wishing *wishing, const struct hotline_case *record)
{
    struct step *const step = wishing->step;
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    const struct site_hotline_peer *const peer = site_hotline_peer_find(step->site, envelope->peer);
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT, *tickets[] = {&ticket};
    Paidan__Submit wish = PAIDAN__SUBMIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(peer != NULL);
    const bool again = envelope->kind == PAIDAN__HOTLINE_KIND__HOTLINE_REDO;
    ticket.channel = step->site->channels[step->site->hotline->channel].code;
    ticket.external_id =
        again ? arena_printf(step->arena, "%s/%s#%llu", envelope->peer, envelope->source_id,
                             (unsigned long long)envelope->seq)
              : arena_printf(step->arena, "%s/%s", envelope->peer, envelope->source_id);
    ticket.text = text_of(step, record, envelope);
    ticket.title = envelope->title;
    ticket.place = first_of(envelope->place, NULL);
    ticket.phone = envelope->phone;
    ticket.reporter = envelope->reporter;
    ticket.has_occurred_ms = envelope->has_occurred_ms;
    ticket.occurred_ms = envelope->occurred_ms;
    ticket.has_due_ms = envelope->has_due_ms;
    ticket.due_ms = envelope->due_ms;
    ticket.confidential = wishing->record->confidential;
    ticket.has_confidential = ticket.confidential;
    ticket.n_attachments = envelope->n_attachments;
    ticket.attachments = envelope->attachments;
    if (!mapped(step, peer, SITE_HOTLINE_CATEGORIES, envelope->category, &ticket.category_hint)) {
        ticket.has_unmapped = ticket.unmapped = true;
        ticket.text = with_words(step, "上级类别：", envelope->category,
                                 ticket.text == NULL ? "" : ticket.text);
    }
    if (!mapped(step, peer, SITE_HOTLINE_DIVISIONS, envelope->division, &ticket.area_hint)) {
        ticket.has_unmapped = ticket.unmapped = true;
        ticket.place = with_words(step, "上级区划：", envelope->division, ticket.place);
        ticket.place = ticket.place == NULL ? NULL : clipped(step, ticket.place, PLACE_BYTES_MAX);
    }
    /* With our words before it, it may have become longer than intake takes. */
    ticket.text = ticket.text == NULL ? NULL : clipped(step, ticket.text, TEXT_BYTES_MAX);
    if (ticket.external_id == NULL || ticket.text == NULL || ticket.place == NULL) {
        return RC_LIMIT;
    }
    wish.n_tickets = 1;
    wish.tickets = tickets;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &wish;
    return wish_of(wishing, "intake", &request);
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

static enum rc supplement(const struct wishing *wishing, const char *label)
{
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    Paidan__Supplement wish = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(wishing->record->ticket != 0);
    wish.ticket = wishing->record->ticket;
    wish.text = labelled(wishing, label, envelope->text, envelope->note, TEXT_BYTES_MAX);
    wish.n_attachments = envelope->n_attachments;
    wish.attachments = envelope->attachments;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &wish;
    return wish.text == NULL ? RC_LIMIT : wish_of(wishing, "intake", &request);
}

/* Until when, in the site's own time: the unit and who decides on its clock must read it. */
static enum rc extended(const struct wishing *wishing)
{
    const uint64_t due_ms = wishing->envelope->has_due_ms ? wishing->envelope->due_ms : 0;
    if (due_ms == 0 || due_ms > DUE_MS_MAX) {
        return supplement(wishing, "【上级答复】同意延期。");
    }
    const int64_t local_s = ((int64_t)due_ms + site_offset(wishing->step->site, due_ms)) / 1000;
    CHECK(local_s > 0);
    const struct civil_date date = civil_date((int32_t)(local_s / 86400));
    const char *const label = arena_printf(
        wishing->step->arena, "【上级答复】同意延期至 %04d-%02u-%02u %02d:%02d。", date.year,
        date.month, date.day, (int)(local_s % 86400 / 3600), (int)(local_s % 3600 / 60));
    return label == NULL ? RC_LIMIT : supplement(wishing, label);
}

static enum rc chase(const struct wishing *wishing, const char *label)
{
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    Paidan__Chase wish = PAIDAN__CHASE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(wishing->record->ticket != 0);
    wish.ticket = wishing->record->ticket;
    wish.note = labelled(wishing, label, envelope->note, envelope->text, NOTE_BYTES_MAX);
    request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request.chase = &wish;
    return wish.note == NULL ? RC_LIMIT : wish_of(wishing, "intake", &request);
}

static enum rc withdraw(const struct wishing *wishing, const char *label)
{
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    Paidan__Withdraw wish = PAIDAN__WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(wishing->record->ticket != 0);
    wish.ticket = wishing->record->ticket;
    wish.note = labelled(wishing, label, envelope->note, envelope->text, NOTE_BYTES_MAX);
    request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
    request.withdraw = &wish;
    return wish.note == NULL ? RC_LIMIT : wish_of(wishing, "intake", &request);
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
    return wishing->record->round > 0 && strcmp(channel->callback, channel->code) == 0;
}

static enum rc answer(const struct wishing *wishing)
{
    const Paidan__HotlineEnvelope *const envelope = wishing->envelope;
    const bool redo = envelope->kind == PAIDAN__HOTLINE_KIND__HOTLINE_REDO;
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT, *replies[] = {&reply};
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(wishing->record->round > 0);
    reply.ticket = wishing->record->ticket;
    reply.has_round = true;
    reply.round = wishing->record->round;
    reply.solved = redo ? PAIDAN__SOLVED__SOLVED_NO : envelope->solved;
    reply.satisfied = envelope->has_satisfied ? envelope->satisfied
                      : redo                  ? PAIDAN__SATISFIED__SATISFIED_NO
                                              : PAIDAN__SATISFIED__SATISFIED_FAIR;
    reply.note = labelled(wishing, "", envelope->note, envelope->text, NOTE_BYTES_MAX);
    wish.n_replies = 1;
    wish.replies = replies;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    return reply.note == NULL ? RC_LIMIT : wish_of(wishing, "callback", &request);
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
