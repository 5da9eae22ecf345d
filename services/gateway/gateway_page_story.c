/* gateway_page_story: which facts a resident hears of, and in what words. It owns nothing. What must
 * stay true: he hears what happened to his report and who has it, never how the office keeps its own in
 * order (cards, urging, appeals, leases), and of notes only those that are written for him: what was done.
 * A fact that is new to this table is left out, not shown raw. */

#include "gateway_page_story.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_time.h"

enum { WORDS_BYTES = 160 };

static void one(const struct say *say, char *sentence, size_t size, const char *zh, const char *en,
                const char *name)
{
    (void)snprintf(sentence, size, say_choose(say, zh, en), name);
}

static void suspended(const struct say *say, const Paidan__Suspended *fact, char *sentence,
                      size_t size)
{
    char until[SAY_TIME_BYTES];
    say_time_exact(say, fact->until_ms, until);
    until[10] = '\0'; /* the day */
    one(say, sentence, size, "需要等条件具备，暂缓到 %s", "Has to wait until %s", until);
}

static void closed(const struct say *say, Paidan__Outcome outcome, char *sentence, size_t size)
{
    const char *zh = "已办结", *en = "Closed";
    switch (outcome) {
    case PAIDAN__OUTCOME__OUTCOME_SOLVED:
        zh = "已办结：您说解决了";
        en = "Closed: you said it is solved";
        break;
    case PAIDAN__OUTCOME__OUTCOME_PARTLY:
        zh = "已办结：您说部分解决";
        en = "Closed: you said it is partly solved";
        break;
    case PAIDAN__OUTCOME__OUTCOME_UNSOLVED:
        zh = "已办结：没有解决";
        en = "Closed: not solved";
        break;
    case PAIDAN__OUTCOME__OUTCOME_UNREACHED:
        zh = "已办结：几次都没能联系上您";
        en = "Closed: we could not reach you";
        break;
    case PAIDAN__OUTCOME__OUTCOME_UNSAMPLED:
    case PAIDAN__OUTCOME__OUTCOME_UNASKED:
        zh = "已办结：没有回访";
        en = "Closed: you were not asked";
        break;
    case PAIDAN__OUTCOME__OUTCOME_WITHDRAWN:
        zh = "您撤回了";
        en = "You took it back";
        break;
    case _PAIDAN__OUTCOME_IS_INT_SIZE:
        break;
    }
    (void)snprintf(sentence, size, "%s", say_choose(say, zh, en));
}

/* Which promise was not kept: he waited for it, so he is told. */
static const char *broken(const struct say *say, Paidan__Clock clock)
{
    switch (clock) {
    case PAIDAN__CLOCK__CLOCK_ACCEPT:
        return say_choose(say, "没有按时开始办理", "It was not taken up in time");
    case PAIDAN__CLOCK__CLOCK_CONTACT:
        return say_choose(say, "没有按时联系", "Nobody got in touch in time");
    case PAIDAN__CLOCK__CLOCK_HANDLE:
    case PAIDAN__CLOCK__CLOCK_REDO:
        return say_choose(say, "没有按时办好", "It was not done in time");
    default:
        return NULL;
    }
}

static void raised(const struct say *say, const Paidan__Raised *fact, char *sentence, size_t size)
{
    const char *const why =
        fact->why == PAIDAN__WHY__WHY_EXPIRED && fact->has_clock ? broken(say, fact->clock) : NULL;
    if (why == NULL) {
        one(say, sentence, size, "转到上一级，由%s办理", "Passed up to %s",
            say_unit(say, fact->to->unit));
    } else {
        (void)snprintf(sentence, size,
                       say_choose(say, "%s，转到上一级，由%s办理", "%s; passed up to %s"), why,
                       say_unit(say, fact->to->unit));
    }
}

/* The card is the office's; that a deadline has passed concerns him. One by hand is for something else. */
static void missed(const struct say *say, const Paidan__Event *event, char *sentence, size_t size)
{
    const Paidan__Carded *fact = event->carded;
    const char *const why = broken(say, fact->clock);
    if (fact->by_unit == NULL && fact->due_ms > 0 && event->at_ms >= fact->due_ms && why != NULL) {
        (void)snprintf(sentence, size,
                       say_choose(say, "%s，正在督促", "%s; it is being pressed for"), why);
    }
}

