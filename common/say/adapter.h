/* adapter: the adapters that there are, each said once: the service's name, which is its program's
 * (paidan-<name>) and its store's, and what people call it. Which of them an instance has, its site
 * says by its files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { ADAPTER_WECHAT, ADAPTER_HOTLINE, ADAPTER_MQTT, ADAPTER_WEBHOOK, ADAPTERS };

struct adapter {
    const char *name;
    const char *zh, *en;
};
extern const struct adapter adapters[ADAPTERS];

/* Why something could not be sent (DeliveryTo.reason), as people read it. Reasons come from ports, libraries
 * and the outside: one that is not known is said as it came. */
const char *adapter_reason(const char *reason, bool english);
/* A quota's name, "official customer": what of the account it bounds. text: at least ADAPTER_QUOTA_BYTES. */
enum { ADAPTER_QUOTA_BYTES = 96 };
void adapter_quota(const char *name, bool english, char text[ADAPTER_QUOTA_BYTES]);
/* NULL: none of that name. */
const struct adapter *adapter_find(const char *name);
