/* triage_merge: which tickets are about the same event 并单. Owns the table `member`: groups are one level
 * deep, so that whatever is merged into a member goes to the ticket that is worked on, and a ticket with
 * members takes them along when it is merged itself.
 *
 * What must stay true: a ticket is in the table exactly while it is MERGED; what is over takes no member, and
 * of a confidential ticket and one that is not neither is merged into the other, for whoever may read the one
 * would read of the other. Escalation, which knows first what was resolved or closed, may undo a merge that
 * was decided before triage had read of it: then the ticket is at the desk again. */

#include "triage_merge.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/store/store_group.h"
#include "common/text/text.h"
#include "triage_clock.h"
#include "triage_desk.h"
#include "triage_over.h"
#include "triage_urgency.h"

/* Facts of one ticket that are looked through for what it was before it was merged. */
enum { FACTS_MAX = 1024 };

static bool confidential(const struct triage_ticket *record)
{
    return (record->reasons >> PAIDAN__DESK_REASON__DESK_CONFIDENTIAL & 1u) != 0;
}

/* ---- into what ---- */

struct target {
    uint64_t into;                       /* asked for, then what it comes to */
    const char *detail;                  /* of a refusal */
    uint64_t members[GROUP_MEMBERS_MAX]; /* of the ticket that is merged */
    size_t member_count;
};

