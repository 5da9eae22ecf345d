#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_parts.h"

static const char *const texts[] = {
    "楼下烧烤店每天营业到凌晨,油烟和噪音太大,根本睡不着",
    "小区垃圾桶三天没人清运,臭气熏天",
    "消防通道被私家车堵死了,救护车都进不来",
    "停水两天了,物业电话打不通",
    "路灯坏了半个月,老人晚上不敢出门",
    "电梯又困人了,上个月刚修过",
    "有人在绿化带里违法搭建,举报多次没人管",
    "工地拖欠工资三个月,老板失联",
    "流浪狗追着小孩咬,很危险",
    "暖气不热,家里只有十二度",
    "井盖破了,已经有人摔倒",
    "想咨询一下居住证怎么办理",
    "有问题",
};

static const struct site *site_of(const struct sim *sim)
{
    return world_site(sim->world);
}

static char *area_name(struct sim *sim)
{
    const struct site *site = site_of(sim);
    return site->areas[rng_below(&sim->rng, site->area_count)].name;
}

char *sim_some_unit(struct sim *sim)
{
    const struct site *site = site_of(sim);
    return site->units[rng_below(&sim->rng, site->unit_count)].code;
}

static char *channel_code(struct sim *sim)
{
    const struct site *site = site_of(sim);
    return site->channels[rng_below(&sim->rng, site->channel_count)].code;
}

uint64_t sim_some_ticket(struct sim *sim)
{
    if (sim->ticket_count == 0) {
        return 0;
    }
    /* Mostly young tickets: old ones are closed. */
    const uint64_t span = sim->ticket_count < 64 ? sim->ticket_count : 64;
    const uint64_t back = rng_percent(&sim->rng, 80) ? rng_below(&sim->rng, span)
                                                     : rng_below(&sim->rng, sim->ticket_count);
    return sim->tickets[sim->ticket_count - 1 - back].id;
}

/* 现场办: now and then a unit files what it has done already; sometimes without saying what. */
static void solve_on_the_spot(struct sim *sim, Paidan__NewTicket *ticket)
{
    ticket->spot_unit = sim_some_unit(sim);
    ticket->spot_note = rng_percent(&sim->rng, 90) ? "当场处理完毕" : NULL;
}

static void act_submit(struct sim *sim)
{
    Paidan__NewTicket tickets[4];
    Paidan__NewTicket *pointers[4];
    char external[4][32];
    const size_t count = 1 + rng_below(&sim->rng, 4);
    for (size_t i = 0; i < count; i++) {
        paidan__new_ticket__init(&tickets[i]);
        pointers[i] = &tickets[i];
        const uint64_t text = rng_below(&sim->rng, sizeof texts / sizeof texts[0]);
        tickets[i].channel = channel_code(sim);
        tickets[i].text = (char *)texts[text];
        tickets[i].place = rng_percent(&sim->rng, 85) ? area_name(sim) : NULL;
        if (rng_percent(&sim->rng, 5)) {
            solve_on_the_spot(sim, &tickets[i]);
        }
        uint64_t words = text;
        if (rng_percent(&sim->rng, 40)) {
            /* The text is fixed by the external id, so that a repeat is a duplicate, not a
             * conflict. */
            const uint32_t number = rng_percent(&sim->rng, 20) && sim->externals > 0
                                        ? (uint32_t)rng_below(&sim->rng, sim->externals)
                                        : sim->externals++;
            snprintf(external[i], sizeof external[i], "x-%u", number);
            tickets[i].external_id = external[i];
            tickets[i].channel = site_of(sim)->channels[number % site_of(sim)->channel_count].code;
            words = number % (sizeof texts / sizeof texts[0]);
            tickets[i].text = (char *)texts[words];
        }
        if (sim_points_play(sim)) {
            sim_name_resident(&tickets[i], words);
        }
    }
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    submit.n_tickets = count;
    submit.tickets = pointers;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "adapter";
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    (void)sim_request(sim, WORLD_INTAKE, &request);
}

