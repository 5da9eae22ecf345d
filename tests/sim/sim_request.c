#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "sim_parts.h"

/* The engine's arena is emptied at the next step: requests and answers live in arenas of our own.
 */
static struct arena *arena_empty(struct arena *arena)
{
    if (arena->base == NULL) {
        const enum rc reserved = arena_init(arena, 64u << 20);
        CHECK(reserved == RC_OK);
    }
    arena_reset(arena);
    return arena;
}

static Paidan__Answer *answer_of(struct sim *sim, const unsigned char *bytes, size_t size)
{
    static struct arena arena;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (wire_unpack(arena_empty(&arena), &paidan__answer__descriptor, bytes, size, &message,
                    &error) != RC_OK) {
        sim_broken(sim, "an answer cannot be read: %s", error.field);
    }
    return (Paidan__Answer *)message;
}

/* Did the answer say that facts were written? Then it is stored and must come back the same. */
static bool tells_of_change(const Paidan__Answer *answer)
{
    if (answer->code != PAIDAN__CODE__OK) {
        return false;
    }
    switch (answer->body_case) {
    case PAIDAN__ANSWER__BODY_SUBMITTED:
        for (size_t i = 0; i < answer->submitted->n_results; i++) {
            const Paidan__SubmitResult *result = answer->submitted->results[i];
            if (result->code == PAIDAN__CODE__OK && !result->duplicate) {
                return true;
            }
        }
        return false;
    case PAIDAN__ANSWER__BODY_WORKED:
        for (size_t i = 0; i < answer->worked->n_results; i++) {
            if (answer->worked->results[i]->code == PAIDAN__CODE__OK) {
                return true;
            }
        }
        return false;
    case PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED:
        for (size_t i = 0; i < answer->callback_answered->n_results; i++) {
            if (answer->callback_answered->results[i]->code == PAIDAN__CODE__OK) {
                return true;
            }
        }
        return false;
    case PAIDAN__ANSWER__BODY_PULLED:
        return answer->pulled->n_tickets > 0;
    case PAIDAN__ANSWER__BODY_CALLBACK_PULLED:
        return answer->callback_pulled->n_tasks > 0;
    case PAIDAN__ANSWER__BODY_REPLANNING:
        return answer->replanning->moved > 0;
    case PAIDAN__ANSWER__BODY_DONE:
        return true;
    default:
        return false;
    }
}

void sim_learn(struct sim *sim, const Paidan__Answer *answer)
{
    if (answer->code != PAIDAN__CODE__OK || answer->body_case != PAIDAN__ANSWER__BODY_SUBMITTED) {
        return;
    }
    for (size_t i = 0; i < answer->submitted->n_results; i++) {
        const Paidan__SubmitResult *result = answer->submitted->results[i];
        if (result->code != PAIDAN__CODE__OK || result->duplicate) {
            continue;
        }
        if (sim->ticket_count == sim->ticket_max) {
            sim->ticket_max = sim->ticket_max == 0 ? 256 : sim->ticket_max * 2;
            sim->tickets = realloc(sim->tickets, sim->ticket_max * sizeof *sim->tickets);
            CHECK(sim->tickets != NULL);
        }
        sim->tickets[sim->ticket_count++] = (struct model_ticket){.id = result->ticket};
    }
}

static ProtobufCMessage *unpack(struct arena *arena, const ProtobufCMessageDescriptor *kind,
                                const unsigned char *bytes, size_t size)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc unpacked = wire_unpack(arena_empty(arena), kind, bytes, size, &message, &error);
    CHECK(unpacked == RC_OK);
    return message;
}

static unsigned char *copy(const unsigned char *bytes, size_t size)
{
    unsigned char *copied = malloc(size);
    CHECK(copied != NULL);
    memcpy(copied, bytes, size);
    return copied;
}

static void count_delivery(struct sim *sim, struct pending *pending)
{
    uint64_t *newest = &sim->newest_request[pending->service];
    if (!pending->delivered && pending->number < *newest) {
        sim->figures->faults[SIM_REQUEST_REORDERED]++;
    }
    if (pending->number > *newest) {
        *newest = pending->number;
    }
    pending->delivered = true;
}

