#include "toy.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"

static void ticket_key(uint64_t ticket, unsigned char key[8])
{
    struct codec_writer writer;
    codec_writer_init(&writer, key, 8);
    codec_put_u64(&writer, ticket);
}

/* ---- folding ---- */

static enum rc fold_registered(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    unsigned char key[8], bytes[64];
    const struct due due = {.due_ms = event->at_ms + TOY_DUE_MS, .id = event->ticket, .kind = 1};
    struct codec_writer writer;
    ticket_key(event->ticket, key);
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, 1);
    codec_put_u64(&writer, seq);
    codec_put_u64(&writer, event->at_ms);
    codec_put_text(&writer, event->registered->external_id);
    codec_seal_end(&writer);
    enum rc rc = store_insert(fold->txn, TOY_TICKETS, key, sizeof key, bytes, writer.used);
    fold->tally->values[TOY_REGISTERED]++;
    if (rc == RC_OK) {
        rc = due_put(fold->txn, &due);
    }
    if (rc == RC_OK && strcmp(event->registered->text, "pair") == 0) {
        const struct due second = {.due_ms = due.due_ms, .id = due.id, .kind = 2};
        rc = due_put(fold->txn, &second);
    }
    return rc;
}

static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    case PAIDAN__EVENT__FACT_REGISTERED:
        return fold_registered(fold, seq, event);
    case PAIDAN__EVENT__FACT_WARNED: {
        struct due due = {.due_ms = event->warned->due_ms, .id = event->ticket, .kind = 1};
        fold->tally->values[TOY_FIRED]++;
        const enum rc rc = due_del(fold->txn, &due);
        due.kind = 2;
        return rc == RC_OK ? due_del(fold->txn, &due) : rc;
    }
    case PAIDAN__EVENT__FACT_NOTED:
        fold->tally->values[TOY_NOTED]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_CHASED:
        fold->tally->values[TOY_CHASED]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_RECEIPTS:
        fold->tally->values[TOY_RECEIPTS] += event->receipts->n_receipts;
        return RC_OK;
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        fold->tally->values[TOY_REFUSED]++;
        return RC_OK;
    default:
        return outbox_owns(event->fact_case) ? outbox_evolve(fold, &toy_outbox, seq, event)
                                             : RC_CORRUPT;
    }
}

/* ---- deliveries ---- */

static bool rule(const struct site *site, const char *to, struct outbox_rule *found)
{
    *found = (struct outbox_rule){.attempts_max = 4,
                                  .age_ms = TOY_AGE_MS,
                                  .pause_ms = TOY_PAUSE_MS,
                                  .pause_max_ms = 3 * TOY_PAUSE_MS,
                                  .flights_max = 2,
                                  .patient = strcmp(to, "sms") == 0};
    return site->version == 7 && (strcmp(to, "hook") == 0 || strcmp(to, "sms") == 0);
}

const struct outbox toy_outbox = {
    .table = TOY_OUT, .tally = TOY_DELIVERIES, .due_kind = TOY_DUE_DELIVERY, .rule = rule};

/* Withdraw{ticket, note}: what to do with a delivery, see toy.h. */
static enum rc deliver(struct step *step, uint64_t number, const char *word)
{
    Paidan__Done done = PAIDAN__DONE__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    enum rc rc = RC_INVALID;
    bool said = true;
    if (strncmp(word, "ask ", 4) == 0) {
        const struct step_about about = {.ticket = number, .seq = &done.seq};
        rc = outbox_ask(step, &toy_outbox, &about, word + 4, 1, number);
    } else if (strcmp(word, "sent") == 0) {
        rc = outbox_sent(step, &toy_outbox, number, &said);
    } else if (strcmp(word, "retry") == 0) {
        rc = outbox_retry(step, &toy_outbox, number, &said);
    } else if (strcmp(word, "drop") == 0) {
        rc = outbox_drop(step, &toy_outbox, number, "moved", &said);
    } else {
        rc = outbox_failed(step, &toy_outbox, number, strcmp(word, "unreached") == 0, word, &said);
    }
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__CHANNEL_UNKNOWN, NULL);
    }
    if (rc == RC_OK && !said) {
        return step_refuse(step, PAIDAN__CODE__ALREADY_DONE, NULL);
    }
    done.has_seq = done.seq != 0;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return rc == RC_OK ? step_answer(step, &answer) : rc;
}

/* ---- deciding ---- */

struct gather {
    unsigned facts, records;
    uint64_t tickets[STEP_INPUTS_MAX];
};

static struct gather *gather_of(struct step *step)
{
    if (step->gather == NULL) {
        step->gather = arena_zalloc(step->arena, sizeof(struct gather));
    }
    return step->gather;
}

/* Pretends that a transaction holds TOY_BATCH_MAX facts. */
static enum rc say(struct step *step, const struct step_about *about, const ProtobufCMessage *fact)
{
    struct gather *gather = gather_of(step);
    if (gather == NULL || gather->facts >= TOY_BATCH_MAX) {
        return RC_LIMIT;
    }
    gather->facts++;
    return step_say(step, about, fact);
}

