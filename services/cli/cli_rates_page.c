/* cli_rates_page: a report as a page that stands alone: no script, nothing fetched, charts as pictures within
 * it, for light and dark rooms and for paper (A4). Names come from a site's tables and are text here, never
 * markup; a chart says in words what it shows, and every figure of it stands in a table below. Owns the page
 * until it is written. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_rates.h"
#include "cli_svg.h"
#include "cli_whole.h"
#include "common/base/check.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"
#include "common/text/text.h"

enum { CHART_ROWS_MAX = 40, NAME_COLUMNS = 24, THREE = 3 };
static const struct cli_deed deed = {"没有写成网页", "the page was not written"};

static const char page_style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--faint:#57606a;--rule:#dde1e6;"
    "--good:#1a7f37;--bad:#c4232f;--warn:#8a5a00;--main:#0b62c4}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e8ebef;--faint:#a3adb8;"
    "--rule:#343b44;--good:#56d37a;--bad:#ff8a80;--warn:#f0c060;--main:#6cb0ff}}\n"
    "body{margin:0 auto;max-width:80rem;padding:1.5rem;background:var(--paper);color:var(--ink);"
    "font:15px/1.55 system-ui,\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\","
    "\"WenQuanYi Micro Hei\",sans-serif}\n"
    "h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.25rem 0}\n"
    ".faint{color:var(--faint)}.good{color:var(--good)}.bad{color:var(--bad)}"
    ".warn{color:var(--warn)}\n"
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;"
    "margin:1rem 0}.card{border:1px solid var(--rule);border-radius:.5rem;padding:.6rem .9rem}"
    ".card b{display:block;font-size:1.6rem;line-height:1.3}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.8125rem}"
    "th,td{padding:.25rem .5rem;border-bottom:1px solid var(--rule);text-align:right;"
    "white-space:nowrap;font-variant-numeric:tabular-nums}th{color:var(--faint)}"
    "th.name,td.name{text-align:left}tr.all td{border-top:2px solid var(--faint);"
    "font-weight:600}svg{width:100%;min-width:38rem;height:auto}\n"
    "@page{size:A4;margin:12mm}@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;"
    "--faint:#444;--rule:#bbb;--good:#14602a;--bad:#a01822;--warn:#6b4500}"
    ".paidan{--paper:#fff;--ink:#000;--faint:#555;--rule:#ccc;--main:#0b62c4;--good:#1a7f37;"
    "--bad:#c4232f;--part:#d9982a}body{max-width:none;padding:0;font-size:10pt}"
    "h2{break-after:avoid}svg,tr,.card{break-inside:avoid}svg{min-width:0}.wide{overflow:visible}"
    "table{font-size:6.5pt}th,td{padding:.15rem .2rem;white-space:normal}}\n"
    "</style>\n";

struct page {
    struct cli *cli;
    FILE *out;
    const struct cli_rates_report *report;
    bool failed;
};

static void put(const struct page *page, const char *text)
{
    cli_svg_escape(page->out, text);
}

static void heading(const struct page *page, const char *text)
{
    fputs("<h2>", page->out);
    put(page, text);
    fputs("</h2>\n", page->out);
}

static const char *class_of(enum say_tone tone)
{
    return tone == SAY_GOOD    ? "good"
           : tone == SAY_BAD   ? "bad"
           : tone == SAY_WARN  ? "warn"
           : tone == SAY_FAINT ? "faint"
                               : "plain";
}

/* ---- charts ---- */

/* As much of a name as finds room beside a bar. */
static void short_name(const char *name, char text[CLI_RATES_CELL_BYTES])
{
    size_t bytes = text_clip_columns(name, NAME_COLUMNS);
    bytes = bytes < CLI_RATES_CELL_BYTES - 4 ? bytes : 0;
    (void)snprintf(text, CLI_RATES_CELL_BYTES, "%.*s%s", (int)bytes, name,
                   name[bytes] == '\0' ? "" : "…");
}

static void chart_end(struct page *page, struct cli_svg *svg)
{
    if (cli_svg_end(svg) != RC_OK) {
        page->failed = true;
        return;
    }
    fputs("<div class=\"wide\">", page->out);
    (void)fwrite(svg->bytes, 1, svg->size, page->out);
    fputs("</div>\n", page->out);
    free(svg->bytes);
}

struct key {
    const char *as, *word;
};

