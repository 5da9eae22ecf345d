/* The scripted day: how it is read, and that the one we ship fits the site it is played in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/demo/demo_script.h"

#define ROWS_MIN 300u
#define DUPLICATES_MIN 5u

static const char units_good[] =
    "unit\tmanner\thours\tpull\tcontact\thandle\treturn\traise\n"
    "a\tdiligent\t08:00-18:30\t12m\t10m-1h\t1h-5h30m\t4\t10\n"
    "b\tasleep\t-\tnever\t-\t-\t-\t-\n";
static const char notes_good[] =
    "kind\tcategory\ttext\ncontact\t*\tc\nprogress\t*\tp\nresolve\t*\tany one\nresolve\t*\tany "
    "two\n"
    "resolve\tnoise\tquiet "
    "now\nreturn\t*\tr\nraise\t*\tu\nrule\t*\tw\nunsolved\t*\tn\nchase\t*\th\n";
static const char day_good[] =
    "# a comment\n"
    "time\tchannel\texternal_id\tplace\ttitle\ttext\tphone\tthen\tdesk\n"
    "06:30\twechat\tW1\tX苑\t\t水停了\t13800000001\tchase+1h30m;supplement+5m:还是没水;answer:no:"
    "fair\t\n"
    "\n"
    "23:00\thotline\tH1\t\t标题\t来电人反映\t\tsilent\tnoise@street\n"
    "07:00\twechat\tW2\t\t\t在吗\n";

static char folder[] = "/tmp/demo_script_XXXXXX";

static void file_write(const char *name, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int folder_remove(void **state)
{
    (void)state;
    static const char *const names[] = {"day.tsv", "units.tsv", "notes.tsv"};
    for (size_t index = 0; index < 3; index++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[index]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

static enum rc load(struct demo_script *script, struct demo_mistake *mistake, const char *day,
                    const char *units, const char *notes)
{
    file_write("day.tsv", day);
    file_write("units.tsv", units);
    file_write("notes.tsv", notes);
    return demo_script_load(script, folder, mistake);
}

static void test_spans_and_times_are_read_strictly(void **state)
{
    (void)state;
    uint64_t ms = 7;
    assert_int_equal(demo_script_span("1h30m", &ms), RC_OK);
    assert_int_equal(ms, 90 * DEMO_MINUTE_MS);
    assert_int_equal(demo_script_span("20m", &ms), RC_OK);
    assert_int_equal(ms, 20 * DEMO_MINUTE_MS);
    assert_int_equal(demo_script_time("24:00", &ms), RC_OK);
    assert_int_equal(ms, DEMO_DAY_MS);
    static const char *const spans[] = {"", "5", "m", "5s", "-5m", "1h30", "99999m", "1h 5m"};
    for (size_t index = 0; index < sizeof spans / sizeof spans[0]; index++) {
        assert_int_equal(demo_script_span(spans[index], &ms), RC_INVALID);
    }
    static const char *const times[] = {"", "7:30", "24:01", "12:60", "12:5", "12-30", "12:300"};
    for (size_t index = 0; index < sizeof times / sizeof times[0]; index++) {
        assert_int_equal(demo_script_time(times[index], &ms), RC_INVALID);
    }
    assert_int_equal(ms, DEMO_DAY_MS);
}

static void test_day_when_good_then_every_column_is_understood(void **state)
{
    (void)state;
    struct demo_script script;
    struct demo_mistake mistake;
    assert_int_equal(load(&script, &mistake, day_good, units_good, notes_good), RC_OK);
    assert_int_equal(script.row_count, 3);
    const struct demo_row *row = &script.rows[0];
    assert_int_equal(row->at_ms, 390 * DEMO_MINUTE_MS);
    assert_string_equal(row->text, "水停了");
    assert_null(row->title);
    assert_string_equal(row->phone, "13800000001");
    assert_int_equal(row->act_count, 2);
    assert_int_equal(row->acts[0].kind, DEMO_CHASE);
    assert_int_equal(row->acts[0].after_ms, 90 * DEMO_MINUTE_MS);
    assert_int_equal(row->acts[1].kind, DEMO_SUPPLEMENT);
    assert_string_equal(row->acts[1].text, "还是没水");
    assert_int_equal(row->reply_count, 1);
    assert_int_equal(row->replies[0].solved, PAIDAN__SOLVED__SOLVED_NO);
    assert_int_equal(row->replies[0].satisfied, PAIDAN__SATISFIED__SATISFIED_FAIR);
    assert_true(script.rows[1].silent);
    assert_string_equal(script.rows[1].category, "noise");
    assert_string_equal(script.rows[1].area, "street");
    assert_int_equal(script.rows[1].line, 5);
    assert_null(script.rows[2].category);
    const struct demo_unit *unit = demo_script_unit(&script, "a");
    assert_non_null(unit);
    assert_int_equal(unit->pull_ms, 12 * DEMO_MINUTE_MS);
    assert_int_equal(unit->handle.max_ms, 330 * DEMO_MINUTE_MS);
    assert_int_equal(demo_script_unit(&script, "b")->pull_ms, 0);
    assert_null(demo_script_unit(&script, "c"));
    demo_script_fini(&script);
}

static void test_note_when_category_has_none_then_one_for_any(void **state)
{
    (void)state;
    struct demo_script script;
    struct demo_mistake mistake;
    assert_int_equal(load(&script, &mistake, day_good, units_good, notes_good), RC_OK);
    assert_string_equal(demo_script_note(&script, DEMO_NOTE_RESOLVE, "noise", 5), "quiet now");
    assert_string_equal(demo_script_note(&script, DEMO_NOTE_RESOLVE, "noise.square", 5),
                        "quiet now");
    assert_string_equal(demo_script_note(&script, DEMO_NOTE_RESOLVE, "water", 4), "any one");
    assert_string_equal(demo_script_note(&script, DEMO_NOTE_RESOLVE, NULL, 5), "any two");
    demo_script_fini(&script);
}

static void test_load_when_wrong_then_file_line_and_name_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *day, *units, *notes, *file, *name;
        uint32_t line;
    } cases[] = {
        {"time\tchannel\n", units_good, notes_good, "day.tsv", "HEADER", 1},
        {"time\tchannel\texternal_id\tplace\ttitle\ttext\tphone\tthen\tdesk\n7:30\tw\tx\n",
         units_good, notes_good, "day.tsv", "TIME", 2},
        {"time\tchannel\texternal_id\tplace\ttitle\ttext\tphone\tthen\tdesk\n07:30\tw\n",
         units_good, notes_good, "day.tsv", "EXTERNAL_ID", 2},
        {"time\tchannel\texternal_id\tplace\ttitle\ttext\tphone\tthen\tdesk\n"
         "07:30\tw\tx\t\t\t\t\tdance+1h\n",
         units_good, notes_good, "day.tsv", "THEN", 2},
        {"time\tchannel\texternal_id\tplace\ttitle\ttext\tphone\tthen\tdesk\n"
         "07:30\tw\tx\t\t\t\t\tanswer:perhaps:no\n",
         units_good, notes_good, "day.tsv", "THEN", 2},
        {"time\tchannel\texternal_id\tplace\ttitle\ttext\tphone\tthen\tdesk\n"
         "07:30\tw\tx\t\t\t\t\t\t\tmore\n",
         units_good, notes_good, "day.tsv", "CELLS", 2},
        {day_good,
         "unit\tmanner\thours\tpull\tcontact\thandle\treturn\traise\n"
         "a\tx\t-\tnever\na\tx\t-\tnever\n",
         notes_good, "units.tsv", "UNIT_TWICE", 3},
        {day_good,
         "unit\tmanner\thours\tpull\tcontact\thandle\treturn\traise\n"
         "a\tx\t08:00-09:00\t5m\t2h-1h\t1h-2h\t0\t0\n",
         notes_good, "units.tsv", "SPAN", 2},
        {day_good,
         "unit\tmanner\thours\tpull\tcontact\thandle\treturn\traise\n"
         "a\tx\t08:00-09:00\t5m\t1h-1h\t1h-2h\t60\t50\n",
         notes_good, "units.tsv", "PERCENT", 2},
        {day_good, units_good, "kind\tcategory\ttext\ncontact\t*\t\"c\"d\n", "notes.tsv", "ROW", 2},
        {day_good, units_good, "kind\tcategory\ttext\ncontact\t*\tc\n", "notes.tsv", "NOTE_KIND",
         0},
        {day_good, units_good, "kind\tcategory\ttext\nshout\t*\tc\n", "notes.tsv", "NOTE", 2},
        {"\xff\xfe", units_good, notes_good, "day.tsv", "ROW", 1},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        struct demo_script script;
        struct demo_mistake mistake = {0};
        assert_int_equal(
            load(&script, &mistake, cases[index].day, cases[index].units, cases[index].notes),
            RC_SETTINGS);
        assert_string_equal(mistake.file, cases[index].file);
        assert_string_equal(mistake.name, cases[index].name);
        assert_int_equal(mistake.line, cases[index].line);
    }
}

/* ---- the script we ship -----------------------------------------------------------------------
 */

