/* What folds share: small changes of a ticket's record that several facts make.
 *
 * Everything here is a function of its arguments. Bounds of texts are asked, not CHECKed: a fact
 * comes from the log, which another version may have written or a disk may have damaged. */

#include "escalation_fold.h"

#include <string.h>

#include "common/base/check.h"

bool escalation_fold_text(char *field, size_t size, const char *text)
{
    const size_t bytes = strlen(text);
    CHECK(size > 0);
    if (bytes >= size) {
        return false;
    }
    /* Records are compared and replayed byte by byte: nothing may stand after the text. */
    memset(field, 0, size);
    memcpy(field, text, bytes + 1);
    return true;
}

void escalation_fold_late(struct escalation_fold *fold, Paidan__Clock clock)
{
    CHECK(fold->extra != NULL);
    CHECK(clock >= PAIDAN__CLOCK__CLOCK_ACCEPT);
    CHECK(clock < 32);
    fold->extra->late |= 1u << clock;
}

void escalation_fold_drop_lease(struct escalation_ticket *ticket)
{
    CHECK(ticket->lease_until_ms != 0 || ticket->holder[0] == '\0');
    ticket->lease_until_ms = 0;
    memset(ticket->holder, 0, sizeof ticket->holder);
}

void escalation_fold_drop_alarm(struct escalation_ticket *ticket)
{
    ticket->flags &= (uint8_t)~ESCALATION_ALARM_PARDONED;
    ticket->alarm_ms = 0;
    ticket->alarms = 0;
}

void escalation_fold_rest(struct escalation_ticket *ticket)
{
    CHECK(!escalation_state_open(ticket));
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        ticket->clocks[index].flags |= ESCALATION_STOPPED;
    }
    escalation_fold_drop_lease(ticket);
    escalation_fold_drop_alarm(ticket);
}
