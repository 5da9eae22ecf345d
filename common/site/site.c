/* site: loads the folder of a site, all of it or nothing.
 *
 * The order is that of need: the text files are read as bytes and found to be text, site.yaml
 * gives levels, channels and calendars, the tables give areas, units, categories and duties, then
 * policies, which name what the tables hold, then what only shows when all is known, then the
 * index. Each part adds its mistakes and goes on, so that one run of `paidan check` shows all of
 * them; only running out of memory ends the loading at once.
 *
 * Owns everything that hangs on struct site, which site_free gives back, also half built. A loaded
 * site is never changed: services read it without a lock and hold it until they end. */

#include "common/site/site.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"
#include "common/text/text.h"

enum {
    /* One row and what is said about it. Pages are touched on use. */
    LOAD_ARENA_BYTES = 16 << 20,
    DIGEST_BYTES = 32,
};

/* A file that is missing or no text is said once here, and nobody looks into it afterwards.
 * Aliases and the files of adapters may be absent. */
static void check_sources(struct site_load *load)
{
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        load->file = (enum site_file)file;
        if (load->usable[file] && load->sources[file].bytes != NULL) {
            load->usable[file] = site_file_usable(load);
        } else {
            if (load->usable[file] && !site_file_optional(load->file)) {
                site_say(load, 0, SAY_FILE_MISSING, site_report_file(load->file));
            }
            load->usable[file] = false;
        }
    }
}

/* ---- loading ---- */

/* Adds one file to the digest, with its name: renaming a file is a change too. */
static void add_digest(crypto_generichash_state *state, const char *name, const void *bytes,
                       uint64_t size)
{
    CHECK(name != NULL);
    CHECK(bytes != NULL || size == 0);
    unsigned char length[8];
    for (unsigned index = 0; index < sizeof length; index++) {
        length[index] = (unsigned char)(size >> (8 * index));
    }
    /* The length keeps two files from passing for one. */
    CHECK(crypto_generichash_update(state, (const unsigned char *)name, strlen(name) + 1) == 0);
    CHECK(crypto_generichash_update(state, length, sizeof length) == 0);
    CHECK(crypto_generichash_update(state, bytes, size) == 0);
}

/* What a decision or a deadline depends on: the files and the rules for what they leave out, the built-in holidays if a calendar follows any, the
 * zone's changes if it has some. */
static uint32_t version_of(const struct site_load *load)
{
    unsigned char digest[DIGEST_BYTES];
    crypto_generichash_state state;
    const struct holidays_file *built_in = NULL;
    const struct zone *zone = load->site->zone;
    CHECK(crypto_generichash_init(&state, NULL, 0, sizeof digest) == 0);
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        /* What came later counts where it is there: a site of before is no other one for it. */
        if (file > SITE_MATRIX && load->sources[file].bytes == NULL) {
            continue;
        }
        add_digest(&state, site_report_file((enum site_file)file), load->sources[file].bytes,
                   load->sources[file].size);
    }
    for (uint32_t index = 0; index < load->year_source_count; index++) {
        const struct site_year_source *source = &load->year_sources[index];
        add_digest(&state, source->name, source->bytes, source->size);
    }
    for (uint32_t index = 0; load->holidays_used && (built_in = holidays_built_in(index)) != NULL;
         index++) {
        add_digest(&state, built_in->name, built_in->bytes, built_in->size);
    }
    const struct site_triage *triage = &load->site->triage;
    const struct site_model *models[] = {&triage->model, &triage->unit_model};
    for (size_t index = 0; index < sizeof models / sizeof models[0]; index++) {
        if (models[index]->learn != NULL) {
            add_digest(&state, models[index]->file, models[index]->bytes, models[index]->size);
        }
    }
    if (zone != NULL && zone->count > 1) {
        add_digest(&state, zone->name, zone->changes, zone->count * sizeof zone->changes[0]);
    }
    const unsigned char edition = SITE_EDITION;
    add_digest(&state, "edition", &edition, sizeof edition);
    CHECK(crypto_generichash_final(&state, digest, sizeof digest) == 0);
    return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
           digest[3];
}

static void load_all(struct site_load *load)
{
    CHECK(load->site != NULL);
    CHECK(load->report != NULL);
    check_sources(load);
    site_settings_read(load);
    if (load->no_memory) {
        return;
    }
    site_tables_read(load);
    site_check_areas(load);
    site_check_categories(load);
    site_check_levels(load);
    if (!load->no_memory) {
        site_policies_read_supervisors(load);
        site_sample_read(load);
        site_policies_read(load);
        site_bulletin_read(load);
        site_points_read(load);
        site_check_policies(load);
    }
    if (!load->no_memory) {
        site_rules_read(load);
        site_open311_read(load);
        site_devices_read(load);
        site_wechat_read(load);
    }
    if (!load->no_memory) {
        site_hotline_read(load);
        site_webhook_read(load);
    }
    if (!load->no_memory) {
        site_was_check(load);
        site_triage_open(load);
    }
    if (!load->no_memory) {
        site_index_build(load);
    }
    if (!load->no_memory) {
        site_triage_index(load);
    }
    if (!load->no_memory && load->doubts && load->report->count == 0) {
        site_doubts(load);
    }
}