/* An extension moves what he was told; a request to the level above is told when that has it. */
static void decided(const struct say *say, const Paidan__Event *event, char *sentence, size_t size)
{
    const Paidan__Decided *fact = event->decided;
    char due[SAY_TIME_BYTES];
    if (fact->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION && fact->granted &&
        fact->clock != NULL && !fact->same_due) {
        say_time_by(say, fact->clock->due_ms, event->at_ms, due);
        one(say, sentence, size, "需要更多时间，办理时限延长到 %s",
            "Needs longer: now to be done by %s", due);
    }
}

static void mode(const struct say *say, const Paidan__ModeSet *fact, char *sentence, size_t size)
{
    switch (fact->mode) {
    case PAIDAN__MODE__MODE_MEDIATION:
        one(say, sentence, size, "%s正在组织调解", "%s is mediating", say_unit(say, fact->unit));
        break;
    case PAIDAN__MODE__MODE_DELIBERATION:
        one(say, sentence, size, "%s正在组织大家商议", "%s has called those concerned together",
            say_unit(say, fact->unit));
        break;
    case PAIDAN__MODE__MODE_COORDINATION:
        one(say, sentence, size, "%s正在协调有关单位一起办理",
            "%s is working it out with the other units concerned", say_unit(say, fact->unit));
        break;
    default:
        break;
    }
}

static void answered(const struct say *say, const Paidan__Answered *fact, char *sentence,
                     size_t size)
{
    static const char *const zh[] = {"", "解决了", "解决了一部分", "没有解决"};
    static const char *const en[] = {"", "solved", "partly solved", "not solved"};
    static const char *const content_zh[] = {"", "满意", "基本满意", "不满意"};
    static const char *const content_en[] = {"", "content", "fairly content", "not content"};
    CHECK(fact->solved >= PAIDAN__SOLVED__SOLVED_YES && fact->solved <= PAIDAN__SOLVED__SOLVED_NO);
    CHECK(fact->satisfied >= PAIDAN__SATISFIED__SATISFIED_YES);
    CHECK(fact->satisfied <= PAIDAN__SATISFIED__SATISFIED_NO);
    (void)snprintf(sentence, size, say_choose(say, "您的评价：%s，%s", "You said: %s, %s"),
                   say_choose(say, zh[fact->solved], en[fact->solved]),
                   say_choose(say, content_zh[fact->satisfied], content_en[fact->satisfied]));
}

/* What others said who reported the same is none of his. */
static void noted(const struct say *say, const Paidan__Noted *fact, char *sentence, size_t size)
{
    if (!fact->has_member) {
        (void)snprintf(sentence, size, "%s",
                       fact->has_supplement && fact->supplement
                           ? say_choose(say, "您补充了情况", "You added something")
                           : say_choose(say, "您催过，已转告承办单位",
                                        "You asked for haste; the unit was told"));
    }
}

/* Of the other one only its number is told. */
static void grouped(const struct say *say, const Paidan__Event *event, char *sentence, size_t size)
{
    char number[NUMBER_BYTES];
    if (event->fact_case == PAIDAN__EVENT__FACT_UNMERGED) {
        one(say, sentence, size, "改为单独办理%s", "It is dealt with by itself again%s", "");
        return;
    }
    number_format(event->merged->into, number);
    one(say, sentence, size, "与%s反映的是同一件事，并入该件一并办理",
        "It is the same matter as %s and is worked on together with it", number);
}

