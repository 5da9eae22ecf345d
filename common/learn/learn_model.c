/* learn_model: the bytes of a model: laid out, sealed, opened.
 *
 * A model is a file that somebody hands over: nothing in it is trusted. A checksum finds what was
 * cut off or damaged; sizes follow from five numbers of the header and must be those of the file;
 * every weight is a number within bounds, so that no sum of them leaves those of a float, and every
 * search ends, so that deciding needs no check.
 * The large parts are used where they lie, for a model must be ready at once. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/learn/learn_private.h"
#include "common/text/text.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "models are little-endian and used where they lie"
#endif

enum {
    HEADER_BYTES = 64,
    CHECKED_FROM = 16, /* magic, version and checksum stand before what is checked */
    SLOT_BITS_MIN = 4,
    SLOT_BITS_MAX = 22,
};

#define WEIGHT_BOUND 1e6f

static const unsigned char magic[8] = {'P', 'D', 'L', 'E', 'A', 'R', 'N', '\n'};

/* Where the next part may begin. */
static size_t part_end(size_t bytes)
{
    return (bytes + LEARN_PART_BYTES - 1) / LEARN_PART_BYTES * LEARN_PART_BYTES;
}

enum rc learn_model_layout(const struct learn_header *header, struct learn_layout *layout)
{
    CHECK(header->categories >= 2 && header->categories <= LEARN_CATEGORIES_MAX);
    CHECK(header->slot_bits >= SLOT_BITS_MIN && header->slot_bits <= SLOT_BITS_MAX);
    *layout = (struct learn_layout){.names = HEADER_BYTES};
    layout->stride = (header->categories + LEARN_LANES) / LEARN_LANES * LEARN_LANES;
    layout->bias = layout->names + part_end(header->names_bytes);
    layout->steps = layout->bias + part_end(header->categories * sizeof(float));
    layout->net = layout->steps + part_end(layout->stride * sizeof(float));
    layout->curve = layout->net + part_end(learn_net_floats(header->categories) * sizeof(float));
    layout->marks = layout->curve + part_end(2 * LEARN_CURVE * sizeof(float));
    layout->rows = layout->marks + part_end(sizeof(uint16_t) << header->slot_bits);
    layout->bytes = layout->rows + ((size_t)layout->stride << header->slot_bits) * sizeof(uint16_t);
    CHECK(layout->stride > header->categories); /* the last float is the gram's own */
    return layout->bytes > LEARN_MODEL_BYTES_MAX ? RC_LIMIT : RC_OK;
}

size_t learn_model_room(uint32_t stride)
{
    CHECK(stride >= LEARN_LANES && stride <= LEARN_STRIDE_MAX);
    size_t slots = (size_t)1 << SLOT_BITS_MIN;
    /* A part of the bytes is left for names, net and curve. */
    while (slots * 2 * (stride * sizeof(uint16_t) + sizeof(uint16_t)) <=
           LEARN_MODEL_BYTES_MAX / 16 * 15) {
        slots *= 2;
    }
    return slots / 8 * 5;
}

uint32_t learn_model_slot_bits(size_t grams)
{
    uint32_t bits = SLOT_BITS_MIN;
    while (((size_t)1 << bits) / 8 * 5 < grams) {
        bits++;
    }
    CHECK(bits <= SLOT_BITS_MAX);
    return bits;
}

/* ---- the header ---- */

static void put_u32(unsigned char *bytes, uint32_t value)
{
    memcpy(bytes, &value, sizeof value);
}

static uint32_t get_u32(const unsigned char *bytes)
{
    uint32_t value = 0;
    memcpy(&value, bytes, sizeof value);
    return value;
}

void learn_model_seal(const struct learn_header *header, unsigned char *bytes, size_t size)
{
    CHECK(size > HEADER_BYTES);
    memset(bytes, 0, HEADER_BYTES);
    memcpy(bytes, magic, sizeof magic);
    put_u32(bytes + 8, LEARN_VERSION);
    put_u32(bytes + 16, header->categories);
    put_u32(bytes + 20, header->slot_bits);
    put_u32(bytes + 24, header->grams);
    put_u32(bytes + 28, header->examples);
    put_u32(bytes + 32, header->names_bytes);
    memcpy(bytes + 36, &header->accuracy, sizeof header->accuracy);
    put_u32(bytes + 12, codec_crc(bytes + CHECKED_FROM, size - CHECKED_FROM));
}

static enum rc read_header(const unsigned char *bytes, size_t size, struct learn_header *header)
{
    if (size < HEADER_BYTES || memcmp(bytes, magic, sizeof magic) != 0) {
        return RC_CORRUPT;
    }
    if (get_u32(bytes + 8) != LEARN_VERSION) {
        return RC_FORMAT;
    }
    if (get_u32(bytes + 12) != codec_crc(bytes + CHECKED_FROM, size - CHECKED_FROM)) {
        return RC_CORRUPT;
    }
    *header = (struct learn_header){.categories = get_u32(bytes + 16),
                                    .slot_bits = get_u32(bytes + 20),
                                    .grams = get_u32(bytes + 24),
                                    .examples = get_u32(bytes + 28),
                                    .names_bytes = get_u32(bytes + 32)};
    memcpy(&header->accuracy, bytes + 36, sizeof header->accuracy);
    const bool possible =
        header->categories >= 2 && header->categories <= LEARN_CATEGORIES_MAX &&
        header->slot_bits >= SLOT_BITS_MIN && header->slot_bits <= SLOT_BITS_MAX &&
        header->names_bytes <= (LEARN_CATEGORIES_MAX + 1) * (LEARN_NAME_BYTES_MAX + 1) &&
        header->accuracy >= 0 && header->accuracy <= 1;
    return possible ? RC_OK : RC_CORRUPT;
}

