/* wire: what may come in and what may not.
 * ctest: valgrind */
#include "common/wire/wire.h"
#include "common/wire/wire_unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/limits.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    assert_int_equal(arena_init(&arena, STEP_ARENA_BYTES), RC_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static enum rc unpack(const void *bytes, size_t size, Paidan__Request **request,
                      struct wire_error *error)
{
    ProtobufCMessage *message = NULL;
    const enum rc rc =
        wire_unpack(&arena, &paidan__request__descriptor, bytes, size, &message, error);
    *request = (Paidan__Request *)message;
    return rc;
}

static void check_refused(const void *bytes, size_t size, Paidan__Code code, const char *field)
{
    Paidan__Request *request = NULL;
    struct wire_error error;
    const size_t used = arena.used;
    assert_int_equal(unpack(bytes, size, &request, &error), RC_INVALID);
    assert_int_equal(error.code, code);
    assert_string_equal(error.field, field);
    assert_int_equal(arena.used, used); /* gives back what it took */
}

static Paidan__Request make_request(void)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.protocol = 1;
    request.correlation = 5;
    return request;
}

/* A submit of one ticket, to be spoiled in one place. */
struct sample {
    Paidan__Request request;
    Paidan__Submit submit;
    Paidan__NewTicket ticket, *tickets[1];
    Paidan__Attachment attachment, *attachments[ATTACHMENTS_MAX + 1];
};

static void sample_init(struct sample *sample)
{
    sample->request = make_request();
    paidan__submit__init(&sample->submit);
    paidan__new_ticket__init(&sample->ticket);
    paidan__attachment__init(&sample->attachment);
    sample->attachment.name = "photo.jpg";
    sample->attachment.url = "https://example.org/photo.jpg";
    for (unsigned index = 0; index <= ATTACHMENTS_MAX; index++) {
        sample->attachments[index] = &sample->attachment;
    }
    sample->ticket.channel = "wechat";
    sample->ticket.text = "路灯坏了\t三天\r\n没人修 😀";
    sample->ticket.attachments = sample->attachments;
    sample->ticket.n_attachments = ATTACHMENTS_MAX;
    sample->tickets[0] = &sample->ticket;
    sample->submit.tickets = sample->tickets;
    sample->submit.n_tickets = 1;
    sample->request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    sample->request.submit = &sample->submit;
}

/* The check alone and the one on the way into bytes say the same. */
static void check_message(const ProtobufCMessage *message, Paidan__Code code, const char *field)
{
    struct wire_error error;
    enum rc rc = wire_check(message, &error);
    assert_int_equal(rc, code == PAIDAN__CODE__OK ? RC_OK : RC_INVALID);
    assert_int_equal(error.code, code);
    assert_string_equal(error.field, field);
    unsigned char *bytes = NULL;
    size_t size = 0;
    memset(&error, 0x5a, sizeof error);
    rc = wire_pack_checked(&arena, message, &bytes, &size, &error);
    assert_int_equal(rc, code == PAIDAN__CODE__OK ? RC_OK : RC_INVALID);
    assert_int_equal(error.code, code);
    assert_string_equal(error.field, field);
}

static void check_sample(const struct sample *sample, Paidan__Code code, const char *field)
{
    struct wire_error error;
    check_message(&sample->request.base, code, field);
    unsigned char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(wire_pack(&arena, &sample->request.base, &bytes, &size), RC_OK);
    if (code == PAIDAN__CODE__OK) {
        Paidan__Request *request = NULL;
        assert_int_equal(unpack(bytes, size, &request, &error), RC_OK);
        assert_string_equal(request->submit->tickets[0]->text, sample->ticket.text);
    } else {
        check_refused(bytes, size, code, field);
    }
    arena_reset(&arena);
}

/* A fault of an item is its own: the frame holds, and the item alone is refused. */
static void check_item(const struct sample *sample, Paidan__Code code, const char *field)
{
    check_sample(sample, PAIDAN__CODE__OK, "");
    check_message(&sample->ticket.base, code, field);
    arena_reset(&arena);
}

static void test_message_when_right_then_unpacked(void **state)
{
    (void)state;
    struct sample sample;
    sample_init(&sample);
    check_sample(&sample, PAIDAN__CODE__OK, "");
}

