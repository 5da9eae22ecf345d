/* archive_formula: owns nothing. What must stay true: a rate is told with what it is made of, never rounded;
 * only the score, by which units are ranked, is a number of its own, rounded down the same way for all. */
#include "archive_formula.h"

#include "common/base/check.h"

#define COUNT(name) counts[PAIDAN__RATES_COUNT__RATES_##name]

enum { WHOLE = 100, SCORE_MAX = 10000 };

static void response(const struct site_rates *formula, const uint64_t counts[RATES_COUNTS],
                     Paidan__RatesRate *rate)
{
    const bool contact = formula->response != PAIDAN__RATES_RESPONSE__RESPONSE_ACCEPT;
    const bool accept = formula->response != PAIDAN__RATES_RESPONSE__RESPONSE_CONTACT;
    CHECK(contact || accept);
    rate->numerator = (contact ? COUNT(CONTACT_IN_TIME) : 0) + (accept ? COUNT(ACCEPT_IN_TIME) : 0);
    rate->denominator = (contact ? COUNT(CONTACT_OF) : 0) + (accept ? COUNT(ACCEPT_OF) : 0);
}

/* whole: what counts fully; part: what counts in so many per cent. */
static void asked(const struct site_rates *formula, const uint64_t counts[RATES_COUNTS],
                  uint64_t whole, uint64_t part, uint32_t percent, Paidan__RatesRate *rate)
{
    const bool plain = percent == 0 || percent == WHOLE;
    const uint64_t scale = plain ? 1 : WHOLE;
    CHECK(percent <= WHOLE);
    rate->numerator = whole * scale + (plain ? (percent == WHOLE ? part : 0) : part * percent);
    rate->denominator =
        (COUNT(VALID) + (formula->unreached_counted ? COUNT(UNREACHED) : 0)) * scale;
    rate->unreached = COUNT(UNREACHED);
}

void archive_formula_rate(const struct site_rates *formula, const uint64_t counts[RATES_COUNTS],
                          Paidan__RatesName name, Paidan__RatesRate *rate)
{
    paidan__rates_rate__init(rate);
    rate->name = name;
    rate->excluded = COUNT(EXEMPT);
    switch (name) {
    case PAIDAN__RATES_NAME__RATES_RESPONSE:
        response(formula, counts, rate);
        break;
    case PAIDAN__RATES_NAME__RATES_SOLUTION:
        asked(formula, counts, COUNT(SOLVED_YES), COUNT(SOLVED_PARTLY), formula->partly, rate);
        break;
    case PAIDAN__RATES_NAME__RATES_SATISFACTION:
        asked(formula, counts, COUNT(SATISFIED_YES), COUNT(SATISFIED_FAIR), formula->fair, rate);
        break;
    case PAIDAN__RATES_NAME__RATES_ON_ACCEPT:
        rate->numerator = COUNT(ACCEPT_IN_TIME);
        rate->denominator = COUNT(ACCEPT_OF);
        break;
    case PAIDAN__RATES_NAME__RATES_ON_CONTACT:
        rate->numerator = COUNT(CONTACT_IN_TIME);
        rate->denominator = COUNT(CONTACT_OF);
        break;
    default:
        CHECK(name == PAIDAN__RATES_NAME__RATES_ON_HANDLE);
        rate->numerator = COUNT(HANDLE_IN_TIME);
        rate->denominator = COUNT(HANDLE_OF);
        break;
    }
    CHECK(rate->numerator <= rate->denominator);
}

bool archive_formula_score(const struct site_rates *formula, const uint64_t counts[RATES_COUNTS],
                           uint32_t *score)
{
    static const Paidan__RatesName names[] = {PAIDAN__RATES_NAME__RATES_RESPONSE,
                                              PAIDAN__RATES_NAME__RATES_SOLUTION,
                                              PAIDAN__RATES_NAME__RATES_SATISFACTION};
    const uint32_t weights[] = {formula->weight_response, formula->weight_solution,
                                formula->weight_satisfaction};
    uint64_t sum = 0;
    uint32_t weight = 0;
    for (unsigned index = 0; index < 3; index++) {
        Paidan__RatesRate rate;
        archive_formula_rate(formula, counts, names[index], &rate);
        if (rate.denominator > 0) {
            weight += weights[index];
            /* In hundredths of a hundredth, so that three roundings do not show. */
            sum += weights[index] * (rate.numerator * SCORE_MAX * WHOLE / rate.denominator);
        }
    }
    if (weight == 0) {
        return false;
    }
    const uint64_t points = sum / weight / WHOLE;
    CHECK(points <= SCORE_MAX);
    *score = (uint32_t)points;
    return true;
}
