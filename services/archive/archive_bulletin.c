/* archive_bulletin: the life of a bulletin.
 *
 *          draft           rule: granted              withdraw; the ticket is reopened
 *   (none) ─────▶ DRAFT ─────────────▶ PUBLISHED ───────────────────────▶ WITHDRAWN
 *             ▲    │  │ rule: refused                                        │
 *             │    │  └──────────────▶ REFUSED                               │
 *             │    └── withdraw; reopened ─────────────────────────────────▶ │
 *             └─────────────────────── draft ◀───────────────── (REFUSED, WITHDRAWN)
 *
 * What must stay true: nothing is published that one person alone has seen; nothing of a confidential ticket,
 * nor of one that is not closed as solved, wholly or partly; and what is taken up again is taken down by the
 * very fact that says so, without anybody's doing. */
#include "archive_bulletin.h"

#include <string.h>

#include "archive_bulletin_list.h"
#include "archive_bulletin_state.h"
#include "archive_bulletin_words.h"
#include "archive_matter.h"
#include "archive_strip.h"
#include "common/base/check.h"
#include "common/site/site.h"
#include "common/text/text.h"

#define DAY_MS ((uint64_t)24 * 3600 * 1000)

static const char *state_name(uint32_t state)
{
    switch (state) {
    case PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT:
        return "draft";
    case PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED:
        return "published";
    case PAIDAN__BULLETIN_STATE__BULLETIN_REFUSED:
        return "refused";
    case PAIDAN__BULLETIN_STATE__BULLETIN_WITHDRAWN:
        return "withdrawn";
    default:
        return "none";
    }
}

/* What every wish looks at. */
struct work {
    struct step *step;
    uint64_t ticket;
    const char *actor;
    struct archive_bulletin bulletin; /* zeroed: nobody wrote one */
    struct archive_matter matter;     /* zeroed: not known (any more) */
    bool known, confidential;
};

/* *code: OK, or why not. */
static enum rc look_up(struct work *work, const struct step_input *input, uint64_t ticket,
                       Paidan__Code *code)
{
    struct store_txn *const txn = work->step->txn;
    work->ticket = ticket;
    work->actor = input->request->actor;
    *code = PAIDAN__CODE__TICKET_UNKNOWN;
    if (ticket == 0) {
        return RC_OK;
    }
    enum rc rc = archive_bulletin_state_get(txn, ticket, &work->bulletin);
    const bool written = rc == RC_OK;
    if (rc == RC_NOT_FOUND) {
        memset(&work->bulletin, 0, sizeof work->bulletin);
        rc = RC_OK;
    }
    rc = rc == RC_OK ? archive_matter_get(txn, ticket, &work->matter) : rc;
    work->known = rc == RC_OK;
    if (rc == RC_NOT_FOUND) {
        memset(&work->matter, 0, sizeof work->matter);
        rc = RC_OK;
    }
    rc = rc == RC_OK ? archive_matter_confidential(txn, ticket, &work->confidential) : rc;
    *code = !written && !work->known                         ? PAIDAN__CODE__TICKET_UNKNOWN
            : work->actor == NULL || text_blank(work->actor) ? PAIDAN__CODE__ACTOR_MISSING
                                                             : PAIDAN__CODE__OK;
    return rc;
}

/* NULL: it may be told of; else why not. */
static const char *unfit(const struct work *work)
{
    const uint32_t outcome = work->matter.outcome;
    return work->confidential                              ? "confidential"
           : !work->known                                  ? "too old"
           : outcome == 0                                  ? "open"
           : outcome == PAIDAN__OUTCOME__OUTCOME_UNSOLVED  ? "unsolved"
           : outcome == PAIDAN__OUTCOME__OUTCOME_UNREACHED ? "unreached"
           : outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN ? "withdrawn"
           : outcome == PAIDAN__OUTCOME__OUTCOME_SOLVED ||
                   outcome == PAIDAN__OUTCOME__OUTCOME_PARTLY
               ? NULL
               : "not asked";
}

