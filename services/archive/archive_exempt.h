/* archive_exempt 剔除: a closed ticket is asked to be taken out of the rates with a reason; another person
 * reviews it. Both stay visible. */
#pragma once

#include "archive_ticket.h"

struct archive_exempt {
    uint64_t asked_ms, ruled_ms; /* ruled_ms 0: it waits */
    bool granted;
    char asked_by[ACTOR_BYTES_MAX + 1], ruled_by[ACTOR_BYTES_MAX + 1];
    uint64_t asked_seq, ruled_seq; /* facts of archive's log, for their words */
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc archive_exempt_get(struct store_txn *txn, uint64_t ticket,
                                      struct archive_exempt *exempt);
/* For listings: words and all, in the view's arena. */
MUST_CHECK enum rc archive_exempt_show(struct step_view *view, const struct archive_exempt *exempt,
                                       Paidan__Exemption **shown);

MUST_CHECK enum rc archive_exempt_ask(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc archive_exempt_rule(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc archive_exempt_fold(struct step_fold *fold, uint64_t seq,
                                       const Paidan__Event *event);
