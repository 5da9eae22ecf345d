/* access: accounts from the first three administrators on, logins that go well and that do not,
 * second factors, sessions, roles, changes by two, keys; as stories with golden traces, and the
 * rules that no story may break. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <liboath/oath.h>

#include "access_state.h"
#include "access_wishes.h"
#include "common/permit/permit_grant.h"
#include "common/say/say_json.h"
#include "common/wire/wire.h"
#include "whole.h"

static const Paidan__GrantRole clerk = {
    .base = PROTOBUF_C_MESSAGE_INIT(&paidan__grant_role__descriptor),
    .role = PAIDAN__ROLE__ROLE_CLERK,
    .unit = (char *)"b.any"};
static const Paidan__GrantRole auditor = {
    .base = PROTOBUF_C_MESSAGE_INIT(&paidan__grant_role__descriptor),
    .role = PAIDAN__ROLE__ROLE_AUDITOR};

static int setup(void **state)
{
    wish_keys();
    *state = solo_open(&access_service, solo_site(), ACCESS_START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    return 0;
}

static void ok(const Paidan__Answer *answer)
{
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
}

/* Three administrators, and li.si as a clerk with a password of his own. */
static void begin(struct solo *solo)
{
    ok(wish_init(solo));
    ok(wish_add(solo, "li.si", "first"));
    ok(wish_login(solo, "li.si", "first", "t1", NULL));
    ok(wish_password(solo, "t1", "first", "mine", 'm'));
    ok(wish_role(solo, "sec", "li.si", &clerk, false));
}

/* The grant that an answer holds, opened as a service opens it. */
static Paidan__Grant *grant_of(struct solo *solo, struct arena *arena, const Paidan__Answer *answer)
{
    unsigned char seed[32], secret[PERMIT_SECRET_BYTES], key[PERMIT_KEY_BYTES], *bytes = NULL;
    size_t size = 0;
    Paidan__Grant *grant = NULL;
    memset(seed, 'g', sizeof seed);
    permit_key_of_seed(seed, secret, key);
    assert_int_equal(wire_pack(arena, &answer->renewed->grant->base, &bytes, &size), RC_OK);
    assert_int_equal(
        permit_grant_open(key, PERMIT_PAPER_GRANT, bytes, size, solo_now_ms(solo), arena, &grant),
        RC_OK);
    return grant;
}

static void digits_of(const char *secret, uint64_t now_ms, char code[7])
{
    char *raw = NULL;
    size_t bytes = 0;
    assert_int_equal(oath_base32_decode(secret, strlen(secret), &raw, &bytes), OATH_OK);
    assert_int_equal(oath_totp_generate(raw, bytes, (time_t)(now_ms / 1000), 30, 0, 6, code),
                     OATH_OK);
    free(raw);
}

/* ---- stories ---- */

static void test_story_when_people_come_work_and_go_then_as_golden(void **state)
{
    struct solo *const solo = *state;
    solo_trace(solo);
    solo_note(solo, "the first three, then a clerk who changes the given password");
    begin(solo);
    solo_note(solo, "works for an hour, is seen once a minute");
    for (unsigned minute = 0; minute < 3; minute++) {
        solo_advance(solo, ACCESS_MINUTE_MS);
        ok(wish_renew(solo, "t1", false));
        ok(wish_renew(solo, "t1", false));
    }
    solo_note(solo, "and goes home without logging out");
    solo_advance(solo, ACCESS_HOUR_MS);
    assert_int_equal(wish_renew(solo, "t1", false)->code, PAIDAN__CODE__SESSION_ENDED);
    solo_note(solo, "another administrator: asked by one, approved by another");
    ok(wish_add(solo, "wang.wu", "given"));
    const Paidan__Answer *answer = wish_role(solo, "sec", "wang.wu", &auditor, false);
    ok(answer);
    const uint64_t change = answer->access_done->change;
    assert_int_not_equal(change, 0);
    assert_int_equal(wish_decide(solo, "sec", change, true)->code, PAIDAN__CODE__SECOND_PERSON);
    ok(wish_decide(solo, "aud", change, true));
    solo_note(solo, "a key for the hotline");
    answer = wish_key(solo, "secret", "hotline", 0);
    ok(answer);
    char key[32];
    (void)snprintf(key, sizeof key, "%s", answer->access_done->key);
    ok(wish_use(solo, "secret"));
    ok(wish_revoke_key(solo, key));
    assert_int_equal(wish_use(solo, "secret")->code, PAIDAN__CODE__KEY_UNKNOWN);
    solo_note(solo, "the clerk leaves");
    ok(wish_login(solo, "LI.SI", "mine", "t2", NULL));
    Paidan__PersonChange leave = PAIDAN__PERSON_CHANGE__INIT;
    leave.has_disabled = 1;
    leave.disabled = 1;
    answer = wish_change(solo, "sys", "li.si", &leave);
    ok(answer);
    assert_int_equal(answer->access_done->sessions_ended, 1);
    assert_int_equal(wish_renew(solo, "t2", false)->code, PAIDAN__CODE__SESSION_ENDED);
    assert_int_equal(wish_login(solo, "li.si", "mine", "t3", NULL)->code,
                     PAIDAN__CODE__LOGIN_FAILED);
    solo_advance(solo, 8 * 24 * ACCESS_HOUR_MS);
    assert_int_equal(solo_tally(solo, "sessions"), 0);
    assert_int_equal(solo_tally(solo, "failures_kept"), 0);
    assert_int_equal(solo_tally(solo, "logins"), solo_tally(solo, "sessions_ended"));
    solo_check(solo, "access_story");
}

