/* group_fuzz: what an index of events is asked. Each step is two bytes and a text: what is done, the
 * row's id, a length, then so many bytes of title and text.
 *
 * Laws: no input ends the process; candidates are at most GROUP_CANDIDATES_MAX, the most probable
 * first, between 0 and 1, each a row that is there, and its group as it was put; names are text; a row
 * is there once, packed or not; bytes that are no row are refused; what is dropped is gone; the count is what was put and not dropped. */

#include <stdint.h>
#include <string.h>

#include "common/base/check.h"
#include "common/learn/group.h"
#include "common/text/text.h"

enum { IDS = 16, ROWS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct there {
    bool row[IDS];
    uint32_t count;
};

static void find(struct group_index *index, const struct group_row *row, bool first,
                 const struct there *there)
{
    struct group_candidate candidates[GROUP_CANDIDATES_MAX];
    const size_t count =
        first ? group_meet(index, row, candidates) : group_find(index, row, candidates);
    CHECK(count <= GROUP_CANDIDATES_MAX);
    for (size_t at = 0; at < count; at++) {
        size_t bad = 0;
        const struct group_candidate *candidate = &candidates[at];
        CHECK(candidate->probability >= 0);
        CHECK(candidate->probability <= 1);
        CHECK(at == 0 || candidate->probability <= candidates[at - 1].probability);
        CHECK(candidate->id < IDS);
        CHECK(there->row[candidate->id]);
        CHECK(candidate->id != row->id);
        CHECK(candidate->group == candidate->id % 3);
        CHECK(candidate->evidence.names < GROUP_NAMES_COUNT);
        CHECK(candidate->evidence.words >= 0);
        CHECK(candidate->evidence.matter <= 1);
        CHECK(text_valid(candidate->evidence.name, strlen(candidate->evidence.name), &bad));
    }
}

static enum rc put_packed(struct group_index *index, const struct group_row *row)
{
    unsigned char bytes[GROUP_ROW_BYTES_MAX];
    const size_t size = group_pack(index, row, bytes);
    CHECK(size > 0);
    CHECK(size <= sizeof bytes);
    const struct group_packed packed = {row->id, row->time_ms, bytes, size};
    return group_put_packed(index, &packed, row->id % 3);
}

/* Bytes of whatever origin: refused, or a row like others. */
static void put_bytes(struct group_index *index, const struct group_row *row, struct there *there)
{
    const struct group_packed packed = {
        row->id, row->time_ms, (const unsigned char *)row->text.text, row->text.text_bytes};
    const enum rc rc = group_put_packed(index, &packed, row->id % 3);
    CHECK(rc == RC_OK || rc == RC_INVALID || (rc == RC_EXISTS && there->row[row->id]) ||
          (rc == RC_LIMIT && there->count == ROWS));
    there->count += rc == RC_OK;
    there->row[row->id] = there->row[row->id] || rc == RC_OK;
}

static void put(struct group_index *index, const struct group_row *row, bool packed,
                struct there *there)
{
    const enum rc rc = packed ? put_packed(index, row) : group_put(index, row, row->id % 3);
    if (there->row[row->id]) {
        CHECK(rc == RC_EXISTS);
    } else if (there->count == ROWS) {
        CHECK(rc == RC_LIMIT);
    } else {
        CHECK(rc == RC_OK);
        there->row[row->id] = true;
        there->count++;
    }
}

static void drop(struct group_index *index, uint64_t id, struct there *there)
{
    const enum rc rc = group_drop(index, id);
    CHECK(rc == (there->row[id] ? RC_OK : RC_NOT_FOUND));
    there->count -= there->row[id];
    there->row[id] = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct group_index *index = NULL;
    struct there there = {.count = 0};
    const enum rc rc = group_open(&index, ROWS);
    CHECK(rc == RC_OK);
    size_t at = 0;
    while (bytes - at >= 4) {
        const uint8_t deed = data[at], id = data[at + 1] % IDS;
        const size_t left = bytes - at - 4;
        const size_t title = data[at + 2] < left ? data[at + 2] : left;
        const size_t text =
            (size_t)data[at + 3] * 4 < left - title ? (size_t)data[at + 3] * 4 : left - title;
        const struct group_row row = {.id = id,
                                      .time_ms = (uint64_t)deed << 30,
                                      .text = {(const char *)data + at + 4,
                                               (const char *)data + at + 4 + title, title, text}};
        at += 4 + title + text;
        if (deed % 4 == 0 && deed >= 128) {
            put_bytes(index, &row, &there);
        } else if (deed % 4 == 0) {
            group_learn(index, &row.text);
        } else if (deed % 4 == 1) {
            find(index, &row, deed >= 128, &there);
        } else if (deed % 4 == 2) {
            put(index, &row, deed >= 128, &there);
        } else {
            drop(index, id, &there);
        }
        CHECK(group_count(index) == there.count);
    }
    group_close(index);
    return 0;
}
