/* port_wechat_account: the accounts of the site with the secrets that belong to them, which lie in
 * DATA/secrets/wechat/ and nowhere else:
 *
 *   <account>.token, <account>.key    of callbacks: Token and EncodingAESKey
 *   <account>.secret                  AppSecret; of WeCom the application's, or a connected robot's
 *   <account>.webhook                 the address of a group's robot, with its key
 *   sms                               what calls of the SMS hook are signed with
 *
 * Beside token and key there may be <name>.next: either is taken while the platform changes over. */
#pragma once

#include "common/site/site.h"
#include "port_wechat_crypto.h"

enum {
    PORT_WECHAT_ACCOUNTS = 16,
    PORT_WECHAT_SECRET_BYTES = 256,
    PORT_WECHAT_URL_SIZE = 513,
    PORT_WECHAT_KEYSETS = 4, /* each token with each key */
};

enum port_wechat_platform {
    PORT_WECHAT_OFFICIAL,
    PORT_WECHAT_WECOM,
    PORT_WECHAT_ROBOT,
};
enum port_wechat_mode {
    PORT_WECHAT_PLAIN,
    PORT_WECHAT_COMPATIBLE,
    PORT_WECHAT_SAFE,
};

struct port_wechat_account {
    char code[CODE_BYTES_MAX + 1];
    enum port_wechat_platform platform;
    enum port_wechat_mode mode;
    char id[CODE_BYTES_MAX * 2 + 1];  /* AppId, CorpId, BotID of a connection */
    char agent[CODE_BYTES_MAX + 1];   /* of WeCom's application; "": none */
    char api[PORT_WECHAT_URL_SIZE];   /* "https://api.weixin.qq.com": where its interface is */
    char login[PORT_WECHAT_URL_SIZE]; /* where people prove who they are; "": not asked */
    bool socket;                      /* of a robot: we connect, with id and secret */
    bool inside, menus; /* inside: the interface may lie in the own network; menus: msgmenu */
    unsigned keyset_count;
    struct port_wechat_keys keysets[PORT_WECHAT_KEYSETS];
    char tokens[2][PORT_WECHAT_SECRET_BYTES]; /* keysets point here: never copied */
    char secret[PORT_WECHAT_SECRET_BYTES];    /* "": nothing can be sent to people by it */
    char webhook[PORT_WECHAT_SECRET_BYTES];   /* "": none */
};

struct port_wechat_accounts {
    unsigned count;
    struct port_wechat_account accounts[PORT_WECHAT_ACCOUNTS];
    char sms[PORT_WECHAT_SECRET_BYTES]; /* "": calls of the hook are not signed */
    char sms_url[PORT_WECHAT_URL_SIZE]; /* "": there is no hook */
    bool sms_inside;
    char public_url
        [PORT_WECHAT_SECRET_BYTES]; /* "https://12345.example": where people reach us; "" */
};

/* Reads the site's accounts and their secrets. What cannot be used is said in the log, with the name
 * of the file and never its content. RC_OK; RC_SETTINGS: an account lacks what it cannot be without, or
 * a file may be read by others; RC_LIMIT: no memory. */
MUST_CHECK enum rc port_wechat_account_load(const char *data_dir, const struct site *site,
                                            struct port_wechat_accounts **accounts);
/* Overwrites the secrets. NULL: nothing to do. */
void port_wechat_account_free(struct port_wechat_accounts *accounts);
/* NULL: there is none. */
struct port_wechat_account *port_wechat_account_find(struct port_wechat_accounts *accounts,
                                                     const char *code);
/* Where the door listens; NULL: the site has no accounts. */
const char *port_wechat_account_listen(const struct site *site);
