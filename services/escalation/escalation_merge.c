/* Tickets about the same event 并单: one of them is worked on, the others are merged into it.
 *
 * Triage decides what is merged and what no more; a member is nobody's here, no clock of it runs, and it
 * waits for what becomes of the one that is worked on. What must stay true, whatever overtakes what: no
 * reporter is lost. So each way in which that one can end is said to each member by a fact of the member's
 * own: resolved, it is Resolved too, and its resident is asked in his own channel like any other; withdrawn,
 * it is Unmerged, and triage has it again; and what is merged into a ticket that has ended meanwhile is
 * Unmerged at once. As many members as a page holds follow in one step, at a moment of their own. When a
 * ticket with members is merged, whoever of them triage did not send along is let go.
 *
 * From Resolved on a member is a ticket of its own again: who says that it is not solved has it reopened by
 * itself, one level above the unit that resolved it, and nobody else is disturbed. */

#include "escalation_merge.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_claim.h"
#include "escalation_supervise.h"
#include "escalation_term.h"
#include "escalation_urgency.h"

enum { PAGE = 16 /* members that follow in one step: facts with a note each */ };

bool escalation_merge_over(const struct escalation_ticket *ticket,
                           const struct escalation_group *group)
{
    return ticket->past || ticket->state == ESCALATION_RESOLVED ||
           ticket->state == ESCALATION_CLOSED || ticket->state == ESCALATION_WITHDRAWN ||
           group->ended_seq != 0;
}

/* ---- the one that is worked on ---- */

struct joining {
    struct step *step;
    uint64_t into, member;
    struct escalation_ticket ticket; /* of into; NONE: not known here yet */
    struct escalation_info info;     /* of into, where it is known */
};

static enum rc load(struct joining *joining)
{
    struct store_txn *txn = joining->step->txn;
    CHECK(joining->into != 0);
    memset(&joining->info, 0, sizeof joining->info);
    enum rc rc = escalation_state_find(txn, joining->into, &joining->ticket);
    if (rc == RC_OK && joining->ticket.state != ESCALATION_NONE) {
        rc = escalation_state_load_info(txn, joining->into, &joining->info);
        rc = rc == RC_NOT_FOUND ? RC_OK : rc; /* withdrawn before its route */
    }
    return rc;
}

/* The clocks that a deadline from above cuts short: of handling, while they run. */
static enum rc plan_bound(const struct joining *joining, uint64_t outer_due_ms,
                          Paidan__Joined *joined)
{
    const struct escalation_ticket *ticket = &joining->ticket;
    struct escalation_extra extra;
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    enum rc rc = escalation_extra_load(joining->step->txn, joining->into, &extra);
    joined->clocks =
        arena_alloc(joining->step->arena, ESCALATION_CLOCKS_MAX * sizeof(Paidan__ClockSet *));
    if (rc == RC_OK && joined->clocks == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < ticket->clock_count && rc == RC_OK; index++) {
        struct escalation_clock again = ticket->clocks[index];
        const bool handles =
            again.clock == PAIDAN__CLOCK__CLOCK_HANDLE || again.clock == PAIDAN__CLOCK__CLOCK_REDO;
        const bool waits = (again.flags & (ESCALATION_STOPPED | ESCALATION_EXPIRED)) == 0;
        if (!handles || !waits || outer_due_ms >= again.due_ms) {
            continue;
        }
        again.bound_ms = outer_due_ms;
        escalation_term_recount(joining->step->site, &extra, &again);
        rc = escalation_term_again(joining->step, &again, &joined->clocks[joined->n_clocks]);
        joined->n_clocks += rc == RC_OK ? 1 : 0;
    }
    return rc;
}

/* A member's deadline from above is kept by who works on it, if it is the earliest and still to come. */
static bool bounds(const struct joining *joining, uint64_t outer_due_ms)
{
    return outer_due_ms > joining->step->now_ms &&
           (joining->info.outer_due_ms == 0 || outer_due_ms < joining->info.outer_due_ms);
}

/* quietly: it is one of many that came along; only what changes something is said. */
static enum rc say_joined(struct joining *joining, uint64_t outer_due_ms, bool quietly)
{
    const bool known =
        escalation_fsm_step(joining->ticket.state, ESCALATION_ON_JOIN).action == ESCALATION_DO_SAY;
    const bool bound = known && bounds(joining, outer_due_ms);
    struct escalation_group group;
    if (!known || (quietly && !bound)) {
        return RC_OK;
    }
    Paidan__Joined joined = PAIDAN__JOINED__INIT;
    enum rc rc = escalation_group_load(joining->step->txn, joining->into, &group);
    CHECK(rc != RC_OK || group.count > 0);
    joined.member = joining->member;
    joined.count = group.count;
    joined.has_outer_due_ms = joined.has_claims = joined.claims = bound;
    joined.outer_due_ms = outer_due_ms;
    if (rc == RC_OK && bound) {
        rc = plan_bound(joining, outer_due_ms, &joined);
    }
    const struct escalation_saying about = {
        .id = joining->into, .ticket = &joining->ticket, .signal = ESCALATION_ON_JOIN};
    return rc == RC_OK ? escalation_say(joining->step, &about, &joined.base) : rc;
}

