/* port_wechat_text: texts of the platforms as our own wishes may hold them. */
#pragma once

#include <stdbool.h>

#include "common/base/arena.h"

enum {
    PORT_WECHAT_ID_BYTES = 64,
    PORT_WECHAT_NAME_BYTES = 128, /* of a person, a group, a menu's key */
    PORT_WECHAT_MEDIA_BYTES = 256,
    PORT_WECHAT_QUOTE_BYTES = 4096,
    PORT_WECHAT_URL_BYTES = 1024,
    PORT_WECHAT_FILE_KEY_BYTES = 64,
};

/* People's words: at most so many bytes, cut between characters; what is no text (controls) becomes
 * blanks. NULL or "": NULL. *full is set when the arena is. */
char *port_wechat_text_words(struct arena *arena, const char *text, size_t bytes_max, bool *full);
/* What is of no use in parts or altered, an id, an address: whole, or NULL. */
char *port_wechat_text_whole(struct arena *arena, const char *text, size_t bytes_max, bool *full);
