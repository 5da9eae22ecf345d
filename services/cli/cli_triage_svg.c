/* cli_triage_svg: the three pictures of an evaluation, for reports and the wall of an office: whether a
 * probability means what it says, which categories are taken for which, and how much may go out at which
 * precision. Words are in the language of the command; each picture tells in its description what it
 * shows, for who cannot see it. */

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_svg.h"
#include "cli_triage.h"
#include "cli_whole.h"
#include "common/base/check.h"
#include "common/text/text.h"

const char *const cli_triage_pictures[3] = {"reliability.svg", "confusion.svg", "coverage.svg"};

static const struct cli_deed writing = {"图没有写成", "the pictures were not written"};

enum {
    WORDS = 512,
    CURVE_POINTS = 400, /* of a curve at most: more are no wider than its line */
    SHOWN_MAX = 40      /* categories of a matrix; the rest is one */
};

/* The plot of a chart in its picture; both axes go from low to high. */
struct plot {
    double x, y, width, height; /* of the corner above left */
    double x_low, x_high, y_low, y_high;
};

static double at_x(const struct plot *plot, double value)
{
    return plot->x + plot->width * (value - plot->x_low) / (plot->x_high - plot->x_low);
}

static double at_y(const struct plot *plot, double value)
{
    return plot->y + plot->height * (plot->y_high - value) / (plot->y_high - plot->y_low);
}

__attribute__((format(printf, 7, 8))) static void put(struct cli_svg *svg, const char *as, double x,
                                                      double y, const char *anchor, double turned,
                                                      const char *format, ...)
{
    char text[WORDS];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cli_svg_text(svg, as, x, y, anchor, turned, text);
}

/* Rules at round values, per cent beside them, names below and beside. */
static void draw_axes(struct cli_svg *svg, const struct plot *plot, const char *below,
                      const char *beside)
{
    const double range = plot->y_high - plot->y_low;
    const double y_step = range <= 0.11 ? 0.02 : range <= 0.26 ? 0.05 : range <= 0.5 ? 0.1 : 0.2;
    for (unsigned tick = 0; tick <= 5; tick++) {
        const double x = plot->x_low + (plot->x_high - plot->x_low) * tick / 5;
        cli_svg_line(svg, CLI_SVG_GRID, at_x(plot, x), plot->y, at_x(plot, x),
                     plot->y + plot->height);
        put(svg, CLI_SVG_FAINT, at_x(plot, x), plot->y + plot->height + 18, "middle", 0, "%.0f%%",
            x * 100);
    }
    const unsigned rules = (unsigned)(range / y_step + 1e-9);
    for (unsigned rule = 0; rule <= rules; rule++) {
        const double y = plot->y_high - rule * y_step;
        cli_svg_line(svg, CLI_SVG_GRID, plot->x, at_y(plot, y), plot->x + plot->width,
                     at_y(plot, y));
        put(svg, CLI_SVG_FAINT, plot->x - 8, at_y(plot, y) + 4, "end", 0, "%.0f%%", y * 100);
    }
    cli_svg_line(svg, CLI_SVG_AXIS, plot->x, plot->y, plot->x, plot->y + plot->height);
    cli_svg_line(svg, CLI_SVG_AXIS, plot->x, plot->y + plot->height, plot->x + plot->width,
                 plot->y + plot->height);
    cli_svg_text(svg, CLI_SVG_FAINT, plot->x + plot->width / 2, plot->y + plot->height + 38,
                 "middle", 0, below);
    cli_svg_text(svg, CLI_SVG_FAINT, plot->x - 48, plot->y + plot->height / 2, "middle", -90,
                 beside);
}

/* Ends the picture and puts it into the folder. */
static int keep(const struct cli_triage *triage, struct cli_svg *svg, const char *name)
{
    char path[PATH_MAX];
    if (cli_svg_end(svg) != RC_OK) {
        return cli_no_memory(triage->cli);
    }
    const int length = snprintf(path, sizeof path, "%s/%s", triage->out, name);
    const int status =
        length < 0 || (size_t)length >= sizeof path
            ? cli_usage(triage->cli, "文件名太长", "the file's name is too long", triage->out)
            : cli_whole_write(triage->cli, path, svg->bytes, svg->size, &writing);
    free(svg->bytes);
    return status;
}