/* The ticket that is worked on: the one that was named, or whose member that one is. */
static enum rc find_into(struct step *step, struct target *target, struct triage_ticket *record)
{
    CHECK(step->txn != NULL);
    enum rc rc = triage_state_get(step->txn, target->into, record);
    if (rc != RC_OK || record->state != TRIAGE_MERGED) {
        return rc;
    }
    rc = store_group_head(step->txn, TRIAGE_TABLE_MEMBER, target->into, &target->into);
    rc = rc == RC_OK ? triage_state_get(step->txn, target->into, record) : rc;
    CHECK(rc != RC_OK || record->state != TRIAGE_MERGED);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static enum rc count_members(struct step *step, uint64_t ticket, struct target *target,
                             size_t *joined)
{
    CHECK(ticket != 0);
    enum rc rc = store_group_members(step->txn, TRIAGE_TABLE_MEMBER, target->into, 0,
                                     GROUP_MEMBERS_MAX, NULL, joined);
    if (rc == RC_OK) {
        rc = store_group_members(step->txn, TRIAGE_TABLE_MEMBER, ticket, 0, GROUP_MEMBERS_MAX,
                                 target->members, &target->member_count);
    }
    return rc;
}

/* OK, or why the ticket may not be merged into that one. */
static enum rc judge(struct step *step, uint64_t ticket, bool secret, struct target *target,
                     Paidan__Code *code)
{
    struct triage_ticket into;
    size_t joined = 0;
    CHECK(ticket != 0);
    target->detail = NULL;
    target->member_count = 0;
    enum rc rc = find_into(step, target, &into);
    if (rc == RC_NOT_FOUND) {
        *code = PAIDAN__CODE__TICKET_UNKNOWN;
        target->detail = "into";
        return RC_OK;
    }
    rc = rc == RC_OK ? count_members(step, ticket, target, &joined) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    *code = PAIDAN__CODE__OK;
    if (target->into == ticket) {
        *code = PAIDAN__CODE__MERGE_SELF;
    } else if (into.state == TRIAGE_ENDED || into.over != TRIAGE_OVER_NOT) {
        *code = PAIDAN__CODE__MERGE_TARGET_OVER;
        target->detail = into.over != TRIAGE_OVER_NOT ? triage_over_name(into.over)
                                                      : triage_fsm_state_name(into.state);
    } else if (confidential(&into) != secret) {
        *code = PAIDAN__CODE__MERGE_CONFIDENTIAL;
    } else if (joined + 1 + target->member_count > GROUP_MEMBERS_MAX) {
        *code = PAIDAN__CODE__GROUP_FULL;
        target->detail = arena_printf(step->arena, "%u", GROUP_MEMBERS_MAX);
        return target->detail == NULL ? RC_LIMIT : RC_OK;
    }
    return RC_OK;
}

/* ---- saying ---- */

static enum rc say_merged(struct step *step, uint64_t ticket, const struct triage_ticket *record,
                          Paidan__Merged *merged, uint64_t *seq)
{
    CHECK(merged->into != ticket);
    struct step_about about = triage_ticket_about(ticket, record, TRIAGE_MERGE);
    about.seq = seq;
    return step_say(step, &about, &merged->base);
}

/* A member goes to another ticket. */
static enum rc move(struct step *step, uint64_t member, uint64_t into, bool by_desk)
{
    static char none[] = "";
    struct triage_ticket record;
    Paidan__Merged *before = NULL;
    CHECK(member != into);
    enum rc rc = triage_state_get(step->txn, member, &record);
    if (rc != RC_OK || record.state != TRIAGE_MERGED) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = triage_ticket_merged(step, record.last_seq, &before);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    merged.title = merged.channel =
        none; /* not known: nobody takes them for what it is (take_merged) */
    merged.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    merged.has_confidential = merged.confidential = confidential(&record);
    if (before != NULL) {
        merged = *before;
        merged.judged = NULL; /* of its first fact alone */
    }
    merged.into = into;
    merged.has_by_desk = merged.by_desk = by_desk;
    merged.has_permille = 0;
    merged.note = NULL;
    return say_merged(step, member, &record, &merged, NULL);
}

/* The members first: a ticket that is merged has none. */
static enum rc move_members(struct step *step, const struct target *target, bool by_desk)
{
    enum rc rc = RC_OK;
    CHECK(target->member_count <= GROUP_MEMBERS_MAX);
    for (size_t index = 0; rc == RC_OK && index < target->member_count; index++) {
        rc = move(step, target->members[index], target->into, by_desk);
    }
    return rc;
}

static char *text_of(const char *text)
{
    return text[0] == '\0' ? NULL : (char *)text; /* packed, never written */
}

/* Of a ticket at the desk: what its row says of it by itself; its members say their own. */
static void fill_from_desk(const struct triage_ticket *record, const struct triage_desk *desk,
                           Paidan__Merged *merged)
{
    static char unsaid[] = "";
    const Paidan__Urgency own = triage_urgency_own(desk);
    CHECK(desk->urgency <= PAIDAN__URGENCY__URGENCY_EMERGENCY);
    /* 保密: the unit that works on the other one reads what is said here, and this is the resident's own. */
    merged->title = confidential(record) ? unsaid : (char *)desk->title;
    merged->channel = (char *)desk->channel;
    merged->category = text_of(record->category);
    merged->area = text_of(record->area);
    merged->urgency = own != 0 ? own : PAIDAN__URGENCY__URGENCY_NORMAL;
    merged->registered_ms = desk->registered_ms;
    merged->has_outer_due_ms = desk->outer_due_ms != 0;
    merged->outer_due_ms = desk->outer_due_ms;
    merged->has_confidential = merged->confidential = confidential(record);
}

/* Notes go into facts that others follow: numbers of people stay with intake. */
static enum rc mask_note(struct step *step, char *note, char **masked)
{
    *masked = NULL;
    return text_blank(note) ? RC_OK : text_mask_digits(step->arena, note, masked);
}

/* What it is merged into may become more urgent by it, and by what it brought along. */
static enum rc regroup(struct step *step, const struct target *target, uint64_t ticket)
{
    CHECK(target->into != ticket);
    return target->member_count == 0 ? triage_urgency_join(step, target->into, ticket)
                                     : triage_urgency_regroup(step, target->into, ticket);
}

/* ---- the wish Merge ---- */

/* OK, or why a ticket in that state may not be merged by this wish. */
static enum rc judge_state(struct step *step, uint64_t ticket, const struct triage_ticket *record,
                           Paidan__Code *code, const char **detail)
{
    uint64_t into = 0;
    CHECK(record->state != TRIAGE_NONE);
    *code = PAIDAN__CODE__STATE_FORBIDS;
    *detail = triage_fsm_state_name(record->state);
    switch (record->state) {
    case TRIAGE_DESK_NEW:
    case TRIAGE_DESK_RETURNED:
    case TRIAGE_DESK_RECALLED:
        *code = PAIDAN__CODE__OK;
        return RC_OK;
    case TRIAGE_MERGED:
        *code = PAIDAN__CODE__MERGED;
        const enum rc rc = store_group_head(step->txn, TRIAGE_TABLE_MEMBER, ticket, &into);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
        }
        *detail = number_text(step->arena, into);
        return *detail == NULL ? RC_LIMIT : RC_OK;
    default: /* with a unit, whose the decision to take it back is not; or over */
        return RC_OK;
    }
}

