/* gateway_static: the console's files and whatever else a row of mounts names. It owns them in memory: a
 * request can name nothing but what was found at the start, so no path reaches the disk. What must stay
 * true: a file is served as the type its ending says and never as another; pages may run scripts of
 * ours alone, under Trusted Types; what has a hash in its name may be kept, all else is asked for again. */

#include "gateway_static.h"

#include <dirent.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "gateway_exchange.h"
#include "gateway_problem.h"

enum {
    FILES_MAX = 1024,
    FILE_BYTES_MAX = 8 << 20,
    DEPTH_MAX = 4,
    PATH_BYTES = 256,
    ETAG_BYTES = 36,
    GZIP_LEVEL = 9,
};

struct file {
    char path[PATH_BYTES]; /* "/console/assets/a.js" */
    const char *type;
    unsigned char *bytes, *packed; /* packed: gzip, NULL: not smaller */
    size_t size, packed_size;
    char etag[ETAG_BYTES];
    bool lasting; /* its name changes with it */
};
struct gateway_static {
    struct file files[FILES_MAX];
    size_t count;
};

/* Where folders appear. The console's is a setting; NULL: nothing there. */
static const struct {
    const char *prefix;
    size_t folder; /* offset of the setting */
} mounts[] = {
    {"/console", offsetof(struct gateway_settings, console_dir)},
};

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
};

/* NULL: not served. */
static const char *type_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t index = 0; dot != NULL && index < sizeof types / sizeof types[0]; index++) {
        if (strcmp(types[index].ending, dot) == 0) {
            return types[index].type;
        }
    }
    return NULL;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* No link is followed, so a folder serves what lies in it and nothing else. */
static bool read_all(const char *path, unsigned char **bytes, size_t *size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat status;
    if (fd < 0) {
        return false;
    }
    bool good =
        fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= FILE_BYTES_MAX;
    *size = good ? (size_t)status.st_size : 0;
    *bytes = good ? malloc(*size + 1) : NULL;
    good = *bytes != NULL && read(fd, *bytes, *size) == (ssize_t)*size;
    close(fd);
    if (!good) {
        free(*bytes);
        *bytes = NULL;
    }
    return good;
}

/* Pictures do not shrink; what does not is sent as it is. */
static void pack(struct file *file)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
    if (compressor == NULL || file->size == 0) {
        libdeflate_free_compressor(compressor);
        return;
    }
    file->packed = malloc(file->size);
    if (file->packed != NULL) {
        file->packed_size =
            libdeflate_gzip_compress(compressor, file->bytes, file->size, file->packed, file->size);
    }
    if (file->packed_size == 0) {
        free(file->packed);
        file->packed = NULL;
    }
    libdeflate_free_compressor(compressor);
}

/* By the bytes: a file that is built again to the same is not fetched again. */
static void name_etag(struct file *file)
{
    unsigned char digest[16];
    char text[2 * sizeof digest + 1];
    (void)crypto_generichash(digest, sizeof digest, file->bytes, file->size, NULL, 0);
    (void)sodium_bin2hex(text, sizeof text, digest, sizeof digest);
    (void)snprintf(file->etag, sizeof file->etag, "\"%s\"", text);
}

/* What is too large or of no known type is left out without a word: a map file, a note. */
static void take_file(struct gateway_static *files, const char *path, const char *shown)
{
    const char *type = type_of(shown);
    if (type == NULL || files->count == FILES_MAX || strlen(shown) >= PATH_BYTES) {
        return;
    }
    struct file *file = &files->files[files->count];
    *file = (struct file){.type = type, .lasting = strstr(shown, "/assets/") != NULL};
    if (!read_all(path, &file->bytes, &file->size)) {
        return;
    }
    memcpy(file->path, shown, strlen(shown) + 1);
    name_etag(file);
    pack(file);
    files->count++;
}

