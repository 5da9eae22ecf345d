/* wechat_outbox: the rules of destinations. Owns no tables. It stands below those who say and wish, so
 * that they need not know who hears what became of it (wechat_core). */
#include "wechat_outbox.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_wechat.h"
#include "wechat_picture.h"
#include "wechat_state.h"

/* A message goes another way, in the end to those who telephone, when its delivery dies. So only what the
 * platform says of it may end it, soon, or the window (48 h) in which it could be sent: an outage of theirs
 * or of ours, for however long, does not send a district's messages to the list of calls. */
static bool rule(const struct site *site, const char *to, struct outbox_rule *rule)
{
    CHECK(rule != NULL);
    if (channel_is_service(to)) {
        channel_service_rule(rule);
        return true;
    }
    if (site->wechat == NULL) {
        return false;
    }
    /* The platforms delete them after three days, and somebody may look at the ticket sooner. */
    if (strcmp(to, WECHAT_PICTURE_TO) == 0) {
        *rule = (struct outbox_rule){.attempts_max = 100,
                                     .age_ms = 3 * 24ull * 3600 * 1000,
                                     .pause_ms = 2000,
                                     .pause_max_ms = 1800000,
                                     .flights_max = 4,
                                     .patient = true};
        return true;
    }
    *rule = (struct outbox_rule){.attempts_max = 10,
                                 .age_ms = 48ull * 3600 * 1000,
                                 .pause_ms = 2000,
                                 .pause_max_ms = 600000,
                                 .flights_max = 16,
                                 .patient = true};
    return site_wechat_account(site->wechat, to) != NULL ||
           (strcmp(to, "sms") == 0 && site->wechat->sms.url[0] != '\0');
}

const struct outbox wechat_outbox = {.table = WECHAT_TABLE_OUTBOX,
                                     .tally = WECHAT_TALLY_OUTBOX,
                                     .due_kind = WECHAT_DUE_OUTBOX,
                                     .rule = rule};
const struct channel wechat_wishing = {
    .outbox = &wechat_outbox, .table = WECHAT_TABLE_CHANNEL, .tally = WECHAT_TALLY_CHANNEL};
