/* play_acts: what residents, clerks, dispatchers and supervisors do. A verb acts on a group of
 * tickets at once: they are asked for in one request for each unit that has some of them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "play.h"

enum { PAGE = 1000 };

bool play_enum_named(const void *descriptor, const char *word, int *value)
{
    const ProtobufCEnumDescriptor *names = descriptor;
    const size_t bytes = strlen(word);
    for (unsigned index = 0; index < names->n_values; index++) {
        const char *name = names->values[index].name;
        const size_t size = strlen(name);
        if (size > bytes && name[size - bytes - 1] == '_' &&
            strcasecmp(name + size - bytes, word) == 0) {
            *value = names->values[index].value;
            return true;
        }
    }
    return false;
}

static int enum_needed(struct play *play, const void *descriptor, const char *word)
{
    int value = 0;
    if (!play_enum_named(descriptor, word, &value)) {
        play_fail(play, "%s is not one of them", word);
    }
    return value;
}

/* ---- the tickets of a group ---- */

/* A ticket chosen by the line, and what the listing says of it. */
struct chosen {
    uint64_t id;
    char unit[CODE_BYTES_MAX + 1], decider[CODE_BYTES_MAX + 1];
};
struct choice {
    struct chosen *items;
    uint32_t count;
};

static int chosen_order(const void *a, const void *b)
{
    const struct chosen *left = a, *right = b;
    return left->id < right->id ? -1 : left->id > right->id;
}

/* GROUP [first=N] [skip=N]: in the order of submission. */
static struct choice choose(struct play *play)
{
    const char *group = play_word_needed(play, 0, "a group of tickets");
    const char *first = play_key(play, "first"), *skip = play_key(play, "skip");
    uint32_t rest = first == NULL ? UINT32_MAX : play_number(play, first);
    uint32_t passed = skip == NULL ? 0 : play_number(play, skip);
    struct choice choice = {calloc(play->ticket_count + 1, sizeof *choice.items), 0};
    CHECK(choice.items != NULL);
    for (uint32_t index = 0; index < play->ticket_count && rest > 0; index++) {
        if (!play_group_holds(group, play->tickets[index].group)) {
            continue;
        }
        if (passed > 0) {
            passed--;
            continue;
        }
        choice.items[choice.count].id = play->tickets[index].id;
        choice.count++;
        rest--;
    }
    if (choice.count == 0) {
        play_fail(play, "there is no ticket in %s", group);
    }
    qsort(choice.items, choice.count, sizeof *choice.items, chosen_order);
    return choice;
}

/* Who has each of them: from the pages of the listing, as a clerk's program would. */
static void choice_look(struct play *play, struct choice *choice)
{
    uint64_t cursor = 0;
    bool more = true;
    stage_settle(play->stage);
    while (more) {
        Paidan__List list = PAIDAN__LIST__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        list.has_limit = 1;
        list.limit = PAGE;
        list.has_cursor = cursor != 0;
        list.cursor = cursor;
        request.wish_case = PAIDAN__REQUEST__WISH_LIST;
        request.list = &list;
        const Paidan__Answer *answer = stage_ask(play->stage, WORLD_ESCALATION, &request);
        if (answer->code != PAIDAN__CODE__OK) {
            play_fail(play, "list: %s", code_name(answer->code));
        }
        for (size_t index = 0; index < answer->listed->n_tickets; index++) {
            const Paidan__Brief *brief = answer->listed->tickets[index];
            const struct chosen key = {.id = brief->ticket};
            struct chosen *found =
                bsearch(&key, choice->items, choice->count, sizeof key, chosen_order);
            if (found != NULL) {
                (void)snprintf(found->unit, sizeof found->unit, "%s", brief->unit);
                (void)snprintf(found->decider, sizeof found->decider, "%s",
                               brief->request_to == NULL ? "" : brief->request_to);
            }
        }
        more = answer->listed->has_next;
        cursor = answer->listed->next;
    }
}

