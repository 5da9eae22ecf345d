/* device_payload_fuzz: the first byte chooses a topic of a site, up to the first line end its name, the rest
 * is the message. Whatever it holds: it is read within its bounds or it is none. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "port_mqtt_payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void set(struct site_pointer *pointer, const char *text)
{
    memcpy(pointer->text, text, strlen(text) + 1);
}

static struct site_devices *site(void)
{
    static struct site_devices devices;
    if (devices.topic_count > 0) {
        return &devices;
    }
    devices.topic_count = 2;
    set(&devices.topics[0].device, "/device");
    set(&devices.topics[0].kind, "/kind");
    set(&devices.topics[0].id, "/id");
    set(&devices.topics[0].level, "/params/0/level");
    set(&devices.topics[0].at, "/at");
    set(&devices.topics[0].place, "/pl~1a~0ce");
    set(&devices.topics[0].picture, "/picture");
    devices.topics[0].otherwise = PAIDAN__ALARM_LEVEL__ALARM_MINOR;
    set(&devices.topics[1].device, "$2");
    set(&devices.topics[1].kind, "=smoke");
    set(&devices.topics[1].at, "/UtcTime");
    devices.topics[1].otherwise = PAIDAN__ALARM_LEVEL__ALARM_MAJOR;
    devices.kind_count = 1;
    memcpy(devices.kinds[0].code, "smoke", 6);
    return &devices;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct port_mqtt_payload read;
    char name[256] = "";
    if (bytes < 2) {
        return 0;
    }
    const struct site_device_topic *const topic = &site()->topics[data[0] % 2];
    const uint8_t *const end = memchr(data + 1, '\n', bytes - 1);
    const size_t used = end == NULL ? 0 : (size_t)(end - data - 1);
    if (used > 0 && used < sizeof name) {
        memcpy(name, data + 1, used);
    }
    const uint8_t *const from = end == NULL ? data + 1 : end + 1;
    const size_t size = bytes - (size_t)(from - data);
    /* In a block of its own, so that reading past it is seen. */
    void *const copy = malloc(size + 1);
    CHECK(copy != NULL);
    memcpy(copy, from, size);
    if (port_mqtt_payload_read(site(), topic, name, copy, size, &read)) {
        size_t at = 0;
        CHECK(read.device[0] != '\0');
        CHECK(text_valid(read.device, strlen(read.device), &at));
        CHECK(text_valid(read.place, strlen(read.place), &at));
        CHECK(text_valid(read.said, strlen(read.said), &at));
        CHECK(read.picture[0] == '\0' || strncmp(read.picture, "https://", 8) == 0);
        CHECK(read.level != 0);
        CHECK(read.id >> 56 == 0);
    }
    free(copy);
    return 0;
}
