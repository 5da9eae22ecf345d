/* wechat_file: from what a person said to what intake is wished, and back.
 *
 * A ticket's external id is the id of its first message: however often that message, this step or the
 * delivery is repeated, intake knows one ticket. Wishes of one person go in one line, so that nobody's
 * supplement is at intake before his ticket. What must stay true: every answer of a service becomes a
 * message to the person, by the passive reply if somebody still waits for it, else by another way. */
#include "wechat_file.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "wechat_ask.h"
#include "wechat_outbox.h"
#include "wechat_picture.h"
#include "wechat_way.h"

/* WechatAwait ends 3 s after the message: an answer that comes later goes another way. */
#define PASSIVE_MS 4000ull
/* Of a location's label, so that the coordinates after it stay within a place. */
enum { LABEL_BYTES_MAX = 400 };
/* Who has more than these under way sends a word of his about each. */
enum { QUIET_MAX = 16 };

static uint64_t line_of(const struct wechat_talk *talk)
{
    CHECK(talk->account[0] != '\0');
    return wechat_state_key(talk->account, talk->person);
}

/* ---- attachments ---- */

static const struct {
    Paidan__WechatKind kind;
    const char *name, *media_type;
} media[] = {
    {PAIDAN__WECHAT_KIND__WECHAT_IMAGE, "图片", "image/jpeg"},
    {PAIDAN__WECHAT_KIND__WECHAT_VIDEO, "视频", "video/mp4"},
    {PAIDAN__WECHAT_KIND__WECHAT_VOICE, "语音", "audio/amr"},
};

struct attached {
    size_t count;
    Paidan__Attachment *list[ATTACHMENTS_MAX];
};

/* Intake takes https and what lies in DATA/media; what has no address cannot be shown to anybody. */
static enum rc attach(struct step *step, struct attached *attached, Paidan__WechatKind kind,
                      const char *url)
{
    CHECK(attached->count <= ATTACHMENTS_MAX);
    if (url == NULL || attached->count == ATTACHMENTS_MAX ||
        (strncmp(url, "https://", 8) != 0 && strncmp(url, "media:", 6) != 0)) {
        return RC_OK;
    }
    Paidan__Attachment *const one = arena_alloc(step->arena, sizeof *one);
    const size_t row = kind == PAIDAN__WECHAT_KIND__WECHAT_VIDEO   ? 1
                       : kind == PAIDAN__WECHAT_KIND__WECHAT_VOICE ? 2
                                                                   : 0;
    CHECK(row < sizeof media / sizeof media[0]);
    if (one == NULL) {
        return RC_LIMIT;
    }
    *one = (Paidan__Attachment)PAIDAN__ATTACHMENT__INIT;
    one->name = (char *)media[row].name;
    one->media_type = (char *)media[row].media_type;
    one->url = (char *)url;
    attached->list[attached->count++] = one;
    return RC_OK;
}

/* Copies of ours, whose names are known before they are there. */
static enum rc attach_copies(struct step *step, struct attached *attached,
                             const Paidan__WechatHear *hear, uint64_t heard, size_t count)
{
    char name[WECHAT_PICTURE_NAME_BYTES];
    CHECK(count > 0);
    enum rc rc = wechat_picture_ask(step, heard);
    for (size_t index = 0; index < count && rc == RC_OK; index++) {
        wechat_picture_name(hear, index, name);
        char *const url = arena_printf(step->arena, "media:%s", name);
        rc = url == NULL ? RC_LIMIT : attach(step, attached, hear->kind, url);
    }
    return rc;
}

/* heard: its seq. */
static enum rc attach_all(struct step *step, struct attached *attached,
                          const Paidan__WechatHear *hear, uint64_t heard)
{
    const size_t copies =
        wechat_picture_count(site_wechat_account(step->site->wechat, hear->account), hear);
    CHECK(hear->n_urls <= WECHAT_URLS_MAX);
    if (copies > 0) {
        return attach_copies(step, attached, hear, heard, copies);
    }
    enum rc rc = attach(step, attached, hear->kind, hear->url);
    for (size_t index = 0; index < hear->n_urls && rc == RC_OK; index++) {
        rc = attach(step, attached, PAIDAN__WECHAT_KIND__WECHAT_IMAGE, hear->urls[index]);
    }
    return rc;
}

