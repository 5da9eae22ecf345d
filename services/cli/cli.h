/* cli: what every command of `paidan` shares: the words it was called with, its instance, its
 * language, and asking services.
 *
 * A command is a function that returns an exit status. It says what is wrong by cli_refuse or
 * cli_usage, both of which return the status to give back. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli_options.h"
#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/limits.h"
#include "common/bus/client.h"
#include "common/say/adapter.h"
#include "common/say/say.h"
#include "common/site/site.h"
#include "event.pb-c.h"

/* Exit statuses beside those of code_exit(): README.md lists them all. */
enum {
    CLI_EXIT_OK = 0,
    CLI_EXIT_DIFFERENT = 1, /* stats do not add up, a log does not verify or replay */
    CLI_EXIT_USAGE = 64,
    CLI_EXIT_DATA = 65, /* some rows or numbers were refused */
    CLI_EXIT_IO = 74,
    CLI_EXIT_SETTINGS = 78,
};

enum {
    CLI_SERVICES = 6,
    CLI_STORES = CLI_SERVICES + ADAPTERS,
    CLI_OPERANDS_MAX = 4096,
    CLI_REPEATED_MAX = 256
};
/* In order of the flow; after the first CLI_SERVICES, which every instance has, the adapters, of which
 * it has those that its site names. NULL-terminated. */
extern const char *const cli_services[CLI_STORES + 1];
/* Whether the instance has a store of that service: one made before there were accounts or an archive
 * lacks theirs until it was started once, and adapters are there where the site has them. */
bool cli_has_store(const struct cli *cli, const char *service);

struct cli {
    const struct cli_commands *commands; /* handed in by main: nothing below it knows the table */
    /* What proves who asks, attached when the services are first asked; known: by the machine, after
     * a refusal. Handed in by main (cli_login_grant); NULL: nobody's. */
    Paidan__Code (*grant)(struct cli *cli, bool known);
    bool grant_known; /* it was tried */
    bool actor_given; /* --actor or $PAIDAN_ACTOR, not the user's own name */
    bool nameless;    /* the machine knows him under another name: none is said */
    const struct cli_command *command;
    const char *values[CLI_OPTION_COUNT];   /* NULL: not given; a flag that is given: "" */
    const char *repeated[CLI_REPEATED_MAX]; /* each value of the options that repeat */
    enum cli_option repeated_as[CLI_REPEATED_MAX];
    unsigned repeated_count;
    const char *const *operands;
    unsigned operand_count;
    bool json, colour, terminal; /* terminal: standard output is one */
    char data_dir[PATH_MAX];
    char actor[ACTOR_BYTES_MAX + 1];
    uint64_t timeout_ms;
    /* made when first needed */
    struct client *client;
    struct arena arena;
    bool arena_made, site_tried;
    struct site *site; /* owned; NULL: not readable */
    struct say say;    /* language; zone and names once the site was tried */
    uint64_t
        now_ms; /* of the last answer; access, which lives by the machine's clock, counts last */
    char near[1024]; /* what an unknown code of the arguments may have meant; "": nothing */
    unsigned char request_id[REQUEST_ID_BYTES]; /* of the last request: facts name it as cause */
};

/* How it speaks: --lang and --json as far as they are known, else the environment. Called before
 * anything can be refused, and by cli_setup. */
void cli_voice(struct cli *cli);
/* Finds language, colour, data folder and actor from arguments and environment. 0 or a status. */
MUST_CHECK int cli_setup(struct cli *cli);
void cli_finish(struct cli *cli);

/* The sentence in the user's language. */
const char *cli_say(const struct cli *cli, const char *zh, const char *en);
bool cli_given(const struct cli *cli, enum cli_option option);
const char *cli_value(const struct cli *cli, enum cli_option option); /* NULL: not given */
/* A whole number in [low, high]; fallback when not given. Returns 0 or a status. */
MUST_CHECK int cli_number(const struct cli *cli, enum cli_option option, uint64_t low,
                          uint64_t high, uint64_t fallback, uint64_t *value);
/* A moment in the site's zone (say_time_read): a span is before the services' now, with ahead
 * after it. Before: the option is given. Returns 0 or a status; it may ask escalation for the time.
 */
