/* site_index: finding things in a loaded site by code, by responsibility and by word. */

#include "common/site/site_private.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/site/site_mistakes.h"
#include "common/text/text.h"

enum {
    POOL_BLOCK_BYTES = 64 << 10,
    TABLE_SLOTS_MIN = 64,
};

/* ---- memory ---- */

struct site_pool_block {
    struct site_pool_block *next;
    size_t used, bytes;
    _Alignas(8) unsigned char data[];
};

void *site_pool_alloc(struct site_pool *pool, size_t bytes)
{
    const size_t rounded = (bytes + 7) & ~(size_t)7;
    struct site_pool_block *block = pool->blocks;
    if (block == NULL || block->bytes - block->used < rounded) {
        const size_t size = rounded > POOL_BLOCK_BYTES ? rounded : POOL_BLOCK_BYTES;
        block = calloc(1, sizeof *block + size);
        if (block == NULL) {
            return NULL;
        }
        block->bytes = size;
        block->next = pool->blocks;
        pool->blocks = block;
    }
    void *found = block->data + block->used;
    block->used += rounded;
    return found;
}

void site_pool_fini(struct site_pool *pool)
{
    struct site_pool_block *block = pool->blocks;
    while (block != NULL) {
        struct site_pool_block *next = block->next;
        free(block);
        block = next;
    }
    pool->blocks = NULL;
}

bool site_grow(void **items, uint32_t count, size_t item_bytes)
{
    if ((count & (count - 1)) != 0) {
        return true; /* room until the next power of two */
    }
    const size_t larger = count == 0 ? 1 : (size_t)count * 2;
    void *moved = realloc(*items, larger * item_bytes);
    if (moved == NULL) {
        return false;
    }
    *items = moved;
    return true;
}

/* ---- codes ---- */

/* FNV-1a: codes come from the site's own files, not from strangers. */
static uint32_t code_hash(const char *code)
{
    uint32_t hash = 2166136261u;
    for (; *code != '\0'; code++) {
        hash = (hash ^ (unsigned char)*code) * 16777619u;
    }
    return hash;
}

static const char *code_at(const void *items, size_t item_bytes, uint32_t position)
{
    return (const char *)items + (size_t)position * item_bytes;
}

uint32_t site_table_find(const struct site_table *table, const void *items, size_t item_bytes,
                         const char *code)
{
    if (table->slot_count == 0) {
        return SITE_NONE;
    }
    const uint32_t mask = table->slot_count - 1;
    for (uint32_t slot = code_hash(code) & mask; table->slots[slot] != 0;
         slot = (slot + 1) & mask) {
        if (strcmp(code_at(items, item_bytes, table->slots[slot] - 1), code) == 0) {
            return table->slots[slot] - 1;
        }
    }
    return SITE_NONE;
}

