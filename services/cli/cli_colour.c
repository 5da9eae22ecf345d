/* cli_colour: what a tone looks like on a terminal. Colours only ever repeat what the words say:
 * output without them, in a pipe or under NO_COLOR, says as much. */

#include "cli_colour.h"

const char *cli_colour_on(bool colour, enum say_tone which)
{
    static const char *const on[] = {"",         "\033[1m",  "\033[2m", "\033[31m",
                                     "\033[33m", "\033[32m", "\033[36m"};
    return colour ? on[which] : "";
}

const char *cli_colour_off(bool colour, enum say_tone which)
{
    return colour && which != SAY_PLAIN ? "\033[0m" : "";
}
