/* archive_points: decides entries of the ledger. Owns no table.
 *
 * What a ticket earns is not decided by single events, which four logs bring in any order, but by looking at the
 * ticket after each step that heard of it: what is due and not in force is awarded, what is in force and not due
 * is reversed. So a record that is heard twice, late or out of turn makes no second award. What must stay true:
 *  - what people decided (by_hand) is undone by people alone, and what they barred stays so for the round;
 *  - a ticket that is worked on as part of another one (并单) earns nothing of its own;
 *  - an exchange takes no more than there is, of points and of goods. A reversal may: what was spent and is not
 *    earned any more leaves a balance below zero, from which nothing can be exchanged until it is earned again. */
#include "archive_points.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive_ledger.h"
#include "archive_points_show.h"
#include "archive_strip.h"
#include "archive_take.h"
#include "archive_ticket.h"
#include "common/base/check.h"
#include "common/text/text.h"

enum { AWARDS_MAX = 64, EXCHANGE_MAX = 1000, MONTH = 100 };
static_assert(AWARDS_MAX >= SITE_POINT_RULES_MAX, "all rules of a site fit, and some of before");

/* ---- saying ---- */

/* An account's name, in the arena; NULL: no memory. */
static char *account(struct step *step, const char *kind, const char *code)
{
    char name[POINTS_ACCOUNT_BYTES_MAX + 1];
    CHECK(code[0] != '\0');
    const int bytes = snprintf(name, sizeof name, "%s:%s", kind, code);
    CHECK(bytes > 0);
    CHECK((size_t)bytes < sizeof name);
    return arena_strdup(step->arena, name);
}

static enum rc enter(struct step *step, uint64_t ticket, Paidan__PointsEntered *fact,
                     uint64_t *entry)
{
    CHECK(fact->points > 0);
    if (fact->from == NULL || fact->to == NULL) {
        return RC_LIMIT;
    }
    return step_say(step, &(struct step_about){.ticket = ticket, .seq = entry}, &fact->base);
}

struct claimant {
    uint64_t person;
    char name[PSEUDONYM_BYTES + 1];
};

static enum rc say_award(struct step *step, const struct claimant *who, uint64_t ticket,
                         const struct site_points_rule *rule, Paidan__PointsEntered *fact,
                         uint64_t *entry)
{
    CHECK(who->person != 0);
    CHECK(rule->rule[0] != '\0');
    fact->kind = PAIDAN__POINTS_KIND__POINTS_AWARDED;
    fact->from = account(step, "issued", rule->rule);
    fact->to = account(step, "person", who->name);
    fact->person = (char *)(uintptr_t)who->name;
    fact->rule = (char *)(uintptr_t)rule->rule; /* packed, never written */
    return enter(step, ticket, fact, entry);
}

static enum rc say_reversal(struct step *step, uint64_t of, const struct archive_entry *before,
                            Paidan__PointsEntered *fact, uint64_t *entry)
{
    char *const name = arena_alloc(step->arena, PSEUDONYM_BYTES + 1);
    const bool award = before->kind == PAIDAN__POINTS_KIND__POINTS_AWARDED;
    CHECK(award || before->kind == PAIDAN__POINTS_KIND__POINTS_EXCHANGED);
    CHECK(before->reversed_by == 0);
    if (name == NULL) {
        return RC_LIMIT;
    }
    archive_ledger_name(before->person, name);
    fact->points = before->points;
    fact->person = name;
    fact->has_reverses = true;
    fact->reverses = of;
    fact->has_round = before->round != 0;
    fact->round = before->round;
    char *const person = account(step, "person", name);
    char *const other = account(step, award ? "reversed" : "goods", before->code);
    fact->kind =
        award ? PAIDAN__POINTS_KIND__POINTS_REVERSED : PAIDAN__POINTS_KIND__POINTS_RETURNED;
    fact->from = award ? person : other;
    fact->to = award ? other : person;
    *(award ? &fact->rule : &fact->goods) = (char *)(uintptr_t)before->code;
    fact->has_count = before->count != 0;
    fact->count = before->count;
    return enter(step, before->ticket, fact, entry);
}

/* ---- limits ---- */

