/* media_type: what a file is, by what it holds. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum media_type {
    MEDIA_NONE,
    MEDIA_JPEG,
    MEDIA_PNG,
    MEDIA_WEBP,
    MEDIA_GIF,
    MEDIA_PDF,
    MEDIA_MP4,
    MEDIA_AMR,
};

/* By its first bytes; MEDIA_NONE: none of those that are taken. */
enum media_type media_type_of(const unsigned char *bytes, size_t size);
/* "image/jpeg" and "jpg", as it is kept: a GIF is kept as a PNG of its first picture. */
const char *media_type_name(enum media_type type);
const char *media_type_ending(enum media_type type);
/* Whether a document, film or sound is whole: it ends where it says, and nothing else follows. Before:
 * type is MEDIA_PDF, MEDIA_MP4 or MEDIA_AMR. */
bool media_type_whole(enum media_type type, const unsigned char *bytes, size_t size);
/* Makes what a film says about itself (where and when it was taken, by what) unreadable, in place: such
 * boxes become free space of the same size. Before: media_type_whole. */
void media_type_clean(unsigned char *bytes, size_t size);
