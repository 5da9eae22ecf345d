/* gateway_kiosk: counts, notices of the office and published matters for a screen that nobody touches; with ?area=
 * matters of that area alone. It owns the counts and matters as they last were and the notices of the site. What must stay true: of what is asked for only the
 * counts and published words are kept, so nothing personal can be shown; strangers who reload cost three
 * questions in COUNTS_US; and the screen comes back by itself: the inner page is loaded again every REFRESH_S, and the outer one, which
 * outlives an inner page that failed to load, every OUTER_S. The header Refresh does it, so that it needs
 * no script.
 *
 * SITE/bulletins.txt: paragraphs apart by blank lines; a paragraph's first line is its title. Lines
 * "from: 2026-12-01" and "until: 2026-12-05" bound when it is shown (until: that day too), "# " begins a
 * comment. */

#include "gateway_kiosk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/say/say_time.h"
#include "common/text/text.h"
#include "gateway_exchange.h"
#include "gateway_page.h"
#include "gateway_upstream.h"

enum {
    REFRESH_S = 20,
    OUTER_S = 300,
    NOTICES_MAX = 12,
    NOTICES_BYTES_MAX = 32 << 10,
    HANDLED_MAX = 60, /* kept, of all areas */
    HANDLED_SHOWN_MAX = 8,
    DATE_BYTES = 11,
    PATH_BYTES = 4200,
};
#define COUNTS_US 5000000u

struct bulletin {
    const char *title, *text; /* into the file's bytes */
    char from[DATE_BYTES], until[DATE_BYTES];
};
struct counts {
    uint64_t open, overdue, resolved, closed;
    uint64_t desk, desk_overdue; /* at the dispatcher's desk: escalation does not know those yet */
    uint32_t level_count;
    struct {
        uint32_t level;
        uint64_t open;
    } levels[SITE_LEVELS_MAX];
};
/* 公示: a matter that was handled, with the words that were published. */
struct handled {
    char area[CODE_BYTES_MAX + 1], title[TITLE_BYTES_MAX + 1], text[NOTE_BYTES_MAX + 1];
};
struct kiosk {
    char *file;
    unsigned bulletin_count;
    struct bulletin bulletins[NOTICES_MAX];
    struct counts counts;
    uint64_t counts_us; /* of them; 0: none yet */
    unsigned handled_count;
    struct handled handled[HANDLED_MAX]; /* newest first */
};

static struct kiosk *kiosk_of(const struct gateway *gateway)
{
    for (unsigned index = 0; index < gateway->part_count; index++) {
        if (gateway->parts[index] == &gateway_kiosk_part) {
            return gateway->part_contexts[index];
        }
    }
    return NULL;
}

/* ---- bulletins --------------------------------------------------------------------------------
 */

/* "from: 2026-12-01": the day; else NULL. */
static const char *day_of(const char *line, const char *name)
{
    const size_t bytes = strlen(name);
    if (strncmp(line, name, bytes) != 0 || line[bytes] != ':') {
        return NULL;
    }
    const char *day = line + bytes + 1 + strspn(line + bytes + 1, " \t");
    return strlen(day) >= DATE_BYTES - 1 ? day : NULL;
}

/* Line by line in place: a paragraph's text stays in one piece, its directives are taken out. */
static void bulletins_cut(struct kiosk *kiosk)
{
    struct bulletin *now = NULL;
    char *to = kiosk->file;
    for (char *line = kiosk->file, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        line[strcspn(line, "\r")] = '\0';
        const char *from = day_of(line, "from"), *until = day_of(line, "until");
        if (line[strspn(line, " \t")] == '\0') {
            now = NULL;
        } else if (line[0] == '#') {
            continue;
        } else if (now == NULL) {
            if (kiosk->bulletin_count == NOTICES_MAX) {
                return;
            }
            now = &kiosk->bulletins[kiosk->bulletin_count++];
            *now = (struct bulletin){.title = line, .text = ""};
            to = line + strlen(line) + 1;
        } else if (from != NULL || until != NULL) {
            (void)snprintf(from != NULL ? now->from : now->until, DATE_BYTES, "%s",
                           from != NULL ? from : until);
        } else {
            /* After the lines before it, in their place or further to the front. */
            const size_t bytes = strlen(line);
            if (now->text[0] == '\0') {
                now->text = to;
            } else {
                to[-1] = '\n';
            }
            memmove(to, line, bytes + 1);
            to += bytes + 1;
        }
    }
}

