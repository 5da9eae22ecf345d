/* site_wechat: the file wechat.yaml. Owns what stands in struct site_wechat, in the pool of the site's
 * index. What must stay true: every account has a name of its own and what its platform cannot do without;
 * the channel is one of the site's; and there is always somebody to call for what is dangerous, whether
 * the site lists it or not. Tokens, keys and secrets have no place here: a key that looks like one is
 * unknown, so that nobody keeps one in a folder that is copied around. */
#include "common/site/site_wechat.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_rules.h"
#include "common/site/site_yaml.h"
#include "common/text/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { DAY_MAX = 10000000 }; /* messages a day: beyond every quota of the platforms */

/* ---- single values ---- */

/* Text into a field of `max` bytes with room for its end, where `fits` says so. */
static void copy_text(struct site_load *load, const struct site_key *key,
                      const struct site_node *node, void *target)
{
    const char *text = site_node_text(load, node);
    CHECK(key->max > 0);
    if (text != NULL && !text_copy((char *)target + key->offset, (size_t)key->max + 1, text)) {
        site_say(load, node->line, SAY_NAME_TOO_LONG, site_shown(load, text));
    }
}

static bool begins(const char *text, const char *sealed, const char *plain)
{
    return strncmp(text, sealed, strlen(sealed)) == 0 || strncmp(text, plain, strlen(plain)) == 0;
}

/* https, or http within the own network: what is sent holds residents' words. */
static void read_url(struct site_load *load, const struct site_key *key,
                     const struct site_node *node, void *target)
{
    const char *text = site_node_text(load, node);
    if (text == NULL) {
        return;
    }
    if (!begins(text, "https://", "http://") || strpbrk(text, " \t\"<>") != NULL) {
        site_say(load, node->line, SAY_WECHAT_URL, site_shown(load, text));
        return;
    }
    copy_text(load, key, node, target);
}

/* A word out of a list, by its place. */
static unsigned read_word(struct site_load *load, const struct site_node *node,
                          const char *const *words, unsigned count, const char *all)
{
    const char *text = site_node_text(load, node);
    CHECK(count > 0);
    for (unsigned index = 0; text != NULL && index < count; index++) {
        if (strcmp(text, words[index]) == 0) {
            return index;
        }
    }
    if (text != NULL) {
        site_say(load, node->line, SAY_WECHAT_WORD, site_shown(load, text), all);
    }
    return 0;
}

/* ---- templates ---- */

static void read_fill(struct site_load *load, const struct site_key *key,
                      const struct site_node *node, void *target)
{
    static const char *const words[] = {"number", "state", "time", "text", "code"};
    struct site_wechat_value *value = target;
    (void)key;
    value->fill = (enum site_wechat_fill)read_word(load, node, words, COUNT(words),
                                                   "number state time text code");
}

static const struct site_key value_keys[] = {
    {.name = "name",
     .required = true,
     .read = copy_text,
     .offset = offsetof(struct site_wechat_value, name),
     .max = CODE_BYTES_MAX},
    {.name = "fill", .required = true, .read = read_fill},
};

static void read_values(struct site_load *load, const struct site_key *key,
                        const struct site_node *node, void *target)
{
    struct site_wechat_template *template = target;
    if (!site_node_list(load, node, key->name, SITE_WECHAT_VALUES_MAX)) {
        return;
    }
    for (const struct site_node *item = node->child; item != NULL; item = item->next) {
        CHECK(template->value_count < SITE_WECHAT_VALUES_MAX);
        (void)site_keys_read(load, item, value_keys, COUNT(value_keys),
                             &template->values[template->value_count++]);
    }
}

static const struct site_key template_keys[] = {
    {.name = "id",
     .required = true,
     .read = copy_text,
     .offset = offsetof(struct site_wechat_template, id),
     .max = SITE_WECHAT_ID_BYTES},
    {.name = "lasting",
     .read = site_key_flag,
     .offset = offsetof(struct site_wechat_template, lasting)},
    {.name = "values", .required = true, .read = read_values},
};

static void read_template(struct site_load *load, const struct site_key *key,
                          const struct site_node *node, void *target)
{
    struct site_wechat_account *account = target;
    (void)key;
    (void)site_keys_read(load, node, template_keys, COUNT(template_keys), &account->notice);
}

/* ---- accounts ---- */