/* One that a unit has is escalation's to take back, who may not know of what lies at the desk: whether there is
 * such a ticket at all, and for the asker, is told here. All else of it escalation knows better, and says. */
static enum rc judge_routed(struct step *step, uint64_t into, Paidan__Code *code,
                            const char **detail)
{
    struct triage_ticket record;
    CHECK(*code == PAIDAN__CODE__STATE_FORBIDS);
    const enum rc rc = triage_state_get(step->txn, into, &record);
    if (rc == RC_NOT_FOUND) {
        *code = PAIDAN__CODE__TICKET_UNKNOWN;
        *detail = "into";
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc triage_merge_apply(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_MERGE);
    const Paidan__Merge *wish = request->merge;
    struct triage_ticket record;
    struct triage_desk desk;
    struct target target = {.into = wish->into};
    Paidan__Code code = PAIDAN__CODE__OK;
    const char *detail = NULL;
    enum rc rc = triage_state_get(step->txn, wish->ticket, &record);
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    if (rc == RC_OK) {
        rc = judge_state(step, wish->ticket, &record, &code, &detail);
    }
    if (rc == RC_OK && code == PAIDAN__CODE__OK) {
        rc = judge(step, wish->ticket, confidential(&record), &target, &code);
        detail = target.detail;
    }
    if (rc == RC_OK && code != PAIDAN__CODE__OK && record.state == TRIAGE_ROUTED) {
        rc = judge_routed(step, wish->into, &code, &detail);
    }
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc != RC_OK ? rc : step_refuse(step, code, detail);
    }
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    rc = triage_state_desk_get(step->txn, wish->ticket, &desk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = mask_note(step, wish->note, &merged.note);
    if (rc == RC_INVALID) {
        return step_refuse(step, PAIDAN__CODE__TEXT_NOT_UTF8, "note");
    }
    if (rc == RC_OK) {
        rc = move_members(step, &target, true);
    }
    fill_from_desk(&record, &desk, &merged);
    merged.into = target.into;
    merged.has_by_desk = merged.by_desk = 1;
    uint64_t seq = 0;
    rc = rc == RC_OK ? say_merged(step, wish->ticket, &record, &merged, &seq) : rc;
    rc = rc == RC_OK ? regroup(step, &target, wish->ticket) : rc;
    return rc == RC_OK ? step_answer_done(step, wish->ticket, seq) : rc;
}

/* ---- by triage itself, and by way of a recall ---- */

enum rc triage_merge_say_new(struct step *step, const Paidan__Event *event,
                             const struct site_judgement *judgement, uint64_t into,
                             uint32_t permille, bool *merged)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_REGISTERED);
    CHECK(permille <= 1000);
    const struct site *site = step->site;
    const struct triage_ticket none = {.state = TRIAGE_NONE};
    const Paidan__Registered *registered = event->registered;
    struct target target = {.into = into};
    Paidan__Code code = PAIDAN__CODE__OK;
    Paidan__Merged fact = PAIDAN__MERGED__INIT;
    const bool secret = registered->has_confidential && registered->confidential;
    const enum rc rc = judge(step, event->ticket, secret, &target, &code);
    *merged = rc == RC_OK && code == PAIDAN__CODE__OK;
    if (!*merged) {
        return rc;
    }
    fact.into = target.into;
    fact.has_permille = 1;
    fact.permille = permille;
    fact.title = registered->title;
    fact.channel = registered->channel;
    char *categories[TRIAGE_PROPOSALS_MAX];
    for (uint32_t index = 0; index < judgement->category_count; index++) {
        categories[index] = site->categories[judgement->categories[index]].code;
    }
    fact.category = judgement->category_count == 1 ? categories[0] : NULL;
    fact.area = judgement->area_count == 1 ? site->areas[judgement->areas[0]].code : NULL;
    fact.urgency = judgement->urgency != 0
                       ? (Paidan__Urgency)judgement->urgency
                       : triage_clock_urgency(site, categories, judgement->category_count);
    fact.judged = judgement->judged;
    fact.registered_ms = event->at_ms;
    fact.has_outer_due_ms = registered->has_due_ms;
    fact.outer_due_ms = registered->due_ms;
    fact.has_confidential = fact.confidential = secret;
    const enum rc said = say_merged(step, event->ticket, &none, &fact, NULL);
    return said == RC_OK ? regroup(step, &target, event->ticket) : said;
}

