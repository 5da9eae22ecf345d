/* cli_gather: one ticket as the four services know it, joined. */
#pragma once

#include "cli.h"

enum { CLI_HISTORY_MAX = HISTORY_MAX };

struct cli_ticket_view {
    uint64_t ticket;
    const Paidan__TicketText *text;        /* intake; never NULL */
    const Paidan__TriageShown *triage;     /* NULL: not there yet, or no answer */
    const Paidan__Shown *shown;            /* escalation; NULL: not there (yet) */
    const Paidan__CallbackShown *callback; /* NULL: never asked */
    size_t told_count; /* what the other services did with it, each service's oldest first */
    struct cli_told {
        const char *service;
        uint64_t seq;
        const Paidan__Event *event;
    } told[2 * CLI_HISTORY_MAX];
    size_t history_count;
    Paidan__Event *history[CLI_HISTORY_MAX]; /* escalation's, oldest first */
    uint64_t history_seqs[CLI_HISTORY_MAX];
    bool archived;        /* escalation has it no more: shown is archive's row */
    Paidan__Code missing; /* OK, or why one of the services could not be asked */
};

/* Asks all four about the ticket named by the first operand. phones: with phone and name, recorded
 * under --reason. 0, or the refusal was printed; an unknown ticket is one. All in cli's arena. */
MUST_CHECK int cli_gather(struct cli *cli, bool phones, struct cli_ticket_view *view);