static void act_resident(struct sim *sim)
{
    const uint64_t ticket = sim_some_ticket(sim);
    if (ticket == 0) {
        return;
    }
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Chase chase = PAIDAN__CHASE__INIT;
    Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Withdraw withdraw = PAIDAN__WITHDRAW__INIT;
    chase.ticket = supplement.ticket = withdraw.ticket = ticket;
    supplement.text = "补充一下,今天更严重了";
    request.actor = "resident";
    const uint64_t dice = rng_below(&sim->rng, 10);
    if (dice < 5) {
        request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
        request.chase = &chase;
    } else if (dice < 8) {
        request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
        request.supplement = &supplement;
    } else {
        request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
        request.withdraw = &withdraw;
    }
    (void)sim_request(sim, WORLD_INTAKE, &request);
}

/* Reads the log with its texts, now and then without a reason, a name or a beginning. */
static void act_auditor(struct sim *sim)
{
    Paidan__ReadLog wish = PAIDAN__READ_LOG__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.from_seq = rng_percent(&sim->rng, 95) ? 1 + rng_below(&sim->rng, 1000) : 0;
    wish.has_until_seq = rng_percent(&sim->rng, 50);
    wish.until_seq = wish.from_seq + rng_below(&sim->rng, 100);
    wish.reason = rng_percent(&sim->rng, 95) ? "审计" : " ";
    request.actor = rng_percent(&sim->rng, 95) ? "auditor" : NULL;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_LOG;
    request.read_log = &wish;
    (void)sim_request(sim, WORLD_INTAKE, &request);
}

static const Paidan__Answer *dispatch(struct sim *sim, uint64_t ticket, char *unit)
{
    const struct site *site = site_of(sim);
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    wish.ticket = ticket;
    wish.unit = unit;
    wish.category = site->categories[rng_below(&sim->rng, site->category_count)].code;
    wish.area = site->areas[rng_below(&sim->rng, site->area_count)].code;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "dispatcher";
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &wish;
    const Paidan__Answer *answer = sim_request(sim, WORLD_TRIAGE, &request);
    if (answer != NULL && answer->code == PAIDAN__CODE__SUMMARY_MISSING) { /* 保密 */
        wish.summary = "请核实处理";
        answer = sim_request(sim, WORLD_TRIAGE, &request);
    }
    return answer;
}

static size_t desk(struct sim *sim, uint64_t *tickets, size_t max)
{
    Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &wish;
    wish.has_limit = 1;
    wish.limit = (uint32_t)max;
    const Paidan__Answer *answer = sim_look(sim, WORLD_TRIAGE, &request);
    CHECK(answer != NULL);
    CHECK(answer->code == PAIDAN__CODE__OK);
    size_t count = 0;
    for (; count < max && count < answer->desk_listed->n_items; count++) {
        tickets[count] = answer->desk_listed->items[count]->ticket;
    }
    return count;
}

/* Taken back: mostly what was just dispatched, now and then whatever there is. */
static void recall(struct sim *sim, uint64_t ticket)
{
    Paidan__Recall wish = PAIDAN__RECALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.note = rng_percent(&sim->rng, 50) ? "选错了单位" : NULL;
    request.actor = "dispatcher";
    request.wish_case = PAIDAN__REQUEST__WISH_RECALL;
    request.recall = &wish;
    (void)sim_request(sim, WORLD_ESCALATION, &request);
}

/* Corrected: one thing or several, with a reason or without, also what may not be. */
static void correct(struct sim *sim, uint64_t ticket)
{
    const struct site *site = site_of(sim);
    Paidan__Correct wish = PAIDAN__CORRECT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    if (rng_percent(&sim->rng, 60)) {
        wish.category = site->categories[rng_below(&sim->rng, site->category_count)].code;
    }
    if (rng_percent(&sim->rng, 30)) {
        wish.area = site->areas[rng_below(&sim->rng, site->area_count)].code;
    }
    wish.unit = rng_percent(&sim->rng, 40) ? sim_some_unit(sim) : NULL;
    wish.note = rng_percent(&sim->rng, 80) ? "看错了" : NULL;
    wish.has_urgency = rng_percent(&sim->rng, 20);
    wish.urgency = rng_percent(&sim->rng, 50) ? PAIDAN__URGENCY__URGENCY_EMERGENCY
                                              : PAIDAN__URGENCY__URGENCY_NORMAL;
    request.actor = "dispatcher";
    request.wish_case = PAIDAN__REQUEST__WISH_CORRECT;
    request.correct = &wish;
    (void)sim_request(sim, WORLD_ESCALATION, &request);
}

