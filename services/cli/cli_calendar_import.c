/* cli_calendar_import: holidays from a file into a site: checked, compared with what was known, and
 * written as calendars/<year>.json, each file whole or not at all. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_calendar.h"
#include "cli_commands.h"
#include "cli_disk.h"
#include "cli_json.h"

enum { PATH_BYTES = 4096 };

/* One byte more than allowed is read, so that the reader sees that it is too long. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return NULL;
    }
    char *bytes = malloc((size_t)HOLIDAYS_FILE_BYTES_MAX + 1);
    *size = bytes == NULL ? 0 : fread(bytes, 1, (size_t)HOLIDAYS_FILE_BYTES_MAX + 1, file);
    if (bytes != NULL && ferror(file)) {
        free(bytes);
        bytes = NULL;
    }
    (void)fclose(file);
    return bytes;
}

/* By the first letter that counts: names of files are chosen by whoever saved them. */
static bool looks_like_json(const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && strchr(" \t\r\n\xef\xbb\xbf", bytes[at]) != NULL && bytes[at] != '\0') {
        at++;
    }
    return at < size && bytes[at] == '{';
}

/* A file of JSON is one year; an .ics may hold several. */
static enum rc read_years(const char *bytes, size_t size, struct holidays_year **years,
                          uint32_t *count, struct holidays_mistake *mistake)
{
    if (!looks_like_json(bytes, size)) {
        return holidays_read_ics(bytes, size, years, count, mistake);
    }
    struct holidays_year *year = calloc(1, sizeof *year);
    const enum rc rc = year == NULL ? RC_LIMIT : holidays_read_json(bytes, size, year, mistake);
    if (rc != RC_OK) {
        free(year);
        return rc;
    }
    *years = year;
    *count = 1;
    return RC_OK;
}

/* What was known of this year: the site's file, else the built-in one, else nothing. */
static void read_old(const char *folder, int number, struct holidays_year *old)
{
    char path[PATH_BYTES];
    char name[16];
    struct holidays_mistake mistake;
    size_t size = 0;
    (void)snprintf(name, sizeof name, "%d.json", number);
    (void)snprintf(path, sizeof path, "%s/calendars/%s", folder, name);
    char *bytes = read_file(path, &size);
    enum rc rc = bytes == NULL ? RC_NOT_FOUND : holidays_read_json(bytes, size, old, &mistake);
    const struct holidays_file *file = NULL;
    for (uint32_t index = 0; rc != RC_OK && (file = holidays_built_in(index)) != NULL; index++) {
        if (strcmp(file->name, name) == 0) {
            rc = holidays_read_json(file->bytes, file->size, old, &mistake);
        }
    }
    if (rc != RC_OK) {
        memset(old, 0, sizeof *old);
    }
    free(bytes);
}

static const struct holiday *find_day(const struct holidays_year *year, int32_t day)
{
    for (uint32_t index = 0; index < year->count; index++) {
        if (year->days[index].day == day) {
            return &year->days[index];
        }
    }
    return NULL;
}

/* Signs as in a patch, so that whoever imports sees at once whether the file is the one that was
 * meant. */
static void tell_change(const struct cli *cli, json_t *changes, const char *sign,
                        const struct holiday *holiday)
{
    char date[CIVIL_DATE_BYTES];
    civil_write(holiday->day, date);
    if (cli->json) {
        json_array_append_new(changes,
                              json_pack("{s:s, s:s, s:s, s:b}", "change", sign, "date", date,
                                        "name", holiday->name, "isOffDay", holiday->off ? 1 : 0));
        return;
    }
    printf("%s %s %s %s\n", sign, date,
           holiday->off ? cli_say(cli, "休", "off") : cli_say(cli, "班", "working"), holiday->name);
}

/* Prints or gathers what is different. */
static void compare(const struct cli *cli, const struct holidays_year *old,
                    const struct holidays_year *year, json_t *changes)
{
    for (uint32_t index = 0; index < old->count; index++) {
        const struct holiday *after = find_day(year, old->days[index].day);
        if (after == NULL || after->off != old->days[index].off) {
            tell_change(cli, changes, "-", &old->days[index]);
        }
    }
    for (uint32_t index = 0; index < year->count; index++) {
        const struct holiday *before = find_day(old, year->days[index].day);
        if (before == NULL || before->off != year->days[index].off) {
            tell_change(cli, changes, "+", &year->days[index]);
        }
    }
}

/* A file of its own that then takes the name: a service that loads the site meanwhile reads the
 * old or the new one. */
