/* match: the automaton against a search that looks at every word at every place. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/match.h"

enum { HITS_MAX = 20000, WORDS_MAX = 60, WORD_BYTES_MAX = 8, TEXT_MAX = 400 };

struct set {
    char words[WORDS_MAX][WORD_BYTES_MAX + 1];
    uint32_t count;
};

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct match *build(const struct set *set)
{
    struct match_builder *builder = NULL;
    struct match *match = NULL;
    assert_int_equal(match_builder_new(&builder), RC_OK);
    for (uint32_t index = 0; index < set->count; index++) {
        assert_int_equal(
            match_builder_add(builder, set->words[index], strlen(set->words[index]), 1000 + index),
            RC_OK);
    }
    assert_int_equal(match_builder_finish(builder, &match), RC_OK);
    return match;
}

/* By end, longest first, then in the order in which words were added. */
static size_t naive(const struct set *set, const char *text, size_t bytes, struct match_hit *hits)
{
    size_t count = 0;
    for (size_t end = 1; end <= bytes; end++) {
        for (size_t length = end < WORD_BYTES_MAX ? end : WORD_BYTES_MAX; length > 0; length--) {
            for (uint32_t index = 0; index < set->count; index++) {
                if (strlen(set->words[index]) == length &&
                    memcmp(text + end - length, set->words[index], length) == 0) {
                    hits[count++] = (struct match_hit){.word = 1000 + index,
                                                       .start = (uint32_t)(end - length),
                                                       .end = (uint32_t)end};
                }
            }
        }
    }
    return count;
}

static void test_find_when_compared_with_naive_then_equal(void **state)
{
    static struct match_hit found[HITS_MAX], expected[HITS_MAX];
    (void)state;
    for (uint32_t round = 1; round <= 300; round++) {
        uint32_t seed = round;
        struct set set = {.count = next(&seed) % WORDS_MAX};
        const char *letters = round % 2 == 0 ? "ab" : "abc\xe8\xb7\xaf";
        const uint32_t letter_count = (uint32_t)strlen(letters);
        for (uint32_t index = 0; index < set.count; index++) {
            const uint32_t bytes = 1 + next(&seed) % WORD_BYTES_MAX;
            for (uint32_t at = 0; at < bytes; at++) {
                set.words[index][at] = letters[next(&seed) % letter_count];
            }
        }
        char text[TEXT_MAX];
        for (size_t at = 0; at < sizeof text; at++) {
            text[at] = letters[next(&seed) % letter_count];
        }
        struct match *match = build(&set);
        size_t count = 0;
        match_find(match, text, sizeof text, found, HITS_MAX, &count);
        assert_int_equal(count, naive(&set, text, sizeof text, expected));
        assert_memory_equal(found, expected, count * sizeof found[0]);
        match_free(match);
    }
}

/* Writes characters chosen at random while they fit. */
static size_t compose(uint32_t *seed, const char *const *characters, uint32_t count, char *text,
                      size_t room)
{
    size_t used = 0;
    for (;;) {
        const char *const character = characters[next(seed) % count];
        if (used + strlen(character) > room) {
            return used;
        }
        memcpy(text + used, character, strlen(character));
        used += strlen(character);
    }
}

/* Ideographs with bytes in common, beside shorter and longer characters; in some rounds also parts of
 * them, in words and in the text: whatever may be passed over at the root must be nothing. */
static void test_find_when_words_are_of_ideographs_then_equal_to_naive(void **state)
{
    static const char *const characters[] = {
        "路", "跗", "中", "丶", "a", "é", "한", "（", "😀", "\xe8", "\xb7", "\xe4\xb8", "\x97\xb7"};
    enum { ALL = sizeof characters / sizeof characters[0], WHOLE = ALL - 4 };
    static struct match_hit found[HITS_MAX], expected[HITS_MAX];
    (void)state;
    for (uint32_t round = 1; round <= 600; round++) {
        uint32_t seed = round;
        struct set set = {.count = 1 + next(&seed) % 8};
        const uint32_t in_words = round % 3 == 0 ? ALL : WHOLE;
        for (uint32_t index = 0; index < set.count; index++) {
            const size_t room = 4 + next(&seed) % (WORD_BYTES_MAX - 3);
            (void)compose(&seed, characters, in_words, set.words[index], room);
            if (set.words[index][0] == '\0') {
                set.words[index][0] = 'a';
            }
        }
        char text[TEXT_MAX];
        const size_t bytes =
            compose(&seed, characters, round % 2 == 0 ? ALL : WHOLE, text, sizeof text);
        struct match *match = build(&set);
        size_t count = 0;
        match_find(match, text, bytes, found, HITS_MAX, &count);
        assert_int_equal(count, naive(&set, text, bytes, expected));
        assert_memory_equal(found, expected, count * sizeof found[0]);
        match_free(match);
    }
}

static void test_find_when_more_than_max_then_all_are_counted(void **state)
{
    const struct set set = {.words = {"a", "aa", "aaa"}, .count = 3};
    struct match *match = build(&set);
    struct match_hit hits[3] = {{.word = 7}, {.word = 7}, {.word = 7}};
    size_t count = 0;
    (void)state;
    match_find(match, "aaaa", 4, hits, 2, &count);
    assert_int_equal(count, 4 + 3 + 2);
    assert_int_equal(hits[0].end, 1);
    assert_int_equal(hits[1].end, 2);
    assert_int_equal(hits[1].start, 0); /* the longest first */
    assert_int_equal(hits[2].word, 7);  /* not touched */
    match_free(match);
}

static void test_find_when_no_words_or_no_text_then_nothing(void **state)
{
    const struct set none = {.count = 0};
    const struct set one = {.words = {"a"}, .count = 1};
    size_t count = 9;
    (void)state;
    struct match *match = build(&none);
    match_find(match, "aaaa", 4, NULL, 0, &count);
    assert_int_equal(count, 0);
    match_free(match);
    match = build(&one);
    match_find(match, "", 0, NULL, 0, &count);
    assert_int_equal(count, 0);
    match_free(match);
}

static void test_find_when_word_has_several_values_then_each(void **state)
{
    const struct set set = {.words = {"路灯", "灯", "路灯"}, .count = 3};
    struct match *match = build(&set);
    struct match_hit hits[8];
    size_t count = 0;
    (void)state;
    match_find(match, "修路灯", 9, hits, 8, &count);
    assert_int_equal(count, 3);
    assert_int_equal(hits[0].word, 1000);
    assert_int_equal(hits[1].word, 1002);
    assert_int_equal(hits[2].word, 1001);
    assert_int_equal(hits[0].start, 3);
    assert_int_equal(hits[2].start, 6);
    match_free(match);
}

static void test_builder_when_dropped_then_freed(void **state)
{
    struct match_builder *builder = NULL;
    (void)state;
    assert_int_equal(match_builder_new(&builder), RC_OK);
    assert_int_equal(match_builder_add(builder, "ab", 2, 0), RC_OK);
    match_builder_free(builder);
    match_builder_free(NULL);
    match_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_when_compared_with_naive_then_equal),
        cmocka_unit_test(test_find_when_words_are_of_ideographs_then_equal_to_naive),
        cmocka_unit_test(test_find_when_more_than_max_then_all_are_counted),
        cmocka_unit_test(test_find_when_no_words_or_no_text_then_nothing),
        cmocka_unit_test(test_find_when_word_has_several_values_then_each),
        cmocka_unit_test(test_builder_when_dropped_then_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