/* A dispatcher works through what lies on the desk, now and then somebody else's item. */
static void act_dispatcher(struct sim *sim)
{
    uint64_t tickets[32];
    const size_t count = desk(sim, tickets, 32);
    const uint64_t items = 1 + rng_below(&sim->rng, 4);
    for (uint64_t i = 0; i < items && i < count; i++) {
        const size_t at = rng_percent(&sim->rng, 80) ? i : rng_below(&sim->rng, count);
        (void)dispatch(sim, tickets[at], sim_some_unit(sim));
        if (rng_percent(&sim->rng, 12)) {
            recall(sim, tickets[at]);
        }
    }
    const uint64_t any = rng_percent(&sim->rng, 25) ? sim_some_ticket(sim) : 0;
    if (any != 0) {
        recall(sim, any);
    }
    /* Not in every seed: runs that once found something stay what they were. */
    const bool corrects = sim->options->seed % 5 == 0 || sim_merge_plays(sim);
    const uint64_t wrong = corrects && rng_percent(&sim->rng, 60) ? sim_some_ticket(sim) : 0;
    if (wrong != 0) {
        correct(sim, wrong);
    }
    if (sim_merge_plays(sim)) {
        sim_act_merger(sim);
    }
}

static const Paidan__Answer *pull(struct sim *sim, char *unit, char *clerk, uint32_t max)
{
    Paidan__Pull wish = PAIDAN__PULL__INIT;
    wish.unit = unit;
    wish.has_max = 1;
    wish.max = max;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = clerk;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &wish;
    return sim_request(sim, WORLD_ESCALATION, &request);
}

void sim_work(struct sim *sim, char *unit, char *clerk, const struct sim_wish *wish,
              const struct sim_seen *seen, size_t count)
{
    Paidan__WorkItem items[SIM_BATCH_MAX];
    Paidan__WorkItem *pointers[SIM_BATCH_MAX];
    CHECK(count <= SIM_BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        items[i] = wish->like;
        pointers[i] = &items[i];
        items[i].ticket = seen[i].ticket;
        items[i].has_version = wish->with_version;
        items[i].version = seen[i].version;
    }
    Paidan__Work work = PAIDAN__WORK__INIT;
    work.unit = unit;
    work.action = wish->action;
    work.n_items = count;
    work.items = pointers;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = clerk;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    (void)sim_request(sim, WORLD_ESCALATION, &request);
}

static void do_action(struct sim *sim, char *unit, char *clerk, Paidan__Action action,
                      const struct sim_seen *seen, size_t count)
{
    struct sim_wish wish = {.action = action, .like = PAIDAN__WORK_ITEM__INIT};
    wish.like.note = "已到现场处理";
    wish.like.has_without_assist = wish.like.without_assist = true;
    wish.like.has_result = true;
    wish.like.result = PAIDAN__MODE_RESULT__RESULT_AGREED;
    sim_work(sim, unit, clerk, &wish, seen, count);
}

static void see(const Paidan__Brief *brief, const char *unit, struct sim_seen *seen)
{
    *seen = (struct sim_seen){.ticket = brief->ticket,
                              .version = brief->version,
                              .state = brief->state,
                              .due_ms = brief->has_next_due_ms ? brief->next_due_ms : 0,
                              .assisting = strcmp(brief->unit, unit) != 0,
                              .asked = brief->has_request && brief->request_to != NULL,
                              .mode_open =
                                  brief->has_mode && brief->mode >= PAIDAN__MODE__MODE_MEDIATION,
                              .appealed = brief->has_appealed && brief->appealed,
                              .late = brief->has_late && brief->late != 0};
    (void)snprintf(seen->unit, sizeof seen->unit, "%s", brief->unit);
    (void)snprintf(seen->request_to, sizeof seen->request_to, "%s",
                   seen->asked ? brief->request_to : "");
}

