/* port_wechat_mine: the way from the account's menu to a resident's own tickets. Owns the visits under
 * way, and a key of this process that marks where a login was begun.
 *
 * Three steps: a visitor without a code is sent to the platform's login, which sends him back with one;
 * the platform says whose code that is, to us alone; the service says what is his. Codes are good once,
 * and the mark that travels along is good for ten minutes, so that nobody can be led to another's list by
 * a link. Query codes stand in forms that are posted, never in an address: addresses are kept. */

#include "port_wechat_mine.h"

#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/say_time.h"
#include "common/web/web_escape.h"
#include "common/web/web_sign.h"
#include "port_wechat_text.h"
#include "port_wechat_token.h"
#include "wechat_words.h"

enum {
    VISITS = 32,
    KEY_BYTES = 32,
    MARK_BYTES = 96,
    MARK_MS = 10 * 60 * 1000,
    CODE_BYTES = 512, /* of the platform's login */
    SAID_BYTES = 64,
    MINUTE_BYTES = 16,       /* "2026-11-22 14:00" */
    ARENA_BYTES = 256 << 10, /* fifty rows, each made of the page before it */
};
static const char html_type[] = "text/html; charset=utf-8";

struct visit {
    bool open;
    struct port_wechat_mine *mine;
    struct door *door;
    struct web_exchange *exchange;
    char account[CODE_BYTES_MAX + 1];
    bool english;
};
struct port_wechat_mine {
    unsigned char key[KEY_BYTES];
    struct arena arena; /* of the page that is being made */
    struct visit visits[VISITS];
};

enum rc port_wechat_mine_open(struct port_wechat_mine **mine)
{
    struct port_wechat_mine *const made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = RAND_bytes(made->key, KEY_BYTES) == 1 ? RC_OK : RC_IO;
    if (rc == RC_OK) {
        rc = arena_init(&made->arena, ARENA_BYTES);
    }
    if (rc != RC_OK) {
        free(made);
        return rc;
    }
    *mine = made;
    return RC_OK;
}

void port_wechat_mine_close(struct port_wechat_mine *mine)
{
    if (mine != NULL) {
        arena_fini(&mine->arena);
    }
    free(mine);
}

/* ---- marks ---- */

/* "milliseconds.mac", over the account too: a mark of one account is none of another's. */
static void mark_sign(const struct port_wechat_mine *mine, const char *account, uint64_t at_ms,
                      char mark[MARK_BYTES])
{
    char over[SAID_BYTES + CODE_BYTES_MAX], hex[WEB_HEX_BYTES];
    unsigned char mac[WEB_HASH_BYTES];
    const int size = snprintf(over, sizeof over, "%s\n%" PRIu64, account, at_ms);
    CHECK(size > 0);
    CHECK((size_t)size < sizeof over);
    web_hmac(WEB_HMAC_SHA256, mine->key, KEY_BYTES, over, (size_t)size, mac);
    web_hex(mac, sizeof mac, hex);
    (void)snprintf(mark, MARK_BYTES, "%" PRIu64 ".%s", at_ms, hex);
}

/* Signed anew and compared, so nothing of it needs to be taken apart but its time. */
static bool mark_holds(const struct port_wechat_mine *mine, const char *account, const char *mark)
{
    char wanted[MARK_BYTES];
    const size_t digits = mark == NULL ? 0 : strspn(mark, "0123456789");
    if (digits == 0 || digits > 15 || mark[digits] != '.') {
        return false;
    }
    const uint64_t at_ms = strtoull(mark, NULL, 10);
    mark_sign(mine, account, at_ms, wanted);
    return web_same(mark, wanted) && web_fresh(clock_wall_ms(), at_ms, MARK_MS);
}

/* ---- pages ---- */

static const char *choose(bool english, const char *zh, const char *en)
{
    return english ? en : zh;
}

/* Looks as the gateway's pages do, whose style it borrows by the same host; without it it is plain and
 * works. Never stored by a browser or a proxy: it holds query codes. The link back to the list begins
 * another login, which costs nobody a question. */
