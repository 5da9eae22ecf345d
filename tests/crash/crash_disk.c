#include "crash_disk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "journal.h"

void crash_bytes_resize(struct crash_bytes *bytes, size_t size)
{
    if (size > bytes->max) {
        bytes->max = size * 2;
        bytes->data = realloc(bytes->data, bytes->max);
        CHECK(bytes->data != NULL);
    }
    if (size > bytes->size) {
        memset(bytes->data + bytes->size, 0, size - bytes->size);
    }
    bytes->size = size;
}

void crash_bytes_copy(struct crash_bytes *into, const struct crash_bytes *from)
{
    into->size = 0;
    crash_bytes_resize(into, from->size);
    if (from->size > 0) {
        memcpy(into->data, from->data, from->size);
    }
}

void crash_bytes_apply(struct crash_bytes *into, const struct crash_piece *piece, size_t from,
                       size_t until)
{
    if (piece->data == NULL) {
        crash_bytes_resize(into, piece->offset);
        return;
    }
    CHECK(from <= until);
    CHECK(until <= piece->bytes);
    if (from == until) {
        return;
    }
    if (piece->offset + until > into->size) {
        crash_bytes_resize(into, piece->offset + until);
    }
    memcpy(into->data + piece->offset + from, piece->data + from, until - from);
}

/* ---- the journal ---- */

void crash_disk_open(struct crash_disk *disk, const char *journal, struct crash_pretence pretence)
{
    unsigned char buffer[1 << 16];
    *disk = (struct crash_disk){.pretence = pretence};
    FILE *file = fopen(journal, "rb");
    if (file == NULL) {
        perror(journal);
        exit(64);
    }
    for (size_t count; (count = fread(buffer, 1, sizeof buffer, file)) > 0;) {
        const size_t size = disk->journal.size;
        crash_bytes_resize(&disk->journal, size + count);
        memcpy(disk->journal.data + size, buffer, count);
    }
    (void)fclose(file);
}

void crash_disk_close(struct crash_disk *disk)
{
    for (size_t index = 0; index < disk->passed.count; index++) {
        free((void *)disk->marks[index]);
    }
    free(disk->marks);
    free(disk->pending);
    free(disk->durable.data);
    free(disk->journal.data);
}

static void add_piece(struct crash_disk *disk, struct crash_piece piece)
{
    if (disk->pending_count == disk->pending_max) {
        disk->pending_max = disk->pending_max == 0 ? 64 : disk->pending_max * 2;
        disk->pending = realloc(disk->pending, disk->pending_max * sizeof *disk->pending);
        CHECK(disk->pending != NULL);
    }
    disk->pending[disk->pending_count++] = piece;
}

/* LMDB 0.9: a header of 16 bytes, then the meta record, which ends with its transaction's number.
 */
#define META_TXN_AT 144u

uint64_t crash_bytes_txn(const struct crash_bytes *file)
{
    uint64_t newest = 0;
    for (size_t page = 0; page < 2; page++) {
        uint64_t txn = 0;
        if (file->size >= page * CRASH_PAGE_BYTES + META_TXN_AT + sizeof txn) {
            memcpy(&txn, file->data + page * CRASH_PAGE_BYTES + META_TXN_AT, sizeof txn);
        }
        newest = txn > newest ? txn : newest;
    }
    return newest;
}

static void see_txn(struct crash_disk *disk, uint64_t offset, const unsigned char *data,
                    size_t bytes)
{
    for (uint64_t page = 0; page < 2; page++) {
        const uint64_t at = page * CRASH_PAGE_BYTES + META_TXN_AT;
        uint64_t txn = 0;
        if (offset <= at && at + sizeof txn <= offset + bytes) {
            memcpy(&txn, data + (at - offset), sizeof txn);
            disk->written_txn = txn > disk->written_txn ? txn : disk->written_txn;
        }
    }
}

/* One piece for each page that the write touches. */
static void add_write(struct crash_disk *disk, uint64_t offset, const unsigned char *data,
                      size_t bytes)
{
    disk->writes++;
    disk->page_bytes += bytes;
    see_txn(disk, offset, data, bytes);
    while (bytes > 0) {
        const size_t room = CRASH_PAGE_BYTES - (size_t)(offset % CRASH_PAGE_BYTES);
        const size_t part = bytes < room ? bytes : room;
        add_piece(disk, (struct crash_piece){.offset = offset, .bytes = part, .data = data});
        offset += part;
        data += part;
        bytes -= part;
    }
}

