/* intake_core: what is taken in, what is refused, and the numbers it gets. */

#include "intake_wishes.h"

static int setup(void **state)
{
    *state = solo_open(&intake_service, solo_site(), START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    return 0;
}

static void test_submit_when_repeated_with_the_same_id_then_the_same_bytes(void **context)
{
    struct solo *const solo = *context;
    Paidan__NewTicket item = ticket("wechat", NULL, "垃圾没人清运");
    Paidan__NewTicket *list[] = {&item};
    size_t first_bytes = 0, second_bytes = 0;
    (void)submit_list(solo, list, 1, "0123456789abcdef");
    const unsigned char *bytes = solo_bytes(solo, &first_bytes);
    unsigned char first[256];
    assert_true(first_bytes <= sizeof first);
    memcpy(first, bytes, first_bytes);
    const uint64_t head = solo_head(solo);
    solo_restart(solo);
    const Paidan__Answer *const again = submit_list(solo, list, 1, "0123456789abcdef");
    assert_int_equal(again->submitted->results[0]->ticket, FIRST);
    (void)solo_bytes(solo, &second_bytes);
    assert_int_equal(first_bytes, second_bytes);
    assert_int_equal(solo_head(solo), head);
    assert_int_equal(solo_tally(solo, "registered"), 1);
    solo_check_replay(solo);
}

static void test_submit_when_duplicate_then_first_ticket_and_its_code(void **context)
{
    struct solo *const solo = *context;
    char code[QUERY_CODE_BYTES];
    Paidan__NewTicket item = ticket("wechat", "wx-9", "路灯不亮");
    const Paidan__SubmitResult *result = submit_one(solo, &item);
    assert_false(result->has_duplicate);
    memcpy(code, result->query_code, sizeof code);

    result = submit_one(solo, &item);
    assert_true(result->has_duplicate && result->duplicate);
    assert_int_equal(result->ticket, FIRST);
    assert_string_equal(result->query_code, code);

    /* Who asks for it later must not believe that he has it. */
    item.has_confidential = item.confidential = true;
    result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__EXTERNAL_ID_CONFLICT);
    assert_string_equal(result->detail, "confidential");
    item.has_confidential = item.confidential = false;

    item.text = (char *)"路灯不亮了";
    result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__EXTERNAL_ID_CONFLICT);
    assert_int_equal(result->ticket, FIRST);
    assert_null(result->query_code);

    /* The same external id of another channel is another complaint. */
    item.channel = (char *)"hotline";
    result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    assert_int_equal(result->ticket, FIRST + 1);
    assert_int_equal(solo_tally(solo, "registered"), 2);
    solo_check_replay(solo);
}

static void test_submit_when_one_batch_repeats_itself_then_judged_in_order(void **context)
{
    struct solo *const solo = *context;
    Paidan__NewTicket items[] = {
        ticket("wechat", "a", "井盖缺失"), ticket("wechat", "a", "井盖缺失"),
        ticket("wechat", "a", "井盖松动"), ticket("nowhere", "a", "井盖缺失"),
        ticket("wechat", "b", " 　\n"),    ticket("wechat", "b", "噪音扰民"),
    };
    Paidan__NewTicket *list[6];
    for (size_t index = 0; index < 6; index++) {
        list[index] = &items[index];
    }
    const Paidan__Answer *const answer = submit_list(solo, list, 6, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->submitted->n_results, 6);
    Paidan__SubmitResult **const results = answer->submitted->results;
    assert_int_equal(results[0]->code, PAIDAN__CODE__OK);
    assert_int_equal(results[0]->ticket, FIRST);
    assert_int_equal(results[1]->code, PAIDAN__CODE__OK);
    assert_int_equal(results[1]->duplicate, 1);
    assert_int_equal(results[1]->ticket, FIRST);
    assert_string_equal(results[1]->query_code, results[0]->query_code);
    assert_int_equal(results[2]->code, PAIDAN__CODE__EXTERNAL_ID_CONFLICT);
    assert_int_equal(results[3]->code, PAIDAN__CODE__CHANNEL_UNKNOWN);
    assert_int_equal(results[4]->code, PAIDAN__CODE__TEXT_EMPTY);
    assert_int_equal(results[5]->code, PAIDAN__CODE__OK);
    assert_int_equal(results[5]->ticket, FIRST + 1);
    assert_string_not_equal(results[5]->query_code, results[0]->query_code);
    solo_check_replay(solo);
}

