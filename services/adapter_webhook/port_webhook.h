/* port_webhook: the sender of the adapter: a port of the shell (common/door/door_sender.h). */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_webhook;