/* Words that somebody wrote: in place of those that are there. *code: OK, or why not, with *detail. */
static enum rc take_words(struct work *work, const char *field, const char *given, char *words,
                          size_t size, Paidan__Code *code, const char **detail)
{
    bool personal = false;
    if (*code != PAIDAN__CODE__OK || given == NULL) {
        return RC_OK;
    }
    const enum rc rc = archive_bulletin_words_personal(work->step->arena, given, &personal);
    *detail = field;
    *code = text_blank(given)                ? PAIDAN__CODE__TEXT_EMPTY
            : personal                       ? PAIDAN__CODE__BULLETIN_PERSONAL
            : !text_copy(words, size, given) ? PAIDAN__CODE__TEXT_TOO_LONG
                                             : PAIDAN__CODE__OK;
    return rc;
}

/* ---- wishes ---- */

static enum rc say(struct work *work, const ProtobufCMessage *fact)
{
    uint64_t seq = 0;
    const enum rc rc =
        step_say(work->step, &(struct step_about){.ticket = work->ticket, .seq = &seq}, fact);
    return rc == RC_OK ? step_answer_done(work->step, work->ticket, seq) : rc;
}

static enum rc draft(struct work *work, const Paidan__BulletinDraft *wish)
{
    char title[TITLE_BYTES_MAX + 1], text[NOTE_BYTES_MAX + 1];
    Paidan__BulletinDrafted fact = PAIDAN__BULLETIN_DRAFTED__INIT;
    Paidan__Code code = PAIDAN__CODE__OK;
    const char *detail = unfit(work);
    if (detail != NULL) {
        return step_refuse(work->step, PAIDAN__CODE__BULLETIN_UNFIT, detail);
    }
    if (work->bulletin.state == PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED) {
        return step_refuse(work->step, PAIDAN__CODE__BULLETIN_STATE, "published");
    }
    enum rc rc = archive_bulletin_words_draft(work->step->arena, work->step->site, &work->matter,
                                              title, text);
    rc = rc == RC_OK ? take_words(work, "title", wish->title, title, sizeof title, &code, &detail)
                     : rc;
    rc = rc == RC_OK ? take_words(work, "text", wish->text, text, sizeof text, &code, &detail) : rc;
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc == RC_OK ? step_refuse(work->step, code, detail) : rc;
    }
    fact.title = title;
    fact.text = text;
    fact.category = work->matter.category[0] == '\0' ? NULL : work->matter.category;
    fact.area = work->matter.area[0] == '\0' ? NULL : work->matter.area;
    fact.unit = work->matter.unit[0] == '\0' ? NULL : work->matter.unit;
    fact.closed_ms = work->matter.closed_ms;
    return say(work, &fact.base);
}

static enum rc rule(struct work *work, const Paidan__BulletinRule *wish)
{
    struct archive_bulletin *const bulletin = &work->bulletin;
    Paidan__BulletinRuled fact = PAIDAN__BULLETIN_RULED__INIT;
    Paidan__Code code = PAIDAN__CODE__OK;
    const char *detail = wish->granted ? unfit(work) : NULL;
    if (bulletin->state != PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT) {
        return step_refuse(work->step, PAIDAN__CODE__BULLETIN_STATE, state_name(bulletin->state));
    }
    if (detail != NULL) {
        return step_refuse(work->step, PAIDAN__CODE__BULLETIN_UNFIT, detail);
    }
    if (strcmp(work->actor, bulletin->drafted_by) == 0) {
        return step_refuse(work->step, PAIDAN__CODE__SECOND_PERSON, NULL);
    }
    if (!wish->granted && text_blank(wish->note)) {
        return step_refuse(work->step, PAIDAN__CODE__NOTE_MISSING, "note");
    }
    enum rc rc = take_words(work, "title", wish->title, bulletin->title, sizeof bulletin->title,
                            &code, &detail);
    rc = rc == RC_OK ? take_words(work, "text", wish->text, bulletin->text, sizeof bulletin->text,
                                  &code, &detail)
                     : rc;
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc == RC_OK ? step_refuse(work->step, code, detail) : rc;
    }
    fact.granted = wish->granted;
    fact.drafted_by = bulletin->drafted_by;
    rc = archive_strip_words(work->step->arena, wish->note, &fact.note);
    if (rc != RC_OK) {
        return rc;
    }
    if (wish->granted) {
        CHECK(work->step->site->bulletin.days > 0);
        fact.title = bulletin->title;
        fact.text = bulletin->text;
        fact.has_until_ms = true;
        fact.until_ms = work->step->now_ms + work->step->site->bulletin.days * DAY_MS;
    }
    return say(work, &fact.base);
}

