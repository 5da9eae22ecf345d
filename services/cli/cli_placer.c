/* cli_placer: a row of a table as a question to site_place, the same for whoever writes places and for
 * whoever measures them. */

#include "cli_placer.h"

#include <string.h>

#include "cli_calendar.h"
#include "common/base/check.h"

#define TEXT_MOST (1u << 20)       /* bytes of a row that are looked at; more is reason `long` */
#define ROW_BYTES (8u * TEXT_MOST) /* with its normal form, which may be longer */

const char *const cli_placer_columns[CLI_PLACER_COLUMNS] = {
    [CLI_PLACER_TEXT] = "text",   [CLI_PLACER_ID] = "id",   [CLI_PLACER_TITLE] = "title",
    [CLI_PLACER_PLACE] = "place", [CLI_PLACER_LAT] = "lat", [CLI_PLACER_LON] = "lon",
    [CLI_PLACER_DATUM] = "datum"};

int cli_placer_open(struct cli *cli, struct cli_placer *placer)
{
    *placer = (struct cli_placer){.site = NULL};
    const int status = cli_calendar_site(cli, &placer->site, &placer->loaded);
    if (status == CLI_EXIT_OK && (site_place_open(placer->site, &placer->place) != RC_OK ||
                                  arena_init(&placer->arena, ROW_BYTES) != RC_OK)) {
        return cli_no_memory(cli);
    }
    return status;
}

void cli_placer_close(struct cli_placer *placer)
{
    arena_fini(&placer->arena);
    site_place_close(placer->place);
    site_free(placer->loaded);
}

/* A NUL ends no text here: it is as good as a blank. */
static char *put(char *to, const struct cli_cell *cell)
{
    for (size_t at = 0; at < cell->size; at++) {
        to[at] = cell->bytes[at] == '\0' ? ' ' : cell->bytes[at];
    }
    return to + cell->size;
}

/* Title and text are one text in which no word runs across the bar; NULL: more than is looked at. */
static char *words_of(struct cli_placer *placer, const struct cli_cell *row)
{
    const size_t size = row[CLI_PLACER_TITLE].size + row[CLI_PLACER_TEXT].size + 2;
    char *words = size > TEXT_MOST ? NULL : arena_alloc(&placer->arena, size);
    if (words != NULL) {
        char *at = words;
        if (row[CLI_PLACER_TITLE].size > 0) {
            at = put(at, &row[CLI_PLACER_TITLE]);
            *at++ = '|';
        }
        *put(at, &row[CLI_PLACER_TEXT]) = '\0';
    }
    return words;
}

static char *place_of(struct cli_placer *placer, const struct cli_cell *row)
{
    char *place = row[CLI_PLACER_PLACE].size > TEXT_MOST
                      ? NULL
                      : arena_alloc(&placer->arena, row[CLI_PLACER_PLACE].size + 1);
    if (place != NULL) {
        *put(place, &row[CLI_PLACER_PLACE]) = '\0';
    }
    return place;
}

static struct cli_cell trimmed(struct cli_cell cell)
{
    while (cell.size > 0 && cell.bytes[0] == ' ') {
        cell.bytes++;
        cell.size--;
    }
    while (cell.size > 0 && cell.bytes[cell.size - 1] == ' ') {
        cell.size--;
    }
    return cell;
}

static void read_point(struct cli_placer *placer, const struct cli_cell *row,
                       struct site_place_query *query)
{
    const struct cli_cell lat = trimmed(row[CLI_PLACER_LAT]), lon = trimmed(row[CLI_PLACER_LON]),
                          datum = trimmed(row[CLI_PLACER_DATUM]);
    if (lat.size == 0 && lon.size == 0) {
        return;
    }
    placer->points = true;
    query->has_point = geo_read(lat.bytes, lat.size, lon.bytes, lon.size, &query->point) &&
                       (datum.size == 0 || geo_datum_of(datum.bytes, datum.size, &query->datum));
    query->bad_point = !query->has_point;
}

void cli_placer_find(struct cli_placer *placer, const struct cli_cell *row,
                     struct site_place_found *found)
{
    struct site_place_query query = {.datum = GEO_DATUM_UNKNOWN};
    arena_reset(&placer->arena);
    query.text = words_of(placer, row);
    query.place = place_of(placer, row);
    if (query.text == NULL || query.place == NULL) {
        *found = (struct site_place_found){.reason = SITE_PLACE_LONG, .area = SITE_NONE};
        return;
    }
    read_point(placer, row, &query);
    site_place_find(placer->place, &placer->arena, &query, found);
}

const char *cli_placer_code(const struct cli_placer *placer, uint32_t area)
{
    CHECK(area == SITE_NONE || area < placer->site->area_count);
    return area == SITE_NONE ? "" : placer->site->areas[area].code;
}

void cli_placer_note(const struct cli *cli, const struct cli_placer *placer)
{
    if (placer->points && !site_place_has_map(placer->place)) {
        cli_note(cli, "站点的 areas.csv 没有坐标，表里的坐标没有用上",
                 "the site's areas.csv has no coordinates: those of the table were of no use");
    }
}
