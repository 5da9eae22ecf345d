/* port_wechat_media: fetches pictures and voices that tickets name (wechat_picture.h), and keeps them in
 * DATA/media/wechat, where the gateway finds them. For port_wechat_api, whose outbox asks for them: one
 * delivery a message, one call a picture. */
#pragma once

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/door/door_sender.h"
#include "common/site/site_wechat.h"
#include "port_wechat_account.h"

struct port_wechat_media;

/* RC_OK, RC_LIMIT or RC_IO (said). */
MUST_CHECK enum rc port_wechat_media_open(const char *data_dir, struct port_wechat_media **media);
/* The file that is being made is given up: its delivery waits in the outbox. NULL: nothing to do. */
void port_wechat_media_close(struct port_wechat_media *media);
/* The next call for what that message shows. token: NULL: there is none now. Returns as make of struct
 * door_sender. */
MUST_CHECK enum rc port_wechat_media_make(struct port_wechat_media *media, struct arena *arena,
                                          const struct site_wechat_account *site,
                                          const struct port_wechat_account *account,
                                          const char *token, uint64_t delivery,
                                          const Paidan__WechatHear *hear, struct web_call *call,
                                          const char **why);
/* What its answer is: a file is handed to the thread and DOOR_LATER returned, so that make is asked again
 * and finds it there. *account: whose token was refused; NULL: nobody's. */
enum door_verdict port_wechat_media_judge(struct port_wechat_media *media, uint64_t delivery,
                                          const struct web_result *result, const char **account,
                                          const char **why);