static enum rc withdraw(struct work *work, const Paidan__BulletinWithdraw *wish)
{
    Paidan__BulletinWithdrawn fact = PAIDAN__BULLETIN_WITHDRAWN__INIT;
    const uint32_t state = work->bulletin.state;
    if (state != PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT &&
        state != PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED) {
        return step_refuse(work->step, PAIDAN__CODE__BULLETIN_STATE, state_name(state));
    }
    if (text_blank(wish->reason)) {
        return step_refuse(work->step, PAIDAN__CODE__NOTE_MISSING, "reason");
    }
    const enum rc rc = archive_strip_words(work->step->arena, wish->reason, &fact.reason);
    return rc == RC_OK ? say(work, &fact.base) : rc;
}

static uint64_t ticket_of(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_BULLETIN_DRAFT:
        return request->bulletin_draft->ticket;
    case PAIDAN__REQUEST__WISH_BULLETIN_RULE:
        return request->bulletin_rule->ticket;
    default:
        CHECK(request->wish_case == PAIDAN__REQUEST__WISH_BULLETIN_WITHDRAW);
        return request->bulletin_withdraw->ticket;
    }
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    const Paidan__Request *const request = input->request;
    struct work work = {.step = step};
    Paidan__Code code = PAIDAN__CODE__OK;
    CHECK(input->kind == STEP_COMMAND);
    const enum rc rc = look_up(&work, input, ticket_of(request), &code);
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc == RC_OK ? step_refuse(step, code, NULL) : rc;
    }
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_BULLETIN_DRAFT:
        return draft(&work, request->bulletin_draft);
    case PAIDAN__REQUEST__WISH_BULLETIN_RULE:
        return rule(&work, request->bulletin_rule);
    default:
        return withdraw(&work, request->bulletin_withdraw);
    }
}

/* ---- folding ---- */

static bool fold_drafted(struct archive_bulletin *now, const Paidan__Event *event)
{
    const Paidan__BulletinDrafted *const fact = event->bulletin_drafted;
    *now = (struct archive_bulletin){.state = PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT,
                                     .closed_ms = fact->closed_ms,
                                     .drafted_ms = event->at_ms};
    return text_copy(now->title, sizeof now->title, fact->title) &&
           text_copy(now->text, sizeof now->text, fact->text) &&
           text_copy(now->category, sizeof now->category,
                     fact->category == NULL ? "" : fact->category) &&
           text_copy(now->area, sizeof now->area, fact->area == NULL ? "" : fact->area) &&
           text_copy(now->unit, sizeof now->unit, fact->unit == NULL ? "" : fact->unit) &&
           event->cause->actor != NULL &&
           text_copy(now->drafted_by, sizeof now->drafted_by, event->cause->actor);
}

static bool fold_ruled(struct archive_bulletin *now, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__BulletinRuled *const fact = event->bulletin_ruled;
    const char *const note = fact->note == NULL ? "" : fact->note;
    if (event->cause->actor == NULL ||
        !text_copy(now->ruled_by, sizeof now->ruled_by, event->cause->actor) ||
        !text_copy(now->note, sizeof now->note, note)) {
        return false;
    }
    if (!fact->granted) {
        now->state = PAIDAN__BULLETIN_STATE__BULLETIN_REFUSED;
        return true;
    }
    now->state = PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED;
    now->published_ms = event->at_ms;
    now->until_ms = fact->until_ms;
    now->id = seq;
    return fact->has_until_ms && fact->title != NULL && fact->text != NULL &&
           text_copy(now->title, sizeof now->title, fact->title) &&
           text_copy(now->text, sizeof now->text, fact->text);
}