/* *limit 0: none is reached. */
static enum rc limit_of(struct step *step, const struct claimant *who,
                        const struct site_points_rule *rule, uint32_t day, unsigned *limit)
{
    const uint32_t periods[] = {day, day / MONTH, 0}, most[] = {rule->day, rule->month, rule->ever};
    CHECK(day > 0);
    CHECK(who->person != 0);
    *limit = 0;
    for (unsigned index = 0; *limit == 0 && index < 3; index++) {
        uint64_t often = 0;
        const enum rc rc =
            most[index] == 0
                ? RC_OK
                : archive_ledger_often(step->txn, who->person, rule->rule, periods[index], &often);
        if (rc != RC_OK) {
            return rc;
        }
        if (most[index] != 0 && often >= most[index]) {
            *limit = PAIDAN__POINTS_LIMIT__LIMIT_DAY + index;
        }
    }
    return RC_OK;
}

/* ---- what a ticket earns ---- */

struct settling {
    struct step *step;
    uint64_t id;
    struct claimant who;
    struct archive_claim claim;
    struct archive_ticket ticket;
    struct archive_award awards[AWARDS_MAX];
    size_t count;
};

/* It ended so that a report of it was right. */
static bool ended(const struct archive_ticket *ticket, bool any_end)
{
    const uint32_t outcome = ticket->outcome;
    CHECK(ticket->exempt < ARCHIVE_EXEMPT_COUNT);
    return ticket->closed_day != 0 && !archive_ticket_withdrawn(ticket) && !ticket->member &&
           archive_ticket_exempt(ticket) != ARCHIVE_EXEMPT_GRANTED &&
           outcome != PAIDAN__OUTCOME__OUTCOME_WITHDRAWN &&
           (any_end || outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED ||
            outcome == PAIDAN__OUTCOME__OUTCOME_PARTLY);
}

static bool earns(const struct settling *settling, const struct site_points_rule *rule)
{
    const struct archive_ticket *const ticket = &settling->ticket;
    CHECK(rule->points > 0);
    const bool fits = rule->what == SITE_POINTS_REPORT ||
                      (rule->what == SITE_POINTS_PHOTO && settling->claim.attached > 0) ||
                      (rule->what == SITE_POINTS_SUPPLEMENT && settling->claim.supplemented);
    return fits && ended(ticket, rule->any_end) &&
           site_points_covers(settling->step->site, rule, ticket->category,
                              archive_ticket_channel(ticket));
}

/* Of a rule that the site has no more: what was earned stays as long as the ticket ended at all. */
static enum rc settle_held(struct settling *settling, const struct archive_award *award)
{
    Paidan__PointsEntered fact = PAIDAN__POINTS_ENTERED__INIT;
    struct archive_entry before;
    const struct site_points_rule *const rule =
        site_points_rule_find(settling->step->site, award->rule);
    CHECK(award->state == ARCHIVE_AWARD_HELD);
    if (award->by_hand || ended(&settling->ticket, rule == NULL || rule->any_end)) {
        return RC_OK;
    }
    const enum rc rc = archive_ledger_entry(settling->step->txn, award->entry, &before);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    fact.day = archive_take_day(settling->step->site, settling->step->now_ms);
    return say_reversal(settling->step, award->entry, &before, &fact, NULL);
}

static bool decided(const struct settling *settling, const struct site_points_rule *rule)
{
    CHECK(settling->count <= AWARDS_MAX);
    CHECK(rule->what != SITE_POINTS_HAND);
    for (size_t index = 0; index < settling->count; index++) {
        const struct archive_award *const award = &settling->awards[index];
        if (strcmp(award->rule, rule->rule) == 0) {
            return award->state == ARCHIVE_AWARD_HELD || (award->state != ARCHIVE_AWARD_REVERSED &&
                                                          award->round >= settling->ticket.round);
        }
    }
    return false;
}

static enum rc settle_rule(struct settling *settling, const struct site_points_rule *rule)
{
    Paidan__PointsEntered fact = PAIDAN__POINTS_ENTERED__INIT;
    Paidan__PointsPassed passed = PAIDAN__POINTS_PASSED__INIT;
    const struct archive_ticket *const ticket = &settling->ticket;
    unsigned limit = 0;
    if (!earns(settling, rule) || decided(settling, rule)) {
        return RC_OK;
    }
    CHECK(ticket->closed_day != 0);
    const enum rc rc = limit_of(settling->step, &settling->who, rule, ticket->closed_day, &limit);
    if (rc != RC_OK) {
        return rc;
    }
    if (limit != 0) {
        passed.person = settling->who.name;
        passed.rule = (char *)(uintptr_t)rule->rule;
        passed.round = ticket->round;
        passed.limit = (Paidan__PointsLimit)limit;
        return step_say(settling->step, &(struct step_about){.ticket = settling->id}, &passed.base);
    }
    fact.points = rule->points;
    fact.day = ticket->closed_day;
    fact.has_round = ticket->round != 0;
    fact.round = ticket->round;
    return say_award(settling->step, &settling->who, settling->id, rule, &fact, NULL);
}

