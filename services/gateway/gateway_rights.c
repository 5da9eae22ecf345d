/* gateway_rights: asks access, some times a second, whose rights are others since it was last asked.
 *
 * Owns the place in access's log that was heard up to. A grant is kept for minutes, so that access is not
 * asked with each request; what must stay true: who was told by this gateway that a role, an account, a
 * session or a key is changed finds with the next request of anybody that it is; a change by the command line is
 * heard of within POLL_US; and while access is away people go on with the grants they have, five
 * minutes at most. Access's log itself is not followed: it holds what passwords are compared with. */

#include "gateway_rights.h"

#include <stdlib.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "gateway_feed.h"
#include "gateway_session.h"
#include "gateway_upstream.h"

enum { POLL_US = 250000, ASK_MS = 2000 };

struct rights {
    struct gateway *gateway;
    uint64_t seq; /* heard up to; 0: nothing yet */
    uint64_t next_us;
    bool asking;
    uint64_t asked; /* gateway->rights_changed when it was */
};

/* Streams end with what they were opened with; whoever still may opens them again by itself. */
static void taken(struct rights *rights, const Paidan__RightsTold *told)
{
    size_t dropped = 0;
    if (told->has_all && told->all) {
        dropped = gateway_session_stale(rights->gateway, NULL);
    }
    for (size_t index = 0; index < told->n_persons; index++) {
        dropped += gateway_session_stale(rights->gateway, told->persons[index]);
    }
    if (dropped > 0) {
        diag_log(DIAG_INFO, "rights", "seq=%llu grants_dropped=%zu", (unsigned long long)told->seq,
                 dropped);
        gateway_feed_care();
    }
}

static void told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct rights *rights = context;
    CHECK(rights->asking);
    rights->asking = false;
    bool more = false;
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_RIGHTS_TOLD) {
        taken(rights, answer->rights_told);
        rights->seq = answer->rights_told->seq;
        more = answer->rights_told->has_more && answer->rights_told->more;
    }
    /* Also where access is away: nobody hears anything, and who is in goes on. */
    if (!more) {
        rights->gateway->rights_heard = rights->asked;
    }
    rights->next_us = more ? 0 : clock_monotonic_us() + POLL_US;
}

static void ask(struct rights *rights)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__RightsSince since = PAIDAN__RIGHTS_SINCE__INIT;
    since.seq = rights->seq;
    request.wish_case = PAIDAN__REQUEST__WISH_RIGHTS_SINCE;
    request.rights_since = &since;
    rights->asking = gateway_upstream_ask(rights->gateway, GATEWAY_ACCESS, &request, ASK_MS, told,
                                          rights) == RC_OK;
    rights->asked = rights->gateway->rights_changed;
    if (!rights->asking) {
        rights->gateway->rights_heard = rights->asked;
        rights->next_us = clock_monotonic_us() + POLL_US;
    }
}

static uint64_t rights_tick(struct gateway *gateway, void *context, uint64_t now_us)
{
    struct rights *rights = context;
    CHECK(rights->gateway == gateway);
    const bool unsure = gateway->rights_changed != gateway->rights_heard;
    if (!rights->asking && (unsure || now_us >= rights->next_us)) {
        ask(rights);
    }
    return rights->asking ? UINT64_MAX : rights->next_us;
}

static enum rc rights_open(struct gateway *gateway, void **context)
{
    struct rights *rights = calloc(1, sizeof *rights);
    if (rights == NULL) {
        return RC_LIMIT;
    }
    rights->gateway = gateway;
    *context = rights;
    return RC_OK;
}

/* Called after the services were let go of: nothing is on its way any more. */
static void rights_close(struct gateway *gateway, void *context)
{
    (void)gateway;
    free(context);
}

const struct gateway_part gateway_rights_part = {
    .name = "rights", .open = rights_open, .close = rights_close, .tick = rights_tick};
