/* mqtt_batch: storm control.
 *
 * Deciding works on copies of the records that a turn touches, found by their keys in tables that live
 * for the step; then one fact, AlarmsHeard, says what each of them gets, and folding does the same to
 * the records. So a turn of a thousand messages of one device writes two rows beside its ids.
 *
 * The order of the questions: is the device to be listened to; is the message known; is there room in
 * the buckets of the device, the topic and the site. A critical alarm that has no ticket passes the
 * latter two: a camera gone mad must not keep the fire alarm beside it from being heard.
 *
 * What must stay true: each message of the wish is counted in exactly one of taken, again, dropped and
 * unknown of its topic; what was taken is remembered by its id in the same fact, so that a message that
 * the broker sends again, because its acknowledgement was lost with the process, is no second one. That
 * may be days later, when the process or the broker is there again: ids of the last windows before a
 * connection are kept over its first ones. They count only against messages that no other is like; one
 * without a time and an id may well be said again after a day.
 *
 * Messages of a device may come in another order than they were sent: one that is older than what the
 * alarm says already counts, and may open a ticket, but does not change whether it is over. */
#include "mqtt_batch.h"

#include <string.h>

#include "common/base/check.h"
#include "mqtt_alarm.h"
#include "mqtt_bucket.h"
#include "mqtt_tally.h"
#include "mqtt_words.h"

/* As many rows as a turn can touch: each message its own alarm, and one for each silent device. */
enum { ALARMS_MAX = 2 * DEVICE_REPORTS_MAX, SLOTS = 4096 };
static_assert(SLOTS >= 2 * DEVICE_REPORTS_MAX + DEVICE_REPORTS_MAX, "a table is never full");

#define STALE_MS                                                                                   \
    (60ull * 60 * 1000) /* what is older by more is a clock that was set, not a way that was long */
#define FUTURE_MS (5ull * 60 * 1000) /* a clock that is ahead by more says nothing */

struct heard_alarm {
    struct mqtt_alarm row;
    uint64_t key;
    uint32_t taken, again, dropped;
    Paidan__AlarmLevel level, highest; /* 0: none */
    uint64_t said_ms;                  /* of what says `level` */
    const Paidan__DeviceReport *worst;
    struct heard_alarm *next; /* of the device */
};

struct heard_device {
    struct mqtt_device row;
    uint64_t key;
    const struct site_device *known; /* NULL: not registered */
    struct heard_alarm *first, *last;
    uint32_t count;
};

struct batch {
    struct step *step;
    const struct site_devices *site;
    const Paidan__DeviceReports *wish;
    uint32_t window;
    struct mqtt_whole whole;
    struct mqtt_topic *topics;    /* as the wish has them */
    Paidan__TopicHeard *counts;   /* beside topics */
    struct heard_device *devices; /* in the order in which they came */
    struct heard_alarm *alarms;   /* likewise */
    uint32_t device_count, alarm_count, id_count;
    uint64_t *ids;                                   /* taken */
    uint16_t *device_slots, *alarm_slots, *id_slots; /* position + 1; 0: empty */
};

/* ---- tables for the step ---- */

/* The slot of a key, or the free one where it belongs. keys: of the items, `stride` apart. */
static uint16_t *slot_of(uint16_t *slots, const void *keys, size_t stride, uint64_t key)
{
    CHECK(stride >= sizeof key);
    uint32_t at = (uint32_t)(key & (SLOTS - 1));
    for (;; at = (at + 1) & (SLOTS - 1)) {
        if (slots[at] == 0) {
            return &slots[at];
        }
        uint64_t other = 0;
        memcpy(&other, (const char *)keys + (size_t)(slots[at] - 1) * stride, sizeof other);
        if (other == key) {
            return &slots[at];
        }
    }
}

