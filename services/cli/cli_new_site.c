/* cli_new_site: a site folder to begin with, which checks without a warning. Asks on a terminal for
 * what is not given; else takes defaults. Writes into a folder that is new or empty, never over files
 * of somebody: what is there is another's work. Comments in the files are for the secretary who will
 * edit them in a spreadsheet, so they stand in site.yaml alone, where comments are possible. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_check.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "common/base/check.h"

enum { COMMUNITIES_MAX = 64, ANSWER_BYTES = 2048 };

struct draft {
    struct cli *cli;
    const char *folder;
    char name[NAME_BYTES_MAX + 1], hotline[NAME_BYTES_MAX + 1], hours[256];
    char list[ANSWER_BYTES]; /* what communities point into */
    const char *communities[COMMUNITIES_MAX];
    uint32_t community_count;
    bool estates; /* three levels */
};

/* ---- asking ---- */

/* The option, else what is typed, else what is usual. False: it does not fit. */
static bool ask(const struct draft *draft, enum cli_option option, const char *zh, const char *en,
                const char *usual, char *answer, size_t size)
{
    const struct cli *cli = draft->cli;
    const char *given = cli_value(cli, option);
    (void)snprintf(answer, size, "%s", usual);
    if (given == NULL && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) {
        char line[ANSWER_BYTES];
        printf("%s [%s]: ", cli_say(cli, zh, en), usual);
        (void)fflush(stdout);
        if (fgets(line, sizeof line, stdin) != NULL) {
            line[strcspn(line, "\r\n")] = '\0';
            given = line[0] == '\0' ? NULL : line;
        }
        return given == NULL || snprintf(answer, size, "%s", given) < (int)size;
    }
    return given == NULL || snprintf(answer, size, "%s", given) < (int)size;
}

/* Cuts a list at commas of either keyboard. */
static void cut(struct draft *draft)
{
    static const char *const commas[] = {",", "，", "、", ";", "；", "|"};
    char *at = draft->list;
    while (at != NULL && *at != '\0' && draft->community_count < COMMUNITIES_MAX) {
        char *end = NULL;
        size_t bytes = 0;
        for (size_t index = 0; index < sizeof commas / sizeof commas[0]; index++) {
            char *found = strstr(at, commas[index]);
            if (found != NULL && (end == NULL || found < end)) {
                end = found;
                bytes = strlen(commas[index]);
            }
        }
        if (end != NULL) {
            *end = '\0';
        }
        at += strspn(at, " \t");
        if (*at != '\0') {
            draft->communities[draft->community_count++] = at;
        }
        at = end == NULL ? NULL : end + bytes;
    }
}

static bool ask_all(struct draft *draft)
{
    char levels[16];
    const bool fit =
        ask(draft, CLI_NAME, "街道（镇）名称", "name of the sub-district", "新街道", draft->name,
            sizeof draft->name) &&
        ask(draft, CLI_COMMUNITIES, "社区，用逗号分开", "communities, separated by commas",
            "第一社区,第二社区", draft->list, sizeof draft->list) &&
        ask(draft, CLI_LEVELS, "几级办理：2（社区、街道）或 3（另有小区）",
            "levels: 2 (community, street) or 3 (estates too)", "2", levels, sizeof levels) &&
        ask(draft, CLI_HOTLINE, "热线渠道的名称", "name of the hotline", "12345 热线",
            draft->hotline, sizeof draft->hotline) &&
        ask(draft, CLI_HOURS, "办公时间", "office hours", "09:00-12:00,14:00-18:00", draft->hours,
            sizeof draft->hours);
    draft->estates = strcmp(levels, "3") == 0;
    cut(draft);
    return fit && draft->community_count > 0 && strpbrk(draft->name, "\"\\\n") == NULL &&
           strpbrk(draft->hotline, "\"\\\n") == NULL && strpbrk(draft->hours, "\"\\\n[]") == NULL;
}

