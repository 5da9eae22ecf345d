/* match: finds many words in one pass over a text.
 *
 * Aho-Corasick over bytes. The trie is laid out breadth first from the sorted words, so that the
 * children of a node lie side by side, ordered by their byte, and a step is one search in a few
 * neighbouring labels. The root has a full table, since most bytes of a text end there, and a set of
 * the ideographs that words begin with: of a complaint nearly no ideograph is in it, and one that is
 * not is passed over whole, at a fifth of the price of its three bytes. A site of
 * a street has some thousand words and a city's table of places a hundred thousand; both are
 * scanned at the speed at which the text is read.
 *
 * Built once, read-only afterwards. A pass costs the length of the text and the number of hits,
 * whatever the words are: nobody can write a text that takes longer. */

#include "common/text/match.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/utf8.h"

enum { FEW_CHILDREN = 4, BEGINS_WORDS = (1 << 16) / 64 };

/* order: in which they were added, so that equal words keep it. */
struct word {
    uint32_t offset, bytes; /* in the pool */
    uint32_t value, order;
};

struct match_builder {
    struct word *words;
    size_t word_count, word_capacity;
    char *pool;
    size_t pool_bytes, pool_capacity;
};

struct node {
    uint32_t first; /* child */
    uint32_t fail;  /* longest proper suffix that is in the trie */
    uint32_t link;  /* nearest suffix where a word ends; 0: none */
    uint32_t output, output_count;
    uint32_t child_count;
};

struct match {
    struct node *nodes;
    unsigned char *labels; /* byte that leads to a node */
    uint32_t node_count;
    uint32_t root[256];
    uint64_t
        begins[BEGINS_WORDS]; /* characters of three bytes that a word begins with, a bit each */
    bool whole;               /* every word begins with a whole character */
    uint32_t *values;         /* of the sorted words */
    uint32_t *lengths;
};

enum rc match_builder_new(struct match_builder **builder)
{
    struct match_builder *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    *builder = made;
    return RC_OK;
}

void match_builder_free(struct match_builder *builder)
{
    if (builder != NULL) {
        free(builder->words);
        free(builder->pool);
        free(builder);
    }
}

/* At least twice what is needed: adding one by one costs no more than all at once. */
static bool grow(void **items, size_t *capacity, size_t needed, size_t item_bytes)
{
    if (needed <= *capacity) {
        return true;
    }
    const size_t larger = needed * 2;
    void *moved = realloc(*items, larger * item_bytes);
    if (moved == NULL) {
        return false;
    }
    *items = moved;
    *capacity = larger;
    return true;
}

enum rc match_builder_add(struct match_builder *builder, const char *word, size_t bytes,
                          uint32_t value)
{
    CHECK(word != NULL);
    CHECK(bytes > 0);
    /* Nodes are numbered with 32 bits, one a byte. */
    if (bytes > UINT32_MAX - 1 - builder->pool_bytes ||
        !grow((void **)&builder->words, &builder->word_capacity, builder->word_count + 1,
              sizeof *builder->words) ||
        !grow((void **)&builder->pool, &builder->pool_capacity, builder->pool_bytes + bytes, 1)) {
        return RC_LIMIT;
    }
    memcpy(builder->pool + builder->pool_bytes, word, bytes);
    builder->words[builder->word_count] = (struct word){.offset = (uint32_t)builder->pool_bytes,
                                                        .bytes = (uint32_t)bytes,
                                                        .value = value,
                                                        .order = (uint32_t)builder->word_count};
    builder->word_count++;
    builder->pool_bytes += bytes;
    return RC_OK;
}

