/* access_role: which roles there may be. Owns the two rules that no permission table can keep: an
 * administrator has that one role and nothing else (三权分立), and a role without the scope that
 * it needs is not given at all, for it would reach nothing and look as if it did. */

#include "access_role.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* Of the three that watch each other (三权分立). */
bool access_role_administers(uint32_t role)
{
    CHECK(role != 0);
    return role == PAIDAN__ROLE__ROLE_SYSTEM || role == PAIDAN__ROLE__ROLE_SECURITY ||
           role == PAIDAN__ROLE__ROLE_AUDITOR;
}

/* At most one: access_role_joins has seen to it. */
uint32_t access_role_of_administrator(const struct access_person *person)
{
    CHECK(person->role_count <= GRANT_ROLES_MAX);
    for (uint32_t index = 0; index < person->role_count; index++) {
        if (access_role_administers(person->roles[index].role)) {
            return person->roles[index].role;
        }
    }
    return 0;
}

/* One of the roles is enough: the roles are one person's, who has one way in. */
bool access_role_lacks_factor(const struct site *site, const struct access_person *person)
{
    bool asked = false;
    CHECK(person->role_count <= GRANT_ROLES_MAX);
    for (uint32_t index = 0; index < person->role_count; index++) {
        CHECK(person->roles[index].role < 32);
        asked = asked || (site->factor_roles >> person->roles[index].role & 1u) != 0;
    }
    return asked && !person->factor;
}

/* What a role may and must name. */
enum { UNIT = 1, AREA = 2, CHANNEL = 4, LEVEL = 8 };
struct scope {
    bool person, key;
    unsigned must, may; /* one of `must` where it names any */
};

/* As common/permit/permit.h reads them: what a role lacks it does not reach, and what it does not
 * know it would not look at. */
static struct scope scope_of(Paidan__Role role)
{
    CHECK(role != 0);
    switch (role) {
    case PAIDAN__ROLE__ROLE_DISPATCHER:
        return (struct scope){.person = true, .may = AREA};
    case PAIDAN__ROLE__ROLE_CLERK:
        return (struct scope){.person = true, .must = UNIT, .may = UNIT};
    case PAIDAN__ROLE__ROLE_LEADER:
        return (struct scope){.person = true, .must = UNIT, .may = UNIT | LEVEL};
    case PAIDAN__ROLE__ROLE_SUPERVISOR:
        return (struct scope){.person = true, .must = UNIT, .may = UNIT};
    case PAIDAN__ROLE__ROLE_HOTLINE:
        return (struct scope){.person = true, .must = CHANNEL, .may = CHANNEL};
    case PAIDAN__ROLE__ROLE_AUDITOR:
    case PAIDAN__ROLE__ROLE_SYSTEM:
    case PAIDAN__ROLE__ROLE_SECURITY:
        return (struct scope){.person = true};
    case PAIDAN__ROLE__ROLE_ADAPTER:
        return (struct scope){.key = true, .must = UNIT | CHANNEL, .may = UNIT | CHANNEL};
    case PAIDAN__ROLE__ROLE_PUBLIC:
    case _PAIDAN__ROLE_IS_INT_SIZE:
        break;
    }
    return (struct scope){.person = false};
}

static unsigned named(const Paidan__GrantRole *role)
{
    CHECK(role->role != 0);
    return (text_blank(role->unit) ? 0u : (unsigned)UNIT) |
           (text_blank(role->area) ? 0u : (unsigned)AREA) |
           (text_blank(role->channel) ? 0u : (unsigned)CHANNEL) |
           (role->has_level ? (unsigned)LEVEL : 0u);
}

/* The first of several: one is mended at a time. */
static const char *field_name(unsigned bits)
{
    CHECK(bits != 0);
    return (bits & UNIT) != 0      ? "unit"
           : (bits & AREA) != 0    ? "area"
           : (bits & CHANNEL) != 0 ? "channel"
                                   : "level";
}

