/* sim_points: laws of points 积分 and bulletins 公示, by the facts alone.
 *
 * Points: nothing is awarded twice, nothing is taken back twice; no exchange takes points or goods that are not there;
 * at rest whoever reported what was solved has its points, and nobody has any for what turned out unsolved, was taken
 * up again, withdrawn, exempted or worked on as part of another ticket; accounts are what the entries say, and all of
 * them together are zero.
 *
 * Bulletins: nothing is published that one person alone has seen, nor of a ticket that is not closed as solved; at rest
 * the public list is exactly what was published and not taken down, by hand or by a reopening. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive_ledger.h"
#include "common/base/check.h"
#include "sim_channels.h"

enum { STOCK = 9, RECENT = 16 }; /* the most that the two sites put up of anything */

/* What an entry was, as far as a later one may refer to it. */
struct entry {
    uint64_t seq, person, points, key; /* key: of ticket and rule, or of the goods */
    uint32_t count;
    bool award, back;
};

struct sim_points {
    /* By ticket. */
    struct sim_map claims;           /* whose it is */
    struct sim_map confidential;     /* 1 */
    struct sim_map outcomes, rounds; /* of its last closing; 0: none, or reopened since then */
    struct sim_map members;          /* resolved with another one */
    struct sim_map asked, exempt;    /* 剔除: for which round; which was taken out */
    struct sim_map drafted;          /* by whom, hashed, until somebody rules on it */
    struct sim_map shown, until_ms;  /* the bulletin that everybody sees, by its number */
    struct sim_map tells;            /* by the bulletin: the ticket */
    struct sim_map held, barred;     /* by ticket and rule: the entry; 1 + round */
    struct sim_map in, out;          /* by person */
    struct sim_map taken;            /* by goods */
    uint64_t *tickets;               /* that are somebody's */
    size_t ticket_count, ticket_room;
    struct entry *entries; /* by seq */
    size_t count, room;
    uint64_t moved;
    uint64_t drafts[RECENT], draft_count;
};

struct sim_points *sim_points_new(void)
{
    struct sim_points *const points = calloc(1, sizeof *points);
    CHECK(points != NULL);
    return points;
}

void sim_points_free(struct sim_points *points)
{
    struct sim_map *const maps[] = {
        &points->claims,  &points->confidential, &points->outcomes, &points->rounds,
        &points->members, &points->asked,        &points->exempt,   &points->drafted,
        &points->shown,   &points->until_ms,     &points->tells,    &points->held,
        &points->barred,  &points->in,           &points->out,      &points->taken};
    for (size_t index = 0; index < sizeof maps / sizeof maps[0]; index++) {
        sim_map_free(maps[index]);
    }
    free(points->tickets);
    free(points->entries);
    free(points);
}

bool sim_points_play(const struct sim *sim)
{
    return sim->options->seed % 4 == 0 && sim->channels == NULL;
}

uint64_t sim_points_some_draft(struct sim *sim, const struct sim_points *points)
{
    const uint64_t count = points->draft_count < RECENT ? points->draft_count : RECENT;
    return count == 0 ? 0 : points->drafts[rng_below(&sim->rng, count)];
}

uint64_t sim_points_some_entry(struct sim *sim, const struct sim_points *points)
{
    return points->count == 0 ? 0 : points->entries[rng_below(&sim->rng, points->count)].seq;
}

static void must(const struct sim *sim, uint64_t about, bool allowed, const char *what)
{
    sim->figures->laws++;
    if (!allowed) {
        sim_broken(sim, "%s %" PRIu64, what, about);
    }
}

/* ---- the ledger ---- */

static uint64_t key_of(uint64_t ticket, const char *code)
{
    return sim_mix(ticket, sim_hash(code, strlen(code)));
}

