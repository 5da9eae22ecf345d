/* What escalation stores about a ticket is the same bytes as ever: records made by hand, at their
 * narrowest and with all they can hold, in hex.
 *
 * tests/golden/escalation_stored.txt was written by the records' versions of now. A difference
 * means that a store of yesterday cannot be read: raise the record's version and keep the old
 * reader; never update the file alone. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "services/escalation/escalation.h"
#include "services/escalation/escalation_extra.h"
#include "services/escalation/escalation_replan.h"
#include "story.h"

#define BASE_MS 1795309200000ull

enum { HEX_LINE = 40, ID = 7 };

static void text(char *field, size_t size, char letter)
{
    memset(field, letter, size - 1);
    field[size - 1] = '\0';
}

static void fill_clock(struct escalation_clock *clock, Paidan__Clock kind)
{
    *clock = (struct escalation_clock){
        .clock = kind,
        .flags = ESCALATION_WARNED | ESCALATION_PARDONED,
        .policy_line = 0x01020304,
        .start_ms = BASE_MS,
        .due_ms = BASE_MS + 5,
        .warn_ms = BASE_MS + 4,
        .amount_ms = 9,
        .unit = PAIDAN__TIME_UNIT__TIME_WORKING_DAYS,
        .start_rule = PAIDAN__START_RULE__START_NEXT_DAY,
        .end_rule = PAIDAN__END_RULE__END_OF_DAY,
        .extensions = 2,
        .warn_amount_ms = 300,
        .consumed_ms = 15,
        .resumed_ms = BASE_MS + 3,
        .step_count = 2,
        .steps = {{.at_ms = BASE_MS + 1, .amount_ms = 128, .does = 3, .fired = true},
                  {.at_ms = BASE_MS + 9, .amount_ms = 127, .does = 0x20, .after = true}},
        .calendar = "office",
    };
}

/* Every field its own value, every optional part present. */
static void fill_ticket(struct escalation_ticket *ticket)
{
    *ticket = (struct escalation_ticket){
        .state = ESCALATION_ASSIGNED,
        .flags = ESCALATION_RULED | ESCALATION_RED_END | ESCALATION_HAS_EXTRA |
                 ESCALATION_ALARM_PARDONED | ESCALATION_FALLBACK,
        .level = SITE_LEVELS_MAX,
        .outcome = 5,
        .satisfied = 3,
        .round = 0x1516,
        .raises = 0x1718,
        .returns = 0x191a,
        .chases = 70000,
        .supplements = 1000,
        .alarms = 100000,
        .version = UINT32_MAX,
        .last_seq = UINT64_MAX - 1,
        .changed_ms = BASE_MS + 6,
        .alarm_ms = BASE_MS + 1,
        .overdue_ms = BASE_MS + 2,
        .lease_until_ms = BASE_MS + 3,
        .extra_due_ms = BASE_MS + 4,
        .extra_clock = PAIDAN__CLOCK__CLOCK_DELIBERATION,
        .extra_card = PAIDAN__CARD__CARD_RED,
        .extra_supervised = true,
        .extra_mode = PAIDAN__MODE__MODE_DELIBERATION,
        .unit = "b1",
        .holder = "li",
        .assist_count = 2,
        .assist = {"b2", "c1"},
        .clock_count = 2,
    };
    fill_clock(&ticket->clocks[0], PAIDAN__CLOCK__CLOCK_ACCEPT);
    fill_clock(&ticket->clocks[1], PAIDAN__CLOCK__CLOCK_HANDLE);
    ticket->clocks[1].bound_ms = BASE_MS + 7;
}

static void fill_extra(struct escalation_extra *extra)
{
    *extra = (struct escalation_extra){
        .suspended_until_ms = BASE_MS + 1,
        .pause_count = 2,
        .pauses = {{BASE_MS + 2, BASE_MS + 3}, {BASE_MS + 4, 0}},
        .request = PAIDAN__REQUEST_KIND__REQUEST_RAISE,
        .request_to_level = 3,
        .request_at_ms = BASE_MS + 7,
        .request_due_ms = BASE_MS + 8,
        .request_unit = "b1",
        .request_to = "c1",
        .assist_count = 2,
        .assists = {{.unit = "b2", .done = true}, {.unit = "c2", .late = true}},
        .person = "zhang",
        .person_due_ms = BASE_MS + 9,
        .mode = PAIDAN__MODE__MODE_MEDIATION,
        .mode_open = true,
        .card = PAIDAN__CARD__CARD_RED,
        .supervise = 3,
        .urges = 70000,
        .cancelled_cards = 4,
        .late = 0x7ffe,
        .appeal = ESCALATION_APPEAL_OPEN,
        .request_seq = 12,
        .request_remind_ms = BASE_MS + 10,
        .appeal_unit = "b2",
        .appeal_to = "s.any",
        .appeal_seq = 11,
        .appeal_at_ms = BASE_MS + 11,
        .appeal_due_ms = BASE_MS + 12,
        .appeal_remind_ms = BASE_MS + 13,
        .lapsed_ms = BASE_MS + 14,
        .lapsed_to = "c2",
    };
    fill_clock(&extra->assists[0].clock, PAIDAN__CLOCK__CLOCK_ASSIST);
    extra->assists[1].clock.clock = PAIDAN__CLOCK__CLOCK_ASSIST;
    fill_clock(&extra->mode_clock, PAIDAN__CLOCK__CLOCK_MEDIATION);
}

