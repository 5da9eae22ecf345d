/* site_wechat: WeChat and WeCom as a site uses them: wechat.yaml. What opens an account (tokens, keys,
 * secrets) stands in DATA/secrets/wechat, never here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/limits.h"

enum {
    SITE_WECHAT_ACCOUNTS_MAX = 8,
    SITE_WECHAT_DANGERS_MAX = 16,
    SITE_WECHAT_WORDS_MAX = 32, /* of one danger */
    SITE_WECHAT_WORD_BYTES = 32,
    SITE_WECHAT_VALUES_MAX = 6, /* fields of a notice's template */
    SITE_WECHAT_ID_BYTES = 128, /* of a template */
    SITE_WECHAT_URL_BYTES = 512,
};

enum site_wechat_platform {
    SITE_WECHAT_OFFICIAL, /* 公众号 */
    SITE_WECHAT_WECOM,    /* 企业微信: an application */
    SITE_WECHAT_ROBOT,    /* 企业微信: a robot of groups */
};
enum site_wechat_mode { SITE_WECHAT_PLAIN, SITE_WECHAT_COMPATIBLE, SITE_WECHAT_SAFE };

/* What a field of a template is filled with. */
enum site_wechat_fill {
    SITE_WECHAT_NUMBER,
    SITE_WECHAT_STATE,
    SITE_WECHAT_TIME,
    SITE_WECHAT_TEXT, /* a few words */
    SITE_WECHAT_CODE, /* query code, where the message tells it */
};
struct site_wechat_value {
    char name[CODE_BYTES_MAX + 1]; /* "thing2", as the platform calls it */
    enum site_wechat_fill fill;
};
struct site_wechat_template {
    char id[SITE_WECHAT_ID_BYTES + 1]; /* "": none */
    bool lasting; /* one consent is for ever (政务民生), else for one notice */
    uint32_t value_count;
    struct site_wechat_value values[SITE_WECHAT_VALUES_MAX];
};

struct site_wechat_account {
    char code[CODE_BYTES_MAX + 1];
    enum site_wechat_platform platform;
    enum site_wechat_mode mode; /* of an official account; others are always safe */
    bool socket; /* of a robot: a connection that we make (WebSocket), in place of callbacks */
    char app_id[2 * CODE_BYTES_MAX + 1]; /* AppId, CorpId, a connected robot's BotID; else "" */
    char agent[CODE_BYTES_MAX + 1];      /* of WeCom's application */
    char api[SITE_WECHAT_URL_BYTES +
             1];   /* "https://api.weixin.qq.com" by default; of a socket wss:// */
    bool inside;   /* api lies in the own network: private addresses are allowed */
    bool customer; /* may send customer messages; false: answers alone */
    bool menus;    /* may send msgmenu; false: the choices are lines of text */
    uint32_t customer_day_max, notice_day_max; /* messages a day; 0: as many as come */
    struct site_wechat_template notice;
};

/* 危险: words at which nothing is asked any more, and whom to call at once. */
struct site_wechat_danger {
    uint32_t word_count;
    char words[SITE_WECHAT_WORDS_MAX][SITE_WECHAT_WORD_BYTES + 1]; /* normalised */
    char call[PHONE_BYTES_MAX + 1];
};

struct site_wechat_sms {
    char url[SITE_WECHAT_URL_BYTES + 1]; /* "": there is no hook */
    bool inside;
};

struct site_wechat {
    char channel[CODE_BYTES_MAX + 1];
    char phones_channel[CODE_BYTES_MAX + 1]; /* whose operators telephone; "": the channel's own */
    char listen[64];                         /* "127.0.0.1:8331" */
    char hotline[PHONE_BYTES_MAX + 1];       /* "12345": where people answer */
    char page[SITE_WECHAT_URL_BYTES + 1];    /* where residents look at a ticket; "": none */
    char privacy[SITE_WECHAT_URL_BYTES + 1]; /* how personal data are handled; "": no page of it */
    bool consent;                            /* is asked for before anything is kept */
    uint64_t draft_ms;                       /* a report is taken as whole after so long; 60 s */
    uint64_t supplement_ms; /* what is said so long after a number belongs to it; 30 min */
    uint32_t quiet_from_min,
        quiet_to_min; /* of the site's day: nobody is told anything then; equal: never */
    struct site_wechat_sms sms;
    uint32_t danger_count;
    struct site_wechat_danger dangers[SITE_WECHAT_DANGERS_MAX];
    uint32_t account_count;
    struct site_wechat_account accounts[SITE_WECHAT_ACCOUNTS_MAX];
};

/* NULL: none of that code. wechat NULL: the site has no such file. */
const struct site_wechat_account *site_wechat_account(const struct site_wechat *wechat,
                                                      const char *code);
