/* port_wechat_pull: callbacks of the adapter's channel: each task that callback hands out becomes a
 * question to the resident whose ticket it is. */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_wechat_pull;
