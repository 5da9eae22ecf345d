/* wechat_way: which way a message takes.
 *
 *   in the answer to his own message (passive)     nothing is sent, nothing can fail but the connection
 *   into the group where it was said               the number alone
 *   customer message                               5 within 48 h of what he last sent; WeCom, and a
 *                                                  robot with a connection: always
 *   subscription notice                            with his consent, one each unless it is a lasting one
 *   SMS by the site's hook                         if he told us a number
 *   the list of those who telephone                for a ticket, or to a number; questions of a callback
 *                                                  are no calls of ours: the callback service has them
 *
 * In this order; a way that failed is not tried again for that message, so each message ends. What must
 * stay true: whatever is said is a fact with all that is needed to send it, so that a retry sends the
 * same; and nobody is told a thing twice by two ways unless the first one is known to have failed. */
#include "wechat_way.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/say/number.h"
#include "common/say/say_time.h"
#include "common/site/site_rules.h"
#include "common/text/text.h"
#include "wechat_outbox.h"

#define WINDOW_MS (48ull * 3600 * 1000)
#define DAY_MS 86400000ull
enum { WINDOW_MESSAGES = 5, PASSIVE_MS = 20000 };

static bool is_way(uint32_t after, Paidan__WechatWay way)
{
    CHECK(way >= PAIDAN__WECHAT_WAY__WECHAT_PASSIVE);
    return after < (uint32_t)way;
}

/* ---- the day ---- */

uint32_t wechat_way_day(const struct site *site, uint64_t now_ms)
{
    const uint64_t local_ms = (uint64_t)((int64_t)now_ms + site_offset(site, now_ms));
    CHECK(local_ms / DAY_MS <= INT32_MAX);
    const struct civil_date date = civil_date((int32_t)(local_ms / DAY_MS));
    CHECK(date.year >= 1970);
    CHECK(date.year < 10000);
    return (uint32_t)date.year * 10000 + date.month * 100 + date.day;
}

uint64_t wechat_way_wait(uint64_t heard)
{
    char name[40];
    CHECK(heard > 0);
    (void)snprintf(name, sizeof name, "wechat heard %llu", (unsigned long long)heard);
    return step_key(name);
}

/* ---- which ---- */

static enum rc has_quota(struct step *step, const char *account, Paidan__WechatWay way,
                         uint32_t most, bool *room)
{
    struct wechat_quota quota;
    const enum rc rc = wechat_state_quota(step->txn, account, (uint32_t)way,
                                          wechat_way_day(step->site, step->now_ms), &quota);
    CHECK(rc != RC_NOT_FOUND);
    *room = rc == RC_OK && (most == 0 || quota.used < most);
    return rc;
}

static bool window_open(const struct site_wechat_account *account, const struct wechat_talk *talk,
                        uint64_t now_ms)
{
    CHECK(account != NULL);
    if (!account->customer || talk->gone ||
        (account->platform == SITE_WECHAT_ROBOT && !account->socket)) {
        return false;
    }
    return account->platform != SITE_WECHAT_OFFICIAL ||
           (talk->heard_ms != 0 && now_ms - talk->heard_ms < WINDOW_MS &&
            talk->sent < WINDOW_MESSAGES);
}

