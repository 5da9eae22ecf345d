/* port_wechat_token: the platforms' access tokens, and logins of people through them. A port of its own,
 * with its own connections. One process has one of it, for a platform knows one token an account: who
 * asks for another takes it from whoever had it. */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_wechat_token;

/* The token of an account, until return to the loop; NULL: there is none now, and it is being asked for,
 * or the account has no secret. */
const char *port_wechat_token_get(const char *account);
/* The platform says that it is none any more. */
void port_wechat_token_drop(const char *account);

/* Who brought that code of the platform's login. person: "" when nobody knows; until return. */
typedef void port_wechat_token_told(void *context, const char *person);
/* Asks the platform; told is called once, after this returns, unless the process ends before.
 * RC_OK; RC_AGAIN: not now; RC_NOT_FOUND: the account has no interface. */
MUST_CHECK enum rc port_wechat_token_person(const char *account, const char *code,
                                            port_wechat_token_told *told, void *context);
