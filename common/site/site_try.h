/* site_try: what triage would do with some words now, without a ticket: category and place with what led
 * there, the unit and its deadlines, or why the desk would decide. By the same functions as triage
 * (site_judge) and the same terms as escalation, whoever asks: the command line offline, the service. */
#pragma once

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/site/site_judge.h"

/* All in the arena; codes and lines point into the site. RC_OK, RC_LIMIT (arena) or RC_INVALID (the words
 * are no UTF-8). */
MUST_CHECK enum rc site_try(struct arena *arena, const struct site *site,
                            const Paidan__TriageTry *wish, uint64_t now_ms,
                            const struct site_trusting *trusting, Paidan__TriageTried *tried);
