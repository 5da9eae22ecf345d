/* demo_errand: residents at the doors of the field.
 *
 *   row of WeChat     sealed messages: what it is, "好了", a number; taps on the question of the callback
 *   of the hotline    signed envelopes: dispatch, chase, withdraw, supplement, rating
 *   of a device       an alarm to the broker; its ticket is looked for, as a device is told nothing
 *   of an app         a request of Open311
 *
 * Who is told nothing more by his door (a device, an app) is called by whoever the site names for his channel,
 * and answers there. What must stay true: an errand is sent once, and those outside repeat it; so a door that
 * is killed changes when a number comes, never how many. */
#include "demo_errand.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/site/site_devices.h"
#include "common/site/site_hotline.h"
#include "common/site/site_open311.h"
#include "common/site/site_wechat.h"
#include "demo_actor.h"
#include "demo_doors.h"
#include "demo_resident.h"

/* An alarm's ticket: looked for so often, a minute of the day apart, then given up. */
#define FIND_TRIES 600u

/* The name of the door that those outside know; NULL: none. */
static const char *door_of(const struct site *site, const char *channel)
{
    const uint32_t index = site_channel_find(site, channel);
    CHECK(index != SITE_NONE); /* the script was checked against the site */
    if (site->wechat != NULL && strcmp(site->wechat->channel, channel) == 0) {
        return "wechat";
    }
    if (site->hotline != NULL && site->hotline->channel == index) {
        return "hotline";
    }
    if (site->devices != NULL && site->devices->channel == index) {
        return "device";
    }
    return site->open311 != NULL && site->open311->channel == index ? "open311" : NULL;
}

bool demo_errand_has_door(const struct demo *demo, const struct demo_row *row)
{
    return demo->doors != NULL && door_of(demo->site, row->channel) != NULL;
}

bool demo_errand_speaks(const struct demo *demo, const struct demo_row *row)
{
    const char *const door = demo->doors == NULL ? NULL : door_of(demo->site, row->channel);
    return door != NULL && (strcmp(door, "wechat") == 0 || strcmp(door, "hotline") == 0);
}

bool demo_errand_waits(const struct demo *demo)
{
    return demo_doors_waiting(demo->doors) > 0;
}

/* ---- sending ---- */

/* What every errand says of itself; NULL: no memory. */
static json_t *errand_make(struct demo *demo, const char *act, const struct demo_row *row)
{
    CHECK(demo->doors != NULL);
    const char *const key = arena_printf(&demo->arena, "%s-%s", demo->prefix, row->external_id);
    return key == NULL
               ? NULL
               : json_pack("{s:s, s:s, s:s, s:s}", "act", act, "door",
                           door_of(demo->site, row->channel), "channel", row->channel, "key", key);
}

/* NULL and empty texts are left out. */
static void text_set(json_t *errand, const char *name, const char *text)
{
    if (errand != NULL && text != NULL && text[0] != '\0') {
        (void)json_object_set_new(errand, name, json_string(text));
    }
}

static void number_set(json_t *errand, const char *name, uint64_t ticket)
{
    char number[NUMBER_BYTES];
    number_format(ticket, number);
    text_set(errand, name, number);
}

static void count_set(json_t *errand, const char *name, unsigned value)
{
    if (errand != NULL) {
        (void)json_object_set_new(errand, name, json_integer(value));
    }
}

enum rc demo_errand_submit(struct demo *demo, const struct demo_item *item)
{
    CHECK(item->row < demo->script.row_count);
    const struct demo_row *const row = &demo->script.rows[item->row];
    json_t *const errand = errand_make(demo, "report", row);
    /* A device has no place of its own in the script: that column names it. */
    const bool device = strcmp(door_of(demo->site, row->channel), "device") == 0;
    text_set(errand, device ? "device" : "place", row->place);
    text_set(errand, "title", row->title);
    text_set(errand, "phone", row->phone);
    text_set(errand, "category", row->category);
    if (errand != NULL) {
        (void)json_object_set_new(errand, "text", json_string(row->text));
    }
    return demo_doors_send(demo->doors, errand, item);
}

