/* say_brief: what a row of a listing says about a ticket beside its names. */
#pragma once

#include "command.pb-c.h"
#include "common/say/say.h"

/* The deadline that counts: the oldest missed one, else the next; *warn_ms 0: no warning point.
 * False: none, both 0. */
bool say_brief_due(const Paidan__Brief *brief, uint64_t *due_ms, uint64_t *warn_ms);
/* The deadline a row stands for: until when it is suspended, the oldest that was missed, or the
 * next one: "剩 3h12m (11-23 14:00)"; "-" if none runs. */
enum say_tone say_brief_deadline(const struct say *say, const Paidan__Brief *brief, uint64_t now_ms,
                                 char *text, size_t size);
/* What a person must know beside the state: "督办 催办2 调解 定人张三 协办1/2"; "" if nothing. */
void say_brief_marks(const struct say *say, const Paidan__Brief *brief, char *text, size_t size);