static void test_string_when_not_text_then_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        Paidan__Code code;
    } rows[] = {
        {"\xff\xfe", PAIDAN__CODE__TEXT_NOT_UTF8},
        {"abc\x80", PAIDAN__CODE__TEXT_NOT_UTF8},
        {"\xc0\x80", PAIDAN__CODE__TEXT_NOT_UTF8},         /* overlong NUL */
        {"\xc1\xbf", PAIDAN__CODE__TEXT_NOT_UTF8},         /* overlong */
        {"\xe0\x9f\xbf", PAIDAN__CODE__TEXT_NOT_UTF8},     /* overlong */
        {"\xed\xa0\x80", PAIDAN__CODE__TEXT_NOT_UTF8},     /* surrogate */
        {"\xf0\x8f\xbf\xbf", PAIDAN__CODE__TEXT_NOT_UTF8}, /* overlong */
        {"\xf4\x90\x80\x80", PAIDAN__CODE__TEXT_NOT_UTF8}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", PAIDAN__CODE__TEXT_NOT_UTF8},
        {"\xe6\xb4", PAIDAN__CODE__TEXT_NOT_UTF8}, /* cut short */
        {"\xf0\x9f\x98", PAIDAN__CODE__TEXT_NOT_UTF8},
        {"\xe6", PAIDAN__CODE__TEXT_NOT_UTF8},
        {"bell\a", PAIDAN__CODE__FIELD_INVALID},
        {"\x1b[31m", PAIDAN__CODE__FIELD_INVALID},
        {"del\x7f", PAIDAN__CODE__FIELD_INVALID},
        {"\xed\x9f\xbf\xee\x80\x80", PAIDAN__CODE__OK}, /* around the surrogates */
        {"\xf4\x8f\xbf\xbf", PAIDAN__CODE__OK},         /* U+10FFFF */
        {"\xf0\x90\x80\x80\xe0\xa0\x80\xc2\x80\x7e", PAIDAN__CODE__OK},
    };
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        struct sample sample;
        sample_init(&sample);
        sample.ticket.text = (char *)rows[index].text;
        check_item(&sample, rows[index].code,
                   rows[index].code == PAIDAN__CODE__OK ? "" : "NewTicket.text");
    }
}

/* protobuf-c would cut the string there without a word. */
static void test_string_when_nul_inside_then_refused(void **state)
{
    (void)state;
    /* protocol 1, correlation 5, actor "a\0b" */
    check_refused(
        "\x08\x01\x10\x05\x22\x03"
        "a\0b",
        9, PAIDAN__CODE__FRAME_INVALID, "");
    /* the same inside submit.tickets[0].text */
    check_refused(
        "\x08\x01\x10\x05\xa2\x01\x0b\x0a\x09\x0a\x01w\x1a\x04"
        "a\0bc",
        18, PAIDAN__CODE__FRAME_INVALID, "");
}

static void check_event(const Paidan__Event *event, Paidan__Code code, const char *field)
{
    check_message(&event->base, code, field);
}

static void test_limits_when_fact_exceeds_them_then_field_named(void **state)
{
    (void)state;
    static char text[TEXT_BYTES_MAX + 2];
    struct sample sample;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Supplemented supplemented = PAIDAN__SUPPLEMENTED__INIT;
    sample_init(&sample);
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_SUPPLEMENTED;
    event.supplemented = &supplemented;
    supplemented.text = text;
    supplemented.attachments = sample.attachments;
    supplemented.n_attachments = ATTACHMENTS_MAX;
    memset(text, 'x', TEXT_BYTES_MAX);
    check_event(&event, PAIDAN__CODE__OK, "");
    text[TEXT_BYTES_MAX] = 'x';
    check_event(&event, PAIDAN__CODE__TEXT_TOO_LONG, "Supplemented.text");
    text[1] = '\0';
    supplemented.n_attachments = ATTACHMENTS_MAX + 1;
    check_event(&event, PAIDAN__CODE__TOO_MANY_ITEMS, "Supplemented.attachments");
}