/* What came of one ticket must be what the line says: OK, or refused=CODE. */
static void result_check(struct play *play, uint64_t ticket, Paidan__Code code, const char *detail)
{
    const char *wanted = play_key(play, "refused");
    char number[NUMBER_BYTES];
    if (strcmp(code_name(code), wanted == NULL ? code_name(PAIDAN__CODE__OK) : wanted) == 0) {
        return;
    }
    number_format(ticket, number);
    play_fail(play, "%s: %s %s%s%s", number, code_name(code), detail == NULL ? "" : detail,
              wanted == NULL ? "" : ", wanted ", wanted == NULL ? "" : wanted);
}

static void results_check(struct play *play, const Paidan__Answer *answer,
                          Paidan__WorkResult **results, size_t count)
{
    if (answer->code != PAIDAN__CODE__OK) {
        play_fail(play, "%s %s", code_name(answer->code),
                  answer->detail == NULL ? "" : answer->detail);
    }
    for (size_t index = 0; index < count; index++) {
        result_check(play, results[index]->ticket, results[index]->code, results[index]->detail);
    }
}

/* ---- handing in ---- */

/* One of the alternatives a|b|c, in turn, with {i} replaced; in memory of its own. */
static char *alternative(struct play *play, const char *text, uint32_t index)
{
    uint32_t count = 1;
    for (const char *at = text; *at != '\0'; at++) {
        count += *at == '|';
    }
    const char *from = text;
    for (uint32_t skip = (index - 1) % count; skip > 0; from++) {
        skip -= *from == '|';
    }
    const size_t bytes = strcspn(from, "|");
    char *made = calloc(1, bytes + 64);
    CHECK(made != NULL);
    size_t used = 0;
    for (size_t at = 0; at < bytes; at++) {
        if (bytes - at >= 3 && memcmp(from + at, "{i}", 3) == 0 && used < bytes + 32) {
            used += (size_t)snprintf(made + used, 16, "%u", index);
            at += 2;
        } else if (used < bytes + 62) {
            made[used++] = from[at];
        } else {
            play_fail(play, "the text is too long");
        }
    }
    return made;
}

static char *alternative_of(struct play *play, const char *key, uint32_t index)
{
    const char *text = play_key(play, key);
    return text == NULL ? NULL : alternative(play, text, index);
}

static void ticket_fill(struct play *play, const char *group, uint32_t index,
                        Paidan__NewTicket *ticket)
{
    paidan__new_ticket__init(ticket);
    ticket->channel = play_key_needed(play, "channel");
    ticket->text = alternative(play, play_key_needed(play, "text"), index);
    ticket->place = alternative_of(play, "place", index);
    ticket->category_hint = play_key(play, "category");
    ticket->area_hint = alternative_of(play, "area", index);
    ticket->spot_unit = alternative_of(play, "spot", index);
    ticket->spot_note = play_key(play, "note");
    ticket->external_id = alternative_of(play, "id", index);
    if (ticket->external_id == NULL) {
        ticket->external_id = calloc(1, 96);
        CHECK(ticket->external_id != NULL);
        (void)snprintf(ticket->external_id, 96, "%s-%u-%u", group, play->line.number,
                       (uint32_t)play->submitted + index);
    }
}

static void ticket_keep(struct play *play, const char *group, uint64_t id)
{
    if ((play->ticket_count & (play->ticket_count - 1)) == 0) {
        const size_t room = play->ticket_count == 0 ? 1 : 2 * (size_t)play->ticket_count;
        play->tickets = realloc(play->tickets, room * sizeof *play->tickets);
        CHECK(play->tickets != NULL);
    }
    struct play_ticket *ticket = &play->tickets[play->ticket_count];
    ticket->id = id;
    (void)snprintf(ticket->group, sizeof ticket->group, "%s", group);
    play->ticket_count++;
}

