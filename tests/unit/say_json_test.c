/* say_json: JSON to messages and back; every mistake is refused with the way to it. */

#include "common/say/say_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/number.h"

static struct arena arena;
static const struct say say = {.language = SAY_CHINESE}; /* +08:00 */

static int setup(void **state)
{
    (void)state;
    return arena_init(&arena, 16u << 20) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static enum rc read_text(const char *text, const ProtobufCMessageDescriptor *descriptor,
                         ProtobufCMessage **message, struct wire_error *error)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    arena_reset(&arena);
    const enum rc rc = say_json_read(&say, json, &arena, descriptor, message, error);
    json_decref(json);
    return rc;
}

static void test_read_when_every_form_stands_then_the_message_says_it(void **state)
{
    (void)state;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc rc = read_text(
        "{\"protocol\": 1, \"correlation\": 7, \"actor\": \"clerk\","
        " \"request_id\": \"00112233445566778899aabbccddeeff\", \"work\": {"
        "\"unit\": \"u.b1\", \"action\": \"suspend\", \"items\": [{"
        "\"number\": \"20261122-0001-9\", \"note\": \"等配件\", \"version\": 3,"
        "\"until\": \"2026-11-22T09:00\", \"without_assist\": true}]}}",
        &paidan__request__descriptor, &message, &error);
    assert_int_equal(rc, RC_OK);
    const Paidan__Request *request = (const Paidan__Request *)(const void *)message;
    assert_int_equal(request->wish_case, PAIDAN__REQUEST__WISH_WORK);
    assert_int_equal(request->request_id.len, 16);
    assert_int_equal(request->request_id.data[15], 0xff);
    assert_int_equal(request->work->action, PAIDAN__ACTION__ACTION_SUSPEND);
    const Paidan__WorkItem *item = request->work->items[0];
    assert_int_equal(item->ticket, 2026112200000001ull);
    assert_int_equal(item->until_ms, 1795309200000ull);
    assert_true(item->has_until_ms && item->has_version && item->without_assist);
    assert_string_equal(item->note, "等配件");
}

#define NUMBER "\"number\": \"20261122-0001-9\""

static void test_read_when_wrong_then_refused_with_the_way_to_it(void **state)
{
    (void)state;
    static const struct {
        const char *items; /* of a Work */
        Paidan__Code code;
        const char *field;
    } cases[] = {
        {"[]", PAIDAN__CODE__OK, ""},
        {"{}", PAIDAN__CODE__FIELD_INVALID, "work.items"},
        {"[7]", PAIDAN__CODE__FIELD_INVALID, "work.items[0]"},
        {"[[[[[[]]]]]]", PAIDAN__CODE__FIELD_INVALID, "work.items[0]"},
        {"[{}]", PAIDAN__CODE__FIELD_INVALID, "work.items[0].number"},
        {"[{\"ticket\": 2026112200000001}]", PAIDAN__CODE__FIELD_INVALID, "work.items[0].ticket"},
        {"[{\"number\": \"20261122-0001-8\"}]", PAIDAN__CODE__NUMBER_INVALID,
         "work.items[0].number"},
        {"[{" NUMBER ", \"versoin\": 1}]", PAIDAN__CODE__FIELD_INVALID, "work.items[0].versoin"},
        {"[{" NUMBER "}, {" NUMBER ", \"version\": -1}]", PAIDAN__CODE__FIELD_INVALID,
         "work.items[1].version"},
        {"[{" NUMBER ", \"version\": 1.0}]", PAIDAN__CODE__FIELD_INVALID, "work.items[0].version"},
        {"[{" NUMBER ", \"version\": \"1\"}]", PAIDAN__CODE__FIELD_INVALID,
         "work.items[0].version"},
        {"[{" NUMBER ", \"mode\": \"马上办\"}]", PAIDAN__CODE__ENUM_UNKNOWN, "work.items[0].mode"},
        {"[{" NUMBER ", \"mode\": 2}]", PAIDAN__CODE__FIELD_INVALID, "work.items[0].mode"},
        {"[{" NUMBER ", \"until\": \"2h\"}]", PAIDAN__CODE__FIELD_INVALID, "work.items[0].until"},
        {"[{" NUMBER ", \"until\": \"2026-11-22T09:00\", \"until_ms\": 1795309200001}]",
         PAIDAN__CODE__FIELD_INVALID, "work.items[0].until_ms"},
        {"[{" NUMBER ", \"until\": \"2026-11-22T09:00\", \"until_ms\": 1795309200000}]",
         PAIDAN__CODE__OK, ""},
        {"[{" NUMBER ", \"without_assist\": 1}]", PAIDAN__CODE__FIELD_INVALID,
         "work.items[0].without_assist"},
        {"[{" NUMBER ", \"note\": null}]", PAIDAN__CODE__FIELD_INVALID, "work.items[0].note"},
        {"[{" NUMBER ", \"note\": \"a\\u0007\"}]", PAIDAN__CODE__FIELD_INVALID, NULL},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char text[1024];
        ProtobufCMessage *message = NULL;
        struct wire_error error = {.code = PAIDAN__CODE__OK};
        (void)snprintf(text, sizeof text,
                       "{\"protocol\": 1, \"correlation\": 7, \"work\": {\"unit\": \"u.b1\","
                       " \"action\": \"accept\", \"items\": %s}}",
                       cases[index].items);
        const enum rc rc = read_text(text, &paidan__request__descriptor, &message, &error);
        assert_int_equal(rc, cases[index].code == PAIDAN__CODE__OK ? RC_OK : RC_INVALID);
        if (rc == RC_INVALID) {
            if (error.code != cases[index].code) {
                fail_msg("%s: %s, code %d", cases[index].items, error.field, (int)error.code);
            }
            if (cases[index].field != NULL) { /* else wire_check's, in its own words */
                assert_string_equal(error.field, cases[index].field);
            }
            assert_null(message);
        }
    }
}

