/* intake_core_fuzz: bytes -> wishes, receipts, time and restarts for intake, beside a small model.
 *
 * Laws: numbers only go up; (channel, external id) has one ticket and one code for ever; a ticket
 * that is over takes no wish; each counter is what the model counted; the states add up; at the end
 * every text is what was sent, and the log folds into the same tables. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/say/number.h"
#include "intake.h"
#include "solo.h"

#define START_MS 1795309200000ull

enum {
    TICKETS_MAX = 24,
    CHANNELS = 3,
    EXTERNALS = 4,
    TEXTS = 4,
    OPERATIONS_MAX = 96,
    OPERATION_READ_LOG = 240, /* from here on; below: one of eight, as the corpus has them */
};

struct input {
    const uint8_t *data;
    size_t bytes, used;
};

struct model {
    struct {
        uint64_t number;
        char code[QUERY_CODE_BYTES];
        unsigned text, supplements, chases;
        bool over;
    } tickets[TICKETS_MAX];
    unsigned count, supplements, chases, withdrawals, readings;
    unsigned external[CHANNELS][EXTERNALS]; /* index + 1 */
};

static const char *const channels[CHANNELS] = {"hotline", "wechat", "device"};
static const char *const externals[EXTERNALS] = {"a", "b", "长一些的编号-0001", "a "};
static const char *const texts[TEXTS] = {"水管漏水", "路灯不亮，请修", "噪音", "垃圾\n没人清"};

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

static void judge_result(struct model *model, const Paidan__SubmitResult *result, unsigned channel,
                         unsigned external, unsigned text)
{
    const unsigned known = external < EXTERNALS ? model->external[channel][external] : 0;
    if (known > 0) {
        law(result->ticket == model->tickets[known - 1].number, "a duplicate has the first number");
        if (model->tickets[known - 1].text != text) {
            law(result->code == PAIDAN__CODE__EXTERNAL_ID_CONFLICT, "another text is a conflict");
            law(result->query_code == NULL, "a conflict gives no code");
            return;
        }
        law(result->code == PAIDAN__CODE__OK && result->duplicate, "a duplicate is told");
        law(strcmp(result->query_code, model->tickets[known - 1].code) == 0, "with its code");
        return;
    }
    law(result->code == PAIDAN__CODE__OK, "a good ticket is taken");
    law(!result->has_duplicate, "and is new");
    const unsigned index = model->count++;
    law(index == 0 || result->ticket > model->tickets[index - 1].number, "numbers go up");
    model->tickets[index].number = result->ticket;
    model->tickets[index].text = text;
    memcpy(model->tickets[index].code, result->query_code, QUERY_CODE_BYTES);
    if (external < EXTERNALS) {
        model->external[channel][external] = index + 1;
    }
}

static void submit(struct solo *solo, struct model *model, struct input *input)
{
    enum { BATCH_MAX = 4 };
    Paidan__NewTicket items[BATCH_MAX];
    Paidan__NewTicket *list[BATCH_MAX];
    unsigned channel[BATCH_MAX], external[BATCH_MAX], text[BATCH_MAX];
    const unsigned count = 1 + take(input, BATCH_MAX);
    if (model->count + count > TICKETS_MAX) {
        return;
    }
    for (unsigned index = 0; index < count; index++) {
        channel[index] = take(input, CHANNELS);
        external[index] = take(input, EXTERNALS + 1);
        text[index] = take(input, TEXTS);
        paidan__new_ticket__init(&items[index]);
        items[index].channel = (char *)channels[channel[index]];
        items[index].text = (char *)texts[text[index]];
        if (external[index] < EXTERNALS) {
            items[index].external_id = (char *)externals[external[index]];
        }
        list[index] = &items[index];
    }
    Paidan__Submit wish = PAIDAN__SUBMIT__INIT;
    wish.n_tickets = count;
    wish.tickets = list;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &wish;
    const bool low = take(input, 16) == 1;
    solo_conditions(solo, low, 0);
    const Paidan__Answer *const answer = solo_call(solo, &request);
    solo_conditions(solo, false, 0);
    law((answer->code == PAIDAN__CODE__STORAGE_FULL) == low, "refused when space is low");
    for (unsigned index = 0; !low && index < count; index++) {
        judge_result(model, answer->submitted->results[index], channel[index], external[index],
                     text[index]);
    }
}

