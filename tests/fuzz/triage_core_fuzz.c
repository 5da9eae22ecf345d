/* triage_core_fuzz: bytes -> complaints, returns, moves, withdrawals, chases, dispatches and
 * restarts for triage, beside a small model.
 *
 * Laws: a registered ticket is routed or at the desk, once; a dispatch is taken exactly when the
 * ticket is at the desk and all it names is known; what left the desk is not on it; the desk lists
 * what the tallies say, oldest first; at the end the log folds into the same tables. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"
#include "solo.h"
#include "triage.h"
#include "triage_fsm.h"

#define START_MS 1795309200000ull
#define FIRST 2026112200000001ull

enum { TICKETS = 12, OPERATIONS_MAX = 128, TEXT_BYTES = 96 };

struct input {
    const uint8_t *data;
    size_t bytes, used;
};

struct model {
    enum triage_state states[TICKETS];
    uint64_t registered, dispatched;
};

static void law(bool holds, const char *which)
{
    if (!holds) {
        fprintf(stderr, "law broken: %s\n", which);
        abort();
    }
}

static unsigned take(struct input *input, unsigned below)
{
    return input->used < input->bytes ? input->data[input->used++] % below : 0;
}

static const char *pick(struct input *input, const char *const *words, unsigned count)
{
    return words[take(input, count)];
}

static const struct site *words_site(void)
{
    static struct site *site;
    const char *root = getenv("PAIDAN_ROOT");
    char path[4096];
    if (site == NULL) {
        struct site_report *report = calloc(1, sizeof *report);
        (void)snprintf(path, sizeof path, "%s/tests/sites/words", root == NULL ? "." : root);
        law(report != NULL && site_load(path, report, &site) == RC_OK, "the site loads");
        free(report);
    }
    return site;
}

static Paidan__TriageShown shown(struct solo *solo, unsigned index)
{
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    wish.ticket = FIRST + index;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    const Paidan__Answer *const answer = solo_query(solo, &request);
    Paidan__TriageShown none = PAIDAN__TRIAGE_SHOWN__INIT;
    return answer->triage_shown != NULL ? *answer->triage_shown : none;
}

static bool at_desk(enum triage_state state)
{
    return state == TRIAGE_DESK_NEW || state == TRIAGE_DESK_RETURNED;
}

static void hear(struct solo *solo, const char *log, unsigned index, Paidan__Event *event)
{
    event->has_ticket = 1;
    event->ticket = FIRST + index;
    solo_say(solo, log, event);
    (void)solo_flush(solo, NULL);
}

static void register_one(struct solo *solo, struct model *model, struct input *input)
{
    static const char *const parts[] = {"太吵",     "漏水",     "路灯", "消防通道", "演习",
                                        "施工噪音", "无主事项", "",     "阳光花园", "湖畔花园",
                                        "半山公寓", "西溪社区", "，"};
    static const char *const places[] = {NULL,       "",           "阳光花园",
                                         "东湖社区", "半山老公寓", "青山街道"};
    static const char *const hints[] = {NULL, NULL, NULL, "noise", "e.sun", "nothing"};
    char text[TEXT_BYTES] = "x";
    const unsigned index = take(input, TICKETS);
    for (unsigned part = take(input, 5); part > 0; part--) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s",
                       pick(input, parts, sizeof parts / sizeof parts[0]));
    }
    /* Cut characters are no matter for triage: wire_check refuses them before. */
    while (!text_valid(text, strlen(text), &(size_t){0})) {
        text[strlen(text) - 1] = '\0';
    }
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = (char *)"wechat";
    fact.title = text;
    fact.text = text;
    fact.query_code = (char *)"ABC123";
    fact.place = (char *)pick(input, places, sizeof places / sizeof places[0]);
    fact.category_hint = (char *)pick(input, hints, sizeof hints / sizeof hints[0]);
    fact.area_hint = (char *)pick(input, hints, sizeof hints / sizeof hints[0]);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    hear(solo, "intake", index, &event);
    const enum triage_state state = (enum triage_state)shown(solo, index).state;
    if (model->states[index] == TRIAGE_NONE) {
        model->registered++;
        law(state == TRIAGE_ROUTED || state == TRIAGE_DESK_NEW, "routed or at the desk");
        model->states[index] = state;
    }
    law(state == model->states[index], "registered once");
    law(solo_tally(solo, "registered") == model->registered, "counted once");
}

/* Any other record, by the table of the machine. */
static void signal_one(struct solo *solo, struct model *model, struct input *input)
{
    Paidan__Returned returned = PAIDAN__RETURNED__INIT;
    Paidan__Reopened reopened = PAIDAN__REOPENED__INIT;
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    Paidan__Withdrawn withdrawn = PAIDAN__WITHDRAWN__INIT;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    static const enum triage_signal signals[] = {TRIAGE_RETURN, TRIAGE_MOVE, TRIAGE_CLOSE,
                                                 TRIAGE_WITHDRAW, TRIAGE_CHASE};
    const unsigned which = take(input, 5), index = take(input, TICKETS);
    returned.unit = (char *)"c.east";
    returned.note = (char *)"n";
    to.unit = (char *)"s.city";
    reopened.to = &to;
    reopened.from_unit = (char *)"c.east";
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    chased.count = 1 + take(input, 9);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    switch (which) {
    case 0:
        event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
        event.returned = &returned;
        break;
    case 1:
        event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
        event.reopened = &reopened;
        break;
    case 2:
        event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
        event.closed = &closed;
        break;
    case 3:
        event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
        event.withdrawn = &withdrawn;
        break;
    default:
        event.fact_case = PAIDAN__EVENT__FACT_CHASED;
        event.chased = &chased;
        break;
    }
    const uint64_t refused = solo_tally(solo, "records_refused");
    const struct triage_step step = triage_fsm_step(model->states[index], signals[which]);
    hear(solo, which < 3 ? "escalation" : "intake", index, &event);
    law((step.next == TRIAGE_NONE) == (solo_tally(solo, "records_refused") == refused + 1),
        "refused as the table says");
    if (step.next != TRIAGE_NONE) {
        model->states[index] = step.next;
    }
    law(shown(solo, index).state == (uint32_t)model->states[index], "as the table says");
}

