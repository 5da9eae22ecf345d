/* utf8: the long way, for characters of any length. The one place that says what is well-formed, so that
 * what a service takes, what a page shows and what XML carries are the same characters. */
#include "common/base/utf8.h"

size_t utf8_sequence(const unsigned char *at)
{
    if (at[0] < 0x80) {
        return 1;
    }
    unsigned low = 0x80, high = 0xbf;
    size_t tail = 1;
    if (at[0] >= 0xc2 && at[0] <= 0xdf) {
        tail = 1;
    } else if (at[0] >= 0xe0 && at[0] <= 0xef) {
        tail = 2;
        low = at[0] == 0xe0 ? 0xa0 : low;
        high = at[0] == 0xed ? 0x9f : high;
    } else if (at[0] >= 0xf0 && at[0] <= 0xf4) {
        tail = 3;
        low = at[0] == 0xf0 ? 0x90 : low;
        high = at[0] == 0xf4 ? 0x8f : high;
    } else {
        return 0;
    }
    if (at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t index = 2; index <= tail; index++) {
        if (at[index] < 0x80 || at[index] > 0xbf) {
            return 0;
        }
    }
    return tail + 1;
}
