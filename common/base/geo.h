/* geo: points on the map, in whole ten-millionths of a degree (about a centimetre).
 *
 * Two systems are in use in China: GPS receivers speak WGS-84, every map that is sold or shown there
 * speaks GCJ-02, which lies 100 to 700 m beside it. Nothing in the numbers tells which it is: whoever
 * hands over a point says so (enum geo_datum). All that is compared is WGS-84. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEO_DEGREE 10000000 /* units of a degree */

struct geo_point {
    int32_t lat, lon;
};

enum geo_datum { GEO_DATUM_UNKNOWN, GEO_WGS84, GEO_GCJ02 };

/* "wgs84", "WGS-84", "gps"; "gcj02", "GCJ-02", "火星", "高德", "腾讯". False: none of them. */
bool geo_datum_of(const char *text, size_t bytes, enum geo_datum *datum);
/* A latitude and a longitude in degrees, as "30.2741"; without strtod, for which a point may be a
 * comma. False: no number, or none of a latitude (90) or longitude (180); then *point is untouched. */
bool geo_read(const char *lat, size_t lat_bytes, const char *lon, size_t lon_bytes,
              struct geo_point *point);
/* The same place in the other system. Outside of China both are one. */
struct geo_point geo_gcj02(struct geo_point wgs84);
struct geo_point geo_wgs84(struct geo_point gcj02);
/* Metres between two points, good to a percent within a province; far ones only are far. */
uint32_t geo_metres(struct geo_point a, struct geo_point b);
/* Whether the point lies within the outline, whose last point is joined to its first. Before: count
 * is 3 or more. */
bool geo_inside(struct geo_point point, const struct geo_point *outline, size_t count);
/* Metres to the nearest point of the outline itself, from either side. Before: likewise. */
uint32_t geo_edge_metres(struct geo_point point, const struct geo_point *outline, size_t count);