static void test_submit_when_solved_on_the_spot_then_recorded_or_refused_alone(void **context)
{
    struct solo *const solo = *context;
    static char long_note[NOTE_BYTES_MAX + 2], long_unit[4096];
    memset(long_note, 'x', sizeof long_note - 1);
    memset(long_unit, 'u', sizeof long_unit - 1);
    static const struct {
        const char *unit, *note;
        Paidan__Code code;
        const char *detail;
    } cases[] = {
        {"b.any", "电话 13812345678，当场劝停", PAIDAN__CODE__OK, NULL},
        {"nobody", "当场劝停", PAIDAN__CODE__UNIT_UNKNOWN, "spot_unit"},
        {long_unit, "当场劝停", PAIDAN__CODE__UNIT_UNKNOWN, "spot_unit"},
        {"b.any", NULL, PAIDAN__CODE__NOTE_MISSING, "spot_note"},
        {"b.any", " 　", PAIDAN__CODE__NOTE_MISSING, "spot_note"},
        {"b.any", long_note, PAIDAN__CODE__FIELD_TOO_LONG, "spot_note"},
        {NULL, "当场劝停", PAIDAN__CODE__FIELD_INVALID, "spot_unit"},
        {"", "", PAIDAN__CODE__OK, NULL},
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    Paidan__NewTicket items[CASES], *list[CASES];
    for (size_t index = 0; index < CASES; index++) {
        items[index] = ticket("wechat", NULL, "楼上太吵");
        items[index].spot_unit = (char *)cases[index].unit;
        items[index].spot_note = (char *)cases[index].note;
        list[index] = &items[index];
    }
    const Paidan__Answer *const answer = submit_list(solo, list, CASES, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    for (size_t index = 0; index < CASES; index++) {
        const Paidan__SubmitResult *const result = answer->submitted->results[index];
        assert_int_equal(result->code, cases[index].code);
        if (cases[index].detail != NULL) {
            assert_string_equal(result->detail, cases[index].detail);
        }
    }
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_REGISTERED, 1);
    assert_string_equal(fact->registered->spot_unit, "b.any");
    assert_string_equal(fact->registered->spot_note, "电话 ***，当场劝停");
    paidan__event__free_unpacked(fact, NULL);
    fact = solo_fact(solo, PAIDAN__EVENT__FACT_REGISTERED, 2);
    assert_null(fact->registered->spot_unit);
    assert_null(fact->registered->spot_note);
    paidan__event__free_unpacked(fact, NULL);
    solo_check_replay(solo);
}

static void test_submit_when_ids_are_long_then_told_apart_by_their_ends(void **context)
{
    struct solo *const solo = *context;
    /* 39, 40 and 41 bytes, two of the greatest length that differ in the last, and their start. */
    static char ids[6][EXTERNAL_ID_BYTES_MAX + 1];
    static const size_t lengths[6] = {39, 40, 41, EXTERNAL_ID_BYTES_MAX, EXTERNAL_ID_BYTES_MAX, 56};
    for (size_t index = 0; index < 6; index++) {
        memset(ids[index], 'x', lengths[index]);
    }
    ids[4][EXTERNAL_ID_BYTES_MAX - 1] = 'y';
    for (size_t index = 0; index < 6; index++) {
        assert_int_equal(submit(solo, "wechat", ids[index], "井盖缺失"), FIRST + index);
    }
    for (size_t index = 0; index < 6; index++) {
        assert_int_equal(submit(solo, "wechat", ids[index], "井盖缺失"), FIRST + index);
    }
    assert_int_equal(solo_tally(solo, "registered"), 6);
    solo_check_replay(solo);
}

static void test_submit_when_the_day_changes_then_numbers_begin_again(void **context)
{
    struct solo *const solo = *context;
    assert_int_equal(submit(solo, "wechat", NULL, "一"), FIRST);
    solo_set_time(solo, START_MS + 15 * HOUR_MS - 1); /* 23:59:59.999 in +08:00 */
    assert_int_equal(submit(solo, "wechat", NULL, "二"), FIRST + 1);
    solo_set_time(solo, START_MS + 15 * HOUR_MS);
    assert_int_equal(submit(solo, "wechat", NULL, "三"), 2026112300000001ull);
    /* A clock that goes back changes nothing: the stored time counts. */
    solo_set_time(solo, START_MS);
    assert_int_equal(submit(solo, "wechat", NULL, "四"), 2026112300000002ull);
    solo_check_replay(solo);
}

static void test_submit_when_the_offset_moves_back_then_numbers_go_on(void **context)
{
    struct solo *const solo = *context;
    struct site west = *solo_site();
    assert_int_equal(submit(solo, "wechat", NULL, "一"), FIRST);
    west.utc_offset_ms = -(int64_t)(8 * HOUR_MS); /* there it is still the 21st */
    assert_int_equal(step_engine_set_site(solo_engine(solo), &west), RC_OK);
    assert_int_equal(submit(solo, "wechat", NULL, "二"), FIRST + 1);
    solo_check_replay(solo);
}

/* The day in the number is the one on the wall: in July Berlin is two hours ahead, not one. */
static void test_submit_when_summer_time_is_on_then_the_day_is_the_wall_clocks(void **context)
{
    struct solo *const solo = *context;
    static struct zone berlin;
    struct site site = *solo_site();
    if (zone_load("Europe/Berlin", &berlin) != RC_OK) {
        skip();
    }
    site.zone = &berlin;
    site.utc_offset_ms = berlin.standard_ms;
    assert_int_equal(step_engine_set_site(solo_engine(solo), &site), RC_OK);
    solo_set_time(solo, 1805927400000ull); /* 2027-03-24 23:30, in winter */
    assert_int_equal(submit(solo, "wechat", NULL, "一"), 2027032400000001ull);
    solo_set_time(solo, 1806273000000ull); /* 22:30Z after the change: it is 00:30 */
    assert_int_equal(submit(solo, "wechat", NULL, "二"), 2027032900000001ull);
    solo_set_time(solo, 1815603000000ull); /* 2027-07-14 22:10Z */
    assert_int_equal(submit(solo, "wechat", NULL, "三"), 2027071500000001ull);
    /* 02:30 is shown twice that night: the same day, no number twice. */
    solo_set_time(solo, 1824942600000ull);
    assert_int_equal(submit(solo, "wechat", NULL, "四"), 2027103100000001ull);
    solo_set_time(solo, 1824946200000ull);
    assert_int_equal(submit(solo, "wechat", NULL, "五"), 2027103100000002ull);
    solo_check_replay(solo);
}

static void test_submit_when_4096_in_one_request_then_all_have_numbers(void **context)
{
    struct solo *const solo = *context;
    enum { COUNT = SUBMIT_TICKETS_MAX };
    static Paidan__NewTicket items[COUNT + 1];
    static Paidan__NewTicket *list[COUNT + 1];
    static char ids[COUNT + 1][16];
    for (unsigned index = 0; index <= COUNT; index++) {
        (void)snprintf(ids[index], sizeof ids[index], "id-%u", index);
        items[index] = ticket("device", ids[index], "水位超过警戒线");
        list[index] = &items[index];
    }
    assert_int_equal(submit_list(solo, list, COUNT + 1, NULL)->code, PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_int_equal(solo_tally(solo, "registered"), 0);
    const Paidan__Answer *const answer = submit_list(solo, list, COUNT, NULL);
    assert_int_equal(answer->submitted->n_results, COUNT);
    for (unsigned index = 0; index < COUNT; index++) {
        assert_int_equal(answer->submitted->results[index]->code, PAIDAN__CODE__OK);
        assert_int_equal(answer->submitted->results[index]->ticket, FIRST + index);
    }
    assert_int_equal(submit_list(solo, list, 0, NULL)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(solo_tally(solo, "registered"), COUNT);
    solo_check_replay(solo);
}

static Paidan__Code judge(struct solo *solo, Paidan__NewTicket *item, const char *field)
{
    const Paidan__SubmitResult *const result = submit_one(solo, item);
    if (field != NULL) {
        assert_string_equal(result->detail, field);
    }
    return result->code;
}

/* The text is what counts: a phone is kept as far as it is understood, and named when it is not. */
static void test_submit_when_a_phone_is_odd_then_taken_and_named(void **context)
{
    static const struct {
        const char *written, *read, *masked; /* read NULL: nothing is kept */
        bool named;
    } cases[] = {
        {"13800138000", "13800138000", "138****8000", false},
        {"0592-2345678转801", "0592-2345678#801", "059****5678", false},
        {"13800138000、13900139000", "13800138000, 13900139000", "138****8000, 139****9000", false},
        {"\u202d１３８００１３８０００\u202c", "13800138000", "138****8000", false},
        {"138 0013 8000（王）", "13800138000", "138****8000", true},
        {"x110", "110", "***", true},
        {"1.38E+10", NULL, NULL, true},
        {"没有电话", NULL, NULL, true},
        {"\u3000\u200b", NULL, NULL, false},
    };
    struct solo *const solo = *context;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        Paidan__NewTicket item = ticket("wechat", NULL, "正文");
        item.phone = (char *)(uintptr_t)cases[index].written;
        const Paidan__SubmitResult *const result = submit_one(solo, &item);
        assert_int_equal(result->code, PAIDAN__CODE__OK);
        assert_true(cases[index].named ? strcmp(result->detail, "phone") == 0
                                       : result->detail == NULL);
        uint64_t number = result->ticket;
        const Paidan__TicketText *text =
            read_texts(solo, &number, 1, false, "", NULL)->texts->texts[0];
        assert_true((text->phone == NULL) == (cases[index].read == NULL));
        if (cases[index].read != NULL) {
            assert_string_equal(text->phone, cases[index].masked);
            text = read_texts(solo, &number, 1, true, "回访", "clerk")->texts->texts[0];
            assert_string_equal(text->phone, cases[index].read);
        }
    }
    solo_check_replay(solo);
}

static void test_submit_when_a_field_is_wrong_then_its_code_and_name(void **context)
{
    struct solo *const solo = *context;
    char *const longest = calloc(1, TEXT_BYTES_MAX + 2);
    assert_non_null(longest);
    memset(longest, 'x', TEXT_BYTES_MAX);
    Paidan__NewTicket item = ticket("wechat", NULL, longest);
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);
    longest[TEXT_BYTES_MAX] = 'x';
    assert_int_equal(judge(solo, &item, "text"), PAIDAN__CODE__TEXT_TOO_LONG);

    item = ticket("wechat", "", "正文");
    assert_int_equal(judge(solo, &item, "external_id"), PAIDAN__CODE__FIELD_INVALID);
    item.external_id = longest + TEXT_BYTES_MAX - EXTERNAL_ID_BYTES_MAX;
    assert_int_equal(judge(solo, &item, "external_id"), PAIDAN__CODE__FIELD_TOO_LONG);

    item = ticket("wechat", NULL, "正文");
    item.place = longest + TEXT_BYTES_MAX - PLACE_BYTES_MAX;
    assert_int_equal(judge(solo, &item, "place"), PAIDAN__CODE__FIELD_TOO_LONG);
    item.place = longest + TEXT_BYTES_MAX - PLACE_BYTES_MAX + 1;
    item.reporter = longest + TEXT_BYTES_MAX - REPORTER_BYTES_MAX;
    assert_int_equal(judge(solo, &item, "reporter"), PAIDAN__CODE__FIELD_TOO_LONG);
    item.reporter = longest + TEXT_BYTES_MAX - REPORTER_BYTES_MAX + 1;
    item.title = longest + TEXT_BYTES_MAX - GIVEN_TITLE_BYTES_MAX;
    assert_int_equal(judge(solo, &item, "title"), PAIDAN__CODE__FIELD_TOO_LONG);
    item.title = longest + TEXT_BYTES_MAX - GIVEN_TITLE_BYTES_MAX + 1;
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);

    item = ticket("wechat", NULL, "正文");
    item.has_occurred_ms = 1;
    item.occurred_ms = START_MS + 24 * HOUR_MS + 1;
    assert_int_equal(judge(solo, &item, "occurred_ms"), PAIDAN__CODE__FIELD_INVALID);
    item.occurred_ms = START_MS + 24 * HOUR_MS;
    item.has_due_ms = 1;
    item.due_ms = START_MS / 1000; /* seconds for milliseconds */
    assert_int_equal(judge(solo, &item, "due_ms"), PAIDAN__CODE__FIELD_INVALID);
    item.due_ms = UINT64_MAX;
    assert_int_equal(judge(solo, &item, "due_ms"), PAIDAN__CODE__FIELD_INVALID);
    item.due_ms = START_MS - HOUR_MS; /* passed: it is done all the same */
    item.category_hint = (char *)"nothing";
    assert_int_equal(judge(solo, &item, "category_hint"), PAIDAN__CODE__CATEGORY_UNKNOWN);
    item.category_hint = (char *)"water";
    item.area_hint = (char *)"nowhere";
    assert_int_equal(judge(solo, &item, "area_hint"), PAIDAN__CODE__AREA_UNKNOWN);
    item.area_hint = (char *)"sanchajie";
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);
    free(longest);
    solo_check_replay(solo);
}

