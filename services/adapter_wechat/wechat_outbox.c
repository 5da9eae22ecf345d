/* wechat_outbox: the rules of destinations. Owns no tables. It stands below those who say and wish, so
 * that they need not know who hears what became of it (wechat_core). */
#include "wechat_outbox.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_wechat.h"
#include "wechat_state.h"

/* The platforms take a message or not within seconds; what they never take is told by another way when
 * the delivery dies, so it must not live for days. */
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
    *rule = (struct outbox_rule){.attempts_max = 10,
                                 .age_ms = 24ull * 3600 * 1000,
                                 .pause_ms = 2000,
                                 .pause_max_ms = 600000,
                                 .flights_max = 16};
    return site_wechat_account(site->wechat, to) != NULL ||
           (strcmp(to, "sms") == 0 && site->wechat->sms.url[0] != '\0');
}

const struct outbox wechat_outbox = {.table = WECHAT_TABLE_OUTBOX,
                                     .tally = WECHAT_TALLY_OUTBOX,
                                     .due_kind = WECHAT_DUE_OUTBOX,
                                     .rule = rule};
const struct channel wechat_wishing = {
    .outbox = &wechat_outbox, .table = WECHAT_TABLE_CHANNEL, .tally = WECHAT_TALLY_CHANNEL};
