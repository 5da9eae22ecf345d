/* mqtt_reading: devices, their alarms and what was dropped, and how the connection is. Owns nothing and
 * changes nothing; works in a read transaction beside the next step. A page ends with the key that the
 * next one begins after, so alarms that come meanwhile make no other one appear twice. */
#include "mqtt_reading.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/say/number.h"
#include "common/site/site_devices.h"
#include "mqtt_tally.h"
#include "mqtt_words.h"

enum { LIST_DEFAULT = 100 };

static Paidan__AlarmShown *show(struct step_view *view, const struct mqtt_alarm *alarm)
{
    Paidan__AlarmShown *const shown = arena_alloc(view->arena, sizeof *shown);
    if (shown == NULL) {
        return NULL;
    }
    paidan__alarm_shown__init(shown);
    shown->device = arena_strdup(view->arena, alarm->device);
    shown->kind = arena_strdup(view->arena, alarm->kind);
    CHECK(alarm->level <= PAIDAN__ALARM_LEVEL__ALARM_CRITICAL);
    CHECK((alarm->phase == MQTT_OPEN) == (alarm->ticket != 0));
    /* Of which nothing was taken yet, all was dropped: it is no alarm so far. */
    shown->level =
        alarm->level == 0 ? PAIDAN__ALARM_LEVEL__ALARM_INFO : (Paidan__AlarmLevel)alarm->level;
    shown->taken = alarm->taken;
    shown->again = alarm->again;
    shown->dropped = alarm->dropped;
    shown->last_ms = alarm->last_ms;
    shown->has_asked = shown->asked = alarm->phase == MQTT_ASKED;
    if (alarm->phase == MQTT_OPEN) {
        shown->has_ticket = 1;
        shown->ticket = alarm->ticket;
        shown->number = number_text(view->arena, alarm->ticket);
        shown->has_since_ms = 1;
        shown->since_ms = alarm->since_ms;
    }
    const bool full = shown->device == NULL || shown->kind == NULL ||
                      (shown->has_ticket && shown->number == NULL);
    return full ? NULL : shown;
}

static enum rc add(struct step_view *view, const Paidan__DeviceList *wish,
                   const struct mqtt_alarm *alarm, Paidan__DevicesListed *listed)
{
    CHECK(listed->n_alarms < LIST_MAX);
    if (wish->has_open && wish->open && alarm->phase == MQTT_FREE) {
        return RC_OK;
    }
    Paidan__AlarmShown *const shown = show(view, alarm);
    listed->alarms[listed->n_alarms] = shown;
    listed->n_alarms += shown != NULL;
    return shown == NULL ? RC_LIMIT : RC_OK;
}