static enum rc begin(const struct cli_triage *triage, struct cli_svg *svg, double width,
                     double height, const char *title, const char *desc)
{
    const bool chinese = triage->cli->say.language == SAY_CHINESE;
    const enum rc rc = cli_svg_begin(svg, width, height, chinese ? "zh-CN" : "en", title, desc);
    if (rc == RC_OK) {
        cli_svg_text(svg, CLI_SVG_STRONG, 24, 34, "start", 0, title);
        put(svg, CLI_SVG_FAINT, 24, 56, "start", 0,
            cli_say(triage->cli, "测试 %zu 条，准确率 %.1f%%，宏平均 F1 %.3f",
                    "%zu rows, accuracy %.1f%%, macro-F1 %.3f"),
            triage->texts.score.count, triage->texts.score.accuracy * 100,
            triage->texts.score.macro_f1);
    }
    return rc;
}

/* ---- whether a probability means what it says ---- */

static void draw_bin(const struct cli_triage *triage, struct cli_svg *svg, const struct plot *plot,
                     const struct plot *counts, unsigned bin, double most)
{
    const struct cli_score_bin *in = &triage->texts.score.bins[bin];
    char hint[WORDS];
    if (in->rows == 0) {
        return;
    }
    const double right = (double)in->right / (double)in->rows;
    const double low = (double)bin / CLI_SCORE_BINS, high = (bin + 1.0) / CLI_SCORE_BINS;
    (void)snprintf(hint, sizeof hint,
                   cli_say(triage->cli, "%.0f–%.0f%%：%llu 条，自称 %.1f%%，实际对 %.1f%%",
                           "%.0f–%.0f%%: %llu rows, said %.1f%%, right %.1f%%"),
                   low * 100, high * 100, (unsigned long long)in->rows, in->probability * 100,
                   right * 100);
    const double x = at_x(plot, low) + 2, width = at_x(plot, high) - at_x(plot, low) - 4;
    cli_svg_box(svg, CLI_SVG_MAIN, x, at_y(plot, right), width, at_y(plot, 0) - at_y(plot, right),
                0.28, hint);
    const double count = (double)in->rows / most;
    cli_svg_box(svg, CLI_SVG_MAIN, x, at_y(counts, count), width,
                at_y(counts, 0) - at_y(counts, count), 0.8, hint);
    put(svg, CLI_SVG_FAINT, x + width / 2, at_y(counts, count) - 4, "middle", 0, "%llu",
        (unsigned long long)in->rows);
}

static int draw_reliability(const struct cli_triage *triage)
{
    const struct cli *cli = triage->cli;
    const struct cli_score *score = &triage->texts.score;
    const struct plot plot = {84, 84, 440, 360, 0, 1, 0, 1};
    const struct plot counts = {84, 520, 440, 70, 0, 1, 0, 1};
    struct cli_svg svg;
    char desc[WORDS];
    double most = 1;
    (void)snprintf(
        desc, sizeof desc,
        cli_say(cli,
                "模型自称的概率和实际对的比例，分十格。点在虚线上，概率就名副其实；在下方"
                "是自信过头。平均差距（ECE）%.3f。",
                "The probability that the model said and how often it was right, in ten "
                "bins. On the dashed line it means what it says, below it is too sure. "
                "Mean distance (ECE) %.3f."),
        score->ece);
    if (begin(triage, &svg, 560, 660, cli_say(cli, "概率可信吗", "Does a probability hold?"),
              desc) != RC_OK) {
        return cli_no_memory(cli);
    }
    draw_axes(&svg, &plot, "", cli_say(cli, "实际对的比例", "right"));
    for (unsigned bin = 0; bin < CLI_SCORE_BINS; bin++) {
        most = (double)score->bins[bin].rows > most ? (double)score->bins[bin].rows : most;
    }
    for (unsigned bin = 0; bin < CLI_SCORE_BINS; bin++) {
        draw_bin(triage, &svg, &plot, &counts, bin, most);
    }
    cli_svg_line(&svg, CLI_SVG_DASHED, at_x(&plot, 0), at_y(&plot, 0), at_x(&plot, 1),
                 at_y(&plot, 1));
    for (unsigned bin = 0; bin < CLI_SCORE_BINS; bin++) {
        const struct cli_score_bin *in = &score->bins[bin];
        if (in->rows > 0) {
            cli_svg_circle(&svg, CLI_SVG_MAIN, at_x(&plot, in->probability),
                           at_y(&plot, (double)in->right / (double)in->rows), 4.5);
        }
    }
    put(&svg, CLI_SVG_FAINT, at_x(&plot, 0.03), at_y(&plot, 0.94), "start", 0, "ECE %.3f",
        score->ece);
    cli_svg_line(&svg, CLI_SVG_AXIS, counts.x, at_y(&counts, 0), counts.x + counts.width,
                 at_y(&counts, 0));
    cli_svg_text(&svg, CLI_SVG_FAINT, 300, at_y(&counts, 0) + 22, "middle", 0,
                 cli_say(cli, "模型自称的概率；上：每格的条数",
                         "probability said; above: rows of each bin"));
    return keep(triage, &svg, cli_triage_pictures[0]);
}

