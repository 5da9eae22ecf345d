/* archive_bulletin: 公示, what is told to everybody of handled matters: written by one person, reviewed by
 * another one, published, taken down again. Owns the wishes and facts of proto/bulletin.proto. */
#pragma once

#include "archive_part.h"

extern const struct archive_part archive_bulletin_part;
