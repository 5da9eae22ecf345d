/* site_files: small sites written in a test, loaded from memory. */

#include "site_files.h"

#include <string.h>

const char *const site_files_good[SITE_FILE_COUNT] = {
    [SITE_YAML] =
        "name: 测试街道\n"
        "name_en: Test\n"
        "utc_offset: \"+08:00\"\n"
        "levels:\n"
        "  - {code: estate, name: 小区, fallback: keeper}\n"
        "  - {code: street, name: 街道, fallback: centre}\n"
        "channels:\n"
        "  - {code: wechat, name: 微信}\n"
        "  - {code: device, name: 设备, callback: wechat}\n"
        "calendars:\n"
        "  office:\n"
        "    mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]\n"
        "policies:\n"
        "  - {urgency: urgent, accept: 15m, handle: 2h}\n"
        "  - accept: 30m\n"
        "    contact: {amount: 2h, calendar: office}\n"
        "    handle: {amount: 24h, warn: 50, expiry: card}\n",
    [SITE_AREAS] =
        "code,name,level,parent\n"
        "qh,清河街道,street,\n"
        "a,阳光花园,estate,qh\n"
        "b,翠竹小区,estate,qh\n",
    [SITE_ALIASES] =
        "alias,area\n"
        "阳光花苑,a\n",
    [SITE_UNITS] =
        "code,name,level,area\n"
        "keeper,管家,estate,\n"
        "centre,处置中心,street,\n"
        "lamps,路灯所,street,qh\n",
    [SITE_CATEGORIES] =
        "code,name,parent,urgency,start_level,keywords,exclude\n"
        "road,道路,,,,道路|马路,\n"
        "road.lamp,路灯,road,urgent,street,路灯|不亮,路灯费\n",
    [SITE_MATRIX] =
        "category,area,level,lead,assist\n"
        "road.lamp,*,street,lamps,centre\n",
};

enum rc site_files_load(const struct site_files *files, struct site_report *report,
                        struct site **site)
{
    struct site_source sources[SITE_FILE_COUNT] = {{0}};
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        const bool replaced = files->text[file] != NULL;
        const char *text = replaced ? files->text[file] : site_files_good[file];
        if (!files->absent[file] && text != NULL) {
            sources[file].bytes = text;
            sources[file].size = files->bytes[file] != 0 ? files->bytes[file] : strlen(text);
        }
    }
    return site_load_sources(sources, report, site);
}
