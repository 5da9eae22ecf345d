/* web_media: files that people sent, each in a folder of one process, whole or not at all.
 *
 *   FOLDER/tmp/<random>.{in,out,small}    while it is being made
 *   FOLDER/ab/ab12...ef.jpg               the file
 *   FOLDER/ab/ab12...ef.small             its preview
 *
 * A name is 64 hexadecimal digits, by which an Attachment refers to it ("media:<name>"): the SHA-256 of
 * the file, or whatever its folder's owner makes of where it comes from, so that a ticket can name it
 * before it is there. DATA/media is the gateway's, DATA/media/<adapter> an adapter's; the gateway reads
 * all of them. All of it blocks: for a thread of its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

enum {
    WEB_MEDIA_BYTES_MAX = 10 << 20,
    WEB_MEDIA_HASH_BYTES = 65, /* hexadecimal, NUL */
};

struct web_media_item {
    char hash[WEB_MEDIA_HASH_BYTES]; /* its name */
    const char *type;                /* "image/jpeg" */
    const char *ending;              /* "jpg" */
    uint64_t bytes;
    unsigned width, height; /* 0: no picture */
    bool placed;
    double latitude, longitude; /* WGS 84, degrees */
    char digest[32];            /* SHA-256 */
};
enum web_media_result {
    WEB_MEDIA_KEPT,
    WEB_MEDIA_TYPE,    /* none of those that are taken */
    WEB_MEDIA_LARGE,   /* bytes */
    WEB_MEDIA_PIXELS,  /* a picture too large to be opened */
    WEB_MEDIA_DAMAGED, /* says it is one, and cannot be read to its end */
    WEB_MEDIA_FULL,    /* no space; nothing was kept */
    WEB_MEDIA_BUSY,    /* too many at once, or told to give up */
    WEB_MEDIA_FAULT,   /* ours */
};

/* Makes the folder, clears what a process that was killed left. Before: what it lies in is there, or is
 * DATA/media. RC_OK or RC_IO (said). */
MUST_CHECK enum rc web_media_open(const char *folder);
/* Has the file cleaned by paidan-media, and keeps the result under a name; NULL: its hash. item: with
 * KEPT. stop: a descriptor that can be read once nobody waits for it any more (the process ends): then the
 * child is killed, and BUSY returned; -1: none. */
enum web_media_result web_media_put(const char *folder, const char *name,
                                    const unsigned char *bytes, size_t size, int stop,
                                    struct web_media_item *item);
/* An open file and its type; -1: there is none. preview: of it. Before: name is 64 digits. */
int web_media_get(const char *folder, const char *name, bool preview, uint64_t *bytes,
                  const char **type, const char **ending);
