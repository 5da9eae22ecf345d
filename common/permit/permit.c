/* permit: what a role reaches. A right is a cell of the table together with the role that it was
 * found by; somebody with several roles has the union of what each reaches, and no more: two
 * scopes are never combined into a wider third.
 *
 * What must stay true: what is not known covers nothing. A ticket without a unit is nobody's own,
 * a role without its unit has none; the one exception is the dispatcher's, who is there for what is
 * not placed yet. */
#include "common/permit/permit.h"

#include <string.h>

#include "common/base/check.h"

/* protobuf tells an empty text from one that is not there; here both have said nothing. */
static bool said(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Two that say nothing are not the same, or a role that lost its unit would reach every ticket that
 * has none. */
static bool same(const char *one, const char *other)
{
    return said(one) && said(other) && strcmp(one, other) == 0;
}

/* A ticket carries a unit's code for months; who acts for the heir acts for it. */
static bool unit_is(const struct site *site, const char *own, const char *unit)
{
    if (same(own, unit)) {
        return true;
    }
    const char *now =
        site != NULL && said(own) && said(unit) ? site_code_now(site, SITE_KIND_UNIT, unit) : NULL;
    return now != NULL && strcmp(now, own) == 0;
}

/* Both sides by their heirs: a role outlives a site edit as a ticket does. Without a site only what
 * is spelt alike is within. */
static bool area_within(const struct site *site, const char *area, const char *ancestor)
{
    if (same(area, ancestor)) {
        return true;
    }
    if (site == NULL || !said(area) || !said(ancestor)) {
        return false;
    }
    const uint32_t inner = site_heir(site, SITE_KIND_AREA, area);
    const uint32_t outer = site_heir(site, SITE_KIND_AREA, ancestor);
    return inner != SITE_NONE && outer != SITE_NONE && site_area_within(site, inner, outer);
}

static const struct site_unit *unit_of(const struct site *site, const char *code)
{
    const uint32_t index =
        site == NULL || !said(code) ? SITE_NONE : site_heir(site, SITE_KIND_UNIT, code);
    return index == SITE_NONE ? NULL : &site->units[index];
}

/* Who assists sees what the lead sees: it could not work on it otherwise. */
static bool covers_unit(const struct site *site, const char *own,
                        const struct permit_subject *subject)
{
    bool covered = unit_is(site, own, subject->unit);
    CHECK(subject->assist_count <= SITE_ASSIST_MAX);
    for (size_t index = 0; !covered && index < subject->assist_count; index++) {
        covered = unit_is(site, own, subject->assist[index]);
    }
    return covered;
}

/* Level and place of a ticket: its own, else those of the unit that has it. */
static bool covers_branch(const struct site *site, const Paidan__GrantRole *role,
                          const struct permit_subject *subject)
{
    const struct site_unit *const own = unit_of(site, role->unit);
    const struct site_unit *const theirs = unit_of(site, subject->unit);
    if (own == NULL || (theirs == NULL && !said(subject->area))) {
        return false;
    }
    const uint32_t level = subject->level != 0 ? subject->level
                           : theirs != NULL    ? theirs->level
                                               : 0;
    const uint32_t top = role->has_level && role->level < own->level ? role->level : own->level;
    if (level == 0 || level > top) {
        return false;
    }
    if (own->area == SITE_NONE) {
        return true; /* the whole site is the unit's */
    }
    const char *const within = site->areas[own->area].code;
    if (said(subject->area)) {
        return area_within(site, subject->area, within);
    }
    return theirs->area != SITE_NONE && site_area_within(site, theirs->area, own->area);
}

/* A dispatcher without an area has the whole site; a ticket without one is not placed yet and is
 * there for all of them. */
static bool covers_area(const struct site *site, const Paidan__GrantRole *role,
                        const struct permit_subject *subject)
{
    return !said(role->area) || !said(subject->area) ||
           area_within(site, subject->area, role->area);
}

/* A channel that was renamed keeps its tickets, and its operators keep them too. */
static bool covers_channel(const struct site *site, const Paidan__GrantRole *role,
                           const struct permit_subject *subject)
{
    if (!said(role->channel) || !said(subject->channel)) {
        return false;
    }
    const char *now =
        site == NULL ? NULL : site_code_now(site, SITE_KIND_CHANNEL, subject->channel);
    bool asked = false;
    for (size_t nth = 0; nth < subject->asked_count; nth++) {
        asked = asked || same(role->channel, subject->asked[nth]);
    }
    return asked || same(role->channel, subject->channel) || same(role->channel, now);
}

/* The channels that may ask for it, while one asks: intake knows neither round nor lease, but that the
 * unit says solved and nobody has answered. */
static bool covers_callback(const struct site *site, const Paidan__GrantRole *role,
                            const struct permit_subject *subject)
{
    const uint32_t index = site == NULL || !said(subject->channel)
                               ? SITE_NONE
                               : site_heir(site, SITE_KIND_CHANNEL, subject->channel);
    return index != SITE_NONE && subject->state == PAIDAN__STATE__STATE_RESOLVED &&
           said(role->channel) && site_channel_asks(&site->channels[index], role->channel);
}

/* One right about one ticket. Scopes that say yes here are judged elsewhere as well: a code by the
 * core, which alone knows it; a supervising unit by the name it acts in (permit_ask). */
static bool right_covers(const struct permit_right *right, const struct site *site,
                         const struct permit_subject *subject)
{
    const Paidan__GrantRole *const role = right->role;
    switch (right->scope) {
    case PERMIT_ALL:
    case PERMIT_UNTITLED:
    case PERMIT_OVERSEE:
    case PERMIT_FOLLOWED:
    case PERMIT_CODE: /* whether the code is right only the core can tell */
        return true;
    case PERMIT_UNIT:
        return role != NULL && covers_unit(site, role->unit, subject);
    case PERMIT_BRANCH:
    case PERMIT_DECIDE:
        return role != NULL &&
               (covers_unit(site, role->unit, subject) || covers_branch(site, role, subject));
    case PERMIT_AREA:
        return role != NULL && covers_area(site, role, subject);
    case PERMIT_CHANNEL:
    case PERMIT_CHANNEL_CODE:
        return role != NULL && covers_channel(site, role, subject);
    case PERMIT_PASS:
        return role != NULL && role->has_ticket && role->ticket == subject->ticket;
    case PERMIT_CALLBACK: /* a key that is a unit's as well asks nobody about its own work */
        return role != NULL && covers_callback(site, role, subject) &&
               !covers_unit(site, role->unit, subject);
    case PERMIT_NONE:
        break;
    }
    return false;
}

/* ---- views ---- */

/* At most one right a role and one of the column, so the array of a view cannot run over. */
static void view_add(struct permit_view *view, enum permit_scope scope,
                     const Paidan__GrantRole *role)
{
    CHECK(view->count < PERMIT_RIGHTS_MAX);
    switch (scope) {
    case PERMIT_NONE:
        return;
    case PERMIT_ALL:
    case PERMIT_OVERSEE:
        view->all = true;
        view->untitled = false;
        break;
    case PERMIT_FOLLOWED:
        view->all = true;
        break;
    case PERMIT_UNTITLED:
        /* Whoever may see some tickets with titles by another role sees none: an auditor who is a
         * clerk as well is what the roles are kept apart for. */
        view->untitled = !view->all;
        view->all = true;
        break;
    default:
        break;
    }
    view->rights[view->count++] = (struct permit_right){.scope = scope, .role = role};
}

/* Whoever is free has no rights in the list: `all` says it, and nothing has to be looked through
 * for him. A peer is judged by its column; a person has what everybody has and, beside it, each of
 * his roles. */
void permit_view_make(const struct permit_asker *asker, enum permit_row row,
                      struct permit_view *view)
{
    *view = (struct permit_view){.row = row, .all = asker->free};
    if (row >= PERMIT_ROWS || asker->free) {
        return;
    }
    CHECK(asker->role_count <= GRANT_ROLES_MAX);
    if (asker->column != PERMIT_COLUMNS) {
        const enum permit_scope scope = permit_table_cell(row, asker->column);
        if (scope != PERMIT_FOLLOWED || asker->follows) {
            view_add(view, scope, asker->role_count > 0 ? asker->roles[0] : NULL);
        }
        return;
    }
    view_add(view, permit_table_cell(row, PERMIT_PERSON), NULL);
    for (size_t index = 0; index < asker->role_count; index++) {
        const Paidan__GrantRole *const role = asker->roles[index];
        /* The public is nobody; nobody is given its rights by name. Nor is a log to follow, which is
         * the peers file's to allow and no grant's. */
        if (role->role >= PAIDAN__ROLE__ROLE_DISPATCHER && role->role < PAIDAN__ROLE__ROLE_PUBLIC) {
            const enum permit_scope scope = permit_table_cell(row, (unsigned)role->role);
            view_add(view, scope == PERMIT_FOLLOWED ? PERMIT_NONE : scope, role);
        }
    }
}

bool permit_covers(const struct permit_view *view, const struct site *site,
                   const struct permit_subject *subject)
{
    CHECK(view->count <= PERMIT_RIGHTS_MAX);
    bool covered = view->all;
    for (size_t index = 0; !covered && index < view->count; index++) {
        covered = right_covers(&view->rights[index], site, subject);
    }
    return covered;
}

bool permit_unbounded(const struct permit_view *view)
{
    CHECK(view->count <= PERMIT_RIGHTS_MAX);
    bool unbounded = view->all;
    for (size_t index = 0; !unbounded && index < view->count; index++) {
        const struct permit_right *const right = &view->rights[index];
        unbounded = right->scope == PERMIT_AREA && right->role != NULL && !said(right->role->area);
    }
    return unbounded;
}

/* For a unit a phone is for the work, and the work begins when it accepts. */
static bool is_taken_up(Paidan__State state)
{
    return state == PAIDAN__STATE__STATE_ACCEPTED || state == PAIDAN__STATE__STATE_SUSPENDED ||
           state == PAIDAN__STATE__STATE_RESOLVED || state == PAIDAN__STATE__STATE_CLOSED;
}

/* Somebody who may see the phone by another right (a hotline operator who is a clerk too) does not
 * wait. */
bool permit_early(const struct permit_view *view, const struct site *site,
                  const struct permit_subject *subject)
{
    CHECK(view->count <= PERMIT_RIGHTS_MAX);
    bool early = false;
    if (view->row != PERMIT_READ_PHONES || view->all || is_taken_up(subject->state)) {
        return false;
    }
    for (size_t index = 0; index < view->count; index++) {
        const struct permit_right *const right = &view->rights[index];
        const bool works = right->scope == PERMIT_UNIT || right->scope == PERMIT_BRANCH;
        if (right_covers(right, site, subject)) {
            if (!works) {
                return false;
            }
            early = true;
        }
    }
    return early;
}

bool permit_guarded(const struct permit_view *view, const struct site *site,
                    const struct permit_subject *subject)
{
    CHECK(view->count <= PERMIT_RIGHTS_MAX);
    bool guarded = subject->confidential && !view->all;
    for (size_t index = 0; guarded && index < view->count; index++) {
        const struct permit_right *const right = &view->rights[index];
        const bool works = right->scope == PERMIT_UNIT || right->scope == PERMIT_BRANCH ||
                           right->scope == PERMIT_DECIDE ||
                           (right->role != NULL && covers_unit(site, right->role->unit, subject));
        guarded = works || !right_covers(right, site, subject);
    }
    return guarded;
}

/* A unit that asked residents about its own work would write its own marks. */
bool permit_handled(const struct permit_asker *asker, const struct permit_view *view,
                    const struct permit_subject *subject)
{
    CHECK(asker->role_count <= GRANT_ROLES_MAX);
    bool handled = false;
    const bool asks = view->row == PERMIT_CALLBACK_ANSWER || view->row == PERMIT_CALLBACK_MISS;
    for (size_t index = 0; asks && index < asker->role_count; index++) {
        handled = handled || same(asker->roles[index]->unit, subject->unit);
    }
    return handled;
}

/* For event streams: asked once an event and stream, thousands of times a second, so it takes no
 * memory and reads no file. */
bool permit_grant_covers(const Paidan__Grant *grant, enum permit_row row, const struct site *site,
                         const struct permit_subject *subject)
{
    struct permit_view view;
    const struct permit_asker asker = {.actor = grant->actor,
                                       .column = PERMIT_COLUMNS,
                                       .role_count = grant->n_roles,
                                       .roles = grant->roles};
    permit_view_make(&asker, row, &view);
    return permit_covers(&view, site, subject);
}