/* Who has it. */
static void holder_words(const struct say *say, const Paidan__Event *event, char *sentence,
                         size_t size)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        one(say, sentence, size, "交给%s办理", "Given to %s",
            say_unit(say, event->assigned->to->unit));
        break;
    case PAIDAN__EVENT__FACT_ORDERED:
        one(say, sentence, size, "改由%s办理", "Now with %s",
            say_unit(say, event->ordered->to->unit));
        break;
    case PAIDAN__EVENT__FACT_CORRECTED: /* what else was wrong is our affair */
        if (event->corrected->to != NULL) {
            one(say, sentence, size, "改由%s办理", "Now with %s",
                say_unit(say, event->corrected->to->unit));
        }
        break;
    case PAIDAN__EVENT__FACT_MOVED:
        one(say, sentence, size, "改由%s办理", "Now with %s",
            say_unit(say, event->moved->to->unit));
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        raised(say, event->raised, sentence, size);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        one(say, sentence, size, "您说没有解决，由%s重新办理",
            "You said it is not solved; %s takes it up again",
            say_unit(say, event->reopened->to->unit));
        break;
    case PAIDAN__EVENT__FACT_RECALLED:
        if (event->recalled->has_merge_into) {
            break; /* what follows says it */
        }
        one(say, sentence, size, "正在重新确定由哪个单位办理%s", "Being given to another unit%s",
            "");
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        one(say, sentence, size, "正在重新确定由哪个单位办理%s", "Being given to another unit%s",
            "");
        break;
    case PAIDAN__EVENT__FACT_MERGED:
    case PAIDAN__EVENT__FACT_UNMERGED:
        grouped(say, event, sentence, size);
        break;
    default:
        break;
    }
}

/* What is done about it. */
static void work_words(const struct say *say, const Paidan__Event *event, char *sentence,
                       size_t size, const char **said)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        one(say, sentence, size, "%s开始办理", "%s has taken it up",
            say_unit(say, event->accepted->unit));
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        one(say, sentence, size, "%s和您联系过", "%s was in touch with you",
            say_unit(say, event->contacted->unit));
        break;
    case PAIDAN__EVENT__FACT_PROGRESSED:
        one(say, sentence, size, "%s正在处理，有了进展", "%s has made progress",
            say_unit(say, event->progressed->unit));
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        one(say, sentence, size, "%s说办好了", "%s says it is done",
            say_unit(say, event->resolved->unit));
        *said = event->resolved->note;
        break;
    case PAIDAN__EVENT__FACT_CARDED:
        missed(say, event, sentence, size);
        break;
    case PAIDAN__EVENT__FACT_DECIDED:
        decided(say, event, sentence, size);
        break;
    case PAIDAN__EVENT__FACT_MODE_SET:
        mode(say, event->mode_set, sentence, size);
        break;
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
        one(say, sentence, size, "请%s协助", "%s was asked to help",
            say_unit(say, event->assist_asked->unit));
        break;
    case PAIDAN__EVENT__FACT_URGENCY_RAISED:
        one(say, sentence, size, "反映的人多，加急办理%s", "Many reported it: made urgent%s", "");
        break;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        suspended(say, event->suspended, sentence, size);
        break;
    case PAIDAN__EVENT__FACT_RESUMED:
        one(say, sentence, size, "继续办理%s", "Being worked on again%s", "");
        break;
    default:
        break;
    }
}

/* What he said, and was asked. */
static void resident_words(const struct say *say, const Paidan__Event *event, char *sentence,
                           size_t size, const char **said)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_NOTED:
        noted(say, event->noted, sentence, size);
        break;
    case PAIDAN__EVENT__FACT_ASKED: /* that he is asked, the page says itself */
        if (event->asked->has_missed && event->asked->missed) {
            one(say, sentence, size, "给您打过电话，没有接通%s", "We rang and did not reach you%s",
                "");
        }
        break;
    case PAIDAN__EVENT__FACT_UNREACHED:
        one(say, sentence, size, "没能联系上您，没有听到您的评价%s",
            "We could not reach you to hear whether it is solved%s", "");
        break;
    case PAIDAN__EVENT__FACT_ANSWERED:
        answered(say, event->answered, sentence, size);
        *said = event->answered->note;
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        closed(say, event->closed->outcome, sentence, size);
        break;
    default:
        break;
    }
}

/* The three share no fact: at most one has words. */
void gateway_page_story_words(const struct say *say, const Paidan__Event *event, char *sentence,
                              size_t size, const char **said)
{
    CHECK(size > 0);
    sentence[0] = '\0';
    *said = NULL;
    holder_words(say, event, sentence, size);
    work_words(say, event, sentence, size, said);
    resident_words(say, event, sentence, size, said);
}