struct shipped {
    struct demo_script script;
    struct site *site;
};

static void shipped_open(struct shipped *shipped)
{
    char path[4096];
    const char *root = getenv("PAIDAN_ROOT");
    struct demo_mistake mistake = {0};
    struct site_report *report = calloc(1, sizeof *report);
    assert_non_null(root);
    assert_non_null(report);
    (void)snprintf(path, sizeof path, "%s/deploy/sites/demo", root);
    assert_int_equal(site_load(path, report, &shipped->site), RC_OK);
    free(report);
    (void)snprintf(path, sizeof path, "%s/deploy/demo", root);
    assert_int_equal(demo_script_load(&shipped->script, path, &mistake), RC_OK);
    const enum rc rc = demo_script_check(&shipped->script, shipped->site, &mistake);
    if (rc != RC_OK) {
        print_error("%s:%u %s\n", mistake.file, mistake.line, mistake.name);
    }
    assert_int_equal(rc, RC_OK);
}

static void shipped_close(struct shipped *shipped)
{
    demo_script_fini(&shipped->script);
    site_free(shipped->site);
}

static void test_shipped_script_when_loaded_then_it_fits_the_demo_site(void **state)
{
    (void)state;
    struct shipped shipped;
    shipped_open(&shipped);
    assert_true(shipped.script.row_count >= ROWS_MIN);
    shipped_close(&shipped);
}

