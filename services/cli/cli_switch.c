/* cli_switch: which model a site judges by, and putting another in its place. A site's model is a file of
 * its folder, named in site.yaml; the one before it stays beside it as NAME.before. What must stay true:
 * at every moment the name stands for a whole model, so that a service that reads the site just then,
 * or starts after a power cut, finds the old one or the new one; and nothing takes its place that is
 * no model or whose labels the site does not know. Running services take it with the next reload,
 * like every edit of a site, and say so (SiteChanged). */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_disk.h"
#include "cli_effect.h"
#include "cli_grid.h"
#include "cli_json.h"
#include "cli_model.h"
#include "cli_whole.h"
#include "common/base/check.h"
#include "common/base/folder.h"
#include "common/site/site_triage.h"

enum { PATH_BYTES = PATH_MAX + 80 };

/* Where a site that names no model gets its first one. */
static const char usual[] = "model.learn";
static const char usual_unit[] = "unit.learn";

struct place {
    struct cli *cli;
    const char *folder;
    struct site *site;
    bool unit;  /* of units, not of categories */
    bool named; /* site.yaml names it */
    char path[PATH_BYTES], before[PATH_BYTES + 8], spare[PATH_BYTES + 8];
};

/* 0 or a status; either way for site_free. */
static int find_place(struct cli *cli, struct place *place)
{
    *place = (struct place){
        .cli = cli, .folder = cli_value(cli, CLI_SITE), .unit = cli_given(cli, CLI_UNITS)};
    /* A model that is damaged or outdated is what a switch mends. */
    const int status = cli_check_site_bare(cli, place->folder, &place->site);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    const struct site_triage *triage = &place->site->triage;
    const char *file = place->unit ? triage->unit_model.file : triage->model.file;
    place->named = file[0] != '\0';
    file = place->named ? file : place->unit ? usual_unit : usual;
    const int length = snprintf(place->path, sizeof place->path, "%s/%s", place->folder, file);
    if (length < 0 || (size_t)length >= sizeof place->path) {
        site_free(place->site);
        place->site = NULL;
        return cli_usage(cli, "文件名太长", "the file's name is too long", place->folder);
    }
    (void)snprintf(place->before, sizeof place->before, "%s.before", place->path);
    (void)snprintf(place->spare, sizeof place->spare, "%s.spare", place->path);
    return CLI_EXIT_OK;
}

/* ---- list ---- */

struct shown {
    const char *path;
    bool in_force, unit;
};

static json_t *row_json(const struct shown *shown)
{
    return json_pack("{s:s, s:b, s:s}", "file", shown->path, "named", shown->in_force, "of",
                     shown->unit ? "unit" : "category");
}

static void begin_row(const struct cli *cli, struct cli_grid *grid, const struct shown *shown)
{
    const char *name = strrchr(shown->path, '/');
    cli_grid_add(grid, shown->in_force ? SAY_STRONG : SAY_PLAIN, "%s",
                 name == NULL ? shown->path : name + 1);
    cli_grid_add(grid, SAY_PLAIN, "%s",
                 shown->unit ? cli_say(cli, "单位", "unit") : cli_say(cli, "类别", "category"));
}

/* One that nobody can decide by: whoever looks for what to switch to must see which it is. */
static void add_bad(const struct cli *cli, struct cli_grid *grid, json_t *list,
                    const struct shown *shown, enum rc rc)
{
    static const struct bad {
        enum rc rc;
        const char *code, *zh, *en;
    } bads[] = {
        {RC_FORMAT, "STORE_FORMAT", "别的版本", "other version"},
        {RC_CORRUPT, "STORE_CORRUPT", "损坏", "damaged"},
        {RC_IO, "FAILED", "读不了", "unreadable"},
    };
    const struct bad *bad = &bads[rc == RC_FORMAT ? 0 : rc == RC_CORRUPT ? 1 : 2];
    CHECK(rc == bad->rc);
    if (cli->json) {
        json_t *row = row_json(shown);
        json_object_set_new(row, "bad", json_string(bad->code));
        json_array_append_new(list, row);
        return;
    }
    begin_row(cli, grid, shown);
    cli_grid_add(grid, SAY_BAD, "%s", cli_say(cli, bad->zh, bad->en));
    for (unsigned empty = 0; empty < 5; empty++) {
        cli_grid_add(grid, SAY_PLAIN, "%s", "");
    }
}