enum rc demo_errand_act(struct demo *demo, const struct demo_item *item)
{
    CHECK(item->row < demo->script.row_count);
    const struct demo_row *const row = &demo->script.rows[item->row];
    const struct demo_act *const act = &row->acts[item->index];
    static const char *const names[] = {
        [DEMO_CHASE] = "chase", [DEMO_WITHDRAW] = "withdraw", [DEMO_SUPPLEMENT] = "supplement"};
    json_t *const errand = errand_make(demo, names[act->kind], row);
    number_set(errand, "number", item->ticket);
    count_set(errand, "turn", item->index);
    text_set(errand, "text",
             act->kind == DEMO_CHASE
                 ? demo_script_note(&demo->script, DEMO_NOTE_CHASE, NULL, item->row)
                 : act->text);
    return demo_doors_send(demo->doors, errand, item);
}

enum rc demo_errand_reply(struct demo *demo, const struct demo_item *item)
{
    const struct demo_ticket *const ticket = demo_facts_find(&demo->facts, item->ticket);
    CHECK(ticket != NULL);
    CHECK(ticket->row < demo->script.row_count);
    const struct demo_reply said = demo_resident_choose(demo, ticket, item->round);
    json_t *const errand = errand_make(demo, "answer", &demo->script.rows[ticket->row]);
    number_set(errand, "number", item->ticket);
    count_set(errand, "round", item->round);
    count_set(errand, "attempt", item->index);
    count_set(errand, "solved", (unsigned)said.solved);
    count_set(errand, "satisfied", (unsigned)said.satisfied);
    if (said.solved == PAIDAN__SOLVED__SOLVED_NO) {
        text_set(errand, "note", demo_resident_note(demo, ticket));
    }
    return demo_doors_send(demo->doors, errand, item);
}

enum rc demo_errand_count(struct demo *demo)
{
    const struct demo_item nobody = {.kind = DEMO_ITEM_LOOK};
    CHECK(demo->doors != NULL);
    return demo_doors_send(demo->doors, json_pack("{s:s}", "act", "counts"), &nobody);
}

/* ---- a device's ticket ---- */

enum rc demo_errand_find(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    CHECK(item->row < demo->script.row_count);
    const struct demo_row *const row = &demo->script.rows[item->row];
    Paidan__DeviceList list = PAIDAN__DEVICE_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer *answer = NULL;
    list.device = demo_actor_lend(row->place);
    request.wish_case = PAIDAN__REQUEST__WISH_DEVICE_LIST;
    request.device_list = &list;
    const enum rc rc = demo_actor_call(demo, "mqtt", &request, &answer);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__DevicesListed *const listed = answer->devices_listed;
    for (size_t index = 0; listed != NULL && index < listed->n_alarms; index++) {
        if (listed->alarms[index]->has_ticket && listed->alarms[index]->ticket != 0) {
            return demo_resident_accepted(demo, item->row, listed->alarms[index]->ticket, now_ms);
        }
    }
    if (item->index == FIND_TRIES) {
        /* The row is done with, or the day would wait for it for ever. */
        CHECK(demo->unsubmitted > 0);
        demo->unsubmitted--;
        demo->done.faults++;
        return RC_OK;
    }
    struct demo_item again = *item;
    again.index++;
    again.at_ms = now_ms + DEMO_MINUTE_MS;
    return demo_actor_put(demo, &again);
}

/* ---- the callback ---- */

enum rc demo_errand_ask(struct demo *demo, struct demo_item *item, uint64_t now_ms)
{
    CHECK(item->index < demo->site->channel_count);
    const char *const channel = demo->site->channels[item->index].code;
    enum rc rc = RC_OK;
    for (uint32_t index = 0; index < demo->facts.count && rc == RC_OK; index++) {
        struct demo_ticket *const ticket = &demo->facts.tickets[index];
        if (ticket->row != DEMO_NO_ROW && ticket->state == PAIDAN__STATE__STATE_RESOLVED &&
            ticket->asked_attempt > 0 && ticket->asked_open_ms <= now_ms &&
            strcmp(demo->script.rows[ticket->row].channel, channel) == 0) {
            rc = demo_resident_called(demo, ticket, ticket->asked_round, ticket->asked_attempt,
                                      ticket->asked_due_ms, now_ms);
        }
    }
    return rc == RC_OK ? demo_resident_look(demo, item->index, now_ms) : rc;
}