static void test_log_when_every_wish_was_asked_then_every_field_is_as_golden(void **state)
{
    struct solo *const solo = *state;
    struct trace trace;
    char code[7] = "000000", secret[40];
    trace_init(&trace, ACCESS_START_MS);
    begin(solo);
    whole_answer(&trace, "login", wish_login(solo, "li.si", "mine", "t2", NULL));
    const Paidan__Answer *answer =
        wish_totp(solo, "t2", PAIDAN__TOTP_ACT__TOTP_START, "mine", NULL);
    whole_answer(&trace, "totp start", answer);
    (void)snprintf(secret, sizeof secret, "%s", answer->totp_shown->secret);
    digits_of(secret, solo_now_ms(solo), code);
    whole_answer(&trace, "totp confirm",
                 wish_totp(solo, "t2", PAIDAN__TOTP_ACT__TOTP_CONFIRM, NULL, code));
    whole_answer(&trace, "renew", wish_renew(solo, "t2", false));
    whole_answer(&trace, "wrong", wish_login(solo, "li.si", "guess", "t3", NULL));
    whole_answer(&trace, "key", wish_key(solo, "k", "hotline", ACCESS_START_MS + ACCESS_HOUR_MS));
    whole_answer(&trace, "use", wish_use(solo, "k"));
    whole_answer(&trace, "role", wish_role(solo, "sec", "li.si", &clerk, true));
    whole_answer(&trace, "admin", wish_role(solo, "sec", "aud", &auditor, false));
    whole_answer(&trace, "logout", wish_logout(solo, "t2"));
    static const Paidan__Request__WishCase reads[] = {
        PAIDAN__REQUEST__WISH_PERSON_LIST, PAIDAN__REQUEST__WISH_SESSION_LIST,
        PAIDAN__REQUEST__WISH_KEY_LIST, PAIDAN__REQUEST__WISH_CHANGE_LIST};
    Paidan__PersonList people = PAIDAN__PERSON_LIST__INIT;
    Paidan__SessionList sessions = PAIDAN__SESSION_LIST__INIT;
    Paidan__KeyList keys = PAIDAN__KEY_LIST__INIT;
    Paidan__ChangeList changes = PAIDAN__CHANGE_LIST__INIT;
    void *const wishes[] = {&people, &sessions, &keys, &changes};
    for (unsigned index = 0; index < 4; index++) {
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        request.wish_case = reads[index];
        request.person_list = wishes[index];
        whole_answer(&trace, "read", solo_query(solo, &request));
    }
    whole_log(&trace, solo);
    whole_tallies(&trace, solo, &access_service);
    assert_true(trace_golden(&trace, "access_whole"));
    trace_fini(&trace);
    solo_check_replay(solo);
}

static void test_service_when_told_of_then_as_golden(void **state)
{
    (void)state;
    struct trace trace;
    trace_init(&trace, ACCESS_START_MS);
    whole_service(&trace, &access_service);
    assert_true(trace_golden(&trace, "access_whole_service"));
    trace_fini(&trace);
}

/* ---- logging in ---- */

static const Paidan__PasswordTerms *terms_of(struct solo *solo, const char *name)
{
    Paidan__LoginStart wish = PAIDAN__LOGIN_START__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.person = (char *)name;
    request.wish_case = PAIDAN__REQUEST__WISH_LOGIN_START;
    request.login_start = &wish;
    const Paidan__Answer *answer = solo_query(solo, &request);
    ok(answer);
    return answer->login_started->terms;
}

static void test_start_when_nobody_has_the_name_then_terms_like_any_other(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    unsigned char salt[16];
    const Paidan__PasswordTerms *terms = terms_of(solo, "nobody");
    assert_int_equal(terms->salt.len, 16);
    assert_int_equal(terms->passes, PROOF_PASSES);
    assert_int_equal(terms->memory_kib, PROOF_MEMORY_KIB);
    memcpy(salt, terms->salt.data, sizeof salt);
    assert_memory_equal(terms_of(solo, "nobody")->salt.data, salt, sizeof salt);
    assert_memory_not_equal(terms_of(solo, "nobody2")->salt.data, salt, sizeof salt);
    /* Written in another way it is the same nobody, as a somebody would be the same. */
    assert_memory_equal(terms_of(solo, "NoBody")->salt.data, salt, sizeof salt);
    terms = terms_of(solo, " li si ; DROP");
    assert_int_equal(terms->salt.len, 16);
    /* Small letters and capitals are one person. */
    memset(salt, 'm', sizeof salt);
    assert_memory_equal(terms_of(solo, "Li.Si")->salt.data, salt, sizeof salt);
}