static void test_read_when_the_whole_is_wrong_then_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"[]", ""},
        {"{}", "protocol"},
        {"{\"protocol\": 4294967296, \"correlation\": 1}", "protocol"},
        {"{\"protocol\": 1, \"correlation\": 1, \"request_id\": \"abc\"}", "request_id"},
        {"{\"protocol\": 1, \"correlation\": 1, \"request_id\": \"zz\"}", "request_id"},
        {"{\"protocol\": 1, \"correlation\": 1, \"ping\": {}, \"stats\": {}}", "stats"},
        {"{\"protocol\": 1, \"correlation\": 1, \"ping\": []}", "ping"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        assert_int_equal(
            read_text(cases[index].text, &paidan__request__descriptor, &message, &error),
            RC_INVALID);
        assert_int_equal(error.code, PAIDAN__CODE__FIELD_INVALID);
        assert_string_equal(error.field, cases[index].field);
    }
}

static void test_read_when_the_arena_is_full_then_limit(void **state)
{
    (void)state;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    json_t *json =
        json_loads("{\"protocol\": 1, \"correlation\": 7, \"actor\": \"clerk\"}", 0, NULL);
    size_t budget = 0;
    enum rc rc = RC_LIMIT;
    for (; rc != RC_OK; budget += 16) {
        arena_reset(&arena);
        arena.budget = budget;
        rc = say_json_read(&say, json, &arena, &paidan__request__descriptor, &message, &error);
        assert_true(rc == RC_OK || rc == RC_LIMIT);
        assert_int_equal(rc == RC_OK, message != NULL);
    }
    arena_reset(&arena);
    arena.budget = arena.bytes;
    json_decref(json);
}

/* ---- any message there and back ---- */

static uint64_t seed = 1;

static uint64_t next(uint64_t bound)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (seed >> 33) % bound;
}

static void fill(ProtobufCMessage *message, unsigned depth);

/* Written as public numbers: the ticket a message is about, and those of its group. */
static bool is_ticket(const char *name)
{
    static const char *const names[] = {"into",  "merged_into", "merge_into", "from",    "heir",
                                        "group", "member",      "members",    "split_of"};
    bool found = strncmp(name, "ticket", 6) == 0;
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        found = found || strcmp(name, names[index]) == 0;
    }
    return found;
}