/* ---- words ---- */

/* What a message says where it has no words, for who reads the ticket. NULL: nothing. */
static const char *stands_for(const Paidan__WechatHear *hear)
{
    CHECK(hear != NULL);
    switch (hear->kind) {
    case PAIDAN__WECHAT_KIND__WECHAT_IMAGE:
        return "（图片）";
    case PAIDAN__WECHAT_KIND__WECHAT_VIDEO:
        return "（视频）";
    case PAIDAN__WECHAT_KIND__WECHAT_VOICE:
        return "（语音）";
    default:
        return NULL;
    }
}

/* "阳光花园3号楼 (30.123456, 120.123456)"; NULL: it is no location, or the arena is full. */
static char *place_of(struct step *step, const Paidan__WechatHear *hear)
{
    if (hear->kind != PAIDAN__WECHAT_KIND__WECHAT_LOCATION) {
        return NULL;
    }
    const char *const label = hear->text == NULL ? "" : hear->text;
    const int64_t north = (int64_t)(hear->has_north_ud ? hear->north_ud : 0) - 90000000;
    const int64_t east = (int64_t)(hear->has_east_ud ? hear->east_ud : 0) - 180000000;
    const uint64_t up = (uint64_t)(north < 0 ? -north : north);
    const uint64_t right = (uint64_t)(east < 0 ? -east : east);
    char *const text =
        !hear->has_north_ud || !hear->has_east_ud
            ? arena_strdup(step->arena, label)
            : arena_printf(step->arena, "%.*s%s(%s%llu.%06llu, %s%llu.%06llu)",
                           (int)text_clip(label, LABEL_BYTES_MAX), label,
                           label[0] == '\0' ? "" : " ", north < 0 ? "-" : "",
                           (unsigned long long)(up / 1000000), (unsigned long long)(up % 1000000),
                           east < 0 ? "-" : "", (unsigned long long)(right / 1000000),
                           (unsigned long long)(right % 1000000));
    if (text != NULL) {
        text[text_clip(text, PLACE_BYTES_MAX)] = '\0';
    }
    return text;
}

/* A line each, in the order in which they were sent; the text is cut where intake would refuse it, and
 * the Heards keep all of it. */
static char *text_of(struct step *step, const struct wechat_draft *draft)
{
    size_t room = 1;
    size_t used = 0;
    CHECK(draft->count <= WECHAT_DRAFT_MAX);
    for (size_t index = 0; index < draft->count; index++) {
        const char *const text = draft->messages[index]->text;
        room += (text == NULL ? 0 : strlen(text)) + 32;
    }
    char *const out = arena_alloc(step->arena, room);
    for (size_t index = 0; out != NULL && index < draft->count; index++) {
        const Paidan__WechatHear *const hear = draft->messages[index];
        const bool pin = hear->kind == PAIDAN__WECHAT_KIND__WECHAT_LOCATION;
        const char *text =
            pin || hear->text == NULL ? NULL : hear->text + wechat_read_fresh(hear->text);
        /* A picture beside words is seen among the attachments. */
        text = text == NULL && !draft->words ? stands_for(hear) : text;
        if (text == NULL) {
            continue;
        }
        const size_t bytes = strlen(text);
        if (used > 0) {
            out[used++] = '\n';
        }
        CHECK(used + bytes < room);
        memcpy(out + used, text, bytes);
        used += bytes;
    }
    if (out != NULL) {
        out[used] = '\0';
        out[text_clip(out, TEXT_BYTES_MAX)] = '\0';
    }
    return out;
}

