/* wechat_file: what is wished of intake: a ticket made of a draft, a supplement, a chase, a withdrawal;
 * and what its answers mean to the person. */
#pragma once

#include "common/step/step.h"
#include "wechat_read.h"
#include "wechat_state.h"

/* Submits the messages of these Heards as one ticket, under the id of the first; of: the Heard that the
 * answer belongs to. Nothing is wished of no messages. Returns as step_say. */
MUST_CHECK enum rc wechat_file_submit(struct step *step, const struct wechat_talk *talk,
                                      const uint64_t *seqs, uint32_t count, uint64_t of);
MUST_CHECK enum rc wechat_file_supplement(struct step *step, const struct wechat_talk *talk,
                                          const Paidan__WechatHear *hear, uint64_t ticket,
                                          uint64_t of);
MUST_CHECK enum rc wechat_file_chase(struct step *step, const struct wechat_talk *talk,
                                     uint64_t ticket, uint64_t of);
/* 勿扰, or taken back, for what he reported: intake tells it to whoever would ring. */
MUST_CHECK enum rc wechat_file_quiet(struct step *step, const struct wechat_talk *talk, bool lift);
MUST_CHECK enum rc wechat_file_withdraw(struct step *step, const struct wechat_talk *talk,
                                        uint64_t ticket, uint64_t of);
/* Of struct channel. */
MUST_CHECK enum rc wechat_file_answered(struct step *step, const Paidan__WishAnswered *answer);
MUST_CHECK enum rc wechat_file_delivered(struct step *step, const struct outbox_delivery *delivery,
                                         bool sent, const ProtobufCBinaryData *reply);

/* The platform says that a notice it took did not arrive: it is said another way. Returns as step_say. */
MUST_CHECK enum rc wechat_file_notice_failed(struct step *step, const Paidan__WechatHear *hear);

MUST_CHECK enum rc wechat_file_fold_result(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc wechat_file_fold_owned(struct step_fold *fold, const Paidan__Event *event);
