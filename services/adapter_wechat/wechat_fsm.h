/* wechat_fsm: the conversation with one person, as it stands between two messages.
 *
 *               tells something          tells something, and no place is known
 *     ┌─────────────────────▶ DRAFT ◀──┐ ┌──────────────────▶ PLACE
 *     │                         │  └───┘ │                      │
 *     │     done, 60 s, a command        │        any answer, 60 s
 *     IDLE ◀──────────── filed ──────────┼─────────── filed ─────┘
 *     │ ▲
 *     │ ├── chased, or gave it up ── CHASE ◀──── "催" alone: which one?
 *     │ └── withdrawn, or not ── SURE ◀── which one? ── WITHDRAW ◀── "撤回" alone
 *
 *     NEW ── tells something ──▶ CONSENT ── agrees ──▶ as if he had told it in IDLE
 *
 * Callbacks stand beside this: their questions wait in a table of their own, and an answer is taken in
 * any state, so that nobody who is being asked loses what he was just telling; and so are 勿扰 and 恢复. In a group nothing is
 * collected: each message to us stands for itself, in any state. Danger is filed at once in any state,
 * also before anybody agreed to anything. */
#pragma once

#include <stdbool.h>

/* Stored (WechatTurned.state): never renumber. */
enum wechat_state {
    WECHAT_NEW = 0,      /* he did not agree yet, where the site asks for it */
    WECHAT_CONSENT = 1,  /* he was asked; what he said meanwhile is kept in the draft */
    WECHAT_IDLE = 2,     /* nothing is being told */
    WECHAT_DRAFT = 3,    /* a report is being told */
    WECHAT_PLACE = 4,    /* likewise, and he was asked where it is */
    WECHAT_CHASE = 5,    /* which one is he chasing? */
    WECHAT_WITHDRAW = 6, /* which one does he withdraw? */
    WECHAT_SURE = 7,     /* does he really? */
    WECHAT_STATE_COUNT,
};

/* What a message means. Stored for reading alone (WechatTurned.signal). */
enum wechat_signal {
    WECHAT_TELLS,       /* words, and nothing says where */
    WECHAT_TELLS_WHERE, /* words, and with what was said before a place is known */
    WECHAT_PINS,        /* a location, and words were said before */
    WECHAT_PINS_ALONE,  /* a location, and nothing else so far */
    WECHAT_SHOWS,       /* a picture, a film, a voice that can be listened to */
    WECHAT_MUTE,        /* a voice that nobody can read or listen to, a sticker, a file */
    WECHAT_NOISE,       /* emoji, punctuation, a greeting */
    WECHAT_DANGER,      /* somebody may come to harm */
    WECHAT_DONE,        /* "好了": nothing more to say */
    WECHAT_CHASES,      /* "催", without saying which */
    WECHAT_CHASES_ONE,
    WECHAT_LISTS,
    WECHAT_WITHDRAWS,
    WECHAT_WITHDRAWS_ONE,
    WECHAT_ADDS,    /* to a ticket that he names, quotes or just spoke of */
    WECHAT_PICKS,   /* a line of the list that he was given */
    WECHAT_ANSWERS, /* a callback */
    WECHAT_YES,
    WECHAT_YES_LACKS, /* yes, and what he said before lacks a place */
    WECHAT_NO,
    WECHAT_HELP,
    WECHAT_ARRIVES, /* followed the account, opened the application */
    WECHAT_EXPIRED, /* nothing more came in time */
    WECHAT_QUIETS,  /* "勿扰", "退订": he wants no calls, questions and messages */
    WECHAT_RESUMES, /* "恢复": he does again */
    WECHAT_SIGNAL_COUNT,
};

/* What is done, beside going to the next state. */
enum wechat_act {
    WECHAT_DO_NOTHING, /* not even an answer */
    WECHAT_DO_GREET,
    WECHAT_DO_HELP,      /* says what can be done here */
    WECHAT_DO_CONSENT,   /* keeps the message, asks for consent */
    WECHAT_DO_AGREE,     /* remembers it; what was kept is filed, if there is any */
    WECHAT_DO_DECLINE,   /* forgets what was kept */
    WECHAT_DO_COLLECT,   /* keeps the message, says so */
    WECHAT_DO_KEEP,      /* keeps the message without a word */
    WECHAT_DO_ASK_WORDS, /* keeps the message, asks what it is about */
    WECHAT_DO_ASK_PLACE, /* keeps the message, asks where it is */
    WECHAT_DO_FILE,      /* keeps the message, files it all */
    WECHAT_DO_CLOSE,     /* files what is kept, the message is none of it */
    WECHAT_DO_ALARM,     /* files at once, says whom to call */
    WECHAT_DO_TYPE,      /* asks for words in place of what nobody can read */
    WECHAT_DO_WHICH,     /* gives the open ones and asks which */
    WECHAT_DO_CHASE,
    WECHAT_DO_LIST,
    WECHAT_DO_SURE, /* asks whether he really withdraws it */
    WECHAT_DO_WITHDRAW,
    WECHAT_DO_LEAVE, /* it stays as it is */
    WECHAT_DO_SUPPLEMENT,
    WECHAT_DO_ANSWER,
    WECHAT_DO_QUIET, /* says what it means, and how it is undone */
    WECHAT_DO_RESUME,
    WECHAT_ACT_COUNT,
};

struct wechat_step {
    bool allowed; /* false: a cell left out; no reader of messages makes this signal there */
    enum wechat_state next;
    enum wechat_act act;
    bool closes; /* what was being told is filed first */
};

struct wechat_step wechat_fsm_step(enum wechat_state state, enum wechat_signal signal);
/* A state that ends by itself (WechatTurned.until_ms). */
bool wechat_fsm_waits(enum wechat_state state);
/* Something is being told: the draft is not empty. CONSENT may or may not. */
bool wechat_fsm_drafts(enum wechat_state state);
const char *wechat_fsm_state_name(enum wechat_state state);
const char *wechat_fsm_signal_name(enum wechat_signal signal);
const char *wechat_fsm_act_name(enum wechat_act act);