static enum rc load_init(struct site_load *load)
{
    CHECK(load->site == NULL);
    load->site = calloc(1, sizeof *load->site);
    if (load->site == NULL) {
        return RC_LIMIT;
    }
    load->site->index = calloc(1, sizeof *load->site->index);
    if (load->site->index == NULL) {
        return RC_LIMIT;
    }
    return arena_init(&load->arena, LOAD_ARENA_BYTES);
}

/* Loads from the bytes in load->sources. RC_OK, RC_SETTINGS (the report says why) or RC_LIMIT;
 * nothing is left of a site that is refused. Who calls it owns the bytes. */
static enum rc load_sources(struct site_load *load, struct site **site)
{
    const struct site_load given = *load; /* reading the files passes over a byte order mark */
    enum rc rc = load_init(load);
    if (rc == RC_OK) {
        load_all(load);
        arena_fini(&load->arena);
        site_report_sort(load->report);
        rc = load->no_memory ? RC_LIMIT : load->report->count > 0 ? RC_SETTINGS : RC_OK;
    }
    site_pool_fini(&load->pool);
    free(load->area_parents);
    free(load->category_parents);
    free(load->unit_lines);
    for (uint32_t index = 0; index < load->year_count; index++) {
        free(load->years[index]);
    }
    if (rc != RC_OK) {
        site_free(load->site);
        return rc;
    }
    memcpy(load->sources, given.sources, sizeof given.sources);
    load->site->version = version_of(load);
    *site = load->site;
    return RC_OK;
}

enum rc site_load_sources(const struct site_source sources[SITE_FILE_COUNT],
                          struct site_report *report, struct site **site)
{
    return site_load_years(sources, NULL, 0, report, site);
}

static enum rc load_years(const struct site_source sources[SITE_FILE_COUNT],
                          const struct site_year_source *years, uint32_t year_count, bool doubts,
                          struct site_report *report, struct site **site)
{
    CHECK(years != NULL || year_count == 0);
    struct site_load load = {
        .report = report, .doubts = doubts, .year_sources = years, .year_source_count = year_count};
    CHECK(year_count <= SITE_YEARS_MAX);
    report->count = 0;
    report->warnings = 0;
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        load.sources[file] = sources[file];
        load.usable[file] = true;
    }
    return load_sources(&load, site);
}

enum rc site_load_years(const struct site_source sources[SITE_FILE_COUNT],
                        const struct site_year_source *years, uint32_t year_count,
                        struct site_report *report, struct site **site)
{
    return load_years(sources, years, year_count, false, report, site);
}

enum rc site_review_sources(const struct site_source sources[SITE_FILE_COUNT],
                            struct site_report *report, struct site **site)
{
    return load_years(sources, NULL, 0, true, report, site);
}

void site_free(struct site *site)
{
    if (site == NULL) {
        return;
    }
    free(site->levels);
    free(site->areas);
    free(site->units);
    free(site->categories);
    free(site->channels);
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        calendar_fini(&site->calendars[index]);
    }
    free(site->calendars);
    free(site->zone);
    free(site->policies);
    free(site->supervisors);
    site_hotline_free(site);
    site_rules_free(site);
    match_free(site->keywords);
    match_free(site->places);
    site_index_free(site->index);
    site_devices_free(site->devices);
    site_triage_close(site);
    free(site);
}

/* ---- files ---- */

static void refuse_file(struct site_load *load, int error)
{
    load->usable[load->file] = false;
    site_say(load, 0, SAY_FILE_UNREADABLE, site_report_file(load->file), strerror(error));
}

/* Reads what is in an open file into the source of load->file. */
static void read_open(struct site_load *load, int file, char **owned)
{
    int error = 0;
    size_t size = 0;
    *owned = site_file_read(file, SITE_FILE_BYTES_MAX, &size, &error);
    if (*owned == NULL) {
        if (error == ENOMEM) {
            load->no_memory = true;
        } else {
            refuse_file(load, error);
        }
        return;
    }
    load->sources[load->file] = (struct site_source){.bytes = *owned, .size = size};
}

static void read_file(struct site_load *load, int folder, char **owned)
{
    /* NONBLOCK: a pipe in place of a file must not hang the loader. */
    const int file =
        openat(folder, site_report_file(load->file), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        if (errno != ENOENT) {
            refuse_file(load, errno);
        }
        return;
    }
    read_open(load, file, owned);
    close(file);
}

/* "areas (1).csv", "areas.CSV", "Areas.xlsx", "副本areas.csv": for which table a file was meant, when
 * its name is compared without case, copy marks and ending. SITE_FILE_COUNT: for none. */