/* ---- rows as lines ---- */

static void say_hex(struct trace *trace, const char *name, const unsigned char *bytes, size_t size)
{
    trace_say(trace, "%s, %zu bytes", name, size);
    for (size_t at = 0; at < size; at += HEX_LINE) {
        char line[2 * HEX_LINE + 1] = "";
        for (size_t index = at; index < size && index < at + HEX_LINE; index++) {
            (void)snprintf(line + 2 * (index - at), 3, "%02x", bytes[index]);
        }
        trace_say(trace, "  %s", line);
    }
}

static void say_row(struct trace *trace, struct store_txn *txn, unsigned table, const char *name)
{
    struct store_walk walk;
    assert_int_equal(store_walk_open(txn, table, NULL, 0, &walk), RC_OK);
    say_hex(trace, name, walk.value, walk.value_bytes);
    store_walk_close(&walk);
}

static void say_ticket(struct trace *trace, struct store_txn *txn,
                       const struct escalation_ticket *ticket, const char *name)
{
    assert_int_equal(escalation_state_save(txn, ID, ticket), RC_OK);
    say_row(trace, txn, ESCALATION_TICKET, name);
}

static void say_extra(struct trace *trace, struct store_txn *txn,
                      const struct escalation_extra *extra, const char *name)
{
    assert_int_equal(escalation_extra_save(txn, ID, extra), RC_OK);
    say_row(trace, txn, ESCALATION_EXTRA, name);
}

static void say_tickets(struct trace *trace, struct store_txn *txn)
{
    struct escalation_ticket ticket = {.state = ESCALATION_WITHDRAWN, .round = 1};
    say_ticket(trace, txn, &ticket, "ticket: withdrawn before its route");
    ticket = (struct escalation_ticket){
        .state = ESCALATION_ACCEPTED,
        .level = 1,
        .round = 1,
        .unit = "b1",
        .clock_count = 1,
        .clocks = {
            {.clock = PAIDAN__CLOCK__CLOCK_REDO, .start_ms = BASE_MS, .due_ms = BASE_MS + 1}}};
    say_ticket(trace, txn, &ticket, "ticket: plain");
    ticket.overdue_ms = BASE_MS + 2;
    ticket.clocks[0].extensions = 1;
    say_ticket(trace, txn, &ticket, "ticket: overdue and extended");
    fill_ticket(&ticket);
    say_ticket(trace, txn, &ticket, "ticket: all of it");
}

static void say_others(struct trace *trace, struct store_txn *txn)
{
    struct escalation_info info = {.urgency = PAIDAN__URGENCY__URGENCY_URGENT,
                                   .registered_ms = BASE_MS,
                                   .category = "noise",
                                   .area = "bu1",
                                   .channel = "wechat"};
    text(info.title, sizeof info.title, 't');
    assert_int_equal(escalation_state_save_info(txn, ID, &info), RC_OK);
    say_row(trace, txn, ESCALATION_INFO, "info");
    struct escalation_extra extra = {.assist_count = 0};
    say_extra(trace, txn, &extra, "extra: nothing");
    fill_extra(&extra);
    say_extra(trace, txn, &extra, "extra: all of it");
    const struct escalation_progress progress = {
        .due_ms = BASE_MS, .after = 70000, .looked_at = 500, .moved = 3};
    assert_int_equal(escalation_replan_save(txn, &progress), RC_OK);
    say_row(trace, txn, ESCALATION_REPLAN, "progress");
}

