/* port_wechat_token: keeps what must be had to speak with a platform at all. Owns the tokens, which are
 * in this process's memory alone, and the connections that they are asked for by.
 *
 * A token is asked for when the process starts, again some minutes before its end, and when the platform
 * says that it is none any more; after a failure with pauses that double up to a minute, so that a
 * platform that is away is not stormed, and its quota of tokens is not used up by a wrong secret. */

#include "port_wechat_token.h"

#include <inttypes.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/channel/channel_pulse.h"
#include "common/web/web_client.h"
#include "port_wechat_account.h"
#include "port_wechat_call.h"
#include "port_wechat_text.h"

enum {
    ARENA_BYTES = 1 << 20,
    TOKEN_BYTES = 600,               /* of WeCom's at most 512 */
    TOKEN_MARGIN_US = 300 * 1000000, /* asked for anew so long before its end */
    TOKEN_YOUNG_US =
        16 * 1000000, /* calls that began before it may still be refused for the one before */
    FORCE_US = 60 * 1000 * 1000, /* between two that are forced, doubled up to */
    RETRY_US = 1000 * 1000,      /* after a failure, doubled up to */
    RETRY_MAX_US = 60 * 1000 * 1000,
    PEOPLE = 32, /* logins under way */
};
#define FORCE_MAX_US (2ull * 60 * 60 * 1000 * 1000)

/* One account's token. */
struct cell {
    char token[TOKEN_BYTES]; /* "": none */
    uint64_t got_us, until_us;
    uint64_t ask_us, pause_us; /* not asked before; the pause after the next failure */
    /* When one was refused, and when a new one was forced last: the platform allows few of these a day. */
    uint64_t refused_us, forced_us, force_pause_us;
    bool asking, force;
};
struct login {
    port_wechat_token_told *told;
    void *context;
    bool open;
};

struct tokens {
    char data_dir[PATH_MAX];
    struct shell_gate *gate;
    uint32_t site_version; /* of the site that the accounts are of */
    struct port_wechat_accounts *accounts;
    struct cell cells[PORT_WECHAT_ACCOUNTS]; /* as the accounts are numbered */
    struct login logins[PEOPLE];
    struct arena arena;
    struct web_client *client;
};
static struct tokens *the_tokens; /* NULL: the port is not open */

/* ---- tokens ---- */

/* A robot answers at addresses that need none; an account without a secret answers passively alone. */
static bool wants_token(const struct port_wechat_account *account)
{
    return account->platform != PORT_WECHAT_ROBOT && account->secret[0] != '\0';
}

/* Cells and accounts are numbered alike, from the same copy. */
static struct cell *cell_of(struct tokens *tokens, const struct port_wechat_account *account)
{
    const ptrdiff_t index = account - tokens->accounts->accounts;
    CHECK(index >= 0);
    CHECK(index < PORT_WECHAT_ACCOUNTS);
    return &tokens->cells[index];
}

/* The end of the one that ends first, for people: told each round, since the instance's clock, in which they
 * read it, may run fast, stand still before a demo's day begins, or be set. */
static void pulse_tell(struct tokens *tokens)
{
    uint64_t until_us = UINT64_MAX;
    for (unsigned index = 0; index < tokens->accounts->count; index++) {
        if (wants_token(&tokens->accounts->accounts[index]) &&
            tokens->cells[index].until_us < until_us) {
            until_us = tokens->cells[index].until_us;
        }
    }
    channel_pulse()->token_until_ms = until_us == UINT64_MAX || until_us <= clock_monotonic_us()
                                          ? 0
                                          : shell_gate_at_ms(tokens->gate, until_us);
}

/* The moment of the next try is set before the call: if it cannot even be begun, that is a failure too. */
static void token_ask(struct tokens *tokens, unsigned index)
{
    struct cell *const cell = &tokens->cells[index];
    struct web_call call;
    CHECK(!cell->asking);
    arena_reset(&tokens->arena);
    const enum rc made = port_wechat_call_token(&tokens->arena, &tokens->accounts->accounts[index],
                                                cell->force, &call);
    cell->ask_us = clock_monotonic_us() + cell->pause_us;
    if (made == RC_OK && web_client_send(tokens->client, &call, index) == RC_OK) {
        cell->asking = true;
    }
}

/* Whether the platform is to be made to give another one: it gives the same again while it holds that for
 * good, so one that is refused although it was just asked for anew is not helped by asking. */
static bool must_force(struct cell *cell, uint64_t now_us)
{
    const bool doubted = cell->refused_us != 0 && now_us - cell->refused_us < FORCE_US;
    if (!doubted || (cell->forced_us != 0 && now_us - cell->forced_us < cell->force_pause_us)) {
        return false;
    }
    const bool often = cell->forced_us != 0 && now_us - cell->forced_us < FORCE_MAX_US;
    cell->force_pause_us = often ? 2 * cell->force_pause_us : FORCE_US;
    cell->force_pause_us =
        cell->force_pause_us < FORCE_MAX_US ? cell->force_pause_us : FORCE_MAX_US;
    cell->forced_us = now_us;
    return true;
}