/* ---- which is taken for which ---- */

/* The classes of the matrix, in the model's order; beyond SHOWN_MAX the rarest are one, "others". */
struct matrix {
    uint32_t place[CLI_SCORE_CLASSES_MAX]; /* of each class */
    uint32_t shown[SHOWN_MAX];
    uint32_t count; /* with the others, if there are */
    bool others, none;
    double cell, x, y;
};

static uint64_t weight_of(const struct cli_score *score, uint32_t class)
{
    return score->each[class].rows + score->each[class].guessed;
}

/* Whether fewer than `most` classes weigh more; of equal ones the first. */
static bool among_heaviest(const struct cli_score *score, uint32_t class, uint32_t most)
{
    uint32_t before = 0;
    for (uint32_t other = 0; other < score->classes; other++) {
        const uint64_t weight = weight_of(score, other), own = weight_of(score, class);
        before += weight > own || (weight == own && other < class);
    }
    return before < most;
}

static void lay_out(const struct cli_triage_texts *texts, struct matrix *matrix)
{
    uint32_t seen = 0;
    for (uint32_t class = 0; class < texts->classes; class ++) {
        seen += weight_of(&texts->score, class) > 0;
        matrix->none = matrix->none || cli_score_confused(&texts->score, class, CLI_SCORE_NONE) > 0;
    }
    matrix->others = seen > SHOWN_MAX;
    const uint32_t most = matrix->others ? SHOWN_MAX - 1 : SHOWN_MAX;
    for (uint32_t class = 0; class < texts->classes; class ++) {
        matrix->place[class] = UINT32_MAX;
        if (weight_of(&texts->score, class) > 0 && among_heaviest(&texts->score, class, most)) {
            matrix->place[class] = matrix->count;
            matrix->shown[matrix->count++] = class;
        }
    }
    for (uint32_t class = 0; class < texts->classes; class ++) {
        matrix->place[class] =
            matrix->place[class] == UINT32_MAX ? matrix->count : matrix->place[class];
    }
    matrix->count += matrix->others;
    matrix->cell = matrix->count <= 10 ? 56 : matrix->count <= 20 ? 38 : 26;
}

/* A name of at most so many columns. */
static void short_name(const struct cli_triage *triage, const struct matrix *matrix, uint32_t at,
                       size_t columns, char name[WORDS])
{
    const bool others = matrix->others && at + 1 == matrix->count;
    const char *whole =
        others ? cli_say(triage->cli, "其余", "others") : triage->texts.names[matrix->shown[at]];
    const bool clipped = text_columns(whole) > columns;
    const size_t bytes = clipped ? text_clip_columns(whole, columns - 1) : strlen(whole);
    (void)snprintf(name, WORDS, "%.*s%s", (int)bytes, whole, clipped ? "…" : "");
}