static struct entry *entry_of(struct sim_points *points, uint64_t seq)
{
    size_t from = 0, until = points->count;
    while (from < until) {
        const size_t middle = from + (until - from) / 2;
        if (points->entries[middle].seq < seq) {
            from = middle + 1;
        } else {
            until = middle;
        }
    }
    return from < points->count && points->entries[from].seq == seq ? &points->entries[from] : NULL;
}

static void keep(struct sim_points *points, const struct entry *entry)
{
    if (points->count == points->room) {
        points->room = points->room == 0 ? 256 : 2 * points->room;
        points->entries = realloc(points->entries, points->room * sizeof *points->entries);
        CHECK(points->entries != NULL);
    }
    points->entries[points->count++] = *entry;
}

static void award(const struct sim *sim, struct sim_points *points, const struct entry *entry,
                  uint64_t ticket)
{
    if (ticket != 0) {
        must(sim, ticket, sim_map_get(&points->held, entry->key) == 0, "points twice for");
        *sim_map_at(&points->held, entry->key) = entry->seq;
        *sim_map_at(&points->barred, entry->key) = 0;
    }
    sim->figures->kinds[SIM_AWARDED]++;
}

/* Whatever is taken back was there, is the same person's and as much, and was not taken back before. */
static void take_back(const struct sim *sim, struct sim_points *points, const struct entry *entry,
                      const Paidan__Event *event)
{
    const Paidan__PointsEntered *const fact = event->points_entered;
    struct entry *const before = entry_of(points, fact->reverses);
    must(sim, entry->seq,
         before != NULL && !before->back && before->award == entry->award &&
             before->person == entry->person && before->points == entry->points &&
             before->key == entry->key && before->count == entry->count,
         "something else is taken back by entry");
    before->back = true;
    if (entry->award && event->has_ticket) {
        must(sim, event->ticket, sim_map_get(&points->held, entry->key) == before->seq,
             "points that were not in force are reversed, of");
        *sim_map_at(&points->held, entry->key) = 0;
        *sim_map_at(&points->barred, entry->key) =
            fact->has_barred && fact->barred ? 1 + fact->round : 0;
    }
    sim->figures->kinds[entry->award ? SIM_REVERSED : SIM_GIVEN_BACK]++;
}

static void read_entered(const struct sim *sim, struct sim_points *points, uint64_t seq,
                         const Paidan__Event *event)
{
    const Paidan__PointsEntered *const fact = event->points_entered;
    const bool of_rule = fact->kind == PAIDAN__POINTS_KIND__POINTS_AWARDED ||
                         fact->kind == PAIDAN__POINTS_KIND__POINTS_REVERSED;
    const bool gives = fact->kind == PAIDAN__POINTS_KIND__POINTS_AWARDED ||
                       fact->kind == PAIDAN__POINTS_KIND__POINTS_RETURNED;
    const struct entry entry = {
        .seq = seq,
        .person = archive_ledger_person(fact->person),
        .points = fact->points,
        .key = of_rule ? key_of(event->has_ticket ? event->ticket : seq, fact->rule)
                       : key_of(1, fact->goods),
        .count = fact->has_count ? fact->count : 0,
        .award = of_rule};
    must(sim, seq, entry.person != 0 && entry.points > 0, "nobody's, or of nothing, is entry");
    *sim_map_at(gives ? &points->in : &points->out, entry.person) += entry.points;
    points->moved += entry.points;
    if (fact->kind == PAIDAN__POINTS_KIND__POINTS_AWARDED) {
        award(sim, points, &entry, event->has_ticket ? event->ticket : 0);
    } else if (fact->kind == PAIDAN__POINTS_KIND__POINTS_EXCHANGED) {
        *sim_map_at(&points->taken, entry.key) += entry.count;
        must(sim, seq, sim_map_get(&points->taken, entry.key) <= STOCK,
             "goods that are not there are given by entry");
        must(sim, seq,
             sim_map_get(&points->in, entry.person) >= sim_map_get(&points->out, entry.person),
             "points that are not there are spent by entry");
        sim->figures->kinds[SIM_EXCHANGED]++;
    } else {
        struct entry back = entry;
        const struct entry *const before = entry_of(points, fact->reverses);
        back.key = of_rule && !event->has_ticket && before != NULL ? before->key : entry.key;
        take_back(sim, points, &back, event);
        if (!of_rule) {
            *sim_map_at(&points->taken, entry.key) -= entry.count;
        }
    }
    keep(points, &entry);
}