size_t sim_unit_work(struct sim *sim, char *unit, struct sim_seen *seen, size_t max)
{
    Paidan__UnitWork wish = PAIDAN__UNIT_WORK__INIT;
    wish.unit = unit;
    wish.has_limit = 1;
    wish.limit = (uint32_t)max;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_WORK;
    request.unit_work = &wish;
    const Paidan__Answer *answer = sim_look(sim, WORLD_ESCALATION, &request);
    CHECK(answer != NULL);
    CHECK(answer->code == PAIDAN__CODE__OK);
    size_t count = 0;
    for (; count < max && count < answer->listed->n_tickets; count++) {
        see(answer->listed->tickets[count], unit, &seen[count]);
    }
    return count;
}

bool sim_see(struct sim *sim, uint64_t ticket, struct sim_seen *seen)
{
    Paidan__Show wish = PAIDAN__SHOW__INIT;
    wish.ticket = ticket;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &wish;
    const Paidan__Answer *answer = sim_look(sim, WORLD_ESCALATION, &request);
    CHECK(answer != NULL);
    if (answer->code != PAIDAN__CODE__OK) {
        return false;
    }
    see(answer->shown->brief, answer->shown->brief->unit, seen);
    return true;
}

/* The ordinary way. */
static Paidan__Action some_action(struct sim *sim, Paidan__State state)
{
    if (state == PAIDAN__STATE__STATE_ASSIGNED) {
        return rng_percent(&sim->rng, 94)   ? PAIDAN__ACTION__ACTION_ACCEPT
               : rng_percent(&sim->rng, 50) ? PAIDAN__ACTION__ACTION_RETURN
                                            : PAIDAN__ACTION__ACTION_RAISE;
    }
    const uint64_t dice = rng_below(&sim->rng, 100);
    return dice < 20   ? PAIDAN__ACTION__ACTION_CONTACT
           : dice < 26 ? PAIDAN__ACTION__ACTION_PROGRESS
           : dice < 94 ? PAIDAN__ACTION__ACTION_RESOLVE
           : dice < 97 ? PAIDAN__ACTION__ACTION_RAISE
                       : PAIDAN__ACTION__ACTION_RETURN;
}

/* On some days nobody works at some units: what is theirs climbs. */
static bool is_asleep(const struct sim *sim, uint64_t unit)
{
    uint64_t day = world_now_ms(sim->world) / 86400000;
    struct rng chance = {.state = (sim->options->seed + 1) * 0x9e3779b97f4a7c15ull ^ day << 20 ^
                                  (unit + 1) << 40};
    (void)rng_next(&chance);
    return rng_percent(&chance, 8);
}

/* Clerks hear of their tickets: whoever has many comes first, mostly. */
char *sim_busy_unit(struct sim *sim)
{
    const struct site *site = site_of(sim);
    char *busiest = NULL;
    uint64_t most = 0;
    for (unsigned i = 0; i < 8; i++) {
        const uint64_t at = rng_below(&sim->rng, site->unit_count);
        const uint64_t open = sim_laws_open(sim, site->units[at].code);
        if (!is_asleep(sim, at) && (busiest == NULL || open > most)) {
            busiest = site->units[at].code;
            most = open;
        }
    }
    return busiest != NULL ? busiest : sim_some_unit(sim);
}

/* About one ticket, or about those in the same state that follow it at once. */
static void work_on(struct sim *sim, char *unit, char *clerk, const struct sim_seen *seen,
                    size_t count)
{
    char *doer =
        rng_percent(&sim->rng, 3) ? sim_some_unit(sim) : unit; /* sometimes a foreign unit tries */
    struct sim_wish wish = {.like = PAIDAN__WORK_ITEM__INIT,
                            .with_version = rng_percent(&sim->rng, 50)};
    wish.like.note = "已到现场处理";
    const bool ordinary = !seen->assisting && seen->state != PAIDAN__STATE__STATE_SUSPENDED &&
                          (!seen->mode_open || rng_percent(&sim->rng, 20)) &&
                          rng_percent(&sim->rng, 70);
    if (ordinary) {
        wish.action = some_action(sim, seen->state);
        wish.like.has_without_assist = wish.like.without_assist = rng_percent(&sim->rng, 60);
    } else {
        sim_wish_beside(sim, seen, &wish);
    }
    sim_work(sim, doer, clerk, &wish, seen, count);
}

