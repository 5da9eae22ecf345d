/* cli_options: the table of options, and what a command is. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/say/say_words.h"

struct cli;
struct cli_command;

enum cli_option {
    /* every command */
    CLI_DATA,
    CLI_JSON,
    CLI_LANG,
    CLI_TIMEOUT,
    CLI_ACTOR,
    CLI_NO_COLOUR,
    CLI_HELP,
    CLI_VERSION,
    CLI_GLOBAL_COUNT,
    /* some commands */
    CLI_ALL = CLI_GLOBAL_COUNT,
    CLI_AMOUNT,
    CLI_ANEW,
    CLI_APART,
    CLI_AREA,
    CLI_APPLY,
    CLI_AREA_HINT,
    CLI_BY,
    CLI_CALENDAR,
    CLI_ATTACHMENT,
    CLI_CATEGORY,
    CLI_CATEGORY_HINT,
    CLI_CHANNEL,
    CLI_CLOCK,
    CLI_CODE,
    CLI_COMPLETE,
    CLI_DONE_NOTE,
    CLI_CSV,
    CLI_CURSOR,
    CLI_COMMUNITIES,
    CLI_CONFIDENTIAL,
    CLI_DEAD,
    CLI_OPEN,
    CLI_DIFF,
    CLI_HOTLINE,
    CLI_HOURS,
    CLI_HTML,
    CLI_LEVEL,
    CLI_LEVELS,
    CLI_NAME,
    CLI_STRICT,
    CLI_SUMMARY,
    CLI_END,
    CLI_EXPLAIN,
    CLI_EXTERNAL_ID,
    CLI_FOLLOWER_SERVICE,
    CLI_FROM,
    CLI_GROUPS,
    CLI_HELD,
    CLI_IF_VERSION,
    CLI_INTO,
    CLI_JUDGE,
    CLI_LABEL,
    CLI_LEASE,
    CLI_LIMIT,
    CLI_LIST,
    CLI_MAX,
    CLI_MODE,
    CLI_MODEL,
    CLI_NEWEST,
    CLI_NOTE,
    CLI_OFF,
    CLI_ON_SPOT,
    CLI_OUT,
    CLI_OVERDUE,
    CLI_PEEK,
    CLI_PER,
    CLI_HAND_OVER,
    CLI_DO_NOT_CALL,
    CLI_CALL_AGAIN,
    CLI_PERSON,
    CLI_PHONE,
    CLI_PART,
    CLI_PLACE,
    CLI_PLACES,
    CLI_PRECISION,
    CLI_PROPOSED,
    CLI_REASON,
    CLI_REPLACE,
    CLI_REPORT,
    CLI_REPORTER,
    CLI_RESULT,
    CLI_REVEAL,
    CLI_ROLE,
    CLI_SATISFIED,
    CLI_SETTLE,
    CLI_RECOMPUTE,
    CLI_SHADOW,
    CLI_SINCE,
    CLI_SITE,
    CLI_SKIP,
    CLI_SOLVED,
    CLI_START,
    CLI_SHOWN,
    CLI_STATE,
    CLI_SUPERVISED,
    CLI_TEST,
    CLI_TEXT,
    CLI_TEXTS,
    CLI_TICKETS,
    CLI_TIME,
    CLI_TITLE,
    CLI_TO,
    CLI_UNIT,
    CLI_UNTIL,
    CLI_URGENCY,
    CLI_UNITS,
    CLI_WAIT,
    CLI_WEEKS,
    CLI_WATCH,
    CLI_XLSX,
    CLI_YEAR,
    CLI_WITHIN,
    CLI_WORK,
    CLI_WITHOUT_ASSIST,
    CLI_OPTION_COUNT
};

/* What follows an option, for completion. */
enum cli_argument { CLI_NOTHING, CLI_WORD, CLI_COUNT, CLI_FILE, CLI_FOLDER, CLI_CHOICE };

/* Whose code an option takes; its name does too (cli_names.h). */
enum cli_names {
    CLI_NAMES_NONE,
    CLI_NAMES_UNITS,
    CLI_NAMES_AREAS,
    CLI_NAMES_CATEGORIES,
    CLI_NAMES_CHANNELS
};

struct cli_option_row {
    const char *name;                     /* without dashes */
    char letter;                          /* short form or 0 */
    enum cli_argument argument;           /* CLI_NOTHING: a flag */
    const char *metavar;                  /* "UNIT"; NULL for a flag */
    const char *choices;                  /* "zh|en" for CLI_CHOICE; NULL: the values of an enum */
    const char *zh, *en;                  /* one line each */
    const ProtobufCEnumDescriptor *words; /* with CLI_CHOICE: words of these values pass */
    uint32_t values;                      /* of these only, 1 << value; 0: all */
    bool repeats;                         /* may be given several times */
    enum cli_names names;
};

/* What an option is for one command: its own words where the row's would speak of others. */
struct cli_option_text {
    const char *metavar, *zh, *en;
};
struct cli_option_text cli_options_text(const struct cli_command *command, enum cli_option option);

enum { CLI_COMMAND_OPTIONS_MAX = 16 };
struct cli_command {
    const char *name;     /* "submit", "work accept" */
    const char *operands; /* "NUMBER...", "" for none; for help and completion */
    unsigned operands_min, operands_max;
    int (*run)(struct cli *cli);
    const char *zh, *en;                              /* one line each */
    const char *more_zh, *more_en;                    /* further lines, or NULL */
    enum cli_option options[CLI_COMMAND_OPTIONS_MAX]; /* up to option_count */
    unsigned option_count;
    unsigned required; /* the first so many of options must be given */
    const char *alias; /* one word instead of the name, Chinese; or NULL */
    const char *needs; /* of which options one must be given, for the synopsis; or NULL */
};

struct cli_commands {
    const struct cli_command *rows; /* in the order of the help */
    size_t count;
};

/* "yes|partly|no": what a CLI_CHOICE may be, for help, completion and refusals. */
enum { CLI_CHOICES_BYTES = 256 };
void cli_options_choices(const struct cli_option_row *row, char text[CLI_CHOICES_BYTES]);
/* Is it one of the choices that are written out in the row? */
bool cli_options_chosen(const struct cli_option_row *row, const char *typed);

extern const struct cli_option_row cli_options[CLI_OPTION_COUNT];
