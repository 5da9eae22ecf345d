/* taught: small models for tests, made of sentences around a few words of each category. */
#pragma once

#include <stddef.h>

enum { TAUGHT_WORDS_MAX = 8, TAUGHT_LABELS_MAX = 8, TAUGHT_MODELS_MAX = 8 };

struct taught_label {
    const char *label;
    const char *words[TAUGHT_WORDS_MAX]; /* as many as there are; two at least */
};
/* The model's bytes, for free(). The same labels make the same bytes; they are constants, for a table that was
 * taught once is known by its address. */
unsigned char *taught_bytes(const struct taught_label *labels, size_t count, size_t *size);
/* Writes it, or the first `size` bytes of something else, as a file. */
void taught_write(const char *path, const struct taught_label *labels, size_t count);
void taught_put(const char *path, const unsigned char *bytes, size_t size);
