/* say_wechat: what the adapter of WeChat and WeCom did, as a sentence: never what was said, nor who
 * said it. */
#pragma once

#include "common/say/say.h"
#include "event.pb-c.h"

/* What a message is about (Replied.about): "closed" is 办结; a name that is not known as it came. */
const char *say_wechat_about(const struct say *say, const char *about);
/* The sentence, and how it is meant; "" when it is none of these facts. Before: text is empty. */
enum say_tone say_wechat_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size);
