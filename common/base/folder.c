/* folder: flushing a folder's names. Owns nothing; what must stay true: errno is that of what failed,
 * since the command line tells it to people. */
#include "common/base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"

enum rc folder_sync(const char *path)
{
    CHECK(path[0] != '\0');
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return RC_IO;
    }
    const int failed = fsync(folder);
    const int why = errno;
    (void)close(folder);
    errno = why;
    return failed == 0 ? RC_OK : RC_IO;
}

enum rc folder_sync_parent(const char *path)
{
    CHECK(path[0] != '\0');
    char folder[PATH_MAX];
    const char *const slash = strrchr(path, '/');
    if (slash == NULL) {
        return folder_sync(".");
    }
    const size_t length = slash == path ? 1 : (size_t)(slash - path); /* of "/x" it is the root */
    if (length >= sizeof folder) {
        errno = ENAMETOOLONG;
        return RC_IO;
    }
    memcpy(folder, path, length);
    folder[length] = '\0';
    return folder_sync(folder);
}
