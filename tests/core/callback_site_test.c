/* The site changes under callback: residents that are to be asked must not be lost with the channel
 * that was to ask them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/callback/callback.h"
#include "site_files.h"
#include "story.h"

#define BASE_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */

static const char both[] =
    "  - {code: wechat, name: 微信}\n"
    "  - {code: device, name: 设备, callback: wechat}\n";

/* The good site with other channels. */
static struct site *load(const char *channels)
{
    static char yaml[4096];
    struct site_files files = {0};
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    const char *good = site_files_good[SITE_YAML];
    const char *at = strstr(good, both);
    assert_non_null(report);
    assert_non_null(at);
    (void)snprintf(yaml, sizeof yaml, "%.*s%s%s", (int)(at - good), good, channels,
                   at + strlen(both));
    files.text[SITE_YAML] = yaml;
    assert_int_equal(site_files_load(&files, report, &site), RC_OK);
    free(report);
    return site;
}

static void resolved(struct story *story, uint64_t number, const char *channel)
{
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    fact.unit = (char *)"lamps";
    fact.note = (char *)"修好了";
    fact.round = 1;
    fact.channel = (char *)channel;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    story_hear(story, "escalation", &event);
}

static const Paidan__Answer *pull(struct story *story, const char *channel)
{
    Paidan__CallbackPull wish = PAIDAN__CALLBACK_PULL__INIT;
    wish.channel = (char *)channel;
    wish.has_max = 1;
    wish.max = 10;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request.callback_pull = &wish;
    const Paidan__Answer *answer = story_ask(story, "caller", &request);
    assert_non_null(answer);
    return answer;
}

static const Paidan__CallbackPulled *list(struct story *story, Paidan__CallbackList wish)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_LIST;
    request.callback_list = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->callback_pulled;
}

static uint64_t strays(struct story *story, size_t limit, size_t *shown)
{
    Paidan__CallbackList wish = PAIDAN__CALLBACK_LIST__INIT;
    wish.has_stray = wish.stray = true;
    wish.has_limit = true;
    wish.limit = (uint32_t)limit;
    const Paidan__CallbackPulled *pulled = list(story, wish);
    assert_true(pulled->has_count);
    *shown = pulled->n_tasks;
    return pulled->count;
}

/* What was asked under the old code is pulled and listed under the new one, page by page. */
static void test_channel_when_renamed_then_its_callbacks_are_pulled_under_the_new_code(void **state)
{
    (void)state;
    struct story story;
    size_t shown = 0;
    story_open_site(&story, &callback_service, load(both), BASE_MS);
    resolved(&story, 1, "wechat");
    resolved(&story, 2, "wechat");
    story_change_site(&story, load("  - {code: weixin, name: 微信, was: wechat}\n"));
    story_step(&story);
    resolved(&story, 3, "wechat"); /* escalation has not read the new site yet */
    assert_int_equal(strays(&story, 10, &shown), 0);
    Paidan__CallbackList wish = PAIDAN__CALLBACK_LIST__INIT;
    wish.channel = (char *)"weixin";
    wish.has_limit = true;
    wish.limit = 2;
    const Paidan__CallbackPulled *page = list(&story, wish);
    assert_int_equal(page->n_tasks, 2);
    assert_int_equal(page->tasks[0]->ticket, story_ticket(&story, 3));
    assert_int_equal(page->tasks[1]->ticket, story_ticket(&story, 1));
    assert_true(page->has_next);
    wish.has_cursor = true;
    wish.cursor = page->next;
    page = list(&story, wish);
    assert_int_equal(page->n_tasks, 1);
    assert_int_equal(page->tasks[0]->ticket, story_ticket(&story, 2));
    assert_false(page->has_next);
    assert_int_equal(pull(&story, "wechat")->code, PAIDAN__CODE__CHANNEL_UNKNOWN);
    assert_int_equal(pull(&story, "weixin")->callback_pulled->n_tasks, 3);
    assert_int_equal(pull(&story, "weixin")->callback_pulled->n_tasks, 0); /* they are held */
    story_replay(&story);
    story_close(&story);
}

/* Nobody carries the channel on: they are told as strays until somebody does. */
static void
test_channel_when_dropped_then_its_callbacks_are_strays_until_it_has_an_heir(void **state)
{
    (void)state;
    struct story story;
    size_t shown = 0;
    story_open_site(&story, &callback_service, load(both), BASE_MS);
    for (uint64_t number = 1; number <= 3; number++) {
        resolved(&story, number, "wechat");
    }
    assert_int_equal(strays(&story, 10, &shown), 0);
    story_change_site(&story, load("  - {code: hotline, name: 热线}\n"));
    story_step(&story);
    resolved(&story, 4, "hotline");
    assert_int_equal(strays(&story, 2, &shown), 3);
    assert_int_equal(shown, 2);
    story_change_site(&story, load("  - {code: hotline, name: 热线, was: wechat|device}\n"));
    story_step(&story);
    assert_int_equal(strays(&story, 10, &shown), 0);
    assert_int_equal(pull(&story, "hotline")->callback_pulled->n_tasks, 4);
    story_replay(&story);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_channel_when_renamed_then_its_callbacks_are_pulled_under_the_new_code),
        cmocka_unit_test(
            test_channel_when_dropped_then_its_callbacks_are_strays_until_it_has_an_heir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