static void draw_cell(const struct cli_triage *triage, struct cli_svg *svg,
                      const struct matrix *matrix, uint32_t row, uint32_t column, uint64_t rows,
                      uint64_t of)
{
    char label[WORDS], guess[WORDS] = "", hint[3 * WORDS];
    const double x = matrix->x + column * matrix->cell, y = matrix->y + row * matrix->cell;
    const double share = of == 0 ? 0 : (double)rows / (double)of;
    const bool right = row == column;
    short_name(triage, matrix, row, 60, label);
    if (column < matrix->count) {
        short_name(triage, matrix, column, 60, guess);
    }
    (void)snprintf(hint, sizeof hint,
                   cli_say(triage->cli, "人工 %s → 模型 %s：%llu 条（%.1f%%）",
                           "people %s → model %s: %llu rows (%.1f%%)"),
                   label, column < matrix->count ? guess : cli_say(triage->cli, "没有", "none"),
                   (unsigned long long)rows, share * 100);
    /* By the root: what is rare and wrong must still be seen. */
    const double shade = rows == 0 ? 0.35 : right ? 0.15 + 0.85 * share : 0.1 + 0.9 * sqrt(share);
    cli_svg_box(svg,
                rows == 0 ? CLI_SVG_GRID
                : right   ? CLI_SVG_MAIN
                          : CLI_SVG_BAD,
                x + 1, y + 1, matrix->cell - 2, matrix->cell - 2, shade, hint);
    if (rows > 0 && matrix->cell >= 30) {
        put(svg, shade > 0.5 ? CLI_SVG_ON_MAIN : "", x + matrix->cell / 2, y + matrix->cell / 2 + 5,
            "middle", 0, "%llu", (unsigned long long)rows);
    } else if (rows > 0 && rows < 1000) {
        put(svg, shade > 0.5 ? "on small" : "small", x + matrix->cell / 2,
            y + matrix->cell / 2 + 3.5, "middle", 0, "%llu", (unsigned long long)rows);
    }
}

static void draw_row(const struct cli_triage *triage, struct cli_svg *svg,
                     const struct matrix *matrix, uint32_t row)
{
    const struct cli_score *score = &triage->texts.score;
    uint64_t cells[SHOWN_MAX + 1] = {0}, of = 0;
    char name[WORDS];
    for (uint32_t label = 0; label < score->classes; label++) {
        if (matrix->place[label] != row) {
            continue;
        }
        of += score->each[label].rows;
        for (uint32_t guess = 0; guess < score->classes; guess++) {
            cells[matrix->place[guess]] += cli_score_confused(score, label, guess);
        }
        cells[matrix->count] += cli_score_confused(score, label, CLI_SCORE_NONE);
    }
    for (uint32_t column = 0; column < matrix->count + matrix->none; column++) {
        draw_cell(triage, svg, matrix, row, column, cells[column], of);
    }
    short_name(triage, matrix, row, 24, name);
    const double y = matrix->y + (row + 0.5) * matrix->cell + 5;
    cli_svg_text(svg, "", matrix->x - 10, y, "end", 0, name);
    const double x = matrix->x + (matrix->count + matrix->none) * matrix->cell + 10;
    if (of > 0) {
        put(svg, CLI_SVG_FAINT, x, y, "start", 0, "%.1f%%", (double)cells[row] * 100 / (double)of);
    }
}

