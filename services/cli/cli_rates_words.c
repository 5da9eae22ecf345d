/* cli_rates_words: figures as words. A rate is never shown without what it was made of, since 3 of 4 is no
 * 75 %; rounding never makes a whole of what is not one. Names come from the site of now, and a code that it
 * has no more stands for itself. Owns nothing. */

#include <stdio.h>
#include <string.h>

#include "cli_rates.h"
#include "common/base/check.h"
#include "common/say/say_words.h"

enum { PART = 100 };

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
        const uint64_t scale = say_rates_scale(formula, rate->name);
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
