/* wechat_phone: what could not be told by any message is told by an operator's telephone.
 *
 *   WechatHandedOver ─▶ on the list ─ PhoneTake ─▶ in hand (PhoneShown) ─ PhoneDone ─▶ reached, given up: off it
 *                            ▲                                               │ (PhoneTried)
 *                            └──────────────── nobody answered ◀─────────────┘
 *
 * Owns the table phone. What must stay true: the list shows neither numbers nor words; whoever takes a call
 * reads both, after a fact has said so; one operator at a time has a call in hand, and one that he forgets is
 * free again when its half hour is over, without a deadline of ours: nobody waits for it. */
#include "wechat_phone.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/say/number.h"
#include "common/site/site_wechat.h"
#include "common/store/store_row.h"
#include "common/text/text.h"
#include "wechat_state.h"

#define HELD_MS 1800000u
enum { LIMIT_DEFAULT = 100 };

/* Of one call; its key is the seq of its WechatHandedOver. */
struct phone {
    uint64_t replied, ticket; /* seq of what was to be told; 0: of no ticket */
    uint64_t asked_ms, tried_ms, until_ms;
    uint32_t tries;
    char about[CODE_BYTES_MAX + 1];
    char holder[ACTOR_BYTES_MAX + 1]; /* "": nobody */
};

static const struct record_row phone_rows[] = {
    RECORD_VARINT(struct phone, replied),
    RECORD_VARINT(struct phone, ticket),
    RECORD_VARINT(struct phone, asked_ms),
    RECORD_VARINT(struct phone, tried_ms),
    RECORD_VARINT(struct phone, until_ms),
    RECORD_VARINT(struct phone, tries),
    RECORD_TEXT(struct phone, about),
    RECORD_TEXT(struct phone, holder),
    RECORD_END,
};
static const struct record_format phone_format = {
    .version = 1, .bytes = sizeof(struct phone), .rows = phone_rows};

/* ---- the table ---- */

static enum rc get(struct store_txn *txn, uint64_t call, struct phone *phone)
{
    return store_row_get(txn, WECHAT_TABLE_PHONE, call, &phone_format, phone);
}

static enum rc put(struct store_txn *txn, uint64_t call, const struct phone *phone)
{
    CHECK(call != 0);
    CHECK(phone->replied != 0);
    CHECK((phone->holder[0] == '\0') == (phone->until_ms == 0));
    return store_row_put(txn, WECHAT_TABLE_PHONE, call, &phone_format, phone);
}

static enum rc fold_over(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__WechatHandedOver *const over = event->wechat_handed_over;
    struct phone phone;
    memset(&phone, 0, sizeof phone);
    phone.replied = over->replied;
    phone.ticket = over->has_ticket ? over->ticket : 0;
    phone.asked_ms = event->at_ms;
    if (over->replied == 0 ||
        (over->about != NULL && !text_copy(phone.about, sizeof phone.about, over->about))) {
        return RC_CORRUPT;
    }
    return put(fold->txn, seq, &phone);
}

static enum rc fold_tried(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__PhoneTried *const tried = event->phone_tried;
    struct phone phone;
    const enum rc rc = get(fold->txn, tried->call, &phone);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (tried->result != PAIDAN__PHONE_RESULT__PHONE_MISSED) {
        return store_row_del(fold->txn, WECHAT_TABLE_PHONE, tried->call);
    }
    phone.tries++;
    phone.tried_ms = event->at_ms;
    phone.until_ms = 0;
    phone.holder[0] = '\0';
    return put(fold->txn, tried->call, &phone);
}

enum rc wechat_phone_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    struct phone phone;
    CHECK(seq > 0);
    if (event->fact_case == PAIDAN__EVENT__FACT_WECHAT_HANDED_OVER) {
        return fold_over(fold, seq, event);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_PHONE_TRIED) {
        return fold_tried(fold, event);
    }
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_PHONE_SHOWN);
    const Paidan__PhoneShown *const shown = event->phone_shown;
    const enum rc rc = get(fold->txn, shown->call, &phone);
    if (rc != RC_OK || shown->until_ms == 0 ||
        !text_copy(phone.holder, sizeof phone.holder, shown->holder)) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    phone.until_ms = shown->until_ms;
    return put(fold->txn, shown->call, &phone);
}

