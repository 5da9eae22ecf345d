/* say_people: facts of people's accounts (access) as sentences, and roles in their scope. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

/* "承办人 永新社区", "clerk of Yongxin": the role and what it is for. */
void say_people_role(const struct say *say, const Paidan__GrantRole *role, char *text, size_t size);
/* The sentence, and how it is meant; "" when it is none of these facts. Who did it stands in the
 * cause. Before: text is empty. */
enum say_tone say_people_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size);