/* Late messages come in any order: what was sent first stands first. */
static void sort(struct wechat_draft *draft)
{
    CHECK(draft->count <= WECHAT_DRAFT_MAX);
    for (size_t index = 1; index < draft->count; index++) {
        const Paidan__WechatHear *const hear = draft->messages[index];
        const uint64_t seq = draft->seqs[index];
        size_t at = index;
        for (; at > 0 && draft->messages[at - 1]->sent_s > hear->sent_s; at--) {
            draft->messages[at] = draft->messages[at - 1];
            draft->seqs[at] = draft->seqs[at - 1];
        }
        draft->messages[at] = hear;
        draft->seqs[at] = seq;
    }
}

/* ---- wishing ---- */

static enum rc wish(struct step *step, const struct wechat_talk *talk,
                    const ProtobufCMessage *wished, uint64_t of)
{
    return channel_wish(step, &wechat_wishing, "intake", wished, line_of(talk), of, NULL);
}

/* A ticket of a draft whose every message was trimmed away or says nothing is none. */
static enum rc compose(struct step *step, const struct wechat_talk *talk,
                       struct wechat_draft *draft, struct attached *attached,
                       Paidan__NewTicket *ticket)
{
    enum rc rc = RC_OK;
    sort(draft);
    for (size_t index = 0; index < draft->count && rc == RC_OK; index++) {
        char *const place = place_of(step, draft->messages[index]);
        ticket->place = place == NULL ? ticket->place : place;
        rc = attach_all(step, attached, draft->messages[index], draft->seqs[index]);
    }
    CHECK(attached->count <= ATTACHMENTS_MAX);
    ticket->channel = (char *)step->site->wechat->channel;
    ticket->text = text_of(step, draft);
    ticket->phone = talk->phone[0] != '\0' ? (char *)talk->phone : NULL;
    ticket->attachments = attached->list;
    ticket->n_attachments = attached->count;
    if (rc == RC_OK && ticket->text != NULL && text_blank(ticket->text)) {
        ticket->text = (char *)(ticket->place != NULL ? "（只发来了位置）" : "（没有文字）");
    }
    return rc == RC_OK && ticket->text == NULL ? RC_LIMIT : rc;
}

/* "新诉求：...": he says himself that it is another matter. */
static bool called_new(const struct wechat_draft *draft)
{
    CHECK(draft->count <= WECHAT_DRAFT_MAX);
    for (size_t index = 0; index < draft->count; index++) {
        const char *const text = draft->messages[index]->text;
        if (text != NULL && wechat_read_fresh(text) > 0) {
            return true;
        }
    }
    return false;
}