/* The first way after the one that failed. */
static enum rc choose(struct step *step, const struct wechat_talk *talk,
                      const struct wechat_message *message, const char *group, uint32_t after,
                      Paidan__WechatWay *way)
{
    const struct site_wechat *const site = step->site->wechat;
    const struct site_wechat_account *const account = site_wechat_account(site, talk->account);
    bool room = false;
    enum rc rc = RC_OK;
    /* A greeting that did not arrive is nobody's work: there is no ticket to look into and no number. */
    *way = message->ticket != 0 || talk->phone[0] != '\0' ? PAIDAN__WECHAT_WAY__WECHAT_PHONE
                                                          : PAIDAN__WECHAT_WAY__WECHAT_UNTOLD;
    if (account == NULL) {
        return RC_OK; /* the site gave it up: somebody has to telephone */
    }
    /* What was said in a group is answered there; a passive reply that nobody took has not been. */
    if (group != NULL && group[0] != '\0' &&
        after <= (uint32_t)PAIDAN__WECHAT_WAY__WECHAT_PASSIVE) {
        *way = PAIDAN__WECHAT_WAY__WECHAT_GROUP;
        return RC_OK;
    }
    if (is_way(after, PAIDAN__WECHAT_WAY__WECHAT_CUSTOMER) &&
        window_open(account, talk, step->now_ms)) {
        rc = has_quota(step, account->code, PAIDAN__WECHAT_WAY__WECHAT_CUSTOMER,
                       account->customer_day_max, &room);
        if (rc != RC_OK || room) {
            *way = room ? PAIDAN__WECHAT_WAY__WECHAT_CUSTOMER : *way;
            return rc;
        }
    }
    if (is_way(after, PAIDAN__WECHAT_WAY__WECHAT_NOTICE) && account->notice.id[0] != '\0' &&
        talk->notices > 0 && !talk->gone) {
        rc = has_quota(step, account->code, PAIDAN__WECHAT_WAY__WECHAT_NOTICE,
                       account->notice_day_max, &room);
        if (rc != RC_OK || room) {
            *way = room ? PAIDAN__WECHAT_WAY__WECHAT_NOTICE : *way;
            return rc;
        }
    }
    if (is_way(after, PAIDAN__WECHAT_WAY__WECHAT_SMS) && site->sms.url[0] != '\0' &&
        talk->phone[0] != '\0') {
        *way = PAIDAN__WECHAT_WAY__WECHAT_SMS;
    }
    return RC_OK;
}

/* ---- form ---- */

/* Whom to call in danger, where nobody says which. */
static const char *first_call(const struct site *site)
{
    CHECK(site->wechat != NULL);
    if (site_rules_name_calls(site)) {
        return site->rules->rules[site->rules->order[0]].calls[0];
    }
    return site->wechat->danger_count > 0 ? site->wechat->dangers[0].call : site->wechat->hotline;
}

/* The sentence and, where there is no menu, a line for each choice. */
static char *text_of(struct step *step, const struct wechat_talk *talk,
                     const struct wechat_message *message, bool lines)
{
    const struct site_wechat *const site = step->site->wechat;
    char number[NUMBER_BYTES] = "";
    CHECK(site != NULL);
    if (message->ticket != 0) {
        number_format(message->ticket, number);
    }
    const struct wechat_fill fill = {.number = number,
                                     .code = message->code,
                                     .hotline = site->hotline,
                                     .call = message->call != NULL ? message->call
                                                                   : first_call(step->site),
                                     .page = site->page,
                                     .privacy = site->privacy};
    char *text = wechat_words_text(step->arena, talk->english, message->words, &fill);
    if (message->body != NULL) {
        text = arena_strdup(step->arena, message->body);
    }
    for (uint32_t index = 0; text != NULL && lines && index < message->choice_count; index++) {
        char *const more =
            arena_printf(step->arena, "%s\n%u %s", text, index + 1, message->choices[index].label);
        text = more != NULL && strlen(more) <= WECHAT_TEXT_BYTES_MAX ? more : text;
    }
    return text;
}

/* Before: reply->way is chosen. False: the arena is full. */
static bool fill_menu(struct step *step, const struct wechat_message *message,
                      Paidan__Replied *reply)
{
    CHECK(message->choice_count <= WECHAT_CHOICES_MAX);
    Paidan__WechatItem **items =
        arena_alloc(step->arena, message->choice_count * sizeof(Paidan__WechatItem *));
    if (items == NULL) {
        return false;
    }
    for (uint32_t index = 0; index < message->choice_count; index++) {
        items[index] = arena_alloc(step->arena, sizeof *items[index]);
        if (items[index] == NULL) {
            return false;
        }
        *items[index] = (Paidan__WechatItem)PAIDAN__WECHAT_ITEM__INIT;
        items[index]->id = (char *)message->choices[index].id;
        items[index]->label = (char *)message->choices[index].label;
    }
    reply->form = PAIDAN__WECHAT_FORM__WECHAT_AS_MENU;
    reply->items = items;
    reply->n_items = message->choice_count;
    return true;
}

