/* wechat_talk: one message and its turn of the conversation.
 *
 *   Heard ─▶ meaning (wechat_read) ─▶ cell (wechat_fsm) ─▶ [what was being told is filed] ─▶ act
 *         ─▶ WechatTurned (the conversation as it is now) ─▶ Replied, or a wait for a number
 *
 * All of it in the step that hears the message, so that "success" to the platform means that nothing of
 * it can be lost. The platform asks up to three times: a message that is known is given the reply that it
 * got, whatever was said meanwhile. What must stay true: a message has one reply; it goes back with the
 * message or another way, never both. */
#include "wechat_talk.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/text/text.h"
#include "wechat_ask.h"
#include "wechat_file.h"
#include "wechat_fsm.h"
#include "wechat_outbox.h"
#include "wechat_read.h"
#include "wechat_way.h"

enum { ID_BYTES = EXTERNAL_ID_BYTES_MAX + 1, LIST_LINES = 8 };
/* Nobody finds out within a minute what consent means; the platform's menu stays for ever. */
#define ASKED_MS 600000ull
/* A repetition comes within 15 s: later nobody waits for a number. */
#define REPEAT_MS 20000ull

/* What one message leads to. */
struct turn {
    struct step *step;
    const struct site_wechat *site;
    const Paidan__WechatHear *hear; /* NULL: a state ended by itself */
    uint64_t heard;                 /* seq; 0 likewise */
    struct wechat_talk talk;        /* as it will be */
    struct wechat_meaning meaning;
    uint64_t replied;  /* seq of the passive reply; 0: none yet */
    bool waits;        /* a number is being made */
    uint64_t asked_ms; /* when the question was asked that the state before stands for */
};

/* ---- saying ---- */

static enum rc say(struct turn *turn, const struct wechat_message *message)
{
    if (turn->heard == 0) {
        return wechat_way_tell(turn->step, &turn->talk, message, NULL, 0, 0, 0, NULL);
    }
    CHECK(turn->replied == 0);
    return wechat_way_reply(turn->step, &turn->talk, message, turn->heard, turn->hear->group,
                            &turn->replied);
}

static enum rc say_words(struct turn *turn, enum wechat_words words)
{
    CHECK(words < WECHAT_SAY_COUNT);
    const struct wechat_message message = {.words = words, .ticket = turn->meaning.ticket};
    return say(turn, &message);
}

/* There is nothing to choose: the question is none any more. */
static void leave_question(struct turn *turn)
{
    const enum wechat_state state = turn->talk.state;
    CHECK(state < WECHAT_STATE_COUNT);
    if (state == WECHAT_CHASE || state == WECHAT_WITHDRAW || state == WECHAT_SURE) {
        turn->talk.state = WECHAT_IDLE;
    }
}

/* A person's open tickets, as choices; the list of all of them without. */
static enum rc say_list(struct turn *turn, enum wechat_words words, enum wechat_tap tap)
{
    struct wechat_message message = {.words = words};
    struct wechat_ticket rows[LIST_LINES];
    uint64_t tickets[LIST_LINES];
    size_t count = 0;
    const enum rc rc = wechat_state_mine(
        turn->step->txn, wechat_state_key(turn->talk.account, turn->talk.person),
        words != WECHAT_SAY_LIST ? turn->step->now_ms + 1 : 0, tickets, rows, LIST_LINES, &count);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(count <= LIST_LINES);
    for (size_t index = 0; index < count; index++) {
        struct wechat_choice *const choice = &message.choices[message.choice_count++];
        char number[NUMBER_BYTES];
        number_format(tickets[index], number);
        wechat_read_tap_make(choice->id, tap, tickets[index], 0, 0);
        const bool known = rows[index].changed_ms != 0;
        (void)snprintf(
            choice->label, sizeof choice->label, "%s%s%s", number, known ? " " : "",
            known ? wechat_words_state(turn->talk.english, (Paidan__State)rows[index].state) : "");
    }
    if (count == 0) {
        message.words = WECHAT_SAY_NONE_OPEN;
        leave_question(turn);
    }
    return say(turn, &message);
}

/* ---- acts ---- */

static void keep(struct turn *turn)
{
    CHECK(turn->heard > 0);
    CHECK(turn->talk.draft_count < WECHAT_DRAFT_MAX);
    turn->talk.draft[turn->talk.draft_count++] = turn->heard;
}

