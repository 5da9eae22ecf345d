/* callback_core: by which channel, in which half-day, and whether at all a resident is asked; and
 * answers that come after the end. */

#include "callback_spare.h"
#include "callback_task.h"
#include "callback_wishes.h"
#include "common/calendar/calendar.h"
#include "common/site/site_wechat.h"
#include "common/wire/wire.h"

#define DAY_MS (24 * HOUR_MS)

struct stage {
    struct solo *solo;
    struct site *site; /* "calls", with rules of its own */
};

static int setup(void **state)
{
    struct stage *const stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    stage->site = solo_site_load("calls");
    stage->solo = solo_open(&callback_service, stage->site, START_MS);
    *state = stage;
    return 0;
}

static int teardown(void **state)
{
    struct stage *const stage = *state;
    solo_close(stage->solo);
    site_free(stage->site);
    free(stage);
    return 0;
}

/* device asks through wechat, then through hotline. */
static void order(struct stage *stage)
{
    const uint32_t device = site_channel_find(stage->site, "device");
    assert_true(device != SITE_NONE);
    struct site_channel *const channel = &stage->site->channels[device];
    (void)snprintf(channel->callback, sizeof channel->callback, "wechat");
    (void)snprintf(channel->further[0], sizeof channel->further[0], "hotline");
    channel->further_count = 1;
}

static const Paidan__Answer *miss(struct solo *solo, uint64_t ticket, const char *channel,
                                  bool hand_over)
{
    Paidan__CallbackMiss wish = PAIDAN__CALLBACK_MISS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.channel = (char *)channel;
    wish.has_hand_over = wish.hand_over = hand_over;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_MISS;
    request.callback_miss = &wish;
    return solo_call(solo, &request);
}

/* ---- channels in order ---- */

