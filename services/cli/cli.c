/* cli: what every command stands on: language, instance, the site, asking services, saying what is
 * wrong. It knows options but no command (the table stands above it, cli_commands.c), so that
 * anything here can be called from anywhere without a circle.
 *
 * Three rules are kept here for all commands. Refusals go to standard error as one line `paidan:
 * CODE: sentence (detail)` in the user's language, the code being the part that scripts read; with
 * --json each is one object with the sentence in both languages. Standard output is flushed before,
 * so that lines keep their order on a terminal. And nothing is opened before it is needed: help and
 * --version work without an instance. */

#include "cli.h"

#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_detail.h"
#include "common/say/say_plain.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

enum { TIMEOUT_S_DEFAULT = 10, TIMEOUT_S_MAX = 3600 };
/* The largest answer is a frame; what it unpacks to and what a command makes of it fits. */
#define CLI_ARENA_BYTES (512u << 20)

const char *const cli_services[CLI_STORES + 1] = {"intake", "triage",  "escalation", "callback",
                                                  "access", "archive", "wechat",     "hotline",
                                                  "mqtt",   "webhook", NULL};
static_assert(ADAPTERS == 4, "each adapter of common/say/adapter.c stands in cli_services");

bool cli_has_store(const struct cli *cli, const char *service)
{
    char path[PATH_MAX + 64];
    const bool adapter = adapter_find(service) != NULL;
    if (strcmp(service, "access") != 0 && strcmp(service, "archive") != 0 && !adapter) {
        return true; /* its absence is for whoever opens it to say */
    }
    /* Of an installation the folders are there in any case. */
    (void)snprintf(path, sizeof path, "%s/%s%s", cli->data_dir, service,
                   adapter ? "/data.mdb" : "");
    return access(path, F_OK) == 0;
}

/* --lang, else the environment. Anything that is not Chinese is English: a service unit has LANG=C
 * and its log must still be readable abroad. */
static enum say_language language_of(const struct cli *cli)
{
    if (cli->values[CLI_LANG] != NULL) {
        const char *named = cli->values[CLI_LANG];
        return strncmp(named, "zh", 2) == 0 || strcmp(named, "中文") == 0 ? SAY_CHINESE
                                                                          : SAY_ENGLISH;
    }
    /* The order of POSIX; the first that is set decides, also when it says C. */
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        const char *value = getenv(names[index]);
        if (value != NULL && value[0] != '\0') {
            return strncasecmp(value, "zh", 2) == 0 ? SAY_CHINESE : SAY_ENGLISH;
        }
    }
    return SAY_ENGLISH;
}

/* Which instance is meant: --data, $PAIDAN_DATA, ./data if it is there, else that of the package.
 * The order lets a trial in a checkout work without words. */
static int find_data(struct cli *cli)
{
    const char *folder = cli->values[CLI_DATA], *environment = getenv("PAIDAN_DATA");
    struct stat info;
    if (folder == NULL) {
        folder = environment != NULL && environment[0] != '\0'       ? environment
                 : stat("data", &info) == 0 && S_ISDIR(info.st_mode) ? "data"
                                                                     : "/var/lib/paidan";
    }
    /* Absolute where possible: a socket's path must not depend on where we stand. */
    if (realpath(folder, cli->data_dir) == NULL) {
        if (strlen(folder) >= sizeof cli->data_dir) {
            return cli_usage(cli, "路径太长", "the path is too long", folder);
        }
        (void)snprintf(cli->data_dir, sizeof cli->data_dir, "%s", folder);
    }
    return CLI_EXIT_OK;
}

/* Who is recorded as the one who did it. Not checked here: whoever reaches the socket may say any
 * name; rights are the services' business. */