static enum rc find_device(struct batch *batch, const char *name, struct heard_device **device)
{
    const uint64_t key = mqtt_state_device_key(name);
    uint16_t *const slot =
        slot_of(batch->device_slots, &batch->devices[0].key, sizeof batch->devices[0], key);
    if (*slot != 0) {
        *device = &batch->devices[*slot - 1];
        return strcmp((*device)->row.device, name) == 0 ? RC_OK : RC_EXISTS;
    }
    CHECK(batch->device_count < DEVICE_REPORTS_MAX);
    struct heard_device *const fresh = &batch->devices[batch->device_count];
    const enum rc rc = mqtt_state_device_get(batch->step->txn, name, &fresh->row);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(fresh->row.bucket.at_ms <= batch->step->now_ms);
    fresh->key = key;
    fresh->known = site_device_find(batch->site, name);
    fresh->first = fresh->last = NULL;
    fresh->count = 0;
    mqtt_bucket_fill(&fresh->row.bucket, &batch->site->device, batch->step->now_ms);
    *slot = (uint16_t)++batch->device_count;
    *device = fresh;
    return RC_OK;
}

static enum rc find_alarm(struct batch *batch, struct heard_device *device, const char *kind,
                          struct heard_alarm **alarm)
{
    const uint64_t key = mqtt_state_alarm_key(device->row.device, kind);
    uint16_t *const slot =
        slot_of(batch->alarm_slots, &batch->alarms[0].key, sizeof batch->alarms[0], key);
    if (*slot != 0) {
        *alarm = &batch->alarms[*slot - 1];
        return strcmp((*alarm)->row.device, device->row.device) == 0 &&
                       strcmp((*alarm)->row.kind, kind) == 0
                   ? RC_OK
                   : RC_EXISTS;
    }
    CHECK(batch->alarm_count < ALARMS_MAX);
    struct heard_alarm *const fresh = &batch->alarms[batch->alarm_count];
    *fresh = (struct heard_alarm){.key = key};
    const enum rc rc =
        mqtt_state_alarm_get(batch->step->txn, device->row.device, kind, &fresh->row);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK((device->last == NULL) == (device->count == 0));
    if (device->last == NULL) {
        device->first = fresh;
    } else {
        device->last->next = fresh;
    }
    device->last = fresh;
    device->count++;
    *slot = (uint16_t)++batch->alarm_count;
    *alarm = fresh;
    return RC_OK;
}

static void *room(struct batch *batch, size_t count, size_t bytes, bool *full)
{
    CHECK(count > 0);
    void *const at = arena_zalloc(batch->step->arena, count * bytes);
    *full |= at == NULL;
    return at;
}

static enum rc begin_topics(struct batch *batch)
{
    enum rc rc = RC_OK;
    CHECK(batch->topics != NULL);
    for (size_t index = 0; index < batch->wish->n_topics && rc == RC_OK; index++) {
        const Paidan__TopicHeard *const given = batch->wish->topics[index];
        Paidan__TopicHeard *const heard = &batch->counts[index];
        paidan__topic_heard__init(heard);
        heard->filter = given->filter;
        /* What its reader saw already is counted as it says. */
        heard->unreadable = given->unreadable;
        heard->retained = given->retained;
        rc = mqtt_state_topic_get(batch->step->txn, given->filter, &batch->topics[index]);
        if (rc == RC_OK) {
            mqtt_bucket_fill(&batch->topics[index].bucket, &batch->site->topic,
                             batch->step->now_ms);
        }
    }
    return rc;
}

