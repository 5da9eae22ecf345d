/* cli_svg: the few shapes that charts are made of.
 *
 * Names come from tables of strangers: whatever stands in them is text here, never markup, and what XML
 * cannot hold is shown as a mark. Colours are named once and chosen by whoever looks (prefers-color-scheme),
 * so that one file serves a page of either ground and a printer. Fonts are asked for by name, Chinese
 * ones first, for nothing may be fetched. */

#include "cli_svg.h"

#include <stdlib.h>

#include "common/base/check.h"
#include "common/base/utf8.h"

const char cli_svg_style[] =
    "<style>\n"
    ".paidan{--paper:#fff;--ink:#1b1f24;--faint:#57606a;--rule:#dde1e6;--main:#0b62c4;--good:#"
    "1a7f37;"
    "--bad:#c4232f;--part:#d9982a;--on:#fff;font-family:\"Noto Sans CJK SC\",\"Source Han Sans "
    "SC\",\"PingFang "
    "SC\","
    "\"Microsoft YaHei\",\"WenQuanYi Micro Hei\",\"Noto Sans "
    "SC\",system-ui,sans-serif;font-size:13px}\n"
    "@media(prefers-color-scheme:dark){.paidan{--paper:#14181d;--ink:#e8ebef;--faint:#a3adb8;"
    "--rule:#343b44;--main:#6cb0ff;--good:#56d37a;--bad:#ff8a80;--part:#f0c060;--on:#0b1016}}\n"
    ".paidan text{fill:var(--ink)}.paidan .paper{fill:var(--paper)}\n"
    ".paidan text.faint{fill:var(--faint);font-size:12px}.paidan text.on{fill:var(--on)}\n"
    ".paidan text.strong{font-size:16px;font-weight:600}\n"
    ".paidan text.good{fill:var(--good)}.paidan text.bad{fill:var(--bad)}\n"
    ".paidan line.axis{stroke:var(--faint)}.paidan line.grid{stroke:var(--rule)}\n"
    ".paidan line.dashed,.paidan path.dashed{stroke:var(--faint);stroke-dasharray:5 4;fill:none}\n"
    ".paidan path.curve{stroke:var(--main);stroke-width:2;fill:none;stroke-linejoin:round}\n"
    ".paidan rect.main,.paidan circle.main{fill:var(--main)}.paidan rect.bad{fill:var(--bad)}\n"
    ".paidan rect.good,.paidan circle.good{fill:var(--good)}.paidan rect.grid{fill:var(--rule)}\n"
    ".paidan rect.part{fill:var(--part)}.paidan rect.faint{fill:var(--faint)}\n"
    ".paidan circle.bad{fill:var(--bad)}\n"
    ".paidan circle.hollow{fill:var(--paper);stroke:var(--good);stroke-width:2}\n"
    ".paidan text.small{font-size:10px}.paidan "
    "path.bad{stroke:var(--bad);stroke-width:2;fill:none}\n"
    "</style>\n";

/* XML 1.0 has no way to write control characters, nor U+FFFE and U+FFFF. */
void cli_svg_escape(FILE *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        const unsigned char next = byte == 0 ? 0 : (unsigned char)at[1];
        if (byte == '&') {
            fputs("&amp;", out);
        } else if (byte == '<') {
            fputs("&lt;", out);
        } else if (byte == '>') {
            fputs("&gt;", out);
        } else if (byte == '"') {
            fputs("&quot;", out);
        } else if (byte < ' ' || byte == 0x7f) {
            (void)fputc(' ', out);
        } else if (byte == 0xef && next == 0xbf && (unsigned char)at[2] >= 0xbe) {
            fputs("\xef\xbf\xbd", out);
            at += 2;
        } else {
            (void)fputc(byte, out);
        }
    }
}

enum rc cli_svg_begin(struct cli_svg *svg, double width, double height, const char *language,
                      const char *title, const char *desc)
{
    *svg = (struct cli_svg){.out = NULL};
    svg->out = open_memstream(&svg->bytes, &svg->size);
    if (svg->out == NULL) {
        return RC_LIMIT;
    }
    fprintf(svg->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"paidan\" width=\"%.0f\" "
            "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" lang=\"%s\" "
            "xml:lang=\"%s\" aria-labelledby=\"title desc\">\n<title id=\"title\">",
            width, height, width, height, language, language);
    cli_svg_escape(svg->out, title);
    fputs("</title>\n<desc id=\"desc\">", svg->out);
    cli_svg_escape(svg->out, desc);
    fprintf(svg->out, "</desc>\n%s<rect class=\"paper\" width=\"%.0f\" height=\"%.0f\"/>\n",
            cli_svg_style, width, height);
    return RC_OK;
}

enum rc cli_svg_begin_within(struct cli_svg *svg, const char *id, double width, double height,
                             const char *title, const char *desc)
{
    *svg = (struct cli_svg){.out = NULL};
    svg->out = open_memstream(&svg->bytes, &svg->size);
    if (svg->out == NULL) {
        return RC_LIMIT;
    }
    /* As wide as the page lets it be. */
    fprintf(svg->out,
            "<svg class=\"paidan\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
            "aria-labelledby=\"%s-title %s-desc\">\n<title id=\"%s-title\">",
            width, height, id, id, id);
    cli_svg_escape(svg->out, title);
    fprintf(svg->out, "</title>\n<desc id=\"%s-desc\">", id);
    cli_svg_escape(svg->out, desc);
    fputs("</desc>\n", svg->out);
    return RC_OK;
}

void cli_svg_line(struct cli_svg *svg, const char *as, double x1, double y1, double x2, double y2)
{
    fprintf(svg->out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", as,
            x1, y1, x2, y2);
}

void cli_svg_circle(struct cli_svg *svg, const char *as, double x, double y, double radius)
{
    fprintf(svg->out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", as, x, y,
            radius);
}

void cli_svg_box(struct cli_svg *svg, const char *as, double x, double y, double width,
                 double height, double opacity, const char *hint)
{
    CHECK(width >= 0);
    CHECK(height >= 0);
    fprintf(svg->out,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "fill-opacity=\"%.3f\"",
            as, x, y, width, height, opacity);
    if (hint == NULL) {
        fputs("/>\n", svg->out);
        return;
    }
    fputs("><title>", svg->out);
    cli_svg_escape(svg->out, hint);
    fputs("</title></rect>\n", svg->out);
}

void cli_svg_path_begin(struct cli_svg *svg, const char *as)
{
    fprintf(svg->out, "<path class=\"%s\" d=\"M", as);
}

void cli_svg_path_to(struct cli_svg *svg, double x, double y)
{
    fprintf(svg->out, " %.1f %.1f", x, y);
}

void cli_svg_path_end(struct cli_svg *svg)
{
    fputs("\"/>\n", svg->out);
}

void cli_svg_text(struct cli_svg *svg, const char *as, double x, double y, const char *anchor,
                  double turned, const char *text)
{
    fprintf(svg->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"", as, x, y,
            anchor);
    if (turned < 0 || turned > 0) {
        fprintf(svg->out, " transform=\"rotate(%.0f %.1f %.1f)\"", turned, x, y);
    }
    (void)fputc('>', svg->out);
    cli_svg_escape(svg->out, text);
    fputs("</text>\n", svg->out);
}

enum rc cli_svg_end(struct cli_svg *svg)
{
    fputs("</svg>\n", svg->out);
    const bool failed = ferror(svg->out) != 0;
    if (fclose(svg->out) != 0 || failed) {
        free(svg->bytes);
        svg->bytes = NULL;
        return RC_LIMIT;
    }
    svg->out = NULL;
    return RC_OK;
}
