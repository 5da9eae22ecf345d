/* wechat_picture: pictures and voices of residents. The platforms keep them for three days, and of robots
 * for five minutes: a ticket names a copy of ours, which is fetched as soon as it is filed. */
#pragma once

#include "common/site/site_wechat.h"
#include "common/step/step.h"

enum { WECHAT_PICTURE_NAME_BYTES = 65 };
/* The destination of what is to be fetched: the port calls the platform for it. */
#define WECHAT_PICTURE_TO "media"

/* How many copies of that message are fetched: 0: it shows nothing, or the account cannot fetch. */
size_t wechat_picture_count(const struct site_wechat_account *account,
                            const Paidan__WechatHear *hear);
/* The name of a copy, known before it is there: 64 hexadecimal digits, NUL. Before: index <
 * wechat_picture_count. */
void wechat_picture_name(const Paidan__WechatHear *hear, size_t index,
                         char name[WECHAT_PICTURE_NAME_BYTES]);
/* Has them fetched: a delivery of the Heard. Before: the count is not 0. Returns as step_say. */
MUST_CHECK enum rc wechat_picture_ask(struct step *step, uint64_t heard);
/* They could not be had: who sent them is asked to send them again. Returns as step_say. */
MUST_CHECK enum rc wechat_picture_lost(struct step *step, uint64_t heard);
