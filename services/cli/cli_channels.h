/* cli_channels: words about adapters, for commands that list them beside services. */
#pragma once

#include "cli.h"

/* What people call it. */
const char *cli_channels_name(const struct cli *cli, const char *adapter);
/* Whether it ever ran in this instance. */
bool cli_channels_has(const struct cli *cli, const char *adapter);
