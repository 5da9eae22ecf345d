/* group_pack: a row without its text, as a fact and a table carry it.
 *
 * Owns the form of a packed row: version, norms as they were when the row was told, grams with those
 * by which it is found first, names as places among the grams, districts and years; numbers big end
 * first. Must stay true: reading what was written makes the same row to the bit, so that an index
 * that was filled from a table answers as the one that met the texts; and bytes of whatever origin
 * are refused or make a row that can be compared, for a log may be older or damaged. */

#include <math.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/learn/group_private.h"

enum { VERSION = 1, TITLE_BITS = 3, BODY_BITS = 7, TITLE_OFTEN_MAX = 3, BODY_OFTEN_MAX = 31 };

static_assert(GROUP_KEY_BITS + TITLE_BITS + BODY_BITS == 32, "a gram is a number of 32 bits");
static_assert(1 + 3 * 4 + 2 + 5 + GROUP_NAMES_MAX + 2 * GROUP_DISTRICTS_MAX + GROUP_YEARS_MAX +
                      4 * GROUP_GRAMS_MAX + 2 * GROUP_NAME_GRAMS_MAX <=
                  GROUP_ROW_BYTES_MAX,
              "what the header promises");

/* ---- from the probe ---- */

static void keep_gram(struct group_kept *kept, size_t *at, const struct group_gram *gram)
{
    memcpy(&kept->rest[(*at)++], gram, sizeof *gram);
}

size_t group_pack_keep(const struct group_probe *probe, union group_room *room)
{
    const struct group_text *text = &probe->text;
    const size_t names = text->name_count == 0 ? 0 : text->name_ends[text->name_count - 1u];
    struct group_kept *kept = &room->kept;
    bool posted[GROUP_GRAMS_MAX] = {false};
    size_t at = 0;
    CHECK(probe->heavy_count <= GROUP_POSTED);
    memset(kept, 0, sizeof *kept);
    kept->norm = probe->norm;
    kept->title_norm = probe->title_norm;
    kept->name_norm = probe->name_norm;
    kept->count = (uint16_t)text->count;
    kept->name_grams = (uint16_t)names;
    kept->posted = (uint8_t)probe->heavy_count;
    kept->name_count = text->name_count;
    kept->district_count = text->district_count;
    kept->year_count = text->year_count;
    kept->titled = text->titled;
    memcpy(kept->districts, text->districts, text->district_count * sizeof kept->districts[0]);
    memcpy(kept->name_ends, text->name_ends, text->name_count);
    memcpy(kept->years, text->years, text->year_count);
    for (size_t heavy = 0; heavy < probe->heavy_count; heavy++) {
        posted[probe->heavy[heavy]] = true;
        keep_gram(kept, &at, &text->grams[probe->heavy[heavy]]);
    }
    for (size_t gram = 0; gram < text->count; gram++) {
        if (!posted[gram]) {
            keep_gram(kept, &at, &text->grams[gram]);
        }
    }
    CHECK(at == text->count);
    memcpy(kept->rest + at, text->name_grams, names * sizeof(uint32_t));
    return sizeof *kept + (text->count + names) * sizeof(uint32_t);
}

/* ---- writing ---- */

static void put_float(struct codec_writer *writer, float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    codec_put_u32(writer, bits);
}

static struct group_gram gram_of(const struct group_kept *kept, size_t at)
{
    struct group_gram gram;
    memcpy(&gram, &kept->rest[at], sizeof gram);
    return gram;
}

/* Which of the row's grams the key is: names are made of them. */
static uint16_t place_of(const struct group_kept *kept, uint32_t key)
{
    size_t at = 0;
    while (at < kept->count && gram_of(kept, at).key != key) {
        at++;
    }
    CHECK(at < kept->count);
    return (uint16_t)at;
}

