/* port_mqtt_turn: what a turn holds between reading and committing.
 *
 * A turn that the service could not take is asked again, perhaps minutes later and under another site. It
 * is the same request under the same id, so it must be the same bytes: the filters stand in the turn as
 * they were when it began, and no number of a topic is looked up again. Else the messages of one filter
 * would be counted for whichever stands in its place after a reload.
 *
 * One read of a TLS connection goes on while anything is decrypted, so it may bring more messages than one
 * question holds: then the turn is asked in several, one after the other.
 *
 * What must stay true: each message that was taken is either in `list` or counted by a topic as unreadable
 * or retained; the last topic is that of messages that no filter of the site asks for, and has no
 * reports. */
#include "port_mqtt_turn.h"

#include <mosquitto.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/bus/client.h"
#include "common/site/site_devices.h"

#define NO_FILTER "-" /* of messages that no filter of the site asks for any more */

bool port_mqtt_turn_open(struct port_mqtt_turn *turn)
{
    CHECK(turn->reports == NULL);
    turn->reports = calloc(PORT_MQTT_SLOTS, sizeof *turn->reports);
    return turn->reports != NULL;
}

void port_mqtt_turn_close(struct port_mqtt_turn *turn)
{
    free(turn->reports);
    turn->reports = NULL;
}

static void name_topic(struct port_mqtt_turn *turn, const char *filter)
{
    const size_t index = turn->topic_count++;
    CHECK(index < DEVICE_TOPICS_HEARD_MAX);
    CHECK(strlen(filter) <= DEVICE_FILTER_BYTES_MAX);
    memcpy(turn->filters[index], filter, strlen(filter) + 1);
    paidan__topic_heard__init(&turn->topics[index]);
    turn->topics[index].filter = turn->filters[index];
    turn->topic_list[index] = &turn->topics[index];
}

void port_mqtt_turn_begin(struct port_mqtt_turn *turn, const struct site *site)
{
    const struct site_devices *const devices = site->devices;
    CHECK(turn->reports != NULL);
    turn->site_version = site->version;
    turn->count = turn->first = turn->topic_count = 0;
    for (uint32_t index = 0; devices != NULL && index < devices->topic_count; index++) {
        name_topic(turn, devices->topics[index].filter);
    }
    name_topic(turn, NO_FILTER);
    client_request_id(turn->id);
}

bool port_mqtt_turn_is_of(const struct port_mqtt_turn *turn, const struct site *site)
{
    return turn->topic_count > 0 && turn->site_version == site->version;
}

bool port_mqtt_turn_is_full(const struct port_mqtt_turn *turn)
{
    CHECK(turn->count <= PORT_MQTT_SLOTS);
    return turn->count >= DEVICE_REPORTS_MAX;
}

size_t port_mqtt_turn_seen(const struct port_mqtt_turn *turn)
{
    size_t count = turn->count - turn->first;
    for (size_t index = 0; index < turn->topic_count; index++) {
        count += (size_t)turn->topics[index].unreadable + turn->topics[index].retained;
    }
    return count;
}

/* The first that fits, as the site has them; the last: none does. */
static size_t topic_of(const struct port_mqtt_turn *turn, const char *name)
{
    CHECK(turn->topic_count > 0);
    for (size_t index = 0; index + 1 < turn->topic_count; index++) {
        bool fits = false;
        if (mosquitto_topic_matches_sub(turn->filters[index], name, &fits) == MOSQ_ERR_SUCCESS &&
            fits) {
            return index;
        }
    }
    return turn->topic_count - 1;
}

static void fill_report(struct port_mqtt_report *report, size_t topic)
{
    Paidan__DeviceReport *const fact = &report->fact;
    struct port_mqtt_payload *const read = &report->read;
    paidan__device_report__init(fact);
    fact->topic = (uint32_t)topic;
    fact->device = read->device;
    fact->kind = read->kind;
    fact->id = read->id;
    fact->has_named = fact->named = read->named;
    fact->level = read->level;
    fact->has_at_ms = read->at_ms != 0;
    fact->at_ms = read->at_ms;
    fact->place = read->place[0] == '\0' ? NULL : read->place;
    fact->picture = read->picture[0] == '\0' ? NULL : read->picture;
    fact->said = read->said[0] == '\0' ? NULL : read->said;
}

bool port_mqtt_turn_take(struct port_mqtt_turn *turn, const struct site *site,
                         const struct port_mqtt_message *message)
{
    CHECK(port_mqtt_turn_is_of(turn, site));
    CHECK(turn->first == 0); /* while it is asked nothing is read */
    const size_t topic = topic_of(turn, message->name);
    Paidan__TopicHeard *const heard = &turn->topics[topic];
    if (turn->count == PORT_MQTT_SLOTS) {
        return false;
    }
    struct port_mqtt_report *const report = &turn->reports[turn->count];
    if (message->retained) {
        heard->retained++;
    } else if (topic + 1 == turn->topic_count ||
               !port_mqtt_payload_read(site->devices, &site->devices->topics[topic], message->name,
                                       message->bytes, message->size, &report->read)) {
        heard->unreadable++;
    } else {
        fill_report(report, topic);
        turn->list[turn->count++] = &report->fact;
    }
    return true;
}

/* How many of its reports one question takes. */
static size_t portion(const struct port_mqtt_turn *turn)
{
    CHECK(turn->first <= turn->count);
    const size_t left = turn->count - turn->first;
    return left < DEVICE_REPORTS_MAX ? left : DEVICE_REPORTS_MAX;
}

void port_mqtt_turn_ask(struct port_mqtt_turn *turn, Paidan__DeviceReports *wish,
                        Paidan__Request *request)
{
    CHECK(turn->topic_count > 0);
    for (size_t index = 0; index < turn->topic_count; index++) {
        Paidan__TopicHeard *const heard = &turn->topics[index];
        heard->has_unreadable = heard->unreadable > 0;
        heard->has_retained = heard->retained > 0;
    }
    paidan__device_reports__init(wish);
    wish->n_reports = portion(turn);
    wish->reports = turn->list + turn->first;
    wish->n_topics = turn->topic_count;
    wish->topics = turn->topic_list;
    paidan__request__init(request);
    request->has_request_id = 1;
    request->request_id = (ProtobufCBinaryData){.len = sizeof turn->id, .data = turn->id};
    request->wish_case = PAIDAN__REQUEST__WISH_DEVICE_REPORTS;
    request->device_reports = wish;
}

/* What was unreadable or retained was told with the first question. */
bool port_mqtt_turn_next(struct port_mqtt_turn *turn)
{
    CHECK(turn->topic_count > 0);
    turn->first += portion(turn);
    for (size_t index = 0; index < turn->topic_count; index++) {
        turn->topics[index].unreadable = turn->topics[index].retained = 0;
    }
    client_request_id(turn->id);
    return turn->first < turn->count;
}
