/* geo: points are read, turned between two systems, measured. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/geo.h"

static bool read_both(const char *lat, const char *lon, struct geo_point *point)
{
    return geo_read(lat, strlen(lat), lon, strlen(lon), point);
}

static void test_read_when_degrees_then_units(void **state)
{
    struct geo_point point;
    (void)state;
    assert_true(read_both("30.2741", "120.1551", &point));
    assert_int_equal(point.lat, 302741000);
    assert_int_equal(point.lon, 1201551000);
    assert_true(read_both("-0.00000019", "+180", &point));
    assert_int_equal(point.lat, -1);
    assert_int_equal(point.lon, 1800000000);
    assert_true(read_both(".5", "5.", &point));
    assert_int_equal(point.lat, 5000000);
    assert_true(read_both("90", "-180.0000000", &point));
}

static void test_read_when_no_point_then_refused(void **state)
{
    static const char *const wrong[] = {
        "",    ".",   "-",    "1,5",      "30.2.7",
        "x",   "91",  "1e2",  "90.00001", " 30",
        "30°", "nan", "--30", "0x10",     "999999999999999999999999"};
    struct geo_point point = {1, 2};
    (void)state;
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        assert_false(read_both(wrong[index], "120", &point));
    }
    assert_false(read_both("120.15", "30.27", &point)); /* the wrong way round */
    assert_false(read_both("30", "180.1", &point));
    assert_int_equal(point.lat, 1);
    assert_int_equal(point.lon, 2);
}

static void test_datum_when_named_then_known(void **state)
{
    static const struct {
        const char *text;
        enum geo_datum datum;
    } names[] = {{"wgs84", GEO_WGS84}, {"WGS-84", GEO_WGS84}, {"GPS", GEO_WGS84},
                 {"gcj02", GEO_GCJ02}, {"GCJ-02", GEO_GCJ02}, {"高德", GEO_GCJ02}};
    enum geo_datum datum = GEO_DATUM_UNKNOWN;
    (void)state;
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        assert_true(geo_datum_of(names[index].text, strlen(names[index].text), &datum));
        assert_int_equal(datum, names[index].datum);
    }
    assert_false(geo_datum_of("bd09", 4, &datum));
    assert_false(geo_datum_of("", 0, &datum));
    assert_false(geo_datum_of("wgs8", 4, &datum));
}

/* Pairs as public converters print them. */
static void test_gcj02_when_in_china_then_shifted_as_maps_are(void **state)
{
    const struct geo_point given = {.lat = 399150000, .lon = 1164040000};
    const struct geo_point shown = geo_gcj02(given);
    (void)state;
    assert_in_range(shown.lat, 399164042 - 3, 399164042 + 4);
    assert_in_range(shown.lon, 1164102444 - 3, 1164102444 + 4);
    assert_in_range(geo_metres(given, shown), 500, 620);
}

static void test_wgs84_when_turned_there_and_back_then_the_same(void **state)
{
    (void)state;
    for (int32_t lat = 190000000; lat < 530000000; lat += 7654321) {
        for (int32_t lon = 740000000; lon < 1340000000; lon += 17654321) {
            const struct geo_point point = {lat, lon};
            const struct geo_point back = geo_wgs84(geo_gcj02(point));
            assert_in_range(abs(back.lat - lat), 0, 2);
            assert_in_range(abs(back.lon - lon), 0, 2);
        }
    }
}

static void test_gcj02_when_abroad_then_left_alone(void **state)
{
    const struct geo_point london = {.lat = 515000000, .lon = -1000000};
    (void)state;
    const struct geo_point shown = geo_gcj02(london), back = geo_wgs84(london);
    assert_int_equal(shown.lon, london.lon);
    assert_int_equal(back.lat, london.lat);
}

static void test_metres_when_apart_then_counted(void **state)
{
    const struct geo_point a = {.lat = 300000000, .lon = 1200000000};
    (void)state;
    assert_int_equal(geo_metres(a, a), 0);
    assert_in_range(geo_metres(a, (struct geo_point){300010000, 1200000000}), 110, 112);
    assert_in_range(geo_metres(a, (struct geo_point){300000000, 1200010000}), 95, 98);
    assert_true(geo_metres(a, (struct geo_point){300000000, -1200000000}) > 1000000);
}

/* Two areas that share a border: every point belongs to exactly one of them. */
static void test_inside_when_a_border_is_shared_then_in_one(void **state)
{
    static const struct geo_point west[] = {{0, 0}, {0, 100}, {100, 100}, {100, 0}};
    static const struct geo_point east[] = {{0, 100}, {0, 200}, {100, 200}, {100, 100}};
    static const struct geo_point hook[] = {{0, 0},   {0, 30},  {20, 30}, {20, 20},
                                            {10, 20}, {10, 10}, {20, 10}, {20, 0}};
    (void)state;
    for (int32_t lat = 0; lat < 100; lat += 10) {
        for (int32_t lon = 0; lon < 200; lon += 10) {
            const struct geo_point point = {lat, lon};
            assert_int_equal(geo_inside(point, west, 4) + geo_inside(point, east, 4), 1);
        }
    }
    assert_true(geo_inside((struct geo_point){15, 5}, hook, 8));
    assert_false(geo_inside((struct geo_point){15, 15}, hook, 8)); /* in the gap */
    assert_true(geo_inside((struct geo_point){5, 15}, hook, 8));
    assert_false(geo_inside((struct geo_point){-900000000, 1800000000}, hook, 8));
}

static void test_edge_when_beside_then_the_nearest_point_counts(void **state)
{
    static const struct geo_point square[] = {{300000000, 1200000000},
                                              {300000000, 1200100000},
                                              {300100000, 1200100000},
                                              {300100000, 1200000000}};
    (void)state;
    assert_in_range(geo_edge_metres((struct geo_point){299990000, 1200050000}, square, 4), 110,
                    112);
    assert_in_range(geo_edge_metres((struct geo_point){300010000, 1200050000}, square, 4), 110,
                    112);
    assert_int_equal(geo_edge_metres(square[2], square, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_when_degrees_then_units),
        cmocka_unit_test(test_read_when_no_point_then_refused),
        cmocka_unit_test(test_datum_when_named_then_known),
        cmocka_unit_test(test_gcj02_when_in_china_then_shifted_as_maps_are),
        cmocka_unit_test(test_wgs84_when_turned_there_and_back_then_the_same),
        cmocka_unit_test(test_gcj02_when_abroad_then_left_alone),
        cmocka_unit_test(test_metres_when_apart_then_counted),
        cmocka_unit_test(test_inside_when_a_border_is_shared_then_in_one),
        cmocka_unit_test(test_edge_when_beside_then_the_nearest_point_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
