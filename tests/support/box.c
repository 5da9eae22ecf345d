/* box: see box.h. Table toy_box: key of the box's name -> tokens in it. */

#include "box.h"

#include <string.h>

#include "common/base/codec.h"

enum { BOX_TABLE = STORE_SERVICE };
enum { BOX_CHASED, BOX_PULLED, BOX_LAPSED, BOX_FOLLOWED };

static void box_key(uint64_t box, unsigned char key[8])
{
    struct codec_writer writer;
    codec_writer_init(&writer, key, 8);
    codec_put_u64(&writer, box);
}

static enum rc box_get(struct store_txn *txn, const char *name, uint64_t *tokens)
{
    unsigned char key[8];
    const void *value = NULL;
    size_t bytes = 0;
    box_key(step_key(name), key);
    *tokens = 0;
    const enum rc rc = store_get(txn, BOX_TABLE, key, sizeof key, &value, &bytes);
    if (rc == RC_OK) {
        struct codec_reader reader;
        codec_reader_init(&reader, value, bytes);
        *tokens = codec_get_u64(&reader);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc box_put(struct store_txn *txn, const char *name, uint64_t tokens)
{
    unsigned char key[8];
    unsigned char value[8];
    box_key(step_key(name), key);
    box_key(tokens, value);
    return store_put(txn, BOX_TABLE, key, sizeof key, value, sizeof value);
}

/* ---- decide -----------------------------------------------------------------------------------
 */

static enum rc box_chase(struct step *step, const Paidan__Chase *wish)
{
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Done done = PAIDAN__DONE__INIT;
    uint64_t tokens = 0;
    if (wish->note == NULL) {
        return step_refuse(step, PAIDAN__CODE__NOTE_MISSING, NULL);
    }
    enum rc rc = box_get(step->txn, wish->note, &tokens);
    if (rc != RC_OK) {
        return rc;
    }
    const struct step_about about = {.ticket = wish->ticket, .seq = &done.seq};
    chased.note = wish->note;
    chased.count = (uint32_t)tokens + 1;
    rc = step_say(step, &about, &chased.base);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(step, step_key(wish->note));
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_DONE;
    answer.done = &done;
    done.has_ticket = 1;
    done.ticket = wish->ticket;
    done.has_seq = 1;
    return step_answer(step, &answer);
}

static enum rc box_pull(struct step *step, const struct step_input *input)
{
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Pulled pulled = PAIDAN__PULLED__INIT;
    Paidan__Leased leased = PAIDAN__LEASED__INIT;
    const Paidan__Pull *wish = input->request->pull;
    uint64_t tokens = 0;
    char holder[] = "toy";
    enum rc rc = box_get(step->txn, wish->unit, &tokens);
    if (rc != RC_OK) {
        return rc;
    }
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_PULLED;
    answer.pulled = &pulled;
    if (tokens == 0) {
        if (step->now_ms < input->park_until_ms) {
            step_park(step, step_key(wish->unit));
            return RC_OK;
        }
        return step_answer(step, &answer);
    }
    leased.unit = wish->unit;
    leased.holder = holder;
    leased.until_ms = tokens - 1;
    rc = step_say(step, &(struct step_about){.ticket = 0}, &leased.base);
    if (rc != RC_OK) {
        return rc;
    }
    pulled.has_lease_until_ms = 1;
    pulled.lease_until_ms = tokens;
    return step_answer(step, &answer);
}

static enum rc box_withdraw(struct step *step, const Paidan__Withdraw *wish)
{
    Paidan__Withdrawn withdrawn = PAIDAN__WITHDRAWN__INIT;
    const struct step_about about = {.ticket = wish->ticket};
    const enum rc rc = step_say(step, &about, &withdrawn.base);
    return rc == RC_OK ? step_refuse(step, PAIDAN__CODE__OK, NULL) : rc;
}

static enum rc box_due(struct step *step, const struct due *due)
{
    Paidan__LeaseLapsed lapsed = PAIDAN__LEASE_LAPSED__INIT;
    const struct step_about about = {.ticket = due->id};
    lapsed.until_ms = due->due_ms;
    return step_say(step, &about, &lapsed.base);
}

static enum rc box_record(struct step *step, const struct step_input *input)
{
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    if (input->event->fact_case != PAIDAN__EVENT__FACT_CHASED) {
        return RC_OK;
    }
    const struct step_about about = {.ticket = input->event->ticket};
    noted.has_chases = 1;
    noted.chases = input->event->chased->count;
    static char unreadable[] = "\xff";
    Paidan__RecordRefused refused = PAIDAN__RECORD_REFUSED__INIT;
    refused.detail = unreadable;
    return step_say(step, &about, about.ticket == BOX_UNSAYABLE ? &refused.base : &noted.base);
}

static enum rc box_apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return box_due(step, &input->due);
    case STEP_RECORD:
        return box_record(step, input);
    case STEP_COMMAND:
        break;
    }
    switch (input->request->wish_case) {
    case PAIDAN__REQUEST__WISH_CHASE:
        return box_chase(step, input->request->chase);
    case PAIDAN__REQUEST__WISH_PULL:
        return box_pull(step, input);
    case PAIDAN__REQUEST__WISH_WITHDRAW:
        return box_withdraw(step, input->request->withdraw);
    default:
        return step_refuse(step, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

/* ---- evolve -----------------------------------------------------------------------------------
 */

static enum rc box_evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    (void)seq;
    struct due due = {.id = event->ticket, .kind = 1};
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_CHASED:
        fold->tally->values[BOX_CHASED]++;
        return box_put(fold->txn, event->chased->note, event->chased->count);
    case PAIDAN__EVENT__FACT_LEASED:
        fold->tally->values[BOX_PULLED]++;
        return box_put(fold->txn, event->leased->unit, event->leased->until_ms);
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        due.due_ms = event->at_ms + BOX_DUE_MS;
        return due_put(fold->txn, &due);
    case PAIDAN__EVENT__FACT_LEASE_LAPSED:
        fold->tally->values[BOX_LAPSED]++;
        due.due_ms = event->lease_lapsed->until_ms;
        return due_del(fold->txn, &due);
    case PAIDAN__EVENT__FACT_NOTED:
        fold->tally->values[BOX_FOLLOWED]++;
        return RC_OK;
    default:
        return RC_OK;
    }
}

static bool box_changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_CHASE ||
           request->wish_case == PAIDAN__REQUEST__WISH_PULL ||
           request->wish_case == PAIDAN__REQUEST__WISH_WITHDRAW;
}

static const char *const box_tables[] = {"toy_box", NULL};
static const char *const box_tallies[] = {"chased", "pulled", "lapsed", "followed", NULL};
static const char *const box_followers[] = {"toy_b", NULL};
static const char *const box_b_follows[] = {"toy", NULL};

static const struct step_service box_step = {
    .name = "toy",
    .followed_by = box_followers,
    .paced_by = box_followers,
    .tables = box_tables,
    .tallies = box_tallies,
    .apply = box_apply,
    .evolve = box_evolve,
    .changes = box_changes,
    .knows = box_changes,
};
static const struct step_service box_b_step = {
    .name = "toy_b",
    .follows = box_b_follows,
    .tables = box_tables,
    .tallies = box_tallies,
    .apply = box_apply,
    .evolve = box_evolve,
    .changes = box_changes,
    .knows = box_changes,
};
const struct shell_service box_service = {.step = &box_step, .summary = "a toy for tests"};
const struct shell_service box_b_service = {.step = &box_b_step, .summary = "follows the toy"};