static int find_actor(struct cli *cli)
{
    const char *name = cli->values[CLI_ACTOR];
    if (name == NULL || name[0] == '\0') {
        name = getenv("PAIDAN_ACTOR");
    }
    cli->actor_given = name != NULL && name[0] != '\0';
    /* The effective user: what was done under sudo is recorded as done by root. */
    if (name == NULL || name[0] == '\0') {
        const struct passwd *user = getpwuid(geteuid());
        name = user == NULL ? "cli" : user->pw_name;
    }
    if (strlen(name) > ACTOR_BYTES_MAX) {
        return cli_usage(cli, "操作人名称太长", "the actor's name is too long", name);
    }
    (void)snprintf(cli->actor, sizeof cli->actor, "%s", name);
    return CLI_EXIT_OK;
}

void cli_voice(struct cli *cli)
{
    cli->say.language = language_of(cli);
    cli->json = cli_given(cli, CLI_JSON);
}

int cli_setup(struct cli *cli)
{
    cli_voice(cli);
    cli->terminal = isatty(STDOUT_FILENO) == 1;
    /* no-color.org: any value that is not empty. */
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    cli->colour = cli->terminal && !cli_given(cli, CLI_NO_COLOUR) &&
                  (no_colour == NULL || no_colour[0] == '\0') &&
                  (terminal == NULL || strcmp(terminal, "dumb") != 0);
    uint64_t timeout_s = 0;
    int status = cli_number(cli, CLI_TIMEOUT, 1, TIMEOUT_S_MAX, TIMEOUT_S_DEFAULT, &timeout_s);
    cli->timeout_ms = timeout_s * 1000;
    if (status == CLI_EXIT_OK) {
        status = find_data(cli);
    }
    return status == CLI_EXIT_OK ? find_actor(cli) : status;
}

void cli_finish(struct cli *cli)
{
    client_close(cli->client);
    site_free(cli->site);
    if (cli->arena_made) {
        arena_fini(&cli->arena);
    }
    free((void *)cli->operands);
}

const char *cli_say(const struct cli *cli, const char *zh, const char *en)
{
    return say_choose(&cli->say, zh, en);
}

bool cli_given(const struct cli *cli, enum cli_option option)
{
    CHECK(option < CLI_OPTION_COUNT);
    return cli->values[option] != NULL;
}

const char *cli_value(const struct cli *cli, enum cli_option option)
{
    CHECK(option < CLI_OPTION_COUNT);
    return cli->values[option];
}

char *cli_text(const struct cli *cli, enum cli_option option)
{
    CHECK(option < CLI_OPTION_COUNT);
    /* protobuf-c declares strings of messages unconst and does not write to them when packing. */
    return (char *)(uintptr_t)cli->values[option];
}

int cli_number(const struct cli *cli, enum cli_option option, uint64_t low, uint64_t high,
               uint64_t fallback, uint64_t *value)
{
    const char *text = cli->values[option];
    if (text == NULL) {
        *value = fallback;
        return CLI_EXIT_OK;
    }
    CHECK(low <= high);
    char *end = NULL;
    errno = 0;
    const unsigned long long read = strtoull(text, &end, 10);
    /* strtoull would take blanks and a minus. */
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || read < low || read > high) {
        char detail[128];
        (void)snprintf(detail, sizeof detail, "--%s %llu..%llu", cli_options[option].name,
                       (unsigned long long)low, (unsigned long long)high);
        return cli_usage(cli, "应是此范围内的整数", "must be a whole number in this range", detail);
    }
    *value = read;
    return CLI_EXIT_OK;
}

/* A span needs the services' time, which may not be this machine's. */
static int service_now(struct cli *cli)
{
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Answer *answer = NULL;
    return cli_ask(cli, "escalation", &ping.base, &answer);
}

int cli_moment(struct cli *cli, enum cli_option option, bool ahead, uint64_t *at_ms)
{
    const char *text = cli->values[option];
    const struct say *say = cli_speak(cli);
    CHECK(text != NULL);
    const int status = say_time_is_span(text) ? service_now(cli) : CLI_EXIT_OK;
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const enum rc rc = ahead ? say_time_read_ahead(say, text, cli->now_ms, at_ms)
                             : say_time_read(say, text, cli->now_ms, at_ms);
    if (rc != RC_OK) {
        char detail[128];
        (void)snprintf(detail, sizeof detail, "--%s %.80s", cli_options[option].name, text);
        if (rc == RC_NOT_FOUND) {
            return cli_usage(
                cli, "时钟拨快时跳过了这个时间，请写另一时间或带上时差",
                "the clock was put forward over this time; write another, or an offset", detail);
        }
        return cli_usage(cli, "时间格式不对", "the time is not understood", detail);
    }
    return CLI_EXIT_OK;
}