bool gateway_page_story_shared(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_CORRECTED:
    case PAIDAN__EVENT__FACT_MOVED:
    case PAIDAN__EVENT__FACT_RECALLED:
    case PAIDAN__EVENT__FACT_RETURNED:
    case PAIDAN__EVENT__FACT_ACCEPTED:
    case PAIDAN__EVENT__FACT_PROGRESSED:
    case PAIDAN__EVENT__FACT_DECIDED:
    case PAIDAN__EVENT__FACT_MODE_SET:
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
    case PAIDAN__EVENT__FACT_URGENCY_RAISED:
    case PAIDAN__EVENT__FACT_SUSPENDED:
    case PAIDAN__EVENT__FACT_RESUMED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_CARDED:
        return true;
    default:
        return false;
    }
}

unsigned gateway_page_story_step(Paidan__State state)
{
    switch (state) {
    case PAIDAN__STATE__STATE_ASSIGNED:
    case PAIDAN__STATE__STATE_RETURNED:
    case PAIDAN__STATE__STATE_MERGED: /* whoever has the other one has it: how far, that one says */
        return 1;
    case PAIDAN__STATE__STATE_ACCEPTED:
    case PAIDAN__STATE__STATE_SUSPENDED:
        return 2;
    case PAIDAN__STATE__STATE_RESOLVED:
        return 3;
    case PAIDAN__STATE__STATE_CLOSED:
    case PAIDAN__STATE__STATE_WITHDRAWN:
        return 4;
    default:
        return 0;
    }
}

void gateway_page_story_state(const struct say *say, Paidan__State state, const char *unit,
                              char *sentence, size_t size)
{
    CHECK(size > 0);
    const char *name = unit == NULL ? say_choose(say, "承办单位", "the unit that has it") : unit;
    switch (state) {
    case PAIDAN__STATE__STATE_ASSIGNED:
        one(say, sentence, size, "已经交给%s，等它开始办理。",
            "It is with %s, which will take it up.", name);
        break;
    case PAIDAN__STATE__STATE_ACCEPTED:
        one(say, sentence, size, "%s正在办理。", "Being worked on by %s.", name);
        break;
    case PAIDAN__STATE__STATE_RETURNED:
        one(say, sentence, size, "正在重新确定由哪个单位办理。%s",
            "It is being given to another unit.%s", "");
        break;
    case PAIDAN__STATE__STATE_SUSPENDED:
        one(say, sentence, size, "暂缓办理，条件具备后由%s继续。",
            "It has to wait; %s will go on with it.", name);
        break;
    case PAIDAN__STATE__STATE_RESOLVED:
        one(say, sentence, size, "%s说办好了，请您说说是不是真的解决了。",
            "%s says it is done. Please tell us whether it is.", name);
        break;
    case PAIDAN__STATE__STATE_CLOSED:
        one(say, sentence, size, "已经办结。%s", "It is closed.%s", "");
        break;
    case PAIDAN__STATE__STATE_WITHDRAWN:
        one(say, sentence, size, "您已经撤回。%s", "You have taken it back.%s", "");
        break;
    case PAIDAN__STATE__STATE_MERGED:
        one(say, sentence, size, "与另一件反映的是同一件事，已并案一起办理，办好后会来问您。%s",
            "It is the same matter as another report and is worked on together with it; you will "
            "be asked when it is done.%s",
            "");
        break;
    case PAIDAN__STATE__STATE_NONE: /* nobody has heard of it yet but who took it in */
    case PAIDAN__STATE__STATE_DESK:
    case _PAIDAN__STATE_IS_INT_SIZE:
        one(say, sentence, size, "已经收到，正在确定由哪个单位办理。%s",
            "Received; it is being decided which unit is to handle it.%s", "");
        break;
    }
}

/* ---- what is to come ----------------------------------------------------------------------------
 */

/* zh, en: with "%s" for the moment, then "%s" for the unit; late_*: the same when it has passed. */
struct to_come {
    const char *zh, *en, *late_zh, *late_en;
};

static bool promised(const struct say *say, const struct gateway_page_next *next,
                     const struct to_come *words, uint64_t due_ms, char *sentence, size_t size)
{
    char due[SAY_TIME_BYTES];
    const bool late = next->now_ms > due_ms;
    CHECK(due_ms > 0);
    say_time_by(say, due_ms, next->now_ms, due);
    (void)snprintf(sentence, size,
                   late ? say_choose(say, words->late_zh, words->late_en)
                        : say_choose(say, words->zh, words->en),
                   due, next->unit == NULL ? say_choose(say, "承办单位", "the unit") : next->unit);
    return late;
}

