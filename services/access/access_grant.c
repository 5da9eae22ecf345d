/* access_grant: seals what access knows of somebody, for the services that know only the public key. What
 * must stay true: no grant outlives the session or the key it came from, none lasts longer than
 * five minutes (so long a role that was taken away still works), and none is stored: the log would
 * hand it to whoever reads it. */

#include "access_grant.h"

#include "access_secret.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/permit/permit_grant.h"
#include "common/wire/wire.h"

/* Sealed where every service opens it, then as the message that an answer holds. */
static enum rc seal(struct arena *arena, const Paidan__Grant *grant, Paidan__SealedGrant **sealed)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    enum rc rc = permit_grant_seal(access_secret_keys()->grant, PERMIT_PAPER_GRANT, grant, arena,
                                   &bytes, &size);
    CHECK(rc != RC_INVALID); /* what is stored of people keeps the bounds of the wire */
    if (rc == RC_OK) {
        rc = wire_unpack(arena, &paidan__sealed_grant__descriptor, bytes, size, &message, &error);
        CHECK(rc == RC_OK || arena->denied);
        *sealed = (Paidan__SealedGrant *)(void *)message;
    }
    return rc == RC_INVALID ? RC_LIMIT : rc;
}

/* What is in the grant stands in the answer as well, for whoever cannot open it: the gateway shows
 * roles and asks anew before the end. */
enum rc access_grant_make(struct step *step, const struct access_grant *grant,
                          Paidan__Renewed *body)
{
    unsigned char *const session = arena_alloc(step->arena, SESSION_BYTES);
    Paidan__GrantRole **const roles =
        access_role_list(step->arena, grant->roles, grant->role_count);
    if (session == NULL || roles == NULL) {
        return RC_LIMIT;
    }
    CHECK(grant->ends_ms == 0 || grant->ends_ms > step->now_ms);
    codec_set_u64(session, grant->session);
    Paidan__Grant paper = PAIDAN__GRANT__INIT;
    paper.actor = (char *)(uintptr_t)grant->actor;
    paper.via = (char *)(uintptr_t)grant->via;
    paper.n_roles = grant->role_count;
    paper.roles = roles;
    paper.has_session = grant->session != 0;
    paper.session = (ProtobufCBinaryData){.len = SESSION_BYTES, .data = session};
    paper.issued_ms = step->now_ms;
    paper.expires_ms = step->now_ms + ACCESS_GRANT_MS;
    if (grant->ends_ms != 0 && grant->ends_ms < paper.expires_ms) {
        paper.expires_ms = grant->ends_ms;
    }
    CHECK(paper.expires_ms > paper.issued_ms);
    body->person = paper.actor;
    body->n_roles = paper.n_roles;
    body->roles = roles;
    body->has_session = paper.has_session;
    body->session = paper.session;
    body->expires_ms = paper.expires_ms;
    return seal(step->arena, &paper, &body->grant);
}