static void fill_value(const ProtobufCFieldDescriptor *field, void *at, unsigned depth)
{
    const ProtobufCEnumDescriptor *of = field->descriptor;
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
        *(uint64_t *)at =
            is_ticket(field->name) ? 2026112200000000ull + 1 + next(9000) : next(1ull << 31) * 100;
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32: {
        /* Bit sets and codes hold known values only. */
        const bool named = strcmp(field->name, "reasons") == 0 ||
                           strcmp(field->name, "does") == 0 || strcmp(field->name, "late") == 0;
        *(uint32_t *)at = strcmp(field->name, "code") == 0 ? 20
                          : named                          ? 1u << (1 + next(5))
                                                           : (uint32_t)next(1u << 30);
        break;
    }
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = (protobuf_c_boolean)next(2);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)at = of->values[next(of->n_values)].value;
        break;
    case PROTOBUF_C_TYPE_STRING:
        *(char **)at = arena_printf(&arena, "%s%llu", next(2) == 0 ? "x" : "漏",
                                    (unsigned long long)next(100));
        break;
    case PROTOBUF_C_TYPE_BYTES: {
        ProtobufCBinaryData *data = at;
        data->len = 4;
        data->data = arena_alloc(&arena, 4);
        memset(data->data, (int)next(256), 4);
        break;
    }
    default: {
        const ProtobufCMessageDescriptor *child = field->descriptor;
        ProtobufCMessage *made = arena_alloc(&arena, child->sizeof_message);
        child->message_init(made);
        fill(made, depth + 1);
        *(ProtobufCMessage **)at = made;
        break;
    }
    }
}

static void fill_field(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                       unsigned depth)
{
    char *base = (char *)message, *quantifier = base + field->quantifier_offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        const size_t count = next(3);
        char *elements = arena_zalloc(&arena, 2 * sizeof(ProtobufCBinaryData));
        const size_t bytes = field->type == PROTOBUF_C_TYPE_BYTES    ? sizeof(ProtobufCBinaryData)
                             : field->type == PROTOBUF_C_TYPE_UINT32 ? sizeof(uint32_t)
                             : field->type == PROTOBUF_C_TYPE_ENUM   ? sizeof(int)
                                                                     : sizeof(void *);
        for (size_t index = 0; index < count; index++) {
            fill_value(field, elements + index * bytes, depth);
        }
        *(size_t *)(void *)quantifier = count;
        *(char **)(void *)(base + field->offset) = elements;
        return;
    }
    /* The twin of ticket has no JSON of its own. */
    const bool twin = field->type == PROTOBUF_C_TYPE_STRING && strcmp(field->name, "number") == 0;
    if (twin || (field->label == PROTOBUF_C_LABEL_OPTIONAL && next(2) == 0)) {
        return;
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        if (*(uint32_t *)(void *)quantifier != 0) {
            return;
        }
        *(uint32_t *)(void *)quantifier = field->id;
    } else if (field->label == PROTOBUF_C_LABEL_OPTIONAL && field->type != PROTOBUF_C_TYPE_STRING &&
               field->type != PROTOBUF_C_TYPE_MESSAGE) {
        *(protobuf_c_boolean *)(void *)quantifier = 1;
    }
    fill_value(field, base + field->offset, depth);
}

static void fill(ProtobufCMessage *message, unsigned depth)
{
    const unsigned count = message->descriptor->n_fields, first = (unsigned)next(count + 1);
    for (unsigned index = 0; index < count; index++) { /* from anywhere, for the oneof */
        fill_field(message, &message->descriptor->fields[(first + index) % count], depth);
    }
}

static void test_any_message_when_written_and_read_then_the_same_bytes(void **state)
{
    (void)state;
    static const ProtobufCMessageDescriptor *const roots[] = {
        &paidan__request__descriptor, &paidan__answer__descriptor, &paidan__event__descriptor};
    unsigned whole = 0;
    for (unsigned turn = 0; turn < 6000; turn++) {
        const ProtobufCMessageDescriptor *root = roots[turn % 3];
        struct wire_error error;
        ProtobufCMessage *again = NULL;
        arena_reset(&arena);
        ProtobufCMessage *message = arena_alloc(&arena, root->sizeof_message);
        root->message_init(message);
        fill(message, 0);
        if (wire_check(message, &error) != RC_OK) {
            continue; /* lengths of digests and the like */
        }
        json_t *json = say_json_message(&say, message, true);
        const enum rc rc = say_json_read(&say, json, &arena, root, &again, &error);
        if (rc != RC_OK) {
            fail_msg("%s: %d", error.field, (int)error.code);
        }
        json_decref(json);
        unsigned char *first = NULL, *second = NULL;
        size_t first_size = 0, second_size = 0;
        assert_int_equal(wire_pack(&arena, message, &first, &first_size), RC_OK);
        assert_int_equal(wire_pack(&arena, again, &second, &second_size), RC_OK);
        assert_int_equal(first_size, second_size);
        assert_memory_equal(first, second, first_size);
        whole++;
    }
    assert_true(whole > 3000);
}