static void read_platform(struct site_load *load, const struct site_key *key,
                          const struct site_node *node, void *target)
{
    static const char *const words[] = {"official", "wecom", "robot"};
    struct site_wechat_account *account = target;
    (void)key;
    account->platform = (enum site_wechat_platform)read_word(load, node, words, COUNT(words),
                                                             "official wecom robot");
}

static void read_mode(struct site_load *load, const struct site_key *key,
                      const struct site_node *node, void *target)
{
    static const char *const words[] = {"plain", "compatible", "safe"};
    struct site_wechat_account *account = target;
    (void)key;
    account->mode =
        (enum site_wechat_mode)read_word(load, node, words, COUNT(words), "plain compatible safe");
}

static void read_connect(struct site_load *load, const struct site_key *key,
                         const struct site_node *node, void *target)
{
    static const char *const words[] = {"callback", "websocket"};
    struct site_wechat_account *account = target;
    (void)key;
    account->socket = read_word(load, node, words, COUNT(words), "callback websocket") == 1;
}

/* Which scheme fits is judged with the rest of the account. */
static void read_api(struct site_load *load, const struct site_key *key,
                     const struct site_node *node, void *target)
{
    const char *text = site_node_text(load, node);
    if (text != NULL && begins(text, "wss://", "ws://") && strpbrk(text, " \t\"<>") == NULL) {
        copy_text(load, key, node, target);
    } else {
        read_url(load, key, node, target);
    }
}

static const struct site_key account_keys[] = {
    {.name = "code",
     .required = true,
     .read = site_key_code,
     .offset = offsetof(struct site_wechat_account, code)},
    {.name = "platform", .required = true, .read = read_platform},
    {.name = "connect", .read = read_connect},
    {.name = "mode", .read = read_mode},
    {.name = "app_id",
     .read = copy_text,
     .offset = offsetof(struct site_wechat_account, app_id),
     .max = 2 * CODE_BYTES_MAX},
    {.name = "agent",
     .read = copy_text,
     .offset = offsetof(struct site_wechat_account, agent),
     .max = CODE_BYTES_MAX},
    {.name = "api",
     .read = read_api,
     .offset = offsetof(struct site_wechat_account, api),
     .max = SITE_WECHAT_URL_BYTES},
    {.name = "inside",
     .read = site_key_flag,
     .offset = offsetof(struct site_wechat_account, inside)},
    {.name = "customer",
     .read = site_key_flag,
     .offset = offsetof(struct site_wechat_account, customer)},
    {.name = "menus", .read = site_key_flag, .offset = offsetof(struct site_wechat_account, menus)},
    {.name = "customer_day_max",
     .read = site_key_count,
     .offset = offsetof(struct site_wechat_account, customer_day_max),
     .min = 1,
     .max = DAY_MAX},
    {.name = "notice_day_max",
     .read = site_key_count,
     .offset = offsetof(struct site_wechat_account, notice_day_max),
     .min = 1,
     .max = DAY_MAX},
    {.name = "notice", .read = read_template},
};

/* What a platform cannot do without. "sms" and "media" are names of destinations of ours. */
static void check_account(struct site_load *load, uint32_t line, const struct site_wechat *wechat,
                          const struct site_wechat_account *account)
{
    static const char *const ours[] = {"sms",    "media",      "intake",
                                       "triage", "escalation", "callback"};
    if (site_wechat_account(wechat, account->code) != NULL) {
        site_say(load, line, SAY_CODE_DUPLICATE, account->code);
    }
    for (size_t index = 0; index < COUNT(ours); index++) {
        if (strcmp(ours[index], account->code) == 0) {
            site_say(load, line, SAY_WECHAT_RESERVED, account->code);
        }
    }
    const bool named = account->platform != SITE_WECHAT_ROBOT || account->socket;
    if (named && account->app_id[0] == '\0') {
        site_say(load, line, SAY_YAML_KEY_MISSING, "app_id");
    }
    if (account->socket && account->platform != SITE_WECHAT_ROBOT) {
        site_say(load, line, SAY_WECHAT_CONNECT, account->code);
    }
    if (account->api[0] != '\0' && begins(account->api, "wss://", "ws://") != account->socket) {
        site_say(load, line, SAY_WECHAT_SCHEME, account->api);
    }
    if (account->platform == SITE_WECHAT_WECOM && account->agent[0] == '\0') {
        site_say(load, line, SAY_YAML_KEY_MISSING, "agent");
    }
}