enum rc archive_points_settle(struct step *step, uint64_t ticket)
{
    struct settling settling = {.step = step, .id = ticket};
    CHECK(step->site != NULL);
    CHECK(ticket != 0);
    enum rc rc =
        archive_ledger_awards(step->txn, ticket, settling.awards, AWARDS_MAX, &settling.count);
    if (rc != RC_OK || (settling.count == 0 && step->site->points.rule_count == 0)) {
        return rc;
    }
    rc = archive_ledger_claim(step->txn, ticket, &settling.claim);
    rc = rc == RC_OK ? archive_ticket_get(step->txn, ticket, &settling.ticket) : rc;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* nobody's, or not heard of yet */
    }
    settling.who.person = settling.claim.person;
    archive_ledger_name(settling.who.person, settling.who.name);
    for (size_t index = 0; rc == RC_OK && index < settling.count; index++) {
        rc = settling.awards[index].state == ARCHIVE_AWARD_HELD
                 ? settle_held(&settling, &settling.awards[index])
                 : RC_OK;
    }
    for (uint32_t index = 0; rc == RC_OK && index < step->site->points.rule_count; index++) {
        rc = settle_rule(&settling, &step->site->points.rules[index]);
    }
    return rc;
}

static bool settles(const char *log, Paidan__Event__FactCase fact)
{
    CHECK(log != NULL);
    switch (fact) {
    case PAIDAN__EVENT__FACT_REGISTERED:
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
    case PAIDAN__EVENT__FACT_WITHDRAWN:
    case PAIDAN__EVENT__FACT_CLOSED:
    case PAIDAN__EVENT__FACT_REOPENED:
        return true;
    default:
        return false;
    }
}

/* ---- what people decide ---- */

/* *code: OK, or why there is nobody. */
static enum rc claimant_of(struct step *step, const char *person, bool has_ticket, uint64_t ticket,
                           struct claimant *who, Paidan__Code *code)
{
    struct archive_account found;
    struct archive_claim claim = {.person = 0};
    enum rc rc = RC_OK;
    CHECK(who->person == 0);
    *code = PAIDAN__CODE__FIELD_INVALID;
    if ((person != NULL) == has_ticket) {
        return RC_OK;
    }
    if (has_ticket && ticket != 0) {
        rc = archive_ledger_claim(step->txn, ticket, &claim);
    } else if (person != NULL) {
        claim.person = archive_ledger_person(person);
    }
    if (rc == RC_OK && claim.person != 0) {
        who->person = claim.person;
        archive_ledger_name(who->person, who->name);
        rc = archive_ledger_account(step->txn, ARCHIVE_PERSON, who->name, &found);
    }
    *code = rc == RC_OK && claim.person != 0 ? PAIDAN__CODE__OK : PAIDAN__CODE__POINTS_PERSON;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static bool unnamed(const Paidan__Request *request)
{
    return request->actor == NULL || text_blank(request->actor);
}

static enum rc award_now(struct step *step, const Paidan__PointsAward *wish,
                         const struct claimant *who, const struct site_points_rule *rule)
{
    static const char *const limits[] = {"", "day", "month", "ever"};
    Paidan__PointsEntered fact = PAIDAN__POINTS_ENTERED__INIT;
    struct archive_award award = {.state = ARCHIVE_AWARD_NONE};
    struct archive_ticket ticket = {.round = 0};
    const uint64_t id = wish->has_ticket ? wish->ticket : 0;
    unsigned limit = 0;
    uint64_t entry = 0;
    CHECK(rule->what == SITE_POINTS_HAND);
    CHECK(who->person != 0);
    fact.day = archive_take_day(step->site, step->now_ms);
    enum rc rc = id == 0 ? RC_OK : archive_ledger_award(step->txn, id, rule->rule, &award);
    rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    rc = rc == RC_OK && id != 0 ? archive_ticket_get(step->txn, id, &ticket) : rc;
    rc = rc == RC_OK ? limit_of(step, who, rule, fact.day, &limit) : rc;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* who registered it is known */
    }
    if (award.state == ARCHIVE_AWARD_HELD) {
        return step_refuse(step, PAIDAN__CODE__ALREADY_DONE, NULL);
    }
    if (limit != 0) {
        return step_refuse(step, PAIDAN__CODE__POINTS_LIMIT, limits[limit]);
    }
    fact.points = wish->has_points ? wish->points : rule->points;
    fact.has_round = ticket.round != 0;
    fact.round = ticket.round;
    fact.has_by_hand = fact.by_hand = true;
    rc = archive_strip_words(step->arena, wish->note, &fact.note);
    rc = rc == RC_OK ? say_award(step, who, id, rule, &fact, &entry) : rc;
    return rc == RC_OK ? step_answer_done(step, id, entry) : rc;
}

