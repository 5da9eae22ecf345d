/* cli_words: what residents said, beside the tickets that somebody works on. */
#pragma once

#include <jansson.h>

#include "cli.h"

/* May this command show what is only shown to who says why? Before: the option is given. 0, or a
 * status after asking for --reason. */
MUST_CHECK int cli_words_reason(const struct cli *cli, enum cli_option option);
/* Whether facts of that service's log hold what residents wrote: intake's do, and adapters'. */
bool cli_words_stand(const char *service);
/* Has intake record that facts of that service's log, from .. until (0: on and on), are read with
 * their texts under --reason. 0, or the refusal was printed: then nothing may be shown. Before: cli_words_stand. */
MUST_CHECK int cli_words_record(struct cli *cli, const char *service, uint64_t from,
                                uint64_t until);

/* The texts of count tickets, phones and names masked, in the order of tickets; NULL in the place of
 * one that intake does not know or could not be asked for, which is said once. In cli's arena. */
const Paidan__TicketText **cli_words_ask(struct cli *cli, const uint64_t *tickets, size_t count);
/* When it happened, the text, and all that was said later, for people. */
void cli_words_print(struct cli *cli, const Paidan__TicketText *text);
/* The same as a paragraph of a listing, under the ticket's number and place. */
void cli_words_paragraph(struct cli *cli, const Paidan__TicketText *text);
/* Adds what object does not have yet: text, place, occurred, supplements, said ... text: may be NULL. */
void cli_words_json(struct cli *cli, json_t *object, const Paidan__TicketText *text);