/* The detail as people say it, in one language. */
static void say_detail_in(const struct cli *cli, enum say_language language, const char *detail,
                          char text[SAY_DETAIL_BYTES])
{
    struct say say = cli->say;
    say.language = language;
    say_detail(&say, cli_given(cli, CLI_FROM) ? SAY_BY_COLUMN : SAY_BY_OPTION, detail, text);
}

/* For scripts: the code, both sentences, and the detail as the service said it beside what it
 * means. */
static void say_error_json(const struct cli *cli, const char *name, const char *zh, const char *en,
                           const char *detail, int status)
{
    char text[SAY_DETAIL_BYTES];
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:i}", "code", name, "zh", zh, "en", en, "status", status);
    if (detail != NULL) {
        json_object_set_new(object, "detail", json_string(detail));
        say_detail_in(cli, SAY_CHINESE, detail, text);
        json_object_set_new(object, "detail_zh", json_string(text));
        say_detail_in(cli, SAY_ENGLISH, detail, text);
        json_object_set_new(object, "detail_en", json_string(text));
    }
    /* A detail may hold bytes of the user's that are no text: then without it. */
    if (object == NULL || json_dumpf(object, stderr, JSON_COMPACT) != 0) {
        fprintf(stderr, "{\"code\":\"%s\",\"status\":%d}", name, status);
    }
    fputc('\n', stderr);
    json_decref(object);
}

/* The one place that writes a refusal: its form is a promise to scripts. */
static int say_error(const struct cli *cli, const char *name, const char *zh, const char *en,
                     const char *detail, int status)
{
    char text[SAY_DETAIL_BYTES] = "";
    CHECK(status != CLI_EXIT_OK);
    fflush(stdout);
    detail = detail != NULL && detail[0] == '\0' ? NULL : detail;
    if (cli->json) {
        say_error_json(cli, name, zh, en, detail, status);
        return status;
    }
    if (detail != NULL) {
        say_detail_in(cli, cli->say.language, detail, text);
    }
    /* A list of candidates is longer than any field and holds none. */
    const char *said = detail != NULL && strlen(detail) >= sizeof text ? detail : text;
    fprintf(stderr, "paidan: %s: %s%s%s%s\n", name, cli_say(cli, zh, en),
            detail == NULL ? "" : cli_say(cli, "（", " ("), said,
            detail == NULL ? "" : cli_say(cli, "）", ")"));
    return status;
}

/* A name or a code that nothing has: with what is near it in the site. */
static int refuse_unknown(const struct cli *cli, Paidan__Code code, const char *detail)
{
    char said[SAY_DETAIL_BYTES], text[sizeof cli->near + SAY_DETAIL_BYTES + 32];
    say_detail_in(cli, cli->say.language, detail == NULL ? "" : detail, said);
    (void)snprintf(text, sizeof text, "%s%s%s", said, cli_say(cli, "；是不是 ", "; did you mean "),
                   cli->near);
    return say_error(cli, code_name(code), code_sentence_zh(code), code_sentence_en(code), text,
                     code_exit(code));
}

int cli_refuse(const struct cli *cli, Paidan__Code code, const char *detail)
{
    CHECK(code != PAIDAN__CODE__OK);
    if (cli->near[0] != '\0' && code >= PAIDAN__CODE__CHANNEL_UNKNOWN &&
        code <= PAIDAN__CODE__UNIT_UNKNOWN) {
        return refuse_unknown(cli, code, detail);
    }
    return say_error(cli, code_name(code), code_sentence_zh(code), code_sentence_en(code), detail,
                     code_exit(code));
}

