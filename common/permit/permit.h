/* permit: who may wish what. Pure: a request, who asks (as it was proven), and the site give the
 * same judgement every time; keys, the peers file and the clock are permit_door's.
 *
 * The scope of a role, by what its GrantRole names:
 *
 *   dispatcher   area; none: everywhere        supervisor        unit, which supervises
 *   clerk        unit                          hotline           channel
 *   leader       unit                          adapter           channel, or unit
 *   auditor, system, security                  nothing: they act for no unit
 *
 * A role that lacks what it needs reaches nothing. level bounds a leader below the unit's own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "access.pb-c.h"
#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/limits.h"
#include "common/base/rc.h"
#include "common/permit/permit_table.h"
#include "common/site/site.h"

/* Who asks. Texts point into the grant or the peers file and live as long as those. */
struct permit_asker {
    bool free; /* may have everything, under any name: a trial's owner, this process itself */
    const char *actor;                  /* what is recorded; NULL: whatever he says */
    const char *via;                    /* NULL: as the request says */
    const ProtobufCBinaryData *session; /* NULL: none */
    uint32_t uid;
    /* PERMIT_COLUMNS: by his roles; else that column alone, and what its roles name: the channel
     * of the public, of an adapter. */
    unsigned column;
    bool follows;         /* the peers file lets it follow this service's log */
    const char *follower; /* under that name alone; NULL: under one that is no service's */
    size_t role_count;
    Paidan__GrantRole *const *roles;
};

/* What a ticket, or a wish, is about. "" and 0: not known, not said. */
struct permit_subject {
    const char *unit, *area, *channel;
    uint32_t level;
    uint64_t ticket; /* for those who may see but one */
    size_t assist_count;
    const char *assist[SITE_ASSIST_MAX];
    size_t asked_count; /* channels that asked about it, of a callback alone */
    const char *asked[SITE_CALLBACKS_MAX];
    Paidan__State state;
    bool confidential; /* 保密: who sees it as a unit alone sees no more than its summary */
};

/* One right: a cell of the table and the role that it was found by (NULL: of no role). */
struct permit_right {
    enum permit_scope scope;
    const Paidan__GrantRole *role;
};
/* Of each role, and as somebody with an account. */
#define PERMIT_RIGHTS_MAX (GRANT_ROLES_MAX + 1u)

/* All rights that somebody has to one wish. */
struct permit_view {
    enum permit_row row;
    bool all;      /* any ticket */
    bool untitled; /* but no titles */
    size_t count;
    struct permit_right rights[PERMIT_RIGHTS_MAX];
};

/* What the asker has of a row; a view of no rights: nothing. site: NULL where none is loaded, then
 * areas and levels reach nothing. */
void permit_view_make(const struct permit_asker *asker, enum permit_row row,
                      struct permit_view *view);
/* Whether a ticket like that is within the view. */
bool permit_covers(const struct permit_view *view, const struct site *site,
                   const struct permit_subject *subject);
/* Whether any ticket is, also one of which nothing is known. */
bool permit_unbounded(const struct permit_view *view);
/* Whether it is within, but the unit has not taken it up yet: of those who see a phone because they
 * work on a ticket, nobody sees it before (NOT_ACCEPTED). */
bool permit_early(const struct permit_view *view, const struct site *site,
                  const struct permit_subject *subject);
/* Whether it is confidential and within by nothing but what a unit may: then phone, name and the
 * resident's words are not for the asker. */
bool permit_guarded(const struct permit_view *view, const struct site *site,
                    const struct permit_subject *subject);
/* Whether the asker acts for a unit that handled it: nobody asks a resident about his own work. */
bool permit_handled(const struct permit_asker *asker, const struct permit_view *view,
                    const struct permit_subject *subject);
/* The same from a grant, for those who sort what they have: streams, exports. Before: the grant was
 * opened by permit_grant_open. */
bool permit_grant_covers(const Paidan__Grant *grant, enum permit_row row, const struct site *site,
                         const struct permit_subject *subject);

/* A request as it was judged. */
struct permit_ask {
    Paidan__Code code;              /* OK, FORBIDDEN */
    const char *detail;             /* the field that lies out of scope; static, may be NULL */
    const Paidan__Request *request; /* the same one, or a copy: actor, whence, narrowed lists */
    struct permit_view view;
    /* Tickets that the wish names, in order; those that are out of scope are to be made unknown by
     * permit_ask_hide, which remembers them here. */
    size_t ticket_count;
    size_t beside;      /* from this one on it is not about them, but what its own would go into */
    uint64_t **tickets; /* into the copy */
    const uint64_t *named; /* as they were asked for */
    bool *guarded;         /* of each: permit_guarded, set by who knows whose tickets they are */
};

/* Judges the wish and what it names, fills in what it leaves open and the asker has but one of.
 * Copies into the arena what it changes. RC_OK: ask is set. RC_LIMIT: the arena is full. */
MUST_CHECK enum rc permit_ask(const struct permit_asker *asker, const Paidan__Request *request,
                              const struct site *site, struct arena *arena, struct permit_ask *ask);
/* A ticket that nobody has, for those that the asker may not know of: so that they are answered as
 * unknown ones are, by the same code. */
#define PERMIT_NOBODYS_TICKET 1u
void permit_ask_hide(struct permit_ask *ask, size_t index);
/* Makes the answer fit the view: hidden tickets get their numbers back, pictures out of scope and
 * titles that are not for the asker are left out. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc permit_ask_answer(const struct permit_ask *ask, const struct site *site,
                                     struct arena *arena, Paidan__Answer *answer);