/* ---- writing ---- */

static FILE *begin(const struct draft *draft, const char *name)
{
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/%s", draft->folder, name);
    return length < 0 || (size_t)length >= sizeof path ? NULL : fopen(path, "wxe");
}

static bool finish(FILE *file)
{
    const bool good = ferror(file) == 0;
    return fclose(file) == 0 && good;
}

/* A cell in quotes where it needs them. */
static void cell(FILE *file, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        (void)fputs(text, file);
        return;
    }
    (void)fputc('"', file);
    for (; *text != '\0'; text++) {
        (void)fputs(*text == '"' ? "\"\"" : (const char[]){*text, '\0'}, file);
    }
    (void)fputc('"', file);
}

static void write_hours(FILE *file, const char *hours)
{
    char copy[256];
    char *rest = NULL;
    (void)snprintf(copy, sizeof copy, "%s", hours);
    (void)fputs("    mon-fri: [", file);
    bool first = true;
    for (char *part = strtok_r(copy, ", ", &rest); part != NULL;
         part = strtok_r(NULL, ", ", &rest)) {
        (void)fprintf(file, "%s\"%s\"", first ? "" : ", ", part);
        first = false;
    }
    (void)fputs("]\n", file);
}

static bool write_yaml(const struct draft *draft)
{
    FILE *file = begin(draft, "site.yaml");
    if (file == NULL) {
        return false;
    }
    (void)fprintf(file,
                  "# 站点设置。改完后运行 paidan check %s 检查，再让服务重新读取。\n"
                  "# # 号后面是说明，可以删除。冒号要用半角，后面空一格；缩进用空格。\n"
                  "name: \"%s\"\nutc_offset: \"+08:00\"\n\n"
                  "# 层级：从低到高。fallback 是兜底单位，没有主办单位的诉求归它。\nlevels:\n",
                  draft->folder, draft->name);
    if (draft->estates) {
        (void)fputs("  - {code: estate, name: 小区, name_en: Estate, fallback: estate-duty}\n",
                    file);
    }
    (void)fputs(
        "  - {code: community, name: 社区, name_en: Community, fallback: community-duty}\n"
        "  - {code: street, name: 街道, name_en: Street, fallback: street-centre}\n\n"
        "# 渠道：居民从哪里反映。callback 是办结后由哪个渠道回访，不写就是自己。\nchannels:\n",
        file);
    (void)fprintf(file,
                  "  - {code: hotline, name: \"%s\", name_en: Hotline}\n"
                  "  - {code: wechat, name: 微信, name_en: WeChat}\n"
                  "  - {code: window, name: 窗口, name_en: Window, callback: hotline}\n\n"
                  "# 办公时间：按 24 小时制。holidays: CN 表示法定节假日休息、补班日上班。\n"
                  "calendars:\n  office:\n    holidays: CN\n",
                  draft->hotline);
    write_hours(file, draft->hours);
    (void)fputs(
        "  calling:                     # 回访电话在这些时间打\n"
        "    holidays: CN\n    mon-fri: [\"09:00-12:00\", \"14:30-20:00\"]\n\n"
        "# 时限规则：从上往下，第一条符合的起作用，所以特殊的写在前面。\n"
        "# accept 签收，contact 首次联系，handle 办结；h 小时，wd 工作日，wh 工作时；warn "
        "是用掉百分之几时提醒。\n"
        "policies:\n"
        "  - urgency: emergency         # 特急：不分昼夜\n"
        "    accept: 15m\n    contact: 30m\n    handle: {amount: 8h, warn: 50}\n"
        "  - urgency: urgent            # 紧急\n"
        "    calendar: office\n"
        "    accept: 1h\n    contact: 2h\n    handle: {amount: 1wd, warn: 50}\n"
        "  - calendar: office           # 其余\n"
        "    accept: 4wh\n    contact: 8wh\n    handle: {amount: 5wd, warn: 60}\n\n"
        "# 回访：最多打几次，每次等多久，间隔多久。\n"
        "callback: {attempts: 3, answer: 24h, pause: 4h, calendar: calling}\n\n"
        "# 督办单位：可以催办、督办、批准延期。\n"
        "supervisors: [street-centre]\n",
        file);
    return finish(file);
}