static void bulletins_read(struct gateway *gateway, struct kiosk *kiosk)
{
    char path[PATH_BYTES];
    size_t bytes = 0, bad = 0;
    free(kiosk->file);
    kiosk->file = calloc(1, NOTICES_BYTES_MAX + 1);
    kiosk->bulletin_count = 0;
    (void)snprintf(path, sizeof path, "%s/bulletins.txt", gateway->settings.site_dir);
    FILE *file = fopen(path, "re");
    if (file == NULL || kiosk->file == NULL) {
        if (file != NULL) {
            (void)fclose(file);
        }
        return; /* there may be none */
    }
    bytes = fread(kiosk->file, 1, NOTICES_BYTES_MAX, file);
    const bool whole = fgetc(file) == EOF;
    (void)fclose(file);
    if (!whole || strlen(kiosk->file) != bytes || !text_valid(kiosk->file, bytes, &bad)) {
        diag_log(DIAG_WARN, "kiosk", "bulletins=refused bytes_max=%u", NOTICES_BYTES_MAX);
        return;
    }
    char *begin = kiosk->file;
    if (memcmp(begin, "\xef\xbb\xbf", 3) == 0) {
        memmove(begin, begin + 3, bytes - 2);
    }
    bulletins_cut(kiosk);
}

/* Days are compared as they are written: year, month, day. */
static bool is_shown(const struct bulletin *bulletin, const char *today)
{
    return (bulletin->from[0] == '\0' || strcmp(bulletin->from, today) <= 0) &&
           (bulletin->until[0] == '\0' || strcmp(today, bulletin->until) <= 0);
}

/* ---- page -------------------------------------------------------------------------------------
 */

static const char *theme_of(const struct exchange *exchange)
{
    const char *theme = gateway_uri_query(&exchange->uri, "theme");
    return theme != NULL && strcmp(theme, "light") == 0  ? "light"
           : theme != NULL && strcmp(theme, "dark") == 0 ? "dark"
                                                         : "";
}

static void add_head(struct gateway_html *html, const struct exchange *exchange, const char *class)
{
    const bool chinese = exchange->say.language == SAY_CHINESE;
    const struct site *site = exchange->gateway->site;
    gateway_html_add(html,
                     "<!doctype html>\n<html lang=\"%s\" class=\"%s\">\n<head>\n<meta "
                     "charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
                     "initial-scale=1\">\n<title>%s · %s</title>\n<link rel=\"stylesheet\" "
                     "href=\"/page.css\">\n</head>\n<body class=\"%s\">\n",
                     chinese ? "zh-CN" : "en", theme_of(exchange),
                     say_choose(&exchange->say, "办理情况", "Reports"),
                     chinese ? site->name : site->name_en, class);
}

static void answer(struct gateway_html *html, struct exchange *exchange, unsigned refresh_s,
                   bool framed)
{
    size_t size = 0;
    char seconds[16];
    gateway_html_raw(html, "</body>\n</html>\n");
    char *bytes = gateway_html_take(html, &size);
    struct MHD_Response *response =
        bytes == NULL ? NULL : MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(bytes);
    }
    gateway_exchange_respond(exchange, 200, response);
    gateway_page_headers(exchange, framed);
    (void)snprintf(seconds, sizeof seconds, "%u", refresh_s);
    gateway_exchange_add(exchange, "Refresh", seconds);
}

/* SITE_NONE: the screen shows all of the site. */
static uint32_t area_of(const struct exchange *exchange)
{
    const char *area = gateway_uri_query(&exchange->uri, "area");
    return area == NULL ? SITE_NONE : site_area_find(exchange->gateway->site, area);
}

void gateway_kiosk(struct exchange *exchange)
{
    const struct site *site = exchange->gateway->site;
    const uint32_t area = area_of(exchange);
    struct gateway_html html = {.bytes = NULL};
    add_head(&html, exchange, "kiosk");
    gateway_html_add(
        &html,
        "<main><h1 class=\"skip\">%s</h1><iframe class=\"whole\" title=\"%s\" "
        "src=\"/kiosk/frame%s&amp;theme=%s%s%s\"></iframe></main>\n",
        say_choose(&exchange->say, "办理情况", "Reports"),
        say_choose(&exchange->say, "办理情况", "Reports"), gateway_page_query(exchange),
        theme_of(exchange),
        area == SITE_NONE ? "" : "&area=", area == SITE_NONE ? "" : site->areas[area].code);
    answer(&html, exchange, OUTER_S, false);
}

