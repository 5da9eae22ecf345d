/* step_permit: who asks, what he may, and what is remembered of those who may not.
 *
 * Owns the denials that are not yet in the log. What must stay true: a command and a question are
 * judged by the same words, before the core sees either; a ticket that is out of scope reaches no
 * core; and strangers, who may ask as often as they like, make a bounded number of facts a minute. */
#include <string.h>

#include "common/base/check.h"
#include "common/step/step_private.h"

#define DENIED_MINUTE_MS 60000u

/* ---- judging ---- */

static enum rc scope_read(const struct step_engine *engine, struct store_txn *txn,
                          struct arena *arena, uint64_t ticket, struct permit_subject *subject)
{
    struct step_view view = {
        .txn = txn, .arena = arena, .site = engine->site, .tally = &engine->committed_tally};
    *subject = (struct permit_subject){.state = PAIDAN__STATE__STATE_NONE};
    return engine->service->scope(&view, ticket, subject);
}

/* Tickets out of scope become nobody's: the core answers them as it answers any unknown number. */
static enum rc hide_tickets(struct step_engine *engine, struct store_txn *txn, struct arena *arena,
                            struct permit_ask *ask, bool *hidden)
{
    enum rc rc = RC_OK;
    for (size_t index = 0; rc == RC_OK && index < ask->ticket_count; index++) {
        struct permit_subject subject = {.unit = NULL};
        /* A service that cannot tell whose a ticket is shows none to those with a scope. */
        rc = engine->service->scope == NULL
                 ? RC_OK
                 : scope_read(engine, txn, arena, *ask->tickets[index], &subject);
        if (rc == RC_NOT_FOUND) {
            rc = RC_OK; /* unknown to everybody */
            if (index >= ask->beside && !permit_unbounded(&ask->view)) {
                /* Another service may know it, and whose it is. Who has a part of the site is told
                 * what he is told of a foreign one. */
                permit_ask_hide(ask, index);
            }
            continue;
        }
        if (rc != RC_OK) {
            return rc;
        }
        subject.ticket = *ask->tickets[index];
        if (!permit_covers(&ask->view, engine->site, &subject) ||
            permit_handled(&engine->asker, &ask->view, &subject)) {
            permit_ask_hide(ask, index);
            *hidden = true;
            continue;
        }
        ask->guarded[index] = permit_guarded(&ask->view, engine->site, &subject);
        if (ask->guarded[index] && ask->view.row == PERMIT_READ_PHONES) {
            ask->code =
                PAIDAN__CODE__CONFIDENTIAL; /* and never will be: told before NOT_ACCEPTED */
            ask->detail = "phones";
        } else if (ask->code == PAIDAN__CODE__OK &&
                   permit_early(&ask->view, engine->site, &subject)) {
            ask->code = PAIDAN__CODE__NOT_ACCEPTED;
            ask->detail = "phones";
        }
    }
    return rc;
}

enum rc step_permit(struct step_engine *engine, const struct step_peer *peer,
                    const Paidan__Request *request, struct store_txn *txn, uint64_t now_ms)
{
    const struct step_options *const options = &engine->options;
    struct permit_ask *const ask = &engine->ask;
    struct permit_asker *const asker = &engine->asker;
    *asker = (struct permit_asker){.free = options->authorise == NULL, .uid = STEP_UID_NONE};
    ask->detail = NULL;
    ask->code = asker->free ? PAIDAN__CODE__OK
                            : options->authorise(options->authorise_context, engine->service, peer,
                                                 request, asker);
    enum rc rc = RC_OK;
    bool hidden = false;
    if (ask->code == PAIDAN__CODE__OK) {
        rc = permit_ask(asker, request, engine->site, &engine->arena, ask);
    }
    if (rc == RC_OK && ask->code == PAIDAN__CODE__OK && ask->ticket_count > 0 && txn != NULL &&
        !asker->free) {
        rc = hide_tickets(engine, txn, &engine->arena, ask, &hidden);
    }
    if (rc == RC_OK && (hidden || ask->code != PAIDAN__CODE__OK)) {
        step_permit_denied(engine, request,
                           hidden && ask->code == PAIDAN__CODE__OK ? PAIDAN__CODE__TICKET_UNKNOWN
                                                                   : ask->code,
                           ask->detail, now_ms);
    }
    return rc;
}

Paidan__Code step_authorise(struct step_engine *engine, const struct step_peer *peer,
                            const Paidan__Request *request, uint64_t now_ms)
{
    const size_t mark = engine->arena.used;
    const enum rc rc = step_permit(engine, peer, request, NULL, now_ms);
    engine->arena.used = mark;
    return rc == RC_OK ? engine->ask.code : PAIDAN__CODE__OVERLOADED;
}

/* ---- what is remembered ---- */

/* Nobody's claim is taken for a name: where nothing was proven the uid stands alone. */
static bool denial_is(const struct step_denial *denial, const struct permit_asker *asker,
                      uint32_t wish, Paidan__Code code)
{
    return denial->used && denial->wish == wish && denial->code == code &&
           denial->uid == asker->uid &&
           strcmp(denial->actor, asker->actor == NULL ? "" : asker->actor) == 0;
}