/* Hands in tickets number from..until-1 in one request; gives how many were there before. */
static uint32_t batch_submit(struct play *play, const char *group, uint32_t from, uint32_t until)
{
    const uint32_t count = until - from;
    Paidan__NewTicket *tickets = calloc(count, sizeof *tickets);
    Paidan__NewTicket **pointers = calloc(count, sizeof(Paidan__NewTicket *));
    CHECK(tickets != NULL);
    CHECK(pointers != NULL);
    for (uint32_t index = 0; index < count; index++) {
        ticket_fill(play, group, from + index, &tickets[index]);
        pointers[index] = &tickets[index];
    }
    static char actor[] = "adapter";
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    submit.n_tickets = count;
    submit.tickets = pointers;
    request.actor = actor;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &submit;
    const Paidan__Answer *answer = stage_ask(play->stage, WORLD_INTAKE, &request);
    if (answer->code != PAIDAN__CODE__OK) {
        play_fail(play, "submit: %s", code_name(answer->code));
    }
    uint32_t duplicates = 0;
    for (uint32_t index = 0; index < count; index++) {
        const Paidan__SubmitResult *result = answer->submitted->results[index];
        result_check(play, result->has_ticket ? result->ticket : 0, result->code, result->detail);
        if (result->duplicate) {
            duplicates++;
        } else if (result->code == PAIDAN__CODE__OK) {
            ticket_keep(play, group, result->ticket);
        }
        free(tickets[index].text);
        free(tickets[index].place);
        free(tickets[index].area_hint);
        free(tickets[index].spot_unit);
        free(tickets[index].external_id);
    }
    free(tickets);
    free(pointers);
    return duplicates;
}

/* submit GROUP [COUNT] channel= text= ...: see README.md. */
static void submit(struct play *play)
{
    char group[PLAY_GROUP_BYTES];
    (void)snprintf(group, sizeof group, "%s", play_word_needed(play, 0, "a group"));
    const uint32_t count = play_number(play, play_word(play, 1));
    const char *every = play_key(play, "every"), *known = play_key(play, "duplicates");
    const uint64_t every_ms = every == NULL ? 0 : play_span_ms(play, every);
    const uint32_t wanted = known == NULL ? 0 : play_number(play, known);
    uint32_t duplicates = 0;
    if (every == NULL) {
        duplicates = batch_submit(play, group, 1, count + 1);
    }
    for (uint32_t index = 1; every != NULL && index <= count; index++) {
        duplicates += batch_submit(play, group, index, index + 1);
        if (index < count) {
            stage_until(play->stage, stage_now_ms(play->stage) + every_ms);
        }
    }
    if (duplicates != wanted) {
        play_fail(play, "%u of them were there before, wanted %u", duplicates, wanted);
    }
    play->submitted += count;
    play->duplicates += duplicates;
}

/* ---- units at work, supervisors ---- */

static const struct deed {
    const char *verb;
    int action;
    bool supervises;
} deeds[] = {
    {"accept", PAIDAN__ACTION__ACTION_ACCEPT, false},
    {"contact", PAIDAN__ACTION__ACTION_CONTACT, false},
    {"progress", PAIDAN__ACTION__ACTION_PROGRESS, false},
    {"resolve", PAIDAN__ACTION__ACTION_RESOLVE, false},
    {"return", PAIDAN__ACTION__ACTION_RETURN, false},
    {"raise", PAIDAN__ACTION__ACTION_RAISE, false},
    {"extend", PAIDAN__ACTION__ACTION_EXTEND, false},
    {"suspend", PAIDAN__ACTION__ACTION_SUSPEND, false},
    {"resume", PAIDAN__ACTION__ACTION_RESUME, false},
    {"ask-assist", PAIDAN__ACTION__ACTION_ASK_ASSIST, false},
    {"assist-done", PAIDAN__ACTION__ACTION_ASSIST_DONE, false},
    {"person", PAIDAN__ACTION__ACTION_NAME_PERSON, false},
    {"mode", PAIDAN__ACTION__ACTION_SET_MODE, false},
    {"end-mode", PAIDAN__ACTION__ACTION_END_MODE, false},
    {"appeal", PAIDAN__ACTION__ACTION_APPEAL, false},
    {"grant", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, true},
    {"refuse", PAIDAN__SUPERVISE_ACTION__SUPERVISE_REFUSE, true},
    {"order", PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER, true},
    {"urge", PAIDAN__SUPERVISE_ACTION__SUPERVISE_URGE, true},
    {"watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH, true},
    {"yellow", PAIDAN__SUPERVISE_ACTION__SUPERVISE_YELLOW, true},
    {"red", PAIDAN__SUPERVISE_ACTION__SUPERVISE_RED, true},
    {"cancel-card", PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD, true},
};

/* What the line says about each of its tickets. */
static Paidan__WorkItem item_read(struct play *play)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    const char *mode = play_key(play, "mode"), *result = play_key(play, "result");
    const char *until = play_key(play, "until"), *held = play_key(play, "held");
    item.note = play_key(play, "note");
    item.to_unit = play_key(play, "to");
    item.person = play_key(play, "person");
    if (mode != NULL) {
        item.has_mode = 1;
        item.mode = (Paidan__Mode)enum_needed(play, &paidan__mode__descriptor, mode);
    }
    if (result != NULL) {
        item.has_result = 1;
        item.result =
            (Paidan__ModeResult)enum_needed(play, &paidan__mode_result__descriptor, result);
    }
    if (until != NULL) {
        item.has_until_ms = 1;
        item.until_ms = play_moment_ms(play, until);
    }
    if (held != NULL) {
        item.has_held_ms = 1;
        item.held_ms = play_moment_ms(play, held);
    }
    item.has_without_assist = item.without_assist = play_key(play, "anyway") != NULL;
    return item;
}

