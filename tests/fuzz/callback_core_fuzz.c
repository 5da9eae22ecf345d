/* callback_core_fuzz: bytes -> closures, pulls, answers, time and restarts for callback, beside a
 * small model.
 *
 * Laws: a task is handed out only within its attempt and never while another lease on it runs; an
 * answer is taken exactly when the model's task is open, once a round; every task ends as answered,
 * unreached or cancelled, and when time passes none stays open; at the end the log folds into the
 * same tables. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callback.h"
#include "solo.h"

#define START_MS 1795309200000ull
#define MINUTE_MS 60000ull
#define DAY_MS 86400000ull
#define FIRST 2026112200000001ull

enum { TICKETS = 12, CHANNELS = 2, OPERATIONS_MAX = 96 };

struct input {
    const uint8_t *data;
    size_t bytes, used;
};

struct model {
    struct {
        uint32_t round, leased_attempt;
        uint64_t leased_until_ms;
        bool taken_back;
    } tickets[TICKETS];
    uint64_t answered, tasks;
};

static const char *const channels[CHANNELS] = {"hotline", "wechat"};

static void law(bool holds, const char *which)
{
    if (!holds) {
        fprintf(stderr, "law broken: %s\n", which);
        abort();
    }
}

static unsigned take(struct input *input, unsigned below)
{
    return input->used < input->bytes ? input->data[input->used++] % below : 0;
}

/* What the service shows of a ticket: round 0 if it was never asked about. */
static Paidan__CallbackShown shown(struct solo *solo, unsigned index)
{
    Paidan__CallbackShow wish = PAIDAN__CALLBACK_SHOW__INIT;
    wish.ticket = FIRST + index;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_SHOW;
    request.callback_show = &wish;
    const Paidan__Answer *const answer = solo_query(solo, &request);
    Paidan__CallbackShown none = PAIDAN__CALLBACK_SHOWN__INIT;
    return answer->callback_shown != NULL ? *answer->callback_shown : none;
}

static void resolve(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned index = take(input, TICKETS);
    const uint32_t round = model->tickets[index].round + take(input, 2);
    const bool open = shown(solo, index).open;
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    fact.channel = (char *)(take(input, 3) == 0 ? "gone" : channels[take(input, CHANNELS)]);
    fact.round = round;
    fact.unit = (char *)"b.any";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = 1;
    event.ticket = FIRST + index;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
    if (model->tickets[index].taken_back) {
        law(!shown(solo, index).open, "nobody is asked about what was taken back");
    } else if (!open && round > model->tickets[index].round) {
        model->tickets[index].round = round;
        model->tickets[index].leased_until_ms = 0;
        model->tasks++;
        law(shown(solo, index).round == round, "a closure is asked about");
        law(shown(solo, index).open, "at once");
    }
    law(solo_tally(solo, "tasks") == model->tasks, "one callback per closure");
}

static void move(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned kind = take(input, 3), index = take(input, TICKETS);
    Paidan__Reopened reopened = PAIDAN__REOPENED__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    Paidan__Withdrawn withdrawn = PAIDAN__WITHDRAWN__INIT;
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = 1;
    event.ticket = FIRST + index;
    if (kind == 0) {
        event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
        event.reopened = &reopened;
    } else if (kind == 1) {
        event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
        event.closed = &closed;
    } else {
        event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
        event.withdrawn = &withdrawn;
        model->tickets[index].taken_back = true;
    }
    solo_say(solo, kind == 2 ? "intake" : "escalation", &event);
    (void)solo_flush(solo, NULL);
    law(!shown(solo, index).open, "a ticket that moved on is not asked about");
}

