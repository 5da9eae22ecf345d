#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/wire.h"
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
    case PAIDAN__ANSWER__BODY_DONE:
        return true;
    default:
        return false;
    }
}

static void learn(struct sim *sim, const Paidan__Answer *answer)
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

/* One delivery of a kept request. */
static const Paidan__Answer *deliver(struct sim *sim, struct pending *pending)
{
    static struct arena arena;
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    const enum rc unpacked = wire_unpack(arena_empty(&arena), &paidan__request__descriptor,
                                         pending->bytes, pending->size, &message, &error);
    CHECK(unpacked == RC_OK);
    const unsigned char *bytes = NULL;
    size_t size = 0;
    if (world_try(sim->world, pending->service, (const Paidan__Request *)message, &bytes, &size) !=
            RC_OK ||
        bytes == NULL) {
        return NULL; /* nothing changed, or parked, or killed after the commit: ask again */
    }
    const Paidan__Answer *answer = answer_of(sim, bytes, size);
    if (pending->answer == NULL) {
        pending->answer = malloc(size);
        CHECK(pending->answer != NULL);
        memcpy(pending->answer, bytes, size);
        pending->answer_size = size;
        pending->stored = tells_of_change(answer);
        learn(sim, answer);
        return answer;
    }
    sim->figures->repeats++;
    if (pending->stored &&
        (size != pending->answer_size || memcmp(bytes, pending->answer, size) != 0)) {
        sim_broken(sim, "the same request got another answer (wish %d at %s)",
                   (int)((const Paidan__Request *)message)->wish_case,
                   world_step_service(pending->service)->name);
    }
    return answer;
}

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
                                .made_ms = world_now_ms(sim->world)};
    CHECK(pending->bytes != NULL);
    paidan__request__pack(request, pending->bytes);
    sim->figures->requests++;
    return pending;
}

const Paidan__Answer *sim_request(struct sim *sim, enum world_service service,
                                  Paidan__Request *request)
{
    struct pending *pending = keep(sim, service, request);
    const bool faults = sim->options->faults && !sim->quiet;
    if (faults && rng_percent(&sim->rng, 5)) {
        return NULL; /* lost on the way there; may arrive later by sim_repeat */
    }
    const Paidan__Answer *answer = deliver(sim, pending);
    if (faults && rng_percent(&sim->rng, 5)) {
        answer = deliver(sim, pending); /* doubled */
    }
    if (faults && rng_percent(&sim->rng, 5)) {
        return NULL; /* lost on the way back */
    }
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
    if (pending->bytes != NULL &&
        world_now_ms(sim->world) < pending->made_ms + REQUEST_KEEP_MS / 2) {
        (void)deliver(sim, pending);
    }
}

void sim_pending_free(struct sim *sim)
{
    for (size_t i = 0; i < SIM_PENDING_MAX; i++) {
        free(sim->pending[i].bytes);
        free(sim->pending[i].answer);
    }
}
