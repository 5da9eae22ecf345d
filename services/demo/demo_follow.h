/* demo_follow: reads the logs of the four services as far as they go and folds them into
 * demo->facts. */
#pragma once

#include "demo.h"

/* Called for each fact, after it was folded. */
typedef void demo_follow_fn(void *context, const struct demo *demo, const Paidan__Event *event);

/* Before the first reading; demo_follow_fini in every case. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_follow_init(struct demo *demo);
void demo_follow_fini(struct demo *demo);
/* Reads what is new in all logs. *news: how many facts. A service that does not answer is read next
 * time. RC_OK; RC_CORRUPT: a log that breaks its chain or starts anew; RC_LIMIT: no memory. */
MUST_CHECK enum rc demo_follow_all(struct demo *demo, demo_follow_fn *fact, void *context,
                                   uint64_t *news);