static void page_say(const struct visit *visit, unsigned status, const char *body)
{
    struct arena *const arena = &visit->mine->arena;
    const bool english = visit->english;
    const struct site *const site = shell_gate_site(door_gate(visit->door));
    const char *const title = choose(english, "我的诉求", "My reports");
    char *const name = web_escape_text(arena, choose(english, site->name, site->name_en));
    char *const page =
        body == NULL || name == NULL
            ? NULL
            : arena_printf(arena,
                           "<!doctype html>\n<html lang=\"%s\">\n<head>\n"
                           "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                           "content=\"width=device-width, initial-scale=1\">\n"
                           "<meta name=\"color-scheme\" content=\"light dark\">\n"
                           "<meta name=\"referrer\" content=\"same-origin\">\n"
                           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                           "'none'; style-src 'self'; form-action 'self'; base-uri 'none'\">\n"
                           "<title>%s · %s</title>\n<link rel=\"stylesheet\" "
                           "href=\"/page.css\">\n</head>\n<body>\n"
                           "<header><a class=\"site\" href=\"/?lang=%s\">%s</a></header>\n"
                           "<main id=\"main\">\n<h1>%s</h1>\n%s</main>\n</body>\n</html>\n",
                           choose(english, "zh-CN", "en"), title, name, choose(english, "zh", "en"),
                           name, title, body);
    if (page == NULL) {
        web_answer(visit->exchange, 503, "text/plain; charset=utf-8", "", 0);
        return;
    }
    web_answer_with(visit->exchange, status, html_type, page, strlen(page), "Cache-Control",
                    "no-store");
}

/* A page of one sentence, and the way in again. */
static void note_say(const struct visit *visit, unsigned status, const char *zh, const char *en)
{
    struct arena *const arena = &visit->mine->arena;
    arena_reset(arena);
    page_say(visit, status,
             arena_printf(arena,
                          "<p class=\"note%s\" role=\"status\">%s</p>\n"
                          "<p><a class=\"button plain\" href=\"/wechat/%s/mine\">%s</a></p>\n",
                          status == 200 ? "" : " warn", choose(visit->english, zh, en),
                          visit->account, choose(visit->english, "重新进入", "Come in again")));
}

/* One ticket; without its code there is nothing to open it by. */
static char *row_make(const struct visit *visit, const Paidan__WechatTicket *ticket)
{
    struct arena *const arena = &visit->mine->arena;
    const struct say say = {.language = visit->english ? SAY_ENGLISH : SAY_CHINESE,
                            .site = shell_gate_site(door_gate(visit->door))};
    char at[SAY_TIME_BYTES];
    say_time_exact(&say, ticket->registered_ms, at);
    at[MINUTE_BYTES] = '\0'; /* seconds are of no use to a resident */
    char *const number = web_escape_text(arena, ticket->number);
    const bool known = ticket->changed_ms != 0;
    const char *const state = known ? wechat_words_state(visit->english, ticket->state) : "";
    char *const words = number == NULL
                            ? NULL
                            : arena_printf(arena,
                                           choose(visit->english, "<strong>%s</strong> %s%s%s 登记",
                                                  "<strong>%s</strong> %s%sfiled %s"),
                                           number, state, known ? " · " : "", at);
    if (words == NULL || ticket->query_code == NULL) {
        return words == NULL ? NULL : arena_printf(arena, "<p class=\"choice\">%s</p>\n", words);
    }
    char *const code = web_escape_text(arena, ticket->query_code);
    return code == NULL ? NULL
                        : arena_printf(arena,
                                       "<form method=\"post\" action=\"/t?lang=%s\">"
                                       "<input type=\"hidden\" name=\"number\" value=\"%s\">"
                                       "<input type=\"hidden\" name=\"code\" value=\"%s\">"
                                       "<button class=\"choice\">%s</button></form>\n",
                                       choose(visit->english, "zh", "en"), number, code, words);
}

/* The core gives the newest fifty: more are found by their numbers. */
static void tickets_say(const struct visit *visit, const Paidan__WechatMineShown *shown)
{
    struct arena *const arena = &visit->mine->arena;
    if (shown->n_tickets == 0) {
        note_say(visit, 200, "您还没有通过本账号反映过问题。在对话里直接发文字就可以。",
                 "You have not reported anything by this account yet: just write to it.");
        return;
    }
    arena_reset(arena);
    char *const body = arena_zalloc(arena, ARENA_BYTES / 4);
    size_t used = 0;
    for (size_t index = 0; body != NULL && index < shown->n_tickets; index++) {
        const char *const row = row_make(visit, shown->tickets[index]);
        const size_t bytes = row == NULL ? 0 : strlen(row);
        if (bytes == 0 || used + bytes >= ARENA_BYTES / 4) {
            break; /* fifty fit; who has more looks by number */
        }
        memcpy(body + used, row, bytes + 1);
        used += bytes;
    }
    page_say(visit, 200,
             body == NULL ? NULL
                          : arena_printf(arena, "<div class=\"choices list\">\n%s</div>\n", body));
}

/* ---- the three steps ---- */

