/* permit_grant: what proves who somebody is, signed by who may say so. A service that opens grants has
 * nothing by which it could make one: a captured adapter or triage stays what it is.
 *
 * Owns the bytes of a seal: Ed25519 over a label and the packed grant. What must stay true: the seal is
 * checked before a byte of the grant is looked at; a label is good for one kind, so that intake, which
 * seals passes, cannot make somebody a supervisor; and a grant that is sealed is still judged, so that a
 * fault of access cannot make one that lasts for ever. */
#include "common/permit/permit_grant.h"

#include <sodium.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/wire/wire.h"

static_assert(GRANT_SEAL_BYTES == crypto_sign_BYTES, "a signature");

enum { LABEL_BYTES = 16 };
static const char labels[][LABEL_BYTES] = {
    [PERMIT_PAPER_GRANT] = "paidan grant 2", [PERMIT_PAPER_PASS] = "paidan pass 2"};

/* What is signed, in one piece; returns its size. Before: the grant keeps the bounds of the wire. */
static size_t signed_make(enum permit_paper paper, const ProtobufCBinaryData *grant,
                          unsigned char text[LABEL_BYTES + GRANT_BYTES_MAX])
{
    CHECK(grant->len <= GRANT_BYTES_MAX);
    memcpy(text, labels[paper], LABEL_BYTES);
    memcpy(text + LABEL_BYTES, grant->data, grant->len);
    return LABEL_BYTES + grant->len;
}

bool permit_grant_is_pass(const Paidan__Grant *grant)
{
    return grant->n_roles == 1 && grant->roles[0]->role == PAIDAN__ROLE__ROLE_PUBLIC;
}

/* A grant may be a little younger than now: access and this service read the clock one after the
 * other. */
bool permit_grant_lives(const Paidan__Grant *grant, uint64_t now_ms)
{
    return grant->issued_ms <= now_ms + PERMIT_GRANT_EARLY_MS && now_ms < grant->expires_ms;
}

/* Nobody but access makes one, so each of these is a fault of ours. */
static bool is_whole(const Paidan__Grant *grant)
{
    return grant->actor[0] != '\0' && grant->n_roles <= GRANT_ROLES_MAX &&
           grant->expires_ms > grant->issued_ms &&
           grant->expires_ms - grant->issued_ms <= PERMIT_GRANT_MS_MAX &&
           (!grant->has_session || grant->session.len == SESSION_BYTES);
}

enum rc permit_grant_seal(const unsigned char secret[PERMIT_SECRET_BYTES], enum permit_paper paper,
                          const Paidan__Grant *grant, struct arena *arena, unsigned char **bytes,
                          size_t *size)
{
    CHECK(is_whole(grant));
    CHECK(permit_grant_is_pass(grant) == (paper == PERMIT_PAPER_PASS));
    struct wire_error error;
    unsigned char text[LABEL_BYTES + GRANT_BYTES_MAX], seal[GRANT_SEAL_BYTES];
    Paidan__SealedGrant sealed = PAIDAN__SEALED_GRANT__INIT;
    const enum rc rc =
        wire_pack_checked(arena, &grant->base, &sealed.grant.data, &sealed.grant.len, &error);
    if (rc != RC_OK) {
        return rc;
    }
    if (sealed.grant.len > GRANT_BYTES_MAX) {
        return RC_INVALID;
    }
    const size_t text_bytes = signed_make(paper, &sealed.grant, text);
    const int failed = crypto_sign_detached(seal, NULL, text, text_bytes, secret);
    CHECK(failed == 0);
    sealed.seal = (ProtobufCBinaryData){.data = seal, .len = sizeof seal};
    return wire_pack_checked(arena, &sealed.base, bytes, size, &error);
}

/* One code for all that is wrong: whoever forges grants learns nothing of how near he came. */
enum rc permit_grant_open(const unsigned char key[PERMIT_KEY_BYTES], enum permit_paper paper,
                          const unsigned char *bytes, size_t size, uint64_t now_ms,
                          struct arena *arena, Paidan__Grant **grant)
{
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    unsigned char text[LABEL_BYTES + GRANT_BYTES_MAX];
    if (wire_unpack(arena, &paidan__sealed_grant__descriptor, bytes, size, &message, &error) !=
        RC_OK) {
        return RC_INVALID;
    }
    const Paidan__SealedGrant *const sealed = (const Paidan__SealedGrant *)(void *)message;
    if (sealed->seal.len != GRANT_SEAL_BYTES || sealed->grant.len > GRANT_BYTES_MAX) {
        return RC_INVALID;
    }
    const size_t text_bytes = signed_make(paper, &sealed->grant, text);
    if (crypto_sign_verify_detached(sealed->seal.data, text, text_bytes, key) != 0 ||
        wire_unpack(arena, &paidan__grant__descriptor, sealed->grant.data, sealed->grant.len,
                    &message, &error) != RC_OK) {
        return RC_INVALID;
    }
    *grant = (Paidan__Grant *)(void *)message;
    return is_whole(*grant) && permit_grant_is_pass(*grant) == (paper == PERMIT_PAPER_PASS) &&
                   permit_grant_lives(*grant, now_ms)
               ? RC_OK
               : RC_INVALID;
}
