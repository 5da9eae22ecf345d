/* site_triage: models that a site names: which are taken, what is said about the others. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/learn/learn.h"
#include "common/site/site_triage.h"
#include "scratch.h"
#include "site_files.h"
#include "taught.h"

static struct site_report report;

static const struct taught_label labels[] = {
    {"road", {"路面有坑", "井盖坏了", "人行道塌陷", "路砖松动"}},
    {"road.lamp", {"路灯不亮", "灯杆倒了", "照明坏了", "夜里没灯"}},
};

struct fixture {
    struct scratch scratch;
    unsigned char *bytes;
    size_t size;
};

static void put_text(const struct scratch *scratch, const char *name, const char *text)
{
    taught_put(scratch_path(scratch, name), (const unsigned char *)text, strlen(text));
}

/* The good site with a section `triage`. */
static void put_site(const struct scratch *scratch, const char *triage)
{
    char yaml[4096];
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        if (site_files_good[file] != NULL) {
            put_text(scratch, site_report_file((enum site_file)file), site_files_good[file]);
        }
    }
    (void)snprintf(yaml, sizeof yaml, "%s%s", site_files_good[SITE_YAML], triage);
    put_text(scratch, "site.yaml", yaml);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    scratch_make(&fixture->scratch);
    fixture->bytes = taught_bytes(labels, 2, &fixture->size);
    put_site(&fixture->scratch, "triage: {model: model.learn, precision: 90%}\n");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    scratch_remove(&fixture->scratch);
    free(fixture->bytes);
    free(fixture);
    return 0;
}

static void put_model(const struct fixture *fixture, size_t size)
{
    taught_put(scratch_path(&fixture->scratch, "model.learn"), fixture->bytes, size);
}

static void refused(const struct fixture *fixture, const char *name, uint32_t count)
{
    struct site *site = NULL;
    assert_int_equal(site_load(fixture->scratch.path, &report, &site), RC_SETTINGS);
    assert_int_equal(report.count, count);
    assert_string_equal(report.mistakes[0].name, name);
    assert_string_equal(report.mistakes[0].file, "site.yaml");
    assert_int_equal(report.mistakes[0].line, 18);
    assert_null(site);
}

static struct site *loaded(const struct fixture *fixture)
{
    struct site *site = NULL;
    assert_int_equal(site_load(fixture->scratch.path, &report, &site), RC_OK);
    return site;
}

/* ---- models ---- */

static void test_load_when_the_model_is_there_then_its_labels_are_categories(void **state)
{
    const struct fixture *fixture = *state;
    put_model(fixture, fixture->size);
    struct site *site = loaded(fixture);
    const struct site_model *model = &site->triage.model;
    assert_non_null(model->learn);
    assert_int_equal(model->label_count, 2);
    assert_int_equal(model->node_count, 2);
    const struct site_model_node *road = &model->nodes[model->labels[0]];
    const struct site_model_node *lamp = &model->nodes[model->labels[1]];
    assert_int_equal(road->index, site_category_find(site, "road"));
    assert_int_equal(lamp->index, site_category_find(site, "road.lamp"));
    assert_int_equal(road->above, SITE_NONE);
    assert_int_equal(lamp->above, model->labels[0]);
    assert_true(road->labelled && lamp->labelled);
    assert_in_range(model->threshold_permille, SITE_PERMILLE / 2, SITE_PERMILLE);
    assert_int_equal(site->triage.precision_permille, 900);
    assert_null(site->triage.unit_model.learn);
    site_free(site);
}

static void test_load_when_the_model_changes_then_it_is_another_site(void **state)
{
    static const struct taught_label others[] = {{"road", {"路面有坑", "井盖坏了", "积水"}},
                                                 {"road.lamp", {"路灯不亮", "灯杆倒了"}}};
    const struct fixture *fixture = *state;
    put_model(fixture, fixture->size);
    struct site *before = loaded(fixture);
    struct site *same = loaded(fixture);
    taught_write(scratch_path(&fixture->scratch, "model.learn"), others, 2);
    struct site *after = loaded(fixture);
    assert_int_equal(before->version, same->version);
    assert_int_equal(before->triage.model.version, same->triage.model.version);
    assert_int_not_equal(before->version, after->version);
    assert_int_not_equal(before->triage.model.version, after->triage.model.version);
    site_free(before);
    site_free(same);
    site_free(after);
}

static void test_load_when_a_site_says_nothing_then_there_is_no_model(void **state)
{
    const struct fixture *fixture = *state;
    put_model(fixture, fixture->size);
    put_text(&fixture->scratch, "site.yaml", site_files_good[SITE_YAML]);
    struct site *site = loaded(fixture);
    assert_null(site->triage.model.learn);
    assert_int_equal(site->triage.precision_permille, 980);
    assert_int_equal(site->triage.groups.suggest_permille, 0);
    assert_int_equal(site->triage.burst.count, 0);
    site_free(site);
}