int cli_refuse_as(const struct cli *cli, Paidan__Code code, const char *zh, const char *en,
                  const char *detail)
{
    return say_error(cli, code_name(code), zh, en, detail, code_exit(code));
}

int cli_usage(const struct cli *cli, const char *zh, const char *en, const char *word)
{
    return say_error(cli, "USAGE", zh, en, word, CLI_EXIT_USAGE);
}

int cli_fail(const struct cli *cli, int status, const char *zh, const char *en, const char *detail)
{
    return say_error(cli, "FAILED", zh, en, detail, status);
}

int cli_no_memory(const struct cli *cli)
{
    return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
}

uint64_t cli_cpu_us(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0
               ? (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000
               : 0;
}

void cli_note(const struct cli *cli, const char *zh, const char *en)
{
    fflush(stdout);
    if (cli->json) {
        json_t *object = json_pack("{s:s, s:s, s:s}", "code", "NOTE", "zh", zh, "en", en);
        (void)json_dumpf(object, stderr, JSON_COMPACT);
        fputc('\n', stderr);
        json_decref(object);
        return;
    }
    fprintf(stderr, "paidan: %s\n", cli_say(cli, zh, en));
}

int cli_arena(struct cli *cli)
{
    if (!cli->arena_made && arena_init(&cli->arena, CLI_ARENA_BYTES) != RC_OK) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    cli->arena_made = true;
    return CLI_EXIT_OK;
}

int cli_connect(struct cli *cli)
{
    const int status = cli_arena(cli);
    if (status != CLI_EXIT_OK || cli->client != NULL) {
        return status;
    }
    /* Without this a missing right looks like a service that does not answer. */
    char run[PATH_MAX + 16];
    (void)snprintf(run, sizeof run, "%s/run", cli->data_dir);
    if (access(run, X_OK) != 0 && errno == EACCES) {
        return cli_fail(cli, CLI_EXIT_IO, "没有权限连接实例；请让管理员把你加入它的用户组",
                        "no permission for this instance; ask its operator to add you to its group",
                        run);
    }
    const enum rc rc = client_open(&cli->client, cli->data_dir, cli->actor);
    if (rc != RC_OK) {
        return cli_fail(cli, CLI_EXIT_IO, "无法建立连接", "cannot open a connection", rc_name(rc));
    }
    const Paidan__Code code = cli->grant == NULL ? PAIDAN__CODE__OK : cli->grant(cli, false);
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, code == PAIDAN__CODE__UNREACHABLE ? "access" : NULL);
    }
    /* Every answer holds moments, and whoever prints one, as JSON too, must have the site's wall
     * clock by then: without it they would be told in China's time. */
    (void)cli_site(cli);
    return CLI_EXIT_OK;
}