enum rc escalation_merge_part(struct step *step, uint64_t into, uint64_t member)
{
    struct escalation_ticket ticket;
    struct escalation_group group;
    CHECK(into != member);
    enum rc rc = escalation_state_find(step->txn, into, &ticket);
    if (rc == RC_OK) {
        rc = escalation_group_load(step->txn, into, &group);
    }
    if (rc != RC_OK ||
        escalation_fsm_step(ticket.state, ESCALATION_ON_PART).action != ESCALATION_DO_SAY) {
        return rc;
    }
    Paidan__Parted parted = PAIDAN__PARTED__INIT;
    parted.member = member;
    parted.count = group.count;
    rc = escalation_claim_part(step, into, &ticket, &parted);
    const struct escalation_saying about = {
        .id = into, .ticket = &ticket, .signal = ESCALATION_ON_PART};
    return rc == RC_OK ? escalation_say(step, &about, &parted.base) : rc;
}

/* 并单: an emergency makes one of what it is merged into. */
static enum rc raise_urgency(struct joining *joining, Paidan__Urgency urgency)
{
    const struct escalation_raising raising = {joining->into, &joining->ticket, &joining->info};
    const enum rc rc = load(joining); /* Joined was said about it */
    CHECK(joining->member != joining->into);
    return rc == RC_OK && joining->info.urgency != 0
               ? escalation_urgency_join(joining->step, &raising, joining->member, urgency)
               : rc; /* not known here yet: its dispatch says it */
}

/* ---- what triage says ---- */

static char *text_of(char *text)
{
    return text[0] == '\0' ? NULL : text;
}

/* At the desk a burst raises it, which triage alone knows of. */
static Paidan__Urgency urgency_of(const struct escalation_heard *heard,
                                  const struct escalation_info *own)
{
    const Paidan__Urgency said = heard->record->merged->urgency;
    CHECK(own->own_urgency == 0); /* as it is by itself */
    return heard->ticket.state == ESCALATION_DESK && (uint32_t)said > own->urgency
               ? said
               : (Paidan__Urgency)own->urgency;
}

/* What is known here of the member goes before what triage says; where neither knows category and place,
 * those of what it is merged into are the best guess: it is the same event. */
static void fill_merged(const struct joining *joining, const struct escalation_heard *heard,
                        struct escalation_info *own, Paidan__Merged *merged)
{
    const Paidan__Merged *const said = heard->record->merged;
    *merged = *said;       /* only pointers and numbers; nothing of it is changed where it stands */
    merged->judged = NULL; /* the evidence stays in triage's log */
    if (own != NULL) {
        merged->title = own->title;
        merged->channel = own->channel;
        merged->category = text_of(own->category);
        merged->area = text_of(own->area);
        merged->urgency = urgency_of(heard, own);
        merged->registered_ms = own->registered_ms;
        merged->has_outer_due_ms = own->outer_due_ms != 0;
        merged->outer_due_ms = own->outer_due_ms;
        merged->has_confidential = merged->confidential = own->confidential;
    } else if (said->has_confidential && said->confidential) {
        static char unsaid[] =
            ""; /* 保密: no dispatcher has written yet what a unit may read of it */
        merged->title = unsaid;
    }
    if (merged->category == NULL) {
        merged->category = text_of((char *)joining->info.category);
    }
    if (merged->area == NULL) {
        merged->area = text_of((char *)joining->info.area);
    }
}

static enum rc say_unmerged(struct escalation_heard *heard, const Paidan__Unmerged *unmerged)
{
    CHECK(heard->ticket.state == ESCALATION_MERGED);
    CHECK(unmerged->from != 0);
    return escalation_heard_say(heard, ESCALATION_ON_UNMERGED, &unmerged->base);
}

/* Triage did not know yet that it had ended: it gets the member back. */
static enum rc bounce(struct escalation_heard *heard, uint64_t into)
{
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    unmerged.from = into;
    unmerged.has_why = true;
    unmerged.why = PAIDAN__UNMERGE_CAUSE__UNMERGE_OVER;
    const enum rc rc = escalation_heard_again(heard);
    return rc == RC_OK ? say_unmerged(heard, &unmerged) : rc;
}

