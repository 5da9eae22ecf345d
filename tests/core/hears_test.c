/* What a service says it hears of a log (step_service.hears) and what its core does with that log's
 * records agree both ways: each fact of a followed log is fed to the core past the list. What is
 * not on the list must do nothing; what is on it must do something, at least to a ticket of which
 * one other fact was heard before. A fact that is heard and deliberately ignored here is named below. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "callback.h"
#include "common/base/arena.h"
#include "escalation.h"
#include "intake.h"
#include "solo.h"
#include "triage.h"

#define START_MS 1795309200000ull
#define FIRST 2026112200000001ull
#define FACTS_MAX 128u

/* Which facts a log of that name may hold; those of any service mean nothing to anybody. */
static bool says(const char *log, uint32_t fact)
{
    if (strcmp(log, "intake") == 0) {
        return fact >= PAIDAN__EVENT__FACT_REGISTERED && fact < PAIDAN__EVENT__FACT_ROUTED;
    }
    if (strcmp(log, "triage") == 0) {
        return (fact >= PAIDAN__EVENT__FACT_ROUTED && fact < PAIDAN__EVENT__FACT_ASSIGNED) ||
               fact == PAIDAN__EVENT__FACT_NOTED;
    }
    const bool of_callback =
        fact >= PAIDAN__EVENT__FACT_ASKED && fact < PAIDAN__EVENT__FACT_APPEAL_RULED;
    if (strcmp(log, "callback") == 0) {
        return of_callback;
    }
    return fact >= PAIDAN__EVENT__FACT_ASSIGNED && !of_callback;
}

/* A later deadline from above than the ticket came with; what says so says nothing else of interest. */
static bool extends(const ProtobufCMessageDescriptor *descriptor,
                    const ProtobufCFieldDescriptor *field, void *base)
{
    if (strcmp(field->name, "outer_due_ms") != 0 && strcmp(field->name, "due_ms") != 0) {
        return false;
    }
    const bool later = descriptor == &paidan__supplemented__descriptor ||
                       descriptor == &paidan__outer_moved__descriptor;
    const bool comes =
        descriptor == &paidan__routed__descriptor || descriptor == &paidan__registered__descriptor;
    if (!later && !comes) {
        return false;
    }
    *(uint64_t *)(void *)((unsigned char *)base + field->offset) =
        START_MS + (later ? 7200000u : 3600000u);
    if (field->label == PROTOBUF_C_LABEL_OPTIONAL) {
        *(protobuf_c_boolean *)(void *)((unsigned char *)base + field->quantifier_offset) = 1;
    }
    return true;
}

/* The smallest message of its kind: required fields alone, enums at their choice-th value. */
static ProtobufCMessage *make(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                              unsigned choice)
{
    unsigned char *const base = arena_zalloc(arena, descriptor->sizeof_message);
    assert_non_null(base);
    descriptor->message_init((ProtobufCMessage *)(void *)base);
    for (unsigned index = 0; index < descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *const field = &descriptor->fields[index];
        void *const at = base + field->offset;
        if (extends(descriptor, field, base) || field->label != PROTOBUF_C_LABEL_REQUIRED) {
            continue;
        }
        switch (field->type) {
        case PROTOBUF_C_TYPE_STRING:
            *(char **)at = arena_strdup(arena, "x");
            break;
        case PROTOBUF_C_TYPE_MESSAGE:
            *(ProtobufCMessage **)at = make(arena, field->descriptor, choice);
            break;
        case PROTOBUF_C_TYPE_ENUM: {
            const ProtobufCEnumDescriptor *const known = field->descriptor;
            *(int *)at = known->values[choice % known->n_values].value;
            break;
        }
        case PROTOBUF_C_TYPE_UINT64:
            *(uint64_t *)at = START_MS;
            break;
        case PROTOBUF_C_TYPE_UINT32:
            *(uint32_t *)at = 1;
            break;
        default:
            break;
        }
    }
    return (ProtobufCMessage *)(void *)base;
}

