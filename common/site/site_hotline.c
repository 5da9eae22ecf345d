/* site_hotline: the files hotline.yaml and hotline-*.csv. Owns the peers and their words. What must stay
 * true: each word of a peer leads to one thing; a category or an area that a word leads to is one of the
 * site's; a URL of the open network is https; and no key stands in these files, so that they may lie where
 * the others lie. */
#include "common/site/site_hotline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"
#include "common/site/site_csv.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PORT_MAX 65535u

static const char *const suites[SITE_HOTLINE_SUITES] = {"hmac-sha256", "hmac-sm3", "sm2-sm3"};

/* What we tell a peer of; a state is one of these. */
static const char *const told[] = {
    "received",      "refused",       "accepted",        "contacted",        "progress",
    "return",        "extend",        "suspend",         "resolved",         "reopened",
    "closed.solved", "closed.partly", "closed.unsolved", "closed.unreached", "closed.withdrawn",
    "merged",        "unmerged"};

const char *site_hotline_suite_name(enum site_hotline_suite suite)
{
    CHECK(suite < SITE_HOTLINE_SUITES);
    return suites[suite];
}

/* ---- asking ---- */

const struct site_hotline_peer *site_hotline_peer_find(const struct site *site, const char *code)
{
    const struct site_hotline *const hotline = site->hotline;
    for (uint32_t index = 0; hotline != NULL && index < hotline->peer_count; index++) {
        if (strcmp(hotline->peers[index].code, code) == 0) {
            return &hotline->peers[index];
        }
    }
    return NULL;
}

/* Of one word, what is for one peer stands before what is for all. */
static int order(const void *left, const void *right)
{
    const struct site_hotline_row *const one = left, *const other = right;
    const int words = strcmp(one->from, other->from);
    return words != 0 ? words : (one->peer > other->peer) - (one->peer < other->peer);
}

static const struct site_hotline_row *
find(const struct site_hotline *hotline, enum site_hotline_map map, uint32_t peer, const char *from)
{
    struct site_hotline_row wanted = {.peer = peer};
    const size_t bytes = strlen(from);
    if (bytes > NAME_BYTES_MAX || hotline->row_counts[map] == 0) {
        return NULL;
    }
    memcpy(wanted.from, from, bytes + 1);
    return bsearch(&wanted, hotline->rows[map], hotline->row_counts[map], sizeof wanted, order);
}

const char *site_hotline_map(const struct site *site, enum site_hotline_map map,
                             const struct site_hotline_peer *peer, const char *from)
{
    const struct site_hotline *const hotline = site->hotline;
    CHECK(map < SITE_HOTLINE_MAPS);
    CHECK(hotline != NULL);
    CHECK(peer >= hotline->peers && peer < hotline->peers + hotline->peer_count);
    const struct site_hotline_row *row =
        find(hotline, map, (uint32_t)(peer - hotline->peers), from);
    if (row == NULL) {
        row = find(hotline, map, SITE_NONE, from);
    }
    return row == NULL ? NULL : row->to;
}

uint32_t site_hotline_duty(const struct site *site, uint64_t at_ms)
{
    const struct site_hotline *const hotline = site->hotline;
    if (hotline == NULL || hotline->duty_unit == SITE_NONE) {
        return SITE_NONE;
    }
    CHECK(hotline->duty_calendar < site->calendar_count);
    CHECK(hotline->duty_unit < site->unit_count);
    const bool open = calendar_next_open(&site->calendars[hotline->duty_calendar], at_ms) <= at_ms;
    return open ? SITE_NONE : hotline->duty_unit;
}

/* ---- hotline.yaml ---- */

static void read_channel(struct site_load *load, const struct site_key *key,
                         const struct site_node *value, void *target)
{
    uint32_t *const channel = (uint32_t *)(void *)((unsigned char *)target + key->offset);
    const char *text = site_node_text(load, value);
    if (text == NULL) {
        return;
    }
    *channel = site_channel_find(load->site, text);
    if (*channel == SITE_NONE) {
        site_say(load, value->line, SAY_HOTLINE_CHANNEL, site_shown(load, text));
    }
}

/* "127.0.0.1:8331": TLS and the world's address are nginx's. */
static void read_listen(struct site_load *load, const struct site_key *key,
                        const struct site_node *value, void *target)
{
    struct site_hotline *hotline = target;
    const char *text = site_node_text(load, value);
    uint64_t port = 0;
    (void)key;
    if (text == NULL) {
        return;
    }
    const char *const colon = strrchr(text, ':');
    const bool own = strncmp(text, "127.", 4) == 0 || strncmp(text, "[::1]:", 6) == 0;
    if (!own || colon == NULL || strlen(text) >= sizeof hotline->listen ||
        !site_digits_read(colon + 1, text + strlen(text), &port) || port > PORT_MAX) {
        site_say(load, value->line, SAY_HOTLINE_LISTEN, site_shown(load, text));
        return;
    }
    memcpy(hotline->listen, text, strlen(text) + 1);
}