enum rc triage_merge_hear_recalled(struct step *step, const struct step_input *input)
{
    const Paidan__Recalled *recalled = input->event->recalled;
    const uint64_t ticket = input->event->ticket;
    struct triage_ticket record = {.state = TRIAGE_NONE};
    struct target target = {.into = recalled->merge_into};
    Paidan__Code code = PAIDAN__CODE__OK;
    CHECK(recalled->has_merge_into);
    enum rc rc = triage_state_get(step->txn, ticket, &record);
    if (rc == RC_OK && record.state == TRIAGE_ROUTED) {
        rc = judge(step, ticket, confidential(&record), &target, &code);
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    /* What the dispatcher wished cannot be any more: it is at the desk, and he sees that. */
    if (record.state != TRIAGE_ROUTED || code != PAIDAN__CODE__OK) {
        return triage_desk_apply(step, input, TRIAGE_RECALL);
    }
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    merged.into = target.into;
    merged.has_by_desk = merged.by_desk = 1;
    merged.note = recalled->note;
    merged.title = recalled->title;
    merged.channel = recalled->channel;
    merged.category = text_of(recalled->category);
    merged.area = text_of(recalled->area);
    merged.urgency = recalled->urgency;
    merged.registered_ms = recalled->registered_ms;
    merged.has_outer_due_ms = recalled->has_outer_due_ms;
    merged.outer_due_ms = recalled->outer_due_ms;
    merged.has_confidential = merged.confidential = confidential(&record);
    rc = move_members(step, &target, true);
    rc = rc == RC_OK ? say_merged(step, ticket, &record, &merged, NULL) : rc;
    return rc == RC_OK ? regroup(step, &target, ticket) : rc;
}

/* ---- merged no more ---- */

/* What the desk has of a ticket that comes back. */
struct back {
    Paidan__Desked desked;
    char *categories[TRIAGE_PROPOSALS_MAX], *areas[TRIAGE_PROPOSALS_MAX];
};

static size_t take_codes(const struct site *site, enum site_kind kind, char *const *from,
                         size_t count, char **codes)
{
    size_t taken = 0;
    CHECK(kind == SITE_KIND_CATEGORY || kind == SITE_KIND_AREA);
    for (size_t index = 0; index < count && taken < TRIAGE_PROPOSALS_MAX; index++) {
        char *now = triage_ticket_code(site, kind, from[index]);
        if (now != NULL) {
            codes[taken++] = now;
        }
    }
    return taken;
}

/* The proposals of the stay at the desk before it was merged. */
static void take_stay(const struct site *site, const Paidan__Desked *stay, struct back *back)
{
    const uint32_t of_that_stay =
        1u << PAIDAN__DESK_REASON__DESK_RETURNED | 1u << PAIDAN__DESK_REASON__DESK_RECALLED;
    back->desked.reasons |= stay->reasons & ~of_that_stay;
    back->desked.n_categories = take_codes(site, SITE_KIND_CATEGORY, stay->categories,
                                           stay->n_categories, back->categories);
    back->desked.n_areas =
        take_codes(site, SITE_KIND_AREA, stay->areas, stay->n_areas, back->areas);
}

static void take_merged(const Paidan__Merged *merged, struct back *back)
{
    Paidan__Desked *desked = &back->desked;
    CHECK(desked->channel == NULL);
    desked->title = text_of(merged->title);
    desked->channel = text_of(merged->channel);
    desked->has_registered_ms = merged->registered_ms != 0;
    desked->registered_ms = merged->registered_ms;
    desked->has_outer_due_ms = merged->has_outer_due_ms;
    desked->outer_due_ms = merged->outer_due_ms;
    desked->urgency = merged->urgency;
}

/* What its merge does not say, a stay before it may: the title of a confidential ticket, for one. */
static void take_unsaid(const Paidan__Desked *stay, Paidan__Desked *desked)
{
    CHECK(stay != desked);
    desked->title = desked->title == NULL ? stay->title : desked->title;
    desked->channel = desked->channel == NULL ? stay->channel : desked->channel;
    if (!desked->has_registered_ms && stay->has_registered_ms && stay->registered_ms != 0) {
        desked->has_registered_ms = 1;
        desked->registered_ms = stay->registered_ms;
    }
}

/* What is found back along the chain: the merge, then what it was merged from. */
struct found {
    const Paidan__Merged *merged;
    const Paidan__Desked *stay; /* NULL: a unit had it */
    uint32_t raised;            /* by a burst, while it lay at the desk */
};

static void find_raise(const Paidan__Event *event, struct found *found)
{
    const Paidan__Desked *const stay = found->stay;
    uint32_t raised = stay != NULL && stay->has_raised ? (uint32_t)stay->raised : 0;
    CHECK(found->raised <= PAIDAN__URGENCY__URGENCY_EMERGENCY);
    if (event->fact_case == PAIDAN__EVENT__FACT_BURST && event->burst->has_desk_urgency) {
        raised = (uint32_t)event->burst->desk_urgency;
    }
    found->raised = raised > found->raised ? raised : found->raised;
}

static enum rc find_stay(struct step *step, uint64_t seq, struct found *found)
{
    *found = (struct found){.merged = NULL};
    CHECK(seq != 0); /* whatever is merged has a chain */
    for (unsigned looked_at = 0; seq != 0 && looked_at < FACTS_MAX; looked_at++) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(step, seq, &event);
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_OK : rc;
        }
        switch (event->fact_case) {
        case PAIDAN__EVENT__FACT_MERGED:
            found->merged = found->merged == NULL ? event->merged : found->merged;
            break;
        case PAIDAN__EVENT__FACT_DESKED:
            found->stay = event->desked;
            break;
        case PAIDAN__EVENT__FACT_UNMERGED:
            found->stay = event->unmerged->desk;
            break;
        case PAIDAN__EVENT__FACT_ROUTED:
        case PAIDAN__EVENT__FACT_RULED:
            return RC_OK;
        default:
            break;
        }
        find_raise(event, found);
        if (found->stay != NULL) {
            return RC_OK;
        }
        CHECK(!event->has_prev_seq || event->prev_seq < seq);
        seq = event->has_prev_seq ? event->prev_seq : 0;
    }
    return RC_OK;
}

