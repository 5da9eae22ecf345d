/* web_upgrade_fuzz: what answers the wish to become a WebSocket. It is refused, not whole yet, or right;
 * a head that is right is so by its own bytes alone, whatever follows it, and not before its last one. */
#include <stdint.h>
#include <string.h>

#include "common/base/check.h"
#include "common/web/web_upgrade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* That of RFC 6455, 1.3: its answer is known. */
    static const unsigned char nonce[] = {'t', 'h', 'e', ' ', 's', 'a', 'm', 'p',
                                          'l', 'e', ' ', 'n', 'o', 'n', 'c', 'e'};
    const char *const bytes = (const char *)data;
    const char *why = NULL;
    size_t head = 0, again = 0;
    const enum rc rc = web_upgrade_judge(bytes, size, nonce, &head, &why);
    CHECK(rc == RC_OK || rc == RC_AGAIN || rc == RC_INVALID);
    CHECK(rc == RC_OK || why != NULL);
    if (rc == RC_OK) {
        CHECK(head > 4);
        CHECK(head <= size);
        CHECK(memcmp(bytes + head - 4, "\r\n\r\n", 4) == 0);
        const enum rc alone = web_upgrade_judge(bytes, head, nonce, &again, &why);
        CHECK(alone == RC_OK);
        CHECK(again == head);
        const enum rc early = web_upgrade_judge(bytes, head - 1, nonce, &again, &why);
        CHECK(early != RC_OK);
    }
    return 0;
}