static void read_suite(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    struct site_hotline_peer *peer = target;
    const char *text = site_node_text(load, value);
    (void)key;
    for (size_t index = 0; text != NULL && index < COUNT(suites); index++) {
        if (strcmp(text, suites[index]) == 0) {
            peer->suite = (enum site_hotline_suite)index;
            return;
        }
    }
    if (text != NULL) {
        site_say(load, value->line, SAY_HOTLINE_SUITE, site_shown(load, text));
    }
}

/* Printable, without a blank: it is signed and sent as it is. */
static bool is_plain(const char *text)
{
    size_t at = 0;
    while (text[at] > ' ' && text[at] <= '~') {
        at++;
    }
    return at > 0 && text[at] == '\0';
}

/* The host is judged when it is called, for a name may lead anywhere; here what can be seen. */
static void read_url(struct site_load *load, const struct site_key *key,
                     const struct site_node *value, void *target)
{
    struct site_hotline_peer *peer = target;
    const char *text = site_node_text(load, value);
    (void)key;
    if (text == NULL) {
        return;
    }
    const bool secure = strncasecmp(text, "https://", 8) == 0;
    const bool plain = strncasecmp(text, "http://", 7) == 0;
    const char *const host = text + (secure ? 8 : plain ? 7 : 0);
    const size_t host_bytes = strcspn(host, "/?#");
    const bool near = strncmp(host, "127.", 4) == 0 || strncmp(host, "[::1]", 5) == 0 ||
                      strncasecmp(host, "localhost", 9) == 0;
    if ((!secure && !(plain && near)) || !is_plain(text) || host_bytes == 0 ||
        strlen(text) > SITE_HOTLINE_URL_BYTES_MAX || memchr(host, '@', host_bytes) != NULL ||
        strpbrk(host, "#") != NULL) {
        site_say(load, value->line, SAY_HOTLINE_URL, site_shown(load, text));
        return;
    }
    memcpy(peer->url, text, strlen(text) + 1);
}

static const struct site_key peer_keys[] = {
    {.name = "code",
     .required = true,
     .read = site_key_code,
     .offset = offsetof(struct site_hotline_peer, code)},
    {.name = "name",
     .required = true,
     .read = site_key_name,
     .offset = offsetof(struct site_hotline_peer, name)},
    {.name = "name_en",
     .read = site_key_name,
     .offset = offsetof(struct site_hotline_peer, name_en)},
    {.name = "suite", .required = true, .read = read_suite},
    {.name = "url", .read = read_url},
    {.name = "ours", .read = site_key_code, .offset = offsetof(struct site_hotline_peer, ours)},
    {.name = "inside", .read = site_key_flag, .offset = offsetof(struct site_hotline_peer, inside)},
};

/* A peer's code names the destination of what is told to it, beside our own services. */
static bool code_taken(const struct site *site, const char *code)
{
    static const char *const ours[] = {"intake", "triage", "escalation", "callback",
                                       "access", "calls",  "hotline",    "archive"};
    for (size_t index = 0; index < COUNT(ours); index++) {
        if (strcmp(ours[index], code) == 0) {
            return true;
        }
    }
    return site_hotline_peer_find(site, code) != NULL;
}

static void read_peer(struct site_load *load, const struct site_node *node,
                      struct site_hotline *hotline)
{
    struct site_hotline_peer peer = {.ours = "paidan"};
    CHECK(hotline->peer_count < SITE_HOTLINE_PEERS_MAX);
    if (!site_keys_read(load, node, peer_keys, COUNT(peer_keys), &peer)) {
        return;
    }
    if (peer.code[0] != '\0' && code_taken(load->site, peer.code)) {
        site_say(load, node->line, SAY_HOTLINE_PEER_TWICE, peer.code);
        return;
    }
    if (peer.name_en[0] == '\0') {
        memcpy(peer.name_en, peer.name, sizeof peer.name);
    }
    hotline->peers[hotline->peer_count++] = peer;
}

static void read_peers(struct site_load *load, const struct site_key *key,
                       const struct site_node *value, void *target)
{
    if (site_node_list(load, value, key->name, SITE_HOTLINE_PEERS_MAX)) {
        for (const struct site_node *item = value->child; item != NULL; item = item->next) {
            read_peer(load, item, target);
        }
    }
}

