/* port_wechat_account: what opens an account, beside what the site says of it. Owns the copies that it
 * returns, and overwrites them at the end.
 *
 * Each port has a copy of its own, which it reads again when the site changes: so a port never holds a
 * pointer into a site that is no more, and a secret that was replaced is used without a restart. */

#include "port_wechat_account.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/door/door_http.h"
#include "common/site/site_wechat.h"
#include "common/text/text.h"

enum { KEY_NAME_BYTES = CODE_BYTES_MAX + 16 };
static const char folder[] = "wechat";
static const char login_page[] = "https://open.weixin.qq.com/connect/oauth2/authorize";

static_assert((int)SITE_WECHAT_ACCOUNTS_MAX <= (int)PORT_WECHAT_ACCOUNTS,
              "every account has its place");
static_assert(sizeof(((struct site_wechat_account *)NULL)->app_id) ==
                  sizeof(((struct port_wechat_account *)NULL)->id),
              "an AppId fits");
static_assert((int)SITE_WECHAT_URL_BYTES < (int)PORT_WECHAT_URL_SIZE, "an address fits");

/* One file; "" where there is none. RC_OK or RC_SETTINGS (said). */
static enum rc secret_read(const char *data_dir, const char *account, const char *what, char *text,
                           size_t size)
{
    char name[KEY_NAME_BYTES];
    const int length = snprintf(name, sizeof name, "%s%s", account, what);
    CHECK(length > 0);
    CHECK((size_t)length < sizeof name);
    const enum rc rc = door_secret(data_dir, folder, name, text, size);
    if (rc == RC_NOT_FOUND) {
        text[0] = '\0';
        return RC_OK;
    }
    return rc;
}

/* Each token with each key: while a platform changes over, either half may be the old one. */
static enum rc keysets_read(const char *data_dir, struct port_wechat_account *account)
{
    static const char *const token_names[] = {".token", ".token.next"};
    static const char *const key_names[] = {".key", ".key.next"};
    unsigned char keys[2][PORT_WECHAT_KEY_BYTES];
    char text[PORT_WECHAT_SECRET_BYTES];
    unsigned key_count = 0;
    for (unsigned index = 0; index < 2; index++) {
        enum rc rc = secret_read(data_dir, account->code, token_names[index],
                                 account->tokens[index], sizeof account->tokens[index]);
        if (rc == RC_OK) {
            rc = secret_read(data_dir, account->code, key_names[index], text, sizeof text);
        }
        if (rc != RC_OK) {
            return rc;
        }
        if (text[0] == '\0') {
            continue;
        }
        rc = port_wechat_crypto_key(text, keys[key_count]);
        OPENSSL_cleanse(text, sizeof text);
        if (rc != RC_OK) {
            diag_log(DIAG_ERROR, "account", "secret=%s/%s%s why=\"no EncodingAESKey\"", folder,
                     account->code, key_names[index]);
            return RC_SETTINGS;
        }
        key_count++;
    }
    /* In plain mode nothing is ever opened, so the key may be left out; the set's key stays zero, and a
     * sealed message that comes all the same is refused, for nobody can sign with what we do not know. */
    const bool keyless = key_count == 0 && account->mode == PORT_WECHAT_PLAIN;
    for (unsigned token = 0; token < 2; token++) {
        for (unsigned key = 0; key < (keyless ? 1 : key_count); key++) {
            if (account->tokens[token][0] == '\0') {
                continue;
            }
            struct port_wechat_keys *const set = &account->keysets[account->keyset_count++];
            CHECK(account->keyset_count <= PORT_WECHAT_KEYSETS);
            *set = (struct port_wechat_keys){.token = account->tokens[token], .id = account->id};
            if (!keyless) {
                memcpy(set->aes, keys[key], PORT_WECHAT_KEY_BYTES);
            }
        }
    }
    OPENSSL_cleanse(keys, sizeof keys);
    if (account->keyset_count == 0) {
        diag_log(DIAG_ERROR, "account", "secret=%s/%s.token why=\"token or key is missing\"",
                 folder, account->code);
        return RC_SETTINGS;
    }
    return RC_OK;
}