/* A repeated external id is the same complaint again, said with the same words, but for the one row
 * whose refusal the demo shows. */
static void test_shipped_script_when_an_id_repeats_then_so_does_the_text(void **state)
{
    (void)state;
    struct shipped shipped;
    shipped_open(&shipped);
    uint32_t duplicates = 0, conflicts = 0, empty = 0;
    for (uint32_t index = 0; index < shipped.script.row_count; index++) {
        const struct demo_row *row = &shipped.script.rows[index];
        empty += *row->text == '\0' ? 1 : 0;
        for (uint32_t before = 0; before < index; before++) {
            const struct demo_row *other = &shipped.script.rows[before];
            if (strcmp(row->external_id, other->external_id) != 0) {
                continue;
            }
            assert_string_equal(row->channel, other->channel);
            assert_true(row->at_ms >= other->at_ms);
            if (strcmp(row->text, other->text) == 0) {
                duplicates++;
            } else {
                conflicts++;
            }
            break;
        }
    }
    assert_true(duplicates >= DUPLICATES_MIN);
    assert_int_equal(conflicts, 1);
    assert_int_equal(empty, 1);
    shipped_close(&shipped);
}

static void test_shipped_script_when_phones_are_given_then_they_are_fictitious(void **state)
{
    (void)state;
    struct shipped shipped;
    shipped_open(&shipped);
    for (uint32_t index = 0; index < shipped.script.row_count; index++) {
        const struct demo_row *row = &shipped.script.rows[index];
        if (row->phone != NULL) {
            assert_int_equal(strlen(row->phone), 11);
            assert_int_equal(strncmp(row->phone, "1380000", 7), 0);
        }
        /* No number in a text may look like a real phone: at most six digits in a row. */
        assert_true(strlen(row->text) < 1024);
        unsigned digits = 0;
        for (const char *at = row->text; *at != '\0'; at++) {
            digits = *at >= '0' && *at <= '9' ? digits + 1 : 0;
            assert_true(digits <= 6);
        }
    }
    shipped_close(&shipped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans_and_times_are_read_strictly),
        cmocka_unit_test(test_day_when_good_then_every_column_is_understood),
        cmocka_unit_test(test_note_when_category_has_none_then_one_for_any),
        cmocka_unit_test(test_load_when_wrong_then_file_line_and_name_are_told),
        cmocka_unit_test(test_shipped_script_when_loaded_then_it_fits_the_demo_site),
        cmocka_unit_test(test_shipped_script_when_an_id_repeats_then_so_does_the_text),
        cmocka_unit_test(test_shipped_script_when_phones_are_given_then_they_are_fictitious),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