static void test_limits_when_request_exceeds_them_then_field_named(void **state)
{
    (void)state;
    static char long_text[TEXT_BYTES_MAX + 2];
    struct sample sample;
    memset(long_text, 'x', TEXT_BYTES_MAX + 1);

    sample_init(&sample);
    sample.ticket.text = long_text; /* intake judges the rows of a batch one by one */
    check_sample(&sample, PAIDAN__CODE__OK, "");

    sample_init(&sample);
    sample.ticket.channel = "a23456789012345678901234567890123";
    check_item(&sample, PAIDAN__CODE__FIELD_TOO_LONG, "NewTicket.channel");
    sample.ticket.channel = "a2345678901234567890123456789012";
    check_sample(&sample, PAIDAN__CODE__OK, "");

    sample_init(&sample);
    sample.attachment.has_digest = 1;
    sample.attachment.digest.data = (uint8_t *)long_text;
    sample.attachment.digest.len = 33;
    check_item(&sample, PAIDAN__CODE__FIELD_TOO_LONG, "NewTicket.attachments[0].digest");
    sample.attachment.digest.len = 32;
    check_sample(&sample, PAIDAN__CODE__OK, "");

    sample_init(&sample);
    long_text[ACTOR_BYTES_MAX + 1] = '\0';
    sample.request.actor = long_text;
    check_sample(&sample, PAIDAN__CODE__FIELD_TOO_LONG, "Request.actor");
    long_text[ACTOR_BYTES_MAX] = '\0';
    check_sample(&sample, PAIDAN__CODE__OK, "");

    sample_init(&sample);
    sample.request.has_request_id = 1;
    sample.request.request_id.data = (uint8_t *)long_text;
    sample.request.request_id.len = 65;
    check_sample(&sample, PAIDAN__CODE__FIELD_TOO_LONG, "Request.request_id");
}

static void test_submit_when_too_many_tickets_then_refused(void **state)
{
    (void)state;
    static Paidan__NewTicket *tickets[SUBMIT_TICKETS_MAX + 1];
    struct sample sample;
    sample_init(&sample);
    sample.ticket.n_attachments = 0;
    for (unsigned index = 0; index <= SUBMIT_TICKETS_MAX; index++) {
        tickets[index] = &sample.ticket;
    }
    sample.submit.tickets = tickets;
    sample.submit.n_tickets = SUBMIT_TICKETS_MAX;
    check_sample(&sample, PAIDAN__CODE__OK, "");
    sample.submit.n_tickets = SUBMIT_TICKETS_MAX + 1;
    check_sample(&sample, PAIDAN__CODE__TOO_MANY_ITEMS, "Submit.tickets");
}

static void test_path_when_nested_then_from_the_fact_on(void **state)
{
    (void)state;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Raised raised = PAIDAN__RAISED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    Paidan__ClockSet clock = PAIDAN__CLOCK_SET__INIT, *clocks[] = {&clock, &clock};
    struct wire_error error;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_RAISED;
    event.raised = &raised;
    raised.from_unit = "a";
    raised.why = PAIDAN__WHY__WHY_EXPIRED;
    raised.to = &to;
    to.unit = "b";
    to.clocks = clocks;
    to.n_clocks = 2;
    clock.clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    assert_int_equal(wire_check(&event.base, &error), RC_OK);
    clock.clock = 99;
    assert_int_equal(wire_check(&event.base, &error), RC_INVALID);
    assert_int_equal(error.code, PAIDAN__CODE__ENUM_UNKNOWN);
    assert_string_equal(error.field, "Raised.to.clocks[0].clock");
}

static void test_required_when_missing_then_refused(void **state)
{
    (void)state;
    struct sample sample;
    struct wire_error error;
    sample_init(&sample);
    sample.ticket.channel = NULL;
    assert_int_equal(wire_check(&sample.request.base, &error), RC_INVALID);
    assert_int_equal(error.code, PAIDAN__CODE__FIELD_INVALID);
    assert_string_equal(error.field, "Submit.tickets[0].channel");
    check_refused("\x08\x01", 2, PAIDAN__CODE__FRAME_INVALID, ""); /* no correlation */
    check_refused("", 0, PAIDAN__CODE__FRAME_INVALID, "");
    check_refused(NULL, 0, PAIDAN__CODE__FRAME_INVALID, "");
}

static void test_enum_when_unknown_then_refused(void **state)
{
    (void)state;
    Paidan__Request request = make_request();
    Paidan__Work work = PAIDAN__WORK__INIT;
    unsigned char *bytes = NULL;
    size_t size = 0;
    work.unit = "u";
    work.action = 77;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    assert_int_equal(wire_pack(&arena, &request.base, &bytes, &size), RC_OK);
    check_refused(bytes, size, PAIDAN__CODE__ENUM_UNKNOWN, "Work.action");
}

