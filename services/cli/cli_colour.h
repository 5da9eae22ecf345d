/* cli_colour: escape sequences for tones. */
#pragma once

#include <stdbool.h>

#include "common/say/say.h"

/* Escape sequences, or "" without colour. */
const char *cli_colour_on(bool colour, enum say_tone tone);
const char *cli_colour_off(bool colour, enum say_tone tone);