/* Files what was being told. The answer to it belongs to the newest of its messages. */
static enum rc file(struct turn *turn, bool waits)
{
    struct wechat_talk *const talk = &turn->talk;
    if (talk->draft_count == 0) {
        return RC_OK;
    }
    CHECK(talk->draft_count <= WECHAT_DRAFT_MAX);
    const uint64_t of = talk->draft[talk->draft_count - 1];
    /* An answer that this message waits for is its own; else it comes by itself. */
    const enum rc rc = wechat_file_submit(turn->step, talk, talk->draft, talk->draft_count,
                                          waits && turn->heard != 0 ? turn->heard : of);
    turn->waits |= rc == RC_OK && waits && turn->heard != 0;
    talk->draft_count = 0;
    talk->place_asked = false;
    return rc;
}

static enum rc say_consent(struct turn *turn, Paidan__WechatConsent what, bool given)
{
    Paidan__WechatConsented fact = PAIDAN__WECHAT_CONSENTED__INIT;
    CHECK(turn->talk.account[0] != '\0');
    fact.account = turn->talk.account;
    fact.person = turn->talk.person;
    fact.what = what;
    fact.given = given;
    return step_say(turn->step, &(struct step_about){.ticket = 0}, &fact.base);
}

static enum rc consent(struct turn *turn, bool given)
{
    CHECK(!turn->talk.agreed || !given); /* who agreed is never asked again */
    turn->talk.agreed = given;
    return say_consent(turn, PAIDAN__WECHAT_CONSENT__WECHAT_PRIVACY, given);
}

/* 勿扰 and 恢复. Said again it is answered again, and nothing changes. */
static enum rc be_quiet(struct turn *turn, bool quiet)
{
    enum rc rc = RC_OK;
    CHECK(turn->heard > 0);
    if (turn->talk.quiet != quiet) {
        turn->talk.quiet = quiet;
        rc = say_consent(turn, PAIDAN__WECHAT_CONSENT__WECHAT_BEING_ASKED, !quiet);
        if (rc == RC_OK) {
            rc = wechat_file_quiet(turn->step, &turn->talk, !quiet);
        }
        if (rc == RC_OK && quiet) {
            rc = wechat_ask_quiet(turn->step, &turn->talk);
        }
    }
    turn->meaning.ticket = 0; /* it is about all of them */
    return rc == RC_OK ? say_words(turn, quiet ? WECHAT_SAY_QUIET : WECHAT_SAY_RESUMED) : rc;
}

/* What he said before he was asked is not asked for again: it is filed, or lacks a place alone. */
static enum rc agree(struct turn *turn)
{
    CHECK(turn->heard > 0);
    const enum rc rc = consent(turn, true);
    if (rc != RC_OK) {
        return rc;
    }
    if (turn->talk.state == WECHAT_PLACE) {
        turn->talk.place_asked = true;
        return say_words(turn, WECHAT_SAY_ASK_PLACE);
    }
    return turn->talk.draft_count > 0 ? file(turn, true) : say_words(turn, WECHAT_SAY_HELP);
}

/* Which ticket an act is about: named, or picked from the list as it was when he was given it, for
 * tickets come and close meanwhile. 0: none of his. */
static enum rc which(struct turn *turn, uint64_t *ticket)
{
    struct wechat_ticket rows[LIST_LINES];
    uint64_t tickets[LIST_LINES];
    size_t count = 0;
    *ticket = turn->meaning.foreign ? 0 : turn->meaning.ticket;
    if (turn->meaning.signal != WECHAT_PICKS) {
        return RC_OK;
    }
    CHECK(turn->meaning.choice >= 1);
    const enum rc rc =
        wechat_state_mine(turn->step->txn, wechat_state_key(turn->talk.account, turn->talk.person),
                          turn->asked_ms + 1, tickets, rows, LIST_LINES, &count);
    CHECK(count <= LIST_LINES);
    *ticket = turn->meaning.choice <= count ? tickets[turn->meaning.choice - 1] : 0;
    return rc;
}

/* What is said in a group is about whatever was quoted there: it must not become what his own talk, or a
 * question that stands open in it, is about. */
static void speak_of(struct turn *turn, uint64_t ticket)
{
    CHECK(ticket != 0);
    if (turn->hear != NULL && turn->hear->group != NULL) {
        return;
    }
    turn->talk.ticket = ticket;
    turn->talk.spoken_ms = turn->step->now_ms;
}

static enum rc not_yours(struct turn *turn)
{
    CHECK(turn->hear != NULL);
    leave_question(turn);
    return turn->meaning.ticket != 0 ? say_words(turn, WECHAT_SAY_NOT_YOURS)
                                     : say_words(turn, WECHAT_SAY_NONE_OPEN);
}