static int draw_confusion(const struct cli_triage *triage)
{
    const struct cli *cli = triage->cli;
    const struct cli_triage_texts *texts = &triage->texts;
    struct matrix matrix = {.count = 0};
    struct cli_svg svg;
    char name[WORDS];
    size_t widest = 4;
    lay_out(texts, &matrix);
    for (uint32_t at = 0; at < matrix.count; at++) {
        short_name(triage, &matrix, at, 24, name);
        widest = text_columns(name) > widest ? text_columns(name) : widest;
    }
    const double names = 7.0 * (double)widest + 20; /* 13 pixels a Chinese character, two columns */
    matrix.x = 24 + (names < 110 ? 110 : names);
    matrix.y = 76 + 24 + names * 0.72;
    const double columns = matrix.count + matrix.none;
    const double width = matrix.x + columns * matrix.cell + 70 + names * 0.5;
    const double height = matrix.y + matrix.count * matrix.cell + 34;
    if (begin(triage, &svg, width < 460 ? 460 : width, height,
              cli_say(cli, "哪些类别会认错", "Which category is taken for which"),
              cli_say(
                  cli,
                  "混淆矩阵。每行是人工所定的类别，每列是模型所判的；对角线（蓝）是对的，其余（红）"
                  "是错的，颜色越深占该行越多。右边是召回率。",
                  "Confusion matrix. A row is the category that people gave, a column what the "
                  "model said; the diagonal (blue) is right, the rest (red) wrong, the darker "
                  "the larger its share of the row. On the right: recall.")) != RC_OK) {
        return cli_no_memory(cli);
    }
    for (uint32_t column = 0; column < matrix.count + matrix.none; column++) {
        const double x = matrix.x + (column + 0.5) * matrix.cell + 4;
        if (column < matrix.count) {
            short_name(triage, &matrix, column, 24, name);
        } else {
            (void)snprintf(name, sizeof name, "%s", cli_say(cli, "没有", "none"));
        }
        cli_svg_text(&svg, "", x, matrix.y - 8, "start", -45, name);
    }
    for (uint32_t row = 0; row < matrix.count; row++) {
        draw_row(triage, &svg, &matrix, row);
    }
    cli_svg_text(&svg, CLI_SVG_FAINT, matrix.x - 10, matrix.y - 10, "end", 0,
                 cli_say(cli, "人工 ↓  模型 →", "people ↓  model →"));
    cli_svg_text(&svg, CLI_SVG_FAINT, matrix.x + columns * matrix.cell + 10,
                 matrix.y + matrix.count * matrix.cell + 22, "start", 0,
                 cli_say(cli, "召回率", "recall"));
    return keep(triage, &svg, cli_triage_pictures[1]);
}

/* ---- how much may go out ---- */

/* The curve from its surest rows on: precision of all that are at least as sure. Returns the lowest; the
 * first rows are not asked, for one mistake among them is half of all. */
static double draw_curve(const struct cli_score *score, struct cli_svg *svg,
                         const struct plot *plot)
{
    const size_t step = score->may_count / CURVE_POINTS + 1;
    uint64_t right = 0;
    double lowest = 1;
    if (svg != NULL) {
        cli_svg_path_begin(svg, CLI_SVG_CURVE);
    }
    for (size_t at = 0; at < score->may_count; at++) {
        const struct cli_score_row *row = &score->rows[score->order[at]];
        right += row->guess == row->label;
        const double precision = (double)right / (double)(at + 1);
        if (at % step == 0 || at + 1 == score->may_count) {
            lowest = precision < lowest && at * 50 >= score->may_count ? precision : lowest;
            if (svg != NULL) {
                cli_svg_path_to(svg, at_x(plot, (double)(at + 1) / (double)score->count),
                                at_y(plot, precision < plot->y_low ? plot->y_low : precision));
            }
        }
    }
    if (svg != NULL) {
        cli_svg_path_end(svg);
    }
    return lowest;
}

static void draw_target(const struct cli_triage *triage, struct cli_svg *svg,
                        const struct plot *plot, const struct cli_triage_cover *cover, unsigned row)
{
    const struct cli_score *score = &triage->texts.score;
    const struct cli_score_part *const parts[] = {&cover->learned, &cover->hindsight};
    const double y = at_y(plot, cover->target);
    const double below = plot->y + plot->height + 82 + 20 * row;
    cli_svg_line(svg, CLI_SVG_DASHED, plot->x, y, plot->x + plot->width, y);
    /* Each above the one before, however close the lines are. */
    const double lowest = at_y(plot, triage->texts.covers[0].target) - 13.0 * row;
    put(svg, CLI_SVG_FAINT, plot->x + plot->width + 6, (y < lowest ? y : lowest) + 4, "start", 0,
        "%.4g%%", cover->target * 100);
    put(svg, "", plot->x, below, "start", 0, "%.4g%%", cover->target * 100);
    for (unsigned which = 0; which < 2; which++) {
        const struct cli_score_part *part = parts[which];
        const double x = plot->x + 130 + 220 * which;
        if (part->rows == 0) {
            cli_svg_text(svg, CLI_SVG_FAINT, x, below, "start", 0,
                         cli_say(triage->cli, "达不到", "not reached"));
            continue;
        }
        const double covered = cli_score_coverage(score, part);
        const double precision = cli_score_precision(part);
        put(svg, "", x, below, "start", 0,
            cli_say(triage->cli, "%.1f%%，对 %.1f%%", "%.1f%%, right %.1f%%"), covered * 100,
            precision * 100);
        if (precision >= plot->y_low) {
            cli_svg_circle(svg, which == 0 ? CLI_SVG_MAIN : CLI_SVG_HOLLOW, at_x(plot, covered),
                           at_y(plot, precision), which == 0 ? 5 : 4.5);
        }
    }
}