size_t group_pack_write(const struct group_kept *kept, unsigned char *bytes)
{
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, GROUP_ROW_BYTES_MAX);
    codec_put_u8(&writer, VERSION);
    put_float(&writer, kept->norm);
    put_float(&writer, kept->title_norm);
    put_float(&writer, kept->name_norm);
    codec_put_u16(&writer, kept->count);
    codec_put_u8(&writer, kept->posted);
    codec_put_u8(&writer, kept->name_count);
    codec_put_u8(&writer, kept->district_count);
    codec_put_u8(&writer, kept->year_count);
    codec_put_u8(&writer, kept->titled);
    codec_put_bytes(&writer, kept->name_ends, kept->name_count);
    for (size_t at = 0; at < kept->district_count; at++) {
        codec_put_u16(&writer, kept->districts[at]);
    }
    codec_put_bytes(&writer, kept->years, kept->year_count);
    for (size_t at = 0; at < kept->count; at++) {
        const struct group_gram gram = gram_of(kept, at);
        codec_put_u32(&writer, (uint32_t)gram.key << (TITLE_BITS + BODY_BITS) |
                                   (uint32_t)gram.title << BODY_BITS | gram.body);
    }
    for (size_t at = 0; at < kept->name_grams; at++) {
        codec_put_u16(&writer, place_of(kept, kept->rest[kept->count + at]));
    }
    CHECK(!writer.failed);
    return writer.used;
}

/* ---- reading ---- */

static bool get_norm(struct codec_reader *reader, float *value)
{
    const uint32_t bits = codec_get_u32(reader);
    memcpy(value, &bits, sizeof bits);
    return isfinite(*value) && *value >= 0;
}

/* Names end one after the other, and the last where their grams do. */
static bool read_name_ends(struct codec_reader *reader, struct group_kept *kept)
{
    uint8_t before = 0;
    for (size_t at = 0; at < kept->name_count; at++) {
        kept->name_ends[at] = codec_get_u8(reader);
        if (kept->name_ends[at] <= before || kept->name_ends[at] > GROUP_NAME_GRAMS_MAX) {
            return false;
        }
        before = kept->name_ends[at];
    }
    kept->name_grams = before;
    return true;
}

static bool read_head(struct codec_reader *reader, struct group_kept *kept)
{
    if (codec_get_u8(reader) != VERSION || !get_norm(reader, &kept->norm) ||
        !get_norm(reader, &kept->title_norm) || !get_norm(reader, &kept->name_norm)) {
        return false;
    }
    kept->count = codec_get_u16(reader);
    kept->posted = codec_get_u8(reader);
    kept->name_count = codec_get_u8(reader);
    kept->district_count = codec_get_u8(reader);
    kept->year_count = codec_get_u8(reader);
    const uint8_t titled = codec_get_u8(reader);
    kept->titled = titled != 0;
    if (kept->count > GROUP_GRAMS_MAX || kept->posted > GROUP_POSTED ||
        kept->posted > kept->count || kept->name_count > GROUP_NAMES_MAX ||
        kept->district_count > GROUP_DISTRICTS_MAX || kept->year_count > GROUP_YEARS_MAX ||
        titled > 1 || !read_name_ends(reader, kept)) {
        return false;
    }
    for (size_t at = 0; at < kept->district_count; at++) {
        kept->districts[at] = codec_get_u16(reader);
    }
    for (size_t at = 0; at < kept->year_count; at++) {
        kept->years[at] = codec_get_u8(reader);
    }
    return true;
}

size_t group_pack_read(const unsigned char *bytes, size_t size, union group_room *room)
{
    struct codec_reader reader;
    struct group_kept *kept = &room->kept;
    memset(kept, 0, sizeof *kept);
    codec_reader_init(&reader, bytes, size);
    if (!read_head(&reader, kept)) {
        return 0;
    }
    for (size_t at = 0; at < kept->count; at++) {
        const uint32_t number = codec_get_u32(&reader);
        const uint32_t title = number >> BODY_BITS & ((1u << TITLE_BITS) - 1);
        const uint32_t body = number & ((1u << BODY_BITS) - 1);
        const uint32_t key = number >> (TITLE_BITS + BODY_BITS);
        const struct group_gram gram = {
            .key = key & ((1u << GROUP_KEY_BITS) - 1), .title = title & 7u, .body = body & 0x7fu};
        if (title > TITLE_OFTEN_MAX || body > BODY_OFTEN_MAX) {
            return 0;
        }
        memcpy(&kept->rest[at], &gram, sizeof gram);
    }
    for (size_t at = 0; at < kept->name_grams; at++) {
        const uint16_t place = codec_get_u16(&reader);
        if (place >= kept->count) {
            return 0;
        }
        kept->rest[kept->count + at] = gram_of(kept, place).key;
    }
    return codec_done(&reader)
               ? sizeof *kept + ((size_t)kept->count + kept->name_grams) * sizeof(uint32_t)
               : 0;
}
