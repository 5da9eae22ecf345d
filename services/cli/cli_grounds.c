/* cli_grounds: evidence for people. Sentences are say_judged's. */

#include "cli_grounds.h"

#include <stdio.h>

#include "common/say/say_judged.h"

void cli_grounds_print(struct cli *cli, const Paidan__Judged *judged)
{
    char text[1024];
    const char *label = NULL;
    for (size_t nth = 0;
         judged != NULL && say_judged_line(cli_speak(cli), judged, nth, &label, text, sizeof text);
         nth++) {
        printf("  %s  %s\n", label, text);
    }
}