enum rc wechat_file_submit(struct step *step, const struct wechat_talk *talk, const uint64_t *seqs,
                           uint32_t count, uint64_t of)
{
    struct wechat_draft draft;
    struct attached attached = {.count = 0};
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    Paidan__NewTicket *tickets[] = {&ticket};
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__Event *first = NULL;
    CHECK(count > 0);
    CHECK(count <= WECHAT_DRAFT_MAX);
    enum rc rc = wechat_read_draft(step, seqs, count, &draft);
    if (rc != RC_OK || draft.count == 0) {
        return rc;
    }
    rc = step_read(step, draft.seqs[0], &first);
    if (rc == RC_OK) {
        rc = compose(step, talk, &draft, &attached, &ticket);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    ticket.external_id = first->heard->id;
    ticket.has_anew = ticket.anew = called_new(&draft);
    submit.tickets = tickets;
    submit.n_tickets = 1;
    return wish(step, talk, &submit.base, of);
}

enum rc wechat_file_supplement(struct step *step, const struct wechat_talk *talk,
                               const Paidan__WechatHear *hear, uint64_t ticket, uint64_t of)
{
    struct attached attached = {.count = 0};
    Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
    const bool pin = hear->kind == PAIDAN__WECHAT_KIND__WECHAT_LOCATION;
    CHECK(ticket != 0);
    CHECK(of > 0);
    const enum rc rc = attach_all(step, &attached, hear, of);
    if (rc != RC_OK) {
        return rc;
    }
    const char *const place = place_of(step, hear);
    const char *const stands = stands_for(hear);
    supplement.ticket = ticket;
    supplement.text = (char *)(pin && place != NULL ? place
                               : hear->text != NULL ? hear->text
                               : stands != NULL     ? stands
                                                    : "（没有文字）");
    if (text_blank(supplement.text)) {
        supplement.text = (char *)"（没有文字）";
    }
    supplement.attachments = attached.list;
    supplement.n_attachments = attached.count;
    return wish(step, talk, &supplement.base, of);
}

enum rc wechat_file_chase(struct step *step, const struct wechat_talk *talk, uint64_t ticket,
                          uint64_t of)
{
    Paidan__Chase chase = PAIDAN__CHASE__INIT;
    CHECK(ticket != 0);
    chase.ticket = ticket;
    return wish(step, talk, &chase.base, of);
}

/* The query code is the right by which a channel withdraws somebody's ticket. */
enum rc wechat_file_withdraw(struct step *step, const struct wechat_talk *talk, uint64_t ticket,
                             uint64_t of)
{
    struct wechat_ticket row;
    Paidan__Withdraw withdraw = PAIDAN__WITHDRAW__INIT;
    CHECK(ticket != 0);
    const enum rc rc = wechat_state_ticket(step->txn, ticket, &row);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    withdraw.ticket = ticket;
    withdraw.query_code = row.code[0] != '\0' ? row.code : NULL;
    return wish(step, talk, &withdraw.base, of);
}

/* Told to nobody: what he said is answered already. */
static enum rc wish_quiet(struct step *step, const struct wechat_talk *talk, uint64_t ticket,
                          bool lift)
{
    Paidan__DoNotCall wished = PAIDAN__DO_NOT_CALL__INIT;
    CHECK(ticket != 0);
    wished.ticket = ticket;
    wished.has_lift = lift;
    wished.lift = lift;
    wished.has_this_ticket = wished.this_ticket =
        true; /* who gave no number is known to us alone */
    return wish(step, talk, &wished.base, 0);
}

enum rc wechat_file_quiet(struct step *step, const struct wechat_talk *talk, bool lift)
{
    struct wechat_ticket rows[QUIET_MAX];
    uint64_t tickets[QUIET_MAX];
    size_t count = 0;
    enum rc rc = wechat_state_mine(step->txn, line_of(talk), 0, tickets, rows, QUIET_MAX, &count);
    CHECK(count <= QUIET_MAX);
    for (size_t index = 0; index < count && rc == RC_OK; index++) {
        /* The newest says who he is to intake; of those that are over nobody asks again. */
        if (index == 0 || wechat_state_open(&rows[index]) ||
            rows[index].state == PAIDAN__STATE__STATE_RESOLVED) {
            rc = wish_quiet(step, talk, tickets[index], lift);
        }
    }
    return rc;
}

/* ---- answers ---- */

/* A wish that was answered, and the message that it follows from. */
struct outcome {
    const Paidan__WishAnswered *answer;
    Paidan__Request *request;
    Paidan__WechatHear *hear;
    struct wechat_talk talk;
};

/* RC_NOT_FOUND: the log was trimmed, there is nobody left to tell. */
static enum rc read_outcome(struct step *step, const Paidan__WishAnswered *answer,
                            struct outcome *outcome)
{
    Paidan__Event *event = NULL;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    CHECK(answer->wished > 0);
    enum rc rc = step_read(step, answer->wished, &event);
    if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_WISHED || !answer->has_of) {
        return rc == RC_OK ? RC_NOT_FOUND : rc;
    }
    rc = wire_unpack(step->arena, &paidan__request__descriptor, event->wished->request.data,
                     event->wished->request.len, &message, &error);
    if (rc != RC_OK) {
        return rc == RC_INVALID ? RC_CORRUPT : rc;
    }
    outcome->answer = answer;
    outcome->request = (Paidan__Request *)(void *)message;
    rc = wechat_read_heard(step, answer->of, &outcome->hear);
    return rc == RC_OK ? wechat_state_talk_or_new(step->txn, outcome->hear->account,
                                                  outcome->hear->person, &outcome->talk)
                       : rc;
}

