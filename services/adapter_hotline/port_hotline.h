/* port_hotline: the adapter's ports: the door that envelopes and calls come through, and the sender that
 * tells the peers. */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_hotline_door, port_hotline_sender;
