/* wechat_way: which way a message takes.
 *
 *   in the answer to his own message (passive)     nothing is sent, nothing can fail but the connection
 *   into the group where it was said               the number alone
 *   customer message                               5 within 48 h of what he last sent; WeCom: always
 *   subscription notice                            with his consent, one each unless it is a lasting one
 *   SMS by the site's hook                         if he told us a number
 *   the list of those who telephone                always
 *
 * In this order; a way that failed is not tried again for that message, so each message ends. What must
 * stay true: whatever is said is a fact with all that is needed to send it, so that a retry sends the
 * same; and nobody is told a thing twice by two ways unless the first one is known to have failed. */
#include "wechat_way.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_time.h"
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

/* Days since 1970 to a date, by eras of 400 years that begin in March. */
uint32_t wechat_way_day(const struct site *site, uint64_t now_ms)
{
    const uint64_t local_ms = (uint64_t)((int64_t)now_ms + site_offset(site, now_ms));
    const uint64_t days = local_ms / DAY_MS + 719468;
    const uint64_t era = days / 146097;
    const uint64_t of_era = days % 146097;
    const uint64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const uint64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint64_t march = (5 * of_year + 2) / 153;
    const uint64_t day = of_year - (153 * march + 2) / 5 + 1;
    const uint64_t month = march < 10 ? march + 3 : march - 9;
    const uint64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    CHECK(year < 10000);
    return (uint32_t)(year * 10000 + month * 100 + day);
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
    if (!account->customer || talk->gone || account->platform == SITE_WECHAT_ROBOT) {
        return false;
    }
    return account->platform == SITE_WECHAT_WECOM ||
           (talk->heard_ms != 0 && now_ms - talk->heard_ms < WINDOW_MS &&
            talk->sent < WINDOW_MESSAGES);
}

/* The first way after the one that failed. */
static enum rc choose(struct step *step, const struct wechat_talk *talk, const char *group,
                      uint32_t after, Paidan__WechatWay *way)
{
    const struct site_wechat *const site = step->site->wechat;
    const struct site_wechat_account *const account = site_wechat_account(site, talk->account);
    bool room = false;
    enum rc rc = RC_OK;
    *way = PAIDAN__WECHAT_WAY__WECHAT_PHONE;
    if (account == NULL) {
        return RC_OK; /* the site gave it up: somebody has to telephone */
    }
    /* What was said in a group is answered there, or nowhere. */
    if (group != NULL && group[0] != '\0' && after == 0) {
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
                                     .call = message->call != NULL    ? message->call
                                             : site->danger_count > 0 ? site->dangers[0].call
                                                                      : site->hotline,
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
    default:
        CHECK(fill == SITE_WECHAT_TEXT);
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
    CHECK(heard > 0);
    reply.way = PAIDAN__WECHAT_WAY__WECHAT_PASSIVE;
    reply.has_heard = 1;
    reply.heard = heard;
    reply.group = (char *)(group != NULL && group[0] != '\0' ? group : NULL);
    return say_reply(step, talk, message, &reply, seq);
}

/* Asks for the delivery, or puts it on the list of those who telephone. */
static enum rc send_off(struct step *step, const Paidan__Replied *reply, uint64_t seq)
{
    Paidan__WechatHandedOver over = PAIDAN__WECHAT_HANDED_OVER__INIT;
    CHECK(reply->way != PAIDAN__WECHAT_WAY__WECHAT_PASSIVE);
    if (reply->way != PAIDAN__WECHAT_WAY__WECHAT_PHONE) {
        const char *const to =
            reply->way == PAIDAN__WECHAT_WAY__WECHAT_SMS ? "sms" : reply->account;
        const enum rc rc = outbox_ask(step, &wechat_outbox, &(struct step_about){.ticket = 0}, to,
                                      seq, wechat_state_key(reply->account, reply->person));
        CHECK(rc != RC_NOT_FOUND); /* the way was chosen by the same site */
        return rc;
    }
    over.account = reply->account;
    over.person = reply->person;
    over.has_ticket = reply->has_ticket;
    over.ticket = reply->ticket;
    over.replied = seq;
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
    enum rc rc = choose(step, talk, group, after, &reply.way);
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

/* The same words by another way: menus become lines, for the ids mean nothing to who reads them. */
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
    struct wechat_ticket row = {.state = PAIDAN__STATE__STATE_NONE};
    enum rc rc = wechat_state_talk_or_new(step->txn, failed->account, failed->person, &talk);
    if (rc == RC_OK && message.ticket != 0) {
        rc = wechat_state_ticket(step->txn, message.ticket, &row);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
        message.state = (Paidan__State)row.state;
    }
    return rc == RC_OK ? wechat_way_tell(step, &talk, &message, NULL, (uint32_t)failed->way,
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
