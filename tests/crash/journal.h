/* journal: what a program did to the file of one store, in order; written by record_shim, read by
 * disk. Native byte order: both run on the same machine. */
#pragma once

#include <stdint.h>

enum journal_kind {
    JOURNAL_OPEN = 1,    /* offset 1: created under the passing name data.mdb.new */
    JOURNAL_WRITE,       /* bytes of data follow; durable: through a descriptor with O_DSYNC */
    JOURNAL_RESIZE,      /* offset: the new size */
    JOURNAL_SYNC,        /* fsync, fdatasync or msync of the whole file */
    JOURNAL_RENAME,      /* data.mdb.new is data.mdb from here on */
    JOURNAL_FOLDER_SYNC, /* fsync of the folder: names are durable */
    JOURNAL_MARK,        /* a note of the program itself: text follows */
    JOURNAL_STRANGE,     /* something this journal cannot tell (a writable map): text follows */
};

struct journal_record {
    uint8_t kind, durable;
    uint16_t unused;
    uint32_t bytes; /* that follow */
    uint64_t offset;
};

/* The shim's one own symbol, found with dlsym: puts a note into the journal.
 *   "asked EXTERNAL"          a ticket is about to be submitted
 *   "given NUMBER EXTERNAL"   its number was told to the resident
 *   "head SEQ"                all records up to here may have been told to anybody
 * and the shim's own, of a real service, whose callers are not asked:
 *   "sent"                    all that is committed may have been told to anybody */
typedef void (*journal_mark)(const char *text);
#define JOURNAL_MARK_SYMBOL "crash_record_mark"
