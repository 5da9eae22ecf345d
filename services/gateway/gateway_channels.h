/* gateway_channels: how the adapters of channels are. */
#pragma once

#include "gateway.h"

/* GET /api/v1/channels: each adapter that the instance has, one that does not answer too. */
gateway_handler gateway_channels_show;
