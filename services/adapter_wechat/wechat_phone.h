/* wechat_phone: the list of those who are to be telephoned 待拨电话. */
#pragma once

#include "common/step/step.h"

MUST_CHECK enum rc wechat_phone_list(struct step_view *view, const Paidan__Request *request,
                                     Paidan__Answer *answer);
MUST_CHECK enum rc wechat_phone_take(struct step *step, const struct step_input *input);
MUST_CHECK enum rc wechat_phone_done(struct step *step, const struct step_input *input);
/* WechatHandedOver, PhoneShown, PhoneTried. seq: of that record. */
MUST_CHECK enum rc wechat_phone_fold(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event);
