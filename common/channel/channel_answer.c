/* channel_answer: what a service said to a wish, as a fact of ours.
 *
 * Services refuse for good or for now. What is for now (no room, no time, a fault; a peers file in
 * which this adapter does not stand yet) must not become the end of what a resident said: it is asked
 * again, and shows in the outbox until somebody mends it. Everything else is an answer, good or bad. */
#include <string.h>

#include "common/base/check.h"
#include "common/channel/channel.h"

static bool final(Paidan__Code code)
{
    switch (code) {
    case PAIDAN__CODE__OVERLOADED:
    case PAIDAN__CODE__STORAGE_FULL:
    case PAIDAN__CODE__STARTING:
    case PAIDAN__CODE__SERVICE_FAULT:
    case PAIDAN__CODE__FORBIDDEN:
    case PAIDAN__CODE__GRANT_INVALID:
    case PAIDAN__CODE__PROTOCOL_UNSUPPORTED:
    case PAIDAN__CODE__WISH_UNSUPPORTED:
        return false;
    default:
        return true;
    }
}

/* A channel wishes one ticket at a time. */
static void read_submitted(const Paidan__Submitted *submitted, Paidan__WishAnswered *read)
{
    if (submitted->n_results == 0) {
        return;
    }
    const Paidan__SubmitResult *const result = submitted->results[0];
    CHECK(result != NULL);
    read->code = (uint32_t)result->code;
    read->has_ticket = result->has_ticket;
    read->ticket = result->ticket;
    read->number = result->number;
    read->query_code = result->query_code;
    read->has_duplicate = result->has_duplicate;
    read->duplicate = result->duplicate;
    read->detail = result->detail;
    read->n_call = result->n_call;
    read->call = result->call;
    read->has_repeats = result->has_repeats;
    read->repeats = result->repeats;
    read->has_state = result->has_state;
    read->state = result->state;
}

static void read_looked_up(const Paidan__LookedUp *looked, Paidan__WishAnswered *read)
{
    CHECK(looked != NULL);
    read->has_ticket = 1;
    read->ticket = looked->ticket;
    read->number = looked->number;
    read->has_state = 1;
    read->state = looked->state;
}

/* The first of several, for a channel answers one callback at a time. */
static void read_replies(const Paidan__CallbackAnswered *answered, Paidan__WishAnswered *read)
{
    if (answered->n_results == 0) {
        return;
    }
    const Paidan__WorkResult *const result = answered->results[0];
    CHECK(result != NULL);
    read->code = (uint32_t)result->code;
    read->has_ticket = 1;
    read->ticket = result->ticket;
    read->detail = result->detail;
}

bool channel_answer_read(const Paidan__Answer *answer, Paidan__WishAnswered *read)
{
    CHECK(read != NULL);
    read->code = (uint32_t)answer->code;
    read->detail = answer->detail;
    switch (answer->body_case) {
    case PAIDAN__ANSWER__BODY_SUBMITTED:
        read_submitted(answer->submitted, read);
        break;
    case PAIDAN__ANSWER__BODY_LOOKED_UP:
        read_looked_up(answer->looked_up, read);
        break;
    case PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED:
        read_replies(answer->callback_answered, read);
        break;
    case PAIDAN__ANSWER__BODY_DONE:
        read->has_ticket = answer->done->has_ticket;
        read->ticket = answer->done->ticket;
        break;
    default:
        break;
    }
    return final((Paidan__Code)read->code);
}
