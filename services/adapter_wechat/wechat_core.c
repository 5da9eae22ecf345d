/* wechat_core: the service as the step engine sees it: which input, which wish and which fact belongs to
 * which part. Owns the service's name, tables and counters; judges nothing itself. Folding reads the
 * event and the tables alone. */

#include <string.h>

#include "common/base/check.h"
#include "common/channel/channel_core.h"
#include "common/say/counter.h"
#include "common/say/number.h"
#include "wechat.h"
#include "wechat_ask.h"
#include "wechat_file.h"
#include "wechat_follow.h"
#include "wechat_outbox.h"
#include "wechat_phone.h"
#include "wechat_state.h"
#include "wechat_talk.h"
#include "wechat_way.h"

/* ---- counters ---- */

static void count(struct step_fold *fold, unsigned tally)
{
    CHECK(tally < WECHAT_TALLIES);
    fold->tally->values[tally]++;
}

/* ---- the channel ---- */

static const char *channel_code(const struct site *site)
{
    return site->wechat == NULL ? NULL : site->wechat->channel;
}

/* "official customer 12 / 500000": what is used of the day's messages. */
static enum rc status(struct step_view *view, Paidan__AdapterShown *shown)
{
    static const Paidan__WechatWay ways[] = {PAIDAN__WECHAT_WAY__WECHAT_CUSTOMER,
                                             PAIDAN__WECHAT_WAY__WECHAT_NOTICE};
    static const char *const names[] = {"customer", "notice"};
    const struct site_wechat *const site = view->site->wechat;
    const uint32_t day = wechat_way_day(view->site, view->now_ms);
    const size_t more = site == NULL ? 0 : site->account_count * 2u;
    CHECK(shown->n_quotas <= QUOTAS_MAX);
    Paidan__Quota **quotas =
        arena_alloc(view->arena, (shown->n_quotas + more + 1) * sizeof(Paidan__Quota *));
    if (quotas == NULL) {
        return RC_LIMIT;
    }
    if (shown->n_quotas > 0) {
        memcpy(quotas, shown->quotas, shown->n_quotas * sizeof quotas[0]);
    }
    for (size_t index = 0; index < more && shown->n_quotas < QUOTAS_MAX; index++) {
        const struct site_wechat_account *const account = &site->accounts[index / 2];
        const uint32_t most = index % 2 == 0 ? account->customer_day_max : account->notice_day_max;
        struct wechat_quota row;
        Paidan__Quota *const quota = arena_alloc(view->arena, sizeof *quota);
        const enum rc rc =
            wechat_state_quota(view->txn, account->code, (uint32_t)ways[index % 2], day, &row);
        if (rc != RC_OK || quota == NULL) {
            return rc != RC_OK ? rc : RC_LIMIT;
        }
        *quota = (Paidan__Quota)PAIDAN__QUOTA__INIT;
        quota->name = arena_printf(view->arena, "%s %s", account->code, names[index % 2]);
        quota->used = row.used;
        quota->has_limit = most > 0;
        quota->limit = most;
        if (quota->name == NULL) {
            return RC_LIMIT;
        }
        quotas[shown->n_quotas++] = quota;
    }
    shown->quotas = quotas;
    return RC_OK;
}

const struct channel wechat_channel = {.outbox = &wechat_outbox,
                                       .table = WECHAT_TABLE_CHANNEL,
                                       .tally = WECHAT_TALLY_CHANNEL,
                                       .code = channel_code,
                                       .answered = wechat_file_answered,
                                       .delivered = wechat_file_delivered,
                                       .status = status};

/* ---- folding ---- */

