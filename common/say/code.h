/* code: the sentences behind enum Code (proto/command.proto), in Chinese and English. */
#pragma once

#include <stdbool.h>

#include "command.pb-c.h"

/* Stable string: "UNIT_UNKNOWN". Never NULL; "CODE_<n>" is not produced: unknown values give
 * "UNKNOWN". */
const char *code_name(Paidan__Code code);
/* One sentence: what is wrong and what to do. */
const char *code_sentence_zh(Paidan__Code code);
const char *code_sentence_en(Paidan__Code code);
/* Exit status of the CLI for a refusal, after sysexits(3); also in services/cli/README.md:
 *    0  OK
 *   64  usage of the command line
 *   65  bad input: malformed, too long, too many, missing field
 *   66  names something that does not exist: ticket, unit, area, trimmed records
 *   69  no answer from the service
 *   70  damaged data, diverged logs: a person must look
 *   73  storage full
 *   75  try later with the same request id: overloaded, starting, too many waiters
 *   77  the rules do not allow it: state, unit, version, level, query code
 *   78  settings: site, store of another version or service, store in use */
int code_exit(Paidan__Code code);
