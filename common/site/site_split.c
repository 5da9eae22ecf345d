/* site_split: sentences of a text, each judged by itself.
 *
 * A suggestion for the dispatcher, who reads the text: so a part must be as sure by itself as a whole
 * ticket has to be, must be long enough to say anything, and what lies between two sure sentences
 * belongs to the first of them. Bounded: only the first sentences are looked at, for a text of many
 * matters goes to a person anyway. */

#include "common/site/site_split.h"

#include <string.h>

#include "common/base/check.h"

enum {
    SENTENCES_MAX = 24,
    LETTERS_MIN = 8, /* "谢谢。", "请尽快处理。": too little to be a matter */
};

/* What begins another matter without a full stop before it. */
static const char *const openers[] = {"另外", "还有", "此外", "同时", "其次", "二是",
                                      "三是", "第二", "第三", "2、",  "2.",   "3、",
                                      "3.",   "二、", "三、", "顺便", "再者"};
/* What a sentence ends with. */
static const char *const enders[] = {"。", "！", "？", "；", "!", "?", ";", "\n"};

static size_t one_of(const char *const *words, size_t count, const char *at)
{
    for (size_t index = 0; index < count; index++) {
        const size_t bytes = strlen(words[index]);
        if (strncmp(at, words[index], bytes) == 0) {
            return bytes;
        }
    }
    return 0;
}

/* The end of the sentence that begins at text; after a comma an opener ends it too. */
static size_t sentence(const char *text)
{
    size_t at = 0;
    while (text[at] != '\0') {
        const size_t ends = one_of(enders, sizeof enders / sizeof enders[0], text + at);
        if (ends > 0) {
            return at + ends;
        }
        const bool comma = text[at] == ',' || strncmp(text + at, "，", strlen("，")) == 0;
        const size_t bytes = comma ? (text[at] == ',' ? 1 : strlen("，")) : 1;
        at += bytes;
        if (comma && one_of(openers, sizeof openers / sizeof openers[0], text + at) > 0) {
            return at;
        }
    }
    return at;
}

static size_t letters(const char *text, size_t bytes)
{
    size_t count = 0;
    for (size_t at = 0; at < bytes; at++) {
        count += ((unsigned char)text[at] & 0xc0) != 0x80 ? 1 : 0;
    }
    return count;
}

/* A sentence that is sure of another branch than the part before begins a part. */
static bool take(const struct site *site, struct site_split *split, size_t at,
                 const struct site_belief *belief)
{
    struct site_split_part *last = split->count == 0 ? NULL : &split->parts[split->count - 1];
    CHECK(belief->sure != SITE_NONE);
    if (last != NULL && site_model_related(site, last->category, belief->sure)) {
        last->permille =
            belief->sure_permille > last->permille ? belief->sure_permille : last->permille;
        return true;
    }
    if (split->count == SITE_SPLIT_PARTS_MAX) {
        return false;
    }
    split->parts[split->count++] = (struct site_split_part){
        .at = at, .category = belief->sure, .permille = belief->sure_permille};
    return true;
}

/* Two at least that differ: "A, then B, then A" is three, A alone is none. */
static void finish(const struct site *site, size_t bytes, struct site_split *split)
{
    if (split->count < 2) {
        split->count = 0;
        return;
    }
    CHECK(!site_model_related(site, split->parts[0].category, split->parts[1].category));
    split->parts[0].at = 0; /* "您好，" */
    for (uint32_t index = 0; index < split->count; index++) {
        const size_t end = index + 1 < split->count ? split->parts[index + 1].at : bytes;
        CHECK(end > split->parts[index].at);
        split->parts[index].bytes = end - split->parts[index].at;
    }
}

enum rc site_split_find(struct arena *arena, const struct site *site, const char *text,
                        site_model_threshold_fn *threshold, void *context, struct site_split *split)
{
    size_t at = 0;
    *split = (struct site_split){.count = 0};
    for (unsigned seen = 0; seen < SENTENCES_MAX && text[at] != '\0'; seen++) {
        const size_t bytes = sentence(text + at);
        struct site_belief belief;
        CHECK(bytes > 0);
        if (letters(text + at, bytes) >= LETTERS_MIN) {
            const struct learn_text one = {.text = text + at, .text_bytes = bytes};
            const enum rc rc =
                site_model_believe(arena, &site->triage.model, &one, threshold, context, &belief);
            if (rc != RC_OK) {
                return rc;
            }
            if (belief.sure != SITE_NONE && !take(site, split, at, &belief)) {
                break;
            }
        }
        at += bytes;
    }
    finish(site, at + strlen(text + at), split);
    return RC_OK;
}
