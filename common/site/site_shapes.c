/* site_shapes: where areas lie on the map: columns lat, lon, radius, outline and datum of areas.csv.
 *
 * Owns index->shapes; outlines lie in the index's pool. Everything is WGS-84 from here on: a file may
 * hold GCJ-02, as every map in China shows it, and must say so, for the two lie up to 700 m apart,
 * which is the next community. A point is asked for against the box of each shape first; a city has
 * some thousand of them. */
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"

enum {
    OUTLINE_MAX = 1024,
    RADIUS_MIN = 10,
    RADIUS_MAX = 100000,
    EDGE_METRES = 30, /* what a phone errs between houses */
    INSIDE = 950,
    EDGE_INSIDE = 800,
    EDGE_OUTSIDE = 400,
    CENTRE = 800,
    RIM = 500,
    SPOTS_LOOKED_AT = 64,
};
/* Metres of a degree of latitude, and fewer of longitude: a box that is never too small below 60°. */
#define UNITS_A_METRE 90
#define UNITS_A_METRE_EAST 181

/* ---- reading ---- */

struct outline {
    enum geo_datum datum;
    struct geo_point points[OUTLINE_MAX];
    uint32_t count;
    bool bad;
};

static struct geo_point wgs84_of(struct geo_point point, enum geo_datum datum)
{
    CHECK(datum != GEO_DATUM_UNKNOWN);
    return datum == GEO_GCJ02 ? geo_wgs84(point) : point;
}

/* "30.2741 120.1551", or with a comma between. */
static void take_point(struct site_load *load, uint32_t line, char *part, void *context)
{
    struct outline *outline = context;
    struct geo_point point;
    char *lon = part + strcspn(part, " ,\t");
    const size_t lat_bytes = (size_t)(lon - part);
    lon += strspn(lon, " ,\t");
    if (!geo_read(part, lat_bytes, lon, strlen(lon), &point)) {
        if (!outline->bad) {
            site_say(load, line, SAY_AREA_POINT, site_shown(load, part));
        }
        outline->bad = true;
        return;
    }
    if (outline->count < OUTLINE_MAX) {
        outline->points[outline->count] = wgs84_of(point, outline->datum);
    }
    outline->count++;
}

static void grow_box(struct site_shape *shape, struct geo_point point)
{
    shape->south_west.lat = point.lat < shape->south_west.lat ? point.lat : shape->south_west.lat;
    shape->south_west.lon = point.lon < shape->south_west.lon ? point.lon : shape->south_west.lon;
    shape->north_east.lat = point.lat > shape->north_east.lat ? point.lat : shape->north_east.lat;
    shape->north_east.lon = point.lon > shape->north_east.lon ? point.lon : shape->north_east.lon;
}

/* False with a mistake. */
static bool read_outline(struct site_load *load, uint32_t line, const char *cell,
                         enum geo_datum datum, struct site_shape *shape)
{
    struct outline *outline = calloc(1, sizeof *outline);
    struct geo_point *kept = NULL;
    bool good = false;
    if (outline != NULL) {
        outline->datum = datum;
        site_parts(load, line, cell, take_point, outline);
        good = !outline->bad && outline->count >= 3 && outline->count <= OUTLINE_MAX;
        if (!outline->bad && !good) {
            site_say(load, line, SAY_AREA_OUTLINE, (unsigned)outline->count, OUTLINE_MAX);
        }
    }
    if (good) {
        kept = site_pool_alloc(&load->site->index->pool, outline->count * sizeof *kept);
    }
    if (kept != NULL) {
        memcpy(kept, outline->points, outline->count * sizeof *kept);
        shape->outline = kept;
        shape->count = outline->count;
        shape->south_west = shape->north_east = kept[0];
        for (uint32_t index = 0; index < outline->count; index++) {
            grow_box(shape, kept[index]);
        }
    }
    load->no_memory = load->no_memory || outline == NULL || (good && kept == NULL);
    free(outline);
    return kept != NULL;
}

static bool read_radius(struct site_load *load, uint32_t line, const char *cell, uint32_t *radius)
{
    uint32_t value = 0;
    const char *at = cell;
    for (; *at >= '0' && *at <= '9' && value <= RADIUS_MAX; at++) {
        value = value * 10 + (uint32_t)(*at - '0');
    }
    if (*at != '\0' || value < RADIUS_MIN || value > RADIUS_MAX) {
        site_say(load, line, SAY_AREA_RADIUS, site_shown(load, cell), RADIUS_MIN, RADIUS_MAX);
        return false;
    }
    *radius = value;
    return true;
}