static void test_load_when_all_is_said_then_it_is_kept(void **state)
{
    const struct fixture *fixture = *state;
    put_model(fixture, fixture->size);
    put_site(&fixture->scratch,
             "triage:\n"
             "  model: model.learn\n"
             "  precision: 99.5%\n"
             "  split: on\n"
             "  groups: {suggest: 50%, merge: 97%, days: 7, members: 100}\n"
             "  burst: {count: 5, within: 90m, urgency: emergency, alert: street}\n"
             "  trust: {window: 100, least: 10}\n");
    struct site *site = loaded(fixture);
    const struct site_triage *triage = &site->triage;
    assert_int_equal(triage->precision_permille, 995);
    assert_true(triage->split);
    assert_int_equal(triage->groups.suggest_permille, 500);
    assert_int_equal(triage->groups.merge_permille, 970);
    assert_int_equal(triage->groups.days, 7);
    assert_int_equal(triage->groups.members_max, 100);
    assert_int_equal(triage->burst.count, 5);
    assert_int_equal(triage->burst.within_ms, 90 * 60 * 1000);
    assert_int_equal(triage->burst.urgency, PAIDAN__URGENCY__URGENCY_EMERGENCY);
    assert_int_equal(triage->burst.alert, 2);
    assert_int_equal(triage->trust.window, 100);
    assert_int_equal(triage->trust.least, 10);
    site_free(site);
}

/* ---- what does nothing ---- */

/* Lines of the warnings of that name, as one number: 1920 is one of line 19 and one of line 20. */
static unsigned alone(const struct fixture *fixture)
{
    struct site *site = NULL;
    unsigned lines = 0;
    assert_int_equal(site_review(fixture->scratch.path, &report, &site), RC_OK);
    for (uint32_t index = 0; index < site_report_kept(&report); index++) {
        if (strcmp(report.mistakes[index].name, "TRIAGE_ALONE") == 0) {
            assert_string_equal(report.mistakes[index].file, "site.yaml");
            lines = lines * 100 + report.mistakes[index].line;
        }
    }
    site_free(site);
    return lines;
}

static void test_review_when_nothing_is_measured_then_precision_and_trust_are_doubted(void **state)
{
    const struct fixture *fixture = *state;
    put_model(fixture, fixture->size);
    put_site(&fixture->scratch, "triage:\n  precision: 90%\n  trust: {window: 50, least: 10}\n");
    assert_int_equal(alone(fixture), 1920);
    site_free(loaded(fixture)); /* a service takes it as it is */
    put_site(&fixture->scratch, "triage:\n  groups: {suggest: 50%, merge: 97%}\n");
    assert_int_equal(alone(fixture), 0); /* events are recognised without a model */
    put_site(&fixture->scratch,
             "triage: {model: model.learn, precision: 90%, trust: {window: 50}}\n");
    assert_int_equal(alone(fixture), 0);
    put_site(&fixture->scratch, "triage: {precision: 90%, trust: {window: 50}}\n");
    put_text(&fixture->scratch, "rules.csv", "id,words,desk\nlamp,路灯,yes\n");
    assert_int_equal(alone(fixture), 0);
}

/* ---- models that are none ---- */

static void test_load_when_the_model_is_missing_then_told(void **state)
{
    refused(*state, "MODEL_MISSING", 1);
}

static void test_load_when_the_model_is_cut_off_then_damaged(void **state)
{
    const struct fixture *fixture = *state;
    const size_t sizes[] = {0, 1, 64, fixture->size / 2, fixture->size - 1};
    for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++) {
        put_model(fixture, sizes[index]);
        refused(fixture, "MODEL_DAMAGED", 1);
    }
}

static void test_load_when_the_model_is_of_another_version_then_told(void **state)
{
    const struct fixture *fixture = *state;
    fixture->bytes[8]++; /* see learn_private.h */
    put_model(fixture, fixture->size);
    refused(fixture, "MODEL_VERSION", 1);
    fixture->bytes[8]--;
}

static void test_load_when_labels_are_of_another_town_then_each_is_named(void **state)
{
    static const struct taught_label others[] = {{"noise", {"夜间施工", "广场舞太吵"}},
                                                 {"parking", {"占用车位", "乱停车辆"}},
                                                 {"road", {"路面有坑", "井盖坏了"}}};
    const struct fixture *fixture = *state;
    taught_write(scratch_path(&fixture->scratch, "model.learn"), others, 3);
    refused(fixture, "MODEL_CATEGORY", 2);
    put_site(&fixture->scratch, "triage: {unit_model: model.learn}\n");
    refused(fixture, "MODEL_UNIT", 3);
}

static void test_load_when_the_model_is_a_folder_or_too_large_then_told(void **state)
{
    const struct fixture *fixture = *state;
    put_site(&fixture->scratch, "triage: {model: x.learn}\n");
    taught_put(scratch_path(&fixture->scratch, "x.learn"), fixture->bytes, 1);
    FILE *file = fopen(scratch_path(&fixture->scratch, "x.learn"), "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, LEARN_MODEL_BYTES_MAX, SEEK_SET), 0);
    assert_int_equal(fputc(0, file), 0);
    assert_int_equal(fclose(file), 0);
    refused(fixture, "MODEL_TOO_LARGE", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_load_when_the_model_is_there_then_its_labels_are_categories, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_when_the_model_changes_then_it_is_another_site,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_when_a_site_says_nothing_then_there_is_no_model,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_when_all_is_said_then_it_is_kept, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_review_when_nothing_is_measured_then_precision_and_trust_are_doubted, setup,
            teardown),
        cmocka_unit_test_setup_teardown(test_load_when_the_model_is_missing_then_told, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_load_when_the_model_is_cut_off_then_damaged, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_load_when_the_model_is_of_another_version_then_told,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_load_when_labels_are_of_another_town_then_each_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_when_the_model_is_a_folder_or_too_large_then_told,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
