/* The alarm of a ticket that nobody above can be given.
 *
 * Owns how ticket.alarm_ms and ticket.alarms go on. It begins with the red card of a missed
 * deadline (escalation_card.c) and repeats until the ticket is resolved, withdrawn, moved, or ruled
 * in time (escalation_fold_drop_alarm): that it ends by anything but a repair is the one thing it
 * must not do. */

#include "escalation_alarm.h"

#include "common/base/check.h"
#include "escalation_target.h"

enum rc escalation_alarm_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_ALARM);
    CHECK(moment->ticket.alarm_ms == moment->due_ms);
    Paidan__Alarmed alarmed = PAIDAN__ALARMED__INIT;
    alarmed.count = moment->ticket.alarms + 1;
    alarmed.level = moment->ticket.level;
    alarmed.next_alarm_ms =
        escalation_target_next_alarm(moment->step, &moment->info, moment->ticket.level);
    return escalation_moment_say(moment, &alarmed.base);
}

enum rc escalation_alarm_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_ALARMED);
    const Paidan__Alarmed *alarmed = fold->event->alarmed;
    struct escalation_ticket *ticket = fold->ticket;
    if (ticket->alarm_ms == 0 || alarmed->next_alarm_ms <= ticket->alarm_ms) {
        return RC_CORRUPT;
    }
    ticket->alarms = alarmed->count;
    ticket->alarm_ms = alarmed->next_alarm_ms;
    fold->counters[TALLY_ALARMED]++;
    return RC_OK;
}
