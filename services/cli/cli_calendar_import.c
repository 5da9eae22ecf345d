/* cli_calendar_import: holidays from a file into a site: understood, merged with what was known,
 * shown, and written as calendars/<year>.json, each file whole or not at all.
 *
 * What must stay true: no day is lost that nobody asked to drop, and no event becomes a day off
 * that does not say so. What is unclear is asked at a terminal; a script gets a refusal that names
 * each event and the options that settle it. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_calendar.h"
#include "cli_commands.h"
#include "cli_disk.h"
#include "cli_effect.h"
#include "cli_json.h"
#include "common/base/check.h"
#include "common/calendar/holidays_mistakes.h"

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
    return at < size && (bytes[at] == '{' || bytes[at] == '[');
}

/* ---- what is unclear ---- */

enum { RULINGS_MAX = 1024, QUESTIONS_SHOWN = 20 };

/* The rulings so far: of the command line, then of the terminal. */
struct rulings {
    struct holidays_ruling list[RULINGS_MAX];
    char *typed[RULINGS_MAX]; /* names that were asked about; owned */
    uint32_t count, typed_count;
};

static void take_rulings(const struct cli *cli, struct rulings *rulings)
{
    CHECK(cli->repeated_count <= RULINGS_MAX);
    for (unsigned index = 0; index < cli->repeated_count; index++) {
        const enum cli_option option = cli->repeated_as[index];
        rulings->list[rulings->count++] = (struct holidays_ruling){
            .name = cli->repeated[index],
            .kind = option == CLI_OFF    ? HOLIDAYS_OFF
                    : option == CLI_WORK ? HOLIDAYS_WORK
                                         : HOLIDAYS_SKIP,
        };
    }
}

/* "2026-03-15" or "2026-07-01..2026-08-31". */
static void span_words(const struct holidays_question *question, char text[40])
{
    char first[CIVIL_DATE_BYTES];
    char last[CIVIL_DATE_BYTES];
    civil_write(question->first, first);
    civil_write(question->last, last);
    (void)snprintf(text, 40, "%s%s%s", first, question->first == question->last ? "" : "..",
                   question->first == question->last ? "" : last);
}

/* Whether a question before it has the same title: it is then answered by the same word. */
static bool asked_before(const struct holidays_import *import, uint32_t at)
{
    CHECK(at < import->question_count);
    for (uint32_t index = 0; index < at; index++) {
        if (strcmp(import->questions[index].name, import->questions[at].name) == 0) {
            return true;
        }
    }
    return false;
}

static void question_words(const struct holidays_question *question, char zh[512], char en[512],
                           const char **name)
{
    static const struct {
        const char *name, *zh, *en;
    } rows[HOLIDAYS_DOUBT_COUNT] = {
        [HOLIDAYS_DOUBT_TITLE] = {SAY_ICS_UNCLEAR},
        [HOLIDAYS_DOUBT_PART] = {SAY_ICS_PART},
        [HOLIDAYS_DOUBT_CLASH] = {SAY_ICS_CLASH},
    };
    CHECK(question->doubt < HOLIDAYS_DOUBT_COUNT);
    char span[40];
    span_words(question, span);
    *name = rows[question->doubt].name;
    (void)snprintf(zh, 512, rows[question->doubt].zh, question->name, span);
    (void)snprintf(en, 512, rows[question->doubt].en, question->name, span);
}

