/* check: bugs end the process, in release builds too. Only for what cannot happen; bytes from
 * outside are never CHECKed. One condition each, without side effects. */
#pragma once

#define CHECK(condition)                                                                           \
    (__builtin_expect(!(condition), 0) ? check_fail(#condition, __FILE__, __LINE__, __func__)      \
                                       : (void)0)

/* Prints one line to stderr and aborts. */
_Noreturn void check_fail(const char *condition, const char *file, int line, const char *function);
