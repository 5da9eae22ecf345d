/* gateway_page: the frame of all pages for residents, their style, the list of places. It owns the list,
 * made when the site is read. What must stay true: a page has no script, and its policy forbids any; it
 * is not kept by caches (numbers and codes stand on it) and not framed; every link and form keeps the
 * language; Referrer-Policy is same-origin and not no-referrer, for the latter makes browsers send
 * `Origin: null` with our own forms. */

#include "gateway_page.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "gateway_exchange.h"
#include "gateway_form.h"
#include "gateway_limit.h"

enum { AREAS_MAX = 400 /* a list that a thumb still gets through, and 20 kB */ };

struct gateway_pages {
    struct gateway_html areas;
};

/* ---- frame ------------------------------------------------------------------------------------
 */

static bool chinese(const struct exchange *exchange)
{
    return exchange->say.language == SAY_CHINESE;
}

const char *gateway_page_query(const struct exchange *exchange)
{
    return chinese(exchange) ? "?lang=zh" : "?lang=en";
}

/* The path that was asked for; all of ours are one plain segment, which is the route's pattern. */
static const char *path_of(const struct exchange *exchange)
{
    return exchange->route->pattern;
}

static void add_language(struct gateway_html *html, const struct exchange *exchange,
                         const struct gateway_page_again *again)
{
    const char *code = chinese(exchange) ? "en" : "zh";
    const char *name = chinese(exchange) ? "English" : "中文";
    const char *tag = chinese(exchange) ? "en" : "zh-CN";
    if (again == NULL) {
        gateway_html_add(html, "<a class=\"lang\" href=\"%s?lang=%s\" lang=\"%s\">%s</a>",
                         path_of(exchange), code, tag, name);
        return;
    }
    if (again->path == NULL) {
        return;
    }
    gateway_html_add(html,
                     "<form class=\"lang\" method=\"post\" action=\"%s?lang=%s\">"
                     "<input type=\"hidden\" name=\"number\" value=\"%s\">"
                     "<input type=\"hidden\" name=\"code\" value=\"%s\">"
                     "<button class=\"link\" lang=\"%s\">%s</button></form>",
                     again->path, code, again->number, again->code, tag, name);
}

static const char *site_name(const struct exchange *exchange)
{
    const struct site *site = exchange->gateway->site;
    return chinese(exchange) ? site->name : site->name_en;
}

void gateway_page_begin(struct gateway_html *html, const struct exchange *exchange,
                        const char *title, const struct gateway_page_again *again)
{
    const struct say *say = &exchange->say;
    gateway_html_add(html,
                     "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n"
                     "<meta name=\"format-detection\" content=\"telephone=no\">\n"
                     "<title>%s · %s</title>\n"
                     "<link rel=\"stylesheet\" href=\"/page.css\">\n</head>\n<body>\n",
                     chinese(exchange) ? "zh-CN" : "en", title, site_name(exchange));
    gateway_html_add(html,
                     "<a class=\"skip\" href=\"#main\">%s</a>\n<header><a class=\"site\" "
                     "href=\"/%s\">%s</a>",
                     say_choose(say, "跳到正文", "Skip to the content"),
                     gateway_page_query(exchange), site_name(exchange));
    add_language(html, exchange, again);
    gateway_html_add(html, "</header>\n<main id=\"main\">\n<h1>%s</h1>\n", title);
}

void gateway_page_headers(struct exchange *exchange, bool framed)
{
    char policy[256];
    (void)snprintf(policy, sizeof policy,
                   "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
                   "form-action 'self'; base-uri 'none'; frame-ancestors '%s'",
                   framed ? "self" : "none");
    gateway_exchange_add(exchange, "Content-Type", "text/html; charset=utf-8");
    gateway_exchange_add(exchange, "Content-Security-Policy", policy);
    gateway_exchange_add(exchange, "Cache-Control", "no-store");
    gateway_exchange_add(exchange, "X-Content-Type-Options", "nosniff");
    gateway_exchange_add(exchange, "Referrer-Policy", "same-origin");
    gateway_exchange_add(exchange, "Cross-Origin-Opener-Policy", "same-origin");
    gateway_exchange_add(exchange, "Permissions-Policy",
                         "camera=(), geolocation=(), microphone=()");
    gateway_exchange_add(exchange, "Vary", "Accept-Language");
}

static void answer(struct gateway_html *html, struct exchange *exchange, unsigned status)
{
    size_t size = 0;
    char *bytes = gateway_html_take(html, &size);
    struct MHD_Response *response =
        bytes == NULL ? NULL : MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(bytes);
    }
    gateway_exchange_respond(exchange, status, response);
    gateway_page_headers(exchange, false);
}

