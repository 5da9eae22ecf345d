/* say_detail: the detail of a refusal, for people. Services name a field, a state or a bound as the
 * protos do ("tickets[0].occurred_ms", "desk_new"); a clerk has never seen a proto. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/say/say.h"

enum { SAY_DETAIL_BYTES = 384 };

/* How the reader gave what is wrong. */
enum say_given { SAY_BY_NOBODY, SAY_BY_OPTION, SAY_BY_COLUMN };

/* The detail in the user's language, "发生时间 --time" or "time, --time"; what is no field and no state
 * stays as it is. What follows a field ("text: 70000 > 65536") follows it here too. */
void say_detail(const struct say *say, enum say_given given, const char *detail,
                char text[SAY_DETAIL_BYTES]);