/* What no reader would take. */
static enum rc say_unsayable(struct step *step)
{
    static char detail[] = "\xff";
    Paidan__RecordRefused refused = PAIDAN__RECORD_REFUSED__INIT;
    refused.detail = detail;
    return say(step, &(struct step_about){.ticket = 0}, &refused.base);
}

static enum rc submit_one(struct step *step, const Paidan__NewTicket *ticket, uint32_t item,
                          Paidan__SubmitResult *result)
{
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    const struct step_about about = {
        .ticket = step->tally->values[TOY_REGISTERED] + 1,
        .item = item,
        .expected = PAIDAN__EVENT__FACT_REGISTERED,
    };
    registered.channel = ticket->channel;
    registered.text = ticket->text;
    registered.external_id = ticket->external_id;
    registered.query_code = "ABC123";
    registered.title = ticket->text;
    const enum rc rc = say(step, &about, &registered.base);
    paidan__submit_result__init(result);
    result->code = PAIDAN__CODE__OK;
    result->has_ticket = 1;
    result->ticket = about.ticket;
    return rc;
}

static enum rc submit(struct step *step, const Paidan__Submit *wish)
{
    if (wish->n_tickets == 0 || strcmp(wish->tickets[0]->text, "refuse") == 0) {
        return step_refuse(step, PAIDAN__CODE__TEXT_EMPTY, "tickets[0].text");
    }
    if (strcmp(wish->tickets[0]->text, "huge") == 0) {
        return RC_LIMIT;
    }
    if (strcmp(wish->tickets[0]->text, "unsayable") == 0) {
        return say_unsayable(step);
    }
    Paidan__SubmitResult *results = arena_alloc(step->arena, wish->n_tickets * sizeof *results);
    Paidan__SubmitResult **list =
        arena_alloc(step->arena, wish->n_tickets * sizeof(Paidan__SubmitResult *));
    CHECK(results != NULL);
    CHECK(list != NULL);
    for (size_t index = 0; index < wish->n_tickets; index++) {
        const enum rc rc = submit_one(step, wish->tickets[index], (uint32_t)index, &results[index]);
        if (rc != RC_OK) {
            return rc;
        }
        list[index] = &results[index];
    }
    Paidan__Submitted submitted = PAIDAN__SUBMITTED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    submitted.n_results = wish->n_tickets;
    submitted.results = list;
    answer.body_case = PAIDAN__ANSWER__BODY_SUBMITTED;
    answer.submitted = &submitted;
    step_wake(step, step_key("work"));
    return step_answer(step, &answer);
}

