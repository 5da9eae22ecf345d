/* media_type: the first bytes of files, and the boxes of films. It owns nothing. What must stay true:
 * nothing beyond size is read; a type is what the bytes say, never what a name says; and a file that is
 * two kinds at once is none: what is not decoded and written anew must end where its own format ends. */

#include "media_type.h"

#include <stdint.h>
#include <string.h>

#include "common/base/check.h"

static const char amr_head[] = "#!AMR\n"; /* RFC 4867: what telephones record */
enum { BOX_HEAD = 8, BOXES_DEEP_MAX = 6, PDF_END_BYTES = 1024 };

static bool begins(const unsigned char *bytes, size_t size, size_t at, const char *with)
{
    const size_t length = strlen(with);
    return size >= at + length && memcmp(bytes + at, with, length) == 0;
}

/* Brands of films that browsers play; those of HEIF pictures are others. */
static bool is_film(const unsigned char *bytes, size_t size)
{
    static const char *const brands[] = {"isom", "iso2", "iso4", "iso5", "iso6",
                                         "mp41", "mp42", "avc1", "M4V ", "MSNV",
                                         "qt  ", "3gp4", "3gp5", "3gp6", NULL};
    if (!begins(bytes, size, 4, "ftyp")) {
        return false;
    }
    for (const char *const *brand = brands; *brand != NULL; brand++) {
        if (begins(bytes, size, BOX_HEAD, *brand)) {
            return true;
        }
    }
    return false;
}

enum media_type media_type_of(const unsigned char *bytes, size_t size)
{
    CHECK(bytes != NULL || size == 0);
    if (begins(bytes, size, 0, "\xff\xd8\xff")) {
        return MEDIA_JPEG;
    }
    if (begins(bytes, size, 0, "\x89PNG\r\n\x1a\n")) {
        return MEDIA_PNG;
    }
    if (begins(bytes, size, 0, "RIFF") && begins(bytes, size, 8, "WEBP")) {
        return MEDIA_WEBP;
    }
    if (begins(bytes, size, 0, "GIF87a") || begins(bytes, size, 0, "GIF89a")) {
        return MEDIA_GIF;
    }
    if (begins(bytes, size, 0, "%PDF-1.") || begins(bytes, size, 0, "%PDF-2.")) {
        return MEDIA_PDF;
    }
    if (begins(bytes, size, 0, amr_head)) {
        return MEDIA_AMR;
    }
    return is_film(bytes, size) ? MEDIA_MP4 : MEDIA_NONE;
}

const char *media_type_name(enum media_type type)
{
    static const char *const names[] = {
        [MEDIA_NONE] = "",           [MEDIA_JPEG] = "image/jpeg", [MEDIA_PNG] = "image/png",
        [MEDIA_WEBP] = "image/webp", [MEDIA_GIF] = "image/png",   [MEDIA_PDF] = "application/pdf",
        [MEDIA_MP4] = "video/mp4",   [MEDIA_AMR] = "audio/amr"};
    CHECK(type <= MEDIA_AMR);
    return names[type];
}

const char *media_type_ending(enum media_type type)
{
    static const char *const endings[] = {
        [MEDIA_NONE] = "",   [MEDIA_JPEG] = "jpg", [MEDIA_PNG] = "png", [MEDIA_WEBP] = "webp",
        [MEDIA_GIF] = "png", [MEDIA_PDF] = "pdf",  [MEDIA_MP4] = "mp4", [MEDIA_AMR] = "amr"};
    CHECK(type <= MEDIA_AMR);
    return endings[type];
}

/* ---- boxes of ISO/IEC 14496-12 ----------------------------------------------------------------
 */

/* Size of the box that begins there, its head's into *head; 0: it does not fit into what is left. */
static size_t box_size(const unsigned char *at, size_t left, size_t *head)
{
    if (left < BOX_HEAD) {
        return 0;
    }
    uint64_t size = (uint64_t)at[0] << 24 | (uint64_t)at[1] << 16 | (uint64_t)at[2] << 8 | at[3];
    *head = BOX_HEAD;
    if (size == 1 && left >= 16) {
        size = 0;
        for (unsigned index = 8; index < 16; index++) {
            size = size << 8 | at[index];
        }
        *head = 16;
    }
    return size < *head || size > left ? 0 : (size_t)size;
}

static bool box_is(const unsigned char *box, const char *name)
{
    return memcmp(box + 4, name, 4) == 0;
}

static void clean(unsigned char *bytes, size_t size, unsigned depth)
{
    size_t head = 0;
    for (size_t at = 0, box = 0; at < size; at += box) {
        box = box_size(bytes + at, size - at, &head);
        if (box == 0) {
            return; /* what is left is no box: players stop here too */
        }
        unsigned char *const here = bytes + at;
        if (box_is(here, "udta") || box_is(here, "meta") || box_is(here, "uuid")) {
            memcpy(here + 4, "free", 4);
            memset(here + head, 0, box - head);
        } else if (depth < BOXES_DEEP_MAX && (box_is(here, "moov") || box_is(here, "trak") ||
                                              box_is(here, "moof") || box_is(here, "traf"))) {
            clean(here + head, box - head, depth + 1);
        }
    }
}

void media_type_clean(unsigned char *bytes, size_t size)
{
    CHECK(bytes != NULL);
    clean(bytes, size, 0);
}

static bool film_whole(const unsigned char *bytes, size_t size)
{
    size_t at = 0, head = 0;
    bool moov = false;
    while (at < size) {
        const size_t box = box_size(bytes + at, size - at, &head);
        if (box == 0) {
            return false;
        }
        moov = moov || box_is(bytes + at, "moov");
        at += box;
    }
    return moov;
}

/* A frame's size stands in its first byte: 20 ms of one of eight rates, or of silence. */
static bool sound_whole(const unsigned char *bytes, size_t size)
{
    static const unsigned char frames[16] = {13, 14, 16, 18, 20, 21, 27, 32,
                                             6,  0,  0,  0,  0,  0,  0,  1};
    size_t at = sizeof amr_head - 1;
    CHECK(size >= at);
    while (at < size) {
        const size_t frame = frames[bytes[at] >> 3 & 15];
        if (frame == 0 || frame > size - at || (bytes[at] & 0x83) != 0) {
            return false;
        }
        at += frame;
    }
    return true;
}

bool media_type_whole(enum media_type type, const unsigned char *bytes, size_t size)
{
    CHECK(type == MEDIA_PDF || type == MEDIA_MP4 || type == MEDIA_AMR);
    if (type == MEDIA_AMR) {
        return sound_whole(bytes, size);
    }
    if (type == MEDIA_MP4) {
        return film_whole(bytes, size);
    }
    size_t end = size;
    while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r' || bytes[end - 1] == ' ')) {
        end--;
    }
    return size - end < PDF_END_BYTES && end >= 5 && memcmp(bytes + end - 5, "%%EOF", 5) == 0;
}