static int draw_coverage(const struct cli_triage *triage)
{
    const struct cli *cli = triage->cli;
    const struct cli_triage_texts *texts = &triage->texts;
    struct plot plot = {84, 84, 500, 320, 0, 1, 0, 1};
    const double lowest = draw_curve(&texts->score, NULL, &plot);
    struct cli_svg svg;
    char desc[WORDS];
    plot.y_low = lowest >= 0.92 ? 0.9 : lowest >= 0.78 ? 0.75 : lowest >= 0.52 ? 0.5 : 0;
    const struct cli_triage_cover *middle = &texts->covers[1];
    (void)snprintf(desc, sizeof desc,
                   cli_say(cli,
                           "风险–覆盖曲线：从最有把握的起，自动分拨到多少时还对多少。要求 98%% 时，"
                           "按模型自定的门槛自动分拨 %.1f%%，其中对 %.1f%%。",
                           "Risk-coverage curve: from the surest rows on, how many are right when "
                           "so many go out by themselves. At 98%% the learned threshold lets "
                           "%.1f%% out, of which %.1f%% are right."),
                   cli_score_coverage(&texts->score, &middle->learned) * 100,
                   cli_score_precision(&middle->learned) * 100);
    if (begin(triage, &svg, 650, 580,
              cli_say(cli, "能自动分拨多少", "How much may go out by itself"), desc) != RC_OK) {
        return cli_no_memory(cli);
    }
    draw_axes(&svg, &plot, cli_say(cli, "自动分拨的比例", "share that goes out by itself"),
              cli_say(cli, "其中对的比例", "right of these"));
    if (texts->score.may_count > 0) {
        (void)draw_curve(&texts->score, &svg, &plot);
    }
    const double head = plot.y + plot.height + 62;
    cli_svg_text(&svg, CLI_SVG_FAINT, plot.x, head, "start", 0, cli_say(cli, "要求", "target"));
    cli_svg_circle(&svg, CLI_SVG_MAIN, plot.x + 120, head - 4, 5);
    cli_svg_text(&svg, CLI_SVG_FAINT, plot.x + 130, head, "start", 0,
                 cli_say(cli, "模型自定的门槛", "learned threshold"));
    cli_svg_circle(&svg, CLI_SVG_HOLLOW, plot.x + 340, head - 4, 4.5);
    cli_svg_text(&svg, CLI_SVG_FAINT, plot.x + 350, head, "start", 0,
                 cli_say(cli, "事后最佳的门槛", "best in hindsight"));
    for (unsigned target = 0; target < CLI_TRIAGE_TARGETS; target++) {
        draw_target(triage, &svg, &plot, &texts->covers[target], target);
    }
    return keep(triage, &svg, cli_triage_pictures[2]);
}

/* ---- all of them ---- */

int cli_triage_svg_folder(const struct cli *cli, const char *folder)
{
    struct stat info;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        return cli_disk_fail(cli, errno, &writing, folder);
    }
    if (stat(folder, &info) != 0) {
        return cli_disk_fail(cli, errno, &writing, folder);
    }
    if (!S_ISDIR(info.st_mode)) {
        return cli_disk_fail(cli, ENOTDIR, &writing, folder);
    }
    return access(folder, W_OK | X_OK) == 0 ? CLI_EXIT_OK
                                            : cli_disk_fail(cli, errno, &writing, folder);
}

int cli_triage_svg(const struct cli_triage *triage)
{
    CHECK(triage->texts.measured);
    int status = draw_reliability(triage);
    if (status == CLI_EXIT_OK) {
        status = draw_confusion(triage);
    }
    return status == CLI_EXIT_OK ? draw_coverage(triage) : status;
}
