/* wechat_talk: hearing a message and what follows from it. */
#pragma once

#include "common/step/step.h"
#include "wechat_state.h"

MUST_CHECK enum rc wechat_talk_hear(struct step *step, const struct step_input *input);
/* Waits for the passive reply to a message (WechatAwait). */
MUST_CHECK enum rc wechat_talk_await(struct step *step, const struct step_input *input);
/* A state ended by itself (WECHAT_DUE_TALK), or the platform asks no more (WECHAT_DUE_REPLY). */
MUST_CHECK enum rc wechat_talk_due(struct step *step, const struct due *due);

MUST_CHECK enum rc wechat_talk_fold_turned(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc wechat_talk_fold_consented(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc wechat_talk_fold_given(struct step_fold *fold, const Paidan__Event *event);