/* Spaces of every kind, alone: no complaint. With one letter among them: one. */
static void test_submit_when_only_spaces_then_empty(void **context)
{
    struct solo *const solo = *context;
    static const char *const blank[] = {"",
                                        " \t\r\n",
                                        "\xc2\xa0",
                                        "\u2003\u200b",
                                        "\u2028\u202f",
                                        "\u205f\u2060",
                                        "\u3000\u3000",
                                        "\ufeff"};
    for (size_t index = 0; index < sizeof blank / sizeof blank[0]; index++) {
        char text[32];
        Paidan__NewTicket item = ticket("wechat", NULL, blank[index]);
        assert_int_equal(judge(solo, &item, "text"), PAIDAN__CODE__TEXT_EMPTY);
        (void)snprintf(text, sizeof text, "%s\u2010%s", blank[index], blank[index]);
        item.text = text;
        assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);
    }
}

static Paidan__Code attach(struct solo *solo, const char *name, const char *url, size_t digest)
{
    static uint8_t bytes[64];
    Paidan__Attachment attachment = PAIDAN__ATTACHMENT__INIT;
    Paidan__Attachment *list[] = {&attachment};
    attachment.name = (char *)name;
    attachment.url = (char *)url;
    attachment.has_digest = digest > 0;
    attachment.digest = (ProtobufCBinaryData){digest, bytes};
    Paidan__NewTicket item = ticket("wechat", NULL, "见照片");
    item.attachments = list;
    item.n_attachments = 1;
    return submit_one(solo, &item)->code;
}

