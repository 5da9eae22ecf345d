/* The rows of groups: who is merged into whom, and of each ticket with members how many there are.
 *
 * Owns tables `member` and `group`. What must stay true, and is kept by moving the rows from the records
 * alone: a ticket has a row as a member exactly while it is MERGED, so that no ticket is in two groups and
 * none is lost between them; the count is the number of rows; and once the ticket has ended (resolved, or
 * withdrawn by its resident) a moment is due until the last member has followed it. */

#include "escalation_group.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/store/store_group.h"
#include "common/store/store_row.h"

static const struct record_row ended_rows[] = {
    RECORD_U64_IN(struct escalation_group, due_ms, 1, UINT64_MAX),
    RECORD_BOOL(struct escalation_group, withdrawn),
    RECORD_VARINT(struct escalation_group, heir),
    RECORD_U8_IN(struct escalation_group, level, 0, SITE_LEVELS_MAX),
    RECORD_TEXT(struct escalation_group, unit),
    RECORD_END,
};
static const struct record_row group_rows[] = {
    RECORD_VARINT_IN(struct escalation_group, count, 1, UINT32_MAX),
    RECORD_VARINT(struct escalation_group, ended_seq),
    RECORD_IF(struct escalation_group, ended_seq, ended_rows),
    RECORD_END,
};
static const struct record_format group_format = {
    .version = 1, .bytes = sizeof(struct escalation_group), .rows = group_rows};

enum rc escalation_group_load(struct store_txn *txn, uint64_t id, struct escalation_group *group)
{
    CHECK(id != 0);
    const enum rc rc = store_row_get(txn, ESCALATION_GROUP, id, &group_format, group);
    if (rc == RC_NOT_FOUND) {
        memset(group, 0, sizeof *group);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc escalation_group_into(struct store_txn *txn, uint64_t member, uint64_t *into)
{
    *into = 0;
    const enum rc rc = store_group_head(txn, ESCALATION_MEMBER, member, into);
    CHECK(rc != RC_OK || *into != member);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc escalation_group_members(struct store_txn *txn, uint64_t id, size_t max, uint64_t *members,
                                 size_t *count)
{
    CHECK(members != NULL);
    return store_group_members(txn, ESCALATION_MEMBER, id, 0, max, members, count);
}

/* ---- folding ---- */

static struct due row_of(uint64_t id, const struct escalation_group *group)
{
    CHECK(group->due_ms != 0);
    return (struct due){
        .due_ms = group->due_ms, .id = id, .kind = (uint8_t)PAIDAN__CLOCK__CLOCK_GROUP};
}

/* The row and its moment follow from the record. */
static enum rc save(struct store_txn *txn, uint64_t id, const struct escalation_group *before,
                    const struct escalation_group *after)
{
    CHECK((after->ended_seq != 0) == (after->due_ms != 0));
    enum rc rc = RC_OK;
    if (before->due_ms != 0) {
        const struct due old = row_of(id, before);
        rc = due_del(txn, &old);
    }
    if (rc == RC_OK && after->count == 0) {
        return store_row_del(txn, ESCALATION_GROUP, id);
    }
    if (rc == RC_OK && after->due_ms != 0) {
        const struct due fresh = row_of(id, after);
        rc = due_put(txn, &fresh);
    }
    return rc == RC_OK ? store_row_put(txn, ESCALATION_GROUP, id, &group_format, after) : rc;
}

static enum rc leave(struct store_txn *txn, uint64_t member)
{
    struct escalation_group before;
    uint64_t id = 0;
    enum rc rc = store_group_leave(txn, ESCALATION_MEMBER, member, &id);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = escalation_group_load(txn, id, &before);
    if (rc != RC_OK || before.count == 0) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    struct escalation_group after = before;
    after.count--;
    /* What fired must leave its moment; the next page has another one. */
    after.due_ms += before.due_ms != 0 ? 1 : 0;
    return save(txn, id, &before, &after);
}

static enum rc enter(struct store_txn *txn, uint64_t id, uint64_t member)
{
    struct escalation_group before;
    if (id == 0 || id == member) {
        return RC_CORRUPT;
    }
    enum rc rc = store_group_enter(txn, ESCALATION_MEMBER, id, member);
    if (rc != RC_OK) {
        return rc == RC_EXISTS || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = escalation_group_load(txn, id, &before);
    if (rc != RC_OK) {
        return rc;
    }
    struct escalation_group after = before;
    after.count++;
    return save(txn, id, &before, &after);
}

/* The first end counts: what was resolved and then withdrawn stays resolved for those that follow. */
static enum rc end(const struct escalation_fold *fold, bool withdrawn)
{
    struct escalation_group before;
    size_t count = 0;
    enum rc rc = escalation_group_load(fold->txn, fold->id, &before);
    if (rc != RC_OK || before.count == 0 || before.ended_seq != 0) {
        return rc;
    }
    struct escalation_group after = before;
    after.ended_seq = fold->seq;
    after.due_ms = fold->event->at_ms;
    after.withdrawn = withdrawn;
    if (withdrawn) {
        rc = escalation_group_members(fold->txn, fold->id, 1, &after.heir, &count);
        return rc == RC_OK && count == 1 ? save(fold->txn, fold->id, &before, &after) : RC_CORRUPT;
    }
    after.level = fold->ticket->level;
    memcpy(after.unit, fold->ticket->unit, sizeof after.unit);
    return save(fold->txn, fold->id, &before, &after);
}

enum rc escalation_group_move(const struct escalation_fold *fold)
{
    const Paidan__Event *event = fold->event;
    CHECK(fold->ticket->state != ESCALATION_NONE);
    const bool merged = event->fact_case == PAIDAN__EVENT__FACT_MERGED;
    const bool was = fold->before->state == ESCALATION_MERGED;
    enum rc rc = RC_OK;
    if (was && (merged || fold->ticket->state != ESCALATION_MERGED)) {
        rc = leave(fold->txn, fold->id);
    }
    if (rc == RC_OK && merged) {
        rc = enter(fold->txn, event->merged->into, fold->id);
    }
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_RESOLVED && !was) {
        rc = end(fold, false);
    }
    if (rc == RC_OK && fold->ticket->state == ESCALATION_WITHDRAWN && !was) {
        rc = end(fold, true);
    }
    return rc;
}