static void wish(struct solo *solo, struct model *model, struct input *input)
{
    const unsigned kind = take(input, 3), index = take(input, TICKETS_MAX);
    const bool known = index < model->count;
    const uint64_t number = known ? model->tickets[index].number : 7;
    char *const code = take(input, 2) == 1 ? (char *)"000000" : NULL;
    Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
    Paidan__Chase chase = PAIDAN__CHASE__INIT;
    Paidan__Withdraw withdraw = PAIDAN__WITHDRAW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (kind == 0) {
        supplement.ticket = number;
        supplement.text = (char *)"补充";
        supplement.query_code = code;
        request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
        request.supplement = &supplement;
    } else if (kind == 1) {
        chase.ticket = number;
        chase.query_code = code;
        request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
        request.chase = &chase;
    } else {
        withdraw.ticket = number;
        withdraw.query_code = code;
        request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
        request.withdraw = &withdraw;
    }
    const Paidan__Code answered = solo_call(solo, &request)->code;
    if (!known) {
        law(answered ==
                (code != NULL ? PAIDAN__CODE__QUERY_CODE_WRONG : PAIDAN__CODE__TICKET_UNKNOWN),
            "unknown tickets are refused");
        return;
    }
    if (code != NULL && !number_query_code_equal(code, model->tickets[index].code)) {
        law(answered == PAIDAN__CODE__QUERY_CODE_WRONG, "a wrong code opens nothing");
        return;
    }
    law(answered == (model->tickets[index].over ? PAIDAN__CODE__STATE_FORBIDS : PAIDAN__CODE__OK),
        "what is over takes no wish, what is open does");
    if (answered != PAIDAN__CODE__OK) {
        return;
    }
    model->supplements += kind == 0;
    model->tickets[index].supplements += kind == 0;
    model->chases += kind == 1;
    model->tickets[index].chases += kind == 1;
    model->withdrawals += kind == 2;
    model->tickets[index].over = kind == 2;
}

/* Who reads the log with its texts is told in it, or he is refused; the reasons to refuse are asked
 * one after the other. */
static void read_log(struct solo *solo, struct model *model, struct input *input)
{
    static const char *const words[] = {"审计", "", " ", "\xe3\x80\x80", "核对 \xe2\x80\x8b"};
    enum { WORDS = sizeof words / sizeof words[0] };
    const unsigned actor = take(input, WORDS), reason = take(input, WORDS);
    Paidan__ReadLog wish = PAIDAN__READ_LOG__INIT;
    wish.from_seq = take(input, 64);
    wish.has_until_seq = take(input, 2) == 1;
    wish.until_seq = take(input, 64);
    wish.reason = (char *)words[reason];
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_LOG;
    request.read_log = &wish;
    request.actor = (char *)words[actor]; /* solo takes an empty one for none */
    const bool range =
        wish.from_seq != 0 && (!wish.has_until_seq || wish.until_seq >= wish.from_seq);
    const bool named = actor == 0 || actor == 4, said = reason == 0 || reason == 4;
    const Paidan__Code expected = !range   ? PAIDAN__CODE__FIELD_INVALID
                                  : !named ? PAIDAN__CODE__ACTOR_MISSING
                                  : !said  ? PAIDAN__CODE__NOTE_MISSING
                                           : PAIDAN__CODE__OK;
    const uint64_t head = solo_head(solo);
    const Paidan__Answer *const answer = solo_call(solo, &request);
    law(answer->code == expected, "a reading of the log is judged");
    if (expected == PAIDAN__CODE__OK) {
        law(answer->done->seq > head && answer->done->seq <= solo_head(solo), "and told in it");
        model->readings++;
    }
}

