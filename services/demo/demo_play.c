/* demo_play: everybody who lives in the demo. */
#include "demo_play.h"

#include <stdio.h>
#include <string.h>

#include "common/check.h"

/* Real milliseconds without an answer, then something else is done first. */
#define ASK_MS 500u
#define REPEAT_MS 300u
#define PULL_TICKETS 50u
#define DESK_ITEMS 200u
#define ASK_TASKS 200u
#define DESK_LOOK_MS (6u * DEMO_MINUTE_MS)
#define ASK_LOOK_MS (8u * DEMO_MINUTE_MS)
/* A matter of this urgency or more is handled in a quarter of the usual time. */
#define URGENT_DIVISOR 4u
/* Of a hundred residents so many do not answer the first call. */
#define SECOND_CALL_PERCENT 12u

/* ---- choices ----------------------------------------------------------------------------------
 */

/* SplitMix64: spreads what is known about a choice over 64 bits. */
static uint64_t seed_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * 0x9e3779b97f4a7c15ull + b + 0x632be59bd9b4e019ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

static uint64_t span_choose(uint64_t min_ms, uint64_t max_ms, uint64_t seed)
{
    CHECK(min_ms <= max_ms);
    return min_ms + seed % (max_ms - min_ms + 1);
}

/* The same on every run: from the row, or the id of a ticket that is not of the script. */
static uint64_t ticket_seed(const struct demo_ticket *ticket, uint64_t salt)
{
    const uint64_t name = ticket->row == DEMO_NO_ROW ? ticket->id : ticket->row;
    const uint64_t life = ((uint64_t)ticket->level << 8) | ticket->reopened;
    return seed_mix(seed_mix(name, life), salt);
}

enum {
    SALT_ACCEPT = 1,
    SALT_FATE,
    SALT_CONTACT,
    SALT_HANDLE,
    SALT_NOTE,
    SALT_DESK,
    SALT_CALL,
    SALT_REPLY,
    SALT_LOOK
};

/* ---- asking -----------------------------------------------------------------------------------
 */

enum rc demo_play_ask(struct demo *demo, const char *service, Paidan__Request *request,
                      Paidan__Answer **answer)
{
    Paidan__Answer *got = NULL;
    const enum rc rc = client_call(demo->client, service, request, &demo->arena, ASK_MS, &got);
    if (rc == RC_OK) {
        *answer = got;
    }
    return rc;
}

/* Asks for an item: always with the item's own request id. */
static enum rc item_ask(struct demo *demo, struct demo_item *item, const char *service,
                        Paidan__Request *request, Paidan__Answer **answer)
{
    if (!item->asked) {
        client_request_id(item->request_id);
        item->asked = true;
    }
    request->has_request_id = 1;
    request->request_id =
        (ProtobufCBinaryData){.len = sizeof item->request_id, .data = item->request_id};
    return demo_play_ask(demo, service, request, answer);
}

/* Requests want strings they might change; they do not. */
static char *lend(const char *text)
{
    const union {
        const char *from;
        char *to;
    } same = {.from = text};
    return same.to;
}

static const char *actor_make(struct demo *demo, const char *role, const char *name)
{
    const char *actor = arena_printf(&demo->arena, "%s-%s", role, name);
    return actor == NULL ? "demo" : actor;
}

/* Looking around goes on for ever; everything else is counted, so that the end can be seen. */
static bool item_looks(enum demo_item_kind kind)
{
    return kind == DEMO_ITEM_LOOK || kind == DEMO_ITEM_DESK || kind == DEMO_ITEM_ASK;
}

static enum rc put(struct demo *demo, const struct demo_item *item)
{
    demo->pending += item_looks(item->kind) ? 0 : 1;
    return demo_agenda_put(&demo->agenda, item);
}

/* ---- residents --------------------------------------------------------------------------------
 */

static enum rc acts_plan(struct demo *demo, uint32_t row_index, uint64_t ticket, uint64_t now_ms)
{
    const struct demo_row *row = &demo->script.rows[row_index];
    enum rc rc = RC_OK;
    for (uint32_t index = 0; index < row->act_count && rc == RC_OK; index++) {
        const struct demo_item item = {.at_ms = now_ms + row->acts[index].after_ms,
                                       .kind = DEMO_ITEM_ACT,
                                       .row = row_index,
                                       .index = index,
                                       .ticket = ticket};
        rc = put(demo, &item);
    }
    return rc;
}