/* What cannot be by what triage said before. OK, or why the record is refused. */
static enum rc judge(const struct escalation_heard *heard, uint64_t into, Paidan__Code *code)
{
    uint64_t of = 0;
    *code = PAIDAN__CODE__OK;
    if (into == 0 || into == heard->id) {
        *code = PAIDAN__CODE__MERGE_SELF;
        return RC_OK;
    }
    const enum rc rc = escalation_group_into(heard->step->txn, into, &of);
    *code = of != 0 ? PAIDAN__CODE__MERGED : PAIDAN__CODE__OK;
    return rc;
}

/* Triage took all its members along before it merged it: who is left here was withdrawn by its resident, which
 * triage has read in intake's log, and which is still to come here. It goes to nobody, and ends when it does. */
static enum rc let_go(const struct escalation_heard *heard)
{
    struct escalation_group own;
    uint64_t *members = NULL;
    size_t count = 0;
    enum rc rc = escalation_group_load(heard->step->txn, heard->id, &own);
    if (rc != RC_OK || own.count == 0) {
        return rc;
    }
    members = arena_alloc(heard->step->arena, own.count * sizeof *members);
    if (members == NULL) {
        return RC_LIMIT;
    }
    rc = escalation_group_members(heard->step->txn, heard->id, own.count, members, &count);
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        struct escalation_ticket ticket;
        Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
        unmerged.from = heard->id;
        unmerged.has_why = true;
        unmerged.why = PAIDAN__UNMERGE_CAUSE__UNMERGE_OVER;
        rc = escalation_state_load(heard->step->txn, members[index], &ticket);
        CHECK(rc != RC_OK || ticket.state == ESCALATION_MERGED);
        const struct escalation_saying about = {
            .id = members[index], .ticket = &ticket, .signal = ESCALATION_ON_UNMERGED};
        rc = rc == RC_OK ? escalation_say(heard->step, &about, &unmerged.base) : rc;
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static enum rc own_info(const struct escalation_heard *heard, struct escalation_info *room,
                        struct escalation_info **info)
{
    *info = NULL;
    if (heard->ticket.state == ESCALATION_NONE) {
        return RC_OK;
    }
    *info = room;
    const enum rc rc = escalation_heard_info(heard, room);
    if (rc == RC_OK) {
        escalation_claim_release(room); /* members that it had ask it of the other one now */
    }
    return rc;
}

enum rc escalation_merge_hear_merged(struct escalation_heard *heard)
{
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_MERGED);
    const Paidan__Merged *said = heard->record->merged;
    struct joining joining = {.step = heard->step, .into = said->into, .member = heard->id};
    struct escalation_info room, *own = NULL;
    struct escalation_group group;
    Paidan__Code code = PAIDAN__CODE__OK;
    Paidan__Merged merged;
    enum rc rc = judge(heard, said->into, &code);
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc != RC_OK ? rc : escalation_heard_refuse(heard, code, "into");
    }
    if (!escalation_heard_goes(heard, ESCALATION_ON_MERGED, &rc)) {
        return rc;
    }
    rc = let_go(heard);
    if (rc == RC_OK) {
        rc = load(&joining);
    }
    if (rc == RC_OK) {
        rc = own_info(heard, &room, &own);
    }
    if (rc == RC_OK) {
        rc = escalation_group_load(heard->step->txn, joining.into, &group);
    }
    if (rc != RC_OK) {
        return rc;
    }
    /* With its whole group: the last one, which is the ticket itself, tells how many came. */
    const bool along = heard->ticket.state == ESCALATION_MERGED;
    const bool over = escalation_merge_over(&joining.ticket, &group);
    fill_merged(&joining, heard, own, &merged);
    rc = escalation_heard_say(heard, ESCALATION_ON_MERGED, &merged.base);
    if (rc != RC_OK) {
        return rc;
    }
    if (over) {
        return bounce(heard, joining.into);
    }
    rc = say_joined(&joining, merged.has_outer_due_ms ? merged.outer_due_ms : 0, along);
    return rc == RC_OK ? raise_urgency(&joining, merged.urgency) : rc;
}