/* Feeds one fact; gives whether the service said anything about it. */
static bool feed(struct solo *solo, struct arena *arena, const char *log, uint64_t ticket,
                 uint32_t fact, unsigned choice)
{
    const ProtobufCFieldDescriptor *const field =
        protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, fact);
    assert_non_null(field);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = (Paidan__Event__FactCase)fact;
    ProtobufCMessage *const body = make(arena, field->descriptor, choice);
    memcpy((unsigned char *)&event + field->offset, &body, sizeof body);
    const uint64_t head = solo_head(solo);
    solo_say(solo, log, &event);
    (void)solo_flush(solo, NULL);
    return solo_head(solo) != head;
}

struct fed {
    const char *log;
    uint32_t fact;
};

/* Every fact of every followed log. */
static unsigned list_facts(const struct step_service *service, struct fed *facts)
{
    unsigned count = 0;
    for (unsigned log = 0; service->follows[log] != NULL; log++) {
        for (uint32_t fact = 1; fact < 100; fact++) {
            const ProtobufCFieldDescriptor *const field =
                protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, fact);
            if (field != NULL && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
                says(service->follows[log], fact)) {
                assert_true(count < FACTS_MAX);
                facts[count++] = (struct fed){service->follows[log], fact};
            }
        }
    }
    return count;
}

/* Triage hears that a unit has solved a ticket for the sake of what it measures, which begins with a
 * judgement (Judged) that the smallest of facts does not carry: core/triage_trust_test. Callback hears of
 * registrations for the sake of who is not to be called, of whom the smallest says nothing:
 * core/callback_order_test. */
static bool ignored(const struct step_service *service, const struct fed *fact)
{
    return (service == &triage_service && fact->fact == PAIDAN__EVENT__FACT_RESOLVED) ||
           (service == &callback_service && fact->fact == PAIDAN__EVENT__FACT_REGISTERED);
}

/* As the first fact about a ticket, and after each other fact, with each of three choices. */
static bool acts(struct solo *solo, struct arena *arena, const struct fed *facts, unsigned count,
                 unsigned which, uint64_t *ticket)
{
    bool acted = false;
    for (unsigned choice = 0; choice < 3; choice++) {
        for (unsigned before = 0; before <= count; before++) {
            const uint64_t id = (*ticket)++;
            if (before < count) {
                (void)feed(solo, arena, facts[before].log, id, facts[before].fact, choice);
            }
            acted = feed(solo, arena, facts[which].log, id, facts[which].fact, choice) || acted;
            arena_reset(arena);
        }
    }
    return acted;
}

static void test_hears_when_compared_with_the_core_then_equal(void **state)
{
    const struct step_service *const service = *state;
    struct step_service deaf = *service; /* no list: every record goes to apply */
    struct fed facts[FACTS_MAX];
    struct arena arena;
    uint64_t ticket = FIRST;
    const unsigned count = list_facts(service, facts);
    unsigned wrong = 0;
    deaf.hears = NULL;
    deaf.needs = NULL;
    assert_int_equal(arena_init(&arena, 1u << 20), RC_OK);
    for (unsigned which = 0; which < count; which++) {
        struct solo *const solo = solo_open(&deaf, solo_site(), START_MS);
        (void)feed(solo, &arena, facts[which].log, ticket++, PAIDAN__EVENT__FACT_SITE_CHANGED, 0);
        const bool heard =
            service->hears(facts[which].log, (Paidan__Event__FactCase)facts[which].fact);
        if (acts(solo, &arena, facts, count, which, &ticket) !=
            (heard && !ignored(service, &facts[which]))) {
            print_message("%s: fact %u of %s is %s\n", service->name, facts[which].fact,
                          facts[which].log, heard ? "heard and ignored" : "used and not heard");
            wrong++;
        }
        solo_close(solo);
    }
    arena_fini(&arena);
    assert_true(count > 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    static const struct step_service *const services[] = {&intake_service, &triage_service,
                                                          &escalation_service, &callback_service};
    struct CMUnitTest tests[4];
    for (unsigned index = 0; index < 4; index++) {
        tests[index] =
            (struct CMUnitTest){.name = services[index]->name,
                                .test_func = test_hears_when_compared_with_the_core_then_equal,
                                .initial_state = (void *)(uintptr_t)services[index]};
    }
    return _cmocka_run_group_tests("hears", tests, 4, NULL, NULL);
}
