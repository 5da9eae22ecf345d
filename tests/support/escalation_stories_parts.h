/* escalation_stories_parts: the stories that stand in files of their own, one file a capability. */
#pragma once

#include "story.h"

void tell_supervision(struct story *story); /* escalation_stories_supervise.c */
void tell_steps(struct story *story);       /* escalation_stories_steps.c */
void tell_moments(struct story *story);     /* escalation_stories_steps.c */