static void settle_all(struct crash_disk *disk)
{
    for (size_t index = 0; index < disk->pending_count; index++) {
        crash_bytes_apply(&disk->durable, &disk->pending[index], 0, disk->pending[index].bytes);
    }
    disk->pending_count = 0;
}

/* What waits for the pages of this write, the write itself included. */
static void settle_range(struct crash_disk *disk, uint64_t offset, size_t bytes)
{
    const uint64_t first = offset / CRASH_PAGE_BYTES;
    const uint64_t last = (offset + bytes - 1) / CRASH_PAGE_BYTES;
    size_t kept = 0;
    for (size_t index = 0; index < disk->pending_count; index++) {
        const struct crash_piece piece = disk->pending[index];
        const uint64_t page = piece.offset / CRASH_PAGE_BYTES;
        if (piece.data != NULL && page >= first && page <= last) {
            crash_bytes_apply(&disk->durable, &piece, 0, piece.bytes);
        } else {
            disk->pending[kept++] = piece;
        }
    }
    disk->pending_count = kept;
}

static void add_mark(struct crash_disk *disk, const unsigned char *text, size_t bytes)
{
    if (disk->passed.count == disk->marks_max) {
        disk->marks_max = disk->marks_max == 0 ? 64 : disk->marks_max * 2;
        disk->marks = realloc(disk->marks, disk->marks_max * sizeof *disk->marks);
        CHECK(disk->marks != NULL);
    }
    char *copy = strndup((const char *)text, bytes);
    CHECK(copy != NULL);
    disk->marks[disk->passed.count++] = copy;
    if (strncmp(copy, "head ", 5) == 0) {
        disk->passed.told_head = strtoull(copy + 5, NULL, 10);
    } else if (strcmp(copy, "sent") == 0) {
        disk->passed.told_txn = disk->written_txn;
    }
}

/* The record at disk->at, complete with its bytes; NULL at the end. */
static const unsigned char *read_record(const struct crash_disk *disk,
                                        struct journal_record *record)
{
    const size_t left = disk->journal.size - disk->at;
    if (left == 0) {
        return NULL;
    }
    if (left >= sizeof *record) {
        memcpy(record, disk->journal.data + disk->at, sizeof *record);
        if (left - sizeof *record >= record->bytes) {
            return disk->journal.data + disk->at + sizeof *record;
        }
    }
    fputs("the journal ends in the middle of a record\n", stderr);
    exit(64);
}

/* Takes the record up to the point where it has happened but nothing is sure. */
static bool begin_record(struct crash_disk *disk, const struct journal_record *record,
                         const unsigned char *data)
{
    switch ((enum journal_kind)record->kind) {
    case JOURNAL_OPEN:
        if (record->offset == 1) {
            disk->name = CRASH_PASSING;
        }
        return false;
    case JOURNAL_WRITE:
        add_write(disk, record->offset, data, record->bytes);
        return record->durable != 0 && !disk->pretence.no_meta_sync;
    case JOURNAL_RESIZE:
        add_piece(disk, (struct crash_piece){.offset = record->offset});
        return false;
    case JOURNAL_SYNC:
        return !disk->pretence.no_data_sync;
    case JOURNAL_RENAME:
        disk->name = CRASH_EITHER;
        return false;
    case JOURNAL_FOLDER_SYNC:
        return disk->name == CRASH_EITHER;
    case JOURNAL_MARK:
        add_mark(disk, data, record->bytes);
        return false;
    case JOURNAL_STRANGE:
    default:
        fprintf(stderr, "the journal cannot be used: %.*s\n", (int)record->bytes,
                (const char *)data);
        exit(64);
    }
}

static void end_record(struct crash_disk *disk, const struct journal_record *record)
{
    if (record->kind == JOURNAL_SYNC) {
        disk->syncs++;
        settle_all(disk);
    } else if (record->kind == JOURNAL_WRITE) {
        disk->syncs++;
        settle_range(disk, record->offset, record->bytes);
    } else if (record->kind == JOURNAL_FOLDER_SYNC) {
        disk->name = CRASH_NAMED;
    }
}

enum crash_event crash_disk_next(struct crash_disk *disk)
{
    struct journal_record record = {0};
    const unsigned char *data = NULL;
    /* disk->at stays at the record of the moment until we go on from it. */
    if (disk->at_moment) {
        (void)read_record(disk, &record);
        end_record(disk, &record);
        disk->at += sizeof record + record.bytes;
        disk->at_moment = false;
    }
    while ((data = read_record(disk, &record)) != NULL) {
        if (begin_record(disk, &record, data)) {
            disk->at_moment = true;
            return CRASH_MOMENT;
        }
        disk->at += sizeof record + record.bytes;
    }
    return CRASH_END;
}