/* A field of a template holds a few characters: the platforms cut or refuse what is longer. */
static char *value_of(struct step *step, const struct wechat_talk *talk,
                      const struct wechat_message *message, enum site_wechat_fill fill)
{
    char number[NUMBER_BYTES] = "";
    const uint32_t day = wechat_way_day(step->site, step->now_ms);
    const uint64_t local_ms =
        (uint64_t)((int64_t)step->now_ms + site_offset(step->site, step->now_ms)) % DAY_MS;
    switch (fill) {
    case SITE_WECHAT_NUMBER:
        if (message->ticket != 0) {
            number_format(message->ticket, number);
        }
        return arena_strdup(step->arena, number);
    case SITE_WECHAT_STATE:
        return arena_strdup(step->arena, wechat_words_state(talk->english, message->state));
    case SITE_WECHAT_TIME:
        return arena_printf(step->arena, "%04u-%02u-%02u %02u:%02u", day / 10000, day / 100 % 100,
                            day % 100, (unsigned)(local_ms / 3600000),
                            (unsigned)(local_ms / 60000 % 60));
    case SITE_WECHAT_CODE:
        return arena_strdup(step->arena, message->code != NULL ? message->code : "-");
    default:
        CHECK(fill == SITE_WECHAT_TEXT);
        if (message->code != NULL) {
            return arena_printf(step->arena, talk->english ? "Query code %s" : "查询码 %s",
                                message->code);
        }
        return arena_strdup(step->arena,
                            talk->english ? "Tap to see how it stands" : "点击查看办理进度");
    }
}

static bool fill_notice(struct step *step, const struct wechat_talk *talk,
                        const struct wechat_message *message,
                        const struct site_wechat_template *template, Paidan__Replied *reply)
{
    CHECK(template->value_count <= SITE_WECHAT_VALUES_MAX);
    Paidan__WechatValue **values =
        arena_alloc(step->arena, SITE_WECHAT_VALUES_MAX * sizeof(Paidan__WechatValue *));
    for (uint32_t index = 0; values != NULL && index < template->value_count; index++) {
        values[index] = arena_alloc(step->arena, sizeof *values[index]);
        char *const text = value_of(step, talk, message, template->values[index].fill);
        if (values[index] == NULL || text == NULL) {
            return false;
        }
        *values[index] = (Paidan__WechatValue)PAIDAN__WECHAT_VALUE__INIT;
        values[index]->name = (char *)template->values[index].name;
        values[index]->value = text;
    }
    reply->form = PAIDAN__WECHAT_FORM__WECHAT_AS_NOTICE;
    reply->template_ = (char *)template->id;
    reply->values = values;
    reply->n_values = template->value_count;
    reply->has_spends = 1;
    reply->spends = !template->lasting;
    reply->url = step->site->wechat->page[0] == '\0' ? NULL : (char *)step->site->wechat->page;
    return values != NULL;
}

/* ---- saying ---- */

static enum rc say_reply(struct step *step, const struct wechat_talk *talk,
                         const struct wechat_message *message, Paidan__Replied *reply,
                         uint64_t *seq)
{
    const struct site_wechat_account *const account =
        site_wechat_account(step->site->wechat, talk->account);
    const bool menu = message->choice_count > 0 && account != NULL && account->menus &&
                      reply->way == PAIDAN__WECHAT_WAY__WECHAT_CUSTOMER;
    reply->account = (char *)talk->account;
    reply->person = (char *)talk->person;
    reply->about = (char *)wechat_words_name(message->words);
    reply->form = PAIDAN__WECHAT_FORM__WECHAT_AS_TEXT;
    reply->text = text_of(step, talk, message, !menu);
    reply->has_ticket = message->ticket != 0;
    reply->ticket = message->ticket;
    reply->has_day = 1;
    reply->day = wechat_way_day(step->site, step->now_ms);
    bool whole = reply->text != NULL;
    if (whole && menu) {
        whole = fill_menu(step, message, reply);
    } else if (whole && reply->way == PAIDAN__WECHAT_WAY__WECHAT_NOTICE) {
        CHECK(account != NULL);
        whole = fill_notice(step, talk, message, &account->notice, reply);
    }
    return whole ? step_say(step, &(struct step_about){.seq = seq}, &reply->base) : RC_LIMIT;
}