static void unit_act(struct play *play, const struct deed *deed, const char *unit,
                     Paidan__WorkItem **items, size_t count)
{
    static char actor[] = "clerk";
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Supervise supervise = PAIDAN__SUPERVISE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    char name[CODE_BYTES_MAX + 1];
    (void)snprintf(name, sizeof name, "%s", unit);
    request.actor = actor;
    if (deed->supervises) {
        supervise.unit = name;
        supervise.action = (Paidan__SuperviseAction)deed->action;
        supervise.n_items = count;
        supervise.items = items;
        request.wish_case = PAIDAN__REQUEST__WISH_SUPERVISE;
        request.supervise = &supervise;
    } else {
        work.unit = name;
        work.action = (Paidan__Action)deed->action;
        work.n_items = count;
        work.items = items;
        request.wish_case = PAIDAN__REQUEST__WISH_WORK;
        request.work = &work;
    }
    const Paidan__Answer *answer = stage_ask(play->stage, WORLD_ESCALATION, &request);
    const bool worked = answer->code == PAIDAN__CODE__OK;
    results_check(play, answer, worked ? answer->worked->results : NULL,
                  worked ? answer->worked->n_results : 0);
}

/* Who acts on a ticket: who is named, who decides on its request, who supervises, who has it. */
static const char *doer(struct play *play, const struct deed *deed, const struct chosen *chosen)
{
    const struct site *site = stage_site(play->stage);
    const char *named = play_key(play, "unit");
    if (named != NULL) {
        return named;
    }
    if (!deed->supervises) {
        return chosen->unit;
    }
    return chosen->decider[0] != '\0' ? chosen->decider : site->units[site->supervisors[0]].code;
}

static void work(struct play *play, const struct deed *deed)
{
    struct choice choice = choose(play);
    choice_look(play, &choice);
    Paidan__WorkItem wish = item_read(play);
    Paidan__WorkItem *items = calloc(choice.count, sizeof *items);
    Paidan__WorkItem **pointers = calloc(choice.count, sizeof(Paidan__WorkItem *));
    bool *done = calloc(choice.count, sizeof *done);
    CHECK(items != NULL);
    CHECK(pointers != NULL);
    CHECK(done != NULL);
    for (uint32_t first = 0; first < choice.count; first++) {
        const char *unit = doer(play, deed, &choice.items[first]);
        size_t count = 0;
        for (uint32_t at = first; at < choice.count && count < PAGE; at++) {
            if (!done[at] && strcmp(doer(play, deed, &choice.items[at]), unit) == 0) {
                done[at] = true;
                items[count] = wish;
                items[count].ticket = choice.items[at].id;
                pointers[count] = &items[count];
                count++;
            }
        }
        if (count > 0) {
            unit_act(play, deed, unit, pointers, count);
        }
    }
    free(items);
    free(pointers);
    free(done);
    free(choice.items);
}

/* ---- dispatcher and residents ---- */

static void done_check(struct play *play, uint64_t ticket, const Paidan__Answer *answer)
{
    result_check(play, ticket, answer->code, answer->detail);
}