/* ---- hearing ---- */

static enum rc submit_hear(struct demo *demo, const struct demo_told *told, uint64_t now_ms)
{
    CHECK(demo->unsubmitted > 0);
    if (told->code == DEMO_TOLD_OK && told->ticket == 0) {
        struct demo_item find = told->item;
        find.kind = DEMO_ITEM_FIND;
        find.at_ms = now_ms;
        find.index = 0;
        return demo_actor_put(demo, &find);
    }
    if (told->code == DEMO_TOLD_OK) {
        /* He minds when he wrote, not when the number came. */
        return demo_resident_accepted(demo, told->item.row, told->ticket, told->item.at_ms);
    }
    demo->unsubmitted--;
    demo->done.duplicates += told->code == DEMO_TOLD_DUPLICATE ? 1 : 0;
    demo->done.refused += told->code == DEMO_TOLD_REFUSED ? 1 : 0;
    return RC_OK;
}

static void act_hear(struct demo *demo, const struct demo_told *told)
{
    const struct demo_row *const row = &demo->script.rows[told->item.row];
    CHECK(told->item.index < row->act_count);
    if (told->code != DEMO_TOLD_OK) {
        demo->done.late++;
        return;
    }
    switch (row->acts[told->item.index].kind) {
    case DEMO_CHASE:
        demo->done.chases++;
        break;
    case DEMO_WITHDRAW:
        demo->done.withdrawals++;
        break;
    case DEMO_SUPPLEMENT:
        demo->done.supplements++;
        break;
    }
}

static uint64_t count_of(const json_t *counts, const char *name)
{
    const json_int_t value = json_integer_value(json_object_get(counts, name));
    return value < 0 ? 0 : (uint64_t)value;
}

static void counts_hear(struct demo *demo, const json_t *counts)
{
    struct demo_outside *const outside = &demo->done.outside;
    CHECK(json_is_object(counts));
    *outside = (struct demo_outside){.told = true,
                                     .sealed = count_of(counts, "sealed"),
                                     .sent = count_of(counts, "sent"),
                                     .signed_in = count_of(counts, "signed"),
                                     .signed_out = count_of(counts, "heard"),
                                     .alarms = count_of(counts, "alarms"),
                                     .requests = count_of(counts, "requests"),
                                     .answers = count_of(counts, "answers")};
}

static enum rc told_hear(struct demo *demo, const struct demo_told *told)
{
    const uint64_t now_ms = clock_now_ms(&demo->clock);
    /* An errand without a row is the question for the counts; what comes in answer, those outside choose. */
    if (told->item.kind == DEMO_ITEM_LOOK) {
        if (!json_is_object(told->counts)) {
            return RC_INVALID;
        }
        counts_hear(demo, told->counts);
        return RC_OK;
    }
    demo->done.faults += told->code == DEMO_TOLD_FAULT ? 1 : 0;
    switch (told->item.kind) {
    case DEMO_ITEM_SUBMIT:
        return submit_hear(demo, told, now_ms);
    case DEMO_ITEM_ACT:
        act_hear(demo, told);
        return RC_OK;
    default:
        CHECK(told->item.kind == DEMO_ITEM_REPLY);
        demo->done.answers += told->code == DEMO_TOLD_OK ? 1 : 0;
        demo->done.late += told->code == DEMO_TOLD_OK ? 0 : 1;
        return RC_OK;
    }
}

enum rc demo_errand_hear(struct demo *demo)
{
    enum rc rc = RC_OK;
    while (demo->doors != NULL && rc == RC_OK) {
        struct demo_told told;
        rc = demo_doors_next(demo->doors, &told);
        if (rc == RC_OK) {
            rc = told_hear(demo, &told);
        }
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
