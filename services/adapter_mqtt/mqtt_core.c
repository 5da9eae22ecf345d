/* mqtt_core: the adapter as the step engine sees it: which input, which wish and which fact belongs to
 * which part. Owns the service's name, tables and counters; judges nothing itself. */
#include <string.h>

#include "common/base/check.h"
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
static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    if (channel_owns(event->fact_case)) {
        return channel_evolve(fold, &mqtt_channel, seq, event);
    }
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ALARMS_HEARD:
        return mqtt_batch_fold(fold, event);
    case PAIDAN__EVENT__FACT_ALARM_OPENED:
        return mqtt_alarm_fold_opened(fold, seq, event);
    case PAIDAN__EVENT__FACT_ALARM_FILED:
        return mqtt_alarm_fold_filed(fold, event);
    case PAIDAN__EVENT__FACT_ALARM_NOTED:
        return mqtt_alarm_fold_noted(fold, event);
    case PAIDAN__EVENT__FACT_ALARM_FREED:
        return mqtt_alarm_fold_freed(fold, event);
    case PAIDAN__EVENT__FACT_DEVICES_WATCHED:
        return mqtt_watch_fold_watched(fold, event);
    case PAIDAN__EVENT__FACT_DEVICE_SILENT:
        return mqtt_watch_fold_silent(fold, event);
    case PAIDAN__EVENT__FACT_BROKER_LINKED:
        return mqtt_watch_fold_linked(fold, event);
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return mqtt_watch_fold_site(fold, event);
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* What goes into a step, with a commit of its own. */
static bool changes(const Paidan__Request *request)
{
    return channel_changes(request) || request->wish_case == PAIDAN__REQUEST__WISH_DEVICE_REPORTS ||
           request->wish_case == PAIDAN__REQUEST__WISH_BROKER_STATE;
}

static bool knows(const Paidan__Request *request)
{
    return changes(request) || channel_knows(request) ||
           request->wish_case == PAIDAN__REQUEST__WISH_DEVICE_LIST;
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

static enum rc apply_due(struct step *step, const struct due *due)
{
    switch (due->kind) {
    case MQTT_DUE_OUTBOX:
        return channel_due(step, &mqtt_channel, due);
    case MQTT_DUE_NOTE:
        return mqtt_alarm_due(step, due);
    case MQTT_DUE_WATCH:
    case MQTT_DUE_REGISTER:
        return mqtt_watch_due(step, due);
    default:
        return RC_CORRUPT;
    }
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return apply_due(step, &input->due);
    case STEP_RECORD:
        return input->brief.has_ticket && hears(input->log, input->brief.fact)
                   ? mqtt_alarm_closed(step, input->brief.ticket)
                   : RC_OK;
    case STEP_COMMAND:
        break;
    }
    switch (input->request->wish_case) {
    case PAIDAN__REQUEST__WISH_DEVICE_REPORTS:
        return mqtt_batch_apply(step, input->request->device_reports);
    case PAIDAN__REQUEST__WISH_BROKER_STATE:
        return mqtt_watch_link(step, input->request->broker_state);
    default:
        CHECK(channel_changes(input->request));
        return channel_apply(step, &mqtt_channel, input->request);
    }
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(!changes(request));
    if (request->wish_case == PAIDAN__REQUEST__WISH_DEVICE_LIST) {
        return mqtt_reading_list(view, request->device_list, answer);
    }
    return channel_query(view, &mqtt_channel, request, answer);
}

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