/* ---- bulletins ---- */

static void take_down(const struct sim *sim, struct sim_points *points, uint64_t ticket)
{
    sim->figures->kinds[SIM_TAKEN_DOWN] += sim_map_get(&points->shown, ticket) != 0;
    *sim_map_at(&points->shown, ticket) = 0;
    *sim_map_at(&points->drafted, ticket) = 0;
}

static bool solved(const struct sim_points *points, uint64_t ticket)
{
    const uint64_t outcome = sim_map_get(&points->outcomes, ticket);
    return outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED || outcome == PAIDAN__OUTCOME__OUTCOME_PARTLY;
}

static void read_ruled(const struct sim *sim, struct sim_points *points, uint64_t seq,
                       const Paidan__Event *event)
{
    const uint64_t ticket = event->ticket, by = sim_map_get(&points->drafted, ticket);
    const char *const actor = event->cause->actor;
    must(sim, ticket, by != 0, "somebody ruled on no words about");
    must(sim, ticket, by != sim_hash(actor, strlen(actor)),
         "one person alone ruled on words about");
    *sim_map_at(&points->drafted, ticket) = 0;
    if (event->bulletin_ruled->granted) {
        must(sim, ticket, solved(points, ticket), "everybody is told of the unsolved");
        must(sim, ticket, sim_map_get(&points->confidential, ticket) == 0,
             "everybody is told of the confidential");
        *sim_map_at(&points->shown, ticket) = seq;
        *sim_map_at(&points->until_ms, ticket) = event->bulletin_ruled->until_ms;
        *sim_map_at(&points->tells, seq) = ticket;
        sim->figures->kinds[SIM_PUBLISHED]++;
    }
}

static void read_drafted(const struct sim *sim, struct sim_points *points,
                         const Paidan__Event *event)
{
    const char *const actor = event->cause->actor;
    must(sim, event->ticket, sim_map_get(&points->shown, event->ticket) == 0,
         "words were written over published ones, of");
    *sim_map_at(&points->drafted, event->ticket) = sim_hash(actor, strlen(actor));
    points->drafts[points->draft_count++ % RECENT] = event->ticket;
}

/* ---- tickets ---- */

static void read_registered(struct sim_points *points, const Paidan__Event *event)
{
    const Paidan__Registered *const fact = event->registered;
    if (fact->has_confidential && fact->confidential) {
        *sim_map_at(&points->confidential, event->ticket) = 1;
    } else if (fact->reporter != NULL) {
        if (points->ticket_count == points->ticket_room) {
            points->ticket_room = points->ticket_room == 0 ? 256 : 2 * points->ticket_room;
            points->tickets =
                realloc(points->tickets, points->ticket_room * sizeof *points->tickets);
            CHECK(points->tickets != NULL);
        }
        points->tickets[points->ticket_count++] = event->ticket;
    }
}

/* What escalation said, in the order in which the archive heard of it. */
static void read_heard(const struct sim *sim, struct sim_points *points, const Paidan__Event *event)
{
    const uint64_t ticket = event->ticket;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_RESOLVED:
        *sim_map_at(&points->members, ticket) = event->resolved->has_group != 0;
        *sim_map_at(&points->rounds, ticket) = event->resolved->round;
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        *sim_map_at(&points->outcomes, ticket) = (uint64_t)event->closed->outcome;
        *sim_map_at(&points->rounds, ticket) = event->closed->round;
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        *sim_map_at(&points->outcomes, ticket) = 0;
        *sim_map_at(&points->members, ticket) = 0;
        *sim_map_at(&points->rounds, ticket) = event->reopened->round;
        take_down(sim, points, ticket);
        break;
    default:
        break;
    }
}

