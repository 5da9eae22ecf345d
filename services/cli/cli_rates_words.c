/* cli_rates_words: figures as words. A rate is never shown without what it was made of, since 3 of 4 is no
 * 75 %; rounding never makes a whole of what is not one. Names come from the site of now, and a code that it
 * has no more stands for itself. Owns nothing. */

#include <stdio.h>
#include <string.h>

#include "cli_rates.h"
#include "common/base/check.h"
#include "common/say/say_words.h"

enum { PART = 100 };

uint64_t cli_rates_count(const Paidan__RatesRow *row, Paidan__RatesCount count)
{
    CHECK((unsigned)count <= CLI_RATES_OF(FIRST_OF));
    return row != NULL && (size_t)count < row->n_counts ? row->counts[count] : 0;
}

const Paidan__RatesRate *cli_rates_rate(const Paidan__RatesRow *row, Paidan__RatesName name)
{
    for (size_t index = 0; row != NULL && index < row->n_rates; index++) {
        if (row->rates[index]->name == name) {
            return row->rates[index];
        }
    }
    return NULL;
}

const Paidan__RatesTime *cli_rates_time(const Paidan__RatesRow *row, Paidan__RatesClock which)
{
    for (size_t index = 0; row != NULL && index < row->n_times; index++) {
        if (row->times[index]->which == which) {
            return row->times[index];
        }
    }
    return NULL;
}

uint64_t cli_rates_scale(const Paidan__RatesFormula *formula, Paidan__RatesName name)
{
    const uint32_t part = name == PAIDAN__RATES_NAME__RATES_SOLUTION       ? formula->partly
                          : name == PAIDAN__RATES_NAME__RATES_SATISFACTION ? formula->fair
                                                                           : 0;
    return part == 0 || part == PART ? 1 : PART;
}

unsigned cli_rates_permille(const Paidan__RatesRate *rate)
{
    CHECK(rate->denominator > 0);
    const double exact = 1000.0 * (double)rate->numerator / (double)rate->denominator;
    const unsigned near = exact >= 1000 ? 1000 : (unsigned)(exact + 0.5);
    if (near == 1000 && rate->numerator < rate->denominator) {
        return 999;
    }
    return near == 0 && rate->numerator > 0 ? 1 : near;
}

/* "35" or, of hundredths, "35.5". */
static void amount(uint64_t value, uint64_t scale, char *text, size_t size)
{
    CHECK(scale == 1 || scale == PART);
    if (value % scale == 0) {
        (void)snprintf(text, size, "%llu", (unsigned long long)(value / scale));
    } else {
        (void)snprintf(text, size, "%.2f", (double)value / (double)scale);
        if (text[strlen(text) - 1] == '0') {
            text[strlen(text) - 1] = '\0';
        }
    }
}

void cli_rates_rate_words(const struct cli *cli, const Paidan__RatesFormula *formula,
                          const Paidan__RatesRate *rate, bool full, char text[CLI_RATES_CELL_BYTES])
{
    char above[24], below[24], part[32];
    if (rate == NULL || rate->denominator == 0) {
        (void)snprintf(text, CLI_RATES_CELL_BYTES, "–");
    } else {
        const uint64_t scale = cli_rates_scale(formula, rate->name);
        const unsigned permille = cli_rates_permille(rate);
        amount(rate->numerator, scale, above, sizeof above);
        amount(rate->denominator, scale, below, sizeof below);
        (void)snprintf(text, CLI_RATES_CELL_BYTES, "%u.%u%% %s/%s", permille / 10, permille % 10,
                       above, below);
    }
    if (full && rate != NULL && rate->excluded > 0) {
        (void)snprintf(part, sizeof part, cli_say(cli, "剔除 %llu", "%llu taken out"),
                       (unsigned long long)rate->excluded);
        say_add(text, CLI_RATES_CELL_BYTES, " ", part);
    }
    if (full && rate != NULL && rate->unreached > 0) {
        (void)snprintf(part, sizeof part, cli_say(cli, "未接通 %llu", "%llu unreached"),
                       (unsigned long long)rate->unreached);
        say_add(text, CLI_RATES_CELL_BYTES, " ", part);
    }
}

void cli_rates_score_words(const Paidan__RatesRow *row, char text[CLI_RATES_CELL_BYTES])
{
    if (row == NULL || !row->has_score) {
        (void)snprintf(text, CLI_RATES_CELL_BYTES, "–");
    } else {
        (void)snprintf(text, CLI_RATES_CELL_BYTES, "%u.%02u", row->score / PART, row->score % PART);
    }
}

