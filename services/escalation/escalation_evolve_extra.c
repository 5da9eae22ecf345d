/* Folding what only some tickets have (escalation_extra.h): one function for each fact that
 * changes it. */

#include "escalation_evolve.h"

#include <string.h>

enum {
    STEP_YELLOW = 1 << PAIDAN__STEP_DOES__STEP_YELLOW,
    STEP_RED = 1 << PAIDAN__STEP_DOES__STEP_RED,
    STEP_SUPERVISE = 1 << PAIDAN__STEP_DOES__STEP_SUPERVISE,
};

bool escalation_evolve_touches(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REMINDED:
        return (event->reminded->does & (STEP_YELLOW | STEP_RED | STEP_SUPERVISE)) != 0;
    case PAIDAN__EVENT__FACT_URGED:
    case PAIDAN__EVENT__FACT_SUPERVISED:
        return true;
    default:
        return false;
    }
}

/* A card never goes back from red to yellow. */
static void fold_reminded(struct step_fold *fold, const Paidan__Reminded *reminded,
                          struct escalation_extra *extra)
{
    if ((reminded->does & STEP_RED) != 0) {
        extra->card = PAIDAN__CARD__CARD_RED;
    } else if ((reminded->does & STEP_YELLOW) != 0 && extra->card == PAIDAN__CARD__CARD_NONE) {
        extra->card = PAIDAN__CARD__CARD_YELLOW;
    }
    if ((reminded->does & STEP_SUPERVISE) != 0 && extra->supervise == 0) {
        extra->supervise = 1 + PAIDAN__SUPERVISE_RULE__SUPERVISE_STEP;
        fold->tally->values[TALLY_SUPERVISED]++;
    }
}

enum rc escalation_evolve_extra(struct step_fold *fold, const Paidan__Event *event,
                                struct escalation_ticket *ticket, struct escalation_extra *extra)
{
    (void)ticket;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REMINDED:
        fold_reminded(fold, event->reminded, extra);
        return RC_OK;
    case PAIDAN__EVENT__FACT_URGED:
        if (event->urged->count != extra->urges + 1) {
            return RC_CORRUPT;
        }
        extra->urges = event->urged->count;
        fold->tally->values[TALLY_URGED]++;
        return RC_OK;
    case PAIDAN__EVENT__FACT_SUPERVISED:
        if (extra->supervise != 0) {
            return RC_CORRUPT;
        }
        extra->supervise =
            (uint8_t)(1 + (event->supervised->has_rule ? (unsigned)event->supervised->rule : 0));
        fold->tally->values[TALLY_SUPERVISED]++;
        return RC_OK;
    default:
        return RC_OK;
    }
}

void escalation_evolve_rest(struct escalation_extra *extra)
{
    extra->request = 0;
    extra->person_due_ms = 0;
    extra->suspended_until_ms = 0;
}

/* ---- rows of assisting units ---- */

static enum rc drop_rows(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                         const struct escalation_extra *extra)
{
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
        if (!escalation_extra_queue_key(id, ticket, &extra->assists[index], key)) {
            continue;
        }
        const enum rc rc = store_del(txn, ESCALATION_QUEUE, key, sizeof key);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
    }
    return RC_OK;
}

static enum rc put_rows(struct store_txn *txn, uint64_t id, const struct escalation_ticket *ticket,
                        const struct escalation_extra *extra)
{
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
        if (!escalation_extra_queue_key(id, ticket, &extra->assists[index], key)) {
            continue;
        }
        const enum rc rc = store_put(txn, ESCALATION_QUEUE, key, sizeof key, "", 0);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

enum rc escalation_evolve_store_extra(struct store_txn *txn, uint64_t id,
                                      const struct escalation_change *before,
                                      const struct escalation_change *after)
{
    enum rc rc = drop_rows(txn, id, before->ticket, before->extra);
    if (rc == RC_OK) {
        rc = put_rows(txn, id, after->ticket, after->extra);
    }
    return rc == RC_OK ? escalation_extra_save(txn, id, after->extra) : rc;
}
