/* webhook_scope: a ticket's owner, as three logs tell it. Owns the table whose. What must stay true:
 * the three logs are read independently, so what triage says of the owner may arrive after escalation
 * has moved the ticket on; once escalation has spoken, it alone is believed, but for a ruling, which
 * escalation follows with an Assigned of its own. A ticket that is confidential once stays so. */
#include "webhook_scope.h"

#include <string.h>

#include "common/base/check.h"

/* Codes are within their bound: the followed fact passed the validator. */
static void set(char code[CODE_BYTES_MAX + 1], const char *text)
{
    const size_t bytes = text == NULL ? 0 : strlen(text);
    CHECK(bytes <= CODE_BYTES_MAX);
    memset(code, 0, CODE_BYTES_MAX + 1);
    if (bytes > 0) {
        memcpy(code, text, bytes);
    }
}

static void owner(struct webhook_whose *whose, const char *unit, char *const *assist, size_t count)
{
    CHECK(count <= SITE_ASSIST_MAX);
    set(whose->unit, unit);
    memset(whose->assist, 0, sizeof whose->assist);
    whose->assist_count = (uint32_t)count;
    for (size_t index = 0; index < count; index++) {
        set(whose->assist[index], assist[index]);
    }
}

static void assigned(struct webhook_whose *whose, const Paidan__Assignment *to)
{
    CHECK(to->unit != NULL);
    owner(whose, to->unit, to->assist, to->n_assist);
}

/* A unit that assists from now on. One more than there is room for hears of nothing. */
static void assist_add(struct webhook_whose *whose, const char *unit)
{
    CHECK(unit != NULL);
    CHECK(whose->assist_count <= SITE_ASSIST_MAX);
    for (uint32_t index = 0; index < whose->assist_count; index++) {
        if (strcmp(whose->assist[index], unit) == 0) {
            return;
        }
    }
    if (whose->assist_count < SITE_ASSIST_MAX) {
        set(whose->assist[whose->assist_count++], unit);
    }
}

/* The site gave a unit, an area or a channel another code. What it does not name keeps the one it has, and
 * the old one must not hear of the ticket any more. */
static void recoded(struct webhook_whose *whose, const Paidan__Recoded *fact)
{
    if (fact->unit != NULL) {
        set(whose->unit, fact->unit);
    }
    if (fact->area != NULL) {
        set(whose->area, fact->area);
    }
    if (fact->channel != NULL) {
        set(whose->channel, fact->channel);
    }
    for (size_t index = 0; index < fact->n_assists; index++) {
        if (fact->assists[index]->unit != NULL) {
            assist_add(whose, fact->assists[index]->unit);
        }
    }
}

/* Until escalation has spoken, triage's word is all there is: a ticket at the desk has no owner, and its
 * channel's subscribers hear of it all the same. False: it says nothing of that kind. */
static bool take_triage(struct webhook_whose *whose, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_DESKED:
        if (event->desked->channel != NULL) {
            set(whose->channel, event->desked->channel);
        }
        whose->confidential =
            whose->confidential ||
            (event->desked->reasons >> PAIDAN__DESK_REASON__DESK_CONFIDENTIAL & 1u) != 0;
        return true;
    case PAIDAN__EVENT__FACT_ROUTED:
        set(whose->channel, event->routed->channel);
        whose->confidential = whose->confidential || event->routed->summary != NULL;
        if (!whose->escalated) {
            set(whose->area, event->routed->area);
            owner(whose, event->routed->unit, event->routed->assist, event->routed->n_assist);
        }
        return true;
    case PAIDAN__EVENT__FACT_RULED:
        set(whose->area, event->ruled->area);
        owner(whose, event->ruled->unit, event->ruled->assist, event->ruled->n_assist);
        return true;
    default:
        return false;
    }
}

/* Each names the whole assignment, so that one fact missed (a log that was trimmed before the adapter first
 * came) is made good by the next. */
