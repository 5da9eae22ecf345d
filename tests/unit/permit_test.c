/* permit: the table as it stands, what a role reaches, and how a wish is narrowed to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/permit/permit.h"
#include "common/wire/wire.h"
#include "solo.h"
#include "trace.h"

struct test {
    struct arena arena;
    struct site *site;
    Paidan__GrantRole rooms[4];
    Paidan__GrantRole *roles[4];
    size_t count;
    struct permit_ask ask;
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    assert_non_null(test);
    assert_int_equal(arena_init(&test->arena, 8u << 20), RC_OK);
    test->site = solo_site_load("joint");
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    arena_fini(&test->arena);
    site_free(test->site);
    free(test);
    return 0;
}

/* Names of the site as it is read, so that the test holds for whatever lies in its files. */
static const char *unit_at(const struct test *test, uint32_t level, unsigned nth)
{
    for (uint32_t index = 0; index < test->site->unit_count; index++) {
        if (test->site->units[index].level == level && nth-- == 0) {
            return test->site->units[index].code;
        }
    }
    fail_msg("the site has too few units on level %u", level);
    return NULL;
}

static void add_role(struct test *test, Paidan__Role role, const char *unit, const char *area,
                     const char *channel)
{
    Paidan__GrantRole *const room = &test->rooms[test->count];
    paidan__grant_role__init(room);
    room->role = role;
    room->unit = (char *)(uintptr_t)unit;
    room->area = (char *)(uintptr_t)area;
    room->channel = (char *)(uintptr_t)channel;
    test->roles[test->count++] = room;
}

static Paidan__Code ask(struct test *test, const Paidan__Request *request)
{
    const struct permit_asker asker = {.actor = "zhang.san",
                                       .column = PERMIT_COLUMNS,
                                       .role_count = test->count,
                                       .roles = test->roles};
    assert_int_equal(permit_ask(&asker, request, test->site, &test->arena, &test->ask), RC_OK);
    return test->ask.code;
}

/* ---- the table ---- */

static void test_table_when_printed_then_as_golden(void **state)
{
    (void)state;
    struct trace trace;
    trace_init(&trace, 0);
    trace_say(&trace, "%-24s DCLSHAMXPW GVN", "");
    for (unsigned row = 0; row < PERMIT_ROWS; row++) {
        char roles[16] = "", others[8] = "";
        for (unsigned column = PERMIT_ROLE_FIRST; column <= PERMIT_PUBLIC; column++) {
            roles[column - PERMIT_ROLE_FIRST] =
                (char)permit_table_cell((enum permit_row)row, column);
        }
        others[0] = (char)permit_table_cell((enum permit_row)row, PERMIT_GATEWAY);
        others[1] = (char)permit_table_cell((enum permit_row)row, PERMIT_SERVICE);
        others[2] = (char)permit_table_cell((enum permit_row)row, PERMIT_PERSON);
        trace_say(&trace, "%-24s %s %s", permit_table_name((enum permit_row)row), roles, others);
        assert_int_equal(permit_table_find(permit_table_name((enum permit_row)row)), row);
    }
    assert_true(trace_golden(&trace, "permit_table"));
    trace_fini(&trace);
}

/* A wish without its row must not compile; one whose fields are not those of its row stops here. */
static void test_table_when_each_wish_is_asked_then_it_has_a_row(void **state)
{
    struct test *const test = *state;
    const ProtobufCMessageDescriptor *const wishes = &paidan__request__descriptor;
    add_role(test, PAIDAN__ROLE__ROLE_SUPERVISOR, unit_at(test, 3, 0), NULL, NULL);
    unsigned count = 0;
    for (unsigned index = 0; index < wishes->n_fields; index++) {
        const ProtobufCFieldDescriptor *const field = &wishes->fields[index];
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) {
            continue;
        }
        static unsigned char zeros[512];
        const ProtobufCMessageDescriptor *const wish = field->descriptor;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        assert_true(wish->sizeof_message <= sizeof zeros);
        wish->message_init((ProtobufCMessage *)(void *)zeros);
        if (field->id == PAIDAN__REQUEST__WISH_FETCH) {
            ((Paidan__Fetch *)(void *)zeros)->follower = (char *)(uintptr_t) "watch";
        }
        if (field->id == PAIDAN__REQUEST__WISH_WORK) {
            ((Paidan__Work *)(void *)zeros)->action = PAIDAN__ACTION__ACTION_ACCEPT;
        }
        request.wish_case = (Paidan__Request__WishCase)field->id;
        request.ping = (Paidan__Ping *)(void *)zeros;
        assert_true(permit_table_row(&request) < PERMIT_ROWS);
        (void)ask(test, &request);
        count++;
    }
    assert_true(count > 50);
}

/* ---- what a role reaches ---- */

