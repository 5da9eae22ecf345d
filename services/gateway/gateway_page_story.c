/* gateway_page_story: which facts a resident hears of, and in what words. It owns nothing. What must
 * stay true: he hears what happened to his report and who has it, never how the office keeps its own in
 * order (cards, urging, appeals, leases), and of notes only those that are written for him: what was done.
 * A fact that is new to this table is left out, not shown raw. */

#include "gateway_page_story.h"

#include <stdio.h>

#include "common/base/check.h"
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
    case PAIDAN__OUTCOME__OUTCOME_WITHDRAWN:
        zh = "您撤回了";
        en = "You took it back";
        break;
    case _PAIDAN__OUTCOME_IS_INT_SIZE:
        break;
    }
    (void)snprintf(sentence, size, "%s", say_choose(say, zh, en));
}

static void raised(const struct say *say, const Paidan__Assignment *to, char *sentence, size_t size)
{
    one(say, sentence, size, "转到上一级，由%s办理", "Passed up to %s", say_unit(say, to->unit));
}

void gateway_page_story_words(const struct say *say, const Paidan__Event *event, char *sentence,
                              size_t size, const char **said)
{
    CHECK(size > 0);
    sentence[0] = '\0';
    *said = NULL;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        one(say, sentence, size, "交给%s办理", "Given to %s",
            say_unit(say, event->assigned->to->unit));
        break;
    case PAIDAN__EVENT__FACT_ORDERED:
        one(say, sentence, size, "改由%s办理", "Now with %s",
            say_unit(say, event->ordered->to->unit));
        break;
    case PAIDAN__EVENT__FACT_MOVED:
        one(say, sentence, size, "改由%s办理", "Now with %s",
            say_unit(say, event->moved->to->unit));
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        raised(say, event->raised->to, sentence, size);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        one(say, sentence, size, "您说没有解决，由%s重新办理",
            "You said it is not solved; %s takes it up again",
            say_unit(say, event->reopened->to->unit));
        break;
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
    case PAIDAN__EVENT__FACT_RETURNED:
        one(say, sentence, size, "正在重新确定由哪个单位办理%s", "Being given to another unit%s",
            "");
        break;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        suspended(say, event->suspended, sentence, size);
        break;
    case PAIDAN__EVENT__FACT_RESUMED:
        one(say, sentence, size, "继续办理%s", "Being worked on again%s", "");
        break;
    case PAIDAN__EVENT__FACT_CLOSED:
        closed(say, event->closed->outcome, sentence, size);
        break;
    default:
        break;
    }
}

unsigned gateway_page_story_step(Paidan__State state)
{
    switch (state) {
    case PAIDAN__STATE__STATE_ASSIGNED:
    case PAIDAN__STATE__STATE_RETURNED:
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
    default:
        one(say, sentence, size, "已经收到，正在确定由哪个单位办理。%s",
            "Received; it is being decided which unit is to handle it.%s", "");
        break;
    }
}
