/* wire_bounds: every field that can grow has a row that says how far, and no row is left over. */
#include "common/wire/wire_bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command.pb-c.h"
#include "common/base/limits.h"
#include "event.pb-c.h"

enum { MESSAGES_MAX = 512, ROWS_MAX = 512 };

/* Every message that travels or is stored, once. */
struct schema {
    const ProtobufCMessageDescriptor *messages[MESSAGES_MAX];
    size_t count;
};

static void visit(struct schema *schema, const ProtobufCMessageDescriptor *message)
{
    for (size_t index = 0; index < schema->count; index++) {
        if (schema->messages[index] == message) {
            return;
        }
    }
    assert_true(schema->count < MESSAGES_MAX);
    schema->messages[schema->count++] = message;
    for (unsigned index = 0; index < message->n_fields; index++) {
        if (message->fields[index].type == PROTOBUF_C_TYPE_MESSAGE) {
            visit(schema, message->fields[index].descriptor);
        }
    }
}

static void schema_read(struct schema *schema)
{
    *schema = (struct schema){.count = 0};
    visit(schema, &paidan__request__descriptor);
    visit(schema, &paidan__answer__descriptor);
    visit(schema, &paidan__event__descriptor);
    visit(schema, &paidan__sealed_grant__descriptor);
    visit(schema, &paidan__grant__descriptor);
    assert_true(schema->count > 100);
}

static bool has_bytes(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES;
}