static void test_login_when_it_fails_five_times_then_locked_and_longer_each_time(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    static const char *const names[] = {"li.si", "nobody"};
    for (unsigned index = 0; index < 2; index++) {
        for (unsigned failure = 0; failure < 5; failure++) {
            const Paidan__Answer *answer = wish_login(solo, names[index], "guess", "x", NULL);
            assert_int_equal(answer->code, PAIDAN__CODE__LOGIN_FAILED);
            assert_null(answer->detail);
        }
        const Paidan__Answer *answer = wish_login(solo, names[index], "mine", "x", NULL);
        assert_int_equal(answer->code, PAIDAN__CODE__LOCKED_OUT);
        assert_int_equal(answer->retry_after_ms, 15 * ACCESS_MINUTE_MS);
    }
    assert_int_equal(solo_tally(solo, "logins_failed"), 10);
    assert_int_not_equal(wish_person(solo, "li.si")->locked_until_ms, 0);
    solo_set_time(solo, solo_now_ms(solo) + 15 * ACCESS_MINUTE_MS);
    assert_int_equal(wish_login(solo, "li.si", "guess", "x", NULL)->code,
                     PAIDAN__CODE__LOGIN_FAILED);
    assert_int_equal(wish_login(solo, "li.si", "mine", "x", NULL)->retry_after_ms,
                     30 * ACCESS_MINUTE_MS);
    Paidan__PersonChange unlock = PAIDAN__PERSON_CHANGE__INIT;
    unlock.has_unlock = 1;
    unlock.unlock = 1;
    ok(wish_change(solo, "sys", "li.si", &unlock));
    ok(wish_login(solo, "li.si", "mine", "x", NULL));
    solo_check_replay(solo);
}

static void test_login_when_asked_again_by_the_same_id_then_counted_once(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    unsigned char proof[32], hash[32], id[16] = "the same request";
    Paidan__Login wish = PAIDAN__LOGIN__INIT;
    wish.person = (char *)"li.si";
    wish.proof = wish_bytes("guess", proof);
    wish.token_hash = wish_bytes("t", hash);
    for (unsigned again = 0; again < 7; again++) {
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        request.has_request_id = 1;
        request.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
        request.wish_case = PAIDAN__REQUEST__WISH_LOGIN;
        request.login = &wish;
        assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__LOGIN_FAILED);
    }
    assert_int_equal(solo_tally(solo, "logins_failed"), 1);
}

static void test_login_when_a_session_is_the_seventeenth_then_the_oldest_ends(void **state)
{
    struct solo *const solo = *state;
    begin(solo); /* t1 is the first */
    for (unsigned index = 2; index <= SESSIONS_EACH_MAX + 1; index++) {
        char token[8];
        (void)snprintf(token, sizeof token, "t%u", index);
        solo_set_time(solo, solo_now_ms(solo) + 1000);
        ok(wish_login(solo, "li.si", "mine", token, NULL));
    }
    assert_int_equal(solo_tally(solo, "sessions"), SESSIONS_EACH_MAX);
    assert_int_equal(wish_renew(solo, "t1", false)->code, PAIDAN__CODE__SESSION_ENDED);
    ok(wish_renew(solo, "t2", false));
    assert_int_equal(wish_login(solo, "li.si", "mine", "t2", NULL)->code,
                     PAIDAN__CODE__FIELD_INVALID); /* a token is used once */
    solo_check_replay(solo);
}

/* ---- second factor ---- */

static void test_factor_when_in_force_then_no_code_opens_twice(void **state)
{
    struct solo *const solo = *state;
    char code[7] = "000000", secret[40], recovery[16];
    begin(solo);
    assert_int_equal(wish_totp(solo, "t1", PAIDAN__TOTP_ACT__TOTP_START, "guess", NULL)->code,
                     PAIDAN__CODE__LOGIN_FAILED);
    const Paidan__Answer *answer =
        wish_totp(solo, "t1", PAIDAN__TOTP_ACT__TOTP_START, "mine", NULL);
    ok(answer);
    (void)snprintf(secret, sizeof secret, "%s", answer->totp_shown->secret);
    /* Not in force before a code was shown to be right. */
    ok(wish_login(solo, "li.si", "mine", "t2", NULL));
    digits_of(secret, solo_now_ms(solo), code);
    answer = wish_totp(solo, "t1", PAIDAN__TOTP_ACT__TOTP_CONFIRM, NULL, code);
    ok(answer);
    assert_int_equal(answer->totp_shown->n_recovery_codes, RECOVERY_CODES);
    (void)snprintf(recovery, sizeof recovery, "%s", answer->totp_shown->recovery_codes[3]);
    assert_int_equal(wish_login(solo, "li.si", "mine", "t3", NULL)->code,
                     PAIDAN__CODE__SECOND_FACTOR_NEEDED);
    /* The code that confirmed it is used up. */
    answer = wish_login(solo, "li.si", "mine", "t3", code);
    assert_int_equal(answer->code, PAIDAN__CODE__LOGIN_FAILED);
    assert_string_equal(answer->detail, "code");
    solo_set_time(solo, solo_now_ms(solo) + 30000);
    digits_of(secret, solo_now_ms(solo), code);
    ok(wish_login(solo, "li.si", "mine", "t3", code));
    assert_int_equal(wish_login(solo, "li.si", "mine", "t4", code)->code,
                     PAIDAN__CODE__LOGIN_FAILED);
    for (char *at = recovery; *at != '\0'; at++) { /* as it is read out: capitals, a blank */
        *at = *at == '-' ? ' ' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    }
    answer = wish_login(solo, "li.si", "mine", "t4", recovery);
    ok(answer);
    assert_int_equal(answer->logged_in->recovery_left, RECOVERY_CODES - 1);
    assert_int_equal(wish_login(solo, "li.si", "mine", "t5", recovery)->code,
                     PAIDAN__CODE__LOGIN_FAILED);
    solo_set_time(solo, solo_now_ms(solo) + 30000);
    digits_of(secret, solo_now_ms(solo), code);
    ok(wish_totp(solo, "t4", PAIDAN__TOTP_ACT__TOTP_END, "mine", code));
    ok(wish_login(solo, "li.si", "mine", "t6", NULL));
    solo_check_replay(solo);
}

