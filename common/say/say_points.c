/* say_points: what was moved in the ledger, in words. A person is his pseudonym; a note is a supervisor's and
 * stands in his own words. */
#include "common/say/say_points.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/say_facts_private.h"

bool say_points_knows(Paidan__Event__FactCase fact)
{
    return fact == PAIDAN__EVENT__FACT_POINTS_ENTERED || fact == PAIDAN__EVENT__FACT_POINTS_PASSED;
}

static const char *or_none(const char *text)
{
    return text == NULL ? "" : text;
}

static enum say_tone entered(struct words *words, const Paidan__PointsEntered *fact)
{
    const unsigned long long points = fact->points;
    const unsigned count = fact->has_count ? fact->count : 1;
    CHECK(words->say != NULL);
    switch (fact->kind) {
    case PAIDAN__POINTS_KIND__POINTS_AWARDED:
        put(words, say_choose(words->say, "奖励积分 %llu（%s）给 %s", "%llu points (%s) for %s"),
            points, or_none(fact->rule), or_none(fact->person));
        break;
    case PAIDAN__POINTS_KIND__POINTS_REVERSED:
        put(words,
            say_choose(words->say, "冲回积分 %llu（%s），%s",
                       "%llu points (%s) taken back from %s"),
            points, or_none(fact->rule), or_none(fact->person));
        break;
    case PAIDAN__POINTS_KIND__POINTS_EXCHANGED:
        put(words,
            say_choose(words->say, "积分 %llu 兑换 %s × %u，%s", "%llu points for %s × %u by %s"),
            points, or_none(fact->goods), count, or_none(fact->person));
        break;
    default:
        put(words,
            say_choose(words->say, "退还积分 %llu，收回 %s × %u，%s",
                       "%llu points given back for %s × %u to %s"),
            points, or_none(fact->goods), count, or_none(fact->person));
        break;
    }
    put_note(words, fact->note);
    return fact->kind == PAIDAN__POINTS_KIND__POINTS_AWARDED    ? SAY_GOOD
           : fact->kind == PAIDAN__POINTS_KIND__POINTS_REVERSED ? SAY_WARN
                                                                : SAY_PLAIN;
}

enum say_tone say_points_words(const struct say *say, const Paidan__Event *event, char *text,
                               size_t size)
{
    struct words words = {.say = say, .text = text, .size = size};
    CHECK(say_points_knows(event->fact_case));
    CHECK(size > 0);
    if (event->fact_case == PAIDAN__EVENT__FACT_POINTS_ENTERED) {
        return entered(&words, event->points_entered);
    }
    put(&words,
        say_choose(say, "%s 按规则 %s 的积分已到上限，不再奖励",
                   "%s has reached a limit of rule %s: no points"),
        or_none(event->points_passed->person), or_none(event->points_passed->rule));
    return SAY_FAINT;
}
