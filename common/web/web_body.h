/* web_body: bytes that come in pieces. Room doubles from what there is, so that what was announced and does
 * not come costs nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The room that so many bytes and a NUL take, after there was room for `room`. */
size_t web_body_room(size_t room, size_t bytes);
/* Puts a piece at the end, and a NUL after it. *body: from malloc; NULL, 0, 0 at first. False: no memory,
 * nothing was added. */
bool web_body_add(char **body, size_t *bytes, size_t *room, const char *piece, size_t size);