static void names_differ(const ProtobufCMessageDescriptor *of)
{
    for (unsigned each = 0; each < of->n_fields; each++) {
        const char *name = of->fields[each].name;
        /* Only the twin of ticket, which is written as that number: said once. */
        assert_true(strcmp(name, "number") != 0 ||
                    protobuf_c_message_descriptor_get_field_by_name(of, "ticket") != NULL);
        assert_string_not_equal(name, "numbers");
        for (unsigned other = 0; other < of->n_fields; other++) {
            char moment[128];
            (void)snprintf(moment, sizeof moment, "%s_ms", name);
            assert_string_not_equal(of->fields[other].name, moment);
        }
    }
}

/* No two fields of a message may have the same name in JSON, or one would hide the other. */
static void test_names_when_any_message_then_no_two_are_alike(void **state)
{
    (void)state;
    static const ProtobufCMessageDescriptor *const roots[] = {
        &paidan__request__descriptor, &paidan__answer__descriptor, &paidan__event__descriptor};
    for (size_t root = 0; root < 3; root++) {
        for (unsigned index = 0; index < roots[root]->n_fields; index++) {
            if (roots[root]->fields[index].type == PROTOBUF_C_TYPE_MESSAGE) {
                names_differ(roots[root]->fields[index].descriptor);
            }
        }
    }
}

static void test_number_when_it_stands_beside_its_ticket_then_written_once(void **state)
{
    (void)state;
    Paidan__LookedUp found = PAIDAN__LOOKED_UP__INIT;
    found.ticket = 2026112200000001ull;
    found.number = (char *)"20261122-0001-9";
    found.title = (char *)"漏水";
    found.state = PAIDAN__STATE__STATE_ASSIGNED;
    json_t *json = say_json_message(&say, &found.base, true);
    assert_string_equal(json_string_value(json_object_get(json, "number")), found.number);
    assert_null(json_object_get(json, ""));
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    arena_reset(&arena);
    assert_int_equal(
        say_json_read(&say, json, &arena, &paidan__looked_up__descriptor, &message, &error), RC_OK);
    assert_int_equal(((const Paidan__LookedUp *)(const void *)message)->ticket, found.ticket);
    json_decref(json);
}

static void test_texts_when_not_asked_for_then_only_their_size(void **state)
{
    (void)state;
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.text = "漏水";
    fact.phone = "13812345678";
    fact.channel = "wechat";
    fact.query_code = "7K2M9Q";
    fact.title = "漏水";
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    json_t *json = say_json_event(&say, "intake", 7, &event, false);
    const json_t *registered = json_object_get(json, "registered");
    assert_null(json_object_get(registered, "text"));
    assert_null(json_object_get(registered, "phone"));
    assert_int_equal(json_integer_value(json_object_get(registered, "text_bytes")), 6);
    assert_string_equal(json_string_value(json_object_get(registered, "channel")), "wechat");
    json_decref(json);
    json = say_json_event(&say, "intake", 7, &event, true);
    registered = json_object_get(json, "registered");
    assert_string_equal(json_string_value(json_object_get(registered, "text")), "漏水");
    json_decref(json);
}

