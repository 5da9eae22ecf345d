/* intake_refusal: who wants no calls 勿扰. Owns the table `refusal`.
 *
 * A person is known by the digests of intake_caller: each of his numbers or, where a ticket has none,
 * what the channel calls him. No other log learns them; callback is told of tickets alone: of the one
 * at hand, of those of his that are open, and with each later one when it is registered. Refused are
 * calls, not answers: messages in the channel by which somebody wrote himself can be left unread.
 *
 * What must stay true: whoever refused is not asked by a call about any ticket from then on, until he
 * takes it back by whichever of his tickets; and saying so twice changes nothing. */

#include "intake_refusal.h"

#include "common/base/check.h"
#include "common/text/text.h"
#include "intake_caller.h"
#include "intake_check.h"

/* One person, as a ticket knows him. */
struct person {
    unsigned char digests[CALLER_DIGESTS_MAX][INTAKE_CALLER_DIGEST_BYTES];
    uint32_t count;
};

/* RC_OK with count 0: the ticket says nothing of who he is. */
static enum rc read_person(struct step *step, const struct intake_ticket *record,
                           struct person *person)
{
    Paidan__Event *event = NULL;
    CHECK(record->registered_seq > 0);
    const enum rc rc = step_read(step, record->registered_seq, &event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* this log is never trimmed */
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_REGISTERED) {
        return RC_CORRUPT;
    }
    person->count = intake_caller_digests(event->registered, person->digests);
    CHECK(person->count <= CALLER_DIGESTS_MAX);
    return RC_OK;
}

/* How many of a person's digests are in the table. */
static enum rc count_refused(struct store_txn *txn, const struct person *person, uint32_t *count)
{
    enum rc rc = RC_OK;
    *count = 0;
    for (uint32_t index = 0; rc == RC_OK && index < person->count; index++) {
        const void *value = NULL;
        size_t bytes = 0;
        rc = store_get(txn, INTAKE_REFUSAL, person->digests[index], INTAKE_CALLER_DIGEST_BYTES,
                       &value, &bytes);
        *count += rc == RC_OK ? 1 : 0;
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc;
}

enum rc intake_refusal_known(struct store_txn *txn, const Paidan__Registered *fact, bool *known)
{
    struct person person = {.count = intake_caller_digests(fact, person.digests)};
    uint32_t count = 0;
    const enum rc rc = count_refused(txn, &person, &count);
    CHECK(count <= person.count);
    *known = count > 0;
    return rc;
}

/* The ticket itself first, whatever its state: it may be asked about just now. */
static enum rc gather_tickets(struct step *step, uint64_t ticket, const struct person *person,
                              uint64_t tickets[CALLS_REFUSED_MAX], size_t *count)
{
    uint32_t more = 0;
    enum rc rc = RC_OK;
    CHECK(ticket != 0);
    tickets[0] = ticket;
    *count = 1;
    for (uint32_t index = 0; rc == RC_OK && index < person->count; index++) {
        rc = intake_caller_open(step, person->digests[index], ticket, tickets + *count,
                                (uint32_t)(CALLS_REFUSED_MAX - *count), &more);
        *count += more;
    }
    return rc;
}

/* *seq 0: nothing was to be said. */
static enum rc say_refused(struct step *step, uint64_t ticket, const struct person *person,
                           bool lifted, char *note, uint64_t *seq)
{
    Paidan__CallsRefused fact = PAIDAN__CALLS_REFUSED__INIT;
    uint64_t *const tickets = arena_alloc(step->arena, CALLS_REFUSED_MAX * sizeof *tickets);
    ProtobufCBinaryData persons[CALLER_DIGESTS_MAX];
    CHECK(person->count <= CALLER_DIGESTS_MAX);
    if (tickets == NULL) {
        return RC_LIMIT;
    }
    tickets[0] = ticket;
    fact.n_tickets = 1;
    const enum rc rc = person->count > 0
                           ? gather_tickets(step, ticket, person, tickets, &fact.n_tickets)
                           : RC_OK; /* nobody knows whose it is: of this one */
    if (rc != RC_OK) {
        return rc;
    }
    for (uint32_t index = 0; index < person->count; index++) {
        persons[index] = (ProtobufCBinaryData){INTAKE_CALLER_DIGEST_BYTES,
                                               (uint8_t *)(uintptr_t)person->digests[index]};
    }
    fact.tickets = tickets;
    fact.n_persons = person->count;
    fact.persons = persons;
    fact.has_lifted = fact.lifted = lifted;
    fact.note = note;
    const struct step_about about = {.ticket = 0, .seq = seq}; /* of several tickets */
    return step_say(step, &about, &fact.base);
}

enum rc intake_refusal_apply(struct step *step, const Paidan__DoNotCall *wish)
{
    const struct intake_fault fault = intake_check_note(wish->note);
    if (fault.code != PAIDAN__CODE__OK) {
        return step_refuse(step, fault.code, fault.detail);
    }
    struct intake_ticket record;
    struct person person = {.count = 0};
    Paidan__Code code = PAIDAN__CODE__OK;
    uint32_t refused = 0;
    const bool alone = wish->has_this_ticket && wish->this_ticket;
    enum rc rc = intake_ticket_find(step->txn, wish->ticket, wish->query_code, &record, &code);
    if (rc == RC_OK && code == PAIDAN__CODE__OK) {
        rc = read_person(step, &record, &person);
        code = person.count == 0 && !alone ? PAIDAN__CODE__CALLER_UNKNOWN : PAIDAN__CODE__OK;
    }
    if (rc == RC_OK && code == PAIDAN__CODE__OK && person.count > 0) {
        const bool lifts = wish->has_lift && wish->lift;
        rc = count_refused(step->txn, &person, &refused);
        code =
            refused == (lifts ? 0 : person.count) ? PAIDAN__CODE__ALREADY_DONE : PAIDAN__CODE__OK;
    }
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc != RC_OK ? rc : step_refuse(step, code, NULL);
    }
    CHECK(person.count > 0 || alone);
    uint64_t seq = 0;
    char *const note = text_blank(wish->note) ? NULL : wish->note;
    rc = say_refused(step, wish->ticket, &person, wish->has_lift && wish->lift, note, &seq);
    return rc == RC_OK ? step_answer_done(step, wish->ticket, seq) : rc;
}