static void add_good(const struct cli *cli, struct cli_grid *grid, json_t *list,
                     const struct shown *shown, const struct cli_model *model)
{
    const uint32_t version = site_triage_version(model->bytes, model->size);
    struct learn_about about;
    learn_about(model->model, &about);
    if (cli->json) {
        json_t *row = row_json(shown);
        json_object_set_new(row, "categories", json_integer(about.categories));
        json_object_set_new(row, "grams", json_integer(about.grams));
        json_object_set_new(row, "examples", json_integer(about.examples));
        json_object_set_new(row, "accuracy", json_real((double)about.accuracy));
        json_object_set_new(row, "label", json_string(about.label));
        json_object_set_new(row, "version", json_integer(version));
        json_array_append_new(list, row);
        return;
    }
    begin_row(cli, grid, shown);
    cli_grid_add(grid, SAY_PLAIN, "%08x", version);
    cli_grid_add(grid, SAY_PLAIN, "%s", about.label);
    cli_grid_add(grid, SAY_PLAIN, "%u", about.categories);
    cli_grid_add(grid, SAY_PLAIN, "%u", about.examples);
    cli_grid_add(grid, SAY_PLAIN, "%.1f%%", (double)about.accuracy * 100);
    cli_grid_add(grid, SAY_PLAIN, "%.1f MB", (double)model->size / 1e6);
}

static int add_row(struct cli *cli, struct cli_grid *grid, json_t *list, const struct shown *shown)
{
    struct cli_model model = {.model = NULL};
    int error = 0;
    if (!shown->in_force && access(shown->path, F_OK) != 0) {
        return CLI_EXIT_OK; /* there was none before */
    }
    const enum rc rc = cli_model_read(&model, shown->path, &error);
    if (rc == RC_OK) {
        add_good(cli, grid, list, shown, &model);
    } else if (rc != RC_LIMIT) {
        add_bad(cli, grid, list, shown, rc);
    }
    cli_model_close(&model);
    return rc == RC_LIMIT ? cli_no_memory(cli) : CLI_EXIT_OK;
}

/* The one that is named and the one before it. */
static int add_both(const struct place *place, struct cli_grid *grid, json_t *list,
                    const char *file, bool unit)
{
    char path[PATH_BYTES], before[PATH_BYTES + 8];
    (void)snprintf(path, sizeof path, "%s/%s", place->folder, file);
    (void)snprintf(before, sizeof before, "%s.before", path);
    const struct shown now = {.path = path, .in_force = true, .unit = unit};
    const struct shown then = {.path = before, .unit = unit};
    const int status = add_row(place->cli, grid, list, &now);
    return status == CLI_EXIT_OK ? add_row(place->cli, grid, list, &then) : status;
}

