/* port_mqtt_payload: a message of a broker as the site says that it is read: what stands at its pointers,
 * and nothing else of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/site/site_devices.h"

/* What is larger is not looked at. */
enum { PORT_MQTT_PAYLOAD_MAX = 64 << 10 };

struct port_mqtt_payload {
    char device[DEVICE_ID_BYTES_MAX + 1];
    char kind[CODE_BYTES_MAX + 1];      /* of the site, or "other" */
    char said[DEVICE_ID_BYTES_MAX + 1]; /* with "other": how the device calls it */
    char place[PLACE_BYTES_MAX + 1], picture[1024 + 1];
    Paidan__AlarmLevel level;
    uint64_t id;
    bool named;     /* id is made of one of the device's own */
    uint64_t at_ms; /* 0: not said, or no time */
};

/* False: it is no JSON, or names no device. Before: topic is one of the site's, name the topic that it
 * came by. */
bool port_mqtt_payload_read(const struct site_devices *devices,
                            const struct site_device_topic *topic, const char *name,
                            const void *bytes, size_t size, struct port_mqtt_payload *read);