static enum rc chase(struct turn *turn)
{
    uint64_t ticket = 0;
    CHECK(turn->heard > 0);
    enum rc rc = which(turn, &ticket);
    if (rc != RC_OK || ticket == 0) {
        return rc == RC_OK ? not_yours(turn) : rc;
    }
    speak_of(turn, ticket);
    rc = wechat_file_chase(turn->step, &turn->talk, ticket, turn->heard);
    turn->waits |= rc == RC_OK;
    return rc;
}

/* The state is as it was: a supplement begins nothing, and whatever is being told goes on after it. */
static enum rc supplement(struct turn *turn)
{
    CHECK(turn->hear != NULL);
    const uint64_t ticket = turn->meaning.foreign ? 0 : turn->meaning.ticket;
    if (ticket == 0) {
        return not_yours(turn);
    }
    speak_of(turn, ticket);
    const enum rc rc =
        wechat_file_supplement(turn->step, &turn->talk, turn->hear, ticket, turn->heard);
    turn->waits |= rc == RC_OK;
    return rc;
}

/* Nothing is withdrawn without being named again. */
static enum rc sure(struct turn *turn)
{
    uint64_t ticket = 0;
    const enum rc rc = which(turn, &ticket);
    if (rc == RC_OK && turn->meaning.signal == WECHAT_NOISE) {
        ticket = turn->talk.ticket;
    }
    if (rc != RC_OK || ticket == 0) {
        return rc == RC_OK ? not_yours(turn) : rc;
    }
    struct wechat_message message = {.words = WECHAT_SAY_SURE, .ticket = ticket, .choice_count = 2};
    for (unsigned index = 0; index < 2; index++) {
        struct wechat_choice *const choice = &message.choices[index];
        wechat_read_tap_make(choice->id, WECHAT_TAP_SURE, ticket, 0, index + 1);
        (void)text_copy(choice->label, sizeof choice->label,
                        wechat_words_yes(turn->talk.english, index == 0));
    }
    speak_of(turn, ticket);
    return say(turn, &message);
}

/* A tap on the question of another ticket than the last one is no yes to this one. */
static enum rc withdraw(struct turn *turn)
{
    const uint64_t named = turn->meaning.ticket;
    CHECK(turn->talk.ticket != 0);
    if (named != 0 && named != turn->talk.ticket) {
        return say_words(turn, WECHAT_SAY_LEFT);
    }
    struct wechat_ticket row;
    enum rc rc = wechat_state_ticket(turn->step->txn, turn->talk.ticket, &row);
    if (rc == RC_NOT_FOUND ||
        (rc == RC_OK && row.talk != wechat_state_key(turn->talk.account, turn->talk.person))) {
        return not_yours(turn);
    }
    if (rc != RC_OK) {
        return rc;
    }
    rc = wechat_file_withdraw(turn->step, &turn->talk, turn->talk.ticket, turn->heard);
    turn->waits |= rc == RC_OK;
    return rc;
}

/* Life first: whom to call goes back at once, the number follows by itself. */
static enum rc alarm(struct turn *turn)
{
    keep(turn);
    const struct wechat_message message = {.words = WECHAT_SAY_ALARM, .call = turn->meaning.call};
    const enum rc rc = file(turn, false);
    return rc == RC_OK ? say(turn, &message) : rc;
}

/* Kept as a draft, which is a list of Heards: what he said is in the log from the moment it was heard, and
 * goes nowhere else before he agrees. */
static enum rc ask_consent(struct turn *turn)
{
    if (turn->meaning.signal <= WECHAT_SHOWS && turn->talk.draft_count < WECHAT_DRAFT_MAX) {
        keep(turn);
    }
    CHECK(turn->talk.state == WECHAT_CONSENT);
    return say_words(turn, WECHAT_SAY_CONSENT);
}

static enum rc decline(struct turn *turn)
{
    CHECK(turn->talk.state == WECHAT_NEW);
    turn->talk.draft_count = 0;
    turn->talk.place_asked = false;
    return say_words(turn, WECHAT_SAY_DECLINED);
}

static enum rc tell_more(struct turn *turn, enum wechat_words words)
{
    CHECK(wechat_fsm_drafts(turn->talk.state));
    keep(turn);
    if (words == WECHAT_SAY_ASK_PLACE) {
        turn->talk.place_asked = true;
    }
    return say_words(turn, words);
}

