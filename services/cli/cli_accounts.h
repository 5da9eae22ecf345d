/* cli_accounts: passwords for others, the first administrators, and a trial's people. */
#pragma once

#include "cli.h"

/* A first password with all that access wants of it. Wipe it after use. */
struct cli_accounts_password {
    char text[20];
    unsigned char salt[PASSWORD_SALT_BYTES], proof[SECRET_HASH_BYTES];
    Paidan__PasswordTerms terms; /* points to salt */
};
/* 0 or a status. */
MUST_CHECK int cli_accounts_password(struct cli *cli, struct cli_accounts_password *password);
