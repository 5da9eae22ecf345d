/* archive_bulletin_list: what is proposed is not stored: it is what is closed, fits the rule that the site has
 * today and was written about by nobody. What must stay true: the list of published ones names no ticket and no
 * person, for anybody may ask for it; a page looks at so many rows and no more, and says where the next begins
 * even when none of them fitted. */
#include "archive_bulletin_list.h"

#include "archive_bulletin_state.h"
#include "archive_bulletin_words.h"
#include "archive_matter.h"
#include "common/base/check.h"
#include "common/say/number.h"

enum { LOOKED_AT_MAX = 2000, LIMIT_DEFAULT = 50 };

struct page {
    struct step_view *view;
    const Paidan__BulletinList *wish;
    uint32_t area; /* index in the site; SITE_NONE: all */
    size_t limit;
    Paidan__BulletinListed *listed;
};

static bool in_area(const struct page *page, const char *code)
{
    if (page->area == SITE_NONE) {
        return true;
    }
    const uint32_t area = site_area_find(page->view->site, code);
    return area != SITE_NONE && site_area_within(page->view->site, area, page->area);
}

/* NULL: no memory. */
static Paidan__Bulletin *add(struct page *page)
{
    Paidan__Bulletin *const made = arena_alloc(page->view->arena, sizeof *made);
    CHECK(page->listed->n_bulletins < page->limit);
    if (made != NULL) {
        paidan__bulletin__init(made);
        page->listed->bulletins[page->listed->n_bulletins++] = made;
    }
    return made;
}

static char *kept(const struct page *page, const char *text, bool *whole)
{
    char *const copy = arena_strdup(page->view->arena, text);
    *whole = *whole && copy != NULL;
    return copy;
}

static char *kept_code(const struct page *page, const char *code, bool *whole)
{
    return code[0] == '\0' ? NULL : kept(page, code, whole);
}

static void add_ticket(const struct page *page, Paidan__Bulletin *made, uint64_t ticket,
                       bool *whole)
{
    char number[NUMBER_BYTES];
    number_format(ticket, number);
    made->has_ticket = true;
    made->ticket = ticket;
    made->number = kept(page, number, whole);
}

/* Of one that has words; open: to those who work on them. */
static enum rc add_written(struct page *page, uint64_t ticket,
                           const struct archive_bulletin *bulletin, bool open)
{
    Paidan__Bulletin *const made = add(page);
    bool whole = made != NULL;
    if (!whole) {
        return RC_LIMIT;
    }
    made->state = (Paidan__BulletinState)bulletin->state;
    made->title = kept(page, bulletin->title, &whole);
    made->text = kept(page, bulletin->text, &whole);
    made->category = kept_code(page, bulletin->category, &whole);
    made->area = kept_code(page, bulletin->area, &whole);
    made->unit = kept_code(page, bulletin->unit, &whole);
    made->has_closed_ms = true;
    made->closed_ms = bulletin->closed_ms;
    made->has_published_ms = made->has_until_ms = made->has_id = bulletin->id != 0;
    made->published_ms = bulletin->published_ms;
    made->until_ms = bulletin->until_ms;
    made->id = bulletin->id;
    if (!open) {
        return whole ? RC_OK : RC_LIMIT;
    }
    add_ticket(page, made, ticket, &whole);
    made->drafted_by = kept(page, bulletin->drafted_by, &whole);
    made->has_drafted_ms = true;
    made->drafted_ms = bulletin->drafted_ms;
    made->ruled_by = kept_code(page, bulletin->ruled_by, &whole);
    made->note = kept_code(page, bulletin->note, &whole);
    made->has_reopened = bulletin->reopened;
    made->reopened = bulletin->reopened;
    return whole ? RC_OK : RC_LIMIT;
}

static void more(struct page *page, uint64_t at_ms, uint64_t ticket)
{
    page->listed->has_next_since_ms = page->listed->has_next = true;
    page->listed->next_since_ms = at_ms;
    page->listed->next = ticket;
}

/* ---- published ---- */