static enum rc act(struct turn *turn, enum wechat_act what)
{
    CHECK(what < WECHAT_ACT_COUNT);
    switch (what) {
    case WECHAT_DO_NOTHING:
        return RC_OK;
    case WECHAT_DO_GREET:
        return say_words(turn, WECHAT_SAY_GREET);
    case WECHAT_DO_HELP:
        return say_words(turn, WECHAT_SAY_HELP);
    case WECHAT_DO_CONSENT:
        return ask_consent(turn);
    case WECHAT_DO_AGREE:
        return agree(turn);
    case WECHAT_DO_DECLINE:
        return decline(turn);
    case WECHAT_DO_COLLECT:
        return tell_more(turn, WECHAT_SAY_KEPT);
    case WECHAT_DO_KEEP:
        keep(turn);
        return RC_OK;
    case WECHAT_DO_ASK_WORDS:
        return tell_more(turn, WECHAT_SAY_ASK_WORDS);
    case WECHAT_DO_ASK_PLACE:
        return tell_more(turn, WECHAT_SAY_ASK_PLACE);
    case WECHAT_DO_FILE:
        keep(turn);
        return file(turn, true);
    case WECHAT_DO_CLOSE:
        return file(turn, true);
    case WECHAT_DO_ALARM:
        return alarm(turn);
    case WECHAT_DO_TYPE:
        return say_words(turn, WECHAT_SAY_TYPE);
    case WECHAT_DO_WHICH:
        return turn->talk.state == WECHAT_CHASE
                   ? say_list(turn, WECHAT_SAY_WHICH_CHASE, WECHAT_TAP_CHASE)
                   : say_list(turn, WECHAT_SAY_WHICH_WITHDRAW, WECHAT_TAP_WITHDRAW);
    case WECHAT_DO_CHASE:
        return chase(turn);
    case WECHAT_DO_LIST:
        return say_list(turn, WECHAT_SAY_LIST, WECHAT_TAP_CHASE);
    case WECHAT_DO_SURE:
        return sure(turn);
    case WECHAT_DO_WITHDRAW:
        return withdraw(turn);
    case WECHAT_DO_LEAVE:
        return say_words(turn, WECHAT_SAY_LEFT);
    case WECHAT_DO_SUPPLEMENT:
        return supplement(turn);
    case WECHAT_DO_QUIET:
        return be_quiet(turn, true);
    case WECHAT_DO_RESUME:
        return be_quiet(turn, false);
    default:
        CHECK(what == WECHAT_DO_ANSWER);
        return wechat_ask_answer(turn->step, &turn->talk, &turn->meaning, turn->heard,
                                 turn->hear->group, &turn->replied);
    }
}

/* ---- the turn ---- */

