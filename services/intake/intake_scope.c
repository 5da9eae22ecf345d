/* intake_scope: whose a ticket is, in a table of its own beside the ticket's record.
 *
 * Owns that table. What must stay true: rows are folded from receipts alone, and an old log, whose
 * receipts do not say who has a ticket, gives the same tables as ever; and what is not known is
 * nobody's: a ticket that waits at the dispatcher's desk has no unit, and no unit reads it. */
#include "intake_scope.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/store/store_row.h"
#include "intake_into.h"

static const struct record_row assist_rows[] = {RECORD_ITEM_TEXT(CODE_BYTES_MAX + 1), RECORD_END};
static const struct record_row scope_rows[] = {
    RECORD_TEXT(struct intake_scope, unit),
    RECORD_TEXT(struct intake_scope, area),
    RECORD_U8(struct intake_scope, level),
    RECORD_LIST(struct intake_scope, assist_count, assist, SITE_ASSIST_MAX, assist_rows),
    RECORD_END,
};
static const struct record_format scope_format = {
    .version = 1, .bytes = sizeof(struct intake_scope), .rows = scope_rows};

enum rc intake_scope_get(struct store_txn *txn, uint64_t ticket, struct intake_scope *scope)
{
    return store_row_get(txn, INTAKE_SCOPE, ticket, &scope_format, scope);
}

static void code_put(char code[CODE_BYTES_MAX + 1], const char *text)
{
    const size_t length = strlen(text);
    CHECK(length <= CODE_BYTES_MAX); /* the wire's bound */
    memcpy(code, text, length + 1);
}

static bool same(const struct intake_scope *one, const struct intake_scope *other)
{
    bool same = strcmp(one->unit, other->unit) == 0 && strcmp(one->area, other->area) == 0 &&
                one->level == other->level && one->assist_count == other->assist_count;
    for (uint32_t index = 0; same && index < one->assist_count; index++) {
        same = strcmp(one->assist[index], other->assist[index]) == 0;
    }
    return same;
}

/* ---- what escalation says ---- */

static void assist_add(struct intake_scope *scope, const char *unit)
{
    for (uint32_t index = 0; index < scope->assist_count; index++) {
        if (strcmp(scope->assist[index], unit) == 0) {
            return;
        }
    }
    if (scope->assist_count < SITE_ASSIST_MAX) {
        code_put(scope->assist[scope->assist_count++], unit);
    }
}

static void take_assignment(struct intake_scope *scope, const Paidan__Assignment *to)
{
    code_put(scope->unit, to->unit);
    scope->level = to->level <= SITE_LEVELS_MAX ? to->level : SITE_LEVELS_MAX;
    scope->assist_count = 0;
    for (size_t index = 0; index < to->n_assist; index++) {
        assist_add(scope, to->assist[index]);
    }
}

/* Codes that the site gave up go on under their heirs'. */
static void take_codes(struct intake_scope *scope, const Paidan__Recoded *recoded)
{
    if (recoded->unit != NULL) {
        code_put(scope->unit, recoded->unit);
    }
    if (recoded->area != NULL) {
        code_put(scope->area, recoded->area);
    }
    for (size_t index = 0; index < recoded->n_assists; index++) {
        const Paidan__RecodedTask *const task = recoded->assists[index];
        for (uint32_t at = 0; task->unit != NULL && at < scope->assist_count; at++) {
            if (strcmp(scope->assist[at], task->from_unit) == 0) {
                code_put(scope->assist[at], task->unit);
            }
        }
    }
}

/* Another place, another unit, or neither. */
static void take_correction(struct intake_scope *scope, const Paidan__Corrected *corrected)
{
    if (corrected->to != NULL) {
        take_assignment(scope, corrected->to);
    }
    if (corrected->area != NULL) {
        code_put(scope->area, corrected->area);
    }
}

bool intake_scope_told(Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_MOVED:
    case PAIDAN__EVENT__FACT_RECODED:
    case PAIDAN__EVENT__FACT_CORRECTED:
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
        return true;
    default:
        return false;
    }
}

/* A member that is resolved with its group is whose the group is. */
static void take_resolved(struct intake_scope *scope, const Paidan__Resolved *resolved)
{
    CHECK(resolved->has_group);    /* of all others nothing is asked */
    CHECK(resolved->unit != NULL); /* required by the schema */
    code_put(scope->unit, resolved->unit);
    scope->level = resolved->level <= SITE_LEVELS_MAX ? resolved->level : SITE_LEVELS_MAX;
    scope->assist_count = 0;
    if (resolved->area != NULL) {
        code_put(scope->area, resolved->area);
    }
}