static enum rc list_published(struct page *page)
{
    const Paidan__BulletinList *const wish = page->wish;
    struct archive_shown shown = {.published_ms = wish->has_since_ms ? wish->since_ms : UINT64_MAX,
                                  .ticket = wish->has_after ? wish->after : 0};
    enum rc rc = RC_OK;
    for (size_t looked = 0; rc == RC_OK; looked++) {
        struct archive_bulletin bulletin;
        const struct archive_shown before = shown;
        bool confidential = false;
        rc = archive_bulletin_state_shown(page->view->txn, &shown);
        if (rc == RC_OK && (looked == LOOKED_AT_MAX || page->listed->n_bulletins == page->limit)) {
            more(page, before.published_ms, before.ticket);
            return RC_OK;
        }
        rc =
            rc == RC_OK ? archive_bulletin_state_get(page->view->txn, shown.ticket, &bulletin) : rc;
        rc = rc == RC_OK ? archive_matter_confidential(page->view->txn, shown.ticket, &confidential)
                         : rc;
        if (rc == RC_OK && !confidential && page->view->now_ms < bulletin.until_ms &&
            in_area(page, bulletin.area)) {
            rc = add_written(page, shown.ticket, &bulletin, false);
        }
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- proposed ---- */

static enum rc add_proposed(struct page *page, const struct archive_ended *ended,
                            const struct archive_matter *matter)
{
    char title[TITLE_BYTES_MAX + 1], text[NOTE_BYTES_MAX + 1];
    enum rc rc =
        archive_bulletin_words_draft(page->view->arena, page->view->site, matter, title, text);
    Paidan__Bulletin *const made = rc == RC_OK ? add(page) : NULL;
    bool whole = made != NULL;
    if (!whole) {
        return rc == RC_OK ? RC_LIMIT : rc;
    }
    made->state = PAIDAN__BULLETIN_STATE__BULLETIN_PROPOSED;
    made->title = kept(page, title, &whole);
    made->text = kept(page, text, &whole);
    made->category = kept_code(page, matter->category, &whole);
    made->area = kept_code(page, matter->area, &whole);
    made->unit = kept_code(page, matter->unit, &whole);
    made->has_closed_ms = true;
    made->closed_ms = matter->closed_ms;
    add_ticket(page, made, ended->ticket, &whole);
    return whole ? RC_OK : RC_LIMIT;
}

/* Members 并单 are told of with the ticket that was worked on. */
static enum rc look_proposed(struct page *page, const struct archive_ended *ended)
{
    struct archive_matter matter;
    struct archive_bulletin bulletin;
    bool confidential = false;
    enum rc rc = archive_matter_get(page->view->txn, ended->ticket, &matter);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (matter.outcome != PAIDAN__OUTCOME__OUTCOME_SOLVED || matter.member ||
        !in_area(page, matter.area) ||
        !site_bulletin_proposes(page->view->site, matter.category, matter.area)) {
        return RC_OK;
    }
    rc = archive_bulletin_state_get(page->view->txn, ended->ticket, &bulletin);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    rc = archive_matter_confidential(page->view->txn, ended->ticket, &confidential);
    return rc == RC_OK && !confidential ? add_proposed(page, ended, &matter) : rc;
}

static enum rc list_proposed(struct page *page)
{
    const Paidan__BulletinList *const wish = page->wish;
    struct archive_ended ended = {.closed_ms = wish->has_since_ms ? wish->since_ms : UINT64_MAX,
                                  .ticket = wish->has_after ? wish->after : 0};
    enum rc rc = page->view->site->bulletin.category_count == 0 ? RC_NOT_FOUND : RC_OK;
    for (size_t looked = 0; rc == RC_OK; looked++) {
        const struct archive_ended before = ended;
        rc = archive_matter_before(page->view->txn, &ended);
        if (rc == RC_OK && (looked == LOOKED_AT_MAX || page->listed->n_bulletins == page->limit)) {
            more(page, before.closed_ms, before.ticket);
            return RC_OK;
        }
        rc = rc == RC_OK ? look_proposed(page, &ended) : rc;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- written ---- */

static enum rc list_written(struct page *page)
{
    const Paidan__BulletinList *const wish = page->wish;
    uint64_t ticket = wish->has_after ? wish->after : UINT64_MAX;
    enum rc rc = RC_OK;
    for (size_t looked = 0; rc == RC_OK; looked++) {
        struct archive_bulletin bulletin;
        const uint64_t before = ticket;
        rc = archive_bulletin_state_before(page->view->txn, &ticket, &bulletin);
        if (rc == RC_OK && (looked == LOOKED_AT_MAX || page->listed->n_bulletins == page->limit)) {
            more(page, 0, before);
            return RC_OK;
        }
        if (rc == RC_OK && (!wish->has_state || bulletin.state == (uint32_t)wish->state) &&
            in_area(page, bulletin.area)) {
            rc = add_written(page, ticket, &bulletin, true);
        }
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc archive_bulletin_list_query(struct step_view *view, const Paidan__BulletinList *wish,
                                    Paidan__Answer *answer)
{
    const uint32_t limit = wish->has_limit ? wish->limit : LIMIT_DEFAULT;
    struct page page = {.view = view, .wish = wish, .area = SITE_NONE, .limit = limit};
    CHECK(view->site != NULL);
    if (limit == 0 || limit > BULLETINS_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    if (wish->area != NULL) {
        page.area = site_area_find(view->site, wish->area);
        if (page.area == SITE_NONE) {
            return step_view_refuse(answer, PAIDAN__CODE__AREA_UNKNOWN, "area");
        }
    }
    page.listed = arena_alloc(view->arena, sizeof *page.listed);
    Paidan__Bulletin **const room = arena_alloc(view->arena, limit * sizeof(Paidan__Bulletin *));
    if (page.listed == NULL || room == NULL) {
        return RC_LIMIT;
    }
    paidan__bulletin_listed__init(page.listed);
    page.listed->bulletins = room;
    const bool published =
        wish->has_state && wish->state == PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED;
    const bool proposed =
        wish->has_state && wish->state == PAIDAN__BULLETIN_STATE__BULLETIN_PROPOSED;
    const enum rc rc = published  ? list_published(&page)
                       : proposed ? list_proposed(&page)
                                  : list_written(&page);
    answer->body_case = PAIDAN__ANSWER__BODY_BULLETIN_LISTED;
    answer->bulletin_listed = page.listed;
    return rc;
}
