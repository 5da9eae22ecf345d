/* mqtt_outbox: deliveries go to intake alone: devices are not spoken to. What must stay true: the wishes
 * of one alarm are one line, so that a supplement never comes before the ticket that it belongs to. */
#include "mqtt_outbox.h"

#include "common/base/check.h"
#include "mqtt_tally.h"

static bool rule(const struct site *site, const char *to, struct outbox_rule *rule)
{
    (void)site;
    CHECK(to != NULL);
    CHECK(rule != NULL);
    if (!channel_is_service(to)) {
        return false;
    }
    channel_service_rule(rule);
    return true;
}

const struct outbox mqtt_outbox = {
    .table = MQTT_OUTBOX, .tally = MQTT_TALLY_OUTBOX, .due_kind = MQTT_DUE_OUTBOX, .rule = rule};

/* Wishing needs the outbox alone; what follows from an answer is the core's (mqtt_core). */
enum rc mqtt_outbox_wish(struct step *step, const struct mqtt_alarm *alarm,
                         const ProtobufCMessage *wish, uint64_t of)
{
    static const struct channel wishing = {
        .outbox = &mqtt_outbox, .table = MQTT_CHANNEL, .tally = MQTT_TALLY_CHANNEL};
    CHECK(alarm->device[0] != '\0');
    const uint64_t line = mqtt_state_alarm_key(alarm->device, alarm->kind);
    return channel_wish(step, &wishing, "intake", wish, line, of, NULL);
}
