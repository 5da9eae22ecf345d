/* gateway_static: files of folders, read at the start and on HUP and served from memory. */
#pragma once

#include "gateway.h"

MUST_CHECK enum rc gateway_static_open(struct gateway *gateway);
void gateway_static_close(struct gateway *gateway);
/* Reads the folders again; keeps what it has where one cannot be read. */
void gateway_static_reload(struct gateway *gateway);

/* The file at the path; "index.html" of a folder; a folder without its slash is sent there. */
gateway_handler gateway_static_file;
