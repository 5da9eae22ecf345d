/* permit_grant: what proves who somebody is, sealed with a key that only access and the services
 * have.
 *
 * Owns the bytes of a seal: BLAKE2b-256 under the instance's key over a label and the packed grant.
 * What must stay true: the seal is compared before a byte of the grant is looked at, in constant
 * time; and a grant that is sealed is still judged, so that a fault of access cannot make one that
 * lasts for ever. */
#include "common/permit/permit_grant.h"

#include <sodium.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/wire/wire.h"

static_assert(GRANT_MAC_BYTES <= crypto_generichash_BYTES_MAX, "BLAKE2b is long enough");
static_assert(PERMIT_KEY_BYTES <= crypto_generichash_KEYBYTES_MAX, "and takes the key");

/* Under a label, so that the key cannot be made to seal anything else. */
static void seal_make(const unsigned char key[PERMIT_KEY_BYTES], const unsigned char *bytes,
                      size_t size, unsigned char mac[GRANT_MAC_BYTES])
{
    static const unsigned char label[] = "paidan grant 1";
    crypto_generichash_state state;
    int failed = crypto_generichash_init(&state, key, PERMIT_KEY_BYTES, GRANT_MAC_BYTES);
    failed |= crypto_generichash_update(&state, label, sizeof label);
    failed |= crypto_generichash_update(&state, bytes, size);
    failed |= crypto_generichash_final(&state, mac, GRANT_MAC_BYTES);
    CHECK(failed == 0); /* sizes are constants */
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

enum rc permit_grant_seal(const unsigned char key[PERMIT_KEY_BYTES], const Paidan__Grant *grant,
                          struct arena *arena, unsigned char **bytes, size_t *size)
{
    CHECK(is_whole(grant));
    struct wire_error error;
    unsigned char mac[GRANT_MAC_BYTES];
    Paidan__SealedGrant sealed = PAIDAN__SEALED_GRANT__INIT;
    const enum rc rc =
        wire_pack_checked(arena, &grant->base, &sealed.grant.data, &sealed.grant.len, &error);
    if (rc != RC_OK) {
        return rc;
    }
    seal_make(key, sealed.grant.data, sealed.grant.len, mac);
    sealed.mac = (ProtobufCBinaryData){.data = mac, .len = sizeof mac};
    return wire_pack_checked(arena, &sealed.base, bytes, size, &error);
}

/* One code for all that is wrong: whoever forges grants learns nothing of how near he came. */
enum rc permit_grant_open(const unsigned char key[PERMIT_KEY_BYTES], const unsigned char *bytes,
                          size_t size, uint64_t now_ms, struct arena *arena, Paidan__Grant **grant)
{
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    unsigned char mac[GRANT_MAC_BYTES];
    if (wire_unpack(arena, &paidan__sealed_grant__descriptor, bytes, size, &message, &error) !=
        RC_OK) {
        return RC_INVALID;
    }
    const Paidan__SealedGrant *const sealed = (const Paidan__SealedGrant *)(void *)message;
    if (sealed->mac.len != GRANT_MAC_BYTES) {
        return RC_INVALID;
    }
    seal_make(key, sealed->grant.data, sealed->grant.len, mac);
    if (sodium_memcmp(mac, sealed->mac.data, GRANT_MAC_BYTES) != 0 ||
        wire_unpack(arena, &paidan__grant__descriptor, sealed->grant.data, sealed->grant.len,
                    &message, &error) != RC_OK) {
        return RC_INVALID;
    }
    *grant = (Paidan__Grant *)(void *)message;
    return is_whole(*grant) && permit_grant_lives(*grant, now_ms) ? RC_OK : RC_INVALID;
}
