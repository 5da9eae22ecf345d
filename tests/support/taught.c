/* taught: small models for tests, made of sentences around a few words of each category. */

#include "taught.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/learn/learn.h"

/* Shared by all labels, so that they tell nothing. */
static const char *const places[] = {"东门", "三号楼", "菜市场", "学校旁", "公园里",
                                     "河边", "北街",   "小区外", "站台边", "超市前"};
enum { PLACES = 10, EXAMPLES_MAX = TAUGHT_LABELS_MAX * TAUGHT_WORDS_MAX * PLACES };

static unsigned char *teach(const struct taught_label *labels, size_t count, size_t *size)
{
    static char titles[EXAMPLES_MAX][96], texts[EXAMPLES_MAX][192];
    static struct learn_example examples[EXAMPLES_MAX];
    const char *categories[TAUGHT_LABELS_MAX];
    size_t used = 0;
    assert_in_range(count, 2, TAUGHT_LABELS_MAX);
    for (size_t label = 0; label < count; label++) {
        categories[label] = labels[label].label;
        for (size_t word = 0; word < TAUGHT_WORDS_MAX && labels[label].words[word] != NULL;
             word++) {
            for (size_t place = 0; place < PLACES; place++, used++) {
                const char *thing = labels[label].words[word];
                (void)snprintf(titles[used], sizeof titles[used], "%s%s", places[place], thing);
                (void)snprintf(texts[used], sizeof texts[used],
                               "您好，%s这里%s，已经%zu天，请尽快派人处理，谢谢", places[place],
                               thing, used % 7 + 2);
                examples[used] = (struct learn_example){
                    .text = {titles[used], texts[used], strlen(titles[used]), strlen(texts[used])},
                    .category = (uint32_t)label};
            }
        }
    }
    const struct learn_setup setup = {.categories = categories,
                                      .category_count = (uint32_t)count,
                                      .label = "label",
                                      .examples = examples,
                                      .example_count = used};
    struct learn_report report;
    unsigned char *bytes = NULL;
    assert_int_equal(learn_train(&setup, &bytes, size, &report), RC_OK);
    return bytes;
}

/* Taught once a process: a case more costs no training more. */
unsigned char *taught_bytes(const struct taught_label *labels, size_t count, size_t *size)
{
    static struct {
        const struct taught_label *labels;
        size_t count, size;
        unsigned char *bytes;
    } known[TAUGHT_MODELS_MAX];
    size_t at = 0;
    while (at < TAUGHT_MODELS_MAX && known[at].labels != NULL &&
           (known[at].labels != labels || known[at].count != count)) {
        at++;
    }
    assert_in_range(at, 0, TAUGHT_MODELS_MAX - 1);
    if (known[at].labels == NULL) {
        known[at].bytes = teach(labels, count, &known[at].size);
        known[at].labels = labels;
        known[at].count = count;
    }
    unsigned char *copy = malloc(known[at].size);
    assert_non_null(copy);
    memcpy(copy, known[at].bytes, known[at].size);
    *size = known[at].size;
    return copy;
}

void taught_put(const char *path, const unsigned char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void taught_write(const char *path, const struct taught_label *labels, size_t count)
{
    size_t size = 0;
    unsigned char *bytes = taught_bytes(labels, count, &size);
    taught_put(path, bytes, size);
    free(bytes);
}
