/* port_wechat_api: what goes out. The port empties the adapter's outbox: wishes to our own services,
 * messages to the platforms (port_wechat_call.h), the SMS hook. */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_wechat_api;
