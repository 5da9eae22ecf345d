/* say_judged: what a judgement of triage rests on, said to people: 判断依据. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

/* In one clause: "模型 路灯 97.3%", "可能 路灯 62.1%、道路 20.3%"; "" where there is nothing to say. */
void say_judged_brief(const struct say *say, const Paidan__Judged *judged, char *text, size_t size);

/* All of it, a line a kind: the nth that there is, from 0, with a short word in front. False: there are
 * no more. */
bool say_judged_line(const struct say *say, const Paidan__Judged *judged, size_t nth,
                     const char **label, char *text, size_t size);