static enum rc submitted(struct demo *demo, uint32_t row, const Paidan__Answer *answer,
                         uint64_t now_ms)
{
    demo->unsubmitted--;
    const Paidan__SubmitResult *result =
        answer->submitted != NULL && answer->submitted->n_results == 1
            ? answer->submitted->results[0]
            : NULL;
    if (answer->code != PAIDAN__CODE__OK || result == NULL || result->code != PAIDAN__CODE__OK) {
        demo->done.refused++;
        return RC_OK;
    }
    if (result->has_duplicate && result->duplicate) {
        demo->done.duplicates++;
        return RC_OK;
    }
    demo->done.accepted++;
    struct demo_ticket *ticket = NULL;
    const enum rc rc = demo_facts_add(&demo->facts, result->ticket, &ticket);
    if (rc != RC_OK) {
        return rc;
    }
    ticket->row = row;
    return acts_plan(demo, row, result->ticket, now_ms);
}

static enum rc play_submit(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    const struct demo_row *row = &demo->script.rows[item->row];
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    Paidan__NewTicket *tickets[1] = {&ticket};
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    ticket.channel = lend(row->channel);
    ticket.external_id = arena_printf(&demo->arena, "%s-%s", demo->prefix, row->external_id);
    ticket.text = lend(row->text);
    ticket.place = lend(row->place);
    ticket.title = lend(row->title);
    ticket.phone = lend(row->phone);
    submit.n_tickets = 1;
    submit.tickets = tickets;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    request.actor = lend(actor_make(demo, "adapter", row->channel));
    const enum rc rc = item_ask(demo, item, "intake", &request, &answer);
    return rc == RC_OK ? submitted(demo, item->row, answer, now_ms) : rc;
}

static enum rc play_act(struct demo *demo, struct demo_item *item)
{
    const struct demo_row *row = &demo->script.rows[item->row];
    const struct demo_act *act = &row->acts[item->index];
    Paidan__Chase chase = PAIDAN__CHASE__INIT;
    Paidan__Withdraw withdraw = PAIDAN__WITHDRAW__INIT;
    Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    uint64_t *done = NULL;
    request.actor = lend(actor_make(demo, "adapter", row->channel));
    switch (act->kind) {
    case DEMO_CHASE:
        chase.ticket = item->ticket;
        chase.note = lend(demo_script_note(&demo->script, DEMO_NOTE_CHASE, NULL, item->row));
        request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
        request.chase = &chase;
        done = &demo->done.chases;
        break;
    case DEMO_WITHDRAW:
        withdraw.ticket = item->ticket;
        request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
        request.withdraw = &withdraw;
        done = &demo->done.withdrawals;
        break;
    case DEMO_SUPPLEMENT:
        supplement.ticket = item->ticket;
        supplement.text = lend(act->text);
        request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
        request.supplement = &supplement;
        done = &demo->done.supplements;
        break;
    }
    const enum rc rc = item_ask(demo, item, "intake", &request, &answer);
    if (rc == RC_OK && answer->code == PAIDAN__CODE__OK) {
        (*done)++;
    } else if (rc == RC_OK) {
        demo->done.late++;
    }
    return rc;
}

/* The resident's answer: as the script says, else mostly content. */
static struct demo_reply reply_choose(const struct demo *demo, const struct demo_ticket *ticket,
                                      uint32_t round)
{
    static const struct {
        uint64_t below;
        struct demo_reply reply;
    } usual[] = {
        {80, {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES}},
        {91, {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_FAIR}},
        {96, {PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_FAIR}},
        {99, {PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_NO}},
        {100, {PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_NO}},
    };
    const struct demo_row *row = &demo->script.rows[ticket->row];
    if (round >= 1 && round <= row->reply_count) {
        return row->replies[round - 1];
    }
    const uint64_t chance = ticket_seed(ticket, SALT_REPLY) % 100;
    size_t index = 0;
    while (chance >= usual[index].below) {
        index++;
    }
    return usual[index].reply;
}