static bool only_by_lead(Paidan__Action action)
{
    switch (action) {
    case PAIDAN__ACTION__ACTION_PROGRESS:
    case PAIDAN__ACTION__ACTION_RAISE: /* then another unit has it */
    case PAIDAN__ACTION__ACTION_ASSIST_DONE:
        return false;
    default:
        return true;
    }
}

/* Whoever may do this has the ticket now, too: facts name the unit that has it, not who asked. */
static void check_doers(struct sim *sim, const Paidan__Request *request,
                        const Paidan__Answer *answer)
{
    if (answer->body_case != PAIDAN__ANSWER__BODY_WORKED ||
        request->wish_case != PAIDAN__REQUEST__WISH_WORK || !only_by_lead(request->work->action)) {
        return;
    }
    sim_laws_read(sim);
    for (size_t i = 0; i < answer->worked->n_results; i++) {
        if (answer->worked->results[i]->code == PAIDAN__CODE__OK) {
            const Paidan__WorkItem *item = request->work->items[i];
            sim_laws_doer(sim, item->ticket, request->work->unit);
            if (request->work->action == PAIDAN__ACTION__ACTION_RESOLVE) {
                sim_laws_resolved(sim, item->ticket,
                                  item->has_without_assist && item->without_assist);
            }
        }
    }
}

/* Nobody reads residents' words before the log tells who does. */
static void check_reader(struct sim *sim, const Paidan__Request *request,
                         const Paidan__Answer *answer)
{
    if (request->wish_case != PAIDAN__REQUEST__WISH_READ_LOG || answer->code != PAIDAN__CODE__OK) {
        return;
    }
    CHECK(answer->body_case == PAIDAN__ANSWER__BODY_DONE);
    sim_laws_read(sim);
    sim_laws_log_read(sim, answer->done->seq, request->read_log->from_seq);
}

/* One delivery of a kept request. */
static const Paidan__Answer *deliver(struct sim *sim, struct pending *pending)
{
    static struct arena arena;
    const Paidan__Request *request = (const Paidan__Request *)unpack(
        &arena, &paidan__request__descriptor, pending->bytes, pending->size);
    const unsigned char *bytes = NULL;
    size_t size = 0;
    const bool fresh = !pending->delivered;
    count_delivery(sim, pending);
    if (world_try(sim->world, pending->service, request, &bytes, &size) != RC_OK || bytes == NULL) {
        return NULL; /* nothing changed, or parked, or killed after the commit: ask again */
    }
    const Paidan__Answer *answer = answer_of(sim, bytes, size);
    if (pending->answer == NULL) {
        pending->answer = copy(bytes, size);
        pending->answer_size = size;
        pending->stored = tells_of_change(answer);
        sim_learn(sim, answer);
        if (fresh) {
            check_doers(sim, request, answer);
            check_reader(sim, request, answer);
        }
        return answer;
    }
    sim->figures->repeats++;
    if (pending->stored) {
        sim->figures->laws++;
        if (size != pending->answer_size || memcmp(bytes, pending->answer, size) != 0) {
            sim_broken(sim, "the same request got another answer (wish %d at %s)",
                       (int)request->wish_case, world_step_service(pending->service)->name);
        }
    }
    return answer;
}

/* ---- answers that come late ---- */

static void take_off(struct sim *sim, const struct pending *pending)
{
    struct flight *flight = &sim->flights[rng_below(&sim->rng, SIM_FLIGHTS_MAX)];
    if (pending->answer == NULL || flight->arrives != 0) {
        return;
    }
    *flight = (struct flight){.request = copy(pending->bytes, pending->size),
                              .answer = copy(pending->answer, pending->answer_size),
                              .request_size = pending->size,
                              .answer_size = pending->answer_size,
                              .number = pending->number,
                              .arrives = sim->requests + 1 + rng_below(&sim->rng, 80)};
}

static void land(struct sim *sim, struct flight *flight)
{
    static struct arena requests, answers;
    struct flight landed = *flight;
    *flight = (struct flight){0};
    sim->figures->faults[SIM_ANSWER_LATE]++;
    if (landed.number < sim->newest_answer) {
        sim->figures->faults[SIM_ANSWER_REORDERED]++;
    }
    const ProtobufCMessage *request =
        unpack(&requests, &paidan__request__descriptor, landed.request, landed.request_size);
    const ProtobufCMessage *answer =
        unpack(&answers, &paidan__answer__descriptor, landed.answer, landed.answer_size);
    sim_act_late(sim, (const Paidan__Request *)request, (const Paidan__Answer *)answer);
    free(landed.request);
    free(landed.answer);
}

