/* say_device: facts of devices and their alarms, for whoever runs the adapter. A device is called as it
 * calls itself; a batch of messages is told by its sums, for a line of a thousand names is read by
 * nobody. */
#include "common/say/say_device.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_words.h"

static enum say_tone heard(const struct say *say, const Paidan__AlarmsHeard *fact, char *text,
                           size_t size)
{
    uint64_t taken = 0, again = 0, dropped = 0, other = 0;
    for (size_t index = 0; index < fact->n_topics; index++) {
        const Paidan__TopicHeard *const topic = fact->topics[index];
        taken += topic->taken;
        again += topic->again;
        dropped += topic->dropped;
        other += (uint64_t)topic->unreadable + topic->retained + topic->unknown;
    }
    (void)snprintf(
        text, size,
        say_choose(
            say, "%zu 台设备的消息：收下 %llu 条，重复 %llu 条，超量 %llu 条，不用 %llu 条",
            "messages of %zu devices: %llu taken, %llu known, %llu too many, %llu of no use"),
        fact->n_devices, (unsigned long long)taken, (unsigned long long)again,
        (unsigned long long)dropped, (unsigned long long)other);
    return dropped > 0 ? SAY_WARN : SAY_FAINT;
}

static enum say_tone filed(const struct say *say, const Paidan__AlarmFiled *fact, char *text,
                           size_t size)
{
    char number[NUMBER_BYTES];
    if (!fact->has_ticket) {
        (void)snprintf(
            text, size,
            say_choose(say, "%s 的报警 %s 未受理：%s", "alarm %2$s of %1$s was refused: %3$s"),
            fact->device, fact->kind, code_name((Paidan__Code)fact->code));
        return SAY_BAD;
    }
    number_format(fact->ticket, number);
    (void)snprintf(
        text, size,
        say_choose(say, "%s 的报警 %s 成为工单 %s", "alarm %2$s of %1$s became ticket %3$s"),
        fact->device, fact->kind, number);
    return SAY_GOOD;
}

static enum say_tone noted(const struct say *say, const Paidan__AlarmNoted *fact, char *text,
                           size_t size)
{
    const bool untold = fact->has_untold && fact->untold;
    (void)snprintf(text, size,
                   untold
                       ? say_choose(say, "%s 的报警 %s 有变化（%s），稍后补充",
                                    "alarm %2$s of %1$s changed (%3$s); the ticket is told later")
                       : say_choose(say, "%s 的报警 %s 已补充到工单（%s）",
                                    "the ticket was told of alarm %2$s of %1$s (%3$s)"),
                   fact->device, fact->kind,
                   say_words_get(say, &paidan__alarm_level__descriptor, (int)fact->level));
    return untold ? SAY_FAINT : SAY_PLAIN;
}

static enum say_tone opened(const struct say *say, const Paidan__AlarmOpened *fact, char *text,
                            size_t size)
{
    (void)snprintf(text, size,
                   say_choose(say, "%s 报警 %s（%s），立案",
                              "alarm %2$s of %1$s (%3$s): a ticket is asked for"),
                   fact->device, fact->kind,
                   say_words_get(say, &paidan__alarm_level__descriptor, (int)fact->level));
    return SAY_WARN;
}

static enum say_tone linked(const struct say *say, const Paidan__BrokerLinked *fact, char *text,
                            size_t size)
{
    const char *const reason = fact->reason == NULL ? "" : fact->reason;
    (void)snprintf(text, size,
                   fact->connected
                       ? say_choose(say, "已连上消息代理%s", "the broker is connected%s")
                       : say_choose(say, "消息代理断开：%s", "the broker is away: %s"),
                   reason);
    return fact->connected ? SAY_GOOD : SAY_BAD;
}

enum say_tone say_device_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size)
{
    CHECK(size > 0);
    CHECK(event != NULL);
    char number[NUMBER_BYTES];
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ALARMS_HEARD:
        return heard(say, event->alarms_heard, text, size);
    case PAIDAN__EVENT__FACT_ALARM_OPENED:
        return opened(say, event->alarm_opened, text, size);
    case PAIDAN__EVENT__FACT_ALARM_FILED:
        return filed(say, event->alarm_filed, text, size);
    case PAIDAN__EVENT__FACT_ALARM_NOTED:
        return noted(say, event->alarm_noted, text, size);
    case PAIDAN__EVENT__FACT_ALARM_FREED:
        number_format(event->alarm_freed->ticket, number);
        (void)snprintf(text, size,
                       say_choose(say, "工单 %s 已结，同样的报警会再立案",
                                  "ticket %s is closed: the same alarm opens another one"),
                       number);
        return SAY_PLAIN;
    case PAIDAN__EVENT__FACT_DEVICES_WATCHED:
        (void)snprintf(
            text, size,
            say_choose(say, "%zu 台设备开始计静默时间", "the silence of %zu devices is watched"),
            event->devices_watched->n_watches);
        return SAY_FAINT;
    case PAIDAN__EVENT__FACT_DEVICE_SILENT:
        (void)snprintf(text, size, say_choose(say, "设备 %s 静默", "device %s is silent"),
                       event->device_silent->device);
        return SAY_WARN;
    case PAIDAN__EVENT__FACT_BROKER_LINKED:
        return linked(say, event->broker_linked, text, size);
    default:
        return SAY_PLAIN;
    }
}
