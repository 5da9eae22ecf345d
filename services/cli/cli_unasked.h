/* cli_unasked: what a service that does not run would answer. */
#pragma once

#include "cli.h"

/* The program of the service reads its store below --data, read-only, by that site, and answers the
 * wish. The answer lies in the arena. 0 or a status. */
MUST_CHECK int cli_unasked(struct cli *cli, const char *service, const char *site,
                           ProtobufCMessage *wish, Paidan__Answer **answer);