static enum site_file meant_by(const char *name)
{
    char plain[NAME_MAX + 1];
    size_t used = 0;
    for (const char *at = name; *at != '\0' && *at != '.'; at++) {
        const char byte = *at;
        if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) {
            plain[used++] = (char)(byte | 0x20);
        }
    }
    plain[used] = '\0';
    const bool yaml = strstr(name, ".ym") != NULL || strstr(name, ".yaml") != NULL;
    enum site_file meant = SITE_FILE_COUNT;
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        const char *known = site_report_file((enum site_file)file);
        const size_t bytes = strcspn(known, ".");
        const bool fits = used >= bytes && memcmp(plain, known, bytes) == 0 &&
                          (used == bytes || strcmp(plain + bytes, "copy") == 0 ||
                           strcmp(plain + bytes, "csv") == 0);
        /* Two files may differ in their endings alone. */
        if (fits && (meant == SITE_FILE_COUNT || site_file_yaml((enum site_file)file) == yaml)) {
            meant = (enum site_file)file;
        }
    }
    return meant;
}

static bool is_workbook(int folder, const char *name)
{
    unsigned char head[8] = {0};
    const int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const ssize_t got = file < 0 ? 0 : pread(file, head, sizeof head, 0);
    if (file >= 0) {
        close(file);
    }
    return got > 0 && site_file_workbook(head, (size_t)got);
}

static bool is_table(const char *name)
{
    static const char *const endings[] = {".csv", ".yaml", ".yml", ".xls", ".xlsx", ".et"};
    const char *dot = strrchr(name, '.');
    bool table = false;
    for (size_t index = 0; dot != NULL && index < sizeof endings / sizeof endings[0]; index++) {
        table |= strcasecmp(dot, endings[index]) == 0;
    }
    return table;
}

/* "areas.txt": what a spreadsheet calls text. */
static bool is_text(const char *name, enum site_file meant)
{
    const char *dot = strrchr(name, '.');
    return meant < SITE_FILE_COUNT && dot != NULL &&
           (strcasecmp(dot, ".txt") == 0 || strcasecmp(dot, ".tsv") == 0);
}

/* A table with a mistyped name would be left out without a word: where the right one is missing too,
 * that is the mistake, and the one thing to do is said. */
static void look_at(struct site_load *load, int folder, const char *name)
{
    const enum site_file meant = meant_by(name);
    /* Notes may lie beside the tables, under names of their own. */
    if (name[0] == '.' || name[0] == '~' || (!is_table(name) && !is_text(name, meant))) {
        return;
    }
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        if (strcmp(name, site_report_file((enum site_file)file)) == 0) {
            return;
        }
    }
    const bool missing =
        meant < SITE_FILE_COUNT && load->usable[meant] && load->sources[meant].bytes == NULL;
    if (!missing) {
        load->file = SITE_YAML;
        site_warn(load, 0, SAY_FILE_UNKNOWN, site_shown(load, name));
        return;
    }
    load->file = meant;
    load->usable[meant] = false; /* told: it is not told as missing again */
    if (is_workbook(folder, name)) {
        site_say(load, 0, SAY_FILE_SAVE_AS, site_shown(load, name), site_report_file(meant));
    } else {
        site_say(load, 0, SAY_FILE_RENAME, site_shown(load, name), site_report_file(meant));
    }
}

static void warn_unknown(struct site_load *load, DIR *folder)
{
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        look_at(load, dirfd(folder), entry->d_name);
    }
}

static enum rc load_folder(struct site_load *load, DIR *folder, struct site **site)
{
    char *owned[SITE_FILE_COUNT] = {NULL};
    load->has_folder = true;
    load->folder = dirfd(folder);
    struct site_year_source years[SITE_YEARS_MAX];
    memset(years, 0, sizeof years);
    for (int file = 0; file < SITE_FILE_COUNT && !load->no_memory; file++) {
        load->file = (enum site_file)file;
        load->usable[file] = true;
        read_file(load, dirfd(folder), &owned[file]);
    }
    enum rc rc = RC_LIMIT;
    if (!load->no_memory && arena_init(&load->arena, LOAD_ARENA_BYTES) == RC_OK) {
        warn_unknown(load, folder);
        site_years_open(load, dirfd(folder), years, &load->year_source_count);
        load->year_sources = years;
        arena_fini(&load->arena);
        rc = load->no_memory ? RC_LIMIT : load_sources(load, site);
    }
    for (uint32_t index = 0; index < load->year_source_count; index++) {
        free((char *)years[index].bytes);
    }
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        free(owned[file]);
    }
    return rc;
}

static enum rc read_folder(const char *folder, struct site_load *load, struct site **site)
{
    struct site_report *report = load->report;
    report->count = 0;
    report->warnings = 0;
    DIR *open = opendir(folder);
    if (open == NULL) {
        site_say(load, 0, SAY_FOLDER_UNREADABLE, strerror(errno));
        return RC_IO;
    }
    const enum rc rc = load_folder(load, open, site);
    closedir(open);
    return rc;
}

enum rc site_load(const char *folder, struct site_report *report, struct site **site)
{
    struct site_load load = {.report = report};
    return read_folder(folder, &load, site);
}

enum rc site_review(const char *folder, struct site_report *report, struct site **site)
{
    struct site_load load = {.report = report, .doubts = true};
    return read_folder(folder, &load, site);
}

enum rc site_review_bare(const char *folder, struct site_report *report, struct site **site)
{
    struct site_load load = {.report = report, .doubts = true, .bare = true};
    return read_folder(folder, &load, site);
}