static bool take_escalation(struct webhook_whose *whose, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        assigned(whose, event->assigned->to);
        set(whose->area, event->assigned->area);
        set(whose->channel, event->assigned->channel);
        whose->confidential = whose->confidential ||
                              (event->assigned->has_confidential && event->assigned->confidential);
        return true;
    case PAIDAN__EVENT__FACT_RAISED:
        assigned(whose, event->raised->to);
        return true;
    case PAIDAN__EVENT__FACT_REOPENED:
        assigned(whose, event->reopened->to);
        return true;
    case PAIDAN__EVENT__FACT_ORDERED:
        assigned(whose, event->ordered->to);
        return true;
    case PAIDAN__EVENT__FACT_MOVED:
        assigned(whose, event->moved->to);
        return true;
    case PAIDAN__EVENT__FACT_RECALLED:
        owner(whose, NULL, NULL, 0);
        set(whose->area, event->recalled->area);
        return true;
    case PAIDAN__EVENT__FACT_MERGED: /* nobody's, as one taken back; its channel hears of it all the same */
        owner(whose, NULL, NULL, 0);
        set(whose->area, event->merged->area != NULL ? event->merged->area : whose->area);
        set(whose->channel, event->merged->channel);
        whose->confidential =
            whose->confidential || (event->merged->has_confidential && event->merged->confidential);
        return true;
    case PAIDAN__EVENT__FACT_RESOLVED:
        if (event->resolved->has_group) {
            owner(whose, event->resolved->unit, NULL, 0);
        }
        return event->resolved->has_group;
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
        assist_add(whose, event->assist_asked->unit);
        return true;
    case PAIDAN__EVENT__FACT_CORRECTED:
        if (event->corrected->to != NULL) {
            assigned(whose, event->corrected->to);
        }
        if (event->corrected->area != NULL) {
            set(whose->area, event->corrected->area);
        }
        return true;
    case PAIDAN__EVENT__FACT_RECODED:
        recoded(whose, event->recoded);
        return true;
    default:
        return false;
    }
}

/* A fact that changes nothing is not said: most are of that kind, and each Whose is a record for ever. */
static bool same(const struct webhook_whose *one, const struct webhook_whose *other)
{
    bool equal = one->escalated == other->escalated && one->confidential == other->confidential &&
                 strcmp(one->unit, other->unit) == 0 && strcmp(one->area, other->area) == 0 &&
                 strcmp(one->channel, other->channel) == 0 &&
                 one->assist_count == other->assist_count;
    CHECK(one->assist_count <= SITE_ASSIST_MAX);
    CHECK(other->assist_count <= SITE_ASSIST_MAX);
    for (uint32_t index = 0; index < one->assist_count && equal; index++) {
        equal = strcmp(one->assist[index], other->assist[index]) == 0;
    }
    return equal;
}

bool webhook_scope_take(struct webhook_whose *whose, const Paidan__Event *event)
{
    const struct webhook_whose before = *whose;
    CHECK(event->ticket != 0);
    if (take_escalation(whose, event)) {
        whose->escalated = true;
    } else if (!take_triage(whose, event)) {
        return false;
    }
    CHECK(whose->confidential || !before.confidential);
    CHECK(whose->escalated || !before.escalated);
    return !same(&before, whose);
}

enum rc webhook_scope_say(struct step *step, uint64_t ticket, const struct webhook_whose *whose)
{
    Paidan__Whose fact = PAIDAN__WHOSE__INIT;
    char *assist[SITE_ASSIST_MAX];
    CHECK(ticket != 0);
    CHECK(whose->assist_count <= SITE_ASSIST_MAX);
    for (uint32_t index = 0; index < whose->assist_count; index++) {
        assist[index] = (char *)whose->assist[index]; /* packed, never written */
    }
    fact.unit = whose->unit[0] == '\0' ? NULL : (char *)whose->unit;
    fact.area = whose->area[0] == '\0' ? NULL : (char *)whose->area;
    fact.channel = whose->channel[0] == '\0' ? NULL : (char *)whose->channel;
    fact.n_assist = whose->assist_count;
    fact.assist = assist;
    fact.has_confidential = fact.confidential = whose->confidential;
    fact.has_escalated = fact.escalated = whose->escalated;
    return step_say(step, &(struct step_about){.ticket = ticket}, &fact.base);
}

enum rc webhook_scope_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__Whose *const fact = event->whose;
    struct webhook_whose whose;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_WHOSE);
    memset(&whose, 0, sizeof whose);
    if (event->ticket == 0 || fact->n_assist > SITE_ASSIST_MAX) {
        return RC_CORRUPT;
    }
    owner(&whose, fact->unit, fact->assist, fact->n_assist);
    set(whose.area, fact->area);
    set(whose.channel, fact->channel);
    whose.confidential = fact->has_confidential && fact->confidential;
    whose.escalated = fact->has_escalated && fact->escalated;
    return webhook_state_put_whose(fold->txn, event->ticket, &whose);
}
