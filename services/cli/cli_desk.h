/* cli_desk: the dispatcher's wishes, for whoever types them at once or one after the other. */
#pragma once

#include "cli.h"

/* Sends it and prints what it did, or who was faster. 0 or a status. Before: the client is open. */
MUST_CHECK int cli_desk_send(struct cli *cli, Paidan__DeskDispatch *wish);
/* The same for taking a dispatch back. */
MUST_CHECK int cli_desk_take_back(struct cli *cli, Paidan__Recall *wish);