static enum rc begin(struct batch *batch)
{
    const size_t reports = batch->wish->n_reports, topics = batch->wish->n_topics;
    bool full = false;
    CHECK(reports <= DEVICE_REPORTS_MAX);
    CHECK(topics <= DEVICE_TOPICS_HEARD_MAX);
    /* One more than there are, so that none is of no bytes. */
    batch->topics = room(batch, topics + 1, sizeof batch->topics[0], &full);
    batch->counts = room(batch, topics + 1, sizeof batch->counts[0], &full);
    batch->devices = room(batch, reports + 1, sizeof batch->devices[0], &full);
    batch->alarms = room(batch, 2 * reports + 1, sizeof batch->alarms[0], &full);
    batch->ids = room(batch, reports + 1, sizeof batch->ids[0], &full);
    batch->device_slots = room(batch, SLOTS, sizeof(uint16_t), &full);
    batch->alarm_slots = room(batch, SLOTS, sizeof(uint16_t), &full);
    batch->id_slots = room(batch, SLOTS, sizeof(uint16_t), &full);
    if (full) {
        return RC_LIMIT;
    }
    const enum rc rc = mqtt_state_whole_get(batch->step->txn, &batch->whole);
    if (rc != RC_OK) {
        return rc;
    }
    const uint64_t window = batch->step->now_ms / batch->site->dedupe_ms;
    CHECK(window > 0 && window < UINT32_MAX);
    batch->window = (uint32_t)window;
    mqtt_bucket_fill(&batch->whole.site, &batch->site->site, batch->step->now_ms);
    mqtt_bucket_fill(&batch->whole.unknown, &batch->site->unknown, batch->step->now_ms);
    return begin_topics(batch);
}

/* ---- one message ---- */

/* Taken before the connection was lost. */
static enum rc is_kept(struct batch *batch, const Paidan__DeviceReport *report)
{
    const struct mqtt_whole *const whole = &batch->whole;
    const bool unlike = report->has_at_ms || (report->has_named && report->named);
    const bool over = whole->kept_until != 0 && batch->window > whole->kept_until;
    enum rc rc = RC_NOT_FOUND;
    CHECK(whole->kept_until == 0 || whole->kept[0] != 0);
    for (size_t index = 0;
         index < MQTT_KEPT && whole->kept[index] != 0 && unlike && !over && rc == RC_NOT_FOUND;
         index++) {
        rc = mqtt_state_seen(batch->step->txn, whole->kept[index], report->id);
    }
    return rc;
}