static void read_duty_unit(struct site_load *load, const struct site_key *key,
                           const struct site_node *value, void *target)
{
    const char *const text = site_node_text(load, value);
    const uint32_t found = text == NULL ? SITE_NONE : site_unit_find(load->site, text);
    if (text != NULL && found == SITE_NONE) {
        site_say(load, value->line, SAY_HOTLINE_DUTY_UNIT, site_shown(load, text));
    }
    CHECK(key->offset == offsetof(struct site_hotline, duty_unit));
    ((struct site_hotline *)target)->duty_unit = found;
}

/* Neither without the other: hours that nobody stands in for, or somebody for no hours. */
static const struct site_key duty_keys[] = {
    {.name = "calendar",
     .required = true,
     .read = site_key_calendar,
     .offset = offsetof(struct site_hotline, duty_calendar)},
    {.name = "unit",
     .required = true,
     .read = read_duty_unit,
     .offset = offsetof(struct site_hotline, duty_unit)},
};

static void read_duty(struct site_load *load, const struct site_key *key,
                      const struct site_node *value, void *target)
{
    (void)key;
    (void)site_keys_read(load, value, duty_keys, COUNT(duty_keys), target);
}

static const struct site_key file_keys[] = {
    {.name = "channel",
     .required = true,
     .read = read_channel,
     .offset = offsetof(struct site_hotline, channel)},
    {.name = "listen", .required = true, .read = read_listen},
    {.name = "peers", .read = read_peers},
    {.name = "duty", .read = read_duty},
    {.name = "calls", .read = site_key_flag, .offset = offsetof(struct site_hotline, calls)},
    {.name = "calls_channel",
     .read = read_channel,
     .offset = offsetof(struct site_hotline, calls_channel)},
};

/* ---- the tables ---- */

enum { COLUMN_PEER, COLUMN_FROM, COLUMN_TO };

static const struct site_csv_column category_columns[] = {
    [COLUMN_PEER] = {"peer", "对端", true},
    [COLUMN_FROM] = {"theirs", "对方写法", true},
    [COLUMN_TO] = {"category", "类别", true}};
static const struct site_csv_column division_columns[] = {
    [COLUMN_PEER] = {"peer", "对端", true},
    [COLUMN_FROM] = {"theirs", "对方写法", true},
    [COLUMN_TO] = {"area", "区域", true}};
static const struct site_csv_column state_columns[] = {[COLUMN_PEER] = {"peer", "对端", true},
                                                       [COLUMN_FROM] = {"ours", "我方状态", true},
                                                       [COLUMN_TO] = {"theirs", "对方写法", true}};

static const struct site_csv_column unit_columns[] = {[COLUMN_PEER] = {"peer", "对端", true},
                                                      [COLUMN_FROM] = {"theirs", "对方写法", true},
                                                      [COLUMN_TO] = {"unit", "单位", true}};

/* Whether what a word leads to exists; else says so. */
static bool leads_somewhere(struct site_load *load, enum site_hotline_map map, uint32_t line,
                            const char *from, const char *to)
{
    bool known = false;
    switch (map) {
    case SITE_HOTLINE_CATEGORIES:
        known = site_category_find(load->site, to) != SITE_NONE;
        break;
    case SITE_HOTLINE_DIVISIONS:
        known = site_area_find(load->site, to) != SITE_NONE;
        break;
    case SITE_HOTLINE_UNITS:
        known = site_unit_find(load->site, to) != SITE_NONE;
        break;
    default:
        for (size_t index = 0; index < COUNT(told); index++) {
            known = known || strcmp(told[index], from) == 0;
        }
    }
    if (!known) {
        site_say(load, line, SAY_HOTLINE_MAP_UNKNOWN,
                 site_shown(load, map == SITE_HOTLINE_STATES ? from : to));
    }
    return known;
}

static void take_row(struct site_load *load, const struct site_csv_row *row,
                     enum site_hotline_map map)
{
    struct site_hotline *const hotline = load->site->hotline;
    const uint32_t position = hotline->row_counts[map];
    struct site_hotline_row made = {.peer = SITE_NONE, .line = row->line};
    const char *const code = row->cells[COLUMN_PEER];
    CHECK(position < SITE_HOTLINE_ROWS_MAX);
    if (strcmp(code, "*") != 0) {
        const struct site_hotline_peer *const peer = site_hotline_peer_find(load->site, code);
        if (peer == NULL) {
            site_say(load, row->line, SAY_HOTLINE_PEER_UNKNOWN, site_shown(load, code));
            return;
        }
        made.peer = (uint32_t)(peer - hotline->peers);
    }
    if (!site_name_valid(load, row->line, row->cells[COLUMN_FROM]) ||
        !site_name_valid(load, row->line, row->cells[COLUMN_TO]) ||
        !leads_somewhere(load, map, row->line, row->cells[COLUMN_FROM], row->cells[COLUMN_TO])) {
        return;
    }
    memcpy(made.from, row->cells[COLUMN_FROM], strlen(row->cells[COLUMN_FROM]) + 1);
    memcpy(made.to, row->cells[COLUMN_TO], strlen(row->cells[COLUMN_TO]) + 1);
    if (!site_grow((void **)&hotline->rows[map], position, sizeof made)) {
        load->no_memory = true;
        return;
    }
    hotline->rows[map][position] = made;
    hotline->row_counts[map]++;
}

