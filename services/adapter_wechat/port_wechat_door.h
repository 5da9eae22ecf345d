/* port_wechat_door: where the platforms come in. POST /wechat/<account> is a message, GET the check of
 * the address when an operator enters it at the platform's; /wechat/<account>/mine leads a resident
 * through the platform's login to his own tickets (port_wechat_mine.h). */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_wechat_door;
