/* site_years: the folder calendars of a site: the holidays of a year each, <year>.json.
 *
 * A site may lay the decree of a new year beside its rules before a release of the programs brings
 * it; what stands here wins over what came with them. Files are taken in the order of their names,
 * so that the site's digest, and with it the question whether open clocks must be planned anew,
 * does not depend on the order in which a folder is read. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/site/site_private.h"

/* ---- the folder ---- */

/* "2027.json". Before: the name ends with a NUL, which ends the comparison early. */
static bool is_year_file(const char *name)
{
    for (unsigned index = 0; index < 4; index++) {
        if (name[index] < '0' || name[index] > '9') {
            return false;
        }
    }
    return strcmp(name + 4, ".json") == 0;
}

/* Reads one file into the next source; what is wrong with it is told under its own name. */
static void open_year(struct site_load *load, int folder, const char *name,
                      struct site_year_source *sources, uint32_t *count)
{
    CHECK(*count < SITE_YEARS_MAX);
    int error = 0;
    size_t size = 0;
    struct site_year_source *source = &sources[*count];
    (void)snprintf(source->name, sizeof source->name, "calendars/%.40s", name);
    load->file_name = source->name;
    const int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *bytes = NULL;
    if (file < 0) {
        error = errno;
    } else {
        bytes = site_file_read(file, HOLIDAYS_FILE_BYTES_MAX, &size, &error);
        close(file);
    }
    if (bytes != NULL) {
        source->bytes = bytes;
        source->size = size;
        (*count)++;
    } else if (error == ENOMEM) {
        load->no_memory = true;
    } else {
        site_say(load, 0, SAY_FILE_UNREADABLE, name, strerror(error));
    }
    load->file_name = NULL;
}

static int compare_sources(const void *a, const void *b)
{
    const struct site_year_source *left = a;
    const struct site_year_source *right = b;
    return strcmp(left->name, right->name);
}

void site_years_open(struct site_load *load, int folder, struct site_year_source *sources,
                     uint32_t *count)
{
    const int inner = openat(folder, "calendars", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    load->file = SITE_YAML;
    *count = 0;
    if (inner < 0) {
        if (errno != ENOENT) {
            site_say(load, 0, SAY_FILE_UNREADABLE, "calendars", strerror(errno));
        }
        return;
    }
    DIR *open = fdopendir(inner);
    if (open == NULL) {
        close(inner);
        load->no_memory = true;
        return;
    }
    for (const struct dirent *entry = readdir(open); entry != NULL && !load->no_memory;
         entry = readdir(open)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (is_year_file(entry->d_name) && *count < SITE_YEARS_MAX) {
            open_year(load, inner, entry->d_name, sources, count);
        } else if (entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".md") != 0) {
            site_warn(load, 0, SAY_FILE_UNKNOWN, site_shown(load, entry->d_name));
        }
    }
    closedir(open);
    qsort(sources, *count, sizeof *sources, compare_sources);
}

/* ---- reading ---- */

/* The file's name says which year it must be: a copy that was renamed and not edited is found by
 * that. */
static void read_year(struct site_load *load, const struct site_year_source *source)
{
    CHECK(load->year_count < SITE_YEARS_MAX);
    CHECK(source->bytes != NULL);
    struct holidays_mistake mistake;
    struct holidays_year *year = calloc(1, sizeof *year);
    if (year == NULL) {
        load->no_memory = true;
        return;
    }
    const enum rc rc = holidays_read_json(source->bytes, source->size, year, &mistake);
    const int named = atoi(source->name + strlen("calendars/"));
    if (rc == RC_INVALID) {
        /* The sentences are made already. */
        site_say(load, mistake.line, mistake.name, "%s%.0s", "%.0s%s", mistake.zh, mistake.en);
    } else if (year->year != named) {
        site_say(load, 0, SAY_HOLIDAYS_FILE_YEAR, year->year);
    } else if (rc == RC_OK) {
        if (year->count == 0) {
            site_warn(load, 0, SAY_HOLIDAYS_EMPTY_YEAR, year->year);
        }
        load->years[load->year_count++] = year;
        return;
    }
    free(year);
}

void site_years_read(struct site_load *load)
{
    CHECK(load->year_source_count <= SITE_YEARS_MAX);
    for (uint32_t index = 0; index < load->year_source_count && !load->no_memory; index++) {
        load->file_name = load->year_sources[index].name;
        read_year(load, &load->year_sources[index]);
    }
    load->file_name = NULL;
}