/* A visit: takes what is ready, then does something about a few tickets. */
static void act_clerk(struct sim *sim)
{
    static char *const clerks[] = {"clerk-1", "clerk-2", "clerk-3"};
    char *clerk = clerks[rng_below(&sim->rng, 3)];
    char *unit = sim_busy_unit(sim);
    if (rng_percent(&sim->rng, 40)) {
        (void)pull(sim, unit, clerk, 1 + (uint32_t)rng_below(&sim->rng, 4));
    }
    struct sim_seen seen[24];
    const size_t count = sim_unit_work(sim, unit, seen, 24);
    const uint64_t items = 1 + rng_below(&sim->rng, 5);
    size_t at = rng_percent(&sim->rng, 50) ? 0 : rng_below(&sim->rng, count);
    for (uint64_t i = 0; i < items && at < count; i++) {
        size_t same = 1;
        const uint64_t most = 1 + rng_below(&sim->rng, SIM_BATCH_MAX);
        while (same < most && at + same < count && seen[at + same].state == seen[at].state &&
               seen[at + same].assisting == seen[at].assisting) {
            same++;
        }
        work_on(sim, unit, clerk, &seen[at], same);
        at += same;
    }
}

/* actor: whoever pulled it is heard, anybody else is not while the lease lasts. */
static void answer_callback(struct sim *sim, char *actor, uint64_t ticket, Paidan__Solved solved)
{
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT;
    reply.ticket = ticket;
    reply.solved = solved;
    reply.satisfied = (Paidan__Satisfied)(1 + rng_below(&sim->rng, 3));
    Paidan__CallbackReply *replies[] = {&reply};
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    wish.n_replies = 1;
    wish.replies = replies;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = actor;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    (void)sim_request(sim, WORLD_CALLBACK, &request);
}

static size_t pull_callbacks(struct sim *sim, char *channel, uint64_t *tickets, size_t max)
{
    Paidan__CallbackPull wish = PAIDAN__CALLBACK_PULL__INIT;
    wish.channel = channel;
    wish.has_max = 1;
    wish.max = (uint32_t)max;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "caller";
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request.callback_pull = &wish;
    const Paidan__Answer *answer = sim_request(sim, WORLD_CALLBACK, &request);
    if (answer == NULL || answer->code != PAIDAN__CODE__OK) {
        return 0;
    }
    size_t count = 0;
    for (; count < max && count < answer->callback_pulled->n_tasks; count++) {
        tickets[count] = answer->callback_pulled->tasks[count]->ticket;
    }
    return count;
}

/* The channel through which residents of some channel are asked. */
static char *asking_channel(struct sim *sim)
{
    const struct site_channel *channel =
        &site_of(sim)->channels[rng_below(&sim->rng, site_of(sim)->channel_count)];
    return (char *)(channel->callback[0] != '\0' ? channel->callback : channel->code);
}

static void act_caller(struct sim *sim)
{
    uint64_t tickets[16];
    const size_t count = pull_callbacks(sim, asking_channel(sim), tickets, 16);
    for (size_t i = 0; i < count; i++) {
        if (rng_percent(&sim->rng, 70)) { /* the rest does not pick up */
            answer_callback(sim, "caller", tickets[i],
                            rng_percent(&sim->rng, 70)   ? PAIDAN__SOLVED__SOLVED_YES
                            : rng_percent(&sim->rng, 30) ? PAIDAN__SOLVED__SOLVED_PARTLY
                                                         : PAIDAN__SOLVED__SOLVED_NO);
        }
    }
    if (rng_percent(&sim->rng, 5) && sim_some_ticket(sim) != 0) { /* an answer nobody asked for */
        answer_callback(sim, "resident", sim_some_ticket(sim), PAIDAN__SOLVED__SOLVED_NO);
    }
}

