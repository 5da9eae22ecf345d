/* say_bulletin: who wrote a bulletin and who approved it stand in the cause, which whoever prints a fact shows
 * beside it; here stands what was done. Owns nothing. */

#include "common/say/say_bulletin.h"

#include <stdio.h>

#include "common/base/check.h"

bool say_bulletin_knows(Paidan__Event__FactCase fact)
{
    return fact == PAIDAN__EVENT__FACT_BULLETIN_DRAFTED ||
           fact == PAIDAN__EVENT__FACT_BULLETIN_RULED ||
           fact == PAIDAN__EVENT__FACT_BULLETIN_WITHDRAWN;
}

static enum say_tone ruled(const struct say *say, const Paidan__BulletinRuled *fact, char *text,
                           size_t size)
{
    if (fact->granted) {
        (void)snprintf(text, size, say_choose(say, "公示：%s", "published: %s"),
                       fact->title == NULL ? "" : fact->title);
        return SAY_GOOD;
    }
    (void)snprintf(text, size, say_choose(say, "公示未通过：%s", "not published: %s"),
                   fact->note == NULL ? "" : fact->note);
    return SAY_WARN;
}

enum say_tone say_bulletin_words(const struct say *say, const Paidan__Event *event, char *text,
                                 size_t size)
{
    CHECK(size > 0);
    CHECK(say_bulletin_knows(event->fact_case));
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_BULLETIN_DRAFTED:
        (void)snprintf(text, size,
                       say_choose(say, "拟了公示，待审：%s", "a bulletin waits for review: %s"),
                       event->bulletin_drafted->title);
        return SAY_NEWS;
    case PAIDAN__EVENT__FACT_BULLETIN_RULED:
        return ruled(say, event->bulletin_ruled, text, size);
    default:
        (void)snprintf(text, size, say_choose(say, "撤下公示：%s", "bulletin taken down: %s"),
                       event->bulletin_withdrawn->reason);
        return SAY_WARN;
    }
}
