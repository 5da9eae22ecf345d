/* archive_strip: canaries in every field of what residents say and who they are; none of them may be found in
 * archive's store, whatever fact brought them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "archive_person.h"
#include "archive_strip.h"
#include "common/wire/wire.h"
#include "solo.h"

#define START_MS 1795309200000ull
#define TICKET 2026112200000001ull

static const unsigned char key[ARCHIVE_PERSON_KEY_BYTES] = {7};

static int setup(void **state)
{
    archive_person_use(key);
    *state = solo_open(&archive_service, solo_site(), START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    archive_person_use(NULL);
    return 0;
}

static void hear(struct solo *solo, const char *log, uint64_t ticket, Paidan__Event *event)
{
    event->has_ticket = ticket != 0;
    event->ticket = ticket;
    solo_say(solo, log, event);
    (void)solo_flush(solo, NULL);
}

static void fill(Paidan__Registered *fact, Paidan__Attachment *attachment,
                 Paidan__Attachment **attachments)
{
    attachment->name = "canary-photo.jpg";
    attachment->url = "https://canary.example/photo";
    attachments[0] = attachment;
    fact->channel = "wechat";
    fact->external_id = "canary-external";
    fact->text = "三叉街漏水，请打 138 0013 8000 找我，门牌 12 号";
    fact->place = "三叉街 59237788";
    fact->phone = "13800138000";
    fact->reporter = "canary-name";
    fact->query_code = "CANARY";
    fact->title = "三叉街漏水";
    fact->given_title = "canary-title";
    fact->attachments = attachments;
    fact->n_attachments = 1;
}

static void registered(struct solo *solo, uint64_t ticket, bool confidential)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    Paidan__Attachment attachment = PAIDAN__ATTACHMENT__INIT, *attachments[1];
    fill(&fact, &attachment, attachments);
    fact.has_confidential = confidential;
    fact.confidential = confidential;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    hear(solo, "intake", ticket, &event);
}

static void supplemented(struct solo *solo, uint64_t ticket, const char *text)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Supplemented fact = PAIDAN__SUPPLEMENTED__INIT;
    Paidan__Attachment attachment = PAIDAN__ATTACHMENT__INIT, *attachments[1] = {&attachment};
    attachment.name = "canary-photo.jpg";
    attachment.url = "https://canary.example/photo";
    fact.text = (char *)text;
    fact.update_id = "canary-update";
    fact.attachments = attachments;
    fact.n_attachments = 1;
    event.fact_case = PAIDAN__EVENT__FACT_SUPPLEMENTED;
    event.supplemented = &fact;
    hear(solo, "intake", ticket, &event);
}

/* The n-th archived event, freed by the caller. */
static Paidan__Event *archived(struct solo *solo, unsigned nth, char person[PSEUDONYM_BYTES + 1])
{
    Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_ARCHIVED, nth);
    assert_non_null(fact);
    assert_int_equal(fact->archived->n_records, 1);
    const Paidan__ArchivedRecord *const record = fact->archived->records[0];
    Paidan__Event *const event = paidan__event__unpack(NULL, record->event.len, record->event.data);
    assert_non_null(event);
    assert_int_equal(record->day, 20261122);
    if (person != NULL) {
        (void)snprintf(person, PSEUDONYM_BYTES + 1, "%s",
                       record->person == NULL ? "" : record->person);
    }
    paidan__event__free_unpacked(fact, NULL);
    return event;
}

static uint64_t records(struct solo *solo)
{
    return solo_tally(solo, "archived_intake") + solo_tally(solo, "archived_escalation");
}

/* No byte of the log holds it. */
static void absent(struct solo *solo, const char *canary)
{
    uint64_t left = records(solo);
    for (unsigned nth = 1; left > 0; nth++) {
        Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_ARCHIVED, nth);
        left -= fact->archived->n_records;
        for (size_t at = 0; at < fact->archived->n_records; at++) {
            const ProtobufCBinaryData *const bytes = &fact->archived->records[at]->event;
            if (memmem(bytes->data, bytes->len, canary, strlen(canary)) != NULL) {
                fail_msg("%s is archived", canary);
            }
        }
        paidan__event__free_unpacked(fact, NULL);
    }
}

static void no_canary(struct solo *solo)
{
    static const char *const canaries[] = {"canary", "CANARY", "138", "8000", "59237788"};
    for (size_t index = 0; index < sizeof canaries / sizeof canaries[0]; index++) {
        absent(solo, canaries[index]);
    }
}