enum rc wechat_way_reply(struct step *step, const struct wechat_talk *talk,
                         const struct wechat_message *message, uint64_t heard, const char *group,
                         uint64_t *seq)
{
    Paidan__Replied reply = PAIDAN__REPLIED__INIT;
    const struct site_wechat_account *const account =
        site_wechat_account(step->site->wechat, talk->account);
    CHECK(heard > 0);
    CHECK(seq != NULL);
    /* A robot's connection has no answers that go back with a message: all of them are deliveries, which
     * end when the platform has acknowledged them. */
    if (account != NULL && account->socket) {
        *seq = 0;
        return wechat_way_tell(step, talk, message, group, 0, heard, 0, NULL);
    }
    reply.way = PAIDAN__WECHAT_WAY__WECHAT_PASSIVE;
    reply.has_heard = 1;
    reply.heard = heard;
    reply.group = (char *)(group != NULL && group[0] != '\0' ? group : NULL);
    return say_reply(step, talk, message, &reply, seq);
}

bool wechat_way_asks(const Paidan__Replied *reply)
{
    CHECK(reply->about != NULL);
    return strcmp(reply->about, wechat_words_name(WECHAT_SAY_CALLBACK)) == 0 ||
           strcmp(reply->about, wechat_words_name(WECHAT_SAY_SATISFIED)) == 0;
}

/* Asks for the delivery, or puts it on the list of those who telephone. Not a question: whoever has it
 * from that list could not say what was answered, and each attempt would put it there once more. */
static enum rc send_off(struct step *step, const Paidan__Replied *reply, uint64_t seq)
{
    Paidan__WechatHandedOver over = PAIDAN__WECHAT_HANDED_OVER__INIT;
    CHECK(reply->way != PAIDAN__WECHAT_WAY__WECHAT_PASSIVE);
    if (reply->way < PAIDAN__WECHAT_WAY__WECHAT_PHONE) {
        const char *const to =
            reply->way == PAIDAN__WECHAT_WAY__WECHAT_SMS ? "sms" : reply->account;
        const enum rc rc = outbox_ask(step, &wechat_outbox, &(struct step_about){.ticket = 0}, to,
                                      seq, wechat_state_key(reply->account, reply->person));
        CHECK(rc != RC_NOT_FOUND); /* the way was chosen by the same site */
        return rc;
    }
    if (reply->way == PAIDAN__WECHAT_WAY__WECHAT_UNTOLD || wechat_way_asks(reply)) {
        return RC_OK;
    }
    over.account = reply->account;
    over.person = reply->person;
    over.has_ticket = reply->has_ticket;
    over.ticket = reply->ticket;
    over.replied = seq;
    over.about = reply->about;
    return step_say(step, &(struct step_about){.ticket = 0}, &over.base);
}

enum rc wechat_way_tell(struct step *step, const struct wechat_talk *talk,
                        const struct wechat_message *message, const char *group, uint32_t after,
                        uint64_t heard, uint64_t instead, Paidan__WechatWay *way)
{
    Paidan__Replied reply = PAIDAN__REPLIED__INIT;
    uint64_t seq = 0;
    const bool grouped = group != NULL && group[0] != '\0';
    CHECK(step->site->wechat != NULL);
    enum rc rc = choose(step, talk, message, group, after, &reply.way);
    if (rc != RC_OK) {
        return rc;
    }
    reply.has_heard = heard != 0;
    reply.heard = heard;
    reply.has_instead = instead != 0;
    reply.instead = instead;
    reply.group = (char *)(grouped ? group : NULL);
    const bool calls = reply.way == PAIDAN__WECHAT_WAY__WECHAT_SMS ||
                       reply.way == PAIDAN__WECHAT_WAY__WECHAT_PHONE;
    reply.phone = (char *)(calls && talk->phone[0] != '\0' ? talk->phone : NULL);
    rc = say_reply(step, talk, message, &reply, &seq);
    if (way != NULL) {
        *way = reply.way;
    }
    return rc == RC_OK ? send_off(step, &reply, seq) : rc;
}

/* What is said by another way. What a group reads is no use to somebody alone: he cannot quote it, and
 * may have the code that opens his ticket, which a notice has no other words for. */