/* One device: each kind that it may have said. *known: it did, or it is registered. */
static enum rc add_device(struct step_view *view, const Paidan__DeviceList *wish,
                          Paidan__DevicesListed *listed, bool *known)
{
    const struct site_devices *const devices = view->site->devices;
    const uint32_t kinds = devices == NULL ? 0 : devices->kind_count;
    enum rc rc = RC_OK;
    CHECK(kinds + 2 <= LIST_MAX); /* a device fits a page */
    *known = devices != NULL && site_device_find(devices, wish->device) != NULL;
    for (uint32_t index = 0; index < kinds + 2 && rc == RC_OK; index++) {
        const char *const kind = index < kinds    ? devices->kinds[index].code
                                 : index == kinds ? MQTT_OTHER
                                                  : MQTT_SILENT;
        struct mqtt_alarm alarm;
        rc = mqtt_state_alarm_by(view->txn, mqtt_state_alarm_key(wish->device, kind), &alarm);
        if (rc == RC_OK && strcmp(alarm.device, wish->device) == 0) {
            *known = true;
            rc = add(view, wish, &alarm, listed);
        }
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc;
}

static enum rc add_page(struct step_view *view, const Paidan__DeviceList *wish, size_t limit,
                        Paidan__DevicesListed *listed)
{
    struct mqtt_alarm alarm;
    uint64_t key = wish->has_cursor ? codec_u64_at(wish->cursor.data) : 0;
    enum rc rc = RC_OK;
    CHECK(limit <= LIST_MAX);
    while (rc == RC_OK && listed->n_alarms < limit) {
        rc = mqtt_state_alarm_after(view->txn, key, &key, &alarm);
        rc = rc == RC_OK ? add(view, wish, &alarm, listed) : rc;
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    unsigned char *const next = arena_alloc(view->arena, CODEC_U64_BYTES);
    if (next == NULL) {
        return RC_LIMIT;
    }
    codec_set_u64(next, key);
    listed->has_next = 1;
    listed->next = (ProtobufCBinaryData){.len = CODEC_U64_BYTES, .data = next};
    return RC_OK;
}

static enum rc add_topics(struct step_view *view, Paidan__DevicesListed *listed)
{
    const struct site_devices *const devices = view->site->devices;
    const uint32_t count = devices == NULL ? 0 : devices->topic_count;
    listed->topics = arena_alloc(view->arena, (count + 1) * sizeof(Paidan__TopicShown *));
    enum rc rc = listed->topics == NULL ? RC_LIMIT : RC_OK;
    for (uint32_t index = 0; index < count && rc == RC_OK; index++) {
        struct mqtt_topic topic;
        CHECK(index < DEVICE_TOPICS_MAX);
        Paidan__TopicShown *const shown = arena_alloc(view->arena, sizeof *shown);
        rc = mqtt_state_topic_get(view->txn, devices->topics[index].filter, &topic);
        if (rc != RC_OK || shown == NULL) {
            return rc == RC_OK ? RC_LIMIT : rc;
        }
        paidan__topic_shown__init(shown);
        shown->filter = (char *)devices->topics[index].filter; /* packed, never written */
        shown->taken = topic.taken;
        shown->again = topic.again;
        shown->dropped = topic.dropped;
        shown->unreadable = topic.unreadable;
        shown->retained = topic.retained;
        shown->unknown = topic.unknown;
        listed->topics[listed->n_topics++] = shown;
    }
    return rc;
}

enum rc mqtt_reading_list(struct step_view *view, const Paidan__Request *request,
                          Paidan__Answer *answer)
{
    const Paidan__DeviceList *const wish = request->device_list;
    const uint32_t limit = wish->has_limit ? wish->limit : LIST_DEFAULT;
    if (limit == 0 || limit > LIST_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    if (wish->has_cursor && wish->cursor.len != CODEC_U64_BYTES) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "cursor");
    }
    if (wish->device != NULL && wish->device[0] == '\0') {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "device");
    }
    Paidan__DevicesListed *const listed = arena_alloc(view->arena, sizeof *listed);
    if (listed == NULL) {
        return RC_LIMIT;
    }
    paidan__devices_listed__init(listed);
    listed->alarms = arena_alloc(view->arena, LIST_MAX * sizeof(Paidan__AlarmShown *));
    if (listed->alarms == NULL) {
        return RC_LIMIT;
    }
    bool known = true;
    enum rc rc = wish->device != NULL ? add_device(view, wish, listed, &known)
                                      : add_page(view, wish, limit, listed);
    if (rc == RC_OK && !known) {
        return step_view_refuse(answer, PAIDAN__CODE__DEVICE_UNKNOWN, NULL);
    }
    rc = rc == RC_OK ? add_topics(view, listed) : rc;
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_DEVICES_LISTED;
    answer->devices_listed = listed;
    return rc;
}

/* An adapter counts messages; here they are counted by topics and devices. */
enum rc mqtt_reading_status(struct step_view *view, Paidan__AdapterShown *shown)
{
    struct mqtt_whole whole;
    const uint64_t *const values = view->tally->values;
    const enum rc rc = mqtt_state_whole_get(view->txn, &whole);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(shown->channel != NULL);
    shown->heard = values[MQTT_TALLY_TAKEN];
    shown->again = values[MQTT_TALLY_AGAIN];
    shown->refused +=
        values[MQTT_TALLY_UNREADABLE] + values[MQTT_TALLY_UNKNOWN] + values[MQTT_TALLY_DROPPED];
    shown->has_last_heard_ms = whole.last_ms != 0;
    shown->last_heard_ms = whole.last_ms;
    shown->has_connected = whole.link_ms != 0;
    shown->connected = whole.connected;
    return RC_OK;
}