static void test_submit_when_an_attachment_is_wrong_then_refused(void **context)
{
    struct solo *const solo = *context;
    assert_int_equal(attach(solo, "a.jpg", "https://x.example/a.jpg", 32), PAIDAN__CODE__OK);
    assert_int_equal(attach(solo, "a.jpg", "HTTPS://x.example/a.jpg", 0), PAIDAN__CODE__OK);
    assert_int_equal(
        attach(solo, "a.jpg",
               "media:ae46bb2864f2eda05e36121983299683bf4c48f4ce54d3541ea8f48afaa03ed1", 0),
        PAIDAN__CODE__OK);
    assert_int_equal(attach(solo, "", "https://x.example/a", 0), PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(attach(solo, "a", "https://x.example/a", 31), PAIDAN__CODE__FIELD_INVALID);
    static const char *const wrong[] = {
        "",
        "http://x.example/a.jpg",
        "HTTP://x.example/a.jpg",
        "ftp://x.example/a.jpg",
        "wxmedia:1234",
        "httpss://x.example/a",
        "https//x.example/a",
        "https:x.example/a",
        "https:/x.example/a",
        "https://",
        "https:///a",
        "https://?a",
        "media:",
        "mailto:a@x.example",
        "tel:110",
        ":x",
        "//x",
        "/etc/passwd",
        "https:",
        "1a:b",
        "javascript:x",
        "JavaScript:x",
        "data:,abc",
        "vbscript:x",
        "https://x/a b",
        "https://x/a\n",
        "file:///etc/passwd",
        "FILE:x",
        "blob:x",
        "about:blank",
        "media:12",
        "media:ae46bb2864f2eda05e36121983299683bf4c48f4ce54d3541ea8f48afaa03ed1/..",
        "media:AE46bb2864f2eda05e36121983299683bf4c48f4ce54d3541ea8f48afaa03ed1"};
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        assert_int_equal(attach(solo, "a", wrong[index], 0), PAIDAN__CODE__LINK_NOT_HTTPS);
    }
    char longest[1200];
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "https://", 8);
    longest[1025] = '\0';
    assert_int_equal(attach(solo, "a", longest, 0), PAIDAN__CODE__FIELD_TOO_LONG);
    longest[1024] = '\0';
    assert_int_equal(attach(solo, "a", longest, 0), PAIDAN__CODE__OK);
    longest[129] = '\0';
    assert_int_equal(attach(solo, longest, "https://x", 0), PAIDAN__CODE__FIELD_TOO_LONG);
    longest[128] = '\0';
    assert_int_equal(attach(solo, longest, "https://x", 0), PAIDAN__CODE__OK);
    Paidan__Attachment one = PAIDAN__ATTACHMENT__INIT;
    one.name = (char *)"a";
    one.url = (char *)"https://x.example/a";
    Paidan__Attachment *many[ATTACHMENTS_MAX + 1];
    for (size_t index = 0; index <= ATTACHMENTS_MAX; index++) {
        many[index] = &one;
    }
    Paidan__NewTicket item = ticket("wechat", NULL, "见照片");
    item.attachments = many;
    item.n_attachments = ATTACHMENTS_MAX + 1;
    assert_int_equal(judge(solo, &item, "attachments"), PAIDAN__CODE__TOO_MANY_ITEMS);
    item.n_attachments = ATTACHMENTS_MAX;
    assert_int_equal(judge(solo, &item, NULL), PAIDAN__CODE__OK);
    solo_check_replay(solo);
}

