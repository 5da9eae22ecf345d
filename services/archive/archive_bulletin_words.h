/* archive_bulletin_words: the words of a bulletin. Pure. */
#pragma once

#include "archive_matter.h"
#include "common/site/site.h"

/* Drafts them from what is known, for a person to go on from: where and what in the title, who did what in
 * the text. Of the unit's note nothing is taken over that has a number to ring, a flat or a person in it.
 * RC_OK, RC_LIMIT. */
MUST_CHECK enum rc archive_bulletin_words_draft(struct arena *arena, const struct site *site,
                                                const struct archive_matter *matter,
                                                char title[TITLE_BYTES_MAX + 1],
                                                char text[NOTE_BYTES_MAX + 1]);
/* Whether words hold a telephone, or another number so long that it may be somebody's. RC_OK, RC_LIMIT. */
MUST_CHECK enum rc archive_bulletin_words_personal(struct arena *arena, const char *words,
                                                   bool *personal);