/* Who says that a token is refused may have used the one before: one that is young is kept. */
void port_wechat_token_drop(const char *account_code)
{
    struct tokens *const tokens = the_tokens;
    CHECK(tokens != NULL);
    const struct port_wechat_account *const account =
        port_wechat_account_find(tokens->accounts, account_code);
    if (account == NULL) {
        return;
    }
    struct cell *const cell = cell_of(tokens, account);
    const uint64_t now_us = clock_monotonic_us();
    if (cell->token[0] == '\0' || now_us - cell->got_us < TOKEN_YOUNG_US) {
        return;
    }
    cell->force = must_force(cell, now_us);
    cell->refused_us = now_us;
    cell->ask_us = now_us;
    OPENSSL_cleanse(cell->token, sizeof cell->token);
    cell->until_us = 0;
}

/* Asked again a margin before its end, or half way where the platform gives less than that: the old
 * token goes on holding for some minutes, so messages under way do not meet a gap. */
static void token_told(struct tokens *tokens, unsigned index, const struct web_result *result)
{
    struct cell *const cell = &tokens->cells[index];
    const uint64_t now_us = clock_monotonic_us();
    uint64_t holds_s = 0;
    uint32_t errcode = 0;
    cell->asking = false;
    if (result->rc == RC_OK && result->status == 200 &&
        port_wechat_call_token_read(result->body, result->body_bytes, cell->token,
                                    sizeof cell->token, &holds_s, &errcode) == RC_OK) {
        const uint64_t holds_us = holds_s * 1000000;
        cell->got_us = now_us;
        cell->until_us = now_us + holds_us;
        cell->ask_us = now_us + (holds_us > 2ull * TOKEN_MARGIN_US ? holds_us - TOKEN_MARGIN_US
                                                                   : holds_us / 2);
        cell->pause_us = RETRY_US;
        cell->force = false;
    } else {
        diag_log_limited(
            DIAG_WARN, "token", "token=refused account=%s rc=%s status=%u errcode=%" PRIu32,
            tokens->accounts->accounts[index].code, rc_name(result->rc), result->status, errcode);
        cell->ask_us = now_us + cell->pause_us;
        cell->pause_us = cell->pause_us * 2 < RETRY_MAX_US ? cell->pause_us * 2 : RETRY_MAX_US;
    }
}

/* NULL: there is none now. */
static const char *token_of(struct tokens *tokens, const struct port_wechat_account *account)
{
    const struct cell *const cell = cell_of(tokens, account);
    return cell->token[0] != '\0' && cell->until_us > clock_monotonic_us() ? cell->token : NULL;
}

/* Called each round; nearly always there is nothing to do. */
static void tokens_keep(struct tokens *tokens)
{
    const uint64_t now_us = clock_monotonic_us();
    for (unsigned index = 0; index < tokens->accounts->count; index++) {
        const struct cell *const cell = &tokens->cells[index];
        if (wants_token(&tokens->accounts->accounts[index]) && !cell->asking &&
            cell->ask_us <= now_us) {
            token_ask(tokens, index);
        }
    }
}

/* ---- logins ---- */

enum rc port_wechat_token_person(const char *account_code, const char *code,
                                 port_wechat_token_told *told, void *context)
{
    struct tokens *const tokens = the_tokens;
    struct web_call call;
    unsigned free_at = 0;
    CHECK(told != NULL);
    const struct port_wechat_account *const account =
        tokens == NULL ? NULL : port_wechat_account_find(tokens->accounts, account_code);
    if (account == NULL || !wants_token(account)) {
        return RC_NOT_FOUND;
    }
    /* Bounded, as everything that strangers can begin: a code costs nothing to invent. */
    while (free_at < PEOPLE && tokens->logins[free_at].open) {
        free_at++;
    }
    /* An official account proves itself by its secret here, WeCom's application by its token. */
    const char *const token = token_of(tokens, account);
    if (free_at == PEOPLE || (token == NULL && account->platform == PORT_WECHAT_WECOM)) {
        return RC_AGAIN;
    }
    arena_reset(&tokens->arena);
    enum rc rc =
        port_wechat_call_person(&tokens->arena, account, token == NULL ? "" : token, code, &call);
    if (rc == RC_OK) {
        rc = web_client_send(tokens->client, &call, (PORT_WECHAT_ACCOUNTS + free_at));
    }
    if (rc != RC_OK) {
        return RC_AGAIN;
    }
    tokens->logins[free_at] = (struct login){.told = told, .context = context, .open = true};
    return RC_OK;
}

/* Whoever waits is told in every case, or his page would hang until his browser gives up. */
static void login_told(struct login *login, const struct web_result *result)
{
    char person[PORT_WECHAT_NAME_BYTES + 1] = "";
    uint32_t errcode = 0;
    CHECK(login->open);
    login->open = false;
    if (result->rc != RC_OK || result->status != 200 ||
        port_wechat_call_person_read(result->body, result->body_bytes, person, sizeof person,
                                     &errcode) != RC_OK) {
        diag_log_limited(DIAG_WARN, "token", "login=refused rc=%s status=%u errcode=%" PRIu32,
                         rc_name(result->rc), result->status, errcode);
        person[0] = '\0';
    }
    login->told(login->context, person);
}

