/* arena: bump allocation from one anonymous mapping. */
#include "common/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "common/base/check.h"

#define ALIGN_BYTES 16u
#define KEEP_BYTES (8u << 20) /* touched pages kept over a reset */
#define PRINT_BYTES 4096u     /* of a text that is written without being measured */

static void *allocate(void *context, size_t bytes)
{
    return arena_alloc(context, bytes);
}

static void release(void *context, void *pointer)
{
    (void)context;
    (void)pointer; /* the arena is emptied as a whole */
}

enum rc arena_init(struct arena *arena, size_t bytes)
{
    CHECK(bytes > 0);
    /* Address space alone: pages come with use, and what a large step touched goes back with the
     * reset. NORESERVE, or four services would ask for more memory than a small machine has. */
    void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return RC_LIMIT;
    }
    *arena = (struct arena){
        .base = base,
        .bytes = bytes,
        .budget = bytes,
        .allocator = {.alloc = allocate, .free = release, .allocator_data = arena},
    };
    return RC_OK;
}

void arena_fini(struct arena *arena)
{
    if (arena->base != NULL) {
        (void)munmap(arena->base, arena->bytes);
    }
    *arena = (struct arena){0};
}

static size_t budget_of(const struct arena *arena)
{
    return arena->budget < arena->bytes ? arena->budget : arena->bytes;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    CHECK(arena->used <= arena->bytes);
    /* Enough for any type, so that a struct may follow a string. */
    const size_t rounded = (bytes + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1);
    const size_t budget = budget_of(arena);
    if (rounded < bytes || arena->used > budget || rounded > budget - arena->used) {
        /* Said by a flag and not by the caller alone: protobuf-c answers a failed allocation
         * like a broken message, and the two must not be taken for each other. */
        arena->denied = true;
        return NULL;
    }
    void *pointer = arena->base + arena->used;
    arena->used += rounded;
    /* How far pages were touched since they were last given back. */
    if (arena->used > arena->high) {
        arena->high = arena->used;
    }
    return pointer;
}

void *arena_zalloc(struct arena *arena, size_t bytes)
{
    void *pointer = arena_alloc(arena, bytes);
    if (pointer != NULL) {
        memset(pointer, 0, bytes);
    }
    return pointer;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = arena_alloc(arena, bytes);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
    }
    return copy;
}

/* Written where it will stand, if it is no longer than that: most texts are short, and measuring one costs
 * as much as writing it. What is longer is then made once more, of its own size; what does not fit is refused
 * whole. */
char *arena_printf(struct arena *arena, const char *format, ...)
{
    const size_t budget = budget_of(arena);
    const size_t left = arena->used < budget ? budget - arena->used : 0;
    const size_t room = left < PRINT_BYTES ? left : PRINT_BYTES;
    char *const here = (char *)arena->base + arena->used;
    va_list arguments;
    va_start(arguments, format);
    const int count = vsnprintf(here, room, format, arguments);
    va_end(arguments);
    CHECK(count >= 0);
    char *const text = arena_alloc(arena, (size_t)count + 1);
    if (text != NULL && (size_t)count >= room) {
        va_start(arguments, format);
        (void)vsnprintf(text, (size_t)count + 1, format, arguments);
        va_end(arguments);
    }
    CHECK(text == NULL || text == here);
    return text;
}

void arena_reset(struct arena *arena)
{
    if (arena->high > KEEP_BYTES && arena->bytes > KEEP_BYTES) {
        /* Only a hint: if it fails, the pages stay, and nothing else changes. */
        (void)madvise(arena->base + KEEP_BYTES, arena->bytes - KEEP_BYTES, MADV_DONTNEED);
        arena->high = KEEP_BYTES;
    }
    arena->used = 0;
    /* A budget is a promise for one input; the next one begins with all. */
    arena->budget = arena->bytes;
    arena->denied = false;
}