/* Without a stay to take them from: what it was given to its unit by. */
static void take_record(const struct site *site, const struct triage_ticket *record,
                        struct back *back)
{
    char *category = triage_ticket_code(site, SITE_KIND_CATEGORY, record->category);
    char *area = triage_ticket_code(site, SITE_KIND_AREA, record->area);
    CHECK(back->desked.n_categories == 0);
    back->categories[0] = category;
    back->areas[0] = area;
    back->desked.n_categories = category != NULL ? 1 : 0;
    back->desked.n_areas = area != NULL ? 1 : 0;
}

/* An alarm that was given before the merge was given: no dispatch makes it less after it. */
static void take_raise(uint32_t raised, Paidan__Desked *desked)
{
    CHECK(raised <= PAIDAN__URGENCY__URGENCY_EMERGENCY);
    if (raised != 0) {
        desked->has_raised = 1;
        desked->raised = (Paidan__Urgency)raised;
        desked->urgency = desked->urgency < desked->raised ? desked->raised : desked->urgency;
    }
}

static enum rc make_back(struct step *step, const struct triage_ticket *record, struct back *back)
{
    struct found found;
    Paidan__Desked *desked = &back->desked;
    paidan__desked__init(desked);
    desked->categories = back->categories;
    desked->areas = back->areas;
    desked->reasons = 1u << PAIDAN__DESK_REASON__DESK_UNMERGED;
    desked->reasons |= record->reasons & 1u << PAIDAN__DESK_REASON__DESK_CONFIDENTIAL;
    desked->urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    const enum rc rc = find_stay(step, record->last_seq, &found);
    if (rc != RC_OK) {
        return rc;
    }
    if (found.merged != NULL) {
        take_merged(found.merged, back);
    }
    take_raise(found.raised, desked);
    if (found.stay != NULL) {
        take_stay(step->site, found.stay, back);
        take_unsaid(found.stay, desked);
    } else {
        take_record(step->site, record, back);
    }
    CHECK(desked->n_categories <= TRIAGE_PROPOSALS_MAX);
    desked->reasons |= desked->n_categories == 0 ? 1u << PAIDAN__DESK_REASON__DESK_NO_CATEGORY : 0;
    desked->reasons |= desked->n_areas == 0 ? 1u << PAIDAN__DESK_REASON__DESK_NO_PLACE : 0;
    char *channel = desked->channel == NULL
                        ? NULL
                        : triage_ticket_code(step->site, SITE_KIND_CHANNEL, desked->channel);
    desked->channel = channel != NULL ? channel : desked->channel;
    if (desked->has_outer_due_ms && record->outer_due_ms > desked->outer_due_ms) {
        desked->outer_due_ms = record->outer_due_ms;
    }
    desked->has_urgency = 1;
    return triage_desk_add_clock(step, step->now_ms, desked);
}