static void dispatch(struct play *play)
{
    static char actor[] = "desk";
    struct choice choice = choose(play);
    stage_settle(play->stage);
    for (uint32_t index = 0; index < choice.count; index++) {
        Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        wish.ticket = choice.items[index].id;
        wish.unit = play_key_needed(play, "unit");
        wish.category = play_key(play, "category");
        wish.area = play_key(play, "area");
        wish.note = play_key(play, "note");
        request.actor = actor;
        request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
        request.desk_dispatch = &wish;
        done_check(play, wish.ticket, stage_ask(play->stage, WORLD_TRIAGE, &request));
    }
    free(choice.items);
}

/* chase | withdraw | supplement */
static void resident(struct play *play, const char *verb)
{
    static char actor[] = "adapter";
    struct choice choice = choose(play);
    char *note = play_key(play, "note");
    stage_rest(play->stage);
    for (uint32_t index = 0; index < choice.count; index++) {
        Paidan__Chase chase = PAIDAN__CHASE__INIT;
        Paidan__Withdraw withdraw = PAIDAN__WITHDRAW__INIT;
        Paidan__Supplement supplement = PAIDAN__SUPPLEMENT__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        const uint64_t ticket = choice.items[index].id;
        request.actor = actor;
        if (strcmp(verb, "chase") == 0) {
            chase.ticket = ticket;
            chase.note = note;
            request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
            request.chase = &chase;
        } else if (strcmp(verb, "withdraw") == 0) {
            withdraw.ticket = ticket;
            withdraw.note = note;
            request.wish_case = PAIDAN__REQUEST__WISH_WITHDRAW;
            request.withdraw = &withdraw;
        } else {
            supplement.ticket = ticket;
            supplement.text = play_key_needed(play, "text");
            request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
            request.supplement = &supplement;
        }
        done_check(play, ticket, stage_ask(play->stage, WORLD_INTAKE, &request));
    }
    free(choice.items);
}

static void replies_send(struct play *play, Paidan__CallbackReply **replies, size_t count)
{
    static char actor[] = "adapter";
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.n_replies = count;
    wish.replies = replies;
    request.actor = actor;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    const Paidan__Answer *answer = stage_ask(play->stage, WORLD_CALLBACK, &request);
    const bool answered = answer->code == PAIDAN__CODE__OK;
    results_check(play, answer, answered ? answer->callback_answered->results : NULL,
                  answered ? answer->callback_answered->n_results : 0);
}

/* answer GROUP solved=yes|partly|no satisfied=yes|fair|no */
static void answer(struct play *play)
{
    struct choice choice = choose(play);
    const int solved =
        enum_needed(play, &paidan__solved__descriptor, play_key_needed(play, "solved"));
    const int satisfied =
        enum_needed(play, &paidan__satisfied__descriptor, play_key_needed(play, "satisfied"));
    Paidan__CallbackReply *replies = calloc(PAGE, sizeof *replies);
    Paidan__CallbackReply *pointers[PAGE];
    CHECK(replies != NULL);
    stage_settle(play->stage);
    for (uint32_t from = 0; from < choice.count; from += PAGE) {
        size_t count = 0;
        for (uint32_t at = from; at < choice.count && count < PAGE; at++) {
            paidan__callback_reply__init(&replies[count]);
            replies[count].ticket = choice.items[at].id;
            replies[count].solved = (Paidan__Solved)solved;
            replies[count].satisfied = (Paidan__Satisfied)satisfied;
            replies[count].note = play_key(play, "note");
            pointers[count] = &replies[count];
            count++;
        }
        replies_send(play, pointers, count);
    }
    free(replies);
    free(choice.items);
}

bool play_act(struct play *play)
{
    const char *verb = play->line.words[0].value;
    for (size_t index = 0; index < sizeof deeds / sizeof deeds[0]; index++) {
        if (strcmp(verb, deeds[index].verb) == 0) {
            work(play, &deeds[index]);
            return true;
        }
    }
    if (strcmp(verb, "submit") == 0) {
        submit(play);
    } else if (strcmp(verb, "dispatch") == 0) {
        dispatch(play);
    } else if (strcmp(verb, "answer") == 0) {
        answer(play);
    } else if (strcmp(verb, "chase") == 0 || strcmp(verb, "withdraw") == 0 ||
               strcmp(verb, "supplement") == 0) {
        resident(play, verb);
    } else {
        return false;
    }
    return true;
}