static void read_archived(const struct sim *sim, struct sim_points *points,
                          const Paidan__Archived *fact)
{
    for (size_t index = 0; index < fact->n_records; index++) {
        const Paidan__ArchivedRecord *const record = fact->records[index];
        Paidan__Event *const event =
            paidan__event__unpack(NULL, record->event.len, record->event.data);
        CHECK(event != NULL);
        if (record->person != NULL) {
            *sim_map_at(&points->claims, event->ticket) = archive_ledger_person(record->person);
        }
        if (strcmp(fact->log, "escalation") == 0 && event->has_ticket) {
            read_heard(sim, points, event);
        }
        paidan__event__free_unpacked(event, NULL);
    }
}

static void read_archive(const struct sim *sim, struct sim_points *points, uint64_t seq,
                         const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ARCHIVED:
        read_archived(sim, points, event->archived);
        break;
    case PAIDAN__EVENT__FACT_POINTS_ENTERED:
        read_entered(sim, points, seq, event);
        break;
    case PAIDAN__EVENT__FACT_POINTS_PASSED:
        must(sim, event->ticket,
             sim_map_get(&points->held, key_of(event->ticket, event->points_passed->rule)) == 0,
             "a limit withholds what is in force, of");
        sim->figures->kinds[SIM_LIMIT_REACHED]++;
        break;
    case PAIDAN__EVENT__FACT_EXEMPT_ASKED:
        *sim_map_at(&points->asked, event->ticket) = event->exempt_asked->round;
        break;
    case PAIDAN__EVENT__FACT_EXEMPT_RULED:
        *sim_map_at(&points->exempt, event->ticket) =
            event->exempt_ruled->granted ? sim_map_get(&points->asked, event->ticket) : 0;
        sim->figures->kinds[SIM_EXEMPTED] += event->exempt_ruled->granted ? 1 : 0;
        break;
    case PAIDAN__EVENT__FACT_BULLETIN_DRAFTED:
        read_drafted(sim, points, event);
        break;
    case PAIDAN__EVENT__FACT_BULLETIN_RULED:
        read_ruled(sim, points, seq, event);
        break;
    case PAIDAN__EVENT__FACT_BULLETIN_WITHDRAWN:
        take_down(sim, points, event->ticket);
        break;
    default:
        break;
    }
}

void sim_points_read(const struct sim *sim, struct sim_points *points, enum world_service service,
                     uint64_t seq, const Paidan__Event *event)
{
    if (service == WORLD_INTAKE && event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        read_registered(points, event);
    } else if (service == WORLD_ARCHIVE) {
        read_archive(sim, points, seq, event);
    }
}

/* ---- at rest ---- */

/* By the rules `report`, which both sites have and which has no limit, and `daily`, which is for any end: its limit may
 * withhold it, but what it gave is taken back likewise. */
static void compare_ticket(const struct sim *sim, const struct sim_points *points, uint64_t ticket)
{
    const uint64_t key = key_of(ticket, "report"), round = sim_map_get(&points->rounds, ticket);
    const uint64_t outcome = sim_map_get(&points->outcomes, ticket);
    const bool stands = outcome != 0 && outcome != PAIDAN__OUTCOME__OUTCOME_WITHDRAWN &&
                        (round == 0 || sim_map_get(&points->exempt, ticket) != round) &&
                        sim_map_get(&points->members, ticket) == 0;
    const bool due = stands && solved(points, ticket);
    const struct entry *const held =
        entry_of((struct sim_points *)(uintptr_t)points, sim_map_get(&points->held, key));
    must(sim, ticket, sim_map_get(&points->claims, ticket) != 0, "nobody's is");
    must(sim, ticket, stands || sim_map_get(&points->held, key_of(ticket, "daily")) == 0,
         "points for what has not ended after all,");
    must(sim, ticket, held == NULL || due, "points for what was not solved after all,");
    must(sim, ticket, held != NULL || !due || sim_map_get(&points->barred, key) >= 1 + round,
         "no points for");
    must(sim, ticket, held == NULL || held->person == sim_map_get(&points->claims, ticket),
         "points of another person, for");
}