static void test_records_when_stored_then_the_bytes_of_their_version(void **unused)
{
    (void)unused;
    struct trace trace;
    struct story story;
    struct store_txn *txn = NULL;
    trace_init(&trace, 0);
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    assert_int_equal(store_begin(story.store, true, &txn), RC_OK);
    say_tickets(&trace, txn);
    say_others(&trace, txn);
    store_abort(txn);
    story_close(&story);
    const bool equal = trace_golden(&trace, "escalation_stored");
    trace_fini(&trace);
    assert_true(equal);
}

/* A record as it was written before anything of appeals and lapses was kept. */
static void test_extra_when_of_the_first_version_then_read_without_what_came_later(void **unused)
{
    (void)unused;
    static const char hex[] =
        "01000001a200c4628102000001a200c46282000001a200c46283000001a200c46284000000000000"
        "00000203000001a200c46287000001a200c46288026231026331020262320109ea000001a200c462"
        "80000001a200c46285000001a200c46284000000000000000901020304066f666669636553ac0202"
        "000000000000000f000001a200c4628302000001a200c4628180010302000001a200c462897f2001"
        "02633202090000000000000000000000000000000000000000000000000000000000000000000000"
        "000000057a68616e67000001a200c4628904010cea000001a200c46280000001a200c46285000001"
        "a200c46284000000000000000901020304066f666669636553ac0202000000000000000f000001a2"
        "00c4628302000001a200c4628180010302000001a200c462897f2001020300011170000000040000"
        "7ffe03cf73b33c";
    unsigned char bytes[sizeof hex / 2];
    struct escalation_extra extra;
    for (size_t index = 0; index < sizeof bytes; index++) {
        char digits[3] = {hex[2 * index], hex[2 * index + 1], '\0'};
        bytes[index] = (unsigned char)strtoul(digits, NULL, 16);
    }
    assert_int_equal(escalation_extra_decode(bytes, sizeof bytes, &extra), RC_OK);
    assert_string_equal(extra.request_to, "c1");
    assert_int_equal(extra.appeal, ESCALATION_APPEAL_REFUSED);
    assert_int_equal(extra.request_seq, 0); /* in no list of deciders */
    assert_string_equal(extra.appeal_unit, "");
    assert_int_equal(extra.lapsed_ms, 0);
}

/* Of a ticket from before anybody could ask for confidence. */
static void test_info_when_of_older_versions_then_without_what_came_later(void **unused)
{
    (void)unused;
    struct escalation_info info = {.urgency = PAIDAN__URGENCY__URGENCY_URGENT,
                                   .registered_ms = BASE_MS,
                                   .category = "noise",
                                   .area = "bu1",
                                   .channel = "wechat",
                                   .title = "标题",
                                   .confidential = true};
    struct story story;
    struct store_txn *txn = NULL;
    unsigned char key[ESCALATION_ID_KEY_BYTES], bytes[512];
    const void *value = NULL;
    size_t size = 0;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    assert_int_equal(store_begin(story.store, true, &txn), RC_OK);
    assert_int_equal(escalation_state_save_info(txn, ID, &info), RC_OK);
    escalation_state_id_key(ID, key);
    assert_int_equal(store_get(txn, ESCALATION_INFO, key, sizeof key, &value, &size), RC_OK);
    assert_in_range(size, 6, sizeof bytes);
    assert_int_equal(escalation_state_decode_info(value, size, &info), RC_OK);
    assert_true(info.confidential);
    /* Version, fields, flag, no deadline from above, nothing of members (two), checksum: without all of
     * those, without the last three, then without two, sealed anew. */
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, 1);
    codec_put_bytes(&writer, (const unsigned char *)value + 1, size - 9);
    codec_seal_end(&writer);
    assert_int_equal(escalation_state_decode_info(bytes, writer.used, &info), RC_OK);
    assert_false(info.confidential);
    assert_string_equal(info.title, "标题");
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, 2);
    codec_put_bytes(&writer, (const unsigned char *)value + 1, size - 8);
    codec_seal_end(&writer);
    assert_int_equal(escalation_state_decode_info(bytes, writer.used, &info), RC_OK);
    assert_true(info.confidential);
    assert_int_equal(info.outer_due_ms, 0);
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, 3);
    codec_put_bytes(&writer, (const unsigned char *)value + 1, size - 7);
    codec_seal_end(&writer);
    assert_int_equal(escalation_state_decode_info(bytes, writer.used, &info), RC_OK);
    assert_int_equal(info.own_urgency, 0);
    assert_false(info.claimed_due);
    store_abort(txn);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_when_stored_then_the_bytes_of_their_version),
        cmocka_unit_test(test_extra_when_of_the_first_version_then_read_without_what_came_later),
        cmocka_unit_test(test_info_when_of_older_versions_then_without_what_came_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