/* For scripts: each title once, with the place in the file. */
static int refuse_questions(const struct cli *cli, const struct holidays_import *import)
{
    unsigned shown = 0;
    unsigned more = 0;
    for (uint32_t index = 0; index < import->question_count; index++) {
        const char *name = NULL;
        char zh[512], en[512], where[4200];
        if (asked_before(import, index)) {
            continue;
        }
        if (shown == QUESTIONS_SHOWN) {
            more++;
            continue;
        }
        question_words(&import->questions[index], zh, en, &name);
        (void)snprintf(where, sizeof where, "%.4000s:%u: %s", cli->operands[0],
                       import->questions[index].line, name);
        (void)cli_fail(cli, CLI_EXIT_DATA, zh, en, where);
        shown++;
    }
    if (more > 0) {
        char zh[128], en[128];
        (void)snprintf(zh, sizeof zh, "另有 %u 个名称同样不明；--skip '*' 跳过其余各项", more);
        (void)snprintf(en, sizeof en, "%u more names are unclear; --skip '*' passes over all",
                       more);
        cli_note(cli, zh, en);
    }
    cli_note(cli, "没有写入任何内容", "nothing was written");
    return CLI_EXIT_DATA;
}

/* One line of a terminal: o, w or s, or the Chinese words. False: the end, or too many tries. */
static bool read_answer(const struct cli *cli, enum holidays_kind *kind)
{
    char line[64];
    for (unsigned tries = 0; tries < 5; tries++) {
        printf("%s", cli_say(cli, "  放假 o，补班 w，无关 s > ",
                             "  off: o, make-up workday: w, neither: s > "));
        fflush(stdout);
        if (fgets(line, sizeof line, stdin) == NULL) {
            return false;
        }
        const bool off = line[0] == 'o' || strncmp(line, "放假", strlen("放假")) == 0;
        const bool work = line[0] == 'w' || strncmp(line, "补班", strlen("补班")) == 0;
        const bool skip = line[0] == 's' || strncmp(line, "无关", strlen("无关")) == 0;
        if (off || work || skip) {
            *kind = off ? HOLIDAYS_OFF : work ? HOLIDAYS_WORK : HOLIDAYS_SKIP;
            return true;
        }
    }
    return false;
}

/* Asks about each title once. False: no answer, or no room for another. */
static bool ask_questions(const struct cli *cli, const struct holidays_import *import,
                          struct rulings *rulings)
{
    for (uint32_t index = 0; index < import->question_count; index++) {
        const struct holidays_question *question = &import->questions[index];
        const char *name = NULL;
        char zh[512], en[512];
        if (asked_before(import, index)) {
            continue;
        }
        if (rulings->count == RULINGS_MAX) {
            return false;
        }
        question_words(question, zh, en, &name);
        printf("%s\n", cli_say(cli, zh, en));
        struct holidays_ruling *ruling = &rulings->list[rulings->count];
        char *copy = strdup(question->name);
        if (copy == NULL || !read_answer(cli, &ruling->kind)) {
            free(copy);
            return false;
        }
        ruling->name = copy;
        rulings->typed[rulings->typed_count++] = copy;
        rulings->count++;
    }
    return true;
}

/* ---- the file ---- */

static int refuse_file(const struct cli *cli, const struct holidays_mistake *mistake)
{
    char where[4200];
    if (mistake->line > 0) {
        (void)snprintf(where, sizeof where, "%.4000s:%u: %s", cli->operands[0], mistake->line,
                       mistake->name);
    } else {
        (void)snprintf(where, sizeof where, "%.4000s: %s", cli->operands[0], mistake->name);
    }
    (void)cli_fail(cli, CLI_EXIT_DATA, mistake->zh, mistake->en, where);
    return CLI_EXIT_DATA;
}

/* Reads as often as a person answers what was unclear; each answer settles a title for good. */
static int read_years(const struct cli *cli, const char *bytes, size_t size,
                      struct rulings *rulings, struct holidays_import *import)
{
    struct holidays_mistake mistake;
    const bool asks = cli->terminal && !cli->json && isatty(STDIN_FILENO) == 1;
    for (;;) {
        import->rulings = rulings->list;
        import->ruling_count = rulings->count;
        import->skipped = 0;
        const enum rc rc = looks_like_json(bytes, size)
                               ? holidays_read_public(bytes, size, import, &mistake)
                               : holidays_read_ics(bytes, size, import, &mistake);
        if (rc == RC_OK) {
            return CLI_EXIT_OK;
        }
        if (rc == RC_INVALID) {
            return refuse_file(cli, &mistake);
        }
        if (rc != RC_AGAIN) {
            return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
        }
        if (!asks || !ask_questions(cli, import, rulings)) {
            return refuse_questions(cli, import);
        }
        holidays_import_fini(import);
    }
}