static void test_order_when_nobody_answers_then_the_next_channel_and_never_two(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    order(stage);
    solo_trace(solo);
    solo_note(solo, "nobody answers by wechat: the hotline asks, to the last attempt");
    resolve(solo, FIRST, "device", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    assert_int_equal(pull(solo, "hotline", 1)->n_tasks, 0);
    solo_advance(solo, 6 * HOUR_MS + 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 0);
    assert_int_equal(pull(solo, "hotline", 1)->n_tasks, 1);
    solo_restart(solo);
    solo_note(solo, "handed over: the same attempt, at once");
    resolve(solo, FIRST + 1, "device", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    const Paidan__Answer *answer = miss(solo, FIRST + 1, "wechat", true);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_string_equal(answer->callback_missed->channel, "hotline");
    assert_int_equal(answer->callback_missed->open_ms, solo_now_ms(solo));
    assert_int_equal(pull(solo, "hotline", 10)->n_tasks, 1);
    solo_note(solo, "handed over to nobody: a miss");
    answer = miss(solo, FIRST + 1, "hotline", true);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    solo_note(solo, "what the first channel put to him he may still answer there");
    Paidan__CallbackReply item =
        reply(FIRST + 1, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    item.channel = (char *)"wechat";
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__OK);
    solo_note(solo, "to the end");
    solo_advance(solo, 3 * DAY_MS);
    assert_int_equal(solo_tally(solo, "tasks"), 2);
    assert_int_equal(solo_tally(solo, "unreached"), 1);
    assert_int_equal(solo_tally(solo, "asked"), 5);
    check_totals(solo);
    solo_check(solo, "callback_order");
}

static void test_order_when_another_channel_speaks_then_refused(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    order(stage);
    resolve(solo, FIRST, "device", 1);
    Paidan__CallbackReply item =
        reply(FIRST, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    item.channel = (char *)"hotline"; /* its turn has not come */
    const uint64_t head = solo_head(solo);
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__CALLBACK_CHANNEL);
    item.channel = (char *)"nowhere";
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__CALLBACK_CHANNEL);
    assert_int_equal(miss(solo, FIRST, "hotline", true)->code, PAIDAN__CODE__CALLBACK_CHANNEL);
    assert_int_equal(solo_head(solo), head);
    assert_int_equal(miss(solo, FIRST, "wechat", true)->code, PAIDAN__CODE__OK);
    /* doubled: the other one asks by now */
    assert_int_equal(miss(solo, FIRST, "wechat", true)->code, PAIDAN__CODE__CALLBACK_CHANNEL);
    check_totals(solo);
}

static void test_order_when_the_site_wants_two_attempts_a_channel_then_two(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    order(stage);
    stage->site->callback.channel_attempts = 2;
    resolve(solo, FIRST, "device", 1);
    assert_int_equal(miss(solo, FIRST, NULL, false)->code, PAIDAN__CODE__OK);
    solo_advance(solo, 2 * HOUR_MS);
    assert_string_equal(show(solo, FIRST)->callback_shown->channel, "wechat");
    solo_advance(solo, 3 * HOUR_MS);
    assert_int_equal(miss(solo, FIRST, NULL, false)->code, PAIDAN__CODE__OK);
    assert_string_equal(show(solo, FIRST)->callback_shown->channel, "hotline");
    assert_int_equal(show(solo, FIRST)->callback_shown->attempt, 3);
    check_totals(solo);
}

/* Handed on by name: the channels of the order that have not had their turn have not asked. */
static void test_order_when_handed_outside_it_then_nobody_else_has_asked(void **context)
{
    struct stage *const stage = *context;
    struct site *const site = stage->site;
    const uint32_t wechat = site_channel_find(site, "wechat");
    assert_true(wechat != SITE_NONE);
    struct site_channel *const channel = &site->channels[wechat];
    (void)snprintf(channel->callback, sizeof channel->callback, "wechat");
    (void)snprintf(channel->further[0], sizeof channel->further[0], "hotline");
    channel->further_count = 1;
    struct callback_task task = {.state = CALLBACK_ASKED, .channel = "device", .from = "wechat"};
    assert_true(callback_task_asked_by(site, &task, "device", true));
    assert_true(callback_task_asked_by(site, &task, "wechat", true)); /* whose ticket it is */
    assert_false(callback_task_asked_by(site, &task, "hotline", true));
    assert_false(callback_task_asked_by(site, &task, "wechat", false));
    (void)snprintf(task.channel, sizeof task.channel, "hotline"); /* in its order */
    assert_true(callback_task_asked_by(site, &task, "wechat", true));
    assert_false(callback_task_asked_by(site, &task, "device", true));
}

static const Paidan__Answer *hand(struct solo *solo, uint64_t ticket, const char *channel)
{
    Paidan__CallbackMiss wish = PAIDAN__CALLBACK_MISS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.hand_to = (char *)channel;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_MISS;
    request.callback_miss = &wish;
    return solo_call(solo, &request);
}

/* wechat, device, hotline: wechat knows nobody to ask and hands to the hotline. */
static void test_order_when_handed_past_a_channel_then_it_has_not_asked(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    struct site *const site = stage->site;
    order(stage);
    struct site_channel *const channel = &site->channels[site_channel_find(site, "device")];
    (void)snprintf(channel->further[0], sizeof channel->further[0], "device");
    (void)snprintf(channel->further[1], sizeof channel->further[1], "hotline");
    channel->further_count = 2;
    solo_trace(solo);
    solo_note(solo, "handed past a channel: the same attempt, and that channel has asked nobody");
    resolve(solo, FIRST, "device", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    assert_int_equal(hand(solo, FIRST, "hotline")->code, PAIDAN__CODE__OK);
    assert_int_equal(show(solo, FIRST)->callback_shown->attempt, 1);
    Paidan__CallbackReply item =
        reply(FIRST, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    item.channel = (char *)"device";
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__CALLBACK_CHANNEL);
    solo_note(solo,
              "nor later, when the hotline has missed him; wechat may still bring his answer");
    solo_restart(solo);
    assert_int_equal(miss(solo, FIRST, "hotline", false)->code, PAIDAN__CODE__OK);
    assert_int_equal(show(solo, FIRST)->callback_shown->attempt, 2);
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__CALLBACK_CHANNEL);
    item.channel = (char *)"wechat";
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__OK);
    assert_int_equal(solo_tally(solo, "asked"), 2);
    check_totals(solo);
    solo_check(solo, "callback_skipped");
}

/* ---- half-days ---- */

