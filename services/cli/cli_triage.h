/* cli_triage: what `paidan triage eval` measured, for whoever shows it. */
#pragma once

#include "cli_examples.h"
#include "cli_model.h"
#include "cli_placer.h"
#include "cli_score.h"
#include "cli_stream.h"

enum { CLI_TRIAGE_TARGETS = 3 };
extern const float cli_triage_targets[CLI_TRIAGE_TARGETS]; /* 0.95, 0.98, 0.99 */

/* What goes out at a precision: by the threshold that the model learned, as it would in service, and
 * by the best one that can be found when the answers are known. */
struct cli_triage_cover {
    double target;
    struct cli_score_part learned, hindsight;
};

struct cli_triage_texts {
    bool measured;
    const char *model_path, *path;
    struct cli_model model;
    struct learn_about about;
    struct cli_examples table;
    const char *names[CLI_SCORE_CLASSES_MAX]; /* the model's, then labels that it does not know */
    uint32_t known, classes;
    struct cli_score_row *rows;
    struct cli_score score;
    struct cli_triage_cover covers[CLI_TRIAGE_TARGETS];
    struct cli_triage_cover asked; /* at --precision */
    uint64_t reasons[LEARN_REASON_COUNT];
    uint64_t *auto_rows, *auto_right; /* [classes], of those guessed so, at --precision */
    double per_second;
};

/* Of rows for which site_place_find gave one reason. */
struct cli_triage_places_reason {
    uint64_t rows, right;
    uint64_t among; /* the area that people gave is one of the candidates */
};
struct cli_triage_places {
    bool measured;
    const char *path;
    struct cli_placer placer;
    struct cli_triage_places_reason reasons[SITE_PLACE_REASON_COUNT];
    uint64_t rows, found, found_right;
    uint64_t right;   /* found as people say, or rightly left open */
    uint64_t unknown; /* rows whose area the site does not have: never right */
    uint64_t took_us;
};

struct cli_triage_groups {
    bool measured;
    const char *path, *column, *apart_path;
    struct cli_stream stream;
    struct cli_stream_judged judged;
    uint64_t apart, apart_joined,
        apart_unknown; /* pairs that are not one; of those, in one group */
};

struct cli_triage {
    struct cli *cli;
    struct cli_triage_texts texts;
    struct cli_triage_places places;
    struct cli_triage_groups groups;
    const char *out; /* the folder of pictures; NULL: none */
};

/* Tables for people, or one JSON document. 0 or a status. */
MUST_CHECK int cli_triage_show(const struct cli_triage *triage);
/* reliability.svg, confusion.svg, coverage.svg. 0 or a status. Before: texts were measured. */
MUST_CHECK int cli_triage_svg(const struct cli_triage *triage);
/* Makes the folder where there is none; refuses one that nothing can be written to, before hours of
 * work and not after. 0 or a status. */
MUST_CHECK int cli_triage_svg_folder(const struct cli *cli, const char *folder);
extern const char *const cli_triage_pictures[3];