/* Names that the site does not have would be roles over nothing. */
static Paidan__Code known(const struct site *site, const Paidan__GrantRole *role, unsigned has)
{
    CHECK(site != NULL);
    if ((has & UNIT) != 0 && site_unit_find(site, role->unit) == SITE_NONE) {
        return PAIDAN__CODE__UNIT_UNKNOWN;
    }
    if ((has & AREA) != 0 && site_area_find(site, role->area) == SITE_NONE) {
        return PAIDAN__CODE__AREA_UNKNOWN;
    }
    if ((has & CHANNEL) != 0 && site_channel_find(site, role->channel) == SITE_NONE) {
        return PAIDAN__CODE__CHANNEL_UNKNOWN;
    }
    if ((has & LEVEL) != 0 && (role->level == 0 || role->level > site->level_count)) {
        return PAIDAN__CODE__LEVEL_UNKNOWN;
    }
    return PAIDAN__CODE__OK;
}

Paidan__Code access_role_fits(const struct site *site, const Paidan__GrantRole *role, bool key,
                              const char **detail)
{
    CHECK(detail != NULL);
    const struct scope scope = scope_of(role->role);
    const unsigned has = named(role);
    *detail = "role";
    if (key ? !scope.key : !scope.person) {
        return PAIDAN__CODE__ROLE_SCOPE;
    }
    if ((has & ~scope.may) != 0) {
        *detail = field_name(has & ~scope.may);
        return PAIDAN__CODE__ROLE_SCOPE;
    }
    if (scope.must != 0 && (has & scope.must) == 0) {
        *detail = field_name(scope.must);
        return PAIDAN__CODE__ROLE_SCOPE;
    }
    *detail = has == 0 ? NULL : field_name(has);
    return known(site, role, has);
}

/* The same role in the same scope; the same role in another scope is another one. */
uint32_t access_role_find(const struct access_person *person, const Paidan__GrantRole *role)
{
    struct access_role wanted;
    CHECK(person->role_count <= GRANT_ROLES_MAX);
    if (!access_role_take(&wanted, role)) {
        return person->role_count;
    }
    uint32_t index = 0;
    for (; index < person->role_count; index++) {
        const struct access_role *one = &person->roles[index];
        if (one->role == wanted.role && one->level == wanted.level &&
            strcmp(one->unit, wanted.unit) == 0 && strcmp(one->area, wanted.area) == 0 &&
            strcmp(one->channel, wanted.channel) == 0) {
            break;
        }
    }
    return index;
}

/* Who administers must not also work on tickets: he could give himself the right to see them. */
Paidan__Code access_role_joins(const struct access_person *person, const Paidan__GrantRole *role)
{
    const bool one = access_role_administers((uint32_t)role->role);
    CHECK(person->role_count <= GRANT_ROLES_MAX);
    if (access_role_of_administrator(person) != 0 || (one && person->role_count > 0)) {
        return PAIDAN__CODE__ROLE_CONFLICT;
    }
    return person->role_count == GRANT_ROLES_MAX ? PAIDAN__CODE__TOO_MANY_ITEMS : PAIDAN__CODE__OK;
}

bool access_role_take(struct access_role *role, const Paidan__GrantRole *from)
{
    *role = (struct access_role){.role = (uint32_t)from->role,
                                 .level = from->has_level ? from->level : 0};
    CHECK(role->role != 0);
    return text_copy(role->unit, sizeof role->unit, from->unit) &&
           text_copy(role->area, sizeof role->area, from->area) &&
           text_copy(role->channel, sizeof role->channel, from->channel);
}

/* protobuf-c declares strings unconst and only reads them when packing. */
static char *text_or_null(const char *text)
{
    CHECK(text != NULL);
    return text[0] == '\0' ? NULL : (char *)(uintptr_t)text;
}

Paidan__GrantRole **access_role_list(struct arena *arena, const struct access_role *roles,
                                     uint32_t count)
{
    CHECK(count <= GRANT_ROLES_MAX);
    Paidan__GrantRole **const list = arena_alloc(arena, (count + 1) * sizeof(Paidan__GrantRole *));
    Paidan__GrantRole *const items = arena_alloc(arena, (count + 1) * sizeof *items);
    if (list == NULL || items == NULL) {
        return NULL;
    }
    for (uint32_t index = 0; index < count; index++) {
        paidan__grant_role__init(&items[index]);
        items[index].role = (Paidan__Role)roles[index].role;
        items[index].unit = text_or_null(roles[index].unit);
        items[index].area = text_or_null(roles[index].area);
        items[index].channel = text_or_null(roles[index].channel);
        items[index].has_level = roles[index].level != 0;
        items[index].level = roles[index].level;
        list[index] = &items[index];
    }
    return list;
}