/* Calling hours 9-12 and 14-20: START_MS is a morning. */
static void test_attempt_when_half_days_then_in_another_one_than_before(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    stage->site->callback.half_days = true;
    stage->site->callback.pause_ms = 60 * MINUTE_MS;
    resolve(solo, FIRST, "wechat", 1);
    const Paidan__Answer *answer = miss(solo, FIRST, NULL, false);              /* 9:00 */
    assert_int_equal(answer->callback_missed->open_ms, START_MS + 5 * HOUR_MS); /* 14:00 */
    solo_set_time(solo, START_MS + 6 * HOUR_MS);
    solo_restart(solo);
    answer = miss(solo, FIRST, NULL, false); /* 15:00: not at 16:00, but tomorrow morning */
    assert_int_equal(answer->callback_missed->open_ms, START_MS + DAY_MS);
    check_totals(solo);
}

static void test_attempt_when_there_is_but_one_half_day_then_as_usual(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    struct calendar *const hours = &stage->site->calendars[stage->site->callback.calendar];
    if (hours->table != NULL) {
        skip();
    }
    for (unsigned day = 0; day < 7; day++) {
        hours->days[day] = (struct calendar_hours){.count = 1, .from = {540}, .until = {720}};
    }
    hours->week_minutes = 7 * 180;
    stage->site->callback.half_days = true;
    stage->site->callback.pause_ms = 60 * MINUTE_MS;
    resolve(solo, FIRST, "wechat", 1);
    const Paidan__Answer *answer = miss(solo, FIRST, NULL, false);
    assert_int_equal(answer->callback_missed->open_ms, START_MS + HOUR_MS);
    check_totals(solo);
}

/* ---- late answers ---- */

static void unreached(struct solo *solo, uint64_t ticket)
{
    resolve(solo, ticket, "wechat", 1);
    solo_advance(solo, 3 * DAY_MS);
    assert_true(show(solo, ticket)->callback_shown->unreached);
    close_ticket(solo, ticket, PAIDAN__OUTCOME__OUTCOME_UNREACHED);
}

