/* gateway_limit: how often somebody may do something: token buckets by address, person or number.
 *
 * A bucket holds `burst` and fills at a rate. Taking is asking and charging at once; where only a
 * failure costs (a wrong code, a wrong password), ask first and charge after. */
#pragma once

#include "gateway.h"

enum gateway_limit {
    GATEWAY_LIMIT_ADDRESS, /* requests without a login, of an address */
    GATEWAY_LIMIT_PERSON,  /* requests of a session or key */
    GATEWAY_LIMIT_LOGIN,   /* failed logins, of an address */
    GATEWAY_LIMIT_CODE,    /* wrong query codes, of an address */
    GATEWAY_LIMIT_NUMBER,  /* wrong query codes, for one ticket */
    GATEWAY_LIMIT_FORM,    /* reports of residents, of an address */
    GATEWAY_LIMITS,
};

MUST_CHECK enum rc gateway_limit_open(struct gateway *gateway);
void gateway_limit_close(struct gateway *gateway);
/* Whether one more is within the limit; *retry_ms: else until one is (rounded up). */
bool gateway_limit_allows(struct gateway *gateway, enum gateway_limit limit, const char *key,
                          uint64_t now_us, uint32_t *retry_ms);
void gateway_limit_charge(struct gateway *gateway, enum gateway_limit limit, const char *key,
                          uint64_t now_us);
/* Gives one back that was charged. */
void gateway_limit_refund(struct gateway *gateway, enum gateway_limit limit, const char *key,
                          uint64_t now_us);
/* Both. */
bool gateway_limit_take(struct gateway *gateway, enum gateway_limit limit, const char *key,
                        uint64_t now_us, uint32_t *retry_ms);
