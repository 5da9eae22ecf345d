/* say_brief: a ticket in one line, as listings, the sheet and the board show it. Which of several
 * deadlines a row stands for is decided here once, so that no two views of a ticket disagree. */
#include "common/say/say_brief.h"

#include <stdio.h>

#include "common/base/check.h"
#include "common/say/say_time.h"
#include "common/say/say_words.h"

bool say_brief_due(const Paidan__Brief *brief, uint64_t *due_ms, uint64_t *warn_ms)
{
    const Paidan__ClockSet *next = NULL;
    for (size_t index = 0; index < brief->n_clocks; index++) {
        if (next == NULL || brief->clocks[index]->due_ms < next->due_ms) {
            next = brief->clocks[index];
        }
    }
    *due_ms = next == NULL ? 0 : next->due_ms;
    *warn_ms = next != NULL && next->has_warn_ms ? next->warn_ms : 0;
    return next != NULL;
}

enum say_tone say_brief_deadline(const struct say *say, const Paidan__Brief *brief, uint64_t now_ms,
                                 char *text, size_t size)
{
    uint64_t due_ms = 0, warn_ms = 0;
    if (brief->state == PAIDAN__STATE__STATE_SUSPENDED && brief->has_suspended_until_ms) {
        char at[SAY_TIME_BYTES], span[SAY_TIME_BYTES];
        say_time_short(say, brief->suspended_until_ms, now_ms, at);
        say_time_span(say, (int64_t)brief->suspended_until_ms - (int64_t)now_ms, span);
        (void)snprintf(text, size, say_choose(say, "停 %s (%s)", "still %s (%s)"), span, at);
        return SAY_NEWS;
    }
    if (!say_brief_due(brief, &due_ms, &warn_ms)) {
        (void)snprintf(text, size, "-");
        return SAY_FAINT;
    }
    return say_time_deadline(say, due_ms, warn_ms, now_ms, text, size);
}

/* "协办1/2": done of all; late as soon as one is. */
static void add_tasks(const struct say *say, const Paidan__Brief *brief, char *text, size_t size)
{
    const char *between = say_choose(say, " ", ", ");
    size_t done = 0;
    bool late = false;
    char word[64];
    for (size_t index = 0; index < brief->n_assist_tasks; index++) {
        done += brief->assist_tasks[index]->done ? 1 : 0;
        late = late || (brief->assist_tasks[index]->has_late && brief->assist_tasks[index]->late);
    }
    if (brief->n_assist_tasks > 0) {
        (void)snprintf(word, sizeof word, "%s%zu/%zu%s", say_choose(say, "协办", "assist "), done,
                       brief->n_assist_tasks, late ? say_choose(say, "超时", " late") : "");
        say_add(text, size, between, word);
    }
}

void say_brief_marks(const struct say *say, const Paidan__Brief *brief, char *text, size_t size)
{
    const char *between = say_choose(say, " ", ", ");
    char word[160];
    CHECK(size > 0);
    text[0] = '\0';
    if (brief->has_confidential && brief->confidential) {
        say_add(text, size, between, say_choose(say, "保密", "confidential"));
    }
    if (brief->has_supervised && brief->supervised) {
        say_add(text, size, between, say_choose(say, "督办", "supervised"));
    }
    if (brief->has_urges && brief->urges > 0) {
        (void)snprintf(word, sizeof word, "%s%u", say_choose(say, "催办", "urged "), brief->urges);
        say_add(text, size, between, word);
    }
    if (brief->has_request) {
        (void)snprintf(word, sizeof word, say_choose(say, "待批%s%s%s", "%s asked%s%s"),
                       say_words_request_kind(say, brief->request),
                       brief->request_to == NULL ? "" : say_choose(say, "→", " of "),
                       brief->request_to == NULL ? "" : say_unit(say, brief->request_to));
        say_add(text, size, between, word);
    }
    if (brief->has_mode && brief->mode != PAIDAN__MODE__MODE_ORDINARY) {
        say_add(text, size, between, say_words_mode(say, brief->mode));
    }
    if (brief->person != NULL) {
        (void)snprintf(word, sizeof word, "%s%s", say_choose(say, "定人", "person "),
                       brief->person);
        say_add(text, size, between, word);
    }
    add_tasks(say, brief, text, size);
    if (brief->has_appealed && brief->appealed) {
        (void)snprintf(word, sizeof word, "%s%s%s", say_choose(say, "申诉中", "appealed"),
                       brief->appeal_to == NULL ? "" : say_choose(say, "→", " to "),
                       brief->appeal_to == NULL ? "" : say_unit(say, brief->appeal_to));
        say_add(text, size, between, word);
    }
    if (brief->has_exempt && brief->exempt) {
        say_add(text, size, between, say_choose(say, "免计超时", "exempt"));
    }
}
