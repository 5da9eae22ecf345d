/* media_type, media_place: what files are, and where photos say they were taken. */
#include "media_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media_place.h"

static enum media_type type_of(const char *bytes, size_t size)
{
    unsigned char *copy = malloc(size > 0 ? size : 1); /* exactly so large: a sanitizer watches */
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    const enum media_type type = media_type_of(copy, size);
    free(copy);
    return type;
}

static void test_type_when_magic_then_known(void **state)
{
    (void)state;
    assert_int_equal(type_of("\xff\xd8\xff\xe0", 4), MEDIA_JPEG);
    assert_int_equal(type_of("\x89PNG\r\n\x1a\n", 8), MEDIA_PNG);
    assert_int_equal(type_of("RIFF\0\0\0\0WEBP", 12), MEDIA_WEBP);
    assert_int_equal(type_of("GIF89a", 6), MEDIA_GIF);
    assert_int_equal(type_of("%PDF-1.7", 8), MEDIA_PDF);
    assert_int_equal(type_of("\0\0\0\x18"
                             "ftypisom",
                             12),
                     MEDIA_MP4);
    assert_int_equal(type_of("#!AMR\n", 6), MEDIA_AMR);
}

static void test_type_when_other_or_short_then_none(void **state)
{
    (void)state;
    assert_int_equal(type_of("", 0), MEDIA_NONE);
    assert_int_equal(type_of("\xff\xd8", 2), MEDIA_NONE);
    assert_int_equal(type_of("RIFF\0\0\0\0WAVE", 12), MEDIA_NONE);
    assert_int_equal(type_of("\0\0\0\x18"
                             "ftypheic",
                             12),
                     MEDIA_NONE);
    assert_int_equal(type_of("<svg xmlns=", 11), MEDIA_NONE);
    assert_int_equal(type_of("<!doctype html>", 15), MEDIA_NONE);
    assert_int_equal(type_of(" %PDF-1.7", 9), MEDIA_NONE);
    assert_int_equal(type_of("MZ\x90\0", 4), MEDIA_NONE);
}

static bool whole(enum media_type type, const char *bytes, size_t size)
{
    return media_type_whole(type, (const unsigned char *)bytes, size);
}

/* A frame of 12.2 kbit/s has 32 bytes, one of nothing 1. */
static void test_sound_when_frames_fill_it_then_whole(void **state)
{
    char sound[6 + 32 + 1 + 1] = "#!AMR\n";
    (void)state;
    sound[6] = 0x3c;
    sound[6 + 32] = 0x7c;
    assert_true(whole(MEDIA_AMR, sound, 6));
    assert_true(whole(MEDIA_AMR, sound, 6 + 32));
    assert_true(whole(MEDIA_AMR, sound, 6 + 32 + 1));
    assert_false(whole(MEDIA_AMR, sound, 6 + 31)); /* cut */
    sound[6 + 33] = '<';
    assert_false(whole(MEDIA_AMR, sound, 6 + 34)); /* something else behind it */
}

static void test_whole_when_something_follows_then_not(void **state)
{
    (void)state;
    static const char film[] =
        "\0\0\0\x10"
        "ftypisom\0\0\0\0"
        "\0\0\0\x08"
        "moov";
    assert_true(whole(MEDIA_MP4, film, sizeof film - 1));
    assert_false(whole(MEDIA_MP4, film, sizeof film - 2));
    assert_false(whole(MEDIA_MP4, film, 16)); /* no film in it */
    char longer[64];
    memcpy(longer, film, sizeof film - 1);
    memcpy(longer + sizeof film - 1, "PK\3\4<script>", 12);
    assert_false(whole(MEDIA_MP4, longer, sizeof film - 1 + 12));
    assert_true(whole(MEDIA_PDF, "%PDF-1.4\n%%EOF\r\n", 16));
    assert_false(whole(MEDIA_PDF, "%PDF-1.4\n%%EOF\nPK\3\4", 19));
    assert_false(whole(MEDIA_PDF, "%PDF-1.4\n", 9));
}

static void test_clean_when_film_says_where_then_zeroes(void **state)
{
    (void)state;
    unsigned char film[] =
        "\0\0\0\x10"
        "ftypisom\0\0\0\0"
        "\0\0\0\x20"
        "moov"
        "\0\0\0\x18"
        "udta"
        "\0\0\0\x10\xa9xyz+31.2304";
    const size_t size = sizeof film - 1;
    assert_true(media_type_whole(MEDIA_MP4, film, size));
    media_type_clean(film, size);
    assert_memory_equal(film + 28, "free\0\0\0\0", 8);
    assert_memory_equal(film + size - 8, "\0\0\0\0\0\0\0\0", 8);
    assert_true(media_type_whole(MEDIA_MP4, film, size));
}

static void test_place_when_exif_then_degrees(void **state)
{
    (void)state;
    double degrees = 0;
    assert_true(media_place_read("31/1 13/1 4937/100 (31, 13, 49.37, Rational, 3 components)",
                                 "N (N, ASCII)", 90, &degrees));
    assert_true(degrees > 31.2303 && degrees < 31.2305);
    assert_true(media_place_read("121/1 28/1 2532/100", "W", 180, &degrees));
    assert_true(degrees < -121.47 && degrees > -121.48);
}

static void test_place_when_nowhere_then_none(void **state)
{
    (void)state;
    double degrees = 0;
    static const char *const values[] = {"",
                                         "31/1",
                                         "31/0 0/1 0/1",
                                         "91/1 0/1 0/1",
                                         "-31/1 0/1 0/1",
                                         "31/1 61/1 0/1",
                                         "31/1 0/1 0/1x",
                                         "nan/1 0/1 0/1",
                                         "99999999999999999999/1 0/1 0/1",
                                         NULL};
    for (const char *const *value = values; *value != NULL; value++) {
        assert_false(media_place_read(*value, "N", 90, &degrees));
    }
    assert_false(media_place_read("31/1 0/1 0/1", "Q", 90, &degrees));
    assert_false(media_place_read(NULL, "N", 90, &degrees));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_type_when_magic_then_known),
        cmocka_unit_test(test_type_when_other_or_short_then_none),
        cmocka_unit_test(test_sound_when_frames_fill_it_then_whole),
        cmocka_unit_test(test_whole_when_something_follows_then_not),
        cmocka_unit_test(test_clean_when_film_says_where_then_zeroes),
        cmocka_unit_test(test_place_when_exif_then_degrees),
        cmocka_unit_test(test_place_when_nowhere_then_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