int cli_switch_list(struct cli *cli)
{
    static const struct cli_column columns[] = {
        {.title = "文件|FILE"},
        {.title = "判断|TELLS"},
        {.title = "版本|VERSION"},
        {.title = "标签列|LABEL", .rank = 12},
        {.title = "标签数|LABELS", .right = true},
        {.title = "学习的条数|EXAMPLES", .right = true},
        {.title = "准确率|ACCURACY", .right = true},
        {.title = "大小|SIZE", .right = true, .rank = 11},
        {.title = NULL},
    };
    struct place place;
    struct cli_grid grid;
    json_t *list = json_array();
    int status = find_place(cli, &place);
    if (status != CLI_EXIT_OK) {
        json_decref(list);
        return status;
    }
    CHECK(place.site != NULL);
    if (!cli->json) {
        cli_grid_begin(&grid, cli, columns);
    }
    const struct site_triage *triage = &place.site->triage;
    for (int unit = 0; status == CLI_EXIT_OK && unit < 2; unit++) {
        const char *file = unit != 0 ? triage->unit_model.file : triage->model.file;
        status = file[0] == '\0' ? CLI_EXIT_OK : add_both(&place, &grid, list, file, unit != 0);
    }
    if (!cli->json) {
        cli_grid_end(&grid);
    }
    if (status == CLI_EXIT_OK && cli->json) {
        status = cli_json_print(cli, json_pack("{s:O}", "models", list));
    } else if (status == CLI_EXIT_OK && triage->model.file[0] == '\0' &&
               triage->unit_model.file[0] == '\0') {
        printf("%s\n", cli_say(cli, "站点没有用模型：类别按关键词判断",
                               "the site has no model: categories go by keywords"));
    }
    json_decref(list);
    site_free(place.site);
    return status;
}

/* ---- switching ---- */

/* The first label that is no category (unit) of the site, NULL: each is one. */
static const char *stranger(const struct place *place, const struct cli_model *model)
{
    struct learn_about about;
    learn_about(model->model, &about);
    for (uint32_t label = 0; label < about.categories; label++) {
        const char *name = learn_name(model->model, label);
        if (site_heir(place->site, place->unit ? SITE_KIND_UNIT : SITE_KIND_CATEGORY, name) ==
            SITE_NONE) {
            return name;
        }
    }
    return NULL;
}

static int check_model(const struct place *place, const char *path, struct cli_model *model)
{
    const int status = cli_model_open(place->cli, model, path);
    const char *name = status == CLI_EXIT_OK ? stranger(place, model) : NULL;
    if (name == NULL) {
        return status;
    }
    return place->unit
               ? cli_refuse_as(place->cli, PAIDAN__CODE__UNIT_UNKNOWN,
                               "模型的一个标签不是本站点的单位；请用 label 为单位代码的表格训练。",
                               "A label of the model is no unit of the site: train it from a table "
                               "whose label is the code of a unit.",
                               name)
               : cli_refuse_as(place->cli, PAIDAN__CODE__CATEGORY_UNKNOWN,
                               "模型的一个标签不是本站点的类别；请用 label 为类别代码的表格训练。",
                               "A label of the model is no category of the site: train it from a "
                               "table whose label is the code of a category.",
                               name);
}

static const struct cli_deed placing = {"模型没有换成", "the model was not switched"};

static int fail(const struct place *place, const char *path)
{
    return cli_disk_fail(place->cli, errno, &placing, path);
}

static bool damaged(const struct place *place)
{
    struct cli_model model = {.model = NULL};
    int error = 0;
    const enum rc rc = cli_model_read(&model, place->path, &error);
    cli_model_close(&model);
    return rc == RC_CORRUPT;
}

/* The model in force under a second name, under which it stays when the new one takes the first. */
static int hold(const struct place *place)
{
    struct stat info;
    (void)unlink(place->spare); /* of a run that broke off */
    if (stat(place->path, &info) == 0 && !S_ISREG(info.st_mode)) {
        return cli_refuse_as(
            place->cli, PAIDAN__CODE__FIELD_INVALID, "模型的位置上不是文件；请先移走它。",
            "What lies in the model's place is no file: move it away first.", place->path);
    }
    if (damaged(place)) {
        return CLI_EXIT_OK; /* the one before it, which may be whole, stays where it is */
    }
    /* Of a link the file it leads to, which is what is replaced. */
    return linkat(AT_FDCWD, place->path, AT_FDCWD, place->spare, AT_SYMLINK_FOLLOW) == 0 ||
                   errno == ENOENT
               ? CLI_EXIT_OK
               : fail(place, place->spare);
}

static int keep_before(const struct place *place)
{
    if (rename(place->spare, place->before) != 0) {
        return errno == ENOENT ? CLI_EXIT_OK : fail(place, place->before); /* the first one */
    }
    return folder_sync_parent(place->before) == RC_OK ? CLI_EXIT_OK : fail(place, place->before);
}

