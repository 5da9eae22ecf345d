/* learn_data: examples as lists of numbered grams, for training.
 *
 * Grams that one example alone has are left out where there are many examples: they can tell
 * nothing of others, and are more than half of all. The rest is bounded by what a model may hold;
 * beyond it the rarest go first. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/learn_train_private.h"

enum {
    FEW_EXAMPLES = 500, /* up to here every gram is kept */
    SLOTS_FIRST = 1 << 16,
};
#define NO_GRAM UINT32_MAX

/* Every gram met, open addressing; `seen`: in how many examples. */
struct book {
    uint64_t *keys;
    uint32_t *numbers; /* + 1; 0: free */
    size_t slots, grams;
    uint32_t *seen; /* [number] */
};

static bool book_grow(struct book *book)
{
    const size_t slots = book->slots == 0 ? SLOTS_FIRST : book->slots * 2;
    uint64_t *keys = calloc(slots, sizeof *keys);
    uint32_t *numbers = calloc(slots, sizeof *numbers);
    uint32_t *seen = realloc(book->seen, slots * sizeof *seen);
    book->seen = seen == NULL ? book->seen : seen;
    if (keys == NULL || numbers == NULL || seen == NULL) {
        free(keys);
        free(numbers);
        return false;
    }
    for (size_t old = 0; old < book->slots; old++) {
        if (book->numbers[old] != 0) {
            size_t slot = book->keys[old] & (slots - 1);
            while (numbers[slot] != 0) {
                slot = (slot + 1) & (slots - 1);
            }
            keys[slot] = book->keys[old];
            numbers[slot] = book->numbers[old];
        }
    }
    free(book->keys);
    free(book->numbers);
    book->keys = keys;
    book->numbers = numbers;
    book->slots = slots;
    return true;
}

/* NO_GRAM: no memory. */
static uint32_t book_number(struct book *book, uint64_t key)
{
    if (book->grams * 2 >= book->slots && !book_grow(book)) {
        return NO_GRAM;
    }
    size_t slot = key & (book->slots - 1);
    while (book->numbers[slot] != 0) {
        if (book->keys[slot] == key) {
            return book->numbers[slot] - 1;
        }
        slot = (slot + 1) & (book->slots - 1);
    }
    book->keys[slot] = key;
    book->seen[book->grams] = 0;
    book->numbers[slot] = (uint32_t)++book->grams;
    CHECK(book->grams < NO_GRAM);
    return book->numbers[slot] - 1;
}