/* ---- sessions ---- */

static void test_grant_when_renewed_then_says_who_and_what_for_five_minutes(void **state)
{
    struct solo *const solo = *state;
    struct arena arena;
    assert_int_equal(arena_init(&arena, 1u << 20), RC_OK);
    ok(wish_init(solo));
    ok(wish_add(solo, "li.si", "first"));
    ok(wish_role(solo, "sec", "li.si", &clerk, false));
    ok(wish_login(solo, "li.si", "first", "t1", NULL));
    const Paidan__Answer *answer = wish_renew(solo, "t1", false);
    ok(answer);
    assert_true(answer->renewed->must_change);
    assert_int_equal(grant_of(solo, &arena, answer)->n_roles,
                     0); /* a given password opens nothing */
    ok(wish_password(solo, "t1", "first", "mine", 'm'));
    answer = wish_renew(solo, "t1", false);
    const Paidan__Grant *grant = grant_of(solo, &arena, answer);
    assert_string_equal(grant->actor, "li.si");
    assert_string_equal(grant->via, "10.0.0.7");
    assert_int_equal(grant->n_roles, 1);
    assert_int_equal(grant->roles[0]->role, PAIDAN__ROLE__ROLE_CLERK);
    assert_string_equal(grant->roles[0]->unit, "b.any");
    assert_int_equal(grant->expires_ms, solo_now_ms(solo) + 5 * ACCESS_MINUTE_MS);
    ok(wish_role(solo, "sec", "li.si", &clerk, true));
    assert_int_equal(grant_of(solo, &arena, wish_renew(solo, "t1", false))->n_roles, 0);
    arena_fini(&arena);
}

static void test_session_when_idle_or_old_then_over_and_no_grant_outlives_it(void **state)
{
    struct solo *const solo = *state;
    struct arena arena;
    assert_int_equal(arena_init(&arena, 1u << 20), RC_OK);
    begin(solo);
    const uint64_t began_ms = solo_now_ms(solo);
    /* A program that asks for nobody keeps no session alive. */
    for (unsigned minute = 0; minute < 29; minute++) {
        solo_advance(solo, ACCESS_MINUTE_MS);
        ok(wish_renew(solo, "t1", true));
    }
    solo_advance(solo, ACCESS_MINUTE_MS);
    assert_int_equal(wish_renew(solo, "t1", true)->code, PAIDAN__CODE__SESSION_ENDED);
    ok(wish_login(solo, "li.si", "mine", "t2", NULL));
    const uint64_t second_ms = solo_now_ms(solo);
    while (solo_now_ms(solo) < second_ms + ACCESS_SESSION_MS - 2 * ACCESS_MINUTE_MS) {
        solo_advance(solo, 2 * ACCESS_MINUTE_MS);
        ok(wish_renew(solo, "t2", false));
    }
    assert_int_equal(grant_of(solo, &arena, wish_renew(solo, "t2", false))->expires_ms,
                     second_ms + ACCESS_SESSION_MS);
    solo_advance(solo, 2 * ACCESS_MINUTE_MS);
    assert_int_equal(wish_renew(solo, "t2", false)->code, PAIDAN__CODE__SESSION_ENDED);
    assert_true(second_ms > began_ms);
    arena_fini(&arena);
    solo_check_replay(solo);
}

static void test_password_when_changed_then_only_by_who_knows_it_and_others_are_out(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    ok(wish_login(solo, "li.si", "mine", "t2", NULL));
    assert_int_equal(wish_password(solo, "t2", "guess", "other", 'o')->code,
                     PAIDAN__CODE__LOGIN_FAILED);
    assert_int_equal(wish_password(solo, "t2", "mine", "other", 'm')->code,
                     PAIDAN__CODE__PASSWORD_SAME);
    ok(wish_password(solo, "t2", "mine", "other", 'o'));
    assert_int_equal(wish_renew(solo, "t1", false)->code, PAIDAN__CODE__SESSION_ENDED);
    ok(wish_renew(solo, "t2", false));
    assert_int_equal(wish_login(solo, "li.si", "mine", "t3", NULL)->code,
                     PAIDAN__CODE__LOGIN_FAILED);
    ok(wish_login(solo, "li.si", "other", "t3", NULL));
}