static bool write_areas(const struct draft *draft)
{
    FILE *file = begin(draft, "areas.csv");
    if (file == NULL) {
        return false;
    }
    (void)fputs("code,name,level,parent\nstreet,", file);
    cell(file, draft->name);
    (void)fputs(",street,\n", file);
    for (uint32_t index = 0; index < draft->community_count; index++) {
        (void)fprintf(file, "c%u,", index + 1);
        cell(file, draft->communities[index]);
        (void)fputs(",community,street\n", file);
        if (draft->estates) {
            (void)fprintf(file, "e%u,", index + 1);
            char name[NAME_BYTES_MAX + 32];
            (void)snprintf(name, sizeof name, "%s示例小区", draft->communities[index]);
            cell(file, name);
            (void)fprintf(file, ",estate,c%u\n", index + 1);
        }
    }
    return finish(file);
}

static void unit_row(FILE *file, const char *code, const char *name, const char *suffix,
                     const char *level, const char *area)
{
    char full[NAME_BYTES_MAX + 64];
    (void)snprintf(full, sizeof full, "%s%s", name, suffix);
    (void)fprintf(file, "%s,", code);
    cell(file, full);
    (void)fprintf(file, ",%s,%s\n", level, area);
}

static bool write_units(const struct draft *draft)
{
    FILE *file = begin(draft, "units.csv");
    if (file == NULL) {
        return false;
    }
    (void)fputs("code,name,level,area\n", file);
    unit_row(file, "street-centre", draft->name, "综治中心", "street", "");
    unit_row(file, "street-city", draft->name, "城管科", "street", "");
    unit_row(file, "street-safe", draft->name, "平安办", "street", "");
    unit_row(file, "community-duty", "社区值班", "", "community", "");
    for (uint32_t index = 0; index < draft->community_count; index++) {
        char code[32], area[32];
        (void)snprintf(area, sizeof area, "c%u", index + 1);
        (void)snprintf(code, sizeof code, "c%u-office", index + 1);
        unit_row(file, code, draft->communities[index], "居委会", "community", area);
        if (draft->estates) {
            (void)snprintf(area, sizeof area, "e%u", index + 1);
            (void)snprintf(code, sizeof code, "e%u-keeper", index + 1);
            unit_row(file, code, draft->communities[index], "示例小区物业", "estate", area);
        }
    }
    if (draft->estates) {
        unit_row(file, "estate-duty", "小区值班", "", "estate", "");
    }
    return finish(file);
}

static bool write_categories(const struct draft *draft)
{
    FILE *file = begin(draft, "categories.csv");
    if (file == NULL) {
        return false;
    }
    (void)fputs(
        "code,name,parent,urgency,start_level,keywords,exclude\n"
        "safety,安全隐患,,urgent,street,安全隐患|消防通道|堵塞通道|乱拉电线|飞线充电,\n"
        "safety.gas,燃气泄漏,safety,emergency,street,燃气泄漏|煤气泄漏|闻到煤气|煤气味,煤气费\n"
        "safety.fire,火情,safety,emergency,street,着火|起火|冒烟|明火,\n"
        "city,市容环境,,,,占道经营|流动摊贩|违章搭建|乱贴广告,\n"
        "city.rubbish,垃圾清运,city,,,垃圾|清运|保洁|脏乱,\n"
        "city.lamp,路灯,city,,,路灯不亮|路灯坏|没有路灯,\n"
        "home,住宅物业,,,,物业费|电梯|门禁|停车收费,\n"
        "home.leak,漏水渗水,home,,,漏水|渗水|水管爆裂|下水道堵,\n"
        "noise,噪音扰民,,,,噪音|太吵|扰民|广场舞,\n"
        "noise.work,施工噪音,noise,,,施工噪音|夜间施工,\n"
        "dispute,矛盾纠纷,,,,邻里纠纷|家庭矛盾|吵架|打架,\n",
        file);
    return finish(file);
}

