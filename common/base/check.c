/* check: the end of a process that found a bug in itself. */
#include "common/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void check_fail(const char *condition, const char *file, int line, const char *function)
{
    char text[512];
    const int count =
        snprintf(text, sizeof text, "error check at=%s:%d function=%s failed=\"%s\"\n", file, line,
                 function, condition);
    if (count > 0) {
        const size_t bytes = (size_t)count < sizeof text ? (size_t)count : sizeof text - 1;
        /* Nothing can be done if even this fails. */
        if (write(STDERR_FILENO, text, bytes) < 0) {
            abort();
        }
    }
    abort();
}