static void test_logout_when_of_another_persons_session_then_refused(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    ok(wish_add(solo, "wang.wu", "w"));
    ok(wish_login(solo, "wang.wu", "w", "w1", NULL));
    const Paidan__Answer *answer = wish_login(solo, "li.si", "mine", "t2", NULL);
    ok(answer);
    unsigned char id[8], hash[32];
    memcpy(id, answer->logged_in->session.data, sizeof id);
    Paidan__Logout wish = PAIDAN__LOGOUT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.token_hash = wish_bytes("w1", hash);
    wish.has_session = 1;
    wish.session = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    request.wish_case = PAIDAN__REQUEST__WISH_LOGOUT;
    request.logout = &wish;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__SESSION_ENDED);
    ok(wish_renew(solo, "t2", false));
    request = (Paidan__Request)PAIDAN__REQUEST__INIT;
    wish.token_hash = wish_bytes("t1", hash);
    request.wish_case = PAIDAN__REQUEST__WISH_LOGOUT;
    request.logout = &wish;
    ok(solo_call(solo, &request));
    assert_int_equal(wish_renew(solo, "t2", false)->code, PAIDAN__CODE__SESSION_ENDED);
    ok(wish_renew(solo, "t1", false));
}

/* ---- administrators ---- */

static void test_init_when_somebody_is_there_or_another_uid_asks_then_refused(void **state)
{
    struct solo *const solo = *state;
    ok(wish_init(solo));
    assert_int_equal(wish_init(solo)->code, PAIDAN__CODE__NOT_FIRST);
    assert_int_equal(solo_tally(solo, "people"), 3);
}

static void test_person_when_the_name_looks_like_anothers_then_refused(void **state)
{
    /* Zero width, no break, right to left, an ideographic blank; letters of another alphabet, of
     * another width and of formulas: drawn as "li.si" or nearly so. */
    static const char *const names[] = {"li\u200b.si", "li.si\u2060",    "\ufeffli.si",
                                        "li\u00ad.si", "\u202eis.il",    "li.si\u3000",
                                        "li.si\u200f", "li.s\u0456",     "\u217ci.si",
                                        "\uff4ci.si",  "\U0001d425i.si", "\u0455\u0456"};
    Paidan__PersonChange other = PAIDAN__PERSON_CHANGE__INIT;
    struct solo *const solo = *state;
    begin(solo);
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        const Paidan__Answer *const answer = wish_add(solo, names[index], "w");
        assert_int_equal(answer->code, PAIDAN__CODE__NAME_UNSAFE);
        assert_string_equal(answer->detail, "person");
    }
    other.full_name = (char *)(uintptr_t) "李四\u202e(局长)";
    assert_int_equal(wish_change(solo, "sys", "li.si", &other)->code, PAIDAN__CODE__NAME_UNSAFE);
    other.full_name = (char *)(uintptr_t) "\u0410nna";
    assert_int_equal(wish_change(solo, "sys", "li.si", &other)->code, PAIDAN__CODE__NAME_UNSAFE);
    other.full_name = (char *)(uintptr_t) "阿依古丽·买买提 (Ayguzel)";
    ok(wish_change(solo, "sys", "li.si", &other));
    assert_int_equal(wish_add(solo, "LI.SI", "w")->code, PAIDAN__CODE__PERSON_EXISTS);
    ok(wish_add(solo, "李四", "w"));
    solo_check_replay(solo);
}

static const Paidan__RightsTold *rights(struct solo *solo, uint64_t seq)
{
    Paidan__RightsSince wish = PAIDAN__RIGHTS_SINCE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.seq = seq;
    request.wish_case = PAIDAN__REQUEST__WISH_RIGHTS_SINCE;
    request.rights_since = &wish;
    const Paidan__Answer *answer = solo_query(solo, &request);
    ok(answer);
    return answer->rights_told;
}

static void test_rights_when_somebody_may_more_or_less_then_named(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    uint64_t seq = rights(solo, 0)->seq;
    assert_int_equal(rights(solo, 0)->n_persons, 0);
    assert_true(seq > 0);
    /* That somebody is there changes nothing. */
    solo_advance(solo, ACCESS_MINUTE_MS);
    ok(wish_renew(solo, "t1", false));
    const Paidan__RightsTold *told = rights(solo, seq);
    assert_int_equal(told->n_persons, 0);
    assert_true(told->seq > seq);
    seq = told->seq;
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT;
    role.role = PAIDAN__ROLE__ROLE_DISPATCHER;
    ok(wish_role(solo, "sec", "li.si", &role, false));
    told = rights(solo, seq);
    assert_int_equal(told->n_persons, 1);
    assert_string_equal(told->persons[0], "li.si");
    seq = told->seq;
    const Paidan__Answer *answer = wish_key(solo, "secret", "hotline", 0);
    ok(answer);
    char key[32], named[40];
    (void)snprintf(key, sizeof key, "%s", answer->access_done->key);
    (void)snprintf(named, sizeof named, "key:%s", key);
    ok(wish_revoke_key(solo, key));
    told = rights(solo, seq);
    assert_int_equal(told->n_persons, 1);
    assert_string_equal(told->persons[0], named);
    /* A place that this log does not have: nothing that was kept holds. */
    told = rights(solo, told->seq + 1000);
    assert_true(told->has_all && told->all);
}

