/* arena: memory that lives for one step. Bump allocation from one mapping reserved at start;
 * emptied as a whole. Also the allocator that protobuf-c unpacks with. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/rc.h"

struct arena {
    unsigned char *base;
    size_t bytes, used, high; /* high: most ever used since the last trim */
    size_t budget; /* used may not pass this; normally bytes, less while unpacking a frame */
    bool denied;   /* an allocation was refused since the last reset */
    ProtobufCAllocator allocator;
};

/* Keep the struct where it is: the allocator points to it. Reserves bytes of address space (pages
 * are touched on use). Returns RC_OK or RC_LIMIT. */
MUST_CHECK enum rc arena_init(struct arena *arena, size_t bytes);
void arena_fini(struct arena *arena);

/* 16-byte aligned, not zeroed; NULL when the budget does not hold it. */
void *arena_alloc(struct arena *arena, size_t bytes);
void *arena_zalloc(struct arena *arena, size_t bytes);
/* Copies with a terminating NUL; NULL when the budget does not hold it. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets everything; gives pages above 8 MiB back to the system. */
void arena_reset(struct arena *arena);
