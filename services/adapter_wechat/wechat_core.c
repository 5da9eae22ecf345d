/* wechat_core: the service as the step engine sees it: which input, which wish and which fact belongs to
 * which part. Owns the service's name, tables and counters; judges nothing itself. Folding reads the
 * event and the tables alone. */

#include <string.h>

#include "common/base/check.h"
#include "common/say/counter.h"
#include "common/say/number.h"
#include "wechat.h"
#include "wechat_ask.h"
#include "wechat_file.h"
#include "wechat_follow.h"
#include "wechat_outbox.h"
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

static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    if (channel_owns(event->fact_case)) {
        return channel_evolve(fold, &wechat_channel, seq, event);
    }
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REPLIED:
        count(fold, WECHAT_TALLY_REPLIED);
        return wechat_way_fold(fold, seq, event);
    case PAIDAN__EVENT__FACT_WECHAT_TURNED:
        return wechat_talk_fold_turned(fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_OWNED:
        count(fold, WECHAT_TALLY_FILED);
        return wechat_file_fold_owned(fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_CONSENTED:
        return wechat_talk_fold_consented(fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_MOVED:
        return wechat_follow_fold_moved(fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_TOLD:
        return wechat_follow_fold_told(fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_ASKED:
        if (event->wechat_asked->state == PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_ANSWERED) {
            count(fold, WECHAT_TALLY_CALLBACKS);
        }
        return wechat_ask_fold(fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_GIVEN:
        return wechat_talk_fold_given(fold, event);
    case PAIDAN__EVENT__FACT_WECHAT_HANDED_OVER:
        count(fold, WECHAT_TALLY_HANDED_OVER);
        return RC_OK;
    case PAIDAN__EVENT__FACT_WECHAT_RESULT:
        if (!event->wechat_result->sent->has_taken || !event->wechat_result->sent->taken) {
            count(fold, WECHAT_TALLY_REFUSED);
        }
        return wechat_file_fold_result(fold, event);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* ---- wishes ---- */

static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_WECHAT_HEAR ||
           request->wish_case == PAIDAN__REQUEST__WISH_WECHAT_AWAIT ||
           request->wish_case == PAIDAN__REQUEST__WISH_WECHAT_ASK || channel_changes(request);
}

static bool knows(const Paidan__Request *request)
{
    return changes(request) || request->wish_case == PAIDAN__REQUEST__WISH_WECHAT_MINE ||
           channel_knows(request);
}

static enum rc apply_due(struct step *step, const struct due *due)
{
    switch (due->kind) {
    case WECHAT_DUE_OUTBOX:
        return channel_due(step, &wechat_channel, due);
    case WECHAT_DUE_TELL:
        return wechat_follow_due(step, due);
    default:
        return wechat_talk_due(step, due);
    }
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return apply_due(step, &input->due);
    case STEP_RECORD:
        return wechat_follow_record(step, input);
    case STEP_COMMAND:
        break;
    }
    const Paidan__Request *const request = input->request;
    if (channel_changes(request)) {
        return channel_apply(step, &wechat_channel, request);
    }
    if (step->site->wechat == NULL) {
        return step_refuse(step, PAIDAN__CODE__CHANNEL_UNKNOWN, NULL);
    }
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_WECHAT_HEAR:
        return wechat_talk_hear(step, request);
    case PAIDAN__REQUEST__WISH_WECHAT_AWAIT:
        return wechat_talk_await(step, input);
    default:
        CHECK(request->wish_case == PAIDAN__REQUEST__WISH_WECHAT_ASK);
        return wechat_ask_take(step, request);
    }
}

/* A person's tickets with their codes: the door has proven who asks. */
static enum rc mine(struct step_view *view, const Paidan__WechatMine *wish, Paidan__Answer *answer)
{
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

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(!changes(request));
    if (request->wish_case == PAIDAN__REQUEST__WISH_WECHAT_MINE) {
        return mine(view, request->wechat_mine, answer);
    }
    return channel_query(view, &wechat_channel, request, answer);
}

static const char *const follows[] = {"escalation", NULL};
static const char *const followed_by[] = {NULL};
static const char *const tables[] = {
    "talk", "ticket", "mine", "asked", "reply", "quota", CHANNEL_TABLE_NAMES, OUTBOX_TABLE_NAMES,
    NULL};
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
    .changes = changes,
    .knows = knows,
};