static void test_answer_when_unreached_then_it_still_counts_for_so_many_days(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    unreached(solo, FIRST);
    unreached(solo, FIRST + 1);
    assert_int_equal(
        answer(solo, FIRST, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO),
        PAIDAN__CODE__OK);
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_ANSWERED, 1);
    assert_true(fact->answered->late);
    assert_int_equal(fact->answered->round, 1);
    assert_string_equal(fact->answered->channel, "wechat");
    paidan__event__free_unpacked(fact, NULL);
    assert_true(show(solo, FIRST)->callback_shown->late);
    assert_false(show(solo, FIRST)->callback_shown->unreached);
    /* once */
    assert_int_equal(
        answer(solo, FIRST, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES),
        PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_int_equal(
        answer(solo, FIRST, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO),
        PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(solo_tally(solo, "answered_late"), 1);
    assert_int_equal(solo_tally(solo, "unreached"), 1);
    check_totals(solo);
    solo_advance(solo, 8 * DAY_MS);
    const uint64_t head = solo_head(solo);
    assert_int_equal(
        answer(solo, FIRST + 1, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO),
        PAIDAN__CODE__CALLBACK_TOO_LATE);
    assert_int_equal(solo_head(solo), head);
    check_totals(solo);
}

static void test_answer_when_the_site_takes_no_late_ones_then_too_late(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    stage->site->callback.late_days = 0;
    unreached(solo, FIRST);
    assert_int_equal(
        answer(solo, FIRST, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES),
        PAIDAN__CODE__CALLBACK_TOO_LATE);
    check_totals(solo);
}

/* ---- who is not asked ---- */

/* As escalation says it where the site has a sample. */
static void resolve_matter(struct solo *solo, uint64_t ticket, uint32_t round,
                           Paidan__Urgency urgency, uint32_t chases)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    Paidan__ResolvedMatter matter = PAIDAN__RESOLVED_MATTER__INIT;
    matter.category = (char *)"water";
    matter.area = (char *)"sanchajie";
    matter.urgency = urgency;
    matter.chases = chases;
    fact.channel = (char *)"wechat";
    fact.round = round;
    fact.unit = (char *)"b.any";
    fact.note = (char *)"已处理";
    fact.matter = &matter;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static void sample(struct stage *stage, uint32_t percent)
{
    stage->site->callback.sample_count = 1;
    stage->site->callback.samples[0] = (struct site_sample){.category = SITE_NONE,
                                                            .area = SITE_NONE,
                                                            .unit = SITE_NONE,
                                                            .channel = SITE_NONE,
                                                            .percent = percent};
}

static void test_sample_when_not_drawn_then_spared_at_once(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    sample(stage, 0);
    solo_trace(solo);
    solo_note(solo,
              "nothing is drawn: spared; an emergency, a chased and a reopened one are asked");
    resolve_matter(solo, FIRST, 1, PAIDAN__URGENCY__URGENCY_NORMAL, 0);
    resolve_matter(solo, FIRST + 1, 1, PAIDAN__URGENCY__URGENCY_EMERGENCY, 0);
    resolve_matter(solo, FIRST + 2, 1, PAIDAN__URGENCY__URGENCY_NORMAL, 1);
    resolve_matter(solo, FIRST + 3, 2, PAIDAN__URGENCY__URGENCY_NORMAL, 0);
    assert_int_equal(solo_tally(solo, "unsampled"), 1);
    assert_int_equal(solo_tally(solo, "tasks"), 3);
    assert_int_equal(show(solo, FIRST)->callback_shown->spared, PAIDAN__SPARE_REASON__SPARE_SAMPLE);
    assert_int_equal(show(solo, FIRST)->callback_shown->percent, 0);
    assert_true(show(solo, FIRST)->callback_shown->has_drawn);
    close_ticket(solo, FIRST, PAIDAN__OUTCOME__OUTCOME_UNSAMPLED);
    solo_note(solo, "unless the site says so");
    stage->site->callback.sample_all = true;
    resolve_matter(solo, FIRST + 4, 1, PAIDAN__URGENCY__URGENCY_EMERGENCY, 3);
    solo_note(solo, "he answers all the same: from then on it was asked about");
    assert_int_equal(
        answer(solo, FIRST, PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_FAIR),
        PAIDAN__CODE__OK);
    assert_int_equal(solo_tally(solo, "unsampled"), 1);
    assert_int_equal(solo_tally(solo, "tasks"), 4);
    assert_int_equal(solo_tally(solo, "answered_late"), 1);
    solo_note(solo, "the same closure again is refused");
    resolve_matter(solo, FIRST + 4, 1, PAIDAN__URGENCY__URGENCY_NORMAL, 0);
    check_totals(solo);
    solo_check(solo, "callback_sample");
}

/* So many of many, and the same ones whoever draws. */
static void test_sample_when_drawn_then_about_so_many_and_always_the_same(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    enum { MANY = 400, PERCENT = 25 };
    sample(stage, PERCENT);
    for (uint64_t ticket = FIRST; ticket < FIRST + MANY; ticket++) {
        resolve_matter(solo, ticket, 1, PAIDAN__URGENCY__URGENCY_NORMAL, 0);
    }
    const uint64_t asked = solo_tally(solo, "tasks");
    assert_int_equal(asked + solo_tally(solo, "unsampled"), MANY);
    assert_in_range(asked, MANY * PERCENT / 100 - 35, MANY * PERCENT / 100 + 35);
    for (uint64_t ticket = FIRST; ticket < FIRST + MANY; ticket++) {
        const Paidan__CallbackShown *const shown = show(solo, ticket)->callback_shown;
        assert_true(shown->open != (shown->has_spared != 0));
        assert_true(shown->open || shown->drawn >= PERCENT * 100);
    }
    check_totals(solo);
}

/* As it is read in intake's log: packed, and looked into no further than the service asks for. */
static void read_packed(struct solo *solo, const char *log, Paidan__Event *event)
{
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    struct step_engine *const engine = solo_engine(solo);
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct step_input input;
    struct wire_error error;
    event->cause = &cause;
    event->at_ms = solo_now_ms(solo);
    assert_int_equal(wire_pack(step_engine_arena(engine), &event->base, &bytes, &size), RC_OK);
    const struct evlog_record record = {
        .kind = EVLOG_EVENT, .seq = 1, .payload = bytes, .bytes = size};
    assert_int_equal(step_engine_unpack(engine, log, &record, &input, &error), RC_OK);
    if (input.event != NULL) {
        solo_say(solo, log, (Paidan__Event *)(uintptr_t)input.event);
    }
    (void)solo_flush(solo, NULL);
}

static void registered_by(struct solo *solo, uint64_t ticket, const char *channel,
                          const char *phone, const char *reporter, bool do_not_call)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = (char *)channel;
    fact.text = (char *)"漏水";
    fact.title = (char *)"漏水";
    fact.query_code = (char *)"7K3M9Q";
    fact.phone = (char *)phone;
    fact.reporter = (char *)reporter;
    fact.has_do_not_call = fact.do_not_call = do_not_call;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    read_packed(solo, "intake", &event);
}