/* No place is sure: of two that were found only one may lie in the unit's own area; where none was
 * found the unit's counts, or for the top level all of the site. */
static bool is_settled(const Paidan__TriageShown *before, const char *code)
{
    const struct site *const site = words_site();
    const uint32_t unit = site_unit_find(site, code);
    unsigned fitting = 0;
    if (before->n_areas < 2) {
        return before->n_areas == 1 || strcmp(code, "e.any") != 0;
    }
    for (size_t index = 0; unit != SITE_NONE && index < before->n_areas; index++) {
        const uint32_t own = site->units[unit].area;
        fitting += own == SITE_NONE ||
                   site_area_within(site, site_area_find(site, before->areas[index]), own);
    }
    return before->n_areas == 2 && fitting == 1;
}

static void dispatch(struct solo *solo, struct model *model, struct input *input)
{
    static const char *const units[] = {"c.east", "s.city", "e.any", "nobody"};
    static const char *const categories[] = {NULL, "noise", "road", "nothing"};
    static const char *const areas[] = {NULL, "e.lake", "st", "nowhere"};
    const unsigned index = take(input, TICKETS);
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    wish.ticket = FIRST + index;
    wish.unit = (char *)pick(input, units, 4);
    wish.category = (char *)pick(input, categories, 4);
    wish.area = (char *)pick(input, areas, 4);
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &wish;
    const Paidan__TriageShown before = shown(solo, index);
    const bool category =
        wish.category == NULL ? before.category != NULL : strcmp(wish.category, "nothing") != 0;
    const bool area = wish.area != NULL ? strcmp(wish.area, "nowhere") != 0
                                        : before.area != NULL || is_settled(&before, wish.unit);
    const bool fits =
        at_desk(model->states[index]) && strcmp(wish.unit, "nobody") != 0 && category && area;
    const Paidan__Code code = solo_call(solo, &request)->code;
    law((code == PAIDAN__CODE__OK) == fits, "taken when at the desk and known, else refused");
    if (code == PAIDAN__CODE__OK) {
        model->states[index] = TRIAGE_ROUTED;
        model->dispatched++;
        const Paidan__TriageShown after = shown(solo, index);
        law(after.by_desk && strcmp(after.unit, wish.unit) == 0, "the unit told has it");
    }
    law(solo_tally(solo, "routed_by_desk") + solo_tally(solo, "ruled") == model->dispatched,
        "dispatches are counted once");
}

static void check(struct solo *solo, const struct model *model)
{
    Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &wish;
    const Paidan__DeskListed *const listed = solo_query(solo, &request)->desk_listed;
    uint64_t before = 0, expected = 0;
    for (unsigned index = 0; index < TICKETS; index++) {
        expected += at_desk(model->states[index]);
    }
    law(listed->n_items == expected, "the desk lists what is on it");
    for (size_t index = 0; index < listed->n_items; index++) {
        law(listed->items[index]->ticket > before, "oldest first");
        before = listed->items[index]->ticket;
        law(at_desk(model->states[before - FIRST]), "and nothing else");
    }
    /* Before the next question: its answer takes the place of this one. */
    law(listed->waiting == expected && listed->overdue <= expected, "in its answers too");
    law(solo_tally(solo, "desk_open") == expected, "and counts it");
    law(solo_tally(solo, "registered") == solo_tally(solo, "routed") + solo_tally(solo, "desked"),
        "each ticket was routed or given to the desk");
    solo_check_replay(solo);
}

/* Time passes by minutes or hours: what is due fires, and never a moment early (the core says
 * RC_CORRUPT to that). */
static void wait_some(struct solo *solo, struct input *input)
{
    static const uint64_t spans_ms[] = {60000, 900000, 7200000, 86400000};
    solo_advance(solo, spans_ms[take(input, 4)]);
    (void)solo_flush(solo, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct input input = {.data = data, .bytes = bytes};
    struct model model = {.registered = 0};
    struct solo *const solo = solo_open(&triage_service, words_site(), START_MS);
    for (unsigned done = 0; done < OPERATIONS_MAX && input.used < input.bytes; done++) {
        switch (take(&input, 8)) {
        case 0:
        case 1:
        case 2:
            register_one(solo, &model, &input);
            break;
        case 3:
        case 4:
            signal_one(solo, &model, &input);
            break;
        case 5:
        case 6:
            dispatch(solo, &model, &input);
            break;
        default:
            if (take(&input, 4) == 0) {
                solo_restart(solo);
            } else {
                wait_some(solo, &input);
            }
            break;
        }
    }
    check(solo, &model);
    solo_close(solo);
    return 0;
}
