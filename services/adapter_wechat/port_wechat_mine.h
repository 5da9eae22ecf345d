/* port_wechat_mine: "我的诉求": a resident comes from the account's menu, the platform says who he is, and
 * he sees his tickets, each with a button that opens it on the residents' page of the gateway. */
#pragma once

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"
#include "common/door/door_http.h"
#include "port_wechat_account.h"

struct port_wechat_mine;

/* RC_OK, RC_LIMIT or RC_IO (no random bytes). */
MUST_CHECK enum rc port_wechat_mine_open(struct port_wechat_mine **mine);
/* NULL: nothing to do. */
void port_wechat_mine_close(struct port_wechat_mine *mine);
/* Answers the exchange, at once or later. public_url: where people reach us. */
void port_wechat_mine_take(struct port_wechat_mine *mine, struct door *door, struct arena *arena,
                           const struct port_wechat_account *account, const char *public_url,
                           struct web_exchange *exchange);
/* False: what was asked is none of these pages'. */
bool port_wechat_mine_answered(struct port_wechat_mine *mine, const void *asked,
                               const Paidan__Answer *answer);