void sim_land(struct sim *sim)
{
    for (size_t i = 0; i < SIM_FLIGHTS_MAX; i++) {
        if (sim->flights[i].arrives != 0 && sim->flights[i].arrives <= sim->requests) {
            land(sim, &sim->flights[i]);
            return; /* one at a time: the actor's own requests come between */
        }
    }
}

/* ---- sending ---- */

static struct pending *keep(struct sim *sim, enum world_service service, Paidan__Request *request)
{
    struct pending *pending = &sim->pending[sim->pending_next++ % SIM_PENDING_MAX];
    free(pending->bytes);
    free(pending->answer);
    unsigned char id[16] = {0};
    request->protocol = 1;
    request->correlation = ++sim->requests;
    for (unsigned i = 0; i < 8; i++) {
        id[i] = (unsigned char)(sim->requests >> (56 - 8 * i));
    }
    request->has_request_id = 1;
    request->request_id = (ProtobufCBinaryData){.len = 16, .data = id};
    const size_t size = paidan__request__get_packed_size(request);
    *pending = (struct pending){.service = service,
                                .size = size,
                                .bytes = malloc(size),
                                .made_ms = world_now_ms(sim->world),
                                .number = sim->requests};
    CHECK(pending->bytes != NULL);
    paidan__request__pack(request, pending->bytes);
    sim->figures->requests++;
    return pending;
}

const Paidan__Answer *sim_request(struct sim *sim, enum world_service service,
                                  Paidan__Request *request)
{
    struct pending *pending = keep(sim, service, request);
    uint64_t *faults = sim->figures->faults;
    const bool harmed = sim->options->faults && !sim->quiet;
    if (harmed && rng_percent(&sim->rng, 5)) {
        pending->gone = rng_percent(&sim->rng, 50); /* the others may arrive later by sim_repeat */
        faults[SIM_REQUEST_LOST] += pending->gone;
        return NULL;
    }
    const Paidan__Answer *answer = deliver(sim, pending);
    if (harmed && rng_percent(&sim->rng, 5)) {
        answer = deliver(sim, pending);
        faults[SIM_REQUEST_DOUBLED]++;
    }
    if (harmed && rng_percent(&sim->rng, 3)) {
        faults[SIM_ANSWER_LOST]++;
        return NULL;
    }
    if (harmed && rng_percent(&sim->rng, 4)) {
        take_off(sim, pending);
        return NULL;
    }
    if (harmed && rng_percent(&sim->rng, 2) && pending->answer != NULL) {
        take_off(sim, pending); /* and it comes now, too */
        faults[SIM_ANSWER_DOUBLED]++;
    }
    sim->newest_answer = pending->number;
    return answer;
}

const Paidan__Answer *sim_look(struct sim *sim, enum world_service service,
                               Paidan__Request *request)
{
    const unsigned char *bytes = NULL;
    size_t size = 0;
    request->protocol = 1;
    request->correlation = 1;
    const enum rc rc = world_try(sim->world, service, request, &bytes, &size);
    CHECK(rc == RC_OK);
    return bytes == NULL ? NULL : answer_of(sim, bytes, size);
}

void sim_repeat(struct sim *sim)
{
    struct pending *pending = &sim->pending[rng_below(&sim->rng, SIM_PENDING_MAX)];
    /* Answers are kept for 24 hours; whoever repeats later is judged anew. */
    if (pending->bytes != NULL && !pending->gone &&
        world_now_ms(sim->world) < pending->made_ms + REQUEST_KEEP_MS / 2) {
        sim->figures->faults[SIM_REQUEST_LATE] += !pending->delivered;
        (void)deliver(sim, pending);
    }
}

void sim_requests_free(struct sim *sim)
{
    for (size_t i = 0; i < SIM_FLIGHTS_MAX; i++) {
        free(sim->flights[i].request);
        free(sim->flights[i].answer);
    }
    for (size_t i = 0; i < SIM_PENDING_MAX; i++) {
        free(sim->pending[i].bytes);
        free(sim->pending[i].answer);
    }
}