static void test_factor_when_the_site_asks_for_it_then_no_role_without(void **state)
{
    struct solo *const solo = *state;
    struct site *const site = (struct site *)(uintptr_t)solo_site();
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT;
    char secret[64], code[7];
    begin(solo);
    role.role = PAIDAN__ROLE__ROLE_DISPATCHER;
    ok(wish_role(solo, "sec", "li.si", &role, false));
    const uint32_t before = site->factor_roles;
    site->factor_roles = 1u << PAIDAN__ROLE__ROLE_DISPATCHER;
    const Paidan__Answer *answer = wish_renew(solo, "t1", false);
    ok(answer);
    assert_true(answer->renewed->must_set_factor);
    assert_int_equal(answer->renewed->n_roles, 0);
    answer = wish_totp(solo, "t1", PAIDAN__TOTP_ACT__TOTP_START, "mine", NULL);
    ok(answer);
    (void)snprintf(secret, sizeof secret, "%s", answer->totp_shown->secret);
    digits_of(secret, solo_now_ms(solo), code);
    ok(wish_totp(solo, "t1", PAIDAN__TOTP_ACT__TOTP_CONFIRM, NULL, code));
    answer = wish_renew(solo, "t1", false);
    ok(answer);
    assert_false(answer->renewed->must_set_factor);
    assert_true(answer->renewed->n_roles > 0);
    site->factor_roles = before;
}

