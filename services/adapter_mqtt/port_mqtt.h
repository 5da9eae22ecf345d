/* port_mqtt: the connection to the broker, as a port of the shell. */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_mqtt;
