/* cli_facts: one sentence for each fact, as a clerk reads a ticket's history. */
#pragma once

#include "cli.h"
#include "cli_print.h"

/* Words for the fact, and the colour it deserves; "" when people need not see it. */
enum cli_colour cli_fact_words(struct cli *cli, const Paidan__Event *event, char *text,
                               size_t size);
