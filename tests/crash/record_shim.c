/* record_shim: preloaded into a program, writes a journal of all it does to one store's data.mdb.
 *
 * PAIDAN_CRASH_FOLDER: the store's folder, spelled as the program spells it. PAIDAN_CRASH_JOURNAL:
 * the file to write. Calls go straight to the kernel and are noted once they succeeded, with what
 * was really written. For programs that write to their store from one thread at a time.
 * PAIDAN_CRASH_SENT: the program is a real service; whenever it sends something after it wrote, a
 * mark says that others may know what is stored by then. */
#undef _FORTIFY_SOURCE /* its headers define what is defined here */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "journal.h"

#define FILES_MAX 1024

enum file_kind { FILE_OTHER, FILE_DATA, FILE_DATA_DURABLE, FILE_FOLDER };

void crash_record_mark(const char *text);

static unsigned char kinds[FILES_MAX];
static int journal = -1;
static bool wrote_since_sent;

/* ---- the journal ---- */

static void put(const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        const long wrote = syscall(SYS_write, journal, (const char *)bytes + done, count - done);
        if (wrote <= 0) {
            abort(); /* a journal with holes would prove nothing */
        }
        done += (size_t)wrote;
    }
}

static void begin(enum journal_kind kind, bool durable, uint64_t offset, size_t bytes)
{
    const struct journal_record record = {
        .kind = (uint8_t)kind, .durable = durable, .bytes = (uint32_t)bytes, .offset = offset};
    if (journal < 0) {
        const char *path = getenv("PAIDAN_CRASH_JOURNAL");
        journal = path == NULL ? -1
                               : (int)syscall(SYS_openat, AT_FDCWD, path,
                                              O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (journal < 0) {
            abort();
        }
    }
    wrote_since_sent = wrote_since_sent || kind == JOURNAL_WRITE;
    put(&record, sizeof record);
}

static void note(enum journal_kind kind, const char *text)
{
    begin(kind, false, 0, strlen(text));
    put(text, strlen(text));
}

void crash_record_mark(const char *text)
{
    note(JOURNAL_MARK, text);
}

/* ---- what is sent ---- */

static void note_sent(void)
{
    if (wrote_since_sent && getenv("PAIDAN_CRASH_SENT") != NULL) {
        wrote_since_sent = false;
        note(JOURNAL_MARK, "sent");
    }
}

int zmq_send(void *socket, const void *bytes, size_t count, int flags);
int zmq_msg_send(void *message, void *socket, int flags);

int zmq_send(void *socket, const void *bytes, size_t count, int flags)
{
    int (*real)(void *, const void *, size_t, int) = NULL;
    void *found = dlsym(RTLD_NEXT, "zmq_send");
    memcpy(&real, &found, sizeof real);
    note_sent();
    return real(socket, bytes, count, flags);
}

int zmq_msg_send(void *message, void *socket, int flags)
{
    int (*real)(void *, void *, int) = NULL;
    void *found = dlsym(RTLD_NEXT, "zmq_msg_send");
    memcpy(&real, &found, sizeof real);
    note_sent();
    return real(message, socket, flags);
}

/* ---- which files ---- */

static bool names(const char *path, const char *file)
{
    const char *folder = getenv("PAIDAN_CRASH_FOLDER");
    char wanted[PATH_MAX];
    if (folder == NULL) {
        return false;
    }
    (void)snprintf(wanted, sizeof wanted, "%s%s", folder, file);
    return strcmp(path, wanted) == 0;
}

static enum file_kind kind_of(int file)
{
    return file >= 0 && file < FILES_MAX ? (enum file_kind)kinds[file] : FILE_OTHER;
}

static bool is_data(int file)
{
    return kind_of(file) == FILE_DATA || kind_of(file) == FILE_DATA_DURABLE;
}

static int opened(int file, const char *path, int flags)
{
    if (file < 0 || file >= FILES_MAX) {
        return file;
    }
    const bool passing = names(path, "/data.mdb.new");
    if (passing || names(path, "/data.mdb")) {
        kinds[file] = (flags & O_DSYNC) != 0 ? FILE_DATA_DURABLE : FILE_DATA;
        begin(JOURNAL_OPEN, false, passing, 0);
        if ((flags & O_TRUNC) != 0) {
            begin(JOURNAL_RESIZE, false, 0, 0);
        }
    } else {
        kinds[file] = names(path, "") ? FILE_FOLDER : FILE_OTHER;
    }
    return file;
}

static int open_any(int folder, const char *path, int flags, unsigned mode)
{
    return opened((int)syscall(SYS_openat, folder, path, flags, mode), path, flags);
}

/* The mode is passed on whether or not there is one: the kernel reads it only with O_CREAT. */
#define OPEN_BODY(folder)                                                                          \
    va_list more;                                                                                  \
    va_start(more, flags);                                                                         \
    const unsigned mode =                                                                          \
        (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, unsigned) : 0; /* NOLINT */            \
    va_end(more);                                                                                  \
    return open_any(folder, path, flags, mode)

int open(const char *path, int flags, ...)
{
    OPEN_BODY(AT_FDCWD);
}

int open64(const char *path, int flags, ...)
{
    OPEN_BODY(AT_FDCWD);
}

int openat(int folder, const char *path, int flags, ...)
{
    OPEN_BODY(folder);
}

int openat64(int folder, const char *path, int flags, ...)
{
    OPEN_BODY(folder);
}

int close(int file)
{
    if (file >= 0 && file < FILES_MAX) {
        kinds[file] = FILE_OTHER;
    }
    return (int)syscall(SYS_close, file);
}

int rename(const char *from, const char *into)
{
    const long rc = syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, into);
    if (rc == 0 && names(from, "/data.mdb.new") && names(into, "/data.mdb")) {
        begin(JOURNAL_RENAME, false, 0, 0);
    }
    return (int)rc;
}

