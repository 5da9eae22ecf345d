/* demo_desk: the dispatcher, who reads what triage was unsure of and rules on what units return.
 *
 * Looks at the desk every few minutes, thinks for a while about each ticket, and looks again
 * before deciding: meanwhile it may have been withdrawn or raised. */
#include "demo_desk.h"

#include "common/base/check.h"
#include "common/site/site_judge.h"
#include "demo_actor.h"
#include "demo_errand.h"

#define DESK_ITEMS 200u
#define DESK_LOOK_MS (6u * DEMO_MINUTE_MS)
/* So often a ticket is left for the next look until it is known whose it is. */
#define ROW_LOOKS 10u

/* *listed stays as it is when there is no answer. */
static enum rc desk_list(struct demo *demo, uint64_t after, uint32_t limit,
                         const Paidan__DeskListed **listed)
{
    CHECK(limit > 0);
    Paidan__DeskList list = PAIDAN__DESK_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    list.has_after = 1;
    list.after = after;
    list.has_limit = 1;
    list.limit = limit;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &list;
    request.actor = demo_actor_lend("desk-1");
    const enum rc rc = demo_actor_call(demo, "triage", &request, &answer);
    if (rc == RC_OK) {
        *listed = answer->desk_listed;
    }
    return rc;
}

enum rc demo_desk_look(struct demo *demo, uint64_t now_ms)
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
        const uint64_t wait_ms = demo_actor_choose(4 * DEMO_MINUTE_MS, 18 * DEMO_MINUTE_MS,
                                                   demo_actor_seed(ticket, SALT_DESK));
        const struct demo_item item = {
            .at_ms = now_ms + wait_ms, .kind = DEMO_ITEM_DISPATCH, .ticket = at_desk->ticket};
        rc = demo_actor_put(demo, &item);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const struct demo_item next = {.at_ms = now_ms + DESK_LOOK_MS, .kind = DEMO_ITEM_DESK};
    return demo_actor_put(demo, &next);
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
    CHECK(site->area_count > 0);
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
    CHECK(demo->site->category_count > 0);
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
    const uint32_t level = site_judge_level(site, category, area);
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
    const uint64_t seed = demo_actor_seed(ticket, SALT_DESK);
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

/* Of category and place alone: nothing of the words. */
static char *summary_write(struct demo *demo, const struct ruling *ruling)
{
    const struct site *const site = demo->site;
    const uint32_t category = site_category_find(site, ruling->category);
    const uint32_t area = site_area_find(site, ruling->area);
    CHECK(category != SITE_NONE);
    CHECK(area != SITE_NONE);
    return arena_printf(&demo->arena, "%s：%s，请现场核实并处理", site->areas[area].name,
                        site->categories[category].name);
}

/* Whose ticket it is may be told to the resident a little after it is here: what the dispatcher would read in
 * it is known then. */
static bool awaits_row(const struct demo *demo, const struct demo_ticket *ticket)
{
    return ticket->row == DEMO_NO_ROW && demo_errand_waits(demo);
}

enum rc demo_desk_dispatch(struct demo *demo, struct demo_item *item)
{
    CHECK(item->ticket > 0);
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
    if (!item->asked && awaits_row(demo, ticket) && item->round < ROW_LOOKS) {
        struct demo_item later = *item;
        later.round++;
        later.at_ms += DESK_LOOK_MS;
        return demo_actor_put(demo, &later);
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
    dispatch.category = demo_actor_lend(ruling.category);
    dispatch.area = demo_actor_lend(ruling.area);
    dispatch.unit = demo_actor_lend(ruling.unit);
    dispatch.note = demo_actor_lend(ruling.note);
    /* 保密: whoever takes part in the demo may ask for it; what happened where is all that a unit needs. */
    if ((at_desk->reasons & 1u << PAIDAN__DESK_REASON__DESK_CONFIDENTIAL) != 0 &&
        (at_desk->reasons & 1u << PAIDAN__DESK_REASON__DESK_RETURNED) == 0) {
        dispatch.summary = summary_write(demo, &ruling);
    }
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &dispatch;
    request.actor = demo_actor_lend("desk-1");
    rc = demo_actor_ask(demo, item, "triage", &request, &answer);
    if (rc == RC_OK && answer->code != PAIDAN__CODE__OK) {
        demo->done.late++;
    }
    return rc;
}