static void add_count(struct gateway_html *html, const char *name, uint64_t count)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)count);
    gateway_html_add(html, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, text);
}

static void add_counts(struct gateway_html *html, const struct say *say,
                       const struct counts *counts)
{
    char text[24];
    gateway_html_raw(html, "<dl class=\"counts\">\n");
    add_count(html, say_choose(say, "正在办理", "In hand"), counts->open + counts->desk);
    add_count(html, say_choose(say, "办好待评价", "Done, to be confirmed"), counts->resolved);
    add_count(html, say_choose(say, "已办结", "Closed"), counts->closed);
    add_count(html, say_choose(say, "超时", "Late"), counts->overdue + counts->desk_overdue);
    gateway_html_raw(html, "</dl>\n<ul class=\"levels\">\n");
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)counts->desk);
    gateway_html_add(html, "<li>%s <b>%s</b></li>\n", say_choose(say, "待分拨", "At the desk"),
                     text);
    for (uint32_t index = 0; index < counts->level_count; index++) {
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)counts->levels[index].open);
        gateway_html_add(html, "<li>%s <b>%s</b></li>\n",
                         say_level(say, counts->levels[index].level), text);
    }
    gateway_html_raw(html, "</ul>\n");
}

static void add_handled(struct gateway_html *html, const struct exchange *exchange,
                        const struct kiosk *kiosk)
{
    const struct say *say = &exchange->say;
    const struct site *site = exchange->gateway->site;
    const uint32_t area = area_of(exchange);
    unsigned shown = 0;
    for (unsigned index = 0; index < kiosk->handled_count && shown < HANDLED_SHOWN_MAX; index++) {
        const struct handled *handled = &kiosk->handled[index];
        const uint32_t at = site_area_find(site, handled->area);
        if (area != SITE_NONE && (at == SITE_NONE || !site_area_within(site, at, area))) {
            continue;
        }
        if (shown++ == 0) {
            gateway_html_add(html, "<h2>%s</h2>\n", say_choose(say, "办理公示", "What was done"));
        }
        gateway_html_add(html, "<section class=\"bulletin\"><h3>%s</h3><p>%s</p></section>\n",
                         handled->title, handled->text);
    }
}

static void show(struct exchange *exchange, const struct kiosk *kiosk)
{
    const struct say *say = &exchange->say;
    char now[SAY_TIME_BYTES], today[SAY_TIME_BYTES];
    struct gateway_html html = {.bytes = NULL};
    const uint64_t now_ms = clock_now_ms(&exchange->gateway->clock);
    const struct site *site = exchange->gateway->site;
    say_time_exact(say, now_ms, now);
    now[16] = '\0';
    (void)snprintf(today, sizeof today, "%.10s", now);
    add_head(&html, exchange, "kiosk");
    gateway_html_add(&html,
                     "<header><span class=\"site\">%s</span><span class=\"clock\">%s</span>"
                     "</header>\n<main>\n<h1>%s</h1>\n",
                     say->language == SAY_CHINESE ? site->name : site->name_en, now,
                     say_choose(say, "居民诉求办理情况", "Residents' reports"));
    if (kiosk->counts_us != 0) {
        add_counts(&html, say, &kiosk->counts);
    } else {
        gateway_html_add(
            &html, "<p class=\"note warn\">%s</p>\n",
            say_choose(say, "数字暂时取不到，稍后自动刷新。",
                       "The numbers cannot be had at the moment; this page tries again "
                       "by itself."));
    }
    bool begun = false;
    for (unsigned index = 0; index < kiosk->bulletin_count; index++) {
        const struct bulletin *bulletin = &kiosk->bulletins[index];
        if (!is_shown(bulletin, today)) {
            continue;
        }
        if (!begun) {
            gateway_html_add(&html, "<h2>%s</h2>\n", say_choose(say, "公告", "Notices"));
            begun = true;
        }
        gateway_html_add(&html, "<section class=\"bulletin\"><h3>%s</h3><p>%s</p></section>\n",
                         bulletin->title, bulletin->text);
    }
    add_handled(&html, exchange, kiosk);
    gateway_html_raw(&html, "</main>\n");
    answer(&html, exchange, REFRESH_S, true);
}

static void take_board(struct counts *counts, const Paidan__Boarded *board)
{
    counts->open = board->open;
    counts->overdue = board->overdue;
    counts->resolved = board->resolved;
    counts->closed = board->closed;
    counts->level_count = 0;
    for (size_t index = 0; index < board->n_levels && index < SITE_LEVELS_MAX; index++) {
        counts->levels[index].level = board->levels[index]->level;
        counts->levels[index].open = board->levels[index]->open;
        counts->level_count++;
    }
}