static void read_accounts(struct site_load *load, const struct site_key *key,
                          const struct site_node *node, void *target)
{
    struct site_wechat *wechat = target;
    if (!site_node_list(load, node, key->name, SITE_WECHAT_ACCOUNTS_MAX)) {
        return;
    }
    for (const struct site_node *item = node->child; item != NULL; item = item->next) {
        struct site_wechat_account account = {.mode = SITE_WECHAT_SAFE, .customer = true};
        const uint32_t before = load->report->count;
        (void)site_keys_read(load, item, account_keys, COUNT(account_keys), &account);
        if (load->report->count == before) {
            check_account(load, item->line, wechat, &account);
        }
        if (account.api[0] == '\0') {
            (void)text_copy(account.api, sizeof account.api,
                            account.platform == SITE_WECHAT_OFFICIAL ? "https://api.weixin.qq.com"
                            : account.socket ? "wss://openws.work.weixin.qq.com"
                                             : "https://qyapi.weixin.qq.com");
        }
        CHECK(wechat->account_count < SITE_WECHAT_ACCOUNTS_MAX);
        wechat->accounts[wechat->account_count++] = account;
    }
}

/* ---- dangers ---- */

/* What any city's emergency services are for. A site that lists its own, here or by rules that name a
 * number (site_rules.h), replaces all of it. */
static const struct {
    const char *call, *words;
} dangers_by_default[] = {
    {"119",
     "着火|起火|火灾|失火|冒烟|燃气泄漏|煤气泄漏|天然气泄漏|燃气味|煤气味|爆炸|被困|坍塌|"
     "塌方|on fire|gas leak|smell of gas|explosion|trapped"},
    {"120", "受伤|昏倒|昏迷|中毒|溺水|触电|injured|unconscious|drowning|poisoned"},
    {"110", "打架|斗殴|持刀|行凶|抢劫|绑架|跳楼|轻生|自杀|杀人|家暴|robbery|with a knife|suicide"},
};

static void take_word(struct site_load *load, uint32_t line, char *part, void *context)
{
    struct site_wechat_danger *danger = context;
    char *normalised = NULL;
    size_t bytes = 0;
    if (danger->word_count == SITE_WECHAT_WORDS_MAX) {
        site_say(load, line, SAY_LIST_TOO_LONG, "words", (unsigned)SITE_WECHAT_WORDS_MAX);
        return;
    }
    if (text_normalise(&load->arena, part, &normalised, &bytes) != RC_OK || bytes == 0) {
        return;
    }
    if (!text_copy(danger->words[danger->word_count], sizeof danger->words[0], normalised)) {
        site_say(load, line, SAY_NAME_TOO_LONG, site_shown(load, part));
        return;
    }
    danger->word_count++;
}

static void take_words(struct site_load *load, const struct site_key *key,
                       const struct site_node *node, void *target)
{
    const char *text = site_node_text(load, node);
    (void)key;
    if (text != NULL) {
        site_parts(load, node->line, text, take_word, target);
    }
}

static const struct site_key danger_keys[] = {
    {.name = "call",
     .required = true,
     .read = copy_text,
     .offset = offsetof(struct site_wechat_danger, call),
     .max = PHONE_BYTES_MAX},
    {.name = "words", .required = true, .read = take_words},
};

static void read_dangers(struct site_load *load, const struct site_key *key,
                         const struct site_node *node, void *target)
{
    struct site_wechat *wechat = target;
    if (!site_node_list(load, node, key->name, SITE_WECHAT_DANGERS_MAX)) {
        return;
    }
    for (const struct site_node *item = node->child; item != NULL; item = item->next) {
        CHECK(wechat->danger_count < SITE_WECHAT_DANGERS_MAX);
        (void)site_keys_read(load, item, danger_keys, COUNT(danger_keys),
                             &wechat->dangers[wechat->danger_count++]);
    }
}

static void default_dangers(struct site_load *load, struct site_wechat *wechat)
{
    for (size_t index = 0; index < COUNT(dangers_by_default); index++) {
        struct site_wechat_danger *danger = &wechat->dangers[wechat->danger_count++];
        CHECK(wechat->danger_count <= SITE_WECHAT_DANGERS_MAX);
        (void)text_copy(danger->call, sizeof danger->call, dangers_by_default[index].call);
        site_parts(load, 0, dangers_by_default[index].words, take_word, danger);
    }
}

/* ---- the file ---- */

