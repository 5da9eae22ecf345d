/* say_archive: what archive did, in words. What it keeps of others is theirs to say; here it is only
 * that it was kept. A reason is a person's and stands in his own words. */
#include "common/say/say_archive.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/say_facts_private.h"
#include "common/say/say_points.h"

bool say_archive_knows(Paidan__Event__FactCase fact)
{
    return fact == PAIDAN__EVENT__FACT_ARCHIVED || fact == PAIDAN__EVENT__FACT_EXEMPT_ASKED ||
           fact == PAIDAN__EVENT__FACT_EXEMPT_RULED || say_points_knows(fact);
}

enum say_tone say_archive_words(const struct say *say, const Paidan__Event *event, char *text,
                                size_t size)
{
    struct words words = {.say = say, .text = text, .size = size};
    CHECK(say_archive_knows(event->fact_case));
    CHECK(size > 0);
    if (say_points_knows(event->fact_case)) {
        return say_points_words(say, event, text, size);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_ARCHIVED) {
        put(&words, say_choose(say, "归档 %s 的记录 %zu 条", "archived of %s: %zu records"),
            event->archived->log, event->archived->n_records);
        return SAY_FAINT;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_EXEMPT_ASKED) {
        put_say(&words, "申请剔除，等待复核", "asked to be taken out of the rates, to be reviewed");
        put_note(&words, event->exempt_asked->reason);
        return SAY_WARN;
    }
    const Paidan__ExemptRuled *const ruled = event->exempt_ruled;
    put(&words, "%s%s%s",
        ruled->granted
            ? say_choose(say, "复核同意剔除，不计入三率（", "taken out of the rates (asked by ")
            : say_choose(say, "复核不同意剔除（", "not taken out of the rates (asked by "),
        ruled->asked_by, say_choose(say, " 申请）", ")"));
    put_note(&words, ruled->granted ? ruled->reason : ruled->note);
    return ruled->granted ? SAY_WARN : SAY_PLAIN;
}
