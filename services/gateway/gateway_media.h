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

#include "common/web/web_media.h"
#include "gateway.h"

/* item: with KEPT, until return. */
typedef void gateway_media_told(struct exchange *exchange, enum web_media_result result,
                                const struct web_media_item *item);

/* Keeps a copy, in the media thread. Before: bytes live as long as the exchange; told answers or goes
 * on. told is called once, after this returns. */
void gateway_media_keep(struct exchange *exchange, const unsigned char *bytes, size_t size,
                        gateway_media_told *told);
/* Refuses with the problem that belongs to it. Before: result is none of KEPT. */
void gateway_media_problem(struct exchange *exchange, enum web_media_result result);

/* A kept file, of the gateway or of an adapter, for whoever may see it; -1: there is none (yet). As
 * web_media_get. */
int gateway_media_open(const struct gateway *gateway, const char *hash, bool preview,
                       uint64_t *bytes, const char **type, const char **ending);

/* Handlers. */
gateway_handler gateway_media_put;
gateway_handler gateway_media_get;
gateway_handler gateway_media_preview;

extern const struct gateway_part gateway_media_part;