static enum rc award(struct step *step, const Paidan__Request *request)
{
    const Paidan__PointsAward *const wish = request->points_award;
    const struct site_points_rule *const rule = site_points_rule_find(step->site, wish->rule);
    struct claimant who = {.person = 0};
    Paidan__Code code = PAIDAN__CODE__OK;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_POINTS_AWARD);
    if (unnamed(request)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (text_blank(wish->note)) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, "note");
    }
    if (rule == NULL || rule->what != SITE_POINTS_HAND) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "rule");
    }
    if (wish->has_points && (wish->points == 0 || wish->points > rule->points)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "points");
    }
    const enum rc rc = claimant_of(step, wish->person, wish->has_ticket, wish->ticket, &who, &code);
    if (rc != RC_OK) {
        return rc;
    }
    return code == PAIDAN__CODE__OK ? award_now(step, wish, &who, rule)
                                    : step_refuse(step, code, "person");
}

/* One entry; what a ticket earned by a rule is barred, or it would be awarded again at once. */
static enum rc reverse_entry(struct step *step, const Paidan__PointsReverse *wish, uint64_t of,
                             uint64_t *entry)
{
    Paidan__PointsEntered fact = PAIDAN__POINTS_ENTERED__INIT;
    struct archive_entry before;
    enum rc rc = of == 0 ? RC_NOT_FOUND : archive_ledger_entry(step->txn, of, &before);
    CHECK(!text_blank(wish->note));
    *entry = 0;
    if (rc == RC_NOT_FOUND || (rc == RC_OK && before.kind != PAIDAN__POINTS_KIND__POINTS_AWARDED &&
                               before.kind != PAIDAN__POINTS_KIND__POINTS_EXCHANGED)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "entry");
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (before.reversed_by != 0) {
        return step_refuse(step, PAIDAN__CODE__ALREADY_DONE, NULL);
    }
    fact.day = archive_take_day(step->site, step->now_ms);
    fact.has_by_hand = fact.by_hand = true;
    fact.has_barred = fact.barred =
        before.ticket != 0 && before.kind == PAIDAN__POINTS_KIND__POINTS_AWARDED;
    rc = archive_strip_words(step->arena, wish->note, &fact.note);
    return rc == RC_OK ? say_reversal(step, of, &before, &fact, entry) : rc;
}

static enum rc reverse_ticket(struct step *step, const Paidan__PointsReverse *wish)
{
    struct archive_award awards[AWARDS_MAX];
    size_t count = 0;
    uint64_t last = 0;
    CHECK(wish->has_ticket);
    if (wish->ticket == 0) {
        return step_refuse(step, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    enum rc rc = archive_ledger_awards(step->txn, wish->ticket, awards, AWARDS_MAX, &count);
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        if (awards[index].state == ARCHIVE_AWARD_HELD) {
            rc = reverse_entry(step, wish, awards[index].entry, &last);
            CHECK(rc != RC_OK || last != 0); /* what is in force was not reversed */
        }
    }
    if (rc != RC_OK) {
        return rc;
    }
    return last == 0 ? step_refuse(step, PAIDAN__CODE__ALREADY_DONE, NULL)
                     : step_answer_done(step, wish->ticket, last);
}

static enum rc reverse(struct step *step, const Paidan__Request *request)
{
    const Paidan__PointsReverse *const wish = request->points_reverse;
    uint64_t entry = 0;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_POINTS_REVERSE);
    if (unnamed(request)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (text_blank(wish->note)) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, "note");
    }
    if (wish->has_entry == wish->has_ticket) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "entry");
    }
    if (wish->has_ticket) {
        return reverse_ticket(step, wish);
    }
    const enum rc rc = reverse_entry(step, wish, wish->entry, &entry);
    return rc == RC_OK && entry != 0 ? step_answer_done(step, 0, entry) : rc;
}

