/* arena: texts are whole and of their own size, whatever room there is. */
#include "common/base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 64 << 10, LONG_BYTES = 20000 };

static int setup(void **state)
{
    static struct arena arena;
    *state = &arena;
    return arena_init(&arena, ARENA_BYTES) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    arena_fini(*state);
    return 0;
}

/* What was made before stays, and nothing stands in the way of what comes after. */
static void test_printf_when_short_or_long_then_whole(void **state)
{
    struct arena *const arena = *state;
    char *const words = test_malloc(LONG_BYTES + 1);
    memset(words, 'x', LONG_BYTES);
    words[LONG_BYTES] = '\0';
    const char *const before = arena_strdup(arena, "before");
    const char *const small = arena_printf(arena, "%s-%d", "one", 7);
    const char *const large = arena_printf(arena, "<%s>", words);
    const char *const after = arena_printf(arena, "%s", "");
    assert_string_equal(before, "before");
    assert_string_equal(small, "one-7");
    assert_int_equal(strlen(large), LONG_BYTES + 2);
    assert_memory_equal(large + 1, words, LONG_BYTES);
    assert_string_equal(after, "");
    test_free(words);
}

/* The NUL counts: a text that fills the rest to its last byte has room, one byte more has none. */
static void test_printf_when_it_does_not_fit_then_refused_whole(void **state)
{
    struct arena *const arena = *state;
    arena->budget = 32;
    assert_null(arena_printf(arena, "%s", "12345678901234567890123456789012"));
    assert_true(arena->denied);
    assert_int_equal(arena->used, 0);
    assert_string_equal(arena_printf(arena, "%s", "1234567890123456789012345678901"),
                        "1234567890123456789012345678901");
    assert_null(arena_printf(arena, "%s", ""));
    arena_reset(arena);
    assert_string_equal(arena_printf(arena, "%c", 'a'), "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_printf_when_short_or_long_then_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_printf_when_it_does_not_fit_then_refused_whole, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
