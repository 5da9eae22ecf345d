/* toy: a small service for the tests of step: it counts what it is told.
 *
 * Follows "intake", is followed by "triage". Of each ticket it keeps a row and a deadline.
 *   Submit       one Registered per ticket; TEXT_EMPTY if the first text is "refuse"; more than
 *                TOY_BATCH_MAX facts in one transaction are too many (RC_LIMIT), as is one command
 *                whose text is "huge"; woken: step_key("work")
 *   Supplement   reads the ticket's Registered back and answers its title's length as `version`
 *   Chase        says Chased, next in the ticket's chain if it is registered; its answer tells the
 *                seq and is never stored
 *   Pull         waits under step_key("work") until something was ever registered
 *   records      any: one Noted per record, one Receipts per step (finish); Withdrawn is looked at
 *                in brief, Disclosed not at all;
 *                a record of ticket TOY_REFUSABLE is refused, of TOY_UNHOLDABLE is too much for any
 * transaction, of TOY_UNSAYABLE leads to a fact that nobody may read, as does a Submit of the text
 *                "unsayable" and the deadline of a ticket of that number
 *   deadlines    Warned: the row goes, and the second row of a ticket whose text is "pair"
 *   Withdraw     deliveries of its outbox: the note "ask hook" or "ask sms" asks for one of line
 *                `ticket` (its seq is answered), "sent", "unreached", "retry", "drop" or any other word (a
 *                failure) tells of the delivery `ticket`; ALREADY_DONE: no news
 *   TriageShow   answers how many were registered */
#pragma once

#include "common/step/outbox.h"
#include "common/step/step.h"

#define TOY_BATCH_MAX 40u
#define TOY_DUE_MS 1000u /* after the fact */
#define TOY_UNHOLDABLE 666u
#define TOY_UNSAYABLE 667u
#define TOY_REFUSABLE 668u

#define TOY_DUE_DELIVERY 9u
#define TOY_PAUSE_MS 1000u
#define TOY_AGE_MS 100000u

enum toy_table { TOY_TICKETS = STORE_SERVICE, TOY_OUT };
enum toy_tally {
    TOY_REGISTERED,
    TOY_NOTED,
    TOY_FIRED,
    TOY_RECEIPTS,
    TOY_REFUSED,
    TOY_CHASED,
    TOY_DELIVERIES,
};

extern const struct step_service toy_service;
extern const struct outbox toy_outbox;
/* Store options of the toy in a folder. */
struct store_options toy_store_options(const char *path);
