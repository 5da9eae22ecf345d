/* chat: a resident who writes to the account, for golden dialogues: who said what, what was answered,
 * which facts it led to. Intake and the callback service are played: they answer when the story says so.
 */
#pragma once

#include "solo.h"
#include "trace.h"
#include "wechat.h"

enum { CHAT_DELIVERIES = 256, CHAT_TEXT = 4096 };

struct chat {
    struct solo *solo;
    struct trace trace;
    const char *account, *person, *group;
    uint64_t seen_seq, heard, messages, tickets;
    uint64_t sent_s, last_s; /* 0: now; of the newest message */
    const char *quote;       /* of the next message */
    char answer[CHAT_TEXT];  /* the newest words to the resident, by any way; "": none */
    bool waits;
    uint32_t refuses;    /* what services answer; 0: OK */
    bool lost;           /* pictures cannot be fetched */
    bool away;           /* nothing outside is reached: it is tried again */
    const char *sent_id; /* what the platform calls what it takes */
    uint32_t errcode;    /* what the platform says to customer messages; 0: taken */
    uint64_t first_day;  /* of ticket ids */
    struct {
        uint64_t seq, of;
        char to[40];
        bool done;
    } deliveries[CHAT_DELIVERIES];
    size_t delivery_count;
};

void chat_open(struct chat *chat, const char *site);
void chat_close(struct chat *chat);
void chat_note(struct chat *chat, const char *text);
/* A message as the door hears it. The passive reply, or what comes at last, stands in chat->answer. */
void chat_say(struct chat *chat, const char *text);
void chat_send(struct chat *chat, Paidan__WechatHear *hear);
void chat_pin(struct chat *chat, const char *label);
void chat_picture(struct chat *chat, const char *url);
void chat_tap(struct chat *chat, const char *menu);
void chat_event(struct chat *chat, Paidan__WechatEvent event, const char *menu);
/* The same message again, with the same id. */
void chat_again(struct chat *chat, const char *text);
/* The door waits for the number: until it comes, or its 3 s are over. */
void chat_await(struct chat *chat);
/* Services and platforms take what waits for them. */
void chat_deliver(struct chat *chat);
/* say, deliver, await: what happens within a second. */
void chat_tell(struct chat *chat, const char *text);
void chat_pass(struct chat *chat, uint64_t ms);
/* A callback is pulled for the ticket. */
void chat_ask(struct chat *chat, uint64_t ticket, uint32_t round, uint32_t attempt);
/* Intake says that a new ticket was split off from that one; external_id: NULL: none. Returns its id. */
uint64_t chat_part(struct chat *chat, uint64_t split_of, const char *external_id);
/* The same, of so long ago: intake's log is read late. */
uint64_t chat_part_ago(struct chat *chat, uint64_t split_of, const char *external_id, uint64_t ms);
/* Escalation says so. */
void chat_escalation(struct chat *chat, uint64_t ticket, Paidan__Event__FactCase fact);
uint64_t chat_ticket(const struct chat *chat, uint64_t nth);
/* Golden file, replay. */
void chat_check(struct chat *chat, const char *golden);
