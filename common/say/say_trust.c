/* say_trust: sentences with the numbers that led to them, since whoever is answerable for what goes out
 * by itself must be able to judge a change without a look at the log. Owns nothing. What must stay true:
 * a note of a person stands last and in his own words. */

#include "common/say/say_trust.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/say_words.h"

/* "自动分拨收紧：漏水（准确率低于目标：20 件中 16 件正确，80.0%，目标 98.0%）；把握至少 85.0%（原 70.0%）". */
enum say_tone say_trust_changed(const struct say *say, const Paidan__TrustChanged *fact, char *text,
                                size_t size)
{
    const bool withdrawn = fact->has_withdrawn && fact->withdrawn;
    const bool less = fact->to_step > fact->from_step;
    char part[256];
    CHECK(size > 0);
    (void)snprintf(text, size, "%s%s%s%s",
                   withdrawn ? say_choose(say, "暂停自动分拨：", "no longer routed by itself: ")
                   : less ? say_choose(say, "自动分拨收紧：", "routed by itself only when surer: ")
                          : say_choose(say, "自动分拨放宽：", "routed by itself more freely: "),
                   say_category(say, fact->category), say_choose(say, "（", " ("),
                   say_words_trust_why(say, fact->why));
    if (fact->of > 0) {
        (void)snprintf(part, sizeof part,
                       say_choose(say, "：%u 件中 %u 件正确，%u.%u%%，目标 %u.%u%%",
                                  ": of %u, %u were right, %u.%u%%; the target is %u.%u%%"),
                       fact->of, fact->right, fact->measured / 10, fact->measured % 10,
                       fact->target / 10, fact->target % 10);
        say_add(text, size, "", part);
    }
    say_add(text, size, "", say_choose(say, "）", ")"));
    if (fact->has_from_permille && !withdrawn) {
        (void)snprintf(part, sizeof part,
                       say_choose(say, "；把握至少 %u.%u%%（原 %u.%u%%）",
                                  "; sure at least by %u.%u%% (before: %u.%u%%)"),
                       fact->to_permille / 10, fact->to_permille % 10, fact->from_permille / 10,
                       fact->from_permille % 10);
        say_add(text, size, "", part);
    }
    if (fact->note != NULL && fact->note[0] != '\0') {
        say_add(text, size, say_choose(say, "：", ": "), fact->note);
    }
    return less ? SAY_WARN : SAY_GOOD;
}

enum say_tone say_trust_proved(const struct say *say, const Paidan__Proved *fact, char *text,
                               size_t size)
{
    size_t right = 0, wrong = 0;
    CHECK(size > 0);
    for (size_t index = 0; index < fact->n_proofs; index++) {
        right += fact->proofs[index]->has_right && fact->proofs[index]->right ? 1 : 0;
        wrong += fact->proofs[index]->has_right && !fact->proofs[index]->right ? 1 : 0;
    }
    (void)snprintf(text, size,
                   say_choose(say, "自动分拨验证：正确 %zu 件，错误 %zu 件",
                              "dispatches of its own, as they ended: %zu right, %zu wrong"),
                   right, wrong);
    return wrong > 0 ? SAY_WARN : SAY_PLAIN;
}
