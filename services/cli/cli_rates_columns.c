/* cli_rates_columns: what a row of figures shows, in order, to people: in a terminal and on a page. What
 * holds nothing in any row is left out, so that a quiet month is a narrow table. Owns the table of columns. */

#include <stdio.h>
#include <string.h>

#include "cli_rates.h"
#include "common/base/check.h"
#include "common/say/say_time.h"

#define COUNT(title, name, rank, bad)                                                              \
    {                                                                                              \
        title, CLI_RATES_OF(name), 0, 0, rank, bad                                                 \
    }
#define RATE(title, name, rank)                                                                    \
    {                                                                                              \
        title, -1, PAIDAN__RATES_NAME__RATES_##name, 0, rank, false                                \
    }
#define TIME(title, name, rank)                                                                    \
    {                                                                                              \
        title, -1, 0, PAIDAN__RATES_CLOCK__RATES_TIME_##name, rank, false                          \
    }
const struct cli_rates_column cli_rates_columns[CLI_RATES_COLUMNS] = {
    COUNT("受理|NEW", REGISTERED, 0, false),
    COUNT("办结|CLOSED", CLOSED, 0, false),
    COUNT("在办|OPEN", OPEN, 0, false),
    COUNT("协调中|COORDINATING", COORDINATING, 4, false),
    COUNT("挂账中|PAUSED", SUSPENDED_NOW, 4, false),
    COUNT("超时在办|OVERDUE", OVERDUE_NOW, 1, true),
    RATE("响应率|RESPONSE", RESPONSE, 0),
    RATE("解决率|SOLUTION", SOLUTION, 0),
    RATE("满意率|SATISFACTION", SATISFACTION, 0),
    COUNT("剔除|TAKEN OUT", EXEMPT, 1, false),
    COUNT("未接通|UNREACHED", UNREACHED, 1, false),
    COUNT("未回访|NOT ASKED", NOT_ASKED, 6, false),
    RATE("按时签收|ACCEPTED", ON_ACCEPT, 3),
    RATE("按时联系|CONTACTED", ON_CONTACT, 4),
    RATE("按时办结|HANDLED", ON_HANDLE, 2),
    COUNT("退单|RETURNED", RETURNED, 5, true),
    COUNT("延期|EXTENDED", EXTENDED, 7, false),
    COUNT("挂账|SUSPENDED", SUSPENDED, 7, false),
    COUNT("黄牌|YELLOW", YELLOW, 6, true),
    COUNT("红牌|RED", RED, 5, true),
    COUNT("重办|REOPENED", REOPENED, 5, true),
    COUNT("升级|RAISED", RAISED, 7, true),
    COUNT("流转|HOPS", HOPS, 9, false),
    COUNT("催单|CHASED", CHASED, 8, true),
    COUNT("重复投诉|REPEATED", REPEATED, 7, true),
    COUNT("撤回|WITHDRAWN", WITHDRAWN, 8, false),
    COUNT("并单|MERGED", MERGED, 9, false),
    TIME("办理用时|TO RESOLVE", HANDLE, 8),
    TIME("全程用时|TO CLOSE", WHOLE, 9),
};
#undef COUNT
#undef RATE
#undef TIME

static bool filled(const Paidan__RatesRow *row, const struct cli_rates_column *column)
{
    if (column->count >= 0) {
        return say_rates_count(row, (Paidan__RatesCount)column->count) > 0;
    }
    if (column->rate != 0) {
        const Paidan__RatesRate *rate = say_rates_rate(row, (Paidan__RatesName)column->rate);
        return rate != NULL && rate->denominator > 0;
    }
    return say_rates_time(row, (Paidan__RatesClock)column->time) != NULL;
}

bool cli_rates_shown(const struct cli_rates_set *set, const struct cli_rates_column *column)
{
    bool any = filled(set->whole, column);
    for (size_t index = 0; index < set->count && !any; index++) {
        any = filled(set->rows[index].row, column);
    }
    return any;
}

static void time_words(const struct cli *cli, const Paidan__RatesTime *time,
                       char text[CLI_RATES_CELL_BYTES])
{
    char median[SAY_TIME_BYTES], most[SAY_TIME_BYTES];
    if (time == NULL || time->of == 0) {
        (void)snprintf(text, CLI_RATES_CELL_BYTES, "–");
        return;
    }
    say_time_span(&cli->say, (int64_t)time->median_ms, median);
    say_time_span(&cli->say, (int64_t)time->p90_ms, most);
    (void)snprintf(text, CLI_RATES_CELL_BYTES, "%s / %s", median, most);
}

enum say_tone cli_rates_cell(const struct cli *cli, const Paidan__RatesFormula *formula,
                             const Paidan__RatesRow *row, const struct cli_rates_column *column,
                             char text[CLI_RATES_CELL_BYTES])
{
    if (column->count >= 0) {
        const uint64_t count = say_rates_count(row, (Paidan__RatesCount)column->count);
        (void)snprintf(text, CLI_RATES_CELL_BYTES, "%llu", (unsigned long long)count);
        return count == 0 ? SAY_FAINT : column->bad ? SAY_WARN : SAY_PLAIN;
    }
    if (column->rate != 0) {
        const Paidan__RatesRate *rate = say_rates_rate(row, (Paidan__RatesName)column->rate);
        cli_rates_rate_words(cli, formula, rate, false, text);
        return cli_rates_tone(formula, rate);
    }
    CHECK(column->time != 0);
    time_words(cli, say_rates_time(row, (Paidan__RatesClock)column->time), text);
    return SAY_PLAIN;
}
