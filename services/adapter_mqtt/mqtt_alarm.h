/* mqtt_alarm: the life of an alarm, which is a device and a kind: at most one ticket of it is open.
 *
 *              alarm                    ticket
 *     FREE ───────────▶ ASKED ───────────────────▶ OPEN ──┐ level rises, over, back:
 *      ▲  AlarmOpened     │       AlarmFiled       │  ▲   │ AlarmNoted (the ticket is told)
 *      │                  │ refused                │  └───┘
 *      ├──────────────────┘ AlarmFiled             │ closed
 *      └───────────────────────────────────────────┘ AlarmFreed
 *
 * Messages that come meanwhile are counted (mqtt_batch). */
#pragma once

#include "mqtt_state.h"

/* What came of an alarm, and is counted already. */
struct mqtt_news {
    Paidan__AlarmLevel highest;         /* 0: nothing that could open a ticket */
    uint64_t taken;                     /* messages */
    const Paidan__DeviceReport *report; /* the one that opens it; NULL: none does */
};

/* Decides what follows from the alarm as it is stored now. Returns as step_say. */
MUST_CHECK enum rc mqtt_alarm_judge(struct step *step, const char *device, const char *kind,
                                    const struct mqtt_news *news);
/* Intake answered (channel.answered); a delivery to it is dead (channel.delivered). */
MUST_CHECK enum rc mqtt_alarm_answered(struct step *step, const Paidan__WishAnswered *answered);
MUST_CHECK enum rc mqtt_alarm_undelivered(struct step *step, uint64_t wished);
/* A ticket was closed, ours or not. */
MUST_CHECK enum rc mqtt_alarm_closed(struct step *step, uint64_t ticket);
/* A deadline of MQTT_DUE_NOTE. */
MUST_CHECK enum rc mqtt_alarm_due(struct step *step, const struct due *due);

/* Folding. RC_OK, RC_FULL, RC_STORE, RC_CORRUPT. */
MUST_CHECK enum rc mqtt_alarm_fold_opened(struct step_fold *fold, uint64_t seq,
                                          const Paidan__Event *event);
MUST_CHECK enum rc mqtt_alarm_fold_filed(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc mqtt_alarm_fold_noted(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc mqtt_alarm_fold_freed(struct step_fold *fold, const Paidan__Event *event);
