/* port_mqtt_payload: reads JSON that strangers send.
 *
 * A message is looked into at the site's pointers alone; what stands elsewhere, faces and plates among
 * it, is gone when this returns. Texts are checked to be texts, cut to their bounds between characters,
 * and hold no control characters; an address of a picture is https or none. A message without a device
 * is none, for nobody could be sent anywhere; all else has something that stands for it.
 *
 * The id, by which a message is known when it comes again, is made of device, kind and level beside the
 * alarm's own id, for devices clear an alarm under the id that they raised it with. */
#include "port_mqtt_payload.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/text/text.h"

enum { VALUE_BYTES = 1100, PART_BYTES = 128, DIGEST_BYTES = 16 };

/* ---- where a value stands ---- */

/* One part of a JSON pointer, without its escapes; what follows it. */
static const char *part_of(const char *at, char part[PART_BYTES])
{
    size_t used = 0;
    CHECK(*at == '/');
    for (at++; *at != '\0' && *at != '/'; at++) {
        char byte = *at;
        if (byte == '~') {
            byte = *++at == '0' ? '~' : '/';
        }
        CHECK(used + 1 < PART_BYTES); /* the site's bound is smaller */
        part[used++] = byte;
    }
    part[used] = '\0';
    return at;
}

static const json_t *item_of(const json_t *list, const char *part)
{
    size_t index = 0;
    CHECK(json_is_array(list));
    for (const char *at = part; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || index > 10000) {
            return NULL;
        }
        index = index * 10 + (size_t)(*at - '0');
    }
    return part[0] == '\0' ? NULL : json_array_get(list, index);
}

static const json_t *follow(const json_t *root, const char *pointer)
{
    const json_t *at = root;
    CHECK(root != NULL);
    while (*pointer != '\0' && at != NULL) {
        char part[PART_BYTES];
        pointer = part_of(pointer, part);
        at = json_is_object(at)  ? json_object_get(at, part)
             : json_is_array(at) ? item_of(at, part)
                                 : NULL;
    }
    return at;
}

