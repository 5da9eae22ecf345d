/* shell_args: what a service is told on its command line. An unknown or out-of-range setting stops
 * the start.
 *
 * Owns nothing: settings point into argv. What must stay true: every bound that another file relies
 * on (step_inputs, map_mib) is judged here, so that it may CHECK it; words are in the user's language,
 * option names and log keys are not. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/run/shell_parts.h"

enum {
    OPTION_DATA = 256,
    OPTION_SITE,
    OPTION_ENDPOINT,
    OPTION_PEERS,
    OPTION_MAP_MIB,
    OPTION_LOG_LEVEL,
    OPTION_STEP_INPUTS,
    OPTION_LOG_KEEP_DAYS,
    OPTION_LAG_RECORDS,
    OPTION_CLOCK_DAYS,
    OPTION_VERIFY,
    OPTION_REPLAY,
    OPTION_ASK,
    OPTION_RECOMPUTE,
    OPTION_HELP,
    OPTION_VERSION,
};

/* Follows are read 1 MiB at a time; a map below this could not hold one step. */
#define MAP_MIB_MIN 1u
#define MAP_MIB_MAX (16u << 20) /* 16 TiB of address space */
#define LAG_RECORDS_DEFAULT 200000u
/* Longer than a weekend or the longest holiday but one; a mistyped date is months or years. */
#define CLOCK_DAYS_DEFAULT 7u

/* By the environment alone, without setlocale: what is printed must not change how numbers are read. */
const char *shell_args_say(const char *zh, const char *en)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        const char *value = getenv(names[index]);
        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0 ? zh : en;
        }
    }
    return en;
}

static void help_print(const struct shell_service *service)
{
    printf("paidan-%s: %s\n\n", service->step->name, service->summary);
    fputs(shell_args_say(
              "用法：\n"
              "  --data DIR          实例数据目录（必填）\n"
              "  --site DIR          站点配置目录（运行时必填）\n"
              "  --endpoint E        ipc://路径 或 tcp://主机:端口；默认 DATA/run/<服务>.sock，\n"
              "                      有目录 DATA/run/<服务>/ 时放在其中\n"
              "  --peers FILE        访问名单，默认 DATA/peers；没有则只听本用户的\n"
              "  --map-mib N         存储上限（MiB），默认 65536\n"
              "  --log-level L       error、warn、info（默认）或 debug\n"
              "  --step-inputs N     每步最多处理的输入数，1 至 8192，默认 8192\n"
              "  --log-keep-days N   日志保留天数；0（默认）永久保留\n"
              "  --lag-records N     下游落后超过 N 条时放慢收单，默认 200000；0 不限\n"
              "  --clock-days N      启动时系统时钟超前已存时间 N 天以上则拒绝，默认 7；0 不查\n"
              "  --verify            校验日志链与每条记录；正常为 0，有误为 1\n"
              "  --replay            用日志重建全部表并逐字节比较；一致为 0，不同为 1\n"
              "  --ask HEX           只读回答一个请求（供 paidan check --data 使用），须有 --site\n"
              "  --version           显示版本\n"
              "退出码：0 正常，64 用法，75 故障（应重启），78 设置有误\n",
              "Usage:\n"
              "  --data DIR          the instance's data (required)\n"
              "  --site DIR          the site's settings (required to run)\n"
              "  --endpoint E        ipc://PATH or tcp://HOST:PORT; default "
              "DATA/run/<service>.sock, or\n"
              "                      in DATA/run/<service>/ where there is that folder\n"
              "  --peers FILE        who may speak to it, default DATA/peers; without one only\n"
              "                      its own user\n"
              "  --map-mib N         bound of the store in MiB, default 65536\n"
              "  --log-level L       error, warn, info (default) or debug\n"
              "  --step-inputs N     inputs of one step at most, 1 to 8192, default 8192\n"
              "  --log-keep-days N   keep the log so long; 0 (default): for ever\n"
              "  --lag-records N     slow down taking tickets when a follower is N records\n"
              "                      behind, default 200000; 0: never\n"
              "  --clock-days N      refuse to start when the machine's clock is more than N days\n"
              "                      ahead of the stored time, default 7; 0: never refuse\n"
              "  --verify            check the log's chain and every record; exits 0 or 1\n"
              "  --replay            fold the log into new tables, compare; exits 0 or 1\n"
              "  --ask HEX           answer one request read-only, for paidan check --data; needs "
              "--site\n"
              "  --version           show the version\n"
              "Exits: 0 ended, 64 usage, 75 fault (start again), 78 settings\n"),
          stdout);
}

static enum rc usage(const char *zh, const char *en, const char *value)
{
    fprintf(stderr, "error shell ");
    fputs(shell_args_say(zh, en), stderr);
    fprintf(stderr, "%s\n", value);
    return RC_SETTINGS;
}

/* Digits alone: strtoull would take a sign, blanks and "12abc". */
static enum rc number_parse_between(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] != '\0') {
        return RC_SETTINGS;
    }
    const unsigned long long read = strtoull(text, NULL, 10);
    if (read < min || read > max) {
        return RC_SETTINGS;
    }
    *value = read;
    return RC_OK;
}