/* *known: it was taken before, or earlier in this turn. */
static enum rc is_known(struct batch *batch, const Paidan__DeviceReport *report, bool *known)
{
    const uint64_t id = report->id;
    uint16_t *const slot = slot_of(batch->id_slots, batch->ids, sizeof batch->ids[0], id);
    CHECK(*slot <= batch->id_count);
    *known = *slot != 0;
    if (*known) {
        return RC_OK;
    }
    enum rc rc = mqtt_state_seen(batch->step->txn, batch->window, id);
    rc = rc == RC_NOT_FOUND ? is_kept(batch, report) : rc;
    *known = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void remember(struct batch *batch, uint64_t id)
{
    uint16_t *const slot = slot_of(batch->id_slots, batch->ids, sizeof batch->ids[0], id);
    CHECK(*slot == 0);
    CHECK(batch->id_count < DEVICE_REPORTS_MAX);
    batch->ids[batch->id_count] = id;
    *slot = (uint16_t)++batch->id_count;
}

/* The buckets that a message takes from. */
static bool has_room(struct batch *batch, struct heard_device *device,
                     const struct heard_alarm *alarm, const Paidan__DeviceReport *report)
{
    CHECK(report->topic < batch->wish->n_topics); /* is_sound */
    struct mqtt_bucket *const own =
        device->known != NULL ? &device->row.bucket : &batch->whole.unknown;
    struct mqtt_bucket *const topic = &batch->topics[report->topic].bucket;
    const bool vital = report->level == PAIDAN__ALARM_LEVEL__ALARM_CRITICAL &&
                       alarm->row.phase == MQTT_FREE && alarm->taken == 0;
    const bool shared = mqtt_bucket_has(topic) && mqtt_bucket_has(&batch->whole.site);
    if (!mqtt_bucket_has(own) || (!shared && !vital)) {
        return false;
    }
    mqtt_bucket_take(own);
    if (shared) {
        mqtt_bucket_take(topic);
        mqtt_bucket_take(&batch->whole.site);
    }
    return true;
}

/* Sent before the message that says what the alarm is now. */
static bool is_stale(const struct heard_alarm *alarm, const Paidan__DeviceReport *report)
{
    const uint64_t said_ms = alarm->level != 0 ? alarm->said_ms : alarm->row.said_ms;
    return report->has_at_ms && report->at_ms < said_ms && said_ms - report->at_ms <= STALE_MS;
}

/* Since the newest message decides. A repetition of one of before the last change is news too: a device
 * that speaks at changes alone, without ids or times, says the same words when its alarm comes back. */
static void decide(const struct batch *batch, struct heard_alarm *alarm,
                   const Paidan__DeviceReport *report)
{
    CHECK(report->level >= PAIDAN__ALARM_LEVEL__ALARM_CLEARED);
    if (report->level == PAIDAN__ALARM_LEVEL__ALARM_INFO) {
        return; /* it is heard, and says nothing of the alarm */
    }
    if (!is_stale(alarm, report)) {
        const bool dated = report->has_at_ms && report->at_ms <= batch->step->now_ms + FUTURE_MS;
        alarm->level = report->level;
        alarm->said_ms = dated ? report->at_ms : 0;
    } else if (alarm->level == 0) {
        alarm->level = (Paidan__AlarmLevel)alarm->row.level;
        alarm->said_ms = alarm->row.said_ms;
    }
    CHECK(alarm->level != 0); /* what is older than something is not the first */
    if (report->level > alarm->highest) {
        alarm->highest = report->level;
        alarm->worst = report;
    }
}

static void take(const struct batch *batch, struct heard_alarm *alarm,
                 const Paidan__DeviceReport *report)
{
    CHECK(alarm->taken < DEVICE_REPORTS_MAX);
    alarm->taken++;
    decide(batch, alarm, report);
}

/* Counted as what it is; of what the alarm says already there is nothing to decide. */
static void take_again(const struct batch *batch, struct heard_alarm *alarm,
                       const Paidan__DeviceReport *report)
{
    const uint32_t says = alarm->level != 0 ? (uint32_t)alarm->level : alarm->row.level;
    alarm->again++;
    if (says != 0 && says != (uint32_t)report->level && !is_stale(alarm, report)) {
        decide(batch, alarm, report);
    }
}

/* It speaks: what was asked for its silence is over. */
static enum rc end_silence(struct batch *batch, struct heard_device *device)
{
    struct heard_alarm *alarm = NULL;
    if (!device->row.silent) {
        return RC_OK;
    }
    CHECK(device->row.watch_ms == 0); /* who is silent is not watched */
    device->row.silent = false;
    const enum rc rc = find_alarm(batch, device, MQTT_SILENT, &alarm);
    if (rc == RC_OK) {
        alarm->level = PAIDAN__ALARM_LEVEL__ALARM_CLEARED;
    }
    return rc == RC_EXISTS ? RC_OK : rc;
}

static enum rc judge_report(struct batch *batch, const Paidan__DeviceReport *report,
                            Paidan__TopicHeard *heard)
{
    struct heard_device *device = NULL;
    struct heard_alarm *alarm = NULL;
    bool known = false;
    /* A kind that the site gave up since the message was read. */
    const char *const kind =
        site_alarm_kind_find(batch->site, report->kind) == NULL ? MQTT_OTHER : report->kind;
    CHECK(kind[0] != '\0');
    enum rc rc = find_device(batch, report->device, &device);
    rc = rc == RC_OK ? find_alarm(batch, device, kind, &alarm) : rc;
    if (rc == RC_EXISTS) {
        heard->dropped++;
        return RC_OK;
    }
    rc = rc == RC_OK ? end_silence(batch, device) : rc;
    rc = rc == RC_OK ? is_known(batch, report, &known) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    if (known) {
        take_again(batch, alarm, report);
        heard->again++;
    } else if (has_room(batch, device, alarm, report)) {
        take(batch, alarm, report);
        remember(batch, report->id);
        heard->taken++;
    } else {
        alarm->dropped++;
        heard->dropped++;
    }
    return RC_OK;
}

/* *sound: the report is one; what the schema cannot say is looked at here. */
static bool is_sound(const Paidan__DeviceReports *wish)
{
    CHECK(wish->n_reports <= DEVICE_REPORTS_MAX); /* the schema's bound */
    for (size_t index = 0; index < wish->n_reports; index++) {
        const Paidan__DeviceReport *const report = wish->reports[index];
        if (report->topic >= wish->n_topics || report->device[0] == '\0' ||
            report->kind[0] == '\0') {
            return false;
        }
    }
    return true;
}

static enum rc judge_reports(struct batch *batch)
{
    enum rc rc = RC_OK;
    for (size_t index = 0; index < batch->wish->n_reports && rc == RC_OK; index++) {
        const Paidan__DeviceReport *const report = batch->wish->reports[index];
        Paidan__TopicHeard *const heard = &batch->counts[report->topic];
        if (batch->site->refuse_unknown && site_device_find(batch->site, report->device) == NULL) {
            heard->unknown++; /* no row: names can be invented without end */
        } else {
            rc = judge_report(batch, report, heard);
        }
    }
    return rc;
}

/* ---- saying what came ---- */

static void fill_alarm(const struct heard_alarm *alarm, Paidan__AlarmHeard *fact)
{
    paidan__alarm_heard__init(fact);
    CHECK((alarm->highest != 0) == (alarm->worst != NULL));
    fact->kind = (char *)alarm->row.kind; /* packed, never written */
    fact->has_taken = alarm->taken > 0;
    fact->taken = alarm->taken;
    fact->has_again = alarm->again > 0;
    fact->again = alarm->again;
    fact->has_dropped = alarm->dropped > 0;
    fact->dropped = alarm->dropped;
    fact->has_level = alarm->level != 0;
    fact->level = alarm->level;
    fact->has_said_ms = alarm->level != 0 && alarm->said_ms != 0;
    fact->said_ms = alarm->said_ms;
    fact->has_highest = alarm->highest != 0;
    fact->highest = alarm->highest;
    CHECK(alarm->taken + alarm->again + alarm->dropped > 0 || alarm->level != 0);
}

static enum rc fill_device(struct batch *batch, const struct heard_device *device,
                           Paidan__DeviceHeard *fact)
{
    paidan__device_heard__init(fact);
    Paidan__AlarmHeard *const alarms =
        arena_alloc(batch->step->arena, (device->count + 1) * sizeof *alarms);
    Paidan__AlarmHeard **const list =
        arena_alloc(batch->step->arena, (device->count + 1) * sizeof(Paidan__AlarmHeard *));
    if (alarms == NULL || list == NULL) {
        return RC_LIMIT;
    }
    for (const struct heard_alarm *alarm = device->first; alarm != NULL; alarm = alarm->next) {
        fill_alarm(alarm, &alarms[fact->n_alarms]);
        list[fact->n_alarms] = &alarms[fact->n_alarms];
        fact->n_alarms++;
    }
    CHECK(fact->n_alarms == device->count);
    fact->device = (char *)device->row.device; /* packed, never written */
    fact->alarms = list;
    fact->has_tokens = device->known != NULL;
    fact->tokens = device->row.bucket.tokens;
    fact->has_unknown = fact->unknown = device->known == NULL;
    /* Its deadline is moved when it comes, not at each message (mqtt_watch). */
    if (device->known != NULL && device->known->silence_ms > 0 && device->row.watch_ms == 0) {
        fact->has_watch_ms = 1;
        fact->watch_ms = batch->step->now_ms + device->known->silence_ms;
    }
    return RC_OK;
}

/* Whether anything came by it: the others are not told. */
static bool fill_topic(const struct mqtt_topic *topic, Paidan__TopicHeard *fact)
{
    CHECK(fact->filter != NULL);
    CHECK(topic->bucket.at_ms != 0); /* filled */
    fact->has_taken = fact->taken > 0;
    fact->has_again = fact->again > 0;
    fact->has_dropped = fact->dropped > 0;
    fact->has_unreadable = fact->unreadable > 0;
    fact->has_retained = fact->retained > 0;
    fact->has_unknown = fact->unknown > 0;
    fact->has_tokens = 1;
    fact->tokens = topic->bucket.tokens;
    return fact->has_taken || fact->has_again || fact->has_dropped || fact->has_unreadable ||
           fact->has_retained || fact->has_unknown;
}

static enum rc say_heard(struct batch *batch, uint64_t *seq)
{
    struct arena *const arena = batch->step->arena;
    Paidan__AlarmsHeard fact = PAIDAN__ALARMS_HEARD__INIT;
    const size_t devices = batch->device_count;
    Paidan__DeviceHeard *const rows = arena_alloc(arena, (devices + 1) * sizeof *rows);
    fact.devices = arena_alloc(arena, (devices + 1) * sizeof(Paidan__DeviceHeard *));
    fact.topics = arena_alloc(arena, (batch->wish->n_topics + 1) * sizeof(Paidan__TopicHeard *));
    if (rows == NULL || fact.devices == NULL || fact.topics == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < devices; index++) {
        const enum rc rc = fill_device(batch, &batch->devices[index], &rows[index]);
        if (rc != RC_OK) {
            return rc;
        }
        fact.devices[fact.n_devices++] = &rows[index];
    }
    for (size_t index = 0; index < batch->wish->n_topics; index++) {
        if (fill_topic(&batch->topics[index], &batch->counts[index])) {
            fact.topics[fact.n_topics++] = &batch->counts[index];
        }
    }
    CHECK(fact.n_devices == batch->device_count);
    fact.window = batch->window;
    fact.n_ids = batch->id_count;
    fact.ids = batch->ids;
    fact.has_site_tokens = fact.has_unknown_tokens = 1;
    fact.site_tokens = batch->whole.site.tokens;
    fact.unknown_tokens = batch->whole.unknown.tokens;
    return step_say(batch->step, &(struct step_about){.ticket = 0, .seq = seq}, &fact.base);
}

/* In the order in which they came, so that the first of a row of sensors gets the first number. */
static enum rc follow(struct batch *batch)
{
    enum rc rc = RC_OK;
    for (uint32_t index = 0; index < batch->alarm_count && rc == RC_OK; index++) {
        const struct heard_alarm *const alarm = &batch->alarms[index];
        CHECK(alarm->highest <= PAIDAN__ALARM_LEVEL__ALARM_CRITICAL);
        const struct mqtt_news news = {
            .highest = alarm->highest, .taken = alarm->taken, .report = alarm->worst};
        if (alarm->level != 0) {
            rc = mqtt_alarm_judge(batch->step, alarm->row.device, alarm->row.kind, &news);
        }
    }
    return rc;
}

enum rc mqtt_batch_apply(struct step *step, const struct step_input *input)
{
    const Paidan__DeviceReports *const wish = input->request->device_reports;
    struct batch batch = {.step = step, .site = step->site->devices, .wish = wish};
    if (batch.site == NULL) {
        return step_refuse(step, PAIDAN__CODE__SITE_INVALID, "devices");
    }
    if (!is_sound(wish)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "reports");
    }
    uint64_t seq = 0;
    enum rc rc = begin(&batch);
    rc = rc == RC_OK ? judge_reports(&batch) : rc;
    rc = rc == RC_OK ? say_heard(&batch, &seq) : rc;
    rc = rc == RC_OK ? follow(&batch) : rc;
    return rc == RC_OK ? step_answer_done(step, 0, seq) : rc;
}