static bool write_whole(int folder, const char *name, const char *text)
{
    char work[32];
    (void)snprintf(work, sizeof work, ".%s.new", name);
    const int file = openat(folder, work, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
        return false;
    }
    const size_t size = strlen(text);
    bool good = true;
    for (size_t at = 0; good && at < size;) {
        const ssize_t count = write(file, text + at, size - at);
        good = count > 0 || (count < 0 && errno == EINTR);
        at += count > 0 ? (size_t)count : 0;
    }
    /* The new file is whole on the disk before it takes the old one's name. */
    good = good && write(file, "\n", 1) == 1 && fsync(file) == 0;
    good = close(file) == 0 && good;
    if (!good || renameat(folder, work, folder, name) != 0) {
        const int error = errno;
        (void)unlinkat(folder, work, 0);
        errno = error;
        return false;
    }
    return fsync(folder) == 0;
}

static bool write_year(const char *folder, const struct holidays_year *year)
{
    char path[PATH_BYTES];
    char name[16];
    (void)snprintf(path, sizeof path, "%s/calendars", folder);
    (void)snprintf(name, sizeof name, "%d.json", year->year);
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        return false;
    }
    const int opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *text = holidays_write_json(year);
    const bool good = opened >= 0 && text != NULL && write_whole(opened, name, text);
    const int error = errno;
    if (opened >= 0) {
        close(opened);
    }
    free(text);
    errno = error;
    return good;
}

/* Years are independent: one that cannot be written leaves those before it in place. */
static int import_year(const struct cli *cli, const char *folder, struct holidays_year *year,
                       json_t *list)
{
    struct holidays_year *old = calloc(1, sizeof *old);
    if (old == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    read_old(folder, year->year, old);
    if (year->paper_count == 0) { /* .ics names no source */
        year->paper_count = old->paper_count;
        memcpy(year->papers, old->papers, sizeof year->papers);
    }
    json_t *changes = json_array();
    compare(cli, old, year, changes);
    free(old);
    if (!write_year(folder, year)) {
        static const struct cli_deed importing = {"节假日没有写入",
                                                  "the holidays were not written"};
        char path[PATH_BYTES];
        const int error = errno;
        json_decref(changes);
        (void)snprintf(path, sizeof path, "%s/calendars", folder);
        return cli_disk_fail(cli, error, &importing, path);
    }
    if (!cli->json) {
        printf(
            cli_say(cli, "已写入 calendars/%d.json：%u 天\n", "wrote calendars/%d.json: %u days\n"),
            year->year, year->count);
    }
    json_array_append_new(list, json_pack("{s:i, s:i, s:o}", "year", year->year, "days",
                                          (int)year->count, "changes", changes));
    return CLI_EXIT_OK;
}

static int refuse_file(const struct cli *cli, const struct holidays_mistake *mistake)
{
    char where[4096];
    if (mistake->line > 0) {
        (void)snprintf(where, sizeof where, "%.4000s:%u: %s", cli->operands[0], mistake->line,
                       mistake->name);
    } else {
        (void)snprintf(where, sizeof where, "%.4000s: %s", cli->operands[0], mistake->name);
    }
    (void)cli_fail(cli, CLI_EXIT_DATA, mistake->zh, mistake->en, where);
    return CLI_EXIT_DATA;
}

int cli_calendar_import(struct cli *cli)
{
    const char *folder = cli_value(cli, CLI_SITE);
    struct site *site = NULL;
    struct holidays_year *years = NULL;
    struct holidays_mistake mistake;
    uint32_t count = 0;
    size_t size = 0;
    /* A folder that is no site must not get files. */
    int status = cli_check_site(cli, folder, &site);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    site_free(site);
    char *bytes = read_file(cli->operands[0], &size);
    if (bytes == NULL) {
        static const struct cli_deed reading = {"读不了文件", "cannot read the file"};
        return cli_disk_fail(cli, errno, &reading, cli->operands[0]);
    }
    const enum rc rc = read_years(bytes, size, &years, &count, &mistake);
    free(bytes);
    if (rc == RC_INVALID) {
        return refuse_file(cli, &mistake);
    }
    if (rc != RC_OK) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    json_t *list = json_array();
    for (uint32_t index = 0; status == CLI_EXIT_OK && index < count; index++) {
        status = import_year(cli, folder, &years[index], list);
    }
    free(years);
    if (status == CLI_EXIT_OK && cli->json) {
        return cli_json_print(cli, json_pack("{s:o}", "years", list));
    }
    json_decref(list);
    return status;
}
