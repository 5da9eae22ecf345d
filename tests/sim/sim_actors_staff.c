/* sim_actors_staff: the people around the archive, in some seeds (sim_points_play): they write and review bulletins,
 * award points and take them back, hand out goods, take tickets out of the figures. Mostly what makes sense; now and
 * then one person alone, without a reason, beyond the stock, by a rule that is not for hands, for nobody. */
#include <stdio.h>

#include "archive_ledger.h"
#include "sim_channels.h"

static char *const staff[] = {"wang", "li"};

void sim_name_resident(Paidan__NewTicket *ticket, uint64_t text)
{
    static char *const names[] = {"居民甲", "居民乙", "居民丙", NULL, "居民丁", "居民戊"};
    ticket->reporter = names[text % (sizeof names / sizeof names[0])];
    ticket->has_confidential = ticket->spot_unit == NULL && text == 6;
    ticket->confidential = ticket->has_confidential;
}

static void ask(struct sim *sim, Paidan__Request *request)
{
    request->actor = rng_percent(&sim->rng, 97) ? staff[rng_below(&sim->rng, 2)] : NULL;
    (void)sim_request(sim, WORLD_ARCHIVE, request);
}

static char *reason(struct sim *sim)
{
    return rng_percent(&sim->rng, 92) ? "按制度办理" : " ";
}

static uint64_t drafted(struct sim *sim)
{
    const uint64_t ticket = sim_points_some_draft(sim, sim_laws_points(sim));
    return ticket != 0 && rng_percent(&sim->rng, 90) ? ticket : sim_some_ticket(sim);
}

/* ---- bulletins ---- */

static void write_words(struct sim *sim)
{
    Paidan__BulletinDraft wish = PAIDAN__BULLETIN_DRAFT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = sim_some_ticket(sim);
    wish.title = rng_percent(&sim->rng, 20) ? "修好了" : NULL;
    wish.text = rng_percent(&sim->rng, 3) ? "请打 13812345678" : NULL;
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_DRAFT;
    request.bulletin_draft = &wish;
    ask(sim, &request);
}

static void review(struct sim *sim)
{
    Paidan__BulletinRule wish = PAIDAN__BULLETIN_RULE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = drafted(sim);
    wish.granted = rng_percent(&sim->rng, 85);
    wish.note = reason(sim);
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_RULE;
    request.bulletin_rule = &wish;
    ask(sim, &request);
}

static void withdraw(struct sim *sim)
{
    Paidan__BulletinWithdraw wish = PAIDAN__BULLETIN_WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = drafted(sim);
    wish.reason = reason(sim);
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_WITHDRAW;
    request.bulletin_withdraw = &wish;
    ask(sim, &request);
}

/* ---- points ---- */

static void award(struct sim *sim)
{
    static char *const rules[] = {"task", "task", "task", "task", "report", "none"};
    Paidan__PointsAward wish = PAIDAN__POINTS_AWARD__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_ticket = rng_percent(&sim->rng, 95);
    wish.ticket = sim_some_ticket(sim);
    wish.person = rng_percent(&sim->rng, 5) ? "00000000000000ff" : NULL;
    wish.rule = rules[rng_below(&sim->rng, sizeof rules / sizeof rules[0])];
    wish.has_points = rng_percent(&sim->rng, 30);
    wish.points = rng_below(&sim->rng, 40); /* also nothing, also more than the rule says */
    wish.note = reason(sim);
    request.wish_case = PAIDAN__REQUEST__WISH_POINTS_AWARD;
    request.points_award = &wish;
    ask(sim, &request);
}

static void take_back(struct sim *sim)
{
    Paidan__PointsReverse wish = PAIDAN__POINTS_REVERSE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_ticket = rng_percent(&sim->rng, 40);
    wish.ticket = sim_some_ticket(sim);
    wish.has_entry = !wish.has_ticket || rng_percent(&sim->rng, 3);
    wish.entry = sim_points_some_entry(sim, sim_laws_points(sim));
    wish.note = reason(sim);
    request.wish_case = PAIDAN__REQUEST__WISH_POINTS_REVERSE;
    request.points_reverse = &wish;
    ask(sim, &request);
}

static void exchange(struct sim *sim)
{
    Paidan__PointsExchange wish = PAIDAN__POINTS_EXCHANGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_ticket = rng_percent(&sim->rng, 97);
    wish.ticket = sim_some_ticket(sim);
    wish.goods = rng_percent(&sim->rng, 95) ? "towel" : "gold";
    wish.has_count = rng_percent(&sim->rng, 50);
    wish.count = (uint32_t)rng_below(&sim->rng, 5);
    request.wish_case = PAIDAN__REQUEST__WISH_POINTS_EXCHANGE;
    request.points_exchange = &wish;
    ask(sim, &request);
}

/* ---- figures ---- */

/* 剔除: one asks, another one rules, mostly at once. */
static void exempt(struct sim *sim)
{
    Paidan__ExemptAsk asks = PAIDAN__EXEMPT_ASK__INIT;
    Paidan__ExemptRule rules = PAIDAN__EXEMPT_RULE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    asks.ticket = rules.ticket = sim_some_ticket(sim);
    asks.reason = rules.note = reason(sim);
    rules.granted = rng_percent(&sim->rng, 70);
    request.wish_case = PAIDAN__REQUEST__WISH_EXEMPT_ASK;
    request.exempt_ask = &asks;
    ask(sim, &request);
    Paidan__Request other = PAIDAN__REQUEST__INIT;
    other.wish_case = PAIDAN__REQUEST__WISH_EXEMPT_RULE;
    other.exempt_rule = &rules;
    ask(sim, &other);
}

void sim_act_staff(struct sim *sim)
{
    const uint64_t dice = rng_below(&sim->rng, 100);
    if (sim_some_ticket(sim) == 0) {
        return;
    }
    if (dice < 25) {
        write_words(sim);
    } else if (dice < 45) {
        review(sim);
    } else if (dice < 50) {
        withdraw(sim);
    } else if (dice < 65) {
        award(sim);
    } else if (dice < 75) {
        take_back(sim);
    } else if (dice < 92) {
        exchange(sim);
    } else {
        exempt(sim);
    }
}
