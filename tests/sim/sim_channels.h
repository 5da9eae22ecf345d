/* sim_channels: the adapters in the simulator, the outside world that they speak with, and what must hold of
 * both.
 *
 * The four real cores run with their outboxes beside the services (world_open_whole). Residents write by
 * WeChat, a platform above hands over and asks, devices raise alarms, subscribers are told. Each of these
 * systems is away for an hour or a day now and then, takes a message without saying so, refuses one,
 * repeats what it was not answered, and is late or out of order; each process may die between its commit
 * and what it tells the outside, and the other way round. */
#pragma once

#include "common/channel/channel.h"
#include "sim_parts.h"

/* ---- sim_map.c: numbers by number ---- */

struct sim_map {
    uint64_t *keys, *values;
    size_t count, size;
};
/* The value of a key, 0 if it is new; until the next call. Before: key is not 0. */
uint64_t *sim_map_at(struct sim_map *map, uint64_t key);
/* Without making it. */
uint64_t sim_map_get(const struct sim_map *map, uint64_t key);
void sim_map_free(struct sim_map *map);
/* Never 0. */
uint64_t sim_mix(uint64_t one, uint64_t other);
uint64_t sim_hash(const void *bytes, size_t size);

/* ---- sim_outside.c: what may be away ---- */

enum sim_system { SIM_PLATFORM, SIM_PEER, SIM_RECEIVERS, SIM_BROKER, SIM_SYSTEMS };
enum sim_taking {
    SIM_TAKES,
    SIM_TAKES_SILENTLY, /* and nobody hears that it did */
    SIM_DECLINES,       /* it looked at it, and will never take it */
    SIM_REFUSES,        /* an error */
    SIM_IS_AWAY
};
/* All four of an adapter stand at WORLD_WECHAT and after. */
enum { SIM_ADAPTERS = WORLD_MEMBERS - WORLD_SERVICES };

struct sim_channels;
bool sim_outside_away(const struct sim *sim, enum sim_system system);
/* Now and then a system goes away for an hour or a day, rarely all of them. */
void sim_outside_act(struct sim *sim);
/* What becomes of a message that an adapter sends now. */
enum sim_taking sim_outside_takes(struct sim *sim, enum sim_system system);
/* A delivery comes to a system, which keeps it: key is what it knows a repetition by. */
void sim_outside_kept(struct sim *sim, enum world_service adapter, uint64_t delivery,
                      const char *to, const Paidan__Event *event);

/* ---- sim_sender.c: what common/door's sender is to a real adapter ---- */

enum { SIM_LETTERS = 64 };
struct sim_letter {
    enum { SIM_LETTER_FREE, SIM_LETTER_WISH, SIM_LETTER_OUTCOME, SIM_LETTER_LOST } state;
    uint64_t at_ms; /* when something happens next */
    uint32_t tries;
    uint64_t seq, of;     /* of the delivery, of its fact */
    unsigned char *bytes; /* the request: to the service, or to the own one */
    size_t size;
    enum world_service to;
};
struct sim_sender {
    uint64_t life;
    struct outbox_flights flights;
    struct sim_letter letters[SIM_LETTERS];
};
/* Everything that may happen now happens. */
void sim_sender_work(struct sim *sim, enum world_service adapter);
void sim_sender_free(struct sim_sender *sender);

/* ---- sim_channels.c ---- */

enum { SIM_MAIL_MAX = 96, SIM_ALARMS_MAX = 512, SIM_ORPHANS = 32, SIM_TOKEN_BYTES = 9 };

/* A message that some system has to get rid of: packed request of the adapter's door. */
struct sim_mail {
    unsigned char *bytes; /* NULL: the slot is free */
    size_t size;
    enum world_service adapter;
    uint64_t next_ms, name; /* name: what it is known by, hashed */
    uint64_t token;         /* number of the words that it carries; 0: none */
    uint64_t answer;        /* hash of what it was answered; 0: nothing yet */
    uint32_t tries;
};
/* What a broker holds for us. */
struct sim_alarm {
    uint64_t id, at_ms;
    Paidan__AlarmLevel level;
    unsigned device, kind;
};
/* A request that was given up and comes all the same. */
struct sim_orphan {
    unsigned char *bytes;
    size_t size;
    enum world_service to;
    uint64_t at_ms;
};

struct sim_channel_laws;
struct sim_channels {
    struct rng rng;
    uint64_t away_until_ms[SIM_SYSTEMS];
    struct sim_sender senders[SIM_ADAPTERS];
    struct sim_orphan orphans[SIM_ORPHANS];
    struct sim_mail mail[SIM_MAIL_MAX];
    struct sim_alarm alarms[SIM_ALARMS_MAX]; /* ring, oldest first */
    size_t alarm_first, alarm_count;
    unsigned char turn[16]; /* request id of a turn that was not answered */
    size_t turn_count;      /* its alarms; 0: none is under way */
    uint64_t broker_life;   /* of the adapter that is connected; 0: nobody is */
    bool link_told;
    uint64_t messages, tokens, cases, turns;
    uint64_t alarm_ms; /* when the newest was sent */
    struct sim_channel_laws *laws;
};

void sim_channels_open(struct sim *sim);
void sim_channels_free(struct sim *sim);
/* Somebody outside does something; what is on its way moves. */
void sim_channels_act(struct sim *sim);
/* Nobody begins anything any more, and all that is on its way may arrive now. True: nothing is. */
bool sim_channels_work_off(struct sim *sim);
/* Says what is still on its way, and ends the run. */
void sim_channels_stuck(struct sim *sim);
/* "QZAAAABC": words that are searched for; text: at least SIM_TOKEN_BYTES. */
void sim_channels_token(uint64_t number, char text[SIM_TOKEN_BYTES]);

/* ---- sim_channels_laws.c ---- */

struct sim_channel_laws *sim_channel_laws_new(void);
void sim_channel_laws_free(struct sim_channel_laws *laws);
void sim_channel_laws_read(struct sim *sim, enum world_service service, uint64_t seq,
                           const Paidan__Event *event);
/* The door of WeChat gave a passive reply to a message. */
void sim_channel_laws_given(struct sim *sim, uint64_t name, const Paidan__Replied *reply);
/* A system outside was told "taken": from then on it is ours. */
void sim_channel_laws_acknowledged(struct sim *sim, const struct sim_mail *mail);
void sim_channel_laws_published(struct sim *sim, const struct sim_alarm *alarm);
/* A system outside got a delivery, for the first time or again. */
void sim_channel_laws_got(struct sim *sim, enum world_service adapter, uint64_t delivery,
                          const char *to, const Paidan__Event *event);
/* A delivery was told to be sent. */
void sim_channel_laws_rest(struct sim *sim);
/* A ticket of a person, for what he says next; 0: he has none. */
uint64_t sim_channel_laws_ticket(struct sim *sim, const char *account, const char *person);
/* A callback is put to him, as far as is known. */
bool sim_channel_laws_asked(const struct sim *sim, const char *account, const char *person);
/* Names of devices and kinds. */
extern const char *const sim_devices[];
extern const char *const sim_kinds[];
enum { SIM_DEVICES = 6, SIM_ALARM_KINDS = 2 };