static void test_roles_when_they_do_not_fit_then_refused(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT;
    role.role = PAIDAN__ROLE__ROLE_CLERK;
    const Paidan__Answer *answer = wish_role(solo, "sec", "li.si", &role, false);
    assert_int_equal(answer->code, PAIDAN__CODE__ROLE_SCOPE);
    assert_string_equal(answer->detail, "unit");
    role.unit = (char *)"b.none";
    assert_int_equal(wish_role(solo, "sec", "li.si", &role, false)->code,
                     PAIDAN__CODE__UNIT_UNKNOWN);
    role.unit = (char *)"b.any";
    role.channel = (char *)"hotline";
    answer = wish_role(solo, "sec", "li.si", &role, false);
    assert_int_equal(answer->code, PAIDAN__CODE__ROLE_SCOPE);
    assert_string_equal(answer->detail, "channel");
    role = (Paidan__GrantRole)PAIDAN__GRANT_ROLE__INIT;
    role.role = PAIDAN__ROLE__ROLE_ADAPTER;
    role.channel = (char *)"hotline";
    assert_int_equal(wish_role(solo, "sec", "li.si", &role, false)->code, PAIDAN__CODE__ROLE_SCOPE);
    assert_int_equal(wish_role(solo, "sec", "li.si", &clerk, false)->code,
                     PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(wish_role(solo, "li.si", "li.si", &clerk, true)->code,
                     PAIDAN__CODE__SECOND_PERSON);
    /* An administrator has nothing else, and whoever has something becomes none. */
    assert_int_equal(wish_role(solo, "sec", "sys", &clerk, false)->code,
                     PAIDAN__CODE__ROLE_CONFLICT);
    assert_int_equal(wish_role(solo, "sec", "li.si", &auditor, false)->code,
                     PAIDAN__CODE__ROLE_CONFLICT);
    assert_int_equal(wish_role(solo, "sec", "sys", &auditor, false)->code,
                     PAIDAN__CODE__ROLE_CONFLICT);
    assert_int_equal(wish_role(solo, "sys", "aud", &auditor, true)->code,
                     PAIDAN__CODE__LAST_ADMINISTRATOR);
}

static void test_change_when_about_an_administrator_then_two_are_needed(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    ok(wish_add(solo, "aud2", "a"));
    const Paidan__Answer *answer = wish_role(solo, "sec", "aud2", &auditor, false);
    ok(answer);
    const uint64_t grant = answer->access_done->change;
    assert_int_equal(wish_person(solo, "aud2")->n_roles, 0); /* nothing is done yet */
    assert_int_equal(wish_decide(solo, "SEC", grant, true)->code, PAIDAN__CODE__SECOND_PERSON);
    assert_int_equal(wish_decide(solo, "aud2", grant, true)->code, PAIDAN__CODE__SECOND_PERSON);
    ok(wish_decide(solo, "sys", grant, true));
    assert_int_equal(wish_person(solo, "aud2")->n_roles, 1);
    assert_int_equal(wish_decide(solo, "aud", grant, true)->code, PAIDAN__CODE__CHANGE_UNKNOWN);

    Paidan__PersonChange disable = PAIDAN__PERSON_CHANGE__INIT;
    disable.has_disabled = 1;
    disable.disabled = 1;
    assert_int_equal(wish_change(solo, "sys", "sec", &disable)->code,
                     PAIDAN__CODE__LAST_ADMINISTRATOR);
    answer = wish_change(solo, "sys", "aud", &disable);
    ok(answer);
    const uint64_t change = answer->access_done->change;
    assert_int_not_equal(change, 0);
    answer = wish_change(solo, "sec", "aud2", &disable);
    ok(answer);
    const uint64_t other = answer->access_done->change;
    ok(wish_decide(solo, "sec", change, true));
    assert_int_equal(wish_person(solo, "aud")->state, PAIDAN__PERSON_STATE__PERSON_DISABLED);
    /* What was right when it was asked would leave nobody now. */
    assert_int_equal(wish_decide(solo, "sys", other, true)->code, PAIDAN__CODE__LAST_ADMINISTRATOR);
    ok(wish_decide(solo, "sys", other, false));
    answer = wish_change(solo, "sys", "aud2", &disable);
    assert_int_equal(answer->code, PAIDAN__CODE__LAST_ADMINISTRATOR);
    solo_check_replay(solo);
}

static void test_change_when_nobody_approves_then_lapses(void **state)
{
    struct solo *const solo = *state;
    begin(solo);
    ok(wish_add(solo, "aud2", "a"));
    const Paidan__Answer *answer = wish_role(solo, "sec", "aud2", &auditor, false);
    ok(answer);
    const uint64_t change = answer->access_done->change;
    solo_advance(solo, 7 * 24 * ACCESS_HOUR_MS);
    assert_int_equal(wish_decide(solo, "sys", change, true)->code, PAIDAN__CODE__CHANGE_UNKNOWN);
    assert_int_equal(solo_tally(solo, "changes_open"), 0);
    solo_check_replay(solo);
}

/* ---- keys ---- */

static void test_key_when_expired_revoked_or_wrong_then_one_answer(void **state)
{
    struct solo *const solo = *state;
    struct arena arena;
    assert_int_equal(arena_init(&arena, 1u << 20), RC_OK);
    begin(solo);
    assert_int_equal(wish_key(solo, "k", "pigeon", 0)->code, PAIDAN__CODE__CHANNEL_UNKNOWN);
    ok(wish_key(solo, "k", "hotline", solo_now_ms(solo) + 3 * ACCESS_MINUTE_MS));
    const Paidan__Answer *answer = wish_use(solo, "k");
    ok(answer);
    const Paidan__Grant *grant = grant_of(solo, &arena, answer);
    assert_int_equal(strncmp(grant->actor, "key:", 4), 0);
    assert_string_equal(grant->roles[0]->channel, "hotline");
    assert_int_equal(grant->expires_ms, solo_now_ms(solo) + 3 * ACCESS_MINUTE_MS);
    solo_set_time(solo, solo_now_ms(solo) + 3 * ACCESS_MINUTE_MS);
    assert_int_equal(wish_use(solo, "k")->code, PAIDAN__CODE__KEY_UNKNOWN);
    assert_int_equal(wish_use(solo, "other")->code, PAIDAN__CODE__KEY_UNKNOWN);
    arena_fini(&arena);
    solo_check_replay(solo);
}

/* ---- what the log must not tell ---- */

static bool log_holds(struct solo *solo, const void *bytes, size_t size)
{
    struct store_txn *txn = NULL;
    struct store_walk walk;
    bool found = false;
    assert_int_equal(store_begin(solo_store(solo), false, &txn), RC_OK);
    for (unsigned table = 0; table < store_table_count(solo_store(solo)); table++) {
        enum rc rc = store_walk_open(txn, table, NULL, 0, &walk);
        for (; rc == RC_OK; rc = store_walk_next(&walk)) {
            found = found || memmem(walk.value, walk.value_bytes, bytes, size) != NULL;
        }
        store_walk_close(&walk);
    }
    store_abort(txn);
    return found;
}

/* Who reads log and tables must not be able to log in, renew or use a key by what stands there. */
static void test_store_when_read_then_holds_nothing_that_opens(void **state)
{
    struct solo *const solo = *state;
    unsigned char bytes[32];
    char secret[40], code[7] = "000000", recovery[16];
    begin(solo);
    ok(wish_key(solo, "k", "hotline", 0));
    (void)wish_login(solo, "my-password-typed-as-a-name", "x", "y", NULL);
    const Paidan__Answer *answer =
        wish_totp(solo, "t1", PAIDAN__TOTP_ACT__TOTP_START, "mine", NULL);
    (void)snprintf(secret, sizeof secret, "%s", answer->totp_shown->secret);
    digits_of(secret, solo_now_ms(solo), code);
    answer = wish_totp(solo, "t1", PAIDAN__TOTP_ACT__TOTP_CONFIRM, NULL, code);
    (void)snprintf(recovery, sizeof recovery, "%s", answer->totp_shown->recovery_codes[0]);
    ok(wish_renew(solo, "t1", false));
    static const char *const words[] = {"first", "mine", "t1", "k"};
    for (unsigned index = 0; index < 4; index++) {
        (void)wish_bytes(words[index], bytes);
        assert_false(log_holds(solo, bytes, sizeof bytes));
    }
    char *raw = NULL;
    size_t size = 0;
    assert_int_equal(oath_base32_decode(secret, strlen(secret), &raw, &size), OATH_OK);
    assert_false(log_holds(solo, raw, size));
    free(raw);
    assert_false(log_holds(solo, secret, strlen(secret)));
    assert_false(log_holds(solo, recovery, strlen(recovery)));
    assert_false(log_holds(solo, "my-password", strlen("my-password")));
    memset(bytes, 'g', sizeof bytes);
    assert_true(log_holds(solo, "li.si", 5)); /* it does find what is there */
}

static void test_audit_when_read_then_newest_first_and_without_hashes(void **state)
{
    struct solo *const solo = *state;
    struct arena arena;
    assert_int_equal(arena_init(&arena, 1u << 20), RC_OK);
    begin(solo);
    Paidan__AccessAudit wish = PAIDAN__ACCESS_AUDIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.person = (char *)"Li.Si";
    wish.has_limit = 1;
    wish.limit = 3;
    request.wish_case = PAIDAN__REQUEST__WISH_ACCESS_AUDIT;
    request.access_audit = &wish;
    const Paidan__AccessAudited *body = solo_query(solo, &request)->access_audited;
    static const Paidan__Event__FactCase expected[] = {
        PAIDAN__EVENT__FACT_ROLE_GRANTED, PAIDAN__EVENT__FACT_PASSWORD_CHANGED,
        PAIDAN__EVENT__FACT_LOGGED_ON, PAIDAN__EVENT__FACT_PERSON_ADDED};
    size_t seen = 0;
    while (body->n_history > 0 || body->has_next) {
        for (size_t index = 0; index < body->n_history; index++) {
            ProtobufCMessage *message = NULL;
            struct wire_error error;
            assert_int_equal(wire_unpack(&arena, &paidan__event__descriptor,
                                         body->history[index].data, body->history[index].len,
                                         &message, &error),
                             RC_OK);
            const Paidan__Event *const event = (const Paidan__Event *)(const void *)message;
            assert_true(seen < 4);
            assert_int_equal(event->fact_case, expected[seen++]);
            if (event->fact_case == PAIDAN__EVENT__FACT_PASSWORD_CHANGED) {
                assert_int_equal(event->password_changed->password->hash.len, 0);
            }
        }
        if (!body->has_next) {
            break;
        }
        wish.has_cursor = 1;
        wish.cursor = body->next;
        body = solo_query(solo, &request)->access_audited;
    }
    assert_int_equal(seen, 4);
    arena_fini(&arena);
}

static enum rc no_secrets(void *context, const struct evlog_record *record)
{
    const struct say say = {.language = SAY_ENGLISH};
    unsigned *const facts = context;
    if (record->kind != EVLOG_EVENT) {
        return RC_OK;
    }
    Paidan__Event *const event = paidan__event__unpack(NULL, record->bytes, record->payload);
    json_t *object = say_json_event(&say, "access", record->seq, event, true);
    char *text = json_dumps(object, 0);
    static const char *const names[] = {"\"hash\"", "\"mark\"", "\"salt\"", "\"sealed\"",
                                        "recovery_hash"};
    for (unsigned index = 0; index < 5; index++) {
        assert_null(strstr(text, names[index]));
    }
    free(text);
    json_decref(object);
    paidan__event__free_unpacked(event, NULL);
    *facts += 1;
    return RC_OK;
}

static void test_facts_when_dumped_then_without_what_could_be_tried(void **state)
{
    struct solo *const solo = *state;
    struct store_txn *txn = NULL;
    unsigned facts = 0;
    begin(solo);
    ok(wish_key(solo, "k", "hotline", 0));
    ok(wish_totp(solo, "t1", PAIDAN__TOTP_ACT__TOTP_START, "mine", NULL));
    assert_int_equal(store_begin(solo_store(solo), false, &txn), RC_OK);
    assert_int_equal(evlog_walk(txn, 1, no_secrets, &facts), RC_OK);
    store_abort(txn);
    assert_true(facts > 7);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_story_when_people_come_work_and_go_then_as_golden),
        CASE(test_log_when_every_wish_was_asked_then_every_field_is_as_golden),
        CASE(test_service_when_told_of_then_as_golden),
        CASE(test_start_when_nobody_has_the_name_then_terms_like_any_other),
        CASE(test_login_when_it_fails_five_times_then_locked_and_longer_each_time),
        CASE(test_login_when_asked_again_by_the_same_id_then_counted_once),
        CASE(test_login_when_a_session_is_the_seventeenth_then_the_oldest_ends),
        CASE(test_factor_when_in_force_then_no_code_opens_twice),
        CASE(test_grant_when_renewed_then_says_who_and_what_for_five_minutes),
        CASE(test_session_when_idle_or_old_then_over_and_no_grant_outlives_it),
        CASE(test_password_when_changed_then_only_by_who_knows_it_and_others_are_out),
        CASE(test_logout_when_of_another_persons_session_then_refused),
        CASE(test_init_when_somebody_is_there_or_another_uid_asks_then_refused),
        CASE(test_person_when_the_name_looks_like_anothers_then_refused),
        CASE(test_rights_when_somebody_may_more_or_less_then_named),
        CASE(test_factor_when_the_site_asks_for_it_then_no_role_without),
        CASE(test_roles_when_they_do_not_fit_then_refused),
        CASE(test_change_when_about_an_administrator_then_two_are_needed),
        CASE(test_change_when_nobody_approves_then_lapses),
        CASE(test_key_when_expired_revoked_or_wrong_then_one_answer),
        CASE(test_store_when_read_then_holds_nothing_that_opens),
        CASE(test_facts_when_dumped_then_without_what_could_be_tried),
        CASE(test_audit_when_read_then_newest_first_and_without_hashes),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