/* A dump of an adapter's log is mailed around too: no caller's number, nothing of another's fact. */
static void test_texts_when_an_adapters_then_callers_and_facts_of_others_are_withheld(void **state)
{
    (void)state;
    Paidan__HotlineCalled call = PAIDAN__HOTLINE_CALLED__INIT;
    Paidan__Published published = PAIDAN__PUBLISHED__INIT;
    Paidan__DeliverySent sent = PAIDAN__DELIVERY_SENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    static const char *const personal[] = {"from", "to", "recording"};
    call.call_id = "c-1";
    call.from = call.to = "13812345678";
    call.recording = "20261122-13812345678.wav";
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_HOTLINE_CALLED;
    event.hotline_called = &call;
    json_t *json = say_json_event(&say, "hotline", 7, &event, false);
    const json_t *fact = json_object_get(json, "hotline_called");
    for (size_t index = 0; index < sizeof personal / sizeof personal[0]; index++) {
        assert_null(json_object_get(fact, personal[index]));
    }
    assert_int_equal(json_integer_value(json_object_get(fact, "from_bytes")), 11);
    assert_string_equal(json_string_value(json_object_get(fact, "call_id")), "c-1");
    json_decref(json);
    json = say_json_event(&say, "hotline", 7, &event, true);
    assert_non_null(json_object_get(json_object_get(json, "hotline_called"), "from"));
    json_decref(json);
    published.log = "callback";
    published.event = (ProtobufCBinaryData){.data = (uint8_t *)"xx", .len = 2};
    event.fact_case = PAIDAN__EVENT__FACT_PUBLISHED;
    event.published = &published;
    json = say_json_event(&say, "webhook", 7, &event, false);
    fact = json_object_get(json, "published");
    assert_null(json_object_get(fact, "event"));
    assert_int_equal(json_integer_value(json_object_get(fact, "event_bytes")), 2);
    json_decref(json);
    sent.to = "neighbour"; /* a destination is nobody */
    event.fact_case = PAIDAN__EVENT__FACT_DELIVERY_SENT;
    event.delivery_sent = &sent;
    json = say_json_event(&say, "webhook", 7, &event, false);
    assert_non_null(json_object_get(json_object_get(json, "delivery_sent"), "to"));
    json_decref(json);
}

/* Names stand beside codes wherever they lie; what is no code is left alone. */
static void test_names_when_codes_lie_deep_then_names_stand_beside_them(void **state)
{
    (void)state;
    json_t *json = json_loads(
        "{\"unit\": \"u1\", \"tickets\": [{\"level\": 2, \"assist\": [\"a\", \"b\"],"
        " \"area\": \"x\", \"unit_name\": \"kept\"}], \"areas\": [],"
        " \"units\": [{\"unit\": \"u2\"}, {\"unit\": \"days\", \"amount_ms\": 1}], \"note\": "
        "\"unit\"}",
        0, NULL);
    assert_non_null(json);
    say_json_names(&say, json); /* without a site codes stand for names */
    const json_t *row = json_array_get(json_object_get(json, "tickets"), 0);
    assert_string_equal(json_string_value(json_object_get(json, "unit_name")), "u1");
    assert_non_null(json_object_get(row, "level_name"));
    assert_int_equal(json_array_size(json_object_get(row, "assist_names")), 2);
    assert_string_equal(json_string_value(json_object_get(row, "area_name")), "x");
    assert_string_equal(json_string_value(json_object_get(row, "unit_name")), "kept");
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(json, "units"), 0), "unit_name")),
                        "u2");
    assert_null(json_object_get(json, "note_name"));
    assert_null(json_object_get(json_array_get(json_object_get(json, "units"), 1), "unit_name"));
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_when_codes_lie_deep_then_names_stand_beside_them),
        cmocka_unit_test(test_read_when_every_form_stands_then_the_message_says_it),
        cmocka_unit_test(test_read_when_wrong_then_refused_with_the_way_to_it),
        cmocka_unit_test(test_read_when_the_whole_is_wrong_then_refused),
        cmocka_unit_test(test_read_when_the_arena_is_full_then_limit),
        cmocka_unit_test(test_any_message_when_written_and_read_then_the_same_bytes),
        cmocka_unit_test(test_names_when_any_message_then_no_two_are_alike),
        cmocka_unit_test(test_number_when_it_stands_beside_its_ticket_then_written_once),
        cmocka_unit_test(test_texts_when_not_asked_for_then_only_their_size),
        cmocka_unit_test(test_texts_when_an_adapters_then_callers_and_facts_of_others_are_withheld),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
