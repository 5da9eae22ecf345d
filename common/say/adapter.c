/* adapter: names of adapters for people. Owns the table alone; its order is that of every list. */
#include "common/say/adapter.h"

#include <string.h>

#include "common/base/check.h"

const struct adapter adapters[ADAPTERS] = {
    {"wechat", "微信", "WeChat"},
    {"hotline", "热线平台", "hotline platform"},
    {"mqtt", "设备警报", "device alarms"},
    {"webhook", "事件推送", "webhooks"},
};

const struct adapter *adapter_find(const char *name)
{
    CHECK(name != NULL);
    for (size_t index = 0; index < ADAPTERS; index++) {
        if (strcmp(adapters[index].name, name) == 0) {
            return &adapters[index];
        }
    }
    return NULL;
}
