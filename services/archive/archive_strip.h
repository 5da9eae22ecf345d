/* archive_strip: what of an event may be kept for ever. Pure.
 *
 * Left out: who asked from where (address, session, request id), names, phones, ids and links of
 * residents and channels, query codes, attachments, letters by which tickets are compared. Masked:
 * digits in all words. Of a confidential ticket 保密 no word is left, whoever wrote it. */
#pragma once

#include "common/base/arena.h"
#include "event.pb-c.h"

/* Whether such facts are archived at all: what counts, or is looked for. */
bool archive_strip_keeps(Paidan__Event__FactCase fact);
/* The event without what is personal, in the arena; the one that came is left as it is. RC_OK,
 * RC_LIMIT. */
MUST_CHECK enum rc archive_strip(struct arena *arena, const Paidan__Event *event, bool confidential,
                                 Paidan__Event **stripped);
/* What somebody wrote here, masked alike, for a fact of archive's own; NULL when it is blank. *kept is given
 * itself or in the arena. RC_OK, RC_LIMIT. */
MUST_CHECK enum rc archive_strip_words(struct arena *arena, char *given, char **kept);