/* To whoever waits for it, else by itself. A message that had its reply keeps it. */
static enum rc tell(struct step *step, const struct outcome *outcome,
                    const struct wechat_message *message)
{
    struct wechat_reply row;
    Paidan__Event *event = NULL;
    const uint64_t heard = outcome->answer->of;
    const char *const group = outcome->hear->group;
    CHECK(heard > 0);
    const enum rc known = wechat_state_reply(step->txn, heard, &row);
    if (known == RC_OK) {
        /* Its own answer has not been used where none came in time. */
        const uint64_t unused = row.state == WECHAT_LATE && row.replied == 0 ? heard : 0;
        return wechat_way_tell(step, &outcome->talk, message, group, 0, unused, 0, NULL);
    }
    if (known != RC_NOT_FOUND) {
        return known;
    }
    enum rc rc = step_read(step, heard, &event);
    CHECK(rc != RC_NOT_FOUND); /* it was read a moment ago */
    if (rc != RC_OK) {
        return rc;
    }
    if (step->now_ms - event->at_ms >= PASSIVE_MS) {
        return wechat_way_tell(step, &outcome->talk, message, group, 0, heard, 0, NULL);
    }
    uint64_t seq = 0;
    rc = wechat_way_reply(step, &outcome->talk, message, heard, group, &seq);
    step_wake(step, wechat_way_wait(heard));
    return rc;
}

/* Whose it is: from here on the ticket's changes are told to him, and he may speak of it. */
static enum rc own(struct step *step, const struct outcome *outcome)
{
    Paidan__WechatOwned fact = PAIDAN__WECHAT_OWNED__INIT;
    struct wechat_ticket row;
    const Paidan__WishAnswered *const answer = outcome->answer;
    const enum rc rc = wechat_state_ticket(step->txn, answer->ticket, &row);
    if (rc != RC_NOT_FOUND) {
        return rc; /* it was here before: intake knew the message */
    }
    CHECK(answer->number != NULL);
    fact.account = outcome->hear->account;
    fact.person = outcome->hear->person;
    fact.ticket = answer->ticket;
    fact.number = answer->number;
    fact.query_code = answer->query_code;
    fact.has_heard = 1;
    fact.heard = answer->of;
    fact.group = outcome->hear->group;
    const enum rc said = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    return said == RC_OK && outcome->talk.quiet
               ? wish_quiet(step, &outcome->talk, answer->ticket, false)
               : said;
}

/* The number, and to him alone the code that opens it; in a group the number. */
static enum rc submitted(struct step *step, const struct outcome *outcome)
{
    const Paidan__WishAnswered *const answer = outcome->answer;
    CHECK(outcome->request->wish_case == PAIDAN__REQUEST__WISH_SUBMIT);
    const bool filed =
        answer->code == PAIDAN__CODE__OK && answer->has_ticket && answer->number != NULL;
    const bool grouped = outcome->hear->group != NULL;
    /* One that is open already: perhaps another channel's, so it does not become his by it. */
    const bool repeats = filed && answer->has_repeats && answer->repeats;
    struct wechat_message message = {.words = !filed    ? WECHAT_SAY_NOT_FILED
                                              : repeats ? WECHAT_SAY_REPEATS
                                              : grouped ? WECHAT_SAY_FILED_GROUP
                                                        : WECHAT_SAY_FILED,
                                     .ticket = filed ? answer->ticket : 0,
                                     .code = grouped ? NULL : answer->query_code};
    const enum rc rc = filed && !repeats ? own(step, outcome) : RC_OK;
    return rc == RC_OK ? tell(step, outcome, &message) : rc;
}

/* An answer that callback does not take ends the question: another attempt may be put to him again. */
static enum rc too_late(struct step *step, const struct outcome *outcome)
{
    CHECK(outcome->request->callback_answer->n_replies > 0);
    const struct wechat_message message = {
        .words = WECHAT_SAY_ASK_OVER,
        .ticket = outcome->request->callback_answer->replies[0]->ticket};
    const enum rc rc = wechat_ask_over(step, message.ticket, false);
    return rc == RC_OK ? tell(step, outcome, &message) : rc;
}

