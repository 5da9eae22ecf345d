/* adapter: names of adapters for people, and the words of what they say of the outside. Owns the tables alone;
 * the order of adapters is that of every list. */
#include "common/say/adapter.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/code.h"

const struct adapter adapters[ADAPTERS] = {
    [ADAPTER_WECHAT] = {"wechat", "微信", "WeChat"},
    [ADAPTER_HOTLINE] = {"hotline", "热线平台", "hotline platform"},
    [ADAPTER_MQTT] = {"mqtt", "设备警报", "device alarms"},
    [ADAPTER_WEBHOOK] = {"webhook", "事件推送", "webhooks"},
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

/* As ports, libcurl and refusals of services say it. */
static const struct {
    const char *said, *zh, *en;
} reasons[] = {
    {"Couldn't connect to server", "连不上对方", "nobody answers there"},
    {"Could not connect to server", "连不上对方", "nobody answers there"},
    {"Timeout was reached", "对方没有及时答复", "no answer in time"},
    {"Couldn't resolve host name", "找不到这个域名", "the name of the host is unknown"},
    {"Could not resolve hostname", "找不到这个域名", "the name of the host is unknown"},
    {"SSL peer certificate or SSH remote key was not OK", "对方的证书不可信",
     "the certificate is not to be trusted"},
    {"SSL connect error", "加密连接建立不了", "no encrypted connection"},
    {"Server returned nothing (no headers, no data)", "对方挂断了，没有答复",
     "hung up without an answer"},
    {"Failure when receiving data from the peer", "答复没有收完", "the answer broke off"},
    {"Failed sending data to the peer", "没有发完", "it could not be sent to the end"},
    {"the address is none that may be called", "地址不许访问（内网或不在名单上）",
     "the address is none that may be called"},
    {"the answer is too large", "对方的答复太大", "the answer is too large"},
    {"errcode 40001", "平台说令牌失效（40001）", "the platform refuses the token (40001)"},
    {"errcode 43004", "居民没有关注公众号（43004）",
     "the resident does not follow the account (43004)"},
    {"errcode 45015", "超过 48 小时，不能再发客服消息（45015）",
     "more than 48 hours ago: no customer message any more (45015)"},
    {"errcode 45047", "客服消息超出条数（45047）",
     "more customer messages than are allowed (45047)"},
    {"errcode 48001", "账号没有这个接口的权限（48001）",
     "the account may not use this call (48001)"},
    {"no secret", "没有密钥", "there is no secret"},
    {"no key in DATA/secrets/hotline", "没有密钥（DATA/secrets/hotline）",
     "no key in DATA/secrets/hotline"},
    {"the key in DATA/secrets/hotline is none", "密钥不能用（DATA/secrets/hotline）",
     "the key in DATA/secrets/hotline is none"},
    {"the site has no such peer", "站点里没有这个对端", "the site has no such peer"},
    {"nothing is left to tell", "要发的内容已经不在", "nothing is left to tell"},
};

const char *adapter_reason(const char *reason, bool english)
{
    CHECK(reason != NULL);
    for (size_t index = 0; index < sizeof reasons / sizeof reasons[0]; index++) {
        if (strcmp(reasons[index].said, reason) == 0) {
            return english ? reasons[index].en : reasons[index].zh;
        }
    }
    const ProtobufCEnumValue *const code =
        protobuf_c_enum_descriptor_get_value_by_name(&paidan__code__descriptor, reason);
    if (code == NULL) {
        return reason;
    }
    return english ? code_sentence_en((Paidan__Code)code->value)
                   : code_sentence_zh((Paidan__Code)code->value);
}

void adapter_quota(const char *name, bool english, char text[ADAPTER_QUOTA_BYTES])
{
    static const struct {
        const char *name, *zh, *en;
    } kinds[] = {{"customer", "当日客服消息", "customer messages of the day"},
                 {"notice", "当日订阅通知", "notices of the day"}};
    const char *const space = strrchr(name, ' ');
    (void)snprintf(text, ADAPTER_QUOTA_BYTES, "%s", name);
    for (size_t index = 0; space != NULL && index < sizeof kinds / sizeof kinds[0]; index++) {
        if (strcmp(space + 1, kinds[index].name) == 0) {
            (void)snprintf(text, ADAPTER_QUOTA_BYTES, "%.*s %s", (int)(space - name), name,
                           english ? kinds[index].en : kinds[index].zh);
        }
    }
}
