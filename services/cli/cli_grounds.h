/* cli_grounds: all that a decision of triage rests on, printed. */
#pragma once

#include "cli.h"
#include "event.pb-c.h"

/* A line a kind of evidence; none for NULL. */
void cli_grounds_print(struct cli *cli, const Paidan__Judged *judged);
