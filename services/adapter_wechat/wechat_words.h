/* wechat_words: every sentence that residents read, in both languages. One table: who wants it said
 * better changes it here. */
#pragma once

#include <stdbool.h>

#include "common/base/arena.h"
#include "event.pb-c.h"

enum wechat_words {
    WECHAT_SAY_GREET,
    WECHAT_SAY_HELP,
    WECHAT_SAY_CONSENT,
    WECHAT_SAY_DECLINED,
    WECHAT_SAY_KEPT, /* a report is being told */
    WECHAT_SAY_ASK_WORDS,
    WECHAT_SAY_ASK_PLACE,
    WECHAT_SAY_ALARM,
    WECHAT_SAY_TYPE,
    WECHAT_SAY_FILED, /* number and code */
    WECHAT_SAY_FILED_GROUP,
    WECHAT_SAY_REPEATS,
    WECHAT_SAY_NOT_FILED,
    WECHAT_SAY_NONE_OPEN,
    WECHAT_SAY_LIST,
    WECHAT_SAY_WHICH_CHASE,
    WECHAT_SAY_WHICH_WITHDRAW,
    WECHAT_SAY_NOT_YOURS,
    WECHAT_SAY_CHASED,
    WECHAT_SAY_SURE,
    WECHAT_SAY_WITHDRAWN,
    WECHAT_SAY_LEFT,
    WECHAT_SAY_ADDED,
    WECHAT_SAY_REFUSED, /* it is over, or cannot be done */
    WECHAT_SAY_CALLBACK,
    WECHAT_SAY_SATISFIED,
    WECHAT_SAY_THANKS,
    WECHAT_SAY_ASK_OVER,
    WECHAT_SAY_PICTURE_LOST,
    WECHAT_SAY_ACCEPTED, /* from here: what became of a ticket */
    WECHAT_SAY_RESOLVED,
    WECHAT_SAY_SUSPENDED,
    WECHAT_SAY_REOPENED,
    WECHAT_SAY_CLOSED,
    WECHAT_SAY_UNREACHED,
    WECHAT_SAY_MERGED,
    WECHAT_SAY_UNMERGED,
    WECHAT_SAY_PART,  /* of several matters in one text one is dealt with by itself */
    WECHAT_SAY_QUIET, /* 勿扰 */
    WECHAT_SAY_RESUMED,
    WECHAT_SAY_COUNT,
};

/* What stands in place of {number}, {code}, {hotline}, {call}, {page}, {state}, {privacy}. NULL: "". */
struct wechat_fill {
    const char *number, *code, *hotline, *call, *page, *state, *privacy;
};

/* "filed": the name of the sentence in Replied.about. */
const char *wechat_words_name(enum wechat_words words);
/* The sentence with its places filled; a line whose {page} or {privacy} is empty is left out. At most
 * WECHAT_TEXT_BYTES_MAX. NULL: the arena is full. */
char *wechat_words_text(struct arena *arena, bool english, enum wechat_words words,
                        const struct wechat_fill *fill);
/* Where a ticket stands, as residents understand it. */
const char *wechat_words_state(bool english, Paidan__State state);
/* Label of an answer of the callback. */
const char *wechat_words_solved(bool english, Paidan__Solved solved);
const char *wechat_words_satisfied(bool english, Paidan__Satisfied satisfied);
const char *wechat_words_yes(bool english, bool yes);