/* ---- folding ---- */

static void add(struct step_fold *fold, enum mqtt_tally tally, uint64_t count)
{
    uint64_t *const value = &fold->tally->values[tally];
    CHECK(*value + count >= *value);
    *value += count;
}

static enum rc fold_alarm(struct step_fold *fold, const char *device,
                          const Paidan__AlarmHeard *fact, uint64_t at_ms)
{
    struct mqtt_alarm alarm;
    const enum rc rc = mqtt_state_alarm_get(fold->txn, device, fact->kind, &alarm);
    if (rc != RC_OK) {
        return rc == RC_EXISTS ? RC_CORRUPT : rc;
    }
    CHECK(!fact->has_level || fact->level <= PAIDAN__ALARM_LEVEL__ALARM_CRITICAL);
    CHECK(alarm.taken + fact->taken >= alarm.taken);
    alarm.taken += fact->taken;
    alarm.again += fact->again;
    alarm.dropped += fact->dropped;
    if (fact->has_level) {
        alarm.level = (uint32_t)fact->level;
        alarm.said_ms = fact->has_said_ms ? fact->said_ms : 0;
    }
    if (fact->has_highest && (uint32_t)fact->highest > alarm.highest) {
        alarm.highest = (uint32_t)fact->highest;
    }
    CHECK(at_ms >= alarm.last_ms);
    alarm.last_ms = at_ms;
    return mqtt_state_alarm_put(fold->txn, &alarm);
}

