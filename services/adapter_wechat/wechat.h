/* wechat: the conversation of WeChat and WeCom as a service of the engine. Its ports are port_*.c. */
#pragma once

#include "common/channel/channel.h"
#include "common/step/step.h"

extern const struct step_service wechat_service;
extern const struct channel wechat_channel;