/* Numbers and truth values as they would be written. False: it is none of these. */
static bool text_of(const json_t *value, char *text, size_t size)
{
    int bytes = -1;
    if (json_is_string(value)) {
        bytes = snprintf(text, size, "%s", json_string_value(value));
    } else if (json_is_integer(value)) {
        bytes = snprintf(text, size, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        bytes = snprintf(text, size, "%.15g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        bytes = snprintf(text, size, "%s", json_is_true(value) ? "true" : "false");
    }
    return bytes > 0 && (size_t)bytes < size;
}

/* The nth part of a topic, from 1. */
static bool level_of_topic(const char *name, const char *number, char *text, size_t size)
{
    unsigned nth = 0;
    CHECK(number[0] >= '1' && number[0] <= '9'); /* the site's form */
    for (; *number != '\0'; number++) {
        nth = nth * 10 + (unsigned)(*number - '0');
    }
    for (; nth > 1 && name != NULL; nth--) {
        name = strchr(name, '/');
        name = name == NULL ? NULL : name + 1;
    }
    const size_t bytes = name == NULL ? 0 : strcspn(name, "/");
    if (bytes == 0 || bytes >= size) {
        return false;
    }
    memcpy(text, name, bytes);
    text[bytes] = '\0';
    return true;
}

/* False: nothing stands there. */
static bool value_at(const struct site_pointer *pointer, const json_t *root, const char *name,
                     char text[VALUE_BYTES])
{
    switch (pointer->text[0]) {
    case '\0':
        return false;
    case '=':
        (void)snprintf(text, VALUE_BYTES, "%s", pointer->text + 1);
        return true;
    case '$':
        return level_of_topic(name, pointer->text + 1, text, VALUE_BYTES);
    default:
        return text_of(follow(root, pointer->text), text, VALUE_BYTES);
    }
}

/* ---- what it must be ---- */

/* Cut to its room, controls as blanks. Empty: it is no text. */
static void keep_text(char *to, size_t size, const char *text)
{
    size_t at = 0;
    CHECK(size > 1);
    to[0] = '\0';
    if (!text_valid(text, strlen(text), &at) || text_blank(text)) {
        return;
    }
    const size_t bytes = text_clip(text, size - 1);
    memcpy(to, text, bytes);
    to[bytes] = '\0';
    for (at = 0; at < bytes; at++) {
        if ((unsigned char)to[at] < ' ' || to[at] == 0x7f) {
            to[at] = ' ';
        }
    }
}

/* As the register has them: what is seen, without blanks. */
static bool keep_device(char to[DEVICE_ID_BYTES_MAX + 1], const char *text)
{
    size_t at = 0;
    const size_t bytes = strlen(text);
    if (bytes == 0 || bytes > DEVICE_ID_BYTES_MAX || !text_valid(text, bytes, &at)) {
        return false;
    }
    for (at = 0; at < bytes; at++) {
        if ((unsigned char)text[at] <= ' ' || text[at] == 0x7f) {
            return false;
        }
    }
    memcpy(to, text, bytes + 1);
    return true;
}

static void keep_picture(char *to, size_t size, const char *text)
{
    const size_t bytes = strlen(text);
    bool plain = bytes < size && bytes > 8 && strncmp(text, "https://", 8) == 0;
    for (size_t at = 0; at < bytes && plain; at++) {
        plain = (unsigned char)text[at] > ' ' && (unsigned char)text[at] < 0x7f;
    }
    to[0] = '\0';
    if (plain) {
        memcpy(to, text, bytes + 1);
    }
}

/* ---- moments ---- */

/* Exactly so many digits. */
static bool digits(const char **at, unsigned count, unsigned *value)
{
    *value = 0;
    for (unsigned index = 0; index < count; index++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        *value = *value * 10 + (unsigned)(**at - '0');
    }
    return true;
}

static void skip(const char **at, char byte)
{
    *at += **at == byte ? 1 : 0;
}

/* "Z", "+08:00", "+0800", or nothing, which is UTC. */
static bool zone_at(const char *at, int64_t *offset_ms)
{
    unsigned hours = 0, minutes = 0;
    const bool east = *at == '+';
    *offset_ms = 0;
    if (*at == '\0' || strcmp(at, "Z") == 0) {
        return true;
    }
    if (!east && *at != '-') {
        return false;
    }
    at++;
    if (!digits(&at, 2, &hours)) {
        return false;
    }
    skip(&at, ':');
    if (!digits(&at, 2, &minutes) || *at != '\0' || hours > 14 || minutes > 59) {
        return false;
    }
    *offset_ms = ((int64_t)hours * 60 + minutes) * 60000 * (east ? 1 : -1);
    return true;
}

/* "2026-11-30T10:00:00.5+08:00", "20261130T020000Z". */
static uint64_t moment_of_date(const char *at)
{
    unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    int64_t offset_ms = 0;
    bool fits = digits(&at, 4, &year);
    skip(&at, '-');
    fits = fits && digits(&at, 2, &month);
    skip(&at, '-');
    fits = fits && digits(&at, 2, &day) && (*at == 'T' || *at == ' ');
    at += fits ? 1 : 0;
    fits = fits && digits(&at, 2, &hour);
    skip(&at, ':');
    fits = fits && digits(&at, 2, &minute);
    skip(&at, ':');
    fits = fits && digits(&at, 2, &second);
    if (fits && *at == '.') {
        at += 1 + strspn(at + 1, "0123456789");
    }
    if (!fits || year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1 ||
        day > civil_month_days((int)year, month) || hour > 23 || minute > 59 || second > 60 ||
        !zone_at(at, &offset_ms)) {
        return 0;
    }
    const int64_t ms = (int64_t)civil_days((int)year, month, day) * 86400000 +
                       (((int64_t)hour * 60 + minute) * 60 + second) * 1000 - offset_ms;
    return ms > 0 ? (uint64_t)ms : 0;
}

/* Seconds or milliseconds since 1970, told apart by their size; or a date. */
static uint64_t moment_of(const char *text)
{
    uint64_t number = 0;
    const size_t count = strspn(text, "0123456789");
    if (count == 0 || count > 15 || (text[count] != '\0' && text[count] != '.')) {
        return moment_of_date(text);
    }
    for (size_t at = 0; at < count; at++) {
        number = number * 10 + (uint64_t)(text[at] - '0');
    }
    if (number < 100000000ull) {
        return 0; /* a clock that was never set */
    }
    return number < 100000000000ull ? number * 1000 : number;
}

/* ---- the message ---- */

static void read_kind(const struct site_devices *devices, const char *word,
                      struct port_mqtt_payload *read)
{
    const struct site_alarm_kind *const kind =
        word == NULL ? NULL : site_alarm_kind_find(devices, word);
    (void)snprintf(read->kind, sizeof read->kind, "%s", kind == NULL ? "other" : kind->code);
    read->said[0] = '\0';
    if (kind == NULL && word != NULL) {
        keep_text(read->said, sizeof read->said, word);
    }
}

static Paidan__AlarmLevel read_level(const struct site_device_topic *topic, const char *word)
{
    CHECK(topic->word_count <= SITE_LEVEL_WORDS_MAX);
    for (uint32_t index = 0; word != NULL && index < topic->word_count; index++) {
        if (strcmp(topic->words[index].word, word) == 0) {
            return topic->words[index].level;
        }
    }
    return topic->otherwise;
}

/* id: the alarm's; NULL: the whole message stands for it. */
static uint64_t id_of(const struct port_mqtt_payload *read, const char *id, const void *bytes,
                      size_t size)
{
    unsigned char digest[DIGEST_BYTES];
    const unsigned char level = (unsigned char)read->level;
    crypto_generichash_state state;
    uint64_t number = 0;
    CHECK(crypto_generichash_init(&state, NULL, 0, sizeof digest) == 0);
    CHECK(crypto_generichash_update(&state, (const unsigned char *)read->device,
                                    strlen(read->device) + 1) == 0);
    CHECK(crypto_generichash_update(&state, (const unsigned char *)read->kind,
                                    strlen(read->kind) + 1) == 0);
    CHECK(crypto_generichash_update(&state, &level, 1) == 0);
    CHECK(crypto_generichash_update(&state, id != NULL ? (const void *)id : bytes,
                                    id != NULL ? strlen(id) : size) == 0);
    CHECK(crypto_generichash_final(&state, digest, sizeof digest) == 0);
    memcpy(&number, digest, sizeof number);
    return number >> 8; /* 56 bits are 8 bytes on the wire, 64 mostly 10 */
}

static bool read_root(const struct site_devices *devices, const struct site_device_topic *topic,
                      const char *name, const json_t *root, struct port_mqtt_payload *read)
{
    char value[VALUE_BYTES];
    *read = (struct port_mqtt_payload){.at_ms = 0};
    if (!value_at(&topic->device, root, name, value) || !keep_device(read->device, value)) {
        return false;
    }
    read_kind(devices, value_at(&topic->kind, root, name, value) ? value : NULL, read);
    read->level = read_level(topic, value_at(&topic->level, root, name, value) ? value : NULL);
    if (value_at(&topic->at, root, name, value)) {
        read->at_ms = moment_of(value);
    }
    if (value_at(&topic->place, root, name, value)) {
        keep_text(read->place, sizeof read->place, value);
    }
    if (value_at(&topic->picture, root, name, value)) {
        keep_picture(read->picture, sizeof read->picture, value);
    }
    return true;
}

bool port_mqtt_payload_read(const struct site_devices *devices,
                            const struct site_device_topic *topic, const char *name,
                            const void *bytes, size_t size, struct port_mqtt_payload *read)
{
    char value[VALUE_BYTES];
    json_error_t error;
    if (size > PORT_MQTT_PAYLOAD_MAX || size == 0) {
        return false;
    }
    CHECK(bytes != NULL);
    json_t *const root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        return false;
    }
    const bool fits = read_root(devices, topic, name, root, read);
    if (fits) {
        const bool has_id = value_at(&topic->id, root, name, value);
        read->named = has_id;
        read->id = id_of(read, has_id ? value : NULL, bytes, size);
    }
    json_decref(root);
    return fits;
}