/* ---- looking ---- */

static bool held(const struct phone *phone, uint64_t now_ms)
{
    return phone->holder[0] != '\0' && now_ms < phone->until_ms;
}

/* NULL: the arena is full. */
static Paidan__PhoneCall *shown_of(struct arena *arena, uint64_t call, const struct phone *phone,
                                   uint64_t now_ms)
{
    Paidan__PhoneCall *const made = arena_alloc(arena, sizeof *made);
    CHECK(call != 0);
    if (made == NULL) {
        return NULL;
    }
    *made = (Paidan__PhoneCall)PAIDAN__PHONE_CALL__INIT;
    made->call = call;
    made->has_ticket = phone->ticket != 0;
    made->ticket = phone->ticket;
    made->number = phone->ticket == 0 ? NULL : number_text(arena, phone->ticket);
    made->about = arena_strdup(arena, phone->about);
    made->asked_ms = phone->asked_ms;
    made->tries = phone->tries;
    made->has_tried_ms = phone->tried_ms != 0;
    made->tried_ms = phone->tried_ms;
    if (held(phone, now_ms)) {
        made->holder = arena_strdup(arena, phone->holder);
        made->has_until_ms = 1;
        made->until_ms = phone->until_ms;
    }
    return made->about == NULL ? NULL : made;
}

/* Whether the wish names the channel whose operators telephone, by its code of now or before, or none. */
static bool ours(const struct site *site, const char *channel)
{
    const struct site_wechat *const wechat = site->wechat;
    if (channel == NULL || wechat == NULL) {
        return channel == NULL;
    }
    const char *const own =
        wechat->phones_channel[0] != '\0' ? wechat->phones_channel : wechat->channel;
    return site_channel_find(site, own) == site_heir(site, SITE_KIND_CHANNEL, channel);
}

