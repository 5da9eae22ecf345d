/* gateway_code: a resident's number and query code, checked by intake under budgets.
 *
 * Whether the number is wrong, or the code, or both, is said in the same words after the same time:
 * numbers can be counted up, and which of them are in use is nobody's business. */
#pragma once

#include "gateway.h"

enum gateway_code_result {
    GATEWAY_CODE_RIGHT,
    GATEWAY_CODE_WRONG,
    GATEWAY_CODE_TOO_MANY, /* of this address, or for this number; try again after retry_ms */
    GATEWAY_CODE_AWAY,     /* nobody can tell now */
};

/* answer: with RIGHT alone, LookedUp, until return. */
typedef void gateway_code_told(struct exchange *exchange, enum gateway_code_result result,
                               uint32_t retry_ms, const Paidan__Answer *answer);

/* number and code: as typed. told is called once, at once or later. */
void gateway_code_check(struct exchange *exchange, const char *number, const char *code,
                        gateway_code_told *told);
/* Handler: POST /api/v1/lookup. */
gateway_handler gateway_code_lookup;

/* Those who wait for the time at which a wrong code is told. */
extern const struct gateway_part gateway_code_part;
