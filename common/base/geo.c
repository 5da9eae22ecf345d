/* geo: points on the map: read, turned from one system into the other, measured.
 *
 * Owns nothing. What must stay true: a point is always in whole units, so that two machines that
 * read the same file compare the same numbers; the floating point within a conversion is rounded
 * away at a centimetre, far below what a map or a phone knows. The way back from GCJ-02 has no
 * formula: it is found by steps, to within a centimetre too. */
#include "common/base/geo.h"

#include <math.h>
#include <string.h>

#include "common/base/check.h"

#define PI 3.14159265358979323846
#define METRES_A_DEGREE 111194.9 /* of a sphere of 6,371 km */
#define AXIS 6378245.0           /* of the ellipsoid of Krasovsky, which GCJ-02 is made of */
#define ECCENTRICITY 0.00669342162296594323

enum { DECIMALS = 7, BACK_STEPS = 6 };

static double degrees(int64_t units)
{
    return (double)units / GEO_DEGREE;
}

static int32_t units(double degrees)
{
    CHECK(degrees > -200 && degrees < 200);
    return (int32_t)lround(degrees * GEO_DEGREE);
}

/* ---- reading ---- */

bool geo_datum_of(const char *text, size_t bytes, enum geo_datum *datum)
{
    static const struct {
        const char *name;
        enum geo_datum datum;
    } names[] = {{"wgs84", GEO_WGS84}, {"gps", GEO_WGS84},      {"gcj02", GEO_GCJ02},
                 {"火星", GEO_GCJ02},  {"火星坐标", GEO_GCJ02}, {"高德", GEO_GCJ02},
                 {"腾讯", GEO_GCJ02},  {"国测局", GEO_GCJ02}};
    char plain[32];
    size_t used = 0;
    for (size_t at = 0; at < bytes && used < sizeof plain; at++) {
        const char byte = text[at];
        if (byte != '-' && byte != '_' && byte != ' ') {
            plain[used++] = byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
        }
    }
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (strlen(names[index].name) == used && memcmp(names[index].name, plain, used) == 0) {
            *datum = names[index].datum;
            return true;
        }
    }
    return false;
}

/* Digits beyond the seventh after the point are below a centimetre and are passed over. */
static bool read_degrees(const char *text, size_t bytes, int32_t most, int32_t *value)
{
    int64_t sum = 0;
    unsigned decimals = 0;
    bool point = false, digit = false;
    size_t at = bytes > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    for (; at < bytes; at++) {
        if (text[at] == '.' && !point) {
            point = true;
        } else if (text[at] < '0' || text[at] > '9') {
            return false;
        } else {
            digit = true;
            if (decimals < DECIMALS) {
                sum = sum * 10 + (text[at] - '0');
                decimals += point ? 1 : 0;
            }
        }
        if (sum > (int64_t)GEO_DEGREE * 1000) {
            return false;
        }
    }
    for (; decimals < DECIMALS; decimals++) {
        sum *= 10;
    }
    if (!digit || sum > (int64_t)most * GEO_DEGREE) {
        return false;
    }
    *value = (int32_t)(text[0] == '-' ? -sum : sum);
    return true;
}

bool geo_read(const char *lat, size_t lat_bytes, const char *lon, size_t lon_bytes,
              struct geo_point *point)
{
    struct geo_point read;
    CHECK(lat != NULL);
    CHECK(lon != NULL);
    if (!read_degrees(lat, lat_bytes, 90, &read.lat) ||
        !read_degrees(lon, lon_bytes, 180, &read.lon)) {
        return false;
    }
    *point = read;
    return true;
}

/* ---- two systems ---- */

/* The law's own rough box; within it the shift is defined, also over the sea. */
static bool in_china(double lat, double lon)
{
    return lon > 72.004 && lon < 137.8347 && lat > 0.8293 && lat < 55.8271;
}

/* The waves that both coordinates are shifted by, in metres. */
static double waves(double x)
{
    return (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2 / 3;
}

static double shift_lat(double x, double y)
{
    return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) + waves(x) +
           (20 * sin(y * PI) + 40 * sin(y / 3 * PI)) * 2 / 3 +
           (160 * sin(y / 12 * PI) + 320 * sin(y * PI / 30)) * 2 / 3;
}