static void registered(struct solo *solo, uint64_t ticket, const char *phone, bool do_not_call)
{
    registered_by(solo, ticket, "hotline", phone, NULL, do_not_call);
}

static void refused(struct solo *solo, uint64_t ticket, bool lifted)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__CallsRefused fact = PAIDAN__CALLS_REFUSED__INIT;
    fact.has_lifted = fact.lifted = lifted;
    fact.n_tickets = 1;
    fact.tickets = &ticket;
    event.fact_case = PAIDAN__EVENT__FACT_CALLS_REFUSED;
    event.calls_refused = &fact;
    solo_say(solo, "intake", &event);
    (void)solo_flush(solo, NULL);
}

static void test_task_when_no_way_leads_to_him_then_spared_where_the_site_says_so(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    registered(solo, FIRST, NULL, false);
    resolve(solo, FIRST, "hotline", 1); /* asked, as ever */
    assert_int_equal(solo_tally(solo, "open"), 1);
    stage->site->callback.anonymous_closes = true;
    registered(solo, FIRST + 1, NULL, false);
    registered(solo, FIRST + 2, "13800138000", false);
    resolve(solo, FIRST + 1, "hotline", 1);
    resolve(solo, FIRST + 2, "hotline", 1);
    assert_int_equal(show(solo, FIRST + 1)->callback_shown->spared,
                     PAIDAN__SPARE_REASON__SPARE_NO_WAY);
    assert_true(show(solo, FIRST + 2)->callback_shown->open);
    assert_int_equal(solo_tally(solo, "unasked"), 1);
    check_totals(solo);
}

static void test_task_when_he_wants_no_calls_then_spared_until_lifted(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    solo_trace(solo);
    solo_note(solo, "he refused calls before");
    registered(solo, FIRST, "13800138000", true);
    resolve(solo, FIRST, "hotline", 1);
    assert_int_equal(show(solo, FIRST)->callback_shown->spared,
                     PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    solo_note(solo, "while he is being asked: it ends at once");
    registered(solo, FIRST + 1, "13800138000", false);
    resolve(solo, FIRST + 1, "hotline", 1);
    assert_int_equal(pull(solo, "hotline", 1)->n_tasks, 1);
    refused(solo, FIRST + 1, false);
    assert_int_equal(pull(solo, "hotline", 1)->n_tasks, 0);
    assert_true(show(solo, FIRST + 1)->callback_shown->has_spared);
    refused(solo, FIRST + 1, false); /* heard again */
    solo_note(solo, "lifted");
    refused(solo, FIRST + 1, true);
    resolve(solo, FIRST + 1, "hotline", 2);
    assert_int_equal(pull(solo, "hotline", 1)->n_tasks, 1);
    assert_int_equal(solo_tally(solo, "unasked"), 2);
    assert_int_equal(solo_tally(solo, "tasks"), 1);
    check_totals(solo);
    solo_check(solo, "callback_do_not_call");
}

static uint32_t registered_field(const char *name)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field_by_name(&paidan__registered__descriptor, name);
    assert_non_null(field);
    return field->id;
}

/* Only packed bytes are looked at by number: nothing else would notice another number. */
static void test_needs_when_the_schema_is_asked_then_the_numbers_are_its_own(void **context)
{
    (void)context;
    assert_int_equal(CALLBACK_FIELD_PHONE, registered_field("phone"));
    assert_int_equal(CALLBACK_FIELD_REPORTER, registered_field("reporter"));
    assert_int_equal(CALLBACK_FIELD_DO_NOT_CALL, registered_field("do_not_call"));
    assert_int_equal(CALLBACK_FIELD_REPORTER, CALLBACK_FIELD_PHONE + 1); /* none between them */
}

