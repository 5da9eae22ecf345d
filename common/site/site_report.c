/* site_report: the mistakes of a site, collected while it is loaded.
 *
 * Mistakes come first in the report, warnings after them; when there is no room a mistake takes
 * the place of a warning, so that whoever sees a full report sees what keeps the site from
 * loading. All are counted, also those that are not kept. Both are sorted by file and line at the
 * end: the parts of the loader meet them in an order that means nothing to a reader.
 *
 * A mistake holds both languages and no pointer, so that it outlives the load. Sentences stand in
 * site_mistakes.h alone. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"
#include "common/text/text.h"

enum {
    SHOWN_BYTES_MAX = 60, /* 20 Chinese characters tell which cell is meant */
};

/* In the order in which people fill them in, those of adapters last. */
static const struct {
    const char *name;
    bool optional;
} known[SITE_FILE_COUNT] = {
    [SITE_YAML] = {"site.yaml", false},
    [SITE_AREAS] = {"areas.csv", false},
    [SITE_ALIASES] = {"aliases.csv", true},
    [SITE_UNITS] = {"units.csv", false},
    [SITE_CATEGORIES] = {"categories.csv", false},
    [SITE_MATRIX] = {"matrix.csv", false},
    [SITE_DEVICES_YAML] = {"devices.yaml", true},
    [SITE_DEVICES_CSV] = {"devices.csv", true},
    [SITE_OPEN311] = {"open311.yaml", true},
    [SITE_WECHAT] = {"wechat.yaml", true},
    [SITE_HOTLINE_YAML] = {"hotline.yaml", true},
    [SITE_HOTLINE_CATEGORIES_CSV] = {"hotline-categories.csv", true},
    [SITE_HOTLINE_DIVISIONS_CSV] = {"hotline-divisions.csv", true},
    [SITE_HOTLINE_STATES_CSV] = {"hotline-states.csv", true},
    [SITE_HOTLINE_UNITS_CSV] = {"hotline-units.csv", true},
    [SITE_WEBHOOKS] = {"webhooks.yaml", true},
    [SITE_RULES] = {"rules.csv", true},
};

const char *site_report_file(enum site_file file)
{
    CHECK(file < SITE_FILE_COUNT);
    return known[file].name;
}

bool site_file_optional(enum site_file file)
{
    CHECK(file < SITE_FILE_COUNT);
    return known[file].optional;
}

bool site_file_yaml(enum site_file file)
{
    CHECK(file < SITE_FILE_COUNT);
    return strstr(known[file].name, ".yaml") != NULL;
}

/* Cells may be long and hold anything; a sentence shows enough of them to find the place, on one
 * line. */
const char *site_shown(struct site_load *load, const char *text)
{
    const size_t bytes = text_clip(text, SHOWN_BYTES_MAX);
    const char *more = text[bytes] == '\0' ? "" : "…";
    char *shown = arena_printf(&load->arena, "%.*s%s", (int)bytes, text, more);
    if (shown == NULL) {
        load->no_memory = true;
        return "?";
    }
    for (char *at = shown; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ') {
            *at = ' ';
        }
    }
    return shown;
}

/* How many of each are kept, which follows from how many there were. */
static uint32_t kept_mistakes(const struct site_report *report)
{
    return report->count < SITE_MISTAKES_MAX ? report->count : SITE_MISTAKES_MAX;
}

static uint32_t kept_warnings(const struct site_report *report)
{
    const uint32_t room = SITE_MISTAKES_MAX - kept_mistakes(report);
    return report->warnings < room ? report->warnings : room;
}

uint32_t site_report_kept(const struct site_report *report)
{
    CHECK(kept_mistakes(report) <= SITE_MISTAKES_MAX);
    return kept_mistakes(report) + kept_warnings(report);
}

/* Writes a sentence and cuts it between characters where it is too long. */
static void write_sentence(char *to, size_t bytes, const char *format, va_list arguments)
{
    CHECK(bytes > 1);
    CHECK(format != NULL);
    char work[1024];
    const int length = vsnprintf(work, sizeof work, format, arguments);
    CHECK(length >= 0);
    const size_t kept = text_clip(work, bytes - 1);
    memcpy(to, work, kept);
    to[kept] = '\0';
}

/* Where it is, what it is called, and the sentence in both languages. A file of the folder calendars
 * has a name of its own. */
static void fill(const struct site_load *load, struct site_mistake *mistake, uint32_t line,
                 const char *name, const char *zh, const char *en, va_list arguments)
{
    va_list again;
    CHECK(strlen(name) < sizeof mistake->name); /* scripts compare it whole */
    snprintf(mistake->file, sizeof mistake->file, "%s",
             load->file_name != NULL ? load->file_name : site_report_file(load->file));
    snprintf(mistake->name, sizeof mistake->name, "%s", name);
    mistake->line = line;
    va_copy(again, arguments);
    write_sentence(mistake->zh, sizeof mistake->zh, zh, arguments);
    write_sentence(mistake->en, sizeof mistake->en, en, again);
    va_end(again);
}

/* Where the next mistake goes; NULL when the report is full. */
static struct site_mistake *mistake_slot(struct site_report *report)
{
    const uint32_t kept = kept_mistakes(report);
    const uint32_t warnings = kept_warnings(report);
    report->count++;
    if (kept == SITE_MISTAKES_MAX) {
        return NULL;
    }
    const uint32_t room = SITE_MISTAKES_MAX - kept - 1;
    const uint32_t moved = warnings < room ? warnings : room;
    memmove(&report->mistakes[kept + 1], &report->mistakes[kept],
            moved * sizeof report->mistakes[0]);
    return &report->mistakes[kept];
}

void site_say(struct site_load *load, uint32_t line, const char *name, const char *zh,
              const char *en, ...)
{
    struct site_mistake *mistake = mistake_slot(load->report);
    if (mistake == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, en);
    fill(load, mistake, line, name, zh, en, arguments);
    va_end(arguments);
}

void site_warn(struct site_load *load, uint32_t line, const char *name, const char *zh,
               const char *en, ...)
{
    struct site_report *report = load->report;
    const uint32_t kept = site_report_kept(report);
    report->warnings++;
    if (kept == SITE_MISTAKES_MAX) {
        return;
    }
    struct site_mistake *mistake = &report->mistakes[kept];
    va_list arguments;
    va_start(arguments, en);
    fill(load, mistake, line, name, zh, en, arguments);
    va_end(arguments);
}

/* In the order in which people fill them in; files of the folder calendars last. */
static int file_rank(const char *file)
{
    for (int index = 0; index < SITE_FILE_COUNT; index++) {
        if (strcmp(file, site_report_file((enum site_file)index)) == 0) {
            return index;
        }
    }
    return SITE_FILE_COUNT;
}

static int mistake_order(const void *left, const void *right)
{
    const struct site_mistake *a = left;
    const struct site_mistake *b = right;
    const int files = file_rank(a->file) - file_rank(b->file);
    if (files != 0) {
        return files;
    }
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

void site_report_sort(struct site_report *report)
{
    const uint32_t mistakes = kept_mistakes(report);
    qsort(report->mistakes, mistakes, sizeof report->mistakes[0], mistake_order);
    qsort(report->mistakes + mistakes, kept_warnings(report), sizeof report->mistakes[0],
          mistake_order);
}
