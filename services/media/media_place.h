/* media_place: where a photo says that it was taken, out of its EXIF as libvips shows it. Pure. */
#pragma once

#include <stdbool.h>

/* value: "31/1 13/1 4937/100 (31, 13, 49.37, Rational, 3 components, 24 bytes)"; ref: "N (N, ASCII, ..)".
 * False: no coordinate, or one that is nowhere (bound: 90 or 180 degrees). */
bool media_place_read(const char *value, const char *ref, double bound, double *degrees);
