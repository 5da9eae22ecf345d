/* site_devices: what a site says about its devices: the broker, how a message of each topic is read, what
 * an alarm's kind and level mean here, and the register of the devices that are known.
 *
 *   devices.yaml    channel, broker, topics, kinds, limits
 *   devices.csv     id,kind,area,unit,silence[,place]: the register; may be absent */
#pragma once

#include "common/site/site.h"
#include "device.pb-c.h"

enum {
    SITE_POINTER_BYTES_MAX = 96,
    SITE_BROKER_BYTES_MAX = 128,
    SITE_LEVEL_WORDS_MAX = 32, /* of one topic */
    SITE_KIND_WORDS_MAX = 16,  /* of one kind */
    SITE_WORD_BYTES_MAX = 32,
};

/* Where a value stands: "/Data/State" a JSON pointer, "$4" the fourth part of the topic, "=smoke" that
 * word itself; "": nowhere. */
struct site_pointer {
    char text[SITE_POINTER_BYTES_MAX + 1];
};

/* What a device writes for a level. */
struct site_level_word {
    char word[SITE_WORD_BYTES_MAX + 1];
    Paidan__AlarmLevel level;
};

/* Tokens of a bucket: so many messages a minute in the long run, so many at once. */
struct site_bucket {
    uint32_t per_minute, burst;
};

struct site_device_topic {
    char filter[DEVICE_FILTER_BYTES_MAX + 1];
    struct site_pointer id, device, kind, level, at, place, picture;
    uint32_t word_count;
    struct site_level_word words[SITE_LEVEL_WORDS_MAX];
    Paidan__AlarmLevel otherwise; /* where no level is said, or one that has no word */
};

struct site_alarm_kind {
    char code[CODE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1], name_en[NAME_BYTES_MAX + 1];
    uint32_t word_count;
    char words[SITE_KIND_WORDS_MAX][SITE_WORD_BYTES_MAX + 1]; /* beside the code */
    Paidan__AlarmLevel opens;                                 /* what is less opens no ticket */
    /* By level: of the kind, unless the level has one of its own; SITE_NONE: none is said. */
    uint32_t categories[PAIDAN__ALARM_LEVEL__ALARM_CRITICAL + 1];
};

struct site_device {
    char id[DEVICE_ID_BYTES_MAX + 1];
    char kind[NAME_BYTES_MAX + 1]; /* what it is, in the office's words */
    char place[NAME_BYTES_MAX + 1];
    uint32_t area, unit; /* SITE_NONE: none is said */
    uint64_t silence_ms; /* 0: it may be silent */
};

struct site_devices {
    uint32_t channel; /* index */
    char host[SITE_BROKER_BYTES_MAX + 1];
    uint16_t port;
    bool tls;
    uint32_t version;                /* of MQTT: 5 or 3 (3.1.1) */
    char client[CODE_BYTES_MAX + 1]; /* by which the broker keeps what came meanwhile */
    bool refuse_unknown;             /* else their alarms go to the desk */
    uint64_t dedupe_ms;              /* the same message is known for at least so long */
    uint64_t note_ms;                /* a ticket is told of changes at most so often */
    struct site_bucket device, topic, site, unknown;
    uint32_t silence_category; /* SITE_NONE: none is said */
    uint32_t topic_count, kind_count, device_count;
    struct site_device_topic topics[DEVICE_TOPICS_MAX];
    struct site_alarm_kind kinds[DEVICE_KINDS_MAX];
    struct site_device *devices; /* by id */
};

/* NULL: not registered. */
const struct site_device *site_device_find(const struct site_devices *devices, const char *id);
/* The first whose id is above `after`; device_count: none. */
uint32_t site_device_after(const struct site_devices *devices, const char *after);
/* By code or word; NULL: the site has none. */
const struct site_alarm_kind *site_alarm_kind_find(const struct site_devices *devices,
                                                   const char *word);
const struct site_device_topic *site_device_topic_find(const struct site_devices *devices,
                                                       const char *filter);
