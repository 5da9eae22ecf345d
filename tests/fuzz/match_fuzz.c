/* match_fuzz: lines of words, an empty line, a text; the automaton must find what a search of
 * every word at every place finds. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { WORDS_MAX = 64, TEXT_BYTES = 512 };

struct input {
    const char *words[WORDS_MAX];
    size_t lengths[WORDS_MAX], count;
    const char *text;
    size_t bytes;
};

static struct input read_input(const char *data, size_t bytes)
{
    struct input input = {.text = data};
    size_t at = 0;
    while (at < bytes && data[at] != '\n' && input.count < WORDS_MAX) {
        const char *end = memchr(data + at, '\n', bytes - at);
        const size_t length = end == NULL ? bytes - at : (size_t)(end - data) - at;
        input.words[input.count] = data + at;
        input.lengths[input.count++] = length;
        at += length + (end == NULL ? 0 : 1);
    }
    input.text = data + at;
    input.bytes = bytes - at < TEXT_BYTES ? bytes - at : TEXT_BYTES;
    return input;
}

struct check {
    const struct input *input;
    size_t count;
    struct match_hit last;
};

static void check_hit(void *context, const struct match_hit *hit)
{
    struct check *check = context;
    const struct input *input = check->input;
    CHECK(hit->word < input->count);
    CHECK(hit->end <= input->bytes);
    CHECK(hit->end - hit->start == input->lengths[hit->word]);
    CHECK(memcmp(input->text + hit->start, input->words[hit->word], hit->end - hit->start) == 0);
    CHECK(check->count == 0 || hit->end > check->last.end ||
          (hit->end == check->last.end &&
           (hit->start > check->last.start ||
            (hit->start == check->last.start && hit->word > check->last.word))));
    check->last = *hit;
    check->count++;
}

static size_t naive_count(const struct input *input)
{
    size_t count = 0;
    for (size_t word = 0; word < input->count; word++) {
        for (size_t at = 0; at + input->lengths[word] <= input->bytes; at++) {
            count += memcmp(input->text + at, input->words[word], input->lengths[word]) == 0;
        }
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct input input = read_input((const char *)data, bytes);
    struct match_builder *builder = NULL;
    struct match *match = NULL;
    CHECK(match_builder_new(&builder) == RC_OK);
    for (size_t word = 0; word < input.count; word++) {
        CHECK(match_builder_add(builder, input.words[word], input.lengths[word], (uint32_t)word) ==
              RC_OK);
    }
    CHECK(match_builder_finish(builder, &match) == RC_OK);
    struct check check = {.input = &input};
    match_scan(match, input.text, input.bytes, check_hit, &check);
    CHECK(check.count == naive_count(&input));
    match_free(match);
    return 0;
}