void gateway_page_end(struct gateway_html *html, struct exchange *exchange, unsigned status)
{
    const struct say *say = &exchange->say;
    gateway_html_add(
        html,
        "</main>\n<footer><p>%s</p><p class=\"screen\"><a href=\"/console/\">%s</a></p>"
        "</footer>\n</body>\n</html>\n",
        say_choose(say, "紧急情况请直接拨打 110、119、120。",
                   "In an emergency call 110, 119 or 120 at once."),
        say_choose(say, "工作人员登录", "Staff login"));
    answer(html, exchange, status);
}

const char *gateway_page_wait(const struct exchange *exchange, uint32_t retry_ms, char text[64])
{
    const unsigned minutes = (retry_ms + 59999u) / 60000u;
    (void)snprintf(text, 64, say_choose(&exchange->say, "%u 分钟", "%u min"),
                   minutes > 0 ? minutes : 1u);
    return text;
}

void gateway_page_sorry(struct exchange *exchange, unsigned status, const char *title,
                        const char *sentence, uint32_t retry_ms)
{
    struct gateway_html html = {.bytes = NULL};
    char seconds[16];
    gateway_page_begin(&html, exchange, title, NULL);
    gateway_html_add(&html, "<p class=\"note bad\" role=\"alert\">%s</p>\n", sentence);
    gateway_html_add(&html, "<p><a class=\"button plain\" href=\"/%s\">%s</a></p>\n",
                     gateway_page_query(exchange),
                     say_choose(&exchange->say, "回到首页", "Back to the start"));
    gateway_page_end(&html, exchange, status);
    if (retry_ms > 0) {
        (void)snprintf(seconds, sizeof seconds, "%u", (retry_ms + 999u) / 1000u);
        gateway_exchange_add(exchange, "Retry-After", seconds);
    }
}

void gateway_page_token(struct gateway_html *html, const struct gateway *gateway)
{
    char token[GATEWAY_FORM_TOKEN_BYTES];
    gateway_form_token(gateway, token);
    gateway_html_add(html, "<input type=\"hidden\" name=\"token\" value=\"%s\">\n", token);
}

bool gateway_page_admits(struct exchange *exchange)
{
    struct gateway *gateway = exchange->gateway;
    uint32_t retry_ms = 0;
    char wait[64], sentence[256];
    if (gateway->settings.unlimited ||
        gateway_limit_take(gateway, GATEWAY_LIMIT_FORM, exchange->address, clock_monotonic_us(),
                           &retry_ms)) {
        return true;
    }
    gateway->counts.refused_limit++;
    (void)snprintf(sentence, sizeof sentence,
                   say_choose(&exchange->say,
                              "从这个网络提交得太多了，请 %s后再试，或者直接拨打热线。",
                              "Too much was sent from this network; try again in %s, or call the "
                              "hotline."),
                   gateway_page_wait(exchange, retry_ms, wait));
    gateway_page_sorry(exchange, 429, say_choose(&exchange->say, "请稍后再试", "Try again later"),
                       sentence, retry_ms);
    return false;
}

/* ---- home -------------------------------------------------------------------------------------
 */

void gateway_page_home(struct exchange *exchange)
{
    const struct say *say = &exchange->say;
    const char *query = gateway_page_query(exchange);
    struct gateway_html html = {.bytes = NULL};
    gateway_page_begin(&html, exchange, say_choose(say, "居民诉求", "Residents' reports"), NULL);
    gateway_html_add(&html, "<p class=\"lead\">%s</p>\n<div class=\"choices\">\n",
                     say_choose(say, "路灯不亮、垃圾没清、楼道堆物？告诉我们，有人来办。",
                                "A street lamp is out, rubbish lies about, a stairway is blocked? "
                                "Tell us, and somebody will see to it."));
    gateway_html_add(&html, "<a class=\"choice\" href=\"/report%s\"><strong>%s</strong>%s</a>\n",
                     query, say_choose(say, "反映问题", "Report a problem"),
                     say_choose(say, "写几句话就行，不用注册", "A few words will do; no account"));
    gateway_html_add(
        &html, "<a class=\"choice\" href=\"/t%s\"><strong>%s</strong>%s</a>\n</div>\n", query,
        say_choose(say, "查询进度", "Look up a report"),
        say_choose(say, "凭编号和查询码；也可以补充、催办、评价",
                   "By number and code; add to it, ask for haste, tell us how it went"));
    gateway_page_end(&html, exchange, 200);
}