static void pull(struct solo *solo, struct model *model, struct input *input)
{
    Paidan__CallbackPull wish = PAIDAN__CALLBACK_PULL__INIT;
    wish.channel = (char *)channels[take(input, CHANNELS)];
    wish.has_max = 1;
    wish.max = 1 + take(input, 4);
    wish.has_lease_ms = 1;
    wish.lease_ms = (uint32_t)(MINUTE_MS * (1 + take(input, 60)));
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request.callback_pull = &wish;
    const uint64_t wait_ms = take(input, 2) * MINUTE_MS;
    const Paidan__Answer *const answer =
        solo_call_until(solo, &request, wait_ms == 0 ? 0 : solo_now_ms(solo) + wait_ms);
    if (answer == NULL) {
        law(solo_park_at_ms(solo) == 0 || solo_park_at_ms(solo) > solo_now_ms(solo),
            "who waits, waits for later");
        return;
    }
    law(answer->callback_pulled->n_tasks <= wish.max, "at most max");
    for (size_t index = 0; index < answer->callback_pulled->n_tasks; index++) {
        const Paidan__CallbackTask *const task = answer->callback_pulled->tasks[index];
        const uint64_t at = task->ticket - FIRST, now_ms = solo_now_ms(solo);
        law(at < TICKETS, "a known ticket");
        law(task->open_ms <= now_ms, "not before it opens");
        law(now_ms < task->due_ms, "nor after it ends");
        law(strcmp(task->channel, wish.channel) == 0, "through its channel");
        law(task->round == model->tickets[at].round, "of the newest closure");
        law(model->tickets[at].leased_until_ms <= now_ms ||
                model->tickets[at].leased_attempt != task->attempt,
            "never while another lease runs");
        model->tickets[at].leased_until_ms = task->until_ms;
        model->tickets[at].leased_attempt = task->attempt;
    }
}

static void answer(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned index = take(input, TICKETS);
    const Paidan__CallbackShown before = shown(solo, index);
    const bool open = before.open;
    const bool late = before.has_unreached && before.unreached; /* for some days */
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT;
    Paidan__CallbackReply *list[] = {&reply};
    reply.ticket = FIRST + index;
    reply.solved = (Paidan__Solved)(1 + take(input, 3));
    reply.satisfied = (Paidan__Satisfied)(1 + take(input, 3));
    reply.has_round = take(input, 2) == 1;
    reply.round = take(input, 4);
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    wish.n_replies = 1;
    wish.replies = list;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    const Paidan__Code code = solo_call(solo, &request)->callback_answered->results[0]->code;
    const bool round_fits = !reply.has_round || reply.round == model->tickets[index].round;
    law(code == PAIDAN__CODE__OK || !(open && round_fits), "taken when open");
    law(code != PAIDAN__CODE__OK || ((open || late) && round_fits),
        "refused when neither open nor late");
    if (code == PAIDAN__CODE__OK) {
        model->answered++;
        const Paidan__CallbackShown after = shown(solo, index);
        law(!after.open && after.solved == reply.solved && after.satisfied == reply.satisfied,
            "an answer is kept and final");
    }
    law(solo_tally(solo, "answered") == model->answered, "answers are counted once");
}

static void check(struct solo *solo)
{
    law(solo_tally(solo, "tasks") == solo_tally(solo, "answered") + solo_tally(solo, "unreached") +
                                         solo_tally(solo, "cancelled") + solo_tally(solo, "open"),
        "every task is somewhere");
    solo_check_replay(solo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct input input = {.data = data, .bytes = bytes};
    struct model model = {.tasks = 0};
    struct solo *const solo = solo_open(&callback_service, solo_site(), START_MS);
    for (unsigned done = 0; done < OPERATIONS_MAX && input.used < input.bytes; done++) {
        switch (take(&input, 8)) {
        case 0:
        case 1:
            resolve(solo, &model, &input);
            break;
        case 2:
            move(solo, &model, &input);
            break;
        case 3:
        case 4:
            pull(solo, &model, &input);
            break;
        case 5:
            answer(solo, &model, &input);
            break;
        case 6:
            solo_advance(solo, 7 * MINUTE_MS * take(&input, 200));
            break;
        default:
            solo_restart(solo);
            break;
        }
    }
    check(solo);
    solo_advance(solo, 7 * DAY_MS);
    law(solo_tally(solo, "open") == 0, "everything comes to rest");
    check(solo);
    solo_close(solo);
    return 0;
}
