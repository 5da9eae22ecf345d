/* access_rights: reads the log forward from where the asker was, and names whom a fact gave or took
 * something. Owns nothing. A grant lasts minutes, and who keeps it must not act on it once it is no longer
 * true; the gateway is told names and not facts, for the log holds what passwords are compared with. What
 * must stay true: a fact that changes what the next grant would say is named here; one too many costs
 * a question, one too few lets somebody act who may not. */

#include "access_rights.h"

#include <stdio.h>

#include "common/base/check.h"

enum { SCAN_MAX = 2000 };

/* NULL: nobody's rights are others by it. That somebody is there, came in or was added takes nothing
 * away: his first grant comes after it. */
static const char *person_of(const Paidan__Event *event, char key[static ACTOR_BYTES_MAX + 1])
{
    CHECK(event->fact_case != PAIDAN__EVENT__FACT_SITE_CHANGED);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_PERSON_CHANGED:
        return event->person_changed->person;
    case PAIDAN__EVENT__FACT_ROLE_GRANTED:
        return event->role_granted->person;
    case PAIDAN__EVENT__FACT_ROLE_REVOKED:
        return event->role_revoked->person;
    case PAIDAN__EVENT__FACT_SESSION_ENDED:
        return event->session_ended->person;
    case PAIDAN__EVENT__FACT_PASSWORD_CHANGED:
        return event->password_changed->person;
    case PAIDAN__EVENT__FACT_TOTP_CONFIRMED:
        return event->totp_confirmed->person;
    case PAIDAN__EVENT__FACT_TOTP_ENDED:
        return event->totp_ended->person;
    case PAIDAN__EVENT__FACT_KEY_REVOKED:
        (void)snprintf(key, ACTOR_BYTES_MAX + 1, "key:%s", event->key_revoked->key);
        return key;
    case PAIDAN__EVENT__FACT_LOGGED_ON:
        return event->logged_on->has_replaces ? event->logged_on->person : NULL;
    default:
        return NULL;
    }
}

/* In order; a name that comes twice is told twice, for looking it up costs more. */
static enum rc add(struct step_view *view, const char *person, Paidan__RightsTold *body)
{
    CHECK(body->n_persons < RIGHTS_MAX);
    body->persons[body->n_persons] = arena_strdup(view->arena, person);
    if (body->persons[body->n_persons] == NULL) {
        return RC_LIMIT;
    }
    body->n_persons++;
    return RC_OK;
}

/* What stands at seq, if it concerns anybody. */
static enum rc take(struct step_view *view, uint64_t seq, Paidan__RightsTold *body)
{
    char key[ACTOR_BYTES_MAX + 1];
    Paidan__Event *event = NULL;
    const enum rc rc = step_view_read(view, seq, &event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND || rc == RC_CORRUPT ? RC_OK
                                                      : rc; /* an answer, which is no fact */
    }
    /* The policy says whom a second factor is asked of. */
    if (event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED) {
        body->has_all = body->all = 1;
        return RC_OK;
    }
    const char *const person = person_of(event, key);
    return person == NULL ? RC_OK : add(view, person, body);
}

/* A place beyond the log's end is that of another log (a backup was put back): nothing that was kept
 * is worth anything. */
enum rc access_rights_since(struct step_view *view, const Paidan__RightsSince *wish,
                            Paidan__Answer *answer)
{
    Paidan__RightsTold *const body = arena_alloc(view->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    paidan__rights_told__init(body);
    body->persons = arena_alloc(view->arena, RIGHTS_MAX * sizeof *body->persons);
    if (body->persons == NULL) {
        return RC_LIMIT;
    }
    const bool foreign = wish->seq > view->head_seq;
    uint64_t seq = wish->seq == 0 || foreign ? view->head_seq : wish->seq;
    body->has_all = body->all = foreign;
    enum rc rc = RC_OK;
    for (size_t seen = 0;
         rc == RC_OK && seq < view->head_seq && seen < SCAN_MAX && body->n_persons < RIGHTS_MAX;
         seen++) {
        rc = take(view, ++seq, body);
    }
    CHECK(rc != RC_OK || seq <= view->head_seq);
    body->seq = seq;
    body->has_more = body->more = seq < view->head_seq;
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_RIGHTS_TOLD;
    answer->rights_told = body;
    return rc;
}