static int put(const struct place *place, const struct cli_model *model)
{
    int status = hold(place);
    if (status == CLI_EXIT_OK) {
        status = cli_whole_write(place->cli, place->path, model->bytes, model->size, &placing);
    }
    return status == CLI_EXIT_OK ? keep_before(place) : status;
}

struct done {
    const struct place *place;
    uint32_t version;
    struct learn_about about;
};

static void words(const struct say *say, const void *deed, char text[CLI_EFFECT_BYTES])
{
    const struct done *done = deed;
    const struct place *place = done->place;
    char line[512], noted[PATH_MAX], real[PATH_MAX], data[PATH_MAX];
    (void)snprintf(line, sizeof line,
                   say_choose(say, "模型换成 %08x：%u 个标签，学习了 %u 条，准确率 %.1f%%",
                              "the model is now %08x: %u labels, %u examples, accuracy %.1f%%"),
                   done->version, done->about.categories, done->about.examples,
                   (double)done->about.accuracy * 100);
    text[0] = '\0';
    say_add(text, CLI_EFFECT_BYTES, "\n", line);
    if (!place->named) {
        const char *slash = strrchr(place->path, '/');
        const char *file = slash == NULL ? place->path : slash + 1;
        (void)snprintf(line, sizeof line,
                       say_choose(say, "site.yaml 还没有写明用它，请加上：triage: {%s: %s}",
                                  "site.yaml does not name it yet; add: triage: {%s: %s}"),
                       place->unit ? "unit_model" : "model", file);
        say_add(text, CLI_EFFECT_BYTES, "\n", line);
    }
    cli_site_folder(place->cli, noted, sizeof noted);
    if (realpath(place->folder, real) != NULL && strcmp(real, noted) == 0) {
        cli_effect_path(place->cli->data_dir, data, sizeof data);
    } else {
        (void)snprintf(data, sizeof data, "%s", say_choose(say, "数据目录", "DATA"));
    }
    say_add(text, CLI_EFFECT_BYTES, "\n",
            say_choose(say, "让运行中的实例采用：deploy/reload --data ",
                       "to have the running instance take it: deploy/reload --data "));
    say_add(text, CLI_EFFECT_BYTES, "", data);
}

static int tell(const struct place *place, const struct cli_model *model)
{
    struct done done = {.place = place, .version = site_triage_version(model->bytes, model->size)};
    learn_about(model->model, &done.about);
    return cli_effect_deed(place->cli, words, &done,
                           json_pack("{s:s, s:I, s:i, s:b}", "model", place->path, "version",
                                     (json_int_t)done.version, "examples", (int)done.about.examples,
                                     "named", place->named));
}

/* From that file, if it is a model for this place. */
static int take(const struct place *place, const char *path)
{
    struct cli_model model = {.model = NULL};
    int status = check_model(place, path, &model);
    if (status == CLI_EXIT_OK) {
        status = put(place, &model);
    }
    if (status == CLI_EXIT_OK) {
        status = tell(place, &model);
    }
    cli_model_close(&model);
    return status;
}

int cli_switch_to(struct cli *cli)
{
    struct place place;
    int status = find_place(cli, &place);
    if (status == CLI_EXIT_OK) {
        status = take(&place, cli->operands[0]);
    }
    site_free(place.site);
    return status;
}

/* Both change their places, so that a rollback can be taken back; not to a model that was damaged. */
int cli_switch_back(struct cli *cli)
{
    struct place place;
    int status = find_place(cli, &place);
    if (status == CLI_EXIT_OK && access(place.before, F_OK) != 0) {
        status = cli_refuse_as(cli, PAIDAN__CODE__FIELD_INVALID, "没有换下来的模型。",
                               "There is no model from before.", place.before);
    }
    if (status == CLI_EXIT_OK) {
        status = take(&place, place.before);
    }
    site_free(place.site);
    return status;
}
