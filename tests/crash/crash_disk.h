/* crash_disk: what of one store's file is on the disk for sure, and what may be.
 *
 * The model. Data written and then followed by a sync of the file is there. Each 4096-byte page of
 * a write that was not yet synced is there or not, whatever became of the others; a page on its way
 * may be there in part, in whole sectors of 512 bytes: a sector is never torn. A write through a
 * descriptor with O_DSYNC is there when it returns, with whatever else was waiting for the same
 * page, and nothing else. The file may have its new size before it has its new data, then with
 * zeros. A name changed by rename is the old or the new one until the folder is synced; the rename
 * itself does not make data durable. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRASH_PAGE_BYTES 4096u
#define CRASH_SECTOR_BYTES 512u

struct crash_bytes {
    unsigned char *data;
    size_t size, max;
};

struct crash_piece {
    uint64_t offset;
    size_t bytes;
    const unsigned char *data; /* in the journal; NULL: the file gets the size `offset` */
};

enum crash_name {
    CRASH_NAMED,   /* data.mdb */
    CRASH_PASSING, /* data.mdb.new */
    CRASH_EITHER,  /* renamed, and the folder not yet synced */
};

struct crash_marks {
    size_t count;       /* passed so far, of crash_disk.marks */
    uint64_t told_head; /* of the newest "head" */
    uint64_t told_txn;  /* newest transaction at the newest "sent"; 0: there was none */
};

/* What the planted faults take away: the proof that the checker sees. */
struct crash_pretence {
    bool no_data_sync; /* fsync and fdatasync do nothing */
    bool no_meta_sync; /* O_DSYNC does nothing */
};

struct crash_disk {
    struct crash_bytes journal;
    size_t at;      /* in the journal */
    bool at_moment; /* the record there has begun and is not yet sure */
    struct crash_pretence pretence;
    bool process; /* the journal is a real service's: the caller says so */
    struct crash_bytes durable;
    struct crash_piece *pending;
    size_t pending_count, pending_max;
    enum crash_name name;
    const char **marks; /* copies, ended by zero */
    size_t marks_max;
    struct crash_marks passed;
    uint64_t written_txn;               /* newest transaction whose meta record was written */
    uint64_t writes, syncs, page_bytes; /* figures */
};

/* Number of the newest transaction that LMDB finds in a file: the larger of its two meta records'.
 */
uint64_t crash_bytes_txn(const struct crash_bytes *file);

enum crash_event { CRASH_MOMENT, CRASH_END };

/* Exits with a message if the journal cannot be used. */
void crash_disk_open(struct crash_disk *disk, const char *journal, struct crash_pretence pretence);
void crash_disk_close(struct crash_disk *disk);
/* Goes on to the next moment at which something is about to become sure. There, whatever is pending
 * may be on the disk or not, and no later moment leaves more open. CRASH_END: the last one. */
enum crash_event crash_disk_next(struct crash_disk *disk);
void crash_bytes_copy(struct crash_bytes *into, const struct crash_bytes *from);
/* Bytes from..until of the piece. */
void crash_bytes_apply(struct crash_bytes *into, const struct crash_piece *piece, size_t from,
                       size_t until);
void crash_bytes_resize(struct crash_bytes *bytes, size_t size);
