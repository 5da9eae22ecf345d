/* cli_login: who is logged in here: the session's token, kept for the user and the instance, and the
 * grant that it gives. */
#pragma once

#include "cli.h"

/* Attaches the grant of whoever is logged in, or whom the peers file names, to all further requests.
 * OK also where nobody is; SESSION_ENDED: somebody was, and must log in again; UNREACHABLE. Handed
 * to cli by main, so that asking a service needs nothing above it. */
Paidan__Code cli_login_grant(struct cli *cli, bool known);

/* Asks access for somebody who has no grant (yet): as the public. Codes as cli_ask. */
MUST_CHECK int cli_login_ask(struct cli *cli, ProtobufCMessage *wish, Paidan__Answer **answer);

enum { CLI_LOGIN_PASSWORD_BYTES = 1026 };
/* A line from the terminal, unseen, or from standard input where that is none. 0 or a status. */
MUST_CHECK int cli_login_read(struct cli *cli, const char *zh, const char *en, bool hidden,
                              char text[CLI_LOGIN_PASSWORD_BYTES]);
/* The proof of a password under the person's terms. 0 or a status. */
MUST_CHECK int cli_login_prove(struct cli *cli, const char *person, const char *password,
                               unsigned char proof[SECRET_HASH_BYTES]);
