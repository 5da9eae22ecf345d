/* mqtt_state: the records of devices and alarms, and their keys.
 *
 *   device   device key u64                    -> struct mqtt_device
 *   alarm    alarm key u64                     -> struct mqtt_alarm: of a device and a kind
 *   opening  seq of AlarmOpened u64            -> alarm key u64: while intake has not answered
 *   ticket   ticket u64                        -> alarm key u64: while it is open
 *   early    ticket u64                        -> empty: closed while some alarm waited for its ticket's
 *                                                 number, and might be its
 *   seen     window u32, id u64                -> empty: messages that are known when they come again
 *   topic    filter key u64                    -> struct mqtt_topic
 *   whole    one byte                          -> struct mqtt_whole
 *   due      outbox; note: alarm key; watch: device key; register: 1
 *
 * Keys are hashes of names (step_key). The names stand in the records, so that two names of one hash
 * are told apart: the later one has no record, and what it sends is dropped and counted. */
#pragma once

#include "mqtt.h"

enum mqtt_table {
    MQTT_CHANNEL = STORE_SERVICE,
    MQTT_OUTBOX = (unsigned)MQTT_CHANNEL + CHANNEL_TABLES,
    MQTT_DEVICE = (unsigned)MQTT_OUTBOX + OUTBOX_TABLES,
    MQTT_ALARM,
    MQTT_OPENING,
    MQTT_TICKET,
    MQTT_EARLY,
    MQTT_SEEN,
    MQTT_TOPIC,
    MQTT_WHOLE,
};
#define MQTT_TABLE_NAMES                                                                           \
    CHANNEL_TABLE_NAMES, OUTBOX_TABLE_NAMES, "device", "alarm", "opening", "ticket", "early",      \
        "seen", "topic", "whole"

/* Stored. */
enum mqtt_due { MQTT_DUE_OUTBOX = 1, MQTT_DUE_NOTE, MQTT_DUE_WATCH, MQTT_DUE_REGISTER };

/* What is left at some moment; it fills as time passes, by the site's rate. */
struct mqtt_bucket {
    uint64_t tokens, at_ms; /* 60,000ths; at_ms 0: never used, so it is full */
};

struct mqtt_device {
    char device[DEVICE_ID_BYTES_MAX + 1];
    struct mqtt_bucket bucket;
    uint64_t last_ms;  /* heard; 0: never */
    uint64_t watch_ms; /* silent from then on; 0: it is not watched, or is silent already */
    bool silent, unknown;
};

/* Stored: never renumber. */
enum mqtt_phase {
    MQTT_FREE,  /* no ticket is open: an alarm opens one */
    MQTT_ASKED, /* intake has not answered */
    MQTT_OPEN,
    MQTT_PHASES
};

struct mqtt_alarm {
    char device[DEVICE_ID_BYTES_MAX + 1], kind[CODE_BYTES_MAX + 1];
    enum mqtt_phase phase;
    uint32_t level;   /* of the last message; enum AlarmLevel; 0: none yet */
    uint32_t highest; /* since it was opened, or since the ticket before was closed */
    uint32_t told;    /* as the ticket knows it */
    uint32_t opening; /* how often it was opened */
    uint64_t taken, again, dropped;
    uint64_t taken_before; /* of taken, those before it was opened */
    uint64_t last_ms, since_ms;
    uint64_t ticket;      /* OPEN */
    uint64_t opening_seq; /* ASKED */
    uint64_t noted_ms;    /* the ticket was told */
    uint64_t note_ms;     /* it will be; 0: nothing waits */
    uint64_t rest_ms;     /* refused: not asked again before */
    uint64_t said_ms; /* when the message that says `level` was sent; 0: its device did not say */
};

struct mqtt_topic {
    char filter[DEVICE_FILTER_BYTES_MAX + 1];
    struct mqtt_bucket bucket;
    uint64_t taken, again, dropped, unreadable, retained, unknown;
};

enum { MQTT_KEPT = 4 };