/* Calls are named by numbers: tokens first, then logins. */
static void on_done(void *context, uint64_t index, const struct web_result *result)
{
    struct tokens *const tokens = context;
    CHECK(index < PORT_WECHAT_ACCOUNTS + PEOPLE);
    if (index < PORT_WECHAT_ACCOUNTS) {
        token_told(tokens, (unsigned)index, result);
    } else {
        login_told(&tokens->logins[index - PORT_WECHAT_ACCOUNTS], result);
    }
}

const char *port_wechat_token_get(const char *account_code)
{
    CHECK(the_tokens != NULL);
    const struct port_wechat_account *const account =
        port_wechat_account_find(the_tokens->accounts, account_code);
    return account == NULL ? NULL : token_of(the_tokens, account);
}

/* ---- the port ---- */

/* Tokens are the accounts' that they were given for: with other accounts they are asked for anew. */
static void accounts_use(struct tokens *tokens, struct port_wechat_accounts *accounts)
{
    OPENSSL_cleanse(tokens->cells, sizeof tokens->cells);
    port_wechat_account_free(tokens->accounts);
    tokens->accounts = accounts;
    for (unsigned index = 0; index < PORT_WECHAT_ACCOUNTS; index++) {
        tokens->cells[index].pause_us = RETRY_US;
    }
}

/* An account's number may be another's now, so nothing is under way while they change. */
static void site_follow(struct tokens *tokens)
{
    struct port_wechat_accounts *accounts = NULL;
    const struct site *const site = shell_gate_site(tokens->gate);
    if (tokens->site_version == site->version || web_client_flights(tokens->client) > 0) {
        return;
    }
    tokens->site_version = site->version;
    if (port_wechat_account_load(tokens->data_dir, site, &accounts) == RC_OK) {
        accounts_use(tokens, accounts);
    }
}

/* Also of a port that was opened in part. Calls under way are given up, and nobody is told. */
static void port_close(void *context)
{
    struct tokens *const tokens = context;
    CHECK(tokens != NULL);
    if (tokens->client != NULL) {
        web_client_close(tokens->client);
    }
    port_wechat_account_free(tokens->accounts);
    OPENSSL_cleanse(tokens->cells, sizeof tokens->cells);
    if (tokens->arena.base != NULL) {
        arena_fini(&tokens->arena);
    }
    free(tokens);
    the_tokens = NULL;
}

static enum rc port_open(struct shell_gate *gate, const char *data_dir, void **context)
{
    struct port_wechat_accounts *accounts = NULL;
    struct tokens *const tokens = calloc(1, sizeof *tokens);
    CHECK(the_tokens == NULL);
    if (tokens == NULL) {
        return RC_LIMIT;
    }
    tokens->gate = gate;
    tokens->site_version = shell_gate_site(gate)->version;
    (void)snprintf(tokens->data_dir, sizeof tokens->data_dir, "%s", data_dir);
    enum rc rc = arena_init(&tokens->arena, ARENA_BYTES);
    if (rc == RC_OK) {
        rc = web_client_open(&tokens->client, on_done, tokens);
    }
    if (rc == RC_OK) {
        rc = port_wechat_account_load(data_dir, shell_gate_site(gate), &accounts);
    }
    if (rc != RC_OK) {
        port_close(tokens);
        return rc;
    }
    accounts_use(tokens, accounts);
    tokens_keep(tokens);
    the_tokens = tokens;
    *context = tokens;
    return RC_OK;
}

/* The connections' descriptor, and the first token that is due. */
static void port_wait(void *context, struct shell_port_wait *wait)
{
    const struct tokens *const tokens = context;
    CHECK(tokens != NULL);
    wait->fd = web_client_fd(tokens->client);
    wait->read = true;
    wait->until_us = web_client_due_us(tokens->client);
    for (unsigned index = 0; index < tokens->accounts->count; index++) {
        const struct cell *const cell = &tokens->cells[index];
        if (wants_token(&tokens->accounts->accounts[index]) && !cell->asking &&
            cell->ask_us < wait->until_us) {
            wait->until_us = cell->ask_us;
        }
    }
}

static void port_work(void *context, bool readable, bool writable)
{
    struct tokens *const tokens = context;
    (void)readable;
    (void)writable;
    web_client_work(tokens->client);
    site_follow(tokens);
    tokens_keep(tokens);
    pulse_tell(tokens);
}

static void port_answered(void *context, uint64_t token, const Paidan__Answer *answer)
{
    (void)context;
    (void)answer;
    CHECK(token == 0); /* it never asks */
}

const struct shell_port port_wechat_token = {
    .name = "token",
    .open = port_open,
    .close = port_close,
    .wait = port_wait,
    .work = port_work,
    .answered = port_answered,
};