static double shift_lon(double x, double y)
{
    return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) + waves(x) +
           (20 * sin(x * PI) + 40 * sin(x / 3 * PI)) * 2 / 3 +
           (150 * sin(x / 12 * PI) + 300 * sin(x / 30 * PI)) * 2 / 3;
}

static void to_gcj02(double *lat, double *lon)
{
    const double x = *lon - 105, y = *lat - 35, angle = *lat / 180 * PI;
    const double magic = 1 - ECCENTRICITY * sin(angle) * sin(angle);
    const double root = sqrt(magic);
    if (!in_china(*lat, *lon)) {
        return;
    }
    *lat += shift_lat(x, y) * 180 / (AXIS * (1 - ECCENTRICITY) / (magic * root) * PI);
    *lon += shift_lon(x, y) * 180 / (AXIS / root * cos(angle) * PI);
}

struct geo_point geo_gcj02(struct geo_point wgs84)
{
    double lat = degrees(wgs84.lat), lon = degrees(wgs84.lon);
    to_gcj02(&lat, &lon);
    return (struct geo_point){.lat = units(lat), .lon = units(lon)};
}

/* The shift hardly changes over the length of a shift, so that each step brings it a hundredfold
 * nearer. */
struct geo_point geo_wgs84(struct geo_point gcj02)
{
    const double lat = degrees(gcj02.lat), lon = degrees(gcj02.lon);
    double at_lat = lat, at_lon = lon;
    for (int step = 0; step < BACK_STEPS && in_china(lat, lon); step++) {
        double there_lat = at_lat, there_lon = at_lon;
        to_gcj02(&there_lat, &there_lon);
        at_lat += lat - there_lat;
        at_lon += lon - there_lon;
    }
    return (struct geo_point){.lat = units(at_lat), .lon = units(at_lon)};
}

/* ---- measuring ---- */

/* On a plane that touches the sphere at `from`, in metres. */
static void plane(struct geo_point from, struct geo_point to, double *x, double *y)
{
    *x = degrees((int64_t)to.lon - from.lon) * METRES_A_DEGREE * cos(degrees(from.lat) / 180 * PI);
    *y = degrees((int64_t)to.lat - from.lat) * METRES_A_DEGREE;
}

uint32_t geo_metres(struct geo_point a, struct geo_point b)
{
    double x = 0, y = 0;
    const int64_t apart = (int64_t)a.lon - b.lon;
    if (apart > 90ll * GEO_DEGREE || apart < -90ll * GEO_DEGREE) {
        return UINT32_MAX;
    }
    plane(a, b, &x, &y);
    return (uint32_t)lround(sqrt(x * x + y * y));
}

/* A ray to the east crosses the outline an odd number of times. In whole numbers: no point lies on
 * both sides of a border that two areas share. */
bool geo_inside(struct geo_point point, const struct geo_point *outline, size_t count)
{
    bool inside = false;
    CHECK(count >= 3);
    for (size_t index = 0, before = count - 1; index < count; before = index++) {
        const struct geo_point a = outline[index], b = outline[before];
        if ((a.lat > point.lat) == (b.lat > point.lat)) {
            continue;
        }
        const int64_t rise = (int64_t)b.lat - a.lat, run = (int64_t)b.lon - a.lon;
        const int64_t left = ((int64_t)point.lon - a.lon) * rise;
        const int64_t right = run * ((int64_t)point.lat - a.lat);
        inside ^= rise > 0 ? left < right : left > right;
    }
    return inside;
}

uint32_t geo_edge_metres(struct geo_point point, const struct geo_point *outline, size_t count)
{
    double best = 1e12;
    CHECK(count >= 3);
    for (size_t index = 0, before = count - 1; index < count; before = index++) {
        double ax = 0, ay = 0, bx = 0, by = 0;
        plane(point, outline[before], &ax, &ay);
        plane(point, outline[index], &bx, &by);
        const double dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
        double part = length > 0 ? -(ax * dx + ay * dy) / length : 0;
        part = part < 0 ? 0 : part > 1 ? 1 : part;
        const double x = ax + part * dx, y = ay + part * dy;
        best = x * x + y * y < best ? x * x + y * y : best;
    }
    return (uint32_t)lround(sqrt(best));
}
