/* site_place_fuzz: what a row of `paidan place` may hold against a small site: the first byte says
 * where the text ends and the place begins, the next ones make a point.
 *
 * Laws: no input ends the process; an area is named exactly where there is no reason; at most one of
 * a kind of candidate; how sure is within its bounds; evidence and houses are UTF-8; the same asked
 * again is answered the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_place.h"
#include "common/text/text.h"
#include "site_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const struct site_files files = {
    .text = {[SITE_YAML] = "name: 测试\n"
                           "levels:\n"
                           "  - {code: estate, name: e, fallback: u1}\n"
                           "  - {code: street, name: s, fallback: u2}\n"
                           "channels: [{code: web, name: w}]\n"
                           "policies: [{accept: 1m, handle: 1h}]\n",
             [SITE_AREAS] = "code,name,level,parent,lat,lon,radius,outline,datum\n"
                            "jia,甲街道,street,,,,,0 0|0 90|60 90|60 0,wgs84\n"
                            "yi,乙街道,street,,,,,0 90|0 140|60 140|60 90,gcj02\n"
                            "ja,阳光花园,estate,jia,30,80,90000,,wgs84\n"
                            "ya,阳光花园,estate,yi,,,,,\n"
                            "yb,3号楼,estate,yi,,,,,\n",
             [SITE_ALIASES] = "alias,area\n甲菜市场,ja\n乙菜市场,ya\n小区,yb\n1组,yb\n",
             [SITE_UNITS] = "code,name,level,area\nu1,a,estate,\nu2,b,street,\n",
             [SITE_CATEGORIES] = "code,name,parent,urgency,start_level,keywords\nx,灯,,,,路灯\n",
             [SITE_MATRIX] = "category,area,level,lead\n"}};
static struct site_report report;
static struct site *site;
static struct site_place *place;
static struct arena arena;

static void check_found(const struct site_place_found *found)
{
    size_t at = 0;
    CHECK((found->reason == SITE_PLACE_FOUND) == (found->area != SITE_NONE));
    CHECK((found->permille > 0) == (found->area != SITE_NONE));
    CHECK(found->permille <= 1000);
    CHECK(found->candidate_count <= SITE_PLACE_MAX);
    for (uint32_t index = 0; index < found->candidate_count; index++) {
        CHECK(found->candidates[index].area < site->area_count);
        CHECK(found->candidates[index].permille <= 1000);
        for (uint32_t other = 0; other < index; other++) {
            CHECK(found->candidates[other].area != found->candidates[index].area);
        }
    }
    for (uint32_t index = 0; index < found->evidence_count; index++) {
        const char *word = found->evidence[index].word;
        CHECK(text_valid(word, strlen(word), &at));
    }
    CHECK(text_valid(found->house, strlen(found->house), &at));
}

static void ask(const struct site_place_query *query)
{
    static struct site_place_found found, again;
    arena_reset(&arena);
    site_place_find(place, &arena, query, &found);
    check_found(&found);
    arena_reset(&arena);
    site_place_find(place, &arena, query, &again);
    CHECK(found.area == again.area);
    CHECK(found.reason == again.reason);
    CHECK(found.permille == again.permille);
    CHECK(found.candidate_count == again.candidate_count);
    CHECK(strcmp(found.house, again.house) == 0);
}

static void open_site(void)
{
    enum rc rc = site_files_load(&files, &report, &site);
    CHECK(rc == RC_OK);
    rc = site_place_open(site, &place);
    CHECK(rc == RC_OK);
    rc = arena_init(&arena, 16u << 20);
    CHECK(rc == RC_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct site_place_query query = {.datum = GEO_DATUM_UNKNOWN};
    if (site == NULL) {
        open_site();
    }
    if (bytes < 6) {
        return 0;
    }
    char *text = calloc(1, bytes + 2);
    CHECK(text != NULL);
    const size_t rest = bytes - 6, cut = data[0] * rest / 256;
    for (size_t at = 0; at < rest; at++) {
        text[at < cut ? at : at + 1] = data[6 + at] == 0 ? ' ' : (char)data[6 + at];
    }
    query.text = text;
    query.place = text + cut + 1;
    query.datum = (enum geo_datum)(data[1] % 3);
    query.has_point = data[1] >= 128;
    query.bad_point = data[1] < 8;
    query.point.lat = ((int32_t)data[2] * 256 + data[3] - 32768) * 27000;
    query.point.lon = ((int32_t)data[4] * 256 + data[5] - 32768) * 54000;
    ask(&query);
    free(text);
    return 0;
}
