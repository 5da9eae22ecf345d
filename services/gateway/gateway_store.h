/* gateway_store: one file into DATA/media, whole or not at all. Blocking: for the media thread alone.
 * It touches nothing of the gateway. */
#pragma once

#include "gateway_media.h"

/* Makes the folders, clears what a process that was killed left. RC_OK or RC_IO (said). */
MUST_CHECK enum rc gateway_store_open(const char *data_dir);
/* Has the file cleaned by paidan-media, and keeps the result under its hash. item: with KEPT. */
enum gateway_media_result gateway_store_put(const char *data_dir, const unsigned char *bytes,
                                            size_t size, struct gateway_media_item *item);
/* An open file and its type; -1: there is none. preview: of it. Before: hash is 64 digits. */
int gateway_store_get(const char *data_dir, const char *hash, bool preview, uint64_t *bytes,
                      const char **type, const char **ending);