/* Of another group than it is in: said before what we said ourselves was read there. */
enum rc escalation_merge_hear_unmerged(struct escalation_heard *heard)
{
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_UNMERGED);
    const Paidan__Unmerged *said = heard->record->unmerged;
    uint64_t into = 0;
    enum rc rc = RC_OK;
    if (!escalation_heard_goes(heard, ESCALATION_ON_UNMERGED, &rc)) {
        return rc;
    }
    rc = escalation_group_into(heard->step->txn, heard->id, &into);
    if (rc != RC_OK || into != said->from) {
        return rc;
    }
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    unmerged.from = into;
    unmerged.note = said->note;
    unmerged.has_why = said->has_why;
    unmerged.why = said->why;
    rc = say_unmerged(heard, &unmerged);
    return rc == RC_OK ? escalation_merge_part(heard->step, into, heard->id) : rc;
}

/* ---- members follow what ended ---- */

/* What the unit wrote when it resolved the ticket. Its log may have been trimmed meanwhile: then the member
 * has no words of it, but is called back all the same. */
static enum rc read_note(struct step *step, uint64_t seq, char **note)
{
    Paidan__Event *event = NULL;
    static char none[] = "";
    *note = none;
    CHECK(seq != 0);
    const enum rc rc = step_read(step, seq, &event);
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_RESOLVED) {
        *note = event->resolved->note;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

struct following {
    struct step *step;
    uint64_t id; /* what ended */
    const struct escalation_group *group;
    struct escalation_info info; /* of what ended; all zero: not known */
    char *note;                  /* of its resolution */
};

static enum rc say(const struct following *following, uint64_t member,
                   const struct escalation_ticket *ticket, enum escalation_signal signal,
                   const ProtobufCMessage *fact)
{
    const struct escalation_saying about = {
        .id = member, .ticket = ticket, .signal = signal, .clock = PAIDAN__CLOCK__CLOCK_GROUP};
    return escalation_say(following->step, &about, fact);
}

static enum rc follow_resolved(const struct following *following, uint64_t member,
                               const struct escalation_ticket *ticket)
{
    struct escalation_info info;
    const enum rc rc = escalation_state_load_info(following->step->txn, member, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(following->group->level >= 1);
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.unit = (char *)following->group->unit; /* packed, never written */
    resolved.note = following->note;
    resolved.round = ticket->round;
    resolved.channel = info.channel;
    resolved.has_confidential = resolved.confidential = info.confidential;
    resolved.has_group = resolved.has_level = true;
    resolved.group = following->id;
    resolved.level = following->group->level;
    if (info.category[0] == '\0') {
        resolved.category = text_of((char *)following->info.category);
    }
    if (info.area[0] == '\0') {
        resolved.area = text_of((char *)following->info.area);
    }
    Paidan__ResolvedMatter matter;
    resolved.matter = escalation_target_matter(following->step->site,
                                               info.category[0] == '\0' ? &following->info : &info,
                                               ticket->chases, &matter);
    return say(following, member, ticket, ESCALATION_ON_FOLLOW, &resolved.base);
}

static enum rc follow_withdrawn(const struct following *following, uint64_t member,
                                const struct escalation_ticket *ticket)
{
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    CHECK(following->group->heir != 0);
    unmerged.from = following->id;
    unmerged.has_why = unmerged.has_heir = true;
    unmerged.why = PAIDAN__UNMERGE_CAUSE__UNMERGE_WITHDRAWN;
    unmerged.heir = following->group->heir;
    return say(following, member, ticket, ESCALATION_ON_UNMERGED, &unmerged.base);
}

static enum rc follow(const struct following *following, uint64_t member)
{
    struct escalation_ticket ticket;
    const enum rc rc = escalation_state_load(following->step->txn, member, &ticket);
    if (rc != RC_OK || ticket.state != ESCALATION_MERGED) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return following->group->withdrawn ? follow_withdrawn(following, member, &ticket)
                                       : follow_resolved(following, member, &ticket);
}

enum rc escalation_merge_fire(struct step *step, const struct due *due)
{
    struct escalation_group group;
    struct following following = {.step = step, .id = due->id, .group = &group};
    uint64_t members[PAGE];
    size_t count = 0;
    CHECK(due->kind == PAIDAN__CLOCK__CLOCK_GROUP);
    enum rc rc = escalation_group_load(step->txn, due->id, &group);
    if (rc != RC_OK || group.due_ms != due->due_ms) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    rc = escalation_state_load_info(step->txn, due->id, &following.info);
    if (rc == RC_NOT_FOUND) { /* withdrawn before its route */
        memset(&following.info, 0, sizeof following.info);
        rc = RC_OK;
    }
    if (rc == RC_OK && !group.withdrawn) {
        rc = read_note(step, group.ended_seq, &following.note);
    }
    if (rc == RC_OK) {
        rc = escalation_group_members(step->txn, due->id, PAGE, members, &count);
    }
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        rc = follow(&following, members[index]);
    }
    return rc;
}

/* ---- folding ---- */

/* As a dispatch that is taken back: nobody has it; that clocks, lease and alarm end is the state's doing. */
static void be_nobodys(struct escalation_fold *fold)
{
    struct escalation_ticket *ticket = fold->ticket;
    memset(ticket->unit, 0, sizeof ticket->unit);
    memset(ticket->assist, 0, sizeof ticket->assist);
    ticket->assist_count = 0;
    ticket->level = 0;
    ticket->flags &= (uint8_t)~ESCALATION_FALLBACK;
    if (fold->extra != NULL) {
        escalation_extra_end_pause(fold->extra, fold->event->at_ms);
        escalation_extra_new_round(fold->extra);
        fold->extra->heard = false;
    }
}

enum rc escalation_merge_fold_merged(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_MERGED);
    const Paidan__Merged *merged = fold->event->merged;
    struct escalation_info info = {
        .urgency = (uint32_t)merged->urgency,
        .registered_ms = merged->registered_ms,
        .outer_due_ms = merged->has_outer_due_ms ? merged->outer_due_ms : 0,
        .confidential = merged->has_confidential && merged->confidential};
    const char *category = merged->category != NULL ? merged->category : "";
    const char *area = merged->area != NULL ? merged->area : "";
    const bool fits = escalation_fold_text(info.category, sizeof info.category, category) &&
                      escalation_fold_text(info.area, sizeof info.area, area) &&
                      escalation_fold_text(info.channel, sizeof info.channel, merged->channel) &&
                      escalation_fold_text(info.title, sizeof info.title, merged->title);
    if (!fits) {
        return RC_CORRUPT;
    }
    be_nobodys(fold);
    fold->counters[TALLY_MERGED] += fold->before->state == ESCALATION_MERGED ? 0 : 1;
    return escalation_state_save_info(fold->txn, fold->id, &info);
}

