/* wechat_state: the core's records and their keys.
 *
 *   talk    person key                 -> struct wechat_talk: the conversation, what he agreed to
 *   ticket  ticket                     -> struct wechat_ticket: whose it is, where it stands
 *   mine    person key, ticket         -> empty: a person's tickets
 *   asked   person key, ticket         -> struct wechat_asked: the newest callback that was put to him
 *   reply   seq of a Heard             -> struct wechat_reply: the passive reply to it
 *   quota   account key, way           -> struct wechat_quota: messages of the day
 *   phone   seq of a WechatHandedOver  -> who is to be telephoned (wechat_phone.c)
 *   due     (common/store/due.h)       kinds below
 *
 * A person is an openid of one account: the same one in another account is somebody else. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/channel/channel.h"
#include "wechat_fsm.h"

enum wechat_table {
    WECHAT_TABLE_TALK = STORE_SERVICE,
    WECHAT_TABLE_TICKET,
    WECHAT_TABLE_MINE,
    WECHAT_TABLE_ASKED,
    WECHAT_TABLE_REPLY,
    WECHAT_TABLE_QUOTA,
    WECHAT_TABLE_CHANNEL,
    WECHAT_TABLE_OUTBOX = WECHAT_TABLE_CHANNEL + CHANNEL_TABLES,
    WECHAT_TABLE_PHONE = WECHAT_TABLE_OUTBOX + OUTBOX_TABLES,
};

/* Kinds of rows in STORE_DUE. Stored. */
enum wechat_due {
    WECHAT_DUE_OUTBOX = 1,
    WECHAT_DUE_TALK = 2,  /* id: person key; the state ends by itself */
    WECHAT_DUE_TELL = 3,  /* id: ticket; the quiet hours are over */
    WECHAT_DUE_REPLY = 4, /* id: heard; the platform asks no more */
};

enum { WECHAT_PERSON_BYTES = EXTERNAL_ID_BYTES_MAX + 1 };

struct wechat_talk {
    enum wechat_state state;
    char account[CODE_BYTES_MAX + 1], person[WECHAT_PERSON_BYTES], group[WECHAT_PERSON_BYTES];
    char phone[PHONE_BYTES_MAX + 1];  /* that he told us; "": none */
    uint64_t until_ms;                /* 0: the state has no end */
    uint64_t draft[WECHAT_DRAFT_MAX]; /* seqs of Heards, in the order in which they came */
    uint32_t draft_count;
    uint64_t ticket, spoken_ms; /* that is being spoken of, since when; 0: none */
    uint64_t heard_ms;          /* of the last message that opens the 48 hours; 0: none */
    uint32_t sent;              /* customer messages since then */
    uint32_t notices;           /* consents to notices that are not used up */
    uint64_t noticed,
        notice_key; /* Replied of the newest notice, key of the platform's id; 0: none */
    bool place_asked, agreed, gone, english; /* gone: he unfollowed us */
    bool quiet; /* 勿扰: he is neither asked nor told anything that he did not ask for */
};

struct wechat_ticket {
    uint64_t talk;                      /* person key */
    uint32_t state, outcome;            /* outcome 0: none */
    uint64_t registered_ms, changed_ms; /* changed_ms 0: where it stands is not known yet */
    uint64_t tell_ms;                   /* not 0: what became of it is to be told then */
    char code[CODE_BYTES_MAX + 1];      /* query code; "": not known */
    char group[WECHAT_PERSON_BYTES];    /* it was said there; "": to us alone */
};

struct wechat_asked {
    uint32_t round, attempt;
    uint64_t due_ms;
    uint32_t solved; /* so far; 0: not yet */
    /* Paidan__WechatAskedState: OPEN waits for him, ANSWERED and MISSED are kept so that the same task,
     * which comes again until the callback service heard of it, is not put to him again. */
    uint32_t state;
};

/* Stored. */
enum wechat_passive { WECHAT_READY = 1, WECHAT_GIVEN = 2, WECHAT_LATE = 3 };
struct wechat_reply {
    enum wechat_passive state;
    uint64_t replied; /* 0: there is none (LATE) */
    uint64_t due_ms;  /* of READY; else 0 */
};

struct wechat_quota {
    uint32_t day, used;
};

uint64_t wechat_state_key(const char *account, const char *person);

/* Each: RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc wechat_state_talk(struct store_txn *txn, uint64_t key, struct wechat_talk *talk);
MUST_CHECK enum rc wechat_state_ticket(struct store_txn *txn, uint64_t ticket,
                                       struct wechat_ticket *row);
MUST_CHECK enum rc wechat_state_asked(struct store_txn *txn, uint64_t key, uint64_t ticket,
                                      struct wechat_asked *row);
MUST_CHECK enum rc wechat_state_reply(struct store_txn *txn, uint64_t heard,
                                      struct wechat_reply *row);
/* Never RC_NOT_FOUND: a person of whom nothing is known is NEW, a quota of another day unused. */
MUST_CHECK enum rc wechat_state_talk_or_new(struct store_txn *txn, const char *account,
                                            const char *person, struct wechat_talk *talk);
MUST_CHECK enum rc wechat_state_quota(struct store_txn *txn, const char *account, uint32_t way,
                                      uint32_t day, struct wechat_quota *row);

/* The first callback of a person at or after `ticket` that waits for his answer; RC_NOT_FOUND: none. */
MUST_CHECK enum rc wechat_state_asked_first(struct store_txn *txn, uint64_t key, uint64_t ticket,
                                            uint64_t *found, struct wechat_asked *row);
/* A person's tickets, newest first, at most max: those that were open just before a moment; 0: all.
 * RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc wechat_state_mine(struct store_txn *txn, uint64_t key, uint64_t before_ms,
                                     uint64_t *tickets, struct wechat_ticket *rows, size_t max,
                                     size_t *count);
bool wechat_state_open(const struct wechat_ticket *row);

/* Each keeps the rows of STORE_DUE that belong to it. RC_OK, RC_FULL, RC_STORE, RC_CORRUPT. */
MUST_CHECK enum rc wechat_state_put_talk(struct store_txn *txn, const struct wechat_talk *talk);
MUST_CHECK enum rc wechat_state_put_ticket(struct store_txn *txn, uint64_t ticket,
                                           const struct wechat_ticket *row);
/* NULL: no longer asked. */
MUST_CHECK enum rc wechat_state_put_asked(struct store_txn *txn, uint64_t key, uint64_t ticket,
                                          const struct wechat_asked *row);
MUST_CHECK enum rc wechat_state_put_reply(struct store_txn *txn, uint64_t heard,
                                          const struct wechat_reply *row);
MUST_CHECK enum rc wechat_state_put_quota(struct store_txn *txn, const char *account, uint32_t way,
                                          const struct wechat_quota *row);
