/* wechat_ask: callbacks put to residents, and their answers. */
#pragma once

#include "common/step/step.h"
#include "wechat_read.h"
#include "wechat_state.h"

/* A task of the callback service (WechatAsk). */
MUST_CHECK enum rc wechat_ask_take(struct step *step, const struct step_input *input);
/* An answer to an open question; says the next one, or thanks. *replied: seq of the passive reply.
 * Returns as step_say. */
MUST_CHECK enum rc wechat_ask_answer(struct step *step, const struct wechat_talk *talk,
                                     const struct wechat_meaning *meaning, uint64_t heard,
                                     const char *group, uint64_t *replied);
/* He wants no questions: those that wait for him are taken back. */
MUST_CHECK enum rc wechat_ask_quiet(struct step *step, const struct wechat_talk *talk);
/* The question could not be put to him: nobody was reached. Nothing happens for other messages. */
MUST_CHECK enum rc wechat_ask_missed(struct step *step, const Paidan__Replied *question);
/* The ticket is closed or at work again: nothing is asked about it any more. unreached: because he did
 * not answer; a tap on the question may still do. */
MUST_CHECK enum rc wechat_ask_over(struct step *step, uint64_t ticket, bool unreached);

MUST_CHECK enum rc wechat_ask_fold(struct step_fold *fold, const Paidan__Event *event);
