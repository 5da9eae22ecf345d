/* mqtt_alarm: one open ticket of each device and kind.
 *
 * The ticket is asked for in the step that heard the alarm, so that what the broker was told is taken
 * cannot be lost; while intake has not answered, further messages only count. Afterwards the ticket is
 * told what changed, at most once a while: an alarm that comes and goes every second would else fill
 * it. A ticket that is closed, by whomever, frees the alarm.
 *
 * What must stay true: phase, `opening`, `ticket` and whole.asked agree (mqtt_state); a ticket that was
 * closed before its number was known frees its alarm all the same. */
#include "mqtt_alarm.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_devices.h"
#include "mqtt_outbox.h"
#include "mqtt_tally.h"
#include "mqtt_words.h"

/* After a refusal: somebody must edit the site, so asking at each message would only fill the log. */
#define REST_MS (10ull * 60 * 1000)

/* What a ticket should say: over, or the worst that came. */
static uint32_t news_of(const struct mqtt_alarm *alarm)
{
    CHECK(alarm->phase == MQTT_OPEN);
    return alarm->level == PAIDAN__ALARM_LEVEL__ALARM_CLEARED ? alarm->level : alarm->highest;
}

/* ---- opening ---- */

static bool opens(const struct site_devices *devices, const char *kind, Paidan__AlarmLevel level)
{
    const struct site_alarm_kind *const known = site_alarm_kind_find(devices, kind);
    const Paidan__AlarmLevel from = known != NULL ? known->opens : PAIDAN__ALARM_LEVEL__ALARM_MINOR;
    CHECK(from != 0);
    return level >= from && level > PAIDAN__ALARM_LEVEL__ALARM_INFO;
}

static enum rc open_ticket(struct step *step, const struct mqtt_alarm *alarm,
                           const struct mqtt_news *news)
{
    uint64_t seq = 0;
    CHECK(alarm->phase == MQTT_FREE);
    CHECK(alarm->taken >= news->taken);
    Paidan__AlarmOpened fact = PAIDAN__ALARM_OPENED__INIT;
    fact.device = (char *)alarm->device; /* packed, never written */
    fact.kind = (char *)alarm->kind;
    fact.level = news->highest;
    fact.opening = alarm->opening + 1;
    fact.before = alarm->taken - news->taken;
    enum rc rc = step_say(step, &(struct step_about){.ticket = 0, .seq = &seq}, &fact.base);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(seq > 0);
    Paidan__NewTicket ticket, *list[1] = {&ticket};
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    rc = mqtt_words_ticket(step, alarm, news->highest, fact.opening, news->report, &ticket);
    submit.n_tickets = 1;
    submit.tickets = list;
    return rc == RC_OK ? mqtt_outbox_wish(step, alarm, &submit.base, seq) : rc;
}

/* ---- telling the ticket ---- */