/* ---- places -----------------------------------------------------------------------------------
 */

/* The lowest level that still fits the list together with all above it. */
static uint32_t level_shown(const struct site *site)
{
    uint32_t count = 0, level = site->level_count;
    for (; level > 0; level--) {
        for (uint32_t area = 0; area < site->area_count; area++) {
            count += site->areas[area].level == level ? 1 : 0;
        }
        if (count > AREAS_MAX) {
            break;
        }
    }
    return level + 1;
}

static bool has_children(const struct site *site, uint32_t parent, uint32_t lowest)
{
    for (uint32_t area = 0; area < site->area_count; area++) {
        if (site->areas[area].parent == parent && site->areas[area].level >= lowest) {
            return true;
        }
    }
    return false;
}

static void add_option(struct gateway_html *html, const struct site_area *area)
{
    gateway_html_add(html, "<option value=\"%s\">%s</option>\n", area->code, area->name);
}

/* An area with what lies in it is a group, those without stand in the group of what they lie in: a list
 * has no deeper order than that. Depth is bounded by the site's levels. */
static void add_area(struct gateway_html *html, const struct site *site, uint32_t parent,
                     uint32_t lowest)
{
    gateway_html_add(html, "<optgroup label=\"%s\">\n", site->areas[parent].name);
    add_option(html, &site->areas[parent]);
    for (uint32_t area = 0; area < site->area_count; area++) {
        if (site->areas[area].parent == parent && site->areas[area].level >= lowest &&
            !has_children(site, area, lowest)) {
            add_option(html, &site->areas[area]);
        }
    }
    gateway_html_raw(html, "</optgroup>\n");
    for (uint32_t area = 0; area < site->area_count; area++) {
        if (site->areas[area].parent == parent && site->areas[area].level >= lowest &&
            has_children(site, area, lowest)) {
            add_area(html, site, area, lowest);
        }
    }
}

static void areas_make(struct gateway *gateway)
{
    struct gateway_html *html = &gateway->pages->areas;
    const struct site *site = gateway->site;
    const uint32_t lowest = level_shown(site);
    gateway_html_free(html);
    gateway_html_raw(html, "");
    for (uint32_t area = 0; area < site->area_count; area++) {
        if (site->areas[area].parent != SITE_NONE || site->areas[area].level < lowest) {
            continue;
        }
        if (has_children(site, area, lowest)) {
            add_area(html, site, area, lowest);
        } else {
            add_option(html, &site->areas[area]);
        }
    }
}

/* The chosen one is marked where it stands; codes are letters, digits, dots, dashes: never escaped. */
void gateway_page_areas(struct gateway_html *html, const struct gateway *gateway,
                        const char *chosen)
{
    const struct gateway_html *areas = &gateway->pages->areas;
    char mark[CODE_BYTES_MAX + 16];
    if (areas->failed || areas->bytes == NULL) {
        return; /* the words of the resident will do */
    }
    (void)snprintf(mark, sizeof mark, "value=\"%.*s\"", CODE_BYTES_MAX, chosen);
    const char *found = chosen[0] == '\0' ? NULL : strstr(areas->bytes, mark);
    if (found == NULL) {
        gateway_html_raw(html, areas->bytes);
        return;
    }
    /* The list is ours; what was chosen is only compared with it. */
    const size_t before = (size_t)(found - areas->bytes) + strlen(mark);
    char *head = strndup(areas->bytes, before);
    if (head != NULL) {
        gateway_html_raw(html, head);
        gateway_html_raw(html, " selected");
        gateway_html_raw(html, areas->bytes + before);
        free(head);
    }
}

/* ---- part -------------------------------------------------------------------------------------
 */

static enum rc pages_open(struct gateway *gateway, void **context)
{
    gateway->pages = calloc(1, sizeof *gateway->pages);
    *context = gateway->pages;
    if (gateway->pages == NULL) {
        return RC_LIMIT;
    }
    randombytes_buf(gateway->form_secret, sizeof gateway->form_secret);
    areas_make(gateway);
    return RC_OK;
}

static void pages_site(struct gateway *gateway, void *context)
{
    (void)context;
    areas_make(gateway);
}

static void pages_close(struct gateway *gateway, void *context)
{
    (void)context;
    gateway_html_free(&gateway->pages->areas);
    free(gateway->pages);
    gateway->pages = NULL;
}

const struct gateway_part gateway_page_part = {
    .name = "pages", .open = pages_open, .close = pages_close, .site_changed = pages_site};
