/* site: each mistake is found by its name and line; what is huge or hostile is one mistake. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/site/site.h"
#include "common/text/text.h"
#include "site_files.h"

static struct site_report report;

static void append(char *to, size_t room, const char *part)
{
    const size_t used = strlen(to);
    snprintf(to + used, room - used, "%s", part);
}

/* ---- mistakes ---- */

struct mistake_case {
    enum site_file file;
    const char *from, *to; /* in the good file; from NULL: to is the whole file */
    const char *name;
    uint32_t line;
    bool more; /* other mistakes follow from it */
};

/* areas.csv with the columns of the map, filled for the last area. */
#define ON_MAP(cells)                                                                              \
    "code,name,level,parent,lat,lon,radius,outline,datum\n"                                        \
    "qh,清河街道,street,,,,,,\n"                                                               \
    "a,阳光花园,estate,qh,,,,,\n"                                                              \
    "b,翠竹小区,estate,qh," cells "\n"

static const struct mistake_case mistakes[] = {
    /* files */
    {SITE_AREAS, "阳光", "\xd1\xf4\xb9\xe2", "FILE_NOT_UTF8", 3, false},
    {SITE_AREAS, "阳光", "阳\x01光", "FILE_CONTROL", 3, false},
    {SITE_UNITS, NULL,
     "\xff\xfe"
     "c",
     "FILE_UTF16", 1, false},
    /* yaml */
    {SITE_YAML, NULL, "", "YAML_EMPTY", 0, false},
    {SITE_YAML, "name_en: Test", "name_en: [Test", "YAML_SYNTAX", 3, false},
    {SITE_YAML, "name_en: Test", "name_en: &x Test", "YAML_ALIAS", 2, false},
    {SITE_YAML, "name_en: Test", "name_en: *x", "YAML_ALIAS", 2, false},
    {SITE_YAML, "name_en: Test", "name_en: !!str Test", "YAML_ALIAS", 2, false},
    {SITE_YAML, "name_en: Test", "<<: {a: b}", "YAML_MERGE", 2, false},
    {SITE_YAML, "name_en: Test", "name_en: Test\nnam: x", "YAML_KEY_UNKNOWN", 3, false},
    {SITE_YAML, "name_en: Test", "name: Test", "YAML_KEY_DUPLICATE", 2, false},
    {SITE_YAML, "name: 测试街道", "", "YAML_KEY_MISSING", 2, false},
    {SITE_YAML, "name: 测试街道", "name:", "YAML_VALUE_MISSING", 1, false},
    {SITE_YAML, "name: 测试街道", "name: ~", "YAML_VALUE_MISSING", 1, false},
    {SITE_YAML, "name: 测试街道", "name: [x]", "YAML_NOT_TEXT", 1, false},
    {SITE_YAML, "name_en: Test", "name_en: \"a\\tb\"", "NAME_LINE_BREAK", 2, false},
    {SITE_YAML, "name_en: Test", "name_en: \"a\\0b\"", "FILE_CONTROL", 2, false},
    {SITE_YAML, "name_en: Test", "name_en: [[[[[[[[[x]]]]]]]]]", "YAML_TOO_DEEP", 2, false},
    {SITE_YAML, NULL, "[a]", "YAML_NOT_MAP", 1, false},
    {SITE_YAML, NULL, "--- {}\n--- {}\n", "YAML_SECOND_DOCUMENT", 2, false},
    {SITE_YAML, "\"+08:00\"", "08:00", "OFFSET_MALFORMED", 3, false},
    {SITE_YAML, "\"+08:00\"", "\"+15:00\"", "OFFSET_MALFORMED", 3, false},
    {SITE_YAML, "\"+08:00\"", "\"+8:00\"", "OFFSET_MALFORMED", 3, false},
    {SITE_YAML, "policies:", "lease: 0m\npolicies:", "SPAN_ZERO", 13, false},
    {SITE_YAML, "policies:", "lease: 25h\npolicies:", "SPAN_TOO_LONG", 13, false},
    {SITE_YAML, "policies:", "hot_days: 0\npolicies:", "YAML_RANGE", 13, false},
    {SITE_YAML, "policies:", "hot_days: 7\npolicies:", "HOT_DAYS_SHORT", 13, false},
    {SITE_YAML, "policies:", "desk: {on_fallback: yes}\npolicies:", "YAML_FLAG", 13, false},
    {SITE_YAML, "policies:", "second_factor: [dispatcher, boss]\npolicies:", "ROLE_UNKNOWN", 13,
     false},
    {SITE_YAML, "policies:", "second_factor: [system, system]\npolicies:", "CODE_DUPLICATE", 13,
     false},
    {SITE_YAML, "policies:", "second_factor: []\npolicies:", "LIST_EMPTY", 13, false},
    {SITE_YAML, "policies:", "desk: {normal: 169h}\npolicies:", "DESK_TOO_LONG", 13, false},
    {SITE_YAML, "policies:", "desk: {normal: 8d}\npolicies:", "DESK_TOO_LONG", 13, false},
    {SITE_YAML, "policies:", "desk: {urgent: 25h}\npolicies:", "DESK_TOO_LONG", 13, true},
    {SITE_YAML, "policies:", "desk: {emergency: 5h}\npolicies:", "DESK_TOO_LONG", 13, true},
    {SITE_YAML, "policies:", "desk: {normal: 30s}\npolicies:", "DESK_TOO_SHORT", 13, false},
    {SITE_YAML, "policies:", "desk: {emergency: {amount: 1h, calendar: office}}\npolicies:",
     "DESK_SLEEPS", 13, false},
    {SITE_YAML, "policies:", "rates: {preset: beijing}\npolicies:", "RATES_WORD", 13, false},
    {SITE_YAML, "policies:", "rates: {partly: 101%}\npolicies:", "RATES_PERCENT", 13, false},
    {SITE_YAML, "policies:", "rates: {fair: half}\npolicies:", "RATES_PERCENT", 13, false},
    {SITE_YAML,
     "policies:", "rates: {weights: {response: 30%, solution: 35%, satisfaction: 36%}}\npolicies:",
     "RATES_WEIGHTS", 13, false},
    {SITE_YAML, "policies:",
     "points: {rules: [{rule: a, name: a, for: report, points: 1, categories: [x]}]}\npolicies:",
     "POINTS_UNKNOWN", 13, false},
    {SITE_YAML, "policies:",
     "points: {rules: [{rule: a, name: a, for: hand, points: 0}]}\npolicies:", "YAML_RANGE", 13,
     false},
    {SITE_YAML, "policies:", "points: {medals: {bronze: 2, silver: 1, gold: 3}}\npolicies:",
     "POINTS_MEDALS", 13, false},
    {SITE_YAML, "policies:", "desk: {normal: 1h, urgent: 2h}\npolicies:", "DESK_ORDER", 13, false},
    {SITE_YAML, "policies:", "desk: {normal: 1wd}\npolicies:", "TERM_CALENDAR", 13, false},
    {SITE_YAML, "policies:", "desk: {normal: 0h}\npolicies:", "SPAN_ZERO", 13, false},
    {SITE_YAML, "policies:", "desk: {normal: {amount: 1h, expiry: card}}\npolicies:",
     "YAML_KEY_UNKNOWN", 13, false},
    {SITE_YAML, "policies:", "desk: {alarm_repeat: 30s}\npolicies:", "SPAN_ZERO", 13, true},
    /* triage */
    {SITE_YAML, "policies:", "triage: {precision: 98}\npolicies:", "PERCENT_MALFORMED", 13, false},
    {SITE_YAML, "policies:", "triage: {precision: 0.98}\npolicies:", "PERCENT_MALFORMED", 13,
     false},
    {SITE_YAML, "policies:", "triage: {precision: 49%}\npolicies:", "PERCENT_MALFORMED", 13, false},
    {SITE_YAML, "policies:", "triage: {precision: 100%}\npolicies:", "PERCENT_MALFORMED", 13,
     false},
    {SITE_YAML, "policies:", "triage: {precision: 98.55%}\npolicies:", "PERCENT_MALFORMED", 13,
     false},
    {SITE_YAML, "policies:", "triage: {split: yes}\npolicies:", "YAML_FLAG", 13, false},
    {SITE_YAML, "policies:", "triage: {model: a/model.learn}\npolicies:", "MODEL_NAME", 13, false},
    {SITE_YAML, "policies:", "triage: {model: ../model.learn}\npolicies:", "MODEL_NAME", 13, false},
    {SITE_YAML, "policies:", "triage: {model: model.bin}\npolicies:", "MODEL_NAME", 13, false},
    {SITE_YAML, "policies:", "triage: {model: .learn}\npolicies:", "MODEL_NAME", 13, false},
    {SITE_YAML, "policies:", "triage: {model: model.learn}\npolicies:", "MODEL_MISSING", 13, false},
    {SITE_YAML, "policies:", "triage: {unit_model: unit.learn}\npolicies:", "MODEL_MISSING", 13,
     false},
    {SITE_YAML, "policies:", "triage: {modell: model.learn}\npolicies:", "YAML_KEY_UNKNOWN", 13,
     false},
    {SITE_YAML, "policies:", "triage: {groups: {merge: 97%}}\npolicies:", "YAML_KEY_MISSING", 13,
     false},
    {SITE_YAML, "policies:", "triage: {groups: {suggest: 90%, merge: 60%}}\npolicies:",
     "GROUPS_ORDER", 13, false},
    {SITE_YAML, "policies:", "triage: {groups: {suggest: 50%, days: 0}}\npolicies:", "YAML_RANGE",
     13, false},
    {SITE_YAML, "policies:", "triage: {groups: {suggest: 50%, members: 1}}\npolicies:",
     "YAML_RANGE", 13, false},
    {SITE_YAML, "policies:", "triage: {burst: {count: 5}}\npolicies:", "BURST_ALONE", 13, false},
    {SITE_YAML, "policies:", "triage: {burst: {count: 1}, groups: {suggest: 50%}}\npolicies:",
     "YAML_RANGE", 13, false},
    {SITE_YAML, "policies:",
     "triage: {burst: {count: 5, alert: x}, groups: {suggest: 50%}}\npolicies:", "TRIAGE_LEVEL", 13,
     false},
    {SITE_YAML,
     "policies:", "triage: {burst: {count: 5, urgency: x}, groups: {suggest: 50%}}\npolicies:",
     "URGENCY_UNKNOWN", 13, false},
    {SITE_YAML, "policies:", "triage: {trust: {window: 10, least: 20}}\npolicies:", "TRUST_ORDER",
     13, false},
    {SITE_YAML, "policies:", "triage: {trust: {window: 4}}\npolicies:", "YAML_RANGE", 13, true},
    {SITE_YAML, "policies:", "triage: {trust: {window: 1001}}\npolicies:", "YAML_RANGE", 13, false},
    {SITE_YAML, "policies:", "triage: {trust: {window: 1000, least: 1001}}\npolicies:",
     "YAML_RANGE", 13, false},
    {SITE_YAML, "policies:", "callback: {attempts: 010}\npolicies:", "YAML_NUMBER", 13, false},
    {SITE_YAML, "policies:", "callback: {attempts: +3}\npolicies:", "YAML_NUMBER", 13, false},
    {SITE_YAML, "policies:", "callback: {attempts: 3x}\npolicies:", "YAML_NUMBER", 13, false},
    {SITE_YAML, "policies:", "callback: {attempts: \"3\"}\npolicies:", "YAML_NUMBER", 13, false},
    {SITE_YAML, "policies:", "callback: {attempts: 21}\npolicies:", "YAML_RANGE", 13, false},
    {SITE_YAML, "policies:", "callback: {attempts: 99999999999999999999}\npolicies:", "YAML_NUMBER",
     13, false},
    {SITE_YAML, "policies:", "callback: {calendar: x}\npolicies:", "CALENDAR_UNKNOWN", 13, false},
    /* levels and channels */
    {SITE_YAML, ", fallback: keeper", "", "LEVEL_WITHOUT_OWNER", 5, false},
    {SITE_YAML, "fallback: keeper", "fallback: nobody", "LEVEL_OWNER_UNKNOWN", 5, false},
    {SITE_YAML, "fallback: keeper", "fallback: lamps", "LEVEL_OWNER_LEVEL", 5, false},
    {SITE_YAML, "code: street", "code: estate", "CODE_DUPLICATE", 6, true},
    {SITE_YAML, "code: street", "code: Street", "CODE_MALFORMED", 6, true},
    {SITE_YAML, "code: device", "code: wechat", "CODE_DUPLICATE", 9, false},
    {SITE_YAML, "callback: wechat", "callback: phone", "CHANNEL_CALLBACK_UNKNOWN", 9, false},
    {SITE_YAML, "callback: wechat", "callback: [wechat, phone]", "CHANNEL_CALLBACK_UNKNOWN", 9,
     false},
    {SITE_YAML, "callback: wechat", "callback: [wechat, wechat]", "CODE_DUPLICATE", 9, false},
    {SITE_YAML, "callback: wechat", "callback: []", "LIST_EMPTY", 9, false},
    {SITE_YAML, "policies:", "callback: {sample: [{category: nowhere, percent: 5}]}\npolicies:",
     "RULE_CODE", 13, false},
    {SITE_YAML, "policies:", "callback: {sample: [{urgency: hot, percent: 5}]}\npolicies:",
     "URGENCY_UNKNOWN", 13, false},
    {SITE_YAML, "policies:", "callback: {sample: [{percent: 101}]}\npolicies:", "YAML_RANGE", 13,
     false},
    {SITE_YAML, "policies:", "callback: {sample: [{category: road}]}\npolicies:",
     "YAML_KEY_MISSING", 13, false},
    {SITE_YAML, "policies:", "public_channel: web\npolicies:", "PUBLIC_CHANNEL_UNKNOWN", 13, false},
    /* calendars */
    {SITE_YAML, "mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]", "mon: []", "CALENDAR_EMPTY", 11,
     false},
    {SITE_YAML, "\"14:00-18:00\"", "\"11:59-18:00\"", "CALENDAR_OVERLAP", 12, false},
    {SITE_YAML, "\"14:00-18:00\"", "\"18:00-14:00\"", "CALENDAR_INTERVAL", 12, false},
    {SITE_YAML, "\"14:00-18:00\"", "\"14:00-24:01\"", "CALENDAR_INTERVAL", 12, false},
    {SITE_YAML, "\"14:00-18:00\"", "\"14:60-18:00\"", "CALENDAR_INTERVAL", 12, false},
    {SITE_YAML, "\"14:00-18:00\"", "\"14-18\"", "CALENDAR_INTERVAL", 12, false},
    {SITE_YAML, "\"14:00-18:00\"", "\"1x:00-18:00\"", "CALENDAR_INTERVAL", 12, false},
    {SITE_YAML, "\"14:00-18:00\"", "\"14.00-18:00\"", "CALENDAR_INTERVAL", 12, false},
    {SITE_YAML, "\"09:00-12:00\", \"14:00-18:00\"", "\"14:00-18:00\", \"09:00-14:01\"",
     "CALENDAR_OVERLAP", 12, false},
    {SITE_YAML, "mon-fri:", "fri-mon:", "CALENDAR_DAY", 12, false},
    {SITE_YAML, "mon-fri:", "friday:", "CALENDAR_DAY", 12, false},
    {SITE_YAML, "policies:", "    fri: \"20:00-21:00\"\npolicies:", "CALENDAR_DAY_TWICE", 13,
     false},
    {SITE_YAML, "  office:", "  always:", "CALENDAR_BUILT_IN", 11, true},
    {SITE_YAML, "policies:", "    holidays: XX\npolicies:", "CALENDAR_HOLIDAYS", 13, false},
    {SITE_YAML, "policies:", "    makeup: sat\npolicies:", "CALENDAR_MAKEUP_CLOSED", 13, false},
    {SITE_YAML, "policies:", "    makeup: x\npolicies:", "CALENDAR_MAKEUP", 13, false},
    {SITE_YAML, "policies:", "    extends: nobody\npolicies:", "CALENDAR_EXTENDS_UNKNOWN", 13,
     false},
    {SITE_YAML, "policies:", "    extends: office\npolicies:", "CALENDAR_CYCLE", 13, false},
    {SITE_YAML, "policies:", "    extends: b\n  b: {extends: office}\npolicies:", "CALENDAR_CYCLE",
     13, true},
    {SITE_YAML, "policies:", "    overrides: {2026-02-30: off}\npolicies:", "OVERRIDE_DATE", 13,
     false},
    {SITE_YAML, "policies:", "    overrides: {2026-02-03/2026-02-01: off}\npolicies:",
     "OVERRIDE_DATE", 13, false},
    {SITE_YAML, "policies:", "    overrides: {2026-02-03: of}\npolicies:", "OVERRIDE_WORD", 13,
     false},
    {SITE_YAML, "policies:", "    overrides: {2026-02-03: {name: x}}\npolicies:", "OVERRIDE_CHOICE",
     13, false},
    {SITE_YAML, "policies:",
     "    overrides: {2026-02-03: off, 2026-02-01/2026-02-04: mon}\npolicies:", "OVERRIDE_TWICE",
     13, false},
    {SITE_YAML,
     "policies:", "    overrides: {2026-02-03: [\"09:00-10:00\", \"09:30-11:00\"]}\npolicies:",
     "CALENDAR_OVERLAP", 13, false},
    {SITE_YAML, "utc_offset: \"+08:00\"", "timezone: Mars/Olympus", "ZONE_UNKNOWN", 3, false},
    {SITE_YAML, "utc_offset: \"+08:00\"", "utc_offset: \"+08:00\"\ntimezone: Europe/Berlin",
     "ZONE_TWICE", 4, false},
    /* policies */
    {SITE_YAML, "accept: 15m", "accept: 0m", "SPAN_ZERO", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 15", "SPAN_MALFORMED", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 015m", "SPAN_MALFORMED", 14, false},
    {SITE_YAML, "accept: 15m", "accept: -15m", "SPAN_MALFORMED", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 1.5h", "SPAN_MALFORMED", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 366d", "SPAN_TOO_LONG", 14, false},
    {SITE_YAML, "accept: 15m, ", "", "YAML_KEY_MISSING", 14, false},
    {SITE_YAML, "amount: 2h", "amount: 2d", "SPAN_DAYS", 16, false},
    {SITE_YAML, "calendar: office", "calendar: ofice", "CALENDAR_UNKNOWN", 16, false},
    /* terms and steps */
    {SITE_YAML, "amount: 2h", "amount: 2紧急工作时", "SPAN_DAYS", 16, false},
    {SITE_YAML, "accept: 15m", "accept: 3天", "SPAN_MALFORMED", 14, false},
    {SITE_YAML, "accept: 15m", "accept: wd", "SPAN_MALFORMED", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 0wd", "SPAN_ZERO", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 366wd", "SPAN_TOO_LONG", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 99999999999999999999wd", "SPAN_MALFORMED", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 2wd", "TERM_CALENDAR", 14, false},
    {SITE_YAML, "accept: 15m", "accept: 4工作时", "TERM_CALENDAR", 14, false},
    {SITE_YAML, "calendar: office", "calendar: always, start: next_day, end: end_of_day",
     "TERM_END_HOURS", 16, false},
    {SITE_YAML, "amount: 2h, calendar: office", "amount: 2wd, calendar: always", "TERM_CALENDAR",
     16, false},
    {SITE_YAML, "amount: 2h, calendar: office", "amount: 2wd, calendar: x", "CALENDAR_UNKNOWN", 16,
     false},
    {SITE_YAML, "- accept: 30m", "- calendar: x\n    accept: 30m", "CALENDAR_UNKNOWN", 15, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2h, start: tomorrow}",
     "TERM_START_UNKNOWN", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, end: noon}",
     "TERM_END_UNKNOWN", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, warn: 1h}", "TERM_UNIT", 17,
     false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2h, warn: 1wh}", "TERM_UNIT", 17,
     false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, cap: 9h}", "TERM_UNIT", 17,
     false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, cap: 1d}", "TERM_OVER_CAP",
     17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, warn: 2d}",
     "STEP_BEFORE_START", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, steps: []}", "LIST_EMPTY",
     17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, steps: {at: 5, do: red}}",
     "YAML_NOT_LIST", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, steps: [{do: red}]}",
     "STEP_MOMENT", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, steps: [{at: 5, before: 1d, do: red}]}", "STEP_MOMENT", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, steps: [{at: 5}]}",
     "YAML_KEY_MISSING", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, steps: [{at: 0, do: red}]}",
     "YAML_RANGE", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, steps: [{at: 100, do: red}]}", "YAML_RANGE", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, steps: [{before: 2d, do: red}]}", "STEP_BEFORE_START", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, steps: [{before: 3wd, do: red}]}", "TERM_UNIT", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, steps: [{after: 1h, do: red}]}", "TERM_UNIT", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, warn: 50, steps: [{before: 1d, do: red}]}", "STEP_TWICE", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, steps: [{at: 50, do: red}, {before: 1d, do: yellow}]}", "STEP_TWICE", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}", "{amount: 2d, steps: [{at: 50, do: []}]}",
     "LIST_EMPTY", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, steps: [{at: 50, do: mail}]}", "STEP_DOES_UNKNOWN", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 2d, steps: [{at: 50, do: [yellow, red]}]}", "STEP_TWO_CARDS", 17, false},
    {SITE_YAML, "{amount: 24h, warn: 50, expiry: card}",
     "{amount: 9h, steps: [{at: 1, do: red}, {at: 2, do: red}, {at: 3, do: red}, {at: 4, do: red}, "
     "{at: 5, do: red}, {at: 6, do: red}, {at: 7, do: red}]}",
     "LIST_TOO_LONG", 17, false},
    {SITE_YAML, "urgency: urgent, accept: 15m",
     "level: estate, accept: {amount: 2h, steps: [{after: 1h, do: red}]}", "STEP_AFTER_RAISE", 14,
     false},
    {SITE_YAML, "- accept: 30m", "- assist: {amount: 2d, warn: 50}\n    accept: 30m",
     "YAML_KEY_UNKNOWN", 15, false},
    {SITE_YAML, "- accept: 30m", "- extensions: 21\n    accept: 30m", "YAML_RANGE", 15, false},
    {SITE_YAML, "- accept: 30m", "- suspension: {max: 9}\n    accept: 30m", "YAML_RANGE", 15,
     false},
    {SITE_YAML, "- accept: 30m", "- suspension: {cap: 366d}\n    accept: 30m", "SPAN_TOO_LONG", 15,
     false},
    {SITE_YAML, "- accept: 30m", "- supervise: {on: rain}\n    accept: 30m", "SUPERVISE_UNKNOWN",
     15, false},
    {SITE_YAML, "- accept: 30m", "- supervise: {chases: 2}\n    accept: 30m", "YAML_KEY_MISSING",
     15, false},
    {SITE_YAML, "policies:", "supervisors: [centre, x]\npolicies:", "SUPERVISOR_UNKNOWN", 13,
     false},
    {SITE_YAML, "policies:", "supervisors: [lamps, lamps]\npolicies:", "SUPERVISOR_TWICE", 13,
     false},
    {SITE_YAML, "policies:", "supervisors: []\npolicies:", "LIST_EMPTY", 13, false},
    {SITE_YAML, "policies:", "archive: {postgres: host=10.0.0.5 password=x}\npolicies:",
     "ARCHIVE_SECRET", 13, false},
    {SITE_YAML, "policies:", "archive: {postgres: ../city}\npolicies:", "ARCHIVE_SECRET", 13,
     false},
    {SITE_YAML, "policies:", "archive: {oracle: city}\npolicies:", "YAML_KEY_UNKNOWN", 13, false},
    {SITE_YAML, "policies:", "bulletin: {categories: [x]}\npolicies:", "BULLETIN_UNKNOWN", 13,
     false},
    {SITE_YAML, "policies:", "bulletin: {categories: [road, road]}\npolicies:", "BULLETIN_TWICE",
     13, false},
    {SITE_YAML, "policies:", "bulletin: {areas: [qh]}\npolicies:", "BULLETIN_NOTHING", 13, false},
    {SITE_YAML, "policies:", "bulletin: {days: 0}\npolicies:", "YAML_RANGE", 13, false},
    {SITE_YAML, "warn: 50", "warn: 100", "YAML_RANGE", 17, false},
    {SITE_YAML, "expiry: card", "expiry: fire", "EXPIRY_UNKNOWN", 17, false},
    {SITE_YAML, "urgency: urgent", "urgency: very", "URGENCY_UNKNOWN", 14, false},
    {SITE_YAML, "urgency: urgent", "category: x", "POLICY_CATEGORY_UNKNOWN", 14, false},
    {SITE_YAML, "urgency: urgent", "level: x", "POLICY_LEVEL_UNKNOWN", 14, false},
    {SITE_YAML, "urgency: urgent, ", "", "POLICY_UNREACHABLE", 15, false},
    {SITE_YAML, "  - accept: 30m", "  - level: street\n    accept: 30m", "POLICY_MISSING", 14,
     false},
    {SITE_YAML, "  - accept: 30m", "  - category: road\n    accept: 30m", "POLICY_MISSING", 14,
     false},
    /* csv */
    {SITE_AREAS, NULL, "", "CSV_EMPTY", 0, false},
    {SITE_AREAS, "code,name,level,parent", "code,name,level", "CSV_COLUMN_MISSING", 1, false},
    {SITE_AREAS, "code,name,level,parent", "code,name,level,parents", "CSV_COLUMN_UNKNOWN", 1,
     true},
    {SITE_AREAS, "code,name,level,parent", "code,name,name,parent", "CSV_COLUMN_DUPLICATE", 1,
     true},
    {SITE_AREAS, "a,阳光花园,estate,qh", "a,阳光花园,estate", "CSV_CELLS", 3, false},
    {SITE_AREAS, "a,阳光花园,estate,qh", "a,\"阳光\"花园,estate,qh", "CSV_QUOTE", 3, false},
    {SITE_AREAS, "a,阳光花园,estate,qh", "a,\"阳光花园,estate,qh", "CSV_QUOTE_OPEN", 3, false},
    {SITE_AREAS, "a,阳光花园,estate,qh", "\n\"a\n\",b", "CSV_CELLS", 4, false},
    /* areas */
    {SITE_AREAS, "b,翠竹小区", "a,翠竹小区", "CODE_DUPLICATE", 4, false},
    {SITE_AREAS, "b,翠竹小区", "B,翠竹小区", "CODE_MALFORMED", 4, false},
    {SITE_AREAS, "b,翠竹小区", ",翠竹小区", "CODE_MISSING", 4, false},
    {SITE_AREAS, "b,翠竹小区", "b,", "NAME_MISSING", 4, false},
    {SITE_AREAS, "b,翠竹小区", "b,\u3000\u200b", "NAME_MISSING", 4, false},
    {SITE_AREAS, "翠竹小区,estate", "翠竹小区,house", "AREA_LEVEL_UNKNOWN", 4, false},
    {SITE_AREAS, "翠竹小区,estate,qh", "翠竹小区,estate,x", "AREA_PARENT_UNKNOWN", 4, false},
    {SITE_AREAS, "翠竹小区,estate,qh", "翠竹小区,estate,", "AREA_PARENT_MISSING", 4, false},
    {SITE_AREAS, "翠竹小区,estate,qh", "翠竹小区,estate,a", "AREA_LEVEL_NOT_BELOW_PARENT", 4,
     false},
    {SITE_AREAS, "翠竹小区,estate,qh", "翠竹小区,estate,b", "AREA_CYCLE", 4, false},
    {SITE_AREAS, "street,\n", "street,a\n", "AREA_CYCLE", 2, false},
    {SITE_AREAS, NULL, "code,name,level,parent\nqh,q,street,\na,x,estate,b\nb,y,estate,a\n",
     "AREA_CYCLE", 3, false},
    {SITE_AREAS, NULL, "code,name,level,parent\nqh,q,street,a\na,x,estate,b\nb,y,estate,a\n",
     "AREA_CYCLE", 3, true}, /* a tail leads into it */
    {SITE_AREAS, NULL, "code,name,level,parent\n", "AREA_NONE", 0, true},
    {SITE_AREAS, NULL, ON_MAP("30.25,120.15,400,,"), "AREA_DATUM", 4, false},
    {SITE_AREAS, NULL, ON_MAP("30.25,120.15,400,,bd09"), "AREA_DATUM", 4, false},
    {SITE_AREAS, NULL, ON_MAP(",,400,,wgs84"), "AREA_POINT", 4, false},
    {SITE_AREAS, NULL, ON_MAP("120.15,30.25,400,,wgs84"), "AREA_POINT", 4, false},
    {SITE_AREAS, NULL, ON_MAP("30.25,120.15,,,wgs84"), "AREA_RADIUS", 4, false},
    {SITE_AREAS, NULL, ON_MAP("30.25,120.15,9,,wgs84"), "AREA_RADIUS", 4, false},
    {SITE_AREAS, NULL, ON_MAP("30.25,120.15,1e3,,gcj02"), "AREA_RADIUS", 4, false},
    {SITE_AREAS, NULL, ON_MAP(",,,30 120|30 121,gcj02"), "AREA_OUTLINE", 4, false},
    {SITE_AREAS, NULL, ON_MAP(",,,30 120|30 121|120 30,gcj02"), "AREA_POINT", 4, false},
    {SITE_AREAS, NULL, ON_MAP(",,,30 120|30|31 120,gcj02"), "AREA_POINT", 4, false},
    /* aliases and units */
    {SITE_ALIASES, "苑,a", "苑,x", "ALIAS_AREA_UNKNOWN", 2, false},
    {SITE_ALIASES, "阳光花苑", "３", "WORD_TOO_SHORT", 2, false},
    {SITE_UNITS, "lamps,路灯所,street", "lamps,路灯所,city", "UNIT_LEVEL_UNKNOWN", 4, false},
    {SITE_UNITS, "street,qh", "street,x", "UNIT_AREA_UNKNOWN", 4, false},
    {SITE_UNITS, "lamps,", "centre,", "CODE_DUPLICATE", 4, true},
    {SITE_UNITS, NULL, "code,name,level,area\n", "UNIT_NONE", 0, true},
    /* categories */
    {SITE_CATEGORIES, "路灯,road,", "路灯,street,", "CATEGORY_PARENT_UNKNOWN", 3, false},
    {SITE_CATEGORIES, "道路,,,", "道路,road.lamp,,", "CATEGORY_CYCLE", 2, false},
    {SITE_CATEGORIES, "urgent,street", "hot,street", "URGENCY_UNKNOWN", 3, false},
    {SITE_CATEGORIES, "urgent,street", "urgent,city", "CATEGORY_LEVEL_UNKNOWN", 3, false},
    {SITE_CATEGORIES, "路灯|不亮", "路灯|灯", "WORD_TOO_SHORT", 3, false},
    {SITE_CATEGORIES, "路灯|不亮", "路灯、不亮", "KEYWORD_SEPARATOR", 3, false},
    {SITE_CATEGORIES, "路灯费", "不亮", "KEYWORD_EXCLUDED", 3, false},
    {SITE_CATEGORIES, NULL, "code,name,parent,urgency,start_level,keywords\n", "CATEGORY_NONE", 0,
     true},
    /* matrix */
    {SITE_MATRIX, "road.lamp,*", "lamp,*", "MATRIX_CATEGORY_UNKNOWN", 2, false},
    {SITE_MATRIX, "road.lamp,*", "road.lamp,x", "MATRIX_AREA_UNKNOWN", 2, false},
    {SITE_MATRIX, "*,street", "*,*", "MATRIX_LEVEL_UNKNOWN", 2, false},
    {SITE_MATRIX, "lamps,centre", "lamp,centre", "MATRIX_LEAD_UNKNOWN", 2, false},
    {SITE_MATRIX, "lamps,centre", "keeper,centre", "MATRIX_LEAD_LEVEL", 2, false},
    {SITE_MATRIX, "lamps,centre", "lamps,centre|x", "MATRIX_ASSIST_UNKNOWN", 2, false},
    {SITE_MATRIX, "lamps,centre", "lamps,centre|lamps", "MATRIX_ASSIST_TWICE", 2, false},
    {SITE_MATRIX, "centre\n", "centre\nroad.lamp,*,street,centre,\n", "MATRIX_DUPLICATE", 3, false},
    {SITE_WEBHOOKS, NULL, "subscribers:\n  - {code: a, url: ftp://h/x}\n", "WEBHOOK_URL", 2, false},
    {SITE_WEBHOOKS, NULL, "subscribers:\n  - {code: a, url: \"https://u:p@h/x\"}\n", "WEBHOOK_URL",
     2, false},
    {SITE_WEBHOOKS, NULL, "subscribers:\n  - {code: a, url: \"http://h/x\", inside: true}\n",
     "WEBHOOK_PLAIN", 2, false},
    {SITE_WEBHOOKS, NULL, "subscribers:\n  - {code: a, url: \"http://127.0.0.1:1/x\"}\n",
     "WEBHOOK_PLAIN", 2, false},
    {SITE_WEBHOOKS, NULL, "source: a b\nsubscribers:\n  - {code: a, url: https://h/x}\n",
     "WEBHOOK_SOURCE", 1, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    facts: [assigned, leased]\n",
     "WEBHOOK_FACT_UNKNOWN", 4, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    facts: [registered]\n",
     "WEBHOOK_FACT_UNKNOWN", 4, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    units: [nobody]\n",
     "WEBHOOK_SCOPE_UNKNOWN", 4, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    areas: [nowhere]\n",
     "WEBHOOK_SCOPE_UNKNOWN", 4, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    channels: [fax]\n",
     "WEBHOOK_SCOPE_UNKNOWN", 4, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    mode: xml\n", "WEBHOOK_MODE", 4,
     false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    retry: {pause: 10m, pause_max: "
     "1m}\n",
     "WEBHOOK_PAUSE", 4, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    headers:\n      - {name: "
     "Authorization, value: secret}\n",
     "WEBHOOK_HEADER", 5, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    headers:\n      - {name: \"X "
     "Y\", value: z}\n",
     "WEBHOOK_HEADER", 5, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    headers:\n      - {name: X-Y, "
     "value: 街道}\n",
     "WEBHOOK_HEADER", 5, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n  - {code: a, url: "
     "https://h.example/y}\n",
     "WEBHOOK_TWICE", 4, false},
    {SITE_WEBHOOKS, NULL,
     "subscribers:\n  - code: a\n    url: https://h.example/x\n    batch: {size: 0}\n",
     "YAML_RANGE", 4, false},
};

/* What follows from the first mistake and cannot be avoided. */
static const char *const consequences[] = {"POLICY_MISSING"};

static bool consequence(const char *name)
{
    for (size_t index = 0; index < sizeof consequences / sizeof consequences[0]; index++) {
        if (strcmp(consequences[index], name) == 0) {
            return true;
        }
    }
    return false;
}

static char *replaced(const struct mistake_case *mistake)
{
    const char *good = site_files_good[mistake->file];
    if (mistake->from == NULL) {
        return strdup(mistake->to);
    }
    const char *at = strstr(good, mistake->from);
    if (at == NULL) {
        fail_msg("%s is not in the good file", mistake->from);
        return NULL;
    }
    const size_t room = strlen(good) + strlen(mistake->to) + 1;
    char *text = calloc(1, room);
    assert_non_null(text);
    snprintf(text, room, "%.*s%s%s", (int)(at - good), good, mistake->to,
             at + strlen(mistake->from));
    return text;
}

static bool reported(const char *file, const char *name, uint32_t line, bool *only)
{
    bool found = false;
    *only = true;
    for (uint32_t index = 0; index < site_report_kept(&report); index++) {
        const struct site_mistake *mistake = &report.mistakes[index];
        const bool same = strcmp(mistake->file, file) == 0 && strcmp(mistake->name, name) == 0 &&
                          mistake->line == line;
        found |= same;
        *only &= same || consequence(mistake->name);
        assert_true(strlen(mistake->zh) > 0);
        assert_true(strlen(mistake->en) > 0);
        assert_true(text_valid(mistake->zh, strlen(mistake->zh), NULL));
    }
    return found;
}

static void test_load_when_one_mistake_then_its_name_and_line(void **state)
{
    uint32_t failed = 0;
    (void)state;
    for (size_t index = 0; index < sizeof mistakes / sizeof mistakes[0]; index++) {
        const struct mistake_case *mistake = &mistakes[index];
        struct site_files files = {.text = {NULL}};
        struct site *site = NULL;
        bool only = false;
        char *text = replaced(mistake);
        files.text[mistake->file] = text;
        const enum rc rc = site_files_load(&files, &report, &site);
        if (rc != RC_SETTINGS ||
            !reported(site_report_file(mistake->file), mistake->name, mistake->line, &only) ||
            (!only && !mistake->more)) {
            for (uint32_t at = 0; at < site_report_kept(&report); at++) {
                print_error("%s:%u: %s\n", report.mistakes[at].file, report.mistakes[at].line,
                            report.mistakes[at].name);
            }
            print_error("case %zu: not %s in line %u\n", index, mistake->name, mistake->line);
            failed++;
        }
        assert_null(site);
        free(text);
    }
    assert_int_equal(failed, 0);
}

static void test_load_when_file_is_absent_then_missing_unless_optional(void **state)
{
    (void)state;
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        struct site_files files = {.text = {NULL}};
        struct site *site = NULL;
        bool only = false;
        files.absent[file] = true;
        const enum rc rc = site_files_load(&files, &report, &site);
        if (site_file_optional((enum site_file)file)) {
            assert_int_equal(rc, RC_OK);
            site_free(site);
        } else {
            assert_int_equal(rc, RC_SETTINGS);
            assert_true(reported(site_report_file((enum site_file)file), "FILE_MISSING", 0, &only));
            assert_true(only); /* nothing is said about what refers to it */
        }
    }
}

static void
test_load_when_areas_are_unreadable_then_rows_for_two_are_not_called_the_same(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    bool only = false;
    (void)state;
    files.text[SITE_AREAS] = "\xff\xfe";
    files.text[SITE_MATRIX] =
        "category,area,level,lead\n*,north,street,centre\n*,south,street,centre\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_SETTINGS);
    assert_int_equal(report.count, 1);
    assert_true(reported("areas.csv", report.mistakes[0].name, report.mistakes[0].line, &only));
}

static void test_load_when_many_mistakes_then_all_counted_in_order(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    static char text[64 * 1024];
    (void)state;
    text[0] = '\0';
    append(text, sizeof text, "alias,area\n");
    for (int row = 0; row < 500; row++) {
        append(text, sizeof text, "别名,x\n");
    }
    files.text[SITE_ALIASES] = text;
    files.text[SITE_MATRIX] = "category,area,level,lead\nx,*,street,lamps\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_SETTINGS);
    assert_int_equal(report.count, 501);
    assert_int_equal(site_report_kept(&report), SITE_MISTAKES_MAX);
    for (uint32_t index = 0; index < SITE_MISTAKES_MAX; index++) {
        assert_int_equal(report.mistakes[index].line, index + 2);
    }
}

/* A reader goes from file to file, whatever the order in which the loader found the mistakes. */
static void test_load_when_several_files_are_wrong_then_by_file_and_line(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    (void)state;
    files.text[SITE_AREAS] =
        "code,name,level,parent\nqh,q,street,x\na,a,estate,qh\na,b,estate,qh\n";
    files.text[SITE_UNITS] =
        "code,name,level,area\nkeeper,k,estate,\ncentre,c,street,nowhere\n"
        "lamps,l,street,\n";
    files.text[SITE_MATRIX] = "category,area,level,lead\n*,*,street,nobody\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_SETTINGS);
    static const struct {
        const char *file;
        uint32_t line;
    } expected[] = {{"areas.csv", 2}, {"areas.csv", 4}, {"units.csv", 3}, {"matrix.csv", 2}};
    assert_int_equal(report.count, sizeof expected / sizeof expected[0]);
    for (size_t index = 0; index < sizeof expected / sizeof expected[0]; index++) {
        assert_string_equal(report.mistakes[index].file, expected[index].file);
        assert_int_equal(report.mistakes[index].line, expected[index].line);
    }
}

/* The sentence says what would have been right. */
static void test_load_when_a_name_is_unknown_then_the_known_ones_are_told(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    (void)state;
    files.text[SITE_AREAS] = "code,name,level,parents\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_SETTINGS);
    assert_string_equal(report.mistakes[0].name, "CSV_COLUMN_MISSING");
    assert_string_equal(report.mistakes[1].name, "CSV_COLUMN_UNKNOWN");
    assert_non_null(strstr(report.mistakes[1].en, "code,name,level,parent"));
    assert_non_null(strstr(report.mistakes[1].zh, "code,name,level,parent"));
}

static void test_load_when_only_warnings_then_loaded(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    bool only = false;
    (void)state;
    files.text[SITE_UNITS] =
        "code,name,level,area\nkeeper,k,estate,a\ncentre,c,street,\n"
        "lamps,l,street,\n";
    files.text[SITE_MATRIX] = "category,area,level,lead\n*,b,estate,keeper\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_int_equal(report.count, 0);
    assert_int_equal(report.warnings, 1);
    assert_true(reported("matrix.csv", "MATRIX_LEAD_ELSEWHERE", 2, &only));
    site_free(site);
    const struct site_files twice = {
        .text = {[SITE_ALIASES] = "alias,area\n阳光花苑,a\n阳光 花苑,a\n"}};
    assert_int_equal(site_files_load(&twice, &report, &site), RC_OK);
    assert_true(reported("aliases.csv", "ALIAS_DUPLICATE", 3, &only));
    site_free(site);
    const struct site_files names = {
        .text = {[SITE_AREAS] = "code,name,level,parent\nqh,q,street,\na,同名,estate,qh\n"
                                "b,同名,estate,qh\n"}};
    assert_int_equal(site_files_load(&names, &report, &site), RC_OK);
    assert_true(reported("areas.csv", "AREA_NAME_TWICE", 4, &only));
    site_free(site);
}

static void
test_load_when_warnings_fill_the_report_then_a_mistake_takes_the_place_of_one(void **state)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    static char text[16 * 1024];
    (void)state;
    text[0] = '\0';
    append(text, sizeof text, "code,name,level,parent\nqh,q,street,\n");
    for (int row = 0; row < 121; row++) {
        char line[64];
        snprintf(line, sizeof line, "%s%d,同名,estate,qh\n", row == 0 ? "a" : "b", row);
        append(text, sizeof text, line);
    }
    files.text[SITE_AREAS] = text;
    files.text[SITE_ALIASES] = "alias,area\n";
    files.text[SITE_UNITS] =
        "code,name,level,area\nkeeper,k,street,\ncentre,c,street,\n"
        "lamps,l,street,\n";
    assert_int_equal(site_files_load(&files, &report, &site), RC_SETTINGS);
    assert_int_equal(report.count, 1);
    assert_int_equal(report.warnings, 120);
    assert_int_equal(site_report_kept(&report), SITE_MISTAKES_MAX);
    assert_string_equal(report.mistakes[0].name, "LEVEL_OWNER_LEVEL");
    for (uint32_t index = 1; index < SITE_MISTAKES_MAX; index++) {
        assert_string_equal(report.mistakes[index].name, "AREA_NAME_TWICE");
        assert_int_equal(report.mistakes[index].line, index + 3);
    }
}

/* ---- abuse ---- */

static char *repeated(const char *head, const char *part, size_t count, size_t *bytes)
{
    const size_t size = strlen(part);
    const size_t room = strlen(head) + size * count + 1;
    char *text = malloc(room);
    assert_non_null(text);
    snprintf(text, room, "%s", head);
    char *at = text + strlen(head);
    for (size_t index = 0; index < count; index++) {
        memcpy(at, part, size);
        at += size;
    }
    *at = '\0';
    *bytes = (size_t)(at - text);
    return text;
}

static void abuse(enum site_file file, char *text, size_t bytes, const char *name, uint32_t line)
{
    struct site_files files = {.text = {NULL}};
    struct site *site = NULL;
    bool only = false;
    files.text[file] = text;
    files.bytes[file] = bytes;
    assert_int_equal(site_files_load(&files, &report, &site), RC_SETTINGS);
    if (!reported(site_report_file(file), name, line, &only)) {
        fail_msg("%s in line %u was not reported", name, line);
    }
    free(text);
}

static void test_load_when_huge_then_one_clear_mistake(void **state)
{
    size_t bytes = 0;
    (void)state;
    char *text = repeated("alias,area\n", "阳光花苑东门,a\n", 1000000, &bytes);
    abuse(SITE_ALIASES, text, bytes, "CSV_TOO_MANY", SITE_ALIASES_MAX + 2);
    text = repeated("a: &x b\nc: [", "*x,", 300000, &bytes);
    abuse(SITE_YAML, text, bytes, "YAML_ALIAS", 1);
    text = repeated("a: ", "[", 500000, &bytes);
    abuse(SITE_YAML, text, bytes, "YAML_TOO_DEEP", 1);
    text = repeated("a: [", "b,", 200000, &bytes);
    abuse(SITE_YAML, text, bytes, "YAML_TOO_MANY", 1);
    text = repeated("name: ", "x", 5 << 20, &bytes);
    abuse(SITE_YAML, text, bytes, "FILE_TOO_LARGE", 0);
    text = repeated("code,name,level,parent\n", "x", 5 << 20, &bytes);
    abuse(SITE_AREAS, text, bytes, "CSV_ROW_TOO_LONG", 2);
    text = repeated("code,name,level,parent\na,\"", "x\n", 1 << 20, &bytes);
    abuse(SITE_AREAS, text, bytes, "CSV_ROW_TOO_LONG", 2);
    text = repeated("code,name,level,parent\n", "a,", 1000, &bytes);
    abuse(SITE_AREAS, text, bytes, "CSV_CELLS", 2);
    text = repeated("code,name,level,parent\nqh,", "路", 65, &bytes);
    snprintf(text + bytes - 3, 3, ",s");
    abuse(SITE_AREAS, text, strlen(text), "CSV_CELLS", 2);
    text = repeated("name: ", "路", 65, &bytes);
    abuse(SITE_YAML, text, bytes, "NAME_TOO_LONG", 1);
    text = repeated("alias,area\n", "ﷺ", 21, &bytes); /* 33 bytes each when normalised */
    snprintf(text + bytes - 3, 3, ",a");
    abuse(SITE_ALIASES, text, strlen(text), "WORD_TOO_LONG", 2);
}

static void test_load_when_nul_inside_then_line(void **state)
{
    char *text = strdup("alias,area\n阳光花苑,a\n柳树#,a\n");
    (void)state;
    const size_t bytes = strlen(text);
    *strchr(text, '#') = '\0';
    abuse(SITE_ALIASES, text, bytes, "FILE_CONTROL", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_when_one_mistake_then_its_name_and_line),
        cmocka_unit_test(test_load_when_file_is_absent_then_missing_unless_optional),
        cmocka_unit_test(
            test_load_when_areas_are_unreadable_then_rows_for_two_are_not_called_the_same),
        cmocka_unit_test(test_load_when_many_mistakes_then_all_counted_in_order),
        cmocka_unit_test(test_load_when_several_files_are_wrong_then_by_file_and_line),
        cmocka_unit_test(test_load_when_a_name_is_unknown_then_the_known_ones_are_told),
        cmocka_unit_test(test_load_when_only_warnings_then_loaded),
        cmocka_unit_test(
            test_load_when_warnings_fill_the_report_then_a_mistake_takes_the_place_of_one),
        cmocka_unit_test(test_load_when_huge_then_one_clear_mistake),
        cmocka_unit_test(test_load_when_nul_inside_then_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
