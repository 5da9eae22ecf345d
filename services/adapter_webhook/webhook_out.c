/* webhook_out: the adapter's outbox: a destination is a subscriber, and how often and how long it is
 * tried stands in the site. Owns nothing but these constants. What must stay true: a subscriber that the
 * site gave up is none; pieces of one subscriber go one at a time. */
#include "common/base/check.h"
#include "common/site/site_webhook.h"
#include "webhook.h"

/* False: the site has no such subscriber (any more); what waits for it dies. */
static bool rule(const struct site *site, const char *to, struct outbox_rule *found)
{
    const struct site_webhook *hook = site == NULL ? NULL : site_webhook_find(site, to);
    CHECK(found != NULL);
    if (hook == NULL) {
        return false;
    }
    CHECK(hook->attempts_max > 0);
    CHECK(hook->pause_ms <= hook->pause_max_ms);
    CHECK(hook->flights_max > 0);
    *found = (struct outbox_rule){.attempts_max = hook->attempts_max,
                                  .age_ms = hook->give_up_ms,
                                  .pause_ms = hook->pause_ms,
                                  .pause_max_ms = hook->pause_max_ms,
                                  .flights_max =
                                      hook->mode == SITE_WEBHOOK_BATCHED ? 1 : hook->flights_max};
    return true;
}

static const struct outbox outbox = {.table = WEBHOOK_OUT,
                                     .tally = WEBHOOK_TALLY_OUT,
                                     .due_kind = WEBHOOK_DUE_DELIVERY,
                                     .rule = rule};

/* Nobody writes to us through it: it is no channel of the site. */
static const char *code(const struct site *site)
{
    (void)site;
    return NULL;
}

static enum rc answered(struct step *step, const Paidan__WishAnswered *answer)
{
    (void)step;
    CHECK(answer == NULL); /* nothing is wished of anybody */
    return RC_OK;
}

/* What became of it stands in the outbox's own facts; nothing follows. */
static enum rc delivered(struct step *step, const struct outbox_delivery *delivery, bool sent,
                         const ProtobufCBinaryData *reply)
{
    (void)step;
    (void)sent;
    (void)reply;
    CHECK(delivery->of > 0);
    return RC_OK;
}

const struct channel webhook_channel = {.outbox = &outbox,
                                        .table = WEBHOOK_CHANNEL,
                                        .tally = WEBHOOK_TALLY_CHANNEL,
                                        .code = code,
                                        .answered = answered,
                                        .delivered = delivered};