static void draw_key(struct cli_svg *svg, double x, const struct key *keys, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        cli_svg_box(svg, keys[index].as, x, 6, 12, 12, 1, NULL);
        cli_svg_text(svg, CLI_SVG_FAINT, x + 18, 16, "start", 0, keys[index].word);
        x += 36 + 8.0 * (double)text_columns(keys[index].word);
    }
}

static size_t chart_rows(const struct cli_rates_set *set)
{
    return set->count < CHART_ROWS_MAX ? set->count : CHART_ROWS_MAX;
}

/* Three bars a unit, in the order of the ranking. */
static void draw_scores(struct page *page)
{
    static const char *const as[THREE] = {CLI_SVG_MAIN, CLI_SVG_GOOD, CLI_SVG_PART};
    struct cli *const cli = page->cli;
    const struct cli_rates_set *set = &page->report->sets[PAIDAN__RATES_BY__RATES_UNIT];
    const size_t rows = chart_rows(set);
    struct key keys[THREE];
    struct cli_svg svg;
    if (cli_svg_begin_within(
            &svg, "scores", 900, 34 + 30.0 * (double)rows,
            cli_say(cli, "各单位三率", "Rates of the units"),
            cli_say(cli, "每个单位三条：响应率、解决率、满意率，右边是得分；数字见下表。",
                    "Three bars a unit: response, solution, satisfaction; the score "
                    "at the right. The figures stand in the table.")) != RC_OK) {
        page->failed = true;
        return;
    }
    for (int rate = 0; rate < THREE; rate++) {
        keys[rate] =
            (struct key){as[rate], say_words_rates_name(&cli->say, (Paidan__RatesName)(rate + 1))};
    }
    draw_key(&svg, 210, keys, THREE);
    for (size_t index = 0; index < rows; index++) {
        const Paidan__RatesRow *row = set->rows[index].row;
        const double y = 30 + 30.0 * (double)index;
        char text[CLI_RATES_CELL_BYTES];
        short_name(say_rates_name(cli_speak(cli), set->by, row->code), text);
        cli_svg_text(&svg, CLI_SVG_AXIS, 200, y + 16, "end", 0, text);
        for (int rate = 0; rate < THREE; rate++) {
            const Paidan__RatesRate *of = say_rates_rate(row, (Paidan__RatesName)(rate + 1));
            cli_rates_rate_words(cli, set->formula, of, true, text);
            cli_svg_box(&svg, CLI_SVG_GRID, 210, y + 7.0 * rate, 600, 6, 1, text);
            if (of != NULL && of->denominator > 0) {
                cli_svg_box(&svg, as[rate], 210, y + 7.0 * rate,
                            0.6 * (double)cli_rates_permille(of), 6, 1, text);
            }
        }
        cli_rates_score_words(row, text);
        cli_svg_text(&svg, CLI_SVG_AXIS, 880, y + 16, "end", 0, text);
    }
    chart_end(page, &svg);
}