static void test_registered_when_archived_then_words_stay_and_nothing_personal(void **state)
{
    struct solo *const solo = *state;
    char person[PSEUDONYM_BYTES + 1];
    registered(solo, TICKET, false);
    Paidan__Event *const event = archived(solo, 1, person);
    assert_int_equal(event->ticket, TICKET);
    assert_string_equal(event->registered->query_code, "------");
    assert_string_equal(event->registered->title, "三叉街漏水");
    assert_non_null(strstr(event->registered->text, "漏水"));
    assert_non_null(strstr(event->registered->text, "门牌 12 号"));
    assert_null(event->registered->phone);
    assert_int_equal(event->registered->n_attachments, 0);
    assert_int_equal(strlen(person), PSEUDONYM_BYTES);
    paidan__event__free_unpacked(event, NULL);
    no_canary(solo);
    solo_check_replay(solo);
}

static void test_supplement_when_ticket_is_confidential_then_no_word(void **state)
{
    struct solo *const solo = *state;
    char person[PSEUDONYM_BYTES + 1];
    registered(solo, TICKET, true);
    supplemented(solo, TICKET, "再说一遍 canary 13800138000");
    supplemented(solo, TICKET + 1, "楼道灯不亮 13800138000");
    Paidan__Event *event = archived(solo, 1, person);
    assert_string_equal(event->registered->text, "");
    assert_string_equal(event->registered->title, "");
    assert_null(event->registered->place);
    assert_string_equal(person, "");
    paidan__event__free_unpacked(event, NULL);
    event = archived(solo, 2, NULL);
    assert_string_equal(event->supplemented->text, "");
    paidan__event__free_unpacked(event, NULL);
    event = archived(solo, 3, NULL);
    assert_non_null(strstr(event->supplemented->text, "楼道灯不亮"));
    paidan__event__free_unpacked(event, NULL);
    no_canary(solo);
    absent(solo, "漏水");
    absent(solo, "再说一遍");
    solo_check_replay(solo);
}

/* Both in one step: the first is gathered, not folded yet. */
static void test_supplement_when_in_the_step_that_registers_then_no_word(void **state)
{
    struct solo *const solo = *state;
    Paidan__Event first = PAIDAN__EVENT__INIT, second = PAIDAN__EVENT__INIT;
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    Paidan__Attachment attachment = PAIDAN__ATTACHMENT__INIT, *attachments[1];
    fill(&fact, &attachment, attachments);
    fact.has_confidential = fact.confidential = 1;
    first.has_ticket = second.has_ticket = 1;
    first.ticket = second.ticket = TICKET;
    first.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    first.registered = &fact;
    chased.note = "怎么还不来";
    chased.count = 1;
    second.fact_case = PAIDAN__EVENT__FACT_CHASED;
    second.chased = &chased;
    solo_say(solo, "intake", &first);
    solo_say(solo, "intake", &second);
    (void)solo_flush(solo, NULL);
    Paidan__Event *const said = solo_fact(solo, PAIDAN__EVENT__FACT_ARCHIVED, 1);
    assert_int_equal(said->archived->n_records, 2);
    paidan__event__free_unpacked(said, NULL);
    assert_int_equal(records(solo), 2); /* one fact a step and log */
    no_canary(solo);
    absent(solo, "怎么还不来");
}

static void test_person_when_the_same_number_then_the_same_name(void **state)
{
    struct solo *const solo = *state;
    char one[PSEUDONYM_BYTES + 1], other[PSEUDONYM_BYTES + 1], third[PSEUDONYM_BYTES + 1];
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = "wechat";
    fact.phone = "13800138000";
    assert_true(archive_person_name(&fact, one));
    fact.channel = "hotline";
    fact.reporter = "某人";
    fact.phone = "13800138000, 0592-2345678#801";
    assert_true(archive_person_name(&fact, other));
    assert_string_equal(one, other);
    fact.phone = NULL;
    assert_true(archive_person_name(&fact, third));
    assert_string_not_equal(one, third);
    fact.reporter = NULL;
    assert_false(archive_person_name(&fact, third)); /* anonymous */
    archive_person_use(NULL);
    fact.phone = "13800138000";
    assert_false(archive_person_name(&fact, third));
    (void)solo;
}

/* What nobody counts moves the cursor alone. */
static void test_lease_when_heard_then_no_fact(void **state)
{
    struct solo *const solo = *state;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__LeaseLapsed fact = PAIDAN__LEASE_LAPSED__INIT;
    const uint64_t head = solo_head(solo);
    event.fact_case = PAIDAN__EVENT__FACT_LEASE_LAPSED;
    event.lease_lapsed = &fact;
    hear(solo, "escalation", TICKET, &event);
    assert_int_equal(records(solo), 0);
    assert_true(solo_head(solo) <= head + 1); /* SiteChanged */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_registered_when_archived_then_words_stay_and_nothing_personal, setup, teardown),
        cmocka_unit_test_setup_teardown(test_supplement_when_ticket_is_confidential_then_no_word,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_supplement_when_in_the_step_that_registers_then_no_word, setup, teardown),
        cmocka_unit_test_setup_teardown(test_person_when_the_same_number_then_the_same_name, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_lease_when_heard_then_no_fact, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