struct mqtt_whole {
    struct mqtt_bucket site, unknown;
    uint64_t last_ms; /* the last message of any device */
    uint64_t link_ms; /* the broker came or went */
    bool connected;
    uint64_t asked;       /* alarms that wait for their tickets */
    uint64_t register_ms; /* the register is looked at; 0: it was */
    char after[DEVICE_ID_BYTES_MAX + 1];
    uint32_t window; /* of the last batch */
    /* Windows in which a connection was lost and whose ids are still known: the broker may send again by
     * the next ones what was taken then. The newest first; 0: none. */
    uint32_t kept[MQTT_KEPT];
    uint32_t kept_until; /* the last window in which they are; 0: nothing came yet since */
};

uint64_t mqtt_state_device_key(const char *device);
uint64_t mqtt_state_alarm_key(const char *device, const char *kind);

/* Get: what was never heard of is RC_OK, with its names alone. RC_OK, RC_CORRUPT, RC_STORE; RC_EXISTS:
 * another name has that key. Put: RC_OK, RC_FULL, RC_STORE. */
MUST_CHECK enum rc mqtt_state_device_get(struct store_txn *txn, const char *name,
                                         struct mqtt_device *device);
MUST_CHECK enum rc mqtt_state_device_put(struct store_txn *txn, const struct mqtt_device *device);
MUST_CHECK enum rc mqtt_state_alarm_get(struct store_txn *txn, const char *device, const char *kind,
                                        struct mqtt_alarm *alarm);
MUST_CHECK enum rc mqtt_state_alarm_put(struct store_txn *txn, const struct mqtt_alarm *alarm);
MUST_CHECK enum rc mqtt_state_topic_get(struct store_txn *txn, const char *filter,
                                        struct mqtt_topic *topic);
MUST_CHECK enum rc mqtt_state_topic_put(struct store_txn *txn, const struct mqtt_topic *topic);
MUST_CHECK enum rc mqtt_state_whole_get(struct store_txn *txn, struct mqtt_whole *whole);
MUST_CHECK enum rc mqtt_state_whole_put(struct store_txn *txn, const struct mqtt_whole *whole);

/* By key: of a deadline, an opening, a ticket. RC_NOT_FOUND: there is none. */
MUST_CHECK enum rc mqtt_state_device_by(struct store_txn *txn, uint64_t key,
                                        struct mqtt_device *device);
MUST_CHECK enum rc mqtt_state_alarm_by(struct store_txn *txn, uint64_t key,
                                       struct mqtt_alarm *alarm);
/* table: MQTT_OPENING or MQTT_TICKET. RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc mqtt_state_named(struct store_txn *txn, enum mqtt_table table, uint64_t name,
                                    struct mqtt_alarm *alarm);
MUST_CHECK enum rc mqtt_state_name(struct store_txn *txn, enum mqtt_table table, uint64_t name,
                                   const struct mqtt_alarm *alarm);
MUST_CHECK enum rc mqtt_state_unname(struct store_txn *txn, enum mqtt_table table, uint64_t name);

/* Alarms in the order of their keys, after a key (0: from the first). RC_OK, RC_NOT_FOUND at the end,
 * RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc mqtt_state_alarm_after(struct store_txn *txn, uint64_t after, uint64_t *key,
                                          struct mqtt_alarm *alarm);

/* Messages that are remembered in a window or the one before. RC_OK: it is; RC_NOT_FOUND; RC_STORE. */
MUST_CHECK enum rc mqtt_state_seen(struct store_txn *txn, uint32_t window, uint64_t id);
/* RC_OK also when it is there; *added: it was not. */
MUST_CHECK enum rc mqtt_state_see(struct store_txn *txn, uint32_t window, uint64_t id, bool *added);
/* Forgets at most `most` of other windows than these two and those that are kept. */
MUST_CHECK enum rc mqtt_state_forget(struct store_txn *txn, uint32_t window,
                                     const struct mqtt_whole *whole, uint32_t most,
                                     uint32_t *forgotten);

/* Tickets that were closed early. */
MUST_CHECK enum rc mqtt_state_early_put(struct store_txn *txn, uint64_t ticket);
/* RC_OK: it was there, and is not any more; RC_NOT_FOUND. */
MUST_CHECK enum rc mqtt_state_early_take(struct store_txn *txn, uint64_t ticket);
/* Forgets some of them. */
MUST_CHECK enum rc mqtt_state_early_clear(struct store_txn *txn);
