/* gateway_login: logging in and out, and what a person does with the own account. */
#pragma once

#include <jansson.h>

#include "gateway.h"
#include "gateway_worker.h"

gateway_handler gateway_login_in;       /* POST /login {name, password, totp?} */
gateway_handler gateway_login_out;      /* POST /logout */
gateway_handler gateway_login_me;       /* GET /me */
gateway_handler gateway_login_password; /* POST /me/password {password, new_password} */
gateway_handler gateway_login_totp;     /* POST /me/totp {act, password?, code?} */
gateway_handler gateway_login_sessions; /* GET /me/sessions */
gateway_handler gateway_login_end;      /* POST /me/sessions/{id}/end */

/* The terms of a person's password, for whoever makes a proof of it; told by `then`, else answered.
 * The gateway asks for itself. */
typedef void gateway_terms(struct exchange *exchange, const Paidan__PasswordTerms *terms);
void gateway_login_terms(struct exchange *exchange, const char *person, gateway_terms *then);
/* Starts the job, or answers 429. The job is taken. */
void gateway_login_prove(struct exchange *exchange, struct gateway_job *job);
