/* rc: names of the result codes, for logs, and which of them an errno is. */
#include "common/base/rc.h"

#include <errno.h>
#include <stddef.h>

const char *rc_name(enum rc rc)
{
    static const char *const names[] = {
        [RC_OK] = "ok",
        [RC_INVALID] = "invalid",
        [RC_NOT_FOUND] = "not_found",
        [RC_EXISTS] = "exists",
        [RC_LIMIT] = "limit",
        [RC_FULL] = "full",
        [RC_STORE] = "store",
        [RC_CORRUPT] = "corrupt",
        [RC_FORMAT] = "format",
        [RC_LOCKED] = "locked",
        [RC_GAP] = "gap",
        [RC_DIVERGED] = "diverged",
        [RC_AGAIN] = "again",
        [RC_TIMEOUT] = "timeout",
        [RC_IO] = "io",
        [RC_SETTINGS] = "settings",
        [RC_FORBIDDEN] = "forbidden",
        [RC_BUG] = "bug",
    };
    if ((unsigned)rc >= sizeof names / sizeof names[0] || names[rc] == NULL) {
        return "unknown";
    }
    return names[rc];
}

enum rc rc_of_file(int error)
{
    switch (error) {
    case ENOENT:
        return RC_NOT_FOUND;
    case EACCES:
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
        return RC_SETTINGS;
    default:
        return RC_IO;
    }
}