static enum rc fold_device(struct step_fold *fold, const Paidan__DeviceHeard *fact, uint64_t at_ms)
{
    struct mqtt_device device;
    enum rc rc = mqtt_state_device_get(fold->txn, fact->device, &device);
    if (rc != RC_OK) {
        return rc == RC_EXISTS ? RC_CORRUPT : rc;
    }
    if (device.last_ms == 0) {
        add(fold, MQTT_TALLY_DEVICES, 1);
    }
    if (fact->has_tokens) {
        device.bucket = (struct mqtt_bucket){.tokens = fact->tokens, .at_ms = at_ms};
    }
    CHECK(at_ms >= device.last_ms);
    device.last_ms = at_ms;
    device.silent = false;
    device.unknown = fact->has_unknown && fact->unknown;
    if (fact->has_watch_ms) {
        const struct due due = {fact->watch_ms, mqtt_state_device_key(device.device),
                                MQTT_DUE_WATCH};
        if (device.watch_ms != 0 || fact->watch_ms == 0) {
            return RC_CORRUPT;
        }
        device.watch_ms = fact->watch_ms;
        rc = due_put(fold->txn, &due);
    }
    rc = rc == RC_OK ? mqtt_state_device_put(fold->txn, &device) : rc;
    for (size_t index = 0; index < fact->n_alarms && rc == RC_OK; index++) {
        rc = fold_alarm(fold, device.device, fact->alarms[index], at_ms);
    }
    return rc;
}

