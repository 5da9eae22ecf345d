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
/* Exit status of the CLI for a refusal: documented in services/cli/README.md. */
int code_exit(Paidan__Code code);