static enum rc play_reply(struct demo *demo, struct demo_item *item)
{
    const struct demo_ticket *ticket = demo_facts_find(&demo->facts, item->ticket);
    CHECK(ticket != NULL);
    const struct demo_reply chosen = reply_choose(demo, ticket, item->round);
    const struct demo_row *row = &demo->script.rows[ticket->row];
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT;
    Paidan__CallbackReply *replies[1] = {&reply};
    Paidan__CallbackAnswer said = PAIDAN__CALLBACK_ANSWER__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    reply.ticket = item->ticket;
    reply.has_round = 1;
    reply.round = item->round;
    reply.solved = chosen.solved;
    reply.satisfied = chosen.satisfied;
    if (chosen.solved == PAIDAN__SOLVED__SOLVED_NO) {
        reply.note = lend(demo_script_note(&demo->script, DEMO_NOTE_UNSOLVED, ticket->category,
                                           ticket_seed(ticket, SALT_NOTE)));
    }
    said.n_replies = 1;
    said.replies = replies;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &said;
    request.actor = lend(actor_make(demo, "adapter", row->channel));
    const enum rc rc = item_ask(demo, item, "callback", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const bool ok = answer->code == PAIDAN__CODE__OK && answer->callback_answered != NULL &&
                    answer->callback_answered->n_results == 1 &&
                    answer->callback_answered->results[0]->code == PAIDAN__CODE__OK;
    demo->done.answers += ok ? 1 : 0;
    demo->done.late += ok ? 0 : 1;
    return RC_OK;
}

/* A channel asks its resident: who answers at this attempt does so after a while. Tickets of other
 * people are left to them: whoever submitted one by hand may answer it by hand. */
static enum rc task_take(struct demo *demo, const Paidan__CallbackTask *task, uint64_t now_ms)
{
    struct demo_ticket *ticket = demo_facts_find(&demo->facts, task->ticket);
    if (ticket == NULL || ticket->row == DEMO_NO_ROW || demo->script.rows[ticket->row].silent) {
        return RC_OK;
    }
    const uint64_t seed = seed_mix(ticket->row * 16ull + task->round, SALT_CALL);
    const uint32_t attempt = seed % 100 < SECOND_CALL_PERCENT ? 2 : 1;
    if (task->attempt < attempt ||
        (ticket->planned_round == task->round && ticket->planned_attempt == task->attempt)) {
        return RC_OK;
    }
    ticket->planned_round = task->round;
    ticket->planned_attempt = task->attempt;
    uint64_t at_ms = now_ms + span_choose(3 * DEMO_MINUTE_MS, 35 * DEMO_MINUTE_MS, seed >> 8);
    if (at_ms >= task->due_ms) {
        at_ms = now_ms;
    }
    const struct demo_item item = {
        .at_ms = at_ms, .kind = DEMO_ITEM_REPLY, .ticket = task->ticket, .round = task->round};
    return put(demo, &item);
}

static enum rc play_ask(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    const char *channel = demo->site->channels[item->index].code;
    Paidan__CallbackPull pull = PAIDAN__CALLBACK_PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    pull.channel = lend(channel);
    pull.has_max = 1;
    pull.max = ASK_TASKS;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request.callback_pull = &pull;
    request.actor = lend(actor_make(demo, "adapter", channel));
    enum rc rc = item_ask(demo, item, "callback", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__CallbackPulled *pulled = answer->callback_pulled;
    for (size_t index = 0; pulled != NULL && index < pulled->n_tasks && rc == RC_OK; index++) {
        rc = task_take(demo, pulled->tasks[index], now_ms);
    }
    const struct demo_item next = {
        .at_ms = now_ms + ASK_LOOK_MS, .kind = DEMO_ITEM_ASK, .index = item->index};
    return rc == RC_OK ? put(demo, &next) : rc;
}

/* ---- clerks -----------------------------------------------------------------------------------
 */

/* at_ms itself when the unit works then, else when it begins. */
static uint64_t unit_hours(const struct demo *demo, const struct demo_unit *unit, uint64_t at_ms)
{
    const uint64_t since = at_ms >= demo->day_ms ? at_ms - demo->day_ms : 0;
    const uint64_t midnight = demo->day_ms + since / DEMO_DAY_MS * DEMO_DAY_MS;
    const uint64_t of_day = at_ms > midnight ? at_ms - midnight : 0;
    if (unit->from_ms < unit->until_ms) {
        if (of_day < unit->from_ms) {
            return midnight + unit->from_ms;
        }
        return of_day < unit->until_ms ? at_ms : midnight + DEMO_DAY_MS + unit->from_ms;
    }
    return of_day >= unit->until_ms && of_day < unit->from_ms ? midnight + unit->from_ms : at_ms;
}

static enum rc look_plan(struct demo *demo, uint32_t index, uint64_t from_ms)
{
    const struct demo_unit *unit = &demo->script.units[index];
    if (unit->pull_ms == 0) {
        return RC_OK;
    }
    /* Not all at the same minute. */
    const uint64_t seed = seed_mix(from_ms / DEMO_MINUTE_MS, seed_mix(index, SALT_LOOK));
    const uint64_t wait_ms = span_choose(unit->pull_ms * 2 / 3, unit->pull_ms * 4 / 3, seed);
    const struct demo_item item = {
        .at_ms = unit_hours(demo, unit, from_ms + wait_ms), .kind = DEMO_ITEM_LOOK, .index = index};
    return put(demo, &item);
}

static enum rc work_plan(struct demo *demo, const struct demo_item *from, Paidan__Action action,
                         uint64_t at_ms)
{
    struct demo_item item = *from;
    item.kind = DEMO_ITEM_WORK;
    item.action = action;
    item.at_ms = at_ms;
    item.asked = false;
    return put(demo, &item);
}

static enum rc play_look(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    const struct demo_unit *unit = &demo->script.units[item->index];
    Paidan__Pull pull = PAIDAN__PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    pull.unit = lend(unit->code);
    pull.has_max = 1;
    pull.max = PULL_TICKETS;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &pull;
    request.actor = lend(actor_make(demo, "clerk", unit->code));
    enum rc rc = item_ask(demo, item, "escalation", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__Pulled *pulled = answer->pulled;
    for (size_t index = 0; pulled != NULL && index < pulled->n_tickets && rc == RC_OK; index++) {
        const Paidan__Brief *brief = pulled->tickets[index];
        const bool urgent = brief->has_urgency && brief->urgency != PAIDAN__URGENCY__URGENCY_NORMAL;
        const uint64_t seed = seed_mix(brief->ticket, SALT_ACCEPT);
        const struct demo_item work = {
            .index = item->index, .ticket = brief->ticket, .round = urgent ? 1 : 0};
        rc = work_plan(demo, &work, PAIDAN__ACTION__ACTION_ACCEPT,
                       now_ms + span_choose(DEMO_MINUTE_MS, 4 * DEMO_MINUTE_MS, seed));
    }
    return rc == RC_OK ? look_plan(demo, item->index, now_ms) : rc;
}

/* What the clerk does after `item` went well. round is 1 for urgent matters. */
static enum rc work_next(struct demo *demo, const struct demo_item *item,
                         const struct demo_ticket *ticket, uint64_t now_ms)
{
    const struct demo_unit *unit = &demo->script.units[item->index];
    const uint64_t divisor = item->round == 1 ? URGENT_DIVISOR : 1;
    const uint64_t fate = ticket_seed(ticket, SALT_FATE);
    const uint64_t handle_ms =
        span_choose(unit->handle.min_ms, unit->handle.max_ms, ticket_seed(ticket, SALT_HANDLE)) /
        divisor;
    const uint64_t soon_ms = now_ms + span_choose(15, 45, fate >> 16) * DEMO_MINUTE_MS / divisor;
    struct demo_item next = *item;
    switch (item->action) {
    case PAIDAN__ACTION__ACTION_ACCEPT:
        next.accepted_ms = now_ms;
        if (fate % 100 < unit->return_percent && ticket->returned == 0 && ticket->reopened == 0) {
            return work_plan(demo, &next, PAIDAN__ACTION__ACTION_RETURN, soon_ms);
        }
        return work_plan(demo, &next, PAIDAN__ACTION__ACTION_CONTACT,
                         now_ms + span_choose(unit->contact.min_ms, unit->contact.max_ms,
                                              ticket_seed(ticket, SALT_CONTACT)) /
                                      divisor);
    case PAIDAN__ACTION__ACTION_CONTACT:
        if (fate % 100 >= unit->return_percent &&
            fate % 100 < unit->return_percent + unit->raise_percent &&
            ticket->level < demo->site->level_count) {
            return work_plan(demo, &next, PAIDAN__ACTION__ACTION_RAISE, soon_ms);
        }
        if (handle_ms > 3 * 60 * DEMO_MINUTE_MS) {
            return work_plan(demo, &next, PAIDAN__ACTION__ACTION_PROGRESS,
                             item->accepted_ms + handle_ms / 2);
        }
        return work_plan(demo, &next, PAIDAN__ACTION__ACTION_RESOLVE,
                         item->accepted_ms + handle_ms);
    case PAIDAN__ACTION__ACTION_PROGRESS:
        return work_plan(demo, &next, PAIDAN__ACTION__ACTION_RESOLVE,
                         item->accepted_ms + handle_ms);
    default:
        return RC_OK;
    }
}

static const char *work_note(const struct demo *demo, const struct demo_ticket *ticket,
                             Paidan__Action action)
{
    static const enum demo_note_kind kinds[] = {
        [PAIDAN__ACTION__ACTION_CONTACT] = DEMO_NOTE_CONTACT,
        [PAIDAN__ACTION__ACTION_PROGRESS] = DEMO_NOTE_PROGRESS,
        [PAIDAN__ACTION__ACTION_RESOLVE] = DEMO_NOTE_RESOLVE,
        [PAIDAN__ACTION__ACTION_RETURN] = DEMO_NOTE_RETURN,
        [PAIDAN__ACTION__ACTION_RAISE] = DEMO_NOTE_RAISE,
    };
    if (action == PAIDAN__ACTION__ACTION_ACCEPT) {
        return NULL;
    }
    return demo_script_note(&demo->script, kinds[action], ticket->category,
                            ticket_seed(ticket, SALT_NOTE));
}

static enum rc play_work(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    const char *unit = demo->script.units[item->index].code;
    struct demo_ticket *ticket = NULL;
    enum rc rc = demo_facts_add(&demo->facts, item->ticket, &ticket);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__WorkItem one = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&one};
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    one.ticket = item->ticket;
    one.note = lend(work_note(demo, ticket, item->action));
    work.unit = lend(unit);
    work.action = item->action;
    work.n_items = 1;
    work.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    request.actor = lend(actor_make(demo, "clerk", unit));
    rc = item_ask(demo, item, "escalation", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const bool ok = answer->code == PAIDAN__CODE__OK && answer->worked != NULL &&
                    answer->worked->n_results == 1 &&
                    answer->worked->results[0]->code == PAIDAN__CODE__OK;
    if (!ok) {
        demo->done.late++; /* it climbed or was withdrawn meanwhile: not theirs any more */
        return RC_OK;
    }
    return work_next(demo, item, ticket, now_ms);
}

/* ---- the dispatcher ---------------------------------------------------------------------------
 */

static enum rc desk_list(struct demo *demo, uint64_t after, uint32_t limit,
                         const Paidan__DeskListed **listed)
{
    Paidan__DeskList list = PAIDAN__DESK_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    list.has_after = 1;
    list.after = after;
    list.has_limit = 1;
    list.limit = limit;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &list;
    request.actor = lend("desk-1");
    const enum rc rc = demo_play_ask(demo, "triage", &request, &answer);
    if (rc == RC_OK) {
        *listed = answer->desk_listed;
    }
    return rc;
}

static enum rc play_desk(struct demo *demo, uint64_t now_ms)
{
    const Paidan__DeskListed *listed = NULL;
    enum rc rc = desk_list(demo, 0, DESK_ITEMS, &listed);
    for (size_t index = 0; rc == RC_OK && listed != NULL && index < listed->n_items; index++) {
        const Paidan__DeskItem *at_desk = listed->items[index];
        struct demo_ticket *ticket = NULL;
        rc = demo_facts_add(&demo->facts, at_desk->ticket, &ticket);
        if (rc != RC_OK || ticket->planned_desk_ms == at_desk->since_ms) {
            continue;
        }
        ticket->planned_desk_ms = at_desk->since_ms;
        const uint64_t wait_ms =
            span_choose(4 * DEMO_MINUTE_MS, 18 * DEMO_MINUTE_MS, ticket_seed(ticket, SALT_DESK));
        const struct demo_item item = {
            .at_ms = now_ms + wait_ms, .kind = DEMO_ITEM_DISPATCH, .ticket = at_desk->ticket};
        rc = put(demo, &item);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const struct demo_item next = {.at_ms = now_ms + DESK_LOOK_MS, .kind = DEMO_ITEM_DESK};
    return put(demo, &next);
}

/* First proposal the site knows, else `otherwise`. */
static uint32_t proposal_choose(const struct site *site, char *const *codes, size_t count,
                                uint32_t (*find)(const struct site *, const char *),
                                uint32_t otherwise)
{
    const uint32_t found = count == 0 ? SITE_NONE : find(site, codes[0]);
    return found == SITE_NONE ? otherwise : found;
}

/* An area on the highest level: where a matter without a place belongs. */
static uint32_t area_root(const struct site *site)
{
    uint32_t root = 0;
    for (uint32_t index = 0; index < site->area_count; index++) {
        if (site->areas[index].level > site->areas[root].level) {
            root = index;
        }
    }
    return root;
}

struct ruling {
    const char *category, *area, *unit, *note;
};

/* A new ticket: as the dispatcher who reads it understands it (the script), else by proposal. */
static void dispatch_decide(const struct demo *demo, const Paidan__DeskItem *at_desk,
                            const struct demo_ticket *ticket, struct ruling *ruling)
{
    const struct site *site = demo->site;
    const struct demo_row *row =
        ticket->row == DEMO_NO_ROW ? NULL : &demo->script.rows[ticket->row];
    uint32_t category = proposal_choose(site, at_desk->categories, at_desk->n_categories,
                                        site_category_find, site->category_count - 1);
    uint32_t area =
        proposal_choose(site, at_desk->areas, at_desk->n_areas, site_area_find, area_root(site));
    if (row != NULL && row->category != NULL) {
        category = site_category_find(site, row->category);
    }
    if (row != NULL && row->area != NULL) {
        area = site_area_find(site, row->area);
    }
    CHECK(category != SITE_NONE);
    CHECK(area != SITE_NONE);
    uint32_t level = site->categories[category].start_level;
    if (level == 0) {
        level = site_level_owned(site, category, area, site->areas[area].level);
    }
    struct site_owner owner;
    site_owner(site, category, area, level, &owner);
    *ruling = (struct ruling){.category = site->categories[category].code,
                              .area = site->areas[area].code,
                              .unit = site->units[owner.lead].code};
}

/* A return: half of them go back with a reminder of the rules, half to the level above. */
static void return_decide(const struct demo *demo, const Paidan__DeskItem *at_desk,
                          const struct demo_ticket *ticket, struct ruling *ruling)
{
    const struct site *site = demo->site;
    const uint64_t seed = ticket_seed(ticket, SALT_DESK);
    const uint32_t unit = site_unit_find(site, ticket->unit);
    *ruling = (struct ruling){
        .unit = at_desk->unit != NULL ? at_desk->unit : ticket->unit,
        .note = demo_script_note(&demo->script, DEMO_NOTE_RULE, ticket->category, seed)};
    const uint32_t category = site_category_find(site, ticket->category);
    if ((seed >> 20) % 2 == 0 || unit == SITE_NONE || category == SITE_NONE ||
        site->units[unit].level >= site->level_count || site->units[unit].area == SITE_NONE) {
        return;
    }
    const uint32_t level = site->units[unit].level + 1;
    const uint32_t area = site_area_at(site, site->units[unit].area, level);
    if (area != SITE_NONE) {
        struct site_owner owner;
        site_owner(site, category, area, level, &owner);
        ruling->unit = site->units[owner.lead].code;
    }
}

static enum rc play_dispatch(struct demo *demo, struct demo_item *item)
{
    const Paidan__DeskListed *listed = NULL;
    enum rc rc = desk_list(demo, item->ticket - 1, 1, &listed);
    if (rc != RC_OK) {
        return rc;
    }
    struct demo_ticket *ticket = demo_facts_find(&demo->facts, item->ticket);
    CHECK(ticket != NULL);
    if (!item->asked &&
        (listed == NULL || listed->n_items == 0 || listed->items[0]->ticket != item->ticket)) {
        demo->done.late++; /* withdrawn or raised while it lay there */
        return RC_OK;
    }
    if (listed == NULL || listed->n_items == 0 || listed->items[0]->ticket != item->ticket) {
        return RC_OK; /* decided; only the answer was lost */
    }
    const Paidan__DeskItem *at_desk = listed->items[0];
    struct ruling ruling;
    if ((at_desk->reasons & 1u << PAIDAN__DESK_REASON__DESK_RETURNED) != 0) {
        return_decide(demo, at_desk, ticket, &ruling);
    } else {
        dispatch_decide(demo, at_desk, ticket, &ruling);
    }
    Paidan__DeskDispatch dispatch = PAIDAN__DESK_DISPATCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    dispatch.ticket = item->ticket;
    dispatch.category = lend(ruling.category);
    dispatch.area = lend(ruling.area);
    dispatch.unit = lend(ruling.unit);
    dispatch.note = lend(ruling.note);
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &dispatch;
    request.actor = lend("desk-1");
    rc = item_ask(demo, item, "triage", &request, &answer);
    if (rc == RC_OK && answer->code != PAIDAN__CODE__OK) {
        demo->done.late++;
    }
    return rc;
}

/* ---- the day ----------------------------------------------------------------------------------
 */

enum rc demo_play_plan(struct demo *demo)
{
    const uint64_t now_ms = clock_now_ms(&demo->clock);
    enum rc rc = RC_OK;
    demo->done.scripted = demo->script.row_count;
    demo->unsubmitted = demo->script.row_count;
    for (uint32_t row = 0; row < demo->script.row_count && rc == RC_OK; row++) {
        const struct demo_item item = {.at_ms = demo->day_ms + demo->script.rows[row].at_ms,
                                       .kind = DEMO_ITEM_SUBMIT,
                                       .row = row};
        rc = put(demo, &item);
    }
    for (uint32_t unit = 0; unit < demo->script.unit_count && rc == RC_OK; unit++) {
        rc = look_plan(demo, unit, now_ms);
    }
    for (uint32_t channel = 0; channel < demo->site->channel_count && rc == RC_OK; channel++) {
        const struct demo_item item = {
            .at_ms = now_ms + ASK_LOOK_MS, .kind = DEMO_ITEM_ASK, .index = channel};
        rc = put(demo, &item);
    }
    const struct demo_item desk = {.at_ms = now_ms + DESK_LOOK_MS, .kind = DEMO_ITEM_DESK};
    return rc == RC_OK ? put(demo, &desk) : rc;
}

static enum rc item_play(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    switch (item->kind) {
    case DEMO_ITEM_SUBMIT:
        return play_submit(demo, item, now_ms);
    case DEMO_ITEM_ACT:
        return play_act(demo, item);
    case DEMO_ITEM_LOOK:
        return play_look(demo, item, now_ms);
    case DEMO_ITEM_WORK:
        return play_work(demo, item, now_ms);
    case DEMO_ITEM_DESK:
        return play_desk(demo, now_ms);
    case DEMO_ITEM_DISPATCH:
        return play_dispatch(demo, item);
    case DEMO_ITEM_ASK:
        return play_ask(demo, item, now_ms);
    case DEMO_ITEM_REPLY:
        return play_reply(demo, item);
    }
    return RC_INVALID;
}

enum rc demo_play_due(struct demo *demo, uint64_t budget_ms)
{
    const uint64_t until_us = clock_monotonic_us() + budget_ms * 1000u;
    const struct demo_item *first = demo_agenda_first(&demo->agenda);
    while (first != NULL && clock_monotonic_us() < until_us) {
        const uint64_t now_ms = clock_now_ms(&demo->clock);
        if (first->at_ms > now_ms) {
            return RC_OK;
        }
        struct demo_item item;
        demo_agenda_take(&demo->agenda, &item);
        demo->pending -= item_looks(item.kind) ? 0 : 1;
        arena_reset(&demo->arena);
        enum rc rc = item_play(demo, &item, now_ms);
        if (rc == RC_TIMEOUT) {
            item.at_ms = now_ms + (ASK_MS + REPEAT_MS) * demo->clock.rate;
            rc = put(demo, &item);
        }
        if (rc != RC_OK) {
            return rc;
        }
        first = demo_agenda_first(&demo->agenda);
    }
    return RC_OK;
}

bool demo_play_rests(const struct demo *demo)
{
    if (demo->unsubmitted > 0 || demo->pending > 0) {
        return false;
    }
    for (uint32_t index = 0; index < demo->facts.count; index++) {
        const struct demo_ticket *ticket = &demo->facts.tickets[index];
        if (ticket->row == DEMO_NO_ROW || !demo_ticket_open(ticket)) {
            continue;
        }
        const struct demo_unit *unit = demo_script_unit(&demo->script, ticket->unit);
        if (!ticket->red || unit == NULL || unit->pull_ms != 0) {
            return false;
        }
    }
    return true;
}
