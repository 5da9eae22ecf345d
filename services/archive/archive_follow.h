/* archive_follow: the part that hears each archived event of a ticket: its record, its days and all that is
 * counted of it follow. */
#pragma once

#include "archive_part.h"

extern const struct archive_part archive_follow_part;