static void test_frame_when_cut_or_garbage_then_refused(void **state)
{
    (void)state;
    struct sample sample;
    unsigned char *bytes = NULL;
    size_t size = 0;
    sample_init(&sample);
    assert_int_equal(wire_pack(&arena, &sample.request.base, &bytes, &size), RC_OK);
    for (size_t cut = 0; cut < size; cut++) {
        Paidan__Request *request = NULL;
        struct wire_error error;
        unsigned char *part = malloc(cut == 0 ? 1 : cut);
        assert_non_null(part);
        memcpy(part, bytes, cut);
        const enum rc rc = unpack(part, cut, &request, &error);
        /* A cut between fields may leave a whole message without the wish. */
        assert_true(rc == RC_INVALID || request->wish_case == PAIDAN__REQUEST__WISH__NOT_SET);
        free(part);
    }
    check_refused("\x08\x01\x10\x05\x0b", 5, PAIDAN__CODE__FRAME_INVALID, ""); /* a group */
    check_refused("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13,
                  PAIDAN__CODE__FRAME_INVALID, "");
    static unsigned char large[FRAME_BYTES_MAX + 1];
    check_refused(large, sizeof large, PAIDAN__CODE__FRAME_TOO_LARGE, "");
}

static void test_unknown_fields_when_present_then_not_kept(void **state)
{
    (void)state;
    Paidan__Request *request = NULL;
    struct wire_error error;
    /* field 1000, varint 1, at the top and inside ping */
    assert_int_equal(
        unpack("\x08\x01\x10\x05\xc0\x3e\x01\x52\x03\xc0\x3e\x01", 12, &request, &error), RC_OK);
    assert_int_equal(request->wish_case, PAIDAN__REQUEST__WISH_PING);
    assert_int_equal(request->base.n_unknown_fields, 0);
    assert_int_equal(request->ping->base.n_unknown_fields, 0);
}

/* Unknown fields: two bytes in, 40 out; the budget ends it before memory does. */
static void test_amplification_when_beyond_budget_then_refused(void **state)
{
    (void)state;
    const size_t count = 200000;
    unsigned char *bytes = malloc(4 + count * 2);
    assert_non_null(bytes);
    size_t used = 4;
    memcpy(bytes, "\x08\x01\x10\x05", 4);
    for (size_t index = 0; index < count; index++) {
        bytes[used++] = 0x78; /* field 15, varint: unknown here */
        bytes[used++] = 1;
    }
    check_refused(bytes, used, PAIDAN__CODE__TOO_MANY_ITEMS, "");
    free(bytes);
}

/* Batches of the smallest items unpack to far more than sixteen times their bytes. Whatever a
 * service may say, its caller must be able to read; whatever limits allow, a caller may say. */
static void test_amplification_when_a_full_batch_is_small_then_unpacked(void **state)
{
    (void)state;
    static Paidan__NewTicket tickets[SUBMIT_TICKETS_MAX], *items[SUBMIT_TICKETS_MAX];
    static Paidan__SubmitResult rows[SUBMIT_TICKETS_MAX], *results[SUBMIT_TICKETS_MAX];
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__Submitted submitted = PAIDAN__SUBMITTED__INIT;
    Paidan__Request request = make_request();
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    for (size_t index = 0; index < SUBMIT_TICKETS_MAX; index++) {
        paidan__new_ticket__init(&tickets[index]);
        tickets[index].channel = "w";
        tickets[index].text = "x";
        items[index] = &tickets[index];
        paidan__submit_result__init(&rows[index]);
        rows[index].code = PAIDAN__CODE__NUMBERS_EXHAUSTED;
        results[index] = &rows[index];
    }
    submit.n_tickets = submitted.n_results = SUBMIT_TICKETS_MAX;
    submit.tickets = items;
    submitted.results = results;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    answer.protocol = 1;
    answer.body_case = PAIDAN__ANSWER__BODY_SUBMITTED;
    answer.submitted = &submitted;
    const ProtobufCMessage *messages[] = {&request.base, &answer.base};
    for (unsigned index = 0; index < 2; index++) {
        unsigned char *bytes = NULL;
        size_t size = 0;
        ProtobufCMessage *message = NULL;
        struct wire_error error;
        assert_int_equal(wire_pack(&arena, messages[index], &bytes, &size), RC_OK);
        assert_int_equal(
            wire_unpack(&arena, messages[index]->descriptor, bytes, size, &message, &error), RC_OK);
        arena_reset(&arena);
    }
}

