/* mqtt_words: the text of tickets and supplements. What must stay true: of a message only its kind,
 * level, place, time and the address of a picture come into a ticket; everything else it held was left
 * behind by whoever read it. The same alarm, opening and message give the same text, for intake
 * compares texts of one external id. */
#include "mqtt_words.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* What lies further off than this is a clock that was never set. */
#define AT_PAST_MS (30ull * 24 * 3600 * 1000)
#define AT_AHEAD_MS (10ull * 60 * 1000)

static const char *level_word(Paidan__AlarmLevel level)
{
    static const char *const words[] = {[PAIDAN__ALARM_LEVEL__ALARM_CLEARED] = "恢复",
                                        [PAIDAN__ALARM_LEVEL__ALARM_INFO] = "提示",
                                        [PAIDAN__ALARM_LEVEL__ALARM_MINOR] = "一般",
                                        [PAIDAN__ALARM_LEVEL__ALARM_MAJOR] = "重要",
                                        [PAIDAN__ALARM_LEVEL__ALARM_CRITICAL] = "严重"};
    CHECK(level >= PAIDAN__ALARM_LEVEL__ALARM_CLEARED);
    CHECK(level <= PAIDAN__ALARM_LEVEL__ALARM_CRITICAL);
    return words[level];
}

static const char *kind_name(const struct site_devices *devices, const char *kind)
{
    CHECK(kind[0] != '\0');
    const struct site_alarm_kind *const known = site_alarm_kind_find(devices, kind);
    if (known != NULL) {
        return known->name;
    }
    return strcmp(kind, MQTT_SILENT) == 0 ? "设备静默" : "其他报警";
}

/* Whom to ask about the device, and where it hangs: as it says now, else as it was registered. */
static const char *place_of(const struct step *step, const struct site_device *known,
                            const Paidan__DeviceReport *report)
{
    const struct site *const site = step->site;
    if (report != NULL && report->place != NULL) {
        return report->place;
    }
    if (known != NULL && known->place[0] != '\0') {
        return known->place;
    }
    CHECK(known == NULL || known->area == SITE_NONE || known->area < site->area_count);
    return known != NULL && known->area != SITE_NONE ? site->areas[known->area].name : NULL;
}

static char *text_of(const struct step *step, const struct mqtt_alarm *alarm,
                     Paidan__AlarmLevel level, const struct site_device *known, const char *place,
                     const Paidan__DeviceReport *report)
{
    const struct site_devices *const devices = step->site->devices;
    const char *const unit =
        known == NULL || known->unit == SITE_NONE ? NULL : step->site->units[known->unit].name;
    const bool silent = strcmp(alarm->kind, MQTT_SILENT) == 0;
    CHECK(alarm->device[0] != '\0');
    char *text = NULL;
    if (silent && known != NULL) {
        text = arena_printf(step->arena, "设备静默：超过 %llu 分钟没有收到它的消息，请检查。",
                            (unsigned long long)(known->silence_ms / 60000));
    } else {
        text = arena_printf(step->arena, "设备报警：%s，级别：%s。",
                            kind_name(devices, alarm->kind), level_word(level));
    }
    if (text != NULL && report != NULL && report->said != NULL) {
        text = arena_printf(step->arena, "%s\n设备所报类型：%s", text, report->said);
    }
    if (text != NULL) {
        text = arena_printf(step->arena, "%s\n设备：%s（%s）", text, alarm->device,
                            known == NULL            ? "未登记"
                            : known->kind[0] == '\0' ? "已登记"
                                                     : known->kind);
    }
    if (text != NULL && place != NULL) {
        text = arena_printf(step->arena, "%s\n位置：%s", text, place);
    }
    if (text != NULL && unit != NULL) {
        text = arena_printf(step->arena, "%s\n维护单位：%s", text, unit);
    }
    return text;
}