/* What was published is public: nothing but its words and where it was is kept. */
static void take_handled(struct kiosk *kiosk, const Paidan__BulletinListed *listed)
{
    kiosk->handled_count = 0;
    for (size_t index = 0; index < listed->n_bulletins && index < HANDLED_MAX; index++) {
        struct handled *handled = &kiosk->handled[kiosk->handled_count++];
        const Paidan__Bulletin *bulletin = listed->bulletins[index];
        (void)snprintf(handled->area, sizeof handled->area, "%s",
                       bulletin->area == NULL ? "" : bulletin->area);
        (void)snprintf(handled->title, sizeof handled->title, "%s", bulletin->title);
        (void)snprintf(handled->text, sizeof handled->text, "%s", bulletin->text);
    }
}

/* A service that is away: its numbers as they last were are shown on. */
static void told(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = context;
    struct kiosk *kiosk = kiosk_of(exchange->gateway);
    unsigned *waiting = exchange->state;
    CHECK(kiosk != NULL);
    CHECK(*waiting > 0);
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_BOARDED) {
        take_board(&kiosk->counts, answer->boarded);
        kiosk->counts_us = clock_monotonic_us();
    } else if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_DESK_LISTED) {
        kiosk->counts.desk = answer->desk_listed->waiting;
        kiosk->counts.desk_overdue = answer->desk_listed->overdue;
    }
    if (code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_BULLETIN_LISTED) {
        take_handled(kiosk, answer->bulletin_listed);
    }
    if (--*waiting == 0) {
        show(exchange, kiosk);
    }
}

static void ask(struct exchange *exchange, enum gateway_service service,
                const Paidan__Request *request)
{
    unsigned *waiting = exchange->state;
    if (gateway_upstream_ask(exchange->gateway, service, request, GATEWAY_READ_MS, told,
                             exchange) == RC_OK) {
        ++*waiting;
    }
}

/* As the gateway itself; at the one ticket that such a list cannot do without nobody looks. */
void gateway_kiosk_frame(struct exchange *exchange)
{
    struct kiosk *kiosk = kiosk_of(exchange->gateway);
    Paidan__Board board = PAIDAN__BOARD__INIT;
    Paidan__DeskList desk = PAIDAN__DESK_LIST__INIT;
    Paidan__BulletinList bulletins = PAIDAN__BULLETIN_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    unsigned *waiting = calloc(1, sizeof *waiting);
    CHECK(kiosk != NULL);
    exchange->state = waiting;
    exchange->state_free = free;
    const bool fresh = kiosk->counts_us != 0 && clock_monotonic_us() < kiosk->counts_us + COUNTS_US;
    if (!fresh && waiting != NULL) {
        board.has_limit = desk.has_limit = 1;
        board.limit = desk.limit = 1;
        request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
        request.board = &board;
        ask(exchange, GATEWAY_ESCALATION, &request);
        request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
        request.desk_list = &desk;
        ask(exchange, GATEWAY_TRIAGE, &request);
        bulletins.has_limit = bulletins.has_state = 1;
        bulletins.limit = HANDLED_MAX;
        bulletins.state = PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED;
        request.wish_case = PAIDAN__REQUEST__WISH_BULLETIN_LIST;
        request.bulletin_list = &bulletins;
        ask(exchange, GATEWAY_ARCHIVE, &request);
    }
    if (waiting == NULL || *waiting == 0) {
        show(exchange, kiosk);
    }
}

/* ---- part -------------------------------------------------------------------------------------
 */

static enum rc kiosk_open(struct gateway *gateway, void **context)
{
    struct kiosk *kiosk = calloc(1, sizeof *kiosk);
    *context = kiosk;
    if (kiosk == NULL) {
        return RC_LIMIT;
    }
    bulletins_read(gateway, kiosk);
    return RC_OK;
}

static void kiosk_site(struct gateway *gateway, void *context)
{
    bulletins_read(gateway, context);
}

static void kiosk_close(struct gateway *gateway, void *context)
{
    struct kiosk *kiosk = context;
    (void)gateway;
    free(kiosk->file);
    free(kiosk);
}

const struct gateway_part gateway_kiosk_part = {
    .name = "kiosk", .open = kiosk_open, .close = kiosk_close, .site_changed = kiosk_site};
