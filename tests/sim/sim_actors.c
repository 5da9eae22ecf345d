#include <stdio.h>
#include <string.h>

#include "common/check.h"
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

static char *unit_code(struct sim *sim)
{
    const struct site *site = site_of(sim);
    return site->units[rng_below(&sim->rng, site->unit_count)].code;
}

static char *channel_code(struct sim *sim)
{
    const struct site *site = site_of(sim);
    return site->channels[rng_below(&sim->rng, site->channel_count)].code;
}

static uint64_t some_ticket(struct sim *sim)
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
        if (rng_percent(&sim->rng, 40)) {
            /* The text is fixed by the external id, so that a repeat is a duplicate, not a
             * conflict. */
            const uint32_t number = rng_percent(&sim->rng, 20) && sim->externals > 0
                                        ? (uint32_t)rng_below(&sim->rng, sim->externals)
                                        : sim->externals++;
            snprintf(external[i], sizeof external[i], "x-%u", number);
            tickets[i].external_id = external[i];
            tickets[i].channel = site_of(sim)->channels[number % site_of(sim)->channel_count].code;
            tickets[i].text = (char *)texts[number % (sizeof texts / sizeof texts[0])];
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
    const uint64_t ticket = some_ticket(sim);
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
    return sim_request(sim, WORLD_TRIAGE, &request);
}

static size_t desk(struct sim *sim, uint64_t *tickets, size_t max)
{
    Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &wish;
    const Paidan__Answer *answer = sim_look(sim, WORLD_TRIAGE, &request);
    CHECK(answer != NULL);
    CHECK(answer->code == PAIDAN__CODE__OK);
    size_t count = 0;
    for (; count < max && count < answer->desk_listed->n_items; count++) {
        tickets[count] = answer->desk_listed->items[count]->ticket;
    }
    return count;
}

static void act_dispatcher(struct sim *sim)
{
    uint64_t tickets[100];
    const size_t count = desk(sim, tickets, 100);
    if (count > 0) {
        (void)dispatch(sim, tickets[rng_below(&sim->rng, count)], unit_code(sim));
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

static void work(struct sim *sim, char *unit, char *clerk, Paidan__Action action, uint64_t ticket,
                 const uint64_t *version)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = ticket;
    item.note = "已到现场处理";
    item.has_version = version != NULL;
    item.version = version != NULL ? *version : 0;
    Paidan__WorkItem *items[] = {&item};
    Paidan__Work wish = PAIDAN__WORK__INIT;
    wish.unit = unit;
    wish.action = action;
    wish.n_items = 1;
    wish.items = items;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = clerk;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &wish;
    (void)sim_request(sim, WORLD_ESCALATION, &request);
}

struct open_ticket {
    uint64_t ticket, version;
    Paidan__State state;
};

static size_t unit_work(struct sim *sim, char *unit, struct open_ticket *tickets, size_t max)
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
        const Paidan__Brief *brief = answer->listed->tickets[count];
        tickets[count] = (struct open_ticket){brief->ticket, brief->version, brief->state};
    }
    return count;
}

static Paidan__Action some_action(struct sim *sim, Paidan__State state)
{
    if (rng_percent(&sim->rng, 10)) {
        return (Paidan__Action)(1 + rng_below(&sim->rng, 6)); /* whatever, also what is refused */
    }
    if (state == PAIDAN__STATE__STATE_ASSIGNED) {
        return rng_percent(&sim->rng, 85)   ? PAIDAN__ACTION__ACTION_ACCEPT
               : rng_percent(&sim->rng, 50) ? PAIDAN__ACTION__ACTION_RETURN
                                            : PAIDAN__ACTION__ACTION_RAISE;
    }
    const uint64_t dice = rng_below(&sim->rng, 100);
    return dice < 25   ? PAIDAN__ACTION__ACTION_CONTACT
           : dice < 40 ? PAIDAN__ACTION__ACTION_PROGRESS
           : dice < 90 ? PAIDAN__ACTION__ACTION_RESOLVE
           : dice < 95 ? PAIDAN__ACTION__ACTION_RAISE
                       : PAIDAN__ACTION__ACTION_RETURN;
}

