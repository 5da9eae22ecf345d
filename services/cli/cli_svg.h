/* cli_svg: pictures as SVG that stand alone: no script, nothing fetched, readable on light and dark
 * ground and by a screen reader. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "common/base/rc.h"

struct cli_svg {
    FILE *out;
    char *bytes; /* after cli_svg_end: for free() */
    size_t size;
};

/* What a shape or a text is drawn as; the colours are the picture's own for either ground. */
#define CLI_SVG_AXIS "axis"
#define CLI_SVG_GRID "grid"
#define CLI_SVG_DASHED "dashed"
#define CLI_SVG_MAIN "main"   /* filled */
#define CLI_SVG_CURVE "curve" /* a line */
#define CLI_SVG_GOOD "good"
#define CLI_SVG_BAD "bad"
#define CLI_SVG_PART "part" /* neither good nor bad */
#define CLI_SVG_HOLLOW "hollow"
#define CLI_SVG_FAINT "faint"
#define CLI_SVG_STRONG "strong"
#define CLI_SVG_ON_MAIN "on" /* text on a filled cell */

/* language: "zh" or "en". desc: what is to be seen, in a sentence or two, for who cannot see it. RC_OK
 * or RC_LIMIT (memory). */
MUST_CHECK enum rc cli_svg_begin(struct cli_svg *svg, double width, double height,
                                 const char *language, const char *title, const char *desc);
/* The same inside of a page, which has the style once (cli_svg_style) and gives each picture an id. */
MUST_CHECK enum rc cli_svg_begin_within(struct cli_svg *svg, const char *id, double width,
                                        double height, const char *title, const char *desc);
extern const char cli_svg_style[]; /* a <style> element */
/* A text as HTML and XML hold it, whatever it is. */
void cli_svg_escape(FILE *out, const char *text);
void cli_svg_line(struct cli_svg *svg, const char *as, double x1, double y1, double x2, double y2);
void cli_svg_circle(struct cli_svg *svg, const char *as, double x, double y, double radius);
/* opacity: 0 to 1. hint: what a pointer that rests on it is shown; NULL: nothing. */
void cli_svg_box(struct cli_svg *svg, const char *as, double x, double y, double width,
                 double height, double opacity, const char *hint);
/* A line through points, which are given one by one: begin, then to. */
void cli_svg_path_begin(struct cli_svg *svg, const char *as);
void cli_svg_path_to(struct cli_svg *svg, double x, double y);
void cli_svg_path_end(struct cli_svg *svg);
/* anchor: "start", "middle" or "end". turned: degrees about (x, y). Any UTF-8. */
void cli_svg_text(struct cli_svg *svg, const char *as, double x, double y, const char *anchor,
                  double turned, const char *text);
/* RC_OK: bytes and size are the picture. RC_LIMIT: memory; nothing is to be freed. */
MUST_CHECK enum rc cli_svg_end(struct cli_svg *svg);
