/* wechat_way: saying something to a person: by which way, in which form, and when one way fails by which
 * next. */
#pragma once

#include "common/site/site_wechat.h"
#include "common/step/step.h"
#include "wechat_state.h"
#include "wechat_words.h"

enum { WECHAT_CHOICES_MAX = 8 };

struct wechat_choice {
    char id[24];
    char label[WECHAT_LABEL_BYTES_MAX + 1];
};

/* What is to be said. */
struct wechat_message {
    enum wechat_words words;
    uint64_t ticket;     /* 0: of none */
    const char *code;    /* query code; NULL: not told */
    const char *call;    /* whom to call; NULL: the first of the site's */
    Paidan__State state; /* of notices */
    uint32_t choice_count;
    struct wechat_choice choices[WECHAT_CHOICES_MAX];
    const char *body; /* in place of the words, instead of which is made anew; NULL */
};

/* As the answer to the message that is being heard: the passive reply. *seq: of the Replied. Returns as
 * step_say. */
MUST_CHECK enum rc wechat_way_reply(struct step *step, const struct wechat_talk *talk,
                                    const struct wechat_message *message, uint64_t heard,
                                    const char *group, uint64_t *seq);
/* Of our own accord, or too late for the passive reply: by the best way that is open. after: the way
 * that failed, 0: none; heard, instead: as Replied. group: say it there; NULL or "": to himself. *way:
 * that was taken, may be NULL. Returns as step_say. */
MUST_CHECK enum rc wechat_way_tell(struct step *step, const struct wechat_talk *talk,
                                   const struct wechat_message *message, const char *group,
                                   uint32_t after, uint64_t heard, uint64_t instead,
                                   Paidan__WechatWay *way);
/* A Replied that could not be sent is said again by the next way. Returns as step_say. */
MUST_CHECK enum rc wechat_way_again(struct step *step, uint64_t seq, const Paidan__Replied *failed,
                                    Paidan__WechatWay *way);
/* Whether it is one of the two questions of a callback. */
bool wechat_way_asks(const Paidan__Replied *reply);
MUST_CHECK enum rc wechat_way_fold(struct step_fold *fold, uint64_t seq,
                                   const Paidan__Event *event);
/* Who waits for the passive reply to that message waits for this key. */
uint64_t wechat_way_wait(uint64_t heard);
/* yyyymmdd of the site at this moment. */
uint32_t wechat_way_day(const struct site *site, uint64_t now_ms);