void cli_rates_span_words(const struct cli *cli, const struct cli_rates_span *span,
                          char text[CLI_RATES_CELL_BYTES])
{
    const bool one = strcmp(span->from, span->until) == 0;
    (void)snprintf(
        text, CLI_RATES_CELL_BYTES, "%s%s%s", span->now ? cli_say(cli, "现在", "now") : span->from,
        span->now || one ? "" : cli_say(cli, " 至 ", " to "), span->now || one ? "" : span->until);
}

/* "，部分解决按 50% 计": what counts for a part; what counts in full or not at all is said too, for cities
 * differ in it. */
static void part_words(const struct cli *cli, const char *zh, const char *en, uint32_t percent,
                       char *text, size_t size)
{
    char part[96];
    CHECK(percent <= PART);
    (void)snprintf(part, sizeof part, cli_say(cli, "%s计 %u%%", "%s counts %u%%"),
                   cli_say(cli, zh, en), percent);
    say_add(text, size, cli_say(cli, "；", "; "), part);
}

void cli_rates_formula_words(const struct cli *cli, const Paidan__RatesFormula *formula,
                             char text[CLI_RATES_FORMULA_BYTES])
{
    char part[160];
    const struct say *say = &cli->say;
    (void)snprintf(
        text, CLI_RATES_FORMULA_BYTES, "= %s×%u%% + %s×%u%% + %s×%u%%",
        say_words_rates_name(say, PAIDAN__RATES_NAME__RATES_RESPONSE), formula->weight_response,
        say_words_rates_name(say, PAIDAN__RATES_NAME__RATES_SOLUTION), formula->weight_solution,
        say_words_rates_name(say, PAIDAN__RATES_NAME__RATES_SATISFACTION),
        formula->weight_satisfaction);
    (void)snprintf(part, sizeof part, cli_say(cli, "响应看%s", "response is %s in time"),
                   say_words_rates_response(say, formula->response));
    say_add(text, CLI_RATES_FORMULA_BYTES, cli_say(cli, "；", "; "), part);
    part_words(cli, "部分解决", "partly solved", formula->partly, text, CLI_RATES_FORMULA_BYTES);
    part_words(cli, "基本满意", "fairly satisfied", formula->fair, text, CLI_RATES_FORMULA_BYTES);
    say_add(text, CLI_RATES_FORMULA_BYTES, cli_say(cli, "；", "; "),
            formula->unreached_counted
                ? cli_say(cli, "未接通计入分母", "unreached ones count in the denominator")
                : cli_say(cli, "未接通不计入", "unreached ones do not count"));
    if (formula->has_base_accept || formula->has_base_handle) {
        (void)snprintf(part, sizeof part,
                       cli_say(cli, "基准线：按时签收 %u%%，按时办结 %u%%",
                               "asked of all: %u%% accepted, %u%% handled in time"),
                       formula->base_accept, formula->base_handle);
        say_add(text, CLI_RATES_FORMULA_BYTES, cli_say(cli, "；", "; "), part);
    }
}

const char *cli_rates_name(struct cli *cli, Paidan__RatesBy by, const char *code)
{
    const struct say *say = cli_speak(cli);
    if (by == PAIDAN__RATES_BY__RATES_ALL) {
        return "";
    }
    if (code == NULL || code[0] == '\0') {
        return cli_say(cli, "（未定）", "(not known)");
    }
    switch (by) {
    case PAIDAN__RATES_BY__RATES_AREA:
        return say_area(say, code);
    case PAIDAN__RATES_BY__RATES_UNIT:
        return say_unit(say, code);
    case PAIDAN__RATES_BY__RATES_CATEGORY:
        return say_category(say, code);
    default:
        CHECK(by == PAIDAN__RATES_BY__RATES_CHANNEL);
        return say_channel(say, code);
    }
}

/* Without a base line: what offices call good (90 %) and what they ask about (75 %). */
enum say_tone cli_rates_tone(const Paidan__RatesFormula *formula, const Paidan__RatesRate *rate)
{
    if (rate == NULL || rate->denominator == 0) {
        return SAY_FAINT;
    }
    const unsigned permille = cli_rates_permille(rate);
    CHECK(permille <= 1000);
    const uint32_t base =
        rate->name == PAIDAN__RATES_NAME__RATES_ON_ACCEPT && formula->has_base_accept
            ? formula->base_accept
        : rate->name == PAIDAN__RATES_NAME__RATES_ON_HANDLE && formula->has_base_handle
            ? formula->base_handle
            : 0;
    if (base > 0) {
        return permille >= 10 * base ? SAY_GOOD : SAY_BAD;
    }
    return permille >= 900 ? SAY_GOOD : permille >= 750 ? SAY_PLAIN : SAY_BAD;
}

bool cli_rates_any(const Paidan__RatesRow *row)
{
    for (size_t index = 0; row != NULL && index < row->n_counts; index++) {
        if (row->counts[index] > 0) {
            return true;
        }
    }
    return false;
}
