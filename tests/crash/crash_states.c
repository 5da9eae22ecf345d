#include "crash_states.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"

struct states {
    const struct crash_disk *disk;
    const struct crash_limits *limits;
    crash_visit visit;
    void *context;
    uint64_t from, number, random;
    bool enough;
    unsigned char *there; /* per pending piece */
    struct crash_bytes file;
};

static const size_t no_piece = SIZE_MAX;

static uint64_t random_next(struct states *states)
{
    uint64_t value = (states->random += 0x9e3779b97f4a7c15u);
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

static size_t size_of_all(const struct crash_disk *disk)
{
    size_t size = disk->durable.size;
    for (size_t index = 0; index < disk->pending_count; index++) {
        const struct crash_piece *piece = &disk->pending[index];
        const size_t end = piece->offset + piece->bytes;
        size = piece->data == NULL || end > size ? end : size;
    }
    return size;
}

/* What is there, and of `torn` the bytes from..until; grown: with the size the file was to get. */
static void show_torn(struct states *states, size_t torn, size_t from, size_t until, bool grown,
                      const char *shape)
{
    const struct crash_disk *disk = states->disk;
    const unsigned names = disk->name == CRASH_EITHER ? 2 : 1;
    for (unsigned name = 0; name < names && !states->enough; name++) {
        if (states->number++ < states->from) {
            continue;
        }
        crash_bytes_copy(&states->file, &disk->durable);
        for (size_t index = 0; index < disk->pending_count; index++) {
            const struct crash_piece *piece = &disk->pending[index];
            if (index == torn) {
                crash_bytes_apply(&states->file, piece, from, until);
            } else if (states->there[index]) {
                crash_bytes_apply(&states->file, piece, 0, piece->bytes);
            }
        }
        const size_t size = size_of_all(disk);
        if (grown && size > states->file.size) {
            crash_bytes_resize(&states->file, size);
        }
        const bool passing = disk->name == CRASH_PASSING || (disk->name == CRASH_EITHER && name);
        states->enough = !states->visit(states->context, &states->file, passing, shape);
    }
}

static void show(struct states *states, bool grown, const char *shape)
{
    show_torn(states, no_piece, 0, 0, grown, shape);
}

static void set(struct states *states, size_t from, size_t until, bool there)
{
    if (until > from) {
        memset(states->there + from, there, until - from);
    }
}

static void show_subsets(struct states *states)
{
    const size_t count = states->disk->pending_count;
    if (count <= states->limits->all_max) {
        for (uint64_t bits = 0; bits < 1ull << count; bits++) {
            for (size_t index = 0; index < count; index++) {
                states->there[index] = (bits >> index & 1) != 0;
            }
            show(states, false, "subset");
        }
        return;
    }
    for (unsigned round = 0; round < states->limits->subsets; round++) {
        for (size_t index = 0; index < count; index++) {
            states->there[index] = (random_next(states) & 1) != 0;
        }
        show(states, (random_next(states) & 1) != 0, "random subset");
    }
}

/* The other shapes are subsets too: needed only where not every subset was shown. */
static void show_prefixes(struct states *states, size_t first)
{
    const size_t count = states->disk->pending_count;
    if (count <= states->limits->all_max) {
        return;
    }
    for (size_t length = first; length <= count; length++) {
        set(states, 0, length, true);
        set(states, length, count, false);
        show(states, false, "prefix");
    }
    for (size_t index = first; index < count; index++) {
        set(states, 0, count, true);
        states->there[index] = 0;
        show(states, false, "one missing");
        set(states, 0, count, false);
        states->there[index] = 1;
        show(states, false, "one alone");
    }
}

/* One page in part, its beginning or its end; the others there up to it, or all. */
static void show_torn_pages(struct states *states, size_t first)
{
    const size_t count = states->disk->pending_count;
    const unsigned step = states->limits->tear_bytes;
    for (size_t index = first; index < count; index++) {
        const struct crash_piece *piece = &states->disk->pending[index];
        /* Sectors are those of the disk, not of the piece. */
        const size_t skew = piece->offset % step;
        for (size_t at = step - skew; at < piece->bytes; at += step) {
            for (unsigned all = 0; all < 2; all++) {
                set(states, 0, index, true);
                set(states, index, count, all != 0);
                show_torn(states, index, 0, at, false, "torn, beginning there");
                show_torn(states, index, at, piece->bytes, false, "torn, end there");
            }
        }
    }
}

uint64_t crash_states_visit(const struct crash_disk *disk, const struct crash_limits *limits,
                            uint64_t from, crash_visit visit, void *context)
{
    struct states states = {.disk = disk,
                            .limits = limits,
                            .visit = visit,
                            .context = context,
                            .from = from,
                            .random = limits->random + disk->at};
    const size_t count = disk->pending_count;
    const size_t first = count > limits->recent_max ? count - limits->recent_max : 0;
    CHECK(limits->all_max < 24);
    CHECK(limits->tear_bytes > 0);
    states.there = calloc(count + 1, 1);
    CHECK(states.there != NULL);
    set(&states, 0, count, false);
    show(&states, true, "grown, nothing written");
    show_subsets(&states);
    show_prefixes(&states, first);
    show_torn_pages(&states, first);
    free(states.there);
    free(states.file.data);
    return states.number;
}