/* What each wish is answered with. A wish is known by its type: each stands once in a Request. */
static const struct {
    Paidan__Request__WishCase wish;
    Paidan__Answer__BodyCase body;
} bodies[] = {
    {PAIDAN__REQUEST__WISH_PING, PAIDAN__ANSWER__BODY_PONG},
    {PAIDAN__REQUEST__WISH_FETCH, PAIDAN__ANSWER__BODY_FETCHED},
    {PAIDAN__REQUEST__WISH_STATS, PAIDAN__ANSWER__BODY_STATS},
    {PAIDAN__REQUEST__WISH_METRICS, PAIDAN__ANSWER__BODY_METRICS},
    {PAIDAN__REQUEST__WISH_SUBMIT, PAIDAN__ANSWER__BODY_SUBMITTED},
    {PAIDAN__REQUEST__WISH_SUPPLEMENT, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_CHASE, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_WITHDRAW, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_DO_NOT_CALL, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_LOOKUP, PAIDAN__ANSWER__BODY_LOOKED_UP},
    {PAIDAN__REQUEST__WISH_READ_TEXTS, PAIDAN__ANSWER__BODY_TEXTS},
    {PAIDAN__REQUEST__WISH_READ_LOG, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_DESK_LIST, PAIDAN__ANSWER__BODY_DESK_LISTED},
    {PAIDAN__REQUEST__WISH_DESK_DISPATCH, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_RECALL, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_CORRECT, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_MERGE, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_UNMERGE, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_SPLIT, PAIDAN__ANSWER__BODY_SUBMITTED},
    {PAIDAN__REQUEST__WISH_TRIAGE_SHOW, PAIDAN__ANSWER__BODY_TRIAGE_SHOWN},
    {PAIDAN__REQUEST__WISH_TRIAGE_TRY, PAIDAN__ANSWER__BODY_TRIAGE_TRIED},
    {PAIDAN__REQUEST__WISH_TRIAGE_STATS, PAIDAN__ANSWER__BODY_TRIAGE_STATED},
    {PAIDAN__REQUEST__WISH_TRUST_SET, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_RATES, PAIDAN__ANSWER__BODY_RATES_SHOWN},
    {PAIDAN__REQUEST__WISH_RATES_TICKETS, PAIDAN__ANSWER__BODY_RATES_LISTED},
    {PAIDAN__REQUEST__WISH_EXEMPT_ASK, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_EXEMPT_RULE, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_EXEMPT_LIST, PAIDAN__ANSWER__BODY_EXEMPT_LISTED},
    {PAIDAN__REQUEST__WISH_SEARCH, PAIDAN__ANSWER__BODY_SEARCHED},
    {PAIDAN__REQUEST__WISH_SINK_LIST, PAIDAN__ANSWER__BODY_SINKS_LISTED},
    {PAIDAN__REQUEST__WISH_BULLETIN_DRAFT, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_BULLETIN_RULE, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_BULLETIN_WITHDRAW, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_BULLETIN_LIST, PAIDAN__ANSWER__BODY_BULLETIN_LISTED},
    {PAIDAN__REQUEST__WISH_POINTS_SHOW, PAIDAN__ANSWER__BODY_POINTS_SHOWN},
    {PAIDAN__REQUEST__WISH_POINTS_AWARD, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_POINTS_REVERSE, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_POINTS_EXCHANGE, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_PULL, PAIDAN__ANSWER__BODY_PULLED},
    {PAIDAN__REQUEST__WISH_WORK, PAIDAN__ANSWER__BODY_WORKED},
    {PAIDAN__REQUEST__WISH_LIST, PAIDAN__ANSWER__BODY_LISTED},
    {PAIDAN__REQUEST__WISH_SHOW, PAIDAN__ANSWER__BODY_SHOWN},
    {PAIDAN__REQUEST__WISH_BOARD, PAIDAN__ANSWER__BODY_BOARDED},
    {PAIDAN__REQUEST__WISH_UNIT_WORK, PAIDAN__ANSWER__BODY_LISTED},
    {PAIDAN__REQUEST__WISH_SUPERVISE, PAIDAN__ANSWER__BODY_WORKED},
    {PAIDAN__REQUEST__WISH_EXPLAIN, PAIDAN__ANSWER__BODY_EXPLAINED},
    {PAIDAN__REQUEST__WISH_DUE_LIST, PAIDAN__ANSWER__BODY_DUE_LISTED},
    {PAIDAN__REQUEST__WISH_REPLAN, PAIDAN__ANSWER__BODY_REPLANNING},
    {PAIDAN__REQUEST__WISH_ALARMS, PAIDAN__ANSWER__BODY_ALARMS_SHOWN},
    {PAIDAN__REQUEST__WISH_REQUEST_LIST, PAIDAN__ANSWER__BODY_REQUESTS_LISTED},
    {PAIDAN__REQUEST__WISH_UNIT_COUNTS, PAIDAN__ANSWER__BODY_UNITS_COUNTED},
    {PAIDAN__REQUEST__WISH_CALLBACK_PULL, PAIDAN__ANSWER__BODY_CALLBACK_PULLED},
    {PAIDAN__REQUEST__WISH_CALLBACK_ANSWER, PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED},
    {PAIDAN__REQUEST__WISH_CALLBACK_SHOW, PAIDAN__ANSWER__BODY_CALLBACK_SHOWN},
    {PAIDAN__REQUEST__WISH_CALLBACK_LIST, PAIDAN__ANSWER__BODY_CALLBACK_PULLED},
    {PAIDAN__REQUEST__WISH_CALLBACK_MISS, PAIDAN__ANSWER__BODY_CALLBACK_MISSED},
    {PAIDAN__REQUEST__WISH_CALLER_LIST, PAIDAN__ANSWER__BODY_CALLER_LISTED},
    {PAIDAN__REQUEST__WISH_LOGIN_START, PAIDAN__ANSWER__BODY_LOGIN_STARTED},
    {PAIDAN__REQUEST__WISH_LOGIN, PAIDAN__ANSWER__BODY_LOGGED_IN},
    {PAIDAN__REQUEST__WISH_RENEW, PAIDAN__ANSWER__BODY_RENEWED},
    {PAIDAN__REQUEST__WISH_LOGOUT, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_SESSION_LIST, PAIDAN__ANSWER__BODY_SESSIONS_LISTED},
    {PAIDAN__REQUEST__WISH_SESSION_REVOKE, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_PASSWORD_SET, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_TOTP, PAIDAN__ANSWER__BODY_TOTP_SHOWN},
    {PAIDAN__REQUEST__WISH_PERSON_ADD, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_PERSON_CHANGE, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_PERSON_LIST, PAIDAN__ANSWER__BODY_PEOPLE_LISTED},
    {PAIDAN__REQUEST__WISH_ROLE_CHANGE, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_CHANGE_LIST, PAIDAN__ANSWER__BODY_CHANGES_LISTED},
    {PAIDAN__REQUEST__WISH_CHANGE_DECIDE, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_KEY_MAKE, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_KEY_REVOKE, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_KEY_LIST, PAIDAN__ANSWER__BODY_KEYS_LISTED},
    {PAIDAN__REQUEST__WISH_KEY_USE, PAIDAN__ANSWER__BODY_RENEWED},
    {PAIDAN__REQUEST__WISH_ACCESS_INIT, PAIDAN__ANSWER__BODY_ACCESS_DONE},
    {PAIDAN__REQUEST__WISH_ACCESS_AUDIT, PAIDAN__ANSWER__BODY_ACCESS_AUDITED},
    {PAIDAN__REQUEST__WISH_RIGHTS_SINCE, PAIDAN__ANSWER__BODY_RIGHTS_TOLD},
    {PAIDAN__REQUEST__WISH_OUTBOX_LIST, PAIDAN__ANSWER__BODY_OUTBOX_LISTED},
    {PAIDAN__REQUEST__WISH_OUTBOX_RETRY, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_OUTBOX_DROP, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_ADAPTER_STATUS, PAIDAN__ANSWER__BODY_ADAPTER_SHOWN},
    {PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_WECHAT_HEAR, PAIDAN__ANSWER__BODY_WECHAT_HEARD},
    {PAIDAN__REQUEST__WISH_WECHAT_AWAIT, PAIDAN__ANSWER__BODY_WECHAT_HEARD},
    {PAIDAN__REQUEST__WISH_WECHAT_ASK, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_WECHAT_MINE, PAIDAN__ANSWER__BODY_WECHAT_MINE_SHOWN},
    {PAIDAN__REQUEST__WISH_DEVICE_REPORTS, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_BROKER_STATE, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_DEVICE_LIST, PAIDAN__ANSWER__BODY_DEVICES_LISTED},
    {PAIDAN__REQUEST__WISH_HOTLINE_HEAR, PAIDAN__ANSWER__BODY_HOTLINE_HEARD},
    {PAIDAN__REQUEST__WISH_HOTLINE_CALL, PAIDAN__ANSWER__BODY_DONE},
    {PAIDAN__REQUEST__WISH_CALL_LIST, PAIDAN__ANSWER__BODY_CALLS_LISTED},
    {PAIDAN__REQUEST__WISH_CALL_TAKE, PAIDAN__ANSWER__BODY_CALL_TAKEN},
    {PAIDAN__REQUEST__WISH_PHONE_LIST, PAIDAN__ANSWER__BODY_PHONES_LISTED},
    {PAIDAN__REQUEST__WISH_PHONE_TAKE, PAIDAN__ANSWER__BODY_PHONE_TAKEN},
    {PAIDAN__REQUEST__WISH_PHONE_DONE, PAIDAN__ANSWER__BODY_DONE},
};