static enum rc fold_topic(struct step_fold *fold, const Paidan__TopicHeard *fact, uint64_t at_ms)
{
    struct mqtt_topic topic;
    const enum rc rc = mqtt_state_topic_get(fold->txn, fact->filter, &topic);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(topic.taken + fact->taken >= topic.taken);
    CHECK(topic.bucket.at_ms <= at_ms);
    topic.taken += fact->taken;
    topic.again += fact->again;
    topic.dropped += fact->dropped;
    topic.unreadable += fact->unreadable;
    topic.retained += fact->retained;
    topic.unknown += fact->unknown;
    if (fact->has_tokens) {
        topic.bucket = (struct mqtt_bucket){.tokens = fact->tokens, .at_ms = at_ms};
    }
    add(fold, MQTT_TALLY_TAKEN, fact->taken);
    add(fold, MQTT_TALLY_AGAIN, fact->again);
    add(fold, MQTT_TALLY_DROPPED, fact->dropped);
    add(fold, MQTT_TALLY_UNREADABLE, fact->unreadable);
    add(fold, MQTT_TALLY_RETAINED, fact->retained);
    add(fold, MQTT_TALLY_UNKNOWN, fact->unknown);
    return mqtt_state_topic_put(fold->txn, &topic);
}

/* Twice as many old ones are forgotten as new ones come, so the table shrinks after a storm, and no
 * step has to forget it at once. */