/* The leases of a late pull may have lapsed, its tickets may be elsewhere: that must do no harm. */
void sim_act_late(struct sim *sim, const Paidan__Request *request, const Paidan__Answer *answer)
{
    if (answer->body_case == PAIDAN__ANSWER__BODY_PULLED) {
        for (size_t i = 0; i < answer->pulled->n_tickets && i < 2; i++) {
            const Paidan__Brief *brief = answer->pulled->tickets[i];
            const struct sim_seen late = {.ticket = brief->ticket, .version = brief->version};
            const struct sim_wish wish = {.action = PAIDAN__ACTION__ACTION_ACCEPT,
                                          .like = PAIDAN__WORK_ITEM__INIT,
                                          .with_version = true};
            sim_work(sim, request->pull->unit, request->actor, &wish, &late, 1);
        }
    } else if (answer->body_case == PAIDAN__ANSWER__BODY_CALLBACK_PULLED) {
        for (size_t i = 0; i < answer->callback_pulled->n_tasks && i < 2; i++) {
            answer_callback(sim, "caller", answer->callback_pulled->tasks[i]->ticket,
                            PAIDAN__SOLVED__SOLVED_YES);
        }
    }
}

void sim_act(struct sim *sim)
{
    const uint64_t dice = rng_below(&sim->rng, 100);
    sim_land(sim);
    if (dice < SIM_SUBMITS_PERCENT) {
        act_submit(sim);
    } else if (dice < 19) {
        act_resident(sim);
    } else if (dice < 26) {
        act_dispatcher(sim);
    } else if (dice < 69) {
        act_clerk(sim);
    } else if (dice < 77) {
        sim_act_supervisor(sim);
    } else if (dice < 93) {
        act_caller(sim);
    } else if (dice < 94) {
        act_auditor(sim);
    } else {
        sim_repeat(sim);
    }
    if (sim_points_play(sim) && rng_percent(&sim->rng, 40)) {
        sim_act_staff(sim);
    }
}

static void work_off_unit(struct sim *sim, char *unit)
{
    struct sim_seen seen[256];
    while (true) {
        const Paidan__Answer *answer = pull(sim, unit, "clerk-1", 100);
        if (answer == NULL || answer->code != PAIDAN__CODE__OK || answer->pulled->n_tickets == 0) {
            break;
        }
    }
    const size_t count = sim_unit_work(sim, unit, seen, 256);
    for (size_t i = 0; i < count; i++) {
        if (seen[i].assisting) {
            do_action(sim, unit, "clerk-1", PAIDAN__ACTION__ACTION_ASSIST_DONE, &seen[i], 1);
            continue;
        }
        if (seen[i].state == PAIDAN__STATE__STATE_ASSIGNED) {
            do_action(sim, unit, "clerk-1", PAIDAN__ACTION__ACTION_ACCEPT, &seen[i], 1);
        }
        if (seen[i].state == PAIDAN__STATE__STATE_SUSPENDED) {
            do_action(sim, unit, "clerk-1", PAIDAN__ACTION__ACTION_RESUME, &seen[i], 1);
        }
        if (seen[i].mode_open) {
            do_action(sim, unit, "clerk-1", PAIDAN__ACTION__ACTION_END_MODE, &seen[i], 1);
        }
        do_action(sim, unit, "clerk-1", PAIDAN__ACTION__ACTION_RESOLVE, &seen[i], 1);
    }
}

void sim_work_off(struct sim *sim)
{
    const struct site *site = site_of(sim);
    uint64_t tickets[100];
    size_t count;
    for (unsigned round = 0; round < 50 && (count = desk(sim, tickets, 100)) > 0; round++) {
        for (size_t i = 0; i < count; i++) {
            (void)dispatch(sim, tickets[i], sim_some_unit(sim));
        }
        world_settle(sim->world);
    }
    for (uint32_t i = 0; i < site->unit_count; i++) {
        work_off_unit(sim, site->units[i].code);
    }
    world_settle(sim->world);
    for (uint32_t i = 0; i < site->channel_count; i++) {
        for (unsigned round = 0;
             round < 50 && (count = pull_callbacks(sim, site->channels[i].code, tickets, 100)) > 0;
             round++) {
            for (size_t k = 0; k < count; k++) {
                answer_callback(sim, "caller", tickets[k], PAIDAN__SOLVED__SOLVED_YES);
            }
        }
    }
    world_settle(sim->world);
}
