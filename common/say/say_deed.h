/* say_deed: who did what and when, as the reason of a refusal: "王芳 已于 04:39 签收". */
#pragma once

#include "command.pb-c.h"
#include "common/say/say.h"

enum { SAY_DEED_BYTES = 512 };

/* The sentence about the deed in the result; now_ms: of the answer. False: the result has none, or
 * one that this version has no word for; text is empty. */
bool say_deed(const struct say *say, const Paidan__WorkResult *result, uint64_t now_ms,
              char text[SAY_DEED_BYTES]);
/* The nth fact that has a verb, from 0, and the verb; NULL: there are no more. */
const char *say_deed_verb(const struct say *say, size_t nth, const char **verb);