/* What came in and what was closed, a pair of bars a day or month. */
static void draw_trend(struct page *page)
{
    struct cli *const cli = page->cli;
    const struct cli_rates_set *set = &page->report->trend;
    uint64_t most = 1;
    struct cli_svg svg;
    char text[2 * CLI_RATES_CELL_BYTES];
    for (size_t index = 0; index < set->count; index++) {
        const uint64_t came = say_rates_count(set->rows[index].row, CLI_RATES_OF(REGISTERED));
        const uint64_t closed = say_rates_count(set->rows[index].row, CLI_RATES_OF(CLOSED));
        most = came > most ? came : most;
        most = closed > most ? closed : most;
    }
    const char *came_word = say_words_rates_count(&cli->say, CLI_RATES_OF(REGISTERED));
    const char *closed_word = say_words_rates_count(&cli->say, CLI_RATES_OF(CLOSED));
    (void)snprintf(text, sizeof text,
                   cli_say(cli, "受理和办结，最多 %llu 件", "Registered and closed; at most %llu"),
                   (unsigned long long)most);
    if (set->count == 0 || cli_svg_begin_within(&svg, "trend", 900, 240,
                                                cli_say(cli, "走势", "Trend"), text) != RC_OK) {
        page->failed = page->failed || set->count > 0;
        return;
    }
    const struct key keys[] = {{CLI_SVG_FAINT, came_word}, {CLI_SVG_MAIN, closed_word}};
    draw_key(&svg, 50, keys, 2);
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)most);
    cli_svg_text(&svg, CLI_SVG_FAINT, 44, 38, "end", 0, text);
    cli_svg_line(&svg, CLI_SVG_GRID, 50, 34, 890, 34);
    cli_svg_line(&svg, CLI_SVG_AXIS, 50, 214, 890, 214);
    const double step = 840.0 / (double)(set->count < 31 ? 31 : set->count); /* as of a month */
    for (size_t index = 0; index < set->count; index++) {
        const Paidan__RatesRow *row = set->rows[index].row;
        const uint64_t came = say_rates_count(row, CLI_RATES_OF(REGISTERED));
        const uint64_t closed = say_rates_count(row, CLI_RATES_OF(CLOSED));
        const double x = 50 + step * (double)index, wide = step * 0.4;
        const double high = 180.0 * (double)came / (double)most,
                     done = 180.0 * (double)closed / (double)most;
        (void)snprintf(text, sizeof text, "%s  %s %llu  %s %llu", row->period, came_word,
                       (unsigned long long)came, closed_word, (unsigned long long)closed);
        cli_svg_box(&svg, CLI_SVG_FAINT, x + step * 0.1, 214 - high, wide, high, 1, text);
        cli_svg_box(&svg, CLI_SVG_MAIN, x + step * 0.5, 214 - done, wide, done, 1, text);
    }
    cli_svg_text(&svg, CLI_SVG_FAINT, 50, 232, "start", 0, set->rows[0].row->period);
    if (set->count > 1) {
        cli_svg_text(&svg, CLI_SVG_FAINT, 50 + step * (double)set->count, 232, "end", 0,
                     set->rows[set->count - 1].row->period);
    }
    chart_end(page, &svg);
}

/* What the residents of each unit's tickets said, of all who were to be asked. */
static void draw_outcomes(struct page *page)
{
    static const struct {
        Paidan__RatesCount count;
        const char *as;
    } parts[] = {{CLI_RATES_OF(SOLVED_YES), CLI_SVG_GOOD},
                 {CLI_RATES_OF(SOLVED_PARTLY), CLI_SVG_PART},
                 {CLI_RATES_OF(SOLVED_NO), CLI_SVG_BAD},
                 {CLI_RATES_OF(UNREACHED), CLI_SVG_FAINT},
                 {CLI_RATES_OF(EXEMPT), CLI_SVG_GRID}};
    enum { PARTS = sizeof parts / sizeof parts[0] };
    struct cli *const cli = page->cli;
    const struct cli_rates_set *set = &page->report->sets[PAIDAN__RATES_BY__RATES_UNIT];
    const size_t rows = chart_rows(set);
    struct key keys[PARTS];
    struct cli_svg svg;
    if (cli_svg_begin_within(
            &svg, "outcomes", 900, 34 + 24.0 * (double)rows,
            cli_say(cli, "回访结果", "What callbacks came to"),
            cli_say(cli, "每个单位一条，按比例分段；右边是回访件数。",
                    "A bar a unit, in parts; the number of callbacks at the right.")) != RC_OK) {
        page->failed = true;
        return;
    }
    for (size_t part = 0; part < PARTS; part++) {
        keys[part] =
            (struct key){parts[part].as, say_words_rates_count(&cli->say, parts[part].count)};
    }
    draw_key(&svg, 210, keys, PARTS);
    for (size_t index = 0; index < rows; index++) {
        const Paidan__RatesRow *row = set->rows[index].row;
        const double y = 30 + 24.0 * (double)index;
        char text[CLI_RATES_CELL_BYTES];
        uint64_t sum = 0;
        double x = 210;
        for (size_t part = 0; part < PARTS; part++) {
            sum += say_rates_count(row, parts[part].count);
        }
        short_name(say_rates_name(cli_speak(cli), set->by, row->code), text);
        cli_svg_text(&svg, CLI_SVG_AXIS, 200, y + 12, "end", 0, text);
        for (size_t part = 0; part < PARTS && sum > 0; part++) {
            const uint64_t count = say_rates_count(row, parts[part].count);
            const double wide = 600.0 * (double)count / (double)sum;
            (void)snprintf(text, sizeof text, "%s %llu", keys[part].word,
                           (unsigned long long)count);
            cli_svg_box(&svg, parts[part].as, x, y, wide, 16, 1, text);
            x += wide;
        }
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)sum);
        cli_svg_text(&svg, CLI_SVG_AXIS, 880, y + 12, "end", 0, text);
    }
    chart_end(page, &svg);
}