Paidan__Answer__BodyCase cli_body_of(Paidan__Request__WishCase wish)
{
    for (size_t index = 0; index < sizeof bodies / sizeof bodies[0]; index++) {
        if (bodies[index].wish == wish) {
            return bodies[index].body;
        }
    }
    return PAIDAN__ANSWER__BODY__NOT_SET;
}

/* Finds the member of the request by the wish's type, so that no caller can name the wrong one. */
void cli_fill_request(Paidan__Request *request, ProtobufCMessage *wish)
{
    const ProtobufCMessageDescriptor *of = request->base.descriptor;
    for (unsigned index = 0; index < of->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &of->fields[index];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && field->descriptor == wish->descriptor) {
            request->wish_case = (Paidan__Request__WishCase)field->id;
            request->ping = (Paidan__Ping *)(void *)wish; /* each member of the union points */
        }
    }
    CHECK(request->wish_case != PAIDAN__REQUEST__WISH__NOT_SET);
}

/* The code of what came; PAIDAN__CODE__UNREACHABLE: nothing did. */
static Paidan__Code code_of(enum rc rc, const Paidan__Answer *answer,
                            Paidan__Request__WishCase wish)
{
    if (rc == RC_LIMIT) {
        return PAIDAN__CODE__FRAME_TOO_LARGE;
    }
    if (rc == RC_INVALID) {
        return PAIDAN__CODE__FRAME_INVALID;
    }
    if (answer == NULL) {
        return PAIDAN__CODE__UNREACHABLE;
    }
    /* An answer of another kind comes from a program that is not one of ours. */
    return answer->code == PAIDAN__CODE__OK && answer->body_case != cli_body_of(wish)
               ? PAIDAN__CODE__FRAME_INVALID
               : answer->code;
}