static bool covers(struct test *test, enum permit_row row, const struct permit_subject *subject)
{
    Paidan__Grant grant = PAIDAN__GRANT__INIT;
    grant.actor = (char *)(uintptr_t) "zhang.san";
    grant.roles = test->roles;
    grant.n_roles = test->count;
    return permit_grant_covers(&grant, row, test->site, subject);
}

static void test_clerk_when_unit_leads_or_assists_then_covered_else_not(void **state)
{
    struct test *const test = *state;
    const char *const own = unit_at(test, 1, 0), *const other = unit_at(test, 1, 1);
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, own, NULL, NULL);
    struct permit_subject subject = {.unit = own, .level = 1};
    assert_true(covers(test, PERMIT_SHOW, &subject));
    subject.unit = other;
    assert_false(covers(test, PERMIT_SHOW, &subject));
    subject.assist_count = 1;
    subject.assist[0] = own;
    assert_true(covers(test, PERMIT_SHOW, &subject));
    subject = (struct permit_subject){.level = 1};
    assert_false(covers(test, PERMIT_SHOW, &subject)); /* nobody's is not everybody's */
    subject.unit = "";
    test->rooms[0].unit = (char *)(uintptr_t) "";
    assert_false(covers(test, PERMIT_SHOW, &subject));
}

static void test_leader_when_below_or_beside_or_above_then_only_below(void **state)
{
    struct test *const test = *state;
    const struct site *const site = test->site;
    /* A unit with an area, and a ticket in it. */
    const struct site_unit *own = NULL;
    for (uint32_t index = 0; index < site->unit_count && own == NULL; index++) {
        own = site->units[index].level == 2 && site->units[index].area != SITE_NONE
                  ? &site->units[index]
                  : NULL;
    }
    assert_non_null(own);
    add_role(test, PAIDAN__ROLE__ROLE_LEADER, own->code, NULL, NULL);
    struct permit_subject subject = {
        .unit = unit_at(test, 1, 0), .level = 1, .area = site->areas[own->area].code};
    assert_true(covers(test, PERMIT_LIST, &subject));
    subject.level = 3;
    assert_false(covers(test, PERMIT_LIST, &subject));
    subject.level = 1;
    for (uint32_t area = 0; area < site->area_count; area++) {
        subject.area = site->areas[area].code;
        assert_int_equal(covers(test, PERMIT_LIST, &subject),
                         site_area_within(site, area, own->area));
    }
    test->rooms[0].has_level = 1;
    test->rooms[0].level = 1;
    subject.area = site->areas[own->area].code;
    subject.level = 2;
    assert_false(covers(test, PERMIT_LIST, &subject));
}

static void test_dispatcher_when_not_placed_then_covered_by_each(void **state)
{
    struct test *const test = *state;
    const struct site *const site = test->site;
    add_role(test, PAIDAN__ROLE__ROLE_DISPATCHER, NULL, site->areas[2].code, NULL);
    struct permit_subject subject = {.area = ""};
    assert_true(covers(test, PERMIT_TRIAGE_SHOW, &subject));
    subject.area = site->areas[2].code;
    assert_true(covers(test, PERMIT_TRIAGE_SHOW, &subject));
    subject.area = site->areas[0].code; /* the whole, of which it is a part */
    assert_false(covers(test, PERMIT_TRIAGE_SHOW, &subject));
    test->rooms[0].area = NULL;
    assert_true(covers(test, PERMIT_TRIAGE_SHOW, &subject));
}

static void test_key_when_unit_or_channel_is_missing_then_nothing(void **state)
{
    struct test *const test = *state;
    const char *const channel = test->site->channels[0].code;
    add_role(test, PAIDAN__ROLE__ROLE_ADAPTER, NULL, NULL, channel);
    struct permit_subject subject = {.unit = unit_at(test, 1, 0), .channel = channel};
    assert_false(covers(test, PERMIT_SHOW, &subject)); /* of units alone */
    assert_true(covers(test, PERMIT_CALLBACK_ANSWER, &subject));
    assert_false(covers(test, PERMIT_READ_TEXTS, &subject));
    assert_false(covers(test, PERMIT_READ_PHONES, &subject)); /* nobody is being asked */
    subject.channel = "other";
    assert_false(covers(test, PERMIT_CALLBACK_ANSWER, &subject));
}

static void test_public_when_named_in_a_grant_then_gives_nothing(void **state)
{
    struct test *const test = *state;
    add_role(test, PAIDAN__ROLE__ROLE_PUBLIC, NULL, NULL, NULL);
    const struct permit_subject subject = {.channel = "web"};
    for (unsigned row = 0; row < PERMIT_ROWS; row++) {
        if (permit_table_cell((enum permit_row)row, PERMIT_PERSON) == PERMIT_NONE) {
            assert_false(covers(test, (enum permit_row)row, &subject));
        }
    }
}