/* ---- tables ---- */

static void put_title(const struct page *page, const char *both, bool name)
{
    char text[96];
    const char *bar = strchr(both, '|');
    CHECK(bar != NULL);
    (void)snprintf(text, sizeof text, "%.*s", (int)(bar - both), both);
    fputs(name ? "<th scope=\"col\" class=\"name\">" : "<th scope=\"col\">", page->out);
    put(page, cli_say(page->cli, text, bar + 1));
    fputs("</th>", page->out);
}

static void put_cell(const struct page *page, const char *class, const char *text)
{
    fprintf(page->out, "<td class=\"%s\">", class);
    put(page, text);
    fputs("</td>", page->out);
}

static void put_row(const struct page *page, const struct cli_rates_set *set,
                    const Paidan__RatesRow *row)
{
    struct cli *const cli = page->cli;
    char text[CLI_RATES_CELL_BYTES] = "";
    const bool whole = row == set->whole;
    fputs(whole ? "<tr class=\"all\">" : "<tr>", page->out);
    if (row->has_rank) {
        (void)snprintf(text, sizeof text, "%u", row->rank);
    }
    put_cell(page, "plain", text);
    put_cell(page, "name",
             whole ? cli_say(cli, "合计", "All")
                   : say_rates_name(cli_speak(cli), set->by, row->code));
    cli_rates_score_words(row, text);
    put_cell(page, "plain", text);
    for (unsigned column = 0; column < CLI_RATES_COLUMNS; column++) {
        if (cli_rates_shown(set, &cli_rates_columns[column])) {
            const enum say_tone tone =
                cli_rates_cell(cli, set->formula, row, &cli_rates_columns[column], text);
            put_cell(page, class_of(tone), text);
        }
    }
    fputs("</tr>\n", page->out);
}

static void put_set(const struct page *page, Paidan__RatesBy by)
{
    const struct cli_rates_set *set = &page->report->sets[by];
    char text[CLI_RATES_CELL_BYTES];
    if (set->count == 0) {
        return;
    }
    (void)snprintf(text, sizeof text, cli_say(page->cli, "按%s排名", "Ranking by %s"),
                   say_words_rates_by(&page->cli->say, by));
    heading(page, text);
    fputs("<div class=\"wide\"><table><thead><tr>", page->out);
    put_title(page, "名次|Rank", false);
    put_title(page, "名称|Name", true);
    put_title(page, "得分|Score", false);
    for (unsigned column = 0; column < CLI_RATES_COLUMNS; column++) {
        if (cli_rates_shown(set, &cli_rates_columns[column])) {
            put_title(page, cli_rates_columns[column].title, false);
        }
    }
    fputs("</tr></thead>\n<tbody>\n", page->out);
    for (size_t index = 0; index < set->count; index++) {
        put_row(page, set, set->rows[index].row);
    }
    if (set->count > 1 && set->whole != NULL) {
        put_row(page, set, set->whole);
    }
    fputs("</tbody></table></div>\n", page->out);
}

static void put_cards(const struct page *page)
{
    struct cli *const cli = page->cli;
    const struct cli_rates_set *all = &page->report->sets[PAIDAN__RATES_BY__RATES_ALL];
    char text[CLI_RATES_CELL_BYTES];
    fputs("<div class=\"cards\">", page->out);
    for (int name = PAIDAN__RATES_NAME__RATES_RESPONSE; name <= PAIDAN__RATES_NAME__RATES_ON_HANDLE;
         name++) {
        const Paidan__RatesRate *rate = say_rates_rate(all->whole, (Paidan__RatesName)name);
        const Paidan__RatesRate *before =
            say_rates_rate(page->report->last.whole, (Paidan__RatesName)name);
        const bool known = rate != NULL && rate->denominator > 0;
        fputs("<div class=\"card\"><span class=\"faint\">", page->out);
        put(page, say_words_rates_name(&cli->say, (Paidan__RatesName)name));
        fprintf(page->out, "</span><b class=\"%s\">", class_of(cli_rates_tone(all->formula, rate)));
        const unsigned permille = known ? cli_rates_permille(rate) : 0;
        (void)snprintf(text, sizeof text, known ? "%u.%u%%" : "–", permille / 10, permille % 10);
        put(page, text);
        fputs("</b>", page->out);
        cli_rates_rate_words(cli, all->formula, rate, true, text);
        /* The per cent stands above already. */
        put(page, known && strchr(text, ' ') != NULL ? strchr(text, ' ') + 1 : text);
        if (known && before != NULL && before->denominator > 0) {
            const double change = (permille - (double)cli_rates_permille(before)) / 10.0;
            (void)snprintf(text, sizeof text,
                           cli_say(cli, "比上期 %+.1f", "%+.1f on the period before"), change);
            fprintf(page->out, "<br><span class=\"%s\">", change < 0 ? "bad" : "good");
            put(page, text);
            fputs("</span>", page->out);
        }
        fputs("</div>\n", page->out);
    }
    fputs("</div>\n", page->out);
}

