/* archive_bulletin_list: bulletins as they are listed: what is proposed, what is written, what is published. */
#pragma once

#include "archive_part.h"

/* As step_service.query, for BulletinList. */
MUST_CHECK enum rc archive_bulletin_list_query(struct step_view *view,
                                               const Paidan__BulletinList *wish,
                                               Paidan__Answer *answer);
