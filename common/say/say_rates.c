/* say_rates: owns nothing. A count that the service did not tell is none; names come from the site of now, and a
 * code that it has no more stands for itself. */
#include "common/say/say_rates.h"

#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_words.h"

enum { PART = 100 };

uint64_t say_rates_count(const Paidan__RatesRow *row, Paidan__RatesCount count)
{
    CHECK((unsigned)count <= PAIDAN__RATES_COUNT__RATES_FIRST_OF);
    return row != NULL && (size_t)count < row->n_counts ? row->counts[count] : 0;
}

const Paidan__RatesRate *say_rates_rate(const Paidan__RatesRow *row, Paidan__RatesName name)
{
    for (size_t index = 0; row != NULL && index < row->n_rates; index++) {
        if (row->rates[index]->name == name) {
            return row->rates[index];
        }
    }
    return NULL;
}

const Paidan__RatesTime *say_rates_time(const Paidan__RatesRow *row, Paidan__RatesClock which)
{
    for (size_t index = 0; row != NULL && index < row->n_times; index++) {
        if (row->times[index]->which == which) {
            return row->times[index];
        }
    }
    return NULL;
}

uint64_t say_rates_scale(const Paidan__RatesFormula *formula, Paidan__RatesName name)
{
    const uint32_t part = name == PAIDAN__RATES_NAME__RATES_SOLUTION       ? formula->partly
                          : name == PAIDAN__RATES_NAME__RATES_SATISFACTION ? formula->fair
                                                                           : 0;
    return part == 0 || part == PART ? 1 : PART;
}

/* "，部分解决按 50% 计": what counts for a part; what counts in full or not at all is said too, for cities
 * differ in it. */
static void part_words(const struct say *say, const char *zh, const char *en, uint32_t percent,
                       char *text, size_t size)
{
    char part[96];
    CHECK(percent <= PART);
    (void)snprintf(part, sizeof part, say_choose(say, "%s计 %u%%", "%s counts %u%%"),
                   say_choose(say, zh, en), percent);
    say_add(text, size, say_choose(say, "；", "; "), part);
}

void say_rates_formula(const struct say *say, const Paidan__RatesFormula *formula,
                       char text[SAY_RATES_FORMULA_BYTES])
{
    char part[160];
    (void)snprintf(
        text, SAY_RATES_FORMULA_BYTES, "= %s×%u%% + %s×%u%% + %s×%u%%",
        say_words_rates_name(say, PAIDAN__RATES_NAME__RATES_RESPONSE), formula->weight_response,
        say_words_rates_name(say, PAIDAN__RATES_NAME__RATES_SOLUTION), formula->weight_solution,
        say_words_rates_name(say, PAIDAN__RATES_NAME__RATES_SATISFACTION),
        formula->weight_satisfaction);
    (void)snprintf(part, sizeof part, say_choose(say, "响应看%s", "response is %s in time"),
                   say_words_rates_response(say, formula->response));
    say_add(text, SAY_RATES_FORMULA_BYTES, say_choose(say, "；", "; "), part);
    part_words(say, "部分解决", "partly solved", formula->partly, text, SAY_RATES_FORMULA_BYTES);
    part_words(say, "基本满意", "fairly satisfied", formula->fair, text, SAY_RATES_FORMULA_BYTES);
    say_add(text, SAY_RATES_FORMULA_BYTES, say_choose(say, "；", "; "),
            formula->unreached_counted
                ? say_choose(say, "未接通计入分母", "unreached ones count in the denominator")
                : say_choose(say, "未接通不计入", "unreached ones do not count"));
    if (formula->has_base_accept || formula->has_base_handle) {
        (void)snprintf(part, sizeof part,
                       say_choose(say, "基准线：按时签收 %u%%，按时办结 %u%%",
                                  "asked of all: %u%% accepted, %u%% handled in time"),
                       formula->base_accept, formula->base_handle);
        say_add(text, SAY_RATES_FORMULA_BYTES, say_choose(say, "；", "; "), part);
    }
}

const char *say_rates_name(const struct say *say, Paidan__RatesBy by, const char *code)
{
    if (by == PAIDAN__RATES_BY__RATES_ALL) {
        return "";
    }
    if (code == NULL || code[0] == '\0') {
        return say_choose(say, "（未定）", "(not known)");
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

uint32_t say_rates_level(const struct say *say, Paidan__RatesBy by, const char *code)
{
    if (by != PAIDAN__RATES_BY__RATES_AREA || say->site == NULL || code == NULL) {
        return 0;
    }
    const uint32_t area = site_area_find(say->site, code);
    CHECK(area == SITE_NONE || area < say->site->area_count);
    return area == SITE_NONE ? 0 : say->site->areas[area].level;
}

int say_rates_order(const Paidan__RatesRow *one, uint32_t one_level, const Paidan__RatesRow *other,
                    uint32_t other_level)
{
    if (one_level != other_level) {
        return one_level > other_level ? -1 : 1;
    }
    if (one->rank != other->rank) {
        /* 0: not ranked. */
        return one->rank - 1 < other->rank - 1 ? -1 : 1;
    }
    const uint64_t here = say_rates_count(one, PAIDAN__RATES_COUNT__RATES_REGISTERED);
    const uint64_t there = say_rates_count(other, PAIDAN__RATES_COUNT__RATES_REGISTERED);
    if (here != there) {
        return here > there ? -1 : 1;
    }
    return strcmp(one->code == NULL ? "" : one->code, other->code == NULL ? "" : other->code);
}