/* Bytes that are no text, and bounds that only the schema knows: the rows beside it are taken. */
static void test_submit_when_one_row_of_three_is_broken_then_the_others_are_taken(void **context)
{
    struct solo *const solo = *context;
    Paidan__Attachment photo = PAIDAN__ATTACHMENT__INIT, *photos[] = {&photo};
    photo.url = (char *)"https://x.example/a.jpg";
    photo.has_digest = 1;
    photo.digest.data = (uint8_t *)"0123456789abcdef0123456789abcdef0";
    static const struct {
        const char *text, *channel, *name;
        size_t digest_bytes;
        Paidan__Code code;
        const char *detail;
    } cases[] = {
        {"\xff\xfe", "wechat", "a", 32, PAIDAN__CODE__TEXT_NOT_UTF8, "text"},
        {"响铃\a", "wechat", "a", 32, PAIDAN__CODE__FIELD_INVALID, "text"},
        {"见照片", "wechat", "\xe6", 32, PAIDAN__CODE__TEXT_NOT_UTF8, "attachments[0].name"},
        {"见照片", "wechat", "a", 33, PAIDAN__CODE__FIELD_TOO_LONG, "attachments[0].digest"},
        {"见照片", "\xe6", "a", 32, PAIDAN__CODE__TEXT_NOT_UTF8, "channel"},
        {"见照片", "a23456789012345678901234567890123", "a", 32, PAIDAN__CODE__FIELD_TOO_LONG,
         "channel"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        Paidan__NewTicket items[3], *list[3];
        for (size_t row = 0; row < 3; row++) {
            items[row] = ticket("wechat", NULL, "路灯不亮");
            list[row] = &items[row];
        }
        items[1].text = (char *)cases[index].text;
        items[1].channel = (char *)cases[index].channel;
        items[1].n_attachments = 1;
        items[1].attachments = photos;
        photo.name = (char *)cases[index].name;
        photo.digest.len = cases[index].digest_bytes;
        const Paidan__Answer *const answer = submit_list(solo, list, 3, NULL);
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        Paidan__SubmitResult **const results = answer->submitted->results;
        assert_int_equal(results[0]->code, PAIDAN__CODE__OK);
        assert_int_equal(results[1]->code, cases[index].code);
        assert_string_equal(results[1]->detail, cases[index].detail);
        assert_int_equal(results[2]->code, PAIDAN__CODE__OK);
        assert_int_equal(results[2]->ticket, results[0]->ticket + 1);
    }
    assert_int_equal(solo_tally(solo, "registered"), 2 * sizeof cases / sizeof cases[0]);
    solo_check_replay(solo);
}

static void test_submit_when_space_is_short_then_only_new_tickets_are_refused(void **context)
{
    struct solo *const solo = *context;
    const uint64_t number = submit(solo, "wechat", "wx-1", "一");
    Paidan__NewTicket item = ticket("wechat", "wx-1", "一");
    Paidan__NewTicket *list[] = {&item};
    solo_conditions(solo, true, 0);
    const Paidan__Answer *answer = submit_list(solo, list, 1, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__STORAGE_FULL);
    assert_true(answer->retry_after_ms > 0);
    assert_int_equal(supplement(solo, number, "补充", NULL)->code, PAIDAN__CODE__OK);
    solo_conditions(solo, false, 1500);
    answer = submit_list(solo, list, 1, NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__OVERLOADED);
    assert_int_equal(answer->retry_after_ms, 1500);
    assert_null(answer->submitted);
    assert_int_equal(chase(solo, number, NULL)->code, PAIDAN__CODE__OK);
    assert_int_equal(withdraw(solo, number)->code, PAIDAN__CODE__OK);
    assert_int_equal(solo_tally(solo, "registered"), 1);
    solo_check_replay(solo);
}

/* The day's last number is given out, the next ticket is refused, the next day begins at 1. */
static void test_submit_when_the_day_has_no_numbers_left_then_exhausted(void **context)
{
    struct solo *const solo = *context;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = (char *)"wechat";
    fact.text = (char *)"一";
    fact.title = (char *)"一";
    fact.query_code = (char *)"ABCDEF";
    event.has_ticket = 1;
    event.ticket = FIRST - 1 + 99999998;
    event.at_ms = START_MS;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    struct store_txn *txn = NULL;
    struct tally tally;
    assert_int_equal(store_begin(solo_store(solo), true, &txn), RC_OK);
    assert_int_equal(tally_load(txn, &tally), RC_OK);
    struct step_fold fold = {.txn = txn, .tally = &tally};
    assert_int_equal(intake_service.evolve(&fold, 1, &event), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    assert_int_equal(submit(solo, "wechat", NULL, "二"), FIRST - 1 + 99999999);
    Paidan__NewTicket item = ticket("wechat", NULL, "三");
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__NUMBERS_EXHAUSTED);
    assert_false(result->has_ticket);
    solo_set_time(solo, START_MS + 24 * HOUR_MS);
    assert_int_equal(submit(solo, "wechat", NULL, "四"), 2026112300000001ull);
}

/* Whichever write finds the disk full: the step is undone as a whole, and done once there is room.
 */

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_submit_when_repeated_with_the_same_id_then_the_same_bytes),
        CASE(test_submit_when_duplicate_then_first_ticket_and_its_code),
        CASE(test_submit_when_one_batch_repeats_itself_then_judged_in_order),
        CASE(test_submit_when_the_day_changes_then_numbers_begin_again),
        CASE(test_submit_when_solved_on_the_spot_then_recorded_or_refused_alone),
        CASE(test_submit_when_ids_are_long_then_told_apart_by_their_ends),
        CASE(test_submit_when_the_offset_moves_back_then_numbers_go_on),
        CASE(test_submit_when_summer_time_is_on_then_the_day_is_the_wall_clocks),
        CASE(test_submit_when_4096_in_one_request_then_all_have_numbers),
        CASE(test_submit_when_a_phone_is_odd_then_taken_and_named),
        CASE(test_submit_when_a_field_is_wrong_then_its_code_and_name),
        CASE(test_submit_when_only_spaces_then_empty),
        CASE(test_submit_when_an_attachment_is_wrong_then_refused),
        CASE(test_submit_when_one_row_of_three_is_broken_then_the_others_are_taken),
        CASE(test_submit_when_space_is_short_then_only_new_tickets_are_refused),
        CASE(test_submit_when_the_day_has_no_numbers_left_then_exhausted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