/* Refused, perhaps for the name alone that was said with it; a ping's refusal says no more than that. */
static bool misnamed(const Paidan__Answer *answer)
{
    return answer != NULL && answer->code == PAIDAN__CODE__FORBIDDEN &&
           (answer->detail == NULL || strcmp(answer->detail, "actor") == 0);
}

Paidan__Code cli_try(struct cli *cli, const char *service, ProtobufCMessage *wish,
                     uint64_t timeout_ms, Paidan__Answer **answer)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    *answer = NULL;
    cli_fill_request(&request, wish);
    request.actor = cli->nameless ? (char *)"" : NULL;
    if (cli_connect(cli) != CLI_EXIT_OK) {
        return PAIDAN__CODE__UNREACHABLE;
    }
    client_request_id(cli->request_id);
    request.has_request_id = 1;
    request.request_id.data = cli->request_id;
    request.request_id.len = REQUEST_ID_BYTES;
    enum rc rc = client_call(cli->client, service, &request, &cli->arena, timeout_ms, answer);
    /* Perhaps the machine knows who this is: the peers file may name his user a person. */
    if (*answer != NULL && (*answer)->code == PAIDAN__CODE__FORBIDDEN && cli->grant != NULL &&
        !cli->grant_known) {
        cli->grant_known = true;
        if (cli->grant(cli, true) == PAIDAN__CODE__OK) {
            rc = client_call(cli->client, service, &request, &cli->arena, timeout_ms, answer);
        }
    }
    /* Or it knows him under another name than his user's, and without an account (a service's own user,
     * an adapter's): then he is who the machine says. */
    if (!cli->nameless && !cli->actor_given && misnamed(*answer)) {
        cli->nameless = true;
        request.actor = (char *)"";
        rc = client_call(cli->client, service, &request, &cli->arena, timeout_ms, answer);
    }
    if (*answer != NULL && !cli->json) {
        say_plain_message(&(*answer)->base); /* a terminal does what a text tells it */
    }
    if (*answer != NULL && (*answer)->has_now_ms &&
        (cli->now_ms == 0 || strcmp(service, "access") != 0)) {
        cli->now_ms = (*answer)->now_ms;
    }
    return code_of(rc, *answer, request.wish_case);
}