static enum rc fold_ids(struct step_fold *fold, const Paidan__AlarmsHeard *fact)
{
    struct mqtt_whole whole;
    enum rc rc = fact->window == 0 || fact->window == UINT32_MAX
                     ? RC_CORRUPT
                     : mqtt_state_whole_get(fold->txn, &whole);
    uint32_t forgotten = 0;
    CHECK(fact->n_ids <= DEVICE_REPORTS_MAX); /* the schema's bound */
    for (size_t index = 0; index < fact->n_ids && rc == RC_OK; index++) {
        bool added = false;
        rc = mqtt_state_see(fold->txn, fact->window, fact->ids[index], &added);
        add(fold, MQTT_TALLY_REMEMBERED, added ? 1 : 0);
    }
    if (rc == RC_OK) {
        rc = mqtt_state_forget(fold->txn, fact->window, &whole, (uint32_t)(2 * fact->n_ids),
                               &forgotten);
    }
    if (rc == RC_OK) {
        CHECK(fold->tally->values[MQTT_TALLY_REMEMBERED] >= forgotten);
        fold->tally->values[MQTT_TALLY_REMEMBERED] -= forgotten;
    }
    return rc;
}

/* What was kept for a new connection is kept over two windows in which something came by it. A window's number
 * is the time through the site's `dedupe`: where that became longer the numbers fall, so what is kept may be of
 * larger ones, and its end is counted from where they are now, or it would be years away. */
static void fold_window(struct mqtt_whole *whole, uint32_t window)
{
    CHECK(window > 0);
    CHECK(window < UINT32_MAX);
    const bool fell = window < whole->window;
    if (whole->kept[0] != 0 &&
        (whole->kept_until == 0 || (fell && whole->kept_until > window + 1))) {
        whole->kept_until = window + 1;
    } else if (whole->kept[0] != 0 && window > whole->kept_until) {
        memset(whole->kept, 0, sizeof whole->kept);
        whole->kept_until = 0;
    }
    whole->window = window;
}

static enum rc fold_whole(struct step_fold *fold, const Paidan__AlarmsHeard *fact, uint64_t at_ms)
{
    struct mqtt_whole whole;
    const enum rc rc = mqtt_state_whole_get(fold->txn, &whole);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(whole.site.at_ms <= at_ms);
    if (fact->has_site_tokens) {
        whole.site = (struct mqtt_bucket){.tokens = fact->site_tokens, .at_ms = at_ms};
    }
    if (fact->has_unknown_tokens) {
        whole.unknown = (struct mqtt_bucket){.tokens = fact->unknown_tokens, .at_ms = at_ms};
    }
    CHECK(at_ms >= whole.last_ms);
    whole.last_ms = fact->n_devices > 0 ? at_ms : whole.last_ms;
    fold_window(&whole, fact->window);
    return mqtt_state_whole_put(fold->txn, &whole);
}

enum rc mqtt_batch_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__AlarmsHeard *const fact = event->alarms_heard;
    enum rc rc = fold_ids(fold, fact);
    CHECK(event->at_ms > 0);
    for (size_t index = 0; index < fact->n_devices && rc == RC_OK; index++) {
        rc = fold_device(fold, fact->devices[index], event->at_ms);
    }
    for (size_t index = 0; index < fact->n_topics && rc == RC_OK; index++) {
        rc = fold_topic(fold, fact->topics[index], event->at_ms);
    }
    return rc == RC_OK ? fold_whole(fold, fact, event->at_ms) : rc;
}