static bool write_matrix(const struct draft *draft)
{
    FILE *file = begin(draft, "matrix.csv");
    if (file == NULL) {
        return false;
    }
    (void)fputs("category,area,level,lead,assist\n", file);
    for (uint32_t index = 0; index < draft->community_count; index++) {
        (void)fprintf(file, "*,c%u,community,c%u-office,\n", index + 1, index + 1);
        if (draft->estates) {
            (void)fprintf(file, "*,e%u,estate,e%u-keeper,\n", index + 1, index + 1);
        }
    }
    (void)fputs(
        "safety,street,street,street-safe,street-city\n"
        "dispute,street,street,street-safe,\n"
        "city,street,street,street-city,\n"
        "*,street,street,street-centre,\n",
        file);
    return finish(file);
}

static bool write_aliases(const struct draft *draft)
{
    FILE *file = begin(draft, "aliases.csv");
    if (file == NULL) {
        return false;
    }
    (void)fputs("alias,area\n", file);
    return finish(file);
}

/* A folder that is there must be empty of our files: fopen with x refuses the first that is not. */
static int write_all(const struct draft *draft)
{
    struct cli *cli = draft->cli;
    if (mkdir(draft->folder, 0755) != 0 && errno != EEXIST) {
        return cli_fail(cli, CLI_EXIT_IO, "建不了文件夹", "cannot make the folder",
                        strerror(errno));
    }
    errno = 0;
    const bool good = write_yaml(draft) && write_areas(draft) && write_units(draft) &&
                      write_categories(draft) && write_matrix(draft) && write_aliases(draft);
    if (good) {
        return CLI_EXIT_OK;
    }
    return errno == EEXIST
               ? cli_fail(cli, CLI_EXIT_IO, "文件夹里已有站点文件，没有改动",
                          "the folder has site files already; nothing is changed", draft->folder)
               : cli_fail(cli, CLI_EXIT_IO, "写不了站点文件", "cannot write the site's files",
                          strerror(errno));
}

int cli_new_site(struct cli *cli)
{
    struct draft *draft = calloc(1, sizeof *draft);
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    int status = CLI_EXIT_OK;
    if (draft == NULL || report == NULL) {
        status = cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    } else {
        draft->cli = cli;
        draft->folder = cli->operands[0];
        status = ask_all(draft)
                     ? write_all(draft)
                     : cli_usage(cli, "名称、社区或时间太长，或含有引号",
                                 "a name, community or time is too long or has quotes", NULL);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_check_load(cli, cli->operands[0], report, &site);
    }
    if (status == CLI_EXIT_OK && !cli->json) {
        CHECK(draft != NULL); /* or the status would say so */
        CHECK(site != NULL);
        printf(cli_say(cli,
                       "已写好 %s：%u 个社区，%u 个单位，%u 个类别。\n"
                       "接下来：改好单位和类别，运行 paidan check %s；用 paidan try %s "
                       "\"第一社区路灯不亮\" 试一条。\n",
                       "%s is written: %u communities, %u units, %u categories.\n"
                       "Next: edit units and categories, run paidan check %s, and try a text with "
                       "paidan try %s TEXT.\n"),
               cli->operands[0], draft->community_count, site->unit_count, site->category_count,
               cli->operands[0], cli->operands[0]);
    } else if (status == CLI_EXIT_OK) {
        status = cli_json_print(cli, cli_check_good_json(site, report));
    }
    site_free(site);
    free(report);
    free(draft);
    return status;
}