static void test_pack_when_arena_is_full_then_limit(void **state)
{
    (void)state;
    struct sample sample;
    unsigned char *bytes = NULL;
    size_t size = 0;
    sample_init(&sample);
    arena.budget = 16;
    assert_int_equal(wire_pack(&arena, &sample.request.base, &bytes, &size), RC_LIMIT);
    Paidan__Request *request = NULL;
    struct wire_error error;
    assert_int_equal(unpack("\x08\x01\x10\x05", 4, &request, &error), RC_INVALID);
    assert_int_equal(error.code, PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_int_equal(arena.budget, 16);
}

/* ---- the schema ---- */

#define TYPES_MAX 512u

struct graph {
    const ProtobufCMessageDescriptor *seen[TYPES_MAX], *path[TYPES_MAX];
    unsigned seen_count, depth;
};

static void visit(struct graph *graph, const ProtobufCMessageDescriptor *descriptor)
{
    for (unsigned index = 0; index < graph->depth; index++) {
        if (graph->path[index] == descriptor) {
            fail_msg("%s contains itself: protobuf-c unpacks without a depth limit",
                     descriptor->name);
        }
    }
    for (unsigned index = 0; index < graph->seen_count; index++) {
        if (graph->seen[index] == descriptor) {
            return;
        }
    }
    assert_true(graph->seen_count < TYPES_MAX);
    graph->path[graph->depth++] = descriptor;
    for (unsigned index = 0; index < descriptor->n_fields; index++) {
        if (descriptor->fields[index].type == PROTOBUF_C_TYPE_MESSAGE) {
            visit(graph, descriptor->fields[index].descriptor);
        }
    }
    graph->depth--;
    graph->seen[graph->seen_count++] = descriptor;
}

static void test_schema_when_walked_then_not_recursive(void **state)
{
    (void)state;
    struct graph graph = {.seen_count = 0};
    visit(&graph, &paidan__request__descriptor);
    visit(&graph, &paidan__answer__descriptor);
    visit(&graph, &paidan__event__descriptor);
    visit(&graph, &paidan__sealed_grant__descriptor);
    visit(&graph, &paidan__grant__descriptor);
    assert_true(graph.seen_count > 50);
}

/* A message with every field set: repeated ones with one item. */
static ProtobufCMessage *fill(const ProtobufCMessageDescriptor *descriptor, unsigned oneof)
{
    static char text[] = "x";
    unsigned char *base = arena_zalloc(&arena, descriptor->sizeof_message);
    assert_non_null(base);
    protobuf_c_message_init(descriptor, base);
    for (unsigned index = 0; index < descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[index];
        unsigned char *member = base + field->offset, *count = base + field->quantifier_offset;
        const bool is_oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
        if (is_oneof && index != oneof) {
            continue;
        }
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            unsigned char *items = arena_zalloc(&arena, sizeof(ProtobufCBinaryData));
            assert_non_null(items);
            *(size_t *)(void *)count = 1;
            *(void **)(void *)member = items;
            member = items;
        } else if (is_oneof) {
            *(uint32_t *)(void *)count = field->id;
        } else if (field->label == PROTOBUF_C_LABEL_OPTIONAL &&
                   field->type != PROTOBUF_C_TYPE_STRING &&
                   field->type != PROTOBUF_C_TYPE_MESSAGE) {
            *(protobuf_c_boolean *)(void *)count = 1;
        }
        if (field->type == PROTOBUF_C_TYPE_STRING) {
            *(char **)(void *)member = text;
        } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
            *(ProtobufCMessage **)(void *)member = fill(field->descriptor, UINT32_MAX);
        } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
            const ProtobufCEnumDescriptor *values = field->descriptor;
            *(int *)(void *)member = values->values[0].value;
        } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
            *(ProtobufCBinaryData *)(void *)member =
                (ProtobufCBinaryData){.len = 1, .data = (uint8_t *)text};
        }
    }
    return (ProtobufCMessage *)(void *)base;
}

