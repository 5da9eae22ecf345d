/* archive_part: what archive makes of what it keeps: figures, points, bulletins. A part is a line in
 * archive_core.c; it owns its tables, its wishes and its facts, and hears each archived event once.
 *
 * Hearing is folding: a part sees the event and its own tables alone, no site and no clock, so that
 * tables are the same when they are made anew from archive's log. Events of one log come in order;
 * which of two logs is heard first is chance, so no figure may depend on it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/step/step.h"

/* One archived event. All of it lives until `hear` returns. */
struct archive_record {
    const char *log;
    uint64_t seq; /* in that log */
    const Paidan__Event *event;
    const char *person; /* of Registered: a pseudonym; NULL: not known */
    uint32_t attached;  /* of Registered: what came with it */
    uint32_t day;       /* yyyymmdd of event->at_ms in the site's zone */
};

struct archive_part {
    const char *name;
    /* NULL: it has no wishes. changes: those of them that go to apply. */
    bool (*knows)(const Paidan__Request *request);
    bool (*changes)(const Paidan__Request *request);
    /* A command of its own; as step_service.apply. */
    enum rc (*apply)(struct step *step, const struct step_input *input);
    /* As step_service.query. */
    enum rc (*query)(struct step_view *view, const Paidan__Request *request,
                     Paidan__Answer *answer);
    /* A deadline of its kind; NULL: it has none. */
    enum rc (*due)(struct step *step, const struct due *due);
    unsigned due_kind; /* archive_due */
    /* Folds one archived event; NULL: it hears none. RC_OK, RC_CORRUPT, RC_FULL, RC_STORE. */
    enum rc (*hear)(struct step_fold *fold, const struct archive_record *record);
    /* Folds a fact of its own. */
    enum rc (*fold)(struct step_fold *fold, uint64_t seq, const Paidan__Event *event);
    const Paidan__Event__FactCase *facts; /* its own; ended by FACT__NOT_SET */
    /* After a step's records are archived and heard: says what follows for a ticket that one of them was about.
     * NULL: nothing. settles: whether such a record asks for it. As step_say. */
    bool (*settles)(const char *log, Paidan__Event__FactCase fact);
    enum rc (*settle)(struct step *step, uint64_t ticket);
};