/* note: masked already, or NULL. */
static enum rc say_unmerged(struct step *step, uint64_t ticket, const struct triage_ticket *record,
                            Paidan__Unmerged *unmerged, uint64_t *seq)
{
    struct back back;
    CHECK(record->state == TRIAGE_MERGED);
    enum rc rc = store_group_head(step->txn, TRIAGE_TABLE_MEMBER, ticket, &unmerged->from);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = make_back(step, record, &back);
    back.desked.note = unmerged->note;
    unmerged->desk = &back.desked;
    struct step_about about = triage_ticket_about(ticket, record, TRIAGE_UNMERGE);
    about.seq = seq;
    rc = rc == RC_OK ? step_say(step, &about, &unmerged->base) : rc;
    unmerged->desk = NULL; /* it ends here, what it was said of does not */
    return rc == RC_OK ? triage_urgency_regroup(step, unmerged->from, ticket) : rc;
}

enum rc triage_merge_undo(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_UNMERGE);
    const Paidan__Unmerge *wish = request->unmerge;
    struct triage_ticket record;
    enum rc rc = triage_state_get(step->txn, wish->ticket, &record);
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (record.state != TRIAGE_MERGED) {
        return step_refuse(step, PAIDAN__CODE__NOT_MERGED, NULL);
    }
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    unmerged.has_why = 1;
    unmerged.why = PAIDAN__UNMERGE_CAUSE__UNMERGE_BY_DESK;
    rc = mask_note(step, wish->note, &unmerged.note);
    if (rc == RC_INVALID) {
        return step_refuse(step, PAIDAN__CODE__TEXT_NOT_UTF8, "note");
    }
    uint64_t seq = 0;
    rc = rc == RC_OK ? say_unmerged(step, wish->ticket, &record, &unmerged, &seq) : rc;
    return rc == RC_OK ? step_answer_done(step, wish->ticket, seq) : rc;
}

/* What it was merged into was withdrawn by its resident. The event is no less true for the others: they stay
 * together, under the oldest of them, as far as that is possible. */
static enum rc follow_heir(struct step *step, uint64_t ticket, const struct triage_ticket *record,
                           uint64_t heir, bool *followed)
{
    CHECK(record->state == TRIAGE_MERGED);
    struct target target = {.into = heir};
    Paidan__Code code = PAIDAN__CODE__OK;
    *followed = false;
    if (heir == 0 || heir == ticket) {
        return RC_OK;
    }
    const enum rc rc = judge(step, ticket, confidential(record), &target, &code);
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc;
    }
    *followed = true;
    const enum rc moved = move(step, ticket, target.into, false);
    return moved == RC_OK ? regroup(step, &target, ticket) : moved;
}

enum rc triage_merge_hear_unmerged(struct step *step, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_UNMERGED);
    const Paidan__Unmerged *said = event->unmerged;
    struct triage_ticket record = {.state = TRIAGE_NONE};
    uint64_t into = 0;
    bool followed = false;
    enum rc rc = triage_state_get(step->txn, event->ticket, &record);
    if (rc == RC_NOT_FOUND) {
        return step_refuse_record(step, PAIDAN__CODE__TICKET_UNKNOWN, "none");
    }
    if (rc != RC_OK || record.state != TRIAGE_MERGED) {
        return rc; /* decided otherwise since, or this is the answer to our own word */
    }
    rc = store_group_head(step->txn, TRIAGE_TABLE_MEMBER, event->ticket, &into);
    if (rc != RC_OK || into != said->from) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* merged into another one since */
    }
    rc = follow_heir(step, event->ticket, &record, said->has_heir ? said->heir : 0, &followed);
    if (rc != RC_OK || followed) {
        return rc;
    }
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    unmerged.has_why = said->has_why;
    unmerged.why = said->why;
    return say_unmerged(step, event->ticket, &record, &unmerged, NULL);
}