/* ---- the page ---- */

static void put_head(const struct page *page)
{
    struct cli *const cli = page->cli;
    const struct site *site = cli_site(cli);
    char span[CLI_RATES_CELL_BYTES], title[4 * CLI_RATES_CELL_BYTES], made[SAY_TIME_BYTES];
    cli_rates_span_words(cli, &page->report->span, span);
    (void)snprintf(title, sizeof title, "%s %s %s",
                   site == NULL ? ""
                                : cli_say(cli, site->name,
                                          site->name_en[0] == '\0' ? site->name : site->name_en),
                   span, cli_say(cli, "三率和统计", "rates and figures"));
    fprintf(page->out,
            "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'unsafe-inline'\">\n<title>",
            cli_say(cli, "zh-CN", "en"));
    put(page, title);
    fprintf(page->out, "</title>\n%s%s</head>\n<body>\n<h1>", page_style, cli_svg_style);
    put(page, title);
    fputs("</h1>\n<p class=\"faint\">", page->out);
    say_time_exact(&cli->say, cli->now_ms, made);
    put(page, cli_say(cli, "制表 ", "made "));
    put(page, made);
    fputs("</p>\n", page->out);
}

static void put_body(struct page *page)
{
    struct cli *const cli = page->cli;
    const struct cli_rates_set *all = &page->report->sets[PAIDAN__RATES_BY__RATES_ALL];
    char formula[SAY_RATES_FORMULA_BYTES];
    if (!cli_rates_any(all->whole)) {
        fputs("<p>", page->out);
        put(page, cli_say(cli, "没有数据。", "No data."));
        fputs("</p>\n", page->out);
        return;
    }
    put_cards(page);
    heading(page, cli_say(cli, "受理和办结", "Registered and closed"));
    draw_trend(page);
    if (page->report->sets[PAIDAN__RATES_BY__RATES_UNIT].count > 0) {
        heading(page, cli_say(cli, "各单位三率", "Rates of the units"));
        draw_scores(page);
        heading(page, cli_say(cli, "回访结果", "What callbacks came to"));
        draw_outcomes(page);
    }
    put_set(page, PAIDAN__RATES_BY__RATES_UNIT);
    put_set(page, PAIDAN__RATES_BY__RATES_AREA);
    put_set(page, PAIDAN__RATES_BY__RATES_CATEGORY);
    put_set(page, PAIDAN__RATES_BY__RATES_CHANNEL);
    heading(page, cli_say(cli, "口径", "How it is counted"));
    say_rates_formula(&cli->say, all->formula, formula);
    fputs("<p>", page->out);
    put(page, cli_say(cli, "得分 ", "score "));
    put(page, formula);
    fputs("</p>\n", page->out);
}

int cli_rates_page(struct cli *cli, const struct cli_rates_report *report, const char *path)
{
    char *bytes = NULL;
    size_t size = 0;
    struct page page = {.cli = cli, .report = report, .out = open_memstream(&bytes, &size)};
    CHECK(path != NULL);
    if (page.out == NULL) {
        return cli_no_memory(cli);
    }
    (void)cli_site(cli);
    put_head(&page);
    put_body(&page);
    fputs("</body>\n</html>\n", page.out);
    const bool failed = ferror(page.out) != 0 || page.failed;
    const int status = fclose(page.out) != 0 || failed
                           ? cli_no_memory(cli)
                           : cli_whole_write(cli, path, bytes, size, &deed);
    free(bytes);
    return status;
}
