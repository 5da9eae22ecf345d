/* world_talk: requests to the services of the world and what is handy for stories. */
#include <string.h>

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "world_parts.h"

static const Paidan__Answer *unpack_answer(struct world *world, const void *bytes, size_t size)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    arena_reset(&world->answers);
    const enum rc rc =
        wire_unpack(&world->answers, &paidan__answer__descriptor, bytes, size, &message, &error);
    CHECK(rc == RC_OK);
    return (const Paidan__Answer *)message;
}

static void complete(struct world *world, Paidan__Request *request, unsigned char id[16])
{
    request->protocol = 1;
    request->correlation = ++world->requests;
    if (!request->has_request_id) {
        memset(id, 0, 16);
        for (unsigned i = 0; i < 8; i++) {
            id[i] = (unsigned char)(world->requests >> (56 - 8 * i));
        }
        request->has_request_id = 1;
        request->request_id = (ProtobufCBinaryData){.len = 16, .data = id};
    }
}

static enum rc try_change(struct world *world, struct world_member *member,
                          const Paidan__Request *request, uint64_t until_ms,
                          const unsigned char **answer, size_t *bytes)
{
    world->inputs[0] =
        (struct step_input){.kind = STEP_COMMAND, .request = request, .park_until_ms = until_ms};
    const enum rc rc = world_run(world, member, 1);
    CHECK(rc == RC_OK || rc == RC_FULL || rc == RC_STORE);
    if (rc == RC_STORE) {
        world_revive(world, member);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const struct step_outcome *outcome = &world->outcomes[0];
    if (outcome->result == STEP_ANSWERED) {
        *answer = outcome->answer;
        *bytes = outcome->answer_bytes;
    }
    return RC_OK;
}

enum rc world_try(struct world *world, enum world_service service, const Paidan__Request *request,
                  const unsigned char **answer, size_t *bytes)
{
    return world_try_until(world, service, request, 0, answer, bytes);
}

enum rc world_try_until(struct world *world, enum world_service service,
                        const Paidan__Request *request, uint64_t until_ms,
                        const unsigned char **answer, size_t *bytes)
{
    struct world_member *member = &world->members[service];
    *answer = NULL;
    *bytes = 0;
    step_engine_reset(member->engine);
    if (member->service->changes(request)) {
        return try_change(world, member, request, until_ms, answer, bytes);
    }
    world_look_begin(member);
    const enum rc rc =
        step_engine_query(member->engine, NULL, request, world->now_ms, answer, bytes);
    world_look_end(member);
    CHECK(rc == RC_OK);
    return RC_OK;
}

const Paidan__Answer *world_send(struct world *world, enum world_service service,
                                 Paidan__Request *request)
{
    unsigned char id[16];
    const unsigned char *bytes = NULL;
    size_t size = 0;
    complete(world, request, id);
    const enum rc rc = world_try(world, service, request, &bytes, &size);
    CHECK(rc == RC_OK);
    if (request->request_id.data == id) {
        request->has_request_id = 0;
    }
    return bytes == NULL ? NULL : unpack_answer(world, bytes, size);
}

const Paidan__Answer *world_call(struct world *world, enum world_service service,
                                 Paidan__Request *request)
{
    const Paidan__Answer *answer = world_send(world, service, request);
    world_settle(world);
    return answer;
}

uint64_t world_submit(struct world *world, const char *channel, const char *text, const char *place,
                      const char *external_id)
{
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT;
    ticket.channel = (char *)channel;
    ticket.text = (char *)text;
    ticket.place = (char *)place;
    ticket.external_id = (char *)external_id;
    Paidan__NewTicket *tickets[] = {&ticket};
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    submit.n_tickets = 1;
    submit.tickets = tickets;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "adapter";
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    const Paidan__Answer *answer = world_call(world, WORLD_INTAKE, &request);
    CHECK(answer != NULL);
    CHECK(answer->code == PAIDAN__CODE__OK);
    CHECK(answer->submitted->results[0]->code == PAIDAN__CODE__OK);
    return answer->submitted->results[0]->ticket;
}

Paidan__Code world_work(struct world *world, const char *unit, Paidan__Action action,
                        uint64_t ticket, const char *note)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = ticket;
    item.note = (char *)note;
    Paidan__WorkItem *items[] = {&item};
    Paidan__Work work = PAIDAN__WORK__INIT;
    work.unit = (char *)unit;
    work.action = action;
    work.n_items = 1;
    work.items = items;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "clerk";
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    const Paidan__Answer *answer = world_call(world, WORLD_ESCALATION, &request);
    CHECK(answer != NULL);
    return answer->code != PAIDAN__CODE__OK ? answer->code : answer->worked->results[0]->code;
}

Paidan__Code world_answer(struct world *world, uint64_t ticket, Paidan__Solved solved,
                          Paidan__Satisfied satisfied)
{
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT;
    reply.ticket = ticket;
    reply.solved = solved;
    reply.satisfied = satisfied;
    Paidan__CallbackReply *replies[] = {&reply};
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    wish.n_replies = 1;
    wish.replies = replies;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.actor = "resident";
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    const Paidan__Answer *answer = world_call(world, WORLD_CALLBACK, &request);
    CHECK(answer != NULL);
    return answer->code != PAIDAN__CODE__OK ? answer->code
                                            : answer->callback_answered->results[0]->code;
}

const Paidan__Brief *world_brief(struct world *world, uint64_t ticket)
{
    Paidan__Show show = PAIDAN__SHOW__INIT;
    show.ticket = ticket;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &show;
    const Paidan__Answer *answer = world_send(world, WORLD_ESCALATION, &request);
    CHECK(answer != NULL);
    return answer->code == PAIDAN__CODE__OK ? answer->shown->brief : NULL;
}