/* Bytewise, a word before those that begin with it: then the words below a node are neighbours. */
static int word_order(const void *left, const void *right, void *context)
{
    const struct word *a = left;
    const struct word *b = right;
    const char *pool = context;
    const uint32_t common = a->bytes < b->bytes ? a->bytes : b->bytes;
    const int difference = memcmp(pool + a->offset, pool + b->offset, common);
    if (difference != 0) {
        return difference;
    }
    if (a->bytes != b->bytes) {
        return a->bytes < b->bytes ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

/* What the breadth-first walk knows of a node: words [low, high) begin with its `depth` bytes. */
struct range {
    uint32_t low, high, depth;
};

/* Words that end at the node come first in its range; each byte that follows makes a child. */
static void layout_node(struct match *match, const struct match_builder *builder,
                        struct range *ranges, uint32_t index)
{
    CHECK(index < match->node_count);
    CHECK(ranges[index].low <= ranges[index].high);
    const struct range range = ranges[index];
    struct node *node = &match->nodes[index];
    uint32_t at = range.low;
    while (at < range.high && builder->words[at].bytes == range.depth) {
        at++;
    }
    node->output = range.low;
    node->output_count = at - range.low;
    node->first = match->node_count;
    while (at < range.high) {
        const char *pool = builder->pool + range.depth;
        const unsigned char byte = (unsigned char)pool[builder->words[at].offset];
        uint32_t end = at;
        while (end < range.high && (unsigned char)pool[builder->words[end].offset] == byte) {
            end++;
        }
        match->labels[match->node_count] = byte;
        ranges[match->node_count] =
            (struct range){.low = at, .high = end, .depth = range.depth + 1};
        match->node_count++;
        node->child_count++;
        at = end;
    }
}

/* 0: none. The root is nobody's child. */
static uint32_t child_of(const struct match *match, uint32_t index, unsigned char byte)
{
    CHECK(index < match->node_count);
    if (index == 0) {
        return match->root[byte];
    }
    const struct node *node = &match->nodes[index];
    const unsigned char *labels = match->labels + node->first;
    if (node->child_count <= FEW_CHILDREN) { /* nearly all */
        for (uint32_t at = 0; at < node->child_count; at++) {
            if (labels[at] == byte) {
                return node->first + at;
            }
        }
        return 0;
    }
    const unsigned char *found = memchr(labels, byte, node->child_count);
    return found == NULL ? 0 : node->first + (uint32_t)(found - labels);
}

/* The longest suffix of what was read that is in the trie, with this byte after it. */
static uint32_t next_of(const struct match *match, uint32_t index, unsigned char byte)
{
    uint32_t next = child_of(match, index, byte);
    while (next == 0 && index != 0) {
        index = match->nodes[index].fail;
        next = child_of(match, index, byte);
    }
    return next;
}

/* Breadth first: the fail node of a node lies nearer to the root and is complete. */
static void link_children(struct match *match, uint32_t index)
{
    const struct node *node = &match->nodes[index];
    for (uint32_t child = node->first; child < node->first + node->child_count; child++) {
        const uint32_t fail = index == 0 ? 0 : next_of(match, node->fail, match->labels[child]);
        const struct node *suffix = &match->nodes[fail];
        match->nodes[child].fail = fail;
        match->nodes[child].link = suffix->output_count > 0 ? fail : suffix->link;
    }
}

static bool is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Whether a word may begin with the character at `at`. Before: utf8_three. */
static bool begins_with(const struct match *match, const unsigned char *at)
{
    const uint32_t point = utf8_three_point(at);
    return (match->begins[point / 64] >> point % 64 & 1u) != 0;
}

/* Passing over a character is right only if no word can begin inside it, or end there. */
static void begins_fill(struct match *match, const struct match_builder *builder)
{
    match->whole = true;
    for (size_t index = 0; index < builder->word_count; index++) {
        const struct word *word = &builder->words[index];
        const unsigned char *at = (const unsigned char *)builder->pool + word->offset;
        if (utf8_three(at, word->bytes)) {
            const uint32_t point = utf8_three_point(at);
            match->begins[point / 64] |= 1ull << point % 64;
        } else {
            /* Part of such a character by itself would be missed. */
            match->whole = match->whole && !is_tail(at[0]) && (at[0] < 0xe1 || at[0] > 0xec);
        }
    }
}

/* Three walks in one order: nodes are laid out, the root's table is filled, failures are linked. */
static void build(struct match *match, struct match_builder *builder, struct range *ranges)
{
    CHECK(match->node_count == 0);
    if (builder->word_count > 0) {
        qsort_r(builder->words, builder->word_count, sizeof *builder->words, word_order,
                builder->pool);
    }
    for (size_t index = 0; index < builder->word_count; index++) {
        match->values[index] = builder->words[index].value;
        match->lengths[index] = builder->words[index].bytes;
    }
    begins_fill(match, builder);
    match->node_count = 1;
    ranges[0] = (struct range){.low = 0, .high = (uint32_t)builder->word_count, .depth = 0};
    for (uint32_t index = 0; index < match->node_count; index++) {
        layout_node(match, builder, ranges, index);
    }
    for (uint32_t index = 0; index < match->nodes[0].child_count; index++) {
        match->root[match->labels[1 + index]] = 1 + index;
    }
    for (uint32_t index = 0; index < match->node_count; index++) {
        link_children(match, index);
    }
}

/* There was room for a node a byte; words that begin alike share them. */
static void shrink(struct match *match)
{
    struct node *nodes = realloc(match->nodes, match->node_count * sizeof *nodes);
    if (nodes != NULL) {
        match->nodes = nodes;
    }
}

enum rc match_builder_finish(struct match_builder *builder, struct match **match)
{
    const size_t node_max = builder->pool_bytes + 1;
    const size_t word_max = builder->word_count + 1;
    struct match *made = calloc(1, sizeof *made);
    struct range *ranges = malloc(node_max * sizeof *ranges);
    enum rc rc = RC_LIMIT;
    if (made == NULL || ranges == NULL) {
        goto out;
    }
    made->nodes = calloc(node_max, sizeof *made->nodes);
    made->labels = calloc(node_max, 1);
    made->values = calloc(word_max, sizeof *made->values);
    made->lengths = calloc(word_max, sizeof *made->lengths);
    if (made->nodes == NULL || made->labels == NULL || made->values == NULL ||
        made->lengths == NULL) {
        goto out;
    }
    build(made, builder, ranges);
    shrink(made);
    *match = made;
    made = NULL;
    rc = RC_OK;
out:
    match_free(made);
    free(ranges);
    match_builder_free(builder);
    return rc;
}

void match_free(struct match *match)
{
    if (match != NULL) {
        free(match->nodes);
        free(match->labels);
        free(match->values);
        free(match->lengths);
        free(match);
    }
}

/* Every word that ends at this node. */
static void say_node(const struct match *match, uint32_t index, uint32_t end, match_hit_fn *hit,
                     void *context)
{
    CHECK(index < match->node_count);
    const struct node *node = &match->nodes[index];
    for (uint32_t word = node->output; word < node->output + node->output_count; word++) {
        const struct match_hit found = {
            .word = match->values[word], .start = end - match->lengths[word], .end = end};
        hit(context, &found);
    }
}

void match_scan(const struct match *match, const char *text, size_t bytes, match_hit_fn *hit,
                void *context)
{
    CHECK(hit != NULL);
    CHECK(bytes < UINT32_MAX);
    uint32_t state = 0;
    for (uint32_t at = 0; at < bytes; at++) {
        const unsigned char *here = (const unsigned char *)text + at;
        if (state == 0 && match->whole && utf8_three(here, bytes - at) &&
            !begins_with(match, here)) {
            at += UTF8_THREE_BYTES - 1; /* from the root back to the root, and no word ends */
            continue;
        }
        state = next_of(match, state, (unsigned char)text[at]);
        uint32_t ended = match->nodes[state].output_count > 0 ? state : match->nodes[state].link;
        for (; ended != 0; ended = match->nodes[ended].link) {
            say_node(match, ended, at + 1, hit, context);
        }
    }
}

struct collect {
    struct match_hit *hits;
    size_t max, count;
};

static void collect_hit(void *context, const struct match_hit *hit)
{
    struct collect *collect = context;
    if (collect->count < collect->max) {
        collect->hits[collect->count] = *hit;
    }
    collect->count++;
}

void match_find(const struct match *match, const char *text, size_t bytes, struct match_hit *hits,
                size_t max, size_t *count)
{
    CHECK(hits != NULL || max == 0);
    struct collect collect = {.hits = hits, .max = max};
    match_scan(match, text, bytes, collect_hit, &collect);
    *count = collect.count;
}