/* told false: it will be at next_ms, or (0) there is nothing to tell any more. */
static enum rc say_noted(struct step *step, const struct mqtt_alarm *alarm, bool told,
                         uint64_t next_ms)
{
    Paidan__AlarmNoted fact = PAIDAN__ALARM_NOTED__INIT;
    fact.device = (char *)alarm->device; /* packed, never written */
    fact.kind = (char *)alarm->kind;
    fact.level = (Paidan__AlarmLevel)news_of(alarm);
    fact.count = alarm->taken - alarm->taken_before;
    fact.has_untold = fact.untold = !told;
    fact.has_next_ms = next_ms != 0;
    fact.next_ms = next_ms;
    CHECK(next_ms == 0 || next_ms > step->now_ms);
    CHECK(!told || next_ms == 0);
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

static enum rc tell(struct step *step, const struct mqtt_alarm *alarm)
{
    Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
    CHECK(alarm->ticket != 0);
    CHECK(news_of(alarm) != alarm->told);
    supplement.ticket = alarm->ticket;
    supplement.text = mqtt_words_note(step, alarm, (Paidan__AlarmLevel)news_of(alarm));
    if (supplement.text == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = say_noted(step, alarm, true, 0);
    return rc == RC_OK ? mqtt_outbox_wish(step, alarm, &supplement.base, 0) : rc;
}

/* What is worse is told at once; that it is over, or back, when the ticket was left alone for a while. */
static enum rc judge_news(struct step *step, const struct mqtt_alarm *alarm)
{
    const uint32_t news = news_of(alarm);
    CHECK(alarm->noted_ms <= step->now_ms);
    const uint64_t next_ms = alarm->noted_ms + step->site->devices->note_ms;
    const bool over = PAIDAN__ALARM_LEVEL__ALARM_CLEARED == alarm->told;
    CHECK(alarm->told != 0);
    if (news == alarm->told) {
        return RC_OK;
    }
    if (step->now_ms >= next_ms || (!over && news > alarm->told)) {
        return tell(step, alarm);
    }
    return alarm->note_ms == 0 ? say_noted(step, alarm, false, next_ms) : RC_OK;
}

enum rc mqtt_alarm_due(struct step *step, const struct due *due)
{
    struct mqtt_alarm alarm;
    CHECK(due->kind == MQTT_DUE_NOTE);
    const enum rc rc = mqtt_state_alarm_by(step->txn, due->id, &alarm);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (alarm.phase != MQTT_OPEN || alarm.note_ms != due->due_ms) {
        return RC_CORRUPT;
    }
    /* A site that has no devices any more tells nobody. */
    const bool told = news_of(&alarm) != alarm.told && step->site->devices != NULL;
    return told ? tell(step, &alarm) : say_noted(step, &alarm, false, 0);
}

enum rc mqtt_alarm_judge(struct step *step, const char *device, const char *kind,
                         const struct mqtt_news *news)
{
    struct mqtt_alarm alarm;
    CHECK(step->site->devices != NULL);
    const enum rc rc = mqtt_state_alarm_get(step->txn, device, kind, &alarm);
    if (rc != RC_OK) {
        return rc == RC_EXISTS ? RC_OK : rc; /* dropped already */
    }
    switch (alarm.phase) {
    case MQTT_FREE:
        return opens(step->site->devices, kind, news->highest) && step->now_ms >= alarm.rest_ms
                   ? open_ticket(step, &alarm, news)
                   : RC_OK;
    case MQTT_OPEN:
        return judge_news(step, &alarm);
    default:
        CHECK(alarm.phase == MQTT_ASKED);
        return RC_OK;
    }
}

/* ---- what intake says ---- */

static enum rc say_filed(struct step *step, const struct mqtt_alarm *alarm, uint32_t code,
                         uint64_t ticket)
{
    Paidan__AlarmFiled fact = PAIDAN__ALARM_FILED__INIT;
    CHECK(alarm->phase == MQTT_ASKED);
    CHECK((code == PAIDAN__CODE__OK) == (ticket != 0));
    fact.device = (char *)alarm->device; /* packed, never written */
    fact.kind = (char *)alarm->kind;
    fact.code = code;
    fact.has_ticket = ticket != 0;
    fact.ticket = ticket;
    fact.has_rest_ms = ticket == 0;
    fact.rest_ms = step->now_ms + REST_MS;
    const enum rc rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    if (rc != RC_OK || ticket == 0 || step->site->devices == NULL) {
        return rc;
    }
    /* What came while the number was not known. */
    return mqtt_alarm_judge(step, alarm->device, alarm->kind, &(struct mqtt_news){.taken = 0});
}

/* Answers to supplements have no opening: a ticket that is closed meanwhile says so in another log. */
enum rc mqtt_alarm_answered(struct step *step, const Paidan__WishAnswered *answered)
{
    struct mqtt_alarm alarm;
    if (!answered->has_of) {
        return RC_OK;
    }
    CHECK(answered->of != 0);
    const enum rc rc = mqtt_state_named(step->txn, MQTT_OPENING, answered->of, &alarm);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    const bool filed = answered->code == PAIDAN__CODE__OK && answered->has_ticket;
    const uint32_t code = filed || answered->code != PAIDAN__CODE__OK
                              ? answered->code
                              : (uint32_t)PAIDAN__CODE__SERVICE_FAULT;
    return say_filed(step, &alarm, code, filed ? answered->ticket : 0);
}

/* Intake was away for a month, or somebody gave it up: the next message asks again. */
enum rc mqtt_alarm_undelivered(struct step *step, uint64_t wished)
{
    Paidan__Event *event = NULL;
    struct mqtt_alarm alarm;
    CHECK(wished > 0);
    enum rc rc = step_read(step, wished, &event);
    if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_WISHED || !event->wished->has_of) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    rc = mqtt_state_named(step->txn, MQTT_OPENING, event->wished->of, &alarm);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return say_filed(step, &alarm, PAIDAN__CODE__UNREACHABLE, 0);
}

/* While a number is awaited any ticket may be the one. */
enum rc mqtt_alarm_closed(struct step *step, uint64_t ticket)
{
    struct mqtt_alarm alarm;
    struct mqtt_whole whole;
    CHECK(ticket != 0);
    enum rc rc = mqtt_state_named(step->txn, MQTT_TICKET, ticket, &alarm);
    if (rc == RC_NOT_FOUND) {
        rc = mqtt_state_whole_get(step->txn, &whole);
        if (rc != RC_OK || whole.asked == 0) {
            return rc;
        }
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__AlarmFreed fact = PAIDAN__ALARM_FREED__INIT;
    fact.ticket = ticket;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* ---- folding ---- */

static void count(struct step_fold *fold, enum mqtt_tally tally, bool more)
{
    uint64_t *const value = &fold->tally->values[tally];
    CHECK(more || *value > 0);
    *value = more ? *value + 1 : *value - 1;
}

/* RC_CORRUPT where another name has the key: whoever said the fact had looked. */
static enum rc fold_get(struct step_fold *fold, const char *device, const char *kind,
                        struct mqtt_alarm *alarm)
{
    const enum rc rc = mqtt_state_alarm_get(fold->txn, device, kind, alarm);
    CHECK(rc != RC_NOT_FOUND);
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}

static enum rc change_asked(struct step_fold *fold, bool more)
{
    struct mqtt_whole whole;
    enum rc rc = mqtt_state_whole_get(fold->txn, &whole);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(whole.asked == fold->tally->values[MQTT_TALLY_ASKED]); /* one is the other, for people */
    if (!more && whole.asked == 0) {
        return RC_CORRUPT;
    }
    whole.asked = more ? whole.asked + 1 : whole.asked - 1;
    count(fold, MQTT_TALLY_ASKED, more);
    rc = mqtt_state_whole_put(fold->txn, &whole);
    /* Nobody waits: what was closed early is nobody's. */
    return rc == RC_OK && whole.asked == 0 ? mqtt_state_early_clear(fold->txn) : rc;
}

enum rc mqtt_alarm_fold_opened(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__AlarmOpened *const fact = event->alarm_opened;
    struct mqtt_alarm alarm;
    enum rc rc = fold_get(fold, fact->device, fact->kind, &alarm);
    if (rc != RC_OK) {
        return rc;
    }
    if (alarm.phase != MQTT_FREE || fact->opening != alarm.opening + 1 ||
        fact->before > alarm.taken) {
        return RC_CORRUPT;
    }
    CHECK(seq > 0);
    CHECK(fact->level > PAIDAN__ALARM_LEVEL__ALARM_INFO); /* less opens nothing */
    alarm.phase = MQTT_ASKED;
    alarm.opening = fact->opening;
    alarm.opening_seq = seq;
    alarm.since_ms = event->at_ms;
    alarm.told = (uint32_t)fact->level;
    alarm.highest = (uint32_t)fact->level;
    alarm.taken_before = fact->before;
    alarm.rest_ms = 0;
    count(fold, MQTT_TALLY_OPENED, true);
    rc = mqtt_state_alarm_put(fold->txn, &alarm);
    if (rc == RC_OK) {
        rc = mqtt_state_name(fold->txn, MQTT_OPENING, seq, &alarm);
    }
    return rc == RC_OK ? change_asked(fold, true) : rc;
}

/* As if it had never been asked. */
static void set_free(struct mqtt_alarm *alarm)
{
    CHECK(alarm->phase != MQTT_FREE);
    CHECK(alarm->opening_seq == 0); /* its row is gone already */
    alarm->phase = MQTT_FREE;
    alarm->ticket = 0;
    alarm->note_ms = 0;
    alarm->noted_ms = 0;
    alarm->told = 0;
    alarm->highest = 0;
}

/* The ticket may be closed already. */
static enum rc fold_ticket(struct step_fold *fold, uint64_t ticket, uint64_t at_ms,
                           struct mqtt_alarm *alarm)
{
    CHECK(ticket != 0);
    CHECK(alarm->ticket == 0);
    count(fold, MQTT_TALLY_FILED, true);
    const enum rc rc = mqtt_state_early_take(fold->txn, ticket);
    if (rc == RC_OK) {
        set_free(alarm);
        count(fold, MQTT_TALLY_FREED, true);
        return RC_OK;
    }
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    alarm->phase = MQTT_OPEN;
    alarm->ticket = ticket;
    alarm->noted_ms = at_ms;
    count(fold, MQTT_TALLY_OPEN, true);
    return mqtt_state_name(fold->txn, MQTT_TICKET, ticket, alarm);
}

enum rc mqtt_alarm_fold_filed(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__AlarmFiled *const fact = event->alarm_filed;
    struct mqtt_alarm alarm;
    enum rc rc = fold_get(fold, fact->device, fact->kind, &alarm);
    if (rc != RC_OK) {
        return rc;
    }
    if (alarm.phase != MQTT_ASKED) {
        return RC_CORRUPT;
    }
    CHECK(alarm.opening_seq != 0);
    CHECK(alarm.opening > 0);
    rc = mqtt_state_unname(fold->txn, MQTT_OPENING, alarm.opening_seq);
    alarm.opening_seq = 0;
    if (rc == RC_OK && fact->has_ticket) {
        rc = fold_ticket(fold, fact->ticket, event->at_ms, &alarm);
    } else if (rc == RC_OK) {
        set_free(&alarm);
        alarm.rest_ms = fact->rest_ms;
        count(fold, MQTT_TALLY_REFUSED, true);
    }
    if (rc == RC_OK) {
        rc = mqtt_state_alarm_put(fold->txn, &alarm);
    }
    return rc == RC_OK ? change_asked(fold, false) : rc;
}

/* The row that says when the ticket is told: at most one, where the record says. */
static enum rc move_note(struct step_fold *fold, struct mqtt_alarm *alarm, uint64_t next_ms)
{
    const uint64_t key = mqtt_state_alarm_key(alarm->device, alarm->kind);
    CHECK(alarm->phase == MQTT_OPEN);
    const uint64_t was_ms = alarm->note_ms;
    alarm->note_ms = next_ms;
    return due_move(fold->txn, MQTT_DUE_NOTE, key, was_ms, next_ms);
}

enum rc mqtt_alarm_fold_noted(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__AlarmNoted *const fact = event->alarm_noted;
    struct mqtt_alarm alarm;
    enum rc rc = fold_get(fold, fact->device, fact->kind, &alarm);
    if (rc != RC_OK) {
        return rc;
    }
    if (alarm.phase != MQTT_OPEN) {
        return RC_CORRUPT;
    }
    CHECK(fact->level >= PAIDAN__ALARM_LEVEL__ALARM_CLEARED); /* the schema's values */
    CHECK(fact->level <= PAIDAN__ALARM_LEVEL__ALARM_CRITICAL);
    if (!fact->has_untold || !fact->untold) {
        alarm.told = (uint32_t)fact->level;
        alarm.noted_ms = event->at_ms;
        count(fold, MQTT_TALLY_NOTED, true);
    }
    rc = move_note(fold, &alarm, fact->has_next_ms ? fact->next_ms : 0);
    return rc == RC_OK ? mqtt_state_alarm_put(fold->txn, &alarm) : rc;
}

enum rc mqtt_alarm_fold_freed(struct step_fold *fold, const Paidan__Event *event)
{
    struct mqtt_alarm alarm;
    const uint64_t ticket = event->alarm_freed->ticket;
    if (ticket == 0) {
        return RC_CORRUPT;
    }
    enum rc rc = mqtt_state_named(fold->txn, MQTT_TICKET, ticket, &alarm);
    if (rc == RC_NOT_FOUND) {
        return mqtt_state_early_put(fold->txn, ticket);
    }
    if (rc == RC_OK && (alarm.phase != MQTT_OPEN || alarm.ticket != ticket)) {
        return RC_CORRUPT;
    }
    if (rc == RC_OK) {
        rc = move_note(fold, &alarm, 0);
    }
    if (rc == RC_OK) {
        rc = mqtt_state_unname(fold->txn, MQTT_TICKET, ticket);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(alarm.note_ms == 0);
    set_free(&alarm);
    count(fold, MQTT_TALLY_OPEN, false);
    count(fold, MQTT_TALLY_FREED, true);
    return mqtt_state_alarm_put(fold->txn, &alarm);
}