static bool take(const Paidan__Event *event, struct intake_scope *scope)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_RESOLVED:
        take_resolved(scope, event->resolved);
        break;
    case PAIDAN__EVENT__FACT_ASSIGNED:
        take_assignment(scope, event->assigned->to);
        code_put(scope->area, event->assigned->area);
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        take_assignment(scope, event->raised->to);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        take_assignment(scope, event->reopened->to);
        break;
    case PAIDAN__EVENT__FACT_ORDERED:
        take_assignment(scope, event->ordered->to);
        break;
    case PAIDAN__EVENT__FACT_MOVED:
        take_assignment(scope, event->moved->to);
        break;
    case PAIDAN__EVENT__FACT_RECODED:
        take_codes(scope, event->recoded);
        break;
    case PAIDAN__EVENT__FACT_CORRECTED:
        take_correction(scope, event->corrected);
        break;
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
        assist_add(scope, event->assist_asked->unit);
        break;
    default:
        return false;
    }
    /* Of a ticket whose unit an old log did not tell there is nothing to add to. */
    return scope->unit[0] != '\0';
}

bool intake_scope_take(const Paidan__Event *event, struct intake_scope *scope)
{
    struct intake_scope next = *scope;
    if (!take(event, &next) || same(&next, scope)) {
        return false;
    }
    *scope = next;
    return true;
}

/* ---- receipts ---- */

void intake_scope_write(struct intake_scope *scope, Paidan__Receipt *receipt, char **list)
{
    CHECK(scope->unit[0] != '\0');
    CHECK(scope->assist_count <= SITE_ASSIST_MAX);
    receipt->unit = scope->unit;
    receipt->area = scope->area[0] != '\0' ? scope->area : NULL;
    receipt->has_level = scope->level != 0;
    receipt->level = scope->level;
    receipt->assist = list;
    for (; receipt->n_assist < scope->assist_count; receipt->n_assist++) {
        list[receipt->n_assist] = scope->assist[receipt->n_assist];
    }
}

/* The newest tickets are assigned about in order, so that most rows go to the right edge of the tree,
 * which costs a fraction of a row among others. */
enum rc intake_scope_fold(struct store_txn *txn, const Paidan__Receipt *receipt, bool first)
{
    struct intake_scope scope = {.level = 0};
    if (receipt->unit == NULL) {
        return RC_OK;
    }
    if (receipt->level > SITE_LEVELS_MAX || receipt->unit[0] == '\0') {
        return RC_CORRUPT;
    }
    code_put(scope.unit, receipt->unit);
    code_put(scope.area, receipt->area != NULL ? receipt->area : "");
    scope.level = receipt->level;
    for (size_t index = 0; index < receipt->n_assist; index++) {
        assist_add(&scope, receipt->assist[index]);
    }
    enum rc rc = first ? store_row_append(txn, INTAKE_SCOPE, receipt->ticket, &scope_format, &scope)
                       : RC_EXISTS;
    if (rc == RC_EXISTS) {
        rc = store_row_put(txn, INTAKE_SCOPE, receipt->ticket, &scope_format, &scope);
    }
    return rc;
}

/* A ticket of an old log may have none. */
enum rc intake_scope_drop(struct store_txn *txn, uint64_t ticket)
{
    CHECK(ticket != 0);
    const enum rc rc = store_row_del(txn, INTAKE_SCOPE, ticket);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- asked ---- */

/* The channel stands in the first fact, with the texts: that log is never trimmed. */
enum rc intake_scope(struct step_view *view, uint64_t ticket, struct permit_subject *subject)
{
    CHECK(subject->assist_count == 0);
    struct intake_ticket record;
    Paidan__Event *event = NULL;
    struct intake_scope *const scope = arena_zalloc(view->arena, sizeof *scope);
    if (scope == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = intake_state_get(view->txn, ticket, &record);
    if (rc != RC_OK) {
        return rc;
    }
    /* 并单: a member is whose the ticket is that is worked on in its place. */
    uint64_t whose = ticket;
    if (record.state == INTAKE_MERGED) {
        rc = intake_into_get(view->txn, ticket, &whose);
    }
    if (rc == RC_OK) {
        rc = intake_scope_get(view->txn, whose, scope);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (rc == RC_OK) {
        rc = step_view_read(view, record.registered_seq, &event);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc; /* of this very step: not written yet */
    }
    if (rc != RC_OK) {
        return rc;
    }
    *subject = (struct permit_subject){.unit = scope->unit,
                                       .area = scope->area,
                                       .level = scope->level,
                                       .state = intake_ticket_public_state(record.state)};
    if (event != NULL && event->fact_case == PAIDAN__EVENT__FACT_REGISTERED) {
        subject->channel = event->registered->channel;
        subject->confidential =
            event->registered->has_confidential && event->registered->confidential;
    }
    for (uint32_t index = 0; index < scope->assist_count; index++) {
        subject->assist[subject->assist_count++] = scope->assist[index];
    }
    return RC_OK;
}
