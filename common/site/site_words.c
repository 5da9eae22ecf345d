/* site_words: the words by which a site's categories and places are found in a text.
 *
 * A word is kept in its normalised form, as texts are searched in theirs (common/text). One word
 * may stand for many targets (46 names of communities occur twice in one city), so equal words are
 * put together once all are known, with their targets in the order of the walk through the areas:
 * that is what lets site_guess look for the part of an area by halving. */
#include "common/site/site_private.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/text/text.h"

/* Of text that is known to be UTF-8: every byte that begins a character. */
static uint32_t char_count(const char *text, size_t bytes)
{
    uint32_t count = 0;
    for (size_t index = 0; index < bytes; index++) {
        count += ((unsigned char)text[index] & 0xc0) != 0x80 ? 1 : 0;
    }
    return count;
}

void site_words_add(struct site_load *load, struct site_words *words, const char *text,
                    const struct site_word_entry *entry)
{
    CHECK(words->word_count == 0); /* none was put together yet */
    char *normal = NULL;
    size_t bytes = 0;
    const bool place = words == &load->site->index->places;
    if ((place ? text_normalise_place : text_normalise)(&load->arena, text, &normal, &bytes) !=
        RC_OK) {
        load->no_memory = true; /* the file was found to be UTF-8 */
        return;
    }
    const uint32_t chars = char_count(normal, bytes);
    if (chars < SITE_WORD_CHARS_MIN) {
        if (entry->line != 0) { /* an area may well be called "A", but nothing is found by it */
            site_say(load, entry->line, SAY_WORD_TOO_SHORT, site_shown(load, text));
        }
        return;
    }
    if (bytes > NAME_BYTES_MAX) {
        site_say(load, entry->line, SAY_WORD_TOO_LONG, site_shown(load, text));
        return;
    }
    char *kept = site_pool_alloc(&load->site->index->pool, bytes + 1);
    if (kept == NULL ||
        !site_grow((void **)&words->entries, words->entry_count, sizeof *words->entries)) {
        load->no_memory = true;
        return;
    }
    memcpy(kept, normal, bytes + 1);
    struct site_word_entry *added = &words->entries[words->entry_count++];
    *added = *entry;
    added->text = kept;
    added->bytes = (uint32_t)bytes;
    added->chars = chars;
}

/* By word, then by target in the order of ranks (NULL: of their positions), then by line: the
 * order that site_words_group and the searches by halving rely on. */
static int entry_order(const void *left, const void *right, void *ranks)
{
    const struct site_word_entry *a = left;
    const struct site_word_entry *b = right;
    const uint32_t *rank = ranks;
    const int texts = strcmp(a->text, b->text);
    if (texts != 0) {
        return texts;
    }
    const uint32_t rank_a = rank == NULL ? a->target : rank[a->target];
    const uint32_t rank_b = rank == NULL ? b->target : rank[b->target];
    if (rank_a != rank_b) {
        return rank_a < rank_b ? -1 : 1;
    }
    return a->line < b->line ? -1 : a->line > b->line;
}

bool site_words_group(struct site_words *words, uint32_t *ranks)
{
    CHECK(words->word_count == 0); /* once */
    if (words->entry_count == 0) {
        return true;
    }
    qsort_r(words->entries, words->entry_count, sizeof *words->entries, entry_order, ranks);
    for (uint32_t index = 0; index < words->entry_count; index++) {
        const struct site_word_entry *entry = &words->entries[index];
        struct site_word *last =
            words->word_count == 0 ? NULL : &words->words[words->word_count - 1];
        if (last != NULL && strcmp(last->text, entry->text) == 0) {
            last->count++;
            continue;
        }
        if (!site_grow((void **)&words->words, words->word_count, sizeof *words->words)) {
            return false;
        }
        CHECK(words->words != NULL);
        words->words[words->word_count++] = (struct site_word){.text = entry->text,
                                                               .bytes = entry->bytes,
                                                               .chars = entry->chars,
                                                               .first = index,
                                                               .count = 1};
    }
    return true;
}

enum rc site_words_match(const struct site_words *words, struct match **match)
{
    struct match_builder *builder = NULL;
    enum rc rc = match_builder_new(&builder);
    /* The automaton says which word it found by its position here. */
    for (uint32_t index = 0; rc == RC_OK && index < words->word_count; index++) {
        const struct site_word *word = &words->words[index];
        rc = match_builder_add(builder, word->text, word->bytes, index);
    }
    if (rc != RC_OK) {
        match_builder_free(builder);
        return rc;
    }
    return match_builder_finish(builder, match);
}

void site_words_check(struct site_load *load, const struct site_words *words, enum site_file file)
{
    CHECK(file == SITE_CATEGORIES || file == SITE_ALIASES);
    load->file = file;
    for (uint32_t index = 1; index < words->entry_count; index++) {
        const struct site_word_entry *before = &words->entries[index - 1];
        const struct site_word_entry *entry = &words->entries[index];
        if (before->target != entry->target || strcmp(before->text, entry->text) != 0) {
            continue;
        }
        if (before->exclude != entry->exclude) {
            site_say(load, entry->line, SAY_KEYWORD_EXCLUDED, site_shown(load, entry->text));
        } else if (file == SITE_CATEGORIES) {
            site_warn(load, entry->line, SAY_KEYWORD_DUPLICATE, site_shown(load, entry->text));
        } else if (before->line != 0) {
            site_warn(load, entry->line, SAY_ALIAS_DUPLICATE, site_shown(load, entry->text));
        }
        arena_reset(&load->arena);
    }
}