int cli_ask(struct cli *cli, const char *service, ProtobufCMessage *wish, Paidan__Answer **answer)
{
    const int status = cli_connect(cli);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const Paidan__Code code = cli_try(cli, service, wish, cli->timeout_ms, answer);
    return code == PAIDAN__CODE__OK ? CLI_EXIT_OK : cli_refuse_asked(cli, service, code, *answer);
}

int cli_refuse_asked(struct cli *cli, const char *service, Paidan__Code code,
                     const Paidan__Answer *answer)
{
    if (answer != NULL) {
        return cli_refuse(cli, code, answer->code == code ? answer->detail : service);
    }
    char detail[PATH_MAX + 64];
    (void)snprintf(detail, sizeof detail, "%s, --data %s", service, cli->data_dir);
    return cli_refuse(cli, code, detail);
}

int cli_ticket(const struct cli *cli, const char *text, uint64_t *ticket)
{
    if (number_parse(text, ticket) != RC_OK) {
        char shown[64];
        (void)snprintf(shown, sizeof shown, "%.60s", text);
        return cli_refuse(cli, PAIDAN__CODE__NUMBER_INVALID, shown);
    }
    return CLI_EXIT_OK;
}

int cli_word(const struct cli *cli, const struct cli_words *words, const char *typed, int *value)
{
    char detail[512] = "", token[SAY_WORDS_TOKEN_BYTES];
    if (say_words_read(words->of, typed, value) && say_words_among(words->values, *value)) {
        return CLI_EXIT_OK;
    }
    const char *between = " ";
    say_add(detail, sizeof detail, "", words->what);
    for (unsigned index = 0; index < words->of->n_values; index++) {
        const int each = words->of->values[index].value;
        if (say_words_among(words->values, each)) {
            /* The reader's own words: tokens stand in the help, for scripts. */
            say_add(detail, sizeof detail, between,
                    cli->say.language == SAY_CHINESE ? say_words_get(&cli->say, words->of, each)
                                                     : say_words_token(words->of, each, token));
            between = cli_say(cli, "、", ", ");
        }
    }
    return cli_usage(cli, "只能是其中之一", "must be one of these", detail);
}

int cli_choice(const struct cli *cli, enum cli_option option)
{
    const struct cli_option_row *row = &cli_options[option];
    int value = 0;
    CHECK(row->words != NULL);
    CHECK(cli->values[option] != NULL);
    const bool known = say_words_read(row->words, cli->values[option], &value);
    CHECK(known);
    return value;
}

/* ---- names ------------------------------------------------------------------------------------
 */

void cli_site_folder(const struct cli *cli, char *folder, size_t size)
{
    char path[PATH_MAX + 16];
    CHECK(size > 1);
    (void)snprintf(path, sizeof path, "%s/site.path", cli->data_dir);
    folder[0] = '\0';
    /* Written by deploy/up and by the units of systemd: where this instance has its site. */
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fgets(folder, (int)size, file) != NULL) {
            folder[strcspn(folder, "\r\n")] = '\0';
        }
        fclose(file);
    }
}

static void load_site(struct cli *cli)
{
    char folder[PATH_MAX];
    cli_site_folder(cli, folder, sizeof folder);
    /* A site that cannot be read costs the names, not the command: codes are shown instead. */
    struct site_report *report = calloc(1, sizeof *report);
    if (folder[0] != '\0' && report != NULL && site_load(folder, report, &cli->site) == RC_OK) {
        cli->say.site = cli->site;
    }
    free(report);
}

const struct site *cli_site(struct cli *cli)
{
    if (!cli->site_tried) {
        cli->site_tried = true;
        load_site(cli);
    }
    return cli->site;
}

const struct say *cli_speak(struct cli *cli)
{
    (void)cli_site(cli);
    return &cli->say;
}