/* Escalation says something, whether it makes sense or not. */
static void hear(struct solo *solo, struct model *model, struct input *input)
{
    enum { RECORDS_MAX = 4 };
    static struct {
        Paidan__Event event;
        Paidan__Accepted accepted;
        Paidan__Resolved resolved;
        Paidan__Returned returned;
        Paidan__Closed closed;
        Paidan__Noted noted;
    } said[RECORDS_MAX];
    const unsigned count = 1 + take(input, RECORDS_MAX);
    for (unsigned index = 0; index < count; index++) {
        const unsigned kind = take(input, 6), at = take(input, TICKETS_MAX);
        Paidan__Event *const event = &said[index].event;
        paidan__event__init(event);
        paidan__accepted__init(&said[index].accepted);
        paidan__resolved__init(&said[index].resolved);
        paidan__returned__init(&said[index].returned);
        paidan__closed__init(&said[index].closed);
        paidan__noted__init(&said[index].noted);
        event->has_ticket = 1;
        event->ticket = at < model->count ? model->tickets[at].number : 7;
        said[index].closed.outcome =
            kind == 5 ? PAIDAN__OUTCOME__OUTCOME_WITHDRAWN : PAIDAN__OUTCOME__OUTCOME_SOLVED;
        if (kind == 0) {
            event->fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
            event->accepted = &said[index].accepted;
        } else if (kind == 1) {
            event->fact_case = PAIDAN__EVENT__FACT_RESOLVED;
            event->resolved = &said[index].resolved;
        } else if (kind == 2) {
            event->fact_case = PAIDAN__EVENT__FACT_RETURNED;
            event->returned = &said[index].returned;
        } else if (kind == 3) {
            event->fact_case = PAIDAN__EVENT__FACT_NOTED;
            event->noted = &said[index].noted;
        } else {
            event->fact_case = PAIDAN__EVENT__FACT_CLOSED;
            event->closed = &said[index].closed;
            if (at < model->count) {
                model->tickets[at].over = true;
            }
        }
        solo_say(solo, "escalation", event);
    }
    (void)solo_flush(solo, NULL);
}

static void check_text(struct solo *solo, const struct model *model, unsigned index)
{
    uint64_t number = model->tickets[index].number;
    Paidan__ReadTexts read = PAIDAN__READ_TEXTS__INIT;
    read.n_tickets = 1;
    read.tickets = &number;
    read.reason = (char *)"fuzz";
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &read;
    const Paidan__TicketText *const text = solo_query(solo, &request)->texts->texts[0];
    law(strcmp(text->text, texts[model->tickets[index].text]) == 0, "texts are as sent");
    law(text->chases == model->tickets[index].chases, "chases of a ticket are counted");
    const unsigned supplements = model->tickets[index].supplements;
    law(text->n_supplements == (supplements < 32 ? supplements : 32), "supplements are kept");
}

static void check(struct solo *solo, const struct model *model)
{
    static const char *const states[] = {"waiting",  "assigned", "accepted", "returned",
                                         "resolved", "closed",   "withdrawn"};
    law(solo_tally(solo, "registered") == model->count, "tickets are counted");
    law(solo_tally(solo, "supplements") == model->supplements, "supplements are counted");
    law(solo_tally(solo, "chases") == model->chases, "chases are counted");
    law(solo_tally(solo, "withdrawals") == model->withdrawals, "withdrawals are counted");
    law(solo_tally(solo, "disclosed") == model->readings, "readings are counted");
    uint64_t sum = 0, over = 0;
    for (unsigned index = 0; index < sizeof states / sizeof states[0]; index++) {
        const uint64_t count = solo_tally(solo, states[index]);
        sum += count;
        over += index >= 5 ? count : 0;
    }
    law(sum == model->count, "states add up");
    uint64_t expected = 0;
    for (unsigned index = 0; index < model->count; index++) {
        expected += model->tickets[index].over;
        check_text(solo, model, index);
    }
    law(over == expected, "what is over is over");
    solo_check_replay(solo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct input input = {.data = data, .bytes = bytes};
    struct model model = {.count = 0};
    struct solo *const solo = solo_open(&intake_service, solo_site(), START_MS);
    for (unsigned done = 0; done < OPERATIONS_MAX && input.used < input.bytes; done++) {
        const unsigned operation = take(&input, 256);
        if (operation >= OPERATION_READ_LOG) {
            read_log(solo, &model, &input);
            continue;
        }
        switch (operation % 8) {
        case 0:
        case 1:
        case 2:
            submit(solo, &model, &input);
            break;
        case 3:
        case 4:
            wish(solo, &model, &input);
            break;
        case 5:
            hear(solo, &model, &input);
            break;
        case 6:
            /* Hours, also backward: stored time must not follow. */
            solo_set_time(solo, START_MS + 3600000ull * take(&input, 100));
            break;
        default:
            solo_restart(solo);
            break;
        }
    }
    check(solo, &model);
    solo_close(solo);
    return 0;
}
