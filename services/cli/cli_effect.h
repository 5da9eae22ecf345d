/* cli_effect: what a change did, for the one who asked for it. */
#pragma once

#include <jansson.h>

#include "cli.h"

/* More facts than one change makes: granting a raise says two, a unit on the spot four. */
enum { CLI_EFFECT_FACTS_MAX = 8, CLI_EFFECT_BYTES = 2048 };

/* Which facts of escalation's log are meant: those of a request, or of a record of another log. */
struct cli_effect_of {
    const unsigned char *request_id; /* REQUEST_ID_BYTES; NULL: by log and seq */
    const char *log;                 /* NULL with request_id NULL: all facts of the ticket */
    uint64_t seq;
};

struct cli_effect {
    const Paidan__Shown *shown; /* in the arena, as its facts */
    size_t count;
    const Paidan__Event *facts[CLI_EFFECT_FACTS_MAX]; /* the newest, oldest first */
};

/* Asks escalation for the ticket, once. False: the facts are not there (yet); effect is empty, or holds
 * the ticket without them. */
bool cli_effect_find(struct cli *cli, uint64_t ticket, const struct cli_effect_of *of,
                     struct cli_effect *effect);
/* How the wait for an effect that has to travel ended. */
enum cli_effect_end {
    CLI_EFFECT_FOUND,
    CLI_EFFECT_NONE, /* escalation knows of the change, and makes nothing of it */
    CLI_EFFECT_LATE, /* it does not know yet: what it would show is the ticket as it was before */
};
/* Until when a command waits for all its effects together, in clock_monotonic_us. */
uint64_t cli_effect_patience(const struct cli *cli);
/* Waits for the facts of a record of another log until end_us. Late: effect is empty. */
enum cli_effect_end cli_effect_wait(struct cli *cli, uint64_t ticket,
                                    const struct cli_effect_of *of, uint64_t end_us,
                                    struct cli_effect *effect);
/* What is said of a change whose effect is late; in both languages in object unless NULL. */
const char *cli_effect_late(struct cli *cli, json_t *object);
/* The facts as a sentence, who has the ticket now and which deadline comes next. */
void cli_effect_words(const struct say *say, const struct cli_effect *effect, uint64_t now_ms,
                      char text[CLI_EFFECT_BYTES]);
/* `effect` with zh and en, and the ticket's row under `ticket`, into object. */
void cli_effect_set(struct cli *cli, json_t *object, const struct cli_effect *effect);

/* The same for a wish to another service than escalation, told in a line after `said` ("已分拨"): the
 * effect if there is one and it comes in time; that it waits at the dispatcher's desk; or that the ticket
 * will follow. */
MUST_CHECK int cli_effect_tell(struct cli *cli, uint64_t ticket, const struct cli_effect_of *of,
                               const char *said, json_t *object);
/* The same for a deed that is about no ticket: what it did, as lines, the last of them what to run next.
 * With --json both languages are put into object as `effect`; object is freed. 0 or a status. */
typedef void cli_effect_fn(const struct say *say, const void *deed, char text[CLI_EFFECT_BYTES]);
MUST_CHECK int cli_effect_deed(struct cli *cli, cli_effect_fn *words, const void *deed,
                               json_t *object);
/* A path as it can be typed in a shell. */
void cli_effect_path(const char *path, char *typed, size_t size);
/* The command that starts the services of this data folder; site: NULL is that of the data. */
void cli_effect_start(const struct say *say, const char *data, const char *site, bool demo,
                      char *typed, size_t size);

/* "等分拨员分拨：未识别地点" in text, and in object unless NULL, while the ticket waits at the desk.
 * False: it does not, or triage does not say. */
bool cli_effect_at_desk(struct cli *cli, uint64_t ticket, json_t *object,
                        char text[CLI_EFFECT_BYTES]);
/* Where a new ticket is: its effect, or that it waits at the desk; empty if neither is known yet. */
void cli_effect_new(struct cli *cli, uint64_t ticket, json_t *object, char text[CLI_EFFECT_BYTES]);