/* ---- what was known ---- */

/* Whose holidays the site follows: those of the first calendar that follows any. */
static const char *code_of(const struct site *site)
{
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        const char *code = calendar_holidays(&site->calendars[index]);
        if (code[0] != '\0') {
            return code;
        }
    }
    return "CN";
}

/* What was known of this year: the site's file, else the built-in one, else nothing. */
static void read_old(const char *folder, const char *code, int number, struct holidays_year *old)
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
        if (strcmp(file->name, name) == 0 && strcmp(file->code, code) == 0) {
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

/* Whether an event that was called off is this day. Another feast on the same date stays. */
static bool called_off(const struct holidays_import *import, const struct holiday *day)
{
    for (uint32_t index = 0; index < import->gone_count; index++) {
        const struct holiday *gone = &import->gone[index];
        if (gone->day == day->day && gone->off == day->off && strcmp(gone->name, day->name) == 0) {
            return true;
        }
    }
    return false;
}

static int compare_days(const void *a, const void *b)
{
    const struct holiday *left = a;
    const struct holiday *right = b;
    return (left->day > right->day) - (left->day < right->day);
}

/* Adds what was known and the file does not speak of. Returns how many days that are. */
static uint32_t merge(const struct holidays_import *import, const struct holidays_year *old,
                      struct holidays_year *year)
{
    uint32_t kept = 0;
    for (uint32_t index = 0; index < old->count; index++) {
        const struct holiday *day = &old->days[index];
        if (find_day(year, day->day) == NULL && !called_off(import, day) &&
            year->count < HOLIDAYS_DAYS_MAX) {
            year->days[year->count++] = *day;
            kept++;
        }
    }
    if (year->count > 1) {
        qsort(year->days, year->count, sizeof year->days[0], compare_days);
    }
    year->word = year->word == HOLIDAYS_UNSAID ? old->word : year->word;
    return kept;
}

/* Signs as in a patch, so that whoever imports sees at once whether the file is the one that was
 * meant. */
static void tell_change(const struct cli *cli, json_t *changes, const char *sign,
                        const struct holiday *holiday)
{
    char date[CIVIL_DATE_BYTES];
    civil_write(holiday->day, date);
    json_array_append_new(changes,
                          json_pack("{s:s, s:s, s:s, s:b}", "change", sign, "date", date, "name",
                                    holiday->name, "isOffDay", holiday->off ? 1 : 0));
    if (cli->json) {
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

/* What there is to say of a year when it is written. */
static void tell_year(const struct cli *cli, const struct holidays_year *year, uint32_t kept,
                      const struct holidays_missing *missing)
{
    uint32_t off = 0;
    for (uint32_t index = 0; index < year->count; index++) {
        off += year->days[index].off ? 1 : 0;
    }
    if (kept > 0) {
        printf(cli_say(cli, "保留已有的 %u 天（整年替换请加 --replace）\n",
                       "kept %u days that were known (--replace drops them)\n"),
               kept);
    }
    printf(cli_say(cli, "已写入 calendars/%d.json：放假 %u 天，补班 %u 天%s\n",
                   "wrote calendars/%d.json: %u days off, %u make-up workdays%s\n"),
           year->year, off, year->count - off,
           missing->count > 0 || year->count == 0
               ? ""
               : cli_say(cli, "；这一年已完整", "; the year is complete"));
    if (missing->count > 0) {
        char zh[512], en[512];
        (void)snprintf(
            zh, sizeof zh,
            "%d 年还缺：%s；列出的日子照算，这一年仍按未知对待（确认已完整请加 --complete）",
            year->year, missing->zh);
        (void)snprintf(en, sizeof en,
                       "%d still lacks: %s; its days count, but the year is unknown (--complete if "
                       "it is whole)",
                       year->year, missing->en);
        cli_note(cli, zh, en);
    }
}

static json_t *year_json(const struct holidays_year *year, json_t *changes, uint32_t kept,
                         const struct holidays_missing *missing)
{
    return json_pack("{s:i, s:i, s:o, s:i, s:b, s:s, s:s}", "year", year->year, "days",
                     (int)year->count, "changes", changes, "kept", (int)kept, "known",
                     missing->count == 0 && year->count > 0 ? 1 : 0, "missing_zh", missing->zh,
                     "missing_en", missing->en);
}

/* At a terminal a day that would be lost or turned round waits for a yes. */
static bool agreed(const struct cli *cli, const json_t *changes)
{
    bool loses = false;
    for (size_t index = 0; index < json_array_size(changes); index++) {
        const json_t *change = json_object_get(json_array_get(changes, index), "change");
        loses |= strcmp(json_string_value(change), "-") == 0;
    }
    if (!loses || cli->json || !cli->terminal || isatty(STDIN_FILENO) != 1) {
        return true;
    }
    char line[16];
    printf("%s", cli_say(cli, "写入？[y/N] ", "Write it? [y/N] "));
    fflush(stdout);
    return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

/* Years are independent: one that cannot be written leaves those before it in place. */
static int import_year(const struct cli *cli, const char *folder, const char *code,
                       const struct holidays_import *import, struct holidays_year *year,
                       json_t *list)
{
    struct holidays_missing missing;
    struct holidays_year *old = calloc(1, sizeof *old);
    if (old == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    read_old(folder, code, year->year, old);
    if (year->paper_count == 0) { /* .ics names no source */
        year->paper_count = old->paper_count;
        memcpy(year->papers, old->papers, sizeof year->papers);
    }
    /* A year that only cancellations speak of is no whole one. */
    const bool replaces =
        cli_given(cli, CLI_REPLACE) && (year->count > 0 || import->gone_count == 0);
    const uint32_t kept = replaces ? 0 : merge(import, old, year);
    year->word = cli_given(cli, CLI_COMPLETE) ? HOLIDAYS_COMPLETE : year->word;
    json_t *changes = json_array();
    compare(cli, old, year, changes);
    const bool nothing = year->count == 0 && old->count == 0;
    free(old);
    if (nothing) {
        json_decref(changes);
        return CLI_EXIT_OK;
    }
    if (!agreed(cli, changes)) {
        json_decref(changes);
        return cli_fail(cli, CLI_EXIT_DATA, "没有写入", "not written", NULL);
    }
    if (!write_year(folder, year)) {
        static const struct cli_deed importing = {"节假日没有写入",
                                                  "the holidays were not written"};
        char path[PATH_BYTES];
        const int error = errno;
        json_decref(changes);
        (void)snprintf(path, sizeof path, "%s/calendars", folder);
        return cli_disk_fail(cli, error, &importing, path);
    }
    holidays_missing(year, code, &missing);
    if (!cli->json) {
        tell_year(cli, year, kept, &missing);
    }
    json_array_append_new(list, year_json(year, changes, kept, &missing));
    return CLI_EXIT_OK;
}

struct done {
    const struct cli *cli;
    const char *folder;
    size_t years;
    uint32_t skipped;
};

/* The instance that runs with this site, if it is the one that the command was given. */
static void put_reload(const struct say *say, const struct done *done, char *typed, size_t size)
{
    char noted[PATH_BYTES], real[PATH_MAX], data[PATH_BYTES];
    cli_site_folder(done->cli, noted, sizeof noted);
    if (realpath(done->folder, real) != NULL && strcmp(real, noted) == 0) {
        cli_effect_path(done->cli->data_dir, data, sizeof data);
    } else {
        (void)snprintf(data, sizeof data, "%s", say_choose(say, "数据目录", "DATA"));
    }
    (void)snprintf(typed, size, "deploy/reload --data %s", data);
}

/* What was not taken, what the rest leads to, and what is left to do. */
static void words(const struct say *say, const void *deed, char text[CLI_EFFECT_BYTES])
{
    const struct done *done = deed;
    char line[512], folder[PATH_BYTES], reload[PATH_BYTES + 64];
    text[0] = '\0';
    if (done->skipped > 0) {
        (void)snprintf(line, sizeof line,
                       say_choose(say, "与放假无关、没有采用的事件：%u 个",
                                  "events not taken, being no matter of days off: %u"),
                       done->skipped);
        say_add(text, CLI_EFFECT_BYTES, "\n", line);
    }
    if (done->years == 0) {
        say_add(text, CLI_EFFECT_BYTES, "\n",
                say_choose(say, "文件里没有要采用的日子，没有写入",
                           "no day of the file is to be taken; nothing was written"));
        return;
    }
    cli_effect_path(done->folder, folder, sizeof folder);
    put_reload(say, done, reload, sizeof reload);
    say_add(text, CLI_EFFECT_BYTES, "\n",
            say_choose(say, "先检查：paidan check ", "check it: paidan check "));
    say_add(text, CLI_EFFECT_BYTES, "", folder);
    say_add(text, CLI_EFFECT_BYTES, "\n",
            say_choose(say, "再让运行中的实例采用，未办结工单的时限随之重算：",
                       "then have the running instance take it, which plans open tickets again: "));
    say_add(text, CLI_EFFECT_BYTES, "", reload);
}

static int finish(struct cli *cli, const char *folder, const struct holidays_import *import,
                  json_t *list)
{
    const struct done done = {
        .cli = cli, .folder = folder, .years = json_array_size(list), .skipped = import->skipped};
    return cli_effect_deed(cli, words, &done,
                           json_pack("{s:O, s:i}", "years", list, "skipped", (int)import->skipped));
}

static int import_all(struct cli *cli, const char *folder, const char *code,
                      struct holidays_import *import)
{
    int status = CLI_EXIT_OK;
    json_t *list = json_array();
    for (uint32_t index = 0; status == CLI_EXIT_OK && index < import->year_count; index++) {
        status = import_year(cli, folder, code, import, &import->years[index], list);
    }
    status = status == CLI_EXIT_OK ? finish(cli, folder, import, list) : status;
    json_decref(list);
    return status;
}

int cli_calendar_import(struct cli *cli)
{
    const char *folder = cli_value(cli, CLI_SITE);
    struct site *site = NULL;
    size_t size = 0;
    /* A folder that is no site must not get files. */
    int status = cli_check_site(cli, folder, &site);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    struct holidays_import import = {.zone = site->zone, .utc_offset_ms = site->utc_offset_ms};
    struct rulings *rulings = calloc(1, sizeof *rulings);
    char *bytes = rulings == NULL ? NULL : read_file(cli->operands[0], &size);
    if (bytes == NULL) {
        static const struct cli_deed reading = {"读不了文件", "cannot read the file"};
        status = cli_disk_unread(cli, errno, &reading, cli->operands[0]);
    } else {
        take_rulings(cli, rulings);
        status = read_years(cli, bytes, size, rulings, &import);
    }
    if (status == CLI_EXIT_OK) {
        status = import_all(cli, folder, code_of(site), &import);
    }
    holidays_import_fini(&import);
    for (uint32_t index = 0; rulings != NULL && index < rulings->typed_count; index++) {
        free(rulings->typed[index]);
    }
    free(rulings);
    free(bytes);
    site_free(site);
    return status;
}