static void take_category(struct site_load *load, const struct site_csv_row *row)
{
    take_row(load, row, SITE_HOTLINE_CATEGORIES);
}

static void take_division(struct site_load *load, const struct site_csv_row *row)
{
    take_row(load, row, SITE_HOTLINE_DIVISIONS);
}

static void take_state(struct site_load *load, const struct site_csv_row *row)
{
    take_row(load, row, SITE_HOTLINE_STATES);
}

static void take_unit(struct site_load *load, const struct site_csv_row *row)
{
    take_row(load, row, SITE_HOTLINE_UNITS);
}

static const struct site_csv_format tables[SITE_HOTLINE_MAPS] = {
    {SITE_HOTLINE_CATEGORIES_CSV, category_columns, COUNT(category_columns), SITE_HOTLINE_ROWS_MAX,
     take_category},
    {SITE_HOTLINE_DIVISIONS_CSV, division_columns, COUNT(division_columns), SITE_HOTLINE_ROWS_MAX,
     take_division},
    {SITE_HOTLINE_STATES_CSV, state_columns, COUNT(state_columns), SITE_HOTLINE_ROWS_MAX,
     take_state},
    {SITE_HOTLINE_UNITS_CSV, unit_columns, COUNT(unit_columns), SITE_HOTLINE_ROWS_MAX, take_unit}};

/* Sorted for looking up; a word that stands twice for one peer would lead to either. */
static void sort(struct site_load *load, enum site_hotline_map map)
{
    const struct site_hotline *const hotline = load->site->hotline;
    struct site_hotline_row *const rows = hotline->rows[map];
    const uint32_t count = hotline->row_counts[map];
    if (count > 0) {
        qsort(rows, count, sizeof *rows, order);
    }
    for (uint32_t index = 1; index < count; index++) {
        if (order(&rows[index - 1], &rows[index]) == 0) {
            const uint32_t one = rows[index - 1].line, other = rows[index].line;
            site_say(load, one > other ? one : other, SAY_HOTLINE_MAP_TWICE,
                     site_shown(load, rows[index].from), one > other ? other : one);
        }
    }
}

const char *site_hotline_calls(const struct site *site)
{
    const struct site_hotline *const hotline = site == NULL ? NULL : site->hotline;
    if (hotline == NULL || !hotline->calls) {
        return NULL;
    }
    const uint32_t own =
        hotline->calls_channel != SITE_NONE ? hotline->calls_channel : hotline->channel;
    return own == SITE_NONE ? NULL : site->channels[own].code;
}

void site_hotline_read(struct site_load *load)
{
    CHECK(load->site->hotline == NULL);
    if (!load->usable[SITE_HOTLINE_YAML]) {
        return; /* its tables are no mistake: the adapter is not started */
    }
    struct site_hotline *hotline = calloc(1, sizeof *hotline);
    if (hotline == NULL) {
        load->no_memory = true;
        return;
    }
    hotline->channel = SITE_NONE;
    hotline->calls_channel = SITE_NONE;
    hotline->duty_unit = SITE_NONE;
    load->site->hotline = hotline;
    load->file = SITE_HOTLINE_YAML;
    const struct site_node *const root = site_yaml_parse(load);
    if (root == NULL || !site_keys_read(load, root, file_keys, COUNT(file_keys), hotline)) {
        return;
    }
    for (unsigned map = 0; map < SITE_HOTLINE_MAPS && !load->no_memory; map++) {
        if (load->usable[tables[map].file]) {
            site_csv_read(load, &tables[map]);
            load->file = tables[map].file;
            sort(load, (enum site_hotline_map)map);
        }
    }
}

void site_hotline_free(struct site *site)
{
    for (unsigned map = 0; site->hotline != NULL && map < SITE_HOTLINE_MAPS; map++) {
        free(site->hotline->rows[map]);
    }
    free(site->hotline);
    site->hotline = NULL;
}