/* ---- opening ---- */

/* Names are printed, in tables too: words of one line. The checksum is no seal. */
static bool name_holds(const char *name, size_t length)
{
    return length <= LEARN_NAME_BYTES_MAX && text_valid(name, length, NULL) &&
           name[strcspn(name, "\t\r\n")] == '\0';
}

/* Label and categories, each with its end. */
static bool read_names(struct learn_model *model, const char *names)
{
    size_t at = 0;
    for (uint32_t index = 0; index <= model->header.categories; index++) {
        const size_t length = strnlen(names + at, model->header.names_bytes - at);
        if (length == model->header.names_bytes - at || !name_holds(names + at, length)) {
            return false;
        }
        *(index == 0 ? &model->label : &model->names[index - 1]) = names + at;
        at += length + 1;
    }
    return at == model->header.names_bytes;
}

/* A million of them are looked at: by the bits without the sign, which are in the order of the sizes, and
 * above any number's in what is no number. Weights that were learned are below a hundred; a number that is
 * finite and huge would make sums that are none. */
static bool all_within(const float *values, size_t count)
{
    const float bound = WEIGHT_BOUND;
    uint32_t bound_bits = 0;
    uint32_t odd = 0;
    memcpy(&bound_bits, &bound, sizeof bound_bits);
    for (size_t index = 0; index < count; index++) {
        uint32_t bits = 0;
        memcpy(&bits, &values[index], sizeof bits);
        odd |= (bits & 0x7fffffffu) >= bound_bits ? 1 : 0;
    }
    return odd == 0;
}

/* Shares in a norm are not below zero; and one bucket at least has a free place at its end, at which
 * every search ends. */
static bool rows_hold(const struct learn_model *model)
{
    const size_t slots = (size_t)1 << model->header.slot_bits;
    size_t open = 0;
    bool positive = model->steps[model->stride - 1] >= 0;
    for (size_t slot = 0; slot < slots; slot++) {
        open += slot % LEARN_BUCKET == LEARN_BUCKET - 1 && model->marks[slot] == 0 ? 1 : 0;
        positive =
            positive && (model->marks[slot] == 0 ||
                         model->rows[slot * model->stride + model->stride - 1] >= LEARN_ROW_ZERO);
    }
    return positive && open > 0;
}

static enum rc fill(struct learn_model *model, const unsigned char *bytes, size_t size)
{
    struct learn_layout layout;
    const enum rc rc = learn_model_layout(&model->header, &layout);
    if (rc != RC_OK || layout.bytes != size) {
        return RC_CORRUPT;
    }
    model->stride = layout.stride;
    const float *curve = (const float *)(const void *)(bytes + layout.curve);
    const float *net = (const float *)(const void *)(bytes + layout.net);
    model->bias = (const float *)(const void *)(bytes + layout.bias);
    model->steps = (const float *)(const void *)(bytes + layout.steps);
    model->rows = (const uint16_t *)(const void *)(bytes + layout.rows);
    model->marks = (const uint16_t *)(const void *)(bytes + layout.marks);
    model->precision = curve;
    model->coverage = curve + LEARN_CURVE;
    model->net = learn_net_at(net, model->header.categories);
    const bool holds = read_names(model, (const char *)bytes + layout.names) &&
                       all_within(model->bias, model->header.categories) &&
                       all_within(model->steps, model->stride) &&
                       all_within(net, learn_net_floats(model->header.categories)) &&
                       all_within(curve, (size_t)2 * LEARN_CURVE) && rows_hold(model);
    return holds ? RC_OK : RC_CORRUPT;
}

enum rc learn_open(struct learn_model **model, const void *bytes, size_t size)
{
    CHECK(bytes != NULL || size == 0);
    CHECK((uintptr_t)bytes % sizeof(float) == 0); /* what lies in them is used there */
    struct learn_model *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = read_header(bytes, size, &opened->header);
    if (rc == RC_OK) {
        rc = fill(opened, bytes, size);
    }
    if (rc != RC_OK) {
        free(opened);
        return rc;
    }
    *model = opened;
    return RC_OK;
}

void learn_close(struct learn_model *model)
{
    free(model);
}

void learn_about(const struct learn_model *model, struct learn_about *about)
{
    *about = (struct learn_about){.categories = model->header.categories,
                                  .grams = model->header.grams,
                                  .examples = model->header.examples,
                                  .accuracy = model->header.accuracy,
                                  .label = model->label};
}

const char *learn_name(const struct learn_model *model, uint32_t category)
{
    CHECK(category < model->header.categories);
    return model->names[category];
}
