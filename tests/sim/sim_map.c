/* sim_map: what laws remember: numbers by number, open addressing, grown by doubling. Names and contents
 * become numbers by hashing; a collision would only raise a false alarm, which repeats from the seed. */
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_channels.h"

uint64_t sim_mix(uint64_t one, uint64_t other)
{
    uint64_t z = one * 0x9e3779b97f4a7c15ull ^ (other + 0x7f4a7c159e3779b9ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    return z == 0 ? 1 : z;
}

uint64_t sim_hash(const void *bytes, size_t size)
{
    const unsigned char *const at = bytes;
    uint64_t hash = 0xcbf29ce484222325ull;
    for (size_t index = 0; index < size; index++) {
        hash = (hash ^ at[index]) * 0x100000001b3ull;
    }
    return sim_mix(hash, size);
}

static size_t place_of(const struct sim_map *map, uint64_t key)
{
    size_t at = (size_t)sim_mix(key, 0) & (map->size - 1);
    while (map->keys[at] != 0 && map->keys[at] != key) {
        at = (at + 1) & (map->size - 1);
    }
    return at;
}

static void grow(struct sim_map *map)
{
    const struct sim_map old = *map;
    map->size = old.size == 0 ? 1024 : old.size * 2;
    map->keys = calloc(map->size, sizeof *map->keys);
    map->values = calloc(map->size, sizeof *map->values);
    CHECK(map->keys != NULL);
    CHECK(map->values != NULL);
    for (size_t index = 0; index < old.size; index++) {
        if (old.keys[index] != 0) {
            const size_t at = place_of(map, old.keys[index]);
            map->keys[at] = old.keys[index];
            map->values[at] = old.values[index];
        }
    }
    free(old.keys);
    free(old.values);
}

uint64_t *sim_map_at(struct sim_map *map, uint64_t key)
{
    CHECK(key != 0);
    if (map->count * 2 >= map->size) {
        grow(map);
    }
    const size_t at = place_of(map, key);
    map->count += map->keys[at] == 0 ? 1 : 0;
    map->keys[at] = key;
    return &map->values[at];
}

uint64_t sim_map_get(const struct sim_map *map, uint64_t key)
{
    CHECK(key != 0);
    return map->size == 0 ? 0 : map->values[place_of(map, key)];
}

void sim_map_free(struct sim_map *map)
{
    free(map->keys);
    free(map->values);
    *map = (struct sim_map){.keys = NULL};
}
