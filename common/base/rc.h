/* rc: the result codes that functions inside one process return to each other.
 *
 * What users and other processes see is enum Code of proto/command.proto, never these. */
#pragma once

#define MUST_CHECK __attribute__((warn_unused_result))

enum rc {
    RC_OK = 0,
    RC_INVALID,   /* bytes from outside are not what they must be */
    RC_NOT_FOUND, /* no such key, record, row */
    RC_EXISTS,    /* an insert met an equal key */
    RC_LIMIT,     /* a stated bound (arena, batch, table) is reached */
    RC_FULL,      /* no space: disk or map; nothing was written, go on when there is room */
    RC_STORE,     /* the store failed in another way; restart from it */
    RC_CORRUPT,   /* stored bytes do not match their checksum, or break a law */
    RC_FORMAT,    /* stored by an unknown version of the format */
    RC_LOCKED,    /* another process owns the store */
    RC_GAP,       /* a record was skipped: seq is not the next one */
    RC_DIVERGED,  /* the followed log has another history than ours */
    RC_AGAIN,     /* not now; ask again */
    RC_TIMEOUT,
    RC_IO,        /* socket or file */
    RC_SETTINGS,  /* the site or an argument is wrong; the message has been printed */
    RC_FORBIDDEN, /* an address or a peer that we do not speak with */
    RC_BUG,       /* our own code made what must not be: nothing of it is stored, nothing skipped */
};

/* Short stable name for logs: "ok", "invalid", ... Never NULL. */
const char *rc_name(enum rc rc);
/* errno of a file of settings or keys that cannot be opened. RC_NOT_FOUND: it is not there.
 * RC_SETTINGS: somebody set it up wrongly, and it stays so until he mends it. RC_IO: all else, such
 * as too many open files, which passes by itself. */
MUST_CHECK enum rc rc_of_file(int error);