static bool is_to_say(const struct step_denial *denial, uint64_t now_ms)
{
    return denial->said_ms == 0 || now_ms >= denial->said_ms + DENIED_MINUTE_MS;
}

/* The place of the same, else a free one, else that of the one that was said longest ago and waits
 * for nothing; NULL: all of them wait. */
static struct step_denial *denial_find(struct step_engine *engine, uint32_t wish, Paidan__Code code)
{
    struct step_denial *found = NULL;
    for (unsigned index = 0; index < STEP_DENIALS_MAX; index++) {
        struct step_denial *const denial = &engine->denials[index];
        if (denial_is(denial, &engine->asker, wish, code)) {
            return denial;
        }
        if (denial->used && denial->count > 0) {
            continue;
        }
        if (found == NULL || !denial->used || (found->used && denial->said_ms < found->said_ms)) {
            found = denial;
        }
    }
    return found;
}

/* One that finds no place is counted with the last: that there were many is what matters then. */
void step_permit_denied(struct step_engine *engine, const Paidan__Request *request,
                        Paidan__Code code, const char *detail, uint64_t now_ms)
{
    const struct permit_asker *const asker = &engine->asker;
    const uint32_t wish = (uint32_t)request->wish_case;
    struct step_denial *denial = denial_find(engine, wish, code);
    denial = denial != NULL ? denial : &engine->denials[STEP_DENIALS_MAX - 1];
    if (denial->count == 0 && !denial_is(denial, asker, wish, code)) {
        *denial = (struct step_denial){.used = true, .wish = wish, .code = code, .uid = asker->uid};
        const size_t length = asker->actor == NULL ? 0 : strlen(asker->actor);
        CHECK(length < sizeof denial->actor);
        memcpy(denial->actor, asker->actor == NULL ? "" : asker->actor, length);
        denial->detail = detail;
        step_mark_make(asker, &denial->mark);
    }
    denial->count++;
    engine->denied = engine->denied || is_to_say(denial, now_ms);
}

/* Into the transaction at hand; once it holds, step_permit_settle forgets them. */
enum rc step_permit_say(struct step_engine *engine)
{
    const uint64_t now_ms = engine->step.now_ms;
    enum rc rc = RC_OK;
    for (unsigned index = 0; engine->denied && rc == RC_OK && index < STEP_DENIALS_MAX; index++) {
        struct step_denial *const denial = &engine->denials[index];
        denial->saying = 0;
        if (denial->count == 0 || !is_to_say(denial, now_ms)) {
            continue;
        }
        Paidan__Denied denied = PAIDAN__DENIED__INIT;
        denied.wish = denial->wish;
        denied.code = (uint32_t)denial->code;
        denied.has_count = denial->count > 1;
        denied.count = denial->count;
        denied.has_uid = denial->uid != STEP_UID_NONE;
        denied.uid = denial->uid;
        denied.detail = (char *)(uintptr_t)denial->detail; /* packed, never written */
        engine->denial = denial;
        engine->input = NULL;
        engine->answered = engine->parked = false;
        rc = step_say(&engine->step, &(struct step_about){.ticket = 0}, &denied.base);
        engine->denial = NULL;
        denial->saying = rc == RC_OK ? denial->count : 0;
    }
    return rc;
}

void step_permit_settle(struct step_engine *engine)
{
    bool left = false;
    for (unsigned index = 0; engine->denied && index < STEP_DENIALS_MAX; index++) {
        struct step_denial *const denial = &engine->denials[index];
        if (denial->saying > 0) {
            CHECK(denial->saying <= denial->count); /* more may have come in this very run */
            denial->count -= denial->saying;
            denial->saying = 0;
            denial->said_ms = engine->step.now_ms;
        }
        left = left || (denial->count > 0 && is_to_say(denial, engine->step.now_ms));
    }
    engine->denied = left;
}

bool step_engine_wants(const struct step_engine *engine)
{
    return engine->denied || step_peers_new(engine);
}

/* ---- the peers file ---- */

/* Without a file there is nothing to say, unless there was one. */
bool step_peers_new(const struct step_engine *engine)
{
    const struct step_peers *const now = &engine->peers, *const known = &engine->committed_peers;
    return now->known &&
           (now->filed != known->filed ||
            (now->filed && memcmp(now->digest, known->digest, sizeof now->digest) != 0));
}

void step_engine_set_peers(struct step_engine *engine, const unsigned char *digest, uint32_t count)
{
    engine->peers = (struct step_peers){.known = true, .filed = digest != NULL, .count = count};
    if (digest != NULL) {
        memcpy(engine->peers.digest, digest, sizeof engine->peers.digest);
    }
}

enum rc step_say_peers(struct step_engine *engine)
{
    if (!step_peers_new(engine)) {
        return RC_OK;
    }
    Paidan__PeersChanged changed = PAIDAN__PEERS_CHANGED__INIT;
    changed.has_digest = engine->peers.filed;
    changed.digest =
        (ProtobufCBinaryData){.data = engine->peers.digest, .len = sizeof engine->peers.digest};
    changed.peers = engine->peers.count;
    engine->input = NULL;
    engine->answered = engine->parked = false;
    return step_say(&engine->step, &(struct step_about){.ticket = 0}, &changed.base);
}