enum rc intake_refusal_hear(struct step *step, uint64_t ticket)
{
    struct intake_ticket record;
    struct person person = {.count = 0};
    Paidan__Code code = PAIDAN__CODE__OK;
    uint32_t refused = 0;
    uint64_t seq = 0;
    enum rc rc = intake_ticket_find(step->txn, ticket, NULL, &record, &code);
    if (rc == RC_OK && code == PAIDAN__CODE__OK) {
        rc = read_person(step, &record, &person);
    }
    if (rc == RC_OK && person.count > 0) {
        rc = count_refused(step->txn, &person, &refused);
    }
    CHECK(refused <= person.count);
    return rc == RC_OK && refused < person.count
               ? say_refused(step, ticket, &person, false, NULL, &seq)
               : rc;
}

enum rc intake_refusal_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__CallsRefused *const fact = event->calls_refused;
    const bool lifted = fact->has_lifted && fact->lifted;
    enum rc rc = RC_OK;
    if (event->has_ticket || (fact->n_persons == 0 && fact->n_tickets != 1)) {
        return RC_CORRUPT;
    }
    for (size_t index = 0; rc == RC_OK && index < fact->n_persons; index++) {
        const ProtobufCBinaryData *const person = &fact->persons[index];
        if (person->len != INTAKE_CALLER_DIGEST_BYTES) {
            return RC_CORRUPT;
        }
        rc = lifted ? store_del(fold->txn, INTAKE_REFUSAL, person->data, person->len)
                    : store_put(fold->txn, INTAKE_REFUSAL, person->data, person->len, "", 0);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc; /* by a number that did not refuse */
    }
    return rc;
}