static void compare_accounts(const struct sim *sim, const struct sim_points *points)
{
    struct store_txn *txn = NULL;
    struct archive_ledger_law law;
    enum rc rc = store_begin(world_store(sim->world, WORLD_ARCHIVE), false, &txn);
    CHECK(rc == RC_OK);
    rc = archive_ledger_check(txn, &law);
    CHECK(rc == RC_OK);
    must(sim, law.in - law.out, law.in == law.out, "all accounts together are");
    must(sim, law.wrong, law.wrong == 0, "accounts that are not what their entries say:");
    must(sim, law.entries, law.entries == points->count && law.moved == points->moved,
         "by the log there are other entries than");
    for (size_t index = 0; index < points->in.size; index++) {
        const uint64_t person = points->in.keys[index];
        struct archive_account account;
        char name[PSEUDONYM_BYTES + 1];
        if (person == 0) {
            continue;
        }
        archive_ledger_name(person, name);
        rc = archive_ledger_account(txn, ARCHIVE_PERSON, name, &account);
        CHECK(rc == RC_OK);
        must(sim, person,
             account.in == points->in.values[index] &&
                 account.out == sim_map_get(&points->out, person),
             "another account than by the log has");
    }
    store_abort(txn);
}

/* What everybody may see: each of them stands, and each that stands long enough is among them. */
static void compare_bulletins(struct sim *sim, const struct sim_points *points)
{
    enum { HOUR_MS = 3600000 };
    Paidan__BulletinList wish = PAIDAN__BULLETIN_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    struct sim_map listed = {.keys = NULL};
    request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_LIST;
    request.bulletin_list = &wish;
    wish.has_state = true;
    wish.state = PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED;
    for (bool more = true; more;) {
        const Paidan__Answer *const answer = sim_look(sim, WORLD_ARCHIVE, &request);
        CHECK(answer != NULL);
        CHECK(answer->code == PAIDAN__CODE__OK);
        const Paidan__BulletinListed *const page = answer->bulletin_listed;
        for (size_t index = 0; index < page->n_bulletins; index++) {
            const uint64_t id = page->bulletins[index]->id;
            const uint64_t ticket = sim_map_get(&points->tells, id);
            must(sim, id, ticket != 0 && sim_map_get(&points->shown, ticket) == id,
                 "everybody still sees bulletin");
            must(sim, id, page->bulletins[index]->ticket == 0, "a ticket is named by bulletin");
            *sim_map_at(&listed, id) = 1;
        }
        more = page->has_next;
        wish.has_since_ms = wish.has_after = more;
        wish.since_ms = page->next_since_ms;
        wish.after = page->next;
    }
    for (size_t index = 0; index < points->shown.size; index++) {
        const uint64_t ticket = points->shown.keys[index], id = points->shown.values[index];
        must(sim, ticket,
             ticket == 0 || id == 0 || sim_map_get(&listed, id) != 0 ||
                 sim_map_get(&points->until_ms, ticket) <= world_now_ms(sim->world) + 24 * HOUR_MS,
             "nobody sees what was published of");
    }
    sim_map_free(&listed);
}

void sim_points_compare(struct sim *sim, const struct sim_points *points)
{
    for (size_t index = 0; index < points->ticket_count; index++) {
        compare_ticket(sim, points, points->tickets[index]);
    }
    compare_accounts(sim, points);
    compare_bulletins(sim, points);
}