static enum rc fold(struct step_fold *step_fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REPLIED:
        count(step_fold, event->replied->way == PAIDAN__WECHAT_WAY__WECHAT_UNTOLD
                             ? WECHAT_TALLY_UNTOLD
                             : WECHAT_TALLY_REPLIED);
        return wechat_way_fold(step_fold, seq, event);
    case PAIDAN__EVENT__FACT_WECHAT_TURNED:
        return wechat_talk_fold_turned(step_fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_OWNED:
        if (!event->wechat_owned
                 ->has_split_of) { /* the office split it off: nobody filed it here */
            count(step_fold, WECHAT_TALLY_FILED);
        }
        return wechat_file_fold_owned(step_fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_CONSENTED:
        return wechat_talk_fold_consented(step_fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_MOVED:
        return wechat_follow_fold_moved(step_fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_TOLD:
        return wechat_follow_fold_told(step_fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_ASKED:
        if (event->wechat_asked->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_ANSWERED) {
            count(step_fold, WECHAT_TALLY_CALLBACKS);
        }
        return wechat_ask_fold(step_fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_GIVEN:
        return wechat_talk_fold_given(step_fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_HANDED_OVER:
        count(step_fold, WECHAT_TALLY_HANDED_OVER);
        return wechat_phone_fold(step_fold, seq, event);
    case PAIDAN__EVENT__FACT_PHONE_SHOWN:
    case PAIDAN__EVENT__FACT_PHONE_TRIED:
        return wechat_phone_fold(step_fold, seq, event);
    case PAIDAN__EVENT__FACT_WECHAT_RESULT:
        if (!event->wechat_result->sent->has_taken || !event->wechat_result->sent->taken) {
            count(step_fold, WECHAT_TALLY_REFUSED);
        }
        return wechat_file_fold_result(step_fold, event);
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* ---- wishes ---- */

static enum rc due(struct step *step, const struct due *row)
{
    return row->kind == WECHAT_DUE_TELL ? wechat_follow_due(step, row) : wechat_talk_due(step, row);
}

/* A person's tickets with their codes: the door has proven who asks. It changes nothing and is no fact: what
 * a resident sees of his own is nobody's business. */
static enum rc mine(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    const Paidan__WechatMine *const wish = request->wechat_mine;
    struct wechat_ticket *const rows = arena_alloc(view->arena, WECHAT_MINE_MAX * sizeof *rows);
    Paidan__WechatTicket **list =
        arena_alloc(view->arena, WECHAT_MINE_MAX * sizeof(Paidan__WechatTicket *));
    Paidan__WechatMineShown *const shown = arena_alloc(view->arena, sizeof *shown);
    uint64_t tickets[WECHAT_MINE_MAX];
    size_t count = 0;
    if (rows == NULL || list == NULL || shown == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = wechat_state_mine(view->txn, wechat_state_key(wish->account, wish->person),
                                         0, tickets, rows, WECHAT_MINE_MAX, &count);
    CHECK(count <= WECHAT_MINE_MAX);
    for (size_t index = 0; index < count && rc == RC_OK; index++) {
        const struct wechat_ticket *const row = &rows[index];
        list[index] = arena_alloc(view->arena, sizeof *list[index]);
        if (list[index] == NULL) {
            return RC_LIMIT;
        }
        *list[index] = (Paidan__WechatTicket)PAIDAN__WECHAT_TICKET__INIT;
        list[index]->ticket = tickets[index];
        list[index]->state = (Paidan__State)row->state;
        list[index]->has_outcome = row->outcome != 0;
        list[index]->outcome =
            row->outcome != 0 ? (Paidan__Outcome)row->outcome : PAIDAN__OUTCOME__OUTCOME_SOLVED;
        list[index]->registered_ms = row->registered_ms;
        list[index]->changed_ms = row->changed_ms;
        list[index]->query_code = row->code[0] != '\0' ? (char *)row->code : NULL;
        list[index]->number = number_text(view->arena, tickets[index]);
    }
    *shown = (Paidan__WechatMineShown)PAIDAN__WECHAT_MINE_SHOWN__INIT;
    shown->tickets = list;
    shown->n_tickets = count;
    answer->body_case = PAIDAN__ANSWER__BODY_WECHAT_MINE_SHOWN;
    answer->wechat_mine_shown = shown;
    return rc;
}

static const struct channel_core_wish wishes[] = {
    {.wish = PAIDAN__REQUEST__WISH_WECHAT_HEAR, .in_channel = true, .apply = wechat_talk_hear},
    {.wish = PAIDAN__REQUEST__WISH_WECHAT_AWAIT, .in_channel = true, .apply = wechat_talk_await},
    {.wish = PAIDAN__REQUEST__WISH_WECHAT_ASK, .in_channel = true, .apply = wechat_ask_take},
    {.wish = PAIDAN__REQUEST__WISH_WECHAT_MINE, .query = mine},
    {.wish = PAIDAN__REQUEST__WISH_PHONE_LIST, .query = wechat_phone_list},
    {.wish = PAIDAN__REQUEST__WISH_PHONE_TAKE, .in_channel = true, .apply = wechat_phone_take},
    {.wish = PAIDAN__REQUEST__WISH_PHONE_DONE, .in_channel = true, .apply = wechat_phone_done},
    {.wish = PAIDAN__REQUEST__WISH__NOT_SET},
};
static const struct channel_core core = {.channel = &wechat_channel,
                                         .wishes = wishes,
                                         .record = wechat_follow_record,
                                         .due = due,
                                         .fold = fold};
CHANNEL_CORE_FUNCTIONS(core)

static const char *const follows[] = {"intake", "escalation", NULL};
static const char *const followed_by[] = {NULL};
static const char *const tables[] = {
    "talk",  "ticket", "mine", "asked", "reply", "quota", CHANNEL_TABLE_NAMES, OUTBOX_TABLE_NAMES,
    "phone", NULL};
#define TALLY_NAME(number, id, name, zh) [WECHAT_TALLY_OWN + (number)] = (name),
static const char *const tallies[WECHAT_TALLIES + 1] = {CHANNEL_TALLY_NAMES, OUTBOX_TALLY_NAMES,
                                                        COUNTERS_WECHAT(TALLY_NAME)};

const struct step_service wechat_service = {
    .name = "wechat",
    .follows = follows,
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = wechat_follow_hears,
    .needs = wechat_follow_needs,
    .changes = changes,
    .knows = knows,
};