MUST_CHECK int cli_moment(struct cli *cli, enum cli_option option, bool ahead, uint64_t *at_ms);
/* Copies of the arguments for fields of requests, which protobuf-c wants unconst. */
char *cli_text(const struct cli *cli, enum cli_option option);

/* `paidan: CODE: sentence (detail)` on stderr, in the user's language; with --json an object `code`,
 * `zh`, `en`, `detail`, `detail_zh`, `detail_en`, `status` on one line. detail: a field or a state as
 * services name it is said in words (say_detail); may be NULL. Returns the status. */
int cli_refuse(const struct cli *cli, Paidan__Code code, const char *detail);
/* The same where another sentence than the code's own fits better. */
int cli_refuse_as(const struct cli *cli, Paidan__Code code, const char *zh, const char *en,
                  const char *detail);
/* The same for words that are not understood. Returns CLI_EXIT_USAGE. */
int cli_usage(const struct cli *cli, const char *zh, const char *en, const char *word);
/* A failure of this process or its machine. Returns status. */
int cli_fail(const struct cli *cli, int status, const char *zh, const char *en, const char *detail);
int cli_no_memory(const struct cli *cli);
/* What this thread has computed so far: speed is told by it, whatever else the machine does. */
uint64_t cli_cpu_us(void);
/* Writes the remark on stderr, in the user's language, only when a person is likely to read it. */
void cli_note(const struct cli *cli, const char *zh, const char *en);

/* Asks a service and waits. wish: a message that a Request can hold, such as &list.base.
 * 0: *answer is set, its code is OK and it has the body that this wish is answered with. Else the
 * refusal was printed. */
MUST_CHECK int cli_ask(struct cli *cli, const char *service, ProtobufCMessage *wish,
                       Paidan__Answer **answer);
/* The one field of the request that the wish fits. */
void cli_fill_request(Paidan__Request *request, ProtobufCMessage *wish);
/* Asks without printing. OK: as cli_ask. Else *answer is NULL or holds the refusal's detail;
 * PAIDAN__CODE__UNREACHABLE: none came. */
MUST_CHECK Paidan__Code cli_try(struct cli *cli, const char *service, ProtobufCMessage *wish,
                                uint64_t timeout_ms, Paidan__Answer **answer);
/* Prints what cli_try came to, other than OK, as cli_ask does; returns the status. */
int cli_refuse_asked(struct cli *cli, const char *service, Paidan__Code code,
                     const Paidan__Answer *answer);
/* What the wish is answered with; PAIDAN__ANSWER__BODY__NOT_SET: it is no wish. */
Paidan__Answer__BodyCase cli_body_of(Paidan__Request__WishCase wish);
/* Opens the client and the arena. 0 or a status. */
MUST_CHECK int cli_connect(struct cli *cli);
/* Values of an enum that may be typed, and what for. */
struct cli_words {
    const char *what; /* "--state", "MODE" */
    const ProtobufCEnumDescriptor *of;
    uint32_t values; /* 1 << value; 0: all */
};
/* The value from a token or a word, Chinese or English. 0, or the status after saying which words
 * there are. */
MUST_CHECK int cli_word(const struct cli *cli, const struct cli_words *words, const char *typed,
                        int *value);
/* The value of an option that is a word of an enum. Before: it is given, so parsing has looked at
 * it. */
int cli_choice(const struct cli *cli, enum cli_option option);
/* The arena for what a command makes. 0 or a status. */
MUST_CHECK int cli_arena(struct cli *cli);

/* Number of a ticket as people write it. 0 or a status. */
MUST_CHECK int cli_ticket(const struct cli *cli, const char *text, uint64_t *ticket);

/* The instance's site for names; NULL when it is not readable. */
const struct site *cli_site(struct cli *cli);
/* The folder of the instance's site, as deploy/up noted it; "" where nothing is noted. */
void cli_site_folder(const struct cli *cli, char *folder, size_t size);
/* The site in a folder, for site_free. 0, or a status with its mistakes printed. */
MUST_CHECK int cli_check_site(struct cli *cli, const char *folder, struct site **site);
/* The same without its models, whose mistakes do not count (site_review_bare). */
MUST_CHECK int cli_check_site_bare(struct cli *cli, const char *folder, struct site **site);
/* The language with the site's names and wall clock: reads the site at first use. */
const struct say *cli_speak(struct cli *cli);