/* ---- writes ---- */

static ssize_t wrote(int file, long count, off_t offset, const struct iovec *parts, int parts_count)
{
    if (count <= 0 || !is_data(file)) {
        return count;
    }
    size_t left = (size_t)count;
    begin(JOURNAL_WRITE, kind_of(file) == FILE_DATA_DURABLE, (uint64_t)offset, left);
    for (int index = 0; index < parts_count && left > 0; index++) {
        const size_t bytes = parts[index].iov_len < left ? parts[index].iov_len : left;
        put(parts[index].iov_base, bytes);
        left -= bytes;
    }
    return count;
}

static off_t position(int file)
{
    return is_data(file) ? (off_t)syscall(SYS_lseek, file, 0, SEEK_CUR) : 0;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
{
    const struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    return wrote(file, syscall(SYS_pwrite64, file, bytes, count, offset), offset, &part, 1);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset)
{
    return pwrite(file, bytes, count, offset);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset)
{
    return wrote(file, syscall(SYS_pwritev, file, parts, count, offset, 0L), offset, parts, count);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t offset)
{
    return pwritev(file, parts, count, offset);
}

ssize_t write(int file, const void *bytes, size_t count)
{
    const struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    const off_t offset = position(file);
    return wrote(file, syscall(SYS_write, file, bytes, count), offset, &part, 1);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    const off_t offset = position(file);
    return wrote(file, syscall(SYS_writev, file, parts, count), offset, parts, count);
}

int ftruncate(int file, off_t size)
{
    const long rc = syscall(SYS_ftruncate, file, size);
    if (rc == 0 && is_data(file)) {
        begin(JOURNAL_RESIZE, false, (uint64_t)size, 0);
    }
    return (int)rc;
}

int ftruncate64(int file, off_t size)
{
    return ftruncate(file, size);
}

/* ---- syncs ---- */

static int synced(int file, long rc)
{
    if (rc == 0 && is_data(file)) {
        begin(JOURNAL_SYNC, false, 0, 0);
    } else if (rc == 0 && kind_of(file) == FILE_FOLDER) {
        begin(JOURNAL_FOLDER_SYNC, false, 0, 0);
    }
    return (int)rc;
}

int fsync(int file)
{
    return synced(file, syscall(SYS_fsync, file));
}

int fdatasync(int file)
{
    return synced(file, syscall(SYS_fdatasync, file));
}

/* What goes through a writable map is not seen here: the journal says so and is of no use. */
void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    if (is_data(file) && (protection & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0) {
        note(JOURNAL_STRANGE, "the store is mapped for writing");
    }
    return (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset); /* NOLINT */
}

void *mmap64(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    return mmap(at, bytes, protection, flags, file, offset);
}

int msync(void *at, size_t bytes, int flags)
{
    note(JOURNAL_STRANGE, "msync: something is written through a map");
    return (int)syscall(SYS_msync, at, bytes, flags);
}
