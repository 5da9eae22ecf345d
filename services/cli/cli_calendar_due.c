/* cli_calendar_due: when a term ends, by a site's calendar, through the same functions that
 * escalation plans with. It answers "why is this due then" without an instance, and before a policy
 * is changed. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli_calendar.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "common/say/say_time.h"

/* The letter that a unit of time in Chinese stands for; what is none stays as it is. */
static const char *letter_of(const char *typed)
{
    static const struct {
        const char *word, *letter;
    } words[] = {{"秒", "s"},     {"分", "m"}, {"分钟", "m"},  {"小时", "h"},
                 {"工作时", "h"}, {"天", "d"}, {"工作日", "d"}};
    for (size_t index = 0; index < sizeof words / sizeof words[0]; index++) {
        if (strcmp(words[index].word, typed) == 0) {
            return words[index].letter;
        }
    }
    return typed;
}

/* "30m", "2h", "3d", "3天", "5": without a letter hours or days, as the unit counts. */
static bool read_amount(const char *text, enum calendar_unit unit, uint64_t *amount_ms)
{
    const bool days = calendar_unit_counts_days(unit);
    uint64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && value < 1000000; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
    }
    const bool some = at != text;
    at = letter_of(at);
    const char letter = *at == '\0' ? (days ? 'd' : 'h') : *at;
    const uint64_t scale = letter == 's'   ? 1000
                           : letter == 'm' ? 60000
                           : letter == 'h' ? 3600000
                                           : CALENDAR_DAY_MS;
    if (!some || strchr("smhd", letter) == NULL || (*at != '\0' && at[1] != '\0') ||
        days != (letter == 'd') || value == 0) {
        return false;
    }
    *amount_ms = value * scale;
    return *amount_ms <= CALENDAR_AMOUNT_MS_MAX;
}

/* The code of a word of site.yaml that was typed in Chinese; else what was typed. */
static const char *coded(const char *typed)
{
    static const struct {
        const char *word, *code;
    } words[] = {{"紧急工作时", "emergency_hours"},
                 {"工作时", "working_hours"},
                 {"工作日", "working_days"},
                 {"自然日", "days"},
                 {"天", "days"},
                 {"即时", "moment"},
                 {"即时起算", "moment"},
                 {"次日", "next_day"},
                 {"次日起算", "next_day"},
                 {"同一时刻", "same_time"},
                 {"当天结束", "end_of_day"},
                 {"当日下班", "end_of_day"}};
    for (size_t index = 0; typed != NULL && index < sizeof words / sizeof words[0]; index++) {
        if (strcmp(words[index].word, typed) == 0) {
            return words[index].code;
        }
    }
    return typed;
}

/* The four units and the rules as site.yaml writes them: what is tried here can be copied there. */
static int read_term(const struct cli *cli, struct calendar_term *term)
{
    const char *unit = coded(cli_value(cli, CLI_UNIT));
    const char *start = coded(cli_value(cli, CLI_START));
    const char *end = coded(cli_value(cli, CLI_END));
    *term = (struct calendar_term){.start = CALENDAR_FROM_MOMENT, .end = CALENDAR_SAME_TIME};
    if (!calendar_unit_read(unit, &term->unit)) {
        return cli_usage(cli, "时限单位应为 emergency_hours、working_hours、working_days 或 days",
                         "the unit must be emergency_hours, working_hours, working_days or days",
                         unit);
    }
    if (!read_amount(cli_value(cli, CLI_AMOUNT), term->unit, &term->amount_ms)) {
        return cli_usage(cli, "时限不合格：小时类写 30m、2h，天类写 3d 或 3，最长 100 年",
                         "the amount must be as 30m or 2h for hours, 3d or 3 for days, at most "
                         "100 years",
                         cli_value(cli, CLI_AMOUNT));
    }
    if ((start != NULL && !calendar_start_read(start, &term->start)) ||
        (end != NULL && !calendar_end_read(end, &term->end))) {
        return cli_usage(cli, "起算或到期规则不合格", "unknown rule of start or end", NULL);
    }
    return CLI_EXIT_OK;
}

/* Always RFC 3339: the answer is made for scripts and for comparing with other programs. */
static int tell_due(const struct cli *cli, const struct say *say, const struct calendar *calendar,
                    const struct calendar_term *term, uint64_t from_ms)
{
    char due[SAY_TIME_BYTES];
    char start[SAY_TIME_BYTES];
    const uint64_t start_ms = calendar_start(calendar, term, from_ms);
    const uint64_t due_ms = calendar_due(calendar, term, from_ms);
    const uint32_t unknown = calendar_years_unknown(calendar, from_ms, due_ms);
    say_time_rfc3339(say, due_ms, due);
    say_time_rfc3339(say, start_ms, start);
    if (cli->json) {
        return cli_json_print(cli, json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:I, s:I}", "due", due,
                                             "due_ms", (json_int_t)due_ms, "start", start,
                                             "start_ms", (json_int_t)start_ms, "calendar",
                                             calendar->code, "unit", calendar_unit_code(term->unit),
                                             "amount_ms", (json_int_t)term->amount_ms,
                                             "unknown_years", (json_int_t)unknown));
    }
    printf("%s\n", due);
    if (unknown > 0) {
        fprintf(stderr,
                cli_say(cli, "警告：其中 %u 年的节假日还不知道，按普通周计算\n",
                        "warning: the holidays of %u of these years are not known; plain weeks\n"),
                unknown);
    }
    return CLI_EXIT_OK;
}

/* The site's wall clock, or with an offset any. */
static int read_from(const struct cli *cli, const struct say *say, uint64_t *from_ms)
{
    const char *text = cli_value(cli, CLI_FROM);
    const enum rc rc = say_time_read(say, text, cli_calendar_now(), from_ms);
    if (rc == RC_NOT_FOUND) {
        return cli_usage(cli, "时钟拨快时跳过了这个时间，请写另一时间或带上时差",
                         "the clock was put forward over this time; write another, or an offset",
                         text);
    }
    if (rc != RC_OK) {
        return cli_usage(cli, "时间不合格，请写 2026-02-13T10:00 或 RFC 3339",
                         "not a time; write 2026-02-13T10:00 or RFC 3339", text);
    }
    return CLI_EXIT_OK;
}

static int due(struct cli *cli, const struct site *site)
{
    struct calendar_term term;
    const struct calendar *calendar = NULL;
    uint64_t from_ms = 0;
    /* Another site's folder may be given: its wall clock, not the instance's. */
    const struct say say = {.language = cli->say.language, .site = site};
    int status = read_term(cli, &term);
    if (status == CLI_EXIT_OK) {
        status = cli_calendar_find(cli, site, &calendar);
    }
    if (status == CLI_EXIT_OK) {
        status = read_from(cli, &say, &from_ms);
    }
    return status == CLI_EXIT_OK ? tell_due(cli, &say, calendar, &term, from_ms) : status;
}

int cli_calendar_due(struct cli *cli)
{
    const struct site *site = NULL;
    struct site *loaded = NULL;
    int status = cli_calendar_site(cli, &site, &loaded);
    if (status == CLI_EXIT_OK) {
        status = due(cli, site);
    }
    site_free(loaded);
    return status;
}