static void table_put(struct site_table *table, const char *code, uint32_t position)
{
    const uint32_t mask = table->slot_count - 1;
    uint32_t slot = code_hash(code) & mask;
    while (table->slots[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    table->slots[slot] = position + 1;
    table->used++;
}

static bool table_enlarge(struct site_table *table, const void *items, size_t item_bytes)
{
    struct site_table larger = {.slot_count = table->slot_count == 0 ? TABLE_SLOTS_MIN
                                                                     : table->slot_count * 2};
    larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
    if (larger.slots == NULL) {
        return false;
    }
    for (uint32_t slot = 0; slot < table->slot_count; slot++) {
        if (table->slots[slot] != 0) {
            const uint32_t position = table->slots[slot] - 1;
            table_put(&larger, code_at(items, item_bytes, position), position);
        }
    }
    free(table->slots);
    *table = larger;
    return true;
}

bool site_table_add(struct site_table *table, const void *items, size_t item_bytes,
                    uint32_t position)
{
    if ((table->used + 1) * 2 > table->slot_count && !table_enlarge(table, items, item_bytes)) {
        return false;
    }
    table_put(table, code_at(items, item_bytes, position), position);
    return true;
}

/* ---- responsibility ---- */

static uint32_t matrix_hash(uint32_t category, uint32_t area, uint32_t level)
{
    uint64_t hash = ((uint64_t)category << 32 | area) * 0x9e3779b97f4a7c15ull;
    hash = (hash ^ (hash >> 29) ^ level) * 0xbf58476d1ce4e5b9ull;
    return (uint32_t)(hash >> 32);
}

uint32_t site_index_matrix(const struct site_index *index, uint32_t category, uint32_t area,
                           uint32_t level)
{
    if (index->matrix_slot_count == 0) {
        return SITE_NONE;
    }
    const uint32_t mask = index->matrix_slot_count - 1;
    for (uint32_t slot = matrix_hash(category, area, level) & mask; index->matrix_slots[slot] != 0;
         slot = (slot + 1) & mask) {
        const struct site_matrix_row *row = &index->matrix[index->matrix_slots[slot] - 1];
        if (row->category == category && row->area == area && row->level == level) {
            return index->matrix_slots[slot] - 1;
        }
    }
    return SITE_NONE;
}

static void matrix_put(struct site_index *index, uint32_t position)
{
    const struct site_matrix_row *row = &index->matrix[position];
    const uint32_t mask = index->matrix_slot_count - 1;
    uint32_t slot = matrix_hash(row->category, row->area, row->level) & mask;
    while (index->matrix_slots[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    index->matrix_slots[slot] = position + 1;
}

static bool matrix_enlarge(struct site_index *index)
{
    const uint32_t count =
        index->matrix_slot_count == 0 ? TABLE_SLOTS_MIN : index->matrix_slot_count * 2;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(index->matrix_slots);
    index->matrix_slots = slots;
    index->matrix_slot_count = count;
    for (uint32_t position = 0; position < index->matrix_count; position++) {
        matrix_put(index, position);
    }
    return true;
}

bool site_index_matrix_add(struct site_index *index, const struct site_matrix_row *row)
{
    if ((index->matrix_count + 1) * 2 > index->matrix_slot_count && !matrix_enlarge(index)) {
        return false;
    }
    if (!site_grow((void **)&index->matrix, index->matrix_count, sizeof *index->matrix)) {
        return false;
    }
    index->matrix[index->matrix_count] = *row;
    matrix_put(index, index->matrix_count);
    index->matrix_count++;
    return true;
}

/* ---- words ---- */

static uint32_t char_count(const char *text, size_t bytes)
{
    uint32_t count = 0;
    for (size_t index = 0; index < bytes; index++) {
        count += ((unsigned char)text[index] & 0xc0) != 0x80 ? 1 : 0;
    }
    return count;
}

void site_index_word(struct site_load *load, struct site_words *words, const char *text,
                     const struct site_word_entry *entry)
{
    char *normal = NULL;
    size_t bytes = 0;
    if (text_normalise(&load->arena, text, &normal, &bytes) != RC_OK) {
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

/* ranks: order of targets; NULL: their own. */
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

static bool words_group(struct site_words *words, uint32_t *ranks)
{
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

static enum rc words_match(const struct site_words *words, struct match **match)
{
    struct match_builder *builder = NULL;
    enum rc rc = match_builder_new(&builder);
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

/* The same word twice for one category or area. */
static void words_check(struct site_load *load, const struct site_words *words, enum site_file file)
{
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

/* ---- the walk through the areas ---- */

/* Areas as lists of children: first[a] and next[child], a + 1, 0 ends; first[count]: the roots. */
struct family {
    uint32_t *first, *next;
};

static void family_fill(const struct site *site, struct family *family)
{
    for (uint32_t index = site->area_count; index > 0; index--) {
        const uint32_t area = index - 1;
        const uint32_t parent = site->areas[area].parent;
        uint32_t *first = &family->first[parent == SITE_NONE ? site->area_count : parent];
        family->next[area] = *first;
        *first = area + 1;
    }
}

/* Down to the first child, else on to the next of the nearest ancestor that has one. */
static void walk(const struct site *site, const struct family *family)
{
    struct site_index *index = site->index;
    uint32_t rank = 0;
    uint32_t at = family->first[site->area_count];
    while (at != 0) {
        uint32_t area = at - 1;
        index->area_ranks[area] = rank++;
        at = family->first[area];
        while (at == 0 && area != SITE_NONE) {
            index->area_ends[area] = rank;
            at = family->next[area];
            area = site->areas[area].parent;
        }
    }
    CHECK(rank == site->area_count);
}

static bool rank_areas(struct site *site)
{
    struct site_index *index = site->index;
    const size_t count = (size_t)site->area_count + 1;
    struct family family = {.first = calloc(count, sizeof(uint32_t)),
                            .next = calloc(count, sizeof(uint32_t))};
    index->area_ranks = calloc(count, sizeof(uint32_t));
    index->area_ends = calloc(count, sizeof(uint32_t));
    const bool room = family.first != NULL && family.next != NULL && index->area_ranks != NULL &&
                      index->area_ends != NULL;
    if (room) {
        family_fill(site, &family);
        walk(site, &family);
    }
    free(family.first);
    free(family.next);
    return room;
}

void site_index_build(struct site_load *load)
{
    struct site *site = load->site;
    struct site_index *index = site->index;
    if (!rank_areas(site) || !words_group(&index->keywords, NULL) ||
        !words_group(&index->places, index->area_ranks)) {
        load->no_memory = true;
        return;
    }
    words_check(load, &index->keywords, SITE_CATEGORIES);
    words_check(load, &index->places, SITE_ALIASES);
    if (load->report->count > 0) {
        return; /* nobody will search */
    }
    if (words_match(&index->keywords, &site->keywords) != RC_OK ||
        words_match(&index->places, &site->places) != RC_OK) {
        load->no_memory = true;
    }
}

void site_index_free(struct site_index *index)
{
    if (index == NULL) {
        return;
    }
    free(index->areas.slots);
    free(index->units.slots);
    free(index->categories.slots);
    free(index->channels.slots);
    free(index->calendars.slots);
    free(index->matrix);
    free(index->matrix_slots);
    free(index->area_ranks);
    free(index->area_ends);
    free(index->keywords.words);
    free(index->keywords.entries);
    free(index->places.words);
    free(index->places.entries);
    site_pool_fini(&index->pool);
    free(index);
}