/* Links and names that begin with a dot are left out. */
static void take_folder(struct gateway_static *files, const char *path, const char *shown,
                        unsigned depth)
{
    char inner[PATH_MAX], inner_shown[PATH_BYTES];
    DIR *folder = depth > DEPTH_MAX ? NULL : opendir(path);
    const struct dirent *entry = NULL;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        struct stat status;
        const int made = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        const int named = snprintf(inner_shown, sizeof inner_shown, "%s/%s", shown, entry->d_name);
        if (entry->d_name[0] == '.' || made < 0 || (size_t)made >= sizeof inner || named < 0 ||
            (size_t)named >= sizeof inner_shown || lstat(inner, &status) != 0) {
            continue;
        }
        if (S_ISDIR(status.st_mode)) {
            take_folder(files, inner, inner_shown, depth + 1);
        } else if (S_ISREG(status.st_mode)) {
            take_file(files, inner, inner_shown);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
}

/* NULL is nothing. */
static void free_files(struct gateway_static *files)
{
    for (size_t index = 0; files != NULL && index < files->count; index++) {
        free(files->files[index].bytes);
        free(files->files[index].packed);
    }
    free(files);
}

static struct gateway_static *read_folders(const struct gateway *gateway)
{
    struct gateway_static *files = calloc(1, sizeof *files);
    for (size_t index = 0; files != NULL && index < sizeof mounts / sizeof mounts[0]; index++) {
        const char *folder = *(const char *const *)(const void *)((const char *)&gateway->settings +
                                                                  mounts[index].folder);
        if (folder != NULL) {
            take_folder(files, folder, mounts[index].prefix, 0);
        }
    }
    return files;
}

enum rc gateway_static_open(struct gateway *gateway)
{
    gateway->files = read_folders(gateway);
    if (gateway->files == NULL) {
        return RC_LIMIT;
    }
    diag_log(DIAG_INFO, "static", "files=%zu", gateway->files->count);
    return RC_OK;
}

/* Answers under way have their own copies. */
void gateway_static_reload(struct gateway *gateway)
{
    struct gateway_static *files = read_folders(gateway);
    if (files != NULL && files->count > 0) {
        free_files(gateway->files);
        gateway->files = files;
    } else {
        free_files(files);
    }
}

void gateway_static_close(struct gateway *gateway)
{
    free_files(gateway->files);
    gateway->files = NULL;
}

/* ---- serving ----------------------------------------------------------------------------------
 */

/* A few dozen files: looked through. */
static const struct file *find(const struct gateway_static *files, const char *path)
{
    for (size_t index = 0; index < files->count; index++) {
        if (strcmp(files->files[index].path, path) == 0) {
            return &files->files[index];
        }
    }
    return NULL;
}

/* The path as it was asked for, unescaped; index.html of a folder. False: longer than any of ours. */
static bool path_of(const struct gateway_uri *uri, char path[PATH_BYTES])
{
    size_t used = 0;
    path[0] = '\0';
    for (unsigned index = 0; index < uri->segment_count; index++) {
        const int made = snprintf(path + used, PATH_BYTES - used, "/%s", uri->segments[index]);
        if (made < 0 || (size_t)made >= PATH_BYTES - used) {
            return false;
        }
        used += (size_t)made;
    }
    const int made =
        snprintf(path + used, PATH_BYTES - used, uri->folder ? "/index.html" : "%s", "");
    return made >= 0 && (size_t)made < PATH_BYTES - used;
}

static void add_headers(struct exchange *exchange, const struct file *file, bool packed)
{
    gateway_exchange_add(exchange, "Content-Type", file->type);
    gateway_exchange_add(exchange, "ETag", file->etag);
    gateway_exchange_add(exchange, "Vary", "Accept-Encoding");
    gateway_exchange_add(exchange, "Cache-Control",
                         file->lasting ? "public, max-age=31536000, immutable" : "no-cache");
    gateway_exchange_add(exchange, "X-Content-Type-Options", "nosniff");
    gateway_exchange_add(exchange, "Referrer-Policy", "no-referrer");
    gateway_exchange_add(exchange, "Content-Security-Policy",
                         "default-src 'self'; require-trusted-types-for 'script'; "
                         "frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    if (packed) {
        gateway_exchange_add(exchange, "Content-Encoding", "gzip");
    }
}

/* Copied by the library: a reload may free the file while the answer is on its way. */
static void send_file(struct exchange *exchange, const struct file *file)
{
    const char *known = gateway_exchange_header(exchange, "If-None-Match");
    const bool same = known != NULL && strstr(known, file->etag) != NULL;
    const bool packed = !same && file->packed != NULL && gateway_exchange_gzip(exchange);
    const size_t size = same ? 0 : packed ? file->packed_size : file->size;
    gateway_exchange_respond(exchange, same ? 304 : 200,
                             MHD_create_response_from_buffer(
                                 size, packed ? file->packed : file->bytes, MHD_RESPMEM_MUST_COPY));
    add_headers(exchange, file, packed);
}

void gateway_static_file(struct exchange *exchange)
{
    char path[PATH_BYTES];
    const struct gateway_uri *uri = &exchange->uri;
    if (path_of(uri, path)) {
        const struct file *file = find(exchange->gateway->files, path);
        if (file != NULL) {
            send_file(exchange, file);
            return;
        }
        const size_t used = strlen(path);
        if (!uri->folder && used + sizeof "/index.html" <= PATH_BYTES) {
            memcpy(path + used, "/index.html", sizeof "/index.html");
            if (find(exchange->gateway->files, path) != NULL) {
                path[used + 1] = '\0'; /* relative links of the page need the slash */
                gateway_exchange_text(exchange, 308, "text/plain; charset=utf-8", "");
                gateway_exchange_add(exchange, "Location", path);
                return;
            }
        }
    }
    gateway_problem_fault(exchange, GATEWAY_PAGE_UNKNOWN, NULL);
}