static enum rc refuse_number(struct step *step, Paidan__Code code, int64_t number)
{
    char text[24];
    const int bytes = snprintf(text, sizeof text, "%" PRId64, number);
    CHECK(bytes > 0 && (size_t)bytes < sizeof text);
    return step_refuse(step, code, text);
}

static enum rc exchange_now(struct step *step, const Paidan__PointsExchange *wish,
                            const struct claimant *who, const struct site_goods *goods,
                            uint32_t count)
{
    Paidan__PointsEntered fact = PAIDAN__POINTS_ENTERED__INIT;
    struct archive_account person, shelf;
    uint64_t entry = 0;
    CHECK(count > 0);
    CHECK(who->person != 0);
    enum rc rc = archive_ledger_account(step->txn, ARCHIVE_GOODS, goods->goods, &shelf);
    rc = rc == RC_OK || rc == RC_NOT_FOUND
             ? archive_ledger_account(step->txn, ARCHIVE_PERSON, who->name, &person)
             : rc;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* looked at before */
    }
    const int64_t balance = (int64_t)person.in - (int64_t)person.out;
    const uint32_t left = goods->stock > shelf.taken ? goods->stock - shelf.taken : 0;
    fact.points = (uint64_t)goods->price * count;
    if (count > left) {
        return refuse_number(step, PAIDAN__CODE__POINTS_STOCK, left);
    }
    if (balance < (int64_t)fact.points) {
        return refuse_number(step, PAIDAN__CODE__POINTS_SHORT, balance);
    }
    fact.kind = PAIDAN__POINTS_KIND__POINTS_EXCHANGED;
    fact.from = account(step, "person", who->name);
    fact.to = account(step, "goods", goods->goods);
    fact.person = (char *)(uintptr_t)who->name;
    fact.goods = (char *)(uintptr_t)goods->goods;
    fact.has_count = true;
    fact.count = count;
    fact.day = archive_take_day(step->site, step->now_ms);
    fact.has_by_hand = fact.by_hand = true;
    rc = archive_strip_words(step->arena, wish->note, &fact.note);
    rc = rc == RC_OK ? enter(step, 0, &fact, &entry) : rc;
    return rc == RC_OK ? step_answer_done(step, 0, entry) : rc;
}

static enum rc exchange(struct step *step, const Paidan__Request *request)
{
    const Paidan__PointsExchange *const wish = request->points_exchange;
    const struct site_goods *const goods = site_points_goods_find(step->site, wish->goods);
    const uint32_t count = wish->has_count ? wish->count : 1;
    struct claimant who = {.person = 0};
    Paidan__Code code = PAIDAN__CODE__OK;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_POINTS_EXCHANGE);
    if (unnamed(request)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    if (goods == NULL) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "goods");
    }
    if (count == 0 || count > EXCHANGE_MAX) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "count");
    }
    const enum rc rc = claimant_of(step, wish->person, wish->has_ticket, wish->ticket, &who, &code);
    if (rc != RC_OK) {
        return rc;
    }
    return code == PAIDAN__CODE__OK ? exchange_now(step, wish, &who, goods, count)
                                    : step_refuse(step, code, "person");
}

/* ---- the part ---- */

static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_POINTS_AWARD ||
           request->wish_case == PAIDAN__REQUEST__WISH_POINTS_REVERSE ||
           request->wish_case == PAIDAN__REQUEST__WISH_POINTS_EXCHANGE;
}

static bool knows(const Paidan__Request *request)
{
    return changes(request) || request->wish_case == PAIDAN__REQUEST__WISH_POINTS_SHOW;
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    CHECK(changes(input->request));
    switch (input->request->wish_case) {
    case PAIDAN__REQUEST__WISH_POINTS_AWARD:
        return award(step, input->request);
    case PAIDAN__REQUEST__WISH_POINTS_REVERSE:
        return reverse(step, input->request);
    default:
        return exchange(step, input->request);
    }
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_POINTS_SHOW);
    return archive_points_show_query(view, request->points_show, answer);
}

static const Paidan__Event__FactCase facts[] = {PAIDAN__EVENT__FACT_POINTS_ENTERED,
                                                PAIDAN__EVENT__FACT_POINTS_PASSED,
                                                PAIDAN__EVENT__FACT__NOT_SET};

const struct archive_part archive_points_part = {.name = "points",
                                                 .knows = knows,
                                                 .changes = changes,
                                                 .apply = apply,
                                                 .query = query,
                                                 .hear = archive_ledger_hear,
                                                 .fold = archive_ledger_fold,
                                                 .facts = facts,
                                                 .settles = settles,
                                                 .settle = archive_points_settle};
