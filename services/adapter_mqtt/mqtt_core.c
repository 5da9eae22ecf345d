/* mqtt_core: the adapter as the step engine sees it: which input, which wish and which fact belongs to
 * which part. Owns the service's name, tables and counters; judges nothing itself. */
#include <string.h>

#include "common/base/check.h"
#include "common/channel/channel_core.h"
#include "common/site/site_devices.h"
#include "mqtt.h"
#include "mqtt_alarm.h"
#include "mqtt_batch.h"
#include "mqtt_outbox.h"
#include "mqtt_reading.h"
#include "mqtt_tally.h"
#include "mqtt_watch.h"

static const char *code(const struct site *site)
{
    CHECK(site != NULL);
    return site->devices == NULL || site->devices->channel == SITE_NONE
               ? NULL
               : site->channels[site->devices->channel].code;
}

static enum rc delivered(struct step *step, const struct outbox_delivery *delivery, bool sent,
                         const ProtobufCBinaryData *reply)
{
    (void)reply;
    CHECK(delivery->of > 0);
    return sent ? RC_OK : mqtt_alarm_undelivered(step, delivery->of);
}

const struct channel mqtt_channel = {.outbox = &mqtt_outbox,
                                     .table = MQTT_CHANNEL,
                                     .tally = MQTT_TALLY_CHANNEL,
                                     .code = code,
                                     .answered = mqtt_alarm_answered,
                                     .delivered = delivered,
                                     .status = mqtt_reading_status};

/* One line a fact. */
static enum rc fold(struct step_fold *step_fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ALARMS_HEARD:
        return mqtt_batch_fold(step_fold, event);
    case PAIDAN__EVENT__FACT_ALARM_OPENED:
        return mqtt_alarm_fold_opened(step_fold, seq, event);
    case PAIDAN__EVENT__FACT_ALARM_FILED:
        return mqtt_alarm_fold_filed(step_fold, event);
    case PAIDAN__EVENT__FACT_ALARM_NOTED:
        return mqtt_alarm_fold_noted(step_fold, event);
    case PAIDAN__EVENT__FACT_ALARM_FREED:
        return mqtt_alarm_fold_freed(step_fold, event);
    case PAIDAN__EVENT__FACT_DEVICES_WATCHED:
        return mqtt_watch_fold_watched(step_fold, event);
    case PAIDAN__EVENT__FACT_DEVICE_SILENT:
        return mqtt_watch_fold_silent(step_fold, event);
    case PAIDAN__EVENT__FACT_BROKER_LINKED:
        return mqtt_watch_fold_linked(step_fold, event);
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* That a ticket is closed is all that is heard of anybody's ticket. */
static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    return fact == PAIDAN__EVENT__FACT_CLOSED && strcmp(log, "escalation") == 0;
}

static enum step_need needs(const char *log, Paidan__Event__FactCase fact,
                            const unsigned char *body, size_t bytes)
{
    (void)body;
    (void)bytes;
    return hears(log, fact) ? STEP_NEED_BRIEF : STEP_NEED_NONE;
}

static enum rc record(struct step *step, const struct step_input *input)
{
    return input->brief.has_ticket && hears(input->log, input->brief.fact)
               ? mqtt_alarm_closed(step, input->brief.ticket)
               : RC_OK;
}

static enum rc due(struct step *step, const struct due *row)
{
    switch (row->kind) {
    case MQTT_DUE_NOTE:
        return mqtt_alarm_due(step, row);
    case MQTT_DUE_WATCH:
    case MQTT_DUE_REGISTER:
        return mqtt_watch_due(step, row);
    default:
        return RC_CORRUPT;
    }
}

static const struct channel_core_wish wishes[] = {
    {.wish = PAIDAN__REQUEST__WISH_DEVICE_REPORTS, .apply = mqtt_batch_apply},
    {.wish = PAIDAN__REQUEST__WISH_BROKER_STATE, .apply = mqtt_watch_link},
    {.wish = PAIDAN__REQUEST__WISH_DEVICE_LIST, .query = mqtt_reading_list},
    {.wish = PAIDAN__REQUEST__WISH__NOT_SET},
};
static const struct channel_core core = {.channel = &mqtt_channel,
                                         .wishes = wishes,
                                         .record = record,
                                         .due = due,
                                         .fold = fold,
                                         .fold_site = mqtt_watch_fold_site};
CHANNEL_CORE_FUNCTIONS(core)

#define MQTT_COUNTER_NAME(number, id, name, ...) [MQTT_TALLY_OWN + (number)] = (name),
static const char *const follows[] = {"escalation", NULL};
static const char *const tables[] = {MQTT_TABLE_NAMES, NULL};
static const char *const tallies[MQTT_TALLY_OWN + COUNTER_COUNT(COUNTERS_MQTT) + 1] = {
    CHANNEL_TALLY_NAMES, OUTBOX_TALLY_NAMES, COUNTERS_MQTT(MQTT_COUNTER_NAME)};

const struct step_service mqtt_service = {
    .name = "mqtt",
    .follows = follows,
    .tables = tables,
    .tallies = tallies,
    .follows_lazily = true, /* a closed ticket may free its alarm a moment later */
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = hears,
    .needs = needs,
    .changes = changes,
    .knows = knows,
};
