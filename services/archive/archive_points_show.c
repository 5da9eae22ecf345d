/* archive_points_show: owns nothing. What must stay true: nothing but a pseudonym and codes is shown of a person; a
 * page is bounded, and says where the next begins. The words of an entry and who made it stand in archive's log,
 * which is never trimmed. */
#include "archive_points_show.h"

#include "archive_ledger.h"
#include "common/base/check.h"

enum { LIMIT_DEFAULT = 50 };

struct page {
    struct step_view *view;
    Paidan__PointsShown *shown;
    uint32_t limit;
};

static void *room(const struct page *page, size_t bytes)
{
    CHECK(bytes > 0);
    return arena_zalloc(page->view->arena, bytes);
}

/* ---- people ---- */

static enum rc add_person(struct page *page, uint64_t person)
{
    char name[PSEUDONYM_BYTES + 1];
    struct archive_account account;
    Paidan__PointsAccount *const made = room(page, sizeof *made);
    CHECK(person != 0);
    archive_ledger_name(person, name);
    const enum rc rc = archive_ledger_account(page->view->txn, ARCHIVE_PERSON, name, &account);
    if (rc != RC_OK || made == NULL) {
        return rc == RC_OK ? RC_LIMIT : rc;
    }
    paidan__points_account__init(made);
    made->person = arena_strdup(page->view->arena, name);
    made->in = account.in;
    made->out = account.out;
    made->earned = account.awarded - account.reversed;
    /* In: awards and what was given back; out: exchanges and what was reversed. */
    made->spent = (account.out - account.reversed) - (account.in - account.awarded);
    made->medal = (Paidan__PointsMedal)site_points_medal(page->view->site, made->earned);
    CHECK(page->shown->n_persons < page->limit);
    page->shown->persons[page->shown->n_persons++] = made;
    return made->person == NULL ? RC_LIMIT : RC_OK;
}