static void test_task_when_a_name_or_a_conversation_leads_to_him_then_asked(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    stage->site->callback.anonymous_closes = true;
    registered_by(solo, FIRST, "hotline", NULL, "王女士", false);
    resolve(solo, FIRST, "hotline", 1);
    assert_true(show(solo, FIRST)->callback_shown->open);
    const struct site_wechat wechat = {.channel = "wechat"};
    const struct site_wechat *const kept = stage->site->wechat;
    stage->site->wechat = &wechat;
    registered_by(solo, FIRST + 1, "wechat", NULL, NULL, false);
    resolve(solo, FIRST + 1, "wechat", 1);
    assert_true(show(solo, FIRST + 1)->callback_shown->open);
    resolve(solo, FIRST + 2, "wechat", 1); /* the other way round */
    registered_by(solo, FIRST + 2, "wechat", NULL, NULL, true);
    assert_true(show(solo, FIRST + 2)->callback_shown->open);
    stage->site->wechat = kept;
    check_totals(solo);
}

/* Two logs are followed, and either may be read first: the end is the same. */
static void test_task_when_registered_is_read_late_then_it_ends_at_once(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    stage->site->callback.anonymous_closes = true;
    for (uint64_t ticket = FIRST; ticket < FIRST + 3; ticket++) {
        resolve(solo, ticket, "hotline", 1);
    }
    registered(solo, FIRST, "13800138000", true);
    registered(solo, FIRST + 1, NULL, false);
    registered(solo, FIRST + 2, "13800138000", false);
    assert_int_equal(show(solo, FIRST)->callback_shown->spared,
                     PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    assert_int_equal(show(solo, FIRST + 1)->callback_shown->spared,
                     PAIDAN__SPARE_REASON__SPARE_NO_WAY);
    assert_int_equal(pull(solo, "hotline", 3)->n_tasks, 1);
    assert_int_equal(solo_tally(solo, "unasked"), 2);
    assert_int_equal(solo_tally(solo, "open"), 1);
    check_totals(solo);
}

/* Asked for another channel's ticket, WeChat knows nobody who wrote: as if registered first. */
static void test_task_when_another_channel_writes_for_his_then_it_ends_too(void **context)
{
    struct stage *const stage = *context;
    struct solo *const solo = stage->solo;
    order(stage);
    const struct site_wechat wechat = {.channel = "wechat"};
    const struct site_wechat *const kept = stage->site->wechat;
    stage->site->wechat = &wechat;
    resolve(solo, FIRST, "device", 1);
    registered_by(solo, FIRST, "device", "13800138000", NULL, true);
    assert_int_equal(show(solo, FIRST)->callback_shown->spared,
                     PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    stage->site->wechat = kept;
    check_totals(solo);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_order_when_nobody_answers_then_the_next_channel_and_never_two),
        TEST(test_order_when_another_channel_speaks_then_refused),
        TEST(test_order_when_the_site_wants_two_attempts_a_channel_then_two),
        TEST(test_attempt_when_half_days_then_in_another_one_than_before),
        TEST(test_attempt_when_there_is_but_one_half_day_then_as_usual),
        TEST(test_answer_when_unreached_then_it_still_counts_for_so_many_days),
        TEST(test_answer_when_the_site_takes_no_late_ones_then_too_late),
        TEST(test_sample_when_not_drawn_then_spared_at_once),
        TEST(test_sample_when_drawn_then_about_so_many_and_always_the_same),
        TEST(test_task_when_no_way_leads_to_him_then_spared_where_the_site_says_so),
        TEST(test_task_when_he_wants_no_calls_then_spared_until_lifted),
        TEST(test_order_when_handed_outside_it_then_nobody_else_has_asked),
        TEST(test_order_when_handed_past_a_channel_then_it_has_not_asked),
        TEST(test_needs_when_the_schema_is_asked_then_the_numbers_are_its_own),
        TEST(test_task_when_a_name_or_a_conversation_leads_to_him_then_asked),
        TEST(test_task_when_registered_is_read_late_then_it_ends_at_once),
        TEST(test_task_when_another_channel_writes_for_his_then_it_ends_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
