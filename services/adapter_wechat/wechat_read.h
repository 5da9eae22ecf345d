/* wechat_read: what a message means, given where the conversation stands. Decides nothing and changes
 * nothing. */
#pragma once

#include "common/site/site_wechat.h"
#include "common/step/step.h"
#include "wechat_state.h"

enum wechat_question { WECHAT_ASKS_ANY, WECHAT_ASKS_SOLVED, WECHAT_ASKS_SATISFIED };

struct wechat_meaning {
    enum wechat_signal signal;
    bool nothing;    /* an event that means nothing here: no signal */
    uint64_t ticket; /* that is named, quoted, tapped or spoken of; 0: none */
    bool foreign;    /* it is none of his */
    unsigned choice; /* 1..: of PICKS and ANSWERS */
    uint32_t round;  /* of a tap on a callback; 0: typed */
    enum wechat_question question;
    const char *call; /* of DANGER */
    bool english;
    const char *words; /* the text without the command in front of it; NULL: none */
};

/* What a draft holds: in the step's transaction. RC_OK, RC_CORRUPT, RC_LIMIT, RC_STORE. */
struct wechat_draft {
    bool words, place; /* something is said; it is known where */
    size_t count;
    const Paidan__WechatHear *messages[WECHAT_DRAFT_MAX];
    uint64_t seqs[WECHAT_DRAFT_MAX];
};
MUST_CHECK enum rc wechat_read_draft(struct step *step, const uint64_t *seqs, uint32_t count,
                                     struct wechat_draft *draft);
/* The message of a Heard, checked; in the arena. RC_OK, RC_NOT_FOUND (trimmed, or no message),
 * RC_CORRUPT, RC_LIMIT, RC_STORE. */
MUST_CHECK enum rc wechat_read_heard(struct step *step, uint64_t seq, Paidan__WechatHear **hear);

/* talk: as it stands; its state NEW only where consent is asked for. RC_OK, RC_CORRUPT, RC_LIMIT,
 * RC_STORE. */
MUST_CHECK enum rc wechat_read_meaning(struct step *step, const struct site_wechat *site,
                                       const struct wechat_talk *talk,
                                       const Paidan__WechatHear *hear,
                                       struct wechat_meaning *meaning);
/* Whether words say where something is: a place of the site, or a house as people write it. */
MUST_CHECK enum rc wechat_read_place(struct step *step, const char *text, bool *place);
/* How many bytes of "新诉求：路灯坏了", "new: the lamp is broken" only say that it is something new; 0:
 * none. What is nothing else says nothing new. */
size_t wechat_read_fresh(const char *text);
/* A mobile number in the words; "": none. */
void wechat_read_phone(const char *text, char phone[PHONE_BYTES_MAX + 1]);

/* ---- ids of menus ----
 *
 * A tap comes back as the id alone, perhaps months later: it says all by itself. Digits, for nothing
 * else survives every client: what is asked (1 digit), ticket (16), round (3), choice (1). */
enum wechat_tap {
    WECHAT_TAP_SOLVED = 1,
    WECHAT_TAP_SATISFIED = 2,
    WECHAT_TAP_CHASE = 3,
    WECHAT_TAP_WITHDRAW = 4,
    WECHAT_TAP_SURE = 5,
    WECHAT_TAP_CONSENT = 6,
};
enum { WECHAT_TAP_BYTES = 24 };
void wechat_read_tap_make(char id[WECHAT_TAP_BYTES], enum wechat_tap tap, uint64_t ticket,
                          uint32_t round, unsigned choice);