static enum rc list_top(struct page *page)
{
    uint64_t earned = UINT64_MAX, person = 0;
    CHECK(page->limit > 0);
    enum rc rc = RC_OK;
    while (rc == RC_OK && page->shown->n_persons < page->limit) {
        rc = archive_ledger_top(page->view->txn, &earned, &person);
        rc = rc == RC_OK ? add_person(page, person) : rc;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- entries ---- */

static enum rc add_line(struct page *page, uint64_t entry)
{
    struct archive_entry kept;
    Paidan__Event *event = NULL;
    Paidan__PointsLine *const made = room(page, sizeof *made);
    CHECK(page->shown->n_entries < page->limit);
    enum rc rc = archive_ledger_entry(page->view->txn, entry, &kept);
    rc = rc == RC_OK ? step_view_read(page->view, entry, &event) : rc;
    if (rc != RC_OK || made == NULL) {
        return rc == RC_OK ? RC_LIMIT : rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_POINTS_ENTERED) {
        return RC_CORRUPT;
    }
    const Paidan__PointsEntered *const fact = event->points_entered;
    CHECK(kept.points > 0);
    paidan__points_line__init(made);
    made->entry = entry;
    made->at_ms = event->at_ms;
    made->kind = fact->kind;
    made->points = kept.points;
    made->has_ticket = kept.ticket != 0;
    made->ticket = kept.ticket;
    made->rule = fact->rule;
    made->goods = fact->goods;
    made->has_count = fact->has_count;
    made->count = fact->count;
    made->has_reverses = kept.reverses != 0;
    made->reverses = kept.reverses;
    made->has_reversed_by = kept.reversed_by != 0;
    made->reversed_by = kept.reversed_by;
    made->actor = event->cause == NULL ? NULL : event->cause->actor;
    made->note = fact->note;
    page->shown->entries[page->shown->n_entries++] = made;
    return RC_OK;
}

static enum rc list_entries(struct page *page, uint64_t person, uint64_t before)
{
    CHECK(page->shown->n_entries == 0);
    enum rc rc = add_person(page, person);
    while (rc == RC_OK) {
        const uint64_t next = before;
        rc = archive_ledger_before(page->view->txn, person, &before);
        if (rc == RC_OK && page->shown->n_entries == page->limit) {
            page->shown->has_next = true;
            page->shown->next = next;
            return RC_OK;
        }
        rc = rc == RC_OK ? add_line(page, before) : rc;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc show_person(struct page *page, const Paidan__PointsShow *wish,
                           Paidan__Answer *answer)
{
    struct archive_account account;
    struct archive_claim claim = {.person = 0};
    char name[PSEUDONYM_BYTES + 1];
    enum rc rc = RC_OK;
    if (wish->what == PAIDAN__POINTS_WHAT__POINTS_OF_TICKET) {
        rc = wish->has_ticket && wish->ticket != 0
                 ? archive_ledger_claim(page->view->txn, wish->ticket, &claim)
                 : RC_NOT_FOUND;
    } else {
        claim.person = wish->person == NULL ? 0 : archive_ledger_person(wish->person);
    }
    if (rc == RC_OK && claim.person != 0) {
        archive_ledger_name(claim.person, name);
        rc = archive_ledger_account(page->view->txn, ARCHIVE_PERSON, name, &account);
    }
    if (rc == RC_NOT_FOUND || (rc == RC_OK && claim.person == 0)) {
        return step_view_refuse(answer, PAIDAN__CODE__POINTS_PERSON, NULL);
    }
    if (rc != RC_OK) {
        return rc;
    }
    answer->body_case = PAIDAN__ANSWER__BODY_POINTS_SHOWN;
    answer->points_shown = page->shown;
    return list_entries(page, claim.person, wish->has_before ? wish->before : UINT64_MAX);
}

/* ---- goods, and the law ---- */

static enum rc list_goods(struct page *page)
{
    const struct site_points *const points = &page->view->site->points;
    CHECK(points->goods_count <= SITE_GOODS_MAX);
    if (points->goods_count == 0) {
        return RC_OK;
    }
    page->shown->goods = room(page, points->goods_count * sizeof(Paidan__PointsGoods *));
    for (uint32_t index = 0; page->shown->goods != NULL && index < points->goods_count; index++) {
        const struct site_goods *const goods = &points->goods[index];
        struct archive_account shelf;
        Paidan__PointsGoods *const made = room(page, sizeof *made);
        const enum rc rc =
            archive_ledger_account(page->view->txn, ARCHIVE_GOODS, goods->goods, &shelf);
        if ((rc != RC_OK && rc != RC_NOT_FOUND) || made == NULL) {
            return made == NULL ? RC_LIMIT : rc;
        }
        paidan__points_goods__init(made);
        made->goods = (char *)(uintptr_t)goods->goods; /* lives as long as the view */
        made->name = (char *)(uintptr_t)goods->name;
        made->price = goods->price;
        made->stock = goods->stock;
        made->left = goods->stock > shelf.taken ? goods->stock - shelf.taken : 0;
        page->shown->goods[page->shown->n_goods++] = made;
    }
    return page->shown->goods == NULL ? RC_LIMIT : RC_OK;
}

static enum rc show_check(struct page *page)
{
    struct archive_ledger_law law;
    Paidan__PointsCheck *const made = room(page, sizeof *made);
    const enum rc rc = archive_ledger_check(page->view->txn, &law);
    if (rc != RC_OK || made == NULL) {
        return rc == RC_OK ? RC_LIMIT : rc;
    }
    CHECK(law.wrong <= law.accounts);
    paidan__points_check__init(made);
    made->accounts = law.accounts;
    made->entries = law.entries;
    made->moved = law.moved;
    made->in = law.in;
    made->out = law.out;
    made->wrong = law.wrong;
    page->shown->check = made;
    return RC_OK;
}

enum rc archive_points_show_query(struct step_view *view, const Paidan__PointsShow *wish,
                                  Paidan__Answer *answer)
{
    struct page page = {.view = view, .limit = wish->has_limit ? wish->limit : LIMIT_DEFAULT};
    CHECK(view->site != NULL);
    if (page.limit == 0 || page.limit > POINTS_LIST_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    page.shown = room(&page, sizeof *page.shown);
    if (page.shown == NULL) {
        return RC_LIMIT;
    }
    paidan__points_shown__init(page.shown);
    page.shown->persons = room(&page, page.limit * sizeof(Paidan__PointsAccount *));
    page.shown->entries = room(&page, page.limit * sizeof(Paidan__PointsLine *));
    if (page.shown->persons == NULL || page.shown->entries == NULL) {
        return RC_LIMIT;
    }
    if (wish->what == PAIDAN__POINTS_WHAT__POINTS_OF_PERSON ||
        wish->what == PAIDAN__POINTS_WHAT__POINTS_OF_TICKET) {
        return show_person(&page, wish, answer);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_POINTS_SHOWN;
    answer->points_shown = page.shown;
    switch (wish->what) {
    case PAIDAN__POINTS_WHAT__POINTS_TOP:
        return list_top(&page);
    case PAIDAN__POINTS_WHAT__POINTS_GOODS:
        return list_goods(&page);
    default:
        CHECK(wish->what == PAIDAN__POINTS_WHAT__POINTS_CHECK);
        return show_check(&page);
    }
}