static enum rc fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    struct archive_bulletin was = {.state = 0}, now;
    bool sound = false;
    if (!event->has_ticket || event->ticket == 0 || event->cause == NULL) {
        return RC_CORRUPT;
    }
    const enum rc rc = archive_bulletin_state_get(fold->txn, event->ticket, &was);
    const bool drafts = event->fact_case == PAIDAN__EVENT__FACT_BULLETIN_DRAFTED;
    if (rc != RC_OK && (rc != RC_NOT_FOUND || !drafts)) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (rc == RC_NOT_FOUND) {
        memset(&was, 0, sizeof was);
    }
    now = was;
    if (drafts) {
        sound =
            was.state != PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED && fold_drafted(&now, event);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_BULLETIN_RULED) {
        sound = was.state == PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT && fold_ruled(&now, seq, event);
    } else {
        CHECK(event->fact_case == PAIDAN__EVENT__FACT_BULLETIN_WITHDRAWN);
        now.state = PAIDAN__BULLETIN_STATE__BULLETIN_WITHDRAWN;
        sound = (was.state == PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT ||
                 was.state == PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED) &&
                text_copy(now.note, sizeof now.note, event->bulletin_withdrawn->reason);
    }
    return sound ? archive_bulletin_state_put(fold, event->ticket, &was, &now) : RC_CORRUPT;
}

/* Taken up again, or turned out to be confidential: what was said of it is not true, or not for everybody. */
static enum rc take_down(struct step_fold *fold, uint64_t ticket, bool reopened)
{
    struct archive_bulletin was, now;
    const enum rc rc = archive_bulletin_state_get(fold->txn, ticket, &was);
    if (rc != RC_OK || (was.state != PAIDAN__BULLETIN_STATE__BULLETIN_DRAFT &&
                        was.state != PAIDAN__BULLETIN_STATE__BULLETIN_PUBLISHED)) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    now = was;
    now.state = PAIDAN__BULLETIN_STATE__BULLETIN_WITHDRAWN;
    now.reopened = reopened;
    return archive_bulletin_state_put(fold, ticket, &was, &now);
}

static enum rc hear(struct step_fold *fold, const struct archive_record *record)
{
    const Paidan__Event *const event = record->event;
    enum rc rc = archive_matter_hear(fold, record);
    if (rc != RC_OK || !event->has_ticket || event->ticket == 0) {
        return rc;
    }
    bool confidential = false;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_REOPENED:
        return take_down(fold, event->ticket, true);
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_MERGED:
        rc = archive_matter_confidential(fold->txn, event->ticket, &confidential);
        return rc == RC_OK && confidential ? take_down(fold, event->ticket, false) : rc;
    default:
        return RC_OK;
    }
}

/* ---- the part ---- */

static bool knows(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_BULLETIN_DRAFT:
    case PAIDAN__REQUEST__WISH_BULLETIN_RULE:
    case PAIDAN__REQUEST__WISH_BULLETIN_WITHDRAW:
    case PAIDAN__REQUEST__WISH_BULLETIN_LIST:
        return true;
    default:
        return false;
    }
}

static bool changes(const Paidan__Request *request)
{
    return knows(request) && request->wish_case != PAIDAN__REQUEST__WISH_BULLETIN_LIST;
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_BULLETIN_LIST);
    return archive_bulletin_list_query(view, request->bulletin_list, answer);
}

static const Paidan__Event__FactCase facts[] = {
    PAIDAN__EVENT__FACT_BULLETIN_DRAFTED, PAIDAN__EVENT__FACT_BULLETIN_RULED,
    PAIDAN__EVENT__FACT_BULLETIN_WITHDRAWN, PAIDAN__EVENT__FACT__NOT_SET};

const struct archive_part archive_bulletin_part = {.name = "bulletin",
                                                   .knows = knows,
                                                   .changes = changes,
                                                   .apply = apply,
                                                   .query = query,
                                                   .hear = hear,
                                                   .fold = fold,
                                                   .facts = facts};
