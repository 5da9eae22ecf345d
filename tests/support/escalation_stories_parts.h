/* escalation_stories_parts: the stories that stand in files of their own, one file a capability. */
#pragma once

#include "story.h"

void tell_supervision(struct story *story); /* escalation_stories_supervise.c */
