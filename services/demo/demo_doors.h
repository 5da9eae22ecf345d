/* demo_doors: the way to those outside (deploy/trial/trial.mjs), who speak for the residents through the doors
 * that the field uses: sealed messages of WeChat, signed envelopes of a hotline, alarms of devices over a broker,
 * an app of Open311. An errand is a line of JSON over DATA/run/trial.sock; what came of it comes later. */
#pragma once

#include <jansson.h>

#include "common/base/rc.h"
#include "demo_agenda.h"

struct demo_doors;

enum demo_told_code {
    DEMO_TOLD_OK,
    DEMO_TOLD_DUPLICATE, /* the same as before: nothing new came of it */
    DEMO_TOLD_REFUSED,
    DEMO_TOLD_NOT_ASKED, /* of an answer: nobody had asked him yet */
    DEMO_TOLD_FAULT,     /* those outside could not do it: a fault of the trial or of a door */
};

/* What came of an errand. */
struct demo_told {
    enum demo_told_code code;
    uint64_t ticket;       /* 0: no number came with it */
    const char *detail;    /* of a fault; "" else */
    const json_t *counts;  /* of the errand "counts"; NULL else */
    struct demo_item item; /* whose errand it was */
};

/* RC_OK; RC_NOT_FOUND: nobody listens there; RC_LIMIT. */
MUST_CHECK enum rc demo_doors_open(struct demo_doors **doors, const char *data_dir);
/* NULL does nothing. */
void demo_doors_close(struct demo_doors *doors);

/* Takes over the reference to errand, also when it fails; NULL: there was no memory for it. The item is kept until it is told.
 * RC_OK; RC_IO: those outside are gone; RC_LIMIT. */
MUST_CHECK enum rc demo_doors_send(struct demo_doors *doors, json_t *errand,
                                   const struct demo_item *item);
/* The next one that came of its errand; its texts hold until the next call. RC_OK; RC_NOT_FOUND: nothing
 * came; RC_IO: those outside are gone; RC_INVALID: a line that cannot be read. */
MUST_CHECK enum rc demo_doors_next(struct demo_doors *doors, struct demo_told *told);
/* Errands of which nothing was heard yet. */
uint32_t demo_doors_waiting(const struct demo_doors *doors);