/* A pass opens one ticket for one wish: no other ticket, and nothing else of it. */
static void test_pass_when_it_names_a_ticket_then_that_one_alone(void **state)
{
    struct test *const test = *state;
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT, *roles = &role;
    role.role = PAIDAN__ROLE__ROLE_PUBLIC;
    role.has_ticket = 1;
    role.ticket = 7;
    const struct permit_asker asker = {
        .actor = "public", .column = PERMIT_PUBLIC, .role_count = 1, .roles = &roles};
    for (unsigned row = 0; row < PERMIT_ROWS; row++) {
        struct permit_view view;
        permit_view_make(&asker, (enum permit_row)row, &view);
        struct permit_subject subject = {.ticket = 7, .unit = "b1", .channel = "web"};
        const bool own = permit_covers(&view, test->site, &subject);
        subject.ticket = 8;
        const bool other = permit_covers(&view, test->site, &subject);
        if (row == PERMIT_CALLBACK_ANSWER) {
            assert_true(own);
            assert_false(other);
        } else {
            assert_int_equal(own, other); /* what anybody may who has a code, or nothing */
        }
    }
    role.has_ticket = 0;
    struct permit_view view;
    permit_view_make(&asker, PERMIT_CALLBACK_ANSWER, &view);
    const struct permit_subject none = {.ticket = 0};
    assert_false(permit_covers(&view, test->site, &none));
}

/* ---- what a wish names ---- */

static Paidan__Code ask_board(struct test *test, const char *unit, const char *area)
{
    static Paidan__Board wish;
    paidan__board__init(&wish);
    wish.unit = (char *)(uintptr_t)unit;
    wish.area = (char *)(uintptr_t)area;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_BOARD;
    request.board = &wish;
    const Paidan__Code code = ask(test, &request);
    assert_ptr_equal(wish.unit, unit); /* what came is as it came */
    return code;
}

static void test_board_when_unit_is_open_then_filled_in_else_judged(void **state)
{
    struct test *const test = *state;
    const char *const own = unit_at(test, 1, 0), *const other = unit_at(test, 1, 1);
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, own, NULL, NULL);
    assert_int_equal(ask_board(test, NULL, NULL), PAIDAN__CODE__OK);
    assert_string_equal(test->ask.request->board->unit, own);
    assert_int_equal(ask_board(test, own, NULL), PAIDAN__CODE__OK);
    assert_int_equal(ask_board(test, other, NULL), PAIDAN__CODE__FORBIDDEN);
    assert_string_equal(test->ask.detail, "unit");
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, other, NULL, NULL);
    assert_int_equal(ask_board(test, other, NULL), PAIDAN__CODE__OK);
    assert_int_equal(ask_board(test, NULL, NULL), PAIDAN__CODE__FORBIDDEN); /* which of the two? */
    assert_string_equal(test->ask.detail, "unit");
    add_role(test, PAIDAN__ROLE__ROLE_SUPERVISOR, unit_at(test, 3, 0), NULL, NULL);
    assert_int_equal(ask_board(test, NULL, NULL), PAIDAN__CODE__OK);
    assert_null(test->ask.request->board->unit);
}

static void test_board_when_area_is_a_part_then_free_else_refused(void **state)
{
    struct test *const test = *state;
    const struct site *const site = test->site;
    add_role(test, PAIDAN__ROLE__ROLE_DISPATCHER, NULL, site->areas[2].code, NULL);
    for (uint32_t area = 0; area < site->area_count; area++) {
        assert_int_equal(ask_board(test, NULL, site->areas[area].code),
                         site_area_within(site, area, 2) ? PAIDAN__CODE__OK
                                                         : PAIDAN__CODE__FORBIDDEN);
    }
    assert_int_equal(ask_board(test, NULL, NULL), PAIDAN__CODE__OK);
    assert_string_equal(test->ask.request->board->area, site->areas[2].code);
}

static void test_work_when_tickets_are_hidden_then_only_the_copy_changes(void **state)
{
    struct test *const test = *state;
    const char *const own = unit_at(test, 1, 0);
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, own, NULL, NULL);
    Paidan__WorkItem items[2];
    Paidan__WorkItem *list[] = {&items[0], &items[1]};
    Paidan__Work wish = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    for (unsigned index = 0; index < 2; index++) {
        paidan__work_item__init(&items[index]);
        items[index].ticket = 100 + index;
    }
    wish.unit = (char *)(uintptr_t)own;
    wish.action = PAIDAN__ACTION__ACTION_ACCEPT;
    wish.items = list;
    wish.n_items = 2;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &wish;
    request.actor = (char *)(uintptr_t) "zhang.san";
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    assert_int_equal(test->ask.ticket_count, 2);
    permit_ask_hide(&test->ask, 1);
    assert_int_equal(test->ask.request->work->items[0]->ticket, 100);
    assert_int_equal(test->ask.request->work->items[1]->ticket, PERMIT_NOBODYS_TICKET);
    assert_int_equal(items[1].ticket, 101);
    Paidan__WorkResult results[2];
    Paidan__WorkResult *told[] = {&results[0], &results[1]};
    Paidan__Worked worked = PAIDAN__WORKED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    for (unsigned index = 0; index < 2; index++) {
        paidan__work_result__init(&results[index]);
        results[index].ticket = test->ask.request->work->items[index]->ticket;
    }
    worked.results = told;
    worked.n_results = 2;
    answer.body_case = PAIDAN__ANSWER__BODY_WORKED;
    answer.worked = &worked;
    assert_int_equal(permit_ask_answer(&test->ask, test->site, &test->arena, &answer), RC_OK);
    assert_int_equal(results[1].ticket, 101);
    wish.action = PAIDAN__ACTION__ACTION_SUSPEND; /* a leader's */
    assert_int_equal(ask(test, &request), PAIDAN__CODE__FORBIDDEN);
    wish.action = PAIDAN__ACTION__ACTION_ACCEPT;
    request.actor = (char *)(uintptr_t) "li.si"; /* under another's name */
    assert_int_equal(ask(test, &request), PAIDAN__CODE__FORBIDDEN);
    assert_string_equal(test->ask.detail, "actor");
}