/* The end of the work, as far as anything is promised. */
static bool last_to_come(const struct say *say, const struct gateway_page_next *next,
                         char *sentence, size_t size, bool *late)
{
    static const struct to_come done = {"预计 %s 前办好", "Expected to be done by %s",
                                        "原定 %s 前办好，已经超时，正在督促",
                                        "Was to be done by %s; it is late and being pressed for"};
    if (next->handle_ms == 0 || gateway_page_story_step(next->state) > 2) {
        return false;
    }
    *late = promised(say, next, &done, next->handle_ms, sentence, size);
    return true;
}

static bool pause_to_come(const struct say *say, const struct gateway_page_next *next,
                          char *sentence, size_t size)
{
    char until[SAY_TIME_BYTES] = "";
    if (next->until_ms > 0) {
        say_time_by(say, next->until_ms, next->now_ms, until);
    }
    one(say, sentence, size, until[0] == '\0' ? "条件具备后继续办理%s" : "最晚 %s 继续办理",
        until[0] == '\0' ? "To go on when it can%s" : "To go on by %s at the latest", until);
    return true;
}

/* The next thing that somebody has to do. */
static bool step_to_come(const struct say *say, const struct gateway_page_next *next,
                         char *sentence, size_t size, bool *late)
{
    static const struct to_come accept = {
        "预计 %s 前，%s开始办理", "By %s it is to be taken up by %s",
        "原定 %s 前由%s开始办理，已经超时", "By %s it was to be taken up by %s; that is late"};
    static const struct to_come contact = {
        "预计 %s 前，%s和您联系", "By %s you are to hear from %s",
        "原定 %s 前由%s和您联系，已经超时", "By %s you were to hear from %s; that is late"};
    switch (next->state) {
    case PAIDAN__STATE__STATE_NONE:
    case PAIDAN__STATE__STATE_DESK:
    case PAIDAN__STATE__STATE_RETURNED:
        one(say, sentence, size, "接下来：确定由哪个单位办理%s",
            "Next: it is decided which unit is to handle it%s", "");
        return true;
    case PAIDAN__STATE__STATE_ASSIGNED:
        *late =
            next->accept_ms > 0 && promised(say, next, &accept, next->accept_ms, sentence, size);
        return next->accept_ms > 0;
    case PAIDAN__STATE__STATE_ACCEPTED:
        *late =
            next->contact_ms > 0 && promised(say, next, &contact, next->contact_ms, sentence, size);
        return next->contact_ms > 0;
    case PAIDAN__STATE__STATE_SUSPENDED:
        return pause_to_come(say, next, sentence, size);
    case PAIDAN__STATE__STATE_RESOLVED:
        one(say, sentence, size,
            next->asking ? "接下来：请您说说解决了没有%s" : "接下来：我们会问您解决了没有%s",
            next->asking ? "Next: please tell us whether it is solved%s"
                         : "Next: we shall ask you whether it is solved%s",
            "");
        return true;
    default:
        return false;
    }
}

bool gateway_page_story_next(const struct say *say, const struct gateway_page_next *next,
                             unsigned index, char *sentence, size_t size, bool *late)
{
    CHECK(size > 0);
    CHECK(index < GATEWAY_PAGE_NEXT_MAX);
    sentence[0] = '\0';
    *late = false;
    return index == 0 ? last_to_come(say, next, sentence, size, late)
                      : step_to_come(say, next, sentence, size, late);
}

void gateway_page_story_due(const struct say *say, const struct gateway_page_next *next,
                            char *sentence, size_t size)
{
    static const struct to_come due = {"%s 前", "by %s", "原定 %s，已经超时，正在督促",
                                       "was to be %s; late, and being pressed for"};
    CHECK(size > 0);
    sentence[0] = '\0';
    if (next->handle_ms > 0 && gateway_page_story_step(next->state) <= 2) {
        (void)promised(say, next, &due, next->handle_ms, sentence, size);
    }
}