/* A circle; false with a mistake. */
static bool read_centre(struct site_load *load, uint32_t line, const struct site_shape_cells *cells,
                        enum geo_datum datum, struct site_shape *shape)
{
    struct geo_point centre;
    if (!geo_read(cells->lat, strlen(cells->lat), cells->lon, strlen(cells->lon), &centre)) {
        site_say(load, line, SAY_AREA_POINT,
                 site_shown(load, cells->lat[0] == '\0' ? cells->lon : cells->lat));
        return false;
    }
    if (!read_radius(load, line, cells->radius, &shape->radius_metres)) {
        return false;
    }
    CHECK(shape->radius_metres <= RADIUS_MAX);
    const int32_t north = (int32_t)shape->radius_metres * UNITS_A_METRE;
    const int32_t east = (int32_t)shape->radius_metres * UNITS_A_METRE_EAST;
    shape->centre = wgs84_of(centre, datum);
    shape->south_west = (struct geo_point){shape->centre.lat - north, shape->centre.lon - east};
    shape->north_east = (struct geo_point){shape->centre.lat + north, shape->centre.lon + east};
    return true;
}

void site_shapes_read(struct site_load *load, uint32_t line, uint32_t area,
                      const struct site_shape_cells *cells)
{
    struct site_index *index = load->site->index;
    struct site_shape shape = {.area = area};
    enum geo_datum datum = GEO_DATUM_UNKNOWN;
    const bool outlined = cells->outline[0] != '\0';
    CHECK(area < load->site->area_count);
    if (!outlined && cells->lat[0] == '\0' && cells->lon[0] == '\0' && cells->radius[0] == '\0') {
        return; /* an area without a place on the map is as good as any */
    }
    if (!geo_datum_of(cells->datum, strlen(cells->datum), &datum)) {
        site_say(load, line, SAY_AREA_DATUM, site_shown(load, cells->datum));
        return;
    }
    /* An outline says more than a circle around the middle, which may stand beside it. */
    if (outlined ? !read_outline(load, line, cells->outline, datum, &shape)
                 : !read_centre(load, line, cells, datum, &shape)) {
        return;
    }
    if (!site_grow((void **)&index->shapes, index->shape_count, sizeof shape)) {
        load->no_memory = true;
        return;
    }
    index->shapes[index->shape_count++] = shape;
}

/* ---- asking ---- */

static bool in_box(const struct site_shape *shape, struct geo_point point)
{
    const int32_t lat = EDGE_METRES * UNITS_A_METRE, lon = EDGE_METRES * UNITS_A_METRE_EAST;
    return (int64_t)point.lat >= (int64_t)shape->south_west.lat - lat &&
           (int64_t)point.lat <= (int64_t)shape->north_east.lat + lat &&
           (int64_t)point.lon >= (int64_t)shape->south_west.lon - lon &&
           (int64_t)point.lon <= (int64_t)shape->north_east.lon + lon;
}

/* False: the point is not there. */
static bool spot_of(const struct site_shape *shape, struct geo_point point, struct site_spot *spot)
{
    *spot = (struct site_spot){.area = shape->area};
    if (shape->count > 0) {
        const uint32_t edge = geo_edge_metres(point, shape->outline, shape->count);
        const bool inside = geo_inside(point, shape->outline, shape->count);
        spot->metres = inside ? 0 : edge;
        spot->permille = !inside ? EDGE_OUTSIDE : edge < EDGE_METRES ? EDGE_INSIDE : INSIDE;
        return inside || edge < EDGE_METRES;
    }
    spot->metres = geo_metres(point, shape->centre);
    if (spot->metres > shape->radius_metres) {
        return false;
    }
    spot->permille =
        CENTRE - (uint32_t)((uint64_t)(CENTRE - RIM) * spot->metres / shape->radius_metres);
    return true;
}

/* The surest first, then the nearest, then in the order of the file. */
static bool better(const struct site_spot *a, const struct site_spot *b)
{
    return a->permille != b->permille ? a->permille > b->permille : a->metres < b->metres;
}

/* Whatever lies around another that was found says no more than it. */
static bool around_another(const struct site *site, const struct site_spot *spots, uint32_t count,
                           uint32_t at)
{
    for (uint32_t other = 0; other < count; other++) {
        if (other != at && spots[other].area != spots[at].area && spots[other].permille >= RIM &&
            site_area_within(site, spots[other].area, spots[at].area)) {
            return true;
        }
    }
    return false;
}

uint32_t site_shapes_find(const struct site *site, struct geo_point wgs84, struct site_spot *spots,
                          uint32_t max)
{
    struct site_spot near[SPOTS_LOOKED_AT];
    uint32_t near_count = 0, count = 0;
    CHECK(max > 0);
    for (uint32_t at = 0; at < site->index->shape_count && near_count < SPOTS_LOOKED_AT; at++) {
        const struct site_shape *shape = &site->index->shapes[at];
        near_count += in_box(shape, wgs84) && spot_of(shape, wgs84, &near[near_count]) ? 1 : 0;
    }
    for (uint32_t at = 0; at < near_count; at++) {
        if (around_another(site, near, near_count, at)) {
            continue;
        }
        uint32_t place = count;
        while (place > 0 && better(&near[at], &spots[place - 1])) {
            place--;
        }
        if (place < max) {
            const uint32_t kept = count < max ? count : max - 1;
            memmove(&spots[place + 1], &spots[place], (kept - place) * sizeof *spots);
            spots[place] = near[at];
            count = kept + 1;
        }
    }
    return count;
}
