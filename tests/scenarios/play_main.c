/* test-scenario [--facts | --data DIR] FILE: plays a scenario and compares. Without --data in this
 * process on virtual time; with it through the processes of a running instance whose clock stands
 * still (tests/scenarios/run). Exits: 0 all numbers agree; 1 they do not, or the file cannot be
 * played; 64 usage. --facts prints every fact when the file cannot be played. `--begin FILE` prints
 * "SITE MILLISECONDS": what an instance is to be started with. */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_time.h"
#include "play.h"
#include "scratch.h"

static struct site *site_open(const char *folder)
{
    struct site *site = NULL;
    struct site_report *report = calloc(1, sizeof *report);
    CHECK(report != NULL);
    if (site_load(folder, report, &site) != RC_OK) {
        (void)fprintf(stderr, "%s: see paidan check\n", folder);
        exit(1);
    }
    free(report);
    return site;
}

/* The scenario's site lies in the source tree. */
static uint64_t begin_find(const char *path, struct play_head *head, char folder[PATH_MAX])
{
    const char *root = getenv("PAIDAN_ROOT");
    uint64_t begin_ms = 0;
    play_script_head(path, head);
    (void)snprintf(folder, PATH_MAX, "%s/deploy/sites/%s", root == NULL ? "." : root, head->site);
    struct site *site = site_open(folder);
    const struct say say = {.site = site};
    if (say_time_read(&say, head->begin, 0, &begin_ms) != RC_OK) {
        (void)fprintf(stderr, "%s: begin %s: not a moment\n", path, head->begin);
        exit(1);
    }
    site_free(site);
    return begin_ms;
}

static int play_file(const char *path, const char *data, bool facts)
{
    struct play_head head;
    struct scratch scratch;
    char folder[PATH_MAX];
    struct play play = {.path = path, .facts = facts};
    play.begin_ms = begin_find(path, &head, folder);
    scratch_make(&scratch);
    play.stage = data != NULL ? stage_open_live(data, folder, play.begin_ms)
                              : stage_open_world(scratch.path, folder, play.begin_ms);
    play_script_run(&play);
    const bool same = play_expect_compare(&play);
    stage_check(play.stage);
    stage_close(play.stage);
    scratch_remove(&scratch);
    play_expect_forget(&play);
    free(play.tickets);
    return same ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && argv[1][0] != '-') {
        return play_file(argv[1], NULL, false);
    }
    if (argc == 4 && strcmp(argv[1], "--data") == 0) {
        return play_file(argv[3], argv[2], false);
    }
    if (argc == 3 && strcmp(argv[1], "--facts") == 0) {
        return play_file(argv[2], NULL, true);
    }
    if (argc == 3 && strcmp(argv[1], "--begin") == 0) {
        struct play_head head;
        char folder[PATH_MAX];
        const uint64_t begin_ms = begin_find(argv[2], &head, folder);
        printf("%s %" PRIu64 "\n", head.site, begin_ms);
        return 0;
    }
    (void)fprintf(
        stderr,
        "usage: test-scenario [--facts | --data DIR] FILE\n       test-scenario --begin FILE\n");
    return 64;
}