/* What was asked is told apart by its place in memory: a visit of ours, or a message of the door's. */
bool port_wechat_mine_answered(struct port_wechat_mine *mine, const void *asked,
                               const Paidan__Answer *answer)
{
    CHECK(mine != NULL);
    for (unsigned index = 0; index < VISITS; index++) {
        struct visit *const visit = &mine->visits[index];
        if (asked != visit) {
            continue;
        }
        CHECK(visit->open);
        if (answer->code == PAIDAN__CODE__OK &&
            answer->body_case == PAIDAN__ANSWER__BODY_WECHAT_MINE_SHOWN) {
            tickets_say(visit, answer->wechat_mine_shown);
        } else {
            note_say(visit, 503, "系统忙，请稍后再试。", "Busy. Please try again later.");
        }
        visit->open = false;
        return true;
    }
    return false;
}

/* From the token's port, between two of our own calls: the visit is all that is known here. */
static void on_person(void *context, const char *person)
{
    struct visit *const visit = context;
    char held[PORT_WECHAT_NAME_BYTES + 1];
    Paidan__WechatMine wish = PAIDAN__WECHAT_MINE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    CHECK(visit->open);
    if (person[0] == '\0') {
        note_say(visit, 403, "无法确认您的身份，请从公众号菜单重新进入。",
                 "Who you are could not be confirmed: please come in by the account's menu.");
        visit->open = false;
        return;
    }
    (void)snprintf(held, sizeof held, "%s", person);
    wish.account = visit->account;
    wish.person = held;
    request.wish_case = PAIDAN__REQUEST__WISH_WECHAT_MINE;
    request.wechat_mine = &wish;
    if (door_http_ask(visit->door, &request, visit) != RC_OK) {
        note_say(visit, 503, "系统忙，请稍后再试。", "Busy. Please try again later.");
        visit->open = false;
    }
}

/* snsapi_base: the platform says who it is without asking him, and tells us nothing else about him. */
static void login_send(struct port_wechat_mine *mine, struct arena *arena,
                       const struct port_wechat_account *account, const char *public_url,
                       struct web_exchange *exchange)
{
    char mark[MARK_BYTES];
    char *const back = arena_printf(arena, "%s/wechat/%s/mine", public_url, account->code);
    char *const quoted = back == NULL ? NULL : web_escape_query(arena, back);
    mark_sign(mine, account->code, clock_wall_ms(), mark);
    char *const url =
        quoted == NULL ? NULL
                       : arena_printf(arena,
                                      "%s?appid=%s&redirect_uri=%s&response_type=code"
                                      "&scope=snsapi_base&state=%s%s%s#wechat_redirect",
                                      account->login, account->id, quoted, mark,
                                      account->agent[0] == '\0' ? "" : "&agentid=", account->agent);
    if (url == NULL) {
        web_answer(exchange, 503, "text/plain; charset=utf-8", "", 0);
        return;
    }
    web_answer_with(exchange, 302, html_type, "", 0, "Location", url);
}

void port_wechat_mine_take(struct port_wechat_mine *mine, struct door *door, struct arena *arena,
                           const struct port_wechat_account *account, const char *public_url,
                           struct web_exchange *exchange)
{
    const char *const language = web_header(exchange, "Accept-Language");
    const char *const code = web_query(exchange, "code");
    const bool english = language != NULL && strncmp(language, "en", 2) == 0;
    struct visit here = {.mine = mine, .door = door, .exchange = exchange, .english = english};
    unsigned index = 0;
    CHECK(mine != NULL);
    (void)snprintf(here.account, sizeof here.account, "%s", account->code);
    if (account->login[0] == '\0' || public_url[0] == '\0') {
        web_answer(exchange, 404, "text/plain; charset=utf-8", "", 0);
        return;
    }
    if (code == NULL) {
        login_send(mine, arena, account, public_url, exchange);
        return;
    }
    /* More than VISITS logins at a time are asked to come again: each holds a connection to the platform. */
    while (index < VISITS && mine->visits[index].open) {
        index++;
    }
    if (!mark_holds(mine, account->code, web_query(exchange, "state")) ||
        strlen(code) > CODE_BYTES) {
        note_say(&here, 403, "链接已失效，请从公众号菜单重新进入。",
                 "This link is no longer valid: please come in by the account's menu.");
        return;
    }
    struct visit *const visit = index == VISITS ? NULL : &mine->visits[index];
    if (visit != NULL) {
        *visit = here;
        visit->open = true;
    }
    if (visit == NULL || port_wechat_token_person(account->code, code, on_person, visit) != RC_OK) {
        note_say(&here, 503, "系统忙，请稍后再试。", "Busy. Please try again later.");
        if (visit != NULL) {
            visit->open = false;
        }
    }
}
