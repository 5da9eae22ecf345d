/* mqtt_watch: silence.
 *
 * A message does not move its device's deadline, for that would cost a row each time: the deadline looks
 * at when the device was last heard, and moves itself. Silence is the device's only while we could have
 * heard it: a broker that is away, and time in which this process did not run, start the term anew; else
 * an outage of ours would be a thousand tickets about devices that work.
 *
 * After each change of the site the register is walked, a page a step, so that devices which never said
 * anything are watched too. What must stay true: a device has at most one deadline, the one in its
 * record, and none while it is silent. */
#include "mqtt_watch.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_devices.h"
#include "mqtt_alarm.h"
#include "mqtt_tally.h"
#include "mqtt_words.h"

enum { PAGE = 512, REGISTER_ID = 1 };
/* A deadline that comes later than this was not waited for: the process did not run. */
#define LATE_MS 60000u

static enum rc say_one(struct step *step, const char *device, uint64_t watch_ms)
{
    Paidan__DevicesWatched fact = PAIDAN__DEVICES_WATCHED__INIT;
    Paidan__DeviceWatch watch = PAIDAN__DEVICE_WATCH__INIT, *list[1] = {&watch};
    CHECK(device[0] != '\0');
    CHECK(watch_ms == 0 || watch_ms > step->now_ms);
    watch.device = (char *)device; /* packed, never written */
    watch.has_watch_ms = watch_ms != 0;
    watch.watch_ms = watch_ms;
    fact.n_watches = 1;
    fact.watches = list;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* Once: the next message ends it, and only then is the device watched again. */
static enum rc say_silent(struct step *step, const struct mqtt_device *device)
{
    Paidan__DeviceSilent fact = PAIDAN__DEVICE_SILENT__INIT;
    CHECK(!device->silent);
    CHECK(device->last_ms <= step->now_ms);
    fact.device = (char *)device->device; /* packed, never written */
    fact.has_last_ms = device->last_ms != 0;
    fact.last_ms = device->last_ms;
    const enum rc rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    if (rc != RC_OK) {
        return rc;
    }
    const struct mqtt_news news = {.highest = PAIDAN__ALARM_LEVEL__ALARM_MAJOR, .taken = 1};
    return mqtt_alarm_judge(step, device->device, MQTT_SILENT, &news);
}

static enum rc watch_due(struct step *step, const struct due *due)
{
    struct mqtt_device device;
    struct mqtt_whole whole;
    enum rc rc = mqtt_state_device_by(step->txn, due->id, &device);
    if (rc == RC_OK && device.watch_ms != due->due_ms) {
        rc = RC_CORRUPT;
    }
    rc = rc == RC_OK ? mqtt_state_whole_get(step->txn, &whole) : rc;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct site_device *const known =
        step->site->devices == NULL ? NULL : site_device_find(step->site->devices, device.device);
    if (known == NULL || known->silence_ms == 0) {
        return say_one(step, device.device, 0);
    }
    CHECK(!device.silent);
    uint64_t from_ms = device.last_ms > whole.link_ms ? device.last_ms : whole.link_ms;
    if (!whole.connected || step->now_ms > due->due_ms + LATE_MS) {
        from_ms = step->now_ms;
    }
    const uint64_t then_ms = from_ms + known->silence_ms;
    return then_ms > step->now_ms ? say_one(step, device.device, then_ms)
                                  : say_silent(step, &device);
}

/* ---- the register ---- */

/* One page: which of its devices are to be watched and are not yet. */
static enum rc fill_page(struct step *step, uint32_t from, uint32_t until,
                         Paidan__DevicesWatched *fact, Paidan__DeviceWatch *watches)
{
    const struct site_devices *const devices = step->site->devices;
    CHECK(from <= until);
    CHECK(until - from <= PAGE);
    for (uint32_t index = from; index < until; index++) {
        const struct site_device *const known = &devices->devices[index];
        struct mqtt_device device;
        const enum rc rc = mqtt_state_device_get(step->txn, known->id, &device);
        if (rc != RC_OK && rc != RC_EXISTS) {
            return rc;
        }
        if (rc == RC_EXISTS || known->silence_ms == 0 || device.watch_ms != 0 || device.silent) {
            continue;
        }
        Paidan__DeviceWatch *const watch = &watches[fact->n_watches];
        paidan__device_watch__init(watch);
        watch->device = (char *)known->id; /* packed, never written */
        watch->has_watch_ms = 1;
        watch->watch_ms = step->now_ms + known->silence_ms;
        fact->watches[fact->n_watches++] = watch;
    }
    return RC_OK;
}

static enum rc register_due(struct step *step, const struct due *due)
{
    struct mqtt_whole whole;
    Paidan__DevicesWatched fact = PAIDAN__DEVICES_WATCHED__INIT;
    enum rc rc = mqtt_state_whole_get(step->txn, &whole);
    if (rc != RC_OK) {
        return rc;
    }
    if (whole.register_ms != due->due_ms || due->id != REGISTER_ID) {
        return RC_CORRUPT;
    }
    CHECK(whole.register_ms != 0);
    const struct site_devices *const devices = step->site->devices;
    const uint32_t count = devices == NULL ? 0 : devices->device_count;
    const uint32_t from = devices == NULL ? 0 : site_device_after(devices, whole.after);
    const uint32_t until = count - from > PAGE ? from + PAGE : count;
    Paidan__DeviceWatch *const watches = arena_alloc(step->arena, PAGE * sizeof *watches);
    fact.watches = arena_alloc(step->arena, PAGE * sizeof(Paidan__DeviceWatch *));
    if (watches == NULL || fact.watches == NULL) {
        return RC_LIMIT;
    }
    CHECK(from <= count);
    rc = fill_page(step, from, until, &fact, watches);
    if (rc == RC_OK && until < count) {
        fact.has_next_ms = 1;
        fact.next_ms = step->now_ms + 1;
        fact.after = devices->devices[until - 1].id;
    }
    fact.has_page = fact.page = true;
    /* Also where nobody is to be watched: the deadline has to go. */
    return rc == RC_OK ? step_say(step, &(struct step_about){.ticket = 0}, &fact.base) : rc;
}

enum rc mqtt_watch_due(struct step *step, const struct due *due)
{
    CHECK(due->due_ms <= step->now_ms);
    CHECK(due->kind == MQTT_DUE_WATCH || due->kind == MQTT_DUE_REGISTER);
    return due->kind == MQTT_DUE_WATCH ? watch_due(step, due) : register_due(step, due);
}

/* ---- the broker ---- */

enum rc mqtt_watch_link(struct step *step, const struct step_input *input)
{
    const Paidan__BrokerState *const wish = input->request->broker_state;
    struct mqtt_whole whole;
    enum rc rc = mqtt_state_whole_get(step->txn, &whole);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(whole.link_ms <= step->now_ms);
    /* A broker that is away is tried again and again, and is away once. Each connection is a fact, also
     * that of a new process to a broker that was always there: what was in flight comes again by it. */
    if (whole.link_ms == 0 || wish->connected || whole.connected) {
        Paidan__BrokerLinked fact = PAIDAN__BROKER_LINKED__INIT;
        fact.connected = wish->connected;
        fact.reason = wish->reason;
        rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    }
    Paidan__Done done = PAIDAN__DONE__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return rc == RC_OK ? step_answer(step, &answer) : rc;
}

/* ---- folding ---- */

/* The row and the record of a device's deadline. */
static enum rc move(struct step_fold *fold, struct mqtt_device *device, uint64_t watch_ms)
{
    const uint64_t key = mqtt_state_device_key(device->device);
    const enum rc rc = due_move(fold->txn, MQTT_DUE_WATCH, key, device->watch_ms, watch_ms);
    device->watch_ms = watch_ms;
    return rc == RC_OK ? mqtt_state_device_put(fold->txn, device) : rc;
}

static enum rc move_register(struct step_fold *fold, uint64_t due_ms, const char *after)
{
    struct mqtt_whole whole;
    enum rc rc = mqtt_state_whole_get(fold->txn, &whole);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(due_ms != 0 || after == NULL);
    CHECK(due_ms == 0 || due_ms != whole.register_ms || after == NULL); /* a page moves it */
    rc = due_move(fold->txn, MQTT_DUE_REGISTER, REGISTER_ID, whole.register_ms, due_ms);
    whole.register_ms = due_ms;
    memset(whole.after, 0, sizeof whole.after);
    if (after != NULL) {
        if (strlen(after) >= sizeof whole.after) {
            return RC_CORRUPT;
        }
        memcpy(whole.after, after, strlen(after));
    }
    return rc == RC_OK ? mqtt_state_whole_put(fold->txn, &whole) : rc;
}

/* Of a page of the register, or of one device whose deadline came. */
enum rc mqtt_watch_fold_watched(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__DevicesWatched *const fact = event->devices_watched;
    enum rc rc = RC_OK;
    CHECK(fact->n_watches <= DEVICE_REPORTS_MAX); /* the schema's bound */
    for (size_t index = 0; index < fact->n_watches && rc == RC_OK; index++) {
        const Paidan__DeviceWatch *const watch = fact->watches[index];
        struct mqtt_device device;
        rc = mqtt_state_device_get(fold->txn, watch->device, &device);
        if (rc == RC_EXISTS || (rc == RC_OK && device.silent)) {
            return RC_CORRUPT;
        }
        rc = rc == RC_OK ? move(fold, &device, watch->has_watch_ms ? watch->watch_ms : 0) : rc;
    }
    const bool page = fact->has_page && fact->page;
    return rc == RC_OK && page
               ? move_register(fold, fact->has_next_ms ? fact->next_ms : 0, fact->after)
               : rc;
}

enum rc mqtt_watch_fold_silent(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__DeviceSilent *const fact = event->device_silent;
    struct mqtt_device device;
    struct mqtt_alarm alarm;
    enum rc rc = mqtt_state_device_get(fold->txn, fact->device, &device);
    rc = rc == RC_OK ? mqtt_state_alarm_get(fold->txn, fact->device, MQTT_SILENT, &alarm) : rc;
    if (rc != RC_OK || device.silent) {
        return rc == RC_OK || rc == RC_EXISTS ? RC_CORRUPT : rc;
    }
    alarm.taken++;
    alarm.level = PAIDAN__ALARM_LEVEL__ALARM_MAJOR;
    alarm.highest = alarm.highest > alarm.level ? alarm.highest : alarm.level;
    CHECK(alarm.last_ms <= event->at_ms);
    alarm.last_ms = event->at_ms;
    fold->tally->values[MQTT_TALLY_SILENT]++;
    rc = mqtt_state_alarm_put(fold->txn, &alarm);
    if (rc != RC_OK) {
        return rc;
    }
    rc = move(fold, &device, 0);
    device.silent = true;
    return rc == RC_OK ? mqtt_state_device_put(fold->txn, &device) : rc;
}

/* What was in flight in the last window may come again now; and what was in those that are kept, if that
 * connection was lost before all of it had come. */
static void keep_window(struct mqtt_whole *whole)
{
    CHECK(whole->window != 0);
    if (whole->kept[0] != whole->window) {
        memmove(&whole->kept[1], &whole->kept[0], (MQTT_KEPT - 1) * sizeof whole->kept[0]);
        whole->kept[0] = whole->window;
    }
    whole->kept_until = 0;
}

enum rc mqtt_watch_fold_linked(struct step_fold *fold, const Paidan__Event *event)
{
    struct mqtt_whole whole;
    const enum rc rc = mqtt_state_whole_get(fold->txn, &whole);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(event->at_ms >= whole.link_ms);
    whole.connected = event->broker_linked->connected;
    whole.link_ms = event->at_ms;
    if (whole.connected && whole.window != 0) {
        keep_window(&whole);
    }
    return mqtt_state_whole_put(fold->txn, &whole);
}

enum rc mqtt_watch_fold_site(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED);
    CHECK(event->at_ms > 0);
    return move_register(fold, event->at_ms, NULL);
}