static bool is_list(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

/* What is missing of the field's row, NULL: nothing. */
static const char *lacking(const struct wire_bound *row, const ProtobufCFieldDescriptor *field)
{
    if (row == NULL) {
        return "a row";
    }
    if (has_bytes(field) && row->bytes == 0) {
        return "bytes";
    }
    return is_list(field) && row->count == 0 ? "a count" : NULL;
}

static void test_schema_when_a_field_can_grow_then_it_has_a_row(void **state)
{
    (void)state;
    struct schema schema;
    schema_read(&schema);
    unsigned wrong = 0, seen = 0;
    for (size_t at = 0; at < schema.count; at++) {
        const ProtobufCMessageDescriptor *message = schema.messages[at];
        for (unsigned index = 0; index < message->n_fields; index++) {
            const ProtobufCFieldDescriptor *field = &message->fields[index];
            const char *what = lacking(wire_bounds_of(message, field), field);
            if ((!has_bytes(field) && !is_list(field)) || what == NULL) {
                seen += has_bytes(field) || is_list(field);
                continue;
            }
            print_error("%s.%s lacks %s in wire_bounds.c\n", message->short_name, field->name,
                        what);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(seen > 250);
}

/* Each row bounds at least one field, and says of it nothing that it does not have. */
static void test_rows_when_looked_up_then_each_has_its_field(void **state)
{
    (void)state;
    struct schema schema;
    schema_read(&schema);
    bool used[ROWS_MAX] = {false}, bytes[ROWS_MAX] = {false}, lists[ROWS_MAX] = {false};
    size_t count = 0;
    const struct wire_bound *rows = wire_bounds_rows(&count);
    assert_in_range(count, 1, ROWS_MAX);
    for (size_t at = 0; at < schema.count; at++) {
        const ProtobufCMessageDescriptor *message = schema.messages[at];
        for (unsigned index = 0; index < message->n_fields; index++) {
            const ProtobufCFieldDescriptor *field = &message->fields[index];
            const struct wire_bound *row = wire_bounds_of(message, field);
            if (row != NULL && (has_bytes(field) || is_list(field))) {
                used[row - rows] = true;
                bytes[row - rows] |= has_bytes(field);
                lists[row - rows] |= is_list(field);
            }
        }
    }
    unsigned wrong = 0;
    for (size_t index = 0; index < count; index++) {
        if (!used[index] || bytes[index] != (rows[index].bytes > 0) ||
            lists[index] != (rows[index].count > 0)) {
            print_error("row %s.%s: %s\n", rows[index].message != NULL ? rows[index].message : "*",
                        rows[index].field,
                        used[index] ? "bounds what its fields do not have" : "has no field");
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void test_rows_when_two_name_one_field_then_refused(void **state)
{
    (void)state;
    size_t count = 0;
    const struct wire_bound *rows = wire_bounds_rows(&count);
    for (size_t one = 0; one < count; one++) {
        for (size_t other = one + 1; other < count; other++) {
            const bool here = strcmp(rows[one].field, rows[other].field) == 0;
            const bool both = rows[one].message == NULL || rows[other].message == NULL;
            assert_false(here && (both ? rows[one].message == rows[other].message
                                       : strcmp(rows[one].message, rows[other].message) == 0));
        }
    }
}

/* "| `Fetched.blocks` | 4194304 | 4096 |". A field without a message is that of every other one. */
static void line_of(const struct wire_bound *row, char *line, size_t size)
{
    char bytes[16] = "", items[16] = "";
    if (row->bytes > 0) {
        (void)snprintf(bytes, sizeof bytes, "%u", row->bytes);
    }
    if (row->count > 0) {
        (void)snprintf(items, sizeof items, "%u", row->count);
    }
    (void)snprintf(line, size, "| `%s%s%s` | %s | %s |", row->message != NULL ? row->message : "",
                   row->message != NULL ? "." : "", row->field, bytes, items);
}

/* Who writes an adapter reads proto/LIMITS.md; it says the same as the table. */
static void test_limits_when_read_by_people_then_as_the_rows(void **state)
{
    (void)state;
    char path[4096], line[256], expected[256];
    size_t count = 0, at = 0;
    const struct wire_bound *rows = wire_bounds_rows(&count);
    const char *root = getenv("PAIDAN_ROOT");
    assert_non_null(root);
    (void)snprintf(path, sizeof path, "%s/proto/LIMITS.md", root);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    unsigned wrong = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "| `", 3) != 0) {
            continue;
        }
        line[strcspn(line, "\n")] = '\0';
        if (at == count) {
            print_error("one row too many: %s\n", line);
            wrong++;
            break;
        }
        line_of(&rows[at], expected, sizeof expected);
        if (strcmp(line, expected) != 0) {
            print_error("proto/LIMITS.md has  %s\nit should have       %s\n", line, expected);
            wrong++;
            break; /* mostly a row is missing, and all that follow are off by one */
        }
        at++;
    }
    (void)fclose(file);
    assert_int_equal(wrong, 0);
    assert_int_equal(at, count);
}

static const struct wire_bound *row_of(const ProtobufCMessageDescriptor *message, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message, name);
    assert_non_null(field);
    return wire_bounds_of(message, field);
}

/* The message's own row wins, wherever it stands in the table. */
static void test_row_when_a_message_has_its_own_then_that_one(void **state)
{
    (void)state;
    assert_int_equal(row_of(&paidan__new_ticket__descriptor, "place")->bytes, FRAME_BYTES_MAX);
    assert_int_equal(row_of(&paidan__registered__descriptor, "place")->bytes, PLACE_BYTES_MAX);
    assert_int_equal(row_of(&paidan__ticket_text__descriptor, "title")->bytes,
                     GIVEN_TITLE_BYTES_MAX);
    assert_int_equal(row_of(&paidan__brief__descriptor, "title")->bytes, TITLE_BYTES_MAX);
    assert_int_equal(row_of(&paidan__suspended__descriptor, "reason")->bytes, NOTE_BYTES_MAX);
    assert_null(row_of(&paidan__brief__descriptor, "level")); /* a number has none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema_when_a_field_can_grow_then_it_has_a_row),
        cmocka_unit_test(test_rows_when_looked_up_then_each_has_its_field),
        cmocka_unit_test(test_rows_when_two_name_one_field_then_refused),
        cmocka_unit_test(test_limits_when_read_by_people_then_as_the_rows),
        cmocka_unit_test(test_row_when_a_message_has_its_own_then_that_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