/* ---- folding ---- */

static enum rc leave(struct step_fold *fold, uint64_t ticket, uint64_t *from)
{
    CHECK(fold->tally->values[TRIAGE_TALLY_MERGED_NOW] > 0);
    fold->tally->values[TRIAGE_TALLY_MERGED_NOW] -= 1;
    const enum rc rc = store_group_leave(fold->txn, TRIAGE_TABLE_MEMBER, ticket, from);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* Whence it came, once for each ticket; a member that goes to another one is counted as it was. */
static enum rc count_merged(struct step_fold *fold, uint64_t ticket,
                            const struct triage_ticket *record)
{
    uint64_t from = 0;
    const bool at_desk = record->state == TRIAGE_DESK_NEW ||
                         record->state == TRIAGE_DESK_RETURNED ||
                         record->state == TRIAGE_DESK_RECALLED;
    if (record->state == TRIAGE_MERGED) {
        return leave(fold, ticket, &from);
    }
    triage_ticket_count(fold, TRIAGE_TALLY_MERGED);
    if (record->state == TRIAGE_NONE) {
        triage_ticket_count(fold, TRIAGE_TALLY_REGISTERED);
        triage_ticket_count(fold, TRIAGE_TALLY_MERGED_AT_ONCE);
    }
    if (record->state == TRIAGE_NONE || record->state == TRIAGE_DESK_NEW) {
        triage_ticket_count(fold, TRIAGE_TALLY_MERGED_NEW);
    }
    if (!at_desk) {
        return RC_OK;
    }
    triage_ticket_count(fold, TRIAGE_TALLY_MERGED_AT_DESK);
    return triage_desk_leave(fold, ticket);
}

/* Escalation knows the ticket by this fact, as by a dispatch: the next one is one again. */
enum rc triage_merge_fold_merged(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                                 struct triage_ticket *record)
{
    CHECK(record->state != TRIAGE_ENDED);
    const Paidan__Merged *const merged = event->merged;
    if (merged->into == 0 || merged->into == event->ticket) {
        return RC_CORRUPT;
    }
    enum rc rc = count_merged(fold, event->ticket, record);
    if (rc == RC_OK) {
        rc = store_group_enter(fold->txn, TRIAGE_TABLE_MEMBER, merged->into, event->ticket);
        rc = rc == RC_EXISTS || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (rc != RC_OK) {
        return rc;
    }
    triage_ticket_count(fold, TRIAGE_TALLY_MERGED_NOW);
    record->decided_seq = record->decided_seq == 0 ? seq : record->decided_seq;
    if (merged->has_confidential && merged->confidential) {
        record->reasons |= 1u << PAIDAN__DESK_REASON__DESK_CONFIDENTIAL;
    }
    const char *category = merged->category != NULL ? merged->category : record->category;
    const char *area = merged->area != NULL ? merged->area : record->area;
    char category_room[CODE_BYTES_MAX + 1], area_room[CODE_BYTES_MAX + 1];
    const bool fits = text_copy(category_room, sizeof category_room, category) &&
                      text_copy(area_room, sizeof area_room, area);
    if (!fits) {
        return RC_CORRUPT;
    }
    memcpy(record->category, category_room, sizeof category_room);
    memcpy(record->area, area_room, sizeof area_room);
    memset(record->unit, 0, sizeof record->unit);
    return RC_OK;
}

enum rc triage_merge_fold_unmerged(struct step_fold *fold, const Paidan__Event *event,
                                   struct triage_ticket *record)
{
    uint64_t from = 0;
    CHECK(record->state == TRIAGE_MERGED);
    const enum rc rc = leave(fold, event->ticket, &from);
    if (rc != RC_OK || from != event->unmerged->from) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    return triage_desk_fold_unmerged(fold, event, record);
}

enum rc triage_merge_fold_left(struct step_fold *fold, const Paidan__Event *event,
                               struct triage_ticket *record)
{
    uint64_t from = 0;
    CHECK(record->state == TRIAGE_MERGED);
    const enum rc rc = leave(fold, event->ticket, &from);
    if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_HANDED_ON) {
        return rc;
    }
    return text_copy(record->unit, sizeof record->unit, event->handed_on->unit) ? RC_OK
                                                                                : RC_CORRUPT;
}
