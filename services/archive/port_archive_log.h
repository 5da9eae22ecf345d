/* port_archive_log: archive's own log, read record by record for those who write it down elsewhere. */
#pragma once

#include "common/step/step.h"

/* How far somebody has come: all of seq, and the first `part` records of the fact after it. crc: of
 * the fact seq, by which a log with another history shows. {0}: nothing yet. */
struct port_archive_place {
    uint64_t seq;
    uint32_t part, crc;
};

/* One event: of a followed log, or of archive's own. Lives as long as the view's arena. */
struct port_archive_item {
    const char *log;
    uint64_t seq; /* in that log */
    const Paidan__Event *event;
    const char *person;
};

struct port_archive_log {
    struct step_view *view;
    struct port_archive_place place; /* after the item that was given last */
    const Paidan__Archived
        *archived; /* the fact after place.seq, as far as it is read; NULL: not yet */
    uint32_t crc;  /* of that fact */
    size_t mark;   /* of the arena, before an item */
};

/* RC_OK; RC_DIVERGED: that place is not of this log, so all that was written is of another one.
 * RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc port_archive_log_begin(struct port_archive_log *log, struct step_view *view,
                                          const struct port_archive_place *place);
/* The next item; what the one before stood in may be used again. RC_NOT_FOUND: there is none yet, and
 * place is the log's head. RC_CORRUPT, RC_LIMIT, RC_STORE. */
MUST_CHECK enum rc port_archive_log_next(struct port_archive_log *log,
                                         struct port_archive_item *item);
