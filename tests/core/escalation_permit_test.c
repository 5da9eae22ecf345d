/* escalation: a ticket is taken from its unit to be merged by who may have both, the ticket and what it would go
 * into. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "escalation_teller.h"
#include "services/escalation/escalation.h"

/* 2026-11-22 09:00 in +08:00. */
#define START_MS 1795309200000ull
enum { OWN = 1, OWN_TOO, FOREIGN, FOREIGN_OVER, AT_DESK = 50, NOBODYS = 99 };

static const Paidan__Answer *leave_as(struct story *story, const struct permit_asker *asker,
                                      uint64_t ticket, uint64_t into)
{
    Paidan__Recall recall = PAIDAN__RECALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    recall.ticket = story_ticket(story, ticket);
    recall.has_merge_into = true;
    recall.merge_into = story_ticket(story, into);
    request.wish_case = PAIDAN__REQUEST__WISH_RECALL;
    request.recall = &recall;
    story->asker = asker;
    const Paidan__Answer *const answer = story_ask(story, asker->actor, &request);
    story->asker = NULL;
    return answer;
}

/* Escalation has not heard of what lies at the desk for the first time, and cannot tell whose it is: to who has a
 * part of the site only, that is nobody's too. */
static void test_recall_when_the_other_is_foreign_then_as_unknown(void **unused)
{
    (void)unused;
    static const uint64_t foreign[] = {FOREIGN, FOREIGN_OVER, AT_DESK, NOBODYS};
    const struct teller_route own = {.category = "noise", .area = "bu1", .unit = "b1", .level = 1};
    const struct teller_route other = {
        .category = "noise", .area = "bu2", .unit = "b2", .level = 1};
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT;
    Paidan__GrantRole *roles[] = {&role};
    const struct permit_asker asker = {
        .actor = "bu1", .column = PERMIT_COLUMNS, .role_count = 1, .roles = roles};
    struct story story;
    role.role = PAIDAN__ROLE__ROLE_DISPATCHER;
    role.area = (char *)(uintptr_t) "bu1";
    story_open(&story, &escalation_service, "joint", START_MS);
    teller_route(&story, OWN, &own);
    teller_route(&story, OWN_TOO, &own);
    teller_route(&story, FOREIGN, &other);
    teller_route(&story, FOREIGN_OVER, &other);
    teller_serve(&story, "b2", FOREIGN_OVER);
    for (size_t index = 0; index < sizeof foreign / sizeof *foreign; index++) {
        const Paidan__Answer *answer = leave_as(&story, &asker, OWN, foreign[index]);
        assert_int_equal(answer->code, PAIDAN__CODE__TICKET_UNKNOWN);
        assert_string_equal(answer->detail, "into");
        answer = leave_as(&story, &asker, foreign[index], OWN);
        assert_int_equal(answer->code, PAIDAN__CODE__TICKET_UNKNOWN);
        assert_null(answer->detail);
    }
    assert_int_equal(leave_as(&story, &asker, OWN, OWN_TOO)->code, PAIDAN__CODE__OK);
    /* Who has the whole site may merge into what lies at the desk: triage knows it. */
    role.area = NULL;
    assert_int_equal(leave_as(&story, &asker, OWN_TOO, AT_DESK)->code, PAIDAN__CODE__OK);
    story_replay(&story);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recall_when_the_other_is_foreign_then_as_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