static void read_quiet(struct site_load *load, const struct site_key *key,
                       const struct site_node *node, void *target)
{
    struct site_wechat *wechat = target;
    const char *text = site_node_text(load, node);
    unsigned from = 0;
    unsigned until = 0;
    (void)key;
    if (text == NULL) {
        return;
    }
    if (strlen(text) != 11 || text[5] != '-' || !site_minute_read(text, &from) ||
        !site_minute_read(text + 6, &until)) {
        site_say(load, node->line, SAY_WECHAT_QUIET, site_shown(load, text));
        return;
    }
    wechat->quiet_from_min = from % (24 * 60);
    wechat->quiet_to_min = until % (24 * 60);
}

static void read_channel(struct site_load *load, const struct site_key *key,
                         const struct site_node *node, void *target)
{
    const char *const code = (const char *)target + key->offset;
    site_key_code(load, key, node, target);
    if (code[0] != '\0' && load->usable[SITE_YAML] &&
        site_channel_find(load->site, code) == SITE_NONE) {
        site_say(load, node->line, SAY_CHANNEL_UNKNOWN, code);
    }
}

static const struct site_key sms_keys[] = {
    {.name = "url",
     .required = true,
     .read = read_url,
     .offset = offsetof(struct site_wechat_sms, url),
     .max = SITE_WECHAT_URL_BYTES},
    {.name = "inside", .read = site_key_flag, .offset = offsetof(struct site_wechat_sms, inside)},
};

static void read_sms(struct site_load *load, const struct site_key *key,
                     const struct site_node *node, void *target)
{
    struct site_wechat *wechat = target;
    (void)key;
    (void)site_keys_read(load, node, sms_keys, COUNT(sms_keys), &wechat->sms);
}

static const struct site_key keys[] = {
    {.name = "channel",
     .required = true,
     .read = read_channel,
     .offset = offsetof(struct site_wechat, channel)},
    {.name = "phones_channel",
     .read = read_channel,
     .offset = offsetof(struct site_wechat, phones_channel)},
    {.name = "listen",
     .required = true,
     .read = copy_text,
     .offset = offsetof(struct site_wechat, listen),
     .max = sizeof((struct site_wechat *)0)->listen - 1},
    {.name = "hotline",
     .read = copy_text,
     .offset = offsetof(struct site_wechat, hotline),
     .max = PHONE_BYTES_MAX},
    {.name = "page",
     .read = read_url,
     .offset = offsetof(struct site_wechat, page),
     .max = SITE_WECHAT_URL_BYTES},
    {.name = "privacy",
     .read = read_url,
     .offset = offsetof(struct site_wechat, privacy),
     .max = SITE_WECHAT_URL_BYTES},
    {.name = "consent", .read = site_key_flag, .offset = offsetof(struct site_wechat, consent)},
    {.name = "draft",
     .read = site_key_span,
     .offset = offsetof(struct site_wechat, draft_ms),
     .min = 5 * SITE_SECOND_MS,
     .max = 10 * SITE_MINUTE_MS},
    {.name = "supplement",
     .read = site_key_span,
     .offset = offsetof(struct site_wechat, supplement_ms),
     .min = SITE_MINUTE_MS,
     .max = 24 * SITE_HOUR_MS},
    {.name = "quiet", .read = read_quiet},
    {.name = "sms", .read = read_sms},
    {.name = "dangers", .read = read_dangers},
    {.name = "accounts", .required = true, .read = read_accounts},
};

void site_wechat_read(struct site_load *load)
{
    if (!load->usable[SITE_WECHAT]) {
        return;
    }
    load->file = SITE_WECHAT;
    const struct site_node *root = site_yaml_parse(load);
    struct site_wechat *wechat = site_pool_alloc(&load->site->index->pool, sizeof *wechat);
    load->no_memory |= wechat == NULL;
    if (root == NULL || wechat == NULL) {
        return;
    }
    CHECK(load->file == SITE_WECHAT);
    *wechat = (struct site_wechat){
        .hotline = "12345", .draft_ms = SITE_MINUTE_MS, .supplement_ms = 30 * SITE_MINUTE_MS};
    (void)site_keys_read(load, root, keys, COUNT(keys), wechat);
    if (wechat->danger_count == 0 && !site_rules_name_calls(load->site)) {
        default_dangers(load, wechat);
    }
    load->site->wechat = wechat;
}

const struct site_wechat_account *site_wechat_account(const struct site_wechat *wechat,
                                                      const char *code)
{
    CHECK(code != NULL);
    for (uint32_t index = 0; wechat != NULL && index < wechat->account_count; index++) {
        if (strcmp(wechat->accounts[index].code, code) == 0) {
            return &wechat->accounts[index];
        }
    }
    return NULL;
}