enum rc wechat_file_answered(struct step *step, const Paidan__WishAnswered *answer)
{
    struct outcome outcome;
    CHECK(answer != NULL);
    if (step->site->wechat == NULL) {
        return RC_OK;
    }
    const enum rc rc = read_outcome(step, answer, &outcome);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const bool done = answer->code == PAIDAN__CODE__OK;
    struct wechat_message message = {.words = WECHAT_SAY_REFUSED};
    switch (outcome.request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
        return submitted(step, &outcome);
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
        message.ticket = outcome.request->supplement->ticket;
        message.words = done ? WECHAT_SAY_ADDED : WECHAT_SAY_REFUSED;
        return tell(step, &outcome, &message);
    case PAIDAN__REQUEST__WISH_CHASE:
        message.ticket = outcome.request->chase->ticket;
        message.words = done ? WECHAT_SAY_CHASED : WECHAT_SAY_REFUSED;
        return tell(step, &outcome, &message);
    case PAIDAN__REQUEST__WISH_WITHDRAW:
        message.ticket = outcome.request->withdraw->ticket;
        message.words = done ? WECHAT_SAY_WITHDRAWN : WECHAT_SAY_REFUSED;
        return tell(step, &outcome, &message);
    case PAIDAN__REQUEST__WISH_CALLBACK_ANSWER:
        /* He was thanked already; only that it came too late is news. */
        return done || outcome.request->callback_answer->n_replies == 0 ? RC_OK
                                                                        : too_late(step, &outcome);
    default:
        return RC_OK;
    }
}

/* ---- what became of a message ---- */

/* RC_NOT_FOUND: it is no message of ours, or was trimmed. */
static enum rc read_replied(struct step *step, uint64_t seq, Paidan__Replied **replied)
{
    Paidan__Event *event = NULL;
    CHECK(seq > 0);
    const enum rc rc = step_read(step, seq, &event);
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_REPLIED) {
        *replied = event->replied;
    }
    return rc == RC_OK && event->fact_case != PAIDAN__EVENT__FACT_REPLIED ? RC_NOT_FOUND : rc;
}

/* What the platform says of it; bytes that are none of ours count as taken, for it answered well. */
static enum rc read_sent(struct step *step, const ProtobufCBinaryData *reply,
                         Paidan__WechatSent **sent)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    CHECK(sent != NULL);
    *sent = NULL;
    if (reply == NULL || reply->len == 0) {
        return RC_OK;
    }
    const enum rc rc = wire_unpack(step->arena, &paidan__wechat_sent__descriptor, reply->data,
                                   reply->len, &message, &error);
    if (rc == RC_OK) {
        *sent = (Paidan__WechatSent *)(void *)message;
    }
    return rc == RC_INVALID ? RC_OK : rc;
}

/* A question that nobody can be asked in this channel is a call that reached nobody. */
static enum rc another_way(struct step *step, uint64_t seq, const Paidan__Replied *failed)
{
    Paidan__WechatWay way = PAIDAN__WECHAT_WAY__WECHAT_PHONE;
    CHECK(failed->way != PAIDAN__WECHAT_WAY__WECHAT_PASSIVE);
    const enum rc rc = wechat_way_again(step, seq, failed, &way);
    return rc == RC_OK && way == PAIDAN__WECHAT_WAY__WECHAT_PHONE ? wechat_ask_missed(step, failed)
                                                                  : rc;
}