enum rc escalation_merge_fold_unmerged(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_UNMERGED);
    uint64_t into = 0;
    const enum rc rc = escalation_group_into(fold->txn, fold->id, &into);
    if (rc != RC_OK || into != fold->event->unmerged->from) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    fold->counters[TALLY_UNMERGED]++;
    return RC_OK;
}

enum rc escalation_merge_fold_joined(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_JOINED);
    const Paidan__Joined *joined = fold->event->joined;
    struct escalation_info info;
    if (!joined->has_outer_due_ms) {
        return joined->n_clocks == 0 ? RC_OK : RC_CORRUPT;
    }
    enum rc rc = escalation_state_load_info(fold->txn, fold->id, &info);
    for (size_t index = 0; index < joined->n_clocks && rc == RC_OK; index++) {
        struct escalation_clock *const clock =
            escalation_state_clock(fold->ticket, joined->clocks[index]->clock);
        rc = clock == NULL ? RC_CORRUPT : escalation_clock_take_again(clock, joined->clocks[index]);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    /* Before it was said, a deadline stayed when its member went, and the stores of then hold it so. */
    if (joined->has_claims && joined->claims && !info.claimed_due) {
        info.own_outer_due_ms = info.outer_due_ms;
        info.claimed_due = true;
    }
    info.outer_due_ms = joined->outer_due_ms;
    return escalation_state_save_info(fold->txn, fold->id, &info);
}

/* The count is in the rows. */
enum rc escalation_merge_fold_parted(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_PARTED);
    return fold->event->parted->member != fold->id ? escalation_claim_fold(fold) : RC_CORRUPT;
}

enum rc escalation_merge_fold_followed(struct escalation_fold *fold)
{
    const Paidan__Resolved *resolved = fold->event->resolved;
    struct escalation_ticket *ticket = fold->ticket;
    struct escalation_info info;
    CHECK(resolved->has_group);
    const bool fits = resolved->has_level && resolved->level >= 1 &&
                      resolved->level <= SITE_LEVELS_MAX && resolved->unit[0] != '\0' &&
                      escalation_fold_text(ticket->unit, sizeof ticket->unit, resolved->unit);
    if (!fits) {
        return RC_CORRUPT;
    }
    ticket->level = resolved->level;
    if (resolved->category == NULL && resolved->area == NULL) {
        return RC_OK;
    }
    const enum rc rc = escalation_state_load_info(fold->txn, fold->id, &info);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const bool taken =
        (resolved->category == NULL ||
         escalation_fold_text(info.category, sizeof info.category, resolved->category)) &&
        (resolved->area == NULL ||
         escalation_fold_text(info.area, sizeof info.area, resolved->area));
    return taken ? escalation_state_save_info(fold->txn, fold->id, &info) : RC_CORRUPT;
}