enum rc wechat_phone_list(struct step_view *view, const Paidan__Request *request,
                          Paidan__Answer *answer)
{
    const Paidan__PhoneList *const wish = request->phone_list;
    const uint32_t limit = wish->has_limit ? wish->limit : LIMIT_DEFAULT;
    Paidan__PhonesListed *const listed = arena_alloc(view->arena, sizeof *listed);
    unsigned char key[CODEC_U64_BYTES];
    struct store_walk walk;
    if (wish->channel != NULL &&
        site_heir(view->site, SITE_KIND_CHANNEL, wish->channel) == SITE_NONE) {
        return step_view_refuse(answer, PAIDAN__CODE__CHANNEL_UNKNOWN, "channel");
    }
    if (limit == 0 || limit > LIST_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    Paidan__PhoneCall **list = arena_alloc(view->arena, limit * sizeof(Paidan__PhoneCall *));
    if (listed == NULL || list == NULL) {
        return RC_LIMIT;
    }
    *listed = (Paidan__PhonesListed)PAIDAN__PHONES_LISTED__INIT;
    listed->calls = list;
    codec_set_u64(key, wish->has_cursor ? wish->cursor : 0);
    /* Operators of another channel telephone nobody for this one. */
    const bool mine = ours(view->site, wish->channel);
    enum rc rc = store_walk_open(view->txn, WECHAT_TABLE_PHONE, key, sizeof key, &walk);
    rc = mine ? rc : RC_NOT_FOUND;
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        struct phone phone;
        rc = store_walk_key(&walk, sizeof key);
        const uint64_t call = rc == RC_OK ? codec_u64_at(walk.key) : 0;
        if (rc == RC_OK && listed->n_calls == limit) {
            listed->has_next = 1;
            listed->next = call;
            break;
        }
        rc = rc == RC_OK ? get(view->txn, call, &phone) : rc;
        if (rc != RC_OK) {
            break;
        }
        list[listed->n_calls] = shown_of(view->arena, call, &phone, view->now_ms);
        if (list[listed->n_calls++] == NULL) {
            rc = RC_LIMIT;
            break;
        }
    }
    store_walk_close(&walk);
    answer->body_case = PAIDAN__ANSWER__BODY_PHONES_LISTED;
    answer->phones_listed = listed;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- doing ---- */

/* The call, where the asker may have it; else what he is answered. */
static enum rc find(struct step *step, const char *actor, const char *channel, uint64_t call,
                    struct phone *phone, Paidan__Code *code)
{
    *code = PAIDAN__CODE__OK;
    if (text_blank(actor)) {
        *code = PAIDAN__CODE__ACTOR_MISSING;
        return RC_OK;
    }
    if (!ours(step->site, channel)) {
        *code = PAIDAN__CODE__CHANNEL_UNKNOWN;
        return RC_OK;
    }
    const enum rc rc = call == 0 ? RC_NOT_FOUND : get(step->txn, call, phone);
    if (rc == RC_NOT_FOUND) {
        *code = PAIDAN__CODE__CALL_UNKNOWN;
        return RC_OK;
    }
    if (rc == RC_OK && held(phone, step->now_ms) && strcmp(phone->holder, actor) != 0) {
        *code = PAIDAN__CODE__LEASED_BY_OTHER;
    }
    return rc;
}

/* The words as they were to be sent, and the number that the resident gave here. */
enum rc wechat_phone_take(struct step *step, const struct step_input *input)
{
    const Paidan__Request *const request = input->request;
    const Paidan__PhoneTake *const wish = request->phone_take;
    Paidan__PhoneShown fact = PAIDAN__PHONE_SHOWN__INIT;
    Paidan__PhoneTaken taken = PAIDAN__PHONE_TAKEN__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Event *told = NULL;
    struct phone phone;
    Paidan__Code code = PAIDAN__CODE__OK;
    enum rc rc = find(step, request->actor, wish->channel, wish->call, &phone, &code);
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc != RC_OK ? rc : step_refuse(step, code, NULL);
    }
    /* A call may wait for longer than the log is kept: then its ticket is all that is left of it. */
    rc = step_read(step, phone.replied, &told);
    if (rc == RC_OK && told->fact_case != PAIDAN__EVENT__FACT_REPLIED) {
        return RC_CORRUPT;
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    const Paidan__Replied *const words = rc == RC_OK ? told->replied : NULL;
    fact.call = wish->call;
    fact.holder = request->actor;
    fact.until_ms = step->now_ms + HELD_MS;
    rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    if (rc == RC_OK) {
        rc = get(step->txn, wish->call, &phone);
    }
    if (rc != RC_OK) {
        return rc;
    }
    static char nothing[] = "";
    taken.call = shown_of(step->arena, wish->call, &phone, step->now_ms);
    taken.phone = words == NULL ? NULL : words->phone;
    taken.text = words == NULL || words->text == NULL ? nothing : words->text;
    answer.body_case = PAIDAN__ANSWER__BODY_PHONE_TAKEN;
    answer.phone_taken = &taken;
    /* Not kept as the command's answer: number and words stand in the log once. */
    return taken.call == NULL ? RC_LIMIT : step_answer_unstored(step, &answer);
}

enum rc wechat_phone_done(struct step *step, const struct step_input *input)
{
    const Paidan__Request *const request = input->request;
    const Paidan__PhoneDone *const wish = request->phone_done;
    Paidan__PhoneTried fact = PAIDAN__PHONE_TRIED__INIT;
    struct phone phone;
    uint64_t seq = 0;
    Paidan__Code code = PAIDAN__CODE__OK;
    enum rc rc = find(step, request->actor, wish->channel, wish->call, &phone, &code);
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc != RC_OK ? rc : step_refuse(step, code, NULL);
    }
    if (wish->result == PAIDAN__PHONE_RESULT__PHONE_GIVEN_UP && text_blank(wish->note)) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, "note");
    }
    fact.call = wish->call;
    fact.result = wish->result;
    if (!text_blank(wish->note)) {
        rc = text_mask_digits(step->arena, wish->note, &fact.note);
    }
    if (rc == RC_OK) {
        rc = step_say(step, &(struct step_about){.seq = &seq}, &fact.base);
    }
    return rc == RC_OK ? step_answer_done(step, 0, seq) : rc;
}