/* Robots and applications are sealed always: the site's mode is an official account's choice alone. */
static enum rc account_read(const char *data_dir, const struct site_wechat_account *site,
                            struct port_wechat_account *account)
{
    static const enum port_wechat_platform platforms[] = {
        [SITE_WECHAT_OFFICIAL] = PORT_WECHAT_OFFICIAL,
        [SITE_WECHAT_WECOM] = PORT_WECHAT_WECOM,
        [SITE_WECHAT_ROBOT] = PORT_WECHAT_ROBOT,
    };
    static const enum port_wechat_mode modes[] = {
        [SITE_WECHAT_PLAIN] = PORT_WECHAT_PLAIN,
        [SITE_WECHAT_COMPATIBLE] = PORT_WECHAT_COMPATIBLE,
        [SITE_WECHAT_SAFE] = PORT_WECHAT_SAFE,
    };
    *account = (struct port_wechat_account){
        .platform = platforms[site->platform],
        .mode = site->platform == SITE_WECHAT_OFFICIAL ? modes[site->mode] : PORT_WECHAT_SAFE,
        .inside = site->inside,
        .socket = site->socket,
        .menus = site->menus};
    const bool fits = text_copy(account->code, sizeof account->code, site->code) &&
                      text_copy(account->id, sizeof account->id, site->app_id) &&
                      text_copy(account->agent, sizeof account->agent, site->agent) &&
                      text_copy(account->api, sizeof account->api, site->api);
    CHECK(fits); /* the bounds are asserted above */
    if (account->platform != PORT_WECHAT_ROBOT) {
        (void)snprintf(account->login, sizeof account->login, "%s", login_page);
    }
    /* With a connection nobody calls us: without a keyset the door refuses whoever tries. */
    enum rc rc = account->socket ? RC_OK : keysets_read(data_dir, account);
    if (rc == RC_OK) {
        rc = secret_read(data_dir, account->code, ".secret", account->secret,
                         sizeof account->secret);
    }
    if (rc == RC_OK && account->socket && account->secret[0] == '\0') {
        diag_log(DIAG_ERROR, "account", "secret=%s/%s.secret why=\"it is missing\"", folder,
                 account->code);
        return RC_SETTINGS;
    }
    if (rc == RC_OK) {
        rc = secret_read(data_dir, account->code, ".webhook", account->webhook,
                         sizeof account->webhook);
    }
    return rc;
}

/* "https://12345.example" of the page where residents look at a ticket. */
static void origin_read(const char *page, char *origin, size_t size)
{
    const char *const host = strstr(page, "://");
    origin[0] = '\0';
    if (host != NULL) {
        const size_t bytes = (size_t)(host - page) + 3 + strcspn(host + 3, "/?#");
        (void)snprintf(origin, size, "%.*s", (int)bytes, page);
    }
}

/* All or nothing: with one account's secrets broken the copy of before goes on being used, or, at the
 * start, the service does not run: half of the accounts would look like an outage of the platform. */
enum rc port_wechat_account_load(const char *data_dir, const struct site *site,
                                 struct port_wechat_accounts **accounts)
{
    CHECK(data_dir != NULL);
    CHECK(site != NULL);
    const struct site_wechat *const wechat = site->wechat;
    struct port_wechat_accounts *const made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = wechat == NULL ? RC_SETTINGS : RC_OK;
    for (uint32_t index = 0; rc == RC_OK && index < wechat->account_count; index++) {
        rc = account_read(data_dir, &wechat->accounts[index], &made->accounts[index]);
        made->count++;
    }
    if (rc == RC_OK) {
        (void)snprintf(made->sms_url, sizeof made->sms_url, "%s", wechat->sms.url);
        made->sms_inside = wechat->sms.inside;
        origin_read(wechat->page, made->public_url, sizeof made->public_url);
        rc = secret_read(data_dir, "sms", "", made->sms, sizeof made->sms);
    }
    if (rc != RC_OK) {
        port_wechat_account_free(made);
        return rc;
    }
    *accounts = made;
    return RC_OK;
}

void port_wechat_account_free(struct port_wechat_accounts *accounts)
{
    if (accounts != NULL) {
        OPENSSL_cleanse(accounts, sizeof *accounts);
        free(accounts);
    }
}

/* Few enough to be looked through at each message. */
struct port_wechat_account *port_wechat_account_find(struct port_wechat_accounts *accounts,
                                                     const char *code)
{
    CHECK(accounts != NULL);
    for (unsigned index = 0; index < accounts->count; index++) {
        if (strcmp(accounts->accounts[index].code, code) == 0) {
            return &accounts->accounts[index];
        }
    }
    return NULL;
}

const char *port_wechat_account_listen(const struct site *site)
{
    return site->wechat == NULL ? NULL : site->wechat->listen;
}
