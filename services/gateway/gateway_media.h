/* gateway_media: photos and files, kept by what they hold: DATA/media/ab/<SHA-256 in hexadecimal>.
 *
 *   POST /api/v1/media                the bytes; answered {hash, url, type, bytes, width, height, place}
 *   GET  /api/v1/media/{hash}         a download, for whoever put it there in this hour
 *   GET  /api/v1/media/{hash}?number= or may see the ticket that names it
 *   GET  /api/v1/media/{hash}/preview the same for its preview, a JPEG of 640 pixels at most
 *
 * An Attachment of a ticket, and a note, refer to one as "media:<hash>". Photos are decoded and written
 * anew, so that neither a place nor anything else rides along; the place that was in them is offered to
 * who sent it, and kept nowhere. */
#pragma once

#include "gateway.h"

enum {
    GATEWAY_MEDIA_BYTES_MAX = 10 << 20,
    GATEWAY_MEDIA_HASH_BYTES = 65, /* hexadecimal, NUL */
};

struct gateway_media_item {
    char hash[GATEWAY_MEDIA_HASH_BYTES];
    const char *type;   /* "image/jpeg" */
    const char *ending; /* "jpg" */
    uint64_t bytes;
    unsigned width, height; /* 0: no picture */
    bool placed;
    double latitude, longitude; /* WGS 84, degrees */
    char digest[32];            /* the hash as bytes */
};
enum gateway_media_result {
    GATEWAY_MEDIA_KEPT,
    GATEWAY_MEDIA_TYPE,    /* none of those that are taken */
    GATEWAY_MEDIA_LARGE,   /* bytes */
    GATEWAY_MEDIA_PIXELS,  /* a picture too large to be opened */
    GATEWAY_MEDIA_DAMAGED, /* says it is one, and cannot be read to its end */
    GATEWAY_MEDIA_FULL,    /* no space; nothing was kept */
    GATEWAY_MEDIA_BUSY,    /* too many at once */
    GATEWAY_MEDIA_FAULT,   /* ours */
};
/* item: with KEPT, until return. */
typedef void gateway_media_told(struct exchange *exchange, enum gateway_media_result result,
                                const struct gateway_media_item *item);

/* Keeps a copy, in the media thread. Before: bytes live as long as the exchange; told answers or goes
 * on. told is called once, after this returns. */
void gateway_media_keep(struct exchange *exchange, const unsigned char *bytes, size_t size,
                        gateway_media_told *told);
/* Refuses with the problem that belongs to it. Before: result is none of KEPT. */
void gateway_media_problem(struct exchange *exchange, enum gateway_media_result result);

/* Handlers. */
gateway_handler gateway_media_put;
gateway_handler gateway_media_get;
gateway_handler gateway_media_preview;

extern const struct gateway_part gateway_media_part;
