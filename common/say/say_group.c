/* say_group: facts of groups to sentences. A ticket of a group is named by its public number and by nothing
 * else: what one resident reads of another's is that number alone. */
#include "common/say/say_group.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

bool say_group_knows(Paidan__Event__FactCase fact)
{
    return fact == PAIDAN__EVENT__FACT_MERGED || fact == PAIDAN__EVENT__FACT_UNMERGED ||
           fact == PAIDAN__EVENT__FACT_JOINED || fact == PAIDAN__EVENT__FACT_PARTED;
}

/* What a dispatcher wrote, behind a colon: masked already when it became a fact. */
static const char *colon(const struct say *say, const char *note)
{
    return note == NULL || note[0] == '\0' ? "" : say_choose(say, "：", ": ");
}

static enum say_tone merged(const struct say *say, const Paidan__Merged *fact, char *text,
                            size_t size)
{
    char number[NUMBER_BYTES], sure[64] = "";
    const bool by_desk = fact->has_by_desk && fact->by_desk;
    const char *note = fact->note == NULL ? "" : fact->note;
    number_format(fact->into, number);
    if (fact->has_permille) {
        (void)snprintf(sure, sizeof sure, say_choose(say, "（把握 %u.%u%%）", " (%u.%u%% sure)"),
                       fact->permille / 10, fact->permille % 10);
    }
    (void)snprintf(text, size, "%s%s%s%s%s",
                   by_desk ? say_choose(say, "并入 ", "merged into ")
                           : say_choose(say, "系统并入 ", "merged by itself into "),
                   number, sure, colon(say, note), note);
    return SAY_NEWS;
}

static const char *why(const struct say *say, const Paidan__Unmerged *fact)
{
    if (fact->has_why && fact->why == PAIDAN__UNMERGE_CAUSE__UNMERGE_OVER) {
        return say_choose(say, "：那件已办结或撤回", ": that one was over already");
    }
    if (fact->has_why && fact->why == PAIDAN__UNMERGE_CAUSE__UNMERGE_WITHDRAWN) {
        return say_choose(say, "：那件已由本人撤回", ": its resident withdrew that one");
    }
    return "";
}

static enum say_tone unmerged(const struct say *say, const Paidan__Unmerged *fact, char *text,
                              size_t size)
{
    char number[NUMBER_BYTES];
    const char *note = fact->note == NULL ? "" : fact->note;
    number_format(fact->from, number);
    (void)snprintf(text, size, "%s%s%s%s%s",
                   say_choose(say, "解除并单，不再并入 ", "unmerged from "), number, why(say, fact),
                   colon(say, note), note);
    return SAY_WARN;
}

static enum say_tone joined(const struct say *say, const Paidan__Joined *fact, char *text,
                            size_t size)
{
    char number[NUMBER_BYTES], at[SAY_TIME_BYTES];
    number_format(fact->member, number);
    const int made = snprintf(text, size,
                              say_choose(say, "又有诉求并入：%s，现共并入 %u 件",
                                         "another report was merged into it: %s, %u by now"),
                              number, fact->count);
    if (fact->has_outer_due_ms && made > 0 && (size_t)made < size) {
        say_time_exact(say, fact->outer_due_ms, at);
        (void)snprintf(text + made, size - (size_t)made, "%s%s",
                       say_choose(say, "；上级时限提前到 ", "; the deadline from above is now "),
                       at);
    }
    return SAY_WARN;
}

/* What goes with it: who works on the ticket has to know by when it is due now. */
static enum say_tone parted(const struct say *say, const Paidan__Parted *fact, char *text,
                            size_t size)
{
    char number[NUMBER_BYTES], at[SAY_TIME_BYTES], urgency[128] = "", due[128] = "";
    number_format(fact->member, number);
    if (fact->has_urgency && fact->has_before) {
        (void)snprintf(urgency, sizeof urgency,
                       say_choose(say, "；紧急程度由%s恢复为%s", "; urgency from %s back to %s"),
                       say_words_urgency(say, fact->before), say_words_urgency(say, fact->urgency));
    }
    if (fact->has_outer_due_ms && fact->outer_due_ms != 0) {
        say_time_exact(say, fact->outer_due_ms, at);
        (void)snprintf(due, sizeof due, "%s%s",
                       say_choose(say, "；上级时限恢复为 ", "; the deadline from above is again "),
                       at);
    } else if (fact->has_outer_due_ms) {
        (void)snprintf(due, sizeof due, "%s",
                       say_choose(say, "；不再有上级时限", "; no deadline from above any more"));
    }
    const int made = snprintf(text, size,
                              say_choose(say, "移出并单：%s，还有 %u 件%s%s",
                                         "merged into it no more: %s, %u are left%s%s"),
                              number, fact->count, urgency, due);
    size_t used = made > 0 && (size_t)made < size ? (size_t)made : size;
    for (size_t index = 0; index < fact->n_clocks && used < size; index++) {
        say_time_exact(say, fact->clocks[index]->due_ms, at);
        const int more = snprintf(text + used, size - used, "%s%s%s%s", say_choose(say, "；", "; "),
                                  say_words_clock(say, fact->clocks[index]->clock),
                                  say_choose(say, "期限 ", " due "), at);
        used = more > 0 && (size_t)more < size - used ? used + (size_t)more : size;
    }
    return SAY_NEWS;
}

enum say_tone say_group_words(const struct say *say, const Paidan__Event *event, char *text,
                              size_t size)
{
    CHECK(event != NULL);
    CHECK(size > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_MERGED:
        return merged(say, event->merged, text, size);
    case PAIDAN__EVENT__FACT_UNMERGED:
        return unmerged(say, event->unmerged, text, size);
    case PAIDAN__EVENT__FACT_JOINED:
        return joined(say, event->joined, text, size);
    default:
        CHECK(event->fact_case == PAIDAN__EVENT__FACT_PARTED);
        return parted(say, event->parted, text, size);
    }
}