/* What a ticket would go into is judged as the ticket is; whoever adds a wish with another number decides
 * here whether it is a ticket's. */
static void test_wish_when_it_names_a_second_ticket_then_both_are_judged(void **state)
{
    struct test *const test = *state;
    add_role(test, PAIDAN__ROLE__ROLE_DISPATCHER, NULL, test->site->areas[2].code, NULL);
    Paidan__Merge merge = PAIDAN__MERGE__INIT;
    Paidan__Recall recall = PAIDAN__RECALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    merge.ticket = recall.ticket = 100;
    merge.into = recall.merge_into = 101;
    request.wish_case = PAIDAN__REQUEST__WISH_MERGE;
    request.merge = &merge;
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    assert_int_equal(test->ask.ticket_count, 2);
    assert_int_equal(test->ask.beside, 1);
    permit_ask_hide(&test->ask, 1);
    assert_int_equal(test->ask.request->merge->ticket, 100);
    assert_int_equal(test->ask.request->merge->into, PERMIT_NOBODYS_TICKET);
    assert_int_equal(merge.into, 101);
    request.wish_case = PAIDAN__REQUEST__WISH_RECALL;
    request.recall = &recall;
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    assert_int_equal(test->ask.ticket_count, 1); /* to the desk, into nothing */
    recall.has_merge_into = 1;
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    assert_int_equal(test->ask.ticket_count, 2);
    permit_ask_hide(&test->ask, 1);
    assert_int_equal(test->ask.request->recall->merge_into, PERMIT_NOBODYS_TICKET);
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static void test_wishes_when_they_have_numbers_then_none_is_a_ticket_unseen(void **state)
{
    (void)state;
    /* Places in lists and logs, ids of other things. */
    static const char *const others[] = {"after",  "from_seq", "until_seq", "seq",    "version",
                                         "change", "call",     "key",       "head",   "held",
                                         "behind", "cursor",   "delivery",  "sent_s", "heard",
                                         "before", "points",   "entry"};
    unsigned unseen = 0;
    static const char *const judged[] = {"ticket", "into", "merge_into"};
    for (unsigned index = 0; index < paidan__request__descriptor.n_fields; index++) {
        const ProtobufCFieldDescriptor *const wish = &paidan__request__descriptor.fields[index];
        const ProtobufCMessageDescriptor *const message =
            (wish->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 ? wish->descriptor : NULL;
        for (unsigned at = 0; message != NULL && at < message->n_fields; at++) {
            const ProtobufCFieldDescriptor *const field = &message->fields[at];
            bool known = field->type != PROTOBUF_C_TYPE_UINT64 || ends_with(field->name, "_ms") ||
                         message == &paidan__read_texts__descriptor ||
                         /* Its tickets narrow a list, of whose rows each is judged. */
                         message == &paidan__search__descriptor;
            for (size_t of = 0; !known && of < sizeof others / sizeof *others; of++) {
                known = strcmp(field->name, others[of]) == 0;
            }
            for (size_t of = 0; !known && of < sizeof judged / sizeof *judged; of++) {
                known = strcmp(field->name, judged[of]) == 0;
            }
            if (!known) {
                print_error("%s.%s: a ticket?\n", message->short_name, field->name);
                unseen++;
            }
        }
    }
    assert_int_equal(unseen, 0);
}

static void test_withdraw_when_code_is_missing_then_refused_to_hotline_and_public(void **state)
{
    struct test *const test = *state;
    Paidan__Withdraw wish = PAIDAN__WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
    request.withdraw = &wish;
    add_role(test, PAIDAN__ROLE__ROLE_HOTLINE, NULL, NULL, test->site->channels[0].code);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__FORBIDDEN);
    assert_string_equal(test->ask.detail, "query_code");
    wish.query_code = (char *)(uintptr_t) "ABC123";
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    const struct permit_asker public = {.actor = "public", .column = PERMIT_PUBLIC};
    assert_int_equal(permit_ask(&public, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__OK);
    wish.query_code = NULL;
    assert_int_equal(permit_ask(&public, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__FORBIDDEN);
}

static void test_submit_when_channel_or_spot_is_foreign_then_refused(void **state)
{
    struct test *const test = *state;
    const char *const own = unit_at(test, 1, 0);
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    Paidan__NewTicket *list[] = {&ticket};
    Paidan__Submit wish = PAIDAN__SUBMIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.tickets = list;
    wish.n_tickets = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &wish;
    ticket.channel = test->site->channels[0].code;
    add_role(test, PAIDAN__ROLE__ROLE_ADAPTER, NULL, NULL, test->site->channels[0].code);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    ticket.channel = test->site->channels[1].code;
    assert_int_equal(ask(test, &request), PAIDAN__CODE__FORBIDDEN);
    assert_string_equal(test->ask.detail, "channel");
    test->count = 0;
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, own, NULL, NULL);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    ticket.spot_unit = (char *)(uintptr_t)own;
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    ticket.spot_unit = (char *)(uintptr_t)unit_at(test, 1, 1);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__FORBIDDEN);
    assert_string_equal(test->ask.detail, "spot_unit");
    ticket.spot_unit = NULL;
    ticket.has_due_ms = true; /* an adapter says by when, a resident does not */
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
}

/* What comes from above is the channel's to say, not a resident's or of who is measured by it. */
static void test_above_when_not_of_a_channel_then_refused(void **state)
{
    struct test *const test = *state;
    const struct permit_asker public = {.actor = "public", .column = PERMIT_PUBLIC};
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    Paidan__NewTicket *list[] = {&ticket};
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__Supplement more = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    submit.tickets = list;
    submit.n_tickets = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    ticket.channel = test->site->channels[0].code;
    for (unsigned index = 0; index < 4; index++) {
        static const char *const told[] = {NULL, "due_ms", "unmapped", "unit_hint"};
        ticket.has_due_ms = index == 1;
        ticket.has_unmapped = index == 2;
        ticket.unit_hint = index == 3 ? (char *)(uintptr_t)unit_at(test, 1, 0) : NULL;
        assert_int_equal(permit_ask(&public, &request, test->site, &test->arena, &test->ask),
                         RC_OK);
        assert_int_equal(test->ask.code, index == 0 ? PAIDAN__CODE__OK : PAIDAN__CODE__FORBIDDEN);
        if (index > 0) {
            assert_string_equal(test->ask.detail, told[index]);
        }
    }
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &more;
    more.ticket = 1;
    more.text = (char *)(uintptr_t) "上级同意延期";
    add_role(test, PAIDAN__ROLE__ROLE_DISPATCHER, NULL, NULL, NULL);
    add_role(test, PAIDAN__ROLE__ROLE_HOTLINE, NULL, NULL, test->site->channels[0].code);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    more.has_outer_due_ms = true;
    assert_int_equal(ask(test, &request), PAIDAN__CODE__FORBIDDEN);
    add_role(test, PAIDAN__ROLE__ROLE_ADAPTER, NULL, NULL, test->site->channels[0].code);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
}

static void test_fetch_when_under_a_services_name_then_refused(void **state)
{
    struct test *const test = *state;
    Paidan__Fetch wish = PAIDAN__FETCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &wish;
    wish.follower = (char *)(uintptr_t) "triage";
    add_role(test, PAIDAN__ROLE__ROLE_AUDITOR, NULL, NULL, NULL);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__FORBIDDEN);
    assert_string_equal(test->ask.detail, "follower");
    wish.follower = (char *)(uintptr_t) "watch";
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    struct permit_asker service = {
        .actor = "triage", .follower = "triage", .column = PERMIT_SERVICE, .follows = true};
    assert_int_equal(permit_ask(&service, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__FORBIDDEN);
    wish.follower = (char *)(uintptr_t) "triage";
    assert_int_equal(permit_ask(&service, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__OK);
    service.follows = false;
    assert_int_equal(permit_ask(&service, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__FORBIDDEN);
}

/* By its line of the peers file, under its own name; not by a grant of the same role. */
static void test_fetch_when_by_an_adapter_then_only_where_its_line_says_follow(void **state)
{
    struct test *const test = *state;
    Paidan__Fetch wish = PAIDAN__FETCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT;
    Paidan__GrantRole *roles[] = {&role};
    role.role = PAIDAN__ROLE__ROLE_ADAPTER;
    role.channel = (char *)(uintptr_t) "wechat";
    struct permit_asker adapter = {.actor = "webhook",
                                   .follower = "webhook",
                                   .column = PAIDAN__ROLE__ROLE_ADAPTER,
                                   .roles = roles,
                                   .role_count = 1};
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &wish;
    wish.follower = (char *)(uintptr_t) "webhook";
    assert_int_equal(permit_ask(&adapter, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__FORBIDDEN);
    adapter.follows = true;
    assert_int_equal(permit_ask(&adapter, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__OK);
    wish.follower = (char *)(uintptr_t) "triage";
    assert_int_equal(permit_ask(&adapter, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__FORBIDDEN);
    assert_string_equal(test->ask.detail, "follower");
    wish.follower = (char *)(uintptr_t) "webhook";
    adapter.column = PERMIT_COLUMNS; /* a key's grant */
    assert_int_equal(permit_ask(&adapter, &request, test->site, &test->arena, &test->ask), RC_OK);
    assert_int_equal(test->ask.code, PAIDAN__CODE__FORBIDDEN);
}

static void test_auditor_when_shown_tickets_then_without_titles(void **state)
{
    struct test *const test = *state;
    add_role(test, PAIDAN__ROLE__ROLE_AUDITOR, NULL, NULL, NULL);
    assert_int_equal(ask_board(test, NULL, NULL), PAIDAN__CODE__OK);
    Paidan__Brief brief = PAIDAN__BRIEF__INIT;
    Paidan__Brief *briefs[] = {&brief};
    Paidan__Boarded boarded = PAIDAN__BOARDED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    brief.unit = (char *)(uintptr_t) "any";
    brief.title = (char *)(uintptr_t) "张三家漏水";
    boarded.tickets = briefs;
    boarded.n_tickets = 1;
    answer.body_case = PAIDAN__ANSWER__BODY_BOARDED;
    answer.boarded = &boarded;
    assert_int_equal(permit_ask_answer(&test->ask, test->site, &test->arena, &answer), RC_OK);
    assert_int_equal(boarded.n_tickets, 1);
    assert_null(brief.title);
    test->count = 0; /* and a clerk sees those of the own unit alone, whatever the core lists */
    brief.title = (char *)(uintptr_t) "张三家漏水";
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, unit_at(test, 1, 0), NULL, NULL);
    assert_int_equal(ask_board(test, NULL, NULL), PAIDAN__CODE__OK);
    assert_int_equal(permit_ask_answer(&test->ask, test->site, &test->arena, &answer), RC_OK);
    assert_int_equal(boarded.n_tickets, 0);
}

static void test_phones_when_unit_has_not_accepted_then_early(void **state)
{
    struct test *const test = *state;
    const char *const own = unit_at(test, 1, 0);
    uint64_t tickets[] = {7};
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.tickets = tickets;
    wish.n_tickets = 1;
    wish.has_phones = wish.phones = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &wish;
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, own, NULL, NULL);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    struct permit_subject subject = {.unit = own, .state = PAIDAN__STATE__STATE_ASSIGNED};
    assert_true(permit_early(&test->ask.view, test->site, &subject));
    subject.state = PAIDAN__STATE__STATE_ACCEPTED;
    assert_false(permit_early(&test->ask.view, test->site, &subject));
    subject.state = PAIDAN__STATE__STATE_ASSIGNED;
    add_role(test, PAIDAN__ROLE__ROLE_DISPATCHER, NULL, NULL, NULL);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    assert_false(permit_early(&test->ask.view, test->site, &subject));
}

/* 保密: by a unit's rights alone it is guarded; by any other that reaches it, it is not. */
static void test_confidential_when_seen_as_a_unit_then_guarded(void **state)
{
    struct test *const test = *state;
    const char *const own = unit_at(test, 1, 0);
    uint64_t tickets[] = {7, 8};
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.tickets = tickets;
    wish.n_tickets = 2;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &wish;
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, own, NULL, NULL);
    add_role(test, PAIDAN__ROLE__ROLE_HOTLINE, NULL, NULL, "hotline");
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    struct permit_subject subject = {.unit = own, .channel = "wechat"};
    assert_false(permit_guarded(&test->ask.view, test->site, &subject));
    subject.confidential = true;
    assert_true(permit_guarded(&test->ask.view, test->site, &subject));
    subject.channel = "hotline"; /* of his own channel: he took it down */
    assert_false(permit_guarded(&test->ask.view, test->site, &subject));
    subject.channel = "wechat";
    test->rooms[0].role = PAIDAN__ROLE__ROLE_LEADER;
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    assert_true(permit_guarded(&test->ask.view, test->site, &subject));
    add_role(test, PAIDAN__ROLE__ROLE_SUPERVISOR, own, NULL, NULL);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    assert_false(permit_guarded(&test->ask.view, test->site, &subject));
}

/* A key may be a unit's and a channel's: of its own work it learns no more than the unit does. */
static void test_confidential_when_a_key_is_of_unit_and_channel_then_guarded(void **state)
{
    struct test *const test = *state;
    const char *const own = unit_at(test, 1, 0);
    Paidan__CallbackShow wish = PAIDAN__CALLBACK_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = 7;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_SHOW;
    request.callback_show = &wish;
    add_role(test, PAIDAN__ROLE__ROLE_ADAPTER, own, NULL, "hotline");
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    struct permit_subject subject = {.unit = own,
                                     .channel = "hotline",
                                     .confidential = true,
                                     .state = PAIDAN__STATE__STATE_RESOLVED};
    assert_true(permit_guarded(&test->ask.view, test->site, &subject));
    subject.unit = unit_at(test, 1, 1);
    assert_false(permit_guarded(&test->ask.view, test->site, &subject));
    struct permit_view phones;
    const struct permit_asker asker = {
        .actor = "key", .column = PERMIT_COLUMNS, .role_count = test->count, .roles = test->roles};
    permit_view_make(&asker, PERMIT_READ_PHONES, &phones);
    assert_true(permit_covers(&phones, test->site, &subject));
    subject.unit = own;
    assert_false(permit_covers(&phones, test->site, &subject));
}

static void test_texts_when_guarded_then_the_summary_and_nothing_else(void **state)
{
    struct test *const test = *state;
    uint64_t tickets[] = {7, 8};
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__TicketText rooms[2], *list[] = {&rooms[0], &rooms[1]};
    Paidan__Texts texts = PAIDAN__TEXTS__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    char words[] = "他的话", *supplements[] = {words};
    wish.tickets = tickets;
    wish.n_tickets = 2;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &wish;
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, unit_at(test, 1, 0), NULL, NULL);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    for (unsigned index = 0; index < 2; index++) {
        paidan__ticket_text__init(&rooms[index]);
        rooms[index].text = rooms[index].title = rooms[index].place = rooms[index].phone = words;
        rooms[index].reporter = rooms[index].external_id = rooms[index].actor = words;
        rooms[index].summary = (char *)(uintptr_t) "摘要";
        rooms[index].supplements = supplements;
        rooms[index].n_supplements = 1;
    }
    texts.texts = list;
    texts.n_texts = 2;
    answer.body_case = PAIDAN__ANSWER__BODY_TEXTS;
    answer.texts = &texts;
    test->ask.guarded[1] = true;
    assert_int_equal(permit_ask_answer(&test->ask, test->site, &test->arena, &answer), RC_OK);
    assert_string_equal(rooms[0].text, words);
    assert_int_equal(rooms[0].n_supplements, 1);
    assert_string_equal(rooms[1].text, "摘要");
    assert_int_equal(rooms[1].n_supplements, 0);
    assert_null(rooms[1].title);
    assert_null(rooms[1].place);
    assert_null(rooms[1].phone);
    assert_null(rooms[1].reporter);
    assert_null(rooms[1].external_id);
    assert_null(rooms[1].actor);
}

/* ---- the evidence and the merges of a confidential ticket ---- */

struct evidence {
    Paidan__Judged judged;
    Paidan__Gram gram, *grams[1];
    Paidan__Guess guess, *guesses[1];
    char *words[1];
};

static void fill_evidence(struct evidence *evidence)
{
    paidan__judged__init(&evidence->judged);
    paidan__gram__init(&evidence->gram);
    paidan__guess__init(&evidence->guess);
    evidence->gram.gram = evidence->words[0] = (char *)(uintptr_t) "漏水";
    evidence->guess.code = (char *)(uintptr_t) "water";
    evidence->grams[0] = &evidence->gram;
    evidence->guesses[0] = &evidence->guess;
    evidence->judged.guesses = evidence->guesses;
    evidence->judged.grams = evidence->grams;
    evidence->judged.words = evidence->judged.place_words = evidence->words;
    evidence->judged.n_guesses = evidence->judged.n_grams = 1;
    evidence->judged.n_words = evidence->judged.n_place_words = 1;
}

static void assert_codes_only(const Paidan__Judged *judged)
{
    assert_int_equal(judged->n_words, 0);
    assert_int_equal(judged->n_place_words, 0);
    assert_int_equal(judged->n_grams, 0);
    assert_int_equal(judged->n_guesses, 1);
}

/* The event as it is stored; the arena of the test has it. */
static ProtobufCBinaryData packed(struct test *test, Paidan__Event *event)
{
    ProtobufCBinaryData bytes = {0};
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    cause.actor = (char *)(uintptr_t) "zhao";
    event->cause = &cause;
    event->at_ms = 1;
    assert_int_equal(wire_pack(&test->arena, &event->base, &bytes.data, &bytes.len), RC_OK);
    return bytes;
}

static const Paidan__Event *unpacked(struct test *test, const ProtobufCBinaryData *bytes)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    assert_int_equal(wire_unpack(&test->arena, &paidan__event__descriptor, bytes->data, bytes->len,
                                 &message, &error),
                     RC_OK);
    return (const Paidan__Event *)(const void *)message;
}

static void
test_history_when_guarded_then_no_word_of_the_resident_in_merges_or_evidence(void **state)
{
    struct test *const test = *state;
    char words[] = "他的话", note[] = "同一件事", none[] = "";
    struct evidence first, shown, row;
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__TriageShown answered = PAIDAN__TRIAGE_SHOWN__INIT;
    Paidan__DeskItem item = PAIDAN__DESK_ITEM__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Desked desked = PAIDAN__DESKED__INIT;
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    Paidan__Event events[4];
    ProtobufCBinaryData history[4];
    fill_evidence(&first);
    fill_evidence(&shown);
    fill_evidence(&row);
    desked.title = words;
    desked.note = note;
    desked.judged = &first.judged;
    merged.into = 8;
    merged.has_by_desk = merged.by_desk = true;
    merged.title = words;
    merged.note = note;
    merged.channel = none;
    merged.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    unmerged.from = 8;
    unmerged.desk = &desked;
    routed.channel = routed.category = routed.area = routed.unit = none;
    routed.title = (char *)(uintptr_t) "摘要";
    routed.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    routed.judged = &first.judged;
    for (size_t index = 0; index < 4; index++) {
        paidan__event__init(&events[index]);
    }
    events[0].fact_case = PAIDAN__EVENT__FACT_DESKED;
    events[0].desked = &desked;
    events[1].fact_case = PAIDAN__EVENT__FACT_MERGED;
    events[1].merged = &merged;
    events[2].fact_case = PAIDAN__EVENT__FACT_UNMERGED;
    events[2].unmerged = &unmerged;
    events[3].fact_case = PAIDAN__EVENT__FACT_ROUTED;
    events[3].routed = &routed;
    for (size_t index = 0; index < 4; index++) {
        history[index] = packed(test, &events[index]);
    }
    wish.ticket = 7;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    add_role(test, PAIDAN__ROLE__ROLE_CLERK, unit_at(test, 1, 0), NULL, NULL);
    assert_int_equal(ask(test, &request), PAIDAN__CODE__OK);
    test->ask.guarded[0] = true;
    item.title = words;
    item.judged = &row.judged;
    answered.desk = &item;
    answered.judged = &shown.judged;
    answered.history = history;
    answered.n_history = 4;
    answer.body_case = PAIDAN__ANSWER__BODY_TRIAGE_SHOWN;
    answer.triage_shown = &answered;
    assert_int_equal(permit_ask_answer(&test->ask, test->site, &test->arena, &answer), RC_OK);
    assert_codes_only(&row.judged);
    assert_codes_only(&shown.judged);
    const Paidan__Event *event = unpacked(test, &history[0]);
    assert_codes_only(event->desked->judged);
    assert_null(event->desked->title);
    event = unpacked(test, &history[1]);
    assert_string_equal(event->merged->title, "");
    assert_string_equal(event->merged->note, note);
    assert_string_equal(event->cause->actor, "zhao");
    event = unpacked(test, &history[2]);
    assert_null(event->unmerged->desk->title);
    assert_codes_only(event->unmerged->desk->judged);
    assert_null(event->cause->actor);
    event = unpacked(test, &history[3]);
    assert_string_equal(event->routed->title, "摘要");
    assert_codes_only(event->routed->judged);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_table_when_printed_then_as_golden),
        WORLD_TEST(test_table_when_each_wish_is_asked_then_it_has_a_row),
        WORLD_TEST(test_clerk_when_unit_leads_or_assists_then_covered_else_not),
        WORLD_TEST(test_leader_when_below_or_beside_or_above_then_only_below),
        WORLD_TEST(test_dispatcher_when_not_placed_then_covered_by_each),
        WORLD_TEST(test_key_when_unit_or_channel_is_missing_then_nothing),
        WORLD_TEST(test_public_when_named_in_a_grant_then_gives_nothing),
        WORLD_TEST(test_pass_when_it_names_a_ticket_then_that_one_alone),
        WORLD_TEST(test_board_when_unit_is_open_then_filled_in_else_judged),
        WORLD_TEST(test_board_when_area_is_a_part_then_free_else_refused),
        WORLD_TEST(test_work_when_tickets_are_hidden_then_only_the_copy_changes),
        WORLD_TEST(test_wish_when_it_names_a_second_ticket_then_both_are_judged),
        WORLD_TEST(test_wishes_when_they_have_numbers_then_none_is_a_ticket_unseen),
        WORLD_TEST(test_withdraw_when_code_is_missing_then_refused_to_hotline_and_public),
        WORLD_TEST(test_submit_when_channel_or_spot_is_foreign_then_refused),
        WORLD_TEST(test_above_when_not_of_a_channel_then_refused),
        WORLD_TEST(test_fetch_when_under_a_services_name_then_refused),
        WORLD_TEST(test_fetch_when_by_an_adapter_then_only_where_its_line_says_follow),
        WORLD_TEST(test_auditor_when_shown_tickets_then_without_titles),
        WORLD_TEST(test_phones_when_unit_has_not_accepted_then_early),
        WORLD_TEST(test_confidential_when_seen_as_a_unit_then_guarded),
        WORLD_TEST(test_confidential_when_a_key_is_of_unit_and_channel_then_guarded),
        WORLD_TEST(test_texts_when_guarded_then_the_summary_and_nothing_else),
        WORLD_TEST(test_history_when_guarded_then_no_word_of_the_resident_in_merges_or_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
