/* cli_placer: where the rows of a table lie, by the names, landmarks and map of a site. */
#pragma once

#include "cli_cells.h"
#include "common/base/arena.h"
#include "common/site/site_place.h"

/* The columns of a table of places, in the order of cli_placer_columns; the caller's own follow. */
enum {
    CLI_PLACER_TEXT,
    CLI_PLACER_ID,
    CLI_PLACER_TITLE,
    CLI_PLACER_PLACE,
    CLI_PLACER_LAT,
    CLI_PLACER_LON,
    CLI_PLACER_DATUM,
    CLI_PLACER_COLUMNS
};
extern const char *const cli_placer_columns[CLI_PLACER_COLUMNS];

struct cli_placer {
    const struct site *site;
    struct site *loaded; /* owned; NULL: the instance's */
    struct site_place *place;
    struct arena arena; /* of one row */
    bool points;        /* some row had coordinates */
};

/* The site of --site, else the instance's. 0 or a status after saying what is wrong; either way for
 * cli_placer_close. */
MUST_CHECK int cli_placer_open(struct cli *cli, struct cli_placer *placer);
void cli_placer_close(struct cli_placer *placer);
/* row: its first CLI_PLACER_COLUMNS cells. Total: what cannot be read has a reason. */
void cli_placer_find(struct cli_placer *placer, const struct cli_cell *row,
                     struct site_place_found *found);
/* Remarks that the map was of no use, where rows had coordinates and the site has none. */
void cli_placer_note(const struct cli *cli, const struct cli_placer *placer);
/* "" for SITE_NONE. */
const char *cli_placer_code(const struct cli_placer *placer, uint32_t area);