/* Every wish, answer and fact with every field set goes there and back, byte for byte. */
static void test_schema_when_every_field_is_set_then_passes_and_returns(void **state)
{
    (void)state;
    static const ProtobufCMessageDescriptor *const roots[] = {
        &paidan__request__descriptor, &paidan__answer__descriptor, &paidan__event__descriptor};
    for (unsigned root = 0; root < 3; root++) {
        for (unsigned index = 0; index < roots[root]->n_fields; index++) {
            struct wire_error error;
            unsigned char *bytes = NULL, *again = NULL;
            size_t size = 0, again_size = 0;
            ProtobufCMessage *back = NULL;
            const ProtobufCMessage *message = fill(roots[root], index);
            assert_int_equal(wire_check(message, &error), RC_OK);
            assert_int_equal(wire_pack(&arena, message, &bytes, &size), RC_OK);
            assert_int_equal(wire_unpack(&arena, roots[root], bytes, size, &back, &error), RC_OK);
            assert_int_equal(wire_pack_checked(&arena, back, &again, &again_size, &error), RC_OK);
            assert_int_equal(again_size, size);
            assert_memory_equal(again, bytes, size);
            assert_int_equal(protobuf_c_message_get_packed_size(message), size);
            assert_int_equal(protobuf_c_message_pack(message, again), size); /* the very same */
            assert_memory_equal(again, bytes, size);
            arena_reset(&arena);
        }
    }
}

/* The long way, as it was before there was a short one: protobuf-c, then wire_check. */
static void assert_as_unpacked_the_long_way(const ProtobufCMessage *plain,
                                            const unsigned char *bytes, size_t size)
{
    struct wire_error error;
    unsigned char *one = NULL, *other = NULL;
    size_t one_size = 0, other_size = 0;
    const ProtobufCMessage *message =
        protobuf_c_message_unpack(plain->descriptor, &arena.allocator, size, bytes);
    assert_non_null(message);
    assert_int_equal(wire_check(message, &error), RC_OK);
    assert_int_equal(wire_pack(&arena, plain, &one, &one_size), RC_OK);
    assert_int_equal(wire_pack(&arena, message, &other, &other_size), RC_OK);
    assert_int_equal(one_size, other_size);
    assert_memory_equal(one, other, one_size);
}

/* Every wish, answer and fact goes the short way as it is; with a byte changed, added or cut it
 * goes there only if the long way finds the same in it. */
static void test_plain_when_bytes_change_then_as_the_long_way(void **state)
{
    (void)state;
    static const ProtobufCMessageDescriptor *const roots[] = {
        &paidan__request__descriptor, &paidan__answer__descriptor, &paidan__event__descriptor};
    uint64_t random = 1;
    unsigned accepted = 0;
    for (unsigned turn = 0; turn < 3 * 20; turn++) {
        const ProtobufCMessageDescriptor *root = roots[turn % 3];
        for (unsigned index = 0; index < root->n_fields; index++) {
            unsigned char *bytes = NULL;
            size_t size = 0;
            assert_int_equal(wire_pack(&arena, fill(root, index), &bytes, &size), RC_OK);
            const struct wire_plan *plan = wire_plan_of(root);
            const ProtobufCMessage *plain = wire_unpack_plain(&arena, plan, bytes, size);
            assert_non_null(plain);
            assert_as_unpacked_the_long_way(plain, bytes, size);
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[(random >> 40) % size] ^= (unsigned char)(1u << (random >> 37 & 7));
            size -= (random >> 33) % 16 == 0 ? 1 : 0;
            plain = wire_unpack_plain(&arena, plan, bytes, size);
            if (plain != NULL) {
                assert_as_unpacked_the_long_way(plain, bytes, size);
                accepted++;
            }
            arena_reset(&arena);
        }
    }
    assert_true(accepted > 100);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_message_when_right_then_unpacked),
        CASE(test_string_when_not_text_then_refused),
        CASE(test_string_when_nul_inside_then_refused),
        CASE(test_limits_when_fact_exceeds_them_then_field_named),
        CASE(test_limits_when_request_exceeds_them_then_field_named),
        CASE(test_submit_when_too_many_tickets_then_refused),
        CASE(test_path_when_nested_then_from_the_fact_on),
        CASE(test_required_when_missing_then_refused),
        CASE(test_enum_when_unknown_then_refused),
        CASE(test_frame_when_cut_or_garbage_then_refused),
        CASE(test_unknown_fields_when_present_then_not_kept),
        CASE(test_amplification_when_beyond_budget_then_refused),
        CASE(test_amplification_when_a_full_batch_is_small_then_unpacked),
        CASE(test_pack_when_arena_is_full_then_limit),
        CASE(test_schema_when_walked_then_not_recursive),
        CASE(test_schema_when_every_field_is_set_then_passes_and_returns),
        CASE(test_plain_when_bytes_change_then_as_the_long_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