enum rc wechat_file_delivered(struct step *step, const struct outbox_delivery *delivery, bool sent,
                              const ProtobufCBinaryData *reply)
{
    Paidan__Replied *replied = NULL;
    Paidan__WechatSent *told = NULL;
    Paidan__WechatResult fact = PAIDAN__WECHAT_RESULT__INIT;
    CHECK(delivery->of > 0);
    if (channel_is_service(delivery->to) || step->site->wechat == NULL) {
        return RC_OK; /* a wish that died stands in the list of the dead */
    }
    if (strcmp(delivery->to, WECHAT_PICTURE_TO) == 0) {
        return sent ? RC_OK : wechat_picture_lost(step, delivery->of);
    }
    enum rc rc = read_replied(step, delivery->of, &replied);
    if (rc == RC_OK) {
        rc = read_sent(step, reply, &told);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const bool taken = sent && (told == NULL || (told->has_taken && told->taken));
    /* Whether a notice arrived is said later, under the id that the platform gave it. */
    const bool named =
        told != NULL && told->sent_id != NULL && replied->way == PAIDAN__WECHAT_WAY__WECHAT_NOTICE;
    if (taken && !named) {
        return RC_OK;
    }
    if (told != NULL) {
        fact.replied = delivery->of;
        fact.sent = told;
        fact.account = replied->account;
        fact.person = replied->person;
        rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    }
    if (taken) {
        return rc;
    }
    return rc == RC_OK ? another_way(step, delivery->of, replied) : rc;
}

enum rc wechat_file_notice_failed(struct step *step, const Paidan__WechatHear *hear)
{
    struct wechat_talk talk;
    Paidan__Replied *replied = NULL;
    enum rc rc = wechat_state_talk_or_new(step->txn, hear->account, hear->person, &talk);
    CHECK(rc != RC_NOT_FOUND);
    if (rc != RC_OK || hear->menu == NULL || talk.noticed == 0 ||
        talk.notice_key != step_key(hear->menu)) {
        return rc;
    }
    rc = read_replied(step, talk.noticed, &replied);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return another_way(step, talk.noticed, replied);
}

/* ---- folding ---- */

enum rc wechat_file_fold_result(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__WechatResult *const fact = event->wechat_result;
    struct wechat_talk talk;
    CHECK(fact != NULL);
    if (fact->account == NULL || fact->person == NULL || fact->sent->sent_id == NULL) {
        return RC_OK;
    }
    const enum rc rc = wechat_state_talk_or_new(fold->txn, fact->account, fact->person, &talk);
    if (rc != RC_OK) {
        return rc;
    }
    talk.noticed = fact->replied;
    talk.notice_key = step_key(fact->sent->sent_id);
    return wechat_state_put_talk(fold->txn, &talk);
}

/* The ticket is spoken of from now on, so that what he says next belongs to it. In a group somebody
 * else may speak next; and of what the office split off he did not speak. */
enum rc wechat_file_fold_owned(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__WechatOwned *const fact = event->wechat_owned;
    struct wechat_talk talk;
    CHECK(fact != NULL);
    struct wechat_ticket row = {.talk = wechat_state_key(fact->account, fact->person),
                                .state = PAIDAN__STATE__STATE_NONE,
                                .registered_ms = event->at_ms,
                                .changed_ms = event->at_ms};
    if (fact->has_registered_ms) { /* what became of it before was not kept: nobody knew whose it is */
        row.registered_ms = fact->registered_ms;
        row.changed_ms = 0;
    }
    const char *const code = fact->query_code == NULL ? "" : fact->query_code;
    const char *const group = fact->group == NULL ? "" : fact->group;
    if (fact->ticket == 0 || !text_copy(row.code, sizeof row.code, code) ||
        !text_copy(row.group, sizeof row.group, group)) {
        return RC_CORRUPT;
    }
    enum rc rc = wechat_state_put_ticket(fold->txn, fact->ticket, &row);
    if (rc == RC_OK) {
        rc = wechat_state_talk_or_new(fold->txn, fact->account, fact->person, &talk);
    }
    if (rc != RC_OK || group[0] != '\0' || fact->has_split_of) {
        return rc;
    }
    /* Who is being asked whether he withdraws another one must not withdraw this one. */
    if (talk.state != WECHAT_SURE) {
        talk.ticket = fact->ticket;
        talk.spoken_ms = event->at_ms;
    }
    return wechat_state_put_talk(fold->txn, &talk);
}