/* The conversation as it is now, whole. */
static enum rc say_turned(struct turn *turn)
{
    Paidan__WechatTurned fact = PAIDAN__WECHAT_TURNED__INIT;
    struct wechat_talk *const talk = &turn->talk;
    CHECK(talk->draft_count <= WECHAT_DRAFT_MAX);
    fact.account = talk->account;
    fact.person = talk->person;
    fact.state = (uint32_t)talk->state;
    fact.signal = (uint32_t)turn->meaning.signal;
    fact.has_until_ms = wechat_fsm_waits(talk->state);
    fact.until_ms =
        turn->step->now_ms +
        (turn->site != NULL && wechat_fsm_drafts(talk->state) ? turn->site->draft_ms : ASKED_MS);
    fact.n_draft = talk->draft_count;
    fact.draft = talk->draft;
    fact.has_ticket = talk->ticket != 0;
    fact.ticket = talk->ticket;
    fact.has_spoken_ms = talk->ticket != 0;
    fact.spoken_ms = talk->spoken_ms;
    fact.has_place_asked = talk->place_asked;
    fact.place_asked = talk->place_asked;
    /* Taps on the account's own menu open no window, as the platform counts. */
    fact.has_heard_ms = turn->heard != 0 && turn->hear->group == NULL &&
                        turn->hear->kind != PAIDAN__WECHAT_KIND__WECHAT_EVENT;
    fact.heard_ms = turn->step->now_ms;
    fact.phone = talk->phone[0] != '\0' ? talk->phone : NULL;
    fact.has_english = talk->english;
    fact.english = talk->english;
    return step_say(turn->step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* In a group nothing is collected: what is said to us there stands for itself. */
static enum rc group_turn(struct turn *turn)
{
    const enum wechat_signal signal = turn->meaning.signal;
    CHECK(turn->hear->group != NULL);
    switch (signal) {
    case WECHAT_TELLS:
    case WECHAT_TELLS_WHERE:
    case WECHAT_DANGER: {
        const enum rc rc =
            wechat_file_submit(turn->step, &turn->talk, &turn->heard, 1, turn->heard);
        turn->waits = signal != WECHAT_DANGER;
        const struct wechat_message message = {.words = WECHAT_SAY_ALARM,
                                               .call = turn->meaning.call};
        return rc == RC_OK && signal == WECHAT_DANGER ? say(turn, &message) : rc;
    }
    case WECHAT_CHASES_ONE:
        return chase(turn);
    case WECHAT_ADDS:
        return supplement(turn);
    case WECHAT_ANSWERS:
        return wechat_ask_answer(turn->step, &turn->talk, &turn->meaning, turn->heard,
                                 turn->hear->group, &turn->replied);
    default:
        return turn->hear->has_mentioned && turn->hear->mentioned ? say_words(turn, WECHAT_SAY_HELP)
                                                                  : RC_OK;
    }
}

static enum rc own_turn(struct turn *turn)
{
    struct wechat_talk *const talk = &turn->talk;
    const enum wechat_state state = talk->state;
    CHECK(turn->hear == NULL || turn->hear->group == NULL);
    turn->asked_ms = talk->until_ms > ASKED_MS ? talk->until_ms - ASKED_MS : 0;
    const struct wechat_step cell = wechat_fsm_step(state, turn->meaning.signal);
    if (!cell.allowed) {
        return RC_OK;
    }
    const bool full = talk->draft_count >= WECHAT_DRAFT_MAX - 1;
    enum rc rc = cell.closes || (full && (wechat_fsm_drafts(state) || cell.act == WECHAT_DO_ALARM))
                     ? file(turn, false)
                     : RC_OK;
    if (rc != RC_OK) {
        return rc;
    }
    talk->state = cell.next;
    rc = act(turn, cell.act);
    if (rc == RC_OK && wechat_fsm_drafts(talk->state) && talk->draft_count == 0) {
        talk->state = WECHAT_IDLE; /* it was too long, and is filed */
    }
    return rc;
}

/* Where the site asks for consent, nobody who has not given it is beyond NEW. */
static void enter(struct turn *turn)
{
    struct wechat_talk *const talk = &turn->talk;
    CHECK(talk->state < WECHAT_STATE_COUNT);
    const bool must = turn->site->consent && !talk->agreed;
    if (talk->state == (must ? WECHAT_IDLE : WECHAT_NEW)) {
        talk->state = must ? WECHAT_NEW : WECHAT_IDLE;
    }
    if (turn->hear != NULL && turn->hear->text != NULL && turn->hear->group == NULL) {
        char phone[PHONE_BYTES_MAX + 1];
        wechat_read_phone(turn->hear->text, phone);
        if (phone[0] != '\0' && !must) {
            (void)text_copy(talk->phone, sizeof talk->phone, phone);
        }
    }
}

/* An event that means nothing leaves the conversation as it is: not even its end moves. */
static enum rc take_turn(struct turn *turn)
{
    CHECK(turn->hear != NULL);
    enter(turn);
    enum rc rc =
        wechat_read_meaning(turn->step, turn->site, &turn->talk, turn->hear, &turn->meaning);
    if (rc != RC_OK || turn->meaning.nothing) {
        return rc;
    }
    turn->talk.english = turn->meaning.english;
    rc = turn->hear->group != NULL ? group_turn(turn) : own_turn(turn);
    return rc == RC_OK ? say_turned(turn) : rc;
}

/* ---- hearing ---- */

/* Of MsgId, or of who, when and what: as the platforms say repetitions are to be known. A person is
 * named by a key, for ids are shown to those who run the adapter. */
static void message_id(const Paidan__WechatHear *hear, char id[ID_BYTES])
{
    CHECK(hear->account != NULL);
    CHECK(strlen(hear->account) <= CODE_BYTES_MAX); /* of the site: the id fits */
    if (hear->msg_id != NULL && hear->msg_id[0] != '\0') {
        (void)snprintf(id, ID_BYTES, "%s:m:%s", hear->account, hear->msg_id);
        return;
    }
    /* Several events of one second differ in what they are about. */
    (void)snprintf(id, ID_BYTES, "%s:e:%016llx:%llu:%u:%016llx", hear->account,
                   (unsigned long long)wechat_state_key(hear->account, hear->person),
                   (unsigned long long)hear->sent_s, hear->has_event ? (unsigned)hear->event : 0,
                   (unsigned long long)step_key(hear->menu == NULL ? "" : hear->menu));
}

/* What the platform gives anew with each attempt is no part of what was said. */
static enum rc digest_of(struct step *step, const Paidan__WechatHear *hear,
                         unsigned char digest[HEARD_DIGEST_BYTES])
{
    Paidan__WechatHear said = *hear;
    unsigned char *bytes = NULL;
    size_t size = 0;
    CHECK(hear->person != NULL);
    said.reply_url = NULL;
    said.reply_id = NULL;
    said.url = NULL;
    said.n_urls = 0;
    said.n_url_keys = 0;
    if (hear->msg_id != NULL && hear->msg_id[0] != '\0') {
        said.sent_s = 0; /* of robots the seal's, made anew each time */
    }
    const enum rc rc = wire_pack(step->arena, &said.base, &bytes, &size);
    if (rc != RC_OK) {
        return rc;
    }
    const int hashed = crypto_generichash(digest, HEARD_DIGEST_BYTES, bytes, size, NULL, 0);
    CHECK(hashed == 0);
    return RC_OK;
}

static enum rc hear_it(struct step *step, const Paidan__WechatHear *hear,
                       enum channel_verdict *verdict, uint64_t *seq)
{
    Paidan__Heard heard = PAIDAN__HEARD__INIT;
    char id[ID_BYTES];
    unsigned char digest[HEARD_DIGEST_BYTES];
    CHECK(seq != NULL);
    message_id(hear, id);
    enum rc rc = digest_of(step, hear, digest);
    if (rc == RC_OK) {
        rc = wire_pack(step->arena, &hear->base, &heard.body.data, &heard.body.len);
    }
    if (rc != RC_OK) {
        return rc;
    }
    heard.channel = (char *)step->site->wechat->channel;
    heard.id = id;
    heard.digest = (ProtobufCBinaryData){.len = sizeof digest, .data = digest};
    heard.person = hear->person;
    heard.has_sent_ms = 1;
    heard.sent_ms = hear->sent_s * 1000;
    return channel_hear(step, &wechat_wishing, &heard, verdict, seq);
}

static enum rc consented(struct step *step, const Paidan__WechatHear *hear,
                         Paidan__WechatConsent what, bool given)
{
    Paidan__WechatConsented fact = PAIDAN__WECHAT_CONSENTED__INIT;
    CHECK(hear->person != NULL);
    CHECK(hear->kind == PAIDAN__WECHAT_KIND__WECHAT_EVENT);
    fact.account = hear->account;
    fact.person = hear->person;
    fact.what = what;
    fact.given = given;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* What an event changes by itself, whatever is being said. */
static enum rc take_event(struct step *step, const Paidan__WechatHear *hear)
{
    CHECK(hear->kind == PAIDAN__WECHAT_KIND__WECHAT_EVENT);
    switch (hear->has_event ? hear->event : PAIDAN__WECHAT_EVENT__WECHAT_EVENT_OTHER) {
    case PAIDAN__WECHAT_EVENT__WECHAT_SUBSCRIBED:
        return consented(step, hear, PAIDAN__WECHAT_CONSENT__WECHAT_FOLLOWING, true);
    case PAIDAN__WECHAT_EVENT__WECHAT_UNSUBSCRIBED:
        return consented(step, hear, PAIDAN__WECHAT_CONSENT__WECHAT_FOLLOWING, false);
    case PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_ALLOWED:
        return consented(step, hear, PAIDAN__WECHAT_CONSENT__WECHAT_NOTICES, true);
    case PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_FAILED:
        return wechat_file_notice_failed(step, hear);
    case PAIDAN__WECHAT_EVENT__WECHAT_NOTICE_REFUSED:
        return consented(step, hear, PAIDAN__WECHAT_CONSENT__WECHAT_NOTICES, false);
    default:
        return RC_OK;
    }
}

/* Says that the passive reply is with the platform now, or (replied 0) that nobody waits for it. */
static enum rc say_given(struct step *step, uint64_t heard, uint64_t replied)
{
    Paidan__WechatGiven fact = PAIDAN__WECHAT_GIVEN__INIT;
    CHECK(heard > 0);
    fact.heard = heard;
    fact.replied = replied;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* reply: of that fact; replied 0: none. Personal, so it is never stored beside the fact itself. */
static enum rc answer(struct step *step, uint64_t heard, uint64_t replied, bool wait)
{
    Paidan__WechatHeard told = PAIDAN__WECHAT_HEARD__INIT;
    Paidan__Answer whole = PAIDAN__ANSWER__INIT;
    Paidan__Event *event = NULL;
    if (replied != 0) {
        const enum rc rc = step_read(step, replied, &event);
        if (rc != RC_OK && rc != RC_NOT_FOUND) {
            return rc;
        }
        told.reply = rc == RC_OK ? event->replied : NULL;
    }
    CHECK(!wait || replied == 0);
    told.heard = heard;
    told.has_wait = wait;
    told.wait = wait;
    whole.body_case = PAIDAN__ANSWER__BODY_WECHAT_HEARD;
    whole.wechat_heard = &told;
    return step_answer_unstored(step, &whole);
}

/* A reply that is ready is given now, one that was given is given again. */
static enum rc give(struct step *step, uint64_t heard, const struct wechat_reply *row)
{
    CHECK(row->state != WECHAT_LATE || row->due_ms == 0);
    if (row->state == WECHAT_READY) {
        const enum rc rc = say_given(step, heard, row->replied);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return answer(step, heard, row->state == WECHAT_LATE ? 0 : row->replied, false);
}

/* No reply yet, and the first attempt came just now: a number is still being made, so this one waits too.
 * After REPEAT_MS it is a repetition of somebody else's making, which changes nothing. */
static enum rc hear_again(struct step *step, uint64_t heard)
{
    struct wechat_reply row;
    Paidan__Event *event = NULL;
    CHECK(heard > 0);
    enum rc rc = wechat_state_reply(step->txn, heard, &row);
    if (rc == RC_OK) {
        return give(step, heard, &row);
    }
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    rc = step_read(step, heard, &event);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    CHECK(rc != RC_OK || event->at_ms <= step->now_ms);
    return answer(step, heard, 0, rc == RC_OK && step->now_ms - event->at_ms < REPEAT_MS);
}

static enum rc hear_new(struct step *step, const Paidan__WechatHear *hear, uint64_t heard)
{
    struct turn turn = {.step = step, .site = step->site->wechat, .hear = hear, .heard = heard};
    CHECK(heard > 0);
    CHECK(turn.site != NULL);
    enum rc rc = hear->kind == PAIDAN__WECHAT_KIND__WECHAT_EVENT ? take_event(step, hear) : RC_OK;
    if (rc == RC_OK) {
        rc = wechat_state_talk_or_new(step->txn, hear->account, hear->person, &turn.talk);
    }
    if (rc == RC_OK) {
        rc = take_turn(&turn);
    }
    if (rc == RC_OK && turn.replied != 0) {
        rc = say_given(step, heard, turn.replied);
    }
    return rc == RC_OK ? answer(step, heard, turn.replied, turn.waits && turn.replied == 0) : rc;
}

enum rc wechat_talk_hear(struct step *step, const struct step_input *input)
{
    const Paidan__WechatHear *const hear = input->request->wechat_hear;
    enum channel_verdict verdict = CHANNEL_NEW;
    uint64_t heard = 0;
    if (site_wechat_account(step->site->wechat, hear->account) == NULL) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "account");
    }
    if (hear->person[0] == '\0') {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "person");
    }
    const enum rc rc = hear_it(step, hear, &verdict, &heard);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(heard > 0);
    switch (verdict) {
    case CHANNEL_DIFFERENT:
        return step_refuse(step, PAIDAN__CODE__HEARD_DIFFERENT, NULL);
    case CHANNEL_KNOWN:
        return hear_again(step, heard);
    default:
        return hear_new(step, hear, heard);
    }
}

/* ---- waiting ---- */

enum rc wechat_talk_await(struct step *step, const struct step_input *input)
{
    const Paidan__WechatAwait *const wish = input->request->wechat_await;
    struct wechat_reply row;
    if (wish->heard == 0) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "heard");
    }
    CHECK(wish->heard > 0);
    const enum rc rc = wechat_state_reply(step->txn, wish->heard, &row);
    if (rc == RC_OK) {
        return give(step, wish->heard, &row);
    }
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    if (step->now_ms < input->park_until_ms) {
        step_park(step, wechat_way_wait(wish->heard));
        return RC_OK;
    }
    /* From here on it goes another way, whoever asks again. */
    const enum rc said = say_given(step, wish->heard, 0);
    return said == RC_OK ? answer(step, wish->heard, 0, false) : said;
}

