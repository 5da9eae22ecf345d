/* port_mqtt_turn: the messages of one turn of the broker's connection, as the one question that will be
 * asked of the own service. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/site/site.h"
#include "port_mqtt_payload.h"

/* Beyond one question: what a read brought that could not be stopped. As many as no broker sends that keeps
 * to what we may have unacknowledged; of QoS 0 nothing is promised. */
#define PORT_MQTT_SLOTS (5u * DEVICE_REPORTS_MAX)

struct port_mqtt_report {
    Paidan__DeviceReport fact; /* its texts are those of `read` */
    struct port_mqtt_payload read;
};

struct port_mqtt_turn {
    uint32_t site_version; /* that it was begun under */
    unsigned char id[REQUEST_ID_BYTES];
    size_t count, topic_count; /* topics: the site's and, last, none of them */
    size_t first;              /* of reports: those before it are committed */
    struct port_mqtt_report *reports;
    Paidan__DeviceReport *list[PORT_MQTT_SLOTS];
    char filters[DEVICE_TOPICS_HEARD_MAX][DEVICE_FILTER_BYTES_MAX + 1];
    Paidan__TopicHeard topics[DEVICE_TOPICS_HEARD_MAX], *topic_list[DEVICE_TOPICS_HEARD_MAX];
};

/* False: no memory. */
bool port_mqtt_turn_open(struct port_mqtt_turn *turn);
void port_mqtt_turn_close(struct port_mqtt_turn *turn);
/* An empty one, under a request id of its own. */
void port_mqtt_turn_begin(struct port_mqtt_turn *turn, const struct site *site);
/* Whether it may take messages while the site is this one. */
bool port_mqtt_turn_is_of(const struct port_mqtt_turn *turn, const struct site *site);
/* Nothing more is to be read: one question is full. */
bool port_mqtt_turn_is_full(const struct port_mqtt_turn *turn);
/* Everything that came and is not committed, readable or not. */
size_t port_mqtt_turn_seen(const struct port_mqtt_turn *turn);

/* A message that the broker delivers; name: the topic that it came by. Before: the turn is of this site.
 * False: there is no slot for it, so nothing that came by this connection from here on may be acknowledged. */
struct port_mqtt_message {
    const char *name;
    const void *bytes;
    size_t size;
    bool retained;
};
MUST_CHECK bool port_mqtt_turn_take(struct port_mqtt_turn *turn, const struct site *site,
                                    const struct port_mqtt_message *message);

/* The same bytes as often as it is asked, whatever the site has become. Both live as long as the turn
 * and `wish`. */
void port_mqtt_turn_ask(struct port_mqtt_turn *turn, Paidan__DeviceReports *wish,
                        Paidan__Request *request);
/* What was asked is committed. True: there is more, to be asked under an id of its own; else it is over. */
MUST_CHECK bool port_mqtt_turn_next(struct port_mqtt_turn *turn);