static void book_free(struct book *book)
{
    free(book->keys);
    free(book->numbers);
    free(book->seen);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* One field's grams as entries at `to`. Returns how many; SIZE_MAX: no memory. */
static size_t read_field(struct book *book, const uint64_t *keys, size_t count,
                         struct learn_entry *to)
{
    uint32_t numbers[LEARN_GRAMS_MAX];
    CHECK(count <= LEARN_GRAMS_MAX);
    for (size_t index = 0; index < count; index++) {
        numbers[index] = book_number(book, keys[index]);
        if (numbers[index] == NO_GRAM) {
            return SIZE_MAX;
        }
    }
    qsort(numbers, count, sizeof *numbers, by_number);
    size_t used = 0;
    for (size_t index = 0; index < count; index++) {
        if (used > 0 && to[used - 1].gram == numbers[index]) {
            to[used - 1].count += 1;
        } else {
            to[used++] = (struct learn_entry){numbers[index], 1};
            book->seen[numbers[index]]++;
        }
    }
    return used;
}

static bool reserve(struct learn_data *data, size_t used, size_t *room)
{
    if (used + LEARN_GRAMS_MAX <= *room) {
        return true;
    }
    *room = *room * 2 + (size_t)64 * LEARN_GRAMS_MAX;
    struct learn_entry *entries = realloc(data->entries, *room * sizeof *entries);
    data->entries = entries == NULL ? data->entries : entries;
    return entries != NULL;
}

static enum rc read_all(const struct learn_setup *setup, struct learn_data *data, struct book *book,
                        uint32_t *kept)
{
    struct learn_grams grams;
    size_t used = 0;
    size_t room = 0;
    for (uint32_t example = 0; example < setup->example_count; example++) {
        learn_gram_read(&grams, &setup->examples[example].text);
        if (grams.count == 0) {
            continue;
        }
        if (!reserve(data, used, &room)) {
            return RC_LIMIT;
        }
        const size_t title = read_field(book, grams.keys, grams.title_count, data->entries + used);
        if (title == SIZE_MAX) {
            return RC_LIMIT;
        }
        data->first[data->count] = used;
        data->text_first[data->count] = used + title;
        used += title;
        const size_t text = read_field(book, grams.keys + grams.title_count,
                                       grams.count - grams.title_count, data->entries + used);
        if (text == SIZE_MAX) {
            return RC_LIMIT;
        }
        used += text;
        CHECK(setup->examples[example].category < setup->category_count);
        data->category[data->count] = setup->examples[example].category;
        kept[data->count++] = example;
    }
    data->first[data->count] = used;
    return RC_OK;
}

/* In how many examples a gram must be, so that at most `most` are left. */
static uint32_t least_seen(const struct book *book, size_t examples, size_t most)
{
    uint32_t least = examples <= FEW_EXAMPLES ? 1 : 2;
    for (;; least++) {
        size_t left = 0;
        for (size_t gram = 0; gram < book->grams; gram++) {
            left += book->seen[gram] >= least ? 1 : 0;
        }
        if (left <= most) {
            return least;
        }
    }
}

/* Numbers the grams that are kept anew, in the order they were met. */
static enum rc keep(struct learn_data *data, struct book *book, size_t most)
{
    const uint32_t least = least_seen(book, data->count, most);
    data->keys = calloc(book->grams + 1, sizeof *data->keys);
    uint32_t *number = calloc(book->grams + 1, sizeof *number);
    if (data->keys == NULL || number == NULL) {
        free(number);
        return RC_LIMIT;
    }
    for (size_t gram = 0; gram < book->grams; gram++) {
        number[gram] = book->seen[gram] >= least ? (uint32_t)data->grams++ : NO_GRAM;
    }
    for (size_t slot = 0; slot < book->slots; slot++) {
        if (book->numbers[slot] != 0 && number[book->numbers[slot] - 1] != NO_GRAM) {
            data->keys[number[book->numbers[slot] - 1]] = book->keys[slot];
        }
    }
    size_t used = 0;
    for (size_t example = 0; example < data->count; example++) {
        const size_t ends[2] = {data->text_first[example], data->first[example + 1]};
        size_t at = data->first[example];
        data->first[example] = used;
        for (unsigned field = 0; field < 2; field++) {
            data->text_first[example] = used;
            for (; at < ends[field]; at++) {
                if (number[data->entries[at].gram] != NO_GRAM) {
                    data->entries[used] = data->entries[at];
                    data->entries[used++].gram = number[data->entries[at].gram];
                }
            }
        }
    }
    data->first[data->count] = used;
    free(number);
    return RC_OK;
}

enum rc learn_data_read(const struct learn_setup *setup, struct learn_data *data, uint32_t *kept)
{
    const size_t count = setup->example_count;
    struct book book = {.slots = 0};
    *data = (struct learn_data){.first = calloc(count + 1, sizeof *data->first),
                                .text_first = calloc(count + 1, sizeof *data->text_first),
                                .category = calloc(count + 1, sizeof *data->category),
                                .fold = calloc(count + 1, sizeof *data->fold),
                                .categories = setup->category_count,
                                .stride = (setup->category_count + LEARN_LANES) / LEARN_LANES *
                                          LEARN_LANES};
    if (data->first == NULL || data->text_first == NULL || data->category == NULL ||
        data->fold == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = read_all(setup, data, &book, kept);
    if (rc == RC_OK) {
        rc = keep(data, &book, learn_model_room(data->stride));
    }
    book_free(&book);
    return rc;
}

void learn_data_free(struct learn_data *data)
{
    free(data->entries);
    free(data->first);
    free(data->text_first);
    free(data->category);
    free(data->fold);
    free(data->keys);
}