/* ---- deadlines ---- */

static enum rc talk_due(struct step *step, uint64_t key)
{
    struct turn turn = {.step = step, .site = step->site->wechat};
    const enum rc rc = wechat_state_talk(step->txn, key, &turn.talk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(turn.talk.until_ms <= step->now_ms);
    turn.meaning = (struct wechat_meaning){.signal = WECHAT_EXPIRED};
    if (turn.site == NULL) {
        return say_turned(&turn); /* the site gave us up for now: nothing of it is lost */
    }
    const enum rc done = own_turn(&turn);
    return done == RC_OK ? say_turned(&turn) : done;
}

/* Three attempts of the platform are over, and none of them took the reply. */
static enum rc reply_due(struct step *step, uint64_t heard)
{
    struct wechat_reply row;
    Paidan__Event *event = NULL;
    enum rc rc = wechat_state_reply(step->txn, heard, &row);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(row.state == WECHAT_READY);
    CHECK(row.due_ms <= step->now_ms);
    rc = step_read(step, row.replied, &event);
    const bool gone = rc == RC_NOT_FOUND || step->site->wechat == NULL ||
                      (rc == RC_OK && event->fact_case != PAIDAN__EVENT__FACT_REPLIED);
    if (gone) {
        return say_given(step, heard, 0);
    }
    return rc == RC_OK ? wechat_way_again(step, row.replied, event->replied, NULL) : rc;
}

enum rc wechat_talk_due(struct step *step, const struct due *due)
{
    CHECK(due->kind == WECHAT_DUE_TALK || due->kind == WECHAT_DUE_REPLY);
    return due->kind == WECHAT_DUE_TALK ? talk_due(step, due->id) : reply_due(step, due->id);
}

/* ---- folding ---- */

static enum rc copy_turned(struct wechat_talk *talk, const Paidan__WechatTurned *fact)
{
    if (fact->state >= WECHAT_STATE_COUNT || fact->n_draft > WECHAT_DRAFT_MAX) {
        return RC_CORRUPT;
    }
    CHECK(talk->account[0] != '\0');
    talk->state = (enum wechat_state)fact->state;
    talk->until_ms = fact->has_until_ms ? fact->until_ms : 0;
    talk->draft_count = (uint32_t)fact->n_draft;
    if (fact->n_draft > 0) {
        memcpy(talk->draft, fact->draft, fact->n_draft * sizeof talk->draft[0]);
    }
    talk->ticket = fact->has_ticket ? fact->ticket : 0;
    talk->spoken_ms = fact->has_spoken_ms ? fact->spoken_ms : 0;
    talk->place_asked = fact->has_place_asked && fact->place_asked;
    talk->english = fact->has_english && fact->english;
    if (fact->has_heard_ms) {
        talk->heard_ms = fact->heard_ms;
        talk->sent = 0;
    }
    if (fact->phone != NULL && !text_copy(talk->phone, sizeof talk->phone, fact->phone)) {
        return RC_CORRUPT;
    }
    return RC_OK;
}

enum rc wechat_talk_fold_turned(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__WechatTurned *const fact = event->wechat_turned;
    struct wechat_talk talk;
    CHECK(fact != NULL);
    enum rc rc = wechat_state_talk_or_new(fold->txn, fact->account, fact->person, &talk);
    if (rc == RC_OK) {
        rc = copy_turned(&talk, fact);
    }
    return rc == RC_OK ? wechat_state_put_talk(fold->txn, &talk) : rc;
}

enum rc wechat_talk_fold_consented(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__WechatConsented *const fact = event->wechat_consented;
    struct wechat_talk talk;
    CHECK(fact != NULL);
    const enum rc rc = wechat_state_talk_or_new(fold->txn, fact->account, fact->person, &talk);
    if (rc != RC_OK) {
        return rc;
    }
    switch (fact->what) {
    case PAIDAN__WECHAT_CONSENT__WECHAT_PRIVACY:
        talk.agreed = fact->given;
        break;
    case PAIDAN__WECHAT_CONSENT__WECHAT_NOTICES:
        talk.notices = fact->given ? talk.notices + 1 : 0;
        break;
    case PAIDAN__WECHAT_CONSENT__WECHAT_BEING_ASKED:
        talk.quiet = !fact->given;
        break;
    default:
        talk.gone = !fact->given;
    }
    return wechat_state_put_talk(fold->txn, &talk);
}

enum rc wechat_talk_fold_given(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__WechatGiven *const fact = event->wechat_given;
    CHECK(fact != NULL);
    const struct wechat_reply row = {.state = fact->replied != 0 ? WECHAT_GIVEN : WECHAT_LATE,
                                     .replied = fact->replied};
    return wechat_state_put_reply(fold->txn, fact->heard, &row);
}