/* The index in the site; SITE_NONE: the words decide, or the desk. */
static uint32_t category_of(const struct site_devices *devices, const char *kind,
                            Paidan__AlarmLevel level)
{
    CHECK(level <= PAIDAN__ALARM_LEVEL__ALARM_CRITICAL);
    const struct site_alarm_kind *const known = site_alarm_kind_find(devices, kind);
    if (known != NULL) {
        return known->categories[level];
    }
    return strcmp(kind, MQTT_SILENT) == 0 ? devices->silence_category : SITE_NONE;
}

static enum rc add_picture(const struct step *step, const Paidan__DeviceReport *report,
                           Paidan__NewTicket *ticket)
{
    if (report == NULL || report->picture == NULL) {
        return RC_OK;
    }
    CHECK(ticket->n_attachments == 0);
    Paidan__Attachment *const picture = arena_alloc(step->arena, sizeof *picture);
    Paidan__Attachment **const list = arena_alloc(step->arena, sizeof(Paidan__Attachment *));
    if (picture == NULL || list == NULL) {
        return RC_LIMIT;
    }
    static char name[] = "现场图片";
    paidan__attachment__init(picture);
    picture->name = name;
    picture->url = report->picture;
    list[0] = picture;
    ticket->attachments = list;
    ticket->n_attachments = 1;
    return RC_OK;
}

enum rc mqtt_words_ticket(const struct step *step, const struct mqtt_alarm *alarm,
                          Paidan__AlarmLevel level, uint32_t opening,
                          const Paidan__DeviceReport *report, Paidan__NewTicket *ticket)
{
    const struct site *const site = step->site;
    const struct site_devices *const devices = site->devices;
    CHECK(devices != NULL);
    CHECK(devices->channel < site->channel_count);
    const struct site_device *const known = site_device_find(devices, alarm->device);
    const uint32_t category = category_of(devices, alarm->kind, level);
    const char *const place = place_of(step, known, report);
    paidan__new_ticket__init(ticket);
    ticket->channel = site->channels[devices->channel].code;
    ticket->external_id =
        arena_printf(step->arena, "%s/%s/%u", alarm->device, alarm->kind, opening);
    ticket->text = text_of(step, alarm, level, known, place, report);
    ticket->title = arena_printf(step->arena, "%s：%s", kind_name(devices, alarm->kind),
                                 place != NULL ? place : alarm->device);
    if (ticket->external_id == NULL || ticket->text == NULL || ticket->title == NULL) {
        return RC_LIMIT;
    }
    ticket->title[text_clip(ticket->title, GIVEN_TITLE_BYTES_MAX)] = '\0';
    ticket->place = (char *)place; /* packed, never written */
    if (category != SITE_NONE) {
        ticket->category_hint = site->categories[category].code;
    }
    if (known != NULL && known->area != SITE_NONE) {
        ticket->area_hint = site->areas[known->area].code;
    }
    if (report != NULL && report->has_at_ms && report->at_ms + AT_PAST_MS > step->now_ms &&
        report->at_ms < step->now_ms + AT_AHEAD_MS) {
        ticket->has_occurred_ms = 1;
        ticket->occurred_ms = report->at_ms;
    }
    return add_picture(step, report, ticket);
}

char *mqtt_words_note(const struct step *step, const struct mqtt_alarm *alarm,
                      Paidan__AlarmLevel level)
{
    const unsigned long long count = alarm->taken - alarm->taken_before;
    CHECK(alarm->taken >= alarm->taken_before);
    if (level == PAIDAN__ALARM_LEVEL__ALARM_CLEARED) {
        return arena_printf(step->arena, "设备 %s 报告：%s已恢复正常。立案以来共收到 %llu 条消息。",
                            alarm->device, kind_name(step->site->devices, alarm->kind), count);
    }
    return arena_printf(
        step->arena, "设备 %s %s：%s，级别：%s。立案以来共收到 %llu 条消息。", alarm->device,
        alarm->told == PAIDAN__ALARM_LEVEL__ALARM_CLEARED ? "再次报警" : "报警级别升高",
        kind_name(step->site->devices, alarm->kind), level_word(level), count);
}