static enum rc readdress(struct step *step, const Paidan__Replied *failed,
                         struct wechat_message *message)
{
    struct wechat_ticket row;
    CHECK(message->ticket != 0);
    const enum rc rc = wechat_state_ticket(step->txn, message->ticket, &row);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    message->state = (Paidan__State)row.state;
    const bool left_group = failed->way == PAIDAN__WECHAT_WAY__WECHAT_GROUP;
    if (left_group && message->words == WECHAT_SAY_FILED_GROUP) {
        message->words = WECHAT_SAY_FILED;
        message->body = NULL;
    }
    if (message->words == WECHAT_SAY_FILED && row.code[0] != '\0') {
        message->code = arena_strdup(step->arena, row.code);
        return message->code == NULL ? RC_LIMIT : RC_OK;
    }
    return RC_OK;
}

/* The same words by another way: menus become lines, for the ids mean nothing to who reads them. A reply
 * that nobody took in a group is said in that group. */
enum rc wechat_way_again(struct step *step, uint64_t seq, const Paidan__Replied *failed,
                         Paidan__WechatWay *way)
{
    struct wechat_talk talk;
    struct wechat_message message = {.words = WECHAT_SAY_HELP, .body = failed->text};
    CHECK(failed->text != NULL);
    for (unsigned words = 0; words < WECHAT_SAY_COUNT; words++) {
        if (strcmp(wechat_words_name((enum wechat_words)words), failed->about) == 0) {
            message.words = (enum wechat_words)words;
        }
    }
    message.ticket = failed->has_ticket ? failed->ticket : 0;
    CHECK(failed->n_items <= WECHAT_CHOICES_MAX);
    for (size_t index = 0; index < failed->n_items; index++) {
        struct wechat_choice *const choice = &message.choices[message.choice_count++];
        (void)text_copy(choice->id, sizeof choice->id, failed->items[index]->id);
        (void)text_copy(choice->label, sizeof choice->label, failed->items[index]->label);
    }
    const bool unheard = failed->way == PAIDAN__WECHAT_WAY__WECHAT_PASSIVE;
    enum rc rc = wechat_state_talk_or_new(step->txn, failed->account, failed->person, &talk);
    if (rc == RC_OK && message.ticket != 0) {
        rc = readdress(step, failed, &message);
    }
    return rc == RC_OK ? wechat_way_tell(step, &talk, &message, unheard ? failed->group : NULL,
                                         (uint32_t)failed->way,
                                         failed->has_heard ? failed->heard : 0, seq, way)
                       : rc;
}

/* ---- folding ---- */

static enum rc fold_sent(struct step_fold *fold, const Paidan__Replied *reply)
{
    struct wechat_talk talk;
    struct wechat_quota quota;
    const uint32_t day = reply->has_day ? reply->day : 0;
    CHECK(reply->way != PAIDAN__WECHAT_WAY__WECHAT_PASSIVE);
    enum rc rc = wechat_state_talk_or_new(fold->txn, reply->account, reply->person, &talk);
    if (rc != RC_OK) {
        return rc;
    }
    talk.sent += reply->way == PAIDAN__WECHAT_WAY__WECHAT_CUSTOMER ? 1 : 0;
    if (reply->has_spends && reply->spends && talk.notices > 0) {
        talk.notices--;
    }
    rc = wechat_state_quota(fold->txn, reply->account, (uint32_t)reply->way, day, &quota);
    if (rc == RC_OK) {
        quota.used++;
        rc = wechat_state_put_quota(fold->txn, reply->account, (uint32_t)reply->way, &quota);
    }
    return rc == RC_OK ? wechat_state_put_talk(fold->txn, &talk) : rc;
}

/* What goes another way after a passive reply takes its place: nobody gives that one any more. */
enum rc wechat_way_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__Replied *const reply = event->replied;
    CHECK(seq > 0);
    const bool passive = reply->way == PAIDAN__WECHAT_WAY__WECHAT_PASSIVE;
    if (passive && !reply->has_heard) {
        return RC_CORRUPT;
    }
    if (reply->has_heard) {
        const struct wechat_reply row = {.state = passive ? WECHAT_READY : WECHAT_LATE,
                                         .replied = seq,
                                         .due_ms = passive ? event->at_ms + PASSIVE_MS : 0};
        const enum rc rc = wechat_state_put_reply(fold->txn, reply->heard, &row);
        if (rc != RC_OK || passive) {
            return rc;
        }
    }
    return fold_sent(fold, reply);
}