static enum rc level_parse(const char *text, enum diag_level *level)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (unsigned index = 0; index < sizeof names / sizeof *names; index++) {
        if (strcmp(text, names[index]) == 0) {
            *level = (enum diag_level)index;
            return RC_OK;
        }
    }
    return RC_SETTINGS;
}

/* One row an option. What is out of its range is refused with its name, never bent to fit. */
static enum rc option_take(const struct shell_service *service, int option,
                           struct shell_settings *settings)
{
    switch (option) {
    case OPTION_DATA:
        settings->data_dir = optarg;
        return optarg[0] == '\0' ? RC_SETTINGS : RC_OK;
    case OPTION_SITE:
        settings->site_dir = optarg;
        return optarg[0] == '\0' ? RC_SETTINGS : RC_OK;
    case OPTION_ENDPOINT:
        settings->endpoint = optarg;
        return bus_endpoint_valid(optarg) ? RC_OK : RC_SETTINGS;
    case OPTION_PEERS:
        settings->peers = optarg;
        return optarg[0] == '\0' ? RC_SETTINGS : RC_OK;
    case OPTION_MAP_MIB:
        return number_parse_between(optarg, MAP_MIB_MIN, MAP_MIB_MAX, &settings->map_mib);
    case OPTION_LOG_LEVEL:
        return level_parse(optarg, &settings->log_level);
    case OPTION_STEP_INPUTS:
        return number_parse_between(optarg, 1, STEP_INPUTS_MAX, &settings->step_inputs);
    case OPTION_LOG_KEEP_DAYS:
        return number_parse_between(optarg, 0, 36500, &settings->log_keep_days);
    case OPTION_LAG_RECORDS:
        return number_parse_between(optarg, 0, UINT32_MAX, &settings->lag_records_max);
    case OPTION_CLOCK_DAYS:
        return number_parse_between(optarg, 0, 36500, &settings->clock_days);
    case OPTION_VERIFY:
        settings->mode = SHELL_VERIFY;
        return RC_OK;
    case OPTION_REPLAY:
        settings->mode = SHELL_REPLAY;
        return RC_OK;
    case OPTION_ASK:
        settings->mode = SHELL_ASK;
        settings->ask = optarg;
        return optarg[0] == '\0' ? RC_SETTINGS : RC_OK;
    case OPTION_RECOMPUTE:
        settings->mode = SHELL_RECOMPUTE;
        return service->recompute == NULL ? RC_SETTINGS : RC_OK;
    case OPTION_HELP:
        help_print(service);
        settings->mode = SHELL_HELP;
        return RC_OK;
    case OPTION_VERSION:
        printf("paidan-%s %s\n", service->step->name, PAIDAN_VERSION);
        settings->mode = SHELL_HELP;
        return RC_OK;
    default:
        return RC_INVALID; /* getopt has printed it */
    }
}

enum rc shell_args_parse(const struct shell_service *service, int argc, char **argv,
                         struct shell_settings *settings)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, OPTION_DATA},
        {"site", required_argument, NULL, OPTION_SITE},
        {"endpoint", required_argument, NULL, OPTION_ENDPOINT},
        {"peers", required_argument, NULL, OPTION_PEERS},
        {"map-mib", required_argument, NULL, OPTION_MAP_MIB},
        {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
        {"step-inputs", required_argument, NULL, OPTION_STEP_INPUTS},
        {"log-keep-days", required_argument, NULL, OPTION_LOG_KEEP_DAYS},
        {"lag-records", required_argument, NULL, OPTION_LAG_RECORDS},
        {"clock-days", required_argument, NULL, OPTION_CLOCK_DAYS},
        {"verify", no_argument, NULL, OPTION_VERIFY},
        {"replay", no_argument, NULL, OPTION_REPLAY},
        {"ask", required_argument, NULL, OPTION_ASK},
        {"recompute", no_argument, NULL, OPTION_RECOMPUTE},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
        {NULL, 0, NULL, 0},
    };
    *settings = (struct shell_settings){
        .mode = SHELL_RUN,
        .step_inputs = STEP_INPUTS_MAX,
        .lag_records_max = LAG_RECORDS_DEFAULT,
        .clock_days = CLOCK_DAYS_DEFAULT,
        .log_level = DIAG_INFO,
    };
    optind = 0; /* from the start, also when called again in one process */
    for (int option = 0; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        const enum rc rc = option_take(service, option, settings);
        if (rc == RC_SETTINGS) {
            return usage("设置值无效：", "not a valid setting: ", argv[optind - 1]);
        }
        if (rc != RC_OK || settings->mode == SHELL_HELP) {
            return rc == RC_OK ? RC_OK : RC_SETTINGS;
        }
    }
    if (optind != argc) {
        return usage("多余的参数：", "unexpected argument: ", argv[optind]);
    }
    if (settings->data_dir == NULL) {
        return usage("缺少参数：", "missing: ", "--data DIR");
    }
    const bool decides = settings->mode == SHELL_RUN || settings->mode == SHELL_ASK ||
                         settings->mode == SHELL_RECOMPUTE;
    if (decides && settings->site_dir == NULL) {
        return usage("缺少参数：", "missing: ", "--site DIR");
    }
    return RC_OK;
}