static void act_clerk(struct sim *sim)
{
    static char *const clerks[] = {"clerk-1", "clerk-2", "clerk-3"};
    char *clerk = clerks[rng_below(&sim->rng, 3)];
    const uint32_t asleep = site_of(sim)->unit_count / 4; /* a quarter of the units never works */
    char *unit =
        site_of(sim)->units[asleep + rng_below(&sim->rng, site_of(sim)->unit_count - asleep)].code;
    if (rng_percent(&sim->rng, 40)) {
        (void)pull(sim, unit, clerk, 1 + (uint32_t)rng_below(&sim->rng, 4));
    }
    struct open_ticket tickets[32];
    const size_t count = unit_work(sim, unit, tickets, 32);
    if (count == 0) {
        return;
    }
    const struct open_ticket *chosen = &tickets[rng_below(&sim->rng, count)];
    char *doer =
        rng_percent(&sim->rng, 3) ? unit_code(sim) : unit; /* sometimes a foreign unit tries */
    work(sim, doer, clerk, some_action(sim, chosen->state), chosen->ticket,
         rng_percent(&sim->rng, 50) ? &chosen->version : NULL);
}

static void answer_callback(struct sim *sim, uint64_t ticket, Paidan__Solved solved)
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
    request.actor = "resident";
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

static void act_caller(struct sim *sim)
{
    uint64_t tickets[8];
    const size_t count = pull_callbacks(sim, channel_code(sim), tickets, 8);
    for (size_t i = 0; i < count; i++) {
        if (rng_percent(&sim->rng, 70)) { /* the rest does not pick up */
            answer_callback(sim, tickets[i],
                            rng_percent(&sim->rng, 70)   ? PAIDAN__SOLVED__SOLVED_YES
                            : rng_percent(&sim->rng, 30) ? PAIDAN__SOLVED__SOLVED_PARTLY
                                                         : PAIDAN__SOLVED__SOLVED_NO);
        }
    }
    if (rng_percent(&sim->rng, 5) && some_ticket(sim) != 0) { /* an answer nobody asked for */
        answer_callback(sim, some_ticket(sim), PAIDAN__SOLVED__SOLVED_NO);
    }
}

void sim_act(struct sim *sim)
{
    const uint64_t dice = rng_below(&sim->rng, 100);
    if (dice < 15) {
        act_submit(sim);
    } else if (dice < 22) {
        act_resident(sim);
    } else if (dice < 32) {
        act_dispatcher(sim);
    } else if (dice < 75) {
        act_clerk(sim);
    } else if (dice < 90) {
        act_caller(sim);
    } else {
        sim_repeat(sim);
    }
}

static void work_off_unit(struct sim *sim, char *unit)
{
    struct open_ticket tickets[256];
    while (true) {
        const Paidan__Answer *answer = pull(sim, unit, "clerk-1", 100);
        if (answer == NULL || answer->code != PAIDAN__CODE__OK || answer->pulled->n_tickets == 0) {
            break;
        }
    }
    const size_t count = unit_work(sim, unit, tickets, 256);
    for (size_t i = 0; i < count; i++) {
        if (tickets[i].state == PAIDAN__STATE__STATE_ASSIGNED) {
            work(sim, unit, "clerk-1", PAIDAN__ACTION__ACTION_ACCEPT, tickets[i].ticket, NULL);
        }
        work(sim, unit, "clerk-1", PAIDAN__ACTION__ACTION_RESOLVE, tickets[i].ticket, NULL);
    }
}

void sim_work_off(struct sim *sim)
{
    const struct site *site = site_of(sim);
    uint64_t tickets[100];
    size_t count;
    for (unsigned round = 0; round < 50 && (count = desk(sim, tickets, 100)) > 0; round++) {
        for (size_t i = 0; i < count; i++) {
            (void)dispatch(sim, tickets[i], unit_code(sim));
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
                answer_callback(sim, tickets[k], PAIDAN__SOLVED__SOLVED_YES);
            }
        }
    }
    world_settle(sim->world);
}
