/* archive_follow: from an event to the counts. Owns no table: records are archive_ticket's, counts and days
 * archive_share's, what units did archive_unit's. What must stay true: after each event the counts are those that the records and deeds,
 * taken together, say (archive_recount). */
#include "archive_follow.h"

#include <string.h>

#include "archive_share.h"
#include "archive_unit.h"
#include "common/base/check.h"

/* Of triage's log nothing is counted: whatever it decides comes to escalation, which knows more of it. */
static enum rc hear(struct step_fold *fold, const struct archive_record *record)
{
    struct archive_ticket before, after;
    struct archive_deeds deeds;
    if (!record->event->has_ticket || strcmp(record->log, "triage") == 0) {
        return RC_OK;
    }
    const uint64_t id = record->event->ticket;
    enum rc rc = archive_ticket_get(fold->txn, id, &before);
    if (rc == RC_NOT_FOUND) {
        memset(&before, 0, sizeof before);
        rc = RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    after = before;
    archive_ticket_take(&after, record, &deeds);
    CHECK(after.unit_count <= ARCHIVE_UNITS_MAX);
    rc = archive_share_change(fold, id, &before, &after);
    if (rc == RC_OK && strcmp(record->log, "escalation") == 0) {
        rc = archive_unit_add(fold, record, &before, &after);
    }
    for (unsigned index = 0; rc == RC_OK && index < deeds.count; index++) {
        rc = archive_share_deed(fold, id, &after, record->day, &deeds.deeds[index]);
    }
    return rc;
}

const struct archive_part archive_follow_part = {.name = "ticket", .hear = hear};
