/* site_pool: memory of a site that is being loaded.
 *
 * Thousands of names and nodes live exactly as long as their owner, so they are cut from large
 * blocks and freed together; arrays that other files keep grow by doubling instead. Nothing here is
 * used after loading: a loaded site allocates no more. */
#include "common/site/site_private.h"

#include <stdlib.h>

#include "common/base/check.h"

enum { POOL_BLOCK_BYTES = 64 << 10 }; /* some 500 nodes of site.yaml */

struct site_pool_block {
    struct site_pool_block *next;
    size_t used, bytes;
    _Alignas(8) unsigned char data[];
};

void *site_pool_alloc(struct site_pool *pool, size_t bytes)
{
    CHECK(bytes > 0);
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

/* May be called again: a load that failed half way and its owner both do. */
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
    CHECK(item_bytes > 0);
    CHECK(*items != NULL || count == 0);
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