/* Seq of the ticket's Registered; 0: no such ticket. */
static enum rc find(struct step *step, uint64_t ticket, uint64_t *seq)
{
    unsigned char key[8];
    const void *value = NULL;
    size_t bytes = 0;
    uint8_t version = 0;
    struct codec_reader reader;
    *seq = 0;
    ticket_key(ticket, key);
    enum rc rc = store_get(step->txn, TOY_TICKETS, key, sizeof key, &value, &bytes);
    if (rc == RC_OK) {
        rc = codec_unseal(&reader, value, bytes, &version);
    }
    if (rc == RC_OK) {
        *seq = codec_get_u64(&reader);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc supplement(struct step *step, uint64_t ticket)
{
    Paidan__Event *event = NULL;
    uint64_t seq = 0;
    enum rc rc = find(step, ticket, &seq);
    if (rc == RC_OK && seq == 0) {
        return step_refuse(step, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    if (rc == RC_OK) {
        rc = step_read(step, seq, &event);
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Done done = PAIDAN__DONE__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    done.has_version = 1;
    done.version = strlen(event->registered->title);
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return step_answer(step, &answer);
}

static enum rc chase(struct step *step, uint64_t ticket)
{
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Done done = PAIDAN__DONE__INIT;
    struct step_about about = {.ticket = ticket, .seq = &done.seq};
    chased.count = 1;
    enum rc rc = find(step, ticket, &about.last_seq);
    if (rc == RC_OK) {
        rc = say(step, &about, &chased.base);
    }
    done.has_seq = 1;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    return rc == RC_OK ? step_answer_unstored(step, &answer) : rc;
}

static enum rc apply_command(struct step *step, const struct step_input *input)
{
    const Paidan__Request *request = input->request;
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SUBMIT:
        return submit(step, request->submit);
    case PAIDAN__REQUEST__WISH_SUPPLEMENT:
        return supplement(step, request->supplement->ticket);
    case PAIDAN__REQUEST__WISH_CHASE:
        return chase(step, request->chase->ticket);
    case PAIDAN__REQUEST__WISH_WITHDRAW:
        return deliver(step, request->withdraw->ticket, request->withdraw->note);
    default:
        break;
    }
    if (step->tally->values[TOY_REGISTERED] == 0 && step->now_ms < input->park_until_ms) {
        step_park_until(step, step_key("work"), step->now_ms + 500);
        return RC_OK;
    }
    return step_refuse(step, PAIDAN__CODE__OK, NULL);
}

static enum rc apply_record(struct step *step, const struct step_input *input)
{
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    struct gather *gather = gather_of(step);
    if (gather == NULL || input->brief.ticket == TOY_UNHOLDABLE) {
        return RC_LIMIT;
    }
    if (input->brief.ticket == TOY_UNSAYABLE) {
        return say_unsayable(step);
    }
    gather->tickets[gather->records++] = input->brief.ticket;
    if (input->brief.ticket == TOY_REFUSABLE) {
        return step_refuse_record(step, PAIDAN__CODE__STATE_FORBIDS, "toy");
    }
    return say(step, &(struct step_about){.ticket = input->brief.ticket}, &noted.base);
}

static enum rc finish(struct step *step)
{
    const struct gather *gather = step->gather;
    Paidan__Receipts receipts = PAIDAN__RECEIPTS__INIT;
    CHECK(gather != NULL);
    CHECK(gather->records > 0);
    Paidan__Receipt *rows = arena_alloc(step->arena, gather->records * sizeof *rows);
    Paidan__Receipt **list = arena_alloc(step->arena, gather->records * sizeof(Paidan__Receipt *));
    if (rows == NULL || list == NULL) {
        return RC_LIMIT;
    }
    for (unsigned index = 0; index < gather->records; index++) {
        paidan__receipt__init(&rows[index]);
        rows[index].ticket = gather->tickets[index];
        rows[index].state = PAIDAN__STATE__STATE_ASSIGNED;
        rows[index].at_ms = step->now_ms;
        list[index] = &rows[index];
    }
    receipts.n_receipts = gather->records;
    receipts.receipts = list;
    return step_say(step, &(struct step_about){.ticket = 0}, &receipts.base);
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    if (input->kind == STEP_COMMAND) {
        return apply_command(step, input);
    }
    if (input->kind == STEP_RECORD) {
        return apply_record(step, input);
    }
    Paidan__Warned warned = PAIDAN__WARNED__INIT;
    const struct step_about about = {.ticket = input->due.id, .clock = PAIDAN__CLOCK__CLOCK_ACCEPT};
    if (input->due.kind == TOY_DUE_DELIVERY) {
        return outbox_due(step, &toy_outbox, &input->due);
    }
    if (input->due.id == TOY_UNSAYABLE) {
        return say_unsayable(step);
    }
    warned.clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    warned.level = 1;
    warned.due_ms = input->due.due_ms;
    warned.card = PAIDAN__CARD__CARD_YELLOW;
    return say(step, &about, &warned.base);
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    (void)request;
    Paidan__Done *done = arena_alloc(view->arena, sizeof *done);
    if (done == NULL) {
        return RC_LIMIT;
    }
    paidan__done__init(done);
    done->has_version = 1;
    done->version = view->tally->values[TOY_REGISTERED];
    answer->body_case = PAIDAN__ANSWER__BODY_DONE;
    answer->done = done;
    return RC_OK;
}

static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_SUBMIT ||
           request->wish_case == PAIDAN__REQUEST__WISH_SUPPLEMENT ||
           request->wish_case == PAIDAN__REQUEST__WISH_CHASE ||
           request->wish_case == PAIDAN__REQUEST__WISH_WITHDRAW ||
           request->wish_case == PAIDAN__REQUEST__WISH_PULL;
}

static bool knows(const Paidan__Request *request)
{
    return changes(request) || request->wish_case == PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
}

static enum step_need needs(const char *log, Paidan__Event__FactCase fact,
                            const unsigned char *body, size_t bytes)
{
    (void)log;
    (void)body;
    (void)bytes;
    return fact == PAIDAN__EVENT__FACT_DISCLOSED   ? STEP_NEED_NONE
           : fact == PAIDAN__EVENT__FACT_WITHDRAWN ? STEP_NEED_BRIEF
                                                   : STEP_NEED_ALL;
}

static const char *const follows[] = {"intake", NULL};
static const char *const followed_by[] = {"triage", NULL};
static const char *const tables[] = {"toy_tickets", OUTBOX_TABLE_NAMES, NULL};
static const char *const tallies[] = {
    "registered", "noted", "fired", "receipts", "refused", "chased", OUTBOX_TALLY_NAMES, NULL};

const struct step_service toy_service = {
    .name = "toy",
    .follows = follows,
    .followed_by = followed_by,
    .paced_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .needs = needs,
    .finish = finish,
    .changes = changes,
    .knows = knows,
};

struct store_options toy_store_options(const char *path)
{
    return (struct store_options){
        .path = path, .map_bytes = 256u << 20, .service = "toy", .tables = tables};
}
